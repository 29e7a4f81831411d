"""bench check: everything wrong with configs and the data they name, without building."""

from __future__ import annotations

import sys
from argparse import Namespace
from datetime import date
from pathlib import Path

from peerbench.commands import request
from peerbench.commands.printing import count, print_findings
from peerbench.core.findings import Finding
from peerbench.project import root_of


def run(parsed: Namespace, arguments: list[str]) -> int:
    from peerbench import lookup, pipeline

    as_of, code = request.day(parsed.as_of), 0
    known = lookup.audiences(lookup.layers(Path(root_of(arguments))))
    asked = request.audiences(parsed.audience, known)
    for config in request.configs(parsed.configs):
        findings = pipeline.check(config, as_of=as_of, audiences=asked, today=date.today())
        print_findings(findings)
        print(f"{config}: {_verdict(findings)}", file=sys.stderr if findings else sys.stdout)
        code = max(code, 2 if any(found.severity == "error" for found in findings) else 0)
    return code


def _verdict(findings: tuple[Finding, ...]) -> str:
    return "nothing wrong" if not findings else count(findings)

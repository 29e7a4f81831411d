"""bench check: everything wrong with configs and the data they name, without building."""

from __future__ import annotations

import sys
from argparse import Namespace
from datetime import date
from pathlib import Path

from peerbench.commands import request
from peerbench.commands.many import briefs
from peerbench.commands.printing import count, print_findings
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.project import root_of
from peerbench.universe import naming

FIRST = 3  # members named
SHOWN = 20  # companies without a brief, each with its reason, unless all are listed


def run(parsed: Namespace, arguments: list[str]) -> int:
    from peerbench import lookup, pipeline

    as_of, code = request.day(parsed.as_of), 0
    known = lookup.audiences(lookup.layers(Path(root_of(arguments))))
    asked = request.audiences(parsed.audience, known)
    for config in request.configs(parsed.configs):
        if naming.is_pattern(config):
            code = max(code, _pattern(config, parsed, as_of, asked))
            continue
        findings = pipeline.check(config, as_of=as_of, audiences=asked, today=date.today())
        print_findings(findings)
        print(f"{config}: {_verdict(findings)}", file=sys.stderr if findings else sys.stdout)
        code = max(code, 2 if any(found.severity == "error" for found in findings) else 0)
    return code


def _pattern(config: Path, parsed: Namespace, as_of: date | None, audiences: tuple[str, ...] | None) -> int:
    """Who gets a brief, who of those meant does not and why, and what is wrong with all of them alike."""
    from peerbench import pipeline

    try:
        found = pipeline.members(config, as_of=as_of, today=date.today())
        wrong = pipeline.shared_mistakes(found, audiences=audiences, today=date.today())
    except UnusableRequest as error:
        print_findings(error.findings)
        print(f"{config}: {_verdict(error.findings)}", file=sys.stderr)
        return 2
    shown = found.left_out if parsed.list else found.left_out[:SHOWN]
    print_findings((*wrong, *found.findings, *shown))
    for member in found.members if parsed.list else ():
        print(f"{member.name}: {', '.join(member.peers)}{'  (a file of its own)' if member.own else ''}")
    names = [member.name for member in found.members]
    more = f" and {len(names) - FIRST:,} more" if len(names) > FIRST else ""
    left_out = len(found.left_out)
    without = f"; {left_out:,} more {'is' if left_out == 1 else 'are'} meant, without one" if left_out else ""
    print(
        f"{config}: {briefs(len(names))} of the {len(found.data.companies):,} companies on {found.as_of}{without}: "
        f"{', '.join(names[:FIRST])}{more}"
    )
    return 2 if wrong else 0


def _verdict(findings: tuple[Finding, ...]) -> str:
    return "nothing wrong" if not findings else count(findings)

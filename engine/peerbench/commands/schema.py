"""bench schema: the JSON schema of configs, so that an editor completes them, or of what programs read."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

MODELINE = "# yaml-language-server: $schema=.schema.json"


def run(parsed: Namespace, arguments: list[str]) -> int:
    if parsed.out is None:
        print(text(parsed.of), end="")
        return 0
    path = Path(parsed.out)
    path.write_text(text(parsed.of), encoding="utf-8")
    print(f"wrote {parsed.out}" + (f"; begin a config beside it with:\n{MODELINE}" if parsed.of == "config" else ""))
    return 0


def text(of: str) -> str:
    """The schema of configs, of brief.json, or of the report of `bench check-text`."""
    made = {"brief": _brief, "check-text": _report}.get(of, _config)()
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _config() -> dict[str, Any]:
    from peerbench.config.model import json_schema

    return json_schema()


def _brief() -> dict[str, Any]:
    from peerbench.render.json import schema

    return schema()


def _report() -> dict[str, Any]:
    from peerbench.factcheck.report import SCHEMA

    return SCHEMA

"""bench schema: the JSON schema of configs, so that an editor completes and checks them."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

MODELINE = "# yaml-language-server: $schema=.schema.json"


def run(parsed: Namespace, arguments: list[str]) -> int:
    if parsed.out is None:
        print(text(), end="")
        return 0
    path = Path(parsed.out)
    path.write_text(text(), encoding="utf-8")
    print(f"wrote {parsed.out}; begin a config beside it with:\n{MODELINE}")
    return 0


def text() -> str:
    from peerbench.config.model import json_schema

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"

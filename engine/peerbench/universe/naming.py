"""Which config files are patterns, and which pattern the name of a member speaks of; imports next to nothing."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

_EXTENDS: Final = re.compile(rb"^extends:[ \t]*[\"']?([^\"'\r\n#]+?)[\"']?[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_CHAIN: Final = 8  # files that may extend each other


def is_pattern(path: Path) -> bool:
    """Whether a config may stand for many briefs, by a look at its text and at what it extends.

    Cheap, and a no for whatever says `subject:` first; a yes still has to be read.
    """
    for _ in range(_CHAIN):
        try:
            text = path.read_bytes()
        except OSError:
            return False
        if re.search(rb"^[\"']?subject[\"']?[ \t]*:", text, re.MULTILINE):
            return False
        if re.search(rb"^[\"']?subjects[\"']?[ \t]*:", text, re.MULTILINE):
            return True
        base = _EXTENDS.search(text)
        if base is None:
            return False
        path = path.parent / os.fsdecode(base[1])
    return False


def sought(path: Path) -> tuple[Path, str] | None:
    """(pattern, company) that the name of a config speaks of, where no file lies there.

    tech-apple.yaml is of tech.yaml.
    """
    if path.suffix not in (".yaml", ".yml") or path.exists():
        return None
    stem = path.stem
    for place in (index for index in range(len(stem) - 1, 0, -1) if stem[index] == "-"):
        pattern = path.with_name(f"{stem[:place]}{path.suffix}")
        if is_pattern(pattern):
            return pattern, stem[place + 1 :]
    return None


def member(pattern: Path, company: str) -> Path:
    """Where the config of a member would lie: beside its pattern, under both names."""
    return pattern.with_name(f"{pattern.stem}-{company}{pattern.suffix}")

"""Findings: what a check or a reader noticed, as values. Users' mistakes are collected, never raised one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a finding comes from. Lines and columns count from 1."""

    file: str = ""
    line: int | None = None
    column: int | None = None
    locator: str = ""

    def __str__(self) -> str:
        # A column without a line is a column of the text named by the locator, a formula say, not of the file.
        column = self.column if self.line is not None else None
        place = ":".join(str(part) for part in (self.file, self.line, column) if part not in ("", None))
        return " ".join(part for part in (place, self.locator) if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed: the check's name, how bad it is, one sentence, the way out, and where."""

    check: str
    severity: Severity
    message: str
    hint: str = ""
    origin: Origin = field(default_factory=Origin)
    subject: str = ""  # a company, an item, a metric: what it is about
    excerpt: str = ""  # the offending line of the user's file, if any

    def __str__(self) -> str:
        head = f"{self.origin}: " if str(self.origin) else ""
        tail = f" {self.hint}" if self.hint else ""
        return f"{head}{self.severity}: {self.message}{tail} [{self.check}]"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A way out for a misspelt name: "Did you mean 'jd.com'?", or the known names when nothing is near."""
    names = sorted(set(known))
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{near[0]}'?"
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"Known: {shown}." if names else ""

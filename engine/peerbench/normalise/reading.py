"""A reading: one operand's answer, a value with its ancestry or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from peerbench.core.arithmetic import Arithmetic
from peerbench.core.findings import Finding
from peerbench.normalise.index import Fact


@dataclass(frozen=True, slots=True)
class Reading:
    """value is present exactly when status is ok; how is arithmetic or words; inputs are ids of rows."""

    value: float | None = None
    status: str = "ok"
    reason: str | None = None
    start: date | None = None
    end: date | None = None
    months: int = 0
    known_on: date | None = None
    how: str = ""
    inputs: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    arithmetic: Arithmetic | None = None  # how the value follows from rows; None where it takes more than a sum

    @property
    def ok(self) -> bool:
        return self.status == "ok"

    def flagged(self, *flags: str) -> Reading:
        return replace(self, flags=tuple(dict.fromkeys((*self.flags, *flags))))

    def without_value(self, status: str, reason: str) -> Reading:
        """The same reading withheld: its dates and sources stay, its value goes."""
        return replace(self, value=None, status=status, reason=reason)


def missing(reason: str, *, start: date | None = None, end: date | None = None) -> Reading:
    return Reading(None, "missing", reason, start, end)


def from_facts(value: float, facts: Iterable[Fact], *, start: date | None, end: date, months: int, how: str) -> Reading:
    """A reading made of facts: it was known when the last of them was, and carries all their admissions.

    Of one fact the arithmetic is that fact; who makes it of several says how.
    """
    used = tuple(facts)
    marks = (mark for fact in used for mark in (*fact.marks, *(("restated",) if fact.restated else ())))
    inputs = (name for fact in used for name in (fact.id, *fact.rates))
    return Reading(
        value, "ok", None, start, end, months, max(fact.known_on for fact in used), how,
        tuple(dict.fromkeys(inputs)), tuple(dict.fromkeys(marks)),
        arithmetic=Arithmetic((used[0].term(),)) if len(used) == 1 else None,
    )  # fmt: skip


def say(day: date) -> str:
    """A date in a sentence: 30 June 2025."""
    return f"{day.day} {day:%B} {day.year}"

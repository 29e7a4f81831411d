"""One company as known on one day, as checks look at it, and the words they speak in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from peerbench.core.findings import Finding, Origin, Severity
from peerbench.core.items import FLOWS, ITEMS
from peerbench.core.periods import add_months
from peerbench.normalise.calendar import Clock
from peerbench.normalise.index import Fact
from peerbench.normalise.reading import say
from peerbench.normalise.view import View

YEARS: Final = 3


@dataclass(frozen=True, slots=True)
class Look:
    """One company as known on the day."""

    view: View
    company: str
    clock: Clock

    @property
    def name(self) -> str:
        return self.view.company(self.company).name

    @property
    def since(self) -> date:
        return add_months(self.view.as_of, -12 * YEARS)

    def facts(self, item: str, segment: str = "total") -> tuple[Fact, ...]:
        return tuple(fact for fact in self.view.facts(self.company, item, segment) if fact.end >= self.since)

    def at(self, item: str, day: date) -> Fact | None:
        return next((fact for fact in self.facts(item) if fact.start is None and fact.end == day), None)

    def finding(self, check: str, severity: Severity, message: str, *, row: Fact | None = None) -> Finding:
        """About the company, or about one of its rows, which is then named by its id."""
        origin = Origin(locator=row.id) if row else Origin()
        return Finding(check, severity, f"{self.name}: {message}.", origin=origin, subject=self.company)


def flow_series(look: Look) -> list[tuple[str, str]]:
    keys = look.view.index.series(look.company)
    return sorted((item, segment) for item, segment in keys if item in FLOWS and ITEMS[item].unit == "money")


def by_window(facts: Iterable[Fact]) -> dict[tuple[date | None, date], Fact]:
    return {(fact.start, fact.end): fact for fact in facts if fact.start}


def label(item: str, segment: str = "total") -> str:
    label = ITEMS[item].label if item in ITEMS else item
    return label if segment == "total" else f"{label} of {segment}"


def period(fact: Fact) -> str:
    length = {3: "quarter", 6: "six months", 9: "nine months", 12: "year"}.get(fact.months, "period")
    return f"of the {length} to {say(fact.end)}"


def millions(value: float) -> str:
    return f"{value / 1e6:,.0f}m".replace("-", "−")


def listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"

"""The index as it stood at the end of one day: latest vintages, one accounting, one currency, today's share unit."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, TypeVar

from peerbench.core.arithmetic import Leaf, Units
from peerbench.core.companies import Company, Line
from peerbench.core.items import ITEMS
from peerbench.normalise.currency import RateNotFound
from peerbench.normalise.index import Fact, Index, segment_key

ISSUER: Final = "issuer-non-gaap"
# Issuers' own versions of a statement line stand in the facts under the line's name, told apart by `accounting`.
ISSUER_TWINS: Final = {"capex_issuer": "capex"}
RESTATED_BEYOND: Final = 0.001  # a later vintage that moves less is the same number, better rounded

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class View:
    """What was known of every company by `as_of`. Answers are remembered: a brief asks for the same rows often."""

    index: Index
    as_of: date
    _memory: dict[Hashable, Any] = field(default_factory=dict)

    def company(self, company: str) -> Company:
        return self.index.companies[company]

    def facts(self, company: str, item: str, segment: str = "total") -> tuple[Fact, ...]:
        """Latest vintages known of one series, period ends ascending; restated ones say so."""
        name = segment_key(segment)
        return self.once(("facts", company, item, name), lambda: tuple(self._known(company, item, name)))

    def once(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """The answer to a question that many cells ask, made the first time."""
        if key not in self._memory:
            self._memory[key] = make()
        found: Answer = self._memory[key]
        return found

    def lines(self, company: str, day: date) -> tuple[Line, ...]:
        """The company's share lines at the ratios in force on `day`, the primary one first."""
        newest: dict[str, Line] = {}
        for line in sorted(self.index.lines.get(company, ()), key=lambda row: row.effective_from or date.min):
            if line.effective_from is None or line.effective_from <= day:
                newest[line.line] = line
        return tuple(sorted(newest.values(), key=lambda line: not line.primary))

    def share_factor(self, company: str, known_on: date) -> float:
        """How many of today's ordinary shares one share of the day `known_on` has become (METHOD 32)."""
        days: dict[date, float] = {}
        for line in self.index.lines.get(company, ()):
            if line.effective_from and known_on < line.effective_from <= self.as_of:
                days[line.effective_from] = max(days.get(line.effective_from, 1.0), line.subdivision)
        factor = 1.0
        for subdivision in days.values():
            factor *= subdivision
        return factor

    def _known(self, company: str, item: str, segment: str) -> Iterable[Fact]:
        issuer = item in ISSUER_TWINS or (item in ITEMS and ITEMS[item].issuer)
        rows = self.index.facts.get((company, ISSUER_TWINS.get(item, item), segment), ())
        right = [fact for fact in rows if fact.known_on <= self.as_of and (fact.accounting == ISSUER) == issuer]
        standard = self.company(company).accounting_standard
        own = right if issuer else [fact for fact in right if fact.accounting == standard] or right
        unit = ITEMS[item].unit if item in ITEMS else "money"
        aligned = (self._aligned(company, unit, fact) for fact in _vintages(own))
        return (fact for fact in aligned if fact is not None)

    def _aligned(self, company: str, unit: str, fact: Fact) -> Fact | None:
        if unit == "shares":
            split = self.share_factor(company, fact.known_on)
            return replace(fact, value=fact.value * split, of=() if split == 1 else (split,))
        if unit == "money_per_share":
            ratio, split = self._units(company, fact), self.share_factor(company, fact.known_on)
            over = tuple[Leaf, ...](leaf for leaf in (ratio, split) if leaf is not None and leaf != 1)
            fact = replace(fact, value=fact.value / ((ratio.ordinary if ratio else 1.0) * split), over=over)
        return self._in_reporting_currency(company, fact) if unit.startswith("money") else fact

    def _units(self, company: str, fact: Fact) -> Units | None:
        """Alibaba and Baidu state earnings per ADS; others per ordinary share; a row may name its own line."""
        lines = self.lines(company, fact.known_on)
        if fact.line:
            return next((units(line) for line in lines if line.line == fact.line), None)
        return units(lines[0]) if self.company(company).eps_basis == "ads" and lines else None

    def _in_reporting_currency(self, company: str, fact: Fact) -> Fact | None:
        quote = self.company(company).reporting_currency
        if fact.currency in (None, quote):
            return fact
        try:
            rates = self.index.rates
            rate = (
                rates.spot(fact.currency, quote, fact.end)
                if fact.start is None
                else rates.average(fact.currency, quote, fact.start, fact.end)
            )
        except RateNotFound:
            return None  # a missing rate is never 1: the row is as absent as its rate
        return replace(fact, value=fact.value * rate.value, currency=quote, rates=rate.ids, of=(rate.leaf,))


def units(line: Line) -> Units:
    """The line's ratio as part of arithmetic."""
    return Units(line.line, line.ordinary_per_unit)


def _vintages(rows: Iterable[Fact]) -> list[Fact]:
    newest: dict[tuple[object, ...], Fact] = {}
    for fact in rows:
        other = newest.get(fact.key)
        if other is None:
            newest[fact.key] = fact
        elif other.known_on != fact.known_on:
            early, late = sorted((other, fact), key=lambda row: row.known_on)
            moved = abs(late.value - early.value) > RESTATED_BEYOND * abs(early.value)
            newest[fact.key] = replace(late, restated=moved or early.restated or late.restated)
    return list(newest.values())

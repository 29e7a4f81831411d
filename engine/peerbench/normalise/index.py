"""The dataset as look-up tables, built once, so that forty month ends do not filter the same frames again.

Plain records, not frames: a cell reads a few dozen rows, and that is where Python beats a query engine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from peerbench.core.arithmetic import Leaf, Row, Term
from peerbench.core.companies import Company, Line
from peerbench.core.dataset import Dataset
from peerbench.normalise.currency import Rates

# What a row's remark admits, as a flag of every cell made from it.
_ADMISSIONS: Final = (
    ("DERIVED", "derived_input"),
    ("rounded", "rounded_input"),
    ("vendor", "second_hand"),
    ("known_on: usual announcement date", "unconfirmed_date"),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of FACTS; start is None at a point in time. marks are what its remark admits."""

    id: str
    item: str
    line: str | None
    accounting: str
    start: date | None
    end: date
    months: int
    value: float
    currency: str | None
    known_on: date
    marks: tuple[str, ...] = ()
    rates: tuple[str, ...] = ()  # ids of the rates that brought it into the reporting currency
    restated: bool = False  # an earlier vintage said something else
    of: tuple[Leaf, ...] = ()  # what the row's value was multiplied by, and divided by below
    over: tuple[Leaf, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        return (self.accounting, self.line, self.start, self.end, self.months)

    def term(self, weight: float = 1.0) -> Term:
        """The value as arithmetic over the row."""
        return Term((Row(self.id), *self.of), self.over, weight)

    @property
    def after(self) -> date:
        """The day after the period: where the next one starts."""
        return self.end + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Close:
    id: str
    date: date
    value: float
    currency: str


@dataclass(frozen=True, slots=True)
class Index:
    """Everything a panel looks up, by company, item, line or pair; dates ascend."""

    companies: dict[str, Company]
    lines: dict[str, tuple[Line, ...]]
    facts: dict[tuple[str, str, str], tuple[Fact, ...]]
    closes: dict[tuple[str, bool], tuple[Close, ...]]  # (line, adjusted)
    rates: Rates
    estimates: dict[str, tuple[dict[str, Any], ...]]
    dividends: dict[str, tuple[dict[str, Any], ...]]
    prices: dict[str, pl.DataFrame] = field(default_factory=dict)  # by company, for market statistics
    _series: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def series(self, company: str) -> tuple[tuple[str, str], ...]:
        """Item and segment of every series of a company."""
        if not self._series:
            found: dict[str, list[tuple[str, str]]] = defaultdict(list)
            for who, item, segment in self.facts:
                found[who].append((item, segment))
            self._series.update({who: tuple(keys) for who, keys in found.items()})
        return self._series.get(company, ())

    def segments(self, company: str, item: str) -> tuple[str, ...]:
        return tuple(segment for what, segment in self.series(company) if what == item)


def index(data: Dataset, companies: Iterable[str]) -> Index:
    """Look-up tables of the named companies' rows, in one pass over each frame."""
    wanted = sorted(set(companies))
    lines: dict[str, list[Line]] = {name: [] for name in wanted}
    for line in data.lines:
        if line.company in lines:
            lines[line.company].append(line)
    prices = data.prices.filter(pl.col("company").is_in(wanted))
    parted = {str(name): rows for (name,), rows in prices.partition_by("company", as_dict=True).items()}
    return Index(
        companies={name: data.companies[name] for name in wanted if name in data.companies},
        lines={name: tuple(own) for name, own in lines.items()},
        facts=_facts(data.facts.filter(pl.col("company").is_in(wanted))),
        closes=_closes(prices),
        rates=Rates(data.fx),
        estimates=_rows(data.estimates.filter(pl.col("company").is_in(wanted)).sort("snapshot_date")),
        dividends=_rows(data.dividends.filter(pl.col("company").is_in(wanted)).sort("ex_date")),
        prices={name: parted.get(name, prices.clear()) for name in wanted},
    )


def segment_key(segment: str) -> str:
    """Segments are matched without regard to case or underscores: `ai_cloud` finds "AI cloud"."""
    return segment.replace("_", " ").casefold()


def _facts(frame: pl.DataFrame) -> dict[tuple[str, str, str], tuple[Fact, ...]]:
    found: dict[tuple[str, str, str], list[Fact]] = defaultdict(list)
    actual = frame.filter((pl.col("basis") == "actual") & pl.col("value").is_not_null())
    for row in actual.iter_rows(named=True):
        found[row["company"], row["item"], segment_key(row["segment"])].append(_fact(row))
    return {key: tuple(sorted(rows, key=lambda fact: (fact.end, fact.months))) for key, rows in found.items()}


def _fact(row: dict[str, Any]) -> Fact:
    note = row["note"] or ""
    marks = tuple(mark for word, mark in _ADMISSIONS if word in note)
    if row["origin"] == "derived" and "derived_input" not in marks:
        marks = ("derived_input", *marks)
    return Fact(
        row["id"], row["item"], row["line"] or None, row["accounting"], row["period_start"], row["period_end"],
        row["months"], row["value"], row["currency"] or None, row["known_on"], marks,
    )  # fmt: skip


def _closes(frame: pl.DataFrame) -> dict[tuple[str, bool], tuple[Close, ...]]:
    found: dict[tuple[str, bool], tuple[Close, ...]] = {}
    for (line, adjusted), rows in frame.sort("date").group_by("line", "adjusted", maintain_order=True):
        columns = (rows[name].to_list() for name in ("id", "date", "close", "currency"))
        found[str(line), bool(adjusted)] = tuple(Close(*row) for row in zip(*columns, strict=True))
    return found


def _rows(frame: pl.DataFrame) -> dict[str, tuple[dict[str, Any], ...]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in frame.iter_rows(named=True):
        found[row["company"]].append(row)
    return {company: tuple(rows) for company, rows in found.items()}

"""Verdicts: what a check of an outside text found, statement by statement. Values only; factcheck makes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from peerbench.core.document import Number

MILLION: Final = 1e6
FORMATS: Final = {
    "money": "money", "money_per_share": "price", "times": "x1", "count": "count", "shares": "shares",
}  # fmt: skip
Judgement = Literal["verified", "contradicted", "not_checkable"]
JUDGEMENTS: Final = ("verified", "contradicted", "not_checkable")

# The likely slip behind a figure that is not what it is called, with the words a reader sees.
SLIPS: Final = {
    "sign": "wrong sign",
    "direction": "wrong direction",
    "gross for net": "gross for net",
    "net for gross": "net for gross",
    "basis": "other basis",
    "fiscal for calendar": "fiscal for calendar",
    "calendar for fiscal": "calendar for fiscal",
    "period": "other period",
    "stale price": "stale price",
    "currency": "wrong currency",
    "scale": "wrong scale",
    "unit": "wrong unit",
    "company": "another company’s figure",
    "impossible": "impossible period",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that the engine computes: what it is, over which days, from which rows.

    value is in ones of its unit, a fraction for a share or a change. metric names the catalogue's entry or the item
    whose change it is; `explain` is the metric that `bench explain CONFIG COMPANY METRIC` answers to, where one does.
    """

    company: str
    metric: str
    what: str  # e.g. Alibaba, net income, total: change on a year before
    when: str  # e.g. quarter to 31 December 2024
    value: float
    unit: str  # times | fraction | money | money_per_share | shares | count
    currency: str = ""
    kind: Literal["level", "change", "points"] = "level"
    start: date | None = None
    end: date | None = None
    known_on: date | None = None
    how: str = ""
    explain: str = ""
    documents: tuple[str, ...] = ()  # ids of facts, prices, rates, estimates and claims


@dataclass(frozen=True, slots=True)
class Verdict:
    """One statement of a text and what the figures say of it.

    start and end are offsets of the quote in the text as given; line and column count from 1. right: the figure of
    what the statement says it speaks of; matched: another figure that its number does fit, when it contradicts.
    """

    quote: str
    line: int
    column: int
    start: int
    end: int
    judgement: Judgement
    reading: str = ""  # as what it was read: company, measure, period, number
    right: tuple[Figure, ...] = ()
    slip: str = ""  # a key of SLIPS
    matched: Figure | None = None
    reason: str = ""  # one sentence: why it cannot be checked, or what to know of the verdict
    bases: tuple[str, ...] = ()  # bases of the number, for a text that mixes them
    sentence: str = ""
    digits: int = 3  # significant digits of the number, so that a figure is printed as closely


@dataclass(frozen=True, slots=True)
class Circulated:
    """A statement in circulation with its verdict, and where it stands."""

    verdict: Verdict
    source: str  # who says it, as the page names it
    day: date
    url: str = ""


def number(figure: Figure, digits: int = 3) -> Number:
    """A figure as a number of the document, with the format that suits it."""
    fine = digits > 3
    if figure.kind == "change":
        return Number(figure.value, "spct2" if fine else "spct1" if abs(figure.value) < 10 else "spct0")
    if figure.unit == "fraction":
        if figure.kind == "points":
            return Number(figure.value, "pp1")
        times = figure.metric.endswith("to_equity")  # written as a multiple as often as in percent
        return Number(figure.value, "x2" if times else "pct2" if fine else "pct1")
    if figure.unit == "money" and fine and abs(figure.value) >= MILLION:
        return Number(figure.value, "money_m", figure.currency)
    return Number(figure.value, FORMATS[figure.unit], figure.currency)

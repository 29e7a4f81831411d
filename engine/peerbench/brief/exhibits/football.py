"""The figure of what one share or ADS would be worth at the peers' multiples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from peerbench.brief.context import Desk
from peerbench.brief.exhibits.instead import alternative, numbers
from peerbench.brief.exhibits.measures import name
from peerbench.brief.study import ImpliedValue
from peerbench.core import figures
from peerbench.core.document import Cell, Chart, Number, Spans, Table, Text
from peerbench.core.evidence import Quantity
from peerbench.narrate import words

ROW_MM: Final = 5.6
LEAST_MM: Final = 20.0
MOST_MM: Final = 37.0
AXIS_MM: Final = 9.0


def football(desk: Desk) -> Chart | None:
    """Figure 4: what a unit would be worth at the peers' multiples, with the price over everything."""
    ev, implied = desk.evidence, desk.study.implied
    listing = desk.study.listings.get(ev.subject)
    if listing is None or not implied:
        return None
    unit = "ADS" if listing.ordinary_per_unit != 1 else "share"
    bars = _bars(desk)
    title = _title(desk, f"one {unit}")
    subtitle = f"Implied value per {unit}: lowest, median (tick) and highest of {words.count(len(ev.peers))} peers"
    refs = [q.ref for row in implied for q in (row.low, row.median, row.high)]
    return Chart(
        "football",
        title,
        (Text(subtitle),),
        figures.FootballField(bars, listing.price.number("price"), listing.currency),
        alternative("Football field.", title, subtitle),
        desk.source_line(refs, "White bars: own ranges. A range, not a target."),
        117.33,
        min(MOST_MM, max(LEAST_MM, ROW_MM * len(bars) + AXIS_MM)),
        desk.next_figure(),
        _numbers(bars),
    )


def _bars(desk: Desk) -> tuple[figures.FieldBar, ...]:
    """A bar for each multiple, and the subject's own year of prices."""
    made = [_bar(desk, row) for row in desk.study.implied]
    year = _year_range(desk)
    return (*made, year) if year else tuple(made)


def _bar(desk: Desk, row: ImpliedValue) -> figures.FieldBar:
    low, median, high = (quantity.number("n0") for quantity in (row.low, row.median, row.high))
    return figures.FieldBar(name(desk, row.metric), low, median, high)


def _year_range(desk: Desk) -> figures.FieldBar | None:
    """The subject's own range of closes over 52 weeks, unadjusted where such closes exist."""
    low, high = desk.evidence.book.get("working:low_52w"), desk.evidence.book.get("working:high_52w")
    if low is None or high is None:
        return None
    return figures.FieldBar("52-week price range", low.number("n0"), None, high.number("n0"), own=True)


def _title(desk: Desk, unit: str) -> Spans:
    """From the lowest to the highest of all, as whole prices."""
    implied = desk.study.implied
    low = min((row.low for row in implied if row.low.value is not None), key=_size)
    high = max((row.high for row in implied if row.high.value is not None), key=_size)
    title = desk.title("title.football", {"unit": unit, "low": low.number("price"), "high": high.number("price")}, {})
    return tuple(Number(s.value, "price0", s.currency, s.ref) if isinstance(s, Number) else s for s in title)


def _size(quantity: Quantity) -> float:
    return quantity.value or 0


def _numbers(bars: Sequence[figures.FieldBar]) -> Table:
    cols = [("low", "Lowest"), ("mid", "Median"), ("high", "Highest")]
    rows = [(bar.label, [Cell((bar.low,)), Cell((bar.mid,) if bar.mid else ()), Cell((bar.high,))]) for bar in bars]
    return numbers("football", "Measure", cols, rows)

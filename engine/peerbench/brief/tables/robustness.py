"""The table that tries the headline: its gap under each variant of the peers and of the measure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from peerbench.brief.context import Desk, cell
from peerbench.core.document import Cell, Column, Number, Row, Spans, Table, Text
from peerbench.core.evidence import Tested, Variant
from peerbench.narrate import words
from peerbench.narrate.valuation import direction

MOST: Final = 14  # rows
COLUMNS: Final = (Column("bar", "", 30.0), Column("value", "", 11.0), Column("verdict", "", 11.0))


def robustness(desk: Desk, *, failing: bool = False) -> Table | None:
    """Table 4: the headline gap under each variant, bars from zero, failing rows marked. failing: those rows alone."""
    tested, ev = desk.tested, desk.evidence
    if tested is None or not tested.variants or (failing and tested.k == tested.m):
        return None
    longest = max(abs(v.premium.value or 0) for v in tested.variants) or 1.0
    rows = tuple(_row(v, longest) for v in folded(desk, tested) if not failing or not v.holds)
    percent = round(tested.threshold * 100)
    said = f"{ev.name(ev.subject)} against the peer statistic, %; holds beyond ±{percent}%, same side"
    subtitle = Text(said, ((f"{percent}%", "working:threshold"),))
    unseen = f" Not shown: the {words.count(tested.k)} in which the gap holds." if failing and tested.k else ""
    source = (Text(_aggregate_words(desk, tested.metric) + unseen),)
    return Table(
        "robustness", _title(desk, tested), (subtitle,), COLUMNS, rows, label_head="", source=source,
        kind="robustness", number=desk.next_table(),
    )  # fmt: skip


def _title(desk: Desk, tested: Tested) -> Spans:
    values = {
        "k": Number(float(tested.k), "n0", ref=f"working:robust:{tested.metric}"),
        "m": Number(float(tested.m), "n0", ref=f"working:robust_of:{tested.metric}"),
    }
    return desk.title("title.robustness", values, direction(desk.evidence.premium(tested.metric)))


def _row(variant: Variant, longest: float) -> Row:
    """longest: the greatest gap of all, for the length of the bar."""
    cells = (
        Cell(bar=abs(variant.premium.value or 0) / longest),
        cell(variant.premium, "sbpct0"),
        Cell((Text("holds" if variant.holds else "fails"),)),
    )
    return Row((Text(variant.name),), cells, "plain" if variant.holds else "fails")


def folded(desk: Desk, tested: Tested) -> tuple[Variant, ...]:
    """The variants; of many peers left out in turn, those that change nothing become one row with the least gap."""
    alike = [v for v in tested.variants if v.without and v.metric == tested.metric and v.holds]
    if len(tested.variants) <= MOST or len(alike) < 2:
        return tested.variants
    least = min(alike, key=lambda v: abs(v.premium.value or 0.0))
    short = desk.evidence.definitions[tested.metric].short
    row = replace(least, name=f"{short}, without one of {len(alike)} (least)")
    return tuple(row if v is least else v for v in tested.variants if v is least or v not in alike)


def _aggregate_words(desk: Desk, metric: str) -> str:
    values = "enterprise" if metric.startswith("ev_") else "market"
    return f"Aggregate = sum of {values} values over sum of {words.noun(desk.evidence, metric)}."

"""Where the subject stands, measure by measure: every company side by side where that fits, else its own place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from peerbench.brief import tables
from peerbench.brief.context import Desk, cell, plain
from peerbench.charts.measure import width
from peerbench.core.document import Cell, Column, Row, Table, Text
from peerbench.core.names import short
from peerbench.narrate.operations import ranks as ranked

SPAN_MM: Final = 87.0
LABEL_MM: Final = 34.0
LEAST_MM: Final = 13.0  # "−100.4" and a rank in its box
HEAD_PX: Final = 7.9 / 0.75
FIRST: Final = 13  # letters of the name beside the best value
PX_MM: Final = 25.4 / 96


def ranks(desk: Desk) -> Table | None:
    """Value and rank of every measure, for every company or, of many or of long names, for the subject."""
    ev = desk.evidence
    metrics = [m for m in desk.metrics("ranks") if any(ev.money(c, m).ok for c in ev.everyone)]
    if not metrics:
        return None
    return tables.rank_table(desk) if _side_by_side(desk) else _own(desk, metrics)


def _side_by_side(desk: Desk) -> bool:
    companies = desk.evidence.everyone
    each = (SPAN_MM - LABEL_MM) / len(companies)
    words = [word for company in companies for word in desk.evidence.name(company).split()]
    return each >= LEAST_MM and all(width(word, HEAD_PX, "bold") * PX_MM < each for word in words)


def _own(desk: Desk, metrics: Sequence[str]) -> Table:
    """The subject's value and rank, the median, and who is first with which value."""
    ev = desk.evidence
    rows = tuple(Row((Text(tables.measure(desk, m)),), _place(desk, m)) for m in metrics)
    cols = (
        Column(ev.subject, "Value", 10.5),
        Column("rank", "Rank", 11.0),
        Column("median", "Median", 10.5),
        Column("first", "First of all", 23.0),
    )
    statement = ranked(ev, metrics)
    note = tables.marks_note(desk, tables.headless(metrics))
    return Table(
        "ranks",
        desk.title("title.ranks", statement.values, statement.holds),
        (Text(f"Value, rank (1 = {tables.best_words(desk, metrics)}), peer median"),),
        cols,
        rows,
        label_head="",
        notes=((("", (Text(note),)),) if note else ()),
        source=desk.source_line(tables.refs(rows)),
        kind="standing",
        number=desk.next_table(),
    )


def _place(desk: Desk, metric: str) -> tuple[Cell, ...]:
    ev = desk.evidence
    format = tables.bare(desk, metric)
    best = next((c for c in ev.everyone if ev.rank(metric, c) == 1), "")
    first = (
        Cell((Text(f"{short(ev.name(best), FIRST)} "), ev.money(best, metric).number(format)))
        if best
        else plain(None, format)
    )
    of = ev.ranked(metric)
    place = ev.rank(metric)
    rank = Cell((*tables.place(place).spans, Text(f" of {of}"))) if place is not None else plain(None, "n0")
    return cell(ev.money(ev.subject, metric), format, strong=True), rank, cell(ev.median(metric), format), first

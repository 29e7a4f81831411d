"""Where the subject stands, measure by measure: every company side by side where that fits, else its own place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from peerbench.brief.context import Desk, cell, plain
from peerbench.brief.tables.columns import bare, measure
from peerbench.brief.tables.remarks import Remarks, marks_note, remarks
from peerbench.brief.tables.rows import place, refs
from peerbench.charts.measure import width
from peerbench.core.document import Cell, Column, Row, Table, Text
from peerbench.core.names import short
from peerbench.narrate import operations

SPAN_MM: Final = 87.0
LABEL_MM: Final = 34.0
LEAST_MM: Final = 13.0  # "−100.4" and a rank in its box
HEAD_PX: Final = 7.9 / 0.75
FIRST: Final = 13  # letters of the name beside the best value
PX_MM: Final = 25.4 / 96
BEST: Final = {"valuation": "cheapest", "level": "largest", "growth": "fastest", "risk": "calmest"}


def ranks(desk: Desk) -> Table | None:
    """Table 3: value and rank of every measure, for every company or, of many or of long names, for the subject."""
    ev = desk.evidence
    metrics = [m for m in desk.metrics("ranks") if any(ev.money(c, m).ok for c in ev.everyone)]
    if not metrics:
        return None
    return _side_by_side(desk, metrics) if _fits(desk) else _own(desk, metrics)


def _fits(desk: Desk) -> bool:
    """Whether the page is wide enough for a column a company under its name."""
    companies = desk.evidence.everyone
    each = (SPAN_MM - LABEL_MM) / len(companies)
    words = [word for company in companies for word in desk.evidence.name(company).split()]
    return each >= LEAST_MM and all(width(word, HEAD_PX, "bold") * PX_MM < each for word in words)


def _side_by_side(desk: Desk, metrics: Sequence[str]) -> Table:
    """Every company's value and rank."""
    ev = desk.evidence
    names = ev.everyone
    each = round((SPAN_MM - LABEL_MM) / max(len(names), 1), 2)
    cols = tuple(Column(company, ev.name(company), each) for company in names)
    rows = tuple(Row((Text(measure(desk, m)),), tuple(_ranked(desk, c, m) for c in names)) for m in metrics)
    placed = any(ev.rank(metric) is not None for metric in metrics)
    notes = remarks(
        "Ranks, since a handful of names makes no percentile." if placed else "",
        "A reference peer has no rank." if placed and ev.references else "",
        marks_note(desk, metrics),
    )
    subtitle = f"Value, then rank (1 = {_best(desk, metrics)})" if placed else "Latest value of each measure"
    return _table(desk, metrics, subtitle, cols, rows, notes, "rank")


def _ranked(desk: Desk, company: str, metric: str) -> Cell:
    """A value with its rank in a box; a shared rank has none."""
    ev = desk.evidence
    rank = ev.rank(metric, company)
    whole = int(rank) if rank is not None and rank == int(rank) else None
    return Cell((ev.money(company, metric).number(bare(desk, metric)),), rank=whole, rank_of=ev.ranked(metric))


def _own(desk: Desk, metrics: Sequence[str]) -> Table:
    """The subject's value and rank, the median, and who is first with which value."""
    rows = tuple(Row((Text(measure(desk, m)),), _own_place(desk, m)) for m in metrics)
    cols = (
        Column(desk.evidence.subject, "Value", 10.5),
        Column("rank", "Rank", 11.0),
        Column("median", "Median", 10.5),
        Column("first", "First of all", 23.0),
    )
    subtitle = f"Value, rank (1 = {_best(desk, metrics)}), peer median"
    return _table(desk, metrics, subtitle, cols, rows, remarks(marks_note(desk, metrics)), "standing")


def _own_place(desk: Desk, metric: str) -> tuple[Cell, ...]:
    ev = desk.evidence
    format = bare(desk, metric)
    rank, of = ev.rank(metric), ev.ranked(metric)
    return (
        cell(ev.money(ev.subject, metric), format, strong=True),
        Cell((*place(rank).spans, Text(f" of {of}"))) if rank is not None else plain(None, "n0"),
        cell(ev.median(metric), format),
        _first(desk, metric, format),
    )


def _first(desk: Desk, metric: str, format: str) -> Cell:
    """Who has the best value, and which."""
    ev = desk.evidence
    best = next((company for company in ev.everyone if ev.rank(metric, company) == 1), "")
    if not best:
        return plain(None, format)
    return Cell((Text(f"{short(ev.name(best), FIRST)} "), ev.money(best, metric).number(format)))


def _table(
    desk: Desk,
    metrics: Sequence[str],
    subtitle: str,
    cols: tuple[Column, ...],
    rows: tuple[Row, ...],
    notes: Remarks,
    kind: str,
) -> Table:
    statement = operations.ranks(desk.evidence, metrics)
    title = desk.title("title.ranks", statement.values, statement.holds)
    source = desk.source_line(refs(rows))
    return Table(
        "ranks", title, (Text(subtitle),), cols, rows, label_head="", notes=notes, source=source, kind=kind,
        number=desk.next_table(),
    )  # fmt: skip


def _best(desk: Desk, metrics: Sequence[str]) -> str:
    """What the first rank means for these measures: "cheapest, fastest or strongest"."""
    groups = {desk.evidence.definitions[metric].group for metric in metrics}
    known = [word for group, word in BEST.items() if group in groups]
    said = [*known, *(["strongest"] if groups - set(BEST) else [])]
    return f"{', '.join(said[:-1])} or {said[-1]}" if len(said) > 1 else "".join(said)

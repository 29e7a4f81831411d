"""The table of comparable segments: each as its issuer reports it, over the last fiscal year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from peerbench.brief.context import Desk, cell
from peerbench.brief.tables.remarks import remarks
from peerbench.brief.tables.rows import refs
from peerbench.core.currencies import before_amount
from peerbench.core.document import Cell, Column, Number, Row, Spans, Table, Text
from peerbench.core.evidence import Quantity

UNKNOWN: Final = Cell((Number(None, "bn1", status="missing", reason="no segment of it is named"),))
LEAST: Final = 2  # segments with revenue that make a comparison

Chosen = Mapping[str, Mapping[str, Any]]  # company → the segment that an audience names, and its label


def segments(desk: Desk) -> Table | None:
    """Comparable segments, each as its issuer reports it, over the last fiscal year; undisclosed ones say NA."""
    ev, chosen = desk.evidence, desk.audience.settings.get("segments") or {}
    rows = tuple(_row(desk, company, chosen.get(company) or {}) for company in (ev.subject, *ev.peers))
    if _disclosed(rows) < LEAST:
        return None
    cols = (
        Column("segment", "Segment", 24.0, align="left"),
        Column("sales", f"Revenue\n{before_amount(ev.currency)}bn", 13.0),
        Column("growth", "Growth\n%", 11.0),
        Column("share", "Share of\nall, %", 13.0),
    )
    notes = remarks("Each as its issuer reports it; definitions differ. NA = not disclosed or not known at the date.")
    subtitle = "Last fiscal year; revenue at average rates, growth in reporting currency"
    return Table(
        "segments", _title(desk, chosen), (Text(subtitle),), cols, rows, notes=notes,
        source=desk.source_line(refs(rows)), number=desk.next_table(),
    )  # fmt: skip


def _row(desk: Desk, company: str, entry: Mapping[str, Any]) -> Row:
    ev, name = desk.evidence, entry.get("segment", "")
    sales, rise = ev.money(company, f"revenue_fy[{name}]"), _growth(desk, company, entry)
    label = (Text(entry.get("label") or "none named"),)
    known = (cell(sales, "bn1"), cell(rise, "bpct1"), cell(_part(desk, company, sales), "bpct1"))
    cells = (Cell(label), *(known if name else (UNKNOWN,) * len(known)))
    return Row(desk.company(company), cells, "subject" if company == ev.subject else "peer")


def _growth(desk: Desk, company: str, entry: Mapping[str, Any]) -> Quantity:
    return desk.evidence.money(company, f"revenue_growth_fy[{entry.get('segment', '')}]")


def _part(desk: Desk, company: str, sales: Quantity) -> Quantity:
    """The segment over all revenue of the same year."""
    ev = desk.evidence
    yearly = ev.has("revenue_fy")
    whole = ev.money(company, "revenue_fy" if yearly else "revenue_ltm")
    value = sales.value / whole.value if sales.value is not None and whole.value and yearly else None
    what = f"{ev.name(company)}: segment over revenue"
    return ev.work(f"segment_part:{company}", what, value, "fraction", "÷", (sales, whole))


def _disclosed(rows: Sequence[Row]) -> int:
    """How many segments have revenue."""
    return sum(isinstance(span, Number) and span.status == "ok" for row in rows for span in row.cells[1].spans)


def _title(desk: Desk, chosen: Chosen) -> Spans:
    """The subject's segment against the largest of the peers', by growth."""
    subject, rival = desk.evidence.subject, _rival(desk, chosen)
    own, other = (_growth(desk, company, chosen.get(company) or {}) for company in (subject, rival))
    gap = own.value - other.value if own.value is not None and other.value is not None else None
    label, others = ((chosen.get(company) or {}).get("label", "") for company in (subject, rival))
    return desk.title(
        "title.segment_table",
        {"label": label, "other": others},
        {"below": gap is not None and gap < 0, "above": gap is not None and gap > 0},
    )


def _rival(desk: Desk, chosen: Chosen) -> str:
    """The peer with the largest comparable segment that is known."""
    ev = desk.evidence
    sized = [(ev.money(c, f"revenue_fy[{chosen[c]['segment']}]").value or 0.0, c) for c in ev.peers if c in chosen]
    return max(sized, default=(0.0, ev.subject))[1]

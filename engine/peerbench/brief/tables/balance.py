"""Tables of what may go wrong: cash and debt, and early warnings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from peerbench.brief.context import Desk, cell
from peerbench.brief.tables.columns import bare, columns, left_out, measure, metrics
from peerbench.brief.tables.remarks import marks_note, remarks
from peerbench.brief.tables.rows import benchmarked, company_rows, median_row, refs
from peerbench.core.document import Column, Row, Table, Text
from peerbench.narrate.operations import extremes

PEERS: Final = 6  # rows beside the subject's
READINGS: Final = ("volatility_20d", "price_to_200d_mean", "net_cash_share", "capex_to_sales_fy")


def balance(desk: Desk) -> Table | None:
    """Cash, debt and what they weigh: the resilience section's exhibit."""
    cols = columns(desk, "table.balance")
    if len(cols) < 2:
        return None
    holds = _holds(desk)
    shown = desk.shown(PEERS)
    rows = company_rows(desk, cols, shown=shown)
    rows += [median_row(desk, cols)] if benchmarked(desk, cols) else []
    notes = remarks(desk.not_shown(shown), left_out(desk, "table.balance"), marks_note(desk, metrics(cols)))
    title = desk.title("title.balance", {}, holds)
    subtitle = "Latest balance sheet; interest cover of the last fiscal year"
    return Table(
        "balance", title, (Text(subtitle),), cols, tuple(rows), notes=notes, source=desk.source_line(refs(rows)),
        number=desk.next_table(),
    )  # fmt: skip


def _holds(desk: Desk) -> Mapping[str, bool]:
    """Whether the subject has more cash than debt, and the least debt of all."""
    ev = desk.evidence
    share = ev.money(ev.subject, "net_cash_share") if ev.has("net_cash_share") else None
    positive = bool(share and share.ok and (share.value or 0) > 0)
    lowest = ev.has("debt_to_equity") and extremes(ev, "debt_to_equity")[1] == ev.subject
    return {"net_cash": positive, "net_debt": bool(share and share.ok) and not positive, "lowest": lowest}


def readings(desk: Desk) -> Table | None:
    """Early warnings: the reading now beside the peer median. Limits are the house's to supply; none are invented."""
    ev = desk.evidence
    known = [m for m in READINGS if ev.has(m) and (ev.money(ev.subject, m).ok or ev.median(m).ok)]
    if len(known) < 2:
        return None
    rows = tuple(_reading(desk, metric) for metric in known)
    cols = (Column("now", "Now", 11.0), Column("median", "Median", 13.0))
    notes = remarks("Limits are the reader’s own; none are set here.")
    subtitle = "Reading now, then the peer median"
    return Table(
        "readings", (Text("Early warnings"),), (Text(subtitle),), cols, rows, label_head="", notes=notes, kind="module"
    )  # fmt: skip


def _reading(desk: Desk, metric: str) -> Row:
    ev, format = desk.evidence, bare(desk, metric)
    cells = (cell(ev.money(ev.subject, metric), format), cell(ev.median(metric), format))
    return Row((Text(measure(desk, metric)),), cells)

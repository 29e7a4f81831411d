"""The table of how closely the peers' shares move with the subject's."""

from __future__ import annotations

from peerbench.brief.context import Desk, cell
from peerbench.brief.tables.rows import refs
from peerbench.core.document import Column, Row, Table, Text
from peerbench.narrate.claims import possessive


def correlations(desk: Desk) -> Table | None:
    """How closely daily returns move together, peer by peer, the closest first."""
    ev, found = desk.evidence, desk.study.correlations
    if not found:
        return None
    rows = tuple(
        Row(desk.company(company), (cell(quantity, "n2"), cell(ev.money(company, "volatility_1y"), "bpct1")), "peer")
        for company, quantity in sorted(found.items(), key=lambda item: -(item[1].value or 0))
    )
    cols = (Column("correlation", "Correlation", 20.0), Column("volatility", "Volatility, %", 22.0))
    subtitle = f"Daily returns with {possessive(ev.name(ev.subject))} over a year, days both traded"
    title = desk.title("title.correlations", {"subject": ev.name(ev.subject)}, {})
    return Table(
        "correlations", title, (Text(subtitle),), cols, rows, label_head="Peer", source=desk.source_line(refs(rows)),
        number=desk.next_table(),
    )  # fmt: skip

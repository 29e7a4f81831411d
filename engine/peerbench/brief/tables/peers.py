"""The table of the peers: why they were chosen and how comparable they are."""

from __future__ import annotations

from typing import Final

from peerbench.brief.context import Desk, cell
from peerbench.brief.study import PeerNote
from peerbench.brief.tables.remarks import Remarks, remarks, standard
from peerbench.core.document import Cell, Column, Row, Table, Text
from peerbench.core.evidence import Quantity
from peerbench.narrate.claims import possessive

SIZE: Final = "market_cap"
GROWTH: Final = "revenue_growth_ltm"
FAR: Final = 5.0  # times the subject's size, or a fifth of it, from where a peer is of another size


def peers(desk: Desk) -> Table:
    """Table 5: why these peers and how comparable they are."""
    size, growth = desk.letter(), desk.letter()
    rows = tuple(_row(desk, note) for note in desk.study.peers)
    cols = (
        Column("role", "Role", 14.5, align="left"),
        Column("grade", "Grade", 10.0, align="left"),
        Column("size", "Size", 10.5, mark=size),
        Column("growth", "Growth", 14.0, mark=growth),
        Column("accounts", "Accounts", 16.0, align="left"),
        Column("why", "Reason", 79.5, align="left"),
    )
    return Table(
        "peers", (Text("Peers and how comparable they are"),), (), cols, rows, label_head="Peer",
        notes=_notes(desk, size, growth), kind="peers", number=desk.next_table(),
    )  # fmt: skip


def _row(desk: Desk, note: PeerNote) -> Row:
    cells = (
        Cell((Text("Core peer" if note.role == "core" else "Reference"),)),
        Cell(badge=note.grade or grade(desk, note.company)),
        cell(_size(desk, note.company), "x1"),
        cell(_growth_gap(desk, note.company), "spp1"),
        Cell((Text(standard(desk.evidence.companies[note.company].accounting_standard)),)),
        Cell((Text(note.why),)),
    )
    return Row(desk.company(note.company), cells, "peer")


def _size(desk: Desk, company: str) -> Quantity:
    """Market value in times the subject's."""
    ev = desk.evidence
    own, theirs = ev.money(ev.subject, SIZE), ev.money(company, SIZE)
    ratio = theirs.value / own.value if theirs.value is not None and own.value else None
    what = f"{ev.name(company)}: market value over the subject’s"
    return ev.work(f"size:{company}", what, ratio, "times", "÷", (theirs, own))


def _growth_gap(desk: Desk, company: str) -> Quantity:
    """Revenue growth less the subject's, in points."""
    ev = desk.evidence
    own, theirs = ev.money(ev.subject, GROWTH), ev.money(company, GROWTH)
    gap = theirs.value - own.value if theirs.value is not None and own.value is not None else None
    what = f"{ev.name(company)}: LTM revenue growth less the subject’s"
    return ev.work(f"growth_gap:{company}", what, gap, "fraction", "−", (theirs, own))


def _notes(desk: Desk, size: str, growth: str) -> Remarks:
    """What the columns with the letters size and growth show, and who was not used."""
    whose = possessive(desk.evidence.name(desk.evidence.subject))
    unused = "; ".join(f"{name} ({why})" for name, why in desk.study.excluded)
    return remarks(
        f"{size} Market value over {whose}. {growth} LTM revenue growth less {whose}, pp.",
        f"Not used: {unused}." if unused else "",
    )


def grade(desk: Desk, company: str) -> str:
    """A, B or C by what differs: accounting standard, reporting currency, size beyond five times, country."""
    ev = desk.evidence
    own, other = ev.companies[ev.subject], ev.companies[company]
    sizes = (ev.money(ev.subject, SIZE).value, ev.money(company, SIZE).value)
    ratio = sizes[1] / sizes[0] if sizes[0] and sizes[1] else None
    differs = [
        own.accounting_standard != other.accounting_standard,
        own.reporting_currency != other.reporting_currency,
        ratio is None or not 1 / FAR <= ratio <= FAR,
        own.country != other.country,
    ]
    return "ABC"[min(2, (sum(differs) + 1) // 2)]

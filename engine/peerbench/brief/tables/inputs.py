"""The table of the inputs behind every multiple: from a close to enterprise value, and what it is divided by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from peerbench.brief.context import Desk, cell
from peerbench.brief.tables.rows import refs
from peerbench.core.document import Cell, Column, Number, Row, Span, Table, Text, When

PEERS: Final = 4  # columns beside the subject's
SPAN_MM: Final = 178.0
LABEL_MM: Final = 52.0
ROWS: Final = (  # label, metric, format, whether it is a total
    ("Market value, reporting currency bn", "market_cap", "bn1", False),
    ("Enterprise value, bn", "enterprise_value", "bn1", True),
    ("Revenue LTM, m", "revenue_ltm", "m0", False),
    ("Operating income LTM, m", "operating_income_ltm", "m0", False),
    ("Net income to ordinary holders LTM, m", "net_income_common_ltm", "m0", False),
)
CLAIMS: Final = (
    ("leases", "finance_leases[latest]"),
    ("preferred", "preferred_equity[latest]"),
    ("minorities", "minority_interest[latest]"),
    ("mezzanine", "mezzanine_equity[latest]"),
)


def inputs(desk: Desk) -> Table:
    """Table 6: the inputs behind every multiple, EV bridge row by row, each company in its reporting currency."""
    names = desk.shown(PEERS)
    each = round((SPAN_MM - LABEL_MM) / max(len(names), 1), 2)
    cols = tuple(Column(company, desk.evidence.name(company), each) for company in names)
    rows = tuple(row for row in _rows(desk, names) if _says(row))
    few = desk.not_shown(names)
    source = desk.source_line(refs(rows), f"{few} The inputs of the others stand in the data files." if few else "")
    title = "Basis by company: the inputs behind every multiple"
    return Table(
        "inputs", (Text(title),), (Text(_subtitle(desk, names)),), cols, rows, label_head="", source=source,
        kind="inputs", number=desk.next_table(),
    )  # fmt: skip


def _subtitle(desk: Desk, names: Sequence[str]) -> str:
    currencies = sorted({desk.evidence.companies[company].reporting_currency for company in names})
    leases = _lease_words(desk, names)
    return f"Reporting currency of each company ({', '.join(currencies)}); leases as debt: {leases}"


def _lease_words(desk: Desk, names: Sequence[str]) -> str:
    standards = {desk.evidence.companies[c].accounting_standard for c in names}
    if standards == {"us-gaap"}:
        return "finance leases"
    return "all" if "us-gaap" not in standards else "all under IFRS, finance leases under US GAAP"


# ---- rows ------------------------------------------------------------------------------------------------------------


def _rows(desk: Desk, names: Sequence[str]) -> list[Row]:
    return [
        _row("Line and close", [_line_cell(desk, c) for c in names]),
        _row("Ordinary shares per unit; shares, m", [_shares_cell(desk, c) for c in names]),
        _row("Share count dated", [_dated_cell(desk, c, "shares[spot]") for c in names]),
        _metric_row(desk, names, *ROWS[0]),
        *(_bridge_row(desk, names, label, keys, sign) for label, keys, sign in bridge(desk, names)),
        _row("Balance sheet dated", [_dated_cell(desk, c, "cash[latest]") for c in names]),
        *(_metric_row(desk, names, *entry) for entry in ROWS[1:]),
        _row("Parent equity, m", [cell(desk.evidence.operand(c, "equity_parent[latest]"), "m0") for c in names]),
    ]


def _row(label: str, cells: Sequence[Cell]) -> Row:
    return Row((Text(label),), tuple(cells))


def _says(row: Row) -> bool:
    """Whether a row has anything but figures that are missing."""
    spans = [span for each in row.cells for span in each.spans]
    return any(isinstance(span, When) or (isinstance(span, Number) and span.status != "missing") for span in spans)


def _line_cell(desk: Desk, company: str) -> Cell:
    listed = desk.study.listings.get(company)
    if listed is None:
        return Cell((Number(None, "price", status="missing"),))
    return Cell((Text(f"{listed.line} "), listed.price.number("price")))


def _shares_cell(desk: Desk, company: str) -> Cell:
    listed = desk.study.listings.get(company)
    shares = desk.evidence.operand(company, "shares[spot]")
    if listed is None:
        return Cell((shares.number("m1"),))
    ratio = f"{listed.ordinary_per_unit:g}"
    return Cell((Text(f"{ratio}; ", ((ratio, desk.ratio(company).ref),)), shares.number("m1")))


def _dated_cell(desk: Desk, company: str, key: str) -> Cell:
    operand = desk.evidence.operand(company, key)
    if operand.end is None:
        return Cell((Number(None, "n0", status="missing"),))
    average = ", diluted" if "diluted_average" in operand.flags else ""
    return Cell((When(operand.end, "data"), Text(average)))


def _metric_row(desk: Desk, names: Sequence[str], label: str, metric: str, format: str, total: bool) -> Row:
    cells = tuple(cell(desk.evidence.value(c, metric), format, strong=total) for c in names)
    return Row((Text(label),), cells, "total" if total else "plain")


# ---- the bridge ------------------------------------------------------------------------------------------------------


def bridge(desk: Desk, companies: Sequence[str]) -> tuple[tuple[str, tuple[str, ...], int], ...]:
    """The rows between market value and enterprise value: label, operands, and whether they add (1) or take (−1).

    Claims that nobody here discloses are left out.
    """
    ev = desk.evidence
    claims = [(name, key) for name, key in CLAIMS if any(ev.operand(c, key).ok for c in companies)]
    named = f"+ {', '.join(name for name, _ in claims)}, bn"
    return (
        ("+ debt, short and long, bn", ("debt_short[latest]", "debt_long[latest]"), 1),
        *([(named, tuple(key for _, key in claims), 1)] if claims else []),
        ("− cash, short-term investments, bn", ("cash[latest]", "short_term_investments[latest]"), -1),
    )


def _bridge_row(desk: Desk, names: Sequence[str], label: str, keys: Sequence[str], sign: int) -> Row:
    return _row(label, [_bridge_cell(desk, c, keys, sign) for c in names])


def _bridge_cell(desk: Desk, company: str, keys: Sequence[str], sign: int) -> Cell:
    joint = " + " if sign > 0 else " − "
    spans: list[Span] = [Text("−")] if sign < 0 else []
    for index, key in enumerate(keys):
        spans += [Text(joint)] if index else []
        spans.append(desk.evidence.operand(company, key).number("bn1"))
    return Cell(tuple(spans))

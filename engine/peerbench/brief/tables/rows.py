"""Rows of a table with columns of metrics: a row for each company, then the statistics of the peers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from peerbench.brief.context import Desk, cell, plain
from peerbench.brief.tables.columns import PRICE, bare, metrics, printed, skipped
from peerbench.core.document import Cell, Column, Number, Row, Text
from peerbench.core.evidence import Quantity


def company_rows(
    desk: Desk, cols: Sequence[Column], marks: Mapping[str, str] | None = None, shown: Sequence[str] = ()
) -> list[Row]:
    """A row for each company, or for those shown; marks are footnote letters by company."""
    letters = marks or {}
    return [_company_row(desk, company, cols, letters.get(company, "")) for company in shown or desk.evidence.everyone]


def _company_row(desk: Desk, company: str, cols: Sequence[Column], mark: str) -> Row:
    cells = tuple(_price(desk, company) if key == PRICE else _figure(desk, company, key) for key in printed(cols))
    return Row(desk.company(company, mark=mark), cells, "subject" if company == desk.evidence.subject else "peer")


def _price(desk: Desk, company: str) -> Cell:
    listed = desk.study.listings.get(company)
    return Cell((listed.price.number("price") if listed else Number(None, "price", status="missing"),))


def _figure(desk: Desk, company: str, metric: str) -> Cell:
    return cell(desk.evidence.money(company, metric), bare(desk, metric))


# ---- statistics ------------------------------------------------------------------------------------------------------


def _over_peers(
    desk: Desk, label: str, role: str, cols: Sequence[Column], made: Callable[[str], Cell], *, rule_above: bool = False
) -> Row:
    """A cell for each printed column, blank where a statistic says nothing."""
    cells = tuple(Cell() if skipped(desk, key) else made(key) for key in printed(cols))
    return Row((Text(label),), cells, role, rule_above=rule_above)


def statistic_row(desk: Desk, label: str, name: str, cols: Sequence[Column], role: str = "statistic") -> Row:
    """One statistic of the core peers by name, as `Evidence.statistic` knows it."""
    ev = desk.evidence
    return _over_peers(desk, label, role, cols, lambda key: cell(ev.statistic(key, name), bare(desk, key)))


def median_row(desk: Desk, cols: Sequence[Column], label: str = "Peer median") -> Row:
    return statistic_row(desk, label, "median", cols, "median")


def counted_median_row(desk: Desk, cols: Sequence[Column]) -> Row:
    """The median with how many peers it is of, a range where the columns differ."""
    counts = [desk.evidence.count(metric) for metric in metrics(cols)]
    least, most = min(counts, default=0), max(counts, default=0)
    n = str(most) if counts and least == most else f"{least}–{most}"
    return median_row(desk, cols, f"Peer median, n = {n}")


def range_row(desk: Desk, cols: Sequence[Column]) -> Row:
    """The highest and the lowest peer in one cell."""
    return _over_peers(desk, "High, low", "range", cols, lambda key: _range(desk, key))


def _range(desk: Desk, metric: str) -> Cell:
    high, low = (desk.evidence.statistic(metric, name) for name in ("maximum", "minimum"))
    format = bare(desk, metric)
    return Cell((high.number(format), Text(", "), low.number(format)) if high.ok and low.ok else (high.number(format),))


def gap_row(desk: Desk, cols: Sequence[Column]) -> Row:
    """The subject against the median: a premium for multiples and money, a gap in points for fractions."""
    units = {_signed(desk, key) for key in printed(cols) if not skipped(desk, key)}
    unit = "% or pp" if len(units) > 1 else "pp" if units == {"spp1"} else "%"
    label = f"Gap to median, {unit}"
    return _over_peers(
        desk, label, "gap", cols, lambda key: cell(_against(desk, key), _signed(desk, key)), rule_above=True
    )


def _against(desk: Desk, metric: str) -> Quantity:
    ev = desk.evidence
    return ev.premium(metric) if ev.definitions[metric].compare == "premium" else ev.gap(metric)


def _signed(desk: Desk, metric: str) -> str:
    return "sbpct1" if desk.evidence.definitions[metric].compare == "premium" else "spp1"


def rank_row(desk: Desk, cols: Sequence[Column]) -> Row:
    """The subject's rank in each column that has a median."""
    ev = desk.evidence
    of = max((ev.ranked(metric) for metric in metrics(cols)), default=0)
    label = f"Rank of {of}, 1 = best"
    return _over_peers(desk, label, "rank", cols, lambda key: place(ev.rank(key) if ev.median(key).ok else None))


def place(rank: float | None) -> Cell:
    """A rank; a shared one keeps its half."""
    return plain(rank, "n0" if rank is None or rank == int(rank) else "n1")


def count_row(desk: Desk, cols: Sequence[Column]) -> Row:
    """How many peers each median is of."""
    count = desk.evidence.count
    return _over_peers(desk, "Peers counted, n", "statistic", cols, lambda key: plain(float(count(key)), "n0"))


def _quartile_row(label: str, name: str) -> Callable[[Desk, Sequence[Column]], Row | None]:
    """Quartiles from five peers on (METHOD 25)."""

    def make(desk: Desk, cols: Sequence[Column]) -> Row | None:
        enough = any(desk.evidence.statistic(metric, name).ok for metric in metrics(cols))
        return statistic_row(desk, label, name, cols) if enough else None

    return make


STATISTICS: Final[Mapping[str, Callable[[Desk, Sequence[Column]], Row | None]]] = {
    "upper_quartile": _quartile_row("Upper quartile", "q3"),
    "lower_quartile": _quartile_row("Lower quartile", "q1"),
    "maximum": lambda desk, cols: statistic_row(desk, "High", "maximum", cols),
    "minimum": lambda desk, cols: statistic_row(desk, "Low", "minimum", cols),
    "count": count_row,
    "gap": gap_row,
    "rank": rank_row,
}


def benchmarked(desk: Desk, cols: Sequence[Column]) -> bool:
    """Whether any column has a median; where none has, a row of dashes would say nothing (METHOD 25)."""
    return any(desk.evidence.median(metric).ok for metric in metrics(cols))


def refs(rows: Sequence[Row]) -> list[str]:
    """Every lineage ref printed in the rows."""
    spans = (span for row in rows for each in row.cells for span in each.spans)
    return [span.ref for span in spans if isinstance(span, Number) and span.ref]

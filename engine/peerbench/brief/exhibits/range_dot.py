"""The figure of where the subject stands: premium or discount to the peer median, measure by measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from peerbench.brief.context import Desk
from peerbench.brief.exhibits.instead import alternative, numbers
from peerbench.brief.exhibits.measures import format_of, name, relative
from peerbench.brief.tables.remarks import ltm_words
from peerbench.core import figures
from peerbench.core.document import Cell, Chart, Number, Spans, Table, Text
from peerbench.core.evidence import Tested
from peerbench.narrate import words
from peerbench.narrate.valuation import spread

ROW_MM: Final = 10.5  # pitch of a row, and the axis
AXIS_MM: Final = 5.0
COMPACT_MM: Final = 46.0  # height with the subject's values at its right edge
MOST: Final = 6  # measures
MOST_TESTED: Final = 5  # measures beside which there is room for the test row
LEAST_PEERS: Final = 3


def range_dot(desk: Desk, width: float = 178.0, height: float = 56.5) -> Chart | None:
    """Figure 1: premium or discount to the peer median, measure by measure, with the pivotal peer's test row."""
    listed = desk.metrics("measures") or desk.metrics("multiples")
    measures = [metric for metric in listed if relative(desk, metric).ok][:MOST]
    if len(measures) < 2 or len(desk.evidence.peers) < LEAST_PEERS:
        return None
    rows = tuple(_rows(desk, measures))
    title = _title(desk, measures)
    peers = len(desk.evidence.peers)
    more = f"{len(rows)} rows, subject and {peers} peers against the median."
    refs = [ref for metric in measures for ref in (relative(desk, metric).ref, desk.evidence.median(metric).ref)]
    note = f"Bars run from lowest to highest peer; {_quartile_words(peers)}"
    return Chart(
        "range-dot",
        title,
        (Text(_subtitle(desk)),),
        figures.RangeDot(desk.study.identities, rows, _annotation(desk, rows)),
        alternative("Range-dot plot.", title, more=more),
        desk.source_line(refs, note),
        width,
        min(height, ROW_MM * len(rows) + AXIS_MM),
        desk.next_figure(),
        _numbers(desk, rows),
    )


# ---- rows ------------------------------------------------------------------------------------------------------------


def _rows(desk: Desk, measures: Sequence[str]) -> Iterator[figures.DotRow]:
    """A row a measure; under the tested one the same without the pivotal peer."""
    tested = desk.tested
    for metric in measures:
        yield figures.DotRow(name(desk, metric), _points(desk, metric))
        if tested and metric == tested.metric and tested.pivotal and len(measures) <= MOST_TESTED:
            label = f"without {desk.evidence.name(tested.pivotal)}"
            yield figures.DotRow(label, _test_points(desk, tested), test=True)


def _points(desk: Desk, metric: str) -> tuple[figures.DotPoint, ...]:
    ev = desk.evidence
    made = []
    for company in (ev.subject, *ev.peers):
        value, against = ev.money(company, metric), relative(desk, metric, company)
        if value.value is None or against.value is None:
            continue
        label = value.number(format_of(desk, metric))
        printed = against.number("spct0") if company == ev.subject else None
        made.append(figures.DotPoint(company, against.value, label, printed))
    return tuple(made)


def _test_points(desk: Desk, tested: Tested) -> tuple[figures.DotPoint, ...]:
    """The tested measure against the median without the pivotal peer."""
    ev, metric = desk.evidence, tested.metric
    known = [ev.money(peer, metric) for peer in ev.peers if peer != tested.pivotal]
    without, own = tested.without(tested.pivotal), ev.money(ev.subject, metric)
    if not any(peer.value is not None for peer in known):
        return ()
    if own.value is None or without is None or without.value is None:
        return ()
    median = own.value / (1 + without.value)
    subject = figures.DotPoint(ev.subject, without.value, own.number("x1"), without.number("spct0"))
    others = (
        figures.DotPoint(peer.company, peer.value / median - 1, peer.number("x1"))
        for peer in known
        if peer.value is not None
    )
    return (subject, *others)


def _annotation(desk: Desk, rows: Sequence[figures.DotRow]) -> str:
    """One annotation at most, on the point the title turns on; it carries no number of its own."""
    tested = desk.tested
    if tested is None or not any(row.test for row in rows):
        return ""
    return f"Drop {desk.evidence.name(tested.pivotal)} and the median moves; the gap goes with it"


# ---- words -----------------------------------------------------------------------------------------------------------


def _title(desk: Desk, measures: Sequence[str]) -> Spans:
    ev, tested = desk.evidence, desk.tested
    pivotal = tested.pivotal if tested else ""
    statement = spread(ev, measures)
    values = {
        **statement.values,
        "all_measures": words.every(len(measures)),
        "measure": words.noun(ev, desk.headline_metric),
        "pivotal": ev.name(pivotal) if pivotal else "",
    }
    holds = {
        **statement.holds,
        **_sides(desk, measures),
        "fails_pivotal": bool(tested and pivotal and tested.metric in measures),
    }
    return desk.title(desk.audience.words("measures_title", "title.range_dot"), values, holds)


def _sides(desk: Desk, measures: Sequence[str]) -> Mapping[str, bool]:
    """On which side of the median the measures of risk lie, debt apart."""
    market = [relative(desk, m).value or 0.0 for m in measures if not m.startswith("debt")]
    debt = [relative(desk, m).value or 0.0 for m in measures if m.startswith("debt")]
    above = bool(market) and all(value > 0 for value in market)
    return {
        "above_all": above,
        "all": above,
        "above_some": any(value > 0 for value in market),
        "below_some": any(value < 0 for value in market),
        "below_debt": bool(debt) and debt[0] < 0,
    }


def _subtitle(desk: Desk) -> str:
    said = desk.audience.words("measures_subtitle")
    if said:
        return said
    window = ltm_words(desk)
    return (
        f"Premium or discount to the median of {words.count(len(desk.evidence.peers))} peers, %. "
        f"Labels give the multiple; {window[0].lower()}{window[1:]}"
    )


def _quartile_words(n: int) -> str:
    return f"no quartiles are drawn because n = {n}." if n < 5 else f"n = {n}."


# ---- numbers ---------------------------------------------------------------------------------------------------------


def _numbers(desk: Desk, rows: Sequence[figures.DotRow]) -> Table:
    ev = desk.evidence
    companies = (ev.subject, *ev.peers)
    cells = [(row.label, [Cell((_label(row, company),)) for company in companies]) for row in rows]
    return numbers("range-dot", "Measure", [(company, ev.name(company)) for company in companies], cells)


def _label(row: figures.DotRow, company: str) -> Number:
    found = (point.label for point in row.points if point.company == company)
    return next(found, Number(None, "n1", status="missing"))

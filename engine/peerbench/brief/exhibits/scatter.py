"""The figure of price against growth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from peerbench.brief.context import Desk
from peerbench.brief.exhibits.instead import alternative, numbers
from peerbench.brief.exhibits.measures import name
from peerbench.brief.tables.remarks import ltm_words
from peerbench.core import figures
from peerbench.core.document import Cell, Chart, Spans, Table, Text
from peerbench.narrate.valuation import direction

GROWTH: Final = "revenue_growth_ltm"
LEAST: Final = 3  # companies with both
FIT: Final = 8  # peers from which a line may be fitted (METHOD 32)


def scatter(desk: Desk) -> Chart | None:
    """Figure 3: the headline multiple against revenue growth."""
    ev, multiple = desk.evidence, desk.headline_metric
    known = [c for c in (ev.subject, *ev.peers) if ev.money(c, GROWTH).ok and ev.money(c, multiple).ok]
    if len(known) < LEAST or ev.subject not in known:
        return None
    title = _title(desk, known)
    points = tuple(
        figures.ScatterPoint(c, ev.money(c, GROWTH).number("spct1"), ev.money(c, multiple).number("x1")) for c in known
    )
    medians = ev.median(GROWTH).value, ev.median(multiple).value
    peers = sum(c != ev.subject for c in known)
    note = f"No fit drawn: n = {peers}, eight needed." if peers < FIT else ""
    refs = [ev.money(c, metric).ref for c in known for metric in (GROWTH, multiple)]
    window = ltm_words(desk).replace("Last twelve months (LTM)", "LTM")
    return Chart(
        "scatter",
        title,
        (Text(f"{ev.definitions[multiple].short} in times against revenue growth in %, {window}"),),
        figures.Scatter(desk.study.identities, points, "Revenue growth", name(desk, multiple), *medians),
        alternative("Scatter plot.", title),
        desk.source_line(refs, note),
        87.0,
        41.0,
        desk.next_figure(),
        _numbers(desk, points),
    )


def _numbers(desk: Desk, points: Sequence[figures.ScatterPoint]) -> Table:
    ev = desk.evidence
    cols = [("x", "Revenue growth"), ("y", ev.definitions[desk.headline_metric].short)]
    rows = [(ev.name(point.company), [Cell((point.x,)), Cell((point.y,))]) for point in points]
    return numbers("scatter", "Company", cols, rows)


# ---- the title: between whom the subject stands ----------------------------------------------------------------------


def _title(desk: Desk, known: Sequence[str]) -> Spans:
    ev, multiple = desk.evidence, desk.headline_metric
    cheaper, dearer = _neighbours(desk, multiple, known)
    slower, faster = _neighbours(desk, GROWTH, known)
    beside: Mapping[str, str] = {"cheaper": cheaper, "dearer": dearer, "slower": slower, "faster": faster}
    holds = {
        **direction(ev.premium(multiple), "_price"),
        **direction(ev.gap(GROWTH), "_growth"),
        "between": all(beside.values()),
    }
    return desk.title("title.scatter", {side: ev.name(c) if c else "" for side, c in beside.items()}, holds)


def _neighbours(desk: Desk, metric: str, known: Sequence[str]) -> tuple[str, str]:
    """The companies next below and next above the subject; empty at an end."""
    ev = desk.evidence
    order = sorted(known, key=lambda company: ev.money(company, metric).value or 0)
    place = order.index(ev.subject)
    return order[place - 1] if place > 0 else "", order[place + 1] if place + 1 < len(order) else ""

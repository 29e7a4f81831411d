"""Figures of prices: a year of every company's returns, and the subject's closes in the panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from peerbench.brief.context import Desk
from peerbench.brief.exhibits.instead import alternative, numbers
from peerbench.core import figures
from peerbench.core.document import Cell, Chart, Spans, Table, Text

LINES: Final = 5  # peers whose lines can be told apart
LEAST: Final = 40  # closes beyond which a line is drawn
WEEK: Final = 5  # trading days from one point of a line to the next
LEAST_SPARK: Final = 20
SPARK: Final = 90  # points of the sparkline


def prices(desk: Desk) -> Chart | None:
    """Closes rebased to 100 a year back, each in its own currency."""
    ev = desk.evidence
    lines = [line for company in (ev.subject, *ev.peers) if (line := _line(desk, company))]
    if not lines or lines[0].company != ev.subject:
        return None
    best = max(lines, key=lambda line: line.points[-1].value).company
    known = [line.company for line in lines]
    shown = {*desk.shown(LINES, known), best}
    drawn = tuple(line for line in lines if line.company in shown)
    title = _title(desk, best, len(drawn))
    refs = [f"working:rebased:{line.company}" for line in drawn]
    return Chart(
        "prices",
        title,
        (Text("Total return over a year, %, local currency"),),
        figures.Lines(desk.study.identities, drawn),
        alternative("Line chart.", title),
        desk.source_line(refs, desk.not_shown(shown, known)),
        87.0,
        44.0,
        desk.next_figure(),
        _numbers(desk, drawn),
    )


def _line(desk: Desk, company: str) -> figures.Series | None:
    """A company's closes against the first of the year; none where there are too few."""
    points, ev = desk.study.prices.get(company, ()), desk.evidence
    if len(points) <= LEAST or not points[0].value:
        return None
    rebased = tuple(figures.SeriesPoint(p.when, p.value / points[0].value - 1) for p in points)
    what = f"{ev.name(company)}: dividend-adjusted close against a year before"
    how, documents = "last close ÷ first close − 1", _documents(desk, company)
    end = ev.work(f"rebased:{company}", what, rebased[-1].value, "fraction", how, (), documents=documents)
    return figures.Series(company, _thinned(rebased, WEEK), end.number("spct0"))


def _thinned(points: tuple[figures.SeriesPoint, ...], step: int) -> tuple[figures.SeriesPoint, ...]:
    """Every step-th point, and the last one."""
    return points[::step] if (len(points) - 1) % step == 0 else (*points[::step], points[-1])


def _documents(desk: Desk, company: str) -> tuple[str, ...]:
    """The first and the last close of the year."""
    quantity = desk.evidence.value(company, "volatility_1y")
    found = desk.evidence.documents(quantity.ref) if quantity.ok else ()
    return (found[0], found[-1]) if found else ()


def _title(desk: Desk, best: str, lines: int) -> Spans:
    ev = desk.evidence
    holds = {"highest_own": best == ev.subject, "highest_other": best != ev.subject and lines > 1}
    return desk.title("title.prices", {"top": ev.name(best), "subject": ev.name(ev.subject)}, holds)


def _numbers(desk: Desk, drawn: Sequence[figures.Series]) -> Table:
    rows = [(desk.evidence.name(line.company), [Cell((line.end,))]) for line in drawn]
    return numbers("prices", "Company", [("end", "Change over a year")], rows)


def sparkline(desk: Desk) -> Chart | None:
    """The subject's closes of twelve months, as a small line without an axis."""
    points = desk.study.prices.get(desk.evidence.subject, ())
    if len(points) < LEAST_SPARK:
        return None
    thin = _thinned(points, max(1, len(points) // SPARK))
    alt = f"Closes of twelve months to {points[-1].when:%-d %B %Y}."
    return Chart("sparkline", (), (), figures.Sparkline(thin), alt, (), 51.0, 11.0)

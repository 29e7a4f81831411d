"""Figures of growth quarter by quarter: of every company, and of comparable segments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from peerbench.brief.context import Desk
from peerbench.brief.exhibits.instead import alternative, at, numbers
from peerbench.brief.study import QuarterSeries
from peerbench.core import figures
from peerbench.core.document import Chart, Spans, Table, Text
from peerbench.core.periods import near
from peerbench.narrate import words
from peerbench.narrate.claims import Value, possessive
from peerbench.narrate.operations import run_of

PANELS: Final = 3  # beside the subject's
LEAST: Final = 3  # quarters of a company
LEAST_OF_SEGMENT: Final = 2
SAME_QUARTER: Final = 20  # days that quarter ends may lie apart


# ---- companies -------------------------------------------------------------------------------------------------------


def multiples(desk: Desk) -> Chart | None:
    """Figure 5: revenue growth quarter by quarter, one panel a company on one scale."""
    ev, growth = desk.evidence, desk.study.growth
    known = [c for c in (ev.subject, *ev.peers) if c in growth and len(growth[c].points) >= LEAST]
    panels = [c for c in desk.shown(PANELS, known) if c in known]
    drawn = [growth[c] for c in (ev.subject, *ev.peers) if c in panels]
    if not drawn or drawn[0].company != ev.subject:
        return None
    title = _run_title(desk, drawn)
    subtitle = _window(drawn)
    identities = tuple(one for one in desk.study.identities if one.company in panels)
    return Chart(
        "multiples",
        title,
        (Text(subtitle),),
        figures.SmallMultiples(identities, tuple(_line(one) for one in drawn)),
        alternative("Small multiples of lines.", title, subtitle),
        desk.source_line(_refs(drawn), desk.not_shown(panels, known)),
        178.0,
        37.0,
        desk.next_figure(),
        _numbers("multiples", drawn, lambda one: (one.company, ev.name(one.company))),
    )


def _run_title(desk: Desk, drawn: Sequence[QuarterSeries]) -> Spans:
    """How many quarters running the subject's growth rose or fell, and which peer's rose for most."""
    ev = desk.evidence
    steps = _run(drawn[0])
    runs = {one.company: _run(one) for one in drawn[1:]}
    other = max(runs, key=lambda company: runs[company], default="")
    values: dict[str, Value] = {
        "subject_s": possessive(ev.name(ev.subject)),
        "own": drawn[0].points[-1][1].number("pct0"),
        "steps": words.count(abs(steps)),
        "other": ev.name(other) if other else "",
        "other_steps": words.count(runs.get(other, 0)),
    }
    holds = {
        "rose_run": steps >= 3,
        "fell_run": steps <= -2,
        "rose_other_run": bool(other) and runs[other] >= 3,
        "rose": steps > 0,
        "fell": steps < 0,
    }
    return desk.title("title.multiples", values, holds)


def _run(series: QuarterSeries) -> int:
    return run_of([quantity.value or 0.0 for _, quantity in series.points])


def _window(drawn: Sequence[QuarterSeries]) -> str:
    first = min(one.points[0][0] for one in drawn)
    last = max(one.points[-1][0] for one in drawn)
    return (
        "Revenue growth on the same quarter a year earlier, %, reporting currency, "
        f"quarters to {first:%b %Y}–{last:%b %Y}; grey lines are the others"
    )


# ---- segments --------------------------------------------------------------------------------------------------------


def segments(desk: Desk) -> Chart | None:
    """Figure 7: growth of comparable segments, direct labels at the line ends."""
    drawn = [one for one in desk.segments if len(one.points) >= LEAST_OF_SEGMENT]
    if not drawn or drawn[0].company != desk.evidence.subject:
        return None
    title = _pair_title(desk, drawn)
    return Chart(
        "segments",
        title,
        (Text("Revenue growth of comparable segments on a year earlier, %, quarters"),),
        figures.Lines(desk.study.identities, tuple(_line(one, one.label) for one in drawn)),
        alternative("Line chart.", title),
        desk.source_line(_refs(drawn), _undisclosed(desk, drawn)),
        87.0,
        44.0,
        desk.next_figure(),
        _numbers("segments", drawn, lambda one: (one.label, one.label)),
    )


def _pair_title(desk: Desk, drawn: Sequence[QuarterSeries]) -> Spans:
    """The subject's segment against the first of the others, where both end with one quarter."""
    gap = _gap(drawn[0], drawn[1]) if len(drawn) > 1 else None
    other = possessive(drawn[1].label) if len(drawn) > 1 else ""
    values = {"label_s": possessive(drawn[0].label), "other_s": other}
    holds = {"above": gap is not None and gap > 0, "below": gap is not None and gap < 0}
    return desk.title("title.segments", values, holds)


def _gap(own: QuarterSeries, other: QuarterSeries) -> float | None:
    (end, mine), (theirs, growth) = own.points[-1], other.points[-1]
    return (mine.value or 0) - (growth.value or 0) if near(end, theirs, days=SAME_QUARTER) else None


def _undisclosed(desk: Desk, drawn: Sequence[QuarterSeries]) -> str:
    ev, known = desk.evidence, {one.company for one in drawn}
    missing = [ev.name(company) for company in (ev.subject, *ev.peers) if company not in known]
    return f"Not disclosed, or too few quarters known at the date: {', '.join(missing)}." if missing else ""


# ---- of both ---------------------------------------------------------------------------------------------------------


def _line(series: QuarterSeries, label: str = "") -> figures.Series:
    points = tuple(figures.SeriesPoint(end, quantity.value or 0.0) for end, quantity in series.points)
    return figures.Series(series.company, points, series.points[-1][1].number("spct0"), label)


def _refs(drawn: Sequence[QuarterSeries]) -> list[str]:
    return [quantity.ref for one in drawn for _, quantity in one.points]


def _numbers(id: str, drawn: Sequence[QuarterSeries], column: Callable[[QuarterSeries], tuple[str, str]]) -> Table:
    ends = sorted({end for one in drawn for end, _ in one.points})
    rows = [(f"{end:%b %Y}", [at(one.points, end) for one in drawn]) for end in ends]
    return numbers(id, "Quarter to", [column(one) for one in drawn], rows)

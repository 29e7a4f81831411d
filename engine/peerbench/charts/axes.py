"""The furniture of charts with a vertical scale: grid, its words at the left, a base line, and ticks of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median
from typing import Final

from peerbench.charts.labels import Label
from peerbench.charts.marks import Path, Rule
from peerbench.charts.scales import Scale, Text, multiples, tick_texts
from peerbench.charts.theme import Theme
from peerbench.core.document import Number
from peerbench.core.figures import SeriesPoint

MONTH: Final = 25  # days: a series by the day is never broken by a weekend or a holiday
LEFT: Final = 26.0  # px of the scale's words, the same in every chart of a column so that their plots align
TOP: Final = 7.0
FOOT: Final = 15.5
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Plot:
    """The rectangle of the data, in px of the chart."""

    left: float
    top: float
    right: float
    bottom: float


def levels(
    plot: Plot, y: Scale, by: float, like: Number, text: Text, theme: Theme, *, words: bool = True
) -> tuple[list[Rule], list[Label]]:
    """Grid lines at the steps of the vertical scale, zero in ink when values lie on both sides, and their words."""
    ticks = multiples(y.domain[0], y.domain[1], by)
    signed = any(tick > 0 for tick in ticks) and like.format.startswith("s")
    said = tick_texts(ticks, like, text, signed=signed)
    between = y.domain[0] < 0 < y.domain[1]
    grid = [Rule(plot.left, y(at), plot.right, y(at), theme.ink if at == 0 and between else theme.grid) for at in ticks]
    labels = [
        Label(word, plot.left - 5, y(at), theme.sec, "right") for at, word in zip(ticks, said, strict=True) if words
    ]
    return grid, labels


def base(plot: Plot, theme: Theme) -> Rule:
    """The horizontal axis: an ink line under the plot."""
    return Rule(plot.left, plot.bottom, plot.right, plot.bottom, theme.ink)


def ticks(plot: Plot, xs: Iterable[float], theme: Theme) -> list[Rule]:
    """Short ink marks under the base line."""
    return [Rule(x, plot.bottom, x, plot.bottom + 4, theme.ink) for x in xs]


def left_of(domain: Sequence[float], like: Number, text: Text, by: float) -> float:
    """Room for the words of a vertical scale: the house's 26 px, more when a word is longer."""
    said = tick_texts(multiples(domain[0], domain[1], by), like, text, signed=like.format.startswith("s"))
    widest = max((Label(word, 0, 0, "").width for word in said), default=0.0)
    return max(LEFT, widest + 6)


# ---- time -----------------------------------------------------------------------------------------------------------


def time_scale(days: Iterable[date], left: float, right: float) -> Scale:
    """Days on a line; a single day stands in the middle."""
    known = [day.toordinal() for day in days] or [0]
    first, last = float(min(known)), float(max(known))
    return Scale((first, last) if last > first else (first - 1, last + 1), (left, right))


def known(points: Sequence[SeriesPoint]) -> tuple[SeriesPoint, ...]:
    """The points in order of time, without those that have no value."""
    return tuple(sorted((point for point in points if point.value == point.value), key=lambda point: point.when))


def runs(points: Sequence[SeriesPoint]) -> tuple[tuple[SeriesPoint, ...], ...]:
    """The points of months or quarters in unbroken stretches: a gap of nearly two usual steps is not drawn over."""
    steps = [(after.when - before.when).days for before, after in pairwise(points)]
    usual = median(steps) if steps else 0
    stretches: list[list[SeriesPoint]] = [[point] for point in points[:1]]
    for space, point in zip(steps, points[1:], strict=True):
        if space > 1.75 * usual and usual >= MONTH:
            stretches.append([])
        stretches[-1].append(point)
    return tuple(tuple(stretch) for stretch in stretches)


def strokes(points: Sequence[SeriesPoint], colour: str, width: float, dash: tuple[float, ...] = ()) -> list[Path]:
    """A series as lines, one for each unbroken stretch of two points or more."""
    return [
        Path(tuple((float(point.when.toordinal()), point.value) for point in stretch), colour, width, dash)
        for stretch in runs(points)
        if len(stretch) > 1
    ]


def years(days: Iterable[date]) -> list[tuple[date, str]]:
    """The first day of the data in each calendar year that the data enters in its first quarter, with the year."""
    first: dict[int, date] = {}
    for day in sorted(days):
        first.setdefault(day.year, day)
    return [(day, str(year)) for year, day in first.items() if day.month <= 3]


def periods(lines: Sequence[Sequence[SeriesPoint]]) -> list[tuple[date, str]]:
    """Marks of time of several series: calendar quarters (3Q24), or months (Oct 2024) where one goes by the day."""
    days = [point.when for points in lines for point in points]
    gaps = [[(after.when - before.when).days for before, after in pairwise(points)] for points in lines]
    return months(days) if any(steps and median(steps) < MONTH for steps in gaps) else quarters(days)


def quarters(days: Iterable[date]) -> list[tuple[date, str]]:
    """Each calendar quarter of the data, e.g. 3Q24, at the first day it is known; companies may end it days apart."""
    first: dict[str, date] = {}
    for day in sorted(days):
        first.setdefault(f"{(day.month + 2) // 3}Q{day:%y}", day)
    return [(day, word) for word, day in first.items()]


def months(days: Iterable[date]) -> list[tuple[date, str]]:
    """The first day of the data in each January, April, July and October that it enters at its beginning."""
    first: dict[str, date] = {}
    for day in sorted(days):
        first.setdefault(f"{MONTHS[day.month - 1]} {day.year}", day)
    return [(day, word) for word, day in first.items() if day.month % 3 == 1 and day.day <= 10]


def time_axis(
    plot: Plot,
    x: Scale,
    marks: Sequence[tuple[date, str]],
    days: Sequence[date],
    theme: Theme,
    *,
    centred: bool = False,
) -> tuple[list[Rule], list[Label]]:
    """Ticks and their words under the base line; words that would touch are left out; a short span says its ends."""
    shown = list(marks)
    if not shown and days:
        ends = dict.fromkeys((min(days), max(days)))
        shown = [(day, f"{MONTHS[day.month - 1]} {day.year}") for day in ends]
    labels: list[Label] = []
    kept: list[float] = []
    for day, word in ((day, _said(day, word, theme)) for day, word in shown):
        at = x(day.toordinal())
        label = Label(word, at, plot.bottom + 11, theme.sec, "center" if centred else "left").within(0, plot.right + 8)
        if not labels or label.left >= labels[-1].right + 8:
            labels.append(label)
            kept.append(at)
    return ticks(plot, kept, theme), labels


def _said(day: date, word: str, theme: Theme) -> str:
    """A month of a year in the language of the page; a quarter is a code."""
    return theme.say("month").format(y=day.year, m=day.month) if word[:3] in MONTHS and theme.words else word

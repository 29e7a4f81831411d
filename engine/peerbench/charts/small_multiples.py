"""One panel a company on one scale, its own line in colour, the others in grey behind (Figure 5)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from peerbench.charts import axes, marks
from peerbench.charts.axes import Plot
from peerbench.charts.labels import Label
from peerbench.charts.marks import Mark, Path, Rule
from peerbench.charts.measure import width
from peerbench.charts.scales import Scale, Text, rounded_domain
from peerbench.charts.theme import Theme, px, shape
from peerbench.core.document import Number
from peerbench.core.figures import Identity, Series, SmallMultiples

GAP: Final = 11.0
BETWEEN: Final = 9.0  # px between two rows of panels
NAME: Final = 19.0  # px for the company's name above its panel
LEAST: Final = 112.0  # px a panel is wide at least; more panels make another row


@dataclass(frozen=True, slots=True)
class _Panel:
    series: Series
    identity: Identity
    plot: Plot
    x: Scale
    y: Scale
    days: tuple[date, ...]  # of all companies, so that every panel has the same ticks
    first: bool  # stands at the left: carries the scale's words


def draw(figure: SmallMultiples, theme: Theme, *, width_mm: float, height_mm: float, text: Text) -> dict[str, Any]:
    """The Vega-Lite spec: every panel's grid, the others' lines, its own line, its end and its name."""
    wide, high = px(width_mm), px(height_mm)
    own = _own(figure)
    panels, by = _panels(figure, own, wide, high, text)
    count = sum(one.slot > 0 for one in figure.identities)
    like = own[0].end if own else Number(0.0, "spct0")
    rules, labels = [], []
    for panel in panels:
        more_rules, more_labels = _furniture(panel, by, like, theme, text)
        rules += more_rules
        labels += [*more_labels, *_names(panel, theme), _end(panel, theme, text)]
    layers = [*marks.rules(rules)]
    for panel in panels:
        lines = [*_others(panel, own, theme), *_line(panel, theme, count)]
        layers += marks.paths([_in_px(line, panel) for line in lines], x=None, y=None)
    layers += [*marks.marks([_mark(panel, theme, count) for panel in panels], x=None, y=None, theme=theme)]
    return marks.compose([*layers, *marks.texts(labels)], width=wide, height=high, theme=theme)


def _own(figure: SmallMultiples) -> list[Series]:
    """The series that have a point and an identity, by slot: the target first."""
    slots = {one.company: one.slot for one in figure.identities}
    shown = [one for one in figure.series if one.company in slots and axes.known(one.points)]
    return sorted(shown, key=lambda one: slots[one.company])


def _panels(
    figure: SmallMultiples, own: Sequence[Series], wide: float, high: float, text: Text
) -> tuple[list[_Panel], float]:
    identities = {one.company: one for one in figure.identities}
    values = [point.value for series in own for point in axes.known(series.points)]
    columns = _columns(len(own), wide)
    lines = math.ceil(len(own) / columns)
    each = (high - 3 + BETWEEN) / max(lines, 1)
    low, top, by = rounded_domain(values, parts=max(2.0, (each - BETWEEN - NAME - 22) / 34), zero=True)
    like = own[0].end if own else Number(0.0, "spct0")
    left = axes.left_of((low, top), like, text, by) + 2
    broad = (wide - left - GAP * (columns - 1)) / columns
    room = max((width(text(series.end), 10.4, "semibold") for series in own), default=0.0) + 9
    days = [point.when for series in own for point in axes.known(series.points)]
    panels = []
    for index, series in enumerate(own):
        row, column = divmod(index, columns)
        start, above = left + column * (broad + GAP), row * each
        plot = Plot(start, above + NAME + 5, start + broad, above + each - BETWEEN - axes.FOOT + 3)
        x = axes.time_scale(days, plot.left + 4, plot.right - room)
        y = Scale((low, top), (plot.bottom, plot.top))
        panels.append(_Panel(series, identities[series.company], plot, x, y, tuple(days), column == 0))
    return panels, by


def _columns(count: int, wide: float) -> int:
    most = max(1, int((wide - axes.LEFT + GAP) // (LEAST + GAP)))
    lines = max(1, math.ceil(count / most))
    return max(1, math.ceil(count / lines))


def _furniture(panel: _Panel, by: float, like: Number, theme: Theme, text: Text) -> tuple[list[Rule], list[Label]]:
    grid, words = axes.levels(panel.plot, panel.y, by, like, text, theme, words=panel.first)
    time, dates = axes.time_axis(panel.plot, panel.x, axes.years(panel.days), panel.days, theme)
    return [*grid, axes.base(panel.plot, theme), *time], [*words, *dates]


def _colour(panel: _Panel, theme: Theme, count: int) -> str:
    return theme.target if panel.identity.slot == 0 else theme.peer(panel.identity.slot, of=count)


def _line(panel: _Panel, theme: Theme, count: int) -> list[Path]:
    return axes.strokes(axes.known(panel.series.points), _colour(panel, theme, count), 2.1)


def _in_px(line: Path, panel: _Panel) -> Path:
    """A line on its panel's scales as px of the chart: layers of one chart share their scales."""
    return replace(line, points=tuple((panel.x(x), panel.y(y)) for x, y in line.points))


def _others(panel: _Panel, own: Sequence[Series], theme: Theme) -> list[Path]:
    return [
        path
        for series in own
        if series.company != panel.series.company
        for path in axes.strokes(axes.known(series.points), theme.bar_1, 1.0)
    ]


def _mark(panel: _Panel, theme: Theme, count: int) -> Mark:
    last = axes.known(panel.series.points)[-1]
    x, y = panel.x(last.when.toordinal()), panel.y(last.value)
    return Mark(x, y, shape(panel.identity.slot), _colour(panel, theme, count), 62 if panel.identity.slot else 75)


def _end(panel: _Panel, theme: Theme, text: Text) -> Label:
    last = axes.known(panel.series.points)[-1]
    colour = theme.target if panel.identity.slot == 0 else theme.ink
    x, y = panel.x(last.when.toordinal()) + 7, _off_line(panel.y(last.value), panel)
    return Label(text(panel.series.end), x, y, colour, "left", 10.4, "semibold")


def _off_line(level: float, panel: _Panel) -> float:
    """The height of a label that neither the zero line nor the base line runs through."""
    for line in (panel.y(0), panel.plot.bottom):
        if abs(level - line) < 7:
            return line + 7.5 if level > line and line != panel.plot.bottom else line - 7.5
    return level


def _names(panel: _Panel, theme: Theme) -> list[Label]:
    """The name over its panel, then the native name, smaller and lighter."""
    colour, level = theme.target if panel.identity.slot == 0 else theme.ink, panel.plot.top - NAME + 5
    name = Label(panel.identity.name, panel.plot.left, level, colour, "left", 10.8, "semibold")
    native = Label(panel.identity.native_name, name.right + 4, level, _native(panel, theme), "left", 10.0)
    fits = panel.identity.native_name and native.right <= panel.plot.right
    return [name, native] if fits else [name]


def _native(panel: _Panel, theme: Theme) -> str:
    return theme.target if panel.identity.slot == 0 else theme.sec

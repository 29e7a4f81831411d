"""Lines of several companies on one scale, each named at its own end (Figure 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from peerbench.charts import axes, marks
from peerbench.charts.axes import Plot
from peerbench.charts.labels import Label, stack
from peerbench.charts.marks import Mark, Path
from peerbench.charts.scales import Scale, Text, rounded_domain
from peerbench.charts.theme import Theme, px, shape
from peerbench.core.document import Number
from peerbench.core.figures import Identity, Lines, Series

DASHED: Final = (4.0, 2.5)  # the third peer's grey alone is too near the second's


@dataclass(frozen=True, slots=True)
class _Line:
    series: Series
    slot: int
    name: str
    colour: str
    label: str


def draw(figure: Lines, theme: Theme, *, width_mm: float, height_mm: float, text: Text) -> dict[str, Any]:
    """The Vega-Lite spec: grid, lines with the target last, end marks, direct labels."""
    wide, high = px(width_mm), px(height_mm)
    lines = _lines(figure, theme, text)
    values = [point.value for line in lines for point in axes.known(line.series.points)]
    low, top, by = rounded_domain(values, parts=(high - axes.TOP - axes.FOOT) / 27, zero=True, snug=True)
    like = lines[0].series.end if lines else Number(0.0, "pct0")
    room = max((Label(line.label, 0, 0, "", size=10.2, style="semibold").width for line in lines), default=0.0)
    left = axes.left_of((low, top), like, text, by)
    plot = Plot(left, axes.TOP, wide - min(room, 0.45 * wide) - 13, high - axes.FOOT)
    days = [point.when for line in lines for point in axes.known(line.series.points)]
    marked = axes.periods([axes.known(line.series.points) for line in lines])
    x = axes.time_scale(days, plot.left + 6, plot.right)
    y = Scale((low, top), (plot.bottom, plot.top))
    across = Plot(plot.left, plot.top, wide, plot.bottom)
    grid, words = axes.levels(across, y, by, like, text, theme)
    time, dates = axes.time_axis(plot, x, marked, days, theme, centred=True)
    layers = [
        *marks.rules([*grid, axes.base(across, theme), *time]),
        *marks.paths(_strokes(lines), x=x, y=y),
        *marks.marks(_ends(lines), x=x, y=y, theme=theme),
        *marks.texts([*words, *dates, *_labels(lines, y, plot, theme)]),
    ]
    return marks.compose(layers, width=wide, height=high, theme=theme)


def _lines(figure: Lines, theme: Theme, text: Text) -> list[_Line]:
    """The series that have a point, the target last so that it lies on top."""
    identities: Mapping[str, Identity] = {one.company: one for one in figure.identities}
    count = sum(one.slot > 0 for one in figure.identities)
    lines = []
    for series in figure.series:
        identity = identities.get(series.company)
        if identity is None or not axes.known(series.points):
            continue
        colour = theme.target if identity.slot == 0 else theme.peer(identity.slot, of=count)
        name = series.name or identity.name
        lines.append(_Line(series, identity.slot, name, colour, f"{name} {text(series.end)}"))
    return sorted(lines, key=lambda line: line.slot == 0)


def _strokes(lines: Sequence[_Line]) -> list[Path]:
    strokes = []
    for line in lines:
        width, dash = (2.1, ()) if line.slot == 0 else (1.6, DASHED if line.slot == 3 else ())
        strokes += axes.strokes(axes.known(line.series.points), line.colour, width, dash)
    return strokes


def _ends(lines: Sequence[_Line]) -> list[Mark]:
    ends = []
    for line in lines:
        last = axes.known(line.series.points)[-1]
        area = 75.0 if line.slot == 0 else 55.0
        ends.append(Mark(last.when.toordinal(), last.value, shape(line.slot), line.colour, area))
    return ends


def _labels(lines: Sequence[_Line], y: Scale, plot: Plot, theme: Theme) -> tuple[Label, ...]:
    labels = [
        Label(
            line.label,
            plot.right + 9,
            y(axes.known(line.series.points)[-1].value),
            theme.target if line.slot == 0 else theme.sec,
            "left",
            10.2,
            "semibold",
        )
        for line in lines
    ]
    return stack(labels, top=plot.top + 3, bottom=plot.bottom - 6)

"""Two measures against each other: a shape and a name for each company, peer medians dotted (Figure 3)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

from peerbench.charts import axes, marks
from peerbench.charts.axes import Plot
from peerbench.charts.labels import Align, Box, Label
from peerbench.charts.marks import TARGET_AREA, Mark, Path, Rule
from peerbench.charts.scales import Scale, Text, multiples, rounded_domain, tick_texts
from peerbench.charts.theme import Theme, px, shape
from peerbench.core.document import Number
from peerbench.core.figures import Identity, Scatter, ScatterPoint

DOTTED: Final = (2.0, 2.0)
LEADING: Final = 12.0
# Where a name may stand beside its mark, best first: alignment, px to the side, px from the mark to the first line.
PLACES: Final[tuple[tuple[Align, float, float], ...]] = (
    ("left", 10.0, -6.0),
    ("left", 10.0, 12.0),
    ("left", 10.0, -20.0),
    ("right", -10.0, -6.0),
    ("right", -10.0, 12.0),
    ("right", -10.0, -20.0),
    ("center", 0.0, -26.0),
    ("center", 0.0, 15.0),
)


def draw(figure: Scatter, theme: Theme, *, width_mm: float, height_mm: float, text: Text) -> dict[str, Any]:
    """The Vega-Lite spec: grid, medians, fitted line, shapes, two-line names, the measures' names at the axes' ends."""
    wide, high = px(width_mm), px(height_mm)
    identities = {one.company: one for one in figure.identities}
    points = [point for point in figure.points if point.company in identities and _known(point)]
    plot, x, y, steps = _scales(figure, points, wide, high, text)
    named = _axis_names(figure, plot, theme)
    furniture, words = _furniture(points, plot, x, y, steps, theme, text)
    shapes = _marks(points, identities, theme)
    medians = _medians(figure, plot, x, y, theme)
    fixed = [*named, *words, *_median_word(figure, plot, y, theme)]
    taken = [one.box(x(one.x), y(one.y)) for one in shapes] + [label.box for label in fixed]
    labels = _names(points, identities, (x, y), Plot(plot.left, 0, wide, plot.bottom), taken, medians, theme, text)
    layers = [
        *marks.rules([*furniture, *medians]),
        *marks.paths(_fit(figure, x, y, theme), x=x, y=y),
        *marks.marks(shapes, x=x, y=y, theme=theme),
        *marks.texts([*fixed, *labels]),
    ]
    return marks.compose(layers, width=wide, height=high, theme=theme)


def _known(point: ScatterPoint) -> bool:
    return all(
        number.status == "ok" and number.value is not None and math.isfinite(number.value)
        for number in (point.x, point.y)
    )


def _value(number: Number) -> float:
    return number.value if number.value is not None else math.nan


def _with(values: Iterable[float], extra: float | None) -> list[float]:
    return [*values, *([extra] if extra is not None else [])]


def _scales(
    figure: Scatter, points: Sequence[ScatterPoint], wide: float, high: float, text: Text
) -> tuple[Plot, Scale, Scale, tuple[float, float]]:
    ys = _with((_value(point.y) for point in points), figure.y_median)
    bottom, top, by = rounded_domain(ys, parts=4, zero=min(ys, default=0.0) >= 0)
    like = points[0].y if points else Number(0.0, "n0")
    left = axes.left_of((bottom, top), like, text, by)
    plot = Plot(left, axes.TOP, wide - 12, high - axes.FOOT)
    xs = _with((_value(point.x) for point in points), figure.x_median)
    first, last, step = rounded_domain(xs, parts=4.5)
    return (
        plot,
        Scale((first, last), (plot.left + 1, plot.right - 16)),
        Scale((bottom, top), (plot.bottom, plot.top)),
        (
            step,
            by,
        ),
    )


def _furniture(
    points: Sequence[ScatterPoint],
    plot: Plot,
    x: Scale,
    y: Scale,
    steps: tuple[float, float],
    theme: Theme,
    text: Text,
) -> tuple[list[Rule], list[Label]]:
    across = Plot(plot.left, plot.top, plot.right + 12, plot.bottom)
    like_x, like_y = (points[0].x, points[0].y) if points else (Number(0.0, "n0"),) * 2
    grid, words = axes.levels(across, y, steps[1], like_y, text, theme)
    at = multiples(x.domain[0], x.domain[1], steps[0])
    said = tick_texts(at, like_x, text)
    below = [
        Label(word, x(tick), plot.bottom + 11, theme.sec).within(0, plot.right + 12)
        for tick, word in zip(at, said, strict=True)
    ]
    return [*grid, axes.base(across, theme), *axes.ticks(plot, map(x, at), theme)], [*words, *below]


def _marks(points: Sequence[ScatterPoint], identities: dict[str, Identity], theme: Theme) -> list[Mark]:
    """The shapes, the target last so that it lies on top."""
    count = sum(one.slot > 0 for one in identities.values())
    shapes = []
    for point in sorted(points, key=lambda one: identities[one.company].slot == 0):
        slot = identities[point.company].slot
        colour = theme.target if slot == 0 else theme.peer(slot, of=count)
        area = TARGET_AREA if slot == 0 else marks.PEER_AREA
        shapes.append(Mark(_value(point.x), _value(point.y), shape(slot), colour, area))
    return shapes


def _medians(figure: Scatter, plot: Plot, x: Scale, y: Scale, theme: Theme) -> list[Rule]:
    rules = []
    if figure.x_median is not None:
        at = x(figure.x_median)
        rules.append(Rule(at, plot.top, at, plot.bottom, theme.sec, 0.75, DOTTED))
    if figure.y_median is not None:
        level = y(figure.y_median)
        rules.append(Rule(plot.left, level, plot.right + 12, level, theme.sec, 0.75, DOTTED))
    return rules


def _median_word(figure: Scatter, plot: Plot, y: Scale, theme: Theme) -> list[Label]:
    if figure.y_median is None:
        return []
    level = y(figure.y_median)
    above = level - 7 if level - 14 > plot.top + 10 else level + 7
    return [Label("peer medians", plot.left + 4, above, theme.ter, "left", 9.9)]


def _axis_names(figure: Scatter, plot: Plot, theme: Theme) -> list[Label]:
    return [
        Label(figure.y_label, plot.left + 4, plot.top + 7, theme.sec, "left", 9.9),
        Label(figure.x_label, plot.right + 11, plot.bottom - 7, theme.sec, "right", 9.9),
    ]


def _fit(figure: Scatter, x: Scale, y: Scale, theme: Theme) -> list[Path]:
    """The fitted line where it runs inside the plot."""
    if figure.fit is None:
        return []
    intercept, slope = figure.fit
    low, high = x.domain
    ends = [low, high]
    if slope:
        crossings = sorted((level - intercept) / slope for level in y.domain)
        ends = [max(low, crossings[0]), min(high, crossings[1])]
    if ends[0] >= ends[1] or not (slope or y.holds(intercept)):
        return []
    return [Path(tuple((at, intercept + slope * at) for at in ends), theme.sec, 1.0)]


def _names(
    points: Sequence[ScatterPoint],
    identities: dict[str, Identity],
    scales: tuple[Scale, Scale],
    area: Plot,
    taken: Sequence[Box],
    medians: Sequence[Rule],
    theme: Theme,
    text: Text,
) -> list[Label]:
    """Name over values beside each shape, the target's first; a name that finds no clear place is left out."""
    x, y = scales
    boxes, labels = list(taken), []
    crossed = [Box(rule.x - 0.5, rule.y - 0.5, rule.x2 + 0.5, rule.y2 + 0.5) for rule in medians]
    for point in sorted(points, key=lambda one: identities[one.company].slot):
        identity = identities[point.company]
        said = (identity.name, f"{text(point.y)}, {text(point.x)}")
        colours = (theme.target,) * 2 if identity.slot == 0 else (theme.ink, theme.sec)
        found = _place(said, (x(_value(point.x)), y(_value(point.y))), colours, area, (boxes, crossed))
        labels += found
        boxes += [label.box for label in found]
    return labels


def _place(
    said: tuple[str, str],
    at: tuple[float, float],
    colours: tuple[str, str],
    area: Plot,
    obstacles: tuple[list[Box], list[Box]],
) -> list[Label]:
    """The first place clear of shapes, names and medians; else the first clear of shapes and names."""
    boxes, lines = obstacles
    tries = []
    for align, aside, down in PLACES:
        pair = [
            Label(said[0], at[0] + aside, at[1] + down, colours[0], align, 10.4, "semibold"),
            Label(said[1], at[0] + aside, at[1] + down + LEADING, colours[1], align),
        ]
        inside = all(
            one.left >= area.left
            and one.right <= area.right
            and one.box.top >= area.top
            and one.box.bottom <= area.bottom
            for one in pair
        )
        if inside and not any(one.box.meets(box, margin=1) for one in pair for box in boxes):
            tries.append(pair)
    clear = (pair for pair in tries if not any(one.box.meets(line) for one in pair for line in lines))
    return next(clear, tries[0] if tries else [])

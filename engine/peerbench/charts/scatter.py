"""Two measures against each other: a shape and a name for each company, peer medians dotted (Figure 3)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

from peerbench.charts import axes, marks
from peerbench.charts.axes import Plot
from peerbench.charts.labels import Align, Box, Label, find_room
from peerbench.charts.marks import TARGET_AREA, Mark, Path, Rule
from peerbench.charts.measure import width
from peerbench.charts.scales import Scale, Text, multiples, rounded_domain, tick_texts
from peerbench.charts.theme import COMMA, Theme, px, shape
from peerbench.core.document import Number
from peerbench.core.figures import Identity, Scatter, ScatterPoint

DOTTED: Final = (2.0, 2.0)
MANY: Final = 7  # with more companies a peer's name is only written where nothing crosses it
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
    furniture, words = _furniture(points, plot, x, y, steps, theme, text)
    shapes = _marks(points, identities, theme)
    medians, fit = _medians(figure, plot, x, y, theme), _fit(figure, x, y, theme)
    taken = [one.box(x(one.x), y(one.y)) for one in shapes]
    taken += [label.box for label in words]
    crossed = [Box(rule.x - 0.5, rule.y - 0.5, rule.x2 + 0.5, rule.y2 + 0.5) for rule in medians]
    crossed += [box for path in fit for box in _pieces(path, x, y)]
    area = Plot(plot.left, 0, wide, plot.bottom)
    target = [point for point in points if identities[point.company].slot == 0]
    labels = _names(target, identities, (x, y), area, (taken, crossed), theme, text)
    fixed = _fixed(figure, plot, y, theme, [*taken, *(label.box for label in labels)])
    taken += [label.box for label in (*labels, *fixed)]
    peers = [point for point in points if point not in target]
    labels += _names(peers, identities, (x, y), area, (taken, crossed), theme, text)
    layers = [
        *marks.rules([*furniture, *medians]),
        *marks.paths(fit, x=x, y=y),
        *marks.marks(shapes, x=x, y=y, theme=theme),
        *marks.texts([*words, *fixed, *labels]),
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
        area = TARGET_AREA if slot == 0 else marks.peer_area(count)
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


def _fixed(figure: Scatter, plot: Plot, y: Scale, theme: Theme, taken: Sequence[Box]) -> list[Label]:
    """The measures' names at the ends of their axes and the medians' name on its line, each clear of the shapes."""
    right, level = plot.right + 11, y(figure.y_median) if figure.y_median is not None else None
    strips = [
        (figure.y_label, theme.sec, (plot.top + 1, 12.0), plot.left),
        (figure.x_label, theme.sec, (plot.bottom - 13, 12.0), right),
    ]
    if level is not None:
        above = level - 13 > plot.top
        strips.append((theme.say("peer medians"), theme.ter, (level - 13 if above else level + 1, 12.0), plot.left))
    labels: list[Label] = []
    for said, colour, (top, tall), near in strips:
        wide = width(said, 9.9)
        boxes = [*taken, *(label.box for label in labels)]
        area = Box(plot.left + 4, top, right, top + tall)
        room = find_room((wide, tall), area, boxes, near=(near, top), margin=1) if said else None
        if room:
            left = right - wide if near == right and right - room.right < 5 else room.left
            labels.append(Label(said, left, top + tall / 2, colour, "left", 9.9))
    return labels


def _pieces(path: Path, x: Scale, y: Scale) -> list[Box]:
    """A straight line cut into short boxes."""
    (start, low), (end, high) = ((x(at), y(value)) for at, value in path.points)
    cuts = [(start + (end - start) * part / 12, low + (high - low) * part / 12) for part in range(13)]
    return [Box(a, min(b, d), c, max(b, d)) for (a, b), (c, d) in pairwise(cuts)]


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
    obstacles: tuple[Sequence[Box], Sequence[Box]],
    theme: Theme,
    text: Text,
) -> list[Label]:
    """Name over values beside each shape, the target's first; a name that finds no clear place is left out."""
    x, y = scales
    boxes, labels = list(obstacles[0]), []
    for point in sorted(points, key=lambda one: identities[one.company].slot):
        identity = identities[point.company]
        said = (identity.name, f"{text(point.y)}{theme.say(COMMA)}{text(point.x)}")
        colours = (theme.target,) * 2 if identity.slot == 0 else (theme.ink, theme.sec)
        strict = len(points) >= MANY and identity.slot > 0
        found = _place(
            said, (x(_value(point.x)), y(_value(point.y))), colours, area, (boxes, obstacles[1]), strict=strict
        )
        labels += found
        boxes += [label.box for label in found]
    return labels


def _place(
    said: tuple[str, str],
    at: tuple[float, float],
    colours: tuple[str, str],
    area: Plot,
    obstacles: tuple[Sequence[Box], Sequence[Box]],
    *,
    strict: bool,
) -> list[Label]:
    """The first place clear of shapes, names and lines; unless strict, else the first clear of shapes and names."""
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
    return next(clear, tries[0] if tries and not strict else [])

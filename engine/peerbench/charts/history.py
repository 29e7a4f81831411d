"""The target's premium to its peers through time, over its mean and one standard deviation (Figure 2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from peerbench.charts import axes, marks
from peerbench.charts.axes import Plot
from peerbench.charts.labels import Label, stack
from peerbench.charts.marks import Bar, Mark, Rule
from peerbench.charts.scales import Scale, Text, step
from peerbench.charts.theme import Theme, px
from peerbench.core.document import Number
from peerbench.core.figures import History

MARGIN: Final = 65.0


def draw(figure: History, theme: Theme, *, width_mm: float, height_mm: float, text: Text) -> dict[str, Any]:
    """The Vega-Lite spec: band, grid, mean, line, last point, four values at the right."""
    wide, high = px(width_mm), px(height_mm)
    points = axes.known(figure.points)
    y_domain, by = _domain(figure, [point.value for point in points], high)
    labels = _stacked(figure, theme, text)
    plot = Plot(
        axes.left_of(y_domain, figure.now, text, by),
        axes.TOP,
        wide - max(MARGIN, max((label.width for label in labels), default=0.0) + 8),
        high - axes.FOOT,
    )
    x = axes.time_scale([point.when for point in points], plot.left + 4, plot.right - 4)
    y = Scale(y_domain, (plot.bottom, plot.top))
    beyond = plot.right if y_domain[0] < 0 < y_domain[1] else wide  # the ink zero line would cross the labels
    across = Plot(plot.left, plot.top, beyond, plot.bottom)
    grid, words = axes.levels(across, y, by, figure.now, text, theme)
    days = [point.when for point in points]
    time, dates = axes.time_axis(plot, x, axes.years(days), days, theme)
    placed = stack([_at(label, y, plot.right + 5, theme) for label in labels], top=plot.top + 3, bottom=plot.bottom - 5)
    layers = [
        *marks.bars(_band(figure, x, plot, theme), x=None, y=y),
        *marks.rules([*grid, *_mean(figure, y, plot, theme), axes.base(across, theme), *time]),
        *marks.paths(axes.strokes(points, theme.target, 1.9), x=x, y=y),
        *marks.marks(
            [Mark(points[-1].when.toordinal(), points[-1].value, "circle", theme.target, 70)] if points else [],
            x=x,
            y=y,
            theme=theme,
        ),
        *marks.texts([*words, *dates, *placed]),
    ]
    return marks.compose(layers, width=wide, height=high, theme=theme)


def _domain(figure: History, values: list[float], high: float) -> tuple[tuple[float, float], float]:
    """Zero and everything drawn, with a little room beyond; zero itself may be the top or the bottom."""
    statistics = [number.value for number in (figure.now, figure.mean, figure.upper, figure.lower) if _has(number)]
    all_values = [*values, *(value for value in statistics if value is not None), 0.0]
    low, top = min(all_values), max(all_values)
    span = (top - low) or 0.1
    low = low if top > low else -span
    by = step(span, (high - axes.TOP - axes.FOOT) / 27)
    return (low - 0.09 * span if low < 0 else 0.0, top + 0.09 * span if top > 0 else 0.0), by


def _has(number: Number) -> bool:
    return number.status == "ok" and number.value is not None


def _band(figure: History, x: Scale, plot: Plot, theme: Theme) -> list[Bar]:
    if figure.upper.value is None or figure.lower.value is None:
        return []
    return [Bar(plot.left, plot.right, figure.lower.value, figure.upper.value, theme.band)]


def _mean(figure: History, y: Scale, plot: Plot, theme: Theme) -> list[Rule]:
    if figure.mean.value is None:
        return []
    level = y(figure.mean.value)
    return [Rule(plot.left, level, plot.right, level, theme.ink, 0.9, (3, 2))]


def _stacked(figure: History, theme: Theme, text: Text) -> list[Label]:
    """The values in the right margin; y is the value until the scale is known."""
    named = (
        (theme.say("Now"), figure.now, theme.target),
        (theme.say("+1 s.d."), figure.upper, theme.sec),
        (theme.say("Mean"), figure.mean, theme.ink),
        (theme.say("−1 s.d."), figure.lower, theme.sec),
    )
    labels = [
        Label(f"{name} {text(number)}", 0, number.value, colour, "left", 10.6 if colour == theme.target else 10)
        for name, number, colour in named
        if number.value is not None and number.status == "ok"
    ]
    labels = [replace(label, style="semibold") if label.colour == theme.target else label for label in labels]
    return [*labels, Label(theme.say("Peer median"), 0, 0.0, theme.sec, "left")]


def _at(label: Label, y: Scale, x: float, theme: Theme) -> Label:
    """The label at its level in px; the median's name just off its line."""
    named = label.text == theme.say("Peer median")
    below = 7 if named and y.domain[1] <= 0 else -7 if named and y.domain[0] >= 0 else 0
    return replace(label, x=x, y=y(label.y) + below)

"""Vertical bars from zero, one group a company, its years from light to dark, every bar labelled (Figure 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from peerbench.charts import axes, marks
from peerbench.charts.axes import Plot
from peerbench.charts.labels import Label
from peerbench.charts.marks import Bar
from peerbench.charts.measure import Style, wrap
from peerbench.charts.scales import Scale, Text, rounded_domain
from peerbench.charts.theme import Theme, px
from peerbench.core.document import Number
from peerbench.core.figures import GroupedBars, Identity

BROADEST: Final = 22.0
GAP: Final = 2.0
FOOT: Final = 17.0


@dataclass(frozen=True, slots=True)
class _Bar:
    number: Number
    left: float
    right: float
    fill: str
    edge: str
    latest: bool
    middle: float  # of the group
    name: str
    slot: int


def draw(figure: GroupedBars, theme: Theme, *, width_mm: float, height_mm: float, text: Text) -> dict[str, Any]:
    """The Vega-Lite spec: grid, bars, a value on every bar, the companies' names under the base line."""
    wide, high = px(width_mm), px(height_mm)
    values = [number.value for group in figure.groups for _, number in group.bars if _value(number) is not None]
    low, top, by = rounded_domain([value for value in values if value is not None], parts=4, zero=True, snug=True)
    like = next((number for group in figure.groups for _, number in group.bars), Number(0.0, "n0"))
    plot = Plot(axes.left_of((low, top), like, text, by), 11, wide, high - FOOT)
    y = Scale((low, top), (plot.bottom - (10 if low < 0 else 0), plot.top))
    bars = _bars(figure, plot, theme)
    grid, words = axes.levels(plot, y, by, like, text, theme)
    drawn = [
        Bar(bar.left, bar.right, 0.0, value, bar.fill, bar.edge)
        for bar in bars
        if (value := _value(bar.number)) is not None
    ]
    zero = axes.base(Plot(plot.left, plot.top, plot.right, y(0)), theme)
    layers = [
        *marks.rules(grid),
        *marks.bars(drawn, x=None, y=y),
        *marks.rules([zero]),
        *marks.texts([*words, *_values(bars, plot, y, theme, text), *_names(bars, plot, theme)]),
    ]
    return marks.compose(layers, width=wide, height=high, theme=theme)


def _value(number: Number) -> float | None:
    return number.value if number.status == "ok" else None


def _bars(figure: GroupedBars, plot: Plot, theme: Theme) -> list[_Bar]:
    identities: Mapping[str, Identity] = {one.company: one for one in figure.identities}
    groups = [group for group in figure.groups if group.company in identities]
    pitch = (plot.right - plot.left) / max(len(groups), 1)
    most = max((len(group.bars) for group in groups), default=1)
    broad = min(BROADEST, (0.78 * pitch - GAP * (most - 1)) / max(most, 1))
    bars = []
    for index, group in enumerate(groups):
        identity = identities[group.company]
        middle = plot.left + (index + 0.5) * pitch
        start = middle - (len(group.bars) * broad + (len(group.bars) - 1) * GAP) / 2
        for place, (_, number) in enumerate(group.bars):
            left = start + place * (broad + GAP)
            age = len(group.bars) - 1 - place
            fill, edge = _paint(age, identity.slot, theme)
            bars.append(_Bar(number, left, left + broad, fill, edge, age == 0, middle, identity.name, identity.slot))
    return bars


def _paint(age: int, slot: int, theme: Theme) -> tuple[str, str]:
    """The latest year in the target's accent or the darkest grey, the year before mid-grey, older ones light, edged."""
    if age == 0:
        return (theme.target if slot == 0 else theme.peers[0]), ""
    return (theme.bar_2, "") if age == 1 else (theme.bar_1, theme.bar_2)


def _values(bars: Sequence[_Bar], plot: Plot, y: Scale, theme: Theme, text: Text) -> list[Label]:
    """A value over each bar (under a negative one); where two would touch, the target's latest stays, then latest."""
    labels: list[Label] = []
    for bar in sorted(bars, key=lambda bar: (not bar.latest, bar.slot != 0, -bar.left)):
        value = _value(bar.number)
        under = value is not None and y(value) > y(0) + 0.5
        level = (y(0) if value is None else y(value)) + (6 if under else -6)
        colour = theme.ink if bar.latest and value is not None else theme.ter
        label = Label(text(bar.number), (bar.left + bar.right) / 2, level, colour, size=9.9)
        label = label.within(plot.left, plot.right)
        if not any(label.box.meets(other.box, margin=0.5) for other in labels):
            labels.append(label)
    return labels


def _names(bars: Sequence[_Bar], plot: Plot, theme: Theme) -> list[Label]:
    """Each company's name under its group, on as many lines as there is room; the target's first, then in order."""
    middles = dict.fromkeys((bar.middle, bar.name, bar.slot) for bar in bars)
    pitch = (plot.right - plot.left) / max(len(middles), 1)
    labels: list[Label] = []
    for middle, name, slot in sorted(middles, key=lambda row: row[2] != 0):
        line = wrap(name, pitch - 4, 10)[0] if slot else name
        colour = theme.target if slot == 0 else theme.ink
        style: Style = "regular" if slot else "semibold"
        label = Label(line, middle, plot.bottom + 10, colour, style=style).within(0, plot.right)
        if not any(label.box.meets(other.box, margin=3) for other in labels):
            labels.append(label)
    return labels

"""Horizontal bars from zero with their values at the end, the year before as a tick, a pledge as a dashed outline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from peerbench.charts import marks
from peerbench.charts.labels import Box, Label, broken, find_room, remark
from peerbench.charts.marks import Bar, Rule
from peerbench.charts.measure import Style, width, wrap
from peerbench.charts.scales import Scale, Text, multiples, step, tick_texts
from peerbench.charts.theme import Theme, px
from peerbench.core.document import Number
from peerbench.core.figures import LongBar, LongBars

NAMES: Final = 130.0
NAMES_MOST: Final = 0.34  # of the chart's width
FOOT: Final = 14.0
DASH: Final = (3.0, 2.0)
TICK_NOTE: Final = "tick: year before"


@dataclass(frozen=True, slots=True)
class _Row:
    bar: LongBar
    y: float
    value: float | None
    before: float | None
    target: bool

    @property
    def style(self) -> Style:
        return "italic" if self.bar.pledge else "semibold"

    def colour(self, theme: Theme) -> str:
        return theme.target if self.target else theme.ink


def draw(figure: LongBars, theme: Theme, *, width_mm: float, height_mm: float, text: Text) -> dict[str, Any]:
    """The Vega-Lite spec: grid, bars, ticks, values, one remark where there is room."""
    wide, high = px(width_mm), px(height_mm)
    bottom = high - FOOT
    rows = _rows(figure, bottom)
    longest = max((width(row.bar.label, 10.8, row.style) for row in rows), default=0.0)
    left = min(max(NAMES, longest + 12), max(NAMES_MOST * wide, 98.0))
    x, by = _scale(rows, left, wide, text)
    thick = min(19.0, 0.6 * bottom / max(len(rows), 1))
    at = multiples(x.domain[0], x.domain[1], by)
    grid = [Rule(x(tick), 0, x(tick), bottom, theme.grid) for tick in at]
    bars = _bars(rows, thick, theme)
    labels = [
        *_names(rows, left - 10, theme),
        *_values(rows, x, theme, text),
        *_words(at, rows, x, high, wide, theme, text),
    ]
    labels += _tick_note(rows, x, theme)
    taken = [label.box for label in labels] + [Box(x(bar.x), bar.y, x(bar.x2), bar.y2) for bar in bars]
    layers = [
        *marks.rules(grid),
        *marks.bars(bars, x=x, y=None),
        *marks.rules(_before(rows, x, thick, theme)),
        *marks.texts([*labels, *_annotation(figure, Box(left + 6, 3, wide, bottom - 3), taken, theme)]),
    ]
    return marks.compose(layers, width=wide, height=high, theme=theme)


def _value(number: Number | None) -> float | None:
    return number.value if number is not None and number.status == "ok" else None


def _rows(figure: LongBars, bottom: float) -> list[_Row]:
    subjects = {one.company for one in figure.identities if one.slot == 0}
    pitch = bottom / max(len(figure.bars), 1)
    return [
        _Row(bar, (index + 0.5) * pitch, _value(bar.value), _value(bar.before), bar.company in subjects)
        for index, bar in enumerate(figure.bars)
    ]


def _scale(rows: Sequence[_Row], left: float, wide: float, text: Text) -> tuple[Scale, float]:
    """From zero (or the lowest value) to the highest, whose text still fits at its end."""
    values = [value for row in rows for value in (row.value, row.before) if value is not None] + [0.0]
    low, high = min(values), max(values)
    high = high if high > low else low + 1.0
    room = max((width(text(row.bar.value), 10.4, "semibold") for row in rows), default=0.0) + 12
    start = left + (room if low < 0 else 0.0)
    scale = Scale((low, high), (start, wide - room))
    by = step(high - low, (scale.range[1] - start) / 92)
    return scale, by


def _bars(rows: Sequence[_Row], thick: float, theme: Theme) -> list[Bar]:
    bars = []
    for row in rows:
        if row.value is None:
            continue
        ends = (min(0.0, row.value), max(0.0, row.value), row.y - thick / 2, row.y + thick / 2)
        if row.bar.pledge:
            bars.append(Bar(*ends, theme.paper, theme.target if row.target else theme.bar_2, DASH))
        else:
            bars.append(Bar(*ends, theme.target if row.target else theme.bar_2))
    return bars


def _before(rows: Sequence[_Row], x: Scale, thick: float, theme: Theme) -> list[Rule]:
    return [
        Rule(x(row.before), row.y - thick / 2, x(row.before), row.y + thick / 2, theme.ink, 1.8)
        for row in rows
        if row.before is not None
    ]


def _names(rows: Sequence[_Row], limit: float, theme: Theme) -> list[Label]:
    labels = []
    for row in rows:
        lines = wrap(row.bar.label, limit, 10.8, row.style)
        top = row.y - 6 * (len(lines) - 1)
        labels += [
            Label(line, 0, top + 12 * index, row.colour(theme), "left", 10.8, row.style)
            for index, line in enumerate(lines)
        ]
    return labels


def _values(rows: Sequence[_Row], x: Scale, theme: Theme, text: Text) -> list[Label]:
    """Past the bar's end, and past its tick where the year before was longer; a value that is not there says so."""
    labels = []
    for row in rows:
        said = text(row.bar.value)
        if row.value is None:
            labels.append(Label(said, x(0) + 6, row.y, theme.ter, "left"))
            continue
        ends = [x(row.value), *([x(row.before)] if row.before is not None else []), x(0)]
        if row.value < 0:
            labels.append(Label(said, min(ends) - 6, row.y, row.colour(theme), "right", 10.4, row.style))
        else:
            labels.append(Label(said, max(ends) + 6, row.y, row.colour(theme), "left", 10.4, row.style))
    return labels


def _tick_note(rows: Sequence[_Row], x: Scale, theme: Theme) -> list[Label]:
    """What the tick means, once, inside the first long bar."""
    for row in rows:
        if row.before is not None and row.value is not None and not row.target and row.before <= row.value:
            label = Label(theme.say(TICK_NOTE), x(row.before) - 5, row.y, theme.ink, "right", 9.9)
            if label.left > x(0) + 4:
                return [label]
    return []


def _words(
    at: Sequence[float], rows: Sequence[_Row], x: Scale, high: float, wide: float, theme: Theme, text: Text
) -> list[Label]:
    like = rows[0].bar.value if rows else Number(0.0, "n0")
    said = tick_texts(at, like, text)
    return [Label(word, x(tick), high - 5.5, theme.sec).within(0, wide) for tick, word in zip(at, said, strict=True)]


def _annotation(figure: LongBars, area: Box, taken: Sequence[Box], theme: Theme) -> list[Label]:
    if not figure.annotation:
        return []
    for lines in broken(figure.annotation):
        wide = max(width(line, 10.4, "italic") for line in lines)
        near = (area.left + 0.7 * (area.right - area.left), area.bottom / 2)
        room = find_room((wide, 13.0 * len(lines)), area, taken, near=near, margin=8)
        if room:
            return remark(lines, room.left, room.top, theme.ink)
    return []

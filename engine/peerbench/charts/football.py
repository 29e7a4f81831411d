"""Implied value per unit: bars from lowest to highest, the median a tick, the price a rule over all (Figure 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from peerbench.charts import axes, marks
from peerbench.charts.labels import Label
from peerbench.charts.marks import Bar, Rule
from peerbench.charts.measure import width, wrap
from peerbench.charts.scales import Scale, Text, multiples, step, tick_texts
from peerbench.charts.theme import Theme, px
from peerbench.core.document import Number
from peerbench.core.figures import FieldBar, FootballField

NAMES: Final = 98.0
NAMES_MOST: Final = 150.0
HEAD: Final = 15.0
CLEAR: Final = 3.0  # px between a value and the price rule


@dataclass(frozen=True, slots=True)
class _Row:
    bar: FieldBar
    y: float
    low: float | None
    mid: float | None
    high: float | None


def draw(figure: FootballField, theme: Theme, *, width_mm: float, height_mm: float, text: Text) -> dict[str, Any]:
    """The Vega-Lite spec: grid, bars, median ticks, the price over everything, values."""
    wide, high = px(width_mm), px(height_mm)
    bottom = high - axes.FOOT
    longest = max((width(bar.label, 10.8, _style(bar)) for bar in figure.bars), default=0.0)
    left = min(max(NAMES, longest + 10), NAMES_MOST) + 14
    rows = _rows(figure, HEAD, bottom)
    x, by = _scale(rows, figure, left, wide, text)
    pitch = (bottom - HEAD) / max(len(rows), 1)
    thick = min(12.5, 0.68 * pitch)
    price = [x(figure.price.value)] if _value(figure.price) is not None and figure.price.value is not None else []
    at = multiples(x.domain[0], x.domain[1], by)
    grid = [Rule(x(tick), HEAD, x(tick), bottom, theme.ink if tick == 0 > x.domain[0] else theme.grid) for tick in at]
    layers = [
        *marks.rules(grid),
        *marks.bars(_bars(rows, thick, theme), x=x, y=None),
        *marks.rules(_medians(rows, x, thick, theme)),
        *marks.rules([Rule(place, HEAD - 1, place, bottom, theme.target, 1.9) for place in price]),
        *marks.texts(
            [
                *_names(rows, left - 22, theme),
                *_values(rows, x, price, theme, text),
                *_price(figure, price, wide, theme, text),
                *_words(at, figure, x, high, wide, theme, text),
            ]
        ),
    ]
    return marks.compose(layers, width=wide, height=high, theme=theme)


def _value(number: Number | None) -> float | None:
    return number.value if number is not None and number.status == "ok" else None


def _style(bar: FieldBar) -> Any:
    return "regular" if bar.own else "semibold"


def _rows(figure: FootballField, top: float, bottom: float) -> list[_Row]:
    pitch = (bottom - top) / max(len(figure.bars), 1)
    return [
        _Row(bar, top + (index + 0.5) * pitch, _value(bar.low), _value(bar.mid), _value(bar.high))
        for index, bar in enumerate(figure.bars)
    ]


def _scale(rows: Sequence[_Row], figure: FootballField, left: float, wide: float, text: Text) -> tuple[Scale, float]:
    """From zero (or a negative low) to a round end; the longest value still finds room at the right."""
    values = [value for row in rows for value in (row.low, row.mid, row.high) if value is not None]
    price = _value(figure.price)
    values += [0.0] + ([price] if price is not None else [])
    low, high = min(values), max(values)
    room = max((width(text(row.bar.high), 10) for row in rows), default=0.0) + 6
    before = width(text(figure.price), 10) if low < 0 else 0.0
    high = high + (high - low) * room / max(wide - left - room, 1.0) or 1.0
    by = step(high - low, (wide - left) / 60)
    end = by * -(-high // by)
    end = end if end - high < 0.5 * by else high
    return Scale((low, end), (left + before, wide - 1)), by


def _bars(rows: Sequence[_Row], thick: float, theme: Theme) -> list[Bar]:
    bars = []
    for row in rows:
        if row.low is not None and row.high is not None:
            fill = theme.paper if row.bar.own else theme.bar_1
            bars.append(Bar(row.low, row.high, row.y - thick / 2, row.y + thick / 2, fill, theme.bar_2))
    return bars


def _medians(rows: Sequence[_Row], x: Scale, thick: float, theme: Theme) -> list[Rule]:
    half = thick / 2 + 0.5
    return [
        Rule(x(row.mid), row.y - half, x(row.mid), row.y + half, theme.ink, 2.0) for row in rows if row.mid is not None
    ]


def _names(rows: Sequence[_Row], limit: float, theme: Theme) -> list[Label]:
    labels = []
    for row in rows:
        style, lines = _style(row.bar), wrap(row.bar.label, max(limit, NAMES), 10.8, _style(row.bar))
        top = row.y - 6 * (len(lines) - 1)
        labels += [Label(line, 0, top + 12 * at, theme.ink, "left", 10.8, style) for at, line in enumerate(lines)]
    return labels


def _values(rows: Sequence[_Row], x: Scale, price: Sequence[float], theme: Theme, text: Text) -> list[Label]:
    """Ends outside the bar, the median's value beside its tick; none of them under the price rule."""
    labels = []
    for row in rows:
        if row.low is None or row.high is None:
            labels.append(
                Label(text(row.bar.low if row.low is None else row.bar.high), x(0) + 5, row.y, theme.ter, "left")
            )
            continue
        low = Label(text(row.bar.low), x(row.low) - 4, row.y, theme.ink, "right")
        high = Label(text(row.bar.high), x(row.high) + 4, row.y, theme.ink, "left")
        low, high = _moved(low, price, leftward=True), _moved(high, price, leftward=False)
        labels += [low, high, *_median(row, x, price, theme, text, (low, high))]
    return labels


def _moved(label: Label, price: Sequence[float], *, leftward: bool) -> Label:
    """A value that the price rule would cross steps over it, away from its bar."""
    for at in price:
        if label.left - CLEAR < at < label.right + CLEAR:
            place = at - CLEAR - 1 if leftward else at + CLEAR + 1
            return Label(label.text, place, label.y, label.colour, label.align, label.size, label.style)
    return label


def _median(
    row: _Row, x: Scale, price: Sequence[float], theme: Theme, text: Text, ends: tuple[Label, Label]
) -> list[Label]:
    """To the right of the tick, else to its left, where neither the price rule nor an end's value stands."""
    if row.mid is None or row.bar.mid is None:
        return []
    said = text(row.bar.mid)
    right = Label(said, x(row.mid) + 5, row.y, theme.ink, "left", 10, "semibold")
    left = Label(said, x(row.mid) - 5, row.y, theme.ink, "right", 10, "semibold")
    for label in (right, left):
        crossed = any(label.left - CLEAR < at < label.right + CLEAR for at in price)
        if not crossed and not any(label.box.meets(end.box, margin=2) for end in ends):
            return [label]
    return []


def _price(figure: FootballField, price: Sequence[float], wide: float, theme: Theme, text: Text) -> list[Label]:
    return [
        Label(
            theme.say("Price {number}").replace("{number}", text(figure.price)),
            at,
            7,
            theme.target,
            "center",
            10.4,
            "semibold",
        ).within(0, wide)
        for at in price
    ]


def _words(
    at: Sequence[float], figure: FootballField, x: Scale, high: float, wide: float, theme: Theme, text: Text
) -> list[Label]:
    like = Number(0.0, "price", currency=figure.currency)
    said = tick_texts(at, like, text)
    return [
        Label(word, x(tick), high - axes.FOOT + 10, theme.sec).within(0, wide)
        for tick, word in zip(at, said, strict=True)
    ]

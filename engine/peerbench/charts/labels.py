"""Labels as boxes: how they give way to each other, and where a remark finds room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

from peerbench.charts.measure import CAP_MIDDLE, Style, width, wrap

Align = Literal["left", "center", "right"]
OUTWARD: Final = 4.0  # px an outward label reaches back over its own mark
REMARK_WIDTHS: Final = (175.0, 160.0, 190.0, 145.0, 210.0, 130.0, 260.0)
REACH: Final = 10.0  # px a label may stand away from its mark before it is left out


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box, *, margin: float = 0.0) -> bool:
        """Whether the two come nearer than the margin."""
        return (
            self.left < other.right + margin
            and other.left < self.right + margin
            and self.top < other.bottom + margin
            and other.top < self.bottom + margin
        )


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text. x is the edge or middle it is aligned by, y its vertical middle, both in px of the chart."""

    text: str
    x: float
    y: float
    colour: str
    align: Align = "center"
    size: float = 10.0
    style: Style = "regular"

    @property
    def width(self) -> float:
        return width(self.text, self.size, self.style)

    @property
    def left(self) -> float:
        return self.x - {"left": 0.0, "center": 0.5, "right": 1.0}[self.align] * self.width

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def baseline(self) -> float:
        return self.y + CAP_MIDDLE * self.size

    @property
    def box(self) -> Box:
        """From the ascender to the descender."""
        return Box(self.left, self.baseline - 0.75 * self.size, self.right, self.baseline + 0.22 * self.size)

    def within(self, left: float, right: float) -> Label:
        """The same label pushed back inside two edges; the left edge wins when it is too long for both."""
        shift = min(0.0, right - self.right)
        return replace(self, x=self.x + max(shift, left - self.left))


def settle(labels: Sequence[Label], *, left: float, right: float, gap: float = 6.0) -> tuple[Label, ...]:
    """Labels of one row, each centred on its mark, made to clear each other.

    The outermost is anchored outward first, an inner one only if still needed, then all move as little as they can.
    A label that would stand away from its mark is left out, the innermost first: the ends of a range keep theirs.
    """
    row = sorted(labels, key=lambda label: label.x)
    while row:
        for attempt in (_centred, _outer_outward, _all_outward, _spread):
            placed = attempt(row, left, right, gap)
            if _clear(placed, gap) and all(_near(one, mark.x) for one, mark in zip(placed, row, strict=True)):
                return placed
        row = _without_innermost(row)
    return ()


def _clear(row: Sequence[Label], gap: float) -> bool:
    return all(after.left - before.right >= gap - 1e-6 for before, after in pairwise(row))


def _near(label: Label, mark: float) -> bool:
    return label.left - REACH <= mark <= label.right + REACH


def _centred(row: Sequence[Label], left: float, right: float, gap: float) -> tuple[Label, ...]:
    return tuple(label.within(left, right) for label in row)


def _outward(label: Label, *, leftward: bool) -> Label:
    if leftward:
        return replace(label, align="right", x=label.x + OUTWARD)
    return replace(label, align="left", x=label.x - OUTWARD)


def _outer_outward(row: Sequence[Label], left: float, right: float, gap: float) -> tuple[Label, ...]:
    placed = list(_centred(row, left, right, gap))
    if len(row) > 1 and not _clear(placed[:2], gap):
        placed[0] = _outward(row[0], leftward=True).within(left, right)
    if len(row) > 1 and not _clear(placed[-2:], gap):
        placed[-1] = _outward(row[-1], leftward=False).within(left, right)
    return tuple(placed)


def _all_outward(row: Sequence[Label], left: float, right: float, gap: float) -> tuple[Label, ...]:
    placed = list(_outer_outward(row, left, right, gap))
    if len(row) > 1 and not _clear(placed[:2], gap):
        placed[1] = _outward(row[1], leftward=False).within(left, right)
    if len(row) > 3 and not _clear(placed[-2:], gap):
        placed[-2] = _outward(row[-2], leftward=True).within(left, right)
    return tuple(placed)


def _spread(row: Sequence[Label], left: float, right: float, gap: float) -> tuple[Label, ...]:
    """The least squared movement that clears every pair: neighbours that collide are pooled about their mean."""
    pools: list[tuple[float, float, int]] = []  # wanted left edge, width with gaps, how many
    for label in row:
        pools.append((label.x - label.width / 2, label.width + gap, 1))
        while len(pools) > 1 and pools[-2][0] + pools[-2][1] > pools[-1][0]:
            (start, span, count), (later, more, others) = pools[-2:]
            pools[-2:] = [((start * count + (later - span) * others) / (count + others), span + more, count + others)]
    placed, members = [], iter(row)
    for start, span, count in pools:
        edge = max(left, min(start, right - span + gap))
        for _ in range(count):
            label = next(members)
            placed.append(replace(label, align="left", x=edge))
            edge += label.width + gap
    return tuple(placed)


def _without_innermost(row: Sequence[Label]) -> list[Label]:
    """Leave out the inner label that stands nearest to its neighbours; of two, the one further right."""
    if len(row) < 3:
        return list(row[:-1])
    room = {index: row[index + 1].x - row[index - 1].x for index in range(1, len(row) - 1)}
    tightest = min(room, key=lambda index: (room[index], index))
    return [label for index, label in enumerate(row) if index != tightest]


def find_room(
    size: tuple[float, float], area: Box, taken: Sequence[Box], *, near: tuple[float, float], margin: float = 5.0
) -> Box | None:
    """The free place of a size inside an area that is nearest to a point, on a grid of 4 px, or None."""
    wide, high = size
    best: tuple[float, Box] | None = None
    x = area.left
    while x + wide <= area.right:
        y = area.top
        while y + high <= area.bottom:
            box = Box(x, y, x + wide, y + high)
            distance = abs(x + wide / 2 - near[0]) + 2 * abs(y + high / 2 - near[1])
            if (best is None or distance < best[0]) and not any(box.meets(other, margin=margin) for other in taken):
                best = (distance, box)
            y += 4
        x += 4
    return best[1] if best else None


def broken(remark: str, *, size: float = 10.4) -> tuple[tuple[str, ...], ...]:
    """The ways to break a remark into lines, the best first: about three full lines, no last line of one word."""
    ways = dict.fromkeys(wrap(remark, limit, size, "italic") for limit in REMARK_WIDTHS)
    return tuple(sorted(ways, key=lambda lines: len(lines[-1]) < 0.45 * max(map(len, lines))))


def remark(lines: Sequence[str], left: float, top: float, colour: str) -> list[Label]:
    """The lines of a remark in italics, from its top left corner."""
    return [
        Label(line, left, top + 6.5 + 13 * index, colour, "left", 10.4, "italic") for index, line in enumerate(lines)
    ]


def stack(labels: Sequence[Label], *, top: float, bottom: float, pitch: float = 12.5) -> tuple[Label, ...]:
    """Labels of one column at their own heights, moved as little as they can to stand a pitch apart, in given order.

    Where the column is too short for all, they stand evenly over it.
    """
    order = sorted(range(len(labels)), key=lambda index: labels[index].y)
    pitch = min(pitch, (bottom - top) / max(len(labels) - 1, 1))
    pools: list[tuple[float, int]] = []  # middle of the first of a pool, how many
    for index in order:
        pools.append((labels[index].y, 1))
        while len(pools) > 1 and pools[-2][0] + pools[-2][1] * pitch > pools[-1][0]:
            (first, count), (later, others) = pools[-2:]
            first = (first * count + (later - count * pitch) * others) / (count + others)
            pools[-2:] = [(first, count + others)]
    heights: list[float] = []
    for first, count in pools:
        heights += [first + place * pitch for place in range(count)]
    heights = _inside(heights, top, bottom, pitch)
    moved = dict(zip(order, heights, strict=True))
    return tuple(replace(label, y=moved[index]) for index, label in enumerate(labels))


def _inside(heights: Sequence[float], top: float, bottom: float, pitch: float) -> list[float]:
    """Push a rising column back inside its ends without closing any pitch."""
    low = [max(height, top + place * pitch) for place, height in enumerate(heights)]
    last = len(low) - 1
    return [min(height, bottom - (last - place) * pitch) for place, height in enumerate(low)]

"""Premium or discount to the peer median per measure: a median tick, the peers' range, the target's disc (Figure 1)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

from peerbench.charts import marks
from peerbench.charts.labels import Box, Label, broken, find_room, remark, settle
from peerbench.charts.marks import TARGET_AREA, Mark, Path, Rule
from peerbench.charts.measure import width, wrap
from peerbench.charts.scales import Scale, Text, multiples, step, tick_texts
from peerbench.charts.theme import COMMA, Theme, px, shape
from peerbench.core.document import Number
from peerbench.core.figures import DotPoint, DotRow, Identity, RangeDot

NAMES: Final = 98.0  # the names' column, flush with the text edge
NAMES_MOST: Final = 160.0
NARROW: Final = 430.0  # px of width below which names stand above their rows
PITCH: Final = 37.5  # px between rows below which the compact form is used
CROWDED: Final = 25.5  # px between rows below which only the first row names its peers
COLUMNS: Final = 87.0  # room for the target's value and gap at the right of the compact form
CAP: Final = 2.5  # a gap beyond +250% stands at the end of the scale with an arrow in its label
TICK_ROOM: Final = 54.0
LABELLED: Final = 6  # beyond so many peers only the ends of a range are labelled


@dataclass(frozen=True, slots=True)
class _Form:
    """Vertical distances in px of the full, the compact and the narrow form."""

    top: float
    first: float
    tail: float
    foot: float
    below: float  # from a row down to its peers' labels


_FULL: Final = _Form(top=0, first=21, tail=22, foot=14, below=14.5)
_COMPACT: Final = _Form(top=12, first=27, tail=18, foot=12, below=12.5)
_NARROW: Final = _Form(top=0, first=24, tail=18, foot=14, below=12.5)


@dataclass(frozen=True, slots=True)
class _Frame:
    figure: RangeDot
    theme: Theme
    text: Text
    width: float
    height: float
    form: _Form
    rows: tuple[DotRow, ...]
    identities: Mapping[str, Identity]
    names: float
    x: Scale
    ys: tuple[float, ...]

    @property
    def right(self) -> float:
        return self.width - (COLUMNS if self.form is _COMPACT else 0.0)

    @property
    def bottom(self) -> float:
        return self.height - self.form.foot

    @property
    def crowded(self) -> bool:
        return len(self.ys) > 1 and self.ys[1] - self.ys[0] < CROWDED


def draw(figure: RangeDot, theme: Theme, *, width_mm: float, height_mm: float, text: Text) -> dict[str, Any]:
    """The Vega-Lite spec: furniture, ranges, medians, peers, target, labels, in this order."""
    frame = _frame(figure, theme, px(width_mm), px(height_mm), text)
    peers, targets = _shapes(frame, subject=False), _shapes(frame, subject=True)
    labels = [*_names(frame), *_peer_labels(frame), *_target_labels(frame), *_tick_labels(frame)]
    medians = [Rule(frame.x(0), y - 9.5, frame.x(0), y + 9.5, theme.ink, 1.8) for y in frame.ys]
    links = _links(frame)
    taken = [label.box for label in labels] + [one.box(frame.x(one.x), one.y) for one in (*peers, *targets)]
    taken += [Box(line.x - 2, line.y, line.x2 + 2, line.y2) for line in medians] + _covered(frame, links)
    layers = [
        *marks.rules(_grid(frame)),
        *marks.paths(_ranges(frame), x=frame.x, y=None),
        *marks.rules([*medians, *links]),
        *marks.marks(peers, x=frame.x, y=None, theme=theme),
        *marks.marks(targets, x=frame.x, y=None, theme=theme),
        *marks.texts([*labels, *_annotation(frame, taken)]),
    ]
    return marks.compose(layers, width=frame.width, height=frame.height, theme=theme)


# ---- frame ----------------------------------------------------------------------------------------------------------


def _frame(figure: RangeDot, theme: Theme, wide: float, high: float, text: Text) -> _Frame:
    identities = {one.company: one for one in figure.identities}
    rows = tuple(replace(row, points=_known(row, identities)) for row in figure.rows)
    form = _form(figure, wide, high)
    names = 0.0 if form is _NARROW else _names_width(rows)
    right = wide - (COLUMNS if form is _COMPACT else 0.0)
    x = _scale(rows, identities, text, names, right)
    frame = _Frame(figure, theme, text, wide, high, form, rows, identities, names, x, ())
    return replace(frame, ys=_ys(len(rows), form.first, frame.bottom - form.tail))


def _known(row: DotRow, identities: Mapping[str, Identity]) -> tuple[DotPoint, ...]:
    """The points that can be placed: of a company with an identity, at a finite gap, with a value of status ok."""
    ok = [
        one
        for one in row.points
        if one.company in identities and math.isfinite(one.position) and one.label.status == "ok"
    ]
    return tuple(replace(one, position=min(one.position, CAP)) if one.position > CAP else one for one in ok)


def _form(figure: RangeDot, wide: float, high: float) -> _Form:
    if wide < NARROW:
        return _NARROW
    room = high - _FULL.foot - _FULL.first - _FULL.tail
    tight = len(figure.rows) > 1 and room / (len(figure.rows) - 1) < PITCH
    return _COMPACT if figure.compact or tight else _FULL


def _ys(count: int, first: float, last: float) -> tuple[float, ...]:
    if count < 2:
        return ((first + last) / 2,) * count
    return tuple(first + index * (last - first) / (count - 1) for index in range(count))


def _names_width(rows: Sequence[DotRow]) -> float:
    longest = max((_name_width(row) for row in rows), default=0.0)
    return min(max(NAMES, longest + 10), NAMES_MOST)


def _name_width(row: DotRow) -> float:
    return 9 + width(row.label, 10.8, "italic") if row.test else width(row.label, 10.8, "semibold")


def _scale(rows: Sequence[DotRow], identities: Mapping[str, Identity], text: Text, left: float, right: float) -> Scale:
    """From the lowest to the highest gap, with room for half a label at both ends; a near tick is taken in."""
    gaps = [one.position for row in rows for one in row.points] + [0.0]
    low, high = min(gaps), max(gaps)
    if high - low < 0.02:
        low, high = low - 0.1, high + 0.1
    reach = max((width(_peer_text(one, identities, text), 10) for row in rows for one in row.points), default=50.0) / 2
    start, end = left + max(18.0, reach - 8), right - max(18.0, reach)
    by = step((high - low) * (right - left) / (end - start), (right - left) / TICK_ROOM)
    below, above = math.floor(low / by) * by, math.ceil(high / by) * by
    low = below if low - below < 0.35 * by else low
    high = above if above - high < 0.35 * by else high
    return Scale((low, high), (start, end))


def _ticks(frame: _Frame) -> tuple[tuple[float, ...], float]:
    left, right = frame.names + 12, frame.right - 4
    (low, high), (start, end) = frame.x.domain, frame.x.range
    value = (high - low) / (end - start)
    first, last = low - (start - left) * value, high + (right - end) * value
    by = step(last - first, (right - left) / TICK_ROOM)
    return multiples(first, last, by), by


# ---- marks ----------------------------------------------------------------------------------------------------------


def _grid(frame: _Frame) -> list[Rule]:
    ticks, _ = _ticks(frame)
    return [Rule(frame.x(at), frame.form.top, frame.x(at), frame.bottom, frame.theme.grid) for at in ticks]


def _is_subject(frame: _Frame, point: DotPoint) -> bool:
    return frame.identities[point.company].slot == 0


def _peers(frame: _Frame, row: DotRow) -> list[DotPoint]:
    return sorted((one for one in row.points if not _is_subject(frame, one)), key=lambda one: one.position)


def _subject(frame: _Frame, row: DotRow) -> DotPoint | None:
    return next((one for one in row.points if _is_subject(frame, one)), None)


def _shapes(frame: _Frame, *, subject: bool) -> list[Mark]:
    count = sum(one.slot > 0 for one in frame.identities.values())
    shapes = []
    for row, y in zip(frame.rows, frame.ys, strict=True):
        for point in row.points:
            if _is_subject(frame, point) is subject:
                slot = frame.identities[point.company].slot
                colour = frame.theme.target if subject else frame.theme.peer(slot, of=count)
                area = TARGET_AREA if subject else marks.peer_area(count)
                shapes.append(Mark(point.position, y, shape(slot), colour, area))
    return shapes


def _ranges(frame: _Frame) -> list[Path]:
    ranges = []
    for row, y in zip(frame.rows, frame.ys, strict=True):
        peers = _peers(frame, row)
        if len(peers) > 1:
            ends = ((peers[0].position, y), (peers[-1].position, y))
            ranges.append(Path(ends, frame.theme.bar_1, 3.0))
    return ranges


def _links(frame: _Frame) -> list[Rule]:
    """A dotted line from the target in a row to the target in its test row."""
    links = []
    for (row, y), (test, below) in pairwise(zip(frame.rows, frame.ys, strict=True)):
        start, end = _subject(frame, row), _subject(frame, test)
        if test.test and start and end:
            x, x2 = frame.x(start.position), frame.x(end.position)
            links.append(Rule(x, y, x2, below, frame.theme.target, 1.0, (2, 2)))
    return links


def _covered(frame: _Frame, links: Sequence[Rule]) -> list[Box]:
    """The boxes of the ranges, and of the dotted lines cut into short pieces."""
    boxes = [
        Box(frame.x(path.points[0][0]), path.points[0][1] - 2, frame.x(path.points[1][0]), path.points[0][1] + 2)
        for path in _ranges(frame)
    ]
    for line in links:
        for piece in range(8):
            xs = sorted(line.x + (line.x2 - line.x) * part / 8 for part in (piece, piece + 1))
            ys = [line.y + (line.y2 - line.y) * part / 8 for part in (piece, piece + 1)]
            boxes.append(Box(xs[0], ys[0], xs[1], ys[1]))
    return boxes


# ---- labels ---------------------------------------------------------------------------------------------------------


def _peer_text(point: DotPoint, identities: Mapping[str, Identity], text: Text) -> str:
    return f"{identities[point.company].name} {_value_text(point, text)}"


def _value_text(point: DotPoint, text: Text) -> str:
    return text(point.label) + (" →" if point.position >= CAP else "")


def _names(frame: _Frame) -> list[Label]:
    labels = []
    for row, y in zip(frame.rows, frame.ys, strict=True):
        style, indent = ("italic", 9.0) if row.test else ("semibold", 0.0)
        limit = frame.width if frame.form is _NARROW else frame.names - 8 - indent
        lines = wrap(row.label, limit, 10.8, style)  # type: ignore[arg-type]
        above = y - 15 if frame.form is _NARROW else y - 6.0 * (len(lines) - 1)
        for index, line in enumerate(lines):
            place = Label(line, indent, above + 12 * index, frame.theme.ink, "left", 10.8, style)  # type: ignore[arg-type]
            labels.append(place)
    return labels


def _peer_labels(frame: _Frame) -> list[Label]:
    """Names and values under each row; where rows are crowded, names alone over the first."""
    labels: list[Label] = []
    for row, y in zip(frame.rows[:1] if frame.crowded else frame.rows, frame.ys, strict=False):
        peers = _peers(frame, row)
        shown = peers if len(peers) <= LABELLED else [peers[0], peers[-1]]
        level = y - 11.5 if frame.crowded else y + frame.form.below
        wanted = [Label(said, x, level, frame.theme.sec) for x, said in _said(frame, shown)]
        labels += settle(wanted, left=max(0.0, frame.names - 6), right=frame.right)
    return labels


def _said(frame: _Frame, peers: Sequence[DotPoint]) -> list[tuple[float, str]]:
    """The label of each place on a row: peers that stand on one spot with one value share it, names in a list."""
    shared: list[tuple[float, list[str], str]] = []
    for point in peers:
        x, name = frame.x(point.position), frame.identities[point.company].name
        value = "" if frame.crowded else _value_text(point, frame.text)
        if shared and abs(shared[-1][0] - x) < 1.5 and shared[-1][2] == value:
            shared[-1][1].append(name)
        else:
            shared.append((x, [name], value))
    return [(x, f"{', '.join(names)} {value}".strip()) for x, names, value in shared]


def _target_labels(frame: _Frame) -> list[Label]:
    if frame.form is _FULL:
        return [label for index in range(len(frame.rows)) for label in _above(frame, index)]
    labels = [label for index in range(len(frame.rows)) for label in _beside(frame, index)]
    name = next((one.name for one in frame.identities.values() if one.slot == 0), "")
    if frame.form is _COMPACT and name:
        head = frame.theme.say("{name}, and its gap").replace("{name}", name)
        labels.append(Label(head, frame.width, 6, frame.theme.target, "right", 10, "semibold"))
    return labels


def _above(frame: _Frame, index: int) -> list[Label]:
    """The target's value and gap over its disc; in a test row the gap alone, where the dotted line leaves room."""
    row, y, colour = frame.rows[index], frame.ys[index], frame.theme.target
    point = _subject(frame, row)
    if point is None:
        return _absent(frame, index, y - 12.5)
    x, gap = frame.x(point.position), frame.text(point.gap) if point.gap else ""
    if row.test and index:
        before = _subject(frame, frame.rows[index - 1])
        leftward = before is not None and before.position > point.position
        at, align = (x - 11, "right") if leftward else (x + 11, "left")
        label = Label(gap or frame.text(point.label), at, y - 12, colour, align, 10.6, "semibold")  # type: ignore[arg-type]
    else:
        name = f"{frame.identities[point.company].name} " if index == 0 else ""
        value = frame.theme.say(COMMA).join(part for part in (frame.text(point.label), gap) if part)
        label = Label(name + value, x, y - 12.5, colour, "center", 10.6, "semibold")
    return [label.within(max(0.0, frame.names - 6), frame.right)]


def _beside(frame: _Frame, index: int) -> list[Label]:
    """The target's value and gap in two columns at the right edge."""
    point = _subject(frame, frame.rows[index])
    y = frame.ys[index] - (15 if frame.form is _NARROW else 0)
    if point is None:
        return _absent(frame, index, y)
    gap = frame.text(point.gap) if point.gap else ""
    column = frame.width - 46 if gap else frame.width
    name = f"{frame.identities[point.company].name} " if frame.form is _NARROW and index == 0 else ""
    pairs = ((name + frame.text(point.label), column), (gap, frame.width))
    return [Label(value, x, y, frame.theme.target, "right", 10.6, "semibold") for value, x in pairs if value]


def _absent(frame: _Frame, index: int, y: float) -> list[Label]:
    """The mark of a target without a value in a row, with its name in the first."""
    name = next((one.name for one in frame.identities.values() if one.slot == 0), "")
    raw = next((one for one in frame.figure.rows[index].points if one.company in _subjects(frame)), None)
    mark = frame.text(replace(raw.label, value=None)) if raw and raw.label.status != "ok" else frame.theme.say("NA")
    said = mark if frame.form is not _FULL else f"{name} {mark}".strip()
    return [Label(said, frame.right if frame.form is _FULL else frame.width, y, frame.theme.target, "right", 10.6)]


def _subjects(frame: _Frame) -> set[str]:
    return {company for company, one in frame.identities.items() if one.slot == 0}


def _tick_labels(frame: _Frame) -> list[Label]:
    """Percent under the grid, the unit at both ends; the zero tick is the median by name."""
    ticks, _ = _ticks(frame)
    written = tick_texts(ticks, Number(0.0, "spct0"), frame.text, unit="both")
    y = frame.height - 5.5
    labels = [
        Label(frame.figure.centre_label if at == 0 else word, frame.x(at), y, frame.theme.sec)
        for at, word in zip(ticks, written, strict=True)
    ]
    labels = [label.within(0.0, frame.width) for label in labels]
    centre = next((label for label in labels if label.text == frame.figure.centre_label), None)
    return [one for one in labels if centre is None or one is centre or not one.box.meets(centre.box, margin=5)]


def _annotation(frame: _Frame, taken: Sequence[Box]) -> list[Label]:
    """The one remark, in italics, where nothing stands; without such a place it is left to the title."""
    if not frame.figure.annotation:
        return []
    area = Box(frame.names + 6, frame.form.top + 4, frame.right, frame.bottom - 4)
    test = next((y for row, y in zip(frame.rows, frame.ys, strict=True) if row.test), frame.ys[0] if frame.ys else 0.0)
    for lines in broken(frame.figure.annotation):
        wide = max(width(line, 10.4, "italic") for line in lines)
        room = find_room((wide, 13.0 * len(lines)), area, taken, near=(frame.right - 110, test), margin=8)
        if room:
            return remark(lines, room.left, room.top, frame.theme.ink)
    return []

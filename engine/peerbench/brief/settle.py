"""What is left of a page's plan closes ranks: no slot of a row stays empty while a later block could fill it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from peerbench.brief.clip import count
from peerbench.core.document import Block, Chart, LayoutRow, Page, Prose, SourceList, Table

Slot = tuple[Block, ...]
THIN_MM: Final = 210.0  # two pages that hold less than this between them are one
GAP_MM: Final = 3.1


def settled(rows: Iterable[LayoutRow]) -> tuple[LayoutRow, ...]:
    """Rows that hold something, in reading order. Halves that follow each other pair up anew where one is empty."""
    kept = [row for row in rows if any(row.slots)]
    made: list[LayoutRow] = []
    for (split, foot), run in groupby(kept, key=lambda row: (row.split, row.foot)):
        together = list(run)
        if all(all(row.slots) for row in together):
            made += together
        elif split == "6+6" and not foot:
            made += _paired([slot for row in together for slot in row.slots if slot])
        else:
            made += map(_closed, together)
    return tuple(made)


def _paired(slots: Sequence[Slot]) -> Iterator[LayoutRow]:
    """Two and two; text that is left over goes under the text or exhibit before it, an exhibit stands alone.

    Where exhibits are left for both sides, text goes under one of them: alone beside an exhibit it leaves a hole.
    """
    if sum(not _text(slot) for slot in slots) > 1:
        slots = _under(slots)
    if len(slots) % 2 and len(slots) > 1 and _text(slots[-1]):
        slots = (*slots[:-2], (*slots[-2], *slots[-1]))
    for left, right in zip(slots[::2], slots[1::2], strict=False):
        yield LayoutRow("6+6", (left, right))
    if len(slots) % 2:
        last = slots[-1]
        # Running text over half the page looks lost and over all of it has lines too long to read.
        yield LayoutRow("8+4", (last, ())) if _text(last) else LayoutRow("6+6", (last, ()))


def _under(slots: Sequence[Slot]) -> Sequence[Slot]:
    """Text under the exhibit before it, at the beginning under the first."""
    made: list[Slot] = []
    waiting: Slot = ()
    for slot in slots:
        if not _text(slot):
            made.append((*slot, *waiting))
            waiting = ()
        elif made:
            made[-1] = (*made[-1], *slot)
        else:
            waiting = (*waiting, *slot)
    return made


def _closed(row: LayoutRow) -> LayoutRow:
    """Filled slots first. What stood beside the wide slot of 8+4 keeps its own width when that is empty."""
    filled = tuple(slot for slot in row.slots if slot)
    if row.split == "8+4" and not row.slots[0]:
        return LayoutRow("4+4+4", (*filled, (), ()), row.foot)
    return replace(row, slots=(*filled, *((),) * (len(row.slots) - len(filled))))


def _text(slot: Slot) -> bool:
    return all(isinstance(block, Prose) for block in slot)


# ---- thin pages ------------------------------------------------------------------------------------------------------


def merged(pages: Sequence[Page]) -> tuple[Page, ...]:
    """Pages after the first that would stand half empty join the one before them, under its head."""
    made = list(pages[:1])
    for page in pages[1:]:
        before = made[-1] if len(made) > 1 else None
        if before is not None and _joins(before, page):
            flow = [row for one in (before, page) for row in one.rows if not row.foot]
            made[-1] = replace(before, rows=(*settled(flow), *(row for row in page.rows if row.foot)))
        else:
            made.append(page)
    return tuple(made)


def _joins(before: Page, page: Page) -> bool:
    """Evidence begins its own page, and what stands at a page's foot closes it."""
    alone = any(isinstance(block, SourceList) for row in page.rows for slot in row.slots for block in slot)
    closed = any(row.foot for row in before.rows)
    return not alone and not closed and _height(before) + _height(page) <= THIN_MM


def _height(page: Page) -> float:
    """About how high a page's rows are, in mm; on the safe side."""
    return sum(max((sum(map(_tall, slot)) for slot in row.slots), default=0.0) + GAP_MM for row in page.rows)


def _tall(block: Block) -> float:
    match block:
        case Chart():
            return block.height_mm + 19.0
        case Table():
            return 22.0 + 5.1 * len(block.rows)
        case Prose():
            return sum(5.0 + 4.5 * count(paragraph.spans) / 9 for paragraph in block.paragraphs)
    return 30.0

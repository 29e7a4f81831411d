"""What is left of a page's plan closes ranks: no slot of a row stays empty while a later block could fill it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from peerbench.core.document import Block, LayoutRow, Prose

Slot = tuple[Block, ...]


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
    """Two and two; text that is left over goes under the text or exhibit before it, an exhibit stands alone."""
    if len(slots) % 2 and len(slots) > 1 and _text(slots[-1]):
        slots = (*slots[:-2], (*slots[-2], *slots[-1]))
    for left, right in zip(slots[::2], slots[1::2], strict=False):
        yield LayoutRow("6+6", (left, right))
    if len(slots) % 2:
        last = slots[-1]
        # Running text over half the page looks lost and over all of it has lines too long to read.
        yield LayoutRow("8+4", (last, ())) if _text(last) else LayoutRow("6+6", (last, ()))


def _closed(row: LayoutRow) -> LayoutRow:
    """Filled slots first. What stood beside the wide slot of 8+4 keeps its own width when that is empty."""
    filled = tuple(slot for slot in row.slots if slot)
    if row.split == "8+4" and not row.slots[0]:
        return LayoutRow("4+4+4", (*filled, (), ()), row.foot)
    return replace(row, slots=(*filled, *((),) * (len(row.slots) - len(filled))))


def _text(slot: Slot) -> bool:
    return all(isinstance(block, Prose) for block in slot)

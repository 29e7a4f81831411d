"""What a table's look follows from its content: air, group heads, shades, whole numbers under units, lines of notes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from peerbench.core.document import Cell, Column, Number, Table, Text
from peerbench.render.node import Node

SHADES: Final = 4
TRACE: Final = "trace"  # key of the column that names each row's lineage row
NOTE_LETTER_MM: Final = 1.07  # mean advance of a letter at 7.5 pt
STRETCHED: Final = ("comps", "standing")  # kinds of tables whose columns may be wider than asked
LABEL_MOST: Final = 0.42  # of the table's width: a first column beyond it leaves the figures far from their names
STRETCH_MOST: Final = 1.6


def apart(columns: Sequence[Column]) -> frozenset[int]:
    """Columns set left that follow one set right: they need air, or the two texts touch."""
    return frozenset(
        i for i in range(1, len(columns)) if columns[i].align == "left" and columns[i - 1].align == "right"
    )


def stretched(table: Table, span_mm: float | None) -> Table:
    """Wider columns where the first would take more than its share, as when the data left some columns out."""
    trace = sum(column.width_mm for column in table.columns if column.key == TRACE)
    used = sum(column.width_mm for column in table.columns) - trace
    if not span_mm or not used or table.kind not in STRETCHED or span_mm - used - trace <= LABEL_MOST * span_mm:
        return table
    grow = min(STRETCH_MOST, ((1 - LABEL_MOST) * span_mm - trace) / used)
    wider = (c if c.key == TRACE else replace(c, width_mm=round(c.width_mm * grow, 3)) for c in table.columns)
    return replace(table, columns=tuple(wider))


def one_line(table: Table, span_mm: float) -> bool:
    """Whether the notes run on behind each other, because a line for each would take more lines."""
    texts = [*(spans for _, spans in table.notes), *((table.source,) if table.source else ())]
    letters = [4 + sum(len(span.text) for span in spans if isinstance(span, Text)) for spans in texts]
    lines = [math.ceil(count * NOTE_LETTER_MM / (span_mm or 1.0)) for count in letters]
    return sum(lines) > math.ceil(sum(letters) * NOTE_LETTER_MM / (span_mm or 1.0))


def groups(columns: Sequence[Column]) -> Iterator[Node]:
    """Neighbouring columns of one group share a head; nothing where no column has one."""
    if not any(column.group for column in columns):
        return
    start = 0
    for index in range(1, len(columns) + 1):
        if index == len(columns) or columns[index].group != columns[start].group:
            yield Node("group", label=columns[start].group, span=index - start)
            start = index


def shade(cell: Cell) -> int:
    """1 to 4, the best rank darkest; more than four companies share the four shades evenly."""
    return math.ceil(cell.rank * SHADES / max(cell.rank_of or SHADES, SHADES)) if cell.rank else 0


def _only_number(cell: Cell) -> Number | None:
    return cell.spans[0] if len(cell.spans) == 1 and isinstance(cell.spans[0], Number) else None


def integer(cell: Cell) -> bool:
    number = _only_number(cell)
    return number is not None and number.status == "ok" and number.format in ("count", "n0")


def decimal_columns(table: Table) -> frozenset[int]:
    """Columns where some row prints one decimal, so that whole numbers are set under the units."""
    numbers = ((i, _only_number(cell)) for row in table.rows for i, cell in enumerate(row.cells))
    return frozenset(i for i, number in numbers if number is not None and number.format.endswith("1"))

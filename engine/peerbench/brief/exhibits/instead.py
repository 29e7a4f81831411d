"""What stands in for a drawing that cannot be seen: alternative text, and its numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from peerbench.brief.context import cell
from peerbench.core.document import Cell, Column, Number, Row, Spans, Table, Text
from peerbench.core.evidence import Quantity
from peerbench.core.periods import near

LIMIT: Final = 250  # letters of an alternative text


def alternative(kind: str, title: Spans, instead: str = "", *, more: str = "") -> str:
    """The kind of chart and the words of its title; a title with figures in it gives way to other words."""
    text = " ".join(part for part in (kind, words_of(title, instead) + ".", more) if part)
    return text if len(text) <= LIMIT else text[: LIMIT - 1].rsplit(" ", 1)[0] + "…"


def words_of(title: Spans, instead: str = "") -> str:
    """The words of a title, or other words where it has figures."""
    texts = [span.text for span in title if isinstance(span, Text)]
    return "".join(texts) if len(texts) == len(title) else instead


def numbers(id: str, head: str, cols: Sequence[tuple[str, str]], rows: Sequence[tuple[str, Sequence[Cell]]]) -> Table:
    """A figure's numbers as a table for the web edition. cols: (key, name); rows: (label, cells); head: the labels'."""
    made = tuple(Column(key, name, 20.0) for key, name in cols)
    lines = tuple(Row((Text(label),), tuple(cells)) for label, cells in rows)
    return Table(f"{id}-data", (), (), made, lines, label_head=head, kind="data")


def at(points: Sequence[tuple[date, Quantity]], end: date) -> Cell:
    """The growth at a quarter's end, or missing."""
    found = next((quantity for when, quantity in points if near(when, end)), None)
    return cell(found, "spct1") if found else Cell((Number(None, "spct1", status="missing"),))

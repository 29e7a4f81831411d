"""Rows made by a program, not by hand, as a table of the file contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from peerbench.sources import layout
from peerbench.sources.columns import TYPES
from peerbench.sources.table import PLACE, ROW, Table


def table(name: str, rows: Sequence[Mapping[str, Any]], shown: str, digest: str, *, where: str = "locator") -> Table:
    """Rows as the table of that name; a row's place is told by one of its columns."""
    types = {column.name: TYPES[column.kind] for column in layout.COLUMNS[name]} | {"note": pl.String, PLACE: pl.String}
    given = {key for row in rows for key in row}
    present = [column for column in types if column in given]
    data = {column: pl.Series(column, [row.get(column) for row in rows], types[column]) for column in present}
    frame = pl.DataFrame(data).with_row_index(ROW, offset=1).cast({ROW: pl.Int64})
    return Table(frame, shown, digest, where=where if where in present else "")

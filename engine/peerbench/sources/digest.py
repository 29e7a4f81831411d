"""The data lock: a digest of the rows that entered, whatever carried them.

The same rows by CSV, Parquet, SQLite, DuckDB or PostgreSQL, in any order, give the same digest; so another digest on
two pages means other data. The canonical form stands in `bench explain data-lock`.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import polars as pl

from peerbench.core.dataset import Dataset
from peerbench.sources import layout

_BETWEEN, _NOTHING = "\x1f", "\x00"  # characters that no cell of the contract may hold
_DERIVED = "id"  # made of the row's other cells


@dataclass(frozen=True, slots=True)
class TableDigest:
    """One table of the file contract as it entered: how many rows, and the SHA-256 of their canonical form."""

    rows: int
    sha256: str


def tables(data: Dataset) -> dict[str, TableDigest]:
    """Every table that has a row, by the name of its file, in the contract's order."""
    frames = _frames(data)
    named = ((name, frames[name]) for name in (*layout.REQUIRED, *layout.OPTIONAL))
    return {name: TableDigest(frame.height, _digest(frame)) for name, frame in named if frame.height}


def of(digests: Mapping[str, TableDigest]) -> str:
    """The data lock, 64 hexadecimal digits: SHA-256 over the lines `<table> <sha256>`, by name of the table."""
    lines = [f"{name} {digests[name].sha256}\n" for name in sorted(digests)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _frames(data: Dataset) -> dict[str, pl.DataFrame]:
    return {
        "companies": pl.DataFrame([asdict(company) for company in data.companies.values()], infer_schema_length=None),
        "lines": pl.DataFrame([asdict(line) for line in data.lines], infer_schema_length=None),
        "facts": data.facts,
        "prices": data.prices,
        "fx": data.fx,
        "estimates": data.estimates,
        "dividends": data.dividends,
        "claims": data.claims,
        "disagreements": data.disagreements,
    }


def _digest(frame: pl.DataFrame) -> str:
    """Columns by name, each as its name and then its cells, rows sorted by all of their cells."""
    plain = frame.select(_plain(name, frame.schema[name]) for name in sorted(frame.columns) if name != _DERIVED)
    plain = plain.sort(plain.columns, nulls_last=False, maintain_order=False)
    total = hashlib.sha256()
    for column in plain.iter_columns():
        total.update(f"{_BETWEEN}{column.name}{_BETWEEN}".encode())
        for piece in _bytes(column):
            total.update(piece)
    return total.hexdigest()


def _plain(name: str, dtype: pl.DataType) -> pl.Expr:
    """A cell as a number or a text: a day as the days since 1970, a list joined by semicolons, no text as nothing."""
    column = pl.col(name)
    if dtype.is_float():
        return column + 0.0  # minus zero is zero
    if dtype.is_integer() or dtype == pl.Boolean:
        return column.cast(pl.Int64)
    if dtype == pl.Date:
        return column.cast(pl.Int32).cast(pl.Int64)
    text = column.list.join(";") if dtype == pl.List(pl.String) else column.cast(pl.String)
    return pl.when(text != "").then(text).alias(name)


def _bytes(column: pl.Series) -> Iterator[bytes]:
    """Texts between separators; numbers as little-endian doubles or 64-bit integers after which are there, 1 or 0."""
    if column.dtype == pl.String:
        yield str(column.fill_null(_NOTHING).str.join(_BETWEEN).item()).encode()
        return
    cells = array("d" if column.dtype.is_float() else "q", column.fill_null(0).to_list())
    if sys.byteorder == "big":
        cells.byteswap()
    yield bytes(column.is_not_null().cast(pl.UInt8).to_list())
    yield cells.tobytes()

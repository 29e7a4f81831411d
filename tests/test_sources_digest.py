"""The data lock: one digest for the same rows whatever carried them and in whatever order, another for other rows."""

from __future__ import annotations

import hashlib
import sqlite3
import struct
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from peerbench.core import frames
from peerbench.core.dataset import Dataset
from peerbench.sources import digest, layout, sql
from peerbench.sources.ask import Ask, Means
from peerbench.sources.dataset import embedded, load
from peerbench.sources.merge import combine


def lock(data: Dataset) -> str:
    return digest.of(digest.tables(data))


def with_facts(data: Dataset, change: pl.Expr) -> Dataset:
    return replace(data, facts=data.facts.with_columns(change))


FIRST = pl.int_range(pl.len()) == 0


def test_the_order_of_rows_and_their_ids_are_no_data(platforms: Dataset) -> None:
    shuffled = {
        name: getattr(platforms, name).sample(fraction=1, shuffle=True, seed=7)
        for name in ("facts", "prices", "fx", "estimates", "claims", "dividends", "disagreements")
    }
    companies = dict(reversed(platforms.companies.items()))
    other = replace(platforms, companies=companies, lines=platforms.lines[::-1], **shuffled)
    assert lock(with_facts(other, pl.lit("x").alias("id"))) == lock(platforms)


@pytest.mark.parametrize(
    "change",
    [
        pl.when(FIRST).then(pl.col("value") * (1 + 1e-15)).otherwise(pl.col("value")).alias("value"),
        pl.when(FIRST).then(pl.col("known_on").dt.offset_by("1d")).otherwise(pl.col("known_on")).alias("known_on"),
        pl.when(FIRST).then(pl.lit("HKD")).otherwise(pl.col("currency")).alias("currency"),
        pl.when(FIRST).then(pl.lit("seen twice")).otherwise(pl.col("note")).alias("note"),
        pl.when(FIRST).then(pl.lit(None)).otherwise(pl.col("period_start")).alias("period_start"),
        pl.when(FIRST).then(pl.concat_list(pl.lit("a"))).otherwise(pl.col("inputs")).alias("inputs"),
    ],
    ids=["value", "day", "currency", "remark", "no day", "inputs"],
)
def test_any_other_cell_is_other_data(platforms: Dataset, change: pl.Expr) -> None:
    assert lock(with_facts(platforms, change)) != lock(platforms)


def test_nothing_is_not_zero_and_minus_zero_is_zero(platforms: Dataset) -> None:
    def volumes(value: float | None) -> str:
        prices = platforms.prices.with_columns(pl.lit(value, pl.Float64).alias("volume"))
        return lock(replace(platforms, prices=prices))

    assert volumes(None) != volumes(0.0) == volumes(-0.0)


def test_cells_that_change_places_are_other_data(platforms: Dataset) -> None:
    """A text is not its neighbour's, nor is a row's value that of the row below."""
    left = platforms.fx.head(2).with_columns(pl.Series("base", ["ab", "c"]), pl.Series("quote", ["d", "ef"]))
    right = left.with_columns(pl.Series("base", ["a", "bc"]), pl.Series("quote", ["d", "ef"]))
    crossed = left.with_columns(pl.col("rate").reverse())
    assert len({lock(replace(platforms, fx=frame)) for frame in (left, right, crossed)}) == 3


def test_the_canonical_form_is_as_the_help_page_says(platforms: Dataset) -> None:
    """Two rates, written out by hand: columns by name, rows by day, then the lock over the tables."""
    fx = pl.DataFrame(
        {
            "id": ["b", "a"],
            "date": [date(1970, 1, 3), date(1970, 1, 2)],
            "base": "EUR",
            "quote": "USD",
            "rate": [1.25, 1.5],
            "source": [None, "ECB"],
        },
        schema=frames.FX,
    )
    form = b"".join((
        b"\x1fbase\x1fEUR\x1fEUR",
        b"\x1fdate\x1f" + bytes([1, 1]) + struct.pack("<2q", 1, 2),
        b"\x1fquote\x1fUSD\x1fUSD",
        b"\x1frate\x1f" + bytes([1, 1]) + struct.pack("<2d", 1.5, 1.25),
        b"\x1fsource\x1fECB\x1f\x00",
    ))  # fmt: skip
    found = digest.tables(replace(platforms, fx=fx))
    assert (found["fx"].rows, found["fx"].sha256) == (2, hashlib.sha256(form).hexdigest())
    lines = "".join(f"{name} {found[name].sha256}\n" for name in sorted(found))
    assert digest.of(found) == hashlib.sha256(lines.encode()).hexdigest()


def test_tables_without_rows_are_not_named(platforms: Dataset) -> None:
    data = replace(platforms, claims=frames.empty(frames.CLAIMS), disagreements=pl.DataFrame(), lines=())
    assert list(digest.tables(data)) == ["companies", "facts", "prices", "fx", "estimates", "dividends"]


def typed(name: str) -> pl.DataFrame:
    """An embedded file with typed columns, as a Parquet file or a database would hold it."""
    kinds: dict[str, Any] = {"number": pl.Float64, "integer": pl.Int64, "date": pl.Date, "boolean": pl.Boolean}
    schema = {column.name: kinds[column.kind] for column in layout.COLUMNS[name] if column.kind in kinds}
    frame = pl.read_csv(embedded("platforms") / f"{name}.csv", infer_schema=False)
    text = {column: pl.col(column).str.strip_chars() for column in schema if column in frame.columns}
    return frame.with_columns(_typed(text[column], schema[column]) for column in text)


def _typed(text: pl.Expr, kind: Any) -> pl.Expr:
    if kind == pl.Date:
        return text.str.to_date()
    return text == "true" if kind == pl.Boolean else text.cast(kind)


def test_parquet_has_the_lock_of_the_csv(platforms: Dataset, tmp_path: Path) -> None:
    for path in embedded("platforms").glob("*.csv"):
        typed(path.stem).sample(fraction=1, shuffle=True, seed=1).write_parquet(tmp_path / f"{path.stem}.parquet")
    assert digest.tables(load(tmp_path)[0]) == digest.tables(platforms)


def test_sqlite_has_the_lock_of_the_csv(platforms: Dataset, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "figures.sqlite")
    tables = {}
    for path in embedded("platforms").glob("*.csv"):
        frame = typed(path.stem).with_columns(pl.selectors.date().cast(pl.String))
        listed = ", ".join(f'"{name}"' for name in frame.columns)
        connection.execute(f'create table "{path.stem}" ({listed})')
        marks = ", ".join("?" * frame.width)
        connection.executemany(f'insert into "{path.stem}" values ({marks})', frame.rows())
        tables[path.stem] = {"query": _query(path.stem, frame), "file": ""}
    connection.commit()
    connection.close()
    ask = Ask("sql", "base", {"file": "figures.sqlite", "tables": tables}, tmp_path)
    assert digest.tables(combine((sql.read(ask, Means()),))) == digest.tables(platforms)


def _query(name: str, frame: pl.DataFrame) -> str:
    """SQLite has no booleans: they are written out."""
    cells = (
        f"case \"{column}\" when 1 then 'true' when 0 then 'false' end as \"{column}\""
        if dtype == pl.Boolean
        else f'"{column}"'
        for column, dtype in frame.schema.items()
    )
    return f'select {", ".join(cells)} from "{name}" order by random()'

"""The contract's frames: rows with their readable ids, exactly in the columns and types of core.frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from peerbench.core import frames
from peerbench.sources import layout

_PLACE: Final = "__place_in_file"


def shaped(data: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Each frame with its ids, exactly in the columns and types of core.frames."""
    shaped = {name: _SHAPES[name][0](frame) for name, frame in data.items()}
    return {name: frame.select(*_SHAPES[name][1]) for name, frame in shaped.items()}


def _identified(frame: pl.DataFrame, *parts: pl.Expr) -> pl.DataFrame:
    """A readable id per row; a repeated one is counted, so that every id is unique, whatever the order of the rows."""
    named = frame.with_columns(pl.concat_str(*parts).str.replace_all(r"\s+", "_").alias("id"))
    if not named["id"].is_duplicated().any():
        return named
    placed = named.with_row_index(_PLACE).sort(*named.columns)
    count = pl.col("id").cum_count().over("id")
    counted = pl.when(count > 1).then(pl.col("id") + pl.lit("#") + count.cast(pl.String)).otherwise(pl.col("id"))
    return placed.with_columns(counted.alias("id")).sort(_PLACE).drop(_PLACE)


def _joined(*names: str) -> tuple[pl.Expr, ...]:
    parts: list[pl.Expr] = []
    for name in names:
        parts += [pl.lit("."), pl.col(name).cast(pl.String)]
    return tuple(parts[1:])


def _suffix(condition: pl.Expr, text: str) -> pl.Expr:
    return pl.when(condition).then(pl.lit(text)).otherwise(pl.lit(""))


def _facts(frame: pl.DataFrame) -> pl.DataFrame:
    named = _identified(
        frame,
        *_joined("company", "item", "segment", "months", "period_end"),
        pl.lit("@"),
        pl.col("known_on").cast(pl.String),
        _suffix(pl.col("accounting") == "issuer-non-gaap", ".issuer"),
        pl.when(pl.col("basis") != "actual").then(pl.lit(".") + pl.col("basis")).otherwise(pl.lit("")),
    )
    return named.with_columns(
        pl.when(pl.col("unit").is_in(layout.MONEY)).then(pl.col("currency")),
        pl.col("inputs").fill_null("").str.split(";").list.eval(pl.element().filter(pl.element() != "")),
    )


def _prices(frame: pl.DataFrame) -> pl.DataFrame:
    return _identified(frame, pl.lit("price."), *_joined("line", "date"), _suffix(pl.col("adjusted"), ".adjusted"))


def _fx(frame: pl.DataFrame) -> pl.DataFrame:
    return _identified(frame, pl.lit("fx."), pl.col("base"), *_joined("quote", "date"))


def _estimates(frame: pl.DataFrame) -> pl.DataFrame:
    parts = _joined("company", "metric", "fiscal_period")
    return _identified(frame, pl.lit("est."), *parts, pl.lit("@"), pl.col("snapshot_date").cast(pl.String))


def _dividends(frame: pl.DataFrame) -> pl.DataFrame:
    return _identified(frame, pl.lit("dividend."), *_joined("line", "ex_date"))


def _as_is(frame: pl.DataFrame) -> pl.DataFrame:
    return frame


_SHAPES: Final = {
    "facts": (_facts, frames.FACTS),
    "prices": (_prices, frames.PRICES),
    "fx": (_fx, frames.FX),
    "estimates": (_estimates, frames.ESTIMATES),
    "dividends": (_dividends, frames.DIVIDENDS),
    "claims": (_as_is, frames.CLAIMS),
    "disagreements": (_as_is, frames.DISAGREEMENTS),
}

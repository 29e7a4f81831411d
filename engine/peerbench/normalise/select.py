"""Point in time: the rows that were known at the end of a day, in their latest vintage (METHOD 32)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Final

import polars as pl

from peerbench.core.dataset import Dataset

# Two rows with one key and different known_on are a restatement; with one known_on, a conflict.
FACT_KEY: Final = (
    "company", "item", "segment", "line", "basis", "accounting", "period_start", "period_end", "months",
)  # fmt: skip


def known_by(facts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Facts published by the end of `as_of`, one row per key: the latest vintage, the file's first row on a tie."""
    known = facts.filter(pl.col("known_on") <= as_of).with_row_index("_row")
    newest = known.sort("known_on", "_row", descending=[True, False]).unique(FACT_KEY, keep="first")
    return newest.sort("_row").drop("_row")


def prices_by(prices: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Closes of days up to and including `as_of`."""
    return prices.filter(pl.col("date") <= as_of)


def rates_by(fx: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Rates of days up to and including `as_of`."""
    return fx.filter(pl.col("date") <= as_of)


def estimates_by(estimates: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Estimates whose snapshot was taken by `as_of`."""
    return estimates.filter(pl.col("snapshot_date") <= as_of)


def dividends_by(dividends: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Dividends that went ex by `as_of`."""
    return dividends.filter(pl.col("ex_date") <= as_of)


def dataset_by(data: Dataset, as_of: date) -> Dataset:
    """The whole dataset as it stood at the end of `as_of`; claims are kept only when their day had come."""
    claims = data.claims.filter(pl.col("known_on").is_null() | (pl.col("known_on") <= as_of))
    return Dataset(
        facts=known_by(data.facts, as_of),
        prices=prices_by(data.prices, as_of),
        fx=rates_by(data.fx, as_of),
        companies=data.companies,
        lines=data.lines,
        estimates=estimates_by(data.estimates, as_of),
        dividends=dividends_by(data.dividends, as_of),
        claims=claims,
        disagreements=data.disagreements,
        files=data.files,
        findings=data.findings,
    )


def excerpt(data: Dataset, *, companies: Collection[str], currency: str, as_of: date) -> Dataset:
    """What a brief of these companies on this day may read, every vintage of it: the figures of a study are the same.

    Rates are kept where they lead to a currency that is reported, quoted or printed; file receipts and findings go.
    """
    mine = pl.col("company").is_in(sorted(companies))
    facts = data.facts.filter(mine & (pl.col("known_on") <= as_of))
    prices = prices_by(data.prices, as_of).filter(mine)
    dividends = dividends_by(data.dividends, as_of).filter(mine)
    own = {name: data.companies[name] for name in companies if name in data.companies}
    claims = data.claims.filter(mine & (pl.col("known_on").is_null() | (pl.col("known_on") <= as_of)))
    estimates = estimates_by(data.estimates, as_of).filter(mine)
    lines = tuple(line for line in data.lines if line.company in own)
    codes = {currency, *(one.reporting_currency for one in own.values()), *(line.currency for line in lines)}
    for frame in (facts, prices, dividends, claims, estimates):
        codes.update(frame["currency"].drop_nulls())
    return replace(
        data,
        facts=facts,
        prices=prices,
        fx=rates_by(data.fx, as_of).filter(pl.col("quote").is_in(sorted(codes))),
        companies=own,
        lines=tuple(line for line in lines if line.effective_from is None or line.effective_from <= as_of),
        estimates=estimates,
        dividends=dividends,
        claims=claims,
        disagreements=_told_by(data.disagreements, companies, as_of),
        files=(),
        findings=(),
    )


def _told_by(disagreements: pl.DataFrame, companies: Collection[str], as_of: date) -> pl.DataFrame:
    """Other sources' figures on facts of these companies known by the day; an empty frame may have no columns."""
    if disagreements.is_empty():
        return disagreements
    known = pl.col("known_on").is_null() | (pl.col("known_on") <= as_of)
    return disagreements.filter(pl.col("company").is_in(sorted(companies)) & known)

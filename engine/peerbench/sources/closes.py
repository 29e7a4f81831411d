"""Suspicions about closes: pounds and pence in one series, or a whole series in pence that is called pounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from statistics import median
from typing import Final

import polars as pl

from peerbench.core.dataset import Dataset
from peerbench.core.findings import Finding, Origin, Severity

JUMP: Final = 30.0  # from one close to the next: beyond any split that is usual
SPIKE: Final = 6.0  # up and back, or down and back: beyond what a market does in a day or a week
SAME: Final = 2.0
# Currencies in which exchanges quote hundredths: pence, cents, agorot.
HUNDREDTHS: Final = ("GBP", "ZAR", "ILS")
# What a share of the middle of a market costs, in years of sales, of earnings, and in book values.
USUAL: Final = {"revenue": 2.0, "net_income_parent": 18.0, "equity_parent": 3.0}
_COUNTS: Final = ("shares_outstanding", "shares_diluted")
FAR: Final = 15.0  # times the usual, at the median of what is known
FAR_ALONE: Final = 40.0  # where one of them is known


def check(data: Dataset) -> tuple[Finding, ...]:
    """Every suspicion, line by line."""
    if data.prices.is_empty():
        return ()
    return (*_switches(data.prices), *_hundredths(data))


def _switches(prices: pl.DataFrame) -> Iterator[Finding]:
    """A close many times off the one before it, and a close off both its neighbours, which agree: told once a line."""
    of = ("company", "line", "adjusted")
    ordered = prices.sort(*of, "date")
    before, after = (pl.col("close").shift(step).over(*of) for step in (1, -1))
    last, first = pl.col("close") / before, pl.col("close") / after
    apart = (last > JUMP) | (last < 1 / JUMP)
    alone = ((last > SPIKE) & (first > SPIKE)) | ((last < 1 / SPIKE) & (first < 1 / SPIKE))
    alike = (before / after < SAME) & (before / after > 1 / SAME)
    odd = ordered.with_columns(last.alias("times"), before.alias("before")).filter(apart | (alone & alike))
    for _, group in odd.group_by(*of, maintain_order=True):
        row = group.row(0, named=True)
        more = f" ({group.height - 1} more like it)" if group.height > 1 else ""
        times = max(row["times"], 1 / row["times"])
        way = "above" if row["times"] > 1 else "below"
        message = (
            f"{row['company']}: the close of {row['line']} on {row['date']} is {row['close']:,.6g} {row['currency']}, "
            f"{times:,.0f} times {way} the one before, {row['before']:,.6g}{more}; the unit or currency changes."
        )
        yield _finding("close-switch", message, row["company"], row["id"], row["source"])


def _hundredths(data: Dataset) -> Iterator[Finding]:
    """Newest closes under which a company costs many times the usual, where its exchange quotes hundredths."""
    newest = data.prices.filter(pl.col("currency").is_in(HUNDREDTHS)).sort("date").unique(
        ["company", "line"], keep="last", maintain_order=True
    )  # fmt: skip
    known_of = pl.col("company").is_in(newest["company"].unique().to_list())
    data = replace(data, facts=data.facts.filter(known_of & pl.col("item").is_in([*USUAL, *_COUNTS])))
    for row in newest.iter_rows(named=True):
        value = _value(data, row["company"], row["line"], row["close"], row["date"])
        known = {item: _latest(data, row["company"], item, row["date"], row["currency"]) for item in USUAL}
        times = [value / (USUAL[item] * one) for item, one in known.items() if value and one and one > 0]
        if times and median(times) > (FAR if len(times) > 1 else FAR_ALONE):
            shown = " and ".join(
                f"{value / one:,.0f} times {what}"
                for what, one in (("sales", known["revenue"]), ("earnings", known["net_income_parent"]))
                if value and one and one > 0
            )
            message = (
                f"{row['company']}: at {row['close']:,.6g} {row['currency']} a share of {row['line']} on {row['date']} "
                f"the company costs {shown or 'many times its book value'}; the close looks like hundredths of "
                f"{row['currency']}."
            )
            # A market value a hundred times too large is in every multiple: no brief is issued with it.
            yield _finding("close-in-hundredths", message, row["company"], row["id"], row["source"], severity="error")


def _value(data: Dataset, company: str, line: str, close: float, day: date) -> float | None:
    """Market value at a close by the newest count known by its day, in the close's currency."""
    own = [one for one in data.lines if (one.company, one.line) == (company, line)]
    dated = [one for one in own if one.effective_from is None or one.effective_from <= day]
    per_unit = max(dated, key=lambda one: one.effective_from or date.min).ordinary_per_unit if dated else 1.0
    counts = _known(data, company, _COUNTS, day)
    return close / per_unit * float(counts["value"][-1]) if counts.height else None


def _latest(data: Dataset, company: str, item: str, day: date, currency: str) -> float | None:
    """The newest annual flow or balance known by a day, in a currency; none without a rate."""
    rows = _known(data, company, (item,), day)
    if rows.is_empty():
        return None
    value, stated = float(rows["value"][-1]), rows["currency"][-1]
    rate = 1.0 if stated == currency else _rate(data.fx, stated, currency, day)
    return value * rate if rate else None


def _known(data: Dataset, company: str, items: Sequence[str], day: date) -> pl.DataFrame:
    whole = (pl.col("segment") == "total") & (pl.col("basis") == "actual") & pl.col("months").is_in([0, 12])
    own = (pl.col("company") == company) & pl.col("item").is_in(list(items)) & (pl.col("known_on") <= day)
    return data.facts.filter(own & whole & (pl.col("value") != 0)).sort("period_end", "known_on")


def _rate(fx: pl.DataFrame, base: str, quote: str, day: date) -> float | None:
    """What one of `base` buys of `quote`, roughly: any pair or cross through one base, of the last rate by the day."""
    newest = fx.filter(pl.col("date") <= day).sort("date").group_by("base", "quote").agg(pl.col("rate").last())
    rates = {(one, other): rate for one, other, rate in newest.iter_rows()}
    for middle in sorted({one for one, _ in rates}):
        of = {middle: 1.0} | {other: rate for (one, other), rate in rates.items() if one == middle}
        if base in of and quote in of:
            return float(of[quote] / of[base])
    return None


def _finding(
    name: str, message: str, company: str, row: str, source: str | None, *, severity: Severity = "warning"
) -> Finding:
    return Finding(name, severity, message, "", Origin(source or "prices", locator=row), company)

"""What is known of companies as of a day: item by period with age and gaps, and how new closes and estimates are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from peerbench.core.dataset import Dataset
from peerbench.core.items import FLOWS, STOCKS
from peerbench.core.periods import add_months, near

YEARS = 3


@dataclass(frozen=True, slots=True)
class Known:
    """One company's item: newest period end, the day it was published, how many periods, and ends that lack.

    `known` are the reporting days of the last three years, newest last, each with the lengths known to end there in
    months: 0 for a balance; empty where the company reported and this item is not known.
    """

    company: str
    item: str
    newest: date
    published: date
    age: int  # days from the newest period's end to the day asked about
    periods: int
    gaps: tuple[date, ...]
    known: tuple[tuple[date, tuple[int, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Market:
    """The newest close, rate or estimate by the day asked about: of what, when, how many days before."""

    company: str  # empty for a rate
    kind: str  # close | adjusted close | rate | estimate
    name: str  # the share line, the pair, or the estimate's metric
    newest: date
    age: int
    rows: int


def known(data: Dataset, companies: Sequence[str], as_of: date) -> tuple[Known, ...]:
    """Company by company, item by item. A gap is a period end of three years that other items of its kind have."""
    since = add_months(as_of, -12 * YEARS)
    total = (pl.col("segment") == "total") & (pl.col("basis") == "actual") & (pl.col("known_on") <= as_of)
    rows = data.facts.filter(pl.col("company").is_in(list(companies)) & total)
    newest = rows.group_by("company", "item", "period_end").agg(
        pl.col("known_on").min(), pl.col("months").unique().sort()
    )
    found: list[Known] = []
    for company in companies:
        own = newest.filter(pl.col("company") == company)
        days = _ends(own.filter((pl.col("period_end") > since) & pl.col("item").is_in([*FLOWS, *STOCKS])), share=0.2)
        for kind in (FLOWS, STOCKS):
            items = own.filter(pl.col("item").is_in(list(kind))).sort("item", "period_end")
            calendar = _ends(items.filter(pl.col("period_end") > since))
            for (item,), group in items.group_by("item", maintain_order=True):
                found.append(_one(company, str(item), group, calendar, days, as_of))
    return tuple(found)


def _ends(items: pl.DataFrame, *, share: float = 0.5) -> tuple[date, ...]:
    """Period ends that a share of the busiest end's items have: reporting days, not a cover page's."""
    counts = items.group_by("period_end").agg(pl.len())
    if counts.is_empty():
        return ()
    usual = share * max(counts["len"].to_list())
    return tuple(sorted(counts.filter(pl.col("len") >= usual)["period_end"].to_list()))


def _one(
    company: str, item: str, group: pl.DataFrame, calendar: Iterable[date], days: Iterable[date], as_of: date
) -> Known:
    ends: list[date] = group["period_end"].to_list()
    last, published = ends[-1], group["known_on"][-1]
    gaps = tuple(end for end in calendar if not any(near(end, own, days=40) for own in ends))
    lengths = dict(zip(ends, group["months"].to_list(), strict=True))
    row = tuple((day, _lengths(lengths, day)) for day in days)
    return Known(company, item, last, published, (as_of - last).days, len(ends), gaps, row)


def _lengths(lengths: Mapping[date, Sequence[int]], day: date) -> tuple[int, ...]:
    """Lengths of the item's periods that end on a reporting day, or within forty days of it."""
    return tuple(sorted({months for end, own in lengths.items() if near(end, day, days=40) for months in own}))


def markets(data: Dataset, companies: Sequence[str], as_of: date) -> tuple[Market, ...]:
    """The newest closes of each line and estimates of each company, then rates; nothing later than the day."""
    closes = data.prices.filter(pl.col("date") <= as_of).with_columns(
        pl.when("adjusted").then(pl.lit("adjusted close")).otherwise(pl.lit("close")).alias("kind"),
        pl.col("line").alias("name"),
    )
    estimates = data.estimates.filter(pl.col("snapshot_date") <= as_of).select(
        "company",
        pl.lit("estimate").alias("kind"),
        pl.col("metric").alias("name"),
        pl.col("snapshot_date").alias("date"),
    )
    rates = data.fx.filter(pl.col("date") <= as_of).select(
        pl.lit("").alias("company"),
        pl.lit("rate").alias("kind"),
        (pl.col("base") + pl.col("quote")).alias("name"),
        "date",
    )
    every = pl.concat([closes.select("company", "kind", "name", "date"), estimates, rates])
    made = every.group_by("company", "kind", "name").agg(pl.col("date").max(), pl.len())
    found: dict[str, list[Market]] = defaultdict(list)
    for company, kind, name, newest, count in made.sort("company", "kind", "name").iter_rows():
        found[company].append(Market(company, kind, name, newest, (as_of - newest).days, count))
    return tuple(market for company in (*companies, "") for market in found[company])

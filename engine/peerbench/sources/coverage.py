"""What is known of companies as of a day: per item the newest period, its age, and the periods it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from peerbench.core.dataset import Dataset
from peerbench.core.items import FLOWS, STOCKS
from peerbench.core.periods import add_months, near

YEARS = 3


@dataclass(frozen=True, slots=True)
class Known:
    """One company's item: newest period end, the day it was published, how many periods, and ends that lack."""

    company: str
    item: str
    newest: date
    published: date
    age: int  # days from the newest period's end to the day asked about
    periods: int
    gaps: tuple[date, ...]


def known(data: Dataset, companies: Sequence[str], as_of: date) -> tuple[Known, ...]:
    """Company by company, item by item. A gap is a period end of three years that other items of its kind have."""
    since = add_months(as_of, -12 * YEARS)
    total = (pl.col("segment") == "total") & (pl.col("basis") == "actual") & (pl.col("known_on") <= as_of)
    rows = data.facts.filter(pl.col("company").is_in(list(companies)) & total)
    newest = rows.group_by("company", "item", "period_end").agg(pl.col("known_on").min(), pl.col("months").min())
    found: list[Known] = []
    for company in companies:
        own = newest.filter(pl.col("company") == company)
        for kind in (FLOWS, STOCKS):
            items = own.filter(pl.col("item").is_in(list(kind))).sort("item", "period_end")
            calendar = _ends(items.filter(pl.col("period_end") > since))
            for (item,), group in items.group_by("item", maintain_order=True):
                found.append(_one(company, str(item), group, calendar, as_of))
    return tuple(found)


def _ends(items: pl.DataFrame) -> tuple[date, ...]:
    """Period ends that at least half of the busiest end's items have: reporting days, not a cover page's."""
    counts = items.group_by("period_end").agg(pl.len())
    if counts.is_empty():
        return ()
    usual = int(counts["len"].max() or 0) / 2  # type: ignore[arg-type]
    return tuple(sorted(counts.filter(pl.col("len") >= usual)["period_end"].to_list()))


def _one(company: str, item: str, group: pl.DataFrame, calendar: Iterable[date], as_of: date) -> Known:
    ends: list[date] = group["period_end"].to_list()
    last, published = ends[-1], group["known_on"][-1]
    gaps = tuple(end for end in calendar if not any(near(end, own, days=40) for own in ends))
    return Known(company, item, last, published, (as_of - last).days, len(ends), gaps)

"""Own history: the subject's premium to its peers at every month end, as it was known then (METHOD 27)."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from peerbench.compare.sizes import HISTORY_POINTS, LEAST
from peerbench.core.periods import month_end


@dataclass(frozen=True, slots=True)
class Point:
    """One day's comparison."""

    as_of: date
    value: float  # the subject's own
    median: float
    n: int  # core peers behind the median
    premium: float  # value / median − 1


@dataclass(frozen=True, slots=True)
class History:
    """The premium at month ends. mean, sd, z and percentile are None when reason says why.

    now is the comparison of `as_of`; it joins the mean only where that day is itself a month end.
    """

    metric: str
    n: int  # month ends with a premium
    asked: int  # month ends in the frame from the first one with a premium on
    window: tuple[date, date] | None  # first and last month end with a premium
    points: tuple[Point, ...]
    now: Point | None
    mean: float | None = None
    sd: float | None = None  # sample standard deviation
    z: float | None = None
    percentile: float | None = None  # share of the history below now, ties half
    reason: str | None = None


def premium_history(
    metrics: pl.DataFrame,
    *,
    metric: str,
    subject: str,
    roles: Mapping[str, str],
    as_of: date,
    months: int | None = None,
) -> History:
    """METRICS over many as-of dates → the subject's premium series of one metric, month ends not after `as_of`.

    A month counts only where the subject and at least three core peers are ok and the median is above zero; no
    month is filled in. months limits the history to the last so many month ends of the frame. Fewer than 36
    counted months: the series stands, its statistics are withheld.
    """
    every = _points(metrics.filter((pl.col("metric") == metric) & (pl.col("as_of") <= as_of)), subject, roles)
    ends = sorted(day for day in set(metrics["as_of"].to_list()) if day <= as_of and day == month_end(day))
    ends = ends[-months:] if months else ends
    points = tuple(every[day] for day in ends if day in every)
    now = every.get(as_of)
    window = (points[0].as_of, points[-1].as_of) if points else None
    asked = len([day for day in ends if window and day >= window[0]])
    reason = _reason(len(points), now)
    if reason or now is None:
        return History(metric, len(points), asked, window, points, now, reason=reason)
    premiums = [point.premium for point in points]
    mean, sd = statistics.fmean(premiums), statistics.stdev(premiums)
    z = (now.premium - mean) / sd if sd > 0 else None
    share = _share_below(premiums, now.premium)
    return History(metric, len(points), asked, window, points, now, mean, sd, z, share)


def _points(metrics: pl.DataFrame, subject: str, roles: Mapping[str, str]) -> dict[date, Point]:
    core = [company for company, role in roles.items() if role == "core"]
    value = pl.when(pl.col("status") == "ok").then("value")
    peers = value.filter(pl.col("company").is_in(core))
    days = metrics.group_by("as_of").agg(
        own=value.filter(pl.col("company") == subject).drop_nulls().first(), median=peers.median(), n=peers.count()
    )
    kept = days.filter((pl.col("n") >= LEAST["median"]) & (pl.col("median") > 0) & (pl.col("own") >= 0)).sort("as_of")
    return {
        day: Point(day, own, median, n, own / median - 1)
        for day, own, median, n in kept.select("as_of", "own", "median", "n").iter_rows()
    }


def _reason(n: int, now: Point | None) -> str | None:
    if n < HISTORY_POINTS:
        months = "one month end has" if n == 1 else f"{n} month ends have"
        return f"{months} the subject and three core peers; a history needs at least {HISTORY_POINTS}"
    return "the subject or its peers have no value now" if now is None else None


def _share_below(values: list[float], now: float) -> float:
    return math.fsum(1.0 if value < now else 0.5 if value == now else 0.0 for value in values) / len(values)

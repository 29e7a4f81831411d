"""Market risk from daily closes: spread, falls, trend, turnover and co-movement (METHOD 7, group Risk).

Returns are taken from dividend-adjusted closes of one line, in its own currency, known by the as-of date. A loss is
stored as a positive fraction (larger is riskier); price_to_mean and price_to_high are signed gaps, price / x − 1.
Windows: 1y is 365 days back, 52w 364, 3y three calendar years; 20d, 60d and 200d count trading days.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

import polars as pl

from peerbench.core.periods import add_months

TRADING_DAYS: Final = 252
LEAST_RETURNS_A_YEAR: Final = 200
STALE_AFTER: Final = 5  # trading days (METHOD 33)
LATEST_START: Final = timedelta(days=10)  # closes must reach back to within ten days of the window's start
LONGEST_HOLE: Final = timedelta(days=14)  # longer than any holiday: a return across it is not a daily one
ADJUSTED: Final = "adjusted_closes"  # no unadjusted daily closes: past dividends lower the earlier ones


@dataclass(frozen=True, slots=True)
class Statistic:
    """A number from prices. value is present exactly when status is ok; reason otherwise; start and end are the
    first and last close read; inputs the prices that make the number; how says it in words."""

    value: float | None
    status: Literal["ok", "missing", "not_meaningful", "stale"]
    reason: str | None
    start: date | None
    end: date | None
    inputs: tuple[str, ...]
    how: str
    unit: str = "fraction"
    currency: str | None = None  # only where the unit is money
    n: int = 0  # returns, or closes where no return is taken
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Close:
    day: date
    price: float
    volume: float | None
    currency: str
    id: str


def market_statistic(
    prices: pl.DataFrame, *, company: str, line: str, item: str, window: str, as_of: date
) -> Statistic:
    """One item of kind "statistic" for one line, e.g. volatility over 1y. Raises ValueError for an unknown item or
    a window the item is not defined for."""
    if item not in _MEASURES:
        raise ValueError(f"'{item}' is not a statistic of prices; known: {', '.join(_MEASURES)}")
    adjusted = closes(prices, company=company, line=line, as_of=as_of)
    raw = closes(prices, company=company, line=line, as_of=as_of, adjusted=False)
    problem = _unusable(adjusted, line, as_of)
    if problem and (item not in _EITHER or _unusable(raw, line, as_of)):
        return problem
    return _MEASURES[item](_Reading(line, window, as_of, adjusted, raw))


def correlation(
    prices: pl.DataFrame, *, company: str, line: str, other: str, other_line: str, window: str, as_of: date
) -> Statistic:
    """Correlation of the daily log returns of two lines, between days on which both traded.

    Fewer than 200 such returns in the year: missing; with itself, or with a price that never moved: not meaningful.
    """
    if (company, line) == (other, other_line):
        return replace(_absent(f"{line} is not compared with itself"), unit="pure", status="not_meaningful")
    mine = closes(prices, company=company, line=line, as_of=as_of)
    theirs = closes(prices, company=other, line=other_line, as_of=as_of)
    return replace(_correlation((line, mine), (other_line, theirs), window, as_of), unit="pure")


def correlations(prices: pl.DataFrame, *, subject: str, lines: Mapping[str, str], as_of: date) -> dict[str, Statistic]:
    """The subject's one-year correlation with each other company of `lines` (company → primary line)."""
    mine = lines[subject]
    return {
        company: correlation(
            prices, company=subject, line=mine, other=company, other_line=line, window="1y", as_of=as_of
        )
        for company, line in lines.items()
        if company != subject
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """A frame known by being the same one: frames are never changed."""

    rows: pl.DataFrame

    def __hash__(self) -> int:
        return id(self.rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frame) and other.rows is self.rows


def closes(prices: pl.DataFrame, *, company: str, line: str, as_of: date, adjusted: bool = True) -> tuple[Close, ...]:
    """Closes of a line up to the as-of date, oldest first, one a day (the row with a volume where there are two)."""
    return _closes(_Frame(prices), company, line, as_of, adjusted)


@lru_cache(maxsize=64)
def _closes(frame: _Frame, company: str, line: str, as_of: date, adjusted: bool) -> tuple[Close, ...]:
    chosen = frame.rows.filter(
        (pl.col("company") == company)
        & (pl.col("line") == line)
        & (pl.col("adjusted") == adjusted)
        & (pl.col("date") <= as_of)
        & (pl.col("close") > 0)
    )
    one_a_day = chosen.sort("date", pl.col("volume").is_null(), "id").unique("date", keep="first", maintain_order=True)
    return tuple(Close(*row) for row in one_a_day.select("date", "close", "volume", "currency", "id").iter_rows())


# ---- what a window holds --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reading:
    """The closes of a line and the window asked for."""

    line: str
    window: str
    as_of: date
    adjusted: tuple[Close, ...]
    raw: tuple[Close, ...]

    def daily(self) -> tuple[tuple[Close, ...], tuple[str, ...]]:
        """Unadjusted closes of the window where they are daily, else adjusted ones with a flag."""
        raw = _within(self.raw, self.window, self.as_of)
        adjusted = _within(self.adjusted, self.window, self.as_of)
        as_new = raw and (not adjusted or raw[-1].day >= adjusted[-1].day)
        if as_new and (not adjusted or _too_few(raw, self.window, self.as_of) is None):
            return raw, ()
        return adjusted, (ADJUSTED,)


def window_start(window: str, as_of: date) -> date | None:
    """The first day of a window of calendar time; None for a window of trading days."""
    match window:
        case "1y":
            return as_of - timedelta(days=365)
        case "52w":
            return as_of - timedelta(weeks=52)
        case "3y":
            return add_months(as_of, -36)
    return None


def _trading_days(window: str) -> int:
    found = re.fullmatch(r"(\d+)d", window)
    if not found:
        raise ValueError(f"'{window}' is not a window of market statistics")
    return int(found[1])


def _within(series: Sequence[Close], window: str, as_of: date, *, extra: int = 0) -> tuple[Close, ...]:
    """The closes of a window; `extra` closes before it where the window counts trading days and returns are taken."""
    start = window_start(window, as_of)
    if start is not None:
        return tuple(close for close in series if close.day >= start)
    return tuple(series[-(_trading_days(window) + extra) :])


def _too_few(series: Sequence[Close], window: str, as_of: date, *, extra: int = 0) -> str | None:
    """Why the closes do not fill the window, or None when they do."""
    start = window_start(window, as_of)
    if start is None:
        days = _trading_days(window)
        spread = (series[-1].day - series[0].day).days if series else 0
        if len(series) < days + extra or spread > 2 * days:
            return f"fewer than {days} consecutive trading days of closes"
        return None
    hole = next((pair for pair in pairwise(series) if pair[1].day - pair[0].day > LONGEST_HOLE), None)
    if hole:
        return f"no closes between {hole[0].day.isoformat()} and {hole[1].day.isoformat()}"
    least = LEAST_RETURNS_A_YEAR * (3 if window == "3y" else 1)
    returns = max(len(series) - 1, 0)
    if returns < least:
        return f"{returns} daily returns since {start.isoformat()}; at least {least} are needed"
    if window == "3y" and series[0].day > start + LATEST_START:
        return f"daily closes begin on {series[0].day.isoformat()}, after {start.isoformat()}"
    return None


def _unusable(series: Sequence[Close], line: str, as_of: date) -> Statistic | None:
    if not series:
        return _absent(f"no dividend-adjusted closes of {line} up to {as_of.isoformat()}")
    last = series[-1].day
    if _weekdays_between(last, as_of) > STALE_AFTER:
        reason = f"the last dividend-adjusted close of {line} is of {last.isoformat()}"
        return replace(_absent(reason), status="stale", end=last)
    if len({close.currency for close in series}) > 1:
        return _absent(f"closes of {line} are in more than one currency")
    return None


def _weekdays_between(first: date, last: date) -> int:
    """Weekdays after `first` up to and including `last`; holidays are not known here and count."""
    return sum((first + timedelta(days=ahead)).weekday() < 5 for ahead in range(1, (last - first).days + 1))


def _absent(reason: str) -> Statistic:
    return Statistic(None, "missing", reason, None, None, (), "")


def _made(value: float, series: Sequence[Close], used: Sequence[Close], how: str, n: int) -> Statistic:
    inputs = tuple(close.id for close in used)
    return Statistic(value, "ok", None, series[0].day, series[-1].day, inputs, how, n=n)


# ---- measures -------------------------------------------------------------------------------------------------------


def _returning(measure: Callable[[_Reading, tuple[Close, ...]], Statistic]) -> Callable[[_Reading], Statistic]:
    """A measure of adjusted returns: hand it the closes of the window, or say that they are too few."""

    def read(reading: _Reading) -> Statistic:
        series = _within(reading.adjusted, reading.window, reading.as_of, extra=1)
        why = _too_few(series, reading.window, reading.as_of, extra=1)
        return _absent(f"{reading.line}: {why}") if why else measure(reading, series)

    return read


def log_returns(series: Sequence[Close]) -> list[float]:
    return [math.log(after.price / before.price) for before, after in pairwise(series)]


def _simple_returns(series: Sequence[Close]) -> list[float]:
    return [after.price / before.price - 1 for before, after in pairwise(series)]


def _deviation(values: Sequence[float]) -> float:
    """Sample standard deviation; the standard library's is exact and fifty times slower."""
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _volatility(_: _Reading, series: tuple[Close, ...]) -> Statistic:
    returns = log_returns(series)
    how = f"sample standard deviation of {len(returns)} daily log returns × √{TRADING_DAYS}"
    return _made(_deviation(returns) * math.sqrt(TRADING_DAYS), series, series, how, len(returns))


def _worst_day(_: _Reading, series: tuple[Close, ...]) -> Statistic:
    returns = _simple_returns(series)
    at = returns.index(min(returns))
    day = series[at + 1].day.isoformat()
    how = f"largest loss among {len(returns)} daily returns, on {day}: 1 − close ÷ close before"
    return _made(-returns[at], series, series[at : at + 2], how, len(returns))


def _worst_day_in_20(_: _Reading, series: tuple[Close, ...]) -> Statistic:
    returns = _simple_returns(series)
    fifth = statistics.quantiles(returns, n=20, method="inclusive")[0]
    how = f"fifth percentile of {len(returns)} simple daily returns, linear, as a loss"
    return _made(-fifth, series, series, how, len(returns))


def _max_drawdown(_: _Reading, series: tuple[Close, ...]) -> Statistic:
    peak = high = low = series[0]
    for close in series:
        peak = close if close.price > peak.price else peak
        if close.price / peak.price < low.price / high.price:
            high, low = peak, close
    how = f"1 − lowest close after a peak ÷ that peak: {high.day.isoformat()} to {low.day.isoformat()}"
    return _made(1 - low.price / high.price, series, (high, low), how, len(series) - 1)


def _price_to_mean(reading: _Reading) -> Statistic:
    series = _within(reading.adjusted, reading.window, reading.as_of)
    why = _too_few(series, reading.window, reading.as_of)
    if why:
        return _absent(f"{reading.line}: {why}")
    mean = math.fsum(close.price for close in series) / len(series)
    how = f"last close ÷ mean of the last {len(series)} dividend-adjusted closes − 1"
    return _made(series[-1].price / mean - 1, series, series, how, len(series))


def _price_to_high(reading: _Reading) -> Statistic:
    series, flags = reading.daily()
    why = _too_few(series, reading.window, reading.as_of)
    if why:
        return _absent(f"{reading.line}: {why}")
    high = max(series, key=lambda close: close.price)
    kind = "dividend-adjusted close (no unadjusted daily closes)" if flags else "close"
    how = f"last close ÷ highest {kind} since {series[0].day.isoformat()}, of {high.day.isoformat()}, − 1"
    used = (high, series[-1]) if high is not series[-1] else (high,)
    return replace(_made(series[-1].price / high.price - 1, series, used, how, len(series)), flags=flags)


def _traded_value(reading: _Reading) -> Statistic:
    series, flags = reading.daily()
    if any(close.volume is None for close in series) and reading.adjusted:
        series, flags = _within(reading.adjusted, reading.window, reading.as_of), (ADJUSTED,)
    why = _too_few(series, reading.window, reading.as_of)
    if why:
        return replace(_absent(f"{reading.line}: {why}"), unit="money")
    values = [close.price * close.volume for close in series if close.volume is not None]
    if len(values) < len(series):
        return replace(_absent(f"{reading.line}: {len(series) - len(values)} days without a volume"), unit="money")
    how = f"median of close × volume over {len(values)} trading days"
    made = _made(statistics.median(values), series, series, how, len(values))
    return replace(made, unit="money", currency=series[-1].currency, flags=flags)


_MEASURES: Final[dict[str, Callable[[_Reading], Statistic]]] = {
    "volatility": _returning(_volatility),
    "worst_day": _returning(_worst_day),
    "worst_day_in_20": _returning(_worst_day_in_20),
    "max_drawdown": _returning(_max_drawdown),
    "price_to_mean": _price_to_mean,
    "price_to_high": _price_to_high,
    "traded_value": _traded_value,
}
_EITHER: Final = frozenset({"price_to_high", "traded_value"})  # read unadjusted closes where those are daily


def _correlation(
    first: tuple[str, Sequence[Close]], second: tuple[str, Sequence[Close]], window: str, as_of: date
) -> Statistic:
    for line, series in (first, second):
        problem = _unusable(series, line, as_of)
        if problem:
            return problem
    own, other = _both_traded(first[1], second[1], window, as_of)
    why = _too_few(own, window, as_of, extra=1)
    if why:
        return _absent(f"{first[0]} and {second[0]}: {why}")
    returns = log_returns(own), log_returns(other)
    if not all(_deviation(each) > 0 for each in returns):
        return replace(_absent("one of the prices never moved"), status="not_meaningful")
    how = f"correlation of {len(own) - 1} daily log returns of {first[0]} and {second[0]}, days both traded"
    return _made(statistics.correlation(*returns), own, (*own, *other), how, len(own) - 1)


def _both_traded(
    first: Sequence[Close], second: Sequence[Close], window: str, as_of: date
) -> tuple[list[Close], list[Close]]:
    """The closes of both lines on the days that have both, within the window."""
    days = {close.day for close in first} & {close.day for close in second}
    common = ([close for close in series if close.day in days] for series in (first, second))
    own, other = (list(_within(series, window, as_of, extra=1)) for series in common)
    return own, other

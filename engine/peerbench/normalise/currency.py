"""Exchange rates by METHOD 7: closing rates for points in time, window averages for flows, never a guessed one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import polars as pl

from peerbench.core.arithmetic import Leaf, RateOf
from peerbench.core.errors import BenchError
from peerbench.core.findings import Finding

MAX_AGE_DAYS: Final = 5  # a weekend or a holiday takes the last earlier rate, no older than this
MIN_COVERAGE: Final = 0.9  # share of the window's weekdays that must carry a rate before it is averaged
SYMBOLS: Final = {"USD": "US$", "CNY": "RMB", "HKD": "HK$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_POINTS: Final = ("spot", "latest", "fy1", "fy2", "ntm")


class RateNotFound(BenchError):
    """No rate near enough to the day, or too few days of it in a window."""

    def __init__(self, base: str, quote: str, day: date, start: date | None = None) -> None:
        self.base, self.quote, self.day, self.start = base, quote, day, start
        if start is None:
            sentence = f"no {base}/{quote} rate on {day} or in the {MAX_AGE_DAYS} days before it"
        else:
            sentence = f"too few {base}/{quote} rates between {start} and {day} to average"
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Rate:
    """One `base` buys `value` of `quote`. how is short and exact; ids are the rows of fx.csv behind it."""

    value: float
    day: date
    ids: tuple[str, ...]
    how: str
    leaf: Leaf = 1.0  # the rate as part of arithmetic


@dataclass(frozen=True, slots=True)
class _Series:
    days: tuple[date, ...] = ()
    values: tuple[float, ...] = ()
    ids: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates of a fx frame; pairs that it lacks are crossed through a currency that both sides have (the ECB's euro)."""

    fx: pl.DataFrame
    _pairs: dict[tuple[str, str], _Series] = field(default_factory=dict)

    def spot(self, base: str, quote: str, day: date) -> Rate:
        """The closing rate of `day`, or the last earlier one at most five days old; else RateNotFound."""
        if base == quote:
            return Rate(1.0, day, (), "1")
        series = self._series(base, quote)
        at = bisect_right(series.days, day) - 1
        if at < 0 or (day - series.days[at]).days > MAX_AGE_DAYS:
            raise RateNotFound(base, quote, day)
        how = f"{base}/{quote} {series.values[at]:.5g}, {_say(series.days[at])}"
        return Rate(series.values[at], series.days[at], series.ids[at], how, RateOf(base, quote, series.days[at]))

    def average(self, base: str, quote: str, start: date, end: date) -> Rate:
        """The mean of the daily rates from `start` to `end` inclusive; ids are those of its first and last day."""
        if base == quote:
            return Rate(1.0, end, (), "1")
        series = self._series(base, quote)
        low, high = bisect_left(series.days, start), bisect_right(series.days, end)
        if high - low < max(1, MIN_COVERAGE * _weekdays(start, end)):
            raise RateNotFound(base, quote, end, start)
        mean = sum(series.values[low:high]) / (high - low)
        ids = tuple(dict.fromkeys((*series.ids[low], *series.ids[high - 1])))
        how = f"{base}/{quote} {mean:.5g}, mean of {high - low} days, {_say(start)} to {_say(end)}"
        return Rate(mean, end, ids, how, RateOf(base, quote, end, start))

    def between(self, base: str, quote: str, start: date, end: date) -> tuple[Rate, ...]:
        """Every daily rate from `start` to `end`, both inclusive."""
        series = self._series(base, quote)
        low, high = bisect_left(series.days, start), bisect_right(series.days, end)
        rows = zip(*(part[low:high] for part in (series.values, series.days, series.ids)), strict=True)
        return tuple(Rate(value, day, ids, "", RateOf(base, quote, day)) for value, day, ids in rows)

    def _series(self, base: str, quote: str) -> _Series:
        if not self._pairs:
            self._pairs.update(_read(self.fx))
        if (base, quote) not in self._pairs:
            self._pairs[base, quote] = self._derive(base, quote)
        return self._pairs[base, quote]

    def _derive(self, base: str, quote: str) -> _Series:
        if (quote, base) in self._pairs:
            return _inverse(self._pairs[quote, base])
        for pivot in sorted({pair[0] for pair in self._pairs}, key=lambda code: (code != "EUR", code)):
            legs = self._pairs.get((pivot, base)), self._pairs.get((pivot, quote))
            if legs[0] is not None and legs[1] is not None:
                return _cross(legs[0], legs[1])
        return _Series()


def convert_metrics(metrics: pl.DataFrame, rates: Rates, currency: str) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Money rows of a METRICS frame in `currency`: flows at the mean rate of their window, points at the close."""
    rows, lost = [], defaultdict[tuple[str, str], list[str]](list)
    for row in metrics.iter_rows(named=True):
        foreign = row["unit"] in ("money", "money_per_share") and row["currency"] not in (None, "", currency)
        new, why = _convert(row, rates, currency) if foreign else (row, "")
        rows.append(new)
        if why:
            lost[row["company"], why].append(row["metric"])
    return pl.DataFrame(rows, schema=metrics.schema, orient="row"), tuple(_unshown(lost, currency))


def _unshown(lost: Mapping[tuple[str, str], Sequence[str]], currency: str) -> Iterator[Finding]:
    """One finding per company and rate, naming the figures that it costs."""
    for (company, why), metrics in lost.items():
        message = f"{company}: no figure in {currency} of {', '.join(sorted(metrics))}: {why}."
        yield Finding("fx_missing", "warning", message, subject=company)


def _convert(row: dict[str, object], rates: Rates, currency: str) -> tuple[dict[str, object], str]:
    """The row in `currency`, or without its value and the reason why."""
    if row["value"] is None and row["raw"] is None:
        return {**row, "currency": currency}, ""
    try:
        rate = rate_of(row, rates, currency)
    except RateNotFound as error:
        lost = {"value": None, "raw": None, "status": "missing", "reason": f"{error}", "currency": currency}
        return {**row, **lost}, str(error)
    scaled = {name: None if row[name] is None else float(str(row[name])) * rate.value for name in ("value", "raw")}
    inputs = [*_list(row["inputs"]), *rate.ids]
    return {**row, **scaled, "currency": currency, "inputs": inputs}, ""


def rate_of(row: Mapping[str, object], rates: Rates, currency: str) -> Rate:
    """The rate that brings a METRICS row of money into `currency`. Raises RateNotFound."""
    base, as_of = str(row["currency"]), row["as_of"]
    end, start = row["period_end"] or as_of, row["period_start"]
    assert isinstance(end, date)
    assert isinstance(as_of, date)
    if isinstance(start, date) and row["months"] and row["period"] not in _POINTS:
        return rates.average(base, currency, start, end)
    return rates.spot(base, currency, min(end, as_of))


def _list(value: object) -> list[str]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _read(fx: pl.DataFrame) -> dict[tuple[str, str], _Series]:
    pairs: dict[tuple[str, str], _Series] = {}
    for (base, quote), rows in (
        fx.sort("date")
        .unique(["base", "quote", "date"], keep="first", maintain_order=True)
        .group_by("base", "quote", maintain_order=True)
    ):
        ids = tuple((name,) for name in rows["id"])
        pairs[str(base), str(quote)] = _Series(tuple(rows["date"]), tuple(rows["rate"]), ids)
    return pairs


def _inverse(series: _Series) -> _Series:
    return _Series(series.days, tuple(1 / value for value in series.values), series.ids)


def _cross(base: _Series, quote: _Series) -> _Series:
    """pivot/quote ÷ pivot/base on the days that both were fixed, as the ECB file is meant to be crossed."""
    there = {day: at for at, day in enumerate(base.days)}
    shared = [(day, there[day], at) for at, day in enumerate(quote.days) if day in there]
    return _Series(
        tuple(day for day, _, _ in shared),
        tuple(quote.values[q] / base.values[b] for _, b, q in shared),
        tuple((*quote.ids[q], *base.ids[b]) for _, b, q in shared),
    )


def _weekdays(start: date, end: date) -> int:
    return sum((start + timedelta(days=n)).weekday() < 5 for n in range((end - start).days + 1))


def _say(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"

"""Market risk against numpy, hand arithmetic and the embedded closes of four platforms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbench.core import frames
from peerbench.core.items import ITEMS
from peerbench.normalise.returns import Statistic, correlation, correlations, market_statistic

AS_OF = date(2025, 9, 23)
LINES = {"alibaba": "BABA", "tencent": "0700.HK", "amazon": "AMZN", "baidu": "BIDU"}


def weekdays(count: int, last: date = AS_OF) -> list[date]:
    every = (last - timedelta(days=back) for back in range(2 * count))
    return sorted(day for day in every if day.weekday() < 5)[-count:]


def prices(closes: Sequence[float], *, last: date = AS_OF, **changes: Any) -> pl.DataFrame:
    """Daily closes that end on `last`."""
    rows = [
        {
            "id": f"price.L.{day}{'.adjusted' if changes.get('adjusted', True) else ''}",
            "company": "c",
            "line": "L",
            "date": day,
            "close": close,
            "volume": 1000.0,
            "currency": "HKD",
            "adjusted": True,
        }
        | changes
        for day, close in zip(weekdays(len(closes), last), closes, strict=True)
    ]
    return pl.DataFrame(rows, schema=frames.PRICES)


def read(frame: pl.DataFrame, item: str, window: str, as_of: date = AS_OF) -> Statistic:
    return market_statistic(frame, company="c", line="L", item=item, window=window, as_of=as_of)


def walk(count: int = 900, seed: int = 7) -> list[float]:
    steps = np.random.default_rng(seed).normal(0, 0.02, count)
    return [float(close) for close in 100 * np.exp(np.cumsum(steps))]


def year(closes: Sequence[float]) -> np.ndarray[Any, Any]:
    """The closes of the last 365 days as numpy sees them."""
    days = weekdays(len(closes))
    return np.array([close for day, close in zip(days, closes, strict=True) if day >= AS_OF - timedelta(days=365)])


def test_one_year_measures_agree_with_numpy() -> None:
    closes = walk()
    series = year(closes)
    simple = series[1:] / series[:-1] - 1
    frame = prices(closes)
    volatility = read(frame, "volatility", "1y")
    assert volatility.value == pytest.approx(np.std(np.diff(np.log(series)), ddof=1) * math.sqrt(252))
    assert (volatility.n, len(volatility.inputs)) == (len(simple), len(series))
    assert volatility.how == f"sample standard deviation of {len(simple)} daily log returns × √252"
    assert read(frame, "worst_day", "1y").value == pytest.approx(-simple.min())
    assert read(frame, "worst_day_in_20", "1y").value == pytest.approx(-np.percentile(simple, 5))


def test_the_deepest_fall_agrees_with_a_running_maximum() -> None:
    closes = walk()
    days = weekdays(len(closes))
    series = np.array([close for day, close in zip(days, closes, strict=True) if day >= date(2022, 9, 23)])
    fall = 1 - series / np.maximum.accumulate(series)
    found = read(prices(closes), "max_drawdown", "3y")
    assert found.value == pytest.approx(fall.max())
    assert len(found.inputs) == 2


def test_twenty_day_volatility_takes_twenty_returns() -> None:
    closes = walk()
    found = read(prices(closes), "volatility", "20d")
    assert found.value == pytest.approx(np.std(np.diff(np.log(closes[-21:])), ddof=1) * math.sqrt(252))
    assert found.n == 20


def test_losses_are_positive_and_name_their_two_closes() -> None:
    closes = [100.0] * 200 + [80.0] + [90.0] * 99  # one day of −20 %
    found = read(prices(closes), "worst_day", "1y")
    day = weekdays(300)[200]
    assert found.value == pytest.approx(0.2)
    assert found.inputs == (f"price.L.{weekdays(300)[199]}.adjusted", f"price.L.{day}.adjusted")
    assert day.isoformat() in found.how


def test_trend_is_a_signed_gap_to_the_mean_and_to_the_high() -> None:
    closes = [100.0] * 299 + [110.0]
    assert read(prices(closes), "price_to_mean", "200d").value == pytest.approx(110 / ((199 * 100 + 110) / 200) - 1)
    assert read(prices(closes), "price_to_high", "52w").value == 0
    fallen = read(prices([*closes, 99.0]), "price_to_high", "52w")
    assert fallen.value == pytest.approx(99 / 110 - 1)
    assert fallen.flags == ("adjusted_closes",)


def test_unadjusted_closes_are_preferred_for_the_high_where_they_are_daily() -> None:
    adjusted = prices([95.0] * 200 + [100.0] * 100)
    raw = prices([105.0] * 200 + [100.0] * 100, adjusted=False)
    found = read(pl.concat([adjusted, raw]), "price_to_high", "52w")
    assert (found.value, found.flags) == (pytest.approx(100 / 105 - 1), ())
    month_ends = raw.filter(pl.col("date").dt.day() > 28)
    assert read(pl.concat([adjusted, month_ends]), "price_to_high", "52w").flags == ("adjusted_closes",)
    assert read(raw, "price_to_high", "52w").value == pytest.approx(100 / 105 - 1)
    assert read(raw, "volatility", "1y").reason == "no dividend-adjusted closes of L up to 2025-09-23"


def test_traded_value_is_the_median_of_close_times_volume_in_the_lines_currency() -> None:
    frame = prices([10.0] * 300).with_columns(volume=pl.int_range(300).cast(pl.Float64))
    found = read(frame, "traded_value", "60d")
    assert found.value == pytest.approx(10 * (240 + 299) / 2)
    assert (found.unit, found.currency, found.n) == ("money", "HKD", 60)
    assert read(prices([10.0] * 300, volume=None), "traded_value", "60d").reason == "L: 60 days without a volume"


def test_fewer_than_two_hundred_returns_in_a_year_are_missing() -> None:
    enough, few = prices(walk(201)), prices(walk(200))
    assert read(enough, "volatility", "1y").status == "ok"
    found = read(few, "volatility", "1y")
    assert (found.value, found.status) == (None, "missing")
    assert found.reason == "L: 199 daily returns since 2024-09-23; at least 200 are needed"


def test_three_years_need_closes_from_the_start() -> None:
    found = read(prices(walk(700)), "max_drawdown", "3y")
    assert found.status == "missing"
    assert "daily closes begin on 2023-01" in (found.reason or "")


def test_no_return_is_taken_across_a_suspension() -> None:
    frame = prices(walk()).filter(~pl.col("date").is_between(date(2025, 3, 3), date(2025, 3, 20)))
    assert read(frame, "volatility", "1y").reason == "L: no closes between 2025-02-28 and 2025-03-21"
    holiday = prices(walk()).filter(~pl.col("date").is_between(date(2025, 3, 3), date(2025, 3, 11)))
    assert read(holiday, "volatility", "1y").status == "ok"


def test_nothing_after_the_as_of_day_is_read() -> None:
    frame = prices(walk())
    past = date(2025, 8, 29)
    known = frame.filter(pl.col("date") <= past)
    assert read(frame, "volatility", "1y", past) == read(known, "volatility", "1y", past)


def test_an_old_last_close_is_stale() -> None:
    frame = prices(walk(), last=AS_OF - timedelta(days=8))  # 15 September: six weekdays before the 23rd
    found = read(frame, "volatility", "1y")
    assert (found.value, found.status) == (None, "stale")
    assert found.reason == "the last dividend-adjusted close of L is of 2025-09-15"
    assert read(prices(walk(), last=AS_OF - timedelta(days=7)), "volatility", "1y").status == "ok"


def test_a_day_that_is_given_twice_counts_once() -> None:
    frame = prices(walk())
    without_volume = frame.with_columns(volume=pl.lit(None, dtype=pl.Float64)).tail(30)
    doubled = pl.concat([without_volume, frame])
    for item, window in (("volatility", "1y"), ("traded_value", "60d")):
        assert read(doubled, item, window).value == read(frame, item, window).value


def test_two_currencies_in_one_line_are_refused() -> None:
    frame = prices(walk())
    mixed = pl.concat([frame.head(800), frame.tail(100).with_columns(currency=pl.lit("USD"))])
    assert read(mixed, "volatility", "1y").reason == "closes of L are in more than one currency"


@pytest.mark.parametrize(("item", "window"), [("pe", "1y"), ("volatility", "ltm")])
def test_an_unknown_item_or_window_is_a_mistake_of_ours(item: str, window: str) -> None:
    with pytest.raises(ValueError, match="statistic"):
        read(prices(walk()), item, window)


def test_every_statistic_of_the_vocabulary_is_measured_here() -> None:
    windows = {"max_drawdown": "3y", "price_to_mean": "200d", "price_to_high": "52w", "traded_value": "60d"}
    frame = prices(walk())
    for name, item in ITEMS.items():
        if item.kind == "statistic" and name != "correlation":
            found = read(frame, name, windows.get(name, "1y"))
            assert (found.status, found.unit) == ("ok", item.unit)


@given(scale=st.floats(0.01, 1000))
def test_scaling_prices_leaves_every_fraction(scale: float) -> None:
    closes = walk(300)
    for item, window in (("volatility", "1y"), ("worst_day_in_20", "1y"), ("price_to_mean", "200d")):
        scaled = read(prices([close * scale for close in closes]), item, window)
        assert scaled.value == pytest.approx(read(prices(closes), item, window).value)


# ---- correlation ----------------------------------------------------------------------------------------------------


def pair(first: Sequence[float], second: Sequence[float]) -> pl.DataFrame:
    return pl.concat([prices(first, company="a", line="A"), prices(second, company="b", line="B")])


def correlated(frame: pl.DataFrame) -> Statistic:
    return correlations(frame, subject="a", lines={"a": "A", "b": "B"}, as_of=AS_OF)["b"]


def test_correlation_agrees_with_numpy_on_the_days_both_traded() -> None:
    first, second = walk(400, 1), walk(400, 2)
    holidays = set(weekdays(400)[::25])
    frame = pair(first, second).filter((pl.col("company") == "a") | ~pl.col("date").is_in(list(holidays)))
    days = [d for d in weekdays(400) if d >= AS_OF - timedelta(days=365) and d not in holidays]
    at = {day: index for index, day in enumerate(weekdays(400))}
    own, other = (np.diff(np.log([series[at[day]] for day in days])) for series in (first, second))
    found = correlated(frame)
    assert found.value == pytest.approx(np.corrcoef(own, other)[0, 1])
    assert (found.n, found.unit) == (len(days) - 1, "pure")


def test_proportional_prices_move_fully_together_and_a_still_one_says_nothing() -> None:
    assert correlated(pair(walk(), [2 * close for close in walk()])).value == pytest.approx(1)
    still = correlated(pair(walk(), [5.0] * 900))
    assert (still.value, still.status) == (None, "not_meaningful")
    assert correlated(pair(walk(), walk(100))).status == "missing"


def test_a_line_is_not_compared_with_itself() -> None:
    frame = prices(walk())
    found = correlation(frame, company="c", line="L", other="c", other_line="L", window="1y", as_of=AS_OF)
    assert (found.value, found.status) == (None, "not_meaningful")


# ---- the four platforms ---------------------------------------------------------------------------------------------

# The published risk page: year to 23 September 2025, percent: volatility, worst day in 20, worst day, deepest fall.
# It counts 251 returns and does not interpolate the percentile, so the first two agree to a tenth or two of a point.
PUBLISHED = {
    "alibaba": (49.2, 3.9, 10.2, 42.8),
    "tencent": (34.3, 2.5, 12.5, 36.4),
    "amazon": (33.6, 3.1, 9.0, 32.4),
    "baidu": (47.0, 4.7, 8.2, 52.0),
}


@pytest.fixture(scope="module")
def daily(request: pytest.FixtureRequest) -> pl.DataFrame:
    """The published daily closes, read plainly."""
    shared = request.getfixturevalue("shared")
    frame = pl.read_csv(shared / "platforms" / "prices_daily.csv", try_parse_dates=True)
    return frame.with_columns(
        id=pl.concat_str(pl.lit("price."), "line", pl.lit("."), "date", pl.lit(".adjusted")),
        volume=pl.col("volume").cast(pl.Float64),
    ).select(*frames.PRICES)


@pytest.mark.parametrize("company", PUBLISHED)
def test_the_published_risk_page(daily: pl.DataFrame, company: str) -> None:
    def percent(item: str, window: str) -> float:
        found = market_statistic(daily, company=company, line=LINES[company], item=item, window=window, as_of=AS_OF)
        assert found.value is not None
        return 100 * found.value

    volatility, one_in_20, worst, fall = PUBLISHED[company]
    assert percent("volatility", "1y") == pytest.approx(volatility, abs=0.25)
    assert percent("worst_day_in_20", "1y") == pytest.approx(one_in_20, abs=0.07)
    assert percent("worst_day", "1y") == pytest.approx(worst, abs=0.05)
    assert percent("max_drawdown", "3y") == pytest.approx(fall, abs=0.05)


def test_the_published_correlations_and_the_last_twenty_days(daily: pl.DataFrame) -> None:
    found = correlations(daily, subject="alibaba", lines=LINES, as_of=AS_OF)
    assert {company: round(each.value or 0, 2) for company, each in found.items()} == {
        "tencent": 0.59,
        "amazon": 0.20,
        "baidu": 0.72,
    }
    recent = market_statistic(daily, company="alibaba", line="BABA", item="volatility", window="20d", as_of=AS_OF)
    assert round(100 * (recent.value or 0), 1) == 60.5

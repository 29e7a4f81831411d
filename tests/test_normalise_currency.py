"""Rates: closing and average, crossed through the euro, never guessed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbench.core import frames
from peerbench.core.dataset import Dataset
from peerbench.normalise.currency import Rate, RateNotFound, Rates, convert_metrics

FRIDAY, MONDAY = date(2025, 9, 19), date(2025, 9, 22)


def fx(*rows: tuple[date, str, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"id": f"fx.EUR{quote}.{day}", "date": day, "base": "EUR", "quote": quote, "rate": rate}
            for day, quote, rate in rows
        ],
        schema=frames.FX,
    )


def daily(start: date, days: int, *, usd: float, cny: float) -> pl.DataFrame:
    """Rates of every weekday; the dollar rises by 0.001 a day, so that a mean differs from any close."""
    rows = []
    for n in range(days):
        day = start + timedelta(days=n)
        if day.weekday() < 5:
            rows += [(day, "USD", usd + n / 1000), (day, "CNY", cny)]
    return fx(*rows)


def test_the_ecb_rate_of_the_brief_is_crossed_through_the_euro(platforms: Dataset) -> None:
    rate = Rates(platforms.fx).spot("USD", "CNY", date(2025, 9, 23))
    eur = platforms.fx.filter(pl.col("date") == date(2025, 9, 23))
    usd, cny = (eur.filter(pl.col("quote") == code)["rate"].item() for code in ("USD", "CNY"))
    assert rate.value == pytest.approx(cny / usd, rel=1e-12)
    assert f"{rate.value:.4f}" == "7.1118"
    assert rate.ids == ("fx.EURCNY.2025-09-23", "fx.EURUSD.2025-09-23")


def test_one_currency_is_itself_and_needs_no_row() -> None:
    assert Rates(fx()).spot("CNY", "CNY", FRIDAY) == Rate(1.0, FRIDAY, (), "1")
    assert Rates(fx()).average("CNY", "CNY", FRIDAY, MONDAY).ids == ()


def test_a_weekend_takes_the_last_earlier_rate() -> None:
    rates = Rates(fx((FRIDAY, "USD", 1.2)))
    assert rates.spot("EUR", "USD", FRIDAY + timedelta(days=2)).day == FRIDAY
    assert rates.spot("USD", "EUR", FRIDAY).value == pytest.approx(1 / 1.2)


@pytest.mark.parametrize("day", [FRIDAY - timedelta(days=1), FRIDAY + timedelta(days=6)])
def test_a_rate_later_or_older_than_five_days_is_not_found(day: date) -> None:
    with pytest.raises(RateNotFound, match="EUR/USD"):
        Rates(fx((FRIDAY, "USD", 1.2))).spot("EUR", "USD", day)


def test_an_unknown_currency_is_not_found_and_never_one() -> None:
    with pytest.raises(RateNotFound, match="USD/JPY"):
        Rates(fx((FRIDAY, "USD", 1.2))).spot("USD", "JPY", FRIDAY)


def test_a_cross_needs_both_sides_on_one_day() -> None:
    rates = Rates(fx((FRIDAY, "USD", 1.0), (FRIDAY, "CNY", 8.0), (MONDAY, "CNY", 9.0)))
    assert rates.spot("USD", "CNY", MONDAY).value == 8.0


def test_an_average_is_the_mean_of_daily_crosses_not_the_cross_of_means() -> None:
    rates = Rates(fx((FRIDAY, "USD", 1.0), (FRIDAY, "CNY", 8.0), (MONDAY, "USD", 2.0), (MONDAY, "CNY", 8.0)))
    assert rates.average("USD", "CNY", FRIDAY, MONDAY).value == (8.0 / 1.0 + 8.0 / 2.0) / 2


def test_an_average_over_a_window_with_holes_is_refused() -> None:
    frame = daily(date(2025, 1, 1), 30, usd=1.0, cny=8.0)
    with pytest.raises(RateNotFound, match="too few EUR/USD rates between 2025-01-01 and 2025-03-31"):
        Rates(frame).average("EUR", "USD", date(2025, 1, 1), date(2025, 3, 31))


@given(st.floats(0.5, 2), st.floats(5, 9), st.floats(1, 1e12))
def test_there_and_back_is_the_same_money(usd: float, cny: float, amount: float) -> None:
    rates = Rates(fx((FRIDAY, "USD", usd), (FRIDAY, "CNY", cny)))
    there = amount * rates.spot("USD", "CNY", FRIDAY).value
    assert there * rates.spot("CNY", "USD", FRIDAY).value == pytest.approx(amount, rel=1e-12)


def metric(**changes: Any) -> dict[str, Any]:
    row = dict.fromkeys(frames.METRICS)
    row |= {
        "company": "acme", "as_of": MONDAY, "metric": "revenue_ltm", "segment": "total", "period": "ltm",
        "period_start": date(2025, 1, 1), "period_end": date(2025, 3, 31), "months": 3, "value": 100.0, "raw": 100.0,
        "unit": "money", "currency": "EUR", "status": "ok", "inputs": ["revenue[ltm]"], "flags": [],
    }  # fmt: skip
    return row | changes


def convert(frame: pl.DataFrame, *rows: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    converted, findings = convert_metrics(pl.DataFrame(rows, schema=frames.METRICS), Rates(frame), "USD")
    return converted.to_dicts(), len(findings)


def test_flows_take_the_mean_of_their_window_and_points_the_close() -> None:
    frame = daily(date(2025, 1, 1), 300, usd=1.0, cny=8.0)
    point = metric(metric="market_cap", period="spot", period_start=None, months=0, period_end=MONDAY)
    rows, findings = convert(frame, metric(), point, metric(unit="fraction", currency=None))
    weekdays = [n for n in range(90) if (date(2025, 1, 1) + timedelta(days=n)).weekday() < 5]
    assert rows[0]["value"] == pytest.approx(100 * (1 + sum(weekdays) / len(weekdays) / 1000))
    assert rows[1]["value"] == pytest.approx(100 * (1 + (MONDAY - date(2025, 1, 1)).days / 1000))
    assert rows[2]["value"] == 100.0
    assert findings == 0
    assert rows[0]["currency"] == "USD"
    assert rows[0]["inputs"][1:] == ["fx.EURUSD.2025-01-01", "fx.EURUSD.2025-03-31"]


def test_an_estimate_of_a_coming_year_is_converted_at_the_as_of_rate() -> None:
    frame = daily(date(2025, 1, 1), 300, usd=1.0, cny=8.0)
    year = metric(period="fy1", period_start=date(2025, 4, 1), period_end=date(2026, 3, 31), months=12)
    assert convert(frame, year)[0][0]["value"] == pytest.approx(100 * (1 + (MONDAY - date(2025, 1, 1)).days / 1000))


def test_without_a_rate_the_row_is_missing_with_its_reason() -> None:
    rows, findings = convert(fx((date(2020, 1, 1), "USD", 1.1)), metric())
    assert rows[0]["value"] is None
    assert rows[0]["status"] == "missing"
    assert "too few EUR/USD rates" in rows[0]["reason"]
    assert findings == 1


def test_a_row_without_a_value_keeps_its_status() -> None:
    rows, findings = convert(fx(), metric(value=None, raw=None, status="not_meaningful", reason="EV ≤ 0"))
    assert (rows[0]["status"], rows[0]["reason"], findings) == ("not_meaningful", "EV ≤ 0", 0)

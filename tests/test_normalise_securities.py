"""Prices, counts and dividends per ordinary share, and one share line checked by another."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from peerbench.core import frames
from peerbench.core.companies import Company, Line
from peerbench.core.dataset import Dataset
from peerbench.core.metric import Operand
from peerbench.normalise.panel import build_panel
from peerbench.normalise.securities import Options, trading_days, treasury_stock

TUESDAY = date(2025, 9, 23)
ADS = Line("acme", "ADS", "NYSE", "USD", 8.0, None, True)
HOME = Line("acme", "HOME", "HKEX", "HKD", 1.0, None, False)
PRICE, SHARES = Operand("price", "spot"), Operand("shares", "spot")


def price(line: str, day: date, close: float, currency: str, *, adjusted: bool = False) -> dict[str, Any]:
    name = f"price.{line}.{day}" + (".adjusted" if adjusted else "")
    return {
        "id": name, "company": "acme", "line": line, "date": day, "close": close, "currency": currency,
        "adjusted": adjusted, "source": "",
    }  # fmt: skip


def fact(item: str, value: float, end: date, known: date, *, start: date | None = None, **more: Any) -> dict[str, Any]:
    row = {
        "id": f"{item}.{end}@{known}", "company": "acme", "item": item, "segment": "total", "basis": "actual",
        "accounting": "us-gaap", "period_start": start, "period_end": end, "months": 0 if start is None else 3,
        "value": value, "unit": "shares", "known_on": known, "origin": "reported", "inputs": [],
    }  # fmt: skip
    return row | more


def acme(
    *prices: dict[str, Any], lines: tuple[Line, ...] = (ADS, HOME), facts: tuple[dict[str, Any], ...] = (),
    dividends: tuple[dict[str, Any], ...] = (), fx: bool = True,
) -> Dataset:  # fmt: skip
    rates = [("USD", 1.0), ("CNY", 7.0), ("HKD", 8.0)] if fx else []
    days = [TUESDAY - timedelta(days=n) for n in range(12)]
    rows = [
        {"id": f"fx.EUR{code}.{day}", "date": day, "base": "EUR", "quote": code, "rate": rate}
        for day in days
        for code, rate in rates
    ]
    company = Company("acme", "Acme", "Acme Ltd", "", "CN", "", "CNY", 12, "us-gaap", "", "ads")
    return Dataset(
        pl.DataFrame(list(facts), schema=frames.FACTS), pl.DataFrame(list(prices), schema=frames.PRICES),
        pl.DataFrame(rows, schema=frames.FX), {"acme": company}, lines,
        dividends=pl.DataFrame(list(dividends), schema=frames.DIVIDENDS),
    )  # fmt: skip


def cell(data: Dataset, operand: Operand = PRICE, as_of: date = TUESDAY) -> dict[str, Any]:
    return build_panel(data, companies=["acme"], operands=[operand], as_of=as_of)[0].row(0, named=True)


def test_the_price_of_an_ordinary_share_is_the_ads_through_ratio_and_rate() -> None:
    found = cell(acme(price("ADS", TUESDAY, 160.0, "USD")))
    assert found["value"] == 160 / 8 * 7
    assert found["how"] == "US$160 ÷ 8 × 7"
    assert found["inputs"] == ["price.ADS.2025-09-23", "fx.EURCNY.2025-09-23", "fx.EURUSD.2025-09-23"]
    assert (found["currency"], found["period_end"], found["known_on"]) == ("CNY", TUESDAY, TUESDAY)


def test_an_unadjusted_close_is_taken_before_a_fresher_adjusted_one() -> None:
    day_before = TUESDAY - timedelta(days=1)
    both = cell(acme(price("ADS", day_before, 160, "USD"), price("ADS", TUESDAY, 150, "USD", adjusted=True)))
    assert (both["value"], both["flags"]) == (140.0, [])
    alone = cell(acme(price("ADS", TUESDAY, 150, "USD", adjusted=True)))
    assert (alone["value"], alone["flags"]) == (150 / 8 * 7, ["price_adjusted"])


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2025, 9, 19), date(2025, 9, 22), 1),  # over a weekend
        (date(2025, 9, 16), TUESDAY, 5),
        (date(2025, 9, 15), TUESDAY, 6),
        (TUESDAY, TUESDAY, 0),
    ],
)
def test_trading_days_are_weekdays_after_the_first(first: date, last: date, days: int) -> None:
    assert trading_days(first, last) == days


@pytest.mark.parametrize(("day", "status"), [(date(2025, 9, 16), "ok"), (date(2025, 9, 15), "missing")])
def test_a_price_is_at_most_five_trading_days_old(day: date, status: str) -> None:
    found = cell(acme(price("ADS", day, 160, "USD")))
    assert found["status"] == status
    if status == "missing":
        assert found["reason"] == "the last price of ADS is of 15 September 2025, more than 5 trading days before"


def test_no_rate_is_no_price_and_never_a_rate_of_one() -> None:
    found = cell(acme(price("ADS", TUESDAY, 160, "USD"), fx=False))
    assert (found["value"], found["status"]) == (None, "missing")
    assert "no USD/CNY rate" in found["reason"]


def test_a_price_after_the_day_is_not_read() -> None:
    found = cell(acme(price("ADS", TUESDAY, 160, "USD"), price("ADS", date(2025, 9, 24), 999, "USD")))
    assert found["value"] == 140


# ---- one line against another: HK$160 × 1/8 = US$20 = 160 / 8 --------------------------------------------------------


@pytest.mark.parametrize(
    ("home", "day", "ok", "checks"),
    [
        (160.0, TUESDAY, True, []),
        (164.0, TUESDAY, True, []),  # 2.5 %
        (166.0, TUESDAY, False, ["cross_line"]),  # 3.75 %
        (1280.0, TUESDAY, False, ["cross_line"]),  # the ratio forgotten
        (166.0, date(2025, 9, 19), True, []),  # another day's close may have moved
        (1280.0, date(2025, 9, 19), False, ["cross_line"]),
        (160.0, date(2025, 9, 12), True, ["cross_line_unchecked"]),
    ],
)
def test_the_lines_of_a_company_must_agree_on_a_share(home: float, day: date, ok: bool, checks: list[str]) -> None:
    data = acme(price("ADS", TUESDAY, 160, "USD"), price("HOME", day, home, "HKD"))
    frame, findings = build_panel(data, companies=["acme"], operands=[PRICE], as_of=TUESDAY)
    assert [finding.check for finding in findings] == checks
    assert (frame["status"].item() == "ok") is ok
    assert frame["value"].is_not_null().item() is ok


def test_news_between_two_sessions_of_one_date_is_not_a_wrong_ratio() -> None:
    """Hong Kong closed at 160 before New York jumped to 184; the evening before it stood at 160."""
    monday = TUESDAY - timedelta(days=1)
    prices = (price("ADS", TUESDAY, 184, "USD"), price("HOME", TUESDAY, 160, "HKD"))
    assert cell(acme(*prices))["status"] == "missing"
    found = cell(acme(*prices, price("ADS", monday, 159, "USD", adjusted=True)))
    assert found["value"] == 184 / 8 * 7


def test_the_ratio_is_that_of_the_closes_day() -> None:
    """10 ADS to a share before the split of 1 March 2021, 8 shares to an ADS after it: Baidu's case."""
    before = Line("acme", "ADS", "", "CNY", 0.1, date(2018, 1, 1), True)
    after = Line("acme", "ADS", "", "CNY", 8.0, date(2021, 3, 1), True, subdivision=80.0)
    data = acme(
        price("ADS", date(2021, 2, 26), 280, "CNY"), price("ADS", date(2021, 3, 1), 280, "CNY"), lines=(after, before),
        facts=(fact("shares_outstanding", 34.0, date(2020, 12, 31), date(2021, 2, 1)),),
    )  # fmt: skip
    old, new = ({op.item: cell(data, op, day)["value"] for op in (PRICE, SHARES)}
                for day in (date(2021, 2, 26), date(2021, 3, 1)))  # fmt: skip
    assert old == {"price": 2800.0, "shares": 34.0}
    assert new == {"price": 35.0, "shares": 34.0 * 80}
    assert old["price"] * old["shares"] == new["price"] * new["shares"]


def test_a_split_restates_earlier_earnings_per_share_and_counts() -> None:
    """20 for 1 on 6 June 2022; the file's closes are split-adjusted throughout: Amazon's case."""
    rows = (
        Line("acme", "X", "", "CNY", 0.05, date(1997, 5, 15), True),
        Line("acme", "X", "", "CNY", 1.0, date(2022, 6, 6), True, subdivision=20.0),
    )
    year = {"start": date(2021, 1, 1), "months": 12}
    facts = (
        fact("revenue", 1.0, date(2021, 12, 31), date(2022, 2, 3), unit="money", currency="CNY", **year),
        fact("shares_outstanding", 509.0, date(2021, 12, 31), date(2022, 2, 3)),
    )
    data = acme(
        price("X", date(2022, 6, 3), 122.0, "CNY"), price("X", date(2022, 6, 6), 124.0, "CNY"), lines=rows, facts=facts
    )
    assert cell(data, PRICE, date(2022, 6, 3))["value"] == pytest.approx(2440.0)
    assert cell(data, SHARES, date(2022, 6, 3))["value"] == 509
    assert cell(data, PRICE, date(2022, 6, 6))["value"] == 124
    assert cell(data, SHARES, date(2022, 6, 6))["value"] == 509 * 20


@pytest.mark.parametrize(
    ("counted", "value", "flags", "status"),
    [
        (date(2025, 3, 31), 100.0, [], "ok"),  # 176 days
        (date(2025, 3, 20), 104.0, ["diluted_average"], "ok"),  # 187 days: the average to June speaks
    ],
)
def test_a_count_answers_for_185_days_then_the_diluted_average(
    counted: date, value: float, flags: list[str], status: str
) -> None:
    facts = (
        fact("shares_outstanding", 100.0, counted, date(2025, 5, 1)),
        fact("shares_diluted", 104.0, date(2025, 6, 30), date(2025, 8, 1), start=date(2025, 4, 1)),
    )
    found = cell(acme(facts=facts), SHARES)
    assert (found["value"], found["flags"], found["status"]) == (value, flags, status)


def test_a_lone_old_count_is_flagged_and_then_stale() -> None:
    data = acme(facts=(fact("shares_outstanding", 100.0, date(2024, 12, 31), date(2025, 2, 1)),))
    assert cell(data, SHARES)["flags"] == ["old"]
    assert cell(data, SHARES, date(2026, 7, 1))["status"] == "stale"
    assert cell(acme(), SHARES)["reason"] == "no share count is known"


def test_treasury_stock_buys_back_with_the_strikes_and_counts_restricted_units_in_full() -> None:
    # 100·(1 − 50/200) = 75; the 250 strike is out of the money; 10 units at 0 → 10
    assert treasury_stock((Options(100, 50), Options(100, 250), Options(10, 0)), 200) == 85


def test_dividends_of_twelve_months_are_per_ordinary_share_at_the_prices_rate() -> None:
    paid = [(date(2024, 9, 23), 9.0), (date(2024, 9, 24), 1.0), (date(2025, 6, 12), 2.0), (date(2025, 9, 24), 9.0)]
    rows = tuple(
        {"id": f"d.{day}", "company": "acme", "line": "ADS", "ex_date": day, "amount": x, "currency": "USD"}
        for day, x in paid
    )
    found = cell(acme(price("ADS", TUESDAY, 160, "USD"), dividends=rows), Operand("dividends_per_share", "ltm"))
    assert found["value"] == pytest.approx((1 + 2) / 8 * 7)
    assert found["value"] / (160 / 8 * 7) == pytest.approx(3 / 160)  # the yield of the ADS itself
    assert cell(acme(), Operand("dividends_per_share", "ltm"))["status"] == "missing"


def test_without_option_data_dilution_is_missing_not_nothing() -> None:
    assert cell(acme(), Operand("dilution", "spot"))["reason"] == "no option data"


def grant(item: str, value: float, name: str = "plan", **more: Any) -> dict[str, Any]:
    unit = "money_per_share" if item.endswith(("strike", "price")) else "shares"
    money = {"currency": "CNY"} if unit != "shares" else {}
    row = fact(item, value, date(2025, 6, 30), date(2025, 8, 1), segment=name, unit=unit, **money)
    return row | {"id": f"{name}.{row['id']}"} | more


COUNT = fact("shares_outstanding", 1000.0, date(2025, 6, 30), date(2025, 8, 1))
# US$160 ÷ 8 × 7 = 140 an ordinary share. Strikes are per ADS: 560 ÷ 8 = 70, 2,240 ÷ 8 = 280.
GRANTS = (
    grant("options_outstanding", 100.0), grant("options_strike", 560.0), grant("options_outstanding", 40.0, "new"),
    grant("options_strike", 2240.0, "new"), grant("restricted_units", 10.0),
)  # fmt: skip


def test_options_and_restricted_units_add_to_the_count_for_market_value() -> None:
    """METHOD 10: 1,000 + 100·(1 − 70/140) + 0 for the 280 strike + 10 units in full = 1,060."""
    found = cell(acme(price("ADS", TUESDAY, 160, "USD"), facts=(COUNT, *GRANTS)), SHARES)
    assert found["value"] == pytest.approx(1060)
    assert found["flags"] == ["treasury_stock"]
    assert {"plan.options_strike.2025-06-30@2025-08-01", "price.ADS.2025-09-23"} < set(found["inputs"])
    value = cell(acme(price("ADS", TUESDAY, 160, "USD"), facts=(COUNT, *GRANTS)), Operand("dilution", "spot"))
    assert value["value"] == pytest.approx(60 * 140)


def test_converts_in_the_money_add_their_shares_and_take_their_debt_away() -> None:
    """METHOD 10: 30 shares at 100 (800 an ADS) are in the money at 140, 50 at 200 are not."""
    issues = (
        grant("convertible_shares", 30.0, "2028"), grant("convertible_price", 800.0, "2028"),
        grant("convertible_debt", 3000.0, "2028", unit="money", currency="CNY"),
        grant("convertible_shares", 50.0, "2030"), grant("convertible_price", 1600.0, "2030"),
        grant("convertible_debt", 9000.0, "2030", unit="money", currency="CNY"),
    )  # fmt: skip
    data = acme(price("ADS", TUESDAY, 160, "USD"), facts=(COUNT, *issues))
    assert cell(data, SHARES)["value"] == pytest.approx(1030)
    assert cell(data, Operand("converted_debt", "spot"))["value"] == 3000


def test_options_without_a_strike_add_nothing_and_say_so() -> None:
    """METHOD 10: what is not known is not taken for zero, nor for in the money."""
    data = acme(price("ADS", TUESDAY, 160, "USD"), facts=(COUNT, grant("options_outstanding", 100.0)))
    assert (cell(data, SHARES)["value"], cell(data, SHARES)["flags"]) == (1000, [])
    why = cell(data, Operand("dilution", "spot"))["reason"]
    assert why == "no exercise or conversion price is known for options outstanding (plan)"

"""Consensus years and their twelve-month blend, as known on the day (METHOD 3)."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from peerbench.core import frames
from peerbench.core.companies import Company, Line
from peerbench.core.dataset import Dataset
from peerbench.core.metric import Operand
from peerbench.normalise.estimates import months_left
from peerbench.normalise.panel import build_panel

FY1, FY2 = date(2025, 12, 31), date(2026, 12, 31)


def estimate(end: date, value: float, snapshot: date, period: str = "", **more: Any) -> dict[str, Any]:
    period = period or f"FY{end.year}"
    row = {
        "id": f"est.{period}@{snapshot}", "company": "acme", "line": "ACME", "metric": "eps", "fiscal_period": period,
        "period_end": end, "value": value, "unit": "money_per_share", "currency": "EUR", "snapshot_date": snapshot,
    }  # fmt: skip
    return row | more


def acme(*estimates: dict[str, Any], reported: date = date(2025, 2, 1)) -> Dataset:
    year = {
        "id": "fy", "company": "acme", "item": "revenue", "segment": "total", "basis": "actual", "accounting": "ifrs",
        "period_start": date(2024, 1, 1), "period_end": date(2024, 12, 31), "months": 12, "value": 1.0,
        "unit": "money", "currency": "EUR", "known_on": date(2025, 2, 1), "origin": "reported", "inputs": [],
    }  # fmt: skip
    before = {**year, "id": "fy0", "period_start": date(2023, 1, 1), "period_end": date(2023, 12, 31)}
    before["known_on"] = date(2024, 2, 1)
    return Dataset(
        pl.DataFrame([before, {**year, "known_on": reported}], schema=frames.FACTS), frames.empty(frames.PRICES),
        frames.empty(frames.FX), {"acme": Company("acme", "Acme", "", "", "DE", "", "EUR", 12, "ifrs", "", "ordinary")},
        (Line("acme", "ACME", "", "EUR", 2.0, None, True),), pl.DataFrame(list(estimates), schema=frames.ESTIMATES),
    )  # fmt: skip


def cell(data: Dataset, window: str, as_of: date) -> dict[str, Any]:
    operand = Operand("eps_estimate", window)
    return build_panel(data, companies=["acme"], operands=[operand], as_of=as_of)[0].row(0, named=True)


@pytest.mark.parametrize(
    ("day", "year_end", "months"),
    [
        (date(2025, 9, 23), date(2026, 3, 31), 6),
        (date(2025, 9, 23), date(2025, 12, 31), 3),
        (date(2025, 12, 31), date(2025, 12, 31), 0),
        (date(2025, 1, 1), date(2025, 12, 31), 11),
    ],
)
def test_months_that_remain_are_counted_from_the_month_of_the_day(day: date, year_end: date, months: int) -> None:
    assert months_left(day, year_end) == months


def test_the_blend_weighs_the_years_by_the_months_that_remain() -> None:
    day = date(2025, 9, 23)
    data = acme(estimate(FY1, 10.0, day), estimate(FY2, 20.0, day))
    found = cell(data, "ntm", day)
    # 3 months of FY1 at 10/2 and 9 of FY2 at 20/2 (two ordinary shares a unit): (3·5 + 9·10)/12
    assert found["value"] == pytest.approx((3 * 5 + 9 * 10) / 12)
    assert found["how"] == "(3 × FY1 + 9 × FY2) ÷ 12"
    assert found["flags"] == ["fy1", "fy2"]


@pytest.mark.parametrize(("day", "status"), [(date(2025, 4, 30), "ok"), (date(2025, 5, 1), "missing")])
def test_without_a_second_year_the_first_answers_while_eight_months_remain(day: date, status: str) -> None:
    found = cell(acme(estimate(FY1, 10.0, day)), "ntm", day)
    assert found["status"] == status
    assert ("fy1_for_ntm" in found["flags"]) is (status == "ok")


def test_the_year_rolls_when_results_are_reported_not_at_its_end() -> None:
    day = date(2025, 1, 20)
    rows = (estimate(date(2024, 12, 31), 8.0, day), estimate(FY1, 10.0, day))
    assert cell(acme(*rows), "fy1", day)["value"] == 4.0
    assert cell(acme(*rows), "fy1", date(2025, 2, 1))["value"] == 5.0
    assert cell(acme(*rows), "ntm", day)["value"] == 5.0  # no month of the ended year remains: FY2 alone


@pytest.mark.parametrize(("day", "status"), [(date(2025, 6, 9), "ok"), (date(2025, 6, 10), "stale")])
def test_an_estimate_is_stale_after_a_hundred_days(day: date, status: str) -> None:
    assert cell(acme(estimate(FY1, 10.0, date(2025, 3, 1))), "fy1", day)["status"] == status


def test_the_newest_snapshot_known_by_the_day_answers_and_quarters_never_do() -> None:
    data = acme(
        estimate(FY1, 9.0, date(2025, 8, 1)), estimate(FY1, 10.0, date(2025, 9, 1)),
        estimate(FY1, 11.0, date(2025, 9, 24)), estimate(FY1, 3.0, date(2025, 9, 20), period="Q2025-12"),
    )  # fmt: skip
    found = cell(data, "fy1", date(2025, 9, 23))
    assert (found["value"], found["known_on"]) == (5.0, date(2025, 9, 1))


def test_no_estimate_is_missing_and_never_extrapolated() -> None:
    found = cell(acme(), "fy1", date(2025, 9, 23))
    assert found["reason"] == "no estimate for the fiscal year to 31 December 2025 by 23 September 2025"


def test_an_estimate_older_than_the_last_results_and_adjusted_earnings_are_marked() -> None:
    old = estimate(FY1, 10.0, date(2025, 1, 10), note="vendor EPS is the non-GAAP basis")
    found = cell(acme(old), "fy1", date(2025, 3, 1))
    assert found["flags"] == ["fy1", "estimate_before_results", "non_gaap_estimate"]


def test_of_two_means_of_one_day_that_of_more_contributors_leads_in_whatever_order_they_come() -> None:
    day = date(2025, 9, 23)
    few, many = ({"source": name, "contributors": count} for name, count in (("A vendor", 3), ("B vendor", 30)))
    rows = [estimate(FY1, 10.0, day, **few), estimate(FY1, 12.0, day, **many), estimate(FY1, 14.0, day, source="C")]
    for given in (rows, rows[::-1]):
        assert cell(acme(*given), "fy1", day)["value"] == pytest.approx(12 / 2)  # two ordinary shares a unit

"""Windows by every route: fiscal years, quarters and the last twelve months, with hand arithmetic in the case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbench.core import frames
from peerbench.core.companies import Company
from peerbench.core.dataset import Dataset
from peerbench.core.metric import Operand
from peerbench.core.periods import add_months
from peerbench.normalise.calendar import rounding
from peerbench.normalise.panel import build_panel

M = 1_000_000.0
YEAR_2023, YEAR_2024 = (date(2023, 1, 1), date(2023, 12, 31)), (date(2024, 1, 1), date(2024, 12, 31))


def span(year: int, first: int, months: int) -> tuple[date, date]:
    start = date(year, first, 1)
    return start, add_months(start, months) - timedelta(days=1)


def acme(*rows: tuple[tuple[date, date], float], known: dict[int, date] | None = None, **same: Any) -> Dataset:
    """A company whose revenue is given by ((start, end), value) in millions, known 30 days after each end."""
    facts = []
    for n, ((start, end), value) in enumerate(rows):
        months = round((end - start).days / 30.4)
        fact = {
            "id": f"f{n}", "company": "acme", "item": "revenue", "segment": "total", "basis": "actual",
            "accounting": "ifrs", "period_start": start, "period_end": end, "months": months, "value": value * M,
            "unit": "money", "currency": "EUR", "known_on": (known or {}).get(n, end + timedelta(days=30)),
            "origin": "reported", "inputs": [],
        }  # fmt: skip
        facts.append(fact | same)
    company = Company("acme", "Acme", "Acme SE", "", "DE", "", "EUR", 12, "ifrs", "", "ordinary")
    return Dataset(
        pl.DataFrame(facts, schema=frames.FACTS), _empty(frames.PRICES),
        _empty(frames.FX), {"acme": company}, (),
    )  # fmt: skip


def _empty(schema: frames.Schema) -> pl.DataFrame:
    return frames.empty(schema)


def cell(data: Dataset, operand: Operand, as_of: date = date(2025, 9, 23)) -> dict[str, Any]:
    frame, _ = build_panel(data, companies=["acme"], operands=[operand], as_of=as_of)
    return frame.row(0, named=True)


def value(data: Dataset, window: str, *, lag: int = 0, as_of: date = date(2025, 9, 23)) -> float | None:
    found = cell(data, Operand("revenue", window, "total", lag), as_of)["value"]
    return None if found is None else found / M


QUARTERS = [(span(2024, n, 3), v) for n, v in ((1, 10.0), (4, 11.0), (7, 12.0), (10, 14.0))]


@pytest.mark.parametrize(
    ("rows", "expected", "how"),
    [
        # FY2024 47 + 6M 2025 26 − 6M 2024 21 = 52
        (
            [(YEAR_2024, 47), (span(2025, 1, 6), 26), (span(2024, 1, 6), 21)],
            52,
            "year to 31 Dec 2024 + six months to 30 Jun 2025 − six months to 30 Jun 2024",
        ),
        # Q3 12 + Q4 14 + Q1 12.5 + Q2 13.5 = 52
        ([*QUARTERS, (span(2025, 1, 3), 12.5), (span(2025, 4, 3), 13.5)], 52, "sum of four quarters"),
        # two halves: H2 2024 26 + H1 2025 26 = 52
        ([(span(2024, 7, 6), 26), (span(2025, 1, 6), 26)], 52, "sum of two halves"),
        # no quarter of 2024 alone: 47 − 6M 21 gives the second half, + 26
        (
            [(span(2024, 1, 6), 21), (YEAR_2024, 47), (span(2025, 1, 6), 26)],
            52,
            "year to 31 Dec 2024 + six months to 30 Jun 2025 − six months to 30 Jun 2024",
        ),
        # nine months: 47 + 9M 40 − 9M 33 = 54
        (
            [(YEAR_2024, 47), (span(2025, 1, 9), 40), (span(2024, 1, 9), 33)],
            54,
            "year to 31 Dec 2024 + nine months to 30 Sep 2025 − nine months to 30 Sep 2024",
        ),
    ],
    ids=["rolled", "quarters", "halves", "second-half", "nine-months"],
)
def test_last_twelve_months_by_the_routes_the_facts_allow(
    rows: list[tuple[tuple[date, date], float]], expected: float, how: str
) -> None:
    found = cell(acme(*rows), Operand("revenue", "ltm"), date(2025, 12, 1))
    assert found["value"] == expected * M
    assert found["how"] == how
    assert found["period_end"] == max(end for (_, end), _ in rows)
    assert found["months"] == 12
    assert found["known_on"] == max(end for (_, end), _ in rows) + timedelta(days=30)


def test_the_fiscal_year_is_the_last_twelve_months_only_when_nothing_newer_is_known() -> None:
    rows = [(YEAR_2024, 47.0), (span(2025, 1, 3), 12.0)]
    assert value(acme(*rows[:1]), "ltm") == 47
    found = cell(acme(*rows), Operand("revenue", "ltm"))
    assert (found["value"], found["status"]) == (None, "missing")
    assert found["reason"] == "the periods known do not add up to the last twelve months to 31 March 2025"


def test_three_quarters_are_not_twelve_months() -> None:
    found = cell(acme(*QUARTERS[1:]), Operand("revenue", "ltm"))
    assert found["status"] == "missing"
    assert found["reason"] == "not known for the last twelve months to 31 December 2024"


def test_fiscal_year_and_year_to_date_are_never_added_up() -> None:
    """FY + YTD without the prior stub would be 15 to 21 months."""
    assert value(acme((YEAR_2024, 47), (span(2025, 1, 6), 26)), "ltm") is None


@pytest.mark.parametrize(
    ("rows", "quarter"),
    [
        ([(span(2025, 1, 3), 12), (span(2025, 1, 6), 26)], 14),  # Q2 = 6M − Q1
        ([(span(2025, 1, 6), 26), (span(2025, 1, 9), 40)], 14),  # Q3 = 9M − 6M
        ([(span(2024, 1, 9), 33), (YEAR_2024, 47)], 14),  # Q4 = FY − 9M
        ([*QUARTERS[:3], (YEAR_2024, 47)], 14),  # Q4 = FY − Q1 − Q2 − Q3
        (QUARTERS, 14),
    ],
)
def test_the_latest_quarter_is_reported_or_a_difference(
    rows: list[tuple[tuple[date, date], float]], quarter: float
) -> None:
    assert value(acme(*rows), "quarter", as_of=date(2025, 11, 30)) == quarter


def test_a_lag_is_the_same_window_a_year_earlier() -> None:
    rows = [(span(y, n, 3), 10.0 * (y - 2020) + n) for y in (2022, 2023, 2024) for n in (1, 4, 7, 10)]
    data = acme(*rows, (YEAR_2024, 182.0), (YEAR_2023, 142.0))
    # 2024: 41 + 44 + 47 + 50 = 182; 2023: 31 + 34 + 37 + 40 = 142; 2022: 102
    assert [value(data, "ltm", lag=n) for n in (0, 1, 2, 3)] == [182, 142, 102, None]
    assert [value(data, "quarter", lag=n) for n in (0, 1)] == [50, 40]
    assert [value(data, "fy", lag=n) for n in (0, 1)] == [182, 142]


def test_an_item_known_less_far_than_revenue_is_missing_and_says_so() -> None:
    revenue = acme(*QUARTERS, (span(2025, 1, 3), 12))
    capex = acme(*QUARTERS, item="capex")
    frame = pl.concat([revenue.facts, capex.facts.with_columns(("capex." + pl.col("id")).alias("id"))])
    both = Dataset(frame, revenue.prices, revenue.fx, revenue.companies, ())
    found = cell(both, Operand("capex", "ltm"))
    assert found["reason"] == "known only to 31 December 2024, not for the last twelve months to 31 March 2025"
    assert found["period_end"] == date(2025, 3, 31)


def test_a_53_week_year_and_its_quarters_still_meet() -> None:
    """Year ends on the Saturday nearest December's end: 30 Dec 2023, 28 Dec 2024; quarters of 13 weeks."""
    ends = [date(2023, 12, 30) + timedelta(weeks=13 * n) for n in range(7)]
    rows = [((a + timedelta(days=1), b), float(n)) for n, (a, b) in enumerate(pairwise(ends), 1)]
    assert value(acme(*rows), "ltm") == 3 + 4 + 5 + 6
    long = acme(((date(2022, 12, 25), date(2023, 12, 30)), 53))
    assert "long_year" in cell(long, Operand("revenue", "fy"), date(2024, 3, 1))["flags"]


@pytest.mark.parametrize(("reported", "finds"), [(47.0, 0), (47.4, 0), (49.0, 1)])
def test_both_routes_are_computed_and_must_agree_within_rounding(reported: float, finds: int) -> None:
    rows = [*QUARTERS, (YEAR_2024, reported), (span(2025, 1, 3), 12)]
    _, findings = build_panel(
        acme(*rows), companies=["acme"], operands=[Operand("revenue", "ltm")], as_of=date(2025, 9, 23)
    )
    assert [finding.check for finding in findings] == ["ltm_routes_disagree"] * finds
    assert all(finding.message.startswith("Acme, revenue: year to 31 Dec 2024 + quarter") for finding in findings)


@pytest.mark.parametrize(
    ("figure", "half"), [(10_450_000_000, 5_000_000), (123_456_789, 0.5), (2_600_000_000, 26_000_000), (0, 0)]
)
def test_rounding_is_half_the_unit_a_figure_is_given_in_and_at_most_one_per_cent(figure: float, half: float) -> None:
    assert rounding(float(figure)) == half


def test_a_restated_year_is_never_mixed_with_its_first_quarters() -> None:
    """Year restated from 47 to 40; its first half stands as first reported: no stub may be taken from it."""
    rows = [
        (span(2024, 1, 6), 21.0), (YEAR_2024, 47.0), (YEAR_2024, 40.0), (span(2025, 1, 6), 26.0),
    ]  # fmt: skip
    data = acme(*rows, known={2: date(2025, 6, 1)})
    assert value(data, "fy") == 40
    found = cell(data, Operand("revenue", "ltm"))
    assert found["reason"] == "part of the year was restated and the rest was not"
    # before the restatement was published the first vintage answers, by one vintage throughout
    assert value(data, "fy", as_of=date(2025, 5, 31)) == 47


def test_the_restated_stub_is_used_once_it_is_published() -> None:
    rows = [
        (span(2024, 1, 6), 21.0), (YEAR_2024, 47.0), (YEAR_2024, 40.0), (span(2024, 1, 6), 18.0),
        (span(2025, 1, 6), 26.0),
    ]  # fmt: skip
    known = {2: date(2025, 3, 1), 3: date(2025, 7, 30)}
    found = cell(acme(*rows, known=known), Operand("revenue", "ltm"))
    assert found["value"] == (40 + 26 - 18) * M
    assert "restated" in found["flags"]


def test_a_derived_negative_revenue_is_an_error_and_no_figure() -> None:
    data = acme((span(2025, 1, 3), 12), (span(2025, 1, 6), 10))
    frame, findings = build_panel(
        data, companies=["acme"], operands=[Operand("revenue", "quarter")], as_of=date(2025, 9, 23)
    )
    assert frame["value"].to_list() == [None]
    assert [(finding.check, finding.severity) for finding in findings] == [("negative_revenue", "error")]


def test_negative_revenue_that_is_stated_is_a_figure() -> None:
    """METHOD 5 speaks of derived quarters: an insurer whose investments fell may state revenue below zero."""
    found = cell(acme((YEAR_2024, -5)), Operand("revenue", "fy"))
    assert (found["value"], found["status"]) == (-5 * M, "ok")


def test_a_year_that_ends_in_the_first_days_of_its_last_month_is_a_year() -> None:
    """Year of 52 weeks to Sunday 1 December: whoever writes month 12 for it, or 11, means this year."""
    year = (date(2023, 12, 4), date(2024, 12, 1))
    for month in (11, 12):
        assert cell(ending(acme((year, 52)), month), Operand("revenue", "fy"), date(2025, 3, 1))["value"] == 52 * M


def test_facts_older_than_185_days_are_flagged_and_past_18_months_stale() -> None:
    data = acme(*QUARTERS)
    assert "old" not in cell(data, Operand("revenue", "ltm"), date(2025, 7, 4))["flags"]  # 185 days
    assert "old" in cell(data, Operand("revenue", "ltm"), date(2025, 7, 5))["flags"]
    found = cell(data, Operand("revenue", "ltm"), date(2026, 7, 1))
    assert (found["value"], found["status"]) == (None, "stale")
    assert found["inputs"]  # what it would have been made of stays traceable


def test_an_issuers_own_measure_never_answers_for_the_statement_line() -> None:
    own = acme(*QUARTERS, item="capex", accounting="issuer-non-gaap")
    clock = acme(*QUARTERS)
    both = Dataset(pl.concat([clock.facts, own.facts]), clock.prices, clock.fx, clock.companies, ())
    assert cell(both, Operand("capex", "ltm"))["reason"] == "not disclosed"
    assert cell(both, Operand("capex_issuer", "ltm"))["value"] == 47 * M


def test_share_averages_are_averaged_and_per_share_figures_summed_or_reported() -> None:
    shares = [(period, v) for (period, _), v in zip(QUARTERS, (100.0, 102.0, 104.0, 106.0), strict=True)]
    clock = acme(*QUARTERS)
    for item, unit, answer in (
        ("shares_diluted", "shares", 103 * M),
        ("eps_diluted", "money_per_share", (100 + 102 + 104 + 106) * M),
    ):
        rows = acme(*shares, item=item, unit=unit).facts
        data = Dataset(pl.concat([clock.facts, rows]), clock.prices, clock.fx, clock.companies, ())
        assert cell(data, Operand(item, "ltm"))["value"] == answer
        year = acme((span(2024, 1, 9), 30), (YEAR_2024, 40), item=item, unit=unit).facts
        data = Dataset(pl.concat([clock.facts, year]), clock.prices, clock.fx, clock.companies, ())
        assert cell(data, Operand(item, "quarter"))["status"] == "missing"  # never 40 − 30


def test_income_to_the_parent_stands_in_on_one_basis_for_all_years() -> None:
    """Common income is known for 2023 only; growth must not set the parent's 2024 against it."""
    rows = [(YEAR_2023, 100.0), (YEAR_2024, 120.0)]
    clock, parent = acme(*rows), acme(*rows, item="net_income_parent")
    common = acme((YEAR_2023, 90.0), item="net_income_common")
    data = Dataset(pl.concat([clock.facts, parent.facts, common.facts]), clock.prices, clock.fx, clock.companies, ())
    now, before = (cell(data, Operand("net_income_common", "fy", "total", lag)) for lag in (0, 1))
    assert (now["value"], before["value"]) == (120 * M, 100 * M)
    assert "parent_for_common" in now["flags"]
    assert "parent_for_common" in before["flags"]


@given(st.lists(st.integers(1, 10**6), min_size=8, max_size=8))
def test_four_quarters_sum_to_the_year_whatever_they_are(values: list[int]) -> None:
    rows = [(span(2024 + n // 4, 1 + 3 * (n % 4), 3), float(v)) for n, v in enumerate(values)]
    data = acme(*rows)
    assert value(data, "ltm", as_of=date(2026, 3, 1)) == sum(values[4:])
    assert value(data, "ltm", lag=1, as_of=date(2026, 3, 1)) == sum(values[:4])


@given(st.integers(1, 1000), st.sampled_from(["ltm", "quarter", "fy"]))
def test_scaling_every_fact_scales_every_window(factor: int, window: str) -> None:
    rows = [*QUARTERS, (YEAR_2024, 47.0)]
    scaled = [(period, v * factor) for period, v in rows]
    one, many = value(acme(*rows), window), value(acme(*scaled), window)
    assert one is not None
    assert many == one * factor


# ---- calendar years -------------------------------------------------------------------------------------------------


def ending(data: Dataset, month: int) -> Dataset:
    """The same facts of a company whose fiscal year ends in `month`."""
    return replace(data, companies={"acme": replace(data.companies["acme"], fiscal_year_end_month=month)})


def year_to(year: int, month: int) -> tuple[date, date]:
    end = add_months(date(year, month, 28), 1).replace(day=1) - timedelta(days=1)
    return add_months(end, -12) + timedelta(days=1), end


CALENDAR = Operand("revenue", "cy")


def test_a_calendar_year_is_first_of_all_the_sum_of_its_quarters() -> None:
    """METHOD 4: March year end; the quarters of 2024 are 11 + 12 + 13 + 14 = 50, whatever the fiscal years say."""
    quarters = [(span(2024, n, 3), v) for n, v in ((1, 11.0), (4, 12.0), (7, 13.0), (10, 14.0))]
    data = ending(acme(*quarters, (span(2025, 1, 3), 15), (year_to(2024, 3), 41), (year_to(2025, 3), 54)), 3)
    found = cell(data, CALENDAR)
    assert (found["value"], found["how"], found["flags"]) == (50 * M, "sum of four quarters", [])
    assert (found["period_start"], found["period_end"]) == YEAR_2024


def test_a_stub_makes_the_calendar_year_exact_too() -> None:
    """METHOD 4: year to March 2024 100 + nine months of 2024 84 − nine months of 2023 72 = 112."""
    rows = [(year_to(2024, 3), 100.0), (span(2024, 4, 9), 84.0), (span(2023, 4, 9), 72.0)]
    found = cell(ending(acme(*rows), 3), CALENDAR, date(2025, 3, 1))
    assert (found["value"], found["flags"]) == (112 * M, [])


@pytest.mark.parametrize(
    ("month", "newest", "expected", "how"),
    [
        # March: a quarter of the year to March 2024, three quarters of the next: 0.25·100 + 0.75·120 = 115
        (3, 2025, 115, "3/12 of the year to 31 Mar 2024 + 9/12 of the year to 31 Mar 2025"),
        # September: 0.75·100 + 0.25·120 = 105; the year to September 2025 is known, so 2024 is over
        (9, 2025, 105, "9/12 of the year to 30 Sep 2024 + 3/12 of the year to 30 Sep 2025"),
        (6, 2025, 110, "6/12 of the year to 30 Jun 2024 + 6/12 of the year to 30 Jun 2025"),
    ],
)
def test_without_quarters_two_fiscal_years_are_weighted_by_months_and_say_so(
    month: int, newest: int, expected: float, how: str
) -> None:
    """METHOD 4: m/12 of the fiscal year ending in the calendar year + (12 − m)/12 of the next, flagged."""
    data = ending(acme((year_to(newest - 1, month), 100), (year_to(newest, month), 120)), month)
    found = cell(data, CALENDAR, date(newest, month, 28) + timedelta(days=60))
    assert found["value"] == pytest.approx(expected * M)
    assert (found["how"], found["flags"], found["months"]) == (how, ["calendarised"], 12)
    assert (found["period_start"], found["period_end"]) == YEAR_2024
    assert len(found["inputs"]) == 2


def test_the_calendar_year_before_is_weighted_alike() -> None:
    """METHOD 4: years to March of 70, 100 and 120 are calendar years of 92.5 and 115."""
    data = ending(acme((year_to(2023, 3), 70), (year_to(2024, 3), 100), (year_to(2025, 3), 120)), 3)
    now, before = (cell(data, replace(CALENDAR, lag=lag))["value"] for lag in (0, 1))
    assert now == pytest.approx((0.25 * 100 + 0.75 * 120) * M)
    assert before == pytest.approx((0.25 * 70 + 0.75 * 100) * M)


def test_a_calendar_year_that_only_one_fiscal_year_touches_is_missing() -> None:
    """METHOD 4: the year to March 2025 alone says nothing of January to March 2024."""
    found = cell(ending(acme((year_to(2025, 3), 120)), 3), CALENDAR)
    assert (found["value"], found["status"]) == (None, "missing")
    assert found["reason"] == "not known for the calendar year to 31 December 2024"


def test_a_calendar_year_that_is_not_over_is_never_asked_for() -> None:
    """METHOD 4: with figures to September 2024 the newest whole calendar year is 2023."""
    rows = [(year_to(2022, 9), 90.0), (year_to(2023, 9), 100.0), (year_to(2024, 9), 120.0)]
    found = cell(ending(acme(*rows), 9), CALENDAR, date(2024, 12, 1))
    assert found["period_end"] == date(2023, 12, 31)
    assert found["value"] == pytest.approx((0.75 * 100 + 0.25 * 120) * M)


def test_a_53_week_year_that_ends_on_28_december_is_that_calendar_year() -> None:
    """METHOD 4: a week more or less is no other year and no weighting."""
    year = (date(2023, 12, 31), date(2024, 12, 28))
    found = cell(acme((year, 52)), CALENDAR, date(2025, 3, 1))
    assert (found["value"], found["flags"]) == (52 * M, [])


@pytest.mark.parametrize(("item", "unit"), [("shares_diluted", "shares"), ("eps_diluted", "money_per_share")])
def test_shares_and_per_share_figures_are_never_weighted(item: str, unit: str) -> None:
    """METHOD 2 and 4: weights are for flows of money; EPS is not additive."""
    rows = [(year_to(2024, 3), 100.0), (year_to(2025, 3), 120.0)]
    both = pl.concat([acme(*rows).facts, acme(*rows, item=item, unit=unit).facts])
    data = ending(replace(acme(*rows), facts=both), 3)
    assert cell(data, Operand(item, "cy"))["status"] == "missing"


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=2), st.sampled_from(range(1, 12)))
def test_a_weighted_year_lies_between_the_years_it_is_made_of(values: list[int], month: int) -> None:
    """METHOD 4: the weights are shares of one year."""
    years = ending(acme((year_to(2024, month), values[0]), (year_to(2025, month), values[1])), month)
    found = cell(years, CALENDAR, date(2025, 12, 31))["value"]
    assert found is not None
    assert min(values) * M * (1 - 1e-12) <= found <= max(values) * M * (1 + 1e-12)


# ---- periods that cannot both be right ------------------------------------------------------------------------------


def test_quarters_that_overlap_are_not_used_either_one() -> None:
    """METHOD 1 and 5: a quarter from March to May shares days with its neighbours; nothing is built on any of them."""
    odd = ((date(2025, 3, 1), date(2025, 5, 31)), 40.0)
    data = acme(*QUARTERS, (span(2025, 1, 3), 12.5), odd)
    found = cell(data, Operand("revenue", "ltm"))
    assert (found["value"], found["reason"]) == (None, "two of the periods it would be made of overlap")
    assert cell(data, Operand("revenue", "quarter"))["value"] is None
    assert cell(data, Operand("revenue", "fy", lag=0))["value"] is None  # no year is stated here


def test_years_to_date_and_neighbouring_quarters_do_not_overlap() -> None:
    rows = [*QUARTERS, (span(2024, 1, 6), 21.0), (span(2024, 1, 9), 33.0), (YEAR_2024, 47.0)]
    assert value(acme(*rows), "ltm") == 47

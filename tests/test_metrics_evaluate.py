"""metrics/evaluate.py: every rule of METHOD that a formula carries, by hand arithmetic and an independent oracle."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerbench.core import frames
from peerbench.core.items import ITEMS
from peerbench.core.metric import MetricDefinition, MetricUnit, Operand
from peerbench.metrics.catalogue import load
from peerbench.metrics.evaluate import evaluate
from peerbench.metrics.formula import Call, Constant, Negative, Node, Operation, Read, Reference, children, parse
from peerbench.metrics.plan import Plan, Step, plan

DAY = date(2025, 9, 23)
START, END = date(2024, 7, 1), date(2025, 6, 30)
Given = Mapping[str, Any]


def cell(company: str, key: str, given: Any, as_of: date = DAY) -> dict[str, Any]:
    """A CELLS row: a number is an ok value, a pair is a status and its reason, a mapping overrides columns."""
    node, _ = parse(key)
    assert isinstance(node, Read), key
    item, window = ITEMS[node.operand.item], node.operand.window
    years = node.operand.lag
    flow = item.kind == "flow"
    end = {"spot": as_of, "fy": date(2025, 3, 31)}.get(window, END)
    row = {
        "company": company, "as_of": as_of, "operand": node.key, "value": None, "unit": item.unit,
        "currency": "CNY" if item.unit.startswith("money") else None, "status": "ok", "reason": None,
        "period_start": START.replace(year=START.year - years) if flow else None,
        "period_end": end.replace(year=end.year - years), "months": 12 if flow else 0,
        "known_on": date(2025, 8, 29), "how": "given", "inputs": [f"{key}@fact"], "flags": [],
    }  # fmt: skip
    if isinstance(given, dict):
        return {**row, **given}
    if isinstance(given, tuple):
        return {**row, "status": given[0], "reason": given[1]}
    return {**row, "value": float(given)}


def panel(companies: Mapping[str, Given], as_of: date = DAY) -> pl.DataFrame:
    rows = [cell(company, key, value, as_of) for company, given in companies.items() for key, value in given.items()]
    return pl.DataFrame(rows, schema=frames.CELLS)


def planned(*ids: str, custom: Sequence[MetricDefinition] = ()) -> Plan:
    found, findings = plan(ids, load(), custom)
    assert findings == ()
    return found


def measure(given: Given, *ids: str, custom: Sequence[MetricDefinition] = ()) -> dict[str, dict[str, Any]]:
    """Metrics of one company, by id."""
    frame = evaluate(panel({"a": given}), planned(*ids, custom=custom))
    assert dict(frame.schema) == frames.METRICS
    return {row["metric"]: row for row in frame.iter_rows(named=True)}


def only(given: Given, metric: str, custom: Sequence[MetricDefinition] = ()) -> dict[str, Any]:
    return measure(given, metric, custom=custom)[metric]


def mine(formula: str, unit: MetricUnit = "pure", name: str = "mine", **more: Any) -> MetricDefinition:
    return replace(
        load().definitions["pb"], id=name, formula=formula, unit=unit, positive=(), group="custom", period="", **more
    )


MARKET = {"price[spot]": 10, "shares[spot]": 100}
BRIDGE = {
    **MARKET, "debt_short[latest]": 50, "debt_long[latest]": 150, "finance_leases[latest]": 20,
    "preferred_equity[latest]": 5, "minority_interest[latest]": 30, "mezzanine_equity[latest]": 15,
    "cash[latest]": 80, "short_term_investments[latest]": 40,
}  # fmt: skip
NOT_DISCLOSED = ("missing", "not disclosed")


# ---- values, by hand ------------------------------------------------------------------------------------------------

STATEMENT = {
    **BRIDGE, "net_income_common[ltm]": 40, "net_income[ltm]": 44, "revenue[ltm]": 500, "revenue[ltm, -1]": 400,
    "operating_income[ltm]": 60, "depreciation_amortization[ltm]": 40, "operating_cash_flow[ltm]": 90, "capex[ltm]": 30,
    "net_income_common[ltm, -1]": 32, "equity_parent[latest]": 260, "equity_parent[latest, -1]": 240,
    "equity_total[latest]": 290, "total_assets[latest]": 900, "total_assets[latest, -1]": 860,
    "debt_short[latest, -1]": 40, "debt_long[latest, -1]": 160, "minority_interest[latest, -1]": 20,
    "cash[latest, -1]": 60, "pretax_income[ltm]": 55, "income_tax[ltm]": 11, "interest_expense[ltm]": 4,
    "dividends_paid[fy]": 12, "share_repurchases[fy]": 18, "net_income_common[fy]": 36,
    "net_income_common[fy, -1]": 30, "gross_profit[ltm]": 200, "research_development[ltm]": 50,
    "stock_compensation[ltm]": 10, "revenue[fy]": 480, "revenue[fy, -1]": 420, "revenue[fy, -3]": 240,
    "capex[fy]": 28, "operating_cash_flow[fy]": 84, "price[spot, -1]": 8, "shares[spot, -1]": 110,
    "shares_diluted[ltm]": 80, "shares_diluted[ltm, -1]": 80, "eps_estimate[ntm]": 0.5, "eps_estimate[fy1]": 0.4,
    "revenue_estimate[ntm]": 550, "revenue[cloud, ltm]": 125, "revenue[cloud, quarter]": 36,
    "revenue[cloud, quarter, -1]": 30, "volatility[1y]": 0.31,
}  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("market_cap", 10 * 100),  # METHOD 10
        ("enterprise_value", 1000 + 50 + 150 + 20 + 5 + 30 + 15 - 80 - 40),  # METHOD 11
        ("ebitda_ltm", 60 + 40),  # METHOD 13
        ("free_cash_flow_ltm", 90 - 30),  # METHOD 14
        ("total_debt", 200),
        ("net_debt", 200 - 120),  # METHOD 15
        ("net_cash", 120 - 200),
        ("liquid_funds", 120),
        ("pe_ltm", 1000 / 40),  # METHOD 17
        ("pe_fy", 1000 / 36),
        ("pe_ntm", 10 / 0.5),
        ("pe_fy1", 10 / 0.4),
        ("earnings_yield_ltm", 40 / 1000),
        ("ps_ltm", 1000 / 500),
        ("pb", 1000 / 260),  # METHOD 16
        ("ev_to_sales_ltm", 1150 / 500),
        ("ev_to_sales_ntm", 1150 / 550),
        ("ev_to_ebitda_ltm", 1150 / 100),
        ("ev_to_ebit_ltm", 1150 / 60),
        ("p_to_fcf_ltm", 1000 / 60),
        ("fcf_yield_ltm", 60 / 1000),
        ("peg_ltm", 25 / (100 * 0.25)),  # METHOD 20: net income grew from 32 to 40
        ("dividend_yield", 12 / 1000),
        ("buyback_yield", 18 / 1000),
        ("shareholder_yield", 30 / 1000),
        ("revenue_growth_ltm", 0.25),
        ("revenue_growth_fy", 480 / 420 - 1),
        ("revenue_cagr_3y", 2 ** (1 / 3) - 1),
        ("net_income_growth_fy", 0.2),
        ("net_income_change_fy", 6),
        ("eps_ltm", 40 / 80),  # METHOD 2
        ("eps_growth_ltm", 0.25),
        ("gross_margin_ltm", 0.4),
        ("operating_margin_ltm", 0.12),
        ("ebitda_margin_ltm", 0.2),
        ("net_margin_ltm", 0.08),
        ("fcf_margin_ltm", 0.12),
        ("fcf_margin_fy", 56 / 480),
        ("rd_to_sales_ltm", 0.1),
        ("sbc_to_sales_ltm", 0.02),
        ("capex_to_sales_ltm", 0.06),
        ("roe", 40 / 250),  # METHOD 16: average of 240 and 260
        ("roa", 44 / 880),
        # METHOD 16: EBIT 60 after tax at 11/55; capital 50+150+260+30−80 = 410 and 40+160+240+20−60 = 400.
        ("roic", 60 * 0.8 / 405),
        ("rule_of_40", 0.25 + 0.12),
        ("segment_share[cloud]", 0.25),
        ("revenue_growth_quarter[cloud]", 0.2),
        ("net_debt_to_equity", 80 / 260),
        ("net_debt_to_ebitda", 0.8),
        ("debt_to_equity", 200 / 260),
        ("debt_to_assets", 200 / 900),
        ("interest_coverage_ltm", 15),
        ("cash_to_market_cap", 0.12),
        ("equity_ratio", 290 / 900),
        ("cash_conversion_ltm", 90 / 44),
        ("accruals_ratio", (44 - 90) / 880),
        ("capex_to_depreciation", 0.75),
        ("payout_ratio", 12 / 36),
        ("retention_ratio", 24 / 36),
        ("effective_tax_rate", 0.2),
        ("volatility_1y", 0.31),
    ],
)
def test_a_metric_is_its_hand_arithmetic(metric: str, expected: float) -> None:
    row = only(STATEMENT, metric)
    assert row["status"] == "ok", row["reason"]
    assert row["value"] == pytest.approx(expected, rel=1e-12)
    assert row["raw"] == row["value"]
    assert row["reason"] is None


def test_alibaba_net_income_grew_by_three_different_rates() -> None:
    """METHOD 17: three bases never mixed. Alibaba FY2025 in millions of RMB, annual report tables."""
    given = {
        "net_income_parent[fy]": 130_109, "net_income_parent[fy, -1]": 80_009,
        "net_income[fy]": 125_976, "net_income[fy, -1]": 71_332,
        "net_income_common[fy]": 129_470, "net_income_common[fy, -1]": 79_741,
    }  # fmt: skip
    ids = ("net_income_parent_growth_fy", "net_income_total_growth_fy", "net_income_growth_fy")
    rows = measure(given, *ids)
    assert [round(100 * rows[metric]["value"], 1) for metric in ids] == [62.6, 76.6, 62.4]
    assert round(100 * rows["net_income_parent_growth_fy"]["value"], 2) == 62.62
    assert round(100 * rows["net_income_growth_fy"]["value"], 2) == 62.36
    assert [rows[metric]["basis"] for metric in ids] == [
        "net income attributable to the parent",
        "total net income",
        "net income to ordinary shareholders",
    ]


# ---- statuses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", ["finance_leases", "preferred_equity", "minority_interest", "mezzanine_equity"])
def test_a_bridge_component_not_disclosed_is_flagged_and_adds_nothing(item: str) -> None:
    """METHOD 11: a component not disclosed is a finding."""
    row = only({**BRIDGE, f"{item}[latest]": NOT_DISCLOSED}, "enterprise_value")
    assert row["status"] == "ok"
    assert row["value"] == 1150 - BRIDGE[f"{item}[latest]"]
    assert row["flags"] == [f"not_disclosed:{item}"]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("debt_short", "short-term debt: not disclosed"),
        ("debt_long", "long-term debt: not disclosed"),
        ("cash", "cash and equivalents: not disclosed"),
        ("short_term_investments", "short-term investments: not disclosed"),
    ],
)
def test_debt_missing_is_not_debt_zero(item: str, words: str) -> None:
    """METHOD 11: without debt or cash there is no enterprise value, nor any multiple of it."""
    given = {**STATEMENT, f"{item}[latest]": NOT_DISCLOSED}
    rows = measure(given, "ev_to_sales_ltm")
    for metric in ("enterprise_value", "ev_to_sales_ltm"):
        assert (rows[metric]["status"], rows[metric]["reason"]) == ("missing", words)
        assert rows[metric]["value"] is None


def test_a_stale_optional_component_is_not_taken_for_nothing() -> None:
    """METHOD 0: optional speaks of what is missing, not of what is stale."""
    row = only({**BRIDGE, "minority_interest[latest]": ("stale", "newest balance of 2023")}, "enterprise_value")
    assert (row["status"], row["reason"]) == ("stale", "minority interest: newest balance of 2023")


def test_flags_go_up_through_the_metrics() -> None:
    given = {
        **STATEMENT,
        "minority_interest[latest]": NOT_DISCLOSED,
        "operating_income[ltm]": {"value": 60.0, "flags": ["calendarised"]},
    }
    assert only(given, "ev_to_ebit_ltm")["flags"] == ["calendarised", "not_disclosed:minority_interest"]


def test_ebitda_without_depreciation_is_missing() -> None:
    """METHOD 13: never EBITDA = EBIT."""
    given = {**STATEMENT, "depreciation_amortization[ltm]": ("missing", "not reported by quarter")}
    row = only(given, "ev_to_ebitda_ltm")
    assert row["status"] == "missing"
    assert row["reason"] == "depreciation and amortisation, last twelve months: not reported by quarter"


def test_free_cash_flow_without_capital_spending_is_missing() -> None:
    """METHOD 14."""
    row = only({**STATEMENT, "capex[ltm]": ("missing", "not reported")}, "free_cash_flow_ltm")
    assert (row["status"], row["value"]) == ("missing", None)


def test_net_cash_makes_enterprise_value_less_than_market_value_and_below_zero_says_nothing() -> None:
    """METHOD 11: EV ≤ 0 leaves its multiples not meaningful."""
    rows = measure({**STATEMENT, "cash[latest]": 2000}, "ev_to_sales_ltm")
    assert rows["enterprise_value"]["value"] == 1150 + 80 - 2000
    assert rows["ev_to_sales_ltm"]["status"] == "not_meaningful"
    assert rows["ev_to_sales_ltm"]["reason"] == "enterprise value is negative"


@pytest.mark.parametrize(("equity", "word"), [(-5, "negative"), (0, "zero")])
def test_equity_at_or_below_zero_gives_no_ratio(equity: float, word: str) -> None:
    """METHOD 15 and 16."""
    rows = measure({**STATEMENT, "equity_parent[latest]": equity}, "net_debt_to_equity", "pb", "roe", "debt_to_equity")
    for metric in ("net_debt_to_equity", "pb", "roe", "debt_to_equity"):
        assert rows[metric]["status"] == "not_meaningful"
        assert rows[metric]["reason"] == f"equity of the parent's shareholders is {word}"
        assert rows[metric]["raw"] is None


def test_opening_equity_below_zero_gives_no_return_either() -> None:
    """METHOD 16."""
    row = only({**STATEMENT, "equity_parent[latest, -1]": -10}, "roe")
    assert row["reason"] == "equity of the parent's shareholders a year before is negative"


def test_a_loss_has_no_multiple_but_a_yield() -> None:
    """METHOD 19: ranking through losses uses the yield."""
    rows = measure({**STATEMENT, "net_income_common[ltm]": -50}, "pe_ltm", "earnings_yield_ltm")
    assert rows["pe_ltm"]["status"] == "not_meaningful"
    assert rows["pe_ltm"]["reason"] == "net income to ordinary shareholders is negative"
    assert rows["earnings_yield_ltm"]["value"] == -0.05


@pytest.mark.parametrize(
    ("income", "status", "value", "raw"),
    [(10.0, "ok", 100.0, 100.0), (9.0, "excluded", None, 1000 / 9), (0.0, "not_meaningful", None, None)],
)
def test_earnings_near_zero_are_excluded_by_name_and_kept_as_raw(
    income: float, status: str, value: float | None, raw: float | None
) -> None:
    """METHOD 19: P/E above 100x."""
    row = only({**STATEMENT, "net_income_common[ltm]": income}, "pe_ltm")
    assert (row["status"], row["value"], row["raw"]) == (status, value, pytest.approx(raw) if raw else None)
    if status == "excluded":
        assert row["reason"] == "above 100x: kept out of statistics (METHOD 19)"


def test_what_rests_on_an_excluded_figure_is_excluded() -> None:
    given = {**STATEMENT, "net_income_common[ltm]": 9, "net_income_common[ltm, -1]": 6}
    row = only(given, "peg_ltm")
    assert (row["status"], row["value"]) == ("excluded", None)
    assert row["raw"] == pytest.approx(1000 / 9 / 50)


def test_what_says_nothing_is_not_shown_as_excluded() -> None:
    """METHOD 0 and 20: an excluded P/E over shrinking earnings is no PEG at all."""
    row = only({**STATEMENT, "net_income_common[ltm]": 9, "net_income_common[ltm, -1]": 12}, "peg_ltm")
    assert (row["status"], row["raw"], row["reason"]) == ("not_meaningful", None, "net income growth is negative")


@pytest.mark.parametrize(
    ("now", "before", "profit", "other"),
    [
        (10, -10, "loss to profit", "negative to positive"),
        (-10, 10, "profit to loss", "positive to negative"),
        (-20, -10, "loss widened", "more negative"),
        (-10, -20, "loss narrowed", "less negative"),
        (-10, -10, "loss unchanged", "unchanged below zero"),
        (10, 0, "zero a year before", "zero a year before"),
        (0, 10, "fell to zero", "fell to zero"),
    ],
)
def test_growth_over_a_change_of_sign_is_a_word(now: float, before: float, profit: str, other: str) -> None:
    """METHOD 18: null, a status and a word, plus the absolute change."""
    given = {
        "operating_income[fy]": now, "operating_income[fy, -1]": before, "revenue[fy]": now, "revenue[fy, -1]": before,
        "operating_cash_flow[fy]": now + 5, "capex[fy]": 5,
        "operating_cash_flow[fy, -1]": before + 5, "capex[fy, -1]": 5,
    }  # fmt: skip
    rows = measure(
        given, "operating_income_growth_fy", "operating_income_change_fy", "revenue_growth_fy", "fcf_growth_fy"
    )
    for metric, word in (
        ("operating_income_growth_fy", profit),
        ("revenue_growth_fy", other),
        ("fcf_growth_fy", other),
    ):
        assert (rows[metric]["status"], rows[metric]["reason"]) == ("not_meaningful", word)
        assert rows[metric]["value"] is None
        assert rows[metric]["raw"] is None
    assert rows["operating_income_change_fy"]["value"] == now - before


def test_growth_of_a_profit_metric_has_the_words_of_profit() -> None:
    """METHOD 18, through EBITDA."""
    given = {
        "operating_income[fy]": 5, "depreciation_amortization[fy]": 1,
        "operating_income[fy, -1]": -5, "depreciation_amortization[fy, -1]": 1,
    }  # fmt: skip
    assert only(given, "ebitda_growth_fy")["reason"] == "loss to profit"


@pytest.mark.parametrize(
    ("first", "years"),
    [
        (date(2022, 3, 31), 3.0),  # an anniversary: exactly three years, not 1,096 days / 365.25
        (date(2022, 3, 26), 3.0),  # a 52/53-week year
        (date(2021, 12, 31), (date(2025, 3, 31) - date(2021, 12, 31)).days / 365.25),  # the year end moved
    ],
)
def test_compound_growth_takes_its_years_from_the_dates(first: date, years: float) -> None:
    """METHOD 18."""
    given = {"revenue[fy]": 200, "revenue[fy, -3]": {"value": 100.0, "period_end": first}}
    assert only(given, "revenue_cagr_3y")["value"] == pytest.approx(2 ** (1 / years) - 1, rel=1e-12)


def test_growth_without_the_year_before_is_missing() -> None:
    row = only({"revenue[fy]": 10, "revenue[fy, -1]": ("missing", "no fiscal year 2024")}, "revenue_growth_fy")
    assert row["status"] == "missing"
    assert row["reason"] == "revenue, last fiscal year, a year before: no fiscal year 2024"


def test_peg_needs_growth_above_zero() -> None:
    """METHOD 20."""
    row = only({**STATEMENT, "net_income_common[ltm, -1]": 50}, "peg_ltm")
    assert (row["status"], row["reason"]) == ("not_meaningful", "net income growth is negative")


@pytest.mark.parametrize(
    ("price", "income", "status", "reason"),
    [
        (NOT_DISCLOSED, -1, "missing", "price per ordinary share: not disclosed"),
        (("withheld", "the lines disagree"), -1, "missing", "price per ordinary share: the lines disagree"),
        (("stale", "last close of May"), ("missing", "no quarters"), "missing",
         "net income to ordinary shareholders, last twelve months: no quarters"),
        (("stale", "last close of May"), -1, "stale", "price per ordinary share: last close of May"),
        (("not_meaningful", "no sense"), 1, "not_meaningful", "price per ordinary share: no sense"),
        (10, -1, "not_meaningful", "net income to ordinary shareholders is negative"),
    ],
)  # fmt: skip
def test_the_gravest_status_speaks(price: Any, income: Any, status: str, reason: str) -> None:
    """METHOD 0: what is not known comes before what is old, and that before what says nothing."""
    row = only({"price[spot]": price, "shares[spot]": 100, "net_income_common[ltm]": income}, "pe_ltm")
    assert (row["status"], row["reason"], row["value"]) == (status, reason, None)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, None])
def test_a_value_that_is_no_number_is_missing(bad: float | None) -> None:
    row = only({"price[spot]": {"value": bad}, "shares[spot]": 100}, "market_cap")
    assert (row["status"], row["value"], row["raw"]) == ("missing", None, None)
    assert row["reason"] == "price per ordinary share: the value is not a number"


def test_a_result_too_large_to_hold_is_not_meaningful() -> None:
    row = only({"price[spot]": 1e300, "shares[spot]": 1e300}, "market_cap")
    assert (row["status"], row["reason"]) == ("not_meaningful", "the result is not a finite number")


def test_division_by_zero_in_a_custom_metric_is_a_reason() -> None:
    custom = [mine("revenue[ltm] / (cash - cash)", name="bare"), mine("price / 0", "money_per_share", name="literal")]
    given = {"revenue[ltm]": 1, "cash[latest]": 5, "price[spot]": 3}
    rows = measure(given, "bare", "literal", custom=custom)
    assert (rows["bare"]["status"], rows["bare"]["reason"]) == ("not_meaningful", "cash and equivalents is zero")
    assert rows["literal"]["reason"] == "the formula divides by zero"


def test_a_formula_that_reads_nothing_is_its_number() -> None:
    rows = measure(
        {"cash[latest]": 5}, "two", "liquid", custom=[mine("1 + 1", name="two"), mine("cash", "money", "liquid")]
    )
    assert (rows["two"]["value"], rows["two"]["period_end"], rows["two"]["inputs"]) == (2.0, None, [])


def test_a_screen_is_one_or_zero() -> None:
    custom = [mine("revenue[ltm] >= cash", name="yes"), mine("revenue[ltm] != revenue[ltm]", name="no")]
    rows = measure({"revenue[ltm]": 6, "cash[latest]": 5}, "yes", "no", custom=custom)
    assert (rows["yes"]["value"], rows["no"]["value"]) == (1.0, 0.0)


def test_functions_of_the_language() -> None:
    formulas = {
        "max(cash, 7 * cash, 0)": 35, "min(cash, cash / 5)": 1, "sum(cash, cash, cash)": 15, "abs(-cash)": 5,
        "change(cash)": 2, "avg(cash)": 4, "prior(cash)": 3, "-cash + 2 * cash": 5,
    }  # fmt: skip
    custom = [mine(formula, "money", name=f"m{place}") for place, formula in enumerate(formulas)]
    rows = measure({"cash[latest]": 5, "cash[latest, -1]": 3}, *(m.id for m in custom), custom=custom)
    assert [rows[m.id]["value"] for m in custom] == list(formulas.values())


# ---- dates, currencies, shapes --------------------------------------------------------------------------------------


def test_a_flow_metric_speaks_of_its_window_and_a_market_metric_of_the_price_date() -> None:
    rows = measure(STATEMENT, "pe_ltm", "enterprise_value", "net_debt", "revenue_growth_ltm", "roe")
    window = (START, END, 12)
    dates = {name: (row["period_start"], row["period_end"], row["months"]) for name, row in rows.items()}
    assert dates["pe_ltm"] == window
    assert dates["revenue_growth_ltm"] == window
    assert dates["roe"] == window
    assert dates["market_cap"] == (None, DAY, 0)
    assert dates["enterprise_value"] == (None, DAY, 0)
    assert dates["net_debt"] == (None, END, 0)


def test_known_on_is_the_latest_of_the_inputs() -> None:
    given = {**STATEMENT, "price[spot]": {"value": 10.0, "known_on": date(2025, 9, 22)}}
    rows = measure(given, "pe_ltm", "roe")
    assert rows["pe_ltm"]["known_on"] == date(2025, 9, 22)
    assert rows["roe"]["known_on"] == date(2025, 8, 29)


def test_only_money_has_a_currency() -> None:
    rows = measure(STATEMENT, "market_cap", "pe_ltm", "eps_ltm", "net_debt")
    assert {name: row["currency"] for name, row in rows.items()} == {
        "market_cap": "CNY", "pe_ltm": None, "eps_ltm": "CNY", "net_debt": "CNY",
    }  # fmt: skip


def test_figures_of_different_currencies_are_never_combined() -> None:
    given = {**STATEMENT, "net_income_common[ltm]": {"value": 40.0, "currency": "USD"}}
    rows = measure(given, "pe_ltm", "market_cap", "net_margin_ltm")
    for metric in ("pe_ltm", "net_margin_ltm"):
        assert (rows[metric]["status"], rows[metric]["reason"]) == (
            "missing",
            "its inputs are in different currencies",
        )
    assert rows["market_cap"]["status"] == "ok"


def test_inputs_are_operands_and_metrics_and_a_year_back_stands_as_its_operands() -> None:
    rows = measure(STATEMENT, "pe_ltm", "roic", "fcf_growth_fy")
    assert rows["pe_ltm"]["inputs"] == ["market_cap", "net_income_common[ltm]"]
    assert rows["fcf_growth_fy"]["inputs"] == [
        "free_cash_flow_fy", "operating_cash_flow[fy, -1]", "capex[fy, -1]",
    ]  # fmt: skip


def test_lagged_columns_are_shown_when_asked_for() -> None:
    frame = evaluate(panel({"a": STATEMENT}), planned("roic"), lagged=True)
    row = frame.row(by_predicate=pl.col("metric") == "invested_capital@-1", named=True)
    assert row["value"] == 400
    assert row["period_end"] == date(2024, 6, 30)


def test_metrics_come_in_the_order_asked_for_then_what_they_rest_on() -> None:
    frame = evaluate(panel({"b": STATEMENT, "a": STATEMENT}), planned("pe_ltm", "pb"))
    assert frame.select("metric", "company").rows() == [
        ("pe_ltm", "b"), ("pe_ltm", "a"), ("pb", "b"), ("pb", "a"), ("market_cap", "b"), ("market_cap", "a"),
    ]  # fmt: skip


def test_many_days_are_one_call() -> None:
    days = [date(2025, 7, 31), date(2025, 8, 31)]
    cells = pl.concat(
        [panel({"a": {**MARKET, "price[spot]": price}}, day) for price, day in zip((1, 2), days, strict=True)]
    )
    frame = evaluate(cells, planned("market_cap"))
    assert frame.select("as_of", "value", "period_end").rows() == [(days[0], 100.0, days[0]), (days[1], 200.0, days[1])]


def test_an_operand_that_no_row_speaks_of_is_missing_not_a_crash() -> None:
    frame = evaluate(panel({"a": MARKET, "b": {"price[spot]": 3}}), planned("market_cap"))
    assert frame.select("company", "value", "status").rows() == [("a", 1000.0, "ok"), ("b", None, "missing")]
    assert frame["reason"].to_list() == [None, "shares[spot]: not asked of the data"]


def test_no_cells_give_an_empty_frame_of_the_contract() -> None:
    for ids in (("pe_ltm",), ()):
        frame = evaluate(frames.empty(frames.CELLS), planned(*ids))
        assert frame.is_empty()
        assert dict(frame.schema) == frames.METRICS


def test_two_rows_for_one_cell_are_refused() -> None:
    cells = panel({"a": MARKET})
    with pytest.raises(ValueError, match="two rows for one company, day and operand"):
        evaluate(pl.concat([cells, cells]), planned("market_cap"))


# ---- an independent reader of the same trees ------------------------------------------------------------------------

RANK = ["ok", "excluded", "not_meaningful", "stale", "missing"]
Answer = tuple[str, float | None]


class Silent(Exception):
    """The figure says nothing: not meaningful."""


def oracle(plan_: Plan, given: Mapping[str, Answer]) -> dict[str, Answer]:
    """Plain Python, one row, from the definitions in METHOD 0, 18 and 19 and nothing of the compiler."""
    known = dict(given)
    for level in plan_.levels:
        for step in level:
            known[step.key] = _answer(step, known)
    return known


def _answer(step: Step, known: Mapping[str, Answer]) -> Answer:
    spared = {key for key in _optional(step.tree) if known[key][0] == "missing"}
    worst = max((known[leaf.key][0] for leaf in step.inputs if leaf.key not in spared), key=RANK.index, default="ok")
    if worst not in ("ok", "excluded"):
        return worst, None
    try:
        if any(_number(node, known) <= 0 for node in step.positive):
            raise Silent
        value = _number(step.tree, known)
    except (Silent, ZeroDivisionError):
        return "not_meaningful", None
    limit = step.definition.excluded_above
    return ("excluded" if worst == "excluded" or (limit is not None and value > limit) else "ok"), value


def _optional(node: Node) -> set[str]:
    if isinstance(node, Call) and node.name == "optional" and isinstance(node.arguments[0], Read):
        return {node.arguments[0].key}
    return {key for child in children(node) for key in _optional(child)}


def _number(node: Node, known: Mapping[str, Answer]) -> float:
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, (Read, Reference)):
        value = known[node.key][1]
        assert value is not None
        return value
    if isinstance(node, Call) and node.name == "optional":
        leaf = node.arguments[0]
        assert isinstance(leaf, Read)
        return 0.0 if known[leaf.key][0] == "missing" else _number(leaf, known)
    numbers = [_number(child, known) for child in children(node)]
    if isinstance(node, Negative):
        return -numbers[0]
    if isinstance(node, Operation):
        return float(ARITHMETIC[node.sign](*numbers))
    if node.name in ("growth", "cagr"):
        if min(numbers[:2]) <= 0:
            raise Silent
        return float((numbers[0] / numbers[1]) ** (1 / numbers[2] if node.name == "cagr" else 1)) - 1
    return {"avg": (numbers[0] + numbers[-1]) / 2, "change": numbers[0] - numbers[-1]}[node.name]


ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
EVERYTHING = planned(*(f"{d.id}[x]" if d.segment == "" else d.id for d in load().definitions.values()))


def drawn(random: Random) -> Answer:
    """One cell of any kind: often ok, sometimes at or below zero, sometimes without a value."""
    status = random.choices(RANK, weights=(40, 0, 1, 1, 2))[0]
    if status != "ok":
        return status, None
    return status, random.choice((-3.0, 0.0, 0.01, 1.0, 2.0, 40.0, 1e9, random.uniform(0.1, 50), random.uniform(1, 9)))


@pytest.mark.parametrize("seed", range(3))
def test_the_compiler_agrees_with_an_independent_reader_on_the_whole_catalogue(seed: int) -> None:
    random = Random(seed)
    answers = {f"c{n}": {operand.key: drawn(random) for operand in EVERYTHING.operands} for n in range(12)}
    cells = panel(
        {
            company: {key: value if status == "ok" else (status, "told so") for key, (status, value) in given.items()}
            for company, given in answers.items()
        }
    )
    expected = {company: oracle(EVERYTHING, given) for company, given in answers.items()}
    seen = set()
    for row in evaluate(cells, EVERYTHING, lagged=True).iter_rows(named=True):
        status, value = expected[row["company"]][row["metric"]]
        assert row["status"] == status, (row, value)
        assert (row["value"] is None) == (status != "ok")
        assert (row["reason"] is None) == (status == "ok")
        found = row["raw"] if status == "excluded" else row["value"]
        assert found == (None if value is None else pytest.approx(value, rel=1e-9, abs=1e-9)), row
        seen.add(status)
    assert seen == set(RANK)


# ---- laws -----------------------------------------------------------------------------------------------------------

LAW = planned("pe_ltm", "ev_to_ebitda_ltm", "roe", "fcf_margin_ltm", "revenue_growth_ltm", "peg_ltm", "net_debt")
AMOUNTS = st.dictionaries(
    st.sampled_from(LAW.operands), st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-3),
    min_size=len(LAW.operands), max_size=len(LAW.operands),
)  # fmt: skip


def given_by(amounts: Mapping[Operand, float], scale: float = 1.0) -> dict[str, float]:
    return {
        operand.key: value * (scale if ITEMS[operand.item].unit.startswith("money") else 1.0)
        for operand, value in amounts.items()
    }


@settings(max_examples=30, deadline=None)
@given(AMOUNTS, st.sampled_from([0.5, 4.0, 1024.0]))
def test_scaling_money_leaves_ratios_and_scales_money(amounts: dict[Operand, float], scale: float) -> None:
    before, after = measure(given_by(amounts), *LAW.requested), measure(given_by(amounts, scale), *LAW.requested)
    for metric, row in before.items():
        factor = scale if row["unit"] == "money" else 1.0
        assert after[metric]["status"] == row["status"]
        assert after[metric]["value"] == (None if row["value"] is None else pytest.approx(row["value"] * factor))


@settings(max_examples=20, deadline=None)
@given(st.lists(AMOUNTS, min_size=2, max_size=4), st.randoms())
def test_company_order_changes_nothing(amounts: list[dict[Operand, float]], random: Any) -> None:
    companies = {f"c{place}": given_by(each) for place, each in enumerate(amounts)}
    shuffled = list(companies)
    random.shuffle(shuffled)
    first = evaluate(panel(companies), LAW)
    second = evaluate(panel({company: companies[company] for company in shuffled}), LAW)
    order = ["metric", "company"]
    assert first.sort(order).equals(second.sort(order))

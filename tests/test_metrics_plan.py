"""metrics/plan.py and metrics/catalogue: what is asked for, what it rests on, and what cannot be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from peerbench.core.items import ITEMS
from peerbench.core.metric import MetricDefinition, Operand
from peerbench.metrics.catalogue import GROUPS, load, segment_variant
from peerbench.metrics.formula import Reference, leaves, written
from peerbench.metrics.plan import plan

# METHOD section 7, typed from the contract; _w stands for both windows where it says "each".
VALUATION = (
    "market_cap enterprise_value pe_ltm pe_fy pe_ntm earnings_yield_ltm ps_ltm pb ev_to_sales_ltm ev_to_sales_ntm"
    " ev_to_ebitda_ltm ev_to_ebit_ltm p_to_fcf_ltm fcf_yield_ltm peg_ltm dividend_yield buyback_yield"
    " shareholder_yield"
)
GROWTH = (
    "revenue_growth_fy revenue_growth_ltm revenue_growth_quarter revenue_cagr_3y gross_profit_growth_ltm"
    " operating_income_growth_fy operating_income_growth_ltm operating_income_growth_quarter net_income_growth_fy"
    " net_income_growth_ltm net_income_growth_quarter eps_growth_fy eps_growth_ltm fcf_growth_fy fcf_growth_ltm"
    " capex_growth_fy capex_growth_ltm"
)
MARGINS = "gross_margin operating_margin ebitda_margin net_margin fcf_margin rd_to_sales sbc_to_sales capex_to_sales"
RETURNS = "roe roa roic rule_of_40 segment_share"
BALANCE = (
    "net_debt net_cash net_debt_to_equity net_debt_to_ebitda debt_to_equity debt_to_assets interest_coverage_ltm"
    " cash_to_market_cap equity_ratio"
)
RISK = (
    "volatility_1y volatility_20d worst_day_1y worst_day_in_20 max_drawdown_3y price_to_200d_mean price_to_52w_high"
    " correlation_1y traded_value_60d"
)
QUALITY = "cash_conversion_ltm accruals_ratio capex_to_depreciation payout_ratio retention_ratio effective_tax_rate"
# The page asks for these too.
PAGE = (
    "pe_fy1 interest_coverage_fy fcf_yield_fy ev_to_ebitda_fy cash_conversion_fy"
    " net_debt_to_ebitda_fy revenue_ltm revenue_fy operating_income_ltm net_income_common_ltm net_income_parent_fy"
    " capex_fy ebitda_ltm"
    " free_cash_flow_ltm free_cash_flow_fy free_cash_flow_issuer_fy total_debt price_per_share"
    " net_income_parent_growth_fy net_income_total_growth_fy"
)
IDS = [
    *" ".join((VALUATION, GROWTH, RETURNS, BALANCE, RISK, QUALITY, PAGE)).split(),
    *(f"{margin}_{window}" for margin in MARGINS.split() for window in ("ltm", "fy")),
]


def mine(formula: str, unit: str = "pure", name: str = "mine", *, period: str = "") -> MetricDefinition:
    base = load().definitions["revenue_ltm"]
    return replace(
        base, id=name, formula=formula, unit=unit, group="custom", period=period, origin="configs/x.yaml"  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize("metric", IDS)
def test_every_metric_of_method_section_7_is_in_the_catalogue(metric: str) -> None:
    assert metric in load().definitions


def test_every_entry_is_complete_and_computable() -> None:
    definitions = load().definitions
    _, findings = plan([f"{d.id}[x]" if d.segment == "" else d.id for d in definitions.values()], load())
    assert findings == ()
    for definition in definitions.values():
        assert definition.group in GROUPS
        assert definition.definition.endswith(".")
        assert "METHOD" in definition.source
        assert definition.label
        assert definition.short
        assert "{" not in repr(definition)
        assert definition.period


def test_multiples_and_money_are_compared_by_premium_and_fractions_by_gap() -> None:
    """METHOD 21 and 22: margins in percentage points, multiples against the median."""
    measured = (definition for definition in load().definitions.values() if definition.group != "risk")
    for definition in measured:  # risk measures are read against each other: "1.4 times as volatile"
        if definition.unit == "fraction":
            assert definition.compare == "gap", definition.id
        elif definition.compare != "difference":  # amounts that may be below zero have no premium
            assert definition.compare == "premium", definition.id


def test_equity_multiples_use_income_to_ordinary_shareholders() -> None:
    """METHOD 17: numerator and denominator belong to the same claimants."""
    for metric in ("pe_ltm", "pe_fy", "earnings_yield_ltm", "roe"):
        found, _ = plan([metric], load())
        items = {operand.item for operand in found.operands}
        assert "net_income_common" in items
        assert not items & {"net_income", "net_income_parent"}
    for metric in ("ev_to_sales_ltm", "ev_to_ebitda_ltm", "ev_to_ebit_ltm"):
        found, _ = plan([metric], load())
        assert not {operand.item for operand in found.operands} & {"net_income", "net_income_common"}


def test_debt_and_cash_are_never_optional_in_enterprise_value() -> None:
    """METHOD 11: a component not disclosed is a finding; debt missing is not debt zero."""
    formula = load().definitions["enterprise_value"].formula
    for item in ("debt_short", "debt_long", "cash", "short_term_investments"):
        assert f"optional({item})" not in formula
        assert item in formula
    for item in ("finance_leases", "preferred_equity", "minority_interest", "mezzanine_equity"):
        assert f"optional({item})" in formula


def test_thresholds_of_the_near_zero_rule() -> None:
    """METHOD 19: P/E above 100x, EV/EBITDA above 75x."""
    limits = {d.id: d.excluded_above for d in load().definitions.values() if d.excluded_above is not None}
    assert limits == {
        "pe_ltm": 100,
        "pe_fy": 100,
        "pe_fy1": 100,
        "pe_ntm": 100,
        "pe_cy": 100,
        "ev_to_ebitda_ltm": 75,
        "ev_to_ebitda_fy": 75,
        "ev_to_ebitda_with_leases_ltm": 75,
        "ev_to_ebitda_with_leases_fy": 75,
    }


def test_levels_stand_in_dependency_order() -> None:
    found, findings = plan(["peg_ltm", "ev_to_ebitda_ltm"], load())
    assert findings == ()
    level = {step.key: depth for depth, steps in enumerate(found.levels) for step in steps}
    for step in found.steps.values():
        below = [level[leaf.key] for leaf in step.inputs if isinstance(leaf, Reference)]
        assert level[step.key] == 1 + max(below, default=-1)
    assert level["market_cap"] == 0
    assert level["pe_ltm"] == 1
    assert level["peg_ltm"] == 2
    assert found.requested == ("peg_ltm", "ev_to_ebitda_ltm")
    assert list(found.definitions)[:2] == ["peg_ltm", "ev_to_ebitda_ltm"]


def test_a_metric_read_a_year_back_is_a_column_of_its_own() -> None:
    found, _ = plan(["fcf_growth_ltm"], load())
    assert {leaf.key for leaf in leaves(found.tree("fcf_growth_ltm"))} == {
        "free_cash_flow_ltm",
        "free_cash_flow_ltm@-1",
    }
    assert written(found.tree("free_cash_flow_ltm@-1")) == "operating_cash_flow[ltm, -1] - capex[ltm, -1]"
    assert set(found.operands) == {
        Operand("operating_cash_flow", "ltm"),
        Operand("capex", "ltm"),
        Operand("operating_cash_flow", "ltm", lag=1),
        Operand("capex", "ltm", lag=1),
    }


def test_only_what_is_asked_for_is_planned() -> None:
    found, _ = plan(["gross_margin_fy"], load())
    assert list(found.steps) == ["gross_margin_fy"]
    assert found.operands == (Operand("gross_profit", "fy"), Operand("revenue", "fy"))


# ---- segments -------------------------------------------------------------------------------------------------------


def test_a_growth_metric_of_a_segment_reads_the_segment() -> None:
    found, findings = plan(["revenue_growth_quarter[cloud]", "segment_share[fintech and business services]"], load())
    assert findings == ()
    assert set(found.operands) == {
        Operand("revenue", "quarter", "cloud"),
        Operand("revenue", "quarter", "cloud", 1),
        Operand("revenue", "ltm", "fintech and business services"),
        Operand("revenue", "ltm"),
    }
    definition = found.definitions["revenue_growth_quarter[cloud]"]
    assert definition.segment == "cloud"
    assert definition.label == "Revenue growth, last quarter (cloud)"


def test_a_segment_goes_down_through_the_metrics_below() -> None:
    found, findings = plan(["fcf_growth_ltm[cloud]"], load())
    assert findings == ()
    assert {operand.segment for operand in found.operands} == {"cloud"}


def test_the_variant_of_a_definition_is_a_definition() -> None:
    variant = segment_variant(load().definitions["operating_margin_ltm"], "cloud")
    assert variant.id == "operating_margin_ltm[cloud]"
    assert variant.formula == "operating_income[cloud, ltm] / revenue[cloud, ltm]"
    assert variant.positive == ("revenue[cloud, ltm]",)


def test_correlation_names_the_other_company() -> None:
    found, findings = plan(["correlation_1y[alibaba]"], load())
    assert findings == ()
    assert found.operands == (Operand("correlation", "1y", "alibaba"),)


@pytest.mark.parametrize(
    ("metric", "check", "words"),
    [
        ("pe_ltn", "metric-unknown", "unknown metric 'pe_ltn' Did you mean 'pe_ltm'?"),
        ("segment_share", "metric-segment", "segment_share needs a name in brackets Write segment_share[name]."),
        ("pe_ltm[cloud]", "formula-segment", "price is not known by segment"),
        ("pe_ltm[", "metric-unknown", "unknown metric 'pe_ltm['"),
        ("", "metric-unknown", "unknown metric ''"),
    ],
)
def test_what_cannot_be_asked_for_is_named(metric: str, check: str, words: str) -> None:
    found, findings = plan([metric, "pb"], load())
    assert findings[0].check == check
    assert words in f"{findings[0].message} {findings[0].hint}"
    assert found.requested == ("pb",)


# ---- custom metrics -------------------------------------------------------------------------------------------------


def test_a_custom_metric_uses_items_and_the_catalogue_alike() -> None:
    share = mine("revenue[cloud, ltm] / revenue[ltm]", name="cloud_share")
    both = mine("cloud_share * gross_margin_ltm", name="both")
    found, findings = plan(["both"], load(), [both, share])
    assert findings == ()
    assert set(found.steps) == {"both", "cloud_share", "gross_margin_ltm"}
    assert found.definitions["both"].period == "ltm"


@pytest.mark.parametrize(
    ("formula", "unit", "period"),
    [
        ("price * shares", "money", "spot"),
        ("cash", "money", "latest"),
        ("market_cap / revenue[fy]", "times", "fy"),
        ("market_cap / revenue_estimate[ntm]", "times", "ntm"),
        ("pe_ltm / 2", "times", "ltm"),
        ("volatility[1y]", "fraction", "1y"),
    ],
)
def test_the_period_of_a_custom_metric_follows_from_its_operands(formula: str, unit: str, period: str) -> None:
    found, _ = plan(["mine"], load(), [mine(formula, unit)])
    assert found.definitions["mine"].period == period


def test_a_loop_is_a_finding_that_names_the_circle() -> None:
    loop = [mine("b + 1", name="a"), mine("prior(c)", name="b"), mine("a * 2", name="c"), mine("a", name="d")]
    found, findings = plan(["a", "d", "pb"], load(), loop)
    assert found.requested == ("pb",)
    circle = [finding for finding in findings if finding.check == "metric-loop"]
    assert [finding.message for finding in circle] == ["the formula runs in a circle: a → b → c → a"]
    assert "d cannot be computed: it uses a" in [finding.message for finding in findings]


def test_a_metric_that_reads_itself_is_a_loop() -> None:
    _, findings = plan([], load(), [mine("mine + 1")])
    assert [finding.message for finding in findings] == ["the formula runs in a circle: mine → mine"]


def test_a_long_chain_of_metrics_is_no_recursion() -> None:
    chain = [mine("1", name="m0"), *(mine(f"m{i} + 1", name=f"m{i + 1}") for i in range(3000))]
    found, findings = plan(["m3000"], load(), chain)
    assert findings == ()
    assert len(found.levels) == 3001


def test_what_rests_on_a_broken_metric_is_broken_and_the_rest_is_not() -> None:
    custom = [mine("revnue[ltm]", name="bad"), mine("bad / 2", name="worse"), mine("gross_margin_ltm", name="fine")]
    found, findings = plan(["worse", "fine"], load(), custom)
    assert found.requested == ("fine",)
    assert [(finding.subject, finding.check) for finding in findings] == [
        ("bad", "formula-name"),
        ("worse", "metric-unusable"),
    ]


@pytest.mark.parametrize(
    ("name", "owner"),
    [("pe_ltm", "a metric of the catalogue"), ("revenue", "an item"), ("growth", "a function"), ("ltm", "a window")],
)
def test_a_custom_metric_may_not_take_a_name_that_means_something(name: str, owner: str) -> None:
    _, findings = plan([], load(), [mine("gross_margin_ltm", name=name)])
    assert any(f"the name {name!r} already belongs to {owner}" in finding.message for finding in findings)


def test_a_unit_that_does_not_exist_is_named() -> None:
    _, findings = plan([], load(), [mine("pe_ltm", "fractoin")])
    assert "unknown unit 'fractoin' Did you mean 'fraction'?" in f"{findings[0].message} {findings[0].hint}"


def test_an_unused_custom_metric_is_checked_too() -> None:
    _, findings = plan(["pb"], load(), [mine("revenue[ltm] + 1", "money")])
    assert [finding.check for finding in findings] == ["formula-units"]


def test_no_item_shares_its_name_with_a_metric_that_could_be_meant() -> None:
    shared = set(ITEMS) & set(load().definitions)
    assert shared == {"worst_day_in_20"}  # the item always has a window in brackets, the metric never

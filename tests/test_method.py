"""METHOD's thirty-six rules: which tests prove each, and what no room proves alone, by hand arithmetic from CSV files.

RULES is the index: a rule without a test that exists fails here. A test in brackets is one case of a table.
"""

from __future__ import annotations

import ast
import re
import statistics
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from own_folder import PEER_FACTS, Fact, Folder, M, number, quarters
from peerbench import cli
from peerbench.brief.assemble import round_trips
from peerbench.core.periods import months_of
from peerbench.metrics.catalogue import load as catalogue
from peerbench.metrics.plan import plan
from peerbench.metrics.sentence import sentence
from peerbench.sources.dataset import load as read
from studies import Written

TESTS = Path(__file__).parent
RULES: dict[int, tuple[str, tuple[str, ...]]] = {
    1: (
        "last twelve months by both routes",
        (
            "test_normalise_calendar.py::test_last_twelve_months_by_the_routes_the_facts_allow",
            "test_normalise_calendar.py::test_both_routes_are_computed_and_must_agree_within_rounding",
            "test_normalise_calendar.py::test_three_quarters_are_not_twelve_months",
            "test_normalise_calendar.py::test_fiscal_year_and_year_to_date_are_never_added_up",
            "test_normalise_calendar.py::test_the_fiscal_year_is_the_last_twelve_months_only_when_nothing_newer_is_known",
            "test_brief_figures.py::test_the_last_twelve_months_are_the_four_quarters_to_june",
            "test_checks.py::test_a_check_says_what_its_folder_says[ltm_routes_disagree]",
        ),
    ),
    2: (
        "earnings per share of twelve months",
        (
            "test_method.py::test_rule_2_eps_is_income_over_shares_and_the_sum_of_quarters_another_measure",
            "test_normalise_calendar.py::test_share_averages_are_averaged_and_per_share_figures_summed_or_reported",
        ),
    ),
    3: (
        "next twelve months",
        (
            "test_normalise_estimates.py::test_the_blend_weighs_the_years_by_the_months_that_remain",
            "test_normalise_estimates.py::test_without_a_second_year_the_first_answers_while_eight_months_remain",
            "test_normalise_estimates.py::test_the_year_rolls_when_results_are_reported_not_at_its_end",
            "test_normalise_estimates.py::test_an_estimate_is_stale_after_a_hundred_days",
            "test_normalise_estimates.py::test_no_estimate_is_missing_and_never_extrapolated",
            "test_checks.py::test_a_check_says_what_its_folder_says[no_estimates]",
        ),
    ),
    4: (
        "calendarisation",
        (
            "test_normalise_calendar.py::test_a_calendar_year_is_first_of_all_the_sum_of_its_quarters",
            "test_normalise_calendar.py::test_without_quarters_two_fiscal_years_are_weighted_by_months_and_say_so",
            "test_normalise_calendar.py::test_a_weighted_year_lies_between_the_years_it_is_made_of",
            "test_normalise_calendar.py::test_shares_and_per_share_figures_are_never_weighted",
            "test_method.py::test_rule_4_no_balance_price_or_enterprise_value_is_asked_by_calendar_year",
        ),
    ),
    5: (
        "discrete quarters",
        (
            "test_normalise_calendar.py::test_the_latest_quarter_is_reported_or_a_difference",
            "test_normalise_calendar.py::test_a_derived_negative_revenue_is_an_error_and_no_figure",
            "test_normalise_calendar.py::test_quarters_that_overlap_are_not_used_either_one",
            "test_checks.py::test_a_check_says_what_its_folder_says[negative_revenue]",
        ),
    ),
    6: (
        "labels from dates",
        (
            "test_method.py::test_rule_6_durations_are_classified_by_days",
            "test_method.py::test_rule_6_a_filings_own_labels_change_nothing",
            "test_method.py::test_rule_6_no_words_of_ours_say_a_bare_quarter_number",
        ),
    ),
    7: (
        "exchange rates",
        (
            "test_normalise_currency.py::test_flows_take_the_mean_of_their_window_and_points_the_close",
            "test_normalise_currency.py::test_a_weekend_takes_the_last_earlier_rate",
            "test_normalise_currency.py::test_a_rate_later_or_older_than_five_days_is_not_found",
            "test_normalise_currency.py::test_without_a_rate_the_row_is_missing_with_its_reason",
            "test_brief_figures.py::test_growth_is_never_converted",
            "test_checks.py::test_a_check_says_what_its_folder_says[fx_missing]",
            "test_method.py::test_rules_7_8_and_9_an_ads_in_dollars_over_renminbi_accounts_of_march",
        ),
    ),
    8: (
        "price against statement currency",
        (
            "test_normalise_securities.py::test_the_price_of_an_ordinary_share_is_the_ads_through_ratio_and_rate",
            "test_normalise_securities.py::test_no_rate_is_no_price_and_never_a_rate_of_one",
            "test_method.py::test_rules_7_8_and_9_an_ads_in_dollars_over_renminbi_accounts_of_march",
        ),
    ),
    9: (
        "ADS and share classes",
        (
            "test_normalise_securities.py::test_the_ratio_is_that_of_the_closes_day",
            "test_normalise_securities.py::test_the_lines_of_a_company_must_agree_on_a_share",
            "test_normalise_panel.py::test_market_value_is_price_per_ordinary_share_times_the_count",
            "test_checks.py::test_a_check_says_what_its_folder_says[cross_line]",
            "test_checks.py::test_no_number_is_built_on_a_bad_input[cross_line]",
        ),
    ),
    10: (
        "market value",
        (
            "test_normalise_securities.py::test_a_count_answers_for_185_days_then_the_diluted_average",
            "test_normalise_securities.py::test_options_and_restricted_units_add_to_the_count_for_market_value",
            "test_normalise_securities.py::test_converts_in_the_money_add_their_shares_and_take_their_debt_away",
            "test_normalise_counts.py::test_a_count_ten_or_a_thousand_times_off_gives_no_market_value",
            "test_checks.py::test_a_check_says_what_its_folder_says[diluted_average]",
        ),
    ),
    11: (
        "enterprise value",
        (
            "test_metrics_evaluate.py::test_a_bridge_component_not_disclosed_is_flagged_and_adds_nothing",
            "test_metrics_evaluate.py::test_debt_missing_is_not_debt_zero",
            "test_metrics_evaluate.py::"
            "test_net_cash_makes_enterprise_value_less_than_market_value_and_below_zero_says_nothing",
            "test_normalise_leases.py::test_of_a_bank_no_enterprise_value_is_told",
            "test_checks.py::test_a_check_says_what_its_folder_says[ev_component_missing]",
        ),
    ),
    12: (
        "leases in two consistent pairs",
        (
            "test_normalise_leases.py::test_under_us_gaap_the_pair_is_without_operating_leases_after_rent",
            "test_normalise_leases.py::test_under_ifrs_the_pair_is_with_all_leases_before_rent",
            "test_normalise_leases.py::test_the_second_pair_puts_both_standards_on_one_footing",
            "test_normalise_leases.py::test_rent_that_is_not_known_leaves_the_second_pair_missing",
            "test_checks.py::test_a_check_says_what_its_folder_says[comparability_leases]",
        ),
    ),
    13: (
        "EBITDA",
        (
            "test_metrics_evaluate.py::test_ebitda_without_depreciation_is_missing",
            "test_method.py::test_rule_13_stock_compensation_is_not_added_back_and_the_issuers_measure_is_its_own",
        ),
    ),
    14: (
        "free cash flow",
        (
            "test_metrics_evaluate.py::test_free_cash_flow_without_capital_spending_is_missing",
            "test_normalise_calendar.py::test_an_issuers_own_measure_never_answers_for_the_statement_line",
            "test_checks.py::test_a_check_says_what_its_folder_says[issuer_free_cash_flow]",
        ),
    ),
    15: (
        "net debt",
        (
            "test_metrics_platforms.py::test_alibaba_has_net_cash_and_tencent_net_debt",
            "test_brief_figures.py::test_alibaba_has_net_cash_and_the_brief_calls_it_so",
            "test_narrate_operations.py::test_gross_debt_is_never_called_net",
            "test_narrate_operations.py::test_net_cash_and_net_debt_are_told_apart_by_the_sign",
        ),
    ),
    16: (
        "returns on equity and capital",
        (
            "test_metrics_evaluate.py::test_a_metric_is_its_hand_arithmetic",
            "test_metrics_evaluate.py::test_equity_at_or_below_zero_gives_no_ratio",
            "test_metrics_evaluate.py::test_opening_equity_below_zero_gives_no_return_either",
        ),
    ),
    17: (
        "bases of net income",
        (
            "test_metrics_evaluate.py::test_alibaba_net_income_grew_by_three_different_rates",
            "test_metrics_plan.py::test_equity_multiples_use_income_to_ordinary_shareholders",
            "test_normalise_calendar.py::test_income_to_the_parent_stands_in_on_one_basis_for_all_years",
            "test_brief_figures.py::test_alibabas_year_on_three_bases_never_mixed",
            "test_checks.py::test_a_check_says_what_its_folder_says[comparability_net_income]",
        ),
    ),
    18: (
        "growth",
        (
            "test_metrics_evaluate.py::test_growth_over_a_change_of_sign_is_a_word",
            "test_metrics_evaluate.py::test_compound_growth_takes_its_years_from_the_dates",
            "test_metrics_evaluate.py::test_growth_without_the_year_before_is_missing",
            "test_normalise_calendar.py::test_a_53_week_year_and_its_quarters_still_meet",
        ),
    ),
    19: (
        "multiples that say nothing",
        (
            "test_metrics_evaluate.py::test_a_loss_has_no_multiple_but_a_yield",
            "test_metrics_evaluate.py::test_earnings_near_zero_are_excluded_by_name_and_kept_as_raw",
            "test_metrics_plan.py::test_thresholds_of_the_near_zero_rule",
        ),
    ),
    20: ("PEG", ("test_metrics_evaluate.py::test_peg_needs_growth_above_zero",)),
    21: (
        "margins in points",
        (
            "test_compare_statistics.py::test_fractions_are_compared_in_points_never_in_percent_of_percent",
            "test_narrate_operations.py::test_margins_differ_in_points_never_in_percent_of_percent",
            "test_checks.py::test_a_check_says_what_its_folder_says[comparability_costs]",
        ),
    ),
    22: (
        "the subject stays out of its benchmark",
        (
            "test_compare_statistics.py::test_the_subject_never_enters_its_own_benchmark",
            "test_compare_statistics.py::test_the_headline_of_the_four_platforms",
        ),
    ),
    23: (
        "median, harmonic and aggregate means",
        (
            "test_compare_statistics.py::test_statistics_agree_with_numpy",
            "test_compare_statistics.py::test_the_harmonic_mean_needs_every_value_above_zero",
            "test_compare_robustness.py::test_the_aggregate_counts_the_loss_makers_when_their_earnings_are_given",
            "test_compare_robustness.py::test_the_harmonic_variant_is_that_of_the_standard_library",
        ),
    ),
    24: (
        "quantiles and percentile rank",
        (
            "test_compare_statistics.py::test_quartiles_are_those_of_a_spreadsheet",
            "test_compare_statistics.py::test_percentile_counts_the_peers_below_and_half_of_the_ties",
        ),
    ),
    25: (
        "small samples",
        (
            "test_compare_statistics.py::test_small_samples_print_only_what_they_bear",
            "test_compare_sizes.py::test_a_statistic_is_printed_from_its_least_number_on",
            "test_narrate_valuation.py::test_what_a_small_set_may_print_follows_its_size",
        ),
    ),
    26: (
        "outliers",
        (
            "test_method.py::test_rule_26_an_extreme_peer_stays_in_and_only_a_written_rule_takes_one_out",
            "test_compare_statistics.py::test_only_ok_values_count_and_the_rest_is_told_apart",
        ),
    ),
    27: (
        "own history",
        (
            "test_compare_history.py::test_mean_spread_and_score_are_those_of_the_months",
            "test_compare_history.py::test_thirty_five_months_are_withheld_and_the_series_stays",
            "test_compare_history.py::test_no_later_month_is_read",
        ),
    ),
    28: (
        "implied value",
        (
            "test_compare_implied.py::test_an_enterprise_multiple_crosses_the_bridge",
            "test_compare_implied.py::test_the_own_multiple_returns_the_own_price",
            "test_compare_implied.py::test_a_wrong_share_count_fails_the_round_trip",
            "test_compare_implied.py::test_quartiles_from_eight_peers_on",
        ),
    ),
    29: (
        "regression",
        (
            "test_compare_regression.py::test_the_fit_agrees_with_numpy_and_leaves_the_subject_out",
            "test_compare_regression.py::test_no_line_below_eight_peers",
        ),
    ),
    30: (
        "scorecard",
        (
            "test_compare_scorecard.py::test_scores_are_mean_ranks_over_the_metrics_a_company_was_ranked_in",
            "test_compare_scorecard.py::test_the_winner_is_tested_without_each_metric",
        ),
    ),
    31: (
        "robustness",
        (
            "test_compare_robustness.py::test_the_discount_hangs_on_amazon",
            "test_compare_robustness.py::test_reference_peers_enter_one_variant_and_no_other",
            "test_narrate_valuation.py::test_the_headline_follows_sign_size_and_robustness",
        ),
    ),
    32: (
        "point in time",
        (
            "test_normalise_select.py::test_the_latest_vintage_known_by_the_day_wins",
            "test_normalise_select.py::test_known_by_is_monotone",
            "test_normalise_panel.py::test_nothing_known_later_changes_the_panel",
            "test_normalise_panel.py::test_cloud_revenue_of_june_is_not_visible_before_november",
            "test_normalise_calendar.py::test_a_restated_year_is_never_mixed_with_its_first_quarters",
            "test_normalise_securities.py::test_a_split_restates_earlier_earnings_per_share_and_counts",
            "test_checks.py::test_a_check_says_what_its_folder_says[restated_in_part]",
        ),
    ),
    33: (
        "staleness",
        (
            "test_normalise_calendar.py::test_facts_older_than_185_days_are_flagged_and_past_18_months_stale",
            "test_normalise_securities.py::test_a_price_is_at_most_five_trading_days_old",
            "test_normalise_estimates.py::test_an_estimate_is_stale_after_a_hundred_days",
            "test_checks.py::test_a_check_says_what_its_folder_says[old_facts]",
            "test_checks.py::test_a_check_says_what_its_folder_says[stale_facts]",
            "test_checks.py::test_a_check_says_what_its_folder_says[stale_fx]",
            "test_checks.py::test_a_check_says_what_its_folder_says[stale_estimates]",
            "test_checks.py::test_a_check_says_what_its_folder_says[no_price]",
        ),
    ),
    34: (
        "conflicts",
        (
            "test_sources_dataset.py::test_two_values_for_one_key_are_a_conflict_that_prints_both",
            "test_checks.py::test_a_check_says_what_its_folder_says[conflict]",
            "test_checks.py::test_a_check_says_what_its_folder_says[conflict__another_source]",
        ),
    ),
    35: (
        "identities",
        (
            "test_normalise_checks.py::test_the_embedded_set_holds_every_identity_and_says_what_it_lacks",
            "test_method.py::test_rule_35_what_is_no_law_is_not_checked",
            "test_method.py::test_rule_35_market_value_over_shares_is_the_price",
            "test_method.py::test_rule_35_an_own_multiple_that_misses_the_own_price_holds_the_brief_back",
            "test_checks.py::test_a_check_says_what_its_folder_says[identity_balance]",
            "test_checks.py::test_a_check_says_what_its_folder_says[identity_gross_profit]",
            "test_checks.py::test_a_check_says_what_its_folder_says[identity_quarters]",
            "test_checks.py::test_a_check_says_what_its_folder_says[identity_eps]",
            "test_checks.py::test_a_check_says_what_its_folder_says[share_count]",
        ),
    ),
    36: (
        "comparability",
        (
            "test_normalise_checks.py::test_comparability_names_standard_year_end_and_apart_periods",
            "test_compare_statistics.py::test_period_ends_far_apart_are_marked_on_the_whole_metric",
            "test_compare_statistics.py::test_a_reference_peer_has_a_row_and_no_weight",
            "test_checks.py::test_a_check_says_what_its_folder_says[comparability_accounting]",
            "test_checks.py::test_a_check_says_what_its_folder_says[comparability_year_end]",
            "test_checks.py::test_a_check_says_what_its_folder_says[comparability_period]",
        ),
    ),
}


# ---- the index ------------------------------------------------------------------------------------------------------


def functions(file: str) -> set[str]:
    tree = ast.parse((TESTS / file).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_rule_has_a_test() -> None:
    assert list(RULES) == list(range(1, 37))
    assert [rule for rule, (_, tests) in RULES.items() if not tests] == []


def test_method_has_as_many_rules_as_the_index(shared: Path) -> None:
    text = (shared.parent / "METHOD.md").read_text("utf-8")
    assert [int(number) for number in re.findall(r"^(\d+)\. ", text, re.MULTILINE)] == list(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_the_tests_that_prove_a_rule_exist(rule: int) -> None:
    for test in RULES[rule][1]:
        file, _, name = test.partition("::")
        base, _, case = name.partition("[")
        assert base in functions(file), test
        if case and file == "test_checks.py":
            assert (TESTS / "checks" / case.rstrip("]") / "expected.txt").is_file(), test


# ---- numbers of one's own -------------------------------------------------------------------------------------------

COUNT: Fact = ("shares_outstanding", "", "2025-01-31", 10.0 * M)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    return Folder(tmp_path, monkeypatch)


def test_rules_7_8_and_9_an_ads_in_dollars_over_renminbi_accounts_of_march(folder: Folder) -> None:
    """METHOD 7, 8 and 9: an ADS of eight shares in dollars, accounts in renminbi, a year that ends in March.

    Twelve months to December 2024: revenue 26+27+28+31 = 112, before 22+23+24+27 = 96; income 4+5+5+6 = 20. 80 dollars
    an ADS ÷ 8 × 7.2 = 72 renminbi a share × 10m shares = 720m; P/E 720 ÷ 20 = 36. In dollars 80 ÷ 8 × 10m = 100m.
    """
    # The euro buys 8 dollars and 57.6 renminbi on the day: 7.2 renminbi a dollar; 1 and 7 on all days of the year.
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]
    folder.fx += [f"{day},EUR,{code},{rate}" for day in days for code, rate in (("USD", 1), ("CNY", 7))]
    folder.fx += ["2025-02-28,EUR,USD,8", "2025-02-28,EUR,CNY,57.6"]
    folder.lines = ["dragon,DRGN,USD,8,true", "eagle,EGL,USD,1,true"]
    revenue = quarters("revenue", (2023, 1), (22, 23, 24, 27, 26, 27, 28, 31))
    income = quarters("net_income_common", (2024, 1), (4, 5, 5, 6))
    count: Fact = ("shares_outstanding", "", "2024-12-31", 10.0 * M)
    folder.company(
        "dragon", [*revenue, *income, count], price=("DRGN", "2025-02-28", 80.0, "USD"), currency="CNY", year_end=3,
        eps_basis="ads",
    )  # fmt: skip
    folder.company("eagle", PEER_FACTS, price=("EGL", "2025-02-28", 30.0, "USD"))
    asked = ("market_cap", "pe_ltm", "revenue_growth_ltm", "revenue_ltm")
    found = folder.computed(*asked, as_of="2025-02-28", subject="dragon", peers=["eagle"])
    own = {metric: number(found["metrics", "dragon", metric]) for metric in asked}
    assert own["market_cap"] == pytest.approx(720 * M)
    assert own["pe_ltm"] == pytest.approx(36)
    assert own["revenue_growth_ltm"] == pytest.approx(112 / 96 - 1)  # in renminbi, whatever the dollar did
    shown = {metric: number(found["comparison", "dragon", metric]) for metric in ("market_cap", "revenue_ltm")}
    assert shown["market_cap"] == pytest.approx(100 * M)
    assert shown["revenue_ltm"] == pytest.approx(112 / 7 * M)  # a flow at the mean of its window, not at the day's 7.2
    assert found["comparison", "dragon", "market_cap"]["currency"] == "USD"


def test_rule_1_a_half_yearly_reporter_rolls_two_halves(folder: Folder) -> None:
    """METHOD 1: year 100, half of 2025 60, half of 2024 45: 100 + 60 − 45 = 115; a peer by quarters beside it."""
    halves: list[Fact] = [
        ("revenue", "2024-01-01", "2024-12-31", 100.0 * M), ("revenue", "2024-01-01", "2024-06-30", 45.0 * M),
        ("revenue", "2025-01-01", "2025-06-30", 60.0 * M), ("shares_outstanding", "", "2025-06-30", 10.0 * M),
    ]  # fmt: skip
    by_quarters = quarters("revenue", (2024, 7), (10, 11, 12, 13))
    folder.company("half", halves, price=("HLF", "2025-09-22", 23.0, "USD"), standard="ifrs")
    count: Fact = ("shares_outstanding", "", "2025-06-30", 10.0 * M)
    folder.company("quarter", [*by_quarters, count], price=("QRT", "2025-09-22", 9.2, "USD"))
    found = folder.computed("ps_ltm", "revenue_ltm", as_of="2025-09-23", subject="half", peers=["quarter"])
    assert number(found["metrics", "half", "revenue_ltm"]) == 115 * M
    assert number(found["metrics", "half", "ps_ltm"]) == pytest.approx(230 / 115)
    assert number(found["metrics", "quarter", "ps_ltm"]) == pytest.approx(92 / 46)


def test_rule_2_eps_is_income_over_shares_and_the_sum_of_quarters_another_measure(folder: Folder) -> None:
    """METHOD 2: income 10+10+10+30 = 60 over a mean of 100, 100, 100 and 140 shares = 110; quarters 0.10·3 + 0.21."""
    facts = [
        *quarters("revenue", (2024, 1), (50, 50, 50, 50)), *quarters("net_income_common", (2024, 1), (10, 10, 10, 30)),
        *quarters("shares_diluted", (2024, 1), (100, 100, 100, 140)), COUNT,
        *quarters("eps_diluted", (2024, 1), (0.1e-6, 0.1e-6, 0.1e-6, 0.21e-6)),
    ]  # fmt: skip
    folder.company("acme", facts, price=("ACM", "2025-03-31", 6.0, "USD"))
    folder.company("peer", PEER_FACTS, price=("PER", "2025-03-31", 30.0, "USD"))
    found = folder.computed("eps_ltm", "eps_reported_ltm", as_of="2025-03-31", subject="acme", peers=["peer"])
    assert number(found["metrics", "acme", "eps_ltm"]) == pytest.approx(60 / 110)
    assert number(found["metrics", "acme", "eps_reported_ltm"]) == pytest.approx(0.51)
    assert "sum_of_reported_eps" in found["metrics", "acme", "eps_reported_ltm"]["flags"]


def test_rule_13_stock_compensation_is_not_added_back_and_the_issuers_measure_is_its_own(folder: Folder) -> None:
    """METHOD 13: 100 + 30 = 130 whatever the 25 of stock compensation; the issuer's 155 stands in its own column."""
    year = ("2024-01-01", "2024-12-31")
    amounts = {
        "revenue": 900,
        "operating_income": 100,
        "depreciation_amortization": 30,
        "stock_compensation": 25,
        "adjusted_ebitda": 155,
    }
    facts: list[Fact] = [(item, *year, value * 1.0 * M) for item, value in amounts.items()]
    folder.company(
        "acme", [*facts, ("shares_outstanding", "", "2025-01-31", 10.0 * M)], price=("ACM", "2025-03-31", 6.0, "USD")
    )
    folder.company("peer", PEER_FACTS, price=("PER", "2025-03-31", 30.0, "USD"))
    found = folder.computed("ebitda_fy", "adjusted_ebitda_fy", as_of="2025-03-31", subject="acme", peers=["peer"])
    assert number(found["metrics", "acme", "ebitda_fy"]) == 130 * M
    assert number(found["metrics", "acme", "adjusted_ebitda_fy"]) == 155 * M
    assert found["metrics", "acme", "adjusted_ebitda_fy"]["basis"] == "the issuer's own measure"
    assert found["metrics", "peer", "ebitda_fy"]["status"] == "missing"  # never EBITDA = EBIT


def test_rule_35_market_value_over_shares_is_the_price(folder: Folder) -> None:
    """METHOD 35: cap ÷ shares = price; the own multiple on the own earnings is the own market value."""
    folder.company("acme", PEER_FACTS, price=("ACM", "2025-03-31", 27.5, "USD"))
    folder.company("peer", PEER_FACTS, price=("PER", "2025-03-31", 30.0, "USD"))
    asked = ("market_cap", "share_count", "price_per_share", "pe_fy", "net_income_common_fy")
    found = folder.computed(*asked, as_of="2025-03-31", subject="acme", peers=["peer"])
    own = {metric: number(found["metrics", "acme", metric]) for metric in asked}
    assert own["market_cap"] / own["share_count"] == own["price_per_share"] == 27.5
    assert own["pe_fy"] * own["net_income_common_fy"] == pytest.approx(own["market_cap"])


def test_rule_35_an_own_multiple_that_misses_the_own_price_holds_the_brief_back(alibaba: Written) -> None:
    """METHOD 28 and 35: of the shipped brief every row returns 163.08 dollars; one that gave 160 would be an error."""
    study = alibaba.study
    assert [row.own.value for row in study.implied if row.own.value is not None]
    assert list(round_trips(study)) == []
    first = study.implied[0]
    wrong = replace(first, own=replace(first.own, value=160.0))
    (found,) = round_trips(replace(study, implied=(wrong, *study.implied[1:])))
    assert (found.check, found.severity) == ("identity_round_trip", "error")
    assert found.message.endswith("leads to a price of 160.00, not to its close of 163.08.")


def test_rule_35_what_is_no_law_is_not_checked(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    """METHOD 35: gross margin below EBITDA margin and income above EBITDA are odd, not wrong: nothing is said."""
    year = ("2024-01-01", "2024-12-31")
    amounts = {"revenue": 900, "cost_of_revenue": 800, "gross_profit": 100, "operating_income": 90,
               "depreciation_amortization": 60, "net_income_common": 400}  # fmt: skip
    facts: list[Fact] = [(item, *year, value * 1.0 * M) for item, value in amounts.items()]
    folder.company(
        "acme", [*facts, ("shares_outstanding", "", "2025-01-31", 10.0 * M)], price=("ACM", "2025-03-31", 6.0, "USD")
    )
    folder.company("peer", PEER_FACTS, price=("PER", "2025-03-31", 30.0, "USD"))
    found = folder.computed("gross_margin_fy", "ebitda_margin_fy", as_of="2025-03-31", subject="acme", peers=["peer"])
    assert number(found["metrics", "acme", "gross_margin_fy"]) < number(found["metrics", "acme", "ebitda_margin_fy"])
    capsys.readouterr()
    cli.main(["check", "configs/own.yaml"])
    assert "identity" not in capsys.readouterr().err


def test_rule_26_an_extreme_peer_stays_in_and_only_a_written_rule_takes_one_out(folder: Folder) -> None:
    """METHOD 26: sales multiples of 1, 2 and 500 all count; one of earnings of 5,000 beside 10 and 20 is named out."""
    folder.company("acme", PEER_FACTS, price=("ACM", "2025-03-31", 30.0, "USD"))
    for n, (sales, income, close) in enumerate(((100, 10, 10.0), (100, 10, 20.0), (2, 0.2, 100.0)), start=1):
        facts: list[Fact] = [
            ("revenue", "2024-01-01", "2024-12-31", sales * 1.0 * M), COUNT,
            ("net_income_common", "2024-01-01", "2024-12-31", income * 1.0 * M),
        ]  # fmt: skip
        folder.company(f"peer{n}", facts, price=(f"P{n}", "2025-03-31", close, "USD"))
    found = folder.computed("ps_fy", "pe_fy", as_of="2025-03-31", subject="acme", peers=["peer1", "peer2", "peer3"])
    sales, earnings = (found["comparison", "acme", metric] for metric in ("ps_fy", "pe_fy"))
    assert (float(sales["maximum"]), float(sales["median"]), sales["n"]) == (500, statistics.median([1, 2, 500]), "3")
    assert earnings["n"] == "2"
    out = found["comparison", "peer3", "pe_fy"]
    assert (out["status"], float(out["raw"])) == ("excluded", 5000)
    assert out["reason"] == "above 100x: kept out of statistics (METHOD 19)"


# ---- labels and windows ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "months"),
    [(69, -1), (70, 3), (91, 3), (120, 3), (121, -1), (139, -1), (140, 6), (182, 6), (229, 6), (230, 9), (274, 9),
     (329, 9), (330, 12), (364, 12), (371, 12), (420, 12), (421, -1)],
)  # fmt: skip
def test_rule_6_durations_are_classified_by_days(days: int, months: int) -> None:
    """METHOD 6 and section 6: 70–120 days a quarter, 140–229 six months, 230–329 nine, 330–420 a year."""
    assert months_of(days) == months


@given(st.integers(1, 1000))
def test_rule_6_no_duration_is_two_things(days: int) -> None:
    assert months_of(days) in (-1, 3, 6, 9, 12)


def test_rule_6_a_filings_own_labels_change_nothing(tmp_path: Path) -> None:
    """METHOD 6: columns fy, fp and frame describe the filing; they are remarks, and the period is that of its dates."""
    rows = {
        "companies": "company,reporting_currency,fiscal_year_end_month,accounting_standard\nacme,USD,12,us-gaap\n",
        "facts": "company,item,accounting,period_start,period_end,months,value,unit,currency,known_on,source_title,fp,"
        "frame\nacme,revenue,us-gaap,2024-04-01,2024-06-30,3,5,money,USD,2024-08-01,Report,Q4,CY2023Q4\n",
        "prices": "company,line,date,close,currency,adjusted\n",
        "fx": "date,base,quote,rate\n",
    }
    for name, text in rows.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    (row,) = read(tmp_path)[0].facts.to_dicts()
    assert (row["months"], row["period_end"]) == (3, date(2024, 6, 30))
    assert row["note"] == "fp: Q4; frame: CY2023Q4"


def test_rule_6_no_words_of_ours_say_a_bare_quarter_number() -> None:
    """METHOD 6: "Q4" without "fiscal" or dates may not be printed; neither phrases, labels nor formulas in words do."""
    shipped = TESTS.parent / "templates"
    texts: dict[str, str] = {str(path.name): path.read_text("utf-8") for path in shipped.rglob("phrases.yaml")}
    work, _ = plan([d.id for d in catalogue().definitions.values() if d.segment == "total"], catalogue())
    for metric, definition in work.definitions.items():
        texts[metric] = f"{definition.label} {definition.definition} {sentence(work.tree(metric), work.definitions)}"
    assert {name for name, text in texts.items() if re.search(r"\b[1-4]?Q[1-4]\b", text)} == set()


@pytest.mark.parametrize(
    "formula", ["cash[cy]", "equity_parent[cy]", "price[cy]", "enterprise_value[cy]", "shares[cy]"]
)
def test_rule_4_no_balance_price_or_enterprise_value_is_asked_by_calendar_year(formula: str) -> None:
    """METHOD 4: calendarisation is for flows."""
    from peerbench.metrics.formula import parse

    tree, findings = parse(formula, metrics=catalogue().definitions)
    assert tree is None
    assert [finding.check for finding in findings] == [findings[0].check]
    assert findings[0].check in ("formula-window", "formula-name", "formula-syntax")


def test_an_own_folder_leaves_the_columns_of_the_contract(folder: Folder) -> None:
    """DESIGN 4: metrics.csv and comparison.csv as every brief leaves them."""
    from peerbench.core import frames

    folder.company("acme", PEER_FACTS, price=("ACM", "2025-03-31", 27.5, "USD"))
    folder.company("peer", PEER_FACTS, price=("PER", "2025-03-31", 30.0, "USD"))
    found = folder.computed("pe_fy", as_of="2025-03-31", subject="acme", peers=["peer"])
    assert list(found["metrics", "acme", "pe_fy"]) == list(frames.METRICS)
    assert list(found["comparison", "acme", "pe_fy"]) == list(frames.COMPARISON)
    assert sorted(path.name for path in Path("figures").iterdir()) == ["comparison.csv", "metrics.csv"]

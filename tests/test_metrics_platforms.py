"""The shipped figures, four companies as of 23 September 2025, beside hand arithmetic from the documents.

Amounts are typed in millions of the reporting currency from the statements; twelve months to June 2025 are the four
quarters, or the year plus the half less the half before. Prices are the closes of the day, rates the ECB's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from peerbench.metrics.catalogue import load
from peerbench.metrics.evaluate import evaluate
from peerbench.metrics.plan import plan
from peerbench.normalise.panel import build_panel
from peerbench.sources.dataset import embedded
from peerbench.sources.dataset import load as read

USD_CNY, HKD_CNY = 8.3869 / 1.1793, 8.3869 / 9.1696  # ECB, 23 September 2025


def alibaba() -> dict[str, float | None]:
    cap = 163.08 / 8 * USD_CNY * 18_474.235708
    ev = cap + 24_584 + 207_514 + 69_726 + 9_921 - 183_120 - 191_737
    revenue, before = 236_503 + 280_154 + 236_454 + 247_652, 224_790 + 260_348 + 221_874 + 243_236
    common, common_before = 43_874 + 48_945 + 12_382 + 43_116, 27_706 + 14_433 + 3_270 + 24_269
    ebit, ebit_before = 35_246 + 41_205 + 28_465 + 34_988, 33_584 + 22_511 + 14_765 + 35_989
    total = 43_547 + 46_434 + 11_973 + 42_382
    cash_flow = 31_438 + 70_915 + 27_520 + 20_672
    return {
        "market_cap": cap, "enterprise_value": ev, "pe_ltm": cap / common, "pe_fy": cap / 129_470,
        "ps_ltm": cap / revenue, "pb": cap / 1_013_672, "ev_to_sales_ltm": ev / revenue, "ev_to_ebit_ltm": ev / ebit,
        "ev_to_ebitda_ltm": None, "ev_to_ebitda_fy": ev / (140_905 + 42_459), "fcf_yield_ltm": None,
        "fcf_yield_fy": (163_509 - 85_972) / cap, "dividend_yield": 29_077 / cap, "buyback_yield": 86_662 / cap,
        "peg_ltm": cap / common / (100 * (common / common_before - 1)), "revenue_growth_fy": 996_347 / 941_168 - 1,
        "revenue_growth_ltm": revenue / before - 1, "revenue_growth_quarter": 247_652 / 243_236 - 1,
        "operating_income_growth_fy": 140_905 / 113_350 - 1, "operating_income_growth_ltm": ebit / ebit_before - 1,
        "net_income_growth_fy": 129_470 / 79_741 - 1, "net_income_parent_growth_fy": 130_109 / 80_009 - 1,
        "net_income_total_growth_fy": 125_976 / 71_332 - 1, "net_income_growth_ltm": common / common_before - 1,
        "fcf_growth_fy": (163_509 - 85_972) / (182_593 - 32_087) - 1, "capex_growth_fy": 85_972 / 32_087 - 1,
        "gross_margin_ltm": (92_474 + 117_630 + 90_828 + 111_223) / revenue, "operating_margin_ltm": ebit / revenue,
        "net_margin_ltm": common / revenue, "capex_to_sales_fy": 85_972 / 996_347, "rd_to_sales_fy": 57_151 / 996_347,
        "net_cash": 183_120 + 191_737 - 24_584 - 207_514, "debt_to_equity": (24_584 + 207_514) / 1_013_672,
        "debt_to_assets": (24_584 + 207_514) / 1_847_085, "equity_ratio": 1_083_398 / 1_847_085,
        "interest_coverage_fy": 140_905 / 9_596, "cash_conversion_ltm": cash_flow / total,
        "payout_ratio": 29_077 / 129_470,
    }  # fmt: skip


def tencent() -> dict[str, float | None]:
    cap = 635.50 * HKD_CNY * 9_247  # the weighted diluted average of the June quarter: no later count is known
    # Under IFRS 16 all lease liabilities (18,671) are debt, as EBITDA is before rent (METHOD 12).
    ev = cap + 71_511 + 322_304 + 88_210 + 18_671 - 182_057 - 198_387
    revenue, before = 167_193 + 172_446 + 180_022 + 184_504, 154_625 + 155_196 + 159_501 + 161_117
    common, common_before = 53_230 + 51_324 + 47_821 + 55_628, 36_182 + 27_025 + 41_889 + 47_630
    ebit = 53_333 + 51_478 + 57_566 + 60_104
    cash_flow, capex = 258_521 + 151_265 - 126_458, 62_927 + 45_558 - 12_552
    return {
        "market_cap": cap, "enterprise_value": ev, "pe_ltm": cap / common, "pe_fy": cap / 194_073,
        "ps_ltm": cap / revenue, "pb": cap / 1_114_639, "ev_to_sales_ltm": ev / revenue, "ev_to_ebit_ltm": ev / ebit,
        "ev_to_ebitda_ltm": None, "ev_to_ebitda_fy": ev / (208_099 + 56_213),
        "fcf_yield_ltm": (cash_flow - capex) / cap, "p_to_fcf_ltm": cap / (cash_flow - capex),
        "revenue_growth_ltm": revenue / before - 1, "revenue_growth_quarter": 184_504 / 161_117 - 1,
        # 3Q23 as restated in November 2024 (44,348), not as first reported (48,475)
        "operating_income_growth_ltm": ebit / (44_348 + 41_401 + 52_556 + 50_732) - 1,
        "net_income_growth_fy": 194_073 / 115_216 - 1, "net_income_growth_ltm": common / common_before - 1,
        "gross_margin_ltm": (88_828 + 90_653 + 100_493 + 105_013) / revenue, "operating_margin_ltm": ebit / revenue,
        "fcf_margin_ltm": (cash_flow - capex) / revenue, "capex_to_sales_ltm": capex / revenue,
        "roe": common / ((1_114_639 + 860_681) / 2), "net_cash": 182_057 + 198_387 - 71_511 - 322_304,
        "debt_to_equity": (71_511 + 322_304) / 1_114_639, "equity_ratio": 1_202_849 / 2_013_310,
        "interest_coverage_fy": 208_099 / 12_447, "dividend_yield": 28_859 / cap, "buyback_yield": None,
    }  # fmt: skip


def amazon() -> dict[str, float | None]:
    cap = 220.71 * 10_664.912097
    ev = cap + 5_005 + 50_718 - 57_741 - 35_439
    revenue, before = 158_877 + 187_792 + 155_667 + 167_702, 143_083 + 169_961 + 143_313 + 147_977
    income, income_before = 15_328 + 20_004 + 17_127 + 18_164, 9_879 + 10_624 + 10_431 + 13_485
    ebit, ebit_before = 17_411 + 21_203 + 18_405 + 19_171, 11_188 + 13_209 + 15_307 + 14_672
    depreciation = 13_442 + 15_631 + 14_262 + 15_227
    cash_flow, capex = 25_971 + 45_636 + 17_015 + 32_515, 82_999 + 57_202 - 32_545
    return {
        "market_cap": cap, "enterprise_value": ev, "pe_ltm": cap / income, "pe_fy": cap / 59_248,
        "ps_ltm": cap / revenue, "pb": cap / 333_775, "ev_to_sales_ltm": ev / revenue, "ev_to_ebit_ltm": ev / ebit,
        "ev_to_ebitda_ltm": ev / (ebit + depreciation), "net_debt_to_ebitda": (5_005 + 50_718 - 57_741 - 35_439)
        / (ebit + depreciation), "fcf_yield_ltm": (cash_flow - capex) / cap, "p_to_fcf_ltm": cap / (cash_flow - capex),
        "revenue_growth_ltm": revenue / before - 1, "operating_income_growth_ltm": ebit / ebit_before - 1,
        "net_income_growth_ltm": income / income_before - 1, "capex_growth_quarter": 32_183 / 17_620 - 1,
        "gross_margin_ltm": (77_900 + 88_899 + 78_691 + 86_893) / revenue, "operating_margin_ltm": ebit / revenue,
        "ebitda_margin_ltm": (ebit + depreciation) / revenue, "fcf_margin_ltm": (cash_flow - capex) / revenue,
        "rule_of_40": revenue / before - 1 + (cash_flow - capex) / revenue, "capex_to_sales_ltm": capex / revenue,
        "capex_to_depreciation": capex / depreciation, "roe": income / ((333_775 + 236_447) / 2),
        "roa": income / ((682_170 + 554_818) / 2), "net_cash": 57_741 + 35_439 - 5_005 - 50_718,
        "debt_to_equity": (5_005 + 50_718) / 333_775, "cash_conversion_ltm": cash_flow / income,
        "accruals_ratio": (income - cash_flow) / ((682_170 + 554_818) / 2), "interest_coverage_fy": 68_593 / 2_406,
    }  # fmt: skip


def baidu() -> dict[str, float | None]:
    cap = 125.57 / 8 * USD_CNY * 2_750.167168
    ev = cap + 19_110 + 51_940 + 22_855 - 29_940 - 93_926  # debt of December 2024: the last split known
    revenue, before = 33_557 + 34_124 + 32_452 + 32_713, 34_447 + 34_951 + 31_513 + 33_931
    income, income_before = 7_632 + 5_192 + 7_717 + 7_322, 6_681 + 2_599 + 5_448 + 5_488  # parent stands in for common
    ebit, ebit_before = 5_925 + 3_917 + 4_508 + 3_277, 6_274 + 5_392 + 5_484 + 5_944
    return {
        "market_cap": cap, "enterprise_value": ev, "pe_ltm": cap / income, "pe_fy": cap / 23_760,
        "ps_ltm": cap / revenue, "pb": cap / 275_057, "ev_to_sales_ltm": ev / revenue, "ev_to_ebit_ltm": ev / ebit,
        "ev_to_ebitda_ltm": None, "fcf_yield_ltm": None, "fcf_yield_fy": (21_234 - 8_134) / cap,
        "revenue_growth_fy": 133_125 / 134_598 - 1, "revenue_growth_ltm": revenue / before - 1,
        "operating_income_growth_ltm": ebit / ebit_before - 1, "net_income_growth_ltm": income / income_before - 1,
        "gross_margin_ltm": (17_158 + 16_110 + 14_965 + 14_356) / revenue, "operating_margin_ltm": ebit / revenue,
        "net_margin_ltm": income / revenue, "fcf_margin_fy": (21_234 - 8_134) / 133_125,
        "net_cash": 29_940 + 93_926 - 19_110 - 51_940, "debt_to_equity": (19_110 + 51_940) / 275_057,
        "interest_coverage_fy": 21_270 / 2_824, "effective_tax_rate": None, "buyback_yield": None,
    }  # fmt: skip


HAND = {"alibaba": alibaba(), "tencent": tencent(), "amazon": amazon(), "baidu": baidu()}
MONEY = ("market_cap", "enterprise_value", "net_cash")


@pytest.fixture(scope="module")
def rows() -> Mapping[tuple[str, str], Mapping[str, Any]]:
    data, _ = read(embedded("platforms"))
    wanted, findings = plan(tuple({metric: None for each in HAND.values() for metric in each}), load())
    assert findings == ()
    cells, _ = build_panel(data, companies=list(HAND), operands=wanted.operands, as_of=date(2025, 9, 23))
    return {(row["company"], row["metric"]): row for row in evaluate(cells, wanted).iter_rows(named=True)}


@pytest.mark.parametrize(
    ("company", "metric"), [(company, metric) for company, each in HAND.items() for metric in each]
)
def test_the_engine_gives_what_the_documents_give_by_hand(company: str, metric: str, rows: Any) -> None:
    row, expected = rows[company, metric], HAND[company][metric]
    if expected is None:
        assert (row["status"], row["value"]) == ("missing", None)
        assert row["reason"]
    else:
        assert row["status"] == "ok", row["reason"]
        assert row["value"] == pytest.approx(expected * (1e6 if metric in MONEY else 1), rel=1e-6)


def test_alibaba_has_net_cash_and_tencent_net_debt(rows: Any) -> None:
    """METHOD 15: signs, with the definition of the catalogue."""
    assert rows["alibaba", "net_cash"]["value"] > 0 > rows["tencent", "net_cash"]["value"]

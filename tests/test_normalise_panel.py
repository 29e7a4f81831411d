"""The panel over the embedded data set: figures met by hand arithmetic from its facts, nothing known later."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from peerbench.core import frames
from peerbench.core.dataset import Dataset
from peerbench.core.items import ITEMS
from peerbench.core.metric import Operand
from peerbench.normalise.index import index
from peerbench.normalise.panel import build_panel
from peerbench.normalise.select import dataset_by

AS_OF = date(2025, 9, 23)
FOUR = ("alibaba", "tencent", "amazon", "baidu")
WINDOWS = {"flow": ("fy", "ltm", "quarter"), "stock": ("latest",), "estimate": ("fy1", "fy2", "ntm")}
EVERYTHING = (
    Operand("revenue", "quarter", "cloud"),
    Operand("dividends_per_share", "ltm"),
    *(
        Operand(name, window, "total", lag)
        for name, item in ITEMS.items()
        for window in WINDOWS.get(item.kind, ("spot",) if item.kind == "market" else ())
        for lag in ((0, 1) if item.kind in ("flow", "stock") else (0,))
    ),
)


@pytest.fixture(scope="module")
def cells(platforms: Dataset) -> dict[tuple[str, str], dict[str, Any]]:
    frame, _ = build_panel(platforms, companies=FOUR, operands=EVERYTHING, as_of=AS_OF)
    return {(row["company"], row["operand"]): row for row in frame.iter_rows(named=True)}


@pytest.mark.parametrize(
    ("company", "operand", "millions"),
    [
        # fiscal year 2025, three bases of net income, as stated
        ("alibaba", "net_income_parent[fy]", 130_109),
        ("alibaba", "net_income_parent[fy, -1]", 80_009),
        ("alibaba", "net_income[fy]", 125_976),
        ("alibaba", "net_income_common[fy]", 129_470),
        # four quarters, September 2024 to June 2025
        ("alibaba", "revenue[ltm]", 236_503 + 280_154 + 236_454 + 247_652),
        ("alibaba", "operating_income[ltm]", 35_246 + 41_205 + 28_465 + 34_988),
        ("alibaba", "net_income_common[ltm]", 43_874 + 48_945 + 12_382 + 43_116),
        ("tencent", "revenue[ltm]", 167_193 + 172_446 + 180_022 + 184_504),
        ("tencent", "operating_income[ltm]", 53_333 + 51_478 + 57_566 + 60_104),
        ("tencent", "net_income_common[ltm]", 53_230 + 51_324 + 47_821 + 55_628),
        ("amazon", "revenue[ltm]", 158_877 + 187_792 + 155_667 + 167_702),
        ("amazon", "operating_income[ltm]", 17_411 + 21_203 + 18_405 + 19_171),
        ("amazon", "net_income_common[ltm]", 15_328 + 20_004 + 17_127 + 18_164),
        ("baidu", "revenue[ltm]", 33_557 + 34_124 + 32_452 + 32_713),
        ("baidu", "operating_income[ltm]", 5_925 + 3_917 + 4_508 + 3_277),
        ("baidu", "net_income_common[ltm]", 7_632 + 5_192 + 7_717 + 7_322),
        # year + half − half of the year before
        ("tencent", "capex[ltm]", 62_927 + 45_558 - 12_552),
        ("amazon", "depreciation_amortization[ltm]", 52_795 + 29_489 - 23_722),
        ("amazon", "capex[ltm]", 82_999 + 57_202 - 32_545),
        # the June quarter's cost is only the difference of six months and the September quarter
        ("alibaba", "cost_of_revenue[quarter, -1]", 290_135 - 144_029),
        # the restated 3Q23 with 4Q23 and the half of 2024; 2Q23 as first reported is not used
        ("tencent", "operating_income[ltm, -1]", 44_348 + 41_401 + 103_288),
        ("alibaba", "equity_parent[latest]", 1_013_672),
        ("alibaba", "debt_short[latest]", 24_584),
        ("baidu", "debt_long[latest]", 51_940),
    ],
)
def test_figures_are_those_of_hand_arithmetic(
    cells: dict[tuple[str, str], dict[str, Any]], company: str, operand: str, millions: float
) -> None:
    assert cells[company, operand]["value"] == millions * 1e6


@pytest.mark.parametrize(
    ("company", "count", "dated", "value_bn", "how"),
    [
        ("alibaba", 18_474_235_708, date(2025, 3, 31), 2678.3, "US$163.08 ÷ 8 × 7.1118"),
        ("tencent", 9_247_000_000, date(2025, 6, 30), 5374.9, "HK$635.5 × 0.91464"),
        ("amazon", 10_664_912_097, date(2025, 7, 23), 2353.9, "US$220.71"),
        ("baidu", 2_750_167_168, date(2025, 3, 31), 307.0, "US$125.57 ÷ 8 × 7.1118"),
    ],
)
def test_market_value_is_price_per_ordinary_share_times_the_count(
    cells: dict[tuple[str, str], dict[str, Any]], company: str, count: float, dated: date, value_bn: float, how: str
) -> None:
    price, shares = cells[company, "price[spot]"], cells[company, "shares[spot]"]
    assert (shares["value"], shares["period_end"], price["how"]) == (count, dated, how)
    assert round(price["value"] * shares["value"] / 1e9, 1) == value_bn
    assert ("diluted_average" in shares["flags"]) is (company == "tencent")


def test_the_december_quarter_of_2024_had_cloud_revenue_of_31_742_million(platforms: Dataset) -> None:
    cloud = Operand("revenue", "quarter", "cloud")
    frame, _ = build_panel(platforms, companies=["alibaba"], operands=[cloud], as_of=date(2025, 2, 20))
    row = frame.row(0, named=True)
    assert (row["value"], row["period_end"]) == (31_742e6, date(2024, 12, 31))


def test_cloud_revenue_of_june_is_not_visible_before_november(cells: dict[tuple[str, str], dict[str, Any]]) -> None:
    row = cells["alibaba", "revenue[cloud, quarter]"]
    assert row["reason"] == "known only to 31 March 2025, not for the quarter to 30 June 2025"


def test_estimates_are_per_ordinary_share_so_that_forward_multiples_hold_per_ads(
    cells: dict[tuple[str, str], dict[str, Any]],
) -> None:
    def multiple(company: str) -> float:
        return float(cells[company, "price[spot]"]["value"] / cells[company, "eps_estimate[fy1]"]["value"])

    assert multiple("alibaba") == pytest.approx(163.08 / 8.09)
    assert multiple("amazon") == pytest.approx(220.71 / 6.75)
    assert multiple("baidu") == pytest.approx(125.57 / 8.66)
    assert "estimate_before_results" in cells["baidu", "eps_estimate[fy1]"]["flags"]
    tencent = cells["tencent", "eps_estimate[fy1]"]
    assert (tencent["status"], tencent["value"]) == ("stale", None)
    assert tencent["reason"] == "the last estimate is of 21 March 2025, over 100 days before"
    assert cells["alibaba", "eps_estimate[ntm]"]["status"] == "missing"


def test_balance_sheet_items_of_another_day_are_marked(cells: dict[tuple[str, str], dict[str, Any]]) -> None:
    assert cells["baidu", "debt_long[latest]"]["period_end"] == date(2024, 12, 31)
    assert "balance_dates_differ" in cells["baidu", "debt_long[latest]"]["flags"]
    assert cells["baidu", "cash[latest]"]["flags"] == ["second_hand"]
    assert cells["amazon", "preferred_equity[latest]"]["reason"] == "not disclosed"


def test_income_to_the_parent_stands_in_for_baidu_alone(cells: dict[tuple[str, str], dict[str, Any]]) -> None:
    marked = {company for company in FOUR if "parent_for_common" in cells[company, "net_income_common[ltm]"]["flags"]}
    assert marked == {"baidu"}
    assert "parent_for_common" in cells["baidu", "net_income_common[fy, -1]"]["flags"]  # one basis for growth


def test_every_company_has_every_operand_once_by_the_contract(platforms: Dataset) -> None:
    frame, _ = build_panel(platforms, companies=FOUR, operands=(*EVERYTHING, *EVERYTHING), as_of=AS_OF)
    assert frame.schema == pl.Schema(frames.CELLS)
    assert frame.height == len(FOUR) * len(set(EVERYTHING))
    assert frame.select("company", "operand").is_unique().all()
    ok = frame["status"] == "ok"
    assert (frame["value"].is_not_null() == ok).all()
    assert (frame["reason"].is_null() == ok).all()
    assert frame.filter(ok)["inputs"].list.len().min() > 0


def test_every_input_is_a_row_of_the_data(platforms: Dataset, cells: dict[tuple[str, str], dict[str, Any]]) -> None:
    tables = (platforms.facts, platforms.prices, platforms.fx, platforms.estimates, platforms.dividends)
    known = {name for table in tables for name in table["id"]}
    assert {name for row in cells.values() for name in row["inputs"]} <= known


def test_nothing_known_later_changes_the_panel(platforms: Dataset) -> None:
    """The dataset cut at the day, where restatements, prices and estimates to come do not exist, gives the same."""
    for day in (AS_OF, date(2024, 5, 31), date(2023, 3, 31)):
        whole, _ = build_panel(platforms, companies=FOUR, operands=EVERYTHING, as_of=day)
        vintages = platforms.facts.filter(pl.col("known_on") <= day)
        cut = dataset_by(platforms, day)
        past = Dataset(vintages, cut.prices, cut.fx, cut.companies, cut.lines, cut.estimates, cut.dividends)
        assert whole.equals(build_panel(past, companies=FOUR, operands=EVERYTHING, as_of=day)[0])
        assert whole["known_on"].drop_nulls().max() <= day


def test_an_index_serves_many_days(platforms: Dataset) -> None:
    ready = index(platforms, FOUR)
    for day in (date(2024, 6, 30), AS_OF):
        with_it, alone = (
            build_panel(platforms, companies=FOUR, operands=EVERYTHING, as_of=day, index=given)[0]
            for given in (ready, None)
        )
        assert with_it.equals(alone)


def test_an_operand_nobody_knows_is_missing_with_its_reason(platforms: Dataset) -> None:
    operands = [Operand("goodwill", "latest"), Operand("cash", "ltm"), Operand("revenue", "fy", "moon base")]
    frame, _ = build_panel(platforms, companies=["amazon"], operands=operands, as_of=AS_OF)
    assert dict(zip(frame["operand"], frame["reason"], strict=True)) == {
        "goodwill[latest]": "'goodwill' is not an item of the facts",
        "cash[ltm]": "cash and equivalents has no value over the window 'ltm'",
        "revenue[moon base, fy]": "not disclosed",
    }


def test_market_statistics_come_with_the_panel(platforms: Dataset) -> None:
    operands = [Operand("volatility", "1y"), Operand("traded_value", "60d")]
    frame, _ = build_panel(platforms, companies=["tencent"], operands=operands, as_of=AS_OF)
    turnover, volatility = frame.sort("operand").to_dicts()
    assert 0 < volatility["value"] < 1
    assert (turnover["currency"], turnover["unit"]) == ("CNY", "money")
    assert turnover["how"].endswith("× 0.91464")

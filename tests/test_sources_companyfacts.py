"""SEC company facts as rows: each rule of METHOD 6 on a small file written for it, and the real files' own totals."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from filers import filer, row, year
from peerbench.core.items import ITEMS
from peerbench.sources import companyfacts
from peerbench.sources.mapping import TAXONOMIES, mapping


def read(document: Any) -> companyfacts.Read:
    return companyfacts.read(document, company="acme", shown="acme.json")


def rows(document: Any, item: str) -> list[dict[str, Any]]:
    return [fact for fact in read(document).rows if fact["item"] == item]


def values(document: Any, item: str) -> list[tuple[str, float, str]]:
    """(period end, value, day of filing) of an item."""
    return [(str(fact["period_end"]), fact["value"], str(fact["known_on"])) for fact in rows(document, item)]


# ---- what is read ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["DEF 14A", "8-K", "S-1", "DEFA14A", "10-KT", "ARS"])
def test_a_figure_of_another_than_a_periodic_form_is_left_out_and_counted(form: str) -> None:
    document = filer(NetIncomeLoss=[year(2024, 100), year(2024, 105, "2025-04-08", form=form)])
    assert values(document, "net_income_parent") == [("2024-12-31", 100, "2025-02-01")]
    (finding,) = read(document).findings
    assert finding.check == "not-periodic"
    assert f"1 of {form}" in finding.message


@pytest.mark.parametrize("form", ["10-K", "10-Q", "20-F", "40-F", "6-K", "10-K/A", "10-Q/A", "20-F/A"])
def test_periodic_forms_and_their_amendments_are_read(form: str) -> None:
    assert values(filer(Assets=[row("2024-12-31", 7, "2025-02-01", form=form)]), "total_assets")


def test_the_filings_own_labels_are_never_trusted() -> None:
    """fy, fp and frame of every row of these tests say the ninth quarter of 1999."""
    (fact,) = rows(filer(Revenues=[year(2024, 100)]), "revenue")
    assert (fact["period_start"], fact["period_end"], fact["months"]) == (date(2024, 1, 1), date(2024, 12, 31), 12)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2024-01-01", "2024-03-31", 3),  # 91 days
        ("2024-09-29", "2024-12-28", 3),  # 91 days of a 52/53-week year
        ("2024-01-01", "2024-06-30", 6),  # 182
        ("2024-01-01", "2024-09-30", 9),  # 274
        ("2023-10-01", "2024-09-28", 12),  # 364
        ("2022-12-26", "2023-12-31", 12),  # 371
        ("2024-01-01", "2024-01-31", None),  # a month is no reporting period
        ("2023-01-01", "2024-06-30", None),  # nor are eighteen
    ],
)
def test_a_period_is_what_its_dates_say(start: str, end: str, months: int | None) -> None:
    found = rows(filer(Revenues=[row(end, 5, "2025-02-01", start=start), year(2010, 1)]), "revenue")
    assert [fact["months"] for fact in found if str(fact["period_end"]) == end] == ([months] if months else [])


def test_a_flow_without_a_start_and_a_balance_with_one_are_no_figures() -> None:
    document = filer(
        Revenues=[year(2024, 100), row("2024-12-31", 9, "2025-02-01")],
        Assets=[row("2024-12-31", 50, "2025-02-01"), year(2024, 3)],
    )
    assert [fact["value"] for fact in read(document).rows] == [100, 50]


# ---- synonyms -------------------------------------------------------------------------------------------------------


def test_the_synonym_whose_window_ends_latest_wins_over_the_first_of_the_mapping() -> None:
    """PaymentsToAcquirePropertyPlantAndEquipment stands first in the mapping; the company left it for the second."""
    document = filer(
        PaymentsToAcquirePropertyPlantAndEquipment=[year(2022, 10), year(2023, 11)],
        PaymentsToAcquireProductiveAssets=[year(2023, 12), year(2024, 13)],
    )
    assert values(document, "capex") == [
        ("2022-12-31", 10, "2023-02-01"),
        ("2023-12-31", 12, "2024-02-01"),
        ("2024-12-31", 13, "2025-02-01"),
    ]


def test_synonyms_are_never_summed() -> None:
    document = filer(ShareBasedCompensation=[year(2024, 10)], AllocatedShareBasedCompensationExpense=[year(2024, 9)])
    assert values(document, "stock_compensation") == [("2024-12-31", 10, "2025-02-01")]


def test_before_a_company_changed_its_tag_the_old_one_is_known() -> None:
    """The comparative of 2023 stands under the new tag; on the day of 2024 only the old tag's figure was public."""
    document = filer(
        SalesRevenueNet=[year(2023, 100)],
        Revenues=[year(2023, 101, "2025-02-01"), year(2024, 120)],
    )
    assert values(document, "revenue") == [
        ("2023-12-31", 100, "2024-02-01"),
        ("2023-12-31", 101, "2025-02-01"),
        ("2024-12-31", 120, "2025-02-01"),
    ]


def test_a_worse_synonym_of_a_later_filing_is_no_restatement() -> None:
    """A note's 60 of debt securities does not restate the balance sheet's 100 of marketable securities."""
    document = filer(
        MarketableSecuritiesCurrent=[row("2023-12-31", 100, "2024-02-01"), row("2024-12-31", 110, "2025-02-01")],
        AvailableForSaleSecuritiesDebtSecuritiesCurrent=[row("2023-12-31", 60, "2025-02-01")],
    )
    assert values(document, "short_term_investments") == [
        ("2023-12-31", 100, "2024-02-01"),
        ("2024-12-31", 110, "2025-02-01"),
    ]


def test_of_two_revenues_alive_at_once_the_larger_is_the_total() -> None:
    """Revenues hold leases and hedges that contracts with customers leave out."""
    document = filer(
        RevenueFromContractWithCustomerExcludingAssessedTax=[year(2024, 90)],
        Revenues=[year(2024, 100)],
    )
    assert values(document, "revenue") == [("2024-12-31", 100, "2025-02-01")]


# ---- vintages -------------------------------------------------------------------------------------------------------


def test_a_restatement_is_another_row_and_a_repeated_comparative_is_not() -> None:
    document = filer(
        Revenues=[year(2023, 100), year(2023, 100, "2025-02-01"), year(2023, 97, "2026-02-01"), year(2024, 120)]
    )
    assert values(document, "revenue")[:2] == [("2023-12-31", 100, "2024-02-01"), ("2023-12-31", 97, "2026-02-01")]


def test_two_filings_of_one_day_leave_one_vintage() -> None:
    amended = year(2024, 99, "2025-02-01", form="10-K/A", accn="0000000001-25-999999")
    assert values(filer(Revenues=[year(2024, 100), amended]), "revenue") == [("2024-12-31", 99, "2025-02-01")]


def test_a_row_names_its_filing_and_its_tag() -> None:
    (fact,) = rows(filer(320193, "Apple Inc.", Revenues=[year(2024, 1, accn="0000320193-25-000079")]), "revenue")
    assert fact["source_title"] == "Apple Inc., Form 10-K filed 2025-02-01"
    assert fact["source_url"] == (
        "https://www.sec.gov/Archives/edgar/data/320193/000032019325000079/0000320193-25-000079-index.htm"
    )
    assert fact["locator"] == "Revenues, accession 0000320193-25-000079"


# ---- sums and differences of one filing -----------------------------------------------------------------------------

END = "2024-12-31"
FILED = "2025-02-01"


def test_parts_of_short_debt_are_summed_where_no_total_is_tagged() -> None:
    document = filer(LongTermDebtCurrent=[row(END, 30, FILED)], CommercialPaper=[row(END, 12, FILED)])
    (fact,) = rows(document, "debt_short")
    assert (fact["value"], fact["origin"]) == (42, "derived")
    assert fact["note"] == "DERIVED: LongTermDebtCurrent + CommercialPaper"


def test_one_line_under_two_tags_counts_once() -> None:
    document = filer(LongTermDebtCurrent=[row(END, 874, FILED)], ShortTermBorrowings=[row(END, 874, FILED)])
    assert values(document, "debt_short") == [(END, 874, FILED)]


def test_a_part_that_held_an_amount_a_quarter_ago_and_is_not_tagged_now_is_unknown_not_nothing() -> None:
    document = filer(
        LongTermDebtCurrent=[row("2024-09-30", 30, "2024-11-01"), row(END, 31, FILED)],
        CommercialPaper=[row("2024-09-30", 12, "2024-11-01")],
    )
    assert values(document, "debt_short") == [("2024-09-30", 42, "2024-11-01")]


def test_a_part_that_was_nothing_may_be_left_out() -> None:
    document = filer(
        LongTermDebtCurrent=[row("2024-09-30", 30, "2024-11-01"), row(END, 31, FILED)],
        CommercialPaper=[row("2024-09-30", 0, "2024-11-01")],
    )
    assert values(document, "debt_short")[-1] == (END, 31, FILED)


def test_gross_profit_is_made_of_one_filing_and_names_its_operands() -> None:
    document = filer(Revenues=[year(2024, 100)], CostOfRevenue=[year(2024, 60), year(2024, 61, "2026-02-01")])
    (fact,) = rows(document, "gross_profit")
    assert (fact["value"], fact["origin"], str(fact["known_on"])) == (40, "derived", FILED)
    assert fact["inputs"] == (
        "acme.revenue.total.12.2024-12-31@2025-02-01;acme.cost_of_revenue.total.12.2024-12-31@2025-02-01"
    )


def test_a_stated_gross_profit_is_not_made() -> None:
    document = filer(Revenues=[year(2024, 100)], CostOfRevenue=[year(2024, 60)], GrossProfit=[year(2024, 39)])
    assert values(document, "gross_profit") == [(END, 39, FILED)]


def test_parent_equity_is_total_less_the_interest_of_others() -> None:
    total = "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest"
    document = filer(MinorityInterest=[row(END, 5, FILED)], **{total: [row(END, 105, FILED)]})
    assert [fact["value"] for fact in rows(document, "equity_parent")] == [100]


def test_total_income_never_stands_for_the_parents_where_others_share_in_it() -> None:
    with_others = filer(ProfitLoss=[year(2024, 105)], MinorityInterest=[row(END, 5, FILED)])
    assert rows(with_others, "net_income_parent") == []
    assert values(filer(ProfitLoss=[year(2024, 105)]), "net_income_parent") == [(END, 105, FILED)]


def test_liabilities_are_assets_less_equity_and_mezzanine_where_no_total_is_tagged() -> None:
    document = filer(
        Assets=[row(END, 100, FILED)],
        StockholdersEquity=[row(END, 60, FILED)],
        TemporaryEquityCarryingAmountAttributableToParent=[row(END, 3, FILED)],
    )
    (fact,) = rows(document, "total_liabilities")
    assert (fact["value"], fact["note"]) == (37, "DERIVED: total assets − equity total − mezzanine equity")


def test_debt_that_holds_finance_leases_takes_their_place() -> None:
    document = filer(
        LongTermDebtAndCapitalLeaseObligations=[row(END, 70, FILED)],
        FinanceLeaseLiability=[row("2020-12-31", 9, "2021-02-01"), row(END, 8, FILED)],
    )
    assert values(document, "debt_long") == [(END, 70, FILED)]
    assert values(document, "finance_leases") == [("2020-12-31", 9, "2021-02-01")]


def test_depreciation_alone_is_not_depreciation_and_amortisation() -> None:
    assert rows(filer(Depreciation=[year(2024, 10)], Revenues=[year(2024, 1)]), "depreciation_amortization") == []


# ---- units ----------------------------------------------------------------------------------------------------------


def test_a_convenience_column_is_not_a_figure() -> None:
    """A filer in renminbi adds dollars at one closing rate, for a few lines."""
    document = filer(
        ifrs_Assets=[row(END, 700, "2025-04-20", form="20-F")],
        ifrs_Revenue=[year(2024, 350, "2025-04-20", form="20-F")],
        ifrs_CostOfSales=[year(2024, 200, "2025-04-20", form="20-F")],
        units={"ifrs_Assets": "CNY", "ifrs_Revenue": "CNY", "ifrs_CostOfSales": "CNY"},
    )
    document["facts"]["ifrs-full"]["Revenue"]["units"]["USD"] = [year(2024, 50, "2025-04-20", form="20-F")]
    (fact,) = rows(document, "revenue")
    assert (fact["value"], fact["currency"], fact["accounting"]) == (350, "CNY", "ifrs")
    registrant = read(document).registrant
    assert registrant is not None
    assert (registrant.currency, registrant.accounting) == ("CNY", "ifrs")


def test_shares_of_the_cover_come_before_those_of_the_balance_sheet() -> None:
    document = filer(
        dei_EntityCommonStockSharesOutstanding=[row("2025-01-20", 990, FILED)],
        CommonStockSharesOutstanding=[row(END, 1000, FILED)],
        Assets=[row(END, 1, FILED)],
    )
    assert values(document, "shares_outstanding") == [(END, 1000, FILED), ("2025-01-20", 990, FILED)]
    assert {fact["accounting"] for fact in rows(document, "shares_outstanding")} == {"us-gaap"}


def test_earnings_per_share_are_money_per_share() -> None:
    (fact,) = rows(filer(EarningsPerShareDiluted=[year(2024, 1.5)], Assets=[row(END, 1, FILED)]), "eps_diluted")
    assert (fact["value"], fact["unit"], fact["currency"]) == (1.5, "money_per_share", "USD")


@pytest.mark.parametrize(
    ("end", "month"),
    [
        ("2024-12-28", 12),
        ("2025-01-03", 12),
        ("2025-01-26", 1),
        ("2024-09-28", 9),
        ("2024-06-30", 6),
        ("2024-02-03", 1),
    ],
)
def test_the_month_of_the_fiscal_year_end_holds_for_52_and_53_weeks(end: str, month: int) -> None:
    start = date.fromordinal(date.fromisoformat(end).toordinal() - 363).isoformat()
    registrant = read(filer(Revenues=[row(end, 5, "2025-03-01", start=start)])).registrant
    assert registrant is not None
    assert registrant.year_end_month == month


# ---- splits ---------------------------------------------------------------------------------------------------------


def _before_and_after(tagged: bool) -> dict[str, Any]:
    """Ten for one in June 2024: counts and earnings of 2022 and 2023 restated by the report of 2024."""
    document = filer(
        WeightedAverageNumberOfDilutedSharesOutstanding=[
            year(2022, 100), year(2023, 102), year(2022, 1000, "2025-02-01"), year(2023, 1020, "2025-02-01"),
        ],
        EarningsPerShareDiluted=[year(2023, 25.0), year(2023, 2.5, "2025-02-01")],
    )  # fmt: skip
    if tagged:
        raw = row("2024-06-07", 10, "2025-02-01")
        document["facts"]["us-gaap"][companyfacts._SPLIT_TAG] = {"units": {"pure": [raw]}}
    return document


def test_a_split_is_told_by_restated_counts_and_dated_where_a_filing_names_the_day() -> None:
    (split,) = read(_before_and_after(tagged=True)).splits
    assert (split.day, split.ratio) == (date(2024, 6, 7), 10)
    (split,) = read(_before_and_after(tagged=False)).splits
    assert (split.day, split.ratio) == (date(2025, 2, 1), 10)
    assert "the day of the first filing that restates" in split.remark


def test_earnings_that_double_on_a_restatement_are_no_split() -> None:
    document = filer(
        EarningsPerShareDiluted=[
            year(2022, 0.02), year(2023, 0.04), year(2022, 0.01, "2025-02-01"), year(2023, 0.02, "2025-02-01"),
        ],
    )  # fmt: skip
    assert read(document).splits == ()


# ---- bad files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document", [[], {}, {"facts": []}, {"facts": {}}, {"facts": {}, "cik": "x", "entityName": "A"}, 5]
)
def test_a_file_that_is_no_company_facts_says_so(document: object) -> None:
    found = read(document)
    assert found.registrant is None
    assert [finding.severity for finding in found.findings] == ["error"]


@pytest.mark.parametrize(
    "bad",
    [
        {"end": "2024-12-31"},
        row("2024-13-31", 5, FILED, start="2024-01-01"),
        row(END, "5", FILED, start="2024-01-01"),
        row(END, True, FILED, start="2024-01-01"),
        row(END, float("inf"), FILED, start="2024-01-01"),
        row(END, None, FILED, start="2024-01-01"),
        "text",
        None,
    ],
)
def test_an_unreadable_entry_is_left_out_and_counted(bad: Any) -> None:
    found = read(filer(Revenues=[year(2023, 100), bad]))
    assert [fact["value"] for fact in found.rows] == [100]
    assert [finding.check for finding in found.findings] == ["unreadable-entry"]


@pytest.mark.parametrize("broken", [None, [], 5, {"units": []}, {"units": {"USD": {}}}])
def test_a_broken_concept_does_not_stop_the_others(broken: Any) -> None:
    document = filer(Assets=[row(END, 5, FILED)])
    document["facts"]["us-gaap"]["Revenues"] = broken
    assert [fact["value"] for fact in read(document).rows] == [5]


def test_every_item_of_the_mapping_is_an_item_of_ours_and_no_tag_stands_twice() -> None:
    for taxonomy in TAXONOMIES:
        items = [entry.item for entry in mapping(taxonomy)]
        assert len(set(items)) == len(items)
        assert set(items) <= set(ITEMS)
        for entry in mapping(taxonomy):
            ways = [way.parts for way in entry.candidates]
            assert len(set(ways)) == len(ways), entry.item


def test_frames_of_rows_need_no_guessing() -> None:
    """Every row has the same keys, which are columns of the contract."""
    found = read(filer(Revenues=[year(2024, 100)], CostOfRevenue=[year(2024, 60)]))
    assert len({tuple(fact) for fact in found.rows}) == 1
    assert pl.DataFrame(found.rows).height == 3

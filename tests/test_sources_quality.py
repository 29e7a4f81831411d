"""Suspicions about units, periods and currencies: real mistakes of a vendor caught, sound sets left alone."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import atlas
from peerbench.core.companies import Company
from peerbench.core.dataset import Dataset
from peerbench.core.findings import Finding
from peerbench.core.periods import add_months
from peerbench.sources import quality, sec
from peerbench.sources.ask import Ask, Means
from peerbench.sources.merge import combine
from peerbench.sources.payload import Payload
from peerbench.sources.rows import table


def changed(data: Dataset, change: pl.Expr, when: pl.Expr, column: str = "value") -> Dataset:
    facts = data.facts.with_columns(pl.when(when).then(change).otherwise(pl.col(column)).alias(column))
    return replace(data, facts=facts)


def names(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.check for finding in findings]


def of(company: str, item: str, months: int | None = None) -> pl.Expr:
    found = (pl.col("company") == company) & (pl.col("item") == item) & (pl.col("segment") == "total")
    return found if months is None else found & (pl.col("months") == months)


def test_the_embedded_set_raises_no_suspicion(platforms: Dataset) -> None:
    assert quality.check(platforms) == ()


@pytest.mark.parametrize("factor", [0.001, 1000.0, 0.1, 10.0, 1e-6])
def test_a_count_far_off_its_history_is_told(platforms: Dataset, factor: float) -> None:
    day = date(2023, 12, 31)
    data = changed(
        platforms, pl.col("value") * factor, of("tencent", "shares_outstanding") & (pl.col("period_end") == day)
    )
    (finding,) = quality.check(data)
    assert (finding.check, finding.subject) == ("share-count-scale", "tencent")
    assert "its unit looks wrong" in finding.message
    assert "2023-12-31" in finding.origin.locator


def test_growth_of_a_count_by_issues_is_no_suspicion(platforms: Dataset) -> None:
    late = pl.col("period_end") >= date(2022, 12, 31)
    data = changed(platforms, pl.col("value") * 3, of("tencent", "shares_outstanding") & late)
    assert quality.check(data) == ()


def test_sums_since_the_year_began_posing_as_quarters_are_told(platforms: Dataset) -> None:
    """Amazon's revenue of 2024 by quarter 143.3, 148.0, 158.9, 187.8 bn; as sums 143.3, 291.3, 450.2, 638.0 bn."""
    sums = {
        date(2024, 3, 31): 143.313e9,
        date(2024, 6, 30): 291.290e9,
        date(2024, 9, 30): 450.167e9,
        date(2024, 12, 31): 637.959e9,
    }
    wrong = pl.col("period_end").replace_strict(sums, default=None, return_dtype=pl.Float64)
    data = changed(platforms, wrong, of("amazon", "revenue", 3) & pl.col("period_end").is_in(list(sums)))
    (finding,) = quality.check(data)
    assert finding.check == "year-to-date-as-quarter"
    assert "291,290m to 2024-06-30" in finding.message
    without_the_fourth = replace(
        data, facts=data.facts.filter(~(of("amazon", "revenue", 3) & (pl.col("period_end") == date(2024, 12, 31))))
    )
    assert names(quality.check(without_the_fourth)) == ["year-to-date-as-quarter"]


def test_a_seasonal_business_is_no_suspicion(platforms: Dataset) -> None:
    """A fourth quarter three times the first is a shop's Christmas."""
    quarters = {date(2024, 3, 31): 100e9, date(2024, 6, 30): 110e9, date(2024, 9, 30): 120e9, date(2024, 12, 31): 308e9}
    seasonal = pl.col("period_end").replace_strict(quarters, default=None, return_dtype=pl.Float64)
    data = changed(platforms, seasonal, of("amazon", "revenue", 3) & pl.col("period_end").is_in(list(quarters)))
    assert quality.check(data) == ()


def test_a_currency_that_switches_inside_a_series_is_told_once(platforms: Dataset) -> None:
    late = pl.col("period_end") >= date(2024, 1, 1)
    data = changed(platforms, pl.lit("USD"), of("baidu", "revenue") & late, "currency")
    assert names(quality.check(data)) == ["currency-switch"]
    assert "in CNY" in quality.check(data)[0].message
    assert "in USD" in quality.check(data)[0].message


def test_a_listing_abroad_labelled_with_the_exchanges_currency_is_told(platforms: Dataset) -> None:
    """Baidu's renminbi figures once more, as a vendor's dollars under the ticker."""
    copy = platforms.facts.filter((pl.col("company") == "baidu") & (pl.col("unit") == "money"))
    copy = copy.with_columns(
        pl.lit("bidu").alias("company"), pl.lit("USD").alias("currency"), ("bidu." + pl.col("id")).alias("id")
    )
    twin: Company = replace(platforms.companies["baidu"], company="bidu")
    data = replace(platforms, facts=pl.concat([platforms.facts, copy]), companies={**platforms.companies, "bidu": twin})
    (finding,) = quality.check(data)
    assert finding.check == "currency-label"
    assert "to the last digit" in finding.message


def test_net_income_that_is_off_by_an_exchange_rate_is_told(platforms: Dataset) -> None:
    """Tencent's earnings per share in Hong Kong dollars beside its renminbi income, all called renminbi."""
    years = of("tencent", "eps_diluted", 12)
    rate = 1.0895  # Hong Kong dollars a renminbi: too near one to be told from rounding, so dollars are taken
    assert quality.check(changed(platforms, pl.col("value") * rate, years)) == ()
    (finding,) = quality.check(changed(platforms, pl.col("value") / 7.11, years))
    assert finding.check == "currency-label"
    assert "USD" in finding.message


# ---- real figures that span more than a quarter ---------------------------------------------------------------------

# Cash flows of 10-Q reports are sums since the year began, called Q2 and Q3 by the file's own `fp` (METHOD 6).
CASH_FLOWS = {
    "PaymentsToAcquirePropertyPlantAndEquipment": "capex", "ShareBasedCompensation": "stock_compensation",
    "NetCashProvidedByUsedInOperatingActivities": "operating_cash_flow",
    "DepreciationDepletionAndAmortization": "depreciation_amortization",
}  # fmt: skip


def by_label(shared: Path, cik: int) -> Dataset:
    """A company's cash flows as a reader of `fp` takes them: every figure of a 10-Q a quarter."""
    document = json.loads((shared / "sec_companyfacts" / f"facts-{cik:010}.json").read_bytes())
    rows: dict[tuple[str, str, int], dict[str, Any]] = {}
    for tag, item in CASH_FLOWS.items():
        for one in document["facts"]["us-gaap"].get(tag, {}).get("units", {}).get("USD", ()):
            months = {"10-K": 12, "10-Q": 3}.get(one["form"])
            end = date.fromisoformat(one["end"])
            days = (end - date.fromisoformat(one["start"])).days
            if months and (months == 3 or days > 330):
                row = {
                    "company": "it", "item": item, "accounting": "us-gaap", "period_end": end, "months": months,
                    "period_start": add_months(end, -months) + timedelta(days=1), "value": float(one["val"]),
                    "unit": "money", "currency": "USD", "known_on": date.fromisoformat(one["filed"]),
                    "source_title": one["accn"],
                }  # fmt: skip
                rows.setdefault((item, one["end"], months), row)
    company = {
        "company": "it", "reporting_currency": "USD", "fiscal_year_end_month": 12, "accounting_standard": "us-gaap",
    }  # fmt: skip
    facts = [row for row in rows.values() if row["value"]]
    tables = {"companies": [company], "facts": facts}
    return combine(
        (Payload("labels", {name: table(name, given, "labels", "0" * 64) for name, given in tables.items()}),)
    )


@pytest.mark.parametrize("cik", [2488, 320193, 820313, 1652044])
def test_cash_flows_of_real_reports_taken_for_quarters_are_told(shared: Path, cik: int) -> None:
    found = by_label(shared, cik)
    told = {
        (finding.origin.locator.split(".")[1])
        for finding in found.findings
        if finding.check == "year-to-date-as-quarter"
    }
    assert {"capex", "stock_compensation"} <= told


# ---- closes ---------------------------------------------------------------------------------------------------------


def in_pounds(data: Dataset, times: float, when: pl.Expr | None = None) -> Dataset:
    """Amazon as if it reported and traded in pounds, its closes many times what they are."""
    own = pl.col("company") == "amazon"
    prices = data.prices.with_columns(pl.when(own).then(pl.lit("GBP")).otherwise(pl.col("currency")).alias("currency"))
    where = own if when is None else own & when
    prices = prices.with_columns(pl.when(where).then(pl.col("close") * times).otherwise(pl.col("close")).alias("close"))
    money = own & pl.col("currency").is_not_null()
    facts = data.facts.with_columns(pl.when(money).then(pl.lit("GBP")).otherwise(pl.col("currency")).alias("currency"))
    return replace(data, prices=prices, facts=facts)


def test_closes_in_pence_that_are_called_pounds_are_told_and_hold_a_brief_back(platforms: Dataset) -> None:
    assert quality.check(in_pounds(platforms, 1)) == ()
    (finding,) = quality.check(in_pounds(platforms, 100))
    assert (finding.check, finding.severity, finding.subject) == ("close-in-hundredths", "error", "amazon")
    assert "looks like hundredths of GBP" in finding.message


@pytest.mark.parametrize("times", [100.0, 0.01, 7.1, 1 / 7.1])
def test_a_close_in_another_unit_or_currency_is_told(platforms: Dataset, times: float) -> None:
    days = platforms.prices.filter(company="amazon", adjusted=False)["date"].sort()
    data = in_pounds(platforms, times, pl.col("date") == days[len(days) // 2])
    found = [finding for finding in quality.check(data) if finding.check == "close-switch"]
    assert {finding.subject for finding in found} == {"amazon"}
    assert str(days[len(days) // 2]) in found[0].message


def test_a_fall_that_stays_is_no_suspicion(platforms: Dataset) -> None:
    """A share that loses nine tenths in a day, and a split of 1 for 20 in unadjusted closes."""
    for times in (0.1, 0.05):
        data = in_pounds(platforms, times, pl.col("date") > date(2025, 3, 3))
        assert "close-switch" not in names(quality.check(data))


# ---- a whole vendor -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vendor(shared: Path) -> Dataset:
    return replace(atlas.dataset(shared / "market_atlas"), fx=atlas.rates(shared))


@pytest.mark.slow
def test_a_vendors_set_of_1775_companies(vendor: Dataset) -> None:
    """What the checks catch in it, by hand against the reports: see the comments; and nothing else."""
    assert len(vendor.companies) == 1775
    found = quality.check(vendor)
    caught = {
        (finding.check, finding.subject, finding.origin.locator.split(".")[-1].split("@")[0]) for finding in found
    }
    assert ("share-count-scale", "ADSK.XNAS", "2010-01-31") in caught  # 227 for 227 million
    assert ("share-count-scale", "BIIB.XNAS", "2008-12-31") in caught  # in thousands
    assert ("share-count-scale", "DLR.XNYS", "2023-12-31") in caught  # in thousands
    assert ("share-count-scale", "NFLX.XNAS", "2024-12-31") in caught  # of the split of November 2025, among old ones
    by_check: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        by_check[finding.check].append(finding)
    for name, findings in sorted(by_check.items()):
        companies = {finding.subject for finding in findings}
        print(f"{len(findings):>6,} findings, {len(companies):>4,} companies  {name}")
    assert len(by_check["share-count-scale"]) == 16
    # Société Générale's halves of 2025: 20,431m and 32,068m of 52,597m. LTIMindtree's quarter of March 2025 is the year
    # less the one quarter the vendor knew: 2,644m + 7,271m = 9,915m of depreciation. Transsion's interest likewise.
    spans = Counter(finding.subject for finding in by_check["year-to-date-as-quarter"])
    assert spans == {"GLE.XPAR": 1, "LTM.XNSE": 2, "688036.XSHG": 1}
    # London's closes are pence under the label GBP, all of them; 3i has three weeks in pounds among them.
    pence = {finding.subject for finding in by_check["close-in-hundredths"]}
    labelled = set(
        vendor.prices.filter(pl.col("company").str.ends_with(".XLON") & (pl.col("currency") == "GBP"))["company"]
    )
    assert pence <= labelled
    # Makers of losses whose sales alone are no proof, and one that reports in laris, of which the ECB has no rate.
    assert labelled - pence == {f"{ticker}.XLON" for ticker in ("BGEO", "CNA", "ENT", "SDLF", "VOD")}
    (switch,) = by_check["close-switch"]
    assert switch.subject == "III.XLON"
    assert "19.8019 GBP, 122 times below the one before" in switch.message
    # An ADS of eight shares is not the euro's rate in renminbi (BABA), nor are earnings of another year (IFF).
    assert "currency-label" not in by_check
    assert "currency-switch" not in by_check


def test_the_secs_files_raise_no_suspicion(shared: Path) -> None:
    found = combine((sec.read(Ask("sec", "sec", {"folder": str(shared / "sec_companyfacts")}, shared), Means()),))
    assert {finding.check for finding in found.findings} == {"not-periodic"}

"""Suspicions about units, periods and currencies: real mistakes of a vendor caught, sound sets left alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import atlas
from peerbench.core.companies import Company
from peerbench.core.dataset import Dataset
from peerbench.core.findings import Finding
from peerbench.sources import quality, sec
from peerbench.sources.ask import Ask, Means
from peerbench.sources.merge import combine


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


@pytest.mark.slow
def test_a_vendors_set_of_1775_companies(shared: Path) -> None:
    """What the checks catch in it, by hand against the reports: see the comments."""
    data = replace(atlas.dataset(shared / "market_atlas"), fx=atlas.rates())
    assert len(data.companies) == 1775
    found = quality.check(data)
    caught = {
        (finding.check, finding.subject, finding.origin.locator.split(".")[-1].split("@")[0]) for finding in found
    }
    assert ("share-count-scale", "ADSK.XNAS", "2010-01-31") in caught  # 227 for 227 million
    assert ("share-count-scale", "BIIB.XNAS", "2008-12-31") in caught  # in thousands
    assert ("share-count-scale", "DLR.XNYS", "2023-12-31") in caught  # in thousands
    assert ("share-count-scale", "NFLX.XNAS", "2024-12-31") in caught  # of the split of November 2025, among old ones
    table = Counter(finding.check for finding in found) + Counter(finding.check for finding in data.findings)
    for name, count in sorted(table.items()):
        print(f"{count:>6,}  {name}")
    assert table["share-count-scale"] == 16
    assert len(found) < 0.02 * len(data.companies)  # a check that cries at everything says nothing


def test_the_secs_files_raise_no_suspicion(shared: Path) -> None:
    found = combine((sec.read(Ask("sec", "sec", {"folder": str(shared / "sec_companyfacts")}, shared), Means()),))
    assert {finding.check for finding in found.findings} == {"not-periodic"}

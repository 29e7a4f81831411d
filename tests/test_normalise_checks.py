"""What is noticed about the facts, one broken law at a time, and silence where the law holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from peerbench.core import frames
from peerbench.core.companies import Company
from peerbench.core.dataset import Dataset
from peerbench.core.findings import Finding
from peerbench.normalise.checks import check
from peerbench.normalise.select import dataset_by

AS_OF = date(2025, 9, 23)
DAY = date(2025, 6, 30)
YEAR = (date(2024, 1, 1), date(2024, 12, 31))
H1, H2 = (date(2024, 1, 1), date(2024, 6, 30)), (date(2024, 7, 1), date(2024, 12, 31))


def fact(item: str, value: float, window: tuple[date, date] | date = DAY, **more: Any) -> dict[str, Any]:
    start, end = window if isinstance(window, tuple) else (None, window)
    months = 0 if start is None else round((end - start).days / 30.4)
    row = {
        "id": f"{item}.{months}.{end}", "company": "acme", "item": item, "segment": "total", "basis": "actual",
        "accounting": "ifrs", "period_start": start, "period_end": end, "months": months, "value": value * 1e6,
        "unit": "money", "currency": "EUR", "known_on": date(2025, 8, 1), "origin": "reported", "inputs": [],
    }  # fmt: skip
    return row | more


def acme(*facts: dict[str, Any], disagreements: pl.DataFrame | None = None) -> Dataset:
    company = Company("acme", "Acme", "Acme SE", "", "DE", "", "EUR", 12, "ifrs", "", "ordinary")
    return Dataset(
        pl.DataFrame(list(facts), schema=frames.FACTS), frames.empty(frames.PRICES), frames.empty(frames.FX),
        {"acme": company}, (), disagreements=disagreements if disagreements is not None else pl.DataFrame(),
    )  # fmt: skip


def named(found: tuple[Finding, ...], check_name: str) -> list[str]:
    return [finding.message for finding in found if finding.check == check_name]


def ask(data: Dataset, name: str, as_of: date = AS_OF) -> list[str]:
    return named(check(data, companies=["acme"], as_of=as_of), name)


@pytest.mark.parametrize(
    ("equity", "said"),
    [
        (55.0, []),  # 100 = 40 + 5 + 55
        (50.0, ["Acme: assets at 30 June 2025 exceed liabilities, mezzanine and equity by 5m."]),
    ],
)
def test_assets_are_liabilities_mezzanine_and_equity(equity: float, said: list[str]) -> None:
    parts = {"total_assets": 100.0, "total_liabilities": 40.0, "mezzanine_equity": 5.0, "equity_total": equity}
    assert ask(acme(*(fact(item, value) for item, value in parts.items())), "identity_balance") == said


def test_without_a_total_the_parents_equity_and_the_minorities_are_added() -> None:
    parts = {"total_assets": 100.0, "total_liabilities": 40.0, "equity_parent": 50.0, "minority_interest": 10.0}
    assert ask(acme(*(fact(item, value) for item, value in parts.items())), "identity_balance") == []


def test_gross_profit_is_revenue_less_cost() -> None:
    rows = [fact("revenue", 101.0, YEAR), fact("cost_of_revenue", 61.0, YEAR)]
    assert ask(acme(*rows, fact("gross_profit", 40.0, YEAR)), "identity_gross_profit") == []
    said = ask(acme(*rows, fact("gross_profit", 37.0, YEAR)), "identity_gross_profit")
    assert said == ["Acme: gross profit of the year to 31 December 2024 differs from revenue less cost by 3m."]


def test_the_parts_of_a_year_add_up_to_it() -> None:
    rows = [fact("revenue", 44.4, H1), fact("revenue", 55.5, H2)]
    assert ask(acme(*rows, fact("revenue", 99.9, YEAR)), "identity_quarters") == []
    said = ask(acme(*rows, fact("revenue", 104.9, YEAR)), "identity_quarters")
    assert said == ["Acme: revenue of the year to 31 December 2024 differs from the sum of its parts by 5m."]


@pytest.mark.parametrize(("eps", "said"), [(2.0, 0), (2.02, 0), (2.1, 1)])
def test_earnings_per_share_times_shares_is_net_income(eps: float, said: int) -> None:
    rows = (
        fact("net_income_common", 200.0, YEAR),
        fact("shares_diluted", 100.0, YEAR, unit="shares"),
        fact("eps_diluted", eps / 1e6, YEAR, unit="money_per_share"),
    )
    assert len(ask(acme(fact("revenue", 1.0, YEAR), *rows), "identity_eps")) == said


@pytest.mark.parametrize(
    ("as_of", "check_name"), [(date(2025, 12, 31), "old_facts"), (date(2026, 7, 31), "stale_facts")]
)
def test_old_facts_are_named_with_their_age(as_of: date, check_name: str) -> None:
    (said,) = ask(acme(fact("revenue", 1.0, YEAR)), check_name, as_of)
    assert said.startswith("Acme: the newest period reported ended on 31 December 2024")


def test_a_company_nothing_is_known_of_is_an_error() -> None:
    (found,) = (f for f in check(acme(), companies=["acme"], as_of=AS_OF) if f.check == "no_facts")
    assert found.severity == "error"


def test_debt_that_is_not_disclosed_is_not_debt_of_nothing() -> None:
    said = ask(acme(fact("cash", 1.0), fact("short_term_investments", 1.0)), "ev_component_missing")
    assert said == [
        "Acme: short-term debt and long-term debt are not disclosed; enterprise value is missing.",
        "Acme: finance lease liabilities, preferred equity, minority interest and mezzanine equity are not disclosed;"
        " enterprise value counts nothing for it.",
    ]


def test_two_values_for_one_key_are_a_conflict_and_a_restatement_is_not() -> None:
    first, second = fact("revenue", 100.0, YEAR), fact("revenue", 90.0, YEAR, id="other")
    assert ask(acme(first, second), "conflict") == [
        "Acme: revenue to 31 December 2024 is given as 100m and 90m; the first is used."
    ]
    assert ask(acme(first, {**second, "known_on": date(2025, 9, 1)}), "conflict") == []


def test_another_source_is_quoted_only_against_the_vintage_in_use() -> None:
    row = {
        "company": "acme", "item": "revenue", "period_end": YEAR[1], "months": 12, "known_on": date(2025, 8, 1),
        "kept_value": 100e6, "other_source": "a vendor", "other_value": 90e6, "difference": -10e6, "note": "",
    }  # fmt: skip
    frame = pl.DataFrame([row], schema=frames.DISAGREEMENTS)
    said = ask(acme(fact("revenue", 100.0, YEAR), disagreements=frame), "conflict")
    assert said == ["Acme: revenue of the year to 31 December 2024: 100m here, 90m in a vendor."]
    assert ask(acme(fact("revenue", 101.0, YEAR), disagreements=frame), "conflict") == []


def test_admissions_are_one_note_per_company_and_kind() -> None:
    rows = [fact("revenue", float(n), (date(2024, n, 1), date(2024, n + 2, 28)), note="DERIVED: 1+1") for n in (1, 4)]
    said = ask(acme(*rows, fact("cash", 1.0, note="rounded to 10m")), "data_quality")
    assert said == [
        "Acme: 2 figures are derived from stated figures (revenue).",
        "Acme: 1 figure is rounded by the source (cash and equivalents).",
    ]


def test_comparability_names_standard_year_end_and_apart_periods() -> None:
    data = acme(fact("revenue", 1.0, YEAR), fact("revenue", 1.0, (date(2024, 7, 1), DAY), company="beta"))
    beta = replace(data.companies["acme"], company="beta", name="Beta", accounting_standard="us-gaap",
                   fiscal_year_end_month=6)  # fmt: skip
    data = replace(data, companies={**data.companies, "beta": beta})
    found = check(data, companies=["acme", "beta"], as_of=AS_OF)
    assert named(found, "comparability_accounting") == [
        "Acme: the accounts follow IFRS; Beta: the accounts follow US GAAP."
    ]
    assert named(found, "comparability_year_end") == [
        "Acme: the fiscal year ends in December; Beta: the fiscal year ends in June."
    ]
    assert named(found, "comparability_period") == [
        "The last twelve months end on different days: Acme on 31 December 2024, Beta on 30 June 2025."
    ]


FOUR = ("alibaba", "tencent", "amazon", "baidu")


def test_the_embedded_set_holds_every_identity_and_says_what_it_lacks(platforms: Dataset) -> None:
    found = check(platforms, companies=FOUR, as_of=AS_OF)
    kinds = {finding.check for finding in found}
    assert not {kind for kind in kinds if kind.startswith("identity")}
    assert {"balance_dates_differ", "comparability_net_income", "diluted_average", "restated_in_part"} <= kinds
    assert not [finding for finding in found if finding.severity == "error"]
    assert len(found) < 60
    assert all(finding.message.endswith(".") for finding in found)


def test_checks_read_nothing_later_than_the_day(platforms: Dataset) -> None:
    past = replace(dataset_by(platforms, AS_OF), facts=platforms.facts.filter(pl.col("known_on") <= AS_OF))
    assert check(platforms, companies=FOUR, as_of=AS_OF) == check(past, companies=FOUR, as_of=AS_OF)

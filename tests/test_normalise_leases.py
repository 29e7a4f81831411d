"""Leases as one consistent pair, and what is not said of a bank."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from peerbench.core import frames
from peerbench.core.companies import Company, Line
from peerbench.core.dataset import Dataset
from peerbench.metrics.catalogue import load
from peerbench.metrics.evaluate import evaluate
from peerbench.metrics.plan import plan
from peerbench.normalise.panel import build_panel

AS_OF, KNOWN, DAY = date(2025, 3, 31), date(2025, 2, 15), date(2024, 12, 31)
YEAR = (date(2024, 1, 1), DAY)
M = 1e6


def row(item: str, value: float, unit: str = "money") -> dict[str, Any]:
    flow = item in ("revenue", "operating_income", "depreciation_amortization", "operating_lease_cost")
    return {
        "id": item, "company": "acme", "item": item, "segment": "total", "basis": "actual", "accounting": "ifrs",
        "period_start": YEAR[0] if flow else None, "period_end": DAY, "months": 12 if flow else 0, "value": value * M,
        "unit": unit, "currency": "EUR" if unit == "money" else None, "known_on": KNOWN, "origin": "reported",
        "inputs": [],
    }  # fmt: skip


# 10 a share × 100m = 1,000; debt 300, cash 100; leases 80, of them 20 finance leases; EBITDA 150, rent 30.
FACTS = (
    row("revenue", 900.0), row("operating_income", 100.0), row("depreciation_amortization", 50.0),
    row("debt_short", 100.0), row("debt_long", 200.0), row("cash", 60.0), row("short_term_investments", 40.0),
    row("lease_liabilities", 80.0), row("shares_outstanding", 100.0, "shares"),
)  # fmt: skip
US_ONLY = (row("finance_leases", 20.0), row("operating_lease_cost", 30.0))


def acme(standard: str, *more: dict[str, Any], sector: str = "Technology") -> Dataset:
    facts = pl.DataFrame([*FACTS, *more], schema=frames.FACTS).with_columns(accounting=pl.lit(standard))
    price = {
        "id": "p",
        "company": "acme",
        "line": "ACME",
        "date": AS_OF,
        "close": 10.0,
        "currency": "EUR",
        "adjusted": False,
    }
    company = Company("acme", "Acme", "Acme SE", "", "DE", sector, "EUR", 12, standard, "", "ordinary")
    line = Line("acme", "ACME", "", "EUR", 1.0, None, True)
    prices = pl.DataFrame([price], schema=frames.PRICES)
    return Dataset(facts, prices, frames.empty(frames.FX), {"acme": company}, (line,))


def figures(data: Dataset, *metrics: str) -> dict[str, dict[str, Any]]:
    wanted, findings = plan(metrics, load())
    assert findings == ()
    cells, _ = build_panel(data, companies=["acme"], operands=wanted.operands, as_of=AS_OF)
    return {found["metric"]: found for found in evaluate(cells, wanted).iter_rows(named=True)}


def test_under_us_gaap_the_pair_is_without_operating_leases_after_rent() -> None:
    """METHOD 12: EV 1,000 + 300 + 20 finance leases − 100 = 1,220 over EBITDA 150."""
    found = figures(acme("us-gaap", *US_ONLY), "enterprise_value", "ev_to_ebitda_fy")
    assert found["enterprise_value"]["value"] == 1220 * M
    assert found["ev_to_ebitda_fy"]["value"] == pytest.approx(1220 / 150)
    assert "all_leases" not in found["ev_to_ebitda_fy"]["flags"]


def test_under_ifrs_the_pair_is_with_all_leases_before_rent() -> None:
    """METHOD 12: EV 1,000 + 300 + 80 − 100 = 1,280 over EBITDA 150, in which no rent was taken off."""
    found = figures(acme("ifrs"), "enterprise_value", "ev_to_ebitda_fy")
    assert found["enterprise_value"]["value"] == 1280 * M
    assert found["ev_to_ebitda_fy"]["value"] == pytest.approx(1280 / 150)
    assert "all_leases" in found["ev_to_ebitda_fy"]["flags"]


def test_the_second_pair_puts_both_standards_on_one_footing() -> None:
    """METHOD 12: US GAAP (1,220 − 20 + 80) ÷ (150 + 30); IFRS 1,280 ÷ 150 either way."""
    us = figures(acme("us-gaap", *US_ONLY), "ev_to_ebitda_with_leases_fy")["ev_to_ebitda_with_leases_fy"]
    ifrs = figures(acme("ifrs"), "ev_to_ebitda_with_leases_fy")["ev_to_ebitda_with_leases_fy"]
    assert us["value"] == pytest.approx(1280 / 180)
    assert ifrs["value"] == pytest.approx(1280 / 150)


def test_rent_that_is_not_known_leaves_the_second_pair_missing() -> None:
    """METHOD 12: a pair is never half of one and half of the other."""
    found = figures(acme("us-gaap", US_ONLY[0]), "ev_to_ebitda_with_leases_fy")["ev_to_ebitda_with_leases_fy"]
    assert (found["value"], found["status"]) == (None, "missing")
    assert "operating lease cost" in found["reason"]


@pytest.mark.parametrize("sector", ["Financials", "Banks", "Insurance"])
def test_of_a_bank_no_enterprise_value_is_told(sector: str) -> None:
    """METHOD 11: financial companies, EV not used; equity multiples are."""
    found = figures(acme("ifrs", sector=sector), "enterprise_value", "ev_to_ebit_fy", "debt_to_assets", "ps_fy")
    for metric in ("enterprise_value", "ev_to_ebit_fy"):
        assert (found[metric]["value"], found[metric]["status"]) == (None, "not_meaningful")
        assert "financial company" in found[metric]["reason"]
    assert found["ps_fy"]["value"] == pytest.approx(1000 / 900)


def test_an_unknown_debt_is_still_missing_for_everybody_else() -> None:
    """METHOD 11: debt missing is not debt zero."""
    data = acme("ifrs")
    bare = replace(data, facts=data.facts.filter(pl.col("item") != "debt_long"))
    assert figures(bare, "enterprise_value")["enterprise_value"]["status"] == "missing"

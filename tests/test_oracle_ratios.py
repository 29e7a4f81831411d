"""Shared ratios of a thousand companies beside an independent library's, on the same inputs; differences explained.

The library is financetoolkit (MIT): its formulas are plain functions of pandas series. It is no dependency of ours: the
test runs where it is installed and the market file lies beside the checkout, and is skipped elsewhere. The file is a
vendor's, dirty as vendors' files are; nothing of it is kept. The outcome stands in engine/decisions/0008.
"""

from __future__ import annotations

import gzip
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from peerbench.core import frames
from peerbench.core.companies import Company, Line
from peerbench.core.dataset import Dataset
from peerbench.core.items import ITEMS
from peerbench.core.periods import add_months, months_of
from peerbench.metrics.catalogue import load as catalogue
from peerbench.metrics.evaluate import evaluate
from peerbench.metrics.plan import plan
from peerbench.normalise.panel import build_panel

PRICED = date(2026, 6, 2)  # the day of the file's prices
FILED = date(2024, 6, 30)  # a past day, for the companies whose annual statements end in 2023
LEAST = 100  # companies a ratio must agree on
# The vendor's names and ours; outflows become positive, as the data contract has them.
FLOWS = {
    "revenue": "revenue", "operatingIncome": "operating_income", "netIncome": "net_income_common",
    "depreciation": "depreciation_amortization", "taxProvision": "income_tax", "pretaxIncome": "pretax_income",
    "interestExpense": "interest_expense", "operatingCashFlow": "operating_cash_flow", "capex": "capex",
    "dividendsPaid": "dividends_paid", "eps": "eps_diluted",
}  # fmt: skip
STOCKS = {"cash": "cash", "longTermDebt": "debt_long", "shortTermDebt": "debt_short", "equity": "equity_parent",
          "sharesOutstanding": "shares_outstanding"}  # fmt: skip
OUTFLOWS = ("interest_expense", "capex", "dividends_paid")
# Claims that the file does not have are given as none, to both.
NOTHING = ("short_term_investments", "minority_interest", "preferred_equity", "mezzanine_equity")


@dataclass(frozen=True)
class Statement:
    """Amounts by our names: flows from `start` to `end`, balances at `end`."""

    start: date
    end: date
    amounts: Mapping[str, float]


@dataclass(frozen=True)
class Filer:
    """One company on one day: two fiscal years, the newest balance sheet, and the price where the day has one."""

    key: str
    currency: str
    sector: str
    now: Statement
    before: Statement
    sheet: Statement
    shares: float | None
    price: tuple[float, date] | None

    def amount(self, item: str) -> float:
        """A balance of the newest sheet that has it, a flow of the newest year; NaN where none has."""
        stock = ITEMS[item].kind == "stock"
        places = (self.sheet, self.now, self.before) if stock else (self.now,)
        return next((place.amounts[item] for place in places if item in place.amounts), math.nan)


def filers(path: Path, day: date) -> Iterator[Filer]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file):
            found = _filer(f"c{number}", json.loads(line), day)
            if found:
                yield found


def _filer(key: str, row: Mapping[str, Any], day: date) -> Filer | None:
    """A company with three fiscal years in a row that end by the day; if 18 months before it, with a balance sheet."""
    known = (year for year in row["historicalFinancials"] if year["periodEnd"] <= str(day))
    years = sorted(known, key=lambda year: year["periodEnd"])
    ends = [date.fromisoformat(year["periodEnd"]) for year in years[-3:]]
    regular = len(ends) == 3 and all(months_of((b - a).days) == 12 for a, b in pairwise(ends))
    if not regular or years[-1].get("revenue") is None:
        return None
    stale = add_months(ends[2], 18) < day  # such figures are not used (METHOD 33), so neither side is given them
    spans = zip(pairwise(ends), years[-2:], strict=True)
    before, now = (
        Statement(first + timedelta(days=1), last, {} if stale else _ours(year)) for (first, last), year in spans
    )
    sheets = [sheet for sheet in row.get("quarterlyFinancials") or () if stale and sheet["periodEnd"] <= str(day)]
    newest = max(sheets, key=lambda sheet: sheet["periodEnd"], default=None)
    if stale and newest is None:
        return None
    sheet = Statement(now.start, date.fromisoformat(newest["periodEnd"]), _ours(newest)) if newest else now
    quoted, priced_on = row["price"], date.fromisoformat(row["price"]["asOf"])
    fresh = bool(quoted["value"]) and 0 <= (day - priced_on).days <= 4
    shares = row["fundamentals"]["sharesOutstanding"] if fresh else None
    price = (quoted["value"], priced_on) if fresh and shares else None
    return Filer(key, quoted["currency"], row["sector"], now, before, sheet, shares, price)


def _ours(stated: Mapping[str, Any]) -> dict[str, float]:
    """Gross profit is revenue less cost, debt that is not split all long: the vendor states no other."""
    given = {name: stated.get(name) for name in (*FLOWS, *STOCKS)}
    if given["longTermDebt"] is None and stated.get("totalDebt") is not None:
        given |= {"longTermDebt": stated["totalDebt"], "shortTermDebt": 0.0}
    named = {(FLOWS | STOCKS)[name]: float(value) for name, value in given.items() if value is not None}
    made = {item: abs(value) if item in OUTFLOWS else value for item, value in named.items()}
    if stated.get("costOfRevenue") is not None and "revenue" in made:
        made["gross_profit"] = made["revenue"] - float(stated["costOfRevenue"])
    return made


# ---- ours -----------------------------------------------------------------------------------------------------------


def dataset(companies: Iterable[Filer]) -> Dataset:
    """The same figures as a dataset."""
    facts: list[dict[str, Any]] = []
    prices: list[dict[str, Any]] = []
    known: dict[str, Company] = {}
    lines: list[Line] = []
    for one in companies:
        facts += _facts(one)
        if one.price:
            prices.append({"id": f"price.{one.key}", "company": one.key, "line": one.key, "date": one.price[1],
                           "close": one.price[0], "currency": one.currency, "adjusted": False})  # fmt: skip
        month = (one.now.end - timedelta(days=9)).month  # a year of 52 weeks may end in the first days of the next
        known[one.key] = Company(
            one.key, one.key, one.key, "", "", one.sector, one.currency, month, "us-gaap", "", "ordinary"
        )
        lines.append(Line(one.key, one.key, "", one.currency, 1.0, None, True))
    return Dataset(
        pl.DataFrame(facts, schema=frames.FACTS), pl.DataFrame(prices, schema=frames.PRICES), frames.empty(frames.FX),
        known, tuple(lines),
    )  # fmt: skip


def _facts(one: Filer) -> Iterator[dict[str, Any]]:
    for year in (one.before, one.now):
        for item, value in year.amounts.items():
            if ITEMS[item].kind == "flow":
                yield _fact(one, item, value, year.start, year.end, 12)
        if "net_income_common" in year.amounts:
            yield _fact(one, "net_income", year.amounts["net_income_common"], year.start, year.end, 12)
    balances = [(item, place.end, value) for place in (one.before, one.now, one.sheet)
                for item, value in place.amounts.items() if ITEMS[item].kind == "stock"]  # fmt: skip
    for (item, end), value in {(item, end): value for item, end, value in balances}.items():
        yield _fact(one, item, value, None, end, 0)
    for item in NOTHING:
        yield _fact(one, item, 0.0, None, one.sheet.end, 0)
    if one.shares and one.price:
        yield _fact(one, "shares_outstanding", one.shares, None, one.price[1], 0)


def _fact(one: Filer, item: str, value: float, start: date | None, end: date, months: int) -> dict[str, Any]:
    unit = ITEMS[item].unit
    return {
        "id": f"{one.key}.{item}.{end}", "company": one.key, "item": item, "segment": "total", "basis": "actual",
        "accounting": "us-gaap", "period_start": start, "period_end": end, "months": months, "value": value,
        "unit": unit, "currency": one.currency if unit.startswith("money") else None, "known_on": end,
        "origin": "reported", "inputs": [],
    }  # fmt: skip


def computed(companies: Sequence[Filer], metrics: Iterable[str], day: date) -> dict[tuple[str, str], dict[str, Any]]:
    work, findings = plan(tuple(metrics), catalogue())
    assert findings == ()
    names = [one.key for one in companies]
    cells, _ = build_panel(dataset(companies), companies=names, operands=work.operands, as_of=day)
    return {(row["company"], row["metric"]): row for row in evaluate(cells, work).iter_rows(named=True)}


# ---- theirs ---------------------------------------------------------------------------------------------------------


def library(companies: Sequence[Filer]) -> dict[str, Any]:
    """Each shared ratio as a series by company, from the library's own functions."""
    import pandas as pd
    from financetoolkit.ratios import profitability_model as profit
    from financetoolkit.ratios import solvency_model as solvency
    from financetoolkit.ratios import valuation_model as value

    def series(values: Iterable[float]) -> Any:
        return pd.Series(list(values), index=[one.key for one in companies], dtype=float)

    def item(name: str) -> Any:
        return series(one.amount(name) for one in companies)

    def before(name: str) -> Any:
        return series(one.before.amounts.get(name, math.nan) for one in companies)

    price = series(one.price[0] if one.price else math.nan for one in companies)
    shares = series(one.shares or math.nan for one in companies)
    nothing = price * 0
    revenue, income, equity = item("revenue"), item("net_income_common"), item("equity_parent")
    debt, cash, paid = item("debt_short") + item("debt_long"), item("cash"), item("dividends_paid")
    operating, depreciation = item("operating_income"), item("depreciation_amortization")
    free_cash_flow = item("operating_cash_flow") - item("capex")
    cap = value.get_market_cap(price, shares)
    firm = value.get_enterprise_value(cap, debt, nothing, nothing, cash)
    eps = value.get_earnings_per_share(income, nothing, shares)
    payout = value.get_dividend_payout_ratio(paid, income)
    both = ([year.amounts.get("equity_parent", math.nan) for year in (one.before, one.now)] for one in companies)
    return {
        "market_cap": cap,
        "enterprise_value": firm,
        "pe_fy": value.get_price_to_earnings_ratio(price, eps),
        "earnings_yield_fy": value.get_earnings_yield(eps, price),
        "ps_fy": value.get_price_to_sales_ratio(cap, revenue),
        "pb": value.get_price_to_book_ratio(price, value.get_book_value_per_share(equity, nothing, shares)),
        "ev_to_sales_fy": value.get_ev_to_sales_ratio(firm, revenue),
        "ev_to_ebitda_fy": value.get_ev_to_ebitda_ratio(firm, operating, depreciation),
        "ev_to_ebit_fy": value.get_ev_to_ebit(firm, operating),
        "p_to_fcf_fy": value.get_price_to_free_cash_flow_ratio(cap, free_cash_flow),
        "fcf_yield_fy": solvency.get_free_cash_flow_yield(free_cash_flow, cap),
        "dividend_yield": value.get_weighted_dividend_yield(paid, shares, price),
        "gross_margin_fy": profit.get_gross_margin(revenue, revenue - item("gross_profit")),
        "operating_margin_fy": profit.get_operating_margin(operating, revenue),
        "net_margin_fy": profit.get_net_profit_margin(income, revenue),
        "ebitda_margin_fy": profit.get_ebitda_margin(operating, depreciation, revenue),
        "fcf_margin_fy": profit.get_free_cash_flow_margin(free_cash_flow, revenue),
        "roe": profit.get_return_on_equity(income, series(sum(ends) / 2 for ends in both)),
        "cash_conversion_fy": profit.get_income_quality_ratio(item("operating_cash_flow"), income),
        "effective_tax_rate": profit.get_effective_tax_rate(item("income_tax"), item("pretax_income")),
        "debt_to_equity": solvency.get_debt_to_equity_ratio(debt, equity),
        "interest_coverage_fy": solvency.get_interest_coverage_ratio(operating, item("interest_expense")),
        "net_debt_to_ebitda_fy": solvency.get_net_debt_to_ebitda_ratio(operating, depreciation, debt - cash),
        "payout_ratio": payout,
        "retention_ratio": value.get_reinvestment_ratio(payout),
        "revenue_growth_fy": revenue / before("revenue") - 1,
        "operating_income_growth_fy": operating / before("operating_income") - 1,
        "net_income_growth_fy": income / before("net_income_common") - 1,
    }


# ---- side by side ---------------------------------------------------------------------------------------------------

OLDER = "ours takes an older balance sheet and marks it (METHOD 33)"
REASONS = (
    ("financial company", "debt of a bank or insurer (METHOD 11)"),
    ("shares are stated where", "a share count that others contradict (METHOD 10, 35)"),
    ("kept out of statistics", "above 100x or 75x (METHOD 19)"),
    ("a year before: not known for the fiscal year", "the year before has eleven months (METHOD 1)"),
    (
        "profit to loss|loss to profit|loss widened|loss narrowed|positive to negative|negative to positive"
        "|more negative|less negative|fell to zero|zero a year before",
        "growth from or to a loss is a word (METHOD 18)",
    ),
    ("over 18 months before", "a balance older than 18 months (METHOD 33)"),
    ("is negative|is zero", "a denominator at or below zero (METHOD 15, 16, 19)"),
)


def side_by_side(companies: Sequence[Filer], day: date) -> dict[str, Counter[str]]:
    """Per metric: how many are equal, absent in both, and different by which reason."""
    theirs = library(companies)
    ours = computed(companies, theirs, day)
    return {
        metric: Counter(_verdict(ours[one.key, metric], float(series[one.key])) for one in companies)
        for metric, series in theirs.items()
    }


def _verdict(row: Mapping[str, Any], other: float) -> str:
    if row["status"] == "ok":
        if math.isclose(row["value"], other, rel_tol=1e-9, abs_tol=1e-12):
            return "equal"
        return OLDER if math.isnan(other) and "old" in row["flags"] else "UNEXPLAINED"
    if math.isnan(other):
        return "absent in both"
    reason = row["reason"] or ""
    found = next((said for pattern, said in REASONS if re.search(pattern, reason)), "")
    return found or f"UNEXPLAINED {row['status']}: {reason}"


def table(outcome: Mapping[str, Counter[str]]) -> str:
    """The outcome as Markdown: one row per metric."""
    reasons = dict.fromkeys(reason for counted in outcome.values() for reason in counted)
    heads = ["equal", "absent in both", *(reason for reason in reasons if reason not in ("equal", "absent in both"))]
    rows = [["metric", *heads], ["---"] * (len(heads) + 1)]
    for metric, counted in outcome.items():
        rows.append([metric, *(f"{counted[head]:,}" if counted[head] else "" for head in heads)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def both_days(shared: Path) -> dict[str, Counter[str]]:
    """The companies of either day, their verdicts added up."""
    path = shared / "market_atlas" / "companies.jsonl.gz"
    added: dict[str, Counter[str]] = {}
    for day in (PRICED, FILED):
        companies = list(filers(path, day))
        assert len(companies) >= LEAST
        for metric, counted in side_by_side(companies, day).items():
            added.setdefault(metric, Counter()).update(counted)
    return added


@pytest.mark.slow
def test_shared_ratios_are_those_of_an_independent_library(shared: Path) -> None:
    """METHOD 10, 11, 13 to 16, 18, 19 and 21 beside formulas that somebody else wrote."""
    pytest.importorskip("financetoolkit.ratios.valuation_model", reason="needs financetoolkit, an independent library")
    outcome = both_days(shared)
    unexplained = {
        (metric, reason): number
        for metric, counted in outcome.items()
        for reason, number in counted.items()
        if reason.startswith("UNEXPLAINED")
    }
    assert unexplained == {}
    assert {metric: counted["equal"] for metric, counted in outcome.items() if counted["equal"] < LEAST} == {}


if __name__ == "__main__":
    print(table(both_days(Path(sys.argv[1]))))

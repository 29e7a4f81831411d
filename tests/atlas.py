"""The vendor's set of 1,775 companies as a dataset: dirty and real, for tests only."""

from __future__ import annotations

import gzip
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from peerbench.core.dataset import Dataset
from peerbench.core.items import ITEMS
from peerbench.core.periods import add_months
from peerbench.sources import ecb
from peerbench.sources.ask import Ask, Means
from peerbench.sources.merge import combine
from peerbench.sources.payload import Payload
from peerbench.sources.rows import table
from peerbench.sources.table import ROW, Table

FIELDS = {
    "revenue": "revenue", "operatingIncome": "operating_income", "netIncome": "net_income_parent", "eps": "eps_diluted",
    "cash": "cash", "equity": "equity_parent", "sharesOutstanding": "shares_outstanding",
    "operatingCashFlow": "operating_cash_flow", "costOfRevenue": "cost_of_revenue", "pretaxIncome": "pretax_income",
    "depreciation": "depreciation_amortization", "capex": "capex", "interestExpense": "interest_expense",
    "dividendsPaid": "dividends_paid",
}  # fmt: skip


def dataset(folder: Path) -> Dataset:
    """Every company under TICKER.EXCHANGE, with the vendor's own labels."""
    companies, facts = [], []
    prices: list[tuple[str, str, float, str, bool]] = []
    with gzip.open(folder / "companies.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            key = f"{entry['ticker']}.{entry['exchange']}"
            ends = [
                date.fromisoformat(row["periodEnd"]) for row in entry["historicalFinancials"] if row.get("periodEnd")
            ]
            companies.append({
                "company": key, "name": entry["name"], "reporting_currency": entry["currency"],
                "fiscal_year_end_month": (max(ends) if ends else date(2025, 12, 31)).month,
                "accounting_standard": "ifrs", "eps_basis": "ordinary", "sector": entry["sector"],
            })  # fmt: skip
            for months, name in ((12, "historicalFinancials"), (3, "quarterlyFinancials")):
                for row in entry.get(name) or ():
                    facts += _facts(key, row, months, entry["currency"])
            prices += _prices(key, entry["price"] or {})
    tables = {
        "companies": table("companies", companies, "atlas", "0" * 64),
        "facts": table("facts", facts, "atlas", "0" * 64),
        "prices": _closes(prices),
    }
    return combine((Payload("atlas", tables),))


def _prices(company: str, price: dict[str, Any]) -> list[tuple[str, str, float, str, bool]]:
    """The newest close as traded and the weekly history, under the vendor's own label."""
    weeks = [
        (company, week["d"], float(week["c"]), price["currency"], True)
        for week in price.get("history") or ()
        if week.get("c")
    ]
    newest = [(company, price["asOf"], float(price["value"]), price["currency"], False)] if price.get("value") else []
    return weeks + newest


def _closes(rows: list[tuple[str, str, float, str, bool]]) -> Table:
    frame = pl.DataFrame(rows, schema=["company", "date", "close", "currency", "adjusted"], orient="row")
    frame = frame.with_columns(pl.col("company").alias("line"), pl.lit("Vendor set").alias("source"))
    return Table(frame.with_row_index(ROW, offset=1).cast({ROW: pl.Int64}), "atlas", "0" * 64)


def _facts(company: str, row: dict[str, Any], months: int, currency: str) -> list[dict[str, Any]]:
    if not row.get("periodEnd"):
        return []
    end = date.fromisoformat(row["periodEnd"])
    found = []
    for field, item in FIELDS.items():
        if row.get(field) is None:
            continue
        flow = ITEMS[item].kind == "flow"
        start = add_months(end, -months) + timedelta(days=1)
        found.append({
            "company": company, "item": item, "accounting": "ifrs", "period_start": start if flow else None,
            "period_end": end, "months": months if flow else 0, "value": float(row[field]), "unit": ITEMS[item].unit,
            "currency": currency if ITEMS[item].unit.startswith("money") else None,
            "known_on": end + timedelta(days=60),
            "source_title": "Vendor set", "locator": f"{company} {field}", "origin": "reported",
        })  # fmt: skip
    return found


def rates(shared: Path) -> pl.DataFrame:
    """The ECB's reference rates of every currency since 2021."""
    settings = {"file": str(shared / "fx" / "eurofxref-hist.zip"), "since": date(2021, 1, 1)}
    table = ecb.read(Ask("ecb", "ecb", settings, shared), Means()).tables["fx"]
    return table.frame.with_columns(pl.lit("x").alias("id"))

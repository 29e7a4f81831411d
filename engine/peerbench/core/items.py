"""Items: the closed vocabulary of facts. An item is a flow, a balance-sheet stock or market data, never two of these.

Costs, taxes, capital spending, dividends and buybacks are positive outflows (data contract).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["flow", "stock", "market", "statistic", "estimate"]


@dataclass(frozen=True, slots=True)
class Item:
    """name, label for a reader, kind and unit. issuer: the issuer's own measure, never mixed with the standard one."""

    name: str
    label: str
    kind: Kind
    unit: str  # money | money_per_share | shares | count | pure | fraction
    issuer: bool = False


def _items(kind: Kind, unit: str, rows: str, *, issuer: bool = False) -> dict[str, Item]:
    pairs = (row.split(": ", 1) for row in rows.strip().splitlines())
    return {name.strip(): Item(name.strip(), label.strip(), kind, unit, issuer) for name, label in pairs}


ITEMS: Final[dict[str, Item]] = {
    **_items(
        "flow",
        "money",
        """
        revenue: revenue
        cost_of_revenue: cost of revenue
        gross_profit: gross profit
        research_development: research and development
        selling_marketing: selling and marketing
        general_administrative: general and administrative
        operating_income: operating income
        pretax_income: income before tax
        income_tax: income tax expense
        interest_expense: interest expense
        net_income: net income, total
        net_income_parent: net income attributable to the parent
        net_income_common: net income to ordinary shareholders
        depreciation_amortization: depreciation and amortisation
        stock_compensation: share-based compensation
        operating_cash_flow: operating cash flow
        capex: capital spending
        dividends_paid: dividends paid
        share_repurchases: share repurchases
        operating_lease_cost: operating lease cost
        """,
    ),
    **_items(
        "flow",
        "money",
        """
        free_cash_flow_issuer: free cash flow as the issuer defines it
        capex_issuer: capital spending as the issuer defines it
        adjusted_ebitda: adjusted EBITDA as the issuer defines it
        adjusted_ebita: adjusted EBITA as the issuer defines it
        non_gaap_net_income: non-GAAP net income as the issuer defines it
        """,
        issuer=True,
    ),
    **_items("flow", "money_per_share", "eps_diluted: diluted earnings per share"),
    **_items("flow", "shares", "shares_diluted: weighted diluted ordinary shares"),
    **_items(
        "stock",
        "money",
        """
        cash: cash and equivalents
        restricted_cash: restricted cash
        short_term_investments: short-term investments
        long_term_investments: long-term investments
        total_assets: total assets
        total_liabilities: total liabilities
        debt_short: short-term debt
        debt_long: long-term debt
        finance_leases: finance lease liabilities
        lease_liabilities: lease liabilities
        preferred_equity: preferred equity
        minority_interest: minority interest
        mezzanine_equity: mezzanine equity
        equity_parent: equity of the parent's shareholders
        equity_total: total equity
        convertible_debt: convertible debt
        """,
    ),
    # Options, restricted units and convertible debt: each segment is one grant, plan or issue.
    **_items(
        "stock",
        "shares",
        """
        shares_outstanding: ordinary shares outstanding
        options_outstanding: options outstanding
        restricted_units: restricted share units outstanding
        convertible_shares: shares that convertible debt turns into
        """,
    ),
    **_items(
        "stock",
        "money_per_share",
        """
        options_strike: average exercise price of the options
        convertible_price: conversion price of convertible debt
        """,
    ),
    **_items("stock", "count", "employees: employees"),
    **_items("market", "money_per_share", "price: price per ordinary share"),
    **_items("market", "shares", "shares: ordinary shares for market value"),
    **_items(
        "market",
        "money",
        """
        dilution: value of options, restricted units and convertible debt in the money
        converted_debt: convertible debt in the money
        """,
    ),
    **_items("market", "money_per_share", "dividends_per_share: dividends per ordinary share, last twelve months"),
    **_items(
        "estimate",
        "money",
        "revenue_estimate: consensus revenue",
    ),
    **_items("estimate", "money_per_share", "eps_estimate: consensus earnings per ordinary share"),
    **_items(
        "statistic",
        "fraction",
        """
        volatility: annualised volatility
        worst_day: largest daily loss
        worst_day_in_20: loss on the worst day in twenty (fifth percentile of daily returns)
        max_drawdown: deepest fall from a closing peak
        price_to_mean: price against its mean
        price_to_high: price against its high
        """,
    ),
    **_items("statistic", "money", "traded_value: median traded value a day"),
    # The segment of this operand names the other company: correlation[alibaba, 1y].
    **_items("statistic", "pure", "correlation: correlation of daily returns"),
}
FLOWS: Final = frozenset(name for name, item in ITEMS.items() if item.kind == "flow")
STOCKS: Final = frozenset(name for name, item in ITEMS.items() if item.kind == "stock")

"""Measures on an axis: their names, and a company's distance from the peer median."""

from __future__ import annotations

from typing import Final

from peerbench.brief.context import Desk
from peerbench.core.evidence import Quantity

NAMES: Final = {
    "pe_ltm": "Price / earnings",
    "pe_fy": "Price / earnings, FY",
    "ps_ltm": "Price / sales",
    "pb": "Price / book",
    "ev_to_ebit_ltm": "EV / EBIT",
    "ev_to_sales_ltm": "EV / sales",
    "ev_to_ebitda_ltm": "EV / EBITDA",
    "p_to_fcf_ltm": "Price / FCF",
    "volatility_1y": "Volatility, 1 year",
    "worst_day_in_20": "Worst day in 20",
    "worst_day_1y": "Worst day, 1 year",
    "max_drawdown_3y": "Deepest fall, 3 years",
    "debt_to_equity": "Debt / equity",
}


def name(desk: Desk, metric: str) -> str:
    """A measure's name beside a row or an axis, where there is room for words."""
    return NAMES.get(metric, desk.evidence.definitions[metric].short)


def format_of(desk: Desk, metric: str) -> str:
    """The format of a label in a drawing: the unit is written with the number."""
    unit = desk.evidence.definitions[metric].unit
    if metric.startswith("worst"):
        return "pct1"
    return {"times": "x1", "fraction": "pct0", "money": "money"}.get(unit, "n1")


def relative(desk: Desk, metric: str, company: str = "") -> Quantity:
    """value ÷ peer median − 1, also for fractions such as volatility, where the page compares in percent."""
    ev = desk.evidence
    who = company or ev.subject
    premium = ev.premium(metric, who)
    if premium.ok:
        return premium
    own, median = ev.money(who, metric), ev.median(metric)
    value = own.value / median.value - 1 if own.value is not None and median.value and median.value > 0 else None
    what = f"{own.what} against the peer median"
    return ev.work(f"relative:{who}:{metric}", what, value, "fraction", "value ÷ peer median − 1", (own, median))

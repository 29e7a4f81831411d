"""Statements that takeaways and paragraphs share: narrate's functions of the same names, asked of a brief's metrics.

None where the brief does not have the metrics.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from peerbench.brief.context import Desk
from peerbench.core.document import When
from peerbench.narrate import operations, policy, resilience, risk, valuation
from peerbench.narrate.claims import Statement

CASH_YIELD: Final = "fcf_yield_fy"
GROWTH: Final = "revenue_growth_ltm"
MARGIN: Final = "operating_margin_ltm"


def renamed(statement: Statement | None, id: str) -> Statement | None:
    """The same facts worded by another phrase; nothing stays nothing."""
    return replace(statement, id=id) if statement is not None else None


def spread(desk: Desk) -> Statement:
    statement = valuation.spread(desk.evidence, desk.metrics("multiples"))
    return replace(statement, holds={**statement.holds, "agree": not statement.holds["mixed"]})


def quarter_words(desk: Desk, metric: str) -> str:
    """ "June quarter" from the period's end; a fiscal quarter's number is never printed (METHOD 6)."""
    end = desk.evidence.value(desk.evidence.subject, metric).end
    return f"{end:%B} quarter" if end else "last quarter"


def profit_quality(desk: Desk) -> Statement | None:
    net, operating, guide = "net_income_growth_quarter", "operating_income_growth_quarter", "ev_to_ebit_ltm"
    if not desk.evidence.has(net, operating, guide):
        return None
    return operations.profit_quality(desk.evidence, net, operating, guide, quarter_words(desk, net))


def growth(desk: Desk) -> Statement | None:
    return operations.growth(desk.evidence, GROWTH) if desk.evidence.has(GROWTH) else None


def net_cash(desk: Desk) -> Statement | None:
    share = "net_cash_share"
    return resilience.net_cash(desk.evidence, "net_cash", share) if desk.evidence.has(share) else None


def robustness(desk: Desk) -> Statement | None:
    tested = desk.tested
    return valuation.robustness(desk.evidence, tested, tested.metric) if tested and tested.variants else None


def history(desk: Desk) -> Statement | None:
    premiums = desk.premiums
    if premiums is None or premiums.mean is None or premiums.now is None or not premiums.sd:
        return None
    return valuation.history(desk.evidence, premiums.now, premiums.mean, premiums.sd, premiums.n, premiums.metric)


def cash_disagrees(desk: Desk) -> Statement | None:
    if not desk.evidence.has(CASH_YIELD):
        return None
    return renamed(valuation.cash_yield(desk.evidence, CASH_YIELD, desk.headline_metric), "takeaway.cash_disagrees")


def volatility(desk: Desk) -> Statement:
    return risk.volatility(desk.evidence, "volatility_1y", "volatility_20d")


def tail(desk: Desk) -> Statement:
    return risk.tail(desk.evidence, "worst_day_in_20", "worst_day_1y")


def diversification(desk: Desk) -> Statement:
    return risk.diversification(desk.evidence, desk.study.correlations)


def drawdown(desk: Desk) -> Statement:
    return risk.drawdown(desk.evidence, "max_drawdown_3y")


def leverage(desk: Desk) -> Statement | None:
    return resilience.leverage(desk.evidence, "debt_to_equity") if desk.evidence.has("debt_to_equity") else None


def spending(desk: Desk) -> Statement | None:
    if not desk.evidence.has("capex_to_sales_fy", "capex_growth_fy"):
        return None
    return operations.spending(desk.evidence, "capex_to_sales_fy", "capex_growth_fy")


def effort(desk: Desk) -> Statement:
    return policy.effort(desk.evidence, "capex_to_sales_fy", "capex_fy")


def segment(desk: Desk) -> Statement | None:
    own = next((s for s in desk.segments if s.company == desk.evidence.subject and len(s.points) >= 2), None)
    if own is None:
        return None
    (start, first), (end, last) = own.points[0], own.points[-1]
    return operations.segment(desk.evidence, first, last, own.label, When(start, "month"), When(end, "month"))


def margin(desk: Desk) -> Statement | None:
    return operations.margins(desk.evidence, MARGIN) if desk.evidence.has(MARGIN) else None


def each(desk: Desk, metric: str, id: str, format: str) -> Statement | None:
    return operations.each(desk.evidence, metric, id, format) if desk.evidence.has(metric) else None


def three_bases(desk: Desk) -> Statement | None:
    bases = ("net_income_parent_growth_fy", "net_income_total_growth_fy", "net_income_growth_fy")
    return operations.three_bases(desk.evidence, *bases) if desk.evidence.has(*bases) else None


def forecasts(desk: Desk) -> Statement | None:
    return valuation.forecasts(desk.evidence, "pe_fy1") if desk.evidence.has("pe_fy1") else None


def ebitda_gap(desk: Desk) -> Statement | None:
    if not desk.evidence.has("ev_to_ebitda_ltm"):
        return None
    return valuation.gaps(
        desk.evidence, "ev_to_ebitda_ltm", "EV/EBITDA", "depreciation", "depreciation_amortization[ltm]"
    )


def history_withheld(desk: Desk) -> Statement | None:
    """How many month ends there are of those that a history needs."""
    ev, premiums = desk.evidence, desk.premiums
    if premiums is None or premiums.mean is not None:
        return None
    what, how = "Month ends with the multiple of the subject and of three peers", "counted from what was known at each"
    have = ev.work("history_known", what, float(premiums.n), "count", how, (ev.premium(premiums.metric),))
    need = ev.work("history_needed", "Month ends that a history needs", float(premiums.needed), "count", "by rule", ())
    values = {"have": have.number("n0"), "need": need.number("n0")}
    return Statement("valuation.history_withheld", values, {"some": 1 < premiums.n < premiums.needed})

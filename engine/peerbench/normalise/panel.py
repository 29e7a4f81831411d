"""The panel: every operand of every formula for every company as known on one day, with its ancestry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from peerbench.core import frames
from peerbench.core.dataset import Dataset
from peerbench.core.findings import Finding
from peerbench.core.items import ITEMS
from peerbench.core.metric import Operand
from peerbench.core.periods import ESTIMATE_WINDOWS, FLOW_WINDOWS, add_months, near
from peerbench.normalise import calendar, estimates, leases, securities
from peerbench.normalise.calendar import Clock
from peerbench.normalise.currency import RateNotFound
from peerbench.normalise.index import Index, index
from peerbench.normalise.reading import Reading, from_facts, missing, say
from peerbench.normalise.view import View

DEBT: Final = ("debt_short", "debt_long")


def build_panel(
    data: Dataset,
    *,
    companies: Sequence[str],
    operands: Iterable[Operand],
    as_of: date,
    index: Index | None = None,
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """CELLS in each company's reporting currency, one row per company and operand.

    Pass the same `index` for many days: it is built from the whole dataset and reads nothing later than `as_of`.
    """
    view = View(index or build_index(data, companies), as_of)
    wanted = sorted(set(operands))
    rows: list[dict[str, Any]] = []
    findings: list[Finding] = []
    for company in dict.fromkeys(companies):
        clock = calendar.clock(view, company)
        for operand in wanted:
            answer = read(view, company, operand, clock)
            rows.append(_row(view, company, operand, answer))
            findings += [_located(finding, view, company, operand) for finding in answer.findings]
    return pl.DataFrame(rows, schema=frames.CELLS), tuple(dict.fromkeys(findings))


build_index = index


def read(view: View, company: str, operand: Operand, clock: Clock) -> Reading:
    """One operand's reading: which rule answers depends on the item's kind and the window."""
    item = ITEMS.get(operand.item)
    if item is None:
        return missing(f"'{operand.item}' is not an item of the facts")
    if item.kind == "flow" and operand.window in FLOW_WINDOWS:
        if item.name == "operating_lease_cost" and leases.all_are_debt(view.company(company)):
            return leases.no_rent(view, company, operand, clock)
        return calendar.flow(view, company, operand.item, operand.segment, operand.window, operand.lag, clock)
    if item.kind == "stock" and operand.window == "latest":
        return _latest(view, company, operand)
    if item.kind == "market":
        return _market(view, company, operand)
    if item.kind == "estimate" and operand.window in ESTIMATE_WINDOWS:
        return estimates.estimate(view, company, operand.item, operand.window, clock)
    if item.kind == "statistic":
        return _statistic(view, company, operand)
    return missing(f"{item.label} has no value over the window '{operand.window}'")


def _market(view: View, company: str, operand: Operand) -> Reading:
    match operand.item:
        case "price":
            return securities.price(view, company, operand.lag)
        case "shares" if operand.lag == 0:
            return securities.shares(view, company)
        case "dividends_per_share" if operand.lag == 0:
            return securities.dividends(view, company)
        case "dilution" if operand.lag == 0:
            return securities.dilution(view, company)
        case "converted_debt" if operand.lag == 0:
            return securities.converted_debt(view, company)
    return missing(f"{ITEMS[operand.item].label} is read on the as-of date only")


def _latest(view: View, company: str, operand: Operand) -> Reading:
    """The newest balance-sheet value, never summed; one year back means the same date of the year before."""
    if operand.item in DEBT and view.company(company).financial:
        return Reading(None, "not_meaningful", "not used for a financial company, whose debt is its raw material")
    source, *marks = leases.stand_in(view, company, operand)
    facts = [fact for fact in view.facts(company, source, operand.segment) if fact.start is None]
    newest = max(facts, key=lambda fact: fact.end, default=None)
    if newest is None:
        return missing("not disclosed")
    then = add_months(newest.end, -12 * operand.lag)
    fact = newest if not operand.lag else next((row for row in facts if near(row.end, then, days=15)), None)
    if fact is None:
        return missing(f"not known at {say(then)}", end=then)
    answer = from_facts(fact.value, (fact,), start=None, end=fact.end, months=0, how="balance sheet")
    if ITEMS[operand.item].unit in ("shares", "count"):
        answer = replace(answer, how="reported count")
    sheet = max((row.end for row in view.facts(company, "total_assets")), default=newest.end)
    if ITEMS[operand.item].unit == "money" and add_months(newest.end, calendar.STALE_MONTHS) < sheet:
        return missing(f"not disclosed since {say(newest.end)}", end=newest.end)  # later balance sheets leave it out
    if add_months(newest.end, calendar.STALE_MONTHS) < view.as_of:
        return answer.without_value("stale", f"the newest balance is of {say(newest.end)}, over 18 months before")
    if (view.as_of - newest.end).days > calendar.OLD_DAYS:
        marks.append("old")
    if ITEMS[operand.item].unit == "money" and newest.end < sheet - timedelta(days=15):
        marks.append("balance_dates_differ")
    return answer.flagged(*marks)


def _statistic(view: View, company: str, operand: Operand) -> Reading:
    from peerbench.normalise.returns import market_statistic

    lines = view.lines(company, view.as_of)
    if not lines:
        return missing("no share line is known")
    found = market_statistic(
        view.index.prices[company],
        company=company, line=lines[0].line, item=operand.item, window=operand.window, as_of=view.as_of,
    )  # fmt: skip
    answer = Reading(
        found.value, found.status, found.reason, found.start, found.end, known_on=found.end,
        how=found.how, inputs=found.inputs, flags=found.flags,
    )  # fmt: skip
    return answer if found.currency is None else _at_spot(view, company, answer, found.currency)


def _at_spot(view: View, company: str, answer: Reading, currency: str) -> Reading:
    if answer.value is None:
        return answer
    try:
        rate = view.index.rates.spot(currency, view.company(company).reporting_currency, answer.end or view.as_of)
    except RateNotFound as error:
        return answer.without_value("missing", str(error))
    how = answer.how if not rate.ids else f"{answer.how} × {rate.value:.5g}"
    return replace(answer, value=answer.value * rate.value, how=how, inputs=(*answer.inputs, *rate.ids))


def _row(view: View, company: str, operand: Operand, answer: Reading) -> dict[str, Any]:
    unit = ITEMS[operand.item].unit if operand.item in ITEMS else "pure"
    currency = view.company(company).reporting_currency if unit.startswith("money") else None
    return {
        "company": company, "as_of": view.as_of, "operand": operand.key, "value": answer.value, "unit": unit,
        "currency": currency, "status": answer.status, "reason": None if answer.ok else answer.reason,
        "period_start": answer.start, "period_end": answer.end, "months": answer.months, "known_on": answer.known_on,
        "how": answer.how, "inputs": list(answer.inputs), "flags": list(answer.flags),
    }  # fmt: skip


def _located(finding: Finding, view: View, company: str, operand: Operand) -> Finding:
    """A finding of the calendar, which knows windows, told of the company and item it speaks of."""
    if finding.check != "ltm_routes_disagree":
        return finding
    what = ITEMS[operand.item].label + (f" of {operand.segment}" if operand.segment != "total" else "")
    when = f", {operand.lag} year earlier" if operand.lag else ""
    return replace(finding, message=f"{view.company(company).name}, {what}{when}: {finding.message}.", subject=company)

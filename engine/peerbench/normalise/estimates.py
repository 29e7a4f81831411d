"""Consensus known by the day: the first and second fiscal year not yet reported, and their NTM blend (METHOD 3)."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from peerbench.core.arithmetic import combined
from peerbench.core.periods import add_months, near
from peerbench.normalise.calendar import Clock
from peerbench.normalise.currency import RateNotFound
from peerbench.normalise.reading import Reading, missing, say
from peerbench.normalise.securities import per_share, price, spelled
from peerbench.normalise.view import View

STALE_DAYS: Final = 100
ALONE_FROM_MONTHS: Final = 8  # without a second year the first one answers only while this much of it remains
METRICS: Final = {"eps_estimate": "eps", "revenue_estimate": "revenue"}
_YEARS: Final = {"fy1": 1, "fy2": 2}


def estimate(view: View, company: str, item: str, window: str, clock: Clock) -> Reading:
    """An estimate per ordinary share or in money, in the reporting currency at the price's rate.

    The rate is the price's, so that price over estimate is exactly what it is per ADS in the estimate's currency.
    """
    if clock.year_end is None:
        return missing("no fiscal year is known")
    if window == "ntm":
        return _blend(view, company, item, clock.year_end)
    return _year(view, company, item, add_months(clock.year_end, 12 * _YEARS[window]), window)


def _blend(view: View, company: str, item: str, year_end: date) -> Reading:
    first, second = (_year(view, company, item, add_months(year_end, 12 * n), f"fy{n}") for n in (1, 2))
    months = min(12, max(0, months_left(view.as_of, add_months(year_end, 12))))
    if first.ok and second.ok:
        assert first.value is not None
        assert second.value is not None
        value = (months * first.value + (12 - months) * second.value) / 12
        how = f"({months} × FY1 + {12 - months} × FY2) ÷ 12"
        return Reading(
            value, start=first.start, end=add_months(view.as_of, 12), months=12, how=how,
            known_on=max(day for day in (first.known_on, second.known_on) if day),
            inputs=tuple(dict.fromkeys((*first.inputs, *second.inputs))),
            flags=tuple(dict.fromkeys((*first.flags, *second.flags))),
            arithmetic=combined(
                ((float(months), first.arithmetic), (float(12 - months), second.arithmetic)), over=12.0
            ),
        )  # fmt: skip
    if first.ok and months >= ALONE_FROM_MONTHS:
        return first.flagged("fy1_for_ntm")
    if not first.ok:
        return first
    return missing(f"{months} months of the current year remain and there is no estimate of the next; {second.reason}")


def months_left(day: date, year_end: date) -> int:
    """Calendar months after the month of `day` up to the fiscal year's last."""
    return (year_end.year - day.year) * 12 + year_end.month - day.month


def _year(view: View, company: str, item: str, year_end: date, window: str) -> Reading:
    rows = [row for row in view.index.estimates.get(company, ()) if _speaks_of(row, item, year_end)]
    known = [row for row in rows if row["snapshot_date"] <= view.as_of]
    if not known:
        return missing(f"no estimate for the fiscal year to {say(year_end)} by {say(view.as_of)}", end=year_end)
    newest = max(row["snapshot_date"] for row in known)
    row = min((row for row in known if row["snapshot_date"] == newest), key=_weight)
    answer = _converted(view, company, row, year_end)
    if answer.ok and (view.as_of - newest).days > STALE_DAYS:
        return answer.without_value("stale", f"the last estimate is of {say(newest)}, over {STALE_DAYS} days before")
    return answer.flagged(window, *_marks(view, company, row))


def _weight(row: dict[str, Any]) -> tuple[int, str, str]:
    """Of two means of one day that of more contributors; then by name, never by the order of the rows."""
    return (-(row["contributors"] or 0), str(row["source"]), str(row["id"]))


def _speaks_of(row: dict[str, Any], item: str, year_end: date) -> bool:
    yearly = not str(row["fiscal_period"] or "").upper().startswith(("Q", "H"))
    return yearly and row["metric"] == METRICS[item] and bool(row["period_end"]) and near(row["period_end"], year_end)


def _marks(view: View, company: str, row: dict[str, Any]) -> tuple[str, ...]:
    reported = max((fact.known_on for fact in view.facts(company, "revenue")), default=None)
    before = reported is not None and row["snapshot_date"] < reported
    adjusted = row["metric"] == "eps" and "non-GAAP" in (row["note"] or "")
    marks = ("estimate_before_results", before), ("non_gaap_estimate", adjusted)
    return tuple(name for name, holds in marks if holds)


def _converted(view: View, company: str, row: dict[str, Any], year_end: date) -> Reading:
    reporting, value = view.company(company).reporting_currency, float(row["value"])
    day = price(view, company).end or view.as_of
    shares = view.lines(company, day) if row["unit"] != "money" else ()
    line = next((line for line in shares if line.line == row["line"]), None)
    ratio = line.ordinary_per_unit if line else 1.0
    try:
        rate = view.index.rates.spot(row["currency"], reporting, day)
    except RateNotFound as error:
        return missing(str(error), end=year_end)
    how = spelled(value, row["currency"], ratio, rate)
    start = add_months(year_end, -12)
    return Reading(
        value / ratio * rate.value, start=date.fromordinal(start.toordinal() + 1), end=year_end, months=12,
        known_on=row["snapshot_date"], how=how, inputs=(row["id"], *rate.ids),
        arithmetic=per_share(row["id"], line, rate),
    )  # fmt: skip

"""What a reader should know before trusting the figures: identities, age, conflicts, admissions, comparability.

Checks only look; they change nothing. Each finding is one sentence a client can read, and only speaks of facts known
by the day and of the newest three years (METHOD 33–36).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final

import polars as pl

from peerbench.core.dataset import Dataset
from peerbench.core.findings import Finding
from peerbench.core.items import ITEMS, STOCKS
from peerbench.core.periods import add_months
from peerbench.normalise import calendar, counts, leases, securities
from peerbench.normalise.calendar import rounding
from peerbench.normalise.comparability import comparability
from peerbench.normalise.currency import MAX_AGE_DAYS, RateNotFound
from peerbench.normalise.index import Fact, Index, index
from peerbench.normalise.look import Look, by_window, flow_series, label, listed, millions, period
from peerbench.normalise.reading import say
from peerbench.normalise.select import FACT_KEY
from peerbench.normalise.view import View

IDENTITY_TOLERANCE: Final = 0.001
EPS_TOLERANCE: Final = 0.015
ESTIMATE_DAYS: Final = 100
FCF_TOLERANCE: Final = 0.01
# Enterprise value by METHOD 11: what must be known, and what an issuer may simply not have.
EV_NEEDED: Final = ("debt_short", "debt_long", "cash", "short_term_investments")
EV_OPTIONAL: Final = ("finance_leases", "preferred_equity", "minority_interest", "mezzanine_equity")
ADMISSIONS: Final = {
    "derived_input": "derived from stated figures",
    "rounded_input": "rounded by the source",
    "second_hand": "read in a vendor's copy of the filing",
    "unconfirmed_date": "dated by the usual announcement day, unconfirmed",
}


def check(data: Dataset, *, companies: Sequence[str], as_of: date) -> tuple[Finding, ...]:
    """Everything noticed about the companies' facts on `as_of`, company by company, then across them."""
    view = View(index(data, companies), as_of)
    looks = [Look(view, company, calendar.clock(view, company)) for company in dict.fromkeys(companies)]
    found = [finding for look in looks for finding in _of_one(look)]
    found += duplicates(data.facts, looks)
    found += disagreements(data.disagreements, looks)
    found += comparability(looks)
    return tuple(dict.fromkeys(found))


def of_company(rows: Index, company: str, *, as_of: date) -> tuple[Finding, ...]:
    """What `check` notices about one company by itself."""
    view = View(rows, as_of)
    return tuple(dict.fromkeys(_of_one(Look(view, company, calendar.clock(view, company)))))


def _of_one(look: Look) -> Iterator[Finding]:
    yield from (finding for ask in _CHECKS for finding in ask(look))


# ---- identities -----------------------------------------------------------------------------------------------------


def balance(look: Look) -> Iterator[Finding]:
    """Assets = liabilities + mezzanine + equity; the parts are used as stated, so a derived one proves nothing."""
    for assets in look.facts("total_assets"):
        owed = look.at("total_liabilities", assets.end)
        parts = [owed, look.at("equity_total", assets.end)]
        if parts[1] is None:
            parts[1:] = [look.at("equity_parent", assets.end), look.at("minority_interest", assets.end)]
        if any(part is None for part in parts):
            continue
        known = [part for part in (*parts, look.at("mezzanine_equity", assets.end)) if part]
        if gap := _gap((assets,), known):
            yield look.finding(
                "identity_balance", "warning",
                f"assets at {say(assets.end)} exceed liabilities, mezzanine and equity by {millions(gap)}", row=assets,
            )  # fmt: skip


def gross_profit(look: Look) -> Iterator[Finding]:
    revenue, cost = (by_window(look.facts(item)) for item in ("revenue", "cost_of_revenue"))
    for window, profit in by_window(look.facts("gross_profit")).items():
        if window in revenue and window in cost and (gap := _gap((revenue[window],), (cost[window], profit))):
            yield look.finding(
                "identity_gross_profit", "warning",
                f"gross profit {period(profit)} differs from revenue less cost by {millions(abs(gap))}", row=profit,
            )  # fmt: skip


def quarters(look: Look) -> Iterator[Finding]:
    """The parts of a fiscal year add up to it; parts that a restatement left behind are named and not used."""
    month = look.view.company(look.company).fiscal_year_end_month
    for item, segment in flow_series(look):
        facts = look.facts(item, segment)
        line = calendar.series(facts, month)
        for fact in line.left_behind:
            yield look.finding(
                "restated_in_part", "note",
                f"{label(item, segment)} {period(fact)} is known only as first reported, the year since restated;"
                " it is not used", row=fact,
            )  # fmt: skip
        for first, second in line.overlapping:
            yield look.finding(
                "overlapping_periods", "warning",
                f"{label(item, segment)} {period(second)} overlaps with that {period(first)}; neither is used",
                row=second,
            )  # fmt: skip
        for year in (fact for fact in line.facts if fact.months == 12 and fact.start):
            yield from _parts_of(look, line, year, label(item, segment))


def _parts_of(look: Look, line: calendar.Series, year: Fact, what: str) -> Iterator[Finding]:
    assert year.start is not None
    first, last = line.boundary(year.start), line.boundary(year.after)
    path = line.path(first, last, months=(3, 6, 9), backwards=False) if first and last else None
    gap = _gap((year,), [step.fact for step in path]) if path else 0.0
    if gap:
        text = f"{what} of the year to {say(year.end)} differs from the sum of its parts by {millions(abs(gap))}"
        yield look.finding("identity_quarters", "warning", text, row=year)


def earnings_per_share(look: Look) -> Iterator[Finding]:
    """EPS × shares ≈ net income to common; dilution adjusts both sides a little, so 1.5 % is allowed."""
    shares = by_window(look.facts("shares_diluted"))
    common = by_window(look.facts("net_income_common")) or by_window(look.facts("net_income_parent"))
    for window, eps in by_window(look.facts("eps_diluted")).items():
        if window not in shares or window not in common:
            continue
        made, stated = eps.value * shares[window].value, common[window].value
        room = EPS_TOLERANCE * abs(stated) + shares[window].value * rounding_of_cents(eps.value)
        if abs(made - stated) > room:
            yield look.finding(
                "identity_eps", "warning",
                f"earnings per share × shares {period(eps)} give {millions(made)}, net income is {millions(stated)}",
                row=eps,
            )  # fmt: skip


def share_counts(look: Look) -> Iterator[Finding]:
    """A count in thousands, or of ADS: out by a factor that no issue of shares explains. Nothing is built on it."""
    wrong = counts.odd(look.view, look.company)
    for item in ("shares_outstanding", "shares_diluted"):
        for fact in (fact for fact in look.facts(item) if fact.id in wrong):
            when = period(fact) if fact.start else f"at {say(fact.end)}"
            text = f"{ITEMS[item].label} {when}: {wrong[fact.id]}; no figure is built on it"
            yield look.finding("share_count", "error", text, row=fact)


def rounding_of_cents(eps: float) -> float:
    """Half a cent per share, the least that a stated figure may be off by."""
    return 0.005 if abs(eps) >= 0.01 else 0.0


def _gap(left: Iterable[Fact], right: Iterable[Fact]) -> float:
    """left − right where it is more than rounding explains, else 0."""
    one, other = tuple(left), tuple(right)
    gap = sum(fact.value for fact in one) - sum(fact.value for fact in other)
    size = max(abs(fact.value) for fact in (*one, *other))
    room = sum(rounding(fact.value) for fact in (*one, *other))
    return gap if abs(gap) > max(room, IDENTITY_TOLERANCE * size) else 0.0


# ---- age ------------------------------------------------------------------------------------------------------------


def age(look: Look) -> Iterator[Finding]:
    newest, as_of = look.clock.period_end, look.view.as_of
    if newest is None:
        yield look.finding("no_facts", "error", f"no period was reported by {say(as_of)}")
    elif (as_of - newest).days > calendar.OLD_DAYS:
        stale = add_months(newest, calendar.STALE_MONTHS) < as_of
        text = f"the newest period reported ended on {say(newest)}, {(as_of - newest).days} days before the as-of date"
        yield look.finding("stale_facts" if stale else "old_facts", "warning", text)
    yield from _price_age(look)
    yield from _estimate_age(look)


def _price_age(look: Look) -> Iterator[Finding]:
    answer = securities.price(look.view, look.company)
    yield from answer.findings
    if not answer.ok and not any(finding.check == "cross_line" for finding in answer.findings):
        yield look.finding("no_price", "warning", str(answer.reason))
    if "price_adjusted" in answer.flags and answer.end:
        text = f"only a dividend-adjusted close is known on {say(answer.end)}; multiples of price rest on it"
        yield look.finding("price_adjusted", "warning", text)
    count = securities.shares(look.view, look.company)
    if "diluted_average" in count.flags and count.end:
        text = (
            f"no share count of the last {securities.COUNT_DAYS} days; the diluted average to {say(count.end)} is used"
        )
        yield look.finding("diluted_average", "note", text)


def _estimate_age(look: Look) -> Iterator[Finding]:
    rows = [row for row in look.view.index.estimates.get(look.company, ()) if row["snapshot_date"] <= look.view.as_of]
    newest = max((row["snapshot_date"] for row in rows), default=None)
    if newest is None:
        yield look.finding("no_estimates", "note", f"no estimate was known by {say(look.view.as_of)}")
    elif (look.view.as_of - newest).days > ESTIMATE_DAYS:
        text = f"the last estimate is of {say(newest)}, over {ESTIMATE_DAYS} days before; forward figures are left out"
        yield look.finding("stale_estimates", "note", text)


def rates(look: Look) -> Iterator[Finding]:
    """Each share line's currency can be brought to the reporting currency on the day."""
    reporting = look.view.company(look.company).reporting_currency
    for currency in sorted({line.currency for line in look.view.lines(look.company, look.view.as_of)}):
        try:
            look.view.index.rates.spot(currency, reporting, look.view.as_of)
        except RateNotFound:
            text = f"no {currency}/{reporting} rate within {MAX_AGE_DAYS} days of {say(look.view.as_of)}"
            yield look.finding("stale_fx", "warning", text)


def unconverted(look: Look) -> Iterator[Finding]:
    """Rows in a currency without a rate are as absent as their rate; one finding per currency names the first."""
    reporting = look.view.company(look.company).reporting_currency
    lost: dict[str, list[Fact]] = defaultdict(list)
    for item, segment in look.view.index.series(look.company):
        for fact in look.view.index.facts[look.company, item, segment]:
            foreign = fact.currency not in (None, reporting) and fact.known_on <= look.view.as_of
            if foreign and fact.end >= look.since and not _has_rate(look, fact, reporting):
                lost[str(fact.currency)].append(fact)
    for currency, rows in lost.items():
        when = period(rows[0]) if rows[0].start else f"at {say(rows[0].end)}"
        more = f" and {len(rows) - 1} more rows" if len(rows) > 1 else ""
        text = f"there is no {currency}/{reporting} rate for {label(rows[0].item)} {when}{more}; not used"
        yield look.finding("fx_missing", "warning", text, row=rows[0])


def _has_rate(look: Look, fact: Fact, quote: str) -> bool:
    rates, base = look.view.index.rates, str(fact.currency)
    try:
        rates.spot(base, quote, fact.end) if fact.start is None else rates.average(base, quote, fact.start, fact.end)
    except RateNotFound:
        return False
    return True


# ---- the bridge to enterprise value ---------------------------------------------------------------------------------


def enterprise_value(look: Look) -> Iterator[Finding]:
    """A component that is not disclosed is said so: unknown is not nothing (METHOD 11)."""
    company = look.view.company(look.company)
    if company.financial:
        text = "a financial company, whose debt is its raw material; enterprise value and debt ratios are left out"
        yield look.finding("financial_company", "note", text)
        return
    newest = {item: _newest(look, item) for item in (*EV_NEEDED, *EV_OPTIONAL)}
    if leases.all_are_debt(company):
        newest["finance_leases"] = _newest(look, "lease_liabilities") or newest["finance_leases"]
    for items, severity in ((EV_NEEDED, "warning"), (EV_OPTIONAL, "note")):
        if absent := [ITEMS[item].label for item in items if newest[item] is None]:
            effect = (
                "enterprise value is missing" if severity == "warning" else "enterprise value counts nothing for it"
            )
            text = f"{listed(absent)} {'is' if len(absent) == 1 else 'are'} not disclosed; {effect}"
            yield look.finding("ev_component_missing", "warning" if severity == "warning" else "note", text)
    days = defaultdict(list)
    for item, day in newest.items():
        if day:
            days[day].append(ITEMS[item].label)
    if days and (max(days) - min(days)).days > 15:
        text = "; ".join(f"{listed(labels)} of {say(day)}" for day, labels in sorted(days.items()))
        yield look.finding("balance_dates_differ", "warning", f"enterprise value mixes balance sheets: {text}")


def _newest(look: Look, item: str) -> date | None:
    """The last balance sheet that has the item; none where later ones have left it out."""
    ends, sheets = ([fact.end for fact in look.view.facts(look.company, name)] for name in (item, "total_assets"))
    newest = max(ends, default=None)
    left_out = newest and add_months(newest, calendar.STALE_MONTHS) < max(sheets, default=newest)
    return None if left_out else newest


def free_cash_flow(look: Look) -> Iterator[Finding]:
    """Where an issuer's own free cash flow is another figure than ours, both are said and never mixed (METHOD 14)."""
    cash, capex = (by_window(look.facts(item)) for item in ("operating_cash_flow", "capex"))
    theirs = by_window(look.facts("free_cash_flow_issuer"))
    both = [window for window in theirs if window in cash and window in capex]
    newest = max(both or theirs, key=lambda window: window[1], default=None)
    if newest is None:
        return
    own, text = theirs[newest], "operating cash flow less gross capital spending is not known for it"
    if both:
        ours = cash[newest].value - capex[newest].value
        if abs(ours - own.value) <= FCF_TOLERANCE * abs(ours):
            return
        text = f"operating cash flow less gross capital spending is {millions(ours)}"
    said = f"free cash flow {period(own)} is {millions(own.value)} as the issuer defines it; {text}"
    yield look.finding("issuer_free_cash_flow", "note", f"{said}; the two are never mixed", row=own)


# ---- what the rows admit, and what others say -----------------------------------------------------------------------


def admissions(look: Look) -> Iterator[Finding]:
    """One note per company and kind, naming the items concerned."""
    found: dict[str, list[Fact]] = defaultdict(list)
    for item, segment in flow_series(look) + [(item, "total") for item in sorted(STOCKS)]:
        for fact in look.facts(item, segment):
            for mark in fact.marks:
                found[mark].append(fact)
    for mark, meaning in ADMISSIONS.items():
        if facts := found.get(mark):
            labels = sorted({ITEMS[fact.item].label for fact in facts if fact.item in ITEMS})
            shown = listed(labels if len(labels) < 5 else [*labels[:4], f"{len(labels) - 4} more items"])
            verb = "figure is" if len(facts) == 1 else "figures are"
            text = f"{len(facts)} {verb} {meaning} ({shown})"
            yield look.finding("data_quality", "note", text)


def duplicates(facts: pl.DataFrame, looks: Sequence[Look]) -> Iterator[Finding]:
    """Two rows with one key and one day but two values: the file's first one is used (METHOD 34)."""
    by_company = {look.company: look for look in looks}
    near = facts.filter(pl.col("company").is_in(list(by_company)))
    key = [*FACT_KEY, "known_on"]
    twice = near.group_by(key, maintain_order=True).agg("value").filter(pl.col("value").list.n_unique() > 1)
    for row in twice.iter_rows(named=True):
        look = by_company[row["company"]]
        if look.since <= row["period_end"] and row["known_on"] <= look.view.as_of:
            kept, other = [millions(value) for value in dict.fromkeys(row["value"])][:2]
            text = f"{label(row['item'], row['segment'])} to {say(row['period_end'])} is given as {kept} and {other}"
            yield look.finding("conflict", "warning", f"{text}; the first is used")


def disagreements(frame: pl.DataFrame, looks: Sequence[Look]) -> Iterator[Finding]:
    """Where another source shows another value than the vintage in use, both are printed, one line per figure.

    Oldest first, in a period the narrowest gap: the last speaks for all in the register. Never in the order of the
    rows: a database without `order by` gives them in any.
    """
    by_company = {look.company: look for look in looks}
    grouped: dict[tuple[str, str, date, int, float], list[str]] = defaultdict(list)
    for row in sorted(frame.iter_rows(named=True), key=_oldest_first):
        look = by_company.get(row["company"])
        said = look is not None and (row["known_on"] is None or row["known_on"] <= look.view.as_of)
        if look and said and look.since <= row["period_end"] and _in_use(look, row):
            key = (row["company"], row["item"], row["period_end"], row["months"], row["kept_value"])
            grouped[key].append(f"{millions(row['other_value'])} in {row['other_source']}")
    for (company, item, end, months, kept), others in grouped.items():
        when = {0: "at", 12: "of the year to", 3: "of the quarter to"}.get(months, f"of the {months} months to")
        text = f"{label(item)} {when} {say(end)}: {millions(kept)} here, {listed(others)}"
        yield by_company[company].finding("conflict", "note", text)


def _oldest_first(row: dict[str, Any]) -> tuple[Any, ...]:
    gap = abs(row["other_value"] / row["kept_value"] - 1) if row["kept_value"] else 0.0
    return (row["period_end"], gap, row["company"], row["item"], row["months"], row["other_source"])


def _in_use(look: Look, row: dict[str, Any]) -> bool:
    facts = look.facts(row["item"])
    return any(
        (fact.end, fact.months, fact.value) == (row["period_end"], row["months"], row["kept_value"]) for fact in facts
    )


# ---- all of them -----------------------------------------------------------------------------------------------------


_CHECKS: Final[tuple[Callable[[Look], Iterator[Finding]], ...]] = (
    balance, gross_profit, quarters, earnings_per_share, share_counts, age, rates, unconverted, enterprise_value,
    free_cash_flow, admissions,
)  # fmt: skip

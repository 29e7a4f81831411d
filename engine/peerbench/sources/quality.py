"""Suspicions about a source's figures that no rule of a single row can see: units, currencies and periods over time.

Nothing is changed or left out here: a suspicion names the figures and what they look like.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from typing import Any, Final

import polars as pl

from peerbench.core.companies import Line
from peerbench.core.dataset import Dataset
from peerbench.core.findings import Finding, Origin
from peerbench.core.items import FLOWS, ITEMS
from peerbench.sources import closes

SCALE: Final = 8.0  # a count this many times off both its neighbours is a slip of the unit, not an issue of shares
YEAR_TO_DATE: Final = 0.02
HALVES: Final = 0.005  # of the year: halves are rounded, and restated in the year
EXACT: Final = 0.0001
LABEL: Final = 0.05
# Where companies with listings abroad sit: ISO 3166-1 → ISO 4217.
CURRENCY_OF: Final = {
    "AU": "AUD", "BR": "BRL", "CA": "CAD", "CH": "CHF", "CN": "CNY", "DE": "EUR", "DK": "DKK", "ES": "EUR", "FR": "EUR",
    "GB": "GBP", "HK": "HKD", "ID": "IDR", "IL": "ILS", "IN": "INR", "IT": "EUR", "JP": "JPY", "KR": "KRW", "MX": "MXN",
    "NL": "EUR", "NO": "NOK", "SE": "SEK", "SG": "SGD", "TW": "TWD", "US": "USD", "ZA": "ZAR",
}  # fmt: skip
_COUNTS: Final = ("shares_outstanding", "shares_diluted")
# Flows of which no quarter takes anything away from the year, and those of which one seldom does.
_ACCRUING: Final = frozenset({
    "revenue", "cost_of_revenue", "research_development", "selling_marketing", "general_administrative",
    "depreciation_amortization", "stock_compensation", "capex", "dividends_paid", "share_repurchases",
    "operating_lease_cost",
})  # fmt: skip
_MOSTLY_ACCRUING: Final = frozenset({"operating_cash_flow", "gross_profit", "interest_expense", "operating_income"})


@dataclass(frozen=True, slots=True)
class _Figure:
    """A fact as the checks look at it."""

    id: str
    end: date
    months: int
    value: float
    currency: str | None
    known_on: date
    source: str


def check(data: Dataset, *, counts: bool = True) -> tuple[Finding, ...]:
    """Every suspicion, company by company. Without `counts` the share counts are left to the checks of a brief."""
    series = _series(data.facts)
    found: list[Finding] = []
    for (company, item), figures in series.items():
        if counts and item in _COUNTS:
            found += _scale(company, item, figures, data.lines)
        if item in FLOWS and ITEMS[item].unit == "money":
            found += _year_to_date(company, item, figures)
    found += _switches(series)
    found += _labels(series, data)
    found += _twins(series)
    found += closes.check(data)
    return tuple(found)


def _series(facts: pl.DataFrame) -> dict[tuple[str, str], list[_Figure]]:
    """Actual figures of whole companies, an issuer's own measures apart, the first vintage of each period, by end."""
    total = (pl.col("segment") == "total") & (pl.col("basis") == "actual") & (pl.col("accounting") != "issuer-non-gaap")
    columns = ["company", "item", "id", "period_end", "months", "value", "currency", "known_on", "source_title"]
    rows = facts.filter(total).select(columns).sort("company", "item", "period_end", "known_on")
    rows = rows.unique(["company", "item", "period_end", "months"], keep="first", maintain_order=True)
    found: dict[tuple[str, str], list[_Figure]] = defaultdict(list)
    for company, item, *rest in rows.iter_rows():
        found[company, item].append(_Figure(*rest))
    return found


# ---- counts of shares -----------------------------------------------------------------------------------------------


def _scale(company: str, item: str, figures: Sequence[_Figure], lines: Iterable[Line]) -> Iterator[Finding]:
    """A count far off the one before and the one after, which agree with each other."""
    kept = [figure for figure in figures if figure.value > 0 and figure.months in (0, 12)]
    for number, figure in enumerate(kept):
        near = [kept[at] for at in (number - 1, number + 1) if 0 <= at < len(kept)]
        if len(near) < 2:
            continue
        ratios = [figure.value / other.value for other in near]
        same_side = all(ratio > SCALE for ratio in ratios) or all(ratio < 1 / SCALE for ratio in ratios)
        if same_side and 1 / SCALE < near[0].value / near[1].value < SCALE:
            times = max(ratios[0], 1 / ratios[0])
            what = f"{times:,.0f} times {'above' if ratios[0] > 1 else 'below'} the counts before and after"
            message = f"{ITEMS[item].label} at {figure.end} is {figure.value:,.0f}, {what}; its unit looks wrong."
            yield _finding("share-count-scale", company, message, figure)


# ---- periods --------------------------------------------------------------------------------------------------------


def _year_to_date(company: str, item: str, figures: Sequence[_Figure]) -> Iterator[Finding]:
    """Quarters of a year that span more than a quarter: told once a year, by the plainest of the signs."""
    quarters = [figure for figure in figures if figure.months == 3 and figure.value > 0]
    for year in (figure for figure in figures if figure.months == 12 and figure.value > 0):
        own = [figure for figure in quarters if -5 <= (year.end - figure.end).days < 300]
        if len(own) >= 3 and _sums(item, year, own):
            shown = ", ".join(f"{figure.value / 1e6:,.0f}m to {figure.end}" for figure in own)
            message = (
                f"{ITEMS[item].label} of quarters ({shown}) looks like sums since the year began; "
                f"the year to {year.end} is {year.value / 1e6:,.0f}m."
            )
            yield _finding("year-to-date-as-quarter", company, message, own[-1])
        elif pair := _whole_year(item, year, own):
            shown = " and ".join(f"{figure.value / 1e6:,.0f}m to {figure.end}" for figure in pair)
            message = (
                f"{ITEMS[item].label} of two quarters ({shown}) makes up the whole year to {year.end}, "
                f"{year.value / 1e6:,.0f}m; they span more than a quarter."
            )
            yield _finding("year-to-date-as-quarter", company, message, pair[-1])


def _sums(item: str, year: _Figure, own: Sequence[_Figure]) -> bool:
    """The last quarter is the year; or they rise, and together exceed a year that no quarter can take away from."""
    last, total = own[-1], sum(figure.value for figure in own)
    if last.end == year.end and abs(last.value / year.value - 1) < YEAR_TO_DATE and total > 1.8 * year.value:
        return True
    steps = [later.value / before.value for before, later in pairwise(own[:3])]
    one_two_three = 1.6 < steps[0] < 2.6 and 1.3 < steps[1] < 1.8
    rise = min(steps) > 1 if item in _ACCRUING else one_two_three and item in _MOSTLY_ACCRUING
    return rise and total > 1.2 * year.value


def _whole_year(item: str, year: _Figure, own: Sequence[_Figure]) -> tuple[_Figure, _Figure] | None:
    """The last quarter and an earlier one that add up to the year: two halves, or nine months and three."""
    within = HALVES if item in _ACCRUING else EXACT
    for other in own[:-1]:
        whole = abs(other.value + own[-1].value - year.value) <= within * year.value
        if whole and abs((own[-1].end - year.end).days) < 6 and min(other.value, own[-1].value) > 0.05 * year.value:
            return other, own[-1]
    return None


# ---- currencies -----------------------------------------------------------------------------------------------------


def _switches(series: dict[tuple[str, str], list[_Figure]]) -> Iterator[Finding]:
    """A series that changes its currency: told once a company, with the figure where it happens."""
    told: set[tuple[str, str | None, str | None]] = set()
    for (company, item), figures in series.items():
        if item not in ITEMS or not ITEMS[item].unit.startswith("money"):
            continue
        for before, after in pairwise(figures):
            key = (company, before.currency, after.currency)
            if before.currency != after.currency and key not in told:
                told.add(key)
                message = (
                    f"{ITEMS[item].label} at {before.end} is in {before.currency}, at {after.end} in {after.currency}."
                )
                yield _finding("currency-switch", company, message, after)


def _labels(series: dict[tuple[str, str], list[_Figure]], data: Dataset) -> Iterator[Finding]:
    """Net income over earnings per share times shares is one; where it is an exchange rate a label is wrong."""
    known: dict[date, dict[tuple[str, str], float]] = {}
    for company in data.companies:
        years = {figure.end: figure for figure in series.get((company, "net_income_parent"), ()) if figure.months == 12}
        earned = {figure.end: figure for figure in series.get((company, "eps_diluted"), ()) if figure.months == 12}
        counted = {figure.end: figure for figure in series.get((company, "shares_diluted"), ()) if figure.months == 12}
        counted = counted or {figure.end: figure for figure in series.get((company, "shares_outstanding"), ())}
        for end in sorted(years.keys() & earned.keys() & counted.keys(), reverse=True)[:1]:
            implied = earned[end].value / _per_unit(data, company, end) * counted[end].value
            ratio = abs(years[end].value / implied) if implied else 0.0
            if 0.5 < ratio < 1.8:
                continue
            stated, rates = years[end].currency or "", known.setdefault(end, _rates(data.fx, end))
            likely = _own_currencies(data, company)
            meant = [
                (pair, rate) for pair, rate in rates.items()
                if stated in pair and likely.issuperset(pair)
                and rate > 1.5 and min(abs(ratio / rate - 1), abs(ratio * rate - 1)) < LABEL
            ]  # fmt: skip
            if meant:
                pair = min(meant, key=lambda one: min(abs(ratio / one[1] - 1), abs(ratio * one[1] - 1)))[0]
                other = next(code for code in pair if code != stated)
                message = (
                    f"net income of the year to {end} is {ratio:.3g} times earnings per share times shares, which is "
                    f"the rate of {stated} and {other}: one of them is labelled with the other's currency."
                )
                yield _finding("currency-label", company, message, years[end])


def _own_currencies(data: Dataset, company: str) -> set[str]:
    """Those that a company's figures may be in: eight shares to a certificate are not the euro's rate in renminbi."""
    about = data.companies[company]
    traded = {line.currency for line in data.lines if line.company == company}
    stated = data.facts.filter(pl.col("company") == company)["currency"].drop_nulls().unique().to_list()
    return {about.reporting_currency, *traded, *stated, CURRENCY_OF.get(about.country, about.reporting_currency)}


def _per_unit(data: Dataset, company: str, day: date) -> float:
    """Ordinary shares in what earnings are stated for: 8 for an ADS of Alibaba."""
    if data.companies[company].eps_basis != "ads":
        return 1.0
    own = [line for line in data.lines if line.company == company and line.primary]
    known = [line for line in own if line.effective_from is None or line.effective_from <= day]
    return max(known, key=lambda line: line.effective_from or date.min).ordinary_per_unit if known else 1.0


def _rates(fx: pl.DataFrame, day: date) -> dict[tuple[str, str], float]:
    """The last rate by a day of every pair that can be crossed through one base, above one."""
    newest = fx.filter(pl.col("date") <= day).sort("date").group_by("base", "quote").agg(pl.col("rate").last())
    per_base = {(base, quote): rate for base, quote, rate in newest.iter_rows()}
    found: dict[tuple[str, str], float] = {}
    bases = {base for base, _ in per_base}
    for base in bases:
        own = {base: 1.0} | {quote: rate for (of, quote), rate in per_base.items() if of == base}
        for first, one in own.items():
            for second, two in own.items():
                if two > one:
                    found[first, second] = two / one
    return found


def _twins(series: dict[tuple[str, str], list[_Figure]]) -> Iterator[Finding]:
    """One figure to the last digit under two currencies: a listing abroad labelled with the exchange's currency."""
    seen: dict[tuple[str, date, int, float], dict[str | None, tuple[str, _Figure]]] = defaultdict(dict)
    for (company, item), figures in series.items():
        if item in ITEMS and ITEMS[item].unit == "money":
            for figure in figures:
                if abs(figure.value) >= 1e6:
                    where = seen[item, figure.end, figure.months, figure.value]
                    where.setdefault(figure.currency, (company, figure))
    same: dict[tuple[str, str], list[tuple[str, _Figure, _Figure]]] = defaultdict(list)
    for (item, *_), by_currency in seen.items():
        for (first, one), (second, two) in combinations(by_currency.values(), 2):
            same[first, second].append((item, one, two))
    for (first, second), pairs in same.items():
        if len(pairs) > 2:  # round numbers meet by chance
            item, one, two = max(pairs, key=lambda pair: pair[1].end)
            message = (
                f"{len(pairs)} figures are those of {second} to the last digit, there in {two.currency}, here in "
                f"{one.currency}, {ITEMS[item].label} to {one.end} among them; one label is wrong."
            )
            yield _finding("currency-label", first, message, one)


def _finding(name: str, company: str, message: str, figure: Any) -> Finding:
    origin = Origin(figure.source, locator=figure.id)
    return Finding(name, "warning", f"{company}: {message}", "", origin, company)

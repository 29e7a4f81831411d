"""Market data per ordinary share: price, share count, dividends, and the check of one share line against another.

Units are chosen once: a price is the reporting currency's value of one ordinary share, never of an ADS (METHOD 8, 9).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from peerbench.core.arithmetic import Arithmetic, Leaf, Row, Term, combined
from peerbench.core.companies import Line
from peerbench.core.findings import Finding
from peerbench.core.items import ITEMS
from peerbench.core.periods import add_months
from peerbench.normalise.counts import odd
from peerbench.normalise.currency import SYMBOLS, Rate, RateNotFound
from peerbench.normalise.index import Close, Fact
from peerbench.normalise.reading import Reading, from_facts, missing, say
from peerbench.normalise.view import View, units

MAX_TRADING_DAYS: Final = 5
COUNT_DAYS: Final = 185
STALE_MONTHS: Final = 18
NEAR_TOLERANCE: Final = 0.03  # closes of one day or of neighbouring days
# Closes further apart differ by what happened between them, adjusted ones by the dividends folded in; a wrong ratio
# is out by a factor of two or more.
FAR_TOLERANCE: Final = 0.15


@dataclass(frozen=True, slots=True)
class Options:
    """Options of one strike in the price's currency; restricted units have a strike of 0."""

    number: float
    strike: float


@dataclass(frozen=True, slots=True)
class Quote:
    """One line's close on one day, and what an ordinary share then cost in its currency."""

    line: Line
    close: Close
    adjusted: bool

    @property
    def ordinary(self) -> float:
        return self.close.value / self.line.ordinary_per_unit


def money(value: float, currency: str) -> str:
    """A price as the trace writes it: US$163.08."""
    shown = f"{value / 1e6:,.10g}m" if abs(value) >= 1e6 else f"{value:.6g}"
    return f"{SYMBOLS.get(currency, currency + ' ')}{shown}"


def spelled(value: float, currency: str, ratio: float, rate: Rate) -> str:
    """An amount per line unit brought to an ordinary share in another currency: US$163.08 ÷ 8 × 7.1118."""
    per_unit = "" if ratio == 1 else f" ÷ {ratio:g}"
    return money(value, currency) + per_unit + (f" × {rate.value:.5g}" if rate.ids else "")


def treasury_stock(options: Sequence[Options], price: float) -> float:
    """Shares that options and restricted units add: Σ max(0, N·(1 − K/P)) (METHOD 10).

    >>> treasury_stock((Options(100, 50), Options(100, 250), Options(10, 0)), 200)
    85.0
    """
    return sum(max(0.0, row.number * (1 - row.strike / price)) for row in options)


def trading_days(first: date, last: date) -> int:
    """Weekdays after `first` up to `last`: exchange holidays count as trading days, which only errs to strictness."""
    return _weekdays_to(last) - _weekdays_to(first)


def _weekdays_to(day: date) -> int:
    weeks, rest = divmod(day.toordinal(), 7)  # ordinal 1 was a Monday
    return 5 * weeks + min(rest, 5)


def last_close(closes: Sequence[Close], day: date) -> Close | None:
    at = bisect_right(closes, day, key=lambda close: close.date) - 1
    return closes[at] if at >= 0 else None


def quote(view: View, line: Line, day: date) -> Quote | None:
    """The line's close of `day`, at most five trading days old; a dividend-adjusted one only where no other exists."""
    for adjusted in (False, True):
        close = last_close(view.index.closes.get((line.line, adjusted), ()), day)
        if close and trading_days(close.date, day) <= MAX_TRADING_DAYS:
            at_its_day = next((row for row in view.lines(line.company, close.date) if row.line == line.line), line)
            return Quote(at_its_day, close, adjusted)
    return None


def price(view: View, company: str, lag: int = 0) -> Reading:
    """Price of one ordinary share in the reporting currency, e.g. US$163.08 ÷ 8 × 7.1118."""
    return view.once(("price", company, lag), lambda: _price(view, company, lag))


def _price(view: View, company: str, lag: int) -> Reading:
    day = add_months(view.as_of, -12 * lag)
    lines = view.lines(company, day)
    if not lines:
        return missing(f"no share line is known on {say(day)}")
    found = quote(view, lines[0], day)
    if found is None:
        return missing(_no_price(view, lines[0], day))
    answer = _in_reporting_currency(view, company, found)
    if lag:
        return answer
    problem, findings = cross_lines(view, company, found, lines[1:])
    if problem and answer.ok:
        answer = answer.without_value("missing", problem)
    return replace(answer, findings=findings)


def _no_price(view: View, line: Line, day: date) -> str:
    both = (last_close(view.index.closes.get((line.line, adjusted), ()), day) for adjusted in (False, True))
    latest = max((close.date for close in both if close), default=None)
    if latest is None:
        return f"no price of {line.line} on or before {say(day)}"
    return f"the last price of {line.line} is of {say(latest)}, more than {MAX_TRADING_DAYS} trading days before"


def _in_reporting_currency(view: View, company: str, found: Quote) -> Reading:
    reporting, day = view.company(company).reporting_currency, found.close.date
    try:
        rate = view.index.rates.spot(found.close.currency, reporting, day)
    except RateNotFound as error:
        return missing(str(error), end=day)
    # The ratio of the close's own day, then today's share unit: a later split changes the shares, not the worth.
    split = view.share_factor(company, day)
    value = found.ordinary / split * rate.value
    made = per_share(found.close.id, found.line, rate, split=split)
    how = spelled(found.close.value, found.close.currency, found.line.ordinary_per_unit, rate)
    flags = ("price_adjusted",) if found.adjusted else ()
    return Reading(
        value, end=day, known_on=day, how=how, inputs=(found.close.id, *rate.ids), flags=flags, arithmetic=made
    )


def per_share(id: str, line: Line | None, rate: Rate, *, split: float = 1.0) -> Arithmetic:
    """An amount per unit of a line, brought to an ordinary share of today and into another currency."""
    ratio: tuple[Leaf, ...] = () if line is None or line.ordinary_per_unit == 1 else (units(line),)
    return Arithmetic(
        (Term((Row(id), *((rate.leaf,) if rate.ids else ())), (*ratio, *((split,) if split != 1 else ()))),)
    )


# ---- one company, several lines -------------------------------------------------------------------------------------


def cross_lines(view: View, company: str, primary: Quote, others: Sequence[Line]) -> tuple[str, tuple[Finding, ...]]:
    """The reason to withhold, if any, and what was noticed: every line must give one price of an ordinary share."""
    problem, findings, name = "", [], view.company(company).name
    for line in others:
        nearest = _nearest(view, primary, line)
        if nearest is None:
            text = f"{name}: {line.line} has no close near {say(primary.close.date)} to check {primary.line.line} by."
            findings.append(Finding("cross_line_unchecked", "note", text, subject=company))
        elif abs(nearest.gap) > nearest.tolerance:
            problem = f"{primary.line.line} and {line.line} disagree on the price of a share by {abs(nearest.gap):.0%}"
            text = f"{name}: {problem} ({nearest.days}); market value is withheld."
            findings.append(Finding("cross_line", "error", text, subject=company))
    return problem, tuple(findings)


@dataclass(frozen=True, slots=True)
class Pair:
    """Closes of two lines and how far the second's price of an ordinary share is from the first's, as a fraction."""

    first: date
    second: date
    adjusted: bool
    gap: float
    tolerance: float = NEAR_TOLERANCE

    @property
    def near(self) -> bool:
        """Of one day or of neighbouring days."""
        return trading_days(min(self.first, self.second), max(self.first, self.second)) <= 1

    @property
    def days(self) -> str:
        return say(self.first) if self.first == self.second else f"{say(self.first)} and {say(self.second)}"


def _nearest(view: View, primary: Quote, other: Line) -> Pair | None:
    """The pair of the last five trading days that agrees best, with the tolerance it is held to.

    Hong Kong closes before New York opens: news between the two parts closes of one date, so the day before or after
    counts as well. One agreeing pair proves ratio and rate; a wrong ratio agrees on no day.
    """
    ours, theirs = (_recent(view, line, primary.close.date) for line in (primary.line, other))
    pairs = [pair for own in ours for their in theirs if (pair := _pair(view, primary.line, own, other, their))]
    near = [pair for pair in pairs if pair.near]
    if any(not pair.adjusted for pair in near):
        return min(near, key=lambda pair: abs(pair.gap))
    best = min(pairs, key=lambda pair: abs(pair.gap), default=None)
    return replace(best, tolerance=FAR_TOLERANCE) if best else None


def _recent(view: View, line: Line, day: date) -> list[tuple[Close, bool]]:
    """Closes of the last five trading days and whether dividends are folded in; an unadjusted one comes first."""
    found: dict[date, tuple[Close, bool]] = {}
    for adjusted in (True, False):
        closes = view.index.closes.get((line.line, adjusted), ())
        start = bisect_right(closes, day - timedelta(days=MAX_TRADING_DAYS + 4), key=lambda close: close.date)
        end = bisect_right(closes, day, key=lambda close: close.date)
        found |= {close.date: (close, adjusted) for close in closes[start:end]}
    return [
        (close, adjusted) for close, adjusted in found.values() if trading_days(close.date, day) <= MAX_TRADING_DAYS
    ]


def _pair(view: View, first: Line, own: tuple[Close, bool], second: Line, their: tuple[Close, bool]) -> Pair | None:
    (here, folded), (there, other_folded) = own, their
    try:
        rate = view.index.rates.spot(there.currency, here.currency, there.date)
    except RateNotFound:
        return None
    worth = there.value / second.ordinary_per_unit * rate.value
    gap = worth / (here.value / first.ordinary_per_unit) - 1
    return Pair(here.date, there.date, folded or other_folded, gap)


# ---- shares and dividends -------------------------------------------------------------------------------------------


def shares(view: View, company: str) -> Reading:
    """The latest count known, plus what options add where they are known (METHOD 10)."""
    newest, average = _newest_count(view, company)
    if newest is None:
        return missing("no share count is known")
    answer = _count(newest, "weighted diluted average" if average else "shares outstanding")
    if contradicted := odd(view, company).get(newest.id):
        return answer.without_value("missing", contradicted)
    if average:
        answer = answer.flagged("diluted_average")
    if add_months(newest.end, STALE_MONTHS) < view.as_of:
        return answer.without_value("stale", f"the newest share count is of {say(newest.end)}, over 18 months before")
    answer = answer.flagged("old") if (view.as_of - newest.end).days > COUNT_DAYS else answer
    return answer if average else _diluted(answer, added(view, company))


def _newest_count(view: View, company: str) -> tuple[Fact | None, bool]:
    """The count, or a weighted diluted average (and True) only where no count is dated within 185 days."""
    count = max(view.facts(company, "shares_outstanding"), key=lambda fact: fact.end, default=None)
    if count and (view.as_of - count.end).days <= COUNT_DAYS:
        return count, False
    averages = [fact for fact in view.facts(company, "shares_diluted") if fact.start]
    average = max(averages, key=lambda fact: (fact.end, -fact.months), default=None)
    newest = max((fact for fact in (count, average) if fact), key=lambda fact: fact.end, default=None)
    return newest, newest is not None and newest is average


def _diluted(count: Reading, more: Reading) -> Reading:
    """The count plus what options and converts add, where they are known; an average is diluted already."""
    if count.value is None or more.value is None:
        return count
    how = f"{count.value / 1e6:,.6g}m {count.how} + {more.how}"
    known = max(day for day in (count.known_on, more.known_on) if day)
    inputs, flags = (
        tuple(dict.fromkeys((*a, *b))) for a, b in ((count.inputs, more.inputs), (count.flags, more.flags))
    )
    value = count.value + more.value
    made = replace(count, value=value, how=how, known_on=known, inputs=inputs, flags=flags, arithmetic=None)
    return made.flagged("treasury_stock")


def _count(fact: Fact, what: str) -> Reading:
    return from_facts(fact.value, (fact,), start=fact.start, end=fact.end, months=fact.months, how=what)


@dataclass(frozen=True, slots=True)
class Grant:
    """One plan or issue as of its newest date: so many shares at a price; restricted units at none."""

    name: str
    number: Fact
    at: Fact | None = None  # the strike or the conversion price
    debt: Fact | None = None  # what a conversion extinguishes

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(fact for fact in (self.number, self.at, self.debt) if fact)

    @property
    def options(self) -> Options:
        return Options(self.number.value, self.at.value if self.at else 0.0)


def added(view: View, company: str) -> Reading:
    """Shares that options add by the treasury stock method, restricted units in full, converts in the money in full.

    METHOD 10. Without a row of any of them there is no figure, which is not a figure of nothing.
    """
    options, units = _grants(view, company, "options_outstanding", "options_strike"), _grants(view, company, UNITS)
    converts, quoted = _converts(view, company), price(view, company)
    grants = (*options, *units, *converts)
    if not grants:
        return missing("no option data")
    if lacking := [grant for grant in (*options, *converts) if grant.at is None]:
        return missing(f"no exercise or conversion price is known for {lacking[0].name}")
    if quoted.value is None:
        return missing(quoted.reason or "no price")
    saved = treasury_stock([grant.options for grant in (*options, *units)], quoted.value)
    turned = sum(grant.number.value for grant in _in_the_money(converts, quoted.value))
    words = f"{saved / 1e6:,.6g}m by the treasury stock method" + (
        f" + {turned / 1e6:,.6g}m converted" if turned else ""
    )
    return _granted(saved + turned, grants, quoted, view, words)


def dilution(view: View, company: str) -> Reading:
    """What the shares added are worth."""
    answer, quoted = added(view, company), price(view, company)
    if answer.value is None or quoted.value is None:
        return answer
    how = f"({answer.how}) × {quoted.value:.6g}"
    return replace(answer, value=answer.value * quoted.value, how=how, arithmetic=None)


def converted_debt(view: View, company: str) -> Reading:
    """Debt that in-the-money converts extinguish once their shares are counted."""
    converts, quoted = _converts(view, company), price(view, company)
    if not converts:
        return missing("no convertible debt is known")
    if any(grant.at is None or grant.debt is None for grant in converts):
        return missing("a conversion price or amount is not known")
    if quoted.value is None:
        return missing(quoted.reason or "no price")
    value = sum(grant.debt.value for grant in _in_the_money(converts, quoted.value) if grant.debt)
    return _granted(value, converts, quoted, view, f"converts in the money at {quoted.value:.6g}")


UNITS: Final = "restricted_units"


def _granted(value: float, grants: Sequence[Grant], quoted: Reading, view: View, how: str) -> Reading:
    facts = tuple(fact for grant in grants for fact in grant.facts)
    newest = max(fact.end for fact in facts)
    made = from_facts(value, facts, start=None, end=quoted.end or newest, months=0, how=how)
    known = max(day for day in (made.known_on, quoted.known_on) if day)
    answer = replace(made, known_on=known, inputs=(*made.inputs, *quoted.inputs), arithmetic=None)
    if add_months(newest, STALE_MONTHS) < view.as_of:
        return answer.without_value("stale", f"the newest option data are of {say(newest)}, over 18 months before")
    return answer


def _converts(view: View, company: str) -> tuple[Grant, ...]:
    return _grants(view, company, "convertible_shares", "convertible_price", "convertible_debt")


def _in_the_money(converts: Sequence[Grant], price: float) -> list[Grant]:
    return [grant for grant in converts if grant.at is not None and grant.at.value < price]


def _grants(view: View, company: str, number: str, at: str = "", debt: str = "") -> tuple[Grant, ...]:
    """Every segment's newest row of `number`, with what is known of `at` and `debt` on that day."""
    found = []
    for segment in view.index.segments(company, number):
        newest = max(view.facts(company, number, segment), key=lambda fact: fact.end, default=None)
        if newest is not None:
            rest = (_of_day(view, company, item, segment, newest.end) if item else None for item in (at, debt))
            found.append(Grant(f"{ITEMS[number].label} ({segment})", newest, *rest))
    return tuple(found)


def _of_day(view: View, company: str, item: str, segment: str, day: date) -> Fact | None:
    return next((fact for fact in view.facts(company, item, segment) if fact.end == day), None)


def dividends(view: View, company: str) -> Reading:
    """Dividends per ordinary share that went ex in twelve months, at the price's rate: a yield is then the line's own.

    An empty file means unknown, not nothing: a company that paid nothing says so with a row of 0.
    """
    since = add_months(view.as_of, -12)
    rows = [row for row in view.index.dividends.get(company, ()) if since < row["ex_date"] <= view.as_of]
    if not rows:
        return missing("no dividend of the last twelve months is on record")
    lines = {line.line: line for line in view.lines(company, view.as_of)}
    quoted = price(view, company)
    day, reporting = quoted.end or view.as_of, view.company(company).reporting_currency
    total, ids, terms, made = 0.0, [], [], []
    for row in rows:
        try:
            rate = view.index.rates.spot(row["currency"], reporting, day)
        except RateNotFound as error:
            return missing(str(error), start=since, end=view.as_of)
        ratio = lines[row["line"]].ordinary_per_unit if row["line"] in lines else 1.0
        total += row["amount"] / ratio * rate.value
        ids += [row["id"], *rate.ids]
        terms.append(spelled(row["amount"], row["currency"], ratio, rate))
        made.append((1.0, per_share(row["id"], lines.get(row["line"]), rate)))
    return Reading(
        total, start=since + timedelta(days=1), end=view.as_of, months=12, known_on=rows[-1]["ex_date"],
        how=" + ".join(terms), inputs=tuple(dict.fromkeys(ids)), arithmetic=combined(made),
    )  # fmt: skip

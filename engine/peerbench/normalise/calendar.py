"""Windows: the latest fiscal year, quarter and last twelve months of an item, by every route the facts allow.

Periods are edges between days: a fiscal year leads from its first day to the day after its last, a stub leads part of
the way. A window is a path; walking an edge backwards subtracts it. A company's windows all end on the same days.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from peerbench.core.arithmetic import Arithmetic, combined
from peerbench.core.companies import Company
from peerbench.core.findings import Finding
from peerbench.core.items import FLOWS, ITEMS
from peerbench.core.periods import add_months, month_end, months_of, near
from peerbench.normalise.counts import odd
from peerbench.normalise.index import Fact
from peerbench.normalise.reading import Reading, from_facts, missing, say
from peerbench.normalise.view import View

OLD_DAYS: Final = 185
STALE_MONTHS: Final = 18
MONTHS: Final = {"fy": 12, "quarter": 3, "ltm": 12, "cy": 12}
WORDS: Final = {
    "fy": "the fiscal year",
    "quarter": "the quarter",
    "ltm": "the last twelve months",
    "cy": "the calendar year",
}
# METHOD 17: what stands in where an issuer prints no separate line, and the mark it leaves.
STAND_INS: Final = {"net_income_common": ("net_income_parent", "parent_for_common")}
_SUMS: Final = {(3, 3, 3, 3): "sum of four quarters", (6, 6): "sum of two halves"}
_STATED: Final = {12: "fiscal year", 3: "reported quarter", 0: "reported"}
_JITTER_DAYS: Final = 10  # a 52/53-week year ends a few days beside the month's end
_MOST_STEPS: Final = 7


@dataclass(frozen=True, slots=True)
class Step:
    """A fact walked forwards (added) or backwards (subtracted)."""

    fact: Fact
    sign: int


Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """The last days of a company's newest fiscal year and newest reported period of any length."""

    year_end: date | None
    period_end: date | None


@dataclass(frozen=True, slots=True)
class Span:
    """A window to fill: from `start` to `end`, both inclusive."""

    start: date
    end: date
    months: int


@dataclass(frozen=True, slots=True)
class Series:
    """One item's flows as edges between boundaries. Set aside: what a restatement left behind, what overlaps."""

    facts: tuple[Fact, ...]
    left_behind: tuple[Fact, ...] = ()
    overlapping: tuple[tuple[Fact, Fact], ...] = ()
    boundaries: tuple[date, ...] = ()
    steps: dict[date, tuple[tuple[date, Step], ...]] = field(default_factory=dict)

    def boundary(self, day: date) -> date | None:
        """The boundary that `day` means, a few days off in a 52/53-week year."""
        return next((known for known in self.boundaries if near(known, day, days=_JITTER_DAYS)), None)

    def whole(self, start: date, end: date) -> Path | None:
        """The one fact that covers the days from `start` up to but not including `end`."""
        there = [step for to, step in self.steps.get(start, ()) if to == end and step.sign > 0]
        return (max(there, key=lambda step: step.fact.known_on),) if there else None

    def path(
        self, start: date, end: date, *, months: Sequence[int], backwards: bool, within: tuple[date, date] | None = None
    ) -> Path | None:
        """The path of fewest steps from `start` to `end` over facts of the given lengths."""
        queue: list[tuple[int, int, date, Path]] = [(0, 0, start, ())]
        seen: set[date] = set()
        order = 0
        while queue:
            cost, _, here, path = heapq.heappop(queue)
            if here == end:
                return path
            if here in seen or len(path) == _MOST_STEPS:
                continue
            seen.add(here)
            for to, step in self.steps.get(here, ()):
                outside = within is not None and not within[0] <= to <= within[1]
                if step.fact.months not in months or outside or (step.sign < 0 and not backwards):
                    continue
                order += 1
                heapq.heappush(queue, (cost + 10 + (step.sign < 0), order, to, (*path, step)))
        return None


def clock(view: View, company: str) -> Clock:
    """Revenue keeps the time; a company without revenue goes by whatever flow it reports latest."""
    flows = _flows(view.facts(company, "revenue"))
    if not flows:
        items = sorted(what for what, segment in view.index.series(company) if segment == "total")
        flows = [fact for item in items if item in FLOWS for fact in _flows(view.facts(company, item))]
    month = view.company(company).fiscal_year_end_month
    years = [fact.end for fact in flows if fact.months == 12 and _is_year_end(fact.end, month)]
    return Clock(max(years, default=None), max((fact.end for fact in flows), default=None))


def series(facts: Iterable[Fact], year_end_month: int) -> Series:
    """Edges between boundaries; in a year that was restated only what was published with or after it stays."""
    flows = _flows(facts)
    left = _left_behind(flows, year_end_month)
    pairs = _overlapping([fact for fact in flows if fact not in left])
    aside = {fact.id for pair in pairs for fact in pair} | {fact.id for fact in left}
    kept = tuple(fact for fact in flows if fact.id not in aside)
    boundaries: list[date] = []
    steps: dict[date, list[tuple[date, Step]]] = {}
    for fact in kept:
        assert fact.start is not None
        first, last = (_boundary(boundaries, day) for day in (fact.start, fact.after))
        steps.setdefault(first, []).append((last, Step(fact, 1)))
        steps.setdefault(last, []).append((first, Step(fact, -1)))
    return Series(kept, tuple(left), pairs, tuple(boundaries), {day: tuple(edges) for day, edges in steps.items()})


def span(clock: Clock, window: str, lag: int) -> Span | None:
    """The days of a window, `lag` years back."""
    end = clock.year_end if window == "fy" else clock.period_end
    if end is None:
        return None
    end = calendar_year_end(end) if window == "cy" else end
    last = add_months(end, -12 * lag)
    return Span(add_months(last, -MONTHS[window]) + timedelta(days=1), last, MONTHS[window])


def flow(view: View, company: str, item: str, segment: str, window: str, lag: int, clock: Clock) -> Reading:
    """A flow over a window. The stand-in is chosen once, by the newest window, so that growth keeps one basis."""
    answer = _flow(view, company, item, segment, window, lag, clock)
    if item not in STAND_INS:
        return answer
    newest = answer if lag == 0 else _flow(view, company, item, segment, window, 0, clock)
    other, mark = STAND_INS[item]
    if newest.status != "missing" or not view.facts(company, other, segment):
        return answer
    instead = _flow(view, company, other, segment, window, lag, clock)
    return instead.flagged(mark) if instead.ok else answer


def _flow(view: View, company: str, item: str, segment: str, window: str, lag: int, clock: Clock) -> Reading:
    facts = view.facts(company, item, segment)
    wanted = span(clock, window, lag)
    if not facts or wanted is None:
        return missing("not disclosed")
    month = view.company(company).fiscal_year_end_month
    line = view.once(("series", company, item, segment), lambda: series(facts, month))
    unit = ITEMS[item].unit if item in ITEMS else "money"
    answer = fill(line, wanted, window) if unit == "money" else _mean_or_sum(line, wanted, unit)
    if unit == "shares" and (contradicted := _contradicted(view, company, answer)):
        answer = missing(contradicted)
    if not answer.ok and window == "cy" and unit == "money":
        answer = weighted(line, wanted, month)
    if not answer.ok:
        return missing(_why(item, window, line, wanted, answer.reason or ""), start=wanted.start, end=wanted.end)
    assert clock.period_end is not None
    return _aged(_checked(answer, view.company(company), item), view.as_of, clock.period_end)


def fill(line: Series, wanted: Span, window: str) -> Reading:
    start, end = line.boundary(wanted.start), line.boundary(wanted.end + timedelta(days=1))
    if start is None or end is None:
        return missing("")
    routes = list(_routes(line, start, end, wanted.months))
    if not routes:
        return missing("")
    path, how = routes[0]
    answer = _read(path, start, end, wanted.months, how)
    return _compared(answer, path, routes[1:])


def calendar_year_end(newest: date) -> date:
    """The last day of the newest calendar year that is over; a 52/53-week year may end some days before it."""
    return date((newest + timedelta(days=_JITTER_DAYS)).year - 1, 12, 31)


def weighted(line: Series, wanted: Span, month: int) -> Reading:
    """m/12 of the fiscal year that ends in the calendar year and the rest of the next, m its last month (METHOD 4).

    The second choice, where the quarters of the year are not known: month weights distort a volatile line by 10 to
    20 %, so the answer carries the flag `calendarised`.
    """
    ends = (month_end(date(wanted.end.year + later, month, 1)) for later in (0, 1))
    years = [next((fact for fact in line.facts if fact.months == 12 and near(fact.end, end)), None) for end in ends]
    first, second = years
    if first is None or second is None:
        return missing("")
    value = (month * first.value + (12 - month) * second.value) / 12
    how = f"{month}/12 of the {_period(first)} + {12 - month}/12 of the {_period(second)}"
    answer = from_facts(value, (first, second), start=wanted.start, end=wanted.end, months=12, how=how)
    made = Arithmetic((first.term(float(month)), second.term(float(12 - month))), 12.0)
    return replace(answer, arithmetic=made).flagged("calendarised")


def _routes(line: Series, start: date, end: date, months: int) -> Iterable[tuple[Path, str]]:
    """The best route first: reported whole; year + stub − prior stub; sum of parts; any difference that fits."""
    if whole := line.whole(start, end):
        yield whole, "reported"
        if months < 12:
            return
    elif months == 12 and (rolled := _rolled(line, start, end)):
        yield rolled, "rolled"
    if parts := line.path(start, end, months=(3, 6, 9), backwards=False):
        yield parts, "parts"
    elif not whole and (any_path := line.path(start, end, months=(3, 6, 9, 12), backwards=True)):
        yield any_path, "difference"


def _rolled(line: Series, start: date, end: date) -> Path | None:
    """Fiscal year + year to date − prior year to date (METHOD 1): the year that holds the window's first day."""
    for first, edges in line.steps.items():
        for last, step in edges:
            if step.sign < 0 or step.fact.months != 12 or not first < start < last < end:
                continue
            stub = line.path(last, end, months=(3, 6, 9), backwards=False)
            prior = line.path(first, start, months=(3, 6, 9), backwards=True, within=(first, last))
            if stub and prior:
                return (step, *stub, *(Step(back.fact, -back.sign) for back in prior))
    return None


def _read(path: Path, start: date, end: date, months: int, how: str) -> Reading:
    value = sum(step.sign * step.fact.value for step in path)
    last = end - timedelta(days=1)
    text = _words(path, months, how)
    flags = ("long_year",) if months == 12 and (end - start).days > 368 else ()
    answer = from_facts(value, (step.fact for step in path), start=start, end=last, months=months, how=text)
    made = Arithmetic(tuple(step.fact.term(float(step.sign)) for step in path))
    return replace(answer, arithmetic=made).flagged(*flags)


def _words(path: Path, months: int, how: str) -> str:
    """How the window was filled, in words a reader can follow."""
    if how == "reported":
        return _STATED.get(months, _STATED[0])
    lengths = tuple(step.fact.months for step in path)
    if how == "parts" and lengths in _SUMS:
        return _SUMS[lengths]
    ordered = sorted(path, key=lambda step: step.sign < 0)
    terms = [f"{'−' if step.sign < 0 else '+'} {_period(step.fact)}" for step in ordered]
    return " ".join(terms).removeprefix("+ ")


def _period(fact: Fact) -> str:
    length = {3: "quarter", 6: "six months", 9: "nine months", 12: "year"}[fact.months]
    return f"{length} to {fact.end.day} {fact.end:%b} {fact.end.year}"


def _compared(answer: Reading, path: Path, others: Sequence[tuple[Path, str]]) -> Reading:
    """Both routes are computed where possible and must agree within the rounding of what they are made of."""
    for other, _ in others:
        value = sum(step.sign * step.fact.value for step in other)
        assert answer.value is not None
        gap, room = value - answer.value, _room((*path, *other))
        if abs(gap) > room:
            message = f"{answer.how} gives {_millions(answer.value)}, the sum of the quarters {_millions(value)}"
            found = Finding("ltm_routes_disagree", "warning", message)
            return replace(answer.flagged("routes_disagree"), findings=(found,))
    return answer


def _room(steps: Iterable[Step]) -> float:
    return sum(rounding(step.fact.value) for step in steps)


def rounding(value: float) -> float:
    """Half the unit a figure seems to be rounded to: 10,450,000,000 may be 5,000,000 off; never above 1 %."""
    unit = 1.0
    while value and value % (unit * 10) == 0 and unit < 1e9:
        unit *= 10
    return min(unit / 2, abs(value) / 100)


def _millions(value: float) -> str:
    return f"{value / 1e6:,.0f}m"


def _mean_or_sum(line: Series, wanted: Span, unit: str) -> Reading:
    """Per-share figures and share averages are never subtracted: reported whole, or four reported quarters."""
    start, end = line.boundary(wanted.start), line.boundary(wanted.end + timedelta(days=1))
    if start is None or end is None:
        return missing("")
    if whole := line.whole(start, end):
        return _read(whole, start, end, wanted.months, "reported")
    parts = line.path(start, end, months=(3,), backwards=False) if wanted.months == 12 else None
    if not parts:
        return missing("")
    total = _read(parts, start, end, wanted.months, "parts")
    assert total.value is not None
    if unit == "money_per_share":
        return total.flagged("sum_of_reported_eps")
    made = combined(((1.0, total.arithmetic),), over=float(len(parts)))
    mean = replace(total, value=total.value / len(parts), how="mean of four quarters", arithmetic=made)
    return mean.flagged("mean_of_quarters")


def _contradicted(view: View, company: str, answer: Reading) -> str:
    """Why an average of shares is not used: it is made of one that every other count contradicts."""
    wrong = odd(view, company)
    return next((wrong[name] for name in answer.inputs if name in wrong), "")


def _checked(answer: Reading, company: Company, item: str) -> Reading:
    """A derived negative revenue is a mistake in the data, not a figure (METHOD 5)."""
    stated = answer.how in _STATED.values()  # an insurer may state negative revenue; two figures may not give it
    if item != "revenue" or answer.value is None or answer.value >= 0 or stated:
        return answer
    reason = f"{answer.how} would be a negative revenue"
    found = Finding("negative_revenue", "error", f"{company.name}: {reason}.", subject=company.company)
    return replace(answer.without_value("missing", reason), findings=(*answer.findings, found))


def _aged(answer: Reading, as_of: date, newest: date) -> Reading:
    """Age is that of the newest period reported: in September a calendar year's figures are not old, only annual."""
    if add_months(newest, STALE_MONTHS) < as_of:
        return answer.without_value("stale", f"the newest period ended on {say(newest)}, over 18 months before")
    return answer.flagged("old") if (as_of - newest).days > OLD_DAYS else answer


def _why(item: str, window: str, line: Series, wanted: Span, reason: str) -> str:
    if reason:
        return reason
    near_it = add_months(wanted.start, -12)  # a prior stub is part of the year that the window begins in
    if any(fact.end >= near_it and fact.start and fact.start <= wanted.end for fact in line.left_behind):
        return "part of the year was restated and the rest was not"
    aside = (fact for pair in line.overlapping for fact in pair)
    if any(fact.end >= near_it and fact.start and fact.start <= wanted.end for fact in aside):
        return "two of the periods it would be made of overlap"
    ends = [fact.end for fact in line.facts]
    newest = max(ends, default=None)
    if newest is None:
        return "not disclosed"
    if newest < wanted.end - timedelta(days=_JITTER_DAYS):
        return f"known only to {say(newest)}, not for {WORDS[window]} to {say(wanted.end)}"
    if min(fact.start for fact in line.facts if fact.start) > wanted.start + timedelta(days=_JITTER_DAYS):
        return f"not known for {WORDS[window]} to {say(wanted.end)}"
    return f"the periods known do not add up to {WORDS[window]} to {say(wanted.end)}"


def _flows(facts: Iterable[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.start is not None and months_of((fact.after - fact.start).days) > 0]


def _is_year_end(end: date, month: int) -> bool:
    """In the fiscal year's last month, or a few days beside its end: 52/53-week years end on a weekday."""
    return end.month == month or any(near(end, month_end(date(year, month, 1))) for year in (end.year - 1, end.year))


def _left_behind(flows: Sequence[Fact], year_end_month: int) -> list[Fact]:
    """In a year with a restated part, parts published before the year's own latest vintage are of another basis."""
    left: list[Fact] = []
    for year in flows:
        if year.months != 12 or not _is_year_end(year.end, year_end_month):
            continue
        assert year.start is not None
        parts = [f for f in flows if f.months < 12 and f.start and year.start <= f.start and f.end <= year.end]
        if year.restated or any(part.restated for part in parts):
            left += [part for part in parts if part.known_on < year.known_on]
    return left


def _boundary(known: list[date], day: date) -> date:
    for other in known:
        if near(other, day, days=_JITTER_DAYS):
            return other
    known.append(day)
    return day


def _overlapping(flows: Sequence[Fact]) -> tuple[tuple[Fact, Fact], ...]:
    """Pairs of quarters, or of halves, that share some of their days but not all: at least one is wrong, so neither is
    used. Longer periods of one start, and fiscal years across a changed year end, overlap by nature."""
    found: list[tuple[Fact, Fact]] = []
    for months in (3, 6):
        parts = sorted((fact for fact in flows if fact.months == months and fact.start), key=lambda fact: fact.end)
        for first, second in pairwise(parts):
            assert second.start is not None
            if near(first.end, second.end, days=_JITTER_DAYS):
                continue
            if (first.end - second.start).days >= _JITTER_DAYS:
                found.append((first, second))
    return tuple(found)

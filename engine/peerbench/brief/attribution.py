"""Why each figure moved between two issues: every set of causes is made with the engine's own rules and evaluated.

A cause is a kind of input. An operand's cell is taken as it was or as it is now by the state of its cause, all cells of
one set make one row of metrics, and compare.changes splits the difference. Which cause an operand belongs to:

price         the close in the currency of its listing; statistics of closes
fx            the rate that brings the close into the reporting currency, and money into the brief's
shares        counts, options, and the unit of a share (a split changes unit and count, and nothing else)
earnings      what companies newly reported, in any line of the accounts
restatement   the same fact with another value, or one that was withdrawn or added for a day already past
estimates     forecasts
method        the formulas
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

import polars as pl

from peerbench.brief.dossier import Asked
from peerbench.compare import changes
from peerbench.compare.changes import METHOD, NONE, Causes, Change
from peerbench.core import frames
from peerbench.core.dataset import Dataset
from peerbench.core.items import ITEMS
from peerbench.core.metric import MetricDefinition, Operand
from peerbench.metrics import catalogue, evaluate
from peerbench.metrics import plan as planning
from peerbench.normalise import currency, panel, securities
from peerbench.normalise.index import index
from peerbench.normalise.select import FACT_KEY, known_by
from peerbench.normalise.view import View

PRICE: Final = "price"
FX: Final = "fx"
SHARES: Final = "shares"
EARNINGS: Final = "earnings"
RESTATEMENT: Final = "restatement"
ESTIMATES: Final = "estimates"
CAUSES: Final = (PRICE, EARNINGS, ESTIMATES, SHARES, FX, RESTATEMENT, METHOD)
Key = tuple[str, str]  # company, metric

SPOT: Final = "price[spot]"
_UNREAD: Final = ("as_of", "inputs", "how")  # of CELLS, not read when a set of causes is evaluated
MONEY: Final = ("money", "money_per_share")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two issues: what was asked, the data at hand, and (company, metric) → the figure as it was printed.

    printed is empty where the issue's figures are only what today's rules make of its data.
    """

    asked: Asked
    data: Dataset
    printed: Mapping[Key, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moved:
    """One metric of one company between two issues; money in the currency of the later brief.

    change is of the figure itself; against_peers of its distance to the peers' median: a premium (a fraction of the
    median) where relative, else a gap in the figure's own unit.
    documents: ids of facts, prices, rates and estimates that it rests on now and did not rest on then; before: those
    that it rested on then. corrected: what the earlier issue would have had with the facts as they stand now. steps:
    how far the close moved, and the accounts where a single item of them did, as fractions; item is that one's name.
    """

    company: str
    metric: str
    unit: str
    currency: str
    then: Mapping[str, Any]  # value, status, reason, period_end of the earlier issue
    now: Mapping[str, Any]
    change: Change
    against_peers: Change | None = None
    peers: changes.Medians | None = None
    relative: bool = True
    documents: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    corrected: float | None = None
    steps: Mapping[str, float] = field(default_factory=dict)
    item: str = ""

    @property
    def still(self) -> bool:
        """Whether the figure and its status are what they were."""
        same = self.then.get("status") == self.now.get("status")
        step = self.change.change
        return same and (step is None or abs(step) <= changes.SAME * abs(self.change.then or 1.0))


@dataclass(frozen=True, slots=True)
class Restated:
    """A fact whose value is another than the earlier issue knew, or that one of the two does not have.

    kind: restated (the issuer said otherwise later), corrected (our data said otherwise of the same statement),
    withdrawn (no longer in the data), added (known before the earlier issue, and missing there).
    """

    kind: str
    then: Mapping[str, Any] | None  # rows of FACTS
    now: Mapping[str, Any] | None

    @property
    def row(self) -> Mapping[str, Any]:
        found = self.now or self.then
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class Attribution:
    """Everything that differs between two issues."""

    moved: tuple[Moved, ...]
    restated: tuple[Restated, ...]
    new_metrics: tuple[str, ...]
    gone_metrics: tuple[str, ...]
    formulas: tuple[tuple[str, str, str], ...]  # metric, formula then, formula now
    active: tuple[str, ...]  # causes by which anything differs at all


def attribute(then: Side, now: Side, *, metrics: Collection[str] | None = None) -> Attribution:
    """Each figure of the later brief that the earlier one has too, with its change by cause; of these metrics alone."""
    made = _Between(then, now, metrics)
    return Attribution(
        tuple(made.moved()),
        made.restated,
        tuple(metric for metric in now.asked.metrics if metric not in then.asked.metrics),
        tuple(metric for metric in then.asked.metrics if metric not in now.asked.metrics),
        tuple(made.formulas()),
        made.active,
    )


# ---- facts -----------------------------------------------------------------------------------------------------------


def restated(then: pl.DataFrame, now: pl.DataFrame, *, first: date, last: date) -> tuple[Restated, ...]:
    """Facts of FACTS frames that both days could know and that say two things; order of the facts.

    first and last are the days of the two issues; what became known after the earlier of them is news, not a
    restatement, unless its key was known before.
    """
    old, new = _latest(then, first), _latest(now, last)
    day = min(first, last)
    found = []
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        kind = _kind(before, after, day)
        if kind:
            found.append(Restated(kind, before, after))
    return tuple(found)


def _latest(facts: pl.DataFrame, day: date) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {tuple(row[name] for name in FACT_KEY): row for row in known_by(facts, day).iter_rows(named=True)}


def _kind(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, day: date) -> str:
    if before is None or after is None:
        only = before or after
        if only is None or only["known_on"] > day:
            return ""  # newly reported
        return "added" if before is None else "withdrawn"
    same = all(before[name] == after[name] for name in ("value", "currency", "unit"))
    if same:
        return ""
    return "corrected" if max(before["known_on"], after["known_on"]) <= day else "restated"


def swapped(facts: pl.DataFrame, day: date, found: Sequence[Restated], *, to_now: bool) -> pl.DataFrame:
    """The facts of one issue as the other one's vintages have them: same periods, the other's values.

    Of each restated fact the vintage known on the issue's day takes the other value; what the other lacks goes, and
    what it has besides is added.
    """
    values = {}
    gone, added = set(), []
    for one in found:
        mine, theirs = (one.then, one.now) if to_now else (one.now, one.then)
        if mine is None and theirs is not None:
            added.append({**theirs, "known_on": min(theirs["known_on"], day)})
        elif theirs is None and mine is not None:
            gone.add(tuple(mine[name] for name in FACT_KEY))
        elif mine is not None and theirs is not None:
            values[mine["id"]] = (theirs["value"], theirs["currency"], theirs["unit"])
    rows = [
        row
        if row["id"] not in values
        else {**row, **dict(zip(("value", "currency", "unit"), values[row["id"]], strict=True))}
        for row in facts.iter_rows(named=True)
        if tuple(row[name] for name in FACT_KEY) not in gone
    ]
    return pl.DataFrame([*rows, *added], schema=facts.schema, orient="row")


# ---- between ---------------------------------------------------------------------------------------------------------


State = tuple[bool, bool]  # whether restatements, and whether the operand's own cause, are as they are now
Row = Mapping[str, Any]  # of CELLS
_OWN: Final = {"flow": EARNINGS, "stock": EARNINGS, "statistic": PRICE, "estimate": ESTIMATES}
_OF_SHARES: Final = ("shares", "dilution", "converted_debt", "shares_diluted")


@dataclass(frozen=True, slots=True)
class _Price:
    """A company's price taken apart: one share of the later day in the listing's currency, the rate, and the unit.

    unit: how many shares of the later day one share of this day has become; the product is price[spot].
    """

    listed: float
    currency: str
    rate: float
    unit: float = 1.0


@dataclass(frozen=True)
class _Between:
    """The cells of both issues and of the states between them."""

    then: Side
    now: Side
    only: Collection[str] | None = None

    # ---- what both have ---------------------------------------------------------------------------------------------

    @cached_property
    def companies(self) -> tuple[str, ...]:
        return tuple(company for company in self.now.asked.roles if company in self.then.asked.roles)

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        both = (metric for metric in self.now.asked.metrics if metric in self.then.asked.metrics)
        return tuple(metric for metric in both if self.only is None or metric in self.only)

    @cached_property
    def plans(self) -> tuple[planning.Plan, planning.Plan]:
        return _plan(self.metrics, self.then.asked), _plan(self.metrics, self.now.asked)

    def formulas(self) -> Iterator[tuple[str, str, str]]:
        """Metrics of both issues whose own formula is another, with both."""
        old, new = self.then.asked.definitions, self.now.asked.definitions
        for metric in new:
            if metric in old and _meaning(old[metric]) != _meaning(new[metric]):
                yield metric, old[metric].formula, new[metric].formula

    @cached_property
    def restated(self) -> tuple[Restated, ...]:
        both = pl.col("company").is_in(list(self.companies))
        first, last = self.then.asked.as_of, self.now.asked.as_of
        return restated(self.then.data.facts.filter(both), self.now.data.facts.filter(both), first=first, last=last)

    # ---- cells ------------------------------------------------------------------------------------------------------

    @cached_property
    def operands(self) -> tuple[Operand, ...]:
        return tuple(dict.fromkeys(operand for plan in self.plans for operand in plan.operands))

    @cached_property
    def views(self) -> tuple[View, View]:
        sides = (self.then, self.now)
        return tuple(View(index(side.data, self.companies), side.asked.as_of) for side in sides)  # type: ignore[return-value]

    @cached_property
    def cells(self) -> dict[State, dict[Key, Row]]:
        """Every operand's cell in the four states; those with the other issue's vintages only where facts differ."""
        old, new = (self._panel(view, self.companies) for view in self.views)
        return {
            (False, False): old,
            (True, True): new,
            (True, False): old | self._other_vintages(self.then, to_now=True),
            (False, True): new | self._other_vintages(self.now, to_now=False),
        }

    def _panel(self, view: View, companies: Sequence[str]) -> dict[Key, Row]:
        data = self.now.data  # the index stands already
        cells, _ = panel.build_panel(
            data, companies=companies, operands=self.operands, as_of=view.as_of, index=view.index
        )
        return {(row["company"], row["operand"]): row for row in cells.iter_rows(named=True)}

    def _other_vintages(self, side: Side, *, to_now: bool) -> dict[Key, Row]:
        """The cells of the companies with a restated fact, from this issue's facts in the other's vintages."""
        companies = tuple(dict.fromkeys(one.row["company"] for one in self.restated))
        if not companies:
            return {}
        mine = side.data.facts.filter(pl.col("company").is_in(list(companies)))
        facts = swapped(mine, side.asked.as_of, self.restated, to_now=to_now)
        view = View(index(replace(side.data, facts=facts), companies), side.asked.as_of)
        return self._panel(view, companies)

    # ---- prices -----------------------------------------------------------------------------------------------------

    @cached_property
    def prices(self) -> dict[str, tuple[_Price, _Price]]:
        """The prices of both days taken apart, of companies that have both."""
        found = {}
        for company in self.companies:
            pair = tuple(self._price(company, place) for place in (0, 1))
            if pair[0] is not None and pair[1] is not None:
                found[company] = (pair[0], pair[1])
        return found

    def _price(self, company: str, place: int) -> _Price | None:
        view, cell = self.views[place], self.cells[place == 1, place == 1].get((company, SPOT))
        lines = view.lines(company, view.as_of)
        quoted = securities.quote(view, lines[0], view.as_of) if lines else None
        if cell is None or cell["value"] is None or quoted is None:
            return None
        close = quoted.close
        rate = view.index.rates.spot(close.currency, view.company(company).reporting_currency, close.date).value
        unit = self.units[company] if place == 0 else 1.0
        return _Price(cell["value"] / rate / unit, close.currency, rate, unit)

    @cached_property
    def units(self) -> dict[str, float]:
        """How many shares of the later issue's day one share of the earlier issue's day has become, by company."""
        first, last = self.views
        if first.as_of <= last.as_of:
            return {company: last.share_factor(company, first.as_of) for company in self.companies}
        return {company: 1 / first.share_factor(company, last.as_of) for company in self.companies}

    # ---- states -----------------------------------------------------------------------------------------------------

    def row(self, company: str, operand: Operand, causes: Causes) -> Row:
        """An operand's cell when these causes are as they are now and the others as they were."""
        key = (company, operand.key)
        if operand.key == SPOT and company in self.prices:
            return self._priced(key, causes)
        row = self.cells[RESTATEMENT in causes, cause_of(operand) in causes][key]
        unit = self.units[company]
        if unit == 1.0 or row["value"] is None or ITEMS[operand.item].unit != "money_per_share":
            return row
        now, shares = cause_of(operand) in causes, SHARES in causes
        if now == shares:
            return row
        return {**row, "value": row["value"] * (unit if now else 1 / unit)}

    def _priced(self, key: Key, causes: Causes) -> Row:
        old, new = self.prices[key[0]]
        price = new if PRICE in causes else old
        # At another listing the close and the rate that belongs to it are one thing.
        rate = price.rate if old.currency != new.currency else (new if FX in causes else old).rate
        row = self.cells[PRICE in causes, PRICE in causes][key]
        return {**row, "value": price.listed * rate * (new if SHARES in causes else old).unit}

    @cached_property
    def active(self) -> tuple[str, ...]:
        """Causes by which a cell, a rate of the brief or a formula differs; the others have no part in anything."""
        return tuple(cause for cause in CAUSES if self._differs(cause))

    def _differs(self, cause: str) -> bool:
        if cause == METHOD:
            return self.plans[0].steps.keys() != self.plans[1].steps.keys() or any(
                _meaning(step.definition) != _meaning(self.plans[1].steps[key].definition)
                for key, step in self.plans[0].steps.items()
            )
        if cause == FX and any(rate != self.conversions[1].get(key, rate) for key, rate in self.conversions[0].items()):
            return True
        states = ((NONE, frozenset({cause})), (frozenset(CAUSES) - {cause}, frozenset(CAUSES)))
        return any(
            _look(self.row(company, operand, one)) != _look(self.row(company, operand, other))
            for company in self.companies
            for operand in self.operands
            for one, other in states
        )

    # ---- figures ----------------------------------------------------------------------------------------------------

    def _figures(self, sets: Sequence[Causes], plan: planning.Plan) -> dict[Causes, dict[Key, Row]]:
        """The METRICS of every set of causes, all evaluated at once: a set stands as a day of its own."""
        days = {date.fromordinal(place + 1): each for place, each in enumerate(sets)}
        rows = [
            (day, self.row(company, operand, each))
            for day, each in days.items()
            for company in self.companies
            for operand in plan.operands
        ]
        columns: dict[str, Any] = {name: [row[name] for _, row in rows] for name in frames.CELLS if name not in _UNREAD}
        columns |= {"as_of": [day for day, _ in rows], "inputs": [[]] * len(rows), "how": [""] * len(rows)}
        made = evaluate.evaluate(pl.DataFrame(columns, schema=frames.CELLS), plan)
        found: dict[Causes, dict[Key, Row]] = {each: {} for each in sets}
        for row in made.iter_rows(named=True):
            found[days[row["as_of"]]][row["company"], row["metric"]] = row
        return found

    @cached_property
    def ends(self) -> tuple[dict[Key, Row], dict[Key, Row]]:
        """The METRICS of both issues' data under today's rules."""
        first = self._figures((NONE,), self.plans[0])[NONE]
        every = frozenset(CAUSES)
        return first, self._figures((every,), self.plans[1])[every]

    @cached_property
    def conversions(self) -> tuple[dict[Key, float], dict[Key, float]]:
        """What brings a figure into the later brief's currency on each day; absent where there is none to bring."""
        return self._conversions(0), self._conversions(1)

    def _conversions(self, place: int) -> dict[Key, float]:
        view, code = self.views[place], self.now.asked.currency
        rows = [{**row, "as_of": view.as_of} for row in self.ends[place].values()]
        own = pl.DataFrame(rows, schema=frames.METRICS, orient="row")
        made, _ = currency.convert_metrics(own, view.index.rates, code)
        pairs = zip(own["company"], own["metric"], own["raw"], made["raw"], strict=True)
        return {(company, metric): _rate(one, other) for company, metric, one, other in pairs if _known(one, other)}

    @cached_property
    def figures(self) -> dict[Causes, dict[Key, Row]]:
        """The METRICS of every set of active causes, before they are brought into the brief's currency."""
        sets = changes.subsets(self.active)
        old = [each for each in sets if METHOD not in each] if METHOD in self.active else []
        new = [each for each in sets if each not in old]
        return {**(self._figures(old, self.plans[0]) if old else {}), **self._figures(new, self.plans[1])}

    def values(self, key: Key) -> dict[Causes, float | None]:
        """One figure for every set of active causes, in the later brief's currency."""
        then, now = (rates.get(key, 1.0) for rates in self.conversions)
        found: dict[Causes, float | None] = {}
        for each, rows in self.figures.items():
            raw = rows[key]["raw"] if key in rows else None
            found[each] = None if raw is None else raw * (now if FX in each else then)
        return found

    # ---- what moved -------------------------------------------------------------------------------------------------

    def moved(self) -> Iterator[Moved]:
        for metric in self.metrics:
            peers = self._medians(metric)
            for company in self.companies:
                yield self._moved(company, metric, peers)

    def _moved(self, company: str, metric: str, peers: changes.Medians | None) -> Moved:
        key, definition = (company, metric), self.now.asked.definitions[metric]
        values, printed = self.values(key), (self._end(key, 0), self._end(key, 1))
        stated = (printed[0].get("value"), printed[1].get("value"))
        change = changes.split(values, self.active, multiplicative=definition.unit == "times", printed=stated)
        against, relative = None, definition.compare == "premium"
        if company == self.now.asked.subject == self.then.asked.subject:
            by = changes.premium if relative else changes.gap
            against = by(values, self.active, peers, printed=stated)
        code = self.now.asked.currency if definition.unit in MONEY else ""
        before, after = (self._documents(company, metric, place) for place in (0, 1))
        item, steps = self._steps(company, metric)
        return Moved(
            company,
            metric,
            definition.unit,
            code,
            printed[0],
            printed[1],
            change,
            against,
            peers,
            relative,
            tuple(id for id in after if id not in before),
            before,
            values.get(frozenset({RESTATEMENT})),
            steps,
            item,
        )

    def _documents(self, company: str, metric: str, place: int) -> tuple[str, ...]:
        """Ids behind the figure of one issue, in the order of its operands."""
        cells, plan = self.cells[place == 1, place == 1], self.plans[place]
        operands = plan.rests_on.get(metric, ())
        return tuple(dict.fromkeys(id for one in operands for id in cells[company, one.key]["inputs"] or ()))

    def _steps(self, company: str, metric: str) -> tuple[str, dict[str, float]]:
        """The one item of the accounts under a figure that moved, if it is one; by how much it and the close moved."""
        old, new = self.cells[False, False], self.cells[True, True]
        accounts = [
            (operand.item, before, after)
            for operand in self.plans[1].rests_on.get(metric, ())
            if cause_of(operand) == EARNINGS
            and (before := old[company, operand.key]["value"]) != (after := new[company, operand.key]["value"])
        ]
        item, steps = "", {}
        if len(accounts) == 1 and _positive(*accounts[0][1:]):
            item, before, after = accounts[0]
            steps[EARNINGS] = after / before - 1
        if company in self.prices:
            then, now = self.prices[company]
            if then.currency == now.currency:
                steps[PRICE] = now.listed / then.listed - 1
        return item, steps

    def _end(self, key: Key, place: int) -> Row:
        """The figure of one issue: as printed where it was and in the same currency, else as today's rules make it."""
        side = (self.then, self.now)[place]
        if key in side.printed and side.asked.currency == self.now.asked.currency:
            return side.printed[key]
        row: dict[str, Any] = dict(self.ends[place].get(key) or {"value": None, "status": "missing"})
        if row["value"] is not None:
            row["value"] *= self.conversions[place].get(key, 1.0)
        return row

    def _medians(self, metric: str) -> changes.Medians | None:
        old, new = self.then.asked.core, self.now.asked.core
        then = {peer: self._peer((peer, metric), 0) for peer in old}
        now = {peer: self._peer((peer, metric), 1) for peer in new}
        return changes.medians(then, now, old=old, new=new)

    def _peer(self, key: Key, place: int) -> float | None:
        """A peer's figure as its issue printed it; one that only one issue has is known from that issue alone."""
        found = self._end(key, place).get("value")
        return None if found is None else float(found)


# ---- small parts -----------------------------------------------------------------------------------------------------


def cause_of(operand: Operand) -> str:
    """The cause that moves an operand, beside restatements."""
    if operand.item in _OF_SHARES:
        return SHARES
    if operand.item == "price":
        return PRICE
    item = ITEMS.get(operand.item)
    return _OWN.get(item.kind, EARNINGS) if item else EARNINGS


def _plan(metrics: Sequence[str], asked: Asked) -> planning.Plan:
    """The plan of these metrics by the formulas of one issue."""
    known = catalogue.Catalogue({**catalogue.load().definitions, **asked.definitions})
    return planning.plan(metrics, known)[0]


def _meaning(definition: MetricDefinition) -> tuple[Any, ...]:
    """What decides a metric's value."""
    return (
        definition.formula, definition.positive, definition.excluded_above, definition.unit, definition.segment,
    )  # fmt: skip


def _look(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("value", "status", "currency", "period_start", "period_end", "months"))


def _known(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None


def _rate(one: float, other: float) -> float:
    return other / one if one else 1.0


def _positive(*values: float | None) -> bool:
    return all(value is not None and value > 0 for value in values)

"""Workings: what a workbook needs to do the sums of a brief again: rows, rates, operands, metrics, and their places.

Everything was computed before; here it is only laid open. An operand whose arithmetic does not give its value again is
handed on as a plain value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import fmean, harmonic_mean, median
from typing import Any, Final, Literal

import polars as pl

from peerbench.brief.assemble import ALWAYS_OPERANDS, FIELD
from peerbench.brief.audience import Audience
from peerbench.brief.context import Desk
from peerbench.brief.sourcebook import Sourcebook
from peerbench.brief.study import Study
from peerbench.brief.tables.columns import bare
from peerbench.core import frames
from peerbench.core.arithmetic import Arithmetic, Leaf, RateOf, Row, Units, result
from peerbench.core.document import Brief, Source
from peerbench.core.evidence import Quantity
from peerbench.core.metric import MetricDefinition, Operand
from peerbench.metrics import evaluate
from peerbench.metrics.formula import Call, Node, Read, walk
from peerbench.metrics.plan import Plan, Step
from peerbench.normalise import calendar, index, panel
from peerbench.normalise.currency import Rate, RateNotFound, Rates, rate_of
from peerbench.normalise.view import View

SAME: Final = 1e-12
MOST_CLOSES: Final = 3  # of a figure; what rests on a year of closes is not laid open close by close
DAYS_A_YEAR: Final = 365.25
ANNIVERSARY_DAYS: Final = 10

Record = Mapping[str, Any]
Kind = Literal["operand", "metric", "compared", "statistic", "against", "rate", "row", "made", "value"]


@dataclass(frozen=True, slots=True)
class Worked:
    """An operand of one company: its CELLS row, and the arithmetic that gives its value again."""

    company: str
    operand: Operand
    row: Record
    arithmetic: Arithmetic | None


@dataclass(frozen=True, slots=True)
class FxRate:
    """A rate in use with the rows that it was read from or crossed of; of a mean, the rates of its days."""

    of: RateOf
    value: float
    how: str
    ids: tuple[str, ...]
    days: tuple[Rate, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the value of a printed number stands: which kind of cell, and its key there."""

    kind: Kind
    company: str = ""
    key: str = ""
    part: str = ""  # of a comparison: median, minimum …
    sign: str = ""  # of "made": how its parts are put together
    parts: tuple[Place, ...] = ()
    rate: RateOf | None = None
    number: float = 1.0  # of "made": what the parts are divided by at the end
    over: tuple[Leaf, ...] = ()  # of an implied value: the unit and the rate of the listing


@dataclass(frozen=True, slots=True)
class Workings:
    """Operands, metrics and comparison of a study; the rows, rates and units they are made of; sources by number."""

    study: Study
    operands: tuple[Worked, ...]
    metrics: Mapping[tuple[str, str], Record]  # (company, step key) → METRICS row
    compared: Mapping[tuple[str, str], Record]  # (company, metric) → COMPARISON row
    conversions: Mapping[tuple[str, str], RateOf]  # money whose currency is not the brief's
    years: Mapping[tuple[str, str], float]  # (company, step key) → years of a compound rate that are not whole
    rows: Mapping[str, Record]  # id → row of the data, in order of company and item
    rates: tuple[FxRate, ...]
    units: Mapping[Units, str]  # ratio → company
    formats: Mapping[str, str]  # metric → name of the number format that its column has on the page
    places: Mapping[str, Place]  # ref → place
    sources: tuple[Source, ...]  # the brief's, then those that only a workbook needs
    numbers: Mapping[str, tuple[int, ...]]  # id of a row → numbers of its sources

    @property
    def plan(self) -> Plan:
        found: Plan = self.study.plan
        return found

    @property
    def companies(self) -> tuple[str, ...]:
        return self.study.evidence.everyone

    def definition(self, metric: str) -> MetricDefinition:
        return self.study.evidence.definitions[metric]


def workings(study: Study, brief: Brief, audience: Audience) -> Workings:
    """Lay open what the brief of one audience was computed from."""
    ev = study.evidence
    rows = index.index(study.data, ev.everyone)
    names = {key: company.name for key, company in study.data.companies.items()}
    desk = Desk(study, audience, {}, Sourcebook(study.data, names))
    operands = tuple(_worked(study, View(rows, ev.as_of), desk))
    metrics = _metrics(study)
    conversions = dict(_conversions(study, rows.rates))
    leaves = [leaf for one in operands if one.arithmetic for leaf in one.arithmetic.leaves]
    used = dict.fromkeys((*_rows_of(leaves), *_printed_rows(study, brief)))
    found = {id: row for id in used if (row := desk.book.row(id)) is not None}
    rates = tuple(_fx(rows.rates, [*conversions.values(), *_printed_rates(study, brief), *leaves]))
    worked = {(one.company, one.operand.key): one for one in operands}
    places = _Places(study, found, {rate.of: rate.value for rate in rates}, worked)
    numbers, sources = _numbered(desk.book, brief, (*found, *(id for rate in rates for id in rate.ids)))
    return Workings(
        study, operands, metrics, ev.compared, conversions, dict(_years(study, metrics)),
        dict(sorted(found.items(), key=lambda pair: _order(ev.everyone, pair))), rates,
        {leaf: one.company for one in operands if one.arithmetic for leaf in one.arithmetic.leaves
         if isinstance(leaf, Units)},
        {metric: bare(desk, metric) for metric in ev.definitions},
        {ref: places.of(ref) for ref in brief.traces}, sources, numbers,
    )  # fmt: skip


# ---- operands --------------------------------------------------------------------------------------------------------


def _worked(study: Study, view: View, desk: Desk) -> Iterator[Worked]:
    """Every operand of every company, read again for its arithmetic; the value is the one that was computed with."""
    ev = study.evidence
    for company in ev.everyone:
        clock = calendar.clock(view, company)
        for operand in sorted(_operands(study)):
            row = ev.cells.get((company, operand.key))
            if row is None:
                continue
            made = panel.read(view, company, operand, clock).arithmetic if row["status"] == "ok" else None
            yield Worked(company, operand, row, made if _gives(made, row["value"], desk, view) else None)


def _operands(study: Study) -> Iterable[Operand]:
    """Those of the formulas, and those that were asked for beside them."""
    return {*study.plan.operands, *ALWAYS_OPERANDS}


def _gives(made: Arithmetic | None, value: float | None, desk: Desk, view: View) -> bool:
    if made is None or value is None:
        return False
    return math.isclose(result(made, lambda leaf: _value(leaf, desk, view)), value, rel_tol=SAME)


def _value(leaf: Leaf, desk: Desk, view: View) -> float:
    match leaf:
        case Row(id):
            row = desk.book.row(id)
            return amount(row) if row else math.nan
        case RateOf():
            return _rate(view.index.rates, leaf).value
        case Units(_, ordinary):
            return ordinary
    return float(leaf)


def amount(row: Record) -> float:
    """The number that a row of the data states."""
    return float(next(row[name] for name in ("value", "close", "rate", "amount") if row.get(name) is not None))


def _rate(rates: Rates, of: RateOf) -> Rate:
    if of.start is None:
        return rates.spot(of.base, of.quote, of.day)
    return rates.average(of.base, of.quote, of.start, of.day)


# ---- metrics ---------------------------------------------------------------------------------------------------------


def _metrics(study: Study) -> dict[tuple[str, str], Record]:
    """METRICS rows with those that are read a year back (``roe@-1``), which a workbook needs as cells."""
    plan = study.plan
    cells = [row for (_, key), row in study.evidence.cells.items() if key in {o.key for o in plan.operands}]
    made = evaluate.evaluate(pl.DataFrame(cells, schema=frames.CELLS), plan, lagged=True)
    return {(row["company"], row["metric"]): row for row in made.iter_rows(named=True)}


def _conversions(study: Study, rates: Rates) -> Iterator[tuple[tuple[str, str], RateOf]]:
    ev = study.evidence
    for key, row in ev.metrics.items():
        money = row["unit"] in ("money", "money_per_share") and row["currency"] not in (None, "", ev.currency)
        if not money or (row["value"] is None and row["raw"] is None):
            continue
        try:
            leaf = rate_of(row, rates, ev.currency).leaf
        except RateNotFound:
            continue
        if isinstance(leaf, RateOf):
            yield key, leaf


def _years(study: Study, metrics: Mapping[tuple[str, str], Record]) -> Iterator[tuple[tuple[str, str], float]]:
    """Years from the dates for a compound rate whose ends are no anniversaries (METHOD 18)."""
    for step in study.plan.steps.values():
        for call in (node for node in walk(step.tree) if isinstance(node, Call) and node.name == "cagr"):
            for company in study.evidence.everyone:
                now, before = (_end(study, company, node) for node in call.arguments[:2])
                nominal = getattr(call.arguments[2], "value", 1.0)
                if now is None or before is None:
                    continue
                days = (now - before).days
                if abs(days - nominal * DAYS_A_YEAR) > ANNIVERSARY_DAYS:
                    yield (company, step.key), days / DAYS_A_YEAR


def _end(study: Study, company: str, node: Node) -> date | None:
    """The period end of what a tree reads first."""
    reads = [one for one in walk(node) if isinstance(one, Read)]
    row = study.evidence.cells.get((company, reads[0].key)) if reads else None
    found: date | None = row["period_end"] if row else None
    return found


def steps(plan: Plan) -> Iterator[Step]:
    """In the order of the catalogue, the ones read a year back behind their own."""
    for metric in plan.definitions:
        yield from (step for step in plan.steps.values() if step.definition.id == metric)


# ---- rows and rates --------------------------------------------------------------------------------------------------


def _rows_of(leaves: Iterable[Leaf]) -> Iterator[str]:
    return (leaf.id for leaf in leaves if isinstance(leaf, Row))


def _printed_rows(study: Study, brief: Brief) -> Iterator[str]:
    """Facts behind every printed number; closes where a number is one, not where it is made of a year of them."""
    facts = set(study.data.facts["id"]) | set(study.data.estimates["id"]) | set(study.data.dividends["id"])
    facts |= {f"claim.{id}" for id in study.data.claims["claim_id"]}
    closes = set(study.data.prices["id"])
    for ref in brief.traces:
        documents = study.evidence.documents(ref)
        yield from (id for id in documents if id in facts)
        own = [id for id in study.evidence.book[ref].documents if id in closes]
        yield from own if len(own) <= MOST_CLOSES else ()


def _printed_rates(study: Study, brief: Brief) -> Iterator[RateOf]:
    """Spot rates that the page prints."""
    for ref in brief.traces:
        quantity = study.evidence.book[ref]
        if (rate := _rate_printed(quantity)) is not None:
            yield rate


def _rate_printed(quantity: Quantity) -> RateOf | None:
    head, _, pair = quantity.ref.rpartition(":")
    if head != "working:rate" or quantity.end is None:
        return None
    return RateOf(pair[:3], pair[3:], quantity.end)


def _fx(rates: Rates, leaves: Iterable[Leaf]) -> Iterator[FxRate]:
    for leaf in dict.fromkeys(leaf for leaf in leaves if isinstance(leaf, RateOf)):
        found = _rate(rates, leaf)
        days = rates.between(leaf.base, leaf.quote, leaf.start, leaf.day) if leaf.start else ()
        yield FxRate(leaf, found.value, found.how, found.ids, days)


def _order(companies: Sequence[str], pair: tuple[str, Record]) -> tuple[Any, ...]:
    id, row = pair
    company = row.get("company") or ""
    place = companies.index(company) if company in companies else len(companies)
    end = row.get("period_end") or row.get("date") or row.get("ex_date") or date.max
    kind = next((n for n, name in enumerate(("item", "close", "snapshot_date", "ex_date")) if name in row), 9)
    return place, kind, str(row.get("item") or ""), str(row.get("segment") or ""), row.get("months") or 0, end, id


def _numbered(
    book: Sourcebook, brief: Brief, ids: Iterable[str]
) -> tuple[dict[str, tuple[int, ...]], tuple[Source, ...]]:
    """Sources numbered as in the brief; what only the workbook cites comes behind."""
    cited = {id: book.cite((id,)) for id in ids}
    known = {source.title: source.number for source in brief.sources}
    moved: dict[int, int] = {}
    more: list[Source] = []
    for source in book.sources:
        number = known.get(source.title)
        if number is None:
            number = len(brief.sources) + len(more) + 1
            more.append(_renumbered(source, number))
        moved[source.number] = number
    return {id: tuple(moved[n] for n in numbers) for id, numbers in cited.items()}, (*brief.sources, *more)


def _renumbered(source: Source, number: int) -> Source:
    return replace(source, number=number)


# ---- where a printed number stands -----------------------------------------------------------------------------------

MULTIPLES: Final = {"low": "minimum", "median": "median", "high": "maximum"}
# What stands between enterprise value and equity, with its sign; what is not disclosed counts nothing.
BRIDGE: Final = {
    **dict.fromkeys((f"{item}[latest]" for item in ("debt_short", "debt_long", "finance_leases")), 1.0),
    "converted_debt[spot]": -1.0,
    **dict.fromkeys((f"{item}[latest]" for item in ("preferred_equity", "minority_interest", "mezzanine_equity")), 1.0),
    **dict.fromkeys((f"{item}[latest]" for item in ("cash", "short_term_investments")), -1.0),
}
NEAR: Final = 1e-11  # of a value whose rate was worked back from a price
AGAINST: Final = "value ÷ peer median − 1"
DIVIDED: Final = re.compile(r"÷ (\d+(?:\.\d+)?)")
STATISTICS: Final = ("median", "minimum", "maximum", "q1", "q3")
MEANS: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {
    "median": median, "mean": fmean, "harmonic": harmonic_mean,
}  # fmt: skip
SIGNS: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {
    "÷": lambda parts: parts[0] / math.prod(parts[1:]),
    "−": lambda parts: parts[0] - sum(parts[1:]),
    "×": math.prod,
    "sum": sum,
}


@dataclass(frozen=True, slots=True)
class _Places:
    study: Study
    rows: Mapping[str, Record]
    rates: Mapping[RateOf, float]
    operands: Mapping[tuple[str, str], Worked]

    def of(self, ref: str) -> Place:
        """The cell that holds a number; of a sentence's own arithmetic, the cells it is made of; else its value."""
        quantity = self.study.evidence.book[ref]
        if quantity.status not in ("ok", "excluded"):
            return Place("value")
        return self._standing(quantity) or self._made(quantity) or self._implied(quantity) or Place("value")

    def _standing(self, quantity: Quantity) -> Place | None:
        ev, ref = self.study.evidence, quantity.ref
        company, metric = quantity.company, quantity.metric
        if "/" in ref and (company, ref.partition("/")[2]) in ev.cells:
            return Place("operand", company, ref.partition("/")[2])
        if ref.startswith("peers:") and quantity.how in STATISTICS:
            return Place("statistic", key=metric, part=quantity.how)
        if ref in (f"{company}:{metric}:premium", f"{company}:{metric}:gap"):
            return Place("against", company, metric, ref.rpartition(":")[2])
        if ref == f"{company}:{metric}":
            return Place("metric", company, metric)
        if ref == f"{company}:{metric}:{ev.currency}":
            return Place("compared", company, metric)
        rate = _rate_printed(quantity)
        if rate in self.rates:
            return Place("rate", rate=rate)
        (id,) = quantity.documents if len(quantity.documents) == 1 and not quantity.inputs else ("",)
        if id in self.rows and amount(self.rows[id]) == quantity.value:
            return Place("row", key=id)
        return None

    def _made(self, quantity: Quantity) -> Place | None:
        """Simple arithmetic over cells, only where it gives the number again."""
        ids = quantity.documents
        if len(ids) == 2 and not quantity.inputs and all(id in self.rows for id in ids):
            return self._growth(quantity, *ids) or self._growth(quantity, *reversed(ids))
        inputs = [self.study.evidence.book.get(ref) for ref in quantity.inputs]
        values = [one.value for one in inputs if one is not None and one.value is not None]
        if len(values) != len(quantity.inputs) or not values:
            return None
        parts = tuple(self.of(ref) for ref in quantity.inputs)
        if (by := DIVIDED.fullmatch(quantity.how)) and len(parts) == 1:
            found = self._checked(quantity, "÷", parts, lambda v: v[0] / float(by[1]), values)
            return replace(found, number=float(by[1])) if found else None
        if quantity.how == AGAINST and len(parts) == 2:
            return self._checked(quantity, "growth", parts, lambda v: v[0] / v[1] - 1, values)
        if quantity.how in SIGNS:
            return self._checked(quantity, quantity.how, parts, SIGNS[quantity.how], values)
        name = next((name for name in MEANS if quantity.how.startswith(f"value ÷ {name} of")), "")
        return self._checked(quantity, name, parts, lambda v: v[0] / MEANS[name](v[1:]) - 1, values) if name else None

    def _growth(self, quantity: Quantity, now: str, before: str) -> Place | None:
        parts = (Place("row", key=now), Place("row", key=before))
        values = [amount(self.rows[now]), amount(self.rows[before])]
        return self._checked(quantity, "growth", parts, lambda v: v[0] / v[1] - 1, values)

    def _implied(self, quantity: Quantity) -> Place | None:
        """A bar of the football field: a peer multiple put through the subject's own bridge (METHOD 28)."""
        head, _, name = quantity.ref.rpartition(":")
        entry = next((row for row in FIELD if head == f"working:implied:{row[0]}"), None)
        subject = self.study.evidence.subject
        price = self.operands.get((subject, "price[spot]"))
        if entry is None or name not in MULTIPLES or price is None or price.arithmetic is None:
            return None
        metric, kind, under = entry
        (term,) = price.arithmetic.terms
        figure = Place("operand" if "[" in under else "metric", subject, under)
        bridge = tuple(Place("operand", subject, key) for key in BRIDGE) if kind == "enterprise" else ()
        parts = (Place("statistic", key=metric, part=MULTIPLES[name]), figure,
                 Place("operand", subject, "shares[spot]"), *bridge)  # fmt: skip
        leaves = (*term.over, *term.of[1:])
        multiple, below, shares, *claims = map(self._amount, parts)
        if multiple is None or not below or not shares:
            return None
        net = sum(sign * (claim or 0.0) for sign, claim in zip(BRIDGE.values(), claims, strict=False))
        value = (multiple * below - net) / shares * _unit(leaves) / self._spot(leaves)
        return self._same(quantity, value, Place("made", sign="implied", parts=parts, over=leaves))

    def _spot(self, leaves: Sequence[Leaf]) -> float:
        return math.prod(self.rates[leaf] for leaf in leaves if isinstance(leaf, RateOf))

    def _amount(self, place: Place) -> float | None:
        ev = self.study.evidence
        found = {
            "operand": lambda: ev.cells.get((place.company, place.key), {}).get("value"),
            "metric": lambda: ev.metrics.get((place.company, place.key), {}).get("value"),
            "statistic": lambda: ev.compared.get((ev.subject, place.key), {}).get(place.part),
        }[place.kind]()
        return None if found is None else float(found)

    def _same(self, quantity: Quantity, value: float, place: Place) -> Place | None:
        return place if quantity.value is not None and math.isclose(value, quantity.value, rel_tol=NEAR) else None

    def _checked(
        self,
        quantity: Quantity,
        sign: str,
        parts: tuple[Place, ...],
        rule: Callable[[Sequence[float]], float],
        values: Sequence[float],
    ) -> Place | None:
        if quantity.value is None or any(part.kind == "value" for part in parts):
            return None
        try:
            same = math.isclose(rule(values), quantity.value, rel_tol=SAME)
        except (ArithmeticError, ValueError):
            return None
        return Place("made", sign=sign, parts=parts) if same else None


def _unit(leaves: Sequence[Leaf]) -> float:
    return math.prod(leaf.ordinary for leaf in leaves if isinstance(leaf, Units))

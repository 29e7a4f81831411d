"""The ledger: every figure a text may speak of, computed when it is first asked for, with the rows it rests on.

Reported figures are read in their latest vintage known by the as-of date, over any window of the company's calendar;
market figures as they stood on their day. Formulas are those of the catalogue's language, evaluated by the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final, Literal

import polars as pl

from peerbench.core import frames
from peerbench.core.dataset import Dataset
from peerbench.core.items import ITEMS
from peerbench.core.metric import MetricDefinition, Operand
from peerbench.core.periods import add_months, near
from peerbench.core.verdicts import Figure
from peerbench.factcheck.lexicon import Lexicon, Series
from peerbench.factcheck.periods import Window
from peerbench.metrics import catalogue, evaluate
from peerbench.metrics import plan as planning
from peerbench.normalise import calendar, index, leases, panel, securities
from peerbench.normalise.calendar import Clock, Span
from peerbench.normalise.currency import Rate, RateNotFound
from peerbench.normalise.reading import Reading, from_facts, missing, say
from peerbench.normalise.view import View

MONTHS: Final = {"fy": 12, "quarter": 3, "ltm": 12}
UNITS: Final = {"money", "money_per_share", "shares", "count"}
YEARS_BACK: Final = 8


@dataclass(frozen=True, slots=True)
class Lack:
    """Why there is no figure."""

    reason: str


Answer = Figure | Lack
Change = Literal["level", "change", "points"]


@dataclass(frozen=True)
class Ledger:
    """Figures of some companies as known on one day. Tables are made once per family and day, then only looked up."""

    data: Dataset
    companies: tuple[str, ...]
    as_of: date
    lexicon: Lexicon
    rows: index.Index
    view: View
    _tables: dict[Any, Any] = field(default_factory=dict)

    # ---- what is asked -----------------------------------------------------------------------------------------------

    def figure(
        self, company: str, series: Series, window: Window, *, kind: Change = "level", segment: str = "", back: int = 12
    ) -> Answer:
        """A figure over a window, or its change on the window `back` months before (METHOD 18)."""
        asked = ("figure", company, series.name, window, kind, segment, back)
        return self._once(asked, lambda: self._figure(company, series, window, kind, segment, back))  # type: ignore[no-any-return]

    def _figure(self, company: str, series: Series, window: Window, kind: Change, segment: str, back: int) -> Answer:
        if series.kind == "market":
            return self.on(company, series, window.end)
        now = self._level(company, series, window, segment)
        if kind == "level" or isinstance(now, Lack):
            return now
        before = self._level(company, series, replace(window, end=add_months(window.end, -back)), segment)
        if isinstance(before, Lack):
            return Lack(f"the year before: {before.reason}" if back == 12 else f"the quarter before: {before.reason}")
        return self._changed(now, before, series, kind, back)

    def on(self, company: str, series: Series, day: date) -> Answer:
        """A market figure as it stood on a day, by the last close known."""
        if day > self.as_of:
            return Lack(f"{say(day)} lies after the as-of date")
        if series.name == "price":
            return self._close(company, day)
        table = self._once(("market", company, day, series.family), lambda: self._market(company, day, series.family))
        found: Answer = table[series.name]
        return found

    def ends(self, company: str) -> tuple[date, ...]:
        """Last days of the periods and dates that the company has reported on, newest first."""
        return self._once(("ends", company), lambda: self._ends(company))  # type: ignore[no-any-return]

    def newest(self, company: str) -> date | None:
        """The end of the newest reported period."""
        return self._clock(company).period_end

    def days(self, company: str, since: date) -> tuple[date, ...]:
        """Days with a close of the primary line, newest first."""
        lines = self.view.lines(company, self.as_of)
        closes = self.rows.closes.get((lines[0].line, False), ()) if lines else ()
        return tuple(close.date for close in reversed(closes) if since <= close.date <= self.as_of)

    def segments(self, company: str, item: str) -> tuple[str, ...]:
        return tuple(name for name in self.rows.segments(company, item) if name != "total")

    def reporting(self, company: str) -> str:
        return self.rows.companies[company].reporting_currency

    def year_end(self, company: str) -> int:
        return self.rows.companies[company].fiscal_year_end_month

    def name(self, company: str) -> str:
        return self.rows.companies[company].name

    def rates(self, figure: Figure, currency: str) -> tuple[Rate, ...]:
        """Rates that bring a figure into another currency: the mean of its window, and the close at its end."""
        end = min(figure.end or self.as_of, self.as_of)
        asked = ("rates", figure.currency, currency, figure.start, end)
        return self._once(asked, lambda: self._rates(figure, currency, end))  # type: ignore[no-any-return]

    def _rates(self, figure: Figure, currency: str, end: date) -> tuple[Rate, ...]:
        found = []
        for wanted in ((figure.start, end), (None, end)):
            try:
                found.append(
                    self.rows.rates.average(figure.currency, currency, wanted[0], wanted[1])
                    if wanted[0] is not None
                    else self.rows.rates.spot(figure.currency, currency, wanted[1])
                )
            except RateNotFound:
                continue
        return tuple(found)

    def pledges(self, company: str) -> tuple[Figure, ...]:
        """What the company itself says it will spend, known by the day; how carries the number of years."""
        return self._once(("pledges", company), lambda: tuple(self._pledges(company)))  # type: ignore[no-any-return]

    def _pledges(self, company: str) -> Iterable[Figure]:
        rows = self.data.claims.filter(
            (pl.col("kind") == "company") & (pl.col("company") == company) & (pl.col("known_on") <= self.as_of)
            & pl.col("value").is_not_null()
        )  # fmt: skip
        for row in rows.iter_rows(named=True):
            what = f"{self.name(company)} says: {row['text']}"
            yield Figure(
                company, "pledge", what, f"said on {say(row['known_on'])}", row["value"], "money",
                row["currency"] or "",
                end=row["known_on"], known_on=row["known_on"], how=f"{row['years']:g}" if row["years"] else "",
                documents=(f"claim.{row['claim_id']}",),
            )  # fmt: skip

    # ---- levels ------------------------------------------------------------------------------------------------------

    def _level(self, company: str, series: Series, window: Window, segment: str) -> Answer:
        if window.end > self.as_of:
            return Lack(f"{spoken(window, self.year_end(company))} was not over by {say(self.as_of)}")
        end = next((day for day in self.ends(company) if near(day, window.end)), None)
        if end is None:
            return Lack(f"nothing is known for {spoken(window, self.year_end(company))}")
        if series.kind == "flow":
            return self._flow(company, series, replace(window, end=end), segment)
        table = self._once(("stock", series.family), lambda: self._stocks(series.family))
        found: Answer = table.get((company, series.name, end), Lack("not disclosed"))
        return found

    def _flow(self, company: str, series: Series, window: Window, segment: str) -> Answer:
        if window.months not in (3, 12):
            return self._odd(company, series, window, segment)
        names = {3: ("quarter",), 12: ("fy", "ltm") if window.fiscal else ("ltm", "fy")}[window.months]
        table = self._once(("flow", series.family, segment), lambda: self._flows(series.family, segment))
        lack: Answer = Lack("not disclosed")
        for name in names:
            if name not in series.windows:
                continue
            fiscal = self._is_year_end(company, window.end)
            if name == "fy" and not fiscal:
                continue
            answer: Answer = table.get((company, series.name, name, window.end), Lack("not disclosed"))
            if isinstance(answer, Figure):
                return answer
            lack = answer
        return lack

    def _odd(self, company: str, series: Series, window: Window, segment: str) -> Answer:
        """Six or nine months of a flow that is an item of the statements."""
        item = series.formula.removesuffix("[{w}]")
        if item not in ITEMS or ITEMS[item].unit != "money":
            return Lack(f"no figure over {window.months} months is computed")
        facts = self.view.facts(company, item, segment or "total")
        line = calendar.series(facts, self.year_end(company))
        start = add_months(window.end, -window.months) + timedelta(days=1)
        answer = calendar.fill(line, Span(start, window.end, window.months), "quarter")
        if answer.value is None:
            return Lack(f"not known for {spoken(window, self.year_end(company))}")
        what = f"{self.name(company)}, {_labelled(series, segment)}"
        when = spoken(window, self.year_end(company))
        return Figure(
            company, series.name, what, when, answer.value, "money", self.reporting(company), start=answer.start,
            end=answer.end, known_on=answer.known_on, how=answer.how, documents=answer.inputs,
        )  # fmt: skip

    def _is_year_end(self, company: str, end: date) -> bool:
        month = self.year_end(company)
        return end.month == month or near(end, add_months(date(end.year, month, 28), 0), days=12)

    def _changed(self, now: Figure, before: Figure, series: Series, kind: Change, back: int) -> Answer:
        how = f"{_said(now)} against {_said(before)}"
        known = max((day for day in (now.known_on, before.known_on) if day), default=None)
        documents = tuple(dict.fromkeys((*now.documents, *before.documents)))
        made = replace(now, kind=kind, how=how, known_on=known, documents=documents, explain="")
        if kind == "points":
            difference = now.value - before.value
            return replace(made, what=f"{now.what}: change in {_units(series)}", value=difference)
        if series.unit == "fraction":
            return Lack("a margin or share changes in percentage points, not in percent (METHOD 21)")
        if now.value <= 0 or before.value <= 0:
            return Lack(f"a growth rate says nothing across {_said(before)} and {_said(now)} (METHOD 18)")
        made = replace(made, explain=self._growth_id(now, series) if back == 12 else "")
        since = "year" if back == 12 else "quarter"
        return replace(made, what=f"{now.what}: change on the {since} before", value=now.value / before.value - 1,
                       unit="fraction", currency="")  # fmt: skip

    def _is_newest(self, company: str, series: Series, window: str, end: date) -> bool:
        if series.kind == "flow":
            clock = self._clock(company)
            return end == (clock.year_end if window == "fy" else clock.period_end)
        days = self.days(company, date.min) if series.kind == "market" else self.ends(company)
        return bool(days) and end == days[0]

    def _growth_id(self, now: Figure, series: Series) -> str:
        window = now.explain.rpartition("_")[2]
        candidate = (series.growth or f"{series.name}_growth_{{w}}").replace("{w}", window)
        return candidate if window and candidate in catalogue.load().definitions else ""

    # ---- tables ------------------------------------------------------------------------------------------------------

    def _once(self, key: Any, make: Any) -> Any:
        if key not in self._tables:
            self._tables[key] = make()
        return self._tables[key]

    def _clock(self, company: str) -> Clock:
        return self._once(("clock", company), lambda: calendar.clock(self.view, company))  # type: ignore[no-any-return]

    def _ends(self, company: str) -> tuple[date, ...]:
        since = add_months(self.as_of, -12 * YEARS_BACK)
        days: set[date] = set()
        for item, segment in self.rows.series(company):
            if segment == "total" and item in ITEMS:
                days |= {f.end for f in self.view.facts(company, item, segment) if f.end >= since}
        distinct: list[date] = []
        for day in sorted(days, reverse=True):
            if not any(near(day, other) for other in distinct):
                distinct.append(day)
        return tuple(distinct)

    def _flows(self, family: str, segment: str) -> dict[tuple[str, str, str, date], Answer]:
        """Every flow of a family over every window of every company."""
        found: dict[tuple[str, str, str, date], Answer] = {}
        wanted = [s for s in self.lexicon.family(family) if s.kind == "flow" and (s.segments or not segment)]
        wanted = [s for s in wanted if segment or not s.segments_only]
        definitions = {
            f"check_{s.name}_{w}": (
                s,
                w,
                _definition(f"check_{s.name}_{w}", s, s.formula.replace("{w}", w), w, segment),
            )
            for s in wanted
            for w in s.windows
        }
        work, mistakes = planning.plan(list(definitions), catalogue.load(), [d for _, _, d in definitions.values()])
        assert not mistakes, mistakes
        for company in self.companies:
            cells = [
                _cell(self.view, company, end, operand, self._operand(company, operand, end))
                for end in self.ends(company)
                for operand in work.operands
            ]
            found |= {
                (company, definitions[row["metric"]][0].name, definitions[row["metric"]][1], row["as_of"]): answer
                for row, answer in self._evaluated(company, cells, work, definitions, segment)
            }
        return found

    def _stocks(self, family: str) -> dict[tuple[str, str, date], Answer]:
        wanted = [s for s in self.lexicon.family(family) if s.kind == "stock"]
        definitions = {
            f"check_{s.name}": (s, "latest", _definition(f"check_{s.name}", s, s.formula, "latest", "")) for s in wanted
        }
        work, mistakes = planning.plan(list(definitions), catalogue.load(), [d for _, _, d in definitions.values()])
        assert not mistakes, mistakes
        found: dict[tuple[str, str, date], Answer] = {}
        for company in self.companies:
            cells = [
                _cell(self.view, company, end, operand, self._operand(company, operand, end))
                for end in self.ends(company)
                for operand in work.operands
            ]
            found |= {
                (company, definitions[row["metric"]][0].name, row["as_of"]): answer
                for row, answer in self._evaluated(company, cells, work, definitions, "")
            }
        return found

    def _operand(self, company: str, operand: Operand, end: date) -> Reading:
        """An operand as of the end of one period, in the vintage known on the as-of date."""
        if ITEMS[operand.item].kind == "stock":
            return self._balance(company, operand, end)
        return self._window(company, operand, end)

    def _window(self, company: str, operand: Operand, end: date) -> Reading:
        """A flow over a window that ends on a day, however long ago: what was said then does not grow stale."""
        item = operand.item
        if item in calendar.STAND_INS and not self.view.facts(company, item, operand.segment):
            item = calendar.STAND_INS[item][0]  # METHOD 17: who prints no line to common, has none but the parent's
        wanted = calendar.span(
            Clock(end if self._is_year_end(company, end) else None, end), operand.window, operand.lag
        )
        facts = self.view.facts(company, item, operand.segment)
        if not facts or wanted is None:
            return missing("not disclosed")
        line = self.view.once(
            ("series", company, item, operand.segment), lambda: calendar.series(facts, self.year_end(company))
        )
        if ITEMS[item].unit == "money":
            answer = calendar.fill(line, wanted, operand.window)
        else:  # a figure per share is never added up
            first, last = line.boundary(wanted.start), line.boundary(wanted.end + timedelta(days=1))
            path = line.whole(first, last) if first and last else None
            answer = from_facts(path[0].fact.value, (path[0].fact,), start=wanted.start, end=wanted.end,
                                months=wanted.months, how="as reported") if path else missing("")  # fmt: skip
        if answer.ok:
            return answer
        return missing(answer.reason or "what is known does not add up to it", start=wanted.start, end=wanted.end)

    def _balance(self, company: str, operand: Operand, end: date) -> Reading:
        if operand.item in panel.DEBT and self.view.company(company).financial:
            return Reading(None, "not_meaningful", "not used for a financial company, whose debt is its raw material")
        source, *marks = leases.stand_in(self.view, company, operand)
        then = add_months(end, -12 * operand.lag)
        facts = self.view.facts(company, source, operand.segment)
        fact = next((row for row in facts if row.start is None and near(row.end, then)), None)
        if fact is None:
            return missing(f"not disclosed at {say(then)}", end=then)
        how = "balance sheet" if ITEMS[operand.item].unit.startswith("money") else "reported count"
        return from_facts(fact.value, (fact,), start=None, end=fact.end, months=0, how=how).flagged(*marks)

    def _market(self, company: str, day: date, family: str) -> dict[str, Answer]:
        """The market figures of a family as known on one day."""
        wanted = [s for s in self.lexicon.family(family) if s.kind == "market" and s.formula]
        work, _ = planning.plan([s.formula for s in wanted], catalogue.load())
        view = self._once(("view", day), lambda: View(self.rows, day))
        clock = calendar.clock(view, company)
        cells = [
            _cell(view, company, day, operand, panel.read(view, company, operand, clock)) for operand in work.operands
        ]
        definitions = {s.formula: (s, "", work.definitions[s.formula]) for s in wanted if s.formula in work.definitions}
        made = {
            definitions[row["metric"]][0].name: answer
            for row, answer in self._evaluated(company, cells, work, definitions, "")
            if row["metric"] in definitions
        }
        return {s.name: made.get(s.name, Lack("not computed")) for s in wanted}

    def _close(self, company: str, day: date) -> Answer:
        lines = self.view.lines(company, day)
        found = securities.quote(self.view, lines[0], day) if lines else None
        if found is None:
            return Lack(f"no close within five trading days before {say(day)}")
        what = f"{self.name(company)}, close of {found.line.line}"
        return Figure(
            company, "price", what, say(found.close.date), found.close.value, "money_per_share", found.close.currency,
            end=found.close.date, known_on=found.close.date, how="as quoted", documents=(found.close.id,),
        )  # fmt: skip

    def _evaluated(
        self, company: str, cells: list[dict[str, Any]], work: planning.Plan,
        definitions: Mapping[str, tuple[Series, str, MetricDefinition]], segment: str,
    ) -> Iterable[tuple[dict[str, Any], Answer]]:  # fmt: skip
        if not cells:
            return
        frame = pl.DataFrame(cells, schema=frames.CELLS)
        inputs = {(cell["as_of"], cell["operand"]): cell for cell in cells}
        for row in evaluate.evaluate(frame, work).iter_rows(named=True):
            if row["metric"] in definitions:
                series, window, _ = definitions[row["metric"]]
                parts = [inputs[row["as_of"], operand.key] for operand in work.rests_on[row["metric"]]]
                yield row, self._answer(company, series, window, segment, row, parts)

    def _answer(
        self, company: str, series: Series, window: str, segment: str, row: Mapping[str, Any],
        parts: Iterable[Mapping[str, Any]],
    ) -> Answer:  # fmt: skip
        if row["status"] != "ok":
            return Lack((row["reason"] or row["status"]).rpartition(": ")[2])
        used, value = list(parts), row["value"]
        if series.name == "eps_ads":  # where there is no ADS, one share is the unit
            lines = self.view.lines(company, self.as_of)
            value *= lines[0].ordinary_per_unit if lines else 1.0
        documents = tuple(dict.fromkeys(id for part in used for id in part["inputs"]))
        end = row["period_end"] or row["as_of"]
        if series.kind == "market":
            prices = [part["period_end"] for part in used if part["operand"].startswith("price") and part["period_end"]]
            when = say(prices[0] if prices else end)
            end = prices[0] if prices else end
        elif series.kind == "stock":
            end = row["as_of"]
            when = say(end)
        else:
            end = row["as_of"]
            when = spoken(Window(MONTHS[window], end, fiscal=window == "fy"), self.year_end(company))
        how = next((part["how"] for part in used if part["how"]), "") if len(used) == 1 else _spelled(used)
        return Figure(
            company, series.name, f"{self.name(company)}, {_labelled(series, segment)}", when, value,
            series.unit,
            (row["currency"] or "") if series.unit.startswith("money") else "",
            start=row["period_start"] if series.kind == "flow" else None, end=end, known_on=row["known_on"], how=how,
            explain=self._explained(company, series, window, segment, end), documents=documents,
        )  # fmt: skip

    def _explained(self, company: str, series: Series, window: str, segment: str, end: date) -> str:
        """The metric that is this figure, as `bench explain` reads metrics: over the newest window, on the last day."""
        name = series.id.replace("{w}", window)
        if name not in catalogue.load().definitions or not self._is_newest(company, series, window, end):
            return ""
        return f"{name}[{segment}]" if segment else name


def ledger(data: Dataset, companies: Iterable[str], as_of: date, lexicon: Lexicon) -> Ledger:
    names = tuple(dict.fromkeys(companies))
    rows = index.index(data, names)
    return Ledger(data, names, as_of, lexicon, rows, View(rows, as_of))


def spoken(window: Window, year_end: int) -> str:
    """A window in words that name its days: fiscal year to 31 March 2025."""
    if window.months == 0:
        return say(window.end)
    length = {3: "quarter", 6: "six months", 9: "nine months"}.get(window.months)
    if length is None:
        fiscal = window.end.month == year_end
        calendar_year = (window.end.month, window.end.day) == (12, 31)
        length = "fiscal year" if fiscal and year_end != 12 else "year" if calendar_year else "twelve months"
    return f"{length} to {say(window.end)}"


def _definition(id: str, series: Series, formula: str, window: str, segment: str) -> MetricDefinition:
    if segment:
        formula = formula.replace(f"[{window}]", f"[{segment}, {window}]")
    unit: Any = series.unit if series.unit in ("times", "fraction", *UNITS) else "pure"
    positive = ("equity_parent",) if formula.endswith("/ equity_parent") else ()
    return MetricDefinition(
        id, series.label, series.label, "custom", formula, unit, "neither", "", "", window, positive
    )


def _cell(view: View, company: str, key: date, operand: Operand, answer: Reading) -> dict[str, Any]:
    unit = ITEMS[operand.item].unit
    return {
        "company": company, "as_of": key, "operand": operand.key, "value": answer.value, "unit": unit,
        "currency": view.company(company).reporting_currency if unit.startswith("money") else None,
        "status": answer.status, "reason": None if answer.ok else answer.reason, "period_start": answer.start,
        "period_end": answer.end, "months": answer.months, "known_on": answer.known_on, "how": answer.how,
        "inputs": list(answer.inputs), "flags": list(answer.flags),
    }  # fmt: skip


def _labelled(series: Series, segment: str) -> str:
    return f"{series.label} of {segment}" if segment else series.label


def _units(series: Series) -> str:
    return "percentage points" if series.unit == "fraction" else "amount"


def _spelled(parts: Iterable[Mapping[str, Any]]) -> str:
    """The operands of a figure, short: debt_short[latest] 24,584m, …"""
    shown = []
    for part in parts:
        if part["value"] is None:
            continue
        big = abs(part["value"]) >= 1e6
        shown.append(
            f"{part['operand'].partition('[')[0]} {part['value'] / 1e6:,.0f}m"
            if big
            else f"{part['operand'].partition('[')[0]} {part['value']:.6g}"
        )
    return ", ".join(shown)


def _said(figure: Figure) -> str:
    big = abs(figure.value) >= 1e6
    value = f"{figure.value / 1e6:,.0f}m" if big else f"{figure.value:.4g}"
    return f"{value} ({figure.when})"

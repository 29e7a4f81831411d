"""Where everything stands in a workbook: the name of every input, rate, operand and metric, and the value it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from peerbench.brief.workings import BRIDGE, Place, Record, Workings, steps
from peerbench.core.arithmetic import Arithmetic, Leaf, RateOf, Row, Term, Units
from peerbench.core.currencies import sign
from peerbench.core.document import Brief
from peerbench.core.findings import Finding
from peerbench.metrics.formula import Reference
from peerbench.metrics.plan import Step
from peerbench.metrics.spreadsheet import cell_name, spreadsheet
from peerbench.render import format as formats
from peerbench.render.voice import Voice
from peerbench.render.xlsx import Names, Pen, Value, address, letters, quoted

BRIEF: Final = "Brief"
COMPARISON: Final = "Comparison"
CALCULATIONS: Final = "Calculations"
OPERANDS: Final = "Operands"
INPUTS: Final = "Inputs"
RATES: Final = "FX"
LINEAGE: Final = "Lineage"
CHECKS: Final = "Checks"
SOURCES: Final = "Sources"

NA: Final = "NA"
NOT_MEANINGFUL: Final = "n.m."
WITHHELD: Final = formats.EN_DASH
CHANGED: Final = "changed"
TOP: Final = 3  # the row of the heads; above stand the sheet's title and what it is for
FIRST: Final = 4  # of the comparison's columns, the subject's
CODES: Final = {
    "times": "#,##0.00", "fraction": "0.0%", "money_per_share": "#,##0.00##", "count": "#,##0", "pure": "#,##0.0000",
}  # fmt: skip
GROUPS: Final = {
    "valuation": "Valuation", "growth": "Growth", "profitability": "Profitability", "balance_sheet": "Balance sheet",
    "risk": "Risk", "quality": "Quality", "custom": "Own measures", "level": "Levels",
}  # fmt: skip
MILLION: Final = 1e6
SMALL: Final = 10 * MILLION  # a figure below it is shown in ones
MEANS: Final = {"median": "MEDIAN", "mean": "AVERAGE", "harmonic": "HARMEAN"}
STATISTICS: Final = ("median", "maximum", "minimum", "q1", "q3")


def signed(code: str, *, plus: bool = False) -> str:
    """A number format with the page's own minus."""
    return f'{"+" if plus else ""}{code};"{formats.MINUS}"{code};{code}'


@dataclass(frozen=True, slots=True)
class Shape:
    """How a value is shown: the format's code and the unit in words."""

    code: str
    unit: str = ""


def shape(unit: str, currency: str, size: float | None) -> Shape:
    """Money and shares in millions unless they are small, the rest by their unit; the unit in words of the house."""
    large = abs(size or SMALL) >= SMALL
    code = sign(currency)
    if unit == "money":
        return Shape(signed("#,##0,," if large else "#,##0"), f"{code} m" if large else code)
    if unit == "shares":
        return Shape(signed("#,##0.0,," if large else "#,##0"), "m shares" if large else "shares")
    words = {"times": "times", "fraction": "%", "money_per_share": f"{code} a share", "count": "count"}
    return Shape(signed(CODES.get(unit, CODES["pure"])), words.get(unit, ""))


@dataclass
class Book:
    """One workbook being written: the brief, its workings, and who is called what."""

    brief: Brief
    work: Workings
    pen: Pen
    findings: tuple[Finding, ...] = ()
    compared_at: dict[str, int] = field(default_factory=dict)  # metric → row of the comparison
    where: dict[str, str] = field(default_factory=dict)  # name → place, as sheets are written
    checked: dict[str, str] = field(default_factory=dict)  # sheet → its column of changes

    def __post_init__(self) -> None:
        names = Names()
        work = self.work
        self.rows = {id: names.new(*_row_words(row)) for id, row in work.rows.items()}
        self.units = {unit: names.new(unit.line, "ordinary_per_unit") for unit in work.units}
        self.fx = {rate.of: names.new(*_rate_words(rate.of)) for rate in work.rates}
        self.operands = {(o.company, o.operand.key): names.new(o.company, cell_name(o.operand.key))
                         for o in work.operands}  # fmt: skip
        # A metric that is one operand by the same name leaves the name to that: alibaba_revenue_ltm is an operand.
        taken = {cell_name(o.operand.key) for o in work.operands}
        self.metrics = {
            (company, step.key): names.new(company, name, "measure" if name in taken else "")
            for step in steps(work.plan)
            for name in (cell_name(step.key),)
            for company in work.companies
        }

    @cached_property
    def ids(self) -> Mapping[str, str]:
        """ref → row of the lineage."""
        return {ref: trace.row for ref, trace in self.brief.traces.items() if trace.row}

    def lineage(self, *refs: str) -> str:
        """The rows of the lineage that these numbers stand in."""
        return ", ".join(dict.fromkeys(self.ids[ref] for ref in refs if ref in self.ids))

    def sources(self, id: str) -> str:
        return ", ".join(map(str, self.work.numbers.get(id, ())))

    def company(self, key: str) -> str:
        evidence = self.work.study.evidence
        return self.voice.known(evidence.name(key)) if key in evidence.companies else key

    @property
    def voice(self) -> Voice:
        return self.pen.voice

    @cached_property
    def changed(self) -> str:
        """What stands beside a value that is not the published one."""
        return self.voice.say(CHANGED)

    def differs(self, value: str, published: str) -> str:
        """A formula that says when a cell no longer shows what was published."""
        return changed(value, published, says=self.changed)

    def column(self, sheet: str, row: int, column: int, last: int) -> str:
        """A column of a sheet from a row down, as a formula names it."""
        first, end = address(row, column, fixed=True), address(max(last, row), column, fixed=True)
        return f"{self.pen.place(sheet)}!{first}:{end}"

    def put(self, name: str, sheet: str, row: int, column: int) -> None:
        """Name a cell that was written."""
        self.pen.name(name, sheet, row, column)
        self.where[name] = address(row, column, sheet=self.pen.place(sheet))

    # ---- formulas ---------------------------------------------------------------------------------------------------

    def arithmetic(self, made: Arithmetic) -> str:
        """An operand's sum over named cells; without one of them it is missing, never less."""
        names = [self.leaf(leaf) for leaf in made.leaves if not isinstance(leaf, float)]
        body = "".join(self._term(term, first=not place) for place, term in enumerate(made.terms))
        if made.over != 1:
            body = f"({body})/{made.over:g}" if len(made.terms) > 1 else f"{body}/{made.over:g}"
        guarded = f'IF(COUNT({",".join(names)})<{len(names)},"{NA}",{body})'
        divided = any(term.over for term in made.terms)
        return f'=IFERROR({guarded},"{NA}")' if divided else f"={guarded}"

    def _term(self, term: Term, *, first: bool) -> str:
        sign = "-" if term.weight < 0 else "" if first else "+"
        weight = f"{abs(term.weight):.15g}*" if abs(term.weight) != 1 else ""
        return sign + weight + "*".join(map(self.leaf, term.of)) + "".join(f"/{self.leaf(leaf)}" for leaf in term.over)

    def leaf(self, leaf: Leaf) -> str:
        match leaf:
            case Row(id):
                return self.rows[id]
            case RateOf():
                return self.fx[leaf]
            case Units():
                return self.units[leaf]
        return f"{leaf:.15g}"

    def metric(self, company: str, step: Step) -> str:
        """A metric's live formula over the cells of one company."""
        known = {**{key: name for (who, key), name in self.metrics.items() if who == company},
                 **{key: name for (who, key), name in self.operands.items() if who == company}}  # fmt: skip
        metrics = {leaf.key for leaf in step.inputs if isinstance(leaf, Reference)}
        years = self.work.years.get((company, step.key))

        def cell(key: str) -> str:
            return self.metrics[company, key] if key in metrics else known[key]

        return spreadsheet(step, cell=cell, years=years)

    def live(self, place: Place) -> str:
        """The formula of a printed number without its sign of equality; nothing where only its value is known.

        Arithmetic over cells that a reader has made impossible says so instead of failing.
        """
        made = self._live(place)
        return f'IFERROR({made},"{NOT_MEANINGFUL}")' if made and place.kind in ("against", "made") else made

    def _live(self, place: Place) -> str:
        match place.kind:
            case "operand":
                return self.operands.get((place.company, place.key), "")
            case "metric":
                return self.metrics.get((place.company, place.key), "")
            case "compared":
                return self._compared(place.company, place.key)
            case "statistic":
                return self.statistic(place.key, place.part)
            case "against":
                return self._against(place)
            case "rate":
                return self.fx.get(place.rate, "") if place.rate else ""
            case "row":
                return self.rows.get(place.key, "")
            case "made":
                return self._made(place)
        return ""

    def _compared(self, company: str, metric: str) -> str:
        if metric not in self.compared_at:
            return ""
        column = FIRST + self.work.companies.index(company)
        return address(self.compared_at[metric], column, sheet=self.pen.place(COMPARISON))

    def statistic(self, metric: str, name: str) -> str:
        if metric not in self.compared_at or name not in self.statistics:
            return ""
        return address(self.compared_at[metric], self.statistics[name], sheet=self.pen.place(COMPARISON))

    def _against(self, place: Place) -> str:
        own, median = self._compared(place.company, place.key), self.statistic(place.key, "median")
        if not own or not median:
            return ""
        return f"{own}/{median}-1" if place.part == "premium" else f"{own}-{median}"

    def _made(self, place: Place) -> str:
        parts = [self._live(part) for part in place.parts]
        if not all(parts):
            return ""
        if place.sign == "implied":
            return self._implied(place, parts)
        first, rest = parts[0], parts[1:]
        if place.sign in MEANS:
            return f"({first})/{MEANS[place.sign]}({','.join(rest)})-1"
        if place.sign == "growth":
            return f"{first}/{rest[0]}-1"
        if place.sign == "÷" and not rest:
            return f"({first})/{place.number:.15g}"
        sign = {"÷": "/", "−": "-", "×": "*", "sum": "+"}[place.sign]
        return sign.join(f"({part})" for part in parts)

    def _implied(self, place: Place, parts: Sequence[str]) -> str:
        """A peer multiple on the subject's figure, through the bridge, per share, in the listing's unit and money."""
        multiple, figure, shares, *claims = parts
        total = f"{multiple}*{figure}"
        if claims:
            signs = ("-" if sign > 0 else "+" for sign in BRIDGE.values())
            total = f"({total}{''.join(f'{sign}N({claim})' for sign, claim in zip(signs, claims, strict=True))})"
        units = "".join(f"*{self.leaf(leaf)}" for leaf in place.over if not isinstance(leaf, RateOf))
        rates = "".join(f"/{self.leaf(leaf)}" for leaf in place.over if isinstance(leaf, RateOf))
        return f"{total}/{shares}{units}{rates}"

    # ---- the columns of the comparison ------------------------------------------------------------------------------

    @cached_property
    def statistics(self) -> dict[str, int]:
        """Columns behind the companies: median, high, low; quartiles only where peers may bear them."""
        quartiles = len(self.work.study.evidence.peers) >= 5
        names = [name for name in STATISTICS if quartiles or not name.startswith("q")]
        return {name: FIRST + len(self.work.companies) + place for place, name in enumerate(names)}

    # ---- values -----------------------------------------------------------------------------------------------------

    def operand_shown(self, row: Record) -> Value:
        return _mark(row)

    def metric_shown(self, company: str, step: Step) -> Value:
        """What the cell of a metric shows; of one that a rule keeps out, the bound it lies above."""
        row = self.work.metrics[company, step.key]
        if row["status"] != "excluded":
            return _mark(row)
        limit, raw = step.definition.excluded_above, row["raw"]
        own = all(self._said(company, leaf.key) for leaf in step.inputs)
        return f">{limit:g}x" if own and limit is not None and raw is not None and raw > limit else NOT_MEANINGFUL

    def _said(self, company: str, key: str) -> bool:
        row = self.work.metrics.get((company, key))
        return row is None or row["status"] != "excluded"

    def compared_shown(self, company: str, metric: str) -> Value:
        row = self.work.compared[company, metric]
        if row["status"] != "excluded":
            return _mark(row)
        return self.metric_shown(company, self.work.plan.steps[metric])


def _mark(row: Record) -> Value:
    if row["status"] == "ok":
        return float(row["value"])
    return NOT_MEANINGFUL if row["status"] == "not_meaningful" else NA


def changed(value: str, published: str, *, says: str = CHANGED) -> str:
    """A formula that says when a cell no longer shows what was published."""
    mark = quoted(says)
    near = f'IF(ABS({value}-{published})<=1E-9*ABS({published}),"",{mark})'
    numbers = f"IF(ISNUMBER({value}),{near},{mark})"
    return f'=IF(ISNUMBER({published}),{numbers},IF({value}={published},"",{mark}))'


def _row_words(row: Record) -> tuple[str, ...]:
    """What an input is called: alibaba revenue 12m 2025_03_31, BABA close 2025_09_23."""
    if "claim_id" in row:
        return "claim", str(row["claim_id"])
    if "close" in row:
        return row["line"], "close_adjusted" if row["adjusted"] else "close", row["date"].isoformat()
    if "ex_date" in row:
        return row["line"] or row["company"], "dividend", row["ex_date"].isoformat()
    if "snapshot_date" in row:
        period = str(row["fiscal_period"] or "")
        return row["company"], row["metric"], "estimate", period, row["snapshot_date"].isoformat()
    segment = "" if row["segment"] == "total" else row["segment"]
    issuer = "issuer" if row["accounting"] == "issuer-non-gaap" else ""
    months = f"{row['months']}m" if row["months"] else ""
    return row["company"], row["item"], segment, issuer, months, row["period_end"].isoformat()


def _rate_words(rate: RateOf) -> tuple[str, ...]:
    if rate.start is None:
        return "fx", rate.base, rate.quote, rate.day.isoformat()
    return "fx", rate.base, rate.quote, "mean", rate.start.isoformat(), rate.day.isoformat()


def span(first: int, last: int, row: int) -> str:
    """Neighbouring cells of one row."""
    return f"{letters(first)}{row + 1}:{letters(last)}{row + 1}"

"""Sheets that calculate: operands from inputs, metrics from operands, the comparison from metrics; all of it live."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from peerbench.brief.workings import Worked, steps
from peerbench.compare.sizes import LEAST
from peerbench.metrics import sentence
from peerbench.metrics.formula import Reference
from peerbench.metrics.plan import Step
from peerbench.render.cellformat import cell_format
from peerbench.render.workbook_cells import (
    CALCULATIONS,
    COMPARISON,
    FIRST,
    GROUPS,
    NOT_MEANINGFUL,
    OPERANDS,
    TOP,
    WITHHELD,
    Book,
    shape,
    span,
)
from peerbench.render.workbook_inputs import footer, marks, title
from peerbench.render.xlsx import BLUE, Sheet, Value, address, quoted

# ---- operands --------------------------------------------------------------------------------------------------------

AS_IT_IS: Final = "taken as it is, not calculated here"
OPERAND_HEADS: Final = (
    *("Company", "What", "Value", "Unit", "Start", "To, or on", "Known on", "How it was made", "Why not", "Lineage"),
    *("Name of the cell", "As published", "Changed"),
)


def operands(sheet: Sheet, book: Book) -> None:
    """What formulas read: windows filled from periods, prices brought to an ordinary share, all in one currency."""
    title(
        sheet, OPERANDS, "Figures that formulas read, made of inputs: twelve months of quarters, ADS ratio, currency."
    )
    sheet.heads(TOP, OPERAND_HEADS)
    row = TOP
    for row, worked in enumerate(book.work.operands, TOP + 1):
        _operand(sheet, book, row, worked)
    _finished(sheet, book, OPERANDS, row, 12)
    sheet.widths(12, 46, 18, 14, 11.5, 11.5, 11.5, 54, 44, 12, 38, 18, 9)
    sheet.inner.freeze_panes(TOP + 1, 3)
    sheet.inner.autofilter(TOP, 0, max(row, TOP + 1), 12)
    sheet.page(heads=TOP, footer=footer(book), large=True)


def _finished(sheet: Sheet, book: Book, name: str, row: int, column: int) -> None:
    """The column that says what a reader changed, known to the first sheet."""
    book.checked[name] = book.column(name, TOP + 1, column, row)
    marks(sheet, column, row)


def _operand(sheet: Sheet, book: Book, row: int, worked: Worked) -> None:
    cell, company = worked.row, worked.company
    shown = book.operand_shown(cell)
    look = _ground(book, company)
    made = shape(cell["unit"], cell["currency"] or "", cell["value"])
    name = book.operands[company, worked.operand.key]
    sheet.text(row, 0, book.company(company), **look)
    sheet.say(row, 1, str(sentence.operand_name(worked.operand)), **look)
    if worked.arithmetic is not None:
        sheet.formula(row, 2, book.arithmetic(worked.arithmetic), shown, number=made.code, **look)
    else:  # taken as it is, or not known: a reader may write his own
        sheet.value(row, 2, shown, number=made.code, colour=BLUE, **look)
    book.put(name, OPERANDS, row, 2)
    sheet.say(row, 3, made.unit, **look)
    for column, key in ((4, "period_start"), (5, "period_end"), (6, "known_on")):
        sheet.day(row, column, cell[key], **look)
    plain = worked.arithmetic is None and cell["status"] == "ok"
    how = book.voice.say(cell["how"] or ""), book.voice.say(AS_IT_IS) if plain else ""
    sheet.text(row, 7, book.voice.joint("; ").join(part for part in how if part), **look)
    sheet.text(row, 8, "" if cell["status"] == "ok" else _why(book, cell), **look)
    sheet.text(row, 9, book.lineage(f"{company}/{worked.operand.key}"), align="right", **look)
    sheet.text(row, 10, name, colour=book.pen.theme.ter, **look)
    sheet.value(row, 11, shown, colour=book.pen.theme.ter, number=made.code, **look)
    sheet.formula(row, 12, book.differs(address(row, 2), address(row, 11)), "", **look)


def _ground(book: Book, company: str) -> dict[str, Any]:
    """The subject's rows stand out."""
    subject = company == book.brief.meta.subject_key
    return {"bottom": 1, "ground": book.pen.theme.ttint} if subject else {"bottom": 1}


def _why(book: Book, row: Any) -> str:
    status, reason = str(row["status"]).replace("_", " "), row["reason"] or "not known on the as-of date"
    return book.voice.joint(": ").join((book.voice.say(status), book.voice.say(reason)))


# ---- calculations ----------------------------------------------------------------------------------------------------

METRIC_HEADS: Final = (
    *("Company", "Value", "Unit", "To, or on", "Known on", "Why not", "Lineage", "Name of the cell", "As published"),
    *("Changed", "Made of"),
)
PARTS: Final = METRIC_HEADS.index("Made of")


def calculations(sheet: Sheet, book: Book) -> None:
    """A block for each metric, a row for each company: the live formula, and what it reads beside it."""
    title(
        sheet, CALCULATIONS, "A block for each measure. The formula of a cell reads the named cells shown at its right."
    )
    sheet.heads(TOP, METRIC_HEADS)
    row, most = TOP + 1, 1
    for step in steps(book.work.plan):
        most = max(most, len(step.inputs))
        row = _block(sheet, book, row, step)
    _finished(sheet, book, CALCULATIONS, row, 9)
    sheet.widths(14, 16, 12, 11.5, 11.5, 40, 12, 36, 16, 9, *([18] * most))
    sheet.inner.freeze_panes(TOP + 1, 2)
    sheet.page(heads=TOP, footer=footer(book), large=True)


def _block(sheet: Sheet, book: Book, row: int, step: Step) -> int:
    """Title, formula in words, a row a company; returns the row after the block."""
    definitions = book.work.plan.definitions
    ago = f", {step.lag} year{'s' if step.lag > 1 else ''} before" if step.lag else ""
    sheet.say(row, 0, step.definition.label + ago, bold=True, size=11, colour=book.pen.theme.theme)
    formula = book.voice.say(str(sentence.sentence(step.tree, definitions)))
    sheet.text(row + 1, 0, f"= {formula}", colour=book.pen.theme.sec)
    heads = [str(sentence.name(leaf, definitions)) for leaf in step.inputs]
    sheet.heads(row + 1, heads, first=PARTS, align="right", bold=False, bottom=1, lines=2)
    for line, company in enumerate(book.work.companies, row + 2):
        _metric(sheet, book, line, company, step)
    return row + 3 + len(book.work.companies)


def _metric(sheet: Sheet, book: Book, row: int, company: str, step: Step) -> None:
    cell = book.work.metrics[company, step.key]
    shown, look = book.metric_shown(company, step), _ground(book, company)
    made = shape(cell["unit"], cell["currency"] or "", cell["raw"])
    name = book.metrics[company, step.key]
    sheet.text(row, 0, book.company(company), **look)
    sheet.formula(row, 1, book.metric(company, step), shown, number=made.code, **look)
    book.put(name, CALCULATIONS, row, 1)
    sheet.say(row, 2, made.unit, **look)
    sheet.day(row, 3, cell["period_end"], **look)
    sheet.day(row, 4, cell["known_on"], **look)
    sheet.text(row, 5, "" if cell["status"] == "ok" else _why(book, cell), **look)
    refs = (f"{company}:{step.key}", f"{company}:{step.key}:{book.work.study.evidence.currency}")
    sheet.text(row, 6, book.lineage(*refs), align="right", **look)
    sheet.text(row, 7, name, colour=book.pen.theme.ter, **look)
    sheet.value(row, 8, shown, number=made.code, colour=book.pen.theme.ter, **look)
    sheet.formula(row, 9, book.differs(address(row, 1), address(row, 8)), "", **look)
    for column, leaf in enumerate(step.inputs, PARTS):
        _part(sheet, book, row, column, company, leaf, look)


def _part(sheet: Sheet, book: Book, row: int, column: int, company: str, leaf: Any, look: dict[str, Any]) -> None:
    """What the formula reads, once more beside it."""
    if isinstance(leaf, Reference):
        cell, name = book.work.metrics[company, leaf.key], book.metrics[company, leaf.key]
        shown: Value = book.metric_shown(company, book.work.plan.steps[leaf.key])
        size = cell["raw"]
    else:
        cell, name = book.work.study.evidence.cells[company, leaf.key], book.operands[company, leaf.key]
        shown, size = book.operand_shown(cell), cell["value"]
    code = shape(cell["unit"], cell["currency"] or "", size).code
    sheet.formula(row, column, f"={name}", shown, number=code, **look)


# ---- comparison ------------------------------------------------------------------------------------------------------

NAMES: Final = {"median": "Median", "maximum": "High", "minimum": "Low", "q1": "First quartile", "q3": "Third quartile"}
FUNCTIONS: Final = {"median": "MEDIAN({})", "maximum": "MAX({})", "minimum": "MIN({})", "q1": "QUARTILE({},1)",
                    "q3": "QUARTILE({},3)"}  # fmt: skip
MANY: Final = 6  # companies that a sheet of A4 holds
SIZES: Final = {"median": "median", "maximum": "range", "minimum": "range", "q1": "quartiles", "q3": "quartiles"}
AGAINST: Final = ("n", "n.m.", "Subject against median", "Rank of subject", "Ranked")


def comparison(sheet: Sheet, book: Book) -> None:
    """Measures by company with what the core peers give, all from the calculations; money in the brief's currency."""
    grid = _Grid(sheet, book)
    peers = book.brief.meta.peers_phrase
    said = book.voice.say("Measures by company. Median, high and low are of {peers}; the subject is not among them.")
    title(sheet, COMPARISON, said.replace("{peers}", peers))
    sheet.heads(TOP, grid.heads, align="right", lines=3)
    sheet.heads(TOP, grid.heads[: FIRST - 1], lines=3)
    sheet.heads(TOP, grid.heads[-1:], first=len(grid.heads) - 1, lines=3)
    row = TOP
    for group, metrics in grid.groups:
        row += 1
        sheet.say(row, 0, GROUPS.get(group, group), bold=True, size=11, colour=book.pen.theme.theme)
        for metric in metrics:
            row += 1
            grid.write(row, metric)
    _finished(sheet, book, COMPARISON, row, grid.changed)
    sheet.widths(38, 10, 13, 22, *([12] * (len(grid.heads) - FIRST - 4)), 11, 11, 9, 60)
    sheet.inner.freeze_panes(TOP + 1, 1)
    sheet.page(heads=TOP, footer=footer(book), large=len(grid.companies) > MANY)
    sheet.inner.print_area(0, 0, row, grid.changed)  # remarks run on beyond any sheet of paper


class _Grid:
    """The comparison's columns: four of words, the companies, the statistics, the subject against them, checks."""

    def __init__(self, sheet: Sheet, book: Book) -> None:
        self.sheet, self.book, self.work = sheet, book, book.work
        ev = book.work.study.evidence
        self.companies, self.core = ev.everyone, len(ev.peers)
        self.after = FIRST + len(self.companies) + len(book.statistics)
        self.names = {name: self.after + place for place, name in enumerate(AGAINST)}
        statistics = [NAMES[name] for name in book.statistics]
        companies = [book.company(company) for company in self.companies]
        published = ("Median as published", "Gap as published", "Changed", "Remarks")
        self.heads = ("Measure", "Period", "Unit", "Lineage", *companies, *statistics, *AGAINST, *published)
        self.changed = len(self.heads) - 2
        rows = [metric for metric in ev.definitions if (ev.subject, metric) in book.work.compared]
        for metric in rows:
            book.compared_at[metric] = 0

    @property
    def groups(self) -> Iterator[tuple[str, list[str]]]:
        """Metrics under the catalogue's groups, those of the config's own last but one."""
        found: dict[str, list[str]] = {group: [] for group in GROUPS}
        for metric in self.book.compared_at:
            found.setdefault(self.work.definition(metric).group, []).append(metric)
        return ((group, metrics) for group, metrics in found.items() if metrics)

    def write(self, row: int, metric: str) -> None:
        book, sheet, definition = self.book, self.sheet, self.work.definition(metric)
        book.compared_at[metric] = row
        currency = self.work.study.evidence.currency
        name = self.work.formats[metric]
        made = cell_format(_worded(name), currency=currency, rules=book.voice.rules)
        if definition.unit == "money_per_share" and name.startswith("n"):
            made = cell_format("n2")
        unit = _unit(definition.unit, name, currency)
        for column, text in enumerate((definition.label, _period(definition.period), unit)):
            sheet.say(row, column, text, bottom=1)
        own = f"{self.companies[0]}:{metric}"
        refs = (f"{own}:{currency}", own, f"peers:{metric}:median", f"{own}:premium", f"{own}:gap")
        sheet.text(row, 3, book.lineage(*refs), align="right", bottom=1)
        for column, company in enumerate(self.companies, FIRST):
            look = {"number": made.code, **_ground(book, company)}
            if column == FIRST:
                look["bold"] = True
            sheet.formula(row, column, self.value(company, metric), book.compared_shown(company, metric), **look)
        self._statistics(row, metric, made.code)
        self._against(row, metric)
        self._checks(row, made.code)
        sheet.text(row, self.changed + 1, self._remarks(metric), bottom=1, colour=book.pen.theme.ter)

    def _remarks(self, metric: str) -> str:
        """Why a company has no value, company by company."""
        rows = ((company, self.work.compared[company, metric]) for company in self.companies)
        voice, colon = self.book.voice, self.book.voice.joint(": ")
        told = (f"{self.book.company(who)}{colon}{_why(self.book, row)}" for who, row in rows if row["status"] != "ok")
        return voice.joint("; ").join(told)

    def value(self, company: str, metric: str) -> str:
        """The metric's cell, money at the rate that the page took."""
        cell = self.book.metrics[company, metric]
        rate = self.work.conversions.get((company, metric))
        own, shown = self.work.metrics[company, metric], self.work.compared[company, metric]
        if rate is not None:
            fx = self.book.fx[rate]
            return f'=IF(ISNUMBER({cell}),IF(ISNUMBER({fx}),{cell}*{fx},"NA"),{cell})'
        if shown["status"] == "missing" and own["status"] == "ok":  # no rate is known: as absent as the rate
            return '="NA"'
        return f"={cell}"

    def _statistics(self, row: int, metric: str, code: str) -> None:
        peers, compared = span(FIRST + 1, FIRST + self.core, row), self.work.compared[self.companies[0], metric]
        for name, column in self.book.statistics.items():
            least = LEAST[SIZES[name]]
            formula = f"=IF(COUNT({peers})<{least},{quoted(WITHHELD)},{FUNCTIONS[name].format(peers)})"
            value = compared[name]
            self.sheet.formula(row, column, formula, WITHHELD if value is None else value, number=code, bottom=1)
        counts = (("n", f"=COUNT({peers})", compared["n"]),
                  ("n.m.", f"=COUNTIF({peers},{quoted(NOT_MEANINGFUL)})", compared["n_not_meaningful"]))  # fmt: skip
        for name, formula, value in counts:
            self.sheet.formula(row, self.names[name], formula, value, number="0", bottom=1)

    def _against(self, row: int, metric: str) -> None:
        """Premium for multiples and money, points for fractions (METHOD 21, 22); the rank by what is better."""
        definition, compared = self.work.definition(metric), self.work.compared[self.companies[0], metric]
        own, median = address(row, FIRST), address(row, self.book.statistics["median"])
        dash = quoted(WITHHELD)
        if definition.compare == "premium":
            said = f"=IF(COUNT({own},{median})<2,{dash},IF(AND({median}>0,{own}>=0),{own}/{median}-1,{dash}))"
            value, made = compared["premium"], cell_format("spct1")
        else:
            points = definition.unit == "fraction"
            rules = self.book.voice.rules
            made = cell_format("pp1" if points else _worded(self.work.formats[metric]), plus=True, rules=rules)
            value = None if compared["gap"] is None else compared["gap"] * made.scale
            apart = f"({own}-{median})*100" if points else f"{own}-{median}"
            said = f"=IF(COUNT({own},{median})<2,{dash},{apart})"
        shown = WITHHELD if value is None else value
        self.sheet.formula(row, self.names[AGAINST[2]], said, shown, number=made.code, bottom=1, bold=True)
        self.sheet.value(row, self.changed - 1, shown, number=made.code, bottom=1, colour=self.book.pen.theme.ter)
        ranked, peers = span(FIRST, FIRST + self.core, row), span(FIRST + 1, FIRST + self.core, row)
        enough = f"COUNT({peers})>={LEAST['rank']}"
        order = 1 if definition.better == "lower" else 0
        rank = f"=IF(AND({enough},ISNUMBER({own})),_xlfn.RANK.AVG({own},{ranked},{order}),{dash})"
        of = f"=IF({enough},COUNT({ranked}),{dash})"
        for name, formula, value in ((AGAINST[3], rank, compared["rank"]), (AGAINST[4], of, compared["of"])):
            made_of = WITHHELD if value is None else value
            self.sheet.formula(row, self.names[name], formula, made_of, number="General", bottom=1)

    def _checks(self, row: int, code: str) -> None:
        at = self.changed - 2
        median = self.book.statistics["median"]
        compared = self.work.compared[self.companies[0], self._metric_of(row)]
        value = WITHHELD if compared["median"] is None else compared["median"]
        self.sheet.value(row, at, value, number=code, bottom=1, colour=self.book.pen.theme.ter)
        first = self.book.differs(address(row, median), address(row, at)).removeprefix("=")
        second = self.book.differs(address(row, self.names[AGAINST[2]]), address(row, at + 1)).removeprefix("=")
        same = f'=IF(AND({first}="",{second}=""),"",{quoted(self.book.changed)})'
        self.sheet.formula(row, at + 2, same, "", bottom=1)

    def _metric_of(self, row: int) -> str:
        return next(metric for metric, at in self.book.compared_at.items() if at == row)


def _worded(name: str) -> str:
    """Percent keeps its sign in a cell, where no head says it."""
    return {"bpct0": "pct0", "bpct1": "pct1"}.get(name, name)


def _unit(unit: str, format: str, currency: str) -> str:
    scale = "bn" if format.startswith("bn") else "m" if format.startswith("m") and format != "money" else ""
    if unit == "money":
        return f"{currency} {scale}".strip()
    if unit == "shares":
        return "m shares" if scale else "shares"
    return {"times": "times", "fraction": "%", "money_per_share": f"{currency} a share"}.get(unit, "")


def _period(period: str) -> str:
    return period.upper() if period in ("ltm", "fy", "cy", "ntm", "fy1", "fy2") else period

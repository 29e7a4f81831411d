"""Sheets that state: inputs with their documents, exchange rates, what the checks noticed, the sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

from peerbench.brief.workings import FxRate, Record, amount
from peerbench.core.arithmetic import RateOf, Units
from peerbench.core.document import When
from peerbench.core.items import ITEMS
from peerbench.normalise.currency import Rate
from peerbench.render import format as formats
from peerbench.render.workbook_cells import CHANGED, CHECKS, INPUTS, NA, RATES, SOURCES, TOP, Book, signed
from peerbench.render.xlsx import BLUE, Sheet, Value, address, quoted

SEVERITIES: Final = ("error", "warning", "note")
INPUT_HEADS: Final = (
    *("Company", "What", "Segment or line", "Start", "To, or on", "Value", "Unit", "Currency", "Known on", "Source"),
    *(
        "Document",
        "Where in it",
        "Accounting",
        "Made by",
        "Remark",
        "Id",
        "Name of the cell",
        "As published",
        "Changed",
    ),
)
HOUSE: Final = ("accounting", "origin")  # kinds that the house knows; places and remarks are the source's own words
VALUE: Final = INPUT_HEADS.index("Value")
CODES: Final = {"money": "#,##0", "shares": "#,##0", "count": "#,##0.####", "money_per_share": "#,##0.00####"}


def title(sheet: Sheet, name: str, says: str) -> None:
    """The head of a sheet: what it is, and one line on how to read it."""
    sheet.say(0, 0, name, bold=True, size=15, colour=sheet.pen.theme.theme)
    sheet.say(1, 0, says, colour=sheet.pen.theme.sec)


def marks(sheet: Sheet, column: int, last: int) -> None:
    """A change stands out."""
    look = sheet.pen.book.add_format({"bold": True, "font_color": sheet.pen.theme.target})
    rule = {"type": "cell", "criteria": "==", "value": quoted(sheet.pen.voice.say(CHANGED)), "format": look}
    sheet.inner.conditional_format(TOP + 1, column, max(last, TOP + 1), column, rule)


# ---- inputs ----------------------------------------------------------------------------------------------------------


def inputs(sheet: Sheet, book: Book) -> None:
    """Every fact, close, estimate and ratio used. Values are blue: whoever changes one sees what follows from it."""
    title(sheet, INPUTS, "What somebody stated, in ones of its unit, with its document. Blue figures may be changed.")
    sheet.heads(TOP, INPUT_HEADS)
    row = TOP
    for id, record in book.work.rows.items():
        row += 1
        _input(sheet, book, row, book.rows[id], _described(record), value=amount(record))
        _document(sheet, book, row, id, record)
    for unit, name in book.units.items():
        row += 1
        _input(sheet, book, row, name, _ratio(book, unit), value=unit.ordinary)
    last = len(INPUT_HEADS) - 1
    book.checked[INPUTS] = book.column(INPUTS, TOP + 1, last, row)
    marks(sheet, last, row)
    sheet.widths(12, 34, 18, 12, 12, 20, 17, 10, 12, 8, 46, 40, 13, 11, 40, 34, 36, 20, 9)
    sheet.inner.freeze_panes(TOP + 1, 2)
    sheet.inner.autofilter(TOP, 0, max(row, TOP + 1), last)
    sheet.page(heads=TOP, footer=footer(book), large=True)


def _input(sheet: Sheet, book: Book, row: int, name: str, said: Sequence[Any], *, value: float) -> None:
    company, what, part, first, last, unit, currency, known = said
    look = {"bottom": 1}
    for column, text in enumerate((book.company(company), book.voice.say(what), book.voice.known(part))):
        sheet.text(row, column, text, **look)
    sheet.day(row, 3, first, **look)
    sheet.day(row, 4, last, **look)
    code = signed(CODES.get(unit, "#,##0.######"))
    sheet.number(row, VALUE, value, colour=BLUE, number=code, **look)
    book.put(name, INPUTS, row, VALUE)
    sheet.say(row, 6, unit.replace("_", " "), **look)
    sheet.text(row, 7, currency, **look)
    sheet.day(row, 8, known, **look)
    for column in range(9, 16):
        sheet.text(row, column, "", **look)
    sheet.text(row, 16, name, colour=sheet.pen.theme.ter, **look)
    sheet.number(row, 17, value, colour=sheet.pen.theme.ter, number=code, **look)
    sheet.formula(row, 18, book.differs(address(row, VALUE), address(row, 17)), "", **look)


def _document(sheet: Sheet, book: Book, row: int, id: str, record: Record) -> None:
    """Where the figure stands: number of the source, document with its address, place in it, and its remark."""
    look = {"bottom": 1}
    named = record.get("source_title") or record.get("source") or ""
    url = record.get("source_url") or str(record.get("source") or "").split(" @")[0].split(",")[0]
    sheet.text(row, 9, book.sources(id), align="right", **look)
    sheet.web(row, 10, str(url or ""), str(named), **look)
    texts = ("locator", "accounting", "origin", "note")
    for column, key in enumerate(texts, 11):
        text = str(record.get(key) or "")
        sheet.text(row, column, book.voice.known(text) if key in HOUSE else text, **look)
    sheet.text(row, 15, id, colour=sheet.pen.theme.ter, **look)


Described = tuple[str, str, str, date | None, date | None, str, str, date | None]


def _described(row: Record) -> Described:
    """Company, what, segment or line, from, to, unit, currency, known on."""
    company, currency = str(row.get("company") or ""), str(row.get("currency") or "")
    if "claim_id" in row:
        return company, f"company says: {row['text']}", "", None, row["known_on"], "money", currency, row["known_on"]
    if "close" in row:
        adjusted = ", dividend-adjusted" if row["adjusted"] else ""
        day = row["date"]
        return company, f"close{adjusted}", row["line"], None, day, "money_per_share", currency, day
    if "ex_date" in row:
        return company, "dividend, ex on", row["line"] or "", None, row["ex_date"], "money_per_share", currency, None
    if "snapshot_date" in row:
        what = f"estimate of {row['metric']}, {row['fiscal_period']}, {row['source']}"
        return company, what, row["line"] or "", None, row["period_end"], row["unit"], currency, row["snapshot_date"]
    item = ITEMS[row["item"]].label if row["item"] in ITEMS else row["item"]
    segment = "" if row["segment"] == "total" else row["segment"]
    part = ", ".join(one for one in (segment, row["line"] or "") if one)
    return company, item, part, row["period_start"], row["period_end"], row["unit"], currency, row["known_on"]


def _ratio(book: Book, unit: Units) -> Described:
    what = f"ordinary shares to one {unit.line}"
    return book.work.units[unit], what, unit.line, None, None, "count", "", None


# ---- rates -----------------------------------------------------------------------------------------------------------

RATE_HEADS: Final = (
    *("Rate", "Kind", "Start", "On, or to", "Value", "How", "Name of the cell", "As published", "Changed"),
)


def rates(sheet: Sheet, book: Book) -> None:
    """Each rate in use, crossed of the published ones; a mean is the mean of the days listed below."""
    title(sheet, RATES, "Rates in use: one unit of the first currency in the second. Blue: as published, below.")
    sheet.heads(TOP, RATE_HEADS)
    used = book.work.rates
    legs = _Legs(book, used, TOP + len(used) + 5)
    for row, rate in enumerate(used, TOP + 1):
        _rate(sheet, book, row, rate, legs)
    last = TOP + max(len(used), 1)
    legs.write(sheet)
    book.checked[RATES] = book.column(RATES, TOP + 1, 8, last)
    marks(sheet, 8, last)
    sheet.widths(14, 14, 12, 12, 14, 52, 40, 14, 9)
    sheet.inner.freeze_panes(TOP + 1, 1)
    sheet.page(heads=TOP, footer=footer(book))


def _rate(sheet: Sheet, book: Book, row: int, rate: FxRate, legs: _Legs) -> None:
    look: dict[str, Any] = {"bottom": 1}
    of = rate.of
    sheet.text(row, 0, f"{of.base}/{of.quote}", **look)
    sheet.say(row, 1, "mean of days" if of.start else "of the day", **look)
    sheet.day(row, 2, of.start, **look)
    sheet.day(row, 3, of.day, **look)
    live = legs.mean(rate) if of.start else legs.day(rate)
    sheet.formula(row, 4, f'=IFERROR({live},"{NA}")', rate.value, number="0.000000", **look)
    book.put(book.fx[of], RATES, row, 4)
    sheet.say(row, 5, rate.how, **look)
    sheet.text(row, 6, book.fx[of], colour=sheet.pen.theme.ter, **look)
    sheet.number(row, 7, rate.value, colour=sheet.pen.theme.ter, number="0.000000", **look)
    sheet.formula(row, 8, book.differs(address(row, 4), address(row, 7)), "", **look)


class _Legs:
    """The published rates by day and pair, and the crossed ones that a mean is taken of."""

    def __init__(self, book: Book, used: Sequence[FxRate], top: int) -> None:
        self.book, self.top = book, top
        rows = {row["id"]: row for row in book.work.study.data.fx.iter_rows(named=True)}
        ids = {id for rate in used for day in (rate.days or (rate,)) for id in day.ids}
        self.published = {id: rows[id] for id in ids if id in rows}
        self.pairs = sorted({(row["base"], row["quote"]) for row in self.published.values()})
        self.days = sorted({row["date"] for row in self.published.values()})
        self.means = tuple(dict.fromkeys((rate.of.base, rate.of.quote) for rate in used if rate.of.start))
        self.crossed: dict[tuple[str, str], dict[date, Rate]] = {pair: {} for pair in self.means}
        for rate in used:
            for day in rate.days:
                self.crossed[rate.of.base, rate.of.quote][day.day] = day

    def day(self, rate: FxRate | Rate) -> str:
        """One day's rate: as published, turned round, or one published rate over another."""
        of = rate.of if isinstance(rate, FxRate) else rate.leaf
        assert isinstance(of, RateOf)
        legs = [self.published[id] for id in rate.ids]
        if len(legs) == 1:
            return self._cell(legs[0]) if legs[0]["base"] == of.base else f"1/{self._cell(legs[0])}"
        over = next(leg for leg in legs if leg["quote"] == of.quote)
        under = next(leg for leg in legs if leg["quote"] == of.base)
        return f"{self._cell(over)}/{self._cell(under)}"

    def mean(self, rate: FxRate) -> str:
        column = 1 + len(self.pairs) + self.means.index((rate.of.base, rate.of.quote))
        places = [self._row(day.day) for day in rate.days]
        return f"AVERAGE({address(min(places), column, fixed=True)}:{address(max(places), column, fixed=True)})"

    def _row(self, day: date) -> int:
        return self.top + 2 + self.days.index(day)

    def _cell(self, row: Record) -> str:
        return address(self._row(row["date"]), 1 + self.pairs.index((row["base"], row["quote"])), fixed=True)

    def write(self, sheet: Sheet) -> None:
        if not self.days:
            return
        sheet.say(self.top, 0, "Published rates and those crossed of them", bold=True)
        heads = ["Day", *("/".join(pair) for pair in self.pairs), *(f"{base}/{quote}" for base, quote in self.means)]
        sheet.heads(self.top + 1, heads)
        for day in self.days:
            sheet.day(self._row(day), 0, day, bottom=1)
        for row in self.published.values():
            column = 1 + self.pairs.index((row["base"], row["quote"]))
            sheet.number(self._row(row["date"]), column, row["rate"], colour=BLUE, number="0.0000##", bottom=1)
        for place, pair in enumerate(self.means):
            for day, rate in self.crossed[pair].items():
                column = 1 + len(self.pairs) + place
                live = f'=IFERROR({self.day(rate)},"{NA}")'
                sheet.formula(self._row(day), column, live, rate.value, number="0.000000", bottom=1)


# ---- checks and sources ----------------------------------------------------------------------------------------------


def checks(sheet: Sheet, book: Book) -> None:
    """What the checks noticed about the data, the gravest first."""
    title(sheet, CHECKS, "What the checks noticed. `bench explain NAME` says what each looks at and what to do.")
    sheet.heads(TOP, ("Severity", "Check", "About", "What", "Way out", "Where"))
    ordered = sorted(book.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    colours = {"error": sheet.pen.theme.target, "warning": sheet.pen.theme.ink, "note": sheet.pen.theme.ter}
    for row, finding in enumerate(ordered, TOP + 1):
        look: dict[str, Any] = {"bottom": 1, "wrap": True}
        bold = finding.severity != "note"
        sheet.say(row, 0, finding.severity, colour=colours[finding.severity], bold=bold, **look)
        about = book.company(finding.subject)
        message, hint = book.voice.known(finding.message), book.voice.known(finding.hint)
        texts = (finding.check, about, message, hint, str(finding.origin))
        for column, text in enumerate(texts, 1):
            sheet.text(row, column, text, **look)
        sheet.tall(row, (message, 84), (hint, 44), (str(finding.origin), 36))
    if not ordered:
        sheet.say(TOP + 1, 0, "nothing to say", colour=sheet.pen.theme.ter)
    sheet.widths(10, 24, 14, 84, 44, 36)
    sheet.inner.freeze_panes(TOP + 1, 0)
    sheet.page(heads=TOP, footer=footer(book))


def sources(sheet: Sheet, book: Book) -> None:
    """Numbered as in the brief; those behind its last are cited in this workbook alone."""
    cited = len(book.brief.sources)
    title(
        sheet,
        SOURCES,
        f"Numbers 1 to {cited} are those of the brief; later ones stand behind inputs of this book alone.",
    )
    sheet.heads(TOP, ("No.", "Source", "Document", "Latest day", "Address", "Remark"))
    row = TOP
    for number, name, document, day, url, remark in _documents(book):
        row += 1
        look: dict[str, Any] = {"bottom": 1, "wrap": True}
        sheet.value(row, 0, number, **look)
        sheet.text(row, 1, book.voice.known(name), bold=bool(name), **look)
        sheet.text(row, 2, document, **look)
        sheet.day(row, 3, day, bottom=1)
        sheet.web(row, 4, url, **look)
        sheet.text(row, 5, book.voice.known(remark), **look)
        sheet.tall(row, (name, 44), (document, 52), (url, 78), (remark, 30))
    sheet.widths(6, 44, 52, 12, 78, 30)
    sheet.inner.freeze_panes(TOP + 1, 0)
    sheet.page(heads=TOP, footer=footer(book))


def _documents(book: Book) -> Iterator[tuple[Value, str, str, date | None, str, str]]:
    for source in book.work.sources:
        if len(source.documents) < 2:
            document = source.documents[0].title if source.documents else ""
            yield source.number, source.title, document, source.day, source.url, source.remark
            continue
        yield source.number, source.title, "", source.day, "", source.remark
        for one in source.documents:
            yield "", "", one.title, one.day, one.url, one.remark


def footer(book: Book) -> str:
    meta = book.brief.meta
    day = book.voice.say(f"as of {formats.day(When(meta.as_of))}") if book.voice.language else f"as of {meta.as_of}"
    return f"{meta.series} · {meta.subject} · {day} · peerbench {meta.version}"

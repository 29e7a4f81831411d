"""The first sheet, what the brief says and its key data live, and the lineage: every printed number with its cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from math import ceil
from typing import Any, Final

from peerbench.brief.workings import Place
from peerbench.core.document import Brief, Cell, Number, PanelRow, Spans, Table, Trace
from peerbench.core.language import breadth
from peerbench.render import format as formats
from peerbench.render.cellformat import cell_format
from peerbench.render.voice import ENGLISH, Voice, flat
from peerbench.render.workbook_cells import (
    BRIEF,
    CALCULATIONS,
    CHECKS,
    COMPARISON,
    INPUTS,
    LINEAGE,
    OPERANDS,
    RATES,
    SOURCES,
    TOP,
    Book,
)
from peerbench.render.workbook_inputs import footer, marks, title
from peerbench.render.xlsx import BLUE, LINE, Sheet, Value, address, quoted

WIDE: Final = 7  # columns that a sentence of the first sheet runs over
LETTERS: Final = 135  # of such a line
MARKS: Final = "may be changed; black is calculated. NA: not known; n.m.: not meaningful; – : too few peers."
GUIDE: Final = (
    (COMPARISON, "measures by company; median, high, low, n, gap and rank of the peers"),
    (CALCULATIONS, "a block for each measure: its formula over named cells, company by company"),
    (OPERANDS, "what the formulas read: windows of quarters, prices per ordinary share, one currency"),
    (INPUTS, "every figure that somebody stated, with document, place and the day it became public"),
    (RATES, "exchange rates in use, crossed of the published ones"),
    (LINEAGE, "every number of the brief by its row of the lineage, with the cell that holds it"),
    (CHECKS, "what the checks noticed about the data"),
    (SOURCES, "documents with their addresses, numbered as in the brief"),
)

# ---- lineage ---------------------------------------------------------------------------------------------------------

LINEAGE_HEADS: Final = (
    *("Row", "Number", "As printed", "Value", "Cell", "Formula", "With its operands", "Known on", "Sources", "Remarks"),
    *("As published", "Changed"),
)


def lineage(sheet: Sheet, book: Book) -> None:
    """The rows of the brief's lineage; a number that no cell of this book makes again stands as its value."""
    title(
        sheet, LINEAGE, "Every number of the brief by its row of the lineage. Values are live where a cell holds them."
    )
    sheet.heads(TOP, LINEAGE_HEADS)
    shown = printed(book.brief, book.voice)
    row = TOP
    for row, trace in enumerate(sorted(book.brief.traces.values(), key=_order), TOP + 1):
        _trace(sheet, book, row, trace, shown.get(trace.ref, ()))
    last = max(row, TOP + 1)
    book.checked[LINEAGE] = book.column(LINEAGE, TOP + 1, 11, last)
    marks(sheet, 11, last)
    sheet.widths(7, 56, 18, 16, 34, 44, 44, 12, 22, 44, 16, 9)
    sheet.inner.freeze_panes(TOP + 1, 2)
    sheet.inner.autofilter(TOP, 0, last, 11)
    sheet.page(heads=TOP, footer=footer(book), large=True)


def _order(trace: Trace) -> tuple[int, int, str]:
    """By page and place; numbers of drawings alone have no row and come last."""
    page, _, place = trace.row.partition(".")
    return (int(page), int(place), trace.ref) if place else (999, 0, trace.ref)


def printed(value: Any, voice: Voice = ENGLISH) -> dict[str, tuple[str, ...]]:
    """ref → how it is printed, each way once."""
    found: dict[str, dict[str, None]] = {}
    for number in numbers(value):
        if number.ref:
            found.setdefault(number.ref, {})[voice.number(number)] = None
    return {ref: tuple(texts) for ref, texts in found.items()}


def numbers(value: Any) -> Iterator[Number]:
    """Every number of what is printed, in reading order; not of the lineage that stands behind it."""
    if isinstance(value, Number):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from numbers(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            if each.name not in ("lineage", "traces", "definitions", "sources"):
                yield from numbers(getattr(value, each.name))


def _trace(sheet: Sheet, book: Book, row: int, trace: Trace, shown: tuple[str, ...]) -> None:
    place, exact = book.work.places.get(trace.ref, Place("value")), trace.exact
    live = book.live(place)
    made = cell_format(exact.format, currency=exact.currency, rules=book.voice.rules)
    value: Value = formats.text(exact)  # a mark that formulas know
    if exact.value is not None and exact.status == "ok":
        value = exact.value
    look: dict[str, Any] = {"bottom": 1}
    sheet.text(row, 0, trace.row, **look)
    sheet.text(row, 1, trace.what, **look)
    sheet.text(row, 2, " · ".join(shown) or book.voice.number(exact), align="right", **look)
    number: dict[str, Any] = {"number": made.code, **look}
    if live and not isinstance(value, str):
        sheet.formula(row, 3, f"={live}", value, **number)
    else:
        sheet.value(row, 3, value, **number)
    _cell(sheet, book, row, place, live, look)
    texts = (trace.formula, book.voice.words(trace.calculation))
    for column, text in enumerate(texts, 5):
        sheet.text(row, column, text, **look)
    sheet.day(row, 7, trace.known_on, **look)
    sheet.text(row, 8, ", ".join(map(str, trace.sources)), align="right", **look)
    remarks = (*(text for _, text in trace.checks), *((exact.reason,) if exact.reason else ()))
    sheet.text(row, 9, book.voice.joint("; ").join(dict.fromkeys(remarks)), **look)
    sheet.value(row, 10, value, colour=book.pen.theme.ter, **number)
    sheet.formula(row, 11, book.differs(address(row, 3), address(row, 10)), "", **look)


def _cell(sheet: Sheet, book: Book, row: int, place: Place, live: str, look: dict[str, Any]) -> None:
    """Where the value comes from, to be pressed."""
    target = book.where.get(live, live if place.kind in ("compared", "statistic") else "")
    if target:
        sheet.goto(row, 4, target, live.replace("$", ""), indent=1, **look)
    else:
        said = "of the cells in its formula" if live else "its value as published"
        sheet.say(row, 4, said, colour=book.pen.theme.ter, **look)


# ---- the first sheet -------------------------------------------------------------------------------------------------


def front(sheet: Sheet, book: Book) -> None:
    """What the brief says, its key data and its first table live, and how to read this book."""
    brief, theme = book.brief, book.pen.theme
    meta = brief.meta
    issue = book.voice.say(f"Issue {meta.issue}") if meta.issue else ""
    strip = (meta.series, issue, meta.audience_label)
    sheet.text(0, 0, " · ".join(part for part in strip if part), colour=theme.theme, bold=True)
    looks: tuple[tuple[Spans, float, dict[str, Any]], ...] = (
        (brief.headline, 26, {"size": 18, "bold": True}),
        (brief.standfirst, 34, {"size": 11}),
        (brief.byline, 15, {"colour": theme.sec}),
    )
    for row, (spans, height, look) in enumerate(looks, 1):
        _sentence(sheet, row, book.voice.words(spans), height, **look)
    row = _key_data(sheet, book, 5)
    row = _table(sheet, book, row + 1)
    row = _takeaways(sheet, book, row + 1)
    _guide(sheet, book, row + 1)
    sheet.widths(34, 20, 16, 16, 16, 16, 16, 16, 12)
    sheet.page(heads=None, footer=footer(book))


def _sentence(sheet: Sheet, row: int, text: str, height: float, **look: Any) -> None:
    style = sheet.pen.style(wrap=True, **look)
    sheet.inner.merge_range(row, 0, row, WIDE, "", style)
    sheet.text(row, 0, text, wrap=True, **look)
    sheet.inner.set_row(row, height)


def _key_data(sheet: Sheet, book: Book, row: int) -> int:
    """The panel: as printed, and each of its numbers live."""
    panel = book.brief.panel
    sheet.heads(row, ("Key data", "As printed", "Value", "Lineage"))
    rows = (PanelRow(panel.caption, (panel.large,)), *panel.rows)
    for entry in rows:
        found = [one for one in flat(entry.value) if isinstance(one, Number)]
        for place, number in enumerate(found or [None]):
            row += 1
            sheet.text(row, 0, book.voice.words(entry.label) if not place else "", bottom=1)
            sheet.text(row, 1, book.voice.words(entry.value) if not place else "", align="right", bottom=1)
            _number(sheet, book, row, 2, number)
            sheet.text(row, 3, book.lineage(number.ref) if number else "", align="right", bottom=1)
    return row + 1


def _number(sheet: Sheet, book: Book, row: int, column: int, number: Number | None, **look: Any) -> None:
    """A number of the page by the cell that holds it; a sign that a word carries is taken off."""
    look = {"bottom": 1, **look}
    if number is None or number.value is None or number.status != "ok":
        sheet.text(row, column, book.voice.number(number) if number else "", align="right", **look)
        return
    made = cell_format(_worded(number.format), currency=number.currency, size=number.value, rules=book.voice.rules)
    live = book.live(book.work.places[number.ref]) if number.ref in book.work.places else ""
    value = number.value * made.scale
    if not live:
        sheet.number(row, column, value, number=made.code, **look)
        return
    known = book.work.study.evidence.book[number.ref].value
    shown = f"ABS({live})" if known is not None and known < 0 <= number.value else live
    shown = f"({shown})*{made.scale:g}" if made.scale != 1 else shown
    shown = shown if shown == live else f"IF(ISNUMBER({live}),{shown},{live})"
    sheet.formula(row, column, f"={shown}", value, number=made.code, **look)


def _worded(name: str) -> str:
    return {"bpct0": "pct0", "bpct1": "pct1", "sbpct0": "spct0", "sbpct1": "spct1", "spp1": "pp1"}.get(name, name)


def _table(sheet: Sheet, book: Book, row: int) -> int:
    """The first table of the brief, its cells live."""
    table = first_table(book.brief)
    if table is None:
        return row
    kept = [place for place, column in enumerate(table.columns) if column.key != "trace"]
    words = book.voice.words
    lead = book.voice.say(f"Table {table.number}. ") if table.number else ""
    sheet.text(row, 0, lead + words(table.title), bold=True)
    sheet.text(row + 1, 0, words(table.subtitle), colour=book.pen.theme.sec)
    row += 2
    sheet.heads(row, (table.label_head,))
    sheet.heads(row, [book.voice.head(table.columns[place].head) for place in kept], first=1, align="right")
    for entry in table.rows:
        row += 1
        tint: dict[str, Any] = {"ground": book.pen.theme.ttint, "bold": True} if entry.role == "subject" else {}
        sheet.text(row, 0, words(entry.label), bottom=1, **tint)
        for column, place in enumerate(kept, 1):
            cell = entry.cells[place] if place < len(entry.cells) else Cell()
            _table_cell(sheet, book, row, column, cell.spans, tint)
    return row + 1


def _table_cell(sheet: Sheet, book: Book, row: int, column: int, spans: Spans, look: dict[str, Any]) -> None:
    if len(spans) == 1 and isinstance(spans[0], Number):
        _number(sheet, book, row, column, spans[0], **look)
    else:
        sheet.text(row, column, book.voice.words(spans), align="right", bottom=1, **look)


def first_table(brief: Brief) -> Table | None:
    """The first numbered table of the first page."""
    for page in brief.pages[:1]:
        for block in (block for row in page.rows for slot in row.slots for block in slot):
            if isinstance(block, Table) and block.number:
                return block
    return None


def _takeaways(sheet: Sheet, book: Book, row: int) -> int:
    if not book.brief.takeaways:
        return row
    sheet.say(row, 0, "Key takeaways", bold=True, colour=book.pen.theme.theme)
    for one in book.brief.takeaways:
        row += 1
        text = book.voice.sentences(book.voice.words(one.lead), book.voice.words(one.spans))
        _sentence(sheet, row, text, LINE * ceil(breadth(text) / LETTERS))
    return row + 1


def _guide(sheet: Sheet, book: Book, row: int) -> None:
    """What stands where, and whether anything was changed."""
    theme, meta = book.pen.theme, book.brief.meta
    sheet.say(row, 0, "This workbook", bold=True, colour=theme.theme)
    for name, says in GUIDE:
        row += 1
        tab = sheet.pen.tab(name)
        sheet.goto(row, 0, f"{tab}!A1", tab)
        sheet.say(row, 1, says)
    row += 2
    sheet.say(row, 0, "Blue", colour=BLUE, bold=True)
    sheet.say(row, 1, MARKS)
    both = {
        "Inputs changed": (INPUTS,),
        "Figures that differ from the brief": (OPERANDS, CALCULATIONS, COMPARISON, RATES, LINEAGE),
    }
    for label, names in both.items():
        row += 1
        counts = "+".join(f"COUNTIF({book.checked[name]},{quoted(book.changed)})" for name in names)
        sheet.say(row, 0, label)
        sheet.formula(row, 1, f"={counts}", 0, number="0", align="left", bold=True)
    sheet.say(row + 1, 0, "Data lock")
    sheet.text(row + 1, 1, meta.data_lock)
    sheet.text(row + 2, 0, meta.legal, colour=theme.ter)


__all__ = ["BRIEF", "front", "lineage"]

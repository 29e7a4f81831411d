"""The pen that writes a workbook: cells, styles, names and links by XlsxWriter, in memory, the same bytes every time.

Text is always text: what begins like a formula stays what it is, and an address is a link only where it is one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from peerbench.charts.theme import Theme
from peerbench.core.language import breadth
from peerbench.render.voice import ENGLISH, Voice

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

FONT: Final = "Source Sans 3"
BLUE: Final = "#0000FF"  # of inputs, by the convention of financial models
DAY: Final = "d MMM y"  # as Babel writes it
LINE: Final = 14.0  # height of a line in points
LETTER: Final = 1.05  # mean advance of a letter in the unit of column widths
FIGURES: Final = frozenset((
    *("Value", "Start", "To, or on", "On, or to", "Known on", "As published", "Lineage", "Sources", "Source", "No."),
    *("Latest day", "As printed", "Row of the lineage"),
))  # fmt: skip
EVERYWHERE: Final = "A1:XFD1048576"
FIRST_YEAR: Final = 1900  # of a spreadsheet's calendar
MOST_TEXT: Final = 32_000  # letters of a cell; the format's own limit is 32,767
MOST_ADDRESS: Final = 2_000
MOST_NAME: Final = 200
LONGEST_TAB: Final = 31  # letters of a sheet's name
BAD_IN_TAB: Final = re.compile(r"[\[\]:*?/\\]|^'|'$")
PATTERN: Final = re.compile(r"'[^']*'|y+|M+|d+|[^yMd']+")
LIKE_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
LIKE_CELL: Final = re.compile(r"[A-Za-z]{1,3}\d+|[rRcC]|[rR]\d*[cC]\d*")
WEB: Final = re.compile(r"https?://[^\s<>\"]+\Z")

Value = float | int | str


def letters(column: int) -> str:
    """0 is A, 26 is AA."""
    name = ""
    while column >= 0:
        column, rest = divmod(column, 26)
        name = chr(65 + rest) + name
        column -= 1
    return name


def address(row: int, column: int, *, sheet: str = "", fixed: bool = False) -> str:
    """A cell by its place, counted from 0: B3, $B$3, Comparison!$B$3."""
    mark = "$" if fixed or sheet else ""
    place = f"{mark}{letters(column)}{mark}{row + 1}"
    return f"{sheet}!{place}" if sheet else place


def _as_written(formula: str, expand: bool = False) -> str:
    return formula.removeprefix("=")


def quoted(text: str) -> str:
    """Text inside a formula."""
    return '"' + text.replace('"', '""') + '"'


def day_code(pattern: str) -> str:
    """A date pattern of Babel as a spreadsheet's code: d.M.y is d.m.yyyy; words in it stay words."""
    codes = {"y": "yyyy", "M": "m", "d": "d"}
    made = []
    for part in PATTERN.findall(pattern):
        if part[0] in codes:
            made.append("yyyy" if part[0] == "y" else codes[part[0]] * len(part))
        else:
            text = part.strip("'")
            made.append(text if re.fullmatch(r"[ ./-]*", text) else quoted(text))
    return "".join(made)


class Names:
    """Names that a workbook accepts, each once, whatever the case of its letters."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def new(self, *words: str) -> str:
        """One name of these words: ("0700.HK", "close") is _0700_HK_close."""
        made = re.sub(r"\W+", "_", "_".join(word for word in words if word)).strip("_")[:MOST_NAME] or "cell"
        made = f"_{made}" if made[0].isdigit() else made
        made = f"{made}_" if LIKE_CELL.fullmatch(made) else made
        name, count = made, 1
        while name.casefold() in self._taken:
            count += 1
            name = f"{made}_{count}"
        self._taken.add(name.casefold())
        return name


@dataclass(frozen=True)
class Pen:
    """One workbook in the house's colours. cached: write the value of a formula beside it, for who only looks."""

    theme: Theme
    cached: bool = True
    voice: Voice = ENGLISH
    _buffer: io.BytesIO = field(default_factory=io.BytesIO)
    _formats: dict[tuple[tuple[str, Any], ...], Format] = field(default_factory=dict)
    _books: list[Workbook] = field(default_factory=list)

    @property
    def book(self) -> Workbook:
        if not self._books:
            from xlsxwriter import Workbook

            plain = {
                "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
            }  # fmt: skip
            self._books.append(Workbook(self._buffer, plain))
        return self._books[0]

    def properties(self, *, title: str, subject: str, author: str, comments: str, made: date) -> None:
        """Document properties; the day is the brief's, never the clock's."""
        self.book.set_properties({
            "title": title, "subject": subject, "author": author, "comments": comments,
            "created": datetime.combine(made, time()),
        })  # fmt: skip

    def style(self, **wanted: Any) -> Format:
        """A cell's look, made once: bold, colour, ground, number, align, wrap, size, top, bottom, link …"""
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(self._properties(wanted))
        return self._formats[key]

    def _properties(self, wanted: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {
            "font_name": FONT, "font_family": 2, "font_size": wanted.get("size", 10), "valign": "top",
            "font_color": wanted.get("colour", self.theme.ink),
        }  # fmt: skip
        renamed = {"bold": "bold", "italic": "italic", "wrap": "text_wrap", "number": "num_format",
                   "ground": "bg_color", "align": "align", "indent": "indent", "quote": "quote_prefix"}  # fmt: skip
        found |= {there: wanted[here] for here, there in renamed.items() if wanted.get(here)}
        for edge in ("top", "bottom"):
            if weight := wanted.get(edge):
                found |= {edge: weight, f"{edge}_color": self.theme.ink if weight > 1 else self.theme.hair}
        return found | ({"underline": 1} if wanted.get("link") else {})

    @property
    def days(self) -> str:
        """The number format of days."""
        rules = self.voice.rules
        return day_code(rules.dates["data"] if rules else DAY)

    def tab(self, title: str) -> str:
        """The name of a sheet in the language of the book."""
        said = BAD_IN_TAB.sub("", self.voice.say(title)).strip()[:LONGEST_TAB]
        return said or title

    def place(self, title: str) -> str:
        """The name of a sheet as formulas write it."""
        tab = self.tab(title)
        return tab if tab.isascii() and tab.isalpha() else "'" + tab.replace("'", "''") + "'"

    def sheet(self, title: str, *, colour: str = "") -> Sheet:
        made = self.book.add_worksheet(self.tab(title))
        made.hide_gridlines(2)
        # Rows of the lineage are texts that look like numbers, and neighbouring formulas differ on purpose.
        made.ignore_errors({"number_stored_as_text": EVERYWHERE, "formula_differs": EVERYWHERE})
        # The library looks for thirty new functions in each formula, a third of its time; ours are prefixed already.
        made._prepare_formula = _as_written
        if colour:
            made.set_tab_color(colour)
        return Sheet(self, made, title)

    def name(self, name: str, sheet: str, row: int, column: int) -> None:
        """Give a cell its name."""
        self.book.define_name(name, f"={address(row, column, sheet=self.place(sheet))}")

    def bytes(self) -> bytes:
        """The finished file. Nothing may be written afterwards."""
        self.book.close()
        return self._buffer.getvalue()


@dataclass(frozen=True)
class Sheet:
    """One sheet; rows and columns count from 0."""

    pen: Pen
    inner: Worksheet
    title: str

    def text(self, row: int, column: int, text: str, **look: Any) -> None:
        """Text as it is, whatever it begins with; too long a one is cut and says so."""
        kept = text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]} …"
        if kept.startswith(LIKE_FORMULA):
            look |= {"quote": True}  # so that a reader who edits the cell does not turn it into a formula either
        if column and "align" not in look:
            look |= {"indent": 1}  # away from the figure before it
        style = self.pen.style(**look)
        if kept:
            self.inner.write_string(row, column, kept, style)
        else:
            self.inner.write_blank(row, column, None, style)

    def say(self, row: int, column: int, text: str, **look: Any) -> None:
        """A text of the house, in the language of the book."""
        self.text(row, column, self.pen.voice.say(text), **look)

    def number(self, row: int, column: int, value: float, **look: Any) -> None:
        self.inner.write_number(row, column, value, self.pen.style(**{"align": "right", **look}))

    def day(self, row: int, column: int, day: date | None, **look: Any) -> None:
        look = {"number": self.pen.days, "align": "right", **look}
        if day is None or day.year < FIRST_YEAR:
            self.text(row, column, day.isoformat() if day else "", **look)
        else:
            self.inner.write_datetime(row, column, datetime.combine(day, time()), self.pen.style(**look))

    def formula(self, row: int, column: int, formula: str, value: Value, **look: Any) -> None:
        """A live formula and, for those who only look, its value."""
        style = self.pen.style(**{"align": "right", **look})
        self.inner.write_formula(row, column, formula, style, value if self.pen.cached else "")

    def value(self, row: int, column: int, value: Value, **look: Any) -> None:
        """A number, or the mark that stands in its place."""
        if isinstance(value, str):
            self.text(row, column, value, **{"align": "right", **look})
        else:
            self.number(row, column, value, **look)

    def web(self, row: int, column: int, url: str, text: str = "", **look: Any) -> None:
        """A link where the address is one of the web, else the text alone."""
        shown = text or url
        if len(url) <= MOST_ADDRESS and WEB.match(url):
            style = self.pen.style(**{"colour": self.pen.theme.theme, "link": True, "indent": 1, **look})
            self.inner.write_url(row, column, url, style, shown[:MOST_TEXT])
        else:
            self.text(row, column, shown, **look)

    def goto(self, row: int, column: int, place: str, text: str, **look: Any) -> None:
        """A link inside the workbook: place as "Inputs!B7", or as a formula writes it."""
        sheet, _, cell = place.rpartition("!")
        sheet = sheet[1:-1] if sheet.startswith("'") else sheet
        style = self.pen.style(**{"colour": self.pen.theme.theme, "link": True, **look})
        self.inner.write_url(row, column, f"internal:'{sheet}'!{cell}", style, text)

    def heads(self, row: int, heads: Iterable[str], *, first: int = 0, lines: int = 1, **look: Any) -> None:
        """Heads of columns, ruled below; those of figures stand over their last digit."""
        for column, head in enumerate(heads, first):
            right = {"align": "right"} if head in FIGURES else {}
            made = {"bold": True, "wrap": True, "bottom": 2, "colour": self.pen.theme.sec, **right, **look}
            self.say(row, column, head, **made)
        self.inner.set_row(row, lines * LINE)

    def tall(self, row: int, *texts: tuple[str, float]) -> None:
        """A row as high as its wrapped texts need in columns of these widths, for readers that do not see to it."""
        lines = max(ceil(breadth(text) * LETTER / width) for text, width in texts)
        self.inner.set_row(row, max(1, lines) * LINE)

    def widths(self, *widths: float) -> None:
        for column, width in enumerate(widths):
            self.inner.set_column(column, column, width)

    def page(self, *, heads: int | None, footer: str, large: bool = False) -> None:
        """How the sheet is printed: A4 or A3 across, one page wide, its heads on every page; without heads one page."""
        self.inner.set_paper(8 if large else 9)
        self.inner.set_landscape()
        self.inner.fit_to_pages(1, 0 if heads is not None else 1)
        self.inner.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        pages = self.pen.voice.say("&A, page &P of &N")
        self.inner.set_footer(f"&L&8{footer.replace('&', '&&')[:180]}&R&8{pages}")
        if heads is not None:
            self.inner.repeat_rows(heads)

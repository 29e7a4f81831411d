"""Words of an edition with their places: what a reader sees, in reading order, and the lineage row behind each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any, Final

from peerbench.render.html import ENCLOSURES

VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
SPOKEN: Final = ("aria-label", "alt", "title", "content")
LONG: Final = 3000  # words beyond which repeated ones are no anchors for a comparison
DEEPEST: Final = 500  # open elements that are kept in mind; no page of ours has thirty
AROUND: Final = 3  # words of context
LONGEST: Final = 240  # letters that are told of each side of a difference


@dataclass(frozen=True, slots=True)
class Word:
    """place: "page 2", "Table 1"; row: the lineage row of a number, empty where there is none."""

    text: str
    place: str
    row: str = ""

    @property
    def number(self) -> bool:
        return any(letter.isdigit() for letter in self.text)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the file says otherwise than its data: what it prints, what is right, either may be empty."""

    what: str  # number | text | link | drawing | file | record
    place: str
    printed: str
    right: str
    row: str = ""
    near: str = ""


def told(one: Difference) -> str:
    """A difference as a sentence: where, what the file says, what its data make."""
    place = f"{one.place}, row {one.row}" if one.row else one.place
    near = f" after “{one.near}”" if one.near else ""
    printed, right = _short(one.printed), _short(one.right)
    if one.what in ("file", "record"):
        return f"{place}: {printed}" if not right else f"{place}: it says {printed or 'nothing'}; the data make {right}"
    if not right:
        return f"{place}{near}: {one.what} that the data do not make: {printed}"
    if not printed:
        return f"{place}{near}: {one.what} left out: {right}"
    return f"{place}{near}: {one.what}: it says {printed}; the data make {right}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 61]} … {text[-58:]}"


def differences(printed: Sequence[Word], right: Sequence[Word]) -> list[Difference]:
    """Where two readings part: neighbouring words together."""
    first = _shared(printed, right)
    last = _shared(printed[first:][::-1], right[first:][::-1])
    mine, theirs = printed[first : len(printed) - last], right[first : len(right) - last]
    texts = [word.text for word in mine], [word.text for word in theirs]
    matcher = SequenceMatcher(None, *texts, autojunk=max(map(len, texts)) > LONG)
    return [
        _difference(
            mine[a:b], theirs[c:d], right[max(0, first + c - AROUND) : first + c], right[first + c : first + c + 1]
        )
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    ]


def _shared(one: Sequence[Word], other: Sequence[Word]) -> int:
    """How many words both begin with."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a.text != b.text), min(len(one), len(other))
    )


def _difference(
    mine: Sequence[Word], theirs: Sequence[Word], before: Sequence[Word], here: Sequence[Word]
) -> Difference:
    known = next(iter((*theirs, *mine, *here)), Word("", ""))
    numbers = any(word.number for word in (*mine, *theirs))
    row = next((word.row for word in theirs if word.row), "")
    near = " ".join(word.text for word in before)
    return Difference(
        "number" if numbers and len(theirs) < 4 else "text", known.place, _text(mine), _text(theirs), row, near
    )


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


# ---- the web page ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """A web page taken apart: its words, spoken attributes, links, drawings and everything else as text."""

    words: tuple[Word, ...]
    spoken: tuple[Word, ...]
    links: tuple[Word, ...]
    drawn: tuple[Word, ...]
    rest: tuple[Word, ...]


def page(text: str) -> Page:
    """A web page's words, in the order of the file."""
    parser = _Reader()
    parser.feed(text)
    parser.close()
    parts = parser.words, parser.spoken, parser.links, parser.drawn, parser.rest
    return Page(*(tuple(parser.named(word) for word in part) for part in parts))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[Word] = []
        self.spoken: list[Word] = []
        self.links: list[Word] = []
        self.drawn: list[Word] = []
        self.rest: list[Word] = []
        self.rows: dict[str, str] = {}  # card → row
        self.labels: dict[str, str] = {}  # id of an exhibit → "Table 2"
        self._open: list[tuple[str, dict[str, str]]] = []
        self._row_began = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag not in VOID and len(self._open) < DEEPEST:
            self._open.append((tag, values))
        place = self._place()
        self.spoken += [Word(values[name], place) for name in SPOKEN if name in values]
        if "href" in values:
            self.links.append(Word(values["href"], place, self._row()))
        others = " ".join(f"{name}={value}" for name, value in attrs if name not in (*SPOKEN, "href"))
        inside = any(name == "svg" for name, _ in self._open)
        (self.drawn if inside else self.rest).append(Word(f"<{tag} {others}>", place))
        if tag == "tr":
            self._row_began = len(self.words)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr":
            self._traced()
        while self._open and any(name == tag for name, _ in self._open):
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        tag = self._open[-1][0] if self._open else ""
        if tag in ("script", "style"):
            if self._open[-1][1].get("id") != ENCLOSURES:  # those are compared file by file
                self.rest.append(Word(sha256(data.encode()).hexdigest()[:8], f"the page's {tag}"))
            return
        place, row = self._place(), self._row()
        self.words += [Word(word, place, row) for word in data.split()]
        card = next((values["id"] for _, values in reversed(self._open) if "popover" in values), "")
        if card and data.startswith("row ") and card not in self.rows:
            self.rows[card] = data.removeprefix("row ").strip()
        if self._open and self._open[-1][1].get("class") == "no":
            self.labels.setdefault(place, data.strip())

    def handle_comment(self, data: str) -> None:
        self.rest.append(Word(data, "a comment"))

    def named(self, word: Word) -> Word:
        """The word with its row and the exhibit's number, both known only at the end."""
        row = self.rows.get(word.row[1:], "") if word.row[:1] == "#" else word.row
        return Word(word.text, self.labels.get(word.place, word.place), row)

    def _row(self) -> str:
        for tag, values in reversed(self._open):
            if tag == "button" and "popovertarget" in values:
                return f"#{values['popovertarget']}"
            if values.get("id", "").startswith("r") and tag == "tr":
                return values["id"][1:]
            if "popover" in values:
                return f"#{values.get('id', '')}"
        return ""

    def _traced(self) -> None:
        """A table's row ends with its lineage row, which is that of all its cells."""
        cells = self.words[self._row_began :]
        if cells and any(values.get("class") == "trace" for _, values in self._open[-2:]):
            return
        last = cells[-1].text if cells else ""
        if last.replace(".", "").isdigit() and last.count(".") == 1 and len(last.partition(".")[2]) >= 2:
            self.words[self._row_began :] = [replace(word, row=word.row or last) for word in cells]

    def _place(self) -> str:
        for tag, values in reversed(self._open):
            if "popover" in values:
                return f"card {values.get('id', '')}"
            if "id" in values and tag in ("section", "div", "figure", "aside", "header", "main"):
                return values["id"]
        return "page"


# ---- the PDF ---------------------------------------------------------------------------------------------------------


def sheets(reader: Any) -> Iterator[tuple[Word, ...]]:
    """The words of each page of a PDF, in the order in which they are painted."""
    for number, sheet in enumerate(reader.pages, 1):
        yield tuple(_sheet(sheet, f"page {number}"))


def _sheet(sheet: Any, place: str) -> Iterator[Word]:
    found: list[tuple[str, float, float]] = []

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], *_: object) -> None:
        if text.strip():
            x, y = tm[4], tm[5]
            found.append((text, x * cm[0] + y * cm[2] + cm[4], x * cm[1] + y * cm[3] + cm[5]))

    sheet.extract_text(visitor_text=visit)
    targets = [target for target in _targets(sheet) if target[4][:1] == "r"]
    for text, x, y in found:
        row = _behind(targets, x, y)
        yield from (Word(word, place, row if _numeric(word) else "") for word in text.split())


def _numeric(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


def _targets(sheet: Any) -> list[tuple[float, float, float, float, str]]:
    """The links of a page: left, bottom, right, top, where to (an anchor inside, or an address)."""
    found = []
    for link in sheet.get("/Annots") or ():
        annotation = link.get_object()
        if annotation.get("/Subtype") != "/Link":
            continue
        action = annotation.get("/A") or {}
        to = action.get("/URI") or action.get("/D") or annotation.get("/Dest") or ""
        left, bottom, right, top = (float(side) for side in annotation["/Rect"])
        found.append((min(left, right), min(bottom, top), max(left, right), max(bottom, top), str(to)))
    return found


def _behind(targets: Sequence[tuple[float, float, float, float, str]], x: float, y: float) -> str:
    """The lineage row of a word: of the link around it, else of the next one on its line."""
    for left, bottom, right, top, to in targets:
        if left - 1 <= x <= right + 1 and bottom - 1 <= y <= top:
            return to[1:]
    after = [(left, to) for left, bottom, _, top, to in targets if left > x and bottom - 1 <= y <= top]
    return min(after)[1][1:] if after else ""


def links(reader: Any) -> tuple[Word, ...]:
    """Every link of a PDF with the page it stands on."""
    return tuple(
        Word(to, f"page {number}") for number, sheet in enumerate(reader.pages, 1) for *_, to in _targets(sheet)
    )

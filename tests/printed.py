"""A PDF as a stranger's library reads it: where each letter stands, what holds it, and what a click on it opens.

pypdf alone: pages, content streams, fonts' own maps and widths, annotations, the tree of tags. Nothing of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pypdf
from pypdf.generic import ContentStream, IndirectObject

Matrix = tuple[float, float, float, float, float, float]
Rect = tuple[float, float, float, float]
SAME: Final[Matrix] = (1, 0, 0, 1, 0, 0)
SHOWS: Final = {b"Tj", b"TJ", b"'", b'"'}
GAP: Final = 0.17  # of the type size: wider than that is a blank


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of a page, its middle in points from the bottom left, and the marked content that it belongs to."""

    text: str
    x: float
    y: float
    size: float
    mark: int | None


@dataclass(frozen=True, slots=True)
class Link:
    """left, bottom, right, top; to: an anchor inside the file, or an address."""

    rect: Rect
    to: str

    def holds(self, letter: Letter) -> bool:
        left, bottom, right, top = self.rect
        return left - 0.5 <= letter.x <= right + 0.5 and bottom - 0.5 <= letter.y <= top + 0.5


@dataclass(frozen=True, slots=True)
class Token:
    """Letters without a blank between them; held: the tags around them, outermost first (Artifact: furniture)."""

    letters: tuple[Letter, ...]
    held: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(letter.text for letter in self.letters)


class Sheet:
    """One page: its tokens in the order in which they are painted, its links."""

    def __init__(self, page: Any, number: int, owners: Mapping[int, tuple[str, ...]]) -> None:
        self.page, self.number, self._owners = page, number, owners

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        found = []
        for run in _Reader(self.page).runs:
            found += [Token(tuple(word), self._held(word)) for word in _words(run)]
        return tuple(found)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        return tuple(map(_link, _annotations(self.page)))

    def behind(self, token: Token) -> tuple[Link, ...]:
        """The links that hold every figure of a token."""
        figures = [letter for letter in token.letters if letter.text.isdigit()]
        return tuple(link for link in self.links if all(map(link.holds, figures)))

    def _held(self, word: Sequence[Letter]) -> tuple[str, ...]:
        mark = word[0].mark
        return ("Artifact",) if mark is None else self._owners.get(mark, ("Artifact",))


def sheets(reader: pypdf.PdfReader) -> tuple[Sheet, ...]:
    root: Any = reader.trailer["/Root"]["/StructTreeRoot"]
    numbers = root["/ParentTree"]["/Nums"]
    owners = {int(key): value for key, value in zip(numbers[::2], numbers[1::2], strict=True)}
    made = []
    for number, page in enumerate(reader.pages, 1):
        held = owners[int(page["/StructParents"])].get_object()
        chains = {mark: _chain(one) for mark, one in enumerate(held) if isinstance(one, IndirectObject)}
        made.append(Sheet(page, number, {mark: chain for mark, chain in chains.items() if chain}))
    return tuple(made)


def anchors(reader: pypdf.PdfReader) -> dict[str, tuple[int, float]]:
    """Where each name inside the file leads: the page from 1, the height."""
    pages = {page.indirect_reference.idnum: place for place, page in enumerate(reader.pages, 1)}  # type: ignore[union-attr]
    found = {}
    for name, target in reader.named_destinations.items():
        page: Any = target.raw_get("/Page")
        found[name] = (pages[page.idnum], float(target["/Top"]))
    return found


def _chain(element: Any) -> tuple[str, ...]:
    names: list[str] = []
    one = element.get_object()
    while one is not None and "/S" in one:
        names.append(str(one["/S"])[1:])
        one = one["/P"].get_object() if "/P" in one else None
    return tuple(reversed(names))


def _annotations(page: Any) -> Iterator[Any]:
    for one in page.get("/Annots") or ():
        if one.get_object().get("/Subtype") == "/Link":
            yield one.get_object()


def _link(annotation: Any) -> Link:
    x, y, u, v = map(float, annotation["/Rect"])
    to = str(annotation["/Dest"]) if "/Dest" in annotation else str(annotation["/A"].get("/URI", ""))
    return Link((min(x, u), min(y, v), max(x, u), max(y, v)), to)


def _words(run: Sequence[Letter]) -> Iterator[list[Letter]]:
    word: list[Letter] = []
    for letter in run:
        if letter.text.isspace():
            if word:
                yield word
            word = []
        else:
            word.append(letter)
    if word:
        yield word


# ---- what is painted -------------------------------------------------------------------------------------------------


class _Font:
    """A font's letters and widths, by the numbers that a page calls them by."""

    def __init__(self, font: Any) -> None:
        inner = font["/DescendantFonts"][0].get_object()
        self.usual = float(inner.get("/DW", 1000))
        self.widths = dict(_widths(inner.get("/W", ())))
        self.letters = dict(_letters(font["/ToUnicode"].get_data().decode("latin-1")))

    def shown(self, data: bytes) -> Iterator[tuple[str, float]]:
        for place in range(0, len(data) - 1, 2):
            code = data[place] << 8 | data[place + 1]
            yield self.letters.get(code, "\N{REPLACEMENT CHARACTER}"), self.widths.get(code, self.usual) / 1000


def _widths(entries: Sequence[Any]) -> Iterator[tuple[int, float]]:
    rest = list(entries)
    while rest:
        first, second = int(rest.pop(0)), rest.pop(0)
        if isinstance(second, list):
            yield from ((first + place, float(width)) for place, width in enumerate(second))
        else:
            width = float(rest.pop(0))
            yield from ((code, width) for code in range(first, int(second) + 1))


def _letters(cmap: str) -> Iterator[tuple[int, str]]:
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.S):
        for code, text in re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]*)>", block):
            yield int(code, 16), bytes.fromhex(text).decode("utf-16-be")
    assert "beginbfrange" not in cmap


class _Reader:
    """Follows the drawing of a page: every text block becomes one run of letters."""

    def __init__(self, page: Any) -> None:
        self.runs: list[list[Letter]] = []
        self._fonts: dict[int, _Font] = {}
        self._follow(page.get_contents(), page["/Resources"], SAME, (), page.pdf)

    def _follow(self, stream: Any, resources: Any, at: Matrix, marks: tuple[Any, ...], pdf: Any) -> None:
        kept: list[Matrix] = []
        marked = list(marks)
        font, size, text, run = None, 0.0, SAME, list[Letter]()
        for operands, name in ContentStream(stream, pdf).operations:
            if name == b"q":
                kept.append(at)
            elif name == b"Q":
                at = kept.pop()
            elif name == b"cm":
                at = _times(tuple(map(float, operands)), at)  # type: ignore[arg-type]
            elif name in (b"BDC", b"BMC"):
                marked.append(operands[1].get("/MCID") if name == b"BDC" and operands[0] != "/Artifact" else None)
            elif name == b"EMC":
                marked.pop()
            elif name == b"BT":
                text, run = SAME, []
                self.runs.append(run)
            elif name == b"Tm":
                text = tuple(map(float, operands))  # type: ignore[assignment]
            elif name == b"Tf":
                font, size = self._font(resources["/Font"].raw_get(operands[0])), float(operands[1])
            elif name in SHOWS:
                assert font is not None
                pieces = operands[0] if name == b"TJ" else operands
                mark = next((one for one in reversed(marked) if one is not None), None)
                text = self._show(pieces, font, size, text, at, mark, run)
            elif name == b"Do":
                self._draw(resources["/XObject"][operands[0]], at, tuple(marked), pdf)

    def _draw(self, one: Any, at: Matrix, marks: tuple[Any, ...], pdf: Any) -> None:
        drawn = one.get_object()
        if drawn["/Subtype"] == "/Form":
            own = tuple(map(float, drawn.get("/Matrix", SAME)))
            self._follow(drawn, drawn["/Resources"], _times(own, at), marks, pdf)  # type: ignore[arg-type]

    def _font(self, reference: Any) -> _Font:
        if reference.idnum not in self._fonts:
            self._fonts[reference.idnum] = _Font(reference.get_object())
        return self._fonts[reference.idnum]

    def _show(
        self, pieces: Any, font: _Font, size: float, text: Matrix, at: Matrix, mark: int | None, run: list[Letter]
    ) -> Matrix:
        for piece in pieces:
            if isinstance(piece, (int, float)):
                text = _times((1, 0, 0, 1, -float(piece) / 1000 * size, 0), text)
                continue
            for letter, width in font.shown(_raw(piece)):
                x, y = _point(width * size / 2, size * 0.3, _times(text, at))
                scale = abs(_times(text, at)[3]) * size
                if run and (x - run[-1].x) > (width * size / 2 + GAP * size) * 3 and abs(y - run[-1].y) < 1:
                    run.append(Letter(" ", x, y, scale, mark))
                run.append(Letter(letter, x, y, scale, mark))
                text = _times((1, 0, 0, 1, width * size, 0), text)
        return text


def _raw(piece: Any) -> bytes:
    return bytes(piece.original_bytes) if hasattr(piece, "original_bytes") else bytes(piece)


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _point(x: float, y: float, by: Matrix) -> tuple[float, float]:
    return x * by[0] + y * by[2] + by[4], x * by[1] + y * by[3] + by[5]

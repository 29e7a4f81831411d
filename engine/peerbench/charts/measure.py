"""Text widths by the typeface's own advance widths, so that labels are placed by measure and not by guess."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Final, Literal

from peerbench.core.language import is_wide

Style = Literal["regular", "italic", "semibold", "bold"]
CAP_MIDDLE: Final = 0.33  # half the height of a capital, in em: from a line's middle down to its baseline
CLOSING: Final = "，。、；：！？）》」』”’%"
OPENING: Final = "（《「『“‘"
_IDEOGRAPHS: Final = "\u2e80"
_UNKNOWN: Final = 0.6  # em, for a letter the table does not hold: wider than most


Widths = Mapping[str, Mapping[str, int]]  # style → letter → advance in thousandths of an em
_own: ContextVar[Widths | None] = ContextVar("widths of the typeface being drawn in", default=None)


@cache
def _house() -> Widths:
    table: dict[str, dict[str, int]] = json.loads(Path(__file__).with_name("widths.json").read_text("utf-8"))
    return table


@contextmanager
def typeface(widths: Widths | None) -> Iterator[None]:
    """Measure by another typeface than the house's while a chart is drawn; a letter it lacks by the house's."""
    token = _own.set(widths)
    try:
        yield
    finally:
        _own.reset(token)


def width(text: str, size: float, style: Style = "regular") -> float:
    """The length of a line of text in px, without kerning (which only ever shortens it, by less than a pixel)."""
    own, house = (_own.get() or {}).get(style, {}), _house()[style]
    return sum(_advance(char, own, house) for char in text) * size


def _advance(char: str, own: Mapping[str, int], house: Mapping[str, int]) -> float:
    found = own.get(char) or house.get(char)
    return found / 1000 if found else 1.0 if char >= _IDEOGRAPHS else _UNKNOWN


def wrap(text: str, limit: float, size: float, style: Style = "regular") -> tuple[str, ...]:
    """Break at spaces, and between wide letters, into lines no longer than the limit; a longer word stands alone."""
    lines: list[str] = []
    for space, word in pieces(text):
        longer = f"{lines[-1]}{space}{word}" if lines else word
        if lines and width(longer, size, style) <= limit:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """What a line may be broken between: words with the space before each, and wide letters with none.

    A stop stays with the letter before it, an opening bracket with the one behind it.
    """
    for word in text.split(" "):
        space, piece = " ", ""
        for char in word:
            ends = piece and (is_wide(char) or is_wide(piece[-1])) and char not in CLOSING and piece[-1] not in OPENING
            if ends:
                yield space, piece
                space, piece = "", ""
            piece += char
        if piece:
            yield space, piece

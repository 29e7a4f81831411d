"""Text widths by the typeface's own advance widths, so that labels are placed by measure and not by guess."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final, Literal

Style = Literal["regular", "italic", "semibold", "bold"]
CAP_MIDDLE: Final = 0.33  # half the height of a capital, in em: from a line's middle down to its baseline
_IDEOGRAPHS: Final = "\u2e80"
_UNKNOWN: Final = 0.6  # em, for a letter the table does not hold: wider than most


@cache
def _widths() -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = json.loads(Path(__file__).with_name("widths.json").read_text("utf-8"))
    return table


def width(text: str, size: float, style: Style = "regular") -> float:
    """The length of a line of text in px, without kerning (which only ever shortens it, by less than a pixel)."""
    table = _widths()[style]
    return sum(table[char] / 1000 if char in table else _fallback(char) for char in text) * size


def _fallback(char: str) -> float:
    return 1.0 if char >= _IDEOGRAPHS else _UNKNOWN


def wrap(text: str, limit: float, size: float, style: Style = "regular") -> tuple[str, ...]:
    """Break at spaces into lines no longer than the limit; a single longer word stands alone."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size, style) <= limit:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)

"""Which letters the theme's fonts can print, asked before a page is laid out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

HAN: Final = "BriefHan-Regular.otf"
LATIN: Final = (  # the faces that a company's name may stand in
    "SourceSans3-Regular.ttf",
    "SourceSerif4Display-Semibold.ttf",
    "SourceSerif4Subhead-Regular.ttf",
    "SourceSerif4SmText-Regular.ttf",
)
PLAIN: Final = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x100)))) | frozenset("‘’“”–—…")


def unprintable(text: str, fonts: Mapping[str, Path]) -> str:
    """The letters of a text that no font of the theme has, each once, in the order of the text."""
    rare = [letter for letter in dict.fromkeys(text) if letter not in PLAIN]
    rare = [letter for letter in rare if letter not in _letters(fonts[HAN])]
    return "".join(letter for letter in rare if not all(letter in _letters(fonts[name]) for name in LATIN))


@lru_cache(maxsize=16)
def _letters(font: Path) -> frozenset[str]:
    from fontTools.ttLib import TTFont

    with TTFont(font, lazy=True) as file:
        file.setGlyphOrder(range(file["maxp"].numGlyphs))  # numbers for names, which would be read one by one
        return frozenset(map(chr, file.getBestCmap()))

"""The text as it was written, made plain for reading: every character knows where in the original it stood.

Markup, scripts, entities, citation marks and invisible characters give way; nothing else is changed.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

MOST_BYTES: Final = 2_000_000
_TAG: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|template|head)\b.*?(?:</\1\s*>|\Z)|</?[a-zA-Z!?][^<>]{0,2000}>",
    re.DOTALL | re.IGNORECASE,
)
_BLOCK: Final = re.compile(
    r"</?(p|div|li|ul|ol|br|h[1-6]|tr|table|section|article|blockquote|td|th)\b|</head", re.IGNORECASE
)
_LOOKS_MARKED: Final = re.compile(r"<(?:!doctype|html|body|p|div|span|br|li|h[1-6]|table|td|a)\b[^<>]*>", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,10});")
# Marks of direction, joiners, soft hyphens and byte order marks: they show nothing and would split a number.
_INVISIBLE: Final = frozenset(
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad"
)
# A pasted page glues the title of a cited document to the word before it: "… risksTitle of the source[14]".
_GLUED: Final = re.compile(r"(?<=[a-z0-9%)])(?=[A-Z][a-z]|[A-Z]{2,}[ :])[^\n.]{3,200}?(?:\.[^\n.]{0,60})??\[\d{1,3}\]")
_CITATION: Final = re.compile(r"\[\d{1,3}\]")
_SPACES: Final = {
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
    "\u2007": " ",
    "\t": " ",
    "\r": "\n",
    "\u2028": "\n",
    "\u2029": "\n",
}
_SIGNS: Final = {
    "\u2212": "-",
    "\u2010": "-",
    "\u2011": "-",
    "\u2019": "'",
    "\u2018": "'",
    "\uff0c": ",",
    "\uff05": "%",
}


@dataclass(frozen=True, slots=True)
class Plain:
    """text is what is read; origins[i] is where its character i stood in the original."""

    text: str
    origins: tuple[int, ...]
    original: str
    _lines: tuple[int, ...] = field(default=(), repr=False)

    def place(self, at: int) -> tuple[int, int]:
        """Line and column, from 1, of a character of the plain text in the original."""
        offset = self.offset(at)
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def offset(self, at: int) -> int:
        return self.origins[at] if at < len(self.origins) else len(self.original)

    def quote(self, start: int, end: int) -> str:
        """The words of the plain text on one line."""
        return " ".join(self.text[start:end].split())


def plain(text: str) -> Plain:
    """Make a text plain; linear in its length."""
    masked = _without_markup(text) if _LOOKS_MARKED.search(text[:200_000]) else text
    letters: list[str] = []
    origins: list[int] = []
    at = 0
    entities = "&" in masked and ";" in masked
    while at < len(masked):
        char, step = masked[at], 1
        if entities and char == "&" and (found := _ENTITY.match(masked, at)):
            char, step = html.unescape(found.group()), len(found.group())
        for one in char[:1] if char else "":
            if one not in _INVISIBLE:
                letters.append(_SIGNS.get(one, _SPACES.get(one, one)))
                origins.append(at)
        at += step
    made = _without_citations("".join(letters))
    starts = (0, *(found.end() for found in re.finditer("\n", text)))
    return Plain(made, tuple(origins), text, starts)


def _without_markup(text: str) -> str:
    """Tags as blanks of the same length, those of a block as a break of the paragraph."""

    def blank(found: re.Match[str]) -> str:
        size = len(found.group())
        return "\n\n".ljust(size) if _BLOCK.match(found.group()) and size > 1 else " " * size

    return _TAG.sub(blank, text)


def _without_citations(text: str) -> str:
    """Citation marks and glued titles as blanks of the same length."""
    if "[" not in text:
        return text
    for pattern in (_GLUED, _CITATION):
        text = pattern.sub(lambda found: " " * len(found.group()), text)
    return text

"""Paragraphs, sentences and clauses of a plain text, as spans. A list of bullets is one paragraph."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MOST: Final = 1500  # letters of a sentence: beyond it a text has no full stops and is cut where it may be

_BREAK: Final = re.compile(r"\n[ \t]*\n[\s]*")
_BULLET: Final = re.compile(r"(?:^|\n)[ \t]*(?:[-*\u2022\u2013\u25cf]|\d{1,2}[.)])[ \t]+")
# A full stop ends a sentence before a blank and a capital, figure or quote; not after an initial or a known short form.
_STOP: Final = re.compile(
    r"(?<![A-Z])(?<!\bInc)(?<!\bLtd)(?<!\bCorp)(?<!\bCo)(?<!\bvs)(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\bNo)(?<!\bapprox)"
    r"(?<!\bca)(?<!\bJan)(?<!\bFeb)(?<!\bMar)(?<!\bApr)(?<!\bJun)(?<!\bJul)(?<!\bAug)(?<!\bSep)(?<!\bSept)(?<!\bOct)(?<!\bNov)"
    r"(?<!\bDec)[.!?\u3002]+[\"'\u201d)\]]*(?=\s+[\"'\u201c(\[]*[A-Z0-9$\u00a5\u20ac-]|\s*\Z|\s*\n)"
)
_CLAUSE: Final = re.compile(r"[;:\u2014()]|,(?!\d{3})|\s[\u2013-]\s|\b(?:while|whereas|but|although|despite)\b")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A span of the plain text; paragraph counts from 0. question: it asks."""

    start: int
    end: int
    paragraph: int
    question: bool
    bullet: bool = False


def sentences(text: str) -> tuple[Sentence, ...]:
    """Every sentence in reading order."""
    found: list[Sentence] = []
    paragraph, was_bullet = -1, False
    for start, end in _paragraphs(text):
        bullet = _BULLET.match(text, max(0, start - 1), end) is not None
        if not (bullet and was_bullet):
            paragraph += 1
        was_bullet = bullet
        found += [
            Sentence(first, last, paragraph, text[first:last].rstrip(" \"'\u201d)").endswith("?"), bullet)
            for first, last in _sentences(text, start, end)
        ]
    return tuple(found)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    breaks = sorted(
        {(found.start(), found.end()) for found in _BREAK.finditer(text)}
        | {(found.start(), found.start() + 1) for found in _BULLET.finditer(text) if text[found.start()] == "\n"}
    )
    for start, end in breaks:
        if start > at and text[at:start].strip():
            yield at, start
        at = max(at, end)
    if text[at:].strip():
        yield at, len(text)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for found in _STOP.finditer(text, start, end):
        yield from _cut(text, at, found.end())
        at = found.end()
    yield from _cut(text, at, end)


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span without blanks at its ends; an endless one in pieces, broken at blanks."""
    while start < end and text[start].isspace():
        start += 1
    while end - start > MOST:
        at = text.rfind(" ", start + MOST // 2, start + MOST)
        at = at if at > 0 else start + MOST
        yield start, at
        start = at
    if text[start:end].strip():
        yield start, end


def clauses(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """A sentence cut at commas, dashes, brackets and words that turn it."""
    marks = [found.start() for found in _CLAUSE.finditer(text, start, end)]
    edges = [start, *(mark for mark in marks if mark > start), end]
    return tuple((a, b) for a, b in itertools.pairwise(edges) if b > a)

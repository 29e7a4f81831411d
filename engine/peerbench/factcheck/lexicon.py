"""The lexicon: which words of a text name which figure. Read once from lexicon.yaml; matching is one pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("lexicon.yaml")
WINDOWS: Final = ("fy", "quarter", "ltm")


@dataclass(frozen=True, slots=True)
class Series:
    """Something that can be computed. kind: flow | stock | market | pledge. windows: those of a flow."""

    name: str
    label: str
    formula: str
    kind: str
    unit: str
    family: str
    basis: str = ""
    id: str = ""  # of the catalogue, {w} for the window
    growth: str = ""
    earnings: str = ""  # whose earnings a multiple rests on
    segments: str = ""  # the item whose segments it can be asked for
    segments_only: bool = False
    windows: tuple[str, ...] = WINDOWS


@dataclass(frozen=True, slots=True)
class Words:
    """A list of words as one pattern: whole words, longest first, without regard to case."""

    pattern: re.Pattern[str]

    def spans(self, text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
        return tuple(found.span() for found in self.pattern.finditer(text, start, end))

    def any(self, text: str, start: int, end: int) -> bool:
        return self.pattern.search(text, start, end) is not None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """See lexicon.yaml. literal and nothing go by the lower-case words found."""

    series: Mapping[str, Series]
    literal: Mapping[str, tuple[str, ...]]
    nothing: Mapping[str, str]
    measures: Words
    shares: Mapping[tuple[str, str], str]  # (whole, part) → series
    segments: Mapping[str, tuple[str, ...]]
    plain: frozenset[str]
    sets: Mapping[str, frozenset[str]]
    lists: Mapping[str, Words]
    languages: Mapping[str, frozenset[str]]

    def family(self, family: str) -> tuple[Series, ...]:
        return tuple(one for one in self.series.values() if one.family == family)


def words(given: Iterable[str]) -> Words:
    """Whole words; blanks and hyphens inside one stand for each other."""
    ordered = sorted(dict.fromkeys(given), key=lambda word: (-len(word), word))
    parts = [re.sub(r"(?:\\ )+", r"[\\s-]+", re.escape(word)) for word in ordered]
    return Words(re.compile(rf"(?<![\w/&-])(?:{'|'.join(parts)})(?![\w/&])(?!-(?:to|like))", re.IGNORECASE))


LISTS: Final = (
    *(
        "up",
        "down",
        "neutral_change",
        "sequential",
        "several_years",
        "prior",
        "forecast",
        "negation",
        "undone",
        "carry",
    ),
    *("narrowing_after", "loss", "variants", "parties"),
)


@cache
def load() -> Lexicon:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load(FILE.read_bytes(), Loader=loader)
    series = {name: _series(name, entry) for name, entry in document["series"].items()}
    literal = {normal(word): tuple(entry["literal"]) for entry in document["measures"] for word in entry["words"]}
    nothing = {normal(word): entry["why"] for entry in document["nothing"] for word in entry["words"]}
    return Lexicon(
        series, literal, nothing, words((*_written(document["measures"]), *_written(document["nothing"]))),
        {(entry["of"], entry["part"]): entry["series"] for entry in document["shares"]},
        {name: tuple(said) for name, said in document["segments"].items()},
        _set(document["plain"]),
        {name: _set(document[name]) for name in ("link", "after", "nobody")},
        {name: words(document[name]) for name in LISTS},
        {name: _set(known) for name, known in document["languages"].items()},
    )  # fmt: skip


def _set(given: Iterable[Any]) -> frozenset[str]:
    return frozenset(str(word).casefold() for word in given)


def _series(name: str, entry: Mapping[str, Any]) -> Series:
    return Series(name, **{**entry, "windows": tuple(entry.get("windows", WINDOWS))})


def _written(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    return [word for entry in entries for word in entry["words"]]


def normal(word: str) -> str:
    """A word as it is looked up: lower case, blanks and hyphens alike."""
    return re.sub(r"[\s-]+", " ", word).casefold().strip()


def language(text: str) -> str:
    """en, zh, or other: what most letters and the commonest words speak for. A text without letters is read as en."""
    sample = text[:100_000]
    letters = [char for char in sample if char.isalpha()]
    if not letters:
        return "en"
    han = sum("\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" for char in letters)
    latin = sum(char.isascii() or "\u00c0" <= char <= "\u024f" for char in letters)
    if han * 2 > len(letters):
        return "zh"
    if latin * 2 < len(letters):
        return "other"
    said = re.findall(r"[a-zA-Z\u00c0-\u024f]{2,}", sample.casefold())
    scores = {code: sum(word in known for word in said) for code, known in load().languages.items()}
    best = max(scores, key=lambda code: (scores[code], code == "en"))
    least = 2 if not scores["en"] else 4  # a short text without one word of English is none
    return "en" if best == "en" or scores[best] < least or scores[best] < 1.5 * scores["en"] else "other"

"""Companies, their segments and measures as a sentence names them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from peerbench.core.companies import Company, Line
from peerbench.core.names import FORMS
from peerbench.factcheck.lexicon import Lexicon, Words, normal, words

_CAPITAL: Final = re.compile(r"(?<![\w$])([A-Z][\w&.]*(?:-[A-Z][\w]*)*)('s|s')?")


@dataclass(frozen=True, slots=True)
class Mention:
    """A company named; segment where the name is that of one. owns: it stands with an apostrophe."""

    start: int
    end: int
    company: str
    segment: str = ""
    owns: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A measure named: the series it literally means, or why it is none of ours."""

    start: int
    end: int
    words: str
    literal: tuple[str, ...] = ()
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who may be spoken of: names by company, segments by company with the words for them."""

    names: Words
    by_name: Mapping[str, tuple[str, str]]
    segments: Mapping[str, Mapping[str, str]]  # company → word → segment
    segment_words: Words

    def companies(self, text: str, start: int, end: int) -> tuple[Mention, ...]:
        found = []
        for a, b in self.names.spans(text, start, end):
            company, segment = self.by_name[normal(text[a:b])]
            if not segment and (tail := self._segment_after(text, b, end, company)):
                b, segment = tail
            found.append(Mention(a, b, company, segment, text[b : b + 2] in ("'s", "s'")))
        return tuple(found)

    def _segment_after(self, text: str, at: int, end: int, company: str) -> tuple[int, str] | None:
        """Alibaba Cloud: a segment's name with a capital right behind the company's."""
        found = self.segment_words.pattern.match(text, at + 1, end) if text[at : at + 1] == " " else None
        if found is None or not found.group()[0].isupper():
            return None
        segment = self.segments.get(company, {}).get(normal(found.group()))
        return (found.end(), segment) if segment else None

    def segment(self, company: str, word: str) -> str:
        return self.segments.get(company, {}).get(normal(word), "")


def cast(
    companies: Mapping[str, Company],
    lines: Iterable[Line],
    segments: Mapping[str, Iterable[str]],
    labels: Mapping[str, tuple[str, str]],
    lexicon: Lexicon,
) -> Cast:
    """The cast of a text. labels: company → segment and its name on the page, as the config says."""
    by_name: dict[str, tuple[str, str]] = {}
    for key, company in companies.items():
        for name in _names(company):
            by_name.setdefault(normal(name), (key, ""))
    for line in lines:
        if line.company in companies and len(line.line) > 2:
            by_name.setdefault(normal(line.line), (line.company, ""))
    worded: dict[str, dict[str, str]] = {}
    for key in companies:
        mine = worded.setdefault(key, {})
        for segment in segments.get(key, ()):
            for word in (segment, *lexicon.segments.get(segment.casefold(), ())):
                mine.setdefault(normal(word), segment)
                if word.isupper() and len(word) > 2:
                    by_name.setdefault(normal(word), (key, segment))
    for key, (segment, label) in labels.items():
        if key in companies and label:
            by_name.setdefault(normal(label), (key, segment.casefold()))
    every = [word for mine in worded.values() for word in mine] or ["\0"]
    return Cast(words(by_name), by_name, worded, words(every))


def _names(company: Company) -> Iterable[str]:
    """The short name, the legal one and what is left of it without its legal form, the own script's, the key."""
    yield company.name
    yield company.company
    if company.native_name:
        yield company.native_name
    legal = company.legal_name.replace(",", "").strip()
    if legal:
        yield legal
        parts = legal.split()
        while len(parts) > 1 and parts[-1].strip(".").casefold() in FORMS:
            parts.pop()
            yield " ".join(parts)
            yield f"{' '.join(parts)}."


def measures(lexicon: Lexicon, text: str, start: int, end: int) -> tuple[Named, ...]:
    """Every measure word, the longest where several fit. A verb of a pledge counts only as one."""
    found = []
    for a, b in lexicon.measures.spans(text, start, end):
        key = normal(text[a:b])
        literal = lexicon.literal.get(key, ())
        found.append(Named(a, b, text[a:b], literal, "" if literal else lexicon.nothing.get(key, "")))
    return tuple(found)


def strangers(
    lexicon: Lexicon, text: str, start: int, end: int, known: Iterable[tuple[int, int]]
) -> tuple[tuple[int, int, str], ...]:
    """Names with a capital that are nobody's of the cast and no word of the field: (start, end, name)."""
    spans, nobody = tuple(known), lexicon.sets["nobody"]
    found = []
    for match in _CAPITAL.finditer(text, start, end):
        name = match.group(1).rstrip(".")
        a, b = match.span()
        if any(x < b and a < y for x, y in spans) or name.casefold() in nobody or len(name) < 2:
            continue
        if any(part.casefold() in nobody for part in (name, name.split("-")[0])):
            continue
        found.append((a, b, name + (match.group(2) or "")))
    return tuple(found)

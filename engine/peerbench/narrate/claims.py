"""Claims: what the figures allow to be said. Each builder evaluates predicates; phrases.py gives them words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from peerbench.core.document import Number, Paragraph, Span, Spans, Strong, Text
from peerbench.core.errors import UnusableRequest
from peerbench.narrate import phrases as wording

Kind = Literal["fact", "company", "estimate", "judgement"]
Value = Span | Spans | str


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim before it is worded: its id, the values of its holes, the predicates as found, how much it matters."""

    id: str
    values: Mapping[str, Value]
    holds: Mapping[str, bool]
    strength: float = 1.0  # its weight from 0 to 1, see rank
    kind: Kind = "fact"
    extra_refs: tuple[str, ...] = ()  # figures that the wording rests on without printing them
    favours: int = 0  # 1 speaks for the subject, -1 against it, 0 neither


@dataclass(frozen=True, slots=True)
class Claim:
    """A worded claim: spans, the refs of the figures it rests on, and the predicates that were true."""

    id: str
    lead: Spans
    spans: Spans
    refs: tuple[str, ...]
    needs: tuple[str, ...]
    strength: float
    kind: Kind = "fact"
    favours: int = 0

    def paragraph(self, *, tail: Spans = ()) -> Paragraph:
        return Paragraph((*self.spans, *tail), self.lead, self.kind)


def speak(statement: Statement, phrases: wording.Phrases) -> Claim | None:
    """Word a statement, or return None when no phrase of its id is true.

    Raises UnusableRequest when the phrase has a hole that the claim does not fill.
    """
    return next(ways(statement, phrases), None)


def ways(statement: Statement, phrases: wording.Phrases) -> Iterator[Claim]:
    """The statement in each wording that is true, the file's first one first."""
    for phrase in wording.true(statement.id, phrases, statement.holds, statement.values):
        yield _worded(statement, phrase)


def _worded(statement: Statement, phrase: wording.Phrase) -> Claim:
    for need in phrase.needs:
        if not statement.holds.get(need, False):
            raise wording.FalseSentence(statement.id, need)
    if wrong := wording.empty_holes(statement.id, phrase, statement.values):
        raise UnusableRequest(wrong)
    lead = wording.fill(phrase.lead, statement.values) if phrase.lead else ()
    spans = wording.fill(phrase.say, statement.values)
    refs = (*refs_of((*lead, *spans)), *statement.extra_refs)
    return Claim(
        statement.id,
        lead,
        spans,
        tuple(dict.fromkeys(refs)),
        phrase.needs,
        statement.strength,
        statement.kind,
        statement.favours,
    )


def refs_of(spans: Iterable[Span]) -> tuple[str, ...]:
    """The lineage refs of every number in the spans, in reading order."""
    found: list[str] = []
    for span in spans:
        if isinstance(span, Number) and span.ref:
            found.append(span.ref)
        elif isinstance(span, Strong):
            found.extend(refs_of(span.spans))
    return tuple(found)


def listing(names: Iterable[Value], *, last: str = "and") -> Spans:
    """Names as an English list: "Tencent, Amazon and Baidu"."""
    items = [item if isinstance(item, tuple) else (Text(item) if isinstance(item, str) else item,) for item in names]
    spans: list[Span] = []
    for index, item in enumerate(items):
        if index:
            spans.append(Text(f" {last} " if index == len(items) - 1 else ", "))
        spans.extend(item)
    return tuple(spans)


def few(names: Sequence[str], *, many: str, most: int = 4, letters: int = 64) -> Spans:
    """The names of a few, as a list; what stands for them where they are more, or too long to be read in one breath."""
    short = len(names) <= most and sum(map(len, names)) <= letters
    return listing(names) if short else (Text(many),)


def possessive(name: str) -> str:
    if name.endswith(("’s", "'s", "’")):  # Dr. Reddy’s is one already
        return name
    return f"{name}’" if name.endswith("s") else f"{name}’s"

"""The fact check of an outside text: every number in it read, matched to what the engine computes, and judged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from peerbench.core.dataset import Dataset
from peerbench.core.verdicts import Verdict
from peerbench.factcheck import lexicon, mentions, reading
from peerbench.factcheck.judgement import Judge, judged
from peerbench.factcheck.ledger import Ledger, ledger
from peerbench.factcheck.lexicon import language
from peerbench.factcheck.plain import Plain, plain


@dataclass(frozen=True, slots=True)
class Scope:
    """Who may be spoken of and what is known: companies, the day, comparable segments by company."""

    data: Dataset
    companies: tuple[str, ...]
    as_of: date
    segments: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # company → segment, its name on the page


def check(text: str, scope: Scope, *, about: str = "", book: Ledger | None = None) -> tuple[Verdict, ...]:
    """Every quantitative statement of a text with its verdict, in reading order; linear in the text.

    about: the company meant where a text names none. book: the figures, where they stand already.
    """
    made = plain(text)
    if language(made.text) != "en":
        return unread(made)
    book = book or figures(scope)
    words = lexicon.load()
    own = {company: book.segments(company, "revenue") for company in book.companies}
    people = {key: scope.data.companies[key] for key in book.companies}
    cast = mentions.cast(people, scope.data.lines, own, scope.segments, words)
    return judged(Judge(book, made), reading.statements(made, cast, words, about=about))


def unread(made: Plain) -> tuple[Verdict, ...]:
    """Every number of a text in a language that is not read: found, placed and not checked."""
    why = "Statements are read in English only; a number without its sentence is not checked."
    found = []
    for one in re.finditer(r"\d[\d.,]*(?<![.,])\s?%?", made.text):
        line, column = made.place(one.start())
        start, end = made.offset(one.start()), made.offset(one.end() - 1) + 1
        quote = made.quote(one.start(), one.end())
        found.append(Verdict(quote, line, column, start, end, "not_checkable", reason=why))
    return tuple(found)


def figures(scope: Scope) -> Ledger:
    """The ledger of a scope, for several texts."""
    return ledger(scope.data, scope.companies, scope.as_of, lexicon.load())


def notes(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """What is to be said of a text as a whole: that its numbers of net income stand on several bases."""
    bases = mixed(verdicts)
    if len(bases) < 2:
        return ()
    listed = f"{', '.join(bases[:-1])} and {bases[-1]}"
    return (f"Net income stands on {len(bases)} bases in this text: {listed} (METHOD 17).",)


def mixed(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """The bases of net income that a text's numbers stand on, in the order met; more than one is worth saying."""
    return tuple(dict.fromkeys(basis for verdict in verdicts for basis in verdict.bases))


__all__ = ["Scope", "check", "figures", "language", "mixed", "notes"]

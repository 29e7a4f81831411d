"""Phrases: sentences with holes. A phrase holds no digit, and no comparative word that its predicates do not license.

A phrase file maps a claim's id to variants; the first variant whose predicates all hold is spoken, and when none
holds the claim is not made. A false sentence therefore cannot be rendered, and an unlicensed one cannot be loaded.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from peerbench import lookup
from peerbench.core import shape, tree
from peerbench.core.document import Number, Span, Spans, Text
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, did_you_mean

CHECK: Final = "phrase"
SHAPE: Final = shape.Map(
    shape.List(shape.Record({"needs": shape.NAMES, "say": shape.WORDS, "lead": shape.WORDS}, ("say",)))
)
HOLE: Final = re.compile(r"\{([a-z_]+)\}")
WORD: Final = re.compile(r"[A-Za-z’'-]+")

# Which words need which predicate. A predicate may carry a suffix: "below", "below_own_mean".
LEXICON: Final[dict[str, tuple[str, ...]]] = {
    "below": (
        *("below", "under", "discount", "discounts", "cheaper", "less", "lower", "fewer", "smaller", "weaker"),
        *("trails", "half", "slower", "cheap", "thinner", "shallower", "shorter"),
    ),
    "above": (
        *("above", "premium", "premiums", "dearer", "more", "higher", "exceeds", "ahead", "larger", "stronger"),
        *("outgrows", "faster", "dear", "deeper", "bigger", "greater", "longer", "doubled", "twice"),
    ),
    "highest": (
        *("highest", "most", "largest", "fastest", "dearest", "widest", "strongest", "top", "outspends"),
        *("deepest", "biggest", "greatest"),
    ),
    "lowest": ("lowest", "least", "smallest", "slowest", "cheapest", "narrowest", "weakest", "bottom", "shallowest"),
    "all": ("every", "all", "both", "throughout", "always"),
    "none": ("none", "neither", "nowhere", "never", "nobody"),
    "between": ("between",),
    "rose": ("rose", "grew", "gained", "increased", "rising", "risen", "sped", "up", "climbed", "doubled"),
    "fell": ("fell", "dropped", "shrank", "declined", "falling", "fallen", "shrinking", "down", "slowed"),
    "narrowing": ("narrowing", "narrows", "narrowed"),
    "widening": ("widening", "widens", "widened"),
    "holds": ("holds", "survives", "robust"),
    "fails": ("fails", "fragile", "hangs"),
    "net_cash": ("cushion",),
    "mixed": ("disagree", "mixed", "cheap", "dear"),
    "agree": ("agree",),
}
IDIOMS: Final = ("at least", "or more", "never mixed", "between them")  # quote or bound, compare nothing


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Which words of a language need which predicate, and idioms that compare nothing.

    joined: the language has no spaces between words, so that words are found inside a text.
    """

    words: tuple[tuple[str, tuple[str, ...]], ...]
    idioms: tuple[str, ...] = ()
    joined: bool = False


ENGLISH: Final = Lexicon(tuple(LEXICON.items()), IDIOMS)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way to say a claim: the predicates it needs, the bold lead and the sentence."""

    needs: tuple[str, ...]
    say: str
    lead: str = ""
    origin: Origin = field(default_factory=Origin)
    line: str = ""  # of the file, where the sentence begins


Phrases = Mapping[str, tuple[Phrase, ...]]


class FalseSentence(Exception):
    """A phrase was spoken although a predicate it needs is false: a bug, never a user's mistake."""

    def __init__(self, claim: str, predicate: str) -> None:
        super().__init__(f"claim {claim} needs '{predicate}', which does not hold")


def load(*files: Path, roots: tuple[Path, ...] = (), extra: Iterable[str] = (), lexicon: Lexicon = ENGLISH) -> Phrases:
    """Read phrase files; a later file replaces the claims it names. Raises UnusableRequest with every mistake.

    The first file is the house's, which names every claim there is; `extra` are ids of an audience's own titles.
    """
    merged: dict[str, tuple[Phrase, ...]] = {}
    findings: list[Finding] = []
    for place, file in enumerate(files):
        phrases, wrong = _read(file, roots, file.stat().st_mtime_ns, lexicon)
        findings += wrong
        if place:
            findings += _unknown(phrases, {*merged, *extra})
        merged |= phrases
    if findings:
        raise UnusableRequest(tuple(findings))
    return merged


@lru_cache(maxsize=64)
def _read(
    file: Path, roots: tuple[Path, ...], changed: int, lexicon: Lexicon
) -> tuple[dict[str, tuple[Phrase, ...]], list[Finding]]:
    """A file's phrases and what is wrong with them; read again only when it has changed."""
    table, found = lookup.read(file, roots, check=CHECK)
    text = file.read_text("utf-8", "replace")
    found = found or lookup.excerpted(tuple(shape.mistakes(table, SHAPE)) if table else (), text, check=CHECK)
    if table is None or found:
        return {}, list(found)
    lines = text.splitlines()
    phrases = {name: tuple(_phrases(entry.value, lines)) for name, entry in table.entries.items()}
    wrong = tuple(finding for name, variants in phrases.items() for finding in mistakes(name, variants, lexicon))
    return phrases, list(wrong)


def _phrases(variants: tree.Node, lines: list[str]) -> Iterator[Phrase]:
    for node in variants.items if isinstance(variants, tree.Series) else ():
        entry, places = tree.plain(node), {path: place for path, _, place in tree.places(node)}
        needs = tuple(str(need) for need in entry.get("needs", ()))
        yield Phrase(
            needs,
            str(entry["say"]),
            str(entry.get("lead", "")),
            places[("say",)],
            lines[(places[("say",)].line or 1) - 1],
        )


def _unknown(phrases: Phrases, known: Collection[str]) -> Iterator[Finding]:
    """A claim that the program never makes would never be spoken: a misspelt name, told as one."""
    for name, variants in phrases.items():
        if name not in known:
            origin = variants[0].origin if variants else Origin()
            yield Finding(CHECK, "error", f"there is no claim '{name}'", did_you_mean(name, known), origin, name)


def mistakes(name: str, variants: Iterable[Phrase], lexicon: Lexicon = ENGLISH) -> tuple[Finding, ...]:
    """Digits and unlicensed comparative words in the variants of one claim."""
    found = []
    for phrase in variants:
        text = HOLE.sub(" ", f"{phrase.lead} {phrase.say}")
        if re.search(r"\d", text):
            found.append(_mistake(name, phrase, "holds a digit; numbers are references", "Use a {hole} for it."))
        elif "{" in text or "}" in text:
            found.append(_mistake(name, phrase, "has a brace that is no hole", "A hole is {small_letters}."))
        for word in _unlicensed(text, phrase.needs, lexicon):
            hint = f"Add one of its predicates to needs: {', '.join(_licences(word, lexicon))}."
            found.append(_mistake(name, phrase, f"says '{word}' without a predicate that makes it true", hint))
    return tuple(found)


def _mistake(name: str, phrase: Phrase, message: str, hint: str) -> Finding:
    return Finding(CHECK, "error", f"phrase '{name}' {message}.", hint, phrase.origin, name, phrase.line)


def _licences(word: str, lexicon: Lexicon) -> tuple[str, ...]:
    return tuple(kind for kind, words in lexicon.words if word in words)


def _unlicensed(text: str, needs: tuple[str, ...], lexicon: Lexicon) -> tuple[str, ...]:
    held = {kind for kind, _ in lexicon.words for need in needs if need == kind or need.startswith(f"{kind}_")}
    said = ((word, _licences(word, lexicon)) for word in _words(text.lower(), lexicon))
    return tuple(word for word, licences in said if licences and not held.intersection(licences))


def _words(text: str, lexicon: Lexicon) -> Iterator[str]:
    """The words of a text; of one written without spaces those that the lexicon knows, the longest first."""
    for idiom in lexicon.idioms:
        text = text.replace(idiom, " ")
    if not lexicon.joined:
        yield from (match.group() for match in WORD.finditer(text))
        return
    for word in sorted({word for _, words in lexicon.words for word in words}, key=len, reverse=True):
        yield from [word] * text.count(word)
        text = text.replace(word, " ")


def choose(
    claim: str, phrases: Phrases, holds: Mapping[str, bool], values: Mapping[str, Span | Spans | str]
) -> Phrase | None:
    """The first variant that is true and complete."""
    return next(true(claim, phrases, holds, values), None)


def true(
    claim: str, phrases: Phrases, holds: Mapping[str, bool], values: Mapping[str, Span | Spans | str]
) -> Iterator[Phrase]:
    """The variants all of whose predicates hold and whose holes all have something to say, in the file's order."""
    for phrase in phrases.get(claim, ()):
        if all(holds.get(need, False) for need in phrase.needs) and _fillable(phrase, values):
            yield phrase


def _fillable(phrase: Phrase, values: Mapping[str, Span | Spans | str]) -> bool:
    """A sentence with an empty hole, or a figure that is not available, says nothing true."""
    holes = HOLE.findall(f"{phrase.lead} {phrase.say}")
    return all(_said(values[hole]) for hole in holes if hole in values)


def empty_holes(claim: str, phrase: Phrase, values: Mapping[str, Span | Spans | str]) -> tuple[Finding, ...]:
    """Holes for which the claim has no value: the mistake of whoever wrote the phrase."""
    holes = dict.fromkeys(HOLE.findall(f"{phrase.lead} {phrase.say}"))
    return tuple(
        _mistake(claim, phrase, f"has a hole {{{hole}}} that the claim does not fill", did_you_mean(hole, values))
        for hole in holes
        if hole not in values
    )


def _said(value: Span | Spans | str) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(_said(span) for span in value)
    if isinstance(value, Number):
        return value.status == "ok" and value.value is not None
    return bool(value)


def fill(text: str, values: Mapping[str, Span | Spans | str]) -> Spans:
    """Put spans into the holes of a phrase. A missing value is a KeyError: a claim must bring what it says."""
    spans: list[Span] = []
    position = 0
    for match in HOLE.finditer(text):
        if match.start() > position:
            spans.append(Text(text[position : match.start()]))
        spans.extend(_spans(values[match.group(1)]))
        position = match.end()
    if position < len(text):
        spans.append(Text(text[position:]))
    return tuple(spans)


def _spans(value: Span | Spans | str) -> Spans:
    if isinstance(value, str):
        return (Text(value),)
    return value if isinstance(value, tuple) else (value,)

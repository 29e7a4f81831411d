"""Phrases: sentences with holes. A phrase holds no digit, and no comparative word that its predicates do not license.

A phrase file maps a claim's id to variants; the first variant whose predicates all hold is spoken, and when none
holds the claim is not made. A false sentence therefore cannot be rendered, and an unlicensed one cannot be loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from peerbench.core.document import Number, Span, Spans, Text
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin

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
class Phrase:
    """One way to say a claim: the predicates it needs, the bold lead and the sentence."""

    needs: tuple[str, ...]
    say: str
    lead: str = ""
    origin: str = ""


Phrases = Mapping[str, tuple[Phrase, ...]]


class FalseSentence(Exception):
    """A phrase was spoken although a predicate it needs is false: a bug, never a user's mistake."""

    def __init__(self, claim: str, predicate: str) -> None:
        super().__init__(f"claim {claim} needs '{predicate}', which does not hold")


def load(*files: Path) -> Phrases:
    """Read phrase files; a later file replaces the claims it names. Raises UnusableRequest with every mistake."""
    merged: dict[str, tuple[Phrase, ...]] = {}
    findings: list[Finding] = []
    for file in files:
        phrases = _read(str(file))
        findings += [finding for name, variants in phrases.items() for finding in mistakes(name, variants)]
        merged |= phrases
    if findings:
        raise UnusableRequest(tuple(findings))
    return merged


@cache
def _read(file: str) -> dict[str, tuple[Phrase, ...]]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    entries: dict[str, list[dict[str, Any]]] = yaml.load(Path(file).read_text(encoding="utf-8"), Loader=loader) or {}
    return {
        name: tuple(
            Phrase(tuple(entry.get("needs", ())), entry["say"], entry.get("lead", ""), Path(file).name)
            for entry in variants
        )
        for name, variants in entries.items()
    }


def mistakes(name: str, variants: Iterable[Phrase]) -> tuple[Finding, ...]:
    """Digits and unlicensed comparative words in the variants of one claim."""
    found = []
    for phrase in variants:
        text = HOLE.sub(" ", f"{phrase.lead} {phrase.say}")
        if re.search(r"\d", text):
            found.append(_mistake(name, phrase, "holds a digit; numbers are references", "Use a {hole} for it."))
        for word in _unlicensed(text, phrase.needs):
            hint = f"Add one of its predicates to needs: {', '.join(_licences(word))}."
            found.append(_mistake(name, phrase, f"says '{word}' without a predicate that makes it true", hint))
    return tuple(found)


def _mistake(name: str, phrase: Phrase, message: str, hint: str) -> Finding:
    return Finding("phrase", "error", f"phrase '{name}' {message}.", hint, Origin(phrase.origin), name, phrase.say)


def _licences(word: str) -> tuple[str, ...]:
    return tuple(kind for kind, words in LEXICON.items() if word in words)


def _unlicensed(text: str, needs: tuple[str, ...]) -> tuple[str, ...]:
    lowered = text.lower()
    for idiom in IDIOMS:
        lowered = lowered.replace(idiom, " ")
    words = [match.group() for match in WORD.finditer(lowered)]
    held = {kind for kind in LEXICON for need in needs if need == kind or need.startswith(f"{kind}_")}
    return tuple(word for word in words if _licences(word) and not held.intersection(_licences(word)))


def choose(
    claim: str, phrases: Phrases, holds: Mapping[str, bool], values: Mapping[str, Span | Spans | str]
) -> Phrase | None:
    """The first variant all of whose predicates hold and whose holes all have something to say."""
    for phrase in phrases.get(claim, ()):
        if all(holds.get(need, False) for need in phrase.needs) and _fillable(phrase, values):
            return phrase
    return None


def _fillable(phrase: Phrase, values: Mapping[str, Span | Spans | str]) -> bool:
    """A sentence with an empty hole, or a figure that is not available, says nothing true."""
    holes = HOLE.findall(f"{phrase.lead} {phrase.say}")
    return all(_said(values[hole]) for hole in holes if hole in values)


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

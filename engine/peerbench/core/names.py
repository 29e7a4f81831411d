"""Names short enough for a headline, a chart's label and a column's head."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

MOST: Final = 20  # letters; two such names and a number make a headline of two lines
FORMS: Final = frozenset(  # words that say how a company is incorporated, not which one it is
    (
        *(
            "ab",
            "ag",
            "as",
            "asa",
            "bv",
            "co",
            "company",
            "corp",
            "corporation",
            "gmbh",
            "group",
            "holding",
            "holdings",
        ),
        *(
            "inc",
            "incorporated",
            "international",
            "kgaa",
            "kk",
            "limited",
            "llc",
            "lp",
            "ltd",
            "nv",
            "oyj",
            "plc",
            "pte",
        ),
        *("pty", "sa", "sab", "saa", "se", "spa", "tbk", "the"),
    )
)


def short(name: str, most: int = MOST) -> str:
    """The name as it is up to `most` letters; else without legal forms at its end, else its first words and "…"."""
    if len(name) <= most:
        return name
    words = name.split()
    while len(words) > 1 and _plain(words[-1]) in FORMS:
        words.pop()
    if len(" ".join(words)) <= most:
        return " ".join(words).rstrip(",")
    while len(words) > 1 and len(" ".join(words)) > most - 1:
        words.pop()
    return f"{' '.join(words)[: most - 1].rstrip(' ,.&-')}…"


def _plain(word: str) -> str:
    return "".join(letter for letter in word.lower() if letter.isalnum())


def shortened(names: Mapping[str, str]) -> dict[str, str]:
    """Short names by key, of those that change. Two that would read the same are told apart by their keys."""
    made = {key: short(name) for key, name in names.items()}
    often = Counter(made.values())
    told = {key: f"{name[: MOST - 8].rstrip()}… ({key[:6]})" if often[name] > 1 else name for key, name in made.items()}
    return {key: name for key, name in told.items() if name != names[key]}

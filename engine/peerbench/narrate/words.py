"""Words for measures and counts in running English text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from peerbench.core.evidence import Evidence

NOUNS: Final = {
    "pe_ltm": "earnings",
    "pe_fy": "last year’s earnings",
    "pe_fy1": "forecast earnings",
    "ps_ltm": "sales",
    "pb": "book value",
    "ev_to_sales_ltm": "enterprise value to sales",
    "ev_to_ebit_ltm": "EBIT",
    "ev_to_ebitda_ltm": "EBITDA",
    "p_to_fcf_ltm": "free cash flow",
    "volatility_1y": "volatility",
    "max_drawdown_3y": "drawdown",
}
COUNTS: Final = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ORDINALS: Final = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
                   "nine": "ninth", "twelve": "twelfth"}  # fmt: skip


def noun(evidence: Evidence, metric: str) -> str:
    """What a multiple is measured on, for "on earnings, sales and book value"."""
    return NOUNS.get(metric) or evidence.definitions[metric].short


def count(number: int) -> str:
    """A count as a word: three, forty-two; from a hundred on in figures, which a phrase's hole may carry."""
    if not 0 <= number < 100:
        return f"{number:,}"
    tens, ones = divmod(number, 10)
    if number < len(COUNTS):
        return COUNTS[number]
    return TENS[tens] + (f"-{COUNTS[ones]}" if ones else "")


def every(number: int) -> str:
    """All of a few: both, all three."""
    return "both" if number == 2 else f"all {count(number)}"


def ordinal(rank: float | None) -> str:
    """second, twenty-first; empty for a tie or no rank."""
    if rank is None or rank != int(rank) or not 0 < rank < 100:
        return ""
    first, dash, last = count(int(rank)).rpartition("-")
    return first + dash + ORDINALS.get(last, f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")


def peers(evidence: Evidence) -> str:
    """How many peers, for a sentence that cannot name them all: fifteen peers."""
    n = len(evidence.peers)
    return f"{count(n)} peer{'s' if n != 1 else ''}"


def of_all(evidence: Evidence, companies: Sequence[str]) -> str:
    """How many of all companies: twelve of the sixteen companies."""
    return f"{count(len(companies))} of the {count(len(evidence.everyone))} companies"


def any_of(evidence: Evidence, companies: Sequence[str]) -> str:
    """Of how many a thing is wanted: twelve of the sixteen companies, any of the sixteen companies."""
    every = len(companies) == len(evidence.everyone)
    return f"any of the {count(len(companies))} companies" if every else of_all(evidence, companies)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def nouns(evidence: Evidence, metrics: Iterable[str]) -> list[str]:
    return [noun(evidence, metric) for metric in metrics]

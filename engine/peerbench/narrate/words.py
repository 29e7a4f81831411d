"""Words for measures and counts in running English text."""

from __future__ import annotations

from collections.abc import Iterable
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
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
ORDINALS: Final = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def noun(evidence: Evidence, metric: str) -> str:
    """What a multiple is measured on, for "on earnings, sales and book value"."""
    return NOUNS.get(metric) or evidence.definitions[metric].short


def count(number: int) -> str:
    """A small count as a word: three; from thirteen on in figures, which a phrase's hole may carry."""
    return COUNTS[number] if 0 <= number < len(COUNTS) else f"{number:,}"


def ordinal(rank: float | None) -> str:
    """second; empty for a tie or no rank."""
    if rank is None or rank != int(rank) or not 0 < rank < len(ORDINALS):
        return ""
    return ORDINALS[int(rank)]


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def nouns(evidence: Evidence, metrics: Iterable[str]) -> list[str]:
    return [noun(evidence, metric) for metric in metrics]

"""Peers by likeness: how far candidates stand from a subject in sector, size, growth and margins, and why.

A distance is the mean over the traits that both have; each trait is measured in spreads of the candidates, a gap of one
spread being one. A sector that differs counts as two spreads, as no measure of figures outweighs another business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10
from statistics import median
from typing import Final

OTHER_SECTOR: Final = 2.0
SIZE: Final = "size"
SECTOR: Final = "sector"
ENOUGH: Final = 2  # measured traits that a candidate must share with the subject
_LEAST: Final = {SIZE: 0.3, "growth": 0.05}  # spreads below these would call small gaps large
_LEAST_MARGIN: Final = 0.05


@dataclass(frozen=True, slots=True)
class Traits:
    """What a company is like: sector in words, size in one currency, others as fractions; a trait may be unknown."""

    company: str
    name: str
    sector: str
    measures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate with its distance, the part of each trait in spreads, and the traits themselves."""

    traits: Traits
    distance: float
    parts: Mapping[str, float]


def propose(
    subject: Traits,
    candidates: Sequence[Traits],
    *,
    count: int = 6,
    enough: int = ENOUGH,
    spreads: Mapping[str, float] | None = None,
) -> tuple[Proposal, ...]:
    """The nearest candidates, nearest first; names break ties, so that the order of the data means nothing.

    enough: measured traits that both must have; spreads: of the subject and all candidates, where they are known.
    """
    spreads = spreads_of([subject, *candidates]) if spreads is None else spreads
    found = [_proposal(subject, other, spreads, enough) for other in candidates if other.company != subject.company]
    known = [one for one in found if one is not None]
    return tuple(sorted(known, key=lambda one: (one.distance, one.traits.company))[:count])


def _proposal(subject: Traits, other: Traits, spreads: Mapping[str, float], enough: int) -> Proposal | None:
    shared = [trait for trait in subject.measures if trait in other.measures]
    if len(shared) < enough:
        return None
    parts = {
        trait: abs(_scaled(trait, subject.measures[trait]) - _scaled(trait, other.measures[trait])) / spreads[trait]
        for trait in shared
    }
    if subject.sector and other.sector:
        parts = {SECTOR: 0.0 if _plain(subject.sector) == _plain(other.sector) else OTHER_SECTOR, **parts}
    return Proposal(other, sum(parts.values()) / len(parts), parts)


def spreads_of(companies: Sequence[Traits]) -> dict[str, float]:
    """The median distance from the median of each trait, never less than a gap that means nothing."""
    spreads: dict[str, float] = {}
    for trait in dict.fromkeys(trait for company in companies for trait in company.measures):
        values = [_scaled(trait, company.measures[trait]) for company in companies if trait in company.measures]
        centre = median(values)
        spreads[trait] = max(median(abs(value - centre) for value in values), _LEAST.get(trait, _LEAST_MARGIN))
    return spreads


def _scaled(trait: str, value: float) -> float:
    """Sizes are compared by their order of magnitude."""
    return log10(max(value, 1.0)) if trait == SIZE else value


def _plain(sector: str) -> str:
    return " ".join(sector.casefold().split())

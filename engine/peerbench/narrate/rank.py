"""Rank: how much a finding is worth saying, as a weight from 0 to 1: its size, how surely it holds, its data.

Weights only order claims and choose among true ones; none is printed. The unit of size is the peers' own: how far they
lie from their median on average. Rules of the numbers: METHOD 25 (what few peers can bear), 31 (variants), 33 and 36
(what is old, or not alike).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import timedelta
from statistics import fmean, median
from typing import Final

from peerbench.core.evidence import Evidence, Quantity

OLD: Final = timedelta(days=185)  # METHOD 33
MARKED: Final = 0.5  # what is left of a figure that is old or bears a mark of comparability
USUAL: Final = 0.2  # a change of this size is an ordinary one where no peer's is known
FIRM: Final = 0.75  # the share of variants from which a finding is called firm, as for the headline's verb
STANDS: Final = 0.5  # and the share below which a gap is no point for or against a company


def side(value: float | None) -> int:
    """1 above zero, -1 below, 0 at zero or unknown."""
    return (value > 0) - (value < 0) if value is not None else 0


def size(distance: float, unit: float) -> float:
    """0 at the median, ½ at one unit from it, towards 1 far away; a distance from peers that are all alike is 1."""
    return abs(distance) / (abs(distance) + unit) if distance else 0.0


def spread(values: Sequence[float], middle: float) -> float:
    """How far the peers lie from their median on average. One that is far off makes a gap smaller, never larger."""
    return fmean(abs(value - middle) for value in values) if values else 0.0


def share(evidence: Evidence, metric: str) -> float:
    """k of m: in how much of its variants the gap to the peer median holds; 0 where there is none to test."""
    held, tried = evidence.held.get(metric, (0, 0))
    return held / tried if tried else 0.0


def verbs(evidence: Evidence, metric: str) -> dict[str, bool]:
    """Predicates on how surely the gap holds: firm in ¾ of its variants, stands in half of them, fails below ¾.

    All three are false without a test, as below three peers.
    """
    part, tested = share(evidence, metric), metric in evidence.held
    return {"firm": tested and part >= FIRM, "stands": tested and part >= STANDS, "fails": tested and part < FIRM}


def gap(evidence: Evidence, metric: str) -> float:
    """The weight of the subject's distance from the peer median; 0 without a median."""
    own, middle = evidence.money(evidence.subject, metric), evidence.median(metric)
    peers = [q for peer in evidence.peers if (q := evidence.money(peer, metric)).ok]
    if own.value is None or middle.value is None:
        return 0.0
    known = [q.value for q in peers if q.value is not None]
    counted = len(known) / len(evidence.peers)
    far = size(own.value - middle.value, spread(known, middle.value))
    return far * share(evidence, metric) * counted * sound(evidence, own, peers)


def change(evidence: Evidence, metric: str) -> float:
    """The weight of the subject's own change, a rate: measured by the size of its peers' changes."""
    own = evidence.value(evidence.subject, metric)
    peers = [q.value for peer in evidence.peers if (q := evidence.value(peer, metric)).value is not None]
    usual = median([abs(value) for value in peers if value is not None]) if peers else USUAL
    return size(own.value, usual) * sound(evidence, own, ()) if own.value is not None else 0.0


def sound(evidence: Evidence, own: Quantity, peers: Sequence[Quantity]) -> float:
    """1 for fresh figures that are alike; half where the subject's bears a mark, less by the share of marked peers."""
    marked = fmean(_marked(evidence, one) for one in peers) if peers else 0.0
    return (MARKED if _marked(evidence, own) else 1.0) * (1.0 - (1.0 - MARKED) * marked)


def _marked(evidence: Evidence, one: Quantity) -> bool:
    return bool(one.flags) or (one.end is not None and evidence.as_of - one.end > OLD)


def together(weights: Iterable[float]) -> float:
    """Several findings that say the same: worth more than the strongest alone, never more than 1."""
    return 1.0 - math.prod(1.0 - min(1.0, max(0.0, weight)) for weight in weights)

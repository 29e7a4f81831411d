"""What moved a figure between two issues: each cause its part, and the parts sum to the change.

A figure of the later issue differs from that of the earlier one by several causes at once. Every set of causes gives a
figure: those in the set as they are now, the others as they were. From these 2ⁿ figures each cause gets its Shapley
value, the mean of what it adds over all orders in which the causes may come: order-free, nothing left over, nothing to
a cause that changes nothing (Shapley 1953; decision 0014). Multiples are taken in logarithms, where a price and the
earnings under it do not multiply each other, and scaled to the change by the logarithmic mean (Ang 2004, LMDI-I).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from statistics import median
from typing import Final

from peerbench.compare.sizes import LEAST

Causes = frozenset[str]
Values = Mapping[Causes, float | None]  # a figure for every set of causes that are as they are now; None: undefined

NONE: Final[Causes] = frozenset()
SAME: Final = 1e-9  # relative: two computations of one figure
SMALL: Final = 1e-5  # a logarithm below which the mean is taken by its series

METHOD: Final = "method"  # formulas, and what the program itself does otherwise
PEERS: Final = "peer_median"  # the peers' own figures
PEER_SET: Final = "peer_set"  # who the peers are
NO_THEN: Final = "there was no figure then"
NO_NOW: Final = "there is no figure now"
NO_MEDIAN: Final = "the peers have no median"
BETWEEN: Final = "a step between the two has no meaning, so the change is not split"


@dataclass(frozen=True, slots=True)
class Change:
    """A figure then and now. parts: cause → its share, in the figure's own unit, summing to now − then.

    Without parts, reason says why the change is not split.
    """

    then: float | None
    now: float | None
    parts: Mapping[str, float]
    reason: str = ""

    @property
    def change(self) -> float | None:
        return None if self.then is None or self.now is None else self.now - self.then


def subsets(causes: Iterable[str]) -> tuple[Causes, ...]:
    """Every set of the causes, the empty one first and all of them last.

    >>> [sorted(each) for each in subsets(("fx", "price"))]
    [[], ['fx'], ['price'], ['fx', 'price']]
    """
    known = sorted(set(causes))
    return tuple(frozenset(each) for size in range(len(known) + 1) for each in combinations(known, size))


def shapley(values: Mapping[Causes, float], causes: Sequence[str]) -> dict[str, float]:
    """Each cause's part of values[all] − values[none]: its marginal effect, averaged over all orders."""
    count = len(causes)
    found = {}
    for cause in causes:
        others = [other for other in causes if other != cause]
        terms = (
            _weight(len(before), count) * (values[before | {cause}] - values[before]) for before in subsets(others)
        )
        found[cause] = math.fsum(terms)
    return found


@cache
def _weight(before: int, count: int) -> float:
    """How often, of all orders of `count` causes, exactly these `before` come first."""
    return math.factorial(before) * math.factorial(count - before - 1) / math.factorial(count)


def log_mean(one: float, other: float) -> float:
    """(b − a) / ln(b / a), and a where both are a: what turns a difference of logarithms into one of values."""
    step = math.log(other / one)
    if abs(step) < SMALL:
        return math.sqrt(one * other) * (1 + step * step / 24)
    return (other - one) / step


# ---- one figure ------------------------------------------------------------------------------------------------------


Printed = tuple[float | None, float | None]  # a figure as the two issues state it


def split(values: Values, causes: Sequence[str], *, multiplicative: bool, printed: Printed | None = None) -> Change:
    """The change of a figure by cause. A figure above zero throughout may be multiplicative; else it is additive.

    printed: the figures as the issues state them. Where today's rules make another figure of an issue's data than the
    issue printed, the difference is the METHOD's part.
    """
    then, now = printed or (values[NONE], values[frozenset(causes)])
    if then is None or now is None:
        return Change(then, now, {}, NO_THEN if then is None else NO_NOW)
    logarithmic = multiplicative and min(then, now, *(value for value in values.values() if value is not None)) > 0
    parts = _parts(values, causes, then, now, logarithmic=logarithmic)
    if parts is None:
        return Change(then, now, {}, BETWEEN)
    scale = log_mean(then, now) if logarithmic else 1.0
    return Change(then, now, {cause: part * scale + 0.0 for cause, part in parts.items()})


def _parts(
    values: Values, causes: Sequence[str], then: float, now: float, *, logarithmic: bool
) -> dict[str, float] | None:
    """Each cause's part of now − then, or of ln(now / then); None where a step between has no value or logarithm."""
    size = math.log if logarithmic else float
    first, last = values[NONE], values[frozenset(causes)]
    if first is None or last is None:  # the data do not bear its figure under today's rules
        return {METHOD: size(now) - size(then)}
    usable = (pair for pair in values.items() if pair[1] is not None and (pair[1] > 0 or not logarithmic))
    known = {each: size(value) for each, value in usable if value is not None}
    if len(known) < len(values):
        return None
    parts = shapley(known, causes)
    if not (math.isclose(first, then, rel_tol=SAME) and math.isclose(last, now, rel_tol=SAME)):
        beside = size(first) - size(then) + size(now) - size(last)
        parts[METHOD] = parts.get(METHOD, 0.0) + beside
    return parts


# ---- against the peers -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Medians:
    """The peers' median then and now; shared_then and shared_now are those of the peers that both issues have."""

    then: float
    now: float
    shared_then: float | None = None
    shared_now: float | None = None

    def by_cause(self, *, logarithmic: bool) -> tuple[float, float]:
        """What the figures of the shared peers add to the change, and the choice of peers; in logarithms where asked.

        With no peer in common all is the choice.
        """
        size = math.log if logarithmic else float
        whole = size(self.now) - size(self.then)
        if self.shared_then is None or self.shared_now is None:
            return 0.0, whole
        figures = size(self.shared_now) - size(self.shared_then)
        return figures, whole - figures


def medians(
    then: Mapping[str, float | None], now: Mapping[str, float | None], *, old: Sequence[str], new: Sequence[str]
) -> Medians | None:
    """The medians of the earlier and the later peers, from their figures by company; None where one is withheld."""
    first, last = _median(then, old, least=LEAST["median"]), _median(now, new, least=LEAST["median"])
    if first is None or last is None:
        return None
    shared = [peer for peer in new if peer in old]
    if len(shared) == len(old) == len(new):
        return Medians(first, last, first, last)
    return Medians(first, last, _median(then, shared), _median(now, shared))


def _median(values: Mapping[str, float | None], peers: Sequence[str], *, least: int = 1) -> float | None:
    known = [value for peer in peers if (value := values.get(peer)) is not None]
    return median(known) if len(known) >= least else None


def premium(values: Values, causes: Sequence[str], peers: Medians | None, *, printed: Printed | None = None) -> Change:
    """The premium to the peers' median (value ÷ median − 1): the own figure's causes, peers' figures, choice of peers.

    Parts are log shares scaled to the change, as fractions of the median (0.01 is one percentage point).
    """
    first, last = printed or (values[NONE], values[frozenset(causes)])
    if peers is None or first is None or last is None or min(peers.then, peers.now, first, last) <= 0:
        ends = (_against(first, peers.then if peers else None), _against(last, peers.now if peers else None))
        return Change(*ends, {}, _why(*ends))
    then, now = first / peers.then, last / peers.now
    parts = _parts(values, causes, first, last, logarithmic=True)
    if parts is None or any(each is not None and each <= 0 for each in (peers.shared_then, peers.shared_now)):
        return Change(then - 1, now - 1, {}, BETWEEN)
    figures, chosen = peers.by_cause(logarithmic=True)
    parts = {**parts, PEERS: -figures, PEER_SET: -chosen}
    scale = log_mean(then, now)
    return Change(then - 1, now - 1, {cause: part * scale + 0.0 for cause, part in parts.items()})


def gap(values: Values, causes: Sequence[str], peers: Medians | None, *, printed: Printed | None = None) -> Change:
    """The distance to the peers' median (value − median) by cause, in the unit of the figure."""
    own = split(values, causes, multiplicative=False, printed=printed)
    then = None if own.then is None or peers is None else own.then - peers.then
    now = None if own.now is None or peers is None else own.now - peers.now
    if peers is None or own.reason:
        return Change(then, now, {}, own.reason or NO_MEDIAN)
    figures, chosen = peers.by_cause(logarithmic=False)
    return Change(then, now, {**own.parts, PEERS: -figures, PEER_SET: -chosen})


def _against(value: float | None, middle: float | None) -> float | None:
    return None if value is None or value < 0 or middle is None or middle <= 0 else value / middle - 1


def _why(then: float | None, now: float | None) -> str:
    return NO_THEN if then is None else NO_NOW if now is None else BETWEEN

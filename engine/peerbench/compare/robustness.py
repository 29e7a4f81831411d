"""Robustness: the headline comparison again, under one change at a time (METHOD 31)."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import polars as pl

from peerbench.compare.sizes import withheld
from peerbench.core.metric import MetricDefinition

Statistic = Literal["median", "mean", "harmonic", "aggregate"]

INSIDE: Final = 0.05  # a gap inside ±5 % is no gap
INSIDE_POINTS: Final = 0.01  # nor is one inside a percentage point, where rates are compared by their difference
LEAST_IN_A_TEST: Final = 2  # a variant may rest on two peers: it is a test, not a printed statistic
_WORDS: Final[dict[str, str]] = {"mean": "arithmetic mean", "harmonic": "harmonic mean", "aggregate": "aggregate"}


@dataclass(frozen=True, slots=True)
class Variant:
    """One recomputation. premium is value / peer − 1, or value − peer where the metric compares by gap."""

    name: str  # "P/E, without Amazon"
    metric: str
    without: str  # the peer left out, "" when none is
    statistic: Statistic
    value: float  # the subject's own
    peer_value: float
    premium: float
    holds: bool
    peers: tuple[str, ...]  # whose values it rests on
    references: bool = False  # reference peers counted too


@dataclass(frozen=True, slots=True)
class Robustness:
    """The finding holds in k of m variants. pivotal: the one core peer without whom it fails, if exactly one."""

    metric: str
    threshold: float
    variants: tuple[Variant, ...]
    pivotal: str | None
    reason: str | None = None  # why there is no test at all

    @property
    def k(self) -> int:
        return sum(variant.holds for variant in self.variants)

    @property
    def m(self) -> int:
        return len(self.variants)


@dataclass(frozen=True, slots=True)
class _Table:
    """The ok values of a study by metric and company, with what is needed to name and weigh them."""

    values: Mapping[tuple[str, str], float]
    subject: str
    core: tuple[str, ...]
    reference: tuple[str, ...]
    definitions: Mapping[str, MetricDefinition]
    names: Mapping[str, str]
    threshold: float

    def own(self, metric: str) -> float | None:
        return self.values.get((metric, self.subject))

    def peers(self, metric: str, *, without: str = "", references: bool = False) -> dict[str, float]:
        asked = (*self.core, *(self.reference if references else ()))
        found = {company: self.values.get((metric, company)) for company in asked if company != without}
        return {company: value for company, value in found.items() if value is not None}


def robustness(
    metrics: pl.DataFrame,
    *,
    headline: str,
    subject: str,
    roles: Mapping[str, str],
    definitions: Mapping[str, MetricDefinition],
    numerator: str | None = None,
    denominator: str | None = None,
    siblings: Sequence[str] = (),
    others: Sequence[str] = (),
    others_without_pivotal: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    threshold: float = INSIDE,
) -> Robustness:
    """Recompute the headline's gap: without each core peer, by other means, on siblings and on other multiples.

    numerator and denominator are money metrics of the headline's own parts (market_cap, net income): the aggregate
    is Σ numerator / Σ denominator over the core peers that have both. With a numerator alone the aggregate is taken
    over the peers whose multiple is ok: Σ numerator / Σ (numerator / multiple). siblings are the same multiple on
    another period (pe_fy), others further multiples, others_without_pivotal those to be tried without the pivotal
    peer too. A variant that cannot be computed is left out of m; below three core peers there is no test.
    """
    table = _table(metrics, subject, roles, definitions, names or {}, threshold)
    main = _variant(table, headline)
    reason = withheld(len(table.peers(headline)), "median") if main is not None else _no_headline(table, headline)
    if main is None or reason:
        return Robustness(headline, threshold, (), None, reason)
    left_out = [_variant(table, headline, main, without=peer) for peer in table.peers(headline)]
    pivotal = _pivotal(main, left_out)
    variants = [
        main,
        *left_out,
        *(_variant(table, headline, main, statistic=statistic) for statistic in ("mean", "harmonic")),
        _aggregate(table, headline, main, numerator, denominator),
        *(_variant(table, metric, main) for metric in siblings),
        _variant(table, headline, main, references=True) if table.reference else None,
        *(_variant(table, metric, main) for metric in others),
        *(_variant(table, metric, main, without=pivotal) for metric in others_without_pivotal if pivotal),
    ]
    return Robustness(headline, threshold, tuple(each for each in variants if each is not None), pivotal)


def held(
    metrics: pl.DataFrame, *, subject: str, roles: Mapping[str, str], definitions: Mapping[str, MetricDefinition]
) -> dict[str, tuple[int, int]]:
    """metric → (k, m): in how many variants the subject's gap to the peer median keeps its side and its size.

    The variants are the median, the median without each core peer, other means, and with reference peers. Measures
    without a median of at least three core peers, or without a value of the subject, are not tested and left out.
    """
    table = _table(metrics, subject, roles, definitions, {}, INSIDE)
    found = {}
    for metric in dict.fromkeys(metric for metric, _ in table.values):
        points = metric in definitions and definitions[metric].compare != "premium"
        own = replace(table, threshold=INSIDE_POINTS) if points else table
        variants = _simple(own, metric) if metric in definitions else []
        if variants:
            found[metric] = (sum(variant.holds for variant in variants), len(variants))
    return found


def _simple(table: _Table, metric: str) -> list[Variant]:
    """The variants that any measure has; none where its median is withheld."""
    peers = table.peers(metric)
    main = _variant(table, metric) if withheld(len(peers), "median") is None else None
    if main is None:
        return []
    means: tuple[Statistic, ...] = ("mean", "harmonic") if table.definitions[metric].compare == "premium" else ("mean",)
    tried = [
        *(_variant(table, metric, main, without=peer) for peer in peers),
        *(_variant(table, metric, main, statistic=mean) for mean in means),
        _variant(table, metric, main, references=True) if table.reference else None,
    ]
    return [main, *(variant for variant in tried if variant is not None)]


def _table(
    metrics: pl.DataFrame,
    subject: str,
    roles: Mapping[str, str],
    definitions: Mapping[str, MetricDefinition],
    names: Mapping[str, str],
    threshold: float,
) -> _Table:
    if metrics["as_of"].n_unique() > 1:
        raise ValueError("robustness is tested on one as-of date")
    ok = metrics.filter((pl.col("status") == "ok") & pl.col("value").is_not_null())
    values = {(metric, company): value for metric, company, value in ok.select("metric", "company", "value").rows()}
    by_role = {role: tuple(c for c, r in roles.items() if r == role) for role in ("core", "reference")}
    return _Table(values, subject, by_role["core"], by_role["reference"], definitions, names, threshold)


def _no_headline(table: _Table, headline: str) -> str:
    if table.own(headline) is None:
        return f"{table.names.get(table.subject, table.subject)} has no value of {headline} to compare"
    few = withheld(len(table.peers(headline)), "median")
    return few or f"the peer median of {headline} is not above zero"


def _pivotal(main: Variant, left_out: Sequence[Variant | None]) -> str | None:
    broken = [variant.without for variant in left_out if variant is not None and not variant.holds]
    return broken[0] if main.holds and len(broken) == 1 else None


def _variant(
    table: _Table,
    metric: str,
    main: Variant | None = None,
    *,
    without: str = "",
    statistic: Statistic = "median",
    references: bool = False,
) -> Variant | None:
    """One change of the comparison, or None where it cannot be computed or changes nothing."""
    peers = table.peers(metric, without=without, references=references)
    own = table.own(metric)
    if own is None or len(peers) < LEAST_IN_A_TEST:
        return None
    if references and not set(peers) & set(table.reference):
        return None
    peer_value = _STATISTICS[statistic](tuple(peers.values()))
    return _judged(table, metric, main, statistic, own, peer_value, tuple(peers), without, references)


def _aggregate(
    table: _Table, metric: str, main: Variant, numerator: str | None, denominator: str | None
) -> Variant | None:
    """Σ numerator / Σ denominator over the core peers: a harmonic mean weighted by size (METHOD 23)."""
    own = table.own(metric)
    if own is None or numerator is None:
        return None
    tops = table.peers(numerator)
    bottoms = (
        table.peers(denominator)
        if denominator
        else {c: tops[c] / multiple for c, multiple in table.peers(metric).items() if c in tops and multiple > 0}
    )
    peers = tuple(company for company in tops if company in bottoms)
    total = sum(bottoms[company] for company in peers)
    if len(peers) < LEAST_IN_A_TEST or total <= 0:
        return None
    return _judged(table, metric, main, "aggregate", own, sum(tops[c] for c in peers) / total, peers, "", False)


def _judged(
    table: _Table,
    metric: str,
    main: Variant | None,
    statistic: Statistic,
    own: float,
    peer_value: float | None,
    peers: tuple[str, ...],
    without: str,
    references: bool,
) -> Variant | None:
    by_premium = table.definitions[metric].compare == "premium"
    if peer_value is None or (by_premium and peer_value <= 0):
        return None
    premium = own / peer_value - 1 if by_premium else own - peer_value
    same_sign = main is None or premium * main.premium > 0
    holds = abs(premium) >= table.threshold and same_sign
    name = _name(table, metric, statistic, len(peers), without, references)
    return Variant(name, metric, without, statistic, own, peer_value, premium, holds, peers, references)


def _name(table: _Table, metric: str, statistic: Statistic, n: int, without: str, references: bool) -> str:
    definition = table.definitions[metric]
    label = f"{definition.short.removesuffix(', FY')}, fiscal year" if definition.period == "fy" else definition.short
    if without:
        return f"{label}, without {table.names.get(without, without)}"
    if references:
        return f"{label}, with reference peers"
    return f"{label}, {_WORDS[statistic]}" if statistic in _WORDS else f"{label}, median of {n}"


def _harmonic(values: Sequence[float]) -> float | None:
    return statistics.harmonic_mean(values) if min(values) > 0 else None


_STATISTICS: Final[dict[str, Callable[[Sequence[float]], float | None]]] = {
    "median": statistics.median,
    "mean": statistics.fmean,
    "harmonic": _harmonic,
}

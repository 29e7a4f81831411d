"""Scorecard: average ranks over chosen metrics, and whether the winner survives without any one of them (METHOD 30)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from peerbench.core.metric import MetricDefinition


@dataclass(frozen=True, slots=True)
class Score:
    """One company's weighted mean rank over the metrics in which it was ranked; 1 is best."""

    company: str
    score: float | None  # None when it was ranked in no metric
    ranked_in: int
    ranks: tuple[tuple[str, float | None], ...]  # metric, rank (None: not ranked there)

    @property
    def mostly_ranked(self) -> bool:
        """Ranked in more than half of the metrics: one good rank among blanks cannot win."""
        return 2 * self.ranked_in > len(self.ranks)


@dataclass(frozen=True, slots=True)
class Retest:
    """Who wins when one metric is dropped."""

    dropped: str
    winners: tuple[str, ...]
    holds: bool  # the same winners as with every metric


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Best score first. winners holds more than one company only in a tie; retests drop one metric at a time."""

    metrics: tuple[str, ...]
    scores: tuple[Score, ...]
    winners: tuple[str, ...]
    retests: tuple[Retest, ...]
    unscored: tuple[tuple[str, str], ...]  # metric, why it could not be scored

    @property
    def k(self) -> int:
        return sum(retest.holds for retest in self.retests)

    @property
    def m(self) -> int:
        return len(self.retests)


def scorecard(
    comparison: pl.DataFrame,
    *,
    metrics: Sequence[str],
    definitions: Mapping[str, MetricDefinition],
    weights: Mapping[str, float] | None = None,
) -> Scorecard:
    """Average the ranks of COMPARISON, subject and core peers together.

    Weights are equal unless given; a metric without a direction has no best and is not scored. A company without a
    rank in a metric is judged on the others, and wins only if ranked in more than half of them. Raises ValueError
    for a weight that is not above zero.
    """
    _refuse_weights(weights or {})
    ranks = _ranks(comparison)
    unscored = tuple((metric, why) for metric in metrics if (why := _unscored(metric, ranks, definitions)))
    scored = tuple(metric for metric in metrics if metric not in dict(unscored))
    weighed = {metric: (weights or {}).get(metric, 1.0) for metric in scored}
    companies = tuple(dict.fromkeys(comparison.filter(pl.col("role") != "reference")["company"]))
    scores = tuple(_score(company, weighed, ranks) for company in companies)
    winners = _winners(scores)
    return Scorecard(scored, _best_first(scores), winners, _retests(companies, weighed, ranks, winners), unscored)


def _refuse_weights(weights: Mapping[str, float]) -> None:
    for metric, weight in weights.items():
        if not (weight > 0 and math.isfinite(weight)):
            raise ValueError(f"the weight of '{metric}' is {weight}; a weight is a number above zero")


def _ranks(comparison: pl.DataFrame) -> dict[tuple[str, str], float]:
    ranked = comparison.filter(pl.col("rank").is_not_null()).select("metric", "company", "rank")
    return {(metric, company): rank for metric, company, rank in ranked.iter_rows()}


def _unscored(
    metric: str, ranks: Mapping[tuple[str, str], float], definitions: Mapping[str, MetricDefinition]
) -> str | None:
    if metric not in definitions:
        return "not defined"
    if definitions[metric].better == "neither":
        return "neither more nor less of it is better"
    return None if any(metric == ranked for ranked, _ in ranks) else "too few values to rank"


def _score(company: str, weights: Mapping[str, float], ranks: Mapping[tuple[str, str], float]) -> Score:
    own = tuple((metric, ranks.get((metric, company))) for metric in weights)
    counted = [(weights[metric], rank) for metric, rank in own if rank is not None]
    total = math.fsum(weight for weight, _ in counted)
    score = math.fsum(weight * rank for weight, rank in counted) / total if counted else None
    return Score(company, score, len(counted), own)


def _best_first(scores: Sequence[Score]) -> tuple[Score, ...]:
    return tuple(sorted(scores, key=lambda each: (each.score is None, each.score or 0.0)))


def _winners(scores: Sequence[Score]) -> tuple[str, ...]:
    known = {each.company: each.score for each in scores if each.score is not None and each.mostly_ranked}
    best = min(known.values(), default=0.0)
    return tuple(company for company, score in known.items() if math.isclose(score, best))


def _retests(
    companies: Sequence[str],
    weights: Mapping[str, float],
    ranks: Mapping[tuple[str, str], float],
    winners: tuple[str, ...],
) -> tuple[Retest, ...]:
    if len(weights) < 2:
        return ()
    found = []
    for dropped in weights:
        rest = {metric: weight for metric, weight in weights.items() if metric != dropped}
        now = _winners([_score(company, rest, ranks) for company in companies])
        found.append(Retest(dropped, now, now == winners))
    return tuple(found)

"""Average ranks by hand, ties, gaps and the winner without each metric."""

from __future__ import annotations

import polars as pl
import pytest

from peerbench.compare.scorecard import Scorecard, scorecard
from peerbench.core import frames
from peerbench.core.metric import MetricDefinition


def define(metric: str, better: str = "lower") -> MetricDefinition:
    return MetricDefinition(metric, metric, metric, "valuation", "", "times", better, "", "", "ltm")  # type: ignore[arg-type]


DEFINITIONS = {name: define(name) for name in ("pe", "pb", "growth")} | {"cap": define("cap", "neither")}
RANKS: dict[str, dict[str, float | None]] = {
    "pe": {"a": 2, "b": 1, "c": 3},
    "pb": {"a": 1.5, "b": 3, "c": 1.5},
    "growth": {"a": 2, "b": 1, "c": None},
}


def card(ranks: dict[str, dict[str, float | None]] = RANKS, **options: object) -> Scorecard:
    rows = [
        {"metric": metric, "company": company, "rank": rank, "role": "subject" if company == "a" else "core"}
        for metric, by_company in ranks.items()
        for company, rank in by_company.items()
    ]
    given = {"metrics": tuple(ranks), "definitions": DEFINITIONS} | options
    return scorecard(pl.DataFrame(rows, schema=frames.COMPARISON), **given)  # type: ignore[arg-type]


def test_scores_are_mean_ranks_over_the_metrics_a_company_was_ranked_in() -> None:
    scores = {each.company: (each.score, each.ranked_in) for each in card().scores}
    assert scores == {"b": (5 / 3, 3), "a": (5.5 / 3, 3), "c": (2.25, 2)}
    assert [each.company for each in card().scores] == ["b", "a", "c"]


def test_the_winner_is_tested_without_each_metric() -> None:
    found = card()
    assert found.winners == ("b",)
    # without pe: a 1.75, b 2, c 1.5 but ranked in one of two; without pb: b 1; without growth: a 1.75, b 2, c 2.25
    assert [(each.dropped, each.winners) for each in found.retests] == [
        ("pe", ("a",)),
        ("pb", ("b",)),
        ("growth", ("a",)),
    ]
    assert (found.k, found.m) == (1, 3)


def test_weights_are_equal_unless_given() -> None:
    weighted = card(weights={"pb": 4.0})
    assert {each.company: each.score for each in weighted.scores}["a"] == pytest.approx((2 + 4 * 1.5 + 2) / 6)
    assert weighted.winners == ("a",)
    assert card(weights={"pe": 2.0, "pb": 2.0, "growth": 2.0}).winners == card().winners
    with pytest.raises(ValueError, match="weight of 'pe' is 0"):
        card(weights={"pe": 0})


def test_a_tie_has_two_winners() -> None:
    assert card({"pe": {"a": 1, "b": 2}, "pb": {"a": 2, "b": 1}}).winners == ("a", "b")


def test_one_good_rank_among_blanks_does_not_win() -> None:
    ranks: dict[str, dict[str, float | None]] = {
        "pe": {"a": 2, "b": 1},
        "pb": {"a": 1, "b": None},
        "growth": {"a": 1, "b": None},
    }
    assert card(ranks).winners == ("a",)


def test_a_metric_without_direction_or_ranks_is_not_scored_and_says_so() -> None:
    found = card({"pe": {"a": 1, "b": 2}, "cap": {"a": 1, "b": 2}, "pb": {"a": None, "b": None}})
    assert found.metrics == ("pe",)
    assert found.unscored == (
        ("cap", "neither more nor less of it is better"),
        ("pb", "too few values to rank"),
    )
    assert found.retests == ()


def test_nobody_wins_an_empty_card() -> None:
    assert card({"pe": {"a": None, "b": None}}).winners == ()

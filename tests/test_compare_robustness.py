"""The headline comparison under every variant, against the arithmetic of a published page."""

from __future__ import annotations

import statistics
from datetime import date
from typing import Any

import polars as pl
import pytest

from peerbench.compare.robustness import Robustness, robustness
from peerbench.core import frames
from peerbench.core.metric import MetricDefinition

NAMES = {"alibaba": "Alibaba", "tencent": "Tencent", "amazon": "Amazon", "baidu": "Baidu", "meta": "Meta"}
ROLES = {"alibaba": "subject", "tencent": "core", "amazon": "core", "baidu": "core"}
PE = {"alibaba": 18.06, "tencent": 25.84, "amazon": 33.33, "baidu": 11.02}
EV_EBIT = {"alibaba": 18.40, "tencent": 24.70, "amazon": 31.43, "baidu": 16.90}
PE_FY = {"alibaba": 20.0, "tencent": 27.0, "amazon": 36.0, "baidu": 12.0}
CAP = {"alibaba": 377e9, "tencent": 756e9, "amazon": 2354e9, "baidu": 43e9}


def define(metric: str, short: str, **changes: Any) -> MetricDefinition:
    base = MetricDefinition(metric, short, short, "valuation", "", "times", "lower", "", "", "ltm")
    return MetricDefinition(**({name: getattr(base, name) for name in base.__slots__} | changes))


DEFINITIONS = {
    "pe_ltm": define("pe_ltm", "P/E"),
    "pe_fy": define("pe_fy", "P/E", period="fy"),
    "ev_to_ebit_ltm": define("ev_to_ebit_ltm", "EV/EBIT"),
    "market_cap": define("market_cap", "Value", unit="money"),
    "income": define("income", "Income", unit="money"),
    "margin": define("margin", "Margin", unit="fraction", compare="gap"),
}


def frame(**metrics: dict[str, float | None]) -> pl.DataFrame:
    rows = [
        {
            "company": company,
            "as_of": date(2025, 9, 23),
            "metric": metric,
            "value": value,
            "status": "missing" if value is None else "ok",
        }
        for metric, values in metrics.items()
        for company, value in values.items()
    ]
    return pl.DataFrame(rows, schema=frames.METRICS)


def outcome(metrics: pl.DataFrame, *, headline: str = "pe_ltm", **options: Any) -> Robustness:
    given = {"roles": ROLES, "names": NAMES} | options
    return robustness(metrics, headline=headline, subject="alibaba", definitions=DEFINITIONS, **given)


def premiums(result: Robustness) -> dict[str, int]:
    return {variant.name: round(100 * variant.premium) for variant in result.variants}


def test_the_discount_hangs_on_amazon() -> None:
    result = outcome(
        frame(pe_ltm=PE, pe_fy=PE_FY, ev_to_ebit_ltm=EV_EBIT, market_cap=CAP),
        numerator="market_cap",
        siblings=["pe_fy"],
        others=["ev_to_ebit_ltm"],
        others_without_pivotal=["ev_to_ebit_ltm"],
    )
    # By hand: 18.06/25.84, 18.06/((33.33+11.02)/2), 18.06/((25.84+11.02)/2), 18.06/((25.84+33.33)/2), 18.06/23.397,
    # and 18.06/18.815; the aggregate is 3153 over 756/25.84 + 2354/33.33 + 43/11.02; then 20/27 and 18.4/24.7
    assert premiums(result) == {
        "P/E, median of 3": -30,
        "P/E, without Tencent": -19,
        "P/E, without Amazon": -2,
        "P/E, without Baidu": -39,
        "P/E, arithmetic mean": -23,
        "P/E, harmonic mean": -4,
        "P/E, aggregate": -41,
        "P/E, fiscal year, median of 3": -26,
        "EV/EBIT, median of 3": -26,
        "EV/EBIT, without Amazon": -12,
    }
    assert [variant.name for variant in result.variants if not variant.holds] == [
        "P/E, without Amazon",
        "P/E, harmonic mean",
    ]
    assert (result.k, result.m, result.pivotal, result.reason) == (8, 10, "amazon", None)


def test_the_aggregate_counts_the_loss_makers_when_their_earnings_are_given() -> None:
    income = {"tencent": 30e9, "amazon": 70e9, "baidu": -4e9}
    result = outcome(frame(pe_ltm=PE, market_cap=CAP, income=income), numerator="market_cap", denominator="income")
    found = next(variant for variant in result.variants if variant.statistic == "aggregate")
    assert found.peer_value == pytest.approx((756 + 2354 + 43) / (30 + 70 - 4))
    assert found.peers == ("tencent", "amazon", "baidu")


def test_the_harmonic_variant_is_that_of_the_standard_library() -> None:
    found = next(v for v in outcome(frame(pe_ltm=PE)).variants if v.statistic == "harmonic")
    assert found.peer_value == pytest.approx(statistics.harmonic_mean([25.84, 33.33, 11.02]))


def test_a_finding_of_the_other_sign_does_not_hold() -> None:
    result = outcome(frame(pe_ltm=PE | {"alibaba": 20.0}))  # −23 %, without Amazon 20/18.43: +9 %
    without = next(variant for variant in result.variants if variant.without == "amazon")
    assert without.premium > 0.05
    assert not without.holds
    assert result.pivotal == "amazon"


def test_no_peer_is_pivotal_when_several_break_the_finding_or_there_is_none() -> None:
    fragile = {"alibaba": 19.0, "tencent": 20.2, "amazon": 21.0, "baidu": 17.0}  # −5.9 %; two removals break it
    result = outcome(frame(pe_ltm=fragile))
    assert sum(bool(v.without) and not v.holds for v in result.variants) > 1
    assert result.pivotal is None
    level = outcome(frame(pe_ltm=dict.fromkeys(PE, 20.0)))
    assert (level.k, level.pivotal) == (0, None)


def test_the_threshold_is_the_callers() -> None:
    assert outcome(frame(pe_ltm=PE), threshold=0.01).k == outcome(frame(pe_ltm=PE)).m
    assert outcome(frame(pe_ltm=PE), threshold=0.35).k == 1


def test_reference_peers_enter_one_variant_and_no_other() -> None:
    roles = ROLES | {"meta": "reference"}
    result = outcome(frame(pe_ltm=PE | {"meta": 27.0}), roles=roles)
    with_them = [variant for variant in result.variants if variant.references]
    assert [variant.name for variant in with_them] == ["P/E, with reference peers"]
    assert with_them[0].peer_value == (25.84 + 27.0) / 2
    assert all("meta" not in variant.peers for variant in result.variants if not variant.references)
    assert not any(v.references for v in outcome(frame(pe_ltm=PE | {"meta": None}), roles=roles).variants)


def test_what_cannot_be_computed_is_not_counted() -> None:
    bare = outcome(frame(pe_ltm=PE), numerator="market_cap", siblings=["pe_fy"], others=["ev_to_ebit_ltm"])
    assert bare.m == 6  # median, three without one, two means


def test_below_three_peers_or_without_the_subject_there_is_no_test() -> None:
    few = outcome(frame(pe_ltm=PE | {"baidu": None}))
    assert (few.m, few.reason) == (0, "2 peers have a value; a median needs at least 3")
    blank = outcome(frame(pe_ltm=PE | {"alibaba": None}))
    assert (blank.m, blank.reason) == (0, "Alibaba has no value of pe_ltm to compare")
    one = outcome(frame(pe_ltm={"alibaba": 18.0, "tencent": 25.0}))
    assert one.reason == "one peer has a value; a median needs at least 3"
    below = outcome(frame(pe_ltm={"alibaba": 1.0, "tencent": -1.0, "amazon": -2.0, "baidu": 3.0}))
    assert below.reason == "the peer median of pe_ltm is not above zero"


def test_a_metric_compared_by_gap_is_tested_by_gap() -> None:
    margin = {"alibaba": 0.14, "tencent": 0.31, "amazon": 0.11, "baidu": 0.13}
    result = outcome(frame(margin=margin), headline="margin", threshold=0.01)
    assert result.variants[0].premium == pytest.approx(0.01)


def test_two_days_at_once_are_refused() -> None:
    both = pl.concat([frame(pe_ltm=PE), frame(pe_ltm=PE).with_columns(as_of=date(2025, 6, 30))])
    with pytest.raises(ValueError, match="one as-of date"):
        outcome(both)

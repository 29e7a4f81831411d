"""Peer statistics against numpy, the standard library and hand arithmetic."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerbench.compare.statistics import compare
from peerbench.core import frames
from peerbench.core.metric import MetricDefinition

AS_OF = date(2025, 9, 23)


def definition(metric: str = "pe_ltm", **changes: Any) -> MetricDefinition:
    given_: dict[str, Any] = {
        "id": metric,
        "label": metric,
        "short": metric,
        "group": "valuation",
        "formula": "",
        "unit": "times",
        "better": "lower",
        "definition": "",
        "source": "",
        "period": "ltm",
    }
    return MetricDefinition(**(given_ | changes))


def row(company: str, value: float | None, metric: str = "pe_ltm", **changes: Any) -> dict[str, Any]:
    given_ = {
        "company": company,
        "as_of": AS_OF,
        "metric": metric,
        "period": "ltm",
        "period_end": date(2025, 6, 30),
        "value": value,
        "raw": value,
        "unit": "times",
        "status": "missing" if value is None else "ok",
        "flags": [],
    }
    return given_ | changes


def compared(
    rows: Sequence[Mapping[str, Any]],
    *,
    reference: Sequence[str] = (),
    definitions: Sequence[MetricDefinition] = (definition(),),
) -> dict[str, dict[str, Any]]:
    """The comparison of `rows` by company; the first company is the subject."""
    companies = list(dict.fromkeys(str(row["company"]) for row in rows))
    roles = {company: "reference" if company in reference else "core" for company in companies}
    roles[companies[0]] = "subject"
    frame = compare(
        pl.DataFrame(rows, schema=frames.METRICS),
        subject=companies[0],
        roles=roles,
        definitions={each.id: each for each in definitions},
    )
    assert frame.schema == frames.COMPARISON
    return {str(line["company"]): line for line in frame.to_dicts()}


def peers(*values: float | None, subject: float | None = 18.0, **changes: Any) -> list[dict[str, Any]]:
    return [
        row("subject", subject, **changes),
        *(row(f"peer{i}", value, **changes) for i, value in enumerate(values)),
    ]


HEADLINE = [row("alibaba", 18.06), row("tencent", 25.84), row("amazon", 33.33), row("baidu", 11.02)]


def test_the_headline_of_the_four_platforms() -> None:
    table = compared(HEADLINE)
    alibaba = table["alibaba"]
    assert (alibaba["median"], alibaba["minimum"], alibaba["maximum"]) == (25.84, 11.02, 33.33)
    assert alibaba["premium"] == pytest.approx(18.06 / 25.84 - 1)  # −30.1 %
    assert alibaba["mean"] == pytest.approx((25.84 + 33.33 + 11.02) / 3)
    assert alibaba["harmonic"] == pytest.approx(3 / (1 / 25.84 + 1 / 33.33 + 1 / 11.02))
    assert {company: line["rank"] for company, line in table.items()} == {
        "baidu": 1,
        "alibaba": 2,
        "tencent": 3,
        "amazon": 4,
    }
    assert {line["of"] for line in table.values()} == {4}


def test_the_subject_never_enters_its_own_benchmark() -> None:
    for subject in (0.1, 18.0, 9000.0):
        assert compared(peers(10, 20, 40, subject=subject))["subject"]["median"] == 20


def test_a_reference_peer_has_a_row_and_no_weight() -> None:
    table = compared([*peers(10, 20, 40), row("other", 99.0)], reference=["other"])
    assert (table["other"]["n"], table["other"]["n_peers"], table["other"]["maximum"]) == (3, 3, 40)
    assert table["other"]["rank"] is None
    assert table["other"]["premium"] == pytest.approx(99 / 20 - 1)
    assert table["subject"]["of"] == 4


def test_only_ok_values_count_and_the_rest_is_told_apart() -> None:
    rows = [
        *peers(10, 20, 40, None),
        row("loss", None, status="not_meaningful", reason="a loss"),
        row("far", None, raw=140.0, status="excluded", reason="above 100x"),
    ]
    table = compared(rows)
    subject = table["subject"]
    assert (subject["n"], subject["n_peers"], subject["n_not_meaningful"], subject["of"]) == (3, 6, 1, 4)
    assert subject["maximum"] == 40
    assert (table["far"]["raw"], table["far"]["value"], table["far"]["rank"]) == (140, None, None)
    assert table["loss"]["reason"] == "a loss"


def test_a_value_that_is_not_ok_stays_out_even_if_it_was_left_in_the_column() -> None:
    assert compared([*peers(10, 20, 40), row("old", 5.0, status="stale")])["subject"]["minimum"] == 10


def test_a_company_without_a_row_is_missing_and_not_absent() -> None:
    rows = [*peers(10, 20, 40), row("silent", 0.2, "margin")]
    frame = compare(
        pl.DataFrame(rows, schema=frames.METRICS),
        subject="subject",
        roles={"subject": "subject", "peer0": "core", "peer1": "core", "peer2": "core", "silent": "core"},
        definitions={"pe_ltm": definition(), "margin": definition("margin", unit="fraction", compare="gap")},
    )
    assert frame.height == 2 * 5
    silent = frame.filter(metric="pe_ltm", company="silent").to_dicts()[0]
    assert (silent["status"], silent["reason"], silent["n_peers"], silent["n"]) == (
        "missing",
        "not computed for this company",
        4,
        3,
    )


WITHHELD_BELOW = {
    3: ("minimum", "median", "maximum", "mean", "harmonic", "rank", "of", "premium"),
    5: ("q1", "q3"),
    8: ("percentile",),
}


@pytest.mark.parametrize("n", range(10))
def test_small_samples_print_only_what_they_bear(n: int) -> None:
    subject = compared(peers(*(10.0 + i for i in range(n))))["subject"]
    assert (subject["n"], subject["value"]) == (n, 18.0)
    for least, names in WITHHELD_BELOW.items():
        assert {name: subject[name] is None for name in names} == dict.fromkeys(names, n < least)


def test_quartiles_are_those_of_a_spreadsheet() -> None:
    # QUARTILE.INC(1, 2, 4, 8, 16, 32): position 0.25 × 5 = 1.25 → 2 + 0.25 × 2; 0.75 × 5 = 3.75 → 8 + 0.75 × 8
    subject = compared(peers(1, 2, 4, 8, 16, 32))["subject"]
    assert (subject["q1"], subject["q3"]) == (2.5, 14.0)


@pytest.mark.parametrize(
    ("better", "ranks"),
    [("lower", [2.5, 1.0, 2.5, 4.0]), ("higher", [2.5, 4.0, 2.5, 1.0]), ("neither", [2.5, 4.0, 2.5, 1.0])],
)
def test_ranks_follow_the_direction_and_average_ties(better: str, ranks: list[float]) -> None:
    table = compared(peers(10, 20, 40, subject=20), definitions=[definition(better=better)])
    assert [line["rank"] for line in table.values()] == ranks


def test_percentile_counts_the_peers_below_and_half_of_the_ties() -> None:
    table = compared(peers(1, 2, 3, 4, 4, 6, 7, 8, subject=4))
    assert table["subject"]["percentile"] == pytest.approx((3 + 2 / 2) / 8)
    assert table["peer7"]["percentile"] == pytest.approx(7.5 / 8)


def test_fractions_are_compared_in_points_never_in_percent_of_percent() -> None:
    margin = definition("margin", unit="fraction", better="higher", compare="gap")
    subject = compared(peers(0.1, 0.2, 0.3, subject=0.25, metric="margin", unit="fraction"), definitions=[margin])[
        "subject"
    ]
    assert subject["gap"] == pytest.approx(0.05)
    assert subject["premium"] is None


@pytest.mark.parametrize(("subject", "values"), [(5.0, (-1.0, 0.0, 3.0)), (5.0, (-3, -2, -1)), (-5.0, (1, 2, 3))])
def test_no_premium_over_a_median_or_of_a_value_below_zero(subject: float, values: tuple[float, ...]) -> None:
    assert compared(peers(*values, subject=subject))["subject"]["premium"] is None


def test_the_harmonic_mean_needs_every_value_above_zero() -> None:
    assert compared(peers(1, 2, 0))["subject"]["harmonic"] is None
    assert compared(peers(1, 2, 4))["subject"]["harmonic"] == pytest.approx(statistics.harmonic_mean([1, 2, 4]))


def test_period_ends_far_apart_are_marked_on_the_whole_metric() -> None:
    rows = [*peers(10, 20, 40), row("early", 30.0, period_end=date(2025, 5, 15))]  # 46 days before 30 June
    assert all("period_ends_apart" in line["flags"] for line in compared(rows).values())
    near = [*peers(10, 20, 40), row("early", 30.0, period_end=date(2025, 5, 16))]
    assert all(line["flags"] == [] for line in compared(near).values())


def test_a_flag_that_only_some_values_carry_is_marked_as_mixed() -> None:
    rows = [*peers(10, 20, 40), row("parent", 30.0, flags=["parent_for_common"])]
    table = compared(rows)
    assert table["subject"]["flags"] == ["mixed_parent_for_common"]
    assert table["parent"]["flags"] == ["parent_for_common", "mixed_parent_for_common"]
    everyone = compared(peers(10, 20, 40, flags=["calendarised"]))
    assert everyone["subject"]["flags"] == ["calendarised"]


def test_money_in_two_currencies_is_refused_by_name() -> None:
    rows = [
        row("a", 1e9, unit="money", currency="USD"),
        row("b", 1e9, unit="money", currency="USD"),
        row("c", 7e9, unit="money", currency="CNY"),
    ]
    with pytest.raises(ValueError, match="'pe_ltm' is in CNY and USD"):
        compared(rows)


def test_two_as_of_dates_an_unknown_metric_and_a_missing_subject_are_refused() -> None:
    with pytest.raises(ValueError, match="one as-of date"):
        compared([row("a", 1.0), row("b", 1.0, as_of=date(2025, 6, 30))])
    with pytest.raises(ValueError, match=r"no definition\. Did you mean 'pe_ltm'"):
        compared([row("a", 1.0, metric="pe_lmt")])
    with pytest.raises(ValueError, match="roles must name 'a'"):
        compare(
            pl.DataFrame([row("a", 1.0)], schema=frames.METRICS),
            subject="a",
            roles={"a": "core"},
            definitions={"pe_ltm": definition()},
        )


def test_rows_stand_in_catalogue_order_then_in_the_order_of_roles() -> None:
    rows = [row("b", 2.0, "late"), row("a", 1.0, "late"), row("b", 2.0, "early"), row("a", 1.0, "early")]
    frame = compare(
        pl.DataFrame(rows, schema=frames.METRICS),
        subject="a",
        roles={"a": "subject", "b": "core"},
        definitions={"early": definition("early"), "unused": definition("unused"), "late": definition("late")},
    )
    assert frame.select("metric", "company").rows() == [("early", "a"), ("early", "b"), ("late", "a"), ("late", "b")]


def test_an_empty_frame_keeps_the_contract() -> None:
    frame = compare(frames.empty(frames.METRICS), subject="a", roles={"a": "subject"}, definitions={})
    assert frame.schema == frames.COMPARISON
    assert frame.is_empty()


multiples = st.lists(st.floats(0.5, 90), min_size=3, max_size=12)


@settings(max_examples=40, deadline=None)
@given(values=multiples)
def test_statistics_agree_with_numpy(values: list[float]) -> None:
    subject = compared(peers(*values))["subject"]
    assert subject["median"] == pytest.approx(np.median(values))
    assert subject["mean"] == pytest.approx(np.mean(values))
    assert subject["harmonic"] == pytest.approx(statistics.harmonic_mean(values))
    if len(values) >= 5:
        assert [subject["q1"], subject["q3"]] == pytest.approx(list(np.quantile(values, [0.25, 0.75])))
    if len(values) >= 8:
        below = np.mean(np.array(values) < 18.0) + np.mean(np.array(values) == 18.0) / 2
        assert subject["percentile"] == pytest.approx(below)


@settings(max_examples=25, deadline=None)
@given(values=multiples, order=st.randoms(use_true_random=False))
def test_the_order_of_peers_changes_nothing(values: list[float], order: Any) -> None:
    rows = peers(*values)
    shuffled = [rows[0], *order.sample(rows[1:], len(values))]
    first, second = compared(rows), compared(shuffled)
    for company, line in first.items():
        assert {key: value for key, value in line.items() if isinstance(value, float)} == pytest.approx(
            {key: value for key, value in second[company].items() if isinstance(value, float)}
        )


@settings(max_examples=25, deadline=None)
@given(values=multiples)
def test_adding_a_peer_equal_to_the_median_keeps_the_median(values: list[float]) -> None:
    before = compared(peers(*values))["subject"]["median"]
    assert compared(peers(*values, before))["subject"]["median"] == pytest.approx(before)


@settings(max_examples=25, deadline=None)
@given(values=multiples, scale=st.floats(1e-3, 1e12))
def test_scaling_money_leaves_premium_and_rank(values: list[float], scale: float) -> None:
    first = compared(peers(*values, unit="money", currency="USD"))["subject"]
    scaled = compared(peers(*(v * scale for v in values), subject=18.0 * scale, unit="money", currency="CNY"))
    assert scaled["subject"]["premium"] == pytest.approx(first["premium"])


@settings(max_examples=25, deadline=None)
@given(values=multiples)
def test_ranks_sum_to_that_of_a_full_order_and_respect_it(values: list[float]) -> None:
    lines = list(compared(peers(*values)).values())
    n = len(lines)
    assert sum(line["rank"] for line in lines) == pytest.approx(n * (n + 1) / 2)
    for one in lines:
        for other in lines:
            assert (one["rank"] < other["rank"]) == (one["value"] < other["value"])

"""Scales, round steps and tick texts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbench.charts.scales import Scale, multiples, rounded_domain, step, tick_texts
from peerbench.core.document import Number
from peerbench.render.format import text


def test_a_scale_is_a_straight_line_between_its_ends() -> None:
    scale = Scale((-0.75, 1.25), (98.0, 598.0))
    assert [scale(-0.75), scale(0.0), scale(1.25)] == pytest.approx([98.0, 98.0 + 0.375 * 500, 598.0])


@pytest.mark.parametrize(
    ("span", "most", "expected"), [(2.0, 8, 0.25), (0.9, 6, 0.2), (500, 5, 100), (7, 7, 1), (30, 4, 10), (24, 10, 2.5)]
)
def test_a_step_is_the_smallest_round_one_that_is_few_enough(span: float, most: float, expected: float) -> None:
    assert step(span, most) == pytest.approx(expected)


@given(st.lists(st.floats(-1e9, 1e9), max_size=8), st.floats(2, 9), st.booleans(), st.booleans())
def test_a_domain_holds_its_values_and_is_never_empty(
    values: list[float], parts: float, zero: bool, snug: bool
) -> None:
    low, high, by = rounded_domain(values, parts=parts, zero=zero, snug=snug)
    slack = 1e-6 * max(1.0, abs(low), abs(high))
    assert low < high
    assert by > 0
    assert all(low - slack <= value <= high + slack for value in values)
    assert not zero or low <= 0 <= high
    assert 1 <= len(multiples(low, high, by)) <= 2 * parts + 3


def test_values_that_are_not_finite_do_not_stretch_a_domain() -> None:
    assert rounded_domain([1.0, math.nan, 9.0, math.inf], parts=5)[:2] == pytest.approx((0.0, 10.0))


@pytest.mark.parametrize(
    ("ticks", "like", "unit", "expected"),
    [
        ((-0.75, 0.0, 1.25), Number(0.1, "spct0"), "both", ("−75%", "0", "+125%")),
        ((-0.05, 0.0, 0.05, 0.15), Number(0.1, "spct1"), "last", ("−5", "0", "+5", "+15%")),
        ((0.0, 10.0, 40.0), Number(18.06, "x1"), "last", ("0", "10", "40x")),
        ((0.0, 0.05, 0.15), Number(0.086, "bpct1"), "last", ("0", "5", "15%")),
        ((0.0, 0.025, 0.05), Number(0.086, "pct1"), "last", ("0", "2.5", "5.0%")),
        ((0.0, 100.0, 500.0), Number(163.08, "price", "USD"), "last", ("0", "100", "US$500")),
        ((0.0, 20e9, 80e9), Number(83e9, "bn1", "USD"), "last", ("0", "20", "US$80bn")),
        ((-20e9, 0.0), Number(83e9, "bn1", "CNY"), "both", ("−RMB20bn", "RMB0bn")),
        ((-0.4, -0.2, 0.0), Number(-0.24, "spct0"), "last", ("−40", "−20", "0%")),
    ],
)
def test_ticks_carry_their_unit_at_the_ends_only(
    ticks: tuple[float, ...], like: Number, unit: str, expected: tuple[str, ...]
) -> None:
    said = tick_texts(ticks, like, text, unit=unit)  # type: ignore[arg-type]
    assert said == expected

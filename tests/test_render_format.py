"""Text of numbers: what is printed is the value, rounded once, on paper's rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbench.core.document import Number, When
from peerbench.render.format import FORMATS, MINUS, UnknownFormat, between, day, text

FINITE = st.floats(-1e13, 1e13, allow_nan=False)


def ok(value: float, format: str, currency: str = "") -> str:
    return text(Number(value, format, currency))


CASES = [
    (18.06, "x1", "", "18.1x"),
    (18.06, "n1", "", "18.1"),
    (2.65, "n1", "", "2.7"),
    (-2.65, "n1", "", "−2.7"),
    (0.125, "n2", "", "0.13"),
    (1.005, "n2", "", "1.01"),
    (0.301, "pct0", "", "30%"),
    (-0.301, "spct1", "", "−30.1%"),
    (0.053, "spct1", "", "+5.3%"),
    (0.0, "spct1", "", "0.0%"),
    (-0.0004, "spct1", "", "0.0%"),
    (-0.0, "pct0", "", "0%"),
    (0.285, "pct0", "", "29%"),
    (-0.301, "sbpct1", "", "−30.1"),
    (0.007, "pp1", "", "+0.7pp"),
    (-0.056, "spp1", "", "−5.6"),
    (377e9, "money", "USD", "US$377bn"),
    (2.678e12, "money", "CNY", "RMB2.68tn"),
    (184e9, "money", "CNY", "RMB184bn"),
    (-32e9, "money", "CNY", "−RMB32.0bn"),
    (999.6e6, "money", "USD", "US$1.00bn"),
    (999.4e6, "money", "USD", "US$999m"),
    (999.95e9, "money", "USD", "US$1.00tn"),
    (1e6, "money", "USD", "US$1.00m"),
    (950_000, "money", "USD", "US$950,000"),
    (999_999.6, "money", "USD", "US$1.00m"),
    (0, "money", "USD", "US$0"),
    (12e9, "money", "EUR", "EUR\u00a012.0bn"),
    (635.5, "price", "HKD", "HK$635.50"),
    (163.08, "price", "USD", "US$163.08"),
    (2950, "price", "JPY", "JPY\u00a02,950"),
    (214.4, "price0", "USD", "US$214"),
    (1_000_763e6, "m0", "", "1,000,763"),
    (2678.3e9, "bn1", "", "2,678.3"),
    (18_474.2e6, "shares", "", "18,474m"),
    (7.1118, "fx4", "", "7.1118"),
    (1234, "count", "", "1,234"),
    (3, "words", "", "three"),
    (13, "words", "", "13"),
    (0, "words", "", "none"),
]


@pytest.mark.parametrize(("value", "format", "currency", "printed"), CASES)
def test_prints_as_the_look_says(value: float, format: str, currency: str, printed: str) -> None:
    assert ok(value, format, currency) == printed


def test_absent_meaningless_and_withheld_are_three_marks() -> None:
    marks = {
        status: text(Number(None, "x1", status=status)) for status in ("missing", "not_meaningful", "withheld", "stale")
    }
    assert marks == {"missing": "NA", "not_meaningful": "n.m.", "withheld": "–", "stale": "NA"}


@pytest.mark.parametrize(
    ("value", "format", "printed"),
    [(134.0, "x1", ">100x"), (88.0, "x1", ">75x"), (134.0, "n1", ">100"), (None, "x1", "n.m."), (100.0, "x1", ">75x")],
)
def test_an_excluded_multiple_prints_a_bound_that_is_true(value: float | None, format: str, printed: str) -> None:
    assert text(Number(value, format, status="excluded")) == printed


def test_an_ok_number_without_a_value_is_refused() -> None:
    with pytest.raises(ValueError, match="no value"):
        text(Number(None, "x1"))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_a_number_is_never_printed(value: float) -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        text(Number(value, "x1"))


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(UnknownFormat, match=r"unknown number format 'x9'; known: .*\bx1\b"):
        text(Number(1.0, "x9"))


def test_dates_have_three_forms() -> None:
    when = date(2025, 9, 23)
    assert [day(When(when, style)) for style in ("prose", "data", "month")] == [
        "23 September 2025",
        "23 Sep 2025",
        "September 2025",
    ]


def test_a_range_says_its_currency_once() -> None:
    low, high = Number(79.19, "price", "USD"), Number(166.17, "price", "USD")
    assert between(low, high) == "US$79.19–166.17"
    assert between(Number(-0.1, "spct1"), Number(0.2, "spct1")) == "−10.0% to +20.0%"
    assert between(Number(None, "x1", status="missing"), Number(2.0, "x1")) == "NA to 2.0x"


@given(FINITE, st.sampled_from([0, 1, 2]))
def test_a_printed_number_is_within_half_a_unit_of_its_last_digit(value: float, places: int) -> None:
    read = Decimal(ok(value, f"n{places}").replace(",", "").replace(MINUS, "-"))
    assert abs(read - Decimal(repr(value))) <= Decimal(1).scaleb(-places) / 2


@given(st.floats(1e6, 9e14))
def test_money_keeps_three_digits(value: float) -> None:
    printed = ok(value, "money", "USD").removeprefix("US$").replace(",", "")
    scale = {"tn": 12, "bn": 9, "m": 6}[printed.lstrip("0123456789.")]
    assert abs(Decimal(printed.rstrip("tbnm")).scaleb(scale) - Decimal(repr(value))) <= abs(
        Decimal(repr(value))
    ) / Decimal(199)
    assert len(printed.rstrip("tbnm").replace(".", "")) >= 3


@given(FINITE, st.sampled_from(sorted(FORMATS)))
def test_no_number_prints_a_negative_zero(value: float, format: str) -> None:
    printed = ok(value, format, "USD")
    if not any(digit in printed for digit in "123456789") and "none" not in printed:
        assert MINUS not in printed
        assert "+" not in printed


@given(FINITE, st.sampled_from(["x1", "n1", "pct1", "spct1", "sbpct1", "pp1", "price", "fx4", "m0", "bn1"]))
def test_the_opposite_of_a_number_prints_with_the_opposite_sign_and_the_same_digits(value: float, format: str) -> None:
    strip = str.maketrans("", "", f"+{MINUS}")
    assert ok(value, format, "USD").translate(strip) == ok(-value, format, "USD").translate(strip)

"""core/arithmetic.py: sums over rows, as a person would write them down."""

from __future__ import annotations

from datetime import date

from peerbench.core.arithmetic import Arithmetic, RateOf, Row, Term, Units, combined, result

VALUES = {"fy": 1_000.0, "stub": 300.0, "prior": 250.0, "close": 163.08}


def value(leaf: object) -> float:
    if isinstance(leaf, Row):
        return VALUES[leaf.id]
    return {RateOf: 7.1118, Units: 8.0}.get(type(leaf), leaf)  # type: ignore[call-overload, no-any-return]


def test_twelve_months_are_the_year_and_the_stub_less_the_prior_stub() -> None:
    made = Arithmetic((Term((Row("fy"),)), Term((Row("stub"),)), Term((Row("prior"),), weight=-1.0)))
    assert result(made, value) == 1_050.0
    assert made.leaves == (Row("fy"), Row("stub"), Row("prior"))


def test_a_price_of_an_ads_becomes_one_of_a_share_in_another_currency() -> None:
    """163.08 ÷ 8 × 7.1118 = 144.9740…"""
    made = Arithmetic((Term((Row("close"), RateOf("USD", "CNY", date(2025, 9, 23))), (Units("BABA", 8.0),)),))
    assert abs(result(made, value) - 144.974043) < 1e-6


def test_a_calendar_year_weights_two_fiscal_years() -> None:
    """3/12 of one and 9/12 of the next."""
    parts = ((3.0, Arithmetic((Term((Row("fy"),)),))), (9.0, Arithmetic((Term((Row("stub"),)),))))
    made = combined(parts, over=12.0)
    assert made is not None
    assert result(made, value) == (3 * 1_000 + 9 * 300) / 12


def test_what_is_not_known_in_part_is_not_known() -> None:
    whole = Arithmetic((Term((Row("fy"),)),))
    assert combined(((1.0, whole), (1.0, None))) is None
    assert combined(((1.0, Arithmetic(whole.terms, 4.0)),)) is None

"""Claims on the business, the balance sheet, market risk and spending: each word against the figures, ties included."""

from __future__ import annotations

import statistics
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerbench.core.document import Number, When
from peerbench.core.evidence import Evidence
from peerbench.narrate import operations, policy, resilience, risk
from peerbench.narrate.claims import Statement, refs_of
from studies import Given, evidence, quantity, said

COMPANIES = ("alba", "bora", "cova", "dura")
GROWTH, DEBT, SWINGS, CAPEX = "revenue_growth_ltm", "debt_to_equity", "volatility_1y", "capex_fy"
SHARE, PACE = "capex_to_sales_fy", "capex_growth_fy"


def four(metric: str, *values: Given, reference: tuple[str, ...] = ()) -> Evidence:
    return evidence({metric: dict(zip((*COMPANIES, "era"), values, strict=False))}, reference=reference)


GRID = st.sampled_from([None, "n.m.", -0.2, -0.1, 0.0, 0.05, 0.1, 0.1, 0.2, 0.4])
FOUR = st.lists(GRID, min_size=4, max_size=4)


def _numbers(values: list[Given]) -> list[float]:
    return [value for value in values if isinstance(value, float)]


def _median(values: list[Given]) -> float | None:
    peers = _numbers(values[1:])
    return statistics.median(peers) if len(peers) > 2 else None


# ---- superlatives ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "highest", "lowest"),
    [
        ((0.4, 0.3, 0.2, 0.1), "alba", "dura"),
        ((0.4, 0.4, 0.2, 0.1), "", "dura"),  # a tie at the top has no highest
        ((0.4, 0.3, 0.1, 0.1), "alba", ""),
        ((0.1, 0.1, 0.1, 0.1), "", ""),
        ((0.4, 0.3, None, 0.1), "", ""),  # the missing one might be higher, or lower
        ((0.4, 0.3, "n.m.", 0.1), "", ""),
        ((None, None, None, None), "", ""),
        ((0.4, 0.3, 0.2, 0.1, 0.5), "era", "dura"),  # a reference peer stands on the page too
        ((0.4, 0.3, 0.2, 0.1, None), "", ""),
    ],
)
def test_a_superlative_needs_everyones_value_and_no_tie(values: tuple[Given, ...], highest: str, lowest: str) -> None:
    found = four(DEBT, *values, reference=("era",) if len(values) > 4 else ())
    assert operations.extremes(found, DEBT) == (highest, lowest)


@settings(max_examples=40)
@given(FOUR)
def test_whatever_the_figures_no_word_about_growth_is_false(values: list[Given]) -> None:
    text = said(operations.growth(four(GROWTH, *values), GROWTH))
    own, median, known = values[0], _median(values), _numbers(values)
    if not text:
        return
    assert isinstance(own, float)
    assert median is not None
    assert "rose" not in text or own > 0
    assert ("fell" not in text and "Shrinking" not in text) or own < 0
    assert "half" not in text or 0.4 <= own / median <= 0.6
    assert "slower" not in text or own < median
    assert "faster" not in text or own > median
    assert "Fastest" not in text or (len(known) == 4 and own > max(known[1:]))
    if "grew fastest" in text:
        name = text.split("; ")[1].split()[0].lower()
        assert len(known) == 4
        assert [c for c, v in zip(COMPANIES, values, strict=True) if v == max(known)] == [name]


@pytest.mark.parametrize("own", [0.268, 0.2749, -0.0])
def test_a_growth_that_is_printed_as_the_median_is_neither_faster_nor_slower(own: float) -> None:
    middle = 0.27 if own > 0 else 0.004
    found = four(GROWTH, own, middle - 0.1, middle, middle + 0.1)
    assert said(operations.growth(found, GROWTH)) == ""
    assert "faster" in said(operations.growth(four(GROWTH, 0.28, 0.1, 0.27, 0.4), GROWTH))


@pytest.mark.parametrize(
    ("own", "said_"), [(0.05, "half as fast"), (0.03, "slower"), (0.061, "slower"), (0.001, "slower")]
)
def test_half_as_fast_is_about_half(own: float, said_: str) -> None:
    """Against a median of 10 %: 5 % is half, 3 %, 6.1 % and 0.1 % are not."""
    text = said(operations.growth(four(GROWTH, own, 0.1, 0.09, 0.2), GROWTH))
    assert said_ in text
    assert ("half" in text) == (said_ == "half as fast")


@settings(max_examples=40)
@given(FOUR)
def test_whatever_the_figures_no_word_about_debt_is_false(values: list[Given]) -> None:
    text = said(resilience.leverage(four(DEBT, *values), DEBT))
    own, median, known = values[0], _median(values), _numbers(values)
    assert bool(text) == isinstance(own, float)
    if not isinstance(own, float):
        return
    if "the least" in text:
        assert len(known) == 4
        assert sorted(known)[0] == own < sorted(known)[1]
        assert "of the four" in text
    if "the most" in text:
        assert len(known) == 4
        assert sorted(known)[-1] == own > sorted(known)[-2]
    assert "below" not in text or (median is not None and own < median)
    assert "above" not in text or (median is not None and own > median)


def test_gross_debt_is_never_called_net() -> None:
    assert "Gross debt" in said(resilience.leverage(four(DEBT, 0.2, 0.1, 0.3, 0.4), DEBT))
    assert "net" not in said(resilience.leverage(four(DEBT, 0.2, 0.1, 0.3, 0.4), DEBT)).lower()


# ---- profit ----------------------------------------------------------------------------------------------------------


def _profits(net: Given, operating: Given, multiple: Given = 15.0) -> Evidence:
    return evidence(
        {
            "net": {c: net if c == "alba" else 0.1 for c in COMPANIES},
            "operating": {c: operating if c == "alba" else 0.1 for c in COMPANIES},
            "ev_to_ebit_ltm": dict(zip(COMPANIES, (multiple, 10.0, 20.0, 30.0), strict=True)),
        }
    )


@pytest.mark.parametrize(
    ("net", "operating", "multiple", "must", "never"),
    [
        (0.78, -0.03, 15.0, ("rose 78%", "fell 3%", "flatters", "25% below"), "above"),
        (0.78, -0.03, 25.0, ("rose 78%", "fell 3%", "flatters", "25% above"), "below"),
        (0.78, -0.03, None, ("rose 78%", "flatters"), "guide"),
        (-0.5, 0.1, 15.0, ("fell 50%", "rose 10%", "unkind"), "flatters"),
        (0.2, 0.1, 15.0, (), "flatters"),
        ("n.m.", -0.03, 15.0, (), "flatters"),  # a loss before or after: a word, never a rate (METHOD 18)
        (0.2, None, 15.0, (), "flatters"),
    ],
)
def test_the_p_e_flatters_only_where_profits_moved_apart(
    net: Given, operating: Given, multiple: Given, must: tuple[str, ...], never: str
) -> None:
    found = _profits(net, operating, multiple)
    text = said(operations.profit_quality(found, "net", "operating", "ev_to_ebit_ltm", "June quarter"))
    assert all(word in text for word in must), text
    assert bool(text) == bool(must)
    assert never not in text


def test_three_bases_of_profit_stand_side_by_side_each_with_its_own_reference() -> None:
    """METHOD 17: parent, total and common are three metrics; a sentence that mixes them up is a lie."""
    values = {"parent": 0.6262, "total": 0.766, "common": 0.6236}
    found = evidence({name: dict.fromkeys(COMPANIES, value) for name, value in values.items()})
    statement = operations.three_bases(found, "parent", "total", "common")
    assert refs_of(statement.values[name] for name in values) == ("alba:parent", "alba:total", "alba:common")  # type: ignore[misc]
    text = said(statement)
    shown = {"parent": "+62.6%", "total": "+76.6%", "ordinary": "+62.4%"}
    order = sorted((text.index(part), part) for pair in shown.items() for part in pair)
    beside = [{order[place][1], order[place + 1][1]} for place in (0, 2, 4)]
    assert beside == [set(pair) for pair in shown.items()]  # each figure stands beside its own word


def test_a_basis_that_is_missing_is_not_filled_in_by_another() -> None:
    values: dict[str, Given] = {"parent": 0.6, "total": None, "common": 0.5}
    found = evidence({name: dict.fromkeys(COMPANIES, value) for name, value in values.items()})
    assert said(operations.three_bases(found, "parent", "total", "common")) == ""


@pytest.mark.parametrize(
    ("own", "must"), [(0.14, "0.7pp above"), (0.12, "1.3pp below"), (0.133, ""), (None, ""), (-0.05, "18.3pp below")]
)
def test_margins_differ_in_points_never_in_percent_of_percent(own: Given, must: str) -> None:
    text = said(operations.margins(four("operating_margin_ltm", own, 0.1, 0.133, 0.2), "operating_margin_ltm"))
    assert must in text
    assert bool(text) == bool(must)


# ---- spending --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "rise", "must", "never"),
    [
        (0.086, 1.68, ("rose 168%", "below"), "above"),
        (0.2, 1.68, ("rose 168%", "above"), "below"),
        (0.086, -0.2, ("fell 20%",), "rose"),
        (0.086, 0.0, (), "rose"),
        (0.086, "n.m.", (), "rose"),
        (None, 0.5, (), "rose"),
    ],
)
def test_spending_rose_or_fell_as_it_did(share: Given, rise: Given, must: tuple[str, ...], never: str) -> None:
    found = evidence(
        {SHARE: dict(zip(COMPANIES, (share, 0.1, 0.095, 0.05), strict=True)), PACE: dict.fromkeys(COMPANIES, rise)}
    )
    text = said(operations.spending(found, SHARE, PACE))
    assert all(word in text for word in must), text
    assert bool(text) == bool(must)
    assert never not in text


def _pledge(against: float | None) -> Statement:
    found = four(CAPEX, 10.0, 20.0, 30.0, 40.0)
    amount, year, share = quantity(30.0, "amount", "money"), quantity(10.0, "year", "money"), quantity(0.2, "share")
    times = quantity(against, "times", "pure")
    return policy.pledge(found, "at least 30 a year", amount, year, times, share, "Dura")


@pytest.mark.parametrize(("against", "large"), [(1.5, True), (0.5, False), (1.0, False), (None, False)])
def test_a_pledge_is_large_only_against_more_than_a_year_of_spending(against: float | None, large: bool) -> None:
    text = said(_pledge(against))
    assert bool(text) == (against is not None)
    assert ("large" in text) == large
    assert not text or "“at least 30 a year”" in text  # the company's words, as the data keep them
    assert _pledge(against).kind == "company"


@pytest.mark.parametrize(
    ("values", "must", "never"),
    [
        ((10.0, 60.0, 10.0, 10.0), "Bora spends 2.0 times what Alba, Cova and Dura spend together", "most"),
        ((60.0, 10.0, 10.0, 10.0), "Alba spends 2.0 times what Bora, Cova and Dura", "most"),
        ((40.0, 30.0, 10.0, 10.0), "most", "times"),
        ((40.0, 30.0, None, 10.0), "Alba", "most"),
        ((40.0, 40.0, 10.0, 10.0), "Alba", "most"),
        ((30.0, 60.0, 50.0, 10.0), "Bora invests 2.0 times as much as Alba", "together"),
        ((None, None, None, None), "Alba", "times"),
    ],
)
def test_who_spends_most_is_said_only_of_one_who_does(values: tuple[Given, ...], must: str, never: str) -> None:
    text = said(policy.headline(four(CAPEX, *values), CAPEX))
    assert must in text
    assert never not in text


def test_the_others_are_counted_only_when_all_of_them_are_known() -> None:
    assert "the other three" in said(policy.standfirst(four(CAPEX, 10.0, 60.0, 10.0, 10.0), CAPEX))
    text = said(policy.standfirst(four(CAPEX, 10.0, 60.0, None, 10.0), CAPEX))
    assert "other two" not in text
    assert "of Alba and Dura" in text
    assert said(policy.standfirst(four(CAPEX, 10.0, None, None, None), CAPEX)) == ""


def test_a_sum_with_a_missing_part_is_missing() -> None:
    assert not policy.together(four(CAPEX, 10.0, None, 1.0, 1.0), CAPEX, ("alba", "bora"), "sum").ok
    assert policy.together(four(CAPEX, 10.0, 5.0, 1.0, 1.0), CAPEX, ("alba", "bora"), "sum").value == 15.0


@pytest.mark.parametrize(
    ("levels", "rises", "must", "never"),
    [
        ((10.0, 90.0), (1.68, 0.57), ("narrowing", "Alba’s spending rose 168%", "Bora’s 57%"), "widening"),
        ((10.0, 90.0), (0.2, 0.57), ("widening",), "narrowing"),
        # the subject leads: it pulls away when it grows faster, and is caught up when it does not
        ((90.0, 10.0), (0.57, 1.68), ("narrowing", "Alba’s spending rose 57%", "Bora’s 168%"), "widening"),
        ((90.0, 10.0), (0.57, 0.2), ("widening",), "narrowing"),
        ((10.0, 90.0), (-0.27, 0.57), ("−27%", "+57%"), "rose"),
        ((10.0, 90.0), (0.3, -0.57), ("+30%", "−57%"), "narrowing"),
        ((10.0, 90.0), ("n.m.", 0.57), (), "pace"),
        ((None, None), (0.2, 0.57), (), "pace"),
    ],
)
def test_the_gap_narrows_when_the_smaller_grows_faster(
    levels: tuple[Given, Given], rises: tuple[Given, Given], must: tuple[str, ...], never: str
) -> None:
    two = ("alba", "bora")
    found = evidence({CAPEX: dict(zip(two, levels, strict=True)), PACE: dict(zip(two, rises, strict=True))})
    text = said(policy.pace(found, PACE, CAPEX))
    assert all(word in text for word in must), text
    assert bool(text) == bool(must)
    assert never not in text


@settings(max_examples=40)
@given(FOUR)
def test_effort_is_led_by_whoever_spends_most_of_sales_alone(values: list[Given]) -> None:
    text = said(policy.effort(four(SHARE, *values), SHARE, CAPEX))
    known = _numbers(values)
    if text:
        assert len(known) == 4
        assert known.count(max(known)) == 1
        name = text.split("sales ")[1].split()[0].lower()
        assert dict(zip(COMPANIES, known, strict=True))[name] == max(known)


# ---- segments, runs, ranks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "last", "must"), [(0.03, 0.26, "risen"), (0.26, 0.03, "fallen"), (0.1, 0.1, "")])
def test_a_segments_growth_has_risen_or_fallen_between_two_quarters(first: float, last: float, must: str) -> None:
    ends = When(date(2023, 6, 30), "month"), When(date(2025, 6, 30), "month")
    statement = operations.segment(four(CAPEX), quantity(first, "a"), quantity(last, "b"), "Cloud", *ends)
    text = said(statement)
    assert must in text
    assert bool(text) == bool(must)


@pytest.mark.parametrize(
    ("values", "steps"),
    [([1, 2, 3], 2), ([3, 2, 1], -2), ([1, 3, 2], -1), ([3, 1, 2], 1), ([1, 1], 0), ([1, 2, 2], 0), ([1], 0), ([], 0)],
)
def test_a_run_counts_the_last_steps_of_one_kind(values: list[float], steps: int) -> None:
    assert operations.run_of(values) == steps


def _ranked(*rows: tuple[Given, ...]) -> Evidence:
    return evidence({f"m{place}": dict(zip(COMPANIES, row, strict=True)) for place, row in enumerate(rows)})


@pytest.mark.parametrize(
    ("rows", "must", "never"),
    [
        (((2.0, 1.0, 3.0, 4.0), (3.0, 1.0, 2.0, 4.0)), "Second or third of four on all two", "First"),
        (((1.0, 2.0, 3.0, 4.0), (4.0, 1.0, 2.0, 3.0)), "First of four on one of two", "all"),
        (((2.0, 1.0, 3.0, 4.0), (4.0, 1.0, 2.0, 3.0)), "Second of four at best, fourth at worst, over two", "First"),
        # a tie has no ordinal: half-way places would make "at best" a lie
        (((2.0, 2.0, 3.0, 1.0), (4.0, 1.0, 2.0, 3.0)), "", "best"),
        # ranked among four and among three: "of four" would be false of one
        (((2.0, 1.0, 3.0, 4.0), (None, 1.0, 2.0, 4.0)), "", " of "),
        (((None, 1.0, 3.0, 4.0), (None, 1.0, 2.0, 3.0)), "", " of "),
    ],
)
def test_ranks_are_told_only_when_they_are_plain(rows: tuple[tuple[Given, ...], ...], must: str, never: str) -> None:
    found = _ranked(*rows)
    text = said(operations.ranks(found, [f"m{place}" for place in range(len(rows))]))
    assert must in text
    assert never not in text


# ---- risk ------------------------------------------------------------------------------------------------------------


def _risk(swings: tuple[Given, ...], debts: tuple[Given, ...]) -> Evidence:
    return evidence({SWINGS: dict(zip(COMPANIES, swings, strict=True)), DEBT: dict(zip(COMPANIES, debts, strict=True))})


EVEN = (0.2, 0.1, 0.3, 0.4)


@pytest.mark.parametrize(
    ("swings", "debts", "must", "never"),
    [
        ((0.5, 0.3, 0.35, 0.4), (0.2, 0.1, 0.3, 0.4), ("43% more", "less debt"), "in line"),
        ((0.5, 0.3, 0.35, 0.4), (0.9, 0.1, 0.3, 0.4), ("43% more",), "debt"),
        ((0.2, 0.3, 0.35, 0.4), EVEN, ("43% less",), "more"),
        ((0.35, 0.3, 0.35, 0.4), EVEN, ("in line",), "more"),
        ((0.36, 0.3, 0.35, 0.4), EVEN, ("in line",), "more"),
        ((None, 0.3, 0.35, 0.4), EVEN, ("less debt than the median peer",), "swings"),
        ((0.5, 0.3, 0.35, None), EVEN, (), "swings"),
    ],
)
def test_the_risk_headline_has_the_sign_of_the_gap(
    swings: tuple[Given, ...], debts: tuple[Given, ...], must: tuple[str, ...], never: str
) -> None:
    found = _risk(swings, debts)
    text = said(risk.headline(found, SWINGS, DEBT))
    assert all(word in text for word in must), text
    assert bool(text) == bool(must)
    assert never not in text
    first = said(risk.standfirst(found, SWINGS, DEBT, When(date(2025, 9, 23))))
    assert ("least" in first) == (bool(first) and debts[0] == min(_numbers(list(debts))))


@settings(max_examples=40)
@given(FOUR)
def test_most_volatile_is_said_of_the_most_volatile_alone(values: list[Given]) -> None:
    found = evidence(
        {SWINGS: dict(zip(COMPANIES, values, strict=True)), "volatility_20d": dict.fromkeys(COMPANIES, 0.3)}
    )
    text = said(risk.volatility(found, SWINGS, "volatility_20d"))
    known = _numbers(values)
    if "Most volatile of the four" in text:
        assert len(known) == 4
        assert values[0] == max(known)
        assert known.count(max(known)) == 1


@pytest.mark.parametrize(
    ("worst", "must", "never"),
    [
        ((0.10, 0.12, 0.09, 0.08), ("not the deepest", "Bora lost most in a day, 12.0%"), "any company"),
        ((0.13, 0.12, 0.09, 0.08), ("deepest single day", "13.0%, the most of any company here"), "not the deepest"),
        ((0.12, 0.12, 0.09, 0.08), ("lost 12.0%",), "deepest"),
        ((0.10, 0.12, None, 0.08), ("lost 10.0%",), "most"),
        ((None, 0.12, 0.09, 0.08), (), "lost"),
    ],
)
def test_the_deepest_day_is_of_one_company_among_all(
    worst: tuple[Given, ...], must: tuple[str, ...], never: str
) -> None:
    found = evidence(
        {
            "worst_day_1y": dict(zip(COMPANIES, worst, strict=True)),
            "worst_day_in_20": dict(zip(COMPANIES, (0.03, 0.02, 0.04, 0.05), strict=True)),
        }
    )
    text = said(risk.tail(found, "worst_day_in_20", "worst_day_1y"))
    assert all(word in text for word in must), text
    assert bool(text) == bool(must)
    assert never not in text


@pytest.mark.parametrize(
    ("values", "must", "never"),
    [
        ({"bora": 0.2, "cova": 0.7, "dura": 0.5}, "most with Cova’s (0.70), then with Dura’s (0.50) and Bora’s", "tie"),
        ({"bora": 0.7, "cova": 0.7, "dura": 0.5}, "move with", "most"),
        ({"bora": 0.7}, "move with Bora’s (0.70)", "most"),
        ({"bora": None}, "", "move"),
    ],
)
def test_returns_move_most_with_one_company(values: dict[str, float | None], must: str, never: str) -> None:
    made = {company: quantity(value, f"c{company}", "pure") for company, value in values.items()}
    text = said(risk.diversification(four(SWINGS, 0.1, 0.2, 0.3, 0.4), made))
    assert must in text
    assert bool(text) == bool(must)
    assert never not in text


# ---- net cash --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cash", "shares", "must", "never"),
    [
        (143e9, (0.05, 0.0, 0.016, 0.17), ("Net cash of US$143bn", "above"), "debt"),
        (143e9, (0.01, 0.0, 0.016, 0.17), ("Net cash of US$143bn", "below"), "debt"),
        (143e9, (0.05, 0.0, None, 0.17), ("Net cash of US$143bn",), "median"),
        (-13.4e9, (-0.002, 0.05, 0.016, 0.17), ("Net debt of US$13.4bn", "0.2%"), "−"),
        (0.0, (0.0, 0.05, 0.016, 0.17), (), "net"),
        (None, (None, 0.05, 0.016, 0.17), (), "net"),
    ],
)
def test_net_cash_and_net_debt_are_told_apart_by_the_sign(
    cash: Given, shares: tuple[Given, ...], must: tuple[str, ...], never: str
) -> None:
    found = evidence(
        {"net_cash": dict.fromkeys(COMPANIES, cash), "share": dict(zip(COMPANIES, shares, strict=True))},
        share={"unit": "fraction", "compare": "gap", "better": "higher"},
    )
    text = said(resilience.net_cash(found, "net_cash", "share"))
    assert all(word in text for word in must), text
    assert bool(text) == bool(must)
    assert never not in text


def test_numbers_in_claims_are_references_and_not_text() -> None:
    statement = resilience.leverage(four(DEBT, 0.2, 0.1, 0.3, 0.4), DEBT)
    figures = [value for value in statement.values.values() if isinstance(value, Number)]
    assert [figure.ref for figure in figures] == ["alba:debt_to_equity:USD", "peers:debt_to_equity:median"]

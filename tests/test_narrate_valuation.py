"""Claims on price: no sign, superlative or "all" that the figures do not bear; ties, gaps and small sets say less."""

from __future__ import annotations

import statistics
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerbench.core.document import When
from peerbench.core.evidence import Evidence
from peerbench.narrate import valuation
from peerbench.narrate.claims import Statement
from studies import Given, definition, evidence, quantity, robust, said

MULTIPLES = ("pe_ltm", "ev_to_ebit_ltm", "ps_ltm", "pb")


def multiples(**own: Given) -> Evidence:
    """Peers at 10, 20 and 30 on every multiple, so the median is 20; the subject as given."""
    return evidence({m: {"alba": own.get(m), "bora": 10.0, "cova": 20.0, "dura": 30.0} for m in MULTIPLES})


# ---- direction -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        (-0.30, {"below", "beyond"}),
        (0.30, {"above", "beyond"}),
        (-0.049, {"below", "inline"}),
        (0.05, {"above", "beyond"}),
        (0.0, {"inline"}),
        (None, set()),
    ],
)
def test_a_gap_has_one_side_and_a_missing_one_has_none(value: float | None, holds: set[str]) -> None:
    found = valuation.direction(quantity(value), "_x")
    assert {name for name, true in found.items() if true} == {f"{name}_x" for name in holds}


# ---- headline --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "premiums", "pivotal", "must", "never"),
    [
        (
            14.0,
            {"main": -0.3, "bora": -0.3, "cova": -0.02, "dura": -0.4},
            "cova",
            ("30%", "discount", "Cova"),
            "premium",
        ),
        (26.0, {"main": 0.3, "bora": 0.3, "cova": 0.02, "dura": 0.4}, "cova", ("30%", "premium", "Cova"), "discount"),
        (14.0, {"main": -0.3, "bora": -0.3, "cova": -0.2}, "", ("30%", "discount"), "fragile"),
        (26.0, {"main": 0.3, "bora": -0.3, "cova": -0.2}, "", ("30%", "premium", "fragile"), "discount"),
        (20.4, {"main": 0.02}, "", ("in line",), "premium"),
        (19.6, {"main": -0.02}, "", ("in line",), "discount"),
    ],
)
def test_the_headline_follows_sign_size_and_robustness(
    own: float, premiums: dict[str, float], pivotal: str, must: tuple[str, ...], never: str
) -> None:
    found = multiples(pe_ltm=own)
    text = said(valuation.headline(found, robust(found, "pe_ltm", premiums, pivotal=pivotal), "pe_ltm"))
    assert all(word in text for word in must), text
    assert never not in text


@pytest.mark.parametrize(
    ("own", "say"),
    [
        (22.0, "commands a 10% premium"), (21.6, "commands an 8% premium"), (22.2, "commands an 11% premium"),
        (23.6, "commands an 18% premium"), (36.0, "commands an 80% premium"), (43.6, "commands a 118% premium"),
        (3.6, "trades at an 82% discount"), (17.8, "trades at an 11% discount"),
        (79.0, "commands a 295% premium"), (81.0, "is priced at several times its peers’ median"),
    ],
)  # fmt: skip
def test_a_gap_has_its_article_and_one_of_several_hundred_percent_is_no_percentage(own: float, say: str) -> None:
    """The peers' median is 20: 81 is 4.05 times it, a premium of 305%."""
    assert say in said(valuation.headline(multiples(pe_ltm=own), None, "pe_ltm"))


def test_a_far_premium_keeps_its_doubts() -> None:
    found = multiples(pe_ltm=90.0)
    hangs = robust(found, "pe_ltm", {"main": 3.5, "bora": 3.5, "cova": 0.02}, pivotal="cova")
    assert said(valuation.headline(found, hangs, "pe_ltm")).endswith("price of several times its peers’ hangs on Cova")
    fragile = robust(found, "pe_ltm", {"main": 3.5, "bora": -0.3, "cova": -0.2})
    assert said(valuation.headline(found, fragile, "pe_ltm")).endswith("price of several times its peers’ is fragile")


@pytest.mark.parametrize("own", [None, "n.m.", "excluded"])
def test_without_a_gap_there_is_no_headline_of_price(own: Given) -> None:
    found = multiples(pe_ltm=own)
    assert said(valuation.headline(found, None, "pe_ltm")) == ""
    assert said(valuation.standfirst(found, None, "pe_ltm", When(date(2025, 9, 23)))) == ""


def test_two_peers_make_no_benchmark() -> None:
    found = evidence({m: {"alba": 10.0, "bora": 20.0, "cova": 30.0} for m in MULTIPLES})
    assert said(valuation.headline(found, None, "pe_ltm")) == ""
    assert said(valuation.standfirst(found, None, "pe_ltm", When(date(2025, 9, 23)))) == ""
    assert said(valuation.spread(found, MULTIPLES)) == ""
    assert "Two core peers" in said(valuation.small_sample(found))


def test_the_gap_without_the_pivotal_peer_keeps_its_sign() -> None:
    """Were the sign dropped, a discount turned into a premium would read as a smaller discount."""
    found = multiples(pe_ltm=14.0)
    test = robust(found, "pe_ltm", {"main": -0.3, "bora": -0.3, "cova": 0.12}, pivotal="cova")
    assert "+12%" in said(valuation.standfirst(found, test, "pe_ltm", When(date(2025, 9, 23))))
    text = said(valuation.robustness(found, test, "pe_ltm"))
    assert "−30%" in text
    assert "+12%" in text
    assert "2 of 3" in text


def test_a_test_without_a_pivotal_peer_says_in_how_many_variants_the_side_and_size_hold() -> None:
    found = multiples(pe_ltm=26.0)
    fragile = robust(found, "pe_ltm", {"main": 0.3, "bora": 0.01, "cova": -0.2, "dura": 0.3})
    text = said(valuation.robustness(found, fragile, "pe_ltm"))
    assert "2 of 4" in text
    assert "premium" in text
    assert "survives" not in text
    sound = robust(found, "pe_ltm", {"main": 0.3, "bora": 0.3, "cova": 0.2, "dura": 0.3})
    assert "survives" in said(valuation.robustness(found, sound, "pe_ltm"))


# ---- the multiples together ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "must", "never"),
    [
        ((14.0, 15.0, 16.0, 17.0), ("every multiple", "15% to 30% below"), "above"),
        ((26.0, 25.0, 24.0, 23.0), ("every multiple", "15% to 30% above"), "below"),
        ((14.0, 15.0, 16.0, 23.0), ("disagree", "book value (+15%)"), "every"),
        ((14.0, 15.0, 16.0, None), ("where it can be measured",), "every"),
        ((14.0, 15.0, 16.0, "n.m."), ("where it can be measured",), "book value"),
        ((14.0, None, None, None), ("earnings (−30%)",), "every"),
    ],
)
def test_every_is_said_only_when_every_multiple_is_known_and_on_that_side(
    values: tuple[Given, ...], must: tuple[str, ...], never: str
) -> None:
    text = said(valuation.spread(multiples(**dict(zip(MULTIPLES, values, strict=True))), MULTIPLES))
    assert all(word in text for word in must), text
    assert never not in text


@pytest.mark.parametrize("values", [(14.0, 15.0, 16.0, 20.0), (20.0, 20.0, 20.0, 20.0), (None,) * 4])
def test_a_multiple_at_the_median_is_neither_below_nor_above(values: tuple[Given, ...]) -> None:
    assert said(valuation.spread(multiples(**dict(zip(MULTIPLES, values, strict=True))), MULTIPLES)) == ""


GRID = st.sampled_from([None, "n.m.", 0.0, 5.0, 10.0, 20.0, 20.0, 40.0])


@settings(max_examples=40)
@given(st.lists(st.lists(GRID, min_size=4, max_size=4), min_size=4, max_size=4))
def test_whatever_the_figures_no_sentence_about_the_spread_is_false(rows: list[list[Given]]) -> None:
    companies = ("alba", "bora", "cova", "dura")
    values = {m: dict(zip(companies, row, strict=True)) for m, row in zip(MULTIPLES, rows, strict=True)}
    gaps = [_premium(values[m]) for m in MULTIPLES]
    statement = valuation.spread(evidence(values), MULTIPLES)
    for id in ("takeaway.spread", "valuation.spread", "title.range_dot", "section.valuation"):
        extra = {"all_measures": "all four", "measure": "earnings", "pivotal": "Bora"}
        text = said(Statement(id, {**statement.values, **extra}, {**statement.holds, "agree": True}), id)
        _reads_true(text, gaps)


def _premium(row: dict[str, Given]) -> float | None:
    """By hand: value over the median of three peers, less one."""
    known = [v for c, v in row.items() if c != "alba" and isinstance(v, float)]
    own = row["alba"]
    if not isinstance(own, float) or len(known) < 3 or statistics.median(known) <= 0:
        return None
    return own / statistics.median(known) - 1


def _reads_true(text: str, gaps: list[float | None]) -> None:
    known = [gap for gap in gaps if gap is not None]
    if "every multiple" in text or "all four" in text:
        assert len(known) == 4
        assert all(gap < 0 for gap in known) or all(gap > 0 for gap in known)
    if "Cheap against" in text or "Cheaper on every" in text:
        assert all(gap < 0 for gap in known)
    if "Dear against" in text or "Dearer on every" in text:
        assert all(gap > 0 for gap in known)
    if "disagree" in text or "either side" in text or "Cheap or dear" in text:
        assert min(known) < 0 < max(known)
    if "where it can be measured" in text:
        assert known
        assert all(gap < 0 for gap in known) if "Cheaper" in text else all(gap > 0 for gap in known)


# ---- cash ------------------------------------------------------------------------------------------------------------


def _cash(price: Given, cash: Given) -> Evidence:
    """P/E against 20, free cash flow yield against 4 %."""
    return evidence(
        {
            "pe_ltm": {"alba": price, "bora": 10.0, "cova": 20.0, "dura": 30.0},
            "fcf_yield_fy": {"alba": cash, "bora": 0.03, "cova": 0.04, "dura": 0.05},
        }
    )


@pytest.mark.parametrize(
    ("price", "cash", "holds"),
    [
        (14.0, 0.06, "agree"),  # cheap, and a high yield: the same
        (14.0, 0.02, "mixed"),  # cheap, but a low yield
        (26.0, 0.02, "agree"),  # dear, and a low yield
        (26.0, 0.06, "mixed"),
        (14.0, 0.041, "inline"),
    ],
)
def test_cash_agrees_when_it_says_the_same_as_the_multiple(price: float, cash: float, holds: str) -> None:
    statement = valuation.cash_yield(_cash(price, cash), "fcf_yield_fy", "pe_ltm")
    assert statement.holds[holds]
    assert not (statement.holds["agree"] and statement.holds["mixed"])
    text = said(statement)
    assert text
    assert ("agrees" in text) == (holds == "agree")


@pytest.mark.parametrize(
    ("price", "cash", "counters"),
    [(14.0, 0.02, True), (26.0, 0.06, True), (14.0, 0.041, True), (14.0, 0.06, False), (26.0, 0.02, False),
     (20.2, 0.041, False), (None, 0.02, False), (14.0, None, False)],
)  # fmt: skip
def test_cash_is_counter_evidence_only_against_a_gap_it_does_not_share(
    price: Given, cash: Given, counters: bool
) -> None:
    statement = valuation.cash_yield(_cash(price, cash), "fcf_yield_fy", "pe_ltm")
    assert bool(said(statement, "takeaway.cash_disagrees")) == counters


# ---- forecasts and gaps ----------------------------------------------------------------------------------------------

FY1 = "eps_estimate[fy1]"


def _forecast(**status: Given) -> Evidence:
    values = {company: 15.0 if isinstance(given, float) else given for company, given in status.items()}
    return evidence({"pe_fy1": values}, operands={(company, FY1): given for company, given in status.items()})


def test_no_forecast_is_said_to_be_missing_and_not_guessed() -> None:
    text = said(valuation.forecasts(_forecast(alba=None, bora=None, cova=None, dura=None), "pe_fy1"))
    assert "missing, not guessed" in text


def test_a_forecast_too_old_counts_as_none_but_is_not_said_never_to_have_been_made() -> None:
    text = said(valuation.forecasts(_forecast(alba=8.0, bora="stale", cova=9.0, dura=9.0), "pe_fy1"))
    assert "recent forecast" in text
    assert "Alba, Cova and Dura" in text
    assert "not for Bora" in text
    assert "no forward multiple is compared" in text


def test_a_loss_forecast_is_a_forecast() -> None:
    """P/E is not meaningful there, yet a forecast exists."""
    values: dict[str, Given] = {"alba": 15.0, "bora": "n.m.", "cova": 15.0, "dura": 15.0}
    operands: dict[tuple[str, str], Given] = {(company, FY1): 2.0 for company in values}
    assert said(valuation.forecasts(evidence({"pe_fy1": values}, operands=operands), "pe_fy1")) == ""


def test_where_the_median_stands_a_missing_forecast_does_not_undo_the_comparison() -> None:
    found = _forecast(alba=8.0, bora=9.0, cova=9.0, dura=9.0, era=None)
    text = said(valuation.forecasts(found, "pe_fy1"))
    assert "not for Era" in text
    assert "compared" not in text


def _ebitda(**given: tuple[Given, Given]) -> Evidence:
    """Company → (multiple, depreciation)."""
    key = "depreciation_amortization[ltm]"
    return evidence(
        {"ev_to_ebitda_ltm": {c: multiple for c, (multiple, _) in given.items()}},
        operands={(c, key): depreciation for c, (_, depreciation) in given.items()},
    )


@pytest.mark.parametrize(
    ("given", "must"),
    [
        (
            {"alba": (None, None), "bora": (9.0, 1.0), "cova": (None, None)},
            "missing for Alba and Cova, where depreciation",
        ),
        ({"alba": (None, None), "bora": (None, None)}, "is missing: depreciation"),
        ({"alba": (9.0, 1.0), "bora": (8.0, 1.0)}, ""),
        ({"alba": (None, 1.0), "bora": (8.0, 1.0)}, ""),  # depreciation is known: something else is missing
        ({"alba": ("n.m.", 1.0), "bora": (8.0, 1.0)}, ""),
    ],
)
def test_a_gap_is_explained_only_by_what_is_missing(given: dict[str, tuple[Given, Given]], must: str) -> None:
    key = "depreciation_amortization[ltm]"
    text = said(valuation.gaps(_ebitda(**given), "ev_to_ebitda_ltm", "EV/EBITDA", "depreciation", key))
    assert (must in text) if must else text == ""


# ---- implied values and history --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("medians", "lows", "must", "never"),
    [
        ((120.0, 130.0), (80.0, 90.0), ("Both medians", "above the price", "all the lows"), "below the price of"),
        ((120.0, 130.0), (80.0, 110.0), ("Both medians", "above the price"), "lows"),
        ((70.0, 80.0), (60.0, 60.0), ("Both medians", "below the price"), "above"),
        ((70.0, 130.0, 140.0), (60.0,), ("two above the price", "one below"), "All"),
        ((100.0, 130.0), (60.0,), (), "All"),
        ((120.0,), (80.0,), (), "All"),
        ((), (), (), "All"),
    ],
)
def test_all_medians_are_on_one_side_only_when_each_is(
    medians: tuple[float, ...], lows: tuple[float, ...], must: tuple[str, ...], never: str
) -> None:
    made = [quantity(value, f"m{place}", "money_per_share") for place, value in enumerate(medians)]
    floor = [quantity(value, f"l{place}", "money_per_share") for place, value in enumerate(lows)]
    text = said(valuation.implied(multiples(), made, floor, quantity(100.0, "price", "money_per_share")))
    assert all(word in text for word in must), text
    assert never not in text
    assert bool(text) == bool(must)


@pytest.mark.parametrize(("now", "must"), [(-0.1, "Dear"), (-0.5, "Cheap"), (-0.3, "")])
def test_a_gap_is_dear_or_cheap_by_its_own_mean(now: float, must: str) -> None:
    statement = valuation.history(multiples(), quantity(now, "now"), quantity(-0.3, "mean"), 0.1, 40, "ps_ltm")
    text = said(statement)
    assert (must in text and "−30%" in text) if must else text == ""


@pytest.mark.parametrize(
    ("count", "must", "never"),
    [
        (1, "One core peer makes no median", "peers"),
        (2, "Two core peers make no median", "enough"),
        (3, "not for quartiles", "tiny"),
        (6, "and quartiles, not for percentiles", "percentiles, q"),
        (8, "quartiles and percentiles", "not for"),
    ],
)
def test_what_a_small_set_may_print_follows_its_size(count: int, must: str, never: str) -> None:
    names = ["alba", *(f"peer{chr(97 + place)}" for place in range(count))]
    text = said(valuation.small_sample(evidence({"pe_ltm": dict.fromkeys(names, 10.0)})))
    assert must in text
    assert never not in text


def test_definitions_made_by_hand_are_the_catalogues_where_it_knows_them() -> None:
    assert definition("pe_ltm").better == "lower"
    assert definition("fcf_yield_fy").compare == "gap"

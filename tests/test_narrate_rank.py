"""Rank: size in the peers' own unit, how surely a gap holds, how good the data are; by hand arithmetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from peerbench.core.evidence import Evidence
from peerbench.narrate import operations, rank, resilience, valuation
from studies import DAY, evidence, robust

PE, PS, GROWTH, SHARE = "pe_ltm", "ps_ltm", "revenue_growth_ltm", "net_cash_share"
POINTS = {SHARE: {"unit": "fraction", "better": "higher", "compare": "gap"}}


def four(metric: str, *values: float | str | None) -> Evidence:
    return evidence({metric: dict(zip(("alba", "bora", "cora", "dura"), values, strict=False))}, **POINTS)


@pytest.mark.parametrize(
    ("distance", "unit", "weight"),
    [(0.0, 1.0, 0.0), (1.0, 1.0, 0.5), (-1.0, 1.0, 0.5), (3.0, 1.0, 0.75), (0.5, 0.0, 1.0), (0.0, 0.0, 0.0)],
)
def test_size_is_a_half_at_one_unit_and_nears_one_far_away(distance: float, unit: float, weight: float) -> None:
    assert rank.size(distance, unit) == weight


def test_the_unit_is_how_far_peers_lie_from_their_median_on_average() -> None:
    """10, 20 and 60 lie 10, 0 and 40 from 20."""
    assert rank.spread([10.0, 20.0, 60.0], 20.0) == pytest.approx(50 / 3)
    assert rank.spread([], 1.0) == 0.0


def test_a_gap_weighs_its_size_by_the_share_of_variants_in_which_it_holds() -> None:
    """P/E 10 against 20, 25, 30: the median is 25, the unit (5 + 0 + 5) / 3, and every variant keeps the discount."""
    made = four(PE, 10.0, 20.0, 25.0, 30.0)
    assert made.held[PE] == (6, 6)  # the median, without each of three, two other means
    assert rank.gap(made, PE) == pytest.approx(15 / (15 + 10 / 3))


def test_a_gap_that_one_peer_makes_weighs_less() -> None:
    """18 against 11, 26 and 33: without the third the median is 18.5, a gap inside 5 %."""
    made = four(PE, 18.0, 11.0, 26.0, 33.0)
    held, tried = made.held[PE]
    assert (held, tried) == (4, 6)  # fails without the third peer, and by the harmonic mean of 18.8
    assert rank.gap(made, PE) == pytest.approx(8 / (8 + 22 / 3) * 4 / 6)


def test_rates_are_tested_in_points_and_by_one_mean() -> None:
    """Growth of 5 % against 4, 11 and 12: without the 11 or the 12 the side changes; the mean of 9 keeps it."""
    made = four(GROWTH, 0.05, 0.04, 0.11, 0.12)
    assert made.held[GROWTH] == (5, 5)  # 8 %, 7.5 %, 11.5 % and 9 % are all more than a point above
    close = four(GROWTH, 0.105, 0.04, 0.11, 0.12)
    assert close.held[GROWTH][0] < close.held[GROWTH][1]
    assert rank.verbs(close, GROWTH)["firm"] is False


def test_without_a_median_nothing_weighs_and_nothing_is_firm_or_fails() -> None:
    made = four(PE, 10.0, 20.0, 30.0)
    assert PE not in made.held
    assert rank.gap(made, PE) == 0.0
    assert rank.verbs(made, PE) == {"firm": False, "stands": False, "fails": False}


def test_a_peer_without_a_value_takes_its_part_of_the_weight() -> None:
    whole = evidence({PE: {"alba": 10.0, "bora": 20.0, "cora": 25.0, "dura": 30.0}})
    holed = evidence({PE: {"alba": 10.0, "bora": 20.0, "cora": 25.0, "dura": 30.0, "eyra": None}})
    assert rank.gap(holed, PE) == pytest.approx(rank.gap(whole, PE) * 3 / 4)


def test_old_and_marked_figures_weigh_half() -> None:
    made = four(PE, 10.0, 20.0, 25.0, 30.0)
    before = rank.gap(made, PE)
    own = made.money("alba", PE)
    made.book[own.ref] = replace(own, flags=("diluted_average",))
    assert rank.gap(made, PE) == pytest.approx(before / 2)
    made.book[own.ref] = replace(own, end=date(2025, 3, 21))  # 186 days before the day
    assert (DAY - date(2025, 3, 21)).days == 186
    assert rank.gap(made, PE) == pytest.approx(before / 2)
    made.book[own.ref] = replace(own, end=date(2025, 3, 22))
    assert rank.gap(made, PE) == pytest.approx(before)


def test_a_change_is_measured_by_the_changes_of_the_peers() -> None:
    """48 % down is a unit where peers move by 48 % at the median, and three of them where they move by 16 %."""
    assert rank.change(four(GROWTH, -0.48, 0.48, -0.48, 0.9), GROWTH) == pytest.approx(0.5)
    assert rank.change(four(GROWTH, -0.48, 0.16, -0.16, 0.01), GROWTH) == pytest.approx(0.75)


def test_findings_that_agree_are_worth_more_than_the_strongest_and_never_more_than_one() -> None:
    assert rank.together((0.5, 0.5)) == 0.75
    assert rank.together(()) == 0.0
    assert rank.together((2.0, -1.0)) == 1.0


# ---- what it does to claims -----------------------------------------------------------------------------------------


def both(pe: tuple[float, ...], growth: tuple[float, ...]) -> tuple[float, float]:
    """The weights of the claims on price and on growth over one made-up set."""
    names = ("alba", "bora", "cora", "dura")
    made = evidence({PE: dict(zip(names, pe, strict=True)), GROWTH: dict(zip(names, growth, strict=True))})
    return valuation.spread(made, [PE]).strength, operations.growth(made, GROWTH).strength


def test_the_stronger_of_two_findings_ranks_first_whichever_it_is() -> None:
    far, near = (10.0, 20.0, 25.0, 30.0), (23.0, 20.0, 25.0, 30.0)
    price, growth = both(far, (0.10, 0.08, 0.11, 0.2))
    assert price > growth
    price, growth = both(near, (0.0, 0.1, 0.11, 0.12))
    assert price < growth


def test_of_two_gaps_of_one_size_the_one_that_holds_ranks_first() -> None:
    """Both lie eight below a median of 26 with peers as far apart; one depends on a single peer."""
    fragile = four(PE, 18.0, 11.0, 26.0, 33.0)
    firm = four(PE, 18.0, 25.0, 26.0, 47.0)
    assert rank.spread([11, 26, 33], 26) == rank.spread([25, 26, 47], 26)
    assert valuation.spread(firm, [PE]).strength > valuation.spread(fragile, [PE]).strength


def test_multiples_on_both_sides_weigh_less_than_those_that_agree() -> None:
    names = ("alba", "bora", "cora", "dura")
    low, high = (10.0, 20.0, 25.0, 30.0), (40.0, 20.0, 25.0, 30.0)
    agree = evidence({PE: dict(zip(names, low, strict=True)), PS: dict(zip(names, low, strict=True))})
    differ = evidence({PE: dict(zip(names, low, strict=True)), PS: dict(zip(names, high, strict=True))})
    one = valuation.spread(agree, [PE, PS])
    other = valuation.spread(differ, [PE, PS])
    assert one.strength > rank.gap(agree, PE) > other.strength
    assert (one.favours, other.favours) == (1, 0)


def test_a_headline_that_says_it_hangs_on_one_peer_is_not_weighed_down_by_hanging() -> None:
    made = four(PE, 18.0, 11.0, 26.0, 33.0)
    tested = robust(made, PE, {"all": -0.3, "dura": -0.02}, pivotal="dura")
    assert valuation.headline(made, tested, PE).strength == pytest.approx(8 / (8 + 22 / 3))
    assert valuation.headline(made, None, PE).strength == pytest.approx(8 / (8 + 22 / 3) * 4 / 6)


def test_net_cash_weighs_by_its_part_of_the_market_value_too() -> None:
    few, much = four(SHARE, 0.02, 0.01, 0.02, 0.03), four(SHARE, 0.25, 0.24, 0.25, 0.26)
    assert rank.gap(few, SHARE) == rank.gap(much, SHARE) == 0.0
    assert resilience.cushion_weight(much, SHARE) == pytest.approx(0.5)
    assert resilience.cushion_weight(few, SHARE) == pytest.approx(0.02 / 0.27)

"""Implied values by hand, backwards and in proportion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbench.compare.implied import Bridge, ImpliedInputs, Unit, implied, unit_value

BRIDGE = Bridge(debt=230e9, minority=70e9, mezzanine=10e9, cash=180e9, investments=310e9)  # net cash: −180bn
ADS = Unit(shares=18e9, ordinary_per_unit=8, rate=7.5, currency="USD")
EQUITY = ImpliedInputs("pe_ltm", "equity", 150e9, 18.0, (("t", 25.0), ("z", 33.0), ("b", 11.0)), BRIDGE, ADS, ("r",))
FIRM = replace(EQUITY, metric="ev_to_ebit_ltm", kind="enterprise", denominator=140e9)


def test_an_equity_multiple_goes_straight_to_the_unit() -> None:
    # 25 × 150bn / 18bn shares × 8 / 7.5 = 222.22
    found = implied(EQUITY)
    assert found.median == pytest.approx(25 * 150 / 18 * 8 / 7.5)
    assert (found.low, found.high) == (
        pytest.approx(11 * 150 / 18 * 8 / 7.5),
        pytest.approx(33 * 150 / 18 * 8 / 7.5),
    )
    assert (found.currency, found.n, found.multiples, found.refs) == ("USD", 3, (11.0, 25.0, 33.0), ("r",))


def test_an_enterprise_multiple_crosses_the_bridge() -> None:
    assert BRIDGE.net_claims == -180e9
    # 18 × 140bn = 2,520bn; + 180bn net cash = 2,700bn; / 18bn = CNY150; × 8 = 1,200; / 7.5 = US$160
    assert implied(FIRM).own == pytest.approx(160)
    # 25 × 140bn = 3,500bn + 180bn = 3,680bn → 204.44 × 8 / 7.5
    assert implied(FIRM).median == pytest.approx(3680 / 18 * 8 / 7.5)


@given(
    price=st.floats(0.5, 2000),
    shares=st.floats(1e6, 3e10),
    ratio=st.sampled_from([0.1, 1.0, 4.0, 8.0]),
    rate=st.floats(0.1, 200),
    debt=st.floats(0, 1e12),
    denominator=st.floats(1e6, 1e12),
)
def test_the_own_multiple_returns_the_own_price(
    price: float, shares: float, ratio: float, rate: float, debt: float, denominator: float
) -> None:
    unit, bridge = Unit(shares, ratio, rate, "USD"), Bridge(debt=debt, cash=1e9)
    cap = price * rate / ratio * shares
    for kind, value in (("equity", cap), ("enterprise", cap + bridge.net_claims)):
        inputs = replace(EQUITY, kind=kind, denominator=denominator, own=value / denominator, bridge=bridge, unit=unit)
        assert implied(inputs).own == pytest.approx(price, rel=1e-3)
    equity = replace(EQUITY, denominator=denominator, own=cap / denominator, unit=unit)
    assert implied(equity).returns(price)


def test_a_wrong_share_count_fails_the_round_trip() -> None:
    assert implied(FIRM).returns(160.0)
    assert not implied(replace(FIRM, unit=replace(ADS, shares=17.9e9))).returns(160.0)
    assert not implied(replace(FIRM, own=None)).returns(160.0)


def test_no_value_below_three_peers() -> None:
    found = implied(replace(EQUITY, peers=EQUITY.peers[:2]))
    assert (found.low, found.median, found.status) == (None, None, "withheld")
    assert found.reason == "2 peers have a value; an implied value needs at least 3"
    assert found.own is not None


def test_a_loss_or_claims_above_the_value_say_nothing() -> None:
    loss = implied(replace(EQUITY, denominator=-1.0))
    assert (loss.status, loss.low, loss.reason) == (
        "not_meaningful",
        None,
        "the figure below pe_ltm is not above zero",
    )
    drowned = implied(replace(FIRM, bridge=Bridge(debt=2e12)))
    assert (drowned.status, drowned.median) == ("not_meaningful", None)
    assert "claims on the firm" in (drowned.reason or "")


def test_quartiles_from_eight_peers_on() -> None:
    seven = replace(EQUITY, peers=tuple((f"p{i}", 10.0 + i * i) for i in range(7)))
    eight = replace(EQUITY, peers=tuple((f"p{i}", 10.0 + i * i) for i in range(8)))
    assert (implied(seven).q1, implied(seven).q3) == (None, None)
    values = [unit_value(eight, multiple) for _, multiple in eight.peers]
    found = implied(eight)
    assert [found.q1, found.median, found.q3] == pytest.approx(list(np.quantile(values, [0.25, 0.5, 0.75])))

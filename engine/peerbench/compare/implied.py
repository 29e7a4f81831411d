"""Implied value: what the subject's unit would cost at its peers' multiples (METHOD 28, the football field).

Enterprise multiples pass through the bridge, equity multiples do not; then per diluted ordinary share; the exchange
rate and the ADS ratio come last.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from peerbench.compare.sizes import QUARTILES_SOLID, withheld

ROUND_TRIP: Final = 1e-6  # relative; the same arithmetic backwards leaves only the noise of floating point


@dataclass(frozen=True, slots=True)
class Bridge:
    """What lies between enterprise value and equity, in the reporting currency. Debt includes the leases counted."""

    debt: float = 0.0
    preferred: float = 0.0
    minority: float = 0.0
    mezzanine: float = 0.0
    cash: float = 0.0
    investments: float = 0.0

    @property
    def net_claims(self) -> float:
        """Enterprise value − market value of equity; below zero for a company with net cash."""
        return self.debt + self.preferred + self.minority + self.mezzanine - self.cash - self.investments


@dataclass(frozen=True, slots=True)
class Unit:
    """How a total in the reporting currency becomes the price of one listed unit."""

    shares: float  # diluted ordinary shares
    ordinary_per_unit: float  # an ADS of Alibaba is 8
    rate: float  # reporting currency for one unit of the listing's currency, e.g. 7.1118 CNY for a dollar
    currency: str  # of the result


@dataclass(frozen=True, slots=True)
class ImpliedInputs:
    """One multiple: the subject's figure below the line, its own multiple and those of its comparable core peers."""

    metric: str
    kind: Literal["equity", "enterprise"]
    denominator: float  # e.g. LTM net income to common, reporting currency
    own: float | None
    peers: tuple[tuple[str, float], ...]  # company, ok multiple
    bridge: Bridge
    unit: Unit
    refs: tuple[str, ...] = ()  # of everything above, for lineage


@dataclass(frozen=True, slots=True)
class Implied:
    """Values of one unit in `currency`. All are None when reason says why; quartiles need eight peers."""

    metric: str
    currency: str
    n: int
    low: float | None = None
    q1: float | None = None
    median: float | None = None
    q3: float | None = None
    high: float | None = None
    own: float | None = None  # at the subject's own multiple: must be its price
    multiples: tuple[float, ...] = ()  # lowest, median, highest of the peers
    peers: tuple[str, ...] = ()  # whose multiples they are
    status: Literal["ok", "withheld", "not_meaningful"] = "ok"
    reason: str | None = None
    refs: tuple[str, ...] = ()

    def returns(self, price: float, *, tolerance: float = ROUND_TRIP) -> bool:
        """Whether the subject's own multiple leads back to its own price (METHOD 28, 35)."""
        return self.own is not None and math.isclose(self.own, price, rel_tol=tolerance)


def unit_value(inputs: ImpliedInputs, multiple: float) -> float:
    """The price of one unit at which the subject would stand at `multiple`.

    | EV/EBIT | × EBIT 140bn | − (−180bn) net claims | ÷ 18bn shares | × 8 per ADS | ÷ 7.5 CNY per US$ |
    | 18      | EV 2,520bn   | equity 2,700bn        | CNY150        | CNY1,200    | US$160              |
    """
    total = multiple * inputs.denominator
    equity = total - inputs.bridge.net_claims if inputs.kind == "enterprise" else total
    return equity / inputs.unit.shares * inputs.unit.ordinary_per_unit / inputs.unit.rate


def implied(inputs: ImpliedInputs) -> Implied:
    """Lowest, median and highest implied value; quartiles from eight peers, nothing below three."""
    n = len(inputs.peers)
    why = withheld(n, "implied value")
    if why:
        return _none(inputs, "withheld", why)
    if inputs.denominator <= 0:
        return _none(inputs, "not_meaningful", f"the figure below {inputs.metric} is not above zero")
    multiples = sorted(multiple for _, multiple in inputs.peers)
    values = [unit_value(inputs, multiple) for multiple in multiples]
    if values[0] <= 0:
        return _none(inputs, "not_meaningful", "at the lowest peer multiple the claims on the firm exceed its value")
    quartiles = n >= QUARTILES_SOLID
    return Implied(
        inputs.metric,
        inputs.unit.currency,
        n,
        values[0],
        quantile(values, 0.25) if quartiles else None,
        quantile(values, 0.5),
        quantile(values, 0.75) if quartiles else None,
        values[-1],
        _own(inputs),
        (multiples[0], quantile(multiples, 0.5), multiples[-1]),
        tuple(company for company, _ in inputs.peers),
        refs=inputs.refs,
    )


def _none(inputs: ImpliedInputs, status: Literal["withheld", "not_meaningful"], reason: str) -> Implied:
    peers = tuple(company for company, _ in inputs.peers)
    unit = inputs.unit.currency
    return Implied(
        inputs.metric, unit, len(peers), own=_own(inputs), peers=peers, status=status, reason=reason, refs=inputs.refs
    )


def _own(inputs: ImpliedInputs) -> float | None:
    return None if inputs.own is None else unit_value(inputs, inputs.own)


def quantile(ordered: list[float], share: float) -> float:
    """Linear quantile of values in ascending order (Excel INC)."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])

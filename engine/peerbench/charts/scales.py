"""Scales and ticks: from a value to px, round steps, and tick texts that carry their unit at the ends only."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from peerbench.core.document import Number

Text = Callable[[Number], str]
SNUG: Final = 0.35
_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from the domain's ends to the range's ends, in px of the whole chart."""

    domain: tuple[float, float]
    range: tuple[float, float]

    def __call__(self, value: float) -> float:
        (low, high), (start, end) = self.domain, self.range
        return start + (value - low) / (high - low) * (end - start)

    def holds(self, value: float) -> bool:
        return self.domain[0] <= value <= self.domain[1]


def step(span: float, most: float) -> float:
    """The smallest round step (1, 2, 2.5 or 5 times a power of ten) that cuts the span into at most `most` parts."""
    least = span / max(most, 1.0)
    power = 10.0 ** math.floor(math.log10(least)) if least > 0 else 1.0
    return next(one * power for one in _STEPS if one * power >= least * (1 - 1e-9))


def multiples(low: float, high: float, by: float) -> tuple[float, ...]:
    """The multiples of a step inside an interval, both ends included."""
    first, last = math.ceil(low / by - 1e-9), math.floor(high / by + 1e-9)
    return tuple(float(f"{index * by:.12g}") for index in range(first, last + 1))


def rounded_domain(
    values: Iterable[float], *, parts: float, zero: bool = False, snug: bool = False
) -> tuple[float, float, float]:
    """(low, high, step) with both ends on a tick around the finite values; a single value still gets a span.

    snug: an end that lies only just beyond a tick stays near its value instead of opening an empty step.
    """
    known = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < 1e-12:
        pad = abs(high) / 2 or 1.0
        low, high = (low, high + pad) if zero and low == 0 else (low - pad, high + pad)
    by = step(high - low, parts)
    below, above = math.floor(low / by + 1e-9) * by, math.ceil(high / by - 1e-9) * by
    if snug and low - below > (1 - SNUG) * by:
        below = low - 0.08 * by
    if snug and above - high > (1 - SNUG) * by:
        above = high + 0.08 * by
    return below, above, by


@dataclass(frozen=True, slots=True)
class _Unit:
    bare: str  # the format of a tick without its unit
    prefix: str
    suffix: str


def tick_texts(
    ticks: Sequence[float],
    like: Number,
    text: Text,
    *,
    unit: Literal["last", "both"] = "last",
    signed: bool | None = None,
) -> tuple[str, ...]:
    """The ticks written in the format of a figure: "−5", "0", "+5", "+15%". Zero carries no sign.

    The unit stands at the last tick, or at both ends.
    """
    written = _unit(like, ticks, text, signed)
    ends = {len(ticks) - 1, 0} if unit == "both" else {len(ticks) - 1}
    return tuple(_tick(tick, written, text, full=index in ends) for index, tick in enumerate(ticks))


def _tick(value: float, unit: _Unit, text: Text, *, full: bool) -> str:
    points = text(Number(0.0, "unit_pp"))
    bare = "0" if value == 0 else text(Number(value, unit.bare)).removesuffix("%").removesuffix(points)
    if not full:
        return bare
    sign, digits = (bare[0], bare[1:]) if bare[0] in "+−-" else ("", bare)
    return f"{sign}{unit.prefix}{digits}{unit.suffix}"


def _unit(like: Number, ticks: Sequence[float], text: Text, signed: bool | None) -> _Unit:
    by = min((after - before for before, after in pairwise(ticks)), default=1.0)
    name = like.format
    if "pct" in name or "pp" in name:
        plus = name.startswith("s") if signed is None else signed
        percent = "spct" if plus else "pct"
        return _Unit(percent + _decimals(by * 100), "", _word("pp", text) if "pp" in name else "%")
    before, after = _symbol(like, text), _behind(like, text)
    if name == "money" or name.startswith("bn"):
        return _Unit("bn" + ("0" if by >= 1e9 else "1"), before, _word("bn", text) + after)
    if name.startswith("m"):
        return _Unit("m0", before, _word("m", text) + after)
    if name != "price":
        before, after = "", _word("x", text) if name.startswith("x") else ""
    return _Unit("n" + _decimals(by), before, after)


def _decimals(by: float) -> str:
    return next((str(count) for count in (0, 1) if math.isclose(by * 10**count, round(by * 10**count))), "2")


def _symbol(like: Number, text: Text) -> str:
    """What the format module writes before the digits of a price in this currency, e.g. US$."""
    if not like.currency:
        return ""
    written = text(Number(1.0, "price", currency=like.currency))
    return written[: next((at for at, char in enumerate(written) if char.isdigit()), 0)]


def _behind(like: Number, text: Text) -> str:
    """What the language of the page writes behind the digits of a price in this currency; nothing in English."""
    return text(Number(1.0, "unit_price", currency=like.currency)) if like.currency else ""


def _word(unit: str, text: Text) -> str:
    """The word of a unit alone: bn, pp, x."""
    return text(Number(0.0, f"unit_{unit}"))

"""Share counts that contradict every other: a count in thousands is out by a factor that no dilution explains.

A count, a weighted average and net income ÷ earnings per share all speak of the same shares. One that is far from most
of the others is not used, nor is any market value built on it (METHOD 10 and 35).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

from peerbench.core.periods import add_months
from peerbench.normalise.index import Fact
from peerbench.normalise.view import View

FACTOR: Final = 5.0
YEARS: Final = 3
LEAST_EPS: Final = 0.01  # below a cent a share the quotient is all rounding


@dataclass(frozen=True, slots=True)
class _Witness:
    """What one figure says the shares are; fact is None where it follows from income and earnings per share."""

    shares: float
    fact: Fact | None = None


def odd(view: View, company: str) -> Mapping[str, str]:
    """Facts by id that most other figures contradict, each with the sentence that says so."""
    return view.once(("odd counts", company), lambda: _odd(view, company))


def _odd(view: View, company: str) -> dict[str, str]:
    witnesses = [*_stated(view, company), *_implied(view, company)]
    found = {}
    for witness in witnesses:
        others = [other.shares for other in witnesses if other is not witness]
        against = [shares for shares in others if not _near(witness.shares, shares)]
        if witness.fact and len(against) > len(others) - len(against):
            found[witness.fact.id] = (
                f"{shares(witness.shares)} shares are stated where other counts, and net income ÷ earnings per share,"
                f" say about {shares(median(against))}"
            )
    return found


def _stated(view: View, company: str) -> list[_Witness]:
    rows = [fact for item in ("shares_outstanding", "shares_diluted") for fact in view.facts(company, item)]
    newest = max((fact.end for fact in rows), default=None)
    since = add_months(newest, -12 * YEARS) if newest else None
    return [_Witness(fact.value, fact) for fact in rows if since and fact.end >= since and fact.value > 0]


def _implied(view: View, company: str) -> list[_Witness]:
    """Income to common over earnings per share, of the windows in which the same sign of both is known."""
    common = view.facts(company, "net_income_common") or view.facts(company, "net_income_parent")
    income = {(fact.start, fact.end): fact.value for fact in common}
    rows = [fact for fact in view.facts(company, "eps_diluted") if abs(fact.value) >= LEAST_EPS]
    ratios = [income[fact.start, fact.end] / fact.value for fact in rows if (fact.start, fact.end) in income]
    return [_Witness(ratio) for ratio in ratios[-4 * YEARS :] if ratio > 0]


def _near(one: float, other: float) -> bool:
    return 1 / FACTOR < one / other < FACTOR


def shares(number: float) -> str:
    return f"{number / 1e6:,.0f}m" if number >= 1e7 else f"{number:,.0f}"

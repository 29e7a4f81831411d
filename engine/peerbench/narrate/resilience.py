"""Claims on the balance sheet: net cash, leverage, coverage."""

from __future__ import annotations

from typing import Final

from peerbench.core.evidence import Evidence
from peerbench.narrate import rank, words
from peerbench.narrate.claims import Statement
from peerbench.narrate.operations import extremes


def net_cash(evidence: Evidence, amount: str, share: str) -> Statement:
    """Net cash or net debt as the issuer's balance sheet gives it, and its weight in market value."""
    own, weight, median = (
        evidence.value(evidence.subject, amount),
        evidence.money(evidence.subject, share),
        evidence.median(share),
    )
    positive = bool(own.ok and (own.value or 0) > 0)
    gap = (weight.value or 0) - (median.value or 0) if weight.ok and median.ok else 0.0
    return Statement(
        "takeaway.net_cash",
        {
            "subject": evidence.name(evidence.subject),
            "amount": own.number("money", absolute=True),
            "share": weight.number("pct1", absolute=True),
            "median": median.number("pct1"),
        },
        {
            "net_cash": positive,
            "net_debt": bool(own.ok and (own.value or 0) < 0),
            "above": gap > 0,
            "below": gap < 0,
            **rank.verbs(evidence, share),
            "any": own.ok and weight.ok,
        },
        strength=cushion_weight(evidence, share),
        favours=1 if positive and gap >= 0 else -1,
    )


QUARTER: Final = 0.25  # of the market value: net cash of so much weighs ½ whatever the peers have


def cushion_weight(evidence: Evidence, share: str) -> float:
    """Net cash or net debt weighs by its part of the market value, and by its distance from the peers'."""
    own = evidence.money(evidence.subject, share)
    alone = rank.size(own.value or 0.0, QUARTER) * rank.sound(evidence, own, ())
    return rank.together((alone, rank.gap(evidence, share)))


def leverage(evidence: Evidence, metric: str) -> Statement:
    """Gross debt against equity, never called net (METHOD 15)."""
    own, median = evidence.money(evidence.subject, metric), evidence.median(metric)
    most, least = extremes(evidence, metric)
    gap = (own.value or 0) - (median.value or 0) if own.ok and median.ok else 0.0
    return Statement(
        "resilience.leverage",
        {
            "subject": evidence.name(evidence.subject),
            "own": own.number("pct0"),
            "median": median.number("pct0"),
            "of": words.count(len(evidence.everyone)),
        },
        {
            "lowest": least == evidence.subject and len(evidence.everyone) > 2,
            "highest": most == evidence.subject and len(evidence.everyone) > 2,
            "below": gap < 0,
            "above": gap > 0,
            "any": own.ok,
        },
        strength=rank.gap(evidence, metric),
        favours=-rank.side(gap),
    )

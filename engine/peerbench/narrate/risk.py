"""Claims on market risk, for risk managers: larger is riskier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from peerbench.core.document import Spans, Text, When
from peerbench.core.evidence import Evidence, Quantity
from peerbench.narrate import rank, words
from peerbench.narrate.claims import Statement, few, listing, possessive
from peerbench.narrate.operations import extremes
from peerbench.narrate.valuation import direction


def _peers(evidence: Evidence) -> Spans:
    return few([evidence.name(peer) for peer in evidence.peers], many=words.peers(evidence))


def _lowest(evidence: Evidence, metric: str) -> bool:
    return extremes(evidence, metric)[1] == evidence.subject


def headline(evidence: Evidence, swings: str, debt: str) -> Statement:
    """Volatility against the peers, and what the balance sheet says beside it."""
    premium = evidence.premium(swings)
    gap = (evidence.money(evidence.subject, debt).value, evidence.median(debt).value)
    less_debt = gap[0] is not None and gap[1] is not None and gap[0] < gap[1]
    return Statement(
        "headline.risk",
        {
            "subject": evidence.name(evidence.subject),
            "subject_s": possessive(evidence.name(evidence.subject)),
            "gap": premium.number("pct0", absolute=True),
            "peers": _peers(evidence),
            "of": words.count(len(evidence.everyone)),
        },
        {
            "unmeasured": not evidence.money(evidence.subject, swings).ok,
            **direction(premium),
            **rank.verbs(evidence, swings),
            "below_debt": less_debt,
            "above_debt": gap[0] is not None and gap[1] is not None and gap[0] > gap[1],
            "lowest_debt": _lowest(evidence, debt),
            "any": True,
        },
        strength=rank.gap(evidence, swings),
        favours=-rank.side(premium.value) if premium.ok else 1 if less_debt else -1,
    )


def standfirst(evidence: Evidence, swings: str, debt: str, priced_on: When) -> Statement:
    """Volatility, its comparator, and debt against equity."""
    own, median, leverage = (
        evidence.money(evidence.subject, swings),
        evidence.median(swings),
        evidence.money(evidence.subject, debt),
    )
    return Statement(
        "standfirst.risk",
        {
            "subject": evidence.name(evidence.subject),
            "date": priced_on,
            "own": own.number("pct0"),
            "median": median.number("pct0"),
            "debt": leverage.number("pct0"),
            "median_debt": evidence.median(debt).number("pct0"),
            "peers": _peers(evidence),
            "of": words.count(len(evidence.everyone)),
        },
        {
            "own": own.ok,
            "median": median.ok,
            "debt": leverage.ok,
            "median_debt": evidence.median(debt).ok,
            "unmeasured": not own.ok,
            "lowest_debt": _lowest(evidence, debt),
            "highest_debt": extremes(evidence, debt)[0] == evidence.subject,
            "any": True,
        },
    )


def volatility(evidence: Evidence, year: str, month: str) -> Statement:
    """Volatility by company, and how the last twenty days ran."""
    own, recent = evidence.money(evidence.subject, year), evidence.value(evidence.subject, month)
    most, least = extremes(evidence, year)
    others = [(evidence.name(p), evidence.money(p, year)) for p in evidence.peers]
    return Statement(
        "takeaway.volatility",
        {
            "subject": evidence.name(evidence.subject),
            "of": words.count(len(evidence.everyone)),
            "own": own.number("pct0"),
            "others": listing([(q.number("pct0"), Text(f" at {name}")) for name, q in others if q.ok]),
            "recent": recent.number("pct0"),
        },
        {
            "highest": most == evidence.subject,
            "lowest": least == evidence.subject,
            "own": own.ok,
            "recent": recent.ok,
            "any": own.ok and any(q.ok for _, q in others),
        },
        strength=rank.gap(evidence, year),
        favours=-rank.side(evidence.premium(year).value),
    )


def tail(evidence: Evidence, in_twenty: str, worst: str) -> Statement:
    """The worst days, own and the worst of any peer."""
    own, day = evidence.money(evidence.subject, in_twenty), evidence.money(evidence.subject, worst)
    most, _ = extremes(evidence, worst)
    deepest = evidence.money(most, worst) if most else day
    most_daily, _ = extremes(evidence, in_twenty)
    return Statement(
        "takeaway.tail",
        {
            "subject": evidence.name(evidence.subject),
            "in_twenty": own.number("pct1"),
            "worst": day.number("pct1"),
            "deepest": deepest.number("pct1"),
            "deepest_name": evidence.name(most) if most else "",
            "daily_name": evidence.name(most_daily) if most_daily else "",
            "daily": evidence.money(most_daily, in_twenty).number("pct1") if most_daily else "",
        },
        {
            "own": own.ok and day.ok,
            "highest_other": bool(most) and most != evidence.subject and own.ok and day.ok,
            "highest_own": most == evidence.subject and own.ok and day.ok,
        },
        strength=rank.together((rank.gap(evidence, in_twenty), rank.gap(evidence, worst))),
        favours=-rank.side(evidence.premium(in_twenty).value),
    )


def diversification(evidence: Evidence, correlations: Mapping[str, Quantity]) -> Statement:
    """Which peers the subject moves with, most first."""
    ordered = sorted(
        ((q.value, company, q) for company, q in correlations.items() if q.value is not None), reverse=True
    )
    items: Sequence[Spans] = [
        (Text(f"{possessive(evidence.name(company))} ("), q.number("n2"), Text(")")) for _, company, q in ordered
    ]
    return Statement(
        "takeaway.diversification",
        {
            "subject": evidence.name(evidence.subject),
            "closest": items[0] if items else "",
            "rest": listing(items[1:]) if len(items) > 1 else "",
            "list": listing(items),
        },
        {"highest": len(items) > 1 and ordered[0][0] > ordered[1][0], "any": bool(items)},
        strength=rank.size(ordered[0][0] - ordered[-1][0], rank.USUAL) if ordered else 0.0,
    )


def drawdown(evidence: Evidence, metric: str) -> Statement:
    """The deepest fall over three years against the peer median."""
    own, median = evidence.money(evidence.subject, metric), evidence.median(metric)
    return Statement(
        "takeaway.drawdown",
        {
            "subject": evidence.name(evidence.subject),
            "own": own.number("pct0"),
            "median": median.number("pct0"),
        },
        {**direction(evidence.premium(metric)), "any": own.ok and median.ok},
        strength=rank.gap(evidence, metric),
        favours=-rank.side(evidence.premium(metric).value),
    )

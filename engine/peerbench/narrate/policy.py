"""Claims on scale and effort, for policy professionals: plain units, no multiples, no ratings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from peerbench.core.document import Text
from peerbench.core.evidence import Evidence, Quantity
from peerbench.narrate import rank, words
from peerbench.narrate.claims import Statement, few, listing, possessive
from peerbench.narrate.operations import extremes, moves

NAMED: Final = 5  # companies that a sentence may list with their figures


def ordered(evidence: Evidence, metric: str) -> list[str]:
    """Companies with a value in the brief's currency, largest first."""
    known = [(evidence.money(c, metric).value, c) for c in (evidence.subject, *evidence.peers)]
    return [company for value, company in sorted(((v, c) for v, c in known if v is not None), reverse=True)]


def together(evidence: Evidence, metric: str, companies: Sequence[str], what: str) -> Quantity:
    """The sum over companies in the brief's currency; missing when any part is missing."""
    parts = [evidence.money(company, metric) for company in companies]
    known = [part.value for part in parts if part.value is not None]
    total = sum(known) if parts and len(known) == len(parts) else None
    name = f"{metric}:together:{'+'.join(sorted(companies))}"
    return evidence.work(name, what, total, "money", "sum", parts, currency=evidence.currency)


def ratio(evidence: Evidence, over: Quantity, under: Quantity, name: str, what: str) -> Quantity:
    value = over.value / under.value if over.value is not None and under.value else None
    return evidence.work(name, what, value, "times", "÷", (over, under))


def headline(evidence: Evidence, metric: str) -> Statement:
    """Who spends most, against everyone else together or against the subject."""
    order = ordered(evidence, metric)
    top = order[0] if order else ""
    others = [c for c in (evidence.subject, *evidence.peers) if c in order[1:]]
    top_value = evidence.money(top, metric) if top else evidence.money(evidence.subject, metric)
    rest = together(evidence, metric, others, "Capital spending of the others together")
    names = [evidence.name(company) for company in others]
    times = ratio(evidence, top_value, rest, f"{metric}:top_to_rest", "Largest spender ÷ the others together")
    own = evidence.money(evidence.subject, metric)
    single = ratio(evidence, top_value, own, f"{metric}:top_to_own", "Largest spender ÷ the subject")
    whole = times.value is not None and times.value >= 1.5
    return Statement(
        "headline.policy",
        {
            "top": evidence.name(top) if top else "",
            "subject": evidence.name(evidence.subject),
            "subject_s": possessive(evidence.name(evidence.subject)),
            "others": few(names, many=f"the other {words.count(len(names))}", letters=40),
            "times": times.number("n1"),
            "single": single.number("n1"),
        },
        {
            "highest_alone": whole and len(others) > 1,
            "highest_other": bool(single.value and single.value > 1),
            "highest_own": extremes(evidence, metric)[0] == evidence.subject,
            "any": True,
        },
        strength=rank.gap(evidence, metric),
        favours=1 if top == evidence.subject else -1,
    )


def standfirst(evidence: Evidence, metric: str) -> Statement:
    """The largest spender's outlay beside everyone else's."""
    order = ordered(evidence, metric)
    top = order[0] if order else evidence.subject
    others = [c for c in (evidence.subject, *evidence.peers) if c in order[1:]]
    rest = together(evidence, metric, others, "Capital spending of the others together")
    names = [evidence.name(company) for company in others]
    return Statement(
        "standfirst.policy",
        {
            "top": evidence.name(top),
            "top_value": evidence.money(top, metric).number("money"),
            "count": words.count(len(others)),
            "others": few(names, many=f"the other {words.count(len(names))}"),
            "rest": rest.number("money"),
        },
        {"all": len(others) > 1 and len(order) == 1 + len(evidence.peers), "any": len(order) > 1},
    )


def scale(evidence: Evidence, metric: str) -> Statement:
    """How many times the subject's the largest outlay is, and the next one's."""
    order = ordered(evidence, metric)
    top = order[0] if order else evidence.subject
    rest = [c for c in order if c != top][:2]
    times = [
        ratio(
            evidence,
            evidence.money(top, metric),
            evidence.money(c, metric),
            f"{metric}:{top}_to_{c}",
            f"{evidence.name(top)} ÷ {evidence.name(c)}",
        )
        for c in rest
    ]
    items = [(q.number("n1"), Text(f" times {possessive(evidence.name(c))}")) for q, c in zip(times, rest, strict=True)]
    return Statement(
        "takeaway.scale",
        {"top": evidence.name(top), "top_s": possessive(evidence.name(top)), "items": listing(items)},
        {"any": bool(items)},
        strength=_times_weight(times),
        favours=1 if top == evidence.subject else -1,
    )


def _times_weight(times: Sequence[Quantity]) -> float:
    """How far apart the sizes are: ½ where the largest is twice the next."""
    return max((rank.size(quantity.value - 1.0, 1.0) for quantity in times if quantity.value is not None), default=0.0)


def pace(evidence: Evidence, growth: str, level: str) -> Statement:
    """Growth of spending, subject and largest spender, each in its reporting currency."""
    order = ordered(evidence, level)
    leads = bool(order) and order[0] == evidence.subject
    top = order[0] if order and not leads else (order[1] if len(order) > 1 else evidence.subject)
    own, other = evidence.value(evidence.subject, growth), evidence.value(top, growth)
    faster = own.ok and other.ok and (own.value or 0) > (other.value or 0)
    slower = own.ok and other.ok and (own.value or 0) < (other.value or 0)
    return Statement(
        "takeaway.pace",
        {
            "subject_s": possessive(evidence.name(evidence.subject)),
            "own": own.number("pct0", absolute=True),
            "own_change": own.number("spct0"),
            "top_s": possessive(evidence.name(top)),
            "other": other.number("pct0", absolute=True),
            "other_change": other.number("spct0"),
        },
        {
            **moves(own.value),
            **moves(other.value, "_other"),
            "narrowing": slower if leads else faster,
            "widening": faster if leads else slower,
            "any": top != evidence.subject,
        },
        strength=rank.size((own.value or 0) - (other.value or 0), rank.USUAL) if own.ok and other.ok else 0.0,
        favours=rank.side((own.value or 0) - (other.value or 0)),
    )


def effort(evidence: Evidence, share: str, level: str) -> Statement:
    """Spending against sales, most first; another story than the amounts tell, or the same."""
    order = ordered(evidence, share)
    said = (
        order
        if len(order) <= NAMED
        else [*order[: NAMED - 1], *(c for c in order[NAMED - 1 :] if c == evidence.subject)]
    )
    items = [(Text(f"{evidence.name(c)} ("), evidence.money(c, share).number("pct1"), Text(")")) for c in said]
    return Statement(
        "takeaway.effort",
        {
            "first": items[0] if items else "",
            "rest": listing(items[1:]) if len(items) > 1 else "",
        },
        {
            "everyone": said == order,
            "highest": len(order) > 1 and extremes(evidence, share)[0] == order[0],
            "differs": order != ordered(evidence, level),
        },
        strength=_order_weight(evidence, share, level),
        favours=rank.side(evidence.gap(share).value),
    )


def _order_weight(evidence: Evidence, share: str, level: str) -> float:
    """Whether effort tells another order than size: how many companies change place, and how far effort spreads."""
    by_share, by_size = ordered(evidence, share), ordered(evidence, level)
    known = [value for company in by_share if (value := evidence.money(company, share).value) is not None]
    if len(known) < 2:
        return 0.0
    moved = sum(one != other for one, other in zip(by_share, by_size, strict=False)) / len(known)
    return rank.together((moved / 2, rank.size(known[0] - known[-1], rank.USUAL)))


def pledge(
    evidence: Evidence, quote: str, amount: Quantity, per_year: Quantity, against: Quantity, top: Quantity, who: str
) -> Statement:
    """The pledge by year against last year's spending and the largest spender's."""
    more = (against.value or 0) - 1
    return Statement(
        "takeaway.pledge",
        {
            "subject": evidence.name(evidence.subject),
            "quote": quote,
            "amount": amount.number("money"),
            "per_year": per_year.number("money"),
            "against": against.number("n1"),
            "top": possessive(who),
            "share": top.number("pct0"),
        },
        {"any": amount.ok and per_year.ok and against.ok and top.ok, "above": more > 0, "below": more < 0},
        strength=rank.size(more, 1.0),
        kind="company",
        favours=rank.side(more),
    )

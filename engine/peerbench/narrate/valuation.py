"""Claims on price: the headline gap and how it holds, the spread over multiples, implied values, forecasts."""

from __future__ import annotations

from collections.abc import Sequence

from peerbench.core.document import Number, Spans, Text, When
from peerbench.core.evidence import Evidence, Quantity, Tested
from peerbench.narrate import rank, words
from peerbench.narrate.claims import Statement, few, listing, possessive

FORECAST = "eps_estimate[fy1]"
FAR = 3.0  # a premium of so much is no percentage any more: the subject is priced at several times its peers
INLINE = 0.05  # a premium within ±5 % counts as "in line"; the same threshold decides "holds"


def direction(premium: Quantity, suffix: str = "", *, inline: float = INLINE) -> dict[str, bool]:
    """below / above / inline predicates of a premium or gap."""
    value = premium.value
    known = premium.ok and value is not None
    return {
        f"below{suffix}": known and value is not None and value < 0,
        f"above{suffix}": known and value is not None and value > 0,
        f"inline{suffix}": known and value is not None and abs(value) < inline,
        f"beyond{suffix}": known and value is not None and abs(value) >= inline,
    }


def article(premium: Quantity) -> dict[str, bool]:
    """Whether the premium, printed in whole percent, is spoken with a vowel: an 8 % gap, an 11 %, an 18 %, an 80 %."""
    whole = f"{round(abs(premium.value or 0) * 100):,}"
    return {"an": whole.startswith("8") or whole.partition(",")[0] in ("11", "18")}


def _names(evidence: Evidence) -> Spans:
    return few([evidence.name(peer) for peer in evidence.peers], many=words.peers(evidence))


def _tested(evidence: Evidence, tested: Tested | None) -> dict[str, bool]:
    if tested is None or not tested.m:
        return {}
    share = tested.k / tested.m
    return {
        "tested": True,
        "fails_pivotal": bool(tested.pivotal),
        "holds": share >= 0.75 and not tested.pivotal,
        "fails": share < 0.75 and not tested.pivotal,
    }


def headline(evidence: Evidence, tested: Tested | None, metric: str) -> Statement:
    """The gap to the peer median on the headline multiple; the verb follows its robustness."""
    premium = evidence.premium(metric)
    return Statement(
        "headline.valuation",
        {
            "subject": evidence.name(evidence.subject),
            "subject_s": possessive(evidence.name(evidence.subject)),
            "gap": premium.number("pct0", absolute=True),
            "pivotal": evidence.name(tested.pivotal) if tested and tested.pivotal else "",
            "measure": words.noun(evidence, metric),
        },
        {
            **direction(premium),
            **_tested(evidence, tested),
            **article(premium),
            "far": (premium.value or 0) >= FAR,
            "any": True,
        },
        strength=headline_weight(evidence, tested, metric),
        favours=-rank.side(premium.value),
    )


def headline_weight(evidence: Evidence, tested: Tested | None, metric: str) -> float:
    """The gap's weight. One that hangs on a peer is told as such, and is no less sure for failing the test."""
    told = tested is not None and bool(tested.pivotal)
    return untested_weight(evidence, metric) if told else rank.gap(evidence, metric)


def untested_weight(evidence: Evidence, metric: str) -> float:
    """The gap's weight but for how it holds, for a sentence that says how it holds."""
    share = rank.share(evidence, metric)
    return rank.gap(evidence, metric) / share if share else 0.0


def standfirst(evidence: Evidence, tested: Tested | None, metric: str, priced_on: When) -> Statement:
    """Metric, basis, value, comparator, peers, date and the falsifier."""
    premium, own, median = evidence.premium(metric), evidence.money(evidence.subject, metric), evidence.median(metric)
    without = tested.without(tested.pivotal) if tested and tested.pivotal else None
    return Statement(
        "standfirst.valuation",
        {
            "subject": evidence.name(evidence.subject),
            "measure": words.noun(evidence, metric),
            "value": own.number("n1"),
            "median": median.number("n1"),
            "peers": _names(evidence),
            "date": priced_on,
            "pivotal": evidence.name(tested.pivotal) if tested and tested.pivotal else "",
            "without": without.number("spct0") if without else "",
            "k": Number(float(tested.k), "n0", ref=f"working:robust:{tested.metric}") if tested else "",
            "m": Number(float(tested.m), "n0", ref=f"working:robust_of:{tested.metric}") if tested else "",
        },
        {
            **direction(premium),
            **_tested(evidence, tested),
            "value": own.ok,
            "median": median.ok,
            "any": True,
        },
    )


def spread(evidence: Evidence, metrics: Sequence[str]) -> Statement:
    """All the multiples at once: lowest and highest gap, or which lie below and which above."""
    premiums = [(metric, evidence.premium(metric)) for metric in metrics]
    known = [(metric, q, q.value) for metric, q in premiums if q.ok and q.value is not None]
    below = [(m, q) for m, q, v in known if v < 0]
    above = [(m, q) for m, q, v in known if v > 0]
    by_size = sorted(known, key=lambda item: abs(item[2]))
    low, high = (by_size[0], by_size[-1]) if by_size else (None, None)
    return Statement(
        "takeaway.spread",
        {
            "subject": evidence.name(evidence.subject),
            "low": low[1].number("pct0", absolute=True) if low else "",
            "high": high[1].number("pct0", absolute=True) if high else "",
            "low_measure": words.noun(evidence, low[0]) if low else "",
            "high_measure": words.noun(evidence, high[0]) if high else "",
            "measures": listing(words.nouns(evidence, [m for m, _, _ in known])),
            "count": words.capital(words.count(len(known))),
            "below_list": listing([_with_gap(evidence, m, q) for m, q in below]),
            "above_list": listing([_with_gap(evidence, m, q) for m, q in above]),
        },
        {
            "all_below": len(below) == len(premiums) > 1,
            "below": bool(below) and len(below) == len(known),
            "all_above": len(above) == len(premiums) > 1,
            "above": bool(above) and len(above) == len(known),
            "mixed": bool(below) and bool(above),
            "below_some": bool(below),
            "above_some": bool(above),
            "many": len(known) > 1,
            "clear": bool(known) and all(abs(v) >= INLINE for _, _, v in known),
        },
        strength=_spread_weight(evidence, [m for m, _ in below], [m for m, _ in above]),
        favours=(not above) - (not below) if known else 0,
    )


def _spread_weight(evidence: Evidence, below: Sequence[str], above: Sequence[str]) -> float:
    """Multiples on one side of the median strengthen each other; those on the other side take away."""
    sides = [rank.together(rank.gap(evidence, metric) for metric in metrics) for metrics in (below, above)]
    return abs(sides[0] - sides[1])


def _with_gap(evidence: Evidence, metric: str, premium: Quantity) -> Spans:
    return (Text(f"{words.noun(evidence, metric)} ("), premium.number("spct0"), Text(")"))


def robustness(evidence: Evidence, tested: Tested, metric: str) -> Statement:
    """What the gap becomes without the pivotal peer, and in how many variants it holds."""
    premium = evidence.premium(metric)
    without = tested.without(tested.pivotal) if tested.pivotal else None
    variants = sorted(tested.variants, key=lambda variant: abs(variant.premium.value or 0.0))
    return Statement(
        "takeaway.robustness",
        {
            "measure": words.noun(evidence, metric),
            "gap": premium.number("spct0"),
            "without": without.number("spct0") if without else "",
            "pivotal": evidence.name(tested.pivotal) if tested.pivotal else "",
            "k": Number(float(tested.k), "n0", ref=f"working:robust:{tested.metric}"),
            "m": Number(float(tested.m), "n0", ref=f"working:robust_of:{tested.metric}"),
            "threshold": Number(tested.threshold, "pct0", ref="working:threshold"),
            "least": variants[0].premium.number("pct0", absolute=True) if variants else "",
            "widest": variants[-1].premium.number("pct0", absolute=True) if variants else "",
        },
        {**direction(premium), **_tested(evidence, tested), "all_tests": 1 < tested.k == tested.m},
        strength=untested_weight(evidence, metric),
        favours=-rank.side(premium.value) if _tested(evidence, tested).get("holds") else rank.side(premium.value),
    )


def cash_yield(evidence: Evidence, metric: str, guide: str) -> Statement:
    """The free cash flow yield against the peer median: does cash agree with the multiple that guides?

    A low multiple and a high yield say the same.
    """
    own, median = evidence.money(evidence.subject, metric), evidence.median(metric)
    known = own.value is not None and median.value is not None
    gap = (own.value or 0) - (median.value or 0) if known else 0.0
    price = direction(evidence.premium(guide), "_price")
    cheap, dear = (price[f"{side}_price"] and price["beyond_price"] for side in ("below", "above"))
    return Statement(
        "valuation.cash",
        {
            "own": own.number("pct1"),
            "median": median.number("pct1"),
            "period": "last fiscal year" if metric.endswith("_fy") else "last twelve months",
        },
        {
            **price,
            **rank.verbs(evidence, metric),
            "inline": known and abs(gap) < 0.0025,
            "below": known and gap < 0,
            "above": known and gap > 0,
            "agree": (cheap and gap > 0) or (dear and gap < 0),
            "mixed": (cheap and gap < 0) or (dear and gap > 0),
        },
        strength=rank.gap(evidence, metric) if abs(gap) >= 0.0025 else rank.gap(evidence, guide),
        favours=rank.side(gap) if abs(gap) >= 0.0025 else rank.side(evidence.premium(guide).value),
    )


def small_sample(evidence: Evidence) -> Statement:
    """What a small peer set may print (METHOD 25)."""
    n = len(evidence.peers)
    return Statement(
        "valuation.small_sample",
        {"n": words.capital(f"{words.count(n)} core peer" if n == 1 else f"{words.count(n)} core peers")},
        {"single": n == 1, "tiny": n == 2, "small": 3 <= n < 5, "medium": 5 <= n < 8, "large": n >= 8},
        strength=0.3,
    )


def forecasts(evidence: Evidence, metric: str) -> Statement:
    """Which companies have a dated forecast; without one the forward multiple is missing, never guessed."""
    known = [c for c in evidence.everyone if evidence.operand(c, FORECAST).ok]
    missing = [company for company in evidence.everyone if company not in known]
    return Statement(
        "valuation.forecasts",
        {
            "known": few([evidence.name(c) for c in known], many=f"{words.count(len(known))} companies"),
            "missing": few([evidence.name(c) for c in missing], many=f"the other {words.count(len(missing))}"),
        },
        {
            "nobody": not known,
            "some": bool(known) and bool(missing),
            "withheld": not evidence.premium(metric).ok,
        },
        strength=0.4,
        kind="estimate",
    )


def gaps(evidence: Evidence, metric: str, label: str, item: str, key: str) -> Statement:
    """Why a multiple is missing for some companies: said only where the operand `key` is what they all lack."""
    missing = [c for c in evidence.everyone if evidence.money(c, metric).status == "missing"]
    lacking = all(evidence.operand(c, key).status == "missing" for c in missing)
    return Statement(
        "valuation.gaps",
        {
            "label": label,
            "missing": few([evidence.name(c) for c in missing], many=words.of_all(evidence, missing)),
            "item": item,
        },
        {
            "missing": lacking and bool(missing) and len(missing) < len(evidence.everyone),
            "everybody": lacking and len(missing) == len(evidence.everyone),
        },
        strength=0.3,
    )


def implied(evidence: Evidence, medians: Sequence[Quantity], lows: Sequence[Quantity], price: Quantity) -> Statement:
    """Where the price stands against the values that peer multiples imply."""
    values = sorted((q for q in medians if q.value is not None), key=lambda q: q.value or 0)
    floor = [q.value for q in lows if q.value is not None]
    p = price.value or 0.0
    inside = [q for q in values if (q.value or 0) > p]
    under = [q for q in values if (q.value or 0) < p]
    return Statement(
        "valuation.implied",
        {
            "all_capital": words.capital(words.every(len(values))),
            "above_count": words.count(len(inside)),
            "below_count": words.count(len(under)),
            "low": values[0].number("price0") if values else "",
            "high": values[-1].number("price0") if values else "",
            "price": price.number("price"),
        },
        {
            "all_above": len(values) > 1 and len(inside) == len(values),
            "all_below": len(values) > 1 and len(under) == len(values),
            "below_lows": bool(floor) and all(value < p for value in floor),
            "below": bool(values) and len(under) == len(values),
            "above": bool(values) and len(inside) == len(values),
            "mixed": bool(inside) and bool(under),
            "above_some": bool(inside),
            "below_some": bool(under),
        },
        kind="judgement",
    )


def history(evidence: Evidence, now: Quantity, mean: Quantity, sd: float, months: int, metric: str) -> Statement:
    """The premium now against the subject's own mean premium (METHOD 27)."""
    gap = (now.value or 0) - (mean.value or 0)
    return Statement(
        "takeaway.history",
        {
            "measure": words.noun(evidence, metric),
            "now": now.number("spct0"),
            "mean": mean.number("spct0"),
            "months": Number(float(months), "n0"),
        },
        {"above_mean": gap > 0, "below_mean": gap < 0, "above": gap > 0, "below": gap < 0},
        strength=rank.size(gap, sd),
        favours=-rank.side(gap),
    )

"""Claims on the business: growth, profit quality, margins, spending, segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from peerbench.core.document import Text, When
from peerbench.core.evidence import Evidence, Quantity
from peerbench.narrate import rank, words
from peerbench.narrate.claims import Statement, few, listing, possessive


def moves(value: float | None, suffix: str = "") -> dict[str, bool]:
    """rose / fell predicates of a growth rate."""
    return {f"rose{suffix}": value is not None and value > 0, f"fell{suffix}": value is not None and value < 0}


def extremes(evidence: Evidence, metric: str) -> tuple[str, str]:
    """The companies with the highest and the lowest value of all on the page, references too.

    A superlative needs everyone's value, and no tie: else that end is empty.
    """
    known = [(evidence.money(company, metric).value, company) for company in evidence.everyone]
    ranked = sorted((value, company) for value, company in known if value is not None)
    if len(ranked) < 2 or len(ranked) < len(known):
        return "", ""
    lowest, highest = ranked[0], ranked[-1]
    return (
        highest[1] if highest[0] > ranked[-2][0] else "",
        lowest[1] if lowest[0] < ranked[1][0] else "",
    )


def about_half(own: Quantity, median: Quantity) -> bool:
    """Whether a rate is about half of another above zero: 0.4 to 0.6 of it."""
    return bool(own.value and median.value and 0.4 * median.value <= own.value <= 0.6 * median.value)


def apart(own: Quantity, median: Quantity) -> bool:
    """Whether two rates differ as printed, in whole percent: 27% is no faster than 27%."""
    return own.value is not None and median.value is not None and round(own.value * 100) != round(median.value * 100)


def growth(evidence: Evidence, metric: str) -> Statement:
    """Revenue growth against the peer median, and who grew fastest; nothing where the two are printed alike."""
    own, median, gap = evidence.money(evidence.subject, metric), evidence.median(metric), evidence.gap(metric)
    differs = gap.ok and apart(own, median)
    fastest, slowest = extremes(evidence, metric)
    return Statement(
        "takeaway.growth",
        {
            "subject": evidence.name(evidence.subject),
            "own": own.number("pct0", absolute=True),
            "median": median.number("pct0"),
            "fastest": evidence.name(fastest) if fastest else "",
            "best": evidence.money(fastest, metric).number("pct0") if fastest else "",
        },
        {
            **moves(own.value),
            "below": bool(differs and gap.value is not None and gap.value < 0),
            "above": bool(differs and gap.value is not None and gap.value > 0),
            "highest_other": bool(fastest) and fastest != evidence.subject,
            "highest_own": fastest == evidence.subject,
            "lowest_own": slowest == evidence.subject,
            "below_half": about_half(own, median),
            **rank.verbs(evidence, metric),
        },
        strength=rank.gap(evidence, metric),
        favours=rank.side(gap.value),
    )


def each(evidence: Evidence, metric: str, id: str, format: str) -> Statement:
    """A measure of everyone in one sentence, for peers too few for a median (METHOD 25)."""
    own = evidence.money(evidence.subject, metric)
    others = [(evidence.money(peer, metric), evidence.name(peer)) for peer in evidence.peers]
    items = [(quantity.number(format), Text(f" at {name}")) for quantity, name in others if quantity.ok]
    return Statement(
        id,
        {
            "subject": evidence.name(evidence.subject),
            "measure": words.noun(evidence, metric),
            "own": own.number(format),
            "others": listing(items),
        },
        {"own": own.ok and bool(items) and len(evidence.peers) < 3},
        strength=0.6,
    )


def growth_headline(evidence: Evidence, metric: str, id: str, *, kind: str) -> Statement:
    """Growth against the peers, for a page whose own kind of headline (valuation, risk) has nothing to stand on."""
    statement = growth(evidence, metric)
    names = few([evidence.name(peer) for peer in evidence.peers], many=words.peers(evidence))
    gap = evidence.gap(metric)
    values = {
        **statement.values,
        "subject_s": possessive(evidence.name(evidence.subject)),
        "gap": gap.number("upp1", absolute=True),
        "peers": names,
    }
    return replace(statement, id=id, values=values, holds={**statement.holds, kind: True, "any": gap.ok})


def loss(evidence: Evidence, metric: str) -> Statement:
    """A subject that loses money has no price to earnings; how many of its peers lose money too."""
    own = evidence.value(evidence.subject, metric)
    theirs = [evidence.value(peer, metric) for peer in evidence.peers]
    losers = sum((one.value or 0.0) < 0 for one in theirs)
    return Statement(
        "takeaway.loss",
        {
            "loss": own.number("money", absolute=True),
            "others": f"{words.count(losers)} of {words.count(len(theirs))} peers",
        },
        {
            "fell_own": own.ok and (own.value or 0.0) < 0,
            "fell_others": losers > 0,
            "fell_alone": not losers and all(one.ok for one in theirs),
        },
        strength=rank.together((rank.change(evidence, metric), 1.0 - losers / (len(theirs) + 1))),
        extra_refs=tuple(one.ref for one in theirs),
        favours=-1,
    )


def profit_quality(evidence: Evidence, net: str, operating: str, guide: str, quarter: str) -> Statement:
    """Net income and operating income of the last quarter moving apart: the P/E then says less than EV/EBIT."""
    a, b = evidence.value(evidence.subject, net), evidence.value(evidence.subject, operating)
    premium = evidence.premium(guide)
    return Statement(
        "takeaway.profit_quality",
        {
            "subject": evidence.name(evidence.subject),
            "quarter": quarter,
            "net": a.number("pct0", absolute=True),
            "operating": b.number("pct0", absolute=True),
            "guide": evidence.definitions[guide].short if evidence.has(guide) else "",
            "guide_gap": premium.number("pct0", absolute=True),
        },
        {
            **moves(a.value, "_net"),
            **moves(b.value, "_operating"),
            "below": bool(premium.ok and (premium.value or 0) < 0),
            "above": bool(premium.ok and (premium.value or 0) > 0),
            "any": a.ok and b.ok,
        },
        strength=rank.size((a.value or 0) - (b.value or 0), rank.USUAL) * rank.sound(evidence, a, (b,)),
        kind="judgement",
        favours=rank.side((b.value or 0) - (a.value or 0)),
    )


def three_bases(evidence: Evidence, parent: str, total: str, common: str) -> Statement:
    """Net income growth of the last fiscal year on its three bases, side by side and never mixed (METHOD 17)."""
    values = [evidence.value(evidence.subject, metric) for metric in (parent, total, common)]
    return Statement(
        "growth.three_bases",
        {
            "subject": evidence.name(evidence.subject),
            "parent": values[0].number("spct1"),
            "total": values[1].number("spct1"),
            "common": values[2].number("spct1"),
        },
        {"any": all(value.ok for value in values) and len({_percent(value) for value in values}) > 1},
        strength=0.4,
    )


def _percent(quantity: Quantity) -> float:
    """The value as it would be printed: what reads the same is said once."""
    return round((quantity.value or 0.0) * 1000)


def margins(evidence: Evidence, metric: str) -> Statement:
    """A margin against the peer median, in percentage points (METHOD 21)."""
    own, median, gap = evidence.money(evidence.subject, metric), evidence.median(metric), evidence.gap(metric)
    return Statement(
        "quality.margin",
        {
            "subject": evidence.name(evidence.subject),
            "own": own.number("pct1"),
            "median": median.number("pct1"),
            "gap": gap.number("upp1", absolute=True),
        },
        {
            "below": bool(gap.ok and (gap.value or 0) < 0),
            "above": bool(gap.ok and (gap.value or 0) > 0),
            **rank.verbs(evidence, metric),
        },
        strength=rank.gap(evidence, metric),
        favours=rank.side(gap.value),
    )


def spending(evidence: Evidence, share: str, growth_metric: str) -> Statement:
    """Capital spending as a share of sales, and its growth on the year before."""
    own, median, rise = (
        evidence.money(evidence.subject, share),
        evidence.median(share),
        evidence.value(evidence.subject, growth_metric),
    )
    gap = evidence.gap(share)
    return Statement(
        "spending.share",
        {
            "subject": evidence.name(evidence.subject),
            "subject_s": possessive(evidence.name(evidence.subject)),
            "own": own.number("pct1"),
            "median": median.number("pct1"),
            "rise": rise.number("pct0", absolute=True),
        },
        {
            **moves(rise.value),
            "below": bool(gap.ok and (gap.value or 0) < 0),
            "above": bool(gap.ok and (gap.value or 0) > 0),
            "any": own.ok,
        },
        strength=rank.together((rank.gap(evidence, share), rank.change(evidence, growth_metric))),
        favours=rank.side(gap.value),
    )


def pledge(
    evidence: Evidence, quote: str, amount: Quantity, per_year: Quantity, of_sales: Quantity, of_spending: Quantity
) -> Statement:
    """What the company says it will spend, set against what it spends; worded as the company's."""
    times = of_spending.value or 0.0
    return Statement(
        "spending.pledge",
        {
            "subject": evidence.name(evidence.subject),
            "quote": quote,
            "amount": amount.number("money"),
            "per_year": per_year.number("money"),
            "of_sales": of_sales.number("pct1"),
            "of_spending": of_spending.number("n1"),
        },
        {
            "any": amount.ok and per_year.ok and of_sales.ok and of_spending.ok,
            "above": times > 1,
            "below": 0 < times < 1,
        },
        strength=0.8,
        kind="company",
    )


def segment(evidence: Evidence, first: Quantity, last: Quantity, label: str, start: When, end: When) -> Statement:
    """A segment's growth then and now."""
    a, b = first.value, last.value
    return Statement(
        "segment.growth",
        {
            "label": label,
            "label_s": possessive(label),
            "first": first.number("pct0"),
            "last": last.number("pct0"),
            "start": start,
            "end": end,
        },
        {
            "rose": a is not None and b is not None and b > a,
            "fell": a is not None and b is not None and b < a,
        },
        strength=rank.size((b or 0) - (a or 0), rank.USUAL) * rank.sound(evidence, last, ()),
        favours=rank.side((b or 0) - (a or 0)),
    )


def run_of(values: Sequence[float]) -> int:
    """How many steps up in a row end the series; negative for steps down."""
    steps = 0
    for earlier, later in zip(reversed(values[:-1]), reversed(values[1:]), strict=True):
        step = 1 if later > earlier else -1 if later < earlier else 0
        if step == 0 or (steps and (step > 0) != (steps > 0)):
            break
        steps += step
    return steps


def ranks(evidence: Evidence, metrics: Sequence[str]) -> Statement:
    """The subject's ranks over many measures: the best and worst place it takes."""
    places = [evidence.rank(metric) for metric in metrics]
    ranked = [place for place in places if place is not None]
    known = sorted(int(place) for place in ranked if place == int(place))
    counts = {evidence.ranked(metric) for metric in metrics if evidence.rank(metric) is not None}
    of = max(counts, default=0)
    best, worst = (known[0], known[-1]) if known else (0, 0)
    first = sum(place == 1 for place in known)
    # A tie has no ordinal, and "of four" is true of measures on which four were ranked.
    sayable = bool(known) and len(known) == len(ranked) and len(counts) == 1 and bool(words.ordinal(worst))
    return Statement(
        "title.ranks",
        {
            "subject": evidence.name(evidence.subject),
            "best": words.capital(words.ordinal(best)),
            "worst": words.ordinal(worst),
            "of": words.count(of),
            "count": words.count(len(known)),
            "first": words.count(first),
            "total": words.count(len(metrics)),
        },
        {
            "all_two": sayable and worst == best + 1 and len(known) == len(metrics),
            "some": sayable and best < worst,
            "first": sayable and first > 0,
        },
    )

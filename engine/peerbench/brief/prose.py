"""Running text of a brief: which claims make which paragraph. Words live in phrases.yaml, truth in narrate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from peerbench.brief.context import Desk
from peerbench.core.document import Note, Paragraph, Prose, Span, Spans, Text, When
from peerbench.core.evidence import Quantity
from peerbench.core.language import breadth
from peerbench.narrate import operations, policy, rank, resilience, risk, valuation, words
from peerbench.narrate.claims import Claim, Statement, Value, few, listing, possessive, speak
from peerbench.narrate.valuation import direction

CASH_YIELD: Final = "fcf_yield_fy"


def _prose(*paragraphs: Paragraph | None, side: bool = False) -> Prose | None:
    kept = tuple(paragraph for paragraph in paragraphs if paragraph is not None)
    return Prose(kept, "side" if side else "body") if kept else None


def renamed(statement: Statement, id: str) -> Statement:
    """The same facts worded by another phrase."""
    return replace(statement, id=id)


def _need(desk: Desk, *metrics: str) -> bool:
    return desk.evidence.has(*metrics)


# ---- statements shared by takeaways and text ------------------------------------------------------------------------


def _spread(desk: Desk) -> Statement:
    statement = valuation.spread(desk.evidence, desk.metrics("multiples"))
    return replace(statement, holds={**statement.holds, "agree": not statement.holds["mixed"]})


def _quarter_words(desk: Desk, metric: str) -> str:
    """ "June quarter" from the period's end; a fiscal quarter's number is never printed (METHOD 6)."""
    end = desk.evidence.value(desk.evidence.subject, metric).end
    return f"{end:%B} quarter" if end else "last quarter"


def _profit_quality(desk: Desk) -> Statement | None:
    net, operating, guide = "net_income_growth_quarter", "operating_income_growth_quarter", "ev_to_ebit_ltm"
    if not _need(desk, net, operating, guide):
        return None
    return operations.profit_quality(desk.evidence, net, operating, guide, _quarter_words(desk, net))


def _growth(desk: Desk) -> Statement | None:
    return operations.growth(desk.evidence, "revenue_growth_ltm") if _need(desk, "revenue_growth_ltm") else None


def _net_cash(desk: Desk) -> Statement | None:
    return resilience.net_cash(desk.evidence, "net_cash", "net_cash_share") if _need(desk, "net_cash_share") else None


def _robustness(desk: Desk) -> Statement | None:
    tested = desk.tested
    return valuation.robustness(desk.evidence, tested, tested.metric) if tested and tested.variants else None


def _history(desk: Desk) -> Statement | None:
    premiums = desk.premiums
    if premiums is None or premiums.mean is None or premiums.now is None or not premiums.sd:
        return None
    return valuation.history(desk.evidence, premiums.now, premiums.mean, premiums.sd, premiums.n, premiums.metric)


def _cash_disagrees(desk: Desk) -> Statement | None:
    if not _need(desk, CASH_YIELD):
        return None
    return renamed(valuation.cash_yield(desk.evidence, CASH_YIELD, desk.headline_metric), "takeaway.cash_disagrees")


def _volatility(desk: Desk) -> Statement:
    return risk.volatility(desk.evidence, "volatility_1y", "volatility_20d")


def _tail(desk: Desk) -> Statement:
    return risk.tail(desk.evidence, "worst_day_in_20", "worst_day_1y")


def _diversification(desk: Desk) -> Statement:
    return risk.diversification(desk.evidence, desk.study.correlations)


def _drawdown(desk: Desk) -> Statement:
    return risk.drawdown(desk.evidence, "max_drawdown_3y")


def _leverage(desk: Desk) -> Statement | None:
    return resilience.leverage(desk.evidence, "debt_to_equity") if _need(desk, "debt_to_equity") else None


def _spending(desk: Desk) -> Statement | None:
    if not _need(desk, "capex_to_sales_fy", "capex_growth_fy"):
        return None
    return operations.spending(desk.evidence, "capex_to_sales_fy", "capex_growth_fy")


def pledge_parts(desk: Desk) -> tuple[Quantity, Quantity, Quantity, Quantity, float] | None:
    """The subject's pledge, a year's worth of it, and that against trailing revenue and last year's spending."""
    ev = desk.evidence
    amount = next((q for q in desk.study.claims.values() if q.company == ev.subject), None)
    years = next((float(q.flags[0]) for q in desk.study.claims.values() if q is amount and q.flags), 0.0)
    if amount is None or amount.value is None or not years or not _need(desk, "revenue_ltm", "capex_fy"):
        return None
    sales, spent = ev.value(ev.subject, "revenue_ltm"), ev.value(ev.subject, "capex_fy")
    per_year = ev.work(
        "pledge_year",
        "The pledge spread evenly, a year",
        amount.value / years,
        "money",
        f"÷ {years:g}",
        (amount,),
        currency=amount.currency,
    )
    of_sales = _over(desk, "pledge_of_sales", "A year of the pledge over trailing revenue", per_year, sales)
    of_spending = _over(
        desk, "pledge_of_spending", "A year of the pledge over last year’s capital spending", per_year, spent
    )
    return amount, per_year, of_sales, of_spending, years


def _over(desk: Desk, name: str, what: str, over: Quantity, under: Quantity) -> Quantity:
    same = over.currency == under.currency and over.value is not None and bool(under.value)
    value = (over.value or 0) / (under.value or 1) if same else None
    return desk.evidence.work(name, what, value, "pure", "÷", (over, under))


def _pledge(desk: Desk) -> Statement | None:
    parts = pledge_parts(desk)
    if parts is None:
        return None
    amount, per_year, of_sales, of_spending, _ = parts
    return operations.pledge(desk.evidence, quoted(desk, amount), amount, per_year, of_sales, of_spending)


def quoted(desk: Desk, claim: Quantity) -> str:
    """A company's own words, as the data keep them."""
    row = next((row for id in claim.documents if (row := desk.book.row(id))), None)
    return str(row["text"]) if row else ""


def _policy_pledge(desk: Desk) -> Statement | None:
    parts = pledge_parts(desk)
    ev = desk.evidence
    if parts is None:
        return None
    amount, _, _, of_spending, _ = parts
    brief = ev.book.get("working:pledge_year_brief")
    order = policy.ordered(ev, "capex_fy")
    if brief is None or not order or order[0] == ev.subject:
        return None
    share = _over(
        desk,
        "pledge_of_top",
        f"A year of the pledge over {ev.name(order[0])} capital spending",
        brief,
        ev.money(order[0], "capex_fy"),
    )
    return policy.pledge(ev, quoted(desk, amount), amount, brief, of_spending, share, ev.name(order[0]))


def _effort(desk: Desk) -> Statement:
    return policy.effort(desk.evidence, "capex_to_sales_fy", "capex_fy")


def _segment(desk: Desk) -> Statement | None:
    own = next((s for s in desk.segments if s.company == desk.evidence.subject and len(s.points) >= 2), None)
    if own is None:
        return None
    (start, first), (end, last) = own.points[0], own.points[-1]
    return operations.segment(desk.evidence, first, last, own.label, When(start, "month"), When(end, "month"))


def _margin(desk: Desk) -> Statement | None:
    metric = "operating_margin_ltm"
    return operations.margins(desk.evidence, metric) if _need(desk, metric) else None


def _each(desk: Desk, metric: str, id: str, format: str) -> Statement | None:
    return operations.each(desk.evidence, metric, id, format) if _need(desk, metric) else None


def _renamed(statement: Statement | None, id: str) -> Statement | None:
    return renamed(statement, id) if statement is not None else None


TAKEAWAYS: Final[Mapping[str, Callable[[Desk], Statement | None]]] = {
    "spread": _spread,
    "robustness": _robustness,
    "history": _history,
    "growth": _growth,
    "net_cash": _net_cash,
    "profit_quality": _profit_quality,
    "cash_disagrees": _cash_disagrees,
    "price_each": lambda desk: _each(desk, desk.headline_metric, "takeaway.price_each", "x1"),
    "growth_each": lambda desk: _each(desk, "revenue_growth_ltm", "takeaway.growth_each", "spct0"),
    "margin_each": lambda desk: _each(desk, "operating_margin_ltm", "takeaway.margin_each", "pct0"),
    "loss": lambda desk: operations.loss(desk.evidence, "net_income_common_ltm"),
    "margin": lambda desk: _renamed(_margin(desk), "takeaway.margin"),
    "leverage": lambda desk: _renamed(_leverage(desk), "takeaway.leverage"),
    "volatility": _volatility,
    "tail": _tail,
    "diversification": _diversification,
    "drawdown": _drawdown,
    "scale": lambda desk: policy.scale(desk.evidence, "capex_fy"),
    "pace": lambda desk: policy.pace(desk.evidence, "capex_growth_fy", "capex_fy"),
    "effort": _effort,
    "pledge": _policy_pledge,
}


def takeaways(desk: Desk, *, most: int = 4) -> tuple[Paragraph, ...]:
    """Three or four, the weightiest first, and the counter-evidence last.

    Each entry of the audience's list is a theme: of "a | b" the weightier is said. The last entry is what may be held
    against the headline: of its claims, else of all, the weightiest that speaks the other way. Where the data bear out
    fewer than three, a theme's second claim and the audience's further ones fill up.
    """
    wanted = [tuple(name.strip() for name in entry.split("|")) for entry in desk.audience.names("takeaways")]
    themes, last, further = wanted[:-1], wanted[-1] if wanted else (), desk.audience.names("further_takeaways")
    with desk.summary():
        others = (*(name for theme in themes for name in theme), *further)
        counter = _kept(desk, _opposed(desk, _candidates(desk, last)))
        if not counter and (counter := _kept(desk, _opposed(desk, _candidates(desk, others)))):
            themes = [*themes, last]  # it says nothing against the headline, and is a theme like the others
        counter = counter or _kept(desk, _candidates(desk, last))
        chosen = _chosen(desk, themes, most - len(counter))
        while len(chosen) + len(counter) < min(most, LEAST_TAKEAWAYS) and (
            more := _kept(desk, _candidates(desk, others))
        ):
            chosen += more
    ranked = sorted(chosen, key=lambda claim: -claim.strength)
    return tuple(desk.takeaway(claim) for claim in (*ranked, *counter))


LEAST_TAKEAWAYS: Final = 3


def _chosen(desk: Desk, themes: Sequence[Sequence[str]], most: int) -> list[Claim]:
    """The weightiest claim of the weightiest theme, then of the next one, and so on."""
    chosen: list[Claim] = []
    left = list(themes)
    while len(chosen) < most:
        leaders = [(found[0], theme) for theme in left if (found := _candidates(desk, theme))]
        if not leaders:
            break
        best, theme = max(leaders, key=lambda pair: pair[0].strength)
        chosen += _kept(desk, [best])
        left.remove(theme)
    return chosen


def _candidates(desk: Desk, names: Iterable[str]) -> list[Claim]:
    """What can be said of these, the weightiest first; the order of the list decides between equals."""
    drafts = [desk.draft(TAKEAWAYS[name](desk)) for name in names]
    return sorted((claim for claim in drafts if claim is not None and claim.lead), key=lambda claim: -claim.strength)


def _opposed(desk: Desk, claims: list[Claim]) -> list[Claim]:
    """Those that speak against the headline."""
    return [claim for claim in claims if claim.favours * desk.stance < 0]


def _kept(desk: Desk, claims: Sequence[Claim]) -> list[Claim]:
    """The first of these, put on the page; none where there is none."""
    for claim in claims[:1]:
        desk.keep(claim)
    return list(claims[:1])


def head(desk: Desk) -> tuple[Spans, Spans]:
    """Headline and standfirst of the audience's kind; a plain pair when nothing stronger is true."""
    ev, kind = desk.evidence, desk.audience.words("headline", "valuation")
    metric = desk.headline_metric
    if kind == "risk":
        pair = (
            risk.headline(ev, "volatility_1y", "debt_to_equity"),
            risk.standfirst(ev, "volatility_1y", "debt_to_equity", desk.priced_on),
        )
    elif kind == "policy":
        pair = policy.headline(ev, "capex_fy"), policy.standfirst(ev, "capex_fy")
    else:
        pair = (
            valuation.headline(ev, desk.tested, metric),
            valuation.standfirst(ev, desk.tested, metric, desk.priced_on),
        )
    values: dict[str, Value] = {
        "subject": ev.name(ev.subject),
        "peers": few([ev.name(peer) for peer in ev.peers], many=words.peers(ev), letters=40),
        "date": desk.priced_on,
        "count": words.capital(f"{words.peers(ev)} {'makes' if len(ev.peers) == 1 else 'make'}"),
    }
    holds = {"few": len(ev.peers) < 3}
    if not speak(pair[0], desk.phrases) and _need(desk, "revenue_growth_ltm"):
        growth = partial(operations.growth_headline, ev, "revenue_growth_ltm", kind=kind)
        pair = growth("headline.growth"), growth("standfirst.growth")
    short = _short_headline(desk, pair[0])
    pair = (short or pair[0], pair[1])
    desk.stance = pair[0].favours
    spoken = [
        speak(statement, desk.phrases) or speak(Statement(f"{place}.plain", values, holds), desk.phrases)
        for statement, place in zip(pair, ("headline", "standfirst"), strict=True)
    ]
    for claim in spoken:  # the standfirst says with its basis what the headline says
        if claim is not None:
            desk.keep(claim)
    return tuple(claim.spans if claim else () for claim in spoken)  # type: ignore[return-value]


def _short_headline(desk: Desk, statement: Statement | None) -> Statement | None:
    """The same claim in fewer words where the page has no room for more letters and the phrases have such a form."""
    claim = speak(statement, desk.phrases) if statement else None
    if statement is None or claim is None or _letters(claim.spans) <= desk.limit("headline", 999):
        return None
    shorter = renamed(statement, f"{statement.id}_short")
    return shorter if speak(shorter, desk.phrases) else None


def _letters(spans: Spans) -> int:
    """Letters of a title; a number is taken for four."""
    return sum(breadth(span.text) if isinstance(span, Text) else 4 for span in spans)


# ---- paragraphs ------------------------------------------------------------------------------------------------------


def _forecasts(desk: Desk) -> Statement | None:
    return valuation.forecasts(desk.evidence, "pe_fy1") if _need(desk, "pe_fy1") else None


def _ebitda_gap(desk: Desk) -> Statement | None:
    if not _need(desk, "ev_to_ebitda_ltm"):
        return None
    return valuation.gaps(
        desk.evidence, "ev_to_ebitda_ltm", "EV/EBITDA", "depreciation", "depreciation_amortization[ltm]"
    )


def _history_withheld(desk: Desk) -> Statement | None:
    premiums = desk.premiums
    if premiums is None or premiums.mean is not None:
        return None
    return Statement(
        "valuation.history_withheld",
        {
            "have": desk.evidence.work(
                "history_known",
                "Month ends with the multiple of the subject and of three peers",
                float(premiums.n),
                "count",
                "counted from what was known at each",
                (desk.evidence.premium(premiums.metric),),
            ).number("n0"),
            "need": desk.evidence.work(
                "history_needed", "Month ends that a history needs", float(premiums.needed), "count", "by rule", ()
            ).number("n0"),
        },
        {"some": 1 < premiums.n < premiums.needed},
    )


def valuation_left(desk: Desk) -> Prose | None:
    cash = valuation.cash_yield(desk.evidence, CASH_YIELD, desk.headline_metric) if _need(desk, CASH_YIELD) else None
    return _prose(
        desk.paragraph(
            [
                renamed(_spread(desk), "valuation.spread"),
                cash if "takeaway.cash_disagrees" not in desk.said else None,
                valuation.small_sample(desk.evidence),
            ]
        )
    )


def valuation_right(desk: Desk) -> Prose | None:
    return _prose(desk.paragraph([_forecasts(desk), _ebitda_gap(desk), _history_withheld(desk)]))


def history_text(desk: Desk) -> Prose | None:
    return _prose(desk.paragraph([_history(desk)]))


def scatter_text(desk: Desk) -> Prose | None:
    ev = desk.evidence
    if not _need(desk, "revenue_growth_ltm"):
        return None
    price, growth = ev.premium(desk.headline_metric), ev.gap("revenue_growth_ltm")
    statement = Statement(
        "scatter.reading",
        {"subject": ev.name(ev.subject)},
        {
            **direction(price, "_price"),
            **direction(growth, "_growth"),
            **direction(price),
            "above": bool((price.value or 0) > 0 or (growth.value or 0) > 0),
            "below": bool((price.value or 0) < 0 or (growth.value or 0) < 0),
        },
        extra_refs=(price.ref, growth.ref),
    )
    return _prose(desk.paragraph([statement]))


def football_text(desk: Desk) -> Prose | None:
    """Beside the football field: where the price stands, the round trip, and what a range is worth."""
    ev, implied = desk.evidence, desk.study.implied
    listed = desk.study.listings.get(ev.subject)
    if not implied or listed is None:
        return None
    reading = valuation.implied(ev, [row.median for row in implied], [row.low for row in implied], listed.price)
    returned = [
        row
        for row in implied
        if row.own.value is not None and listed.price.value and abs(row.own.value / listed.price.value - 1) < 1e-9
    ]
    trip = Statement(
        "valuation.round_trip",
        {
            "subject_s": possessive(ev.name(ev.subject)),
            "price": listed.price.number("price"),
            "rows": "every row"
            if len(returned) == len(implied)
            else f"{words.count(len(returned))} of {words.count(len(implied))} rows",
        },
        {},
    )
    small = Statement("valuation.so_what", {}, {"small": len(ev.peers) < 8})
    return _prose(
        desk.paragraph([reading], cite=False),
        desk.paragraph([trip] if returned else [], cite=False),
        desk.paragraph([small], cite=False),
        side=True,
    )


def spending_text(desk: Desk) -> Prose | None:
    return _prose(desk.paragraph([_spending(desk)]), desk.paragraph([_pledge(desk)]))


def segment_text(desk: Desk) -> Prose | None:
    return _prose(desk.paragraph([_segment(desk)]))


def growth_text(desk: Desk) -> Prose | None:
    ev = desk.evidence
    quarter = None
    if _need(desk, "revenue_growth_quarter"):
        own, median, gap = (
            ev.money(ev.subject, "revenue_growth_quarter"),
            ev.median("revenue_growth_quarter"),
            ev.gap("revenue_growth_quarter"),
        )
        quarter = Statement(
            "growth.quarter",
            {
                "subject_s": possessive(ev.name(ev.subject)),
                "own": own.number("pct1", absolute=True),
                "median": median.number("pct1"),
                "quarter": _quarter_words(desk, "revenue_growth_quarter"),
            },
            {**operations.moves(own.value), "below": bool((gap.value or 0) < 0), "above": bool((gap.value or 0) > 0)},
        )
    return _prose(desk.paragraph([quarter, _three_bases(desk)]))


def _three_bases(desk: Desk) -> Statement | None:
    bases = ("net_income_parent_growth_fy", "net_income_total_growth_fy", "net_income_growth_fy")
    return operations.three_bases(desk.evidence, *bases) if _need(desk, *bases) else None


def bases_text(desk: Desk) -> Prose | None:
    return _prose(desk.paragraph([_three_bases(desk)]))


def quality_text(desk: Desk) -> Prose | None:
    ev = desk.evidence
    margin = operations.margins(ev, "operating_margin_ltm") if _need(desk, "operating_margin_ltm") else None
    roe = renamed(operations.margins(ev, "roe"), "quality.roe") if _need(desk, "roe") else None
    return _prose(desk.paragraph([margin, roe]))


def resilience_text(desk: Desk) -> Prose | None:
    said = "takeaway.net_cash" in desk.said
    return _prose(desk.paragraph([None if said else _net_cash(desk), _leverage(desk)]))


def risk_text(desk: Desk) -> Prose | None:
    return _prose(desk.paragraph([_drawdown(desk), _volatility(desk)]))


def diversification_text(desk: Desk) -> Prose | None:
    return _prose(desk.paragraph([_diversification(desk)]))


def effort_text(desk: Desk) -> Prose | None:
    return _prose(desk.paragraph([_effort(desk)]), desk.paragraph([_pledge(desk)]))


# ---- outlook ---------------------------------------------------------------------------------------------------------


def _fragment(id: str, values: Mapping[str, Value], holds: Mapping[str, bool], strength: float) -> Statement:
    return Statement(id, values, holds, strength, "judgement")


def bulls(desk: Desk) -> Note | None:
    return _outlook(desk, "bulls", "Bulls say", _bull_statements(desk))


def bears(desk: Desk) -> Note | None:
    return _outlook(desk, "bears", "Bears say", _bear_statements(desk))


NEAR: Final = 3  # how many times the threshold a test may be from failing and still be worth watching
OUTLOOK: Final = 2  # points for and against, and things to watch


def _weightiest(desk: Desk, statements: Iterable[Statement]) -> list[Claim]:
    """As many as there is room for, the weightiest first."""
    ranked = sorted(statements, key=lambda statement: -statement.strength)
    claims: list[Claim] = []
    for statement in ranked:
        if len(claims) < desk.limit("outlook", OUTLOOK) and (claim := desk.say(statement)):
            claims.append(claim)
    return claims


def _outlook(desk: Desk, id: str, title: str, statements: Iterable[Statement]) -> Note | None:
    """The weightiest fragments as one sentence; no voice is invented."""
    claims = _weightiest(desk, statements)
    if not claims:
        return None
    spans = listing([claim.spans for claim in claims], last="and")
    first = spans[0]
    opened = (Text(words.capital(first.text)), *spans[1:]) if isinstance(first, Text) else spans
    refs = [ref for claim in claims for ref in claim.refs]
    return Note(id, title, (Paragraph((*opened, Text("."), *desk.cite(refs)), (), "judgement"),), "kicker")


def _bull_statements(desk: Desk) -> list[Statement]:
    return [*_segment_statements(desk), *_common_statements(desk, "outlook.bull")]


def _segment_statements(desk: Desk) -> list[Statement]:
    """The segment's growth in the company's latest quarter; one that later results have overtaken says nothing now."""
    ev = desk.evidence
    own = next((s for s in desk.segments if s.company == ev.subject and s.points), None)
    latest = ev.value(ev.subject, "revenue_growth_quarter").end if _need(desk, "revenue_growth_quarter") else None
    if own is None or (latest is not None and own.points[-1][0] < latest):
        return []
    end, last = own.points[-1]
    weight = rank.size(last.value or 0.0, rank.USUAL) * rank.sound(ev, last, ())
    values: dict[str, Value] = {"label": own.label, "growth": last.number("pct0"), "end": When(end, "month")}
    return [_fragment("outlook.bull.segment", values, operations.moves(last.value), weight)]


def _common_statements(desk: Desk, side: str) -> list[Statement]:
    """What may speak for the one side or the other: growth and margin, the price, net cash."""
    ev, found = desk.evidence, []
    for name, metric in (("growth", "revenue_growth_ltm"), ("margin", "operating_margin_ltm")):
        if _need(desk, metric):
            gap = ev.gap(metric)
            values: dict[str, Value] = {"gap": gap.number("upp1", absolute=True)}
            holds = {**direction(gap), **rank.verbs(ev, metric)}
            found.append(_fragment(f"{side}.{name}", values, holds, rank.gap(ev, metric)))
    found += _price_statements(desk, side)
    if _need(desk, "net_cash_share"):
        weight = ev.money(ev.subject, "net_cash_share")
        holds = {"net_cash": (weight.value or 0) > 0, "net_debt": (weight.value or 0) < 0}
        values = {"share": weight.number("pct1", absolute=True)}
        part = resilience.cushion_weight(ev, "net_cash_share")
        found.append(_fragment(f"{side}.net_cash", values, holds, part))
    return found


def _price_statements(desk: Desk, side: str) -> list[Statement]:
    """The gap on the multiple that weighs most, and on the next that is firm."""
    ev = desk.evidence
    multiples = desk.metrics("multiples") or (desk.headline_metric,)
    ranked = sorted(multiples, key=lambda metric: -rank.gap(ev, metric))
    found = []
    next_firm = [metric for metric in ranked[1:] if rank.verbs(ev, metric)["firm"]]
    for name, metric in zip(("price", "multiple"), (*ranked[:1], *next_firm), strict=False):
        premium = ev.premium(metric)
        values: dict[str, Value] = {
            "subject": ev.name(ev.subject),
            "measure": words.noun(ev, metric),
            "multiple": ev.definitions[metric].short if ev.has(metric) else "",
            "gap": premium.number("pct0", absolute=True),
        }
        holds = {**direction(premium), **rank.verbs(ev, metric)}
        found.append(_fragment(f"{side}.{name}", values, holds, rank.gap(ev, metric)))
    return found


def _bear_statements(desk: Desk) -> list[Statement]:
    ev, found = desk.evidence, _common_statements(desk, "outlook.bear")
    for name, metric in (("operating", "operating_income_growth_quarter"), ("fcf", "fcf_growth_fy")):
        if _need(desk, metric):
            change = ev.value(ev.subject, metric)
            values: dict[str, Value] = {
                "change": change.number("pct0", absolute=True),
                "quarter": _quarter_words(desk, metric),
            }
            found.append(
                _fragment(f"outlook.bear.{name}", values, operations.moves(change.value), rank.change(ev, metric))
            )
    return found


def watch(desk: Desk) -> Note | None:
    """What would move the reading next: the next results, forecasts that are missing, the test that is nearest."""
    claims = _weightiest(desk, [*_results(desk), *_unforecast(desk), *_nearest_test(desk)])
    if not claims:
        return None
    return Note("watch", "What to watch", (_sentences(desk, claims),), "kicker")


def _sentences(desk: Desk, claims: Sequence[Claim]) -> Paragraph:
    """One sentence after the other, with the citations of all at the end."""
    spans: list[Span] = []
    for claim in claims:
        spans += [Text(" "), *claim.spans] if spans else [*claim.spans]
    refs = [ref for claim in claims for ref in claim.refs]
    return Paragraph((*spans, *desk.cite(refs)), (), "judgement")


def _results(desk: Desk) -> list[Statement]:
    """The next results, against the same quarter a year before: they move every figure of the company."""
    before = desk.study.evidence.book.get("working:next_quarter_base")
    if before is None or not before.ok:
        return []
    loss = (before.value or 0.0) < 0
    values: dict[str, Value] = {"operating": before.number("money", absolute=loss)}
    return [_fragment(f"outlook.watch{'_loss' if loss else ''}", values, {}, 1.0)]


def _unforecast(desk: Desk) -> list[Statement]:
    """Companies without a dated forecast, where others have one; the more there are, the more is missing."""
    ev = desk.evidence
    missing = [c for c in ev.everyone if _need(desk, "pe_fy1") and not ev.operand(c, valuation.FORECAST).ok]
    if not missing or len(missing) == len(ev.everyone):
        return []
    values: dict[str, Value] = {"missing": few([ev.name(c) for c in missing], many=words.any_of(ev, missing))}
    return [_fragment("outlook.watch_forecast", values, {}, len(missing) / len(ev.everyone))]


def _nearest_test(desk: Desk) -> list[Statement]:
    """The variant of the headline's test that is nearest to failing, where it is near: ½ at twice the threshold."""
    tested = desk.tested if desk.audience.words("headline", "valuation") == "valuation" else None
    holding = [v for v in tested.variants if v.holds and v.premium.value is not None] if tested else []
    if tested is None or not holding:
        return []
    nearest = min(holding, key=lambda variant: abs(variant.premium.value or 0.0))
    if abs(nearest.premium.value or 0.0) > NEAR * tested.threshold:
        return []
    values: dict[str, Value] = {"test": nearest.name, "gap": nearest.premium.number("spct0")}
    return [_fragment("outlook.watch_test", values, {}, tested.threshold / abs(nearest.premium.value or 1.0))]


def why(desk: Desk) -> Note | None:
    """Why the gap may be there, for the brief of one page: growth, the quality of profit, margins, debt, by weight."""
    about = (_growth(desk), _profit_quality(desk), _margin(desk), _leverage(desk))
    made = [_renamed(one, f"why.{one.id.rpartition('.')[2]}") for one in about if one is not None]
    claims = _weightiest(desk, [one for one in made if one is not None])
    if not claims:
        return None
    return Note("why", "Why the gap", (_sentences(desk, claims),), "kicker")


def falsifier(desk: Desk) -> Note | None:
    """What would change the reading (there is no earlier issue to compare with)."""
    statement = _robustness(desk)
    claim = desk.say(renamed(statement, "falsifier")) if statement else None
    if claim is None:
        return None
    return Note("falsifier", "What would change it", (Paragraph(claim.spans, (), "judgement"),), "kicker")

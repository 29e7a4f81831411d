"""The outlook: what speaks for the subject and against it, why the gap may be there, what would move it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from peerbench.brief.context import Desk
from peerbench.brief.prose import statements
from peerbench.brief.prose.statements import GROWTH, MARGIN, renamed
from peerbench.core.document import Note, Paragraph, Span, Text, When
from peerbench.narrate import operations, rank, resilience, valuation, words
from peerbench.narrate.claims import Claim, Statement, Value, few, listing
from peerbench.narrate.valuation import direction

CUSHION: Final = "net_cash_share"
NEAR: Final = 3  # how many times the threshold a test may be from failing and still be worth watching
REASONS: Final = (statements.growth, statements.profit_quality, statements.margin, statements.leverage)
MOST: Final = 2  # points for and against, and things to watch


# ---- for and against -------------------------------------------------------------------------------------------------


def bulls(desk: Desk) -> Note | None:
    """What speaks for the subject."""
    return _outlook(desk, "bulls", "Bulls say", _bull_statements(desk))


def bears(desk: Desk) -> Note | None:
    """What speaks against it."""
    return _outlook(desk, "bears", "Bears say", _bear_statements(desk))


def _outlook(desk: Desk, id: str, title: str, drafts: Iterable[Statement]) -> Note | None:
    """The weightiest fragments as one sentence; no voice is invented."""
    claims = _weightiest(desk, drafts)
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
    latest = ev.value(ev.subject, "revenue_growth_quarter").end if ev.has("revenue_growth_quarter") else None
    if own is None or (latest is not None and own.points[-1][0] < latest):
        return []
    end, last = own.points[-1]
    weight = rank.size(last.value or 0.0, rank.USUAL) * rank.sound(ev, last, ())
    values: dict[str, Value] = {"label": own.label, "growth": last.number("pct0"), "end": When(end, "month")}
    return [_fragment("outlook.bull.segment", values, operations.moves(last.value), weight)]


def _common_statements(desk: Desk, side: str) -> list[Statement]:
    """What may speak for the one side or the other: growth and margin, the price, net cash."""
    ev = desk.evidence
    known = [(name, metric) for name, metric in (("growth", GROWTH), ("margin", MARGIN)) if ev.has(metric)]
    gaps = [_gap_statement(desk, f"{side}.{name}", metric) for name, metric in known]
    cushion = [_cushion_statement(desk, f"{side}.net_cash")] if ev.has(CUSHION) else []
    return [*gaps, *_price_statements(desk, side), *cushion]


def _gap_statement(desk: Desk, id: str, metric: str) -> Statement:
    """The subject's growth or margin against the median."""
    ev = desk.evidence
    gap = ev.gap(metric)
    holds = {**direction(gap), **rank.verbs(ev, metric)}
    return _fragment(id, {"gap": gap.number("upp1", absolute=True)}, holds, rank.gap(ev, metric))


def _cushion_statement(desk: Desk, id: str) -> Statement:
    """Net cash or net debt against market value."""
    ev = desk.evidence
    share = ev.money(ev.subject, CUSHION)
    holds = {"net_cash": (share.value or 0) > 0, "net_debt": (share.value or 0) < 0}
    values = {"share": share.number("pct1", absolute=True)}
    return _fragment(id, values, holds, resilience.cushion_weight(ev, CUSHION))


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
    """What holds of both sides, then profit or free cash flow that fell."""
    changes = (("operating", "operating_income_growth_quarter"), ("fcf", "fcf_growth_fy"))
    known = [(name, metric) for name, metric in changes if desk.evidence.has(metric)]
    fell = [_change_statement(desk, f"outlook.bear.{name}", metric) for name, metric in known]
    return [*_common_statements(desk, "outlook.bear"), *fell]


def _change_statement(desk: Desk, id: str, metric: str) -> Statement:
    ev = desk.evidence
    change = ev.value(ev.subject, metric)
    values: dict[str, Value] = {
        "change": change.number("pct0", absolute=True),
        "quarter": statements.quarter_words(desk, metric),
    }
    return _fragment(id, values, operations.moves(change.value), rank.change(ev, metric))


# ---- what would move it ----------------------------------------------------------------------------------------------


def watch(desk: Desk) -> Note | None:
    """What would move the reading next: the next results, forecasts that are missing, the test that is nearest."""
    claims = _weightiest(desk, [*_results(desk), *_unforecast(desk), *_nearest_test(desk)])
    if not claims:
        return None
    return Note("watch", "What to watch", (_sentences(desk, claims),), "kicker")


def _results(desk: Desk) -> list[Statement]:
    """The next results, against the same quarter a year before: they move every figure of the company."""
    before = desk.evidence.book.get("working:next_quarter_base")
    if before is None or not before.ok:
        return []
    loss = (before.value or 0.0) < 0
    values: dict[str, Value] = {"operating": before.number("money", absolute=loss)}
    return [_fragment(f"outlook.watch{'_loss' if loss else ''}", values, {}, 1.0)]


def _unforecast(desk: Desk) -> list[Statement]:
    """Companies without a dated forecast, where others have one; the more there are, the more is missing."""
    ev = desk.evidence
    missing = [c for c in ev.everyone if ev.has("pe_fy1") and not ev.operand(c, valuation.FORECAST).ok]
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


# ---- why, and what would change it -----------------------------------------------------------------------------------


def why(desk: Desk) -> Note | None:
    """Why the gap may be there, for the brief of one page: growth, the quality of profit, margins, debt, by weight."""
    about = (make(desk) for make in REASONS)
    drafts = [replace(one, id=f"why.{one.id.rpartition('.')[2]}") for one in about if one is not None]
    claims = _weightiest(desk, drafts)
    if not claims:
        return None
    return Note("why", "Why the gap", (_sentences(desk, claims),), "kicker")


def falsifier(desk: Desk) -> Note | None:
    """What would change the reading (there is no earlier issue to compare with)."""
    claim = desk.say(renamed(statements.robustness(desk), "falsifier"))
    if claim is None:
        return None
    return Note("falsifier", "What would change it", (Paragraph(claim.spans, (), "judgement"),), "kicker")


# ---- of all ----------------------------------------------------------------------------------------------------------


def _fragment(id: str, values: Mapping[str, Value], holds: Mapping[str, bool], strength: float) -> Statement:
    return Statement(id, values, holds, strength, "judgement")


def _weightiest(desk: Desk, drafts: Iterable[Statement]) -> list[Claim]:
    """As many as there is room for, the weightiest first."""
    ranked = sorted(drafts, key=lambda statement: -statement.strength)
    claims: list[Claim] = []
    for statement in ranked:
        if len(claims) < desk.limit("outlook", MOST) and (claim := desk.say(statement)):
            claims.append(claim)
    return claims


def _sentences(desk: Desk, claims: Sequence[Claim]) -> Paragraph:
    """One sentence after the other, with the citations of all at the end."""
    spans: list[Span] = []
    for claim in claims:
        spans += [Text(" "), *claim.spans] if spans else [*claim.spans]
    refs = [ref for claim in claims for ref in claim.refs]
    return Paragraph((*spans, *desk.cite(refs)), (), "judgement")

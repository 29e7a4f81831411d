"""Headline and standfirst: what the audience's kind of brief has to say first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from peerbench.brief.context import Desk
from peerbench.brief.prose.statements import GROWTH
from peerbench.core.document import Spans, Text
from peerbench.core.language import breadth
from peerbench.narrate import operations, policy, risk, valuation, words
from peerbench.narrate.claims import Statement, Value, few, speak

LEAST_PEERS: Final = 3  # with fewer a plain headline says that they are few

Pair = tuple[Statement, Statement]  # headline, standfirst


def head(desk: Desk) -> tuple[Spans, Spans]:
    """Headline and standfirst of the audience's kind; a plain pair when nothing stronger is true."""
    headline, standfirst = _pair(desk)
    headline = _shorter(desk, headline) or headline
    desk.stance = headline.favours
    return _said(desk, headline, "headline"), _said(desk, standfirst, "standfirst")


def _pair(desk: Desk) -> Pair:
    """Of the audience's kind, or of growth where that kind has nothing to stand on."""
    ev, kind = desk.evidence, desk.audience.words("headline", "valuation")
    pair = KINDS.get(kind, _valuation)(desk)
    if speak(pair[0], desk.phrases) or not ev.has(GROWTH):
        return pair
    growth = partial(operations.growth_headline, ev, GROWTH, kind=kind)
    return growth("headline.growth"), growth("standfirst.growth")


def _valuation(desk: Desk) -> Pair:
    ev, tested, metric = desk.evidence, desk.tested, desk.headline_metric
    return valuation.headline(ev, tested, metric), valuation.standfirst(ev, tested, metric, desk.priced_on)


def _risk(desk: Desk) -> Pair:
    ev, swings, debt = desk.evidence, "volatility_1y", "debt_to_equity"
    return risk.headline(ev, swings, debt), risk.standfirst(ev, swings, debt, desk.priced_on)


def _policy(desk: Desk) -> Pair:
    return policy.headline(desk.evidence, "capex_fy"), policy.standfirst(desk.evidence, "capex_fy")


KINDS: Final[Mapping[str, Callable[[Desk], Pair]]] = {"valuation": _valuation, "risk": _risk, "policy": _policy}


def _said(desk: Desk, statement: Statement, place: str) -> Spans:
    """A statement put on the page, or the plain one of that place; the standfirst says with its basis what the
    headline says, so both are kept, whatever they tell twice."""
    claim = speak(statement, desk.phrases) or speak(_plain(desk, place), desk.phrases)
    if claim is None:
        return ()
    desk.keep(claim)
    return claim.spans


def _plain(desk: Desk, place: str) -> Statement:
    """Who is compared with whom, and when."""
    ev = desk.evidence
    peers = words.peers(ev)
    values: dict[str, Value] = {
        "subject": ev.name(ev.subject),
        "peers": few([ev.name(peer) for peer in ev.peers], many=peers, letters=40),
        "date": desk.priced_on,
        "count": words.capital(f"{peers} {'makes' if len(ev.peers) == 1 else 'make'}"),
    }
    return Statement(f"{place}.plain", values, {"few": len(ev.peers) < LEAST_PEERS})


def _shorter(desk: Desk, statement: Statement) -> Statement | None:
    """The same claim in fewer words where the page has no room for more letters and the phrases have such a form."""
    claim = speak(statement, desk.phrases)
    if claim is None or _letters(claim.spans) <= desk.limit("headline", 999):
        return None
    shorter = replace(statement, id=f"{statement.id}_short")
    return shorter if speak(shorter, desk.phrases) else None


def _letters(spans: Spans) -> int:
    """Letters of a title; a number is taken for four."""
    return sum(breadth(span.text) if isinstance(span, Text) else 4 for span in spans)

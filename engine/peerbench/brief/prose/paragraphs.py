"""Paragraphs of a brief, a function a block of the page plan: which statements stand together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from peerbench.brief.context import Desk
from peerbench.brief.prose import statements
from peerbench.brief.prose.pledge import pledge
from peerbench.brief.prose.statements import CASH_YIELD, GROWTH, MARGIN, renamed
from peerbench.brief.study import Listing
from peerbench.core.document import Paragraph, Prose
from peerbench.core.evidence import Quantity
from peerbench.narrate import operations, valuation, words
from peerbench.narrate.claims import Statement, Value, possessive
from peerbench.narrate.valuation import direction

QUARTER: Final = "revenue_growth_quarter"
SMALL: Final = 8  # peers below which a range says little
ROUNDING: Final = 1e-9  # within which a value worked out again is the price


def _prose(*paragraphs: Paragraph | None, side: bool = False) -> Prose | None:
    kept = tuple(paragraph for paragraph in paragraphs if paragraph is not None)
    return Prose(kept, "side" if side else "body") if kept else None


def _one(desk: Desk, *said: Statement | None) -> Prose | None:
    """Statements as one paragraph; nothing where none of them can be said."""
    return _prose(desk.paragraph(said))


# ---- valuation -------------------------------------------------------------------------------------------------------


def valuation_left(desk: Desk) -> Prose | None:
    """The spread of the gaps, what cash says against them, and how few the peers are."""
    ev = desk.evidence
    cash = valuation.cash_yield(ev, CASH_YIELD, desk.headline_metric) if ev.has(CASH_YIELD) else None
    told = "takeaway.cash_disagrees" in desk.said
    spread = renamed(statements.spread(desk), "valuation.spread")
    return _one(desk, spread, None if told else cash, valuation.small_sample(ev))


def valuation_right(desk: Desk) -> Prose | None:
    """Forecasts, the multiple that is missing, and how much history there is."""
    return _one(desk, statements.forecasts(desk), statements.ebitda_gap(desk), statements.history_withheld(desk))


def history(desk: Desk) -> Prose | None:
    """Beside the premium through time."""
    return _one(desk, statements.history(desk))


def scatter(desk: Desk) -> Prose | None:
    """Beside price against growth: on which side of both medians the subject stands."""
    ev = desk.evidence
    if not ev.has(GROWTH):
        return None
    price, growth = ev.premium(desk.headline_metric), ev.gap(GROWTH)
    holds = {
        **direction(price, "_price"),
        **direction(growth, "_growth"),
        **direction(price),
        "above": (price.value or 0) > 0 or (growth.value or 0) > 0,
        "below": (price.value or 0) < 0 or (growth.value or 0) < 0,
    }
    values = {"subject": ev.name(ev.subject)}
    return _one(desk, Statement("scatter.reading", values, holds, extra_refs=(price.ref, growth.ref)))


def football(desk: Desk) -> Prose | None:
    """Beside the football field: where the price stands, the round trip, and what a range is worth."""
    ev, implied = desk.evidence, desk.study.implied
    listed = desk.study.listings.get(ev.subject)
    if not implied or listed is None:
        return None
    reading = valuation.implied(ev, [row.median for row in implied], [row.low for row in implied], listed.price)
    small = Statement("valuation.so_what", {}, {"small": len(ev.peers) < SMALL})
    apart: Iterable[Statement | None] = (reading, _round_trip(desk, listed), small)
    return _prose(*(desk.paragraph([one], cite=False) for one in apart), side=True)


def _round_trip(desk: Desk, listed: Listing) -> Statement | None:
    """The subject's own multiples worked back to a price: where they do not return, the arithmetic is not shown."""
    ev, implied = desk.evidence, desk.study.implied
    returned, rows = sum(_returns(row.own, listed.price) for row in implied), len(implied)
    if not returned:
        return None
    values: dict[str, Value] = {
        "subject_s": possessive(ev.name(ev.subject)),
        "price": listed.price.number("price"),
        "rows": "every row" if returned == rows else f"{words.count(returned)} of {words.count(rows)} rows",
    }
    return Statement("valuation.round_trip", values, {})


def _returns(own: Quantity, price: Quantity) -> bool:
    return own.value is not None and bool(price.value) and abs(own.value / (price.value or 1) - 1) < ROUNDING


# ---- operations ------------------------------------------------------------------------------------------------------


def growth(desk: Desk) -> Prose | None:
    """The latest quarter's growth, and a year's on three bases."""
    return _one(desk, _quarter(desk), statements.three_bases(desk))


def _quarter(desk: Desk) -> Statement | None:
    ev = desk.evidence
    if not ev.has(QUARTER):
        return None
    own, median, gap = ev.money(ev.subject, QUARTER), ev.median(QUARTER), ev.gap(QUARTER)
    values: dict[str, Value] = {
        "subject_s": possessive(ev.name(ev.subject)),
        "own": own.number("pct1", absolute=True),
        "median": median.number("pct1"),
        "quarter": statements.quarter_words(desk, QUARTER),
    }
    sides = {"below": (gap.value or 0) < 0, "above": (gap.value or 0) > 0}
    return Statement("growth.quarter", values, {**operations.moves(own.value), **sides})


def bases(desk: Desk) -> Prose | None:
    """A year's growth of profit on three bases."""
    return _one(desk, statements.three_bases(desk))


def quality(desk: Desk) -> Prose | None:
    """Margin and return on equity."""
    ev = desk.evidence
    margin = operations.margins(ev, MARGIN) if ev.has(MARGIN) else None
    roe = renamed(operations.margins(ev, "roe"), "quality.roe") if ev.has("roe") else None
    return _one(desk, margin, roe)


def segments(desk: Desk) -> Prose | None:
    """How the subject's comparable segment grew."""
    return _one(desk, statements.segment(desk))


def spending(desk: Desk) -> Prose | None:
    """Capital spending, and what is pledged."""
    return _prose(desk.paragraph([statements.spending(desk)]), desk.paragraph([pledge(desk)]))


def effort(desk: Desk) -> Prose | None:
    """Capital spending against size, and what is pledged."""
    return _prose(desk.paragraph([statements.effort(desk)]), desk.paragraph([pledge(desk)]))


# ---- risk ------------------------------------------------------------------------------------------------------------


def resilience(desk: Desk) -> Prose | None:
    """Net cash, where no takeaway has told it, and debt."""
    told = "takeaway.net_cash" in desk.said
    return _one(desk, None if told else statements.net_cash(desk), statements.leverage(desk))


def risk(desk: Desk) -> Prose | None:
    """The deepest fall and the daily swings."""
    return _one(desk, statements.drawdown(desk), statements.volatility(desk))


def diversification(desk: Desk) -> Prose | None:
    """How far the peers move with the subject."""
    return _one(desk, statements.diversification(desk))

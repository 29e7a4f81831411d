"""The blocks a page plan may name, each with what makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from peerbench.brief import circulation, lookback, notes
from peerbench.brief.context import Desk
from peerbench.brief.exhibits import football, history, prices, quarters, range_dot, scatter, spending
from peerbench.brief.prose import outlook, paragraphs
from peerbench.brief.tables import balance, comparables, correlations, inputs, peers, ranks, robustness, segments
from peerbench.core.document import Block, SourceList

Maker = Callable[[Desk], Block | None]

BLOCKS: Final[Mapping[str, Maker]] = {
    "figure.range_dot": range_dot.range_dot,
    "figure.range_dot_compact": lambda desk: range_dot.range_dot(desk, height=range_dot.COMPACT_MM),
    "figure.history": history.history,
    "figure.scatter": scatter.scatter,
    "figure.football": football.football,
    "figure.multiples": quarters.multiples,
    "figure.bars": spending.bars,
    "figure.segments": quarters.segments,
    "figure.prices": prices.prices,
    "figure.long_bars": spending.long_bars,
    "table.summary": comparables.summary,
    "table.wide": comparables.wide,
    "table.comps": comparables.comps,
    "table.comps_few": comparables.comps_few,
    "table.ranks": ranks.ranks,
    "table.robustness": robustness.robustness,
    "table.robustness_failing": lambda desk: robustness.robustness(desk, failing=True),
    "table.peers": peers.peers,
    "table.inputs": inputs.inputs,
    "table.balance": balance.balance,
    "table.levels": comparables.levels,
    "table.readings": balance.readings,
    "table.segments": segments.segments,
    "table.correlations": correlations.correlations,
    "text.valuation_left": paragraphs.valuation_left,
    "text.valuation_right": paragraphs.valuation_right,
    "text.history": paragraphs.history,
    "text.scatter": paragraphs.scatter,
    "text.football": paragraphs.football,
    "text.spending": paragraphs.spending,
    "text.segments": paragraphs.segments,
    "text.growth": paragraphs.growth,
    "text.quality": paragraphs.quality,
    "text.bases": paragraphs.bases,
    "text.resilience": paragraphs.resilience,
    "text.risk": paragraphs.risk,
    "text.diversification": paragraphs.diversification,
    "text.effort": paragraphs.effort,
    "note.bulls": outlook.bulls,
    "note.bears": outlook.bears,
    "note.watch": outlook.watch,
    "note.why": outlook.why,
    "note.falsifier": outlook.falsifier,
    "note.first_issue": notes.first_issue,
    "table.since": lookback.table,
    "note.since": lookback.sentence,
    "note.corrections": lookback.corrections,
    "note.not_shown": notes.not_shown,
    "note.glossary": notes.glossary,
    **{f"note.{name}": maker for name, maker in notes.NOTES.items()},
    "register.whole": lambda desk: notes.register(desk, 0, 1) if desk.study.circulating else None,
    "register.claims": circulation.register,
    "register.left": lambda desk: notes.register(desk, 0, 2),
    "register.right": lambda desk: notes.register(desk, 1, 2),
    "sources": lambda desk: SourceList(),
    "basis": notes.basis,
    "audience": notes.audience_box,
}

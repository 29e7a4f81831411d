"""The blocks a page plan may name, each with what makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from peerbench.brief import circulation, lookback, notes, prose
from peerbench.brief.context import Desk
from peerbench.brief.exhibits import football, history, prices, quarters, range_dot, scatter, spending
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
    "text.valuation_left": prose.valuation_left,
    "text.valuation_right": prose.valuation_right,
    "text.history": prose.history_text,
    "text.scatter": prose.scatter_text,
    "text.football": prose.football_text,
    "text.spending": prose.spending_text,
    "text.segments": prose.segment_text,
    "text.growth": prose.growth_text,
    "text.quality": prose.quality_text,
    "text.bases": prose.bases_text,
    "text.resilience": prose.resilience_text,
    "text.risk": prose.risk_text,
    "text.diversification": prose.diversification_text,
    "text.effort": prose.effort_text,
    "note.bulls": prose.bulls,
    "note.bears": prose.bears,
    "note.watch": prose.watch,
    "note.why": prose.why,
    "note.falsifier": prose.falsifier,
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

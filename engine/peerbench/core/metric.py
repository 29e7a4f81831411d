"""Operands and metric definitions: what a formula asks for and what an answer means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "missing", "not_meaningful", "excluded", "stale"]
Better = Literal["higher", "lower", "neither"]
MetricUnit = Literal["times", "fraction", "money", "money_per_share", "shares", "count", "pure"]


@dataclass(frozen=True, slots=True, order=True)
class Operand:
    """One thing a formula reads: an item of a segment over a window, `lag` years back.

    Windows: ltm, fy, quarter, cy (flows; cy is the calendar year); latest (balance sheet, share counts); spot (market
    data at the as-of date); fy1, fy2, ntm (estimates); 20d, 60d, 200d, 52w, 1y, 3y (market statistics).
    """

    item: str
    window: str
    segment: str = "total"
    lag: int = 0

    @property
    def key(self) -> str:
        """The operand as the formula language writes it, e.g. ``revenue[cloud, ltm, -1]``."""
        parts = [self.segment] if self.segment != "total" else []
        parts.append(self.window)
        if self.lag:
            parts.append(f"-{self.lag}")
        return f"{self.item}[{', '.join(parts)}]"


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """One entry of the catalogue. Data, never a method."""

    id: str
    label: str  # long, e.g. "Price / earnings, LTM"
    short: str  # table head, e.g. "P/E"
    group: str  # valuation | growth | profitability | balance_sheet | risk | quality | custom
    formula: str
    unit: MetricUnit
    better: Better
    definition: str  # one sentence
    source: str  # rule of METHOD and public address
    period: str  # ltm | fy | quarter | latest | spot | ntm | 1y …
    positive: tuple[str, ...] = ()  # operands or metrics that must be > 0, else not meaningful
    excluded_above: float | None = None  # rule 19
    basis: str = ""  # e.g. "net income to common"
    compare: Literal["premium", "gap", "difference"] = "premium"
    segment: str = "total"
    origin: str = ""  # file of the entry

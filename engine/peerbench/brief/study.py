"""A study: everything computed for one config on one day, before any audience is written for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from peerbench.core.dataset import Dataset
from peerbench.core.evidence import Evidence, Quantity, Tested
from peerbench.core.figures import Identity, SeriesPoint
from peerbench.core.findings import Finding
from peerbench.core.verdicts import Circulated

if TYPE_CHECKING:
    from peerbench.brief.since import Since


@dataclass(frozen=True, slots=True)
class PeerNote:
    company: str
    role: str
    why: str
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Furniture:
    """What the house prints around the figures; every field comes from the config."""

    name: str
    title: str
    series: str
    sector: str
    issue: str
    desk: str
    reviewer: str
    conflicts: str
    disclosures: tuple[str, ...]
    legal: str
    published: date | datetime
    page_size: str
    version: str
    data_lock: str


@dataclass(frozen=True, slots=True)
class Premiums:
    """The subject's premium through time (METHOD 27); reason says why the statistics are withheld."""

    metric: str
    points: tuple[SeriesPoint, ...]
    n: int
    needed: int
    mean: Quantity | None = None
    now: Quantity | None = None
    sd: float | None = None
    reason: str = ""
    months: tuple[Quantity, ...] = ()  # one a point, where the history is long enough to be printed


@dataclass(frozen=True, slots=True)
class ImpliedValue:
    """One row of the football field, per unit of the subject's primary line."""

    metric: str
    low: Quantity
    median: Quantity
    high: Quantity
    own: Quantity


@dataclass(frozen=True, slots=True)
class QuarterSeries:
    """A flow's growth on the same quarter a year before, oldest first; one quantity per quarter end."""

    company: str
    label: str
    points: tuple[tuple[date, Quantity], ...]
    segment: str = "total"


@dataclass(frozen=True, slots=True)
class Listing:
    """The primary line of a company: its close in the line's own currency."""

    line: str
    exchange: str
    currency: str
    ordinary_per_unit: float
    price: Quantity


@dataclass(frozen=True, slots=True)
class Study:
    """Figures and words' raw material. Quantities live in `evidence`; the rest are views that only some blocks need."""

    evidence: Evidence
    data: Dataset
    furniture: Furniture
    peers: tuple[PeerNote, ...]
    excluded: tuple[tuple[str, str], ...]  # name, why
    groups: Mapping[str, tuple[str, ...]]  # the config's metric groups
    findings: tuple[Finding, ...]
    plan: Any  # metrics.plan.Plan, for the trees behind the numbers
    tested: Mapping[str, Tested] = field(default_factory=dict)
    premiums: Mapping[str, Premiums] = field(default_factory=dict)
    implied: tuple[ImpliedValue, ...] = ()
    correlations: Mapping[str, Quantity] = field(default_factory=dict)
    growth: Mapping[str, QuarterSeries] = field(default_factory=dict)  # company → revenue growth
    segments: tuple[QuarterSeries, ...] = ()  # those of every audience
    prices: Mapping[str, tuple[SeriesPoint, ...]] = field(default_factory=dict)  # company → closes of twelve months
    listings: Mapping[str, Listing] = field(default_factory=dict)
    claims: Mapping[str, Quantity] = field(default_factory=dict)  # company claims with a value, by claim id
    rates: tuple[Quantity, ...] = ()  # spot rates printed in the panel, brief's currency to reporting currency
    priced_on: date | None = None
    circulating: tuple[Circulated, ...] = ()  # what others say about the companies, checked
    since: Since | None = None  # what moved since an earlier issue, where there is one

    @property
    def identities(self) -> tuple[Identity, ...]:
        ev = self.evidence
        return tuple(
            Identity(company, ev.name(company), slot, ev.companies[company].native_name)
            for slot, company in enumerate(ev.everyone)
        )

    def peer(self, company: str) -> PeerNote | None:
        return next((peer for peer in self.peers if peer.company == company), None)

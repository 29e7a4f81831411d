"""Figures: the numbers of each chart kind, as frozen values. How they are drawn is the charts room's business.

`company` keys are matched to shapes and greys through Identity: slot 0 is the subject, 1, 2, 3 … the peers, stored
with the peer set. Every value that is printed as a label is a document Number, so that one module formats it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from peerbench.core.document import Number


@dataclass(frozen=True, slots=True)
class Identity:
    company: str
    name: str
    slot: int
    native_name: str = ""


@dataclass(frozen=True, slots=True)
class DotPoint:
    company: str
    position: float  # what the x axis shows: gap to the median as a fraction
    label: Number  # the measure itself, e.g. 25.8x
    gap: Number | None = None  # printed beside the subject's label


@dataclass(frozen=True, slots=True)
class DotRow:
    label: str
    points: tuple[DotPoint, ...]
    test: bool = False  # an italic row: the row above without the pivotal peer


@dataclass(frozen=True, slots=True)
class RangeDot:
    """Premium or discount to the peer median per measure (Figure 1)."""

    identities: tuple[Identity, ...]
    rows: tuple[DotRow, ...]
    annotation: str = ""
    centre_label: str = "Peer median"
    compact: bool = False


@dataclass(frozen=True, slots=True)
class ScatterPoint:
    company: str
    x: Number
    y: Number


@dataclass(frozen=True, slots=True)
class Scatter:
    """Two measures against each other, with dotted peer medians (Figure 3)."""

    identities: tuple[Identity, ...]
    points: tuple[ScatterPoint, ...]
    x_label: str
    y_label: str
    x_median: float | None
    y_median: float | None
    fit: tuple[float, float] | None = None  # intercept, slope; from eight peers on


@dataclass(frozen=True, slots=True)
class FieldBar:
    label: str
    low: Number
    mid: Number | None
    high: Number
    own: bool = False  # the subject's own range: white bar


@dataclass(frozen=True, slots=True)
class FootballField:
    """Implied value per unit, lowest, median, highest; the price as a rule over everything (Figure 4)."""

    bars: tuple[FieldBar, ...]
    price: Number
    currency: str


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    when: date
    value: float


@dataclass(frozen=True, slots=True)
class Series:
    company: str
    points: tuple[SeriesPoint, ...]
    end: Number
    name: str = ""  # label if not the company's name, e.g. "AWS"


@dataclass(frozen=True, slots=True)
class SmallMultiples:
    """One panel a company on one scale, the others in grey behind (Figure 5)."""

    identities: tuple[Identity, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Direct-labelled lines on one scale (Figure 7)."""

    identities: tuple[Identity, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class BarGroup:
    company: str
    bars: tuple[tuple[str, Number], ...]  # (period label, value), oldest first


@dataclass(frozen=True, slots=True)
class GroupedBars:
    """Vertical bars from zero, years light to dark (Figure 6)."""

    identities: tuple[Identity, ...]
    groups: tuple[BarGroup, ...]


@dataclass(frozen=True, slots=True)
class History:
    """The subject's premium to its peers through time, with mean and one standard deviation (Figure 2)."""

    points: tuple[SeriesPoint, ...]
    now: Number
    mean: Number
    upper: Number
    lower: Number


@dataclass(frozen=True, slots=True)
class LongBar:
    company: str
    label: str
    value: Number
    before: Number | None = None  # tick: the year before
    pledge: bool = False  # dashed outline, never filled


@dataclass(frozen=True, slots=True)
class LongBars:
    """Horizontal bars with values at their ends (policy Figure 1)."""

    identities: tuple[Identity, ...]
    bars: tuple[LongBar, ...]
    annotation: str = ""


@dataclass(frozen=True, slots=True)
class Sparkline:
    points: tuple[SeriesPoint, ...]

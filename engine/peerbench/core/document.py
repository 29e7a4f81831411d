"""The format-free document: what a brief says, before any edition decides how it looks.

Numbers stay numbers: a Number carries a value, the name of a format and the key of its lineage; only
render/format.py turns one into text. Layout is named (pages of rows of slots), never drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Number:
    """A printed number. status other than ok prints its mark (NA, n.m., –, >100x) instead of a value.

    Formats (render/format.py): x1 "18.1x", n0 n1 n2 bare; pct0 pct1 "30%" of a fraction; spct0 spct1 signed;
    bpct1 bare percent "5.3"; sbpct1 signed bare "−30.1"; pp1 "+0.7pp", upp1 "0.7pp" and spp1 bare signed points (of a
    fraction); money "US$377bn" scaled; money_m "RMB125,976m"; price "US$163.08"; m0 bare millions "1,000,763"; bn0 bn1
    bare billions; shares "18,474m"; fx4 "7.1118"; count "1,234"; words "three" (a small count as a word).
    """

    value: float | None
    format: str
    currency: str = ""
    ref: str = ""  # key into Brief.lineage; empty only for counts and ranks that are not figures
    status: str = "ok"  # ok | missing | not_meaningful | excluded | stale | withheld
    reason: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """A date in text. Styles: prose "23 September 2025", data "23 Sep 2025", month "June 2025"."""

    value: date
    style: Literal["prose", "data", "month"] = "prose"


@dataclass(frozen=True, slots=True)
class Text:
    """Words. figures: figures that stand in them as they are printed, each with its key of lineage."""

    text: str
    figures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Native:
    """A name in its own script, marked with its language, e.g. 阿里巴巴 (zh-Hans)."""

    text: str
    language: str = "zh-Hans"


@dataclass(frozen=True, slots=True)
class Strong:
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Cite:
    """Superior citation numbers into Brief.sources."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A footnote letter (a, b …) or a quality mark (Q1)."""

    text: str


Span = Text | Number | When | Native | Strong | Cite | Mark
Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. lead is the bold run-in claim; kind tells facts, company claims, estimates and judgements apart."""

    spans: Spans
    lead: Spans = ()
    kind: Literal["fact", "company", "estimate", "judgement"] = "fact"


# ---- blocks ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs. style: body (serif), side (sans, 4 columns)."""

    paragraphs: tuple[Paragraph, ...]
    style: Literal["body", "side"] = "body"


@dataclass(frozen=True, slots=True)
class Column:
    """key, head (lines split by \\n), width in mm, group head above it ("" for none), alignment."""

    key: str
    head: str
    width_mm: float
    group: str = ""
    align: Literal["left", "right"] = "right"
    mark: str = ""  # footnote letter


@dataclass(frozen=True, slots=True)
class Cell:
    """One table cell: spans (usually a single Number), optionally a rank drawn in a box and shaded, a bar, a badge."""

    spans: Spans = ()
    rank: int | None = None
    rank_of: int | None = None
    bar: float | None = None  # length as a fraction of the longest bar, for robustness tables
    badge: str = ""  # a grade letter drawn in a box
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """role decides the style: subject, peer, median, statistic, gap, rank, total, plain, fails."""

    label: Spans
    cells: tuple[Cell, ...]
    role: str = "plain"
    rule_above: bool = False
    trace: str = ""  # lineage row id, set when lineage is numbered


@dataclass(frozen=True, slots=True)
class Table:
    """An exhibit. kind: comps, rank, robustness, inputs, peers, register, module (since last issue, early warnings)."""

    id: str
    title: Spans
    subtitle: Spans
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    label_head: str = "Company"
    notes: tuple[tuple[str, Spans], ...] = ()  # (letter, text)
    source: Spans = ()
    kind: str = "comps"
    number: int | None = None  # None: unnumbered module


@dataclass(frozen=True, slots=True)
class Chart:
    """An exhibit drawn by charts/. figure is one of core.figures; data repeats it as a table for the web edition.

    trace: the lineage row of the figures it is labelled with, set when lineage is numbered.
    """

    id: str
    title: Spans
    subtitle: Spans
    figure: Any
    alt: str
    source: Spans
    width_mm: float
    height_mm: float
    number: int | None = None
    data: Table | None = None
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Register:
    """A list of checked things: data-quality register (Q1 …) or claims in circulation."""

    id: str
    title: Spans
    entries: tuple[tuple[str, Spans, Spans], ...]  # (id or quoted claim, bold verdict, text)
    source: Spans = ()
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A ruled note of one column width: kicker in caps (bulls say) or a bold run-in title (Definitions.)."""

    id: str
    title: str
    paragraphs: tuple[Paragraph, ...]
    style: Literal["kicker", "runin"] = "runin"


@dataclass(frozen=True, slots=True)
class SourceList:
    id: str = "sources"


@dataclass(frozen=True, slots=True)
class AudienceBox:
    paragraphs: tuple[Paragraph, ...]
    id: str = "audience"


@dataclass(frozen=True, slots=True)
class Basis:
    """The basis strip and the short citations under it."""

    spans: Spans
    citations: tuple[tuple[int, Spans], ...]  # number, short title and date
    id: str = "basis"


Block = Prose | Table | Chart | Register | Note | SourceList | AudienceBox | Basis


@dataclass(frozen=True, slots=True)
class LayoutRow:
    """A row of the 12-column grid. split: "12", "8+4", "6+6" or "4+4+4"; one tuple of blocks per slot."""

    split: Literal["12", "8+4", "6+6", "4+4+4"]
    slots: tuple[tuple[Block, ...], ...]
    foot: bool = False  # pinned to the bottom of the page


@dataclass(frozen=True, slots=True)
class Page:
    """A page after the first has a head, which is a claim; the first page's top is the article head itself."""

    id: str
    head: Spans
    rows: tuple[LayoutRow, ...]


@dataclass(frozen=True, slots=True)
class PanelRow:
    label: Spans
    value: Spans


@dataclass(frozen=True, slots=True)
class Panel:
    """The key-data panel: one large figure, a sparkline, eight to ten rows."""

    name: str
    native_name: str
    large: Number
    caption: Spans
    sparkline: Chart | None
    rows: tuple[PanelRow, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One document with its address; url may be empty, remark then says why."""

    title: str
    day: date | None
    url: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A numbered source: one document, or a family of one company's documents, each listed with its address."""

    number: int
    title: str
    day: date | None
    url: str
    locators: tuple[str, ...] = ()
    remark: str = ""
    short: str = ""
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class TraceInput:
    """One operand of a number: its name, how it was made, its value, its sources and (if printed too) its own ref."""

    name: str
    how: Spans
    value: Number | None
    sources: tuple[int, ...] = ()
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """Why a number is so: shown in the lineage appendix, the web popover and `bench explain`."""

    ref: str
    what: str
    exact: Number
    formula: str  # e.g. "market value ÷ net income to common, LTM"
    calculation: Spans  # the formula with operands filled in
    inputs: tuple[TraceInput, ...]
    sources: tuple[int, ...]
    known_on: date | None
    checks: tuple[tuple[Literal["ok", "note"], str], ...] = ()
    row: str = ""  # page.sequence in reading order, e.g. 1.01; set by brief.lineage


@dataclass(frozen=True, slots=True)
class Definition:
    """One measure of the brief: its name, its formula in words and its definition, for the appendix."""

    name: str
    formula: str
    text: str
    source: str


Length = Literal["one", "four"]  # pages of the printed article, before its appendix


@dataclass(frozen=True, slots=True)
class Meta:
    """Furniture of the pages."""

    name: str  # file name of the config
    series: str
    sector: str
    audience: str  # folder name
    audience_label: str  # "For institutional investors"
    issue: str
    grade: str
    grade_words: str
    subject_key: str
    subject: str
    subject_native: str
    peers_phrase: str  # "Tencent, Amazon and Baidu"
    as_of: date
    prices_on: date | None
    published: date
    desk: str
    read_minutes: int
    data_lock: str  # sha-256 of the inputs, hex
    version: str
    legal: str
    theme: str  # token set: investor | risk | policy | …
    language: str = "en-GB"
    page_size: Literal["A4", "Letter"] = "A4"
    length: Length = "four"


@dataclass(frozen=True, slots=True)
class Brief:
    """The whole document, the same for every edition."""

    meta: Meta
    headline: Spans
    standfirst: Spans
    byline: Spans
    takeaways: tuple[Paragraph, ...]
    panel: Panel
    pages: tuple[Page, ...]
    sources: tuple[Source, ...]
    lineage: tuple[Trace, ...]  # in reading order
    traces: dict[str, Trace] = field(default_factory=dict)
    definitions: tuple[Definition, ...] = ()

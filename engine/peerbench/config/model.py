"""The shape of a config: which keys there are, of which type, and what each is for."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, get_args

from pydantic import Discriminator, Field, Tag, WithJsonSchema

from peerbench.config.brand_shapes import BrandShape, ColoursShape, FontsShape
from peerbench.config.running_shapes import (
    DeliverShape,
    GateShape,
    LedgerPlace,
    LedgerShape,
    MailShape,
    S3Shape,
    ScheduleShape,
    SignShape,
    WebhookShape,
)
from peerbench.config.scalars import (
    Company,
    Currency,
    Day,
    Language,
    LevelField,
    MetricId,
    MetricRef,
    Moment,
    Name,
    Positive,
    Shape,
    Since,
    Text,
    Unit,
    choice,
    short_for,
)
from peerbench.config.source_shapes import (
    EcbShape,
    MappedShape,
    QueryShape,
    RegistrantShape,
    SecShape,
    SourceShape,
    SqlShape,
    XbrlShape,
    YfinanceShape,
)
from peerbench.config.values import SOURCE_KINDS, WAYS
from peerbench.core.metric import Better


class PeerShape(Shape):
    """A company that the subject is measured against."""

    required = ("company", "why")
    company: Company = Field("", description="The company's key in companies.csv.")
    role: Annotated[Literal["core", "reference"], choice("core", "reference")] = Field(
        "core", description="core: in every statistic. reference: shown, never in a statistic."
    )
    why: Text = Field("", description="Why it is a peer, in one phrase; printed in the table of peers.")
    grade: Annotated[Literal["A", "B", "C", ""], choice("A", "B", "C")] = Field(
        "", description="How comparable it is, judged by hand: A, B or C."
    )


PEER_COLUMNS: Final = ("sector", "country", "reporting_currency", "accounting_standard")
PEER_TRAITS: Final = ("size", "growth", "margin", "gross_margin", "operating_margin")


class PeerRuleShape(Shape):
    """Peers chosen by rule, for the members of a pattern: the nearest companies of the data."""

    rule: Annotated[Literal["nearest"], choice("nearest")] = Field("nearest", description="How they are chosen.")
    n: Annotated[int, Field(ge=1, le=12)] = Field(6, description="How many peers.")
    least: Annotated[int, Field(ge=1, le=12)] = Field(
        3, description="A company for which there are fewer gets no brief, and is named."
    )
    same: list[Annotated[Text, choice(*PEER_COLUMNS)]] = Field(
        ["sector"], description=f"What peers share with the subject: {', '.join(PEER_COLUMNS)}; [] for nothing."
    )
    by: list[Annotated[Text, choice(*PEER_TRAITS)]] = Field(
        ["size", "growth", "margin"], description=f"What nearness is measured by: {', '.join(PEER_TRAITS)}."
    )


LIST, RULE = "[list]", "[rule]"  # which of the two kinds of peers an error is about
Peers = Annotated[
    Annotated[list[PeerShape], Tag(LIST)] | Annotated[PeerRuleShape, Tag(RULE)],
    Discriminator(lambda value: RULE if isinstance(value, dict | PeerRuleShape) else LIST),
]


class SubjectsShape(Shape):
    """A pattern: one brief for each company that a test means."""

    required = ("where",)
    where: Text = Field(
        default="", description="""A test of companies, e.g. sector == "Technology" and market_cap > 1e9."""
    )
    at_most: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=1000, description="More companies than this are refused, never cut."
    )


Subjects = Annotated[SubjectsShape, short_for("where"), WithJsonSchema({"type": ["string", "object"]})]


class ExcludedShape(Shape):
    """A company left out on purpose, with the reason."""

    required = ("company", "why")
    company: Company = Field("", description="A key; the data need not know it.")
    name: Text = Field("", description="The name to print.")
    why: Text = Field("", description="Why it is left out, in one phrase.")


class CustomMetricShape(Shape):
    """A metric of one's own, in the formula language of the catalogue (see `bench metrics`)."""

    required = ("label", "formula", "unit")
    label: Text = Field("", description="The long name, e.g. Cloud share of revenue.")
    short: Text = Field("", description="Table head; the label if left out.")
    formula: Text = Field("", description='An expression, e.g. "revenue[cloud, ltm] / revenue[ltm]".')
    unit: Unit = Field(
        "pure", description="Its unit: times (18.1x), percent (30 %), money, money_per_share, shares, count or pure."
    )
    better: Annotated[Better, choice(*get_args(Better))] = Field("neither", description="Which direction ranks first.")
    definition: Text = Field("", description="One sentence for the reader; made from the formula if left out.")
    group: Name = Field("custom", description="The group it joins when no group of `metrics` lists it.")
    source: Text = Field("", description="Where the definition comes from.")
    basis: Text = Field("", description="E.g. net income to common.")
    positive: list[Text] = Field([], description="Operands or metrics that must be above zero, else not meaningful.")
    excluded_above: Positive | None = Field(None, description="Above this value it stays out of statistics.")


class SegmentShape(Shape):
    """The segment of a company that its peers’ are compared with."""

    required = ("segment",)
    segment: Text = Field("", description="The segment as the facts name it, e.g. cloud.")
    label: Text = Field("", description="Its name on the page; the segment if left out.")


class CirculationShape(Shape):
    """Statements about the companies that others have published: short quotations, or a text of the project."""

    required = ("source", "date")
    source: Text = Field("", description="Who says it, as the page names it, e.g. an AI-written article.")
    date: Day | None = Field(None, description="The day it was published; not after this brief.")
    url: Text = Field("", description="Its address.")
    about: Company = Field("", description="The company meant where a statement names none. Left out: the subject.")
    statements: list[Text] = Field([], description="Quoted statements, e.g. a net debt-to-equity ratio of 0.25x.")
    file: Text = Field("", description="A text file of the project instead.")


class Settings(Shape):
    """A peer set: who is measured against whom, on what, as of when, for whom."""

    required = ("subject", "sources", "peers", "metrics")
    extends: Text = Field("", description="A config whose keys are defaults for this one; beside this file.")
    title: Text = Field("", description="A working title for lists; the headline is made from the figures.")
    series: Text = Field("Peer Benchmark", description="Name of the series, printed in the strip.")
    sector_label: Text = Field("", description="Sector as the strip prints it.")
    subject: Company = Field("", description="The company the brief is about: its key in companies.csv.")
    subjects: Subjects = Field(
        default=SubjectsShape(), description="In place of subject: a test of companies, each of which gets a brief."
    )
    as_of: Day | None = Field(None, description="Nothing known later is used. Left out: the day of the build.")
    published: Moment | None = Field(
        None, description="Day, or time with zone, of publication. Left out: the as-of day."
    )
    issue: Text = Field("", description="Number of this issue in its series.")
    currency: Currency = Field("USD", description="Currency that money is shown in.")
    sources: list[SourceShape] = Field([], description="Where figures come from; an earlier one wins a conflict.")
    peers: Peers = Field([], description="The peers, each with role and reason.")
    excluded: list[ExcludedShape] = Field([], description="Companies left out on purpose.")
    metrics: dict[Name, list[MetricRef]] = Field(
        {}, description="Metric ids by group, e.g. pe_ltm or 'revenue_growth_ltm[cloud]'; groups become table columns."
    )
    custom_metrics: dict[MetricId, CustomMetricShape] = Field({}, description="Metrics of one's own, by formula.")
    segments: dict[Company, SegmentShape] = Field({}, description="Comparable segments, by company.")
    claims_in_circulation: list[CirculationShape] = Field(
        [], description="What others say about the companies; checked and printed beside the data-quality register."
    )
    not_shown: Text = Field("", description="What the figures of this set do not show, for readers of policy.")
    audiences: list[Name] = Field(["institutional"], description="One brief per audience: folders of templates/.")
    outputs: list[Name] = Field(["pdf", "html"], description="Editions: pdf, html, xlsx, md, json.")
    checks: dict[str, LevelField] = Field({}, description="Raise, lower or silence a check by its name.")
    desk: Text = Field("Benchmark Desk", description="Who signs the byline. Never an invented person.")
    reviewer: Text = Field("", description="Who reviewed the brief, for the audience box.")
    conflicts: Text = Field("", description="Holdings and conflicts of interest of author and house.")
    disclosures: list[Text] = Field([], description="Paragraphs of the disclosures note.")
    legal: Text = Field("", description="The legal line at the foot of each page.")
    languages: list[Language] = Field(["en"], description="Languages of the editions.")
    page: Annotated[Literal["A4", "Letter"], choice("A4", "Letter")] = Field("A4", description="Page size of the PDF.")
    length: Annotated[Literal["one", "four"], choice("one", "four")] = Field(
        "four", description="Pages of the PDF's article: one, or four; the appendix follows."
    )
    brand: BrandShape = Field(default=BrandShape(), description="The look of the house.")
    since: Since = Field(None, description="Day of the earlier issue to compare with, or none; left out: the newest.")
    sign: SignShape = Field(default=SignShape(), description="Sign the manifests of issue, PDF and web page.")
    attachments: bool = Field(
        True, description="Config and data travel inside PDF and web page, so that anybody can verify them."
    )
    schedule: ScheduleShape = Field(default=ScheduleShape(), description="When the brief is made by itself.")
    gate: GateShape = Field(default=GateShape(), description="What a scheduled issue must pass to go out.")
    ledger: LedgerPlace = Field(default=LedgerShape(), description="Where issues are noted; a file, or a database.")
    mail: MailShape = Field(default=MailShape(), description="The mail server, for targets of deliver with to:.")
    deliver: list[DeliverShape] = Field([], description="Where issues are sent once they are published.")


SHAPES: Final[dict[str, type[Shape]]] = {
    "sources": SourceShape,
    "subjects": SubjectsShape,
    "peers": PeerShape,
    "excluded": ExcludedShape,
    "custom_metrics": CustomMetricShape,
    "segments": SegmentShape,
    "claims_in_circulation": CirculationShape,
    "brand": BrandShape,
    "sign": SignShape,
    "schedule": ScheduleShape,
    "gate": GateShape,
    "ledger": LedgerShape,
    "mail": MailShape,
    "deliver": DeliverShape,
}
SINGLE: Final = (
    "brand",
    "schedule",
    "gate",
    "ledger",
    "mail",
    "subjects",
)  # one mapping; the others of SHAPES are many
INSIDE_BRAND: Final[dict[str, type[Shape]]] = {"colours": ColoursShape, "dark": ColoursShape, "fonts": FontsShape}
INSIDE_DELIVER: Final[dict[str, type[Shape]]] = {"webhook": WebhookShape, "s3": S3Shape}
INSIDE_SOURCES: Final[dict[str, type[Shape]]] = {
    "sec": SecShape,
    "xbrl": XbrlShape,
    "files": MappedShape,
    "sql": SqlShape,
    "ecb": EcbShape,
    "yfinance": YfinanceShape,
}


def shape_at(path: tuple[str | int, ...]) -> type[Shape] | None:
    """The model of the mapping at a path: () is the whole config."""
    if not path:
        return Settings
    if path == ("peers",):
        return PeerRuleShape  # one mapping in place of the list
    if path[0] == "sources" and len(path) > 2:
        return _source_shape(path[2:])
    if path[0] == "deliver" and len(path) == 3:
        return INSIDE_DELIVER.get(str(path[2]))
    if path[0] == "brand" and len(path) == 2:
        return INSIDE_BRAND.get(str(path[1]))
    shape = SHAPES.get(str(path[0]))
    depth = 1 if path[0] in SINGLE else 2
    return shape if len(path) == depth else None


def _source_shape(path: tuple[str | int, ...]) -> type[Shape] | None:
    """The model of a mapping inside a source: sec, sec.companies.apple, files.0, sql.tables.facts."""
    shape = INSIDE_SOURCES.get(str(path[0]))
    if path[0] == "files":
        return shape if len(path) == 2 else None
    if path[0] == "sec" and path[1:2] == ("companies",):
        return RegistrantShape if len(path) == 3 else None
    if path[0] == "sql" and path[1:2] == ("tables",):
        return QueryShape if len(path) == 3 else None
    return shape if len(path) == 1 else None


def json_schema() -> dict[str, Any]:
    """JSON Schema of a config, for editors."""
    schema = Settings.model_json_schema()
    # A house file names no subject, and what a config leaves out may stand in the file it extends.
    about = [{"required": [key]} for key in ("subject", "subjects")]
    schema["if"] = {"anyOf": about, "not": {"required": ["extends"]}}
    schema["then"] = {"required": [key for key in schema.pop("required") if key != "subject"], "oneOf": about}
    for name, kinds in (("SourceShape", SOURCE_KINDS), ("DeliverShape", WAYS)):
        entry = schema["$defs"][name]
        del entry["required"]
        entry["oneOf"] = [{"required": [kind]} for kind in kinds]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "peerbench config"}

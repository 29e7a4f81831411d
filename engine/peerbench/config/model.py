"""The shape of a config: which keys there are, of which type, and what each is for. The only pydantic models."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Final, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from peerbench.core.findings import did_you_mean
from peerbench.core.metric import Better

LATER_SOURCES: Final = ("sec", "xbrl", "sql", "files", "ecb", "yfinance")


class Lost(str):
    """Empty text where an item of a list was wrong, so that the items after it keep their positions."""

    __slots__ = ()


def _refuse(message: str, hint: str = "") -> PydanticCustomError:
    return PydanticCustomError("bench", "{sentence}", {"sentence": message, "hint": hint})


def _as_text(value: Any) -> Any:
    # A whole number reads back exactly as it was written, so 9988 may stand for text; 1.10 may not.
    return str(value) if type(value) is int else value


def _pattern(pattern: str, what: str, hint: str) -> Any:
    compiled = re.compile(pattern, re.ASCII)

    def check(value: Any) -> Any:
        value = _as_text(value)
        if isinstance(value, str) and not isinstance(value, Lost) and not compiled.fullmatch(value):
            raise _refuse(f"'{value}' is not {what}", hint)
        return value

    return BeforeValidator(check)


def _choice(*names: str, aliases: dict[str, str] | None = None) -> Any:
    def check(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        value = (aliases or {}).get(value, value)
        if value not in names:
            near = did_you_mean(value, names)
            raise _refuse(f"'{value}' is not one of {', '.join(names)}", near if near.startswith("Did") else "")
        return value

    return BeforeValidator(check)


def _day(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise _refuse(f"there is no day '{value}'", "Write year-month-day, e.g. 2025-09-23.") from None
    raise _refuse(f"'{value}' is not a day", "Write year-month-day, e.g. 2025-09-23.")


def _moment(value: Any) -> Any:
    if isinstance(value, str) and len(value) > 10:
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            raise _refuse(f"'{value}' is not a time", "Write e.g. 2025-09-24T02:48-04:00.") from None
    return _day(value)


Text = Annotated[str, BeforeValidator(_as_text), Field(max_length=2000)]
Company = Annotated[
    str,
    _pattern(
        r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
        "a company's key",
        "Use letters, digits, '.', '_' and '-', as in companies.csv.",
    ),
]
Name = Annotated[str, _pattern(r"[a-z][a-z0-9_-]{0,63}", "a name", "Use small letters, digits, '_' and '-'.")]
MetricRef = Annotated[
    str,
    _pattern(
        r"[a-z][a-z0-9_]{0,63}(\[[^\[\](),\n]{1,60}\])?",
        "a metric's id",
        "Use an id of `bench metrics`, e.g. pe_ltm or 'revenue_growth_ltm[cloud]'.",
    ),
]
MetricId = Annotated[
    str, _pattern(r"[a-z][a-z0-9_]{0,63}", "a metric's id", "Use small letters, digits and '_', e.g. cloud_share.")
]
Currency = Annotated[str, _pattern(r"[A-Z]{3}", "a currency code", "Use three capitals, e.g. USD, CNY, HKD, EUR.")]
Language = Annotated[str, _pattern(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a language tag", "Use e.g. en or zh-CN.")]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Moment = Annotated[date | datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string"})]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]

_UNITS: Final = {
    "percent": "fraction",
    "%": "fraction",
    "multiple": "times",
    "x": "times",
    "ratio": "pure",
    "number": "pure",
}
Unit = Annotated[
    Literal["times", "fraction", "money", "money_per_share", "shares", "count", "pure", "percent", "multiple", "ratio"],
    _choice("times", "fraction", "money", "money_per_share", "shares", "count", "pure", aliases=_UNITS),
]
Level = Literal["raise", "lower", "silence", "error", "warning", "note", "off"]
LevelField = Annotated[Level, _choice(*get_args(Level))]


def _required(*names: str) -> dict[str, Any]:
    return {"required": list(names)}


class Shape(BaseModel):
    """Every field has a default, so that what is right is kept while what is wrong is reported; `required` rules."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    required: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if cls.required:
            cls.model_config["json_schema_extra"] = _required(*cls.required)


class SourceShape(Shape):
    """One place that figures come from."""

    required = ("dataset",)
    dataset: Text = Field("", description="Name of a shipped dataset, or the path of a folder in the dataset format.")


class PeerShape(Shape):
    """A company that the subject is measured against."""

    required = ("company", "why")
    company: Company = Field("", description="The company's key in companies.csv.")
    role: Annotated[Literal["core", "reference"], _choice("core", "reference")] = Field(
        "core", description="core: in every statistic. reference: shown, never in a statistic."
    )
    why: Text = Field("", description="Why it is a peer, in one phrase; printed in the table of peers.")
    grade: Annotated[Literal["A", "B", "C", ""], _choice("A", "B", "C")] = Field(
        "", description="How comparable it is, judged by hand: A, B or C."
    )


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
    better: Annotated[Better, _choice(*get_args(Better))] = Field("neither", description="Which direction ranks first.")
    definition: Text = Field("", description="One sentence for the reader; made from the formula if left out.")
    group: Name = Field("custom", description="The group it joins when no group of `metrics` lists it.")
    source: Text = Field("", description="Where the definition comes from.")
    basis: Text = Field("", description="E.g. net income to common.")
    positive: list[Text] = Field([], description="Operands or metrics that must be above zero, else not meaningful.")
    excluded_above: Positive | None = Field(None, description="Above this value it stays out of statistics.")


class BrandShape(Shape):
    """The look of the house."""

    theme: Name = Field(default="", description="A folder of templates/, or a shipped theme.")


class Settings(Shape):
    """A peer set: who is measured against whom, on what, as of when, for whom."""

    required = ("subject", "sources", "peers", "metrics")
    extends: Text = Field("", description="A config whose keys are defaults for this one; beside this file.")
    title: Text = Field("", description="A working title for lists; the headline is made from the figures.")
    series: Text = Field("Peer Benchmark", description="Name of the series, printed in the strip.")
    sector_label: Text = Field("", description="Sector as the strip prints it.")
    subject: Company = Field("", description="The company the brief is about: its key in companies.csv.")
    as_of: Day | None = Field(None, description="Nothing known later is used. Left out: the day of the build.")
    published: Moment | None = Field(
        None, description="Day, or time with zone, of publication. Left out: the as-of day."
    )
    issue: Text = Field("", description="Number of this issue in its series.")
    currency: Currency = Field("USD", description="Currency that money is shown in.")
    sources: list[SourceShape] = Field([], description="Where figures come from; an earlier one wins a conflict.")
    peers: list[PeerShape] = Field([], description="The peers, each with role and reason.")
    excluded: list[ExcludedShape] = Field([], description="Companies left out on purpose.")
    metrics: dict[Name, list[MetricRef]] = Field(
        {}, description="Metric ids by group, e.g. pe_ltm or 'revenue_growth_ltm[cloud]'; groups become table columns."
    )
    custom_metrics: dict[MetricId, CustomMetricShape] = Field({}, description="Metrics of one's own, by formula.")
    audiences: list[Name] = Field(["institutional"], description="One brief per audience: folders of templates/.")
    outputs: list[Name] = Field(["pdf", "html"], description="Editions: pdf, html.")
    checks: dict[str, LevelField] = Field({}, description="Raise, lower or silence a check by its name.")
    desk: Text = Field("Benchmark Desk", description="Who signs the byline. Never an invented person.")
    reviewer: Text = Field("", description="Who reviewed the brief, for the audience box.")
    conflicts: Text = Field("", description="Holdings and conflicts of interest of author and house.")
    disclosures: list[Text] = Field([], description="Paragraphs of the disclosures note.")
    legal: Text = Field("", description="The legal line at the foot of each page.")
    languages: list[Language] = Field(["en"], description="Languages of the editions.")
    page: Annotated[Literal["A4", "Letter"], _choice("A4", "Letter")] = Field("A4", description="Page size of the PDF.")
    brand: BrandShape = Field(default=BrandShape(), description="The look of the house.")
    schedule: dict[str, Any] = Field({}, description="When the brief is made by itself (not in this version).")
    deliver: list[dict[str, Any]] = Field([], description="Where it is sent (not in this version).")


SHAPES: Final[dict[str, type[Shape]]] = {
    "sources": SourceShape,
    "peers": PeerShape,
    "excluded": ExcludedShape,
    "custom_metrics": CustomMetricShape,
    "brand": BrandShape,
}


def shape_at(path: tuple[str | int, ...]) -> type[Shape] | None:
    """The model of the mapping at a path: () is the whole config."""
    if not path:
        return Settings
    shape = SHAPES.get(str(path[0]))
    depth = 1 if path[0] == "brand" else 2
    return shape if len(path) == depth else None


def json_schema() -> dict[str, Any]:
    """JSON Schema of a config, for editors."""
    schema = Settings.model_json_schema()
    # A house file names no subject, and what a config leaves out may stand in the file it extends.
    schema["if"] = {"required": ["subject"], "not": {"required": ["extends"]}}
    schema["then"] = {"required": schema.pop("required")}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "peerbench config"}

"""The shape of a config: which keys there are, of which type, and what each is for. The only pydantic models."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Final, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from peerbench import schedule as schedules
from peerbench.config.chain import SECRET
from peerbench.config.values import SOURCE_KINDS, WAYS
from peerbench.core.findings import did_you_mean
from peerbench.core.metric import Better


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
Colour = Annotated[
    str, _pattern(r"(#[0-9A-Fa-f]{6})?", "a colour", "Write # and six digits in quotes, e.g. '#12385A'.")
]
Currency = Annotated[str, _pattern(r"[A-Z]{3}", "a currency code", "Use three capitals, e.g. USD, CNY, HKD, EUR.")]
Language = Annotated[str, _pattern(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a language tag", "Use e.g. en or zh-CN.")]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Moment = Annotated[date | datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string"})]
Since = Annotated[
    date | Literal["none"] | None,
    BeforeValidator(lambda value: value if value == "none" or value is None else _day(value)),
    WithJsonSchema({"type": "string"}),
]
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


Identifier = Annotated[
    str,
    BeforeValidator(_as_text),
    _pattern(r"[A-Za-z0-9.\-]{1,12}", "a CIK or ticker", "Write e.g. 320193 or AAPL."),
]


def _variable(value: Any) -> Any:
    """What stands there by mistake may be the secret itself, so it is not repeated."""
    if (
        isinstance(value, str)
        and not isinstance(value, Lost)
        and not re.fullmatch(r"[A-Za-z_]\w{0,99}", value, re.ASCII)
    ):
        hint = "A secret stands in the environment; the config only names its variable, e.g. BENCH_DATABASE."
        raise _refuse(SECRET, hint)
    return value


Variable = Annotated[str, BeforeValidator(_variable)]


def _short_for(key: str) -> Any:
    """A mapping that may be written as the value of its one important key."""

    def check(value: Any) -> Any:
        return {key: value} if isinstance(value, str | int) and not isinstance(value, bool | Lost) else value

    return BeforeValidator(check)


def _scalar(value: Any) -> Any:
    if isinstance(value, dict | list):
        raise _refuse("a parameter is one value, not a list or mapping", "Write several parameters.")
    return value


class RegistrantShape(Shape):
    """A company as the SEC knows it."""

    required = ("cik",)
    cik: Identifier = Field("", description="CIK or ticker.")
    name: Text = Field("", description="The short name to print.")


Registrant = Annotated[RegistrantShape, _short_for("cik"), WithJsonSchema({"type": ["integer", "string", "object"]})]


class SecShape(Shape):
    """Company facts of the SEC: from a folder of its JSON files, or live from EDGAR."""

    folder: Text = Field(
        "", description="A folder of company facts files, named CIK##########.json. Nothing is fetched."
    )
    contact: Text = Field("", description="Live: name and mail address that the SEC asks every program to send.")
    companies: dict[Company, Registrant] = Field(
        {}, description="Your key → CIK or ticker, e.g. {apple: 320193}. Left out with a folder: every file in it."
    )
    ciks: list[Identifier] = Field([], description="CIKs or tickers without keys; keys are made of the names.")
    address: Text = Field("", description="Live: a mirror of https://data.sec.gov.")
    tickers: Text = Field("", description="Live: a mirror of the SEC's list of tickers.")
    submissions: bool = Field(True, description="Live: fetch sector, country and fiscal year end of each company too.")


class EcbShape(Shape):
    """Reference rates of the European Central Bank."""

    file: Text = Field("", description="eurofxref-hist.zip, eurofxref.zip or the CSV in it. Left out: fetched.")
    since: Day | None = Field(None, description="Rates before this day are left out.")
    currencies: list[Currency] = Field([], description="Only these. Left out: every currency of the file.")
    address: Text = Field("", description="A mirror of the ECB's history file.")


class XbrlShape(Shape):
    """One filing in inline XBRL, with its segments."""

    required = ("file", "company")
    file: Text = Field("", description="The filing's HTML document.")
    company: Company = Field("", description="The company's key.")
    filed: Day | None = Field(None, description="Day of filing, which the document itself does not say.")
    address: Text = Field("", description="The filing's public address.")
    segments: dict[Text, Text] = Field(
        {}, description="Member of a segment axis → your name, e.g. AmazonWebServices: cloud."
    )


class MappedShape(Shape):
    """One table of a file, mapped to the dataset format. What a file does not say is declared, never guessed."""

    required = ("path",)
    path: Text = Field("", description="CSV, Parquet or Excel file.")
    table: Annotated[
        Literal["facts", "companies", "prices", "fx", "lines", "estimates", "dividends"],
        _choice("facts", "companies", "prices", "fx", "lines", "estimates", "dividends"),
    ] = Field("facts", description="Which table of the dataset format its rows are.")
    sheet: Text = Field("", description="Excel: the sheet's name. Left out: the only one.")
    skip: Annotated[int, Field(ge=0, le=10_000)] = Field(0, description="Rows above the header.")
    layout: Annotated[Literal["long", "wide"], _choice("long", "wide")] = Field(
        "long", description="long: one row a figure. wide: a statement, one column a period."
    )
    separator: Text = Field("", description="CSV: what stands between cells. Left out: a comma.")
    encoding: Text = Field("", description="CSV: left out UTF-8; else e.g. cp1252.")
    decimal: Annotated[Literal[".", ","], _choice(".", ",")] = Field(".", description="The decimal mark, in quotes.")
    dates: Text = Field("", description="How dates are written, e.g. %d.%m.%Y. Left out: year-month-day.")
    year_ends: Annotated[str, _pattern(r"\d\d-\d\d", "a month and day", "Write e.g. 12-31.")] = Field(
        "", description="wide with years as heads (dates: %Y): month and day that they end on, e.g. 12-31."
    )
    scale: Positive = Field(1.0, description="What one unit of a money value is: 1000000 for millions.")
    columns: dict[Name, Text] = Field({}, description="Column of the dataset format → column of the file.")
    constants: dict[Name, Text] = Field({}, description="Column of the dataset format → the same value in every row.")
    items: dict[Text, Text] = Field({}, description="The file's name of a line → item; lines not named are left out.")
    negate: list[Name] = Field([], description="Items that the file writes with the opposite sign.")
    companies: dict[Text, Company] = Field({}, description="The file's name of a company → your key.")
    months: Annotated[int, Field(ge=0, le=12)] | None = Field(
        None, description="wide: length of each period in months."
    )
    known_after: Annotated[int, Field(ge=0, le=400)] | None = Field(
        None,
        description="Days after its end that a period was published, where the file gives no day. Stated in the brief.",
    )


class QueryShape(Shape):
    """A table from a query whose columns are those of the dataset format."""

    query: Text = Field("", description="SQL with bound parameters, e.g. select … where sector = :sector.")
    file: Text = Field("", description="A file with the SQL instead.")


Query = Annotated[QueryShape, _short_for("query"), WithJsonSchema({"type": ["string", "object"]})]
Parameter = Annotated[Any, BeforeValidator(_scalar)]


class SqlShape(Shape):
    """A database by query: PostgreSQL, SQLite, DuckDB."""

    url_env: Variable = Field("", description="Environment variable with the URL; the URL itself never stands here.")
    file: Text = Field("", description="A SQLite or DuckDB file instead of a URL.")
    parameters: dict[Name, Parameter] = Field({}, description="Bound to the queries' parameters.")
    tables: dict[Name, Query] = Field({}, description="Table of the dataset format → its query.")


class YfinanceShape(Shape):
    """Daily prices and consensus through the yfinance library (an extra)."""

    required = ("tickers",)
    tickers: dict[Company, Text] = Field({}, description="Your key → ticker.")
    since: Day | None = Field(None, description="First day of prices.")
    prices: bool = Field(True, description="Daily closes, as traded and with dividends folded in.")
    consensus: bool = Field(
        False, description="Mean estimates of earnings per share and revenue, dated the day they are fetched."
    )


class SourceShape(Shape):
    """One place that figures come from: exactly one of these keys."""

    required = ("dataset",)
    dataset: Text = Field("", description="Name of a shipped dataset, or the path of a folder in the dataset format.")
    sec: SecShape | None = Field(None, description="SEC company facts.")
    xbrl: XbrlShape | None = Field(None, description="One filing in inline XBRL.")
    files: list[MappedShape] | None = Field(None, description="CSV, Parquet or Excel mapped to the dataset format.")
    sql: SqlShape | None = Field(None, description="A database by query.")
    ecb: EcbShape | None = Field(None, description="ECB reference rates.")
    yfinance: YfinanceShape | None = Field(None, description="Prices and consensus from a vendor's library.")
    plugin: Name = Field("", description="A source installed by another package, by its kind.")
    settings: dict[str, Any] = Field({}, description="The plugin's settings.")
    name: Text = Field("", description="What the register calls it. Left out: its kind or path.")


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


PEER_COLUMNS: Final = ("sector", "country", "reporting_currency", "accounting_standard")
PEER_TRAITS: Final = ("size", "growth", "margin", "gross_margin", "operating_margin")


class PeerRuleShape(Shape):
    """Peers chosen by rule, for the members of a pattern: the nearest companies of the data."""

    rule: Annotated[Literal["nearest"], _choice("nearest")] = Field("nearest", description="How they are chosen.")
    n: Annotated[int, Field(ge=1, le=12)] = Field(6, description="How many peers.")
    least: Annotated[int, Field(ge=1, le=12)] = Field(
        3, description="A company for which there are fewer gets no brief, and is named."
    )
    same: list[Annotated[Text, _choice(*PEER_COLUMNS)]] = Field(
        ["sector"], description=f"What peers share with the subject: {', '.join(PEER_COLUMNS)}; [] for nothing."
    )
    by: list[Annotated[Text, _choice(*PEER_TRAITS)]] = Field(
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


Subjects = Annotated[SubjectsShape, _short_for("where"), WithJsonSchema({"type": ["string", "object"]})]


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


class ColoursShape(Shape):
    """Colours of the house on one ground; what is left out stays, or follows from these."""

    theme: Colour = Field(
        default="", description="Headings, figure numbers and links; LOOK's navy, aubergine and pine."
    )
    target: Colour = Field(default="", description="The subject, and nothing else.")
    tint: Colour = Field(default="", description="Ground of the subject's row; follows from target if left out.")
    panel: Colour = Field(default="", description="Ground of the key data and of the audience box.")


class FontsShape(Shape):
    """TrueType or OpenType files by what they are for. A weight left out is stood in for by the nearest given."""

    folder: Text = Field(default="", description="Where the files lie; the project's folder if left out.")
    display: Text = Field(default="", description="The headline: semibold.")
    deck: Text = Field(default="", description="Standfirst and section heads: regular.")
    deck_semibold: Text = Field(default="", description="Section heads: semibold.")
    serif: Text = Field(default="", description="Running text: regular.")
    serif_italic: Text = ""
    serif_semibold: Text = ""
    serif_bold: Text = ""
    sans: Text = Field(default="", description="Tables, charts, labels: regular, with figures of one width.")
    sans_italic: Text = ""
    sans_semibold: Text = ""
    sans_bold: Text = ""


class SegmentShape(Shape):
    """The segment of a company that its peers’ are compared with."""

    required = ("segment",)
    segment: Text = Field("", description="The segment as the facts name it, e.g. cloud.")
    label: Text = Field("", description="Its name on the page; the segment if left out.")


class BrandShape(Shape):
    """The look of the house."""

    theme: Name = Field(default="", description="A theme: a folder templates/themes/<name>/.")
    logo: Text = Field(default="", description="An SVG or PNG of the project, printed at the head of the first page.")
    colours: ColoursShape = Field(default=ColoursShape(), description="On paper and on a light screen.")
    dark: ColoursShape = Field(default=ColoursShape(), description="On a dark screen; made from colours if left out.")
    fonts: FontsShape = Field(default=FontsShape(), description="Typefaces in place of the shipped ones.")


def _length(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Lost) and value and schedules.length(value) is None:
        raise _refuse(f"'{value}' is not a length of time", "Write e.g. 90 minutes, 36h or 2 days.")
    if isinstance(value, int) and not isinstance(value, bool):
        raise _refuse(f"{value} of what?", f"Write e.g. {value} hours or {value} days.")
    return value


Length = Annotated[str, BeforeValidator(_length)]


class ScheduleShape(Shape):
    """When the brief is made by itself: `bench explain schedule`."""

    cron: Text = Field(
        default="", description="Minute, hour, day of month, month, day of week, e.g. '0 7 * * 1-5'; in quotes."
    )
    zone: Text = Field(default="UTC", description="Time zone of the expression, e.g. America/New_York.")
    when: Annotated[Literal["", "new filing"], _choice("", "new filing")] = Field(
        default="",
        description="new filing: when a document is known that no issue was made for; cron then says when to look.",
    )
    catch_up: Annotated[Literal["latest", "all", "none"], _choice("latest", "all", "none")] = Field(
        default="latest", description="After a standstill: the latest issue that was missed, all of them, or none."
    )
    max_age: Length = Field(
        default="", description="How late an issue may still be made, e.g. 2 days. Left out: however late."
    )
    refresh: bool = Field(default=True, description="Fetch sources that are fetched anew before each issue.")


class GateShape(Shape):
    """What a scheduled issue must pass before it is published and sent: `bench explain gate`."""

    prices_within: Annotated[int, Field(ge=0, le=400)] = Field(
        default=5, description="Oldest close in sessions (Mondays to Fridays) before the as-of day; 0: not looked at."
    )
    minimum_peers: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=1, description="Core peers with at least half of the metrics asked for."
    )
    blank: Annotated[Literal["hold", "pass"], _choice("hold", "pass")] = Field(
        default="hold", description="A table or page of the brief without a single figure or word."
    )
    unchanged: Annotated[Literal["hold", "pass"], _choice("hold", "pass")] = Field(
        default="pass", description="hold: no issue where every figure is that of the last one; dates do not count."
    )
    wait: Length = Field(
        default="", description="How long an issue that is held is tried again, e.g. 6h. Left out: not at all."
    )


class LedgerShape(Shape):
    """Where issues and deliveries are noted."""

    file: Text = Field(default="", description="A SQLite file on a local disk. Left out: .bench/ledger.sqlite.")
    url_env: Variable = Field(
        default="", description="Environment variable with a PostgreSQL URL, for several machines."
    )


LedgerPlace = Annotated[LedgerShape, _short_for("file"), WithJsonSchema({"type": ["string", "object"]})]


class MailShape(Shape):
    """The mail server that letters are handed to, and whose letters they are."""

    required = ("host", "sender")
    host: Text = Field(default="", description="The server that takes letters from you.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        default=0, description="Left out: 587, with tls 465, with none 25."
    )
    security: Annotated[Literal["starttls", "tls", "none"], _choice("starttls", "tls", "none")] = Field(
        default="starttls", description="Encrypted by STARTTLS, from the start, or (a relay on this machine) not."
    )
    user: Text = Field(default="", description="Left out: no login.")
    password_env: Variable = Field(default="", description="Environment variable with the password.")
    sender: Text = Field(default="", description="Whose letters they are, e.g. Benchmark Desk <desk@example.com>.")
    reply_to: Text = Field(default="", description="Where answers go. Left out: to the sender.")
    authorities: Text = Field(default="", description="A file of certificates to trust instead of the system's.")


class WebhookShape(Shape):
    """A channel or a program that takes a message by HTTPS."""

    required = ("url_env",)
    url_env: Variable = Field(default="", description="Environment variable with the address, which is a secret.")
    shape: Annotated[Literal["slack", "teams", "json"], _choice("slack", "teams", "json")] = Field(
        default="json", description="slack: Block Kit. teams: an adaptive card. json: for a program of your own."
    )
    secret_env: Variable = Field(
        default="", description="Environment variable with a secret that signs the message (HMAC-SHA256)."
    )


class S3Shape(Shape):
    """A bucket of an S3-compatible store."""

    required = ("bucket",)
    bucket: Text = Field(default="", description="The bucket's name.")
    prefix: Text = Field(default="", description="Before <brief>/<day>/<audience>/.")
    region: Text = Field(default="us-east-1", description="The bucket's region.")
    endpoint: Text = Field(default="", description="Address of a store that is not Amazon's.")
    key_env: Variable = Field(
        default="", description="Environment variable with the access key. Left out: the machine's own role."
    )
    secret_env: Variable = Field(default="", description="Environment variable with the secret key.")


class DeliverShape(Shape):
    """One place that issues are sent to: exactly one of folder, to, webhook, s3."""

    required = ("folder",)
    to: list[Text] = Field(default=[], description="Mail addresses, a letter each; the server is mail: of the config.")
    webhook: WebhookShape | None = Field(default=None, description="A message to Slack, Teams or a program.")
    s3: S3Shape | None = Field(default=None, description="Files into a bucket.")
    link: Text = Field(default="", description="Where the brief can be read, for letters and messages.")
    folder: Text = Field(default="", description="A folder or mounted drive: <folder>/<brief>/<day>/<audience>/.")
    name: Name = Field(default="", description="Its name in the ledger. Left out: its kind.")
    audiences: list[Name] = Field(default=[], description="Only these readers' editions. Left out: every audience's.")
    formats: list[Name] = Field(default=[], description="Only these editions, e.g. [pdf]. Left out: all.")
    language: Language = Field(default="", description="Editions and letter in this one, e.g. zh-CN; else the first.")


class CirculationShape(Shape):
    """Statements about the companies that others have published: short quotations, or a text of the project."""

    required = ("source", "date")
    source: Text = Field("", description="Who says it, as the page names it, e.g. an AI-written article.")
    date: Day | None = Field(None, description="The day it was published; not after this brief.")
    url: Text = Field("", description="Its address.")
    about: Company = Field("", description="The company meant where a statement names none. Left out: the subject.")
    statements: list[Text] = Field([], description="Quoted statements, e.g. a net debt-to-equity ratio of 0.25x.")
    file: Text = Field("", description="A text file of the project instead.")


class SignShape(Shape):
    """Who answers for an issue: the private key is named by the environment alone."""

    key_env: Variable = Field(
        default="", description="Environment variable with an Ed25519 key in PEM, or with the path of its file."
    )


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
    page: Annotated[Literal["A4", "Letter"], _choice("A4", "Letter")] = Field("A4", description="Page size of the PDF.")
    length: Annotated[Literal["one", "four"], _choice("one", "four")] = Field(
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

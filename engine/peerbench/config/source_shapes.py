"""The shapes of `sources`: one a kind of source."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from peerbench.config.scalars import (
    Company,
    Currency,
    Day,
    Identifier,
    Name,
    Positive,
    Shape,
    Text,
    Variable,
    choice,
    pattern,
    scalar,
    short_for,
)


class RegistrantShape(Shape):
    """A company as the SEC knows it."""

    required = ("cik",)
    cik: Identifier = Field("", description="CIK or ticker.")
    name: Text = Field("", description="The short name to print.")


Registrant = Annotated[RegistrantShape, short_for("cik"), WithJsonSchema({"type": ["integer", "string", "object"]})]


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
        choice("facts", "companies", "prices", "fx", "lines", "estimates", "dividends"),
    ] = Field("facts", description="Which table of the dataset format its rows are.")
    sheet: Text = Field("", description="Excel: the sheet's name. Left out: the only one.")
    skip: Annotated[int, Field(ge=0, le=10_000)] = Field(0, description="Rows above the header.")
    layout: Annotated[Literal["long", "wide"], choice("long", "wide")] = Field(
        "long", description="long: one row a figure. wide: a statement, one column a period."
    )
    separator: Text = Field("", description="CSV: what stands between cells. Left out: a comma.")
    encoding: Text = Field("", description="CSV: left out UTF-8; else e.g. cp1252.")
    decimal: Annotated[Literal[".", ","], choice(".", ",")] = Field(".", description="The decimal mark, in quotes.")
    dates: Text = Field("", description="How dates are written, e.g. %d.%m.%Y. Left out: year-month-day.")
    year_ends: Annotated[str, pattern(r"\d\d-\d\d", "a month and day", "Write e.g. 12-31.")] = Field(
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


Query = Annotated[QueryShape, short_for("query"), WithJsonSchema({"type": ["string", "object"]})]
Parameter = Annotated[Any, BeforeValidator(scalar)]


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

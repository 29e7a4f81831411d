"""Reference rates of the European Central Bank, the history or the day: EUR against each currency."""

from __future__ import annotations

import hashlib
import io
from datetime import date
from typing import Final

import polars as pl

from peerbench.core.dataset import InputFile
from peerbench.core.findings import Finding, Origin
from peerbench.sources.archive import BadArchive, weighed
from peerbench.sources.ask import Ask, Means
from peerbench.sources.columns import DATE
from peerbench.sources.fetch import NotFetched
from peerbench.sources.payload import Payload
from peerbench.sources.table import ROW, Table, and_more, quarantine

ADDRESS: Final = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip"
BASE: Final = "EUR"
_LIMIT: Final = 50_000_000
_NOT_QUOTED: Final = ("N/A", "")
_LISTED: Final = 20
_IN_WORDS: Final = r"^[0-9]{1,2} [A-Za-z]+ [1-9][0-9]{3}$"


def read(ask: Ask, means: Means) -> Payload:
    """The rates, or a payload without tables and the reason."""
    found = _bytes(ask, means)
    if isinstance(found, Finding):
        return Payload(ask.name, findings=(found,))
    data, shown = found
    receipt = InputFile(shown, hashlib.sha256(data).hexdigest())
    try:
        text = _text(data)
        rates, findings = _rates(text, shown)
    except (BadArchive, pl.exceptions.PolarsError) as error:
        hint = getattr(error, "hint", "")
        problem = Finding("not-rates", "error", f"{shown} {_first_line(error)}", hint, Origin(shown))
        return Payload(ask.name, findings=(problem,))
    rates = _wanted(rates, ask.settings.get("since"), ask.settings.get("currencies") or ())
    frame = rates.with_row_index(ROW, offset=1).cast({ROW: pl.Int64})
    return Payload(ask.name, {"fx": Table(frame, shown, receipt.sha256)}, findings, (receipt,))


def _bytes(ask: Ask, means: Means) -> tuple[bytes, str] | Finding:
    shown = str(ask.settings.get("file") or "")
    if shown:
        try:
            return ask.path(shown).read_bytes(), shown
        except OSError as error:
            return ask.finding("unreadable-file", f"{shown} cannot be read: {error.strerror}.", severity="error")
    if means.web is None:
        return ask.finding("offline", "nothing may be fetched here.", "Give `file:` with the ECB's history.")
    try:
        data, receipt = means.web.get(str(ask.settings.get("address") or ADDRESS), check=_is_rates)
    except NotFetched as error:
        return ask.finding("not-fetched", f"rates could not be fetched: {error.address}: {error.why}.", error.hint)
    return data, receipt.address


def _is_rates(data: bytes) -> None:
    _rates(_text(data), "")


def _text(data: bytes) -> str:
    """The one CSV file of the archive, or the file itself."""
    if data.startswith(b"PK"):
        archive = weighed(data)
        names = [name for name in archive.names if name.lower().endswith(".csv")]
        if len(names) != 1:
            raise BadArchive(f"holds {len(names)} CSV files where one was expected", "Is it the right file?")
        data = archive.read(names[0], limit=_LIMIT)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadArchive("is not UTF-8 text", "Fetch it again.") from error
    if not text.lstrip().startswith("Date"):
        hint = "The history begins with Date,USD,JPY."
        raise BadArchive("is a web page, not rates" if text.lstrip().startswith("<") else "has no column Date", hint)
    return text


def _rates(text: str, shown: str) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """date, base, quote, rate. A cell N/A is a currency not quoted that day: no row."""
    wide = pl.read_csv(io.StringIO(text), infer_schema=False, truncate_ragged_lines=True)
    wide = wide.rename({name: name.strip() for name in wide.columns})
    currencies = [name for name in wide.columns if len(name) == 3 and name.isalpha() and name.isupper()]
    wide = wide.with_row_index("line", offset=2).with_columns(pl.col("Date").str.strip_chars())
    tall = wide.unpivot(currencies, index=["line", "Date"], variable_name="quote", value_name="text")
    tall = tall.with_columns(pl.col("text").str.strip_chars()).filter(~pl.col("text").is_in(_NOT_QUOTED))
    written = pl.col("Date").str
    day = pl.coalesce(
        pl.when(written.contains(DATE)).then(written.to_date("%Y-%m-%d", strict=False)),
        pl.when(written.contains(_IN_WORDS)).then(written.to_date("%d %B %Y", strict=False)),
    )
    typed = tall.with_columns(day.alias("date"), pl.col("text").cast(pl.Float64, strict=False).alias("rate"))
    bad = typed.filter(pl.col("date").is_null() | pl.col("rate").is_null()).sort("line")
    good = typed.drop_nulls(["date", "rate"]).sort("date", "quote")
    frame = good.select("date", pl.lit(BASE).alias("base"), "quote", "rate", pl.lit("ECB").alias("source"))
    return frame, tuple(_left_out(bad, shown))


def _left_out(bad: pl.DataFrame, shown: str) -> list[Finding]:
    found = [
        quarantine(
            "rate",
            f"{row['quote']} of '{row['Date']}' is '{row['text'][:40]}'",
            "A day and a number were expected.",
            Origin(shown, int(row["line"])),
            subject=str(row["quote"]),
        )
        for row in bad.head(_LISTED).iter_rows(named=True)
    ]
    return [*found, and_more(shown, "rate", bad.height - _LISTED)] if bad.height > _LISTED else found


def _wanted(rates: pl.DataFrame, since: date | None, currencies: list[str] | tuple[str, ...]) -> pl.DataFrame:
    if since is not None:
        rates = rates.filter(pl.col("date") >= since)
    return rates.filter(pl.col("quote").is_in(list(currencies))) if currencies else rates


def _first_line(error: Exception) -> str:
    text = getattr(error, "why", "") or f"cannot be read as CSV: {str(error).splitlines()[0]}"
    return text if text.endswith(".") else f"{text}."

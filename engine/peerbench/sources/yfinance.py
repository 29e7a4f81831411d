"""Prices and consensus through the yfinance library, an extra: unofficial data of a vendor, marked so, failing loudly.

Closes come both ways: as traded (adjusted for splits only) and with dividends folded in. Every answer is kept, as CSV,
under the hash of its bytes: a library without a contract may say something else tomorrow.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import quote

from peerbench.core.dataset import InputFile
from peerbench.core.findings import Finding
from peerbench.sources.ask import Ask, Means
from peerbench.sources.fetch import NotFetched, Web
from peerbench.sources.payload import Payload
from peerbench.sources.store import PayloadChanged
from peerbench.sources.table import Table, parse

SOURCE: Final = "Yahoo Finance through yfinance"
PAGE: Final = "https://finance.yahoo.com/quote/{ticker}/{of}"
_PRICES: Final = ("company", "line", "date", "close", "volume", "currency", "adjusted", "source")
_ESTIMATES: Final = (
    "company", "line", "metric", "fiscal_period", "period_end", "value", "unit", "currency", "snapshot_date",
    "source", "source_url", "contributors", "low", "high", "note",
)  # fmt: skip
_UNSTATED: Final = "whether before or after special items the vendor does not say"
_OF: Final = {"eps": "earnings", "revenue": "revenue"}
# Prices that exchanges quote in a hundredth of the currency, by the vendor's own codes.
_HUNDREDTHS: Final = {"GBp": "GBP", "GBX": "GBP", "ZAc": "ZAR", "ILA": "ILS"}
_METRICS: Final = (("eps", "get_earnings_estimate", "money_per_share"), ("revenue", "get_revenue_estimate", "money"))
_AGAIN: Final = "Try again later."
_OLD: Final = "Upgrade the library: pip install -U yfinance."
_TICKER: Final = "Is the ticker the vendor's own, e.g. 0700.HK?"


def read(ask: Ask, means: Means) -> Payload:
    """Prices and consensus of every ticker, as asked; what fails is a finding, the rest goes on."""
    tickers = {str(company): str(name) for company, name in dict(ask.settings.get("tickers") or {}).items()}
    tables: dict[str, Table] = {}
    findings: list[Finding] = []
    files: list[InputFile] = []
    wanted: list[tuple[str, Sequence[str], Callable[..., Iterator[list[str]]]]] = []
    if ask.settings.get("prices", True):
        wanted.append(("prices", _PRICES, _prices))
    if ask.settings.get("consensus", False):
        wanted.append(("estimates", _ESTIMATES, _consensus))
    for name, head, rows_of in wanted:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(head)
        for company, ticker in tickers.items():
            try:
                rows, receipt = _kept(ask, means, ticker, name)
            except NotFetched as error:
                findings.append(ask.finding("not-fetched", f"{name} of {ticker}: {error.why}.", error.hint))
                continue
            files.append(receipt)
            writer.writerows(rows_of(company, ticker, csv.reader(io.StringIO(rows))))
        table, seen = parse(text.getvalue().encode(), shown=f"{ask.name}/{name}")
        findings += seen
        if table is not None and table.frame.height:
            tables[name] = table
    return Payload(ask.name, tables, tuple(findings), tuple(files))


def _prices(company: str, ticker: str, rows: Iterator[list[str]]) -> Iterator[list[str]]:
    for day, close, folded, volume, currency in rows:
        for adjusted, value in (("false", close), ("true", folded)):
            yield [company, ticker, day, value, volume, currency, adjusted, SOURCE]


def _consensus(company: str, ticker: str, rows: Iterator[list[str]]) -> Iterator[list[str]]:
    page = PAGE.format(ticker=quote(ticker, safe=""), of="analysis")
    for metric, period, end, value, unit, currency, snapshot, contributors, low, high in rows:
        yield [
            company, ticker, metric, period, end, value, unit, currency, snapshot, SOURCE, page, contributors, low,
            high, _UNSTATED if metric == "eps" else "",
        ]  # fmt: skip


def _kept(ask: Ask, means: Means, ticker: str, what: str) -> tuple[str, InputFile]:
    """A ticker's rows as text, from the cache or the lock where they are there."""
    since = ask.settings.get("since")
    address = f"yfinance:{ticker}:{(since or '') if what == 'prices' else what}"
    if means.web is None:
        raise NotFetched(address, "nothing may be fetched here")
    if means.frozen:
        pinned, receipt = means.web.get(address)
        return pinned.decode(), InputFile(address, receipt.sha256)
    data = _stored(means.web, address) if means.web.mode == "cached" else None
    if data is None:
        now = means.web.now()
        data = _fetched(ticker, what, since if isinstance(since, date) else None, now).encode()
        means.web.fetched.append(means.web.store.put(address, data, fetched=now.strftime("%Y-%m-%dT%H:%M:%SZ")))
    return data.decode(), InputFile(address, hashlib.sha256(data).hexdigest())


def _stored(web: Web, address: str) -> bytes | None:
    """What was kept; nothing where its bytes have changed, so that it is asked for anew."""
    known = web.store.receipt(address)
    try:
        return web.store.get(known) if known else None
    except PayloadChanged:
        return None


def _fetched(ticker: str, what: str, since: date | None, now: datetime) -> str:
    """The vendor's answer as CSV; NotFetched with the library's reason where there is none."""
    try:
        import yfinance
    except ImportError as error:
        hint = "Install the extra: pip install 'peerbench[yfinance]'."
        raise NotFetched(ticker, "yfinance is not installed", hint) from error
    if (settings := getattr(yfinance, "config", None)) is not None:
        settings.debug.hide_exceptions = False  # else a refusal of the vendor looks like a company without figures
    try:
        found = yfinance.Ticker(ticker)
        rows = _history(found, since, now) if what == "prices" else _trend(found, ticker, now)
    except NotFetched:
        raise
    except Exception as error:  # the library raises whatever the vendor's answer breaks
        raise NotFetched(ticker, f"the vendor's library failed: {type(error).__name__}", _AGAIN) from error
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(rows)
    return made.getvalue()


# ---- prices ---------------------------------------------------------------------------------------------------------


def _history(found: Any, since: date | None, now: datetime) -> list[tuple[Any, ...]]:
    """day, close, close with dividends folded in, volume, currency; of days whose trading is over."""
    history = found.history(start=since, period=None if since else "max", auto_adjust=False, actions=False)
    about = found.get_history_metadata()
    days = [(stamp.date(), row) for stamp, row in history.iterrows()]
    over = _last_day(about, now)
    settled = [(day, row) for day, row in days if day <= over]
    if not settled:
        raise NotFetched(found.ticker, "the vendor has no prices", _TICKER)
    currency, times = _currency(str(about["currency"]))
    return [
        (day.isoformat(), repr(float(row["Close"]) / times), repr(float(row["Adj Close"]) / times), int(row["Volume"]),
         currency)
        for day, row in settled
    ]  # fmt: skip


def _last_day(about: Mapping[str, Any], now: datetime) -> date:
    """The last day with a close: the vendor gives today's price of an open market as a day like any other."""
    try:
        end = about["currentTradingPeriod"]["regular"]["end"]
    except (KeyError, TypeError):
        return date.fromordinal(now.date().toordinal() - 1)
    moment = float(end) if isinstance(end, int | float) else float(end.timestamp())
    day = end.date() if hasattr(end, "date") else datetime.fromtimestamp(moment, now.tzinfo).date()
    return date.fromordinal(day.toordinal() - (now.timestamp() < moment))


# ---- consensus ------------------------------------------------------------------------------------------------------


def _trend(found: Any, ticker: str, now: datetime) -> list[tuple[Any, ...]]:
    """Means of earnings per share and revenue by fiscal year and quarter, as the vendor shows them on this day."""
    snapshot = now.astimezone().date()  # the day where it is fetched, as a build's own day is
    rows: list[tuple[Any, ...]] = []
    for metric, ask, unit in _METRICS:
        for label, row in getattr(found, ask)().iterrows():
            if (mean := _number(row, "avg")) is None:
                continue
            end, said = _placed(found, ticker, metric, str(label))
            currency, times = _currency(str(row.get("currency") or said))
            low, high = (_number(row, name) for name in ("low", "high"))
            count = _number(row, "numberOfAnalysts")
            rows.append((
                metric, _named(str(label), end), end.isoformat(), repr(mean / times), unit, currency,
                snapshot.isoformat(), "" if count is None else int(count),
                *("" if value is None else repr(value / times) for value in (low, high)),
            ))  # fmt: skip
    if not rows:
        raise NotFetched(ticker, "the vendor has no consensus", _TICKER)
    return rows


def _placed(found: Any, ticker: str, metric: str, label: str) -> tuple[date, str]:
    """The last day of one of the vendor's periods (0q, +1q, 0y, +1y), which the library's tables leave out, and the
    currency, which those of older versions leave out too: both from the vendor's answer that the tables are made of."""
    trend = getattr(getattr(found, "_analysis", None), "_earnings_trend", None) or ()
    answer: Mapping[str, Any] = next((one for one in trend if one["period"] == label), {})
    if not answer.get("endDate"):
        raise NotFetched(ticker, f"the library does not say which period '{label}' is", _OLD)
    of = _OF[metric]
    return date.fromisoformat(str(answer["endDate"])), str(answer.get(f"{of}Estimate", {}).get(f"{of}Currency") or "")


def _named(label: str, end: date) -> str:
    return f"FY{end.year}" if label.endswith("y") else f"Q{end:%Y-%m}"


def _number(row: Any, name: str) -> float | None:
    """A number of a row; none where it is absent or not a number."""
    value = row.get(name)
    number = float(value) if value is not None else float("nan")
    return number if abs(number) < float("inf") else None


def _currency(said: str) -> tuple[str, float]:
    """The ISO code and how many of what is quoted make one of it."""
    if said in _HUNDREDTHS:
        return _HUNDREDTHS[said], 100.0
    if len(said) == 3 and said.isalpha() and said.isupper():
        return said, 1.0
    if not said:
        raise NotFetched(said, "the library names no currency", _OLD)
    raise NotFetched(said, f"the vendor names the currency '{said}'", _TICKER)

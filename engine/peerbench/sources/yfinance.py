"""Daily prices through the yfinance library, an extra: unofficial data of a vendor, marked so, failing loudly.

Closes come both ways: as traded (adjusted for splits only) and with dividends folded in. Every answer is kept, as CSV,
under the hash of its bytes: a library without a contract may say something else tomorrow.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from peerbench.core.dataset import InputFile
from peerbench.core.findings import Finding
from peerbench.sources.ask import Ask, Means
from peerbench.sources.fetch import NotFetched
from peerbench.sources.payload import Payload
from peerbench.sources.table import Table, parse

SOURCE: Final = "Yahoo Finance through yfinance"
_HEAD: Final = ("company", "line", "date", "close", "volume", "currency", "adjusted", "source")
History = Callable[
    [str, date | None], tuple[Any, str]
]  # ticker, first day → rows (day, close, adjusted, volume), currency


def read(ask: Ask, means: Means) -> Payload:
    """Prices of every ticker; one that fails is a finding, the others go on."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEAD)
    findings: list[Finding] = []
    files: list[InputFile] = []
    for company, ticker in dict(ask.settings.get("tickers") or {}).items():
        try:
            rows, receipt = _kept(ask, means, str(ticker))
        except NotFetched as error:
            findings.append(ask.finding("not-fetched", f"{ticker}: {error.why}.", error.hint))
            continue
        files.append(receipt)
        for day, close, folded, volume, currency in csv.reader(io.StringIO(rows)):
            for adjusted, value in (("false", close), ("true", folded)):
                writer.writerow([company, ticker, day, value, volume, currency, adjusted, SOURCE])
    table, seen = parse(text.getvalue().encode(), shown=f"{ask.name}/prices")
    found = table is not None and table.frame.height > 0
    tables: Mapping[str, Table] = {"prices": table} if table is not None and found else {}
    return Payload(ask.name, tables, (*findings, *seen), tuple(files))


def _kept(ask: Ask, means: Means, ticker: str) -> tuple[str, InputFile]:
    """A ticker's rows as text, from the cache or the lock where they are there."""
    since = ask.settings.get("since")
    address = f"yfinance:{ticker}:{since or ''}"
    if means.web is None:
        raise NotFetched(address, "nothing may be fetched here")
    if means.frozen:
        pinned, receipt = means.web.get(address)
        return pinned.decode(), InputFile(address, receipt.sha256)
    known = means.web.store.receipt(address) if means.web.mode == "cached" else None
    data = means.web.store.get(known) if known else None
    if data is None:
        data = _fetched(ticker, since if isinstance(since, date) else None).encode()
        means.web.fetched.append(
            means.web.store.put(address, data, fetched=means.web.now().strftime("%Y-%m-%dT%H:%M:%SZ"))
        )
    return data.decode(), InputFile(address, hashlib.sha256(data).hexdigest())


def _fetched(ticker: str, since: date | None) -> str:
    """The vendor's history as CSV; NotFetched in the vendor's words where it has none."""
    try:
        import yfinance
    except ImportError as error:
        hint = "Install the extra: pip install 'peerbench[yfinance]'."
        raise NotFetched(ticker, "yfinance is not installed", hint) from error
    try:
        found = yfinance.Ticker(ticker)
        history = found.history(start=since, period=None if since else "max", auto_adjust=False, actions=False)
        currency = str(found.fast_info["currency"])
        rows = [
            (
                day.date().isoformat(),
                repr(float(row["Close"])),
                repr(float(row["Adj Close"])),
                int(row["Volume"]),
                currency,
            )
            for day, row in history.iterrows()
        ]
    except Exception as error:  # the library raises whatever the vendor's answer breaks
        raise NotFetched(ticker, f"the vendor's library failed: {type(error).__name__}", "Try again later.") from error
    if not rows or len(currency) != 3 or not currency.isupper():
        why = "the vendor has no prices" if not rows else f"the vendor names the currency '{currency}'"
        raise NotFetched(ticker, why, "Is the ticker the vendor's own, e.g. 0700.HK?")
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(rows)
    return made.getvalue()

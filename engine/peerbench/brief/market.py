"""Whether the day's prices and rates can carry a brief at all: without them there is nothing to compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

import polars as pl

from peerbench.brief.assemble import Request
from peerbench.core.companies import Line
from peerbench.core.dataset import Dataset
from peerbench.core.findings import Finding
from peerbench.normalise.currency import MAX_AGE_DAYS, RateNotFound, Rates
from peerbench.normalise.look import listed
from peerbench.normalise.reading import say
from peerbench.normalise.securities import MAX_TRADING_DAYS, trading_days

PRICE: Final = "config.price"
RATE: Final = "config.rate"


def mistakes(data: Dataset, request: Request) -> tuple[Finding, ...]:
    """No price of the subject or of any core peer near the day; no rate that a company of the brief needs.

    One peer without a price is no mistake: its cells say so. A rate is never taken to be one (METHOD 7).
    """
    closes = {company: _last_close(data, company, request.as_of) for company in request.roles}
    return (*_prices(data, request, closes), *_rates(data, request, closes))


def unmarketed(data: Dataset, companies: Iterable[str], *, as_of: date, currency: str) -> dict[str, str]:
    """Of each of these companies that no brief can be about, the close or the rate that it lacks, in words."""
    rates, own = Rates(data.fx), {name: _line(of, as_of) for name, of in _lines(data).items()}
    near = (pl.col("date") <= as_of) & (pl.col("date") > as_of - timedelta(days=2 * MAX_TRADING_DAYS))
    last = data.prices.filter(near).group_by("company", "line").agg(pl.col("date").max())
    newest = {(company, line): day for company, line, day in last.iter_rows()}
    found: dict[str, str] = {}
    for name in companies:
        line = own.get(name)
        close = newest.get((name, line.line)) if line else None
        if close is None or trading_days(close, as_of) > MAX_TRADING_DAYS:
            found[name] = _unpriced(line, as_of)
        elif lacking := [pair for pair in _between(data, name, line, currency) if not _known(rates, pair, close)]:
            found[name] = _unrated(lacking[0], as_of)
    return found


def _lines(data: Dataset) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in data.lines:
        found.setdefault(line.company, []).append(line)
    return found


def _line(lines: Iterable[Line], day: date) -> Line | None:
    """The share line a company is priced by: the primary one of the day."""
    begun = [line for line in lines if (line.effective_from or date.min) <= day]
    return max(begun, key=lambda line: (line.primary, line.effective_from or date.min), default=None)


def _known(rates: Rates, pair: tuple[str, str], day: date) -> bool:
    try:
        rates.spot(*pair, day)
    except RateNotFound:
        return False
    return True


def _primary(data: Dataset, company: str, day: date) -> Line | None:
    return _line((line for line in data.lines if line.company == company), day)


def _last_close(data: Dataset, company: str, day: date) -> date | None:
    line = _primary(data, company, day)
    if line is None:
        return None
    near = (pl.col("date") <= day) & (pl.col("date") > day - timedelta(days=2 * MAX_TRADING_DAYS))
    found = data.prices.filter((pl.col("company") == company) & (pl.col("line") == line.line) & near)["date"].max()
    return found if isinstance(found, date) and trading_days(found, day) <= MAX_TRADING_DAYS else None


def _prices(data: Dataset, request: Request, closes: dict[str, date | None]) -> Iterator[Finding]:
    unpriced = [company for company in (request.subject, *request.core) if closes[company] is None]
    if request.subject not in unpriced and len(unpriced) < len(request.core):
        return
    for company in unpriced:
        lacking = _unpriced(_primary(data, company, request.as_of), request.as_of)
        message = f"{data.companies[company].name}: {lacking}"
        yield Finding(PRICE, "error", message, "Add it to the data or choose another day.", subject=company)


def _unpriced(line: Line | None, day: date) -> str:
    if line is None:
        return f"no share line on {say(day)}"
    return f"no close of {line.line} on {say(day)} or in the {MAX_TRADING_DAYS} trading days before it"


def _unrated(pair: tuple[str, str], day: date) -> str:
    return f"no rate between {pair[0]} and {pair[1]} on {say(day)} or in the {MAX_AGE_DAYS} days before it"


def _rates(data: Dataset, request: Request, closes: dict[str, date | None]) -> Iterator[Finding]:
    """Each pair that is missing once, with everyone who needs it."""
    rates, needed = Rates(data.fx), dict[tuple[str, ...], list[str]]()
    for company in request.roles:
        for base, quote in _pairs(data, request, company):
            try:
                rates.spot(base, quote, closes[company] or request.as_of)
            except RateNotFound:
                needed.setdefault(tuple(sorted((base, quote))), []).append(company)
    for pair, companies in needed.items():
        names = listed([data.companies[company].name for company in dict.fromkeys(companies)])
        lacking = _unrated((pair[0], pair[1]), request.as_of)
        subject = "" if request.currency in pair else companies[0]
        hint = "Add it to fx.csv or choose another currency."
        yield Finding(RATE, "error", f"{lacking}, which {names} would need", hint, subject=subject)


def _pairs(data: Dataset, request: Request, company: str) -> Iterator[tuple[str, str]]:
    yield from _between(data, company, _primary(data, company, request.as_of), request.currency)


def _between(data: Dataset, company: str, line: Line | None, currency: str) -> Iterator[tuple[str, str]]:
    """Price into statements, statements into the brief."""
    reporting = data.companies[company].reporting_currency
    pairs = (*(((line.currency, reporting),) if line else ()), (reporting, currency))
    yield from (pair for pair in pairs if pair[0] != pair[1])

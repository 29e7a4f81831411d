"""The list of sources: every fact, price, rate and estimate belongs to a document, every document to a numbered source.

A source is a family of one company's documents (annual reports, results and interim filings, copies by vendors), the
closing prices, the reference rates, the forecasts, or a claim. Numbers run in the order first cited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from peerbench.core.dataset import Dataset
from peerbench.core.document import Document, Source

ECB: Final = "European Central Bank, euro foreign exchange reference rates"
ECB_NAMES: Final = ("ECB", "European Central Bank")
ECB_URL: Final = "https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/"
FAMILIES: Final = (
    (
        "annual",
        re.compile(r"\b10-K|20-F|40-F|annual re(port|sults)", re.IGNORECASE),
        "annual reports and results",
        "annual",
    ),
    (
        "interim",
        re.compile(r"10-Q|6-K|424B|quarter|interim|results|announcement|reconciliation|data pack", re.IGNORECASE),
        "quarterly results and filings",
        "quarters",
    ),
    ("vendor", re.compile(""), "figures read in vendors’ copies", "vendors’ copies"),
)
VENDORS: Final = re.compile(
    r"Yahoo|vendor|0xMughal|Market-Atlas|MarketScreener|plainsight|stockanalysis|ChartMill|stock-analysis|Simply Wall|"
    r"series|stocksift",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """Which source an id belongs to, and the document within it."""

    key: str
    title: str
    short: str
    document: Document
    locator: str = ""


class Sourcebook:
    """Numbers sources as they are cited. Built once per brief; `sources` is the finished list."""

    def __init__(self, data: Dataset, names: Mapping[str, str]) -> None:
        self._names = names
        self._rows = _index(data)
        self._sources: dict[str, Source] = {}
        self._numbers: dict[str, int] = {}  # of every id cited: most are cited many times

    def cite(self, documents: Iterable[str]) -> tuple[int, ...]:
        """Source numbers of the ids, ascending; a source met for the first time gets the next number."""
        return tuple(sorted({number for id in documents if (number := self._known_number(id))}))

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(self._sources.values())

    def row(self, id: str) -> Mapping[str, Any] | None:
        return self._rows.get(id)

    def document(self, id: str) -> dict[str, Any] | None:
        """One row's document, without citing it: id, title, the day it became known, address, place in it."""
        row = self._rows.get(id)
        if row is None:
            return None
        entry = self._entry(id, row)
        one = entry.document
        return {
            "id": id, "title": one.title, "known_on": one.day, "url": one.url or None, "locator": entry.locator or None,
        }  # fmt: skip

    def line(self, id: str) -> str:
        """One row's document on one line; empty where there is none."""
        one = self.document(id)
        if one is None:
            return ""
        return ", ".join(str(part) for part in (one["title"], one["known_on"], one["url"]) if part)

    def _known_number(self, id: str) -> int:
        if id not in self._numbers:
            self._numbers[id] = self._number(id)
        return self._numbers[id]

    def _number(self, id: str) -> int:
        row = self._rows.get(id)
        if row is None:
            return 0
        entry = self._entry(id, row)
        known = self._sources.get(entry.key)
        if known is None:
            number = len(self._sources) + 1
            known = Source(number, entry.title, entry.document.day, entry.document.url, short=entry.short)
        self._sources[entry.key] = _with(known, entry)
        return known.number

    def _entry(self, id: str, row: Mapping[str, Any]) -> _Entry:
        if "rate" in row:
            return _rate_entry(row)
        if "close" in row:
            return _price_entry(row)
        if "snapshot_date" in row:
            name = self._names.get(row["company"], row["company"])
            document = Document(f"{name}, {row['source']}", row["snapshot_date"], row["source_url"] or "")
            return _Entry("forecasts", "Consensus forecasts, dated", "Forecasts", document)
        if "ex_date" in row:
            name = self._names.get(row["company"], row["company"])
            document = Document(f"{name}, dividends", row["ex_date"], _address(row["source"]))
            return _Entry("dividends", "Dividends by ex-date", "Dividends", document)
        if "claim_id" in row:
            title = row["source_title"] or "company statement"
            document = Document(title, row["known_on"], row["source_url"] or "", row["note"] or "")
            return _Entry(f"claim.{title}", title, title, document)
        return self._fact_entry(row)

    def _fact_entry(self, row: Mapping[str, Any]) -> _Entry:
        title = str(row["source_title"] or "source not named")
        name = self._names.get(row["company"], row["company"])
        family, words, short = _family(title)
        document = Document(title, row["known_on"], row["source_url"] or "")
        return _Entry(
            f"{row['company']}.{family}", f"{name}, {words}", f"{name}, {short}", document, row["locator"] or ""
        )


def _rate_entry(row: Mapping[str, Any]) -> _Entry:
    """The publisher of a rate where the data say who it is; it is never guessed."""
    named = row["source"] or ""
    if named.startswith(ECB_NAMES):
        return _Entry("fx", ECB, "ECB reference rates", Document(ECB, row["date"], ECB_URL))
    title = f"Exchange rates, {named}" if named else "Exchange rates of the data set, source not stated"
    return _Entry(
        f"fx.{named}", title, f"Rates, {named}" if named else "Exchange rates", Document(title, row["date"], "")
    )


def _price_entry(row: Mapping[str, Any]) -> _Entry:
    adjusted = ", dividend-adjusted" if row["adjusted"] else ""
    document = Document(f"{row['line']} closes{adjusted}", row["date"], _address(row["source"]))
    return _Entry("prices", "Closing prices of the lines named", "Closing prices", document)


def _family(title: str) -> tuple[str, str, str]:
    """annual, interim or vendor, by the words of a title; what is read in a vendor's file is never called a filing."""
    if VENDORS.search(title):
        return FAMILIES[2][0], FAMILIES[2][2], FAMILIES[2][3]
    found = next(family for family in FAMILIES if family[1].search(title))
    return found[0], found[2], found[3]


def _with(source: Source, entry: _Entry) -> Source:
    """The source with one more document; the day of a document is the latest on which a used figure became known."""
    documents = {(document.title, document.url): document for document in source.documents}
    key = (entry.document.title, entry.document.url)
    days = [day for document in (documents.get(key), entry.document) if document and (day := document.day)]
    documents[key] = replace(entry.document, day=max(days) if days else None)
    newest = [day for document in documents.values() if (day := document.day)]
    return replace(source, documents=tuple(documents.values()), day=max(newest) if newest else None)


def _address(source: str | None) -> str:
    """The address part of a source such as "https://… @revision"."""
    return (source or "").split(" @")[0].split(",")[0]


def _index(data: Dataset) -> dict[str, dict[str, Any]]:
    frames: tuple[pl.DataFrame, ...] = (data.facts, data.prices, data.fx, data.estimates, data.dividends)
    rows = {row["id"]: row for frame in frames for row in frame.iter_rows(named=True)}
    return rows | {f"claim.{row['claim_id']}": row for row in data.claims.iter_rows(named=True)}

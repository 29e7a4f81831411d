"""The list of sources: every fact, price, rate and estimate belongs to a document, numbered in the order first cited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import polars as pl

from peerbench.core.dataset import Dataset
from peerbench.core.document import Source

ECB: Final = "European Central Bank, euro foreign exchange reference rates"
ECB_URL: Final = "https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/"


@dataclass(frozen=True, slots=True)
class _Document:
    key: str
    title: str
    url: str
    day: date | None
    locator: str = ""
    short: str = ""
    remark: str = ""


class Sourcebook:
    """Numbers documents as they are cited. Built once per brief; `sources` is the finished list."""

    def __init__(self, data: Dataset, names: Mapping[str, str]) -> None:
        self._names = names
        self._rows = _index(data)
        self._sources: dict[str, Source] = {}

    def cite(self, documents: Iterable[str]) -> tuple[int, ...]:
        """Source numbers of the ids, ascending, numbering new documents."""
        return tuple(sorted({number for id in documents if (number := self._number(id))}))

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(self._sources.values())

    def row(self, id: str) -> Mapping[str, Any] | None:
        return self._rows.get(id)

    def _number(self, id: str) -> int:
        document = self._document(id)
        if document is None:
            return 0
        known = self._sources.get(document.key)
        if known is None:
            known = Source(
                len(self._sources) + 1, document.title, document.day, document.url, (), document.remark, document.short
            )
        days = [day for day in (known.day, document.day) if day]
        locators = (
            known.locators
            if document.locator in known.locators or not document.locator
            else (
                *known.locators,
                document.locator,
            )
        )
        self._sources[document.key] = replace(known, day=max(days) if days else None, locators=locators)
        return known.number

    def _document(self, id: str) -> _Document | None:
        row = self._rows.get(id)
        if row is None:
            return None
        kind = id.split(".", 1)[0]
        if kind == "fx":
            return _Document("fx", ECB, ECB_URL, row["date"], short="ECB reference rates")
        if kind == "price":
            key = f"price.{row['line']}.{row['source']}"
            title = f"{row['line']} closing prices" + (", dividend-adjusted" if row["adjusted"] else "")
            return _Document(key, title, _address(row["source"]), row["date"], short=f"{row['line']} closes")
        if kind == "est":
            title = f"{self._name(row['company'])} consensus, {row['source']}"
            return _Document(
                f"est.{row['source']}.{row['company']}", title, row["source_url"] or "", row["snapshot_date"]
            )
        if "claim_id" in row:
            title = row["source_title"] or "company statement"
            return _Document(
                f"claim.{title}", title, row["source_url"] or "", row["known_on"], remark=row["note"] or ""
            )
        title = str(row["source_title"] or "source not named")
        name = self._name(row["company"])
        return _Document(
            f"fact.{row['company']}.{title}",
            title if name.lower() in title.lower() else f"{name}: {title}",
            row["source_url"] or "",
            row["known_on"],
            row["locator"] or "",
        )

    def _name(self, company: str) -> str:
        return self._names.get(company, company)


def _address(source: str | None) -> str:
    """The address part of a source such as "https://… @revision"."""
    return (source or "").split(" @")[0].split(",")[0]


def _index(data: Dataset) -> dict[str, dict[str, Any]]:
    frames: tuple[pl.DataFrame, ...] = (data.facts, data.prices, data.fx, data.estimates, data.dividends)
    rows = {row["id"]: row for frame in frames for row in frame.iter_rows(named=True)}
    return rows | {f"claim.{row['claim_id']}": row for row in data.claims.iter_rows(named=True)}

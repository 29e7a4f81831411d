"""The list of sources: numbered by first citation, by families of documents, each document dated and addressed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from peerbench.brief.context import bracketed
from peerbench.brief.sourcebook import Sourcebook
from peerbench.core.dataset import Dataset


@pytest.fixture
def book(platforms: Dataset) -> Sourcebook:
    return Sourcebook(platforms, {key: company.name for key, company in platforms.companies.items()})


def ids(data: Dataset, **wanted: object) -> list[str]:
    return data.facts.filter(**wanted)["id"].to_list()


def test_a_source_has_the_number_of_its_first_citation_and_keeps_it(book: Sourcebook, platforms: Dataset) -> None:
    rates, prices = platforms.fx["id"].to_list(), platforms.prices["id"].to_list()
    assert book.cite([prices[0]]) == (1,)
    assert book.cite([rates[0], prices[-1]]) == (1, 2)
    assert book.cite([rates[5]]) == (2,)
    assert book.cite([]) == ()
    assert [source.number for source in book.sources] == [1, 2]


def test_what_is_not_in_the_data_is_not_cited(book: Sourcebook) -> None:
    assert book.cite(["alibaba.revenue.never", "fx.none"]) == ()
    assert book.sources == ()
    assert book.row("fx.none") is None


def test_documents_of_one_kind_and_company_make_one_source(book: Sourcebook, platforms: Dataset) -> None:
    mine = ids(platforms, company="alibaba", item="revenue", segment="total")
    theirs = ids(platforms, company="tencent", item="revenue", segment="total")
    own, other = book.cite(mine), book.cite(theirs)
    assert not set(own) & set(other)
    for source in book.sources:
        name = "Alibaba" if source.number in own else "Tencent"
        assert source.title.startswith(f"{name}, ")
    titles = {row["source_title"] for row in platforms.facts.filter(id=mine[0]).iter_rows(named=True)}
    assert titles <= {document.title for source in book.sources for document in source.documents}
    assert len(book.sources) <= 6  # annual, interim and vendors' copies, of two companies


@pytest.mark.parametrize(
    ("title", "family"),
    [
        ("Form 10-K for 2024", "annual reports"),
        ("Annual report 2024", "annual reports"),
        ("Amazon Form 10-Q for 2025-06-30", "quarterly results"),
        ("Announcement of interim results", "quarterly results"),
        ("Yahoo Finance statements BABA, snapshot, annual report", "vendors’ copies"),
        ("A file of figures", "vendors’ copies"),
        ("", "vendors’ copies"),
    ],
)
def test_what_is_read_in_a_vendors_file_is_never_called_a_filing(platforms: Dataset, title: str, family: str) -> None:

    one = platforms.facts.head(1).with_columns(source_title=pl.lit(title or None))
    book = Sourcebook(replace(platforms, facts=one), {"alibaba": "Alibaba"})
    assert book.cite(one["id"].to_list()) == (1,)
    assert family in book.sources[0].title


def test_a_documents_day_is_the_latest_on_which_a_figure_used_became_known(
    book: Sourcebook, platforms: Dataset
) -> None:
    rows = platforms.facts.filter(company="alibaba", item="revenue", segment="total", months=3)
    book.cite(rows["id"].to_list())
    for source in book.sources:
        for document in source.documents:
            used = rows.filter(source_title=document.title, source_url=document.url or None)
            assert document.day in used["known_on"].to_list() or document.url == ""
        assert source.day == max(document.day for document in source.documents if document.day)


def test_a_forecast_and_a_company_claim_name_who_said_it_and_when(book: Sourcebook, platforms: Dataset) -> None:
    forecast = platforms.estimates.filter(company="amazon").row(0, named=True)
    assert book.cite([forecast["id"]]) == (1,)
    assert book.cite(["claim.P01"]) == (2,)
    first, second = book.sources
    assert forecast["source"] in first.documents[0].title
    assert first.documents[0].day == forecast["snapshot_date"]
    assert second.documents[0].day == date(2025, 2, 24)


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((), ""),
        ((3,), "[3]"),
        ((1, 2), "[1–2]"),
        ((1, 2, 3, 7), "[1–3, 7]"),
        ((7, 1, 3, 2, 2), "[1–3, 7]"),
        ((1, 3, 5), "[1, 3, 5]"),
        ((1, 2, 4, 5, 9), "[1–2, 4–5, 9]"),
    ],
)
def test_runs_of_citations_are_closed_up(numbers: tuple[int, ...], text: str) -> None:
    assert bracketed(numbers) == text

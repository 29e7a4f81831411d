"""What was known on a day: nothing later is read, and the latest vintage wins."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbench.core import frames
from peerbench.core.dataset import Dataset
from peerbench.normalise.select import (
    FACT_KEY,
    dataset_by,
    dividends_by,
    estimates_by,
    known_by,
    prices_by,
    rates_by,
)

AS_OF = date(2025, 9, 23)


def facts(*rows: tuple[str, date, date, float]) -> pl.DataFrame:
    """Revenue rows: id, period_end, known_on, value."""
    full = [
        {
            "id": name, "company": "acme", "item": "revenue", "segment": "total", "line": None, "basis": "actual",
            "accounting": "ifrs", "period_start": end - timedelta(days=89), "period_end": end, "months": 3,
            "value": value, "unit": "money", "currency": "EUR", "known_on": known, "origin": "reported", "inputs": [],
        }
        for name, end, known, value in rows
    ]  # fmt: skip
    return pl.DataFrame(full, schema=frames.FACTS)


Q1, Q2 = date(2025, 3, 31), date(2025, 6, 30)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2025, 4, 30), ["first"]),
        (date(2025, 5, 1), ["restated"]),
        (date(2025, 8, 1), ["restated", "second"]),
        (date(2025, 1, 1), []),
    ],
)
def test_the_latest_vintage_known_by_the_day_wins(as_of: date, expected: list[str]) -> None:
    frame = facts(
        ("first", Q1, date(2025, 4, 20), 1.0),
        ("restated", Q1, date(2025, 5, 1), 2.0),
        ("second", Q2, date(2025, 7, 30), 3.0),
    )
    assert known_by(frame, as_of)["id"].to_list() == expected


def test_two_values_of_one_day_keep_the_files_first() -> None:
    frame = facts(("a", Q1, date(2025, 4, 20), 1.0), ("b", Q1, date(2025, 4, 20), 2.0))
    assert known_by(frame, AS_OF)["id"].to_list() == ["a"]


@given(st.dates(date(2021, 1, 1), date(2026, 6, 30)), st.integers(0, 400))
def test_known_by_is_monotone(platforms: Dataset, day: date, later: int) -> None:
    early, late = (known_by(platforms.facts, when) for when in (day, day + timedelta(days=later)))
    keys = list(FACT_KEY)
    assert early.join(late, on=keys, how="anti", nulls_equal=True).is_empty()
    assert early.select(keys).is_unique().all()
    assert early.filter(pl.col("known_on") > day).is_empty()


def test_no_frame_of_the_day_holds_a_later_row(platforms: Dataset) -> None:
    seen = dataset_by(platforms, AS_OF)
    latest = [
        known_by(platforms.facts, AS_OF)["known_on"].max(),
        prices_by(platforms.prices, AS_OF)["date"].max(),
        rates_by(platforms.fx, AS_OF)["date"].max(),
        estimates_by(platforms.estimates, AS_OF)["snapshot_date"].max(),
        dividends_by(platforms.dividends, AS_OF)["ex_date"].max(),
    ]
    assert all(day <= AS_OF for day in latest)
    assert [seen.facts["known_on"].max(), seen.prices["date"].max()] == latest[:2]
    assert max(day for day in platforms.facts["known_on"]) > AS_OF  # the set does hold later rows

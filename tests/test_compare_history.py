"""The premium through time: which months count, and when there are enough of them."""

from __future__ import annotations

import statistics
from datetime import date

import polars as pl
import pytest

from peerbench.compare.history import History, premium_history
from peerbench.core import frames
from peerbench.core.periods import month_ends

NOW = date(2025, 9, 23)
ROLES = {"own": "subject", "x": "core", "y": "core", "z": "core", "far": "reference"}


def rows(day: date, own: float | None, *peers: float | None) -> list[dict[str, object]]:
    values = {"own": own, **dict(zip(("x", "y", "z"), peers, strict=True)), "far": 900.0}
    return [
        {"company": c, "as_of": day, "metric": "ps", "value": v, "status": "missing" if v is None else "ok"}
        for c, v in values.items()
    ]


def monthly(count: int, *, now: float | None = 3.0, skip: int = 0) -> pl.DataFrame:
    found = []
    for index, day in enumerate(month_ends(NOW, count)):
        found += rows(day, 1.0 + index / 50, 2.0, 4.0 if index >= skip else None, 9.0)
    return pl.DataFrame(found + rows(NOW, now, 2.0, 4.0, 9.0), schema=frames.METRICS)


def history(frame: pl.DataFrame, **options: int) -> History:
    return premium_history(frame, metric="ps", subject="own", roles=ROLES, as_of=NOW, **options)


def test_mean_spread_and_score_are_those_of_the_months() -> None:
    found = history(monthly(36))
    premiums = [(1.0 + index / 50) / 4.0 - 1 for index in range(36)]
    assert [point.premium for point in found.points] == pytest.approx(premiums)
    assert found.mean == pytest.approx(statistics.mean(premiums))
    assert found.sd == pytest.approx(statistics.stdev(premiums))
    assert found.now is not None
    assert found.now.premium == pytest.approx(3.0 / 4.0 - 1)
    assert found.z == pytest.approx((-0.25 - statistics.mean(premiums)) / statistics.stdev(premiums))
    assert found.percentile == 1.0
    assert (found.n, found.asked, found.window) == (36, 36, (date(2022, 9, 30), date(2025, 8, 31)))


def test_today_is_compared_with_the_month_ends_and_not_among_them() -> None:
    assert [point.as_of for point in history(monthly(36)).points][-1] == date(2025, 8, 31)


def test_thirty_five_months_are_withheld_and_the_series_stays() -> None:
    found = history(monthly(35))
    assert (found.mean, found.z, len(found.points)) == (None, None, 35)
    assert found.reason == "35 month ends have the subject and three core peers; a history needs at least 36"


def test_a_month_without_three_core_peers_does_not_count() -> None:
    found = history(monthly(40, skip=4))
    assert (found.n, found.asked, found.points[0].n) == (36, 36, 3)
    assert history(monthly(40, skip=5)).mean is None


def test_a_gap_in_the_middle_shows_as_fewer_months_than_asked() -> None:
    frame = monthly(38).filter(~((pl.col("as_of") == date(2024, 5, 31)) & (pl.col("company") == "own")))
    assert (history(frame).n, history(frame).asked) == (37, 38)


def test_the_window_may_be_limited() -> None:
    assert history(monthly(60), months=36).window == (date(2022, 9, 30), date(2025, 8, 31))


def test_no_later_month_is_read() -> None:
    later = pl.DataFrame(rows(date(2025, 9, 30), 500.0, 1.0, 1.0, 1.0), schema=frames.METRICS)
    assert history(pl.concat([monthly(36), later])) == history(monthly(36))


def test_nothing_is_said_of_a_present_without_a_value() -> None:
    found = history(monthly(36, now=None))
    assert (found.mean, found.reason) == (None, "the subject or its peers have no value now")
    assert history(frames.empty(frames.METRICS)).window is None

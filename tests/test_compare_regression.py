"""The fitted line against numpy, and its absence below eight peers."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbench.compare.regression import least_squares, regress
from peerbench.core import frames

GROWTH = [0.02, 0.05, 0.08, 0.11, 0.12, 0.15, 0.2, 0.22, 0.3, 0.31, 0.33, 0.36, 0.4, 0.41, 0.5]
MULTIPLE = [9.0, 14.0, 12.0, 19.0, 17.0, 25.0, 22.0, 30.0, 28.0, 33.0, 31.0, 40.0, 38.0, 41.0, 47.0]


def frame(n: int, subject: tuple[float, float] | None = (0.1, 30.0), growth: list[float] = GROWTH) -> pl.DataFrame:
    pairs = {f"p{i}": (growth[i], MULTIPLE[i]) for i in range(n)}
    if subject:
        pairs["own"] = subject
    rows = [
        {"company": company, "as_of": date(2025, 9, 23), "metric": metric, "value": value, "status": "ok"}
        for company, pair in pairs.items()
        for metric, value in zip(("growth", "pe"), pair, strict=True)
    ]
    return pl.DataFrame(rows, schema=frames.METRICS)


def roles(n: int) -> dict[str, str]:
    return {"own": "subject", **{f"p{i}": "core" for i in range(n)}}


@pytest.mark.parametrize(("n", "exploratory"), [(8, True), (14, True), (15, False)])
def test_the_fit_agrees_with_numpy_and_leaves_the_subject_out(n: int, exploratory: bool) -> None:
    found = regress(frame(n), x="growth", y="pe", subject="own", roles=roles(n))
    slope, intercept = np.polyfit(GROWTH[:n], MULTIPLE[:n], 1)
    residuals = np.array(MULTIPLE[:n]) - intercept - slope * np.array(GROWTH[:n])
    assert (found.slope, found.intercept) == (pytest.approx(slope), pytest.approx(intercept))
    assert found.r_squared == pytest.approx(np.corrcoef(GROWTH[:n], MULTIPLE[:n])[0, 1] ** 2)
    assert found.standard_error == pytest.approx(np.sqrt(np.sum(residuals**2) / (n - 2)))
    assert found.residual == pytest.approx(30.0 - (intercept + slope * 0.1))
    assert (found.n, found.exploratory, found.reason) == (n, exploratory, None)


def test_no_line_below_eight_peers() -> None:
    found = regress(frame(7), x="growth", y="pe", subject="own", roles=roles(7))
    assert (found.slope, found.n, found.reason) == (None, 7, "7 peers have a value; a regression needs at least 8")


def test_no_line_through_one_growth_rate_and_no_residual_without_the_subject() -> None:
    flat = regress(frame(8, growth=[0.1] * 8), x="growth", y="pe", subject="own", roles=roles(8))
    assert (flat.slope, flat.reason) == (None, "every peer has the same growth")
    alone = regress(frame(8, None), x="growth", y="pe", subject="own", roles=roles(8))
    assert alone.slope is not None
    assert alone.residual is None


@given(
    a=st.floats(-50, 50),
    b=st.floats(-50, 50),
    xs=st.lists(st.integers(-100, 100), min_size=8, max_size=20, unique=True),
)
def test_points_on_a_line_return_the_line(a: float, b: float, xs: list[int]) -> None:
    fit = least_squares([(x, a + b * x) for x in xs])
    assert fit is not None
    assert fit.slope == pytest.approx(b, abs=1e-9)
    assert fit.intercept == pytest.approx(a, abs=1e-7)
    assert fit.standard_error == pytest.approx(0, abs=1e-6)

"""A multiple against growth: ordinary least squares over the core peers (METHOD 29)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from peerbench.compare.sizes import REGRESSION_SOLID, withheld


@dataclass(frozen=True, slots=True)
class Regression:
    """y = intercept + slope · x, fitted without the subject. Every number is None when reason says why."""

    x: str
    y: str
    n: int
    intercept: float | None = None
    slope: float | None = None
    r_squared: float | None = None
    standard_error: float | None = None  # of the residuals, √(SSE / (n − 2))
    fitted: float | None = None  # the line at the subject's x
    residual: float | None = None  # the subject's y less the line at its x
    exploratory: bool = False  # fewer than fifteen peers
    peers: tuple[str, ...] = ()
    reason: str | None = None


def regress(metrics: pl.DataFrame, *, x: str, y: str, subject: str, roles: Mapping[str, str]) -> Regression:
    """Fit metric y on metric x over the core peers where both are ok; the subject is measured against the line."""
    pairs = _pairs(metrics, x, y)
    peers = tuple(company for company, role in roles.items() if role == "core" and company in pairs)
    reason = withheld(len(peers), "regression")
    fit = None if reason else least_squares([pairs[company] for company in peers])
    if fit is None:
        return Regression(x, y, len(peers), peers=peers, reason=reason or f"every peer has the same {x}")
    own = pairs.get(subject)
    fitted = fit.at(own[0]) if own else None
    residual = own[1] - fitted if own and fitted is not None else None
    return Regression(
        x,
        y,
        len(peers),
        fit.intercept,
        fit.slope,
        fit.r_squared,
        fit.standard_error,
        fitted,
        residual,
        len(peers) < REGRESSION_SOLID,
        peers,
    )


def _pairs(metrics: pl.DataFrame, x: str, y: str) -> dict[str, tuple[float, float]]:
    if metrics["as_of"].n_unique() > 1:
        raise ValueError("a regression is fitted on one as-of date")
    ok = metrics.filter((pl.col("status") == "ok") & pl.col("value").is_not_null())
    values = {(metric, company): value for metric, company, value in ok.select("metric", "company", "value").rows()}
    companies = {company for metric, company in values if metric == x and (y, company) in values}
    return {company: (values[x, company], values[y, company]) for company in companies}


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted line. r_squared is None where every y is the same."""

    intercept: float
    slope: float
    r_squared: float | None
    standard_error: float

    def at(self, x: float) -> float:
        return self.intercept + self.slope * x


def least_squares(points: Sequence[tuple[float, float]]) -> Fit | None:
    """The line of least squares through three or more (x, y), or None where every x is the same."""
    n = len(points)
    mean_x = math.fsum(x for x, _ in points) / n
    mean_y = math.fsum(y for _, y in points) / n
    sxx = math.fsum((x - mean_x) ** 2 for x, _ in points)
    if sxx == 0:
        return None
    slope = math.fsum((x - mean_x) * (y - mean_y) for x, y in points) / sxx
    intercept = mean_y - slope * mean_x
    squares = math.fsum((y - intercept - slope * x) ** 2 for x, y in points)
    total = math.fsum((y - mean_y) ** 2 for _, y in points)
    return Fit(intercept, slope, 1 - squares / total if total else None, math.sqrt(squares / (n - 2)))

"""Peer statistics: the subject against its core peers, one metric at a time (METHOD 19 to 26).

The subject never enters its own benchmark, reference peers have rows but no weight, and only `ok` values count.
Statistics of a metric stand on every row of that metric; what too few peers cannot bear is null (METHOD 25).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from peerbench.compare.sizes import LEAST, withheld
from peerbench.core import frames
from peerbench.core.findings import did_you_mean
from peerbench.core.metric import MetricDefinition

__all__ = ["APART", "MIXED", "compare", "withheld"]

MONEY_UNITS: Final = ("money", "money_per_share")
LONGEST_GAP_DAYS: Final = 45  # METHOD 36
APART: Final = "period_ends_apart"  # on every row of a metric whose period ends lie more than 45 days apart
MIXED: Final = "mixed_"  # mixed_<flag>: some of the compared values carry the flag and others do not
NOT_COMPUTED: Final = "not computed for this company"

_VALUE: Final = pl.col("value")
_CORE: Final = pl.col("role") == "core"
_RANKED: Final = pl.col("role").is_in(["subject", "core"])
_PEERS: Final = _VALUE.filter(_CORE)


def compare(
    metrics: pl.DataFrame,
    *,
    subject: str,
    roles: Mapping[str, str],
    definitions: Mapping[str, MetricDefinition],
) -> pl.DataFrame:
    """METRICS of one day → COMPARISON: one row per metric (in catalogue order) and company (in the order of roles).

    Premium = value / median − 1 where the definition compares by premium, the median is above zero and the value
    not below it; gap = value − median for the other definitions. Rank 1 is the best by the metric's direction and
    the highest where there is none. Raises ValueError for money in more than one currency, more than one as-of
    date, a metric without a definition, or roles that do not name the subject.
    """
    _refuse(metrics, subject, roles, definitions)
    rows = _grid(metrics, roles, definitions)
    _refuse_mixed_money(rows)
    stages = (_with_flags, _with_statistics, _with_ranks, _with_distance, _with_percentile)
    for stage in stages:
        rows = stage(rows)
    return rows.select(*frames.COMPARISON)


def _refuse(
    metrics: pl.DataFrame, subject: str, roles: Mapping[str, str], definitions: Mapping[str, MetricDefinition]
) -> None:
    if roles.get(subject) != "subject" or list(roles.values()).count("subject") != 1:
        raise ValueError(f"roles must name '{subject}', and nobody else, as the subject: {dict(roles)}")
    for metric in metrics["metric"].unique(maintain_order=True):
        if metric not in definitions:
            raise ValueError(f"metric '{metric}' has no definition. {did_you_mean(metric, definitions)}")
    if metrics["as_of"].n_unique() > 1:
        raise ValueError("a comparison is made on one as-of date; see compare.history for several")


def _refuse_mixed_money(rows: pl.DataFrame) -> None:
    money = rows.filter(_VALUE.is_not_null() & pl.col("unit").is_in(MONEY_UNITS))
    mixed = (
        money.group_by("metric", maintain_order=True)
        .agg(pl.col("currency").unique().sort())
        .filter(pl.col("currency").list.len() > 1)
    )
    for metric, currencies in mixed.iter_rows():
        raise ValueError(f"metric '{metric}' is in {' and '.join(map(str, currencies))}; convert it to one currency")


def _grid(metrics: pl.DataFrame, roles: Mapping[str, str], definitions: Mapping[str, MetricDefinition]) -> pl.DataFrame:
    """Every metric times every company; a pair that was never computed is a missing value, not an absent row."""
    asked = [key for key in definitions if key in set(metrics["metric"])]
    chosen = [definitions[key] for key in asked]
    defined = pl.DataFrame(
        {
            "metric": asked,
            "defined_period": [definition.period for definition in chosen],
            "defined_unit": [definition.unit for definition in chosen],
            "better": [definition.better for definition in chosen],
            "by": [definition.compare for definition in chosen],
        },
        schema=dict.fromkeys(("metric", "defined_period", "defined_unit", "better", "by"), pl.String),
    )
    companies = pl.DataFrame(
        {"company": list(roles), "role": list(roles.values())}, schema={"company": pl.String, "role": pl.String}
    )
    return (
        defined.join(companies, how="cross", maintain_order="left_right")
        .join(metrics, on=["metric", "company"], how="left", validate="1:1", maintain_order="left")
        .with_columns(
            pl.col("period").fill_null(pl.col("defined_period")),
            pl.col("unit").fill_null(pl.col("defined_unit")),
            reason=pl.when(pl.col("status").is_null()).then(pl.lit(NOT_COMPUTED)).otherwise("reason"),
            status=pl.col("status").fill_null("missing"),
            value=pl.when(pl.col("status") == "ok").then("value"),
            flags=pl.col("flags").fill_null(pl.lit([], dtype=pl.List(pl.String))),
        )
    )


def _with_flags(rows: pl.DataFrame) -> pl.DataFrame:
    """Own flags of each row, then the marks of the whole metric."""
    compared = rows.filter(_RANKED & _VALUE.is_not_null())
    ends = pl.col("period_end")
    apart = (
        compared.group_by("metric")
        .agg((ends.max() - ends.min()).dt.total_days().alias("days"))
        .filter(pl.col("days") > LONGEST_GAP_DAYS)
        .select("metric", mark=pl.lit(APART))
    )
    mixed = (
        compared.with_columns(of=pl.len().over("metric"))
        .explode("flags")
        .filter(pl.col("flags").is_not_null())
        .group_by("metric", "flags")
        .agg(pl.col("company").n_unique().alias("with_flag"), pl.col("of").first())
        .filter(pl.col("with_flag") < pl.col("of"))
        .select("metric", mark=pl.lit(MIXED) + pl.col("flags"))
    )
    marks = pl.concat([apart, mixed.sort("metric", "mark")]).group_by("metric", maintain_order=True).agg("mark")
    none = pl.lit([], dtype=pl.List(pl.String))
    return rows.join(marks, on="metric", how="left", maintain_order="left").with_columns(
        flags=pl.col("flags").list.concat(pl.col("mark").fill_null(none))
    )


def _with_statistics(rows: pl.DataFrame) -> pl.DataFrame:
    """n and the statistics of the core peers, over each metric."""
    counts = {
        "n": _PEERS.count(),
        "n_peers": _CORE.sum().cast(pl.Int64),
        "n_not_meaningful": (_CORE & (pl.col("status") == "not_meaningful")).sum().cast(pl.Int64),
    }
    statistics = {
        "minimum": (_PEERS.min(), "range"),
        "q1": (_PEERS.quantile(0.25, interpolation="linear"), "quartiles"),
        "median": (_PEERS.median(), "median"),
        "q3": (_PEERS.quantile(0.75, interpolation="linear"), "quartiles"),
        "maximum": (_PEERS.max(), "range"),
        "mean": (_PEERS.mean(), "mean"),
        "harmonic": (_harmonic(_PEERS), "mean"),
    }
    counted = rows.with_columns(**{name: count.cast(pl.Int64).over("metric") for name, count in counts.items()})
    return counted.with_columns(
        **{
            name: pl.when(pl.col("n") >= LEAST[what]).then(statistic.over("metric"))
            for name, (statistic, what) in statistics.items()
        }
    )


def _harmonic(values: pl.Expr) -> pl.Expr:
    """n / Σ(1/x), only where every value is above zero."""
    return pl.when(values.min() > 0).then(values.count() / (1 / values).sum())


def _with_ranks(rows: pl.DataFrame) -> pl.DataFrame:
    best_first = pl.when(pl.col("better") == "lower").then(_VALUE).otherwise(-_VALUE)
    ranked = pl.when(_RANKED).then(best_first)
    enough = pl.col("n") >= LEAST["rank"]
    return rows.with_columns(
        rank=pl.when(enough).then(ranked.rank("average").over("metric")),
        of=pl.when(enough).then(ranked.count().cast(pl.Int64).over("metric")),
    )


def _with_distance(rows: pl.DataFrame) -> pl.DataFrame:
    median = pl.col("median")
    by_premium = pl.col("by") == "premium"
    return rows.with_columns(
        premium=pl.when(by_premium & (median > 0) & (_VALUE >= 0)).then(_VALUE / median - 1),
        gap=pl.when(~by_premium).then(_VALUE - median),
    )


def _with_percentile(rows: pl.DataFrame) -> pl.DataFrame:
    """Share of core peers below, ties half: 100 % is above every peer."""
    enough = rows.filter((pl.col("n") >= LEAST["percentile"]) & _VALUE.is_not_null())
    peers = enough.filter(_CORE).select("metric", peer=_VALUE)
    below = (pl.col("peer") < _VALUE).mean() + (pl.col("peer") == _VALUE).mean() / 2
    shares = enough.join(peers, on="metric").group_by("metric", "company").agg(percentile=below)
    return rows.join(shares, on=["metric", "company"], how="left", maintain_order="left")

"""Who is like a company, from the data at hand: sector, size, growth and margins as known on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import polars as pl

from peerbench.compare.peers import SIZE, Proposal, Traits, propose
from peerbench.core.dataset import Dataset
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, did_you_mean
from peerbench.core.metric import MetricDefinition
from peerbench.metrics import catalogue
from peerbench.metrics.evaluate import evaluate
from peerbench.metrics.plan import plan
from peerbench.normalise.currency import Rates, convert_metrics
from peerbench.normalise.index import Index
from peerbench.normalise.panel import build_panel

# Trait → metrics that state it, the first that is known.
MEASURES: Final[Mapping[str, tuple[str, ...]]] = {
    SIZE: ("revenue_ltm", "revenue_fy"),
    "growth": ("revenue_growth_ltm", "revenue_growth_fy"),
    "gross margin": ("gross_margin_ltm", "gross_margin_fy"),
    "operating margin": ("operating_margin_ltm", "operating_margin_fy"),
}


def peers(
    data: Dataset, subject: str, *, as_of: date, currency: str = "USD", count: int = 6
) -> tuple[Traits, tuple[Proposal, ...]]:
    """The subject's traits and the nearest companies; UnusableRequest where the data do not know the subject."""
    if subject not in data.companies:
        finding = Finding("arguments", "error", f"unknown company '{subject}'", did_you_mean(subject, data.companies))
        raise UnusableRequest((finding,))
    found = traits(data, as_of=as_of, currency=currency)
    return found[subject], propose(found[subject], list(found.values()), count=count)


def traits(data: Dataset, *, as_of: date, currency: str) -> dict[str, Traits]:
    """Every company's traits; sizes in one currency."""
    return measured(data, (), as_of=as_of, currency=currency)[0]


def measured(
    data: Dataset,
    metrics: Sequence[str],
    *,
    as_of: date,
    currency: str,
    custom: Sequence[MetricDefinition] = (),
    rows: Index | None = None,
) -> tuple[dict[str, Traits], dict[tuple[str, str], float]]:
    """Every company's traits, and the values of these metrics by (company, metric) where they are known and mean
    something; money in one currency. rows: the index of the data, where it stands already."""
    names = list(data.companies)
    wanted = list(dict.fromkeys((*(metric for group in MEASURES.values() for metric in group), *metrics)))
    work, _ = plan(wanted, catalogue.load(), [one for one in custom if one.id in metrics])
    cells, _ = build_panel(data, companies=names, operands=work.operands, as_of=as_of, index=rows)
    found, _ = convert_metrics(evaluate(cells, work), Rates(data.fx), currency)
    ok = found.filter((pl.col("status") == "ok") & pl.col("metric").is_in(wanted) & (pl.col("segment") == "total"))
    known = {(row["company"], row["metric"]): row["value"] for row in ok.iter_rows(named=True)}
    likeness = {
        name: Traits(name, data.companies[name].name, data.companies[name].sector, _measures(known, name))
        for name in names
    }
    return likeness, known


def _measures(known: Mapping[tuple[str, str], float], company: str) -> dict[str, float]:
    found = {
        trait: next((known[company, metric] for metric in metrics if (company, metric) in known), None)
        for trait, metrics in MEASURES.items()
    }
    return {trait: value for trait, value in found.items() if value is not None}

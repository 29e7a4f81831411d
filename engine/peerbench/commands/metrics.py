"""bench metrics: the catalogue, as text for people or as JSON for programs."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby

from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, did_you_mean
from peerbench.core.metric import MetricDefinition


def run(parsed: Namespace, arguments: list[str]) -> int:
    definitions = catalogue() if parsed.metric is None else {parsed.metric: one(parsed.metric)}
    if parsed.format == "json":
        print(json.dumps([asdict(definition) for definition in definitions.values()], indent=2, ensure_ascii=False))
    elif parsed.metric is not None:
        print(entry(definitions[parsed.metric]))
    else:
        print(listing(definitions.values()))
    return 0


def catalogue() -> dict[str, MetricDefinition]:
    from peerbench.metrics.catalogue import load

    return dict(load().definitions)


def one(name: str) -> MetricDefinition:
    """The metric of that id, or a refusal that names the nearest."""
    known = catalogue()
    if name not in known:
        finding = Finding("arguments", "error", f"unknown metric '{name}'", did_you_mean(name, known))
        raise UnusableRequest((finding,))
    return known[name]


def listing(definitions: Iterable[MetricDefinition]) -> str:
    """Two lines a metric under the head of its group."""
    shown = tuple(definitions)
    width = max((len(definition.id) for definition in shown), default=0)
    parts = []
    for group, members in groupby(shown, key=lambda definition: definition.group):
        lines = (f"  {d.id:<{width}}  {d.label}\n  {'':<{width}}  = {d.formula}" for d in members)
        parts.append("\n".join((group.replace("_", " ").upper(), *lines)))
    return "\n\n".join(parts)


def entry(definition: MetricDefinition) -> str:
    """Everything the catalogue says about one metric."""
    rows = (
        ("formula", definition.formula),
        ("definition", definition.definition),
        ("unit", definition.unit),
        ("better", definition.better),
        ("period", definition.period),
        ("basis", definition.basis),
        ("not meaningful unless", " and ".join(f"{name} > 0" for name in definition.positive)),
        ("out of statistics", "" if definition.excluded_above is None else f"above {definition.excluded_above:g}"),
        ("rule and source", definition.source),
    )
    lines = (f"  {name:<22}{text}" for name, text in rows if text)
    return "\n".join((f"{definition.id}: {definition.label}", *lines))

"""The catalogue of metrics: YAML entries beside this file become definitions. Adding a metric is adding an entry.

An entry with `windows` stands for one metric per window: {w} is the window, {W} its short name, {window} its words;
with `items`, for one per item: {item} is the name, {Item} its label. `segment: ""` marks a metric that must be asked
for with a name in brackets, e.g. segment_share[cloud].
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from peerbench.core.items import ITEMS
from peerbench.core.metric import MetricDefinition
from peerbench.metrics.formula import for_segment, parse, written

GROUPS: Final = ("valuation", "growth", "profitability", "balance_sheet", "risk", "quality", "level")
SHORT_WINDOW: Final = {"ltm": "LTM", "fy": "FY", "quarter": "last quarter", "cy": "CY"}
LONG_WINDOW: Final = {
    "ltm": "the last twelve months",
    "fy": "the last fiscal year",
    "quarter": "the last quarter",
    "cy": "the last calendar year",
}
OWN_KEYS: Final = ("items", "windows")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Definitions by id, in catalogue order."""

    definitions: dict[str, MetricDefinition]


@cache
def load() -> Catalogue:
    """Every shipped metric."""
    entries = (definition for group in GROUPS for definition in _read(group))
    return Catalogue({definition.id: definition for definition in entries})


def segment_variant(
    definition: MetricDefinition, segment: str, *, metrics: Collection[str] | None = None
) -> MetricDefinition:
    """The same metric of one segment, e.g. revenue_growth_quarter[cloud].

    Operands whose segment the formula writes out stay: the share of a segment keeps its total below the line.
    `metrics` are the names a formula may use, the catalogue's by default.
    """
    names = load().definitions if metrics is None else metrics

    def rewritten(formula: str) -> str:
        tree, _ = parse(formula, metrics=names)
        return formula if tree is None else written(for_segment(tree, segment))

    return replace(
        definition,
        id=f"{definition.id}[{segment}]",
        label=f"{definition.label} ({segment})",
        short=f"{definition.short} ({segment})",
        formula=rewritten(definition.formula),
        positive=tuple(rewritten(formula) for formula in definition.positive),
        segment=segment,
    )


def _read(group: str) -> Iterator[MetricDefinition]:
    import yaml

    name = f"{group}.yaml"
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load(Path(__file__).with_name(name).read_bytes(), Loader=loader)
    shared = {key: value for key, value in document.items() if key != "metrics"}
    for key, entry in document["metrics"].items():
        for fields in _expanded({"id": key, "origin": name, **shared, **entry}):
            yield _definition(fields)


def _expanded(entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One mapping per item and window, with the placeholders filled in."""
    fields = {key: value for key, value in entry.items() if key not in OWN_KEYS}
    for item in entry.get("items", [""]):
        for window in entry.get("windows", [""]):
            yield {key: _filled(value, item, window) for key, value in fields.items()} | (
                {"period": window} if window else {}
            )


def _filled(value: Any, item: str, window: str) -> Any:
    if isinstance(value, list):
        return [_filled(part, item, window) for part in value]
    if not isinstance(value, str) or "{" not in value:
        return value
    label = ITEMS[item].label if item else ""
    words = {
        "{w}": window,
        "{W}": SHORT_WINDOW.get(window, ""),
        "{window}": LONG_WINDOW.get(window, ""),
        "{item}": item,
        "{Item}": label[:1].upper() + label[1:],
    }
    for placeholder, word in words.items():
        value = value.replace(placeholder, word)
    return value.strip()


def _definition(fields: Mapping[str, Any]) -> MetricDefinition:
    compare = "gap" if fields["unit"] in ("fraction", "pure") else "premium"
    return MetricDefinition(**{"compare": compare, **fields, "positive": tuple(fields.get("positive", ()))})

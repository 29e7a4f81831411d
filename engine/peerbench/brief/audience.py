"""An audience: a folder of templates whose audience.yaml says which sections, which metrics, which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from peerbench import lookup
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.core.metric import MetricDefinition

FILE: Final = "audience.yaml"
PHRASES: Final = "phrases.yaml"
SEGMENT_METRICS: Final = ("revenue_fy", "revenue_growth_fy")
PRICE: Final = "price"  # a column of listings' own closes, not a metric
KEYS: Final = frozenset(
    """
    extends label readers theme question headline headline_metrics multiples measures measures_title
    measures_subtitle summary summary_title summary_subtitle summary_gap formats heads comps level_columns levels_title levels_subtitle ranks balance takeaways panel pages
    basis definitions history segments metrics custom_metrics glossary not_shown
    """.split()
)


@dataclass(frozen=True, slots=True)
class Audience:
    """The merged settings of an audience's chain, the phrase files (general first) and its own helper metrics."""

    name: str
    settings: Mapping[str, Any]
    phrases: tuple[Path, ...]
    metrics: tuple[str, ...]
    custom: tuple[MetricDefinition, ...]
    files: tuple[Path, ...] = field(default=())

    def words(self, key: str, default: str = "") -> str:
        return str(self.settings.get(key, default))

    def names(self, key: str) -> tuple[str, ...]:
        return tuple(self.settings.get(key) or ())


def load(name: str, roots: tuple[Path, ...]) -> Audience:
    """Merge audience.yaml from the house down to `name`: a deeper top-level key wins whole.

    Raises UnusableRequest for unreadable YAML and unknown keys, with file and line.
    """
    merged: dict[str, Any] = {}
    files: list[Path] = []
    phrases: list[Path] = []
    findings: list[Finding] = []
    for folder in reversed(lookup.chain(name, roots)):
        own = next((root / folder / FILE for root in roots if (root / folder / FILE).is_file()), None)
        if own is not None:
            settings, wrong = _read(own)
            custom = {**merged.get("custom_metrics", {}), **(settings.get("custom_metrics") or {})}
            merged = {**merged, **settings, "custom_metrics": custom}
            files.append(own)
            findings += wrong
        said = [root / folder / PHRASES for root in reversed(roots) if (root / folder / PHRASES).is_file()]
        phrases += said
    if findings:
        raise UnusableRequest(tuple(findings))
    definitions = tuple(_definition(key, entry, str(files[-1])) for key, entry in merged["custom_metrics"].items())
    return Audience(name, merged, tuple(phrases), _metrics(merged), definitions, (*files, *phrases))


def _read(path: Path) -> tuple[dict[str, Any], list[Finding]]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        settings = yaml.load(path.read_text("utf-8"), Loader=loader) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        origin = Origin(str(path), mark.line + 1 if mark else None, mark.column + 1 if mark else None)
        return {}, [
            Finding("audience", "error", f"not readable as YAML: {getattr(error, 'problem', error)}.", "", origin)
        ]
    if not isinstance(settings, dict):
        return {}, [Finding("audience", "error", "expected keys and values.", "", Origin(str(path), 1, 1))]
    lines = path.read_text("utf-8").splitlines()
    unknown = [key for key in settings if key not in KEYS]
    return settings, [
        Finding(
            "audience",
            "error",
            f"unknown key '{key}'.",
            did_you_mean(str(key), KEYS),
            Origin(str(path), _line(lines, key), 1),
        )
        for key in unknown
    ]


def _line(lines: list[str], key: object) -> int | None:
    return next((number for number, line in enumerate(lines, 1) if line.startswith(f"{key}:")), None)


def _definition(name: str, entry: Mapping[str, Any], origin: str) -> MetricDefinition:
    return MetricDefinition(
        id=name,
        label=entry["label"],
        short=entry.get("short", entry["label"]),
        group="custom",
        formula=entry["formula"],
        unit=entry["unit"],
        better=entry.get("better", "neither"),
        definition=entry.get("definition", ""),
        source=entry.get("source", "house"),
        period=entry.get("period", "ltm"),
        positive=tuple(entry.get("positive", ())),
        compare=entry.get("compare", "gap" if entry["unit"] == "fraction" else "premium"),
        origin=origin,
    )


def _metrics(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Every metric id that the audience's own lists name, in order."""
    found: dict[str, None] = {}
    for key in (
        "headline_metrics",
        "multiples",
        "measures",
        "summary",
        "comps",
        "ranks",
        "balance",
        "level_columns",
        "metrics",
    ):
        for entry in settings.get(key) or ():
            found[entry["metric"] if isinstance(entry, dict) else entry] = None
    found.pop(PRICE, None)
    found.update(dict.fromkeys(settings.get("custom_metrics") or {}))
    for entry in (settings.get("segments") or {}).values():
        found.update(dict.fromkeys(f"{metric}[{entry['segment']}]" for metric in SEGMENT_METRICS))
    return tuple(found)

"""An audience: a folder of templates whose audience.yaml says which sections, which metrics, which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from peerbench import lookup
from peerbench.brief.keys import AUDIENCE
from peerbench.core import shape, tree
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin
from peerbench.core.metric import MetricDefinition
from peerbench.narrate.phrases import ENGLISH, Lexicon

FILE: Final = lookup.AUDIENCE_FILE
PHRASES: Final = lookup.PHRASES_FILE
SEGMENT_METRICS: Final = ("revenue_fy", "revenue_growth_fy")
PRICE: Final = "price"  # a column of listings' own closes, not a metric
CHECK: Final = "audience"
METRIC_LISTS: Final = (
    *("headline_metrics", "multiples", "measures", "summary", "wide", "comps", "ranks"),
    *("balance", "level_columns", "metrics"),
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
    roots: tuple[Path, ...] = ()
    places: Mapping[str, Origin] = field(repr=False, default_factory=dict)  # of values, by dotted key: summary.0.metric
    lines: Mapping[str, tuple[str, ...]] = field(repr=False, default_factory=dict)  # of files, by path as shown
    lexicon: Lexicon = ENGLISH  # of the language that its phrases are in

    def words(self, key: str, default: str = "") -> str:
        return str(self.settings.get(key, default))

    def names(self, key: str) -> tuple[str, ...]:
        return tuple(self.settings.get(key) or ())

    def where(self, metric: str) -> tuple[str | int, ...]:
        """The keys under which a metric's formula or name is written, if it is this audience that asks for it."""
        if metric in (self.settings.get("custom_metrics") or {}):
            return ("custom_metrics", metric, "formula")
        for key in METRIC_LISTS:
            for place, entry in enumerate(self.settings.get(key) or ()):
                if str(entry["metric"] if isinstance(entry, dict) else entry).partition("[")[0] == metric:
                    return (key, place, *(("metric",) if isinstance(entry, dict) else ()))
        return ()

    def finding(self, message: str, *keys: str | int, hint: str = "", subject: str = "") -> Finding:
        """A mistake at a key, or at the nearest key above it that is written down."""
        dotted = [".".join(map(str, keys[:length])) for length in range(len(keys), 0, -1)]
        origin = next((self.places[key] for key in dotted if key in self.places), Origin())
        lines = self.lines.get(origin.file, ())
        excerpt = lines[origin.line - 1] if origin.line is not None and origin.line <= len(lines) else ""
        return Finding(CHECK, "error", message, hint, origin, subject or self.name, excerpt)


def load(name: str, roots: tuple[Path, ...]) -> Audience:
    """Merge audience.yaml from the house down to `name`: a deeper top-level key wins whole, an empty one takes it away.

    The project's file adds to the shipped one of the same audience. Raises UnusableRequest for everything in the files
    that is not of the shape of an audience, with file and line.
    """
    merged = tree.Table({}, Origin())
    files: list[Path] = []
    findings: list[Finding] = []
    lines: dict[str, tuple[str, ...]] = {}
    for path in _general_first(name, FILE, roots):
        table, wrong = lookup.read(path, roots, check=CHECK)
        text = path.read_text("utf-8", "replace")
        wrong = wrong or lookup.excerpted(tuple(shape.mistakes(table, AUDIENCE)) if table else (), text, check=CHECK)
        findings += wrong
        files.append(path)
        lines[lookup.shown(path, roots)] = tuple(text.splitlines())
        merged = _over(merged, table) if table and not wrong else merged
    if findings:
        raise UnusableRequest(tuple(findings))
    settings = tree.plain(merged)
    places = {".".join(map(str, path)): place for path, _, place in tree.places(merged)}
    phrases = _general_first(name, PHRASES, roots)
    custom = tuple(
        _definition(key, entry, places[f"custom_metrics.{key}"].file)
        for key, entry in settings.get("custom_metrics", {}).items()
    )
    return Audience(
        name, settings, phrases, _metrics(settings), custom, (*files, *phrases), roots, places, lines
    )  # fmt: skip


def of_set(audience: Audience, **settings: Any) -> Audience:
    """The audience with what the config says of its peer set, which no audience can know; empty values change nothing.

    The plan of the one-page brief follows: what it says of the same thing is older.
    """
    told = {key: value for key, value in settings.items() if value}
    shorter = {key: value for key, value in (audience.settings.get("one_page") or {}).items() if key not in told}
    merged = {**audience.settings, **told, **({"one_page": shorter} if shorter else {})}
    return replace(audience, settings=merged, metrics=_metrics(merged))


def _general_first(name: str, file: str, roots: tuple[Path, ...]) -> tuple[Path, ...]:
    """The files of this name that count, the shipped house's first and the project's own last."""
    return tuple(reversed(tuple(lookup.candidates(file, name, roots))))


def _over(below: tree.Table, above: tree.Table) -> tree.Table:
    """A deeper top-level key wins whole; helper metrics add up."""
    both = {key: above.entries[key] for key in ("custom_metrics",) if key in above.entries and key in below.entries}
    added = {key: tree.merge(_table(below, key), _table(above, key)) for key in both}
    joined = {key: tree.Entry(key, entry.key_place, added[key]) for key, entry in both.items()}
    return tree.Table({**below.entries, **above.entries, **joined}, above.place)


def _table(table: tree.Table, key: str) -> tree.Table:
    value = table.entries[key].value
    return value if isinstance(value, tree.Table) else tree.Table({}, value.place)


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
    for key in METRIC_LISTS:
        for entry in settings.get(key) or ():
            found[entry["metric"] if isinstance(entry, dict) else entry] = None
    large = str((settings.get("panel") or {}).get("large", PRICE))
    found[large] = None
    found.pop(PRICE, None)
    found.update(dict.fromkeys(settings.get("custom_metrics") or {}))
    for entry in (settings.get("segments") or {}).values():
        found.update(dict.fromkeys(f"{metric}[{entry['segment']}]" for metric in SEGMENT_METRICS))
    return tuple(found)

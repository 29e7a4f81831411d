"""The tools of `bench mcp`: what each takes and gives. Paths lie in the project; only build writes, to output/."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from peerbench.commands import check_text as texts
from peerbench.commands import compute as tables
from peerbench.commands import explain as traces
from peerbench.commands import metrics as entries
from peerbench.commands import request
from peerbench.commands.answers import ANSWERS
from peerbench.commands.printing import count, in_order, rendered
from peerbench.core.document import Number
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.program import api

Answer = tuple[str, dict[str, Any]]  # for people, for programs
TEXT: Final = {"type": "string"}
NAMES: Final = {"type": "array", "items": TEXT}
CONFIG: Final = {**TEXT, "description": "A config of the project as list_configs names it, e.g. configs/alibaba.yaml."}
DAY: Final = {
    **TEXT,
    "pattern": r"^\d{4}-\d{2}-\d{2}$",
    "description": "Use nothing known after this day, e.g. 2025-09-23. Left out: the config's, else today.",
}
AUDIENCES: Final = {**NAMES, "description": "Only these audiences. Left out: the config's."}
COMPANIES: Final = {
    **NAMES,
    "description": "Keys of companies in the config's data; the first is compared with the others. "
    "Left out: the config's subject and peers.",
}
METRICS: Final = {**NAMES, "description": "Ids as list_metrics gives them. Left out: the config's."}
FORMATS: Final = {
    "type": "array",
    "items": {**TEXT, "enum": ["pdf", "html", "xlsx", "md", "json"]},
    "description": "Only these editions. Left out: the config's.",
}
FIGURE: Final = (
    "company", "metric", "period", "period_end", "value", "unit", "currency", "status", "reason", "basis", "known_on",
)  # fmt: skip
STANDING: Final = (
    "company", "metric", "role", "n_peers", "median", "minimum", "maximum", "rank", "of", "premium", "gap",
)  # fmt: skip
KINDS: Final = {"string": (str, "a text"), "array": (list, "a list of texts"), "boolean": (bool, "true or false")}


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool. run takes the project's folder and the checked arguments."""

    name: str
    title: str
    description: str
    takes: Mapping[str, Mapping[str, Any]]
    needs: tuple[str, ...]
    run: Callable[[Path, Mapping[str, Any]], Answer]
    writes: bool = False

    @property
    def answer(self) -> dict[str, Any]:
        """The schema of what it answers."""
        return ANSWERS[self.name]

    @property
    def schema(self) -> dict[str, Any]:
        properties = {name: dict(one) for name, one in self.takes.items()}
        return {
            "type": "object", "properties": properties, "required": list(self.needs), "additionalProperties": False,
        }  # fmt: skip


def call(project: Path, name: str, arguments: Mapping[str, Any]) -> Answer:
    """What a tool answers. Raises UnusableRequest with everything wrong in the call."""
    tool = TOOLS.get(name)
    if tool is None:
        raise UnusableRequest((_about("", f"there is no tool '{name}'", did_you_mean(name, TOOLS)),))
    if wrong := tuple(_mistakes(tool, arguments)):
        raise UnusableRequest(wrong)
    return tool.run(project, arguments)


def finding(one: Finding) -> dict[str, Any]:
    """A finding as data; place names the argument, the key or the column where there is no line."""
    return {
        "check": one.check,
        "severity": one.severity,
        "message": one.message,
        "hint": one.hint,
        "file": one.origin.file,
        "line": one.origin.line,
        "column": one.origin.column,
        "place": one.origin.locator,
        "subject": one.subject,
        "excerpt": one.excerpt,
    }


# ---- arguments -------------------------------------------------------------------------------------------------------


def _about(place: str, message: str, hint: str) -> Finding:
    return Finding("arguments", "error", message, hint, Origin(locator=place))


def _mistakes(tool: Tool, given: Mapping[str, Any]) -> Iterator[Finding]:
    for name in tool.needs:
        if name not in given:
            hint = f"{tool.name} takes {', '.join(tool.takes)}."
            yield _about(name, f"the argument '{name}' is missing", hint)
    for name, value in given.items():
        if name not in tool.takes:
            yield _about(name, f"{tool.name} has no argument '{name}'", did_you_mean(name, tool.takes))
        else:
            yield from _mistyped(name, value, tool.takes[name])


def _mistyped(name: str, value: Any, schema: Mapping[str, Any]) -> Iterator[Finding]:
    kind, said = KINDS[schema["type"]]
    items = value if isinstance(value, list) else ()
    if not isinstance(value, kind) or not all(isinstance(item, str) for item in items):
        yield _about(name, f"{name} is {str(value)[:60]!r}, not {said}", _described(schema))
        return
    allowed = schema.get("items", {}).get("enum", ())
    for item in items:
        if allowed and item not in allowed:
            yield _about(name, f"unknown {name.removesuffix('s')} '{item}'", did_you_mean(item, allowed))


def _described(schema: Mapping[str, Any]) -> str:
    return str(schema.get("description", ""))


def _config(project: Path, given: Mapping[str, Any]) -> Path:
    """The config named, from the project's folder. Raises UnusableRequest: outside of it, or not there."""
    name = str(given["config"])
    try:
        place = (project / name).resolve()
    except (OSError, ValueError):  # a null byte, a loop of links
        raise UnusableRequest((_about("config", "config is not a path", _described(CONFIG)),)) from None
    if not place.is_relative_to(project):
        hint = f"Only files of the project can be named. Known: {', '.join(_configs(project))}."
        raise UnusableRequest((_about("config", f"'{name}' lies outside of the project", hint),))
    if not place.is_file():
        hint = did_you_mean(name, _configs(project))
        raise UnusableRequest((_about("config", f"there is no config '{name}'", hint),))
    return place.relative_to(project)


def _configs(project: Path) -> tuple[str, ...]:
    """The configs in configs/ that lie within the project: a link may lead out of it."""
    found = (project / path for path in request.candidates(project / "configs"))
    return tuple(path.relative_to(project).as_posix() for path in found if path.resolve().is_relative_to(project))


# ---- briefs ----------------------------------------------------------------------------------------------------------


def _list_configs(project: Path, given: Mapping[str, Any]) -> Answer:
    names = _configs(project)
    return "\n".join(names) or "There is no config in configs/.", {"configs": list(names)}


def _check(project: Path, given: Mapping[str, Any]) -> Answer:
    path = _config(project, given)
    found = in_order(api.check(path, as_of=given.get("as_of"), audiences=given.get("audiences")))
    usable = not any(one.severity == "error" for one in found)
    head = f"{path.as_posix()}: {count(found) or 'nothing wrong'}"
    data = {"config": path.as_posix(), "usable": usable, "findings": [finding(one) for one in found]}
    return "\n".join((head, *map(rendered, found))), data


def _build(project: Path, given: Mapping[str, Any]) -> Answer:
    path = _config(project, given)
    out = project / "output"
    if not out.resolve().is_relative_to(project):
        raise UnusableRequest((_about("", "output/ leads outside of the project", "Make it a folder of the project."),))
    made = api.build(
        path, as_of=given.get("as_of"), audiences=given.get("audiences"), formats=given.get("formats"), out=out
    )
    folder = made.folder.relative_to(project).as_posix()
    files = [file.relative_to(project).as_posix() for file in made.files]
    said = in_order(one for one in made.findings if one.severity == "error" or not made.held)
    head = f"held back: {folder}, nothing written" if made.held else f"built: {folder}"
    briefs = [name for name in files if Path(name).name.startswith("brief.")]
    data = {"folder": folder, "held": made.held, "files": files, "findings": [finding(one) for one in said]}
    reasons = map(rendered, said) if made.held else ()
    return "\n".join((head, *briefs, *reasons)), data


# ---- figures ---------------------------------------------------------------------------------------------------------


def _compute(project: Path, given: Mapping[str, Any]) -> Answer:
    made = api.compute(_config(project, given), as_of=given.get("as_of"))
    data = {"figures": _figures(made.metrics), "findings": [finding(one) for one in made.findings]}
    return tables.table(made.metrics.to_dicts()), data


def _compare(project: Path, given: Mapping[str, Any]) -> Answer:
    made = api.compare_companies(
        _config(project, given), given.get("companies", ()), given.get("metrics", ()), as_of=given.get("as_of")
    )
    data = {
        "as_of": made.as_of,
        "currency": made.currency,
        "companies": list(made.companies),
        "figures": _figures(made.metrics),
        "comparison": made.comparison.select(STANDING).to_dicts(),
        "findings": [finding(one) for one in made.findings],
    }
    head = f"As of {made.as_of}, money in {made.currency}; {made.companies[0]} against {', '.join(made.companies[1:])}"
    return f"{head}\n\n{tables.table(made.metrics.to_dicts())}", data


def _figures(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [{**{name: row[name] for name in FIGURE}, "printed": _printed(row)} for row in frame.to_dicts()]


def _printed(row: Mapping[str, Any]) -> str:
    from peerbench.render.format import text

    value = row["raw"] if row["status"] == "excluded" else row["value"]
    return text(Number(value, tables.FORMATS.get(row["unit"], "n2"), row["currency"] or "", status=row["status"]))


def _explain(project: Path, given: Mapping[str, Any]) -> Answer:
    path = _config(project, given)
    found = api.explain(path, given["company"], given["metric"], as_of=given.get("as_of"))
    entry = entries.catalogue().get(given["metric"].partition("[")[0])
    rule = entry.source if entry else ""
    text = traces.tree(found.trace, found.traces, found.sources, rule=rule)
    return text, traces.data(found.trace, found.traces, found.sources, rule)


def _list_metrics(project: Path, given: Mapping[str, Any]) -> Answer:
    known = entries.catalogue()
    asked: Sequence[str] = given.get("metrics") or tuple(known)
    wrong = tuple(
        _about("metrics", f"unknown metric '{name}'", did_you_mean(name, known)) for name in asked if name not in known
    )
    if wrong:
        raise UnusableRequest(wrong)
    shown = [known[name] for name in asked]
    data = {"metrics": [asdict(one) for one in shown]}
    return entries.listing(shown) if len(shown) > 1 else entries.entry(shown[0]), data


def _check_text(project: Path, given: Mapping[str, Any]) -> Answer:
    from peerbench.factcheck import report

    path = _config(project, given)
    text = texts.decoded(given["text"].encode("utf-8", "replace"), "text")
    found = api.check_text(text, path, as_of=given.get("as_of"))
    return "\n".join(texts.told(found, "text", path.as_posix())), report.data(found, "text")


TOOLS: Final = {
    tool.name: tool
    for tool in (
        Tool("list_configs", "List configs", "The configs of the project.", {}, (), _list_configs),
        Tool(
            "list_metrics",
            "List metrics",
            "The metrics of the catalogue with formula, definition, unit and when they have no meaning.",
            {"metrics": {**NAMES, "description": "Only these ids. Left out: all."}},
            (),
            _list_metrics,
        ),
        Tool(
            "check",
            "Check a config",
            "Everything wrong or noteworthy about a config and its data, with file, line and column. Builds nothing.",
            {"config": CONFIG, "as_of": DAY, "audiences": AUDIENCES},
            ("config",),
            _check,
        ),
        Tool(
            "compute",
            "Compute figures",
            "Every metric of a config for its subject and peers: value, unit, status and reason, period, day known.",
            {"config": CONFIG, "as_of": DAY},
            ("config",),
            _compute,
        ),
        Tool(
            "compare",
            "Compare companies",
            "Two or more companies of a config's data on chosen metrics, side by side. Median, rank and premium are "
            "those of the others; with too few of them they are absent.",
            {"config": CONFIG, "companies": COMPANIES, "metrics": METRICS, "as_of": DAY},
            ("config",),
            _compare,
        ),
        Tool(
            "explain",
            "Explain a number",
            "One number of one company: formula, calculation, every operand below it, the documents with addresses.",
            {
                "config": CONFIG,
                "company": {**TEXT, "description": "The company's key, e.g. alibaba."},
                "metric": {**TEXT, "description": "A metric's id, e.g. pe_ltm."},
                "as_of": DAY,
            },
            ("config", "company", "metric"),
            _explain,
        ),
        Tool(
            "check_text",
            "Check a text",
            "Holds every quantitative statement of a text against the figures: verified, contradicted with the right "
            "figure and the likely slip, or not checkable with the reason.",
            {"config": CONFIG, "text": {**TEXT, "description": "The text itself."}, "as_of": DAY},
            ("config", "text"),
            _check_text,
        ),
        Tool(
            "build",
            "Build briefs",
            "Builds the briefs of a config into output/ of the project and names the files. held: a check kept it back "
            "and nothing was written.",
            {"config": CONFIG, "audiences": AUDIENCES, "formats": FORMATS, "as_of": DAY},
            ("config",),
            _build,
            writes=True,
        ),
    )
}

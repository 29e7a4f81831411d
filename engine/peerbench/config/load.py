"""A YAML file and the files it extends → Config, with every mistake of shape at once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from peerbench import schedule as schedules
from peerbench.config import chain as chains
from peerbench.config.values import (
    SOURCE_KINDS,
    WAYS,
    Brand,
    Circulation,
    Config,
    ConfigFile,
    Excluded,
    Gate,
    MetricGroup,
    Peer,
    PeerRule,
    Source,
    Target,
)
from peerbench.core import tree
from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.core.metric import MetricDefinition
from peerbench.core.periods import WINDOWS
from peerbench.project import find_root
from peerbench.schedule import Schedule

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from peerbench.config.brand_shapes import BrandShape
    from peerbench.config.model import CirculationShape, CustomMetricShape, PeerRuleShape, PeerShape, Settings
    from peerbench.config.running_shapes import DeliverShape, GateShape, MailShape, ScheduleShape
    from peerbench.config.source_shapes import SourceShape

CHECK: Final = "config.shape"
Keys = tuple[str | int, ...]


def load(
    path: Path, *, root: Path | None = None, files: bool = True, text: bytes | None = None
) -> tuple[Config | None, tuple[Finding, ...]]:
    """The config at `path`, and everything wrong with its shape.

    A Config comes back even beside errors wherever its sound parts allow, so that `config.check.check` can add what is
    wrong with their meaning and the user sees everything in one go. It may be built only if no finding is an error.
    Paths in findings are relative to `root`, the nearest folder above that holds configs/. Without `files` it is not
    looked whether the files that it names are there. text: what stands at `path`, where no file lies there.
    """
    path = Path(os.path.abspath(path))
    root = Path(find_root(str(path.parent))) if root is None else Path(os.path.abspath(root))
    chain = chains.read(path, root, text=text)
    if chain.node is None:
        return None, chains.with_excerpts(chain.findings, chain.files)
    document, settings, findings = _settings(_Document.of(chain))
    findings = (*chain.findings, *_name(path, root), *findings)
    config = None if settings is None else _config(settings, path, root, chain, document)
    if config is not None:
        there = (*_folders(config), *_brand_files(config), *_texts(config)) if files else ()
        findings = (*findings, *there)
    return config, chains.with_excerpts(_in_order(findings, chain), chain.files)


def _in_order(findings: tuple[Finding, ...], chain: chains.Chain) -> tuple[Finding, ...]:
    """By file of the chain, then by line: the order in which a user goes through the file."""
    files = [file.path for file in chain.files]
    return tuple(sorted(findings, key=lambda found: _position(found.origin, files)))


def _position(origin: Origin, files: list[str]) -> tuple[int, int, int]:
    rank = files.index(origin.file) if origin.file in files else -1
    return rank, origin.line or 0, origin.column or 0


def _name(path: Path, root: Path) -> tuple[Finding, ...]:
    # The file's name becomes a folder of output/.
    if re.fullmatch(r"\w[\w.-]{0,99}", path.stem):
        return ()
    message = f"'{path.name}' cannot name a brief"
    hint = "Rename the file: letters, digits, '.', '_' and '-' only."
    return (Finding(CHECK, "error", message, hint, Origin(chains.shown(path, root))),)


# ---- shape: pydantic, its errors as findings -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Document:
    """The merged file as plain values, and where each key and each value of it stands."""

    values: dict[str, Any]
    keys: Mapping[Keys, Origin]
    places: Mapping[Keys, Origin]
    file: str
    whole: bool

    @staticmethod
    def of(chain: chains.Chain) -> _Document:
        assert chain.node is not None
        found = list(tree.places(chain.node))
        keys = {path: key for path, key, _ in found}
        places = {path: value for path, _, value in found}
        return _Document(tree.plain(chain.node), keys, places, chain.files[0].path, chain.whole)

    def dotted(self, places: Mapping[Keys, Origin]) -> dict[str, Origin]:
        """Dotted key → place, for the keys that have a value."""
        return {".".join(map(str, path)): place for path, place in places.items() if self._says(path)}

    def _says(self, path: Keys) -> bool:
        holder: Any = self.values
        for key in path:
            if not _holds(holder, key):
                return False
            holder = holder[key]
        return True

    def place(self, keys: Keys) -> Origin:
        return next(self.places[keys[:end]] for end in range(len(keys), -1, -1) if keys[:end] in self.places)


def _settings(document: _Document) -> tuple[_Document, Settings | None, tuple[Finding, ...]]:
    """The document without its mistakes, what that says, and the mistakes."""
    from pydantic import ValidationError

    from peerbench.config.model import Settings

    missing = (*_missing(document), *_empty_unknown(document))
    try:
        return document, Settings.model_validate(document.values), missing
    except ValidationError as error:
        errors = error.errors(include_url=False)
    findings = (*missing, *(_finding(error, document) for error in errors))
    sound = replace(document, values=_pruned(document.values, errors))
    try:
        return sound, Settings.model_validate(sound.values), findings
    except ValidationError:
        return sound, None, findings


def _empty_unknown(document: _Document) -> tuple[Finding, ...]:
    """Unknown keys without a value. They say nothing, but a comma inside { } makes one of half a sentence."""
    from peerbench.config.model import shape_at

    return tuple(
        replace(_unknown_key(path, document), hint='Put text with a comma or a colon in it in quotes: "…, …".')
        for path in document.keys
        if path
        and isinstance(path[-1], str)
        and (shape := shape_at(path[:-1]))
        and path[-1] not in shape.model_fields
        and _at(document.values, path) is None
    )


def _at(values: Any, path: Keys) -> Any:
    """The value at a path; None where there is none."""
    for key in path:
        inside = values.get(key) if isinstance(values, dict) else None
        values = values[key] if isinstance(values, list) and isinstance(key, int) else inside
    return values


def _missing(document: _Document) -> tuple[Finding, ...]:
    """Required keys that are not there. Every field of a shape has a default, so pydantic does not ask for them."""
    return tuple(
        _missing_key(name, path, document)
        for path, value in [((), document.values), *_members(document.values)]
        for name in _required(path, value)
        if value.get(name, "") == ""
        and (path or document.whole)  # what is missing may stand in a file that was not read
    )


def _members(values: dict[str, Any]) -> list[tuple[Keys, dict[str, Any]]]:
    """Every mapping that may be a shape of its own: one or two levels down, inside sources at any depth."""
    found: list[tuple[Keys, dict[str, Any]]] = []
    for name, value in values.items():
        inside: list[tuple[Keys, Any]] = [((name, key), item) for key, item in _entries(value)]
        while inside:
            path, item = inside.pop(0)
            if isinstance(item, dict):
                found.append((path, item))
            if name in ("sources", "deliver"):
                inside += [((*path, key), deeper) for key, deeper in _entries(item)]
    return found


def _entries(value: Any) -> list[tuple[str | int, Any]]:
    if isinstance(value, list):
        return list(enumerate(value))
    return list(value.items()) if isinstance(value, dict) else []


def _required(path: Keys, value: dict[str, Any]) -> tuple[str, ...]:
    from peerbench.config.model import shape_at

    shape = shape_at(path)
    kinds = {"sources": SOURCE_KINDS, "deliver": WAYS}.get(str(path[0]), ()) if len(path) == 2 else ()
    if shape is None or any(key in kinds for key in value):
        return ()  # a source names one of its kinds; that it is no dataset is nothing it lacks
    many = {"subject"} if not path and "subjects" in value else set()  # a pattern's subjects are those of its members
    return tuple(name for name in shape.required if name not in _meant(value, shape.model_fields) | many)


def _meant(value: Mapping[str, Any], known: Iterable[str]) -> set[str]:
    """The keys that misspelt ones were meant to be: told once, as unknown, not again as missing."""
    names = list(known)
    return {near for key in value if key not in names for near in get_close_matches(key, names, n=1, cutoff=0.6)}


def _missing_key(name: str, path: Keys, document: _Document) -> Finding:
    from peerbench.config.model import shape_at

    shape = shape_at(path)
    field = shape.model_fields[name] if shape else None
    where = f"{_dotted(path)} has no '{name}'" if path else f"'{name}' is missing"
    above = document.place(path) if path else Origin(document.file)
    hint = f"Add it: {field.description}" if field else ""
    return Finding(CHECK, "error", where, hint, document.places.get((*path, name)) or above)


def _finding(error: ErrorDetails, document: _Document) -> Finding:
    path = _keys(error)
    if error["type"] == "extra_forbidden":
        return _unknown_key(path, document)
    message, hint = _sentence(error)
    is_key = error["loc"][-1:] == ("[key]",)
    origin = document.keys.get(path) if is_key else None
    return Finding(
        CHECK, "error", f"{_dotted(path[:-1] if is_key else path)}: {message}", hint, origin or document.place(path)
    )


def _unknown_key(path: Keys, document: _Document) -> Finding:
    from peerbench.config.model import shape_at

    key, origin = str(path[-1]), document.keys.get(path) or document.place(path)
    shape = shape_at(path[:-1])
    hint = did_you_mean(key, shape.model_fields if shape else ())
    inside = f" in {_dotted(path[:-1])}" if path[:-1] else ""
    return Finding("config.key", "error", f"unknown key '{key}'{inside}", hint, origin)


def _keys(error: ErrorDetails) -> Keys:
    """The path of an error, without what pydantic adds: that it is a key, which of two shapes it was read as."""
    return tuple(part for part in error["loc"] if part not in ("[key]", "[list]", "[rule]"))


_KINDS: Final = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
}


def _sentence(error: ErrorDetails) -> tuple[str, str]:
    context = error.get("ctx", {})
    if error["type"] == "bench":
        return str(context["sentence"]), str(context["hint"])
    expected = _KINDS.get(error["type"])
    if expected is not None:
        return f"expected {expected}, received {_received(error['input'])}", _shape_hint(error)
    if error["type"] in ("too_long", "string_too_long") and isinstance(error["input"], str):
        return f"{len(error['input']):,} characters where {context['max_length']:,} are the most", ""
    return f"{error['msg'][:1].lower()}{error['msg'][1:]}", ""


def _received(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    kind = "the number " if isinstance(value, int | float) else ""
    text = str(value)
    return f"{kind}'{text[:60]}…'" if len(text) > 60 else f"{kind}'{text}'"


def _shape_hint(error: ErrorDetails) -> str:
    name, value = error["loc"][0], error["input"]
    if error["type"] == "model_type" and name == "peers":
        return f"Write {{company: {value if isinstance(value, str) else '…'}, why: …}}."
    if error["type"] == "model_type" and name == "sources":
        return f"Write {{dataset: {value if isinstance(value, str) else '…'}}}."
    if error["type"] == "list_type" and isinstance(value, str):
        return f"Write [{value}]."
    if error["type"] == "string_type" and isinstance(value, bool | float):
        return "Put it in quotes to keep it as text."
    return ""


def _dotted(path: Keys) -> str:
    """peers.0.company as a user says it: peers[1].company, counting from 1."""
    return "".join(f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")


def _pruned(values: dict[str, Any], errors: list[ErrorDetails]) -> dict[str, Any]:
    """A copy without the mistakes: keys drop out, list items become empty, so that positions still match the file."""
    import copy

    from peerbench.config.scalars import Lost

    sound = copy.deepcopy(values)
    for error in errors:
        path = _keys(error)
        holder: Any = sound
        for key in path[:-1]:
            holder = holder[key] if _holds(holder, key) else None
        if not path or not _holds(holder, path[-1]):
            continue
        if isinstance(holder, list):
            holder[int(path[-1])] = {} if error["type"] == "model_type" else Lost()
        else:
            del holder[path[-1]]
    return sound


def _holds(holder: object, key: str | int) -> bool:
    if isinstance(holder, list):
        return isinstance(key, int) and key < len(holder)
    return isinstance(holder, dict) and key in holder


# ---- values ----------------------------------------------------------------------------------------------------------


def _config(settings: Settings, path: Path, root: Path, chain: chains.Chain, document: _Document) -> Config:
    texts = {one.file: chains.text(root / one.file, root) for one in settings.claims_in_circulation if one.file}
    custom = tuple(_metric(name, shape, chain.files[0].path) for name, shape in settings.custom_metrics.items())
    return Config(
        name=path.stem,
        path=path,
        root=root,
        subject="" if _of_many(document, chain) else settings.subject,
        as_of=settings.as_of,
        currency=settings.currency,
        sources=tuple(_source(shape, root) for shape in settings.sources),
        peers=_peers(settings.peers),
        excluded=tuple(Excluded(out.company, out.why, out.name) for out in settings.excluded),
        metrics=_groups(settings.metrics, custom),
        custom_metrics=custom,
        segments={company: (one.segment, one.label or one.segment) for company, one in settings.segments.items()},
        not_shown=settings.not_shown,
        audiences=tuple(settings.audiences),
        outputs=tuple(settings.outputs),
        checks=dict(settings.checks),
        title=settings.title,
        series=settings.series,
        sector_label=settings.sector_label,
        issue=settings.issue,
        published=settings.published,
        desk=settings.desk,
        reviewer=settings.reviewer,
        conflicts=settings.conflicts,
        disclosures=tuple(settings.disclosures),
        legal=settings.legal,
        languages=tuple(settings.languages),
        page=settings.page,
        length=settings.length,
        brand=_brand(settings.brand, root),
        since=settings.since,
        schedule=_schedule(settings.schedule),
        gate=_gate(settings.gate),
        ledger_file=settings.ledger.file,
        ledger_variable=settings.ledger.url_env,
        deliver=tuple(_target(shape, settings.mail) for shape in settings.deliver),
        circulation=tuple(_circulation(shape, texts, root) for shape in settings.claims_in_circulation),
        files=(*chain.files, *(file for file in texts.values() if file is not None)),
        attachments=settings.attachments,
        signing_variable=settings.sign.key_env,
        subjects="" if settings.subject and not _of_many(document, chain) else settings.subjects.where,
        at_most=settings.subjects.at_most,
        peer_rule=_peer_rule(settings.peers),
        places=document.dotted(document.places),
        key_places=document.dotted(document.keys),
    )


def _of_many(document: _Document, chain: chains.Chain) -> bool:
    """Whether `subjects` stands in a nearer file than a `subject` that another config left for it to replace."""
    files = [file.path for file in chain.files]
    one, many = (document.places.get((key,)) for key in ("subject", "subjects"))
    return one is not None and many is not None and files.index(many.file) < files.index(one.file)


def _peers(shape: list[PeerShape] | PeerRuleShape) -> tuple[Peer, ...]:
    named = shape if isinstance(shape, list) else ()
    return tuple(Peer(peer.company, peer.role, peer.why, peer.grade) for peer in named)


def _peer_rule(shape: list[PeerShape] | PeerRuleShape) -> PeerRule | None:
    if isinstance(shape, list):
        return None
    return PeerRule(
        shape.n, min(shape.least, shape.n), tuple(dict.fromkeys(shape.same)), tuple(dict.fromkeys(shape.by))
    )


def _circulation(shape: CirculationShape, texts: Mapping[str, ConfigFile | None], root: Path) -> Circulation:
    """Quoted statements, and the text of a file that could be read."""
    file = texts.get(shape.file)
    read = ("\n".join(file.lines),) if file is not None else ()
    where = _in_project(root, shape.file) if shape.file else None
    return Circulation(shape.source, shape.date, shape.url, shape.about, (*shape.statements, *read), where)


def _source(shape: SourceShape, root: Path) -> Source:
    """The first kind that the entry names; that it names two is told by the check of meaning."""
    if shape.dataset or not any(getattr(shape, kind) for kind in _NESTED):
        return _dataset(shape, root)
    if shape.plugin:
        return Source(shape.plugin, shape.name or shape.plugin, None, dict(shape.settings))
    kind = next(kind for kind in _NESTED if getattr(shape, kind))
    inner = getattr(shape, kind)
    if kind == "files":
        tables = [table.model_dump() for table in inner]
        return Source(kind, shape.name or _first_path(tables), None, {"tables": tables})
    settings = inner.model_dump()
    place = str(settings.get("folder") or settings.get("file") or "")
    name = shape.name or _CALLED.get(kind) or place or kind
    return Source(kind, name, _path(place, root) if place else None, settings)


_CALLED: Final = {"sec": "SEC company facts", "ecb": "ECB reference rates"}  # what the register calls a source
_NESTED: Final = ("sec", "xbrl", "files", "sql", "ecb", "yfinance", "plugin")


def _first_path(tables: list[dict[str, Any]]) -> str:
    return str(tables[0]["path"]) if tables else "files"


def _dataset(shape: SourceShape, root: Path) -> Source:
    """A bare word is a shipped dataset; anything with a slash or a leading dot is a folder of the project."""
    name = shape.dataset
    is_folder = "/" in name or "\\" in name or name.startswith((".", "~"))
    settings = {"folder": name} if is_folder else {}
    return Source("dataset", shape.name or name, _path(name, root) if is_folder else None, settings)


def _path(text: str, root: Path) -> Path:
    return Path(os.path.abspath(root / Path(text).expanduser()))


def _brand(shape: BrandShape, root: Path) -> Brand:
    fonts = shape.fonts.model_dump(exclude={"folder"})
    return Brand(
        shape.theme,
        _in_project(root, shape.logo) if shape.logo else None,
        {name: colour for name, colour in shape.colours.model_dump().items() if colour},
        {name: colour for name, colour in shape.dark.model_dump().items() if colour},
        {face: _in_project(root, Path(shape.fonts.folder) / name) for face, name in fonts.items() if name},
    )


def _schedule(shape: ScheduleShape) -> Schedule:
    age = schedules.length(shape.max_age) if shape.max_age else None
    return Schedule(shape.cron, shape.zone, shape.when, shape.catch_up, age, shape.refresh)


def _gate(shape: GateShape) -> Gate:
    wait = schedules.length(shape.wait) if shape.wait else None
    held = (shape.blank == "hold", shape.unchanged == "hold")
    return Gate(shape.prices_within, shape.minimum_peers, *held, wait)


def _target(shape: DeliverShape, mail: MailShape) -> Target:
    """The first kind that the entry names; that it names two is told by the check of meaning."""
    kind, settings = "folder", {"folder": shape.folder}
    if shape.to:
        kind, settings = "mail", mail.model_dump()
    elif shape.webhook is not None or shape.s3 is not None:
        kind = "webhook" if shape.webhook is not None else "s3"
        settings = (shape.webhook or shape.s3 or shape).model_dump()
    recipients, settings = tuple(dict.fromkeys(shape.to)), {**settings, "link": shape.link}
    audiences, formats = tuple(shape.audiences), tuple(shape.formats)
    return Target(kind, shape.name or kind, audiences, formats, recipients, settings, shape.language)


def _in_project(root: Path, name: str | Path) -> Path:
    return Path(os.path.abspath(root / name))


def _groups(metrics: Mapping[str, list[str]], custom: tuple[MetricDefinition, ...]) -> tuple[MetricGroup, ...]:
    """The groups in their order. A custom metric that no group lists joins its own group: defined means wanted."""
    groups = {name: list(ids) for name, ids in metrics.items()}
    listed = {metric for ids in groups.values() for metric in ids}
    for definition in custom:
        if definition.id not in listed:
            groups.setdefault(definition.group, []).append(definition.id)
    return tuple(MetricGroup(name, tuple(ids)) for name, ids in groups.items() if ids)


def _metric(name: str, shape: CustomMetricShape, file: str) -> MetricDefinition:
    label = shape.label or name
    return MetricDefinition(
        id=name,
        label=label,
        short=shape.short or label,
        group=shape.group,
        formula=shape.formula,
        unit=shape.unit,  # type: ignore[arg-type]  # aliases such as percent are resolved by the shape
        better=shape.better,
        definition=shape.definition or f"{label}: {shape.formula}.",
        source=shape.source or "defined for this brief",
        period=_period(shape.formula),
        positive=tuple(shape.positive),
        excluded_above=shape.excluded_above,
        basis=shape.basis,
        compare="gap" if shape.unit == "fraction" else "premium",
        origin=file,
    )


def _period(formula: str) -> str:
    """The first window that the formula names."""
    return next((word for word in re.findall(r"\w+", formula) if word in WINDOWS), "")


# ---- what the machine has --------------------------------------------------------------------------------------------


def _folders(config: Config) -> tuple[Finding, ...]:
    """Folders and files of sources that are not there."""
    found: list[Finding] = []
    for index, source in enumerate(config.sources):
        named = str(source.settings.get("folder") or "")
        if source.folder is not None and not source.folder.exists():
            key = "folder" if named else "file"
            what, keys = ("folder", ["dataset"]) if source.kind == "dataset" else (key, [source.kind, key])
            said = named or str(source.settings.get("file"))
            hint = "Paths begin at the folder that holds configs/."
            message = f"there is no {what} '{said}'"
            found.append(config.finding("config.source", message, "sources", index, *keys, hint=hint))
    return tuple(found)


def _brand_files(config: Config) -> tuple[Finding, ...]:
    """A logo or font that is not in the project: what a brief is made from travels with it."""
    named = (("logo", config.brand.logo), *((f"fonts.{face}", path) for face, path in config.brand.fonts.items()))
    return tuple(
        config.finding("config.brand", message, "brand", *key.split("."), hint="Paths begin at the project's folder.")
        for key, path in named
        if path is not None and (message := _not_there(path, config.root))
    )


def _texts(config: Config) -> tuple[Finding, ...]:
    """Texts in circulation that are not in the project, or are no text."""
    read = {file.file for file in config.files}
    found = []
    for index, one in enumerate(config.circulation):
        if one.file is None:
            continue
        message = _not_there(one.file, config.root)
        if not message and one.file not in read:
            message = (
                f"'{chains.shown(one.file, config.root)}' is not a text in UTF-8 of {tree.MAX_BYTES:,} bytes at most"
            )
        if message:
            keys = ("claims_in_circulation", index, "file")
            found.append(
                config.finding("config.circulation", message, *keys, hint="Paths begin at the project's folder.")
            )
    return tuple(found)


def _not_there(path: Path, root: Path) -> str:
    name = chains.shown(path, root)
    if not path.resolve().is_relative_to(root.resolve()):
        return f"'{name}' lies outside of the project"
    return "" if path.is_file() else f"there is no file '{name}'"

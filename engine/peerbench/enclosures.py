"""What a brief carries, so that a stranger can compute it again: its data, its config, its lock and its manifest."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any, Final

import polars as pl

from peerbench import lookup
from peerbench.config.values import Config
from peerbench.core import frames
from peerbench.core.companies import Company, Line
from peerbench.core.dataset import Dataset, InputFile
from peerbench.core.enclosure import Enclosure
from peerbench.core.findings import Finding, Origin

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.json.sig"
READING: Final = "reading.json"
Sign = Callable[[bytes], bytes]
PARQUET: Final = "application/vnd.apache.parquet"
TABLES: Final = {  # of a dataset, by field; each is a file of the public contract
    "facts": "reported figures",
    "prices": "closing prices",
    "fx": "exchange rates",
    "estimates": "consensus estimates",
    "dividends": "dividends",
    "claims": "claims",
    "disagreements": "where two files say different things",
}
LIBRARIES: Final = ("altair", "fonttools", "Jinja2", "polars", "pydyf", "vl-convert-python", "weasyprint")
MAX_BYTES: Final = 64_000_000  # of all files together, unpacked
MAX_ROWS: Final = 5_000_000  # of one table
OWN: Final = (".j2", ".css", ".js", ".yaml")  # of a project's templates; typefaces may not be passed on


class BadEnclosure(ValueError):
    """A carried file that cannot be what it should be."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"{name} {reason}")


# ---- what a brief may rest on ----------------------------------------------------------------------------------------


def of_brief(data: Dataset, config: Config) -> Dataset:
    """The rows that a brief of these companies can rest on; those of others are left out before anything is computed.

    A rate is crossed through any currency that has both legs, so that the quoted currency decides.
    """
    return of_companies(data, config.companies, config.currency)


def of_companies(data: Dataset, companies: Iterable[str], currency: str) -> Dataset:
    """The rows that figures of these companies in a currency can rest on, and what was noticed of no other company."""
    named = {name: data.companies[name] for name in companies if name in data.companies}
    kept: dict[str, Any] = {name: _of(getattr(data, name), named) for name in TABLES if name != "fx"}
    lines = tuple(line for line in data.lines if line.company in named)
    used = {currency, *(company.reporting_currency for company in named.values()), *(x.currency for x in lines)}
    for frame in kept.values():
        used |= set(frame["currency"].drop_nulls().unique()) if "currency" in frame.columns else set()
    fx = data.fx.filter(pl.col("quote").is_in(sorted(used)))
    others = data.companies.keys() - named.keys()
    findings = tuple(finding for finding in data.findings if finding.subject not in others)
    return replace(data, companies=named, lines=lines, fx=fx, findings=findings, **kept)


def _of(frame: pl.DataFrame, companies: Iterable[str]) -> pl.DataFrame:
    return frame.filter(pl.col("company").is_in(sorted(companies))) if "company" in frame.columns else frame


# ---- packing ---------------------------------------------------------------------------------------------------------


def packed(
    config: Config, data: Dataset, lock: bytes, roots: tuple[Path, ...], audiences: Iterable[str]
) -> tuple[Enclosure, ...]:
    """Everything but the manifest, by name. data is as it was read; the same data is the same bytes."""
    if not config.attachments:
        return ()
    own = _own(config, roots, audiences)
    files = [_config_file(config, place) for place in range(len(config.files))]
    files += [Enclosure(name, path.read_bytes(), "text/plain", "A template of its own", "Source") for name, path in own]
    files.append(Enclosure(f"{config.name}.lock.json", lock, "application/json", "What was read", "Supplement"))
    return tuple(sorted((*files, *_tables(data)), key=lambda one: one.name.encode()))


def with_manifest(
    files: tuple[Enclosure, ...], manifest: Mapping[str, Any], sign: Sign | None = None
) -> tuple[Enclosure, ...]:
    """The files and the manifest that names and fingerprints them all, with its signature where there is one."""
    listed = {one.name: hashlib.sha256(one.data).hexdigest() for one in files}
    text = json.dumps({**manifest, "files": listed}, indent=1, ensure_ascii=False, sort_keys=True, default=str) + "\n"
    made = [Enclosure(MANIFEST, text.encode(), "application/json", "What this brief rests on", "Supplement")]
    if sign is not None:
        made.append(Enclosure(SIGNATURE, sign(text.encode()), "text/plain", "Signature of the manifest", "Supplement"))
    return tuple(sorted((*files, *made), key=lambda one: one.name.encode()))


def libraries() -> dict[str, str]:
    """The libraries that decide what a page looks like, with their versions."""
    return {name: version(name) for name in LIBRARIES}


def _config_file(config: Config, place: int) -> Enclosure:
    read = config.files[place]
    about = "The config of this brief" if place == 0 else "A config that it extends"
    text = read.file.read_bytes() if read.written is None else read.written
    if read.file in {one.file for one in config.circulation}:
        return Enclosure(read.path, text, "text/plain", "A text that it checks", "Source")
    return Enclosure(read.path, text, "application/yaml", about, "Source")


def _own(config: Config, roots: tuple[Path, ...], audiences: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """Templates, words and settings that are the project's own, and its logo, by their path in the project."""
    found = {root / lookup.THEME_FILE for root in roots[:-1] if (root / lookup.THEME_FILE).is_file()}
    for audience in audiences:
        found |= {path for layers in lookup.files(audience, roots).values() for path in layers}
    if config.brand.logo is not None:
        found.add(config.brand.logo)
    home = config.root.resolve()
    for path in found:
        inside = path.resolve().is_relative_to(home) and not path.resolve().is_relative_to(roots[-1])
        if inside and (path.suffix in OWN or path == config.brand.logo):
            yield path.resolve().relative_to(home).as_posix(), path


def _tables(data: Dataset) -> Iterator[Enclosure]:
    for name, about in TABLES.items():
        frame: pl.DataFrame = getattr(data, name)
        if frame.width:
            yield _table(name, frame, about)
    yield _table("companies", _listed(data.companies.values(), Company), "companies")
    yield _table("lines", _listed(data.lines, Line), "share lines")
    read = {"files": [asdict(file) for file in data.files], "findings": [asdict(finding) for finding in data.findings]}
    text = json.dumps(read, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    yield Enclosure(READING, text.encode(), "application/json", "Files read and what was noticed")


def _table(name: str, frame: pl.DataFrame, about: str) -> Enclosure:
    """Rows sorted, so that the same rows are the same bytes whatever order a database gave them in.

    Companies and share lines keep theirs, in which pages name them.
    """
    plain = [column for column, kind in frame.schema.items() if not kind.is_nested()]
    buffer = io.BytesIO()
    kept = frame.sort(plain) if name in TABLES else frame
    kept.write_parquet(buffer, compression="zstd", statistics=False)
    return Enclosure(f"{name}.parquet", buffer.getvalue(), PARQUET, f"The {about} that this brief rests on")


_KINDS: Final = {"str": pl.String, "int": pl.Int64, "float": pl.Float64, "bool": pl.Boolean, "date | None": pl.Date}


def _schema(record: type) -> dict[str, Any]:
    return {field.name: _KINDS[str(field.type)] for field in fields(record)}


def _listed(records: Iterable[Any], record: type) -> pl.DataFrame:
    return pl.DataFrame([asdict(one) for one in records], schema=_schema(record))


# ---- unpacking -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A project made of carried files: where its config lies, and the data as they were read."""

    config: Path
    data: Dataset


def changed(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Carried files that are not what the manifest says, each with what is wrong."""
    listed: Mapping[str, Any] = manifest["files"]
    own = (MANIFEST, SIGNATURE)
    here = {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name not in own}
    return (
        *(f"{name} has been changed" for name in sorted(here) if name in listed and listed[name] != here[name]),
        *(f"{name} is missing" for name in sorted(listed) if name not in here),
        *(f"{name} was not attached by peerbench" for name in sorted(here) if name not in listed),
    )


def unpacked(files: Mapping[str, bytes], manifest: Mapping[str, Any], folder: Path) -> Unpacked:
    """Write config and templates into `folder` and read the tables. Raises BadEnclosure; the folder must be empty."""
    if sum(map(len, files.values())) > MAX_BYTES:
        raise BadEnclosure("the files", f"hold more than {MAX_BYTES:,} bytes")
    home = folder / "a" / "b" / "c" / "project"  # a config may extend one that lies above its project
    config = str(manifest["config_path"])
    tables = {f"{name}.parquet" for name in (*TABLES, "companies", "lines")}
    told = {MANIFEST, SIGNATURE, READING, f"{manifest.get('brief')}.lock.json"}
    for name, data in files.items():
        if name in tables | told:
            continue
        target = (home / name).resolve()
        if PurePosixPath(name).is_absolute() or "\\" in name or not target.is_relative_to(folder.resolve()):
            raise BadEnclosure(name, "is no path inside of a project")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    if not (home / config).is_file():
        raise BadEnclosure(config, "is not among the files")
    return Unpacked(home / config, _dataset(files))


def _dataset(files: Mapping[str, bytes]) -> Dataset:
    tables = {name: _read(f"{name}.parquet", files) for name in TABLES if f"{name}.parquet" in files}
    companies = [Company(**row) for row in _rows("companies.parquet", files, Company)]
    lines = tuple(Line(**row) for row in _rows("lines.parquet", files, Line))
    reading = _reading(files)
    missing = {"facts", "prices", "fx"} - tables.keys()
    if missing:
        raise BadEnclosure(f"{min(missing)}.parquet", "is not among the files")
    for name, frame in tables.items():
        contract = getattr(frames, name.upper()).items()
        if wrong := [column for column, kind in contract if frame.schema.get(column) != kind]:
            raise BadEnclosure(f"{name}.parquet", f"lacks the column {wrong[0]}, or it is of another type")
    return Dataset(
        companies={one.company: one for one in companies},
        lines=lines,
        files=tuple(InputFile(str(one["path"]), str(one["sha256"])) for one in reading["files"]),
        findings=tuple(_finding(one) for one in reading["findings"]),
        **tables,
    )


def _read(name: str, files: Mapping[str, bytes]) -> pl.DataFrame:
    """A table, its size looked at before it is unpacked."""
    if name not in files:
        raise BadEnclosure(name, "is not among the files")
    try:
        rows = pl.scan_parquet(io.BytesIO(files[name])).select(pl.len()).collect().item()
        if rows > MAX_ROWS:
            raise BadEnclosure(name, f"holds more than {MAX_ROWS:,} rows")
        return pl.read_parquet(io.BytesIO(files[name]))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise BadEnclosure(name, "cannot be read as Parquet") from error


def _rows(name: str, files: Mapping[str, bytes], record: type) -> list[dict[str, Any]]:
    frame = _read(name, files)
    if dict(frame.schema) != _schema(record):
        raise BadEnclosure(name, f"has other columns than {', '.join(_schema(record))}")
    return frame.to_dicts()


def _reading(files: Mapping[str, bytes]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(files[READING])
        return {"files": list(found["files"]), "findings": list(found["findings"])}
    except (KeyError, ValueError, TypeError) as error:
        raise BadEnclosure(READING, "cannot be read") from error


def _finding(one: Mapping[str, Any]) -> Finding:
    try:
        return Finding(**{**one, "origin": Origin(**one["origin"])})
    except (KeyError, TypeError) as error:
        raise BadEnclosure(READING, "cannot be read") from error


def day(manifest: Mapping[str, Any]) -> date:
    """The brief's day. Raises BadEnclosure."""
    try:
        return date.fromisoformat(str(manifest["as_of"]))
    except (KeyError, ValueError) as error:
        raise BadEnclosure(MANIFEST, "names no day") from error

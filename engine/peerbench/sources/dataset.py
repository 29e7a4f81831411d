"""A dataset folder as frames: facts, prices, rates and companies, checked row by row, with a receipt per file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from peerbench.core.dataset import Dataset
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.sources import layout
from peerbench.sources.columns import header_faults
from peerbench.sources.merge import combine, rows
from peerbench.sources.payload import Payload
from peerbench.sources.shape import shaped
from peerbench.sources.table import SUFFIXES, Table, read

_SHIPPED: Final = Path(__file__).resolve().parents[1] / "datasets"
_READ: Final = frozenset(name + suffix for name in layout.COLUMNS for suffix in SUFFIXES)
Findings = tuple[Finding, ...]


def shipped_names() -> tuple[str, ...]:
    """The datasets that travel with the program."""
    return tuple(sorted(folder.name for folder in _SHIPPED.iterdir() if folder.is_dir() and folder.name[0] not in "._"))


def embedded(name: str) -> Path:
    """The folder of a data set that ships with the package."""
    known = shipped_names()
    if name not in known:
        message = f"no data set named '{name}' ships with peerbench."
        raise UnusableRequest((Finding("unknown-dataset", "error", message, did_you_mean(name, known), subject=name),))
    return _SHIPPED / name


def load(folder: Path, *, shown_as: str = "") -> tuple[Dataset, Findings]:
    """The data set in a folder and what was noticed; UnusableRequest, with every mistake, where it cannot be read.

    Empty cells are null. Rows that break a rule are left out and named by a finding "quarantine".
    """
    dataset = combine((read_folder(folder, shown_as=shown_as),))
    return dataset, dataset.findings


def facts(path: Path) -> tuple[pl.DataFrame, Findings]:
    """A facts file by itself, of whatever companies, as FACTS, and what was noticed; UnusableRequest: it is unreadable.

    Rows that break a rule are left out and named by a finding "quarantine".
    """
    table, seen = read(path, shown=str(path))
    found = (*seen, *(header_faults(table, layout.COLUMNS["facts"]) if table else ()))
    errors = tuple(finding for finding in found if finding.severity == "error")
    if table is None or errors:
        raise UnusableRequest(errors)
    frame, said = rows("facts", table, layout.Known(tuple(table.frame["company"].drop_nulls().unique())))
    return shaped({"facts": frame})["facts"], (*found, *said)


def read_folder(folder: Path, *, shown_as: str = "", partial: bool = False) -> Payload:
    """The folder's tables, unchecked but for their form. A `partial` one is one of several: any may lack."""
    shown = shown_as or str(folder)
    tables, formal = _tables(folder, shown, partial)
    return Payload(shown, tables, formal)


# ---- files ----------------------------------------------------------------------------------------------------------


def _tables(folder: Path, shown: str, partial: bool) -> tuple[dict[str, Table], Findings]:
    """Every table of the folder by name, in the contract's order; raises with every fault of every file."""
    if not folder.is_dir():
        near = [path.name for path in folder.parent.iterdir() if path.is_dir()] if folder.parent.is_dir() else []
        hint = did_you_mean(folder.name, near)
        raise UnusableRequest((Finding("no-folder", "error", "there is no such dataset folder.", hint, Origin(shown)),))
    names = _names(folder, shown)
    tables: dict[str, Table] = {}
    findings: list[Finding] = list(_strangers(names, shown))
    for name in (*layout.REQUIRED, *layout.OPTIONAL):
        file, faults = _file(name, names, shown, partial)
        findings += faults
        if file:
            table, seen = read(folder / file, shown=f"{shown}/{file}")
            findings += seen
            if table:
                findings += header_faults(table, layout.COLUMNS[name])
                tables[name] = table
    if errors := tuple(finding for finding in findings if finding.severity == "error"):
        raise UnusableRequest(errors)
    return tables, tuple(findings)


def _names(folder: Path, shown: str) -> tuple[str, ...]:
    """The tables in the folder; whatever else lies there is nobody's business."""
    try:
        return tuple(sorted(path.name for path in folder.iterdir() if path.suffix.lower() in SUFFIXES))
    except OSError as error:
        message = f"the dataset folder cannot be listed: {error.strerror}."
        raise UnusableRequest((Finding("no-folder", "error", message, "", Origin(shown)),)) from error


def _file(name: str, names: tuple[str, ...], shown: str, partial: bool) -> tuple[str, Findings]:
    found = [f"{name}{suffix}" for suffix in SUFFIXES if f"{name}{suffix}" in names]
    if len(found) > 1:
        message = f"both {found[0]} and {found[1]} are there."
        return "", (Finding("two-files", "error", message, "Remove one.", Origin(shown)),)
    if found or partial or name in layout.OPTIONAL:
        return "".join(found), ()
    others = [other for other in names if other not in _READ]
    hint = did_you_mean(f"{name}.csv", others)
    return "", (Finding("missing-file", "error", f"{name}.csv is missing.", hint, Origin(shown)),)


def _strangers(names: tuple[str, ...], shown: str) -> Iterator[Finding]:
    """Tables of unknown name, which nothing reads: perhaps a misspelt optional file."""
    for name in names:
        if name not in _READ:
            hint = did_you_mean(name.rsplit(".", 1)[0], layout.COLUMNS)
            yield Finding("unknown-file", "note", f"{name} is not read.", hint, Origin(f"{shown}/{name}"))

"""A sheet of cells as people keep it, CSV, Parquet or Excel, as rows of text with their row numbers."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import polars as pl

from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.sources.archive import Archive, BadArchive, weighed
from peerbench.sources.formulas import without_value

MAX_BYTES: Final = 200_000_000
MAX_CELLS: Final = 20_000_000
EXCEL: Final = (".xlsx", ".xlsm")
_XML_HEAD: Final = 65_536
_CELL: Final = re.compile(rb"""<c\b[^>]*?\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")


class NotAGrid(ValueError):
    """A file that no cells can be read from: why, and the way out."""

    def __init__(self, why: str, hint: str = "") -> None:
        self.why, self.hint = why, hint
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Grid:
    """The header's names and the rows below it: each its number in the file, counted from 1, and its cells."""

    shown: str
    sha256: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    findings: tuple[Finding, ...] = ()

    def fault(self, message: str, hint: str = "") -> Finding:
        return Finding("file-mapping", "error", f"{self.shown} {message}", hint, Origin(self.shown))


@dataclass(frozen=True, slots=True)
class Form:
    """How the file is written, as declared: nothing of it is guessed."""

    sheet: str = ""
    skip: int = 0
    separator: str = ","
    encoding: str = "utf-8-sig"


def read(path: Path, shown: str, form: Form) -> Grid:
    """The grid of a file, or NotAGrid."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise NotAGrid(f"is {path.stat().st_size:,} bytes, more than {MAX_BYTES:,}", "Split it.")
        data = path.read_bytes()
    except OSError as error:
        raise NotAGrid(f"cannot be read: {error.strerror}") from error
    digest = hashlib.sha256(data).hexdigest()
    kind = path.suffix.lower()
    findings: tuple[Finding, ...] = ()
    if kind == ".parquet":
        cells = _parquet(data)
    elif kind in EXCEL:
        cells, findings = _excel(data, form.sheet, shown)
    elif data.startswith(b"PK") or kind in (".xls", ".xlsb", ".ods", ".numbers"):
        raise NotAGrid(f"is no {kind or 'file'} that is read", "Save it as .xlsx or CSV.")
    else:
        cells = _csv(data, form)
    grid = _grid(cells, shown, digest, form.skip)
    return replace(grid, findings=(*findings, *grid.findings)) if findings else grid


def _grid(cells: Sequence[Sequence[str]], shown: str, digest: str, skip: int) -> Grid:
    numbered = [(number, [cell.strip() for cell in row]) for number, row in enumerate(cells, start=1)]
    filled = [(number, row) for number, row in numbered if number > skip and any(row)]
    if not filled:
        raise NotAGrid("is empty below the rows skipped" if skip else "is empty", "A header and rows were expected.")
    _, header = filled[0]
    while header and not header[-1]:
        header.pop()
    twice = next((name for name in header if name and header.count(name) > 1), "")
    if twice:
        raise NotAGrid(f"names column '{twice}' twice", "Rename or remove one.")
    width = len(header)
    rows: list[tuple[int, tuple[str, ...]]] = []
    findings: list[Finding] = []
    for number, row in filled[1:]:
        if any(row[width:]):
            message = f"row left out (long-row): {len(row)} cells where the header has {width}."
            hint = "Is the separator right, and are cells quoted that hold it?"
            findings.append(Finding("quarantine", "warning", message, hint, Origin(shown, number)))
        else:
            rows.append((number, tuple((*row, *[""] * (width - len(row)))[:width])))
    return Grid(shown, digest, tuple(header), tuple(rows), tuple(findings))


# ---- kinds of files -------------------------------------------------------------------------------------------------


def _csv(data: bytes, form: Form) -> list[list[str]]:
    try:
        text = data.decode(form.encoding)
    except UnicodeDecodeError as error:
        why = f"is not {form.encoding.removesuffix('-sig')}: byte 0x{data[error.start]:02x} at {error.start:,}"
        raise NotAGrid(why, "Declare its encoding, e.g. encoding: cp1252.") from error
    except LookupError as error:
        raise NotAGrid(f"has an unknown encoding '{form.encoding}' declared", "Write e.g. utf-8 or cp1252.") from error
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=form.separator, strict=True))
    except csv.Error as error:
        raise NotAGrid(f"cannot be split into cells: {error}", "Check the quotes and the separator.") from error


def _parquet(data: bytes) -> list[list[str]]:
    try:
        frame = pl.read_parquet(io.BytesIO(data))
        text = frame.select(pl.all().cast(pl.String)).fill_null("")
    except (pl.exceptions.PolarsError, OSError) as error:
        raise NotAGrid(f"is not a readable Parquet file: {str(error).splitlines()[0]}") from error
    return [list(frame.columns), *(list(row) for row in text.iter_rows())]


def _excel(data: bytes, sheet: str, shown: str) -> tuple[list[list[str]], tuple[Finding, ...]]:
    try:
        archive = weighed(data)
        _no_entities(archive)
        _bounded(archive)
    except BadArchive as error:
        raise NotAGrid(error.why, error.hint) from error
    try:
        import python_calamine as calamine
    except ImportError as error:
        hint = "Install the extra: pip install 'peerbench[excel]'."
        raise NotAGrid("is an Excel file, and nothing to read it is installed", hint) from error
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        name = _sheet(book.sheet_names, sheet)
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except calamine.CalamineError as error:
        raise NotAGrid(f"is not a readable Excel file: {error}", "Save it anew, without a password.") from error
    return [[_text(cell) for cell in row] for row in rows], tuple(_unworked(archive, name, shown))


def _unworked(archive: Archive, sheet: str, shown: str) -> Iterator[Finding]:
    if bare := without_value(archive, sheet):
        listed = ", ".join(bare[:5]) + (", …" if len(bare) > 5 else "")
        many = "formula has" if len(bare) == 1 else "formulas have"
        message = f"{shown}: {len(bare)} {many} no value ({listed}); nothing is read of them."
        hint = "Open the file in a spreadsheet program and save it: a program wrote formulas and no results."
        yield Finding("quarantine", "warning", message, hint, Origin(shown))


def _sheet(names: Sequence[str], wanted: str) -> str:
    if wanted in names:
        return wanted
    if not wanted and len(names) == 1:
        return names[0]
    if not wanted:
        raise NotAGrid(f"has {len(names)} sheets and none is named", f"Add sheet: one of {', '.join(names)}.")
    raise NotAGrid(f"has no sheet '{wanted}'", did_you_mean(wanted, names))


def _no_entities(archive: Archive) -> None:
    """A sheet declares no document type; entities are how a small file unfolds without end."""
    for name in archive.names:
        if name.endswith((".xml", ".rels")):
            head = archive.head(name, _XML_HEAD).upper()
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise BadArchive(f"declares entities in '{name}', which a sheet never does", "It looks like a bomb.")


def _bounded(archive: Archive) -> None:
    """A cell at the far corner makes a reader fill in everything up to it."""
    for name in archive.names:
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            found = [match.groups() for match in _CELL.finditer(archive.read(name))]
            widest = max((_number(letters) for letters in {letters for letters, _ in found}), default=0)
            deepest = max((int(row) for _, row in found), default=0)
            if widest * deepest > MAX_CELLS:
                raise BadArchive(f"has cells far from the others in '{name}'", "Delete the empty rows and columns.")


def _number(letters: bytes) -> int:
    """The column that letters name: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _text(cell: Any) -> str:
    """A cell of Excel as text that says the same: whole numbers without a point, days as year-month-day."""
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time().isoformat() == "00:00:00" else cell.isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)

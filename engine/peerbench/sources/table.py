"""Tables as people write them: a CSV or Parquet file read whole, every mistake of form collected by line and column.

A CSV cell is text until columns.py casts it. Line numbers count from 1 and stand in the column ROW.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from peerbench.core.findings import Finding, Origin, Severity

ROW: Final = "__row"
PLACE: Final = "__place"  # of a table made by a program: where a row stands, in words
SUFFIXES: Final = (".csv", ".parquet")
LISTED: Final = 50  # rows named per mistake; the others are counted
_CONFLICT: Final = re.compile(r"^(<{7}|={7}|>{7}|\|{7})( .*)?\r?$", re.MULTILINE)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
CONTROL_PATTERN: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\x{202a}-\x{202e}\x{2066}-\x{2069}]"
_TOTALS: Final = frozenset({"total", "totals", "subtotal", "sub-total", "grand total", "sum", "average", "mean"})
_FOREIGN: Final = (
    (b"PK\x03\x04", "an Excel or zip file", "Export the sheet as CSV (UTF-8)."),
    (b"PAR1", "a Parquet file", "Name it .parquet."),
    (b"\xff\xfe", "UTF-16 text", "Save it as UTF-8."),
    (b"\xfe\xff", "UTF-16 text", "Save it as UTF-8."),
    (b"\x1f\x8b", "a gzip file", "Unpack it first."),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows with its receipt. `lines` are the CSV's own, for excerpts; none for Parquet."""

    frame: pl.DataFrame
    shown: str
    sha256: str
    lines: tuple[str, ...] = ()
    head: tuple[int, int] | tuple[()] = ()  # line and column of the header
    where: str = ""  # of a table that is no file: the column whose text tells a row's place

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for name in self.frame.columns if name not in (ROW, PLACE))

    def origin(self, row: int, column: str = "") -> Origin:
        """Where a cell stands: line and column of a CSV, the row's number of a Parquet file."""
        if self.where:
            cell = self.frame.filter(pl.col(ROW) == row)[self.where]
            return Origin(self.shown, locator=str(cell[0]) if len(cell) else f"row {row}")
        if not self.lines:
            return Origin(self.shown, locator=f"row {row}")
        if column not in self.columns:
            return Origin(self.shown, row)
        line, place = _place(self.lines, row, self.columns.index(column))
        return Origin(self.shown, line, place)

    def excerpt(self, row: int) -> str:
        """The row's first line as the user wrote it, cut to a width that a terminal can show."""
        return _visible(self.lines[row - 1]) if self.lines else ""


def read(path: Path, *, shown: str) -> tuple[Table | None, tuple[Finding, ...]]:
    """The table, or None with errors when the file is unusable as a whole; warnings name rows left out."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return None, (fault(shown, "unreadable-file", f"cannot be read: {error.strerror}."),)
    if path.suffix == ".parquet":
        return _parquet(data, shown, hashlib.sha256(data).hexdigest())
    return parse(data, shown=shown)


def parse(data: bytes, *, shown: str) -> tuple[Table | None, tuple[Finding, ...]]:
    """The table of CSV bytes, as `read` gives it."""
    digest = hashlib.sha256(data).hexdigest()
    text, faults = _decode(data, shown)
    if text is None:
        return None, faults
    return _csv(text, shown, digest)


# ---- Parquet --------------------------------------------------------------------------------------------------------


def _parquet(data: bytes, shown: str, digest: str) -> tuple[Table | None, tuple[Finding, ...]]:
    try:
        frame = pl.read_parquet(io.BytesIO(data)).with_row_index(ROW, offset=1).cast({ROW: pl.Int64})
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return None, (fault(shown, "not-parquet", f"is not a readable Parquet file: {reason}."),)
    return Table(frame, shown, digest), ()


# ---- CSV ------------------------------------------------------------------------------------------------------------


def _decode(data: bytes, shown: str) -> tuple[str | None, tuple[Finding, ...]]:
    for magic, what, hint in _FOREIGN:
        if data.startswith(magic):
            return None, (fault(shown, "not-csv", f"is {what}, not CSV text.", hint),)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        message = f"is not UTF-8: byte 0x{data[error.start]:02x}."
        return None, (fault(shown, "not-utf-8", message, "Save it as UTF-8.", line, column),)
    if not text.strip():
        return None, (fault(shown, "empty-file", "is empty; a header line was expected."),)
    return text, ()


def _csv(text: str, shown: str, digest: str) -> tuple[Table | None, tuple[Finding, ...]]:
    if conflicts := tuple(_conflicts(text, shown)):
        return None, conflicts
    lines = tuple(io.StringIO(text, newline=""))
    records, starts, fault_found = _records(lines, shown)
    if fault_found:
        return None, (fault_found,)
    if not records:
        return None, (fault(shown, "empty-file", "is empty; a header line was expected."),)
    header, header_line = [name.strip() for name in records[0]], starts[0]
    if faults := tuple(_header_faults(header, header_line, shown, lines)):
        return None, faults
    width = len(header)
    while width and not header[width - 1]:  # a spreadsheet's empty columns at the right
        width -= 1
    rows, places, findings = _shaped(records[1:], starts[1:], width, shown, lines)
    columns = zip(*rows, strict=True) if rows else ((),) * width
    data = {name: pl.Series(name, cells, pl.String) for name, cells in zip(header[:width], columns, strict=True)}
    frame = pl.DataFrame(data).with_columns(pl.Series(ROW, places, pl.Int64))
    return Table(frame, shown, digest, lines, (header_line, 1)), findings


def _conflicts(text: str, shown: str) -> Iterator[Finding]:
    if not any(mark * 7 in text for mark in "<=>|"):  # ten times faster than the pattern
        return
    for match in _CONFLICT.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield fault(
            shown, "merge-conflict", f"holds a merge-conflict marker '{match.group(1)}'.", "Resolve the merge.", line, 1
        )


def _records(lines: Sequence[str], shown: str) -> tuple[list[list[str]], list[int], Finding | None]:
    """Records with the line each begins on; blank lines and rows of empty cells say nothing."""
    records: list[list[str]] = []
    starts: list[int] = []
    reader = csv.reader(lines, strict=True)
    line = 1
    try:
        for cells in reader:
            if cells and (cells[0] or any(cells)):
                records.append(cells)
                starts.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        return [], [], fault(shown, "broken-csv", f"cannot be split into cells: {error}.", "Check the quotes.", line, 1)
    return records, starts, None


def _header_faults(header: Sequence[str], line: int, shown: str, lines: Sequence[str]) -> Iterator[Finding]:
    if len(header) == 1 and (marks := [mark for mark in (";", "\t", "|") if mark in header[0]]):
        name = {";": "semicolons", "\t": "tabs", "|": "bars"}[marks[0]]
        yield fault(shown, "separator", f"is separated by {name}.", "Separate cells by commas.", line, 1)
        return
    last = max((index for index, name in enumerate(header) if name), default=-1)
    first: dict[str, int] = {}
    for index, name in enumerate(header[: last + 1]):
        column = _place(lines, line, index)[1]
        if not name:
            yield fault(shown, "unnamed-column", f"has no name for column {index + 1}.", "", line, column)
        elif _CONTROL.search(name) or name == ROW:
            yield fault(shown, "column-name", f"has an unusable column name '{_visible(name)}'.", "", line, column)
        elif name in first:
            message = f"names column '{name}' twice: cells {first[name] + 1} and {index + 1}."
            yield fault(shown, "duplicate-column", message, "Rename or remove one.", line, column)
        first.setdefault(name, index)


def _shaped(
    records: Sequence[list[str]], starts: Sequence[int], width: int, shown: str, lines: Sequence[str]
) -> tuple[list[list[str]], list[int], tuple[Finding, ...]]:
    """Rows of the header's width; the others, and sums written under a column, are left out and named."""
    rows: list[list[str]] = []
    places: list[int] = []
    findings: list[Finding] = []
    totals = {cell for cell in {cells[0] for cells in records} if cell.strip().rstrip(":").lower() in _TOTALS}
    for cells, line in zip(records, starts, strict=True):
        extra = len(cells) - width
        if extra > 0 and not any(cells[width:]):
            cells = cells[:width]
            extra = 0
        if extra:
            rule, message = ("long-row", "more") if extra > 0 else ("short-row", "fewer")
            message = f"{len(cells)} cells, {abs(extra)} {message} than the header's {width}"
            findings.append(_left_out(shown, lines, line, rule, message, "Quote cells that hold a comma."))
        elif cells[0] in totals:
            message = f"'{cells[0].strip()}' looks like a sum written under the data"
            findings.append(_left_out(shown, lines, line, "total-row", message, "Remove it."))
        else:
            rows.append(cells)
            places.append(line)
    if len(findings) > LISTED:
        findings = [*findings[:LISTED], and_more(shown, "row shape", len(findings) - LISTED)]
    return rows, places, tuple(findings)


# ---- findings and places --------------------------------------------------------------------------------------------


def quarantine(rule: str, message: str, hint: str, origin: Origin, *, subject: str = "", excerpt: str = "") -> Finding:
    """A row that is left out, with the rule it broke."""
    return Finding("quarantine", "warning", f"row left out ({rule}): {message}.", hint, origin, subject, excerpt)


def and_more(shown: str, rule: str, count: int) -> Finding:
    """The rest of a long list of one mistake, as one finding."""
    return Finding("quarantine", "warning", f"{count:,} more rows left out ({rule}).", "", Origin(shown))


def _left_out(shown: str, lines: Sequence[str], line: int, rule: str, message: str, hint: str) -> Finding:
    return quarantine(rule, message, hint, Origin(shown, line, 1), excerpt=_visible(lines[line - 1]))


def fault(
    shown: str, check: str, message: str, hint: str = "", line: int | None = None, column: int | None = None
) -> Finding:
    severity: Severity = "error"
    name = shown.rsplit("/", 1)[-1]
    return Finding(check, severity, f"{name} {message}", hint, Origin(shown, line, column))


def _place(lines: Sequence[str], line: int, cell: int) -> tuple[int, int]:
    """Line and column where the cell begins, quoted line breaks counted."""
    column, quoted, left = 1, False, cell
    for number, content in enumerate(lines[line - 1 :], start=line):
        column = 1
        for column, mark in enumerate(content, start=1):
            if not left:
                return number, column
            quoted ^= mark == '"'
            left -= mark == "," and not quoted
        if not quoted:
            return number, column
    return line, column


def _visible(text: str) -> str:
    shown = _CONTROL.sub(lambda match: f"\\u{ord(match.group()):04x}", text.rstrip("\r\n"))
    return shown if len(shown) <= 160 else shown[:159] + "…"

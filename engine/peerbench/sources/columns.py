"""Columns: what a file's cells must hold, and the casting of text into it. An empty cell is null, never zero."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import polars as pl

from peerbench.core.findings import Finding, did_you_mean
from peerbench.sources.table import CONTROL_PATTERN, LISTED, ROW, Table, and_more, fault, quarantine

Kind = Literal["text", "key", "number", "integer", "date", "boolean"]

NUMBER: Final = r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$"
INTEGER: Final = r"^[+-]?\d{1,15}(?:\.0+)?$"
DATE: Final = r"^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$"
# Beyond these a figure is a slip, and sums and quotients of it run out of what a number holds.
LARGEST: Final = 1e24
SMALLEST: Final = 1e-15
BOOLEAN: Final = r"^(?i:true|false)$"
TYPES: Final[dict[Kind, type[pl.DataType]]] = {
    "text": pl.String,
    "key": pl.String,
    "number": pl.Float64,
    "integer": pl.Int64,
    "date": pl.Date,
    "boolean": pl.Boolean,
}
_EXPECTED: Final[dict[Kind, str]] = {
    "text": "text",
    "key": "text",
    "number": "a number",
    "integer": "a whole number",
    "date": "a day",
    "boolean": "true or false",
}
_UNKNOWN: Final = frozenset({"nan", "inf", "infinity", "na", "n/a", "null", "none", "nil", "-", "--", "", "."})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file contract.

    A `key` is text whose surrounding spaces mean nothing; `text` is kept verbatim. `header` says that the
    file must have the column, `filled` that every row must have a value; `default` stands in an empty cell.
    """

    name: str
    kind: Kind = "text"
    header: bool = False
    filled: bool = False
    default: str | bool | None = None


def cast(table: Table, columns: Sequence[Column]) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """ROW, every column as its type, and `note` (remarks); rows with a bad cell are left out and all named."""
    table = replace(table, frame=_textual(table.frame))
    present = [column for column in columns if column.name in table.columns]
    raw = table.frame.rename({name: f"raw {name}" for name in table.columns})
    parsed = raw.with_columns(_parsed(column, raw.schema[f"raw {column.name}"]) for column in present)
    flagged = parsed.with_columns(_flags(table, columns))
    good = flagged.select(ROW, *(_filled(column, table) for column in columns), _remarks(table, columns))
    flags = [name for name in flagged.columns if name.startswith(("bad ", "void ", "control "))]
    broken = flagged.select(pl.any_horizontal(flags)).to_series()
    if not broken.any():
        return good, ()
    return good.filter(~broken), tuple(_cell_findings(table, columns, flagged.filter(broken), flags))


def header_faults(table: Table, columns: Sequence[Column]) -> Iterator[Finding]:
    """An error for each column that the file must have and has not, or has as something no cell can be read from."""
    known = {column.name for column in columns}
    for column in columns:
        dtype = table.frame.schema.get(column.name)
        if dtype is not None and not _readable(dtype):
            message = f"has {dtype} in column '{column.name}'; {_EXPECTED[column.kind]} was expected."
            yield fault(table.shown, "column-type", message)
        elif column.header and dtype is None:
            hint = did_you_mean(column.name, [name for name in table.columns if name not in known])
            if not hint.startswith("Did you mean"):
                hint = f"Its columns: {', '.join(table.columns)}."
            else:
                hint = hint.replace("Did you mean", "Is it")
            yield fault(table.shown, "missing-column", f"has no column '{column.name}'.", hint, *table.head)


# ---- cells ----------------------------------------------------------------------------------------------------------


def _textual(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns of a Parquet file that mean text as text, lists joined by semicolons."""
    changes = []
    for name, dtype in frame.schema.items():
        if dtype in (pl.Categorical, pl.Enum, pl.Null):
            changes.append(pl.col(name).cast(pl.String))
        elif dtype == pl.List(pl.String):
            changes.append(pl.col(name).list.join(";"))
    return frame.with_columns(changes) if changes else frame


def _readable(dtype: pl.DataType) -> bool:
    """Whether cells of a Parquet column's type can be read: plain values, or lists of text."""
    if dtype == pl.List(pl.String):
        return True
    return not (dtype.is_nested() or dtype in (pl.Binary, pl.Object, pl.Time, pl.Duration, pl.Unknown))


def _parsed(column: Column, dtype: pl.DataType) -> pl.Expr:
    return _cell(column, dtype).alias(column.name)


def _cell(column: Column, dtype: pl.DataType) -> pl.Expr:
    raw = pl.col(f"raw {column.name}")
    if column.kind == "integer" and dtype.is_float():
        return pl.when(raw == raw.floor()).then(raw).cast(pl.Int64, strict=False)
    if dtype != pl.String and _native(column.kind, dtype):
        value = raw.cast(TYPES[column.kind], strict=False)
        # Other years are none that a calendar of four digits can write.
        return pl.when(raw.dt.year().is_between(1000, 9999)).then(value) if column.kind == "date" else value
    text = raw if dtype == pl.String else raw.cast(pl.String, strict=False)
    text = text if column.kind == "text" else text.str.strip_chars()
    match column.kind:
        case "number":
            return pl.when(text.str.contains(NUMBER)).then(text).cast(pl.Float64, strict=False)
        case "integer":
            return pl.when(text.str.contains(INTEGER)).then(text.str.replace(r"\.0+$", "")).cast(pl.Int64, strict=False)
        case "date":
            return pl.when(text.str.contains(DATE)).then(text).str.to_date("%Y-%m-%d", strict=False)
        case "boolean":
            return pl.when(text.str.contains(BOOLEAN)).then(text.str.to_lowercase() == "true")
        case _:
            return pl.when(text != "").then(text)


def _native(kind: Kind, dtype: pl.DataType) -> bool:
    """Whether a Parquet column's own type can be cast without a detour through text."""
    if kind == "date":
        return isinstance(dtype, pl.Date | pl.Datetime)
    return dtype.is_numeric() if kind in ("number", "integer") else kind == "boolean" and dtype == pl.Boolean


def _flags(table: Table, columns: Sequence[Column]) -> Iterator[pl.Expr]:
    kinds = {column.name: column.kind for column in columns}
    for column in columns:
        if column.name in table.columns:
            empty = _empty(column.name, table)
            value = pl.col(column.name)
            broken = value.is_null() | _out_of_range(value) if column.kind == "number" else value.is_null()
            yield (~empty & broken).alias(f"bad {column.name}")
            if column.filled and column.default is None:
                yield empty.alias(f"void {column.name}")
    for name in table.columns:
        if table.frame.schema[name] == pl.String and kinds.get(name, "text") in ("text", "key"):
            yield pl.col(f"raw {name}").str.contains(CONTROL_PATTERN).fill_null(False).alias(f"control {name}")


def _out_of_range(value: pl.Expr) -> pl.Expr:
    return ~value.is_finite() | (value.abs() > LARGEST) | ((value != 0) & (value.abs() < SMALLEST))


def _empty(name: str, table: Table) -> pl.Expr:
    raw = pl.col(f"raw {name}")
    return raw.is_null() | (raw.str.strip_chars() == "") if table.frame.schema[name] == pl.String else raw.is_null()


def _filled(column: Column, table: Table) -> pl.Expr:
    default = pl.lit(column.default, TYPES[column.kind])
    if column.name not in table.columns:
        return default.alias(column.name)
    return pl.col(column.name) if column.default is None else pl.col(column.name).fill_null(default)


def _remarks(table: Table, columns: Sequence[Column]) -> pl.Expr:
    """`remark`, `note` and every column that the contract does not name, in one text; null where all are empty."""
    known = {column.name for column in columns}
    parts = []
    for name in table.columns:
        if name not in known and _readable(table.frame.schema[name]):
            text = pl.col(f"raw {name}").cast(pl.String, strict=False)
            text = pl.when(text != "").then(text)
            parts.append(text if name in ("remark", "note") else pl.lit(f"{name}: ") + text)
    if not parts:
        return pl.lit(None, pl.String).alias("note")
    joined = pl.concat_str(parts, separator="; ", ignore_nulls=True)
    return pl.when(joined != "").then(joined).alias("note")


# ---- what is wrong with a cell --------------------------------------------------------------------------------------


def _cell_findings(
    table: Table, columns: Sequence[Column], flagged: pl.DataFrame, flags: Sequence[str]
) -> Iterator[Finding]:
    kinds = {column.name: column.kind for column in columns}
    for flag in flags:
        fault_kind, name = flag.split(" ", 1)
        cell = pl.col(f"raw {name}")
        if flagged.schema[f"raw {name}"].is_temporal():
            cell = cell.cast(pl.String)  # some are days that the language's own calendar does not have
        rows = flagged.filter(pl.col(flag)).select(ROW, cell).rows()
        for row, written in rows[:LISTED]:
            rule, message, hint = _verdict(fault_kind, name, kinds.get(name, "text"), written)
            yield quarantine(rule, message, hint, table.origin(row, name), excerpt=table.excerpt(row))
        if len(rows) > LISTED:
            yield and_more(table.shown, f"{fault_kind} {name}", len(rows) - LISTED)


def _verdict(fault_kind: str, name: str, kind: Kind, cell: object) -> tuple[str, str, str]:
    if fault_kind == "void":
        return "empty-cell", f"{name} is empty; {_EXPECTED[kind]} was expected", ""
    if fault_kind == "control":
        return "control-character", f"{name} holds a control or bidirectional character", "Remove it."
    text = str(cell).strip()
    why, hint = _number(text) if kind in ("number", "integer") else _day(text) if kind == "date" else ("", "")
    rule = {"number": "number", "integer": "whole-number", "date": "date", "boolean": "true-or-false"}[kind]
    return rule, f"{name} '{text[:40]}' is not {_EXPECTED[kind]}{why}", hint


def _number(text: str) -> tuple[str, str]:
    """Why a text is no number, and what to write instead."""
    plain = re.sub(r"[\s\u00a0\u202f',]", "", text)
    if text.startswith("#"):
        return ": a spreadsheet's error", "Mend the formula, or leave the cell empty."
    if text.lower().lstrip("+-") in _UNKNOWN:
        return "", "Leave the cell empty where the number is not known."
    if re.fullmatch(r"[+-]?\d{1,3}([\s\u00a0\u202f',]\d{3})+(\.\d+)?", text):
        return ": it has thousands separators", f"Write {plain}."
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})*,\d+", text):
        return ": it has a decimal comma", f"Write {text.replace('.', '').replace(',', '.')}."
    if re.fullmatch(r"\([\d.,]+\)", text):
        return ": it is in brackets", f"Write -{plain.strip('()')}."
    if re.fullmatch(r"[+-]?[\d.]+\s*%", text):
        return ": it is a percentage", "Write a fraction: 12% is 0.12."
    if re.fullmatch(NUMBER, text):
        return ": it is out of range", ""
    return "", "Write digits and a decimal point; currency and unit have columns of their own."


def _day(text: str) -> tuple[str, str]:
    """Why a text is no day, and what to write instead."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return ": no such day in the calendar", ""
    if re.match(r"\d{4}-\d{2}-\d{2}[T ]", text):
        return ": it has a time", f"Write {text[:10]}."
    if re.fullmatch(r"\d{5}", text):
        return ": it is a spreadsheet's day number", "Write it as year-month-day, e.g. 2025-03-31."
    return "", "Write year-month-day, e.g. 2025-03-31."

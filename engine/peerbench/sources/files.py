"""Files in anyone's layout, mapped to the dataset format by what the config declares: columns, items, units, scale."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from peerbench.core.dataset import InputFile
from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.core.items import FLOWS, ITEMS
from peerbench.core.periods import add_months, month_end
from peerbench.sources import grid, layout
from peerbench.sources.ask import Ask, Means
from peerbench.sources.grid import Form, Grid, NotAGrid
from peerbench.sources.payload import Payload
from peerbench.sources.rows import table
from peerbench.sources.table import PLACE, Table, and_more, quarantine

_ABSENT: Final = frozenset({"", "-", "–", "—", "n/a", "na", "n.a.", "nm", "n.m.", "null", "none", "nan", "."})
_LISTED: Final = 50
# The column of money in tables other than facts.
_MONEY: Final = {"prices": "close", "dividends": "amount", "estimates": "value"}
_ASSUMED: Final = "known_on: usual announcement date, {} days after the period's end"
Cell = str | float | int | bool | date | None


def read(ask: Ask, means: Means) -> Payload:
    """Every declared table; a file that cannot be read or mapped is a finding, the others go on."""
    tables: dict[str, Table] = {}
    findings: list[Finding] = []
    files: list[InputFile] = []
    for number, declared in enumerate(ask.settings.get("tables") or ()):
        mapping = FileMapping.of(declared)
        made = _mapped(ask, mapping, number)
        findings += made.findings
        if made.file is not None:
            files.append(made.file)
        if made.table is not None:
            name = mapping.table
            tables[name] = _joined(tables[name], made.table) if name in tables else made.table
    return Payload(ask.name, tables, tuple(findings), tuple(files))


def _joined(first: Table, second: Table) -> Table:
    """Two files of one table, one below the other."""
    import polars as pl

    from peerbench.sources.table import ROW

    frame = pl.concat([first.frame.drop(ROW), second.frame.drop(ROW)], how="diagonal")
    return Table(
        frame.with_row_index(ROW, offset=1).cast({ROW: pl.Int64}), f"{first.shown}, {second.shown}", first.sha256,
        where=first.where,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileMapping:
    """A declared mapping: what the config says of one file."""

    path: str
    table: str
    wide: bool
    columns: Mapping[str, str]
    constants: Mapping[str, str]
    items: Mapping[str, str]
    companies: Mapping[str, str]
    negate: frozenset[str]
    scale: float
    decimal: str
    dates: str
    year_ends: str
    months: int | None
    known_after: int | None
    form: Form

    @staticmethod
    def of(declared: Mapping[str, Any]) -> FileMapping:
        said = dict(declared)
        form = Form(
            said.get("sheet") or "", int(said.get("skip") or 0), _separator(said), said.get("encoding") or "utf-8-sig"
        )
        return FileMapping(
            str(said["path"]), said.get("table") or "facts", said.get("layout") == "wide", said.get("columns") or {},
            said.get("constants") or {}, said.get("items") or {}, said.get("companies") or {},
            frozenset(said.get("negate") or ()), float(said.get("scale") or 1), said.get("decimal") or ".",
            said.get("dates") or "%Y-%m-%d", said.get("year_ends") or "", said.get("months"), said.get("known_after"),
            form,
        )  # fmt: skip


def _separator(said: Mapping[str, Any]) -> str:
    named = {"tab": "\t", "\\t": "\t", "semicolon": ";", "comma": ","}
    text = str(said.get("separator") or ",")
    return named.get(text, text)[:1]


@dataclass(frozen=True, slots=True)
class _Made:
    table: Table | None
    file: InputFile | None
    findings: tuple[Finding, ...]


def _mapped(ask: Ask, mapping: FileMapping, number: int) -> _Made:
    shown = mapping.path
    try:
        sheet = grid.read(ask.path(mapping.path), shown, mapping.form)
    except NotAGrid as error:
        why = error.why if error.why.endswith(".") else f"{error.why}."
        return _Made(None, None, (Finding("unreadable-file", "error", f"{shown} {why}", error.hint, Origin(shown)),))
    file = InputFile(shown, sheet.sha256)
    if faults := tuple(_faults(mapping, sheet)):
        return _Made(None, file, faults)
    reader = _Reader(mapping, sheet)
    rows = list(reader.wide() if mapping.wide else reader.long())
    findings = (*sheet.findings, *reader.findings())
    if not rows:
        return _Made(None, file, (*findings, sheet.fault("gives not one row.", "Compare `items` with the file.")))
    return _Made(table(mapping.table, rows, shown, sheet.sha256, where=PLACE), file, findings)


def _faults(mapping: FileMapping, sheet: Grid) -> Iterator[Finding]:
    """What the mapping names that the file or the format has not, and what it must name."""
    known = {column.name for column in layout.COLUMNS[mapping.table]} | {"note"}
    for name, head in mapping.columns.items():
        if name not in known:
            yield sheet.fault(f"is mapped to an unknown column '{name}'.", did_you_mean(name, known))
        if head not in sheet.header:
            yield sheet.fault(f"has no column '{head}', named for {name}.", did_you_mean(head, sheet.header))
    for name in mapping.constants:
        if name not in known:
            yield sheet.fault(f"is given a constant for an unknown column '{name}'.", did_you_mean(name, known))
    given = {*mapping.columns, *mapping.constants, *_made_up(mapping)}
    for column in layout.COLUMNS[mapping.table]:
        if column.header and column.name not in given:
            hint = f"Add it to columns, e.g. {{{column.name}: …}}, or to constants if it is the same in every row."
            yield sheet.fault(f"gives no {column.name}.", hint)
    for item in mapping.items.values():
        if mapping.table == "facts" and item not in ITEMS:
            yield sheet.fault(f"is mapped to an unknown item '{item}'.", did_you_mean(item, ITEMS))
    if mapping.wide and mapping.table != "facts":
        yield sheet.fault(f"is declared wide; only facts are, not {mapping.table}.")
    if mapping.wide and not any(True for _ in _periods(mapping, sheet)):
        hint = f"Declare dates: as the heads are written; the columns are {', '.join(sheet.header[:12])}."
        yield sheet.fault(f"has no column whose head is a period written {mapping.dates}.", hint)


def _made_up(mapping: FileMapping) -> set[str]:
    """Columns that follow from others: a unit from its item, a period from the head of a wide column."""
    if mapping.table != "facts":
        return set()
    made = {"unit", "source_title", "months", "period_start"}
    if not mapping.wide:
        made -= {"months"} if mapping.months is None else set()
    made |= {"value", "period_end"} if mapping.wide else set()
    return made | ({"known_on"} if mapping.known_after is not None else set())


def _periods(mapping: FileMapping, sheet: Grid) -> Iterator[tuple[int, date]]:
    """The columns of a wide file that are periods: index and last day."""
    named = set(mapping.columns.values())
    for index, head in enumerate(sheet.header):
        if head not in named and (end := _head_day(head, mapping)) is not None:
            yield index, end


def _head_day(head: str, mapping: FileMapping) -> date | None:
    try:
        day = datetime.strptime(head, mapping.dates).date()
    except ValueError:
        return None
    if "%d" in mapping.dates or "%j" in mapping.dates:
        return day
    if "%m" in mapping.dates or "%b" in mapping.dates.lower():
        return month_end(day)
    try:
        return date.fromisoformat(f"{day.year}-{mapping.year_ends}")
    except ValueError:
        return month_end(date(day.year, 2, 1)) if mapping.year_ends == "02-29" else None


# ---- rows -----------------------------------------------------------------------------------------------------------


class _Bad(Exception):
    """A cell that is not what its column holds."""

    def __init__(self, rule: str, message: str, hint: str = "") -> None:
        self.rule, self.message, self.hint = rule, message, hint
        super().__init__(message)


@dataclass(slots=True)
class _Reader:
    """Reads a grid's rows by a mapping; what is wrong with a cell is kept by place."""

    mapping: FileMapping
    sheet: Grid
    wrong: list[Finding] = field(default_factory=list)
    unnamed: dict[str, int] = field(default_factory=dict)  # lines and companies of the file that no item or key names
    days: dict[str, date] = field(default_factory=dict)  # a file writes few days, and reading one is slow

    def findings(self) -> tuple[Finding, ...]:
        found = list(self.wrong[:_LISTED])
        if len(self.wrong) > _LISTED:
            found.append(and_more(self.sheet.shown, "file mapping", len(self.wrong) - _LISTED))
        if self.unnamed:
            names = ", ".join(f"'{name}'" for name in list(self.unnamed)[:10])
            more = f" and {len(self.unnamed) - 10} more" if len(self.unnamed) > 10 else ""
            message = f"{self.sheet.shown}: lines that the mapping does not name are left out: {names}{more}."
            found.append(Finding("unmapped-lines", "note", message, "", Origin(self.sheet.shown)))
        return tuple(found)

    def long(self) -> Iterator[dict[str, Cell]]:
        for number, cells in self.sheet.rows:
            row = self._row(number, cells)
            if row is not None and (self.mapping.table != "facts" or row.get("value") is not None):
                yield row

    def wide(self) -> Iterator[dict[str, Cell]]:
        periods = list(_periods(self.mapping, self.sheet))
        for number, cells in self.sheet.rows:
            base = self._row(number, cells)
            if base is None:
                continue
            for index, end in periods:
                head = self.sheet.header[index]
                value = self._cell(number, head, lambda text: self._number(text), cells[index])
                if isinstance(value, float):
                    yield self._finished({**base, "value": value, "period_end": end}, number, head)

    def _row(self, number: int, cells: Sequence[str]) -> dict[str, Cell] | None:
        """The mapped cells of one row; None where its line or company is not named or a cell is wrong."""
        before = len(self.wrong)
        row: dict[str, Cell] = {}
        for column in layout.COLUMNS[self.mapping.table]:
            text = self._text(column.name, cells)
            if text is None:
                continue
            if column.name in ("item", "company"):
                text = self._named(column.name, text)
                if text is None:
                    return None
            kinds: dict[str, Callable[[str], Cell]] = {
                "number": self._number, "integer": self._whole, "date": self._day, "boolean": self._truth,
            }  # fmt: skip
            row[column.name] = self._cell(number, column.name, kinds.get(column.kind, str), text)
        if len(self.wrong) > before:
            return None
        return row if self.mapping.wide else self._finished(row, number, "")

    def _text(self, name: str, cells: Sequence[str]) -> str | None:
        if name in self.mapping.columns:
            return cells[self.sheet.header.index(self.mapping.columns[name])]
        return self.mapping.constants.get(name)

    def _named(self, kind: str, text: str) -> str | None:
        names = self.mapping.items if kind == "item" else self.mapping.companies
        if not names:
            return text
        if text not in names:
            if text:
                self.unnamed[text] = self.unnamed.get(text, 0) + 1
            return None
        return names[text]

    def _cell(self, number: int, name: str, cast: Callable[[str], Cell], text: str) -> Cell:
        if text.strip().lower() in _ABSENT and cast is not str:
            return None
        try:
            return cast(text)
        except _Bad as bad:
            origin = Origin(self.sheet.shown, number, locator=f"column {name}")
            self.wrong.append(quarantine(bad.rule, f"{name} {bad.message}", bad.hint, origin))
            return None

    # ---- cells

    def _number(self, text: str) -> float:
        mark = re.escape(self.mapping.decimal)
        others = "[.'\\s\u00a0\u202f]" if self.mapping.decimal == "," else "[,'\\s\u00a0\u202f]"
        plain = text.strip()
        negative = plain.startswith("(") and plain.endswith(")")
        plain = plain.strip("()")
        grouped = rf"[+\-−]?\d{{1,3}}({others}\d{{3}})+({mark}\d+)?"
        if re.fullmatch(grouped, plain):
            plain = re.sub(others, "", plain)
        if not re.fullmatch(rf"[+\-−]?(\d+({mark}\d*)?|{mark}\d+)([eE][+-]?\d{{1,3}})?", plain):
            other = "," if self.mapping.decimal == "." else "."
            hint = f"The decimal mark is declared as '{self.mapping.decimal}'."
            hint += f" If it is '{other}', declare decimal: '{other}'." if other in plain else ""
            raise _Bad("number", f"'{text[:40]}' is not a number", hint)
        value = float(plain.replace("−", "-").replace(self.mapping.decimal, "."))
        return -value if negative else value

    def _whole(self, text: str) -> int:
        value = self._number(text)
        if value != int(value):
            raise _Bad("whole-number", f"'{text[:40]}' is not a whole number")
        return int(value)

    def _day(self, text: str) -> date:
        try:
            if text not in self.days:
                self.days[text] = datetime.strptime(text.strip(), self.mapping.dates).date()
            return self.days[text]
        except ValueError:
            example = date(2025, 3, 31).strftime(self.mapping.dates)
            hint = f"Days are declared as {self.mapping.dates}, e.g. {example}."
            raise _Bad("date", f"'{text[:40]}' is not such a day", hint) from None

    def _truth(self, text: str) -> bool:
        known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        if text.strip().lower() not in known:
            raise _Bad("true-or-false", f"'{text[:40]}' is neither true nor false")
        return known[text.strip().lower()]

    # ---- what follows from the cells

    def _finished(self, row: dict[str, Cell], number: int, head: str) -> dict[str, Cell]:
        place = f"row {number}" + (f", column {head}" if head else "")
        row = {**row, PLACE: place}
        if self.mapping.table != "facts":
            return self._in_ones(row)
        item = str(row.get("item") or "")
        unit = str(row.get("unit") or (ITEMS[item].unit if item in ITEMS else "money"))
        value = row.get("value")
        if isinstance(value, float):
            scaled = self._scaled(value) if unit == "money" else value
            value = -scaled if item in self.mapping.negate else scaled
        row |= {"unit": unit, "value": value, "source_title": row.get("source_title") or self._title()}
        if not unit.startswith("money"):
            row["currency"] = None
        row["locator"] = row.get("locator") or place
        return self._dated(row, item)

    def _in_ones(self, row: dict[str, Cell]) -> dict[str, Cell]:
        """Prices, dividends and estimates in money, brought to ones."""
        name = _MONEY.get(self.mapping.table, "")
        value = row.get(name)
        money = self.mapping.table != "estimates" or row.get("unit") == "money"
        return {**row, name: self._scaled(value)} if isinstance(value, float) and money else row

    def _scaled(self, value: float) -> float:
        """Decimal, so that 2.3 in millions is what another file writes as 2300000."""
        return float(Decimal(repr(value)) * Decimal(repr(self.mapping.scale)))

    def _title(self) -> str:
        sheet = f", sheet {self.mapping.form.sheet}" if self.mapping.form.sheet else ""
        return f"{self.sheet.shown}{sheet}"

    def _dated(self, row: dict[str, Cell], item: str) -> dict[str, Cell]:
        """Months, first day and day of publication, where the file leaves them to the declaration."""
        end = row.get("period_end")
        months = row.get("months", self.mapping.months)
        if item in ITEMS and item not in FLOWS:
            months = 0
        row["months"] = months
        if isinstance(end, date):
            start = row.get("period_start")
            if isinstance(months, int) and months > 0 and start is None:
                start = add_months(end, -months) + timedelta(days=1)
            row["period_start"] = start if months else None
            if row.get("known_on") is None and self.mapping.known_after is not None:
                row["known_on"] = end + timedelta(days=self.mapping.known_after)
                row["note"] = _ASSUMED.format(self.mapping.known_after)
        return row

"""A workbook calculated again without a spreadsheet: enough of its language to do every sum of ours.

Knows nothing of the program that wrote it: cells, names and formulas are read from the file by another library.
"""

from __future__ import annotations

import io
import re
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import openpyxl
from openpyxl.utils.cell import get_column_letter, range_boundaries

TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"]|"")*")|(?P<range>(?:\w+!)?\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?(?![\w.(]))"""
    r"""|(?P<number>\d+(?:\.\d+)?(?:[Ee][-+]?\d+)?)|(?P<name>[A-Za-z_][\w.]*)|(?P<sign><=|>=|<>|[-+*/^(),=<>]))"""
)


class Broken(Exception):
    """What a spreadsheet would show as an error: #DIV/0!, #VALUE!, #NUM!."""


@dataclass
class Recalculated:
    """Values of a workbook, with some cells set to others: {"Inputs!F5": 7.0}."""

    data: bytes
    set: Mapping[str, Any] = field(default_factory=dict)
    known: dict[tuple[str, str], Any] = field(default_factory=dict)
    read: dict[tuple[str, str], Thunk] = field(default_factory=dict)

    def with_cells(self, **cells: Any) -> Recalculated:
        """The same workbook with named cells set to other values; what was read of it is not read again."""
        places = {"!".join(self.names[name]): value for name, value in cells.items()}
        made = Recalculated(self.data, places, {}, self.read)
        made.__dict__ |= {"book": self.book, "names": self.names}
        return made

    @cached_property
    def book(self) -> Any:
        return openpyxl.load_workbook(io.BytesIO(self.data))

    @cached_property
    def names(self) -> dict[str, tuple[str, str]]:
        """A name → its sheet and cell."""
        found = {}
        for name, defined in self.book.defined_names.items():
            sheet, _, cell = defined.attr_text.rpartition("!")
            found[name] = (sheet.strip("'"), cell.replace("$", ""))
        return found

    def named(self, name: str) -> Any:
        return self.value(*self.names[name])

    @cached_property
    def formulas(self) -> tuple[tuple[str, str, str], ...]:
        """Sheet, cell and formula of every live cell."""
        cells = ((sheet.title, cell) for sheet in self.book for row in sheet.iter_rows() for cell in row)
        return tuple((title, cell.coordinate, cell.value) for title, cell in cells if cell.data_type == "f")

    def value(self, sheet: str, cell: str) -> Any:
        if (sheet, cell) not in self.known:
            self.known[sheet, cell] = self._value(sheet, cell)
        return self.known[sheet, cell]

    def _value(self, sheet: str, cell: str) -> Any:
        if f"{sheet}!{cell}" in self.set:
            return self.set[f"{sheet}!{cell}"]
        found = self.book[sheet][cell]
        if found.data_type != "f":
            return found.value
        if (sheet, cell) not in self.read:
            self.read[sheet, cell] = _Formula(found.value, sheet, self.names).made()
        return self.read[sheet, cell](self)


Thunk = Callable[[Recalculated], Any]


class _Formula:
    """Reads one formula into functions of the workbook, called when their value is needed."""

    def __init__(self, formula: str, sheet: str, names: Mapping[str, tuple[str, str]]) -> None:
        self.sheet, self.names = sheet, names
        self.tokens: list[tuple[str, str]] = []
        at, text = 0, formula.removeprefix("=").replace("_xlfn.", "")
        while at < len(text):
            found = TOKEN.match(text, at)
            assert found is not None, text[at:]
            self.tokens.append((str(found.lastgroup), str(found[str(found.lastgroup)])))
            at = found.end()
        self.at = 0

    def made(self) -> Thunk:
        found = self._compared()
        assert self.at == len(self.tokens)
        return found

    def _take(self, *wanted: str) -> str:
        if self.at < len(self.tokens) and self.tokens[self.at][1] in wanted and self.tokens[self.at][0] == "sign":
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def _compared(self) -> Thunk:
        left = self._chain(self._product, "+", "-")
        sign = self._take("=", "<>", "<", ">", "<=", ">=")
        if not sign:
            return left
        right = self._chain(self._product, "+", "-")
        return lambda book: COMPARED[sign](_order(left(book)), _order(right(book)))

    def _product(self) -> Thunk:
        return self._chain(self._power, "*", "/")

    def _power(self) -> Thunk:
        return self._chain(self._single, "^")

    def _chain(self, below: Callable[[], Thunk], *signs: str) -> Thunk:
        made = below()
        while sign := self._take(*signs):
            made = _joined(sign, made, below())
        return made

    def _single(self) -> Thunk:
        if self._take("-"):
            inner = self._single()
            return lambda book: -_number(inner(book))
        if self._take("("):
            inner = self._compared()
            assert self._take(")")
            return inner
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "text":
            said = text[1:-1].replace('""', '"')
            return lambda book: said
        if kind == "number":
            value = float(text)
            return lambda book: value
        return self._range(text) if kind == "range" else self._named(text)

    def _range(self, text: str) -> Thunk:
        sheet, _, cells = text.rpartition("!")
        place = sheet or self.sheet
        plain = cells.replace("$", "")
        if ":" not in plain:
            return lambda book: book.value(place, plain)
        first, last, low, high = _corners(plain)
        flat = [f"{get_column_letter(c)}{r}" for r in range(low, high + 1) for c in range(first, last + 1)]
        return lambda book: [book.value(place, cell) for cell in flat]

    def _named(self, name: str) -> Thunk:
        if not self._take("("):
            if name not in self.names:
                raise KeyError(f"#NAME? {name}")
            place = self.names[name]
            return lambda book: book.value(*place)
        arguments = [self._compared()]
        while self._take(","):
            arguments.append(self._compared())
        assert self._take(")")
        return lambda book: _call(name, [partial(argument, book) for argument in arguments])


def _corners(text: str) -> tuple[int, int, int, int]:
    first, low, last, high = range_boundaries(text)
    return first, last, low, high


def _joined(sign: str, left: Thunk, right: Thunk) -> Thunk:
    def made(book: Recalculated) -> float:
        first, second = _number(left(book)), _number(right(book))
        if sign == "/" and second == 0:
            raise Broken("#DIV/0!")
        result: float = ARITHMETIC[sign](first, second)
        return result

    return made


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Broken(f"#VALUE! {value!r}")
    return float(value)


def _order(value: Any) -> tuple[int, Any]:
    """Numbers stand below texts, as in a spreadsheet."""
    return (1, value.casefold()) if isinstance(value, str) else (0, 0 if value is None else value)


Ready = Callable[[], Any]
ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "^": lambda a, b: a**b,
}  # fmt: skip
COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b, "<": lambda a, b: a < b, ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
}  # fmt: skip


def _flat(arguments: list[Ready]) -> list[Any]:
    made = [argument() for argument in arguments]
    return [one for value in made for one in (value if isinstance(value, list) else [value])]


def _call(name: str, arguments: list[Ready]) -> Any:
    if name == "IF":
        return arguments[1]() if arguments[0]() else arguments[2]()
    if name == "IFERROR":
        try:
            return arguments[0]()
        except Broken:
            return arguments[1]()
    if name == "COUNTIF":
        return float(sum(_order(one) == _order(arguments[1]()) for one in arguments[0]()))
    if name == "RANK.AVG":
        value, among, ascending = _number(arguments[0]()), _numbers(arguments[1]()), arguments[2]()
        before = sum(one < value if ascending else one > value for one in among)
        return before + (among.count(value) + 1) / 2
    if name == "QUARTILE":
        return _quartile(_numbers(arguments[0]()), int(arguments[1]()))
    values = _flat(arguments)
    plain = _numbers(values)
    if name in ("AVERAGE", "MEDIAN", "HARMEAN", "QUARTILE") and not plain:
        raise Broken("#NUM!")
    found: dict[str, Callable[[], Any]] = {
        "OR": lambda: any(values), "AND": lambda: all(values), "COUNT": lambda: float(len(plain)),
        "ISNUMBER": lambda: len(plain) == 1, "N": lambda: plain[0] if plain else 0.0,
        "AVERAGE": lambda: sum(plain) / len(plain), "MEDIAN": lambda: statistics.median(plain),
        "HARMEAN": lambda: statistics.harmonic_mean(plain), "MAX": lambda: max(plain), "MIN": lambda: min(plain),
        "SUM": lambda: sum(plain), "ABS": lambda: abs(_number(values[0])),
    }  # fmt: skip
    return found[name]()


def _numbers(values: list[Any]) -> list[float]:
    return [float(one) for one in values if isinstance(one, (int, float)) and not isinstance(one, bool)]


def _quartile(values: list[float], which: int) -> float:
    """Linear between neighbours, both ends included."""
    ordered, place = sorted(values), (len(values) - 1) * which / 4
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)

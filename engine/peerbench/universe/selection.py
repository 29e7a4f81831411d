"""Which companies are meant: `sector == "Technology" and market_cap > 1e9`. A bounded language, never evaluated.

    whole := "all" | either                either := both ("or" both)*         both := plain ("and" plain)*
    plain := "not" plain | "(" either ")" | test
    test  := column ("==" | "!=" | "<" | "<=" | ">" | ">=") value  |  column ["not"] "in" "[" value ("," value)* "]"

A column is text (of companies.csv) or a number (a metric); text stands in quotes and is matched letter for letter.
What is not known of a company makes a test neither true nor false, and `not` of that is unknown too.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn, TypeAlias

from peerbench.core.findings import Finding, Origin, did_you_mean

CHECK: Final = "config.subjects"
MAX_LENGTH: Final = 2000
MAX_DEPTH: Final = 20
EVERYTHING: Final = "all"

Value: TypeAlias = str | float
Row: TypeAlias = Mapping[str, Value | None]
_SAME: Final[Mapping[str, Callable[[Value, Value], bool]]] = {"==": operator.eq, "!=": operator.ne}
_ORDER: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_SIGNS: Final = {"=": "==", "≥": ">=", "≤": "<=", "≠": "!=", "&": "and", "|": "or", "!": "not", "“": '"', "”": '"'}
_KEYWORDS: Final = frozenset({"and", "or", "not", "in"})
_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\r\n]+)|(?P<text>"[^"\n]*"|'[^'\n]*')|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)"""
    r"""|(?P<word>[A-Za-z_]\w*)|(?P<sign>==|!=|<=|>=|[<>()\[\],])""",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Everything:
    """Every company of the data."""


@dataclass(frozen=True, slots=True)
class Test:
    """A column against one value by a sign, or against several: then the sign is "in"."""

    __test__ = False  # no test of pytest's

    column: str
    sign: str
    values: tuple[Value, ...]
    at: tuple[int, ...] = field(default=(), compare=False)  # where each value stands in the text, from 1


@dataclass(frozen=True, slots=True)
class Not:
    of: Node


@dataclass(frozen=True, slots=True)
class Both:
    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    of: tuple[Node, ...]


Node: TypeAlias = Everything | Test | Not | Both | Either


def parse(text: str, columns: Mapping[str, type]) -> tuple[Node | None, tuple[Finding, ...]]:
    """The expression as a tree; None where it cannot be used, and the findings then say why, each with its column.

    columns: which are text (str) and which are numbers (float).
    """
    reader = _Reader(text, columns)
    try:
        node = reader.whole()
    except _Stop:
        return None, tuple(reader.found)
    return (None if reader.found else node), tuple(reader.found)


def tests(node: Node) -> Iterator[Test]:
    """Every test of a tree, in the order written."""
    match node:
        case Test():
            yield node
        case Not(of):
            yield from tests(of)
        case Both(of) | Either(of):
            for part in of:
                yield from tests(part)


def holds(node: Node, row: Row) -> bool | None:
    """Whether a company is meant; None where what is known of it does not decide it."""
    match node:
        case Everything():
            return True
        case Test():
            return _tested(node, row.get(node.column))
        case Not(of):
            inner = holds(of, row)
            return None if inner is None else not inner
        case Both(of):
            found = [holds(part, row) for part in of]
            return False if False in found else None if None in found else True
        case Either(of):
            found = [holds(part, row) for part in of]
            return True if True in found else None if None in found else False


def _tested(test: Test, known: Value | None) -> bool | None:
    if known is None:
        return None
    if test.sign == "in":
        return known in test.values
    if test.sign in _SAME:
        return _SAME[test.sign](known, test.values[0])
    value = test.values[0]
    assert isinstance(known, float | int)
    assert isinstance(value, float)  # the reader takes signs of order for numbers alone
    return _ORDER[test.sign](known, value)


# ---- reading ---------------------------------------------------------------------------------------------------------


class _Stop(Exception):
    """Reading cannot go on; the finding is already noted."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # text, number, word, sign, end
    text: str
    at: int


@dataclass(slots=True)
class _Reader:
    text: str
    columns: Mapping[str, type]
    found: list[Finding] = field(default_factory=list)
    tokens: Sequence[_Token] = ()
    place: int = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.place]

    def whole(self) -> Node:
        if len(self.text) > MAX_LENGTH:
            self.stop(MAX_LENGTH, f"the test has {len(self.text):,} characters; {MAX_LENGTH:,} at most")
        self.tokens = tuple(self.read())
        if self.next.text == EVERYTHING and self.tokens[1].kind == "end":
            return Everything()
        node = self.either(0)
        if self.next.kind != "end":
            self.stop(self.next.at, f"found {self.received()} where the test could end", "Join two tests by and, or.")
        return node

    def read(self) -> Iterator[_Token]:
        position = 0
        while position < len(self.text):
            match = _TOKEN.match(self.text, position)
            if match is None:
                self.refuse(self.text[position], position + 1)
            if match.lastgroup != "space":
                yield _Token(str(match.lastgroup), match.group(), position + 1)
            position = match.end()
        yield _Token("end", "", len(self.text) + 1)

    def refuse(self, letter: str, at: int) -> NoReturn:
        if letter in "\"'":
            self.stop(at, "the quote is not closed", f"Close it with {letter}.")
        hint = f"Write {_SIGNS[letter]} instead." if letter in _SIGNS else "Text stands in quotes."
        self.stop(at, f"the character {letter!r} has no meaning here", hint)

    def note(self, at: int, message: str, hint: str = "") -> None:
        origin = Origin(column=at, locator=f"subjects, column {at}")
        self.found.append(Finding(CHECK, "error", message, hint, origin, excerpt=self.text[:200]))

    def stop(self, at: int, message: str, hint: str = "") -> NoReturn:
        self.note(at, message, hint)
        raise _Stop

    # ---- the grammar ----

    def either(self, depth: int) -> Node:
        parts = [self.both(depth)]
        while self.take("or"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def both(self, depth: int) -> Node:
        parts = [self.plain(depth)]
        while self.take("and"):
            parts.append(self.plain(depth))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def plain(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            self.stop(self.next.at, f"brackets and not are nested more than {MAX_DEPTH} deep")
        if self.take("not"):
            return Not(self.plain(depth + 1))
        if self.take("("):
            inner = self.either(depth + 1)
            self.need(")")
            return inner
        return self.test()

    def test(self) -> Node:
        column, at = self.column(), self.next.at
        sign = self.next.text
        if sign in _SAME or sign in _ORDER:
            self.place += 1
            if sign in _ORDER and self.columns.get(column) is str:
                self.note(at, f"'{column}' is text, which has no order", "Use ==, != or in […].")
            place = self.next.at
            return Test(column, sign, (self.value(column),), (place,))
        refused = self.take("not")
        if not self.take("in"):
            self.stop(self.next.at, f"found {self.received()} where a sign was expected", "Use ==, !=, <, > or in […].")
        within = self.within(column)
        return Not(within) if refused else within

    def within(self, column: str) -> Test:
        self.need("[")
        places, values = [self.next.at], [self.value(column)]
        while self.take(","):
            places.append(self.next.at)
            values.append(self.value(column))
        self.need("]")
        return Test(column, "in", tuple(values), tuple(places))

    def column(self) -> str:
        token = self.next
        if token.kind != "word" or token.text in _KEYWORDS:
            self.stop(token.at, f"found {self.received()} where a column was expected", self.known(""))
        self.place += 1
        if token.text not in self.columns:
            self.note(token.at, f"unknown column '{token.text}'", self.known(token.text))
        return token.text

    def value(self, column: str) -> Value:
        """Text or a number, as the column is; of an unknown column either."""
        token = self.next
        wanted = {str: "text", float: "number"}.get(self.columns.get(column, object), token.kind)
        if token.kind not in ("text", "number"):
            hint = f'Put text in quotes: "{token.text}".' if token.kind == "word" else ""
            self.stop(token.at, f"found {self.received()} where a value was expected", hint)
        self.place += 1
        if token.kind != wanted:
            hint = f'Put it in quotes: "{token.text}".' if wanted == "text" else "Write e.g. 1e9, or 0.15 for 15 %."
            kind = "text" if wanted == "text" else "a number"
            self.note(token.at, f"'{column}' is {kind}, and is compared with {token.text}", hint)
        return token.text[1:-1] if token.kind == "text" else float(token.text)

    def take(self, text: str) -> bool:
        if self.next.kind in ("word", "sign") and self.next.text == text:
            self.place += 1
            return True
        return False

    def need(self, text: str) -> None:
        if not self.take(text):
            self.stop(self.next.at, f"found {self.received()} where '{text}' was expected")

    def received(self) -> str:
        return f"'{self.next.text}'" if self.next.kind != "end" else "the end"

    def known(self, name: str) -> str:
        """The nearest column; else those of companies.csv, as the metrics would be a page."""
        near = did_you_mean(name, self.columns) if name else ""
        if near.startswith("Did"):
            return near
        texts = ", ".join(column for column, kind in self.columns.items() if kind is str)
        return f"Known: {texts}, and the metrics of `bench metrics`."

"""The formula language: text becomes a tree of frozen nodes, or findings that name the column of each mistake.

``growth(revenue[cloud, ltm])``, ``price * shares``, ``roe - prior(roe)``. Items come from core.items, other names are
metrics. A bare item means its natural window: a stock its latest balance, market data the price date. `prior` does
not survive parsing: it becomes a lag, in years, on the operands and metrics below it. The published grammar is
grammar.lark; this reader follows it by hand because it must cost nothing to start.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NoReturn, TypeAlias

from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.core.items import ITEMS, Item
from peerbench.core.metric import Operand
from peerbench.core.periods import ESTIMATE_WINDOWS, FLOW_WINDOWS, STATISTIC_WINDOWS, WINDOWS

MAX_LENGTH: Final = 1000
MAX_DEPTH: Final = 20
MAX_OPERATIONS: Final = 100
MAX_NODES: Final = 500  # after growth(), avg() and the like have doubled what they read
MAX_YEARS: Final = 10

COMPARISONS: Final = ("<=", ">=", "==", "!=", "<", ">")
# name: fewest and most arguments, what it means
FUNCTIONS: Final[dict[str, tuple[int, int, str]]] = {
    "growth": (1, 1, "change on a year before, as a fraction; both ends must be above zero"),
    "cagr": (2, 2, "compound annual growth over so many years, as a fraction"),
    "avg": (1, 1, "mean of the value and the value a year before"),
    "prior": (1, 2, "the value one year before, or so many years before"),
    "change": (1, 1, "the value less the value a year before"),
    "optional": (1, 1, "the item, or nothing where it is not disclosed (flagged)"),
    "max": (2, 20, "the largest"),
    "min": (2, 20, "the smallest"),
    "sum": (1, 20, "all added"),
    "abs": (1, 1, "without its sign"),
}
WINDOWS_OF: Final[dict[str, tuple[str, ...]]] = {
    "flow": FLOW_WINDOWS,
    "stock": ("latest",),
    "market": ("spot",),
    "statistic": STATISTIC_WINDOWS,
    "estimate": ESTIMATE_WINDOWS,
}
PAIRWISE: Final = ("correlation",)  # the segment names the other company
NATURAL_WINDOW: Final = {"stock": "latest", "market": "spot"}
SIGNS: Final = {"×": "*", "÷": "/", "−": "-", "–": "-", "≤": "<=", "≥": ">=", "≠": "!=", "=": "==", "%": "/ 100"}


@dataclass(frozen=True, slots=True)
class Constant:
    value: float
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Read:
    """An operand. pinned: its segment was written out, so a segment variant of the formula leaves it alone."""

    operand: Operand
    pinned: bool = False
    column: int = field(default=0, compare=False)

    @property
    def key(self) -> str:
        return self.operand.key


@dataclass(frozen=True, slots=True)
class Reference:
    """Another metric, `lag` years back. Its key names a column: ``roe`` or ``roe@-1``."""

    metric: str
    lag: int = 0
    column: int = field(default=0, compare=False)

    @property
    def key(self) -> str:
        return key_of(self.metric, self.lag)


@dataclass(frozen=True, slots=True)
class Negative:
    of: Node
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """+ - * / or a comparison; column is the sign's own."""

    sign: str
    left: Node
    right: Node
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """growth, avg, change and cagr hold both ends: (now, before) and, for cagr, the number of years."""

    name: str
    arguments: tuple[Node, ...]
    column: int = field(default=0, compare=False)


Node: TypeAlias = Constant | Read | Reference | Negative | Operation | Call
PAIRED: Final = frozenset({"growth", "cagr", "avg", "change"})


def key_of(metric: str, lag: int) -> str:
    """The column of a metric evaluated `lag` years back."""
    return f"{metric}@-{lag}" if lag else metric


def children(node: Node) -> tuple[Node, ...]:
    match node:
        case Negative(of):
            return (of,)
        case Operation(_, left, right):
            return (left, right)
        case Call(_, arguments):
            return arguments
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Every node, in the order written."""
    yield node
    for child in children(node):
        yield from walk(child)


def leaves(node: Node) -> tuple[Read | Reference, ...]:
    """What a tree reads, each once, in the order written."""
    found = {leaf.key: leaf for leaf in walk(node) if isinstance(leaf, (Read, Reference))}
    return tuple(found.values())


def transform(node: Node, leaf: Callable[[Read | Reference], Node]) -> Node:
    """The same tree with every operand and metric replaced."""
    match node:
        case Read() | Reference():
            return leaf(node)
        case Negative(of, column):
            return Negative(transform(of, leaf), column)
        case Operation(sign, left, right, column):
            return Operation(sign, transform(left, leaf), transform(right, leaf), column)
        case Call(name, arguments, column):
            return Call(name, tuple(transform(argument, leaf) for argument in arguments), column)
        case _:
            return node


def shift(node: Node, years: int) -> Node:
    """The tree as it stood so many years before."""

    def back(leaf: Read | Reference) -> Node:
        if isinstance(leaf, Reference):
            return replace(leaf, lag=leaf.lag + years)
        return replace(leaf, operand=replace(leaf.operand, lag=leaf.operand.lag + years))

    return transform(node, back) if years else node


def for_segment(node: Node, segment: str) -> Node:
    """The tree of one segment: every operand whose segment was not written out, and every metric below."""

    def of_segment(leaf: Read | Reference) -> Node:
        if isinstance(leaf, Reference):
            return replace(leaf, metric=f"{leaf.metric}[{segment}]") if "[" not in leaf.metric else leaf
        return leaf if leaf.pinned else replace(leaf, operand=replace(leaf.operand, segment=segment))

    return transform(node, of_segment)


def written(node: Node) -> str:
    """The tree as a formula again."""
    match node:
        case Constant(value):
            return f"{value:.12f}".rstrip("0").rstrip(".")
        case Read(operand, pinned):
            return operand.key.replace("[", "[total, ", 1) if pinned and operand.segment == "total" else operand.key
        case Reference(metric, lag):
            return f"prior({metric}, {lag})" if lag > 1 else f"prior({metric})" if lag else metric
        case Negative(of):
            return f"-{_bracketed(of, 3)}"
        case Operation(sign, left, right):
            rank = _rank(node)
            return f"{_bracketed(left, rank + (rank == 0))} {sign} {_bracketed(right, rank + 1)}"
        case Call(name, arguments):
            shown = (arguments[0], *arguments[2:]) if name in PAIRED else arguments
            return f"{name}({', '.join(map(written, shown))})"


def _rank(node: Node) -> int:
    """How tightly a node binds: comparison 0, sum 1, product 2, sign 3, the rest 4."""
    if isinstance(node, Operation):
        return 2 if node.sign in "*/" else 1 if node.sign in "+-" else 0
    return 3 if isinstance(node, Negative) else 4


def _bracketed(node: Node, rank: int) -> str:
    return written(node) if _rank(node) >= rank + (rank == 3) else f"({written(node)})"


# ---- reading --------------------------------------------------------------------------------------------------------


class _Stop(Exception):
    """Reading cannot go on; the finding is already noted."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # number, name, selectors, sign, open, close, comma, end
    text: str
    column: int


_TOKEN: Final = re.compile(
    r"(?P<space>[ \t\r\n]+)|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<selectors>\[[^\[\]()]*\])|(?P<sign><=|>=|==|!=|[-+*/<>])|(?P<open>\()|(?P<close>\))|(?P<comma>,)"
)


@dataclass(slots=True)
class _Notes:
    """Findings of one formula, all about the same subject."""

    text: str
    subject: str
    file: str
    found: list[Finding] = field(default_factory=list)

    def note(self, check: str, column: int, message: str, hint: str = "") -> None:
        place = f"formula of {self.subject}" if self.subject else "formula"
        origin = Origin(self.file, column=column, locator=f"{place}, column {column}")
        excerpt = self.text if len(self.text) <= MAX_LENGTH else self.text[:80] + "…"
        self.found.append(Finding(check, "error", message, hint, origin, self.subject, excerpt))

    def stop(self, check: str, column: int, message: str, hint: str = "") -> NoReturn:
        self.note(check, column, message, hint)
        raise _Stop


def _tokens(notes: _Notes) -> list[_Token]:
    text, tokens, position, depth, operations = notes.text, [], 0, 0, 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        column = position + 1
        if match is None:
            _refuse_character(notes, text[position], column)
        kind = str(match.lastgroup)
        position = match.end()
        depth += (kind == "open") - (kind == "close")
        operations += kind in ("sign", "open")
        if depth > MAX_DEPTH:
            notes.stop("formula-limit", column, f"brackets are nested more than {MAX_DEPTH} deep", "Define a metric.")
        if operations > MAX_OPERATIONS:
            notes.stop("formula-limit", column, f"more than {MAX_OPERATIONS} operations", "Split it into metrics.")
        if kind != "space":
            tokens.append(_Token(kind, match.group(), column))
    return [*tokens, _Token("end", "", len(text) + 1)]


def _refuse_character(notes: _Notes, character: str, column: int) -> NoReturn:
    if character == "[":
        notes.stop("formula-syntax", column, "the bracket [ is not closed", "Write revenue[ltm].")
    hint = f"Write {SIGNS[character]} instead." if character in SIGNS else ""
    notes.stop("formula-syntax", column, f"the character {character!r} has no meaning in a formula", hint)


@dataclass(slots=True)
class _Reader:
    """Reads tokens left to right; `metrics` are the names a formula may use beside the items."""

    notes: _Notes
    tokens: list[_Token]
    metrics: Collection[str]
    at: int = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        token = self.tokens[self.at]
        self.at += token.kind != "end"
        return token

    def whole(self) -> Node:
        node = self.comparison()
        if self.next.kind != "end":
            self.unexpected("an operator or the end")
        return node

    def unexpected(self, wanted: str) -> NoReturn:
        token = self.next
        if token.kind == "end":
            self.notes.stop("formula-syntax", token.column, f"the formula ends where {wanted} was expected")
        self.notes.stop("formula-syntax", token.column, f"found {token.text!r} where {wanted} was expected")

    def comparison(self) -> Node:
        left = self.chain(("+", "-"), lambda: self.chain(("*", "/"), self.signed))
        if self.next.kind == "sign" and self.next.text in COMPARISONS:
            sign = self.take()
            right = self.chain(("+", "-"), lambda: self.chain(("*", "/"), self.signed))
            return Operation(sign.text, left, right, sign.column)
        return left

    def chain(self, signs: tuple[str, ...], operand: Callable[[], Node]) -> Node:
        node = operand()
        while self.next.kind == "sign" and self.next.text in signs:
            sign = self.take()
            node = Operation(sign.text, node, operand(), sign.column)
        return node

    def signed(self) -> Node:
        if self.next.kind == "sign" and self.next.text == "-":
            sign = self.take()
            return Negative(self.primary(), sign.column)
        return self.primary()

    def primary(self) -> Node:
        token = self.next
        if token.kind == "number":
            return self.number(self.take())
        if token.kind == "open":
            self.take()
            node = self.comparison()
            self.close()
            return node
        if token.kind != "name":
            self.unexpected("a name, a number or a bracket")
        self.take()
        if self.next.kind == "open":
            return self.call(token)
        if self.next.kind == "selectors":
            return self.selected(token, self.take())
        return self.bare(token)

    def close(self) -> None:
        if self.next.kind != "close":
            self.unexpected("a closing bracket")
        self.take()

    def number(self, token: _Token) -> Node:
        value = float(token.text)
        if not math.isfinite(value):
            self.notes.stop("formula-limit", token.column, "the number is too large")
        return Constant(value, token.column)

    # ---- functions ----

    def call(self, name: _Token) -> Node:
        self.take()
        arguments: list[Node] = []
        while self.next.kind != "close":
            arguments.append(self.comparison())
            if self.next.kind == "comma":
                self.take()
            elif self.next.kind != "close":
                self.unexpected("a comma or a closing bracket")
        self.close()
        if name.text not in FUNCTIONS:
            hint = did_you_mean(name.text, FUNCTIONS)
            self.notes.note("formula-name", name.column, f"unknown function {name.text!r}", hint)
            return Constant(0.0, name.column)
        return self.apply(name, arguments)

    def apply(self, name: _Token, arguments: list[Node]) -> Node:
        fewest, most, _ = FUNCTIONS[name.text]
        if not fewest <= len(arguments) <= most:
            wanted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            message = f"{name.text}() takes {wanted} argument{'s' * (wanted != '1')}, not {len(arguments)}"
            self.notes.note("formula-arguments", name.column, message)
            return Constant(0.0, name.column)
        if name.text in ("prior", "cagr"):
            years = self.years(name, arguments[1]) if len(arguments) == 2 else 1
            before = self.before(arguments[0], years)
            if name.text == "prior":
                return before
            return Call("cagr", (arguments[0], before, Constant(float(years), name.column)), name.column)
        if name.text in PAIRED:
            return Call(name.text, (arguments[0], self.before(arguments[0], 1)), name.column)
        if name.text == "optional" and not isinstance(arguments[0], Read):
            self.notes.note("formula-arguments", name.column, "optional() takes a single item", "Write optional(item).")
        return Call(name.text, tuple(arguments), name.column)

    def before(self, node: Node, years: int) -> Node:
        # Checked before it is doubled: growth(growth(…)) unfolds to a power of two.
        _check_size(self.notes, node)
        return shift(node, years)

    def years(self, name: _Token, node: Node) -> int:
        if isinstance(node, Constant) and node.value == int(node.value) and 1 <= node.value <= MAX_YEARS:
            return int(node.value)
        message = f"{name.text}() takes a whole number of years from 1 to {MAX_YEARS}"
        self.notes.note("formula-arguments", name.column, message)
        return 1

    # ---- names ----

    def bare(self, name: _Token) -> Node:
        item = ITEMS.get(name.text)
        if name.text in self.metrics and (item is None or item.kind not in NATURAL_WINDOW):
            return Reference(name.text, column=name.column)
        if item is None:
            return self.unknown(name)
        if item.kind not in NATURAL_WINDOW:
            return self.windowless(name, item)
        return Read(Operand(item.name, NATURAL_WINDOW[item.kind]), column=name.column)

    def unknown(self, name: _Token) -> Node:
        hint = "Write it with brackets." if name.text in FUNCTIONS else did_you_mean(name.text, self.known(name.text))
        self.notes.note("formula-name", name.column, f"unknown name {name.text!r}", hint)
        return Constant(0.0, name.column)

    def known(self, name: str) -> Collection[str]:
        """Names near enough to offer: all of them would be a page."""
        everything = {*ITEMS, *self.metrics}
        return {other for other in everything if other[:1] == name[:1]} or everything

    def windowless(self, name: _Token, item: Item, *, segment: str = "") -> Node:
        windows = WINDOWS_OF[item.kind]
        message = f"{item.name} needs a window: {', '.join(windows[:-1])} or {windows[-1]}"
        hint = f"Write {item.name}[{windows[0]}]."
        if segment:
            message += f" ({segment!r} was read as a segment)"
            near = did_you_mean(segment, windows)
            hint = near if near.startswith("Did") else f"Write {item.name}[{segment}, {windows[0]}]."
        self.notes.note("formula-window", name.column, message, hint)
        return Constant(0.0, name.column)

    def selected(self, name: _Token, selectors: _Token) -> Node:
        parts = [part.strip() for part in selectors.text[1:-1].split(",")]
        windows = [part for part in parts if part in WINDOWS]
        lags = [part for part in parts if re.fullmatch(r"[-−]\d+", part)]
        segments = [part for part in parts if part not in windows and part not in lags]
        if len(windows) > 1 or len(lags) > 1 or len(segments) > 1 or "" in parts:
            message = f"{selectors.text} is not [window], [segment, window] or [segment, window, -years]"
            self.notes.note("formula-syntax", selectors.column, message)
            return Constant(0.0, name.column)
        if not selectors.text.isprintable():
            self.notes.note("formula-syntax", selectors.column, "the name in brackets has characters that do not print")
        years = min(int(lags[0][1:]), 99) if lags else 0
        segment, window = (segments or ["total"])[0], (windows or [""])[0]
        item = ITEMS.get(name.text)
        if name.text in self.metrics and not window:
            metric = name.text if not segments else f"{name.text}[{segment}]"
            return Reference(metric, years, name.column)
        if item is None:
            return self.unknown(name)
        return self.operand(name, item, Operand(item.name, window, segment, years), pinned=bool(segments))

    def operand(self, name: _Token, item: Item, operand: Operand, *, pinned: bool) -> Node:
        window = operand.window or NATURAL_WINDOW.get(item.kind, "")
        if not window:
            return self.windowless(name, item, segment=operand.segment if pinned else "")
        if window not in WINDOWS_OF[item.kind]:
            wanted = ", ".join(WINDOWS_OF[item.kind])
            message = f"{item.name} has no window {window!r}; it has {wanted}"
            self.notes.note("formula-window", name.column, message, f"Write {item.name}[{WINDOWS_OF[item.kind][0]}].")
        if operand.segment != "total" and item.kind in ("market", "statistic") and item.name not in PAIRWISE:
            self.notes.note("formula-segment", name.column, f"{item.name} is not known by segment")
        return Read(replace(operand, window=window), pinned, name.column)


def parse(
    text: str, *, metrics: Collection[str] | Mapping[str, object] = (), subject: str = "", file: str = ""
) -> tuple[Node | None, tuple[Finding, ...]]:
    """Read a formula. None stands for a tree that cannot be used; the findings then say why."""
    notes = _Notes(text, subject, file)
    try:
        if len(text) > MAX_LENGTH:
            notes.stop("formula-limit", MAX_LENGTH, f"the formula has {len(text)} characters; {MAX_LENGTH} at most")
        node = _Reader(notes, _tokens(notes), metrics).whole()
        if not notes.found:
            _check_size(notes, node)
    except _Stop:
        return None, tuple(notes.found)
    return (None if notes.found else node), tuple(notes.found)


def _check_size(notes: _Notes, node: Node) -> None:
    for count, part in enumerate(walk(node), start=1):
        if count > MAX_NODES:
            notes.stop("formula-limit", part.column, f"the formula unfolds to more than {MAX_NODES} steps")
        years = part.lag if isinstance(part, Reference) else part.operand.lag if isinstance(part, Read) else 0
        if years > MAX_YEARS:
            notes.stop("formula-limit", part.column, f"the formula looks back more than {MAX_YEARS} years")

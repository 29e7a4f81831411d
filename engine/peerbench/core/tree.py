"""YAML text → a tree whose every key and value knows its line and column.

Read from the parser's events, never by its constructors: no tags, anchors, aliases or merge keys, bounded size, depth
and node count. Scalars follow YAML 1.2 core, except that a number with a leading zero stays text: 0700 is a ticker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from peerbench.core.findings import Finding, Origin

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 24
MAX_NODES: Final = 20_000
MAX_FINDINGS: Final = 50

Plain = None | bool | int | float | str


@dataclass(frozen=True, slots=True)
class Scalar:
    """A written value; `plain` is false when it stands in quotes or a block."""

    text: str
    plain: bool
    place: Origin


@dataclass(frozen=True, slots=True)
class Series:
    items: tuple[Node, ...]
    place: Origin


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    key_place: Origin
    value: Node


@dataclass(frozen=True, slots=True)
class Table:
    entries: dict[str, Entry]
    place: Origin


Node = Scalar | Series | Table


@dataclass(slots=True)
class _Open:
    """A collection being read. A table's `key` is the one whose value comes next."""

    place: Origin
    table: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    key: Scalar | None = None
    waiting: bool = True  # a table waits for a key

    def close(self) -> Node:
        return Table(self.entries, self.place) if self.table else Series(tuple(self.items), self.place)


_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What YAML lets into a stream, less the line breaks that editors do not count as such (U+0085, U+2028, U+2029).
_UNPRINTABLE: Final = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def parse(text: str, *, file: str) -> tuple[Node | None, tuple[Finding, ...]]:
    """The tree of one YAML document, or None, and everything in it that this program does not read."""
    stray = _UNPRINTABLE.search(text)
    if stray:
        line = text.count("\n", 0, stray.start()) + 1
        column = stray.start() - text.rfind("\n", 0, stray.start())
        place = Origin(file, line, column)
        code = f"U+{ord(stray.group()):04X}"
        return None, (Finding("config.yaml", "error", f"control character {code} in the text", "Delete it.", place),)
    reader = _Reader(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if not reader.take(event):
                break
    except yaml.YAMLError as error:
        reader.findings.append(_syntax(error, file, text))
        return None, tuple(reader.findings)
    return reader.root, tuple(reader.findings)


class _Reader:
    """Collects events into a tree with a stack of its own; one pass, no recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Node | None = None
        self.findings: list[Finding] = []
        self._stack: list[_Open] = []
        self._nodes = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> bool:
        """Add one event; False when reading must stop."""
        place = self._place(event)
        if isinstance(event, yaml.DocumentStartEvent):
            return self._document(place)
        if isinstance(event, yaml.NodeEvent):
            self._refuse_decorations(event, place)
        if isinstance(event, yaml.CollectionStartEvent):
            return self._open(place, table=isinstance(event, yaml.MappingStartEvent))
        if isinstance(event, yaml.CollectionEndEvent):
            self._add(self._stack.pop().close())
        elif isinstance(event, yaml.ScalarEvent):
            # The C parser says "" of a plain scalar, the other one None.
            self._add(Scalar(event.value, not event.style, place))
        elif isinstance(event, yaml.AliasEvent):
            self._add(Scalar("", True, place))
        return self._within_limits(place)

    def _place(self, event: yaml.Event) -> Origin:
        mark = event.start_mark
        return Origin(self.file, mark.line + 1, mark.column + 1) if mark else Origin(self.file)

    def _say(self, place: Origin, message: str, hint: str) -> None:
        self.findings.append(Finding("config.yaml", "error", message, hint, place))

    def _document(self, place: Origin) -> bool:
        self._documents += 1
        if self._documents > 1:
            self._say(place, "a second document begins here", "Keep one document per file: delete this '---'.")
        return self._documents == 1

    def _refuse_decorations(self, event: yaml.NodeEvent, place: Origin) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._say(place, f"alias '*{event.anchor}' is not read", "Write the value out.")
        elif event.anchor is not None:
            hint = "Delete it; settings shared by several configs belong in the file named by 'extends'."
            self._say(place, f"anchor '&{event.anchor}' is not read", hint)
        tag = getattr(event, "tag", None)
        if tag is not None:
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            self._say(place, f"tag '{shown}' is not read", "Delete it; put the value in quotes to keep it as text.")

    def _open(self, place: Origin, *, table: bool) -> bool:
        self._stack.append(_Open(place, table))
        if len(self._stack) > MAX_DEPTH:
            self._say(place, f"nested deeper than {MAX_DEPTH} levels", "A config needs four levels at most.")
            return False
        return self._within_limits(place)

    def _within_limits(self, place: Origin) -> bool:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._say(place, f"more than {MAX_NODES:,} values", "Split the file, or move data into CSV files.")
            return False
        return len(self.findings) < MAX_FINDINGS

    def _add(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        top = self._stack[-1]
        if not top.table:
            top.items.append(node)
        elif top.waiting:
            top.key, top.waiting = self._key(node), False
        else:
            self._enter(top, node)
            top.key, top.waiting = None, True

    def _key(self, node: Node) -> Scalar | None:
        if not isinstance(node, Scalar):
            self._say(
                node.place, "a key must be a word, not a list or mapping", "Put text that holds {, [ or : in quotes."
            )
            return None
        if node.plain and node.text == "<<":
            self._say(node.place, "the merge key '<<' is not read", "Write the keys out, or use 'extends'.")
            return None
        return node

    def _enter(self, table: _Open, value: Node) -> None:
        key = table.key
        if key is None:
            return
        first = table.entries.setdefault(key.text, Entry(key.text, key.place, value))
        if first.value is value:
            return
        lines = f"line {first.key_place.line} and line {key.place.line}"
        self._say(key.place, f"key '{key.text}' stands twice: {lines}", "Delete one of them.")


def _syntax(error: yaml.YAMLError, file: str, text: str) -> Finding:
    mark, began = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable")
    context = getattr(error, "context", None)
    hint = _way_out(problem, text, mark)
    if "end of stream" in problem or mark is None:  # the end of the file tells nobody where the quote was opened
        mark = began or mark
    elif began is not None and began.line != mark.line:
        hint += f" It began on line {began.line + 1}."
    place = Origin(file, mark.line + 1, mark.column + 1) if mark else Origin(file)
    message = f"not valid YAML: {problem}" + (f" {context}" if context else "")
    return Finding("config.yaml", "error", message, hint, place)


_WAYS_OUT: Final = (
    ("mapping values are not allowed", "Put text that holds ': ' in quotes, and check the indentation."),
    ("did not find expected key", "Check the indentation of this line and the quotes before it."),
    ("did not find expected '-' indicator", "Items of one list begin at one column, each with '- '."),
    ("did not find expected ',' or", "Close the bracket opened before; put text that holds , : [ or { in quotes."),
    ("could not find expected ':'", "Write 'key: value' with a space after the colon."),
    ("unexpected end of stream", "Close the quote opened before."),
    ("cannot start any token", "Put text that begins with this character in quotes."),
)


def _way_out(problem: str, text: str, mark: yaml.Mark | None) -> str:
    if mark is not None and text.split("\n")[mark.line : mark.line + 1] and _char(text, mark) == "\t":
        return "Indent with spaces, not tabs."
    return next((hint for part, hint in _WAYS_OUT if part in problem), "Check this line and the one before it.")


def _char(text: str, mark: yaml.Mark) -> str:
    line = text.split("\n")[mark.line]
    return line[mark.column : mark.column + 1]


# ---- scalars ---------------------------------------------------------------------------------------------------------

_NULL: Final = frozenset(("", "~", "null", "Null", "NULL"))
_BOOL: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT: Final = re.compile(r"[-+]?(0|[1-9][0-9]{0,30})\Z", re.ASCII)
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z", re.ASCII)


def plain(node: Node) -> Any:
    """The tree as Python values. Empty values of a mapping are left out: `peers:` alone says nothing."""
    if isinstance(node, Scalar):
        return scalar(node)
    if isinstance(node, Series):
        return [plain(item) for item in node.items]
    return {key: plain(entry.value) for key, entry in node.entries.items() if not is_null(entry.value)}


def is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text in _NULL


def scalar(node: Scalar) -> Plain:
    """YAML 1.2 core: NO is text, 2025-09-23 is text until a field asks for a date, 0700 is text."""
    if not node.plain:
        return node.text
    if node.text in _NULL:
        return None
    if node.text in _BOOL:
        return _BOOL[node.text]
    if _INT.match(node.text):
        return int(node.text)
    return float(node.text) if len(node.text) < 60 and _FLOAT.match(node.text) else node.text


# ---- merging ---------------------------------------------------------------------------------------------------------


def merge(base: Table, over: Table) -> Table:
    """`over` on top of `base`: mappings merge key by key, anything else replaces; an empty value takes a key away."""
    merged = {key: _merged(base.entries.get(key), entry) for key, entry in over.entries.items()}
    inherited = {key: entry for key, entry in base.entries.items() if key not in merged}
    return Table({**merged, **inherited}, over.place)


def _merged(below: Entry | None, entry: Entry) -> Entry:
    if below is None or not isinstance(below.value, Table) or not isinstance(entry.value, Table):
        return entry
    return Entry(entry.key, entry.key_place, merge(below.value, entry.value))


Path = tuple[str | int, ...]


def places(node: Node, path: Path = ()) -> Iterator[tuple[Path, Origin, Origin]]:
    """(path, place of the key, place of the value) of every node; an item's key is the item itself."""
    if not path:
        yield path, node.place, node.place
    if isinstance(node, Series):
        for index, item in enumerate(node.items):
            yield (*path, index), item.place, item.place
            yield from places(item, (*path, index))
    elif isinstance(node, Table):
        for key, entry in node.entries.items():
            yield (*path, key), entry.key_place, entry.value.place
            yield from places(entry.value, (*path, key))

"""Shapes of YAML: which keys a file may hold and of what kind. Checked on the tree, so every mistake has its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from peerbench.core import tree
from peerbench.core.findings import Finding, did_you_mean


@dataclass(frozen=True, slots=True)
class Words:
    """Text. choices: the only words it may be."""

    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Amount:
    """A number above zero."""


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""


@dataclass(frozen=True, slots=True)
class List:
    of: Shape


@dataclass(frozen=True, slots=True)
class Map:
    """Keys of the author's choice, values of one shape."""

    of: Shape


@dataclass(frozen=True, slots=True)
class Record:
    """Known keys. short: what may stand for the record, a metric's id for a column say; rule: what else must hold."""

    keys: Mapping[str, Shape]
    required: tuple[str, ...] = ()
    short: Shape | None = None
    rule: Callable[[tree.Table, str], Iterator[Finding]] | None = None


Shape = Words | Amount | Flag | List | Map | Record

WORDS: Final = Words()
NAMES: Final = List(WORDS)


def mistakes(node: tree.Node, shape: Shape, name: str = "") -> Iterator[Finding]:
    """Everything in the tree that is not of the shape. An empty value takes a key away and is never wrong."""
    if tree.is_null(node):
        return
    if isinstance(shape, Record) and shape.short is not None and isinstance(node, tree.Scalar):
        shape = shape.short
    match shape:
        case Words(choices):
            yield from _words(node, choices, name)
        case Flag():
            if not (isinstance(node, tree.Scalar) and isinstance(tree.scalar(node), bool)):
                yield wrong(node, f"{name}: expected true or false")
        case Amount():
            value = tree.scalar(node) if isinstance(node, tree.Scalar) else None
            if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
                yield wrong(node, f"{name}: expected a number above zero")
        case List(of):
            yield from _list(node, of, name)
        case Map(of):
            yield from _map(node, of, name)
        case Record():
            yield from _record(node, shape, name)


def wrong(node: tree.Node, message: str, hint: str = "") -> Finding:
    """A mistake at a node; the reader of the file names the check."""
    return Finding("shape", "error", message, hint, node.place)


def _words(node: tree.Node, choices: tuple[str, ...], name: str) -> Iterator[Finding]:
    if not isinstance(node, tree.Scalar):
        yield wrong(node, f"{name}: expected text", "Put text that holds {, [ or : in quotes.")
    elif choices and node.text not in choices:
        hint = did_you_mean(node.text, choices)
        yield wrong(node, f"{name}: '{node.text}' is not one of {', '.join(choices)}", hint if "Did" in hint else "")


def _list(node: tree.Node, of: Shape, name: str) -> Iterator[Finding]:
    if not isinstance(node, tree.Series):
        hint = f"Write [{node.text}]." if isinstance(node, tree.Scalar) else ""
        yield wrong(node, f"{name}: expected a list", hint)
        return
    for number, item in enumerate(node.items, 1):
        yield from mistakes(item, of, f"{name}[{number}]")


def _map(node: tree.Node, of: Shape, name: str) -> Iterator[Finding]:
    if not isinstance(node, tree.Table):
        yield wrong(node, f"{name}: expected a mapping of keys to values")
        return
    for key, entry in node.entries.items():
        yield from mistakes(entry.value, of, f"{name}.{key}".lstrip("."))


def _record(node: tree.Node, shape: Record, name: str) -> Iterator[Finding]:
    if not isinstance(node, tree.Table):
        yield wrong(node, f"{name}: expected a mapping of keys to values")
        return
    inside = f" in {name}" if name else ""
    for key, entry in node.entries.items():
        if key not in shape.keys:
            hint = did_you_mean(key, shape.keys)
            yield Finding("shape", "error", f"unknown key '{key}'{inside}", hint, entry.key_place)
        else:
            yield from mistakes(entry.value, shape.keys[key], f"{name}.{key}".lstrip("."))
    for key in shape.required:
        # What a misspelt key was meant to be is told once, as unknown.
        if key not in node.entries and not get_close_matches(key, set(node.entries) - set(shape.keys), n=1):
            yield wrong(node, f"{name} has no '{key}'")
    if shape.rule is not None:
        yield from shape.rule(node, name)

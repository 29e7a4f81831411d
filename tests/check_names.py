"""The names of everything that the program may find: read from its source, where a finding is made."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import peerbench

SOURCE = Path(peerbench.__file__).parent
# Calls that make a finding; the name is the first plain text among their first two arguments.
MAKERS = {"Finding", "finding", "_finding", "note", "stop", "fault", "_fault", "_apart", "refusal", "_refusal"}
FIRST = {"Finding", "finding", "note", "stop"}
NAME = re.compile(r"[a-z][a-z0-9]*([._-][a-z0-9]+)*")


def emitted() -> dict[str, str]:
    """Every check name and the module that emits it."""
    found: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        constants = dict(_constants(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) in MAKERS:
                for name in _names(node, constants):
                    found.setdefault(name, str(path.relative_to(SOURCE)))
            if isinstance(node, ast.Call):
                for keyword in node.keywords:
                    if keyword.arg == "check":
                        found.update({name: str(path.relative_to(SOURCE)) for name in _texts(keyword.value, constants)})
    return found


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        target = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(target, ast.Name) and isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Constant):
            yield target.id, str(node.value.value)


def _names(node: ast.Call, constants: dict[str, str]) -> Iterator[str]:
    """The first argument of a Finding and its like; makers that are told a place first have it second."""
    first = _called(node) in FIRST
    for argument in node.args[:1] if first else node.args[:2]:
        texts = list(_texts(argument, constants))
        if texts:
            yield from texts
            return


def _texts(node: ast.expr, constants: dict[str, str]) -> Iterator[str]:
    """The plain texts that an argument may be."""
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body, constants)
        yield from _texts(node.orelse, constants)
    text = node.value if isinstance(node, ast.Constant) else ""
    text = constants.get(node.id, "") if isinstance(node, ast.Name) else text
    if isinstance(text, str) and NAME.fullmatch(text):
        yield text

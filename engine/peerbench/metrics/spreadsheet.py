"""Formulas for a workbook, over named cells: ``=market_cap/net_income_common_ltm`` with its guards around it.

An input cell holds a number, "NA" where it is missing or "n.m." where it says nothing; the result follows the same
rules as the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from peerbench.metrics.formula import Call, Constant, Negative, Node, Operation, Read, Reference, walk
from peerbench.metrics.plan import Step

MISSING: Final = '"NA"'
NOT_MEANINGFUL: Final = '"n.m."'
SIGNS: Final = {"==": "=", "!=": "<>"}
_LIKE_A_CELL: Final = re.compile(r"[A-Za-z]{1,3}\d+|[rRcC]|[rR]\d*[cC]\d*")


def cell_name(key: str) -> str:
    """A name a workbook accepts: ``revenue[cloud, ltm, -1]`` is ``revenue_cloud_ltm_1y_before``."""
    name = re.sub(r"[@,\s]*-(\d+)\]?$", r"_\1y_before", key)
    name = re.sub(r"\W+", "_", name).strip("_")
    return f"{name}_" if _LIKE_A_CELL.fullmatch(name) else name


def spreadsheet(step: Step, *, cell: Callable[[str], str] = cell_name, years: float | None = None) -> str:
    """The formula of one metric; `cell` names the cell of an operand or metric by its key.

    years: of a compound rate between two days that are no anniversaries; else those that the formula names.
    """
    nodes = [node for tree in (step.tree, *step.positive) for node in walk(tree)]
    optional = {id(node.arguments[0]) for node in nodes if isinstance(node, Call) and node.name == "optional"}
    needed = {cell(n.key): None for n in nodes if isinstance(n, (Read, Reference)) and id(n) not in optional}
    formula = _value(step.tree if years is None else _over(step.tree, years), cell)
    if step.definition.excluded_above is not None:
        limit = f"{step.definition.excluded_above:g}"
        formula = f'IF({formula}>{limit},">{limit}x",{formula})'
    spared = dict.fromkeys(cell(n.key) for n in nodes if isinstance(n, Read) and id(n) in optional)
    unsaid = (f"{name}={NOT_MEANINGFUL}" for name in spared if name not in needed)
    conditions = dict.fromkeys((*unsaid, *_conditions(step, nodes, cell)))
    if conditions:
        formula = f"IF(OR({','.join(conditions)}),{NOT_MEANINGFUL},{formula})"
    if needed:
        absent = ",".join(f"{name}={MISSING}" for name in needed)
        counted = f"COUNT({','.join(needed)})<{len(needed)}"
        formula = f"IF(OR({absent}),{MISSING},IF({counted},{NOT_MEANINGFUL},{formula}))"
    return f"={formula}"


def _over(node: Node, years: float) -> Node:
    """The tree with compound rates taken over so many years."""
    match node:
        case Call("cagr", (now, before, _)):
            return replace(node, arguments=(now, before, Constant(years)))
        case Call(_, arguments):
            return replace(node, arguments=tuple(_over(each, years) for each in arguments))
        case Operation(_, left, right):
            return replace(node, left=_over(left, years), right=_over(right, years))
        case Negative(of):
            return replace(node, of=_over(of, years))
    return node


def _conditions(step: Step, nodes: list[Node], cell: Callable[[str], str]) -> list[str]:
    """What must not hold: a condition of the metric at or below zero, growth without a base, a divisor of zero."""
    found = [f"{_value(node, cell)}<=0" for node in step.positive]
    for node in nodes:
        if isinstance(node, Call) and node.name in ("growth", "cagr"):
            found += [f"{_value(end, cell)}<=0" for end in node.arguments[:2]]
        elif isinstance(node, Operation) and node.sign == "/" and not isinstance(node.right, Constant):
            found.append(f"{_value(node.right, cell)}=0")
    return [each for each in found if each.endswith("<=0") or f"{each.removesuffix('=0')}<=0" not in found]


def _value(node: Node, cell: Callable[[str], str]) -> str:
    match node:
        case Constant(value):
            return f"{value:.12f}".rstrip("0").rstrip(".")
        case Read() | Reference():
            return cell(node.key)
        case Negative(of):
            return f"-{_inside(of, cell, 4)}"
        case Operation(sign, left, right):
            rank = _rank(node)
            written = f"{_inside(left, cell, rank)}{SIGNS.get(sign, sign)}{_inside(right, cell, rank + 1)}"
            return written if rank else f"IF({written},1,0)"
        case Call(name, arguments):
            return _call(name, arguments, cell)


def _call(name: str, arguments: tuple[Node, ...], cell: Callable[[str], str]) -> str:
    now = _inside(arguments[0], cell, 2)
    match name:
        case "growth":
            return f"({now}/{_inside(arguments[1], cell, 3)}-1)"
        case "cagr":
            return f"(({now}/{_inside(arguments[1], cell, 3)})^(1/{_value(arguments[2], cell)})-1)"
        case "change":
            return f"({_value(arguments[0], cell)}-{_inside(arguments[1], cell, 2)})"
        case "optional":
            return f"N({_value(arguments[0], cell)})"
    function = {"avg": "AVERAGE"}.get(name, name.upper())
    return f"{function}({','.join(_value(argument, cell) for argument in arguments)})"


def _rank(node: Node) -> int:
    """How tightly a node binds: comparison 0 (written as IF), sum 1, product 2, sign 3, the rest 4."""
    if isinstance(node, Operation):
        return 2 if node.sign in "*/" else 1 if node.sign in "+-" else 0
    return 3 if isinstance(node, Negative) else 4


def _inside(node: Node, cell: Callable[[str], str], rank: int) -> str:
    written = _value(node, cell)
    is_comparison = _rank(node) == 0
    return written if is_comparison or _rank(node) >= rank else f"({written})"

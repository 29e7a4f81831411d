"""Dimensions: what may be added, compared and divided, checked before anything is computed.

A dimension is the powers of money, shares and things counted. Fractions, multiples and plain numbers have none; zero
fits all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from peerbench.core.findings import Finding, Origin
from peerbench.core.items import ITEMS
from peerbench.core.metric import MetricDefinition
from peerbench.metrics.formula import COMPARISONS, Call, Constant, Negative, Node, Operation, Read, Reference, written


class Dimension(NamedTuple):
    money: int = 0
    shares: int = 0
    things: int = 0

    def __str__(self) -> str:
        return NAMES.get(self) or " × ".join(
            f"{name}{'' if power == 1 else f'^{power}'}"
            for name, power in zip(self._fields, self, strict=True)
            if power
        )


PLAIN: Final = Dimension()
DIMENSIONS: Final[dict[str, Dimension]] = {
    "money": Dimension(money=1),
    "money_per_share": Dimension(money=1, shares=-1),
    "shares": Dimension(shares=1),
    "count": Dimension(things=1),
    "pure": PLAIN,
    "fraction": PLAIN,
    "times": PLAIN,
}
NAMES: Final[dict[Dimension, str]] = {
    PLAIN: "a plain number",
    DIMENSIONS["money"]: "money",
    DIMENSIONS["money_per_share"]: "money per share",
    DIMENSIONS["shares"]: "a number of shares",
    DIMENSIONS["count"]: "a count",
}


class _Mismatch(Exception):
    """Two dimensions that do not go together, at a column."""

    def __init__(self, column: int, message: str) -> None:
        self.column = column
        super().__init__(message)


def dimension(node: Node, units: Mapping[str, str]) -> Dimension | None:
    """The dimension of a tree; None for a literal zero. `units` gives the unit of each metric by id."""
    match node:
        case Constant(value):
            return None if value == 0 else PLAIN
        case Read(operand):
            return DIMENSIONS[ITEMS[operand.item].unit]
        case Reference(metric):
            return DIMENSIONS[units[metric]]
        case Negative(of):
            return dimension(of, units)
        case Operation(sign, left, right, column):
            return _operation(sign, (left, right), units, column)
        case Call(name, arguments, column):
            return _call(name, arguments, units, column)


def _operation(sign: str, sides: tuple[Node, Node], units: Mapping[str, str], column: int) -> Dimension | None:
    left, right = (dimension(side, units) for side in sides)
    if sign in "+-" or sign in COMPARISONS:
        same = _same(sides, (left, right), {"+": "added to", "-": "subtracted from"}.get(sign, "compared with"), column)
        return PLAIN if sign in COMPARISONS else same
    if left is None and sign == "*":
        return None
    direction = 1 if sign == "*" else -1
    return Dimension(*(a + direction * b for a, b in zip(left or PLAIN, right or PLAIN, strict=True)))


def _call(name: str, arguments: tuple[Node, ...], units: Mapping[str, str], column: int) -> Dimension | None:
    if name in ("growth", "cagr"):
        dimension(arguments[0], units)
        return PLAIN
    if name in ("max", "min", "sum"):
        return _same(arguments, tuple(dimension(argument, units) for argument in arguments), "combined with", column)
    return dimension(arguments[0], units)


def _same(nodes: tuple[Node, ...], found: tuple[Dimension | None, ...], verb: str, column: int) -> Dimension | None:
    known = [(node, kind) for node, kind in zip(nodes, found, strict=True) if kind is not None]
    for node, kind in known[1:]:
        if kind != known[0][1]:
            first, second = (known[0], (node, kind)) if verb != "subtracted from" else ((node, kind), known[0])
            message = f"{first[1]} ({written(first[0])}) cannot be {verb} {second[1]} ({written(second[0])})"
            raise _Mismatch(column, message)
    return known[0][1] if known else None


def check_units(
    definition: MetricDefinition, tree: Node, conditions: Sequence[Node], units: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Whether the dimensions of tree and conditions go together and the tree gives the unit that is declared."""
    try:
        found = dimension(tree, units)
        for condition in conditions:
            dimension(condition, units)
    except _Mismatch as mismatch:
        return (_finding(definition, mismatch.column, str(mismatch)),)
    wanted = DIMENSIONS[definition.unit]
    if found in (None, wanted) or found == wanted._replace(things=found.things):
        return ()
    message = f"the formula gives {found}, but the unit is declared as {definition.unit} ({wanted})"
    return (_finding(definition, 1, message, "Change the unit or the formula."),)


def _finding(definition: MetricDefinition, column: int, message: str, hint: str = "") -> Finding:
    origin = Origin(definition.origin, column=column, locator=f"formula of {definition.id}, column {column}")
    return Finding("formula-units", "error", message, hint, origin, definition.id, definition.formula)

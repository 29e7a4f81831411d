"""From trees to polars expressions: the value, and when and why it says nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from peerbench.core.metric import MetricDefinition
from peerbench.metrics.formula import (
    Call,
    Constant,
    Negative,
    Node,
    Operation,
    Read,
    Reference,
    leaves,
    walk,
)
from peerbench.metrics.sentence import without_windows

OK, EXCLUDED, NOT_MEANINGFUL, STALE, MISSING, WITHHELD = range(6)
CODES: Final[dict[str, int]] = {
    "ok": OK,
    "excluded": EXCLUDED,
    "not_meaningful": NOT_MEANINGFUL,
    "stale": STALE,
    "missing": MISSING,
    "withheld": WITHHELD,
}
STATUSES: Final = ("ok", "excluded", "not_meaningful", "stale", "missing", "missing")
# METHOD 18 has words for profit lines; other lines are only positive or negative.
PROFIT_ITEMS: Final = frozenset(
    {
        "gross_profit",
        "operating_income",
        "pretax_income",
        "net_income",
        "net_income_parent",
        "net_income_common",
        "eps_diluted",
        "adjusted_ebitda",
        "adjusted_ebita",
        "non_gaap_net_income",
        "eps_estimate",
    }
)
DAYS_A_YEAR: Final = 365.25
SAME_ANNIVERSARY_DAYS: Final = 10  # two ends of a 52/53-week year


def value_of(key: str) -> str:
    return f"{key}|value"


def code_of(key: str) -> str:
    return f"{key}|code"


def reason_of(key: str) -> str:
    return f"{key}|reason"


def end_of(key: str) -> str:
    return f"{key}|period_end"


@dataclass(frozen=True, slots=True)
class Words:
    """What the compiler needs to say why: labels, and whether a metric is a profit (METHOD 18 has words for those)."""

    definitions: Mapping[str, MetricDefinition]
    profits: frozenset[str]
    ends: Callable[[Node], pl.Expr]  # the period end of a tree, for compound growth

    def of(self, node: Node) -> str:
        found = leaves(node)
        return without_windows(found[0], self.definitions) if len(found) == 1 else "the denominator"

    def is_profit(self, node: Node) -> bool:
        return any(
            leaf.metric in self.profits if isinstance(leaf, Reference) else leaf.operand.item in PROFIT_ITEMS
            for leaf in leaves(node)
        )


def expression(node: Node, words: Words) -> pl.Expr:
    """The value; null where an input is null, where a divisor is zero, and where growth has no base."""
    match node:
        case Constant(value):
            return pl.lit(value)
        case Read() | Reference():
            return pl.col(value_of(node.key))
        case Negative(of):
            return -expression(of, words)
        case Operation(sign, left, right):
            return _operation(sign, expression(left, words), expression(right, words))
        case Call(name, arguments):
            return _call(name, arguments, words)


def _operation(sign: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return pl.when(right != 0).then(left / right)
    compared = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right, "==": left == right}
    return compared.get(sign, left != right).cast(pl.Float64)


def _call(name: str, arguments: tuple[Node, ...], words: Words) -> pl.Expr:
    first = expression(arguments[0], words)
    match name:
        case "optional":
            key = arguments[0].key if isinstance(arguments[0], Read) else ""
            return pl.when(pl.col(code_of(key)) == MISSING).then(0.0).otherwise(first)
        case "avg":
            return (first + expression(arguments[1], words)) / 2
        case "change":
            return first - expression(arguments[1], words)
        case "growth":
            before = expression(arguments[1], words)
            return pl.when((first > 0) & (before > 0)).then(first / before - 1)
        case "cagr":
            before, years = expression(arguments[1], words), _years(arguments, words)
            return pl.when((first > 0) & (before > 0)).then((first / before) ** (1 / years) - 1)
        case "abs":
            return first.abs()
        case "max":
            return pl.max_horizontal(expression(argument, words) for argument in arguments)
        case "min":
            return pl.min_horizontal(expression(argument, words) for argument in arguments)
    return sum((expression(argument, words) for argument in arguments[1:]), start=first)


def _years(arguments: tuple[Node, ...], words: Words) -> pl.Expr:
    """Years from the dates (METHOD 18); whole ones where the ends are anniversaries."""
    nominal = arguments[2].value if isinstance(arguments[2], Constant) else 1.0
    days = (words.ends(arguments[0]) - words.ends(arguments[1])).dt.total_days()
    off = (days - nominal * DAYS_A_YEAR).abs()
    return pl.when(off <= SAME_ANNIVERSARY_DAYS).then(pl.lit(nominal)).otherwise(days / DAYS_A_YEAR)


@dataclass(frozen=True, slots=True)
class Issue:
    """Where it holds, the metric is not meaningful, for this reason."""

    holds: pl.Expr
    reason: pl.Expr


def issues(tree: Node, positive: tuple[Node, ...], words: Words) -> Iterator[Issue]:
    """Conditions first, then growth without a base, then divisors of zero, in the order written."""
    for node in positive:
        yield from _not_positive(node, words)
    for node in walk(tree):
        if isinstance(node, Call) and node.name in ("growth", "cagr"):
            yield _no_base(node, words)
    for node in walk(tree):
        if isinstance(node, Operation) and node.sign == "/" and not isinstance(node.right, Constant):
            yield Issue(expression(node.right, words) == 0, pl.lit(f"{words.of(node.right)} is zero"))
        elif isinstance(node, Operation) and node.sign == "/" and node.right == Constant(0.0):
            yield Issue(pl.lit(True), pl.lit("the formula divides by zero"))


def _not_positive(node: Node, words: Words) -> Iterator[Issue]:
    value, what = expression(node, words), words.of(node)
    yield Issue(value < 0, pl.lit(f"{what} is negative"))
    yield Issue(value == 0, pl.lit(f"{what} is zero"))


def _no_base(node: Call, words: Words) -> Issue:
    """METHOD 18: both ends above zero, otherwise a word."""
    now, before = expression(node.arguments[0], words), expression(node.arguments[1], words)
    profit = words.is_profit(node)
    up, down = ("loss to profit", "profit to loss") if profit else ("negative to positive", "positive to negative")
    worse, better = ("loss widened", "loss narrowed") if profit else ("more negative", "less negative")
    word = (
        pl.when(before == 0)
        .then(pl.lit("zero a year before" if node.name == "growth" else "zero in the first year"))
        .when(now == 0)
        .then(pl.lit("fell to zero"))
        .when((before < 0) & (now > 0))
        .then(pl.lit(up))
        .when((before > 0) & (now < 0))
        .then(pl.lit(down))
        .when(now < before)
        .then(pl.lit(worse))
        .when(now > before)
        .then(pl.lit(better))
        .otherwise(pl.lit("loss unchanged" if profit else "unchanged below zero"))
    )
    return Issue((now <= 0) | (before <= 0), word)

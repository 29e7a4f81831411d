"""Arithmetic of an operand: which rows it was made from, and how, so that a workbook can do it again.

A figure is a sum of terms over a whole number: (fiscal year + stub − prior stub) ÷ 1, four quarterly averages ÷ 4.
A term is a product of rows, rates and share units: 163.08 ÷ 8 × 7.1118.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from math import prod


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the data by its id: a fact, a close, an estimate, a dividend."""

    id: str


@dataclass(frozen=True, slots=True)
class RateOf:
    """One base in quote: of a day, or the mean of the days from start to day where start is given."""

    base: str
    quote: str
    day: date
    start: date | None = None


@dataclass(frozen=True, slots=True)
class Units:
    """Ordinary shares that one unit of a line stands for, as in force on a day."""

    line: str
    ordinary: float


Leaf = Row | RateOf | Units | float


@dataclass(frozen=True, slots=True)
class Term:
    of: tuple[Leaf, ...]
    over: tuple[Leaf, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """The sum of the terms, divided by `over`."""

    terms: tuple[Term, ...]
    over: float = 1.0

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """What it reads, each once, in the order written."""
        return tuple(dict.fromkeys(leaf for term in self.terms for leaf in (*term.of, *term.over)))


def result(arithmetic: Arithmetic, value: Callable[[Leaf], float]) -> float:
    """What the arithmetic gives with these values.

    >>> half = Arithmetic((Term((Row("a"),)), Term((Row("b"), 3.0), (2.0,), -1.0)), 2.0)
    >>> result(half, lambda leaf: leaf if isinstance(leaf, float) else 10.0)
    -2.5
    """
    return sum(_result(term, value) for term in arithmetic.terms) / arithmetic.over


def _result(term: Term, value: Callable[[Leaf], float]) -> float:
    return term.weight * prod(map(value, term.of)) / prod(map(value, term.over))


def combined(parts: Iterable[tuple[float, Arithmetic | None]], *, over: float = 1.0) -> Arithmetic | None:
    """A weighted sum of figures; nothing where one of them has no arithmetic or is a quotient itself."""
    terms: list[Term] = []
    for weight, part in parts:
        if part is None or part.over != 1.0:
            return None
        terms += (Term(term.of, term.over, weight * term.weight) for term in part.terms)
    return Arithmetic(tuple(terms), over)

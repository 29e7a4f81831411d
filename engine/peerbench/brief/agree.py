"""A finished brief agrees with itself: one figure has one value wherever it stands, and like is compared with like.

Sentences are true by their predicates, tables and charts by being read from the evidence. This is the last look at the
whole: a slip of ours between the evidence and the page is a bug, and stops the brief instead of being printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from peerbench.brief.told import facts
from peerbench.core.document import Brief, Number
from peerbench.core.evidence import Evidence
from peerbench.core.figures import DotRow, RangeDot, Series
from peerbench.narrate.claims import Claim

SIGNED: Final = "s"  # how the formats begin that print a sign of their own
DRAWN: Final = 1e-9  # a mark stands where its label says, but for the last bit of a division


class Contradiction(Exception):
    """The page would say two things of one figure, or compare what is not alike: a bug, never a user's mistake."""


def check(evidence: Evidence, brief: Brief, claims: Iterable[Claim]) -> None:
    """Raise Contradiction for the first figure, drawing or comparison that is not what the evidence holds."""
    for part in _walk((brief.headline, brief.standfirst, brief.takeaways, brief.panel, brief.pages)):
        if isinstance(part, Number):
            _one_value(evidence, part)
        elif isinstance(part, RangeDot):
            for row in part.rows:
                _drawn(((point.position, point.gap) for point in row.points), f"a dot of {row.label}")
                _on_one_scale(row)
        elif isinstance(part, Series) and part.points:
            _drawn(((part.points[-1].value, part.end),), f"the line of {part.name or part.company}")
    for claim in claims:
        _like_with_like(claim)


def _walk(value: Any) -> Iterator[Any]:
    """Everything in a document, parents first."""
    if isinstance(value, (tuple, list)):
        for part in value:
            yield from _walk(part)
    elif hasattr(value, "__dataclass_fields__"):
        yield value
        for name in value.__dataclass_fields__:
            yield from _walk(getattr(value, name))


def _one_value(evidence: Evidence, number: Number) -> None:
    """What is printed is what the evidence holds; a sign goes only where words carry it."""
    held = evidence.book.get(number.ref)
    if held is None:
        return
    value = held.raw if held.status == "excluded" else held.value
    same = number.value == value if number.format.startswith(SIGNED) else _size(number.value) == _size(value)
    if not same or number.status != held.status:
        raise Contradiction(f"{number.ref} is printed as {number.value}, and is {value} ({held.status})")


def _size(value: float | None) -> float | None:
    return abs(value) if value is not None else None


def _drawn(marks: Iterable[tuple[float, Number | None]], what: str) -> None:
    """A mark stands at the value that its label prints."""
    for place, label in marks:
        if label is not None and label.value is not None and abs(label.value - place) > DRAWN * max(1.0, abs(place)):
            raise Contradiction(f"{what} stands at {place}, and its label says {label.value} ({label.ref})")


def _on_one_scale(row: DotRow) -> None:
    """Every dot of a row stands at its label's distance from the one median that the subject's label implies."""
    known = [(point, point.label.value) for point in row.points if point.label.value is not None]
    own = next(((point, value) for point, value in known if point.gap is not None and point.position > -1), None)
    for point, value in known if own is not None and own[1] else ():
        there = value / (own[1] / (1 + own[0].position)) - 1  # type: ignore[index]
        if abs(there - point.position) > DRAWN * max(1.0, abs(there)):
            raise Contradiction(f"{point.company} stands at {point.position} in {row.label}, its label says {there}")


def _like_with_like(claim: Claim) -> None:
    """A peer median stands beside the same measure of a company, in one unit and one currency."""
    numbers = [part for part in _walk((claim.lead, claim.spans)) if isinstance(part, Number) and part.ref]
    own = {fact.partition(":")[2]: n for n in numbers for fact in facts((n.ref,)) if not n.ref.startswith("working:")}
    for number in numbers:
        kind, metric, *_ = (*number.ref.split(":"), "")
        if kind != "peers" or not own:
            continue
        if metric not in own:
            raise Contradiction(f"claim {claim.id} sets {number.ref} beside {', '.join(sorted(own))}")
        if own[metric].currency != number.currency:
            raise Contradiction(f"claim {claim.id} sets {own[metric].currency} beside {number.currency} ({metric})")

"""The printed edition made to fit: what gives way does so in the written order, page by page, and is said."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from peerbench.core.document import Brief
from peerbench.core.findings import Finding
from peerbench.render import pdf
from peerbench.render.look import Look
from peerbench.render.measure import MIN_GAP_MM, Gap
from peerbench.render.pdf import Printed, Sheets

Taken = Mapping[str, frozenset[int]]  # page id → places of the steps that are taken
Steps = Mapping[str, Sequence[str]]  # page id → what each of its steps leaves out, in words
Draw = Callable[[Brief], Mapping[str, str]]


def fitted(
    brief: Brief,
    *,
    cut: Callable[[Taken], Brief],
    steps: Steps,
    look: Look,
    draw: Draw,
    cache: Path,
    full: Collection[str] = (),
    known: Taken | None = None,
) -> tuple[Printed, Taken, tuple[Finding, ...]]:
    """The PDF of a brief that is cut until every page fits or its steps are used up; the cuts; a note for each page.

    cut: the brief with these steps taken; draw: its charts; full: pages already seen to overflow; known: cuts that
    made this very brief fit before. A page that still overflows is an error finding of the PDF.
    """

    def laid_out(made: Brief) -> Sheets:
        return pdf.lay_out(made, look=look, charts=draw(made), cache=cache)

    def overflowing(taken: Taken) -> Collection[str]:
        made = cut(taken)
        gaps = pdf.room(made, look=look, charts=draw(made), cache=cache, only={*full, *taken})
        return _overflowing(gaps)

    if known:
        tried = laid_out(cut(known))
        if not tried.overflowing:
            return pdf.written(tried), known, _notes(known, steps)
    sheets = None if full else laid_out(brief)
    full = sheets.overflowing if sheets else full
    taken = chosen(full, steps, overflowing)
    if sheets is None or taken:
        sheets = laid_out(cut(taken) if taken else brief)
    return pdf.written(sheets), taken, _notes(taken, steps)


def _notes(taken: Taken, steps: Steps) -> tuple[Finding, ...]:
    return tuple(_said(page, steps[page], places) for page, places in taken.items())


def _overflowing(gaps: Sequence[Gap]) -> tuple[str, ...]:
    """What is cut at all is cut until its foot has the air that it wants."""
    return tuple(gap.page for gap in gaps if gap.free_mm < (MIN_GAP_MM if gap.foot else 0.0))


def chosen(full: Collection[str], steps: Steps, overflowing: Callable[[Taken], Collection[str]]) -> Taken:
    """Which steps each page needs: in their order until it fits, less those without which it fits as well.

    full: the pages that overflow with no step taken; overflowing: those that do with these steps. Two columns that
    stand side by side give nothing until both are shorter, so that only the end shows what was for nothing; what gives
    way last is given back first.
    """
    taken: dict[str, frozenset[int]] = {}
    over = full
    while further := {
        page: taken.get(page, _NONE) | {len(taken.get(page, _NONE))} for page in _able(over, taken, steps)
    }:
        taken |= further
        over = overflowing(taken)
    fitting = {page: places for page, places in taken.items() if page not in over}
    for place in range(max(map(len, fitting.values()), default=0) - 2, -1, -1):
        without = {page: places - {place} for page, places in fitting.items() if place < max(places)}
        over = overflowing({**taken, **fitting, **without})
        fitting |= {page: places for page, places in without.items() if page not in over}
    return {**taken, **fitting}


_NONE: Final[frozenset[int]] = frozenset()


def _able(over: Collection[str], taken: Taken, steps: Steps) -> tuple[str, ...]:
    """The pages that overflow and have a step left."""
    return tuple(page for page in over if len(taken.get(page, _NONE)) < len(steps.get(page, ())))


def _said(page: str, steps: Sequence[str], places: Collection[int]) -> Finding:
    words = "; ".join(steps[place] for place in sorted(places))
    said = f"page {page} overflows; left out of the PDF, kept on the web page: {words}."
    return Finding("page-cut", "note", said, subject=page)

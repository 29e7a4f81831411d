"""The printed edition made to fit: what gives way does so in the written order, page by page, and is said."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from pathlib import Path

from peerbench.core.document import Brief
from peerbench.core.enclosure import Enclosure
from peerbench.core.findings import Finding
from peerbench.render import pdf
from peerbench.render.look import Look
from peerbench.render.measure import MIN_GAP_MM, Gap
from peerbench.render.pdf import Printed, Sheets

Taken = Mapping[str, frozenset[int]]  # page id → places of the steps that are taken
Steps = Mapping[str, Sequence[str]]  # page id → what each of its steps leaves out, in words
Draw = Callable[[Brief], Mapping[str, str]]
Overflowing = Callable[[Taken, Collection[str]], Collection[str]]
Search = Generator[frozenset[int], bool, frozenset[int]]  # asks whether steps suffice; returns those that are needed


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
    enclosures: Sequence[Enclosure] = (),
) -> tuple[Printed, Taken, tuple[Finding, ...]]:
    """The PDF of a brief that is cut until every page fits or its steps are used up; the cuts; a note for each page.

    cut: the brief with these steps taken; draw: its charts; full: pages already seen to overflow; known: cuts that
    made this very brief fit before. A page that still overflows is an error finding of the PDF.
    """

    def laid_out(made: Brief) -> Sheets:
        return pdf.lay_out(made, look=look, charts=draw(made), cache=cache)

    def overflowing(taken: Taken, pages: Collection[str]) -> Collection[str]:
        return _overflowing(pdf.room(cut(taken), look=look, cache=cache, only=pages))

    if known:
        tried = laid_out(cut(known))
        if not tried.overflowing:
            return pdf.written(tried, enclosures), known, notes(known, steps)
    sheets = None if full else laid_out(brief)
    full = sheets.overflowing if sheets else full
    taken = chosen(full, steps, overflowing)
    if sheets is None or taken:
        sheets = laid_out(cut(taken) if taken else brief)
    return pdf.written(sheets, enclosures), taken, notes(taken, steps)


def notes(taken: Taken, steps: Steps) -> tuple[Finding, ...]:
    """What the cuts leave out, a note for each page in the order of the pages, however the cuts came to be known."""
    return tuple(_said(page, words, taken[page]) for page, words in steps.items() if page in taken)


def _overflowing(gaps: Sequence[Gap]) -> tuple[str, ...]:
    """What is cut at all is cut until its foot has the air that it wants."""
    return tuple(gap.page for gap in gaps if gap.free_mm < (MIN_GAP_MM if gap.foot else 0.0))


def chosen(full: Collection[str], steps: Steps, overflowing: Overflowing) -> Taken:
    """Which steps each page needs: in their order until it fits, less those without which it fits as well.

    full: the pages that overflow with no step taken; overflowing: which of these pages do with these steps. Two columns
    that stand side by side give nothing until both are shorter, so that only the end shows what was for nothing; what
    gives way last is given back first. A step never makes a page longer, so that halving finds what trying one after
    another would; the pages are searched side by side, one layout for a question of each.
    """
    searches = {page: _search(len(steps[page])) for page in full if steps.get(page)}
    asked = {page: next(search) for page, search in searches.items()}
    taken: dict[str, frozenset[int]] = {}
    while asked:
        over = overflowing({**taken, **asked}, tuple(asked))
        for page in tuple(asked):
            try:
                asked[page] = searches[page].send(page not in over)
            except StopIteration as done:
                taken[page] = done.value
                del asked[page]
    return {page: taken[page] for page in full if page in taken}


def _search(steps: int) -> Search:
    """The steps of one page: asks with steps whether they suffice, and returns those that are needed."""
    low, high, fits = 0, steps, False
    while high - low > 1:
        middle = (low + high) // 2
        if (yield frozenset(range(middle))):
            high, fits = middle, True
        else:
            low = middle
    taken = frozenset(range(high))
    if not fits and not (yield taken):
        return taken
    left = [range(high - 1)] if high > 1 else []
    while left:  # the last first, all of a run at once where that does no harm
        run = left.pop()
        if (yield taken - frozenset(run)):
            taken -= frozenset(run)
        elif len(run) > 1:
            middle = len(run) // 2
            left += [run[:middle], run[middle:]]
    return taken


def _said(page: str, steps: Sequence[str], places: Collection[int]) -> Finding:
    words = "; ".join(steps[place] for place in sorted(places))
    said = f"page {page} overflows; left out of the PDF, kept on the web page: {words}."
    return Finding("page-cut", "note", said, subject=page)

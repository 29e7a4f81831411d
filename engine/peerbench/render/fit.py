"""The printed edition made to fit: what gives way does so in the written order, page by page, and is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from peerbench.core.document import Brief
from peerbench.core.findings import Finding
from peerbench.render import pdf
from peerbench.render.pdf import Printed, Sheets
from peerbench.render.templates import Look

Levels = Mapping[str, int]  # page id → how many of its steps are taken
Draw = Callable[[Brief], Mapping[str, str]]


def fitted(
    brief: Brief,
    *,
    cut: Callable[[Levels], Brief],
    steps: Mapping[str, Sequence[str]],
    look: Look,
    draw: Draw,
    cache: Path,
) -> tuple[Printed, tuple[Finding, ...]]:
    """The PDF of a brief that is cut until every page fits or its steps are used up, and a note for each cut.

    cut: the brief with so many steps taken; steps: what each step of a page leaves out, in words; draw: its charts.
    A page that still overflows is an error finding of the PDF.
    """
    levels: dict[str, int] = {}
    sheets = pdf.lay_out(brief, look=look, charts=draw(brief), cache=cache)
    while further := {page: levels.get(page, 0) + 1 for page in _to_cut(sheets, levels, steps)}:
        levels |= further
        brief = cut(levels)
        sheets = pdf.lay_out(brief, look=look, charts=draw(brief), cache=cache, appendix=False)
    if levels:
        sheets = pdf.lay_out(brief, look=look, charts=draw(brief), cache=cache)
    return pdf.written(sheets), tuple(_said(page, steps[page][:level]) for page, level in levels.items())


def _to_cut(sheets: Sheets, levels: Levels, steps: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(page for page in sheets.overflowing if levels.get(page, 0) < len(steps.get(page, ())))


def _said(page: str, taken: Sequence[str]) -> Finding:
    said = f"page {page} overflows; left out of the PDF, kept on the web page: {'; '.join(taken)}."
    return Finding("page-cut", "note", said, subject=page)

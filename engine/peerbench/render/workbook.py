"""The workbook edition: inputs, calculations with live formulas, comparison, lineage, checks and sources of one brief.

A reader may change any blue number and watch it reach the comparison; what then differs from the brief says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from peerbench.brief.workings import Workings
from peerbench.charts.theme import Theme
from peerbench.core.document import Brief
from peerbench.core.findings import Finding
from peerbench.render import workbook_front, workbook_inputs, workbook_sums
from peerbench.render.voice import ENGLISH, Voice
from peerbench.render.workbook_cells import (
    BRIEF,
    CALCULATIONS,
    CHECKS,
    COMPARISON,
    INPUTS,
    LINEAGE,
    OPERANDS,
    RATES,
    SOURCES,
    Book,
)
from peerbench.render.xlsx import Pen, Sheet

SHEETS: Final = (BRIEF, COMPARISON, CALCULATIONS, OPERANDS, INPUTS, RATES, LINEAGE, CHECKS, SOURCES)
# What states before what calculates before what points at both.
WRITERS: Final[tuple[tuple[str, Callable[[Sheet, Book], None]], ...]] = (
    (INPUTS, workbook_inputs.inputs),
    (RATES, workbook_inputs.rates),
    (OPERANDS, workbook_sums.operands),
    (CALCULATIONS, workbook_sums.calculations),
    (COMPARISON, workbook_sums.comparison),
    (LINEAGE, workbook_front.lineage),
    (CHECKS, workbook_inputs.checks),
    (SOURCES, workbook_inputs.sources),
    (BRIEF, workbook_front.front),
)


def page(
    brief: Brief,
    work: Workings,
    *,
    theme: Theme,
    findings: Sequence[Finding] = (),
    cached: bool = True,
    voice: Voice = ENGLISH,
) -> bytes:
    """The workbook as bytes. cached=False leaves the values of formulas to whoever calculates them.

    voice: the language of the brief, in which sheets, heads and notes are said; formulas and their cells' names are
    the same in every language.
    """
    pen = Pen(theme, cached, voice)
    book = Book(brief, work, pen, tuple(findings))
    meta = brief.meta
    pen.properties(
        title=voice.words(brief.headline), author=meta.desk,
        subject=voice.joint(", ").join((meta.series, meta.audience_label)),
        comments=voice.say(f"peerbench {meta.version}, data lock {meta.data_lock}"), made=meta.published,
    )  # fmt: skip
    colours = {BRIEF: theme.theme, COMPARISON: theme.theme, CALCULATIONS: theme.ink, OPERANDS: theme.ink}
    sheets = {name: pen.sheet(name, colour=colours.get(name, theme.bar_2)) for name in SHEETS}
    for name, write in WRITERS:
        write(sheets[name], book)
    return pen.bytes()

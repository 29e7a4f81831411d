"""Heads of exhibits that stand side by side take the same height, so that plots and tables begin together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from peerbench.charts.measure import Style, pieces, width
from peerbench.core.document import Chart, LayoutRow, Native, Number, Register, Spans, Table, Text
from peerbench.core.language import Language
from peerbench.render import format as formats

PX: Final = 96 / 25.4
TITLE_PX: Final = 9.8 / 0.75
SUBTITLE_PX: Final = 8.4 / 0.75
TITLE_LEADING_PT: Final = 12.2
SUBTITLE_LEADING_PT: Final = 10.6
GAP_PX: Final = 1.1 * PX  # behind "Figure 3"
Exhibit = Chart | Table | Register


def slack(row: LayoutRow, spans_mm: Sequence[float], language: Language | None = None) -> Mapping[str, str]:
    """By id of the exhibits at the tops of a row's slots: the height under a head shorter than its neighbour's."""
    tops = [(slot[0], span) for slot, span in zip(row.slots, spans_mm, strict=True) if slot]
    heights = {block.id: _height(block, span, language) for block, span in tops if isinstance(block, Exhibit)}
    tallest = max(heights.values(), default=0.0)
    return {id: f"{tallest - height:.1f}pt" for id, height in heights.items() if tallest - height > 0.1}


def _height(block: Exhibit, span_mm: float, language: Language | None) -> float:
    """Of the title's lines and the subtitle's, in pt."""
    kind = "Figure" if isinstance(block, Chart) else "Table"
    kind = language.say(kind) if language else kind
    lead = width(f"{kind} {block.number} ", TITLE_PX, "bold") + GAP_PX if block.number else 0.0
    subtitle = () if isinstance(block, Register) else block.subtitle
    limit = span_mm * PX
    title = _wrapped(_words(block.title, language), lead, limit, TITLE_PX, "bold") * TITLE_LEADING_PT
    return title + _wrapped(_words(subtitle, language), 0.0, limit, SUBTITLE_PX, "regular") * SUBTITLE_LEADING_PT


def _words(spans: Spans, language: Language | None) -> str:
    """A title as it is printed; a number does not break."""
    text = ""
    for span in spans:
        if isinstance(span, Number):
            text += formats.text(span, rules=language.rules if language else None).replace(" ", formats.NO_BREAK)
        elif isinstance(span, (Text, Native)):
            text += span.text
    return text


def _wrapped(text: str, lead: float, limit: float, size: float, style: Style) -> int:
    """How many lines a text takes, the first beginning behind a lead; none for no text."""
    at, lines = lead, 0
    for gap, word in pieces(text):
        space, wide = width(gap, size, style), width(word, size, style)
        if lines == 0:
            lines, at = 1, lead + wide
        elif at + space + wide > limit:
            lines, at = lines + 1, wide
        else:
            at += space + wide
    return lines

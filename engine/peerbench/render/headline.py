"""Breaks a headline into balanced lines by measured widths, since the PDF engine cannot balance text itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from peerbench.render.node import Node

MEASURE_PT: Final = 178 / 25.4 * 72
SIZE_PT: Final = 27.0
ONE_PAGE: Final = {"size": 23.0, "measure": 117.333 / 25.4 * 72}  # eight columns, beside the panel
TRACKING_EM: Final = -0.012
HANGING: Final = frozenset({  # words that lean on the next one and do not end a line
    "a", "an", "and", "are", "as", "at", "but", "by", "for", "from", "her", "his", "in", "is", "its", "no", "nor",
    "not", "of", "on", "or", "per", "than", "the", "their", "to", "with",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Metrics:
    """Advance widths of a font in units per em."""

    widths: dict[str, int]
    units: int
    missing: int

    def width(self, text: str, *, size: float = SIZE_PT, tracking: float = TRACKING_EM) -> float:
        advance = sum(self.widths.get(letter, self.missing) for letter in text)
        return size * (advance / self.units + tracking * len(text))


@lru_cache(maxsize=4)
def metrics(font: Path) -> Metrics:
    from fontTools.ttLib import TTFont

    with TTFont(font, lazy=True) as file:
        advances, units = file["hmtx"].metrics, file["head"].unitsPerEm
        widths = {chr(code): advances[name][0] for code, name in file.getBestCmap().items()}
    return Metrics(widths, units, units // 2)


def break_after(words: Sequence[str], widths: Sequence[float], space: float, measure: float) -> int | None:
    """How many words stand on the first of two lines: the narrowest block whose first line ends on a whole thought.

    None when everything fits on one line, or when no break into two lines fits.
    """
    if sum(widths) + space * (len(words) - 1) <= measure or len(words) < 2:
        return None

    def line(part: Sequence[float]) -> float:
        return sum(part) + space * (len(part) - 1)

    breaks = [(max(line(widths[:n]), line(widths[n:])), n) for n in range(1, len(words))]
    fitting = [(width, n) for width, n in breaks if width <= measure]
    sensible = [(width, n) for width, n in fitting if words[n - 1].lower() not in HANGING]
    return min(sensible or fitting, default=(0.0, None))[1]


def lines(
    runs: Sequence[Node], font: Path, *, size: float = SIZE_PT, measure: float = MEASURE_PT
) -> tuple[tuple[Node, ...], ...]:
    """The headline's runs as one or two lines. size and measure in pt."""
    face = metrics(font)
    words = "".join(run.text for run in runs).split(" ")
    widths = [face.width(word, size=size) for word in words]
    count = break_after(words, widths, face.width(" ", size=size), measure)
    return (tuple(runs),) if count is None else _split(runs, count)


def _split(runs: Sequence[Node], count: int) -> tuple[tuple[Node, ...], ...]:
    """Cut after `count` words; words part at the spaces inside text runs."""
    seen = 0
    for index, run in enumerate(runs):
        pieces = run.text.split(" ") if run.kind == "text" else [run.text]
        if seen + len(pieces) - 1 >= count:
            here = count - seen
            first, second = (Node("text", text=" ".join(part)) for part in (pieces[:here], pieces[here:]))
            return (*runs[:index], first), (second, *runs[index + 1 :])
        seen += len(pieces) - 1
    return (tuple(runs),)

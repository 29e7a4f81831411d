"""Breaks a headline into balanced lines by measured widths, since the PDF engine cannot balance text itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from peerbench.core.language import is_wide
from peerbench.render.node import Node

MEASURE_PT: Final = 178 / 25.4 * 72
SIZE_PT: Final = 27.0
ONE_PAGE: Final = {"size": 23.0, "measure": 117.333 / 25.4 * 72}  # eight columns, beside the panel
TRACKING_EM: Final = -0.012
CLAUSE: Final = "，；：。！？"  # behind which a line ends best
STOPS: Final = "，。、；：！？）》”’%"
OPENING: Final = "（《“‘"
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
    if any(map(is_wide, "".join(run.text for run in runs))):
        return _wide(runs, face, size, measure)
    words = "".join(run.text for run in runs).split(" ")
    widths = [face.width(word, size=size) for word in words]
    count = break_after(words, widths, face.width(" ", size=size), measure)
    return (tuple(runs),) if count is None else _split(runs, count)


def _wide(runs: Sequence[Node], face: Metrics, size: float, measure: float) -> tuple[tuple[Node, ...], ...]:
    """Lines of wide letters: one where all fits; else the break nearest the middle, behind a stop if one is near it."""

    def wide(text: str) -> float:
        return sum(size if is_wide(letter) else face.width(letter, size=size, tracking=0.0) for letter in text)

    whole = sum(wide(run.text) for run in runs)
    if whole <= measure:
        return (tuple(runs),)
    breaks: list[tuple[float, int, int]] = []  # how bad, run, letter
    at = 0.0
    for place, run in enumerate(runs):
        for letter in range(len(run.text) + 1):
            here = at + wide(run.text[:letter])
            before = run.text[:letter] or (runs[place - 1].text if place else "")
            after = run.text[letter:] or (runs[place + 1].text if place + 1 < len(runs) else "")
            if max(here, whole - here) <= measure and _breakable(before, after, inside=run.kind != "text", at=letter):
                good = 0.7 if before[-1:] in CLAUSE else 0.5 if before[-1:] in STOPS else 0.0
                bad = abs(2 * here - whole) - good * whole
                breaks.append((bad, place, letter))
        at += wide(run.text)
    if not breaks:
        return (tuple(runs),)
    _, place, letter = min(breaks)
    run = runs[place]
    first, second = (Node("text", text=part) for part in (run.text[:letter], run.text[letter:]))
    head = (*runs[:place], *((first,) if letter and run.kind == "text" else (run,) if letter else ()))
    tail = (*((second,) if run.kind == "text" and second.text else (run,) if not letter else ()), *runs[place + 1 :])
    return head, tail


def _breakable(before: str, after: str, *, inside: bool, at: int) -> bool:
    """No break inside a figure, before a stop or between two letters that are not wide."""
    if not before or not after or after[0] in STOPS or before[-1] in OPENING:
        return False
    return not (inside and at) and (is_wide(before[-1]) or is_wide(after[0]))


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

"""Words of a PDF with their boxes, as printed: what stands on what, and what leaves the page."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

PAGE: Final = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.S)
WORD: Final = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>')
ACROSS_PT: Final = 1.2  # kerning and italics may touch
DOWN: Final = 0.4  # of the lower box: lines of a paragraph are set closer than their letters' whole height


@dataclass(frozen=True, slots=True)
class Word:
    """One word of one page, in pt from the top left corner."""

    page: int
    left: float
    top: float
    right: float
    bottom: float
    text: str

    def stands_on(self, other: Word) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > ACROSS_PT and down > DOWN * min(self.bottom - self.top, other.bottom - other.top)


@dataclass(frozen=True, slots=True)
class Sheet:
    number: int
    width: float
    height: float
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def sheets(data: bytes) -> tuple[Sheet, ...]:
    """The pages of a PDF, read by poppler; where it is not installed, the test is skipped."""
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("needs pdftotext (poppler-utils)")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "brief.pdf"
        file.write_bytes(data)
        run = subprocess.run([tool, "-bbox", str(file), "-"], capture_output=True, check=True)
    pages = PAGE.findall(run.stdout.decode())
    return tuple(
        Sheet(number, float(width), float(height), tuple(_words(number, body)))
        for number, (width, height, body) in enumerate(pages, 1)
    )


def _words(page: int, body: str) -> Iterator[Word]:
    for left, top, right, bottom, text in WORD.findall(body):
        yield Word(page, float(left), float(top), float(right), float(bottom), html.unescape(text))


def overlaps(sheet: Sheet) -> list[tuple[str, str]]:
    """Pairs of words of which one stands on the other."""
    found = []
    ordered = sorted(sheet.words, key=lambda word: word.top)
    for place, word in enumerate(ordered):
        for other in ordered[place + 1 :]:
            if other.top >= word.bottom:
                break
            if word.stands_on(other):
                found.append((word.text, other.text))
    return found


def outside(sheet: Sheet, margin: float = 12.0) -> list[str]:
    """Words that leave the sheet, or come nearer than this to its edge (in pt)."""
    return [
        word.text
        for word in sheet.words
        if word.left < margin or word.right > sheet.width - margin or word.bottom > sheet.height - margin
    ]

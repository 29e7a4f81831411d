"""Running text cut at the ends of sentences, never inside one; citations at its end stay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from peerbench.core.document import Cite, Note, Number, Paragraph, Span, Spans, Strong, Text, When
from peerbench.core.language import is_wide

END: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z“‘(])|(?<=[。！？])(?=.)")


def sentences(spans: Spans) -> tuple[Spans, ...]:
    """The sentences of a run of spans; a superior mark belongs to the sentence before it."""
    done: list[Spans] = []
    current: list[Span] = []
    for span in spans:
        parts = _parts(span, current)
        for place, part in enumerate(parts):
            if place:
                done.append(tuple(current))
                current = []
            if isinstance(part, str) and isinstance(span, Text):
                current += [replace(span, text=part)] if part else []
            elif part:
                current.append(span)
    return (*done, tuple(current)) if current else tuple(done)


def _parts(span: Span, before: Sequence[Span]) -> Sequence[Span | str]:
    """A text cut at the ends of its sentences; a space alone after a finished sentence is such an end too."""
    if not isinstance(span, Text):
        return [span]
    last = before[-1] if before else None
    if not span.text.strip() and isinstance(last, Text) and last.text.rstrip()[-1:] in (".", "!", "?", "。"):
        return ["", ""]
    return END.split(span.text)


def first(spans: Spans, most: int) -> Spans:
    """At most so many sentences."""
    return _joined(sentences(spans)[:most], spans)


def note(block: Note, words: int) -> Note:
    """A note of at most so many words: whole sentences, and at least one."""
    kept: list[Paragraph] = []
    room = words
    for paragraph in block.paragraphs:
        fitting: list[Spans] = []
        for sentence in sentences(paragraph.spans):
            room -= count(sentence)
            if room < 0 and (kept or fitting):
                break
            fitting.append(sentence)
        if fitting:
            kept.append(replace(paragraph, spans=_joined(fitting, paragraph.spans)))
        if room < 0:
            break
    return replace(block, paragraphs=tuple(kept))


def length(block: Note) -> int:
    """Sentences of a note."""
    return sum(len(sentences(paragraph.spans)) for paragraph in block.paragraphs)


def shortened(block: Note, most: int) -> Note:
    """A note of at most so many sentences, as the same note in another language is."""
    kept: list[Paragraph] = []
    for paragraph in block.paragraphs:
        fitting = sentences(paragraph.spans)[:most]
        most -= len(fitting)
        kept += [replace(paragraph, spans=_joined(fitting, paragraph.spans))] if fitting else []
    return replace(block, paragraphs=tuple(kept))


def count(spans: Sequence[Span]) -> int:
    """Words as a reader counts them; a number or a date is one."""
    total = 0
    for span in spans:
        if isinstance(span, Text):
            total += _words(span.text)
        elif isinstance(span, (Number, When)):
            total += 1
        elif isinstance(span, Strong):
            total += count(span.spans)
    return total


def _words(text: str) -> int:
    """Words of a text; two wide letters are taken for one."""
    wide = sum(map(is_wide, text))
    return len(text.split()) if not wide else (wide + 1) // 2 + len(re.findall(r"[A-Za-z0-9]+", text))


def _joined(kept: Sequence[Spans], whole: Spans) -> Spans:
    """Sentences with the spaces between them, and the citations of the whole at the end."""
    spans: list[Span] = []
    for sentence in kept:
        spans += [Text(" "), *sentence] if spans else [*sentence]
    cited = whole[-1:] if whole and isinstance(whole[-1], Cite) and whole[-1] not in spans else ()
    return (*spans, *cited)

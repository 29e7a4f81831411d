"""What a page says twice: read from the document alone, by the numbers of its sentences. Independent of brief.told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from peerbench.brief.clip import sentences
from peerbench.core.document import Brief, Note, Number, Page, Paragraph, Prose, Spans
from studies import walk

COMPARED = ("peers:", "working:threshold", "working:robust_of:", "working:history_needed")


def fact(ref: str) -> str | None:
    """alibaba:pe_ltm:premium, alibaba:pe_ltm:USD and alibaba:pe_ltm are one fact; a peer median is none."""
    if ref.startswith(COMPARED):
        return None
    return ref if ref.startswith("working:") or "/" in ref else ":".join(ref.split(":")[:2])


def facts(spans: Spans) -> set[str]:
    return {known for one in walk(spans) if isinstance(one, Number) and one.ref and (known := fact(one.ref))}


def told(paragraphs: Iterator[Paragraph] | tuple[Paragraph, ...]) -> Counter[str]:
    """How many sentences tell each fact; a bold lead belongs to the sentence after it."""
    counted: Counter[str] = Counter()
    for paragraph in paragraphs:
        for sentence in sentences(paragraph.spans):
            counted.update(facts(sentence) | (facts(paragraph.lead) if sentence else set()))
    return counted


def running(page: Page) -> Iterator[Paragraph]:
    for row in page.rows:
        for slot in row.slots:
            for block in slot:
                yield from block.paragraphs if isinstance(block, (Prose, Note)) else ()


def repeated(brief: Brief) -> dict[str, list[str]]:
    """page → facts told more often than the rule allows: twice in the takeaways or the text, or in both."""
    found = {}
    for place, page in enumerate(brief.pages):
        text = told(running(page))
        summary = told(brief.takeaways) if place == 0 else Counter()
        head = facts((*brief.headline, *brief.standfirst)) if place == 0 else set()
        twice = {one for counted in (text, summary) for one, times in counted.items() if times > 1}
        both = set(text) & (set(summary) | head)
        if twice | both:
            found[page.id] = sorted(twice | both)
    return found

"""What a page has told already: a fact stands once in its running text, whatever the sentence that tells it.

The head of the first page and its takeaways are its summary: the takeaways may tell again what headline and standfirst
say, once; the text under them tells neither again. Titles of pages and exhibits name what stands below them and are
no sentences; tables and charts show, they do not tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Final

SIDES: Final = ("premium", "gap")  # the same finding, said as a distance from the median
BESIDE: Final = ("peers:", "working:threshold", "working:robust_of:", "working:history_needed")  # compared with, or set


def facts(refs: Iterable[str]) -> Set[str]:
    """What sentences with these references tell: company and measure, or arithmetic of their own.

    A rate, its premium and its gap to the median are one fact; the median that it is compared with is none.
    """
    return frozenset(fact for ref in refs if (fact := _fact(ref)))


def _fact(ref: str) -> str:
    if ref.startswith(BESIDE):
        return ""
    if ref.startswith("working:") or "/" in ref:
        return ref
    company, _, rest = ref.partition(":")
    metric, _, last = rest.rpartition(":")
    return f"{company}:{metric}" if metric and (last in SIDES or last.isupper()) else ref

"""One sentence scanned: the companies, periods, numbers, clauses, measures and strangers that it mentions."""

from __future__ import annotations

from dataclasses import dataclass, field

from peerbench.factcheck.lexicon import Lexicon
from peerbench.factcheck.mentions import Cast, Mention, Named, measures, strangers
from peerbench.factcheck.periods import Period, periods
from peerbench.factcheck.quantities import quantities
from peerbench.factcheck.sentences import Sentence, clauses


@dataclass(slots=True)
class Memory:
    """What a paragraph has said so far."""

    paragraph: int
    company: Mention | None = None
    companies: set[str] = field(default_factory=set)
    period: Period | None = None


class Scan:
    """A sentence with everything that it mentions, and what its paragraph has said before."""

    def __init__(self, text: str, sentence: Sentence, cast: Cast, lexicon: Lexicon, memory: Memory, about: str) -> None:
        self.text, self.sentence, self.lexicon, self.memory, self.about = text, sentence, lexicon, memory, about
        self.cast = cast
        self.start, self.end = sentence.start, sentence.end
        self.companies = cast.companies(text, self.start, self.end)
        taken = [(one.start, one.end) for one in self.companies]
        self.periods = tuple(
            one for one in periods(text, self.start, self.end) if not any(a <= one.start < b for a, b in taken)
        )
        taken += [(one.start, one.end) for one in self.periods]
        self.quantities = quantities(text, self.start, self.end, tuple(taken))
        self.clauses: tuple[tuple[int, int], ...] = ()
        self.measures: tuple[Named, ...] = ()
        self.strangers: tuple[tuple[int, int, str], ...] = ()
        if self.quantities:
            self.clauses = clauses(text, self.start, self.end)
            self.measures = measures(lexicon, text, self.start, self.end)
            spans = [*taken, *((q.start, q.end) for q in self.quantities), *((m.start, m.end) for m in self.measures)]
            self.strangers = tuple(
                one for one in strangers(lexicon, text, self.start, self.end, spans) if not self._is_verb(one)
            )

    def _is_verb(self, stranger: tuple[int, int, str]) -> bool:
        """ "- Maintains a strong balance sheet": a bullet that begins with its verb."""
        at, _, name = stranger
        first = self.text[self.start : at].strip(" -*•–●") == ""
        return self.sentence.bullet and first and name.endswith("s") and not name.endswith(("'s", "ss"))

    def subject(self) -> Mention | None:
        """The company a sentence is about: the first named, but not one that a bullet's verb has for its object."""
        first = self.companies[0] if self.companies else None
        if first is None or not self.sentence.bullet or self.memory.company is None:
            return first
        head = self.text[self.start : first.start].lstrip(" -*•–●")
        return first if not head or head.rstrip().endswith(",") else None

    def clause(self, at: int) -> tuple[int, int]:
        """The clause in which an offset lies, as its start and end."""
        return next((span for span in self.clauses if span[0] <= at < span[1]), (self.start, self.end))

    def told(self) -> list[tuple[int, int]]:
        """Spans of the periods and companies."""
        return [(p.start, p.end) for p in self.periods] + [(c.start, c.end) for c in self.companies]

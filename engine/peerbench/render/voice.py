"""The voice of an edition: numbers, days and the house's words as text, in English or by the rules of a language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from peerbench.core.document import Native, Number, Span, Strong, Text, When
from peerbench.core.language import Language, Rules, fragments
from peerbench.render import format as formats


@dataclass(frozen=True, slots=True)
class Voice:
    """language: None for English. unsaid: texts of the house that were asked for and that it has no words for."""

    language: Language | None = None
    unsaid: set[str] = field(default_factory=set, compare=False)

    @property
    def rules(self) -> Rules | None:
        return self.language.rules if self.language else None

    @property
    def wide(self) -> bool:
        """Whether letters are as wide as they are high, with no spaces between words."""
        return self.language is not None and self.language.rules.wide

    def number(self, number: Number) -> str:
        """The number as it is printed, or the mark of its status."""
        return formats.text(number, rules=self.rules)

    def day(self, when: When) -> str:
        return formats.day(when, rules=self.rules)

    def say(self, text: str) -> str:
        """A text of the house; one that the language does not know stays as it is and is remembered."""
        if self.language is None or not text:
            return text
        said = self.language.find(text)
        if said is None and any(fragments(text)):
            self.unsaid.add(text)
        return text if said is None else said

    def known(self, text: str) -> str:
        """Somebody's own text: said where it is known, left alone where it is not."""
        return text if self.language is None else self.language.say(text)

    def joint(self, sign: str) -> str:
        """What stands between two parts of a text in the place of an English joint: ", ", ": ", "; " or ". "."""
        if self.language is None:
            return sign
        if sign == ". ":
            return self.language.messages.get(".", ".").rstrip() + self.language.rules.sentences
        return self.language.messages.get(f"between: {sign}", sign)

    @property
    def gap(self) -> str:
        """Between two sentences."""
        return self.rules.sentences if self.rules else " "

    @property
    def stop(self) -> str:
        """The end of a sentence."""
        return self.joint(". ").rstrip()

    def words(self, spans: Iterable[Span]) -> str:
        """Spans as they are read: numbers and dates as printed, citations and marks left out."""
        return "".join(self._words(spans))

    def _words(self, spans: Iterable[Span]) -> Iterator[str]:
        for span in flat(spans):
            if isinstance(span, (Text, Native)):
                yield span.text
            elif isinstance(span, Number):
                yield self.number(span)
            elif isinstance(span, When):
                yield self.day(span)

    def head(self, text: str) -> str:
        """A column's head on one line; a word broken by a hyphen at the line's end is put together."""
        if self.language is None or not self.wide:
            return text.replace("-\n", "-").replace("\n", " ")
        first, _, tail = text.partition("\n")
        units = ("%", self.language.rules.billions[0], *self.language.rules.suffixes.values())
        return f"{first}（{tail}）" if tail.startswith(units) and first else f"{first}{tail}"

    def sentences(self, *parts: str) -> str:
        """A lead and what follows it, or several sentences, as one text."""
        return self.gap.join(part for part in parts if part)


ENGLISH: Final = Voice()


def flat(spans: Iterable[Span]) -> Iterator[Span]:
    """Spans without their emphasis."""
    for span in spans:
        if isinstance(span, Strong):
            yield from flat(span.spans)
        else:
            yield span

"""A written brief in another language: every text found among the language's messages, every figure left as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

from peerbench.core.document import Brief, Chart, Native, Note, Number, Panel, Strong, Text, When
from peerbench.core.figures import Identity
from peerbench.core.language import NUMBER, Language, fragments

# Which fields of which part hold words of the house; all else is a key, an address or somebody's own title.
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "Text": ("text",),
    "Column": ("head", "group"),
    "Table": ("label_head",),
    "Note": ("title",),
    "Source": ("title", "short", "remark"),
    "Trace": ("what", "formula"),
    "TraceInput": ("name",),
    "Definition": ("name", "formula", "text", "source"),
    "Meta": ("series", "sector", "audience_label", "grade_words", "subject", "peers_phrase", "desk", "legal"),
    "Identity": ("name",),
    "DotRow": ("label",),
    "RangeDot": ("annotation", "centre_label"),
    "Scatter": ("x_label", "y_label"),
    "FieldBar": ("label",),
    "Series": ("name",),
    "LongBar": ("label",),
    "LongBars": ("annotation",),
    "Number": ("reason",),
}
PAIRED: Final = {("BarGroup", "bars"): 0, ("Trace", "checks"): 1}  # fields of pairs, and which of both is words
KEPT: Final = frozenset({("Document", "title"), ("Document", "remark")})
CLAUSED: Final = ("bulls", "bears", "corrections")  # notes whose joints stand between clauses, not names
STOPS: Final = tuple("。！？：；，）")
CLAUSES: Final = {" and ": "clauses: and ", ", ": "clauses: , "}


def translated(
    brief: Brief, language: Language, names: Mapping[str, str], *, worded: str = ""
) -> tuple[Brief, tuple[str, ...]]:
    """The brief in the language, and the texts that it has no words for, which stand as they were.

    names: companies' names in the language by their English ones; worded: pieces of claims, which are in it already.
    """
    desk = _Translator(language.named(names), {**names, **{n: s for n, s in language.names.items() if n in names}})
    desk.worded = worded
    made = desk.part(brief)
    meta = replace(
        made.meta,
        language=language.rules.tag,
        subject_native=brief.meta.subject if made.meta.subject != brief.meta.subject else brief.meta.subject_native,
    )
    return replace(made, meta=meta), tuple(sorted(desk.unsaid))


class _Translator:
    """Walks one brief; remembers what had no words."""

    def __init__(self, language: Language, names: Mapping[str, str]) -> None:
        self.language = language
        self.latin = {said: name for name, said in names.items()}
        self.unsaid: set[str] = set()
        self.worded = ""

    def words(self, text: str, *, partly: bool = False, title: bool = False) -> str:
        """The text said; partly: part by part; title: somebody else's words may stay without being reported."""
        found = self.language.find(text)
        if found is not None:
            return found
        if partly:
            return self._partly(text)
        if not title and any(fragments(text)) and text.strip().casefold() not in self.worded:
            self.unsaid.add(text.strip())
        return text

    def _partly(self, text: str) -> str:
        """Notes of the data keep their own words; what the house adds to them is said."""
        found = [self.language.find(part) for part in text.split("; ")]
        joint = self.language.messages.get("between: ; ", "; ")
        return joint.join(part if said is None else said for part, said in zip(text.split("; "), found, strict=True))

    def part(self, value: Any) -> Any:
        """Any part of a document with its texts said."""
        if isinstance(value, tuple):
            made = self._spans(value) if any(isinstance(one, Text) for one in value) else tuple(map(self.part, value))
            return (
                made
                if len(made) != len(value) or any(new is not old for new, old in zip(made, value, strict=True))
                else value
            )
        if isinstance(value, dict):
            return {key: self.part(one) for key, one in value.items()}
        if isinstance(value, Native):
            return Native(self.latin[value.text], "en") if value.text in self.latin else value
        if not is_dataclass(value) or isinstance(value, type):
            return value
        if isinstance(value, Note) and value.id in CLAUSED:
            value = replace(value, paragraphs=tuple(map(self._clauses, value.paragraphs)))
        return self._special(value, self._fields(value))

    def _alt(self, alt: str, old: Any, new: Any) -> str:
        """An alternative text, in which a claim of a title stands as the title itself says it."""
        title, said = ("".join(one.text for one in spans if isinstance(one, Text)) + "." for spans in (old, new))
        before, found, after = alt.partition(title)
        if not found or len(title) < 2:
            return self.words(alt)
        claim = said[:-1] + self.language.messages.get(".", ".").rstrip()
        parts = (self.words(before.strip()), claim, self.words(after.strip()))
        return self.language.rules.sentences.join(part for part in parts if part)

    def _fields(self, value: Any) -> Any:
        kind, changed = type(value).__name__, {}
        words = WORDS.get(kind, ())
        for one in fields(value):
            old = getattr(value, one.name)
            if (kind, one.name) in KEPT or old == "" or old is None:
                continue
            if one.name in words:
                new: Any = self.words(old, title=kind == "Source")
            elif (kind, one.name) in PAIRED:
                new = self._pairs(old, PAIRED[kind, one.name])
            elif kind == "TraceInput" and one.name == "how":
                new = tuple(
                    replace(span, text=self.words(span.text, partly=True))
                    if isinstance(span, Text)
                    else self.part(span)
                    for span in old
                )
            else:
                new = self.part(old)
            if new is not old and new != old:
                changed[one.name] = new
        return replace(value, **changed) if changed else value

    def _spans(self, spans: tuple[Any, ...]) -> tuple[Any, ...]:
        """Running text: a figure and the words behind it may change places, and no space stays behind a wide stop."""
        made: list[Any] = []
        for place, span in enumerate(spans):
            before = spans[place - 1] if place else None
            if self._apart(spans, place):
                made.append(Text(self.language.messages.get("between: , ", ", ")))
                continue
            if isinstance(span, Text) and isinstance(before, Number) and (moved := self._moved(before, span)):
                made[-1:] = moved
            elif not (isinstance(span, Text) and span.text == " " and self.language.rules.wide and _stopped(made)):
                said = self.part(span)
                if isinstance(said, Text) and self.language.rules.wide and _stopped(made):
                    said = replace(said, text=said.text.lstrip(" "))
                made.append(said)
        return self._ranges(made)

    def _apart(self, spans: tuple[Any, ...], place: int) -> bool:
        """Whether a comma parts a text from its figure or its day, and does not join a list of them."""
        if spans[place] != Text(", ") or not 0 < place < len(spans) - 1:
            return False
        before = any(isinstance(span, When | Number) for span in spans[:place])
        return isinstance(spans[place + 1], When | Number) and not before

    def _ranges(self, spans: list[Any]) -> tuple[Any, ...]:
        """A range says its currency once: with the first end where it goes before, else with the last."""
        if self.language.rules.money.startswith("{amount}"):
            for at in range(len(spans) - 2):
                low, dash, high = spans[at : at + 3]
                if dash == Text("–") and isinstance(low, Number) and isinstance(high, Number):
                    spans[at] = replace(low, format=high.format, currency=high.currency)
                    spans[at + 2] = replace(high, format=low.format, currency=low.currency)
        return tuple(spans)

    def _moved(self, number: Number, behind: Text) -> list[Any]:
        said = self.language.find(NUMBER + behind.text)
        if said is None or NUMBER not in said or said == NUMBER + behind.text:
            return []
        first, _, second = said.partition(NUMBER)
        return [one for one in (Text(first), self.part(number), Text(second)) if one != Text("")]

    def _pairs(self, pairs: Iterable[tuple[Any, Any]], place: int) -> tuple[Any, ...]:
        return tuple(
            tuple(self.words(part) if at == place else self.part(part) for at, part in enumerate(pair))
            for pair in pairs
        )

    def _special(self, old: Any, made: Any) -> Any:
        match old:
            case Panel():
                name = self.words(old.name)
                return replace(made, name=name, native_name=old.name if name != old.name else old.native_name)
            case Chart() if old.alt:
                return replace(made, alt=self._alt(old.alt, old.title, made.title))
            case Identity():
                return replace(made, native_name="") if made.name != old.name else made
        return made

    def _clauses(self, paragraph: Any) -> Any:
        """Between clauses another joint stands than between names."""
        spans = (
            Text(self.language.messages[CLAUSES[span.text]])
            if isinstance(span, Text) and span.text in CLAUSES
            else span
            for span in paragraph.spans
        )
        return replace(paragraph, spans=tuple(spans))


def _stopped(made: list[Any]) -> bool:
    """Whether what stands last ends with a wide stop, after which no space belongs."""
    last = made[-1] if made else None
    while isinstance(last, Strong):
        last = last.spans[-1] if last.spans else None
    return isinstance(last, Text) and last.text[-1:] in STOPS

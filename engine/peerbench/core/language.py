"""A language of the page: words for the house's English texts, and rules for numbers and dates.

A brief is written once, in English. Its claims are worded again by a language's own phrases; every other text is a
message, found by its English form and said in the language's. A message may hold {holes}: {count} is a number in
words, {date} a day or month as the house writes it, {any…} a piece as it stands (a name is said), {figure…} a figure
in digits, {own…} somebody's own text, said where it is known, {number} the figure that stands there, {currency} one
word, {items} a list of messages, and every other hole a message, a name or a list of them. Numbers are never touched
here, so that no language can change a figure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final

HOLE: Final = re.compile(r"\{([a-z_]+)\}")
ONES: Final = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ORDINALS: Final = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
                   "nine": "ninth", "twelve": "twelfth"}  # fmt: skip
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)  # fmt: skip
_MONTH: Final = "|".join((*MONTHS, *(month[:3] for month in MONTHS)))
DAY: Final = re.compile(rf"(?:(\d{{1,2}}) )?({_MONTH})(?: (\d{{4}}))?")
PLAIN: Final = re.compile(r"[^a-z]*")  # figures, signs and codes: BABA, US$, IFRS
LETTER: Final = re.compile(r"[A-Za-z]")
AMOUNT: Final = re.compile(r"(?<![\w.])(\d[\d,.]*)(m|bn|x)\b")
SIGNS: Final = re.compile(r"( [÷×+−≤≥=≠] |\^\(1/\d+\)|[()]|^−)")  # between the words of a formula
FIGURE: Final = re.compile(r"(?<![\w.,])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)(?![\w]|[.,]\d)")
LOOSE: Final = re.compile(r", |: | and \d|[÷×]| [+−=](?: |$)")  # more than one piece: clauses, sums
CODE: Final = re.compile(r"[A-Z0-9][A-Za-z0-9./-]*[A-Z0-9][A-Za-z0-9./-]*|\d[\w./-]*|[a-z_]+\[\w*\]")
HOLES: Final = {  # what may stand in some kinds of holes, as an expression
    "figure": r"[−+-]?\d[\d,]*(?:\.\d+)?",
    "any": r"\[[^\]]*\]|(?:(?!, |; |\. ).)+?", "number": "\ue000", "own": ".+", "message": ".+",
}  # fmt: skip
FREE: Final = ("own", "message")  # holes that may hold sentences
JOINTS: Final = ("\n", ". ", "; ", ": ", ", ")
NUMBER: Final = "\ue000"  # stands for a figure inside a text
DEPTH: Final = 8

Dates = Callable[[date, str], str]


@dataclass(frozen=True, slots=True)
class Rules:
    """How a language writes numbers, dates and lists. The precision of a figure is the English edition's."""

    tag: str
    name: str  # of the language, in itself
    locale: str  # Babel's
    scales: tuple[tuple[str, int], ...] = ()  # 万亿, 12: a word and its power of ten, largest first
    billions: tuple[str, int] = ("", 9)  # what columns of billions are written in
    shares: tuple[str, int] = ("m", 6)
    money: str = "{amount}{currency}"
    currencies: Mapping[str, str] = field(default_factory=dict)
    suffixes: Mapping[str, str] = field(default_factory=dict)  # x, pp
    marks: Mapping[str, str] = field(default_factory=dict)  # of a status
    dates: Mapping[str, str] = field(default_factory=dict)  # prose, data, month: patterns of Babel
    lists: tuple[str, str] = (", ", " and ")
    sentences: str = " "  # between two sentences
    counts: tuple[str, ...] = ()  # zero, one, two …
    ordinals: tuple[str, ...] = ()  # first, second …
    fonts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # sans, serif: families, first installed wins
    native: str = ""  # names in this script take the place of English ones

    @property
    def wide(self) -> bool:
        """Whether its letters are as wide as they are high, with no spaces between words."""
        return bool(self.fonts)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A message with holes, as an expression that finds it."""

    form: re.Pattern[str]
    holes: tuple[str, ...]
    say: str
    anchor: str  # its longest fixed piece: without it there is no need to look further


@dataclass(eq=False)
class Language:
    """Texts of the house in one language. rules.dates are read by `day`, which the edge supplies (Babel)."""

    rules: Rules
    messages: Mapping[str, str]  # English → the language's
    names: Mapping[str, str] = field(default_factory=dict)  # of companies, and texts of the user's own
    letters: str = ""  # every wide letter of its files, so that typefaces are cut once and not for each page
    _known: dict[str, str | None] = field(default_factory=dict, repr=False)

    def named(self, names: Mapping[str, str]) -> Language:
        """The same with further names of companies; those of the language's own list win."""
        return Language(self.rules, self.messages, {**names, **self.names}, self.letters)

    def __getstate__(self) -> tuple[Rules, Mapping[str, str], Mapping[str, str], str]:
        return self.rules, dict(self.messages), dict(self.names), self.letters

    def __setstate__(self, state: tuple[Rules, Mapping[str, str], Mapping[str, str], str]) -> None:
        self.rules, self.messages, self.names, self.letters = state
        self._known = {}

    def say(self, text: str) -> str:
        """The text in this language, or as it is where no message fits."""
        found = self.find(text)
        return text if found is None else found

    def find(self, text: str, depth: int = 0) -> str | None:
        """The text in this language; None where no message fits."""
        if text not in self._known:
            self._known[text] = None  # so that a text inside itself comes to an end
            self._known[text] = self._found(text, depth)
        return self._known[text]

    def _found(self, text: str, depth: int) -> str | None:
        for same in (text, text[:1].lower() + text[1:], text[:1].upper() + text[1:]):
            if same in self.messages:
                return self.messages[same]
        if text in self.names:
            return self.names[text]
        bare = text.strip()
        if bare != text and bare:
            inner = self._patterned(text, depth)
            if inner is not None:
                return inner
            inner = self.find(bare, depth)
            return None if inner is None else self._padded(text, bare, inner)
        if depth > DEPTH:
            return None
        return next((found for way in _WAYS if (found := way(self, text, depth)) is not None), None)

    def _padded(self, text: str, bare: str, inner: str) -> str:
        """The spaces around a text stay beside Latin letters and figures, and go beside wide ones."""
        before, after = text[: text.index(bare)], text[text.index(bare) + len(bare) :]
        if not self.rules.wide:
            return before + inner + after
        return ("" if is_wide(inner[:1]) else before) + inner + ("" if is_wide(inner[-1:]) else after)

    # ---- ways to a text ---------------------------------------------------------------------------------------------

    def _small(self, text: str, depth: int) -> str | None:
        """A count, an ordinal, a date, a code, or signs and figures alone."""
        if PLAIN.fullmatch(text) and not any(joint in text for joint in JOINTS):
            return FIGURE.sub(lambda figure: localised(figure[0], self.rules), text)
        if amount := AMOUNT.fullmatch(text):
            return self._amount(amount)
        return count(text, self.rules) or dated(text, self.rules) or (text if CODE.fullmatch(text) else None)

    def _patterned(self, text: str, depth: int) -> str | None:
        for same in dict.fromkeys((text, text[:1].upper() + text[1:], text[:1].lower() + text[1:])):
            for pattern in _patterns(self):
                if pattern.anchor in same and (match := pattern.form.fullmatch(same)):
                    filled = self._filled(pattern, match, depth)
                    if filled is not None:
                        return filled
        return None

    def _filled(self, pattern: _Pattern, match: re.Match[str], depth: int) -> str | None:
        values: dict[str, str] = {}
        for number, hole in enumerate(pattern.holes, 1):
            said = self._hole(hole, match[number], depth)
            if said is None:
                return None
            values[hole] = said
        return HOLE.sub(lambda hole: values.get(hole[1], hole[0]), pattern.say)

    def _hole(self, hole: str, inner: str, depth: int) -> str | None:
        """What stands in a hole, in this language; None where it is not of the hole's kind."""
        kind = hole.partition("_")[0]
        if inner in self.names:  # which may hold a stop: J. B. Chemicals
            return self.names[inner]
        if kind not in FREE and (inner.endswith((".", ":", ";")) or ". " in inner or "; " in inner):
            return None
        if kind == "any":
            if LOOSE.search(inner) and not inner.startswith("["):
                return None
            return self.names.get(inner, AMOUNT.sub(self._amount, inner))
        if kind == "figure":
            return localised(inner, self.rules)
        if kind == "number":
            return inner if inner == NUMBER else None
        if kind == "count":
            return inner if inner.isdigit() else count(inner, self.rules)
        if kind == "date":
            return dated(inner, self.rules)
        if (kind not in FREE and ": " in inner) or (kind == "currency" and " " in inner):
            return None
        said = self._items(inner, depth + 1) if kind == "items" else None
        said = self._listed(inner, depth + 1) if said is None else said
        return inner if said is None and kind == "own" else said

    def _amount(self, match: re.Match[str]) -> str:
        unit = self.messages.get(f"unit: {match[2]}")
        return match[0] if unit is None else localised(match[1], self.rules) + unit

    def _listed(self, text: str, depth: int) -> str | None:
        """One text, or several as an English list: "Tencent, Amazon and Baidu"."""
        found = self.find(text, depth)
        if found is not None:
            return found
        joints = {" and ": self.rules.lists[1], " or ": self.messages.get(" or ", " or ")}
        ends = [(at, sign) for at in range(len(text)) for sign in joints if text.startswith(sign, at)]
        splits = [([*text[:at].split(", "), text[at + len(sign) :]], joints[sign]) for at, sign in reversed(ends)]
        for parts, last in splits or [(text.split(", "), self.rules.lists[0])]:
            said = [self.find(part, depth) for part in parts]
            words = [part for part in said if part is not None]
            if len(words) == len(parts) > 1:
                return self.rules.lists[0].join(words[:-1]) + last + words[-1]
        return None

    def _items(self, text: str, depth: int) -> str | None:
        """Items of accounts as a list, whose own names may hold an "and"; "and 3 more items" may end it."""
        said = [self.find(part, depth) for part in text.split(", ")]
        known = [part for part in said if part is not None]
        return self.rules.lists[0].join(known) if len(known) == len(said) > 1 else None

    def _named(self, text: str, depth: int) -> str | None:
        """Names of companies as a list: "Tencent, Amazon and Baidu"."""
        head, joint, last = text.rpartition(" and ")
        parts = [*head.split(", "), last] if joint else text.split(", ")
        known = all(part in self.names for part in parts)
        return self._listed(text, depth) if len(parts) > 1 and known else None

    def _mixed(self, text: str, depth: int) -> str | None:
        """A text worded in the language already, with names in it that are not."""
        if not any(map(is_wide, text)) or not self.rules.wide:
            return None
        for name in sorted(self.names, key=len, reverse=True):
            text = text.replace(name, self.names[name])
        return text

    def _parted(self, text: str, depth: int) -> str | None:
        """Sentences, clauses and parts of a name, each a message of its own."""
        for sign, key in ((".", "."), (":", "between: : ")):
            if text.endswith(sign) and (inner := self.find(text[:-1], depth + 1)) is not None:
                return inner + self.messages.get(key, sign).rstrip()
        for sign in JOINTS:
            places = [at for at in range(len(text)) if text.startswith(sign, at)]
            places = places[::-1] if sign == ", " else places  # "Volatility, 20d, %" is one of "Volatility, 20d"
            for at in places:
                first = self.find(text[: at + (sign == ". ")], depth + 1)
                second = self.find(text[at + len(sign) :], depth + 1) if first is not None else None
                if first is not None and second is not None:
                    joint = self.rules.sentences if sign == ". " else self.messages.get(f"between: {sign}", sign)
                    return first + joint + second
        return None

    def _formula(self, text: str, depth: int) -> str | None:
        """Words between the signs of arithmetic."""
        parts = SIGNS.split(text)
        if len(parts) < 2:
            return None
        said = [part if SIGNS.fullmatch(part) or not part else self.find(part, depth + 1) for part in parts]
        return None if any(part is None for part in said) else "".join(part for part in said if part is not None)


_WAYS: Final = (
    *(Language._small, Language._named, Language._patterned, Language._parted, Language._formula, Language._mixed),
)  # fmt: skip


@lru_cache(maxsize=16)
def _patterns(language: Language) -> tuple[_Pattern, ...]:
    """The messages with holes, the most definite first: most fixed letters, fewest pieces left as they stand."""
    found = [(_pattern(text, say), text) for text, say in language.messages.items() if HOLE.search(text)]
    return tuple(one for one, text in sorted(found, key=lambda each: (-_weight(each[1]), each[1])))


def _weight(text: str) -> float:
    """How definite a message is: its fixed letters, less a little for each hole that takes anything."""
    holes: list[str] = HOLE.findall(text)
    loose = sum(1 for hole in holes if hole.startswith(("any", "own", "message")))
    return len(HOLE.sub("", text)) - loose / 2


def _pattern(text: str, say: str) -> _Pattern:
    pieces = HOLE.split(text)
    fixed, holes = pieces[::2], tuple(pieces[1::2])
    form = re.escape(fixed[0])
    for hole, piece in zip(holes, fixed[1:], strict=True):
        form += f"({HOLES.get(hole.partition('_')[0], '.+?')}){re.escape(piece)}"
    return _Pattern(re.compile(form, re.DOTALL), holes, say, max(fixed, key=len))


def is_wide(letter: str) -> bool:
    """A Chinese, Japanese or Korean letter or sign of full width."""
    return bool(letter) and (
        "\u2e80" <= letter <= "\u9fff"
        or "\uac00" <= letter <= "\ud7a3"
        or "\uf900" <= letter <= "\ufaff"
        or "\uff00" <= letter <= "\uff60"
    )


def breadth(text: str) -> int:
    """Letters of a text, a wide one counting for two."""
    return len(text) + sum(map(is_wide, text))


# ---- counts and dates in words ---------------------------------------------------------------------------------------


def count(text: str, rules: Rules) -> str | None:
    """A number in English words, as the house writes them, in the language's: three, Forty-two, second."""
    found = _numbers().get(text.lower())
    if found is None:
        return None
    number, ordinal = found
    if ordinal:
        return rules.ordinals[number - 1] if 0 < number <= len(rules.ordinals) else str(number)
    return rules.counts[number] if number < len(rules.counts) else str(number)


@lru_cache(maxsize=1)
def _numbers() -> Mapping[str, tuple[int, bool]]:
    found: dict[str, tuple[int, bool]] = {"none": (0, False)}
    for number in range(100):
        ten, one = divmod(number, 10)
        word = ONES[number] if number < 20 else TENS[ten] + (f"-{ONES[one]}" if one else "")
        found[word] = (number, False)
        head, dash, last = word.rpartition("-")
        tail = ORDINALS.get(last, f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
        found[head + dash + tail] = (number, True)
    return found


def dated(text: str, rules: Rules) -> str | None:
    """A day, month or month of a year as the house writes it in running text: 23 September 2025, Jun 2025, March."""
    match = DAY.fullmatch(text)
    if match is None:
        return None
    month = next(number for number, name in enumerate(MONTHS, 1) if name.startswith(match[2][:3]))
    style = "prose" if match[1] and match[3] else "day" if match[1] else "month" if match[3] else "alone"
    return written(date(int(match[3] or 2000), month, int(match[1] or 1)), rules.dates[style], rules.locale)


def localised(figure: str, rules: Rules) -> str:
    """A figure inside a text of the house, 1,234.5, with the language's signs for thousands and decimals."""
    from babel.numbers import get_decimal_symbol, get_group_symbol

    signs = {",": get_group_symbol(rules.locale), ".": get_decimal_symbol(rules.locale)}
    return "".join(signs.get(letter, letter) for letter in figure)


def written(value: date, pattern: str, locale: str) -> str:
    """A date by a pattern of Babel."""
    from babel.dates import format_date

    return str(format_date(value, pattern, locale=locale))


def fragments(text: str) -> Iterator[str]:
    """The words of a text that show it to be English: runs of small Latin letters."""
    yield from re.findall(r"[a-z]{3,}", text)

"""Numbers of a text with sign, scale, unit, currency and the word that makes them loose: about, more than, nearly.

value is in ones: "RMB 1.8 trillion" is 1.8e12, "13%" is 0.13. step is the worth of the last digit written, so that a
figure fits when it rounds to what is printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

Unit = Literal["money", "fraction", "times", "points", "count"]
Looseness = Literal["", "about", "above", "below", "up_to", "nearly", "just_over"]

SCALES: Final = {
    "thousand": 1e3, "k": 1e3, "million": 1e6, "millions": 1e6, "mn": 1e6, "mln": 1e6, "mm": 1e6, "m": 1e6,
    "billion": 1e9, "billions": 1e9, "bn": 1e9, "bln": 1e9, "b": 1e9, "trillion": 1e12, "trillions": 1e12,
    "tn": 1e12, "trn": 1e12, "t": 1e12, "万": 1e4, "亿": 1e8, "万亿": 1e12,
}  # fmt: skip
CURRENCIES: Final = {
    "us$": "USD", "$": "USD", "usd": "USD", "dollars": "USD", "dollar": "USD", "us dollars": "USD", "us dollar": "USD",
    "rmb": "CNY", "cny": "CNY", "cn¥": "CNY", "yuan": "CNY", "renminbi": "CNY", "hk$": "HKD", "hkd": "HKD",
    "hong kong dollars": "HKD", "€": "EUR", "eur": "EUR", "euros": "EUR", "euro": "EUR", "£": "GBP", "gbp": "GBP",
    "pounds": "GBP", "¥": "¥", "jpy": "JPY", "yen": "JPY", "c$": "CAD", "a$": "AUD", "s$": "SGD", "nt$": "TWD",
    "₩": "KRW", "krw": "KRW", "won": "KRW", "chf": "CHF", "inr": "INR", "₹": "INR",
}  # fmt: skip
_ONES: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORDS: Final = {
    **{word: float(at) for at, word in enumerate(_ONES)},
    **{word: 20.0 + 10 * at for at, word in enumerate(_TENS)},
}
# Words that are a change by themselves: value of the change as a fraction, worth of its "last digit".
CHANGES: Final = {
    "doubled": (1.0, 0.2), "doubling": (1.0, 0.2), "tripled": (2.0, 0.3), "tripling": (2.0, 0.3),
    "quadrupled": (3.0, 0.4), "quadrupling": (3.0, 0.4), "halved": (-0.5, 0.05), "halving": (-0.5, 0.05),
}  # fmt: skip
SHARES: Final = {"half": (0.5, 0.02), "a third": (1 / 3, 0.02), "one third": (1 / 3, 0.02), "one-third": (1 / 3, 0.02),
                 "two thirds": (2 / 3, 0.02), "two-thirds": (2 / 3, 0.02)}  # fmt: skip

_PREFIX: Final = r"(?P<prefix>US\$|HK\$|CN¥|C\$|A\$|S\$|NT\$|RMB|CNY|USD|HKD|EUR|GBP|JPY|KRW|CHF|INR|[$¥€£₩₹])\s?"
_SPELT: Final = "|".join((*(f"{ten}(?:-(?:{'|'.join(_ONES[1:10])}))?" for ten in _TENS), *_ONES[1:]))
_SCALE: Final = (
    r"(?P<scale>万亿|亿|万|thousand|millions?|billions?|trillions?|mn|mln|mm|bn|bln|tn|trn|[kKmMbBtT](?![\w'-]))"
)
_UNIT: Final = (
    r"(?P<unit>%|percentage\s+points?|per\s?cent(?:age)?(?:\s+points?)?|percent|pct|"
    r"p\.?p\.?t?s?\b|pp\b|basis\s+points|bps?\b"
    r"|x(?![\w-])|times(?!\w)|-?fold\b|×)"
)
_AFTER: Final = (
    r"(?P<after>(?:U\.?S\.?|Hong Kong)\s+dollars?|dollars?|yuan|renminbi|RMB|CNY|USD|HKD|euros?|yen|won|pounds)\b"
)
_NUMBER: Final = re.compile(
    rf"(?<![\w.,])(?P<sign>[-+]\s?)?(?:{_PREFIX})?(?P<sign2>[-+])?"
    rf"(?P<digits>\d{{1,3}}(?:[,\u2009 ]\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+|(?i:\b(?:{_SPELT})\b))"
    rf"(?P<plus>\+)?(?:[\s-]?{_SCALE})?(?:[\s-]?{_UNIT})?(?:\s?{_AFTER})?",
)
_WORDS: Final = re.compile(
    r"\b(?:(?P<change>doubled|doubling|tripled|tripling|quadrupled|quadrupling|halved|halving)"
    r"|(?P<share>half|a third|one[ -]third|two[ -]thirds)(?=\s+(?:of|its|the)\b)"
    r"|(?P<digit>(?:single|double|triple|quadruple)-digit))\b",
    re.IGNORECASE,
)
_RANGE: Final = re.compile(r"\s*(?:-|–|to|and)\s*\Z")
_LOOSE: Final = (
    ("just_over", r"just (?:over|above)|a little (?:over|more than)|slightly (?:over|above|more than)"),
    ("nearly", r"nearly|almost|close to|just (?:under|below|shy of)|approaching|slightly (?:under|below|less than)"),
    ("up_to", r"up to|as much as|at most|no more than|a maximum of"),
    ("above", r"more than|over|above|at least|exceed(?:s|ed|ing)?|surpass(?:es|ed|ing)?|topp(?:ed|ing)|"
        r"north of|upwards of|in excess of|greater than|no less than|a minimum of"),
    ("below", r"less than|fewer than|under|below|south of"),
    ("about", r"about|around|roughly|approximately|approx\.?|circa|ca\.|some|an estimated|~|c\."),
)  # fmt: skip
_LOOSENESS: Final = re.compile(
    "(?:" + "|".join(f"(?P<{name}>(?<![\\w]){words})" for name, words in _LOOSE) + r")\s*(?:a |an |the )?\Z",
    re.IGNORECASE,
)
_DIGITS: Final = {"single-digit": (0.0, 0.0999999), "double-digit": (0.10, 0.9999999), "triple-digit": (1.0, 9.999999),
                  "quadruple-digit": (10.0, 99.99999)}  # fmt: skip
# A figure after a capitalised word is part of its name: Llama 3, Boeing 737; so is one glued to letters.
_NAMED: Final = re.compile(r"(?:[A-Z][\w.&-]*[ -])\Z")
_TIME: Final = re.compile(
    r"\s?(?:am|pm|a\.m\.|p\.m\.|ET|GMT|UTC|CET|o'clock)\b|:\d\d|(?:st|nd|rd|th)\b|min(?:ute)?s?\s?read", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written. low and high differ for a range; step is the worth of the last digit; rough that of the
    last digit that is not a trailing zero."""

    start: int
    end: int
    low: float
    high: float
    step: float
    rough: float
    unit: Unit
    currency: str = ""
    loose: Looseness = ""
    signed: bool = False  # a sign was written
    change: bool = False  # a word of change by itself: doubled
    noun: str = ""  # the word counted, of a bare count
    currencies: tuple[str, ...] = ()  # what a bare ¥ may be

    @property
    def value(self) -> float:
        return (self.low + self.high) / 2

    @property
    def digits(self) -> int:
        """Significant digits written; a range counts as one."""
        if self.low != self.high or not self.step or not self.low:
            return 1
        return len(str(round(abs(self.low) / self.step)))


def quantities(text: str, start: int, end: int, taken: tuple[tuple[int, int], ...] = ()) -> tuple[Quantity, ...]:
    """Every number between two offsets that is not part of a date, a name or a span `taken`."""
    spans = sorted(taken)
    found = [*_numbers(text, start, end, spans), *_worded(text, start, end, spans)]
    return tuple(_ranged(text, sorted(found, key=lambda one: one.start)))


def _numbers(text: str, start: int, end: int, taken: list[tuple[int, int]]) -> Iterator[Quantity]:
    for found in _NUMBER.finditer(text, start, end):
        if any(a < found.end() and found.start() < b for a, b in taken) or _is_name(text, found, start):
            continue
        made = _made(text, found)
        if made is not None:
            yield replace(made, loose=made.loose or _looseness(text, start, found.start()))


def _is_name(text: str, found: re.Match[str], start: int) -> bool:
    """Part of a name, a time, an ordinal, or a figure inside a longer word."""
    bare = not (found["prefix"] or found["unit"] or found["scale"] or found["after"])
    digits_end = found.end("digits")
    after = text[digits_end : digits_end + 12]
    if bare and (_TIME.match(after) or re.match(r"[\w']|-(?!year|day|month|quarter|week)[A-Za-z]", after)):
        return not re.match(r"-[a-z]+", after)
    if not bare:
        return False
    before = text[max(start, found.start() - 30) : found.start()]
    if re.search(r"[\w]-\Z|[#/]\Z", before):
        return True
    words = before.split()
    capital = bool(words) and _NAMED.search(before) is not None and not re.search(r"[.!?:]\s*\Z", before)
    number = "," in found["digits"]  # no name has thousands
    return capital and not number and words[-1].casefold() not in ("over", "about", "of", "to", "with", "by", "and")


def _made(text: str, found: re.Match[str]) -> Quantity | None:
    digits = found["digits"]
    value, step, rough = _value(digits)
    if value is None:
        return None
    scale = SCALES.get((found["scale"] or "").casefold(), 1.0)
    spelt = digits[0].isalpha()
    unit, factor = _unit(found["unit"] or "")
    code = _currency(found["prefix"] or found["after"] or "")
    if unit == "count" and code:
        unit = "money"
    if unit == "count" and spelt and scale == 1.0 and not _counted(text, found.end()):
        return None
    sign = -1.0 if "-" in (found["sign"] or "") + (found["sign2"] or "") and not _ranges(text, found) else 1.0
    value, step, rough = value * scale * factor, step * scale * factor, rough * scale * factor
    currencies = ("CNY", "JPY") if code == "¥" else ()
    if unit == "fraction" and "fold" in (found["unit"] or ""):
        value -= 1
    return Quantity(
        found.start() if not _ranges(text, found) else found.start("digits"),
        found.end(), sign * value, sign * value, step, max(step, rough), unit, "CNY" if code == "¥" else code,
        "above" if found["plus"] else "", sign < 0 or "+" in (found["sign"] or ""),
        noun=_counted(text, found.end()) if unit == "count" else "", currencies=currencies,
    )  # fmt: skip


def _ranges(text: str, found: re.Match[str]) -> bool:
    """Whether the sign is a dash between two figures: 3-4%."""
    return (
        bool(found["sign"])
        and found.start() > 0
        and (text[found.start() - 1].isdigit() or text[found.start() - 1] == "%")
    )


def _value(digits: str) -> tuple[float | None, float, float]:
    """Value, worth of the last digit, worth of the last digit that is not a trailing zero."""
    if digits[0].isalpha():
        ten, _, one = digits.casefold().partition("-")
        value = WORDS[ten] + (WORDS[one] if one else 0.0)
        return value, 1.0, 10.0 if value % 10 == 0 and value else 1.0
    bare = re.sub(r"[,\u2009 ]", "", digits)
    if len(bare) > 30:
        return None, 0.0, 0.0
    whole, _, part = bare.partition(".")
    step = 10.0 ** -len(part)
    zeros = len(whole) - len(whole.rstrip("0")) if not part and whole.strip("0") else 0
    return float(bare), step, step * 10.0**zeros


def _unit(written: str) -> tuple[Unit, float]:
    word = " ".join(written.casefold().split()).strip("-.")
    if not word:
        return "count", 1.0
    if word.startswith("basis") or word in ("bp", "bps"):
        return "points", 1e-4
    if "point" in word or word.replace(".", "").startswith("pp"):
        return "points", 1e-2
    if word.startswith(("%", "per", "pct")):
        return "fraction", 1e-2
    return ("fraction", 1.0) if word == "fold" else ("times", 1.0)


def _currency(written: str) -> str:
    return CURRENCIES.get(" ".join(written.casefold().replace(".", "").split()), "") if written else ""


def _counted(text: str, end: int) -> str:
    """The word that a bare number counts: models, employees, shares."""
    found = re.match(r"[\s-]+((?:[a-z][a-z-]*\s+){0,2}[a-z][a-z-]*)", text[end : end + 60])
    return found.group(1) if found else ""


def _worded(text: str, start: int, end: int, taken: list[tuple[int, int]]) -> Iterator[Quantity]:
    for found in _WORDS.finditer(text, start, end):
        if any(a < found.end() and found.start() < b for a, b in taken):
            continue
        loose = _looseness(text, start, found.start())
        if found["change"]:
            value, step = CHANGES[found["change"].casefold()]
            yield Quantity(found.start(), found.end(), value, value, step, step, "fraction", "", loose, change=True)
        elif found["share"]:
            value, step = SHARES[found["share"].casefold().replace("-", " ").replace("one third", "one third")]
            yield Quantity(found.start(), found.end(), value, value, step, step, "fraction", "", loose or "about")
        else:
            low, high = _DIGITS[found["digit"].casefold()]
            yield Quantity(found.start(), found.end(), low, high, 0.0, 0.0, "fraction", change=True)


def _looseness(text: str, start: int, at: int) -> Looseness:
    found = _LOOSENESS.search(text, max(start, at - 24), at)
    return found.lastgroup or "" if found else ""  # type: ignore[return-value]


def _ranged(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    """Two numbers that are one range: 3–4 %, between 20 and 25 billion. "From 20 to 25" stays two: before and now."""
    at = 0
    while at < len(found):
        one = found[at]
        other = found[at + 1] if at + 1 < len(found) else None
        if other is not None and _is_range(text, one, other):
            yield _range(one, other)
            at += 2
            continue
        yield one
        at += 1


def _is_range(text: str, one: Quantity, other: Quantity) -> bool:
    between = text[one.end : other.start]
    if not _RANGE.match(between) or one.change or other.change:
        return False
    before = text[max(0, one.start - 12) : one.start].casefold().rstrip()
    if "and" in between:
        return before.endswith("between")
    if "to" in between and re.search(r"\b(?:from|rose|fell|grew)\Z", before):
        return False
    same = one.unit == other.unit or (one.unit == "count" and not one.noun.strip(" to"))
    return (same or one.unit == "count") and one.low <= _scaled(one, other)


def _scaled(one: Quantity, other: Quantity) -> float:
    return other.high if one.unit == other.unit else float("inf")


def _range(one: Quantity, other: Quantity) -> Quantity:
    """The range takes unit, scale and currency of its second number where the first has none."""
    factor = 1.0
    if one.unit == "count" and other.unit in ("fraction", "points"):
        factor = 0.01
    elif one.low < 1e3 and other.step >= 1e2:
        factor = 10.0 ** round(_power(other))
    low = one.low * factor
    return replace(other, start=one.start, low=min(low, other.high), high=max(low, other.high),
                   currency=other.currency or one.currency, loose=one.loose, noun=other.noun)  # fmt: skip


def _power(other: Quantity) -> float:
    for power in (12, 9, 6, 3):
        if other.high >= 10**power and other.step >= 10 ** (power - 4):
            return power
    return 0.0

"""Numbers and dates as text, alone in the house: half away from zero, U+2212 for minus, comma for thousands.

Another language writes the same digits by its rules: an amount in its own scales, never with more precision than here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from peerbench.core.currencies import SIGNS
from peerbench.core.document import Number, When
from peerbench.core.language import Rules, count, written

MINUS: Final = "\u2212"
EN_DASH: Final = "\u2013"
NO_BREAK: Final = "\u00a0"
MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WHOLE_UNITS: Final = frozenset({"JPY", "KRW", "VND", "CLP", "ISK"})  # currencies quoted without a minor unit
MARKS: Final = {"missing": "NA", "not_meaningful": "n.m.", "withheld": EN_DASH, "stale": "NA", "excluded": "n.m."}
MILLION: Final = Decimal(1_000_000)
SCALES: Final = (("tn", 12), ("bn", 9), ("m", 6))
BOUNDS: Final = (25, 50, 75, 100)
WORDS: Final = (
    "none",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


class UnknownFormat(ValueError):
    """A Number names a format that does not exist: a mistake in the room that made it, not in the data."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown number format '{name}'; known: {', '.join(sorted(FORMATS))}")


def text(number: Number, *, rules: Rules | None = None) -> str:
    """The number as it is printed, or the mark of its status.

    A number excluded by a rule prints the round bound that it lies above (">100x"); without a value "n.m.".
    """
    if number.format not in FORMATS:
        raise UnknownFormat(number.format)
    if number.status == "excluded" and number.value is not None:
        return _beyond(number, rules)
    if number.status != "ok":
        return (rules.marks if rules else MARKS).get(number.status, MARKS[number.status])
    if number.value is None:
        raise ValueError(f"a number of status ok has no value: {number}")
    if rules is not None:
        return _foreign(number.format, exact(number.value), number.currency, rules)
    return FORMATS[number.format](exact(number.value), number.currency)


def _beyond(number: Number, rules: Rules | None = None) -> str:
    bound = max((bound for bound in BOUNDS if number.value is not None and bound < number.value), default=None)
    if bound is None:
        return MARKS["excluded"]
    times = rules.suffixes.get("x", "x") if rules else "x"
    return f">{bound}{times if number.format.startswith('x') else ''}"


def between(low: Number, high: Number) -> str:
    """A range with an en dash; what both ends share is printed once: "US$79.19–166.17", "24–45%"."""
    first, second = text(low), text(high)
    if low.status != "ok" or high.status != "ok" or MINUS in first + second or not second[-1:].isdigit():
        return f"{first} to {second}"
    prefix = _prefix(high.currency) if high.currency and low.currency == high.currency else ""
    return f"{first}{EN_DASH}{second.removeprefix(prefix)}"


def day(when: When, *, rules: Rules | None = None) -> str:
    """A date in text: "23 September 2025", "23 Sep 2025" or "June 2025"."""
    if rules is not None:
        return written(when.value, rules.dates[when.style], rules.locale)
    month = MONTHS[when.value.month - 1]
    if when.style == "month":
        return f"{month} {when.value.year}"
    return f"{when.value.day} {month if when.style == 'prose' else month[:3]} {when.value.year}"


def weekday(value: date) -> str:
    return WEEKDAYS[value.weekday()]


def plain(number: Number) -> Number:
    """The same number with the sign, unit and scale of its format taken away, for cells under a head that says them."""
    bare = {"pct0": "bpct0", "pct1": "bpct1", "spct0": "sbpct0", "spct1": "sbpct1", "x1": "n1", "pp1": "spp1"}
    return replace(number, format=bare.get(number.format, number.format))


def exact(value: float) -> Decimal:
    """The decimal a person would write for this float: 0.285 is 0.285 here, so that it rounds as on paper."""
    decimal = Decimal(repr(float(value)))
    if not decimal.is_finite():
        raise ValueError(f"not a finite number: {value}")
    return decimal


def rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def fixed(value: Decimal, places: int, *, plus: bool = False) -> str:
    """Digits with thousands commas; a value that rounds to zero carries no sign."""
    shown = rounded(value, places)
    sign = "" if shown == 0 else MINUS if shown < 0 else "+" if plus else ""
    return f"{sign}{abs(shown):,.{places}f}"


def _prefix(currency: str) -> str:
    return SIGNS.get(currency, f"{currency}{NO_BREAK}" if currency else "")


def _signed(body: str, value: Decimal, currency: str) -> str:
    return f"{MINUS if value < 0 else ''}{_prefix(currency)}{body}"


def money(value: Decimal, currency: str) -> str:
    """Three significant digits and a scale: US$377bn, RMB2.68tn, RMB35.2bn; below a million every unit."""
    whole = rounded(abs(value), 0)
    if whole < MILLION:
        return _signed(fixed(whole, 0), rounded(value, 0), currency)
    digits = rounded(abs(value), 2 - whole.adjusted())  # 999.6m is 1,000m, which is written 1.00bn
    suffix, power = next((suffix, power) for suffix, power in SCALES if digits.adjusted() >= power or power == 6)
    return _signed(f"{fixed(digits.scaleb(-power), max(0, 2 - digits.adjusted() + power))}{suffix}", value, currency)


def millions(value: Decimal, currency: str) -> str:
    """Money in whole millions, as accounts state it: RMB125,976m."""
    return _signed(f"{fixed(abs(value).scaleb(-6), 0)}m", value, currency)


def price(value: Decimal, currency: str) -> str:
    places = 0 if currency in WHOLE_UNITS else 2
    return _signed(fixed(abs(value), places), rounded(value, places), currency)


def whole_price(value: Decimal, currency: str) -> str:
    return _signed(fixed(abs(value), 0), rounded(value, 0), currency)


def words(value: Decimal, currency: str) -> str:
    """A small count as a word, a larger one in figures."""
    whole = int(value)
    return WORDS[whole] if whole == value and 0 <= whole < len(WORDS) else fixed(value, 0)


Formatter = Callable[[Decimal, str], str]


def _number(places: int, *, power: int = 0, suffix: str = "", plus: bool = False) -> Formatter:
    return lambda value, currency: fixed(value.scaleb(power), places, plus=plus) + suffix


UNITS: Final = {"unit_bn": "bn", "unit_m": "m", "unit_x": "x", "unit_pp": "pp", "unit_price": ""}  # alone, for axes


def _unit(word: str) -> Formatter:
    return lambda value, currency: word


FORMATS: Final[dict[str, Formatter]] = {
    **{f"x{places}": _number(places, suffix="x") for places in (0, 1, 2)},
    **{f"n{places}": _number(places) for places in (0, 1, 2, 3)},
    **{f"pct{places}": _number(places, power=2, suffix="%") for places in (0, 1, 2)},
    **{f"spct{places}": _number(places, power=2, suffix="%", plus=True) for places in (0, 1, 2)},
    **{f"bpct{places}": _number(places, power=2) for places in (0, 1, 2)},
    **{f"sbpct{places}": _number(places, power=2, plus=True) for places in (0, 1, 2)},
    **{f"pp{places}": _number(places, power=2, suffix="pp", plus=True) for places in (0, 1)},
    **{f"upp{places}": _number(places, power=2, suffix="pp") for places in (0, 1)},
    **{f"spp{places}": _number(places, power=2, plus=True) for places in (0, 1)},
    **{f"sn{places}": _number(places, plus=True) for places in (0, 1, 2)},
    **{f"m{places}": _number(places, power=-6) for places in (0, 1)},
    **{f"bn{places}": _number(places, power=-9) for places in (0, 1, 2)},
    "shares": _number(0, power=-6, suffix="m"),
    "fx4": _number(4),
    "count": _number(0),
    "money": money,
    "money_m": millions,
    "price": price,
    "price0": whole_price,
    "words": words,
    **{name: _unit(word) for name, word in UNITS.items()},
}


# ---- other languages -------------------------------------------------------------------------------------------------

SUFFIX: Final = re.compile(r"(x|%|pp|m)$")


def _foreign(name: str, value: Decimal, currency: str, rules: Rules) -> str:
    """The digits that English prints, in a language's scale, signs and words."""
    if name == "money":
        return _scaled_money(value, currency, rules)
    if name == "money_m":
        amount = f"{_grouped(rounded(value.scaleb(-6), 0), rules)}{rules.suffixes.get('m', 'm')}"
        return _with_currency(amount, currency, rules)
    if name in ("price", "price0"):
        places = 0 if name == "price0" or currency in WHOLE_UNITS else 2
        return _with_currency(_grouped(rounded(value, places), rules), currency, rules)
    if name == "shares":
        return _rescaled(rounded(value.scaleb(-6), 0), 6, rules.shares, rules) + rules.shares[0]
    if match := BILLIONS.fullmatch(name):
        return _rescaled(rounded(value.scaleb(-9), int(match[1])), 9, rules.billions, rules)
    if name == "words":
        english = words(value, currency)
        return count(english, rules) or _grouped(rounded(value, 0), rules)
    if name in UNITS:
        return {"unit_bn": rules.billions[0], "unit_price": rules.currencies.get(currency, currency)}.get(
            name, rules.suffixes.get(UNITS[name], UNITS[name])
        )
    english = FORMATS[name](value, currency)
    suffix = found[0] if (found := SUFFIX.search(english)) else ""
    body = english.removesuffix(suffix).replace(",", "").replace(MINUS, "-")
    said = _grouped(Decimal(body), rules)
    return f"{'+' if body.startswith('+') else ''}{said}{rules.suffixes.get(suffix, suffix)}"


BILLIONS: Final = re.compile(r"bn([012])")


def _grouped(value: Decimal, rules: Rules) -> str:
    """Digits with the language's signs for thousands and decimals; as many decimals as the value has."""
    from babel.numbers import format_decimal

    places = max(0, -int(value.as_tuple().exponent))
    pattern = "#,##0" + ("." + "0" * places if places else "")
    digits = format_decimal(abs(value), format=pattern, locale=rules.locale, decimal_quantization=False)
    return f"{MINUS if value < 0 else ''}{digits}"


def _rescaled(value: Decimal, power: int, scale: tuple[str, int], rules: Rules) -> str:
    """A rounded number of 10^power in another scale: every digit that was there, and none that was not."""
    moved = value.scaleb(power - scale[1])
    whole = moved.quantize(Decimal(1)) if int(moved.as_tuple().exponent) > 0 else moved
    return _grouped(whole, rules)


def _scaled_money(value: Decimal, currency: str, rules: Rules) -> str:
    """Three significant digits as in English, before the word for the scale: 3,770亿美元, 2.62万亿元人民币."""
    whole = rounded(abs(value), 0)
    digits = whole if whole < MILLION else rounded(abs(value), 2 - whole.adjusted())
    if whole >= MILLION:  # 999.6m is 1,000m, of which three digits are 1.00bn
        digits = rounded(digits, 2 - digits.adjusted())
    word, power = next(((word, power) for word, power in rules.scales if digits.adjusted() >= power), ("", 0))
    body = _rescaled(digits if value >= 0 else -digits, 0, ("", power), rules)
    return _with_currency(f"{body}{word}", currency, rules)


def _with_currency(amount: str, currency: str, rules: Rules) -> str:
    return rules.money.replace("{amount}", amount).replace("{currency}", rules.currencies.get(currency, currency))

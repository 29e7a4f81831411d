"""Number formats of a workbook: those of the page in the spreadsheet’s language; same decimals, signs and scales.

A spreadsheet scales by thousands alone. 亿 is shown as hundredths of it with a point drawn before the last two digits,
so that the cell still holds the value itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from peerbench.core.currencies import SIGNS
from peerbench.core.language import Rules
from peerbench.render import format as formats

FORMAT: Final = re.compile(r"(?P<kind>x|n|sn|pct|spct|bpct|sbpct|pp|upp|spp|m|bn)(?P<places>\d)")
SCALED: Final = re.compile(r"[\d,]+(?:\.(?P<places>\d+))?(?P<suffix>tn|bn|m|)")
COMMAS: Final = {"tn": ",,,,", "bn": ",,,", "m": ",,", "": ""}
PERCENT: Final = ("pct", "spct", "bpct", "sbpct")
POINTS: Final = ("pp", "upp", "spp")
SIGNED: Final = ("sn", "spct", "sbpct", "pp", "spp")


@dataclass(frozen=True, slots=True)
class CellFormat:
    """A code of the spreadsheet, and what the value is multiplied by before: points are a hundred to the whole."""

    code: str
    scale: float = 1.0


def cell_format(
    name: str, *, currency: str = "", size: float = 0.0, plus: bool = False, rules: Rules | None = None
) -> CellFormat:
    """The format of the page by name; of scaled money the scale that its size has on the page. plus: of differences.

    rules: of the language of the workbook, other than English.
    """
    if rules is not None:
        return _foreign(name, currency, size, plus, rules)
    if name == "money":
        return CellFormat(_signs(_money(currency, size)))
    if name == "money_m":
        return CellFormat(_signs(f'{_prefix(currency)}{_digits(0)},,"m"'))
    if name in ("price", "price0"):
        whole = name == "price0" or currency in formats.WHOLE_UNITS
        return CellFormat(_signs(_prefix(currency) + _digits(0 if whole else 2)))
    if name == "shares":
        return CellFormat(_signs(f'{_digits(0)},,"m"'))
    if name == "fx4":
        return CellFormat(_signs(_digits(4)))
    found = FORMAT.fullmatch(name)
    return _numbered(found["kind"], int(found["places"]), plus) if found else CellFormat(_signs(_digits(0), plus=plus))


def _numbered(kind: str, places: int, plus: bool, *, points: str = "pp", times: str = "x") -> CellFormat:
    digits, plus = _digits(places), plus or kind in SIGNED
    if kind in PERCENT:
        return CellFormat(_signs(f"{digits}%", plus=plus))
    if kind in POINTS:
        return CellFormat(_signs(digits + _word(points), plus=plus), 100.0)
    after = {"x": _word(times), "m": ",,", "bn": ",,,"}.get(kind, "")
    return CellFormat(_signs(digits + after, plus=plus))


def _digits(places: int) -> str:
    return "#,##0" + (f".{'0' * places}" if places else "")


def _signs(body: str, *, plus: bool = False) -> str:
    """The true minus of the page; zero carries no sign."""
    return f'{"+" if plus else ""}{body};"{formats.MINUS}"{body};{body}'


def _prefix(currency: str) -> str:
    shown = SIGNS.get(currency, f"{currency}{formats.NO_BREAK}" if currency else "")
    return f'"{shown}"' if shown else ""


def _money(currency: str, size: float) -> str:
    """As many decimals and the scale that the page prints for this size."""
    found = SCALED.fullmatch(formats.money(formats.exact(abs(size)), ""))
    assert found is not None
    suffix = found["suffix"]
    return f"{_prefix(currency)}{_digits(len(found['places'] or ''))}{COMMAS[suffix]}" + (
        f'"{suffix}"' if suffix else ""
    )


# ---- other languages -------------------------------------------------------------------------------------------------


def _foreign(name: str, currency: str, size: float, plus: bool, rules: Rules) -> CellFormat:
    """The same by the rules of a language: its scales, its words, a currency where it puts it."""
    million = rules.suffixes.get("m", "m")
    if name == "money":
        word, power, places = _scale(size, rules)
        return CellFormat(_signs(_priced(_scaled(power, places), word, currency, rules)))
    if name == "money_m":
        return CellFormat(_signs(_priced(f"{_digits(0)},,", million, currency, rules)))
    if name in ("price", "price0"):
        whole = name == "price0" or currency in formats.WHOLE_UNITS
        return CellFormat(_signs(_priced(_digits(0 if whole else 2), "", currency, rules)))
    if name == "shares":
        word, power = rules.shares
        return CellFormat(_signs(_scaled(power, 0) + _word(word)))
    found = FORMAT.fullmatch(name)
    if found is None:
        return cell_format(name, plus=plus)
    kind, places = found["kind"], int(found["places"])
    if kind == "bn":
        return CellFormat(_signs(_scaled(rules.billions[1], places), plus=plus))
    points, times = (rules.suffixes.get(sign, sign) for sign in ("pp", "x"))
    return _numbered(kind, places, plus, points=points, times=times)


def _scale(size: float, rules: Rules) -> tuple[str, int, int]:
    """The word of a scale, its power of ten, and the decimals that three digits leave in it."""
    whole = formats.rounded(abs(formats.exact(size)), 0)
    if whole < formats.MILLION:
        return "", 0, 0
    digits = formats.rounded(whole, 2 - whole.adjusted())
    word, power = next(((word, power) for word, power in rules.scales if digits.adjusted() >= power), ("", 0))
    return word, power, max(0, 2 - digits.adjusted() + power)


def _scaled(power: int, places: int) -> str:
    """Digits of a value in units of 10^power."""
    thousands, drawn = divmod(power, 3)
    return f"{_digits(places)}{',' * thousands}" if not drawn else f"0\\.{'0' * drawn}{',' * thousands}"


def _priced(digits: str, word: str, currency: str, rules: Rules) -> str:
    """An amount with the words for its scale and its currency, in the order of the language."""
    said = rules.money.replace("{currency}", rules.currencies.get(currency, currency)) if currency else "{amount}"
    before, _, after = said.partition("{amount}")
    return _word(before) + digits + _word(word + after)


def _word(text: str) -> str:
    """Text inside a number format."""
    return '"' + text.replace('"', "") + '"' if text else ""

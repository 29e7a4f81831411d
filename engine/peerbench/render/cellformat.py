"""Number formats of a workbook: those of the page in the spreadsheet’s language; same decimals, signs and scales."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

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


def cell_format(name: str, *, currency: str = "", size: float = 0.0, plus: bool = False) -> CellFormat:
    """The format of the page by name; of scaled money the scale that its size has on the page. plus: of differences."""
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


def _numbered(kind: str, places: int, plus: bool) -> CellFormat:
    digits, plus = _digits(places), plus or kind in SIGNED
    if kind in PERCENT:
        return CellFormat(_signs(f"{digits}%", plus=plus))
    if kind in POINTS:
        return CellFormat(_signs(f'{digits}"pp"', plus=plus), 100.0)
    after = {"x": '"x"', "m": ",,", "bn": ",,,"}.get(kind, "")
    return CellFormat(_signs(digits + after, plus=plus))


def _digits(places: int) -> str:
    return "#,##0" + (f".{'0' * places}" if places else "")


def _signs(body: str, *, plus: bool = False) -> str:
    """The true minus of the page; zero carries no sign."""
    return f'{"+" if plus else ""}{body};"{formats.MINUS}"{body};{body}'


def _prefix(currency: str) -> str:
    shown = formats.PREFIXES.get(currency, f"{currency}{formats.NO_BREAK}" if currency else "")
    return f'"{shown}"' if shown else ""


def _money(currency: str, size: float) -> str:
    """As many decimals and the scale that the page prints for this size."""
    found = SCALED.fullmatch(formats.money(formats.exact(abs(size)), ""))
    assert found is not None
    suffix = found["suffix"]
    return f"{_prefix(currency)}{_digits(len(found['places'] or ''))}{COMMAS[suffix]}" + (
        f'"{suffix}"' if suffix else ""
    )

"""render/cellformat.py: a cell shows a number in the letters of the page, by a reader of format codes of our own."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest

from peerbench.core.document import Number
from peerbench.render import format as formats
from peerbench.render.cellformat import cell_format

VALUES = (
    0.0,
    0.004,
    0.285,
    1.0,
    18.0577,
    -0.3012,
    0.9996,
    25.84,
    999.4,
    -12_345.678,
    2.5e6,
    9.996e8,
    3.766e11,
    -1.5e12,
)
PART = re.compile(r'"(?P<text>[^"]*)"|(?P<digits>#,##0(?:\.0+)?)(?P<commas>,*)(?P<percent>%?)|(?P<sign>[+])')
NAMES = (
    *(f"{kind}{places}" for kind in ("x", "n", "pct", "spct") for places in (0, 1, 2)),
    *(
        "sn1",
        "pp1",
        "upp1",
        "m0",
        "m1",
        "bn0",
        "bn1",
        "bn2",
        "shares",
        "fx4",
        "count",
        "money",
        "money_m",
        "price",
        "price0",
    ),
)


def shown(code: str, value: float) -> str:
    """What a spreadsheet shows: a section for above zero, one for below it, one for zero."""
    above, below, zero = code.split(";")
    section = above if value > 0 else below if value < 0 else zero
    out = ""
    for found in PART.finditer(section):
        if found["text"] is not None:
            out += found["text"]
        elif found["sign"]:
            out += "+"
        else:
            scaled = abs(Decimal(repr(value))).scaleb(2 if found["percent"] else 0).scaleb(-3 * len(found["commas"]))
            places = len(found["digits"].partition(".")[2])
            rounded = scaled.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
            out += f"{rounded:,.{places}f}{found['percent']}"
    return out


@pytest.mark.parametrize("name", NAMES)
def test_a_cell_shows_what_the_page_prints(name: str) -> None:
    currency = "USD" if name in ("money", "money_m", "price", "price0") else ""
    for value in VALUES:
        made = cell_format(name, currency=currency, size=value)
        page = formats.text(Number(value, name, currency))
        scaled = float(Decimal(repr(value)) * Decimal(made.scale))
        if value and not Decimal(re.sub(r"[^\d.]", "", page)):
            continue  # one that rounds to nothing keeps its sign in a cell
        assert shown(made.code, scaled) == page, (name, value)


@pytest.mark.parametrize(
    ("currency", "value", "page"),
    [("JPY", 4_321.0, "JPY\u00a04,321"), ("HKD", 635.5, "HK$635.50"), ("CNY", -2.678e12, "−RMB2.68tn")],
)
def test_a_currency_has_its_own_sign_and_decimals(currency: str, value: float, page: str) -> None:
    name = "price" if abs(value) < 1e6 else "money"
    made = cell_format(name, currency=currency, size=value)
    assert shown(made.code, value).replace("RMB−", "−RMB") == page


def test_a_difference_says_its_sign() -> None:
    assert shown(cell_format("bn0", plus=True).code, 12.7e9) == "+13"
    assert shown(cell_format("bn0", plus=True).code, -12.7e9) == "−13"

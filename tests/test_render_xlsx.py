"""render/xlsx.py: names, texts, days and links as a spreadsheet takes them."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from peerbench.charts.theme import theme
from peerbench.render.xlsx import Names, Pen, Sheet, address, letters, quoted


def read(write: Any) -> Any:
    pen = Pen(theme("investor"))
    write(pen.sheet("Sheet"))
    return openpyxl.load_workbook(io.BytesIO(pen.bytes()))["Sheet"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("0700.HK", "close"), "_0700_HK_close"),
        (("a", "1"), "a_1"),
        (("ab12",), "ab12_"),  # would be a cell
        (("R1C1",), "R1C1_"),  # would be one in the other way of writing
        (("r",), "r_"),
        (("", ""), "cell"),
        (("=1+1",), "_1_1"),
        (("x" * 300,), "x" * 200),
    ],
)
def test_a_name_is_one_that_a_workbook_takes(words: tuple[str, ...], name: str) -> None:
    assert Names().new(*words) == name


def test_names_stay_apart_whatever_their_case() -> None:
    names = Names()
    assert [names.new("Ab", "x"), names.new("ab", "X"), names.new("ab.x")] == ["Ab_x", "ab_X_2", "ab_x_3"]


def test_places_are_written_as_a_spreadsheet_writes_them() -> None:
    assert [letters(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert address(2, 1) == "B3"
    assert address(2, 1, fixed=True) == "$B$3"
    assert address(2, 1, sheet="Inputs") == "Inputs!$B$3"
    assert quoted('a"b') == '"a""b"'


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@a", "\ta", "\ra", "a\nb", "_x0041_", "\x0b", "'a", "12", "1.10"]
)
def test_text_comes_back_as_it_went_in(text: str) -> None:
    cell = read(lambda sheet: sheet.text(0, 0, text))["A1"]
    assert cell.data_type == "s"
    assert {cell.value, unescape(cell.value)} & {text, text.replace("\r", "\n")}
    assert cell.quotePrefix == text.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_day_before_the_calendar_of_spreadsheets_is_a_text() -> None:
    def write(sheet: Sheet) -> None:
        sheet.day(0, 0, date(1899, 12, 31))
        sheet.day(1, 0, date(2025, 9, 23))
        sheet.day(2, 0, None)

    made = read(write)
    assert (made["A1"].value, made["A2"].value.date(), made["A3"].value) == ("1899-12-31", date(2025, 9, 23), None)


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://www.sec.gov/a", True), ("http://a.b/c?d=e&f", True), ("javascript:alert(1)", False), ("", False),
        ("file:///etc/passwd", False), ("https://a.b/c d", False), ("internal:Sheet!A1", False),
        ("https://a.b/" + "c" * 3_000, False), ("mailto:a@b.c", False),
    ],
)  # fmt: skip
def test_only_an_address_of_the_web_is_a_link(url: str, linked: bool) -> None:
    cell = read(lambda sheet: sheet.web(0, 0, url, "the document"))["A1"]
    assert cell.value == "the document"
    assert (cell.hyperlink is not None) == linked

"""Workbook, Markdown, JSON and summary in another language: its words, and cell by cell the figures of the English."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import jsonschema
import openpyxl
import pytest
from markdown_it import MarkdownIt

from peerbench import editions
from peerbench.core.document import Number
from peerbench.deliver import letter
from peerbench.deliver.protocol import Parcel
from peerbench.render import json as edition
from peerbench.render import summary
from peerbench.render.cellformat import cell_format
from peerbench.render.voice import Voice
from peerbench.render.xlsx import day_code
from test_languages import AUDIENCES, _both, _chinese, _reader, _shop

TABS = {"简报": "Brief", "同业对比": "Comparison", "指标计算": "Calculations", "中间数据": "Operands", "输入": "Inputs",
        "汇率": "FX", "数据溯源": "Lineage", "数据检查": "Checks", "资料来源": "Sources"}  # fmt: skip
# Columns whose texts are not the house's: names of cells, documents, places in them, remarks, ids, names of checks.
VERBATIM = {
    "简报": "B", "指标计算": "H", "中间数据": "K", "输入": "KLMOPQ", "汇率": "G", "数据溯源": "E", "数据检查": "BF",
    "资料来源": "CEF",
}  # fmt: skip

OWN = r"`[^`]*`|“[^”]*”|，FY\d{4}，.*|^Xinhua.*"  # commands, quotations, who made a forecast, a document's title


@cache
def _files(audience: str, language: str) -> dict[str, bytes]:
    english, chinese, _ = _both(audience, "four")
    brief = chinese if language == "zh-CN" else english
    made = editions.unprinted(_shop(language=language), brief, _reader(audience), ("xlsx", "md", "json"), folder="x")
    return {name.removeprefix("x/brief."): data for name, data in made.items()}


@cache
def _book(audience: str, language: str, values: bool = False) -> Any:
    return openpyxl.load_workbook(io.BytesIO(_files(audience, language)["xlsx"]), data_only=values)


def _cells(audience: str, values: bool = False) -> Iterator[tuple[str, Any, Any]]:
    """Sheet, Chinese and English cell."""
    chinese, english = (_book(audience, language, values) for language in ("zh-CN", "en"))
    for one, other in zip(chinese, english, strict=True):
        assert one.dimensions == other.dimensions
        for row, there in zip(one.iter_rows(), other.iter_rows(), strict=True):
            yield from ((one.title, cell, same) for cell, same in zip(row, there, strict=True))


def _english(formula: str) -> str:
    for tab, name in TABS.items():
        formula = formula.replace(f"'{tab}'!", f"{name}!")
    return formula.replace('"已变"', '"changed"')


# ---- the workbook ----------------------------------------------------------------------------------------------------


def test_sheets_are_called_in_the_language_and_stand_in_the_same_order() -> None:
    assert dict(zip(_book("risk", "zh-CN").sheetnames, _book("risk", "en").sheetnames, strict=True)) == TABS


@pytest.mark.parametrize("audience", ["institutional", "risk"])
def test_every_formula_and_every_number_is_that_of_the_english_workbook(audience: str) -> None:
    formulas = numbers = 0
    for tab, cell, same in _cells(audience):
        assert cell.data_type == same.data_type, (tab, cell.coordinate)
        if same.data_type == "f":
            formulas += 1
            assert _english(cell.value) == same.value, (tab, cell.coordinate)
        elif same.data_type in ("n", "d") and same.value is not None:
            numbers += 1
            assert cell.value == same.value, (tab, cell.coordinate)
    assert (formulas > 3000, numbers > 1000) == (True, True)


def test_values_written_beside_the_formulas_are_the_same() -> None:
    for tab, cell, same in _cells("institutional", values=True):
        if isinstance(same.value, (int, float)) or same.value in ("NA", "n.m.", "–"):
            assert cell.value == same.value, (tab, cell.coordinate)


def test_names_of_cells_point_to_the_same_places() -> None:
    chinese, english = (_book("risk", language).defined_names for language in ("zh-CN", "en"))
    found = {name: _english(one.attr_text) for name, one in chinese.items()}
    assert found == {name: one.attr_text for name, one in english.items()}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_english_sentence_is_left_in_a_cell_of_the_house(audience: str) -> None:
    left = [
        (tab, cell.coordinate, cell.value)
        for tab, cell, _ in _cells(audience)
        if cell.data_type == "s" and cell.column_letter not in VERBATIM.get(tab, "")
        and re.search(r"[a-z]{3,} [a-z]{3,}", re.sub(OWN, "", cell.value))
    ]  # fmt: skip
    assert left == []


def test_every_text_of_the_workbook_has_words() -> None:
    voice = Voice(_shop().voice(_reader("risk")).language)
    assert voice.say("Figures that differ from the brief") == "与简报不同的数字"
    assert voice.say("A text that nobody knows") == "A text that nobody knows"
    assert voice.unsaid == {"A text that nobody knows"}


FORMATS = [  # a value of 377.4 billion is 377400 millions: drawn with a point before the last two, hundredths of 亿
    (Number(377.4e9, "money", "USD"), '0\\.00,,"亿美元"'),
    (Number(2.615e12, "money", "CNY"), '#,##0.00,,,,"万亿元人民币"'),
    (Number(5.2e6, "money", "USD"), '0\\.0,"万美元"'),
    (Number(163.08, "price", "USD"), '#,##0.00"美元"'),
    (Number(18474.2e6, "shares"), '0\\.00,,"亿股"'),
    (Number(1e9, "bn1"), "0\\.00,,"),
    (Number(18.06, "x1"), '#,##0.0"倍"'),
    (Number(0.05, "pct1"), "#,##0.0%"),
]


@pytest.mark.parametrize(("number", "code"), FORMATS)
def test_a_cell_is_shown_in_the_scale_of_the_language_and_holds_the_value(number: Number, code: str) -> None:
    assert number.value is not None
    made = cell_format(number.format, currency=number.currency, size=number.value, rules=_chinese().rules)
    assert made.code == f'{code};"−"{code};{code}'
    assert made.scale == 1


@pytest.mark.parametrize(
    ("pattern", "code"),
    [("d MMM y", "d mmm yyyy"), ("y-MM-dd", "yyyy-mm-dd"), ("d.M.y", "d.m.yyyy"), ("y年M月d日", 'yyyy"年"m"月"d"日"'),
     ("d 'de' MMMM y", 'd "de" mmmm yyyy')],
)  # fmt: skip
def test_days_are_shown_as_the_language_writes_them(pattern: str, code: str) -> None:
    assert day_code(pattern) == code


# ---- Markdown, JSON, summary, letters --------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", AUDIENCES)
def test_markdown_has_the_parts_of_the_english_one_in_the_words_of_the_page(audience: str) -> None:
    english, chinese = (
        MarkdownIt().enable("table").parse(_files(audience, tag)["md"].decode()) for tag in ("en", "zh-CN")
    )
    parts = [[token.type for token in tokens if token.level == 0] for tokens in (english, chinese)]
    assert parts[0] == parts[1]
    heads = [
        tokens[at + 1].content
        for tokens in (chinese,)
        for at, t in enumerate(tokens)
        if t.tag == "h2" and t.nesting == 1
    ]
    assert heads[0] == "要点"
    assert heads[-2:] == ["指标定义", "资料来源"]


def test_emphasis_ends_before_a_wide_stop() -> None:
    """`**…。**阿` is no emphasis: a closing mark after a stop and before a letter is a pair of stars."""
    for audience in AUDIENCES:
        text = _files(audience, "zh-CN")["md"].decode()
        read = [child for token in MarkdownIt().parse(text) for child in token.children or ()]
        assert sum(child.type == "strong_open" for child in read) > 5
        assert not [child.content for child in read if child.type == "text" and "**" in child.content]


@pytest.mark.parametrize("audience", AUDIENCES)
def test_json_has_english_keys_by_the_schema_and_the_figures_of_the_english_one(audience: str) -> None:
    english, chinese = (json.loads(_files(audience, tag)["json"]) for tag in ("en", "zh-CN"))
    jsonschema.validate(chinese, edition.schema())
    assert chinese["meta"]["language"] == "zh-CN"
    assert [_figure(one) for one in chinese["numbers"]] == [_figure(one) for one in english["numbers"]]
    texts = {one["text"] for one in chinese["numbers"]}
    assert any(re.search("倍|亿|百万", text) for text in texts)
    assert not any(re.search(r"US\$|RMB|\dbn\b", text) for text in texts)


def _figure(one: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(one[key] for key in ("ref", "id", "value", "unit", "currency", "status", "sources", "known_on"))


def test_a_letter_is_written_in_the_language_of_its_summary(tmp_path: Any) -> None:
    _, chinese, _ = _both("risk", "four")
    said = summary.of(chinese, voice=_shop().voice(_reader("risk")))
    assert (said["language"], said["day"]) == ("zh-CN", "2025年9月23日")
    (tmp_path / "summary.json").write_text(json.dumps({"risk": said}), "utf-8")
    parcel = Parcel("alibaba", "", chinese.meta.as_of, "risk", tmp_path, ())
    made = letter.read(parcel, link="https://example.org/a")
    assert made.subject.endswith(" · 同业对标，2025年9月23日")
    assert "要点\n\n- 在四家公司中波动最大。一年期" in made.plain
    assert "阅读全文：https://example.org/a" in made.plain
    assert not re.search(r"[a-z]{3,} [a-z]{3,}", made.plain)


def test_english_is_said_as_before() -> None:
    english, _, _ = _both("risk", "four")
    shop = replace(_shop(), language="en")
    assert shop.voice(_reader("risk")) == Voice()
    assert summary.of(english)["words"] == {"heading": "Key takeaways", "read": "Read the whole brief"}

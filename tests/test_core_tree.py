"""YAML is read from events: scalars of YAML 1.2, places counted from 1, limits kept, the same by both parsers."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from peerbench.core import tree


def read(text: str) -> Any:
    node, findings = tree.parse(text, file="a.yaml")
    assert findings == ()
    assert node is not None
    return tree.plain(node)


def refused(text: str) -> list[str]:
    return [finding.message for finding in tree.parse(text, file="a.yaml")[1]]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1),
        ("-12", -12),
        ("+7", 7),
        ("0", 0),
        ("007", "007"),
        ("0x1F", "0x1F"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("01.5", "01.5"),
        ("1_000", "1_000"),
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("off", "off"),
        (".nan", ".nan"),  # a number that is none is of no use in a config
        (".inf", ".inf"),
        ("'1'", "1"),
        ('"true"', "true"),
        ("2025-09-23", "2025-09-23"),
        ("9" * 400, "9" * 400),
        ("一", "一"),
    ],
)
@pytest.mark.parametrize("parser", ["SafeLoader", "CSafeLoader"])
def test_scalars_follow_yaml_1_2(monkeypatch: pytest.MonkeyPatch, parser: str, written: str, value: object) -> None:
    monkeypatch.setattr(tree, "_LOADER", getattr(yaml, parser))
    found = read(f"a: {written}")["a"]
    assert (type(found), found) == (type(value), value)


def test_empty_values_of_a_mapping_say_nothing_and_those_of_a_list_stay() -> None:
    assert read("{a: , b: ~, c: [~, 1]}") == {"c": [None, 1]}


def test_a_bomb_of_aliases_is_refused_at_its_first_alias() -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    assert refused(bomb)[:2] == ["anchor '&a' is not read", "anchor '&b' is not read"]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_ten_thousand_levels_are_one_finding(opening: str) -> None:
    assert refused(opening * 10_000) == ["nested deeper than 24 levels"]


def test_a_hundred_thousand_values_are_one_finding() -> None:
    assert refused("[" + "x," * 100_000 + "]") == ["more than 20,000 values"]


def test_findings_of_one_file_are_bounded() -> None:
    assert len(refused("\n".join(f"- !t{number} x" for number in range(1000)))) == tree.MAX_FINDINGS


def test_places_count_from_one_and_columns_count_characters() -> None:
    node, _ = tree.parse("甲: 乙\n丙: [丁, 戊]\n", file="a.yaml")
    assert node is not None
    places = {path: (value.line, value.column) for path, _, value in tree.places(node)}
    assert places[("甲",)] == (1, 4)
    assert places[("丙", 1)] == (2, 8)


TREES = st.recursive(
    st.one_of(st.integers(-(10**9), 10**9), st.booleans(), st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=6), TREES, max_size=4))
def test_what_another_program_writes_is_read_as_it_was_meant(value: dict[str, Any]) -> None:
    text = yaml.safe_dump(value, allow_unicode=False)
    if "!!" not in text and "? " not in text and "\\" not in text:
        assert read(text) == value


@given(st.text())
def test_no_text_makes_the_reader_fail(text: str) -> None:
    _, findings = tree.parse(text, file="a.yaml")
    for finding in findings:
        assert finding.origin.line is None or finding.origin.line >= 1

"""Short names: as they are, without legal forms, or their first words; two never read the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbench.core.names import MOST, short, shortened
from peerbench.core.scripts import language


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Procter & Gamble", "Procter & Gamble"),
        ("Advanced Micro Devices, Inc.", "Advanced Micro…"),
        ("Thermo Fisher Scientific Inc.", "Thermo Fisher…"),
        ("Taiwan Semiconductor Manufacturing Company Limited", "Taiwan…"),
        ("Berkshire Hathaway Inc.", "Berkshire Hathaway"),
        ("Münchener Rückversicherungs-Gesellschaft", "Münchener…"),
        ("Rückversicherungsgesellschaft", "Rückversicherungsge…"),
    ],
)
def test_a_long_name_loses_its_legal_form_and_then_its_last_words(name: str, printed: str) -> None:
    assert short(name) == printed
    assert len(printed) <= MOST


def test_two_long_names_never_read_the_same() -> None:
    names = {"one": "China Merchants Shekou Industrial", "two": "China Merchants Bank of the Coast", "b": "Baidu"}
    made = {**names, **shortened(names)}
    assert len(set(made.values())) == 3
    assert made["b"] == "Baidu"
    assert all(len(name) <= MOST for name in made.values())


@given(st.text(st.characters(categories=("L", "N", "P", "Zs")), min_size=1, max_size=80))
def test_no_name_is_longer_than_the_page_holds(name: str) -> None:
    assert len(short(name)) <= MOST


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("阿里巴巴", "zh-Hans"),
        ("ソニーグループ株式会社", "ja"),
        ("삼성전자 주식회사", "ko"),
        ("أرامكو السعودية", "ar"),
        ("Сбербанк", "ru"),
        ("", "und"),
    ],
)
def test_a_name_is_marked_with_the_language_of_its_script(name: str, tag: str) -> None:
    assert language(name) == tag

"""Mail addresses: what people write, and what would send to somebody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbench.core.addresses import mail_address


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("reader@example.com", ("", "reader@example.com")),
        ("Reader <reader@example.com>", ("Reader", "reader@example.com")),
        ('"Reader, Ann" <a.reader+x@sub.example.com>', ("Reader, Ann", "a.reader+x@sub.example.com")),
        ("李明 <li@例子.cn>", ("李明", "li@例子.cn")),
    ],
)
def test_an_address_with_or_without_a_name(written: str, meant: tuple[str, str]) -> None:
    assert mail_address(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        *("", "reader", "@example.com", "reader@", "a@b@c", "two words@example.com", "a@exam ple.com", "a@-b.com"),
        *("x@example.com, y@example.com", "a@b\nBcc: x@example.com", "a@b\r\n", "<a@b", "a@b>", "A <a@b> B", "a..b@c"),
        "Reader\nBcc: x@y <reader@example.com>",
        *(".a@example.com", "a.@example.com", "a\udcff@example.com"),
        *("A\u2028B <a@example.com>", "\u202eredaer <a@example.com>"),  # a line end, and letters that run backwards
    ],
)
def test_what_is_no_address_or_several(written: str) -> None:
    assert mail_address(written) is None


@given(st.text(max_size=40))
def test_no_line_end_ever_passes(text: str) -> None:
    found = mail_address(text)
    assert found is None or not any(sign in "\r\n\0" for part in found for sign in part)

"""Findings as text: the caret stands under the word, long lines are cut around it, nothing moves the cursor."""

from __future__ import annotations

import pytest

from peerbench.commands.printing import WIDTH, clean, in_order, rendered
from peerbench.core.findings import Finding, Origin


def finding(excerpt: str, column: int | None, line: int = 7) -> Finding:
    return Finding("check", "error", "message", "", Origin("a.yaml", line, column), excerpt=excerpt)


def carets(excerpt: str, column: int) -> str:
    """What stands above the carets."""
    _, line, under = rendered(finding(excerpt, column)).splitlines()
    return line[under.index("^") : under.rindex("^") + 1]


@pytest.mark.parametrize(
    ("excerpt", "column", "word"),
    [
        ("peers: [jd.con]", 9, "jd.con"),
        ("a: b", 1, "a"),
        ("a: {", 4, "{"),
        ("\ta: b", 2, "a"),
        ("a: x", 99, ""),
    ],
)
def test_the_carets_stand_under_the_word_at_the_column(excerpt: str, column: int, word: str) -> None:
    assert carets(excerpt, column) == word


def test_wide_characters_take_two_carets_and_two_blanks() -> None:
    assert rendered(finding("名: 京东", 4)).splitlines()[2] == "    |     ^^^^"


def test_a_long_line_is_cut_around_the_column() -> None:
    text = rendered(finding("x" * 500 + " here " + "y" * 500, 502))
    line, under = text.splitlines()[1:]
    assert len(line) <= WIDTH + 10
    assert line[under.index("^") : under.rindex("^") + 1] == "here"
    assert line.count("…") == 2


def test_text_of_others_cannot_move_the_cursor_or_turn_the_line() -> None:
    assert clean("a\x1b[31m\r\u202eb") == "a\ufffd[31m\ufffd\ufffdb"
    assert "\x1b" not in rendered(finding("a: \x1b[2J", 4))


def test_colours_are_asked_for() -> None:
    assert "\x1b[31merror\x1b[0m" in rendered(finding("a: b", 1), colour=True)


def test_findings_come_file_by_file_from_top_to_bottom() -> None:
    places = [Origin("b", 9, 1), Origin("a", 2, 1), Origin("b", 1, 5), Origin("b", 1, 2)]
    found = in_order(Finding("c", "error", "m", origin=place) for place in places)
    assert [(f.origin.file, f.origin.line, f.origin.column) for f in found] == [
        ("b", 1, 2),
        ("b", 1, 5),
        ("b", 9, 1),
        ("a", 2, 1),
    ]

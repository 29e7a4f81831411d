"""The test of companies: what it means by a table of rows, and where a mistake in it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbench.universe.selection import MAX_DEPTH, Row, holds, parse

COLUMNS = {"sector": str, "country": str, "market_cap": float, "pb": float}
ROWS: dict[str, Row] = {
    "a": {"sector": "Tools", "country": "US", "market_cap": 2e9, "pb": 3.0},
    "b": {"sector": "Tools", "country": "GB", "market_cap": 5e8, "pb": None},
    "c": {"sector": "Food", "country": "US", "market_cap": 1e9, "pb": -1.0},
    "d": {"sector": None, "country": "US", "market_cap": None, "pb": None},
}


def meant(text: str) -> str:
    node, findings = parse(text, COLUMNS)
    assert findings == ()
    assert node is not None
    return "".join(name for name, row in ROWS.items() if holds(node, row))


def wrong(text: str) -> list[tuple[int | None, str, str]]:
    node, findings = parse(text, COLUMNS)
    assert node is None
    return [(one.origin.column, one.message, one.hint) for one in findings]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("all", "abcd"),
        ('sector == "Tools"', "ab"),
        ("sector == 'Tools'", "ab"),
        ('sector != "Tools"', "c"),  # of d no sector is known, so it is not told from Tools
        ('not sector == "Tools"', "c"),
        ("market_cap > 1e9", "a"),
        ("market_cap >= 1e9", "ac"),
        ("market_cap < 1000000000", "b"),
        ("pb <= -1", "c"),
        ("pb == 3", "a"),
        ('country in ["US", "CA"]', "acd"),
        ('country not in ["US"]', "b"),
        ("market_cap in [1e9, 5e8]", "bc"),
        ('sector == "Tools" and country == "US"', "a"),
        ('sector == "Food" or country == "GB"', "bc"),
        ('sector == "Food" or country == "US" and market_cap > 1e9', "ac"),  # and binds tighter
        ('(sector == "Food" or country == "US") and market_cap > 1e9', "a"),
        ('not (sector == "Tools" or market_cap > 1e10)', "c"),
        ('country == "US" or pb > 0', "acd"),  # what is not known does not undo what is
        ('not country == "US" and not pb > 5', ""),  # b's is not known
        ("not not pb > 0", "a"),
        ('  sector   ==\n "Tools"  ', "ab"),
    ],
)
def test_a_test_means_these_of_four_companies(text: str, names: str) -> None:
    assert meant(text) == names


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ('sektor == "Tools"', 1, "unknown column 'sektor'", "Did you mean 'sector'?"),
        ("sector == Tools", 11, "found 'Tools' where a value was expected", 'Put text in quotes: "Tools".'),
        ('sector = "Tools"', 8, "the character '=' has no meaning here", "Write == instead."),
        ('sector > "Tools"', 8, "'sector' is text, which has no order", "Use ==, != or in […]."),
        ("sector == 3", 11, "'sector' is text, and is compared with 3", 'Put it in quotes: "3".'),
        ('pb > "3"', 6, "'pb' is a number, and is compared with \"3\"", "Write e.g. 1e9, or 0.15 for 15 %."),
        ('sector == "Tools', 11, "the quote is not closed", 'Close it with ".'),
        ('(sector == "Tools"', 19, "found the end where ')' was expected", ""),
        ('sector == "Tools")', 18, "found ')' where the test could end", "Join two tests by and, or."),
        ('sector == "Tools" pb > 1', 19, "found 'pb' where the test could end", "Join two tests by and, or."),
        ("pb", 3, "found the end where a sign was expected", "Use ==, !=, <, > or in […]."),
        ("pb in []", 8, "found ']' where a value was expected", ""),
        ("pb in 3", 7, "found '3' where '[' was expected", ""),
        ("pb > market_cap", 6, "found 'market_cap' where a value was expected", 'Put text in quotes: "market_cap".'),
        ('sector == "Tools" & pb > 1', 19, "the character '&' has no meaning here", "Write and instead."),
    ],
)
def test_a_mistake_is_told_at_its_column(text: str, column: int, message: str, hint: str) -> None:
    assert wrong(text) == [(column, message, hint)]


def test_a_call_is_no_test() -> None:
    assert wrong("__import__('os')")[0][:2] == (1, "unknown column '__import__'")


def test_all_names_and_kinds_that_are_wrong_are_told_at_once() -> None:
    found = wrong('sektor == "Tools" and pb > "3" and sector < "a"')
    assert [column for column, _, _ in found] == [1, 28, 43]


def test_an_empty_test_names_what_there_is() -> None:
    ((column, message, hint),) = wrong("")
    assert (column, message) == (1, "found the end where a column was expected")
    assert "sector, country" in hint


def test_a_test_is_bounded() -> None:
    assert "nested" in wrong("(" * 5000)[0][1] or "characters" in wrong("(" * 5000)[0][1]
    assert "nested" in wrong("not " * (MAX_DEPTH + 2) + "pb > 1")[0][1]
    assert "characters" in wrong("pb > 1 or " * 300 + "pb > 1")[0][1]


@given(st.text(max_size=60))
def test_any_text_is_a_tree_or_findings_and_never_an_exception(text: str) -> None:
    node, findings = parse(text, COLUMNS)
    assert (node is None) == bool(findings)


ATOMS = st.sampled_from(['sector == "Tools"', 'country == "US"', "market_cap > 1e9", "pb > 0", "pb < 2"])


@given(
    st.recursive(
        ATOMS,
        lambda inner: (
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
                lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
            )
            | inner.map(lambda one: f"not {one}")
        ),
        max_leaves=6,
    )
)
def test_it_agrees_with_pythons_own_reading_where_everything_is_known(text: str) -> None:
    row = ROWS["a"]
    node, _ = parse(text, COLUMNS)
    assert node is not None
    assert holds(node, row) is eval(text, {"__builtins__": {}}, dict(row))  # the test's own text

"""What is left of a page's plan: no empty slot before a full one, no half-empty page before another."""

from __future__ import annotations

import pytest

from peerbench.brief.settle import merged, settled
from peerbench.core.document import Chart, Column, LayoutRow, Note, Page, Paragraph, Prose, Row, SourceList, Table, Text

ONE, TWO, THREE, FOUR = (Note(name, name, ()) for name in ("one", "two", "three", "four"))
TEXT = Prose((Paragraph((Text("A sentence of some words."),)),))


def half(*slots: tuple[object, ...]) -> LayoutRow:
    return LayoutRow("6+6", slots)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("planned", "printed"),
    [
        ([half((ONE,), (TWO,)), half((THREE,), (FOUR,))], [half((ONE,), (TWO,)), half((THREE,), (FOUR,))]),
        ([half((ONE,), ()), half((THREE,), (FOUR,))], [half((ONE,), (THREE,)), half((FOUR,), ())]),
        ([half((), (TWO,)), half((), (FOUR,))], [half((TWO,), (FOUR,))]),
        ([half((ONE,), ()), half((TWO,), (TEXT,))], [half((ONE,), (TWO, TEXT))]),
        ([half((TEXT,), ())], [LayoutRow("8+4", ((TEXT,), ()))]),
        ([half((), ())], []),
        ([LayoutRow("4+4+4", ((), (ONE,), (TWO,)))], [LayoutRow("4+4+4", ((ONE,), (TWO,), ()))]),
        ([LayoutRow("8+4", ((), (ONE,)))], [LayoutRow("4+4+4", ((ONE,), (), ()))]),
    ],
    ids=["full", "one missing", "column missing", "text left over", "text alone", "nothing", "thirds", "wide missing"],
)
def test_what_is_left_closes_ranks_in_reading_order(planned: list[LayoutRow], printed: list[LayoutRow]) -> None:
    assert list(settled(planned)) == printed


def test_text_alone_beside_an_exhibit_goes_under_one_where_two_exhibits_are_left() -> None:
    """The table beside the text is missing: the figure takes the text under it and the next table stands beside."""
    rows = [half((), (TEXT,)), half((ONE,), (TWO,))]
    assert list(settled(rows)) == [half((ONE, TEXT), (TWO,))]
    assert list(settled([half((), (TEXT,)), half((ONE,), ())])) == [half((TEXT,), (ONE,))]


def test_rows_of_different_splits_do_not_mix() -> None:
    rows = [half((ONE,), ()), LayoutRow("12", ((TWO,),)), half((THREE,), ())]
    assert list(settled(rows)) == rows


def chart(height: float) -> Chart:
    return Chart("c", (), (), None, "", (), 178.0, height)


def page(name: str, *heights: float, foot: bool = False) -> Page:
    rows = [LayoutRow("12", ((chart(height),),)) for height in heights]
    return Page(name, (), (*rows, *([LayoutRow("4+4+4", ((ONE,), (), ()), foot=True)] if foot else [])))


def test_two_thin_pages_become_one_under_the_first_head() -> None:
    first, thin, other = page("first", 50), page("thin", 50), page("other", 50, foot=True)
    made = merged([first, thin, other])
    assert [one.id for one in made] == ["first", "thin"]
    assert [row.foot for row in made[1].rows] == [False, False, True]


def test_the_first_page_full_pages_and_the_evidence_stand_alone() -> None:
    first, full, thin = page("first", 10), page("full", 60, 60, 40), page("thin", 50)
    evidence = Page("evidence", (), (LayoutRow("12", ((SourceList(),),)),))
    assert [one.id for one in merged([first, full, thin, evidence])] == ["first", "full", "thin", "evidence"]


def test_a_page_with_a_foot_is_closed() -> None:
    assert len(merged([page("first"), page("a", 20, foot=True), page("b", 20)])) == 3


def test_a_long_table_counts_by_its_rows() -> None:
    rows = tuple(Row((Text(str(n)),), ()) for n in range(30))
    table = Table("t", (), (), (Column("a", "a", 10.0),), rows)
    long = Page("long", (), (LayoutRow("12", ((table,),)),))
    assert len(merged([page("first"), long, page("b", 50)])) == 3

"""What templates are given: finished text, unbreakable marks, links only where they lead somewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import documents
from peerbench.core.document import Cell, Cite, Column, Mark, Number, Paragraph, Row, Span, Strong, Table, Text
from peerbench.render.node import Node
from peerbench.render.view import View, row_runs

VIEW = View(documents.brief(), "print")


def words(runs: tuple[Node, ...]) -> str:
    """The text of runs, marks in braces."""
    parts = []
    for run in runs:
        if run.kind in ("keep", "strong", "tied"):
            parts.append(words(run.runs))
        elif run.kind == "cite":
            parts.append("{" + ", ".join(part.text for part in run.parts) + "}")
        else:
            parts.append("{" + run.text + "}" if run.kind == "mark" else run.text)
    return "".join(parts)


@pytest.mark.parametrize(
    ("numbers", "printed"),
    [((1,), "1"), ((2, 1), "1, 2"), ((1, 2, 3, 4), "1–4"), ((9, 1, 3, 2, 10, 5), "1–3, 5, 9, 10"), ((4, 4, 4), "4")],
)
def test_runs_of_sources_are_written_together(numbers: tuple[int, ...], printed: str) -> None:
    assert words(VIEW.runs((Cite(numbers),))) == "{" + printed + "}"


@pytest.mark.parametrize("before", [" variants.", "of 12 variants.", "variants."])
def test_a_citation_keeps_the_word_before_it_and_no_space_is_lost(before: str) -> None:
    runs = VIEW.runs((Text(before), Cite((1,))))
    assert words(runs) == before + "{1}"
    assert words(runs[-1].runs) == "variants.{1}"
    assert runs[-1].kind == "keep"


def test_two_marks_stay_with_one_word() -> None:
    runs = VIEW.runs((Text("the price"), Mark("a"), Cite((1,))))
    assert [words((run,)) for run in runs] == ["the ", "price{a}{1}"]


def test_a_unit_stays_with_its_number() -> None:
    runs = VIEW.runs((Number(1.5, "n1"), Text(" times last year’s"), Number(2, "n0"), Text(" timeserver")))
    assert words(runs) == "1.5\u00a0times last year’s2 timeserver"


SPANS = st.lists(
    st.one_of(
        st.text("ab .", max_size=6).map(Text),
        st.just(Cite((1, 2))),
        st.just(Mark("a")),
        st.just(Number(2.0, "n0")),
        st.text("ab ", max_size=4).map(lambda text: Strong((Text(text),))),
    ),
    max_size=8,
)


@given(SPANS)
def test_no_letter_is_lost_between_spans_and_runs(spans: list[Span]) -> None:
    plain = "".join(
        span.text if isinstance(span, Text) else
        "{1, 2}" if isinstance(span, Cite) else
        "{a}" if isinstance(span, Mark) else
        "2" if isinstance(span, Number) else span.spans[0].text
        for span in spans
    )  # fmt: skip
    assert words(VIEW.runs(spans)) == plain


def test_a_number_without_a_lineage_row_is_not_a_link() -> None:
    assert VIEW.run(Number(0.3, "pct0", ref="gap")).href == "#r1.13"
    assert VIEW.run(Number(0.3, "pct0", ref="unknown")).href == ""


def test_without_a_list_of_sources_a_citation_is_no_link() -> None:
    assert [part.href for part in View(documents.small(), "print").run(Cite((1,))).parts] == [""]
    assert [part.href for part in VIEW.run(Cite((1,))).parts] == ["#s1"]


@pytest.mark.parametrize(
    ("rank", "of", "shade"), [(1, 4, 1), (4, 4, 4), (1, 3, 1), (3, 3, 3), (1, 8, 1), (2, 8, 1), (8, 8, 4), (None, 4, 0)]
)
def test_ranks_share_four_shades(rank: int | None, of: int, shade: int) -> None:
    column = Column("a", "A", 10)
    assert VIEW.cell(Cell((Number(1.0, "n1"),), rank, of), column, decimal=True, apart=False).shade == shade


def test_a_whole_number_stands_under_the_units_of_a_decimal_column() -> None:
    def table(*formats: str) -> Table:
        rows = tuple(Row((Text("x"),), (Cell((Number(3.0, name),)),)) for name in formats)
        return Table("t", (), (), (Column("a", "A", 10),), rows)

    def insets(*formats: str) -> list[bool]:
        return [row.cells[0].inset for row in VIEW.table(table(*formats), 87.0).rows]

    assert insets("n1", "count") == [False, True]
    assert insets("n0", "count") == [False, False]


def test_the_label_column_takes_what_the_columns_leave() -> None:
    table = replace(documents.TABLE_1, columns=(Column("a", "A", 30.5), Column("b", "B", 27)))
    assert VIEW.table(replace(table, rows=()), 87.0).label_mm == 29.5


def test_figures_stay_near_their_names_when_few_columns_are_left() -> None:
    """Two of 13.9 mm in 117.333 mm would leave 76 % to the names: they grow by 1.6, the most; three by less."""
    few = replace(documents.TABLE_1, rows=(), columns=(Column("a", "A", 13.9), Column("b", "B", 13.9)))
    made = VIEW.table(few, 117.333)
    assert [column.width_mm for column in made.columns] == [22.24, 22.24]
    assert made.label_mm == pytest.approx(117.333 - 2 * 22.24)
    more = replace(few, columns=tuple(Column(key, key, 17.0) for key in "abc"))
    made = VIEW.table(more, 117.333)
    assert made.label_mm == pytest.approx(0.42 * 117.333, abs=0.01)
    assert sum(column.width_mm for column in made.columns) + made.label_mm == pytest.approx(117.333)


@pytest.mark.parametrize(
    ("rows", "printed"),
    [
        ({"3.24", "3.25", "3.26", "1.04"}, "1.04, 3.24–3.26"),
        ({"2.09", "2.10"}, "2.09, 2.10"),
        ({"1.99", "1.100", "1.101"}, "1.99–1.101"),
        (set(), ""),
    ],
)
def test_neighbouring_lineage_rows_are_written_together(rows: set[str], printed: str) -> None:
    assert ", ".join(label for _, label in row_runs(rows)) == printed


@pytest.mark.parametrize(
    ("spans", "kept"),
    [
        ((Text("three measures, never mixed here."),), "mixed here."),
        ((Text("the last days ran at "), Number(0.61, "pct0"), Text("."), Cite((1,))), "at 61%.{1}"),
        ((Text("three measures, never mixed here."), Cite((1,))), "mixed here.{1}"),
        ((Text("of "), Number(0.61, "pct0"), Text(" of market value."), Cite((1, 7))), "market value.{1, 7}"),
        ((Text("a considerable " + "counterrevolutionary-" * 3 + "undertaking."),), ""),
        ((Text("Two words."),), ""),
    ],
)
def test_the_last_two_words_and_their_superior_stay_together(spans: tuple[Span, ...], kept: str) -> None:
    last = VIEW.paragraph(Paragraph(spans)).spans[-1]
    assert (words(last.runs) if last.kind == "tied" else "") == kept.replace("{1, 7}", "{1}{7}").replace("}{", ", ")

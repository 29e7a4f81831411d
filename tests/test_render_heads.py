"""Heads side by side: the shorter one gets the height that it lacks, and nothing else changes."""

from __future__ import annotations

from peerbench.core.document import Chart, LayoutRow, Note, Table, Text
from peerbench.render.heads import slack

HALVES = (87.0, 87.0)


def chart(id: str, title: str, subtitle: str = "Percent") -> Chart:
    return Chart(id, (Text(title),), (Text(subtitle),), None, "", (), 87.0, 41.0, 1)


LONG = "Capital spending has more than doubled as a share of sales, and trails the median of the peers"


def test_a_title_of_one_line_beside_one_of_two_lacks_a_line() -> None:
    row = LayoutRow("6+6", ((chart("a", "Short"),), (chart("b", LONG),)))
    assert slack(row, HALVES) == {"a": "12.2pt"}


def test_a_long_subtitle_counts_as_well() -> None:
    row = LayoutRow("6+6", ((chart("a", "Short"),), (chart("b", "Short", LONG),)))
    assert slack(row, HALVES) == {"a": "10.6pt"}


def test_equal_heads_an_empty_slot_and_a_note_need_nothing() -> None:
    table = Table("t", (Text("Short"),), (Text("Percent"),), (), ())
    assert slack(LayoutRow("6+6", ((chart("a", "Short"),), (table,))), HALVES) == {}
    assert slack(LayoutRow("6+6", ((chart("a", LONG),), ())), HALVES) == {}
    assert slack(LayoutRow("6+6", ((chart("a", LONG),), (Note("n", "A note", ()),))), HALVES) == {}

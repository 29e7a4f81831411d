"""The cut order: what a step changes, on which page, and nothing else; sentences are never cut in two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from peerbench import lookup
from peerbench.brief import clip, cuts
from peerbench.brief.audience import Audience, load
from peerbench.core.document import Cite, Note, Number, Paragraph, Spans, Strong, Text

PAGE = {
    "id": "first",
    "rows": [
        {"split": "12", "slots": [["figure.range_dot | table.ranks"]]},
        {"split": "8+4", "slots": [["table.summary"], ["note.watch", "note.first_issue"]]},
        {"split": "12", "foot": True, "slots": [["sources"]]},
    ],
}
OTHER = {"id": "second", "rows": [{"slots": [["table.comps"]]}]}


def audience(*steps: dict[str, Any], **settings: Any) -> Audience:
    return Audience("x", {"pages": [PAGE, OTHER], "cuts": list(steps), **settings}, (), (), ())


def names(page: cuts.Plan) -> list[str]:
    return list(cuts.blocks(page))


# ---- which page ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "first", "second"),
    [
        ({"drop": ["note.first_issue"]}, True, False),
        ({"drop": ["table.ranks"]}, True, False),
        ({"drop": ["table.comps"]}, False, True),
        ({"use": {"figure.range_dot": "figure.range_dot_compact"}}, True, False),
        ({"without": {"summary": ["pb"]}}, True, False),
        ({"without": {"statistics": ["maximum"]}}, False, True),
        ({"without": {"panel": ["range"]}}, True, False),
        ({"limit": {"takeaways": 3}}, True, False),
        ({"limit": {"words": 60}}, True, False),
        ({"limit": {"register": 4}}, False, False),
        ({"flow": ["sources"]}, True, False),
    ],
)
def test_a_step_is_for_the_pages_that_hold_what_it_speaks_of(step: dict[str, Any], first: bool, second: bool) -> None:
    asked = audience({"say": "x", **step})
    assert [bool(cuts.steps(asked, page, first=page is PAGE)) for page in (PAGE, OTHER)] == [first, second]


# ---- what it changes -------------------------------------------------------------------------------------------------


def test_no_step_taken_changes_nothing() -> None:
    asked = audience({"say": "x", "drop": ["note.watch"]})
    assert [names(page) for page in cuts.applied(asked).settings["pages"]] == [names(PAGE), names(OTHER)]


def test_a_dropped_block_leaves_its_alternatives() -> None:
    made = cuts.applied(audience({"say": "x", "drop": ["figure.range_dot", "note.watch"]}), taken={"first": [0]})
    assert names(made.settings["pages"][0]) == ["table.ranks", "table.summary", "note.first_issue", "sources"]


def test_a_list_is_shortened_for_entries_of_both_forms() -> None:
    asked = audience({"say": "x", "without": {"summary": ["pb", "roe"]}}, summary=["pb", {"metric": "roe"}, "ps_ltm"])
    assert cuts.applied(asked, taken={"first": [0]}).settings["summary"] == ["ps_ltm"]


def test_rows_leave_the_panel_and_the_rest_of_it_stays() -> None:
    asked = audience({"say": "x", "without": {"panel": ["range"]}}, panel={"large": "price", "rows": ["range", "rate"]})
    assert cuts.applied(asked, taken={"first": [0]}).settings["panel"] == {"large": "price", "rows": ["rate"]}


def test_a_limit_holds_on_its_page_alone_and_never_loosens_another() -> None:
    asked = audience({"say": "x", "limit": {"words": 60, "takeaways": 3}})
    first, second = cuts.applied(asked, taken={"first": [0]}).settings["pages"]
    assert (first["limits"], second.get("limits", {})) == ({"words": 60, "takeaways": 3}, {})
    assert cuts.tighter({"words": 30}, {"words": 60, "takeaways": 3}) == {"words": 30, "takeaways": 3}


def test_blocks_flow_to_a_page_of_their_own() -> None:
    pages = cuts.applied(audience({"say": "x", "flow": ["sources"]}), taken={"first": [0]}).settings["pages"]
    assert [(page["id"], "sources" in names(page)) for page in pages] == [
        ("first", False), ("first-2", True), ("second", False),
    ]  # fmt: skip


def test_steps_are_taken_by_their_place_and_not_all_up_to_it() -> None:
    asked = audience({"say": "x", "drop": ["note.watch"]}, {"say": "y", "drop": ["note.first_issue"]})
    assert "note.watch" in names(cuts.applied(asked, taken={"first": [1]}).settings["pages"][0])


@pytest.mark.parametrize("name", ["institutional", "risk", "policy"])
def test_one_page_says_the_same_in_fewer_words(name: str) -> None:
    whole = load(name, lookup.layers())
    one = cuts.applied(whole, "one")
    assert len(one.settings["pages"]) == 1
    assert one.settings["theme"] == whole.settings["theme"]
    assert set(one.settings["panel"]["rows"]) <= set(whole.settings["panel"]["rows"])
    assert len(one.settings["wide"]) == 10


def test_an_audience_of_a_few_lines_has_both_lengths_and_the_cut_order(tmp_path: Path) -> None:
    folder = tmp_path / "templates/retail"
    folder.mkdir(parents=True)
    (folder / "audience.yaml").write_text("extends: risk\nlabel: For savers\n", "utf-8")
    mine = load("retail", lookup.layers(tmp_path))
    assert [len(cuts.pages(mine, length)) for length in ("four", "one")] == [4, 1]
    assert cuts.steps(mine, cuts.pages(mine)[0], first=True)


# ---- sentences -------------------------------------------------------------------------------------------------------

GAP = Number(0.3, "pct0", ref="gap")
TWO: Spans = (Strong((Text("A lead."),)), Text(" It fell "), GAP, Text(". Then it rose, by 3.5 of"), GAP, Text("."))


@pytest.mark.parametrize(
    ("spans", "count"),
    [
        ((Text("One."),), 1),
        ((Text("One. Two? Three!"),), 3),
        ((Text("It is 3.5 times that."),), 1),
        ((Text("Held by J. smith."),), 1),
        (TWO, 2),
        ((Text("One."), Text(" "), Strong((Text("Two."),)), Text(" more.")), 2),
        ((), 0),
    ],
)
def test_sentences_end_where_a_reader_sees_them_end(spans: Spans, count: int) -> None:
    assert len(clip.sentences(spans)) == count


def test_a_cut_keeps_whole_sentences_and_the_citations_at_the_end() -> None:
    kept = clip.first((*TWO, Cite((1, 2))), 1)
    assert kept[-1] == Cite((1, 2))
    assert kept[2] == GAP
    assert kept[3] == Text(".")
    assert clip.first((*TWO, Cite((1, 2))), 5) == (*TWO[:3], Text("."), Text(" "), *(Text("Then it rose, by 3.5 of"),),
                                                  GAP, Text("."), Cite((1, 2)))  # fmt: skip


@pytest.mark.parametrize(("words", "kept"), [(1, 1), (3, 1), (5, 1), (6, 2), (99, 2)])
def test_a_note_holds_as_many_sentences_as_fit_and_one_at_least(words: int, kept: int) -> None:
    note = Note("n", "N", (Paragraph((Text("One two three. Four five six."),)),))
    assert len(clip.sentences(clip.note(note, words).paragraphs[0].spans)) == kept

"""Claims: a statement becomes a sentence with its references, or nothing."""

from __future__ import annotations

import pytest

from peerbench.core.document import Number, Strong, Text
from peerbench.narrate.claims import Statement, listing, possessive, refs_of, speak
from peerbench.narrate.phrases import FalseSentence, Phrase
from peerbench.narrate.words import capital, count, ordinal
from studies import words

OWN, MEDIAN = Number(18.1, "x1", ref="a:pe"), Number(25.8, "x1", ref="peers:pe:median")
SHELF = {"gap": (Phrase(("below",), "At {own} against {median}, {own} below.", lead="Cheap: {own}."),)}


def test_a_claim_carries_every_reference_it_prints_once_in_reading_order() -> None:
    claim = speak(Statement("gap", {"own": OWN, "median": MEDIAN}, {"below": True}, extra_refs=("x:y", "a:pe")), SHELF)
    assert claim is not None
    assert claim.refs == ("a:pe", "peers:pe:median", "x:y")
    assert claim.needs == ("below",)
    assert words(claim.lead) == "Cheap: 18.1x."
    assert words(claim.paragraph(tail=(Text("!"),)).spans) == "At 18.1x against 25.8x, 18.1x below.!"


def test_a_false_or_unsayable_statement_is_nothing() -> None:
    assert speak(Statement("gap", {"own": OWN, "median": MEDIAN}, {"below": False}), SHELF) is None
    assert speak(Statement("gap", {"own": OWN, "median": MEDIAN}, {}), SHELF) is None
    unknown = Number(None, "x1", ref="peers:pe:median", status="withheld", reason="two peers")
    assert speak(Statement("gap", {"own": OWN, "median": unknown}, {"below": True}), SHELF) is None


def test_a_false_sentence_names_its_claim_and_what_does_not_hold() -> None:
    assert str(FalseSentence("takeaway.x", "below")) == "claim takeaway.x needs 'below', which does not hold"


def test_references_are_read_inside_bold_text() -> None:
    assert refs_of((Text("a"), Strong((OWN, Strong((MEDIAN,)))), Number(3.0, "n0"))) == ("a:pe", "peers:pe:median")


@pytest.mark.parametrize(
    ("names", "said"),
    [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C"), ([OWN, "B"], "18.1x and B")],
)
def test_lists_are_english(names: list[str], said: str) -> None:
    assert words(listing(names)) == said


def test_a_list_may_end_otherwise_and_hold_whole_phrases() -> None:
    assert words(listing([(Text("sales ("), OWN, Text(")")), "book value"], last="or")) == "sales (18.1x) or book value"


@pytest.mark.parametrize(("name", "said"), [("Alibaba", "Alibaba’s"), ("Atlas", "Atlas’"), ("AWS", "AWS’s")])
def test_possessives(name: str, said: str) -> None:
    assert possessive(name) == said


@pytest.mark.parametrize(
    ("number", "said"), [(0, "no"), (1, "one"), (12, "twelve"), (13, "thirteen"), (42, "forty-two"), (1234, "1,234")]
)
def test_small_counts_are_words(number: int, said: str) -> None:
    assert count(number) == said


@pytest.mark.parametrize(
    ("rank", "said"), [(1.0, "first"), (10.0, "tenth"), (2.5, ""), (None, ""), (0.0, ""), (21.0, "twenty-first")]
)
def test_a_tie_and_no_rank_have_no_ordinal(rank: float | None, said: str) -> None:
    assert ordinal(rank) == said


def test_capitals_touch_the_first_letter_alone() -> None:
    assert capital("net cash of Tencent") == "Net cash of Tencent"
    assert capital("") == ""

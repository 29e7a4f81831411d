"""Headlines: at most two lines, about even, none ending on a word that leans on the next."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from peerbench import lookup
from peerbench.render import headline
from peerbench.render.look import Look
from peerbench.render.node import Node

FONT = Look(lookup.layers(), "institutional").headline_font


def broken(text: str) -> list[str]:
    return ["".join(run.text for run in line) for line in headline.lines((Node("text", text=text),), FONT)]


def test_a_short_headline_stays_on_one_line() -> None:
    assert broken("Alibaba trades below its peers") == ["Alibaba trades below its peers"]


def test_a_line_does_not_end_on_a_word_that_leans_on_the_next() -> None:
    assert broken("Alibaba’s 30% discount to its peers hangs on Amazon") == [
        "Alibaba’s 30% discount",
        "to its peers hangs on Amazon",
    ]


def test_a_number_between_two_texts_is_kept_whole() -> None:
    runs = (
        Node("text", text="Alibaba’s "),
        Node("number", text="30%"),
        Node("text", text=" discount to its peers hangs on Amazon"),
    )
    lines = headline.lines(runs, FONT)
    assert [[run.text for run in line] for line in lines] == [
        ["Alibaba’s ", "30%", " discount"],
        ["to its peers hangs on Amazon"],
    ]


def test_the_widths_are_those_of_the_font() -> None:
    from fontTools.ttLib import TTFont

    with TTFont(FONT) as font:
        glyph, units = font.getBestCmap()[ord("A")], font["head"].unitsPerEm
        assert headline.metrics(FONT).width("A", size=10, tracking=0) == 10 * font["hmtx"][glyph][0] / units


WORDS = st.lists(st.text("abcdefgo", min_size=1, max_size=12), min_size=1, max_size=12)


@given(WORDS)
def test_no_word_is_lost_and_no_line_is_too_long_that_could_be_shorter(words: list[str]) -> None:
    lines = broken(" ".join(words))
    assert " ".join(lines).split() == words
    assert len(lines) <= 2
    face = headline.metrics(FONT)
    if len(lines) == 2:
        assert all(face.width(line) <= headline.MEASURE_PT + 1e-6 for line in lines)

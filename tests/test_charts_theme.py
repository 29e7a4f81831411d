"""Tokens: contrast recomputed from the colours, and what greyscale leaves of them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from peerbench.charts import NAMES, Theme, theme
from peerbench.charts.theme import shape

ALL = [theme(name, dark=dark) for name in NAMES for dark in (False, True)]


def _luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = ((c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4) for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", ALL, ids=lambda one: f"{one.name} on {one.paper}")
def test_text_stands_out_at_four_and_a_half(tokens: Theme) -> None:
    for colour in (tokens.ink, tokens.sec, tokens.ter, tokens.target, tokens.theme):
        assert contrast(colour, tokens.paper) >= 4.5
        assert contrast(colour, tokens.panel) >= 4.5
    assert contrast(tokens.target, tokens.ttint) >= 4.5
    assert contrast(tokens.placeholder, tokens.placeholder_ground) >= 4.5
    assert all(contrast(tokens.ink, heat) >= 4.5 for heat in tokens.heat)


@pytest.mark.parametrize("tokens", ALL, ids=lambda one: f"{one.name} on {one.paper}")
def test_marks_that_carry_meaning_stand_out_at_three(tokens: Theme) -> None:
    assert all(contrast(colour, tokens.paper) >= 3.0 for colour in (*tokens.peers, tokens.target, tokens.bar_2))


def test_the_greys_of_six_peers_differ_in_lightness() -> None:
    greys = sorted(_luminance(colour) ** (1 / 2.2) * 255 for colour in theme("investor").peers)
    assert all(after - before >= 12 for before, after in pairwise(greys))


def test_six_peers_have_six_shapes_and_the_subject_its_own() -> None:
    shapes = [shape(slot) for slot in range(7)]
    assert len(set(shapes)) == 7
    assert shapes[0] == "circle"


def test_beyond_six_peers_there_is_one_grey() -> None:
    tokens = theme("investor")
    assert len({tokens.peer(slot, of=9) for slot in range(1, 10)}) == 1
    assert len({tokens.peer(slot, of=6) for slot in range(1, 7)}) == 6


def test_audiences_differ_in_the_theme_colour_only() -> None:
    investor, risk, policy = (theme(name).tokens() for name in ("investor", "risk", "policy"))
    assert {name for name in investor if investor[name] != risk[name]} == {"theme"}
    assert {name for name in investor if investor[name] != policy[name]} == {"theme"}


def test_an_unknown_theme_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        theme("retail")

"""Labels: boxes by measure, how they give way, and where a remark stands. The typeface itself is the oracle."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from figures import FILES, measured
from peerbench.charts.labels import OUTWARD, REACH, Box, Label, broken, find_room, settle, stack
from peerbench.charts.measure import width, wrap

NAMES = ("Tencent 25.8x", "Amazon 33.3x", "Baidu 11.0x", "MercadoLibre 120.4x", "JD.com 9.8x", "Sea 7.1x")


@pytest.mark.parametrize("style", sorted(FILES))
@pytest.mark.parametrize("text", ["Tencent 25.8x", "Alibaba 18.1x, −30%", "US$163.08", "Société Générale", "n.m. → –"])
def test_a_width_is_the_typefaces_own(text: str, style: str) -> None:
    assert width(text, 10.6, style) == pytest.approx(measured(text, 10.6, style), abs=0.6)  # type: ignore[arg-type]


def test_an_ideograph_is_one_em_wide() -> None:
    assert width("阿里巴巴", 10.0) == 40.0


def test_wrap_keeps_every_word_and_no_line_is_longer_than_the_limit() -> None:
    words = "Drop Amazon and the median falls from 25.8x to 18.4x"
    lines = wrap(words, 120.0, 10.4, "italic")
    assert " ".join(lines) == words
    assert all(measured(line, 10.4, "italic") <= 120.0 for line in lines)


def test_a_label_alone_is_centred_on_its_mark() -> None:
    (label,) = settle([Label("Baidu 11.0x", 200, 0, "")], left=0, right=600)
    assert (label.left + label.right) / 2 == pytest.approx(200)


def test_the_outermost_label_is_anchored_outward_before_an_inner_one() -> None:
    """Two marks 40 px apart, a third far away: the left label gives way to the left, the inner ones stay centred."""
    marks = [Label("Baidu 8.2x", 200, 0, ""), Label("Amazon 9.0x", 240, 0, ""), Label("Tencent 12.5x", 400, 0, "")]
    first, second, third = settle(marks, left=0, right=600, gap=4)
    assert first.right == pytest.approx(200 + OUTWARD)
    assert (second.left + second.right) / 2 == pytest.approx(240)
    assert (third.left + third.right) / 2 == pytest.approx(400)


@given(st.lists(st.tuples(st.floats(0, 600), st.sampled_from(NAMES)), max_size=9))
def test_settled_labels_never_touch_and_stay_beside_their_marks(marks: list[tuple[float, str]]) -> None:
    placed = settle([Label(text, x, 0, "") for x, text in marks], left=0, right=600, gap=6)
    assert all(after.left - before.right >= 6 - 1e-6 for before, after in pairwise(placed))
    assert all(label.left >= -1e-6 and label.right <= 600 + 1e-6 for label in placed)
    for label in placed:
        assert any(
            text == label.text and label.left - REACH - 1e-6 <= x <= label.right + REACH + 1e-6 for x, text in marks
        )


@given(st.lists(st.floats(20, 580), min_size=3, max_size=8, unique=True))
def test_the_ends_of_a_range_keep_their_labels(xs: list[float]) -> None:
    """A row is labelled by its position, so the lowest and the highest can be recognised."""
    marks = [Label(f"Peer {index}", x, 0, "") for index, x in enumerate(sorted(xs))]
    kept = {label.text for label in settle(marks, left=0, right=600)}
    assert {marks[0].text, marks[-1].text} <= kept or max(xs) - min(xs) < 60


@given(st.lists(st.floats(-50, 250), max_size=10))
def test_stacked_labels_stand_a_pitch_apart_inside_their_column_in_the_order_of_their_levels(ys: list[float]) -> None:
    labels = [Label(str(index), 0, y, "") for index, y in enumerate(ys)]
    placed = stack(labels, top=5, bottom=145, pitch=12)
    heights = sorted(label.y for label in placed)
    least = min(12.0, 140 / max(len(ys) - 1, 1))
    assert all(after - before >= least - 1e-6 for before, after in pairwise(heights))
    assert all(5 - 1e-6 <= height <= 145 + 1e-6 for height in heights)
    for one, other in combinations(range(len(ys)), 2):
        if ys[one] < ys[other]:
            assert placed[one].y < placed[other].y


def test_stacked_labels_that_are_apart_do_not_move() -> None:
    labels = [Label("Now", 0, 40, ""), Label("Mean", 0, 80, "")]
    assert [label.y for label in stack(labels, top=0, bottom=140)] == [40, 80]


def test_a_remark_finds_the_nearest_free_place() -> None:
    area = Box(0, 0, 100, 40)
    room = find_room((20, 10), area, [Box(40, 0, 100, 40)], near=(100, 20), margin=4)
    assert room is not None
    assert room.right <= 36
    assert find_room((20, 10), area, [area], near=(0, 0)) is None


def test_a_remark_is_broken_without_a_last_line_of_one_word() -> None:
    words = "More market risk than the median peer on four measures; the least debt of the four"
    assert all(" ".join(lines) == words for lines in broken(words))
    assert len(broken(words)[0][-1].split()) > 1

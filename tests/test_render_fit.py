"""Cutting until it fits: steps in their order, each page for itself, and nothing for nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbench.render.fit import Taken, chosen

Gains = Mapping[str, tuple[float, ...]]


def page_room(over: Mapping[str, float], gains: Gains):  # type: ignore[no-untyped-def]
    """Pages that lack so many mm and whose steps gain so many each."""

    def overflowing(taken: Taken) -> Collection[str]:
        lack = {page: over[page] - sum(gains[page][place] for place in taken.get(page, ())) for page in over}
        return [page for page, mm in lack.items() if mm > 0]

    return overflowing


def steps(gains: Gains) -> dict[str, tuple[str, ...]]:
    return {page: tuple(f"step {place}" for place in range(len(each))) for page, each in gains.items()}


@pytest.mark.parametrize(
    ("lack", "gains", "taken"),
    [
        (3.0, (4.0, 9.0), {0}),
        (5.0, (4.0, 9.0), {1}),  # the first is given back: the second alone is enough
        (11.0, (4.0, 9.0), {0, 1}),
        (3.0, (0.0, 0.0, 4.0, 9.0), {2}),  # what gains nothing is given back
        (9.0, (2.0, 3.0, 5.0), {0, 1, 2}),
        (7.0, (2.0, 3.0, 5.0), {0, 2}),  # what gives way last is given back first
        (99.0, (1.0, 1.0), {0, 1}),  # not enough: everything is tried
        (3.0, (), set()),
    ],
)
def test_a_page_gives_up_no_more_than_it_must(lack: float, gains: tuple[float, ...], taken: set[int]) -> None:
    made = chosen(["a"], steps({"a": gains}), page_room({"a": lack}, {"a": gains}))
    assert made.get("a", frozenset()) == taken


def test_two_columns_side_by_side_are_both_shortened() -> None:
    """Neither step gains anything alone."""

    def overflowing(taken: Taken) -> Collection[str]:
        return () if {0, 1} <= set(taken.get("a", ())) else ("a",)

    assert chosen(["a"], {"a": ("left", "right", "more")}, overflowing) == {"a": {0, 1}}


def test_pages_are_cut_apart_and_those_that_fit_are_left() -> None:
    gains = {"a": (5.0, 5.0), "b": (1.0, 1.0, 1.0), "c": (9.0,)}
    lack = {"a": 4.0, "b": 2.5, "c": -1.0}
    made = chosen(["a", "b"], steps(gains), page_room(lack, gains))
    assert made == {"a": {0}, "b": {0, 1, 2}}


@given(
    st.lists(st.floats(0, 20, allow_nan=False), min_size=1, max_size=6),
    st.floats(0.1, 60, allow_nan=False),
)
def test_whatever_fits_fits_in_the_end_and_no_step_could_be_spared(gains: list[float], lack: float) -> None:
    room = page_room({"a": lack}, {"a": tuple(gains)})
    made = chosen(["a"], steps({"a": tuple(gains)}), room)
    if sum(gains) >= lack:
        assert not room(made)
        assert all(room({"a": made["a"] - {place}}) for place in made["a"])

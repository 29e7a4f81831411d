"""Cutting until it fits: steps in their order, each page for itself, and nothing for nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbench.render.fit import Overflowing, Taken, chosen, notes

Gains = Mapping[str, tuple[float, ...]]


def page_room(over: Mapping[str, float], gains: Gains):  # type: ignore[no-untyped-def]
    """Pages that lack so many mm and whose steps gain so many each."""

    def overflowing(taken: Taken, pages: Collection[str] = ()) -> Collection[str]:
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

    def overflowing(taken: Taken, pages: Collection[str] = ()) -> Collection[str]:
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


# ---- the search ------------------------------------------------------------------------------------------------------


def one_after_another(full: Collection[str], steps: Mapping[str, tuple[str, ...]], overflowing: Overflowing) -> Taken:
    """What the search must find, the long way: a step more until it fits, then each given back, the last first."""
    taken = {}
    for page in full:
        many = next(
            (n for n in range(1, len(steps[page]) + 1) if not overflowing({page: frozenset(range(n))}, [page])), 0
        )
        chosen_ = frozenset(range(many or len(steps[page])))
        for place in range(many - 2, -1, -1):
            chosen_ -= frozenset() if overflowing({page: chosen_ - {place}}, [page]) else {place}
        if steps[page]:
            taken[page] = chosen_
    return taken


def two_columns(lack: tuple[float, float], gains: tuple[tuple[float, float], ...]) -> Overflowing:
    """A page whose columns each lack so many mm; a step shortens either or both."""

    def overflowing(taken: Taken, pages: Collection[str] = ()) -> Collection[str]:
        left = [lack[side] - sum(gains[place][side] for place in taken.get("a", ())) for side in (0, 1)]
        return ("a",) if max(left) > 0 else ()

    return overflowing


HEIGHT = st.integers(0, 12)


@given(st.lists(st.tuples(HEIGHT, HEIGHT), max_size=14), st.tuples(HEIGHT, HEIGHT))
def test_halving_finds_what_trying_one_after_another_finds(
    gains: list[tuple[float, float]], lack: tuple[float, float]
) -> None:
    room = two_columns((lack[0] + 1, lack[1]), tuple(gains))
    named = {"a": tuple(f"step {place}" for place in range(len(gains)))}
    assert chosen(["a"], named, room) == one_after_another(["a"], named, room)


@pytest.mark.parametrize(("needed", "most"), [({13}, 6), ({3}, 6), ({0}, 6), ({3, 6}, 11)])
def test_halving_asks_few_questions(needed: set[int], most: int) -> None:
    """One after another asks 27 times where the last of fourteen steps is needed."""
    asked = []

    def overflowing(taken: Taken, pages: Collection[str]) -> Collection[str]:
        asked.append(pages)
        return () if needed <= taken["a"] else ("a",)

    assert chosen(["a"], {"a": ("x",) * 14}, overflowing) == {"a": needed}
    assert len(asked) <= most


def test_a_page_that_is_done_is_not_laid_out_again() -> None:
    asked = []

    def overflowing(taken: Taken, pages: Collection[str]) -> Collection[str]:
        asked.append(set(pages))
        return [page for page, step in (("a", 0), ("b", 9)) if step not in taken[page]]

    assert chosen(["a", "b"], {"a": ("x",), "b": ("x",) * 12}, overflowing) == {"a": {0}, "b": {9}}
    assert asked[0] == {"a", "b"}
    assert all(pages == {"b"} for pages in asked[1:])


def test_the_cuts_are_told_in_the_order_of_the_pages_whether_found_or_remembered() -> None:
    named = {"first": ("two rows",), "growth": ("the points",), "evidence": ("lower halves", "notes")}
    found: Taken = {"growth": frozenset({0}), "evidence": frozenset({0, 1}), "first": frozenset({0})}
    told = [finding.message for finding in notes(found, named)]
    assert [one.split()[1] for one in told] == ["first", "growth", "evidence"]
    assert told[2].endswith("lower halves; notes.")
    remembered = {page: found[page] for page in sorted(found)}
    assert [finding.message for finding in notes(remembered, named)] == told

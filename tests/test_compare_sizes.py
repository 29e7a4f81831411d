"""What too few peers cannot bear is withheld with a sentence."""

from __future__ import annotations

import pytest

from peerbench.compare.sizes import LEAST, withheld


@pytest.mark.parametrize(
    ("n", "what", "sentence"),
    [
        (0, "median", "no peer has a value; a median needs at least 3"),
        (1, "premium", "one peer has a value; a premium needs at least 3"),
        (2, "implied value", "2 peers have a value; an implied value needs at least 3"),
        (4, "quartiles", "4 peers have a value; quartiles needs at least 5"),
        (7, "regression", "7 peers have a value; a regression needs at least 8"),
    ],
)
def test_a_withheld_statistic_says_how_many_peers_it_lacks(n: int, what: str, sentence: str) -> None:
    assert withheld(n, what) == sentence.replace("quartiles needs", "quartiles need")


@pytest.mark.parametrize("what", LEAST)
def test_a_statistic_is_printed_from_its_least_number_on(what: str) -> None:
    assert withheld(LEAST[what], what) is None
    assert withheld(LEAST[what] - 1, what) is not None

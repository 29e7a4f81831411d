"""Peers by likeness: distances by hand, order free of the data's, and the command that prints them."""

from __future__ import annotations

import json
import random
from datetime import date

import pytest
import yaml

from peerbench import candidates
from peerbench.cli import main
from peerbench.compare.peers import Traits, propose
from peerbench.core.dataset import Dataset


def traits(company: str, size: float, growth: float, margin: float, sector: str = "Tools") -> Traits:
    measures = {"size": size, "growth": growth, "operating margin": margin}
    return Traits(company, company.title(), sector, measures)


SUBJECT = traits("acme", 1e9, 0.10, 0.20)
OTHERS = (
    traits("near", 2e9, 0.12, 0.22),
    traits("small", 1e7, 0.10, 0.20),
    traits("other", 1e9, 0.10, 0.20, "Food"),
    traits("fast", 1e9, 0.60, 0.20),
)


def test_the_nearest_come_first_and_the_subject_is_not_its_own_peer() -> None:
    found = propose(SUBJECT, (SUBJECT, *OTHERS))
    assert [one.traits.company for one in found] == ["near", "other", "small", "fast"]


def test_a_distance_is_the_mean_of_gaps_in_spreads() -> None:
    """Spreads by hand: sizes 9, 9.301, 7, 9, 9 (logarithms) have the median 9 and distances 0, 0.301, 2, 0, 0, of
    which the median is 0, so the least of 0.3 counts; growth likewise 0.05, margins 0.05. Near: sector 0, size
    0.301 / 0.3, growth 0.02 / 0.05, margin 0.02 / 0.05."""
    (near,) = (one for one in propose(SUBJECT, OTHERS) if one.traits.company == "near")
    assert near.parts["sector"] == 0
    assert near.parts["size"] == pytest.approx(0.30103 / 0.3, rel=1e-4)
    assert near.parts["growth"] == pytest.approx(0.4)
    assert near.distance == pytest.approx((0 + 0.30103 / 0.3 + 0.4 + 0.4) / 4, rel=1e-4)
    (other,) = (one for one in propose(SUBJECT, OTHERS) if one.traits.company == "other")
    assert other.distance == pytest.approx(2.0 / 4)


def test_the_order_of_the_data_means_nothing() -> None:
    shuffled = list(OTHERS)
    random.Random(7).shuffle(shuffled)
    assert propose(SUBJECT, shuffled) == propose(SUBJECT, OTHERS)


def test_a_company_of_which_little_is_known_is_not_proposed() -> None:
    assert propose(SUBJECT, (Traits("dark", "Dark", "Tools", {"size": 1e9}),)) == ()


def test_the_embedded_set_knows_who_is_like_alibaba(platforms: Dataset) -> None:
    subject, found = candidates.peers(platforms, "alibaba", as_of=date(2025, 9, 23))
    assert subject.sector == "Consumer Discretionary"
    assert found[0].traits.company == "amazon"
    assert set(found[0].parts) == {"sector", "size", "growth", "gross margin", "operating margin"}


def test_the_command_prints_what_a_config_can_take(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["peers", "alibaba", "--as-of", "2025-09-23"]) == 0
    document = yaml.safe_load(capsys.readouterr().out)
    assert {peer["company"] for peer in document["peers"]} == {"amazon", "tencent", "baidu"}
    assert all(peer["why"] and peer["role"] == "core" for peer in document["peers"])
    assert main(["peers", "alibaba", "--as-of", "2025-09-23", "--format", "json", "--count", "1"]) == 0
    (peer,) = json.loads(capsys.readouterr().out)["peers"]
    assert peer["company"] == "amazon"


def test_an_unknown_company_is_told_with_its_neighbour(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["peers", "alibba"]) == 2
    assert "Did you mean 'alibaba'?" in capsys.readouterr().err

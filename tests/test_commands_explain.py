"""One number walked to its documents: five kinds of number of the shipped brief, as a tree and as data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from peerbench import cli
from peerbench.commands import explain, metrics
from studies import Written

USD_CNY = 8.3869 / 1.1793  # ECB, 23 September 2025


@pytest.fixture
def explained(alibaba: Written) -> Callable[[str, str], str]:
    """The tree of one number of the shipped brief, computed once for all."""
    from peerbench.brief import lineage

    def ask(company: str, metric: str) -> str:
        entry = metrics.catalogue().get(metric)
        return explain.tree(*lineage.walk(alibaba.study, company, metric), rule=entry.source if entry else "") + "\n"

    return ask


def test_a_multiple_walks_to_closes_rates_counts_and_quarters(explained: Callable[[str, str], str]) -> None:
    """METHOD 8, 9, 10 and 17: 163.08 dollars ÷ 8 × 7.1118 × 18,474.2m over 129,470 + 43,116 − 24,269."""
    lines = explained("alibaba", "pe_ltm").splitlines()
    cap = 163.08 / 8 * USD_CNY * 18_474.235708
    income = 129_470 + 43_116 - 24_269
    assert lines[0] == f"Alibaba, Price / earnings, LTM: {cap / income:.2f}x"
    assert lines[1] == "  = market value ÷ net income to ordinary shareholders, last twelve months"
    assert lines[2] == f"  = {cap:,.0f} ÷ {income:,}"
    assert lines[3] == "  known since 2025-09-23; METHOD 17 and 19"
    text = "\n".join(lines)
    assert "price per ordinary share: RMB144.97, US$163.08 ÷ 8 × 7.1118" in text
    assert "BABA close, 23 Sep 2025: US$163.08 [1]" in text
    assert f"RMB m: {income:,}, year to 31 Mar 2025 + quarter to 30 Jun 2025 − quarter to 30 Jun 2024" in text
    assert text.count("https://") >= 4  # each document with its address


def test_growth_shows_both_windows(explained: Callable[[str, str], str]) -> None:
    """METHOD 18: (140,905 + 34,988 − 35,989) ÷ (113,350 + 35,989 − 42,490) − 1."""
    lines = explained("alibaba", "operating_income_growth_ltm").splitlines()
    now, before = 140_905 + 34_988 - 35_989, 113_350 + 35_989 - 42_490
    assert lines[0] == f"Alibaba, Operating income growth, LTM: {100 * (now / before - 1):.2f}%"
    assert lines[2] == f"  = {now:,} ÷ {before:,} − 1"
    assert sum("operating income, 3 months to 30 Jun 2024, RMB m: 35,989" in line for line in lines) == 2


def test_a_segments_share_names_the_table_it_was_read_in(explained: Callable[[str, str], str]) -> None:
    text = explained("alibaba", "cloud_share")
    assert text.startswith(f"Alibaba, Cloud share of revenue: {100 * 118_028 / 996_347:.2f}%\n")
    assert "  = cloud revenue ÷ revenue, last fiscal year\n" in text
    assert "Segments_All / Cloud Intelligence Group; known 15 May 2025" in text


def test_a_risk_statistic_says_of_how_many_returns(explained: Callable[[str, str], str]) -> None:
    lines = explained("alibaba", "volatility_1y").splitlines()
    assert "sample standard deviation of 250 daily log returns × √252" in "\n".join(lines)
    assert any("dividend-adjusted" in line for line in lines)


def test_a_balance_sheet_ratio_has_its_sign_its_marks_and_its_day(explained: Callable[[str, str], str]) -> None:
    """METHOD 15: net cash has a minus before it, and what was derived or second-hand is marked."""
    text = explained("alibaba", "net_debt_to_equity")
    net = 24_584 + 207_514 - 183_120 - 191_737
    assert text.startswith(f"Alibaba, Net debt / equity: −{100 * -net / 1_013_672:.2f}%\n")
    assert f"  = (−{-net:,}) ÷ 1,013,672\n" in text
    assert "  mark: an input was derived from stated figures\n" in text
    assert "short-term debt, at 30 Jun 2025, RMB m: 24,584, known 29 Aug 2025; DERIVED" in text


def test_a_stand_in_is_marked_and_a_missing_number_says_why(explained: Callable[[str, str], str]) -> None:
    """METHOD 3 and 17."""
    mark = "  mark: income to the parent stands in for income to ordinary shareholders\n"
    assert mark in explained("baidu", "pe_ltm")
    text = explained("alibaba", "pe_ntm")
    assert text.startswith("Alibaba, Price / consensus earnings, NTM: NA\n")
    assert "there is no estimate of the next" in text.splitlines()[1]


@pytest.fixture
def asked(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    monkeypatch.chdir(root)

    def ask(*words: str) -> str:
        assert cli.main(["explain", "configs/alibaba.yaml", *words]) == 0
        return capsys.readouterr().out

    return ask


def test_the_same_as_data_nests_to_the_rows(asked: Callable[..., str]) -> None:
    found = json.loads(asked("alibaba", "pe_ltm", "--format", "json"))
    assert found["value"] == pytest.approx(163.08 / 8 * USD_CNY * 18_474.235708 / (129_470 + 43_116 - 24_269))
    assert (found["rule"], found["marks"], found["status"]) == ("METHOD 17 and 19", [], "ok")
    cap, income = found["inputs"]
    assert [part["value"] for part in income["inputs"]] == [129_470e6, 43_116e6, 24_269e6]
    price, shares = cap["inputs"]
    assert [part["value"] for part in price["inputs"]] == [163.08, 8.3869, 1.1793]
    assert [part["value"] for part in shares["inputs"]] == [18_474_235_708]
    assert all(document["url"] or document["documents"] for document in found["documents"])


def test_an_earlier_day_gives_the_number_of_that_day(asked: Callable[..., str]) -> None:
    """METHOD 32: on 31 July 2025 the June quarter was not out."""
    text = asked("alibaba", "pe_ltm", "--as-of", "2025-07-31")
    assert "year to 31 Mar 2025" in text or "fiscal year" in text
    assert "30 Jun 2025" not in text

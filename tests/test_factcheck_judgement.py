"""The fact check: verdicts a person gave by hand, true cells at any rounding, changed digits, and the article."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factcheck_sentences import SENTENCES
from peerbench import factcheck
from peerbench.core.verdicts import SLIPS, Verdict
from peerbench.factcheck.judgement import fits
from peerbench.factcheck.quantities import quantities

if TYPE_CHECKING:
    from peerbench.core.dataset import Dataset
    from peerbench.factcheck.ledger import Ledger

DAY = date(2025, 9, 23)
COMPANIES = ("alibaba", "tencent", "amazon", "baidu")
SEGMENTS = {"alibaba": ("cloud", "Alibaba Cloud"), "amazon": ("aws", "AWS"), "baidu": ("ai cloud", "Baidu AI Cloud")}
Check = Callable[[str], tuple[Verdict, ...]]


@pytest.fixture(scope="module")
def scope(platforms: Dataset) -> factcheck.Scope:
    return factcheck.Scope(platforms, COMPANIES, DAY, SEGMENTS)


@pytest.fixture(scope="module")
def book(scope: factcheck.Scope) -> Ledger:
    return factcheck.figures(scope)


@pytest.fixture(scope="module")
def check(scope: factcheck.Scope, book: Ledger) -> Check:
    return lambda text: factcheck.check(text, scope, book=book)


@pytest.mark.parametrize(("sentence", "verdicts", "slip"), SENTENCES, ids=[text[:60] for text, _, _ in SENTENCES])
def test_a_sentence_gets_the_verdict_a_person_gives_it(
    check: Check, sentence: str, verdicts: tuple[str, ...], slip: str
) -> None:
    found = check(sentence)
    assert tuple(one.judgement for one in found) == verdicts
    assert next((one.slip for one in found if one.judgement == "contradicted"), "") == slip


def test_every_verdict_says_why_or_gives_the_figure_with_its_rows(check: Check) -> None:
    for one in check(" ".join(sentence for sentence, _, _ in SENTENCES)):
        if one.judgement == "not_checkable":
            assert one.reason.endswith(".")
        elif one.slip != "impossible":
            assert one.right or one.matched
            assert all(figure.documents for figure in (*one.right, *((one.matched,) if one.matched else ())))
        assert one.slip in ("", *SLIPS)


def test_sentences_of_one_paragraph_keep_their_verdicts_apart(check: Check) -> None:
    """All in one paragraph, each with its own company and period: nothing leaks from one to the next."""
    own = [
        (text, verdicts)
        for text, verdicts, _ in SENTENCES
        if not text.startswith(("Revenue grew", "Alibaba's revenue is"))
    ]
    found = check(" ".join(text for text, _ in own))
    assert [one.judgement for one in found] == [verdict for _, verdicts in own for verdict in verdicts]


# ---- properties ------------------------------------------------------------------------------------------------------

# (words, value in millions, currency) of cells that stand in facts.csv
CELLS = (
    ("Alibaba's revenue in fiscal 2025 was {}.", 996_347, "RMB"),
    ("Tencent's operating income in 2024 was {}.", 208_099, "RMB"),
    ("Amazon's capital expenditure was {} in 2024.", 82_999, "$"),
    ("Baidu's total assets were {} on 30 June 2025.", 450_569, "RMB"),
    ("In the quarter ended June 30, 2025 Tencent's revenue reached {}.", 184_504, "RMB"),
    ("AWS revenue was {} in the quarter ended 31 March 2025.", 29_267, "US$"),
)


def written(millions: int, currency: str, digits: int) -> str:
    """The amount with so many significant digits, as a newspaper writes it."""
    shown = f"{float(f'{millions * 1e6:.{digits - 1}e}') / 1e9:.6f}"
    whole = len(str(millions)) - 3  # digits before the point, in billions
    places = max(0, digits - whole)
    return f"{currency} {float(shown):,.{places}f} billion"


@settings(max_examples=60)
@given(st.sampled_from(CELLS), st.integers(3, 6))
def test_a_true_cell_is_verified_at_any_rounding(check: Check, cell: tuple[str, int, str], digits: int) -> None:
    sentence = cell[0].format(written(cell[1], cell[2], max(digits, len(str(cell[1])) - 3)))
    assert [one.judgement for one in check(sentence)] == ["verified"], sentence


@settings(max_examples=120)
@given(st.sampled_from(CELLS), st.integers(3, 6), st.integers(0, 5), st.integers(1, 9))
def test_a_changed_digit_is_never_verified(
    check: Check, cell: tuple[str, int, str], digits: int, at: int, by: int
) -> None:
    amount = written(cell[1], cell[2], max(digits, len(str(cell[1])) - 3))
    places = [place for place, char in enumerate(amount) if char.isdigit()]
    place = places[at % len(places)]
    changed = amount[:place] + str((int(amount[place]) + by) % 10) + amount[place + 1 :]
    sentence = cell[0].format(changed)
    assert "verified" not in [one.judgement for one in check(sentence)], sentence


@settings(max_examples=60)
@given(st.floats(1, 1e6), st.integers(0, 3))
def test_a_number_fits_the_figure_it_rounds(value: float, places: int) -> None:
    (quantity,) = quantities(f"{value:.{places}f}%", 0, 40)
    assert fits(quantity, value / 100)
    assert not fits(quantity, (value + 1.01 * 10.0**-places) / 100)


def test_peers_in_another_order_change_nothing(scope: factcheck.Scope, check: Check) -> None:
    text = " ".join(sentence for sentence, _, _ in SENTENCES[:12])
    turned = replace(scope, companies=tuple(reversed(COMPANIES)))
    assert factcheck.check(text, turned) == check(text)


def test_nothing_known_later_is_used(platforms: Dataset) -> None:
    """On 14 May 2025 the year to March 2025 had ended and was not yet published."""
    early = factcheck.Scope(platforms, COMPANIES, date(2025, 5, 14), SEGMENTS)
    (one,) = factcheck.check("Alibaba's revenue in fiscal 2025 was RMB 996.3 billion.", early)
    assert one.judgement == "not_checkable"


# ---- the article -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def article(shared: Path, check: Check) -> tuple[Verdict, ...]:
    return check((shared / "article.txt").read_text("utf-8"))


def found(verdicts: tuple[Verdict, ...], words: str) -> Verdict:
    return next(one for one in verdicts if words in one.quote)


def test_the_article_calls_gross_debt_net(article: tuple[Verdict, ...]) -> None:
    """(22,562 + 208,141 + leases) ÷ 1,009,858 at March 2025; with its cash Alibaba has no net debt at all."""
    one = found(article, "net debt-to-equity")
    assert (one.judgement, one.slip) == ("contradicted", "gross for net")
    assert one.right[0].value == pytest.approx((24_584 + 207_514 - 183_120 - 191_737) / 1_013_672)


def test_the_article_takes_the_parents_income_for_the_total(article: tuple[Verdict, ...]) -> None:
    for words, value in (("surged 62.62%", 125_976 / 71_332 - 1), ("130.11 billion", 125_976e6)):
        one = found(article, words)
        assert (one.judgement, one.slip) == ("contradicted", "basis")
        assert one.right[0].value == pytest.approx(value)
        assert one.matched is not None
        assert one.matched.metric == "net_income_parent"


def test_the_article_mixes_three_bases_of_net_income(article: tuple[Verdict, ...]) -> None:
    assert set(factcheck.mixed(article)) == {"total", "attributable to the parent", "analysts’ estimates per share"}
    assert found(article, "333%").judgement == "verified"  # total, October to December 2024: 46,434 ÷ 10,717 − 1


def test_the_articles_forward_multiples_are_of_other_days(article: tuple[Verdict, ...]) -> None:
    """163.08 ÷ 8.09 and 220.71 ÷ 6.75 on its day."""
    for words, value in (("forward P/E of 15x", 163.08 / 8.09), ("than Amazon's 35x", 220.71 / 6.75)):
        one = found(article, words)
        assert (one.judgement, one.slip) == ("contradicted", "stale price")
        assert one.right[0].value == pytest.approx(value, rel=1e-6)


def test_the_article_gives_a_year_six_quarters(article: tuple[Verdict, ...]) -> None:
    assert found(article, "six consecutive quarters").slip == "impossible"


def test_forecasts_market_shares_and_models_are_left_open(article: tuple[Verdict, ...]) -> None:
    for words in ("6.83%", "6.52%", "36% market share", "200 models", "up to 97%", "AI revenue"):
        assert found(article, words).judgement == "not_checkable"

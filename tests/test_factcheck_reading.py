"""Reading a text: numbers as people write them, periods by a company's calendar, markup, marks, languages, and size."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest

from factcheck_adversarial import MOVED, NEWS, OF_OTHERS, SENTENCES, STILL_OPEN, UNDONE
from peerbench import factcheck
from peerbench.core.verdicts import Verdict
from peerbench.factcheck.periods import Window, other_reading, periods, windows
from peerbench.factcheck.plain import plain
from peerbench.factcheck.quantities import quantities
from peerbench.factcheck.sentences import sentences

if TYPE_CHECKING:
    from peerbench.core.dataset import Dataset

DAY = date(2025, 9, 23)
Check = Callable[[str], tuple[Verdict, ...]]


@pytest.fixture(scope="module")
def check(platforms: Dataset) -> Check:
    segments = {
        "alibaba": ("cloud", "Alibaba Cloud"),
        "amazon": ("aws", "AWS"),
        "baidu": ("ai cloud", "Baidu AI Cloud"),
    }
    scope = factcheck.Scope(platforms, ("alibaba", "tencent", "amazon", "baidu"), DAY, segments)
    book = factcheck.figures(scope)
    return lambda text: factcheck.check(text, scope, book=book)


@pytest.mark.parametrize(
    ("sentence", "verdicts"), [*SENTENCES, *NEWS, *MOVED], ids=[t[:60] for t, _ in (*SENTENCES, *NEWS, *MOVED)]
)
def test_an_adversarial_sentence_is_judged_rightly_or_left_open(
    check: Check, sentence: str, verdicts: tuple[str, ...]
) -> None:
    found = tuple(one.judgement for one in check(sentence))
    assert found == STILL_OPEN.get(sentence, verdicts)


@pytest.mark.parametrize("sentence", UNDONE, ids=[text[:60] for text in UNDONE])
def test_a_number_undone_by_a_word_is_never_verified(check: Check, sentence: str) -> None:
    found = [one.judgement for one in check(sentence)]
    assert found
    assert "verified" not in found


@pytest.mark.parametrize("sentence", OF_OTHERS, ids=[text[:60] for text in OF_OTHERS])
def test_a_number_said_of_somebody_else_is_never_verified(check: Check, sentence: str) -> None:
    assert [one.judgement for one in check(sentence)] == ["not_checkable"]


def test_what_is_left_open_is_never_called_true_or_false() -> None:
    wanted = dict(SENTENCES)
    for sentence, found in STILL_OPEN.items():
        for asked, got in zip(wanted[sentence], found, strict=False):
            assert got in (asked, "not_checkable")


def test_a_short_text_in_another_language_is_told_and_none_of_its_numbers_verified(check: Check) -> None:
    text = "Les ventes d'Amazon ont atteint 638,0 milliards de dollars en 2024, soit une hausse de 11 %."
    assert factcheck.language(text) == "other"
    assert {one.judgement for one in check(text)} == {"not_checkable"}


# ---- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "currency", "step"),
    [
        ("RMB 1.8 trillion", 1.8e12, 1.8e12, "money", "CNY", 1e11),
        ("US$637,959 million", 637_959e6, 637_959e6, "money", "USD", 1e6),
        ("$53B", 53e9, 53e9, "money", "USD", 1e9),
        ("380 billion yuan", 380e9, 380e9, "money", "CNY", 1e9),
        ("HK$635.50", 635.5, 635.5, "money", "HKD", 0.01),
        ("62.62%", 0.6262, 0.6262, "fraction", "", 0.0001),
        ("13 percent", 0.13, 0.13, "fraction", "", 0.01),
        ("eleven percent", 0.11, 0.11, "fraction", "", 0.01),
        ("-1.1%", -0.011, -0.011, "fraction", "", 0.001),
        ("210 basis points", 0.021, 0.021, "points", "", 0.0001),
        ("2.2 percentage points", 0.022, 0.022, "points", "", 0.001),
        ("0.25x", 0.25, 0.25, "times", "", 0.01),
        ("33 times", 33.0, 33.0, "times", "", 1.0),
        ("3-4%", 0.03, 0.04, "fraction", "", 0.01),
        ("between $20 billion and $25 billion", 20e9, 25e9, "money", "USD", 1e9),
        ("20 to 25 billion dollars", 20e9, 25e9, "money", "USD", 1e9),
        ("doubled", 1.0, 1.0, "fraction", "", 0.2),
    ],
)
def test_a_number_is_read_with_scale_unit_currency_and_its_last_digit(
    text: str, low: float, high: float, unit: str, currency: str, step: float
) -> None:
    (one,) = quantities(text, 0, len(text))
    assert (one.low, one.high, one.step) == pytest.approx((low, high, step))
    assert (one.unit, one.currency) == (unit, currency)


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("about 5%", "about"), ("more than 5%", "above"), ("at least 5%", "above"), ("under 5%", "below"),
        ("up to 5%", "up_to"), ("nearly 5%", "nearly"), ("just over 5%", "just_over"), ("200+ models", "above"),
    ],
)  # fmt: skip
def test_words_make_a_number_loose(text: str, loose: str) -> None:
    assert quantities(text, 0, len(text))[0].loose == loose


@pytest.mark.parametrize(
    "text",
    ["Qwen3", "GPT-4", "Llama 3 is out", "at 2:48 am", "the 3rd", "Boeing 737", "item #4", "B2B", "S&P 500 rose"],
)
def test_a_figure_in_a_name_or_a_time_is_no_number(text: str) -> None:
    assert quantities(text, 0, len(text)) == ()


# ---- periods ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "months", "end"),
    [
        ("FY2025", 12, date(2025, 3, 31)),
        ("fiscal year 2025", 12, date(2025, 3, 31)),
        ("the year ended March 31, 2025", 12, date(2025, 3, 31)),
        ("2024", 12, date(2024, 12, 31)),
        ("calendar 2024", 12, date(2024, 12, 31)),
        ("Q4 2024", 3, date(2024, 12, 31)),
        ("fiscal Q4 2025", 3, date(2025, 3, 31)),
        ("the fourth quarter of fiscal 2025", 3, date(2025, 3, 31)),
        ("Q1 FY26", 3, date(2025, 6, 30)),
        ("the June quarter of 2025", 3, date(2025, 6, 30)),
        ("the March 2025 quarter", 3, date(2025, 3, 31)),
        ("first quarter of 2025", 3, date(2025, 3, 31)),
        ("the three months ended 30 June 2025", 3, date(2025, 6, 30)),
        ("the first half of 2025", 6, date(2025, 6, 30)),
        ("the first nine months of 2024", 9, date(2024, 9, 30)),
        ("the last twelve months", 12, date(2025, 6, 30)),
        ("last quarter", 3, date(2025, 6, 30)),
        ("last fiscal year", 12, date(2025, 3, 31)),
        ("30 June 2025", 0, date(2025, 6, 30)),
    ],
)
def test_a_period_is_read_by_the_calendar_of_a_company_with_a_march_year(text: str, months: int, end: date) -> None:
    """METHOD 6: without the word fiscal a year and a quarter are the calendar's."""
    (one,) = periods(text, 0, len(text))
    (found,) = windows(one, year_end=3, as_of=DAY, newest=date(2025, 6, 30))
    assert (found.months, found.end) == (months, end)


def test_a_bare_quarter_has_a_fiscal_twin_where_the_years_differ() -> None:
    (one,) = periods("Q4 2025", 0, 7)
    assert other_reading(one, year_end=3, as_of=DAY) == Window(3, date(2025, 3, 31))
    assert other_reading(one, year_end=12, as_of=DAY) is None


@pytest.mark.parametrize("text", ["31 February 2025", "2025-13-40", "June 99, 2025"])
def test_a_day_that_does_not_exist_is_no_period(text: str) -> None:
    assert all(one.day is None for one in periods(text, 0, len(text)))


# ---- texts -----------------------------------------------------------------------------------------------------------

TRUE = "Alibaba's revenue in fiscal 2025 was RMB 996.3 billion."


@pytest.mark.parametrize(
    "text",
    [
        f"<html><body><script>var revenue = 5;</script><p>Hello 5&nbsp;friends.</p><p>{TRUE}</p></body></html>",
        "Alibaba\u2019s revenue in fiscal 2025 was RMB\u00a0996.3\u202fbillion.",
        "\ufeff" + TRUE.replace("996", "9\u200b9\u200f6"),
        TRUE.replace(" was ", "\nwas\n"),
        "\u202b" + TRUE + "\u202c",
        TRUE.replace("RMB", "&#82;MB"),
        TRUE + "[12]",
        "- Intro\n- " + TRUE,
        TRUE.rstrip("."),
    ],
    ids=["html", "spaces", "invisible", "wrapped", "right to left", "entity", "citation", "bullet", "no full stop"],
)
def test_what_surrounds_a_sentence_does_not_change_its_verdict(check: Check, text: str) -> None:
    assert [one.judgement for one in check(text) if "996" in one.quote or "billion" in one.quote] == ["verified"]


def test_a_citations_glued_title_is_not_the_texts_own_claim(check: Check) -> None:
    text = f"{TRUE.rstrip('.')} due to demandAlibaba Revenue Was RMB 100 Billion In FY2025[3]."
    assert [one.judgement for one in check(text)] == ["verified"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("阿里巴巴2025财年收入为9963亿元，同比增长6%。", "zh"),
        (
            "Der Umsatz von Alibaba ist im Jahr 2025 um 6 % auf 996 Mrd. gestiegen und das ist gut für die Aktie.",
            "other",
        ),
        ("Le chiffre d'affaires des plateformes est en hausse de 6 % sur une année et dans les services.", "other"),
        ("Выручка Alibaba выросла на 6%.", "other"),
        (TRUE, "en"),
        ("12.5%", "en"),
    ],
)
def test_another_language_is_named_and_nothing_in_it_is_judged(check: Check, text: str, language: str) -> None:
    assert factcheck.language(plain(text).text) == language
    if language != "en":
        found = check(text)
        assert found
        assert {one.judgement for one in found} == {"not_checkable"}
        assert all("English only" in one.reason for one in found)


def test_places_are_those_of_the_original() -> None:
    text = "a\r\n<b>bold</b> &amp; 5%"
    made = plain(text)
    (one,) = quantities(made.text, 0, len(made.text))
    assert text[made.offset(one.start) :] == "5%"
    assert made.place(one.start) == (2, 19)


def test_a_short_form_does_not_end_a_sentence() -> None:
    text = "Amazon.com Inc. earned $59.2 billion. In the U.S. vs. China it rose. See No. 5."
    assert [text[one.start : one.end] for one in sentences(text)] == [
        "Amazon.com Inc. earned $59.2 billion.", "In the U.S. vs. China it rose.", "See No. 5.",
    ]  # fmt: skip


def test_a_thousand_numbers_are_read_in_linear_time(check: Check) -> None:
    """Twice the text, about twice the time; generous, as machines are shared."""
    check(TRUE)
    times = []
    for count in (400, 1000):
        text = " ".join(f"Amazon's revenue was ${600 + n % 90}.{n % 10} billion in 2024." for n in range(count))
        began = time.process_time()
        assert len(check(text)) == count
        times.append(time.process_time() - began)
    assert times[1] < 5 * times[0]
    assert times[1] < 10


@pytest.mark.parametrize(
    "text",
    [
        "1 " * 3000, "$" * 5000, "(" * 5000, "<p" * 3000, "RMB 1,000,000,000,000,000,000,000,000,000,000,000 billion",
        "Alibaba's revenue " * 800, "5%-5%-5%-5%" * 300, "& ;" * 2000, "- \n" * 2000, "Q4 Q4 FY FY2025 " * 500,
        "9" * 20_000, "Alibaba" + "'s" * 3000 + " revenue 5%", "\u0661\u0662\u0663%",
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_nonsense_is_neither_verified_nor_slow(check: Check, text: str) -> None:
    began = time.process_time()
    assert all(one.judgement != "verified" for one in check(text))
    assert time.process_time() - began < 10

"""The Chinese edition of a brief that looks back: what moved since the last issue, and what was corrected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from peerbench import editions, lookup
from peerbench.brief import assemble, lookback
from peerbench.compare import changes
from peerbench.core.document import Brief, Note
from peerbench.core.language import fragments
from peerbench.pipeline import earlier
from series import leave
from studies import Written
from studies import words as said
from test_brief_lookback import FIRST, block, follow, with_income, words
from test_languages import _figures

YEAR = date(2025, 3, 31)


@pytest.fixture(scope="module")
def series(variant: Callable[..., Written], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One issue, of June."""
    folder = tmp_path_factory.mktemp("output") / "alibaba"
    leave(variant(as_of=FIRST), folder)
    return folder


def both(written: Written, before: Any, length: str = "four") -> Iterator[tuple[Brief, Brief, tuple[str, ...]]]:
    """Each audience's brief in English and in Chinese, and what has no words."""
    study, _ = assemble.study(written.case.data, written.case.request)
    study = earlier.with_before(study, before)
    shop = editions.Shop(study, lookup.layers(None), Path("unused"), length, language="zh-CN")  # type: ignore[arg-type]
    for reader in written.case.request.audiences:
        yield replace(shop, language="en").brief(reader), *shop.written(reader)


def altered(before: Any, *, asked: tuple[str, ...] = (), **figure: Any) -> Any:
    """What was found before, with figures or questions of another kind."""
    figures = {metric: replace(one, **figure) for metric, one in before.since.figures.items()}
    return replace(before, since=replace(before.since, figures=figures, asked=asked))


def looked_back(brief: Brief) -> str:
    """All that the two blocks say, without figures."""
    parts = [block(brief, id) for id in ("since", "corrections")]
    texts = [
        f"{part.title} {words(part)}"
        if isinstance(part, Note)
        else " ".join(map(said, (part.title, part.subtitle, part.notes[0][1], *(row.label for row in part.rows))))
        for part in parts
        if part is not None
    ]
    return re.sub(r"RMB[\d.]+(bn|m)|[−+]?[\d.]+(x|pp)", "#", " ".join(texts))


def held(written: Written, before: Any, length: str) -> None:
    for english, chinese, unsaid in both(written, before, length):
        assert unsaid == ()
        assert _figures(chinese) == _figures(english)
        left = set(re.findall(r"[A-Za-z]{2,}", looked_back(chinese)))
        assert left <= {"since", "json"}, left


@pytest.mark.parametrize("length", ["four", "one"])
def test_what_moved_is_said_in_chinese_with_the_same_figures(alibaba: Written, series: Path, length: str) -> None:
    held(alibaba, follow(alibaba, series).before, length)


@pytest.mark.parametrize("known", [None, date(2025, 8, 29)])
def test_a_correction_is_said_in_chinese_with_the_same_figures(
    alibaba: Written, series: Path, known: date | None
) -> None:
    later = {} if known is None else {"known_on": pl.lit(known)}
    corrected = with_income(alibaba, YEAR, 2_000e6, **later)
    held(corrected, follow(corrected, series).before, "four")


def test_a_correction_of_the_first_print_is_said_too(alibaba: Written, tmp_path: Path) -> None:
    leave(alibaba, tmp_path / "alibaba")
    corrected = with_income(alibaba, YEAR, 2_000e6)
    held(corrected, follow(corrected, tmp_path / "alibaba").before, "four")


def test_a_correction_reads_as_a_financial_paper_would_print_it(alibaba: Written, series: Path) -> None:
    corrected = with_income(alibaba, YEAR, 2_000e6)
    _, chinese, _ = next(both(corrected, follow(corrected, series).before))
    note = block(chinese, "corrections")
    assert note.title == "更正"
    assert "归属普通股股东净利润，截至2025年3月31日的12个月：" in words(note)
    assert "第1期为RMB129bn；本机构数据已更正。" in words(note)
    assert "据此，第1期阿里巴巴的市盈率应为14.3x，而非14.5x。" in words(note)


@pytest.mark.parametrize("why", [changes.NO_THEN, changes.NO_NOW, changes.NO_MEDIAN, changes.BETWEEN])
def test_a_change_that_is_not_split_says_why_in_chinese(alibaba: Written, series: Path, why: str) -> None:
    held(alibaba, altered(follow(alibaba, series).before, parts={}, reason=why), "one")


def test_every_cause_and_every_change_of_the_question_has_words(alibaba: Written, series: Path) -> None:
    asked = ("Amazon joins the peers", "Baidu leaves the peers", "P/E has another formula")
    asked += ("the brief is in USD, then in CNY",)
    parts = dict.fromkeys(lookback.ORDER, 0.01)
    for _, chinese, unsaid in both(alibaba, altered(follow(alibaba, series).before, asked=asked, parts=parts), "one"):
        assert unsaid == ()
        assert "亚马逊加入同业；百度退出同业；市盈率的公式已改" in words(block(chinese, "since"))
        assert not [*fragments(looked_back(chinese))]

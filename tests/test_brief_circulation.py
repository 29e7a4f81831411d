"""Claims in circulation on the page: what is quoted, in which order, with which figure, and what gives way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from peerbench import pipeline
from peerbench.brief import compose, cuts
from peerbench.core.document import Brief, Register
from studies import CONFIGS, TODAY, Written, numbers, project, walk, words

SAID = {"source": "a newsletter", "date": "2025-09-20"}


def registers(brief: Brief) -> dict[str, Register]:
    return {one.id: one for one in walk(brief.pages) if isinstance(one, Register)}


@pytest.fixture(scope="module")
def table(alibaba: Written) -> Register:
    return registers(alibaba.briefs["institutional"])["claims"]


def test_the_contradicted_come_first_then_the_true_then_the_open(table: Register) -> None:
    heads = [words(verdict) for _, verdict, _ in table.entries]
    kinds = [1 if head == "True." else 2 if head == "Not checkable." else 0 for head in heads]
    assert kinds == sorted(kinds)
    assert heads[0] == "Gross for net."


def test_a_claim_is_quoted_with_the_figure_it_should_have_been(table: Register) -> None:
    """(24,584 + 207,514 − 183,120 − 191,737) ÷ 1,013,672; 125,976 in total for the parent's 130,109."""
    rows = {quote: f"{words(verdict)}{words(text)}" for quote, verdict, text in table.entries}
    assert rows["“net debt-to-equity ratio of 0.25x”"] == "Gross for net. Net debt / equity: −0.14x, 30 Jun 2025."
    income = next(text for quote, text in rows.items() if "130.11" in quote)
    assert income == "Other basis. Net income, total: RMB125,976m, fiscal year to 31 Mar 2025."
    assert words(table.source).startswith("From an AI-written article of 2025-09-24")


def test_every_figure_of_the_table_has_its_row_and_documents(alibaba: Written, table: Register) -> None:
    brief = alibaba.briefs["institutional"]
    found = [one for one in numbers(table.entries) if one.ref]
    assert len(found) >= 5
    for one in found:
        assert brief.traces[one.ref].row
        assert brief.traces[one.ref].sources


def test_a_brief_without_claims_keeps_its_register_in_two_columns(variant: Callable[..., Written]) -> None:
    plain = registers(variant(claims_in_circulation=[]).briefs["institutional"])
    assert set(plain) == {"quality-1", "quality-2"}


def test_the_cut_order_shortens_both_registers(alibaba: Written) -> None:
    reader = alibaba.case.request.audiences[0]
    (place,) = (
        number
        for number, step in enumerate(cuts.steps(reader, cuts.pages(reader)[-1], first=False))
        if "claims" in step.get("limit", {})
    )
    cut = registers(compose.compose(alibaba.study, reader, taken={"evidence": (place,)}))
    assert (len(cut["quality-1"].entries), len(cut["claims"].entries)) == (4, 6)


def test_a_claim_later_than_the_brief_is_left_out_and_said(tmp_path: Path) -> None:
    late = [{**SAID, "date": "2025-09-24", "statements": ["total assets of RMB 1.8 trillion"]}]
    config = project(tmp_path, claims_in_circulation=late, published="2025-09-23", audiences=["risk"])
    case = pipeline.prepare(config, today=TODAY)
    assert pipeline.studied(case)[0].circulating == ()
    assert [one.check for one in case.warnings if one.check == "config.circulation"] == ["config.circulation"]


def test_a_brief_of_another_day_was_published_on_that_day() -> None:
    case = pipeline.prepare(CONFIGS / "alibaba.yaml", as_of=date(2024, 3, 15), audiences=["risk"], today=TODAY)
    assert case.request.furniture.published == date(2024, 3, 15)
    assert pipeline.studied(case)[0].circulating == ()


def test_a_text_of_the_project_is_read_and_the_brief_rests_on_it(tmp_path: Path) -> None:
    text = "Tencent's revenue grew 8% in 2024.\nIts net debt is RMB 13.4 billion."
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "letter.txt").write_text(text, "utf-8")
    said = [{**SAID, "file": "texts/letter.txt", "about": "tencent"}]
    config = project(tmp_path, claims_in_circulation=said, audiences=["risk"])
    case = pipeline.prepare(config, today=TODAY)
    found = pipeline.studied(case)[0].circulating
    assert [(one.verdict.judgement, one.source) for one in found] == [("verified", "a newsletter")] * 2
    assert "texts/letter.txt" in [file.path for file in case.config.files]

"""bench recall: an issue whose facts were corrected is named with its figures and their rows; a sound one is not."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from peerbench import cli
from peerbench.commands import recall
from peerbench.issues import read
from series import leave
from studies import Written


@pytest.fixture(scope="module")
def folder(alibaba: Written, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return leave(alibaba, tmp_path_factory.mktemp("output") / "alibaba")


def test_of_sound_issues_nothing_is_recalled(folder: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["recall", str(root / "configs" / "alibaba.yaml"), "--out", str(folder.parents[1])]
    assert cli.main(asked) == 0
    assert capsys.readouterr().out == "0 of 1 issues rest on facts that are others now\n"
    assert cli.main([*asked, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_corrected_fact_recalls_the_issue_with_its_figures_and_rows(folder: Path, alibaba: Written) -> None:
    """A billion more revenue of Baidu's June quarter: its price to sales falls, and no figure of Amazon's moves."""
    from dataclasses import replace

    facts = alibaba.case.data.facts
    one = (pl.col("company") == "baidu") & (pl.col("item") == "revenue") & (pl.col("segment") == "total")
    quarter = one & (pl.col("period_end") == pl.date(2025, 6, 30)) & (pl.col("months") == 3)
    value = facts.filter(quarter)["value"].item()
    changed = facts.with_columns(value=pl.when(quarter).then(pl.col("value") + 1e9).otherwise("value"))
    (found,) = recall._recalled(read(folder), replace(alibaba.case.data, facts=changed))
    assert [(fact.kind, fact.then, fact.now) for fact in found.facts] == [("corrected", value, value + 1e9)]
    figures = {(figure.company, figure.metric): figure for figure in found.figures}
    figure = figures["baidu", "ps_ltm"]
    twelve = alibaba.evidence.value("baidu", "revenue_ltm").value
    assert twelve is not None
    assert figure.corrected == pytest.approx((figure.printed or 0) * twelve / (twelve + 1e9))
    assert any(row.startswith("institutional ") for row in figure.rows)
    assert {company for company, _ in figures} == {"baidu"}
    text = "\n".join(recall._text([found], 1))
    assert "1 of 1 issues rest on facts that are others now" in text
    assert "baidu ps_ltm: printed" in text

"""Every kind of mistake in a config: a folder with the input and the exact text that its author reads."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from peerbench.commands.printing import print_findings
from peerbench.config.check import Known, check
from peerbench.config.load import load

MISTAKES = Path(__file__).parent / "mistakes"
CASES = sorted(folder.name for folder in MISTAKES.iterdir() if folder.is_dir())
KNOWN = Known(
    companies=("alibaba", "tencent", "amazon", "baidu", "jd.com"),
    metrics=("pe_ltm", "pe_fy", "pb", "ev_to_sales_ltm"),
    audiences=("institutional", "risk", "policy"),
    datasets=("platforms",),
    checks=("stale_price", "stub_agreement"),
    languages=("en", "zh-CN"),
)


def read_by_its_author(case: str) -> str:
    folder = MISTAKES / case
    config, findings = load(folder / "brief.yaml", root=folder)
    meaning = () if config is None else check(config, known=KNOWN, today=date(2026, 1, 15))
    text = io.StringIO()
    print_findings((*findings, *meaning), to=text)
    return text.getvalue()


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_reads_as_its_folder_says(case: str) -> None:
    assert read_by_its_author(case) == (MISTAKES / case / "expected.txt").read_text("utf-8")


def test_the_config_that_the_cases_extend_is_sound() -> None:
    config, findings = load(MISTAKES / "_sound.yaml", root=MISTAKES)
    assert findings == ()
    assert config is not None
    assert check(config, known=KNOWN, today=date(2026, 1, 15)) == ()

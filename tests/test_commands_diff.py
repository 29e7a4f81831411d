"""bench diff: two issues, a config on two days, and everything that is no issue."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from peerbench import cli
from series import leave
from studies import Written

FIRST, LAST = "2025-06-30", "2025-09-23"


@pytest.fixture(scope="module")
def series(alibaba: Written, variant: Callable[..., Written], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two issues of the shipped brief."""
    folder = tmp_path_factory.mktemp("output") / "alibaba"
    leave(variant(as_of=date.fromisoformat(FIRST)), folder)
    leave(alibaba, folder)
    return folder


Run = Callable[..., tuple[int, str, str]]


def test_the_table_says_what_moved_and_why(diff: Run, series: Path) -> None:
    code, text, _ = diff(series / FIRST, series / LAST)
    assert code == 0
    head, row, peers = (
        re.split(r"\s{2,}", next(line for line in text.splitlines()[place:] if line.startswith(start)).strip())
        for place, start in ((0, "Alibaba "), (0, "Price / earnings, LTM"), (6, "  to the peer"))
    )
    assert head == ["Alibaba", "then", "now", "change", "price", "earnings", "FX", "peers"]
    assert row == ["Price / earnings, LTM", "14.49x", "18.06x", "+3.56", "+5.89", "−2.20", "−0.12"]
    at = text.splitlines().index(next(line for line in text.splitlines() if line.startswith("Price / earnings, LTM")))
    peers = re.split(r"\s{2,}", text.splitlines()[at + 1].strip())
    assert peers == ["to the peer median", "−31.6%", "−30.1%", "+1.4pp", "+25.1pp", "−9.4pp", "−0.5pp", "−13.8pp"]


def test_the_rest_of_the_text_names_statuses_facts_and_documents(diff: Run, series: Path) -> None:
    _, text, _ = diff(series)
    assert re.search(
        r"  Alibaba, EV / EBITDA, LTM\n    was 9\.\d\dx\n    is missing: depreciation and amortisation, ", text
    )
    assert "Peers, metrics and formulas are the same." in text
    assert "No fact was restated." in text
    assert "Alibaba June quarter 2025 results, 6-K Ex.99.1, 2025-08-29  https://www.sec.gov/" in text


def test_a_folder_of_issues_means_the_newest_two(diff: Run, series: Path) -> None:
    assert diff(series)[1] == diff(series / FIRST, series / LAST)[1]


def test_program_readable_parts_sum_to_the_change(diff: Run, series: Path) -> None:
    stated = json.loads(diff(series, "--format", "json")[1])
    assert (stated["then"]["as_of"], stated["now"]["as_of"], stated["same"]) == (FIRST, LAST, False)
    split = [one for one in stated["figures"] if one["parts"]]
    assert {one["company"] for one in split} == {"alibaba", "tencent", "amazon", "baidu"}
    for one in split:
        assert sum(one["parts"].values()) == pytest.approx(one["change"], rel=1e-9)
    (found,) = (one for one in split if (one["company"], one["metric"]) == ("alibaba", "pe_ltm"))
    assert {document["title"] for document in found["new_documents"]} >= {"BABA close"}
    assert all(document["url"] or document["title"].startswith("EUR/") for document in found["new_documents"])


def test_a_config_on_two_days_is_the_two_issues(diff: Run, series: Path, root: Path) -> None:
    config = root / "configs" / "alibaba.yaml"
    assert diff(config, "--from", FIRST, "--to", LAST)[1] == diff(series)[1]


def test_peers_are_shown_when_asked_for(diff: Run, series: Path) -> None:
    _, text, _ = diff(series, "--company", "tencent,baidu")
    assert re.search(r"^Tencent +then", text, re.MULTILINE)
    assert re.search(r"^Baidu +then", text, re.MULTILINE)
    assert not re.search(r"^Alibaba +then", text, re.MULTILINE)
    assert re.search(r"^Amazon +then", diff(series, "--company", "all")[1], re.MULTILINE)


def test_the_same_issue_twice_has_not_changed(diff: Run, series: Path, root: Path) -> None:
    assert diff(series / LAST, series / LAST) == (0, "nothing changed: alibaba, 2025-09-23 is the same issue\n", "")
    assert json.loads(diff(series / LAST, series / LAST, "--format", "json")[1])["same"]
    assert diff(root / "configs" / "alibaba.yaml", "--from", LAST)[1].startswith("nothing changed")


def test_two_briefs_are_compared_only_when_that_is_meant(
    diff: Run, series: Path, variant: Callable[..., Written], tmp_path: Path
) -> None:
    from dataclasses import replace

    written = variant(as_of=date.fromisoformat(FIRST))
    furniture = replace(written.case.request.furniture, name="other")
    other = replace(written, case=replace(written.case, request=replace(written.case.request, furniture=furniture)))
    folder = leave(other, tmp_path / "other")
    code, text, said = diff(folder, series / LAST)
    assert (code, text) == (2, "")
    assert "two briefs: other (of alibaba) and alibaba (of alibaba)" in said
    assert diff(folder, series / LAST, "--anyway")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{series}", "--from", FIRST], "--from goes with a config"),
        (["{config}"], "a config needs a day to start from"),
        (["{config}", "{series}", "--from", FIRST], "compared with itself"),
        (["{config}", "--from", "yesterday"], "'yesterday' is not a day"),
        (["{series}", "--company", "tencnet"], "Did you mean 'tencent'?"),
        (["{series}/2025-09-23"], "there is no issue below"),
        (["{series}/2025-09-23", "{series}/2025-09-22"], "there is no such folder"),
        (["{config}.pdf", "{series}/2025-09-22"], "there is no such folder or file"),
        (["{root}/README.md", "{series}/2025-09-23"], "README.md is neither a PDF nor a web page"),
    ],
)
def test_what_cannot_be_compared_is_said(diff: Run, series: Path, root: Path, arguments: list[str], said: str) -> None:
    places: dict[str, Any] = {"root": root, "series": series, "config": root / "configs" / "alibaba.yaml"}
    code, text, error = diff(*(argument.format(**places) for argument in arguments))
    assert (code, text) == (2, "")
    assert said in error


# ---- in a terminal ---------------------------------------------------------------------------------------------------


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    """The lines of a terminal of 80 columns."""

    def run(*arguments: object) -> list[str]:
        with monkeypatch.context() as patched:
            patched.setattr("sys.stdout.isatty", lambda: True)
            patched.setenv("COLUMNS", "80")
            assert cli.main(["diff", *map(str, arguments)]) == 0
        return capsys.readouterr().out.splitlines()

    return run


def test_a_terminal_of_80_columns_has_the_causes_below_and_no_line_is_cut(
    narrow: Callable[..., list[str]], diff: Run, series: Path
) -> None:
    lines = narrow(series)
    assert [line for line in lines if len(line) > 80 and not line.lstrip().startswith("https://")] == []
    at = next(place for place, line in enumerate(lines) if line.startswith("Price / earnings, LTM"))
    assert lines[at].split()[-3:] == ["14.49x", "18.06x", "+3.56"]
    assert lines[at + 1] == "  price +5.89, earnings −2.20, FX −0.12"
    assert lines[at + 3] == "    price +25.1pp, earnings −9.4pp, FX −0.5pp, peers −13.8pp"
    wide, words = diff(series)[1], " ".join(lines).split()
    assert max(map(len, wide.splitlines())) > 120  # a pipe has every line whole
    for part in re.findall(r"[\d.]+(?:pp|x|%)", wide):
        assert any(part in word for word in words)


def test_a_part_too_small_to_be_seen_has_no_sign(diff: Run, series: Path) -> None:
    text = diff(series)[1]
    assert re.findall(r"[+−](?:US\$)?0(?:\.0+)?(?:pp|m|bn)?(?![\d.])", text) == []

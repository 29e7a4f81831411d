"""Issues read back: whole with the data they rest on, or refused by name; the earlier one of a series found."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from peerbench import issues
from peerbench.brief import assemble, dossier
from peerbench.core.errors import UnusableRequest
from series import leave
from studies import DAY, Written


@pytest.fixture(scope="module")
def folder(alibaba: Written, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return leave(alibaba, tmp_path_factory.mktemp("series") / "alibaba")


@pytest.fixture(scope="module")
def issue(folder: Path) -> issues.Issue:
    return issues.read(folder)


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """An issue of one's own to spoil."""
    return Path(shutil.copytree(folder, tmp_path / "alibaba" / folder.name))


def refused(make: Callable[[], Any]) -> tuple[str, str]:
    """Check and sentence of the one reason for a refusal."""
    with pytest.raises(UnusableRequest) as error:
        make()
    (finding,) = error.value.findings
    return finding.check, f"{finding.origin}: {finding.message} {finding.hint}"


def restate(folder: Path, **changes: Any) -> None:
    """Change keys of request.json, and the manifest with it, as another version would have written them."""
    asked = json.loads((folder / "request.json").read_bytes()) | changes
    data = json.dumps(asked).encode()
    (folder / "request.json").write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["outputs"]["request.json"] = hashlib.sha256(data).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


# ---- what an issue keeps ---------------------------------------------------------------------------------------------


def test_the_kept_data_make_the_same_figures(issue: issues.Issue, alibaba: Written) -> None:
    """Law: everything that the study says follows from what the issue keeps, to the last digit."""
    study, made = assemble.study(issue.data, alibaba.case.request)
    for name in ("cells", "metrics", "converted", "comparison"):
        assert getattr(made, name).equals(getattr(alibaba.frames, name)), name
    book = study.evidence.book
    assert {ref: book[ref] for ref in book if ref in alibaba.evidence.book} == {
        ref: quantity for ref, quantity in alibaba.evidence.book.items() if ref in book
    }


def test_nothing_is_kept_that_was_not_known_or_is_another_companys(issue: issues.Issue) -> None:
    data, mine = issue.data, set(issue.asked.roles)
    assert data.facts["known_on"].max() <= DAY  # type: ignore[operator]
    assert max(data.prices["date"].max(), data.fx["date"].max()) <= DAY  # type: ignore[type-var, operator]
    for frame in (data.facts, data.prices, data.estimates, data.claims):
        assert set(frame["company"]) <= mine
    assert set(data.companies) == mine


def test_what_was_asked_is_read_back_as_it_was(issue: issues.Issue, alibaba: Written) -> None:
    assert issue.asked == dossier.asked(alibaba.case.request, alibaba.study.plan)
    assert (issue.name, issue.as_of) == ("alibaba", DAY)


def test_the_printed_figures_are_the_comparison(issue: issues.Issue, alibaba: Written) -> None:
    row = issue.printed["alibaba", "pe_ltm"]
    wanted = alibaba.frames.comparison.filter(company="alibaba", metric="pe_ltm").row(0, named=True)
    assert (row["value"], row["status"]) == (wanted["value"], "ok")
    assert issue.printed["alibaba", "pe_ntm"]["value"] is None


def test_an_issue_is_small(folder: Path) -> None:
    kept = [path.stat().st_size for path in (folder / "data").iterdir()]
    assert sum(kept) < 300_000


# ---- refused ---------------------------------------------------------------------------------------------------------


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    assert refused(lambda: issues.read(tmp_path / "nowhere"))[0] == "no-issue"
    check, text = refused(lambda: issues.read(tmp_path))
    assert (check, "no manifest.json" in text) == ("no-issue", True)
    (tmp_path / "a.txt").write_text("x", "utf-8")
    assert "this is a file" in refused(lambda: issues.read(tmp_path / "a.txt"))[1]


@pytest.mark.parametrize(
    "name", ["comparison.csv", "claims.csv", "facts.parquet", "data/facts.parquet", "request.json"]
)
def test_a_file_cut_short_changed_or_gone_is_named(copy: Path, name: str) -> None:
    path = copy / name
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    check, text = refused(lambda: issues.read(copy))
    assert (check, f"{name}: " in text, "changed or cut short" in text) == ("broken-issue", True, True)
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert "changed or cut short" in refused(lambda: issues.read(copy))[1]
    path.unlink()
    assert f"{name} is missing" in refused(lambda: issues.read(copy))[1]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"outputs": 3}', "\x00\xff"])
def test_a_manifest_that_is_none(copy: Path, text: str) -> None:
    (copy / "manifest.json").write_text(text, "latin-1")
    check, said = refused(lambda: issues.read(copy))
    assert (check, "manifest" in said) == ("broken-issue", True)


def test_an_issue_of_a_newer_version_names_it(copy: Path) -> None:
    restate(copy, format=dossier.FORMAT + 1)
    check, text = refused(lambda: issues.read(copy))
    assert check == "newer-issue"
    assert "0.1.0" in text
    assert f"reads up to {dossier.FORMAT}" in text


@pytest.mark.parametrize("changes", [{"format": "x"}, {"roles": 3}, {"definitions": [1]}, {"as_of": "tomorrow"}])
def test_a_request_of_another_shape_is_refused(copy: Path, changes: dict[str, Any]) -> None:
    restate(copy, **changes)
    assert refused(lambda: issues.read(copy))[0] == "broken-issue"


def test_an_issue_from_before_data_were_kept_says_so(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_bytes())
    del manifest["outputs"]["request.json"]
    (copy / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    check, text = refused(lambda: issues.read(copy))
    assert (check, "keeps no data" in text) == ("broken-issue", True)


# ---- a series --------------------------------------------------------------------------------------------------------


def found(series: Path, before: date = date(2025, 12, 1), **options: Any) -> issues.Earlier:
    return issues.earlier(series, brief="alibaba", before=before, **options)


def test_the_newest_earlier_issue_is_found_and_the_new_one_counted(copy: Path) -> None:
    series = copy.parent
    assert found(series).issue is not None
    assert found(series).number == 2
    assert found(series, before=DAY) == issues.Earlier(None, 1)
    assert found(series / "nothing") == issues.Earlier(None, 1)
    (series / "2025-99-99").mkdir()
    (series / ".new-2025-10-01-1").mkdir()
    (series / "notes").mkdir()
    assert issues.days(series) == (DAY,)


def test_a_broken_issue_is_named_and_the_one_before_it_taken(copy: Path, folder: Path) -> None:
    later = copy.with_name("2025-10-01")
    shutil.copytree(folder, later)
    (later / "data" / "facts.parquet").write_bytes(b"PAR1 cut")
    said = found(copy.parent)
    assert said.issue is not None
    assert said.issue.as_of == DAY
    assert said.number == 3
    (finding,) = said.findings
    assert (finding.check, finding.severity) == ("earlier_issue", "warning")
    assert "alibaba/2025-10-01/data/facts.parquet" in finding.message


def test_data_that_no_longer_follow_the_contract_break_an_issue_too(copy: Path) -> None:
    path = copy / "data" / "facts.parquet"
    pl.read_parquet(path).drop("value").write_parquet(path)
    manifest = json.loads((copy / "manifest.json").read_bytes())
    manifest["outputs"]["data/facts.parquet"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (copy / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    said = found(copy.parent)
    assert said.issue is None
    assert "value" in said.findings[0].message


def test_another_briefs_issue_or_one_of_another_day_is_passed_over(copy: Path) -> None:
    moved = copy.rename(copy.with_name("2025-09-24"))
    assert "of 2025-09-23" in found(moved.parent).findings[0].message
    assert found(moved.parent).issue is None
    assert "'alibaba'" in issues.earlier(moved.parent, brief="tencent", before=date(2025, 12, 1)).findings[0].message


def test_a_day_may_be_asked_for(copy: Path) -> None:
    assert found(copy.parent, since=DAY).issue is not None
    assert found(copy.parent, since=date(2025, 1, 1)).issue is None


def test_a_number_once_given_is_counted_on_though_older_issues_are_gone(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_bytes()) | {"issue": 7}
    (copy / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert found(copy.parent).number == 8

"""`checks:` of a config: a check of the data is raised, lowered, set or silenced by its name, and silence is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from peerbench import cli, help, pipeline
from peerbench.core.findings import Finding
from test_checks import lay_out

NOTE, WARNING, ERROR = (Finding("stale_fx", severity, "Rates are old.") for severity in ("note", "warning", "error"))


@pytest.mark.parametrize(
    ("finding", "level", "severity"),
    [
        (NOTE, "raise", "warning"), (WARNING, "raise", "error"), (ERROR, "raise", "error"),
        (ERROR, "lower", "warning"), (WARNING, "lower", "note"), (NOTE, "lower", "note"),
        (NOTE, "error", "error"), (ERROR, "note", "note"), (WARNING, "warning", "warning"),
    ],
)  # fmt: skip
def test_a_level_moves_the_check_it_names_and_no_other(finding: Finding, level: str, severity: str) -> None:
    other = Finding("no_price", "warning", "There is no price.")
    moved, kept = pipeline.levelled((finding, other), {"stale_fx": level})
    assert (moved.severity, moved.message) == (severity, finding.message)
    assert kept == other


def test_a_silenced_check_is_named_once_in_place_of_all_its_findings() -> None:
    found = pipeline.levelled((NOTE, WARNING, Finding("no_price", "note", "x")), {"stale_fx": "silence"})
    assert [finding.check for finding in found] == ["no_price", "silenced"]
    assert found[1].message == "The check stale_fx is silenced by the config."


def test_a_check_that_found_nothing_is_not_said_to_be_silenced() -> None:
    assert pipeline.levelled((), {"stale_fx": "silence"}) == ()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sound set without an estimate of North, whose config may say what it likes of checks."""
    lay_out("no_estimates", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def config(project: Path, checks: str) -> str:
    (project / "configs/brief.yaml").write_text(f"extends: _sound.yaml\nchecks: {checks}\n", "utf-8")
    return "configs/brief.yaml"


def test_a_silenced_check_stands_in_the_register_of_the_brief(project: Path) -> None:
    assert cli.main(["build", config(project, "{no_estimates: silence}"), "--format", "html"]) == 0
    issue = project / "output/brief/2025-03-31"
    assert "The check no_estimates is silenced by the config." in (issue / "institutional/brief.html").read_text(
        "utf-8"
    )
    assert [found["check"] for found in json.loads((issue / "findings.json").read_text("utf-8"))] == ["silenced"]


def test_a_check_raised_to_an_error_holds_the_brief_back(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """METHOD 33: what a house will not publish on, it says in its config; the last issue stays."""
    assert cli.main(["build", config(project, "{no_estimates: error}"), "--format", "html"]) == 1
    assert not (project / "output").exists()
    assert "error: North: no estimate was known by 31 March 2025. [no_estimates]" in capsys.readouterr().err


def test_an_unknown_check_is_offered_the_nearest_and_a_refusal_cannot_be_silenced(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["check", config(project, "{no_estimate: silence, config.metric: silence}")]) == 2
    said = capsys.readouterr().err
    assert "unknown check 'no_estimate'" in said
    assert "Did you mean 'no_estimates'?" in said
    assert "unknown check 'config.metric'" in said


def test_every_check_of_the_data_may_be_named_in_a_config(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ", ".join(f"{name}: note" for name in help.names("checks"))
    assert cli.main(["check", config(project, f"{{{names}}}")]) == 0
    assert "unknown check" not in capsys.readouterr().err

"""bench build -j N: what is printed, what is left alone, and the exit code of many."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

import fleets
from peerbench.cli import main
from peerbench.fleet import worker
from studies import project
from universes import pattern


@pytest.fixture
def several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of three configs, built by workers whose briefs take no time."""
    made = project(tmp_path)
    for name in ("a-1", "a-2"):
        made.with_name(f"{name}.yaml").write_bytes(made.read_bytes())
    made.rename(made.with_name("a-3.yaml"))
    (tmp_path / "output").mkdir()
    monkeypatch.setattr(worker.Workers.__init__, "__defaults__", (fleets.CHILD,))
    monkeypatch.chdir(tmp_path)
    time.sleep(0.05)  # a file changed just before a build leaves no stamp: it could change again unseen
    return tmp_path


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_every_config_of_the_folder_and_the_sum_of_all(several: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "-j", "2", "--out", "output"]) == 0
    said = lines(capsys)
    assert said[:-1] == ["built: output"] * 3
    assert said[-1].startswith("3 briefs: 3 built in ")
    assert sorted(fleets.begun(several / "output")) == ["a-1", "a-2", "a-3"]


def test_what_has_not_changed_is_left_and_a_changed_one_built(
    several: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "-j", "2", "--out", "output"]) == 0
    config = several / "configs" / "a-2.yaml"
    config.write_text(config.read_text("utf-8") + "\n# a remark\n", "utf-8")
    os.utime(config, ns=(1, 1))
    time.sleep(0.05)
    capsys.readouterr()
    assert main(["build", "-j", "2", "--out", "output"]) == 0
    said = lines(capsys)
    assert sorted(said[:-1]) == ["built: output", "unchanged: a-1", "unchanged: a-3"]
    assert said[-1].startswith("3 briefs: 1 built, 2 unchanged in ")
    assert fleets.begun(several / "output").count("a-2") == 2
    assert main(["build", "-j", "2", "--out", "output", "--force"]) == 0
    assert lines(capsys)[-1].startswith("3 briefs: 3 built in ")


def test_one_that_fails_is_told_and_the_others_are_built(several: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (several / "configs" / "a-2.yaml").rename(several / "configs" / "b-2.yaml")
    assert main(["build", "-j", "2", "--out", "output"]) == 2
    out, err = capsys.readouterr()
    assert out.splitlines()[-1].startswith("3 briefs: 2 built, 1 not built in ")
    assert "unknown key" in err
    assert "not built: b-2 (see the errors above)" in err


@pytest.mark.parametrize("text", ["0", "-1", "many", "2.5", "٣", "99999"])
def test_a_number_of_workers_is_a_number(several: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["build", f"-j={text}"])
    assert ended.value.code == 2
    assert "is not a number of workers" in capsys.readouterr().err


# ---- patterns --------------------------------------------------------------------------------------------------------


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one pattern of four members, built by workers whose briefs take no time."""
    pattern(tmp_path)
    (tmp_path / "output").mkdir()
    monkeypatch.setattr(worker.Workers.__init__, "__defaults__", (fleets.CHILD,))
    monkeypatch.chdir(tmp_path)
    time.sleep(0.05)
    return tmp_path


def test_a_pattern_is_every_one_of_its_members_with_or_without_workers(
    tools: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "configs/tools.yaml", "--out", "output"]) == 0
    assert lines(capsys)[-1].startswith("4 briefs: 4 built in ")
    assert sorted(fleets.begun(tools / "output")) == ["tools-alba", "tools-bora", "tools-cima", "tools-dora"]


def test_of_a_pattern_some_may_be_asked_for(tools: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "configs/tools.yaml", "--only", "dora,alba", "-j", "2", "--out", "output"]) == 0
    assert lines(capsys)[-1].startswith("2 briefs: 2 built in ")
    assert sorted(fleets.begun(tools / "output")) == ["tools-alba", "tools-dora"]
    assert main(["build", "configs/tools.yaml", "--only", "dorra", "--out", "output"]) == 2
    assert "'dorra' is not among the 4 members of tools" in capsys.readouterr().err


def test_an_unchanged_pattern_is_left_and_one_that_was_ended_goes_on(
    tools: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "configs/tools.yaml", "--only", "alba", "--out", "output"]) == 0
    assert main(["build", "configs/tools.yaml", "--out", "output"]) == 0
    assert lines(capsys)[-1].startswith("4 briefs: 3 built, 1 unchanged in ")
    assert main(["build", "configs/tools.yaml", "--out", "output"]) == 0
    assert lines(capsys) == ["unchanged: output, output, output, output (use --force to rebuild)"]
    assert len(fleets.begun(tools / "output")) == 4
    prices = tools / "data" / "made" / "prices.csv"
    prices.write_text(prices.read_text("utf-8").replace("30.0", "31.0"), "utf-8")
    assert main(["build", "configs/tools.yaml", "--out", "output"]) == 0
    assert lines(capsys)[-1].startswith("4 briefs: 4 built in ")


def test_who_is_meant_and_gets_no_brief_is_told_and_stops_nobody(
    tools: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pattern(tools, "all")
    assert main(["build", "configs/tools.yaml", "--out", "output"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1].startswith("7 briefs: 7 built in ")
    assert "'hela' (Hela) gets no brief: no share line on 31 March 2025" in err


def test_a_pattern_that_cannot_be_read_is_told_once_and_stops_no_other(
    tools: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pattern(tools, 'sektor == "Tools"', name="bad")
    assert main(["build", "-j", "2", "--out", "output"]) == 2
    out, err = capsys.readouterr()
    assert out.splitlines()[-1].startswith("5 briefs: 4 built, 1 not built in ")
    assert err.count("unknown column 'sektor'") == 1


def test_only_goes_with_one_pattern(several: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "configs/a-1.yaml", "--only", "alibaba"]) == 2
    assert "--only goes with one pattern" in capsys.readouterr().err


def test_check_lists_the_members_of_a_pattern(tools: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "configs/tools.yaml", "--list"]) == 0
    assert lines(capsys) == [
        "tools-alba: bora, cima",
        "tools-bora: alba, cima",
        "tools-cima: alba, bora",
        "tools-dora: alba, bora",
        "configs/tools.yaml: 4 briefs of the 9 companies on 2025-03-31: tools-alba, tools-bora, tools-cima and 1 more",
    ]


@pytest.mark.slow
def test_a_member_is_built_by_a_worker_as_alone_and_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pattern(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["build", "configs/tools.yaml", "--only", "alba", "-j", "1", "--out", "many"]) == 0
    assert main(["build", "configs/tools-alba.yaml", "--out", "alone"]) == 0
    many, alone = (tmp_path / place / "tools-alba" / "2025-03-31" for place in ("many", "alone"))
    files = {path.relative_to(many): path.read_bytes() for path in many.rglob("*") if path.is_file()}
    assert files == {path.relative_to(alone): path.read_bytes() for path in alone.rglob("*") if path.is_file()}
    assert main(["verify", "many/tools-alba/2025-03-31/institutional/brief.html"]) == 0
    assert "verified" in capsys.readouterr().out
    assert main(["explain", "configs/tools.yaml", "alba", "market_cap"]) == 0
    assert "Alba, Market value, US$ m: 1,000\n" in capsys.readouterr().out  # 10.00 × 100 million

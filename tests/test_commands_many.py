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

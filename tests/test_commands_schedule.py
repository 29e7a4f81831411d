"""bench schedule: the next times for people and programs, and timers written where nothing of anybody lies."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from peerbench import cli
from peerbench.deliver.timers import MARK
from ticking import config

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    config(tmp_path, schedule={"cron": "0 7 * * 1-5", "zone": "America/New_York", "max_age": "2 days"})
    config(tmp_path, "bora", schedule={"when": "new filing"})
    config(tmp_path, "cygni", schedule=None)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    code = cli.main(["schedule", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_next_times_stand_in_the_zone_of_the_schedule_and_by_the_clock_here(place: Path, capsys: Capture) -> None:
    code, out, _ = ran(capsys, "list", "--count", "2")
    assert code == 0
    first, *times, last = out.splitlines()
    assert first == "alba: 0 7 * * 1-5  America/New_York  (catch up: latest, at most 2 days late)"
    assert len(times) == 2
    assert all(
        re.fullmatch(r"  \d{4}-\d\d-\d\d 07:00 E[SD]T +here \d{4}-\d\d-\d\d \d\d:\d\d \w+", line) for line in times
    )
    assert last == "bora: new filing  (catch up: latest)"


def test_the_list_for_programs(place: Path, capsys: Capture) -> None:
    rows = json.loads(ran(capsys, "list", "--format", "json", "--count", "1")[1])
    assert [(row["brief"], row["zone"], row["when"], len(row["next"])) for row in rows] == [
        ("alba", "America/New_York", "", 1), ("bora", "UTC", "new filing", 0),
    ]  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT1[12]:00Z", rows[0]["next"][0]["utc"])  # 12 UTC, in summer 11


def test_a_schedule_that_is_wrong_is_told_beside_those_that_are_right(place: Path, capsys: Capture) -> None:
    path = place / "configs" / "bora.yaml"
    path.write_text(path.read_text("utf-8").replace("when: new filing", 'cron: "0 7 * * MOM"'), "utf-8")
    code, out, err = ran(capsys, "list")
    assert code == 2
    assert out.startswith("alba: ")
    assert "'MOM' is no day of week" in err
    assert "Did you mean 'MON'?" in err


@pytest.mark.parametrize(
    ("to", "names"),
    [
        ("crontab", ["peerbench.crontab"]),
        ("systemd", ["peerbench.service", "peerbench.timer"]),
        ("kubernetes", ["peerbench.yaml"]),
    ],
)
def test_timers_are_printed_or_written_again_and_again(to: str, names: list[str], place: Path, capsys: Capture) -> None:
    code, printed, _ = ran(capsys, "export", "--to", to)
    assert code == 0
    assert MARK in printed
    assert str(place) in printed
    for _ in range(2):
        code, out, _ = ran(capsys, "export", "--to", to, "--out", "timers")
        assert (code, out.splitlines()) == (0, [f"wrote timers/{name}" for name in names])
    assert sorted(path.name for path in (place / "timers").iterdir()) == names
    assert all((place / "timers" / name).read_text("utf-8") in printed for name in names)


def test_a_file_that_the_command_did_not_make_is_left_alone_and_so_are_the_others(place: Path, capsys: Capture) -> None:
    (place / "timers").mkdir()
    (place / "timers" / "peerbench.timer").write_text("mine")
    code, out, err = ran(capsys, "export", "--to", "systemd", "--out", "timers")
    assert (code, out) == (2, "")
    assert "timers/peerbench.timer is there already and was not made by this command" in err
    assert [path.read_text() for path in (place / "timers").iterdir()] == ["mine"]


def test_export_asks_which_timer(place: Path, capsys: Capture) -> None:
    code, _, err = ran(capsys, "export")
    assert code == 2
    assert "--to systemd" in err

"""Every check: a folder with an input that reproduces it and the exact text that `bench` prints of it.

A folder of tests/checks is a project when laid over `_sound`, of which nothing is to be said: its CSV rows stand above
the sound ones of the same file, files under only/ stand alone, `without` names what is taken away, brief.yaml is the
config, `arguments` the command if it is not `check`. `nothing_built` names figures that must then not exist.
"""

from __future__ import annotations

import csv
import io
import shutil
from datetime import date
from pathlib import Path

import pytest

from peerbench import cli

CHECKS = Path(__file__).parent / "checks"
SOUND = CHECKS / "_sound"
CASES = sorted(folder.name for folder in CHECKS.iterdir() if folder.is_dir() and folder != SOUND)


def lay_out(case: str, place: Path) -> None:
    """The project of a case: configs/ and data/ below `place`."""
    folder, data, configs = CHECKS / case, place / "data", place / "configs"
    data.mkdir()
    configs.mkdir()
    gone = _lines(folder / "without")
    for path in SOUND.glob("*.csv"):
        if path.name not in gone:
            own = folder / path.name
            text = _without(path.read_text("utf-8"), gone)
            (data / path.name).write_text(_above(own.read_text("utf-8"), text) if own.is_file() else text, "utf-8")
    for path in folder.glob("*.csv"):
        if not (SOUND / path.name).is_file():
            shutil.copy(path, data)
    if (folder / "only").is_dir():
        shutil.copytree(folder / "only", data, dirs_exist_ok=True)
    shutil.copy(SOUND / "brief.yaml", configs / "_sound.yaml")
    own = folder / "brief.yaml"
    shutil.copy(own if own.is_file() else SOUND / "brief.yaml", configs)
    if (folder / "templates").is_dir():
        shutil.copytree(folder / "templates", place / "templates")


def _lines(path: Path) -> tuple[str, ...]:
    return tuple(path.read_text("utf-8").split("\n")) if path.is_file() else ()


def _above(first: str, second: str) -> str:
    """The rows of one file above those of another, so that a row keeps its line; columns are those of both."""
    if first.split("\n", 1)[0] == second.split("\n", 1)[0]:
        return first + second.split("\n", 1)[1]
    tables = [list(csv.DictReader(io.StringIO(text))) for text in (first, second)]
    names = list(dict.fromkeys(name for table in tables for name in table[0]))
    made = io.StringIO()
    writer = csv.DictWriter(made, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(row for table in tables for row in table)
    return made.getvalue()


def _without(text: str, beginnings: tuple[str, ...]) -> str:
    kept = (line for line in text.splitlines(keepends=True) if not line.startswith(tuple(b for b in beginnings if b)))
    return "".join(kept)


TODAY = date(2026, 11, 24)


class _Clock(date):
    """A calendar that stands still: what is said of a day in the future names today."""

    @classmethod
    def today(cls) -> date:
        return TODAY


def said(case: str, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    lay_out(case, place)
    monkeypatch.chdir(place)
    for command in ("check", "explain"):
        monkeypatch.setattr(f"peerbench.commands.{command}.date", _Clock)
    asked = _lines(CHECKS / case / "arguments")
    cli.main(asked[0].split() if asked else ["check"])
    printed = capsys.readouterr()
    return printed.err + printed.out


@pytest.mark.parametrize("case", CASES)
def test_a_check_says_what_its_folder_says(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = (CHECKS / case / "expected.txt").read_text("utf-8")
    assert said(case, tmp_path, monkeypatch, capsys) == expected


def test_of_the_sound_set_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said("", tmp_path, monkeypatch, capsys) == "configs/brief.yaml: nothing wrong\n"


@pytest.mark.parametrize("case", [case for case in CASES if (CHECKS / case / "nothing_built").is_file()])
def test_no_number_is_built_on_a_bad_input(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """METHOD 0: `nothing_built` lists company and metric of figures that must have no value, or "refused"."""
    lay_out(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "figures"
    code = cli.main(["compute", "configs/brief.yaml", "--out", str(out)])
    wanted = [line for line in _lines(CHECKS / case / "nothing_built") if line]
    if wanted == ["refused"]:
        assert code == 2
        assert not out.exists()
        return
    assert code == 0
    with (out / "comparison.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["company"], row["metric"]): row for row in csv.DictReader(file)}
    for company, metric in (line.split() for line in wanted):
        row = rows[company, metric]
        assert (row["value"], row["status"] == "ok") == ("", False), metric
        assert row["reason"]

"""A stamp holds as long as nothing that was read or written has changed, and no longer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import peerbench
from peerbench import stamp

KEY = "key"
SAYS = "unchanged: output/a"


def rest(path: Path) -> None:
    """Make a file old enough to be trusted."""
    long_ago = time.time_ns() - 10**10
    os.utime(path, ns=(long_ago, long_ago))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with inputs, a folder of data and one output, stamped."""
    for name in ("configs/a.yaml", "data/mine/facts.csv", "templates/risk/page.html", "output/a/brief.pdf"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        rest(path)
    assert leave(tmp_path)
    return tmp_path


def leave(project: Path, *, day: str = "", began_ns: int | None = None) -> bool:
    return stamp.write(
        str(project),
        KEY,
        says=SAYS,
        inputs=[
            str(project / "configs" / "a.yaml"),
            stamp.NAMES_IN + str(project / "configs"),
            str(project / "data" / "mine"),
            str(project / "templates"),
            str(project / "theme"),
        ],
        outputs=[str(project / "output" / "a" / "brief.pdf")],
        began_ns=time.time_ns() if began_ns is None else began_ns,
        day=day,
    )


def holds(project: Path) -> bool:
    return stamp.unchanged(str(project), KEY) == SAYS


def write(name: str, text: str = "changed") -> Callable[[Path], object]:
    def act(project: Path) -> None:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)

    return act


def remove(name: str) -> Callable[[Path], object]:
    return lambda project: (project / name).unlink()


CHANGES = {
    "the config is edited": write("configs/a.yaml"),
    "the config is edited to the same length": write("configs/a.yaml", "configs/b.yaml"),
    "another config joins the folder": write("configs/b.yaml"),
    "data are edited": write("data/mine/facts.csv"),
    "a file of data is added": write("data/mine/prices.csv"),
    "a file of data is removed": remove("data/mine/facts.csv"),
    "a template is added in a folder of its own": write("templates/board/page.html"),
    "a template is added deep in an old folder": write("templates/risk/parts/head.html"),
    "a folder that did not exist comes to be": write("theme/page.html"),
    "an output is removed": remove("output/a/brief.pdf"),
    "an output is edited": write("output/a/brief.pdf"),
}


def test_it_holds_while_nothing_changes(project: Path) -> None:
    assert holds(project)
    assert stamp.outputs(str(project), KEY) == [str(project / "output" / "a" / "brief.pdf")]


@pytest.mark.parametrize("change", CHANGES)
def test_it_does_not_hold_after(project: Path, change: str) -> None:
    CHANGES[change](project)
    assert not holds(project)


@pytest.mark.parametrize("name", ["data/mine/.DS_Store", "data/mine/facts.csv~", "output/a/notes.txt", "notes.txt"])
def test_it_holds_after_files_that_mean_nothing(project: Path, name: str) -> None:
    write(name)(project)
    assert holds(project)


def test_links_to_folders_are_followed_and_circles_end(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "page.html").write_text("a page")
    rest(elsewhere / "page.html")
    (project / "templates" / "linked").symlink_to(elsewhere)
    (project / "templates" / "again").symlink_to(project / "templates")
    assert leave(project)
    assert holds(project)
    (elsewhere / "page.html").write_text("another page")
    assert not holds(project)


def test_it_is_for_one_key(project: Path) -> None:
    assert stamp.unchanged(str(project), "other") is None


def test_it_is_for_one_day_where_the_build_depends_on_the_day(project: Path) -> None:
    assert leave(project, day=time.strftime("%Y-%m-%d"))
    assert holds(project)
    assert leave(project, day="2020-01-01")
    assert not holds(project)


def test_a_file_edited_while_the_build_ran_leaves_no_stamp(project: Path) -> None:
    began = time.time_ns()
    write("data/mine/facts.csv")(project)
    assert not leave(project, began_ns=began)


def test_an_output_that_is_not_there_leaves_no_stamp(project: Path) -> None:
    remove("output/a/brief.pdf")(project)
    assert not leave(project)


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("peerbench stamp 1", "peerbench stamp 2"),
        lambda text: text.replace("\t", " "),
        lambda text: "\0" * 100,
        lambda text: text.replace("in\t", "in\tx"),
    ],
)
def test_a_harmed_stamp_is_no_stamp(project: Path, harm: Callable[[str], str]) -> None:
    (path,) = (project / ".bench" / "stamps").iterdir()
    path.write_text(harm(path.read_text()))
    assert not holds(project)


def test_bytes_that_are_not_text_are_no_stamp(project: Path) -> None:
    (path,) = (project / ".bench" / "stamps").iterdir()
    path.write_bytes(b"\xff\xfe" * 50)
    assert not holds(project)


def test_a_copied_project_does_not_answer_for_the_old_one(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path_factory.mktemp("elsewhere") / "copy"
    shutil.copytree(project, copy)
    monkeypatch.chdir(project)
    here = stamp.key(["build"])
    monkeypatch.chdir(copy)
    assert stamp.key(["build"]) != here


def test_options_that_change_nothing_in_the_brief_are_not_part_of_the_key() -> None:
    assert stamp.key(["build", "a.yaml", "--force", "--open"]) == stamp.key(["build", "a.yaml"])
    assert stamp.key(["build", "a.yaml", "--as-of", "2025-09-23"]) != stamp.key(["build", "a.yaml"])


def test_a_folder_that_cannot_be_written_is_no_error(project: Path) -> None:
    shutil.rmtree(project / ".bench")
    (project / ".bench").write_text("a file in the way")
    assert not leave(project)
    assert not holds(project)


def test_the_fast_path_imports_nothing_but_the_start_of_the_program() -> None:
    code = "import sys; before = set(sys.modules); import peerbench.cli, peerbench.stamp, peerbench.project; "
    code += "print(*sorted(set(sys.modules) - before))"
    found = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["peerbench", "peerbench.cli", "peerbench.project", "peerbench.stamp"]


def test_the_code_decides_a_brief_and_of_the_help_only_which_checks_there_are() -> None:
    from peerbench.commands import build

    home = Path(peerbench.__file__).parent
    entries = set(build._program())
    assert {str(home / name) for name in ("pipeline", "brief", "datasets", "stamp.py")} <= entries
    assert str(home / "help") not in entries
    assert stamp.NAMES_IN + str(home / "help" / "checks") in entries

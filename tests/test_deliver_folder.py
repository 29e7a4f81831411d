"""Publishing to a folder: an issue is there whole or not at all, and the last good one outlives every crash."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from peerbench.core.errors import UnusableRequest
from peerbench.deliver import folder as delivery
from peerbench.deliver.folder import publish

OLD = {"risk/brief.html": b"old", "policy/brief.html": b"old policy", "manifest.json": b"{}"}
NEW = {"risk/brief.html": b"new", "manifest.json": b"{new}"}


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below, hidden ones too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def issue(tmp_path: Path) -> Path:
    return tmp_path / "output" / "alba" / "2025-09-23"


def test_the_files_are_written_where_they_are_named(issue: Path) -> None:
    written = publish(issue, NEW)
    assert tree(issue.parents[1]) == {f"alba/2025-09-23/{name}": data for name, data in NEW.items()}
    assert written == tuple(issue / name for name in NEW)


def test_a_new_issue_replaces_the_old_one_whole(issue: Path) -> None:
    publish(issue, OLD)
    publish(issue, NEW)
    assert tree(issue) == NEW
    assert [path.name for path in issue.parent.iterdir()] == ["2025-09-23"]


def test_folders_to_keep_are_carried_over_and_never_over_new_ones(issue: Path) -> None:
    publish(issue, OLD)
    publish(issue, NEW, keep=("policy", "risk", "never made"))
    assert tree(issue) == NEW | {"policy/brief.html": b"old policy"}


def test_other_days_and_names_are_left_alone(issue: Path) -> None:
    publish(issue, OLD)
    publish(issue.with_name("2025-09-24"), NEW)
    publish(issue.parent.with_name("bora") / "2025-09-23", NEW)
    assert tree(issue) == OLD


# ---- when it goes wrong ----------------------------------------------------------------------------------------------


def failing(real: Callable[..., None], at: int) -> Callable[..., None]:
    """A call that fails the at-th time, as a full disk or a lost mount does."""
    calls = iter(range(1, 100))

    def call(*args: object, **kwargs: object) -> None:
        if next(calls) == at:
            raise OSError(28, "No space left on device")
        real(*args, **kwargs)

    return call


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_full_disk_leaves_the_earlier_issue_and_nothing_else(
    issue: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    publish(issue, OLD)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", failing(os.fsync, at))
        with pytest.raises(UnusableRequest, match="No space left on device"):
            publish(issue, NEW)
    assert tree(issue.parent) == {f"2025-09-23/{name}": data for name, data in OLD.items()}


@pytest.mark.parametrize("at", [1, 2])
def test_a_rename_that_fails_leaves_the_earlier_issue(issue: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """The first rename sets the old issue aside, the second brings the new one in."""
    publish(issue, OLD)
    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", failing(os.rename, at))
        with pytest.raises(UnusableRequest) as refused:
            publish(issue, NEW)
    assert tree(issue.parent) == {f"2025-09-23/{name}": data for name, data in OLD.items()}
    (finding,) = refused.value.findings
    assert str(issue) in finding.message
    assert "untouched" in finding.hint
    publish(issue, NEW)
    assert tree(issue.parent) == {f"2025-09-23/{name}": data for name, data in NEW.items()}


def test_a_first_issue_that_fails_leaves_nothing(issue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", failing(os.rename, 1))
        with pytest.raises(UnusableRequest):
            publish(issue, NEW)
    assert tree(issue.parents[1]) == {}


class Killed(BaseException):
    """The process ends here: no handler of ours runs."""


@pytest.mark.parametrize("at", [1, 2])
def test_a_build_killed_between_writing_and_renaming_is_cleared_up_by_the_next(
    issue: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    publish(issue, OLD)

    def kill(real: Callable[..., None]) -> Callable[..., None]:
        calls = iter(range(1, 9))

        def call(*args: object) -> None:
            if next(calls) == at:
                raise Killed
            real(*args)

        return call

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", kill(os.rename))
        with pytest.raises(Killed):
            publish(issue, NEW)
    left = [path for path in issue.parent.iterdir() if tree(path) == OLD]
    assert left, "the last good issue is gone"
    monkeypatch.setattr(delivery, "_alive", lambda pid: False)
    publish(issue, NEW)
    assert tree(issue.parent) == {f"2025-09-23/{name}": data for name, data in NEW.items()}


def test_an_issue_set_aside_comes_back_though_the_next_build_fails_too(
    issue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(issue, OLD)
    issue.rename(issue.with_name(f".old-{issue.name}-999999"))  # killed between the two renames
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", failing(os.fsync, 1))
        with pytest.raises(UnusableRequest):
            publish(issue, NEW)
    assert tree(issue.parent) == {f"2025-09-23/{name}": data for name, data in OLD.items()}


def test_what_a_dead_build_left_is_swept_and_what_a_living_one_is_writing_is_not(issue: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    try:
        living, gone, other = (
            issue.with_name(f".new-{name}-{pid}")
            for name, pid in ((issue.name, child.pid), (issue.name, dead.pid), ("2025-09-24", dead.pid))
        )
        for left in (living, gone, other):
            left.mkdir(parents=True)
        publish(issue, NEW)
        assert living.is_dir()
        assert not gone.exists()
        assert other.is_dir()  # another issue's; its own next build sweeps it
    finally:
        child.communicate(b"\n")


def test_an_issue_that_a_living_build_has_set_aside_is_not_taken_from_it(issue: Path) -> None:
    """Two builds of one issue at once: the later must not undo the earlier's swap under its hands."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        publish(issue, OLD)
        aside = issue.with_name(f".old-{issue.name}-{child.pid}")
        issue.rename(aside)
        publish(issue, NEW)
        assert tree(issue) == NEW
        assert tree(aside) == OLD
    finally:
        child.communicate(b"\n")


def test_a_place_that_cannot_be_written_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "output").write_text("a file where the folder should be", "utf-8")
    with pytest.raises(UnusableRequest) as refused:
        publish(tmp_path / "output" / "alba" / "2025-09-23", NEW)
    (finding,) = refused.value.findings
    assert finding.severity == "error"
    assert "--out" in finding.hint
    assert (tmp_path / "output").read_text("utf-8").startswith("a file")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    locked = tmp_path / "output"
    locked.mkdir(mode=0o500)
    with pytest.raises(UnusableRequest, match="Permission denied"):
        publish(locked / "alba" / "2025-09-23", NEW)
    assert list(locked.iterdir()) == []


def test_every_file_is_on_disk_before_the_issue_takes_its_place(issue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flushed files, then the folder, then the rename, then the folder above."""
    seen: list[str] = []

    def noted(name: str, real: Callable[..., None]) -> Callable[..., None]:
        def call(*args: object) -> None:
            seen.append(name)
            real(*args)

        return call

    monkeypatch.setattr(os, "fsync", noted("fsync", os.fsync))
    monkeypatch.setattr(os, "rename", noted("rename", os.rename))
    publish(issue, NEW)
    assert seen.count("rename") == 1
    assert seen.index("rename") >= len(NEW) + 1
    assert seen[-1] == "fsync"

"""Publishing to a folder: an issue is there whole or not at all, and the last good one outlives every crash."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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


def test_what_is_kept_is_that_of_the_issue_it_was_decided_for(issue: Path) -> None:
    publish(issue, NEW, upon=None)
    with pytest.raises(UnusableRequest, match="another build has changed the issue meanwhile"):
        publish(issue, OLD, upon=None)  # it began while there was none
    assert tree(issue.parents[1]) == {f"alba/2025-09-23/{name}": data for name, data in NEW.items()}
    publish(issue, OLD, upon=NEW["manifest.json"])
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


def test_several_builds_of_one_issue_at_once_leave_one_of_them_whole(issue: Path) -> None:
    """Threads of one process have one process number: without a lock each clears away what the other is writing."""
    made = [{f"risk/{number}.html": bytes([65 + who]) * 999 for number in range(6)} for who in range(3)]
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda files: [publish(issue, files) for _ in range(5)], made))
    assert tree(issue) in made
    assert [path.name for path in issue.parent.iterdir()] == [issue.name]


def test_who_waits_too_long_for_another_build_is_told_so_and_nothing_is_touched(
    issue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(issue, OLD)
    monkeypatch.setattr(delivery, "PATIENCE", 0.05)
    handle = os.open(issue.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(UnusableRequest, match="another build is writing there") as refused:
            publish(issue, NEW)
    finally:
        os.close(handle)
    assert "build again" in refused.value.findings[0].hint
    assert tree(issue.parent) == {f"2025-09-23/{name}": data for name, data in OLD.items()}


def test_a_name_that_begins_like_another_is_not_taken_for_it(tmp_path: Path) -> None:
    """`risk-desk`, set aside by a build that was killed, is not brought back as `risk`, nor cleared away with it."""
    left = tmp_path / ".old-risk-desk-999999"
    left.mkdir()
    publish(tmp_path / "risk", NEW)
    assert left.is_dir()
    delivery.recover(tmp_path / "risk-desk")
    assert (tmp_path / "risk-desk").is_dir()


def test_what_another_machine_writes_on_a_shared_disk_is_left_to_it_for_a_day(issue: Path) -> None:
    """Its process numbers say nothing here."""
    writing, forgotten = (issue.with_name(f".new-{issue.name}-{pid}.0a1b2c3d") for pid in (999998, 999999))
    for left in (writing, forgotten):
        left.mkdir(parents=True)
    os.utime(forgotten, (0, 0))
    publish(issue, NEW)
    assert writing.is_dir()
    assert not forgotten.exists()


def test_an_issue_that_another_machine_set_aside_and_never_replaced_comes_back(issue: Path) -> None:
    publish(issue, OLD)
    issue.rename(issue.with_name(f".old-{issue.name}-999999.0a1b2c3d"))
    delivery.recover(issue)
    assert tree(issue) == OLD


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

"""Many briefs at once: all done once, whoever dies over them, and one that fails stops no other."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import fleets
from peerbench.fleet import crew
from peerbench.fleet.job import Done, Job, run
from peerbench.fleet.worker import Ended, Worker
from studies import project


def done(place: Path, names: list[str], *, hands: int) -> dict[str, Done]:
    workers = [Worker(fleets.CHILD) for _ in range(hands)]
    try:
        found = list(crew.run(iter(fleets.jobs(place, *names)), [one.build for one in workers]))
    finally:
        for one in workers:
            one.close()
    assert sorted(one.job.config.stem for one in found) == sorted(names)  # each once
    return {one.job.config.stem: one for one in found}


def test_every_brief_is_built_once_by_several_processes(tmp_path: Path) -> None:
    names = [f"a-{number}" for number in range(12)]
    found = done(tmp_path, names, hands=3)
    assert {one.state for one in found.values()} == {"built"}
    assert sorted(fleets.begun(tmp_path)) == sorted(names)
    assert 1 < len({line.split()[1] for line in (tmp_path / "log").read_text("utf-8").splitlines()}) <= 3


def test_one_that_fails_and_one_that_kills_its_worker_stop_no_other(tmp_path: Path) -> None:
    names = ["a-1", "k-1", "a-2", "b-1", "a-3", "o-1", "a-4"]
    found = done(tmp_path, names, hands=2)
    assert {name: one.state for name, one in found.items()} == {
        **dict.fromkeys(("a-1", "a-2", "a-3", "a-4", "o-1"), "built"),
        "k-1": "failed",
        "b-1": "failed",
    }
    assert "ended by signal SIGKILL, 2 times" in found["k-1"].findings[0].message
    assert found["k-1"].findings[0].origin.file == str(tmp_path / "k-1.yaml")
    assert fleets.begun(tmp_path).count("k-1") == 2
    assert fleets.begun(tmp_path).count("o-1") == 2  # an end that was another's doing costs it nothing


def test_jobs_are_taken_as_hands_get_free(tmp_path: Path) -> None:
    """So that a million need no memory: while one of two waits, no third has been asked for."""
    taken: list[int] = []

    def endless():
        for number in range(10**9):
            taken.append(number)
            yield fleets.jobs(tmp_path, f"a-{number}")[0]

    answers = crew.run(endless(), [lambda job: Done(job, "built")] * 2)
    for _ in range(5):
        next(answers)
    answers.close()
    time.sleep(0.05)
    ended = len(taken)
    time.sleep(0.05)
    assert len(taken) == ended  # leaving the loop ends it


def test_what_a_hand_raises_is_raised_to_whoever_asked(tmp_path: Path) -> None:
    def broken(job: Job) -> Done:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(crew.run(fleets.jobs(tmp_path, "a"), [broken]))


def test_a_worker_is_renewed_after_many_briefs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("peerbench.fleet.worker.MOST", 2)
    worker = Worker(fleets.CHILD)
    pids = [(worker.build(job).state, worker.pid) for job in fleets.jobs(tmp_path, "a-1", "a-2", "a-3")]
    worker.close()
    assert pids[0] == pids[1]
    assert pids[2][1] != pids[0][1]


def test_a_worker_ends_when_the_one_who_asks_is_gone(tmp_path: Path) -> None:
    worker = Worker(fleets.CHILD)
    worker.build(fleets.jobs(tmp_path, "a-1")[0])
    process = worker._process
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()  # as the kernel does when a program dies
    assert process.wait(timeout=10) == 0
    worker.close()


def test_a_closed_worker_begins_nothing_anew(tmp_path: Path) -> None:
    worker = Worker(fleets.CHILD)
    worker.build(fleets.jobs(tmp_path, "a-1")[0])
    pid = worker.pid
    assert pid is not None
    worker._closed = True  # closed while its thread waits for an answer
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(Ended):
        worker.build(fleets.jobs(tmp_path, "a-2")[0])
    worker.close()


def test_a_worker_of_another_version_refuses(tmp_path: Path) -> None:
    (job,) = fleets.jobs(tmp_path, "a")
    told = run(replace(job, version="0.0.1"))
    assert told.state == "failed"
    assert "the program that asks 0.0.1" in told.findings[0].message


def test_a_bug_is_told_with_its_config_and_the_worker_lives_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from peerbench import pipeline

    monkeypatch.setattr(pipeline, "build", lambda *a, **k: 1 / 0)
    told = run(fleets.jobs(tmp_path, "a")[0])
    assert (told.state, told.findings[0].origin.file) == ("failed", str(tmp_path / "a.yaml"))
    assert "ZeroDivisionError" in told.findings[0].message


@pytest.mark.slow
def test_a_real_brief_by_a_real_worker_is_the_one_built_here(tmp_path: Path) -> None:
    from peerbench import pipeline

    config = project(tmp_path, audiences=["risk"], outputs=["html"])
    worker = Worker()
    told = worker.build(Job(config, date(2026, 3, 2), out=tmp_path / "there"))
    worker.close()
    here = pipeline.build(config, today=date(2026, 3, 2), out=tmp_path / "here")
    assert told.state == "built", told.findings
    assert told.folder is not None
    names = sorted(path.relative_to(told.folder) for path in told.files)
    assert names == sorted(path.relative_to(here.folder) for path in here.files)
    assert all((told.folder / name).read_bytes() == (here.folder / name).read_bytes() for name in names)

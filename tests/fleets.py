"""Builders for fleets in tests: a worker whose briefs take no time, and may be told to die over them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from peerbench.fleet.job import Job

# k-… dies over it each time, o-… the first time, b-… has a bug in its config; each begin is noted in `log`.
CHILD: Final = """
import os, signal, sys, time
sys.path.insert(0, sys.argv[1])
from peerbench.core.findings import Finding
from peerbench.fleet.job import Done
from peerbench.fleet.worker import main

def build(job):
    name, place = job.config.stem, job.out
    with open(place / "log", "a") as log:
        log.write(f"{name} {os.getpid()}\\n")
    first = (place / "log").read_text().split().count(name) == 1
    if name.startswith("k-") or (name.startswith("o-") and first):
        os.kill(os.getpid(), signal.SIGKILL)
    if name.startswith("b-"):
        return Done(job, "failed", findings=(Finding("config.key", "error", "unknown key"),))
    print("a library prints this where the answers go")
    time.sleep(0.03)
    (place / f".{name}-{os.getpid()}").write_text(name)
    os.replace(place / f".{name}-{os.getpid()}", place / f"{name}.issue")
    return Done(job, "built", place, (place / f"{name}.issue",))

main(build)
"""


def jobs(place: Path, *names: str) -> list[Job]:
    return [Job(place / f"{name}.yaml", date(2026, 3, 2), out=place) for name in names]


def begun(place: Path) -> list[str]:
    """The names of all jobs that a worker began, once for each time."""
    return [line.split()[0] for line in (place / "log").read_text("utf-8").splitlines()]


# Publishes an issue as the pipeline does, and notes it.
PUBLISHES: Final = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
from peerbench.deliver import folder
from peerbench.fleet.job import Done
from peerbench.fleet.worker import main
from peerbench.gate import Ruling

def build(job):
    place, name = job.out, job.config.stem
    with open(place / "log", "a") as log:
        log.write(f"{name} {os.getpid()}\\n")
    time.sleep(0.03)
    page = f"<p>{name} {job.as_of}</p>".encode()
    files = folder.publish(place / name / job.as_of.isoformat(), {"risk/brief.html": page, "manifest.json": b"{}"})
    return Done(job, "built", files[0].parents[1], files, (), 0.03, Ruling(name))

main(build)
"""

"""A real Dask cluster on this machine, its scheduler, its workers and the program that asks killed in turn."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

import fleets
from peerbench.core.errors import UnusableRequest
from peerbench.fleet import crew
from peerbench.fleet.cluster import Cluster

distributed = pytest.importorskip("distributed")

BRIEFS: Final = 200
ASKS: Final = """
import sys
from pathlib import Path
import fleets
from peerbench.fleet import crew
from peerbench.fleet.cluster import Cluster

place, address = Path(sys.argv[1]), sys.argv[2]
names = [name for name in sys.argv[3].split(",") if not (place / f"{name}.issue").exists()]
cluster = Cluster(address, patience=60, child=fleets.CHILD)
for done in crew.run(fleets.jobs(place, *names), [cluster.build] * 4):
    assert done.state == "built", done.findings
    with open(place / "told", "a") as told: told.write(done.job.config.stem + chr(10))
"""


class Machine:
    """The cluster's processes, each killed as a machine fails: at once and without a word."""

    def __init__(self, place: Path) -> None:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = int(one.getsockname()[1])
        self.place = place
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.running: list[subprocess.Popen[bytes]] = []

    def scheduler(self) -> subprocess.Popen[bytes]:
        where = ("--host", "127.0.0.1", "--port", str(self.port))
        return self._started("distributed.cli.dask_scheduler", *where, "--no-dashboard", "--no-show")

    def worker(self) -> subprocess.Popen[bytes]:
        alone = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--memory-limit", "0", "--death-timeout", "30")
        return self._started("distributed.cli.dask_worker", self.address, *alone, "--local-directory", str(self.place))

    def _started(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        said = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen([sys.executable, "-m", module, *arguments], **said)  # type: ignore[call-overload]
        self.running.append(process)
        return process  # type: ignore[no-any-return]


@contextmanager
def machine(place: Path) -> Iterator[Machine]:
    made = Machine(place)
    try:
        yield made
    finally:
        for process in made.running:
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()


def kill(process: subprocess.Popen[bytes]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(place: Path, issues: int) -> None:
    began = time.monotonic()
    while len(list(place.glob("*.issue"))) < issues:
        assert time.monotonic() - began < 90, f"{len(list(place.glob('*.issue')))} issues after 90 seconds"
        time.sleep(0.01)


@pytest.mark.slow
def test_200_briefs_with_a_worker_the_scheduler_and_the_program_killed(tmp_path: Path) -> None:
    names = [f"a-{number:03}" for number in range(BRIEFS)]
    command = [sys.executable, "-c", ASKS, str(tmp_path)]
    with machine(tmp_path) as dask:
        scheduler, first, second = dask.scheduler(), dask.worker(), dask.worker()
        asks = subprocess.Popen([*command, dask.address, ",".join(names)], cwd=Path(__file__).parent)
        wait_for(tmp_path, 30)
        kill(first)
        third = dask.worker()
        wait_for(tmp_path, 70)
        kill(scheduler)
        dask.scheduler()
        for one in (second, third):  # they leave when their scheduler does; whoever runs them starts them anew
            kill(one)
        dask.worker(), dask.worker()
        wait_for(tmp_path, 120)
        kill(asks)
        again = subprocess.run([*command, dask.address, ",".join(names)], check=False, cwd=Path(__file__).parent)
        assert again.returncode == 0
    assert {path.stem for path in tmp_path.glob("*.issue")} == set(names)  # none lost
    assert not list(tmp_path.glob(".a-*"))  # none half published by one that ended well
    told = Counter((tmp_path / "told").read_text("utf-8").split())
    assert max(told.values()) == 1  # none told twice
    more = len(fleets.begun(tmp_path)) - BRIEFS
    assert more <= 14  # only what was in hand at a kill, four at a time, is begun again


@pytest.mark.slow
def test_no_cluster_at_the_address_is_told() -> None:
    with pytest.raises(UnusableRequest, match=r"no cluster answers at tcp://127\.0\.0\.1:9"):
        Cluster("tcp://127.0.0.1:9")


@pytest.mark.parametrize("address", ["", "nowhere", "http://127.0.0.1:1"])
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(UnusableRequest, match="no cluster answers at"):
        Cluster(address)


@pytest.mark.slow
def test_one_that_fails_and_one_that_kills_stop_no_other(tmp_path: Path) -> None:
    with machine(tmp_path) as dask:
        dask.scheduler(), dask.worker()
        time.sleep(2)
        cluster = Cluster(dask.address, child=fleets.CHILD)
        found = list(crew.run(fleets.jobs(tmp_path, "a-1", "k-1", "b-1", "a-2"), [cluster.build] * 2))
        cluster.close()
    states = {one.job.config.stem: one.state for one in found}
    assert states == {"a-1": "built", "a-2": "built", "k-1": "failed", "b-1": "failed"}

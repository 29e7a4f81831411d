"""A real Dask cluster on this machine, its scheduler, its workers and the program that asks killed in turn."""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

import fleets
from peerbench.core.errors import UnusableRequest
from peerbench.deliver.ledger import Ledger
from peerbench.fleet import cluster as fleet_cluster
from peerbench.fleet import crew
from peerbench.fleet.cluster import Cluster
from peerbench.fleet.job import Done
from ticking import config

distributed = pytest.importorskip("distributed")

BRIEFS: Final = 200
PASS: Final = """
import os, random, socket, sys
from pathlib import Path
import fleets
from peerbench.commands.tick import Elsewhere, gone
from peerbench.config.load import load
from peerbench.deliver.ledger import Ledger
from peerbench.fleet.cluster import Cluster
from peerbench.fleet.job import Done
from peerbench.tick import round
from ticking import NOW

place, address = Path(sys.argv[1]), sys.argv[2]
configs = [load(path)[0] for path in sorted((place / "configs").glob("[!_]*.yaml"))]
cluster = Cluster(address, patience=60, child=fleets.PUBLISHES)
with Ledger.file(place / "ledger.sqlite") as ledger:
    owner = f"{socket.gethostname()}:{os.getpid()}:1"
    means = round.Means(
        place, ledger, owner, lambda: NOW, random.Random(1), build=Elsewhere(cluster.build), out=place / "output",
        at_once=4, gone=gone,
    )
    round.run(configs, means)
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
    while (found := len(list(place.glob("output/*/*/manifest.json")))) < issues:
        assert time.monotonic() - began < 90, f"{found} issues after 90 seconds"
        time.sleep(0.01)


@pytest.mark.slow
def test_200_briefs_with_a_worker_the_scheduler_and_the_pass_killed(tmp_path: Path) -> None:
    """None is lost, none is issued or delivered twice: the ledger knows what the cluster forgets."""
    (tmp_path / "mount").mkdir()
    (tmp_path / "output").mkdir()
    config(tmp_path, "a-000", deliver=[{"folder": "mount"}])
    for number in range(1, BRIEFS):
        copy = tmp_path / "configs" / f"a-{number:03}.yaml"
        copy.write_bytes((tmp_path / "configs" / "a-000.yaml").read_bytes())
    command = [sys.executable, "-c", PASS, str(tmp_path)]
    with machine(tmp_path) as dask:
        scheduler, first, second = dask.scheduler(), dask.worker(), dask.worker()
        asks = subprocess.Popen([*command, dask.address], cwd=Path(__file__).parent)
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
        again = subprocess.run([*command, dask.address], check=False, cwd=Path(__file__).parent)
        assert again.returncode == 0
    names = {f"a-{number:03}" for number in range(BRIEFS)}
    with Ledger.file(tmp_path / "ledger.sqlite") as ledger:
        assert Counter(one.state for one in ledger.issues()) == {"published": BRIEFS}
        assert {one.brief for one in ledger.issues()} == names
        assert Counter(one.state for one in ledger.deliveries()) == {"sent": BRIEFS}
        assert {one.attempts for one in ledger.deliveries()} == {1}  # each was sent once
    assert {path.parts[-4] for path in (tmp_path / "mount").glob("*/*/risk/brief.html")} == names
    assert not list((tmp_path / "output").glob("*/.*"))  # nothing half published
    # Only what was in hand at a kill, four at a time, is built again.
    assert len(fleets.begun(tmp_path / "output")) - BRIEFS <= 14


@pytest.mark.slow
def test_no_cluster_at_the_address_is_told() -> None:
    with pytest.raises(UnusableRequest, match=r"no cluster answers at tcp://127\.0\.0\.1:9"):
        Cluster("tcp://127.0.0.1:9")


@pytest.mark.parametrize(
    "address", ["", "nowhere", "127.0.0.1:none", "tcp://", "http://127.0.0.1:8786", "tcp://a b:1", "tcp://h:1/x"]
)
def test_what_is_no_address_is_told_before_anything_is_asked(address: str) -> None:
    with pytest.raises(UnusableRequest, match="is no address of a scheduler"):
        Cluster(address)


@pytest.mark.parametrize("speaks", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
def test_a_server_that_is_no_scheduler_is_told_and_nothing_is_left_behind(
    speaks: bytes, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The library waits for ever for one, and again, with a traceback, when its client is thrown away."""
    monkeypatch.setattr(fleet_cluster, "MOST_BEYOND", 0.2)
    monkeypatch.setattr(fleet_cluster, "FIRST", 0.5)
    told = threading.Event()

    def answer(server: socket.socket) -> None:
        with server.accept()[0] as asked:
            asked.sendall(speaks)
            told.wait(10)

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        answering = threading.Thread(target=answer, args=(server,))
        answering.start()
        began = time.monotonic()
        with pytest.raises(UnusableRequest, match="no cluster answers at"):
            Cluster(address)
        gc.collect()
        assert time.monotonic() - began < 10
        told.set()
        answering.join()
    assert "Traceback" not in capfd.readouterr().err


class Idle:
    """A client of a cluster whose machines are all gone: it runs, and nothing ever comes."""

    status = "running"

    def __init__(self, **workers: int) -> None:
        self.workers = workers

    def nthreads(self) -> dict[str, int]:
        return self.workers

    def submit(self, *_: object, **__: object) -> Idle:
        self.client = self
        return self

    def result(self, timeout: float) -> object:
        raise TimeoutError

    def done(self) -> bool:
        return False


def test_a_cluster_without_a_worker_is_waited_for_and_then_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cluster, "_connected", lambda self, first=False: self._client or Idle())
    waited: list[float] = []
    cluster = Cluster("tcp://127.0.0.1:9", patience=0.05)
    (job,) = fleets.jobs(tmp_path, "a-1")
    with pytest.raises(UnusableRequest, match="has had no worker"):
        cluster.build(job, lambda: waited.append(time.sleep(0.02) or 0.0))
    assert waited  # signs of life until then: the issue's lease is kept


class Reconnected(Idle):
    """A client that had found the next scheduler by the time it was asked why the first one's answer never came."""

    status = "pending"

    def submit(self, job: object, *arguments: object, **options: object) -> Idle:
        self.job, self.client = arguments[0], Idle()
        return self

    def result(self, timeout: float) -> object:
        if not self.workers:
            raise distributed.comm.CommClosedError("Stream is closed")
        return Done(self.job, "built")  # type: ignore[arg-type]


def test_a_connection_that_broke_is_not_taken_for_the_jobs_own_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = iter((Idle(), Reconnected(), Reconnected(one=1)))
    monkeypatch.setattr(Cluster, "_connected", lambda self, first=False: next(clients))
    (job,) = fleets.jobs(tmp_path, "a-1")
    assert Cluster("tcp://127.0.0.1:9").build(job) == Done(job, "built")
    assert next(clients, None) is None  # it was handed in anew


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

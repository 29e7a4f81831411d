"""Workers on a Dask cluster by its address: the same jobs, and whoever is killed, each is done.

The cluster is muscle, not memory. A worker that dies has its job done by another; when the scheduler dies, jobs that
are not done yet are handed to its successor at the same address; when this program dies, the next run finds what was
published. The project's folder is at the same place on every machine (a shared disk), and each builds with the same
version of this program.
"""

from __future__ import annotations

import itertools
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin
from peerbench.fleet.job import Done, Job, failed
from peerbench.fleet.worker import CHILD, Worker

PATIENCE: Final = 300.0  # seconds that a scheduler may be away
FIRST: Final = 10.0  # seconds that a scheduler has to answer at the beginning
MOST_BEYOND: Final = 5.0  # seconds that the library takes to give up after that
LOOK: Final = 30.0  # seconds between two signs of life of a job that is waited for
_ADDRESS: Final = re.compile(r"((tcp|tls|ws|wss)://)?(\[[0-9a-fA-F:.]+\]|[^\s:/@\[\]]+):\d{1,5}/?")
_here = threading.local()


class Cluster:
    """A connection that many threads share; it is made anew when the scheduler comes back.

    Raises UnusableRequest where no scheduler answers, at once when there never was one, else after `patience` seconds.
    """

    def __init__(self, address: str, *, patience: float = PATIENCE, child: str = CHILD) -> None:
        if not _ADDRESS.fullmatch(address):
            raise UnusableRequest((_no_address(address),))
        self._address, self._patience, self._child = address, patience, child
        self._lock = threading.Lock()
        self._client: Any = None
        self._numbers = itertools.count()
        self._unattended: float | None = None  # since when there has been no worker
        self._connected(first=True)

    @property
    def threads(self) -> int:
        """How many briefs the cluster builds at once now."""
        with suppress(Exception), self._lock:
            return sum(self._client.nthreads().values())
        return 0

    def build(self, job: Job, waiting: Callable[[], None] = lambda: None) -> Done:
        """The job, done by one of the cluster. waiting is called now and then until then; what it raises ends this."""
        key = f"peerbench-{os.getpid()}-{id(self):x}-{next(self._numbers)}"
        while True:
            client = self._connected()
            try:
                future = client.submit(build, job, self._child, key=key, pure=False)
                return self._result(future, job, waiting)
            except _Gone:
                self._lost(client)

    def close(self) -> None:
        with self._lock:
            _closed(self._client)
            self._client = None

    def _result(self, future: Any, job: Job, waiting: Callable[[], None]) -> Done:
        while True:
            try:
                with _quiet():
                    done: Done = future.result(timeout=LOOK)
                return done
            except TimeoutError:
                if future.client.status != "running":
                    raise _Gone from None
                self._attended(future.client)
                waiting()
            except Exception as error:
                if future.status in ("cancelled", "lost") or future.client.status != "running" or _broken(error):
                    raise _Gone from None
                return failed(job, _unbuilt(error))
            finally:
                if future.done():
                    with suppress(Exception):
                        future.release()

    def _attended(self, client: Any) -> None:
        """Raises UnusableRequest once the cluster has had no worker for too long."""
        with suppress(Exception):
            if client.nthreads():
                self._unattended = None
                return
        now = time.monotonic()
        self._unattended = self._unattended or now
        if now - self._unattended > self._patience:
            raise UnusableRequest((_without_workers(self._address, self._patience),))

    def _connected(self, *, first: bool = False) -> Any:
        """The client, or a new one: waited for, if there was one before."""
        with self._lock:
            began = time.monotonic()
            while self._client is None or self._client.status != "running":
                try:
                    self._client = _client(self._address, FIRST if first else FIRST / 2)
                except UnusableRequest:
                    raise
                except Exception as error:  # the library raises whatever its parts do
                    if first or time.monotonic() - began > self._patience:
                        raise UnusableRequest((_unreachable(self._address, error),)) from None
                    time.sleep(1.0)
            return self._client

    def _lost(self, client: Any) -> None:
        with self._lock:
            if self._client is client:
                _closed(client)
                self._client = None


class _Gone(Exception):
    """The scheduler does not know of the job any more."""


def _broken(error: Exception) -> bool:
    """Whether it was the connection: the client may have found the next scheduler before anybody asks."""
    from distributed.comm.core import CommClosedError

    return isinstance(error, CommClosedError)


def build(job: Job, child: str) -> Done:
    """What a thread of the cluster does: a worker process of its own builds the brief."""
    if not hasattr(_here, "worker"):
        _here.worker = Worker(child)
    worker: Worker = _here.worker
    return worker.build(job)


def _client(address: str, seconds: float) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        hint = "pip install 'peerbench[fleet]'"
        raise UnusableRequest((Finding("fleet", "error", "a cluster needs more than is installed", hint),)) from error
    with _quiet():
        return _begun(Client, address, seconds)


def _begun(kind: Any, address: str, seconds: float) -> Any:
    """A client, begun beside this thread: the library waits for ever for a server that is no scheduler.

    Raises what the library raises, or TimeoutError. One that was not begun whole is not closed at its end, over which
    the library would wait once more and print a traceback.
    """
    made, wrong = kind.__new__(kind), list[BaseException]()

    def begin() -> None:
        try:
            made.__init__(address, timeout=seconds, set_as_default=False)
        except BaseException as error:
            wrong.append(error)

    beginning = threading.Thread(target=begin, daemon=True)
    beginning.start()
    beginning.join(seconds + MOST_BEYOND)
    if not wrong and not beginning.is_alive():
        return made
    made.status = "newly-created"
    if not wrong or isinstance(wrong[0], MemoryError):  # it reads the length of a message from what is none
        raise TimeoutError("what answers there is no scheduler")
    raise wrong[0]


def _closed(client: Any) -> None:
    if client is not None:
        with _quiet(), suppress(Exception):  # of a scheduler that is gone
            client.close(timeout=2)


def _unbuilt(error: BaseException) -> Finding:
    message = f"No worker of the cluster could build it: {type(error).__name__}: {_line(error)}"
    return Finding("fleet", "error", message, "Build it alone: the machines may lack memory, or the project's folder.")


def _without_workers(address: str, seconds: float) -> Finding:
    message = f"the cluster at {address} has had no worker for {seconds:.0f} seconds"
    hint = f"Start one with `dask worker {address}` on each machine, or leave out --cluster to build here with -j N."
    return Finding("fleet", "error", message, hint)


def _no_address(address: str) -> Finding:
    hint = "Write tcp://HOST:PORT, e.g. tcp://scheduler:8786, as `dask scheduler` prints it."
    return Finding("fleet", "error", f"'{address}' is no address of a scheduler", hint, Origin(locator="--cluster"))


def _unreachable(address: str, error: BaseException) -> Finding:
    hint = "Start one with `dask scheduler`, or leave out --cluster to build here with -j N."
    return Finding("fleet", "error", f"no cluster answers at {address}: {_line(error)}", hint)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


@contextmanager
def _quiet() -> Iterator[None]:
    """The library logs each broken connection with a traceback; what matters of it is told by this program."""
    logger = logging.getLogger("distributed")
    logger.setLevel(logging.CRITICAL)
    yield

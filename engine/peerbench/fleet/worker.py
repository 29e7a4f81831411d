"""A worker process: it builds what it is sent, one brief after the other, until nobody sends any more.

When the program that asks dies, the pipe between them closes, and the worker ends after the brief in hand.
"""

from __future__ import annotations

import gc
import os
import queue
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from peerbench import pipes
from peerbench.core.findings import Finding
from peerbench.fleet.job import Done, Job, failed, run

CHILD: Final = "import sys; sys.path.insert(0, sys.argv[1]); from peerbench.fleet.worker import main; main()"
MOST: Final = 64  # briefs of one process: what a library does not give back, its end does
TRIES: Final = 2  # a process may be ended for what another did to the machine


class Ended(Exception):
    """The worker's process is no more; code as subprocess gives it, minus the signal that ended it."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"the worker ended with {code}")


class Worker:
    """The handle of one worker process, which is started when there is work and started anew when it ends."""

    def __init__(self, child: str = CHILD) -> None:
        self._child = child
        self._process: subprocess.Popen[bytes] | None = None
        self._built = 0
        self._closed = False

    def build(self, job: Job, waiting: Callable[[], None] = lambda: None) -> Done:
        """The job done, by this process or, should it end over it, by one more; then it is told as failed."""
        code = 0
        for _ in range(TRIES):
            try:
                return self._asked(job)
            except Ended as ended:
                if self._closed:
                    raise
                code = ended.code
        return failed(job, _killed(code))

    def close(self) -> None:
        """Let the process end, for good; one that is still busy is stopped."""
        self._closed = True
        self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def _asked(self, job: Job) -> Done:
        if self._built >= MOST:
            self._end()
        process = self._process or self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            pipes.put(process.stdin, job)
            done: Done = pipes.get(process.stdout)
        except (OSError, EOFError) as error:
            code = process.wait()
            self._end()
            raise Ended(code) from error
        self._built += 1
        return done

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", self._child, str(Path(__file__).resolve().parents[2])]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=True)
        self._built = 0
        return self._process


class Workers:
    """Several worker processes that many threads share; who asks while all are busy waits."""

    def __init__(self, count: int, child: str = CHILD) -> None:
        self._all = tuple(Worker(child) for _ in range(count))
        self._free: queue.LifoQueue[Worker] = queue.LifoQueue()
        for one in self._all:
            self._free.put(one)

    def build(self, job: Job, waiting: Callable[[], None] = lambda: None) -> Done:
        """The job, done by the worker that was free last: a warm one, where there is one."""
        worker = self._free.get()
        try:
            return worker.build(job, waiting)
        finally:
            self._free.put(worker)

    def close(self) -> None:
        """Let all end."""
        for one in self._all:
            one.close()


def _killed(code: int) -> Finding:
    how = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with code {code}"
    message = f"The process that built it was ended {how}, {TRIES} times"
    return Finding("fleet", "error", message, "Build it alone: the machine may lack memory.")


def main(build: Callable[[Job], Done] = run) -> None:
    """The worker's own life. What a library prints goes to standard error: standard output is the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the program that asks decides when to stop
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    gc.disable()
    while True:
        try:
            job: Job = pipes.get(sys.stdin.buffer)
        except EOFError:
            break
        pipes.put(answers, build(job))
        gc.collect()
    answers.flush()
    os._exit(0)

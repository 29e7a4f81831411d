"""An end to work that a style sheet or page of somebody's own may draw out: processor time, and memory."""

from __future__ import annotations

import mmap
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

LAYOUT_SECONDS: Final = 60
LAYOUT_BYTES: Final = 1 << 30  # a shipped brief takes an eighth
PAGE: Final = mmap.PAGESIZE
TICK: Final = 0.25  # seconds of work between two looks at the memory


class Beyond(BaseException):
    """Raised wherever the work is; no `except Exception` on the way swallows it."""


class TooLong(Beyond):
    """The work took more time than it may."""


class TooLarge(Beyond):
    """The work took more memory than it may."""


@contextmanager
def bounded(seconds: float, memory: int | None = None) -> Iterator[None]:
    """Raise TooLong after so much processor time, TooLarge once the process has grown by so many bytes.

    Looked at every quarter of a second of work, between two steps of Python; no limit where the system or the thread
    cannot have one.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    tick, before, ticks = min(TICK, seconds), _held(), 0

    def look(number: int, frame: FrameType | None) -> None:
        nonlocal ticks
        ticks += 1
        if ticks * tick >= seconds:
            raise TooLong
        if memory is not None and _held() - before > memory:
            raise TooLarge

    outer = signal.signal(signal.SIGVTALRM, look)
    signal.setitimer(signal.ITIMER_VIRTUAL, tick, tick)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, outer)


def _held() -> int:
    """The memory that the process holds, in bytes; the most it has held so far where the system tells no more."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * PAGE
    except OSError:
        return _peak()


def _peak() -> int:
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024

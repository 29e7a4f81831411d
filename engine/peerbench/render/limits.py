"""An end to work that a style sheet or page of somebody's own may draw out: so many seconds of processor time."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

LAYOUT_SECONDS: Final = 60


class TooLong(BaseException):
    """Raised wherever the work is; no `except Exception` on the way swallows it."""


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raise TooLong after so much processor time; no limit where the system or the thread cannot have one."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)

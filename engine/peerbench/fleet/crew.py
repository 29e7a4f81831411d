"""As many briefs at once as asked for: a thread for each, which waits for its worker here or on a cluster."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from peerbench.fleet.job import Done, Job

Hand = Callable[[Job], Done]


def run(jobs: Iterable[Job], hands: Sequence[Hand]) -> Iterator[Done]:
    """Every job once, in the order in which they end. Jobs are taken as hands get free, so a million may be named.

    What a hand raises is raised here. Leave the loop early, and no further job is begun.
    """
    with _standing(iter(jobs), hands) as crew:
        while (done := crew.done.get()) is not None:
            if isinstance(done, BaseException):
                raise done
            yield done


@dataclass(slots=True)
class _Crew:
    jobs: Iterator[Job]
    busy: int
    done: queue.SimpleQueue[Done | BaseException | None] = field(default_factory=queue.SimpleQueue)
    lock: threading.Lock = field(default_factory=threading.Lock)
    stopped: bool = False

    def work(self, hand: Hand) -> None:
        """One hand's life: the next job until there is none; the last one to end says so."""
        try:
            while (job := self._next()) is not None:
                self.done.put(hand(job))
        except BaseException as error:
            self.done.put(error)
        finally:
            with self.lock:
                self.busy -= 1
                if not self.busy:
                    self.done.put(None)

    def _next(self) -> Job | None:
        with self.lock:
            return None if self.stopped else next(self.jobs, None)


@contextmanager
def _standing(jobs: Iterator[Job], hands: Sequence[Hand]) -> Iterator[_Crew]:
    crew = _Crew(jobs, len(hands))
    for hand in hands:
        threading.Thread(target=crew.work, args=(hand,), daemon=True).start()
    try:
        yield crew
    finally:
        crew.stopped = True

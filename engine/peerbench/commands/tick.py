"""bench tick: one pass over what is due."""

from __future__ import annotations

import os
import random
import socket
import sys
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from peerbench.commands import ledgers
from peerbench.commands.printing import print_findings

if TYPE_CHECKING:
    from peerbench import pipeline
    from peerbench.config.values import Config
    from peerbench.deliver.ledger import Issue, Ledger
    from peerbench.fleet.job import Done
    from peerbench.tick.round import Event, Report

PROBLEMS = ("held", "failed", "unread", "dead")


def run(parsed: Namespace, arguments: list[str]) -> int:
    found = ledgers.found(parsed.configs)
    print_findings(found.findings)
    wrong = 2 if found.findings else 0
    if not found.scheduled and (parsed.configs or wrong):
        return wrong
    with ledgers.ledger(found) as ledger:
        if parsed.retry:
            _retry(found, ledger)
        report = one_pass(found, ledger, out=parsed.out, quiet=parsed.quiet, jobs=parsed.jobs, cluster=parsed.cluster)
        if not report.events and not parsed.quiet:
            print(_nothing(found, ledger))
    return max(wrong, int(report.needs_a_person))


def one_pass(
    found: ledgers.Found,
    ledger: Ledger,
    *,
    out: str | None = None,
    quiet: bool = False,
    stop: Callable[[], bool] = lambda: False,
    jobs: int | None = None,
    cluster: str | None = None,
) -> Report:
    """A pass under the clock, the name and the chance of this process. jobs, cluster: who builds, see bench build."""
    from peerbench.render import press
    from peerbench.tick import round

    means = round.Means(
        found.root,
        ledger,
        owner=f"{socket.gethostname()}:{os.getpid()}:{time.time_ns():x}",
        clock=lambda: datetime.now(UTC),
        chance=random.Random(),
        say=lambda event: _say(event, quiet=quiet),
        stop=stop,
        out=None if out is None else Path(out).absolute(),
        gone=gone,
    )
    if jobs is None and cluster is None:
        with press.standing():
            return round.run(found.scheduled, means)
    from peerbench.commands import many

    with many.hands(jobs, cluster) as (build, count):
        return round.run(found.scheduled, replace(means, build=Elsewhere(build), at_once=count))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Builds issues of a pass by workers; the pass keeps its lease meanwhile."""

    hand: Callable[..., Done]

    def __call__(
        self, config: Config, issue: Issue, *, gate: pipeline.Gate, progress: pipeline.Progress, now: datetime,
        out: Path | None, given: pipeline.Given | None = None,
    ) -> pipeline.BuildResult:  # fmt: skip
        from peerbench import pipeline
        from peerbench.core.errors import UnusableRequest
        from peerbench.fleet.job import Job

        today = max(issue.as_of, config.schedule.day(now))
        job = Job(config.path.absolute(), today, issue.as_of, out=out, gate=gate, given=given)
        done = self.hand(job, lambda: progress("building"))
        if done.state == "failed" or done.folder is None:
            raise UnusableRequest(done.findings)
        held = done.state == "held"
        return pipeline.BuildResult(done.folder, done.files, done.findings, held, done.ruling)


def gone(owner: str) -> bool:
    """Whether a pass of this machine has ended; of another machine nothing is known."""
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname() or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _say(event: Event, *, quiet: bool) -> None:
    problem = event.kind in PROBLEMS
    if problem or not quiet:
        line = f"{event.kind:<9}  {event.brief}  {ledgers.shown(event.scheduled_for)}  {ledgers.first(event.text)}"
        print(line.rstrip(), file=sys.stderr if problem else sys.stdout, flush=True)


def _retry(found: ledgers.Found, ledger: Ledger) -> None:
    from peerbench.tick.patterns import Patterns

    now, briefs, patterns = datetime.now(UTC), {config.name for config in found.scheduled}, Patterns(found.scheduled)
    for issue in ledger.unanswered(now):
        if issue.brief in briefs or patterns.of(issue, found.root) is not None:
            ledger.reopen(issue.id, now)
    for delivery in ledger.deliveries(states=("dead",)):
        ledger.requeue(delivery.id, now)


def _nothing(found: ledgers.Found, ledger: Ledger) -> str:
    from peerbench.schedule import upcoming

    if not found.scheduled:
        return "nothing is due: no config in configs/ has a schedule"
    if busy := ledger.issues(states=("building", "built")):
        until = max(issue.lease_until for issue in busy if issue.lease_until)
        names = ", ".join(issue.brief for issue in busy)
        return f"another pass is making {names}; if it has died, that is taken over after {ledgers.shown(until)}"
    now = datetime.now(UTC)
    waiting = ledger.deliveries(states=("queued", "sending"))
    also = f"; {len(waiting)} to be sent once more, see bench status" if waiting else ""
    nexts = [(times[0], one) for one in found.scheduled if (times := upcoming(one.schedule, after=now, count=1))]
    if not nexts:
        return f"nothing is due: no new filing is known{also}"
    moment, config = min(nexts, key=lambda pair: (pair[0], pair[1].name))
    at = f"{config.name} {ledgers.shown(moment, config.schedule.zone)} ({ledgers.local(moment)})"
    return f"nothing is due; next: {at}{also}"

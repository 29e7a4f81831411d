"""A pass over the configs of a project. Killed anywhere, the next one goes on, and nothing is issued twice."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from peerbench.config.values import Config
from peerbench.core.errors import UnusableRequest
from peerbench.deliver.database import LedgerRefused
from peerbench.deliver.ledger import Issue, LeaseLost, Ledger, Queued
from peerbench.tick import look, make, send
from peerbench.tick.make import Builder
from peerbench.tick.patterns import Patterns

Kind = Literal[
    "published", "unchanged", "held", "failed", "passed", "unread", "again", "sent", "dead", "dropped", "later", "lost"
]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a pass did, for the terminal: which brief, of which time, what came of it and why."""

    kind: Kind
    brief: str
    scheduled_for: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Means:
    """What a pass works with. owner names this pass among others; at is told each step, and stop asked between them."""

    root: Path
    ledger: Ledger
    owner: str
    clock: Callable[[], datetime]
    chance: random.Random
    say: Callable[[Event], None] = lambda event: None
    stop: Callable[[], bool] = lambda: False
    build: Builder = make.build
    ways: send.Ways = send.way
    at: Callable[[str], None] = lambda step: None
    out: Path | None = None  # where issues are put in place of output/
    at_once: int = 1  # issues made at the same time, by a `build` that bears it
    gone: Callable[[str], bool] = lambda owner: False  # whether another pass is known to have ended


@dataclass(slots=True)
class Report:
    """What a pass did, in order, and the issues (brief, time) that need a person after it."""

    events: list[Event] = field(default_factory=list)
    unanswered: frozenset[tuple[str, datetime]] = frozenset()

    @property
    def needs_a_person(self) -> bool:
        """Whether this pass came upon something that does not mend itself."""
        stopped = {(one.brief, one.scheduled_for) for one in self.events if one.kind in ("held", "failed")}
        return bool(stopped & self.unanswered) or any(one.kind in ("dead", "unread") for one in self.events)


def run(configs: Sequence[Config], means: Means) -> Report:
    """Note what is due of these configs, make it, and send whatever is queued. The configs have schedules."""
    report = Report()
    means.ledger.release(means.clock(), gone=means.gone)
    named, patterns = {config.name: config for config in configs}, Patterns(configs)
    for config in configs:
        _look(config, report, means, patterns)
    means.at("noted")
    _issues(named, patterns, report, means)
    _deliveries(report, means)
    report.unanswered = frozenset((one.brief, one.scheduled_for) for one in means.ledger.unanswered(means.clock()))
    return report


def _issues(named: Mapping[str, Config], patterns: Patterns, report: Report, means: Means) -> None:
    """All that is due, the oldest first; at once only issues of several briefs, those of one in their order."""
    from concurrent.futures import ThreadPoolExecutor

    def make_all(due: Sequence[tuple[Issue, Config, Builder]]) -> None:
        for issue, config, build in due:
            if not means.stop() and (taken := means.ledger.claim(issue.id, means.owner, means.clock())) is not None:
                means.at("claimed")
                _told(report, means, _made(taken, config, means, build))

    due = [found for issue in means.ledger.due(means.clock()) if (found := _whose(issue, named, patterns, means))]
    if means.at_once == 1:
        make_all(due)
        return
    by_brief: dict[str, list[tuple[Issue, Config, Builder]]] = {}
    for one in due:
        by_brief.setdefault(one[0].brief, []).append(one)
    with ThreadPoolExecutor(means.at_once) as threads:
        list(threads.map(make_all, by_brief.values()))


def _whose(
    issue: Issue, named: Mapping[str, Config], patterns: Patterns, means: Means
) -> tuple[Issue, Config, Builder] | None:
    """An issue with its config, or the pattern that it is a member of; None: it is of no config of this pass."""
    if issue.brief in named:
        return issue, named[issue.brief], means.build
    pattern = patterns.of(issue, means.root)
    return None if pattern is None else (issue, pattern, patterns.builder(means.build))


def _deliveries(report: Report, means: Means) -> None:
    while not means.stop() and (delivery := means.ledger.claim_delivery(means.owner, means.clock())) is not None:
        means.at("taken")
        _told(report, means, _sent(delivery, means))


def _look(config: Config, report: Report, means: Means, patterns: Patterns) -> None:
    now = means.clock()
    try:
        look.note(config, means.ledger, now=now, many=patterns.occasions)
    except LedgerRefused:
        raise
    except UnusableRequest as error:  # its sources: the other briefs go on, and it is looked at again next time
        _told(report, means, Event("unread", config.name, now, make.sentences(error.findings)))


def _told(report: Report, means: Means, event: Event) -> None:
    report.events.append(event)
    means.say(event)


def _made(issue: Issue, config: Config, means: Means, build: Builder) -> Event:
    work = make.Work(means.ledger, config, means.clock, means.chance, build, means.at, means.out)
    try:
        ended = make.issue(issue, work)
    except LeaseLost as lost:
        return Event("lost", issue.brief, issue.scheduled_for, str(lost))
    kind: Kind = "again" if ended.state == "due" else "failed"
    if ended.state in ("published", "unchanged", "held"):
        kind = ended.state
    if kind == "held" and config.schedule.catch_up != "all" and means.ledger.superseded(ended, means.clock()):
        kind = "passed"  # a later issue has its place, which nobody needs to see to
    return Event(kind, issue.brief, issue.scheduled_for, ended.folder if kind == "published" else ended.reason)


def _sent(delivery: Queued, means: Means) -> Event:
    work = send.Work(means.ledger, means.root, means.clock, means.chance, means.ways, means.at)
    issue = means.ledger.issue(delivery.issue)
    assert issue is not None  # the ledger holds no delivery without its issue
    where = " ".join(part for part in (delivery.target, delivery.audience, delivery.recipient) if part)
    try:
        ended = send.one(delivery, issue, work)
    except LeaseLost as lost:
        return Event("lost", issue.brief, issue.scheduled_for, str(lost))
    kind: Kind = "later"
    if ended.state in ("sent", "dead", "dropped"):
        kind = ended.state
    return Event(kind, issue.brief, issue.scheduled_for, f"{where}: {ended.last_error}" if ended.last_error else where)

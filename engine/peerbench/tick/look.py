"""Which issues of a config are due: times of its schedule that have come, or documents that nobody has made one for."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Protocol

from peerbench import gather
from peerbench import schedule as schedules
from peerbench.config.values import Config
from peerbench.core.errors import UnusableRequest
from peerbench.deliver.ledger import Ledger, Occasion, Passed

# Sources that keep what they fetched: it is fetched anew before an issue. A database or a file is read anyway.
_KEPT = frozenset({"sec", "ecb", "yfinance", "plugin"})
_SHOWN = 3


class Many(Protocol):
    """An issue of every member of a pattern at a time of its schedule."""

    def __call__(self, config: Config, moment: datetime, now: datetime) -> Iterable[Occasion]: ...


def note(config: Config, ledger: Ledger, *, now: datetime, many: Many | None = None) -> None:
    """Enter into the ledger what is due of a config now. Raises UnusableRequest where its sources cannot be read.

    many: of a pattern, whose schedule is followed under its own name.
    """
    watch = ledger.watch(config.name, config.schedule.expression, now)
    timed = bool(config.schedule.cron)
    found = schedules.due(config.schedule, seen=watch.seen, now=now) if timed else schedules.Due((now,))
    if not found.times and not found.passed:
        return
    if config.schedule.when == schedules.FILING:
        _filing(config, ledger, now)
        ledger.plan((), now, seen={config.name: now} if timed else {})
        return
    if config.pattern and many is not None:
        due = [one for moment in found.times for one in many(config, moment, now)]
    else:
        due = [_occasion(config, moment, config.schedule.day(moment)) for moment in found.times]
    ledger.plan(due, now, seen={config.name: now}, passed=_passed(config, found))


def _passed(config: Config, found: schedules.Due) -> tuple[Passed, ...]:
    times = found.passed
    return (Passed(config.name, times[0], times[-1], len(times), found.reason),) if times else ()


def _occasion(config: Config, moment: datetime, day: date, **more: str) -> Occasion:
    path = os.path.relpath(config.path, config.root)
    return Occasion(config.name, path, config.audiences, moment, config.as_of or day, **more)


def _filing(config: Config, ledger: Ledger, now: datetime) -> None:
    day = config.as_of or config.schedule.day(now)
    refresh(config)
    known = ledger.known_documents(config.name)
    fresh = {name: since for name, since in documents(config, day).items() if name not in known}
    if fresh:
        name = hashlib.sha256("\n".join(sorted(fresh)).encode()).hexdigest()[:16]
        why = _told(fresh) if known else "the first issue"
        one = _occasion(config, now.replace(microsecond=0), day, occasion=f"filing {name}", reason=why)
        ledger.plan_filing(one, fresh, now)


def _told(fresh: Mapping[str, date]) -> str:
    newest = sorted(fresh.items(), key=lambda item: (item[1], item[0]), reverse=True)
    more = f" and {len(newest) - _SHOWN} more" if len(newest) > _SHOWN else ""
    return "new: " + "; ".join(name.replace("|", ", ") for name, _ in newest[:_SHOWN]) + more


def documents(config: Config, day: date) -> dict[str, date]:
    """The documents that figures of the brief's companies come from, known by the day: company|title|day → day."""
    import polars as pl

    facts = gather.read(config).facts
    mine = pl.col("company").is_in(config.companies) & (pl.col("known_on") <= day)
    rows = facts.filter(mine).select("company", "source_title", "known_on").unique().sort(pl.all())
    return {f"{company}|{title}|{since}": since for company, title, since in rows.iter_rows()}


def refresh(config: Config) -> tuple[str, ...]:
    """Fetch anew what the config's sources keep; what could not be fetched, in sentences. What was there stays."""
    if not config.schedule.refresh or _KEPT.isdisjoint(source.kind for source in config.sources):
        return ()
    try:
        return tuple(finding.message for finding in gather.pull(config).findings)
    except UnusableRequest as error:
        return tuple(finding.message for finding in error.findings)

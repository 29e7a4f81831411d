"""The ledger: which brief is due, being built, issued or not and why, what was sent to whom, and which facts it used.

Every method is one transaction; the clock is an argument. Whoever builds an issue or sends a delivery holds a lease on
it: a program that is killed loses it when it ends, and another takes over. An issue is published, and its deliveries
queued, in one transaction, so that however often it is built it is published at most once.

    due ─claim▸ building ─finish▸ published | unchanged | held | failed      held, failed ─reopen▸ due
    queued ─claim_delivery▸ sending ─settle_delivery▸ sent | queued (again later) | dead | dropped
    dead ─requeue▸ queued
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, TypeGuard, get_args

import sqlalchemy as sa

from peerbench.deliver import database, pruning, tables
from peerbench.deliver.tables import DELIVERIES, DOCUMENTS, FACTS, ISSUES, PASSED, WATCHES, read, written
from peerbench.deliver.transaction import Transaction, chunks, match
from peerbench.schedule import first_seen

State = Literal["due", "building", "built", "held", "unchanged", "published", "failed"]
Outcome = Literal["published", "unchanged", "held", "failed"]
Sending = Literal["queued", "sending", "sent", "dead", "dropped"]
STATES: Final = get_args(State)
LEASE: Final = timedelta(minutes=15)  # of a builder or a sender that gives no sign of life
_OPEN: Final = ("due", "building", "built")
_NAMING: Final = ("id", "brief", "fact", "document", "key")  # columns that name a row
_ASTRAY: Final = timedelta(days=1)


class LeaseLost(Exception):
    """Somebody else has taken over: what was done under the lease is not to be recorded."""

    def __init__(self, what: str) -> None:
        super().__init__(f"another pass has taken over {what}")


@dataclass(frozen=True, slots=True)
class Occasion:
    """A reason to make an issue: the brief, the time it is due (UTC), its as-of day, and what makes it the same one.

    occasion: the scheduled time itself, or the documents that are new; two occasions of one brief with the same name or
    the same time are one. config is the path of its config below the project.
    """

    brief: str
    config: str
    audiences: tuple[str, ...]
    scheduled_for: datetime
    as_of: date
    occasion: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue as the ledger knows it. Times are UTC; lease_until and next_try are None where there is none."""

    id: str
    brief: str
    config: str
    audiences: tuple[str, ...]
    occasion: str
    scheduled_for: datetime
    as_of: date
    state: State
    attempt: int  # how often building it has begun
    owner: str
    lease_until: datetime | None
    next_try: datetime | None
    folder: str  # where it lies, below the project
    digest: str  # of its figures
    facts: str  # names the set of facts it used
    reason: str  # why it is or is not, one sentence a line
    changed: datetime


@dataclass(frozen=True, slots=True)
class Queued:
    """One delivery of an issue: to whom, and how far it has come. id is its idempotency key, the same at every try."""

    id: str
    issue: str
    target: str
    audience: str
    recipient: str
    state: Sending
    attempts: int
    owner: str
    lease_until: datetime | None
    next_try: datetime | None
    last_error: str
    receipt: Mapping[str, str]
    changed: datetime


@dataclass(frozen=True, slots=True)
class To:
    """Where an issue is to go: a target of the config by its name, one audience's edition, one recipient."""

    target: str
    audience: str
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class UsedFact:
    """A fact as an issue used it. fact is its id without the day it became known: a restatement has the same."""

    fact: str
    value: float
    currency: str
    known_on: date
    source: str


def fact_name(id: str) -> str:
    """The name of a fact whenever it became known: its id without the day, but with what tells two of one day apart."""
    return re.sub(r"@\d{4}-\d{2}-\d{2}", "", id, count=1)


@dataclass(frozen=True, slots=True)
class Watch:
    """Since when a schedule is followed, and the last time up to which it has been looked at."""

    since: datetime
    seen: datetime


@dataclass(frozen=True, slots=True)
class Passed:
    """Times of a schedule that were passed over, first and last, how many, and why."""

    brief: str
    first: datetime
    last: datetime
    times: int
    reason: str


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was forgotten, or would be: issues, how many deliveries, facts and spans passed over; and what is kept."""

    issues: tuple[Issue, ...]
    deliveries: int
    facts: int
    passed: int
    kept: tuple[tuple[Issue, str], ...]  # older too, each with the reason why it stays


class Ledger:
    """The one book of a project's issues. Made by open; close it, or use it in a with statement."""

    def __init__(self, engine: sa.Engine, shown: str) -> None:
        self._engine, self._shown = engine, shown

    @staticmethod
    def open(url: str) -> Ledger:
        """The ledger at `sqlite:///path` or `postgresql://…`, made or brought up to date.

        Raises LedgerRefused (an UnusableRequest): damaged, of a newer or another program, out of reach, not writable.
        """
        return Ledger(database.connect(url), database.public(url))

    @staticmethod
    def file(path: Path) -> Ledger:
        """The ledger in a SQLite file."""
        return Ledger.open(f"sqlite:///{path.absolute()}")

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- schedules ---------------------------------------------------------------------------------------------------

    def watch(self, brief: str, expression: str, now: datetime) -> Watch:
        """Since when this schedule is followed: from `now` if it is new or says something else than before.

        One that was looked at more than a day from now was so under a wrong clock: it is followed from now on.
        """
        with self._reading() as work:
            found = work.one(WATCHES, brief=brief)
        if _followed(found, expression, now):
            return _watch(found)
        with self._writing() as work:
            found = work.one(WATCHES, brief=brief)
            if _followed(found, expression, now):
                return _watch(found)
            if found is not None and found["expression"] == expression:
                found_now = {**found, "seen": written(now)}
                work.put(WATCHES, found_now, old=found)
                return _watch(found_now)
            fresh = {"brief": brief, "expression": expression, "since": written(now), "seen": written(first_seen(now))}
            work.put(WATCHES, fresh, old=found)
            return _watch(fresh)

    def plan(
        self, occasions: Iterable[Occasion], now: datetime, *, seen: Mapping[str, datetime] | None = None,
        passed: Iterable[Passed] = (),
    ) -> tuple[Issue, ...]:  # fmt: skip
        """Note what is due; those noted before, by time or by occasion, are left as they are. Returns the new ones.

        seen: up to when each brief's schedule was looked at; it never goes back. passed: times that get no issue.
        """
        with self._writing() as work:
            made = [issue for one in occasions if (issue := work.add(ISSUES, _fresh(one, now))) is not None]
            for over in passed:
                work.add(PASSED, _passed_row(over, now))
            for brief, until in (seen or {}).items():
                known = work.one(WATCHES, brief=brief)
                if known is not None and known["seen"] < written(until):
                    work.put(WATCHES, {**known, "seen": written(until)}, old=known)
        return tuple(_issue(row) for row in made)

    def passed(self, brief: str | None = None) -> tuple[Passed, ...]:
        """Times that were passed over, in their order."""
        with self._reading() as work:
            rows = work.all(PASSED, *match(PASSED, brief=brief), order=(PASSED.c.first, PASSED.c.brief))
        return tuple(
            Passed(row["brief"], read(row["first"]), read(row["last"]), row["times"], row["reason"]) for row in rows
        )

    def known_documents(self, brief: str) -> frozenset[str]:
        """The documents that an issue of this brief was already due for."""
        with self._reading() as work:
            return frozenset(row["document"] for row in work.all(DOCUMENTS, *match(DOCUMENTS, brief=brief)))

    def plan_filing(self, one: Occasion, documents: Mapping[str, date], now: datetime) -> Issue | None:
        """An issue for documents (name → day it became known), and these noted; None if another pass was first."""
        with self._writing() as work:
            rows = ({"brief": one.brief, "document": name, "known_on": day.isoformat(), "noted": written(now)}
                    for name, day in documents.items())  # fmt: skip
            fresh = [name for row in rows if (name := work.add(DOCUMENTS, row)) is not None]
            made = _added(work, one, now) if fresh else None
        return None if made is None else _issue(made)

    # ---- issues ------------------------------------------------------------------------------------------------------

    def due(self, now: datetime, *, briefs: Sequence[str] | None = None) -> tuple[Issue, ...]:
        """What may be claimed now, the oldest first: due, or left by a builder whose lease has ended."""
        with self._reading() as work:
            rows = work.all(ISSUES, _claimable(now), order=(ISSUES.c.scheduled_for, ISSUES.c.brief))
        return tuple(_issue(row) for row in rows if briefs is None or row["brief"] in briefs)

    def claim(self, issue: str, owner: str, now: datetime, *, lease: timedelta = LEASE) -> Issue | None:
        """The issue (by id), to be built by `owner` alone until the lease ends; None if it is not to be had.

        While another issue of the same brief is being built it is not: two of one brief share a folder.
        """
        with self._writing() as work:
            found = work.first(ISSUES, ISSUES.c.id == issue, _claimable(now))
            if found is None or work.first(ISSUES, *_busy(found, now)) is not None:
                return None
            taken = {**found, "state": "building", "attempt": found["attempt"] + 1, "owner": owner, "next_try": "",
                     "lease_until": written(now + lease), "changed": written(now)}  # fmt: skip
            return _issue(taken) if work.put(ISSUES, taken, old=found) else None

    def extend(self, issue: Issue, now: datetime, *, lease: timedelta = LEASE) -> Issue:
        """A sign of life: the lease runs anew. Raises LeaseLost."""
        return self._hold(issue, now, lease_until=written(now + lease))

    def built(self, issue: Issue, now: datetime, *, digest: str = "", lease: timedelta = LEASE) -> Issue:
        """Built elsewhere, to be published by the holder of the lease. Raises LeaseLost."""
        return self._hold(issue, now, state="built", digest=digest, lease_until=written(now + lease))

    def finish(
        self,
        issue: Issue,
        outcome: Outcome,
        now: datetime,
        *,
        folder: str = "",
        digest: str = "",
        reason: str = "",
        facts: Sequence[UsedFact] = (),
        send: Iterable[To] = (),
        again: datetime | None = None,
    ) -> Issue:
        """How it ended. Published: its facts are noted and its deliveries queued with it, all or nothing.

        again: not the end; due once more at that time (a held one whose data may still come, a failure that may pass).
        Raises LeaseLost where the issue is no longer its holder's.
        """
        with self._writing() as work:
            found = self._held(work, issue)
            names = _noted(work, facts)
            ended = {**found, "state": outcome if again is None else "due", "owner": "", "lease_until": "",
                     "next_try": "" if again is None else written(again), "folder": folder or found["folder"],
                     "digest": digest or found["digest"], "facts": names or found["facts"], "reason": reason,
                     "changed": written(now)}  # fmt: skip
            work.put(ISSUES, ended, old=found)
            for to in send if outcome == "published" and again is None else ():
                work.add(DELIVERIES, _delivery(issue.id, to, now))
        return _issue(ended)

    def reopen(self, issue: str, now: datetime) -> Issue | None:
        """A held or failed issue (by id) due once more; None if it is neither."""
        with self._writing() as work:
            found = work.first(ISSUES, ISSUES.c.id == issue, ISSUES.c.state.in_(("held", "failed")))
            if found is None:
                return None
            fresh = {**found, "state": "due", "attempt": 0, "next_try": "", "changed": written(now)}
            work.put(ISSUES, fresh, old=found)
        return _issue(fresh)

    def issue(self, id: str) -> Issue | None:
        """The issue of that id."""
        with self._reading() as work:
            found = work.one(ISSUES, id=id)
        return None if found is None else _issue(found)

    def issues(self, brief: str | None = None, *, states: Sequence[State] = STATES) -> tuple[Issue, ...]:
        """Issues in these states, of one brief or all, by scheduled time, the oldest first."""
        with self._reading() as work:
            rows = work.all(ISSUES, *match(ISSUES, brief=brief), ISSUES.c.state.in_(tuple(states)),
                            order=(ISSUES.c.scheduled_for, ISSUES.c.brief))  # fmt: skip
        return tuple(_issue(row) for row in rows)

    def last(self, brief: str, *, before: datetime | None = None) -> Issue | None:
        """The newest published issue of a brief, by scheduled time; before: scheduled earlier than that."""
        earlier = () if before is None else (ISSUES.c.scheduled_for < written(before),)
        with self._reading() as work:
            found = work.first(ISSUES, ISSUES.c.brief == brief, ISSUES.c.state == "published", *earlier,
                               order=(ISSUES.c.scheduled_for.desc(),))  # fmt: skip
        return None if found is None else _issue(found)

    def superseded(self, issue: Issue, now: datetime) -> Issue | None:
        """A later issue of the same brief, up to now: the earlier of the two is no longer the news."""
        with self._reading() as work:
            later = (ISSUES.c.brief == issue.brief, ISSUES.c.scheduled_for > written(issue.scheduled_for))
            past = ISSUES.c.scheduled_for <= written(now)  # a clock that was far ahead once may have left others
            found = work.first(ISSUES, *later, past, order=(ISSUES.c.scheduled_for.desc(),))
        return None if found is None else _issue(found)

    def unanswered(self, now: datetime) -> tuple[Issue, ...]:
        """Held and failed issues that need a person: no later issue of their brief was published or found unchanged."""
        good = self.issues(states=("published", "unchanged"))
        answered = {one.brief: one.scheduled_for for one in good if one.scheduled_for <= now}
        stopped = self.issues(states=("held", "failed"))
        return tuple(one for one in stopped if one.brief not in answered or answered[one.brief] < one.scheduled_for)

    def release(self, now: datetime, *, gone: Callable[[str], bool]) -> int:
        """End the leases of owners that are known to be gone; how many. Without it they end by themselves."""
        with self._reading() as work:
            held = [(ISSUES, row) for row in work.all(ISSUES, ISSUES.c.state.in_(("building", "built")))]
            held += [(DELIVERIES, row) for row in work.all(DELIVERIES, DELIVERIES.c.state == "sending")]
        lost = [(table, row) for table, row in held if row["lease_until"] > written(now) and gone(row["owner"])]
        if not lost:
            return 0
        with self._writing() as work:
            return sum(work.put(table, {**row, "lease_until": written(now)}, old=row) for table, row in lost)

    # ---- facts used --------------------------------------------------------------------------------------------------

    def facts(self, issue: Issue) -> tuple[UsedFact, ...]:
        """The facts that an issue used, by name."""
        with self._reading() as work:
            rows = work.all(FACTS, FACTS.c.facts == issue.facts, order=(FACTS.c.fact,)) if issue.facts else []
        found = tuple(_used(row) for row in rows)
        if issue.facts and _named(found) != issue.facts:
            raise database.damaged(self._shown, f"facts of the issue of {issue.brief} of {issue.as_of} are missing")
        return found

    def uses(self, facts: Iterable[str]) -> tuple[tuple[Issue, UsedFact], ...]:
        """Which published issues used these facts, with the value that each was printed from; oldest issue first."""
        found: list[tuple[Issue, UsedFact]] = []
        with self._reading() as work:
            published = work.all(ISSUES, ISSUES.c.state == "published", order=(ISSUES.c.scheduled_for, ISSUES.c.brief))
            rows = [row for some in chunks(sorted(set(facts)))
                    for row in work.all(FACTS, FACTS.c.fact.in_(some), order=(FACTS.c.fact,))]  # fmt: skip
        by_set: dict[str, list[UsedFact]] = {}
        for row in rows:
            by_set.setdefault(row["facts"], []).append(_used(row))
        for one in map(_issue, published):
            found += [(one, used) for used in by_set.get(one.facts, ())]
        return tuple(found)

    # ---- deliveries --------------------------------------------------------------------------------------------------

    def claim_delivery(
        self, owner: str, now: datetime, *, lease: timedelta = LEASE, issue: str | None = None
    ) -> Queued | None:
        """The next delivery that may be tried, for `owner` alone until the lease ends; None: nothing to do."""
        at = written(now)
        may = sa.or_(
            sa.and_(DELIVERIES.c.state == "queued", _over(DELIVERIES.c.next_try, now)),
            sa.and_(DELIVERIES.c.state == "sending", _over(DELIVERIES.c.lease_until, now)),
        )
        with self._writing() as work:
            found = work.first(DELIVERIES, may, *match(DELIVERIES, issue=issue),
                               order=(DELIVERIES.c.next_try, DELIVERIES.c.id))  # fmt: skip
            if found is None:
                return None
            taken = {**found, "state": "sending", "attempts": found["attempts"] + 1, "owner": owner,
                     "lease_until": written(now + lease), "changed": at}  # fmt: skip
            return _queued(taken) if work.put(DELIVERIES, taken, old=found) else None

    def settle_delivery(
        self, delivery: Queued, now: datetime, *, receipt: Mapping[str, str] | None = None, error: str = "",
        again: datetime | None = None, dropped: bool = False,
    ) -> Queued:  # fmt: skip
        """How a try ended: a receipt (sent), or an error, to be tried again at that time or, without one, dead.

        dropped: nobody asks for it any more, which the error says; it is not tried again and needs nobody.
        Raises LeaseLost where another has taken the delivery over.
        """
        unsent: Sending = "dropped" if dropped else "dead" if again is None else "queued"
        state: Sending = "sent" if receipt is not None else unsent
        with self._writing() as work:
            found = work.one(DELIVERIES, id=delivery.id)
            if found is None or (found["state"], found["owner"]) != ("sending", delivery.owner):
                raise LeaseLost(f"the delivery to {delivery.target} {delivery.recipient}".rstrip())
            ended = {**found, "state": state, "owner": "", "lease_until": "", "last_error": error,
                     "next_try": written(again) if again is not None else "",
                     "receipt": json.dumps(dict(receipt or {}), sort_keys=True), "changed": written(now)}  # fmt: skip
            work.put(DELIVERIES, ended, old=found)
        return _queued(ended)

    def requeue(self, delivery: str, now: datetime) -> Queued | None:
        """A dead delivery (by id) tried once more from the beginning; None if it is not dead."""
        with self._writing() as work:
            found = work.first(DELIVERIES, DELIVERIES.c.id == delivery, DELIVERIES.c.state == "dead")
            if found is None:
                return None
            fresh = {**found, "state": "queued", "attempts": 0, "next_try": written(now), "changed": written(now)}
            work.put(DELIVERIES, fresh, old=found)
        return _queued(fresh)

    def deliveries(
        self, issue: str | None = None, *, states: Sequence[Sending] = get_args(Sending)
    ) -> tuple[Queued, ...]:
        """Deliveries of one issue (by id) or all, in these states, by issue, target, audience and recipient."""
        order = (DELIVERIES.c.issue, DELIVERIES.c.target, DELIVERIES.c.audience, DELIVERIES.c.recipient)
        with self._reading() as work:
            rows = work.all(
                DELIVERIES, *match(DELIVERIES, issue=issue), DELIVERIES.c.state.in_(tuple(states)), order=order
            )
        return tuple(_queued(row) for row in rows)

    def prunable(self, before: datetime, now: datetime, *, briefs: Sequence[str] = ()) -> Pruned:
        """What `prune` would forget; nothing is changed."""
        unanswered = frozenset(one.id for one in self.unanswered(now))
        with self._reading() as work:
            chosen = pruning.choice(work, written(before), briefs=tuple(briefs), unanswered=unanswered)
            facts = sum(len(work.all(FACTS, FACTS.c.facts == name)) for name in chosen.facts)
        return _pruned(chosen, facts)

    def prune(self, before: datetime, now: datetime, *, briefs: Sequence[str] = ()) -> Pruned:
        """Forget issues scheduled before a time that are over, with their finished deliveries and their facts.

        Their keys stay, so that none is made or delivered again. What is not over, needs a person, waits to be
        delivered, or is the newest published of its brief, stays. All or nothing; a SQLite file shrinks afterwards.
        """
        unanswered = frozenset(one.id for one in self.unanswered(now))
        with self._writing() as work:
            chosen = pruning.choice(work, written(before), briefs=tuple(briefs), unanswered=unanswered)
            facts = pruning.forget(work, chosen)
        if chosen.issues:
            with database.told(self._shown):
                database.compact(self._engine)
        return _pruned(chosen, facts)

    def verify(self, *, facts: bool = True) -> int:
        """Read every row and its seal; the number of rows. Raises LedgerRefused at the first that is not as written.

        facts: those that issues used as well, by far the most; they are checked whenever they are asked for.
        """
        with self._reading() as work:
            return sum(len(work.all(table)) for table in tables.SEALED if facts or table is not FACTS)

    # ---- inside ------------------------------------------------------------------------------------------------------

    def _hold(self, issue: Issue, now: datetime, **changes: str) -> Issue:
        with self._writing() as work:
            found = self._held(work, issue)
            held = {**found, **changes, "changed": written(now)}
            work.put(ISSUES, held, old=found)
        return _issue(held)

    def _held(self, work: Transaction, issue: Issue) -> dict[str, Any]:
        """The row of an issue that its holder still holds: same owner, same attempt."""
        found = work.one(ISSUES, id=issue.id)
        mine = (issue.owner, issue.attempt)
        if found is None or found["state"] not in _OPEN or (found["owner"], found["attempt"]) != mine:
            raise LeaseLost(f"the issue of {issue.brief} of {issue.as_of}")
        return found

    @contextmanager
    def _writing(self) -> Iterator[Transaction]:
        with database.told(self._shown), self._engine.begin() as connection:
            database.alone(connection)
            yield Transaction(connection, self._shown)

    @contextmanager
    def _reading(self) -> Iterator[Transaction]:
        with database.told(self._shown), self._engine.connect() as connection:
            yield Transaction(connection.execution_options(reading=True), self._shown)


# ---- rows ------------------------------------------------------------------------------------------------------------


def _followed(row: Mapping[str, Any] | None, expression: str, now: datetime) -> TypeGuard[Mapping[str, Any]]:
    """Whether a schedule is one that was followed before, by a clock that is not far ahead of this one."""
    return row is not None and row["expression"] == expression and row["seen"] <= written(now + _ASTRAY)


def _watch(row: Mapping[str, Any]) -> Watch:
    return Watch(read(row["since"]), read(row["seen"]))


def _claimable(now: datetime) -> Any:
    waiting = sa.and_(ISSUES.c.state == "due", _over(ISSUES.c.next_try, now))
    left = sa.and_(ISSUES.c.state.in_(("building", "built")), _over(ISSUES.c.lease_until, now))
    return sa.or_(waiting, left)


def _over(until: Any, now: datetime) -> Any:
    """Whether a wait or a lease is over; one of more than a day was noted by a clock that was far ahead."""
    return sa.or_(until <= written(now), until > written(now + _ASTRAY))


def _busy(row: Mapping[str, Any], now: datetime) -> tuple[Any, ...]:
    """Another issue of the same brief under a lease that still runs."""
    mine = (ISSUES.c.brief == row["brief"], ISSUES.c.id != row["id"])
    return (*mine, ISSUES.c.state.in_(("building", "built")), sa.not_(_over(ISSUES.c.lease_until, now)))


def _moment(text: str) -> datetime | None:
    return read(text) if text else None


def _fresh(one: Occasion, now: datetime) -> dict[str, Any]:
    occasion = one.occasion or written(one.scheduled_for)
    return {
        "id": tables.digest(one.brief, occasion), "brief": one.brief, "config": one.config,
        "audiences": ",".join(one.audiences), "occasion": occasion, "scheduled_for": written(one.scheduled_for),
        "as_of": one.as_of.isoformat(), "state": "due", "attempt": 0, "owner": "", "lease_until": "", "next_try": "",
        "folder": "", "digest": "", "facts": "", "reason": one.reason, "changed": written(now),
    }  # fmt: skip


def _added(work: Transaction, one: Occasion, now: datetime) -> dict[str, Any]:
    """The issue at its time, or at the first second after it that no issue of the brief has."""
    while (made := work.add(ISSUES, _fresh(one, now))) is None:
        one = replace(one, scheduled_for=one.scheduled_for + timedelta(seconds=1))
    return made


def _passed_row(over: Passed, now: datetime) -> dict[str, Any]:
    return {"brief": over.brief, "first": written(over.first), "last": written(over.last), "times": over.times,
            "reason": over.reason, "changed": written(now)}  # fmt: skip


def _delivery(issue: str, to: To, now: datetime) -> dict[str, Any]:
    return {
        "id": tables.digest(issue, to.target, to.audience, to.recipient), "issue": issue, "target": to.target,
        "audience": to.audience, "recipient": to.recipient, "state": "queued", "attempts": 0, "owner": "",
        "lease_until": "", "next_try": written(now), "last_error": "", "receipt": "{}", "changed": written(now),
    }  # fmt: skip


def _issue(row: Mapping[str, Any]) -> Issue:
    return Issue(
        row["id"], row["brief"], row["config"], tuple(filter(None, row["audiences"].split(","))), row["occasion"],
        read(row["scheduled_for"]), date.fromisoformat(row["as_of"]), row["state"], row["attempt"], row["owner"],
        _moment(row["lease_until"]), _moment(row["next_try"]), row["folder"], row["digest"], row["facts"],
        row["reason"], read(row["changed"]),
    )  # fmt: skip


def _queued(row: Mapping[str, Any]) -> Queued:
    return Queued(
        row["id"], row["issue"], row["target"], row["audience"], row["recipient"], row["state"], row["attempts"],
        row["owner"], _moment(row["lease_until"]), _moment(row["next_try"]), row["last_error"],
        json.loads(row["receipt"]), read(row["changed"]),
    )  # fmt: skip


def _pruned(chosen: pruning.Choice, facts: int) -> Pruned:
    kept = tuple((_issue(row), why) for row, why in chosen.kept)
    return Pruned(tuple(map(_issue, chosen.issues)), len(chosen.deliveries), facts, len(chosen.passed), kept)


def _used(row: Mapping[str, Any]) -> UsedFact:
    return UsedFact(row["fact"], row["value"], row["currency"], date.fromisoformat(row["known_on"]), row["source"])


def _noted(work: Transaction, used: Sequence[UsedFact]) -> str:
    """The name of a set of facts, added if there is none like it; issues of quiet days share theirs."""
    if not used:
        return ""
    name = _named(used)
    if work.first(FACTS, FACTS.c.facts == name) is None:
        fresh = [tables.sealed({"facts": name, "fact": one.fact, "value": one.value, "currency": one.currency,
                               "known_on": one.known_on.isoformat(), "source": one.source})
                for one in used]  # fmt: skip
        work.insert(FACTS, fresh)
    return name


def _named(used: Iterable[UsedFact]) -> str:
    """The name of a set of facts: the same facts with the same values have the same."""
    rows = sorted((one.fact, repr(one.value), one.currency, one.known_on.isoformat(), one.source) for one in used)
    return tables.digest(*(part for row in rows for part in row))

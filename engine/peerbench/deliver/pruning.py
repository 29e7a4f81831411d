"""Old issues forgotten: what may go from the ledger, what is kept and why, and the keys that stay behind.

What goes is the record of issues that are over. Its keys stay in a table of their own, so that neither the issue nor a
delivery of it is ever made again, by whatever clock or schedule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from peerbench.deliver.tables import DELIVERIES, DONE, FACTS, ISSUES, PASSED
from peerbench.deliver.transaction import Row, Transaction, chunks

OVER: Final = ("published", "unchanged", "held", "failed")
WAITING: Final = ("queued", "sending", "dead")  # a dead delivery may be asked for once more

UNDER_WAY: Final = "it is not over yet"
NEWEST: Final = "the newest published of its brief, to which the next is compared"
UNANSWERED: Final = "it needs a person"
UNSENT: Final = "a delivery is not finished"


@dataclass(frozen=True, slots=True)
class Choice:
    """Rows of issues that go, their deliveries, the names of sets of facts that no other issue used, spans passed over;
    and issues that are older too but are kept, each with the reason."""

    issues: tuple[Row, ...]
    deliveries: tuple[Row, ...]
    facts: tuple[str, ...]
    passed: tuple[Row, ...]
    kept: tuple[tuple[Row, str], ...]


def choice(work: Transaction, before: str, *, briefs: tuple[str, ...], unanswered: frozenset[str]) -> Choice:
    """What goes of the issues scheduled before a time (as the ledger writes it), of these briefs or of all.

    unanswered: ids of issues that need a person.
    """
    issues = sorted(work.all(ISSUES), key=lambda row: (row["brief"], row["scheduled_for"]))
    waiting = {row["issue"] for row in work.all(DELIVERIES) if row["state"] in WAITING}
    newest = _newest(issues)
    old = [row for row in issues if row["scheduled_for"] < before and (not briefs or row["brief"] in briefs)]
    reasons = {row["id"]: _reason(row, newest, waiting, unanswered) for row in old}
    gone = {row["id"] for row in old if not reasons[row["id"]]}
    used = {row["facts"] for row in issues if row["id"] not in gone}
    spans = (row for row in work.all(PASSED) if row["last"] < before and (not briefs or row["brief"] in briefs))
    return Choice(
        tuple(row for row in old if row["id"] in gone),
        tuple(row for row in work.all(DELIVERIES) if row["issue"] in gone),
        tuple(sorted({row["facts"] for row in old if row["id"] in gone and row["facts"]} - used)),
        tuple(spans),
        tuple((row, reasons[row["id"]]) for row in old if row["id"] not in gone),
    )


def _newest(issues: Iterable[Row]) -> frozenset[str]:
    found: dict[str, Row] = {}
    for row in sorted(issues, key=lambda one: str(one["scheduled_for"])):
        if row["state"] == "published":
            found[row["brief"]] = row
    return frozenset(row["id"] for row in found.values())


def _reason(row: Row, newest: frozenset[str], waiting: set[str], unanswered: frozenset[str]) -> str:
    if row["state"] not in OVER:
        return UNDER_WAY
    if row["id"] in waiting:
        return UNSENT
    if row["id"] in unanswered:
        return UNANSWERED
    return NEWEST if row["id"] in newest else ""


def forget(work: Transaction, chosen: Choice) -> int:
    """The rows taken out, their keys left behind; how many facts went."""
    for row in chosen.issues:
        work.add(DONE, _key(row["id"], row))
    by_id = {row["id"]: row for row in chosen.issues}
    for row in chosen.deliveries:
        work.add(DONE, _key(row["id"], by_id[row["issue"]]))
    for some in chunks([row["id"] for row in chosen.issues]):
        work.drop(DELIVERIES, DELIVERIES.c.issue.in_(some))
        work.drop(ISSUES, ISSUES.c.id.in_(some))
    for row in chosen.passed:
        work.drop(PASSED, PASSED.c.brief == row["brief"], PASSED.c.first == row["first"])
    return sum(work.drop(FACTS, FACTS.c.facts.in_(some)) for some in chunks(list(chosen.facts)))


def _key(key: str, issue: Row) -> dict[str, Any]:
    return {"key": key, "brief": issue["brief"], "scheduled_for": issue["scheduled_for"]}

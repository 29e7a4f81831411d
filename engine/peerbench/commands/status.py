"""bench status: what is due, being made, held, failed or not sent. Exit 1 if something needs a person."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from peerbench.commands import ledgers
from peerbench.commands.history import line, row
from peerbench.commands.printing import clean, folded, print_findings, width

if TYPE_CHECKING:
    from peerbench.deliver.ledger import Issue, Ledger, Queued

STATES: Final = ("due", "building", "built")
SENDING: Final = ("queued", "sending", "dead")


def run(parsed: Namespace, arguments: list[str]) -> int:
    found = ledgers.found(())
    now = datetime.now(UTC)
    with ledgers.ledger(found) as ledger:
        ledger.verify(facts=parsed.verify)
        issues = sorted((*ledger.issues(states=STATES), *ledger.unanswered(now)), key=lambda one: one.scheduled_for)
        waiting = ledger.deliveries(states=SENDING)
        if parsed.format == "json":
            print(json.dumps(_document(found, ledger, issues, waiting, now), indent=1, ensure_ascii=False))
        else:
            columns = width(sys.stdout)
            for text in _lines(found, issues, [(one, ledger.issue(one.issue)) for one in waiting], now):
                print(folded(text, columns))
    print_findings(found.findings)
    return int(bool(found.findings) or _needs_a_person(issues, waiting))


def _needs_a_person(issues: list[Issue], waiting: tuple[Queued, ...]) -> bool:
    return any(issue.state in ("held", "failed") for issue in issues) or any(one.state == "dead" for one in waiting)


def _lines(
    found: ledgers.Found, issues: list[Issue], waiting: list[tuple[Queued, Issue | None]], now: datetime
) -> Iterator[str]:
    from peerbench.schedule import upcoming

    for brief in dict.fromkeys(issue.brief for issue in issues):
        yield brief
        yield from (line(issue, ()) for issue in issues if issue.brief == brief)
    yield from (_delivery(one, issue) for one, issue in waiting)
    for config in found.scheduled:
        for moment in upcoming(config.schedule, after=now, count=1):
            yield f"next  {config.name}  {ledgers.shown(moment, config.schedule.zone)} ({ledgers.local(moment)})"
    if not issues and not waiting:
        yield "nothing waits and nothing needs a person" if found.scheduled else "no config has a schedule"
    elif _needs_a_person(issues, tuple(one for one, _ in waiting)):
        yield "mend the cause, then: bench tick --retry"


def _delivery(one: Queued, issue: Issue | None) -> str:
    """What waits or was given up: of which issue, to whom, how often it was tried and why."""
    of = f"{issue.brief} {ledgers.shown(issue.scheduled_for)}  " if issue else ""
    where = " ".join(clean(part) for part in (one.target, one.audience, one.recipient) if part)
    again = f", again {ledgers.shown(one.next_try)}" if one.next_try and one.state == "queued" else ""
    error = f": {clean(one.last_error)}" if one.last_error else ""
    tries = f"{one.attempts} {'try' if one.attempts == 1 else 'tries'}"
    return f"{'not sent' if one.state == 'dead' else one.state:<8}  {of}{where}  {tries}{again}{error}"


def _document(
    found: ledgers.Found, ledger: Ledger, issues: list[Issue], waiting: tuple[Queued, ...], now: datetime
) -> dict[str, object]:
    from peerbench.schedule import upcoming

    by_issue = {one.issue: one for one in waiting}
    open_issues = {issue.id: issue for issue in issues}
    others = [one for id in by_issue if id not in open_issues and (one := ledger.issue(id)) is not None]
    return {
        "needs_a_person": _needs_a_person(issues, waiting),
        "issues": [row(issue, tuple(one for one in waiting if one.issue == issue.id)) for issue in (*issues, *others)],
        "next": {
            config.name: [f"{moment:%Y-%m-%dT%H:%MZ}" for moment in upcoming(config.schedule, after=now, count=1)]
            for config in found.scheduled
        },
    }

"""bench history --prune-before: issues that are over forgotten, and before that told one by one with --dry-run."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from peerbench.commands import ledgers, request
from peerbench.commands.printing import clean, folded, print_findings, width
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, did_you_mean

if TYPE_CHECKING:
    from peerbench.deliver.ledger import Issue, Ledger, Pruned

OPTION: Final = "--prune-before"
KEYS: Final = "The keys stay: none of them is made or sent again. Issues in output/ are not touched."


def run(parsed: Namespace) -> int:
    """Exit 0: forgotten, or told what would be; 2: the day or a brief is not one to prune by."""
    day = _day(parsed.prune_before)
    before = datetime.combine(day, time(), UTC)
    found = ledgers.found(())
    ledger = ledgers.existing(found)
    if ledger is None:
        print("there is no ledger yet, and nothing to forget")
        return 0
    with ledger:
        _refuse_unknown(parsed.briefs, ledger)
        act = ledger.prunable if parsed.dry_run else ledger.prune
        pruned = act(before, datetime.now(UTC), briefs=parsed.briefs)
    if parsed.format == "json":
        print(json.dumps(_data(pruned, day, done=not parsed.dry_run), indent=1, ensure_ascii=False))
    else:
        columns = width(sys.stdout)
        print("\n".join(folded(line, columns) for line in _text(pruned, day, done=not parsed.dry_run)))
    print_findings(found.findings)
    return 0


def _day(text: str) -> date:
    """A day that is past: one to come would forget what has not happened yet. Raises UnusableRequest."""
    day = request.day(text)
    assert day is not None
    if day > datetime.now(UTC).date():
        hint = "Name the first day that is to be kept, e.g. of two years ago."
        raise UnusableRequest((_about(f"{day} is not past", hint),))
    return day


def _refuse_unknown(briefs: list[str], ledger: Ledger) -> None:
    known = {issue.brief for issue in ledger.issues()}
    wrong = [name for name in briefs if name not in known]
    if wrong:
        named = (_about(f"no issue of '{clean(name)}' is known", did_you_mean(name, known)) for name in wrong)
        raise UnusableRequest(tuple(named))


def _about(message: str, hint: str) -> Finding:
    return Finding("arguments", "error", message, hint, Origin(locator=OPTION))


def _text(pruned: Pruned, day: date, *, done: bool) -> Iterator[str]:
    if not pruned.issues:
        yield f"nothing to forget before {day}"
    else:
        states = Counter(issue.state for issue in pruned.issues)
        told = ", ".join(f"{number:,} {state}" for state, number in sorted(states.items()))
        did = "forgot" if done else "would forget"
        yield f"{did} {_many(len(pruned.issues), 'issue')} scheduled before {day}: {told}"
        briefs = Counter(issue.brief for issue in pruned.issues)
        yield from (f"  {name}  {number:,}" for name, number in sorted(briefs.items()))
        sent = _many(pruned.deliveries, "delivery", "deliveries")
        yield f"with {sent}, {_many(pruned.facts, 'fact')} used, {_many(pruned.passed, 'span')} passed over"
    if pruned.kept:
        yield f"kept though older ({len(pruned.kept):,}):"
        for issue, why in pruned.kept:
            yield f"  {issue.brief}  {ledgers.shown(issue.scheduled_for)}  {issue.state}: {why}"
    if pruned.issues:
        yield KEYS


def _many(number: int, one: str, more: str = "") -> str:
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def _data(pruned: Pruned, day: date, *, done: bool) -> dict[str, Any]:
    return {
        "before": day.isoformat(),
        "done": done,
        "issues": [_named(issue) for issue in pruned.issues],
        "deliveries": pruned.deliveries,
        "facts": pruned.facts,
        "passed_over": pruned.passed,
        "kept": [{**_named(issue), "reason": why} for issue, why in pruned.kept],
    }


def _named(issue: Issue) -> dict[str, str]:
    from peerbench.commands.history import utc

    return {"id": issue.id, "brief": issue.brief, "scheduled_for": utc(issue.scheduled_for), "state": issue.state}

"""bench history: the issues that were made, or not and why, and what became of their deliveries."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from peerbench.commands import ledgers
from peerbench.commands.printing import clean, folded, print_findings, width
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, did_you_mean

if TYPE_CHECKING:
    from peerbench.deliver.ledger import Issue, Ledger, Passed, Queued

DRY: Final = "Write `bench history --prune-before DAY --dry-run`."


def run(parsed: Namespace, arguments: list[str]) -> int:
    if parsed.prune_before is not None:
        from peerbench.commands import pruning

        return pruning.run(parsed)
    if parsed.dry_run:
        raise UnusableRequest((Finding("arguments", "error", "--dry-run goes with --prune-before", DRY),))
    found = ledgers.found(())
    with ledgers.ledger(found) as ledger:
        issues = ledger.issues()
        known = sorted({issue.brief for issue in issues})
        for name in parsed.briefs:
            if name not in known:
                print(f"no issue of '{clean(name)}' is known. {did_you_mean(name, known)}".rstrip(), file=sys.stderr)
        shown = [issue for brief in parsed.briefs or known for issue in _newest(issues, brief, parsed.count)]
        sent = {issue.id: ledger.deliveries(issue.id) for issue in shown}
        if parsed.format == "json":
            print(json.dumps(_document(ledger, parsed.briefs or known, shown, sent), indent=1, ensure_ascii=False))
        else:
            columns = width(sys.stdout)
            for text in _table(
                ledger, parsed.briefs or known, shown, sent, detail=parsed.detail, count=max(parsed.count, 1)
            ):
                print(folded(text, columns))
    print_findings(found.findings)
    return 0


def _newest(issues: tuple[Issue, ...], brief: str, count: int) -> list[Issue]:
    return [issue for issue in issues if issue.brief == brief][-max(count, 1) :]


def _document(
    ledger: Ledger, briefs: list[str], issues: list[Issue], sent: dict[str, tuple[Queued, ...]]
) -> dict[str, object]:
    return {
        "issues": [row(issue, sent[issue.id]) for issue in issues],
        "passed_over": [
            {
                "brief": one.brief,
                "first": utc(one.first),
                "last": utc(one.last),
                "times": one.times,
                "reason": one.reason,
            }
            for brief in briefs
            for one in ledger.passed(brief)
        ],
    }


def row(issue: Issue, deliveries: tuple[Queued, ...]) -> dict[str, object]:
    """An issue as JSON has it."""
    return {
        "brief": issue.brief,
        "scheduled_for": utc(issue.scheduled_for),
        "as_of": issue.as_of.isoformat(),
        "state": issue.state,
        "attempts": issue.attempt,
        "next_try": utc(issue.next_try) if issue.next_try else None,
        "folder": issue.folder,
        "figures": issue.digest,
        "reasons": issue.reason.splitlines(),
        "changed": utc(issue.changed),
        "deliveries": [
            {
                "id": one.id, "target": one.target, "audience": one.audience, "recipient": one.recipient,
                "state": one.state, "attempts": one.attempts, "last_error": one.last_error,
                "receipt": dict(one.receipt),
            }
            for one in deliveries
        ],
    }  # fmt: skip


def utc(moment: object) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _table(
    ledger: Ledger,
    briefs: list[str],
    issues: list[Issue],
    sent: dict[str, tuple[Queued, ...]],
    *,
    detail: bool,
    count: int,
) -> Iterator[str]:
    """Issues and the newest spans passed over, by time. detail: with every reason and every delivery of an issue."""
    if not issues:
        yield "no issue yet"
    for brief in briefs:
        mine = [issue for issue in issues if issue.brief == brief]
        passed = ledger.passed(brief)
        over = passed[-count:]
        if mine or over:
            yield brief
        if len(over) < len(passed):
            yield f"  ({len(passed) - len(over)} earlier spans were passed over)"
        lines = [(one.first, [_over(one)]) for one in over]
        for issue in mine:
            below = _detail(issue, sent[issue.id]) if detail else ()
            lines.append((issue.scheduled_for, [line(issue, sent[issue.id]), *below]))
        for _, texts in sorted(lines, key=lambda pair: pair[0]):
            yield from texts


def _over(one: Passed) -> str:
    span = ledgers.shown(one.first) + (f" to {ledgers.shown(one.last)}" if one.times > 1 else "")
    return f"  {span}  passed over ({one.times}): {one.reason}"


def _detail(issue: Issue, deliveries: tuple[Queued, ...]) -> Iterator[str]:
    yield from (f"    {clean(reason)}" for reason in issue.reason.splitlines()[1:])
    for one in deliveries:
        where = " ".join(clean(part) for part in (one.target, one.audience, one.recipient) if part)
        error = f": {clean(one.last_error)}" if one.last_error else ""
        yield f"    {one.state:<8}  {where}{error}"


def line(issue: Issue, deliveries: tuple[Queued, ...]) -> str:
    """An issue in one line: its time, day, state, where it lies or why it does not, and its deliveries."""
    what = issue.folder if issue.state == "published" else ledgers.first(issue.reason)
    why = f"  ({ledgers.first(issue.reason)})" if issue.state == "published" and issue.reason else ""
    counts = Counter(one.state for one in deliveries)
    told = ", ".join(
        f"{counts[state]} {state}" for state in ("sent", "queued", "sending", "dead", "dropped") if counts[state]
    )
    again = f"  again {ledgers.shown(issue.next_try)}" if issue.next_try and issue.state == "due" else ""
    return f"  {ledgers.shown(issue.scheduled_for)}  as of {issue.as_of}  {issue.state:<9}  {what}{why}{again}" + (
        f"  [{told}]" if told else ""
    )

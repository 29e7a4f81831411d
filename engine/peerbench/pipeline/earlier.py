"""The issues that lie before one: found, compared, and said in its study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from peerbench import issues
from peerbench.brief import assemble, lookback
from peerbench.brief import since as looking
from peerbench.brief.attribution import Key, Side
from peerbench.brief.study import Study
from peerbench.config.values import Config
from peerbench.core.errors import UnusableRequest
from peerbench.core.evidence import rows_by
from peerbench.core.findings import Finding
from peerbench.deliver import folder as delivery
from peerbench.pipeline.case import Before, Case


def looking_back(case: Case, folder: Path, now: Side) -> Case:
    """The case with what is to be said of the issue before, and of an earlier print of this very one."""
    delivery.recover(folder)
    wanted, asked = case.config.since, now.asked
    metrics = tuple(dict.fromkeys(one for reader in case.request.audiences for one in lookback.followed(reader)))
    found = issues.Earlier(None, 1)
    if wanted != "none":
        found = issues.earlier(folder.parent, brief=asked.brief, before=asked.as_of, since=wanted)
    if wanted not in (None, "none") and found.issue is None:
        findings = tuple(replace(one, severity="error") for one in found.findings)
        raise UnusableRequest(findings or (_no_issue(case.config, folder.parent, str(wanted)),))
    told = looking.Since()
    if (issue := found.issue) is not None:
        told = looking.since(
            issue.side,
            now,
            number=found.issue_number,
            digest=issue.digest,
            used=issue.used,
            metrics=metrics,
        )
    if (first := issues.printed_before(folder, brief=asked.brief, day=asked.as_of)) is not None:
        told = looking.reprinted(told, first.side, now, used=first.used, before=first.since, metrics=metrics)
    said = told if told.compared or told.corrections else None
    return replace(case, before=Before(said, found.number, found.findings))


def carried(since: bytes, manifest: Mapping[str, Any]) -> Before:
    """What an issue carries of the one before it; what cannot be read is as if it were not there."""
    number = manifest.get("issue")
    try:
        told = looking.from_json(since) if since else None
    except ValueError:
        told = None
    return Before(told, number if isinstance(number, int) else 1)


def _no_issue(config: Config, series: Path, day: str) -> Finding:
    known = ", ".join(str(day) for day in issues.days(series))
    hint = f"There are issues of {known}." if known else "Leave --since away: the newest earlier one is taken."
    return config.finding("config.since", f"there is no earlier issue of {day} to compare with", "since", hint=hint)


def with_before(study: Study, before: Before) -> Study:
    """The study that knows the issue before it, and its own number from the second on."""
    numbered = study.furniture.issue or (str(before.number) if before.since and before.since.compared else "")
    furniture = replace(study.furniture, issue=numbered)
    return replace(study, since=before.since, furniture=furniture)


def printed(frames: assemble.Frames) -> dict[Key, dict[str, Any]]:
    """(company, metric) → the row of the comparison."""
    return rows_by(frames.comparison, "company", "metric")  # type: ignore[return-value]

"""One issue: built and published, or not and why. The ledger is told either way, in one step with its deliveries."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

from peerbench import gate as gates
from peerbench import gather, pipeline
from peerbench.config.values import Config
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.deliver.ledger import LEASE, Issue, LeaseLost, Ledger, Outcome, To, UsedFact, fact_name
from peerbench.deliver.protocol import TRIES, pause
from peerbench.tick import look

NOTE: Final = "not-issued.json"
AGAIN: Final = timedelta(minutes=10)  # between two looks at an issue that is held and may yet pass
# What another hour may mend: a server, a disk, a lock. Anything else needs somebody.
PASSING: Final = gather.FAILURES | {"output", "ledger"}
# Without these the brief cannot be made, and the data may still come: held, not failed.
AWAITED: Final = frozenset({"config.price", "config.rate"})


class Builder(Protocol):
    """How an issue is built and published: the pipeline, or a stand-in of a test."""

    def __call__(
        self, config: Config, issue: Issue, *, gate: pipeline.Gate, progress: pipeline.Progress, now: datetime,
        out: Path | None, given: pipeline.Given | None = None,
    ) -> pipeline.BuildResult: ...  # fmt: skip


def build(
    config: Config, issue: Issue, *, gate: pipeline.Gate, progress: pipeline.Progress, now: datetime, out: Path | None,
    given: pipeline.Given | None = None,
) -> pipeline.BuildResult:  # fmt: skip
    """The brief of the issue's day. Later days than the one of the schedule's zone count as the future.

    given: of a member of a pattern.
    """
    today = max(issue.as_of, config.schedule.day(now))
    return pipeline.build(
        config.path, as_of=issue.as_of, today=today, gate=gate, progress=progress, out=out, given=given
    )


@dataclass(frozen=True, slots=True)
class Work:
    """What making an issue works with; see round.Means."""

    ledger: Ledger
    config: Config
    clock: Callable[[], datetime]
    chance: random.Random
    build: Builder = build
    at: Callable[[str], None] = lambda step: None
    out: Path | None = None


@dataclass(slots=True)
class _Lease:
    """The hold on an issue, kept while the build shows that it goes on."""

    issue: Issue
    work: Work

    def progress(self, stage: str) -> None:
        now = self.work.clock()
        if self.issue.lease_until is None or self.issue.lease_until - now < LEASE * 2 / 3:
            self.issue = self.work.ledger.extend(self.issue, now)


def issue(issue: Issue, work: Work) -> Issue:
    """The issue as it ended. Raises LeaseLost where another pass took it over."""
    if issue.attempt > TRIES:
        return _stopped(issue, work, "failed", (_begun_too_often(issue),), _folder(issue, work))
    later = work.ledger.superseded(issue, work.clock())
    if later is not None and work.config.schedule.catch_up != "all":
        return _stopped(issue, work, "held", (_superseded(later),), _folder(issue, work), final=True)
    lease = _Lease(issue, work)
    last = work.ledger.last(issue.brief, before=issue.scheduled_for)
    gate = partial(gates.judge, work.config.gate, last=last.digest if last else "")
    missed = () if work.config.pattern else look.refresh(work.config)  # a pattern's sources are fetched once for all
    work.at("pulled")
    try:
        built = work.build(
            work.config, issue, gate=gate, progress=lease.progress, now=work.clock(), out=work.out
        )  # fmt: skip
    except UnusableRequest as error:
        return _unusable(lease.issue, work, (*map(_unfetched, missed), *error.findings))
    except LeaseLost:
        raise
    except Exception as error:  # the outermost edge of this worker: one brief's bug does not stop the others
        return _unusable(lease.issue, work, (_bug(error),), passing=True)
    work.at("built")
    if built.held:
        return _held(lease.issue, work, built)
    return _published(lease.issue, work, built)


def _begun_too_often(issue: Issue) -> Finding:
    message = f"It was begun {issue.attempt - 1} times and each time the program was ended before it was done"
    return Finding("gate", "error", message, "Build it by hand: the machine may lack memory.")


def _superseded(later: Issue) -> Finding:
    message = f"The issue of {_stamp(later)} has taken its place (catch_up)"
    return Finding("gate", "error", message)


def _bug(error: Exception) -> Finding:
    message = f"This is a bug: {type(error).__name__}: {error}"
    return Finding("gate", "error", message, "`bench build --debug` shows where.")


def _folder(issue: Issue, work: Work) -> Path:
    return (work.out or work.config.root / "output") / work.config.name / issue.as_of.isoformat()


def _unfetched(message: str) -> Finding:
    return Finding("not-fetched", "warning", message)


def _published(issue: Issue, work: Work, built: pipeline.BuildResult) -> Issue:
    _note(built.folder.parent, issue, None)
    ended = work.ledger.finish(
        issue,
        "published",
        work.clock(),
        folder=_shown(built.folder, work.config),
        digest=built.ruling.figures if built.ruling else "",
        reason=issue.reason if issue.attempt == 1 else "",  # of a later try it says why the one before failed
        facts=used_facts(built.folder / "facts.parquet"),
        send=_addresses(work.config, built.folder),
    )
    work.at("finished")
    return ended


def _held(issue: Issue, work: Work, built: pipeline.BuildResult) -> Issue:
    stops = built.ruling.stops if built.ruling and built.ruling.stops else built.findings
    unchanged = bool(built.ruling and built.ruling.unchanged)
    return _stopped(issue, work, "unchanged" if unchanged else "held", stops, built.folder)


def _unusable(issue: Issue, work: Work, findings: Sequence[Finding], *, passing: bool = False) -> Issue:
    checks = {finding.check for finding in findings if finding.severity == "error"}
    outcome: Outcome = "held" if checks and checks <= AWAITED else "failed"
    passing = passing or bool(checks and checks <= PASSING)
    wait = pause(issue.attempt, work.chance) if passing else None
    again = None if wait is None else work.clock() + wait
    return _stopped(issue, work, outcome, findings, _folder(issue, work), again=again)


def _stopped(
    issue: Issue, work: Work, outcome: Outcome, findings: Iterable[Finding], folder: Path,
    *, again: datetime | None = None, final: bool = False,
) -> Issue:  # fmt: skip
    """No issue: the reasons to the ledger, and a note where readers would look for it. final: it is not tried again."""
    reasons = _reasons(findings)
    if outcome == "held" and not final and work.config.gate.wait:
        soon = work.clock() + AGAIN
        again = soon if soon <= issue.scheduled_for + work.config.gate.wait else None
    _note(folder.parent, issue, {"outcome": outcome, "reasons": list(reasons)})
    work.at("noted why")
    ended = work.ledger.finish(issue, outcome, work.clock(), reason="\n".join(reasons), again=again)
    work.at("finished")
    return ended


def sentences(findings: Iterable[Finding]) -> str:
    """What is wrong, one sentence a line, each with its place."""
    return "\n".join(_reasons(findings))


def _reasons(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_sentence(finding) for finding in findings if finding.severity == "error"))


def _sentence(finding: Finding) -> str:
    place = f"{finding.origin}: " if str(finding.origin) else ""
    return f"{place}{finding.message.rstrip('.')}."


def _addresses(config: Config, folder: Path) -> Iterator[To]:
    """Whom a published issue goes to, by the targets of the config."""
    for target in config.deliver:
        for audience in target.audiences or config.audiences:
            if (folder / audience).is_dir():
                yield from (To(target.name, audience, recipient) for recipient in target.recipients or ("",))


def _shown(folder: Path, config: Config) -> str:
    return Path(os.path.relpath(folder, config.root)).as_posix()


def used_facts(path: Path) -> tuple[UsedFact, ...]:
    """The facts of an issue from its facts.parquet; none where there is none."""
    import polars as pl

    if not path.is_file():
        return ()
    rows = pl.read_parquet(path, columns=["id", "value", "currency", "known_on", "source_title"])
    return tuple(
        UsedFact(fact_name(id), value, currency or "", known_on, title or "")
        for id, value, currency, known_on, title in rows.drop_nulls("value").iter_rows()
    )


# ---- the note of what was not issued ---------------------------------------------------------------------------------


def _note(folder: Path, issue: Issue, why: dict[str, Any] | None) -> None:
    """Why an issue was not made, beside the issues of its brief; one that is made takes older notes away."""
    path = folder / NOTE
    kept = [entry for entry in _notes(path) if entry["scheduled_for"] > _stamp(issue)] if why is None else [
        entry for entry in _notes(path) if entry["scheduled_for"] != _stamp(issue)
    ]  # fmt: skip
    if why is not None:
        kept.append({"brief": issue.brief, "scheduled_for": _stamp(issue), "as_of": issue.as_of.isoformat(), **why})
    try:
        if not kept:
            path.unlink(missing_ok=True)
            return
        folder.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{NOTE}-{os.getpid()}")
        text = json.dumps(sorted(kept, key=lambda entry: str(entry["scheduled_for"])), indent=1, ensure_ascii=False)
        aside.write_text(text + "\n", encoding="utf-8")
        os.replace(aside, path)
    except OSError:  # a disk that is full is why it was not issued: the ledger says so
        return


def _notes(path: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(path.read_text("utf-8"))
        return [entry for entry in found if isinstance(entry.get("scheduled_for"), str)]
    except (OSError, ValueError, AttributeError, TypeError):
        return []


def _stamp(issue: Issue) -> str:
    return issue.scheduled_for.strftime("%Y-%m-%dT%H:%M:%SZ")

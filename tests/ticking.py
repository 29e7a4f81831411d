"""Passes in a test: a project with schedules, a builder that needs no data, a clock that is moved by hand."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from peerbench import pipeline
from peerbench.config.load import load
from peerbench.config.values import Config, Target
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.deliver import folder as folders
from peerbench.deliver.ledger import Issue, Ledger
from peerbench.deliver.protocol import Delivery, NotDelivered, Parcel, Receipt
from peerbench.gate import Ruling
from peerbench.tick import round
from peerbench.tick.send import way
from studies import project

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)  # a Monday; 7 in the morning of New York
DAILY = {"cron": "0 7 * * *", "zone": "America/New_York"}


def config(folder: Path, name: str = "alba", **changes: Any) -> Config:
    """A config with a daily schedule, alone or beside others in a project."""
    settings = {"as_of": None, "schedule": DAILY, "audiences": ["risk"], "outputs": ["html"], **changes}
    made = project(folder, **settings)
    path = made.with_name(f"{name}.yaml")
    made.rename(path)
    found, findings = load(path)
    assert found is not None
    assert not [finding for finding in findings if finding.severity == "error"], findings
    return found


@dataclass
class Builder:
    """Publishes a page that names the issue; says what it is told to say instead, once each."""

    figures: str = "d"
    instead: list[Finding | BaseException | Ruling] = field(default_factory=list)
    built: list[tuple[str, str]] = field(default_factory=list)
    step: Callable[[str], None] = lambda step: None
    given: dict[str, tuple[str, ...]] = field(default_factory=dict)  # companies whose rows came with an issue

    def __call__(
        self, config: Config, issue: Issue, *, gate: Any, progress: Any, now: datetime, out: Path | None,
        given: pipeline.Given | None = None,
    ) -> pipeline.BuildResult:  # fmt: skip
        progress("computing")
        if given is not None:
            self.given[issue.brief] = tuple(sorted(given.data.companies))
        self.built.append((issue.brief, issue.as_of.isoformat()))
        folder = (out or config.root / "output") / issue.brief / issue.as_of.isoformat()
        said = self.instead.pop(0) if self.instead else None
        if isinstance(said, Finding):
            raise UnusableRequest((said,))
        if isinstance(said, BaseException):
            raise said
        if isinstance(said, Ruling):
            return pipeline.BuildResult(folder, (), said.stops, held=True, ruling=said)
        self.step("building")
        page = f"<p>{issue.brief} {issue.as_of}</p>".encode()
        files = folders.publish(folder, {"risk/brief.html": page, "manifest.json": b"{}"})
        return pipeline.BuildResult(folder, files, (), held=False, ruling=Ruling(self.figures))


@dataclass
class Post:
    """A way to deliver that keeps what it was given, and fails as often as it is told."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    fail: list[NotDelivered] = field(default_factory=list)

    def __call__(self, target: Target, root: Path) -> Delivery:
        return self

    def send(self, parcel: Parcel, recipients: tuple[str, ...], key: str) -> Receipt:
        if self.fail:
            raise self.fail.pop(0)
        self.sent.append((key, f"{parcel.brief} {parcel.as_of} {parcel.audience}"))
        return Receipt(f"post:{key}")


@dataclass
class Clock:
    """Hands out `now`, which a test moves."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


def means(root: Path, ledger: Ledger, clock: Clock, builder: Builder, **more: Any) -> round.Means:
    made = round.Means(root, ledger, "a", clock, random.Random(1), build=builder, ways=way)
    return replace(made, **more)

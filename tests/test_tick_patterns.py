"""A pattern with a schedule: each member has issues of its own, made once, sent, and tried again like any other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from peerbench import pipeline
from peerbench.config.check import by_itself
from peerbench.config.load import load
from peerbench.config.values import Config
from peerbench.core.findings import Finding
from peerbench.deliver.ledger import Ledger
from peerbench.gate import Ruling
from peerbench.tick import round
from peerbench.universe.members import Universe
from ticking import Builder, Clock, means
from universes import pattern

STALE = Ruling("d", (Finding("gate", "error", "The last close of Alba is of 24 March 2025."),))
MEMBERS = ["tools-alba", "tools-bora", "tools-cima", "tools-dora"]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.file(tmp_path / ".bench" / "ledger.sqlite") as made:
        yield made


def daily(project: Path, more: str = "") -> Config:
    path = pattern(project, more=f"schedule: {{cron: '0 7 * * *', zone: UTC}}\n{more}")
    path.write_text(path.read_text("utf-8").replace("as_of: 2025-03-31\n", ""), "utf-8")
    found, findings = load(path)
    assert findings == ()
    assert found is not None
    return found


def test_each_member_is_issued_once_at_a_time_of_the_schedule(tmp_path: Path, ledger: Ledger) -> None:
    tools, builder, clock = daily(tmp_path), Builder(), Clock(datetime(2025, 3, 31, 7, 0, 30, tzinfo=UTC))
    with_ = means(tmp_path, ledger, clock, builder)
    assert [(one.kind, one.brief) for one in round.run([tools], with_).events] == [
        ("published", name) for name in MEMBERS
    ]
    assert builder.given["tools-alba"] == ("alba", "bora", "cima")  # the rows of its own companies alone
    assert round.run([tools], with_).events == []
    clock.pass_(days=1)
    assert len(round.run([tools], with_).events) == 4
    assert [issue.as_of.isoformat() for issue in ledger.issues("tools-alba")] == ["2025-03-31", "2025-04-01"]


def test_a_pass_that_was_ended_is_gone_on_with_and_one_that_is_held_stops_no_other(
    tmp_path: Path, ledger: Ledger
) -> None:
    tools, clock = daily(tmp_path), Clock(datetime(2025, 3, 31, 7, 0, 30, tzinfo=UTC))
    builder = Builder(instead=[STALE])
    stopped = means(tmp_path, ledger, clock, builder, stop=lambda: len(builder.built) == 2)
    told = [(one.kind, one.brief) for one in round.run([tools], stopped).events]
    assert told == [("held", "tools-alba"), ("published", "tools-bora")]
    told = [(one.kind, one.brief) for one in round.run([tools], means(tmp_path, ledger, clock, builder)).events]
    assert told == [("published", "tools-cima"), ("published", "tools-dora")]


def test_two_members_are_made_at_once_and_the_data_read_once(
    tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools, builder, clock = daily(tmp_path), Builder(), Clock(datetime(2025, 3, 31, 7, 0, 30, tzinfo=UTC))
    read: list[Path] = []
    members = pipeline.members

    def noted(path: Path, **how: Any) -> Universe:
        read.append(path)
        return members(path, **how)

    monkeypatch.setattr(pipeline, "members", noted)
    report = round.run([tools], means(tmp_path, ledger, clock, builder, at_once=2))
    assert sorted(one.brief for one in report.events) == MEMBERS
    assert read == [tools.path]


def test_a_members_issue_goes_where_the_pattern_sends_it(tmp_path: Path, ledger: Ledger) -> None:
    tools = daily(tmp_path, "deliver: [{folder: sent, audiences: [institutional]}]")
    (tmp_path / "sent").mkdir()
    clock = Clock(datetime(2025, 3, 31, 7, 0, 30, tzinfo=UTC))

    class Wide(Builder):
        def __call__(self, *args: object, **how: object) -> pipeline.BuildResult:
            made = super().__call__(*args, **how)  # type: ignore[arg-type]
            page = made.folder / "institutional" / "brief.html"
            page.parent.mkdir()
            page.write_text("<p>a page</p>", "utf-8")
            return made

    report = round.run([tools], means(tmp_path, ledger, clock, Wide()))
    assert [one.text for one in report.events if one.kind not in ("published", "sent")] == []
    assert sum(one.kind == "sent" for one in report.events) == 4
    sent = sorted(path.relative_to(tmp_path / "sent").as_posix() for path in (tmp_path / "sent").rglob("*.html"))
    assert sent == [f"{name}/2025-03-31/institutional/brief.html" for name in MEMBERS]


def test_a_company_that_is_no_member_any_more_fails_with_the_reason(tmp_path: Path, ledger: Ledger) -> None:
    tools, builder, clock = daily(tmp_path), Builder(), Clock(datetime(2025, 3, 31, 7, 0, 30, tzinfo=UTC))
    round.run([tools], means(tmp_path, ledger, clock, builder, stop=lambda: True))
    prices = tmp_path / "data" / "made" / "prices.csv"
    kept = [line for line in prices.read_text("utf-8").splitlines() if not line.startswith("dora")]
    prices.write_text("\n".join(kept) + "\n", "utf-8")
    report = round.run([tools], means(tmp_path, ledger, clock, builder))
    assert [one.kind for one in report.events] == ["published", "published", "published", "failed"]
    assert "'dora' (Dora) gets no brief: no share line on 31 March 2025" in report.events[-1].text


def test_a_pattern_whose_data_cannot_be_read_is_looked_at_again(tmp_path: Path, ledger: Ledger) -> None:
    tools, builder, clock = daily(tmp_path), Builder(), Clock(datetime(2025, 3, 31, 7, 0, 30, tzinfo=UTC))
    facts = tmp_path / "data" / "made" / "facts.csv"
    facts.rename(facts.with_suffix(".aside"))
    assert [one.kind for one in round.run([tools], means(tmp_path, ledger, clock, builder)).events] == ["unread"]
    facts.with_suffix(".aside").rename(facts)
    assert len(round.run([tools], means(tmp_path, ledger, clock, builder)).events) == 4


def test_a_pattern_waits_for_no_filing(tmp_path: Path) -> None:
    path = pattern(tmp_path, more="schedule: {when: new filing}")
    config, _ = load(path)
    assert config is not None
    assert "a pattern has no filing of its own to wait for" in [one.message for one in by_itself(config)]

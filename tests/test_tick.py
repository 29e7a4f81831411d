"""One pass: what is due is made once, or held with its reason; sent until it arrives; and may be killed anywhere."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from peerbench import gather
from peerbench.config.values import Config
from peerbench.core.findings import Finding, Origin
from peerbench.deliver.ledger import LEASE, Ledger
from peerbench.deliver.protocol import TRIES, NotDelivered, Parcel, Receipt
from peerbench.gate import Ruling
from peerbench.tick import look, round
from peerbench.tick.make import AGAIN, NOTE
from test_deliver_folder import tree
from ticking import DAILY, NOW, Builder, Clock, Post, config, means

STALE = Ruling("d", (Finding("gate", "error", "The last close of Alibaba is of 29 December 2025."),))
WEEKLY = {**DAILY, "cron": "0 7 * * MON"}
SAME = Ruling("d", (Finding("gate", "error", "Every figure is that of the last issue."),), unchanged=True)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.file(tmp_path / ".bench" / "ledger.sqlite") as made:
        yield made


def told(report: round.Report) -> list[tuple[str, str]]:
    return [(event.kind, event.brief) for event in report.events]


# ---- due -------------------------------------------------------------------------------------------------------------


def test_what_is_due_is_made_once_and_published_as_of_the_day_of_its_zone(
    tmp_path: Path, ledger: Ledger, clock: Clock
) -> None:
    """23:30 UTC on Sunday is half past seven on Monday in Shanghai."""
    clock.now = datetime(2026, 1, 4, 23, 30, 20, tzinfo=UTC)
    alba = config(tmp_path, schedule={"cron": "30 7 * * 1", "zone": "Asia/Shanghai"})
    with_ = means(tmp_path, ledger, clock, Builder())
    assert told(round.run([alba], with_)) == [("published", "alba")]
    assert told(round.run([alba], with_)) == []
    (issue,) = ledger.issues()
    assert (issue.as_of, issue.scheduled_for) == (date(2026, 1, 5), datetime(2026, 1, 4, 23, 30, tzinfo=UTC))
    assert (tmp_path / issue.folder / "risk" / "brief.html").read_text("utf-8") == "<p>alba 2026-01-05</p>"
    assert (issue.digest, issue.config) == ("d", "configs/alba.yaml")


def test_an_as_of_in_the_config_is_the_day_of_every_issue(tmp_path: Path, ledger: Ledger, clock: Clock) -> None:
    alba = config(tmp_path, as_of="2025-09-23")
    round.run([alba], means(tmp_path, ledger, clock, Builder()))
    assert ledger.issues()[0].as_of == date(2025, 9, 23)


@pytest.mark.parametrize(
    ("catch_up", "made"),
    [("latest", ["2026-01-09"]), ("all", [f"2026-01-{day:02d}" for day in range(6, 10)]), ("none", [])],
)
def test_after_a_standstill_of_days(
    catch_up: str, made: list[str], tmp_path: Path, ledger: Ledger, clock: Clock
) -> None:
    alba, builder = config(tmp_path, schedule={**DAILY, "catch_up": catch_up}), Builder()
    with_ = means(tmp_path, ledger, clock, builder)
    round.run([alba], with_)
    clock.pass_(days=4, hours=5)
    round.run([alba], with_)
    assert [day for _, day in builder.built] == ["2026-01-05", *made]
    assert sum(over.times for over in ledger.passed("alba")) == 4 - len(made)


def test_a_clock_that_goes_back_issues_nothing_twice(tmp_path: Path, ledger: Ledger, clock: Clock) -> None:
    alba, builder = config(tmp_path), Builder()
    with_ = means(tmp_path, ledger, clock, builder)
    for hours in (0, 24, -30, 6, 24, 1):
        clock.pass_(hours=hours)
        round.run([alba], with_)
    assert [day for _, day in builder.built] == ["2026-01-05", "2026-01-06"]


def test_a_clock_that_was_years_ahead_once_does_not_stop_the_schedule(
    tmp_path: Path, ledger: Ledger, clock: Clock
) -> None:
    alba, builder = config(tmp_path), Builder()
    with_ = means(tmp_path, ledger, clock, builder)
    for days in (0, 30_000, -30_000, 1, 1):
        clock.pass_(days=days)
        round.run([alba], with_)
    assert [day for _, day in builder.built if day < "2030"] == ["2026-01-05", "2026-01-06", "2026-01-07"]


def test_a_new_filing_makes_an_issue_and_nothing_new_makes_none(tmp_path: Path, ledger: Ledger, clock: Clock) -> None:
    """The shipped data: all that was known by 2 May 2025, then what came after (Alibaba's year on 15 May)."""
    alba, builder = config(tmp_path, schedule={"when": "new filing"}), Builder()
    with_ = means(tmp_path, ledger, clock, builder)
    for day in (2, 3, 16, 17):
        clock.now = datetime(2025, 5, day, 9, tzinfo=UTC)
        round.run([alba], with_)
    assert [day for _, day in builder.built] == ["2025-05-02", "2025-05-16"]
    first, second = ledger.issues()
    assert first.reason == "the first issue"
    assert "new: " in second.reason
    assert "alibaba" in second.reason
    assert set(look.documents(alba, date(2025, 5, 2))) < ledger.known_documents("alba")


# ---- not issued ------------------------------------------------------------------------------------------------------


def test_an_issue_that_is_held_says_why_in_the_ledger_and_beside_the_issues(
    tmp_path: Path, ledger: Ledger, clock: Clock
) -> None:
    alba = config(tmp_path, deliver=[{"folder": "mount"}])
    report = round.run([alba], means(tmp_path, ledger, clock, Builder(instead=[STALE])))
    assert report.needs_a_person
    assert told(report) == [("held", "alba")]
    (issue,) = ledger.issues()
    assert issue.reason.startswith("The last close of Alibaba")
    assert json.loads((tmp_path / "output" / "alba" / NOTE).read_text("utf-8")) == [
        {"brief": "alba", "scheduled_for": "2026-01-05T12:00:00Z", "as_of": "2026-01-05", "outcome": "held",
         "reasons": [issue.reason]},
    ]  # fmt: skip
    assert ledger.deliveries() == ()


def test_the_note_goes_when_an_issue_is_made(tmp_path: Path, ledger: Ledger, clock: Clock) -> None:
    alba, builder = config(tmp_path), Builder(instead=[STALE])
    with_ = means(tmp_path, ledger, clock, builder)
    round.run([alba], with_)
    clock.pass_(days=1)
    assert told(round.run([alba], with_)) == [("published", "alba")]
    assert not (tmp_path / "output" / "alba" / NOTE).exists()


def test_an_unchanged_issue_is_no_problem_and_not_sent(tmp_path: Path, ledger: Ledger, clock: Clock) -> None:
    alba = config(tmp_path, deliver=[{"folder": "mount"}])
    report = round.run([alba], means(tmp_path, ledger, clock, Builder(instead=[SAME])))
    assert told(report) == [("unchanged", "alba")]
    assert not report.needs_a_person
    assert ledger.deliveries() == ()


def test_one_that_is_held_is_looked_at_again_for_as_long_as_the_gate_waits(
    tmp_path: Path, ledger: Ledger, clock: Clock
) -> None:
    alba, builder = config(tmp_path, gate={"wait": "1 hour"}), Builder(instead=[STALE] * 2)
    with_ = means(tmp_path, ledger, clock, builder)
    assert told(round.run([alba], with_)) == [("again", "alba")]
    assert told(round.run([alba], with_)) == []
    clock.now += AGAIN
    assert told(round.run([alba], with_)) == [("again", "alba")]
    clock.now += AGAIN
    assert told(round.run([alba], with_)) == [("published", "alba")]
    assert ledger.issues()[0].reason == ""  # why it had to wait is over
    builder.instead = [STALE] * 99
    clock.pass_(days=1)
    while told(round.run([alba], with_)) != [("held", "alba")]:
        clock.now += AGAIN
    assert clock.now <= ledger.issues()[-1].scheduled_for + timedelta(hours=2)


def test_a_price_that_is_missing_holds_and_a_mistake_of_the_config_fails_at_its_place(
    tmp_path: Path, ledger: Ledger, clock: Clock
) -> None:
    alba, bora = config(tmp_path), config(tmp_path, "bora")
    price = Finding("config.price", "error", "Alibaba: no close of BABA")
    wrong = Finding("config.company", "error", "unknown company 'jd.con'", "", Origin("configs/bora.yaml", 4, 2))
    report = round.run([alba, bora], means(tmp_path, ledger, clock, Builder(instead=[price, wrong])))
    assert told(report) == [("held", "alba"), ("failed", "bora")]
    assert ledger.issues("bora")[0].reason == "configs/bora.yaml:4:2: unknown company 'jd.con'."


@pytest.mark.parametrize(
    "passing",
    [Finding("not-fetched", "error", "the server is busy"), Finding("output", "error", "disk full"), ValueError("x")],
)
def test_what_may_pass_is_tried_again_later_and_not_for_ever(
    passing: Finding | Exception, tmp_path: Path, ledger: Ledger, clock: Clock
) -> None:
    alba, builder = config(tmp_path, schedule=WEEKLY), Builder(instead=[passing] * 99)
    with_ = means(tmp_path, ledger, clock, builder)
    seen = []
    for _ in range(TRIES + 3):
        seen += [kind for kind, _ in told(round.run([alba], with_))]
        clock.pass_(hours=8)
    assert seen == ["again"] * (TRIES - 1) + ["failed"]


def test_an_issue_that_ends_every_pass_is_given_up_in_the_end(tmp_path: Path, ledger: Ledger, clock: Clock) -> None:
    """As when the machine lacks memory for it: each time the program is ended from outside."""
    alba = config(tmp_path, schedule=WEEKLY)
    deadly = means(tmp_path, ledger, clock, Builder(instead=[KeyboardInterrupt()] * 99))
    for _ in range(TRIES):
        with pytest.raises(KeyboardInterrupt):
            round.run([alba], deadly)
        clock.now += LEASE
    assert told(round.run([alba], deadly)) == [("failed", "alba")]
    assert f"begun {TRIES} times" in ledger.issues()[0].reason


@pytest.mark.parametrize(
    ("sources", "refresh", "pulls"),
    [
        ([{"sec": {"contact": "Desk desk@example.org", "companies": {"alibaba": 1577552}}}], True, 1),
        ([{"sec": {"contact": "Desk desk@example.org", "companies": {"alibaba": 1577552}}}], False, 0),
        ([{"dataset": "platforms"}], True, 0),
    ],
)
def test_what_is_fetched_is_fetched_anew_before_an_issue_unless_the_config_says_not(
    sources: list[object], refresh: bool, pulls: int, tmp_path: Path, ledger: Ledger, clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    pulled: list[str] = []

    def pull(asked: Config) -> gather.Pulled:
        pulled.append(asked.name)
        return gather.Pulled(None, (), (Finding("not-fetched", "warning", "the server is busy"),))

    monkeypatch.setattr(gather, "pull", pull)
    alba = config(tmp_path, sources=sources, schedule={**DAILY, "refresh": refresh})
    assert told(round.run([alba], means(tmp_path, ledger, clock, Builder()))) == [("published", "alba")]
    assert pulled == ["alba"] * pulls


def test_one_brief_that_fails_does_not_stop_the_others(tmp_path: Path, ledger: Ledger, clock: Clock) -> None:
    both = [config(tmp_path), config(tmp_path, "bora")]
    report = round.run(both, means(tmp_path, ledger, clock, Builder(instead=[RuntimeError("boom")])))
    assert told(report) == [("again", "alba"), ("published", "bora")]
    assert "RuntimeError: boom" in ledger.issues("alba")[0].reason


def test_sources_that_cannot_be_read_are_told_and_do_not_stop_the_others(
    tmp_path: Path, ledger: Ledger, clock: Clock
) -> None:
    (tmp_path / "data").mkdir()
    both = [
        config(tmp_path, schedule={"when": "new filing"}, sources=[{"dataset": "./data"}]),
        config(tmp_path, "bora"),
    ]
    report = round.run(both, means(tmp_path, ledger, clock, Builder()))
    assert told(report) == [("unread", "alba"), ("published", "bora")]
    assert report.needs_a_person


def test_a_pass_that_is_asked_to_stop_ends_after_the_issue_in_hand(
    tmp_path: Path, ledger: Ledger, clock: Clock
) -> None:
    both, asked = [config(tmp_path), config(tmp_path, "bora")], iter([False, True, True])
    report = round.run(both, means(tmp_path, ledger, clock, Builder(), stop=lambda: next(asked)))
    assert told(report) == [("published", "alba")]
    assert told(round.run(both, means(tmp_path, ledger, clock, Builder()))) == [("published", "bora")]


def test_an_issue_that_waits_gives_way_to_a_later_one_unless_all_are_wanted(
    tmp_path: Path, ledger: Ledger, clock: Clock
) -> None:
    """Monday's is held and waits; Tuesday's comes: Monday's brief is not sent after it."""
    builder = Builder(instead=[STALE])
    with_ = means(tmp_path, ledger, clock, builder)
    alba = config(tmp_path, gate={"wait": "3 days"})
    round.run([alba], with_)
    clock.pass_(days=1)
    report = round.run([alba], with_)
    assert told(report) == [("passed", "alba"), ("published", "alba")]
    assert not report.needs_a_person
    assert "2026-01-06T12:00:00Z has taken its place" in ledger.issues()[0].reason
    assert [day for _, day in builder.built] == ["2026-01-05", "2026-01-06"]
    assert ledger.unanswered(clock.now) == ()
    all_of_them = config(tmp_path, "bora", gate={"wait": "3 days"}, schedule={**DAILY, "catch_up": "all"})
    builder.instead = [STALE]
    round.run([all_of_them], with_)
    clock.pass_(days=1)
    assert told(round.run([all_of_them], with_)) == [("published", "bora"), ("published", "bora")]


def test_what_a_dead_pass_held_is_taken_over_at_once_where_its_death_is_known(
    tmp_path: Path, ledger: Ledger, clock: Clock
) -> None:
    alba = config(tmp_path)
    dead = means(tmp_path, ledger, clock, Builder(instead=[KeyboardInterrupt()]), owner="dead")
    with pytest.raises(KeyboardInterrupt):
        round.run([alba], dead)
    assert told(round.run([alba], means(tmp_path, ledger, clock, Builder()))) == []
    knows = means(tmp_path, ledger, clock, Builder(), gone=lambda owner: owner == "dead")
    assert told(round.run([alba], knows)) == [("published", "alba")]


def test_two_passes_at_once_make_an_issue_once(tmp_path: Path, ledger: Ledger, clock: Clock) -> None:
    """The second begins while the first is building."""
    alba, inner = config(tmp_path), []
    other = means(tmp_path, ledger, clock, Builder(), owner="b")
    builder = Builder(step=lambda step: inner.append(told(round.run([alba], other))))
    assert told(round.run([alba], means(tmp_path, ledger, clock, builder))) == [("published", "alba")]
    assert inner == [[]]


def test_a_pass_that_slept_through_its_lease_records_nothing(tmp_path: Path, ledger: Ledger, clock: Clock) -> None:
    """Its issue was made and sent by another meanwhile."""
    alba, post = config(tmp_path, deliver=[{"folder": "mount"}]), Post()
    other = means(tmp_path, ledger, clock, Builder(), owner="b", ways=post)

    def sleep(step: str) -> None:
        clock.now += LEASE + timedelta(minutes=1)
        assert told(round.run([alba], other)) == [("published", "alba"), ("sent", "alba")]

    slow = means(tmp_path, ledger, clock, Builder(step=sleep), ways=post)
    assert told(round.run([alba], slow)) == [("lost", "alba")]
    assert len(post.sent) == 1


def test_several_issues_at_once_are_each_made_once(tmp_path: Path, ledger: Ledger, clock: Clock) -> None:
    briefs = [config(tmp_path, f"b{number}") for number in range(8)]
    builder = Builder(step=lambda step: time.sleep(0.01))
    with_ = replace(means(tmp_path, ledger, clock, builder), at_once=4)
    assert sorted(told(round.run(briefs, with_))) == [("published", f"b{number}") for number in range(8)]
    assert sorted(builder.built) == [(f"b{number}", "2026-01-05") for number in range(8)]
    assert told(round.run(briefs, with_)) == []


def test_at_once_or_not_issues_of_one_brief_come_one_after_the_other(
    tmp_path: Path, ledger: Ledger, clock: Clock
) -> None:
    alba = config(tmp_path, schedule={**DAILY, "catch_up": "all"})
    round.run([alba], means(tmp_path, ledger, clock, Builder()))
    clock.pass_(days=3)
    builder = Builder()
    round.run([alba], replace(means(tmp_path, ledger, clock, builder), at_once=4))
    assert builder.built == [("alba", f"2026-01-0{day}") for day in (6, 7, 8)]


# ---- deliveries ------------------------------------------------------------------------------------------------------


def test_a_published_issue_goes_to_every_target_and_audience_once(tmp_path: Path, ledger: Ledger, clock: Clock) -> None:
    (tmp_path / "mount").mkdir()
    alba = config(tmp_path, deliver=[{"folder": "mount"}, {"folder": "mount", "name": "pdfs", "formats": ["html"]}])
    with_ = means(tmp_path, ledger, clock, Builder())
    assert told(round.run([alba], with_)) == [("published", "alba"), ("sent", "alba"), ("sent", "alba")]
    assert "alba/2026-01-05/risk/brief.html" in tree(tmp_path / "mount")
    assert told(round.run([alba], with_)) == []


def test_a_delivery_that_fails_is_tried_again_with_the_same_key_until_it_is_dead(
    tmp_path: Path, ledger: Ledger, clock: Clock
) -> None:
    alba = config(tmp_path, schedule=WEEKLY, deliver=[{"folder": "mount"}])
    post = Post(fail=[NotDelivered("the server is busy", again=True)] * 99)
    with_ = means(tmp_path, ledger, clock, Builder(), ways=post)
    seen, tried = [], 0
    while "dead" not in seen:
        seen += [kind for kind, _ in told(round.run([alba], with_)) if kind in ("later", "dead", "sent")]
        clock.pass_(hours=8)
        tried += 1
        assert tried < 20
    assert seen == ["later"] * (TRIES - 1) + ["dead"]
    (dead,) = ledger.deliveries()
    assert dead.last_error == "the server is busy"
    post.fail.clear()
    ledger.requeue(dead.id, clock.now)
    assert ("sent", "alba") in told(round.run([alba], with_))
    assert [key for key, _ in post.sent][:1] == [dead.id]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda root: (root / "configs" / "alba.yaml").unlink(), "cannot be read"),
        (lambda root: config(root, deliver=[{"folder": "x", "name": "other"}]), "names no target 'folder'"),
        (
            lambda root: config(root, audiences=["policy"], deliver=[{"folder": "mount"}]),
            "does not name the audience 'risk'",
        ),
        (lambda root: (root / "output").rename(root / "elsewhere"), "holds no edition"),
    ],
)
def test_what_cannot_be_sent_any_more_is_said(
    spoil: object, said: str, tmp_path: Path, ledger: Ledger, clock: Clock
) -> None:
    assert callable(spoil)
    alba = config(tmp_path, deliver=[{"folder": "mount"}])  # which is not there yet
    with_ = means(tmp_path, ledger, clock, Builder())
    assert told(round.run([alba], with_)) == [("published", "alba"), ("later", "alba")]
    (tmp_path / "mount").mkdir()
    spoil(tmp_path)
    clock.pass_(hours=1)
    round.run([], with_)
    assert said in ledger.deliveries()[0].last_error


MAIL = {"host": "127.0.0.1", "port": 9, "security": "none", "sender": "desk@example.com"}


def test_a_reader_taken_out_of_the_config_while_a_letter_waits_gets_none_and_needs_nobody(
    tmp_path: Path, ledger: Ledger, clock: Clock
) -> None:
    alba = config(tmp_path, schedule=WEEKLY, mail=MAIL, deliver=[{"to": ["a@example.com", "b@example.com"]}])
    post = Post(fail=[NotDelivered("busy", again=True), NotDelivered("no such person", again=False)])
    with_ = means(tmp_path, ledger, clock, Builder(), ways=post)
    round.run([alba], with_)
    assert sorted(one.state for one in ledger.deliveries()) == ["dead", "queued"]
    alba = config(tmp_path, schedule=WEEKLY, mail=MAIL, deliver=[{"to": ["c@example.com"]}])
    for one in ledger.deliveries(states=("dead",)):
        ledger.requeue(one.id, clock.now)
    clock.pass_(hours=1)
    report = round.run([alba], with_)
    assert told(report) == [("dropped", "alba")] * 2
    assert not report.needs_a_person
    assert post.sent == []
    assert {one.state for one in ledger.deliveries()} == {"dropped"}
    assert all("does not name" in one.last_error for one in ledger.deliveries())


def test_a_delivery_over_which_a_library_stumbles_stops_no_other(tmp_path: Path, ledger: Ledger, clock: Clock) -> None:
    class Stumbling(Post):
        def send(self, parcel: Parcel, recipients: tuple[str, ...], key: str) -> Receipt:
            if recipients == ("a@example.com",):
                raise UnicodeError("label too long")
            return super().send(parcel, recipients, key)

    alba = config(tmp_path, mail=MAIL, deliver=[{"to": ["a@example.com", "b@example.com"]}])
    report = round.run([alba], means(tmp_path, ledger, clock, Builder(), ways=Stumbling()))
    assert sorted(told(report)) == [("later", "alba"), ("published", "alba"), ("sent", "alba")]
    (waits,) = ledger.deliveries(states=("queued",))
    assert waits.last_error == "this is a bug: UnicodeError: label too long"


def test_a_delivery_that_ends_every_pass_is_given_up_in_the_end(tmp_path: Path, ledger: Ledger, clock: Clock) -> None:
    class Ends(BaseException):
        """The process is killed: no handler of ours runs."""

    class Killing(Post):
        def send(self, parcel: Parcel, recipients: tuple[str, ...], key: str) -> Receipt:
            raise Ends

    alba = config(tmp_path, schedule=WEEKLY, deliver=[{"folder": "mount"}])
    with_ = means(tmp_path, ledger, clock, Builder(), ways=Killing())
    for _ in range(TRIES):
        with pytest.raises(Ends):
            round.run([alba], with_)
        clock.pass_(hours=1)
    assert told(round.run([alba], with_)) == [("dead", "alba")]
    assert f"begun {TRIES} times" in ledger.deliveries()[0].last_error


def test_a_receiver_that_asks_for_an_hour_is_left_alone_for_an_hour(
    tmp_path: Path, ledger: Ledger, clock: Clock
) -> None:
    alba = config(tmp_path, schedule=WEEKLY, deliver=[{"folder": "mount"}])
    post = Post(fail=[NotDelivered("too many", again=True, after=timedelta(hours=1))])
    with_ = means(tmp_path, ledger, clock, Builder(), ways=post)
    round.run([alba], with_)
    assert ledger.deliveries()[0].next_try == clock.now + timedelta(hours=1)


# ---- killed ----------------------------------------------------------------------------------------------------------

SWEEP = """
import json, os, signal, sys
from datetime import timedelta
from pathlib import Path
from peerbench.deliver.ledger import LEASE, Ledger
from peerbench.deliver import folder
from peerbench.tick import round
from peerbench.tick.send import way
from ticking import Builder, Clock, config, means

class Logged:
    def __init__(self, target, root): self.way, self.log = way(target, root), root / "sent"
    def send(self, parcel, recipients, key):
        receipt = self.way.send(parcel, recipients, key)
        with self.log.open("a") as log: log.write(key + chr(10))
        return receipt

def dying(wanted, nth):
    left = [nth]
    def at(step):
        if step == wanted:
            left[0] -= 1
            if left[0] == 0: os.kill(os.getpid(), signal.SIGKILL)
    return at

def dying_rename(nth):
    at, real = dying("rename", nth), os.rename
    def rename(*args): at("rename"); real(*args); at("renamed")
    return rename

def swept(place, step, nth):
    (place / "mount").mkdir(parents=True)
    briefs = [config(place, name, deliver=[{"folder": "mount"}]) for name in ("alba", "bora")]
    clock, at = Clock(), dying(step, nth)
    child = os.fork()
    if child == 0:
        if step in ("rename", "renamed"): folder.os.rename = dying_rename(nth)
        with Ledger.file(place / ".bench" / "ledger.sqlite") as ledger:
            round.run(briefs, means(place, ledger, clock, Builder(step=at), ways=Logged, at=at))
        os._exit(0)
    killed = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    clock.now += LEASE + timedelta(seconds=1)
    builder = Builder()
    with Ledger.file(place / ".bench" / "ledger.sqlite") as ledger:
        round.run(briefs, means(place, ledger, clock, builder, ways=Logged, owner="next"))
        ledger.verify()
        return {
            "killed": killed, "step": step, "nth": nth, "again": len(builder.built),
            "issues": [(one.brief, one.state) for one in ledger.issues()],
            "deliveries": [one.state for one in ledger.deliveries()],
            "sent": (place / "sent").read_text().split(),
            "arrived": sorted(str(path.relative_to(place)) for path in (place / "mount").rglob("*") if path.is_file()),
            "left": sorted(path.name for path in place.glob("*/*/.*")),
        }

steps = [(step, int(nth)) for step, nth in (one.split(":") for one in sys.argv[2].split(","))]
print(json.dumps([swept(Path(sys.argv[1]) / f"{step}-{nth}", step, nth) for step, nth in steps]))
"""
STEPS = (
    "noted:1", "claimed:1", "claimed:2", "pulled:1", "building:1", "rename:1", "rename:2", "renamed:1", "built:1",
    "finished:1", "finished:2", "taken:1", "sent:1", "sent:2", "settled:1", "settled:2",
)  # fmt: skip


def test_a_pass_that_is_killed_at_any_step_is_finished_by_the_next(tmp_path: Path) -> None:
    """kill -9 at each step of the first or of the second of two briefs; real files, real ledger, real deliveries."""
    command = [sys.executable, "-c", SWEEP, str(tmp_path), ",".join(STEPS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert [f"{one['step']}:{one['nth']}" for one in results if one["killed"]] == list(STEPS)
    for one in results:
        assert one["issues"] == [["alba", "published"], ["bora", "published"]], one
        assert one["deliveries"] == ["sent", "sent"], one
        assert len(set(one["sent"])) == 2, one
        # Only a pass that died between sending and noting it sends again, under the same key.
        assert len(one["sent"]) == 2 + (one["step"] == "sent"), one
        assert one["arrived"] == [
            f"mount/{brief}/2026-01-05/risk/{name}"
            for brief in ("alba", "bora")
            for name in ("brief.html", "delivery.json")
        ], one
        assert one["left"] == [], one
        if one["step"] in ("finished", "taken", "sent", "settled") and one["nth"] == 2:
            assert one["again"] == 0, one


def test_the_moment_of_a_test_is_a_due_one() -> None:
    """7 in the morning of New York in winter is 12 UTC."""
    assert datetime(2026, 1, 5, 7 + 5, tzinfo=UTC) == NOW

"""The ledger: what is due is built by one program at a time, issued at most once, and a byte that flipped is named."""

from __future__ import annotations

import os
import random
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from database import PASSWORD, USER, postgres
from peerbench.core.errors import UnusableRequest
from peerbench.deliver import database, pruning, tables
from peerbench.deliver.database import LedgerRefused
from peerbench.deliver.ledger import LEASE, LeaseLost, Ledger, Occasion, Passed, To, UsedFact

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)  # a Monday
LATER = NOW + LEASE + timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def occasion(brief: str = "alba", at: datetime = NOW, **changes: str) -> Occasion:
    return Occasion(brief, f"configs/{brief}.yaml", ("risk", "policy"), at, at.date(), **changes)


REVENUE = UsedFact("alba.revenue.total.12.2025-03-31", 996_347_000_000.0, "CNY", date(2025, 5, 15), "Annual report")
COST = UsedFact("alba.cost.total.12.2025-03-31", 0.1 + 0.2, "CNY", date(2025, 5, 15), "Annual report")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".bench" / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with Ledger.file(path) as made:
        yield made


def published(
    ledger: Ledger, one: Occasion, *, facts: tuple[UsedFact, ...] = (REVENUE,), send: tuple[To, ...] = ()
) -> str:
    """An issue of that occasion, claimed and published; its id."""
    (issue,) = ledger.plan([one], one.scheduled_for)
    held = ledger.claim(issue.id, "a", one.scheduled_for)
    assert held is not None
    ledger.finish(held, "published", one.scheduled_for, folder="output/x", digest="d", facts=facts, send=send)
    return issue.id


# ---- issues ----------------------------------------------------------------------------------------------------------


def test_a_time_is_due_once_however_often_it_is_planned(ledger: Ledger) -> None:
    assert len(ledger.plan([occasion()], NOW)) == 1
    assert ledger.plan([occasion(), occasion(occasion="another name for the same time")], LATER) == ()
    (issue,) = ledger.issues()
    assert (issue.state, issue.scheduled_for, issue.as_of, issue.audiences) == (
        "due", NOW, date(2026, 1, 5), ("risk", "policy"),
    )  # fmt: skip


def test_an_issue_is_claimed_by_one_until_its_lease_ends_and_then_by_another(ledger: Ledger) -> None:
    (issue,) = ledger.plan([occasion()], NOW)
    first = ledger.claim(issue.id, "a", NOW)
    assert first is not None
    assert (first.state, first.attempt, first.lease_until) == ("building", 1, NOW + LEASE)
    assert ledger.claim(issue.id, "b", NOW + LEASE - MINUTE) is None
    assert ledger.due(NOW + LEASE - MINUTE) == ()
    second = ledger.claim(issue.id, "b", LATER)
    assert second is not None
    assert (second.owner, second.attempt) == ("b", 2)
    with pytest.raises(LeaseLost):
        ledger.finish(first, "published", LATER)
    with pytest.raises(LeaseLost):
        ledger.extend(first, LATER)
    assert ledger.finish(second, "published", LATER).state == "published"
    assert ledger.due(LATER + timedelta(days=99)) == ()


def test_the_same_program_that_lost_its_lease_to_itself_is_another_attempt(ledger: Ledger) -> None:
    (issue,) = ledger.plan([occasion()], NOW)
    first, second = ledger.claim(issue.id, "a", NOW), ledger.claim(issue.id, "a", LATER)
    assert first is not None
    assert second is not None
    with pytest.raises(LeaseLost):
        ledger.finish(first, "published", LATER)


def test_a_sign_of_life_keeps_the_lease(ledger: Ledger) -> None:
    (issue,) = ledger.plan([occasion()], NOW)
    held = ledger.claim(issue.id, "a", NOW)
    assert held is not None
    held = ledger.extend(held, NOW + 10 * MINUTE)
    assert ledger.claim(issue.id, "b", LATER) is None
    assert ledger.built(held, LATER, digest="d").state == "built"
    assert ledger.finish(held, "published", LATER).digest == "d"


def test_two_issues_of_one_brief_are_not_built_at_once(ledger: Ledger) -> None:
    """They share the folder of the brief; those of another brief do not."""
    one, two = ledger.plan([occasion(), occasion(at=NOW + MINUTE)], NOW + MINUTE)
    (other,) = ledger.plan([occasion("bora")], NOW)
    held = ledger.claim(one.id, "a", LATER)
    assert held is not None
    assert ledger.claim(two.id, "b", LATER) is None
    assert ledger.claim(other.id, "b", LATER) is not None
    ledger.finish(held, "held", LATER, reason="prices are old")
    assert ledger.claim(two.id, "b", LATER) is not None


def test_what_is_to_be_tried_again_waits_for_its_time_and_a_person_may_reopen_the_rest(ledger: Ledger) -> None:
    (issue,) = ledger.plan([occasion()], NOW)
    held = ledger.claim(issue.id, "a", NOW)
    assert held is not None
    waiting = ledger.finish(held, "held", NOW, reason="prices are old", again=NOW + 30 * MINUTE)
    assert (waiting.state, waiting.reason) == ("due", "prices are old")
    assert ledger.due(NOW + 29 * MINUTE) == ()
    again = ledger.claim(issue.id, "a", NOW + 30 * MINUTE)
    assert again is not None
    ledger.finish(again, "failed", LATER, reason="no such company")
    assert ledger.due(LATER + timedelta(days=9)) == ()
    reopened = ledger.reopen(issue.id, LATER)
    assert reopened is not None
    assert (reopened.state, reopened.attempt) == ("due", 0)
    assert ledger.reopen(issue.id, LATER) is None


def test_the_last_issue_is_the_newest_one_published(ledger: Ledger) -> None:
    ids = [published(ledger, occasion(at=NOW + timedelta(days=day))) for day in (0, 1)]
    ledger.plan([occasion(at=NOW + timedelta(days=2))], NOW)
    last, before = ledger.last("alba"), ledger.last("alba", before=NOW + timedelta(days=1))
    assert [one.id for one in (last, before) if one] == [ids[1], ids[0]]
    assert ledger.last("bora") is None


# ---- schedules -------------------------------------------------------------------------------------------------------


def test_a_schedule_is_followed_since_it_was_first_seen_and_anew_when_it_changes(ledger: Ledger) -> None:
    assert ledger.watch("alba", "0 7 * * 1", NOW).since == NOW
    assert ledger.watch("alba", "0 7 * * 1", LATER).since == NOW
    assert ledger.watch("alba", "0 8 * * 1", LATER).since == LATER


def test_what_a_schedule_was_looked_at_up_to_never_goes_back(ledger: Ledger) -> None:
    ledger.watch("alba", "0 7 * * 1", NOW)
    for until in (LATER, NOW):
        ledger.plan([], until, seen={"alba": until})
    assert ledger.watch("alba", "0 7 * * 1", NOW).seen == LATER


def test_times_that_were_passed_over_are_kept_with_the_reason(ledger: Ledger) -> None:
    over = Passed("alba", NOW, LATER, 3, "only the latest is made (catch_up: latest)")
    ledger.plan([], LATER, passed=[over])
    ledger.plan([], LATER, passed=[over])
    assert ledger.passed("alba") == (over,)


def test_new_documents_make_one_issue_between_two_that_see_them(ledger: Ledger) -> None:
    documents = {"alba|Annual report": date(2026, 1, 4)}
    first = ledger.plan_filing(occasion(occasion="filing 1"), documents, NOW)
    assert first is not None
    assert ledger.plan_filing(occasion(at=LATER, occasion="filing 1 seen by another"), documents, LATER) is None
    assert ledger.known_documents("alba") == frozenset(documents)
    # Another document in the same second is another issue.
    second = ledger.plan_filing(occasion(occasion="filing 2"), {"alba|Correction": date(2026, 1, 5)}, NOW)
    assert second is not None
    assert second.scheduled_for == NOW + timedelta(seconds=1)


# ---- facts -----------------------------------------------------------------------------------------------------------


def test_the_facts_of_an_issue_are_told_and_which_issues_used_one(ledger: Ledger) -> None:
    published(ledger, occasion(), facts=(REVENUE, COST))
    published(ledger, occasion("bora", NOW + MINUTE), facts=(REVENUE,))
    last = ledger.last("alba")
    assert last is not None
    assert ledger.facts(last) == (COST, REVENUE)  # by name, the value to the last bit
    used = [(issue.brief, fact.value) for issue, fact in ledger.uses([REVENUE.fact])]
    assert used == [("alba", REVENUE.value), ("bora", REVENUE.value)]
    assert ledger.uses(["alba.revenue.total.12.2024-03-31"]) == ()


def test_issues_that_used_the_same_facts_share_the_rows(path: Path, ledger: Ledger) -> None:
    for day in range(5):
        published(ledger, occasion(at=NOW + timedelta(days=day)), facts=(REVENUE, COST))
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT count(*) FROM bench_facts_used").fetchone() == (2,)
    assert len(ledger.uses([COST.fact])) == 5


# ---- deliveries ------------------------------------------------------------------------------------------------------

MAIL = (To("mail", "risk", "a@example.org"), To("mail", "risk", "b@example.org"), To("archive", "policy"))


def test_deliveries_are_queued_with_the_issue_each_once_under_a_key_that_stays(ledger: Ledger) -> None:
    issue = published(ledger, occasion(), send=(*MAIL, MAIL[0]))
    queued = ledger.deliveries(issue)
    assert {To(one.target, one.audience, one.recipient) for one in queued} == set(MAIL)
    assert len({one.id for one in queued}) == 3


def test_nothing_is_sent_of_an_issue_that_was_not_published(ledger: Ledger) -> None:
    (issue,) = ledger.plan([occasion()], NOW)
    held = ledger.claim(issue.id, "a", NOW)
    assert held is not None
    ledger.finish(held, "unchanged", NOW, send=MAIL)
    assert ledger.deliveries() == ()


def test_a_delivery_is_tried_by_one_at_a_time_again_after_an_error_and_then_lies_dead(ledger: Ledger) -> None:
    published(ledger, occasion(), send=MAIL[:1])
    first = ledger.claim_delivery("a", NOW)
    assert first is not None
    assert first.attempts == 1
    assert ledger.claim_delivery("b", NOW) is None
    ledger.settle_delivery(first, NOW, error="451 try later", again=NOW + MINUTE)
    assert ledger.claim_delivery("b", NOW) is None
    second = ledger.claim_delivery("b", NOW + MINUTE)
    assert second is not None
    assert (second.id, second.attempts, second.last_error) == (first.id, 2, "451 try later")
    dead = ledger.settle_delivery(second, NOW + MINUTE, error="550 no such mailbox")
    assert dead.state == "dead"
    assert ledger.claim_delivery("a", LATER) is None
    assert ledger.requeue(dead.id, LATER) is not None
    third = ledger.claim_delivery("a", LATER)
    assert third is not None
    sent = ledger.settle_delivery(third, LATER, receipt={"id": "<1@example.org>"})
    assert (sent.state, sent.receipt) == ("sent", {"id": "<1@example.org>"})
    assert ledger.claim_delivery("a", LATER + timedelta(days=9)) is None


def test_a_sender_that_was_killed_loses_the_delivery_to_another(ledger: Ledger) -> None:
    published(ledger, occasion(), send=MAIL[:1])
    first, second = ledger.claim_delivery("a", NOW), ledger.claim_delivery("b", LATER)
    assert first is not None
    assert second is not None
    assert first.id == second.id
    with pytest.raises(LeaseLost):
        ledger.settle_delivery(first, LATER, receipt={})
    assert ledger.settle_delivery(second, LATER, receipt={}).state == "sent"


def test_what_a_clock_that_was_years_ahead_put_off_or_held_is_taken_up_by_the_right_one(ledger: Ledger) -> None:
    """No wait and no lease is longer than hours: one that ends in a year was noted under a wrong clock."""
    ahead = NOW + timedelta(days=365)
    waiting, building = ledger.plan([occasion("alba"), occasion("bora")], NOW)
    held = ledger.claim(waiting.id, "a", ahead)
    assert held is not None
    ledger.finish(held, "failed", ahead, again=ahead + LEASE)
    assert ledger.claim(building.id, "a", ahead) is not None
    published(ledger, occasion("cora"), send=MAIL[:1])
    first = ledger.claim_delivery("a", ahead)
    assert first is not None
    ledger.settle_delivery(first, ahead, error="busy", again=ahead + MINUTE)
    assert [one.id for one in ledger.due(NOW)] == [waiting.id, building.id]
    assert ledger.claim(building.id, "b", NOW) is not None
    second = ledger.claim_delivery("b", NOW)
    assert second is not None
    assert second.id == first.id


# ---- damage ----------------------------------------------------------------------------------------------------------


def filled(path: Path) -> None:
    with Ledger.file(path) as ledger:
        ledger.watch("alba", "0 7 * * 1", NOW)
        ledger.plan([], LATER, passed=[Passed("alba", NOW, LATER, 3, "only the latest")])
        ledger.plan_filing(occasion("bora", occasion="filing"), {"bora|Report": date(2026, 1, 4)}, NOW)
        published(ledger, occasion(), facts=(REVENUE, COST), send=MAIL)


def everything(path: Path) -> list[tuple[object, ...]]:
    """Every row that the ledger tells of, through its own methods."""
    with Ledger.file(path) as ledger:
        ledger.verify()
        issues = ledger.issues()
        facts = tuple(fact for issue in issues for fact in ledger.facts(issue))
        return [issues, facts, ledger.deliveries(), ledger.passed(), tuple(sorted(ledger.known_documents("bora")))]


def test_a_flipped_byte_is_named_or_lies_where_nothing_is_written(path: Path, tmp_path: Path) -> None:
    """A bit of each of 150 bytes that are not zero, here and there in the file: pages, indexes, rows, descriptions."""
    filled(path)
    truth, whole = everything(path), path.read_bytes()
    written = [place for place, byte in enumerate(whole) if byte]
    refusals: list[str] = []
    broken = tmp_path / "broken.sqlite"
    for place in random.Random(3).sample(written, 150):
        broken.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :])
        try:
            assert everything(broken) == truth, f"byte {place} changed what the ledger says and nobody noticed"
        except LedgerRefused as refused:
            refusals.append(str(refused))
    assert len(refusals) > 100
    assert all("broken.sqlite" in refusal for refusal in refusals)


def test_a_flipped_letter_is_named_with_its_table_and_row(path: Path) -> None:
    filled(path)
    whole = path.read_bytes()
    assert whole.count(b"only the latest") == 1
    path.write_bytes(whole.replace(b"only the latest", b"only the lavest"))
    with Ledger.file(path) as ledger, pytest.raises(LedgerRefused, match=r"damaged: passed_over, row alba .*written"):
        ledger.passed()


def test_a_row_taken_out_of_a_set_of_facts_is_missed(path: Path) -> None:
    filled(path)
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM bench_facts_used WHERE fact = ?", (COST.fact,))
    with pytest.raises(LedgerRefused, match="facts of the issue of alba"):
        everything(path)


@pytest.mark.parametrize(
    "change",
    ["DROP INDEX bench_issues_state", "ALTER TABLE bench_issues ADD COLUMN x TEXT", "DROP TABLE bench_watches"],
)
def test_tables_that_were_changed_by_hand_are_refused(path: Path, change: str) -> None:
    filled(path)
    with sqlite3.connect(path) as raw:
        raw.execute(change)
    raw.close()
    with pytest.raises(LedgerRefused, match="its tables are not the ones that were made"):
        Ledger.file(path)


@pytest.mark.parametrize("text", [b"", b"not a database at all, " * 50])
def test_a_file_that_is_no_ledger_is_refused_and_an_empty_one_becomes_one(path: Path, text: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(text)
    if not text:
        with Ledger.file(path) as ledger:
            assert ledger.verify() == 0
        return
    with pytest.raises(LedgerRefused, match="damaged: file is not a database"):
        Ledger.file(path)
    assert path.read_bytes() == text


def test_a_database_of_another_program_is_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE invoices (id INTEGER)")
    raw.close()
    with pytest.raises(LedgerRefused, match="database of another program"):
        Ledger.file(path)
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("invoices",)]


def test_a_ledger_of_a_newer_version_is_refused_by_name_and_untouched(path: Path) -> None:
    filled(path)
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE bench_ledger SET value = '7' WHERE name = 'version'")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(LedgerRefused, match="version 7, made by a newer peerbench") as refused:
        Ledger.file(path)
    assert f"version {len(tables.MIGRATIONS)} and older" in refused.value.findings[0].hint
    assert path.read_bytes() == before


def test_an_older_ledger_gets_what_it_has_not_had_yet(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path)
    truth = everything(path)
    step = ("CREATE TABLE bench_later (name TEXT PRIMARY KEY)",)
    monkeypatch.setattr(tables, "MIGRATIONS", (*tables.MIGRATIONS, step))
    assert everything(path) == truth
    with sqlite3.connect(path) as raw:
        (version,) = raw.execute("SELECT value FROM bench_ledger WHERE name = 'version'").fetchone()
        assert int(version) == len(tables.MIGRATIONS)
        assert raw.execute("SELECT count(*) FROM bench_later").fetchone() == (0,)
    assert everything(path) == truth


def test_a_migration_that_fails_leaves_the_ledger_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path)
    truth = everything(path)
    with monkeypatch.context() as patched:
        steps = ("CREATE TABLE bench_later (name TEXT PRIMARY KEY)", "CREATE TABLE bench_issues (name TEXT)")
        patched.setattr(tables, "MIGRATIONS", (*tables.MIGRATIONS, steps))
        with pytest.raises(LedgerRefused):
            Ledger.file(path)
    assert everything(path) == truth


def test_the_tables_of_the_code_are_those_of_the_migrations(path: Path, ledger: Ledger) -> None:
    with sqlite3.connect(path) as raw:
        for table in tables.SEALED:
            found = [row[1] for row in raw.execute(f"PRAGMA table_info({table.name})")]
            assert sorted(found) == sorted(column.name for column in table.c), table.name


# ---- where it cannot be written --------------------------------------------------------------------------------------


def test_a_place_that_cannot_be_written_is_refused_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UnusableRequest, match=r"file/ledger\.sqlite cannot be written"):
        Ledger.file(tmp_path / "file" / "ledger.sqlite")


def test_a_full_disk_refuses_the_change_and_keeps_what_was_written(path: Path) -> None:
    """The limit on the pages of the file is how SQLite meets a full disk."""
    filled(path)
    truth = everything(path)
    with Ledger.file(path) as ledger:
        with ledger._engine.connect() as small:
            pages = small.exec_driver_sql("PRAGMA page_count").scalar_one()

        def limited(connection: sqlite3.Connection, _: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages}")

        import sqlalchemy as sa

        sa.event.listen(ledger._engine, "connect", limited)
        ledger._engine.dispose()  # the next connection is a limited one
        many = [occasion("cygni", NOW + timedelta(days=day), reason="long " * 400) for day in range(90)]
        with pytest.raises(LedgerRefused, match="cannot be written: database or disk is full"):
            ledger.plan(many, NOW)
    assert everything(path) == truth


def test_neither_another_kind_of_database_nor_nonsense_is_taken() -> None:
    with pytest.raises(LedgerRefused, match="neither SQLite nor PostgreSQL"):
        Ledger.open("mysql://localhost/x")
    for url in ("not a url", "postgresql://me@127.0.0.1:none/x"):
        with pytest.raises(LedgerRefused, match="no URL of a database"):
            Ledger.open(url)
    with pytest.raises(LedgerRefused, match="without a file"):
        Ledger.open("sqlite:///")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hush@127.0.0.1:1/x?password=hush",
        "postgresql://me:a?hush@127.0.0.1:1/x",
        "postgresql://me:p@a/hush@127.0.0.1:1/x",
        "host=127.0.0.1 port=1 password=hush",
        "postgresql://me:hush@127.0.0.1:none/x",
    ],
)
def test_a_refusal_never_prints_a_password(url: str) -> None:
    with pytest.raises(LedgerRefused) as refused:
        Ledger.open(url)
    assert "hush" not in str(refused.value)


def test_a_server_that_never_answers_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(LedgerRefused, match="timeout"):
            Ledger.open(f"postgresql://me@127.0.0.1:{silent.getsockname()[1]}/x")
    assert time.monotonic() - began < 15


# ---- two at once -----------------------------------------------------------------------------------------------------

RACER = """
import sys
import time
from datetime import UTC, datetime
from peerbench.deliver.ledger import Ledger, Occasion, To
now = datetime(2026, 1, 5, 12, tzinfo=UTC)
with Ledger.open(sys.argv[1]) as ledger:
    ledger.plan([Occasion(f"b{n}", "c", ("risk",), now, now.date()) for n in range(20)], now)
    for issue in ledger.due(now):
        held = ledger.claim(issue.id, sys.argv[2], now)
        if held is not None:
            ledger.finish(held, "published", now, reason=sys.argv[2], send=[To("mail", "risk", "a")])
            print(held.brief)
"""


def race(url: str) -> list[str]:
    """Three programs at one ledger at once; the briefs that each of them built."""
    run = [
        subprocess.Popen([sys.executable, "-c", RACER, url, name], stdout=subprocess.PIPE, text=True) for name in "abc"
    ]
    built = [one.communicate(timeout=60)[0].split() for one in run]
    assert [one.returncode for one in run] == [0, 0, 0]
    return [name for names in built for name in names]


def test_three_programs_at_once_build_each_issue_once(path: Path) -> None:
    assert sorted(race(f"sqlite:///{path}")) == sorted(f"b{n}" for n in range(20))
    with Ledger.file(path) as ledger:
        assert len(ledger.deliveries()) == 20


def test_postgresql_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole life of an issue, three programs at once, and a newer version, on a real server."""
    from urllib.parse import quote

    with postgres() as address:
        url = f"postgresql://{USER}:{quote(PASSWORD, safe='')}@{address}/postgres"
        assert sorted(race(url)) == sorted(f"b{n}" for n in range(20))
        with Ledger.open(url) as ledger:
            published(ledger, occasion(), facts=(REVENUE, COST), send=MAIL)
            last = ledger.last("alba")
            assert last is not None
            assert ledger.facts(last) == (COST, REVENUE)
            assert ledger.verify() > 40
            published(ledger, occasion(at=NOW + DAY))
            sent(ledger, NOW + DAY)
            pruned = ledger.prune(NOW + DAY, NOW + DAY, briefs=["alba"])
            assert (len(pruned.issues), pruned.deliveries) == (1, len(MAIL))
            assert ledger.plan([occasion()], NOW) == ()
        monkeypatch.setattr(tables, "MIGRATIONS", ())
        with pytest.raises(LedgerRefused, match=r"version \d, made by a newer") as refused:
            Ledger.open(url)
        assert "hush" not in str(refused.value)
        assert os.environ.get("PGPASSWORD") is None


# ---- pruned ----------------------------------------------------------------------------------------------------------

DAY = timedelta(days=1)
FRESH = UsedFact("alba.revenue.total.3.2025-12-31", 1.0, "CNY", date(2026, 1, 4), "Results")


def sent(ledger: Ledger, at: datetime) -> list[str]:
    """Every delivery that may be tried, sent; their keys."""
    keys = []
    while (one := ledger.claim_delivery("a", at)) is not None:
        ledger.settle_delivery(one, at, receipt={"reference": one.id})
        keys.append(one.id)
    return keys


def week(ledger: Ledger, brief: str = "alba", **options: Any) -> list[str]:
    """Seven published issues, each sent to its readers, a day apart; their ids."""
    ids = []
    for day in range(7):
        at = NOW + day * DAY
        ids.append(published(ledger, occasion(brief, at), send=MAIL, **options))
        sent(ledger, at)
    return ids


def test_what_is_over_is_forgotten_but_for_the_newest_of_each_brief(ledger: Ledger) -> None:
    week(ledger)
    (last,) = ledger.issues()[-1:]
    found = ledger.prune(NOW + 30 * DAY, NOW + 30 * DAY)
    assert (len(found.issues), found.deliveries) == (6, 6 * len(MAIL))
    assert [(issue.id, why) for issue, why in found.kept] == [(last.id, pruning.NEWEST)]
    assert ledger.issues() == (last,)
    assert {one.issue for one in ledger.deliveries()} == {last.id}
    assert ledger.facts(last) == (REVENUE,)
    assert ledger.verify() > 0


def test_nothing_that_was_sent_is_made_or_sent_again_by_whatever_clock(ledger: Ledger) -> None:
    """The clock goes back a month, the schedule is another and back again: the same times come up, and are over."""
    ids = week(ledger)
    keys = {one.id for one in ledger.deliveries()}
    ledger.prune(NOW + 5 * DAY, NOW + 30 * DAY)
    back = NOW - 30 * DAY
    ledger.watch("alba", "another schedule", back)
    for name in ("", "another name for the same time"):
        assert ledger.plan([occasion(at=NOW + day * DAY, occasion=name) for day in range(7)], back) == ()
    assert ledger.due(NOW + 60 * DAY) == ()
    assert sent(ledger, NOW + 60 * DAY) == []
    assert [ledger.issue(id) is None for id in ids] == [True] * 5 + [False] * 2
    assert {one.id for one in ledger.deliveries()} < keys


def test_a_filing_is_no_occasion_again_once_its_issue_is_forgotten(ledger: Ledger) -> None:
    filing = occasion(occasion="10-K")
    issue = ledger.plan_filing(filing, {"10-K": date(2026, 1, 5)}, NOW)
    assert issue is not None
    held = ledger.claim(issue.id, "a", NOW)
    assert held is not None
    ledger.finish(held, "unchanged", NOW)
    assert len(ledger.prune(NOW + DAY, NOW + DAY).issues) == 1
    assert ledger.plan_filing(filing, {"10-K": date(2026, 1, 5)}, NOW + 2 * DAY) is None


@pytest.mark.parametrize(
    ("left", "why"), [("queued", pruning.UNSENT), ("sending", pruning.UNSENT), ("dead", pruning.UNSENT)]
)
def test_a_delivery_that_is_not_finished_keeps_its_issue(ledger: Ledger, left: str, why: str) -> None:
    id = published(ledger, occasion(), send=MAIL[:1])
    published(ledger, occasion(at=NOW + DAY))
    taken = ledger.claim_delivery("a", NOW) if left != "queued" else None
    if left == "dead":
        assert taken is not None
        ledger.settle_delivery(taken, NOW, error="refused")
    later = NOW + 2 * DAY
    found = ledger.prune(later, later)
    assert (id, why) in [(issue.id, reason) for issue, reason in found.kept]
    assert found.issues == ()
    if left == "dead":  # and can be sent, once
        assert ledger.requeue(ledger.deliveries(id)[0].id, later) is not None
    assert len(sent(ledger, later + LEASE)) == 1
    assert [issue.id for issue in ledger.prune(later, later).issues] == [id]


def test_what_is_being_made_or_needs_a_person_stays(ledger: Ledger) -> None:
    (due, held_one) = ledger.plan([occasion(), occasion("beta")], NOW)
    held = ledger.claim(held_one.id, "a", NOW)
    assert held is not None
    ledger.finish(held, "held", NOW, reason="The last close is stale.")
    found = ledger.prune(NOW + DAY, NOW + DAY)
    assert found.issues == ()
    assert {issue.id: why for issue, why in found.kept} == {due.id: pruning.UNDER_WAY, held.id: pruning.UNANSWERED}
    published(ledger, occasion("beta", NOW + DAY))
    assert [issue.id for issue in ledger.prune(NOW + DAY, NOW + 2 * DAY).issues] == [held.id]


def test_a_dry_run_says_the_same_and_changes_nothing(path: Path) -> None:
    with Ledger.file(path) as ledger:
        week(ledger, facts=(REVENUE, COST))
        published(ledger, occasion(at=NOW + 8 * DAY), facts=(FRESH,))
    truth = everything(path)
    with Ledger.file(path) as ledger:
        told = ledger.prunable(NOW + 20 * DAY, NOW + 20 * DAY)
    assert everything(path) == truth
    with Ledger.file(path) as ledger:
        assert ledger.prune(NOW + 20 * DAY, NOW + 20 * DAY) == told
    assert (len(told.issues), told.facts) == (7, 2)  # the facts that seven issues share, once


def test_only_the_briefs_that_are_named(ledger: Ledger) -> None:
    week(ledger)
    week(ledger, "beta")
    found = ledger.prune(NOW + 30 * DAY, NOW + 30 * DAY, briefs=["beta"])
    assert {issue.brief for issue in found.issues} == {"beta"}
    assert len(ledger.issues("alba")) == 7


def test_spans_that_were_passed_over_go_with_their_time(ledger: Ledger) -> None:
    old = Passed("alba", NOW - 3 * DAY, NOW - 2 * DAY, 2, "older than a day")
    new = Passed("alba", NOW - DAY, NOW + DAY, 3, "older than a day")
    ledger.plan([], NOW, passed=[old, new])
    assert ledger.prune(NOW, NOW + 2 * DAY).passed == 1
    assert ledger.passed() == (new,)


def test_a_file_gives_the_room_back(path: Path) -> None:
    with Ledger.file(path) as ledger:
        for day in range(6):
            names = (f"x.{day}.{number}" for number in range(400))
            facts = tuple(UsedFact(name, 1.0, "CNY", date(2025, 5, 15), "Report") for name in names)
            published(ledger, occasion(at=NOW + day * DAY), facts=facts)
    full = path.stat().st_size
    with Ledger.file(path) as ledger:
        assert ledger.prune(NOW + 9 * DAY, NOW + 9 * DAY).facts == 2000
    assert path.stat().st_size < full / 3
    with Ledger.file(path) as ledger:
        assert len(ledger.facts(ledger.issues()[0])) == 400


def test_a_ledger_of_the_first_version_is_brought_up_to_date_and_can_be_pruned(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger.file(path) as ledger:
        week(ledger)
    old = tmp_path / "old.sqlite"
    with monkeypatch.context() as first:
        first.setattr(tables, "MIGRATIONS", tables.MIGRATIONS[:1])
        Ledger.file(old).close()
    with sqlite3.connect(old) as raw:
        raw.execute("ATTACH ? AS new", (str(path),))
        for table in tables.SEALED:
            if table is not tables.DONE:
                raw.execute(f"INSERT INTO main.{table.name} SELECT * FROM new.{table.name}")
    raw.close()
    assert everything(old) == everything(path)
    with Ledger.file(old) as ledger:
        assert len(ledger.prune(NOW + 30 * DAY, NOW + 30 * DAY).issues) == 6

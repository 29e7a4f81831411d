"""bench tick, history and status as a person or a monitor meets them: what they print and how they end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from peerbench import cli, pipeline
from peerbench.commands import schedule
from peerbench.commands.arguments import parser
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.deliver import folder as folders
from peerbench.deliver.ledger import Ledger, Occasion, Passed
from peerbench.gate import Ruling
from ticking import config

EVERY_MINUTE = {"cron": "* * * * *", "zone": "UTC"}
Capture = pytest.CaptureFixture[str]


class Pipeline:
    """Stands in for the pipeline: publishes one page, or says what it is told to."""

    def __init__(self) -> None:
        self.instead: list[Ruling | Finding] = []

    def __call__(self, path: Path, *, as_of: Any, progress: Any, out: Path | None, **more: Any) -> pipeline.BuildResult:
        folder = (out or path.parents[1] / "output") / path.stem / str(as_of)
        said = self.instead.pop(0) if self.instead else None
        if isinstance(said, Finding):
            raise UnusableRequest((said,))
        if said is not None:
            return pipeline.BuildResult(folder, (), said.stops, held=True, ruling=said)
        files = folders.publish(folder, {"risk/brief.html": b"<p>"})
        return pipeline.BuildResult(folder, files, (), held=False, ruling=Ruling("d"))


HELD = Ruling("d", (Finding("gate", "error", "The last close of Alibaba is of 16 September 2025."),))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    one = Pipeline()
    monkeypatch.setattr(pipeline, "build", one)
    return one


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one brief, due every minute, to be put into a folder."""
    (tmp_path / "mount").mkdir()
    config(tmp_path, schedule=EVERY_MINUTE, deliver=[{"folder": "mount"}])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rewrite(path: Path, **changes: Any) -> None:
    settings = yaml.safe_load(path.read_text("utf-8")) | changes
    path.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), "utf-8")


def ran(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    code = cli.main(list(arguments))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_pass_says_what_it_made_and_sent_and_history_keeps_it(place: Path, made: Pipeline, capsys: Capture) -> None:
    code, out, err = ran(capsys, "tick")
    assert (code, err) == (0, "")
    assert re.search(
        r"^published  alba  \S+ \S+ UTC  output/alba/\S+\nsent       alba  \S+ \S+ UTC  folder risk\n$", out
    )
    code, out, _ = ran(capsys, "history")
    assert code == 0
    assert re.search(r"^alba\n  \S+ \S+ UTC  as of \S+  published  output/alba/\S+  \[1 sent\]\n$", out)
    code, out, _ = ran(capsys, "status")
    assert code == 0
    assert "next  alba  " in out
    assert out.endswith("nothing waits and nothing needs a person\n")


def test_an_issue_that_is_held_ends_1_until_it_is_mended_and_tried_again(
    place: Path, made: Pipeline, capsys: Capture
) -> None:
    made.instead = [HELD]
    code, out, err = ran(capsys, "tick", "--quiet")
    assert (code, out) == (1, "")
    assert re.match(r"held       alba  \S+ \S+ UTC  The last close of Alibaba is of 16 September 2025\.\n", err)
    code, out, _ = ran(capsys, "status")
    assert code == 1
    assert "held       The last close of Alibaba" in out
    assert out.endswith("mend the cause, then: bench tick --retry\n")
    rewrite(place / "configs" / "alba.yaml", schedule={"cron": "0 0 1 1 *"})  # nothing else is due
    code, out, _ = ran(capsys, "tick", "--retry")
    assert code == 0
    assert out.startswith("published  alba")
    assert ran(capsys, "status")[0] == 0


def test_a_pass_with_nothing_to_do_names_the_next_time(place: Path, made: Pipeline, capsys: Capture) -> None:
    rewrite(place / "configs" / "alba.yaml", schedule={"cron": "0 7 1 1 *", "zone": "America/New_York"})
    code, out, _ = ran(capsys, "tick")
    assert code == 0
    assert re.match(r"nothing is due; next: alba \d{4}-01-01 07:00 EST \(.*\)\n$", out)
    assert ran(capsys, "tick", "--quiet")[1] == ""


def test_a_pass_that_died_on_this_machine_is_taken_over_at_once_and_another_is_left_alone(
    place: Path, made: Pipeline, capsys: Capture
) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    host, now = socket.gethostname(), datetime.now(UTC)
    for brief, owner in (("alba", f"{host}:{os.getpid()}:1"), ("bora", f"{host}:{gone.pid}:1")):
        config(place, brief, schedule={"cron": "0 0 1 1 *"})
        with Ledger.file(place / ".bench" / "ledger.sqlite") as ledger:
            (issue,) = ledger.plan([Occasion(brief, f"configs/{brief}.yaml", ("risk",), now, now.date())], now)
            assert ledger.claim(issue.id, owner, now) is not None
    code, out, _ = ran(capsys, "tick")
    assert code == 0
    assert out.startswith("published  bora")
    assert "alba" not in out
    assert ran(capsys, "tick")[1].startswith("another pass is making alba; if it has died, that is taken over after ")


def test_a_project_without_schedules_is_no_mistake_and_a_config_named_without_one_is(
    place: Path, made: Pipeline, capsys: Capture
) -> None:
    rewrite(place / "configs" / "alba.yaml", schedule=None)
    code, out, _ = ran(capsys, "tick")
    assert (code, out) == (0, "nothing is due: no config in configs/ has a schedule\n")
    code, _, err = ran(capsys, "tick", "configs/alba.yaml")
    assert code == 2
    assert "configs/alba.yaml has no schedule" in err
    assert "cron:" in err


def test_a_config_that_is_wrong_is_told_and_the_others_are_made(place: Path, made: Pipeline, capsys: Capture) -> None:
    config(place, "bora", schedule=EVERY_MINUTE)
    rewrite(place / "configs" / "bora.yaml", schedule={"cron": "0 7 30 2 *"})
    code, out, err = ran(capsys, "tick")
    assert code == 2
    assert re.search(r"configs/bora\.yaml:\d+:\d+: error: there is never a day 30 in Feb", err)
    assert out.startswith("published  alba")


def test_history_and_status_for_programs(place: Path, made: Pipeline, capsys: Capture) -> None:
    made.instead = [Ruling("d", (*HELD.stops, Finding("gate", "error", "Baidu has no price.")))]
    assert "16 September 2025. (and 1 more)\n" in ran(capsys, "tick")[2]
    history = json.loads(ran(capsys, "history", "--format", "json")[1])
    (issue,) = history["issues"]
    assert (issue["brief"], issue["state"], issue["attempts"]) == ("alba", "held", 1)
    assert datetime.fromisoformat(issue["scheduled_for"]) <= datetime.now(UTC)
    status = json.loads(ran(capsys, "status", "--format", "json")[1])
    assert status["needs_a_person"] is True
    assert [one["reasons"] for one in status["issues"]] == [issue["reasons"]]
    assert issue["reasons"] == ["The last close of Alibaba is of 16 September 2025.", "Baidu has no price."]
    assert set(status["next"]) == {"alba"}


def test_history_tells_what_was_passed_over_in_its_place_and_the_newest_alone(
    place: Path, made: Pipeline, capsys: Capture
) -> None:
    """A schedule of every minute with a pass every five leaves a span a pass."""
    assert ran(capsys, "tick")[0] == 0
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    with Ledger.file(place / ".bench" / "ledger.sqlite") as ledger:
        spans = [Passed("alba", moment + timedelta(minutes=n), moment + timedelta(minutes=n), 1, "r") for n in range(9)]
        ledger.plan([], moment, passed=spans)
    _, out, _ = ran(capsys, "history", "--count", "2")
    lines = out.splitlines()
    assert lines[:2] == ["alba", "  (7 earlier spans were passed over)"]
    assert [text[2:18] for text in lines[2:4]] == ["2026-01-05 00:07", "2026-01-05 00:08"]
    assert "published" in lines[4]


def test_a_brief_that_was_never_issued_is_told_with_the_nearest(place: Path, made: Pipeline, capsys: Capture) -> None:
    ran(capsys, "tick")
    code, _, err = ran(capsys, "history", "alpa")
    assert code == 0
    assert err == "no issue of 'alpa' is known. Did you mean 'alba'?\n"


def test_a_delivery_that_waits_is_shown_with_its_cause(place: Path, made: Pipeline, capsys: Capture) -> None:
    (place / "mount").rmdir()
    code, out, _ = ran(capsys, "tick")
    assert code == 0
    assert "later      alba" in out
    code, out, _ = ran(capsys, "status")
    assert code == 0  # it is tried again by itself
    assert re.search(r"queued    alba 20.* UTC  folder risk  1 try, again .*: the folder .*mount is not there", out)


# ---- the ledger's place ----------------------------------------------------------------------------------------------


def test_the_ledger_lies_where_the_config_says(place: Path, made: Pipeline, capsys: Capture) -> None:
    rewrite(place / "configs" / "alba.yaml", ledger="books/issues.sqlite")
    assert ran(capsys, "tick")[0] == 0
    assert (place / "books" / "issues.sqlite").is_file()
    assert not (place / ".bench" / "ledger.sqlite").exists()


def test_a_database_is_named_by_its_variable_alone(
    place: Path, made: Pipeline, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite(place / "configs" / "alba.yaml", ledger={"url_env": "BENCH_TEST_LEDGER"})
    code, _, err = ran(capsys, "tick")
    assert code == 2
    assert re.search(
        r"configs/alba\.yaml:\d+:\d+: error: the environment variable BENCH_TEST_LEDGER, .* is not set", err
    )
    monkeypatch.setenv("BENCH_TEST_LEDGER", f"sqlite:///{place / 'other.sqlite'}")
    assert ran(capsys, "tick")[0] == 0
    assert (place / "other.sqlite").is_file()


def test_configs_of_two_ledgers_are_not_mixed(place: Path, made: Pipeline, capsys: Capture) -> None:
    config(place, "bora", schedule=EVERY_MINUTE, ledger="other.sqlite")
    code, out, err = ran(capsys, "tick")
    assert (code, out) == (2, "")
    assert "alba and bora name different ledgers" in err


def test_a_damaged_ledger_stops_the_pass_by_name(place: Path, made: Pipeline, capsys: Capture) -> None:
    (place / ".bench").mkdir()
    (place / ".bench" / "ledger.sqlite").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    for command in ("tick", "history", "status"):
        code, _, err = ran(capsys, command)
        assert code == 2
        assert "error: the ledger .bench/ledger.sqlite is damaged" in err
    assert not (place / "output").exists()


def test_without_the_extra_the_way_to_it_is_told(place: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    for name in [name for name in sys.modules if name.startswith(("peerbench.deliver.", "peerbench.tick"))]:
        monkeypatch.delitem(sys.modules, name)
    code, _, err = ran(capsys, "tick")
    assert code == 2
    assert "the ledger of issues needs sqlalchemy, which is not installed" in err
    assert "pip install 'peerbench[schedule]'" in err
    assert ran(capsys, "schedule", "list")[0] == 0  # needs none


# ---- faults ----------------------------------------------------------------------------------------------------------


def test_a_full_disk_is_tried_again_and_the_last_issue_stays(place: Path, made: Pipeline, capsys: Capture) -> None:
    made.instead = [Finding("output", "error", "cannot write output/alba: No space left on device.")]
    code, out, _ = ran(capsys, "tick")
    assert code == 0
    assert "again      alba" in out
    assert "No space left on device" in ran(capsys, "history")[1]


SLOW = """
import sys, time
from datetime import date
from pathlib import Path
from peerbench import cli, pipeline
from peerbench.deliver import folder
from peerbench.gate import Ruling

def build(path, *, as_of, **more):
    Path("begun").touch()
    time.sleep(1.5)
    place = Path("output").absolute() / str(as_of)
    files = folder.publish(place, {"risk/brief.html": b"<p>"})
    return pipeline.BuildResult(place, files, (), held=False, ruling=Ruling("d"))

pipeline.build = build
sys.exit(cli.main(["schedule", "run"]))
"""


def waited(condition: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def test_the_loop_ends_after_the_issue_in_hand_when_it_is_asked_to(place: Path) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", SLOW], cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert waited((place / "begun").exists)
    os.kill(run.pid, signal.SIGTERM)
    out, err = run.communicate(timeout=30)
    assert run.returncode == 0, err
    assert "\npublished  alba" in out
    assert "sent" not in out  # what waits is sent by the next pass
    assert "stopped" in err
    with Ledger.file(place / ".bench" / "ledger.sqlite") as ledger:
        assert [issue.state for issue in ledger.issues()] == ["published"]
        assert [one.state for one in ledger.deliveries()] == ["queued"]


def test_a_loop_that_is_asked_twice_ends_at_once_and_the_next_pass_goes_on(place: Path) -> None:
    long = SLOW.replace("time.sleep(1.5)", "time.sleep(60)")
    run = subprocess.Popen([sys.executable, "-c", long], cwd=place, stderr=subprocess.PIPE, text=True)
    assert waited((place / "begun").exists)
    assert run.stderr is not None
    os.kill(run.pid, signal.SIGTERM)
    assert "once more ends it at once" in run.stderr.readline()
    os.kill(run.pid, signal.SIGTERM)
    run.communicate(timeout=30)
    assert run.returncode == -signal.SIGTERM
    with Ledger.file(place / ".bench" / "ledger.sqlite") as ledger:
        assert [issue.state for issue in ledger.issues()] == ["building"]


def test_a_loop_says_what_is_wrong_once_and_goes_on_without_its_configs(
    place: Path, made: Pipeline, capsys: Capture
) -> None:
    """A checkout may take the folder away for a moment; a mistake is no news half a minute later."""
    (place / "configs" / "bora.yaml").write_text("subject: [\n", "utf-8")
    parsed = parser().parse_args(["schedule", "run"])
    told, said = (), []
    for spoil in (lambda: None, lambda: None, lambda: (place / "configs").rename(place / "away"), lambda: None):
        spoil()
        told = schedule._once(parsed, threading.Event(), {}, told)
        said.append(capsys.readouterr().err.count("bora.yaml"))
    assert said == [1, 0, 0, 0]


def test_a_config_with_a_mistake_still_says_where_its_ledger_lies(place: Path, made: Pipeline, capsys: Capture) -> None:
    path = place / "configs" / "alba.yaml"
    rewrite(path, ledger="issues.sqlite")
    assert ran(capsys, "tick")[0] == 0
    rewrite(path, schedule={"cron": "0 7 30 2 *"})
    _, out, err = ran(capsys, "history")
    assert "published" in out
    assert "never a day 30" in err
    assert not (place / ".bench").exists()


# ---- the real pipeline -----------------------------------------------------------------------------------------------


def test_a_real_issue_passes_the_gate_and_notes_the_facts_it_used(place: Path, capsys: Capture) -> None:
    """Then the next minute's is the same in every figure, and this config holds it back."""
    settings: dict[str, Any] = {"as_of": "2025-09-23", "audiences": ["policy"], "gate": {"unchanged": "hold"}}
    rewrite(place / "configs" / "alba.yaml", **settings)
    code, out, err = ran(capsys, "tick")
    assert code == 0, err
    assert "published  alba" in out
    folder = place / "output" / "alba" / "2025-09-23"
    facts = pl.read_parquet(folder / "facts.parquet")
    with Ledger.file(place / ".bench" / "ledger.sqlite") as ledger:
        (issue,) = ledger.issues()
        noted = {(one.fact, one.known_on, one.value) for one in ledger.facts(issue)}
    assert noted == {
        (row["id"].partition("@")[0], row["known_on"], row["value"]) for row in facts.iter_rows(named=True)
    }
    assert (place / "mount" / "alba" / "2025-09-23" / "policy" / "brief.html").is_file()
    before = (folder / "manifest.json").read_bytes()
    with Ledger.file(place / ".bench" / "ledger.sqlite") as ledger:
        now = datetime.now(UTC)
        ledger.plan([Occasion("alba", "configs/alba.yaml", ("policy",), now, issue.as_of, "once more")], now)
    code, out, _ = ran(capsys, "tick")
    assert code == 0
    assert "unchanged  alba" in out
    assert "Every figure is that of the last issue." in out
    assert (folder / "manifest.json").read_bytes() == before

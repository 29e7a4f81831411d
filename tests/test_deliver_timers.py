"""Timers of the machine: what is exported is read by a parser of its format, and comes at the times of the schedule."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import yaml

from peerbench.deliver.timers import MARK, Job, Place, calendar, crontab, kubernetes, mistake, systemd
from peerbench.schedule import Schedule, times

NEW_YORK = Schedule("0 7 * * 1-5", "America/New_York")
JOBS = (
    Job("alba", NEW_YORK),
    Job("bora", Schedule("0,30 9 1,15 * 5-7", "Asia/Shanghai")),
    Job("cygni.x", Schedule("*/20 6-8 * 1-3,12 *", "Europe/London")),
    Job("dora", NEW_YORK),
    Job("eta", Schedule(when="new filing")),
)
SECRETS = ("SMTP_PASSWORD", "SLACK_ADDRESS")
PLACE = Place("/srv/the desk's 100% briefs", "/opt/venv/bin/bench", variables=SECRETS)

# ---- crontab ---------------------------------------------------------------------------------------------------------


def entries(text: str) -> list[tuple[list[str], str]]:
    """A crontab as crontab(5) defines it: five fields and a command, in which a bare % would end the line."""
    found = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        *fields, command = line.split(None, 5)
        assert len(fields) == 5, line
        assert all(re.fullmatch(r"(\*|\d+(-\d+)?)(/\d+)?(,(\*|\d+(-\d+)?)(/\d+)?)*", field) for field in fields), line
        assert not re.search(r"(?<!\\)%", command), line
        found.append((fields, command.replace("\\%", "%")))
    assert text.endswith("\n"), "cron ignores a last line that does not end"
    return found


def test_a_crontab_calls_a_quiet_pass_in_the_project_every_five_minutes() -> None:
    """The shell that cron starts reads the folder whole, whatever is in its name."""
    (text,) = crontab(JOBS, PLACE).values()
    ((fields, command),) = entries(text)
    assert fields == ["*/5", "*", "*", "*", "*"]
    assert shlex.split(command) == ["cd", PLACE.folder, "&&", PLACE.command, "tick", "--quiet"]
    for job in JOBS:
        assert f"#   {job.brief}: {job.schedule.expression}\n" in text


@pytest.mark.skipif(shutil.which("crontab") is None, reason="needs crontab")
def test_cron_itself_takes_it(tmp_path: Path) -> None:
    (tmp_path / "it").write_text(*crontab(JOBS, PLACE).values())
    done = subprocess.run(["crontab", "-T", tmp_path / "it"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 or "invalid option" in done.stderr, done.stderr


# ---- systemd ---------------------------------------------------------------------------------------------------------

SYSTEMD: Final = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")


def test_the_timer_has_each_schedule_once_and_a_quarter_of_an_hour_for_what_waits() -> None:
    timer = systemd(JOBS, PLACE)["peerbench.timer"]
    events = re.findall(r"^OnCalendar=(.*)$", timer, re.MULTILINE)
    assert events[0] == "Mon,Tue,Wed,Thu,Fri *-*-* 07:00:00 America/New_York"
    assert events[-1] == "*:0/15"
    assert len(events) == len(set(events)) == 5  # alba and dora share one; bora's day is one of two fields
    assert "Persistent=true" in timer


@SYSTEMD
def test_systemd_takes_service_and_timer(tmp_path: Path) -> None:
    (tmp_path / "bench").write_text("#!/bin/sh\n")
    (tmp_path / "bench").chmod(0o755)
    place = Place(str(tmp_path), str(tmp_path / "bench"))
    for name, text in systemd(JOBS, place).items():
        (tmp_path / name).write_text(text)
    units = [str(tmp_path / name) for name in systemd(JOBS, place)]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "peerbench" not in done.stderr


def elapses(event: str, *, after: datetime, count: int) -> list[datetime]:
    """The next times of a calendar event, as systemd computes them."""
    base = after.strftime("%Y-%m-%d %H:%M:%S UTC")
    command = ["systemd-analyze", "calendar", f"--base-time={base}", f"--iterations={count}", event]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"TZ": "UTC", "PATH": "/usr/bin:/bin"}
    )
    found = re.findall(r"(?:Next elapse|Iteration #\d+|Iter\. #\d+|\(in UTC\)): \w+ (\S+ \S+) UTC", done.stdout)
    return [datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) for text in found]


@SYSTEMD
@pytest.mark.parametrize("job", JOBS[:3])
def test_the_events_come_at_the_times_of_the_schedule(job: Job) -> None:
    """The next twelve, across a change of the clocks; two events where either of two day fields counts."""
    after = datetime(2026, 3, 5, tzinfo=UTC)
    events = calendar(job.schedule)
    theirs = sorted({moment for event in events for moment in elapses(event, after=after, count=12)})[:12]
    ours = [
        moment for _, moment in zip(range(12), times(job.schedule.cron, job.schedule.zone, after=after), strict=False)
    ]
    assert theirs == ours


# ---- Kubernetes ------------------------------------------------------------------------------------------------------


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


NAME: Final = {"type": "string", "pattern": r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 52}
TEXT: Final = {"type": "string", "minLength": 1}
# The part of batch/v1 CronJob that is used; anything else is a mistake. Days of the week are 0 to 6 there.
CRON_JOB: Final = closed(
    ["apiVersion", "kind", "metadata", "spec"],
    apiVersion={"const": "batch/v1"},
    kind={"const": "CronJob"},
    metadata=closed(["name"], name=NAME, labels={"type": "object", "additionalProperties": TEXT}),
    spec=closed(
        ["schedule", "timeZone", "concurrencyPolicy", "startingDeadlineSeconds", "jobTemplate"],
        schedule={"type": "string", "pattern": r"^(\S+ ){4}[0-6A-Z*/,-]+$"},
        timeZone={"type": "string", "pattern": r"^[A-Z]\w+/[\w/+-]+$|^UTC$"},
        concurrencyPolicy={"const": "Forbid"},
        startingDeadlineSeconds={"type": "integer", "minimum": 10},
        successfulJobsHistoryLimit={"type": "integer"},
        failedJobsHistoryLimit={"type": "integer"},
        jobTemplate=closed(
            ["spec"],
            spec=closed(
                ["template"],
                backoffLimit={"type": "integer", "minimum": 0},
                template=closed(
                    ["spec"],
                    spec=closed(
                        ["restartPolicy", "containers"],
                        restartPolicy={"enum": ["Never", "OnFailure"]},
                        containers={
                            "type": "array", "minItems": 1,
                            "items": closed(
                                ["name", "image"], name=NAME, image=TEXT, workingDir=TEXT,
                                envFrom={
                                    "type": "array",
                                    "items": closed(["secretRef"], secretRef=closed(["name"], name=NAME)),
                                },
                                command={"type": "array", "items": TEXT},
                                volumeMounts={
                                    "type": "array", "items": closed(["name", "mountPath"], name=NAME, mountPath=TEXT),
                                },
                            ),
                        },
                        volumes={"type": "array", "items": {"type": "object", "required": ["name"]}},
                    ),
                ),
            ),
        ),
    ),
)  # fmt: skip


def test_the_cron_jobs_follow_the_schema_one_for_each_time_and_one_for_what_waits() -> None:
    (text,) = kubernetes(JOBS, Place("/project", "bench", variables=SECRETS)).values()
    jobs = list(yaml.safe_load_all(text))
    for job in jobs:
        jsonschema.Draft202012Validator(CRON_JOB).validate(job)
    assert [(job["spec"]["schedule"], job["spec"]["timeZone"]) for job in jobs] == [
        ("0 7 * * 1-5", "America/New_York"),
        ("0,30 9 1,15 * 0,5,6", "Asia/Shanghai"),  # there is no day 7
        ("*/20 6-8 * 1-3,12 *", "Europe/London"),
        ("*/15 * * * *", "Etc/UTC"),
    ]
    assert len({job["metadata"]["name"] for job in jobs}) == len(jobs)


def test_briefs_whose_names_look_alike_have_jobs_of_their_own() -> None:
    jobs = [Job("a.b", Schedule("0 1 * * *")), Job("a_b", Schedule("0 2 * * *")), Job("阿", Schedule("0 3 * * *"))]
    (text,) = kubernetes(jobs, Place("/project", "bench")).values()
    names = [job["metadata"]["name"] for job in yaml.safe_load_all(text)]
    assert len(set(names)) == len(names) == 4
    assert all(re.fullmatch(str(NAME["pattern"]), name) for name in names)


# ---- all -------------------------------------------------------------------------------------------------------------


def test_a_pass_that_a_timer_starts_is_given_the_variables_that_the_configs_name() -> None:
    """Nothing of a person's shell is there when cron, systemd or Kubernetes starts it; no secret stands in a file."""
    service = systemd(JOBS, PLACE)["peerbench.service"]
    assert "EnvironmentFile=-/srv/the desk's 100%% briefs/.bench/environment\n" in service
    (job, *_) = yaml.safe_load_all(*kubernetes(JOBS, PLACE).values())
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert container["envFrom"] == [{"secretRef": {"name": "peerbench"}}]
    for text in (*crontab(JOBS, PLACE).values(), service, *kubernetes(JOBS, PLACE).values()):
        assert "# The configs name SMTP_PASSWORD, SLACK_ADDRESS." in text
    bare = Place("/srv/briefs", "/opt/venv/bin/bench")
    for text in (f for of in (crontab, systemd, kubernetes) for f in of(JOBS, bare).values()):
        assert "The configs name" not in text
        assert "nvironmentFile" not in text
        assert "envFrom" not in text


def test_every_file_carries_the_mark_of_the_command() -> None:
    files = {**crontab(JOBS, PLACE), **systemd(JOBS, PLACE), **kubernetes(JOBS, PLACE)}
    assert all(text.startswith(MARK) for text in files.values())


@pytest.mark.parametrize("folder", ["/srv/two\nlines", '/srv/"quoted"', "/srv/\x1b[31m"])
def test_a_path_that_no_timer_can_hold_is_refused(folder: str) -> None:
    assert "cannot stand in a timer" in mistake(Place(folder, "bench"))
    assert mistake(PLACE) == ""


def test_a_schedule_that_waits_for_filings_has_no_event_of_its_own() -> None:
    assert calendar(Schedule(when="new filing")) == ()
    assert calendar(Schedule("30 6 29 2 *", "UTC")) == ("*-02-29 06:30:00 UTC",)

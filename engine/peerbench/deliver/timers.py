"""Timers of the machine that call `bench tick`: a crontab, a systemd timer, a Kubernetes CronJob. Text in, text out.

What is due is decided by the ledger, in each schedule's own zone; a timer only has to call often enough. So a crontab,
which knows no zones, calls every few minutes, and the others at the scheduled times and in between for what waits.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from peerbench.schedule import Schedule, fields

EVERY: Final = 15  # minutes between two passes for deliveries, held issues and filings
MARK: Final = "# Made by `bench schedule export`."
_DAYS: Final = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


@dataclass(frozen=True, slots=True)
class Job:
    """A brief's schedule, by its name."""

    brief: str
    schedule: Schedule


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pass runs: the project's folder, the command there, what the job is called.

    variables: names of the environment that the configs ask for (passwords, addresses), which no timer has by itself.
    """

    folder: str
    command: str
    name: str = "peerbench"
    image: str = "peerbench:latest"
    variables: tuple[str, ...] = ()

    @property
    def environment(self) -> str:
        """The file of a machine that holds the variables, NAME=value a line."""
        return f"{self.folder}/.bench/environment"


def mistake(place: Place) -> str:
    """Why a place cannot stand in a timer's file; empty where it can."""
    bad = next((text for text in (place.folder, place.command) if not text.isprintable() or '"' in text), "")
    return f"the path {bad!r} cannot stand in a timer" if bad else ""


def crontab(jobs: Sequence[Job], place: Place, *, every: int = 5) -> dict[str, str]:
    """File name → text, for `crontab -e`. A quiet pass prints what needs a person, which cron sends to its owner."""
    asked = "".join(f"#   {job.brief}: {job.schedule.expression}\n" for job in jobs)
    command = f"cd {shlex.quote(place.folder)} && {shlex.quote(place.command)} tick --quiet"
    head = f"{MARK} A pass every {every} minutes: the schedules stand in the configs, each in its zone.\n"
    line = f"*/{every} * * * * " + command.replace("%", r"\%")  # cron takes a bare % for the end of the line
    needed = _needed(place, "Cron has nothing of your shell: write NAME=value below, as its owner alone may read it")
    return {f"{place.name}.crontab": f"{head}{asked}{needed}{line}\n"}


def _needed(place: Place, where: str) -> str:
    """A comment on the variables that the configs name; nothing where they name none."""
    return f"# The configs name {', '.join(place.variables)}. {where}.\n" if place.variables else ""


def systemd(jobs: Sequence[Job], place: Place) -> dict[str, str]:
    """A service and its timer; Persistent makes up for a machine that was off."""
    folder, command, file = (text.replace("%", "%%") for text in (place.folder, place.command, place.environment))
    given = f"EnvironmentFile=-{file}\n" if place.variables else ""
    needed = _needed(place, f"Put NAME=value into {place.environment}, which its owner alone may read")
    service = (
        f"{MARK}\n{needed}[Unit]\nDescription=Make and send the briefs that are due\nWants=network-online.target\n"
        f"After=network-online.target\n\n[Service]\nType=oneshot\nWorkingDirectory={folder}\n"
        f'{given}ExecStart="{command}" tick\n'
    )
    lines = dict.fromkeys(line for job in jobs for line in calendar(job.schedule))
    events = "".join(f"OnCalendar={line}\n" for line in (*lines, f"*:0/{EVERY}"))
    timer = (
        f"{MARK}\n[Unit]\nDescription=The times of the briefs, and every {EVERY} minutes for what waits\n\n"
        f"[Timer]\n{events}Persistent=true\nAccuracySec=1s\n\n[Install]\nWantedBy=timers.target\n"
    )
    return {f"{place.name}.service": service, f"{place.name}.timer": timer}


def calendar(schedule: Schedule) -> tuple[str, ...]:
    """A schedule as systemd calendar events; two where a day may match either of two fields."""
    if not schedule.cron:
        return ()
    minutes, hours, days, months, weekdays = fields(schedule.cron)
    words = schedule.cron.split()
    clock = f"{_list(hours, 24)}:{_list(minutes, 60)}:00"
    of_week = ",".join(_DAYS[day] for day in sorted(weekdays)) + " " if len(weekdays) < 7 else ""
    month, of_month = _list(months, 12), _list(days, 31)
    if words[2].startswith("*") or words[4].startswith("*"):
        dates = [f"{of_week}*-{month}-{of_month}"]
    else:
        dates = [f"*-{month}-{of_month}", f"{of_week}*-{month}-*"]
    return tuple(f"{date} {clock} {schedule.zone}" for date in dates)


def _list(numbers: frozenset[int], every: int) -> str:
    return "*" if len(numbers) == every else ",".join(f"{number:02d}" for number in sorted(numbers))


def kubernetes(jobs: Sequence[Job], place: Place) -> dict[str, str]:
    """CronJobs, one an expression and zone, and one in between; the project lies on a volume claim of that name."""
    import yaml

    times: dict[tuple[str, str], list[str]] = {}
    for job in jobs:
        if job.schedule.cron:
            times.setdefault((_sunday_is_0(job.schedule.cron), job.schedule.zone), []).append(job.brief)
    made = [_cron_job(f"{place.name}-{_label(briefs[0])}", cron, zone, place) for (cron, zone), briefs in times.items()]
    made.append(_cron_job(place.name, f"*/{EVERY} * * * *", "Etc/UTC", place))
    head = f"{MARK} `kubectl apply -f` it; the ledger is a PostgreSQL, or lies on the volume.\n"
    needed = _needed(place, f"Put them into a Secret named {place.name}")
    text = yaml.safe_dump_all(made, sort_keys=False, explicit_start=True, allow_unicode=True)
    return {f"{place.name}.yaml": head + needed + text}


def _cron_job(name: str, cron: str, zone: str, place: Place) -> Mapping[str, Any]:
    container = {
        "name": "bench",
        "image": place.image,
        "command": ["bench", "tick"],
        "workingDir": place.folder,
        "volumeMounts": [{"name": "project", "mountPath": place.folder}],
        **({"envFrom": [{"secretRef": {"name": place.name}}]} if place.variables else {}),
    }
    pod = {
        "restartPolicy": "Never",
        "containers": [container],
        "volumes": [{"name": "project", "persistentVolumeClaim": {"claimName": place.name}}],
    }
    job = {"backoffLimit": 0, "template": {"spec": pod}}  # the next pass is the retry
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/name": place.name}},
        "spec": {
            "schedule": cron,
            "timeZone": zone,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 3600,
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {"spec": job},
        },
    }


def _sunday_is_0(cron: str) -> str:
    """Kubernetes knows no day 7."""
    words = cron.split()
    if "7" in re.split(r"\D+", words[4].partition("/")[0]):
        words[4] = ",".join(str(day) for day in sorted(fields(cron)[4]))
    return " ".join(words)


def _label(brief: str) -> str:
    """A brief's name as part of an object's: small letters, digits and -, the whole at most 52; no two alike."""
    plain = re.sub(r"[^a-z0-9]+", "-", brief.lower()).strip("-")[:30].rstrip("-")
    return plain if plain == brief else f"{plain or 'brief'}-{hashlib.sha256(brief.encode()).hexdigest()[:6]}"

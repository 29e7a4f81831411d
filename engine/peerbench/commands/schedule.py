"""bench schedule: the next times of the configs' schedules, a loop that follows them, timers of the machine."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from peerbench.commands import ledgers
from peerbench.commands.printing import print_findings
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding

if TYPE_CHECKING:
    from peerbench.config.values import Config

POLL: Final = 30.0  # seconds between two looks: new configs, filings, deliveries that wait


def run(parsed: Namespace, arguments: list[str]) -> int:
    return {"list": _list, "run": _run, "export": _export}[parsed.action](parsed)


def _list(parsed: Namespace) -> int:
    """Each schedule with its next times, in its own zone and by the clock of this machine."""
    found = ledgers.found(parsed.configs)
    print_findings(found.findings)
    now = datetime.now(UTC)
    rows = [_row(config, now, max(parsed.count, 1)) for config in found.scheduled]
    if parsed.format == "json":
        print(json.dumps(rows, indent=1))
    else:
        print("\n".join(map(_text, rows)) if rows else "no config has a schedule")
    return 2 if found.findings else 0


def _row(config: Config, now: datetime, count: int) -> dict[str, object]:
    from peerbench.schedule import spoken, upcoming

    one = config.schedule
    times = upcoming(one, after=now, count=count)
    return {
        "brief": config.name,
        "cron": one.cron,
        "zone": one.zone,
        "when": one.when,
        "catch_up": one.catch_up,
        "max_age": spoken(one.max_age) if one.max_age else None,
        "next": [
            {"utc": f"{time:%Y-%m-%dT%H:%MZ}", "zone": ledgers.shown(time, one.zone), "here": ledgers.local(time)}
            for time in times
        ],
    }


def _text(row: Mapping[str, object]) -> str:
    rule = "  ".join(str(part) for part in (row["cron"], row["zone"] if row["cron"] else "", row["when"]) if part)
    times = row["next"] if isinstance(row["next"], list) else []
    lines = [f"  {time['zone']:<22}  here {time['here']}" for time in times]
    late = f", at most {row['max_age']} late" if row["max_age"] else ""
    return "\n".join((f"{row['brief']}: {rule}  (catch up: {row['catch_up']}{late})", *lines))


# ---- the loop --------------------------------------------------------------------------------------------------------


def _run(parsed: Namespace) -> int:
    """Passes until SIGTERM or SIGINT, each over the configs as they are then; the issue in hand is finished.

    A second signal ends it at once, as a kill does: the next run goes on.
    """
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def asked(*_: object) -> None:
        stop.set()
        for number, handler in before.items():
            signal.signal(number, handler)
        print("stopping after the issue in hand; once more ends it at once", file=sys.stderr, flush=True)

    for number in before:
        signal.signal(number, asked)
    _print_next(parsed)
    known: ledgers.Known = {}
    told: tuple[Finding, ...] = ()
    try:
        while not stop.is_set():
            told = _once(parsed, stop, known, told)
            stop.wait(POLL)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    print("stopped; what waits is taken up by the next run", file=sys.stderr)
    return 0


def _print_next(parsed: Namespace) -> None:
    found = ledgers.found(parsed.configs)
    rows = (_row(config, datetime.now(UTC), 1) for config in found.scheduled)
    print("\n".join(map(_text, rows)) or "no config has a schedule yet", flush=True)


def _once(
    parsed: Namespace, stop: threading.Event, known: ledgers.Known, told: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    """One pass; what is wrong is printed where it is not what was told of the pass before. Returns what is wrong."""
    from peerbench.commands.tick import one_pass

    wrong: tuple[Finding, ...] = ()
    try:
        found = ledgers.found(parsed.configs, known=known)
        wrong = found.findings
        _print_new(wrong, told)
        with ledgers.ledger(found) as ledger:
            one_pass(found, ledger, out=parsed.out, stop=stop.is_set, jobs=parsed.jobs, cluster=parsed.cluster)
    except UnusableRequest as error:  # a database that restarts, a disk that is full: the next pass may do better
        _print_new(error.findings, told)
        wrong = (*wrong, *error.findings)
    return wrong


def _print_new(findings: tuple[Finding, ...], told: tuple[Finding, ...]) -> None:
    print_findings(finding for finding in findings if finding not in told)


# ---- export ----------------------------------------------------------------------------------------------------------


def _export(parsed: Namespace) -> int:
    if parsed.to is None:
        hint = "Write --to crontab, --to systemd or --to kubernetes."
        raise UnusableRequest((Finding("arguments", "error", "export needs the kind of timer", hint),))
    found = ledgers.found(parsed.configs)
    print_findings(found.findings)
    if found.findings:
        return 2
    files = _made(parsed, found)
    if parsed.out is None:
        print("\n".join(f"# ---- {name}\n{text}" if len(files) > 1 else text for name, text in files.items()), end="")
        return 0
    for path in _written(files, Path(parsed.out)):
        print(f"wrote {os.path.relpath(path)}")
    return 0


def _made(parsed: Namespace, found: ledgers.Found) -> dict[str, str]:
    from peerbench.deliver import timers

    jobs = [timers.Job(config.name, config.schedule) for config in found.scheduled]
    command = shutil.which(sys.argv[0]) or shutil.which("bench") or "bench"
    place = timers.Place(
        str(found.root),
        os.path.abspath(command) if os.sep in command else command,
        image=parsed.image,
        variables=_variables(found.scheduled),
    )
    if mistake := timers.mistake(place):
        raise UnusableRequest((Finding("arguments", "error", mistake),))
    return {"crontab": timers.crontab, "systemd": timers.systemd, "kubernetes": timers.kubernetes}[parsed.to](
        jobs, place
    )


def _variables(configs: Sequence[Config]) -> tuple[str, ...]:
    """The names of the environment that a pass over these configs needs, in their order."""
    named: list[str] = []
    for config in configs:
        told = (*(source.settings for source in config.sources), *(target.settings for target in config.deliver))
        named += (str(one[key]) for one in told for key in sorted(one) if key.endswith("_env") and one[key])
        named += filter(None, (config.ledger_variable, config.signing_variable))
    return tuple(dict.fromkeys(named))


def _written(files: Mapping[str, str], folder: Path) -> list[Path]:
    """The files in the folder; one that lies there and was not made by this command is left alone, and so are all."""
    from peerbench.deliver import timers

    paths = {folder / name: text for name, text in files.items()}
    for path in paths:
        if path.exists() and not path.read_text("utf-8", "replace").startswith(timers.MARK):
            message = f"{path} is there already and was not made by this command"
            raise UnusableRequest((Finding("arguments", "error", message, "Name another folder with --out."),))
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in paths.items():
        path.write_text(text, encoding="utf-8")
    return list(paths)

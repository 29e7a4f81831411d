"""What the commands of the clock share: the configs that have a schedule, and the ledger that they name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from peerbench import project
from peerbench.commands import request
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding

if TYPE_CHECKING:
    from peerbench.config.values import Config
    from peerbench.deliver.ledger import Ledger

PLACE: Final = ".bench/ledger.sqlite"
EXTRA: Final = "pip install 'peerbench[schedule]'"


@dataclass(frozen=True, slots=True)
class Found:
    """The project, its configs that have a schedule and are sound, every config that was read, and what is wrong."""

    root: Path
    scheduled: tuple[Config, ...]
    configs: tuple[Config, ...]
    findings: tuple[Finding, ...]


Read = tuple["Config | None", tuple[Finding, ...]]
Known = dict[Path, tuple[tuple[tuple[Path, int, int], ...], Read]]


def found(named: Sequence[str], *, known: Known | None = None) -> Found:
    """The configs named, or those in configs/. One that is wrong is told and does not stop the others.

    known: what a loop read before; a config whose files look the same is not read again.
    """
    root = Path(project.root_of(list(named)))
    paths = [Path(name) for name in named] or list(request.candidates(root / "configs"))
    read: list[Config] = []
    findings: list[Finding] = []
    scheduled: list[Config] = []
    for path in paths:
        config, mistakes = _read(path, {} if known is None else known)
        findings += mistakes
        if config is not None:
            read.append(config)
        if config is not None and not mistakes:
            if config.schedule:
                scheduled.append(config)
            elif named:
                hint = "Write schedule: {cron: '0 7 * * 1-5', zone: America/New_York}."
                findings.append(config.finding("config.schedule", f"{path} has no schedule", "schedule", hint=hint))
    return Found(root, tuple(scheduled), tuple(read), tuple(findings))


def _read(path: Path, known: Known) -> Read:
    """A config and its mistakes."""
    from peerbench.config import check as meaning
    from peerbench.config.load import load

    before = known.get(path)
    if before is not None and before[0] == tuple(_look(file) for file, _, _ in before[0]):
        return before[1]
    config, noticed = load(path)
    wrong = (*noticed, *(meaning.by_itself(config) if config else ()))
    read = (config, tuple(finding for finding in wrong if finding.severity == "error"))
    if config is not None:
        known[path] = (tuple(_look(file.file) for file in config.files), read)
    return read


def _look(file: Path) -> tuple[Path, int, int]:
    """A file from outside: size and time of its last change; -1 where it is not there."""
    try:
        seen = file.stat()
    except OSError:
        return file, -1, -1
    return file, seen.st_size, seen.st_mtime_ns


def ledger(found: Found) -> Ledger:
    """The ledger that the configs name: one for all of them. Raises UnusableRequest."""
    try:
        from peerbench.deliver.ledger import Ledger
    except ModuleNotFoundError as error:
        message = f"the ledger of issues needs {error.name}, which is not installed"
        raise UnusableRequest((Finding("ledger", "error", message, f"Install it: {EXTRA}."),)) from error
    places = {_place(config): config for config in found.scheduled or found.configs}
    if len(places) > 1:
        first, other, *_ = places.values()
        message = f"{first.name} and {other.name} name different ledgers"
        hint = "Name it once in the config that both extend, or one config at a time."
        raise UnusableRequest((other.finding("config.ledger", message, "ledger", hint=hint),))
    return Ledger.open(next(iter(places), f"sqlite:///{found.root / PLACE}"))


def existing(found: Found) -> Ledger | None:
    """The ledger that the configs name, if it is there already: to look something up makes none."""
    named = found.scheduled or found.configs
    place = _place(named[0]) if named else f"sqlite:///{found.root / PLACE}"
    there = not place.startswith("sqlite:///") or Path(place.removeprefix("sqlite:///")).is_file()
    return ledger(found) if there else None


def _place(config: Config) -> str:
    if not config.ledger_variable:
        return f"sqlite:///{config.root / (config.ledger_file or PLACE)}"
    if url := os.environ.get(config.ledger_variable, "").strip():
        return url
    message = f"the environment variable {config.ledger_variable}, which is to hold the ledger's URL, is not set"
    raise UnusableRequest((config.finding("config.ledger", message, "ledger", "url_env"),))


def first(reasons: str) -> str:
    """The first of several reasons, one a line, and how many more there are."""
    from peerbench.commands.printing import clean

    lines = reasons.splitlines()
    more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
    return f"{clean(lines[0])}{more}" if lines else ""


def shown(moment: datetime, zone: str = "UTC") -> str:
    """A time in a zone, as people read it: 2026-01-05 07:00 EST."""
    from zoneinfo import ZoneInfo

    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z")


def local(moment: datetime) -> str:
    """A time by the clock of this machine."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M %Z")

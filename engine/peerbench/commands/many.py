"""bench build -j N, --cluster: many briefs at once. One that fails is told and stops no other."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from peerbench import stamp
from peerbench.commands import build, request
from peerbench.commands.printing import print_findings
from peerbench.fleet.job import Done, Job

BAR = 24
CODES = {"built": 0, "unchanged": 0, "held": 1, "failed": 2}


def run(parsed: Namespace, root: str) -> int:
    """Build every config named, or all in configs/. 0: all built; 1: a check held one back; 2: one is unusable."""
    options = build.options_of(parsed, root)
    configs = _configs(parsed, root)
    tally = _Tally(len(configs), sys.stderr.isatty())
    asked: dict[Path, tuple[str, int]] = {}
    for done in _done(parsed, _jobs(configs, options, parsed, root, asked, tally)):
        key, began = asked.pop(done.job.config)
        if done.state == "built" and not build.rests_on_databases([done.job.config]):
            left = [_Left(done.folder or Path(), done.files)]
            build.leave_stamp(root, key, [done.job.config], _named(parsed), left, began)
        tally.add(done)
    tally.end()
    return tally.code


@dataclass(frozen=True, slots=True)
class _Left:
    folder: Path
    files: tuple[Path, ...]


def _configs(parsed: Namespace, root: str) -> tuple[Path, ...]:
    named = tuple(map(Path, parsed.configs)) or request.candidates(Path(root) / "configs")
    return tuple(dict.fromkeys(named)) or request.configs([])


def _done(parsed: Namespace, jobs: Iterator[Job]) -> Iterator[Done]:
    from peerbench.fleet import crew

    with hands(parsed.jobs, parsed.cluster) as (build_one, count):
        yield from crew.run(jobs, [build_one] * count)


@contextmanager
def hands(jobs: int | None, address: str | None) -> Iterator[tuple[Callable[..., Done], int]]:
    """Who builds, and how many at once: worker processes of this machine, or the cluster at an address."""
    from peerbench.fleet.worker import Workers

    if address is None:
        with closing(Workers(jobs or 1)) as workers:
            yield workers.build, jobs or 1
        return
    from peerbench.fleet.cluster import Cluster

    with closing(Cluster(address)) as cluster:
        # Twice as many as it builds at once, so that none of its threads waits for the next.
        yield cluster.build, jobs or max(4, 2 * cluster.threads)


def _jobs(
    configs: Sequence[Path],
    options: request.Options,
    parsed: Namespace,
    root: str,
    asked: dict[Path, tuple[str, int]],
    tally: _Tally,
) -> Iterator[Job]:
    """A job for every config that has changed since it was built with these options; its stamp's key is noted."""
    for config in configs:
        key = stamp.key(["build", str(config), *_said(parsed)])
        if not parsed.force and stamp.unchanged(root, key) is not None:
            tally.leave(config)
            continue
        path = config.absolute()
        asked[path] = (key, time.time_ns())
        out = options.out.absolute() if options.out is not None else None
        yield Job(
            path, date.today(), options.as_of, options.audiences, options.formats, out, options.page, options.length,
            parsed.frozen, since=options.since,
        )  # fmt: skip


def _said(parsed: Namespace) -> Iterator[str]:
    """The options that decide what is built, as a command line for one config would give them."""
    for name in ("as_of", "audience", "format", "page", "length", "since", "out"):
        value = getattr(parsed, name)
        for one in value if isinstance(value, list) else [value] if value is not None else []:
            yield from (f"--{name.replace('_', '-')}", str(one))
    if parsed.frozen:
        yield "--frozen"


def _named(parsed: Namespace) -> Namespace:
    """As if each config were named: a file added to configs/ is no change of those that were built."""
    return Namespace(**{**vars(parsed), "configs": ["named"]})


# ---- what the terminal sees ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Tally:
    """A bar on a terminal, a line for each brief in a pipe, and the sum of all at the end."""

    total: int
    terminal: bool
    began: float = field(default_factory=time.monotonic)
    states: dict[str, int] = field(default_factory=dict)
    code: int = 0

    def add(self, done: Done) -> None:
        self._count(done.state)
        self._clear()
        print_findings(finding for finding in done.findings if done.state == "failed" or build.urgent(finding))
        name = done.job.config.stem
        if done.state == "built" and not self.terminal:
            print(f"built: {os.path.relpath(done.folder or '')}", flush=True)
        if done.state in ("held", "failed"):
            why = "held back" if done.state == "held" else "not built"
            print(f"{why}: {name} (see the errors above)", file=sys.stderr, flush=True)
        self._bar(name)

    def leave(self, config: Path) -> None:
        self._count("unchanged")
        if not self.terminal:
            print(f"unchanged: {config.stem}", flush=True)
        self._bar(config.stem)

    def end(self) -> None:
        self._clear()
        seconds = time.monotonic() - self.began
        words = {"built": "built", "unchanged": "unchanged", "held": "held back", "failed": "not built"}
        parts = [f"{self.states[state]} {said}" for state, said in words.items() if state in self.states]
        rate = f", {self.states['built'] / seconds:.2g} a second" if self.states.get("built", 0) > 1 else ""
        print(f"{_briefs(self.total)}: {', '.join(parts)} in {seconds:.0f} s{rate}")

    def _count(self, state: str) -> None:
        self.states[state] = self.states.get(state, 0) + 1
        self.code = max(self.code, CODES[state])

    def _bar(self, name: str) -> None:
        self._clear()
        if self.terminal:
            ended = sum(self.states.values())
            full = BAR * ended // self.total
            bar = "█" * full + "░" * (BAR - full)
            print(f"{bar} {ended} of {self.total}  {name}", end="", file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self.terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _briefs(count: int) -> str:
    return f"{count} brief" if count == 1 else f"{count} briefs"

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
from typing import TYPE_CHECKING

from peerbench import stamp
from peerbench.commands import build, request
from peerbench.commands.printing import print_findings
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.fleet.job import Done, Job
from peerbench.universe import naming

if TYPE_CHECKING:
    from peerbench.config.values import Config
    from peerbench.pipeline import Given
    from peerbench.universe.members import Member, Universe

BAR = 24
SHOWN = 20  # companies without a brief, each with its reason
CODES = {"built": 0, "unchanged": 0, "held": 1, "failed": 2}


def run(parsed: Namespace, root: str, key: str) -> int:
    """Build every config named, or all in configs/, and every member of those that are patterns.

    0: all built; 1: a check held one back; 2: one is unusable. key: of the stamp of the whole, left where one of them
    is a pattern, so that an unchanged one need not be read again.
    """
    options = build.options_of(parsed, root)
    began, tally = time.time_ns(), _Tally(sys.stderr.isatty())
    asked = tuple(_asked(parsed, root, tally))
    tally.total += len(asked)
    tally.begin()
    begun: dict[Path, tuple[_Asked, str, int]] = {}
    for done in _done(parsed, _jobs(asked, options, parsed, root, begun, tally)):
        one, own_key, since = begun.pop(done.job.config)
        if done.state == "built":
            one.leave_stamp(root, own_key, parsed, _Left(done.folder or Path(), done.files), since)
        tally.add(done)
    tally.end()
    _whole(asked, root, key, parsed, tally, began)
    return tally.code


@dataclass(frozen=True, slots=True)
class _Left:
    folder: Path
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One brief to build: a config, or a member of a pattern, whose data were read at `began`."""

    path: Path
    universe: Universe | None = None
    member: Member | None = None
    began: int = 0

    def given(self) -> Given | None:
        from peerbench import pipeline

        return pipeline.given_of(self.universe, self.member) if self.universe and self.member else None

    def configs(self) -> tuple[Config, ...]:
        """What decides the brief besides the program; of a member without a file of its own its pattern."""
        if self.universe is not None and self.member is not None and not self.member.own:
            return (self.universe.pattern,)
        from peerbench.config.load import load

        return tuple(config for config, _ in (load(self.path),) if config is not None)

    def leave_stamp(self, root: str, key: str, parsed: Namespace, left: _Left, began: int) -> None:
        configs = self.configs()
        if not build.rests_on_databases(configs):
            build.leave_stamp(root, key, configs, _named(parsed), [left], self.began or began, more=(self.path,))


def _asked(parsed: Namespace, root: str, tally: _Tally) -> Iterator[_Asked]:
    """Every brief; a pattern that cannot be read is told and stops no other."""
    paths = _configs(parsed, root)
    patterns = [path for path in paths if naming.is_pattern(path)]
    only = request.split(parsed.only) if parsed.only else None
    if only is not None and (len(patterns) != 1 or len(paths) != 1):
        hint = "Write e.g. bench build configs/tech.yaml --only apple,nvidia."
        raise UnusableRequest((Finding("arguments", "error", "--only goes with one pattern", hint),))
    for path in paths:
        try:
            yield from _members(path, parsed, only, tally) if path in patterns else (_Asked(path),)
        except UnusableRequest as error:
            tally.unread(path, error)


def _members(path: Path, parsed: Namespace, only: Sequence[str] | None, tally: _Tally) -> Iterator[_Asked]:
    from peerbench import pipeline

    began, as_of, today = time.time_ns(), request.day(parsed.as_of), date.today()
    found = pipeline.members(path, as_of=as_of, today=today, frozen=parsed.frozen, only=only)
    if wrong := pipeline.shared_mistakes(found, audiences=request.split(parsed.audience) or None, today=today):
        raise UnusableRequest(wrong)
    if only is None:
        tally.without(found.left_out)
    for member in found.members:
        yield _Asked(path.with_name(member.path.name), found, member, began)


def _whole(asked: Sequence[_Asked], root: str, key: str, parsed: Namespace, tally: _Tally, began: int) -> None:
    """Of a run with a pattern in it, when all went well: the next one need not even read the data."""
    patterns = {one.universe.pattern.path: one.universe.pattern for one in asked if one.universe is not None}
    if tally.code or not patterns:
        return
    configs = (*patterns.values(), *(config for one in asked if one.universe is None for config in one.configs()))
    if not build.rests_on_databases(configs):
        build.leave_stamp(root, key, configs, parsed, tally.left, began, more=[one.path for one in asked])


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
        if not (threads := cluster.threads):
            print(f"the cluster at {address} has no worker yet; one is waited for", file=sys.stderr, flush=True)
        # Twice as many as it builds at once, so that none of its threads waits for the next.
        yield cluster.build, jobs or max(4, 2 * threads)


def _jobs(
    asked: Sequence[_Asked],
    options: request.Options,
    parsed: Namespace,
    root: str,
    begun: dict[Path, tuple[_Asked, str, int]],
    tally: _Tally,
) -> Iterator[Job]:
    """A job for every brief that has changed since it was built with these options; its stamp's key is noted."""
    for one in asked:
        key = stamp.key(["build", str(one.path), *_said(parsed)])
        if not parsed.force and stamp.unchanged(root, key) is not None:
            tally.leave(one.path, [Path(path) for path in stamp.outputs(root, key)])
            continue
        path = one.path.absolute()
        begun[path] = (one, key, time.time_ns())
        out = options.out.absolute() if options.out is not None else None
        yield Job(
            path, date.today(), options.as_of, options.audiences, options.formats, out, options.page, options.length,
            parsed.frozen, since=options.since, given=one.given(), spoken=options.spoken,
        )  # fmt: skip


def _said(parsed: Namespace) -> Iterator[str]:
    """The options that decide what is built, as a command line for one config would give them."""
    for name in ("as_of", "audience", "format", "language", "page", "length", "since", "out"):
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

    terminal: bool
    total: int = 0
    began: float = field(default_factory=time.monotonic)
    states: dict[str, int] = field(default_factory=dict)
    left: list[_Left] = field(default_factory=list)  # of the briefs that are there now
    code: int = 0

    def unread(self, path: Path, error: UnusableRequest) -> None:
        """A pattern of which nothing can be built."""
        self.total += 1
        self._count("failed")
        print_findings(error.findings)
        print(f"not built: {path.stem} (see the errors above)", file=sys.stderr, flush=True)

    def without(self, left_out: Sequence[Finding]) -> None:
        """Companies that a pattern means and that get no brief: the first few, each with its reason."""
        print_findings(left_out[:SHOWN])
        if (more := len(left_out) - SHOWN) > 0:
            print(f"and {more:,} more without a brief; bench check --list names them", file=sys.stderr)

    def begin(self) -> None:
        """A bar from the start: the first brief takes seconds."""
        self._bar("")

    def add(self, done: Done) -> None:
        self._count(done.state)
        self._clear()
        print_findings(finding for finding in done.findings if done.state == "failed" or build.urgent(finding))
        name = done.job.config.stem
        if done.state == "built":
            self.left.append(_Left(done.folder or Path(), done.files))
        if done.state == "built" and not self.terminal:
            print(f"built: {os.path.relpath(done.folder or '')}", flush=True)
        if done.state in ("held", "failed"):
            why = "held back" if done.state == "held" else "not built"
            print(f"{why}: {name} (see the errors above)", file=sys.stderr, flush=True)
        self._bar(name)

    def leave(self, config: Path, files: Sequence[Path]) -> None:
        self._count("unchanged")
        self.left.append(_Left(min((path.parent for path in files), key=lambda one: len(one.parts)), tuple(files)))
        if not self.terminal:
            print(f"unchanged: {config.stem}", flush=True)
        self._bar(config.stem)

    def end(self) -> None:
        self._clear()
        seconds = time.monotonic() - self.began
        words = {"built": "built", "unchanged": "unchanged", "held": "held back", "failed": "not built"}
        parts = [f"{self.states[state]} {said}" for state, said in words.items() if state in self.states]
        rate = f", {self.states['built'] / seconds:.2g} a second" if self.states.get("built", 0) > 1 else ""
        print(f"{briefs(self.total)}: {', '.join(parts)} in {seconds:.0f} s{rate}")

    def _count(self, state: str) -> None:
        self.states[state] = self.states.get(state, 0) + 1
        self.code = max(self.code, CODES[state])

    def _bar(self, name: str) -> None:
        self._clear()
        if self.terminal:
            ended = sum(self.states.values())
            full = BAR * ended // max(self.total, 1)
            bar = "█" * full + "░" * (BAR - full)
            print(f"{bar} {ended} of {self.total}  {name}".rstrip(), end="", file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self.terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def briefs(count: int) -> str:
    return f"{count:,} brief" if count == 1 else f"{count:,} briefs"

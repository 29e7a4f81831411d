"""Members of scheduled patterns: each has issues of its own. A pattern's data are read once a pass for each day."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from peerbench import pipeline
from peerbench.config.values import Config
from peerbench.deliver.ledger import Issue, Occasion
from peerbench.tick import look
from peerbench.tick.make import Builder
from peerbench.universe import naming
from peerbench.universe.members import Universe

_KEPT: Final = 2  # universes kept: issues of one day follow each other


@dataclass(slots=True)
class Patterns:
    """The patterns of a pass, and what is known of their members."""

    configs: Sequence[Config]
    _known: dict[tuple[Path, date], Universe] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, issue: Issue, root: Path) -> Config | None:
        """The pattern whose member an issue is about, under the member's name; None: it is of no pattern of these."""
        path = Path(os.path.abspath(root / issue.config))
        found = naming.sought(path)
        if found is None:
            return None
        pattern = next((one for one in self.configs if one.pattern and one.path == found[0]), None)
        return None if pattern is None else replace(pattern, name=issue.brief, path=path)

    def occasions(self, config: Config, moment: datetime, now: datetime) -> Iterator[Occasion]:
        """An issue of every member at a time of the schedule. Raises UnusableRequest where the data cannot be read."""
        day = config.as_of or config.schedule.day(moment)
        for member in self._universe(config.path, config, day, now).members:
            path = os.path.relpath(member.path, config.root)
            yield Occasion(member.name, path, config.audiences, moment, day)

    def builder(self, build: Builder) -> Builder:
        """Builds a member's issue from the rows that all members share."""

        def built(
            config: Config, issue: Issue, *, gate: pipeline.Gate, progress: pipeline.Progress, now: datetime,
            out: Path | None, given: pipeline.Given | None = None,
        ) -> pipeline.BuildResult:  # fmt: skip
            progress("reading")
            found = naming.sought(config.path)
            if found is not None:
                universe = self._universe(found[0], config, issue.as_of, now)
                given = pipeline.given_of(universe, universe.member(found[1]))
            progress("building")
            return build(config, issue, gate=gate, progress=progress, now=now, out=out, given=given)

        return built

    def _universe(self, path: Path, config: Config, day: date, now: datetime) -> Universe:
        with self._lock:
            if (path, day) not in self._known:
                look.refresh(config)
                today = max(day, config.schedule.day(now))
                found = pipeline.members(path, as_of=day, today=today)
                self._known = {**dict(list(self._known.items())[1 - _KEPT :]), (path, day): found}
            return self._known[path, day]

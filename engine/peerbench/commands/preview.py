"""bench preview: watches templates, phrases, config and data, and shows the brief anew a moment after each change."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from peerbench.commands import request
from peerbench.commands.build import inputs
from peerbench.commands.printing import in_order, print_findings, refuse, rendered
from peerbench.commands.showing import Board, Server
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.universe import naming

if TYPE_CHECKING:
    from peerbench.brief.study import Study

POLL_SECONDS: Final = 0.2
LAYOUT: Final = (".j2", ".css", ".js")  # what changes no figure and no word
WORDS: Final = ("phrases.yaml",)
Marks = dict[str, tuple[int, int]]  # path → size and time of change


def run(parsed: Namespace, arguments: list[str]) -> int:
    (config,) = request.configs([parsed.config] if parsed.config else [])
    desk = Desk(config, request.split(parsed.audience), request.day(parsed.as_of), not parsed.no_pdf)
    if parsed.once:
        return desk.once()
    with Server(desk.board, port=parsed.port) as server:
        print(f"showing {config} at {server.address}", flush=True)
        print("  every change of a template, phrase, config or data shows there; Ctrl-C ends it", flush=True)
        if parsed.open:
            _open(server.address)
        try:
            desk.watch(time.sleep)
        except KeyboardInterrupt:
            print("bench: preview ended", file=sys.stderr)
    return 0


def _open(address: str) -> None:
    import webbrowser

    webbrowser.open(address)


@dataclass
class Desk:
    """What is kept warm between changes: the libraries, the data read, the figures computed."""

    config: Path
    asked: tuple[str, ...]
    as_of: date | None
    pdf: bool
    board: Board = field(default_factory=Board)
    _case: Any = None
    _study: Study | None = None
    _seen: Marks = field(default_factory=dict)
    _taken: dict[str, Any] = field(default_factory=dict)  # the cuts that made each PDF fit, tried first the next time

    def once(self) -> int:
        """Show everything once, into .bench/preview/ of the project."""
        try:
            for path in self.shown(everything=True):
                print(f"made {os.path.relpath(path)}")
        except UnusableRequest as error:
            return refuse(error)
        return 0

    def watch(self, sleep: Callable[[float], None]) -> None:
        """Show, wait for a change, show again, until it is interrupted."""
        while True:
            fresh = self._marks()
            changed = {path for path in {*self._seen, *fresh} if self._seen.get(path) != fresh.get(path)}
            if changed:
                self._seen = fresh
                self._show(changed)
            else:
                sleep(POLL_SECONDS)

    def _show(self, changed: set[str]) -> None:
        began = time.perf_counter()
        try:
            for path in self.shown(everything=not _layout_only(changed)):
                took = time.perf_counter() - began
                self.board.show(took, ())
                print(f"{path.parent.name}/{path.name} in {took:.1f} s", flush=True)
                if path.suffix == ".html" and self._marks() != self._seen:
                    return  # another change is waiting: the PDF of this one is of no use
        except UnusableRequest as error:
            self._refused(error.findings)
        except Exception as error:  # a bug must not end the preview of somebody who is typing
            refuse(error)
            self.board.show(0.0, (f"{type(error).__name__}: {error}",))

    def _refused(self, findings: Sequence[Finding]) -> None:
        print_findings(findings)
        self.board.show(0.0, tuple(rendered(finding) for finding in in_order(findings)))

    # ---- making -----------------------------------------------------------------------------------------------------

    def shown(self, *, everything: bool) -> Iterator[Path]:
        """Make the web page of each audience, then the PDFs, and yield each file as it is there."""
        from peerbench import pipeline
        from peerbench.render import templates

        templates.forget()
        if everything or self._study is None:
            self._study = None  # what fails below is done again
            asked = self.asked or None
            self._case = pipeline.prepare(self.config, as_of=self.as_of, audiences=asked, today=date.today())
            self._study, _ = pipeline.studied(self._case)
        case, shop = self._case, pipeline.shop_of(self._case, self._study)
        readers = [reader for reader in case.request.audiences if reader.name in case.asked]
        briefs = {}
        for reader in readers:
            briefs[reader.name] = shop.brief(reader)
            yield from self._edition("html", shop, briefs[reader.name], reader)
        for reader in readers if self.pdf else ():
            yield from self._edition("pdf", shop, briefs[reader.name], reader)

    def _edition(self, kind: str, shop: Any, brief: Any, reader: Any) -> Iterator[Path]:
        from peerbench import editions

        made = editions.made(shop, brief, reader, (kind,), known=self._taken.get(reader.name))
        self._taken |= {reader.name: made.taken} if kind == editions.PRINT else {}
        for name, data in made.files.items():
            self.board.put(name, data)
            path = self._case.config.root / ".bench" / "preview" / self._case.config.name / name
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".{path.name}")
            fresh.write_bytes(data)
            fresh.replace(path)
            yield path

    # ---- watching ---------------------------------------------------------------------------------------------------

    def _marks(self) -> Marks:
        return dict(_marked(self._watched()))

    def _watched(self) -> Iterator[str]:
        """The files a brief of this config rests on; of a broken config the config itself and the templates."""
        from peerbench.config.load import load

        known = naming.sought(self.config)  # a member rests on its pattern
        config, _ = load(self.config if known is None else known[0])
        if config is not None:
            yield from inputs(config)
        yield str(self.config)


def _layout_only(changed: set[str]) -> bool:
    names = [Path(path) for path in changed]
    return all(path.suffix in LAYOUT or path.name in WORDS or not path.suffix for path in names)


def _marked(paths: Iterator[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Size and time of every file at or below the paths; names beginning with a dot, and editors' copies, are none."""
    for path in paths:
        if not os.path.isdir(path):
            yield from _mark(path)
            continue
        for folder, folders, files in os.walk(path):
            folders[:] = [name for name in folders if not _passing(name)]
            for name in files:
                if not _passing(name):
                    yield from _mark(os.path.join(folder, name))


def _mark(path: str) -> Iterator[tuple[str, tuple[int, int]]]:
    try:
        found = os.stat(path)
    except OSError:
        return
    yield path, (found.st_size, found.st_mtime_ns)


def _passing(name: str) -> bool:
    return name.startswith((".", "__pycache__")) or name.endswith(("~", ".swp", ".tmp"))

"""bench build: each config becomes its briefs. A build that went well leaves a stamp and is not done again."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from peerbench import project, stamp
from peerbench.commands import request
from peerbench.commands.printing import print_findings, refuse
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.render import press
from peerbench.universe import naming

if TYPE_CHECKING:
    from peerbench.config.values import Config
    from peerbench.pipeline import BuildResult

HELP: Final = "help"


def run(parsed: Namespace, arguments: list[str]) -> int:
    root, key = project.root_of(arguments[1:]), stamp.key(arguments)
    known = None if parsed.force else stamp.unchanged(root, key)
    if known is not None:
        print(known)
        return _open(parsed, _opened(stamp.outputs(root, key)))
    began = time.time_ns()
    if parsed.jobs is not None or parsed.cluster is not None or parsed.only:
        from peerbench.commands import many

        return many.run(parsed, root, key)
    configs = request.configs(parsed.configs)
    if any(map(naming.is_pattern, configs)):
        from peerbench.commands import many

        return many.run(parsed, root, key)
    done = _Done()
    with press.standing(), _uncollected():
        options = options_of(parsed, root)
        for config in configs:
            _one(config, parsed, options, done)
            gc.collect(0)
    read = _read(configs)
    if done.code == 0 and not rests_on_databases(read):
        leave_stamp(root, key, read, parsed, done.results, began)
    return _open(parsed, _opened([str(path) for result in done.results for path in result.files])) or done.code


SAID = 10  # folders named when nothing has changed


@contextmanager
def _uncollected() -> Iterator[None]:
    """A build makes many objects and throws few away: looking for cycles, all the while or at the end of the process,
    costs a twentieth of it."""
    gc.disable()
    atexit.register(gc.freeze)
    try:
        yield
    finally:
        gc.enable()


@dataclass(slots=True)
class _Done:
    results: list[BuildResult] = field(default_factory=list)
    code: int = 0


def options_of(parsed: Namespace, root: str) -> request.Options:
    """The options of a build, checked against what the project has."""
    from peerbench import languages, lookup
    from peerbench.config.check import OUTPUTS

    layers = lookup.layers(Path(root))
    known = languages.known(layers) if parsed.language else ()
    return request.options(parsed, audiences=lookup.audiences(layers), formats=OUTPUTS, languages=known)


def _one(config: Path, parsed: Namespace, options: request.Options, done: _Done) -> None:
    """Build one config; what is wrong with it does not stop the others."""
    try:
        result = _build(config, options, force=parsed.force, frozen=parsed.frozen)
    except UnusableRequest as error:
        if parsed.debug:
            raise
        done.code = max(done.code, refuse(error))
        return
    print_findings(found for found in result.findings if urgent(found))
    done.results.append(result)
    done.code = max(done.code, int(result.held))
    _say(result)


def urgent(finding: Finding) -> bool:
    """What cannot wait: errors, and anything about the config. What is to be said of the data stands in the brief."""
    return finding.severity == "error" or (
        finding.severity == "warning" and finding.check.startswith(("config.", "earlier_issue"))
    )


def _build(config: Path, options: request.Options, *, force: bool, frozen: bool) -> BuildResult:
    from peerbench import pipeline

    with _Progress(config.stem) as progress:
        return pipeline.build(
            config,
            as_of=options.as_of,
            audiences=options.audiences,
            formats=options.formats,
            out=options.out,
            page=options.page,
            length=options.length,
            spoken=options.spoken,
            since=options.since,
            today=date.today(),
            force=force,
            frozen=frozen,
            progress=progress,
        )


def _say(result: BuildResult) -> None:
    folder = os.path.relpath(result.folder)
    if result.held:
        print(f"held back: {folder} (see the errors above)", file=sys.stderr)
        return
    print(f"built: {folder}")
    for path in _briefs(map(str, result.files)):
        print(f"  {os.path.relpath(path, result.folder)}")


def _briefs(files: Iterator[str]) -> list[str]:
    return [path for path in files if os.path.basename(path).startswith("brief.")]


# ---- the stamp -------------------------------------------------------------------------------------------------------


class Left(Protocol):
    """What a build left: the issue's folder and its files."""

    @property
    def folder(self) -> Path: ...
    @property
    def files(self) -> tuple[Path, ...]: ...


def leave_stamp(
    root: str, key: str, configs: Sequence[Config], parsed: Namespace, results: Sequence[Left], began: int,
    *, more: Sequence[Path] = (),
) -> None:  # fmt: skip
    """Proof for the next time that these configs were built with these options. began: as time.time_ns() gives it.

    more: other files that decide it.
    """
    dated = parsed.as_of is not None or all(config.as_of is not None for config in configs)
    folders = ", ".join(os.path.relpath(result.folder) for result in results)
    built = folders if len(results) <= SAID else f"{len(results):,} briefs"
    # Without a name on the command line a config added to the folder changes what is asked for.
    chosen = () if parsed.configs else (stamp.NAMES_IN + str(config.path.parent) for config in configs)
    stamp.write(
        root,
        key,
        says=f"unchanged: {built} (use --force to rebuild)",
        inputs=(
            *_program(),
            *chosen,
            *map(str, more),
            *(path for config in configs for path in inputs(config)),
            *_series(results),
        ),
        outputs=[str(path) for result in results for path in result.files],
        began_ns=began,
        day="" if dated else date.today().isoformat(),
    )


def _series(results: Sequence[Left]) -> Iterator[str]:
    """Which issues lie beside those that were built, and the manifest of each: a brief looks back at the one before."""
    from peerbench import issues

    for folder in dict.fromkeys(result.folder for result in results if result.files):
        yield stamp.NAMES_IN + str(folder.parent)
        for day in issues.days(folder.parent):
            if day.isoformat() != folder.name:
                yield str(folder.parent / day.isoformat() / issues.MANIFEST)


def _program() -> Iterator[str]:
    """This program, the templates that travel with it, and the names of the installed libraries, versions and all.

    Of its help pages only which checks there are: what a page says decides nothing of a brief.
    """
    import yaml

    import peerbench
    from peerbench.shipped import shipped

    home = os.path.dirname(peerbench.__file__)
    yield stamp.NAMES_IN + home
    yield from (os.path.join(home, name) for name in os.listdir(home) if name not in ("__pycache__", HELP))
    yield stamp.NAMES_IN + os.path.join(home, HELP, "checks")
    yield str(shipped("templates"))
    yield stamp.NAMES_IN + os.path.dirname(os.path.dirname(yaml.__file__))


def _read(paths: Sequence[Path]) -> list[Config]:
    from peerbench.config.load import load

    return [config for config, _ in map(load, paths) if config is not None]


def rests_on_databases(configs: Sequence[Config]) -> bool:
    """Whether the outside of a source cannot tell that it has not changed."""
    kinds = {source.kind for config in configs for source in config.sources}
    return not kinds <= {"dataset", "sec", "files", "ecb", "xbrl", "yfinance"}


def inputs(config: Config) -> Iterator[str]:
    """What decides a config's brief. A folder that does not exist counts too: it may come to be."""
    from peerbench import gather

    yield from (str(file.file) for file in config.files)
    for source in config.sources:
        paths = [str(config.root / table["path"]) for table in source.settings.get("tables", ()) if "path" in table]
        yield from (paths if source.folder is None else [str(source.folder)])
    yield str(config.root / gather.CACHE / "receipts")
    yield str(config.path.with_name(f"{config.name}.lock.json"))
    yield str(config.root / "templates")
    yield from map(str, config.brand.files)


# ---- what the terminal sees ------------------------------------------------------------------------------------------


class _Progress:
    """One line on a terminal that says which stage is running; silent in a pipe."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> Callable[[str], None]:
        return self._step

    def __exit__(self, *_: object) -> None:
        self._write("")

    def _step(self, stage: str) -> None:
        self._write(f"{self._name}: {stage} …")

    def _write(self, text: str) -> None:
        if self._shown:
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _opened(files: Sequence[str]) -> str | None:
    briefs = _briefs(iter(files))
    return next((path for path in briefs if path.endswith(".html")), briefs[0] if briefs else None)


def _open(parsed: Namespace, path: str | None) -> int:
    if parsed.open and path is not None:
        import webbrowser

        webbrowser.open(Path(path).absolute().as_uri())
    return 0

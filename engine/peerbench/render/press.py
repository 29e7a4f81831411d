"""A second process that prints: it loads the PDF engine while the first one computes, then lays out what it is sent.

It is forked before any heavy library is loaded, so there are no threads to lose, and it imports only what this module
names. Where it cannot stand (no fork, a library loaded already, a press that died) the caller prints by itself: the
same code, the same bytes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from peerbench import pipes

if TYPE_CHECKING:
    from pathlib import Path

    from peerbench.core.document import Brief
    from peerbench.core.enclosure import Enclosure
    from peerbench.core.findings import Finding
    from peerbench.render.look import Look, Paper
    from peerbench.render.pdf import Printed, Sheets

THREADED: Final = ("polars", "vl_convert")  # whose threads a fork would lose
_standing: list[Press] = []


class Press:
    """The pipes to the printing process. busy: from a brief that is handed in until its file is taken out."""

    def __init__(self, pid: int, jobs: BinaryIO, sheets: BinaryIO) -> None:
        self._pid, self._jobs, self._sheets = pid, jobs, sheets
        self.busy = False

    def send(self, job: tuple[Any, ...]) -> None:
        pipes.put(self._jobs, job)

    def receive(self) -> Any:
        return pipes.get(self._sheets)

    def close(self) -> None:
        for pipe in (self._jobs, self._sheets):
            with suppress(OSError):  # a press that died has closed its ends
                pipe.close()
        os.waitpid(self._pid, 0)


class Ticket:
    """A brief that is being printed elsewhere; None from `printed` means: print it yourself."""

    def __init__(self, press: Press | None) -> None:
        self._press = press

    def printed(self, enclosures: Sequence[Enclosure] = ()) -> Printed | None:
        """Hand over what the file carries and wait for it. What the press refused is raised here, as it would be in
        this process.
        """
        if self._press is None:
            return None
        try:
            self._press.send(tuple(enclosures))
            answer = self._press.receive()
        except (OSError, EOFError):
            return None
        self._press.busy = False
        if isinstance(answer, tuple):
            from peerbench.core.errors import UnusableRequest

            raise UnusableRequest(answer)
        made: Printed | None = answer
        return made


@contextmanager
def standing() -> Iterator[None]:
    """Fork the press for as long as the block lasts, where that is safe."""
    press = _forked() if _safe() else None
    if press is not None:
        _standing.append(press)
    try:
        yield
    finally:
        if press is not None:
            _standing.remove(press)
            press.close()


def expect(look: Look, paper: Paper, *, cache: Path) -> None:
    """Tell the press that stands what the next brief will look like, so that it is ready when the figures are."""
    if (press := _free()) is not None:
        with suppress(OSError):
            press.send((look, paper, cache))


def submit(brief: Brief, *, look: Look, charts: Mapping[str, str], cache: Path) -> Ticket:
    """Hand a brief to the press that stands, if one does and is free: a ticket never used leaves it busy for good."""
    press = _free()
    if press is None:
        return Ticket(None)
    press.busy = True
    try:
        press.send((brief, look, dict(charts), cache))
    except OSError:
        return Ticket(None)
    return Ticket(press)


def _free() -> Press | None:
    return _standing[-1] if _standing and not _standing[-1].busy else None


def _safe() -> bool:
    return hasattr(os, "fork") and not any(name in sys.modules for name in THREADED)


def _forked() -> Press | None:
    job_out, job_in = os.pipe()
    sheet_out, sheet_in = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        for end in (job_out, job_in, sheet_out, sheet_in):
            os.close(end)
        return None
    if pid == 0:
        os.close(job_in)
        os.close(sheet_out)
        _serve(os.fdopen(job_out, "rb"), os.fdopen(sheet_in, "wb"))
    os.close(job_out)
    os.close(sheet_in)
    return Press(pid, os.fdopen(job_in, "wb"), os.fdopen(sheet_out, "rb"))


def _answer(lay_out: Callable[[], Sheets], jobs: BinaryIO) -> Printed | tuple[Finding, ...]:
    """The file of a brief, or what is wrong with it. What the file carries comes while the sheets are laid out."""
    from peerbench.core.errors import UnusableRequest
    from peerbench.render import pdf

    try:
        laid_out = lay_out()
    except UnusableRequest as error:
        pipes.get(jobs)
        return error.findings
    enclosures = pipes.get(jobs)
    try:
        return pdf.written(laid_out, enclosures)
    except UnusableRequest as error:
        return error.findings


def _serve(jobs: BinaryIO, sheets: BinaryIO) -> None:
    """The press's own life: load, print until the pipe closes, leave without running anybody's exit handlers."""
    status = 1
    try:
        from peerbench.core.errors import UnusableRequest
        from peerbench.render import pdf

        pdf.warm()
        while True:
            match pipes.get(jobs):
                case look, paper, cache:
                    with suppress(UnusableRequest):  # told again when the brief is printed
                        pdf.rehearse(look, paper, cache)
                case brief, look, charts, cache:
                    lay_out = partial(pdf.lay_out, brief, look=look, charts=charts, cache=cache)
                    pipes.put(sheets, _answer(lay_out, jobs))
    except EOFError:
        status = 0
    finally:
        os._exit(status)

"""One brief to build, as it travels to a worker, and what came of it, as it travels back."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from peerbench import __version__
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin

if TYPE_CHECKING:
    from peerbench import pipeline

State = Literal["built", "held", "failed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Job:
    """A config and the options of its build; None: what the config says. Paths are absolute."""

    config: Path
    today: date
    as_of: date | None = None
    audiences: tuple[str, ...] | None = None
    formats: tuple[str, ...] | None = None
    out: Path | None = None
    page: str | None = None
    length: str | None = None
    frozen: bool = False
    gate: pipeline.Gate | None = None  # of a scheduled issue; it travels, so it is a function of a module
    version: str = __version__  # of the program that asks
    since: date | Literal["none"] | None = None
    given: pipeline.Given | None = None  # of a member of a pattern: its config and the rows it rests on
    spoken: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a job: the issue's folder and files, what was noticed, seconds of work; a failed one has neither."""

    job: Job
    state: State
    folder: Path | None = None
    files: tuple[Path, ...] = ()
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    ruling: Any = None  # the gate's


def run(job: Job) -> Done:
    """Build it in this process. Whatever goes wrong is a finding: a worker lives on."""
    began = time.perf_counter()
    job, given = replace(job, given=None), job.given  # what was given need not travel back
    if job.version != __version__:
        return failed(job, _of_another_version(job))
    try:
        from peerbench import pipeline

        built = pipeline.build(
            job.config,
            as_of=job.as_of,
            audiences=job.audiences,
            formats=job.formats,
            out=job.out,
            page=job.page,
            length=job.length,
            since=job.since,
            spoken=job.spoken,
            today=job.today,
            frozen=job.frozen,
            gate=job.gate,
            given=given,
        )
    except UnusableRequest as error:
        return Done(job, "failed", findings=error.findings, seconds=time.perf_counter() - began)
    except Exception as error:  # the outermost edge of a worker: one brief's bug does not stop the others
        message = f"This is a bug: {type(error).__name__}: {error}"
        return failed(job, Finding("fleet", "error", message, "`bench build --debug` on this config shows where."))
    state: State = "held" if built.held else "built"
    seconds = time.perf_counter() - began
    return Done(job, state, built.folder, built.files, built.findings, seconds, built.ruling)


def failed(job: Job, finding: Finding) -> Done:
    """A job that came to nothing, told at its config."""
    placed = finding if str(finding.origin) else Finding(
        finding.check, finding.severity, finding.message, finding.hint, Origin(str(job.config)), finding.subject
    )  # fmt: skip
    return Done(job, "failed", findings=(placed,))


def _of_another_version(job: Job) -> Finding:
    message = f"The worker has peerbench {__version__}, the program that asks {job.version}"
    return Finding("fleet", "error", message, "Install the same version everywhere.")

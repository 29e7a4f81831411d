"""A template of somebody's own is filled in where it can do no harm: a process apart, with an end to time and memory.

Jinja's sandbox keeps a template from what it may not see; it does not keep it from looping for ever or from building a
text that fills the machine. The shipped templates do neither and are filled in at home, which is faster.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin

WALL_SECONDS: Final = 20
CPU_SECONDS: Final = 10
MEMORY_BYTES: Final = 1 << 30
MAX_TEXT: Final = 24_000_000  # letters; a shipped page has one or two millions, typefaces and all
TEXT: Final = b"T"
REFUSED: Final = b"R"
CHILD: Final = "import sys; sys.path.insert(0, sys.argv[1]); from peerbench.render.cell import main; main()"


def fill(name: str, roots: tuple[Path, ...], audience: str, values: Mapping[str, Any], *, shown: str) -> str:
    """The finished markup. Raises UnusableRequest for mistakes and for whatever goes on too long or grows too large."""
    home = str(Path(__file__).resolve().parents[2])
    job = pickle.dumps((name, roots, audience, dict(values), CPU_SECONDS, MEMORY_BYTES, MAX_TEXT))
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", CHILD, home], input=job, capture_output=True, timeout=WALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _stopped(shown, f"takes longer than {WALL_SECONDS} seconds") from error
    kind, body = done.stdout[:1], done.stdout[1:]
    if done.returncode == 0 and kind == TEXT:
        return body.decode()
    if done.returncode == 0 and kind == REFUSED:
        raise UnusableRequest(tuple(map(_finding, json.loads(body))))
    if done.returncode < 0:
        raise _stopped(shown, f"takes more than {CPU_SECONDS} seconds of work, or more memory than there is")
    raise RuntimeError(done.stderr.decode("utf-8", "replace")[-2000:])


def _stopped(shown: str, why: str) -> UnusableRequest:
    hint = "A template lays out what it is given once: look for a loop in a loop, or a text multiplied."
    message = f"filling in the template {why}; it was stopped."
    return UnusableRequest((Finding("template-mistake", "error", message, hint, Origin(shown)),))


def _finding(entry: dict[str, Any]) -> Finding:
    return Finding(**{**entry, "origin": Origin(**entry["origin"])})


# ---- the other side --------------------------------------------------------------------------------------------------


def main() -> None:
    """Fill in one template as asked on standard input, under the limits; answer on standard output."""
    name, roots, audience, values, seconds, memory, letters = pickle.load(sys.stdin.buffer)
    from peerbench.render import templates
    from peerbench.render.look import Look

    _limit(seconds, memory)
    look = Look(roots, audience)
    try:
        answer = TEXT + templates.filled(name, look, values, most=letters).encode()
    except UnusableRequest as error:
        answer = REFUSED + json.dumps([asdict(finding) for finding in error.findings]).encode()
    except MemoryError:
        shown = templates.shown(name, look)
        why = f"needs more than {memory >> 20} MB of memory"
        answer = REFUSED + json.dumps([asdict(finding) for finding in _stopped(shown, why).findings]).encode()
    sys.stdout.buffer.write(answer)


def _limit(seconds: int, memory: int) -> None:
    """Where the system can: processor time, address space, no files of any size, no further processes."""
    try:
        import resource
    except ImportError:  # not on Windows, where the parent's clock alone counts
        return
    for kind, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        ceiling = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (ceiling, hard))

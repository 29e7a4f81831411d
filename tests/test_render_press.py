"""The press: what another process prints is what this one would print, and its absence is never an error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from peerbench.render import press

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the press needs fork")

SCRIPT = """
import os, signal, sys
from pathlib import Path
from peerbench.render import press

cache, what = Path(sys.argv[1]), sys.argv[2]
with press.standing():
    (stood,) = press._standing
    if what == "killed":
        os.kill(stood._pid, signal.SIGKILL)
    import documents
    from peerbench import lookup
    from peerbench.core.enclosure import Enclosure
    from peerbench.core.errors import UnusableRequest
    from peerbench.render import pdf
    from peerbench.render.look import Look

    brief, look = documents.small(), Look(lookup.layers(), "institutional")
    charts = {chart.id: documents.placeholder(chart) for chart in documents.charts(brief)}
    if what == "refused":
        charts = {name: "<svg" for name in charts}
    if what == "left":
        press.submit(brief, look=look, charts=charts, cache=cache)
        press.expect(look, None, cache=cache)
    carried = (Enclosure("a.csv", b"1", "text/csv", "One", "Data"),) if what == "carrying" else ()
    ticket = press.submit(brief, look=look, charts=charts, cache=cache)
    try:
        printed = ticket.printed(carried)
    except UnusableRequest as error:
        print("refused", len(error.findings) > 0)
    else:
        own = pdf.write(brief, look=look, charts=charts, cache=cache, enclosures=carried)
        print(what, printed is not None and printed.data == own.data, printed is None)
assert not press._standing
"""


def run(cache: Path, what: str) -> str:
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(cache), what],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_press_prints_the_very_bytes_of_this_process(tmp_path: Path) -> None:
    assert run(tmp_path, "printed") == "printed True False"


def test_what_the_file_carries_is_handed_over_while_the_sheets_are_laid_out(tmp_path: Path) -> None:
    assert run(tmp_path, "carrying") == "carrying True False"


def test_a_brief_left_in_the_press_is_never_taken_for_the_next_one(tmp_path: Path) -> None:
    assert run(tmp_path, "left") == "left False True"


def test_a_press_that_died_leaves_the_printing_to_the_caller(tmp_path: Path) -> None:
    assert run(tmp_path, "killed") == "killed False True"


def test_no_press_is_forked_beside_a_library_with_threads() -> None:
    import polars  # noqa: F401

    with press.standing():
        assert not press._standing
    assert press.submit(None, look=None, charts={}, cache=Path()).printed() is None  # type: ignore[arg-type]

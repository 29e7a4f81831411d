"""How long nothing takes: `bench --help` and a build with nothing to do, against an interpreter that does nothing."""

from __future__ import annotations

import sys
import tempfile

from interleave import BENCH, compare, once, report

PASS = [sys.executable, "-c", "pass"]


def main() -> None:
    report("bench --help / python -c pass", compare([str(BENCH), "--help"], PASS, pairs=15), target=3.5)
    with tempfile.TemporaryDirectory() as out:
        build = [str(BENCH), "build", "configs/alibaba.yaml", "--audience", "institutional", "--out", out]
        once(build)  # leaves the stamp that the next runs find
        report("unchanged build / python -c pass", compare(build, PASS, pairs=15), target=2.0)


if __name__ == "__main__":
    main()

"""A cold build of one brief with a warm chart cache, against the same page made by plain use of the same libraries."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from interleave import BENCH, compare, report


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as folder:
        ours = [str(BENCH), "build", "--force", "configs/alibaba.yaml", "--audience", "institutional"]
        ours += ["--format", "pdf", "--out", f"{folder}/ours"]
        plain = [sys.executable, str(Path(__file__).with_name("plain_brief.py")), f"{folder}/plain.pdf"]
        report("bench build / plain libraries", compare(ours, plain, pairs=pairs), target=0.6)


if __name__ == "__main__":
    main()

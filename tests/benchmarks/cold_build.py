"""A cold build of one brief with a warm chart cache, against the same pages made by plain use of the same libraries.

What the plain pages lack is left out of ours: the checked claims of others, and the look at an earlier issue, which is
not there.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from interleave import BENCH, ROOT, compare, report

OTHERS = re.compile(r"^claims_in_circulation:.*\n(?:[ \t].*\n|\n)*", re.MULTILINE)


def project(folder: Path) -> Path:
    """The shipped project, its config without what others say."""
    shutil.copytree(ROOT / "configs", folder / "configs")
    config = folder / "configs" / "alibaba.yaml"
    text, found = OTHERS.subn("", config.read_text("utf-8"))
    if found != 1:
        sys.exit("configs/alibaba.yaml has no claims_in_circulation to leave out")
    config.write_text(text, "utf-8")
    return folder


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as folder:
        here = project(Path(folder) / "project")
        build = (
            f"rm -rf output && exec {BENCH} build --force configs/alibaba.yaml --audience institutional --format pdf"
        )
        ours = ["sh", "-c", f"cd {here} && {build}"]
        plain = [sys.executable, str(Path(__file__).with_name("plain_brief.py")), f"{folder}/plain.pdf"]
        report("bench build / plain libraries", compare(ours, plain, pairs=pairs), target=0.6)


if __name__ == "__main__":
    main()

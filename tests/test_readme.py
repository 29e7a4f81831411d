"""The README tells the truth: its commands run, its files are read, its tables name what exists."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# ((?:configs|templates)/\S+)\n")


@pytest.fixture(scope="module")
def readme(root: Path) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


def commands(readme: str) -> list[str]:
    return [line for kind, text in BLOCK.findall(readme) if kind == "sh" for line in text.splitlines()]


def shell(command: str, *, cwd: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd=cwd, env=clean | {"PATH": path}, capture_output=True, text=True, check=False
    )


def test_the_two_commands_are_targets_that_build_the_brief_and_run_the_tests(readme: str, root: Path) -> None:
    assert [line for line in commands(readme) if line.startswith("make ")] == ["make brief", "make test"]
    assert "bench build configs/alibaba.yaml" in shell("make -n brief", cwd=root).stdout
    assert "-m pytest" in shell("make -n test", cwd=root).stdout


@pytest.mark.slow
def test_every_bench_command_runs_in_a_new_project_of_the_files_shown(readme: str, root: Path, tmp_path: Path) -> None:
    made = shell("bench init demo", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    project = tmp_path / "demo"
    shutil.copytree(root / "engine/peerbench/datasets/platforms", project / "data/mine", dirs_exist_ok=True)
    for _, text in BLOCK.findall(readme):
        if named := FILE.match(text):
            target = project / named[1]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    ours = [line for line in commands(readme) if line.startswith("bench ")]
    assert len(ours) >= 4
    for command in ours:
        done = shell(command, cwd=project)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    assert (project / "output/tencent/2025-09-23/institutional/brief.pdf").exists()
    assert (project / "output/tencent-own/2025-09-23/institutional/brief.pdf").exists()
    assert (project / "output/tencent/2025-09-23/board/brief.html").exists()


def test_the_table_of_files_names_the_columns_of_the_contract(readme: str) -> None:
    from peerbench.sources.layout import COLUMNS

    rows = re.findall(r"^\| \*?`(\w+)\.csv`\*? \| (.*) \|$", readme, re.MULTILINE)
    assert {name for name, _ in rows} == {"companies", "facts", "prices", "fx", "lines", "estimates"}
    for name, cells in rows:
        needed, _, optional = cells.partition("*")
        assert set(re.findall(r"`(\w+)`", needed)) == {c.name for c in COLUMNS[name] if c.header}, name
        assert set(re.findall(r"`(\w+)`", optional)) == {c.name for c in COLUMNS[name] if not c.header}, name


def test_every_path_it_links_to_exists(readme: str, root: Path) -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", readme)
    folders = re.findall(r"`((?:engine|templates|configs)/[\w/.-]*)`", readme)
    assert links
    missing = [path for path in [*links, *folders] if not (root / path).exists()]
    assert missing == []

"""The wheel stands alone: built, installed into an empty environment, run in an empty folder, reading nothing of ours.

Needs no network: the dependencies are this environment's own, lent to the new one by a path file; the package is not.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

# Loaded at the start of every Python in the new environment: writes down each file of the checkout that is opened.
WATCH = """
import os, sys
checkout, lent, record = {checkout!r}, {lent!r}, {record!r}
def hook(event, args):
    if event != "open" or not isinstance(args[0], (str, bytes)):
        return
    path = os.path.realpath(os.fsdecode(args[0]))
    if path.startswith(checkout + os.sep) and not path.startswith(lent + os.sep) and path != record:
        descriptor = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(descriptor, path.encode() + b"\\n")
        os.close(descriptor)
sys.addaudithook(hook)
"""


@pytest.fixture(scope="module")
def artefacts(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=root)
    return folder


@pytest.fixture(scope="module")
def wheel(artefacts: Path) -> Path:
    (found,) = artefacts.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def stranger(wheel: Path, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel installed and nothing of the checkout; returns its folder."""
    home = tmp_path_factory.mktemp("stranger")
    venv.create(home / "env", with_pip=False, symlinks=True)
    python = home / "env" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], cwd=home)
    (site,) = (home / "env" / "lib").glob("python3*/site-packages")
    lent = [path for path in sys.path if Path(path).name in {"site-packages", "dist-packages"}]
    (site / "lent.pth").write_text("\n".join(lent) + "\n", encoding="utf-8")
    (home / "record").touch()
    watch = WATCH.format(checkout=str(root), lent=os.path.realpath(sys.prefix), record=str(home / "record"))
    (site / "watch_files.py").write_text(watch, encoding="utf-8")
    (site / "watch.pth").write_text("import watch_files\n", encoding="utf-8")
    return home


def run(command: list[str], *, cwd: Path) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE", "BENCH"))}
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def tracked(root: Path, folder: str) -> set[str]:
    """The files of a folder as a user would ship them: no caches."""
    return {
        path.relative_to(root / folder).as_posix()
        for path in (root / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name != ".gitkeep"
    }


def test_the_wheel_holds_every_template_config_and_data_file(wheel: Path, root: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    for folder, place in (
        ("templates", "peerbench/_shipped/templates"),
        ("configs", "peerbench/_shipped/configs"),
        ("engine/peerbench", "peerbench"),
    ):
        wanted = {f"{place}/{name}" for name in tracked(root, folder)}
        assert wanted <= names, f"not in the wheel: {sorted(wanted - names)[:5]}"
    assert {name.split("/")[0] for name in names} == {"peerbench"}


def test_a_wheel_built_from_the_sdist_is_the_same(artefacts: Path, wheel: Path, tmp_path: Path) -> None:
    (sdist,) = artefacts.glob("*.tar.gz")
    safely: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # not in Debian 12's 3.11.2
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, **safely)
    (source,) = tmp_path.iterdir()
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "again")], cwd=source)
    assert (tmp_path / "again" / wheel.name).read_bytes() == wheel.read_bytes()


@pytest.fixture(scope="module")
def demo(stranger: Path) -> Path:
    """A project made and built by the installed package in an empty folder."""
    bench = str(stranger / "env" / "bin" / "bench")
    run([bench, "init", "demo"], cwd=stranger)
    run([bench, "build", "configs/alibaba.yaml"], cwd=stranger / "demo")
    return stranger / "demo"


def test_the_installed_package_starts_a_project_and_builds_its_brief(demo: Path) -> None:
    issue = demo / "output" / "alibaba" / "2025-09-23"
    for audience in ("institutional", "risk", "policy"):
        assert (issue / audience / "brief.pdf").read_bytes().startswith(b"%PDF-")
        assert "<html" in (issue / audience / "brief.html").read_text(encoding="utf-8")
    for name in ("metrics.csv", "comparison.csv", "facts.parquet", "claims.csv", "findings.json", "manifest.json"):
        assert (issue / name).stat().st_size > 0, name


def test_the_installed_package_reads_nothing_of_the_checkout(stranger: Path, demo: Path, root: Path) -> None:
    python = str(stranger / "env" / "bin" / "python")
    where = run([python, "-c", "import peerbench; print(peerbench.__file__)"], cwd=demo).strip()
    assert Path(where).is_relative_to(stranger)
    run([python, "-c", f"open({str(root / 'pyproject.toml')!r}).close()"], cwd=demo)  # the watch does watch
    seen = [Path(line) for line in (stranger / "record").read_text(encoding="utf-8").splitlines()]
    assert seen == [root / "pyproject.toml"]


def test_in_the_checkout_the_checkouts_own_templates_are_used(root: Path) -> None:
    from peerbench.shipped import shipped

    assert shipped("templates") == root / "templates"
    assert shipped("configs") == root / "configs"

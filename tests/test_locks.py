"""The lock files pin what pyproject.toml asks for, with hashes, in the same versions, and name no machine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"^([a-z0-9-]+)==([^ ;\\]+)(?: ; ([^\\]*))?", re.MULTILINE)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(root: Path, lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version, _ in PIN.findall((root / lock).read_text(encoding="utf-8")):
        found.setdefault(name, set()).add(version)
    return found


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def wanted(project: dict[str, Any], lock: str) -> list[Requirement]:
    texts = [*project["project"]["dependencies"]]
    extras = ("xlsx",) if lock == "requirements.lock" else ("xlsx", "live", "excel", "sql", "duckdb")
    texts += [text for extra in extras for text in project["project"]["optional-dependencies"][extra]]
    groups = project["dependency-groups"]
    texts += groups["build"]
    if lock == "requirements-dev.lock":
        texts += [text for text in groups["dev"] if isinstance(text, str)]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_dependency_is_pinned_inside_its_range(root: Path, project: dict[str, Any], lock: str) -> None:
    pinned = pins(root, lock)
    for requirement in wanted(project, lock):
        versions = pinned.get(normal(requirement.name), set())
        assert versions, f"{requirement.name} is not in {lock}: make lock"
        assert all(requirement.specifier.contains(version) for version in versions), f"{requirement}: {versions}"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash_and_no_line_names_a_place(root: Path, lock: str) -> None:
    text = (root / lock).read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=\S)", text):
        assert entry.startswith("#") or "--hash=sha256:" in entry, entry
    assert not re.search(r"://|^-|@ |[ =]/", text, re.MULTILINE)


def test_both_locks_hold_one_set_of_versions(root: Path) -> None:
    run, dev = (pins(root, lock) for lock in LOCKS)
    assert {name: dev.get(name) for name in run} == run

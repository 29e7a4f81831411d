"""Fixtures every room's tests share, and the hypothesis profile: the same cases on every machine and every day."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from peerbench.core.dataset import Dataset
    from studies import Written

settings.register_profile("house", derandomize=True, deadline=None, database=None)
settings.load_profile("house")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def platforms() -> Dataset:
    """The embedded data set, loaded once. Frames are immutable; nobody changes it."""
    from peerbench.sources.dataset import embedded, load

    data, _ = load(embedded("platforms"))
    return data


@pytest.fixture(scope="session")
def shared() -> Path:
    """The large real inputs that live beside the checkout; a test that needs them is skipped where they are absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs ../shared/data, which is not here")
    return folder


@pytest.fixture(scope="session")
def alibaba() -> Written:
    """The shipped config, computed and written for its three audiences; read only."""
    from studies import CONFIGS, written

    return written(CONFIGS / "alibaba.yaml")


@pytest.fixture(scope="session")
def variant(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Written]:
    """The shipped config with some keys changed, each variant computed once a session."""
    from studies import project, written

    made: dict[str, Written] = {}

    def of(**changes: object) -> Written:
        key = repr(sorted(changes.items()))
        if key not in made:
            made[key] = written(project(tmp_path_factory.mktemp("variant"), **changes))
        return made[key]

    return of


@pytest.fixture
def diff(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """`bench diff` with these arguments: exit code, what it printed, what it complained of."""
    from peerbench import cli

    def run(*arguments: object) -> tuple[int, str, str]:
        code = cli.main(["diff", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run

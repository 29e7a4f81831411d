"""Fixtures every room's tests share, and the hypothesis profile: the same cases on every machine and every day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from peerbench.core.dataset import Dataset

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

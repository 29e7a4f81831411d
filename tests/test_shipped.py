"""What travels with the program is read from the checkout when that is what runs."""

from __future__ import annotations

from pathlib import Path

from peerbench.shipped import shipped


def test_a_checkout_reads_its_own_folders(root: Path) -> None:
    assert shipped("configs") == root / "configs"
    assert shipped("templates") == root / "templates"

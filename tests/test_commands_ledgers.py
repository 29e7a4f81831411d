"""What the commands of the clock share: configs are read once while nothing changes, and anew when anything does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from peerbench.commands import ledgers
from peerbench.config import load as loading
from ticking import DAILY, config


def test_a_loop_reads_a_config_again_only_when_it_or_what_it_extends_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config(tmp_path, schedule=DAILY)
    monkeypatch.chdir(tmp_path)
    read, real = [], loading.load

    def counted(path: Path) -> object:
        read.append(path)
        return real(path)

    monkeypatch.setattr(loading, "load", counted)
    known: ledgers.Known = {}
    first = ledgers.found((), known=known)
    assert ledgers.found((), known=known) == first
    assert len(read) == 1
    house = tmp_path / "configs" / "_house.yaml"
    os.utime(house, ns=(1, 1))
    assert [one.name for one in ledgers.found((), known=known).scheduled] == ["alba"]
    assert len(read) == 2
    path = tmp_path / "configs" / "alba.yaml"
    path.write_text(path.read_text("utf-8").replace("0 7 * * *", "0 7 30 2 *"), "utf-8")
    found = ledgers.found((), known=known)
    assert (found.scheduled, [finding.check for finding in found.findings]) == ((), ["config.schedule"])
    house.unlink()
    assert {finding.check for finding in ledgers.found((), known=known).findings} >= {"config.file"}

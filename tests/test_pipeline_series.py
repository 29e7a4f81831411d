"""A series of issues built one by one: the same bytes given the same earlier issue, and no build without need."""

from __future__ import annotations

import json
import shutil
import time
from datetime import date
from pathlib import Path

import pytest

from peerbench import cli, pipeline
from studies import TODAY, project

JUNE, SEPTEMBER = date(2025, 6, 30), date(2025, 9, 23)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.slow
def test_the_same_earlier_issue_gives_the_same_bytes_and_another_one_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = project(tmp_path, audiences=["policy"], outputs=["html"])

    def build(day: date, **options: object) -> dict[str, bytes]:
        return tree(pipeline.build(config, as_of=day, today=TODAY, **options).folder)  # type: ignore[arg-type]

    june = build(JUNE)
    first = build(SEPTEMBER)
    assert b"Since issue 1, 30 June 2025" in first["policy/brief.html"]
    manifest = json.loads(first["manifest.json"])
    assert manifest["issue"] == 2
    assert set(manifest["since"]) == {"manifest", "told"}
    assert build(SEPTEMBER) == first
    assert build(JUNE) == june  # what came later does not touch what was before

    monkeypatch.chdir(tmp_path)
    time.sleep(0.05)  # a file changed just before a build leaves no stamp: it could change again unseen
    argv = ["build", "configs/alibaba.yaml"]
    assert cli.main(argv) == 0
    assert cli.main(argv) == 0
    assert "unchanged" in capsys.readouterr().out
    shutil.rmtree(tmp_path / "output" / "alibaba" / JUNE.isoformat())
    assert cli.main(argv) == 0
    assert "unchanged" not in capsys.readouterr().out
    alone = tree(tmp_path / "output" / "alibaba" / SEPTEMBER.isoformat())
    assert "since.json" not in alone
    assert "Since issue" not in alone["policy/brief.html"].decode()
    assert alone == build(SEPTEMBER, since="none")

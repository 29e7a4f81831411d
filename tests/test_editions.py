"""The shipped briefs in every length and size: whole on the sheet they were made for, cut and said elsewhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest

from peerbench import cli, editions, pipeline
from peerbench.brief import assemble
from peerbench.brief.study import Study
from peerbench.render import fit, measure, pdf
from studies import project

ROOT = Path(__file__).resolve().parents[1]


@lru_cache(maxsize=4)
def shop(page: str, length: str, cache: Path) -> tuple[editions.Shop, Mapping[str, object]]:
    over = {"page": page, "length": length}
    case = pipeline.prepare(ROOT / "configs/alibaba.yaml", today=date(2026, 1, 5), over=over)
    study: Study = assemble.study(case.data, case.request)[0]
    made = editions.Shop(study, case.roots, cache, case.config.length)
    return made, {reader.name: reader for reader in case.request.audiences}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def fitted(page: str, length: str, audience: str, cache: Path) -> tuple[pdf.Printed, fit.Taken]:
    made, readers = shop(page, length, cache)
    reader = readers[audience]
    brief = made.brief(reader)  # type: ignore[arg-type]
    printed, taken, _ = fit.fitted(
        brief,
        cut=lambda taken: editions._cut(made, brief, reader, taken),  # type: ignore[arg-type]
        steps=editions._steps(reader, length),  # type: ignore[arg-type]
        look=made.look(reader),  # type: ignore[arg-type]
        draw=lambda brief: editions.drawn(made, brief),
        cache=cache,
    )
    return printed, taken


@pytest.mark.slow
@pytest.mark.parametrize("audience", ["institutional", "risk", "policy"])
@pytest.mark.parametrize(("length", "pages"), [("four", (3, 4)), ("one", (1,))])
def test_on_a4_nothing_is_left_out(audience: str, length: str, pages: tuple[int, ...], cache: Path) -> None:
    printed, taken = fitted("A4", length, audience, cache)
    assert taken == {}
    assert printed.planned_pages in pages
    assert [finding for finding in printed.findings if finding.severity == "error"] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("length", "audience"), [("four", "institutional"), ("four", "policy"), ("one", "institutional"), ("one", "risk")]
)
def test_on_letter_the_cut_order_makes_it_fit(length: str, audience: str, cache: Path) -> None:
    printed, taken = fitted("Letter", length, audience, cache)
    assert [finding for finding in printed.findings if finding.severity == "error"] == []
    assert taken
    assert all(gap.free_mm >= (measure.MIN_GAP_MM if gap.foot else 0) for gap in printed.gaps if gap.page in taken)


def test_a_cut_brief_names_its_numbers_by_the_rows_of_the_whole_one(cache: Path) -> None:
    made, readers = shop("A4", "four", cache)
    reader = readers["institutional"]
    whole = made.brief(reader)  # type: ignore[arg-type]
    cut = editions._cut(made, whole, reader, {"first": {0, 2, 3, 4, 5}, "valuation": {8, 9}})  # type: ignore[arg-type,dict-item]
    named = {trace.row: trace.what for trace in whole.lineage}
    assert len(cut.lineage) < len(whole.lineage)
    assert len({trace.row for trace in cut.lineage}) == len(cut.lineage)
    assert [(trace.row, trace.what) for trace in cut.lineage if named.get(trace.row, trace.what) != trace.what] == []


def test_cuts_are_kept_for_the_same_build_and_a_broken_note_is_none(tmp_path: Path) -> None:
    path = tmp_path / "cuts/a.json"
    assert editions.recalled(path) == {}
    editions.remember(path, {"risk": {"first": frozenset({0, 3})}, "policy": {}})
    assert editions.recalled(path) == {"risk": {"first": frozenset({0, 3})}}
    for text in ("{", "[]", '{"risk": 3}', '{"risk": {"first": 3}}'):
        path.write_text(text, "utf-8")
        assert editions.recalled(path) == {}


# ---- editions without a layout ---------------------------------------------------------------------------------------

DATA = ("xlsx", "md", "json")


def test_every_edition_stands_in_the_manifest_and_is_built_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["build", str(ROOT / "configs/alibaba.yaml"), "--format", ",".join(DATA), "--audience", "policy"]
    asked += ["--out", str(tmp_path)]
    assert cli.main(asked) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[1:] == [f"  policy/brief.{name}" for name in DATA]
    folder = tmp_path / "alibaba" / "2025-09-23"
    outputs = json.loads((folder / "manifest.json").read_text("utf-8"))["outputs"]
    for name in DATA:
        data = (folder / "policy" / f"brief.{name}").read_bytes()
        assert outputs[f"policy/brief.{name}"] == hashlib.sha256(data).hexdigest()
    assert cli.main(asked) == 0
    assert capsys.readouterr().out.startswith("unchanged: ")


def test_an_edition_without_its_library_is_refused_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As after a plain pip install, which brings no extra."""
    monkeypatch.setattr(editions, "find_spec", lambda name: None)
    config = project(tmp_path, outputs=["html", "xlsx"])
    assert cli.main(["build", str(config)]) == 2
    said = capsys.readouterr().err
    assert "the edition 'xlsx' needs the library xlsxwriter, which is not installed" in said
    assert "pip install 'peerbench[xlsx]'" in said
    assert "alibaba.yaml:" in said
    assert not (tmp_path / "output").exists()
    assert [finding.subject for finding in editions.lacking(("pdf", "html", "md", "json"))] == []

"""What a brief carries: packed, it is the same data again; of others' rows and secrets it has none."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import studies
from peerbench import enclosures, pipeline
from peerbench.core.dataset import Dataset
from peerbench.core.findings import Finding, Origin

MANIFEST = {"config_path": "configs/alibaba.yaml"}


def files(case: Any, data: Dataset) -> dict[str, bytes]:
    made = enclosures.packed(case.config, data, b"{}", case.roots, ("institutional",))
    return {one.name: one.data for one in made}


def test_what_is_packed_is_read_back_the_same(alibaba: studies.Written, tmp_path: Path) -> None:
    noticed = Finding("conflict", "note", "two values", "look", Origin("facts.csv", 3), "alibaba")
    given = replace(alibaba.case.given, findings=(noticed,))
    found = enclosures.unpacked(files(alibaba.case, given), MANIFEST, tmp_path)
    for field in fields(Dataset):
        was, now = getattr(given, field.name), getattr(found.data, field.name)
        if isinstance(was, pl.DataFrame):
            assert now.equals(in_order(was)), field.name
        else:
            assert sorted(now, key=str) == sorted(was, key=str), field.name
    assert found.config.read_bytes() == (studies.CONFIGS / "alibaba.yaml").read_bytes()
    assert (found.config.parent / "_house.yaml").is_file()


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows sorted by their cells: those of a database come in any order."""
    return frame.sort([name for name, kind in frame.schema.items() if not kind.is_nested()])


def test_the_same_data_are_the_same_bytes_in_whatever_order_they_came(alibaba: studies.Written) -> None:
    given: Dataset = alibaba.case.given
    frames = {name: getattr(given, name) for name in enclosures.TABLES}
    mixed = {name: frame.sample(fraction=1, shuffle=True, seed=5) for name, frame in frames.items() if frame.width}
    other = replace(given, **mixed)  # companies and share lines keep theirs: pages name them in it
    assert files(alibaba.case, given) == files(alibaba.case, other)


def test_names_are_in_the_order_that_a_pdf_wants(alibaba: studies.Written) -> None:
    made = enclosures.packed(alibaba.case.config, alibaba.case.given, b"{}", alibaba.case.roots, ("risk",))
    whole = enclosures.with_manifest(made, {"edition": "risk/brief.pdf"})
    names = [one.name.encode() for one in whole]
    assert names == sorted(names)
    (manifest,) = [json.loads(one.data) for one in whole if one.name == "manifest.json"]
    assert set(manifest["files"]) == {one.name for one in made}


def test_rows_of_other_companies_stay_at_home(platforms: Dataset, alibaba: studies.Written) -> None:
    config = replace(alibaba.case.config, peers=alibaba.case.config.peers[:1])
    kept = enclosures.of_brief(platforms, config)
    named = set(config.companies)
    assert set(kept.companies) == named
    for name in ("facts", "prices", "estimates", "dividends"):
        assert set(getattr(kept, name)["company"].unique()) <= named
    assert kept.facts.height == platforms.facts.filter(pl.col("company").is_in(sorted(named))).height > 0


def test_rates_that_a_cross_needs_are_kept(platforms: Dataset, alibaba: studies.Written) -> None:
    """The ECB quotes all in euro: dollars into renminbi need both legs, and yen none of them."""
    yen = platforms.fx.head(3).with_columns(
        quote=pl.lit("JPY"), id=pl.lit("fx.EURJPY.") + pl.col("date").cast(pl.String)
    )
    kept = enclosures.of_brief(replace(platforms, fx=pl.concat([platforms.fx, yen])), alibaba.case.config)
    assert {"USD", "CNY", "HKD"} <= set(kept.fx["quote"].unique())
    assert "JPY" not in set(kept.fx["quote"].unique())


def test_a_brief_without_attachments_carries_its_manifest_alone(alibaba: studies.Written) -> None:
    config = replace(alibaba.case.config, attachments=False)
    assert enclosures.packed(config, alibaba.case.given, b"{}", alibaba.case.roots, ("risk",)) == ()


def test_own_templates_travel_and_typefaces_do_not(tmp_path: Path) -> None:
    config = studies.project(tmp_path, audiences=["board"])
    own = tmp_path / "templates" / "board"
    (own / "fonts").mkdir(parents=True)
    (own / "audience.yaml").write_text("extends: institutional\nlabel: For the board\n", "utf-8")
    (own / "fonts" / "Own.ttf").write_bytes(b"font")
    case = pipeline.prepare(config, today=studies.TODAY)
    assert case.given is not None
    made = enclosures.packed(case.config, case.given, b"{}", case.roots, ("board",))
    names = [one.name for one in made if one.name.startswith("templates/")]
    assert names == ["templates/board/audience.yaml"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: {**f, "facts.parquet": b"PAR1"}, "facts.parquet cannot be read as Parquet"),
        (lambda f: {k: v for k, v in f.items() if k != "prices.parquet"}, "prices.parquet is not among the files"),
        (lambda f: {**f, "facts.parquet": f["fx.parquet"]}, "facts.parquet lacks the column company"),
        (lambda f: {**f, "lines.parquet": f["fx.parquet"]}, "lines.parquet has other columns than company, line"),
        (lambda f: {**f, "reading.json": b"[]"}, "reading.json cannot be read"),
        (lambda f: {**f, "reading.json": b'{"files": [], "findings": [{"origin": 1}]}'}, "reading.json cannot be read"),
        (lambda f: {k: v for k, v in f.items() if not k.startswith("configs/")}, "is not among the files"),
    ],
)
def test_files_that_cannot_be_what_they_should_be_are_named(
    change: Any, said: str, alibaba: studies.Written, tmp_path: Path
) -> None:
    with pytest.raises(enclosures.BadEnclosure) as caught:
        enclosures.unpacked(change(files(alibaba.case, alibaba.case.given)), MANIFEST, tmp_path)
    assert said in str(caught.value)


def test_more_than_a_brief_can_need_is_refused(
    alibaba: studies.Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = files(alibaba.case, alibaba.case.given)
    monkeypatch.setattr(enclosures, "MAX_ROWS", 10)
    with pytest.raises(enclosures.BadEnclosure, match="holds more than 10 rows"):
        enclosures.unpacked(held, MANIFEST, tmp_path / "a")
    monkeypatch.setattr(enclosures, "MAX_BYTES", 10)
    with pytest.raises(enclosures.BadEnclosure, match="more than 10 bytes"):
        enclosures.unpacked(held, MANIFEST, tmp_path / "b")

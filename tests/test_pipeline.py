"""A build: what it leaves, that it is whole and repeatable anywhere, and that a mistake leaves nothing."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import polars as pl
import pytest
import yaml

from peerbench import cli, pipeline
from peerbench.brief import assemble
from peerbench.core.dataset import Dataset, InputFile
from peerbench.core.errors import UnusableRequest
from peerbench.pipeline import basis
from peerbench.sources.dataset import embedded
from studies import TODAY, project

KEPT: Final = ("companies", "lines", "facts", "prices", "fx", "estimates", "dividends", "claims", "disagreements")
DATA: Final = {
    "metrics.csv", "comparison.csv", "facts.parquet", "checked.json", "claims.csv", "findings.json", "manifest.json",
    "request.json", "summary.json",
    *(f"data/{name}.parquet" for name in KEPT),
}  # fmt: skip
QUICK: Final[dict[str, Any]] = {"audiences": ["risk", "policy"], "outputs": ["html"]}


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of its own with one config, two audiences, web pages only."""
    folder = tmp_path_factory.mktemp("project")
    project(folder, **QUICK)
    return folder


@pytest.fixture(scope="session")
def built(place: Path) -> pipeline.BuildResult:
    return pipeline.build(place / "configs" / "alibaba.yaml", today=TODAY)


@pytest.fixture(scope="session")
def issue(built: pipeline.BuildResult) -> dict[str, bytes]:
    return tree(built.folder)


# ---- what it leaves --------------------------------------------------------------------------------------------------


def test_an_issue_is_one_folder_per_audience_and_the_data_beside_them(
    place: Path, built: pipeline.BuildResult, issue: dict[str, bytes]
) -> None:
    assert built.folder == place / "output" / "alibaba" / "2025-09-23"
    assert set(issue) == DATA | {"risk/brief.html", "policy/brief.html"}
    assert {str(path.relative_to(built.folder)) for path in built.files} == set(issue)
    assert not built.held
    assert [path.name for path in built.folder.parent.iterdir()] == ["2025-09-23"]
    assert {path.name for path in place.iterdir()} <= {"configs", "output", ".bench"}


def test_metrics_and_comparison_are_the_frames_of_the_study(issue: dict[str, bytes], place: Path) -> None:
    case = pipeline.prepare(place / "configs" / "alibaba.yaml", today=TODAY)
    work, _ = assemble.plan(case.request)
    made, _ = assemble.compute(case.data, case.request, work)
    for name, frame in (("metrics.csv", made.metrics), ("comparison.csv", made.comparison)):
        read = rows(issue[name])
        assert list(read[0]) == frame.columns
        wanted = [None if value is None else str(value) for value in frame["value"]]
        assert [row["value"] or None for row in read] == wanted
        assert all(row["value"] or row["reason"] for row in read)


def test_claims_list_every_printed_number_with_its_making_and_its_documents(issue: dict[str, bytes]) -> None:
    claims = rows(issue["claims.csv"])
    assert {row["audience"] for row in claims} == {"risk", "policy"}
    for audience in ("risk", "policy"):
        mine = [row for row in claims if row["audience"] == audience]
        assert len({row["ref"] for row in mine}) == len(mine) > 100
        page = issue[f"{audience}/brief.html"].decode()
        numbered = [row for row in mine if row["row"]]
        assert all(row["row"] in page for row in numbered)
    for row in claims:
        assert row["what"]
        assert row["formula"]
        assert (row["status"] == "ok") <= bool(row["value"])
        given = row["ref"] == "working:threshold" or row["ref"].startswith("working:per_unit:")  # config, list of lines
        given = given or row["formula"].endswith(" has it; not used")  # a source told for its name, without a document
        assert row["status"] != "ok" or row["sources"] or given, row["ref"]


def test_the_facts_beside_the_brief_are_those_it_rests_on(issue: dict[str, bytes]) -> None:
    facts = pl.read_parquet(issue["facts.parquet"])
    assert facts["id"].is_unique().all()
    assert 50 < facts.height < 1000
    revenue = facts.filter(company="alibaba", item="revenue", segment="total", months=3)
    assert 247_652e6 in revenue["value"].to_list()
    assert facts["source_title"].null_count() == 0


def test_the_summary_says_what_the_page_of_each_audience_says(issue: dict[str, bytes]) -> None:
    told = json.loads(issue["summary.json"])
    assert set(told) == {"risk", "policy"}
    for audience, said in told.items():
        page = html.unescape(issue[f"{audience}/brief.html"].decode()).replace("\xa0", " ")
        title = re.search(r"<title>(.*?)</title>", page)
        assert title is not None
        assert title[1].startswith(said["headline"])
        assert len(said["takeaways"]) >= 3
        assert all(one["lead"] in page for one in said["takeaways"])


def test_findings_are_told_with_their_level(issue: dict[str, bytes], built: pipeline.BuildResult) -> None:
    told = json.loads(issue["findings.json"])
    assert [one["message"] for one in told] == [one.message for one in built.findings]
    assert {one["severity"] for one in told} <= {"warning", "note"}


def test_the_manifest_has_the_digest_of_every_input_and_output(issue: dict[str, bytes], place: Path) -> None:
    manifest = json.loads(issue["manifest.json"])
    digest = {name: hashlib.sha256(data).hexdigest() for name, data in issue.items() if name != "manifest.json"}
    assert manifest["outputs"] == digest
    folder = embedded("platforms")
    for name, known in manifest["inputs"].items():
        path = next(p for p in (folder / name, place / "configs" / name) if p.is_file())
        assert hashlib.sha256(path.read_bytes()).hexdigest() == known, name
    assert {"facts.csv", "prices.csv", "fx.csv", "companies.csv", "lines.csv"} <= set(manifest["inputs"])
    assert {"alibaba.yaml", "_house.yaml"} <= set(manifest["inputs"])
    assert (manifest["brief"], manifest["as_of"]) == ("alibaba", "2025-09-23")


def test_the_data_lock_follows_from_the_tables_of_the_manifest(issue: dict[str, bytes], place: Path) -> None:
    manifest = json.loads(issue["manifest.json"])
    lines = "".join(f"{name} {entry['sha256']}\n" for name, entry in sorted(manifest["data"].items()))
    assert manifest["data_lock"] == hashlib.sha256(lines.encode()).hexdigest()
    with (embedded("platforms") / "claims.csv").open(encoding="utf-8", newline="") as file:
        assert manifest["data"]["claims"]["rows"] == len(list(csv.DictReader(file)))
    config = "".join(f"{name} {manifest['inputs'][name]}\n" for name in ("alibaba.yaml", "_house.yaml"))
    assert manifest["config"] == hashlib.sha256(config.encode()).hexdigest()
    assert f"Data lock {manifest['data_lock'][:12]}".encode() in issue["risk/brief.html"]


def test_two_files_of_one_name_are_both_in_the_manifest(platforms: Dataset) -> None:
    files = (InputFile("a/prices.csv", "1" * 64), InputFile("b/prices.csv", "2" * 64))
    named = basis.input_digests(replace(platforms, files=files), SimpleNamespace(files=()))  # type: ignore[arg-type]
    assert named == {"prices.csv": "1" * 64, "prices.csv (2)": "2" * 64}


def test_the_manifest_has_the_digest_of_every_template_read(issue: dict[str, bytes], root: Path) -> None:
    manifest = json.loads(issue["manifest.json"])
    read = ("house/audience.yaml", "risk/audience.yaml", "policy/audience.yaml", "house/phrases.yaml",
            "house/web.html.j2", "house/web.css", "house/blocks.html.j2")  # fmt: skip
    for name in read:
        data = (root / "templates" / name).read_bytes()
        assert manifest["templates"].get(name) == hashlib.sha256(data).hexdigest(), name


MACHINE: Final = re.compile(rb"/(?:root|home|work|tmp|var|usr|private)/")


def test_nothing_names_a_machine(issue: dict[str, bytes], place: Path) -> None:
    for name, data in issue.items():
        text = data if name != "facts.parquet" else repr(pl.read_parquet(data).rows()).encode()
        assert str(place).encode() not in text, name
        assert not MACHINE.search(text), (name, MACHINE.search(text))


# ---- the day ---------------------------------------------------------------------------------------------------------


def test_a_build_of_a_past_day_reads_nothing_known_later(place: Path) -> None:
    """METHOD 32. The facts beside the brief, every printed number, and the prices and rates in the pages."""
    day = date(2024, 3, 15)
    result = pipeline.build(place / "configs" / "alibaba.yaml", as_of=day, audiences=["risk"], today=TODAY)
    assert result.folder.name == "2024-03-15"
    issue = tree(result.folder)
    assert pl.read_parquet(issue["facts.parquet"])["known_on"].max() <= day  # type: ignore[operator]
    known = [date.fromisoformat(row["known_on"]) for row in rows(issue["claims.csv"]) if row["known_on"]]
    assert max(known) <= day
    for row in rows(issue["metrics.csv"]):
        assert not row["known_on"] or date.fromisoformat(row["known_on"]) <= day
    page = issue["risk/brief.html"].decode()
    later = r"\b\d{1,2} (?:(?:Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* 2024|[A-Z][a-z]+ 202[5-9])\b"
    assert re.findall(later, page) == []


def test_the_day_of_the_build_decides_only_where_the_config_does_not(place: Path, issue: dict[str, bytes]) -> None:
    again = pipeline.build(place / "configs" / "alibaba.yaml", today=date(2031, 1, 1), out=place / "elsewhere")
    assert again.folder == place / "elsewhere" / "alibaba" / "2025-09-23"
    assert tree(again.folder) == issue
    shutil.rmtree(place / "elsewhere")


# ---- the same anywhere -----------------------------------------------------------------------------------------------


def in_a_process(folder: Path, **environment: str) -> dict[str, bytes]:
    code = "import sys; from peerbench.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "build", str(folder / "configs" / "alibaba.yaml")],
        cwd=folder / environment.pop("cwd", ""),
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return tree(folder / "output")


@pytest.mark.slow
def test_two_builds_anywhere_on_any_day_give_the_same_bytes(tmp_path: Path) -> None:
    """Other folder, working folder, hash seed, time zone, locale; PDF and web page of an audience."""
    made = []
    for name, environment in (
        ("one", {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8"}),
        ("a long other name", {"PYTHONHASHSEED": "77", "TZ": "America/Adak", "cwd": "configs", "LC_ALL": "C"}),
    ):
        folder = tmp_path / name
        project(folder, audiences=["institutional"], outputs=["pdf", "html"])
        made.append(in_a_process(folder, **environment))
    assert set(made[0]) == set(made[1])
    assert [name for name in made[0] if made[0][name] != made[1][name]] == []
    assert "alibaba/2025-09-23/institutional/brief.pdf" in made[0]
    assert str(tmp_path).encode() not in b"".join(made[0].values())


# ---- whole or not at all ---------------------------------------------------------------------------------------------


@pytest.fixture
def apart(tmp_path: Path, place: Path, built: pipeline.BuildResult) -> Path:
    """A copy of the project with its issue and its drawn charts, to be broken."""
    folder = tmp_path / "copy"
    shutil.copytree(place, folder, ignore=shutil.ignore_patterns("elsewhere", "2024-*"))
    return folder / "configs" / "alibaba.yaml"


def test_the_other_audiences_of_an_issue_are_kept_when_one_is_built_again(apart: Path, issue: dict[str, bytes]) -> None:
    """And the data files speak of all of them still: the issue is what a build of all would have left."""
    before = apart.parents[1] / "output" / "alibaba" / "2025-09-23"
    assert tree(before) == issue
    for audience in ("risk", "policy"):
        assert tree(pipeline.build(apart, audiences=[audience], today=TODAY).folder) == issue


def test_an_edition_of_other_inputs_is_not_kept_beside_data_that_say_otherwise(apart: Path) -> None:
    settings = yaml.safe_load(apart.read_text("utf-8")) | {"title": "Another title"}
    apart.write_text(yaml.safe_dump(settings, sort_keys=False), "utf-8")
    result = pipeline.build(apart, audiences=["risk"], today=TODAY)
    assert set(tree(result.folder)) == DATA | {"risk/brief.html"}


def test_an_audience_that_the_config_no_longer_names_is_not_kept(apart: Path) -> None:
    settings = yaml.safe_load(apart.read_text("utf-8"))
    apart.write_text(yaml.safe_dump(settings | {"audiences": ["risk"]}, sort_keys=False), "utf-8")
    result = pipeline.build(apart, today=TODAY)
    assert set(tree(result.folder)) == DATA | {"risk/brief.html"}


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("at", [2])  # between the two renames: the worst moment
def test_a_build_that_is_killed_while_publishing_leaves_the_last_good_issue(
    apart: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    folder = apart.parents[1] / "output" / "alibaba"
    before = tree(folder / "2025-09-23")
    calls = iter(range(1, 9))
    rename = os.rename

    def killed(*args: Any) -> None:
        if next(calls) == at:
            raise Killed
        rename(*args)

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", killed)
        with pytest.raises(Killed):
            pipeline.build(apart, audiences=["risk"], today=TODAY)
    assert before in [tree(path) for path in folder.iterdir()]
    pipeline.build(apart, audiences=["risk"], today=TODAY)
    assert [path.name for path in folder.iterdir()] == ["2025-09-23"]
    assert set(tree(folder)) == {f"2025-09-23/{name}" for name in before}


def test_a_place_that_cannot_be_written_is_a_refusal_and_the_issue_stays(
    apart: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = apart.parents[1] / "output"
    before = tree(folder)

    def full(*args: Any) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "fsync", full)
    assert cli.main(["build", str(apart), "--force", "--audience", "risk"]) == 2
    assert "Read-only file system" in capsys.readouterr().err
    assert tree(folder) == before


def test_a_check_of_level_error_holds_the_brief_back(apart: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = yaml.safe_load(apart.read_text("utf-8")) | {"checks": {"conflict": "error"}}
    apart.write_text(yaml.safe_dump(settings, sort_keys=False), "utf-8")
    folder = apart.parents[1] / "output"
    before = tree(folder)
    assert cli.main(["build", str(apart)]) == 1
    assert "conflict" in capsys.readouterr().err
    assert tree(folder) == before


# ---- mistakes --------------------------------------------------------------------------------------------------------

Change = Callable[[dict[str, Any]], object]


def mine(settings: dict[str, Any], folder: Path, **files: Callable[[str], str | None]) -> None:
    """The config on a copy of the shipped data, with files changed; a change to None takes the file away."""
    own = folder / "data" / "mine"
    shutil.copytree(embedded("platforms"), own)
    for name, change in files.items():
        path = own / f"{name}.csv"
        text = change(path.read_text("utf-8"))
        path.unlink() if text is None else path.write_text(text, "utf-8")
    settings["sources"] = [{"dataset": "./data/mine"}]


def head(text: str) -> str:
    return text.split("\n", 1)[0] + "\n"


CONFIG: Final = "configs/alibaba.yaml"
MISTAKES: Final[dict[str, tuple[Callable[[dict[str, Any], Path], object], tuple[str, ...]]]] = {
    "unknown company": (
        lambda s, p: s.update(subject="alibabba"),
        (rf"{CONFIG}:\d+:\d+: error: .*'alibabba'", "'alibaba'"),
    ),
    "unknown metric": (
        lambda s, p: s["metrics"]["valuation"].append("pe_ltn"),
        (rf"{CONFIG}:\d+:\d+: error: .*'pe_ltn'", "'pe_ltm'"),
    ),
    "unknown audience": (
        lambda s, p: s.update(audiences=["polcy"]),
        (rf"{CONFIG}:\d+:\d+: error: .*'polcy'", "'policy'"),
    ),
    "unknown key": (lambda s, p: s.update(curency="USD"), (rf"{CONFIG}:\d+:1: error: .*'curency'", "'currency'")),
    "the subject among its peers": (
        lambda s, p: s["peers"][1].update(company="alibaba"),
        (rf"{CONFIG}:\d+:\d+: error: .*'alibaba'",),
    ),
    "an empty peer set": (lambda s, p: s.update(peers=[]), (rf"{CONFIG}:\d+:\d+: error: ",)),
    "a missing folder": (
        lambda s, p: s.update(sources=[{"dataset": "./data/none"}]),
        (rf"{CONFIG}:\d+:\d+: error: .*\./data/none",),
    ),
    "a missing file": (lambda s, p: mine(s, p, facts=lambda text: None), (r"data/mine: error: .*facts\.csv",)),
    "malformed CSV": (
        lambda s, p: mine(s, p, facts=lambda text: text.replace("\n", '\n"not closed', 1)),
        (r"data/mine/facts\.csv:2:1: error: ",),
    ),
    "CSV of other columns": (
        lambda s, p: mine(s, p, facts=lambda text: text.replace("period_end", "end", 1)),
        (r"data/mine/facts\.csv:1:\d+: error: .*period_end",),
    ),
    "no rate at all": (
        lambda s, p: mine(s, p, fx=head),
        (rf"{CONFIG}:\d+:\d+: error: .*between CNY and USD", rf"{CONFIG}:\d+:\d+: error: .*between CNY and HKD"),
    ),
    "no rate into the brief's currency": (
        lambda s, p: s.update(currency="XXX"),
        (rf"{CONFIG}:\d+:\d+: error: .*XXX", "Alibaba, Tencent and Baidu"),
    ),
    "no prices at all": (
        lambda s, p: mine(s, p, prices=head),
        (rf"{CONFIG}:\d+:\d+: error: Alibaba: no close of BABA", "Tencent: no close"),
    ),
    "no prices near the day": (
        lambda s, p: s.update(as_of=date(2012, 1, 1)),
        (rf"{CONFIG}:\d+:\d+: error: Alibaba: no ", "1 January 2012"),
    ),
    "a day in the future": (lambda s, p: s.update(as_of=date(2931, 1, 1)), (rf"{CONFIG}:\d+:\d+: error: ",)),
    "a formula that does not parse": (
        lambda s, p: s["custom_metrics"]["cloud_share"].update(formula="revenue[ltm] / / 2"),
        (rf"{CONFIG}:\d+:\d+: error: ",),
    ),
}


def refused(path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    folder = path.parents[1]
    monkeypatch.chdir(folder)
    before = {name: data for name, data in tree(folder).items() if not name.startswith((".bench", "data"))}
    assert cli.main(["build", str(path.relative_to(folder))]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Traceback" not in printed.err
    assert {n: data for n, data in tree(folder).items() if not n.startswith((".bench", "data"))} == before
    return printed.err


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_a_way_out_and_nothing_is_written(
    mistake: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    change, told = MISTAKES[mistake]
    settings = yaml.safe_load(project(tmp_path, **QUICK).read_text("utf-8"))
    change(settings, tmp_path)
    path = tmp_path / "configs" / "alibaba.yaml"
    path.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), "utf-8")
    said = refused(path, capsys, monkeypatch)
    assert all(re.search(wanted, said) for wanted in told), said


def test_malformed_yaml_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project(tmp_path, **QUICK)
    path.write_text(path.read_text("utf-8").replace("peers:", "peers: ]", 1), "utf-8")
    assert re.search(rf"{CONFIG}:\d+:\d+: error: ", refused(path, capsys, monkeypatch))


def test_a_config_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path, **QUICK)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["build", "configs/alibab.yaml"]) == 2
    said = capsys.readouterr().err
    assert "configs/alibab.yaml" in said
    assert "alibaba.yaml" in said


def test_all_mistakes_of_a_config_are_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = ("unknown metric", "unknown audience", "unknown key", "the subject among its peers", "a missing folder")
    settings = yaml.safe_load(project(tmp_path, **QUICK).read_text("utf-8"))
    for mistake in chosen:
        MISTAKES[mistake][0](settings, tmp_path)
    path = tmp_path / "configs" / "alibaba.yaml"
    path.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), "utf-8")
    said = refused(path, capsys, monkeypatch)
    for mistake in chosen:
        assert re.search(MISTAKES[mistake][1][0], said), mistake


def test_one_peer_without_a_price_is_said_in_the_brief_and_stops_nothing(tmp_path: Path) -> None:
    settings = yaml.safe_load(project(tmp_path, **QUICK).read_text("utf-8"))

    def unpriced(text: str) -> str:
        return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("baidu,"))

    mine(settings, tmp_path, prices=unpriced)
    path = tmp_path / "configs" / "alibaba.yaml"
    path.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), "utf-8")
    result = pipeline.build(path, audiences=["policy"], today=TODAY)
    (cap,) = [row for row in rows((result.folder / "metrics.csv").read_bytes())
              if (row["company"], row["metric"]) == ("baidu", "market_cap")]  # fmt: skip
    assert (cap["value"], cap["status"]) == ("", "missing")
    assert "BIDU" in cap["reason"]
    assert any(found.check == "no_price" and "Baidu" in found.message for found in result.findings)


def test_levels_of_checks_are_raised_lowered_and_silenced_and_the_silence_is_said() -> None:
    from peerbench.core.findings import Finding

    found = (
        Finding("a", "note", "x"),
        Finding("b", "warning", "y"),
        Finding("c", "error", "z"),
        Finding("d", "note", "w"),
    )
    levels = {"a": "raise", "b": "raise", "c": "lower", "d": "silence"}
    told = pipeline.levelled(found, levels)
    assert [(one.check, one.severity) for one in told] == [
        ("a", "warning"), ("b", "error"), ("c", "warning"), ("silenced", "note"),
    ]  # fmt: skip
    assert "d" in told[-1].message
    with pytest.raises(UnusableRequest):
        raise UnusableRequest(found)

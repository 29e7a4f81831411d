"""bench templates and bench eject: who wins is told, a shipped file is copied once and never over one's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from peerbench.cli import main
from peerbench.shipped import shipped


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A fresh project, the working folder in it."""
    assert main(["init", str(tmp_path / "demo")]) == 0
    monkeypatch.chdir(tmp_path / "demo")
    capsys.readouterr()
    return tmp_path / "demo"


def put(project: Path, name: str, text: str = "") -> Path:
    path = project / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def listed(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, list[str]]:
    assert main(["templates", "--format", "json", *words]) == 0
    (audience,) = json.loads(capsys.readouterr().out)
    return {file["name"]: file["from"] for file in audience["files"]}


# ---- templates -------------------------------------------------------------------------------------------------------


def test_every_file_of_an_audience_is_listed_with_the_layer_that_wins(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(project, "retail/audience.yaml", "extends: institutional\n")
    put(project, "retail/web.css", "/* ours */")
    put(project, "house/print.css", "/* ours for all */")
    found = listed(capsys, "--audience", "retail")
    assert found["web.css"] == ["templates/retail/web.css", "shipped house/web.css"]
    assert found["print.css"] == ["templates/house/print.css", "shipped house/print.css"]
    assert found["web.js"] == ["shipped house/web.js"]
    assert found["audience.yaml"] == [
        "templates/retail/audience.yaml",
        "shipped institutional/audience.yaml",
        "shipped house/audience.yaml",
    ]
    names = {path.relative_to(shipped("templates") / "house").as_posix() for path in
             (shipped("templates") / "house").rglob("*") if path.is_file()}  # fmt: skip
    assert set(found) == names


def test_the_listing_says_what_is_replaced_and_what_is_merged(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(project, "risk/print.css", "/* ours */")
    put(project, "risk/audience.yaml", "label: Ours\n")
    assert main(["templates", "--audience", "risk"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("risk: risk → house\n  pages\n")
    assert "templates/risk/print.css, over shipped house/print.css\n" in said
    assert "templates/risk/audience.yaml, then shipped risk/audience.yaml, then shipped house/audience.yaml" in said


def test_a_config_gives_its_audiences_and_its_theme(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, "themes/acme/house/web.css", "/* acme */")
    put(project, "themes/acme/theme.yaml", "parent: base\n")
    put(project, "themes/base/house/print.css", "/* base */")
    (project / "configs/ours.yaml").write_text(
        "extends: alibaba.yaml\naudiences: [policy]\nbrand: {theme: acme}\n", "utf-8"
    )
    found = listed(capsys, "configs/ours.yaml")
    assert found["web.css"] == ["templates/themes/acme/house/web.css", "shipped house/web.css"]
    assert found["print.css"] == ["templates/themes/base/house/print.css", "shipped house/print.css"]


@pytest.mark.parametrize(
    ("themes", "said"),
    [
        ({}, "there is no theme 'acme'\n  A theme is a folder templates/themes/<name>/."),
        ({"akme": ""}, "there is no theme 'acme'\n  Did you mean 'akme'?"),
        ({"acme": "parent: bass\n", "base": ""}, "theme.yaml:1:9: error: there is no theme 'bass'"),
        ({"acme": "parent: b\n", "b": "parent: acme\n"}, "themes run in a circle: acme → b → acme"),
        ({"acme": "parent: [\n"}, "templates/themes/acme/theme.yaml:2:1: error: not valid YAML"),
    ],
)
def test_a_theme_that_is_not_there_is_named(
    themes: dict[str, str], said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in themes.items():
        put(project, f"themes/{name}/theme.yaml", text)
    (project / "configs/ours.yaml").write_text("extends: alibaba.yaml\nbrand: {theme: acme}\n", "utf-8")
    assert main(["templates", "configs/ours.yaml"]) == 2
    assert said in capsys.readouterr().err


def test_an_unknown_audience_is_told_with_the_nearest(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["templates", "--audience", "polcy"]) == 2
    assert "unknown audience 'polcy'\n  Did you mean 'policy'?" in capsys.readouterr().err


# ---- eject -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "source", "target"),
    [
        ("print.css", "house/print.css", "house/print.css"),
        ("house/print.css", "house/print.css", "house/print.css"),
        ("templates/house/print.css", "house/print.css", "house/print.css"),
        ("print.css --audience risk", "house/print.css", "risk/print.css"),
        ("audience.yaml --audience policy", "policy/audience.yaml", "policy/audience.yaml"),
        ("policy/audience.yaml", "policy/audience.yaml", "policy/audience.yaml"),
        ("risk/audience.yaml --audience retail", "risk/audience.yaml", "retail/audience.yaml"),
        ("fonts/SourceSans3-Bold.ttf", "house/fonts/SourceSans3-Bold.ttf", "house/fonts/SourceSans3-Bold.ttf"),
    ],
)
def test_a_shipped_file_is_copied_byte_for_byte(
    words: str, source: str, target: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eject", *words.split()]) == 0
    assert (project / "templates" / target).read_bytes() == (shipped("templates") / source).read_bytes()
    assert f"copied shipped {source} to templates/{target}" in capsys.readouterr().out


def test_what_is_there_already_is_left(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put(project, "house/print.css", "/* ours */")
    assert main(["eject", "print.css"]) == 0
    assert capsys.readouterr().out == "left templates/house/print.css as it is: it is there already\n"
    assert path.read_text() == "/* ours */"


def test_a_link_that_leads_nowhere_is_left_too(project: Path) -> None:
    (project / "templates/house").mkdir()
    (project / "templates/house/print.css").symlink_to(project / "elsewhere.css")
    assert main(["eject", "print.css"]) == 0
    assert not (project / "elsewhere.css").exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("prnt.css", "there is no file 'prnt.css' for house to copy\n  Did you mean 'print.css'?"),
        ("../configs/alibaba.yaml", "there is no file '../configs/alibaba.yaml' for house to copy"),
        ("/etc/passwd", "there is no file '/etc/passwd' for house to copy"),
        ("policy/print.cs", "there is no file 'print.cs' for policy to copy"),
    ],
)
def test_a_name_that_no_shipped_file_has_copies_nothing(
    name: str, said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eject", name]) == 2
    assert said in capsys.readouterr().err
    assert [path.name for path in (project / "templates").rglob("*")] == ["README.md"]

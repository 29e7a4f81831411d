"""Templates, words, themes and brands of one's own, as a new user makes them: built, checked, refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from peerbench.cli import main
from test_checks import lay_out

ISSUE = "output/brief/2025-03-31"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two small companies, the working folder in it."""
    lay_out("", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(project: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def more(project: Path, text: str) -> None:
    config = project / "configs/brief.yaml"
    config.write_text(f"{config.read_text('utf-8')}{text}\n", "utf-8")


TEN_LINES = """\
extends: institutional
label: For private investors
readers: private investors
question: is it cheap, and why?
theme: "#7A1F3D"
takeaways: [growth_each, margin_each]
summary:
  - {metric: pe_fy, head: P/E}
  - {metric: revenue_growth_fy, head: Growth}
panel: {large: market_cap, rows: [market_value, reports]}
"""


def test_ten_lines_make_an_audience(project: Path) -> None:
    assert len(TEN_LINES.splitlines()) == 10
    put(project, {"templates/retail/audience.yaml": TEN_LINES})
    assert main(["build", "--audience", "retail"]) == 0
    page = (project / ISSUE / "retail/brief.html").read_text("utf-8")
    assert "For private investors" in page
    assert "is it cheap" in page
    assert "--theme: #7A1F3D" in page
    assert "P/E" in page


def test_a_config_lists_it_beside_the_shipped_ones_and_no_figure_differs(project: Path) -> None:
    put(project, {"templates/retail/audience.yaml": TEN_LINES})
    config = project / "configs/brief.yaml"
    config.write_text(config.read_text("utf-8").replace("[institutional]", "[institutional, retail]"), "utf-8")
    assert main(["build"]) == 0
    claims = (project / ISSUE / "claims.csv").read_text("utf-8").splitlines()
    assert {line.split(",")[0] for line in claims[1:]} == {"institutional", "retail"}
    values: dict[str, set[str]] = {}
    import csv

    for row in csv.DictReader(claims):
        values.setdefault(row["ref"], set()).add(row["value"])
    assert all(len(found) == 1 for found in values.values())


def test_words_of_ones_own_are_said_where_the_figures_bear_them_out(project: Path) -> None:
    put(
        project,
        {
            "templates/institutional/phrases.yaml": 'title.summary:\n  - say: "Two companies on one page"\n',
        },
    )
    assert main(["build"]) == 0
    assert "Two companies on one page" in (project / ISSUE / "institutional/brief.html").read_text("utf-8")


def test_one_block_is_changed_alone_and_may_use_the_macros_and_what_was_there(project: Path) -> None:
    put(
        project,
        {
            "templates/institutional/web.html.j2": '{% extends "house/web.html.j2" %}\n'
            '{% from "blocks.html.j2" import spans with context %}\n'
            "{% block headline %}<p>OUR KICKER</p>{{ super() }}{% endblock %}\n"
            '{% block lead %}<p class="standfirst">{{ spans(brief.standfirst) }} OURS</p>{% endblock %}\n',
        },
    )
    assert main(["build"]) == 0
    page = (project / ISSUE / "institutional/brief.html").read_text("utf-8")
    assert page.index("OUR KICKER") < page.index("<h1>") < page.index(" OURS</p>")
    assert "Key takeaways" not in page
    assert 'class="panel"' in page


def test_a_theme_between_the_project_and_the_house(project: Path) -> None:
    put(
        project,
        {
            "templates/themes/acme/house/audience.yaml": "question: what does Acme ask?\n",
            "templates/themes/acme/theme.yaml": "colours: {theme: '#0B5C6B'}\n",
        },
    )
    more(project, "brand: {theme: acme}")
    assert main(["build"]) == 0
    page = (project / ISSUE / "institutional/brief.html").read_text("utf-8")
    assert "--theme: #0B5C6B" in page
    manifest = json.loads((project / ISSUE / "manifest.json").read_text("utf-8"))
    assert "templates/themes/acme/house/audience.yaml" in manifest["templates"]


def test_the_brand_is_on_the_page_and_among_what_it_rests_on(project: Path) -> None:
    logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><rect width="9" height="9"/></svg>'
    put(project, {"brand/logo.svg": logo})
    more(project, "series: Acme Review\nbrand: {logo: brand/logo.svg, colours: {theme: '#0B5C6B', target: '#A3212B'}}")
    assert main(["build"]) == 0
    page = (project / ISSUE / "institutional/brief.html").read_text("utf-8")
    assert 'alt="Logo of Acme Review"' in page
    assert "--target: #A3212B" in page
    manifest = json.loads((project / ISSUE / "manifest.json").read_text("utf-8"))
    assert "brand logo.svg" in manifest["templates"]


def test_a_change_of_a_template_or_a_logo_is_built_again(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import os

    logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><rect width="9" height="9"/></svg>'
    put(project, {"brand/logo.svg": logo, "templates/institutional/audience.yaml": "label: For us\n"})
    more(project, "brand: {logo: brand/logo.svg}")

    def settle() -> None:  # a stamp does not trust what changed a moment before
        for path in project.rglob("*"):
            os.utime(path, (1_700_000_000, 1_700_000_000))

    settle()
    said = []
    for change in (
        {},
        {"brand/logo.svg": logo.replace("9", "8")},
        {"templates/institutional/audience.yaml": "label: X\n"},
    ):
        put(project, change)
        for name in change:
            os.utime(project / name, (1_700_000_100, 1_700_000_100))
        for _ in range(2):
            assert main(["build", "--as-of", "2025-03-31"]) == 0
            said.append(capsys.readouterr().out.split(":")[0])
        if change:
            for name in change:
                os.utime(project / name, (1_700_000_000, 1_700_000_000))
    assert said[:2] == ["built", "unchanged"]
    assert said[2] == said[4] == "built"


MISTAKES = [
    ("templates/institutional/audience.yaml", "lable: x", "audience.yaml:1:1: error: unknown key 'lable'"),
    ("templates/institutional/audience.yaml", "ranks: [pe_fyy]", "audience.yaml:1:9: error: "),
    (
        "templates/institutional/audience.yaml",
        "formats: {pe_fy: x9}",
        "audience.yaml:1:18: error: unknown number format",
    ),
    ("templates/institutional/phrases.yaml", 'title.summary:\n  - say: "best by 3"', "phrases.yaml:2:10: error: "),
    ("templates/institutional/phrases.yaml", 'title.summary:\n  - say: "{nobody} so"', "phrases.yaml:2:10: error: "),
    ("templates/institutional/web.html.j2", "\n{{ brief.titel }}", "web.html.j2:2: error: "),
    ("templates/institutional/web.html.j2", "{% if %}", "web.html.j2:1: error: "),
    ("templates/institutional/print.html.j2", "{% include 'blocs.html.j2' %}", "Did you mean 'blocks.html.j2'?"),
    ("templates/institutional/web.html.j2", "{{ ''.__class__ }}", "web.html.j2:1: error: "),
    ("templates/institutional/web.html.j2", "{% include '../../configs/brief.yaml' %}", "there is no template file"),
]


@pytest.mark.parametrize(("file", "text", "said"), MISTAKES)
def test_a_mistake_is_told_by_check_and_by_build_and_nothing_is_written(
    file: str, text: str, said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(project, {file: text})
    assert main(["check"]) == 2
    checked = capsys.readouterr().err
    assert main(["build", "--format", "html,pdf"]) == 2
    built = capsys.readouterr().err
    assert said in checked
    assert said in built
    assert not (project / "output").exists()


def test_a_mistake_leaves_the_last_good_issue_as_it_was(project: Path) -> None:
    assert main(["build"]) == 0
    page = project / ISSUE / "institutional/brief.html"
    before = page.read_bytes()
    put(project, {"templates/institutional/web.html.j2": "{{ nothing }}"})
    assert main(["build"]) == 2
    assert page.read_bytes() == before


@pytest.mark.slow
def test_a_crowded_page_is_cut_and_said_and_the_web_page_keeps_it(project: Path) -> None:
    long = " ".join(["Every word of it stands here for a reason of its own."] * 66)
    text = f"basis: >-\n  {long}\ncuts:\n  - {{say: the notes, drop: [note.falsifier, note.watch, note.first_issue]}}\n"
    text += "  - {say: the ranks, drop: [table.ranks, figure.range_dot]}\n  - {say: Table 1, drop: [table.summary]}\n"
    put(project, {"templates/institutional/audience.yaml": text})
    assert main(["build", "--format", "html,pdf"]) == 0
    found = json.loads((project / ISSUE / "findings.json").read_text("utf-8"))
    (cut,) = [finding for finding in found if finding["check"] == "page-cut"]
    assert cut["subject"].startswith("institutional/")
    assert "left out of the PDF, kept on the web page" in cut["message"]


@pytest.mark.slow
def test_a_page_that_cannot_be_made_to_fit_fails_by_its_name(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, {"templates/institutional/audience.yaml": f"basis: {'words ' * 3000}\ncuts: []\n"})
    assert main(["build", "--format", "pdf"]) == 2
    assert "page 1 (first) holds" in capsys.readouterr().err
    assert not (project / "output").exists()

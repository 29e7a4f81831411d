"""Chinese pages as they are printed: every letter has its glyph, lines break as they should, bytes repeat."""

from __future__ import annotations

import io
import json
import re
import subprocess
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any

import pypdf
import pytest
from fontTools.ttLib import TTFont

import studies
from peerbench import languages, lookup, pipeline
from peerbench.core.language import is_wide
from peerbench.render import han, headline
from peerbench.render.node import Node
from peerbench.verify import verdict
from typefaces import FOUND, RULES, installed

OUTPUTS = ["pdf", "html", "xlsx", "md", "json"]


@pytest.fixture(scope="module")
def issue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("chinese")
    config = studies.project(root, languages=["en", "zh-CN"], audiences=["risk"], outputs=OUTPUTS)
    return pipeline.build(config, today=studies.TODAY).folder / "risk"


@cache
def _fonts(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for page in pypdf.PdfReader(io.BytesIO(data)).pages:
        for font in (page["/Resources"].get("/Font") or {}).values():
            found[str(font.get_object()["/BaseFont"])] = font.get_object()
    return found


@installed
@pytest.mark.slow
def test_the_further_language_has_a_folder_of_its_own(issue: Path) -> None:
    names = {path.relative_to(issue).as_posix() for path in issue.rglob("*") if path.is_file()}
    assert names == {f"{folder}brief.{ending}" for folder in ("", "zh-CN/") for ending in OUTPUTS}
    said = json.loads((issue.parent / "summary.json").read_text("utf-8"))
    assert {at: one["language"] for at, one in said.items()} == {"risk": "en-GB", "risk/zh-CN": "zh-CN"}


@installed
@pytest.mark.slow
def test_a_chinese_pdf_says_its_language_and_embeds_subsets_under_neutral_names(issue: Path) -> None:
    data = (issue / "zh-CN" / "brief.pdf").read_bytes()
    catalog = pypdf.PdfReader(io.BytesIO(data)).root_object
    assert catalog["/Lang"] == "zh-CN"
    names = {name.partition("+")[2] for name in _fonts(data)}
    assert {"Brief-Han-Sans", "Brief-Han-Sans-Bold", "Brief-Han-Serif", "Brief-Han-Serif-Bold"} <= names
    assert all(name.startswith("Brief-") for name in names)
    assert len(data) < 1_500_000


@installed
@pytest.mark.slow
def test_the_web_page_says_its_language_and_carries_its_typefaces(issue: Path) -> None:
    page = (issue / "zh-CN" / "brief.html").read_text("utf-8")
    assert '<html lang="zh-CN">' in page
    assert page.count('font-family: "Brief Han Sans"; font-weight') == 2
    assert '"Brief Han";' not in re.sub(r"base64,[^)]*", "", page)
    for english in ("Key takeaways", "Show the data as a table", "Open in lineage", '"Light"'):
        assert english not in page


@installed
@pytest.mark.slow
@pytest.mark.skipif(which("pdftotext") is None, reason="poppler is not installed")
def test_no_line_begins_with_a_stop(issue: Path) -> None:
    said = subprocess.run(
        ["pdftotext", "-layout", "-l", "3", str(issue / "zh-CN" / "brief.pdf"), "-"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    lines = [column for line in said.splitlines() for column in re.split(r"\s{3,}", line.strip()) if column]
    assert sum(any(map(is_wide, line)) for line in lines) > 60
    assert [line for line in lines if line[0] in "，。、；：！？）"] == []


@installed
@pytest.mark.slow
def test_no_browser_breaks_a_line_between_a_figure_and_its_stop(issue: Path) -> None:
    """A button may stand alone on a line; with the stop behind it, it stands in a piece that does not break."""
    page = (issue / "zh-CN" / "brief.html").read_text("utf-8")
    assert len(re.findall('<span class="keep"><button[^>]*>[^<]*</button>[。，；]', page)) > 10
    loose = re.findall('(?<!<span class="keep">)<button[^>]*class="n[^>]*>[^<]*</button>[。，；：]', page)
    assert loose == []


@installed
@pytest.mark.slow
def test_a_chinese_pdf_is_verified_by_what_it_carries(issue: Path) -> None:
    found = verdict.verdict(issue / "zh-CN" / "brief.pdf")
    assert (found.verified, found.differences) == (True, ())


@installed
def test_every_wide_letter_of_the_language_has_a_glyph() -> None:
    language = languages.load("zh-CN", lookup.HOUSE, lookup.layers()).language
    assert len(language.letters) > 500
    for face in FOUND:
        assert han.missing(face, language.letters) == ""


@installed
def test_a_face_is_cut_to_the_same_bytes_again(tmp_path: Path) -> None:
    letters = han.letters_of("同业中位数")
    once, twice = (han.cut(FOUND[0], letters, None) for _ in range(2))
    assert once == twice == han.cut(FOUND[0], letters, tmp_path) == han.cut(FOUND[0], letters, tmp_path)
    assert len(once) < 60_000


@installed
@pytest.mark.slow
def test_a_strict_reader_finds_the_glyph_of_every_number_on_a_chinese_page(issue: Path) -> None:
    """A PDF writes glyphs by number, and a face of a collection has its own list of them: each has to be its place."""
    numbered = 0
    for font in _fonts((issue / "zh-CN" / "brief.pdf").read_bytes()).values():
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        if "/FontFile3" in descriptor:
            top = TTFont(io.BytesIO(descriptor["/FontFile3"].get_object().get_data()))["CFF "].cff.topDictIndex[0]
            assert list(top.charset[1:]) == [f"cid{place:05d}" for place in range(1, len(top.charset))]
            numbered += 1
    assert numbered == 4


def test_a_typeface_that_is_not_installed_is_told_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(han, "_listed", lambda: ())
    faces, lacking = han.faces(RULES, {})
    assert faces == ()
    assert [one.severity for one in lacking] == ["error", "error"]
    assert "zh-CN needs a sans typeface that is not installed: Noto Sans CJK SC" in lacking[0].message
    assert "apt-get install fonts-noto-cjk" in lacking[0].hint


def test_a_typeface_of_the_theme_wins() -> None:
    own = Path("BriefHanSans-Regular.otf")
    faces, _ = han.faces(RULES, {"BriefHanSans-Regular.otf": own})
    assert faces[0].path == own


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ("阿里巴巴较同业折价", ("阿里巴巴较同业折价",)),
        ("阿里巴巴较同业中位数折价三成，全系于亚马逊一家", ("阿里巴巴较同业中位数折价三成，", "全系于亚马逊一家")),
    ],
)
def test_a_chinese_headline_breaks_behind_a_stop(said: str, lines: tuple[str, ...]) -> None:
    font = lookup.layers()[-1] / "house" / "fonts" / "SourceSerif4Display-Semibold.ttf"
    made = headline.lines([Node("text", text=said)], font)
    assert tuple("".join(run.text for run in line) for line in made) == lines

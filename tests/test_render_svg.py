"""Charts as SVG: the cache, the cleaning, the sizes, the colours as custom properties, and the fonts they use."""

from __future__ import annotations

import base64
import io
import json
import pickle
import re
import runpy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

import figures
from peerbench.charts.theme import theme
from peerbench.core.document import Chart, Number, Text
from peerbench.render import svg as module
from peerbench.render.format import text
from peerbench.render.svg import UnsafeSvg, clean, key, narrow, svg, themed

INVESTOR = theme("investor")
MEASURE = figures.FONTS / "measure"
KIND = pytest.mark.parametrize("kind", sorted(figures.FIGURES))
SIMPLE = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'


def chart_of(kind: str) -> Chart:
    figure, wide, high = figures.FIGURES[kind]
    return Chart(kind, (Text("A claim"),), (), figure, "alternative text", (), wide, high)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def drawings(cache: Path) -> dict[str, str]:
    return {kind: svg(chart_of(kind), INVESTOR, cache=cache, text=text) for kind in figures.FIGURES}


# ---- what a drawing holds -------------------------------------------------------------------------------------------


@KIND
def test_a_drawing_is_as_wide_as_its_span(kind: str, drawings: dict[str, str]) -> None:
    root = ElementTree.fromstring(drawings[kind])
    _, wide, high = figures.FIGURES[kind]
    assert float(root.attrib["width"]) == pytest.approx(wide * 3.7795, abs=0.01)
    assert float(root.attrib["height"]) == pytest.approx(high * 3.7795, abs=0.01)
    assert root.attrib["viewBox"] == f"0 0 {root.attrib['width']} {root.attrib['height']}"


@KIND
def test_only_listed_colours_occur(kind: str, drawings: dict[str, str]) -> None:
    used = set(re.findall(r"#[0-9A-Fa-f]{3,8}\b", drawings[kind]))
    assert {colour.upper() for colour in used} <= set(INVESTOR.tokens().values())
    assert not re.search(r'(?:fill|stroke)="(?!none|#)', drawings[kind])


@KIND
def test_nothing_reaches_outside(kind: str, drawings: dict[str, str]) -> None:
    drawing = drawings[kind].replace('xmlns="http://www.w3.org/2000/svg"', "")
    for word in ("href", "url(", "http", "<script", "<style", "<image", "<use", "<foreignObject", " id=", " on"):
        assert word not in re.sub(r">[^<]*<", "><", drawing)


@KIND
def test_words_are_live_text_in_the_house_face(kind: str, drawings: dict[str, str]) -> None:
    root = ElementTree.fromstring(drawings[kind])
    assert root.attrib["font-family"] == "Brief Sans, Brief Han"
    assert not [node for node in root.iter() if node is not root and "font-family" in node.attrib]
    said = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert said or kind == "sparkline"


def test_a_name_in_markup_is_written_as_text() -> None:
    figure, wide, high = figures.FIGURES["range_dot"]
    first, *others = figure.identities
    hostile = replace(figure, identities=(replace(first, name='<script href="x">&'), *others))
    drawing = svg(Chart("x", (), (), hostile, "", (), wide, high), INVESTOR, cache=None, text=text)
    assert "<script" not in drawing
    assert '&lt;script href="x"&gt;&amp;' in drawing


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ("<script>alert(1)</script>", "an element 'script'"),
        ('<image width="1"/>', "an element 'image'"),
        ('<g style="fill:red"/>', "style='fill:red'"),
        ('<path d="M0,0" fill="url(#a)"/>', "fill='url(#a)'"),
        ('<rect onload="alert(1)"/>', "onload='alert(1)'"),
        ('<text href="x">a</text>', "href='x'"),
        ('<path fill="https://example.org"/>', "fill='https://example.org'"),
    ],
)
def test_what_a_chart_has_no_use_for_is_refused(inside: str, found: str) -> None:
    with pytest.raises(UnsafeSvg) as refused:
        clean(SIMPLE.format(inside), chart="figure-1", width_mm=10, height_mm=10)
    assert str(refused.value) == f"chart 'figure-1': the drawing holds {found}, which a chart may not"


def test_a_declaration_is_refused() -> None:
    with pytest.raises(UnsafeSvg, match="a declaration"):
        clean('<!DOCTYPE svg [<!ENTITY a "b">]>' + SIMPLE.format(""), chart="x", width_mm=1, height_mm=1)


def test_groups_without_meaning_and_hidden_parts_are_left_out() -> None:
    raw = SIMPLE.format('<g class="a"><g transform="translate(0,0)"><path d="M0,0h1" stroke="#14202B"/></g></g><g/>')
    drawing = clean(raw + "", chart="x", width_mm=10, height_mm=10)
    assert drawing.endswith('fill="none"><path d="M0,0h1" stroke="#14202B"/></svg>')


# ---- cache ----------------------------------------------------------------------------------------------------------


@KIND
def test_the_same_figure_gives_the_same_bytes(kind: str, drawings: dict[str, str]) -> None:
    assert svg(chart_of(kind), INVESTOR, cache=None, text=text).encode() == drawings[kind].encode()


HIT = """
import pickle, sys
from pathlib import Path
from peerbench.charts.theme import theme
from peerbench.render.format import text
from peerbench.render.svg import svg
chart = pickle.loads(Path(sys.argv[1]).read_bytes())
sys.stdout.buffer.write(svg(chart, theme("investor"), cache=Path(sys.argv[2]), text=text).encode())
heavy = {"altair", "vl_convert", "polars", "numpy", "weasyprint", "fontTools"} & set(sys.modules)
assert not heavy, heavy
"""


def test_a_hit_imports_neither_altair_nor_vl_convert(cache: Path, drawings: dict[str, str]) -> None:
    """In a fresh interpreter under another hash seed: the key alone finds the file."""
    kept = cache / "chart.pickle"
    kept.write_bytes(pickle.dumps(chart_of("scatter")))
    command = [sys.executable, "-c", HIT, str(kept), str(cache)]
    run = subprocess.run(command, capture_output=True, env={"PYTHONHASHSEED": "7"}, check=False)
    assert run.stderr.decode() == ""
    assert run.stdout.decode() == drawings["scatter"]


def test_a_corrupt_file_in_the_cache_is_drawn_again(tmp_path: Path) -> None:
    chart = chart_of("sparkline")
    good = svg(chart, INVESTOR, cache=tmp_path, text=text)
    (kept,) = (tmp_path / "charts").iterdir()
    for broken in (kept.read_text("utf-8").replace("#14202B", "#FF0000"), "", "<svg/>", kept.read_text("utf-8")[:-9]):
        kept.write_text(broken, "utf-8")
        assert svg(chart, INVESTOR, cache=tmp_path, text=text) == good
    kept.write_bytes(b"\xff\xfe")
    assert svg(chart, INVESTOR, cache=tmp_path, text=text) == good
    assert [path.name for path in (tmp_path / "charts").iterdir()] == [kept.name]


def test_the_key_follows_all_that_is_drawn_and_nothing_else() -> None:
    chart = chart_of("range_dot")

    def of(chart: Chart, tokens: object = INVESTOR, says: object = text) -> str:
        return key(chart, tokens, text=says, fonts=MEASURE)  # type: ignore[arg-type]

    first = of(chart)
    other_words = replace(chart, title=(Text("Another claim"),), alt="other", source=(Text("x"),), id="y", number=7)
    assert of(other_words) == first
    row = chart.figure.rows[0]
    moved = replace(row, points=(replace(row.points[0], position=row.points[0].position + 1e-12), *row.points[1:]))
    different = [
        of(replace(chart, figure=replace(chart.figure, rows=(moved, *chart.figure.rows[1:])))),
        of(replace(chart, figure=replace(chart.figure, compact=True))),
        of(replace(chart, width_mm=177.9)),
        of(chart, theme("risk")),
        of(chart, theme("investor", dark=True)),
        of(chart, INVESTOR, lambda number: text(number).replace(".", ",")),
    ]
    assert len({first, *different}) == len(different) + 1


def test_the_key_follows_the_drawing_code(monkeypatch: pytest.MonkeyPatch) -> None:
    before = key(chart_of("sparkline"), INVESTOR, text=text, fonts=MEASURE)
    monkeypatch.setattr(module, "_code", lambda: "another version")
    assert key(chart_of("sparkline"), INVESTOR, text=text, fonts=MEASURE) != before


# ---- web ------------------------------------------------------------------------------------------------------------


@KIND
def test_every_colour_becomes_a_property_with_its_print_value_behind(kind: str, drawings: dict[str, str]) -> None:
    drawing = themed(drawings[kind], INVESTOR)
    tokens = INVESTOR.tokens()
    ElementTree.fromstring(drawing)
    assert not re.search(r'(?:fill|stroke)="#', drawing)
    for name, colour in re.findall(r"var\(--([a-z0-9-]+), (#[0-9A-F]{6})\)", drawing):
        assert tokens[name] == colour
    assert len(re.findall(r"#[0-9A-F]{6}", drawing)) == len(re.findall(r"#[0-9A-F]{6}", drawings[kind]))


def test_target_and_ink_are_told_apart_in_the_properties(drawings: dict[str, str]) -> None:
    drawing = themed(drawings["range_dot"], INVESTOR)
    assert 'style="fill:var(--target, #B0340A)' in drawing
    assert "var(--peer-1, #22384C)" in drawing


@KIND
def test_a_narrow_chart_has_its_own_width_and_the_same_type(kind: str) -> None:
    chart = narrow(chart_of(kind))
    assert chart.width_mm <= 90
    assert chart.figure == chart_of(kind).figure
    drawing = svg(chart, INVESTOR, cache=None, text=text)
    assert all(float(size) >= 9.9 for size in re.findall(r'font-size="([\d.]+)px"', drawing))


def test_a_figure_without_a_formatter_for_a_number_is_not_cached(tmp_path: Path) -> None:
    def refuses(number: Number) -> str:
        raise ValueError("no such format")

    with pytest.raises(ValueError, match="no such format"):
        svg(chart_of("range_dot"), INVESTOR, cache=tmp_path, text=refuses)
    assert not list(tmp_path.iterdir())


# ---- fonts ----------------------------------------------------------------------------------------------------------


def test_the_derived_fonts_are_made_byte_for_byte_from_the_originals(tmp_path: Path) -> None:
    """One of each sort: a measuring copy and a web cut. A derived font does not carry the reserved name."""
    from fontTools.ttLib import TTFont

    derive = runpy.run_path(str(figures.FONTS / "derive.py"))
    for kept, original, family in (
        (MEASURE / "BriefSans-Italic.ttf", "SourceSans3-It.ttf", "Brief Sans"),
        (figures.FONTS / "web" / "BriefSerif-Italic.woff2", "SourceSerif4-It.ttf", "Brief Serif"),
    ):
        made = tmp_path / kept.name
        derive["cut"](figures.FONTS / original, made, family=family, style="Italic", keep=derive["LATIN"])
        assert made.read_bytes() == kept.read_bytes()
        with TTFont(made) as font:
            names = font["name"]
        assert {names.getDebugName(key) for key in (1, 16)} == {family}
        assert not any("Source" in str(names.getDebugName(key)) for key in (1, 3, 4, 6, 16))


def test_the_width_table_is_the_originals() -> None:
    derive = runpy.run_path(str(figures.FONTS / "derive.py"))
    assert json.loads(derive["WIDTHS"].read_text("utf-8")) == derive["widths"]()


def test_every_native_name_of_the_shipped_companies_has_its_glyphs() -> None:
    from fontTools.ttLib import TTFont

    with TTFont(figures.FONTS / "BriefHan-Regular.otf") as font:
        held = font.getBestCmap()
    assert all(ord(char) in held for char in "阿里巴巴集团腾讯控股亚马逊百度京东美团拼多多网易快手騰訊")


def test_charts_in_a_pdf_are_live_text_in_the_alias_faces(drawings: dict[str, str]) -> None:
    """As an image of a page, an SVG finds the faces that the page declares under neutral names."""
    import pypdf
    import weasyprint

    faces = "".join(
        f"@font-face {{font-family: '{family}'; src: url({(figures.FONTS / name).as_uri()});"
        f" font-weight: {weight}; font-style: {style}}}"
        for family, name, weight, style in (
            ("Brief Sans", "SourceSans3-Regular.ttf", 400, "normal"),
            ("Brief Sans", "SourceSans3-It.ttf", 400, "italic"),
            ("Brief Sans", "SourceSans3-Semibold.ttf", 600, "normal"),
            ("Brief Han", "BriefHan-Regular.otf", 400, "normal"),
        )
    )
    images = "".join(
        f"<img src='data:image/svg+xml;base64,{base64.b64encode(drawings[kind].encode()).decode()}'>"
        for kind in ("range_dot", "small_multiples")
    )
    page = f"<style>{faces} @page {{size: A4; margin: 16mm}}</style>{images}"
    reader = pypdf.PdfReader(io.BytesIO(weasyprint.HTML(string=page).write_pdf()))
    said = "".join(reader.pages[0].extract_text().split())  # letters stand alone in the file, spaces are only distance
    for word in ("Alibaba18.1x,−30%", "Tencent25.8x", "withoutAmazon", "Peermedian", "阿里巴巴"):
        assert word in said
    fonts = {font["/BaseFont"].split("+")[1] for font in reader.pages[0]["/Resources"]["/Font"].values()}
    assert fonts == {"Brief-Sans", "Brief-Sans-Italic", "Brief-Sans-Semi-Bold", "Brief-Han"}
    assert not reader.pages[0].images

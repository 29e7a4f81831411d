"""The PDF: planned pages, nothing fetched, the same bytes anywhere, and a page that does not fit is an error."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

import documents
from peerbench import lookup
from peerbench.charts.theme import NAMES, theme
from peerbench.core.document import Brief, LayoutRow, Paragraph, Prose, Text
from peerbench.core.errors import UnusableRequest
from peerbench.render import measure, pdf
from peerbench.render.look import Look

LOOK = Look(lookup.layers(), "institutional")
HOUSE = lookup.layers()[-1] / "house"


def write(brief: Brief, cache: Path, charts: dict[str, str] | None = None, look: Look = LOOK) -> pdf.Printed:
    drawn = (
        charts if charts is not None else {chart.id: documents.placeholder(chart) for chart in documents.charts(brief)}
    )
    return pdf.write(brief, look=look, charts=drawn, cache=cache)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> pdf.Printed:
    return write(documents.brief(), tmp_path_factory.mktemp("cache"))


@lru_cache(maxsize=1)
def reader(data: bytes):
    pypdf = pytest.importorskip("pypdf")
    return pypdf.PdfReader(io.BytesIO(data))


def test_four_planned_pages_and_the_appendix(printed: pdf.Printed) -> None:
    assert (printed.planned_pages, printed.appendix_pages, printed.findings) == (4, 1, ())
    assert len(reader(printed.data).pages) == 5


def test_every_foot_block_has_two_millimetres_above_it(printed: pdf.Printed) -> None:
    assert {gap.page: gap.foot for gap in printed.gaps} == {"one": True, "two": False, "three": True, "four": True}
    assert all(gap.free_mm >= (measure.MIN_GAP_MM if gap.foot else 0) for gap in printed.gaps)


def test_the_text_of_each_page_is_in_the_file(printed: pdf.Printed) -> None:
    pages = [re.sub(r"\s+", " ", page.extract_text()) for page in reader(printed.data).pages]
    for page, words in enumerate(
        (
            "Cheaper on every multiple.",
            "Second cheapest of four",
            "BULLS SAY",
            "Data-quality register",
            "Lineage appendix",
        )
    ):
        assert words in pages[page]
    for page in range(4):
        assert f"Page {page + 1} of 4" in pages[page]
    assert "Appendix" in pages[4]
    assert "−30.1" in pages[0]
    assert "阿里巴巴" in pages[1]


def test_the_file_is_tagged_named_and_in_one_language(printed: pdf.Printed) -> None:
    root = reader(printed.data).trailer["/Root"]
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader(printed.data).metadata.title == "Alibaba’s 30% discount to its peers hangs on Amazon"
    assert b"pdfuaid" in printed.data or "pdfuaid" in root["/Metadata"].get_object().get_data().decode()
    outline = [entry.title for entry in reader(printed.data).outline if not isinstance(entry, list)]
    assert outline, "no bookmarks"


def test_every_link_inside_the_file_has_a_target(printed: pdf.Printed) -> None:
    known = set(reader(printed.data).named_destinations)
    wanted = {
        str(link.get_object()["/A"]["/D"])
        if "/A" in link.get_object() and "/D" in link.get_object()["/A"]
        else str(link.get_object().get("/Dest", ""))
        for page in reader(printed.data).pages
        for link in page.get("/Annots", ())
    } - {""}
    assert {"r1.13", "s1"} <= wanted
    assert wanted <= known


def test_only_the_theme_is_embedded(printed: pdf.Printed) -> None:
    names = {
        str(font.get_object()["/BaseFont"])
        for page in reader(printed.data).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert names
    assert all("Brief" in name or "Source" in name for name in names), names


def test_no_text_is_smaller_than_a_superior(printed: pdf.Printed) -> None:
    sizes = {
        float(size)
        for size in re.findall(r"font(?:-size)?:[^;}]*?(\d+(?:\.\d+)?)pt", (HOUSE / "print.css").read_text("utf-8"))
    }
    assert min(sizes) >= 6.6
    assert {size for size in sizes if size < 7.5} <= {6.7, 6.9}


def test_only_the_palette_occurs_in_the_sheets() -> None:
    palette = {
        colour.upper()
        for name in NAMES
        for dark in (False, True)
        for colour in theme(name, dark=dark).tokens().values()
    }
    for sheet in ("print.css", "web.css", "fonts.css"):
        assert {
            found.upper() for found in re.findall(r"#[0-9A-Fa-f]{6}\b", (HOUSE / sheet).read_text("utf-8"))
        } <= palette


def test_a_page_too_full_is_an_error_that_names_it(tmp_path: Path) -> None:
    brief = replace(documents.brief(), lineage=(), traces={})
    long = Prose(tuple(Paragraph((Text("A sentence too many. " * 30),)) for _ in range(12)))
    page = brief.pages[1]
    full = replace(brief, pages=(brief.pages[0], replace(page, rows=(*page.rows, LayoutRow("12", ((long,),))))))
    findings = write(full, tmp_path).findings
    assert [(finding.check, finding.severity, finding.subject) for finding in findings] == [
        ("page-overflow", "error", "two")
    ]


def test_a_flow_that_runs_into_its_foot_is_an_error(tmp_path: Path) -> None:
    brief = documents.small()
    page = brief.pages[0]
    extra = LayoutRow("12", ((Prose((Paragraph((Text("A sentence too many. " * 40),)),)),),))
    findings = write(
        replace(brief, pages=(replace(page, rows=(*page.rows[:2], extra, page.rows[2])),)), tmp_path
    ).findings
    assert [(finding.check, finding.subject) for finding in findings] == [("page-overflow", "one")]


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/x.svg",
        "http://127.0.0.1:9/x.svg",
        "file:///etc/passwd",
        "asset:chart/unknown.svg",
        "data:image/svg+xml,x",
    ],
)
def test_a_template_that_fetches_is_refused_by_name(address: str, tmp_path: Path) -> None:
    (tmp_path / "templates/institutional").mkdir(parents=True)
    (tmp_path / "templates/institutional/print.html.j2").write_text(
        '{% extends "house/print.html.j2" %}{% block strip %}<img src="' + address + '" alt="x">{% endblock %}', "utf-8"
    )
    with pytest.raises(UnusableRequest) as caught:
        write(documents.small(), tmp_path, look=Look(lookup.layers(tmp_path), "institutional"))
    assert any(
        address in str(finding) and finding.check == "template-loads-outside" for finding in caught.value.findings
    )


def test_a_style_the_engine_ignores_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "templates/institutional").mkdir(parents=True)
    css = (HOUSE / "print.css").read_text("utf-8") + "\nh1 { text-wrap: balance }\n"
    (tmp_path / "templates/institutional/print.css").write_text(css, "utf-8")
    with pytest.raises(UnusableRequest, match="text-wrap"):
        write(documents.small(), tmp_path, look=Look(lookup.layers(tmp_path), "institutional"))


def test_markup_in_a_name_stays_text(tmp_path: Path) -> None:
    brief = documents.small()
    sly = "<img src='https://example.org/a'> & <b>Co</b>"
    made = write(replace(brief, meta=replace(brief.meta, sector=sly)), tmp_path)
    assert sly in reader(made.data).pages[0].extract_text()


SCRIPT = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
import documents
from pathlib import Path
from peerbench import lookup
from peerbench.render import measure, pdf
from peerbench.render.look import Look
brief = documents.small()
charts = {chart.id: documents.placeholder(chart) for chart in documents.charts(brief)}
made = pdf.write(brief, look=Look(lookup.layers(), "institutional"), charts=charts, cache=Path(sys.argv[2]))
print(hashlib.sha256(made.data).hexdigest())
"""


def test_two_processes_write_the_same_bytes(tmp_path: Path, printed: pdf.Printed) -> None:
    def digest(seed: str, folder: str) -> str:
        here = tmp_path / folder
        here.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo" if seed == "1" else "UTC"}
        command = [
            sys.executable,
            "-W",
            "error",
            "-c",
            SCRIPT,
            str(Path(documents.__file__).parent),
            str(here / "cache"),
        ]
        return subprocess.run(command, cwd=here, env=environment, check=True, capture_output=True, text=True).stdout

    assert digest("1", "a") == digest("2", "b")


def test_importing_the_engine_starts_no_other_program(tmp_path: Path) -> None:
    """WeasyPrint's own library search would run a compiler, a linker and ldconfig."""
    script = "import sys, subprocess\nsubprocess.Popen = None\n" + SCRIPT
    command = [sys.executable, "-c", script, str(Path(documents.__file__).parent), str(tmp_path / "cache")]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_table_columns_leave_room_for_their_labels() -> None:
    from peerbench.render import view

    made = view.document(documents.brief(), "print", headline_font=LOOK.headline_font)
    tables = [
        block
        for page in made.pages
        for row in page.rows
        for slot in row.slots
        for block in slot
        if block.kind == "table"
    ]
    assert len(tables) == 7  # six numbered ones and the module; registers are not tables
    assert all(table.label_mm > 20 for table in tables), {table.id: table.label_mm for table in tables}


def test_letter_is_a_smaller_sheet_and_not_a_smaller_type(tmp_path: Path) -> None:
    brief = documents.small()
    made = write(replace(brief, meta=replace(brief.meta, page_size="Letter")), tmp_path)
    box = reader(made.data).pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (612, 792)
    assert [finding.check for finding in made.findings] == ["page-overflow"]  # the four-page plan is A4's


# ---- style sheets, lengths and marks of one's own --------------------------------------------------------------------


def own_style(folder: Path, rule: str) -> Look:
    """The house's sheet with a rule added, as a project changes it."""
    sheet = folder / "templates/house/print.css"
    sheet.parent.mkdir(parents=True)
    sheet.write_text(f"{(HOUSE / 'print.css').read_text('utf-8').rstrip()}\n{rule}\n", "utf-8")
    return Look(lookup.layers(folder), "institutional")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("h1 { colour: red }", ":6: error: Ignored `colour: red `, unknown property."),
        ("@import 'x.css';", ":1: error: @import rule"),
        ("body { background: url(https://example.com/a.png) }", "error: refused to load https://example.com/a.png:"),
        ("body { background: url(file:///etc/passwd) }", "error: refused to load file:///etc/passwd:"),
        ("body { background: url(asset:font/../../x) }", "error: refused to load asset:font/"),
    ],
)
def test_a_mistake_in_a_style_sheet_names_its_file_and_line(rule: str, said: str, tmp_path: Path) -> None:
    line = len((HOUSE / "print.css").read_text("utf-8").rstrip().splitlines()) + 1
    with pytest.raises(UnusableRequest) as caught:
        write(documents.small(), tmp_path / "cache", look=own_style(tmp_path, rule))
    (finding,) = caught.value.findings
    assert said in str(finding)
    if said.startswith(":"):
        assert str(finding).startswith(f"templates/house/print.css:{line}:")
        assert finding.excerpt == rule


def test_a_sheet_that_lays_nothing_out_is_no_crash(tmp_path: Path) -> None:
    sheet = tmp_path / "templates/house/print.css"
    sheet.parent.mkdir(parents=True)
    sheet.write_text("", "utf-8")
    made = write(documents.small(), tmp_path / "cache", look=Look(lookup.layers(tmp_path), "institutional"))
    assert made.data.startswith(b"%PDF")


def test_room_is_the_gap_of_the_laid_out_page_and_tells_how_much_is_too_much(tmp_path: Path) -> None:
    brief = documents.small()
    (gap,) = write(brief, tmp_path).gaps
    (room,) = pdf.room(brief, look=LOOK, cache=tmp_path)
    assert room.free_mm == pytest.approx(gap.free_mm, abs=0.05)
    row = LayoutRow("12", ((Prose((Paragraph((Text("words " * 900),)),)),),))
    longer = replace(brief, pages=(replace(brief.pages[0], rows=(*brief.pages[0].rows, *(row,) * 9)),))
    assert pdf.room(longer, look=LOOK, cache=tmp_path)[0].free_mm < 0


def test_one_page_has_its_headline_beside_the_panel_and_says_so(tmp_path: Path) -> None:
    brief = documents.small()
    one = replace(brief, meta=replace(brief.meta, length="one"))
    made = write(one, tmp_path)
    words = re.sub(r"\s+", " ", reader(made.data).pages[0].extract_text())
    assert "One page" in words
    body = pdf.page(one, look=LOOK)
    assert body.index('class="row s8-4 lead"') < body.index("<h1>")
    assert "Key takeaways" not in body


def test_the_logo_stands_in_the_strip_in_both_editions(tmp_path: Path) -> None:
    from peerbench.render import html, logo
    from peerbench.render.brand import Brand

    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><rect width="9" height="9"/></svg>'
    branded = Look(LOOK.roots, LOOK.audience, Brand({"theme": "#0B5C6B"}, {}, logo.read(drawing)))
    brief = documents.small()
    plain, made = write(brief, tmp_path), write(brief, tmp_path, look=branded)
    assert made.gaps == plain.gaps  # it takes no room from the page
    assert 'class="logo" src="asset:logo/' in pdf.page(brief, look=branded)
    page = html.page(brief, look=branded, charts={c.id: "<svg/>" for c in documents.charts(brief)})
    assert 'src="data:image/svg+xml;base64,' in page
    assert "--theme: #0B5C6B" in page
    assert made.data != plain.data


def test_a_sheet_that_makes_pages_without_end_is_stopped_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from peerbench.render import limits

    monkeypatch.setattr(limits, "LAYOUT_SECONDS", 0.05)  # a fast machine lays these pages out in half a second
    tiny = "@page { size: 1mm 1mm; margin: 0 } body * { height: auto !important; break-inside: auto !important }"
    with pytest.raises(UnusableRequest) as caught:
        write(documents.small(), tmp_path / "cache", look=own_style(tmp_path, tiny))
    (finding,) = caught.value.findings
    assert "takes more than 0.05 seconds of work" in finding.message
    assert finding.hint == "Look at templates/house/print.css."


def test_a_sheet_whose_layout_fills_the_memory_is_stopped_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from peerbench.render import limits

    grown = iter(range(0, 1 << 40, 20 << 20))  # twenty megabytes at each look: layout alone fills few in a test
    monkeypatch.setattr(limits, "_held", lambda: next(grown))
    monkeypatch.setattr(limits, "LAYOUT_BYTES", 30 << 20)
    monkeypatch.setattr(limits, "TICK", 0.05)
    tiny = "@page { size: 1mm 1mm; margin: 0 } body * { height: auto !important; break-inside: auto !important }"
    with pytest.raises(UnusableRequest) as caught:
        write(documents.small(), tmp_path / "cache", look=own_style(tmp_path, tiny))
    (finding,) = caught.value.findings
    assert "takes more than 30 MB of memory" in finding.message
    assert finding.hint == "Look at templates/house/print.css."


def test_memory_taken_within_a_limit_is_let_be_and_beyond_it_stops_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    from peerbench.render import limits
    from peerbench.render.limits import TooLarge, TooLong, bounded

    monkeypatch.setattr(limits, "TICK", 0.02)
    held: list[bytes] = []

    def fill() -> None:
        while True:
            held.append(b"x" * (1 << 20))
            held[-1].count(b"y")

    with pytest.raises(TooLarge), bounded(30.0, 50 << 20):
        fill()
    assert 40 < len(held) < 1000
    held.clear()
    with pytest.raises(TooLong), bounded(0.3, 1 << 40):
        sum(iter(lambda: 1, 0))


def test_a_limit_ends_with_its_work() -> None:
    import time

    from peerbench.render.limits import TooLong, bounded

    with bounded(0.05):
        pass
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
    with pytest.raises(TooLong), bounded(0.05):
        sum(iter(lambda: 1, 0))

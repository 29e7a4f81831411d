"""Pre-flight (LOOK 18): every shipped config, for every audience, in both lengths, as it leaves the press.

Read from the laid-out pages (what stands where), the PDF (fonts, links), the drawings, the web page and the document.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

import audited
from peerbench import lookup, pipeline
from peerbench.charts.theme import NAMES, theme
from peerbench.core.document import Brief, LayoutRow, Note, Number, Paragraph, Prose, Text
from peerbench.core.enclosure import Enclosure
from peerbench.render import measure, pdf
from peerbench.render.view import SPLITS

ROOT: Final = Path(__file__).resolve().parents[1]
CONFIGS: Final = tuple(sorted(path.stem for path in (ROOT / "configs").glob("*.yaml") if path.stem[0] != "_"))
TODAY: Final = date(2026, 11, 24)
MM: Final = 25.4 / 96
PT: Final = 0.75
SUPERIORS: Final = frozenset(("cite", "mark", "rank", "badge"))
RUNNING: Final = ("standfirst", "takeaways", "prose")  # classes of running text
WORDED: Final = re.compile(r"P/E|FY1|\b\d+-week|Q\d")  # names that hold a figure and are none


@dataclass
class Edition:
    """One brief: its document as printed, its sheets, its drawings, its files."""

    config: str
    audience: str
    length: str
    sheets: pdf.Sheets
    charts: Mapping[str, str]
    data: bytes
    web: str
    built: Mapping[str, str] = field(default_factory=dict)

    @property
    def brief(self) -> Brief:
        return self.sheets.brief

    @property
    def pages(self) -> list[Any]:
        return [page._page_box for page in self.sheets.laid_out.pages]

    def boxes(self, name: str) -> Iterator[Any]:
        for page in self.pages:
            yield from measure.boxes(page, name)

    def __repr__(self) -> str:
        return f"{self.config}-{self.audience}-{self.length}"


@pytest.fixture(scope="session")
def press(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str, str], Edition]:
    """Every shipped config built once in each length, with what was laid out kept."""
    made: dict[tuple[str, str, str], Edition] = {}
    written, drawn = pdf.written, pdf.lay_out
    seen: list[tuple[pdf.Sheets, pdf.Printed]] = []
    charts: dict[int, Mapping[str, str]] = {}

    def keep(sheets: pdf.Sheets, enclosures: Sequence[Enclosure] = ()) -> pdf.Printed:
        seen.append((sheets, written(sheets, enclosures)))
        return seen[-1][1]

    def draw(brief: Brief, **rest: Any) -> pdf.Sheets:
        sheets = drawn(brief, **rest)
        charts[id(sheets)] = rest["charts"]
        return sheets

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "written", keep)
        patch.setattr(pdf, "lay_out", draw)
        for name in CONFIGS:
            for length in ("four", "one"):
                out = tmp_path_factory.mktemp(f"{name}-{length}")
                result = pipeline.build(ROOT / "configs" / f"{name}.yaml", out=out, length=length, today=TODAY)
                assert not result.held
                for sheets, printed in seen:
                    audience = sheets.brief.meta.audience
                    web = (result.folder / audience / "brief.html").read_text("utf-8")
                    made[name, audience, length] = Edition(
                        name, audience, length, sheets, charts[id(sheets)], printed.data, web
                    )
                seen.clear()
    return made


@pytest.fixture(
    params=[(name, reader, length) for name in CONFIGS for reader in ("institutional", "risk", "policy")
            for length in ("four", "one")],
    ids="-".join,
)  # fmt: skip
def edition(request: pytest.FixtureRequest, press: Mapping[tuple[str, str, str], Edition]) -> Edition:
    return press[request.param]


# ---- boxes -----------------------------------------------------------------------------------------------------------


def descend(box: Any) -> Iterator[Any]:
    box = getattr(box, "_box", box)
    yield box
    for child in getattr(box, "children", ()):
        yield from descend(child)


def letters(box: Any, around: frozenset[str] = frozenset()) -> Iterator[tuple[Any, frozenset[str]]]:
    """Boxes of text, each with the classes of everything around it."""
    box = getattr(box, "_box", box)
    around |= classes(box)
    if type(box).__name__ == "TextBox" and box.text.strip():
        yield box, around
    for child in getattr(box, "children", ()):
        yield from letters(child, around)


def classes(box: Any) -> frozenset[str]:
    element = getattr(box, "element", None)
    return frozenset((element.get("class") or "").split()) if element is not None else frozenset()


def lines(box: Any) -> list[str]:
    """The lines of text below a box, in order; a block inside a block has lines of its own."""
    found = []
    for one in descend(box):
        if type(one).__name__ == "LineBox":
            text = "".join(
                part.text for part in descend(one) if hasattr(part, "text") and type(part).__name__ == "TextBox"
            )
            if text.strip():
                found.append(text.strip())
    return found


def paragraphs(edition: Edition) -> Iterator[tuple[str, list[str]]]:
    """Running text of the article: its class and its lines, paragraph by paragraph."""
    for name in RUNNING:
        for box in edition.boxes(name):
            inner = [
                one
                for one in descend(box)
                if getattr(one, "element_tag", "") in ("p", "li") and hasattr(one, "children")
            ]
            for one in inner or [box]:
                found = lines(one)
                if found:
                    yield name, found


# ---- pages -----------------------------------------------------------------------------------------------------------


def test_the_pages_are_those_planned(edition: Edition) -> None:
    article = [page for page in edition.pages if any(measure.boxes(page, "sheet"))]
    assert len(article) == len(edition.brief.pages)
    assert len(article) == 1 if edition.length == "one" else 3 <= len(article) <= 4


def test_every_page_has_its_air_above_the_foot(edition: Edition) -> None:
    for gap in edition.sheets.gaps:
        assert not gap.missing
        assert gap.free_mm >= (measure.MIN_GAP_MM if gap.foot else 0.0), gap.page


# ---- type ------------------------------------------------------------------------------------------------------------


def test_no_text_is_smaller_than_the_floor(edition: Edition) -> None:
    """6.6 pt for superiors, 7.5 for all else; in drawings 9.9 px, which LOOK allows, is 7.4."""
    set_in = {
        (round(box.style["font_size"] * PT, 2), bool(SUPERIORS & around), box.text[:20])
        for page in edition.pages
        for box, around in letters(page)
    }
    assert {(size, text) for size, superior, text in set_in if size < (6.6 if superior else 7.5)} == set()
    sizes = [
        float(size)
        for svg in _print_charts(edition).values()
        for size in re.findall(r'font-size="([\d.]+)(?:px)?"', svg)
    ]
    assert min(sizes, default=10.0) >= 9.9


def _print_charts(edition: Edition) -> dict[str, str]:
    return {name: svg for name, svg in edition.charts.items() if not name.endswith("@narrow")}


def test_the_headline_is_short_and_stands_on_two_lines(edition: Edition) -> None:
    spans = edition.brief.headline
    words = " ".join(span.text if isinstance(span, Text) else "1" for span in spans).split()
    assert len([word for word in words if any(letter.isalnum() for letter in word)]) <= 12
    assert sum(isinstance(span, Number) for span in spans) <= 1
    assert sum(len(re.findall(r"\d+", span.text)) for span in spans if isinstance(span, Text)) == 0
    head = next(one for page in edition.pages for one in descend(page) if getattr(one, "element_tag", "") == "h1")
    assert 1 <= len(lines(head)) <= 2


def test_no_last_line_is_one_word(edition: Edition) -> None:
    alone = [(name, found[-1]) for name, found in paragraphs(edition) if len(found) > 1 and len(found[-1].split()) < 2]
    assert alone == []


def test_no_line_is_longer_than_76_characters(edition: Edition) -> None:
    assert [line for _, found in paragraphs(edition) for line in found if len(line) > 76] == []


# ---- exhibits --------------------------------------------------------------------------------------------------------


def test_exhibits_side_by_side_begin_at_one_height(edition: Edition) -> None:
    """Titles and subtitles take the same lines, so that plots and table heads align."""
    for row in edition.boxes("row"):
        tops = {}
        for slot in measure.boxes(row, "slot"):
            first = next((box for box in slot.children if "ex" in classes(getattr(box, "_box", box))), None)
            if first is not None and getattr(first, "_box", first) is getattr(
                slot.children[0], "_box", slot.children[0]
            ):
                tops[_name(first)] = round(_content_top(getattr(first, "_box", first)) * MM, 2)
        assert len(set(tops.values())) <= 1, tops


def _name(box: Any) -> str:
    return getattr(box, "_box", box).element.get("id") or ""


def _content_top(exhibit: Any) -> float:
    """Where the plot or the table's head begins."""
    for box in descend(exhibit):
        if getattr(box, "element_tag", "") in ("img", "tr") and hasattr(box, "position_y"):
            return float(box.position_y)
    return float(exhibit.position_y)


def test_figures_are_as_wide_as_their_columns(edition: Edition) -> None:
    for slot in edition.boxes("slot"):
        for box in descend(slot):
            if getattr(box, "element_tag", "") == "img" and "plot" in classes(box):
                span = (
                    51.0
                    if any(one is box for panel in measure.boxes(slot, "panel") for one in descend(panel))
                    else _inner(slot)
                )
                assert box.width * MM == pytest.approx(span, abs=0.1)


def _inner(slot: Any) -> float:
    return float(slot.width * MM)


def test_tables_are_as_wide_as_their_columns(edition: Edition) -> None:
    for row in _rows(edition.brief):
        for blocks, span in zip(row.slots, SPLITS[row.split], strict=True):
            for block in blocks:
                if type(block).__name__ == "Table":
                    assert sum(column.width_mm for column in block.columns) < span, block.id
    for box in edition.boxes("ex"):
        for table in (
            one for one in descend(box) if getattr(one, "element_tag", "") == "table" and hasattr(one, "column_widths")
        ):
            widths = [width for width in table.column_widths if width]
            if widths:
                assert sum(widths) * MM == pytest.approx(table.width * MM, abs=0.1)


def _rows(brief: Brief) -> Iterator[LayoutRow]:
    for page in brief.pages:
        yield from page.rows


# ---- numbers and links -----------------------------------------------------------------------------------------------


def walk(value: Any, wanted: type) -> Iterator[Any]:
    if isinstance(value, wanted):
        yield value
    if isinstance(value, tuple):
        for part in value:
            yield from walk(part, wanted)
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            if one.name not in ("figure", "lineage", "traces", "sources", "definitions"):
                yield from walk(getattr(value, one.name), wanted)


def test_every_number_in_prose_has_its_row_of_the_lineage(edition: Edition) -> None:
    brief = edition.brief
    known = {trace.row for trace in brief.lineage}
    rows = {ref: trace.row for ref, trace in brief.traces.items() if trace.row in known}
    spoken = (brief.headline, brief.standfirst, *(p.spans for p in brief.takeaways), *(p.lead for p in brief.takeaways))
    blocks = [block for row in _rows(brief) for slot in row.slots for block in slot if isinstance(block, (Prose, Note))]
    bare = [number for part in (*spoken, *blocks) for number in walk(part, Number) if not rows.get(number.ref)]
    assert [(number.ref, number.value) for number in bare] == []
    texts = [p for block in blocks if isinstance(block, Prose) for p in walk(block, Paragraph)]
    said = [part for paragraph in (*brief.takeaways, *texts) for part in (paragraph.lead, paragraph.spans)]
    assert [text for spans in said if re.search(r"\d", text := WORDED.sub("", _unquoted(spans)))] == []


def _unquoted(spans: Any) -> str:
    """The words between the numbers; what a company is quoted with is its own."""
    return re.sub(r"“[^”]*”", "", "".join(span.text for span in walk(spans, Text)))


def test_every_link_arrives(edition: Edition) -> None:
    ids = set(re.findall(r'\bid="([^"]+)"', edition.web))
    asked = set(re.findall(r'\bhref="#([^"]+)"', edition.web)) | set(
        re.findall(r'popovertarget="([^"]+)"', edition.web)
    )
    assert asked - ids == set()
    pypdf = pytest.importorskip("pypdf")
    reader = pypdf.PdfReader(io.BytesIO(edition.data))
    named = set(reader.named_destinations)
    links = [
        note.get_object()
        for page in reader.pages
        for note in page.get("/Annots", ())
        if note.get_object()["/Subtype"] == "/Link"
    ]
    wanted = {str(link["/Dest"]) for link in links if "/Dest" in link}
    assert links
    assert wanted - named == set()


def test_every_figure_of_the_pdf_leads_to_the_row_that_names_it(edition: Edition) -> None:
    """In cells, charts, key data, prose, titles and notes; audited.py has the closed list of what needs no row."""
    pypdf = pytest.importorskip("pypdf")
    audit = audited.Audit(pypdf.PdfReader(io.BytesIO(edition.data)))
    assert len(audit.rows) > 20
    assert list(audit.found()) == []
    assert list(audit.unsourced()) == []


def test_the_audit_misses_a_link_and_a_value(press: Mapping[tuple[str, str, str], Edition]) -> None:
    """It can fail: without the link of the headline's number, and where that number's row names another."""
    pypdf = pytest.importorskip("pypdf")
    audit = audited.Audit(pypdf.PdfReader(io.BytesIO(press[CONFIGS[0], "institutional", "one"].data)))
    sheet = audit.article[0]
    number = next(token for token in sheet.tokens if any(letter.text.isdigit() for letter in token.letters))
    (link,) = sheet.behind(number)
    audit.rows = {**audit.rows, link.to: "1.01 99% Something else"}
    assert f"⟦{number.text}⟧" in next(audit.found())[1]
    sheet.links = tuple(one for one in sheet.links if one != link)
    assert "is no link" in {wrong for *_, wrong in audit.found()}


# ---- colour and fonts ------------------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_text_and_marks_stand_out_from_their_ground(name: str, dark: bool) -> None:
    """LOOK 5.1 and 16: 4.5 for text everywhere, 3.0 for graphics that carry meaning."""
    tokens = theme(name, dark=dark)
    for letter, grounds in {
        tokens.ink: (tokens.paper, tokens.panel, tokens.ttint, *tokens.heat),
        tokens.sec: (tokens.paper, tokens.panel, *tokens.heat),
        tokens.ter: (tokens.paper, tokens.panel),
        tokens.target: (tokens.paper, tokens.panel, tokens.ttint),
        tokens.theme: (tokens.paper, tokens.panel),
        tokens.placeholder: (tokens.placeholder_ground,),
    }.items():
        for ground in grounds:
            assert contrast(letter, ground) >= 4.5, (letter, ground)
    for mark in (*tokens.peers, tokens.bar_2, tokens.dots):
        assert contrast(mark, tokens.paper) >= 3.0, mark


@pytest.mark.parametrize(
    ("token", "ratio"),
    [("ink", 16.5), ("sec", 8.0), ("ter", 5.8), ("target", 6.3), ("theme", 12.1), ("bar_1", 1.6), ("bar_2", 3.2)],
)
def test_the_contrast_table_of_the_specification_is_what_the_tokens_give(token: str, ratio: float) -> None:
    tokens = theme("investor")
    assert contrast(getattr(tokens, token), tokens.paper) == pytest.approx(ratio, abs=0.1)


HEX: Final = re.compile(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b")


def test_only_listed_colours_are_printed(edition: Edition) -> None:
    listed = {colour.upper() for colour in theme(edition.brief.meta.theme).tokens().values()}
    drawn = {colour.upper() for svg in edition.charts.values() for colour in HEX.findall(svg)}
    assert drawn - listed == set()
    shipped = lookup.layers()[-1] / "house"
    for sheet in ("print.css", "web.css", "letter.css", "one.css", "fonts.css"):
        if (shipped / sheet).is_file():
            assert {colour.upper() for colour in HEX.findall((shipped / sheet).read_text("utf-8"))} <= listed, sheet


def test_fonts_are_embedded_in_part_and_only_the_houses_own(edition: Edition) -> None:
    pypdf = pytest.importorskip("pypdf")
    reader = pypdf.PdfReader(io.BytesIO(edition.data))
    found = {}
    for page in reader.pages:
        for font in (page["/Resources"].get("/Font") or {}).values():
            font = font.get_object()
            inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            described = inner["/FontDescriptor"].get_object()
            found[str(font["/BaseFont"])] = any(key in described for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    assert found
    assert all(found.values())
    for name in found:
        assert re.fullmatch(r"/[A-Z]{6}\+(Brief|Source)[\w-]+", name), name


def test_nothing_is_left_to_fill_in(edition: Edition) -> None:
    for text in (edition.web, "".join(edition.charts.values())):
        assert 'class="placeholder' not in text
    assert not list(edition.boxes("placeholder"))


def test_the_same_inputs_give_the_same_bytes(press: Mapping[tuple[str, str, str], Edition], tmp_path: Path) -> None:
    name = CONFIGS[0]
    again = pipeline.build(
        ROOT / "configs" / f"{name}.yaml", out=tmp_path, length="one", audiences=["policy"], today=date(2027, 1, 1)
    )
    before = press[name, "policy", "one"]
    data = (again.folder / "policy" / "brief.pdf").read_bytes()
    assert hashlib.sha256(data).hexdigest() == hashlib.sha256(before.data).hexdigest()
    assert (again.folder / "policy" / "brief.html").read_text("utf-8") == before.web

"""The PDF edition: print template to WeasyPrint, fetching nothing, measured, and the same bytes on any day."""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote
from warnings import catch_warnings, simplefilter
from xml.sax.saxutils import escape

from peerbench import lookup
from peerbench.core.document import Brief
from peerbench.core.enclosure import Enclosure
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin
from peerbench.render import conform, han, limits, measure, style, templates, tree, view
from peerbench.render.look import FONTS, HEADLINE_FONT, Look, Paper

PAGE: Final = "print.html.j2"
PARTS: Final = "blocks.html.j2"
STYLES: Final = ("fonts.css", "print.css")
OPTIONS: Final = {"pdf_variant": "pdf/a-3a", "pdf_tags": True}  # and PDF/UA-1, see conform
ENDLESS: Final = (
    ".sheet, .sheet.first {{ height: auto }} .foot {{ position: static }} .appendix {{ display: none }} "
    "@page {{ size: {width}mm 1500mm }}"
)
WIDTHS: Final = {"A4": 210, "Letter": 215.9}
BASE: Final = "asset:page/"
CHART: Final = re.compile(r"asset:chart/(.+)\.svg")
LINE: Final = (
    '<html lang="en"><head><title>A line</title></head><body class="print"><h1>A</h1>'
    '<p class="standfirst">A</p><p>A <b>b</b></p><table class="lineage"><tbody><tr><th scope="row">1</th>'
    '<td><a href="https://example.org">2</a></td></tr></tbody></table></body></html>'
)
PLACE: Final = re.compile(r" at (\d+):(\d+)")  # in the style sheets, one after the other
FONT: Final = re.compile(r"asset:font/(.+)")


@dataclass(frozen=True, slots=True)
class Printed:
    """The file, its planned and actual pages, the measured gaps, and what broke a rule of the page."""

    data: bytes
    planned_pages: int
    appendix_pages: int
    gaps: tuple[measure.Gap, ...]
    findings: tuple[Finding, ...]


Again = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Sheets:
    """A brief laid out and measured, not yet written."""

    brief: Brief
    gaps: tuple[measure.Gap, ...]
    laid_out: Any
    again: Again  # the same with more style
    made_from: str  # a digest
    look: Look

    @property
    def overflowing(self) -> tuple[str, ...]:
        """The pages that hold more than fits, by id."""
        return tuple(gap.page for gap in self.gaps if gap.missing or gap.free_mm < 0)


def write(
    brief: Brief, *, look: Look, charts: Mapping[str, str], cache: Path, enclosures: Sequence[Enclosure] = ()
) -> Printed:
    """The PDF of a brief. charts: SVG by chart id; cache: a folder for fontconfig's files; enclosures: attached files.

    Raises UnusableRequest when a template is wrong, asks for anything outside, or draws a WeasyPrint warning; a page
    that overflows is an error finding, so that a brief is never issued with a page cut in two.
    """
    return written(lay_out(brief, look=look, charts=charts, cache=cache), enclosures)


def lay_out(brief: Brief, *, look: Look, charts: Mapping[str, str], cache: Path) -> Sheets:
    """The brief on its sheets, measured."""
    again, made_from = _prepared(brief, look, charts, cache)
    laid_out = again("")
    return Sheets(brief, tuple(measure.gaps(laid_out.pages, brief)), laid_out, again, made_from, look)


def room(brief: Brief, *, look: Look, cache: Path, only: Collection[str] | None = None) -> tuple[measure.Gap, ...]:
    """How much room each page leaves, or lacks: without the appendix, in a quarter of the time of laying all out.

    only: the pages in question; the others are left empty. Charts are left blank: their places have sizes of their own.
    """
    pages = (page if only is None or page.id in only else replace(page, rows=()) for page in brief.pages)
    brief = replace(brief, lineage=(), definitions=(), pages=tuple(pages))
    again, _ = _prepared(brief, look, _Blank(), cache)
    return _room(brief, again)


class _Blank(dict[str, str]):
    """A drawing with nothing on it, by any name."""

    def get(self, name: str, default: object = None) -> str:
        return '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


def _room(brief: Brief, again: Again) -> tuple[measure.Gap, ...]:
    endless = again(ENDLESS.format(width=WIDTHS[brief.meta.page_size]))
    return tuple(measure.room(endless.pages, brief))


def _prepared(brief: Brief, look: Look, charts: Mapping[str, str], cache: Path) -> tuple[Again, str]:
    """What lays the filled-in page out with more style, and a digest of what it is made from."""
    body = page(brief, look=look)
    paper, faces = Paper.of(brief.meta), dict[str, bytes]()
    css = _css(look, paper)
    if look.language is not None:
        css, faces = _spoken(css, body, look, charts, cache)
    weasyprint = _weasyprint(_font_folder(look), cache)
    fetcher, trusted = _fetcher(weasyprint, look, charts, faces), templates.all_shipped(look, templates.TEMPLATE)

    def again(more: str) -> Any:
        with _warnings() as warnings, _no_collection(), _limited(look):
            laid_out = _lay_out(weasyprint, body, css + more, fetcher, trusted=trusted)
        if problems := _problems((*fetcher.refused, *warnings)):
            raise UnusableRequest(tuple(_problem(text, brief, look) for text in problems))
        return laid_out

    return again, _made_from(body, css, charts)


def written(sheets: Sheets, enclosures: Sequence[Enclosure] = ()) -> Printed:
    """The file of laid-out sheets with what it carries, and what broke a rule of the page."""
    brief, gaps = sheets.brief, sheets.gaps
    if sheets.overflowing:  # how much too much shows only on an endless sheet
        measured = {gap.page: gap for gap in _room(brief, sheets.again)}
        gaps = tuple(measured[gap.page] if gap.page in sheets.overflowing else gap for gap in gaps)
    with _warnings() as warnings, _no_collection(), _left_open(), _limited(sheets.look):
        data = sheets.laid_out.write_pdf(
            pdf_identifier=_identifier(sheets.made_from, enclosures),
            attachments=[_attachment(one, brief, sheets.laid_out.url_fetcher) for one in enclosures],
            finisher=partial(conform.finish, kinds={one.name: one.kind for one in enclosures}),
            **OPTIONS,
        )
    if warnings and not sheets.overflowing:  # links to what fell off a full page lead nowhere; it is never issued
        raise UnusableRequest(tuple(_problem(text, brief, None) for text in _problems(warnings)))
    pages, planned = sheets.laid_out.pages, len(brief.pages)
    appendix = sum(any(True for _ in measure.boxes(page._page_box, "appendix")) for page in pages)
    spilled = measure.spilled(len(pages) - planned - appendix)
    return Printed(data, planned, appendix, gaps, (*measure.overflows(gaps), *spilled))


def _sheets(paper: Paper) -> tuple[str, ...]:
    """The style sheets of a page of this size and a brief of this length."""
    letter = ("letter.css",) if paper.page_size == "Letter" else ()
    return (*STYLES, *letter, *(("one.css",) if paper.length == "one" else ()))


def page(brief: Brief, *, look: Look) -> str:
    """The print template filled in. Raises UnusableRequest when a template is wrong."""
    document = view.document(
        brief, "print", headline_font=look.headline_font, logo=look.logo_image, language=look.language
    )
    return templates.render(PAGE, look, {"brief": document, "edition": "print"})


def _lay_out(weasyprint: Any, body: str, css: str, fetcher: Any, *, trusted: bool) -> Any:
    fonts, sheet = _styled.pop(css) if css in _styled else _style(weasyprint, css, fetcher)
    html = tree.document(weasyprint, body, base_url=BASE, url_fetcher=fetcher, trusted=trusted)
    return html.render(stylesheets=[sheet], font_config=fonts, **OPTIONS)


def _style(weasyprint: Any, css: str, fetcher: Any) -> tuple[Any, Any]:
    """A style sheet and the fonts that it names, made for each other."""
    fonts = weasyprint.text.fonts.FontConfiguration()
    return fonts, weasyprint.CSS(string=css, font_config=fonts, url_fetcher=fetcher, base_url=BASE)


def _css(look: Look, paper: Paper) -> str:
    text = style.literal("\n".join(look.text(name) for name in _sheets(paper)), look.brand.theme(paper.theme))
    return text + "".join(f"/* {face} {_digest(path)} */" for face, path in sorted(look.brand.faces.items()))


def _spoken(css: str, body: str, look: Look, charts: Mapping[str, str], cache: Path) -> tuple[str, dict[str, bytes]]:
    """The style sheets of a page in another language, and the faces cut for its letters."""
    assert look.language is not None
    rules = look.language.rules
    own = lookup.find(f"languages/{rules.tag}/print.css", look.audience, look.roots)
    css += "" if own is None else "\n" + own.read_text("utf-8")
    if not rules.wide:
        return css, {}
    letters = han.letters_of(look.language.letters, body, *charts.values())
    chosen, lacking = han.faces(rules, look.fonts)
    if lacking:
        raise UnusableRequest(lacking)
    made = {f"{face.name}.otf": han.cut(face, letters, cache) for face in chosen}
    rule = '@font-face {{ font-family: "{}"; font-weight: {}; src: url(asset:font/{}.otf) }}\n'
    sheet = "".join(rule.format(han.ALIASES[face.kind], han.WEIGHTS[face.weight], face.name) for face in chosen)
    return f"{han.styled(css)}\n{sheet}", made


def _made_from(body: str, css: str, charts: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for part in (body, css, *(f"{name}\n{svg}" for name, svg in sorted(charts.items()))):
        digest.update(part.encode())
    return digest.hexdigest()


def _identifier(made_from: str, enclosures: Sequence[Enclosure]) -> bytes:
    """The file's name for itself: a digest of what it was made from, so that a rebuild has the same one."""
    digest = hashlib.sha256(made_from.encode())
    for one in enclosures:
        digest.update(f"{one.name}\0".encode() + one.data)
    return digest.hexdigest()[:32].encode()


def _attachment(one: Enclosure, brief: Brief, fetcher: Any) -> Any:
    """A file to attach, dated by the brief: attachments carry times, and a rebuild has to have the same."""
    import io

    import weasyprint

    day = datetime(*brief.meta.published.timetuple()[:3])
    return weasyprint.Attachment(
        file_obj=io.BytesIO(one.data), name=one.name, description=one.about, created=day, modified=day,
        relationship=one.relation, url_fetcher=fetcher,
    )  # fmt: skip


# Style sheets read in rehearsal, each for one brief: what a layout leaves in it must not reach another.
_styled: dict[str, tuple[Any, Any]] = {}


# ---- the engine and its traps --------------------------------------------------------------------------------------


def warm() -> None:
    """Load the engine before there is anything to print."""
    with _no_library_search():
        import weasyprint.pdf
        import weasyprint.svg
        import weasyprint.text.fonts  # noqa: F401


def rehearse(look: Look, paper: Paper, cache: Path) -> None:
    """All that can be done before there is a brief: templates compiled, style read, fonts opened, a line printed.

    What is wrong is told when the brief is printed.
    """
    if not templates.all_shipped(look):
        return
    for name in (PAGE, PARTS):
        templates.environment(look).get_template(name)
    weasyprint, css = _weasyprint(_font_folder(look), cache), _css(look, paper)
    fetcher = _fetcher(weasyprint, look, {})
    with _warnings() as warnings, _no_collection(), _left_open():
        fonts, sheet = _style(weasyprint, css, fetcher)
        page = tree.document(weasyprint, LINE, base_url=BASE, url_fetcher=fetcher, trusted=True)
        laid_out = page.render(stylesheets=[sheet], font_config=fonts, **OPTIONS)
        laid_out.write_pdf(finisher=partial(conform.finish, kinds={}), **OPTIONS)
    if not warnings and not fetcher.refused:
        _styled[css] = (fonts, sheet)


def _weasyprint(fonts: Path, cache: Path) -> Any:
    """WeasyPrint, told to see the theme's fonts only; fontconfig reads its file anew for each font configuration."""
    os.environ["FONTCONFIG_FILE"] = str(_fontconfig(fonts, cache))
    with _no_library_search():
        import weasyprint
        import weasyprint.text.fonts
        import weasyprint.urls
    return weasyprint


def _font_folder(look: Look) -> Path:
    """The shipped faces; a house's own come by name, as @font-face."""
    found = lookup.find(f"{FONTS}/{HEADLINE_FONT}", lookup.HOUSE, look.roots[-1:])
    return found.parent if found else look.headline_font.parent


def _fontconfig(fonts: Path, cache: Path) -> Path:
    """A fontconfig file that names one folder; its own cache lies beside it, so nothing is written elsewhere."""
    text = (
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        f"<dir>{escape(str(fonts))}</dir>\n<cachedir>{escape(str(cache / 'fontconfig'))}</cachedir>\n"
        # The copies that charts measure by have the names that the page gives to its own faces.
        "<selectfont><rejectfont><glob>*/measure/*</glob></rejectfont></selectfont>\n</fontconfig>\n"
    )
    path = cache / f"fonts-{hashlib.sha256(text.encode()).hexdigest()[:12]}.conf"
    if not path.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(text, "utf-8")
        fresh.replace(path)
    return path


@contextmanager
def _no_library_search() -> Iterator[None]:
    """WeasyPrint tries names without a suffix first, and each one makes ctypes start a compiler and a linker.

    On Linux the names with a suffix, tried next, are the ones that exist: 54 child processes are saved.
    """
    if not sys.platform.startswith("linux") or "weasyprint" in sys.modules:
        yield
        return
    import ctypes.util

    search = ctypes.util.find_library
    ctypes.util.find_library = lambda name: None
    try:
        yield
    finally:
        ctypes.util.find_library = search


@contextmanager
def _no_collection() -> Iterator[None]:
    """Layout makes a million small objects that all live to the end: collecting among them is wasted time.

    Freezing and thawing moves them to the oldest generation, so that the first collection after does not walk them.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.unfreeze()
            gc.enable()


@contextmanager
def _left_open() -> Iterator[None]:
    """WeasyPrint leaves the file of its colour profile to the collector, which complains."""
    with catch_warnings():
        simplefilter("ignore", ResourceWarning)
        yield


class _Collector(logging.Handler):
    def __init__(self, texts: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.texts = texts

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """What WeasyPrint and fontTools would have logged as a warning or worse."""
    texts: list[str] = []
    collector, logger = _Collector(texts), logging.getLogger("weasyprint")
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(collector)
    try:
        yield texts
    finally:
        logger.removeHandler(collector)
        logger.propagate = propagate


def _fetcher(weasyprint: Any, look: Look, charts: Mapping[str, str], faces: Mapping[str, bytes] | None = None) -> Any:
    """Serves charts and the theme's fonts from memory; anything else is refused and remembered."""

    class Fetcher(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        _fail_on_errors = False

        def __init__(self) -> None:  # not the parent's, which would read the machine's certificates
            self.refused: list[str] = []

        def fetch(self, url: str, headers: object = None) -> Any:
            kind, body = _asset(url, look, charts, faces or {})
            if body is None:
                self.refused.append(f"refused to load {url}: a brief loads nothing from outside")
                raise ValueError(f"refused: {url}")
            return weasyprint.urls.URLFetcherResponse(url, body, {"Content-Type": kind})

    return Fetcher()


def _asset(url: str, look: Look, charts: Mapping[str, str], faces: Mapping[str, bytes]) -> tuple[str, bytes | None]:
    if url.removeprefix("asset:font/") in faces:
        return "font/otf", faces[url.removeprefix("asset:font/")]
    if (match := CHART.fullmatch(url)) and (svg := charts.get(unquote(match[1]))) is not None:
        return "image/svg+xml", svg.encode()
    if (match := FONT.fullmatch(url)) and (path := look.fonts.get(unquote(match[1]))) is not None:
        return "font/ttf", _bytes(path)
    if url.startswith("asset:logo/") and look.brand.logo is not None:
        return look.brand.logo.media_type, look.brand.logo.data
    return "", None


def _digest(path: Path) -> str:
    return hashlib.sha256(_bytes(path)).hexdigest()


@lru_cache(maxsize=64)
def _bytes(path: Path) -> bytes:
    return path.read_bytes()


@contextmanager
def _limited(look: Look) -> Iterator[None]:
    """An end to time and memory where a page or style sheet is somebody's own; the shipped ones need none."""
    if templates.all_shipped(look):
        yield
        return
    try:
        with limits.bounded(limits.LAYOUT_SECONDS, limits.LAYOUT_BYTES):
            yield
    except limits.TooLong as error:
        raise UnusableRequest((_endless(look, f"{limits.LAYOUT_SECONDS} seconds of work"),)) from error
    except limits.TooLarge as error:
        raise UnusableRequest((_endless(look, f"{limits.LAYOUT_BYTES >> 20} MB of memory"),)) from error


def _endless(look: Look, most: str) -> Finding:
    message = f"laying out the pages takes more than {most}; it was stopped."
    own = ", ".join(lookup.shown(path, look.roots) for path in templates.own_files(look))
    return Finding("template-mistake", "error", message, f"Look at {own}.")


def _problems(texts: Iterable[str]) -> tuple[str, ...]:
    """Each once; that an image is missing is not told again after the refusal to load it."""
    found = tuple(dict.fromkeys(texts))
    refused = [text.split(": ")[0].removeprefix("refused to load ") for text in found if text.startswith("refused")]
    return tuple(t for t in found if not (t.startswith("Failed to load") and any(url in t for url in refused)))


def _problem(text: str, brief: Brief, look: Look | None) -> Finding:
    """A mistake in a page or style sheet, at its file and line where the engine tells it."""
    refused = text.startswith("refused to load")
    message = f"{PLACE.sub('', text, count=1).rstrip('.')}."
    origin, excerpt = _place(text, brief, look)
    return Finding(
        "template-loads-outside" if refused else "template-mistake", "error", message, "", origin, "", excerpt
    )


def _place(text: str, brief: Brief, look: Look | None) -> tuple[Origin, str]:
    """Which file, line and column " at 214:6" is, counted through all sheets, and that line."""
    found = PLACE.search(text)
    if found is None or look is None:
        return Origin(), ""
    line = int(found[1])
    for name in _sheets(Paper.of(brief.meta)):
        lines = look.text(name).split("\n")
        if line <= len(lines):
            return Origin(lookup.shown(look.file(name), look.roots), line, int(found[2])), lines[line - 1]
        line -= len(lines)
    return Origin(), ""

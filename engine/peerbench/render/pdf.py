"""The PDF edition: print template to WeasyPrint, fetching nothing, measured, and the same bytes on any day."""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote
from xml.sax.saxutils import escape

from peerbench.core.document import Brief
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.render import style, templates, view
from peerbench.render.templates import Look

MM: Final = 25.4 / 96  # one CSS pixel in mm
MIN_GAP_MM: Final = 2.0
STYLES: Final = ("fonts.css", "print.css")
OPTIONS: Final = {"pdf_variant": "pdf/ua-1", "pdf_tags": True}
BASE: Final = "asset:page/"
CHART: Final = re.compile(r"asset:chart/(.+)\.svg")
FONT: Final = re.compile(r"asset:font/(.+)")


@dataclass(frozen=True, slots=True)
class Gap:
    """Free height between a page's flow and its foot block (or the page's end), in mm."""

    page: str
    free_mm: float
    foot: bool
    missing: int  # rows that found no place: the engine drops or moves what does not fit


@dataclass(frozen=True, slots=True)
class Printed:
    """The file, its planned and actual pages, the measured gaps, and what broke a rule of the page."""

    data: bytes
    planned_pages: int
    appendix_pages: int
    gaps: tuple[Gap, ...]
    findings: tuple[Finding, ...]


def write(brief: Brief, *, look: Look, charts: Mapping[str, str], cache: Path) -> Printed:
    """The PDF of a brief. charts: SVG by chart id; cache: a folder for fontconfig's files.

    Raises UnusableRequest when a template is wrong, asks for anything outside, or draws a WeasyPrint warning; a page
    that overflows is an error finding, so that a brief is never issued with a page cut in two.
    """
    document = view.document(brief, "print", headline_font=look.headline_font)
    body = templates.render("print.html.j2", look, {"brief": document, "edition": "print"})
    css = style.literal("\n".join(look.text(name) for name in STYLES), brief.meta.theme)
    weasyprint = _weasyprint(_font_folder(look), cache)
    fetcher = _fetcher(weasyprint, look, charts)
    with _warnings() as warnings, _no_collection():
        laid_out = _lay_out(weasyprint, body, css, fetcher, brief.meta.language)
        data = laid_out.write_pdf(pdf_identifier=_identifier(body, css, charts), **OPTIONS)
    problems = dict.fromkeys((*fetcher.refused, *warnings))
    if problems:
        raise UnusableRequest(tuple(_problem(text) for text in problems))
    pages, planned = laid_out.pages, len(brief.pages)
    gaps = tuple(_gaps(pages, brief))
    appendix = sum(any(True for _ in _boxes(page._page_box, "appendix")) for page in pages)
    spilled = _spilled(len(pages) - planned - appendix)
    return Printed(data, planned, appendix, gaps, (*_overflows(gaps), *spilled))


def _lay_out(weasyprint: Any, body: str, css: str, fetcher: Any, language: str) -> Any:
    fonts = weasyprint.text.fonts.FontConfiguration()
    sheet = weasyprint.CSS(string=css, font_config=fonts, url_fetcher=fetcher, base_url=BASE)
    page = weasyprint.HTML(string=body, base_url=BASE, url_fetcher=fetcher)
    return page.render(stylesheets=[sheet], font_config=fonts, **OPTIONS)


def _identifier(body: str, css: str, charts: Mapping[str, str]) -> bytes:
    """The file's name for itself: a digest of what it was made from, so that a rebuild has the same one."""
    digest = hashlib.sha256()
    for part in (body, css, *(f"{name}\n{svg}" for name, svg in sorted(charts.items()))):
        digest.update(part.encode())
    return digest.hexdigest()[:32].encode()


# ---- the engine and its traps --------------------------------------------------------------------------------------


def _weasyprint(fonts: Path, cache: Path) -> Any:
    """WeasyPrint, told to see the theme's fonts only; fontconfig reads its file anew for each font configuration."""
    os.environ["FONTCONFIG_FILE"] = str(_fontconfig(fonts, cache))
    with _no_library_search():
        import weasyprint
        import weasyprint.text.fonts
        import weasyprint.urls
    return weasyprint


def _font_folder(look: Look) -> Path:
    return look.headline_font.parent


def _fontconfig(fonts: Path, cache: Path) -> Path:
    """A fontconfig file that names one folder; its own cache lies beside it, so nothing is written elsewhere."""
    text = (
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        f"<dir>{escape(str(fonts))}</dir>\n<cachedir>{escape(str(cache / 'fontconfig'))}</cachedir>\n</fontconfig>\n"
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
    """Layout makes many small objects that all live to the end: collecting among them is wasted time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


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


def _fetcher(weasyprint: Any, look: Look, charts: Mapping[str, str]) -> Any:
    """Serves charts and the theme's fonts from memory; anything else is refused and remembered."""

    class Fetcher(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        _fail_on_errors = False

        def __init__(self) -> None:  # not the parent's, which would read the machine's certificates
            self.refused: list[str] = []

        def fetch(self, url: str, headers: object = None) -> Any:
            kind, body = _asset(url, look, charts)
            if body is None:
                self.refused.append(f"refused to load {url}: a brief loads nothing from outside")
                raise ValueError(f"refused: {url}")
            return weasyprint.urls.URLFetcherResponse(url, body, {"Content-Type": kind})

    return Fetcher()


def _asset(url: str, look: Look, charts: Mapping[str, str]) -> tuple[str, bytes | None]:
    if (match := CHART.fullmatch(url)) and (svg := charts.get(unquote(match[1]))) is not None:
        return "image/svg+xml", svg.encode()
    if (match := FONT.fullmatch(url)) and (path := look.fonts.get(unquote(match[1]))) is not None:
        return "font/ttf", _bytes(path)
    return "", None


@lru_cache(maxsize=64)
def _bytes(path: Path) -> bytes:
    return path.read_bytes()


# ---- the measured page ---------------------------------------------------------------------------------------------


def _gaps(pages: Any, brief: Brief) -> Iterator[Gap]:
    """Per planned page the height between the last line of its flow and what stands below."""
    for planned in brief.pages:
        name, feet = f"page-{planned.id}", sum(row.foot for row in planned.rows)
        sheets = [box for page in pages for box in _boxes(page._page_box, "sheet") if box.element.get("id") == name]
        wanted = len(planned.rows) + (planned is brief.pages[0])  # the first page's article head is a row too
        missing = wanted - sum(1 for sheet in sheets[:1] for _ in _boxes(sheet, "row"))
        yield Gap(planned.id, round(_free(sheets[0]) * MM, 2) if sheets else 0.0, feet > 0, missing)


def _free(sheet: Any) -> float:
    """The least height between a block of the flow and the foot's blocks under it, or the end of the sheet."""
    end = sheet.position_y + sheet.height
    above = [_extent(box) for flow in _boxes(sheet, "flow") for box in _blocks(flow)]
    below = [_extent(box) for foot in _boxes(sheet, "foot") for box in _blocks(foot)]
    pairs = (y - bottom for left, right, _, bottom in above for x, x2, y, _ in below if x < right and left < x2)
    return float(min(*pairs, *(end - bottom for *_, bottom in above), end))


def _blocks(box: Any) -> Iterator[Any]:
    """The blocks that stand in the slots of a flow or a foot, and what stands outside of rows."""
    for slot in (found for row in _boxes(box, "row") for found in _boxes(row, "slot")):
        yield from (getattr(child, "_box", child) for child in slot.children)


def _extent(box: Any) -> tuple[float, float, float, float]:
    return box.position_x, box.position_x + box.margin_width(), box.position_y, _bottom(box)


def _boxes(box: Any, name: str) -> Iterator[Any]:
    """Boxes of the elements of this class, in reading order."""
    box = getattr(box, "_box", box)
    element = getattr(box, "element", None)
    if element is not None and name in (element.get("class") or "").split() and not box.element_tag.endswith(("::before", "::after")):
        yield box
        return
    for child in getattr(box, "children", ()):
        yield from _boxes(child, name)


def _bottom(box: Any) -> float:
    """The lowest edge of a box and of everything in it, in CSS pixels."""
    own = box.position_y + box.margin_height() if hasattr(box, "margin_height") and box.height != "auto" else box.position_y
    inner = (_bottom(getattr(child, "_box", child)) for child in getattr(box, "children", ()))
    return max(own, max(inner, default=own))


def _overflows(gaps: Iterable[Gap]) -> Iterator[Finding]:
    hint = "Shorten a table or a paragraph of that page, or let the page plan move a block."
    for number, gap in enumerate(gaps, start=1):
        page = f"page {number} ({gap.page})"
        if gap.missing:
            rows = "its last row finds" if gap.missing == 1 else f"its last {gap.missing} rows find"
            yield Finding("page-overflow", "error", f"{page} holds more than fits: {rows} no place.", hint, subject=gap.page)
        elif gap.free_mm < 0:
            over = f"{page} holds {-gap.free_mm:.1f} mm more than fits."
            yield Finding("page-overflow", "error", over, hint, subject=gap.page)
        elif gap.foot and gap.free_mm < MIN_GAP_MM:
            tight = f"{page} leaves {gap.free_mm:.1f} mm above its foot; {MIN_GAP_MM:.0f} mm are wanted."
            yield Finding("page-tight", "warning", tight, hint, subject=gap.page)


def _spilled(extra: int) -> Iterator[Finding]:
    if extra:
        yield Finding("page-count", "error", f"{extra} pages more than planned: some page spills onto another sheet.")


def _problem(text: str) -> Finding:
    refused = text.startswith("refused to load")
    return Finding("template-loads-outside" if refused else "template-mistake", "error", text.rstrip(".") + ".")

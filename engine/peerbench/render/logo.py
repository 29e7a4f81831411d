"""A house's logo: an SVG or PNG, proved to be one, without anything that runs, loads or hides, of sensible size."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from peerbench.core.errors import BenchError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_BYTES: Final = 500_000
MAX_PIXELS: Final = 4000  # a side
MIN_PIXELS: Final = 48  # of height: less is a blur in print
MAX_ELEMENTS: Final = 2000
MAX_DEPTH: Final = 40
MOST_WIDE: Final = 12.0  # times as wide as high; the strip is one line
SVG: Final = "http://www.w3.org/2000/svg"
XLINK: Final = "{http://www.w3.org/1999/xlink}href"
PNG_HEAD: Final = b"\x89PNG\r\n\x1a\n"
SHAPES: Final = frozenset({
    "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs", "clipPath",
    "linearGradient", "radialGradient", "stop", "mask",
})  # fmt: skip
WAYS_OUT: Final = {
    "style": "save it with presentation attributes instead of a style sheet",
    "text": "turn the letters into outlines",
    "image": "keep the drawing alone, or save it all as PNG",
    "use": "expand the copies",
    "script": "a logo runs nothing",
    "foreignObject": "keep the drawing alone",
}
IGNORED: Final = frozenset({"title", "desc", "metadata", "namedview"})  # words and editors' notes: not drawn
ATTRIBUTES: Final = frozenset({
    "id", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height", "points", "viewBox",
    "transform", "fill", "fill-rule", "fill-opacity", "clip-rule", "clip-path", "mask", "stroke", "stroke-width",
    "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-dasharray", "stroke-dashoffset",
    "stroke-opacity", "opacity", "offset", "stop-color", "stop-opacity", "gradientUnits", "gradientTransform",
    "spreadMethod", "fx", "fy", "clipPathUnits", "maskUnits", "maskContentUnits", "preserveAspectRatio",
})  # fmt: skip
STYLES: Final = re.compile(r"\s*([a-z-]+)\s*:\s*([^:;{}\\]+?)\s*")
LOCAL: Final = re.compile(r"#[\w.-]+")
REFERENCE: Final = re.compile(r"url\(\s*['\"]?(.*?)['\"]?\s*\)")
LENGTH: Final = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*(px|pt|mm|cm|in)?\s*")


@dataclass(frozen=True, slots=True)
class Logo:
    """What is embedded: the bytes, their kind, and how many times as wide as high it is."""

    data: bytes
    kind: str  # svg | png
    ratio: float

    @property
    def media_type(self) -> str:
        return "image/svg+xml" if self.kind == "svg" else "image/png"


class BadLogo(BenchError):
    """The file cannot be a logo; says why and what would be."""


def read(data: bytes) -> Logo:
    """The logo in a file's bytes. Raises BadLogo."""
    if len(data) > MAX_BYTES:
        raise BadLogo(f"is larger than {MAX_BYTES // 1000} kB: {len(data):,} bytes")
    made = _png(data) if data.startswith(PNG_HEAD) else _svg(data)
    if not 1 / MOST_WIDE <= made.ratio <= MOST_WIDE:
        raise BadLogo(f"is {made.ratio:.1f} times as wide as high; up to {MOST_WIDE:.0f} fits")
    return made


# ---- PNG -------------------------------------------------------------------------------------------------------------


@contextmanager
def _whole_images() -> Iterator[None]:
    """Truncated files are refused, though importing WeasyPrint tells Pillow to take them."""
    from PIL import ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _png(data: bytes) -> Logo:
    """Measured from its head before anything is unpacked, so that a bomb is refused unopened."""
    from PIL import Image

    if len(data) < 33 or data[12:16] != b"IHDR":
        raise BadLogo("is a broken PNG")
    wide, high = struct.unpack(">II", data[16:24])
    if not 0 < wide <= MAX_PIXELS or not MIN_PIXELS <= high <= MAX_PIXELS:
        raise BadLogo(f"is {wide} x {high} pixels; {MIN_PIXELS} to {MAX_PIXELS} a side are read")
    try:
        with _whole_images(), Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            image.load()
            clean = io.BytesIO()
            image.convert("RGBA").save(clean, "PNG", optimize=False)  # pixels alone: no text, profile or date
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadLogo(f"is a broken PNG: {error}") from error
    return Logo(clean.getvalue(), "png", wide / high)


# ---- SVG -------------------------------------------------------------------------------------------------------------


def _svg(data: bytes) -> Logo:
    """Shapes and paint alone, written anew; anything that runs, links or loads is refused by name."""
    from xml.etree import ElementTree

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadLogo(_other(data)) from error
    if re.search(r"<!(DOCTYPE|ENTITY|ATTLIST|ELEMENT)", text, re.IGNORECASE):
        raise BadLogo("holds a declaration (<!DOCTYPE or <!ENTITY); save it as plain SVG")
    if text.count("<") > 2 * MAX_ELEMENTS + 100:
        raise BadLogo(f"holds more than {MAX_ELEMENTS:,} elements; simplify it")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, RecursionError, ValueError) as error:
        raise BadLogo(f"{_other(data)} ({error})" if "<svg" not in text else f"is broken SVG: {error}") from error
    if root.tag != f"{{{SVG}}}svg":
        raise BadLogo(_other(data))
    _refuse_chains(root)
    wide, high, box = _size(root)
    body = "".join(part for child in root for part in _element(child, 1))
    paint = "".join(f' {name}="{_escaped(value)}"' for name, value in _attributes(root) if name not in _FRAME)
    drawing = f'<svg xmlns="{SVG}" viewBox="{box}" width="{wide:g}" height="{high:g}"{paint}>{body}</svg>'
    return Logo(drawing.encode(), "svg", wide / high)


_FRAME: Final = ("width", "height", "viewBox", "x", "y", "id")


def _other(data: bytes) -> str:
    """What the file is instead, where its first bytes tell."""
    heads = (
        (b"\xff\xd8\xff", "a JPEG"), (b"GIF8", "a GIF"), (b"%PDF", "a PDF"), (b"RIFF", "a WebP"), (b"BM", "a BMP"),
        (b"PK", "an archive"), (b"\x1f\x8b", "a compressed file"), (b"<!DOCTYPE html", "a web page"),
        (b"<html", "a web page"),
    )  # fmt: skip
    kind = next((name for head, name in heads if data.lstrip().startswith(head)), "")
    return f"is {kind}, not an SVG or PNG" if kind else "is no image: an SVG or PNG is wanted"


def _size(root: Element) -> tuple[float, float, str]:
    """Width, height and viewBox; each follows from the others where it is left out."""
    wide, high = (_length(root.get(name, "")) for name in ("width", "height"))
    given = [float(part) for part in re.findall(r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?", root.get("viewBox", ""))]
    if len(given) == 4 and given[2] > 0 and given[3] > 0:
        box = " ".join(f"{part:g}" for part in given)
        return (wide, high, box) if wide and high else (given[2], given[3], box)
    if wide and high:
        return wide, high, f"0 0 {wide:g} {high:g}"
    raise BadLogo("has no viewBox, and no width and height to make one of")


def _refuse_chains(root: Element) -> None:
    """A gradient may take its colours from another, which takes them from nobody: no circles, no towers."""
    linked = {node.get("id"): _link(node) for node in root.iter() if _link(node)}
    if any(address.removeprefix("#") in linked for address in linked.values()):
        raise BadLogo("holds references to references; simplify its gradients")


def _link(node: Element) -> str:
    return node.get("href") or node.get(XLINK) or ""


def _length(text: str) -> float:
    found = LENGTH.fullmatch(text)
    scale = {"pt": 96 / 72, "mm": 96 / 25.4, "cm": 960 / 25.4, "in": 96.0}
    return float(found[1]) * scale.get(found[2] or "", 1.0) if found else 0.0


def _element(node: Element, depth: int) -> Iterator[str]:
    if not isinstance(node.tag, str):
        return  # a comment
    space, _, name = node.tag[1:].rpartition("}") if node.tag.startswith("{") else ("", "", node.tag)
    if name in IGNORED or space != SVG:
        return
    if name not in SHAPES:
        raise BadLogo(f"holds <{name}>: {WAYS_OUT.get(name, 'shapes and paint alone are read')}")
    if depth > MAX_DEPTH:
        raise BadLogo(f"is nested deeper than {MAX_DEPTH} levels")
    given = "".join(f' {key}="{_escaped(value)}"' for key, value in _attributes(node))
    inner = "".join(part for child in node for part in _element(child, depth + 1))
    yield f"<{name}{given}>{inner}</{name}>" if inner else f"<{name}{given}/>"


def _attributes(node: Element) -> Iterator[tuple[str, str]]:
    for name, value in node.attrib.items():
        if name.lower().startswith("on"):
            raise BadLogo(f"holds {name}=, which runs a script")
        if name in ("href", XLINK):
            if not LOCAL.fullmatch(value):
                raise BadLogo(f"loads '{value[:60]}' from elsewhere")
            yield "href", value
        elif name == "style":
            yield from _styles(value)
        elif name in ATTRIBUTES:
            yield name, _local(value)


def _styles(text: str) -> Iterator[tuple[str, str]]:
    """A style attribute as attributes: only the paints that exist as such."""
    for part in filter(str.strip, text.split(";")):
        found = STYLES.fullmatch(part)
        if found is None:
            raise BadLogo(f"holds a style that is not read: '{part.strip()[:60]}'")
        if found[1] in ATTRIBUTES:
            yield found[1], _local(found[2])


def _local(value: str) -> str:
    for address in REFERENCE.findall(value):
        if not LOCAL.fullmatch(address):
            raise BadLogo(f"loads '{address[:60]}' from elsewhere")
    if re.search(r"(?i)(javascript|data|https?|file|ftp):|//|@import|expression\(", value):
        raise BadLogo(f"holds an address: '{value[:60]}'")
    return value


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")

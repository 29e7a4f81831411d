"""A chart as a safe, lean SVG of exact size, from a cache when its figure, theme, drawing code and fonts are unchanged.

On a hit neither altair nor vl-convert is imported.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import cache as remembered
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from peerbench.charts.theme import FONTS, PX_PER_MM, Theme
from peerbench.core.document import Chart, Number
from peerbench.core.errors import BenchError
from peerbench.shipped import shipped

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Text = Callable[[Number], str]

NAMESPACE: Final = "http://www.w3.org/2000/svg"
NARROW_MM: Final = 90.0  # the width of a chart on a screen narrower than 36 rem
ELEMENTS: Final = frozenset({"svg", "g", "path", "line", "rect", "circle", "text", "tspan"})
ATTRIBUTES: Final = frozenset({
    "d", "transform", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray",
    "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "opacity", "font-family",
    "font-size", "font-weight", "font-style", "text-anchor", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r",
    "rx", "dx", "dy", "ry", "width", "height", "viewBox",
})  # fmt: skip
DROPPED: Final = frozenset({"class", "role", "pointer-events", "version", "display", "cursor"})
COLOUR: Final = re.compile(r' (fill|stroke)="(#[0-9A-Fa-f]{6})"')
PROBED: Final = ("n0", "n1", "n2", "pct0", "pct1", "pct2", "spct0", "spct1", "spct2", "bn0", "bn1", "m0")
PROBES: Final = (
    *(Number(-1234.56, name) for name in PROBED),
    *(Number(0.5, "price", currency=currency) for currency in ("USD", "HKD", "CNY")),
)


class UnsafeSvg(BenchError):
    """A drawing that holds something a chart has no use for: a link, a script, an image, an address."""

    def __init__(self, chart: str, found: str) -> None:
        super().__init__(f"chart '{chart}': the drawing holds {found}, which a chart may not")


def svg(chart: Chart, theme: Theme, *, cache: Path | None, text: Text, fonts: Path | None = None) -> str:
    """The chart as SVG. `cache` is the folder that keeps charts/<key>.svg; `fonts` holds the measuring copies."""
    measuring = fonts or shipped("templates") / "house" / "fonts" / "measure"
    if cache is None:
        return _drawn(chart, theme, text, measuring)
    kept = cache / "charts" / f"{key(chart, theme, text=text, fonts=measuring)}.svg"
    found = _read(kept)
    if found is None:
        found = _drawn(chart, theme, text, measuring)
        _write(kept, found)
    return found


def key(chart: Chart, theme: Theme, *, text: Text, fonts: Path) -> str:
    """SHA-256 of everything the drawing depends on; the chart's title, source and alternative text are not drawn."""
    parts = {
        "figure": _plain(chart.figure, text),
        "size": [chart.width_mm, chart.height_mm],
        "theme": _plain(theme, text),
        "words": [text(probe) for probe in PROBES],
        "code": _code(),
        "fonts": _digest(fonts, "*.ttf"),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def narrow(chart: Chart) -> Chart:
    """The same chart for a narrow screen, at its own width: type is never scaled, rows grow taller instead."""
    if chart.width_mm <= NARROW_MM:
        return chart
    rows, bars = len(getattr(chart.figure, "rows", ())), len(getattr(chart.figure, "bars", ()))
    panels = len(getattr(chart.figure, "series", ())) if type(chart.figure).__name__ == "SmallMultiples" else 0
    taller = max(chart.height_mm, 10.0 + 12.0 * rows, 10.0 + 7.0 * bars, (panels + 1) // 2 * 40.0)
    return replace(chart, width_mm=NARROW_MM, height_mm=taller)


def themed(drawing: str, theme: Theme) -> str:
    """The drawing with each palette colour as its custom property, so that one file serves light, dark and print."""
    names = {colour.upper(): name for name, colour in reversed(theme.tokens().items())}

    def styled(match: re.Match[str]) -> str:
        name = names.get(match[2].upper())
        return match[0] if name is None else f' {match[1]}="var(--{name}, {match[2]})"'

    return re.sub(r"<[^>]+>", lambda tag: _style(COLOUR.sub(styled, tag[0])), drawing)


def _style(tag: str) -> str:
    """Move paints that name a property from attributes to a style, where every browser reads var()."""
    found = re.findall(r' (fill|stroke)="(var\([^"]+\))"', tag)
    if not found:
        return tag
    bare = re.sub(r' (?:fill|stroke)="var\([^"]+\)"', "", tag)
    style = ";".join(f"{name}:{value}" for name, value in found)
    end = "/>" if bare.endswith("/>") else ">"
    return f'{bare.removesuffix(end)} style="{style}"{end}'


# ---- drawing --------------------------------------------------------------------------------------------------------


def _drawn(chart: Chart, theme: Theme, text: Text, fonts: Path) -> str:
    import vl_convert

    from peerbench.charts import draw

    spec = draw(chart.figure, theme, width_mm=chart.width_mm, height_mm=chart.height_mm, text=text)
    _register(str(fonts.resolve()))
    raw = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return clean(raw, chart=chart.id, width_mm=chart.width_mm, height_mm=chart.height_mm)


@remembered
def _register(folder: str) -> None:
    import vl_convert

    vl_convert.register_font_directory(folder)


def clean(raw: str, *, chart: str, width_mm: float, height_mm: float) -> str:
    """Only shapes, text and paint, at exactly the size asked for; anything that could reach outside is refused."""
    from xml.etree import ElementTree
    from xml.sax.saxutils import quoteattr

    if "<!" in raw:
        raise UnsafeSvg(chart, "a declaration")
    root = ElementTree.fromstring(raw)
    body = "".join(part for child in root for part in _element(child, chart))
    wide, high = _px(width_mm), _px(height_mm)
    return (
        f'<svg xmlns="{NAMESPACE}" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"'
        f' font-family={quoteattr(FONTS)} fill="none">{body}</svg>'
    )


def _px(millimetres: float) -> str:
    return f"{millimetres * PX_PER_MM:.3f}".rstrip("0").rstrip(".")


def _element(node: Element, chart: str) -> Iterator[str]:
    from xml.sax.saxutils import escape, quoteattr

    name = node.tag.removeprefix(f"{{{NAMESPACE}}}")
    if name not in ELEMENTS:
        raise UnsafeSvg(chart, f"an element '{name}'")
    given = dict(_attributes(node, chart))
    inner = escape(node.text or "") + "".join(part for child in node for part in _element(child, chart))
    if node.get("display") == "none" or (node.get("class") == "background" and "fill" not in given):
        return
    if name == "g" and not (given and inner):
        yield inner
        return
    written = "".join(f" {attribute}={quoteattr(value)}" for attribute, value in given.items())
    yield f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def _attributes(node: Element, chart: str) -> Iterator[tuple[str, str]]:
    for name, value in node.attrib.items():
        if name in DROPPED or name.startswith("aria-") or (name, value) in IMPLIED:
            continue
        if name not in ATTRIBUTES or "url(" in value or ":" in value:
            raise UnsafeSvg(chart, f"{name}={value!r}")
        yield name, value


IMPLIED: Final = frozenset(
    {
        ("font-family", FONTS),
        ("font-weight", "400"),
        ("font-style", "normal"),
        ("opacity", "1"),
        ("fill", "none"),
        ("text-anchor", "start"),
        ("transform", "translate(0,0)"),
        ("stroke-linecap", "butt"),
        ("stroke-miterlimit", "10"),
    }
)


# ---- key and cache --------------------------------------------------------------------------------------------------


def _plain(value: Any, text: Text) -> Any:
    """A value as JSON, every number of a document with the text it is printed as."""
    if is_dataclass(value) and not isinstance(value, type):
        inner: dict[str, Any] = {field.name: _plain(getattr(value, field.name), text) for field in fields(value)}
        if isinstance(value, Number):
            inner = {"value": repr(value.value), "format": value.format, "printed": text(value), "of": value.currency}
        return {"is": type(value).__name__, **inner}
    if isinstance(value, (tuple, list)):
        return [_plain(one, text) for one in value]
    if isinstance(value, float):
        return repr(value)
    return value.isoformat() if isinstance(value, date) else value


@remembered
def _code() -> str:
    """Digest of the modules that draw and of the versions of the libraries they draw with."""
    here = Path(__file__).parent
    versions = [_version("altair", "altair"), _version("vl_convert", "vl_convert_python")]
    parts = [_digest(here.parent / "charts", "*.py"), _digest(here.parent / "charts", "*.json")]
    return " ".join([*parts, _digest(here, "svg.py"), *versions])


def _version(module: str, package: str) -> str:
    """A library's version from its metadata folder's name: reading it through importlib.metadata costs 20 ms."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        return "absent"
    site = Path(spec.origin).parents[1]
    return " ".join(sorted(folder.name for folder in site.glob(f"{package}-*.dist-info"))) or spec.origin


@remembered
def _digest(folder: Path, pattern: str) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.glob(pattern)):
        total.update(f"{path.name}\0".encode() + path.read_bytes())
    return total.hexdigest()


def _read(path: Path) -> str | None:
    """A kept drawing, or None when there is none or its bytes are not those that were written."""
    try:
        digest, _, drawing = path.read_text("utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return drawing if digest == _line(drawing) else None


def _write(path: Path, drawing: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(f"{_line(drawing)}\n{drawing}", "utf-8")
    beside.replace(path)


def _line(drawing: str) -> str:
    return f"<!-- sha256 {hashlib.sha256(drawing.encode()).hexdigest()} -->"

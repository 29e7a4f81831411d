"""The web edition: one file that loads nothing, with the card behind every number, in light, dark and on a phone."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from peerbench import lookup
from peerbench.charts.theme import Theme
from peerbench.core.document import Brief
from peerbench.core.enclosure import Enclosure
from peerbench.core.errors import UnusableRequest
from peerbench.render import han, style, svg, templates, view
from peerbench.render.look import Look
from peerbench.render.words import Words

FACES: Final = (  # family, weight, style, file
    ("Brief Display", 600, "normal", "BriefDisplay-Semibold.woff2"),
    ("Brief Deck", 400, "normal", "BriefDeck-Regular.woff2"),
    ("Brief Deck", 600, "normal", "BriefDeck-Semibold.woff2"),
    ("Brief Serif", 400, "normal", "BriefSerif-Regular.woff2"),
    ("Brief Serif", 700, "normal", "BriefSerif-Bold.woff2"),
    ("Brief Sans", 400, "normal", "BriefSans-Regular.woff2"),
    ("Brief Sans", 400, "italic", "BriefSans-Italic.woff2"),
    ("Brief Sans", 600, "normal", "BriefSans-Semibold.woff2"),
    ("Brief Sans", 700, "normal", "BriefSans-Bold.woff2"),
)
LETTERS: Final = (
    *((0x20, 0x7F), (0xA0, 0x250), (0x2010, 0x203B), (0x20A0, 0x20C0), (0x2122, 0x2123)),
    *((0x2190, 0x2194), (0x2200, 0x2266)),
)
LATIN: Final = "".join(chr(code) for first, end in LETTERS for code in range(first, end))
TABLES: Final = frozenset({
    "GlyphOrder", "head", "hhea", "maxp", "OS/2", "hmtx", "cmap", "name", "post", "loca", "glyf", "CFF ", "VORG",
    "GSUB", "GPOS", "GDEF", "kern", "cvt ", "fpgm", "prep", "gasp",
})  # fmt: skip
HAN: Final = "BriefHan-Regular.otf"
ENCLOSURES: Final = "enclosures"  # id of the element that holds them
SHEET: Final = "/* the style sheet */"
POLICY: Final = (
    "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; script-src 'sha256-{script}'; "
    "base-uri 'none'; form-action 'none'"
)


def page(
    brief: Brief,
    *,
    look: Look,
    charts: Mapping[str, str],
    cache: Path | None = None,
    enclosures: Sequence[Enclosure] = (),
) -> str:
    """The page as one string. charts: SVG by chart id, and under `<id>@narrow` the same chart for a phone.

    Raises UnusableRequest when a template is wrong. cache: a folder for the subset of the Chinese font. enclosures
    stand at the end of the page, whoever's template it is, as data that no browser runs or shows.
    """
    colours = look.brand.theme(brief.meta.theme)
    document = view.document(
        brief,
        "web",
        headline_font=look.headline_font,
        charts=frozenset(charts),
        logo=look.logo_image,
        language=look.language,
    )
    script = _script(look.text("web.js"), Words(look.language))
    values = {
        "brief": document,
        "edition": "web",
        "charts": {name: templates.markup(svg.themed(drawing, colours)) for name, drawing in charts.items()},
        "css": templates.markup(SHEET),
        "script": templates.markup(script),
        "policy": POLICY.format(script=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()),
    }
    if look.language is None:
        css = _css(brief, look, cache)
        made = templates.render("web.html.j2", look, values | {"css": templates.markup(css)})
    else:
        made = templates.render("web.html.j2", look, values)  # its letters decide which are cut from the typefaces
        made = made.replace(SHEET, _css(brief, look, cache, made), 1)
    before, end, after = made.rpartition("</body>")
    return f"{before}{_enclosed(enclosures)}{end}{after}" if enclosures and end else made


def _enclosed(enclosures: Sequence[Enclosure]) -> str:
    rows = (
        {"name": one.name, "type": one.kind, "about": one.about, "data": base64.b64encode(one.data).decode()}
        for one in enclosures
    )
    lines = ",\n".join(json.dumps(row).replace("<", "\\u003c") for row in rows)
    return f'<script type="application/json" id="{ENCLOSURES}">[\n{lines}\n]</script>\n'


def _script(text: str, say: Words) -> str:
    """The script with its two words in the language of the page."""
    for word in ("Light", "Dark"):
        text = text.replace(f'"{word}"', json.dumps(say[word], ensure_ascii=False))
    return text


def _css(brief: Brief, look: Look, cache: Path | None, body: str = "") -> str:
    letters = _han_letters(_strings(brief))
    faces = [_face(*face[:3], look.fonts[face[3]], cache) for face in FACES]
    scheme, css = style.scheme(*_grounds(look, brief.meta.theme)), look.text("web.css")
    if look.language is not None:
        own = lookup.find(f"languages/{look.language.rules.tag}/web.css", look.audience, look.roots)
        css += "" if own is None else own.read_text("utf-8")
    if look.language is not None and look.language.rules.wide:
        wide = _wide_faces(look, body, cache)
        return "".join([*faces, *wide, scheme, han.styled(css)])
    if letters:
        faces.append(_han_face(look.fonts[HAN], letters, cache))
    return "".join([*faces, scheme, css])


def _wide_faces(look: Look, body: str, cache: Path | None) -> Iterator[str]:
    """The faces of a language of wide letters, cut to those of the page."""
    assert look.language is not None
    chosen, lacking = han.faces(look.language.rules, look.fonts)
    if lacking:
        raise UnusableRequest(lacking)
    letters = han.letters_of(body)
    for face in chosen:
        data = base64.b64encode(han.cut(face, letters, cache, flavour="woff2")).decode()
        yield _rule(han.ALIASES[face.kind], han.WEIGHTS[face.weight], "normal", data, "woff2")


def _grounds(look: Look, name: str) -> tuple[Theme, Theme]:
    return look.brand.theme(name), look.brand.theme(name, dark=True)


def _face(family: str, weight: int, slant: str, font: Path, cache: Path | None) -> str:
    if font.suffix == ".woff2":
        return _rule(family, weight, slant, _encoded(font), "woff2")
    return _rule(family, weight, slant, base64.b64encode(_packed(font, LATIN, cache)).decode(), "woff2")


def _rule(family: str, weight: int, slant: str, data: str, kind: str) -> str:
    return (
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {slant}; font-display: swap; '
        f'src: url(data:font/{kind};base64,{data}) format("{kind}") }}\n'
    )


@lru_cache(maxsize=32)
def _encoded(font: Path) -> str:
    return base64.b64encode(font.read_bytes()).decode()


# ---- Chinese names --------------------------------------------------------------------------------------------------


def _strings(value: Any) -> Iterable[str]:
    """Every string of the document, to know which letters of the Chinese font it needs."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, dict):
        yield from _strings(tuple(value.values()))
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _strings(getattr(value, name))


def _han_letters(texts: Iterable[str]) -> str:
    return "".join(sorted({letter for text in texts for letter in text if "\u2e80" <= letter <= "\u9fff"}))


def _han_face(font: Path, letters: str, cache: Path | None) -> str:
    """Only the letters that occur: four names need 4 kB where the whole shipped font is 190."""
    return _rule("Brief Han", 400, "normal", base64.b64encode(_packed(font, letters, cache)).decode(), "woff2")


def _packed(font: Path, letters: str, cache: Path | None) -> bytes:
    """The font with these letters alone, compressed for the web; kept, since it takes a second to make."""
    kept = cache / f"cut-{_digest(font, letters)}.woff2" if cache else None
    if kept is not None and kept.is_file():
        return kept.read_bytes()
    data = _subset(font, letters)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(data)
        fresh.replace(kept)
    return data


def _digest(font: Path, letters: str) -> str:
    return hashlib.sha256(letters.encode() + font.read_bytes()).hexdigest()[:16]


def _subset(font: Path, letters: str) -> bytes:
    import io

    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(flavor="woff2", hinting=False, notdef_outline=True)
    with TTFont(font, lazy=True, recalcTimestamp=False) as face:
        for tag in set(face.keys()) - TABLES:
            del face[tag]
        cutter = subset.Subsetter(options)
        cutter.populate(text=letters)
        cutter.subset(face)
        face.flavor = "woff2"
        out = io.BytesIO()
        face.save(out)
    return out.getvalue()

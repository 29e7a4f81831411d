"""Makes every derived file of this folder from the unmodified originals: measuring copies, web cuts, the Han subset.

Run `python templates/house/fonts/derive.py [NotoSansCJK-Regular.ttc]`. The same inputs give the same bytes: glyphs are
kept by code point, the name table is rewritten, and no date of the run is stored.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
WIDTHS: Final = HERE.parents[2] / "engine" / "peerbench" / "charts" / "widths.json"
SC_FACE: Final = 2  # index of the simplified-Chinese face in Noto's collection
LATIN: Final = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x218, 0x21C),
    0x1E9E,
    *range(0x2010, 0x2028),
    *range(0x2030, 0x203B),
    *range(0x2070, 0x208F),
    *range(0x20A0, 0x20C0),
    0x2116,
    0x2122,
    *range(0x2150, 0x215F),
    *range(0x2190, 0x2194),
    *(0x2202, 0x2206, 0x2211, 0x2212, 0x2215, 0x221A, 0x221E, 0x2248, 0x2260, 0x2264, 0x2265),
    *(0x25A0, 0x25B2, 0x25CF, 0x2713),
)
FEATURES: Final = (
    *("kern", "liga", "ccmp", "locl", "mark", "mkmk"),
    *("lnum", "onum", "pnum", "tnum", "zero", "sups", "case"),
)
SANS: Final = {
    "Regular": ("SourceSans3-Regular.ttf", 400, False),
    "Italic": ("SourceSans3-It.ttf", 400, True),
    "Semibold": ("SourceSans3-Semibold.ttf", 600, False),
    "Bold": ("SourceSans3-Bold.ttf", 700, False),
}
WEB: Final = {
    ("Brief Display", "Semibold"): "SourceSerif4Display-Semibold.ttf",
    ("Brief Deck", "Regular"): "SourceSerif4Subhead-Regular.ttf",
    ("Brief Deck", "Semibold"): "SourceSerif4Subhead-Semibold.ttf",
    ("Brief Serif", "Regular"): "SourceSerif4-Regular.ttf",
    ("Brief Serif", "Italic"): "SourceSerif4-It.ttf",
    ("Brief Serif", "Semibold"): "SourceSerif4-Semibold.ttf",
    ("Brief Serif", "Bold"): "SourceSerif4-Bold.ttf",
    **{("Brief Sans", style): row[0] for style, row in SANS.items()},
}
KEPT_NAMES: Final = (0, 5, 13, 14)  # copyright, version, licence, licence address


def rename(font: Any, family: str, style: str) -> None:
    """Give a modified copy its own name, so that it does not carry the reserved one."""
    table = font["name"]
    kept = [record for record in table.names if record.nameID in KEPT_NAMES and record.platformID == 3]
    table.names = kept
    postscript = f"{family.replace(' ', '')}-{style}"
    linked = style if style in ("Regular", "Italic", "Bold") else "Regular"
    legacy = family if linked == style else f"{family} {style}"
    names = {1: legacy, 2: linked, 3: postscript, 4: f"{family} {style}", 6: postscript, 16: family, 17: style}
    for key, value in names.items():
        table.setName(value, key, 3, 1, 0x409)
    if "CFF " in font:
        font["CFF "].cff.fontNames[0] = postscript
        top = font["CFF "].cff.topDictIndex[0]
        top.FullName, top.FamilyName = f"{family} {style}", family
        for field in ("Notice", "Copyright"):
            if hasattr(top, field):
                setattr(top, field, str(table.getDebugName(0)))


def cut(source: Path, target: Path, *, family: str, style: str, keep: tuple[int, ...], face: int = -1) -> None:
    """Write a renamed subset. The flavour follows the target's ending."""
    from fontTools.subset import Options, Subsetter, load_font, save_font

    options = Options()
    options.recalc_timestamp = False
    options.layout_features = [*FEATURES]
    options.name_IDs = ["*"]
    options.name_languages = ["*"]
    options.notdef_outline = True
    options.hinting = False
    options.font_number = face
    options.desubroutinize = True
    options.flavor = "woff2" if target.suffix == ".woff2" else None
    font = load_font(str(source), options, dontLoadGlyphNames=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[point for point in keep if point in font.getBestCmap()])
    subsetter.subset(font)
    rename(font, family, style)
    save_font(font, str(target), options)
    font.close()


def number(path: Path) -> None:
    """Let the n-th glyph of a CID-keyed font be CID n: a PDF writes glyphs by number and a reader looks up CIDs."""
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True, recalcTimestamp=False) as font:
        top = font["CFF "].cff.topDictIndex[0]
        names = [".notdef", *(f"cid{place:05d}" for place in range(1, len(top.charset)))]
        top.CharStrings.charStrings = {names[place]: place for place in range(len(names))}
        top.charset = names
        made = path.with_suffix(".new")
        font.save(made)
    made.replace(path)


def widths() -> dict[str, dict[str, int]]:
    """Advance widths of Brief Sans in thousandths of an em, by style and code point."""
    from fontTools.ttLib import TTFont

    table: dict[str, dict[str, int]] = {}
    for style, (name, _, _) in SANS.items():
        with TTFont(HERE / name) as font:
            cmap, advances = font.getBestCmap(), font["hmtx"].metrics
            table[style.lower()] = {chr(point): advances[cmap[point]][0] for point in LATIN if point in cmap}
    return table


def han() -> tuple[int, ...]:
    """The code points of han.txt, in order."""
    return tuple(sorted({ord(char) for char in (HERE / "han.txt").read_text("utf-8") if char != "\n"}))


def main(noto: str | None) -> None:
    """Write measure/, web/, BriefHan-Regular.otf and the width table."""
    (HERE / "measure").mkdir(exist_ok=True)
    (HERE / "web").mkdir(exist_ok=True)
    for style, (name, _, _) in SANS.items():
        cut(HERE / name, HERE / "measure" / f"BriefSans-{style}.ttf", family="Brief Sans", style=style, keep=LATIN)
    for (family, style), name in WEB.items():
        target = HERE / "web" / f"{family.replace(' ', '')}-{style}.woff2"
        cut(HERE / name, target, family=family, style=style, keep=LATIN)
    if noto:
        shared = {"family": "Brief Han", "style": "Regular", "keep": han(), "face": SC_FACE}
        cut(Path(noto), HERE / "BriefHan-Regular.otf", **shared)
        number(HERE / "BriefHan-Regular.otf")
        cut(Path(noto), HERE / "web" / "BriefHan-Regular.woff2", **shared)
    WIDTHS.write_text(json.dumps(widths(), ensure_ascii=False, sort_keys=True, indent=None) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)

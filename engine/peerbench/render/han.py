"""Typefaces of wide letters: the installed ones that a language names, cut down to the letters of one page.

A family is looked for among the theme's own fonts first (BriefHanSans-Regular.otf …), then among the installed ones by
fontconfig's list, and where that program is missing in the folders that systems keep fonts in. Only letters that occur
are cut out, under the neutral names Brief Han Sans and Brief Han Serif, with no date, so that a page's bytes repeat.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from shutil import which
from typing import Any, Final

from peerbench.core.findings import Finding
from peerbench.core.language import Rules, is_wide

CHECK: Final = "language"
ALIASES: Final = {"sans": "Brief Han Sans", "serif": "Brief Han Serif"}
WEIGHTS: Final = {"Regular": 400, "Bold": 700}
FOLDERS: Final = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts",
                  "~/Library/Fonts", "C:/Windows/Fonts")  # fmt: skip
SERIFS: Final = ('"Brief Display"', '"Brief Deck"', '"Brief Serif"')
HOUSE_FACE: Final = re.compile(r'@font-face \{[^}]*"Brief Han"[^}]*\}\n?')
FACE: Final = re.compile(r"(@font-face \{[^}]*\})")
ALWAYS: Final = "，。、；：！？（）《》「」“”‘’—…·％" + "".join(map(chr, range(0x20, 0x7F))) + "\u00a0"


@dataclass(frozen=True, slots=True)
class Face:
    """A face of a collection: its file and place in it, as the alias it will go by."""

    kind: str  # sans or serif
    weight: str  # Regular or Bold
    path: Path
    index: int = 0

    @property
    def name(self) -> str:
        return f"BriefHan{self.kind.capitalize()}-{self.weight}"


def faces(rules: Rules, fonts: Mapping[str, Path]) -> tuple[tuple[Face, ...], tuple[Finding, ...]]:
    """The faces of a language, and what is not to be had. fonts: the theme's own files by name."""
    found: list[Face] = []
    missing: list[Finding] = []
    for kind, families in rules.fonts.items():
        for weight in WEIGHTS:
            own = fonts.get(f"BriefHan{kind.capitalize()}-{weight}.otf")
            face = Face(kind, weight, own) if own else _installed(kind, weight, families)
            if face is None and weight == "Bold" and found and found[-1].kind == kind:
                face = Face(kind, weight, found[-1].path, found[-1].index)  # the regular one stands in
            found += [face] if face is not None else []
            if face is None and weight == "Regular":
                missing.append(_absent(rules, kind, families))
    return tuple(found), tuple(missing)


def _absent(rules: Rules, kind: str, families: Sequence[str]) -> Finding:
    message = f"the language {rules.tag} needs a {kind} typeface that is not installed: {' or '.join(families)}"
    hint = f"On Debian or Ubuntu: apt-get install fonts-noto-cjk; else put {ALIASES[kind].replace(' ', '')}-Regular.otf"
    return Finding(CHECK, "error", f"{message}.", f"{hint} into templates/house/fonts/.", subject=rules.tag)


def _installed(kind: str, weight: str, families: Iterable[str]) -> Face | None:
    listed = _listed()
    for family in families:
        for path, index, names, style in listed:
            if family in names and style == weight:
                return Face(kind, weight, Path(path), index)
    return None


@lru_cache(maxsize=1)
def _listed() -> tuple[tuple[str, int, tuple[str, ...], str], ...]:
    """Every installed face as file, place in the file, families and style; sorted, so that the choice repeats."""
    program = which("fc-list")
    if program is None:
        return tuple(sorted(_found()))
    lines = subprocess.run(
        [program, "--format", "%{file}\t%{index}\t%{family}\t%{style}\n"],
        capture_output=True, check=False, text=True,
        env={name: value for name, value in os.environ.items() if name != "FONTCONFIG_FILE"},
    ).stdout.splitlines()  # fmt: skip
    rows = (line.split("\t") for line in lines if line.count("\t") == 3)
    return tuple(
        sorted((f, int(i) & 0xFFFF, tuple(names.split(",")), style.split(",")[0]) for f, i, names, style in rows)
    )


def _found() -> Iterator[tuple[str, int, tuple[str, ...], str]]:
    """The faces of files with CJK, Han or SC in their names, read one by one."""
    from fontTools.ttLib import TTCollection, TTFont

    paths = (path for folder in FOLDERS for path in Path(folder).expanduser().rglob("*.[ot]t[cf]"))
    for path in (path for path in paths if re.search(r"CJK|Han|SC", path.name)):
        members = TTCollection(path, lazy=True).fonts if path.suffix == ".ttc" else [TTFont(path, lazy=True)]
        for index, font in enumerate(members):
            name = font["name"]
            yield str(path), index, (str(name.getBestFamilyName()),), str(name.getBestSubFamilyName())


# ---- cutting ---------------------------------------------------------------------------------------------------------


def letters_of(*texts: str) -> str:
    """The wide letters and signs of texts, each once, in order; with the usual stops, of one face with them."""
    return "".join(sorted({letter for text in texts for letter in text if is_wide(letter)} | set(ALWAYS)))


def cut(face: Face, letters: str, cache: Path | None, *, flavour: str = "") -> bytes:
    """The face with these letters alone, named by its alias; kept, since it takes a second to make."""
    kind = flavour or "otf"
    key = hashlib.sha256(f"{face.name}\0{face.path.name}\0{face.index}\0{face.path.stat().st_size}\0{letters}".encode())
    kept = cache / f"face-{face.name}-{key.hexdigest()[:16]}.{kind}" if cache else None
    if kept is not None and kept.is_file():
        return kept.read_bytes()
    data = _cut(face, letters, flavour)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(data)
        fresh.replace(kept)
    return data


def _cut(face: Face, letters: str, flavour: str) -> bytes:
    import io

    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(
        flavor=flavour or None, hinting=False, notdef_outline=True, layout_features=["locl", "palt"]
    )
    options.name_IDs, options.drop_tables = [1, 2], [*options.drop_tables, "VORG", "vhea", "vmtx", "BASE", "STAT"]
    with TTFont(face.path, fontNumber=face.index, lazy=True, recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text=letters)
        cutter.subset(font)
        _rename(font, face)
        font.flavor = flavour or None
        out = io.BytesIO()
        font.save(out)
    return out.getvalue() if flavour else _numbered(out.getvalue())


def _numbered(data: bytes) -> bytes:
    """The face with its glyphs numbered from 1 on: a PDF names them by place, and readers look those numbers up in the
    face's own list, which keeps the numbers of the collection that it was cut from.
    """
    import io

    from fontTools.ttLib import TTFont

    with TTFont(io.BytesIO(data), recalcTimestamp=False) as font:
        top = font["CFF "].cff.topDictIndex[0] if "CFF " in font else None
        if top is None or not hasattr(top, "ROS"):
            return data
        glyphs = top.CharStrings.charStrings
        names = [".notdef", *(f"cid{place:05d}" for place in range(1, len(top.charset)))]
        top.CharStrings.charStrings = {new: glyphs[old] for new, old in zip(names, top.charset, strict=True)}
        top.charset = names
        out = io.BytesIO()
        font.save(out, reorderTables=None)
    return out.getvalue()


def _rename(font: Any, face: Face) -> None:
    """The alias in place of a name that may be reserved."""
    table, alias = font["name"], ALIASES[face.kind]
    table.names = []
    full = f"{alias} {face.weight}"
    for id, text in ((1, alias), (2, face.weight), (3, full), (4, full), (6, face.name)):
        table.setName(text, id, 3, 1, 0x409)
    if "CFF " in font:
        top = font["CFF "].cff
        top.fontNames = [face.name]
        for key in ("FullName", "FamilyName"):
            setattr(top[0], key, alias)


def missing(face: Face, letters: str) -> str:
    """The letters that a face does not have."""
    return "".join(letter for letter in letters if ord(letter) not in _letters(face.path, face.index))


@lru_cache(maxsize=8)
def _letters(path: Path, index: int) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(path, fontNumber=index if path.suffix == ".ttc" else -1, lazy=True) as font:
        return frozenset(font.getBestCmap())


# ---- style sheets ----------------------------------------------------------------------------------------------------


def styled(css: str) -> str:
    """A style sheet with the two aliases in place of the face that holds names only: serif beside serif, else sans."""
    parts = FACE.split(HOUSE_FACE.sub("", css))
    return "".join(part if place % 2 else _styled(part) for place, part in enumerate(parts))


def _styled(css: str) -> str:
    for family in SERIFS:
        css = css.replace(f'{family}, "Brief Han"', f'{family}, "{ALIASES["serif"]}"')
    css = css.replace('"Brief Han"', f'"{ALIASES["sans"]}"')
    return re.sub(r'("Brief Sans")(?!,)(?=\s*[;}])', rf'\1, "{ALIASES["sans"]}"', css)

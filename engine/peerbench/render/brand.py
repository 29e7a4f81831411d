"""The look of one house: its colours checked for contrast, its logo, its typefaces in place of the shipped ones."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from peerbench.charts.colour import BLACK, HEX, WHITE, contrast, distance, mix
from peerbench.charts.theme import NAMES, Theme, dark_of, theme
from peerbench.render.logo import Logo

TEXT: Final = 4.5
GRAPHIC: Final = 3.0
ALIKE: Final = 0.1
LOGO_MM: Final = 4.6  # high in the strip, at most
LOGO_WIDEST_MM: Final = 42.0

# Which token must be read on which ground (LOOK 5), with what it is for.
Ground = tuple[str, str, float, str]
GROUNDS: Final[tuple[Ground, ...]] = (
    ("theme", "paper", TEXT, "headings and links"),
    ("theme", "panel", TEXT, "headings and links"),
    ("target", "paper", TEXT, "the subject’s numbers"),
    ("target", "ttint", TEXT, "the numbers of the subject’s row"),
    ("target", "panel", GRAPHIC, "marks"),
    ("ink", "panel", TEXT, "the words of the key data"),
    ("sec", "panel", TEXT, "the words of the key data"),
    ("ink", "ttint", TEXT, "the numbers of the subject’s row"),
)
KEYS: Final = {"ttint": "tint"}  # a token's name in a config

# A face of the page: the alias's name in a config, the shipped files it replaces in print and on the web.
FACES: Final = {
    "display": ("SourceSerif4Display-Semibold.ttf", "BriefDisplay-Semibold.woff2"),
    "deck": ("SourceSerif4Subhead-Regular.ttf", "BriefDeck-Regular.woff2"),
    "deck_semibold": ("SourceSerif4Subhead-Semibold.ttf", "BriefDeck-Semibold.woff2"),
    "serif": ("SourceSerif4SmText-Regular.ttf", "BriefSerif-Regular.woff2"),
    "serif_italic": ("SourceSerif4SmText-It.ttf", "BriefSerif-Italic.woff2"),
    "serif_semibold": ("SourceSerif4SmText-Semibold.ttf", "BriefSerif-Semibold.woff2"),
    "serif_bold": ("SourceSerif4SmText-Bold.ttf", "BriefSerif-Bold.woff2"),
    "sans": ("SourceSans3-Regular.ttf", "BriefSans-Regular.woff2"),
    "sans_italic": ("SourceSans3-It.ttf", "BriefSans-Italic.woff2"),
    "sans_semibold": ("SourceSans3-Semibold.ttf", "BriefSans-Semibold.woff2"),
    "sans_bold": ("SourceSans3-Bold.ttf", "BriefSans-Bold.woff2"),
}
STAND_IN: Final = {  # a face that a house does not have, and the ones of the same family that may stand in
    "deck": ("deck_semibold",), "deck_semibold": ("deck",),
    "serif_italic": ("serif",), "serif_semibold": ("serif_bold", "serif"), "serif_bold": ("serif_semibold", "serif"),
    "sans_italic": ("sans",), "sans_semibold": ("sans_bold", "sans"), "sans_bold": ("sans_semibold", "sans"),
}  # fmt: skip
STYLES: Final = {"regular": "sans", "italic": "sans_italic", "semibold": "sans_semibold", "bold": "sans_bold"}


@dataclass(frozen=True, eq=False)
class Brand:
    """Colours by name for light and for dark grounds, a logo, and font files by face; empty: the shipped look."""

    colours: Mapping[str, str] = field(default_factory=dict)
    dark: Mapping[str, str] = field(default_factory=dict)
    logo: Logo | None = None
    faces: Mapping[str, Path] = field(default_factory=dict)

    def theme(self, name: str, *, dark: bool = False) -> Theme:
        """The tokens for an audience's theme. A colour that the audience names itself wins over the house's."""
        own = {**dark_of(self.colours), **self.dark} if dark else dict(self.colours)
        if HEX.fullmatch(name):
            own.pop("theme", None)
        made = theme(name, dark=dark, own=own)
        return made if self.widths is None else _measured(made, self.widths)

    @cached_property
    def files(self) -> dict[str, Path]:
        """The house's files under the names of the shipped ones they replace."""
        return {name: path for face, path in self.faces.items() for name in FACES[face]}

    @cached_property
    def widths(self) -> dict[str, dict[str, int]] | None:
        """Advances of the house's sans, by which charts place their labels."""
        if "sans" not in self.faces:
            return None
        return {style: _advances(self.faces[face]) for style, face in STYLES.items() if face in self.faces}


PLAIN: Final = Brand()


def _measured(made: Theme, widths: Mapping[str, Mapping[str, int]]) -> Theme:
    from dataclasses import replace

    return replace(made, widths=widths)


def known_theme(name: str) -> bool:
    return name in NAMES or bool(HEX.fullmatch(name))


# ---- colours ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A colour of the house that cannot be read: its key, whether on a dark ground, and the sentences."""

    key: str
    dark: bool
    message: str
    hint: str
    grave: bool = True


def unreadable(brand: Brand, name: str) -> Iterator[Unreadable]:
    """Each colour of the house that lacks contrast somewhere: where it lacks most, the ratio, and one that would do."""
    for dark in (False, True):
        chosen = brand.dark if dark else brand.colours
        given = {*chosen, *(["theme"] if HEX.fullmatch(name) and not dark else [])}
        tokens = brand.theme(name, dark=dark)
        lacking = [ground for ground in GROUNDS if _ratio(tokens, ground) < ground[2]]
        for key in ("theme", "target", "tint", "panel"):
            mine = [ground for ground in lacking if key in given and _blamed(ground, given) == key]
            if mine:
                yield _lacking(brand, name, key, dark, mine)
        if given & {"theme", "target"} and distance(tokens.theme, tokens.target) < ALIKE:
            message = f"the colours of the house ({tokens.theme}) and of the subject ({tokens.target}) look alike"
            hint = "The subject’s colour means the subject and nothing else: choose another hue for one of them."
            yield Unreadable("target" if "target" in given else "theme", dark, message, hint, grave=False)


def _ratio(tokens: Theme, ground: Ground) -> float:
    return contrast(getattr(tokens, ground[0]), getattr(tokens, ground[1]))


def _blamed(ground: Ground, given: Collection[str]) -> str:
    """Whose choice it was: the colour's, or where that is not of the house, the ground's."""
    return next((key for key in (KEYS.get(name, name) for name in ground[:2]) if key in given), "")


def _lacking(brand: Brand, name: str, key: str, dark: bool, lacking: Sequence[Ground]) -> Unreadable:
    tokens = brand.theme(name, dark=dark)
    worst = min(lacking, key=lambda ground: _ratio(tokens, ground) / ground[2])
    token, ground, least, what = worst
    colour, under = getattr(tokens, token), getattr(tokens, ground)
    place = {"paper": "the page", "panel": "the panel", "ttint": "its tint"}[ground]
    message = f"{colour} on {place} {under} has a contrast of {_ratio(tokens, worst):.2f}; {what} ask for {least}"
    better = _better(key, dark, tokens) if token == key else ""
    return Unreadable(key, dark, message, f"{better} would do." if better else f"Choose a {key} further from {colour}.")


def _better(key: str, dark: bool, tokens: Theme) -> str:
    """The colour made darker, or on a dark ground lighter, as little as it takes everywhere; its tint follows it."""
    own = {"panel": tokens.panel, "theme": tokens.theme}
    tried = (mix(getattr(tokens, key), WHITE if dark else BLACK, step / 50) for step in range(51))
    for colour in tried:
        made = theme(NAMES[0], dark=dark, own={**own, key: colour})
        if all(_ratio(made, ground) >= ground[2] for ground in GROUNDS if ground[0] == key):
            return colour
    return ""


# ---- typefaces -------------------------------------------------------------------------------------------------------

NEEDED: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,;:()%+−–’“”·÷&/"
DIGITS: Final = "0123456789"
RESTRICTED: Final = 0x0002  # OS/2 fsType: may not be embedded
MAX_FONT_BYTES: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class BadFont:
    """A font file that cannot be used, or can with a flaw: its face and the sentence."""

    face: str
    message: str
    grave: bool = True


def faces(files: Mapping[str, Path]) -> tuple[dict[str, Path], tuple[BadFont, ...]]:
    """The house's files by face, those it lacks replaced by others of its family, and what is wrong with them."""
    found, wrong = dict(files), [flaw for face, path in files.items() for flaw in _flaws(face, path)]
    families = {face.partition("_")[0] for face in files}
    for face in FACES:
        if face not in found and face.partition("_")[0] in families:
            other = next((name for name in STAND_IN.get(face, ()) if name in files), "")
            if not other:
                wrong.append(BadFont(face.partition("_")[0], f"'{face.partition('_')[0]}' itself is missing"))
                continue
            found[face] = files[other]
            wrong.append(BadFont(other, f"there is no '{face}'; '{other}' stands in for it", grave=False))
    return found, tuple(dict.fromkeys(wrong))


def _flaws(face: str, path: Path) -> Iterator[BadFont]:
    from fontTools.ttLib import TTFont, TTLibError

    if path.stat().st_size > MAX_FONT_BYTES:
        yield BadFont(face, f"'{path.name}' is larger than {MAX_FONT_BYTES // 1_000_000} MB")
        return
    try:
        with TTFont(io.BytesIO(path.read_bytes()), lazy=True) as font:
            cmap, advances, rights = font.getBestCmap() or {}, font["hmtx"].metrics, font["OS/2"].fsType
            variable = "fvar" in font
    except (TTLibError, KeyError, OSError, AttributeError, ValueError, AssertionError) as error:
        yield BadFont(face, f"'{path.name}' is no TrueType or OpenType font ({error})")
        return
    lost = "".join(letter for letter in NEEDED if ord(letter) not in cmap)
    if lost:
        yield BadFont(face, f"'{path.name}' lacks {' '.join(lost)}")
    if rights & RESTRICTED:
        yield BadFont(face, f"'{path.name}' says that it may not be embedded")
    if variable:
        yield BadFont(face, f"'{path.name}' is a variable font; one file for each weight is wanted")
    if face.startswith("sans") and not lost and len({advances[cmap[ord(digit)]][0] for digit in DIGITS}) > 1:
        message = f"'{path.name}' has figures of unequal width: columns of numbers will not align"
        yield BadFont(face, message, grave=False)


def _advances(path: Path) -> dict[str, int]:
    """Advance widths in thousandths of an em, as charts.measure has them."""
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        scale, metrics = 1000 / font["head"].unitsPerEm, font["hmtx"].metrics
        cmap: dict[int, Any] = font.getBestCmap()
        return {chr(code): round(metrics[name][0] * scale) for code, name in cmap.items() if code < 0x2E80}

"""Colour and type tokens of a publication, by audience and light or dark, and its Vega-Lite config."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from peerbench.charts.colour import HEX, mix, readable

PX_PER_MM: Final = 96 / 25.4
FONT: Final = "Brief Sans"
FONTS: Final = f"{FONT}, Brief Han"  # a name in Chinese falls through to the second family


@dataclass(frozen=True, slots=True)
class Theme:
    """Tokens by meaning (LOOK 5). target means the subject and nothing else; theme means this publication."""

    name: str
    theme: str
    paper: str = "#FFFFFF"
    panel: str = "#F3F5F7"
    ink: str = "#14202B"
    sec: str = "#44525F"
    ter: str = "#5A6773"
    rule: str = "#C9D1D8"
    hair: str = "#DDE3E8"
    grid: str = "#E1E6EA"
    target: str = "#B0340A"
    ttint: str = "#FBEEE8"
    ttint_hair: str = "#EBC9BB"
    peers: tuple[str, ...] = ("#22384C", "#5E707E", "#82909A", "#364A5C", "#495D6D", "#6F7F8B")
    bar_1: str = "#C3CDD5"
    bar_2: str = "#8393A1"
    band: str = "#E6EBEF"
    heat: tuple[str, ...] = ("#B4C8D9", "#D2DDE7", "#E9EEF3", "#F8F9FA")
    dots: str = "#8796A3"
    placeholder: str = "#5B4300"
    placeholder_ground: str = "#FFF3C4"
    focus: str = "#0B63C5"
    font: str = FONTS
    widths: Mapping[str, Mapping[str, int]] | None = None  # of a house's own sans, see charts.measure
    words: Mapping[str, str] | None = None  # of another language, by the English ones; and "month", a date's form

    def tokens(self) -> dict[str, str]:
        """Every colour by the name of its custom property: ink → --ink, the second peer → --peer-2."""
        plain = {
            name.replace("_", "-"): getattr(self, name)
            for name in self.__dataclass_fields__
            if name not in ("name", "peers", "heat", "font", "widths", "words")
        }
        peers = {f"peer-{slot}": colour for slot, colour in enumerate(self.peers, 1)}
        return {**plain, **peers, **{f"heat-{rank}": colour for rank, colour in enumerate(self.heat, 1)}}

    def say(self, text: str) -> str:
        """A fixed word of a chart in the language of the page."""
        return (self.words or {}).get(text, text)

    def peer(self, slot: int, *, of: int = 3) -> str:
        """The grey of a peer's slot; beyond six peers there is one grey for all."""
        return self.peers[1] if of > len(self.peers) or slot > len(self.peers) else self.peers[slot - 1]


_LIGHT: Final = {"investor": "#12385A", "risk": "#5A2A55", "policy": "#14534A"}
_DARK_THEME: Final = {"investor": "#8DBBE6", "risk": "#D3A3CE", "policy": "#7FC4B6"}
_DARK: Final[dict[str, Any]] = {
    "paper": "#121A22",
    "panel": "#1A242E",
    "ink": "#EDF1F4",
    "sec": "#B7C2CC",
    "ter": "#9AA7B3",
    "rule": "#3B4856",
    "hair": "#2A3642",
    "grid": "#2A3642",
    "target": "#FF8A5C",
    "ttint": "#2E2320",
    "ttint_hair": "#4A342C",
    "peers": ("#D3DEE8", "#A9B8C5", "#8496A5", "#C5D2DD", "#B8C5D1", "#98A8B6"),
    "bar_1": "#42515F",
    "bar_2": "#6B7D8D",
    "band": "#27333F",
    "heat": ("#39516A", "#2F4254", "#263441", "#1E2933"),
    "dots": "#6F8190",
    "placeholder": "#FFE08A",
    "placeholder_ground": "#4A3A08",
    "focus": "#8DBBE6",
}
NAMES: Final = tuple(_LIGHT)
OWN: Final = ("theme", "target", "tint", "panel")  # what a house may choose
TINT: Final = 0.09  # of the subject's colour in the ground of its row
HAIR: Final = 0.28
DARK_CONTRAST: Final = 7.0
COMMA: Final = ", "  # between two figures of one point
WORDS: Final = (  # drawn in charts, apart from what a figure holds
    *("Now", "Mean", "+1 s.d.", "−1 s.d.", "Peer median", "peer medians", "tick: year before", "NA"),
    *("Price {number}", "{name}, and its gap"),
    COMMA,
)  # fmt: skip
SHAPES: Final = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "circle-outline")


def theme(name: str, *, dark: bool = False, own: Mapping[str, str] | None = None) -> Theme:
    """The tokens of an audience's theme: investor, risk, policy, or a colour of its own; KeyError names an unknown one.

    own: colours of a house (theme, target, tint, panel) for this ground; what follows from them is derived.
    """
    given = dict(own or {})
    if HEX.fullmatch(name):
        given["theme"] = readable(name, _DARK["paper"], DARK_CONTRAST) if dark else name
    light = Theme(name=name, theme=_LIGHT[NAMES[0]] if "theme" in given else _LIGHT[name])
    made = replace(light, theme=_DARK_THEME.get(name, light.theme), **_DARK) if dark else light
    return replace(made, **_named(given, made))


def _named(own: Mapping[str, str], made: Theme) -> dict[str, Any]:
    """A house's colours by the names of tokens; the tint of the subject's row follows its colour."""
    found: dict[str, Any] = {name: own[name] for name in ("theme", "target", "panel") if name in own}
    if "target" in own or "tint" in own:
        target = own.get("target", made.target)
        tint = own.get("tint") or mix(made.paper, target, TINT)
        found |= {"ttint": tint, "ttint_hair": mix(tint, target, HAIR)}
    return found


def dark_of(own: Mapping[str, str]) -> dict[str, str]:
    """A house's colours for a dark ground where it names none: as light as it takes to be read there."""
    grounds = {"theme": _DARK["paper"], "target": _DARK["paper"]}
    return {name: readable(own[name], ground, DARK_CONTRAST) for name, ground in grounds.items() if name in own}


def shape(slot: int) -> str:
    """The mark of a slot: 0 the subject's disc, then square, triangle, diamond …; beyond six a plain disc."""
    return SHAPES[slot] if slot < len(SHAPES) else "circle"


def px(millimetres: float) -> float:
    """CSS pixels of a length, as the page places it."""
    return millimetres * PX_PER_MM


def config(theme: Theme) -> dict[str, Any]:
    """The Vega-Lite config of the house (LOOK 10.1): what a mark is unless its layer says otherwise."""
    return {
        "background": "transparent",
        "font": theme.font,
        "view": {"stroke": None},
        "axis": {"domain": False, "ticks": False, "gridColor": theme.grid, "gridWidth": 0.75, "title": None},
        "legend": {"disable": True},
        "text": {"font": theme.font, "fontSize": 10, "color": theme.ink, "baseline": "alphabetic"},
        "line": {"strokeWidth": 1.6, "strokeCap": "round", "strokeJoin": "round"},
        "point": {"filled": True, "opacity": 1},
        "bar": {"binSpacing": 0},
    }

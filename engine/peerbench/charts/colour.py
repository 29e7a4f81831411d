"""Colours by what an eye makes of them: contrast (WCAG 2.2), lighter and darker, and how far two lie apart."""

from __future__ import annotations

import math
import re
from typing import Final

HEX: Final = re.compile(r"#[0-9A-Fa-f]{6}")
WHITE: Final = "#FFFFFF"
BLACK: Final = "#000000"


def channels(colour: str) -> tuple[float, float, float]:
    """#RRGGBB as red, green and blue from 0 to 1."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def hexed(red: float, green: float, blue: float) -> str:
    return "#" + "".join(f"{round(min(max(part, 0.0), 1.0) * 255):02X}" for part in (red, green, blue))


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    """Relative luminance: 0 black, 1 white."""
    red, green, blue = map(_linear, channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(colour: str, other: str, part: float) -> str:
    """`colour` with a part of `other` in it."""
    pairs = zip(channels(colour), channels(other), strict=True)
    red, green, blue = (one + (two - one) * part for one, two in pairs)
    return hexed(red, green, blue)


def readable(colour: str, ground: str, least: float) -> str:
    """The colour, darkened on a light ground or lightened on a dark one as little as it takes to be read there."""
    towards = BLACK if luminance(ground) > 0.18 else WHITE
    tried = (mix(colour, towards, step / 50) for step in range(51))
    return next((one for one in tried if contrast(one, ground) >= least), towards)


def distance(one: str, other: str) -> float:
    """How far apart two colours look (Oklab): 0 the same, 1 black and white; under 0.1 they are taken for one."""
    return math.dist(_oklab(one), _oklab(other))


def _oklab(colour: str) -> tuple[float, float, float]:
    red, green, blue = map(_linear, channels(colour))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )

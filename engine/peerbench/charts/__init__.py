"""From a figure to a Vega-Lite spec, one module for each kind. Altair is imported only when something is drawn."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from peerbench.charts.theme import NAMES, Theme, theme
from peerbench.core.document import Number

__all__ = ["KINDS", "NAMES", "Theme", "UnknownFigure", "draw", "theme"]

KINDS: Final = {
    "RangeDot": "range_dot",
    "History": "history",
    "Scatter": "scatter",
    "FootballField": "football",
    "SmallMultiples": "small_multiples",
    "GroupedBars": "grouped_bars",
    "Lines": "lines",
    "LongBars": "long_bars",
    "Sparkline": "sparkline",
}


class UnknownFigure(TypeError):
    """A figure no module draws: a mistake in the room that made it."""

    def __init__(self, figure: object) -> None:
        super().__init__(f"no chart draws a {type(figure).__name__}; known: {', '.join(KINDS)}")


def draw(
    figure: object, theme: Theme, *, width_mm: float, height_mm: float, text: Callable[[Number], str]
) -> dict[str, Any]:
    """The Vega-Lite spec of a figure at exactly this size; `text` writes every number that is printed."""
    if type(figure).__name__ not in KINDS:
        raise UnknownFigure(figure)
    module = import_module(f"peerbench.charts.{KINDS[type(figure).__name__]}")
    from altair.utils.schemapi import debug_mode

    from peerbench.charts.measure import typeface

    # altair's own check of every part is half of the time; a test checks the specs instead.
    with debug_mode(False), typeface(theme.widths):
        spec: dict[str, Any] = module.draw(figure, theme, width_mm=width_mm, height_mm=height_mm, text=text)
    return spec

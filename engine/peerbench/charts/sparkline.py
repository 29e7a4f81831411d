"""Twelve months of a price as a bare line, its last point in the target's accent."""

from __future__ import annotations

from typing import Any, Final

from peerbench.charts import axes, marks
from peerbench.charts.marks import Mark, Path
from peerbench.charts.scales import Scale, Text
from peerbench.charts.theme import Theme, px
from peerbench.core.figures import Sparkline

EDGE: Final = 4.0


def draw(figure: Sparkline, theme: Theme, *, width_mm: float, height_mm: float, text: Text) -> dict[str, Any]:
    """The Vega-Lite spec: the line from the lowest to the highest value, without scale or words."""
    wide, high = px(width_mm), px(height_mm)
    points = axes.known(figure.points)
    values = [point.value for point in points] or [0.0]
    low, top = min(values), max(values)
    x = axes.time_scale([point.when for point in points], 1, wide - EDGE)
    y = Scale((low, top) if top > low else (low - 1, top + 1), (high - EDGE, EDGE))
    last = [Mark(points[-1].when.toordinal(), points[-1].value, "circle", theme.target, 40)] if points else []
    line = Path(tuple((float(point.when.toordinal()), point.value) for point in points), theme.ink, 1.3)
    layers = [
        *marks.paths([line] if len(points) > 1 else [], x=x, y=y),
        *marks.marks(last, x=x, y=y, theme=theme),
    ]
    return marks.compose(layers, width=wide, height=high, theme=theme)

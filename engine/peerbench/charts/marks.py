"""Altair layers in the chart's own px: rules, bars, shapes, paths and text. The only place that imports altair.

Positions that stand for a value are encoded as that value on a written scale; furniture is given in px (scale null).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from peerbench.charts.labels import Box, Label
from peerbench.charts.measure import CAP_MIDDLE
from peerbench.charts.scales import Scale
from peerbench.charts.theme import Theme, config

WEIGHTS: Final = {"regular": 400, "italic": 400, "semibold": 600, "bold": 700}
PEER_AREA: Final = 82.0
TARGET_AREA: Final = 150.0
Channel = Literal["x", "x2", "y", "y2"]


def peer_area(count: int) -> float:
    """The area of a peer's shape in px²; beyond six peers, when shapes no longer tell companies apart, smaller."""
    return PEER_AREA if count <= 6 else 48.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line in px."""

    x: float
    y: float
    x2: float
    y2: float
    colour: str
    width: float = 0.75
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A shape at a value of x and y on the chart's scales (or in px where a scale is None)."""

    x: float
    y: float
    shape: str
    colour: str
    area: float = PEER_AREA

    def radius(self) -> float:
        """Half the width a reader sees, edge included."""
        reach = {"diamond": 0.6, "triangle-up": 0.62, "triangle-down": 0.62}.get(self.shape, 0.56)
        return reach * math.sqrt(self.area) + 0.5

    def box(self, x: float, y: float) -> Box:
        """What the shape covers when it stands at a place in px."""
        half = self.radius()
        return Box(x - half, y - half, x + half, y + half)


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle from x to x2 and y to y2 on the chart's scales."""

    x: float
    x2: float
    y: float
    y2: float
    fill: str
    edge: str = ""
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A line through points on the chart's scales."""

    points: tuple[tuple[float, float], ...]
    colour: str
    width: float
    dash: tuple[float, ...] = ()


def _position(channel: Channel, scale: Scale | None) -> Any:
    import altair as alt

    make = {"x": alt.X, "x2": alt.X2, "y": alt.Y, "y2": alt.Y2}[channel]
    if channel in ("x2", "y2"):
        return make(channel)
    if scale is None:
        return make(channel, type="quantitative", scale=None, axis=None)
    written = alt.Scale(domain=list(scale.domain), range=list(scale.range), nice=False, zero=False)
    return make(channel, type="quantitative", scale=written, axis=None)


def _data(rows: Sequence[dict[str, Any]]) -> Any:
    import altair as alt

    return alt.Chart(alt.InlineData(values=list(rows)))


def _literal(channel: Any, field: str) -> Any:
    return channel(field, type="nominal", scale=None, legend=None)


def rules(lines: Sequence[Rule]) -> list[Any]:
    """Straight lines in px, one layer for each dash and width."""
    import altair as alt

    layers = []
    for dash, width in dict.fromkeys((line.dash, line.width) for line in lines):
        rows = [asdict(line) for line in lines if (line.dash, line.width) == (dash, width)]
        mark = {"strokeDash": list(dash)} if dash else {}
        chart = _data(rows).mark_rule(strokeWidth=width, strokeCap="butt", **mark)
        encoded = {name: _position(name, None) for name in ("x", "y", "x2", "y2")}
        layers.append(chart.encode(**encoded, color=_literal(alt.Color, "colour")))
    return layers


def marks(shapes: Sequence[Mark], *, x: Scale | None, y: Scale | None, theme: Theme) -> list[Any]:
    """Filled shapes with an edge of paper, so that two that meet stay two; an outlined disc for circle-outline."""
    import altair as alt

    if not shapes:
        return []
    rows = []
    for one in shapes:
        hollow = one.shape == "circle-outline"
        fill, edge = (theme.paper, one.colour) if hollow else (one.colour, theme.paper)
        kind = "circle" if hollow else one.shape
        rows.append({"x": one.x, "y": one.y, "shape": kind, "fill": fill, "edge": edge, "area": one.area})
    chart = _data(rows).mark_point(filled=True, opacity=1, strokeWidth=1)
    return [
        chart.encode(
            x=_position("x", x),
            y=_position("y", y),
            shape=_literal(alt.Shape, "shape"),
            fill=_literal(alt.Fill, "fill"),
            stroke=_literal(alt.Stroke, "edge"),
            size=alt.Size("area", type="quantitative", scale=None, legend=None),
        )
    ]


def bars(boxes: Sequence[Bar], *, x: Scale | None, y: Scale | None) -> list[Any]:
    """Filled rectangles, one layer for each kind of edge."""
    import altair as alt

    layers = []
    for edge, dash in dict.fromkeys((box.edge, box.dash) for box in boxes):
        rows = [asdict(box) for box in boxes if (box.edge, box.dash) == (edge, dash)]
        stroke = {"stroke": edge, "strokeWidth": 1.2 if dash else 0.75} if edge else {}
        chart = _data(rows).mark_rect(**stroke, **({"strokeDash": list(dash)} if dash else {}))
        ends = {"x": _position("x", x), "x2": _position("x2", x), "y": _position("y", y), "y2": _position("y2", y)}
        layers.append(chart.encode(**ends, fill=_literal(alt.Fill, "fill")))
    return layers


def paths(lines: Sequence[Path], *, x: Scale | None, y: Scale | None) -> list[Any]:
    """Lines through points, each its own layer."""
    layers = []
    for line in lines:
        rows = [{"x": at, "y": value, "order": index} for index, (at, value) in enumerate(line.points)]
        dash = {"strokeDash": list(line.dash), "strokeCap": "butt"} if line.dash else {"strokeCap": "round"}
        chart = _data(rows).mark_line(color=line.colour, strokeWidth=line.width, strokeJoin="round", **dash)
        layers.append(chart.encode(x=_position("x", x), y=_position("y", y), order="order:Q"))
    return layers


def texts(labels: Sequence[Label]) -> list[Any]:
    """All labels in one layer; alignment, size and weight travel with each."""
    import altair as alt

    rows = [
        {
            "x": round(label.x, 2),
            "y": round(label.y + CAP_MIDDLE * label.size, 2),
            "text": label.text,
            "colour": label.colour,
            "align": label.align,
            "size": label.size,
            "weight": WEIGHTS[label.style],
            "slant": "italic" if label.style == "italic" else "normal",
        }
        for label in labels
        if label.text
    ]
    if not rows:
        return []
    chart = _data(rows).mark_text(
        baseline="alphabetic",
        align=alt.ExprRef("datum.align"),
        fontSize=alt.ExprRef("datum.size"),
        fontWeight=alt.ExprRef("datum.weight"),
        fontStyle=alt.ExprRef("datum.slant"),
    )
    text, colour = _literal(alt.Color, "colour"), alt.Text("text", type="nominal")
    return [chart.encode(x=_position("x", None), y=_position("y", None), color=text, text=colour)]


def compose(layers: Sequence[Any], *, width: float, height: float, theme: Theme) -> dict[str, Any]:
    """The Vega-Lite spec of a chart of exactly this size in px: nothing in it moves to make room."""
    import altair as alt

    drawn = layers or [_data([{"x": 0}]).mark_rule(opacity=0).encode(x=_position("x", None))]  # nothing to show
    chart = alt.layer(*drawn).properties(
        width=round(width, 3), height=round(height, 3), padding=0, autosize=alt.AutoSizeParams(type="none")
    )
    spec: dict[str, Any] = chart.to_dict()
    return {**spec, "config": config(theme)}

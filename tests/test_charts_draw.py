"""Every kind of chart: geometry by hand, only listed colours, and peer sets that are not four companies."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import figures
from figures import dot_row, identities
from peerbench.charts import KINDS, UnknownFigure, draw, theme
from peerbench.charts.labels import Box
from peerbench.core.document import Number
from peerbench.core.figures import (
    BarGroup,
    DotPoint,
    DotRow,
    FieldBar,
    FootballField,
    GroupedBars,
    History,
    Lines,
    LongBar,
    LongBars,
    RangeDot,
    Scatter,
    ScatterPoint,
    Series,
    SeriesPoint,
    SmallMultiples,
    Sparkline,
)
from peerbench.render.format import text

INVESTOR = theme("investor")


def spec_of(figure: Any, width_mm: float, height_mm: float) -> dict[str, Any]:
    return draw(figure, INVESTOR, width_mm=width_mm, height_mm=height_mm, text=text)


def rows_of(spec: dict[str, Any], mark: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every row of every layer of a mark, with its layer; altair keeps data by name at the top or in the layer."""
    for layer in spec["layer"]:
        if layer["mark"]["type"] == mark:
            data = layer.get("data") or spec["data"]
            for row in data["values"] if "values" in data else spec["datasets"][data["name"]]:
                yield row, layer


def scale_of(layer: dict[str, Any], channel: str) -> tuple[list[float], list[float]]:
    scale = layer["encoding"][channel]["scale"]
    return scale["domain"], scale["range"]


def labels_of(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row, _ in rows_of(spec, "text")]


def box_of(row: dict[str, Any]) -> Box:
    """The box of a label by the typeface's own measure, with kerning."""
    style = "italic" if row["slant"] == "italic" else {400: "regular", 600: "semibold"}[row["weight"]]
    wide = figures.measured(row["text"].replace("→", "x"), row["size"], style) if row["text"].isprintable() else 0.0
    left = row["x"] - {"left": 0.0, "center": 0.5, "right": 1.0}[row["align"]] * wide
    return Box(left, row["y"] - 0.72 * row["size"], left + wide, row["y"] + 0.2 * row["size"])


def meeting(spec: dict[str, Any]) -> list[tuple[str, str]]:
    placed = [(row["text"], box_of(row)) for row in labels_of(spec)]
    return [(one, other) for (one, box), (other, there) in combinations(placed, 2) if box.meets(there)]


KIND = pytest.mark.parametrize("kind", sorted(figures.FIGURES))


# ---- every kind -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def specs() -> dict[str, dict[str, Any]]:
    return {kind: spec_of(*row) for kind, row in figures.FIGURES.items()}


def test_every_figure_of_the_vocabulary_has_an_example_here() -> None:
    assert {type(figure).__name__ for figure, _, _ in figures.FIGURES.values()} == set(KINDS)


def test_the_schema_of_altair_accepts_every_spec(specs: dict[str, dict[str, Any]]) -> None:
    """Checked here once, because drawing leaves altair's check out for speed."""
    import altair

    for spec in specs.values():
        altair.LayerChart.from_dict(spec, validate=True)


@KIND
def test_a_chart_is_exactly_as_large_as_its_span(kind: str, specs: dict[str, dict[str, Any]]) -> None:
    _, wide, high = figures.FIGURES[kind]
    spec = specs[kind]
    assert (spec["width"], spec["height"]) == pytest.approx((wide * 3.779528, high * 3.779528), abs=1e-3)
    assert spec["autosize"] == {"type": "none"}
    assert spec["padding"] == 0


@KIND
def test_no_two_labels_touch_and_none_leaves_the_chart(kind: str, specs: dict[str, dict[str, Any]]) -> None:
    spec = specs[kind]
    assert meeting(spec) == []
    for row in labels_of(spec):
        box = box_of(row)
        assert box.left >= -0.5
        assert box.right <= spec["width"] + 0.5
        assert box.top >= -1
        assert box.bottom <= spec["height"] + 1


@KIND
def test_no_type_is_smaller_than_the_floor(kind: str, specs: dict[str, dict[str, Any]]) -> None:
    """7.5 pt is 10 px; the names of axes and the values on bars are 9.9 px (LOOK 10.2)."""
    assert all(row["size"] >= 9.9 for row in labels_of(specs[kind]))


@KIND
def test_a_minus_is_never_a_hyphen(kind: str, specs: dict[str, dict[str, Any]]) -> None:
    assert not any(row["text"].startswith("-") for row in labels_of(specs[kind]))


@KIND
def test_a_chart_is_drawn_in_listed_colours_only(kind: str, specs: dict[str, dict[str, Any]]) -> None:
    listed = set(INVESTOR.tokens().values())
    spec = specs[kind]
    used = {
        row[name]
        for mark in ("text", "point", "rect", "rule")
        for row, _ in rows_of(spec, mark)
        for name in ("colour", "fill", "edge")
        if row.get(name)
    }
    used |= {layer["mark"][name] for layer in spec["layer"] for name in ("color", "stroke") if name in layer["mark"]}
    assert used <= listed
    assert kind == "sparkline" or INVESTOR.target in used or kind in ("small_multiples", "lines")


def test_a_figure_nobody_draws_is_refused() -> None:
    with pytest.raises(UnknownFigure, match="no chart draws a str; known: RangeDot"):
        draw("a string", INVESTOR, width_mm=10, height_mm=10, text=text)


# ---- geometry by hand -----------------------------------------------------------------------------------------------


def test_a_dot_stands_at_its_gap_to_the_median(specs: dict[str, dict[str, Any]]) -> None:
    """Alibaba at 18.06 times against a median of 25.84 is −30.1%; the scale is read off two ticks and their words."""
    spec = specs["range_dot"]
    ticks = {row["text"]: row["x"] for row in labels_of(spec) if row["text"] in ("Peer median", "+100")}
    per_point = ticks["+100"] - ticks["Peer median"]
    (row, layer), *_ = [(row, layer) for row, layer in rows_of(spec, "point") if row["fill"] == INVESTOR.target]
    domain, span = scale_of(layer, "x")
    drawn = span[0] + (row["x"] - domain[0]) / (domain[1] - domain[0]) * (span[1] - span[0])
    assert drawn == pytest.approx(ticks["Peer median"] + (18.06 / 25.84 - 1) * per_point, abs=0.02)


def test_the_target_is_larger_than_any_peer_and_drawn_last(specs: dict[str, dict[str, Any]]) -> None:
    points = [row for row, _ in rows_of(specs["range_dot"], "point")]
    own = [row["area"] for row in points if row["fill"] == INVESTOR.target]
    others = [row["area"] for row in points if row["fill"] != INVESTOR.target]
    assert min(own) == 150.0
    assert max(others) == 82.0
    assert points[-1]["fill"] == INVESTOR.target


def test_peers_take_shape_and_grey_from_their_slot(specs: dict[str, dict[str, Any]]) -> None:
    shown = {(row["shape"], row["fill"]) for row, _ in rows_of(specs["range_dot"], "point")}
    assert shown == {
        ("circle", "#B0340A"), ("square", "#22384C"), ("triangle-up", "#5E707E"), ("diamond", "#82909A"),
    }  # fmt: skip


def test_names_stand_flush_left_in_a_column_of_98_px(specs: dict[str, dict[str, Any]]) -> None:
    names = [row for row in labels_of(specs["range_dot"]) if row["weight"] == 600 and row["colour"] == INVESTOR.ink]
    assert {row["text"] for row in names} == {"Price / earnings", "EV / EBIT", "Price / sales"}
    assert {row["x"] for row in names} == {0}
    test = next(row for row in labels_of(specs["range_dot"]) if row["text"] == "without Amazon")
    assert (test["x"], test["slant"]) == (9, "italic")


def test_the_targets_name_is_said_once_and_a_test_row_gives_its_gap_alone(specs: dict[str, dict[str, Any]]) -> None:
    own = [row["text"] for row in labels_of(specs["range_dot"]) if row["colour"] == INVESTOR.target]
    assert own == ["Alibaba 18.1x, −30%", "−2%", "18.4x, −26%", "2.7x, −24%"]


def test_the_test_row_hangs_on_a_dotted_line_from_target_to_target(specs: dict[str, dict[str, Any]]) -> None:
    spec = specs["range_dot"]
    ((line, layer),) = [(row, layer) for row, layer in rows_of(spec, "rule") if row["dash"]]
    assert (layer["mark"]["strokeDash"], line["colour"]) == ([2.0, 2.0], INVESTOR.target)
    first, second = [row for row, _ in rows_of(spec, "point") if row["fill"] == INVESTOR.target][:2]
    assert (line["y"], line["y2"]) == (first["y"], second["y"])


def test_the_compact_form_has_two_columns_at_the_right_edge(specs: dict[str, dict[str, Any]]) -> None:
    spec = specs["compact"]
    head = next(row for row in labels_of(spec) if row["text"] == "Alibaba, and its gap")
    gap = next(row for row in labels_of(spec) if row["text"] == "−30%")
    assert head["x"] == gap["x"] == pytest.approx(spec["width"], abs=0.01)
    assert {head["align"], gap["align"]} == {"right"}


def test_first_and_last_tick_carry_the_unit(specs: dict[str, dict[str, Any]]) -> None:
    base = max(row["y"] for row in labels_of(specs["range_dot"]))
    ticks = [row["text"] for row in sorted(labels_of(specs["range_dot"]), key=lambda row: row["x"]) if row["y"] == base]
    assert [word for word in ticks if word.endswith("%")] == [ticks[0], ticks[-1]]
    assert "Peer median" in ticks


def test_a_bar_of_the_field_runs_from_lowest_to_highest(specs: dict[str, dict[str, Any]]) -> None:
    """US$100 to US$301, the scale read off the ticks 0 and 400."""
    spec = specs["football"]
    ticks = {row["text"]: row["x"] for row in labels_of(spec) if row["text"] in ("0", "400")}
    per_dollar = (ticks["400"] - ticks["0"]) / 400
    row, layer = next(iter(rows_of(spec, "rect")))
    domain, span = scale_of(layer, "x")
    at = [span[0] + (row[end] - domain[0]) / (domain[1] - domain[0]) * (span[1] - span[0]) for end in ("x", "x2")]
    assert at == pytest.approx([ticks["0"] + 100 * per_dollar, ticks["0"] + 301 * per_dollar], abs=0.05)


def test_an_own_range_is_white_and_the_price_is_a_rule_in_the_accent(specs: dict[str, dict[str, Any]]) -> None:
    spec = specs["football"]
    assert [row["fill"] for row, _ in rows_of(spec, "rect")] == ["#C3CDD5", "#C3CDD5", "#FFFFFF"]
    ((price, layer),) = [(row, layer) for row, layer in rows_of(spec, "rule") if row["colour"] == INVESTOR.target]
    assert layer["mark"]["strokeWidth"] == 1.9
    assert price["x"] == price["x2"]


def test_bars_start_at_zero_and_the_latest_is_darkest(specs: dict[str, dict[str, Any]]) -> None:
    rows = [row for row, _ in rows_of(specs["grouped_bars"], "rect")]
    assert {row["y"] for row in rows} == {0.0}
    latest = sorted((row for row in rows if row["fill"] in ("#B0340A", "#22384C")), key=lambda row: row["x"])
    assert [row["y2"] for row in latest] == [0.086, 0.145, 0.13, 0.062]
    assert [row["fill"] for row in latest] == ["#B0340A", "#22384C", "#22384C", "#22384C"]


def test_long_bars_start_at_zero_and_a_pledge_is_never_filled(specs: dict[str, dict[str, Any]]) -> None:
    rows = list(rows_of(specs["long_bars"], "rect"))
    assert {row["x"] for row, _ in rows} == {0.0}
    ((pledge, layer),) = [(row, layer) for row, layer in rows if "strokeDash" in layer["mark"]]
    assert (pledge["x2"], pledge["fill"], layer["mark"]["stroke"]) == (17.6e9, "#FFFFFF", "#B0340A")


def test_panels_share_one_scale_and_stand_at_one_height(specs: dict[str, dict[str, Any]]) -> None:
    spec = specs["small_multiples"]
    points = sorted((row for row, _ in rows_of(spec, "point")), key=lambda row: row["x"])
    lines = [row for row, _ in rows_of(spec, "rule")]
    zero = {line["y"] for line in lines if line["colour"] == INVESTOR.ink and line["y"] == line["y2"]} - {
        max(line["y"] for line in lines if line["y"] == line["y2"])
    }
    assert len(zero) == 1
    per_point = (zero.copy().pop() - points[1]["y"]) / 0.15
    assert [(zero.copy().pop() - row["y"]) / per_point for row in points] == pytest.approx([0.02, 0.15, 0.13, -0.04])


def test_an_unknown_quarter_is_not_drawn_over() -> None:
    days = [day for day in figures.QUARTERS if day != date(2023, 12, 31)]
    known = Series("c0", tuple(SeriesPoint(day, 0.1) for day in days), Number(0.1, "pct0"))
    spec = spec_of(Lines(identities(), (known,)), 87, 44)
    strokes = [layer for layer in spec["layer"] if layer["mark"]["type"] == "line"]
    assert len(strokes) == 2


def test_no_mark_of_time_is_written_twice_and_all_panels_have_the_same() -> None:
    """Quarters that end days apart are one quarter; a series by the week is marked by months."""
    early = tuple(replace(point, when=point.when - timedelta(days=3)) for point in figures.LINES[1].points)
    spec = spec_of(Lines(identities(), (figures.LINES[0], replace(figures.LINES[1], points=early))), 170, 44)
    words = [row["text"] for row in labels_of(spec) if "Q" in row["text"]]
    assert words == ["1Q23", "2Q23", "3Q23", "4Q23", "1Q24", "2Q24", "3Q24", "4Q24"]
    weeks = tuple(SeriesPoint(date(2024, 9, 23) + timedelta(days=7 * week), 0.1) for week in range(53))
    spec = spec_of(Lines(identities(), (Series("c0", weeks, Number(0.1, "pct0")),)), 178, 44)
    words = [row["text"] for row in labels_of(spec) if "20" in row["text"] and "%" not in row["text"]]
    assert words == ["Oct 2024", "Jan 2025", "Apr 2025", "Jul 2025"]
    short = replace(figures.LINES[0], points=figures.LINES[0].points[-3:])
    spec = spec_of(SmallMultiples(identities(), (short, *figures.LINES[1:])), 178, 42)
    years = [row["text"] for row in labels_of(spec) if row["text"] in ("2023", "2024")]
    assert years == ["2023", "2024"] * 4


def test_a_fitted_line_is_drawn_where_it_runs_inside_the_plot() -> None:
    scatter, wide, high = figures.FIGURES["scatter"]
    spec = spec_of(replace(scatter, fit=(20.0, 100.0)), wide, high)
    line = [row for row, _ in rows_of(spec, "line")]
    assert [row["y"] for row in line] == pytest.approx([20 + 100 * row["x"] for row in line])
    assert min(row["y"] for row in line) >= 0
    assert not list(rows_of(spec_of(scatter, wide, high), "line"))


# ---- any peer set ---------------------------------------------------------------------------------------------------

multiple = st.floats(0.2, 120)


@settings(max_examples=30)
@given(
    st.integers(1, 15).flatmap(
        lambda count: st.lists(st.lists(multiple, min_size=count + 1, max_size=count + 1), min_size=1, max_size=6)
    ),
    st.booleans(),
)
def test_range_dot_labels_never_touch(rows: list[list[float]], compact: bool) -> None:
    """Any number of peers and rows, any values; target and peer labels clear each other within and between rows."""
    from statistics import median

    made = tuple(dot_row(f"Measure {index}", values, median(values[1:])) for index, values in enumerate(rows))
    spec = spec_of(RangeDot(identities(len(rows[0])), made, "One remark on the figure", compact=compact), 178, 60)
    assert meeting(spec) == []
    assert all(box_of(row).left >= -0.5 and box_of(row).right <= spec["width"] + 0.5 for row in labels_of(spec))


@settings(max_examples=25)
@given(st.lists(st.tuples(st.floats(-0.5, 2), st.floats(0.5, 100)), min_size=1, max_size=16))
def test_scatter_labels_never_touch_and_the_target_is_always_named(places: list[tuple[float, float]]) -> None:
    points = tuple(ScatterPoint(f"c{slot}", Number(x, "spct1"), Number(y, "x1")) for slot, (x, y) in enumerate(places))
    figure = Scatter(
        identities(len(places)), points, "Revenue growth", "Price / earnings", places[-1][0], places[-1][1]
    )
    spec = spec_of(figure, 87, 41)
    assert meeting(spec) == []
    assert any(row["text"] == "Alibaba" for row in labels_of(spec)) or len(places) > 1


@settings(max_examples=15)
@given(st.lists(st.lists(st.floats(-0.4, 0.9), min_size=3, max_size=3), min_size=1, max_size=12))
def test_values_on_bars_never_touch_and_the_latest_of_the_target_is_there(rows: list[list[float]]) -> None:
    groups = tuple(
        BarGroup(f"c{slot}", tuple((year, Number(value, "bpct1")) for year, value in zip("abc", row, strict=True)))
        for slot, row in enumerate(rows)
    )
    spec = spec_of(GroupedBars(identities(len(rows)), groups), 87, 44)
    assert meeting(spec) == []
    assert text(Number(rows[0][2], "bpct1")) in {row["text"] for row in labels_of(spec)}


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.floats(0, 400), st.floats(0, 1), st.floats(1, 400)), min_size=1, max_size=6),
    st.floats(1, 800),
)
def test_values_of_the_field_never_touch_nor_lie_under_the_price(
    rows: list[tuple[float, float, float]], at: float
) -> None:
    bars = tuple(
        FieldBar(f"Measure {index}", Number(low, "n0"), Number(low + part * span, "n0"), Number(low + span, "n0"))
        for index, (low, part, span) in enumerate(rows)
    )
    spec = spec_of(FootballField(bars, Number(at, "price", "USD"), "USD"), 117.33, 37)
    assert meeting(spec) == []
    rule = next(row for row, _ in rows_of(spec, "rule") if row["colour"] == INVESTOR.target)
    inside = [row for row in labels_of(spec) if rule["y"] < row["y"] < rule["y2"] and row["x"] > 98]
    assert not [row["text"] for row in inside if box_of(row).left < rule["x"] < box_of(row).right]


def test_a_far_outlier_stands_at_the_scales_end_with_an_arrow_and_its_true_value() -> None:
    rows = (dot_row("Price / earnings", [18, 20, 400, 15], 20),)
    spec = spec_of(RangeDot(identities(), rows), 178, 30)
    assert "Amazon 400.0x →" in {row["text"] for row in labels_of(spec)}
    assert max(row["x"] for row, _ in rows_of(spec, "point")) == 2.5


def test_peers_on_one_spot_share_one_label() -> None:
    rows = (dot_row("Price / earnings", [18, 20, 20, 20], 20),)
    assert "Tencent, Amazon, Baidu 20.0x" in {
        row["text"] for row in labels_of(spec_of(RangeDot(identities(), rows), 178, 30))
    }


def test_a_target_without_a_value_says_why_in_one_mark() -> None:
    missing = DotPoint("c0", math.nan, Number(None, "x1", status="not_meaningful"))
    row = dot_row("Price / earnings", [18, 20, 30, 15], 20)
    spec = spec_of(RangeDot(identities(), (replace(row, points=(missing, *row.points[1:])),)), 178, 30)
    assert "Alibaba n.m." in {label["text"] for label in labels_of(spec)}
    assert not [one for one, _ in rows_of(spec, "point") if one["fill"] == INVESTOR.target]


NOTHING = Number(None, "x1", status="missing")
EMPTY = {
    "range_dot": RangeDot(identities(), ()),
    "a row without a value": RangeDot(identities(), (DotRow("Price / earnings", ()),)),
    "history": History((), NOTHING, NOTHING, NOTHING, NOTHING),
    "history of one": History(
        (SeriesPoint(date(2025, 8, 31), -0.2),), Number(-0.2, "spct0"), NOTHING, NOTHING, NOTHING
    ),
    "scatter": Scatter(identities(), (ScatterPoint("c0", NOTHING, NOTHING),), "Growth", "P/E", None, None),
    "football": FootballField((FieldBar("Price / sales", NOTHING, None, NOTHING),), NOTHING, "USD"),
    "small_multiples": SmallMultiples(identities(), (Series("c0", (), NOTHING),)),
    "lines": Lines(identities(), ()),
    "lines of one point": Lines(
        identities(), (Series("c1", (SeriesPoint(date(2025, 6, 30), 0.1),), Number(0.1, "pct0")),)
    ),
    "grouped_bars": GroupedBars(identities(), (BarGroup("c0", (("2024", NOTHING),)),)),
    "long_bars": LongBars(identities(), (LongBar("c0", "Alibaba", NOTHING, NOTHING),)),
    "sparkline": Sparkline(()),
    "sparkline of one": Sparkline((SeriesPoint(date(2025, 6, 30), 5.0),)),
}


@pytest.mark.parametrize("kind", sorted(EMPTY))
def test_a_figure_without_values_is_still_a_chart(kind: str) -> None:
    spec = spec_of(EMPTY[kind], 87, 41)
    assert spec["layer"]
    assert meeting(spec) == []

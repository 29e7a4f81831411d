"""Figures as the brief makes them, and the typeface's own measure of a text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from PIL import ImageFont

from peerbench.core.document import Number
from peerbench.core.figures import (
    BarGroup,
    DotPoint,
    DotRow,
    FieldBar,
    FootballField,
    GroupedBars,
    History,
    Identity,
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
from peerbench.shipped import shipped

FONTS = shipped("templates") / "house" / "fonts"
FILES = {
    "regular": "SourceSans3-Regular.ttf",
    "italic": "SourceSans3-It.ttf",
    "semibold": "SourceSans3-Semibold.ttf",
    "bold": "SourceSans3-Bold.ttf",
}


@cache
def _face(style: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / FILES[style]), 1000, layout_engine=ImageFont.Layout.BASIC)


def measured(text: str, size: float, style: str) -> float:
    """The length of a text in px by the shipped font file, kerning included."""
    return _face(style).getlength(text) * size / 1000


NAMES = ("Alibaba", "Tencent", "Amazon", "Baidu", "JD.com", "PDD", "Meituan", "Microsoft", "Alphabet", "Meta Platforms",
         "Kuaishou", "NetEase", "Coupang", "MercadoLibre", "Sea Limited", "Booking")  # fmt: skip
QUARTERS = tuple(
    date(year, month, day) for year in (2023, 2024) for month, day in ((3, 31), (6, 30), (9, 30), (12, 31))
)


def identities(count: int = 4) -> tuple[Identity, ...]:
    return tuple(Identity(f"c{slot}", NAMES[slot], slot, "阿里巴巴" if slot == 0 else "") for slot in range(count))


def dot_row(label: str, values: list[float], median: float, *, test: bool = False) -> DotRow:
    points = tuple(
        DotPoint(
            f"c{slot}",
            value / median - 1,
            Number(value, "x1"),
            Number(value / median - 1, "spct0") if slot == 0 else None,
        )
        for slot, value in enumerate(values)
    )
    return DotRow(label, points, test)


def series(company: str, values: list[float], days: tuple[date, ...] = QUARTERS) -> Series:
    points = tuple(SeriesPoint(day, value) for day, value in zip(days, values, strict=False))
    return Series(company, points, Number(values[-1], "spct0"))


RANGE = RangeDot(
    identities(),
    (
        dot_row("Price / earnings", [18.06, 25.84, 33.33, 11.02], 25.84),
        dot_row("without Amazon", [18.06, 25.84, 33.33, 11.02], 18.43, test=True),
        dot_row("EV / EBIT", [18.4, 24.7, 31.43, 16.9], 24.7),
        dot_row("Price / sales", [2.67, 7.6, 3.5, 2.3], 3.5),
    ),
    "Drop Amazon and the median falls from 25.8x to 18.4x",
)
HISTORY = [-0.3, -0.2, -0.4, -0.5, -0.6, -0.5, -0.4, -0.24]
PRICES = [3.0, 4.0, 2.0, 5.0, 6.0, 4.0, 7.0, 8.0]
SPENDING = [[0.04, 0.035, 0.086], [0.092, 0.078, 0.145], [0.124, 0.092, 0.13], [0.068, 0.084, 0.062]]
YEARS = ("2022", "2023", "2024")
GROWTH = [
    [0.02, 0.14, 0.08, 0.05, 0.06, 0.04, 0.05, 0.02],
    [0.1, 0.11, 0.1, 0.07, 0.06, 0.08, 0.11, 0.15],
    [0.09, 0.1, 0.12, 0.13, 0.12, 0.1, 0.08, 0.13],
    [0.09, 0.14, 0.06, 0.05, 0.01, -0.02, 0.03, -0.04],
]
LINES = tuple(series(f"c{slot}", row) for slot, row in enumerate(GROWTH))
FIGURES: dict[str, tuple[Any, float, float]] = {
    "range_dot": (RANGE, 178, 56.5),
    "compact": (replace(RANGE, compact=True), 178, 46),
    "narrow": (RANGE, 90, 60),
    "history": (
        History(
            tuple(SeriesPoint(day, value) for day, value in zip(QUARTERS, HISTORY, strict=True)),
            Number(-0.24, "spct0"),
            Number(-0.42, "spct0"),
            Number(-0.30, "spct0"),
            Number(-0.55, "spct0"),
        ),
        87,
        41,
    ),
    "scatter": (
        Scatter(
            identities(),
            tuple(
                ScatterPoint(f"c{slot}", Number(x, "spct1"), Number(y, "x1"))
                for slot, (x, y) in enumerate([(0.053, 18.06), (0.117, 25.84), (0.109, 33.33), (-0.015, 11.02)])
            ),
            "Revenue growth",
            "Price / earnings",
            0.109,
            25.84,
        ),
        87,
        41,
    ),
    "football": (
        FootballField(
            (
                FieldBar("Price / earnings", Number(100, "n0"), Number(233, "n0"), Number(301, "n0")),
                FieldBar("Price / sales", Number(141, "n0"), Number(214, "n0"), Number(465, "n0")),
                FieldBar("52-week price range", Number(79, "n0"), None, Number(166, "n0"), own=True),
            ),
            Number(163.08, "price", "USD"),
            "USD",
        ),
        117.33,
        37,
    ),
    "small_multiples": (
        SmallMultiples(identities(), LINES),
        178,
        42,
    ),
    "lines": (Lines(identities(), LINES), 87, 44),
    "grouped_bars": (
        GroupedBars(
            identities(),
            tuple(
                BarGroup(
                    f"c{slot}", tuple((year, Number(value, "bpct1")) for year, value in zip(YEARS, row, strict=True))
                )
                for slot, row in enumerate(SPENDING)
            ),
        ),
        87,
        44,
    ),
    "long_bars": (
        LongBars(
            identities(),
            (
                LongBar("c2", "Amazon, 2024", Number(83e9, "bn1", "USD"), Number(52.7e9, "bn1", "USD")),
                LongBar("c0", "Alibaba, year to Mar 2025", Number(11.9e9, "bn1", "USD"), Number(4.6e9, "bn1", "USD")),
                LongBar("c0", "Alibaba’s pledge, per year", Number(17.6e9, "bn1", "USD"), None, pledge=True),
            ),
            "A remark",
        ),
        178,
        46,
    ),
    "sparkline": (
        Sparkline(tuple(SeriesPoint(day, value) for day, value in zip(QUARTERS, PRICES, strict=True))),
        51,
        11,
    ),
}

# ruff: noqa: E501
"""A whole brief by hand, with the content of the look's mock: what the renderers are tried on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from peerbench.core.document import (
    AudienceBox,
    Basis,
    Brief,
    Cell,
    Chart,
    Cite,
    Column,
    LayoutRow,
    Mark,
    Meta,
    Native,
    Note,
    Number,
    Page,
    Panel,
    PanelRow,
    Paragraph,
    Prose,
    Register,
    Row,
    Source,
    SourceList,
    Spans,
    Strong,
    Table,
    Text,
    Trace,
    TraceInput,
    When,
)
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
    RangeDot,
    Scatter,
    ScatterPoint,
    Series,
    SeriesPoint,
    SmallMultiples,
    Sparkline,
)

DAY = date(2025, 9, 23)
IDENTITIES = (
    Identity("alibaba", "Alibaba", 0, "阿里巴巴"),
    Identity("tencent", "Tencent", 1, "腾讯"),
    Identity("amazon", "Amazon", 2, "亚马逊"),
    Identity("baidu", "Baidu", 3, "百度"),
)
NAMES = {one.company: one for one in IDENTITIES}
REFS: dict[str, tuple[str, Number]] = {}


def n(value: float | None, format: str = "n1", ref: str = "", currency: str = "", status: str = "ok") -> Number:
    return Number(value, format, currency, ref, status if value is not None or status != "ok" else "missing")


def t(*parts: object) -> Spans:
    """Strings as text, the rest as it is."""
    return tuple(Text(part) if isinstance(part, str) else part for part in parts)  # type: ignore[misc]


def fact(ref: str, value: float, format: str, currency: str = "") -> Number:
    REFS.setdefault(ref, (ref, Number(value, format, currency, ref)))
    return Number(value, format, currency, ref)


def p(*parts: object, lead: str = "") -> Paragraph:
    return Paragraph(t(*parts), t(lead) if lead else ())


def cells(*values: object, format: str = "n1") -> tuple[Cell, ...]:
    made = []
    for value in values:
        if isinstance(value, Cell):
            made.append(value)
        elif value is None:
            made.append(Cell())
        elif isinstance(value, str):
            made.append(Cell(t(value)))
        else:
            number = value if isinstance(value, Number) else n(float(value), format)  # type: ignore[arg-type]
            made.append(Cell((number,)))
    return tuple(made)


def who(company: str, *after: object) -> Spans:
    one = NAMES[company]
    return (Text(one.name + " "), Native(one.native_name), *after)  # type: ignore[arg-type]


def months(count: int, last: date = date(2025, 9, 1)) -> tuple[date, ...]:
    index = last.year * 12 + last.month - 1
    return tuple(date((index - back) // 12, (index - back) % 12 + 1, 1) for back in range(count - 1, -1, -1))


def series(company: str, values: tuple[float, ...], end: Number, step: int = 3, name: str = "") -> Series:
    days = months(len(values) * step, date(2025, 6, 1))[step - 1 :: step]
    return Series(company, tuple(SeriesPoint(d, v) for d, v in zip(days, values, strict=True)), end, name)


NA = Number(None, "n1", status="missing", reason="not reported by quarter")
DASH = Number(None, "n1", status="withheld", reason="fewer than three peers")


def dots(label: str, values: dict[str, tuple[float, float]], *, test: bool = False) -> DotRow:
    points = tuple(
        DotPoint(c, gap, n(value, "x1"), n(gap, "spct0") if c == "alibaba" else None)
        for c, (gap, value) in values.items()
    )
    return DotRow(label, points, test)


FIGURE_1 = Chart(
    "figure-1",
    t("Alibaba sits below the peer median on all four multiples; on earnings, Amazon makes the gap"),
    t(
        "Premium or discount to the median of three peers, %. Labels give the multiple; last twelve months to June 2025, "
        "prices of ",
        When(DAY),
    ),
    RangeDot(
        IDENTITIES,
        (
            dots(
                "Price / earnings",
                {"alibaba": (-0.301, 18.06), "tencent": (0, 25.84), "amazon": (0.29, 33.33), "baidu": (-0.574, 11.02)},
            ),
            dots(
                "without Amazon",
                {"alibaba": (-0.02, 18.06), "tencent": (0.402, 25.84), "baidu": (-0.402, 11.02)},
                test=True,
            ),
            dots(
                "EV / EBIT",
                {"alibaba": (-0.255, 18.40), "tencent": (0, 24.70), "amazon": (0.272, 31.43), "baidu": (-0.316, 16.90)},
            ),
            dots(
                "Price / sales",
                {"alibaba": (-0.238, 2.68), "tencent": (1.17, 7.63), "amazon": (0, 3.51), "baidu": (-0.342, 2.31)},
            ),
            dots(
                "Price / book",
                {"alibaba": (-0.452, 2.64), "tencent": (0, 4.82), "amazon": (0.463, 7.05), "baidu": (-0.768, 1.12)},
            ),
        ),
        "Drop Amazon and the median falls from 25.8x to 18.4x: Alibaba’s 30% discount becomes 2%",
    ),
    "Range-dot chart: Alibaba is below the peer median on P/E by 30%, EV/EBIT by 26%, price/sales by 24% and price/book "
    "by 45%; without Amazon the P/E gap is 2%.",
    t(
        "Source: company filings [1–4]; exchange prices [5]; ECB [7]. Note: bars run from lowest to highest peer; no quartiles "
        "are drawn because n = 3."
    ),
    178,
    56.5,
    1,
    data=Table(
        "figure-1-data",
        t("Figure 1 as a table"),
        (),
        tuple(Column(c, NAMES[c].name, 20) for c in NAMES),
        (
            Row(t("Price / earnings, times"), cells(18.06, 25.84, 33.33, 11.02)),
            Row(t("EV / EBIT, times"), cells(18.4, 24.7, 31.43, 16.9)),
            Row(t("Price / sales, times"), cells(2.68, 7.63, 3.51, 2.31)),
            Row(t("Price / book, times"), cells(2.64, 4.82, 7.05, 1.12)),
        ),
        label_head="Measure",
    ),
)
TABLE_1 = Table(
    "table-1",
    t("Cheaper than the median, and growing half as fast"),
    t("LTM to June 2025; multiples in times, revenue growth and operating margin in %"),
    (
        Column("pe", "P/E", 15),
        Column("ev", "EV/EBIT", 16.2),
        Column("ps", "Price/sales", 16.2),
        Column("g", "Growth", 16),
        Column("m", "Margin", 17),
    ),
    (
        Row(who("alibaba"), cells(18.06, 18.4, 2.68, 5.3, 14.0), "subject"),
        Row(who("tencent", Mark("b")), cells(25.84, 24.7, 7.63, 11.7, 31.6), "peer"),
        Row(who("amazon"), cells(33.33, 31.43, 3.51, 10.9, 11.4), "peer"),
        Row(who("baidu"), cells(11.02, 16.9, 2.31, n(-0.0153, "bpct1"), 13.3), "peer"),
        Row(t("Peer median, n = 3"), cells(25.84, 24.7, 3.51, 10.9, 13.3), "median", True),
        Row(
            t("Gap to median, % or pp"),
            cells(*(n(v, "sbpct1") for v in (-0.301, -0.255, -0.238, -0.056)), n(0.007, "spp1")),
            "gap",
            True,
        ),
    ),
    notes=(
        ("a", t("Adjusted for dividends.")),
        ("b", t("IFRS; the others US GAAP. pp = percentage points, for growth and margin.")),
    ),
    number=1,
)
SINCE = Table(
    "since",
    t("Since issue 1, ", When(date(2025, 6, 23))),
    t("P/E gap to median, %; causes in pp"),
    (Column("v", "", 16),),
    (
        Row(t("P/E gap then"), cells(n(-0.321, "sbpct1"))),
        Row(t("Alibaba’s price, +44%"), cells(n(0.252, "spp1"))),
        Row(t("Alibaba’s earnings, +15%"), cells(n(-0.094, "spp1"))),
        Row(t("Peer median, 21.4x to 25.8x"), cells(n(-0.131, "spp1"))),
        Row(t("Exchange rate"), cells(n(-0.007, "spp1"))),
        Row(t("P/E gap now"), cells(n(-0.301, "sbpct1")), "subject"),
    ),
    label_head="",
    source=t("Method and peers unchanged; no corrections."),
    kind="module",
)
BASIS = Basis(
    (
        Strong(t("Basis.")),
        Text(
            " Earnings attributable to ordinary shareholders, as reported. LTM = four quarters to 30 June 2025 for "
            "all four companies; nothing is calendarised. Median excludes Alibaba; no outlier removed. Market values at spot rates of "
            "the price date; growth in reporting currency."
        ),
    ),
    (
        (1, t("Alibaba 6-K, 29 Aug 2025")),
        (2, t("Tencent 2Q25 results, 13 Aug")),
        (3, t("Amazon 10-Q, 2Q25")),
        (4, t("Baidu 6-K, 20 Aug")),
        (5, t("Closing prices")),
        (6, t("36 month-ends, Figure 2")),
        (7, t("ECB reference rates")),
    ),
)
BOX = AudienceBox(
    (
        Paragraph(
            t("does a relative-value view survive a change of peer? No rating, no target."),
            t("For institutional investors:"),
        ),
        Paragraph(t("benchmark engine; no human author; no reviewer named."), t("Author:")),
    )
)
PAGE_1 = Page(
    "one",
    (),
    (
        LayoutRow("12", ((FIGURE_1,),)),
        LayoutRow("8+4", ((TABLE_1,), (SINCE,))),
        LayoutRow("8+4", ((BASIS,), (BOX,)), foot=True),
    ),
)


def _columns(*specs: tuple[str, str, float, str]) -> tuple[Column, ...]:
    return tuple(Column(f"c{i}", head, width, group) for i, (head, width, group) in enumerate(specs))


MARKET, EQUITY, ENTERPRISE = "Market", "Equity value", "Enterprise value"
TABLE_2 = Table(
    "table-2",
    t("Second cheapest of four on five multiples, third on cash"),
    t("Last twelve months (LTM) to June 2025 unless stated; prices and rates of ", When(DAY), "; multiples in times"),
    (
        *_columns(
            ("Price, listing", 20.5, MARKET),
            ("Value\nUS$bn", 11, MARKET),
            ("EV\nUS$bn", 11.5, MARKET),
            ("P/E\nLTM", 13, EQUITY),
        ),
        Column("c4", "P/E\nFY1", 10.5, EQUITY, mark="c"),
        *_columns(("Price/\nsales", 10.7, EQUITY), ("Price/\nbook", 10.7, EQUITY)),
        Column("c7", "FCF\nyield, %", 12, EQUITY, mark="d"),
        *_columns(("EV/\nsales", 13.8, ENTERPRISE), ("EV/\nEBIT", 10.5, ENTERPRISE), ("EV/\nEBITDA", 12.5, ENTERPRISE)),
        Column("trace", "Trace", 9.5),
    ),
    (
        Row(
            who("alibaba"),
            cells(
                n(163.08, "price", currency="USD"),
                n(377e9, "bn0"),
                n(362e9, "bn0"),
                18.06,
                20.2,
                2.68,
                2.64,
                2.9,
                2.6,
                18.4,
                NA,
            ),
            "subject",
            trace="2.01",
        ),
        Row(
            who("tencent"),
            cells(
                n(635.5, "price", currency="HKD"),
                n(756e9, "bn0"),
                n(773e9, "bn0"),
                25.84,
                NA,
                7.63,
                4.82,
                3.0,
                7.8,
                24.7,
                NA,
            ),
            "peer",
            trace="2.02",
        ),
        Row(
            who("amazon"),
            cells(
                n(220.71, "price", currency="USD"),
                n(2354e9, "bn0"),
                n(2395e9, "bn0"),
                33.33,
                32.7,
                3.51,
                7.05,
                1.4,
                3.6,
                31.4,
                NA,
            ),
            "peer",
            trace="2.03",
        ),
        Row(
            who("baidu"),
            cells(
                n(125.57, "price", currency="USD"),
                n(43e9, "bn0"),
                n(42e9, "bn0"),
                11.02,
                NA,
                2.31,
                1.12,
                4.2,
                2.2,
                16.9,
                NA,
            ),
            "peer",
            trace="2.04",
        ),
        Row(
            t("Peer median"),
            cells(None, None, None, 25.84, DASH, 3.51, 4.82, 3.0, 3.6, 24.7, DASH),
            "median",
            True,
            "2.05",
        ),
        Row(
            t("High"), cells(None, None, None, 33.33, DASH, 7.63, 7.05, 4.2, 7.8, 31.4, DASH), "statistic", trace="2.06"
        ),
        Row(
            t("Low"), cells(None, None, None, 11.02, DASH, 2.31, 1.12, 1.4, 2.2, 16.9, DASH), "statistic", trace="2.07"
        ),
        Row(
            t("Peers counted, n"),
            cells(None, None, None, *(n(v, "count") for v in (3, 1, 3, 3, 3, 3, 3, 0))),
            "statistic",
        ),
        Row(
            t("Gap to median, %"),
            cells(
                None,
                None,
                None,
                n(-0.301, "sbpct1"),
                DASH,
                n(-0.238, "sbpct1"),
                n(-0.452, "sbpct1"),
                n(-0.042, "sbpct1"),
                n(-0.28, "sbpct1"),
                n(-0.255, "sbpct1"),
                DASH,
            ),
            "gap",
            True,
            "2.08",
        ),
        Row(
            t("Rank, 1 = cheapest of 4"),
            cells(
                None,
                None,
                None,
                n(2, "count"),
                DASH,
                n(2, "count"),
                n(2, "count"),
                n(3, "count"),
                n(2, "count"),
                n(2, "count"),
                DASH,
            ),
            "rank",
            trace="2.09",
        ),
    ),
    notes=(
        (
            "c",
            t(
                "Zacks consensus of 12 and 15 Sep 2025: Alibaba FY to Mar 2026 US$8.09 per ADS, Amazon FY to Dec 2025 US$6.75; different year-ends, so not comparable."
            ),
        ),
        (
            "d",
            t(
                "Operating cash flow less capital spending, last fiscal year, over market value. NA = not available; – = withheld, fewer than three peers."
            ),
        ),
    ),
    number=2,
)
PREMIUM = (
    -0.35,
    -0.18,
    -0.21,
    -0.18,
    -0.36,
    -0.33,
    -0.31,
    -0.35,
    -0.39,
    -0.35,
    -0.355,
    -0.36,
    -0.35,
    -0.48,
    -0.48,
    -0.53,
    -0.565,
    -0.58,
    -0.555,
    -0.54,
    -0.6,
    -0.565,
    -0.52,
    -0.43,
    -0.46,
    -0.57,
    -0.6,
    -0.575,
    -0.36,
    -0.29,
    -0.33,
    -0.44,
    -0.475,
    -0.46,
    -0.38,
    -0.238,
)
FIGURE_2 = Chart(
    "figure-2",
    t("The sales discount is the narrowest since January 2023"),
    t("Price/sales against the peer median, %, 36 month-ends"),
    History(
        tuple(SeriesPoint(d, v) for d, v in zip(months(36), PREMIUM, strict=True)),
        n(-0.238, "spct0"),
        n(-0.42, "spct0"),
        n(-0.3, "spct0"),
        n(-0.55, "spct0"),
    ),
    "Line chart: Alibaba’s price/sales discount to its peers is 24% now, against a mean of 42% over 36 month-ends.",
    t("Source: prices [5]; filings known at each date [1–4]; shares [9]."),
    87,
    41,
    2,
)
FIGURE_3 = Chart(
    "figure-3",
    t("Priced between Baidu and Tencent, growing between them"),
    t("P/E in times against revenue growth in %, both LTM to June 2025"),
    Scatter(
        IDENTITIES,
        (
            ScatterPoint("alibaba", n(0.053, "spct1"), n(18.06, "x1")),
            ScatterPoint("tencent", n(0.117, "spct1"), n(25.84, "x1")),
            ScatterPoint("amazon", n(0.109, "spct1"), n(33.33, "x1")),
            ScatterPoint("baidu", n(-0.015, "spct1"), n(11.02, "x1")),
        ),
        "Revenue growth",
        "Price / earnings",
        0.109,
        25.84,
    ),
    "Scatter: Alibaba at 18.1 times and 5.3% growth lies between Baidu at 11.0 and Tencent at 25.8 times.",
    t("Source: filings [1–4]; prices [5]. No fit drawn: n = 3 (rule: eight)."),
    87,
    41,
    3,
)


def usd(value: float) -> Number:
    return n(value, "n0", currency="USD")


FIGURE_4 = Chart(
    "figure-4",
    t("Peer multiples put an Alibaba ADS anywhere from US$69 to US$465"),
    t("Implied value per ADS, US$: lowest, median (tick) and highest of three peers"),
    FootballField(
        (
            FieldBar("Price / earnings", usd(100), usd(233), usd(301)),
            FieldBar("EV / EBIT", usd(150), usd(217), usd(274)),
            FieldBar("Price / sales", usd(141), usd(214), usd(465)),
            FieldBar("Price / book", usd(69), usd(298), usd(435)),
            FieldBar("Own P/S, 3 years", usd(81), usd(104), usd(163), True),
            FieldBar("52-week price range", usd(79), None, usd(166), True),
        ),
        n(163.08, "price", currency="USD"),
        "USD",
    ),
    "Range bars: implied values per ADS run from US$69 on price/book to US$465 on price/sales; the price is US$163.08.",
    t("Source: Table 2; bridge on page 4. White bars: Alibaba’s own ranges. A range, not a target."),
    117.333,
    37,
    4,
)
PAGE_2 = Page(
    "two",
    t("Cheap against peers, less so against itself"),
    (
        LayoutRow(
            "6+6",
            (
                (
                    Prose(
                        (
                            p(
                                "Four multiples agree on direction and disagree on size: Alibaba is ",
                                fact("ps", 0.24, "pct0"),
                                " below the peer median on sales and ",
                                fact("pb", 0.45, "pct0"),
                                " below on book value. On cash there is no discount: its free cash flow yield, ",
                                fact("fcf", 0.029, "pct1"),
                                " on the last fiscal year, matches the peer median of ",
                                fact("fcf-median", 0.030, "pct1"),
                                ".",
                            ),
                        )
                    ),
                ),
                (
                    Prose(
                        (
                            p(
                                "With three peers this brief prints values, ranks and ranges, and withholds percentiles, quartiles and fitted lines. Dated forecasts "
                                "exist for one peer only, so they stay out of every statistic.",
                                Cite((8,)),
                                " EV/EBITDA is missing because Alibaba and Baidu do not "
                                "report depreciation by quarter.",
                            ),
                        )
                    ),
                ),
            ),
        ),
        LayoutRow("12", ((TABLE_2,),)),
        LayoutRow(
            "6+6",
            (
                (
                    FIGURE_2,
                    Prose(
                        (
                            p(
                                "Now −24% against a normal −42%: ",
                                fact("sd", 1.5, "n1"),
                                " standard deviations above its own mean. (Sales, because Amazon’s loss in "
                                "2022 leaves no P/E.) ",
                                Strong(t("So what:")),
                                " the return to normal is complete; any further narrowing needs a new reason.",
                            ),
                        )
                    ),
                ),
                (
                    FIGURE_3,
                    Prose(
                        (
                            p(
                                "The sale of Sun Art and Intime depresses reported growth; like for like, June-quarter revenue grew ",
                                fact("lfl", 0.10, "pct0"),
                                " rather than ",
                                fact("rep", 0.02, "pct0"),
                                ".",
                                Cite((1,)),
                                " ",
                                Strong(t("So what:")),
                                " on like-for-like growth Alibaba is close to Tencent’s ",
                                fact("tg", 0.117, "pct1"),
                                "; on price it is not.",
                            ),
                        )
                    ),
                ),
            ),
        ),
        LayoutRow(
            "8+4",
            (
                (FIGURE_4,),
                (
                    Prose(
                        (
                            p(
                                "All four medians, ",
                                fact("low", 214, "price0", "USD"),
                                " to ",
                                fact("high", 298, "price0", "USD"),
                                ", lie above the price of US$163.08; all four lows lie below "
                                "it. The spread reflects peers that differ in kind: Baidu is cheap on book value, Tencent dear on sales.",
                            ),
                            p("Put through the same bridge, Alibaba’s own multiples return US$163.08 on every row."),
                            p("three peers bound a price; they do not set one.", lead="So what:"),
                        ),
                        style="side",
                    ),
                ),
            ),
        ),
    ),
)

GROWTH = {
    "alibaba": (0.02, 0.14, 0.085, 0.052, 0.066, 0.04, 0.052, 0.077, 0.067, 0.02),
    "tencent": (0.107, 0.113, 0.104, 0.071, 0.063, 0.08, 0.081, 0.11, 0.13, 0.145),
    "amazon": (0.094, 0.108, 0.126, 0.139, 0.125, 0.101, 0.11, 0.105, 0.086, 0.133),
    "baidu": (0.095, 0.149, 0.06, 0.057, 0.012, -0.004, -0.026, -0.024, 0.03, -0.036),
}
FIGURE_5 = Chart(
    "figure-5",
    t("Tencent has sped up for five quarters; Alibaba’s reported growth has dropped to 2%"),
    t(
        "Revenue growth on the same quarter a year earlier, %, reporting currency, 1Q23 to 2Q25; grey lines are the other three"
    ),
    SmallMultiples(IDENTITIES, tuple(series(c, v, n(v[-1], "spct0")) for c, v in GROWTH.items())),
    "Small multiples: latest quarterly growth is 2% at Alibaba, 15% at Tencent, 13% at Amazon and −4% at Baidu.",
    t(
        "Source: filings [1–4, 10]. Note: Alibaba’s March and June 2025 quarters lose the sold Sun Art and Intime; like for like the June quarter grew 10% [1]."
    ),
    178,
    44,
    5,
)


def ranked(*pairs: tuple[float, int]) -> tuple[Cell, ...]:
    return tuple(Cell((n(value, "n1"),), rank, 4) for value, rank in pairs)


TABLE_3 = Table(
    "table-3",
    t("Second or third of four on all 11 measures"),
    t("Value, then rank (1 = cheapest, fastest or strongest)"),
    tuple(Column(c, NAMES[c].name, w) for c, w in zip(NAMES, (14.2, 14.2, 14.2, 14), strict=True)),
    (
        Row(t("P/E, times"), ranked((18.1, 2), (25.8, 3), (33.3, 4), (11.0, 1))),
        Row(t("EV/EBIT, times"), ranked((18.4, 2), (24.7, 3), (31.4, 4), (16.9, 1))),
        Row(t("Price/sales, times"), ranked((2.7, 2), (7.6, 4), (3.5, 3), (2.3, 1))),
        Row(t("Price/book, times"), ranked((2.6, 2), (4.8, 3), (7.1, 4), (1.1, 1))),
        Row(t("Revenue growth, LTM, %"), ranked((5.3, 3), (11.7, 1), (10.9, 2), (-1.5, 4)), rule_above=True),
        Row(t("Latest quarter, %"), ranked((1.8, 3), (14.5, 1), (13.3, 2), (-3.6, 4))),
        Row(t("Operating margin, %"), ranked((14.0, 2), (31.6, 1), (11.4, 4), (13.3, 3)), rule_above=True),
        Row(t("Net margin, %"), ranked((14.8, 3), (29.5, 1), (10.5, 4), (21.0, 2))),
        Row(t("Return on equity, %"), ranked((13.0, 3), (21.8, 2), (24.3, 1), (9.4, 4))),
        Row(t("FCF yield, %"), ranked((2.9, 3), (3.0, 2), (1.4, 4), (4.2, 1)), rule_above=True),
        Row(t("Net cash/value, %"), ranked((6.9, 2), (-0.6, 3), (-1.7, 4), (10.4, 1))),
    ),
    label_head="",
    kind="rank",
    number=3,
    source=t(
        "Source: filings [1–4, 10–13]. Margins LTM; return on equity and FCF last fiscal year. Ranks, since four names make no percentile. Gross margin left out: Amazon books fulfilment outside cost of sales."
    ),
)


def years(company: str, *values: float) -> BarGroup:
    return BarGroup(company, tuple((str(2023 + i), n(v / 100, "bpct1")) for i, v in enumerate(values)))


FIGURE_6 = Chart(
    "figure-6",
    t("Capital spending has more than doubled as a share of sales, and trails Tencent and Amazon"),
    t("Capital spending, % of revenue; three fiscal years, latest dark"),
    GroupedBars(
        IDENTITIES,
        (
            years("alibaba", 4.0, 3.5, 8.6),
            years("tencent", 9.2, 7.8, 14.5),
            years("amazon", 12.4, 9.2, 13.0),
            years("baidu", 6.8, 8.4, 6.2),
        ),
    ),
    "Bars: capital spending is 8.6% of revenue at Alibaba, 14.5% at Tencent, 13.0% at Amazon and 6.2% at Baidu.",
    t("Source: annual reports [10–13]. Alibaba’s year ends in March."),
    87,
    44,
    6,
)


def robust(label: str, gap: float) -> Row:
    holds = abs(gap) >= 0.05
    return Row(
        t(label),
        (Cell(bar=abs(gap) / 0.45), Cell((n(gap, "sbpct0"),)), Cell(t("holds" if holds else "fails"))),
        "plain" if holds else "fails",
    )


TABLE_4 = Table(
    "table-4",
    t("The discount survives 10 of 12 tests"),
    t("Alibaba against the peer statistic, %; a test fails inside ±5%"),
    (Column("bar", "", 32, align="left"), Column("gap", "", 6), Column("verdict", "", 9.5)),
    tuple(
        robust(label, gap)
        for label, gap in (
            ("P/E, median of 3", -0.301),
            ("P/E, without Tencent", -0.186),
            ("P/E, without Amazon", -0.02),
            ("P/E, without Baidu", -0.39),
            ("P/E, arithmetic mean", -0.229),
            ("P/E, harmonic mean", -0.04),
            ("P/E, aggregate", -0.405),
            ("EV/EBIT, median of 3", -0.255),
            ("EV/EBIT, without Amazon", -0.115),
            ("Price/sales, median of 3", -0.238),
            ("Price/book, median of 3", -0.452),
            ("P/E, last fiscal year", -0.255),
        )
    ),
    label_head="",
    kind="robustness",
    number=4,
    source=t("Source: Table 2. Aggregate = sum of market values over sum of earnings."),
)
FIGURE_7 = Chart(
    "figure-7",
    t("Alibaba’s cloud now outgrows Amazon’s"),
    t("Cloud revenue growth on a year earlier, %, calendar quarters"),
    Lines(
        IDENTITIES,
        (
            series("alibaba", (0.07, 0.13, 0.18, 0.26), n(0.26, "spct0"), name="Alibaba Cloud"),
            series("baidu", (0.42, 0.27), n(0.27, "spct0"), name="Baidu AI Cloud"),
            series("amazon", (0.123, 0.132, 0.173, 0.187, 0.191, 0.189, 0.169, 0.175), n(0.17, "spct0"), name="AWS"),
        ),
    ),
    "Lines: cloud revenue grew 26% at Alibaba, 27% at Baidu and 17% at Amazon in the June quarter of 2025.",
    t("Source: [1, 3, 4, 15]. Tencent: not disclosed. Before 3Q24 Alibaba: NA."),
    87,
    44,
    7,
)
PAGE_3 = Page(
    "three",
    t("Slower growth, thinner spending, more cash"),
    (
        LayoutRow("12", ((FIGURE_5,),)),
        LayoutRow(
            "6+6",
            (
                (TABLE_3,),
                (
                    FIGURE_6,
                    Prose(
                        (
                            p(
                                "Management has pledged at least RMB380bn on AI and cloud over three years.",
                                Cite((14,)),
                                " Spread evenly that is RMB127bn a year, ",
                                fact("pledge", 0.127, "pct1"),
                                " of trailing revenue and ",
                                fact("pledge-capex", 1.5, "n1"),
                                " times last year’s capital spending.",
                            ),
                        )
                    ),
                ),
            ),
        ),
        LayoutRow(
            "6+6",
            (
                (TABLE_4,),
                (
                    FIGURE_7,
                    Prose(
                        (
                            p(
                                "From 7% to 26% in three quarters. ",
                                Strong(t("So what:")),
                                " this is where the spending shows first, and the line to watch.",
                            ),
                        )
                    ),
                ),
            ),
        ),
        LayoutRow(
            "4+4+4",
            (
                (
                    Note(
                        "bulls",
                        "Bulls say",
                        (
                            p(
                                "Cloud growth of 26% and net cash of 7% of market value pay for the build-out; like-for-like sales grow 10%."
                            ),
                        ),
                        "kicker",
                    ),
                ),
                (
                    Note(
                        "bears",
                        "Bears say",
                        (
                            p(
                                "Instant commerce and capital spending turn profit into revenue; June-quarter operating income fell 3% before the bill is full."
                            ),
                        ),
                        "kicker",
                    ),
                ),
                (
                    Note(
                        "watch",
                        "What to watch",
                        (
                            p(
                                "September-quarter results (date not announced); operating income against RMB35.2bn a year ago; first dated consensus for Tencent and Baidu."
                            ),
                        ),
                        "kicker",
                    ),
                ),
            ),
            foot=True,
        ),
    ),
)

TABLE_5 = Table(
    "table-5",
    t("Peers and how comparable they are"),
    (),
    (
        Column("role", "Role", 17, align="left"),
        Column("grade", "Grade", 11, align="left"),
        Column("size", "Size", 8.2, mark="e"),
        Column("growth", "Growth", 12.8, mark="f"),
        Column("accounts", "Accounts", 21, align="left"),
        Column("reason", "Reason", 82.4, align="left"),
    ),
    tuple(
        Row(
            who(c),
            (
                Cell(t(role)),
                Cell(badge=grade),
                Cell((n(size, "x1"),)),
                Cell((n(growth, "spp1"),)),
                Cell(t(accounts)),
                Cell(t(reason)),
            ),
            "peer",
        )
        for c, role, grade, size, growth, accounts, reason in (
            ("tencent", "Core peer", "A", 2.0, 0.064, "IFRS", "Same market, regulator and venue; games and payments"),
            (
                "amazon",
                "Read-across",
                "B",
                6.3,
                0.056,
                "US GAAP",
                "Commerce plus cloud, the closest mix; other market, six times the size",
            ),
            (
                "baidu",
                "Read-across",
                "B",
                0.1,
                -0.068,
                "US GAAP",
                "Same market and AI cloud; search advertising, a ninth of the size",
            ),
        )
    ),
    label_head="Peer",
    kind="peers",
    number=5,
    notes=(
        ("e", t("Market value over Alibaba’s.")),
        (
            "f",
            t(
                "LTM revenue growth less Alibaba’s, pp. Not used: PDD, JD.com, Meituan, Microsoft, Alphabet; the set was fixed by the commission. Three more peers would lift n to six."
            ),
        ),
    ),
)
TABLE_6 = Table(
    "table-6",
    t("Basis by company: the inputs behind every multiple"),
    (),
    tuple(Column(c, f"{NAMES[c].name}", 30) for c in NAMES),
    tuple(
        Row(t(label), cells(*values), role)
        for label, values, role in (
            (
                "Line and price, 23 Sep 2025",
                ("BABA US$163.08", "0700.HK HK$635.50", "AMZN US$220.71", "BIDU US$125.57"),
                "plain",
            ),
            ("Shares per ADS; ordinary shares, m", ("8; 18,474.2", "1; 9,247.0", "1; 10,664.9", "8; 2,750.2"), "plain"),
            ("Share count dated", ("31 Mar 2025", "2Q25 diluted average", "23 Jul 2025", "31 Mar 2025"), "plain"),
            ("Rate to reporting currency (ECB)", tuple(n(v, "fx4") for v in (7.1118, 0.9146, 1, 7.1118)), "plain"),
            (
                "Market value, reporting currency bn",
                tuple(n(v, "bn1") for v in (2678.3e9, 5374.9e9, 2353.9e9, 307e9)),
                "plain",
            ),
            ("+ debt + minorities, bn", ("232.1 + 79.6", "412.5 + 88.2", "133.9 + 0.0", "91.8 + 22.9"), "plain"),
            (
                "− cash − short-term investments, bn",
                ("−183.1 − 233.3", "−182.1 − 198.4", "−57.7 − 35.4", "−29.9 − 93.9"),
                "plain",
            ),
            ("Enterprise value, bn", tuple(n(v, "bn1") for v in (2573.6e9, 5495.1e9, 2394.6e9, 297.8e9)), "total"),
            ("Revenue LTM, m", tuple(n(v, "m0") for v in (1000763e6, 704165e6, 670038e6, 132846e6)), "plain"),
            ("Operating profit LTM, m", tuple(n(v, "m0") for v in (139904e6, 222481e6, 76190e6, 17627e6)), "plain"),
            (
                "Net income to ordinary holders LTM, m",
                tuple(n(v, "m0") for v in (148319e6, 208003e6, 70623e6, 27863e6)),
                "plain",
            ),
            (
                "Parent equity, 30 Jun 2025, m",
                tuple(n(v, "m0") for v in (1013672e6, 1114639e6, 333775e6, 275057e6)),
                "plain",
            ),
        )
    ),
    label_head="",
    kind="inputs",
    number=6,
)
TABLE_7 = Register(
    "table-7",
    t("Data-quality register"),
    tuple(
        (key, t(verdict), t(text))
        for key, verdict, text in (
            (
                "Q1",
                "Conflict.",
                "Alibaba June-quarter net income: vendor 40,649; release US$6,019m × 7.1636 = 43,118. Release used.",
            ),
            ("Q2", "Conflict.", "Alibaba shares at 31 Mar: vendor 18,997m, prospectus 18,474m. Prospectus used."),
            (
                "Q3",
                "Conflict.",
                "Tencent net cash: company RMB74.6bn, here −RMB32.0bn, as leases count and term deposits do not.",
            ),
            ("Q4", "Second-hand.", "Balance sheets at 30 Jun 2025 come from a vendor copy of the filings."),
            (
                "Q5",
                "By hand.",
                "Quarterly revenue and release dates of 2022–23; every year’s revenue ties to the filed total.",
            ),
            (
                "Q6",
                "Withheld.",
                "EV/EBITDA (no quarterly depreciation) and forward statistics (no dated consensus for two peers).",
            ),
        )
    ),
    number=7,
)
TABLE_8 = Register(
    "table-8",
    t("Claims in circulation, checked"),
    tuple(
        (key, t(verdict), t(text))
        for key, verdict, text in (
            ("“Net debt/equity of 0.25x”", "False.", "Gross debt; Alibaba has net cash."),
            ("“Forward P/E of 15x”", "Not then.", "20.2x on EPS of US$8.09 [8]."),
            ("“Amazon’s P/E of 35x”", "Stale.", "35.0x on 8 Sep; 32.7x on 23 Sep."),
            ("“36% of China’s cloud”", "Mislabelled.", "AI cloud; of all cloud, 33%."),
            ("“FCF fell 76% in Q4 2025”", "Wrong label.", "Fiscal Q4: January to March."),
            ("“Net income jumped 333%”", "One basis.", "Attributable to holders: +239%."),
            ("“Six quarters in 2024”", "Impossible.", "The sixth in a row, at Dec 2024."),
            ("“Driven by AI cost cuts”", "Unsupported.", "Operations gave half the rise."),
            ("“US$53bn, RMB380bn”", "True, rounded.", "The pledge says “at least”."),
        )
    ),
    t("From an AI-written article of 24 Sep 2025; recomputed from [1, 8, 10]."),
    8,
)


def note(title: str, text: str) -> Note:
    return Note(title.lower().strip("."), title, (p(text),))


PAGE_4 = Page(
    "four",
    t("Evidence"),
    (
        LayoutRow("12", ((TABLE_5,),)),
        LayoutRow("12", ((TABLE_6,),)),
        LayoutRow("6+6", ((TABLE_7,), (TABLE_8,))),
        LayoutRow("12", ((SourceList(),),)),
        LayoutRow(
            "4+4+4",
            (
                (
                    note(
                        "Definitions.",
                        "P/E: market value over net income to ordinary holders. EV: market value + debt + minorities − cash − short-term investments. EBIT: operating profit as reported. FCF: operating cash flow − capital spending.",
                    ),
                ),
                (
                    note(
                        "Small samples.",
                        "Fewer than three peers: values only. Three or four: median, range, rank. Five to seven: quartiles, flagged. Eight or more: percentiles and fitted lines. Nothing is trimmed below 20.",
                    ),
                ),
                (
                    note(
                        "Currency.",
                        "Prices at the ECB rate of the price date; ratios of two flows need none; growth in reporting currency. Alibaba and Baidu publish US$ columns at one closing rate; they are not used.",
                    ),
                ),
            ),
            foot=True,
        ),
        LayoutRow(
            "4+4+4",
            (
                (
                    note(
                        "Disclosures.",
                        "A statistical comparison; no rating or price target. Holdings and conflicts: none stated. Corrections since issue 1: none.",
                    ),
                ),
                (note("Build.", "Lock 46e3df9e22f416a2; engine 0.1.0. The same inputs give the same file."),),
                (
                    note(
                        "Accessibility.",
                        "Tagged PDF in reading order, English with Chinese names marked. Every figure has alternative text and a data table in the HTML edition.",
                    ),
                ),
            ),
            foot=True,
        ),
    ),
)

SOURCES = tuple(
    Source(number, title, day, url, (), remark)
    for number, title, day, url, remark in (
        (
            1,
            "Alibaba Group, June quarter 2025 results, Form 6-K",
            date(2025, 8, 29),
            "https://www.sec.gov/example/alibaba-6k",
            "quarters from Sep 2024",
        ),
        (
            2,
            "Tencent, 2Q25 results announcement",
            date(2025, 8, 13),
            "https://www.tencent.com/example/2q25",
            "quarters from 3Q24",
        ),
        (3, "Amazon, Form 10-Q to 30 Jun 2025", date(2025, 8, 1), "https://www.sec.gov/example/amazon-10q", ""),
        (4, "Baidu, 2Q25 results, Form 6-K", date(2025, 8, 20), "https://www.sec.gov/example/baidu-6k", ""),
        (5, "Closing prices, NYSE, SEHK, Nasdaq, to 23 Sep 2025", None, "", "history dividend-adjusted"),
        (6, "Price/sales at 36 month-ends, computed from [1–5, 9]", None, "", ""),
        (
            7,
            "European Central Bank, euro reference rates",
            date(2025, 9, 23),
            "https://www.ecb.europa.eu/stats/eurofxref/",
            "",
        ),
        (8, "Zacks consensus EPS: Alibaba 12 Sep, Amazon 15 Sep 2025", None, "", ""),
        (
            9,
            "Share counts: Alibaba 424B3 and repurchase updates, Amazon 10-Q cover, Baidu and Tencent vendor extract",
            None,
            "",
            "",
        ),
        (10, "Alibaba, annual report, fiscal 2025", None, "https://www.sec.gov/example/alibaba-20f", ""),
        (11, "Tencent, annual report 2024", None, "", ""),
        (12, "Amazon, Form 10-K 2024", date(2025, 2, 7), "https://www.sec.gov/example/amazon-10k", ""),
        (13, "Baidu, 4Q24 and fiscal 2024 results", None, "", ""),
        (14, "Xinhua, 24 Feb 2025: at least RMB380bn over three years", None, "", ""),
        (15, "Alibaba Cloud and AWS: company releases; Baidu AI Cloud: 2Q25 call", None, "", ""),
    )
)

META = Meta(
    name="alibaba",
    series="Peer Benchmark",
    sector="China internet and cloud",
    audience="institutional",
    audience_label="For institutional investors",
    issue="2",
    grade="B",
    grade_words="usable with caveats",
    subject_key="alibaba",
    subject="Alibaba",
    subject_native="阿里巴巴",
    peers_phrase="Tencent, Amazon and Baidu",
    as_of=DAY,
    prices_on=DAY,
    published=date(2025, 9, 24),
    desk="Benchmark Desk",
    read_minutes=6,
    data_lock="46e3df9e22f416a2" + "0" * 48,
    version="0.1.0",
    legal="Statistical comparison, not investment advice or a recommendation. Data under their owners’ terms (page 4).",
    theme="investor",
)
HEADLINE = t("Alibaba’s ", fact("gap", 0.30, "pct0"), " discount to its peers hangs on Amazon")
STANDFIRST = t(
    "On trailing earnings the group is priced at ",
    fact("pe", 18.06, "n1"),
    " times, against a median of ",
    fact("pe-median", 25.84, "n1"),
    " for Tencent, Amazon and Baidu at the close of ",
    When(DAY),
    ". Without Amazon the gap is ",
    fact("gap-without", 0.02, "pct0"),
    ".",
)
BYLINE = t("By the ", Strong(t("Benchmark Desk")), " (machine-built) · Wednesday 24 September 2025 · 6 min read")
TAKEAWAYS = (
    p(
        "Alibaba stands ",
        fact("ps", 0.24, "pct0"),
        " to ",
        fact("pb", 0.45, "pct0"),
        " below the peer median on earnings, EBIT, sales and book value.",
        Cite((1, 2, 3, 4)),
        lead="Cheaper on every multiple.",
    ),
    p(
        "Without Amazon it falls from ",
        fact("gap", 0.30, "pct0"),
        " to ",
        fact("gap-without", 0.02, "pct0"),
        "; on a harmonic mean it is ",
        fact("gap-harmonic", 0.04, "pct0"),
        ". It exceeds 5% in ",
        fact("holds", 10, "count"),
        " of ",
        n(12, "count"),
        " variants.",
        lead="On earnings, one peer makes the gap.",
    ),
    p(
        "On sales the discount is ",
        fact("ps", 0.24, "pct0"),
        ", against a three-year mean of ",
        fact("ps-mean", 0.42, "pct0"),
        ": the narrowest since January 2023.",
        Cite((6,)),
        lead="Narrow by its own standard.",
    ),
    p(
        "June-quarter net income rose ",
        fact("ni", 0.76, "pct0"),
        " on investment gains while operating income fell ",
        fact("oi", 0.03, "pct0"),
        ", so P/E flatters Alibaba; EV/EBIT, ",
        fact("ev-gap", 0.26, "pct0"),
        " below the median, is the safer guide.",
        Cite((1,)),
        lead="Profit quality cuts the other way.",
    ),
)
SPARK = (
    86,
    96,
    110,
    98,
    92,
    97,
    88,
    85,
    84,
    82,
    96,
    100,
    104,
    120,
    134,
    145,
    132,
    140,
    118,
    112,
    120,
    124,
    114,
    118,
    113,
    110,
    116,
    122,
    118,
    125,
    121,
    128,
    147,
    152,
    158,
    163.08,
)
PANEL = Panel(
    "Alibaba Group",
    "阿里巴巴集团",
    n(163.08, "price", "price", "USD"),
    t("BABA, NYSE ADS · close of 23 Sep 2025"),
    Chart(
        "sparkline",
        (),
        (),
        Sparkline(tuple(SeriesPoint(d, v) for d, v in zip(months(36), SPARK, strict=True))),
        "Price over twelve months, ending at US$163.08.",
        (),
        51,
        11,
    ),
    tuple(
        PanelRow(
            t(*label) if isinstance(label, tuple) else t(label), t(*value) if isinstance(value, tuple) else t(value)
        )
        for label, value in (
            (("52-week range", Mark("a")), "US$79.19–166.17"),
            ("ADS ratio", "1 ADS = 8 shares"),
            ("Shares, 31 Mar 2025", (n(18474.2e6, "shares", "shares"),)),
            ("Market value", (n(377e9, "money", "cap-usd", "USD"), " · ", n(2678e9, "money", "cap", "CNY"))),
            ("Enterprise value", (n(2573.6e9, "money", "ev", "CNY"),)),
            ("Net cash, 30 Jun 2025", (n(184e9, "money", "cash", "CNY"),)),
            ("Reports in", "RMB, US GAAP; FY to 31 Mar"),
            ("Next results", "not announced"),
            ("US$1, ECB 23 Sep", "RMB7.1118"),
        )
    ),
)


def _lineage() -> tuple[Trace, ...]:
    market = TraceInput("Market value, RMB m", t("US$163.08 × 18,474.2m ÷ 8 × 7.1118"), n(2678270e6, "m0"), (5, 9, 7))
    income = TraceInput(
        "Net income LTM, RMB m", t("43,874 + 48,945 + 12,382 + 43,118, ordinary holders"), n(148319e6, "m0"), (1,)
    )
    peers = TraceInput(
        "Peer median, n = 3", t("Baidu 11.02, Tencent 25.84, Amazon 33.33"), n(25.84, "n2"), (), "pe-median"
    )
    special = {
        "gap": (
            "P/E gap to the peer median",
            n(-0.301, "spct1"),
            "P/E ÷ median P/E of the peers − 1",
            "= 18.06 ÷ 25.84 − 1",
            (market, income, peers),
        ),
        "pe": (
            "Alibaba P/E, LTM",
            n(18.06, "x1"),
            "market value ÷ net income LTM",
            "2,678,270 ÷ 148,319",
            (market, income),
        ),
        "pe-median": (
            "Peer median P/E",
            n(25.84, "x1"),
            "median of 25.84, 33.33, 11.02",
            "Tencent, Amazon, Baidu; n = 3",
            (),
        ),
        "gap-without": (
            "Discount, P/E without Amazon",
            n(-0.02, "spct1"),
            "1 − 18.06 ÷ median(25.84, 11.02)",
            "18.06 ÷ 18.43 − 1 = −2.0%",
            (),
        ),
    }
    made = []
    for index, (ref, (_, number)) in enumerate(REFS.items(), start=1):
        what, exact, formula, calculation, inputs = special.get(
            ref, (f"Figure {ref}", number, "as stated by the company", "from the release", ())
        )
        made.append(
            Trace(
                ref,
                what,
                exact,
                formula,
                t(calculation),
                inputs,
                (1,) if not inputs else (5, 7, 9, 1),
                date(2025, 8, 29),
                (
                    ("ok", "Quarters tie to fiscal 2025: 129,470"),
                    ("note", "Conflict Q1: a vendor shows 40,649 for June; release used"),
                    ("note", "Beyond 5% in 10 of 12 variants; fails without Amazon"),
                )
                if ref == "gap"
                else (),
                f"1.{index:02d}",
            )
        )
    for index in range(1, 10):
        made.append(
            Trace(
                f"row-{index}",
                f"Table 2, row {index}",
                n(18.06, "x1"),
                "see the definitions",
                (),
                (),
                (1, 5),
                date(2025, 8, 29),
                row=f"2.{index:02d}",
            )
        )
    return tuple(sorted(made, key=lambda trace: trace.row))


def brief() -> Brief:
    lineage = _lineage()
    return Brief(
        META,
        HEADLINE,
        STANDFIRST,
        BYLINE,
        TAKEAWAYS,
        PANEL,
        (PAGE_1, PAGE_2, PAGE_3, PAGE_4),
        SOURCES,
        lineage,
        {trace.ref: trace for trace in lineage},
    )


def small() -> Brief:
    """The first page alone, for tests that need a page and not a whole brief."""
    whole = brief()
    return replace(whole, pages=whole.pages[:1], lineage=(), traces={})


def charts(document: Brief) -> tuple[Chart, ...]:
    blocks = (block for page in document.pages for row in page.rows for slot in row.slots for block in slot)
    spark = (document.panel.sparkline,) if document.panel.sparkline else ()
    return (*spark, *(block for block in blocks if isinstance(block, Chart)))


def placeholder(chart: Chart) -> str:
    """A drawing of the right size, for tests of the page around it."""
    width, height = chart.width_mm * 96 / 25.4, chart.height_mm * 96 / 25.4
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.2f}" height="{height:.2f}" viewBox="0 0 {width:.2f} {height:.2f}">'
        f'<rect width="{width:.2f}" height="{height:.2f}" fill="#E6EBEF"/></svg>'
    )

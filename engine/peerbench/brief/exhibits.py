"""Figures of a brief: the numbers each chart shows, its claim of a title, its alternative text, its data as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from peerbench.brief.context import Desk, cell
from peerbench.brief.tables.columns import bare
from peerbench.brief.tables.remarks import ltm_words
from peerbench.core import figures
from peerbench.core.document import Cell, Chart, Column, Number, Row, Spans, Table, Text
from peerbench.core.evidence import Quantity
from peerbench.core.periods import near
from peerbench.narrate import words
from peerbench.narrate.claims import possessive
from peerbench.narrate.operations import run_of
from peerbench.narrate.valuation import direction, spread

ALT_LIMIT = 250
ROW_MM = 10.5  # pitch of a row of Figure 1, and its axis
AXIS_MM = 5.0
LINES = 5  # peers that a chart of lines or of bars can tell apart
LONG_BARS = 8
FIELD_ROW_MM = 5.6
COMPACT_MM = 46.0  # height of Figure 1 with the subject's values at its right edge


def _alt(*parts: str) -> str:
    text = " ".join(part for part in parts if part)
    return text if len(text) <= ALT_LIMIT else text[: ALT_LIMIT - 1].rsplit(" ", 1)[0] + "…"


def words_of(title: Spans, instead: str = "") -> str:
    """The words of a title for alternative text; a title with figures in it gives way to other words."""
    texts = [span.text for span in title if isinstance(span, Text)]
    return "".join(texts) if len(texts) == len(title) else instead


def _data(id: str, head: str, cols: Sequence[tuple[str, str]], rows: Sequence[tuple[str, Sequence[Cell]]]) -> Table:
    """A figure's numbers as a table for the web edition."""
    made = tuple(Column(key, name, 20.0) for key, name in cols)
    lines = tuple(Row((Text(label),), tuple(cells)) for label, cells in rows)
    return Table(f"{id}-data", (), (), made, lines, label_head=head, kind="data")


def _points(desk: Desk, metric: str) -> tuple[figures.DotPoint, ...]:
    ev = desk.evidence
    made = []
    for company in (ev.subject, *ev.peers):
        value, against = ev.money(company, metric), relative(desk, metric, company)
        if value.value is None or against.value is None:
            continue
        label = value.number(_prose(desk, metric))
        printed = against.number("spct0") if company == ev.subject else None
        made.append(figures.DotPoint(company, against.value, label, printed))
    return tuple(made)


def _prose(desk: Desk, metric: str) -> str:
    unit = desk.evidence.definitions[metric].unit
    if metric.startswith("worst"):
        return "pct1"
    return {"times": "x1", "fraction": "pct0", "money": "money"}.get(unit, "n1")


def relative(desk: Desk, metric: str, company: str = "") -> Quantity:
    """value ÷ peer median − 1, also for fractions such as volatility, where the page compares in percent."""
    ev = desk.evidence
    who = company or ev.subject
    premium = ev.premium(metric, who)
    if premium.ok:
        return premium
    own, median = ev.money(who, metric), ev.median(metric)
    value = own.value / median.value - 1 if own.value is not None and median.value and median.value > 0 else None
    return ev.work(
        f"relative:{who}:{metric}",
        f"{own.what} against the peer median",
        value,
        "fraction",
        "value ÷ peer median − 1",
        (own, median),
    )


def range_dot(desk: Desk, width: float = 178.0, height: float = 56.5) -> Chart | None:
    """Figure 1: premium or discount to the peer median, measure by measure, with the pivotal peer's test row."""
    ev = desk.evidence
    measures = [m for m in (desk.metrics("measures") or desk.metrics("multiples")) if relative(desk, m).ok][:6]
    if len(measures) < 2 or len(ev.peers) < 3:
        return None
    tested = desk.tested
    rows: list[figures.DotRow] = []
    for metric in measures:
        rows.append(figures.DotRow(_row_name(desk, metric), _points(desk, metric)))
        if tested and metric == tested.metric and tested.pivotal and len(measures) <= 5:
            rows.append(
                figures.DotRow(
                    f"without {ev.name(tested.pivotal)}", _test_points(desk, metric, tested.pivotal), test=True
                )
            )
    statement = spread(ev, measures)
    values = {
        **statement.values,
        "all_measures": words.every(len(measures)),
        "measure": words.noun(ev, desk.headline_metric),
        "pivotal": ev.name(tested.pivotal) if tested and tested.pivotal else "",
    }
    holds = {
        **statement.holds,
        **_sides(desk, measures),
        "fails_pivotal": bool(tested and tested.pivotal and tested.metric in measures),
    }
    title = desk.title(desk.audience.words("measures_title", "title.range_dot"), values, holds)
    subtitle = desk.audience.words("measures_subtitle") or (
        f"Premium or discount to the median of {words.count(len(ev.peers))} peers, %. Labels give the multiple; "
        f"{ltm_words(desk)[0].lower()}{ltm_words(desk)[1:]}"
    )
    refs = [ref for metric in measures for ref in (relative(desk, metric).ref, ev.median(metric).ref)]
    note = f"Bars run from lowest to highest peer; {_quartile_words(len(ev.peers))}"
    figure = figures.RangeDot(desk.study.identities, tuple(rows), _annotation(desk, rows))
    data = [
        (
            row.label,
            [Cell((_label_of(row, company),)) for company in (ev.subject, *ev.peers)],
        )
        for row in rows
    ]
    return Chart(
        "range-dot",
        title,
        (Text(subtitle),),
        figure,
        _alt(
            "Range-dot plot.",
            words_of(title) + ".",
            f"{len(rows)} rows, subject and {len(ev.peers)} peers against the median.",
        ),
        desk.source_line(refs, note),
        width,
        min(height, ROW_MM * len(rows) + AXIS_MM),
        desk.next_figure(),
        _data("range-dot", "Measure", [(c, ev.name(c)) for c in (ev.subject, *ev.peers)], data),
    )


def _sides(desk: Desk, measures: Sequence[str]) -> dict[str, bool]:
    """On which side of the median the measures of risk lie, debt apart."""
    market = [relative(desk, m).value or 0.0 for m in measures if not m.startswith("debt")]
    debt = [relative(desk, m).value or 0.0 for m in measures if m.startswith("debt")]
    above = bool(market) and all(value > 0 for value in market)
    return {
        "above_all": above,
        "all": above,
        "above_some": any(value > 0 for value in market),
        "below_some": any(value < 0 for value in market),
        "below_debt": bool(debt) and debt[0] < 0,
    }


def _label_of(row: figures.DotRow, company: str) -> Number:
    for point in row.points:
        if point.company == company:
            return point.label
    return Number(None, "n1", status="missing")


def _row_name(desk: Desk, metric: str) -> str:
    names = {
        "pe_ltm": "Price / earnings",
        "pe_fy": "Price / earnings, FY",
        "ps_ltm": "Price / sales",
        "pb": "Price / book",
        "ev_to_ebit_ltm": "EV / EBIT",
        "ev_to_sales_ltm": "EV / sales",
        "ev_to_ebitda_ltm": "EV / EBITDA",
        "p_to_fcf_ltm": "Price / FCF",
        "volatility_1y": "Volatility, 1 year",
        "worst_day_in_20": "Worst day in 20",
        "worst_day_1y": "Worst day, 1 year",
        "max_drawdown_3y": "Deepest fall, 3 years",
        "debt_to_equity": "Debt / equity",
    }
    return names.get(metric, desk.evidence.definitions[metric].short)


def _quartile_words(n: int) -> str:
    return "no quartiles are drawn because n = " + f"{n}." if n < 5 else f"n = {n}."


def _test_points(desk: Desk, metric: str, pivotal: str) -> tuple[figures.DotPoint, ...]:
    """The same measure against the median without the pivotal peer."""
    ev = desk.evidence
    left = [peer for peer in ev.peers if peer != pivotal]
    values = sorted(v for peer in left if (v := ev.money(peer, metric).value) is not None)
    tested = desk.tested
    without = tested.without(pivotal) if tested else None
    own = ev.money(ev.subject, metric)
    if not values or own.value is None or without is None or without.value is None:
        return ()
    median = own.value / (1 + without.value)
    points = [figures.DotPoint(ev.subject, without.value, own.number("x1"), without.number("spct0"))]
    for peer in left:
        quantity = ev.money(peer, metric)
        if quantity.value is not None:
            points.append(figures.DotPoint(peer, quantity.value / median - 1, quantity.number("x1")))
    return tuple(points)


def _annotation(desk: Desk, rows: Sequence[figures.DotRow]) -> str:
    """One annotation at most, on the point the title turns on; it carries no number of its own."""
    tested = desk.tested
    if tested is None or not any(row.test for row in rows):
        return ""
    ev = desk.evidence
    return f"Drop {ev.name(tested.pivotal)} and the median moves; the gap goes with it"


def scatter(desk: Desk) -> Chart | None:
    """Figure 3: the headline multiple against revenue growth."""
    ev = desk.evidence
    x, y = "revenue_growth_ltm", desk.headline_metric
    known = [c for c in (ev.subject, *ev.peers) if ev.money(c, x).ok and ev.money(c, y).ok]
    if len(known) < 3 or ev.subject not in known:
        return None
    price, growth = ev.premium(y), ev.gap(x)
    by_price = sorted(known, key=lambda c: ev.money(c, y).value or 0)
    by_growth = sorted(known, key=lambda c: ev.money(c, x).value or 0)
    title = desk.title(
        "title.scatter",
        _between(desk, by_price, by_growth),
        {**direction(price, "_price"), **direction(growth, "_growth"), **_is_between(desk, by_price, by_growth)},
    )
    points = tuple(figures.ScatterPoint(c, ev.money(c, x).number("spct1"), ev.money(c, y).number("x1")) for c in known)
    figure = figures.Scatter(
        desk.study.identities, points, "Revenue growth", _row_name(desk, y), ev.median(x).value, ev.median(y).value
    )
    n = sum(c != ev.subject for c in known)
    note = f"No fit drawn: n = {n}, eight needed." if n < 8 else ""
    refs = [ev.money(c, m).ref for c in known for m in (x, y)]
    data = _data(
        "scatter",
        "Company",
        [("x", "Revenue growth"), ("y", ev.definitions[y].short)],
        [(ev.name(p.company), [Cell((p.x,)), Cell((p.y,))]) for p in points],
    )
    ltm = ltm_words(desk).replace("Last twelve months (LTM)", "LTM")
    return Chart(
        "scatter",
        title,
        (Text(f"{ev.definitions[y].short} in times against revenue growth in %, {ltm}"),),
        figure,
        _alt("Scatter plot.", words_of(title) + "."),
        desk.source_line(refs, note),
        87.0,
        41.0,
        desk.next_figure(),
        data,
    )


def _neighbours(order: Sequence[str], subject: str) -> tuple[str, str]:
    place = list(order).index(subject)
    return (order[place - 1] if place > 0 else "", order[place + 1] if place + 1 < len(order) else "")


def _between(desk: Desk, by_price: Sequence[str], by_growth: Sequence[str]) -> dict[str, Any]:
    ev = desk.evidence
    cheaper, dearer = _neighbours(by_price, ev.subject)
    slower, faster = _neighbours(by_growth, ev.subject)
    keys = ("cheaper", "dearer", "slower", "faster")
    return {key: ev.name(c) if c else "" for key, c in zip(keys, (cheaper, dearer, slower, faster), strict=True)}


def _is_between(desk: Desk, by_price: Sequence[str], by_growth: Sequence[str]) -> dict[str, bool]:
    ev = desk.evidence
    return {"between": all((*_neighbours(by_price, ev.subject), *_neighbours(by_growth, ev.subject)))}


def football(desk: Desk) -> Chart | None:
    """Figure 4: what a unit would be worth at the peers' multiples, with the price over everything."""
    ev, implied = desk.evidence, desk.study.implied
    listing = desk.study.listings.get(ev.subject)
    if listing is None or not implied:
        return None
    bars = [
        figures.FieldBar(
            _row_name(desk, row.metric), row.low.number("n0"), row.median.number("n0"), row.high.number("n0")
        )
        for row in implied
    ]
    year = _year_range(desk)
    if year:
        bars.append(year)
    lows = [q for row in implied if (q := row.low).value is not None]
    highs = [q for row in implied if (q := row.high).value is not None]
    low, high = min(lows, key=lambda q: q.value or 0), max(highs, key=lambda q: q.value or 0)
    unit = "one ADS" if listing.ordinary_per_unit != 1 else "one share"
    title = desk.title("title.football", {"unit": unit, "low": low.number("price"), "high": high.number("price")}, {})
    title = tuple(Number(s.value, "price0", s.currency, s.ref) if isinstance(s, Number) else s for s in title)
    per = "ADS" if listing.ordinary_per_unit != 1 else "share"
    subtitle = f"Implied value per {per}: lowest, median (tick) and highest of {words.count(len(ev.peers))} peers"
    refs = [q.ref for row in implied for q in (row.low, row.median, row.high)]
    data = _data(
        "football",
        "Measure",
        [("low", "Lowest"), ("mid", "Median"), ("high", "Highest")],
        [(b.label, [Cell((b.low,)), Cell((b.mid,) if b.mid else ()), Cell((b.high,))]) for b in bars],
    )
    return Chart(
        "football",
        title,
        (Text(subtitle),),
        figures.FootballField(tuple(bars), listing.price.number("price"), listing.currency),
        _alt("Football field.", words_of(title, subtitle) + "."),
        desk.source_line(refs, "White bars: own ranges. A range, not a target."),
        117.33,
        min(37.0, max(20.0, FIELD_ROW_MM * len(bars) + 9.0)),
        desk.next_figure(),
        data,
    )


def _year_range(desk: Desk) -> figures.FieldBar | None:
    """The subject's own range of closes over 52 weeks, unadjusted where such closes exist."""
    low, high = desk.study.evidence.book.get("working:low_52w"), desk.study.evidence.book.get("working:high_52w")
    if low is None or high is None:
        return None
    return figures.FieldBar("52-week price range", low.number("n0"), None, high.number("n0"), own=True)


def multiples(desk: Desk) -> Chart | None:
    """Figure 5: revenue growth quarter by quarter, one panel a company on one scale."""
    ev = desk.evidence
    series = [(c, desk.study.growth[c]) for c in (ev.subject, *ev.peers) if c in desk.study.growth]
    known = [c for c, s in series if len(s.points) >= 3]
    panels = [c for c in desk.shown(3, known) if c in known]
    drawn = [(c, s) for c, s in series if c in panels]
    if not drawn or drawn[0][0] != ev.subject:
        return None
    own = [q.value or 0.0 for _, q in drawn[0][1].points]
    steps = run_of(own)
    runs = {c: run_of([q.value or 0.0 for _, q in s.points]) for c, s in drawn[1:]}
    other = max(runs, key=lambda c: runs[c], default="")
    title = desk.title(
        "title.multiples",
        {
            "subject_s": possessive(ev.name(ev.subject)),
            "own": drawn[0][1].points[-1][1].number("pct0"),
            "steps": words.count(abs(steps)),
            "other": ev.name(other) if other else "",
            "other_steps": words.count(runs.get(other, 0)),
        },
        {
            "rose_run": steps >= 3,
            "fell_run": steps <= -2,
            "rose_other_run": bool(other) and runs[other] >= 3,
            "rose": steps > 0,
            "fell": steps < 0,
        },
    )
    chosen = tuple(
        figures.Series(
            c, tuple(figures.SeriesPoint(end, q.value or 0.0) for end, q in s.points), s.points[-1][1].number("spct0")
        )
        for c, s in drawn
    )
    refs = [q.ref for _, s in drawn for _, q in s.points]
    first = min(s.points[0][0] for _, s in drawn)
    last = max(s.points[-1][0] for _, s in drawn)
    ends = sorted({end for _, s in drawn for end, _ in s.points})
    data = _data(
        "multiples",
        "Quarter to",
        [(c, ev.name(c)) for c, _ in drawn],
        [(f"{end:%b %Y}", [_at(s.points, end) for _, s in drawn]) for end in ends],
    )
    subtitle = (
        "Revenue growth on the same quarter a year earlier, %, reporting currency, "
        f"quarters to {first:%b %Y}–{last:%b %Y}; grey lines are the others"
    )
    return Chart(
        "multiples",
        title,
        (Text(subtitle),),
        figures.SmallMultiples(tuple(i for i in desk.study.identities if i.company in dict(drawn)), chosen),
        _alt("Small multiples of lines.", words_of(title, subtitle) + "."),
        desk.source_line(refs, desk.not_shown(panels, known)),
        178.0,
        37.0,
        desk.next_figure(),
        data,
    )


def _at(points: Sequence[tuple[date, Quantity]], end: date) -> Cell:
    for when, quantity in points:
        if near(when, end):
            return cell(quantity, "spct1")
    return Cell((Number(None, "spct1", status="missing"),))


def bars(desk: Desk) -> Chart | None:
    """Figure 6: capital spending as a share of revenue, three fiscal years, light to dark."""
    ev = desk.evidence
    metrics = [m for m in ("capex_to_sales_fy_2", "capex_to_sales_fy_1", "capex_to_sales_fy") if ev.has(m)]
    if "capex_to_sales_fy" not in metrics:
        return None
    groups, known = [], []
    for company in (ev.subject, *ev.peers):
        values = [(m, ev.money(company, m)) for m in metrics]
        if any(q.ok for _, q in values):
            known.append(company)
            groups.append(figures.BarGroup(company, tuple((_year(q), q.number("bpct1")) for _, q in values if q.ok)))
    if len(groups) < 2:
        return None
    shown = desk.shown(LINES, known)
    groups = [group for group in groups if group.company in shown]
    own = [ev.money(ev.subject, m).value for m in metrics]
    first, before, last = own[0], own[max(len(own) - 2, 0)], own[-1]
    gap = ev.gap("capex_to_sales_fy")
    title = desk.title(
        "title.bars",
        {"subject_s": possessive(ev.name(ev.subject))},
        {
            "above_double": bool(first and last and last > 2 * first),
            "rose": bool(first and before and last and last > first and last > before),
            "fell": bool(first and before and last and last < first and last < before),
            **direction(gap),
        },
    )
    refs = [ev.money(g.company, m).ref for g in groups for m in metrics]
    data = _data(
        "bars",
        "Company",
        [
            (f"y{i}", f"Year −{len(metrics) - 1 - i}" if i < len(metrics) - 1 else "Last year")
            for i in range(len(metrics))
        ],
        [(ev.name(g.company), [Cell((n,)) for _, n in g.bars]) for g in groups],
    )
    return Chart(
        "bars",
        title,
        (Text("Capital spending, % of revenue; three fiscal years, latest dark"),),
        figures.GroupedBars(desk.study.identities, tuple(groups)),
        _alt("Grouped bars.", words_of(title) + "."),
        desk.source_line(refs, " ".join((*filter(None, (desk.not_shown(shown, known), _year_ends(desk))),))),
        87.0,
        44.0,
        desk.next_figure(),
        data,
    )


def _year(quantity: Quantity) -> str:
    return f"FY to {quantity.end:%b %Y}" if quantity.end else "FY"


def _year_ends(desk: Desk) -> str:
    ev = desk.evidence
    own = ev.companies[ev.subject].fiscal_year_end_month
    if all(ev.companies[c].fiscal_year_end_month == own for c in ev.everyone):
        return ""
    return f"{possessive(ev.name(ev.subject))} year ends in {date(2000, own, 1):%B}."


def segments(desk: Desk) -> Chart | None:
    """Figure 7: growth of comparable segments, direct labels at the line ends."""
    drawn = [s for s in desk.segments if len(s.points) >= 2]
    if not drawn or drawn[0].company != desk.evidence.subject:
        return None
    chosen = tuple(
        figures.Series(
            s.company,
            tuple(figures.SeriesPoint(end, q.value or 0.0) for end, q in s.points),
            s.points[-1][1].number("spct0"),
            s.label,
        )
        for s in drawn
    )
    own, other = drawn[0].points[-1][1], drawn[1].points[-1][1] if len(drawn) > 1 else None
    same = len(drawn) > 1 and near(drawn[0].points[-1][0], drawn[1].points[-1][0], days=20)
    gap = (own.value or 0) - (other.value or 0) if other is not None and same else None
    title = desk.title(
        "title.segments",
        {"label_s": possessive(drawn[0].label), "other_s": possessive(drawn[1].label) if len(drawn) > 1 else ""},
        {"above": gap is not None and gap > 0, "below": gap is not None and gap < 0},
    )
    refs = [q.ref for s in drawn for _, q in s.points]
    ends = sorted({end for s in drawn for end, _ in s.points})
    data = _data(
        "segments",
        "Quarter to",
        [(s.label, s.label) for s in drawn],
        [(f"{end:%b %Y}", [_at(s.points, end) for s in drawn]) for end in ends],
    )
    missing = [
        desk.evidence.name(c)
        for c in (desk.evidence.subject, *desk.evidence.peers)
        if c not in {s.company for s in drawn}
    ]
    note = f"Not disclosed, or too few quarters known at the date: {', '.join(missing)}." if missing else ""
    return Chart(
        "segments",
        title,
        (Text("Revenue growth of comparable segments on a year earlier, %, quarters"),),
        figures.Lines(desk.study.identities, chosen),
        _alt("Line chart.", words_of(title) + "."),
        desk.source_line(refs, note),
        87.0,
        44.0,
        desk.next_figure(),
        data,
    )


def history(desk: Desk) -> Chart | None:
    """Figure 2: the subject's premium through time with its mean and one standard deviation; 36 months or nothing."""
    ev = desk.evidence
    premiums = desk.premiums
    if premiums is None or premiums.mean is None or premiums.now is None or premiums.sd is None:
        return None
    mean = premiums.mean.value or 0.0
    upper = ev.work(
        "history_upper",
        "Mean plus one standard deviation",
        mean + premiums.sd,
        "fraction",
        "mean + s.d.",
        (premiums.mean,),
    )
    lower = ev.work(
        "history_lower",
        "Mean less one standard deviation",
        mean - premiums.sd,
        "fraction",
        "mean − s.d.",
        (premiums.mean,),
    )
    sides = {"above_mean": (premiums.now.value or 0) > mean, "below_mean": (premiums.now.value or 0) < mean}
    noun = words.noun(ev, premiums.metric)
    title = desk.title(
        "title.history",
        {"measure": noun},
        sides,
    )
    figure = figures.History(
        premiums.points,
        premiums.now.number("spct0"),
        premiums.mean.number("spct0"),
        upper.number("spct0"),
        lower.number("spct0"),
    )
    data = _data(
        "history",
        "Month end",
        [("gap", "Gap to median")],
        [(f"{month.end:%d %b %Y}", [cell(month, "spct1")]) for month in premiums.months],
    )
    return Chart(
        "history",
        title,
        (Text(f"{ev.definitions[premiums.metric].short} against the peer median, %, {premiums.n} month-ends"),),
        figure,
        _alt("Line chart with band.", words_of(title) + "."),
        desk.source_line([premiums.now.ref, premiums.mean.ref]),
        87.0,
        41.0,
        desk.next_figure(),
        data,
    )


def prices(desk: Desk) -> Chart | None:
    """Closes rebased to 100 a year back, each in its own currency."""
    ev = desk.evidence
    drawn = []
    for company in (ev.subject, *ev.peers):
        points = desk.study.prices.get(company, ())
        if len(points) > 40 and points[0].value:
            base = points[0].value
            rebased = tuple(figures.SeriesPoint(p.when, p.value / base - 1) for p in points)
            end = ev.work(
                f"rebased:{company}",
                f"{ev.name(company)}: dividend-adjusted close against a year before",
                rebased[-1].value,
                "fraction",
                "last close ÷ first close − 1",
                (),
                documents=_price_documents(desk, company),
            )
            drawn.append(
                figures.Series(
                    company, rebased[::5] + (() if (len(rebased) - 1) % 5 == 0 else (rebased[-1],)), end.number("spct0")
                )
            )
    if not drawn or drawn[0].company != ev.subject:
        return None
    ordered = sorted(drawn, key=lambda s: -s.points[-1].value)
    best = ordered[0].company
    known = [s.company for s in drawn]
    shown = {*desk.shown(LINES, known), best}
    drawn = [s for s in drawn if s.company in shown]
    title = desk.title(
        "title.prices",
        {"top": ev.name(best), "subject": ev.name(ev.subject)},
        {"highest_own": best == ev.subject, "highest_other": best != ev.subject and len(drawn) > 1},
    )
    refs = [f"working:rebased:{s.company}" for s in drawn]
    data = _data(
        "prices", "Company", [("end", "Change over a year")], [(ev.name(s.company), [Cell((s.end,))]) for s in drawn]
    )
    return Chart(
        "prices",
        title,
        (Text("Total return over a year, %, local currency"),),
        figures.Lines(desk.study.identities, tuple(drawn)),
        _alt("Line chart.", words_of(title) + "."),
        desk.source_line(refs, desk.not_shown(shown, known)),
        87.0,
        44.0,
        desk.next_figure(),
        data,
    )


def _price_documents(desk: Desk, company: str) -> tuple[str, ...]:
    quantity = desk.evidence.value(company, "volatility_1y")
    found = desk.evidence.documents(quantity.ref) if quantity.ok else ()
    return (found[0], found[-1]) if found else ()


def long_bars(desk: Desk) -> Chart | None:
    """Policy Figure 1: capital spending of the last fiscal year in the brief's currency, largest first."""
    ev = desk.evidence
    metric = "capex_fy"
    known = sorted(
        (c for c in (ev.subject, *ev.peers) if ev.money(c, metric).ok), key=lambda c: -(ev.money(c, metric).value or 0)
    )
    if len(known) < 2:
        return None
    made = []
    shown = [c for place, c in enumerate(known) if place < LONG_BARS - 1 or c == ev.subject]
    for company in shown:
        value = ev.money(company, metric)
        before = ev.money(company, "capex_fy_1") if ev.has("capex_fy_1") else None
        made.append(
            figures.LongBar(
                company,
                f"{ev.name(company)}, year to {value.end:%b %Y}" if value.end else ev.name(company),
                value.number(bare(desk, metric)),
                before.number(bare(desk, metric)) if before is not None and before.ok else None,
            )
        )
        pledge = ev.book.get("working:pledge_year_brief")
        if company == ev.subject and pledge is not None and pledge.ok:
            made.append(
                figures.LongBar(
                    company, f"{possessive(ev.name(company))} pledge, per year", pledge.number("bn1"), pledge=True
                )
            )
    from peerbench.narrate import policy

    statement = policy.headline(ev, metric)
    others = known[1:]
    title = desk.title("title.policy", {**statement.values, "count": words.count(len(others))}, statement.holds)
    refs = [ev.money(c, metric).ref for c in known]
    data = _data(
        "long-bars",
        "Company",
        [("now", "Last year"), ("before", "Year before")],
        [(b.label, [Cell((b.value,)), Cell((b.before,) if b.before else ())]) for b in made],
    )
    unit = {"USD": "US$", "CNY": "RMB", "HKD": "HK$"}.get(ev.currency, ev.currency)
    subtitle = (
        f"Capital spending in the last full financial year, {unit}bn at the average exchange rate of that year; "
        "tick = year before"
    )
    said = ["The pledge is what the company says; totals are what was spent, on everything."] * any(
        b.pledge for b in made
    )
    said += [f"The {words.count(len(shown))} largest and the subject of {words.count(len(known))}."] * (shown != known)
    return Chart(
        "long-bars",
        title,
        (Text(subtitle),),
        figures.LongBars(desk.study.identities, tuple(made)),
        _alt("Horizontal bars.", words_of(title, subtitle) + "."),
        desk.source_line(refs, " ".join(said)),
        178.0,
        46.0,
        desk.next_figure(),
        data,
    )


def sparkline(desk: Desk) -> Chart | None:
    points = desk.study.prices.get(desk.evidence.subject, ())
    if len(points) < 20:
        return None
    step = max(1, len(points) // 90)
    thin = points[::step] if (len(points) - 1) % step == 0 else (*points[::step], points[-1])
    alt = f"Closes of twelve months to {points[-1].when:%-d %B %Y}."
    return Chart("sparkline", (), (), figures.Sparkline(tuple(thin)), alt, (), 51.0, 11.0)

"""Tables of a brief: comparables with their statistics, ranks, robustness, inputs, peers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from peerbench.brief.context import Desk, cell, plain
from peerbench.core.document import Cell, Column, Number, Row, Spans, Table, Text, When
from peerbench.core.evidence import Quantity, Tested, Variant
from peerbench.narrate import rank, words
from peerbench.narrate.claims import possessive
from peerbench.narrate.operations import about_half, extremes, moves, ranks
from peerbench.narrate.valuation import direction

TRACE: Final = Column("trace", "Trace", 9.0)
BARE: Final = {"times": "n1", "fraction": "bpct1", "money": "bn0", "shares": "m0", "pure": "n2", "count": "count"}
# Tables with columns of an audience's own: the key that lists them, a column's usual width, and what is added, in mm.
COLUMNS: Final = {
    "table.summary": ("summary", 13.9, 0.0),
    "table.wide": ("wide", 14.0, 0.0),
    "table.comps": ("comps", 12.0, TRACE.width_mm),
    "table.levels": ("level_columns", 20.0, TRACE.width_mm),
    "table.balance": ("balance", 12.0, 0.0),
}
SUMMARY_PEERS: Final = 5  # rows that the first page holds
BALANCE_PEERS: Final = 6
INPUT_PEERS: Final = 4
MOST_FEW: Final = 8  # companies of a table of comparables that stands in another exhibit's place
MOST_TESTS: Final = 14  # rows of the robustness table
PRICE: Final = "price"  # the pseudo-metric of a listing's own close


def bare(desk: Desk, metric: str) -> str:
    """The format of a column of this metric: unit in the head, never in the cell. `formats` of the audience wins."""
    chosen = (desk.audience.settings.get("formats") or {}).get(metric)
    format = str(chosen or BARE.get(desk.evidence.definitions[metric].unit, "n1"))
    return _finer(desk, metric, format) if format in FINER else format


FINER: Final = {"bn0": (10e9, "bn1"), "bn1": (1e9, "bn2")}  # below this much one decimal more


def _finer(desk: Desk, metric: str, format: str) -> str:
    """Billions with a decimal more where every company's are small; a column keeps one number of decimals."""
    sizes = [abs(value) for company in desk.evidence.everyone if (value := desk.evidence.money(company, metric).value)]
    for coarse in ("bn0", "bn1"):
        if format == coarse and max(sizes, default=FINER[coarse][0]) < FINER[coarse][0]:
            format = FINER[coarse][1]
    return format


def _signed(desk: Desk, metric: str) -> str:
    return "spp1" if desk.evidence.definitions[metric].compare != "premium" else "sbpct1"


def against(desk: Desk, metric: str) -> Quantity:
    """Premium for multiples and money, gap for fractions."""
    ev = desk.evidence
    return ev.premium(metric) if ev.definitions[metric].compare == "premium" else ev.gap(metric)


def columns(
    desk: Desk, entries: Sequence[Mapping[str, Any]], width: float, *, trace: bool = True
) -> tuple[Column, ...]:
    """Columns from an audience's list: {metric, head, group, width}; those of which nothing is known are left out."""
    ev = desk.evidence
    kept = [entry for entry in entries if known(desk, entry["metric"])]
    made = tuple(
        Column(
            entry["metric"],
            entry.get("head") or ev.definitions[entry["metric"]].short,
            float(entry.get("width", width)),
            entry.get("group", ""),
        )
        for entry in kept
    )
    return (*made, TRACE) if trace else made


def known(desk: Desk, key: str) -> bool:
    """Whether the study has a figure, or a reason other than absence, of any company."""
    ev = desk.evidence
    if key == PRICE:
        return bool(desk.study.listings)
    return ev.has(key) and any(ev.money(company, key).status != "missing" for company in ev.everyone)


def left_out(desk: Desk, entries: Sequence[Mapping[str, Any]]) -> str:
    """The columns that are not printed because nothing is known of any company."""
    gone = [e["metric"] for e in entries if e["metric"] != PRICE and desk.evidence.has(e["metric"])]
    names = [desk.evidence.definitions[metric].short for metric in gone if not known(desk, metric)]
    return f"Known for no company: {'; '.join(names)}." if names else ""


def place(rank: float | None) -> Cell:
    """A rank; a shared one keeps its half."""
    return plain(rank, "n0" if rank is None or rank == int(rank) else "n1")


def _company_row(desk: Desk, company: str, cols: Sequence[Column], *, strong: bool, mark: str = "") -> Row:
    cells = []
    for column in cols:
        if column.key == TRACE.key:
            continue
        if column.key == PRICE:
            listing_ = desk.study.listings.get(company)
            cells.append(
                Cell((listing_.price.number("price") if listing_ else Number(None, "price", status="missing"),))
            )
        else:
            cells.append(cell(desk.evidence.money(company, column.key), bare(desk, column.key)))
    return Row(desk.company(company, mark=mark), tuple(cells), "subject" if strong else "peer")


def _statistic_row(desk: Desk, label: str, name: str, cols: Sequence[Column], role: str) -> Row:
    cells = [
        Cell() if skipped(desk, column.key) else cell(desk.evidence.statistic(column.key, name), bare(desk, column.key))
        for column in cols
        if column.key != TRACE.key
    ]
    return Row((Text(label),), tuple(cells), role)


def skipped(desk: Desk, key: str) -> bool:
    """A statistic of a listing's price or of a size says nothing and is left blank."""
    return key == PRICE or desk.evidence.definitions[key].id in ("market_cap", "enterprise_value")


def _gap_row(desk: Desk, cols: Sequence[Column]) -> Row:
    cells = [
        Cell() if skipped(desk, column.key) else cell(against(desk, column.key), _signed(desk, column.key))
        for column in cols
        if column.key != TRACE.key
    ]
    units = {_signed(desk, c.key) for c in cols if c.key != TRACE.key and not skipped(desk, c.key)}
    unit = "% or pp" if len(units) > 1 else "pp" if units == {"spp1"} else "%"
    return Row((Text(f"Gap to median, {unit}"),), tuple(cells), "gap", rule_above=True)


def _rank_row(desk: Desk, cols: Sequence[Column]) -> Row:
    ev = desk.evidence
    of = max((ev.ranked(c.key) for c in cols if c.key not in (TRACE.key, PRICE)), default=0)
    cells = [
        Cell() if skipped(desk, column.key) else place(ev.rank(column.key) if ev.median(column.key).ok else None)
        for column in cols
        if column.key != TRACE.key
    ]
    return Row((Text(f"Rank of {of}, 1 = best"),), tuple(cells), "rank")


def _count_row(desk: Desk, cols: Sequence[Column]) -> Row:
    cells = [
        Cell() if skipped(desk, column.key) else plain(float(desk.evidence.count(column.key)), "n0")
        for column in cols
        if column.key != TRACE.key
    ]
    return Row((Text("Peers counted, n"),), tuple(cells), "statistic")


def company_rows(
    desk: Desk, cols: Sequence[Column], marks: Mapping[str, str] | None = None, shown: Sequence[str] = ()
) -> list[Row]:
    """A row for each company, or for those shown; marks are footnote letters by company."""
    ev, letters = desk.evidence, marks or {}
    return [
        _company_row(desk, company, cols, strong=company == ev.subject, mark=letters.get(company, ""))
        for company in shown or ev.everyone
    ]


COMPARABILITY: Final = {
    "parent_for_common": "income to the parent stands in for income to ordinary shareholders",
    "diluted_average": "share count is the weighted diluted average",
    "balance_dates_differ": "debt and cash are of different balance sheets",
    "price_adjusted": "close is dividend-adjusted",
}


def comparability(desk: Desk, cols: Sequence[Column]) -> tuple[dict[str, str], tuple[tuple[str, Spans], ...]]:
    """A footnote letter for each company whose cells are not like the others', and what differs (METHOD 17, 36)."""
    ev = desk.evidence
    usual = _usual_standard(desk)
    marks: dict[str, str] = {}
    notes: list[tuple[str, Spans]] = []
    for company in ev.everyone:
        standard = ev.companies[company].accounting_standard
        flags = {flag for c in cols if c.key not in (TRACE.key, PRICE) for flag in ev.money(company, c.key).flags}
        said = [_standard(standard)] if standard != usual else []
        said += [words_ for flag, words_ in COMPARABILITY.items() if flag in flags]
        if said:
            marks[company] = desk.letter()
            notes.append((marks[company], (Text(f"{'; '.join(said)}."),)))
    return marks, tuple(notes)


def _usual_standard(desk: Desk) -> str:
    """The accounting standard of most companies, the subject's between equals: who differs from it bears the mark."""
    ev = desk.evidence
    standards = [ev.companies[company].accounting_standard for company in ev.everyone]
    return max(standards, key=standards.count)  # the first of equals, and the subject stands first


def refs(rows: Sequence[Row]) -> list[str]:
    """Every lineage ref printed in the rows."""
    return [
        span.ref for row in rows for each in row.cells for span in each.spans if isinstance(span, Number) and span.ref
    ]


def number_rows(desk: Desk, rows: Sequence[Row], cols: Sequence[Column]) -> tuple[tuple[str, Spans], ...]:
    """Footnotes: why cells are missing or out of the statistics, and accounting standards that differ."""
    ev = desk.evidence
    notes: list[tuple[str, Spans]] = []
    standards = {company: ev.companies[company].accounting_standard for company in ev.everyone}
    if len(set(standards.values())) > 1:
        by: dict[str, list[str]] = {}
        for company, standard in standards.items():
            by.setdefault(standard, []).append(ev.name(company))
        parts = [f"{_standard(standard)}: {', '.join(names)}" for standard, names in sorted(by.items())]
        notes.append(("", (Text(f"Accounts by {'; '.join(parts)}."),)))
    return tuple(notes)


def _standard(name: str) -> str:
    return {"us-gaap": "US GAAP", "ifrs": "IFRS"}.get(name, name)


def marks_note(desk: Desk, cols: Sequence[Column]) -> str:
    """What NA, – and n.m. mean, said only where they occur."""
    ev = desk.evidence
    statuses = {
        ev.money(company, c.key).status for c in cols if c.key not in (TRACE.key, PRICE) for company in ev.everyone
    }
    medians = [ev.median(c.key).status for c in cols if c.key not in (TRACE.key, PRICE)]
    nowhere = bool(medians) and all(status == "withheld" for status in medians)
    said = []
    if statuses & {"missing", "stale"}:
        said.append("NA = not available")
    if nowhere:
        said.append("no median, as fewer than three peers have a value")
    elif "withheld" in medians:
        said.append("– = withheld, fewer than three values")
    if "not_meaningful" in statuses:
        said.append("n.m. = not meaningful")
    if "excluded" in statuses:
        said.append("> = beyond the limit, left out of statistics")
    return words.capital(f"{'; '.join(said)}.") if said else ""


def summary(desk: Desk) -> Table | None:
    """Table 1: a few columns that carry the headline."""
    ev = desk.evidence
    entries = [{"metric": m} if isinstance(m, str) else m for m in desk.audience.settings.get("summary", ())]
    cols = columns(desk, entries, COLUMNS["table.summary"][1], trace=False)
    if len(cols) < 2:
        return None
    shown = desk.shown(SUMMARY_PEERS)
    metric, growth = desk.headline_metric, "revenue_growth_ltm"
    own, median = ev.money(ev.subject, growth), ev.median(growth)
    gap = direction(ev.gap(growth), "_growth")
    half = about_half(own, median) and rank.verbs(ev, growth)["firm"]
    title = desk.title(
        desk.audience.words("summary_title", "title.summary"),
        {},
        {**direction(ev.premium(metric)), **gap, **moves(own.value), "below_growth_half": half},
    )
    rows = company_rows(desk, cols, shown=shown)
    if benchmarked(desk, cols):
        rows.append(_statistic_row(desk, f"Peer median, n = {_n(desk, cols)}", "median", cols, "median"))
        rows += [_gap_row(desk, cols)] if desk.audience.settings.get("summary_gap", True) else []
    notes = [text for text in (desk.not_shown(shown), left_out(desk, entries), marks_note(desk, cols)) if text]
    return Table(
        "summary",
        title,
        (Text(desk.audience.words("summary_subtitle") or _units(desk, cols)),),
        cols,
        tuple(rows),
        notes=(*number_rows(desk, rows, cols), *(("", (Text(note),)) for note in notes)),
        number=desk.next_table(),
    )


def wide(desk: Desk) -> Table | None:
    """The one table of the one-page brief: ten columns in two groups, high and low in one row."""
    entries = desk.audience.settings.get("wide", ())
    cols = columns(desk, entries, COLUMNS["table.wide"][1], trace=False)
    if not cols:
        return None
    shown = desk.shown(SUMMARY_PEERS)
    marks, unlike = comparability(desk, cols)
    statement = ranks(desk.evidence, [column.key for column in cols])
    rows = company_rows(desk, cols, marks, shown)
    if benchmarked(desk, cols):
        rows.append(_statistic_row(desk, f"Peer median, n = {_n(desk, cols)}", "median", cols, "median"))
        rows.append(_range_row(desk, cols))
        rows += [_gap_row(desk, cols)] if desk.audience.settings.get("summary_gap", True) else []
    said = (desk.not_shown(shown), left_out(desk, entries), marks_note(desk, cols))
    notes = (*unlike, *(("", (Text(note),)) for note in said if note))
    return Table(
        "wide",
        desk.title("title.ranks", statement.values, statement.holds),
        (Text(desk.audience.words("wide_subtitle") or f"{ltm_words(desk)} unless stated; prices of {_day(desk)}"),),
        cols,
        tuple(rows),
        notes=notes,
        number=desk.next_table(),
    )


def _range_row(desk: Desk, cols: Sequence[Column]) -> Row:
    """The highest and the lowest peer in one cell."""
    cells = []
    for column in cols:
        high, low = (desk.evidence.statistic(column.key, name) for name in ("maximum", "minimum"))
        format = bare(desk, column.key)
        both = (high.number(format), Text(", "), low.number(format)) if high.ok and low.ok else (high.number(format),)
        cells.append(Cell() if skipped(desk, column.key) else Cell(both))
    return Row((Text("High, low"),), tuple(cells), "range")


def _n(desk: Desk, cols: Sequence[Column]) -> str:
    counts = [desk.evidence.count(c.key) for c in cols if c.key not in (TRACE.key, PRICE)]
    return (
        str(max(counts)) if counts and len(set(counts)) == 1 else f"{min(counts, default=0)}–{max(counts, default=0)}"
    )


def benchmarked(desk: Desk, cols: Sequence[Column]) -> bool:
    """Whether any column has a median; where none has, a row of dashes would say nothing (METHOD 25)."""
    return any(desk.evidence.median(c.key).ok for c in cols if c.key not in (TRACE.key, PRICE))


def _units(desk: Desk, cols: Sequence[Column]) -> str:
    units = {desk.evidence.definitions[c.key].unit for c in cols if c.key not in (TRACE.key, PRICE)}
    parts = []
    if "times" in units:
        parts.append("multiples in times")
    if "fraction" in units:
        parts.append("rates and margins in %")
    if "money" in units:
        parts.append(f"money in {code(desk.evidence.currency)}bn")
    return ltm_words(desk) + "; " + ", ".join(parts)


def code(currency: str) -> str:
    return {"USD": "US$", "CNY": "RMB", "HKD": "HK$"}.get(currency, f"{currency} ")


def ltm_words(desk: Desk) -> str:
    """ "LTM to June 2025" when all companies end together, else "LTM to the latest quarter"."""
    ev = desk.evidence
    ends = {ev.value(company, "revenue_ltm").end for company in ev.everyone if ev.value(company, "revenue_ltm").ok}
    if len(ends) == 1:
        (end,) = ends
        return f"Last twelve months (LTM) to {end:%B %Y}" if end else "Last twelve months (LTM)"
    return "Last twelve months (LTM) to each company’s latest quarter"


def _quartile_row(label: str, name: str) -> Callable[[Desk, Sequence[Column]], Row | None]:
    """Quartiles from five peers on (METHOD 25)."""

    def make(desk: Desk, cols: Sequence[Column]) -> Row | None:
        enough = any(desk.evidence.statistic(c.key, name).ok for c in cols if c.key not in (TRACE.key, PRICE))
        return _statistic_row(desk, label, name, cols, "statistic") if enough else None

    return make


STATISTICS: Final[Mapping[str, Callable[[Desk, Sequence[Column]], Row | None]]] = {
    "upper_quartile": _quartile_row("Upper quartile", "q3"),
    "lower_quartile": _quartile_row("Lower quartile", "q1"),
    "maximum": lambda desk, cols: _statistic_row(desk, "High", "maximum", cols, "statistic"),
    "minimum": lambda desk, cols: _statistic_row(desk, "Low", "minimum", cols, "statistic"),
    "count": _count_row,
    "gap": _gap_row,
    "rank": _rank_row,
}


def comps(desk: Desk) -> Table | None:
    """Table 2: every multiple with its statistics rows."""
    ev = desk.evidence
    entries = desk.audience.settings.get("comps", ())
    cols = columns(desk, entries, COLUMNS["table.comps"][1])
    if len(cols) < 3:
        return None
    marks, unlike = comparability(desk, cols)
    rows = [
        *company_rows(desk, cols, marks),
        _statistic_row(desk, "Peer median", "median", cols, "median"),
        *(row for name in desk.audience.names("statistics") if (row := STATISTICS[name](desk, cols)) is not None),
    ]
    rows = rows if benchmarked(desk, cols) else [row for row in rows if row.role in ("subject", "peer")]
    printed = [col.key for col in cols if col.key in ev.definitions and ev.definitions[col.key].unit == "times"]
    ranked = [m for m in printed if ev.rank(m) is not None and ev.median(m).ok]
    places = [ev.rank(m) or 0 for m in ranked]
    alike = len({ev.ranked(m) for m in ranked}) == 1  # "of four" must be true of every multiple
    ordinal = bool(places) and bool(words.ordinal(min(places))) and bool(words.ordinal(max(places)))
    sayable = ordinal and alike
    title = desk.title(
        "title.comps",
        {
            "subject": ev.name(ev.subject),
            "best_lower": words.ordinal(min(places)) if places else "",
            "worst": words.ordinal(max(places)) if places else "",
            "of": words.count(max((ev.ranked(m) for m in ranked), default=0)),
            "count": words.count(len(ranked)),
            "measure": ev.definitions[ranked[0]].short if ranked else "",
        },
        {
            "only": sayable and len(places) == 1,
            "unlike": ordinal and min(places) < max(places),
            "all_same": sayable and len(places) > 1 and min(places) == max(places),
            "some": sayable and min(places) < max(places),
        },
    )
    notes = [
        *unlike,
        *(
            ("", (Text(note),))
            for note in (estimates_note(desk), left_out(desk, entries), marks_note(desk, cols))
            if note
        ),
    ]
    subtitle = f"{ltm_words(desk)} unless stated; prices and rates of {_day(desk)}; multiples in times"
    return Table("comps", title, (Text(subtitle),), cols, tuple(rows), notes=tuple(notes), number=desk.next_table())


def comps_few(desk: Desk) -> Table | None:
    """The same table where another exhibit is missing, if it is short enough to stand there; then not again."""
    made = comps(desk) if len(desk.evidence.everyone) <= MOST_FEW and "table.comps" not in desk.placed else None
    desk.placed |= {"table.comps"} if made is not None else set()
    return made


def _day(desk: Desk) -> str:
    day = desk.priced_on.value
    return f"{day.day} {day:%B %Y}"


def estimates_note(desk: Desk) -> str:
    """Whose forecast, of which day, for which year: FY1 is never left unexplained (METHOD 3)."""
    ev = desk.evidence
    if not ev.has("pe_fy1"):
        return ""
    parts = []
    for company in ev.everyone:
        estimate = ev.operand(company, "eps_estimate[fy1]")
        for document in estimate.documents:
            row = desk.book.row(document) if document.startswith("est.") else None
            if row and estimate.ok:
                end = row["period_end"]
                parts.append(f"{ev.name(company)} FY to {end:%b %Y}, {row['source']}, {row['snapshot_date']:%-d %b %Y}")
    return f"FY1 consensus: {'; '.join(parts)}; different year ends." if parts else ""


def rank_table(desk: Desk) -> Table:
    """Table 3: value and rank of every measure for every company."""
    ev = desk.evidence
    metrics = [m for m in desk.metrics("ranks") if any(ev.money(c, m).ok for c in ev.everyone)]
    names = ev.everyone
    width = (87.0 - 34.0) / max(len(names), 1)
    cols = tuple(Column(c, ev.name(c), round(width, 2)) for c in names)
    placed = any(ev.rank(metric) is not None for metric in metrics)
    rows = [Row((Text(measure(desk, m)),), tuple(_ranked_cell(desk, c, m) for c in names)) for m in metrics]
    statement = ranks(ev, metrics)
    said = (
        "Ranks, since a handful of names makes no percentile." if placed else "",
        "A reference peer has no rank." if placed and ev.references else "",
        marks_note(desk, headless(metrics)),
    )
    return Table(
        "ranks",
        desk.title("title.ranks", statement.values, statement.holds),
        (Text(f"Value, then rank (1 = {best_words(desk, metrics)})" if placed else "Latest value of each measure"),),
        cols,
        tuple(rows),
        label_head="",
        notes=tuple(("", (Text(note),)) for note in said if note),
        source=desk.source_line(refs(rows)),
        kind="rank",
        number=desk.next_table(),
    )


BEST: Final = {"valuation": "cheapest", "level": "largest", "growth": "fastest", "risk": "calmest"}


def best_words(desk: Desk, metrics: Sequence[str]) -> str:
    """What the first rank means for these measures: "cheapest, fastest or strongest"."""
    groups = {desk.evidence.definitions[metric].group for metric in metrics}
    known = [word for group, word in BEST.items() if group in groups]
    said = [*known, *(["strongest"] if groups - set(BEST) else [])]
    return f"{', '.join(said[:-1])} or {said[-1]}" if len(said) > 1 else "".join(said)


def headless(metrics: Sequence[str]) -> tuple[Column, ...]:
    """Measures in rows, as columns for what is said of cells."""
    return tuple(Column(metric, "", 0.0) for metric in metrics)


def measure(desk: Desk, metric: str) -> str:
    """A measure's name in the first column, with its unit."""
    definition = desk.evidence.definitions[metric]
    unit = {"times": "times", "fraction": "%", "money": f"{code(desk.evidence.currency)}bn"}.get(definition.unit, "")
    name = (desk.audience.settings.get("heads") or {}).get(metric) or definition.short
    return f"{name}, {unit}" if unit else str(name)


def _ranked_cell(desk: Desk, company: str, metric: str) -> Cell:
    ev = desk.evidence
    place = ev.rank(metric, company)
    rank = int(place) if place is not None and place == int(place) else None
    return Cell((ev.money(company, metric).number(bare(desk, metric)),), rank=rank, rank_of=ev.ranked(metric))


def robustness(desk: Desk, *, failing: bool = False) -> Table | None:
    """Table 4: the headline gap under each variant, bars from zero, failing rows marked. failing: those rows alone."""
    tested = desk.tested
    if tested is None or not tested.variants or (failing and tested.k == tested.m):
        return None
    longest = max(abs(v.premium.value or 0) for v in tested.variants) or 1.0
    rows = [
        Row(
            (Text(variant.name),),
            (
                Cell(bar=abs(variant.premium.value or 0) / longest),
                cell(variant.premium, "sbpct0"),
                Cell((Text("holds" if variant.holds else "fails"),)),
            ),
            "plain" if variant.holds else "fails",
        )
        for variant in folded(desk, tested)
        if not failing or not variant.holds
    ]
    held = words.count(tested.k)
    others = f" Not shown: the {held} in which the gap holds." if failing and tested.k else ""
    premium = desk.evidence.premium(tested.metric)
    values = {
        "k": Number(float(tested.k), "n0", ref=f"working:robust:{tested.metric}"),
        "m": Number(float(tested.m), "n0", ref=f"working:robust_of:{tested.metric}"),
    }
    percent = round(tested.threshold * 100)
    return Table(
        "robustness",
        desk.title("title.robustness", values, direction(premium)),
        (
            Text(
                f"{desk.evidence.name(desk.evidence.subject)} against the peer statistic, %; "
                f"holds beyond ±{percent}%, same side"
            ),
        ),
        (Column("bar", "", 30.0), Column("value", "", 11.0), Column("verdict", "", 11.0)),
        tuple(rows),
        label_head="",
        source=(Text(_aggregate_words(desk, tested.metric) + others),),
        kind="robustness",
        number=desk.next_table(),
    )


def folded(desk: Desk, tested: Tested) -> tuple[Variant, ...]:
    """The variants; of many peers left out in turn, those that change nothing become one row with the least gap."""
    alike = [v for v in tested.variants if v.without and v.metric == tested.metric and v.holds]
    if len(tested.variants) <= MOST_TESTS or len(alike) < 2:
        return tested.variants
    least = min(alike, key=lambda v: abs(v.premium.value or 0.0))
    short = desk.evidence.definitions[tested.metric].short
    row = replace(least, name=f"{short}, without one of {len(alike)} (least)")
    kept = [row if v is least else v for v in tested.variants if v is least or v not in alike]
    return tuple(kept)


def _aggregate_words(desk: Desk, metric: str) -> str:
    values = "enterprise" if metric.startswith("ev_") else "market"
    return f"Aggregate = sum of {values} values over sum of {words.noun(desk.evidence, metric)}."


def peers(desk: Desk) -> Table:
    """Table 5: why these peers and how comparable they are."""
    ev = desk.evidence
    size, growth = desk.letter(), desk.letter()
    own_size, own_growth = ev.money(ev.subject, "market_cap"), ev.money(ev.subject, "revenue_growth_ltm")
    rows = []
    for note in desk.study.peers:
        theirs, rate = ev.money(note.company, "market_cap"), ev.money(note.company, "revenue_growth_ltm")
        ratio = theirs.value / own_size.value if theirs.value is not None and own_size.value else None
        gap = rate.value - own_growth.value if rate.value is not None and own_growth.value is not None else None
        rows.append(
            Row(
                desk.company(note.company),
                (
                    Cell((Text("Core peer" if note.role == "core" else "Reference"),)),
                    Cell(badge=note.grade or grade(desk, note.company)),
                    cell(
                        ev.work(
                            f"size:{note.company}",
                            f"{ev.name(note.company)}: market value over the subject’s",
                            ratio,
                            "times",
                            "÷",
                            (theirs, own_size),
                        ),
                        "x1",
                    ),
                    cell(
                        ev.work(
                            f"growth_gap:{note.company}",
                            f"{ev.name(note.company)}: LTM revenue growth less the subject’s",
                            gap,
                            "fraction",
                            "−",
                            (rate, own_growth),
                        ),
                        "spp1",
                    ),
                    Cell((Text(_standard(ev.companies[note.company].accounting_standard)),)),
                    Cell((Text(note.why),)),
                ),
                "peer",
            )
        )
    unused = "; ".join(f"{name} ({why})" for name, why in desk.study.excluded)
    notes = [
        (
            "",
            (
                Text(
                    f"{size} Market value over {possessive(ev.name(ev.subject))}. "
                    f"{growth} LTM revenue growth less {possessive(ev.name(ev.subject))}, pp."
                ),
            ),
        ),
        *([("", (Text(f"Not used: {unused}."),))] if unused else []),
    ]
    cols = (
        Column("role", "Role", 14.5, align="left"),
        Column("grade", "Grade", 10.0, align="left"),
        Column("size", "Size", 10.5, mark=size),
        Column("growth", "Growth", 14.0, mark=growth),
        Column("accounts", "Accounts", 16.0, align="left"),
        Column("why", "Reason", 79.5, align="left"),
    )
    return Table(
        "peers",
        (Text("Peers and how comparable they are"),),
        (),
        cols,
        tuple(rows),
        label_head="Peer",
        notes=tuple(notes),
        kind="peers",
        number=desk.next_table(),
    )


def grade(desk: Desk, company: str) -> str:
    """A, B or C by what differs: accounting standard, reporting currency, size beyond five times, country."""
    ev = desk.evidence
    own, other = ev.companies[ev.subject], ev.companies[company]
    sizes = (ev.money(ev.subject, "market_cap").value, ev.money(company, "market_cap").value)
    ratio = sizes[1] / sizes[0] if sizes[0] and sizes[1] else None
    differs = [
        own.accounting_standard != other.accounting_standard,
        own.reporting_currency != other.reporting_currency,
        ratio is None or not 0.2 <= ratio <= 5,
        own.country != other.country,
    ]
    return "ABC"[min(2, (sum(differs) + 1) // 2)]


INPUT_ROWS: Final = (
    ("Market value, reporting currency bn", "market_cap", "bn1", False),
    ("Enterprise value, bn", "enterprise_value", "bn1", True),
    ("Revenue LTM, m", "revenue_ltm", "m0", False),
    ("Operating income LTM, m", "operating_income_ltm", "m0", False),
    ("Net income to ordinary holders LTM, m", "net_income_common_ltm", "m0", False),
)
CLAIMS: Final = (
    ("leases", "finance_leases[latest]"),
    ("preferred", "preferred_equity[latest]"),
    ("minorities", "minority_interest[latest]"),
    ("mezzanine", "mezzanine_equity[latest]"),
)


def bridge(desk: Desk, companies: Sequence[str]) -> tuple[tuple[str, tuple[str, ...], int], ...]:
    """The rows between market value and enterprise value; claims that nobody here discloses are left out."""
    ev = desk.evidence
    claims = [(name, key) for name, key in CLAIMS if any(ev.operand(c, key).ok for c in companies)]
    named = f"+ {', '.join(name for name, _ in claims)}, bn"
    return (
        ("+ debt, short and long, bn", ("debt_short[latest]", "debt_long[latest]"), 1),
        *([(named, tuple(key for _, key in claims), 1)] if claims else []),
        ("− cash, short-term investments, bn", ("cash[latest]", "short_term_investments[latest]"), -1),
    )


def inputs(desk: Desk) -> Table:
    """Table 6: the inputs behind every multiple, EV bridge row by row, each company in its reporting currency."""
    ev = desk.evidence
    names = desk.shown(INPUT_PEERS)
    width = (178.0 - 52.0) / max(len(names), 1)
    cols = tuple(Column(c, ev.name(c), round(width, 2)) for c in names)
    rows = [
        Row((Text("Line and close"),), tuple(_line_cell(desk, c) for c in names)),
        Row((Text("Ordinary shares per unit; shares, m"),), tuple(_shares_cell(desk, c) for c in names)),
        Row((Text("Share count dated"),), tuple(_dated_cell(desk, c, "shares[spot]") for c in names)),
        _input_row(desk, names, *INPUT_ROWS[0]),
        *(_bridge_row(desk, names, label, keys, sign) for label, keys, sign in bridge(desk, names)),
        Row((Text("Balance sheet dated"),), tuple(_dated_cell(desk, c, "cash[latest]") for c in names)),
        *(_input_row(desk, names, *entry) for entry in INPUT_ROWS[1:]),
        Row(
            (Text("Parent equity, m"),),
            tuple(cell(ev.operand(c, "equity_parent[latest]"), "m0") for c in names),
        ),
    ]
    rows = [row for row in rows if _says(row)]
    currencies = sorted({ev.companies[c].reporting_currency for c in names})
    rest = f"{desk.not_shown(names)} The inputs of the others stand in the data files." if desk.not_shown(names) else ""
    return Table(
        "inputs",
        (Text("Basis by company: the inputs behind every multiple"),),
        (
            Text(
                f"Reporting currency of each company ({', '.join(currencies)}); "
                f"leases as debt: {_lease_words(desk, names)}"
            ),
        ),
        cols,
        tuple(rows),
        label_head="",
        source=desk.source_line(refs(rows), rest),
        kind="inputs",
        number=desk.next_table(),
    )


def _says(row: Row) -> bool:
    """Whether a row has anything but figures that are missing."""
    spans = [span for each in row.cells for span in each.spans]
    return any(isinstance(span, When) or (isinstance(span, Number) and span.status != "missing") for span in spans)


def _lease_words(desk: Desk, names: Sequence[str]) -> str:
    standards = {desk.evidence.companies[c].accounting_standard for c in names}
    if standards == {"us-gaap"}:
        return "finance leases"
    return "all" if "us-gaap" not in standards else "all under IFRS, finance leases under US GAAP"


def _line_cell(desk: Desk, company: str) -> Cell:
    listed = desk.study.listings.get(company)
    if listed is None:
        return Cell((Number(None, "price", status="missing"),))
    return Cell((Text(f"{listed.line} "), listed.price.number("price")))


def _shares_cell(desk: Desk, company: str) -> Cell:
    listed = desk.study.listings.get(company)
    shares = desk.evidence.operand(company, "shares[spot]")
    per = f"{listed.ordinary_per_unit:g}; " if listed else ""
    return Cell((Text(per), shares.number("m1")))


def _dated_cell(desk: Desk, company: str, key: str) -> Cell:
    operand = desk.evidence.operand(company, key)
    if operand.end is None:
        return Cell((Number(None, "n0", status="missing"),))
    average = ", diluted" if "diluted_average" in operand.flags else ""
    return Cell((When(operand.end, "data"), Text(average)))


def _input_row(desk: Desk, names: Sequence[str], label: str, metric: str, format: str, strong: bool) -> Row:
    cells = tuple(cell(desk.evidence.value(c, metric), format, strong=strong) for c in names)
    return Row((Text(label),), cells, "total" if strong else "plain")


def _bridge_row(desk: Desk, names: Sequence[str], label: str, keys: Sequence[str], sign: int) -> Row:
    return Row((Text(label),), tuple(_bridge_cell(desk, c, keys, sign) for c in names))


def _bridge_cell(desk: Desk, company: str, keys: Sequence[str], sign: int) -> Cell:
    joint = " + " if sign > 0 else " − "
    spans: list[Any] = [Text("−")] if sign < 0 else []
    for index, key in enumerate(keys):
        spans += [Text(joint)] if index else []
        spans.append(desk.evidence.operand(company, key).number("bn1"))
    return Cell(tuple(spans))


def balance(desk: Desk) -> Table | None:
    """Cash, debt and what they weigh: the resilience section's exhibit."""
    ev = desk.evidence
    entries = desk.audience.settings.get("balance") or ()
    cols = columns(desk, entries, COLUMNS["table.balance"][1], trace=False)
    if len(cols) < 2:
        return None
    share = ev.money(ev.subject, "net_cash_share") if ev.has("net_cash_share") else None
    lowest = ev.has("debt_to_equity") and extremes(ev, "debt_to_equity")[1] == ev.subject
    positive = bool(share and share.ok and (share.value or 0) > 0)
    holds = {"net_cash": positive, "net_debt": bool(share and share.ok) and not positive, "lowest": lowest}
    shown = desk.shown(BALANCE_PEERS)
    rows = company_rows(desk, cols, shown=shown)
    rows += [_statistic_row(desk, "Peer median", "median", cols, "median")] if benchmarked(desk, cols) else []
    said = (desk.not_shown(shown), left_out(desk, entries), marks_note(desk, cols))
    notes = [("", (Text(note),)) for note in said if note]
    return Table(
        "balance",
        desk.title("title.balance", {}, holds),
        (Text("Latest balance sheet; interest cover of the last fiscal year"),),
        cols,
        tuple(rows),
        notes=tuple(notes),
        source=desk.source_line(refs(rows)),
        number=desk.next_table(),
    )


def levels(desk: Desk) -> Table | None:
    """Sizes and shares in the brief's currency, for readers who do not think in multiples."""
    entries = desk.audience.settings.get("level_columns") or ()
    entries = [{"metric": m} if isinstance(m, str) else m for m in entries]
    cols = columns(desk, entries, COLUMNS["table.levels"][1])
    if len(cols) < 3:
        return None
    rows = company_rows(desk, cols)
    if benchmarked(desk, cols):
        rows += [_statistic_row(desk, "Peer median", "median", cols, "median"), _count_row(desk, cols)]
    notes = [("", (Text(note),)) for note in (left_out(desk, entries), marks_note(desk, cols)) if note]
    return Table(
        "levels",
        (Text(desk.audience.words("levels_title") or "Sizes and shares side by side"),),
        (Text(desk.audience.words("levels_subtitle") or _units(desk, cols)),),
        cols,
        tuple(rows),
        notes=(*number_rows(desk, rows, cols), *notes),
        number=desk.next_table(),
    )


READINGS: Final = ("volatility_20d", "price_to_200d_mean", "net_cash_share", "capex_to_sales_fy")


def readings(desk: Desk) -> Table | None:
    """Early warnings: the reading now beside the peer median. Limits are the house's to supply; none are invented."""
    ev = desk.evidence
    rows = tuple(
        Row(
            (Text(measure(desk, m)),),
            (cell(ev.money(ev.subject, m), bare(desk, m)), cell(ev.median(m), bare(desk, m))),
        )
        for m in READINGS
        if ev.has(m) and (ev.money(ev.subject, m).ok or ev.median(m).ok)
    )
    if len(rows) < 2:
        return None
    cols = (Column("now", "Now", 11.0), Column("median", "Median", 13.0))
    note = ("", (Text("Limits are the reader’s own; none are set here."),))
    return Table(
        "readings",
        (Text("Early warnings"),),
        (Text("Reading now, then the peer median"),),
        cols,
        rows,
        label_head="",
        notes=(note,),
        kind="module",
    )


def segments(desk: Desk) -> Table | None:
    """Comparable segments, each as its issuer reports it, over the last fiscal year; undisclosed ones say NA."""
    ev, chosen = desk.evidence, desk.audience.settings.get("segments") or {}
    rows = []
    for company in (ev.subject, *ev.peers):
        name = (chosen.get(company) or {}).get("segment", "")
        sales, rise = ev.money(company, f"revenue_fy[{name}]"), ev.money(company, f"revenue_growth_fy[{name}]")
        whole = ev.money(company, "revenue_fy") if ev.has("revenue_fy") else ev.money(company, "revenue_ltm")
        value = sales.value / whole.value if sales.value is not None and whole.value and ev.has("revenue_fy") else None
        part = ev.work(
            f"segment_part:{company}",
            f"{ev.name(company)}: segment over revenue",
            value,
            "fraction",
            "÷",
            (sales, whole),
        )
        label = (chosen.get(company) or {}).get("label") or "none named"
        cells = (Cell((Text(label),)), cell(sales, "bn1"), cell(rise, "bpct1"), cell(part, "bpct1"))
        rows.append(Row(desk.company(company), cells, "subject" if company == ev.subject else "peer"))
    if sum(isinstance(span, Number) and span.status == "ok" for row in rows for span in row.cells[1].spans) < 2:
        return None
    cols = (
        Column("segment", "Segment", 24.0, align="left"),
        Column("sales", f"Revenue\n{code(ev.currency)}bn", 13.0),
        Column("growth", "Growth\n%", 11.0),
        Column("share", "Share of\nall, %", 13.0),
    )
    own, other = (
        ev.money(c, f"revenue_growth_fy[{(chosen.get(c) or {}).get('segment', '')}]")
        for c in (ev.subject, _rival(desk, chosen))
    )
    gap = own.value - other.value if own.value is not None and other.value is not None else None
    labels = {c: (chosen.get(c) or {}).get("label", "") for c in (ev.subject, _rival(desk, chosen))}
    title = desk.title(
        "title.segment_table",
        {"label": labels[ev.subject], "other": labels[_rival(desk, chosen)]},
        {"below": gap is not None and gap < 0, "above": gap is not None and gap > 0},
    )
    note = (
        "",
        (Text("Each as its issuer reports it; definitions differ. NA = not disclosed or not known at the date."),),
    )
    return Table(
        "segments", title, (Text("Last fiscal year; revenue at average rates, growth in reporting currency"),), cols,
        tuple(rows), notes=(note,), source=desk.source_line(refs(rows)), number=desk.next_table(),
    )  # fmt: skip


def _rival(desk: Desk, chosen: Mapping[str, Any]) -> str:
    """The peer with the largest comparable segment that is known."""
    ev = desk.evidence
    sized = [(ev.money(c, f"revenue_fy[{chosen[c]['segment']}]").value or 0.0, c) for c in ev.peers if c in chosen]
    return max(sized, default=(0.0, ev.subject))[1]


def correlations(desk: Desk) -> Table | None:
    """How closely daily returns move together, peer by peer."""
    ev, found = desk.evidence, desk.study.correlations
    if not found:
        return None
    rows = tuple(
        Row(desk.company(company), (cell(quantity, "n2"), cell(ev.money(company, "volatility_1y"), "bpct1")), "peer")
        for company, quantity in sorted(found.items(), key=lambda item: -(item[1].value or 0))
    )
    cols = (Column("correlation", "Correlation", 20.0), Column("volatility", "Volatility, %", 22.0))
    subtitle = f"Daily returns with {possessive(ev.name(ev.subject))} over a year, days both traded"
    title = desk.title("title.correlations", {"subject": ev.name(ev.subject)}, {})
    return Table(
        "correlations",
        title,
        (Text(subtitle),),
        cols,
        rows,
        label_head="Peer",
        source=desk.source_line(refs(rows)),
        number=desk.next_table(),
    )

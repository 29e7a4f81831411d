"""Tables of comparables: the companies under an audience's columns of metrics, then what the peers come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from peerbench.brief.context import Desk
from peerbench.brief.tables.columns import columns, left_out, metrics
from peerbench.brief.tables.remarks import (
    Remarks,
    comparability,
    day_words,
    estimates_note,
    ltm_words,
    marks_note,
    remarks,
    standards_note,
    units,
)
from peerbench.brief.tables.rows import (
    STATISTICS,
    benchmarked,
    company_rows,
    count_row,
    counted_median_row,
    gap_row,
    median_row,
    range_row,
)
from peerbench.core.document import Column, Row, Spans, Table, Text
from peerbench.narrate import rank, words
from peerbench.narrate.operations import about_half, moves, ranks
from peerbench.narrate.valuation import direction

SUMMARY_PEERS: Final = 5  # rows that the first page holds
MOST_FEW: Final = 8  # companies of a table of comparables that stands in another exhibit's place


def _notes(desk: Desk, table: str, cols: Sequence[Column], *first: str) -> Remarks:
    """What every table of comparables says below: what is not printed, and what its marks mean."""
    return remarks(*first, left_out(desk, table), marks_note(desk, metrics(cols)))


# ---- the first page --------------------------------------------------------------------------------------------------


def summary(desk: Desk) -> Table | None:
    """Table 1: a few columns that carry the headline."""
    cols = columns(desk, "table.summary")
    if len(cols) < 2:
        return None
    shown = desk.shown(SUMMARY_PEERS)
    title = _summary_title(desk)
    rows = company_rows(desk, cols, shown=shown)
    if benchmarked(desk, cols):
        rows += [counted_median_row(desk, cols), *_summary_gap(desk, cols)]
    notes = _notes(desk, "table.summary", cols, standards_note(desk), desk.not_shown(shown))
    subtitle = desk.audience.words("summary_subtitle") or units(desk, cols)
    return Table(
        "summary", title, (Text(subtitle),), cols, tuple(rows), notes=notes, number=desk.next_table()
    )  # fmt: skip


def _summary_title(desk: Desk) -> Spans:
    ev, growth = desk.evidence, "revenue_growth_ltm"
    own = ev.money(ev.subject, growth)
    holds = {
        **direction(ev.premium(desk.headline_metric)),
        **direction(ev.gap(growth), "_growth"),
        **moves(own.value),
        "below_growth_half": about_half(own, ev.median(growth)) and rank.verbs(ev, growth)["firm"],
    }
    return desk.title(desk.audience.words("summary_title", "title.summary"), {}, holds)


def _summary_gap(desk: Desk, cols: Sequence[Column]) -> list[Row]:
    return [gap_row(desk, cols)] if desk.audience.settings.get("summary_gap", True) else []


def wide(desk: Desk) -> Table | None:
    """The one table of the one-page brief: ten columns in two groups, high and low in one row."""
    cols = columns(desk, "table.wide")
    if not cols:
        return None
    shown = desk.shown(SUMMARY_PEERS)
    marks, unlike = comparability(desk, cols)
    statement = ranks(desk.evidence, metrics(cols))
    rows = company_rows(desk, cols, marks, shown)
    if benchmarked(desk, cols):
        rows += [counted_median_row(desk, cols), range_row(desk, cols), *_summary_gap(desk, cols)]
    notes = _notes(desk, "table.wide", cols, desk.not_shown(shown))
    title = desk.title("title.ranks", statement.values, statement.holds)
    subtitle = desk.audience.words("wide_subtitle") or f"{ltm_words(desk)} unless stated; prices of {day_words(desk)}"
    return Table(
        "wide", title, (Text(subtitle),), cols, tuple(rows), notes=(*unlike, *notes), number=desk.next_table()
    )  # fmt: skip


# ---- every multiple --------------------------------------------------------------------------------------------------


def comps(desk: Desk) -> Table | None:
    """Table 2: every multiple with its statistics rows."""
    cols = columns(desk, "table.comps")
    if len(cols) < 3:
        return None
    marks, unlike = comparability(desk, cols)
    rows = [*company_rows(desk, cols, marks), *(_statistics(desk, cols) if benchmarked(desk, cols) else ())]
    title = _comps_title(desk, cols)
    notes = _notes(desk, "table.comps", cols, estimates_note(desk))
    subtitle = f"{ltm_words(desk)} unless stated; prices and rates of {day_words(desk)}; multiples in times"
    return Table(
        "comps", title, (Text(subtitle),), cols, tuple(rows), notes=(*unlike, *notes), number=desk.next_table()
    )  # fmt: skip


def _statistics(desk: Desk, cols: Sequence[Column]) -> list[Row]:
    """The median, then the rows that the audience asks for."""
    asked = (STATISTICS[name](desk, cols) for name in desk.audience.names("statistics"))
    return [median_row(desk, cols), *(row for row in asked if row is not None)]


def _comps_title(desk: Desk, cols: Sequence[Column]) -> Spans:
    """The subject's best and worst rank among the multiples printed."""
    ev = desk.evidence
    multiples = [key for key in metrics(cols) if ev.definitions[key].unit == "times"]
    ranked = [metric for metric in multiples if ev.rank(metric) is not None and ev.median(metric).ok]
    places = [ev.rank(metric) or 0 for metric in ranked]
    values = {
        "subject": ev.name(ev.subject),
        "best_lower": words.ordinal(min(places)) if places else "",
        "worst": words.ordinal(max(places)) if places else "",
        "of": words.count(max((ev.ranked(metric) for metric in ranked), default=0)),
        "count": words.count(len(ranked)),
        "measure": ev.definitions[ranked[0]].short if ranked else "",
    }
    alike = len({ev.ranked(metric) for metric in ranked}) == 1  # "of four" must be true of every multiple
    return desk.title("title.comps", values, _places(places, alike=alike))


def _places(places: Sequence[float], *, alike: bool) -> Mapping[str, bool]:
    """What can be said of the ranks; alike: all are of the same number of companies."""
    ordinal = bool(places) and bool(words.ordinal(min(places))) and bool(words.ordinal(max(places)))
    sayable = ordinal and alike
    return {
        "only": sayable and len(places) == 1,
        "unlike": ordinal and min(places) < max(places),
        "all_same": sayable and len(places) > 1 and min(places) == max(places),
        "some": sayable and min(places) < max(places),
    }


def comps_few(desk: Desk) -> Table | None:
    """The same table where another exhibit is missing, if it is short enough to stand there; then not again."""
    made = comps(desk) if len(desk.evidence.everyone) <= MOST_FEW and "table.comps" not in desk.placed else None
    desk.placed |= {"table.comps"} if made is not None else set()
    return made


# ---- sizes -----------------------------------------------------------------------------------------------------------


def levels(desk: Desk) -> Table | None:
    """Sizes and shares in the brief's currency, for readers who do not think in multiples."""
    cols = columns(desk, "table.levels")
    if len(cols) < 3:
        return None
    rows = company_rows(desk, cols)
    if benchmarked(desk, cols):
        rows += [median_row(desk, cols), count_row(desk, cols)]
    title = desk.audience.words("levels_title") or "Sizes and shares side by side"
    subtitle = desk.audience.words("levels_subtitle") or units(desk, cols)
    notes = _notes(desk, "table.levels", cols, standards_note(desk))
    return Table(
        "levels", (Text(title),), (Text(subtitle),), cols, tuple(rows), notes=notes, number=desk.next_table()
    )  # fmt: skip

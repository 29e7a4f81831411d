"""The gate holds back what is stale, thin, blank or unchanged, says so with the numbers, and lets the rest through."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest

from peerbench import gate, pipeline
from peerbench.brief import assemble
from peerbench.config.values import Gate
from peerbench.core.document import Cell, LayoutRow, Number, Page, Row, Table, Text
from studies import TODAY, Written, peers, project


def judged(written: Written, asked: Gate, **more: Any) -> gate.Ruling:
    return gate.judge(asked, written.study, written.frames, tuple(written.briefs.values()), **more)


def test_the_shipped_brief_passes_a_strict_gate(alibaba: Written) -> None:
    strict = Gate(prices_within=1, minimum_peers=3, hold_blank=True, hold_unchanged=True)
    assert judged(alibaba, strict).stops == ()


# ---- stale -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def late(alibaba: Written) -> Written:
    """Closes of Alibaba end on Tuesday 16 September 2025; the as-of day is Tuesday the 23rd, five sessions later."""
    data = alibaba.study.data
    kept = data.prices.filter((pl.col("company") != "alibaba") | (pl.col("date") <= date(2025, 9, 16)))
    study = replace(alibaba.study, data=replace(data, prices=kept))
    return replace(alibaba, study=study)


def test_a_close_older_than_the_sessions_allowed_is_named_with_its_day(late: Written) -> None:
    (stop,) = judged(late, Gate(prices_within=4)).stops
    assert stop.message == (
        "The last close of Alibaba is of 16 September 2025, 5 sessions before 23 September 2025; 4 are allowed."
    )
    assert stop.subject == "alibaba"


@pytest.mark.parametrize("within", [5, 0])
def test_a_close_within_the_sessions_allowed_passes_and_none_is_looked_at_without_a_limit(
    late: Written, within: int
) -> None:
    assert judged(late, Gate(prices_within=within)).stops == ()


def test_a_company_without_any_price_is_stale(alibaba: Written) -> None:
    listings = {name: one for name, one in alibaba.study.listings.items() if name != "baidu"}
    unpriced = replace(alibaba, study=replace(alibaba.study, listings=listings))
    (stop,) = judged(unpriced, Gate()).stops
    assert stop.message == "Baidu has no price of the last days before 23 September 2025."


# ---- peers -----------------------------------------------------------------------------------------------------------


def test_a_peer_counts_with_half_of_the_metrics_and_each_is_told(alibaba: Written) -> None:
    """All of Baidu's figures but one taken away; the brief asks for the metrics of the config's groups."""
    asked = {metric for group in alibaba.study.groups.values() for metric in group}
    gone = (pl.col("company") == "baidu") & (pl.col("metric") != "market_cap")
    status = pl.when(gone).then(pl.lit("missing")).otherwise(pl.col("status")).alias("status")
    thin = replace(alibaba, frames=replace(alibaba.frames, converted=alibaba.frames.converted.with_columns(status)))
    assert judged(thin, Gate(minimum_peers=2)).stops == ()
    (stop,) = judged(thin, Gate(minimum_peers=3)).stops
    assert f"2 of 3 core peers have at least half of the {len(asked)} metrics; 3 are asked for" in stop.message
    assert "Baidu has 1." in stop.message


# ---- blank -----------------------------------------------------------------------------------------------------------


def table(*cells: Number | Text) -> Table:
    rows = (Row((Text("Revenue"),), tuple(Cell((cell,)) for cell in cells)),)
    return Table("comps", (), (), (), rows)


NOTHING = Number(None, "x1", status="missing")


@pytest.mark.parametrize(
    ("page", "blank"),
    [
        (Page("two", (), ()), "the page two"),
        (Page("two", (), (LayoutRow("12", ((table(NOTHING, Text("–")),),)),)), "the table comps on the page two"),
        (Page("two", (), (LayoutRow("12", ((table(NOTHING, Number(1.0, "x1")),),)),)), ""),
        (Page("two", (), (LayoutRow("12", ((table(Text("A word")),),)),)), ""),
    ],
)
def test_a_page_or_table_that_says_nothing_is_blank(alibaba: Written, page: Page, blank: str) -> None:
    briefs = {"risk": replace(alibaba.briefs["risk"], pages=(page,))}
    stops = judged(replace(alibaba, briefs=briefs), Gate()).stops
    assert [stop.message for stop in stops] == ([f"Of the brief for risk, {blank} is blank."] if blank else [])
    assert judged(replace(alibaba, briefs=briefs), Gate(hold_blank=False)).stops == ()


# ---- unchanged -------------------------------------------------------------------------------------------------------


def test_the_same_figures_are_held_only_where_the_config_says_so(alibaba: Written) -> None:
    figures = gate.digest(alibaba.frames)
    held = judged(alibaba, Gate(hold_unchanged=True), last=figures)
    assert held.unchanged
    assert [stop.message for stop in held.stops] == ["Every figure is that of the last issue."]
    assert not judged(alibaba, Gate(), last=figures).stops
    assert not judged(alibaba, Gate(hold_unchanged=True), last="of other figures").stops


def figures(**changes: Any) -> str:
    """The digest of the shipped config with some keys changed, without a word written."""
    with TemporaryDirectory() as folder:
        case = pipeline.prepare(project(Path(folder), **changes), today=TODAY)
        work, _ = assemble.plan(case.request)
        return gate.digest(assemble.compute(case.data, case.request, work)[0])


def test_a_weekend_changes_no_figure_and_a_new_close_does() -> None:
    """Friday 19 to Sunday 21 September 2025 share their closes, and nothing was filed; Monday has its own."""
    saturday, sunday, monday = (figures(as_of=day) for day in ("2025-09-20", "2025-09-21", "2025-09-22"))
    assert saturday == sunday
    assert sunday != monday


def test_another_peer_set_is_a_change(alibaba: Written) -> None:
    """Baidu only shown, no longer in the median: not one figure of a company differs."""
    assert figures() == gate.digest(alibaba.frames)
    assert figures(peers=peers("tencent", "amazon", reference=("baidu",))) != gate.digest(alibaba.frames)

"""brief/workings.py: what a brief was computed from, laid open so that it can be computed again."""

from __future__ import annotations

import math
from datetime import date
from functools import cache
from typing import Any

import pytest

from peerbench.brief.workings import Workings, amount, workings
from peerbench.core.arithmetic import Leaf, RateOf, Row, Units, result
from peerbench.core.dataset import Dataset
from peerbench.core.items import ITEMS
from peerbench.core.metric import Operand
from peerbench.normalise import calendar, index, panel
from peerbench.normalise.view import View
from studies import Written

COMPANIES = ("alibaba", "tencent", "amazon", "baidu")
ITEM_WINDOWS = {"flow": ("ltm", "fy", "quarter", "cy"), "stock": ("latest",), "market": ("spot",),
                "estimate": ("fy1", "fy2", "ntm")}  # fmt: skip
OPERANDS = tuple(
    Operand(item.name, window, lag=lag)
    for item in ITEMS.values()
    for window in ITEM_WINDOWS.get(item.kind, ())
    for lag in ((0, 1) if item.kind in ("flow", "stock") else (0,))
)


@pytest.fixture(scope="module")
def work(alibaba: Written) -> Workings:
    reader = next(one for one in alibaba.case.request.audiences if one.name == "institutional")
    return workings(alibaba.study, alibaba.briefs["institutional"], reader)


@cache
def rows_of(data: int) -> dict[str, Any]:
    frames = (DATA[data].facts, DATA[data].prices, DATA[data].estimates, DATA[data].dividends)
    return {row["id"]: row for frame in frames for row in frame.iter_rows(named=True)}


DATA: dict[int, Dataset] = {}


@pytest.mark.parametrize("day", [date(2021, 6, 1), date(2024, 2, 20), date(2025, 9, 23), date(2026, 6, 10)])
def test_every_figure_of_accounts_and_market_follows_from_its_rows(platforms: Dataset, day: date) -> None:
    """Whatever the day: before and after splits and restatements, in halves, quarters and years."""
    DATA[id(platforms)] = platforms
    rows, view = rows_of(id(platforms)), View(index.index(platforms, COMPANIES), day)
    count = 0

    def value(leaf: Leaf) -> float:
        match leaf:
            case Row(id):
                return amount(rows[id])
            case RateOf(base, quote, end, start):
                rates = view.index.rates
                return (rates.average(base, quote, start, end) if start else rates.spot(base, quote, end)).value
            case Units(_, ordinary):
                return ordinary
        return float(leaf)

    for company in COMPANIES:
        clock = calendar.clock(view, company)
        for operand in OPERANDS:
            answer = panel.read(view, company, operand, clock)
            if answer.value is None or "none under IFRS 16" in answer.how:
                continue
            assert answer.arithmetic is not None, (company, operand.key, answer.how)
            assert math.isclose(result(answer.arithmetic, value), answer.value, rel_tol=1e-12), (company, operand.key)
            count += 1
    assert count > 60


def test_only_what_rests_on_a_year_of_closes_is_taken_as_it_is(work: Workings) -> None:
    plain = {one.operand.item for one in work.operands if one.row["status"] == "ok" and one.arithmetic is None}
    assert {ITEMS[item].kind for item in plain} == {"statistic"}


def test_an_operand_whose_arithmetic_gives_something_else_is_a_plain_value(
    alibaba: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cell says 1 more than its rows do: no formula may pretend to give it."""
    key = ("alibaba", "revenue[ltm]")
    cells = {**alibaba.evidence.cells, key: {**alibaba.evidence.cells[key], "value": 1.0}}
    from dataclasses import replace

    study = replace(alibaba.study, evidence=replace(alibaba.evidence, cells=cells))
    reader = alibaba.case.request.audiences[0]
    made = workings(study, alibaba.briefs[reader.name], reader)
    found = next(one for one in made.operands if (one.company, one.operand.key) == key)
    assert found.arithmetic is None


def test_flows_take_the_mean_of_their_window_and_balances_the_close(work: Workings) -> None:
    flow, stock = work.conversions["alibaba", "revenue_ltm"], work.conversions["alibaba", "net_cash"]
    assert (flow.start, flow.day) == (date(2024, 7, 1), date(2025, 6, 30))
    assert (stock.start, stock.day) == (None, date(2025, 6, 30))
    assert ("amazon", "net_cash") not in work.conversions


def test_a_mean_rate_is_that_of_its_days(work: Workings) -> None:
    means = [rate for rate in work.rates if rate.of.start]
    assert means
    for rate in means:
        assert math.isclose(sum(day.value for day in rate.days) / len(rate.days), rate.value, rel_tol=1e-12)
        assert all(rate.of.start <= day.day <= rate.of.day for day in rate.days if rate.of.start)


def test_sources_keep_their_numbers(alibaba: Written, work: Workings) -> None:
    brief = alibaba.briefs["institutional"]
    assert work.sources[: len(brief.sources)] == brief.sources
    assert [source.number for source in work.sources] == list(range(1, len(work.sources) + 1))
    for trace in brief.traces.values():
        facts = [id for id in alibaba.evidence.documents(trace.ref) if id in work.numbers]
        assert {number for id in facts for number in work.numbers[id]} <= set(trace.sources), trace.ref


def test_a_printed_number_stands_in_its_cell(work: Workings) -> None:
    for ref, kind in (
        ("alibaba:pe_ltm:USD", "compared"), ("peers:pe_ltm:median", "statistic"), ("alibaba:pe_ltm:premium", "against"),
        ("working:close:BABA", "row"), ("working:rate:USDCNY", "rate"), ("working:implied:pe_ltm:median", "made"),
        ("working:threshold", "value"),
    ):  # fmt: skip
        assert work.places[ref].kind == kind, ref


def test_every_row_that_is_read_is_among_the_rows(work: Workings) -> None:
    leaves = [leaf for one in work.operands if one.arithmetic for leaf in one.arithmetic.leaves]
    assert {leaf.id for leaf in leaves if isinstance(leaf, Row)} <= set(work.rows)
    assert {leaf for leaf in leaves if isinstance(leaf, RateOf)} <= {rate.of for rate in work.rates}
    assert {leaf for leaf in leaves if isinstance(leaf, Units)} == set(work.units)

"""A share count that every other figure contradicts is not used, nor is anything built on it."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from peerbench.core import frames
from peerbench.core.companies import Company, Line
from peerbench.core.dataset import Dataset
from peerbench.core.metric import Operand
from peerbench.normalise.counts import odd
from peerbench.normalise.index import index
from peerbench.normalise.panel import build_panel
from peerbench.normalise.view import View

AS_OF, KNOWN = date(2025, 9, 23), date(2025, 8, 1)
YEAR = (date(2024, 1, 1), date(2024, 12, 31))
COUNT, AVERAGE = "shares_outstanding", "shares_diluted"


def fact(item: str, value: float, end: date, *, start: date | None = None, **more: Any) -> dict[str, Any]:
    unit = {COUNT: "shares", AVERAGE: "shares", "eps_diluted": "money_per_share"}.get(item, "money")
    row = {
        "id": f"{item}.{end}", "company": "acme", "item": item, "segment": "total", "basis": "actual",
        "accounting": "ifrs", "period_start": start, "period_end": end, "months": 12 if start else 0, "value": value,
        "unit": unit, "currency": None if unit == "shares" else "EUR", "known_on": KNOWN, "origin": "reported",
        "inputs": [],
    }  # fmt: skip
    return row | more


def acme(*facts: dict[str, Any], lines: tuple[Line, ...] = ()) -> Dataset:
    company = Company("acme", "Acme", "Acme SE", "", "DE", "", "EUR", 12, "ifrs", "", "ordinary")
    return Dataset(
        pl.DataFrame(list(facts), schema=frames.FACTS), frames.empty(frames.PRICES), frames.empty(frames.FX),
        {"acme": company}, lines,
    )  # fmt: skip


def found(*facts: dict[str, Any], lines: tuple[Line, ...] = ()) -> set[str]:
    return set(odd(View(index(acme(*facts, lines=lines), ["acme"]), AS_OF), "acme"))


def shares(*facts: dict[str, Any]) -> dict[str, Any]:
    operands = [Operand("shares", "spot")]
    return build_panel(acme(*facts), companies=["acme"], operands=operands, as_of=AS_OF)[0].row(0, named=True)


JUNE, DECEMBER = date(2025, 6, 30), date(2024, 12, 31)
EARNED = (  # 500m at 2.50 a share: 200m shares
    fact("net_income_parent", 500e6, YEAR[1], start=YEAR[0]), fact("eps_diluted", 2.5, YEAR[1], start=YEAR[0]),
)  # fmt: skip


@pytest.mark.parametrize("wrong", [200e6 / 1000, 200e6 / 10, 200e6 * 10, 200e6 * 1000])
def test_a_count_ten_or_a_thousand_times_off_gives_no_market_value(wrong: float) -> None:
    """METHOD 10 and 35: EPS × shares is net income, and the count is near its own history."""
    rows = (fact(COUNT, 201e6, DECEMBER), fact(COUNT, wrong, JUNE), fact(AVERAGE, 202e6, YEAR[1], start=YEAR[0]))
    assert found(*rows, *EARNED) == {f"{COUNT}.{JUNE}"}
    answer = shares(*rows, *EARNED)
    assert (answer["value"], answer["status"]) == (None, "missing")
    assert answer["reason"].endswith("say about 201m")
    assert answer["inputs"] == [f"{COUNT}.{JUNE}"]  # what was refused stays traceable


def test_an_average_in_thousands_gives_no_earnings_per_share() -> None:
    """METHOD 2 and 35."""
    rows = (fact(COUNT, 201e6, JUNE), fact(AVERAGE, 202e3, YEAR[1], start=YEAR[0]), *EARNED)
    data = acme(*rows, fact("revenue", 1e9, YEAR[1], start=YEAR[0]))
    answer = build_panel(data, companies=["acme"], operands=[Operand(AVERAGE, "fy")], as_of=AS_OF)[0].row(0, named=True)
    assert answer["value"] is None
    assert answer["reason"].startswith("202,000 shares are stated where other counts")
    assert shares(*rows)["value"] == 201e6


def test_two_figures_that_contradict_each_other_are_both_left_out() -> None:
    """METHOD 35: with one against one nobody knows which is wrong."""
    rows = (fact(COUNT, 201e6, JUNE), fact(AVERAGE, 202e3, YEAR[1], start=YEAR[0]))
    assert found(*rows) == {f"{COUNT}.{JUNE}", f"{AVERAGE}.{YEAR[1]}"}


def test_an_issue_of_new_shares_or_a_buyback_contradicts_nothing() -> None:
    assert found(fact(COUNT, 100e6, DECEMBER), fact(COUNT, 210e6, JUNE), *EARNED) == set()


def test_a_split_that_the_lines_file_dates_contradicts_nothing() -> None:
    """METHOD 32: 20 for 1 between the two counts."""
    split = Line("acme", "ACME", "", "EUR", 1.0, date(2025, 8, 15), True, subdivision=20.0)
    rows = (
        fact(COUNT, 10e6, JUNE),
        fact(COUNT, 10e6, DECEMBER),
        fact(COUNT, 200e6, date(2025, 8, 31), known_on=date(2025, 9, 5)),
    )
    assert found(*rows, lines=(split,)) == set()
    assert found(*rows) == {f"{COUNT}.2025-08-31"}  # undated, it is a count nobody can explain


def test_earnings_below_a_cent_a_share_say_nothing_of_the_shares() -> None:
    rows = (
        fact("net_income_parent", -1e6, YEAR[1], start=YEAR[0]),
        fact("eps_diluted", -0.001, YEAR[1], start=YEAR[0]),
    )
    assert found(fact(COUNT, 201e6, JUNE), *rows) == set()


def test_no_count_of_the_embedded_set_is_odd(platforms: Dataset) -> None:
    view = View(index(platforms, platforms.companies), AS_OF)
    assert [odd(view, company) for company in platforms.companies] == [{}, {}, {}, {}]

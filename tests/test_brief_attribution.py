"""Why a figure moved: real issues by hand arithmetic, and data changed in one thing at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from peerbench import pipeline
from peerbench.brief.attribution import (
    EARNINGS,
    FX,
    PRICE,
    RESTATEMENT,
    SHARES,
    Attribution,
    Moved,
    Side,
    attribute,
    restated,
)
from peerbench.compare.changes import METHOD, PEER_SET, PEERS
from studies import CONFIGS, TODAY

FIRST, LAST = date(2025, 6, 30), date(2025, 9, 23)
ASKED = ("pe_ltm", "ps_ltm", "market_cap", "revenue_ltm", "revenue_growth_ltm", "ev_to_ebit_ltm", "pb", "net_cash")


@pytest.fixture(scope="module")
def sides() -> tuple[Side, Side]:
    first, last = (pipeline.side(CONFIGS / "alibaba.yaml", as_of=day, today=TODAY) for day in (FIRST, LAST))
    return first, last


@pytest.fixture(scope="module")
def issue(sides: tuple[Side, Side]) -> Side:
    """The later side with nothing printed: its figures are what the data give."""
    return replace(sides[1], printed={})


@pytest.fixture(scope="module")
def between(sides: tuple[Side, Side]) -> Attribution:
    return attribute(*sides)


def one(found: Attribution, metric: str, company: str = "alibaba") -> Moved:
    return next(moved for moved in found.moved if (moved.company, moved.metric) == (company, metric))


def parts(moved: Moved) -> dict[str, float]:
    """The causes that have a part: more than the last digits of an arithmetic."""
    size = max((abs(value) for value in moved.change.parts.values()), default=0.0)
    return {cause: value for cause, value in moved.change.parts.items() if abs(value) > 1e-12 * size}


def with_facts(side: Side, change: pl.Expr, where: pl.Expr) -> Side:
    """The side with the value of some facts another."""
    facts = side.data.facts.with_columns(value=pl.when(where).then(change).otherwise("value"))
    return replace(side, data=replace(side.data, facts=facts), printed={})


def revenue(end: date) -> pl.Expr:
    return (
        (pl.col("company") == "alibaba") & (pl.col("item") == "revenue") & (pl.col("segment") == "total")
        & (pl.col("period_end") == end)
    )  # fmt: skip


# ---- two real issues -------------------------------------------------------------------------------------------------


def test_alibabas_price_to_earnings_is_explained_by_its_price_its_earnings_and_the_rate(between: Attribution) -> None:
    # BABA closed at US$113.41 and at US$163.08; earnings of twelve months were RMB129,470m and RMB148,317m; the ECB's
    # rates give 7.1648 and 7.1118 renminbi a dollar. ln: +0.36321, −0.13590, −0.00742; together 0.21989.
    moved = one(between, "pe_ltm")
    assert (moved.change.then, moved.change.now) == (pytest.approx(14.493, abs=1e-3), pytest.approx(18.058, abs=1e-3))
    unit = 3.56484 / math.log(18.05774 / 14.49290)
    assert parts(moved) == {
        PRICE: pytest.approx(math.log(163.08 / 113.41) * unit, rel=1e-3),
        EARNINGS: pytest.approx(-math.log(148_317 / 129_470) * unit, rel=1e-3),
        FX: pytest.approx(math.log(7.1118 / 7.1648) * unit, rel=1e-2),
    }


def test_the_gap_to_the_peers_has_their_part_too(between: Attribution) -> None:
    against = one(between, "pe_ltm").against_peers
    assert against is not None
    # 14.493 / 21.175 and 18.058 / 25.840: the median rose, which alone took 13.8 points.
    assert against.then == pytest.approx(-0.3156, abs=1e-4)
    assert against.now == pytest.approx(-0.3012, abs=1e-4)
    unit = (against.now - against.then) / math.log((1 + against.now) / (1 + against.then))
    assert against.parts[PEERS] == pytest.approx(-unit * math.log(25.840 / 21.175), rel=1e-3)
    assert against.parts[PEER_SET] == 0


def test_every_split_sums_to_its_change(between: Attribution) -> None:
    split = 0
    for moved in between.moved:
        for change in (moved.change, moved.against_peers):
            if change is None or not change.parts:
                continue
            split += 1
            size = max(abs(part) for part in change.parts.values())
            assert math.fsum(change.parts.values()) == pytest.approx(change.change, rel=1e-9, abs=1e-9 * size)
    assert split > 200


def test_every_figure_has_parts_or_a_reason(between: Attribution) -> None:
    assert all(moved.change.parts or moved.change.reason for moved in between.moved)
    gone = one(between, "ev_to_ebitda_ltm")
    assert (gone.then["status"], gone.now["status"]) == ("ok", "missing")
    assert gone.change.reason == "there is no figure now"


def test_growth_rests_on_accounts_alone(between: Attribution) -> None:
    assert set(parts(one(between, "revenue_growth_ltm"))) == {EARNINGS}


def test_a_figure_names_the_documents_it_did_not_rest_on_before(between: Attribution) -> None:
    documents = one(between, "pe_ltm").documents
    assert "price.BABA.2025-09-23" in documents
    assert any(id.startswith("alibaba.net_income") and "2025-06-30@2025-08-29" in id for id in documents)


def test_the_other_way_round_every_part_turns_its_sign(sides: tuple[Side, Side], between: Attribution) -> None:
    back = attribute(sides[1], sides[0], metrics=ASKED)
    for metric in ASKED:
        forth, other = one(between, metric), one(back, metric)
        turned = {cause: -value for cause, value in parts(other).items()}
        assert turned == pytest.approx(parts(forth), rel=1e-6), metric


def test_an_issue_beside_itself_has_not_moved(sides: tuple[Side, Side]) -> None:
    found = attribute(sides[1], sides[1])
    assert found.active == ()
    assert found.restated == ()
    assert all(moved.still for moved in found.moved)
    assert all(not parts(moved) for moved in found.moved)


# ---- one thing at a time ---------------------------------------------------------------------------------------------


def test_a_price_alone_is_all_price(issue: Side) -> None:
    close = (pl.col("line") == "BABA") & (pl.col("date") == LAST)
    prices = issue.data.prices.with_columns(close=pl.when(close).then(pl.col("close") * 1.1).otherwise("close"))
    found = attribute(issue, replace(issue, data=replace(issue.data, prices=prices)), metrics=ASKED)
    assert found.active == (PRICE,)
    moved = one(found, "pe_ltm")
    assert moved.change.now == pytest.approx(1.1 * (moved.change.then or 0))
    assert parts(moved) == {PRICE: pytest.approx(moved.change.change)}
    assert one(found, "revenue_growth_ltm").still


def test_a_rate_alone_is_all_exchange_rate(issue: Side) -> None:
    day = (pl.col("date") == LAST) & (pl.col("quote") == "CNY")
    fx = issue.data.fx.with_columns(rate=pl.when(day).then(pl.col("rate") * 1.02).otherwise("rate"))
    found = attribute(issue, replace(issue, data=replace(issue.data, fx=fx)), metrics=ASKED)
    assert found.active == (FX,)
    moved = one(found, "pe_ltm")
    assert parts(moved) == {FX: pytest.approx((moved.change.then or 0) * 0.02)}
    assert one(found, "market_cap").still  # a dollar price makes a dollar value


def test_the_same_statement_with_another_value_is_a_correction(issue: Side) -> None:
    # Revenue of the June quarter 2025 was RMB247,652m; 10,000m more raises the twelve months' sum by just that.
    end = date(2025, 6, 30)
    after = with_facts(issue, pl.col("value") + 10_000e6, revenue(end) & (pl.col("months") == 3))
    found = attribute(issue, after, metrics=ASKED)
    assert found.active == (RESTATEMENT,)
    assert {row.kind for row in found.restated} == {"corrected"}
    assert [(row.then or {})["value"] for row in found.restated] == [247_652e6]
    moved = one(found, "ps_ltm")
    assert moved.change.now == pytest.approx(
        (moved.change.then or 0) / (1 + 10_000e6 / (1_000_763e6)), rel=1e-3
    )  # twelve months to June 2025: RMB1,000,763m
    assert parts(moved) == {RESTATEMENT: pytest.approx(moved.change.change)}


def test_a_restated_past_is_told_apart_from_a_new_quarter(sides: tuple[Side, Side]) -> None:
    """In August the issuer says that all of fiscal 2025 was 0.5 % more: that much is restated, the rest is news."""
    first, last = (replace(side, printed={}) for side in sides)
    facts = last.data.facts
    year = pl.any_horizontal(revenue(date(2024, 6, 30)), revenue(date(2024, 9, 30)), revenue(date(2024, 12, 31)))
    later = facts.filter(year | revenue(date(2025, 3, 31))).with_columns(
        value=pl.col("value") * 1.005, known_on=pl.lit(date(2025, 8, 29)), id=pl.col("id") + pl.lit(".later")
    )
    after = replace(last, data=replace(last.data, facts=pl.concat([facts, later])))
    plain, found = (attribute(first, side, metrics=ASKED) for side in (last, after))
    assert {row.kind for row in found.restated} == {"restated"}
    one_way, other = one(plain, "revenue_ltm"), one(found, "revenue_ltm")
    # Twelve months to March 2025: RMB996,347m; of them RMB243,236m, the quarter to June 2024, leave the sum by June.
    # Restated before the quarter changes it is 0.5 % of the one, after that of the other; the part is the mean.
    assert parts(one_way).keys() == {EARNINGS, FX}
    assert parts(other).keys() == {EARNINGS, FX, RESTATEMENT}
    dollars = (other.change.then or 0) / 996_347e6
    assert parts(other)[RESTATEMENT] == pytest.approx(0.005 * (996_347e6 - 243_236e6 / 2) * dollars, rel=3e-3)
    step = (other.change.now or 0) - (one_way.change.now or 0)
    assert parts(other)[RESTATEMENT] + parts(other)[EARNINGS] == pytest.approx(
        step + parts(one_way)[EARNINGS], rel=1e-3
    )


def test_a_split_moves_no_value(issue: Side) -> None:
    """Each share becomes ten the day after: a tenth of the close, ten times the count."""
    day = LAST + timedelta(days=1)
    mine = tuple(
        replace(line, effective_from=day, subdivision=10.0, ordinary_per_unit=10 * line.ordinary_per_unit)
        for line in issue.data.lines
        if line.line in ("BABA", "9988.HK")
    )
    lines = (*issue.data.lines, *mine)
    prices = issue.data.prices
    close = prices.filter(
        (pl.col("date") == LAST) & pl.col("line").is_in(["BABA", "9988.HK", "0700.HK", "AMZN", "BIDU"])
    )
    next_day = close.with_columns(date=pl.lit(day), id=pl.col("id") + pl.lit(".next"))
    fx = issue.data.fx.filter(pl.col("date") == LAST).with_columns(date=pl.lit(day), id=pl.col("id") + pl.lit(".next"))
    data = replace(issue.data, lines=lines, prices=pl.concat([prices, next_day]), fx=pl.concat([issue.data.fx, fx]))
    after = replace(issue, asked=replace(issue.asked, as_of=day), data=data)
    found = attribute(issue, after, metrics=(*ASKED, "price_per_share"))
    cap = one(found, "market_cap")
    assert cap.change.now == pytest.approx(cap.change.then)
    assert parts(cap).get(SHARES, 0.0) == pytest.approx(0, abs=1e-6 * (cap.change.then or 0))
    per_share = one(found, "price_per_share")
    assert per_share.change.now == pytest.approx((per_share.change.then or 0) / 10)
    assert parts(per_share) == {SHARES: pytest.approx(per_share.change.change)}


def test_another_formula_is_the_methods_part(issue: Side) -> None:
    definitions = dict(issue.asked.definitions)
    definitions["ps_ltm"] = replace(definitions["ps_ltm"], formula="2 * market_cap / revenue[ltm]")
    after = replace(issue, asked=replace(issue.asked, definitions=definitions))
    found = attribute(issue, after, metrics=ASKED)
    assert found.active == (METHOD,)
    assert [name for name, _, _ in found.formulas] == ["ps_ltm"]
    moved = one(found, "ps_ltm")
    assert moved.change.now == pytest.approx(2 * (moved.change.then or 0))
    assert parts(moved) == {METHOD: pytest.approx(moved.change.change)}
    assert one(found, "pe_ltm").still


def test_a_figure_printed_by_an_older_program_owes_the_rest_to_method(issue: Side) -> None:
    row: Mapping[str, Any] = {"value": 20.0, "status": "ok", "reason": None}
    before = replace(issue, printed={("alibaba", "pe_ltm"): row})
    moved = one(attribute(before, issue, metrics=ASKED), "pe_ltm")
    assert moved.change.then == 20.0
    assert parts(moved) == {METHOD: pytest.approx(moved.change.change)}


def test_a_peer_that_leaves_is_the_choice_of_peers(issue: Side) -> None:
    roles = {**issue.asked.roles, "baidu": "reference"}
    before = replace(issue, asked=replace(issue.asked, roles=roles))
    found = attribute(before, issue, metrics=ASKED)
    assert one(found, "pe_ltm").against_peers is not None
    assert one(found, "pe_ltm").peers is None  # two peers then: no median, and so no premium
    assert one(found, "pe_ltm").still


def test_another_currency_of_the_brief_moves_no_multiple(issue: Side) -> None:
    before = replace(issue, asked=replace(issue.asked, currency="CNY"))
    found = attribute(before, issue, metrics=ASKED)
    assert all(one(found, metric).still for metric in ASKED)
    assert one(found, "market_cap").currency == "USD"


# ---- facts -----------------------------------------------------------------------------------------------------------


def facts(*rows: tuple[str, float, str]) -> pl.DataFrame:
    """Revenue facts: period end, value, known on."""
    from peerbench.core import frames

    made = [
        {
            "id": f"a.revenue.total.3.{end}@{known}", "company": "a", "item": "revenue", "segment": "total",
            "basis": "actual", "accounting": "ifrs", "period_end": date.fromisoformat(end), "months": 3,
            "value": value, "unit": "money", "currency": "EUR", "known_on": date.fromisoformat(known),
        }
        for end, value, known in rows
    ]  # fmt: skip
    return pl.DataFrame(made, schema=frames.FACTS)


@pytest.mark.parametrize(
    ("then", "now", "kinds"),
    [
        ([("2025-03-31", 5, "2025-05-01")], [("2025-03-31", 5, "2025-05-01")], []),
        ([("2025-03-31", 5, "2025-05-01")], [("2025-03-31", 6, "2025-05-01")], ["corrected"]),
        (
            [("2025-03-31", 5, "2025-05-01")],
            [("2025-03-31", 5, "2025-05-01"), ("2025-03-31", 6, "2025-08-01")],
            ["restated"],
        ),
        ([("2025-03-31", 5, "2025-05-01")], [("2025-06-30", 7, "2025-08-01")], ["withdrawn"]),
        ([], [("2025-06-30", 7, "2025-08-01")], []),
        ([], [("2025-03-31", 5, "2025-05-01")], ["added"]),
        (
            [("2025-03-31", 5, "2025-05-01")],
            [("2025-03-31", 5, "2025-05-01"), ("2025-03-31", 6, "2025-06-01")],
            ["corrected"],  # it was public before the first issue, which did not know it
        ),
    ],
)
def test_what_became_of_a_fact(
    then: list[tuple[str, float, str]], now: list[tuple[str, float, str]], kinds: list[str]
) -> None:
    found = restated(facts(*then), facts(*now), first=FIRST, last=LAST)
    assert [row.kind for row in found] == kinds

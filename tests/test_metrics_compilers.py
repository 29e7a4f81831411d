"""metrics/sentence.py and metrics/spreadsheet.py: the same tree in words and in a workbook."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import polars as pl
import pytest

from peerbench.core import frames
from peerbench.core.document import Number, Spans, Text
from peerbench.core.items import ITEMS
from peerbench.core.metric import MetricDefinition
from peerbench.metrics.catalogue import load
from peerbench.metrics.evaluate import evaluate
from peerbench.metrics.plan import Plan, plan
from peerbench.metrics.sentence import filled, sentence
from peerbench.metrics.spreadsheet import cell_name, spreadsheet


def planned(*ids: str, custom: tuple[MetricDefinition, ...] = ()) -> Plan:
    found, findings = plan(ids, load(), custom)
    assert findings == ()
    return found


def mine(formula: str) -> MetricDefinition:
    return replace(load().definitions["pb"], id="mine", formula=formula, positive=(), group="custom", period="")


# ---- in words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("pe_ltm", "market value ÷ net income to ordinary shareholders, last twelve months"),
        ("market_cap", "price per ordinary share × ordinary shares for market value"),
        ("ev_to_ebitda_ltm", "enterprise value ÷ EBITDA, last twelve months"),
        ("free_cash_flow_fy", "operating cash flow − capital spending, last fiscal year"),
        ("net_cash", "−net debt"),
        ("revenue_growth_ltm", "revenue, last twelve months ÷ the same a year before − 1"),
        ("revenue_growth_quarter[cloud]", "cloud revenue, last quarter ÷ the same a year before − 1"),
        ("revenue_cagr_3y", "(revenue, last fiscal year ÷ the same three years before)^(1/3) − 1"),
        ("segment_share[cloud]", "cloud revenue ÷ revenue, last twelve months"),
        ("peg_ltm", "price / earnings ÷ (100 × net income growth), last twelve months"),
        (
            "roe",
            "net income to ordinary shareholders, last twelve months"
            " ÷ ((equity of the parent's shareholders + the same a year before) ÷ 2)",
        ),
        ("pe_ntm", "price per ordinary share ÷ consensus earnings per ordinary share, next twelve months"),
        ("operating_income_change_fy", "operating income, last fiscal year − the same a year before"),
        ("correlation_1y[alibaba]", "correlation of daily returns with alibaba, one year"),
        ("volatility_20d", "annualised volatility, 20 days"),
    ],
)
def test_a_formula_in_words(metric: str, words: str) -> None:
    found = planned(metric)
    assert sentence(found.tree(metric), found.definitions) == words


def test_what_may_be_undisclosed_says_so() -> None:
    found = planned("enterprise_value")
    words = sentence(found.tree("enterprise_value"), found.definitions)
    assert words.startswith(
        "market value + short-term debt + long-term debt + finance lease liabilities where disclosed"
    )
    assert words.endswith("− cash and equivalents − short-term investments")


def test_every_metric_of_the_catalogue_has_its_sentence() -> None:
    everything = planned(*(f"{d.id}[x]" if d.segment == "" else d.id for d in load().definitions.values()))
    for step in everything.steps.values():
        assert sentence(step.tree, everything.definitions)


def test_brackets_keep_the_meaning() -> None:
    found = planned("mine", custom=(mine("(1 - (roe - roa)) / (roe / (1 - roa))"),))
    assert sentence(found.tree("mine"), found.definitions) == (
        "(1 − (return on equity − return on assets)) ÷ (return on equity ÷ (1 − return on assets)), last twelve months"
    )


def number(value: float | None, status: str = "ok") -> Number:
    return Number(value, "m0", "CNY", "a/x", status)


def plain(spans: Spans) -> str:
    shown = (f"{span.value:,.0f}" if isinstance(span, Number) else getattr(span, "text", "?") for span in spans)
    return "".join(shown)


def test_the_operands_stand_in_the_formula_as_numbers() -> None:
    found = planned("pe_ltm")
    cap, income = number(2_678_270), number(148_319)
    spans = filled(found.tree("pe_ltm"), {"market_cap": cap, "net_income_common[ltm]": income})
    assert spans == (cap, Text(" ÷ "), income)
    assert plain(spans) == "2,678,270 ÷ 148,319"


@pytest.mark.parametrize(
    ("metric", "numbers", "words"),
    [
        ("revenue_growth_fy", {"revenue[fy]": 996_347, "revenue[fy, -1]": 941_168}, "996,347 ÷ 941,168 − 1"),
        ("fcf_growth_ltm", {"free_cash_flow_ltm": 9, "free_cash_flow_ltm@-1": -4}, "9 ÷ (-4) − 1"),
        ("revenue_cagr_3y", {"revenue[fy]": 8, "revenue[fy, -3]": 1}, "(8 ÷ 1)^(1/3) − 1"),
        (
            "roe",
            {"net_income_common[ltm]": 40, "equity_parent[latest]": 260, "equity_parent[latest, -1]": 240},
            "40 ÷ ((260 + 240) ÷ 2)",
        ),
    ],
)
def test_a_filled_formula_can_be_checked_by_hand(metric: str, numbers: dict[str, float], words: str) -> None:
    found = planned(metric)
    assert plain(filled(found.tree(metric), {key: number(value) for key, value in numbers.items()})) == words


def test_an_undisclosed_component_counts_as_nothing_and_says_so() -> None:
    found = planned("invested_capital")
    numbers = {leaf.key: number(10.0) for leaf in found.steps["invested_capital"].inputs}
    numbers["minority_interest[latest]"] = number(None, "missing")
    spans = filled(found.tree("invested_capital"), numbers)
    assert plain(spans) == "10 + 10 + 10 + 0 (not disclosed) − 10"


# ---- in a workbook --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("revenue[ltm]", "revenue_ltm"),
        ("revenue[cloud, ltm, -1]", "revenue_cloud_ltm_1y_before"),
        ("revenue[fintech and business services, ltm]", "revenue_fintech_and_business_services_ltm"),
        ("roe", "roe"),
        ("roe@-1", "roe_1y_before"),
        ("fcf_growth_ltm[cloud]", "fcf_growth_ltm_cloud"),
        ("x1", "x1_"),  # would be a cell
        ("r", "r_"),  # would be a row
    ],
)
def test_a_key_has_a_name_that_a_workbook_accepts(key: str, name: str) -> None:
    assert cell_name(key) == name


def test_names_of_the_catalogue_stay_apart() -> None:
    everything = planned(*(f"{d.id}[x]" if d.segment == "" else d.id for d in load().definitions.values()))
    metrics = [cell_name(key) for key in everything.steps]
    operands = [cell_name(operand.key) for operand in everything.operands]
    assert len(set(metrics)) == len(metrics)
    assert len(set(operands)) == len(operands)


def test_a_workbook_formula_with_its_guards() -> None:
    found = planned("pe_ltm", "net_cash")
    assert spreadsheet(found.steps["pe_ltm"]) == (
        '=IF(OR(market_cap="NA",net_income_common_ltm="NA"),"NA",'
        'IF(COUNT(market_cap,net_income_common_ltm)<2,"n.m.",'
        'IF(OR(net_income_common_ltm<=0),"n.m.",'
        'IF(market_cap/net_income_common_ltm>100,">100x",market_cap/net_income_common_ltm))))'
    )
    assert spreadsheet(found.steps["net_cash"], cell=lambda key: "B7").endswith(',"n.m.",-B7))')


class Workbook:
    """A reader of the workbook's own language, enough to recalculate our cells. Knows nothing of our trees."""

    TOKEN = re.compile(r'\s*("[^"]*"|\d+(?:\.\d+)?|[A-Za-z_]\w*|<=|>=|<>|[-+*/^(),=<>])')

    def __init__(self, formula: str, cells: dict[str, Any]) -> None:
        self.tokens, self.cells = self.TOKEN.findall(formula.removeprefix("=")), cells

    def result(self) -> Any:
        value = self.compare()
        assert not self.tokens
        return value()

    def take(self, *wanted: str) -> str:
        return self.tokens.pop(0) if self.tokens and (not wanted or self.tokens[0] in wanted) else ""

    def compare(self) -> Any:
        left = self.add()
        if sign := self.take("=", "<>", "<", ">", "<=", ">="):
            right, first = self.add(), left
            left = lambda: self.COMPARE[sign](first(), right())  # noqa: E731
        return left

    COMPARE = {  # noqa: RUF012
        "=": lambda a, b: a == b, "<>": lambda a, b: a != b, "<": lambda a, b: a < b, ">": lambda a, b: a > b,
        "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
    }  # fmt: skip

    def chain(self, below: Any, signs: dict[str, Any]) -> Any:
        left = below()
        while sign := self.take(*signs):
            left = (lambda a, b, do: lambda: do(a(), b()))(left, below(), signs[sign])
        return left

    def add(self) -> Any:
        return self.chain(self.multiply, {"+": lambda a, b: a + b, "-": lambda a, b: a - b})

    def multiply(self) -> Any:
        return self.chain(self.power, {"*": lambda a, b: a * b, "/": lambda a, b: a / b})

    def power(self) -> Any:
        return self.chain(self.single, {"^": lambda a, b: a**b})

    def single(self) -> Any:
        token = self.take()
        if token == "-":
            value = self.single()
            return lambda: -value()
        if token == "(":
            value = self.compare()
            assert self.take(")")
            return value
        if token.startswith('"'):
            return lambda: token[1:-1]
        if token[0].isdigit():
            return lambda: float(token)
        if not self.take("("):
            return lambda: self.cells[token]
        arguments = [self.compare()]
        while self.take(","):
            arguments.append(self.compare())
        assert self.take(")")
        return lambda: self.call(token, arguments)

    @staticmethod
    def call(name: str, arguments: list[Any]) -> Any:
        if name == "IF":
            return arguments[1]() if arguments[0]() else arguments[2]()
        values = [argument() for argument in arguments]
        numbers = [value for value in values if not isinstance(value, str)]
        functions: dict[str, Callable[[], Any]] = {
            "OR": lambda: any(values),
            "COUNT": lambda: len(numbers),
            "N": lambda: numbers[0] if numbers else 0.0,
            "AVERAGE": lambda: sum(numbers) / len(numbers),
            "MAX": lambda: max(numbers),
            "MIN": lambda: min(numbers),
            "SUM": lambda: sum(numbers),
            "ABS": lambda: abs(numbers[0]),
        }
        return functions[name]()


def shown(row: dict[str, Any], limit: float | None = None) -> Any:
    """What a cell holds for a status."""
    if row["status"] == "excluded":
        return f">{limit:g}x" if limit else "n.m."
    return {"ok": row["value"], "not_meaningful": "n.m."}.get(row["status"], "NA")


@pytest.mark.parametrize("seed", range(2))
def test_a_recalculated_workbook_equals_the_page_in_every_cell(seed: int) -> None:
    random, company, day = Random(seed), "a", date(2025, 9, 23)
    custom = mine("max(cash, 2 * debt_long, 0) / (abs(debt_short) + sum(cash, cash))")
    everything = planned(
        "mine", *(f"{d.id}[x]" if d.segment == "" else d.id for d in load().definitions.values()), custom=(custom,)
    )
    rows: list[dict[str, Any]] = []
    for operand in everything.operands:
        status = random.choices(("ok", "missing", "not_meaningful"), weights=(30, 1, 1))[0]
        value = (
            random.choice((-3.0, 0.0, 0.01, random.uniform(1, 90), random.uniform(1, 90))) if status == "ok" else None
        )
        rows.append(
            {"company": company, "as_of": day, "operand": operand.key, "value": value, "status": status, "reason": "x",
             "unit": ITEMS[operand.item].unit, "flags": [], "period_end": day.replace(year=2025 - operand.lag)}
        )  # fmt: skip
    metrics = evaluate(pl.DataFrame(rows, schema=frames.CELLS), everything, lagged=True)
    answers = {row["metric"]: row for row in metrics.iter_rows(named=True)}
    cells = {cell_name(row["operand"]): shown(row) for row in rows}
    for level in everything.levels:
        for step in level:
            expected = shown(answers[step.key], step.definition.excluded_above)
            found = Workbook(spreadsheet(step), cells).result()
            cells[cell_name(step.key)] = found
            assert found == (pytest.approx(expected) if isinstance(expected, float) else expected), step.key

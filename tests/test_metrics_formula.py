"""metrics/formula.py and metrics/types.py: what the language accepts, and where it says the mistake is."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbench.core.findings import Finding
from peerbench.core.metric import MetricDefinition, Operand
from peerbench.metrics import formula
from peerbench.metrics.catalogue import load
from peerbench.metrics.formula import (
    MAX_OPERATIONS,
    Call,
    Constant,
    Negative,
    Node,
    Operation,
    Read,
    Reference,
    for_segment,
    leaves,
    parse,
    shift,
    written,
)
from peerbench.metrics.plan import plan

METRICS = ("roe", "market_cap", "free_cash_flow_ltm", "worst_day_in_20")


def tree(text: str) -> Node:
    node, findings = parse(text, metrics=METRICS)
    assert node is not None, findings
    return node


def mistake(text: str) -> Finding:
    node, findings = parse(text, metrics=METRICS, subject="mine", file="configs/x.yaml")
    assert node is None
    assert len(findings) == 1, findings
    return findings[0]


def reading(item: str, window: str, segment: str = "total", lag: int = 0) -> Read:
    return Read(Operand(item, window, segment, lag), pinned=segment != "total")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("price", reading("price", "spot")),
        ("equity_parent", reading("equity_parent", "latest")),
        ("revenue[ltm]", reading("revenue", "ltm")),
        ("revenue[cloud, ltm]", reading("revenue", "ltm", "cloud")),
        (
            "revenue[fintech and business services, ltm]",
            reading("revenue", "ltm", "fintech and business services"),
        ),
        ("revenue[云计算, ltm]", reading("revenue", "ltm", "云计算")),
        ("revenue[ ltm , -1 ]", reading("revenue", "ltm", lag=1)),
        ("revenue[cloud, quarter, -2]", reading("revenue", "quarter", "cloud", 2)),
        ("cash[latest, -1]", reading("cash", "latest", lag=1)),
        ("roe", Reference("roe")),
        ("roe[-1]", Reference("roe", 1)),
        ("free_cash_flow_ltm[cloud]", Reference("free_cash_flow_ltm[cloud]")),
        ("worst_day_in_20", Reference("worst_day_in_20")),
        ("worst_day_in_20[1y]", reading("worst_day_in_20", "1y")),
        ("-price", Negative(reading("price", "spot"))),
        ("prior(roe)", Reference("roe", 1)),
        ("prior(revenue[fy], 3)", reading("revenue", "fy", lag=3)),
        ("prior(prior(roe))", Reference("roe", 2)),
        ("growth(roe)", Call("growth", (Reference("roe"), Reference("roe", 1)))),
        ("avg(cash)", Call("avg", (reading("cash", "latest"), reading("cash", "latest", lag=1)))),
        (
            "cagr(revenue[fy], 3)",
            Call("cagr", (reading("revenue", "fy"), reading("revenue", "fy", lag=3), Constant(3.0))),
        ),
    ],
)
def test_a_formula_reads_as_its_tree(text: str, expected: Node) -> None:
    assert tree(text) == expected


def test_products_bind_before_sums_and_signs_before_both() -> None:
    one, roe = Constant(1.0), Reference("roe")
    assert tree("1 - roe * roe") == Operation("-", one, Operation("*", roe, roe))
    assert tree("1 - 1 - roe") == Operation("-", Operation("-", one, one), roe)
    assert tree("-roe * roe") == Operation("*", Negative(roe), roe)
    assert tree("(1 - roe) / roe") == Operation("/", Operation("-", one, roe), roe)
    assert tree("1 + 1 <= roe") == Operation("<=", Operation("+", one, one), roe)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("revnue[ltm] / 2", 1, "unknown name 'revnue' Did you mean 'revenue'?"),
        ("price / shars", 9, "unknown name 'shars' Did you mean 'shares'?"),
        ("price / growth", 9, "unknown name 'growth' Write it with brackets."),
        ("grwth(roe)", 1, "unknown function 'grwth' Did you mean 'growth'?"),
        ("revenue / 2", 1, "revenue needs a window: ltm, fy, quarter or cy Write revenue[ltm]."),
        ("2 * revenue[ltn]", 5, "('ltn' was read as a segment) Did you mean 'ltm'?"),
        ("2 * revenue[cloud]", 5, "('cloud' was read as a segment) Write revenue[cloud, ltm]."),
        ("cash[ltm]", 1, "cash has no window 'ltm'; it has latest"),
        ("price[hong kong, spot]", 1, "price is not known by segment"),
        ("revenue[ltm, fy]", 8, "[ltm, fy] is not [window]"),
        ("revenue[clo\u202eud, ltm]", 8, "the name in brackets has characters that do not print"),
        ("revenue[]", 8, "[] is not [window]"),
        ("revenue[ltm", 8, "the bracket [ is not closed"),
        ("revenue[ltm, -11]", 1, "looks back more than 10 years"),
        ("growth()", 1, "growth() takes 1 argument, not 0"),
        ("max(1)", 1, "max() takes 2 to 20 arguments, not 1"),
        ("cagr(revenue[fy], 1 + 2)", 1, "cagr() takes a whole number of years from 1 to 10"),
        ("prior(roe, 0)", 1, "prior() takes a whole number of years from 1 to 10"),
        ("optional(roe)", 1, "optional() takes a single item"),
        ("roe × 2", 5, "the character '×' has no meaning in a formula Write * instead."),
        ("roe = 2", 5, "Write == instead."),
        ("roe; import os", 4, "the character ';' has no meaning"),
        ("__import__('os')", 12, 'the character "\'" has no meaning'),
        ("roe.value", 4, "the character '.' has no meaning"),
        ("roe roe", 5, "found 'roe' where an operator or the end was expected"),
        ("roe +", 6, "the formula ends where a name, a number or a bracket was expected"),
        ("(roe", 5, "the formula ends where a closing bracket was expected"),
        ("roe)", 4, "found ')' where an operator or the end was expected"),
        ("--roe", 2, "found '-' where a name, a number or a bracket was expected"),
        ("1 < roe < 2", 9, "found '<' where an operator or the end was expected"),
        ("", 1, "the formula ends where"),
        ("9" * 400, 1, "the number is too large"),
    ],
)
def test_a_mistake_is_named_with_its_column_and_the_way_out(text: str, column: int, words: str) -> None:
    found = mistake(text)
    assert found.origin.column == column
    assert words in f"{found.message} {found.hint}"
    assert found.subject == "mine"
    assert f"configs/x.yaml formula of mine, column {column}: error" in str(found)


def test_every_wrong_name_is_reported_at_once() -> None:
    _, findings = parse("revnue[ltm] + shars * pries", metrics=METRICS)
    assert [finding.origin.column for finding in findings] == [1, 15, 23]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("(" * 10_000 + "1" + ")" * 10_000, "the formula has 20001 characters"),
        ("(" * 400 + "1" + ")" * 400, "brackets are nested more than 20 deep"),
        ("-(" * 400 + "1" + ")" * 400, "the formula has 1201 characters"),
        ("+".join(["1"] * 400), f"more than {MAX_OPERATIONS} operations"),
        ("prior(" * 12 + "roe" + ")" * 12, "the formula looks back more than 10 years"),
        ("growth(" * 9 + "roe + roe" + ")" * 9, "the formula unfolds to more than 500 steps"),
        ("1,000" * 300, "the formula has 1500 characters"),
    ],
)
def test_a_hostile_formula_meets_a_limit_not_a_crash(text: str, words: str) -> None:
    assert words in mistake(text).message


@given(st.text(alphabet="()[],-+*/<>=.0a1 _revnultmgowthci", max_size=60))
def test_any_text_gives_a_tree_or_findings_with_a_column_inside_it(text: str) -> None:
    node, findings = parse(text, metrics=METRICS)
    assert (node is None) == bool(findings)
    for finding in findings:
        assert finding.origin.column is not None
        assert 1 <= finding.origin.column <= len(text) + 1


# ---- trees of every shape, for laws ---------------------------------------------------------------------------------

READS = st.sampled_from(
    [reading("revenue", "ltm"), reading("revenue", "ltm", "cloud"), reading("cash", "latest"), Reference("roe")]
)
LEAVES = READS | st.sampled_from([Constant(1.0), Constant(2.5), Constant(0.0)])


def grow(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    signs = st.sampled_from(["+", "-", "*", "/"])
    return (
        st.builds(Operation, signs, nodes, nodes)
        | st.builds(Negative, nodes)
        | st.builds(lambda node: Call("growth", (node, shift(node, 1))), nodes)
        | st.builds(lambda node: Call("avg", (node, shift(node, 1))), nodes)
        | st.builds(lambda node: Call("cagr", (node, shift(node, 3), Constant(3.0))), nodes)
        | st.builds(lambda a, b: Call("max", (a, b)), nodes, nodes)
        | st.builds(lambda node: Call("abs", (node,)), nodes)
    )


TREES = st.recursive(LEAVES, grow, max_leaves=5)


@given(TREES)
def test_a_written_tree_reads_back_as_itself(node: Node) -> None:
    read, findings = parse(written(node), metrics=METRICS)
    if read is None:
        assert all(finding.check == "formula-limit" for finding in findings)
    else:
        assert read == node


@given(TREES)
def test_shifting_moves_every_leaf_and_nothing_else(node: Node) -> None:
    def lags(of: Node) -> list[int]:
        return [leaf.lag if isinstance(leaf, Reference) else leaf.operand.lag for leaf in leaves(of)]

    assert lags(shift(node, 2)) == [lag + 2 for lag in lags(node)]
    assert shift(node, 0) == node


def test_a_segment_fills_what_was_not_written_out() -> None:
    share = for_segment(tree("revenue[ltm] / revenue[total, ltm]"), "cloud")
    assert written(share) == "revenue[cloud, ltm] / revenue[total, ltm]"
    assert written(for_segment(tree("growth(free_cash_flow_ltm)"), "cloud")) == "growth(free_cash_flow_ltm[cloud])"


# ---- the published grammar is the same language ---------------------------------------------------------------------


@cache
def published() -> Any:
    """Independent reader: grammar.lark through lark's own LALR parser."""
    lark = pytest.importorskip("lark")
    return lark.Lark(Path(formula.__file__).with_name("grammar.lark").read_text(encoding="utf-8"), parser="lalr")


def test_the_published_grammar_gives_the_same_trees_for_the_whole_catalogue() -> None:
    names = load().definitions
    for definition in names.values():
        for text in (definition.formula, *definition.positive):
            node, _ = parse(text, metrics=names)
            assert node is not None
            assert _shape(published().parse(text).children[0], names) == node, text


@given(TREES)
def test_the_published_grammar_gives_the_same_trees_for_any_formula(node: Node) -> None:
    assert _shape(published().parse(written(node)).children[0], METRICS) == node


@given(st.text(alphabet="()[],-+*/<>=.0a1 _roe", max_size=12))
def test_the_published_grammar_accepts_no_formula_that_the_reader_calls_bad_syntax(text: str) -> None:
    _, findings = parse(text, metrics=METRICS)
    bad = any(finding.check == "formula-syntax" for finding in findings)
    errors = pytest.importorskip("lark").exceptions.LarkError
    try:
        published().parse(text)
    except errors:
        assert bad or any(finding.check in ("formula-limit", "formula-name") for finding in findings)
    else:
        assert not bad or "[" in text  # what stands in square brackets is the reader's own business


def _shape(part: Any, metrics: Any) -> Node:
    """A lark tree as ours; names through parse(), which the grammar does not speak of."""
    name, parts = part.data, part.children
    if name == "number":
        return Constant(float(parts[0]))
    if name in ("bare", "selected"):
        node, _ = parse("".join(parts), metrics=metrics)
        assert node is not None
        return node
    if name == "negative":
        return Negative(_shape(parts[1], metrics))
    if name == "bracket":
        return _shape(parts[0], metrics)
    if name == "call":
        arguments = tuple(_shape(child, metrics) for child in parts[1:])
        called = str(parts[0])
        if called == "prior":
            years = int(arguments[1].value) if len(arguments) > 1 and isinstance(arguments[1], Constant) else 1
            return shift(arguments[0], years)
        if called in ("growth", "avg", "change"):
            return Call(called, (arguments[0], shift(arguments[0], 1)))
        if called == "cagr":
            assert isinstance(arguments[1], Constant)
            return Call(called, (arguments[0], shift(arguments[0], int(arguments[1].value)), arguments[1]))
        return Call(called, arguments)
    return Operation(str(parts[1]), _shape(parts[0], metrics), _shape(parts[2], metrics))


# ---- dimensions -----------------------------------------------------------------------------------------------------


def custom(formula_text: str, unit: str = "pure", name: str = "mine", **more: object) -> MetricDefinition:
    fields: dict[str, object] = {
        "id": name, "label": "Mine", "short": "Mine", "group": "custom", "formula": formula_text, "unit": unit,
        "better": "higher", "definition": "Mine.", "source": "house", "period": "", **more,
    }  # fmt: skip
    return MetricDefinition(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "unit", "column", "words"),
    [
        ("revenue[ltm] + gross_margin_ltm", "money", 14,
         "money (revenue[ltm]) cannot be added to a plain number (gross_margin_ltm)"),
        ("revenue[ltm] - price", "money", 14,
         "money per share (price[spot]) cannot be subtracted from money (revenue[ltm])"),
        ("revenue[ltm] + 1", "money", 14, "money (revenue[ltm]) cannot be added to a plain number (1)"),
        ("revenue[ltm] > 1000", "pure", 14, "cannot be compared with a plain number (1000)"),
        ("max(cash, shares)", "money", 1, "money (cash[latest]) cannot be combined with a number of shares"),
        ("growth(revenue[ltm] + shares)", "fraction", 21, "cannot be added to a number of shares"),
        ("revenue[ltm] / cash", "money", 1, "the formula gives a plain number, but the unit is declared as money"),
        ("price * shares", "times", 1, "the formula gives money, but the unit is declared as times"),
        ("revenue[ltm] * cash", "money", 1, "the formula gives money^2"),
    ],
)  # fmt: skip
def test_a_unit_mistake_has_a_column_and_both_dimensions(text: str, unit: str, column: int, words: str) -> None:
    _, findings = plan([], load(), [custom(text, unit)])
    (finding,) = findings
    assert finding.check == "formula-units"
    assert finding.origin.column == column
    assert words in finding.message


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("price * shares", "money"),
        ("market_cap / shares", "money_per_share"),
        ("net_income_common[ltm] / eps_diluted[ltm]", "shares"),
        ("revenue[ltm] / revenue[fy] - 1", "fraction"),
        ("growth(market_cap)", "fraction"),
        ("growth(roe) + 0", "times"),
        ("avg(cash)", "money"),
        ("max(cash - debt_short, 0)", "money"),
        ("revenue[ltm] > 0", "pure"),
        ("revenue[ltm] / employees", "money"),
        ("0 * cash + 2", "pure"),
        ("2 * (1 + gross_margin_ltm)", "pure"),
    ],
)
def test_dimensions_that_fit_are_accepted(text: str, unit: str) -> None:
    result, findings = plan(["mine"], load(), [custom(text, unit)])
    assert findings == ()
    assert result.requested == ("mine",)

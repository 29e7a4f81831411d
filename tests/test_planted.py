"""False sentences, planted one kind at a time, each refused: in the words, in the claim, in the finished page.

Every plant stands beside its honest twin, which passes, so that no test can pass by refusing everything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from peerbench.brief import agree
from peerbench.brief.agree import Contradiction
from peerbench.core.document import Brief, Chart, Number, Table
from peerbench.core.errors import UnusableRequest
from peerbench.core.figures import DotPoint, Series
from peerbench.narrate import operations, phrases, resilience, risk, valuation
from peerbench.narrate.claims import Statement, speak
from studies import Written, evidence, words

PE, EBIT, GROWTH, SWINGS, DEBT = (
    "pe_ltm", "ev_to_ebit_ltm", "revenue_growth_ltm", "volatility_1y", "debt_to_equity",
)  # fmt: skip
NAMES = ("alba", "bora", "cora", "dura")


def made_up(**values: tuple[float, ...]) -> Any:
    return evidence({metric: dict(zip(NAMES, each, strict=True)) for metric, each in values.items()})


def shelf(folder: Path, claim: str, *variants: tuple[str, str]) -> phrases.Phrases:
    """Phrases of somebody's own: (needs, sentence)."""
    text = "".join(f'  - needs: [{needs}]\n    lead: "So."\n    say: "{say}"\n' for needs, say in variants)
    file = folder / "phrases.yaml"
    file.write_text(f"{claim}:\n{text}", "utf-8")
    return phrases.load(file)


def said(statement: Statement, known: phrases.Phrases) -> str:
    claim = speak(statement, known)
    return words(claim.spans) if claim else ""


# ---- wrong sign ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("needs", "say", "word"),
    [
        ("rose", "Revenue fell {own}.", "fell"),
        ("below", "It is priced {gap} above its peers.", "above"),
        ("below", "It commands a premium of {gap}.", "premium"),
        ("net_cash", "Its debt is more than its cash.", "more"),
        ("any", "The gap is narrowing.", "narrowing"),
    ],
)
def test_words_that_turn_the_sign_of_their_predicate_are_refused_when_they_are_read(
    tmp_path: Path, needs: str, say: str, word: str
) -> None:
    with pytest.raises(UnusableRequest) as refused:
        shelf(tmp_path, "takeaway.growth", (needs, say))
    (finding,) = refused.value.findings
    assert f"says '{word}' without a predicate that makes it true" in finding.message
    assert finding.origin.line == 4


@pytest.mark.parametrize(
    ("growth", "true", "false"), [(0.05, "It rose 5%.", "It fell 5%."), (-0.05, "It fell 5%.", "It rose 5%.")]
)
def test_a_sentence_of_the_wrong_sign_is_not_said_though_it_stands_first(
    tmp_path: Path, growth: float, true: str, false: str
) -> None:
    verbs = {"It rose 5%.": ("rose", "It rose {own}."), "It fell 5%.": ("fell", "It fell {own}.")}
    statement = operations.growth(made_up(revenue_growth_ltm=(growth, 0.1, 0.11, 0.12)), GROWTH)
    assert said(statement, shelf(tmp_path, statement.id, verbs[false])) == ""
    assert said(statement, shelf(tmp_path, statement.id, verbs[false], verbs[true])) == true


def test_a_discount_is_not_called_a_premium_whatever_the_file_says_first(tmp_path: Path) -> None:
    words_ = (("above", "A premium of {gap}."), ("below", "A discount of {gap}."))
    cheap = valuation.headline(made_up(pe_ltm=(10.0, 20.0, 25.0, 30.0)), None, PE)
    dear = valuation.headline(made_up(pe_ltm=(50.0, 20.0, 25.0, 30.0)), None, PE)
    known = shelf(tmp_path, "headline.valuation", *words_)
    assert (said(cheap, known), said(dear, known)) == ("A discount of 60%.", "A premium of 100%.")


def test_net_debt_is_never_worded_as_net_cash(tmp_path: Path) -> None:
    known = shelf(
        tmp_path, "takeaway.net_cash", ("net_cash", "A cushion of {amount}."), ("net_debt", "It owes {amount}.")
    )
    share = {"net_cash_share": dict(zip(NAMES, (-0.1, 0.0, 0.01, 0.02), strict=True))}
    own = evidence({**share, "net_cash": dict.fromkeys(NAMES, -3e9)}, net_cash_share={"unit": "fraction"})
    assert said(resilience.net_cash(own, "net_cash", "net_cash_share"), known) == "It owes US$3.00bn."


# ---- wrong superlative -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("needs", "say", "word"),
    [
        ("above", "It has the highest growth.", "highest"),
        ("below", "It is the cheapest of all.", "cheapest"),
        ("below", "It is below on every multiple.", "every"),
        ("rose", "It grew fastest.", "fastest"),
    ],
)
def test_a_superlative_without_its_predicate_is_refused(tmp_path: Path, needs: str, say: str, word: str) -> None:
    with pytest.raises(UnusableRequest) as refused:
        shelf(tmp_path, "takeaway.growth", (needs, say))
    assert any(f"'{word}'" in finding.message for finding in refused.value.findings)


@pytest.mark.parametrize(
    ("own", "said_"),
    [(0.2, "The highest of all."), (0.12, ""), (0.11, ""), (None, "")],  # first, tied, second, and not known
)
def test_the_highest_is_said_only_of_the_highest(tmp_path: Path, own: float | None, said_: str) -> None:
    """A tie has no highest, and who is highest is not known while a value is missing."""
    known = shelf(tmp_path, "takeaway.growth", ("highest_own, all_known", "The highest of all."))
    statement = operations.growth(made_up(revenue_growth_ltm=(own, 0.1, 0.11, 0.12)), GROWTH)
    assert said(replace(statement, holds={**statement.holds, "all_known": True}), known) == said_


def test_the_most_volatile_is_not_said_where_one_peers_is_missing(tmp_path: Path) -> None:
    known = shelf(tmp_path, "takeaway.volatility", ("highest, any", "The most volatile."))
    four, three = (0.5, 0.3, 0.35, 0.4), (0.5, None, 0.35, 0.4)
    spoken = [
        said(risk.volatility(made_up(volatility_1y=each, volatility_20d=each), SWINGS, "volatility_20d"), known)
        for each in (four, three)
    ]
    assert spoken == ["The most volatile.", ""]


def test_every_multiple_is_not_said_where_one_is_on_the_other_side_or_unknown(tmp_path: Path) -> None:
    known = shelf(tmp_path, "takeaway.spread", ("all_below, below", "Below on every multiple."))
    low, high = (10.0, 20.0, 25.0, 30.0), (40.0, 20.0, 25.0, 30.0)
    spoken = [
        said(valuation.spread(made_up(pe_ltm=low, ev_to_ebit_ltm=other), [PE, EBIT]), known)
        for other in (low, high, (None, 20.0, 25.0, 30.0))
    ]
    assert spoken == ["Below on every multiple.", "", ""]


# ---- mixed basis -----------------------------------------------------------------------------------------------------


def claims_of(own: Any, statement: Statement, known: phrases.Phrases) -> list[Any]:
    claim = speak(statement, known)
    assert claim is not None
    return [claim]


def test_one_measure_beside_the_median_of_another_stops_the_brief(tmp_path: Path, alibaba: Written) -> None:
    """P/E of the fiscal year against the median of the last twelve months: both true, and no comparison."""
    known = shelf(tmp_path, "x", ("any", "At {own}, against {median}."))
    ev, brief = alibaba.evidence, alibaba.briefs["institutional"]
    median = ev.median("pe_ltm").number("n1")
    alike = Statement("x", {"own": ev.money("alibaba", "pe_ltm").number("n1"), "median": median}, {"any": True})
    mixed = Statement("x", {"own": ev.money("alibaba", "pe_fy").number("n1"), "median": median}, {"any": True})
    agree.check(ev, brief, claims_of(ev, alike, known))
    with pytest.raises(Contradiction, match=r"claim x sets peers:pe_ltm:median beside pe_fy"):
        agree.check(ev, brief, claims_of(ev, mixed, known))


def test_two_currencies_of_one_measure_stop_the_brief(tmp_path: Path, alibaba: Written) -> None:
    known = shelf(tmp_path, "x", ("any", "At {own}, against {median}."))
    ev, brief = alibaba.evidence, alibaba.briefs["institutional"]
    median = ev.median("revenue_ltm").number("money")
    alike = Statement("x", {"own": ev.money("alibaba", "revenue_ltm").number("money"), "median": median}, {"any": True})
    mixed = Statement("x", {"own": ev.value("alibaba", "revenue_ltm").number("money"), "median": median}, {"any": True})
    agree.check(ev, brief, claims_of(ev, alike, known))
    with pytest.raises(Contradiction, match="sets CNY beside USD"):
        agree.check(ev, brief, claims_of(ev, mixed, known))


# ---- the page against itself -----------------------------------------------------------------------------------------


def changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """A document with a change made wherever it applies; `change` returns its argument where it does not."""
    made = change(value)
    if made is not value:
        return made
    if isinstance(value, tuple):
        return tuple(changed(part, change) for part in value)
    if is_dataclass(value) and not isinstance(value, type) and value.__class__.__module__.startswith("peerbench"):
        old = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
        new = {name: changed(part, change) for name, part in old.items()}
        return replace(value, **{n: new[n] for n in new if new[n] is not old[n]}) if new != old else value
    return value


def within(brief: Brief, kind: type, change: Callable[[Any], Any]) -> Brief:
    """The brief with a change inside its first table or chart that has something to change."""
    done = []

    def once(value: Any) -> Any:
        if isinstance(value, kind) and not done:
            made = changed(replace(value), change)
            if made != value:
                done.append(made)
                return made
        return value

    made = replace(brief, pages=changed(brief.pages, once))
    assert done, "nothing was planted"
    return made


def test_an_honest_brief_agrees_with_itself(alibaba: Written) -> None:
    for brief in alibaba.briefs.values():
        agree.check(alibaba.evidence, brief, ())


@pytest.mark.parametrize("kind", [Table, Chart], ids=["table", "chart"])
def test_a_table_or_chart_that_prints_another_value_stops_the_brief(kind: type, alibaba: Written) -> None:
    """Alibaba's P/E is 18.1 in the sentence and 19.1 in the exhibit."""

    def one_more(value: Any) -> Any:
        if isinstance(value, Number) and value.ref == "alibaba:pe_ltm:USD":
            return replace(value, value=(value.value or 0.0) + 1.0)
        return value

    brief = within(alibaba.briefs["institutional"], kind, one_more)
    said_ = {
        Table: r"alibaba:pe_ltm:USD is printed as 19\.\d+, and is 18\.\d+",
        Chart: "tencent stands at 0.0 in Price",
    }
    with pytest.raises(Contradiction, match=said_[kind]):
        agree.check(alibaba.evidence, brief, ())


def test_a_gap_whose_sign_is_turned_stops_the_brief(alibaba: Written) -> None:
    def turned(value: Any) -> Any:
        if isinstance(value, Number) and value.ref == "alibaba:pe_ltm:premium" and value.format.startswith("s"):
            return replace(value, value=-(value.value or 0.0))
        return value

    with pytest.raises(Contradiction, match="alibaba:pe_ltm:premium"):
        agree.check(alibaba.evidence, within(alibaba.briefs["institutional"], Table, turned), ())


@pytest.mark.parametrize("company", ["alibaba", "tencent"])
def test_a_dot_that_is_not_where_its_label_says_stops_the_brief(company: str, alibaba: Written) -> None:
    def moved(value: Any) -> Any:
        return replace(value, position=value.position + 0.1) if _is_dot(value, company) else value

    with pytest.raises(Contradiction, match="stands at"):
        agree.check(alibaba.evidence, within(alibaba.briefs["institutional"], Chart, moved), ())


def _is_dot(value: Any, company: str) -> bool:
    return isinstance(value, DotPoint) and value.company == company


def test_a_line_that_ends_elsewhere_than_its_label_stops_the_brief(alibaba: Written) -> None:
    def bent(value: Any) -> Any:
        if isinstance(value, Series) and value.company == "alibaba":
            last = replace(value.points[-1], value=value.points[-1].value + 0.1)
            return replace(value, points=(*value.points[:-1], last))
        return value

    with pytest.raises(Contradiction, match="the line of"):
        agree.check(alibaba.evidence, within(alibaba.briefs["institutional"], Chart, bent), ())


def test_a_missing_figure_that_is_printed_as_nought_stops_the_brief(alibaba: Written) -> None:
    """Absent and zero are two things."""

    def zero(value: Any) -> Any:
        if isinstance(value, Number) and value.ref and value.status == "missing":
            return replace(value, value=0.0, status="ok")
        return value

    with pytest.raises(Contradiction, match=r"is printed as 0\.0, and is None \(missing\)"):
        agree.check(alibaba.evidence, within(alibaba.briefs["institutional"], Table, zero), ())

"""Evidence: what it hands out is what the frames hold, and what it rests on can be followed to the documents."""

from __future__ import annotations

import statistics

import pytest

from peerbench.core.evidence import Quantity
from studies import Written, evidence, robust

FOUR = {"alba": 10.0, "bora": 20.0, "cova": 40.0, "dura": 25.0}


# ---- by hand ---------------------------------------------------------------------------------------------------------


def test_the_gap_to_the_median_by_hand() -> None:
    found = evidence({"pe_ltm": FOUR, "operating_margin_ltm": {"alba": 0.14, "bora": 0.3, "cova": 0.1, "dura": 0.13}})
    premium, gap = found.premium("pe_ltm"), found.gap("operating_margin_ltm")
    assert premium.value == pytest.approx(10 / 25 - 1)
    assert premium.ref == "alba:pe_ltm:premium"
    assert premium.inputs == ("alba:pe_ltm:USD", "peers:pe_ltm:median")
    assert gap.value == pytest.approx(0.14 - 0.13)
    assert gap.unit == "fraction"
    assert found.premium("pe_ltm", "bora").value == pytest.approx(20 / 25 - 1)
    assert found.rank("pe_ltm") == 1.0
    assert found.ranked("pe_ltm") == 4
    assert found.count("pe_ltm") == 3


def test_statistics_rest_on_the_peers_they_were_taken_over() -> None:
    found = evidence({"pe_ltm": FOUR | {"era": None, "fara": "n.m."}}, reference=("dura",))
    median = found.median("pe_ltm")
    assert (median.status, median.value) == ("withheld", None)  # bora and cova: two values make no median
    assert "2 of 4" in median.reason
    found = evidence({"pe_ltm": FOUR | {"era": None}})
    assert found.median("pe_ltm").inputs == ("bora:pe_ltm:USD", "cova:pe_ltm:USD", "dura:pe_ltm:USD")
    assert found.statistic("pe_ltm", "maximum").value == 40.0
    assert found.statistic("pe_ltm", "minimum").value == 20.0


@pytest.mark.parametrize(
    ("own", "status", "reason"),
    [(None, "missing", "missing by hand"), ("n.m.", "not_meaningful", "not_meaningful by hand")],
)
def test_a_gap_without_its_value_says_what_the_value_says(own: str | None, status: str, reason: str) -> None:
    found = evidence({"pe_ltm": FOUR | {"alba": own}})
    assert (found.premium("pe_ltm").status, found.premium("pe_ltm").reason) == (status, reason)
    assert found.premium("pe_ltm").value is None


def test_a_gap_without_a_median_is_withheld() -> None:
    found = evidence({"pe_ltm": {"alba": 10.0, "bora": 20.0}})
    assert found.premium("pe_ltm").status == "withheld"
    assert found.rank("pe_ltm") is None


def test_what_was_never_computed_is_missing_and_not_an_error() -> None:
    found = evidence({"pe_ltm": FOUR})
    assert found.value("alba", "unheard_of").reason == "not computed"
    assert found.operand("alba", "revenue[ltm]").reason == "not asked for"
    assert found.median("unheard_of").status == "withheld"
    assert found.rank("unheard_of") is None
    assert not found.has("pe_ltm", "unheard_of")


def test_arithmetic_of_a_sentence_is_remembered_with_its_parts_and_is_missing_without_them() -> None:
    found = evidence({"pe_ltm": FOUR})
    parts = [found.money(company, "pe_ltm") for company in ("alba", "bora")]
    made = found.work("sum", "both", 30.0, "times", "sum", parts, documents=("fact.1",))
    assert found.book["working:sum"] == made
    assert made.inputs == ("alba:pe_ltm:USD", "bora:pe_ltm:USD")
    assert found.work("none", "both", None, "times", "sum", parts).status == "missing"


def test_documents_are_found_through_every_input_once_and_circles_end() -> None:
    found = evidence({"pe_ltm": FOUR})
    for name, inputs, documents in (
        ("a", ("working:b", "working:c"), ("fact.1",)),
        ("b", ("working:c",), ("fact.2", "fact.1")),
        ("c", ("working:a", "not there"), ("fact.3",)),
    ):
        found.book[f"working:{name}"] = Quantity(f"working:{name}", "", 1.0, "pure", inputs=inputs, documents=documents)
    assert found.documents("working:a") == ("fact.1", "fact.2", "fact.3")
    assert found.documents("not there") == ()


def test_a_printed_number_drops_its_sign_only_where_a_word_carries_it() -> None:
    found = evidence({"pe_ltm": FOUR})
    assert found.premium("pe_ltm").number("pct0", absolute=True).value == pytest.approx(0.6)
    assert found.premium("pe_ltm").number("spct0").value == pytest.approx(-0.6)
    excluded = evidence({"pe_ltm": FOUR | {"alba": "excluded"}}).value("alba", "pe_ltm").number("x1")
    assert (excluded.value, excluded.status) == (140.0, "excluded")


def test_a_tests_tally_counts_what_holds() -> None:
    found = evidence({"pe_ltm": FOUR})
    test = robust(found, "pe_ltm", {"main": -0.3, "bora": -0.04, "cova": 0.3}, pivotal="bora")
    assert (test.k, test.m) == (1, 3)
    assert test.without("bora") == test.variants[1].premium
    assert test.without("dura") is None


# ---- the shipped study -----------------------------------------------------------------------------------------------


def test_every_quantity_of_a_company_is_the_cell_of_its_frame(alibaba: Written) -> None:
    ev, made = alibaba.evidence, alibaba.frames
    checked = 0
    for frame, ask in ((made.metrics, ev.value), (made.converted, ev.money)):
        for row in frame.iter_rows(named=True):
            quantity = ask(row["company"], row["metric"])
            assert (quantity.value, quantity.status, quantity.raw) == (row["value"], row["status"], row["raw"])
            assert quantity.currency == (row["currency"] or "")
            assert quantity.ok == (row["value"] is not None)
            assert quantity.ok or quantity.reason
            checked += 1
    for row in made.cells.iter_rows(named=True):
        quantity = ev.operand(row["company"], row["operand"])
        assert (quantity.value, quantity.status, quantity.documents) == (
            row["value"], row["status"], tuple(row["inputs"] or ())
        )  # fmt: skip
    assert checked > 400


def test_medians_and_gaps_are_those_of_the_comparison_and_of_the_standard_library(alibaba: Written) -> None:
    ev = alibaba.evidence
    for row in alibaba.frames.comparison.filter(company=ev.subject).iter_rows(named=True):
        metric = row["metric"]
        known = [q.value for peer in ev.peers if (q := ev.money(peer, metric)).value is not None]
        expected = statistics.median(known) if len(known) > 2 else None
        assert ev.median(metric).value == pytest.approx(expected)
        assert (ev.premium(metric).value, ev.gap(metric).value) == (row["premium"], row["gap"])
        own = ev.money(ev.subject, metric).value
        if expected is not None and own is not None and row["gap"] is not None:
            assert ev.gap(metric).value == pytest.approx(own - expected)
        if expected is not None and own is not None and row["premium"] is not None:
            assert ev.premium(metric).value == pytest.approx(own / expected - 1)


def test_every_value_reaches_documents_of_the_data_known_by_the_day(alibaba: Written) -> None:
    """METHOD 32, by following every figure's ancestry to its end."""
    ev, data = alibaba.evidence, alibaba.study.data
    dated = {"facts": "known_on", "prices": "date", "fx": "date", "estimates": "snapshot_date", "dividends": "ex_date"}
    known = {
        row["id"]: row[day] for name, day in dated.items() for row in getattr(data, name).iter_rows(named=True)
    } | {f"claim.{row['claim_id']}": row["known_on"] for row in data.claims.iter_rows(named=True)}
    for row in alibaba.frames.metrics.filter(status="ok").iter_rows(named=True):
        for quantity in (ev.value(row["company"], row["metric"]), ev.money(row["company"], row["metric"])):
            documents = ev.documents(quantity.ref)
            assert documents, quantity.ref
            assert all(known[document] <= ev.as_of for document in documents)
    for ref, quantity in ev.book.items():
        assert all(known[document] <= ev.as_of for document in ev.documents(ref)), ref
        assert quantity.known_on is None or quantity.known_on <= ev.as_of, ref


def test_a_figure_is_known_when_the_last_of_its_facts_was(alibaba: Written) -> None:
    """A quarter that ended in June is not known in June."""
    ev = alibaba.evidence
    facts = {row["id"]: row["known_on"] for row in alibaba.study.data.facts.iter_rows(named=True)}
    checked = 0
    for quantity in list(ev.book.values()):
        days = [facts[document] for document in ev.documents(quantity.ref) if document in facts]
        if days and quantity.known_on is not None and quantity.ok and ":claim:" not in quantity.ref:
            assert quantity.known_on >= max(days), quantity.ref
            checked += 1
    assert checked > 300

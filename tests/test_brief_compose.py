"""Whole briefs: laws that hold for every audience, peer set, day and currency. Wording and plans are free to change."""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from peerbench.brief import lineage
from peerbench.core.dataset import Dataset
from peerbench.core.document import (
    Basis,
    Brief,
    Chart,
    Cite,
    Number,
    Page,
    Paragraph,
    Prose,
    Register,
    Table,
    Text,
    When,
)
from studies import UNSAYABLE, Written, house, numbers, paragraph, peers, printed, project, walk, words, written

AUDIENCES: Final = ("institutional", "risk", "policy")
CASES: Final[dict[str, dict[str, Any]]] = {
    "as shipped": {},
    "a dear subject": {"subject": "amazon", "peers": peers("alibaba", "tencent", "baidu"), "audiences": ["policy"]},
    "net debt": {
        "subject": "tencent", "peers": peers("alibaba", "amazon", "baidu"), "audiences": ["institutional", "policy"],
    },
    "shrinking, a reference peer": {
        "subject": "baidu", "peers": peers("tencent", "amazon", reference=("alibaba",)),
        "audiences": ["institutional", "risk"],
    },
    "one peer": {"peers": peers("tencent"), "audiences": ["institutional", "policy"]},
    "long ago": {"as_of": date(2024, 3, 15), "audiences": ["institutional", "risk"]},
    "in renminbi": {"currency": "CNY", "audiences": ["policy"]},
}  # fmt: skip
HISTORY: Final = "with a history"
PAIRS: Final = [
    *(f"{case}; {audience}" for case, keys in CASES.items() for audience in keys.get("audiences", AUDIENCES)),
    f"{HISTORY}; institutional",
]


@pytest.fixture(params=PAIRS, scope="module")
def pair(request: pytest.FixtureRequest, alibaba: Written, variant: Callable[..., Written]) -> tuple[Written, Brief]:
    case, audience = request.param.split("; ")
    if case == HISTORY:
        remembered: Written = request.getfixturevalue("remembered")
        return remembered, remembered.briefs[audience]
    made = variant(**CASES[case]) if CASES[case] else alibaba
    return made, made.briefs[audience]


@pytest.fixture(scope="module")
def remembered(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The shipped config where a dozen month ends are history enough; the data have eighteen."""
    folder = tmp_path_factory.mktemp("remembered")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("peerbench.compare.history.HISTORY_POINTS", 12)
        return written(project(folder, audiences=["institutional"]))


@pytest.fixture
def brief(pair: tuple[Written, Brief]) -> Brief:
    return pair[1]


def running(value: object) -> Iterator[Paragraph]:
    return (part for part in walk(value) if isinstance(part, Paragraph))


def exhibits(brief: Brief) -> list[Table | Chart]:
    return [part for part in walk(brief.pages) if isinstance(part, (Table, Chart)) and part.number is not None]


def titles(brief: Brief) -> list[str]:
    blocks = [part for part in walk(brief.pages) if isinstance(part, (Table, Chart, Register))]
    shown = [words(block.title) for block in blocks if not block.id.endswith("-data")]
    return [*(words(page.head) for page in brief.pages if page.head), *shown]


# ---- numbers and their traces ----------------------------------------------------------------------------------------


def test_every_number_has_a_trace_that_says_the_same(brief: Brief) -> None:
    """A sign may be dropped where a word carries it; nothing else may differ."""
    shown = [number for number in numbers(printed(brief)) if number.ref]
    assert len(shown) > 60
    for number in shown:
        exact = brief.traces[number.ref].exact
        assert (number.status, number.currency) == (exact.status, exact.currency), number.ref
        if number.value is None or exact.value is None:
            assert number.value is exact.value, number.ref
        else:
            assert abs(number.value) == abs(exact.value), number.ref
            assert number.value == exact.value or number.format[0] not in "s", number.ref


def test_every_trace_says_what_the_evidence_holds(pair: tuple[Written, Brief]) -> None:
    written, brief = pair
    for ref, trace in brief.traces.items():
        held = written.evidence.book[ref]
        assert trace.ref == ref
        assert trace.exact.value == (held.raw if held.status == "excluded" else held.value)
        assert (trace.exact.status, trace.exact.currency) == (held.status, held.currency)
        assert trace.what
        assert trace.formula
        assert trace.known_on is None or trace.known_on <= brief.meta.as_of


def test_a_number_without_a_trace_is_a_small_count_or_nothing(brief: Brief) -> None:
    for number in numbers(printed(brief)):
        if not number.ref and number.value is not None:
            assert number.format in ("n0", "count", "words"), number
            assert number.value == int(number.value) or number.value * 2 == int(number.value * 2), number  # a tied rank


def test_a_number_that_is_not_there_says_why(brief: Brief) -> None:
    for number in numbers(printed(brief)):
        assert (number.value is None) == (number.status not in ("ok", "excluded")), number
        assert number.value is None or math.isfinite(number.value)
        if number.ref and number.value is None:
            assert number.reason, number.ref


def test_the_appendix_runs_in_the_order_of_reading(brief: Brief) -> None:
    rows = [tuple(map(int, trace.row.split("."))) for trace in brief.lineage]
    assert rows == sorted(rows)
    assert len({trace.ref for trace in brief.lineage}) == len(brief.lineage)
    assert {page for page, _ in rows} <= set(range(1, len(brief.pages) + 1))
    named = {trace.row for trace in brief.lineage}
    assert all(row.trace in named for row in walk(brief.pages) if getattr(row, "trace", ""))


def test_every_step_of_a_trace_leads_on(pair: tuple[Written, Brief]) -> None:
    written, brief = pair
    numbered = {source.number for source in brief.sources}
    for trace in brief.traces.values():
        assert set(trace.sources) <= numbered
        assert (
            trace.exact.status != "ok"
            or trace.sources
            or trace.ref in ("working:threshold", "working:history_needed", "working:history_known")
            or trace.formula == "as the data list the line"
            or trace.formula.endswith(" has it; not used")
        ), trace.ref
        for part in trace.inputs:
            assert set(part.sources) <= numbered
            assert not part.ref or part.ref in written.evidence.book
            assert part.name


def test_a_reference_says_the_same_in_every_audience(pair: tuple[Written, Brief]) -> None:
    written, brief = pair
    for other in written.briefs.values():
        for ref in set(brief.traces) & set(other.traces):
            assert brief.traces[ref].exact == other.traces[ref].exact, ref
            assert brief.traces[ref].formula == other.traces[ref].formula


# ---- sources ---------------------------------------------------------------------------------------------------------


def _cited(value: object) -> Iterator[set[int]]:
    """Numbers of citations and of source lines, in the order of reading; exhibits' data tables are not printed."""
    if isinstance(value, Cite):
        yield set(value.numbers)
    elif isinstance(value, Text) and (found := re.match(r"Source: \[([\d–, ]+)\]", value.text)):
        yield {
            number
            for run in found[1].split(", ")
            for number in range(int(run.split("–")[0]), int(run.split("–")[-1]) + 1)
        }


def test_sources_are_numbered_in_the_order_of_their_first_citation(brief: Brief) -> None:
    assert [source.number for source in brief.sources] == list(range(1, len(brief.sources) + 1))
    seen: set[int] = set()
    for value in walk((brief.takeaways, brief.pages)):
        for cited in _cited(value):
            new = cited - seen
            assert new <= set(range(len(seen) + 1, len(seen) + len(new) + 1)), (new, seen)
            seen |= new
    assert seen


def test_a_source_has_one_day_wherever_it_is_named(brief: Brief) -> None:
    """Under the basis strip, where it is cited first, and in the list at the end, with what was read of it later."""
    days = {source.number: source.day for source in brief.sources}
    strips = [block for block in walk(brief.pages) if isinstance(block, Basis)]
    assert strips
    for strip in strips:
        assert strip.citations
        for number, spans in strip.citations:
            assert [span.value for span in spans if isinstance(span, When)] == [days[number]]


def test_every_source_lists_dated_documents_known_by_the_day(brief: Brief) -> None:
    for source in brief.sources:
        assert source.title
        assert source.documents
        for document in source.documents:
            assert document.title
            assert document.day is not None
            assert document.day <= brief.meta.as_of
            assert document.url == "" or document.url.startswith(("http://", "https://")), document
        assert source.day == max(document.day for document in source.documents if document.day)


# ---- the article -----------------------------------------------------------------------------------------------------


def test_the_headline_is_short_with_one_number_at_most(brief: Brief) -> None:
    assert 1 < len(words(brief.headline).split()) <= 12
    assert len(numbers(brief.headline)) <= 1
    assert brief.meta.subject in words((*brief.headline, Text(" "), *brief.standfirst))


def test_takeaways_lead_with_a_claim_and_cite_what_they_rest_on(pair: tuple[Written, Brief]) -> None:
    written, brief = pair
    few = len(written.evidence.peers) < 3 or brief.meta.as_of < date(2025, 1, 1)
    assert (1 if few else 3) <= len(brief.takeaways) <= 4
    for takeaway in brief.takeaways:
        assert words(takeaway.lead).endswith(".")
        assert numbers(takeaway)
        assert isinstance(takeaway.spans[-1], Cite)
    assert len({words(takeaway.lead) for takeaway in brief.takeaways}) == len(brief.takeaways)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_last_takeaway_is_the_last_of_the_plan_which_is_counter_evidence(alibaba: Written, audience: str) -> None:
    from peerbench.brief import plan
    from peerbench.brief.context import Desk
    from peerbench.brief.prose.takeaways import TAKEAWAYS
    from peerbench.brief.sourcebook import Sourcebook

    reader = next(one for one in alibaba.case.request.audiences if one.name == audience)
    desk = Desk(alibaba.study, reader, plan.phrases(reader), Sourcebook(alibaba.study.data, {}))
    last = reader.names("takeaways")[-1].split("|")
    said = [claim for name in last if (claim := desk.say(TAKEAWAYS[name.strip()](desk)))]
    assert words(said[0].spans) == words(alibaba.briefs[audience].takeaways[-1].spans[:-1])


def test_no_sentence_prints_what_is_not_there(brief: Brief) -> None:
    texts = [(*one.lead, *one.spans) for one in running((brief.takeaways, brief.pages))]
    for said in (brief.headline, brief.standfirst, *texts):
        assert all(number.status == "ok" for number in numbers(said)), words(said)
    for text in (*titles(brief), words(brief.headline), words(brief.standfirst)):
        assert not any(mark in text for mark in UNSAYABLE), text


def _sentences(page: Page, extra: tuple[Paragraph, ...] = ()) -> list[str]:
    texts = [paragraph(one) for one in (*extra, *running(page.rows))]
    return [part.strip() for text in texts for part in re.split(r"(?<=[.;:?])\s+", text) if len(part.split()) > 3]


def test_no_sentence_stands_twice_on_a_page(brief: Brief) -> None:
    for place, page in enumerate(brief.pages):
        counted = Counter(_sentences(page, brief.takeaways if place == 0 else ()))
        assert [text for text, times in counted.items() if times > 1] == []
    counted = Counter(text for text in titles(brief) if "continued" not in text)
    assert [text for text, times in counted.items() if times > 1] == []


def test_every_heading_is_worded(brief: Brief) -> None:
    for text in titles(brief):
        assert len(text.split()) > 1 or text == "Evidence", text
        assert not re.match(r"(title|section)\.", text), text
    for value in walk(printed(brief)):
        if isinstance(value, Text):
            assert not re.search(r"None|\bnan\b|\binf\b|[{}]|  |\d\.\d{5}|\bthe no\b", value.text), value.text


def test_exhibits_are_numbered_as_they_are_read(brief: Brief) -> None:
    for kind in (Table, Chart):
        found = [block.number or 0 for block in exhibits(brief) if isinstance(block, kind)]
        assert found == sorted(set(found)), kind
    assert [block.number for block in exhibits(brief) if isinstance(block, Chart)][:1] in ([1], [])


def test_a_figure_is_described_in_words_and_repeated_as_a_table(brief: Brief) -> None:
    for chart in (part for part in walk(brief.pages) if isinstance(part, Chart)):
        assert 20 < len(chart.alt) <= 250
        assert chart.alt.rstrip("…")[-1:] != " "
        assert not re.search(r" [.,;]|  |\bto \.", chart.alt), chart.alt
        assert chart.data is not None
        assert chart.data.rows
        assert words(chart.subtitle)
        assert any(number.ref in brief.traces for number in numbers(chart.data))


def test_every_table_row_fills_its_columns(brief: Brief) -> None:
    for table in (part for part in walk(brief.pages) if isinstance(part, Table)):
        own = [column for column in table.columns if column.key != "trace"]
        for row in table.rows:
            assert len(row.cells) in (len(own), 1), (table.id, words(row.label))
            assert row.role in ("subject", "peer", "median", "statistic", "gap", "rank", "total", "plain", "fails")
        assert [row.role for row in table.rows].count("subject") <= 1


def test_the_time_to_read_is_words_of_running_text_over_230(brief: Brief) -> None:
    texts = [brief.standfirst, *((*one.lead, *one.spans) for one in brief.takeaways)]
    texts += [
        (*one.lead, *one.spans) for part in walk(brief.pages) if isinstance(part, Prose) for one in part.paragraphs
    ]
    count = 0
    for spans in texts:
        for span in walk(spans):
            count += len(span.text.split()) if isinstance(span, Text) else isinstance(span, (Number, When))
    assert brief.meta.read_minutes == max(1, math.ceil(count / 230))
    assert f"{brief.meta.read_minutes} min read" in words(brief.byline)


def test_the_furniture_says_who_when_and_for_whom(pair: tuple[Written, Brief]) -> None:
    written, brief = pair
    meta, config = brief.meta, written.case.config
    assert (meta.as_of, meta.subject_key) == (written.evidence.as_of, config.subject)
    assert meta.prices_on is not None
    assert meta.prices_on <= meta.as_of
    core = [written.evidence.name(peer.company) for peer in config.peers if peer.role == "core"]
    assert all(name in meta.peers_phrase for name in core)
    assert re.fullmatch(r"[0-9a-f]{64}", meta.data_lock)
    assert meta.audience in AUDIENCES
    assert "machine-built" in words(brief.byline)
    everything = " ".join(words(one.spans) for one in running(brief.pages))
    assert "no human author" in everything
    assert all(line in everything for line in config.disclosures)


def test_a_company_claim_is_marked_as_one_and_worded_as_the_companys(alibaba: Written) -> None:
    for brief in alibaba.briefs.values():
        for one in running((brief.takeaways, brief.pages)):
            refs = {number.ref for number in numbers(one)}
            if any(ref.startswith(("working:claim:", "working:pledge")) for ref in refs):
                assert one.kind == "company"
                assert "says" in words(one.spans)


def test_three_audiences_differ_in_headline_exhibits_and_words(alibaba: Written) -> None:
    briefs = list(alibaba.briefs.values())
    assert len({words(brief.headline) for brief in briefs}) == 3
    assert len({tuple(block.id for block in exhibits(brief)) for brief in briefs}) == 3
    assert len({brief.meta.theme for brief in briefs}) == 3
    assert len({frozenset(words(one.lead) for one in brief.takeaways) for brief in briefs}) == 3


def test_policy_readers_get_no_multiples_and_no_price_views(alibaba: Written) -> None:
    """LOOK: plain units, no ratings."""
    brief = alibaba.briefs["policy"]
    said = [words(brief.headline), words(brief.standfirst), *(paragraph(one) for one in brief.takeaways)]
    assert not any(re.search(r"P/E|discount|premium|cheap|dear\b", text, re.IGNORECASE) for text in said)


def test_words_of_the_house_name_no_company_and_no_currency_of_their_own(root: Path, platforms: Dataset) -> None:
    """What is said of a company or in a currency comes from the study, so that it is true of the next one too."""
    names = re.compile("|".join([*(one.name for one in platforms.companies.values()), r"US\$", "RMB", r"HK\$"]))
    for file in sorted((root / "templates").glob("*/*.yaml")):
        settings = yaml.safe_load(file.read_text("utf-8"))
        settings.pop("segments", None)  # which segment of which company is compared: configuration, keyed by company
        said = [value for value in walk(settings) if isinstance(value, str)]
        assert said
        assert [text for text in said if names.search(text)] == [], file


def test_a_brief_in_renminbi_calls_no_amount_dollars(variant: Callable[..., Written]) -> None:
    brief = variant(**CASES["in renminbi"]).briefs["policy"]
    heads = [words(block.subtitle) for block in exhibits(brief)]
    heads += [
        f"{column.head} {column.group}"
        for block in exhibits(brief)
        if isinstance(block, Table)
        for column in block.columns
    ]
    assert not any("US$" in head for head in heads), heads
    assert any("RMB" in head for head in heads)


# ---- the gap through time --------------------------------------------------------------------------------------------


def test_each_month_of_the_gap_rests_on_what_was_known_then(remembered: Written) -> None:
    """METHOD 27, and the mean is that of the months."""
    data, (history,) = remembered.study.data, remembered.study.premiums.values()
    facts = {row["id"]: row["known_on"] for row in data.facts.iter_rows(named=True)}
    facts |= {row["id"]: row["date"] for name in (data.prices, data.fx) for row in name.iter_rows(named=True)}
    assert len(history.months) == len(history.points) >= 12
    for month, point in zip(history.months, history.points, strict=True):
        assert (month.end, month.value) == (point.when, point.value)
        assert month.documents
        assert all(facts[document] <= point.when for document in month.documents)
    assert history.mean.value == pytest.approx(statistics.fmean(point.value for point in history.points))
    assert history.sd == pytest.approx(statistics.stdev(point.value for point in history.points))
    assert history.mean.inputs == tuple(month.ref for month in history.months)
    (chart,) = [one for one in exhibits(remembered.briefs["institutional"]) if one.id == "history"]
    assert isinstance(chart, Chart)
    assert chart.data is not None
    assert [number.ref for number in numbers(chart.data)] == [month.ref for month in history.months]
    side = "above" if history.now.value > history.mean.value else "below"
    assert side in words(chart.title)


# ---- claims and phrases ----------------------------------------------------------------------------------------------


def test_no_phrase_asks_for_a_predicate_or_a_value_that_its_claim_does_not_bring(
    alibaba: Written, remembered: Written, variant: Callable[..., Written], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variant that nobody can make true would be a sentence that is never said, or a hole that breaks a build."""
    from peerbench.brief import compose, context
    from peerbench.narrate import phrases
    from peerbench.narrate.claims import Claim, Statement, speak, ways

    brought: dict[str, tuple[set[str], set[str]]] = {}

    def note(statement: Statement) -> None:
        holds, values = brought.setdefault(statement.id, (set(), set()))
        holds |= set(statement.holds)
        values |= set(statement.values)

    def noted(statement: Statement, known: phrases.Phrases) -> Claim | None:
        note(statement)
        return speak(statement, known)

    def noted_ways(statement: Statement, known: phrases.Phrases) -> Iterator[Claim]:
        note(statement)
        return ways(statement, known)

    monkeypatch.setattr(context, "speak", noted)
    monkeypatch.setattr(context, "ways", noted_ways)
    for one in (alibaba, remembered, variant(**CASES["shrinking, a reference peer"])):
        for reader in one.case.request.audiences:
            compose.compose(one.study, reader)
    assert len(brought) > 50
    for claim, variants in house().items():
        if claim in brought:
            holds, values = brought[claim]
            for phrase in variants:
                assert set(phrase.needs) <= holds, (claim, phrase.needs)
                assert set(phrases.HOLE.findall(phrase.lead + phrase.say)) <= values, (claim, phrase.say)


# ---- one number alone ------------------------------------------------------------------------------------------------


def test_a_walk_from_one_metric_ends_in_documents(alibaba: Written) -> None:
    trace, below, sources = lineage.walk(alibaba.study, "alibaba", "pe_ltm")
    assert trace.ref == "alibaba:pe_ltm"
    assert trace.exact.value == alibaba.evidence.value("alibaba", "pe_ltm").value
    assert all(part.ref in below for one in below.values() for part in one.inputs if part.ref)
    assert sources
    leaves = [part for one in below.values() for part in one.inputs if not part.ref]
    assert leaves
    assert all(part.sources for part in leaves)


@pytest.mark.parametrize(
    ("company", "metric", "near"), [("alibab", "pe_ltm", "alibaba"), ("alibaba", "pe_ltn", "pe_ltm")]
)
def test_a_walk_from_an_unknown_name_is_refused_with_the_nearest(
    alibaba: Written, company: str, metric: str, near: str
) -> None:
    from peerbench.core.errors import UnusableRequest

    with pytest.raises(UnusableRequest) as refused:
        lineage.walk(alibaba.study, company, metric)
    (finding,) = refused.value.findings
    assert f"'{near}'" in finding.hint

"""Since the last issue: what the page says moved, from real issues; corrections, told once and told whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from peerbench import issues, pipeline
from peerbench.brief import assemble, compose, dossier, lookback
from peerbench.brief import since as looking
from peerbench.brief.attribution import Side
from peerbench.brief.since import Since
from peerbench.core.document import Brief, Note, Paragraph, Table
from peerbench.core.errors import UnusableRequest
from peerbench.pipeline import earlier
from peerbench.render.format import text as printed
from series import leave
from studies import DAY, Written, walk
from studies import words as said

FIRST = date(2025, 6, 30)


@pytest.fixture(scope="module")
def series(variant: Callable[..., Written], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One issue, of June."""
    folder = tmp_path_factory.mktemp("output") / "alibaba"
    leave(variant(as_of=FIRST), folder)
    return folder


def follow(written: Written, series: Path, **config: Any) -> Any:
    """The case of an issue, with what it finds before it."""
    case = replace(written.case, config=replace(written.case.config, **config))
    side = Side(dossier.asked(case.request, written.study.plan), case.data, pipeline.printed(written.frames))
    return earlier.looking_back(case, series / case.request.as_of.isoformat(), side)


def write(written: Written, before: Any) -> dict[str, Brief]:
    study, _ = assemble.study(written.case.data, written.case.request)
    study = earlier.with_before(study, before)
    return {reader.name: compose.compose(study, reader) for reader in written.case.request.audiences}


@pytest.fixture(scope="module")
def before(alibaba: Written, series: Path) -> Any:
    return follow(alibaba, series).before


@pytest.fixture(scope="module")
def briefs(alibaba: Written, before: Any) -> dict[str, Brief]:
    return write(alibaba, before)


def block(brief: Brief, id: str) -> Any:
    found = [part for part in walk(brief.pages) if isinstance(part, (Table, Note)) and part.id == id]
    assert len(found) <= 1
    return found[0] if found else None


def words(note: Note) -> str:
    return " ".join(said(paragraph.spans) for paragraph in note.paragraphs)


# ---- the box ---------------------------------------------------------------------------------------------------------


def test_investors_read_then_the_causes_and_now(briefs: Mapping[str, Brief]) -> None:
    table = block(briefs["institutional"], "since")
    assert said(table.title) == "Since issue 1, 2025-06-30"
    assert said(table.subtitle) == "P/E gap to median, %; causes in pp, rounded"
    rows = [(said(row.label), said(row.cells[0].spans)) for row in table.rows]
    # 14.49x / 21.17x then, 18.06x / 25.84x now; a close of US$113.41 then, US$163.08 now; see test_brief_attribution.
    assert rows == [
        ("P/E gap then", "−31.6"),
        ("Alibaba’s price, +44%", "+25.1"),
        ("Alibaba’s earnings, +15%", "−9.4"),
        ("Peer median, 21.2x to 25.8x", "−13.8"),
        ("Exchange rate", "−0.5"),
        ("P/E gap now", "−30.1"),
    ]
    assert table.rows[-1].role == "subject"
    assert said(table.notes[0][1]) == "Method and peers unchanged; no corrections."


def test_every_number_of_the_box_has_its_row_and_its_documents(briefs: Mapping[str, Brief]) -> None:
    brief = briefs["institutional"]
    for row in block(brief, "since").rows:
        (number,) = (part for cell in row.cells for part in cell.spans)
        assert brief.traces[number.ref].sources, number.ref
        assert row.trace


def test_risk_and_policy_follow_what_they_speak_of(briefs: Mapping[str, Brief]) -> None:
    assert words(block(briefs["risk"], "since")).startswith(
        "The gap in volatility, 1y went from +33.0% to +42.6%: price"
    )
    policy = words(block(briefs["policy"], "since"))
    assert policy.startswith(
        "The gap in revenue growth went from −4.2pp to −5.6pp: accounts −0.5pp, peer median −0.8pp"
    )


def test_the_sentence_says_what_the_table_says(alibaba: Written, before: Any) -> None:
    study = earlier.with_before(alibaba.study, before)
    reader = next(one for one in alibaba.case.request.audiences if one.name == "institutional")
    brief = compose.compose(study, reader, length="one")
    assert words(block(brief, "since")) == (
        "The P/E gap went from −31.6% to −30.1%: price +25.1pp, earnings −9.4pp, peer median −13.8pp, "
        "exchange rate −0.5pp, rounded. Method and peers unchanged; no corrections."
    )


def test_the_issue_is_numbered_and_a_first_one_says_that_it_is(
    briefs: Mapping[str, Brief], alibaba: Written, tmp_path: Path
) -> None:
    assert briefs["risk"].meta.issue == "2"
    alone = follow(alibaba, tmp_path / "alibaba").before
    assert (alone.since, alone.number) == (None, 1)
    assert block(alibaba.briefs["institutional"], "since").title == "Since last issue"
    assert alibaba.briefs["institutional"].meta.issue == ""


def test_nothing_else_on_the_pages_is_another_number(briefs: Mapping[str, Brief], alibaba: Written) -> None:
    for name, brief in briefs.items():
        old = {ref: trace.exact for ref, trace in alibaba.briefs[name].traces.items()}
        assert all(brief.traces[ref].exact == exact for ref, exact in old.items() if ref in brief.traces)


# ---- which issue -----------------------------------------------------------------------------------------------------


def test_a_day_or_none_may_be_asked_for(alibaba: Written, series: Path) -> None:
    assert follow(alibaba, series, since="none").before.since is None
    assert follow(alibaba, series, since=FIRST).before.since.day == FIRST
    with pytest.raises(UnusableRequest) as error:
        follow(alibaba, series, since=date(2025, 1, 1))
    assert "no earlier issue of 2025-01-01" in str(error.value)
    assert "There are issues of 2025-06-30." in str(error.value)


def test_a_broken_earlier_issue_is_named_and_the_brief_the_first(
    alibaba: Written, series: Path, tmp_path: Path
) -> None:
    import shutil

    shutil.copytree(series, tmp_path / "alibaba")
    (tmp_path / "alibaba" / "2025-06-30" / "request.json").write_text("{}", "utf-8")
    found = follow(alibaba, tmp_path / "alibaba").before
    assert found.since is None
    assert [finding.check for finding in found.findings] == ["earlier_issue"]
    assert found.findings[0].severity == "warning"


def test_what_is_kept_of_the_earlier_issue_reads_back(before: Any) -> None:
    assert looking.from_json(looking.as_json(before.since)) == before.since
    for text in (b"{}", b"[]", b"nonsense", json.dumps({"format": 9}).encode()):
        with pytest.raises(ValueError, match=r".+"):
            looking.from_json(text)


# ---- corrections -----------------------------------------------------------------------------------------------------

JUNE = (pl.col("company") == "alibaba") & (pl.col("item") == "net_income_common")


def with_income(written: Written, day: date, change: float, **known: Any) -> Written:
    """The study again, with Alibaba's income of a period another; `known` makes it a later vintage."""
    data = written.case.data
    rows = JUNE & (pl.col("period_end") == day)
    facts = data.facts.with_columns(value=pl.when(rows).then(pl.col("value") + change).otherwise("value"))
    if known:
        later = data.facts.filter(rows).with_columns(
            value=pl.col("value") + change, id=pl.col("id") + pl.lit(".later"), **known
        )
        facts = pl.concat([data.facts, later])
    case = replace(written.case, data=replace(data, facts=facts))
    study, frames = assemble.study(case.data, case.request)
    return Written(case, study, frames, written.briefs)


def test_a_corrected_fact_is_printed_with_old_new_and_why(alibaba: Written, series: Path) -> None:
    """Fiscal 2025 was RMB129,470m in June's issue; corrected to 131,470m, its P/E of 14.49x would have been 14.27x."""
    corrected = with_income(alibaba, date(2025, 3, 31), 2_000e6)
    before = follow(corrected, series).before
    told = [one for one in before.since.corrections if one.months == 12]
    assert [(one.kind, one.then, one.now, one.rebuilt) for one in told] == [("corrected", 129_470e6, 131_470e6, False)]
    brief = write(corrected, before)["institutional"]
    note = words(block(brief, "corrections"))
    assert (
        "Alibaba, net income to ordinary shareholders, 12 months to 31 March 2025: RMB131bn, RMB129bn in issue 1"
        in note
    )
    assert "corrected in our data" in note
    assert "With them Alibaba’s P/E in issue 1 would have been 14.3x, not 14.5x." in note
    assert "correction" in said(block(brief, "since").notes[0][1])


def test_a_correction_is_owed_whole_however_full_the_page(alibaba: Written, series: Path) -> None:
    corrected = with_income(alibaba, date(2025, 3, 31), 2_000e6)
    study = earlier.with_before(corrected.study, follow(corrected, series).before)
    for reader in corrected.case.request.audiences:
        for length in ("four", "one"):
            steps = {page: range(40) for page in ("first", "one")}
            brief = compose.compose(study, reader, length=length, taken=steps)  # type: ignore[arg-type]
            note = block(brief, "corrections")
            assert note is not None, (reader.name, length)
            assert "14" in words(note) or "RMB131bn" in words(note)
            assert all(isinstance(paragraph, Paragraph) for paragraph in note.paragraphs)


def test_what_the_issuer_restated_is_not_called_our_correction(alibaba: Written, series: Path) -> None:
    later = with_income(alibaba, date(2025, 3, 31), 2_000e6, known_on=pl.lit(date(2025, 8, 29)))
    told = follow(later, series).before.since.corrections
    assert {one.kind for one in told} == {"restated"}
    note = words(block(write(later, follow(later, series).before)["institutional"], "corrections"))
    assert "restated by the issuer on 29 August 2025" in note


def test_a_fact_that_no_printed_number_used_is_no_correction(alibaba: Written, series: Path) -> None:
    data = alibaba.case.data
    unused = data.facts.filter((pl.col("company") == "alibaba") & (pl.col("period_end") < date(2019, 1, 1)))
    if unused.is_empty():
        unused = data.facts.filter(pl.col("item") == "employees")
    ids = unused["id"].to_list()
    facts = data.facts.with_columns(value=pl.when(pl.col("id").is_in(ids)).then(1.0).otherwise("value"))
    changed = replace(alibaba, case=replace(alibaba.case, data=replace(data, facts=facts)))
    assert follow(changed, series).before.since.corrections == ()


def test_the_same_day_built_again_with_other_facts_says_what_it_first_printed(alibaba: Written, tmp_path: Path) -> None:
    series = tmp_path / "alibaba"
    folder = leave(alibaba, series)
    corrected = with_income(alibaba, date(2025, 3, 31), 2_000e6)
    before = follow(corrected, series).before
    assert before.since is not None
    assert not before.since.compared
    year = [one for one in before.since.corrections if one.months == 12]
    assert [(one.then, one.now, one.rebuilt, one.day) for one in year] == [(129_470e6, 131_470e6, True, DAY)]
    assert before.since.reprinted["pe_ltm"] == pytest.approx(18.0577, abs=1e-4)
    note = words(block(write(corrected, before)["institutional"], "corrections"))
    assert "RMB129bn as this issue was first printed" in note
    assert "With them Alibaba’s P/E is 17.8x, not 18.1x." in note
    # Built once more from the same facts it says the same: the first print is not forgotten.
    again = Written(corrected.case, corrected.study, corrected.frames, alibaba.briefs)
    leave(again, series)
    keep(folder, before.since)
    assert follow(corrected, series).before.since == before.since
    # And with the facts as they first were there is nothing to say.
    assert follow(alibaba, series).before.since is None


def keep(folder: Path, since: Since) -> None:
    """since.json as a build leaves it."""
    import hashlib

    data = looking.as_json(since)
    (folder / looking.FILE).write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["outputs"][looking.FILE] = hashlib.sha256(data).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert issues.read(folder).since == since


def test_points_are_rounded_as_they_are_printed() -> None:
    from peerbench.core.document import Number

    for value in (0.0005, -0.0005, 0.25145, -0.09385, 0.00149, 0.0015):
        shown = printed(Number(value, "spp1")).replace("−", "-").replace("+", "")
        assert lookback._tenths(value) == round(float(shown) * 10)

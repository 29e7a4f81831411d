"""bench recall: an issue whose facts were corrected is named with its figures and their rows; a sound one is not."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from peerbench import cli
from peerbench.commands import changed_facts, recall
from peerbench.deliver.ledger import Ledger, Occasion, To, UsedFact, fact_name
from peerbench.issues import read
from peerbench.tick.make import used_facts
from series import leave
from studies import Written


@pytest.fixture(scope="module")
def folder(alibaba: Written, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return leave(alibaba, tmp_path_factory.mktemp("output") / "alibaba")


def test_of_sound_issues_nothing_is_recalled(folder: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["recall", str(root / "configs" / "alibaba.yaml"), "--out", str(folder.parents[1])]
    assert cli.main(asked) == 0
    assert capsys.readouterr().out == "0 of 1 issues rest on facts that are others now\n"
    assert cli.main([*asked, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_corrected_fact_recalls_the_issue_with_its_figures_and_rows(folder: Path, alibaba: Written) -> None:
    """A billion more revenue of Baidu's June quarter: its price to sales falls, and no figure of Amazon's moves."""
    from dataclasses import replace

    facts = alibaba.case.data.facts
    one = (pl.col("company") == "baidu") & (pl.col("item") == "revenue") & (pl.col("segment") == "total")
    quarter = one & (pl.col("period_end") == pl.date(2025, 6, 30)) & (pl.col("months") == 3)
    value = facts.filter(quarter)["value"].item()
    changed = facts.with_columns(value=pl.when(quarter).then(pl.col("value") + 1e9).otherwise("value"))
    (found,) = recall._recalled(read(folder), replace(alibaba.case.data, facts=changed))
    assert [(fact.kind, fact.then, fact.now) for fact in found.facts] == [("corrected", value, value + 1e9)]
    figures = {(figure.company, figure.metric): figure for figure in found.figures if figure.what == recall.FIGURE}
    figure = figures["baidu", "ps_ltm"]
    twelve = alibaba.evidence.value("baidu", "revenue_ltm").value
    assert twelve is not None
    assert figure.corrected == pytest.approx((figure.printed or 0) * twelve / (twelve + 1e9))
    assert any(row.startswith("institutional ") for row in figure.rows)
    assert {company for company, _ in figures} == {"baidu"}
    text = "\n".join(recall.text([found]))
    assert re.search(r"baidu, Price / sales, LTM: [\d.]+x → [\d.]+x \(−[\d.]+%\)\n +institutional \d\.\d\d", text)


# ---- by a file of changed facts --------------------------------------------------------------------------------------

HEAD = (
    "company", "item", "segment", "basis", "accounting", "period_start", "period_end", "months", "value", "unit",
    "currency", "known_on", "source_title", "source_url",
)  # fmt: skip
NOW = datetime(2025, 9, 24, 12, tzinfo=UTC)
Recall = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ask(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Recall:
    """Run in a project of its own, on a file of these rows, over the issue's output/."""
    (tmp_path / "configs").mkdir()
    monkeypatch.chdir(tmp_path)

    def run(*rows: dict[str, Any], options: tuple[str, ...] = ()) -> tuple[int, str, str]:
        with Path("changed.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, HEAD, restval="", extrasaction="ignore")
            table.writeheader()
            table.writerows(rows)
        code = cli.main(["recall", "--facts", "changed.csv", "--out", str(folder.parents[1]), *options])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def fact(folder: Path, item: str, end: date, months: int = 3, company: str = "baidu", **changes: Any) -> dict[str, Any]:
    """A fact that the issue was printed on, as facts.csv has it, but for the changes."""
    facts = read(folder).facts.filter(company=company, item=item, segment="total", period_end=end, months=months)
    (row,) = (row for row in facts.to_dicts() if row["accounting"] != "issuer-non-gaap")
    return {**row, **changes}


JUNE = date(2025, 6, 30)


def test_a_file_of_one_changed_fact_recalls_the_issue_with_the_size_of_the_effect(ask: Recall, folder: Path) -> None:
    """Growth of the quarter by hand, from the two quarters alone."""
    row = fact(folder, "revenue", JUNE)
    code, text, said = ask({**row, "value": row["value"] + 1e9})
    assert (code, said) == (0, "")
    lines = text.splitlines()
    assert lines[0].startswith("alibaba, 2025-09-23  ")
    assert re.fullmatch(r"  corrected: baidu revenue, 3 months to 2025-06-30: RMB32\.7bn → RMB33\.7bn", lines[1])
    assert re.search(r"baidu, Price / sales, LTM: 2\.31x → 2\.29x \(−0\.75%\)\n +institutional \d\.\d\d", text)
    assert lines[-1] == "1 issue used facts of changed.csv with another value; 1 looked at"
    (found,) = json.loads(ask({**row, "value": row["value"] + 1e9}, options=("--format", "json"))[1])
    figures = {(one["company"], one["metric"], one["what"]): one for one in found["figures"]}
    multiple, growth = figures["baidu", "ps_ltm", "figure"], figures["baidu", "revenue_growth_quarter", "figure"]
    assert multiple["corrected"] < multiple["printed"]
    year = fact(folder, "revenue", date(2024, 6, 30))["value"]
    assert growth["corrected"] == pytest.approx((row["value"] + 1e9) / year - 1)
    assert growth["printed"] == pytest.approx(row["value"] / year - 1)


def test_the_distance_to_the_peers_and_their_median_follow(ask: Recall, folder: Path) -> None:
    """Amazon's price to sales is the peers' median: ten times its revenue of a quarter moves median and premium."""
    row = fact(folder, "revenue", JUNE, company="amazon")
    (found,) = json.loads(ask({**row, "value": row["value"] * 10}, options=("--format", "json"))[1])
    figures = {(one["company"], one["metric"], one["what"]): one for one in found["figures"]}
    median, premium = (
        figures["peers", "ps_ltm", "peer median"],
        figures["alibaba", "ps_ltm", "premium to the peer median"],
    )
    own = read(folder).printed["alibaba", "ps_ltm"]["value"]
    for end in ("printed", "corrected"):
        assert premium[end] == pytest.approx(own / median[end] - 1)
    assert any(place.startswith("institutional") for place in premium["rows"])
    assert ("alibaba", "ps_ltm", "figure") not in figures


def test_what_was_said_later_is_a_restatement_and_not_an_error(ask: Recall, folder: Path) -> None:
    row = fact(folder, "revenue", JUNE)
    later = {**row, "value": row["value"] - 5e8, "known_on": "2026-02-20", "source_title": "Baidu annual report 2025"}
    _, text, _ = ask(row, later)
    assert "restated: baidu revenue, 3 months to 2025-06-30: RMB32.7bn → RMB32.2bn" in text
    assert "Baidu annual report 2025, 2026-02-20" in text


def test_a_fact_that_says_the_same_recalls_nothing_and_one_that_none_used_is_named(ask: Recall, folder: Path) -> None:
    row = fact(folder, "revenue", JUNE)
    code, text, said = ask(row, {**row, "company": "badu"})
    assert (code, text) == (0, "0 issues used facts of changed.csv with another value; 1 looked at\n")
    assert "note: no issue used badu.revenue.total.3.2025-06-30. [unused-fact]" in said
    assert "Did you mean 'baidu'?" in said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "not one usable row"),
        ([{"value": "many"}], "changed.csv:2:"),
        ([{"unit": "dollars"}], "unknown unit 'dollars'"),
        ([{"value": 1.0}, {"value": 2.0}], "for the same key"),
    ],
)
def test_a_row_that_breaks_the_contract_is_refused_as_it_might_hide_an_issue(
    ask: Recall, folder: Path, rows: list[dict[str, Any]], said: str
) -> None:
    row = fact(folder, "revenue", JUNE)
    code, text, error = ask(*({**row, **changes} for changes in rows))
    assert (code, text) == (2, "")
    assert said in error


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["recall", "--facts", "absent.csv"]) == 2
    assert "absent.csv cannot be read: No such file or directory." in capsys.readouterr().err


def entry(ledger: Ledger, folder: str, facts: tuple[UsedFact, ...], day: date = date(2025, 9, 23)) -> None:
    """A published issue, received by one of two."""
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    (issue,) = ledger.plan([Occasion("alibaba", "configs/alibaba.yaml", ("risk",), at, day)], at)
    held = ledger.claim(issue.id, "a", at)
    assert held is not None
    to = (To("desk", "risk", "ana@example.com"), To("desk", "risk", "bo@example.com"))
    ledger.finish(held, "published", at, folder=folder, facts=facts, send=to)
    taken = ledger.claim_delivery("a", NOW)
    assert taken is not None
    ledger.settle_delivery(taken, NOW, receipt={"reference": "1"})


def test_the_ledger_says_who_received_it_and_knows_issues_whose_folders_are_gone(ask: Recall, folder: Path) -> None:
    row = fact(folder, "revenue", JUNE)
    facts = used_facts(folder / "facts.parquet")
    with Ledger.file(Path(".bench/ledger.sqlite")) as ledger:
        entry(ledger, str(folder), facts)
        entry(ledger, "output/alibaba/2025-08-30", facts, date(2025, 8, 30))
    _, text, _ = ask({**row, "value": row["value"] + 1e9})
    gone, here = text.split("\n\n")[:2]
    assert gone.startswith("alibaba, 2025-08-30  output/alibaba/2025-08-30\n  corrected: baidu revenue, 3 months to ")
    assert "its folder is gone" in gone
    assert "Price / sales" in here
    for one in (gone, here):
        assert len(re.findall(r"sent to: desk risk (ana|bo)@example\.com", one)) == 1
    assert "2 issues used facts" in text


def test_to_look_something_up_makes_no_ledger(ask: Recall, folder: Path) -> None:
    ask(fact(folder, "revenue", JUNE))
    assert not Path(".bench").exists()


def test_two_facts_of_one_day_are_two_in_the_ledger(tmp_path: Path) -> None:
    """The shipped data have capital spending by the standard and by the issuer, of one period, known on one day."""
    ids = ("alibaba.capex.total.12.2025-03-31@2025-05-15", "alibaba.capex.total.12.2025-03-31@2025-05-15.issuer")
    names = [fact_name(id) for id in ids]
    assert names == ["alibaba.capex.total.12.2025-03-31", "alibaba.capex.total.12.2025-03-31.issuer"]
    facts = tuple(
        UsedFact(name, value, "CNY", date(2025, 5, 15), "x") for name, value in zip(names, (1.0, 2.0), strict=True)
    )
    with Ledger.file(tmp_path / "ledger.sqlite") as ledger:
        entry(ledger, "output/x", facts)
        (issue,) = ledger.issues()
        assert ledger.facts(issue) == facts


def test_configs_choose_whose_issues_are_meant_and_one_that_is_absent_is_refused(ask: Recall, folder: Path) -> None:
    """A pattern means its members: `ali` of this project would be that of ali-baba, not of alibaba."""
    row = fact(folder, "revenue", JUNE)
    changed = {**row, "value": row["value"] + 1e9}
    for name, text in (("alibaba", "subject: x"), ("other", "subject: x"), ("ali", "subjects: all")):
        Path(f"configs/{name}.yaml").write_text(f"{text}\n", "utf-8")
    found = {
        name: ask(changed, options=(f"configs/{name}.yaml",))[1].splitlines()[-1]
        for name in ("alibaba", "other", "ali")
    }
    assert found["alibaba"].startswith("1 issue used")
    assert found["other"] == found["ali"] == "0 issues used facts of changed.csv with another value; 0 looked at"
    assert changed_facts._meant([Path("configs/ali.yaml")])("ali-baba")
    code, text, error = ask(changed, options=("configs/alibab.yaml",))
    assert (code, text) == (2, "")
    assert "Did you mean 'configs/alibaba.yaml'?" in error

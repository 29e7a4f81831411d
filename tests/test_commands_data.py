"""bench data: pull from a replaying server, see what is known, lock it, build from exactly that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import replay as server
from filers import filer, row, year
from peerbench import gather
from peerbench.cli import main
from peerbench.config.load import load
from peerbench.config.values import Config
from peerbench.core.errors import UnusableRequest

pytest.importorskip("httpx")

FILED = "2025-02-01"
FACTS = "/api/xbrl/companyfacts/CIK{:010}.json"
LISTED = "/submissions/CIK{:010}.json"
CONFIG = """\
subject: acme
as_of: 2025-06-30
sources:
  - sec:
      contact: Jane Doe jane@example.org
      address: {address}
      companies: {{acme: 1, other: 2}}
  - dataset: ./data/own
peers:
  - {{company: other, role: core, why: The only other}}
metrics:
  growth: [revenue_growth_fy]
"""


def document(cik: int, name: str, revenue: float) -> bytes:
    found = filer(
        cik, name,
        Revenues=[year(2023, 90.0), year(2024, revenue)],
        Assets=[row("2023-12-31", 40, "2024-02-01"), row("2024-12-31", 50, FILED)],
        Liabilities=[row("2023-12-31", 15, "2024-02-01"), row("2024-12-31", 20, FILED)],
        StockholdersEquity=[row("2024-12-31", 30, FILED)],
    )  # fmt: skip
    return json.dumps(found).encode()


@pytest.fixture
def replay() -> Iterator[server.Replay]:
    with server.replaying() as found:
        found.on(FACTS.format(1), server.ok(document(1, "ACME CORP", 100.0)))
        found.on(FACTS.format(2), server.ok(document(2, "OTHER INC", 200.0)))
        for cik in (1, 2):
            listed = {"cik": f"{cik:010}", "sicDescription": "Services-Prepackaged Software", "fiscalYearEnd": "1231"}
            found.on(LISTED.format(cik), server.ok(json.dumps(listed).encode()))
        yield found


@pytest.fixture
def project(tmp_path: Path, replay: server.Replay, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "configs").mkdir()
    (tmp_path / "data" / "own").mkdir(parents=True)
    (tmp_path / "data" / "own" / "fx.csv").write_text("date,base,quote,rate\n2025-03-03,EUR,USD,1.05\n")
    (tmp_path / "configs" / "acme.yaml").write_text(CONFIG.format(address=replay.address))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def config(project: Path) -> Config:
    found, findings = load(project / "configs" / "acme.yaml")
    assert findings == ()
    assert found is not None
    return found


def test_pull_fetches_anew_and_tells_what_it_kept(
    project: Path, replay: server.Replay, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", "pull"]) == 0
    said = capsys.readouterr().out
    assert said.count("fetched ") == 4
    assert "acme: 4 fetched, 16 facts, 0 prices, 1 rates" in said
    assert main(["data", "pull"]) == 0
    assert replay.asked[FACTS.format(1)] == 2


def test_a_pull_that_fails_for_one_company_says_so_and_keeps_what_was_there(
    project: Path, replay: server.Replay, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", "pull"]) == 0
    replay.on(FACTS.format(2), server.status(403))
    capsys.readouterr()
    assert main(["data", "pull"]) == 1
    said = capsys.readouterr()
    assert "other could not be fetched" in said.err
    assert gather.read(config(project)).companies.keys() == {"acme", "other"}  # from the cache


def test_status_is_a_matrix_of_items_by_periods(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "status", "configs/acme.yaml"]) == 0
    said = capsys.readouterr().out
    assert "acme, as of 2025-06-30" in said
    lines = said.split("other, as of")[0].splitlines()
    assert next(line for line in lines if line.startswith("  item")).split() == [
        "item",
        "newest",
        "age",
        "23-12",
        "24-12",
    ]
    table = {line.split()[0]: line.split()[1:] for line in lines if line.startswith("  ")}
    assert table["revenue"] == ["2024-12-31", "181", "y", "y"]
    assert table["total_assets"] == ["2024-12-31", "181", "•", "•"]
    assert table["equity_parent"] == ["2024-12-31", "181", "-", "•"]  # lacks where others are known
    assert "rate: EURUSD 2025-03-03 (119 days)" in said
    assert main(["data", "status", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {entry["company"] for entry in document["known"]} == {"acme", "other"}
    (equity,) = (entry for entry in document["known"] if (entry["company"], entry["item"]) == ("acme", "equity_parent"))
    assert (equity["gaps"], equity["known"]) == (["2023-12-31"], [["2023-12-31", []], ["2024-12-31", [0]]])
    assert len(document["fetched"]) == 4


def test_a_day_of_the_past_knows_less(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "status", "--as-of", "2024-06-30", "--format", "json"]) == 0
    known = {(row["company"], row["item"]): row for row in json.loads(capsys.readouterr().out)["known"]}
    assert known["acme", "revenue"]["newest"] == "2023-12-31"
    assert ("acme", "equity_parent") not in known


def test_a_frozen_read_is_exactly_the_lock_and_asks_nobody(project: Path, replay: server.Replay) -> None:
    assert main(["data", "lock"]) == 0
    before = gather.read(config(project))
    asked = sum(replay.asked.values())
    replay.on(FACTS.format(1), server.ok(document(1, "ACME CORP", 999.0)))
    frozen = gather.read(config(project), mode="frozen")
    assert frozen.facts.equals(before.facts)
    assert sum(replay.asked.values()) == asked


def test_a_lock_is_written_only_when_something_changed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "lock"]) == 0
    lock = project / "configs" / "acme.lock.json"
    text = lock.read_text()
    assert {entry["path"].rpartition("/")[2] for entry in json.loads(text)["inputs"]} == {
        "fx.csv", "CIK0000000001.json", "CIK0000000002.json",  # facts and submissions of each
    }  # fmt: skip
    assert f"data lock {json.loads(text)['data_lock'][:12]}" in capsys.readouterr().out
    assert main(["data", "lock"]) == 0
    assert "unchanged" in capsys.readouterr().out
    assert lock.read_text() == text


def test_a_changed_byte_in_the_cache_stops_a_frozen_read(project: Path) -> None:
    assert main(["data", "lock"]) == 0
    for path in (project / gather.CACHE).rglob("*"):
        if path.is_file() and path.parent.name != "receipts":
            path.write_bytes(path.read_bytes().replace(b"100.0", b"100.1"))
    with pytest.raises(UnusableRequest, match="no longer the one that was locked"):
        gather.read(config(project), mode="frozen")


def test_a_changed_file_stops_a_frozen_read(project: Path) -> None:
    assert main(["data", "lock"]) == 0
    (project / "data" / "own" / "fx.csv").write_text("date,base,quote,rate\n2025-03-03,EUR,USD,1.06\n")
    with pytest.raises(UnusableRequest, match=r"fx\.csv has changed since it was locked"):
        gather.read(config(project), mode="frozen")


def test_a_pulled_payload_that_differs_is_not_what_was_locked(project: Path, replay: server.Replay) -> None:
    """The lock names bytes, not addresses: an older payload stays in the cache beside the newer one."""
    assert main(["data", "lock"]) == 0
    replay.on(FACTS.format(1), server.ok(document(1, "ACME CORP", 999.0)))
    assert main(["data", "pull"]) == 0
    frozen = gather.read(config(project), mode="frozen")
    assert 999.0 not in frozen.facts["value"].to_list()
    assert 999.0 in gather.read(config(project)).facts["value"].to_list()


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"inputs": [1]}'])
def test_without_a_lock_a_frozen_read_says_what_to_do(
    project: Path, text: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        (project / "configs" / "acme.lock.json").write_text(text)
    assert main(["build", "--frozen"]) == 2
    said = capsys.readouterr().err
    assert "bench data lock" in said
    assert "configs/acme.lock.json" in said


def test_a_server_that_is_down_leaves_the_reasons_and_nothing_else(
    project: Path, replay: server.Replay, capsys: pytest.CaptureFixture[str]
) -> None:
    for cik in (1, 2):
        replay.on(FACTS.format(cik), server.status(404))
    assert main(["build"]) == 2
    said = capsys.readouterr().err
    assert said.count("the server answered 404") == 2
    assert not (project / "output").exists()

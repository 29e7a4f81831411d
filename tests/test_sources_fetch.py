"""Fetching against a server that replays files and misbehaves: patience, refusals, receipts, nothing half kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import replay as server
from filers import filer, row, year
from peerbench.sources import fetch, sec
from peerbench.sources.ask import Ask, Means
from peerbench.sources.fetch import NotFetched, Web
from peerbench.sources.payload import Payload
from peerbench.sources.store import PayloadChanged, Store

pytest.importorskip("httpx")

DATA = json.dumps(
    filer(1, "ACME CORP", Revenues=[year(2024, 100)], Assets=[row("2024-12-31", 5, "2025-02-01")])
).encode()
FACTS = "/api/xbrl/companyfacts/CIK0000000001.json"
NOW = datetime(2025, 9, 23, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def replay() -> Iterator[server.Replay]:
    with server.replaying() as found:
        yield found


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    """Waits are not waited."""
    made = Web(Store(tmp_path / "payloads"), now=lambda: NOW, sleep=lambda seconds: None)
    yield made
    made.close()


def refused(web: Web, address: str, **options: int) -> NotFetched:
    with pytest.raises(NotFetched) as caught:
        web.get(address, contact="Jane Doe jane@example.org", **options)  # type: ignore[arg-type]
    assert list(web.store.receipts()) == []
    return caught.value


def test_a_payload_is_kept_under_its_hash_with_a_receipt(web: Web, replay: server.Replay) -> None:
    replay.on("/a.json", server.ok(b"{}"))
    data, receipt = web.get(replay.address + "/a.json", contact="Jane Doe jane@example.org")
    assert data == b"{}"
    assert (receipt.fetched, receipt.size) == ("2025-09-23T12:00:30Z", 2)
    assert receipt.sha256 == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # of {}
    assert list(web.store.receipts()) == [receipt]
    assert all("Jane Doe jane@example.org" in agent for agent in replay.agents)


def test_what_was_fetched_is_not_fetched_again_but_on_request(web: Web, replay: server.Replay) -> None:
    replay.on("/a.json", server.ok(b"{}"), server.ok(b'{"new": 1}'))
    address = replay.address + "/a.json"
    assert [web.get(address)[0] for _ in range(3)] == [b"{}"] * 3
    assert replay.asked["/a.json"] == 1
    fresh = Web(web.store, "refresh", now=lambda: NOW, sleep=lambda seconds: None)
    assert fresh.get(address)[0] == b'{"new": 1}'
    assert web.get(address)[0] == b'{"new": 1}'
    fresh.close()


@pytest.mark.parametrize("code", [429, 500, 502, 503])
def test_a_busy_server_is_asked_again(web: Web, replay: server.Replay, code: int) -> None:
    replay.on("/a.json", server.status(code), server.status(code, Retry_After="2"), server.ok(b"{}"))
    assert web.get(replay.address + "/a.json")[0] == b"{}"
    assert replay.asked["/a.json"] == 3


def test_waits_grow_and_follow_the_server(tmp_path: Path, replay: server.Replay) -> None:
    waits: list[float] = []
    web = Web(Store(tmp_path), now=lambda: NOW, sleep=waits.append)
    replay.on("/a.json", server.status(503), server.status(503, Retry_After="7"), server.status(503), server.ok(b"{}"))
    web.get(replay.address + "/a.json")
    assert [wait for wait in waits if wait > fetch.EVERY] == [1.0, 7.0, 4.0]
    web.close()


def test_a_server_that_stays_busy_is_given_up(web: Web, replay: server.Replay) -> None:
    replay.on("/a.json", server.status(503))
    error = refused(web, replay.address + "/a.json")
    assert error.why == "the server answered 503, 5 times"
    assert replay.asked["/a.json"] == fetch.TRIES


@pytest.mark.parametrize(("code", "way_out"), [(403, "contact"), (404, "CIK"), (401, "key")])
def test_a_refusal_is_not_repeated_and_names_the_way_out(
    web: Web, replay: server.Replay, code: int, way_out: str
) -> None:
    replay.on("/a.json", server.status(code))
    error = refused(web, replay.address + "/a.json")
    assert f"answered {code}" in error.why
    assert way_out in error.hint
    assert replay.asked["/a.json"] == 1


@pytest.mark.parametrize("target", ["https://evil.example/a.json", "http://127.0.0.1:1/a.json", "file:///etc/passwd"])
def test_a_redirect_to_another_host_is_refused(web: Web, replay: server.Replay, target: str) -> None:
    replay.on("/a.json", server.status(302, Location=target))
    assert "another host" in refused(web, replay.address + "/a.json").why


def test_a_redirect_on_the_same_host_is_followed_a_few_times(web: Web, replay: server.Replay) -> None:
    replay.on("/a.json", server.status(301, Location="/b.json"))
    replay.on("/b.json", server.ok(b"{}"))
    assert web.get(replay.address + "/a.json")[0] == b"{}"
    replay.on("/c.json", server.status(301, Location="/c.json"))
    with pytest.raises(NotFetched, match="without end"):
        web.get(replay.address + "/c.json")


def test_a_truncated_answer_is_fetched_again_and_never_kept(web: Web, replay: server.Replay) -> None:
    replay.on("/a.json", server.cut(DATA, 40), server.ok(DATA))
    assert web.get(replay.address + "/a.json")[0] == DATA
    replay.on("/b.json", server.cut(DATA, 40))
    with pytest.raises(NotFetched, match="the connection failed"):
        web.get(replay.address + "/b.json")
    assert [receipt.size for receipt in web.store.receipts()] == [len(DATA)]


def test_a_dripping_server_is_given_up(tmp_path: Path, replay: server.Replay) -> None:
    """Each look at the clock is a minute later."""
    ticks = iter(range(0, 10**9, 60))
    web = Web(Store(tmp_path), now=lambda: NOW, sleep=lambda seconds: None, tick=lambda: float(next(ticks)))
    replay.on("/a.json", server.dripping(b"[1,2,3,4,5,6,7,8]", 0.002))
    with pytest.raises(NotFetched, match="not whole after 180 seconds"):
        web.get(replay.address + "/a.json")
    web.close()


@pytest.mark.parametrize("answer", [server.ok(b"x" * 5000), server.packed(b"x" * 5000)])
def test_an_answer_without_end_is_refused_packed_or_not(web: Web, replay: server.Replay, answer: server.Answer) -> None:
    replay.on("/a.json", answer)
    assert "larger than 1,000 bytes" in refused(web, replay.address + "/a.json", limit=1000).why


@pytest.mark.parametrize(
    "address", ["http://example.org/a.json", "ftp://example.org/a", "file:///etc/passwd", "nothing"]
)
def test_only_https_is_spoken_beyond_this_machine(web: Web, address: str) -> None:
    assert "is not an https address" in refused(web, address).why


def test_no_more_than_ten_requests_a_second(tmp_path: Path, replay: server.Replay) -> None:
    web = Web(Store(tmp_path), now=lambda: NOW)
    for number in range(4):
        replay.on(f"/{number}.json", server.ok(b"{}"))
        web.get(f"{replay.address}/{number}.json")
    web.close()
    assert replay.times[-1] - replay.times[0] > 0.29  # four requests, three pauses


def test_a_secret_of_an_address_is_neither_kept_nor_told(web: Web, replay: server.Replay) -> None:
    replay.on("/a.json", server.ok(b"{}"))
    address = replay.address.replace("http://", "http://me:hush@") + "/a.json?key=hush&q=1"
    _, receipt = web.get(address)
    assert "hush" not in receipt.address
    assert receipt.address.endswith("/a.json?key=…&q=…")
    assert all("hush" not in path.read_text() for path in web.store.folder.rglob("*.json"))


# ---- the SEC, live --------------------------------------------------------------------------------------------------


def live(web: Web, replay: server.Replay, *, submissions: bool = False, **companies: int) -> Payload:
    settings = {
        "contact": "Jane Doe jane@example.org",
        "address": replay.address,
        "companies": companies or {"acme": 1},
        "submissions": submissions,
    }
    return sec.read(Ask("sec", "sec", settings, Path("/nowhere")), Means(web))


def test_company_facts_are_fetched_with_the_contact_and_kept(web: Web, replay: server.Replay) -> None:
    replay.on(FACTS, server.packed(DATA))
    found = live(web, replay)
    assert found.findings == ()
    assert found.tables["facts"].frame.height == 2
    assert [file.path for file in found.files] == [replay.address + FACTS]
    assert live(web, replay).tables["facts"].sha256 == found.tables["facts"].sha256
    assert replay.asked[FACTS] == 1


def test_one_company_that_fails_does_not_stop_the_others(web: Web, replay: server.Replay) -> None:
    replay.on(FACTS, server.ok(DATA))
    replay.on(FACTS.replace("01.json", "02.json"), server.status(403))
    replay.on(FACTS.replace("01.json", "03.json"), server.ok(b"<html>Too many requests</html>", "text/html"))
    found = live(web, replay, acme=1, other=2, third=3)
    assert found.tables["companies"].frame["company"].to_list() == ["acme"]
    assert [(finding.check, finding.subject) for finding in found.findings] == [
        ("not-fetched", "other"),
        ("not-fetched", "third"),
    ]
    assert "the server answered 403" in found.findings[0].message
    assert "is a web page" in found.findings[1].message
    assert [receipt.address for receipt in web.store.receipts()] == [replay.address + FACTS]


@pytest.mark.parametrize("data", [DATA[:-9], b'{"a": NaN}', b'{"cik": 1, "cik": 1}', b"", b'{"a":' * 9999])
def test_an_answer_that_is_no_sound_json_is_never_kept(web: Web, replay: server.Replay, data: bytes) -> None:
    replay.on(FACTS, server.ok(data))
    found = live(web, replay)
    assert [finding.check for finding in found.findings] == ["not-fetched"]
    assert list(web.store.receipts()) == []


def test_a_ticker_is_looked_up_live(web: Web, replay: server.Replay) -> None:
    replay.on("/tickers.json", server.ok(json.dumps({"0": {"cik_str": 1, "ticker": "ACM", "title": "ACME"}}).encode()))
    replay.on(FACTS, server.ok(DATA))
    settings = {
        "contact": "Jane Doe jane@example.org",
        "address": replay.address,
        "tickers": replay.address + "/tickers.json",
        "companies": {"acme": {"cik": "ACM"}},
        "submissions": False,
    }
    found = sec.read(Ask("sec", "sec", settings, Path("/nowhere")), Means(web))
    assert found.tables["companies"].frame["cik"].to_list() == ["0000000001"]


SUBMISSIONS = "/submissions/CIK0000000001.json"
LISTED = {
    "cik": "0000000001", "name": "ACME CORP", "sic": "6022", "sicDescription": "State Commercial Banks",
    "fiscalYearEnd": "1231", "addresses": {"business": {"stateOrCountry": "NY"}}, "filings": {"recent": {}},
}  # fmt: skip


def test_sector_and_country_come_from_the_list_of_submissions(web: Web, replay: server.Replay) -> None:
    replay.on(FACTS, server.ok(DATA))
    replay.on(SUBMISSIONS, server.status(503), server.cut(json.dumps(LISTED).encode(), 30),
              server.packed(json.dumps(LISTED).encode()))  # fmt: skip
    found = live(web, replay, submissions=True)
    assert found.findings == ()
    (company,) = found.tables["companies"].frame.to_dicts()
    assert (company["sector"], company["country"]) == ("Financials: State Commercial Banks", "US")
    assert [file.path for file in found.files] == [replay.address + FACTS, replay.address + SUBMISSIONS]
    assert {receipt.address for receipt in web.store.receipts()} == {file.path for file in found.files}
    assert live(web, replay, submissions=True).files == found.files
    assert replay.asked[SUBMISSIONS] == 3
    pinned = {file.path: file.sha256 for file in found.files}
    frozen = live(Web(web.store, "frozen", pinned), replay, submissions=True)
    assert frozen.tables["companies"].frame.equals(found.tables["companies"].frame)
    assert replay.asked[SUBMISSIONS] == 3


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (server.status(404), "answered 404"),
        (server.status(403), "answered 403"),
        (server.status(302, Location="https://elsewhere.example.org/x.json"), "another host"),
        (server.ok(b"<html>Undeclared Automated Tool</html>", "text/html"), "web page"),
        (server.ok(b'{"cik": 1, "cik": 1}'), "twice"),
        (server.ok(b'{"a":' * 9999), "deep"),
    ],
)
def test_without_the_list_the_facts_go_on(web: Web, replay: server.Replay, answer: server.Answer, word: str) -> None:
    replay.on(FACTS, server.ok(DATA))
    replay.on(SUBMISSIONS, answer)
    found = live(web, replay, submissions=True)
    assert found.tables["facts"].frame.height == 2
    (finding,) = found.findings
    assert finding.check == "not-fetched"
    assert "sector and country of acme" in finding.message
    assert word in finding.message
    assert [receipt.address for receipt in web.store.receipts()] == [replay.address + FACTS]


# ---- the store ------------------------------------------------------------------------------------------------------


def test_a_frozen_way_reads_the_pinned_bytes_and_nothing_else(web: Web, replay: server.Replay) -> None:
    replay.on("/a.json", server.ok(b"{}"))
    _, receipt = web.get(replay.address + "/a.json")
    asked = sum(replay.asked.values())
    frozen = Web(web.store, "frozen", {receipt.address: receipt.sha256})
    assert frozen.get(replay.address + "/a.json")[0] == b"{}"
    with pytest.raises(NotFetched, match="not in the lock"):
        frozen.get(replay.address + "/b.json")
    missing = Web(web.store, "frozen", {receipt.address: "0" * 64})
    with pytest.raises(NotFetched, match="not in the cache"):
        missing.get(replay.address + "/a.json")
    assert sum(replay.asked.values()) == asked


def test_a_changed_byte_is_noticed(web: Web, replay: server.Replay) -> None:
    replay.on("/a.json", server.ok(b"[1]"))
    address = replay.address + "/a.json"
    _, receipt = web.get(address)
    path = web.store.folder / receipt.sha256[:2] / receipt.sha256
    path.write_bytes(b"[2]")
    with pytest.raises(PayloadChanged):
        web.store.get(receipt)
    with pytest.raises(NotFetched, match="no longer the one that was locked"):
        Web(web.store, "frozen", {receipt.address: receipt.sha256}).get(address)
    assert web.get(address)[0] == b"[1]"  # fetched anew, and whole again
    assert path.read_bytes() == b"[1]"


def test_a_receipt_that_cannot_be_read_is_none(web: Web) -> None:
    receipt = web.store.put("https://example.org/a", b"x", fetched="2025-01-01T00:00:00Z")
    (path,) = (web.store.folder / "receipts").iterdir()
    for text in ("", "[]", "{}", '{"address": 1}', "{" * 99):
        path.write_text(text)
        assert web.store.receipt("https://example.org/a") is None
        assert list(web.store.receipts()) == []
    assert web.store.get(receipt) == b"x"

"""ECB reference rates: the real history and the day's file, from disk or fetched, and files that are neither."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import replay as server
from peerbench.normalise.currency import Rates
from peerbench.sources import ecb
from peerbench.sources.ask import Ask, Means
from peerbench.sources.fetch import Web
from peerbench.sources.payload import Payload
from peerbench.sources.shape import shaped
from peerbench.sources.store import Store

HISTORY = (
    "Date,USD,JPY,CYP,CNY,\n"
    "2025-09-23,1.1800,174.50,N/A,8.3920,\n"
    "2025-09-22,1.1761,174.01,N/A,8.3651,\n"
    "2007-12-31,1.4721,164.93,0.585274,10.7524,\n"
)


def read(root: Path, data: bytes, **settings: Any) -> Payload:
    (root / "rates").write_bytes(data)
    return ecb.read(Ask("ecb", "ecb", {"file": "rates", **settings}, root), Means())


def zipped(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return packed.getvalue()


@pytest.mark.parametrize("data", [HISTORY.encode(), zipped(("eurofxref-hist.csv", HISTORY.encode()))])
def test_one_euro_buys_the_rate_and_what_was_not_quoted_has_no_row(tmp_path: Path, data: bytes) -> None:
    found = read(tmp_path, data)
    frame = found.tables["fx"].frame
    assert found.findings == ()
    assert frame.height == 3 * 4 - 2
    assert set(frame["base"]) == {"EUR"}
    assert frame.filter(pl.col("quote") == "CYP")["date"].to_list() == [date(2007, 12, 31)]
    (usd,) = frame.filter((pl.col("quote") == "USD") & (pl.col("date") == date(2025, 9, 23)))["rate"]
    assert usd == 1.18


def test_the_days_file_writes_dates_in_words(tmp_path: Path) -> None:
    frame = read(tmp_path, b"Date, USD, JPY, \n30 October 2026, 1.1172, 175.68, \n").tables["fx"].frame
    assert frame.select("date", "quote", "rate").rows() == [
        (date(2026, 10, 30), "JPY", 175.68),
        (date(2026, 10, 30), "USD", 1.1172),
    ]


def test_days_and_currencies_may_be_chosen(tmp_path: Path) -> None:
    frame = read(tmp_path, HISTORY.encode(), since=date(2025, 1, 1), currencies=["CNY"]).tables["fx"].frame
    assert frame["rate"].to_list() == [8.3651, 8.3920]


def test_a_cell_that_is_no_rate_is_left_out_by_line(tmp_path: Path) -> None:
    found = read(tmp_path, HISTORY.replace("174.01", "174,01x").replace("2007-12-31", "31/12/2007").encode())
    assert found.tables["fx"].frame.height == 5
    assert [finding.origin.line for finding in found.findings] == [3, 4, 4, 4, 4]
    assert {finding.check for finding in found.findings} == {"quarantine"}
    for year in ("-2007", "0000"):
        odd = read(tmp_path, HISTORY.replace("2007-12-31", f"{year}-12-31").encode())
        assert {finding.check for finding in odd.findings} == {"quarantine"}


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "no column Date"),
        (b"<html>busy</html>", "web page"),
        (b"\xff\xfe", "not UTF-8"),
        (b"PK\x03\x04broken", "no readable zip"),
        (zipped(), "0 CSV files"),
        (zipped(("a.csv", b"Date"), ("b.csv", b"Date")), "2 CSV files"),
        (zipped(("a.csv", b"Date," + b"0" * 30_000_000)), "unfolds"),
    ],
)
def test_a_file_that_is_no_rates_is_refused_with_the_reason(tmp_path: Path, data: bytes, word: str) -> None:
    found = read(tmp_path, data)
    assert found.tables == {}
    (finding,) = found.findings
    assert finding.check == "not-rates"
    assert word in finding.message


def test_rates_are_fetched_and_kept(tmp_path: Path) -> None:
    pytest.importorskip("httpx")
    with server.replaying() as replay:
        replay.on("/hist.zip", server.ok(zipped(("hist.csv", HISTORY.encode())), "application/zip"))
        replay.on("/busy.zip", server.ok(b"<html>busy</html>"))
        web = Web(Store(tmp_path / "cache"), now=lambda: datetime(2025, 9, 23, tzinfo=UTC), sleep=lambda seconds: None)
        found = ecb.read(Ask("ecb", "ecb", {"address": replay.address + "/hist.zip"}, tmp_path), Means(web))
        assert found.tables["fx"].frame.height == 10
        busy = ecb.read(Ask("ecb", "ecb", {"address": replay.address + "/busy.zip"}, tmp_path), Means(web))
        assert [finding.check for finding in busy.findings] == ["not-fetched"]
        web.close()


def test_the_real_history_agrees_with_the_rates_of_the_embedded_set(shared: Path, platforms: Any) -> None:
    settings = {"file": str(shared / "fx" / "eurofxref-hist.zip"), "since": date(2019, 1, 1)}
    found = ecb.read(Ask("ecb", "ecb", settings, shared), Means())
    assert found.findings == ()
    frame = shaped({"fx": found.tables["fx"].frame})["fx"]
    ours, theirs = Rates(frame), Rates(platforms.fx)
    for base, quote in (("USD", "CNY"), ("HKD", "CNY"), ("USD", "HKD")):
        day = date(2025, 9, 23)
        assert ours.spot(base, quote, day).value == pytest.approx(theirs.spot(base, quote, day).value, rel=1e-9)

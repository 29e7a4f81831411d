"""The vendor's library by a stand-in: both kinds of closes, kept as they came, every failure told."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from peerbench.sources import yfinance
from peerbench.sources.ask import Ask, Means
from peerbench.sources.fetch import Web
from peerbench.sources.payload import Payload
from peerbench.sources.store import Store


class _Frame:
    def __init__(self, rows: list[tuple[datetime, dict[str, float]]]) -> None:
        self._rows = rows

    def iterrows(self) -> Iterator[tuple[datetime, dict[str, float]]]:
        return iter(self._rows)


class _Ticker:
    asked: list[str] = []  # noqa: RUF012

    def __init__(self, name: str) -> None:
        self.name = name
        self.fast_info = {"currency": "GBp" if name == "PENCE" else "USD"}

    def history(self, **options: Any) -> _Frame:
        _Ticker.asked.append(self.name)
        assert options["auto_adjust"] is False
        if self.name == "BROKEN":
            raise TypeError("'NoneType' object is not subscriptable")
        rows = [(datetime(2025, 9, 22), {"Close": 10.0, "Adj Close": 9.5, "Volume": 1000.0})]
        return _Frame([] if self.name == "GONE" else rows)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("yfinance")
    module.Ticker = _Ticker  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "yfinance", module)
    _Ticker.asked.clear()


def read(root: Path, mode: Any = "cached", pinned: dict[str, str] | None = None, **tickers: str) -> Payload:
    web = Web(Store(root), mode, pinned or {}, now=lambda: datetime(2025, 9, 23, tzinfo=UTC))
    return yfinance.read(Ask("yfinance", "yfinance", {"tickers": tickers, "since": date(2025, 1, 1)}, root), Means(web))


@pytest.mark.usefixtures("library")
def test_closes_come_as_traded_and_with_dividends_folded_in(tmp_path: Path) -> None:
    frame = read(tmp_path, acme="ACM").tables["prices"].frame
    assert frame.select("company", "line", "date", "close", "adjusted", "currency").rows() == [
        ("acme", "ACM", "2025-09-22", "10.0", "false", "USD"),
        ("acme", "ACM", "2025-09-22", "9.5", "true", "USD"),
    ]


@pytest.mark.usefixtures("library")
def test_answers_are_kept_and_a_frozen_build_asks_nobody(tmp_path: Path) -> None:
    live = read(tmp_path, acme="ACM")
    again = read(tmp_path, acme="ACM")
    assert _Ticker.asked == ["ACM"]
    frozen = read(tmp_path, "frozen", {file.path: file.sha256 for file in live.files}, acme="ACM")
    assert frozen.files == again.files == live.files
    assert frozen.tables["prices"].frame.equals(live.tables["prices"].frame)
    read(tmp_path, "refresh", acme="ACM")
    assert _Ticker.asked == ["ACM", "ACM"]


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("ticker", "word"), [("BROKEN", "failed: TypeError"), ("GONE", "no prices"), ("PENCE", "currency 'GBp'")]
)
def test_a_ticker_that_fails_is_told_and_the_others_go_on(tmp_path: Path, ticker: str, word: str) -> None:
    found = read(tmp_path, acme="ACM", other=ticker)
    assert set(found.tables["prices"].frame["company"]) == {"acme"}
    (finding,) = found.findings
    assert finding.check == "not-fetched"
    assert word in finding.message


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yfinance", None)
    (finding,) = read(tmp_path, acme="ACM").findings
    assert "peerbench[yfinance]" in finding.hint

"""The vendor's library by a stand-in: prices and consensus, kept as they came, every failure told."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from peerbench.core.companies import Company
from peerbench.core.dataset import Dataset
from peerbench.core.findings import Finding
from peerbench.core.metric import Operand
from peerbench.normalise.panel import build_panel
from peerbench.sources import yfinance
from peerbench.sources.ask import Ask, Means
from peerbench.sources.fetch import Web
from peerbench.sources.merge import combine
from peerbench.sources.payload import Payload
from peerbench.sources.rows import table
from peerbench.sources.store import Store

NEW_YORK = timezone(timedelta(hours=-4))
NOON = datetime(2025, 9, 23, 16, 0, tzinfo=UTC)  # noon in New York: the market is open
NAN = float("nan")


class _Frame:
    """What the source uses of a pandas frame."""

    def __init__(self, rows: list[tuple[Any, dict[str, Any]]]) -> None:
        self._rows = rows

    def iterrows(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        return iter(self._rows)


def _day(number: int, close: float) -> tuple[datetime, dict[str, float]]:
    stamp = datetime(2025, 9, number, tzinfo=NEW_YORK)
    return stamp, {"Close": close, "Adj Close": close * 0.95, "Volume": 1000.0}


def _means(*means: tuple[str, float, float]) -> _Frame:
    """period → mean and contributors, as the library's tables have them."""
    return _Frame([
        (period, {"avg": mean, "low": mean * 0.9, "high": mean * 1.1, "numberOfAnalysts": count, "currency": "USD"})
        for period, mean, count in means
    ])  # fmt: skip


class _Ticker:
    asked: list[str] = []  # noqa: RUF012

    def __init__(self, name: str) -> None:
        self.ticker = name
        ends = {"0q": "2025-09-30", "+1q": "2025-12-31", "0y": "2025-09-30", "+1y": "2026-09-30"}
        if name == "CALENDAR":
            ends |= {"0y": "2025-12-31", "+1y": "2026-12-31"}
        trend = [{"period": period, "endDate": end} for period, end in ends.items()]
        if name == "OLDER":  # before the library's tables had a column for it
            trend = [{**one, "earningsEstimate": {"earningsCurrency": "EUR"}} for one in trend]
        self._analysis = SimpleNamespace(_earnings_trend=None if name == "UNDATED" else trend)

    def history(self, **options: Any) -> _Frame:
        _Ticker.asked.append(f"prices {self.ticker}")
        assert options["auto_adjust"] is False
        if self.ticker == "BROKEN":
            raise TypeError("'NoneType' object is not subscriptable")
        return _Frame([] if self.ticker == "GONE" else [_day(22, 10.0), _day(23, 11.0)])

    def get_history_metadata(self) -> dict[str, Any]:
        said = {"PENCE.L": "GBp", "ODD": "Gil"}.get(self.ticker, "USD")
        end = datetime(2025, 9, 23, 16, 0, tzinfo=NEW_YORK)
        return {"currency": said, "currentTradingPeriod": {"regular": {"end": end}}}

    def get_earnings_estimate(self) -> _Frame:
        _Ticker.asked.append(f"consensus {self.ticker}")
        if self.ticker == "GONE":
            return _Frame([])
        if self.ticker in ("UNNAMED", "OLDER"):
            return _Frame([("0y", {"avg": 7.0, "numberOfAnalysts": 3})])
        return _means(("0q", 1.76, 28), ("+1q", NAN, NAN), ("0y", 7.38, 39), ("+1y", 8.0, 40))

    def get_revenue_estimate(self) -> _Frame:
        return _Frame([]) if self.ticker == "GONE" else _means(("0y", 415.6e9, 38), ("+1y", 438e9, NAN))


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("yfinance")
    module.Ticker = _Ticker  # type: ignore[attr-defined]
    module.config = SimpleNamespace(debug=SimpleNamespace(hide_exceptions=True))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "yfinance", module)
    _Ticker.asked.clear()
    return module


def read(
    root: Path,
    mode: Any = "cached",
    pinned: dict[str, str] | None = None,
    *,
    now: datetime = NOON,
    asked: dict[str, Any] | None = None,
    **tickers: str,
) -> Payload:
    web = Web(Store(root), mode, pinned or {}, now=lambda: now)
    settings = {"tickers": tickers, "since": date(2025, 1, 1), **(asked or {})}
    return yfinance.read(Ask("yfinance", "yfinance", settings, root), Means(web))


CONSENSUS = {"prices": False, "consensus": True}


def problem(payload: Payload) -> Finding:
    (finding,) = payload.findings
    assert finding.check == "not-fetched"
    return finding


# ---- prices ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("library")
def test_closes_come_as_traded_and_with_dividends_folded_in(tmp_path: Path) -> None:
    frame = read(tmp_path, acme="ACM").tables["prices"].frame
    assert frame.select("company", "line", "date", "close", "adjusted", "currency").rows() == [
        ("acme", "ACM", "2025-09-22", "10.0", "false", "USD"),
        ("acme", "ACM", "2025-09-22", "9.5", "true", "USD"),
    ]


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("now", "days"),
    [
        (NOON, {"2025-09-22"}),
        (datetime(2025, 9, 23, 19, 59, 59, tzinfo=UTC), {"2025-09-22"}),
        (datetime(2025, 9, 23, 20, 0, tzinfo=UTC), {"2025-09-22", "2025-09-23"}),  # 16:00 in New York
    ],
)
def test_a_day_still_trading_has_no_close(tmp_path: Path, now: datetime, days: set[str]) -> None:
    assert set(read(tmp_path, now=now, acme="ACM").tables["prices"].frame["date"]) == days


def test_where_trading_hours_are_not_told_the_day_of_the_fetch_has_no_close(
    library: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Ticker, "get_history_metadata", lambda self: {"currency": "USD"})
    assert set(read(tmp_path, acme="ACM").tables["prices"].frame["date"]) == {"2025-09-22"}


@pytest.mark.usefixtures("library")
def test_prices_in_pence_are_pounds(tmp_path: Path) -> None:
    frame = read(tmp_path, shop="PENCE.L").tables["prices"].frame
    assert frame.select("close", "currency").row(0) == ("0.1", "GBP")


@pytest.mark.usefixtures("library")
def test_answers_are_kept_and_a_frozen_build_asks_nobody(tmp_path: Path) -> None:
    both = {"consensus": True}
    live = read(tmp_path, asked=both, acme="ACM")
    again = read(tmp_path, asked=both, now=NOON + timedelta(days=3), acme="ACM")
    assert _Ticker.asked == ["prices ACM", "consensus ACM"]
    pinned = {file.path: file.sha256 for file in live.files}
    frozen = read(tmp_path, "frozen", pinned, asked=both, now=NOON + timedelta(days=9), acme="ACM")
    assert frozen.files == again.files == live.files
    for name in ("prices", "estimates"):
        assert frozen.tables[name].frame.equals(live.tables[name].frame)
    read(tmp_path, "refresh", acme="ACM")
    assert _Ticker.asked[2:] == ["prices ACM"]


@pytest.mark.usefixtures("library")
def test_an_answer_whose_bytes_have_changed_is_asked_for_anew(tmp_path: Path) -> None:
    (file,) = read(tmp_path, acme="ACM").files
    (tmp_path / file.sha256[:2] / file.sha256).write_bytes(b"2025-09-22,99.0,99.0,1,USD\n")
    assert read(tmp_path, acme="ACM").tables["prices"].frame["close"].to_list() == ["10.0", "9.5"]
    assert _Ticker.asked == ["prices ACM", "prices ACM"]


# ---- consensus ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("library")
def test_consensus_has_its_period_its_day_its_currency_and_how_many_gave_it(tmp_path: Path) -> None:
    found = read(tmp_path, asked=CONSENSUS, acme="ACM")
    assert list(found.tables) == ["estimates"]
    columns = ("metric", "fiscal_period", "period_end", "value", "unit", "currency", "snapshot_date", "contributors")
    assert found.tables["estimates"].frame.select(columns).rows() == [
        ("eps", "Q2025-09", "2025-09-30", "1.76", "money_per_share", "USD", "2025-09-23", "28"),
        ("eps", "FY2025", "2025-09-30", "7.38", "money_per_share", "USD", "2025-09-23", "39"),
        ("eps", "FY2026", "2026-09-30", "8.0", "money_per_share", "USD", "2025-09-23", "40"),
        ("revenue", "FY2025", "2025-09-30", "415600000000.0", "money", "USD", "2025-09-23", "38"),
        ("revenue", "FY2026", "2026-09-30", "438000000000.0", "money", "USD", "2025-09-23", ""),
    ]


@pytest.mark.usefixtures("library")
def test_consensus_keeps_the_file_contract(tmp_path: Path) -> None:
    """Every row enters, under the vendor's name and page, with the range as a remark."""
    company = {
        "company": "acme", "reporting_currency": "USD", "fiscal_year_end_month": 9, "accounting_standard": "us-gaap",
    }  # fmt: skip
    fact = {
        "company": "acme", "item": "revenue", "accounting": "us-gaap", "period_start": date(2023, 10, 1),
        "period_end": date(2024, 9, 30), "months": 12, "value": 391e9, "unit": "money", "currency": "USD",
        "known_on": date(2024, 11, 1), "source_title": "10-K",
    }  # fmt: skip
    own = Payload("own", {name: table(name, [row], "own", "0" * 64)
                          for name, row in (("companies", company), ("facts", fact))})  # fmt: skip
    data = combine((own, read(tmp_path, asked=CONSENSUS, acme="BRK-B")))
    assert isinstance(data.companies["acme"], Company)
    assert [finding.message for finding in data.findings] == []
    (row,) = data.estimates.filter(fiscal_period="FY2026", metric="eps").to_dicts()
    assert row["source_url"] == "https://finance.yahoo.com/quote/BRK-B/analysis"
    assert row["source"] == "Yahoo Finance through yfinance"
    assert row["line"] == "BRK-B"
    assert row["note"] == "low: 7.2; high: 8.8; whether before or after special items the vendor does not say"


@pytest.mark.usefixtures("library")
def test_an_estimate_is_never_dated_before_the_day_it_was_seen(tmp_path: Path) -> None:
    """A pull of another day is another snapshot; the first one is no more than it was."""
    later = read(tmp_path, "refresh", asked=CONSENSUS, now=NOON + timedelta(days=40), acme="ACM")
    assert set(later.tables["estimates"].frame["snapshot_date"]) == {"2025-11-02"}


@pytest.mark.usefixtures("library")
def test_a_brief_sees_a_consensus_from_the_day_it_was_fetched(platforms: Dataset, tmp_path: Path) -> None:
    """The year to December 2025 of Amazon by a mean of 7.38 fetched on 23 September; the day before it is not known."""
    own = {"companies": [asdict(platforms.companies["amazon"])], "facts": platforms.facts.to_dicts()}
    rows = {name: table(name, [_plain(row) for row in given], "own", "0" * 64) for name, given in own.items()}
    consensus = read(tmp_path, asked=CONSENSUS, amazon="CALENDAR")
    data = replace(combine((Payload("own", rows), consensus)), prices=platforms.prices, fx=platforms.fx)
    operand = Operand("eps_estimate", window="fy1")
    for day, status, value in ((date(2025, 9, 22), "missing", None), (date(2025, 9, 23), "ok", 7.38)):
        cells = build_panel(data, companies=("amazon",), operands={operand}, as_of=day)[0]
        assert cells.select("status", "value").row(0) == (status, value), day


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("id", "inputs", "remark") and value is not None}


def test_a_refusal_of_the_vendor_is_no_company_without_consensus(library: ModuleType, tmp_path: Path) -> None:
    read(tmp_path, asked=CONSENSUS, acme="ACM")
    assert library.config.debug.hide_exceptions is False


@pytest.mark.usefixtures("library")
def test_an_older_librarys_currency_is_that_of_the_vendors_answer(tmp_path: Path) -> None:
    frame = read(tmp_path, asked=CONSENSUS, acme="OLDER").tables["estimates"].frame.filter(metric="eps")
    assert frame.select("value", "currency").rows() == [("7.0", "EUR")]


# ---- what fails -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("ticker", "word"), [("BROKEN", "failed: TypeError"), ("GONE", "no prices"), ("ODD", "currency 'Gil'")]
)
def test_a_ticker_that_fails_is_told_and_the_others_go_on(tmp_path: Path, ticker: str, word: str) -> None:
    found = read(tmp_path, acme="ACM", other=ticker)
    assert set(found.tables["prices"].frame["company"]) == {"acme"}
    assert word in problem(found).message


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("ticker", "word"),
    [("GONE", "no consensus"), ("UNDATED", "which period '0q' is"), ("UNNAMED", "names no currency")],
)
def test_a_consensus_that_cannot_be_placed_is_told_and_not_guessed(tmp_path: Path, ticker: str, word: str) -> None:
    found = read(tmp_path, asked=CONSENSUS, acme="ACM", other=ticker)
    assert set(found.tables["estimates"].frame["company"]) == {"acme"}
    assert word in problem(found).message
    assert f"estimates of {ticker}" in problem(found).message


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yfinance", None)
    assert "peerbench[yfinance]" in problem(read(tmp_path, acme="ACM")).hint


def test_nothing_half_written_is_kept_of_a_ticker_that_failed(library: ModuleType, tmp_path: Path) -> None:
    read(tmp_path, acme="BROKEN")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

"""The vendor's library itself, where it is installed, against a server on this machine that answers in its shapes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import replay as server
from peerbench.sources import yfinance as source
from peerbench.sources.ask import Ask, Means
from peerbench.sources.fetch import Web
from peerbench.sources.payload import Payload
from peerbench.sources.store import Store

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.slow]
library = pytest.importorskip("yfinance")
NOW = datetime(2025, 9, 23, 21, 0, tzinfo=UTC)
CHART = "/v8/finance/chart/ACM"
SUMMARY = "/v10/finance/quoteSummary/ACM"


def stamp(day: int, hour: int = 13, minute: int = 30) -> int:
    return int(datetime(2025, 9, day, hour, minute, tzinfo=UTC).timestamp())


def chart() -> bytes:
    """Two days of a share in New York."""
    session = {"timezone": "EDT", "gmtoffset": -14400, "start": stamp(23), "end": stamp(23, 20, 0)}
    meta = {
        "currency": "USD", "symbol": "ACM", "exchangeName": "NMS", "instrumentType": "EQUITY",
        "firstTradeDate": 345479400, "regularMarketTime": stamp(23, 20, 0), "gmtoffset": -14400, "timezone": "EDT",
        "exchangeTimezoneName": "America/New_York", "regularMarketPrice": 254.43, "priceHint": 2,
        "currentTradingPeriod": {"pre": dict(session), "regular": dict(session), "post": dict(session)},
        "dataGranularity": "1d", "range": "", "validRanges": ["1d", "5d", "1mo", "max"],
    }  # fmt: skip
    quotes = {"open": [255.0, 255.5], "high": [257.3, 257.0], "low": [253.6, 253.0], "close": [256.08, 254.43],
              "volume": [105517400, 60275200]}  # fmt: skip
    found = {"meta": meta, "timestamp": [stamp(22), stamp(23)],
             "indicators": {"quote": [quotes], "adjclose": [{"adjclose": [255.0, 253.5]}]}}  # fmt: skip
    return json.dumps({"chart": {"result": [found], "error": None}}).encode()


def said(value: float) -> dict[str, Any]:
    return {"raw": value, "fmt": f"{value}", "longFmt": f"{value}"}


def trend() -> bytes:
    periods = (("0q", "2025-09-30", 1.76, 101.7e9), ("+1q", "2025-12-31", 2.49, 131.2e9),
               ("0y", "2025-09-30", 7.38, 415.6e9), ("+1y", "2026-09-30", 8.0, 438.0e9))  # fmt: skip
    entries = [
        {
            "maxAge": 1, "period": period, "endDate": end, "growth": said(0.1),
            "earningsEstimate": {
                "avg": said(eps), "low": said(eps - 0.1), "high": said(eps + 0.1), "yearAgoEps": said(1.0),
                "numberOfAnalysts": said(28), "growth": said(0.08), "earningsCurrency": "USD",
            },
            "revenueEstimate": {
                "avg": said(revenue), "low": said(revenue), "high": said(revenue), "numberOfAnalysts": said(27),
                "yearAgoRevenue": said(1e9), "growth": said(0.06), "revenueCurrency": "USD",
            },
        }
        for period, end, eps, revenue in periods
    ]  # fmt: skip
    found = {"earningsTrend": {"trend": entries, "defaultMethodology": "gaap", "maxAge": 1}}
    return json.dumps({"quoteSummary": {"result": [found], "error": None}}).encode()


@pytest.fixture
def vendor(tmp_path: Path) -> Iterator[server.Replay]:
    """The library, its requests led to a server here; a session of the kind that it allows to be given."""
    requests = pytest.importorskip("curl_cffi.requests")
    from yfinance.data import YfData

    library.set_tz_cache_location(str(tmp_path / "library"))
    with server.replaying() as replay:

        class Led(requests.Session):  # type: ignore[misc, name-defined]
            def request(self, method: str, url: str, *rest: Any, **more: Any) -> Any:
                return super().request(method, replay.address + "/" + url.split("/", 3)[-1], *rest, **more)

        YfData(session=Led())
        YfData.cache_get.cache_clear()
        replay.on("/", server.ok(b"", "text/html"))
        replay.on("/v1/test/getcrumb", server.ok(b"crumb", "text/plain"))
        replay.on(CHART, server.ok(chart()))
        replay.on(SUMMARY, server.ok(trend()))
        yield replay


def read(root: Path) -> Payload:
    settings = {"tickers": {"acme": "ACM"}, "since": date(2025, 9, 1), "consensus": True}
    web = Web(Store(root / "store"), "refresh", now=lambda: NOW)
    return source.read(Ask("yfinance", "yfinance", settings, root), Means(web))


@pytest.mark.usefixtures("vendor")
def test_the_real_librarys_objects_are_what_the_source_takes_them_for(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert [finding.message for finding in found.findings] == []
    prices = found.tables["prices"].frame.select("date", "close", "adjusted", "currency", "volume").rows()
    assert prices == [
        ("2025-09-22", "256.08", "false", "USD", "105517400"),
        ("2025-09-22", "255.0", "true", "USD", "105517400"),
        ("2025-09-23", "254.43", "false", "USD", "60275200"),
        ("2025-09-23", "253.5", "true", "USD", "60275200"),
    ]
    columns = ("metric", "fiscal_period", "period_end", "value", "currency", "contributors", "snapshot_date")
    assert found.tables["estimates"].frame.select(columns).rows() == [
        ("eps", "Q2025-09", "2025-09-30", "1.76", "USD", "28", "2025-09-23"),
        ("eps", "Q2025-12", "2025-12-31", "2.49", "USD", "28", "2025-09-23"),
        ("eps", "FY2025", "2025-09-30", "7.38", "USD", "28", "2025-09-23"),
        ("eps", "FY2026", "2026-09-30", "8.0", "USD", "28", "2025-09-23"),
        ("revenue", "Q2025-09", "2025-09-30", "101700000000.0", "USD", "27", "2025-09-23"),
        ("revenue", "Q2025-12", "2025-12-31", "131200000000.0", "USD", "27", "2025-09-23"),
        ("revenue", "FY2025", "2025-09-30", "415600000000.0", "USD", "27", "2025-09-23"),
        ("revenue", "FY2026", "2026-09-30", "438000000000.0", "USD", "27", "2025-09-23"),
    ]


@pytest.mark.parametrize(
    "answer",
    [
        server.status(429),
        server.status(404),
        server.status(500),
        server.ok(b"<html>Will be right back</html>", "text/html"),
        server.ok(b'{"chart": {"result": null, "error": {"code": "Not Found", "description": "No data found"}}, '
                  b'"quoteSummary": {"result": null, "error": {"code": "Not Found", "description": "none"}}}'),
    ],
    ids=["429", "404", "500", "page", "refusal"],
)  # fmt: skip
def test_a_vendor_that_refuses_is_told_and_nothing_is_kept(
    vendor: server.Replay, tmp_path: Path, answer: server.Answer
) -> None:
    vendor.on(CHART, answer)
    vendor.on(SUMMARY, answer)
    found = read(tmp_path)
    assert found.tables == {}
    assert [finding.check for finding in found.findings] == ["not-fetched", "not-fetched"]
    assert all("crumb" not in str(finding) for finding in found.findings)
    assert list(tmp_path.glob("store/**/*.json")) == []

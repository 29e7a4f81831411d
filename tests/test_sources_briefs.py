"""Whole briefs from real sources: five US companies from the SEC's files, and a database that equals its CSV."""

from __future__ import annotations

import csv
import gzip
import json
import os
import shutil
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest

import replay as server
from database import PASSWORD, USER, postgres
from peerbench import pipeline
from peerbench.cli import main
from peerbench.sources.dataset import embedded
from test_sources_sql import TABLES, columns, create, rows, selected

pytestmark = pytest.mark.slow
TODAY = date(2026, 3, 9)

CHIPS = """\
extends: _house.yaml
subject: nvidia
as_of: 2026-03-06
sources:
  - sec:
      folder: {folder}
      companies:
        nvidia: {{cik: 1045810, name: NVIDIA}}
        amd: {{cik: 2488, name: AMD}}
        apple: 320193
        alphabet: 1652044
        amphenol: 820313
  - dataset: ./data/closes
peers:
  - {{company: amd, role: core, why: The other designer of accelerators}}
  - {{company: apple, role: core, why: Designs its own chips}}
  - {{company: alphabet, role: core, why: Designs its own accelerators}}
  - {{company: amphenol, role: core, why: Interconnects of the same racks}}
metrics:
  valuation: [market_cap, enterprise_value, pe_ltm, pe_fy, ps_ltm, pb, ev_to_sales_ltm, ev_to_ebit_ltm, fcf_yield_ltm]
  growth: [revenue_growth_ltm, revenue_growth_fy, operating_income_growth_ltm, net_income_growth_ltm]
  profitability: [gross_margin_ltm, operating_margin_ltm, net_margin_ltm, roe]
  balance_sheet: [net_cash, debt_to_equity]
audiences: [institutional]
outputs: [html]
"""
# Market values by hand: close × shares of the newest cover page (Alphabet: balance sheet), in billions of dollars.
MARKET = {
    "nvidia": 177.8104 * 24.3, "amd": 192.43 * 1.630410843, "apple": 257.223 * 14.68114,
    "alphabet": 298.31 * 12.088, "amphenol": 131.6099 * 1.22921493,
}  # fmt: skip
# Trailing net income of the reports, in billions: see test_sources_sec.
EARNED = {
    "nvidia": 120.067, "amd": 4.335, "apple": 112.010 + 42.097 - 36.330, "alphabet": 132.170, "amphenol": 4.2703,
}  # fmt: skip
TICKERS = {"NVDA": "nvidia", "AMD": "amd", "AAPL": "apple", "GOOGL": "alphabet", "APH": "amphenol"}


def project(tmp_path: Path, root: Path) -> Path:
    (tmp_path / "configs").mkdir()
    shutil.copy(root / "configs" / "_house.yaml", tmp_path / "configs")
    return tmp_path


def closes(folder: Path, shared: Path) -> None:
    """The vendor's closes of the week of 2 March 2026, dated to its Friday."""
    folder.mkdir(parents=True)
    with gzip.open(shared / "market_atlas" / "companies.jsonl.gz", "rt", encoding="utf-8") as lines:
        listed = [json.loads(line) for line in lines]
    with (folder / "prices.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["company", "line", "date", "close", "currency", "adjusted", "source"])
        for entry in listed:
            if entry["ticker"] in TICKERS and entry["currency"] == "USD":
                (close,) = (week["c"] for week in entry["price"]["history"] if week["d"] == "2026-03-02")
                out.writerow([TICKERS[entry["ticker"]], entry["ticker"], "2026-03-06", close, "USD", "true", "vendor"])


def test_five_us_companies_from_the_secs_files_alone(tmp_path: Path, root: Path, shared: Path) -> None:
    place = project(tmp_path, root)
    closes(place / "data" / "closes", shared)
    config = place / "configs" / "chips.yaml"
    config.write_text(CHIPS.format(folder=shared / "sec_companyfacts"))
    result = pipeline.build(config, today=TODAY)
    assert not result.held
    assert {finding.severity for finding in result.findings} <= {"note", "warning"}
    with (result.folder / "metrics.csv").open(encoding="utf-8", newline="") as file:
        found = {(row["company"], row["metric"]): row for row in csv.DictReader(file)}
    for company, value in MARKET.items():
        assert float(found[company, "market_cap"]["value"]) / 1e9 == pytest.approx(value, rel=1e-6), company
        multiple = float(found[company, "pe_ltm"]["value"])
        assert multiple == pytest.approx(value / EARNED[company], rel=1e-6), company
    page = (result.folder / "institutional" / "brief.html").read_text("utf-8")
    assert "https://www.sec.gov/Archives/edgar/data/1045810/000104581026000021/0001045810-26-000021-index.htm" in page


def test_a_brief_fetched_live_is_built_again_offline_from_its_lock(
    tmp_path: Path, root: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SEC's real files through a server that is busy at first; then the server is gone."""
    pytest.importorskip("httpx")
    place = project(tmp_path, root)
    closes(place / "data" / "closes", shared)
    config = place / "configs" / "chips.yaml"
    monkeypatch.chdir(place)
    monkeypatch.setattr("peerbench.sources.fetch.time.sleep", lambda seconds: None)
    with server.replaying() as replay:
        for cik in (1045810, 2488, 320193, 1652044, 820313):
            data = (shared / "sec_companyfacts" / f"facts-{cik:010}.json").read_bytes()
            path = f"/api/xbrl/companyfacts/CIK{cik:010}.json"
            replay.on(path, server.status(503), server.cut(data, 1000), server.packed(data))
            listed = json.dumps(
                {"cik": f"{cik:010}", "sic": "3674", "sicDescription": "Semiconductors & Related Devices"}
            )
            replay.on(f"/submissions/CIK{cik:010}.json", server.ok(listed.encode()))
        live = f"contact: Jane Doe jane@example.org\n      address: {replay.address}"
        config.write_text(CHIPS.format(folder="x").replace("folder: x", live))
        assert main(["data", "lock", "configs/chips.yaml"]) == 0
        first = pipeline.build(config, today=TODAY, out=place / "live")
        asked = sum(replay.asked.values())
    again = pipeline.build(config, today=TODAY, out=place / "frozen", frozen=True)
    assert asked == 5 * 3 + 5
    for path in sorted(first.folder.rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (again.folder / path.relative_to(first.folder)).read_bytes(), path.name


PLATFORMS = """\
extends: _house.yaml
subject: alibaba
as_of: 2025-09-23
sources:
  - {source}
peers:
  - {{company: tencent, role: core, why: Platform group}}
  - {{company: amazon, role: core, why: Cloud}}
  - {{company: baidu, role: core, why: Search}}
metrics:
  valuation: [market_cap, enterprise_value, pe_ltm, pe_fy, ps_ltm, pb, ev_to_sales_ltm]
  growth: [revenue_growth_ltm, revenue_growth_fy]
  profitability: [operating_margin_ltm, net_margin_ltm]
  balance_sheet: [net_cash, debt_to_equity]
audiences: [institutional]
outputs: [pdf, html]
attachments: false
"""


def test_a_brief_from_postgresql_is_the_one_from_csv_to_the_byte(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The very pages, printed lock and all; the database gives its rows in another order, as it may.

    Without what they carry: that names the file or the query it came from, as it should.
    """
    psycopg = pytest.importorskip("psycopg")
    pytest.importorskip("sqlalchemy")
    place = project(tmp_path, root)
    config = place / "configs" / "platforms.yaml"
    shutil.copytree(embedded("platforms"), place / "data" / "figures")
    config.write_text(PLATFORMS.format(source="dataset: ./data/figures"))
    from_csv = pipeline.build(config, today=date(2025, 9, 24), out=place / "csv")
    with postgres() as place_of_it:
        url = f"postgresql://{USER}:{quote(PASSWORD, safe='')}@{place_of_it}/postgres"
        with psycopg.connect(url, autocommit=True) as connection:
            for name in TABLES:
                connection.execute(create(name))
                listed = ", ".join(f'"{column}"' for column, _ in columns(name))
                with connection.cursor().copy(f'copy "{name}" (position, {listed}) from stdin') as copy:
                    for number, row in enumerate(rows(name)):
                        copy.write_row([number, *row])
        queries = {name: entry["query"] for name, entry in selected({name: {} for name in TABLES}).items()}
        mixed = {
            name: query.replace("order by position", "order by md5(position::text)") for name, query in queries.items()
        }
        config.write_text(PLATFORMS.format(source="sql: " + json.dumps({"url_env": "BENCH_DB", "tables": mixed})))
        monkeypatch.setenv("BENCH_DB", url)
        from_database = pipeline.build(config, today=date(2025, 9, 24), out=place / "database")
    names = [path.relative_to(from_csv.folder) for path in from_csv.folder.rglob("*") if path.is_file()]
    assert {Path("institutional/brief.html"), Path("institutional/brief.pdf"), Path("facts.parquet")} < set(names)
    differ = [
        str(name) for name in names
        if (from_csv.folder / name).read_bytes() != (from_database.folder / name).read_bytes()
    ]  # fmt: skip
    assert differ == ["manifest.json"]  # which names the files, or the queries, that the rows came from
    manifests = [json.loads((made.folder / "manifest.json").read_bytes()) for made in (from_csv, from_database)]
    apart = {key for key in manifests[0] if manifests[0][key] != manifests[1][key]}
    assert apart == {"inputs", "config"}
    page = (from_csv.folder / "institutional" / "brief.html").read_text("utf-8")
    assert f"Data lock {manifests[0]['data_lock'][:12]}" in page
    written = b"".join(path.read_bytes() for path in (place / "database").rglob("*") if path.is_file())
    for secret in (PASSWORD, url, "hush"):
        assert secret.encode() not in written
    kept = b"".join(path.read_bytes() for path in (place / ".bench").rglob("*") if path.is_file())
    assert b"hush" not in kept
    assert os.environ["BENCH_DB"] == url

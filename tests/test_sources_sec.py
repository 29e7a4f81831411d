"""The SEC as a source: a folder of its files, names and keys, and real companies' figures against their filings."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from filers import filer, row, write, year
from peerbench.core.dataset import Dataset
from peerbench.core.metric import Operand
from peerbench.normalise.panel import build_panel
from peerbench.sources import sec
from peerbench.sources.ask import Ask, Means
from peerbench.sources.merge import combine
from peerbench.sources.payload import Payload

FILED = "2025-02-01"


def payload(root: Path, **settings: Any) -> Payload:
    return sec.read(Ask("sec", "sec", {"folder": "facts", **settings}, root), Means())


def acme(cik: int = 1, name: str = "ACME CORP") -> dict[str, Any]:
    return filer(cik, name, Revenues=[year(2024, 100)], Assets=[row("2024-12-31", 50, FILED)])


def test_every_file_of_a_folder_becomes_a_company_under_its_name(tmp_path: Path) -> None:
    write(tmp_path / "facts", acme(1, "ACME CORP"))
    write(tmp_path / "facts", acme(2, "Procter & Gamble Co"))
    (tmp_path / "facts" / "notes.txt").write_text("not a filing")
    data = combine((payload(tmp_path),))
    assert [(company.company, company.name, company.cik) for company in data.companies.values()] == [
        ("acme", "Acme", "0000000001"),
        ("procter-gamble", "Procter & Gamble", "0000000002"),
    ]
    assert [Path(file.path).name for file in data.files] == ["CIK0000000001.json", "CIK0000000002.json"]


def test_the_config_names_keys_and_names(tmp_path: Path) -> None:
    write(tmp_path / "facts", acme(1))
    write(tmp_path / "facts", acme(2))
    found = payload(tmp_path, companies={"mine": {"cik": "CIK0000000002", "name": "My Acme"}})
    (company,) = found.tables["companies"].frame.iter_rows(named=True)
    assert (company["company"], company["name"], company["cik"]) == ("mine", "My Acme", "0000000002")


def test_a_ticker_is_looked_up_in_the_folders_own_lists(tmp_path: Path) -> None:
    write(tmp_path / "facts", acme(1018724, "AMAZON COM INC"))
    submissions = {"cik": "0001018724", "tickers": ["AMZN"], "sicDescription": "Retail-Catalog & Mail-Order Houses"}
    (tmp_path / "facts" / "submissions-CIK0001018724.json").write_text(json.dumps(submissions))
    found = payload(tmp_path, companies={"amazon": {"cik": "amzn"}, "other": {"cik": "NONE"}})
    companies = found.tables["companies"].frame
    assert companies.select("company", "sector").rows() == [("amazon", "Retail-Catalog & Mail-Order Houses")]
    assert [(finding.check, finding.severity) for finding in found.findings] == [("unknown-ticker", "warning")]


def test_a_bank_is_told_from_its_industry_code(tmp_path: Path) -> None:
    """State Commercial Banks does not begin with a word of finance; its enterprise value would mean nothing."""
    write(tmp_path / "facts", acme(1))
    listed = {"cik": "0000000001", "sic": "6022", "sicDescription": "State Commercial Banks"}
    (tmp_path / "facts" / "submissions-CIK0000000001.json").write_text(json.dumps(listed))
    found = payload(tmp_path)
    assert combine((found,)).companies["acme"].financial
    assert [Path(file.path).name for file in found.files] == ["CIK0000000001.json", "submissions-CIK0000000001.json"]


def test_a_list_of_submissions_that_cannot_be_read_is_told_and_the_facts_go_on(tmp_path: Path) -> None:
    write(tmp_path / "facts", acme(1))
    (tmp_path / "facts" / "submissions-CIK0000000001.json").write_bytes(b"<html>403</html>")
    found = payload(tmp_path)
    assert found.tables["facts"].frame.height == 2
    (finding,) = found.findings
    assert (finding.check, finding.origin.file) == ("not-json", "facts/submissions-CIK0000000001.json")


def test_a_year_end_of_the_register_serves_where_no_annual_report_is_there_and_is_told_where_it_differs(
    tmp_path: Path,
) -> None:
    listed = {"cik": "0000000001", "fiscalYearEnd": "0630"}
    write(tmp_path / "facts", filer(1, Assets=[row("2024-12-31", 50, FILED)]))
    (tmp_path / "facts" / "submissions-CIK0000000001.json").write_text(json.dumps(listed))
    (young,) = payload(tmp_path).tables["companies"].frame.to_dicts()
    assert young["fiscal_year_end_month"] == 6
    write(tmp_path / "facts", acme(1))
    found = payload(tmp_path)
    (moved,) = found.tables["companies"].frame.to_dicts()
    assert moved["fiscal_year_end_month"] == 12
    assert [(finding.check, finding.severity) for finding in found.findings] == [("moved-year-end", "note")]


@pytest.mark.parametrize(
    ("data", "check", "word"),
    [
        (b"", "not-json", "empty"),
        (b"<html><body>403 Forbidden</body></html>", "not-json", "web page"),
        (b'{"cik": 1, "entityName": "A", "facts": {"us-gaap": {"Ass', "not-json", "cut off"),
        (b'{"cik": 1, "cik": 2}', "not-json", "twice"),
        (b'{"cik": 1, "entityName": "A", "facts": {"us-gaap": NaN}}', "not-json", "NaN"),
        (b'{"a":' * 5000, "not-json", "deep"),
        (b"\xff\xfe{}", "not-json", "UTF-8"),
        (b"[]", "not-company-facts", "no facts"),
        (b'{"cik": 1e999, "entityName": "A", "facts": {}}', "not-company-facts", "no cik"),
    ],
)
def test_a_broken_file_is_named_and_the_others_go_on(tmp_path: Path, data: bytes, check: str, word: str) -> None:
    write(tmp_path / "facts", acme(2, "Other Inc"))
    (tmp_path / "facts" / "CIK0000000001.json").write_bytes(data)
    found = payload(tmp_path)
    assert found.tables["companies"].frame["company"].to_list() == ["other"]
    (finding,) = found.findings
    assert finding.check == check
    assert word in finding.message
    assert finding.origin.file == "facts/CIK0000000001.json"


def test_a_file_of_another_company_is_not_taken_for_it(tmp_path: Path) -> None:
    path = write(tmp_path / "facts", acme(2))
    path.rename(path.with_name("CIK0000000001.json"))
    assert [finding.check for finding in payload(tmp_path).findings] == ["other-company"]


def test_what_was_made_of_a_file_is_made_once_and_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = filer(
        1, "ACME CORP",
        Revenues=[year(2023, 90), year(2024, 100)], CostOfRevenue=[year(2024, 60)],
        NetIncomeLoss=[year(2024, 7, "2025-04-01", form="DEF 14A")],
        WeightedAverageNumberOfDilutedSharesOutstanding=[
            year(2022, 10), year(2023, 10), year(2022, 20, FILED), year(2023, 20, FILED),
        ],
    )  # fmt: skip
    path = write(tmp_path / "facts", document)
    ask = Ask("sec", "sec", {"folder": "facts", "companies": {"acme": {"cik": "1"}}}, tmp_path)
    fresh = sec.read(ask, Means())
    first = sec.read(ask, Means(memory=tmp_path / "memory"))
    monkeypatch.setattr(sec.companyfacts, "read", lambda *given, **options: pytest.fail("read twice"))
    again = sec.read(ask, Means(memory=tmp_path / "memory"))
    for found in (first, again):
        assert found.tables["facts"].frame.equals(fresh.tables["facts"].frame)
        assert found.tables["companies"].frame.equals(fresh.tables["companies"].frame)
        assert (found.findings, found.splits, found.files) == (fresh.findings, fresh.splits, fresh.files)
    assert len(fresh.splits) == len(fresh.findings) == 1
    monkeypatch.undo()
    write(tmp_path / "facts", filer(1, "ACME CORP", Revenues=[year(2024, 101)]))
    assert sec.read(ask, Means(memory=tmp_path / "memory")).tables["facts"].frame["value"].to_list() == [101]
    path.write_text(json.dumps(document))
    for kept in (tmp_path / "memory").iterdir():
        kept.write_bytes(b"broken")
    assert sec.read(ask, Means(memory=tmp_path / "memory")).tables["facts"].frame.equals(fresh.tables["facts"].frame)


def test_a_company_without_a_file_is_named(tmp_path: Path) -> None:
    write(tmp_path / "facts", acme(1))
    found = payload(tmp_path, ciks=["1", "77"])
    assert [finding.check for finding in found.findings] == ["no-company-facts"]
    assert "CIK0000000077.json" in found.findings[0].hint


@pytest.mark.parametrize(
    ("name", "key", "shown"),
    [
        ("Apple Inc.", "apple", "Apple"),
        ("NVIDIA CORP", "nvidia", "Nvidia"),
        ("ADVANCED MICRO DEVICES, INC.", "advanced-micro-devices", "Advanced Micro Devices"),
        ("PROCTER & GAMBLE CO", "procter-gamble", "Procter & Gamble"),
        ("KIMBERLY-CLARK CORPORATION", "kimberly-clark", "Kimberly-Clark"),
        ("ALIBABA GROUP HOLDING LTD", "alibaba", "Alibaba"),
        ("MICROSOFT CORP /DE/", "microsoft", "Microsoft"),
        ("3M CO", "3m", "3M"),
        ("IBM", "ibm", "IBM"),
        ("Co", "co", "Co"),
    ],
)
def test_keys_and_names_are_made_of_registrants_names(name: str, key: str, shown: str) -> None:
    assert (sec.key_of(name), sec.name_of(name)) == (key, shown)


# ---- real files -----------------------------------------------------------------------------------------------------

AS_OF = date(2026, 3, 6)
BILLION = 1e9
# Totals of the reports: Form 10-K of the last fiscal year, and for Apple that year plus the quarter of December 2025
# less the quarter of December 2024 from its Form 10-Q.
TOTALS: dict[tuple[str, str, str], float] = {
    ("nvidia", "revenue", "fy"): 215.938, ("nvidia", "operating_income", "fy"): 130.387,
    ("nvidia", "net_income_parent", "fy"): 120.067, ("nvidia", "revenue", "ltm"): 215.938,
    ("apple", "revenue", "fy"): 416.161, ("apple", "operating_income", "fy"): 133.050,
    ("apple", "net_income_parent", "fy"): 112.010, ("apple", "operating_cash_flow", "fy"): 111.482,
    ("apple", "revenue", "ltm"): 416.161 + 143.756 - 124.300,
    ("apple", "operating_income", "ltm"): 133.050 + 50.852 - 42.832,
    ("apple", "net_income_parent", "ltm"): 112.010 + 42.097 - 36.330,
    ("apple", "operating_cash_flow", "ltm"): 111.482 + 53.925 - 29.935,
    ("apple", "revenue", "quarter"): 143.756,
    ("alphabet", "revenue", "fy"): 402.836, ("alphabet", "operating_income", "ltm"): 129.039,
    ("alphabet", "net_income_parent", "ltm"): 132.170,
    ("amd", "revenue", "ltm"): 34.639, ("amd", "operating_income", "fy"): 3.694,
    ("amd", "net_income_parent", "fy"): 4.335,
    ("amphenol", "revenue", "fy"): 23.0947, ("amphenol", "operating_income", "ltm"): 5.8686,
    ("amphenol", "net_income_parent", "ltm"): 4.2703,
}  # fmt: skip


@pytest.fixture(scope="module")
def five(shared: Path) -> Dataset:
    companies = {"nvidia": 1045810, "amd": 2488, "apple": 320193, "alphabet": 1652044, "amphenol": 820313}
    settings = {"folder": str(shared / "sec_companyfacts"), "companies": companies}
    return combine((sec.read(Ask("sec", "sec", settings, shared), Means()),))


def test_annual_and_trailing_figures_are_the_filings_own_totals(five: Dataset) -> None:
    operands = {Operand(item, window) for _, item, window in TOTALS}
    companies = list(dict.fromkeys(company for company, _, _ in TOTALS))
    cells, _ = build_panel(five, companies=companies, operands=operands, as_of=AS_OF)
    found = {
        (cell["company"], operand.item, operand.window): cell["value"]
        for operand in operands
        for cell in cells.filter(cells["operand"] == operand.key).iter_rows(named=True)
    }
    assert {key: round(found[key] / BILLION, 4) for key in TOTALS} == {
        key: round(total, 4) for key, total in TOTALS.items()
    }


def test_a_day_of_the_past_sees_nothing_filed_later(five: Dataset) -> None:
    """On 1 October 2025 Apple's year to 27 September 2025 was over and not reported."""
    revenue = Operand("revenue", "fy")
    cells, _ = build_panel(five, companies=["apple"], operands=[revenue], as_of=date(2025, 10, 1))
    assert cells["value"].to_list() == [391.035e9]  # year to 28 September 2024, Form 10-K of 1 November 2024


def test_todays_shares_are_counted_across_a_split(five: Dataset) -> None:
    """NVIDIA's ten for one of June 2024: on 3 July 2024 the newest cover, of May, counted 2.46 billion old shares."""
    shares = Operand("shares", "latest")
    cells, _ = build_panel(five, companies=["nvidia"], operands=[shares], as_of=date(2024, 7, 3))
    assert cells["value"].to_list() == [24.6e9]


def test_no_proxy_statement_speaks(five: Dataset) -> None:
    titles = five.facts["source_title"].unique().to_list()
    assert {title.split(", Form ")[1].split(" filed")[0].removesuffix("/A") for title in titles} == {"10-K", "10-Q"}


def test_every_derived_figure_names_rows_that_are_there(five: Dataset) -> None:
    ids = set(five.facts["id"])
    assert five.facts["id"].n_unique() == five.facts.height
    assert {name for names in five.facts["inputs"] for name in names} <= ids

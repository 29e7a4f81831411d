"""Several sources as one dataset: the first wins, the others' values are kept beside it, every row by the contract."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from peerbench.core.companies import Line
from peerbench.core.dataset import Dataset
from peerbench.core.errors import UnusableRequest
from peerbench.sources.dataset import read_folder
from peerbench.sources.merge import combine
from peerbench.sources.splits import Split, on_lines

COMPANIES = (
    "company,name,reporting_currency,fiscal_year_end_month,accounting_standard,cik\n"
    "acme,Acme,USD,12,us-gaap,0000000001\n"
)
HEAD = "company,item,accounting,period_start,period_end,months,value,unit,currency,known_on,source_title\n"
REVENUE = "acme,revenue,us-gaap,2024-01-01,2024-12-31,12,100,money,USD,2025-02-01,Report\n"


def folder(place: Path, files: Mapping[str, str]) -> Path:
    place.mkdir()
    for name, text in files.items():
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    return place


def merged(tmp_path: Path, *sources: Mapping[str, str]) -> Dataset:
    places = [folder(tmp_path / f"source{number}", files) for number, files in enumerate(sources, start=1)]
    return combine([read_folder(place, shown_as=place.name, partial=True) for place in places])


def facts(*rows: str) -> str:
    return HEAD + "".join(row + "\n" for row in rows)


def test_the_first_source_wins_and_the_others_value_is_kept_beside_it(tmp_path: Path) -> None:
    other = facts("acme,revenue,us-gaap,2024-01-01,2024-12-31,12,90,money,USD,2025-02-03,Vendor")
    data = merged(tmp_path, {"companies": COMPANIES, "facts": HEAD + REVENUE}, {"facts": other})
    assert data.facts["value"].to_list() == [100]
    (row,) = data.disagreements.to_dicts()
    assert (row["kept_value"], row["other_value"], row["difference"]) == (100, 90, -10)
    assert (row["other_source"], row["period_end"], row["months"]) == ("source2", date(2024, 12, 31), 12)


def test_the_order_of_the_config_is_the_priority(tmp_path: Path) -> None:
    other = facts("acme,revenue,us-gaap,2024-01-01,2024-12-31,12,90,money,USD,2025-02-03,Vendor")
    data = merged(tmp_path, {"facts": other}, {"companies": COMPANIES, "facts": HEAD + REVENUE})
    assert data.facts["value"].to_list() == [90]
    assert data.disagreements["other_value"].to_list() == [100]


def test_a_rounded_copy_is_no_disagreement(tmp_path: Path) -> None:
    kept = facts("acme,revenue,us-gaap,2024-01-01,2024-12-31,12,123456789,money,USD,2025-02-01,Report")
    other = facts("acme,revenue,us-gaap,2024-01-01,2024-12-31,12,123400000,money,USD,2025-02-03,Vendor")
    data = merged(tmp_path, {"companies": COMPANIES, "facts": kept}, {"facts": other})
    assert data.disagreements.height == 0


def test_each_vintage_is_held_against_the_one_then_known(tmp_path: Path) -> None:
    """The vendor copies the first report; the restatement of 2026 is no disagreement with it."""
    kept = HEAD + REVENUE + REVENUE.replace(",100,", ",97,").replace("2025-02-01", "2026-02-01")
    other = facts("acme,revenue,us-gaap,2024-01-01,2024-12-31,12,100,money,USD,2025-02-03,Vendor")
    data = merged(tmp_path, {"companies": COMPANIES, "facts": kept}, {"facts": other})
    assert data.facts["value"].to_list() == [100, 97]
    assert data.disagreements.height == 0


def test_a_year_of_52_weeks_is_one_with_the_month_that_a_vendor_writes(tmp_path: Path) -> None:
    kept = facts("acme,revenue,us-gaap,2023-10-01,2024-09-28,12,100,money,USD,2024-11-01,Report")
    other = facts(
        "acme,revenue,us-gaap,2023-10-01,2024-09-30,12,90,money,USD,2024-11-03,Vendor",
        "acme,revenue,us-gaap,2022-10-01,2023-09-30,12,80,money,USD,2023-11-03,Vendor",
    )
    data = merged(tmp_path, {"companies": COMPANIES, "facts": kept}, {"facts": other})
    assert sorted(data.facts["value"].to_list()) == [80, 100]


def test_what_the_first_lacks_the_second_fills(tmp_path: Path) -> None:
    other = facts("acme,capex,us-gaap,2024-01-01,2024-12-31,12,7,money,USD,2025-02-03,Vendor")
    more = "company,reporting_currency,fiscal_year_end_month,accounting_standard,sector\nacme,USD,12,us-gaap,Tools\n"
    data = merged(tmp_path, {"companies": COMPANIES, "facts": HEAD + REVENUE}, {"companies": more, "facts": other})
    assert data.facts["item"].to_list() == ["revenue", "capex"]
    assert (data.companies["acme"].name, data.companies["acme"].sector) == ("Acme", "Tools")


def test_every_sources_rows_keep_the_contract(tmp_path: Path) -> None:
    other = facts("acme,capex,us-gaap,2024-01-01,2024-12-31,12,-7,money,USD,2025-02-03,Vendor")
    data = merged(tmp_path, {"companies": COMPANIES, "facts": HEAD + REVENUE}, {"facts": other})
    assert data.facts.height == 1
    (finding,) = data.findings
    assert (finding.check, finding.origin.file) == ("quarantine", "source2/facts.csv")
    assert "(sign)" in finding.message


def test_one_company_under_two_keys_is_told(tmp_path: Path) -> None:
    twin = COMPANIES.replace("acme,Acme", "acme-corp,Acme").replace("0000000001", "1")
    data = merged(tmp_path, {"companies": COMPANIES, "facts": HEAD + REVENUE}, {"companies": twin})
    assert [finding.check for finding in data.findings] == ["one-company-two-keys"]


def test_prices_of_another_source_stand_on_the_lines_that_one_states(tmp_path: Path) -> None:
    lines = "company,line,currency,ordinary_per_unit,primary\nacme,ACM,USD,2,true\n"
    prices = "company,line,date,close,currency,adjusted\n"
    closes = prices + "acme,ACM,2025-03-03,5,USD,false\nacme,XYZ,2025-03-03,5,USD,false\n"
    data = merged(tmp_path, {"companies": COMPANIES, "facts": HEAD + REVENUE, "lines": lines}, {"prices": closes})
    assert [(line.line, line.ordinary_per_unit) for line in data.lines] == [("ACM", 2.0)]
    assert data.prices["line"].to_list() == ["ACM"]
    assert "second-line" in data.findings[0].message


def test_nothing_at_all_is_refused_with_the_reasons(tmp_path: Path) -> None:
    with pytest.raises(UnusableRequest) as caught:
        merged(tmp_path, {"prices": "company,line,date,close,currency,adjusted\nacme,A,2025-03-03,5,USD,false\n"})
    assert [finding.check for finding in caught.value.findings][:2] == ["no-rows", "no-rows"]
    assert "quarantine" in {finding.check for finding in caught.value.findings}


# ---- splits on lines ------------------------------------------------------------------------------------------------

SPLIT = Split("acme", date(2024, 6, 7), 10.0, "told")
LINE = Line("acme", "ACM", "", "USD", 1.0, None, True)


def test_a_split_stands_on_every_line_of_its_company() -> None:
    assert [(row.line, row.effective_from, row.subdivision) for row in on_lines((LINE,), (SPLIT,), {})] == [
        ("ACM", None, 1.0),
        ("ACM", date(2024, 6, 7), 10.0),
    ]


def test_a_stated_split_is_not_told_twice() -> None:
    stated = Line("acme", "ACM", "", "USD", 1.0, date(2024, 6, 10), True, subdivision=10.0)
    assert on_lines((LINE, stated), (SPLIT,), {}) == (LINE, stated)


def test_a_company_without_prices_still_counts_todays_shares() -> None:
    (line,) = on_lines((), (SPLIT,), {"acme": "EUR"})
    assert (line.company, line.currency, line.subdivision) == ("acme", "EUR", 10.0)

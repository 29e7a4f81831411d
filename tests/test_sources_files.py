"""Files in anyone's layout: wide and long, CSV, Parquet and Excel, and every way they can be wrong."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from peerbench.config.source_shapes import MappedShape
from peerbench.core.dataset import Dataset
from peerbench.core.findings import Finding
from peerbench.sources import files
from peerbench.sources.ask import Ask, Means
from peerbench.sources.dataset import read_folder
from peerbench.sources.merge import combine
from peerbench.sources.payload import Payload

WIDE = "Line;2023;2024\nUmsatzerlöse;1.234,5;(2.345,6)\nBilanzsumme;9.876;–\nGebäude;1;2\n"
GERMAN: dict[str, Any] = {
    "layout": "wide", "separator": ";", "decimal": ",", "dates": "%Y", "year_ends": "12-31", "months": 12,
    "scale": 1000000, "known_after": 90, "columns": {"item": "Line"},
    "constants": {"company": "acme", "accounting": "ifrs", "currency": "EUR"},
    "items": {"Umsatzerlöse": "revenue", "Bilanzsumme": "total_assets"},
}  # fmt: skip


def read(root: Path, name: str, data: str | bytes, **declared: Any) -> Payload:
    (root / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    shape = MappedShape.model_validate({"path": name, **declared})
    return files.read(Ask("files", name, {"tables": [shape.model_dump()]}, root), Means())


def facts(payload: Payload) -> list[dict[str, Any]]:
    return list(payload.tables["facts"].frame.iter_rows(named=True)) if "facts" in payload.tables else []


def refusal(payload: Payload) -> list[Finding]:
    assert payload.tables == {}
    assert {finding.severity for finding in payload.findings} == {"error"}
    return list(payload.findings)


# ---- wide -----------------------------------------------------------------------------------------------------------


def test_a_wide_statement_by_year_becomes_facts(tmp_path: Path) -> None:
    found = read(tmp_path, "abc.csv", WIDE, **GERMAN)
    rows = [(row["item"], row["period_start"], row["period_end"], row["months"], row["value"]) for row in facts(found)]
    assert rows == [
        ("revenue", date(2023, 1, 1), date(2023, 12, 31), 12, 1_234_500_000.0),
        ("revenue", date(2024, 1, 1), date(2024, 12, 31), 12, -2_345_600_000.0),  # brackets are a minus
        ("total_assets", None, date(2023, 12, 31), 0, 9_876_000_000.0),  # a dash is no figure, not a zero
    ]
    first = facts(found)[0]
    assert (first["unit"], first["currency"], first["known_on"]) == ("money", "EUR", date(2024, 3, 30))
    assert (first["source_title"], first["locator"]) == ("abc.csv", "row 2, column 2023")
    assert first["note"] == "known_on: usual announcement date, 90 days after the period's end"


def test_lines_that_the_mapping_does_not_name_are_told_and_left_out(tmp_path: Path) -> None:
    (note,) = read(tmp_path, "abc.csv", WIDE, **GERMAN).findings
    assert (note.check, note.severity) == ("unmapped-lines", "note")
    assert "'Gebäude'" in note.message


def test_costs_written_as_minus_are_turned(tmp_path: Path) -> None:
    text = "Line,2024-12-31\nCapex,-5\n"
    found = read(
        tmp_path, "a.csv", text, layout="wide", months=12, known_after=60, negate=["capex"], columns={"item": "Line"},
        items={"Capex": "capex"}, constants={"company": "acme", "accounting": "us-gaap", "currency": "USD"},
    )  # fmt: skip
    assert [row["value"] for row in facts(found)] == [5.0]


@pytest.mark.parametrize(
    ("head", "dates", "end"),
    [
        ("2024-09-28", "%Y-%m-%d", date(2024, 9, 28)),
        ("30.06.2024", "%d.%m.%Y", date(2024, 6, 30)),
        ("Jun 2024", "%b %Y", date(2024, 6, 30)),
        ("2024/02", "%Y/%m", date(2024, 2, 29)),
        ("FY2024", "FY%Y", date(2024, 3, 31)),
    ],
)
def test_heads_are_periods_as_declared(tmp_path: Path, head: str, dates: str, end: date) -> None:
    found = read(
        tmp_path, "a.csv", f"Line,{head}\nSales,5\n", layout="wide", months=12, known_after=60, dates=dates,
        year_ends="03-31", columns={"item": "Line"}, items={"Sales": "revenue"},
        constants={"company": "acme", "accounting": "us-gaap", "currency": "USD"},
    )  # fmt: skip
    assert [row["period_end"] for row in facts(found)] == [end]


# ---- long -----------------------------------------------------------------------------------------------------------

VENDOR = (
    "Ticker,Metric,Period End,Filed,Amount (m)\n"
    'ACM,Sales,31/12/2024,14/02/2025,"1,234.5"\n'
    "ACM,Shares,31/12/2024,14/02/2025,98000000\n"
    "OTH,Sales,31/12/2024,14/02/2025,5\n"
)
LONG: dict[str, Any] = {
    "dates": "%d/%m/%Y", "scale": 1000000, "months": 12,
    "columns": {"company": "Ticker", "item": "Metric", "period_end": "Period End", "known_on": "Filed",
                "value": "Amount (m)"},
    "constants": {"accounting": "us-gaap", "currency": "USD"},
    "items": {"Sales": "revenue", "Shares": "shares_outstanding"}, "companies": {"ACM": "acme"},
}  # fmt: skip


def test_a_vendors_export_becomes_facts(tmp_path: Path) -> None:
    found = read(tmp_path, "v.csv", VENDOR, **LONG)
    assert [(row["company"], row["item"], row["value"], row["months"], row["currency"]) for row in facts(found)] == [
        ("acme", "revenue", 1_234_500_000.0, 12, "USD"),
        ("acme", "shares_outstanding", 98_000_000.0, 0, None),  # a count is not money: no scale, no currency
    ]


def test_the_mapped_rows_keep_the_contract(tmp_path: Path) -> None:
    text = VENDOR.replace("98000000", "-98000000")
    companies = "company,reporting_currency,fiscal_year_end_month,accounting_standard\nacme,USD,12,us-gaap\n"
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "companies.csv").write_text(companies)
    own = read_folder(tmp_path / "own", shown_as="own", partial=True)
    data: Dataset = combine((own, read(tmp_path, "v.csv", text, **LONG)))
    assert data.facts["id"].to_list() == ["acme.revenue.total.12.2024-12-31@2025-02-14"]
    (broken,) = (finding for finding in data.findings if finding.check == "quarantine")
    assert "(sign)" in broken.message
    assert str(broken.origin) == "v.csv row 3"


def test_prices_are_mapped_too(tmp_path: Path) -> None:
    text = "Datum\tSchluss\n23.09.2025\t163,08\n24.09.2025\tn/a\n"
    found = read(
        tmp_path, "p.csv", text, table="prices", separator="tab", decimal=",", dates="%d.%m.%Y",
        columns={"date": "Datum", "close": "Schluss"},
        constants={"company": "acme", "line": "ACM", "currency": "USD", "adjusted": "no"},
    )  # fmt: skip
    frame = found.tables["prices"].frame
    assert frame.select("date", "close", "adjusted").row(0) == (date(2025, 9, 23), 163.08, False)


# ---- kinds of files -------------------------------------------------------------------------------------------------


def workbook(rows: Sequence[Sequence[object]], sheet: str = "Data", second: bool = False) -> bytes:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    pytest.importorskip("python_calamine")
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    page = book.add_worksheet(sheet)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                page.write_datetime(number, column, cell, day)
            else:
                page.write(number, column, cell)
    if second:
        book.add_worksheet("Notes").write(0, 0, "x")
    book.close()
    return made.getvalue()


SHEET = (
    ("Acme, in millions", "", ""),
    ("Line", date(2023, 12, 31), date(2024, 12, 31)),
    ("Sales", 1234.5, 2345),
    ("Assets", None, "n/a"),
)
EXCEL: dict[str, Any] = {
    "layout": "wide", "skip": 1, "months": 12, "scale": 1000000, "known_after": 60, "columns": {"item": "Line"},
    "constants": {"company": "acme", "accounting": "us-gaap", "currency": "USD"},
    "items": {"Sales": "revenue", "Assets": "total_assets"},
}  # fmt: skip


def test_a_sheet_of_excel_reads_as_its_cells_say(tmp_path: Path) -> None:
    found = read(tmp_path, "a.xlsx", workbook(SHEET), **EXCEL)
    assert [(row["period_end"], row["value"]) for row in facts(found)] == [
        (date(2023, 12, 31), 1_234_500_000.0),
        (date(2024, 12, 31), 2_345_000_000.0),
    ]


def test_formulas_that_no_program_worked_out_are_told(tmp_path: Path) -> None:
    """openpyxl writes a formula and no result; what a spreadsheet has saved, and another sheet's, is no concern."""
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    data = book.active
    data.title = "Data & more"
    for row in (("Line", date(2023, 12, 31), date(2024, 12, 31)), ("Sales", 1234.5, "=B2*2"), ("Assets", "=1+1", 7)):
        data.append(row)
    book.create_sheet("Other").append(("=1+1",))
    made = io.BytesIO()
    book.save(made)
    declared = {**EXCEL, "skip": 0, "sheet": "Data & more"}
    found = read(tmp_path, "a.xlsx", made.getvalue(), **declared)
    assert [row["value"] for row in facts(found)] == [1_234_500_000.0, 7_000_000.0]
    (finding,) = found.findings
    assert finding.check == "quarantine"
    assert "2 formulas have no value (C2, B3)" in finding.message
    worked = workbook((SHEET[1], ("Sales", 1, 2)))
    assert read(tmp_path, "b.xlsx", worked, **{**EXCEL, "skip": 0}).findings == ()


def test_of_several_sheets_one_is_named(tmp_path: Path) -> None:
    data = workbook(SHEET, second=True)
    assert facts(read(tmp_path, "a.xlsx", data, sheet="Data", **EXCEL))
    (unnamed,) = refusal(read(tmp_path, "b.xlsx", data, **EXCEL))
    assert (unnamed.message, unnamed.hint) == (
        "b.xlsx has 2 sheets and none is named.",
        "Add sheet: one of Data, Notes.",
    )
    (wrong,) = refusal(read(tmp_path, "c.xlsx", data, sheet="Dta", **EXCEL))
    assert wrong.hint == "Did you mean 'Data'?"


def test_parquet_reads_like_csv(tmp_path: Path) -> None:
    made = io.BytesIO()
    pl.DataFrame({"Line": ["Sales"], "2024-12-31": [12.5]}).write_parquet(made)
    declared = {**EXCEL, "skip": 0}
    assert [row["value"] for row in facts(read(tmp_path, "a.parquet", made.getvalue(), **declared))] == [12_500_000.0]


def test_a_declared_encoding_is_read(tmp_path: Path) -> None:
    data = WIDE.replace("–", "-").encode("cp1252")
    assert len(facts(read(tmp_path, "a.csv", data, encoding="cp1252", **GERMAN))) == 3
    (problem,) = refusal(read(tmp_path, "b.csv", data, **GERMAN))
    assert "encoding: cp1252" in problem.hint


# ---- bad files ------------------------------------------------------------------------------------------------------


def rezipped(data: bytes, change: dict[str, bytes]) -> bytes:
    """A workbook with members replaced or added."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in change:
                new.writestr(name, old.read(name))
        for name, content in change.items():
            new.writestr(name, content)
    return made.getvalue()


BILLION_LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>
<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>"""
FAR = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>"""


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"xl/worksheets/sheet1.xml": BILLION_LAUGHS}, "declares entities"),
        ({"xl/worksheets/sheet1.xml": FAR}, "far from the others"),
        ({"xl/media/bomb.xml": b"0" * 60_000_000}, "unfolds"),
        ({f"xl/x{number}": b"" for number in range(2100)}, "members"),
        ({"xl/workbook.xml": b"<broken"}, "not a readable Excel file"),
    ],
)
def test_a_bomb_is_refused_before_it_unfolds(tmp_path: Path, change: dict[str, bytes], word: str) -> None:
    (problem,) = refusal(read(tmp_path, "a.xlsx", rezipped(workbook(SHEET), change), **EXCEL))
    assert word in problem.message


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("a.xlsx", b"PK\x03\x04 no archive", "no readable zip"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "no .xls that is read"),
        ("a.csv", b"PK\x03\x04", "no .csv that is read"),
        ("a.csv", b"", "is empty"),
        ("a.csv", b"Line;Line\n1;2\n", "'Line' twice"),
        ("a.csv", b'Line;"2024\nx', "split into cells"),
        ("a.parquet", b"PAR1", "not a readable Parquet"),
    ],
)
def test_an_unreadable_file_is_named_with_the_way_out(tmp_path: Path, name: str, data: bytes, word: str) -> None:
    (problem,) = refusal(read(tmp_path, name, data, **GERMAN))
    assert word in problem.message
    assert problem.origin.file == name


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text(VENDOR)
    shapes = [MappedShape.model_validate({"path": path, **LONG}).model_dump() for path in ("none.csv", "good.csv")]
    found = files.read(Ask("files", "files", {"tables": shapes}, tmp_path), Means())
    assert len(facts(found)) == 2
    assert [finding.check for finding in found.findings if finding.severity == "error"] == ["unreadable-file"]


@pytest.mark.parametrize(
    ("change", "messages"),
    [
        ({"columns": {"item": "Lin"}}, ["has no column 'Lin', named for item."]),
        ({"columns": {"itm": "Line"}}, ["is mapped to an unknown column 'itm'.", "gives no item."]),
        ({"constants": {"company": "acme", "accounting": "ifrs"}}, ["gives no currency."]),
        ({"known_after": None}, ["gives no known_on."]),
        ({"items": {"Umsatzerlöse": "turnover"}}, ["is mapped to an unknown item 'turnover'."]),
        ({"dates": "%d.%m.%Y"}, ["has no column whose head is a period written %d.%m.%Y."]),
        ({"year_ends": "13-45"}, ["has no column whose head is a period written %Y."]),
    ],
)
def test_a_mapping_that_does_not_fit_says_what_is_missing(
    tmp_path: Path, change: dict[str, Any], messages: list[str]
) -> None:
    found = refusal(read(tmp_path, "abc.csv", WIDE, **{**GERMAN, **change}))
    assert [finding.message for finding in found] == [f"abc.csv {message}" for message in messages]


def test_dates_in_three_formats_are_each_named(tmp_path: Path) -> None:
    """31/12/2024 is as declared; the others are left out, each with its row."""
    text = VENDOR.replace("ACM,Shares,31/12/2024", "ACM,Shares,2024-12-31").replace(
        "OTH,Sales,31/12/2024", "ACM,Sales,12/31/2024"
    )
    found = read(tmp_path, "v.csv", text, **LONG)
    assert len(facts(found)) == 1
    assert [(finding.origin.line, finding.hint) for finding in found.findings] == [
        (3, "Days are declared as %d/%m/%Y, e.g. 31/03/2025."),
        (4, "Days are declared as %d/%m/%Y, e.g. 31/03/2025."),
    ]


@pytest.mark.parametrize(
    ("decimal", "text", "value"),
    [
        (".", "1234.5", 1234.5), (".", "1,234.5", 1234.5), (".", "1 234.5", 1234.5), (".", "-1,234", -1234),
        (",", "1.234,5", 1234.5), (",", "1 234,5", 1234.5), (",", "1'234,5", 1234.5), (",", "−7", -7),
        (".", "(12)", -12), (".", "1e3", 1000), (".", "+4", 4), (".", ".5", 0.5),
        (".", "1.234,5", None), (",", "1,234.5", None), (".", "12,34", None), (".", "5 %", None), (".", "USD 5", None),
        (".", "1,23,456", None), (".", "0x10", None), (".", "1_000", None), (".", "--5", None),
    ],
)  # fmt: skip
def test_a_number_is_what_the_declared_mark_says(tmp_path: Path, decimal: str, text: str, value: float | None) -> None:
    vendor = f'Metric;Amount\nSales;"{text}"\n'
    found = read(
        tmp_path, "v.csv", vendor, separator=";", decimal=decimal, months=12, known_after=1,
        columns={"item": "Metric", "value": "Amount"}, items={"Sales": "revenue"},
        constants={"company": "a", "accounting": "ifrs", "currency": "EUR", "period_end": "2024-12-31"},
    )  # fmt: skip
    assert [row["value"] for row in facts(found)] == ([] if value is None else [value])
    assert [finding.check for finding in found.findings if finding.check == "quarantine"] == ["quarantine"] * (
        value is None
    )


def test_closes_and_estimates_are_scaled_in_decimal(tmp_path: Path) -> None:
    """13361.891 pence are 133.61891 pounds, not 133.61891000000001; 2.3 in millions is 2300000."""
    closes = "company,line,date,close,currency,adjusted\nacme,ACM.L,2025-09-23,13361.891,GBP,false\n"
    means = (
        "company,metric,fiscal_period,period_end,value,unit,currency,snapshot_date,source\n"
        "acme,revenue,FY2025,2025-12-31,2.3,money,GBP,2025-09-01,A vendor\n"
        "acme,eps,FY2025,2025-12-31,2.3,money_per_share,GBP,2025-09-01,A vendor\n"
    )
    found = {}
    for table, text, scale in (("prices", closes, 0.01), ("estimates", means, 1000000.0)):
        columns = {name: name for name in text.partition("\n")[0].split(",")}
        found |= read(tmp_path, f"{table}.csv", text, table=table, scale=scale, columns=columns).tables
    assert found["prices"].frame["close"].to_list() == [133.61891]
    assert found["estimates"].frame["value"].to_list() == [2_300_000.0, 2.3]

"""A dataset folder as frames: the embedded set, a folder of one's own, and every mistake by line and column."""

from __future__ import annotations

import contextlib
import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peerbench.core import frames
from peerbench.core.dataset import Dataset
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.core.items import ITEMS
from peerbench.sources.dataset import embedded, load

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "platforms"

FILES = {
    "companies": (
        "company,name,reporting_currency,fiscal_year_end_month,accounting_standard,eps_basis\n"
        "acme,Acme,USD,12,us-gaap,ordinary\n"
        "big-co,,EUR,3,ifrs,ordinary\n"
    ),
    "facts": (
        "company,item,segment,accounting,period_start,period_end,months,value,unit,currency,known_on,source_title\n"
        "acme,revenue,,us-gaap,2024-01-01,2024-12-31,12,100,money,USD,2025-02-01,Annual report\n"
        "acme,cash,total,us-gaap,,2024-12-31,0,0,money,USD,2025-02-01,Annual report\n"
        "acme,shares_outstanding,total,us-gaap,,2025-01-20,0,1e3,shares,,2025-02-01,Annual report\n"
    ),
    "prices": "company,line,date,close,currency,adjusted\nacme,ACM,2025-03-03,12.5,USD,false\n",
    "fx": "date,base,quote,rate\n2025-03-03,EUR,USD,1.05\n",
}


def folder(tmp_path: Path, **files: str | None) -> Path:
    """The small set of FILES, with some files replaced, added or (None) left out."""
    for name, text in {**FILES, **files}.items():
        if text is not None:
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    return tmp_path


def facts(row: str) -> str:
    """The facts file of the small set with one more row, which is its line 5."""
    return FILES["facts"] + row + "\n"


def refused(path: Path) -> tuple[Finding, ...]:
    with pytest.raises(UnusableRequest) as caught:
        load(path, shown_as="mine")
    return caught.value.findings


@pytest.fixture(scope="module")
def platforms() -> Dataset:
    data, findings = load(embedded("platforms"), shown_as="platforms")
    assert findings == ()
    return data


# ---- the embedded set -----------------------------------------------------------------------------------------------


def test_the_embedded_set_loads_whole(platforms: Dataset) -> None:
    for name in ("facts", "prices", "fx", "estimates", "dividends", "claims", "disagreements"):
        frame: pl.DataFrame = getattr(platforms, name)
        with (embedded("platforms") / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert frame.height == sum(1 for _ in csv.reader(file)) - 1, name
    assert list(platforms.companies) == ["alibaba", "tencent", "amazon", "baidu"]
    assert len(platforms.lines) == 9  # seven share lines, two of them with an earlier ratio
    assert {file.path for file in platforms.files} >= {"platforms/facts.csv", "platforms/fx.csv"}


def test_the_frames_keep_the_contract(platforms: Dataset) -> None:
    for name in ("facts", "prices", "fx", "estimates", "dividends", "claims", "disagreements"):
        assert dict(getattr(platforms, name).schema) == dict(getattr(frames, name.upper())), name
    for frame in (platforms.facts, platforms.prices, platforms.fx, platforms.estimates):
        assert frame["id"].is_unique().all()


# Figures as the issuers published them, in millions of the reporting currency.
PUBLISHED = [
    ("alibaba", "net_income_parent", "total", "2025-03-31", 12, 130_109),
    ("alibaba", "net_income_parent", "total", "2024-03-31", 12, 80_009),
    ("alibaba", "net_income", "total", "2025-03-31", 12, 125_976),
    ("alibaba", "revenue", "cloud", "2024-12-31", 3, 31_742),
    ("alibaba", "revenue", "total", "2025-03-31", 12, 996_347),
    ("tencent", "revenue", "total", "2024-12-31", 12, 660_257),
    ("amazon", "revenue", "total", "2024-12-31", 12, 637_959),
    ("amazon", "operating_income", "total", "2024-12-31", 12, 68_593),
    ("baidu", "revenue", "total", "2024-12-31", 12, 133_125),
]


@pytest.mark.parametrize(("company", "item", "segment", "end", "months", "millions"), PUBLISHED)
def test_known_figures_are_there(
    platforms: Dataset, company: str, item: str, segment: str, end: str, months: int, millions: float
) -> None:
    rows = platforms.facts.filter(
        company=company, item=item, segment=segment, months=months, period_end=date.fromisoformat(end)
    ).filter(pl.col("accounting") != "issuer-non-gaap")
    assert set(rows["value"] / 1e6) == {millions}


def test_every_fact_has_its_document_and_day(platforms: Dataset) -> None:
    assert platforms.facts.select("source_title", "source_url", "known_on").null_count().sum_horizontal().item() == 0
    assert (platforms.facts["known_on"] >= platforms.facts["period_end"]).all()


def test_what_was_worked_out_by_hand_says_so(platforms: Dataset) -> None:
    notes = platforms.facts.filter(origin="derived")["note"]
    assert notes.len() == platforms.facts["note"].str.starts_with("DERIVED").sum()
    assert notes.str.starts_with("DERIVED").all()


def test_ids_are_readable(platforms: Dataset) -> None:
    ids = set(platforms.facts["id"])
    assert "alibaba.revenue.cloud.3.2024-12-31@2025-02-20" in ids
    assert "alibaba.capex.total.12.2025-03-31@2025-05-15.issuer" in ids
    assert "price.BABA.2025-09-23" in set(platforms.prices["id"])
    assert "price.BABA.2025-09-23.adjusted" in set(platforms.prices["id"])
    assert "fx.EURCNY.2025-09-23" in set(platforms.fx["id"])
    assert "est.alibaba.eps.FY2026@2025-09-12" in set(platforms.estimates["id"])
    assert not any(" " in name for name in ids)


def test_the_pledge_is_the_companys_own_claim(platforms: Dataset) -> None:
    (pledge,) = platforms.claims.filter(kind="company").rows(named=True)
    assert (pledge["value"], pledge["currency"], pledge["years"]) == (380e9, "CNY", 3)
    assert pledge["known_on"] == date(2025, 2, 24)
    assert platforms.claims.filter(kind="circulating").height == 19


def test_no_remark_names_a_machine(platforms: Dataset) -> None:
    pattern = r"(?i)\.json|\.xlsx|trapp2_|market_atlas|demo4|seen_in|local file|stored|/home|/tmp|/work"
    for frame in (platforms.facts, platforms.prices, platforms.estimates, platforms.claims, platforms.disagreements):
        notes = frame["note"].drop_nulls()
        assert notes.filter(notes.str.contains(pattern)).to_list() == []


def test_every_standard_item_has_facts(platforms: Dataset) -> None:
    here = set(platforms.facts["item"])
    wanted = {name for name, item in ITEMS.items() if item.kind in ("flow", "stock") and not item.issuer}
    grants = {"options_outstanding", "options_strike", "restricted_units"}
    converts = {"convertible_shares", "convertible_price", "convertible_debt"}
    stated_by_none = {"finance_leases", "preferred_equity", "operating_lease_cost", *grants, *converts}
    assert wanted - here == stated_by_none


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collected facts are not at hand")
def test_the_embedded_facts_are_the_collected_ones(platforms: Dataset) -> None:
    key = ["company", "item", "segment", "accounting", "period_start", "period_end", "months", "known_on"]
    text = [*key, "value", "currency", "source_title", "source_url", "locator"]
    parts = [pl.read_csv(SHARED / name, infer_schema=False) for name in ("facts.csv", "facts_extra.csv")]
    collected = pl.concat(parts).select(text).with_columns(pl.col("months", "value").cast(pl.Float64))
    here = platforms.facts.select(text).with_columns(
        pl.col("period_start", "period_end", "known_on").cast(pl.String), pl.col("months").cast(pl.Float64)
    )
    assert here.sort(key).equals(collected.sort(key))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collected prices are not at hand")
def test_the_embedded_prices_are_the_collected_ones(platforms: Dataset) -> None:
    rows: dict[tuple[str, str, bool], float] = {}
    for name in ("prices.csv", "prices_daily.csv"):
        with (SHARED / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                rows[row["line"], row["date"], row["adjusted"] == "true"] = float(row["close"])
    here = {
        (row["line"], row["date"].isoformat(), row["adjusted"]): row["close"]
        for row in platforms.prices.iter_rows(named=True)
    }
    assert here == rows


# ---- a folder of one's own ------------------------------------------------------------------------------------------


def test_a_small_folder_loads(tmp_path: Path) -> None:
    data, findings = load(folder(tmp_path), shown_as="mine")
    assert findings == ()
    assert data.facts["segment"].to_list() == ["total"] * 3
    assert data.facts["value"].to_list() == [100.0, 0.0, 1000.0]
    assert data.facts["basis"].to_list() == ["actual"] * 3
    assert data.facts["origin"].to_list() == ["reported"] * 3
    assert data.facts["inputs"].to_list() == [[], [], []]
    assert data.facts["note"].null_count() == 3
    assert data.prices["volume"].to_list() == [None]
    assert data.estimates.is_empty()
    assert [file.path for file in data.files] == [f"mine/{name}.csv" for name in ("companies", "facts", "prices", "fx")]


def test_names_are_derived_from_the_key_where_absent(tmp_path: Path) -> None:
    data, _ = load(folder(tmp_path))
    company = data.companies["big-co"]
    assert (company.name, company.legal_name, company.native_name, company.country) == ("Big Co", "Big Co", "", "")


def test_without_a_lines_file_a_company_has_one_ordinary_line(tmp_path: Path) -> None:
    (line,) = load(folder(tmp_path))[0].lines
    assert (line.company, line.line, line.currency, line.ordinary_per_unit, line.primary) == (
        "acme", "ACM", "USD", 1.0, True,
    )  # fmt: skip


def test_without_a_lines_file_a_second_line_has_no_ratio(tmp_path: Path) -> None:
    data, (finding,) = load(folder(tmp_path, prices=FILES["prices"] + "acme,ACM.L,2025-03-03,10,USD,false\n"))
    assert data.prices["line"].to_list() == ["ACM"]
    assert "second-line" in finding.message
    assert (finding.origin.line, finding.origin.column) == (3, 6)


def test_unnamed_columns_are_kept_as_remarks(tmp_path: Path) -> None:
    rows = FILES["fx"].splitlines()
    prices = "company,line,date,close,currency,adjusted,note,desk\nacme,ACM,2025-03-03,1,USD,false,thin,LDN\n"
    data, findings = load(folder(tmp_path, prices=prices, fx="\n".join((rows[0] + ",who", rows[1] + ",ECB"))))
    assert findings == ()
    assert data.prices["note"].to_list() == ["thin; desk: LDN"]


def test_empty_is_null_and_never_zero(tmp_path: Path) -> None:
    prices = "company,line,date,close,volume,currency,adjusted\nacme,ACM,2025-03-03,1,,USD,false\n"
    data, _ = load(folder(tmp_path, prices=prices))
    assert data.prices["volume"].to_list() == [None]
    assert data.facts.filter(item="cash")["value"].to_list() == [0.0]


def test_text_is_kept_verbatim_and_keys_lose_their_spaces(tmp_path: Path) -> None:
    title = '"  =SUM(A1) <b>""é""</b>, 年报 "'
    row = f"acme, revenue ,us,us-gaap,2023-01-01,2023-12-31,12, 90 ,money, USD,2024-02-01 ,{title}"
    data, findings = load(folder(tmp_path, facts=facts(row)))
    assert findings == ()
    found = data.facts.row(3, named=True)
    assert (found["item"], found["currency"], found["value"]) == ("revenue", "USD", 90.0)
    assert found["source_title"] == '  =SUM(A1) <b>"é"</b>, 年报 '


def test_an_item_of_ones_own_is_kept(tmp_path: Path) -> None:
    row = "acme,gross_merchandise_value,total,us-gaap,2024-01-01,2024-12-31,12,7,money,USD,2025-02-01,Annual report"
    data, findings = load(folder(tmp_path, facts=facts(row)))
    assert findings == ()
    assert "gross_merchandise_value" in set(data.facts["item"])


def test_a_restatement_is_another_row_with_a_later_day(tmp_path: Path) -> None:
    row = "acme,revenue,,us-gaap,2024-01-01,2024-12-31,12,101,money,USD,2025-08-01,Half-year report"
    data, findings = load(folder(tmp_path, facts=facts(row)))
    assert findings == ()
    assert data.facts.filter(item="revenue")["value"].to_list() == [100, 101]


def test_parquet_equals_csv(tmp_path: Path) -> None:
    source, target = embedded("platforms"), tmp_path
    for path in sorted(source.glob("*.csv")):
        pl.read_csv(path, infer_schema_length=None, try_parse_dates=path.stem in ("facts", "fx")).write_parquet(
            target / f"{path.stem}.parquet"
        )
    companies = pl.read_csv(source / "companies.csv", infer_schema=False)
    companies.write_parquet(target / "companies.parquet")
    (from_csv, _), (from_parquet, findings) = load(source), load(target)
    assert findings == ()
    for name in ("facts", "prices", "fx", "estimates", "dividends", "claims", "disagreements"):
        assert getattr(from_csv, name).equals(getattr(from_parquet, name)), name
    assert from_csv.companies == from_parquet.companies
    assert from_csv.lines == from_parquet.lines


def test_parquet_rows_are_checked_too(tmp_path: Path) -> None:
    path = folder(tmp_path, fx=None)
    rows = {
        "date": [date(2025, 3, 3), date(2025, 3, 4), date(2025, 3, 5), None],
        "base": ["EUR"] * 4,
        "quote": ["USD", "USD", "usd", "USD"],
        "rate": [1.0, float("nan"), 1.0, 1.0],
    }
    pl.DataFrame(rows).write_parquet(path / "fx.parquet")
    data, findings = load(path, shown_as="mine")
    assert data.fx.height == 1
    assert [str(finding.origin) for finding in findings] == [f"mine/fx.parquet row {row}" for row in (2, 3, 4)]


def test_a_day_of_parquet_beyond_the_calendar_is_left_out(tmp_path: Path) -> None:
    """Day numbers reach where years of four digits do not: −719600 is a day of the year −1, 3000000 one of 10183."""
    path = folder(tmp_path, fx=None)
    days = pl.Series("date", [20150, -719600, 3_000_000], pl.Int32).cast(pl.Date)
    pl.DataFrame({"base": ["EUR"] * 3, "quote": ["USD"] * 3, "rate": [1.0] * 3}).with_columns(days).write_parquet(
        path / "fx.parquet"
    )
    data, findings = load(path, shown_as="mine")
    assert data.fx["date"].to_list() == [date(2025, 3, 3)]
    assert [finding.check for finding in findings] == ["quarantine", "quarantine"]


def test_a_parquet_column_of_lists_is_refused(tmp_path: Path) -> None:
    path = folder(tmp_path, fx=None)
    pl.DataFrame({"date": ["2025-03-03"], "base": ["EUR"], "quote": ["USD"], "rate": [[1.0]]}).write_parquet(
        path / "fx.parquet"
    )
    (finding,) = refused(path)
    assert finding.check == "column-type"


# ---- refused as a whole ---------------------------------------------------------------------------------------------


def test_every_unusable_file_is_named_at_once(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        companies="company;reporting_currency\nacme;USD\n",
        facts=FILES["facts"].replace("known_on", "known on"),
        prices=None,
        price="",
        fx="date,base,quote,rate,rate\n",
    )
    found = {(finding.check, finding.origin.file) for finding in refused(path)}
    assert found == {
        ("separator", "mine/companies.csv"),
        ("missing-column", "mine/facts.csv"),
        ("missing-file", "mine"),
        ("duplicate-column", "mine/fx.csv"),
    }
    hints = " ".join(finding.hint for finding in refused(path))
    assert "'known on'" in hints
    assert "'price.csv'" in hints


def test_a_folder_that_is_not_there_is_refused_with_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "platforms").mkdir()
    (finding,) = refused(tmp_path / "platform")
    assert finding.check == "no-folder"
    assert finding.hint == "Did you mean 'platforms'?"


def test_an_unknown_shipped_set_is_refused_with_its_neighbour() -> None:
    with pytest.raises(UnusableRequest, match="Did you mean 'platforms'"):
        embedded("platfroms")


@pytest.mark.parametrize("name", ["..", "../sources", "", ".", "/"])
def test_only_names_of_shipped_sets_are_followed(name: str) -> None:
    with pytest.raises(UnusableRequest):
        embedded(name)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    path = folder(tmp_path)
    pl.DataFrame({"a": [1]}).write_parquet(path / "fx.parquet")
    (finding,) = refused(path)
    assert finding.check == "two-files"


def test_a_set_without_a_usable_fact_is_refused_with_the_reasons(tmp_path: Path) -> None:
    found = refused(folder(tmp_path, companies=FILES["companies"].replace("acme", "acne")))
    assert found[0].check == "no-rows"
    assert "'acme' does not stand in the companies file" in found[1].message
    assert found[1].hint == "Did you mean 'acne'?"


def test_a_file_of_unknown_name_is_noted(tmp_path: Path) -> None:
    _, (finding,) = load(folder(tmp_path, estimate="a\n1\n"), shown_as="mine")
    assert (finding.check, finding.severity) == ("unknown-file", "note")
    assert finding.hint == "Did you mean 'estimates'?"


# ---- rows left out --------------------------------------------------------------------------------------------------

GOOD = {
    "company": "acme", "item": "revenue", "segment": "", "accounting": "us-gaap", "period_start": "2023-01-01",
    "period_end": "2023-12-31", "months": "12", "value": "5", "unit": "money", "currency": "USD",
    "known_on": "2024-02-01", "source_title": "R",
}  # fmt: skip
BALANCE = {"item": "cash", "period_start": "", "months": "0"}
FACT_MISTAKES = [
    # what differs from GOOD, the rule, the column pointed at, words of the message or its hint
    ({"value": "1,234"}, "number", "value", "Write 1234."),
    ({"value": "1,5"}, "number", "value", "Write 1.5."),
    ({"value": "1.234,5"}, "number", "value", "Write 1234.5."),
    ({"value": "1 234"}, "number", "value", "thousands separators"),
    ({"value": "(5)"}, "number", "value", "Write -5."),
    ({"value": "5%"}, "number", "value", "Write a fraction"),
    ({"value": "#REF!"}, "number", "value", "a spreadsheet's error"),
    ({"value": "NaN"}, "number", "value", "Leave the cell empty"),
    ({"value": "-inf"}, "number", "value", "Leave the cell empty"),
    ({"value": "n/a"}, "number", "value", "Leave the cell empty"),
    ({"value": "1e999"}, "number", "value", "out of range"),
    ({"value": "1e308"}, "number", "value", "out of range"),
    ({"value": "-0.1e-300"}, "number", "value", "out of range"),
    ({"known_on": "0000-02-01"}, "date", "known_on", "no such day"),
    ({"value": "$5"}, "number", "value", "columns of their own"),
    ({"value": ""}, "empty-cell", "value", "value is empty"),
    ({"value": "  "}, "empty-cell", "value", "value is empty"),
    ({"period_end": "31/12/2023"}, "date", "period_end", "Write year-month-day"),
    ({"period_end": "2023-02-30"}, "date", "period_end", "no such day"),
    ({"period_end": "45291"}, "date", "period_end", "day number"),
    ({"period_end": "2023-12-31T00:00:00"}, "date", "period_end", "Write 2023-12-31."),
    ({"months": "a year"}, "whole-number", "months", "is not a whole number"),
    ({"months": "12.5"}, "whole-number", "months", "is not a whole number"),
    ({"source_title": ""}, "empty-cell", "source_title", "source_title is empty"),
    ({"source_title": "a\u202eb"}, "control-character", "source_title", "bidirectional"),
    ({"source_title": "a\x1b[2J"}, "control-character", "source_title", "control"),
    ({"company": "amce"}, "company", "company", "Did you mean 'acme'?"),
    ({"accounting": "gaap"}, "accounting", "accounting", "Did you mean 'us-gaap'?"),
    ({"unit": "millions"}, "unit", "unit", "unknown unit 'millions'"),
    ({"currency": ""}, "currency", "currency", "needs a currency"),
    ({"currency": "RMB¥"}, "currency", "currency", "not 'RMB¥'"),
    ({"months": "4"}, "months", "months", "Write 0 for a point in time"),
    ({"months": "9"}, "duration", "months", "is 365 days, not 9 months"),
    ({"period_end": "2022-12-31"}, "period-order", "period_end", "before it begins"),
    ({"period_start": ""}, "period-start", "period_start", "without a period_start"),
    ({**BALANCE, "period_start": "2023-01-01"}, "point-in-time", "period_start", "no period_start"),
    ({"item": "cash"}, "flow-or-stock", "months", "a balance at a day"),
    ({**BALANCE, "item": "revenue"}, "flow-or-stock", "months", "a flow over a period"),
    ({"known_on": "2023-11-01"}, "known-on", "known_on", "before the period ended"),
    ({"unit": "pure", "currency": ""}, "unit-of-item", "unit", "revenue is money, not pure"),
    ({"item": "capex", "value": "-5"}, "sign", "value", "are positive"),
]


def written(changes: dict[str, str]) -> str:
    cells = ({**GOOD, **changes}).values()
    return ",".join(f'"{cell}"' if "," in cell else cell for cell in cells)


@pytest.mark.parametrize(("changes", "rule", "column", "words"), FACT_MISTAKES)
def test_a_bad_fact_is_left_out_under_the_rules_name(
    tmp_path: Path, changes: dict[str, str], rule: str, column: str, words: str
) -> None:
    row = written(changes)
    before = list({**GOOD, **changes}.values())[: list(GOOD).index(column)]
    data, findings = load(folder(tmp_path, facts=facts(row)), shown_as="mine")
    assert data.facts.height == 3
    (finding,) = [found for found in findings if f"({rule})" in found.message]
    assert (finding.check, finding.severity) == ("quarantine", "warning")
    place = len("".join(f"{cell}," for cell in before)) + 1
    assert (finding.origin.file, finding.origin.line, finding.origin.column) == ("mine/facts.csv", 5, place)
    assert words in f"{finding.message} {finding.hint}"
    assert finding.excerpt[:20] == row[:20]


def test_the_row_that_the_mistakes_spoil_is_good(tmp_path: Path) -> None:
    for changes in ({}, BALANCE, {"item": "capex"}, {"months": "12.0"}, {"value": "+5.0E-1"}):
        data, findings = load(folder(tmp_path, facts=facts(written(changes))))
        assert data.facts.height == 4
        assert findings == ()


@pytest.mark.parametrize(
    ("name", "row", "rule", "column"),
    [
        ("prices", "acme,ACM,2025-03-04,0,USD,false", "close", 21),
        ("prices", "acme,ACM,2025-03-04,-1,USD,false", "close", 21),
        ("prices", "acme,ACM,2025-03-04,5,USD,maybe", "true-or-false", 27),
        ("prices", "acme,ACM,2025-03-04,5,usd,false", "currency", 23),
        ("fx", "2025-03-04,EUR,USD,0", "rate", 20),
        ("fx", "2025-03-04,EUR,EUR,1", "pair", 16),
        ("fx", "2025-03-04,EURO,USD,1", "currency", 12),
        ("companies", "c3,C3,USD,13,us-gaap,ordinary", "fiscal-year-end", 11),
        ("companies", "c3,C3,USD,12,gaap,ordinary", "accounting_standard", 14),
        ("companies", "c3,C3,USD,12,us-gaap,adr", "eps_basis", 22),
    ],
)
def test_a_bad_row_of_the_other_files_is_left_out(tmp_path: Path, name: str, row: str, rule: str, column: int) -> None:
    _, findings = load(folder(tmp_path, **{name: FILES[name] + row + "\n"}), shown_as="mine")
    (finding,) = findings
    assert f"({rule})" in finding.message
    assert (finding.origin.line, finding.origin.column) == (FILES[name].count("\n") + 1, column)


def test_all_mistakes_of_a_file_come_at_once_in_order(tmp_path: Path) -> None:
    rows = [written(changes) for changes, _, _, _ in FACT_MISTAKES]
    data, findings = load(folder(tmp_path, facts=FILES["facts"] + "\n".join(rows)))
    assert data.facts.height == 3
    lines = [finding.origin.line for finding in findings]
    assert set(lines) == set(range(5, 5 + len(rows)))
    assert lines == sorted(lines)  # type: ignore[type-var]


def test_two_values_for_one_key_are_a_conflict_that_prints_both(tmp_path: Path) -> None:
    row = "acme,revenue,total,us-gaap,2024-01-01,2024-12-31,12,99,money,USD,2025-02-01,Vendor"
    data, (finding,) = load(folder(tmp_path, facts=facts(row)))
    assert data.facts.filter(item="revenue")["value"].to_list() == [100]
    assert (finding.check, finding.severity) == ("conflict", "warning")
    assert finding.origin.line == 5
    assert "says 99 USD where row 2 says 100 USD" in finding.message


def test_a_repeated_row_is_a_note(tmp_path: Path) -> None:
    data, (finding,) = load(folder(tmp_path, fx=FILES["fx"] + "2025-03-03,EUR,USD,1.05\n"))
    assert data.fx.height == 1
    assert (finding.check, finding.severity) == ("duplicate", "note")


LINES = (
    "company,line,exchange,currency,ordinary_per_unit,effective_from,primary\n"
    "acme,ACM,NYSE,USD,2,2020-01-01,true\n"
    "acme,ACM,NYSE,USD,1,,true\n"
    "acme,ACM.L,LSE,GBP,1,,false\n"
)


def test_a_ratio_is_dated_and_prices_stand_in_their_lines_currency(tmp_path: Path) -> None:
    prices = FILES["prices"] + "acme,ACM.L,2025-03-03,9,GBX,false\nacme,ACN,2025-03-03,9,USD,false\n"
    data, findings = load(folder(tmp_path, lines=LINES, prices=prices))
    assert [line.ordinary_per_unit for line in data.lines] == [2, 1, 1]
    assert [line.effective_from for line in data.lines] == [date(2020, 1, 1), None, None]
    assert data.prices.height == 1
    assert [finding.origin.line for finding in findings] == [3, 4]
    assert "priced in GBX; the lines file says GBP" in findings[0].message
    assert findings[1].hint == "Did you mean 'ACM'?"


def test_one_line_of_a_company_is_primary(tmp_path: Path) -> None:
    lines = LINES.replace("GBP,1,,false", "GBP,1,,true")
    data, (finding,) = load(folder(tmp_path, lines=lines))
    assert [line.primary for line in data.lines] == [True, True, False]
    assert "two primary lines" in finding.message
    data, (finding,) = load(folder(tmp_path, lines=LINES.replace("true", "")))
    assert [line.primary for line in data.lines] == [True, True, False]
    assert "no primary line" in finding.message


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    name=st.sampled_from(sorted(FILES)),
    start=st.integers(0, 400),
    cut=st.integers(0, 40),
    put=st.one_of(st.text(max_size=12), st.sampled_from(["\x00", '"', "\r", ",,,", "\ufeff", "1e400", "\u202e"])),
)
def test_no_damage_to_a_file_crashes_the_reader(tmp_path: Path, name: str, start: int, cut: int, put: str) -> None:
    text = FILES[name]
    damaged = (text[:start] + put + text[start + cut :]).encode("utf-8", "replace").decode()
    path = folder(tmp_path, **{name: damaged})
    with contextlib.suppress(UnusableRequest):
        assert load(path)[0].facts["value"].is_finite().all()

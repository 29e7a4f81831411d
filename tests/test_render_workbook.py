"""render/workbook.py: calculated again by two readers that know nothing of us, the workbook says what the page says."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import peer_sets
from peerbench.brief import records
from peerbench.brief.workings import Workings, workings
from peerbench.charts.theme import theme
from peerbench.core.document import Text
from peerbench.core.findings import Finding
from peerbench.render import format as formats
from peerbench.render import workbook
from peerbench.render.workbook import SHEETS
from recalculated import Broken, Recalculated
from studies import Written, numbers, peers, told
from studies import written as of_config

SAME = 1e-12
AUDIENCE = "institutional"


@lru_cache(maxsize=8)
def _written(key: int, audience: str, cached: bool) -> bytes:
    study = STUDIES[key]
    brief = study.briefs[audience]
    findings = study.study.findings
    return workbook.page(brief, work(study, audience), theme=theme(brief.meta.theme), findings=findings, cached=cached)


STUDIES: dict[int, Written] = {}


def written(study: Written, audience: str = AUDIENCE, *, cached: bool = True) -> bytes:
    STUDIES[id(study)] = study
    return _written(id(study), audience, cached)


def work(study: Written, audience: str = AUDIENCE) -> Workings:
    reader = next(one for one in study.case.request.audiences if one.name == audience)
    return workings(study.study, study.briefs[audience], reader)


@pytest.fixture(scope="module")
def book(alibaba: Written) -> Recalculated:
    return Recalculated(written(alibaba))


@pytest.fixture(scope="module")
def shown(alibaba: Written) -> Any:
    """The values that were written beside the formulas."""
    return openpyxl.load_workbook(io.BytesIO(written(alibaba)), data_only=True)


def same(found: Any, expected: Any) -> bool:
    if isinstance(found, (int, float)) and isinstance(expected, (int, float)):
        return bool(found == pytest.approx(expected, rel=SAME, abs=0))
    return (found or "") == (expected or "")


# ---- the sums --------------------------------------------------------------------------------------------------------


def test_every_formula_gives_the_value_written_beside_it(book: Recalculated, shown: Any) -> None:
    live = list(book.formulas)
    assert len(live) > 4000
    wrong = [
        (sheet, cell, formula, found, shown[sheet][cell].value)
        for sheet, cell, formula in live
        if not same(found := book.value(sheet, cell), shown[sheet][cell].value)
    ]
    assert wrong == []


@pytest.mark.parametrize("audience", ["risk", "policy"])
def test_so_it_does_for_every_audience(alibaba: Written, audience: str) -> None:
    data = written(alibaba, audience)
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    again = Recalculated(data)
    wrong = [
        (sheet, cell)
        for sheet, cell, _ in again.formulas
        if not same(again.value(sheet, cell), values[sheet][cell].value)
    ]
    assert wrong == []


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def mark(row: Mapping[str, str]) -> Any:
    """What a row of the data files says, as a cell does."""
    if row["status"] == "ok":
        return float(row["value"])
    return "n.m." if row["status"] == "not_meaningful" else "NA"


def test_every_metric_of_metrics_csv_is_calculated(alibaba: Written, book: Recalculated) -> None:
    file = rows(records.as_csv(alibaba.frames.metrics))
    names = {name for name, (sheet, _) in book.names.items() if sheet == "Calculations"}
    for row in file:
        stem = row["metric"].replace("[", "_").replace("]", "").replace(" ", "_")
        name = next(n for n in (f"{row['company']}_{stem}_measure", f"{row['company']}_{stem}") if n in names)
        found = book.named(name)
        if row["status"] == "excluded":
            assert found in ("n.m.", ">100x", ">75x")
        else:
            assert same(found, mark(row)), name


def comparison(book: Recalculated) -> tuple[dict[str, str], dict[str, int]]:
    """Head → column, and label → row of the comparison."""
    sheet = book.book["Comparison"]
    heads = {str(cell.value): cell.column_letter for cell in sheet[4] if cell.value}
    labels = {str(cell.value): cell.row for cell in sheet["A"][4:] if cell.value}
    return heads, labels


def test_every_row_of_comparison_csv_is_calculated(alibaba: Written, book: Recalculated) -> None:
    heads, labels = comparison(book)
    definitions = alibaba.study.plan.definitions
    columns = {"median": "Median", "maximum": "High", "minimum": "Low", "n": "n", "n_not_meaningful": "n.m."}
    for row in rows(records.as_csv(alibaba.frames.comparison)):
        line = labels[definitions[row["metric"]].label]
        name = alibaba.evidence.name(row["company"])
        found = book.value("Comparison", f"{heads[name]}{line}")
        assert row["status"] == "excluded" or same(found, mark(row)), row
        if row["role"] != "subject":
            continue
        for key, head in columns.items():
            expected = float(row[key]) if row[key] else "–"
            assert same(book.value("Comparison", f"{heads[head]}{line}"), expected), (row["metric"], key)
        rank = book.value("Comparison", f"{heads['Rank of subject']}{line}")
        assert same(rank, float(row["rank"]) if row["rank"] else "–")
        gap = book.value("Comparison", f"{heads['Subject against median']}{line}")
        apart = 100 if definitions[row["metric"]].unit == "fraction" else 1
        given = [float(text) * by for text, by in ((row["premium"], 1), (row["gap"], apart)) if text]
        assert same(gap, given[0] if given else "–") or abs(gap - given[0]) < SAME


def test_nothing_has_changed_until_a_reader_changes_it(book: Recalculated) -> None:
    marks = [found for sheet, cell, _ in book.formulas if (found := book.value(sheet, cell)) == "changed"]
    assert marks == []
    assert counted(book) == (0, 0)


def counted(book: Recalculated) -> tuple[float, float]:
    """Inputs changed, and figures that differ, as the first sheet counts them."""
    sheet = book.book["Brief"]
    places = {str(cell.value): f"B{cell.row}" for cell in sheet["A"] if cell.value}
    inputs, figures = (book.value("Brief", places[head]) for head in COUNTS)
    return inputs, figures


COUNTS = ("Inputs changed", "Figures that differ from the brief")


def test_a_changed_input_flows_to_the_comparison(book: Recalculated) -> None:
    """A quarter's income to ordinary shareholders up by 10bn: P/E and the gap to the median follow by hand."""
    name = "alibaba_net_income_common_3m_2025_06_30"
    after = book.with_cells(**{name: book.named(name) + 10e9})
    income = book.named("alibaba_net_income_common_ltm")
    assert after.named("alibaba_net_income_common_ltm") == pytest.approx(income + 10e9)
    pe = book.named("alibaba_market_cap") / (income + 10e9)
    assert after.named("alibaba_pe_ltm") == pytest.approx(pe)
    heads, labels = comparison(after)
    line = labels["Price / earnings, LTM"]
    assert after.value("Comparison", f"{heads['Alibaba']}{line}") == pytest.approx(pe)
    median = book.value("Comparison", f"{heads['Median']}{line}")
    assert after.value("Comparison", f"{heads['Subject against median']}{line}") == pytest.approx(pe / median - 1)
    inputs, figures = counted(after)
    assert inputs == 1
    assert figures > 3


def test_a_loss_is_not_meaningful_and_an_input_taken_away_is_missing(book: Recalculated) -> None:
    name = "amazon_net_income_common_12m_2024_12_31"
    loss = book.with_cells(**{name: -900e9})
    assert loss.named("amazon_pe_ltm") == "n.m."
    gone = book.with_cells(**{name: None})
    assert gone.named("amazon_net_income_common_ltm") == "NA"
    assert gone.named("amazon_pe_ltm") == "NA"
    heads, labels = comparison(gone)
    line = labels["Price / earnings, LTM"]
    assert gone.value("Comparison", f"{heads['n']}{line}") == 2
    assert gone.value("Comparison", f"{heads['Median']}{line}") == "–"


@pytest.mark.parametrize("value", [0.0, -1.0, None, "text"])
def test_no_input_makes_a_spreadsheet_error(book: Recalculated, value: Any) -> None:
    """The close, a stub, the ADS ratio and the day's rate at once: something says NA or n.m., nothing fails."""
    names = ("BABA_close_2025_09_23", "tencent_revenue_6m_2025_06_30", "BABA_ordinary_per_unit")
    changed, broken = book.with_cells(**dict.fromkeys(names, value)), []
    for place, where, formula in book.formulas:
        try:
            changed.value(place, where)
        except Broken as error:
            broken.append((place, where, formula, str(error)))
    assert broken == []
    assert changed.named("alibaba_pe_ltm") in ("NA", "n.m.") or value == -1.0


# ---- recalculated by an office ---------------------------------------------------------------------------------------

ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""
# All sheets as they are shown: field and text separators, UTF-8, from row 1, quoted, formatted as on the sheet.
AS_SHOWN = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,true,false,false,-1"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes, str], Path]:
    """Converts a workbook by LibreOffice, which calculates every formula anew; the folder of what it wrote."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("needs LibreOffice Calc (libreoffice-calc-nogui)")
    home = tmp_path_factory.mktemp("office")
    (home / "user").mkdir()
    (home / "user" / "registrymodifications.xcu").write_text(ALWAYS, "utf-8")

    def convert(data: bytes, kind: str) -> Path:
        folder = tmp_path_factory.mktemp("converted")
        (folder / "in.xlsx").write_bytes(data)
        asked = [program, f"-env:UserInstallation={home.as_uri()}", "--headless", "--convert-to", kind]
        asked += ["--outdir", str(folder / "out"), str(folder / "in.xlsx")]
        subprocess.run(asked, check=True, capture_output=True, timeout=240)
        return folder / "out"

    return convert


def test_an_office_that_calculates_it_anew_finds_the_page_in_every_cell(
    alibaba: Written, shown: Any, book: Recalculated, office: Callable[[bytes, str], Path]
) -> None:
    """Written without values, so that none can be read back."""
    bare = written(alibaba, cached=False)
    assert not [cell for cell in values_of(bare) if cell not in (None, "")]
    found = openpyxl.load_workbook(office(bare, "xlsx") / "in.xlsx", data_only=True)
    wrong = [
        (sheet, cell, formula, found[sheet][cell].value, shown[sheet][cell].value)
        for sheet, cell, formula in book.formulas
        if not same(found[sheet][cell].value, shown[sheet][cell].value)
    ]
    assert wrong == []


def values_of(data: bytes) -> list[Any]:
    """What stands beside the formulas of a workbook."""
    live = openpyxl.load_workbook(io.BytesIO(data))
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    cells = ((sheet.title, cell) for sheet in live for row in sheet.iter_rows() for cell in row)
    return [values[title][cell.coordinate].value for title, cell in cells if cell.data_type == "f"]


@pytest.fixture(scope="module")
def printed(alibaba: Written, office: Callable[[bytes, str], Path]) -> Callable[[str], list[list[str]]]:
    """A sheet as an office shows it, calculated anew."""
    folder = office(written(alibaba, cached=False), AS_SHOWN)
    return lambda sheet: list(csv.reader((folder / f"in-{sheet}.csv").read_text("utf-8").splitlines()))


def test_it_shows_the_figures_in_the_letters_of_the_page(
    alibaba: Written, printed: Callable[[str], list[list[str]]]
) -> None:
    """The first sheet's key data and table, cell by cell, as an office prints them."""
    front = printed("Brief")
    brief = alibaba.briefs[AUDIENCE]
    start = next(at for at, row in enumerate(front) if row[0] == "Company")
    table = next(b for b in told(brief)[5][0][1] if getattr(b, "number", None) == 1 and hasattr(b, "rows"))
    assert [row[0] for row in front[start + 1 : start + 1 + len(table.rows)]] == [plain(r.label) for r in table.rows]
    for line, row in zip(front[start + 1 :], table.rows, strict=False):
        texts = [formats.text(number) for cell in row.cells for number in numbers(cell)]
        assert [bare_of(text) for text in line[1 : 1 + len(texts)]] == texts
    large = front[next(at for at, row in enumerate(front) if row[0] == "Key data") + 1]
    assert large[1] == large[2] == formats.text(brief.panel.large)


def plain(spans: Any) -> str:
    return "".join(span.text for span in spans if hasattr(span, "text")).strip()


def bare_of(text: str) -> str:
    """A cell says the unit that the head of the page's column says."""
    return text.removesuffix("%").removesuffix("pp")


def test_the_comparison_is_shown_as_the_tables_of_the_page(
    alibaba: Written, printed: Callable[[str], list[list[str]]]
) -> None:
    lines = printed("Comparison")
    heads = {name: place for place, name in enumerate(lines[3])}
    rows_by = {line[0]: line for line in lines[4:] if line and line[0]}
    evidence, count = alibaba.evidence, 0
    for table in tables_of(alibaba):
        for row in table.rows:
            for number in numbers(row.cells):
                quantity = evidence.book.get(number.ref)
                if quantity is None or not number.ref.endswith(":USD") or not quantity.ok:
                    continue
                shown_there = rows_by[evidence.label(quantity.metric)][heads[evidence.name(quantity.company)]]
                assert bare_of(shown_there).rstrip("x") == bare_of(formats.text(number)).rstrip("x"), number
                count += 1
    assert count > 60


def tables_of(study: Written) -> list[Any]:
    blocks = [block for _, page in told(study.briefs[AUDIENCE])[5] for block in page]
    return [block for block in blocks if getattr(block, "kind", "") in ("comps", "rank")]


# ---- what a stranger may send ----------------------------------------------------------------------------------------

EVIL = ('=HYPERLINK("http://x.y","z")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "<b>&amp;</b>", "a\x00\x0bb", "_x0041_")


def test_no_text_is_ever_a_formula_or_a_link_and_one_too_long_is_cut(alibaba: Written) -> None:
    brief = alibaba.briefs[AUDIENCE]
    text = " ".join(EVIL)
    meta = replace(brief.meta, series=EVIL[0], legal=EVIL[1], desk=EVIL[3], audience_label=text)
    sources = tuple(replace(one, title=EVIL[0], remark=EVIL[2], url=f"javascript:{text}", documents=())
                    for one in brief.sources)  # fmt: skip
    evidence = alibaba.evidence
    named = {key: replace(one, name=EVIL[0]) for key, one in evidence.companies.items()}
    study = replace(alibaba.study, evidence=replace(evidence, companies=named))
    evil = replace(brief, meta=meta, headline=(Text(EVIL[0]),), standfirst=(Text(text),), sources=sources)
    findings = tuple(Finding(one, "note", one, one, subject=one) for one in (*EVIL, "a" * 40_000))
    laid = replace(work(alibaba), sources=sources, study=study)
    data = workbook.page(evil, laid, theme=theme("investor"), findings=findings)
    book = openpyxl.load_workbook(io.BytesIO(data))
    ours = {value for _, _, value in Recalculated(written(alibaba)).formulas}
    live = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert set(live) <= ours
    assert book["Brief"]["A2"].value == EVIL[0]
    assert book["Brief"]["A2"].data_type == "s"
    assert book["Brief"]["A2"].quotePrefix
    assert [link.target for link in book["Sources"]._hyperlinks if link.target] == []
    longest = max((str(cell.value) for cell in book["Checks"]["D"]), key=len)
    assert len(longest) < 32_767  # a cell holds no more
    assert longest.endswith("a …")


# ---- the file --------------------------------------------------------------------------------------------------------


def test_twice_the_same_bytes_and_no_clock_in_them(alibaba: Written) -> None:
    brief = alibaba.briefs[AUDIENCE]
    findings = alibaba.study.findings
    again = workbook.page(brief, work(alibaba), theme=theme(brief.meta.theme), findings=findings)
    assert again == written(alibaba)
    with zipfile.ZipFile(io.BytesIO(again)) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = openpyxl.load_workbook(io.BytesIO(again)).properties
    assert properties.created.date() == brief.meta.published
    assert properties.title.startswith("Alibaba")


def test_the_sheets_stand_in_their_order(book: Recalculated) -> None:
    assert tuple(book.book.sheetnames) == SHEETS


def test_inputs_are_blue_and_formulas_are_not(book: Recalculated) -> None:
    inputs = {name: place for name, place in book.names.items() if place[0] == "Inputs"}
    assert len(inputs) > 200
    for sheet, cell in inputs.values():
        assert book.book[sheet][cell].font.color.rgb == "FF0000FF"
        assert book.book[sheet][cell].data_type == "n"
    for sheet, cell, _ in book.formulas[::50]:
        assert book.book[sheet][cell].font.color.rgb != "FF0000FF"


def test_names_can_be_read(book: Recalculated) -> None:
    for name, sheet in (
        ("alibaba_revenue_ltm", "Operands"), ("alibaba_pe_ltm", "Calculations"), ("BABA_close_2025_09_23", "Inputs"),
        ("alibaba_revenue_12m_2025_03_31", "Inputs"), ("fx_USD_CNY_2025_09_23", "FX"),
        ("_0700_HK_close_2025_09_23", "Inputs"),
    ):  # fmt: skip
        assert book.names[name][0] == sheet


def test_a_missing_figure_says_why_beside_it(alibaba: Written, book: Recalculated) -> None:
    sheet, cell = book.names["alibaba_ev_to_ebitda_ltm"]
    assert book.value(sheet, cell) == "NA"
    why = book.book[sheet][f"F{cell[1:]}"].value
    assert why.startswith("missing: depreciation and amortisation, last twelve months:")


def test_a_mark_in_the_comparison_has_its_reason_in_the_row(book: Recalculated) -> None:
    heads, labels = comparison(book)
    line = labels["EV / EBITDA, LTM"]
    assert book.value("Comparison", f"{heads['Alibaba']}{line}") == "NA"
    remarks = book.book["Comparison"][f"{heads['Remarks']}{line}"].value
    assert "Alibaba: missing: depreciation and amortisation" in remarks
    assert "Amazon" not in remarks


def test_a_reader_that_does_not_calculate_sees_the_figures(alibaba: Written) -> None:
    """Another library's eyes: values as they were written beside the formulas."""
    calamine = pytest.importorskip("python_calamine")
    sheets = calamine.CalamineWorkbook.from_filelike(io.BytesIO(written(alibaba)))
    assert tuple(sheets.sheet_names) == SHEETS
    lines = sheets.get_sheet_by_name("Comparison").to_python()
    heads = lines[3]
    row = next(line for line in lines if line[0] == "Price / earnings, LTM")
    assert row[heads.index("Alibaba")] == pytest.approx(18.0577, abs=1e-4)
    assert row[heads.index("Median")] == pytest.approx(25.8403, abs=1e-4)


def test_every_row_of_the_lineage_is_found_with_its_number(alibaba: Written, book: Recalculated) -> None:
    brief = alibaba.briefs[AUDIENCE]
    sheet = book.book["Lineage"]
    found = {(row[0].value or "", row[1].value) for row in sheet.iter_rows(min_row=5)}
    assert {(trace.row, trace.what) for trace in brief.traces.values()} <= found
    live = [row[3] for row in sheet.iter_rows(min_row=5) if row[3].data_type == "f"]
    assert len(live) > 0.9 * len([trace for trace in brief.traces.values() if trace.exact.status == "ok"])


def test_a_bar_of_the_football_field_is_live(book: Recalculated) -> None:
    """The lowest implied value by P/E is Baidu's 11.02: without Baidu's earnings it is no more."""
    sheet = book.book["Lineage"]
    row = next(r for r in sheet.iter_rows(min_row=5) if str(r[1].value).startswith("Value of one BABA at the low P/E"))
    per_ads = row[3].coordinate
    by_hand = book.named("baidu_pe_ltm") * book.named("alibaba_net_income_common_ltm")
    by_hand *= 8 / book.named("alibaba_shares_spot") / book.named("fx_USD_CNY_2025_09_23")
    assert book.value("Lineage", per_ads) == pytest.approx(by_hand, rel=SAME)
    gone = book.with_cells(baidu_net_income_common_ltm="NA")
    assert gone.value("Lineage", per_ads) == "n.m."


def test_every_input_names_its_document(alibaba: Written, book: Recalculated) -> None:
    sheet = book.book["Inputs"]
    heads = {cell.value: place for place, cell in enumerate(sheet[4])}
    for row in sheet.iter_rows(min_row=5):
        if row[heads["Id"]].value:
            assert row[heads["Document"]].value, row[heads["Id"]].value
            assert row[heads["Source"]].value


def test_a_reference_peer_is_shown_and_has_no_weight(variant: Callable[..., Written]) -> None:
    """Two core peers bear no median."""
    study = variant(peers=peers("tencent", "amazon", reference=("baidu",)))
    book = Recalculated(written(study))
    heads, labels = comparison(book)
    line = labels["Price / earnings, LTM"]
    assert book.value("Comparison", f"{heads['Baidu']}{line}") == pytest.approx(11.02, abs=0.01)
    assert book.value("Comparison", f"{heads['n']}{line}") == 2
    assert book.value("Comparison", f"{heads['Median']}{line}") == "–"
    assert book.value("Comparison", f"{heads['Rank of subject']}{line}") == "–"
    assert "First quartile" not in heads


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fifteen_peers", "losses"])
def test_other_peer_sets_calculate_as_well(name: str, shared: Path, tmp_path: Path) -> None:
    """Quartiles from five peers on, losses, rupees, years that end in other months."""
    study = of_config(peer_sets.SETS[name](tmp_path, shared), today=date(2026, 11, 24))
    data = written(study)
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    again = Recalculated(data)
    wrong = [(s, c, f) for s, c, f in again.formulas if not same(again.value(s, c), values[s][c].value)]
    assert wrong == []
    assert ("First quartile" in comparison(again)[0]) == (len(study.evidence.peers) >= 5)

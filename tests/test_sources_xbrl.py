"""One filing in inline XBRL: a real report's totals and segments, and small documents for scale, sign and refusals."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from peerbench.core.dataset import Dataset
from peerbench.sources import xbrl
from peerbench.sources.ask import Ask, Means
from peerbench.sources.merge import combine
from peerbench.sources.payload import Payload

HEAD = """<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
 xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:xbrldi="http://xbrl.org/2006/xbrldi"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><body><div><ix:header><ix:hidden>
<ix:nonNumeric name="dei:EntityRegistrantName" contextRef="y">ACME CORP</ix:nonNumeric>
<ix:nonNumeric name="dei:EntityCentralIndexKey" contextRef="y">0000000001</ix:nonNumeric>
<ix:nonNumeric name="dei:DocumentType" contextRef="y">10-K</ix:nonNumeric></ix:hidden><ix:resources>
<xbrli:context id="y"><xbrli:period><xbrli:startDate>2024-01-01</xbrli:startDate>
<xbrli:endDate>2024-12-31</xbrli:endDate></xbrli:period></xbrli:context>
<xbrli:context id="d"><xbrli:period><xbrli:instant>2024-12-31</xbrli:instant></xbrli:period></xbrli:context>
<xbrli:context id="s"><xbrli:entity><xbrli:segment>
<xbrldi:explicitMember dimension="us-gaap:StatementBusinessSegmentsAxis">acme:CloudMember</xbrldi:explicitMember>
<xbrldi:explicitMember dimension="srt:ConsolidationItemsAxis">us-gaap:OperatingSegmentsMember</xbrldi:explicitMember>
</xbrli:segment></xbrli:entity><xbrli:period><xbrli:startDate>2024-01-01</xbrli:startDate>
<xbrli:endDate>2024-12-31</xbrli:endDate></xbrli:period></xbrli:context>
<xbrli:context id="x"><xbrli:entity><xbrli:segment>
<xbrldi:explicitMember dimension="us-gaap:StatementBusinessSegmentsAxis">acme:CloudMember</xbrldi:explicitMember>
<xbrldi:explicitMember dimension="srt:ProductOrServiceAxis">acme:StorageMember</xbrldi:explicitMember>
</xbrli:segment></xbrli:entity><xbrli:period><xbrli:startDate>2024-01-01</xbrli:startDate>
<xbrli:endDate>2024-12-31</xbrli:endDate></xbrli:period></xbrli:context>
<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>
<xbrli:unit id="sh"><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unit>
<xbrli:unit id="eps"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unitNumerator>
<xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unitDenominator></xbrli:divide></xbrli:unit>
</ix:resources></ix:header></div>"""
TAIL = "</body></html>"
SETTINGS: dict[str, Any] = {
    "file": "acme.htm", "company": "acme", "filed": date(2025, 2, 1),
    "address": "https://www.sec.gov/Archives/edgar/data/1/000000000125000007/acme.htm",
}  # fmt: skip


def figure(
    name: str, text: str, *, context: str = "y", unit: str = "usd", scale: str = "6", form: str = "ixt:num-dot-decimal",
    more: str = "",
) -> str:  # fmt: skip
    return (
        f'<p><ix:nonFraction name="us-gaap:{name}" contextRef="{context}" unitRef="{unit}" scale="{scale}" '
        f'format="{form}" {more}>{text}</ix:nonFraction></p>'
    )


def read(root: Path, *figures: str, head: str = HEAD, **settings: Any) -> Payload:
    (root / "acme.htm").write_text(head + "".join(figures) + TAIL, encoding="utf-8")
    return xbrl.read(Ask("xbrl", "xbrl", {**SETTINGS, **settings}, root), Means())


def values(payload: Payload) -> dict[tuple[str, str], float]:
    rows = payload.tables["facts"].frame.iter_rows(named=True)
    return {(row["item"], row["segment"]): row["value"] for row in rows}


def test_scale_sign_and_format_make_the_figure(tmp_path: Path) -> None:
    found = values(
        read(
            tmp_path,
            figure("Revenues", "1,234.5"),
            figure("OperatingIncomeLoss", "56", more='sign="-"'),
            figure("Assets", "<span>7</span>,000", context="d", scale="3"),
            figure("PaymentsForRepurchaseOfCommonStock", "—", form="ixt:fixed-zero"),
            figure("EarningsPerShareDiluted", "1.25", unit="eps", scale="0"),
            figure("CashAndCashEquivalentsAtCarryingValue", "1.234,5", context="d", form="ixt:num-comma-decimal"),
        )
    )
    assert found["revenue", "total"] == 1_234_500_000
    assert found["operating_income", "total"] == -56_000_000
    assert found["total_assets", "total"] == 7_000_000
    assert found["share_repurchases", "total"] == 0
    assert found["eps_diluted", "total"] == 1.25
    assert found["cash", "total"] == 1_234_500_000


def test_a_segment_has_its_own_figures_and_a_part_of_it_is_not_it(tmp_path: Path) -> None:
    found = read(
        tmp_path, figure("Revenues", "100"), figure("Revenues", "30", context="s"),
        figure("Revenues", "9", context="x"),
        segments={"CloudMember": "cloud"},
    )  # fmt: skip
    assert values(found) == {("revenue", "total"): 100e6, ("revenue", "cloud"): 30e6}
    (row,) = (row for row in found.tables["facts"].frame.iter_rows(named=True) if row["segment"] == "cloud")
    assert (row["locator"], row["source_url"], row["known_on"]) == (
        "Revenues, segment cloud", SETTINGS["address"], date(2025, 2, 1),
    )  # fmt: skip


def test_a_segment_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    found = read(tmp_path, figure("Revenues", "100"), figure("Revenues", "30", context="s"), segments={"Clod": "cloud"})
    (finding,) = found.findings
    assert finding.check == "no-segment"
    assert "CloudMember" in finding.hint


def test_what_says_nothing_is_no_figure(tmp_path: Path) -> None:
    found = read(
        tmp_path, figure("Revenues", "100"), figure("Assets", "", context="d", more='xsi:nil="true"'),
        figure("CostOfRevenue", "forty"), figure("GrossProfit", "5", context="none"),
        figure("ProfitLoss", "5", unit="?"),
    )  # fmt: skip
    assert values(found) == {("revenue", "total"): 100e6}
    (finding,) = found.findings
    assert (finding.check, finding.message) == (
        "unreadable-entry", "acme: 3 entries without a readable value, period or filing left out.",
    )  # fmt: skip


BOMB = '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("head", "settings", "word"),
    [
        (BOMB + HEAD, {}, "declares a document type or entities"),
        (HEAD + "<p>", {}, "not well-formed"),
        ('<html xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"><body>', {}, "no XBRL contexts"),
        (HEAD, {"filed": None}, "does not say when it was filed"),
        (HEAD, {"file": "none.htm"}, "cannot be read"),
    ],
)
def test_a_document_that_is_no_filing_is_refused(
    tmp_path: Path, head: str, settings: dict[str, Any], word: str
) -> None:
    found = read(tmp_path, figure("Revenues", "1"), head=head, **settings)
    assert found.tables == {}
    (finding,) = found.findings
    assert finding.check == "not-xbrl"
    assert word in finding.message


@pytest.fixture(scope="module")
def amazon(shared: Path) -> Dataset:
    settings = {
        "file": "filings/amzn-10-k-2025-02-07.html", "company": "amazon", "filed": date(2025, 2, 7),
        "address": "https://www.sec.gov/Archives/edgar/data/1018724/000101872425000004/amzn-20241231.htm",
        "segments": {"AmazonWebServicesSegment": "aws"},
    }  # fmt: skip
    return combine((xbrl.read(Ask("xbrl", "xbrl", settings, shared), Means()),))


def test_amazons_report_of_2024_says_what_the_embedded_set_says(amazon: Dataset, platforms: Dataset) -> None:
    """Read by hand from the same report: every figure of the year that both have."""
    key = ["item", "segment", "period_end", "months"]
    of_year = (pl.col("company") == "amazon") & (pl.col("period_end") == date(2024, 12, 31))
    theirs = platforms.facts.filter(of_year & (pl.col("accounting") == "us-gaap") & pl.col("months").is_in([0, 12]))
    both = amazon.facts.filter(of_year).join(theirs, on=key, suffix="_by_hand")
    differ = both.filter((pl.col("value") - pl.col("value_by_hand")).abs() > 1e-9 * pl.col("value").abs())
    assert both.height >= 20
    assert set(differ["item"]) <= {"debt_short", "debt_long"}  # the report's note and its balance sheet differ in scope


def test_aws_stands_apart_from_the_whole(amazon: Dataset) -> None:
    """Note 10 of the report: net sales 107,556 and operating income 39,834 million dollars in 2024."""
    aws = amazon.facts.filter((pl.col("segment") == "aws") & (pl.col("period_end") == date(2024, 12, 31)))
    assert dict(aws.select("item", "value").iter_rows()) == {
        "revenue": 107.556e9, "operating_income": 39.834e9, "total_assets": 155.953e9,
    }  # fmt: skip

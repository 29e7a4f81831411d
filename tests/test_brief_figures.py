"""The figures of the shipped brief, recomputed from named facts by plain arithmetic, for all four companies.

Every line of TABLE is one metric of configs/alibaba.yaml: the arithmetic that a reader with the documents would do.
Nothing of the engine is used but its data: no formula, no panel, no calendar, no currency.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl
import pytest

from peerbench.core.dataset import Dataset
from studies import DAY, Written, paragraph, peers, walk, words

COMPANIES: Final = ("alibaba", "tencent", "amazon", "baidu")
QUARTERS: Final = tuple(date.fromisoformat(day) for day in ("2024-09-30", "2024-12-31", "2025-03-31", "2025-06-30"))
BEFORE: Final = tuple(date.fromisoformat(day) for day in ("2023-09-30", "2023-12-31", "2024-03-31", "2024-06-30"))
JUNE: Final = date(2025, 6, 30)


@dataclass(frozen=True)
class Books:
    """What the documents said of one company by 23 September 2025: the last word on each figure."""

    data: Dataset
    company: str

    def fact(self, item: str, end: date, months: int, segment: str = "total") -> float | None:
        rows = self.data.facts.filter(
            company=self.company, item=item, segment=segment, period_end=end, months=months
        ).filter(pl.col("known_on") <= DAY)
        said = [row for row in rows.iter_rows(named=True) if row["accounting"] != "issuer-non-gaap"]
        return max(said, key=lambda row: row["known_on"])["value"] if said else None

    @property
    def earnings(self) -> str:
        """Baidu prints no income to common quarter by quarter; income to the parent stands in (METHOD 17)."""
        return "net_income_parent" if self.company == "baidu" else "net_income_common"

    def year(self, item: str, back: int = 0) -> float | None:
        end = date(2025 - back, 3, 31) if self.company == "alibaba" else date(2024 - back, 12, 31)
        return self.fact(item, end, 12)

    def quarter(self, item: str, back: int = 0) -> float | None:
        return self.fact(item, date(2025 - back, 6, 30), 3)

    def ltm(self, item: str) -> float | None:
        return total(*(self.fact(item, end, 3) for end in QUARTERS))

    def ltm_before(self, item: str) -> float | None:
        return total(*(self.fact(item, end, 3) for end in BEFORE))

    def rolled(self, item: str) -> float | None:
        """The year 2024 plus the half to June 2025 less the half before: for those who publish halves."""
        half = self.fact(item, JUNE, 6), self.fact(item, date(2024, 6, 30), 6)
        year = self.fact(item, date(2024, 12, 31), 12)
        return None if None in (*half, year) else year + half[0] - half[1]  # type: ignore[operator]

    def stock(self, item: str) -> float | None:
        """At June 2025; Baidu has split its debt last in December 2024."""
        return next((v for end in (JUNE, date(2024, 12, 31)) if (v := self.fact(item, end, 0)) is not None), None)

    # ---- market ----------------------------------------------------------------------------------------------------

    def rate(self, base: str, quote: str, day: date = DAY) -> float:
        """One base in quote by the ECB's euro rates of the day."""
        euro = {row["quote"]: row["rate"] for row in self.data.fx.filter(date=day, base="EUR").iter_rows(named=True)}
        euro["EUR"] = 1.0
        return float(euro[quote] / euro[base])

    @property
    def cap(self) -> float:
        """Close × rate ÷ shares a unit × ordinary shares, in the reporting currency."""
        line, unit, code = {
            "alibaba": ("BABA", 8, "USD"), "tencent": ("0700.HK", 1, "HKD"), "amazon": ("AMZN", 1, "USD"),
            "baidu": ("BIDU", 8, "USD"),
        }[self.company]  # fmt: skip
        (close,) = self.data.prices.filter(line=line, date=DAY, adjusted=False)["close"].to_list()
        return float(close) * self.rate(code, self.currency) / unit * self.shares

    @property
    def shares(self) -> float:
        if self.company == "tencent":  # no count within 185 days: the weighted diluted average of the June quarter
            return self.quarter("shares_diluted") or 0.0
        day = date(2025, 7, 23) if self.company == "amazon" else date(2025, 3, 31)
        return self.fact("shares_outstanding", day, 0) or 0.0

    @property
    def currency(self) -> str:
        return "USD" if self.company == "amazon" else "CNY"

    # ---- sums ------------------------------------------------------------------------------------------------------

    @property
    def debt(self) -> float:
        return total(self.stock("debt_short"), self.stock("debt_long")) or 0.0

    @property
    def cash(self) -> float:
        return total(self.stock("cash"), self.stock("short_term_investments")) or 0.0

    @property
    def value(self) -> float:
        """Enterprise value: under IFRS all leases are debt (METHOD 12); what is not disclosed counts nothing."""
        parts = ["minority_interest", "mezzanine_equity", "preferred_equity", "finance_leases"]
        parts += ["lease_liabilities"] if self.company == "tencent" else []
        return self.cap + self.debt - self.cash + sum(self.stock(part) or 0.0 for part in parts)

    @property
    def cash_flow_ltm(self) -> float | None:
        """Free cash flow over four quarters, or by the halves."""
        flow, spent = self.ltm("operating_cash_flow"), self.ltm("capex")
        flow, spent = flow or self.rolled("operating_cash_flow"), spent or self.rolled("capex")
        return None if flow is None or spent is None else flow - spent

    def cash_flow(self, back: int = 0) -> float | None:
        flow, spent = self.year("operating_cash_flow", back), self.year("capex", back)
        return None if flow is None or spent is None else flow - spent


def total(*parts: float | None) -> float | None:
    return None if None in parts else sum(parts)  # type: ignore[arg-type]


def over(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a / b


def rise(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a / b - 1


def plus(*parts: float | None) -> float | None:
    return total(*parts)


def mean_equity(b: Books) -> float | None:
    whole = total(b.fact("equity_parent", JUNE, 0), b.fact("equity_parent", date(2024, 6, 30), 0))
    return None if whole is None else whole / 2


TABLE: Final[dict[str, Callable[[Books], float | None]]] = {
    "market_cap": lambda b: b.cap,
    "enterprise_value": lambda b: b.value,
    "pe_ltm": lambda b: over(b.cap, b.ltm(b.earnings)),
    "pe_fy": lambda b: over(b.cap, b.year(b.earnings)),
    "pe_ntm": lambda b: None,  # no forecast of the second year by the day, and Tencent's is of March
    "ps_ltm": lambda b: over(b.cap, b.ltm("revenue")),
    "pb": lambda b: over(b.cap, b.stock("equity_parent")),
    "ev_to_sales_ltm": lambda b: over(b.value, b.ltm("revenue")),
    "ev_to_ebitda_ltm": lambda b: over(b.value, plus(b.ltm("operating_income"), b.ltm("depreciation_amortization"))),
    "ev_to_ebit_ltm": lambda b: over(b.value, b.ltm("operating_income")),
    "fcf_yield_ltm": lambda b: over(b.cash_flow_ltm, b.cap),
    "peg_ltm": lambda b: over(b.cap / b.ltm(b.earnings), 100 * rise(b.ltm(b.earnings), b.ltm_before(b.earnings))),  # type: ignore[operator]
    "shareholder_yield": lambda b: over(plus(b.year("dividends_paid"), b.year("share_repurchases")), b.cap),
    "revenue_growth_ltm": lambda b: rise(b.ltm("revenue"), b.ltm_before("revenue")),
    "revenue_growth_fy": lambda b: rise(b.year("revenue"), b.year("revenue", 1)),
    "revenue_growth_quarter": lambda b: rise(b.quarter("revenue"), b.quarter("revenue", 1)),
    "revenue_cagr_3y": lambda b: (b.year("revenue") / b.year("revenue", 3)) ** (1 / 3) - 1,  # type: ignore[operator]
    "operating_income_growth_ltm": lambda b: rise(b.ltm("operating_income"), b.ltm_before("operating_income")),
    "operating_income_growth_fy": lambda b: rise(b.year("operating_income"), b.year("operating_income", 1)),
    "net_income_growth_ltm": lambda b: rise(b.ltm(b.earnings), b.ltm_before(b.earnings)),
    "net_income_growth_fy": lambda b: rise(b.year(b.earnings), b.year(b.earnings, 1)),
    "fcf_growth_fy": lambda b: rise(b.cash_flow(), b.cash_flow(1)),
    "capex_growth_fy": lambda b: rise(b.year("capex"), b.year("capex", 1)),
    "gross_margin_ltm": lambda b: over(b.ltm("gross_profit"), b.ltm("revenue")),
    "operating_margin_ltm": lambda b: over(b.ltm("operating_income"), b.ltm("revenue")),
    "ebitda_margin_fy": lambda b: over(
        plus(b.year("operating_income"), b.year("depreciation_amortization")), b.year("revenue")
    ),
    "net_margin_ltm": lambda b: over(b.ltm(b.earnings), b.ltm("revenue")),
    "fcf_margin_fy": lambda b: over(b.cash_flow(), b.year("revenue")),
    "rd_to_sales_fy": lambda b: over(b.year("research_development"), b.year("revenue")),
    "capex_to_sales_fy": lambda b: over(b.year("capex"), b.year("revenue")),
    "roe": lambda b: over(b.ltm(b.earnings), mean_equity(b)),
    "rule_of_40": lambda b: plus(
        rise(b.ltm("revenue"), b.ltm_before("revenue")), over(b.cash_flow_ltm, b.ltm("revenue"))
    ),
    "cloud_share": lambda b: over(b.fact("revenue", date(2025, 3, 31), 12, "cloud"), b.year("revenue")),
    "net_cash": lambda b: b.cash - b.debt,
    "net_debt_to_equity": lambda b: over(b.debt - b.cash, b.stock("equity_parent")),
    "net_debt_to_ebitda": lambda b: over(
        b.debt - b.cash, plus(b.ltm("operating_income"), b.ltm("depreciation_amortization"))
    ),
    "debt_to_equity": lambda b: over(b.debt, b.stock("equity_parent")),
    "debt_to_assets": lambda b: over(b.debt, b.stock("total_assets")),
    "cash_to_market_cap": lambda b: over(b.cash, b.cap),
    "equity_ratio": lambda b: over(b.fact("equity_total", JUNE, 0), b.stock("total_assets")),
}


def test_the_table_holds_every_metric_of_the_shipped_config(alibaba: Written) -> None:
    asked = {metric for group in alibaba.study.groups.values() for metric in group}
    assert asked == set(TABLE)
    assert len(TABLE) >= 25


@pytest.mark.parametrize("company", COMPANIES)
@pytest.mark.parametrize("metric", TABLE)
def test_a_metric_is_what_the_documents_give_by_hand(alibaba: Written, metric: str, company: str) -> None:
    found = alibaba.evidence.value(company, metric)
    expected = TABLE[metric](Books(alibaba.study.data, company))
    if expected is None:
        assert found.value is None
        assert found.status in ("missing", "stale")
        assert found.reason
    else:
        assert found.status == "ok", found.reason
        assert found.value == pytest.approx(expected, rel=1e-9)


def test_the_table_is_mostly_figures_and_not_gaps(alibaba: Written) -> None:
    known = sum(alibaba.evidence.value(c, m).ok for c in COMPANIES for m in TABLE)
    assert known > 0.8 * len(TABLE) * len(COMPANIES)


# ---- into one currency -----------------------------------------------------------------------------------------------


def test_market_values_meet_in_dollars_without_going_through_the_renminbi(alibaba: Written) -> None:
    """Alibaba's and Baidu's lines are quoted in dollars: there and back leaves close ÷ 8 × shares."""
    ev = alibaba.evidence
    assert ev.money("alibaba", "market_cap").value == pytest.approx(163.08 / 8 * 18_474_235_708, rel=1e-9)
    assert ev.money("amazon", "market_cap").value == pytest.approx(220.71 * 10_664_912_097, rel=1e-9)
    assert ev.money("alibaba", "market_cap").currency == "USD"
    tencent = Books(alibaba.study.data, "tencent")
    assert ev.money("tencent", "market_cap").value == pytest.approx(
        635.50 * tencent.rate("HKD", "USD") * tencent.shares, rel=1e-9
    )


def test_a_balance_is_converted_at_its_own_day_and_a_flow_at_the_average_of_its_window(alibaba: Written) -> None:
    """METHOD 7."""
    ev, books = alibaba.evidence, Books(alibaba.study.data, "alibaba")
    assert ev.money("alibaba", "net_cash").value == pytest.approx(
        (183_120 + 191_737 - 24_584 - 207_514) * 1e6 / books.rate("USD", "CNY", JUNE), rel=1e-9
    )
    days = [date(2024, 4, 1) + timedelta(days=n) for n in range(365)]
    traded = set(alibaba.study.data.fx.filter(base="EUR", quote="CNY")["date"])
    average = statistics.fmean(books.rate("CNY", "USD", day) for day in days if day in traded)
    assert ev.money("alibaba", "capex_fy").value == pytest.approx(85_972e6 * average, rel=5e-4)


def test_growth_is_never_converted(alibaba: Written) -> None:
    for metric in ("revenue_growth_fy", "capex_growth_fy", "net_income_growth_ltm"):
        for company in COMPANIES:
            assert alibaba.evidence.money(company, metric).value == alibaba.evidence.value(company, metric).value


# ---- known values ----------------------------------------------------------------------------------------------------


def test_alibabas_year_on_three_bases_never_mixed(alibaba: Written) -> None:
    """130,109 against 80,009 to the parent; 125,976 against 71,332 in total; 129,470 against 79,741 to common."""
    ev = alibaba.evidence
    shown = {
        metric: round(100 * (ev.value("alibaba", metric).value or 0), 2)
        for metric in ("net_income_parent_growth_fy", "net_income_total_growth_fy", "net_income_growth_fy")
    }
    assert shown == {
        "net_income_parent_growth_fy": 62.62,
        "net_income_total_growth_fy": 76.61,
        "net_income_growth_fy": 62.36,
    }
    assert round(100 * (130_109 / 80_009 - 1), 2) == 62.62


def test_the_last_twelve_months_are_the_four_quarters_to_june(alibaba: Written) -> None:
    ev = alibaba.evidence
    revenue = ev.value("alibaba", "revenue_ltm")
    assert revenue.value == (236_503 + 280_154 + 236_454 + 247_652) * 1e6
    assert (revenue.start, revenue.end) == (date(2024, 7, 1), JUNE)
    assert ev.value("alibaba", "pe_ltm").value == pytest.approx(
        (ev.value("alibaba", "market_cap").value or 0) / ((43_874 + 48_945 + 12_382 + 43_116) * 1e6)
    )


def test_cloud_revenue_of_the_december_quarter(alibaba: Written) -> None:
    """31,742 million RMB, 13 % above 28,066 a year before."""
    assert Books(alibaba.study.data, "alibaba").fact("revenue", date(2024, 12, 31), 3, "cloud") == 31_742e6
    (series,) = [one for one in alibaba.study.segments if one.company == "alibaba"]
    growth = dict(series.points)[date(2024, 12, 31)]
    assert growth.value == pytest.approx(31_742 / 28_066 - 1)
    assert "31,742" in growth.how


def test_alibaba_has_net_cash_and_the_brief_calls_it_so(alibaba: Written) -> None:
    assert (alibaba.evidence.value("alibaba", "net_cash").value or 0) == 142_759e6
    for brief in alibaba.briefs.values():
        said = " ".join(paragraph(one) for one in walk(brief) if hasattr(one, "lead"))
        labels = [words(row.label) for row in brief.panel.rows]
        assert not any("Net debt" in text for text in (said, *labels))


def test_a_subject_with_more_debt_than_cash_has_net_debt(variant: Callable[..., Written]) -> None:
    """Tencent owes 13.4 billion RMB more than it holds."""
    tencent = variant(
        subject="tencent", peers=peers("alibaba", "amazon", "baidu"), audiences=["institutional", "policy"]
    )
    brief = tencent.briefs["institutional"]
    shown = {words(row.label): words(row.value) for row in brief.panel.rows}
    assert next(text for label, text in shown.items() if label.startswith("Net debt")) == "RMB13.4bn"
    assert not any(label.startswith("Net cash") for label in shown)


# ---- what is not known -----------------------------------------------------------------------------------------------


def _text(written: Written, audience: str = "institutional") -> str:
    return " ".join(paragraph(one) for one in walk(written.briefs[audience].pages) if hasattr(one, "lead"))


def _forward(written: Written) -> dict[str, Any]:
    (table,) = [one for one in walk(written.briefs["institutional"].pages) if getattr(one, "id", "") == "comps"]
    place = [column.key for column in table.columns].index("pe_fy1")
    rows = [row for row in table.rows if row.role in ("subject", "peer")]
    return {row.label[0].text: row.cells[place].spans[0] for row in rows}


def test_a_forward_multiple_without_a_forecast_is_missing_with_a_reason_and_the_brief_says_so(alibaba: Written) -> None:
    tencent = alibaba.evidence.value("tencent", "pe_fy1")
    assert (tencent.status, tencent.value) == ("stale", None)
    assert "21 March 2025" in tencent.reason
    assert _forward(alibaba)["Tencent"].value is None
    said = next(text for text in _text(alibaba).split(". ") if "forecast" in text.lower())
    assert "not for Tencent" in said
    for company in COMPANIES:
        forward = alibaba.evidence.value(company, "pe_ntm")
        assert forward.value is None
        assert forward.reason


def test_before_any_forecast_was_dated_none_is_guessed(variant: Callable[..., Written]) -> None:
    """On 15 March 2024 the data hold forecasts of later days only."""
    early = variant(as_of=date(2024, 3, 15), audiences=["institutional", "risk"])
    (table,) = [one for one in walk(early.briefs["institutional"].pages) if getattr(one, "id", "") == "comps"]
    assert "pe_fy1" not in [column.key for column in table.columns]
    assert "Known for no company: P/E, FY1." in [words(spans) for _, spans in table.notes]
    said = next(text for text in _text(early).split(". ") if "forecast" in text.lower())
    assert "missing, not guessed" in said

"""Peer sets made from the data beside the checkout: dataset folders and configs as a user would bring them.

Every maker writes one dataset folder and one config into a project and returns the config's path. Nothing of the
data goes into the repository: a test that cannot find it is skipped.
"""

from __future__ import annotations

import csv
import gzip
import json
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from peerbench.core.periods import add_months, month_end

Fact = dict[str, Any]
FACTS: Final = (
    "company", "item", "segment", "basis", "accounting", "period_start", "period_end", "months", "value", "unit",
    "currency", "known_on", "source_title", "source_url", "locator", "origin", "remark",
)  # fmt: skip
COMPANIES: Final = (
    "company", "name", "legal_name", "native_name", "country", "sector", "reporting_currency",
    "fiscal_year_end_month", "accounting_standard", "cik", "eps_basis",
)  # fmt: skip
LINES: Final = (
    "company", "line", "exchange", "currency", "ordinary_per_unit", "effective_from", "primary",
    "subdivision",
)  # fmt: skip
PRICES: Final = ("company", "line", "date", "close", "volume", "currency", "adjusted", "source")
METRICS: Final = {
    "valuation": ("market_cap", "pe_ltm", "ps_ltm", "pb", "ev_to_sales_ltm", "ev_to_ebit_ltm", "fcf_yield_fy"),
    "growth": ("revenue_growth_ltm", "revenue_growth_fy", "net_income_growth_fy"),
    "profitability": ("operating_margin_ltm", "net_margin_ltm", "roe"),
    "balance_sheet": ("net_cash", "debt_to_equity"),
}
VENDOR: Final = "A vendor's file of statements and closes"


# ---- writing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """One company as a dataset holds it: its row, its line, its facts and its closes."""

    company: Mapping[str, Any]
    lines: tuple[Mapping[str, Any], ...]
    facts: tuple[Fact, ...]
    closes: tuple[tuple[date, float], ...]

    @property
    def key(self) -> str:
        return str(self.company["company"])


def _write(path: Path, head: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, head, restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def dataset(folder: Path, known: Sequence[Known]) -> None:
    """A folder in the public format."""
    folder.mkdir(parents=True)
    _write(folder / "companies.csv", COMPANIES, (one.company for one in known))
    _write(folder / "lines.csv", LINES, (line for one in known for line in one.lines))
    _write(folder / "facts.csv", FACTS, (fact for one in known for fact in one.facts))
    closes = (
        {"company": one.key, "line": one.lines[0]["line"], "date": day, "close": close, "adjusted": "false",
         "currency": one.lines[0]["currency"], "source": "https://example.com/closes"}
        for one in known for day, close in one.closes
    )  # fmt: skip
    _write(folder / "prices.csv", PRICES, closes)
    _write(folder / "fx.csv", ("date", "base", "quote", "rate"), ())


def rates(folder: Path, shared: Path, codes: Sequence[str]) -> None:
    """The European Central Bank's rates of these currencies, from 2020 on."""
    with zipfile.ZipFile(shared / "fx" / "eurofxref-hist.zip") as archive:
        text = archive.read(archive.namelist()[0]).decode()
    rows = [
        {"date": row["Date"], "base": "EUR", "quote": code, "rate": row[code], "source": "ECB"}
        for row in csv.DictReader(text.splitlines()) if row["Date"] >= "2020" for code in codes
    ]  # fmt: skip
    _write(folder / "fx.csv", ("date", "base", "quote", "rate", "source"), reversed(rows))


def config(
    project: Path,
    name: str,
    *,
    subject: str,
    peers: Sequence[str],
    source: str,
    as_of: str,
    currency: str = "USD",
    extra: str = "",
    metrics: Mapping[str, Sequence[str]] = METRICS,
) -> Path:
    """A config of the shape that a user writes first: who, against whom, from where, on what."""
    listed = "\n".join(f"  - {{company: {peer}, why: Sells to the same customers}}" for peer in peers)
    groups = "\n".join(f"  {group}: [{', '.join(ids)}]" for group, ids in metrics.items())
    text = (
        f"subject: {subject}\nas_of: {as_of}\ncurrency: {currency}\nsector_label: Test set\n"
        f"audiences: [institutional, risk, policy]\nsources:\n  - dataset: {source}\n"
        f"legal: Generated from public documents by peerbench. Not investment advice.\n"
        f"peers:\n{listed}\nmetrics:\n{groups}\n{extra}"
    )
    path = project / "configs" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


# ---- from the SEC's company facts ------------------------------------------------------------------------------------

FLOWS: Final = {
    "revenue": ("RevenueFromContractWithCustomerExcludingAssessedTax", "Revenues", "SalesRevenueNet"),
    "cost_of_revenue": ("CostOfRevenue", "CostOfGoodsAndServicesSold", "CostOfGoodsSold"),
    "gross_profit": ("GrossProfit",),
    "research_development": ("ResearchAndDevelopmentExpense",),
    "operating_income": ("OperatingIncomeLoss",),
    "net_income": ("ProfitLoss", "NetIncomeLoss"),
    "net_income_parent": ("NetIncomeLoss",),
    "net_income_common": ("NetIncomeLossAvailableToCommonStockholdersBasic", "NetIncomeLoss"),
    "interest_expense": ("InterestExpense", "InterestExpenseNonoperating"),
    "depreciation_amortization": ("DepreciationDepletionAndAmortization", "DepreciationAmortizationAndOther"),
    "operating_cash_flow": ("NetCashProvidedByUsedInOperatingActivities",),
    "capex": ("PaymentsToAcquirePropertyPlantAndEquipment", "PaymentsToAcquireProductiveAssets"),
    "dividends_paid": ("PaymentsOfDividends", "PaymentsOfDividendsCommonStock"),
    "share_repurchases": ("PaymentsForRepurchaseOfCommonStock",),
}
STOCKS: Final = {
    "cash": ("CashAndCashEquivalentsAtCarryingValue",),
    "short_term_investments": ("MarketableSecuritiesCurrent", "ShortTermInvestments"),
    "total_assets": ("Assets",),
    "total_liabilities": ("Liabilities",),
    "debt_short": ("DebtCurrent", "LongTermDebtCurrent"),
    "debt_long": ("LongTermDebtNoncurrent",),
    "equity_parent": ("StockholdersEquity",),
    "minority_interest": ("MinorityInterest",),
}
FORMS: Final = ("10-K", "10-Q", "10-K/A", "10-Q/A")
SPLITS: Final = {
    "nvidia": (("2021-07-20", 4), ("2024-06-10", 10)), "apple": (("2020-08-31", 4),), "amd": (),
    "alphabet": (("2022-07-18", 20),), "amphenol": (("2021-03-05", 2), ("2024-06-12", 2)),
}  # fmt: skip
DURATIONS: Final = ((70, 120, 3), (140, 229, 6), (230, 329, 9), (330, 420, 12))


def sec(shared: Path, cik: str, key: str, name: str, **company: Any) -> Known:
    """One company's facts from the SEC: periodic forms only, classified by duration, known when filed."""
    found = json.loads((shared / "sec_companyfacts" / f"facts-{cik}.json").read_text())["facts"]
    atlas_row = atlas_rows(shared)[company.pop("ticker")]
    month = company.pop("month", 12)
    facts = [*_sec_facts(key, found["us-gaap"]), *_sec_shares(key, found)]
    row = {
        "company": key, "name": name, "legal_name": name, "country": "US", "sector": "Technology",
        "reporting_currency": "USD", "fiscal_year_end_month": month, "accounting_standard": "us-gaap", "cik": cik,
        "eps_basis": "ordinary", **company,
    }  # fmt: skip
    line = {
        "company": key, "line": atlas_row["ticker"], "exchange": "Nasdaq", "currency": "USD", "ordinary_per_unit": 1,
        "primary": "true",
    }  # fmt: skip
    lines, per_unit = [], 1.0  # the vendor's closes are adjusted for later splits
    for day, parts in reversed(SPLITS[key]):
        lines.append({**line, "ordinary_per_unit": per_unit, "effective_from": day, "subdivision": parts})
        per_unit /= parts
    lines.append({**line, "ordinary_per_unit": per_unit, "effective_from": "2010-01-01"})
    return Known(row, tuple(lines), tuple(facts), _closes(atlas_row))


def _sec_facts(key: str, tags: Mapping[str, Any]) -> Iterable[Fact]:
    for items, stock in ((FLOWS, False), (STOCKS, True)):
        for item, names in items.items():
            taken: set[tuple[str, str]] = set()  # windows that an earlier synonym has told
            for name in names:
                rows = tags.get(name, {}).get("units", {}).get("USD", ())
                facts = list(_vintages(key, item, name, rows, stock))
                yield from (fact for fact in facts if _window(fact) not in taken)
                taken |= {_window(fact) for fact in facts}


def _window(fact: Fact) -> tuple[str, str]:
    return str(fact["period_start"]), str(fact["period_end"])


def _vintages(key: str, item: str, tag: str, rows: Iterable[Mapping[str, Any]], stock: bool) -> Iterable[Fact]:
    """One fact for each window and filing day that says something new; a repeated value is no restatement."""
    last: dict[tuple[str | None, str], float] = {}
    for row in sorted(rows, key=lambda row: row["filed"]):
        window = (row.get("start"), row["end"])
        if row["form"] not in FORMS or row["end"] < "2019-01-01" or last.get(window) == row["val"]:
            continue
        months = 0 if stock else _months(row)
        if months is None or (stock and row.get("start")) or (not stock and not row.get("start")):
            continue
        last[window] = row["val"]
        yield _fact(
            key, item, row.get("start"), row["end"], months, row["val"], row["filed"], "us-gaap", "USD",
            f"Form {row['form']} filed {row['filed']}", f"us-gaap:{tag}",
            f"https://www.sec.gov/Archives/edgar/data/{row['accn'].replace('-', '')}",
        )  # fmt: skip


def _months(row: Mapping[str, Any]) -> int | None:
    if "start" not in row:
        return None
    days = (date.fromisoformat(row["end"]) - date.fromisoformat(row["start"])).days + 1
    return next((months for low, high, months in DURATIONS if low <= days <= high), None)


def _sec_shares(key: str, found: Mapping[str, Any]) -> Iterable[Fact]:
    """Counts of balance sheets (all classes together), and the diluted averages beside them."""
    tags = found["us-gaap"]
    for tag, item in (
        ("CommonStockSharesOutstanding", "shares_outstanding"),
        ("WeightedAverageNumberOfDilutedSharesOutstanding", "shares_diluted"),
    ):
        yield from _vintages(key, item, tag, tags[tag]["units"]["shares"], item == "shares_outstanding")


def _fact(
    company: str, item: str, start: object, end: object, months: int, value: float, known: object, accounting: str,
    currency: str, title: str, locator: str = "", url: str = "", remark: str = "",
) -> Fact:  # fmt: skip
    unit = "shares" if item.startswith("shares") else "money"
    return {
        "company": company, "item": item, "segment": "total", "basis": "actual", "accounting": accounting,
        "period_start": start or "", "period_end": end, "months": months, "value": repr(float(value)), "unit": unit,
        "currency": currency if unit == "money" else "", "known_on": known, "source_title": title, "source_url": url,
        "locator": locator, "origin": "reported", "remark": remark,
    }  # fmt: skip


# ---- from a vendor's file of statements ------------------------------------------------------------------------------

ATLAS: Final = {
    "revenue": "revenue", "costOfRevenue": "cost_of_revenue", "operatingIncome": "operating_income",
    "netIncome": "net_income_common", "operatingCashFlow": "operating_cash_flow", "capex": "capex",
    "interestExpense": "interest_expense", "depreciation": "depreciation_amortization",
    "dividendsPaid": "dividends_paid", "cash": "cash", "longTermDebt": "debt_long", "shortTermDebt": "debt_short",
    "equity": "equity_parent", "sharesOutstanding": "shares_outstanding",
}  # fmt: skip
BALANCES: Final = frozenset(("cash", "debt_long", "debt_short", "equity_parent", "shares_outstanding"))
POSITIVE: Final = frozenset(("capex", "dividends_paid"))


@cache
def atlas_rows(shared: Path) -> Mapping[str, Mapping[str, Any]]:
    with gzip.open(shared / "market_atlas" / "companies.jsonl.gz", "rt", encoding="utf-8") as file:
        return {row["ticker"]: row for row in map(json.loads, file)}


def atlas(shared: Path, ticker: str, key: str, name: str = "", **company: Any) -> Known:
    """One company of the vendor's file: years and quarters, known so many days after their end."""
    row = atlas_rows(shared)[ticker]
    years = {one["periodEnd"]: one for one in row["historicalFinancials"] if one["periodEnd"] >= "2020-06"}
    quarters = {one["periodEnd"]: one for one in row.get("quarterlyFinancials") or ()}
    standard = "us-gaap" if row["country"] == "US" else "ifrs"
    facts = [
        fact
        for periods, months, lag in ((years, 12, 60), (quarters, 3, 40))
        for end, values in sorted(periods.items())
        for fact in _atlas_facts(key, end, months, lag, values, standard, row["currency"])
    ]
    newest = date.fromisoformat(max(years))
    made = {
        "company": key, "name": name or row["name"], "legal_name": row["name"], "country": row["country"],
        "sector": row["sector"], "reporting_currency": row["currency"],
        "fiscal_year_end_month": (newest - timedelta(days=10)).month, "accounting_standard": standard,
        "eps_basis": "ordinary", **company,
    }  # fmt: skip
    line = {
        "company": key, "line": row["ticker"], "exchange": row["exchange"], "currency": row["currency"],
        "ordinary_per_unit": 1, "primary": "true",
    }  # fmt: skip
    unique = {(f["item"], f["period_end"], f["months"]): f for f in facts}
    return Known(made, (line,), tuple(unique.values()), _closes(row))


def _atlas_facts(
    key: str, end: str, months: int, lag: int, values: Mapping[str, Any], standard: str, currency: str
) -> Iterable[Fact]:
    last = date.fromisoformat(end)
    start = add_months(month_end(last - timedelta(days=10)), -months) + timedelta(days=1)
    for field, item in ATLAS.items():
        value = values.get(field)
        if value is None:
            continue
        if item in POSITIVE:
            value = abs(value)
        stock = item in BALANCES
        yield _fact(
            key, item, None if stock else start, last, 0 if stock else months, value, last + timedelta(days=lag),
            standard, currency, VENDOR, field, "https://example.com/statements", "vendor copy",
        )  # fmt: skip


def _closes(row: Mapping[str, Any]) -> tuple[tuple[date, float], ...]:
    """Weekly closes, dated to the Friday of the vendor's week."""
    history = (row.get("price") or {}).get("history") or ()
    return tuple((date.fromisoformat(one["d"]) + timedelta(days=4), one["c"]) for one in history if one["c"])


# ---- the sets --------------------------------------------------------------------------------------------------------

Maker = Callable[[Path, Path], Path]
US: Final = (
    ("0001045810", "nvidia", "NVIDIA", "NVDA", 1), ("0000320193", "apple", "Apple", "AAPL", 9),
    ("0001652044", "alphabet", "Alphabet", "GOOGL", 12), ("0000002488", "amd", "AMD", "AMD", 12),
    ("0000820313", "amphenol", "Amphenol", "APH", 12),
)  # fmt: skip
PLATFORMS: Final = ("alibaba", "tencent", "amazon", "baidu")


@cache
def _us(shared: Path) -> tuple[Known, ...]:
    return tuple(sec(shared, cik, key, name, ticker=ticker, month=month) for cik, key, name, ticker, month in US)


def us_only(project: Path, shared: Path) -> Path:
    """US companies from the SEC's facts, weekly closes, one currency and no rates."""
    dataset(project / "data" / "us", _us(shared))
    peers = [key for _, key, *_ in US[1:]]
    return config(project, "us", subject="nvidia", peers=peers, source="./data/us", as_of="2026-03-06")


def two_peers(project: Path, shared: Path) -> Path:
    """Two peers: values only."""
    dataset(project / "data" / "two", _us(shared)[:3])
    return config(
        project, "two", subject="apple", peers=["alphabet", "nvidia"], source="./data/two", as_of="2026-03-06"
    )


def one_peer(project: Path, shared: Path) -> Path:
    """A single peer."""
    dataset(project / "data" / "one", _us(shared)[1:3])
    return config(project, "one", subject="apple", peers=["alphabet"], source="./data/one", as_of="2026-03-06")


FIFTEEN: Final = (
    ("CIPLA", "cipla", "Cipla"), ("DRREDDY", "drreddy", "Dr. Reddy’s"), ("AUROPHARMA", "aurobindo", "Aurobindo"),
    ("DIVISLAB", "divis", "Divi’s"), ("ALKEM", "alkem", "Alkem"), ("ABBOTINDIA", "abbott", "Abbott India"),
    ("AJANTPHARM", "ajanta", "Ajanta"), ("CAPLIPOINT", "caplin", "Caplin Point"), ("COHANCE", "cohance", "Cohance"),
    ("ERIS", "eris", "Eris"), ("GLAND", "gland", "Gland"), ("GLENMARK", "glenmark", "Glenmark"),
    ("GRANULES", "granules", "Granules"), ("IPCALAB", "ipca", "Ipca"), ("JBCHEPHARM", "jbchemicals", "J. B. Chemicals"),
    ("LAURUSLABS", "laurus", "Laurus"),
)  # fmt: skip


def fifteen_peers(project: Path, shared: Path) -> Path:
    """Fifteen peers that report in rupees, in a brief in dollars."""
    folder = project / "data" / "fifteen"
    dataset(folder, [atlas(shared, *entry) for entry in FIFTEEN])
    rates(folder, shared, ("USD", "INR"))
    peers = [key for _, key, _ in FIFTEEN[1:]]
    return config(project, "fifteen", subject="cipla", peers=peers, source="./data/fifteen", as_of="2026-06-03")


LOSSES: Final = (
    ("601012", "longi", "LONGi"), ("600438", "tongwei", "Tongwei"), ("688223", "jinko", "Jinko Solar"),
    ("688599", "trina", "Trina Solar"), ("603806", "first", "Hangzhou First"), ("300316", "jsg", "Jingsheng"),
)  # fmt: skip


def losses(project: Path, shared: Path) -> Path:
    """A subject that loses money among peers of which some do; accounts and brief in renminbi, and no rate at all."""
    dataset(project / "data" / "losses", [atlas(shared, *entry) for entry in LOSSES])
    peers = [key for _, key, _ in LOSSES[1:]]
    return config(project, "losses", subject="longi", peers=peers, source="./data/losses", as_of="2026-03-20",
                  currency="CNY")  # fmt: skip


GAPS: Final = (
    ("MRNA", "moderna", "Moderna"), ("INTC", "intel", "Intel"), ("F", "ford", "Ford"), ("WBD", "warner", "Warner"),
    ("BA", "boeing", "Boeing"),
)  # fmt: skip


def gaps(project: Path, shared: Path) -> Path:
    """A file that lacks a quarter and a year of everybody: almost nothing can be said."""
    dataset(project / "data" / "gaps", [atlas(shared, *entry) for entry in GAPS])
    peers = [key for _, key, _ in GAPS[1:]]
    return config(project, "gaps", subject="moderna", peers=peers, source="./data/gaps", as_of="2026-03-20")


def no_history(project: Path, shared: Path) -> Path:
    """One close each and nothing before it."""
    known = [Known(one.company, one.lines, one.facts, one.closes[-14:-13]) for one in _us(shared)]
    dataset(project / "data" / "nohistory", known)
    peers = [key for _, key, *_ in US[1:]]
    day = known[0].closes[0][0].isoformat()
    return config(project, "nohistory", subject="nvidia", peers=peers, source="./data/nohistory", as_of=day)


def unlisted_peers(project: Path, shared: Path) -> Path:
    """Two of four peers have no price: their accounts are compared, no multiple has a median."""
    known = [
        Known(one.company, one.lines, one.facts, one.closes if place < 3 else ())
        for place, one in enumerate(_us(shared))
    ]
    dataset(project / "data" / "unlisted", known)
    peers = [key for _, key, *_ in US[1:]]
    return config(project, "unlisted", subject="nvidia", peers=peers, source="./data/unlisted", as_of="2026-03-06")


def no_prices(project: Path, shared: Path) -> Path:
    """No price of anybody."""
    dataset(project / "data" / "noprices", [Known(one.company, one.lines, one.facts, ()) for one in _us(shared)])
    peers = ["nvidia", *(key for _, key, *_ in US[2:])]
    return config(project, "noprices", subject="apple", peers=peers, source="./data/noprices", as_of="2026-03-06")


EUROPE: Final = (
    ("MC", "lvmh", "LVMH"), ("RMS", "hermes", "Hermès"), ("KER", "kering", "Kering"), ("OR", "loreal", "L’Oréal"),
)  # fmt: skip


def euro_ifrs(project: Path, shared: Path) -> Path:
    """One currency that is not the dollar, IFRS, yearly figures only."""
    dataset(project / "data" / "euro", [atlas(shared, *entry) for entry in EUROPE])
    peers = [key for _, key, _ in EUROPE[1:]]
    return config(
        project, "euro", subject="lvmh", peers=peers, source="./data/euro", as_of="2026-03-27", currency="EUR"
    )


NAMES: Final = {
    "alibaba": ("Fédération Générale & Söhne “A<B>” Holdings’", "阿里巴巴集團控股有限公司"),
    "tencent": ("=SUM(A1:A9)+HYPERLINK Corporation", "ソニーグループ株式会社"),
    "amazon": ("Perusahaan Perseroan Telekomunikasi Tbk.", "أرامكو السعودية"),
    "baidu": ("Münchener Rückversicherungs-Gesellschaft", "삼성전자 주식회사"),
}


def long_names(project: Path, shared: Path) -> Path:
    """The shipped set under names of forty letters, with markup, a spreadsheet formula and other scripts."""
    from peerbench.sources.dataset import embedded

    folder = project / "data" / "names"
    shutil.copytree(embedded("platforms"), folder)
    with (folder / "companies.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["name"], row["native_name"] = NAMES[row["company"]]
    _write(folder / "companies.csv", tuple(rows[0]), rows)
    return config(project, "names", subject="alibaba", peers=PLATFORMS[1:], source="./data/names", as_of="2025-09-23")


def bare_platforms(project: Path, shared: Path) -> Path:
    """The shipped set without segments, estimates, claims and dividends."""
    from peerbench.sources.dataset import embedded

    folder = project / "data" / "bare"
    folder.mkdir(parents=True)
    source = embedded("platforms")
    for name in ("companies", "lines", "prices", "fx"):
        shutil.copy(source / f"{name}.csv", folder)
    with (source / "facts.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["segment"] == "total"]
    _write(folder / "facts.csv", tuple(rows[0]), rows)
    return config(project, "bare", subject="alibaba", peers=PLATFORMS[1:], source="./data/bare", as_of="2025-09-23")


def _platform(subject: str) -> Maker:
    def make(project: Path, shared: Path) -> Path:
        peers = [key for key in PLATFORMS if key != subject]
        return config(project, subject, subject=subject, peers=peers, source="platforms", as_of="2025-09-23")

    return make


def reference_peer(project: Path, shared: Path) -> Path:
    """The set that the README shows: two core peers, a reference that is only shown, a metric of one's own."""
    path = project / "configs" / "readme.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(README, "utf-8")
    return path


README: Final = """\
subject: tencent
as_of: 2025-09-23
currency: USD
audiences: [institutional, risk, policy]
sources:
  - dataset: platforms
peers:
  - {company: alibaba, role: core, why: Platform group with its own cloud}
  - {company: amazon, role: core, why: Commerce plus the largest cloud}
  - {company: baidu, role: reference, why: "Smaller; shown, not in the median"}
metrics:
  valuation: [pe_ltm, ev_to_sales_ltm, pb]
  growth: [revenue_growth_ltm, net_income_growth_fy]
  profitability: [operating_margin_ltm, margin_after_capex]
  balance_sheet: [net_cash]
custom_metrics:
  margin_after_capex:
    label: Net margin after capital spending
    formula: "(net_income[ltm] - capex[ltm]) / revenue[ltm]"
    unit: percent
    better: higher
"""

SETS: Final[Mapping[str, Maker]] = {
    "us_only": us_only,
    "two_peers": two_peers,
    "one_peer": one_peer,
    "fifteen_peers": fifteen_peers,
    "losses": losses,
    "gaps": gaps,
    "no_history": no_history,
    "unlisted_peers": unlisted_peers,
    "bare_platforms": bare_platforms,
    "long_names": long_names,
    "euro_ifrs": euro_ifrs,
    "reference_peer": reference_peer,
    "tencent": _platform("tencent"),
    "baidu": _platform("baidu"),
    "amazon": _platform("amazon"),
}

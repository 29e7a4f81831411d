"""A small universe to test with: a project whose one config is a pattern over nine made companies."""

from __future__ import annotations

from pathlib import Path
from typing import Final

# key: name, sector, country, revenue of 2024, growth on 2023, operating margin, close (none: it has no price)
COMPANIES: Final = {
    "alba": ("Alba", "Tools", "US", 1e9, 0.10, 0.20, 10.0),
    "bora": ("Bora", "Tools", "US", 2e9, 0.12, 0.22, 12.0),
    "cima": ("Cima", "Tools", "GB", 1e8, 0.10, 0.20, 2.0),
    "dora": ("Dora", "Tools", "US", 1.1e9, 0.60, 0.20, 30.0),
    "elba": ("Elba", "Food", "US", 4e9, 0.05, 0.10, 8.0),
    "fara": ("Fara", "Food", "US", 5e9, 0.04, 0.11, 9.0),
    "gala": ("Gala", "Food", "GB", 3e9, -0.02, 0.09, 7.0),
    "hela": ("Hela", "Food", "US", 4.5e9, 0.05, 0.10, None),
    "ivra": ("Ivra", "", "US", 1e9, 0.10, 0.20, 10.0),
}
SHARES: Final = 100_000_000
PATTERN: Final = """\
subjects: {subjects}
as_of: 2025-03-31
sources: [{{dataset: ./data/made}}]
peers: {peers}
metrics: {{valuation: [market_cap, pe_fy, ps_ltm], growth: [revenue_growth_fy]}}
audiences: [institutional]
outputs: [html]
{more}
"""


def dataset(folder: Path) -> Path:
    """The companies as a dataset folder: two years of revenue, operating and net income, a count and a close."""
    folder.mkdir(parents=True)
    facts = ["company,item,accounting,period_start,period_end,months,value,unit,currency,known_on,source_title"]
    companies = ["company,name,sector,country,reporting_currency,fiscal_year_end_month,accounting_standard"]
    prices = ["company,line,date,close,currency,adjusted"]
    for key, (name, sector, country, revenue, growth, margin, close) in COMPANIES.items():
        companies.append(f"{key},{name},{sector},{country},USD,12,us-gaap")
        for year, value in ((2023, revenue / (1 + growth)), (2024, revenue)):
            flow = f"us-gaap,{year}-01-01,{year}-12-31,12"
            tail = f"money,USD,{year + 1}-02-20,{name} annual report {year}"
            facts.append(f"{key},revenue,{flow},{value!r},{tail}")
            facts.append(f"{key},operating_income,{flow},{value * margin!r},{tail}")
            facts.append(f"{key},net_income_common,{flow},{value * margin * 0.7!r},{tail}")
        facts.append(f"{key},shares_outstanding,us-gaap,,2025-01-31,0,{SHARES},shares,,2025-02-20,{name} cover 2024")
        if close is not None:
            prices.append(f"{key},{key.upper()},2025-03-31,{close},USD,false")
    tables = {"companies": companies, "facts": facts, "prices": prices, "fx": ["date,base,quote,rate"]}
    for table, lines in tables.items():
        (folder / f"{table}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def pattern(
    project: Path,
    subjects: str = 'sector == "Tools"',
    *,
    peers: str = "{rule: nearest, n: 2, least: 2}",
    more: str = "",
    name: str = "tools",
) -> Path:
    """The project's pattern over the data, which are written once."""
    if not (project / "data" / "made").is_dir():
        dataset(project / "data" / "made")
    path = project / "configs" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(PATTERN.format(subjects=subjects, peers=peers, more=more), "utf-8")
    return path

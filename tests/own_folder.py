"""Numbers of one's own: a project of CSV files as a user writes them, and what `bench compute --out` makes of it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from peerbench import cli
from peerbench.core.periods import months_of

M = 1_000_000
Fact = tuple[str, str, str, float]  # item, first day ("" for a balance), last day, value


def quarters(item: str, first: tuple[int, int], values: Sequence[float]) -> list[Fact]:
    """Quarter after quarter from a year and month."""
    rows, (year, month) = [], first
    for value in values:
        start = date(year, month, 1)
        year, month = (year, month + 3) if month < 10 else (year + 1, month - 9)
        rows.append((item, str(start), str(date(year, month, 1) - timedelta(days=1)), value * M))
    return rows


def money(item: str) -> tuple[str, str]:
    units = {"shares_diluted": "shares", "shares_outstanding": "shares", "eps_diluted": "money_per_share"}
    unit = units.get(item, "money")
    return unit, "" if unit == "shares" else "money"


class Folder:
    """A project of CSV files as a user writes them, and what `bench compute --out` makes of it."""

    def __init__(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place = place
        self.companies: list[str] = []
        self.facts: list[str] = []
        self.prices: list[str] = []
        self.lines: list[str] = []
        self.fx = ["date,base,quote,rate"]
        (place / "configs").mkdir()
        (place / "data").mkdir()
        monkeypatch.chdir(place)

    def company(
        self, key: str, facts: Sequence[Fact], *, price: tuple[str, str, float, str], currency: str = "USD",
        standard: str = "us-gaap", year_end: int = 12, eps_basis: str = "ordinary",
    ) -> None:  # fmt: skip
        self.companies.append(f"{key},{currency},{year_end},{standard},{eps_basis}")
        line, day, close, quoted = price
        self.prices.append(f"{key},{line},{day},{close},{quoted},false")
        for item, start, end, value in facts:
            unit, kind = money(item)
            months = months_of((date.fromisoformat(end) - date.fromisoformat(start)).days + 1) if start else 0
            accounting = "issuer-non-gaap" if item.startswith("adjusted") else standard
            known = date.fromisoformat(end) + timedelta(days=45)
            cells = (key, item, accounting, start, end, months, value, unit, currency if kind else "", known, "Report")
            self.facts.append(",".join(map(str, cells)))

    def computed(
        self, *metrics: str, as_of: str, currency: str = "USD", subject: str, peers: Sequence[str]
    ) -> Mapping[tuple[str, str, str], Mapping[str, str]]:
        """Rows by file (metrics or comparison), company and metric."""
        head = {
            "companies": "company,reporting_currency,fiscal_year_end_month,accounting_standard,eps_basis",
            "facts": "company,item,accounting,period_start,period_end,months,value,unit,currency,known_on,source_title",
            "prices": "company,line,date,close,currency,adjusted",
        }
        for name, first in head.items():
            rows: list[str] = getattr(self, name)
            (self.place / f"data/{name}.csv").write_text("\n".join((first, *rows)) + "\n", "utf-8")
        (self.place / "data/fx.csv").write_text("\n".join(self.fx) + "\n", "utf-8")
        if self.lines:
            text = "\n".join(("company,line,currency,ordinary_per_unit,primary", *self.lines)) + "\n"
            (self.place / "data/lines.csv").write_text(text, "utf-8")
        listed = ", ".join(f"{{company: {peer}, role: core, why: A peer}}" for peer in peers)
        (self.place / "configs/own.yaml").write_text(
            f"title: Own\nsubject: {subject}\nas_of: {as_of}\ncurrency: {currency}\nsources: [{{dataset: ./data}}]\n"
            f"peers: [{listed}]\nmetrics: {{own: [{', '.join(metrics)}]}}\naudiences: [institutional]\n",
            "utf-8",
        )  # fmt: skip
        assert cli.main(["compute", "configs/own.yaml", "--out", "figures"]) == 0
        found: dict[tuple[str, str, str], Mapping[str, str]] = {}
        for file in ("metrics", "comparison"):
            with (self.place / f"figures/{file}.csv").open(encoding="utf-8", newline="") as text_file:
                for row in csv.DictReader(text_file):
                    found[file, row["company"], row["metric"]] = row
        return found


PEER_FACTS: list[Fact] = [
    ("revenue", "2024-01-01", "2024-12-31", 800.0 * M), ("net_income_common", "2024-01-01", "2024-12-31", 80.0 * M),
    ("shares_outstanding", "", "2025-01-31", 40.0 * M),
]  # fmt: skip


def number(row: Mapping[str, str]) -> float:
    assert row["status"] == "ok", row["reason"]
    return float(row["value"])

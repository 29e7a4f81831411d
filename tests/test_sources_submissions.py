"""What the SEC's list of a company's submissions says of the company: a real one, and odd ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from peerbench.sources.submissions import NOTHING_SAID, About, said_of


def test_amazons_own_list(shared: Path) -> None:
    document = json.loads((shared / "sec_companyfacts" / "submissions-CIK0001018724.json").read_bytes())
    assert said_of(document, 1018724) == About("AMAZON COM INC", "Retail-Catalog & Mail-Order Houses", "US", 12)
    assert said_of(document, 1018725) == NOTHING_SAID  # of another company


@pytest.mark.parametrize(
    ("code", "words", "sector"),
    [
        ("6021", "National Commercial Banks", "Financials: National Commercial Banks"),
        ("6199", "Finance Services", "Financials: Finance Services"),
        ("6211", "Security Brokers, Dealers & Flotation Companies",
         "Financials: Security Brokers, Dealers & Flotation Companies"),
        ("6331", "Fire, Marine & Casualty Insurance", "Financials: Fire, Marine & Casualty Insurance"),
        ("6712", "", "Financials"),
        ("6324", "Hospital & Medical Service Plans", "Hospital & Medical Service Plans"),
        ("6411", "Insurance Agents, Brokers & Service", "Insurance Agents, Brokers & Service"),
        ("6798", "Real Estate Investment Trusts", "Real Estate Investment Trusts"),
        ("3674", "Semiconductors & Related Devices", "Semiconductors & Related Devices"),
        ("", "", ""),
    ],
)  # fmt: skip
def test_industries_of_finance_say_so_first(code: str, words: str, sector: str) -> None:
    assert said_of({"cik": "1", "sic": code, "sicDescription": words}, 1).sector == sector


@pytest.mark.parametrize(
    ("text", "month"),
    [("1231", 12), ("0927", 9), ("0131", 1), ("0103", 12), ("0201", 1), ("0229", 2), ("0000", None), ("", None)],
)
def test_a_fiscal_year_end_is_a_month(text: str, month: int | None) -> None:
    assert said_of({"cik": "1", "fiscalYearEnd": text}, 1).year_end_month == month


@pytest.mark.parametrize(
    ("state", "country"), [("WA", "US"), ("F4", ""), ("K3", ""), ("X0", ""), ("XX", ""), (None, "")]
)
def test_a_state_is_in_the_united_states_and_other_codes_are_the_secs_own(state: str | None, country: str) -> None:
    document = {"cik": "0000000001", "addresses": {"business": {"stateOrCountry": state}}}
    assert said_of(document, 1).country == country


@pytest.mark.parametrize(
    "document",
    [None, [], "x", 3, {}, {"cik": None}, {"cik": 2}, {"cik": "1", "name": ["a"], "sic": 6021, "addresses": [1],
                                                     "fiscalYearEnd": {"a": 1}, "sicDescription": None}],
)  # fmt: skip
def test_what_is_no_list_says_nothing(document: Any) -> None:
    assert said_of(document, 1) == NOTHING_SAID

"""What the SEC's list of a company's submissions says of the company itself: name, industry, seat, fiscal year end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from peerbench.core.periods import year_end_month

# SIC major groups whose debt is their raw material: banks, lenders, brokers, insurers, and the holdings of banks. Not
# agents (64), property (65), the trusts of 67, nor medical plans, whose peers are in health care.
# The codes are on the SEC's page "Standard Industrial Classification (SIC) Code List".
_FINANCE: Final = ("60", "61", "62", "63")
_BANK_HOLDING: Final = "6712"
_MEDICAL_PLAN: Final = "6324"
FINANCIALS: Final = "Financials"


@dataclass(frozen=True, slots=True)
class About:
    """Empty text and None where nothing is said. country is ISO 3166-1 alpha-2; sector is the industry in words."""

    name: str = ""
    sector: str = ""
    country: str = ""
    year_end_month: int | None = None


NOTHING_SAID: Final = About()


def said_of(document: Any, cik: int) -> About:
    """Read from a file of data.sec.gov/submissions; nothing of what is none, or is of another company."""
    if not isinstance(document, Mapping) or str(document.get("cik") or "").lstrip("0") != str(cik):
        return NOTHING_SAID
    return About(
        _text(document, "name"),
        _sector(_text(document, "sic"), _text(document, "sicDescription")),
        _country(document),
        _month(_text(document, "fiscalYearEnd")),
    )


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    return " ".join(value.split())[:200] if isinstance(value, str) else ""


def _sector(code: str, words: str) -> str:
    """The industry's own words; those of finance say so first, as enterprise value means nothing there (METHOD 11)."""
    if code == _BANK_HOLDING or (code[:2] in _FINANCE and code != _MEDICAL_PLAN):
        return f"{FINANCIALS}: {words}" if words else FINANCIALS
    return words


def _country(document: Mapping[str, Any]) -> str:
    """US where the business address is in one of its states; other places have codes of the SEC's own."""
    addresses = document.get("addresses")
    business = addresses.get("business") if isinstance(addresses, Mapping) else None
    state = _text(business, "stateOrCountry") if isinstance(business, Mapping) else ""
    return "US" if re.fullmatch(r"[A-Z]{2}", state) and state != "XX" else ""


def _month(text: str) -> int | None:
    """The month of a fiscal year end written 0927: of 0103 December, as a 52/53-week year ends days beside it."""
    try:
        end = date(2024, int(text[:2]), int(text[2:]))  # a leap year: 0229 is a day
    except ValueError:
        return None
    return year_end_month(end)

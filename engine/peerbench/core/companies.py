"""Companies and the share lines through which they are priced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Line:
    """One listed security at one ratio. An ADS of Alibaba is 8 ordinary shares: ordinary_per_unit = 8."""

    company: str
    line: str
    exchange: str
    currency: str
    ordinary_per_unit: float
    effective_from: date | None
    primary: bool
    remark: str = ""
    subdivision: float = 1.0  # at effective_from one ordinary share became this many: 80 for Baidu's 1-for-80


@dataclass(frozen=True, slots=True)
class Company:
    """Who reports, in which currency, with which year end."""

    company: str  # key used everywhere, e.g. alibaba
    name: str  # short display name, e.g. Alibaba
    legal_name: str
    native_name: str  # e.g. 阿里巴巴, empty when there is none
    country: str
    sector: str
    reporting_currency: str
    fiscal_year_end_month: int
    accounting_standard: str  # us-gaap | ifrs
    cik: str
    eps_basis: str  # ordinary | ads
    remark: str = ""

    @property
    def financial(self) -> bool:
        """A bank or an insurer: its debt is its raw material, so enterprise value says nothing (METHOD 11)."""
        return self.sector.casefold().startswith(("financ", "bank", "insur"))

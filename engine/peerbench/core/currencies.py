"""Currencies as a page writes them: by the sign that readers know, else by the ISO code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SIGNS: Final[Mapping[str, str]] = {"USD": "US$", "CNY": "RMB", "HKD": "HK$"}


def sign(currency: str) -> str:
    """A currency alone, or behind a comma: RMB, EUR."""
    return SIGNS.get(currency, currency)


def before_amount(currency: str) -> str:
    """A currency right before digits or a scale: RMB, "EUR " with its space."""
    return SIGNS.get(currency, f"{currency} ")

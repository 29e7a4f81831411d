"""Amounts in the sentence of a finding, each with the figure that it is: a fact, another source's, or a metric.

Of several that are of one amount the first by name is taken, in whatever order the data stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

import polars as pl

from peerbench.brief.context import Desk
from peerbench.core.document import Text
from peerbench.core.evidence import Quantity
from peerbench.core.items import ITEMS

AMOUNT: Final = re.compile(r"(−?\d[\d,]*)m\b")
HALF: Final = 0.5e6  # amounts are printed in whole millions


def traced(desk: Desk, sentence: str, company: str) -> Text:
    """The sentence with what its amounts are; one that nothing of the company says stays bare."""
    found = ((match[0], _amount(desk, sentence, company, _value(match[1]))) for match in AMOUNT.finditer(sentence))
    return Text(sentence, tuple((shown, quantity.ref) for shown, quantity in found if quantity is not None))


def _value(digits: str) -> float:
    return float(digits.replace(",", "").replace("−", "-")) * 1e6


def _amount(desk: Desk, sentence: str, company: str, value: float) -> Quantity | None:
    ways = (*_facts(desk, sentence, company, value), *_others(desk, company, value), *_metrics(desk, company, value))
    return next(iter(ways), None)


def _facts(desk: Desk, sentence: str, company: str, value: float) -> Iterator[Quantity]:
    """Facts of that value whose item the sentence names."""
    alike = pl.col("company").eq(company) & pl.col("unit").eq("money") & (pl.col("value") - value).abs().le(HALF)
    for row in desk.study.data.facts.filter(alike).sort("id").iter_rows(named=True):
        if _label(row["item"]) in sentence.lower():
            what = f"{desk.evidence.name(company)}, {_label(row['item'])}, {_when(row['months'], row['period_end'])}"
            yield desk.evidence.work(
                f"register:{row['id']}", what, row["value"], "money", "as stated", (),
                currency=row["currency"] or "", documents=(row["id"],),
            )  # fmt: skip


def _others(desk: Desk, company: str, value: float) -> Iterator[Quantity]:
    """Values that another source gives, which are not used."""
    frame = desk.study.data.disagreements
    if frame.is_empty():
        return
    alike = pl.col("company").eq(company) & (pl.col("other_value") - value).abs().le(HALF)
    for row in frame.filter(alike).sort("item", "period_end", "other_source").iter_rows(named=True):
        what = f"{desk.evidence.name(company)}, {_label(row['item'])}, {_when(row['months'], row['period_end'])}"
        yield desk.evidence.work(
            f"register:{company}:{row['item']}:{row['period_end']}:{row['other_source']}", what, row["other_value"],
            "money", f"as {row['other_source']} has it; not used", (),
            currency=desk.evidence.companies[company].reporting_currency,
        )  # fmt: skip


def _metrics(desk: Desk, company: str, value: float) -> Iterator[Quantity]:
    for (who, metric), row in desk.evidence.metrics.items():
        if who == company and row["unit"] == "money" and row["value"] is not None and abs(row["value"] - value) <= HALF:
            yield desk.evidence.value(company, metric)


def _label(item: str) -> str:
    return ITEMS[item].label.lower() if item in ITEMS else item


def _when(months: int, end: date) -> str:
    return f"{months} months to {end:%-d %b %Y}" if months else f"at {end:%-d %b %Y}"

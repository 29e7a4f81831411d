"""Leases by METHOD 12: whose rent is in EBITDA and whose lease liabilities count as debt, always as one pair.

Under IFRS 16 every lease of a lessee is financed: its cost is depreciation and interest, so EBITDA is before rent and
enterprise value takes all lease liabilities. Under US GAAP operating leases stay rent: EBITDA is after it, enterprise
value takes finance leases only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from peerbench.core.companies import Company
from peerbench.core.metric import Operand
from peerbench.normalise.calendar import Clock, flow
from peerbench.normalise.reading import Reading
from peerbench.normalise.view import View

MARK: Final = "all_leases"


def all_are_debt(company: Company) -> bool:
    return company.accounting_standard == "ifrs"


def stand_in(view: View, company: str, operand: Operand) -> tuple[str, ...]:
    """The item to read for this one, and the mark that it leaves if it is another."""
    ifrs = operand.item == "finance_leases" and all_are_debt(view.company(company))
    if ifrs and view.facts(company, "lease_liabilities", operand.segment):
        return "lease_liabilities", MARK
    return (operand.item,)


def no_rent(view: View, company: str, operand: Operand, clock: Clock) -> Reading:
    """Under IFRS 16 there is no rent to add back; the depreciation that holds it instead is what this rests on."""
    item = "depreciation_amortization"
    answer = flow(view, company, item, operand.segment, operand.window, operand.lag, clock)
    if not answer.ok:
        return answer
    how = "none under IFRS 16: leases are in depreciation and amortisation"
    return replace(answer, value=0.0, how=how, arithmetic=None).flagged(MARK)

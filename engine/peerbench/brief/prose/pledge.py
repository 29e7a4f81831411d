"""What the subject has pledged to spend, against what it and the others sell and spend."""

from __future__ import annotations

from dataclasses import dataclass

from peerbench.brief.context import Desk
from peerbench.core.evidence import Quantity
from peerbench.narrate import operations, policy
from peerbench.narrate.claims import Statement


@dataclass(frozen=True, slots=True)
class Pledge:
    """The subject's pledge, a year's worth of it, and that against trailing revenue and last year's spending."""

    amount: Quantity
    per_year: Quantity
    of_sales: Quantity
    of_spending: Quantity


def _pledge(desk: Desk) -> Pledge | None:
    ev = desk.evidence
    amount = next((claim for claim in desk.study.claims.values() if claim.company == ev.subject), None)
    if amount is None or amount.value is None or not ev.has("revenue_ltm", "capex_fy"):
        return None
    years = float(amount.flags[0]) if amount.flags else 0.0
    if not years:
        return None
    what, how = "The pledge spread evenly, a year", f"÷ {years:g}"
    per_year = ev.work(
        "pledge_year", what, amount.value / years, "money", how, (amount,), currency=amount.currency
    )  # fmt: skip
    sales, spent = ev.value(ev.subject, "revenue_ltm"), ev.value(ev.subject, "capex_fy")
    return Pledge(
        amount,
        per_year,
        _over(desk, "pledge_of_sales", "trailing revenue", per_year, sales),
        _over(desk, "pledge_of_spending", "last year’s capital spending", per_year, spent),
    )


def _over(desk: Desk, name: str, of: str, over: Quantity, under: Quantity) -> Quantity:
    """A year of the pledge in times of something in the same currency."""
    same = over.currency == under.currency and over.value is not None and bool(under.value)
    value = (over.value or 0) / (under.value or 1) if same else None
    return desk.evidence.work(name, f"A year of the pledge over {of}", value, "pure", "÷", (over, under))


def _quoted(desk: Desk, claim: Quantity) -> str:
    """A company's own words, as the data keep them."""
    row = next((row for id in claim.documents if (row := desk.book.row(id))), None)
    return str(row["text"]) if row else ""


def pledge(desk: Desk) -> Statement | None:
    """The pledge against the subject's own revenue and spending."""
    made = _pledge(desk)
    if made is None:
        return None
    quoted = _quoted(desk, made.amount)
    return operations.pledge(desk.evidence, quoted, made.amount, made.per_year, made.of_sales, made.of_spending)


def policy_pledge(desk: Desk) -> Statement | None:
    """The pledge against the largest spender's year, where that is another company."""
    made, ev = _pledge(desk), desk.evidence
    if made is None:
        return None
    brief = ev.book.get("working:pledge_year_brief")
    order = policy.ordered(ev, "capex_fy")
    if brief is None or not order or order[0] == ev.subject:
        return None
    name = ev.name(order[0])
    share = _over(desk, "pledge_of_top", f"{name} capital spending", brief, ev.money(order[0], "capex_fy"))
    return policy.pledge(ev, _quoted(desk, made.amount), made.amount, brief, made.of_spending, share, name)

"""What keeps two companies' figures apart (METHOD 36), said once for the whole peer set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final

from peerbench.core.findings import Finding
from peerbench.core.items import ITEMS
from peerbench.normalise import calendar, leases
from peerbench.normalise.look import Look, listed
from peerbench.normalise.reading import say

LTM_DAYS_APART: Final = 45
STANDARDS: Final = {"us-gaap": "US GAAP", "ifrs": "IFRS"}
COSTS: Final = ("research_development", "selling_marketing", "general_administrative")
PAIRS: Final = {
    True: "with all leases, over EBITDA before rent",
    False: "without operating leases, over EBITDA after rent",
}


NAMED: Final = 4


def comparability(looks: Sequence[Look]) -> Iterator[Finding]:
    """What keeps two companies' figures apart (METHOD 36); the first company is the one others are held against."""
    yield from _apart(looks, "comparability_accounting", "the accounts follow {}", _standard)
    yield from _apart(looks, "comparability_year_end", "the fiscal year ends in {}", _year_end)
    yield from _apart(looks, "comparability_leases", "enterprise value is {}", _pair)
    yield from _apart(looks, "comparability_costs", "operating costs on record are told apart as {}", _cost_lines)
    ends = {look.name: look.clock.period_end for look in looks if look.clock.period_end}
    if ends and (max(ends.values()) - min(ends.values())).days > LTM_DAYS_APART:
        by_day: dict[date, list[str]] = defaultdict(list)
        for name, end in ends.items():
            by_day[end].append(name)
        text = ", ".join(f"{_few(names)} on {say(end)}" for end, names in by_day.items())
        yield Finding("comparability_period", "warning", f"The last twelve months end on different days: {text}.")
    for look in looks:
        answer = calendar.flow(look.view, look.company, "net_income_common", "total", "ltm", 0, look.clock)
        if "parent_for_common" in answer.flags:
            text = "net income to the parent stands in for net income to ordinary shareholders, which is not disclosed"
            yield look.finding("comparability_net_income", "note", text)


def _apart(looks: Sequence[Look], check: str, text: str, trait: Callable[[Look], str]) -> Iterator[Finding]:
    groups: dict[str, list[str]] = defaultdict(list)
    for look in looks:
        groups[trait(look)].append(look.name)
    if len(groups) > 1:
        parts = "; ".join(f"{_few(names)}: {text.format(value)}" for value, names in groups.items())
        yield Finding(check, "note", f"{parts}.")


def _few(names: Sequence[str]) -> str:
    """The names of a few; of many the first and how many more."""
    return listed(names) if len(names) <= NAMED else f"{names[0]} and {len(names) - 1} others"


def _standard(look: Look) -> str:
    standard = look.view.company(look.company).accounting_standard
    return STANDARDS.get(standard, standard)


def _year_end(look: Look) -> str:
    return f"{date(2000, look.view.company(look.company).fiscal_year_end_month, 1):%B}"


def _pair(look: Look) -> str:
    """The pair of METHOD 12 in use. Without lease liabilities on record an IFRS company's is not complete."""
    company = look.view.company(look.company)
    complete = not leases.all_are_debt(company) or bool(look.facts("lease_liabilities"))
    return PAIRS[leases.all_are_debt(company)] + ("" if complete else ", though no lease liabilities are on record")


def _cost_lines(look: Look) -> str:
    """Which lines of operating cost are told apart: where they differ, margins of one line do not compare."""
    lines = [ITEMS[item].label for item in COSTS if look.facts(item)]
    return ", ".join(lines) if lines else "one sum"

"""Remarks around a table: what its marks mean, whose accounts differ, which dates and currency its figures have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from peerbench.brief.context import Desk
from peerbench.brief.tables.columns import metrics
from peerbench.core.currencies import before_amount
from peerbench.core.document import Column, Spans, Text
from peerbench.narrate import words

Remarks = tuple[tuple[str, Spans], ...]  # (footnote letter or nothing, text)
COMPARABILITY: Final = {
    "parent_for_common": "income to the parent stands in for income to ordinary shareholders",
    "diluted_average": "share count is the weighted diluted average",
    "balance_dates_differ": "debt and cash are of different balance sheets",
    "price_adjusted": "close is dividend-adjusted",
}


def remarks(*texts: str) -> Remarks:
    """Remarks without a letter; an empty one is none."""
    return tuple(("", (Text(text),)) for text in texts if text)


# ---- accounts --------------------------------------------------------------------------------------------------------


def comparability(desk: Desk, cols: Sequence[Column]) -> tuple[dict[str, str], Remarks]:
    """A footnote letter for each company whose cells are not like the others', and what differs (METHOD 17, 36)."""
    marks: dict[str, str] = {}
    notes: list[tuple[str, Spans]] = []
    usual = _usual_standard(desk)
    for company in desk.evidence.everyone:
        if said := _differs(desk, company, cols, usual):
            marks[company] = desk.letter()
            notes.append((marks[company], (Text(f"{'; '.join(said)}."),)))
    return marks, tuple(notes)


def _differs(desk: Desk, company: str, cols: Sequence[Column], usual: str) -> list[str]:
    ev = desk.evidence
    own = ev.companies[company].accounting_standard
    flags = {flag for metric in metrics(cols) for flag in ev.money(company, metric).flags}
    said = [standard(own)] if own != usual else []
    return said + [text for flag, text in COMPARABILITY.items() if flag in flags]


def _usual_standard(desk: Desk) -> str:
    """The accounting standard of most companies, the subject's between equals: who differs from it bears the mark."""
    ev = desk.evidence
    standards = [ev.companies[company].accounting_standard for company in ev.everyone]
    return max(standards, key=standards.count)  # the first of equals, and the subject stands first


def standards_note(desk: Desk) -> str:
    """Whose accounts follow which standard, where they differ."""
    by: dict[str, list[str]] = {}
    for company in desk.evidence.everyone:
        by.setdefault(desk.evidence.companies[company].accounting_standard, []).append(desk.evidence.name(company))
    parts = [f"{standard(name)}: {', '.join(names)}" for name, names in sorted(by.items())]
    return f"Accounts by {'; '.join(parts)}." if len(by) > 1 else ""


def standard(name: str) -> str:
    """An accounting standard as a reader knows it."""
    return {"us-gaap": "US GAAP", "ifrs": "IFRS"}.get(name, name)


# ---- marks -----------------------------------------------------------------------------------------------------------


def marks_note(desk: Desk, shown: Sequence[str]) -> str:
    """What NA, –, n.m. and > mean in cells of these metrics, said only where they occur."""
    ev = desk.evidence
    statuses = {ev.money(company, metric).status for metric in shown for company in ev.everyone}
    medians = [ev.median(metric).status for metric in shown]
    said = ["NA = not available"] if statuses & {"missing", "stale"} else []
    if medians and all(status == "withheld" for status in medians):
        said.append("no median, as fewer than three peers have a value")
    elif "withheld" in medians:
        said.append("– = withheld, fewer than three values")
    if "not_meaningful" in statuses:
        said.append("n.m. = not meaningful")
    if "excluded" in statuses:
        said.append("> = beyond the limit, left out of statistics")
    return words.capital(f"{'; '.join(said)}.") if said else ""


def estimates_note(desk: Desk) -> str:
    """Whose forecast, of which day, for which year: FY1 is never left unexplained (METHOD 3)."""
    ev = desk.evidence
    if not ev.has("pe_fy1"):
        return ""
    parts = []
    for company in ev.everyone:
        estimate = ev.operand(company, "eps_estimate[fy1]")
        for document in estimate.documents:
            row = desk.book.row(document) if document.startswith("est.") else None
            if row and estimate.ok:
                end = row["period_end"]
                parts.append(f"{ev.name(company)} FY to {end:%b %Y}, {row['source']}, {row['snapshot_date']:%-d %b %Y}")
    return f"FY1 consensus: {'; '.join(parts)}; different year ends." if parts else ""


# ---- units and dates -------------------------------------------------------------------------------------------------


def units(desk: Desk, cols: Sequence[Column]) -> str:
    """The window and the units of the columns, as a subtitle."""
    found = {desk.evidence.definitions[metric].unit for metric in metrics(cols)}
    said = {
        "times": "multiples in times",
        "fraction": "rates and margins in %",
        "money": f"money in {before_amount(desk.evidence.currency)}bn",
    }
    return ltm_words(desk) + "; " + ", ".join(text for unit, text in said.items() if unit in found)


def ltm_words(desk: Desk) -> str:
    """ "LTM to June 2025" when all companies end together, else "LTM to the latest quarter"."""
    ev = desk.evidence
    ends = {ev.value(company, "revenue_ltm").end for company in ev.everyone if ev.value(company, "revenue_ltm").ok}
    if len(ends) == 1:
        (end,) = ends
        return f"Last twelve months (LTM) to {end:%B %Y}" if end else "Last twelve months (LTM)"
    return "Last twelve months (LTM) to each company’s latest quarter"


def day_words(desk: Desk) -> str:
    """The day of the prices: 23 September 2025."""
    day = desk.priced_on.value
    return f"{day.day} {day:%B %Y}"

"""Figures of capital spending: as a share of revenue over the years, and in money."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from peerbench.brief.context import Desk
from peerbench.brief.exhibits.instead import alternative, numbers
from peerbench.brief.tables.columns import bare
from peerbench.core import figures
from peerbench.core.currencies import sign
from peerbench.core.document import Cell, Chart, Spans, Table, Text
from peerbench.core.evidence import Quantity
from peerbench.narrate import policy, words
from peerbench.narrate.claims import possessive
from peerbench.narrate.valuation import direction

SHARE: Final = "capex_to_sales_fy"
YEARS: Final = ("capex_to_sales_fy_2", "capex_to_sales_fy_1", SHARE)  # oldest first
SPENT: Final = "capex_fy"
BEFORE: Final = "capex_fy_1"
GROUPS: Final = 5  # peers whose bars can be told apart
MOST: Final = 8  # bars of one company each


# ---- as a share of revenue -------------------------------------------------------------------------------------------


def bars(desk: Desk) -> Chart | None:
    """Figure 6: capital spending as a share of revenue, three fiscal years, light to dark."""
    ev = desk.evidence
    years = [metric for metric in YEARS if ev.has(metric)]
    known = [c for c in (ev.subject, *ev.peers) if any(ev.money(c, metric).ok for metric in years)]
    if SHARE not in years or len(known) < 2:
        return None
    shown = desk.shown(GROUPS, known)
    groups = tuple(_group(desk, company, years) for company in known if company in shown)
    title = _share_title(desk, years)
    refs = [ev.money(group.company, metric).ref for group in groups for metric in years]
    notes = (desk.not_shown(shown, known), _year_ends(desk))
    return Chart(
        "bars",
        title,
        (Text("Capital spending, % of revenue; three fiscal years, latest dark"),),
        figures.GroupedBars(desk.study.identities, groups),
        alternative("Grouped bars.", title),
        desk.source_line(refs, " ".join(note for note in notes if note)),
        87.0,
        44.0,
        desk.next_figure(),
        _share_numbers(desk, groups, len(years)),
    )


def _group(desk: Desk, company: str, years: Sequence[str]) -> figures.BarGroup:
    shares = [desk.evidence.money(company, metric) for metric in years]
    return figures.BarGroup(company, tuple((_year(share), share.number("bpct1")) for share in shares if share.ok))


def _year(quantity: Quantity) -> str:
    return f"FY to {quantity.end:%b %Y}" if quantity.end else "FY"


def _share_title(desk: Desk, years: Sequence[str]) -> Spans:
    """How the subject's share went from year to year, and where it stands against the peers'."""
    ev = desk.evidence
    own = [ev.money(ev.subject, metric).value for metric in years]
    first, before, last = own[0], own[max(len(own) - 2, 0)], own[-1]
    holds = {
        "above_double": bool(first and last and last > 2 * first),
        "rose": bool(first and before and last and last > first and last > before),
        "fell": bool(first and before and last and last < first and last < before),
        **direction(ev.gap(SHARE)),
    }
    return desk.title("title.bars", {"subject_s": possessive(ev.name(ev.subject))}, holds)


def _year_ends(desk: Desk) -> str:
    """When the subject's fiscal year ends, where not everyone's ends with it."""
    ev = desk.evidence
    own = ev.companies[ev.subject].fiscal_year_end_month
    if all(ev.companies[c].fiscal_year_end_month == own for c in ev.everyone):
        return ""
    return f"{possessive(ev.name(ev.subject))} year ends in {date(2000, own, 1):%B}."


def _share_numbers(desk: Desk, groups: Sequence[figures.BarGroup], years: int) -> Table:
    heads = [*(f"Year −{back}" for back in range(years - 1, 0, -1)), "Last year"]
    cols = [(f"y{place}", head) for place, head in enumerate(heads)]
    rows = [(desk.evidence.name(group.company), [Cell((n,)) for _, n in group.bars]) for group in groups]
    return numbers("bars", "Company", cols, rows)


# ---- in money --------------------------------------------------------------------------------------------------------


def long_bars(desk: Desk) -> Chart | None:
    """Policy Figure 1: capital spending of the last fiscal year in the brief's currency, largest first."""
    ev = desk.evidence
    known = sorted((c for c in (ev.subject, *ev.peers) if ev.money(c, SPENT).ok), key=lambda c: -_spent(desk, c))
    if len(known) < 2:
        return None
    shown = [company for place, company in enumerate(known) if place < MOST - 1 or company == ev.subject]
    made = tuple(bar for company in shown for bar in _long(desk, company))
    statement = policy.headline(ev, SPENT)
    title = desk.title("title.policy", {**statement.values, "count": words.count(len(known) - 1)}, statement.holds)
    subtitle = (
        f"Capital spending in the last full financial year, {sign(ev.currency)}bn "
        "at the average exchange rate of that year; tick = year before"
    )
    return Chart(
        "long-bars",
        title,
        (Text(subtitle),),
        figures.LongBars(desk.study.identities, made),
        alternative("Horizontal bars.", title, subtitle),
        desk.source_line([ev.money(company, SPENT).ref for company in known], _note(made, len(shown), len(known))),
        178.0,
        46.0,
        desk.next_figure(),
        _spent_numbers(made),
    )


def _spent(desk: Desk, company: str) -> float:
    return desk.evidence.money(company, SPENT).value or 0


def _long(desk: Desk, company: str) -> Iterator[figures.LongBar]:
    """A company's bar with the year before as a tick; under the subject's a year of its pledge."""
    ev, format = desk.evidence, bare(desk, SPENT)
    value = ev.money(company, SPENT)
    before = ev.money(company, BEFORE) if ev.has(BEFORE) else None
    label = f"{ev.name(company)}, year to {value.end:%b %Y}" if value.end else ev.name(company)
    tick = before.number(format) if before is not None and before.ok else None
    yield figures.LongBar(company, label, value.number(format), tick)
    pledge = ev.book.get("working:pledge_year_brief")
    if company == ev.subject and pledge is not None and pledge.ok:
        label = f"{possessive(ev.name(company))} pledge, per year"
        yield figures.LongBar(company, label, pledge.number("bn1"), pledge=True)


def _note(made: Sequence[figures.LongBar], shown: int, known: int) -> str:
    said = []
    if any(bar.pledge for bar in made):
        said.append("The pledge is what the company says; totals are what was spent, on everything.")
    if shown < known:
        said.append(f"The {words.count(shown)} largest and the subject of {words.count(known)}.")
    return " ".join(said)


def _spent_numbers(made: Sequence[figures.LongBar]) -> Table:
    cols = [("now", "Last year"), ("before", "Year before")]
    rows = [(bar.label, [Cell((bar.value,)), Cell((bar.before,) if bar.before else ())]) for bar in made]
    return numbers("long-bars", "Company", cols, rows)

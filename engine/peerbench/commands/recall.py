"""bench recall: which issues were printed on facts that are others now, where on their pages, and by how much."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from peerbench.commands import request
from peerbench.commands.printing import folded, print_findings, width
from peerbench.core.errors import UnusableRequest

if TYPE_CHECKING:
    from peerbench.brief.attribution import Attribution, Moved
    from peerbench.brief.since import Correction
    from peerbench.core.dataset import Dataset
    from peerbench.issues import Issue

CELLS: Final = 6  # rows of a page named for one figure
LISTED: Final = 25  # figures of an issue that are printed; JSON has all
FIGURE: Final = "figure"
PREMIUM: Final = "premium to the peer median"
GAP: Final = "gap to the peer median"
MEDIAN: Final = "peer median"
ENDS: Final = {PREMIUM: ":premium", GAP: ":gap"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of an issue that the changed facts make another: printed, corrected, and its rows on the pages.

    what: the figure itself, the peers' median of it, or its distance from that; a premium is a fraction of the median,
    a gap is in the figure's own unit.
    """

    company: str
    metric: str
    printed: float | None
    corrected: float | None
    rows: tuple[str, ...]  # audience and row of the appendix
    what: str = FIGURE
    label: str = ""
    unit: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Recalled:
    """An issue with the facts it was printed on that are others now, the figures that follow, and who received it.

    note: why there are no figures, or none of what was sent.
    """

    issue: str
    as_of: date
    facts: tuple[Correction, ...]
    figures: tuple[Figure, ...]
    folder: str = ""
    sent: tuple[str, ...] = ()  # target, audience and recipient of each delivery that arrived
    note: str = ""


def run(parsed: Namespace, arguments: list[str]) -> int:
    if parsed.facts is not None:
        from peerbench.commands import changed_facts

        found, head = changed_facts.recalled(parsed)
    else:
        found, head = _by_sources(parsed)
    if parsed.format == "json":
        print(json.dumps([asdict(one) for one in found], indent=1, ensure_ascii=False, default=str))
    else:
        print("\n".join(folded(line, width(sys.stdout)) for line in (*text(found), head)))
    return 0


def _by_sources(parsed: Namespace) -> tuple[list[Recalled], str]:
    """The issues of configs whose sources say otherwise now."""
    from peerbench import issues, pipeline

    found: list[Recalled] = []
    looked = 0
    for config in request.configs(parsed.configs):
        case = pipeline.prepare(config, audiences=(), today=date.today())
        series = (Path(parsed.out) if parsed.out else case.config.root / "output") / case.config.name
        for issue in read(tuple(series / day.isoformat() for day in issues.days(series))):
            looked += 1
            found += _recalled(issue, case.data)
    return found, f"{len(found)} of {looked} issues rest on facts that are others now"


def read(folders: tuple[Path, ...]) -> Iterator[Issue]:
    """Every issue that can be read; the others are named."""
    from peerbench import issues

    for folder in folders:
        try:
            yield issues.read(folder)
        except UnusableRequest as error:
            print_findings(error.findings)


def _recalled(issue: Issue, data: Dataset) -> Iterator[Recalled]:
    """The issue, if a fact that it used is another in the data as they are now, on the issue's own day."""
    from peerbench.brief import since
    from peerbench.brief.attribution import Side, attribute

    made = attribute(issue.side, Side(issue.asked, data))
    facts = tuple(since.correction(one, issue.as_of) for one in made.restated if since.printed_on(one, issue.used))
    if facts:
        yield with_figures(issue, facts, made)


# ---- the figures that follow -----------------------------------------------------------------------------------------


def with_figures(issue: Issue, facts: tuple[Correction, ...], made: Attribution) -> Recalled:
    """The issue with these facts and every figure, median and distance that is another with them."""
    places = _places(issue)
    subject = issue.asked.subject
    figures = [
        replace(figure, rows=places.get(_ref(figure), ()))
        for one in made.moved
        for figure in _moved(one, issue.asked.definitions[one.metric].label, subject)
    ]
    kept = tuple(one for one in figures if one.what == FIGURE or one.rows or one.company == subject)
    return Recalled(f"{issue.name}, {issue.as_of}", issue.as_of, facts, kept, issue.where)


def _moved(one: Moved, label: str, subject: str) -> Iterator[Figure]:
    change, against, peers = one.change, one.against_peers, one.peers
    about = Figure(one.company, one.metric, change.then, change.now, (), FIGURE, label, one.unit, one.currency)
    if not one.still:
        yield about
    if peers is not None and one.company == subject and _differ(peers.then, peers.now):
        yield replace(about, company="peers", what=MEDIAN, printed=peers.then, corrected=peers.now)
    if against is not None and _differ(against.then, against.now):
        yield replace(
            about, what=PREMIUM if one.relative else GAP, printed=against.then, corrected=against.now,
            unit="fraction" if one.relative else one.unit, currency="" if one.relative else one.currency,
        )  # fmt: skip


def _differ(then: float | None, now: float | None) -> bool:
    from peerbench.compare.changes import SAME

    if then is None or now is None:
        return then is not now
    return abs(now - then) > SAME * abs(then or 1.0)


def _ref(figure: Figure) -> str:
    """As claims.csv calls it, whatever the currency."""
    if figure.what == MEDIAN:
        return f"peers:{figure.metric}:median"
    return f"{figure.company}:{figure.metric}{ENDS.get(figure.what, '')}"


def _places(issue: Issue) -> dict[str, tuple[str, ...]]:
    """Ref → where it stands: "institutional 1.02"; a figure's currency is no part of its ref."""
    found: dict[str, dict[str, None]] = {}
    for row in issue.claims.iter_rows(named=True):
        if row["row"]:
            head, _, end = str(row["ref"]).rpartition(":")
            ref = head if len(end) == 3 and end.isupper() else str(row["ref"])
            found.setdefault(ref, {})[f"{row['audience']} {row['row']}"] = None
    return {ref: tuple(places) for ref, places in found.items()}


# ---- for people ------------------------------------------------------------------------------------------------------


def text(found: list[Recalled]) -> Iterator[str]:
    """Each issue with its facts, its figures from the greatest effect down, and its readers."""
    for one in found:
        yield f"{one.issue}  {one.folder}"
        for fact in one.facts:
            was, now = (_shown(value, fact.unit, fact.currency) for value in (fact.then, fact.now))
            yield f"  {fact.kind}: {_named(fact)}: {was} → {now}"
            yield f"    {fact.source}, {fact.known_on}"
        if one.note:
            yield f"  {one.note}"
        yield from _figures([figure for figure in one.figures if figure.rows])
        if unlisted := sum(not figure.rows for figure in one.figures):
            yield f"  {unlisted} more that no page's appendix lists; --format json has them"
        for reader in one.sent:
            yield f"  sent to: {reader}"
        yield ""


def _named(fact: Correction) -> str:
    from peerbench.core.items import ITEMS

    segment = "" if fact.segment == "total" else f" ({fact.segment})"
    period = f"{fact.months} months to {fact.period_end}" if fact.months else f"at {fact.period_end}"
    item = ITEMS[fact.item].label if fact.item in ITEMS else fact.item
    return f"{fact.company} {item}{segment}, {period}"


def _figures(figures: list[Figure]) -> Iterator[str]:
    ordered = sorted(figures, key=_weight, reverse=True)
    if ordered:
        yield "  figures on its pages, printed → corrected:"
    for figure in ordered[:LISTED]:
        yield f"    {_about(figure)}: {_change(figure)}"
        yield f"      {_listed(figure.rows)}"
    if len(ordered) > LISTED:
        yield f"    and {len(ordered) - LISTED} more; --format json has them"


def _about(figure: Figure) -> str:
    what = {FIGURE: "", MEDIAN: ""}.get(figure.what, f", {figure.what}")
    return f"{MEDIAN if figure.what == MEDIAN else figure.company}, {figure.label}{what}"


def _weight(figure: Figure) -> float:
    """How much of the printed figure the correction is; one that came or went weighs most."""
    if figure.printed is None or figure.corrected is None:
        return float("inf")
    step = abs(figure.corrected - figure.printed)
    return step if figure.unit == "fraction" else step / abs(figure.printed or 1.0)


def _change(figure: Figure) -> str:
    from peerbench.commands.diff import FORMATS

    shown, step = FORMATS[figure.unit]
    if figure.what in ENDS:  # a distance has its sign
        shown = "spct1" if figure.what == PREMIUM else "pp1" if figure.unit == "fraction" else shown
    ends = " → ".join(_text(value, shown, figure.currency) for value in (figure.printed, figure.corrected))
    if figure.printed is None or figure.corrected is None:
        return ends
    size = figure.corrected - figure.printed
    if figure.unit == "fraction" or not figure.printed:
        return f"{ends} ({_text(size, step, figure.currency)})"
    return f"{ends} ({_text(size / abs(figure.printed), 'spct2', '')})"


def _listed(rows: tuple[str, ...]) -> str:
    """Rows by audience: institutional 1.02, 1.08; risk 2.17."""
    by: dict[str, list[str]] = {}
    for row in rows[:CELLS]:
        audience, _, number = row.rpartition(" ")
        by.setdefault(audience, []).append(number)
    more = f" and {len(rows) - CELLS} more" if len(rows) > CELLS else ""
    return "; ".join(f"{audience} {', '.join(numbers)}" for audience, numbers in by.items()) + more


def _text(value: float | None, format: str, currency: str) -> str:
    from peerbench.core.document import Number
    from peerbench.render.format import text

    return "none" if value is None else text(Number(value, format, currency))


UNITS: Final[Mapping[str, str]] = {"money": "money", "money_per_share": "price", "shares": "shares"}


def _shown(value: float | None, unit: str, currency: str) -> Any:
    return "absent" if value is None else _text(value, UNITS.get(unit, "n2"), currency)

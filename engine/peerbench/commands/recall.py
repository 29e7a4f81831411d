"""bench recall: which issues were printed on facts that are others now, where on their pages, and by how much."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from peerbench.commands import request
from peerbench.commands.printing import print_findings
from peerbench.core.errors import UnusableRequest

if TYPE_CHECKING:
    from peerbench.brief.since import Correction
    from peerbench.core.dataset import Dataset
    from peerbench.issues import Issue

CELLS: Final = 6  # rows of a page named for one figure


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of an issue that the changed facts make another: printed, corrected, and its rows on the pages."""

    company: str
    metric: str
    printed: float | None
    corrected: float | None
    rows: tuple[str, ...]  # audience and row of the appendix


@dataclass(frozen=True, slots=True)
class Recalled:
    """An issue with the facts it was printed on that are others now, and the figures that follow."""

    issue: str
    as_of: date
    facts: tuple[Correction, ...]
    figures: tuple[Figure, ...]


def run(parsed: Namespace, arguments: list[str]) -> int:
    from peerbench import pipeline

    found: list[Recalled] = []
    looked = 0
    for config in request.configs(parsed.configs):
        case = pipeline.prepare(config, audiences=(), today=date.today())
        series = (Path(parsed.out) if parsed.out else case.config.root / "output") / case.config.name
        for issue in _issues(series):
            looked += 1
            found += _recalled(issue, case.data)
    if parsed.format == "json":
        print(json.dumps([asdict(one) for one in found], indent=1, ensure_ascii=False, default=str))
    else:
        print("\n".join(_text(found, looked)))
    return 0


def _issues(series: Path) -> Iterator[Issue]:
    """Every issue of a brief that can be read; the others are named."""
    from peerbench import issues

    for day in issues.days(series):
        try:
            yield issues.read(series / day.isoformat())
        except UnusableRequest as error:
            print_findings(error.findings)


def _recalled(issue: Issue, data: Dataset) -> Iterator[Recalled]:
    """The issue, if a fact that it used is another in the data as they are now, on the issue's own day."""
    from peerbench.brief import since
    from peerbench.brief.attribution import Side, attribute

    made = attribute(issue.side, Side(issue.asked, data))
    facts = tuple(since.correction(one, issue.as_of) for one in made.restated if since.printed_on(one, issue.used))
    if not facts:
        return
    figures = tuple(
        Figure(one.company, one.metric, one.change.then, one.change.now, _rows(issue, one.company, one.metric))
        for one in made.moved
        if not one.still
    )
    yield Recalled(f"{issue.name}, {issue.as_of}", issue.as_of, facts, figures)


def _rows(issue: Issue, company: str, metric: str) -> tuple[str, ...]:
    """Where the figure, or its distance to the peers, stands: "institutional 1.02"."""
    ref = f"{company}:{metric}"
    rows = issue.claims.iter_rows(named=True)
    mine = (row for row in rows if row["row"] and (row["ref"] == ref or str(row["ref"]).startswith(f"{ref}:")))
    return tuple(dict.fromkeys(f"{row['audience']} {row['row']}" for row in mine))


def _text(found: list[Recalled], looked: int) -> Iterator[str]:
    for one in found:
        yield one.issue
        for fact in one.facts:
            was, now = (_shown(value, fact.unit, fact.currency) for value in (fact.then, fact.now))
            yield f"  {fact.kind}: {fact.id}: {was} → {now}; {fact.source}"
        for figure in one.figures:
            yield f"    {figure.company} {figure.metric}: {_figure(figure)}{_places(figure)}"
    yield f"{len(found)} of {looked} issues rest on facts that are others now"


def _figure(figure: Figure) -> str:
    ends = ("none" if value is None else f"{value:.6g}" for value in (figure.printed, figure.corrected))
    size = f" ({figure.corrected / figure.printed - 1:+.2%})" if figure.printed and figure.corrected else ""
    return f"printed {' → '.join(ends)}{size}"


def _places(figure: Figure) -> str:
    more = f" and {len(figure.rows) - CELLS} more" if len(figure.rows) > CELLS else ""
    return f"; {', '.join(figure.rows[:CELLS])}{more}" if figure.rows else ""


def _shown(value: float | None, unit: str, currency: str) -> str:
    from peerbench.core.document import Number
    from peerbench.render.format import text

    format: Any = {"money": "money", "money_per_share": "price", "shares": "shares"}.get(unit, "n2")
    return "absent" if value is None else text(Number(value, format, currency))

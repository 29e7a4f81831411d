"""The Python API. `import peerbench` offers these functions and loads this room when one of them is first asked for.

Days are dates, or texts like "2025-09-23". `today` is the day of the call; left out, the clock is read here and nowhere
below. Every function raises UnusableRequest with all mistakes at once; then nothing was written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from peerbench import lookup, pipeline
from peerbench.config.check import OUTPUTS
from peerbench.config.values import MetricGroup, Peer
from peerbench.core.document import Source, Trace
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.core.metric import MetricDefinition
from peerbench.pipeline import BuildResult, Computed
from peerbench.project import find_root

if TYPE_CHECKING:
    from peerbench.brief.attribution import Attribution, Side
    from peerbench.brief.dossier import Asked
    from peerbench.factcheck.report import TextChecked
    from peerbench.verify.verdict import IssueVerdict, Verdict

__all__ = (
    "BuildResult", "Compared", "Computed", "Differences", "Explained", "Finding", "UnusableRequest", "build",
    "catalogue", "check", "check_text", "compare_companies", "compute", "diff", "explain", "verify_brief",
)  # fmt: skip
Day = date | str | None
PAGES: Final = ("A4", "Letter")
LENGTHS: Final = ("one", "four")
PLACES: Final = {"config.company": "companies", "config.metric": "metrics", "config.peers": "companies"}


@dataclass(frozen=True, slots=True)
class Explained:
    """Why one number is so: its trace, those of everything below it by reference, and the documents they cite."""

    trace: Trace
    traces: Mapping[str, Trace]
    sources: tuple[Source, ...]

    @property
    def value(self) -> float | None:
        """In ones of its unit (0.14 is 14 %); None where trace.exact.reason says why there is none."""
        return self.trace.exact.value


@dataclass(frozen=True, slots=True)
class Compared:
    """Companies side by side, the first against the others.

    metrics: a row per company and metric (METRICS of core.frames: company, metric, value, unit, currency, status,
    reason, …), money in `currency`. comparison: a row per company and metric with the peers' median, rank and
    premium (COMPARISON).
    """

    as_of: date
    currency: str
    companies: tuple[str, ...]
    metrics: pl.DataFrame
    comparison: pl.DataFrame
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """What moved between two issues; attribution.moved has each figure with its change cause by cause."""

    then: Asked
    now: Asked
    attribution: Attribution


# ---- briefs ----------------------------------------------------------------------------------------------------------


def build(
    config: str | os.PathLike[str],
    *,
    as_of: Day = None,
    audiences: Sequence[str] | None = None,
    formats: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
    page: str | None = None,
    length: str | None = None,
    out: str | os.PathLike[str] | None = None,
    frozen: bool = False,
    today: Day = None,
    progress: Callable[[str], None] = lambda stage: None,
) -> BuildResult:
    """Build the briefs of one config into `out`/<brief>/<day>/; out: else output/ of the config's project.

    Options that are left out are the config's. The result has the folder, its files and the findings; held says that a
    check kept the issue back, and then nothing was written. Unlike `bench build` it builds whether or not anything has
    changed.

    >>> result = peerbench.build("configs/alibaba.yaml", audiences=["institutional"], formats=["html"])
    >>> result.held, result.folder.name
    (False, '2025-09-23')
    """
    path = Path(config)
    layers = lookup.layers(Path(find_root(str(path.parent))))
    wrong = [
        *_unknown("audiences", audiences, lookup.audiences(layers)),
        *_unknown("formats", formats, OUTPUTS),
        *_unknown("languages", languages, _languages(layers) if languages else ()),
        *_unknown("page", None if page is None else (page,), PAGES),
        *_unknown("length", None if length is None else (length,), LENGTHS),
    ]
    days = _days(wrong, as_of=as_of, today=today)
    return pipeline.build(
        path,
        as_of=days["as_of"],
        audiences=audiences,
        formats=formats,
        out=None if out is None else Path(out),
        page=page,
        length=length,
        spoken=languages,
        today=days["today"] or date.today(),
        frozen=frozen,
        progress=progress,
    )


def check(
    config: str | os.PathLike[str], *, as_of: Day = None, audiences: Sequence[str] | None = None, today: Day = None
) -> tuple[Finding, ...]:
    """Everything wrong or noteworthy about a config and its data, without building; empty: nothing.

    Mistakes of the config come as findings with file, line and column, those of this call's arguments as an exception.

    >>> [str(found) for found in peerbench.check("configs/alibaba.yaml") if found.severity == "error"]
    []
    """
    path = Path(config)
    wrong = list(_unknown("audiences", audiences, lookup.audiences(lookup.layers(Path(find_root(str(path.parent)))))))
    days = _days(wrong, as_of=as_of, today=today)
    return pipeline.check(path, as_of=days["as_of"], audiences=audiences, today=days["today"] or date.today())


# ---- figures ---------------------------------------------------------------------------------------------------------


def compute(
    config: str | os.PathLike[str],
    *,
    as_of: Day = None,
    out: str | os.PathLike[str] | None = None,
    today: Day = None,
) -> Computed:
    """The figures of a config without pages; metrics.csv and comparison.csv are written into `out` if it is given.

    Both frames have a row per company and metric, values in ones of their unit, money in the brief's currency; a value
    that is absent or has no meaning has a status and a reason beside it.

    >>> rows = peerbench.compute("configs/alibaba.yaml").metrics.filter(metric="pe_ltm")
    >>> [(row["company"], round(row["value"], 1), row["status"]) for row in rows.to_dicts()][0]
    ('alibaba', 18.1, 'ok')
    """
    days = _days([], as_of=as_of, today=today)
    folder = None if out is None else Path(out)
    return pipeline.compute(Path(config), as_of=days["as_of"], out=folder, today=days["today"] or date.today())


def compare_companies(
    config: str | os.PathLike[str],
    companies: Sequence[str] = (),
    metrics: Sequence[str] = (),
    *,
    as_of: Day = None,
    today: Day = None,
) -> Compared:
    """Any companies of a config's data on any metrics: the first is compared, the others are its peers.

    Left out, companies and metrics are the config's own. Day, currency, sources and own metrics are the config's too.
    Raises UnusableRequest for an unknown name, with the nearest one, and for fewer than two companies.

    >>> found = peerbench.compare_companies("configs/alibaba.yaml", ["tencent", "amazon", "baidu"], ["pe_ltm"])
    >>> found.companies, found.currency, found.comparison["metric"].unique().to_list()
    (('tencent', 'amazon', 'baidu'), 'USD', ['pe_ltm'])
    """
    wrong = [*_repeated("companies", companies), *_repeated("metrics", metrics)]
    if len(companies) == 1:
        wrong.append(_argument("companies", f"'{companies[0]}' alone cannot be compared", "Name two or more."))
    days = _days(wrong, as_of=as_of, today=today)
    over: dict[str, Any] = {"excluded": (), "circulation": ()}
    if companies:
        others = tuple(Peer(company, "core", "Compared") for company in companies[1:])
        over |= {"subject": companies[0], "peers": others}
    if metrics:
        over["metrics"] = (MetricGroup("compared", tuple(metrics)),)
    try:
        found = pipeline.figures(
            Path(config), as_of=days["as_of"], today=days["today"] or date.today(), over=over, metrics=metrics
        )
    except UnusableRequest as error:
        raise UnusableRequest(tuple(_of_call(one, bool(companies), bool(metrics)) for one in error.findings)) from error
    request, frames, findings = found
    return Compared(
        request.as_of, request.currency, tuple(request.roles), frames.converted, frames.comparison, findings
    )


def _of_call(finding: Finding, companies: bool, metrics: bool) -> Finding:
    """A mistake in what the call named: it stands in the call, not in the config."""
    place = PLACES.get(finding.check)
    given = {"companies": companies, "metrics": metrics}
    if place is None or not given[place]:
        return finding
    return replace(finding, check="arguments", origin=Origin(locator=place), excerpt="")


def explain(
    config: str | os.PathLike[str], company: str, metric: str, *, as_of: Day = None, today: Day = None
) -> Explained:
    """Why one number is so, down to its documents. metric is any id of the catalogue, or a config's own.

    >>> found = peerbench.explain("configs/alibaba.yaml", "alibaba", "pe_ltm")
    >>> round(found.value, 1), found.trace.known_on.isoformat()
    (18.1, '2025-09-23')
    """
    days = _days([], as_of=as_of, today=today)
    found = pipeline.explain(Path(config), company, metric, as_of=days["as_of"], today=days["today"] or date.today())
    return Explained(*found)


def catalogue() -> dict[str, MetricDefinition]:
    """Every metric by id, with its formula, definition, unit and source.

    >>> peerbench.catalogue()["pe_ltm"].unit
    'times'
    """
    from peerbench.metrics.catalogue import load

    return dict(load().definitions)


# ---- issues and texts ------------------------------------------------------------------------------------------------


def diff(
    first: str | os.PathLike[str],
    second: str | os.PathLike[str] | None = None,
    *,
    since: Day = None,
    until: Day = None,
    metrics: Collection[str] | None = None,
    today: Day = None,
) -> Differences:
    """What moved between two issues (folders, PDFs, web pages), or two days of one config, each change by its causes.

    first is a config's file with since (and until, else its as_of), or the earlier issue with second the later. The
    parts of a change sum to it.

    >>> found = peerbench.diff("configs/alibaba.yaml", since="2025-06-30", metrics=["pe_ltm"])
    >>> moved = found.attribution.moved[0]
    >>> moved.company, moved.metric, abs(sum(moved.change.parts.values()) - moved.change.change) < 1e-9
    ('alibaba', 'pe_ltm', True)
    """
    from peerbench.brief import attribution

    wrong = list(_sides_wrong(Path(first), second, since, until))
    days = _days(wrong, since=since, until=until, today=today)
    if second is None:
        now = days["today"] or date.today()
        sides = [pipeline.side(Path(first), as_of=day, today=now) for day in (days["since"], days["until"])]
    else:
        sides = [_issue(Path(path)) for path in (first, second)]
    then, now_side = sides
    if (then.asked.brief, then.asked.subject) != (now_side.asked.brief, now_side.asked.subject):
        message = f"two briefs: {then.asked.brief} and {now_side.asked.brief}"
        raise UnusableRequest((_argument("second", message, "Name two issues of one brief."),))
    return Differences(then.asked, now_side.asked, attribution.attribute(then, now_side, metrics=metrics))


def _sides_wrong(first: Path, second: object, since: Day, until: Day) -> Iterator[Finding]:
    if first.suffix in (".yaml", ".yml"):
        if second is not None:
            yield _argument("second", "a config is compared with itself on another day", "Give since, and until.")
        elif since is None:
            yield _argument("since", "a config needs a day to start from", 'Give since="2025-06-30", say.')
    elif second is None:
        yield _argument("second", "the later issue is not named", "Name the folder, PDF or web page of an issue.")
    elif since is not None or until is not None:
        yield _argument("since", "since and until go with a config, not with issues", "Leave them out.")


def _issue(path: Path) -> Side:
    from peerbench import issues

    if not path.is_file():
        return issues.read(path).side
    from peerbench.verify import carried

    found = carried.read(path)
    if found.findings:
        raise UnusableRequest(tuple(replace(one, severity="error") for one in found.findings))
    return found.issue.side


def verify_brief(
    path: str | os.PathLike[str], *, project: str | os.PathLike[str] | None = None
) -> Verdict | IssueVerdict:
    """Whether a PDF, a web page or the folder of an issue is, byte for byte, what the data it carries make.

    verified says so, differences name what is not. project: where own typefaces are looked for.

    >>> peerbench.verify_brief("output/alibaba/2025-09-23/institutional/brief.html").verified
    True
    """
    from peerbench.verify import verdict

    home = None if project is None else Path(project)
    given = Path(path)
    return verdict.issue(given, project=home) if given.is_dir() else verdict.verdict(given, project=home)


def check_text(text: str, config: str | os.PathLike[str], *, as_of: Day = None, today: Day = None) -> TextChecked:
    """Every quantitative statement of a text, judged by the figures of a config: verified, contradicted, not checkable.

    >>> found = peerbench.check_text("Alibaba's trailing P/E is 18.1x.", "configs/alibaba.yaml")
    >>> [(one.quote, one.judgement) for one in found.verdicts]
    [("Alibaba's trailing P/E is 18.1x", 'verified')]
    """
    days = _days([], as_of=as_of, today=today)
    return pipeline.check_text(text, Path(config), as_of=days["as_of"], today=days["today"] or date.today())


# ---- arguments -------------------------------------------------------------------------------------------------------


def _argument(name: str, message: str, hint: str) -> Finding:
    return Finding("arguments", "error", message, hint, Origin(locator=name))


def _unknown(option: str, given: Sequence[str] | None, known: Collection[str]) -> Iterator[Finding]:
    """Values that are none of the known ones; a text where a list is expected."""
    if isinstance(given, str):
        yield _argument(option, f"'{given}' is a text, not a list", f'Write {option}=["{given}"].')
        return
    for name in given or ():
        if name not in known:
            yield _argument(option, f"unknown {option.removesuffix('s')} '{name}'", did_you_mean(name, known))


def _repeated(option: str, given: Sequence[str]) -> Iterator[Finding]:
    if isinstance(given, str):
        yield _argument(option, f"'{given}' is a text, not a list", f'Write {option}=["{given}"].')
        return
    for name in dict.fromkeys(name for name in given if given.count(name) > 1):
        yield _argument(option, f"'{name}' stands twice", "Name it once.")


def _languages(layers: tuple[Path, ...]) -> tuple[str, ...]:
    from peerbench import languages

    return tuple(languages.known(layers))


def _days(wrong: list[Finding], **given: Day) -> dict[str, date | None]:
    """The days of a call by name. Raises UnusableRequest with them and everything else that is wrong."""
    found = {name: _day(name, value, wrong) for name, value in given.items()}
    if wrong:
        raise UnusableRequest(tuple(wrong))
    return found


def _day(name: str, value: Day, wrong: list[Finding]) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    try:
        if isinstance(value, str) and len(value) == 10:  # fromisoformat reads 20250923 too, a config does not
            return date.fromisoformat(value)
    except ValueError:
        pass
    wrong.append(_argument(name, f"'{value}' is not a day", "Write a date, or year-month-day: 2025-09-23."))
    return None

"""bench diff: what moved between two issues of a brief, cause by cause, and what was restated, added or left out."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from peerbench.commands import request
from peerbench.commands.printing import folded, print_findings, shown_stages, width
from peerbench.core.document import Number
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, did_you_mean

if TYPE_CHECKING:
    from peerbench.brief.attribution import Attribution, Moved, Restated, Side
    from peerbench.compare.changes import Change
    from peerbench.issues import Issue

HEADS: Final = {
    "price": "price", "earnings": "earnings", "estimates": "estimates", "shares": "shares", "fx": "FX",
    "restatement": "restated", "method": "method", "peer_median": "peers", "peer_set": "peer set",
}  # fmt: skip
# unit → format of a figure, and of a difference between two
FORMATS: Final = {
    "times": ("x2", "sn2"), "fraction": ("pct1", "pp1"), "money": ("money", "money"), "count": ("count", "sn0"),
    "money_per_share": ("price", "sn2"), "shares": ("shares", "shares"), "pure": ("n2", "sn2"),
}  # fmt: skip
SHOWN_FACTS: Final = 40
ENDS: Final = 4  # label, then, now and change: what stands before the causes


@dataclass(frozen=True, slots=True)
class Pair:
    """The two issues compared: how each is called, its figures, and which program made it.

    verified: of a PDF or web page, whether it shows what its data make; None of a folder or a config.
    """

    names: tuple[str, str]
    sides: tuple[Side, Side]
    programs: tuple[str, str]
    same: bool = False
    verified: tuple[bool | None, bool | None] = (None, None)


def run(parsed: Namespace, arguments: list[str]) -> int:
    from peerbench.brief import attribution

    pair = _pair(parsed)
    _refuse_strangers(pair, anyway=parsed.anyway)
    if pair.same:
        print(
            _as_json(pair, None) if parsed.format == "json" else f"nothing changed: {pair.names[0]} is the same issue"
        )
        return 0
    found = attribution.attribute(*pair.sides)
    if parsed.format == "json":
        print(_as_json(pair, found))
    else:
        print("\n".join(_text(pair, found, _companies(parsed, pair), width(sys.stdout))))
    return 0


# ---- what is compared ------------------------------------------------------------------------------------------------


def _pair(parsed: Namespace) -> Pair:
    first = Path(parsed.first)
    if first.suffix in (".yaml", ".yml"):
        return _of_config(first, parsed)
    if wrong := [name for name in ("from", "to") if getattr(parsed, f"{name}_day") is not None]:
        raise _refusal(
            f"--{wrong[0]} goes with a config, not with an issue", "Name two issues, or a config.", f"--{wrong[0]}"
        )
    if parsed.second is None:
        return _newest_two(first)
    return _of_issues(*_issues((Path(parsed.first), Path(parsed.second)), anyway=parsed.anyway))


def _of_config(config: Path, parsed: Namespace) -> Pair:
    from peerbench import __version__, pipeline

    if parsed.second is not None:
        hint = "Write `bench diff CONFIG --from DAY --to DAY`, or name two issues."
        raise _refusal("a config is compared with itself on another day", hint, parsed.second)
    if parsed.from_day is None:
        raise _refusal("a config needs a day to start from", "Add --from DAY, e.g. --from 2025-06-30.", "--from")
    days = (request.day(parsed.from_day), request.day(parsed.to_day))
    sides = [pipeline.side(config, as_of=day, today=date.today()) for day in days]
    names = [f"{config.stem}, {side.asked.as_of}" for side in sides]
    same = sides[0].asked == sides[1].asked
    return Pair((names[0], names[1]), (sides[0], sides[1]), (__version__, __version__), same)


def _newest_two(series: Path) -> Pair:
    """The last two issues of a folder output/<brief>/."""
    from peerbench import issues

    if series.is_file():
        raise _refusal("it is one issue, and nothing to compare it with", "Name the other issue after it.", str(series))
    days = issues.days(series)
    if len(days) < 2:
        many = "only one issue" if days else "no issue"
        raise _refusal(f"there is {many} below {series}", "Name two issues: output/<brief>/<day>/.", str(series))
    return _of_issues(*_issues([series / day.isoformat() for day in days[-2:]], anyway=False))


Read = tuple["Issue", bool | None]  # and of a PDF or web page whether it is verified


def _issues(paths: Sequence[Path], *, anyway: bool) -> tuple[Read, Read]:
    """Two issues. anyway: also one whose page does not show what its data make, which is told.

    Raises UnusableRequest with what is wrong with either.
    """
    read: list[Read] = []
    wrong: list[Finding] = []
    told: list[Finding] = []
    for path in paths:
        try:
            issue, verified, findings = _issue(path)
        except UnusableRequest as error:
            wrong += error.findings
            continue
        read.append((issue, verified))
        told += findings
    if wrong or (told and not anyway):
        raise UnusableRequest((*wrong, *(replace(one, severity="error") for one in told)))
    print_findings(told)
    first, second = read
    return first, second


def _issue(path: Path) -> tuple[Issue, bool | None, tuple[Finding, ...]]:
    from peerbench import issues

    if not path.is_file():
        return issues.read(path), None, ()
    from peerbench.project import find_root
    from peerbench.verify import carried

    with shown_stages() as progress:
        found = carried.read(path, project=Path(find_root(str(Path.cwd()))), progress=progress)
    return found.issue, found.verdict.verified, found.findings


def _of_issues(first: Read, second: Read) -> Pair:
    (then, was_true), (now, is_true) = first, second
    programs = (str(then.manifest.get("peerbench", "?")), str(now.manifest.get("peerbench", "?")))
    names = (f"{then.name}, {then.as_of}", f"{now.name}, {now.as_of}")
    return Pair(names, (then.side, now.side), programs, then.basis == now.basis, (was_true, is_true))


def _refuse_strangers(pair: Pair, *, anyway: bool) -> None:
    """Figures of two briefs differ because the briefs do: nobody asks what moved between them by accident."""
    first, second = (side.asked for side in pair.sides)
    if anyway or (first.brief == second.brief and first.subject == second.subject):
        return
    what = f"two briefs: {first.brief} (of {first.subject}) and {second.brief} (of {second.subject})"
    raise _refusal(what, "Add --anyway to compare what both have.", "")


def _companies(parsed: Namespace, pair: Pair) -> tuple[str, ...]:
    """Whose figures the table shows: the subject's, or those asked for."""
    asked = pair.sides[1].asked
    if parsed.company is None:
        return (asked.subject,)
    names = request.split(parsed.company)
    if "all" in names:
        return tuple(asked.roles)
    if wrong := [name for name in names if name not in asked.roles]:
        raise _refusal(f"unknown company '{wrong[0]}'", did_you_mean(wrong[0], asked.roles), "--company")
    return names


def _refusal(message: str, hint: str, place: str) -> UnusableRequest:
    return UnusableRequest((Finding("arguments", "error", message, hint, Origin(locator=place)),))


# ---- for people ------------------------------------------------------------------------------------------------------


def _text(pair: Pair, found: Attribution, companies: Sequence[str], columns: int | None = None) -> Iterator[str]:
    """columns: of the terminal; None for a pipe."""
    yield f"{pair.names[0]} → {pair.names[1]}"
    for company in companies:
        rows = [one for one in found.moved if one.company == company and not one.still]
        yield ""
        yield from _table(pair, company, rows, columns)
    shown = [one for one in found.moved if one.company in companies]
    for line in (*_statuses(pair, shown), *_asked(pair, found), *_facts(found.restated), *_documents(pair, shown)):
        yield folded(line, columns)


def _table(pair: Pair, company: str, rows: Sequence[Moved], columns: int | None) -> Iterator[str]:
    """Figures down; then, now, change and the causes across, as far as one of them has a part in anything.

    Where that is wider than the terminal, the causes of a change stand in a line below it.
    """
    changes = [change for row in rows for change in (row.change, row.against_peers) if change and change.parts]
    causes = [cause for cause in HEADS if any(abs(change.parts.get(cause, 0.0)) > 1e-12 for change in changes)]
    name = pair.sides[1].data.companies[company].name
    lines = [[name, "then", "now", "change", *(HEADS[cause] for cause in causes), ""]]
    for row in rows:
        if row.change.then is None and row.change.now is None:
            continue
        label = pair.sides[1].asked.definitions[row.metric].label
        lines.append([label, *_cells(row, row.change, row.unit, causes)])
        if row.against_peers is not None and row.against_peers.change is not None:
            lines.append(["  to the peer median", *_cells(row, row.against_peers, row.unit, causes)])
    if len(lines) == 1:
        yield f"{name}: no figure moved."
        return
    whole = _aligned(lines)
    if columns is None or max(map(len, whole)) <= columns:
        yield from whole
        return
    ends = _aligned([[*line[:ENDS], ""] for line in lines])
    for shown, line in zip(ends, lines, strict=True):
        yield shown
        parts = [f"{head} {part}" for head, part in zip(lines[0][ENDS:-1], line[ENDS:-1], strict=True) if part]
        below = ", ".join(parts) or line[-1]
        if line is not lines[0] and below:
            yield folded(f"{'    ' if line[0].startswith(' ') else '  '}{below}", columns)


def _aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    """Labels to the left, cells to the right, and at the end of a line what is said of it."""
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]) - 1)]
    return [
        "  ".join(
            (
                line[0].ljust(widths[0]),
                *(cell.rjust(wide) for cell, wide in zip(line[1:-1], widths[1:], strict=True)),
                line[-1],
            )
        ).rstrip()
        for line in lines
    ]


def _cells(row: Moved, change: Change, unit: str, causes: Sequence[str]) -> list[str]:
    if change is row.against_peers:
        shown, step = ("spct1", "pp1") if row.relative else ("pp1", "pp1") if unit == "fraction" else FORMATS[unit]
    else:
        shown, step = FORMATS[unit]
    figures = [_number(value, shown, row.currency) for value in (change.then, change.now)]
    parts = [_signed(change.parts.get(cause), step, row.currency) if change.parts else "" for cause in causes]
    return [*figures, _signed(change.change, step, row.currency), *parts, f"({change.reason})" if change.reason else ""]


def _number(value: float | None, format: str, currency: str) -> str:
    from peerbench.render.format import text

    return text(Number(value, format, currency, status="ok" if value is not None else "missing"))


def _signed(value: float | None, format: str, currency: str) -> str:
    """A difference with its sign; nothing for a cause without a part, and no sign where it is too small to be seen."""
    if value is None or value == 0:
        return ""
    plain = _number(value, format, currency)
    if not any(digit in plain for digit in "123456789"):
        return plain.lstrip("+−")
    return f"+{plain}" if value > 0 and not plain.startswith("+") else plain


def _statuses(pair: Pair, rows: Sequence[Moved]) -> Iterator[str]:
    """Figures that one of the two issues does not have, and why."""
    changed = [row for row in rows if row.then.get("status") != row.now.get("status")]
    if changed:
        yield from ("", "Figures that came or went:")
    for row in changed:
        name, label = (
            pair.sides[1].data.companies[row.company].name,
            pair.sides[1].asked.definitions[row.metric].label,
        )
        yield f"  {name}, {label}"
        for tense, end, value in (("was", row.then, row.change.then), ("is", row.now, row.change.now)):
            yield f"    {tense} {_status(end, value, row)}"


def _status(end: Mapping[str, Any], value: float | None, row: Moved) -> str:
    status = str(end.get("status") or "missing").replace("_", " ")
    if status == "ok":
        return _number(value, FORMATS[row.unit][0], row.currency)
    return f"{status}: {end.get('reason') or 'no reason given'}"


def _asked(pair: Pair, found: Attribution) -> Iterator[str]:
    """Peers, metrics, formulas, currency and program, as far as they differ."""
    old, new = (side.asked for side in pair.sides)
    lines = [
        *(f"peer joined: {company} ({new.roles[company]})" for company in new.roles if company not in old.roles),
        *(f"peer left: {company} ({old.roles[company]})" for company in old.roles if company not in new.roles),
        *(
            f"{company} is {new.roles[company]}, was {old.roles[company]}"
            for company in new.roles
            if company in old.roles and old.roles[company] != new.roles[company]
        ),
        *(f"currency {new.currency}, was {old.currency}" for _ in range(old.currency != new.currency)),
        *(f"formula of {metric}: {after}, was {before}" for metric, before, after in found.formulas),
        *(f"new metric: {metric}" for metric in found.new_metrics),
        *(f"metric gone: {metric}" for metric in found.gone_metrics),
        *(f"peerbench {pair.programs[1]}, was {pair.programs[0]}" for _ in range(pair.programs[0] != pair.programs[1])),
    ]
    yield from ("", *(["Asked otherwise:"] if lines else ["Peers, metrics and formulas are the same."]))
    yield from (f"  {line}" for line in lines)


def _facts(restated: Sequence[Restated]) -> Iterator[str]:
    if not restated:
        yield "No fact was restated."
        return
    yield from ("", f"Facts that say something else ({len(restated)}):")
    for one in restated[:SHOWN_FACTS]:
        yield f"  {one.kind}: {_fact(one)}"
    if len(restated) > SHOWN_FACTS:
        yield f"  … and {len(restated) - SHOWN_FACTS} more; --format json lists all"


def _fact(one: Restated) -> str:
    row = one.row
    segment = "" if row["segment"] == "total" else f" ({row['segment']})"
    period = f"{row['months']} months to {row['period_end']}" if row["months"] else f"at {row['period_end']}"
    was, now = (_stated(end) for end in (one.then, one.now))
    return f"{row['company']} {row['item']}{segment}, {period}: {was} → {now}; {row['source_title']}, {row['known_on']}"


def _stated(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "absent"
    format = {"money": "money", "money_per_share": "price", "shares": "shares"}.get(row["unit"], "n2")
    return _number(row["value"], format, row["currency"] or "")


def _documents(pair: Pair, rows: Sequence[Moved]) -> Iterator[str]:
    """What the figures rest on now and did not then; closes and rates by the span of their days."""
    known = _sources(pair.sides[1])
    new = dict.fromkeys(known[id] for row in rows if not row.still for id in row.documents if id in known)
    spans: dict[tuple[str, str], list[date]] = {}
    for one in new:
        spans.setdefault((one.title, one.url), []).append(one.day)
    if spans:
        yield from ("", "New under these figures:")
    for (title, url), days in sorted(spans.items()):
        span = f"{min(days)} to {max(days)}" if len(days) > 1 else f"{days[0]}"
        yield f"  {title}, {span}{f'  {url}' if url else ''}"


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    day: date
    url: str


def _sources(side: Side) -> dict[str, Document]:
    """Id → the document that a row comes from."""
    data, found = side.data, {}
    for row in data.facts.iter_rows(named=True):
        found[row["id"]] = Document(row["source_title"], row["known_on"], row["source_url"] or "")
    for row in data.prices.iter_rows(named=True):
        found[row["id"]] = Document(f"{row['line']} close", row["date"], (row["source"] or "").split(" @")[0])
    for row in data.fx.iter_rows(named=True):
        name = f"{row['base']}/{row['quote']}, {row['source'] or 'source not stated'}"
        found[row["id"]] = Document(name, row["date"], "")
    for row in data.estimates.iter_rows(named=True):
        found[row["id"]] = Document(row["source"], row["snapshot_date"], row["source_url"] or "")
    return found


# ---- for programs ----------------------------------------------------------------------------------------------------


def _as_json(pair: Pair, found: Attribution | None) -> str:
    stated: dict[str, Any] = {
        "then": _side(pair, 0),
        "now": _side(pair, 1),
        "same": found is None,
    }
    if found is not None:
        sources = _sources(pair.sides[1])
        stated |= {
            "causes": list(found.active),
            "figures": [_figure(one, sources) for one in found.moved],
            "new_metrics": list(found.new_metrics),
            "gone_metrics": list(found.gone_metrics),
            "formulas": [dict(zip(("metric", "then", "now"), one, strict=True)) for one in found.formulas],
            "restated": [{"kind": one.kind, "then": one.then, "now": one.now} for one in found.restated],
        }
    return json.dumps(stated, indent=1, ensure_ascii=False, default=str)


def _side(pair: Pair, place: int) -> dict[str, Any]:
    asked = pair.sides[place].asked
    return {
        "brief": asked.brief,
        "as_of": asked.as_of,
        "subject": asked.subject,
        "currency": asked.currency,
        "roles": dict(asked.roles),
        "peerbench": pair.programs[place],
        "verified": pair.verified[place],
    }


def _figure(one: Moved, sources: Mapping[str, Document]) -> dict[str, Any]:
    return {
        "company": one.company,
        "metric": one.metric,
        "unit": one.unit,
        "currency": one.currency,
        "moved": not one.still,
        **_change(one.change),
        "status_then": one.then.get("status"),
        "status_now": one.now.get("status"),
        "reason_then": one.then.get("reason"),
        "reason_now": one.now.get("reason"),
        "to_peer_median": None if one.against_peers is None else _change(one.against_peers),
        "new_documents": [{"id": id, **asdict(sources[id])} for id in one.documents if id in sources],
    }


def _change(change: Change) -> dict[str, Any]:
    parts = {cause: value for cause, value in change.parts.items() if value}
    return {"then": change.then, "now": change.now, "change": change.change, "parts": parts, "not_split": change.reason}

"""What a brief says of the issue before it: what moved and why, and which of its facts were corrected.

It is worked out once from the earlier issue and kept beside the new one (since.json), so that this can be read,
verified and built again when the earlier one is gone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Final

from peerbench.brief.attribution import Attribution, Moved, Restated, Side, attribute

FILE: Final = "since.json"
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the subject then and now. to_peers: its distance to the peers' median then and now, and why it moved.

    relative: the distance is a fraction of the median; else it is a gap in the figure's unit. parts: cause → share of
    the distance's change. steps: how far the close, and the one item of the accounts, moved. before: ids of what the
    figure rested on then. corrected: what it would have been then with the facts as they stand now.
    """

    metric: str
    then: float | None
    now: float | None
    medians: tuple[float, float] | None = None
    to_peers: tuple[float, float] | None = None
    relative: bool = True
    parts: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    steps: Mapping[str, float] = field(default_factory=dict)
    item: str = ""
    before: tuple[str, ...] = ()
    corrected: float | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """A fact that an issue printed on, and what it is now. kind as in attribution.Restated; day: the issue's.

    rebuilt: the issue corrected is this one, which replaces the one first printed for its day.
    """

    kind: str
    day: date
    id: str
    company: str
    item: str
    segment: str
    months: int
    period_end: date
    unit: str
    currency: str
    then: float | None
    now: float | None
    known_on: date
    source: str
    rebuilt: bool = False


@dataclass(frozen=True, slots=True)
class Since:
    """The earlier issue (number, day, digest of its manifest) and all that differs from it.

    figures: by metric. asked: sentences on peers, formulas and currency, where they differ. corrections: of facts that
    the earlier issue used, and of those of this issue's own first print. reprinted: metric → value first printed for
    this very day, where corrected facts changed it.
    """

    number: int = 0
    day: date | None = None
    digest: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()
    reprinted: Mapping[str, float] = field(default_factory=dict)

    @property
    def compared(self) -> bool:
        """Whether there is an earlier issue; else only this issue's own first print was corrected."""
        return self.day is not None


# ---- made ------------------------------------------------------------------------------------------------------------


def since(then: Side, now: Side, *, number: int, digest: str, used: Collection[str], metrics: Sequence[str]) -> Since:
    """What differs from an earlier issue. used: ids of the facts that its printed numbers rest on."""
    found = attribute(then, now, metrics=set(metrics))
    mine = {one.metric: _figure(one) for one in found.moved if one.company == now.asked.subject}
    told = tuple(correction(one, then.asked.as_of) for one in found.restated if printed_on(one, used))
    figures = {metric: mine[metric] for metric in metrics if metric in mine}
    return Since(number, then.asked.as_of, digest, figures, tuple(_asked(then, now, found)), told)


def _figure(moved: Moved) -> Figure:
    against, peers = moved.against_peers, moved.peers
    ends = None if against is None or against.then is None or against.now is None else (against.then, against.now)
    return Figure(
        moved.metric,
        moved.change.then,
        moved.change.now,
        None if peers is None else (peers.then, peers.now),
        ends,
        moved.relative,
        {} if against is None else dict(against.parts),
        moved.change.reason or ("" if against is None else against.reason),
        moved.steps,
        moved.item,
        moved.before,
        moved.corrected,
    )


def printed_on(one: Restated, used: Collection[str]) -> bool:
    """Only what was printed on can be wrong in print; what was missing then could not be."""
    return one.then is not None and one.then["id"] in used


def correction(one: Restated, day: date, *, rebuilt: bool = False) -> Correction:
    """The correction of an issue of this day that a restated fact makes."""
    row = one.row
    then, now = one.then, one.now
    return Correction(
        one.kind,
        day,
        str((then or row)["id"]),
        row["company"],
        row["item"],
        row["segment"],
        row["months"],
        row["period_end"],
        row["unit"],
        row["currency"] or "",
        None if then is None else then["value"],
        None if now is None else now["value"],
        row["known_on"],
        row["source_title"],
        rebuilt,
    )


def _asked(then: Side, now: Side, found: Attribution) -> Iterable[str]:
    """What was asked for otherwise, in a few words each."""
    old, new = then.asked, now.asked
    names = {**{key: one.name for key, one in then.data.companies.items()}, **_names(now)}
    joined = [names.get(company, company) for company in new.core if company not in old.core]
    left = [names.get(company, company) for company in old.core if company not in new.core]
    yield from (f"{name} joins the peers" for name in joined)
    yield from (f"{name} leaves the peers" for name in left)
    for metric, _, _ in found.formulas:
        yield f"{new.definitions[metric].short} has another formula"
    if old.currency != new.currency:
        yield f"the brief is in {new.currency}, then in {old.currency}"


def _names(side: Side) -> dict[str, str]:
    return {key: one.name for key, one in side.data.companies.items()}


# ---- the first print of the same day ---------------------------------------------------------------------------------


def reprinted(
    found: Since, first: Side, now: Side, *, used: Collection[str], before: Since | None, metrics: Sequence[str]
) -> Since:
    """With what corrected facts changed in an issue printed before for the very same day.

    before: what that print said itself. Its own corrections of an even earlier print are kept, so that a build from
    the same facts says the same again; one that is taken back is dropped.
    """
    made = attribute(first, now, metrics=set(metrics))
    day = now.asked.as_of
    new = {
        one.id: one
        for moved in made.restated
        if printed_on(moved, used)
        for one in (correction(moved, day, rebuilt=True),)
    }
    kept = {one.id: one for one in (before.corrections if before else ()) if one.rebuilt}
    merged = {id: _joined(kept.get(id), new.get(id)) for id in dict.fromkeys((*kept, *new))}
    told = tuple(one for one in merged.values() if one.then != one.now)
    printed = dict(before.reprinted) if before else {}
    if new:
        mine = (one for one in made.moved if one.company == now.asked.subject and not one.still)
        printed = {one.metric: float(one.then["value"]) for one in mine if one.then.get("value") is not None} | printed
    return replace(found, corrections=(*found.corrections, *told), reprinted=printed if told else {})


def _joined(kept: Correction | None, new: Correction | None) -> Correction:
    """What was first printed, and what is known now."""
    if kept is None or new is None:
        one = kept or new
        assert one is not None
        return one
    return replace(new, then=kept.then)


# ---- kept ------------------------------------------------------------------------------------------------------------


def as_json(found: Since) -> bytes:
    return (json.dumps({**asdict(found), "format": FORMAT}, indent=1, ensure_ascii=False, default=str) + "\n").encode()


def from_json(data: bytes) -> Since:
    """since.json as it was written. Raises ValueError for anything else."""
    try:
        stated = json.loads(data)
        if stated.pop("format") != FORMAT:
            raise ValueError(f"{FILE} is of another format")
        figures = {metric: Figure(**_tuples(entry)) for metric, entry in stated.pop("figures").items()}
        told = tuple(Correction(**_days(entry)) for entry in stated.pop("corrections"))
        day = date.fromisoformat(stated["day"]) if stated["day"] else None
        return Since(**{**stated, "day": day, "asked": tuple(stated["asked"])}, figures=figures, corrections=told)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{FILE} lacks or misstates {error}") from error


def _tuples(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}


def _days(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: date.fromisoformat(entry[name]) if name in _DATES else entry[name] for name in entry}


_DATES: Final = ("day", "period_end", "known_on")

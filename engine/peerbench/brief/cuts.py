"""What gives way when a page overflows: the steps that an audience writes down, in their order (LOOK 15).

A step says one of: drop these blocks; columns or rows left out of a list; a limit on takeaways, sentences, words or
entries; another block in a block's place; blocks that flow to a page of their own. Nothing is made smaller.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from peerbench.brief.audience import Audience
from peerbench.brief.keys import LIMITS, LISTS

Step = Mapping[str, Any]
Plan = Mapping[str, Any]  # of a page: id, head, rows, limits
Taken = Mapping[str, Collection[int]]  # page id → places of the steps that are taken

PLANS: Final[tuple[tuple[str, ...], ...]] = (("pages",), ("one_page", "pages"))  # where page plans stand, by their keys


def settings(audience: Audience, length: str = "four") -> Mapping[str, Any]:
    """What the audience says for a brief of this length: `one_page` holds what differs on one page."""
    own = audience.settings.get("one_page") or {} if length == "one" else {}
    return {**audience.settings, **own}


def pages(audience: Audience, length: str = "four") -> tuple[Plan, ...]:
    """The page plan of a brief of this length."""
    return tuple(settings(audience, length).get("pages") or ())


def steps(audience: Audience, page: Plan, length: str = "four", *, first: bool) -> tuple[Step, ...]:
    """The steps that would change this page, in the order in which they are tried."""
    names = set(blocks(page))
    return tuple(step for step in settings(audience, length).get("cuts") or () if _touches(step, names, first=first))


def blocks(page: Plan) -> Iterator[str]:
    """Every block that a page's plan names, alternatives too."""
    for row in page["rows"]:
        for entry in (entry for slot in row["slots"] for entry in slot):
            yield from (name.strip() for name in entry.split("|"))


def _touches(step: Step, names: set[str], *, first: bool) -> bool:
    whole = {*step.get("drop", ()), *step.get("flow", ()), *step.get("use", {})}
    printed = {LISTS[name] for name in step.get("without", {})}
    heads = [LIMITS[name] for name in step.get("limit", {})] + [""] * ("" in printed)
    return bool(names & (whole | printed)) or any(
        first if head == "" else any(name.startswith(head) for name in names) for head in heads
    )


def applied(audience: Audience, length: str = "four", taken: Taken | None = None) -> Audience:
    """The audience with the plan of this length and, on each page, those of its steps that are taken."""
    said = dict(settings(audience, length))
    planned: list[Plan] = []
    for place, page in enumerate(pages(audience, length)):
        made = [page]
        chosen = (taken or {}).get(page["id"], ())
        for number, step in enumerate(steps(audience, page, length, first=place == 0)):
            if number in chosen:
                said |= _shorter(said, step)
                made = [part for one in made for part in _changed(one, step)]
        planned += made
    return replace(audience, settings={**said, "pages": planned})


def _shorter(said: Mapping[str, Any], step: Step) -> dict[str, Any]:
    """The lists that a step shortens. An entry is a name or a column with a metric; the panel has rows."""
    without: Mapping[str, Sequence[str]] = step.get("without", {})
    panel: Mapping[str, Any] = said.get("panel") or {}
    rows = [name for name in panel.get("rows", ()) if name not in without.get("panel", ())]
    lists = {
        name: [entry for entry in said.get(name) or () if _name(entry) not in out]
        for name, out in without.items()
        if name != "panel"
    }
    return {**lists, **({"panel": {**panel, "rows": rows}} if "panel" in without else {})}


def _name(entry: Any) -> str:
    return str(entry["metric"] if isinstance(entry, Mapping) else entry)


def _changed(page: Plan, step: Step) -> tuple[Plan, ...]:
    """The page after a step; two pages after one that lets blocks flow on."""
    limits = tighter(page.get("limits", {}), step.get("limit", {}))
    rows = [_row(row, step.get("drop", ()), step.get("use", {})) for row in page["rows"]]
    flowing = [row for row in rows if set(step.get("flow", ())) & set(blocks({"rows": [row]}))]
    kept = [row for row in rows if row not in flowing]
    here = {**page, "rows": kept, "limits": limits}
    return (here, {**here, "id": f"{page['id']}-2", "rows": flowing}) if flowing and kept else (here,)


def tighter(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Both sets of limits, the lower where both speak."""
    return {**one, **{name: min(value, one.get(name, value)) for name, value in other.items()}}


def _row(row: Plan, dropped: Sequence[str], used: Mapping[str, str]) -> Plan:
    slots = [[made for entry in slot if (made := _entry(entry, dropped, used))] for slot in row["slots"]]
    return {**row, "slots": slots}


def _entry(entry: str, dropped: Sequence[str], used: Mapping[str, str]) -> str:
    """What is left of "a | b"."""
    names = (name.strip() for name in entry.split("|"))
    return " | ".join(used.get(name, name) for name in names if name not in dropped)

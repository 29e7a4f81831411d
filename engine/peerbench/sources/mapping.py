"""Which tags state which item: the mapping of SEC and IFRS taxonomies, read from data beside this module."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

TAXONOMIES: Final = {"us-gaap": "us-gaap", "ifrs-full": "ifrs"}  # taxonomy → accounting of the facts
_FILE: Final = Path(__file__).with_name("xbrl_mapping.json")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way an item is tagged: a tag, or parts of one filing that are summed.

    parts: each a tag or alternatives of which the first tagged counts. any: a part not tagged may lack. unless: not
    where one of these is tagged. includes: an item that the first part already holds.
    """

    parts: tuple[tuple[str, ...], ...]
    any: bool = False
    unless: tuple[str, ...] = ()
    includes: str = ""


@dataclass(frozen=True, slots=True)
class Derived:
    """An item made of others of one filing: `of` less each of `less`, and less those of `less_if_any` that it has."""

    of: str
    less: tuple[str, ...]
    less_if_any: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapped:
    """An item's candidates in the order of preference. larger: of two alive at once the larger value ranks first."""

    item: str
    candidates: tuple[Candidate, ...]
    derived: Derived | None = None
    larger: bool = False


@cache
def mapping(taxonomy: str) -> tuple[Mapped, ...]:
    """Every item that the taxonomy may state."""
    return tuple(_mapped(entry, taxonomy) for entry in json.loads(_FILE.read_text("utf-8")))


@cache
def tags(taxonomy: str) -> frozenset[str]:
    """Every tag that the mapping reads; `dei:` before those of the cover page."""
    found = {tag for item in mapping(taxonomy) for way in item.candidates for tag in _tags(way)}
    return frozenset(found)


def _tags(way: Candidate) -> Iterator[str]:
    yield from (tag for part in way.parts for tag in part)
    yield from way.unless


def _mapped(entry: dict[str, Any], taxonomy: str) -> Mapped:
    made = entry.get("derived")
    derived = Derived(made["of"], tuple(made["less"]), tuple(made.get("less_if_any", ()))) if made else None
    ways = tuple(_candidate(way) for way in entry[taxonomy])
    return Mapped(entry["item"], ways, derived, entry.get("tie") == "larger")


def _candidate(way: str | dict[str, Any]) -> Candidate:
    if isinstance(way, str):
        return Candidate(((way,),))
    parts = way["sum"] if "sum" in way else [way["tag"]]
    return Candidate(
        tuple(tuple(part.split("|")) for part in parts),
        any=bool(way.get("any")),
        unless=tuple(way.get("unless", ())),
        includes=str(way.get("includes", "")),
    )

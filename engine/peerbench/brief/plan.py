"""The plan of an audience, checked against what there is: blocks, takeaways, rows of the panel, heads and phrases."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from peerbench.brief import prose
from peerbench.brief.audience import Audience
from peerbench.brief.blocks import BLOCKS
from peerbench.brief.panel import ROWS
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, did_you_mean
from peerbench.narrate import phrases as wording

TITLES = ("summary_title", "measures_title")  # keys whose value is the id of a phrase


def mistakes(audience: Audience) -> tuple[Finding, ...]:
    """Every name in the plan that nothing answers to, and every mistake in the phrases, each with its place."""
    try:
        spoken: Collection[str] = phrases(audience)
    except UnusableRequest as error:
        return (*_names(audience), *error.findings)
    return (*_names(audience), *_titles(audience, spoken))


def phrases(audience: Audience) -> wording.Phrases:
    """The audience's words. Raises UnusableRequest with what is wrong in its phrase files."""
    return wording.load(*audience.phrases, roots=audience.roots, extra=[id for id, _ in _phrase_ids(audience)])


def _names(audience: Audience) -> Iterator[Finding]:
    for keys, entry in _blocks(audience):
        yield from _alternatives(audience, "block", entry, BLOCKS, keys)
    for place, entry in enumerate(audience.names("takeaways")):
        yield from _alternatives(audience, "takeaway", entry, prose.TAKEAWAYS, ("takeaways", place))
    panel: Mapping[str, Any] = audience.settings.get("panel") or {}
    for place, entry in enumerate(panel.get("rows", ())):
        yield from _alternatives(audience, "panel row", entry, ROWS, ("panel", "rows", place))


def _alternatives(
    audience: Audience, what: str, entry: object, known: Collection[str], keys: tuple[str | int, ...]
) -> Iterator[Finding]:
    """ "a | b" names two; both must be known, since either may have to be printed."""
    for name in (part.strip() for part in str(entry).split("|")):
        if name not in known:
            yield audience.finding(f"unknown {what} '{name}'", *keys, hint=did_you_mean(name, known))


def _blocks(audience: Audience) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every entry of every slot of the page plan, with its keys."""
    for page, plan in enumerate(audience.settings.get("pages", ())):
        for row, line in enumerate(plan["rows"]):
            for slot, entries in enumerate(line["slots"]):
                for place, entry in enumerate(entries):
                    yield ("pages", page, "rows", row, "slots", slot, place), entry


def _titles(audience: Audience, spoken: Collection[str]) -> Iterator[Finding]:
    """A title that no phrase words would be printed as its own name."""
    for id, keys in _phrase_ids(audience):
        if id not in spoken:
            kind = id.partition(".")[0]
            near = did_you_mean(id, [name for name in spoken if name.startswith(f"{kind}.")])
            yield audience.finding(f"there is no phrase '{id}'", *keys, hint=near or "Add it to phrases.yaml.")


def _phrase_ids(audience: Audience) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """The ids of phrases that the plan names, each with its keys."""
    for key in TITLES:
        if key in audience.settings:
            yield audience.words(key), (key,)
    for place, page in enumerate(audience.settings.get("pages", ())):
        if page.get("head"):
            yield f"section.{page['head']}", ("pages", place, "head")

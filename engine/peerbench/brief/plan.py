"""The plan of an audience, checked against what there is: blocks, takeaways, rows of the panel, heads and phrases."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from peerbench import lookup
from peerbench.brief import cuts
from peerbench.brief.audience import Audience
from peerbench.brief.blocks import BLOCKS
from peerbench.brief.cuts import PLANS
from peerbench.brief.panel import ROWS
from peerbench.brief.prose.takeaways import TAKEAWAYS
from peerbench.brief.tables.columns import COLUMNS
from peerbench.brief.tables.rows import STATISTICS
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.core.language import HOLE
from peerbench.narrate import phrases as wording

Keys = tuple[str | int, ...]
SPANS_MM: Final = {"12": (178.0,), "8+4": (117.333, 56.667), "6+6": (87.0, 87.0), "4+4+4": (56.667,) * 3}
NAMES_MM: Final = 20.0  # what the first column needs for the companies' names
TITLES: Final = ("summary_title", "measures_title")  # keys whose value is the id of a phrase


def mistakes(audience: Audience) -> tuple[Finding, ...]:
    """Every name in the plan that nothing answers to, and every mistake in the phrases, each with its place."""
    try:
        spoken: Collection[str] = phrases(audience)
    except UnusableRequest as error:
        return (*_names(audience), *error.findings)
    return (*_names(audience), *_titles(audience, spoken))


def worded(audience: Audience) -> str:
    """Every fixed piece of the audience's claims, a line each, in small letters."""
    said = (part for variants in phrases(audience).values() for one in variants for part in (one.lead, one.say))
    return "\n".join(piece.strip().casefold() for text in said for piece in HOLE.split(text))


def phrases(audience: Audience) -> wording.Phrases:
    """The audience's words. Raises UnusableRequest with what is wrong in its phrase files."""
    return wording.load(
        *audience.phrases,
        roots=audience.roots,
        extra=[id for id, _ in _phrase_ids(audience)],
        lexicon=audience.lexicon,
    )


def unspoken(audience: Audience, files: tuple[Path, ...], lexicon: wording.Lexicon, tag: str) -> tuple[Finding, ...]:
    """Claims that a language has no phrase for, and what is wrong in its phrase files."""
    try:
        wanted = phrases(audience)
        said = wording.load(*files, roots=audience.roots, extra=wanted, lexicon=lexicon)
    except UnusableRequest as error:
        return error.findings
    file = lookup.shown(files[-1], audience.roots) if files else f"languages/{tag}/phrases.yaml"
    return tuple(
        Finding(
            "language", "error", f"the language {tag} has no phrase '{id}'", f"Add {id} to the file.", Origin(file), id
        )
        for id in wanted
        if id not in said
    )


def _names(audience: Audience) -> Iterator[Finding]:
    yield from _ids(audience)
    yield from _rows(audience)
    yield from _widths(audience)
    for keys, entry in _blocks(audience):
        yield from _alternatives(audience, "block", entry, BLOCKS, keys)
    for above, said in _tellings(audience):
        for key in ("takeaways", "further_takeaways"):
            for place, entry in enumerate(said.get(key) or ()):
                yield from _alternatives(audience, "takeaway", entry, TAKEAWAYS, (*above, key, place))
        for place, entry in enumerate((said.get("panel") or {}).get("rows", ())):
            yield from _alternatives(audience, "panel row", entry, ROWS, (*above, "panel", "rows", place))


def _alternatives(
    audience: Audience, what: str, entry: object, known: Collection[str], keys: Keys
) -> Iterator[Finding]:
    """ "a | b" names two; both must be known, since either may have to be printed."""
    for name in (part.strip() for part in str(entry).split("|")):
        if name not in known:
            yield audience.finding(f"unknown {what} '{name}'", *keys, hint=did_you_mean(name, known))


def _blocks(audience: Audience) -> Iterator[tuple[Keys, str]]:
    """Every block that a page plan or a step of the cut order names, with its keys."""
    for keys, page in _pages(audience):
        for row, line in enumerate(page["rows"]):
            for slot, entries in enumerate(line["slots"]):
                for place, entry in enumerate(entries):
                    yield (*keys, "rows", row, "slots", slot, place), entry
    for above, said in _tellings(audience):
        for number, step in enumerate(said.get("cuts") or ()):
            for verb in ("drop", "flow"):
                for place, entry in enumerate(step.get(verb, ())):
                    yield (*above, "cuts", number, verb, place), entry
            for name, other in step.get("use", {}).items():
                yield (*above, "cuts", number, "use", name), name
                yield (*above, "cuts", number, "use", name), other


def _tellings(audience: Audience) -> tuple[tuple[Keys, Mapping[str, Any]], ...]:
    """What an audience says in general, and what it says for one page."""
    return ((), audience.settings), (("one_page",), audience.settings.get("one_page") or {})


def _pages(audience: Audience) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    """Every page of every plan, with its keys."""
    for keys in PLANS:
        plan: Any = audience.settings
        for key in keys:
            plan = plan.get(key) or {}
        for place, page in enumerate(plan):
            yield (*keys, place), page


def _ids(audience: Audience) -> Iterator[Finding]:
    """A page's id becomes an anchor and names the page in findings, so it is a plain word and stands once."""
    seen: set[tuple[Keys, str]] = set()
    for keys, page in _pages(audience):
        id, plan = str(page["id"]), keys[:-1]
        if not re.fullmatch(r"[a-z][a-z0-9_-]{0,30}", id):
            hint = "Use small letters, digits, '_' and '-'."
            yield audience.finding(f"'{id}' cannot name a page", *keys, "id", hint=hint)
        elif (plan, id) in seen:
            yield audience.finding(f"page '{id}' stands twice", *keys, "id", hint="Give one another id.")
        seen.add((plan, id))
    for keys in PLANS:
        if keys not in {plan for plan, _ in seen}:
            yield audience.finding(f"{'.'.join(keys)}: a plan has one page at least", *keys)


def _widths(audience: Audience) -> Iterator[Finding]:
    """Columns that are wider together than the slot in which the page plan prints their table."""
    told: set[tuple[Keys, float]] = set()
    for (above, said), length in zip(_tellings(audience), ("four", "one"), strict=True):
        settings = cuts.settings(audience, length)
        for table, span in _printed(said.get("pages") or ()):
            key, usual, more = COLUMNS[table]
            entries = settings.get(key) or ()
            wanted = sum(_width(entry, usual) for entry in entries) + more
            place = (*(above if key in said else ()), key)
            if entries and wanted > span - NAMES_MM and (place, span) not in told:
                told.add((place, span))
                message = (
                    f"{key}: the columns take {wanted:.0f} mm, and {table} has {span:.0f} mm for them and the names"
                )
                hint = f"Leave at least {NAMES_MM:.0f} mm for the names: give fewer columns or a smaller width to each."
                yield audience.finding(message, *place, hint=hint)


def _width(entry: object, usual: float) -> float:
    return float(entry.get("width", usual)) if isinstance(entry, Mapping) else usual


def _printed(pages: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, float]]:
    """The tables with columns of the audience's own, each with the width of the slot that it stands in."""
    for row in (row for page in pages for row in page["rows"]):
        for slot, span in zip(row["slots"], SPANS_MM[row.get("split", "12")], strict=False):
            names = (name.strip() for entry in slot for name in entry.split("|"))
            yield from ((name, span) for name in names if name in COLUMNS)


def _rows(audience: Audience) -> Iterator[Finding]:
    for place, name in enumerate(audience.names("statistics")):
        if name not in STATISTICS:
            yield audience.finding(f"unknown row '{name}'", "statistics", place, hint=did_you_mean(name, STATISTICS))


def _titles(audience: Audience, spoken: Collection[str]) -> Iterator[Finding]:
    """A title that no phrase words would be printed as its own name."""
    for id, keys in _phrase_ids(audience):
        if id not in spoken:
            kind = id.partition(".")[0]
            near = did_you_mean(id, [name for name in spoken if name.startswith(f"{kind}.")])
            yield audience.finding(f"there is no phrase '{id}'", *keys, hint=near or "Add it to phrases.yaml.")


def _phrase_ids(audience: Audience) -> Iterator[tuple[str, Keys]]:
    """The ids of phrases that the plan names, each with its keys."""
    for key in TITLES:
        if key in audience.settings:
            yield audience.words(key), (key,)
    for keys, page in _pages(audience):
        if page.get("head"):
            yield f"section.{page['head']}", (*keys, "head")

"""A config that is a pattern: the configs of its members, and the data that they share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from peerbench import dress
from peerbench.config import check as meaning
from peerbench.config import load as configs
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.pipeline.mistakes import HELD_BY, errors, levelled
from peerbench.pipeline.reading import Given, known_names, read_sources
from peerbench.universe import members as universes
from peerbench.universe import selection


def members(
    config_path: Path,
    *,
    as_of: date | None = None,
    today: date,
    frozen: bool = False,
    only: Sequence[str] | None = None,
) -> universes.Universe:
    """A pattern's members with all of its mistakes at once. only: of these companies; any that is none is a mistake."""
    config, findings = configs.load(config_path)
    if config is None:
        raise UnusableRequest(errors(findings))
    if not config.pattern:
        hint = 'Write subjects: in place of subject:, e.g. subjects: sector == "Technology".'
        message = f"{config.name} is one brief, not a pattern of many"
        raise UnusableRequest((*errors(findings), config.finding(selection.CHECK, message, "subject", hint=hint)))
    config = config if as_of is None else replace(config, as_of=as_of)
    clothes, theme_mistakes = dress.dress(config)
    data, data_mistakes = read_sources(config, "frozen" if frozen else "cached")
    noticed = (*findings, *meaning.check(config, known=known_names(data, clothes.roots), today=today))
    problems = (*errors(noticed), *universes.mistakes(config), *theme_mistakes, *data_mistakes)
    if data is None or problems:
        raise UnusableRequest(tuple(dict.fromkeys(problems)))

    def held(noticed: Iterable[Finding]) -> tuple[Finding, ...]:
        return tuple(one for one in levelled(noticed, config.checks) if one.severity == HELD_BY)

    found = universes.expand(config, data, as_of=config.as_of or today, held=held)
    noted = tuple(finding for finding in noticed if finding.severity != "error")
    kept = found.members if only is None else found.only(only)
    return replace(found, members=kept, findings=(*noted, *found.findings))


def given_of(universe: universes.Universe, member: universes.Member) -> Given | None:
    """What a member's build need not read; None where a file of its own is its config."""
    return None if member.own else Given(universe.rows(member), member.text)

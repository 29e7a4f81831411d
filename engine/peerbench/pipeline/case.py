"""A case: a config with its data and audiences, read and found sound, ready to be computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peerbench import __version__, dress, editions, enclosures, gather, lookup
from peerbench.brief import assemble, audience, plan
from peerbench.brief.study import Furniture, PeerNote, Study
from peerbench.config import check as meaning
from peerbench.config import load as configs
from peerbench.config.values import Config
from peerbench.core.dataset import Dataset
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.pipeline.mistakes import errors, format_mistakes, language_mistakes, one_of_many, placed, printable
from peerbench.pipeline.pattern import members
from peerbench.pipeline.reading import Given, known_names, read_sources
from peerbench.sources import digest
from peerbench.universe import naming

if TYPE_CHECKING:
    from peerbench.brief.since import Since
    from peerbench.render.brand import Brand


Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Case:
    """A config with its data, ready to be computed."""

    config: Config
    data: Dataset
    request: assemble.Request
    roots: tuple[Path, ...]
    cache: Path
    warnings: tuple[Finding, ...] = ()
    asked: tuple[str, ...] = ()  # the audiences to write; the figures are those of all, whoever is asked for
    brand: Brand | None = None  # the house's look, where it has one
    entered: Mapping[str, digest.TableDigest] = field(default_factory=dict)  # each table's rows before any stage
    digests: dict[str, dict[str, str]] = field(default_factory=dict, compare=False)  # of templates, by audience
    given: Dataset | None = None  # the data as they were read, before names were made to fit
    before: Before = field(default_factory=lambda: Before())
    others: tuple[Finding, ...] = ()  # noticed of companies of the data that are not the brief's


@dataclass(frozen=True, slots=True)
class Before:
    """The issues that a build found: what is said of them, its own number, and what was noticed."""

    since: Since | None = None
    number: int = 1
    findings: tuple[Finding, ...] = ()


def shop_of(case: Case, study: Study) -> editions.Shop:
    """What the editions of a case share."""
    return editions.Shop(study, case.roots, case.cache, case.config.length, case.brand)


def prepare(
    config_path: Path,
    *,
    as_of: date | None = None,
    audiences: Sequence[str] | None = None,
    today: date,
    frozen: bool = False,
    over: Mapping[str, Any] | None = None,
    given: Given | None = None,
) -> Case:
    """Config, data and audiences, with all mistakes of all of them at once. given: what need not be read; of a member
    of a pattern it is found out.
    """
    if given is None and (sought := naming.sought(config_path)) is not None:
        found = members(sought[0], as_of=as_of, today=today, frozen=frozen, only=(sought[1],))
        (member,) = found.members
        given, as_of = Given(found.rows(member), member.text), found.as_of if as_of is None else as_of
    config, findings = configs.load(config_path, files=given is None, text=given.text if given else None)
    if config is None:
        raise UnusableRequest(errors(findings))
    if config.pattern:
        raise UnusableRequest((*errors(findings), one_of_many(config)))
    if as_of is not None:  # of another day it is another issue, and was published on that day
        config = replace(config, as_of=as_of, published=config.published if config.as_of in (None, as_of) else None)
    config = replace(config, **(over or {}))
    clothes, theme_mistakes = dress.dress(config)
    roots = clothes.roots
    data, data_mistakes = (given.data, ()) if given else read_sources(config, "frozen" if frozen else "cached")
    noticed = (*findings, *meaning.check(config, known=known_names(data, roots), today=today))
    problems = [*errors(noticed), *theme_mistakes, *data_mistakes]
    asked = tuple(dict.fromkeys(audiences or config.audiences))
    readers, reader_mistakes = _readers(tuple(dict.fromkeys((*config.audiences, *asked))), roots)
    house, noticed_of_house = dress.brand(config, clothes, readers)
    problems += language_mistakes(config, readers, roots)
    problems += [*reader_mistakes, *dress.unknown_themes(readers), *errors(noticed_of_house)]
    if data is None or problems:
        failed = [finding for finding in (data.findings if data else ()) if finding.check in gather.FAILURES]
        raise UnusableRequest(tuple(dict.fromkeys((*problems, *failed))))
    whole, own = data, enclosures.of_brief(data, config)
    day = config.as_of or today
    entered = digest.tables(own)
    request = _request(config, tuple(_of_set(reader, config) for reader in readers), day, digest.of(entered))
    mistakes = errors(assemble.plan(request)[1])
    if mistakes:
        raise UnusableRequest(tuple(placed(config, readers, finding) for finding in mistakes))
    data, unprinted = printable(own, request, roots)
    said = (*noticed, *noticed_of_house, *unprinted)
    warnings = tuple(dict.fromkeys(finding for finding in said if finding.severity != "error"))
    cache = config.root / ".bench" / "cache"
    others = tuple(finding for finding in whole.findings if finding not in own.findings)
    return Case(config, data, request, roots, cache, warnings, asked, house, entered, given=own, others=others)


def _readers(names: tuple[str, ...], roots: tuple[Path, ...]) -> tuple[tuple[audience.Audience, ...], list[Finding]]:
    found, mistakes = [], []
    known = lookup.audiences(roots)
    for name in (name for name in names if name in known):
        try:
            reader = audience.load(name, roots)
        except UnusableRequest as error:
            mistakes += list(error.findings)
            continue
        found.append(reader)
        mistakes += [*plan.mistakes(reader), *format_mistakes(reader)]
    return tuple(found), mistakes


def _of_set(reader: audience.Audience, config: Config) -> audience.Audience:
    """The audience with what the config says of its peer set."""
    segments = {company: {"segment": name, "label": label} for company, (name, label) in config.segments.items()}
    return audience.of_set(reader, segments=segments, not_shown=config.not_shown)


def _request(config: Config, readers: tuple[audience.Audience, ...], day: date, data_lock: str) -> assemble.Request:
    return assemble.Request(
        config.subject,
        tuple(PeerNote(peer.company, peer.role, peer.why, peer.grade) for peer in config.peers),
        tuple((left.name or left.company, left.why) for left in config.excluded),
        {group.name: group.metrics for group in config.metrics},
        config.custom_metrics,
        readers,
        day,
        config.currency,
        _furniture(config, data_lock, day),
    )


def _furniture(config: Config, data_lock: str, day: date) -> Furniture:
    return Furniture(
        name=config.name,
        title=config.title,
        series=config.series,
        sector=config.sector_label,
        issue=config.issue,
        desk=config.desk,
        reviewer=config.reviewer,
        conflicts=config.conflicts,
        disclosures=config.disclosures,
        legal=config.legal,
        published=config.published or day,
        page_size=config.page,
        version=__version__,
        data_lock=data_lock,
    )

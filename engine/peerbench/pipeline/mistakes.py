"""What a config, its audiences and its data lack for a brief, each told at its place in the config."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from peerbench import editions, languages, lookup
from peerbench.brief import assemble, audience, market, plan
from peerbench.config import check as meaning
from peerbench.config.values import Config
from peerbench.core.dataset import Dataset
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, Severity, did_you_mean
from peerbench.core.names import MOST as LONGEST_NAME
from peerbench.core.names import shortened
from peerbench.universe import selection

if TYPE_CHECKING:
    from peerbench.pipeline.case import Case


LEVELS: Final[Mapping[str, Severity]] = {"error": "error", "warning": "warning", "note": "note"}
RAISED: Final[Mapping[str, Severity]] = {"note": "warning", "warning": "error", "error": "error"}
LOWERED: Final[Mapping[str, Severity]] = {"error": "warning", "warning": "note", "note": "note"}
# Checks about the data a brief may not be issued with, unless the config lowers them.
HELD_BY: Final = "error"
SHORTER: Final = f"Write a name of at most {LONGEST_NAME} letters in companies.csv; legal_name keeps the long one."


def one_of_many(config: Config) -> Finding:
    path = f"{config.path.parent.name}/{config.name}-COMPANY{config.path.suffix}"
    message = f"{config.name} is a pattern of many briefs, and one is asked for"
    hint = f"Name a member, {path}; `bench check --list {config.files[0].path}` lists them."
    return config.finding(selection.CHECK, message, "subjects", hint=hint)


def printable(data: Dataset, request: assemble.Request, roots: tuple[Path, ...]) -> tuple[Dataset, tuple[Finding, ...]]:
    """Names that the fonts can print, short enough for the page. One in its own script may be left out, and is said."""
    from peerbench.render.letters import unprintable
    from peerbench.render.look import Look

    fonts = Look(roots, next((reader.name for reader in request.audiences), lookup.HOUSE)).fonts
    companies, noticed = dict(data.companies), []
    for key in request.roles:
        one = companies[key]
        for which in ("name", "native_name"):
            if lost := unprintable(getattr(one, which), fonts):
                noticed.append(_unprinted(one.name if which == "native_name" else key, key, which, lost))
                companies[key] = replace(one, native_name="")
    if mistakes := errors(noticed):
        raise UnusableRequest(mistakes)
    for key, name in shortened({key: companies[key].name for key in request.roles}).items():
        long = companies[key].name
        noticed.append(Finding("long_name", "note", f"{long} is printed as “{name}”.", SHORTER, subject=key))
        companies[key] = replace(companies[key], name=name, legal_name=companies[key].legal_name or long)
    return replace(data, companies=companies), tuple(noticed)


def _unprinted(name: str, key: str, field: str, letters: str) -> Finding:
    listed = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in letters[:4]) + (", …" if letters[4:] else "")
    font = "put a font that has them in its place: templates/house/fonts/BriefHan-Regular.otf"
    if field == "native_name":
        message = f"{name}: the name in its own script is left out; the theme’s fonts lack {listed}."
        return Finding("letters", "note", message, f"To print it, {font}.", subject=key)
    message = f"{name}: the theme’s fonts lack {listed} of its name."
    hint = f"Write the name in letters they have, and the original as native_name; or {font}."
    return Finding("letters", "error", message, hint, Origin("companies.csv"), subject=key)


def placed(config: Config, readers: Sequence[audience.Audience], finding: Finding) -> Finding:
    """A mistake in a metric at its place: in the config if that asks for it, else in the audience that does."""
    found = meaning.placed(config, finding)
    if found.origin.file or not finding.subject:
        return found
    name = finding.subject.partition("[")[0]
    for reader in readers:
        keys = reader.where(name)
        if keys:
            return replace(reader.finding(finding.message, *keys, hint=finding.hint), check=finding.check)
    return found


def unpriced(case: Case) -> tuple[Finding, ...]:
    """A missing price or rate at the key that asks for it: the day, the currency, or the company."""
    config = case.config
    keys: dict[str, tuple[str | int, ...]] = {
        config.subject: ("subject",),
        **{peer.company: ("peers", place, "company") for place, peer in enumerate(config.peers)},
    }
    return tuple(
        config.finding(
            finding.check,
            finding.message,
            *(("as_of",) if finding.check == market.PRICE else keys.get(finding.subject, ("currency",))),
            hint=finding.hint,
            subject=finding.subject,
        )
        for finding in market.mistakes(case.data, case.request)
    )


def lacking(config: Config, wanted: Sequence[str]) -> Iterable[Finding]:
    """Editions without their library, each where the config asks for it."""
    for finding in editions.lacking(wanted):
        place = config.outputs.index(finding.subject) if finding.subject in config.outputs else None
        keys: tuple[str | int, ...] = ("outputs",) if place is None else ("outputs", place)
        yield config.finding(finding.check, finding.message, *keys, hint=finding.hint, subject=finding.subject)


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.severity == "error")


def format_mistakes(reader: audience.Audience) -> list[Finding]:
    """Number formats that an audience asks for and the renderer does not have."""
    from peerbench.render.format import FORMATS

    asked = reader.settings.get("formats") or {}
    return [
        reader.finding(f"unknown number format '{name}'", "formats", metric, hint=did_you_mean(name, FORMATS))
        for metric, name in asked.items()
        if name not in FORMATS
    ]


def language_mistakes(
    config: Config, readers: Iterable[audience.Audience], roots: tuple[Path, ...]
) -> Iterator[Finding]:
    """What a language of the config lacks: words, phrases or typefaces, told at its place in the config."""
    from peerbench.render import han
    from peerbench.render.look import Look

    here = [tag for tag in config.languages if tag != languages.HOUSE and tag in languages.known(roots)]
    for tag in here:
        fonts = None
        for reader in readers:
            try:
                spoken = languages.load(tag, reader.name, roots)
            except UnusableRequest as error:
                yield from error.findings
                return
            yield from plan.unspoken(reader, spoken.phrases, spoken.lexicon, tag)
            if fonts is None:
                fonts = han.faces(spoken.language.rules, Look(roots, reader.name).fonts)
                yield from fonts[1]


def levelled(findings: Iterable[Finding], levels: Mapping[str, str]) -> tuple[Finding, ...]:
    """`checks:` of the config applied: raised, lowered, set to a level, or silenced and said so."""
    kept, silenced = [], set()
    for finding in findings:
        level = levels.get(finding.check, "")
        if level in ("silence", "off"):
            silenced.add(finding.check)
            continue
        severity = (
            RAISED[finding.severity]
            if level == "raise"
            else LOWERED[finding.severity]
            if level == "lower"
            else LEVELS.get(level, finding.severity)
        )
        kept.append(replace(finding, severity=severity))
    said = [
        Finding("silenced", "note", f"The check {check} is silenced by the config.", subject=check)
        for check in sorted(silenced)
    ]
    return (*kept, *said)

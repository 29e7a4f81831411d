"""A pattern and the data become members: each an ordinary config with a subject and peers, and the rows it rests on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from peerbench import candidates, enclosures
from peerbench.brief import market
from peerbench.compare.peers import SECTOR, SIZE, Proposal, Traits, propose, spreads_of
from peerbench.config.values import Config, PeerRule
from peerbench.core.companies import Company
from peerbench.core.dataset import Dataset
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, Severity, did_you_mean
from peerbench.metrics import catalogue
from peerbench.universe import naming
from peerbench.universe.selection import CHECK, Node, Row, holds, parse, tests

TEXTS: Final = ("company", "name", "country", "sector", "reporting_currency", "accounting_standard")
NUMBERS: Final = ("fiscal_year_end_month",)
TRAITS: Final[Mapping[str, tuple[str, ...]]] = {
    "size": (SIZE,),
    "growth": ("growth",),
    "margin": ("gross margin", "operating margin"),
    "gross_margin": ("gross margin",),
    "operating_margin": ("operating margin",),
}
ORDINALS: Final = (
    "nearest", "second nearest", "third nearest", "fourth nearest", "fifth nearest", "sixth nearest",
    "seventh nearest", "eighth nearest", "ninth nearest", "tenth nearest", "eleventh nearest", "twelfth nearest",
)  # fmt: skip
_SHARED: Final = {"reporting_currency": "currency of accounts", "accounting_standard": "accounting standard"}
_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_NAMED: Final = 3  # companies named where many are meant
LONGEST: Final = 100  # letters of a brief's name


@dataclass(frozen=True, slots=True)
class Member:
    """One brief of a pattern: its subject, its peers, and its config: the text, and where a file of it would lie.

    own: a file does lie there; it is the brief's config then, whatever the rule says.
    """

    company: str
    peers: tuple[str, ...]
    path: Path
    text: bytes
    own: bool = False

    @property
    def name(self) -> str:
        return self.path.stem


@dataclass(frozen=True, slots=True)
class Universe:
    """A pattern as it stands on a day: its members by company, who is meant and has no brief, what is to be said."""

    pattern: Config
    as_of: date
    data: Dataset
    members: tuple[Member, ...]
    left_out: tuple[Finding, ...]
    findings: tuple[Finding, ...]

    def rows(self, member: Member) -> Dataset:
        """The rows that a member's brief can rest on; the others of the data need not travel with it."""
        return enclosures.of_companies(self.data, (member.company, *member.peers), self.pattern.currency)

    def member(self, company: str, *keys: str | int) -> Member:
        """The member about a company. Raises UnusableRequest: it is none, and the nearest that is, or why not."""
        found = next((one for one in self.members if one.company == company), None)
        if found is not None:
            return found
        if why := tuple(replace(one, severity="error") for one in self.left_out if one.subject == company):
            raise UnusableRequest(why)
        message = f"'{company}' is not among the {_count(len(self.members), 'member')} of {self.pattern.name}"
        hint = did_you_mean(company, [one.company for one in self.members])
        raise UnusableRequest((self.pattern.finding(CHECK, message, "subjects", hint=hint, subject=company),))

    def only(self, companies: Sequence[str]) -> tuple[Member, ...]:
        """The members about these companies; all mistakes at once."""
        found: list[Member] = []
        wrong: list[Finding] = []
        for company in dict.fromkeys(companies):
            try:
                found.append(self.member(company))
            except UnusableRequest as error:
                wrong += error.findings
        if wrong:
            raise UnusableRequest(tuple(wrong))
        return tuple(found)


def columns(config: Config) -> dict[str, type]:
    """What a test may name: texts and numbers of companies.csv, and every metric."""
    own = [definition.id for definition in config.custom_metrics]
    metrics = (*catalogue.load().definitions, *own)
    return {**dict.fromkeys(TEXTS, str), **dict.fromkeys((*NUMBERS, *metrics), float)}


def mistakes(config: Config) -> tuple[Finding, ...]:
    """What is wrong with a pattern's test, at its place; needs no data."""
    return tuple(_placed(config, finding) for finding in parse(config.subjects, columns(config))[1])


def expand(config: Config, data: Dataset, *, as_of: date) -> Universe:
    """Every member of a pattern, by the companies' keys.

    Raises UnusableRequest where the test is wrong, means nobody, or means more than at_most: nothing is cut unsaid.
    """
    node, wrong = parse(config.subjects, columns(config))
    if node is None:
        raise UnusableRequest(tuple(_placed(config, finding) for finding in wrong))
    asked = sorted({test.column for test in tests(node)} - set(TEXTS) - set(NUMBERS))
    likeness, known = candidates.measured(
        data, asked, as_of=as_of, currency=config.currency, custom=config.custom_metrics
    )
    rows = {key: _row(company, known, asked) for key, company in data.companies.items()}
    decided = {key: holds(node, row) for key, row in rows.items()}
    meant = sorted(key for key, answer in decided.items() if answer)
    said = (*_unheard(config, node, rows), *_undecided(config, node, rows, decided))
    _refuse(config, meant, len(rows), said)
    unmarketed = market.unmarketed(data, data.companies, as_of=as_of, currency=config.currency)
    members, left_out = _members(config, data, meant, likeness, unmarketed)
    if not members:
        message = f"none of the {_count(len(meant), 'company')} that are meant can have a brief"
        raise UnusableRequest((config.finding(CHECK, message, "subjects"), *left_out[:_NAMED]))
    return Universe(config, as_of, data, members, left_out, said)


def _placed(config: Config, finding: Finding) -> Finding:
    """A mistake at a character of the test, moved to its place in the file."""
    value = config.place("subjects", "where")
    line = config.excerpt(value)
    start = line.find(config.subjects, max((value.column or 1) - 1, 0))
    if start < 0:  # a test over several lines
        return replace(finding, origin=replace(value, locator=finding.origin.locator), excerpt=line)
    column = start + (finding.origin.column or 1)
    return replace(finding, origin=replace(value, column=column), excerpt=line)


def _row(company: Company, known: Mapping[tuple[str, str], float], asked: Iterable[str]) -> Row:
    texts = {name: getattr(company, name) or None for name in TEXTS}
    numbers = {name: float(getattr(company, name)) for name in NUMBERS}
    return {**texts, **numbers, **{name: known.get((company.company, name)) for name in asked}}


# ---- what is to be said of a test ------------------------------------------------------------------------------------


def _unheard(config: Config, node: Node, rows: Mapping[str, Row]) -> Iterator[Finding]:
    """A text that no company has: a misspelt sector would quietly mean nobody."""
    for test in tests(node):
        here = {str(row[test.column]) for row in rows.values() if row[test.column] is not None}
        for value, at in zip(test.values, test.at, strict=True):
            if isinstance(value, str) and value not in here:
                message = f"no company has the {test.column} '{value}'"
                hint = did_you_mean(value, here) or f"The data say no company's {test.column}."
                place = Origin(column=at, locator=f"subjects, column {at}")
                yield _placed(config, Finding(CHECK, "warning", message, hint, place))


def _undecided(
    config: Config, node: Node, rows: Mapping[str, Row], decided: Mapping[str, bool | None]
) -> Iterator[Finding]:
    unknown = sorted(key for key, answer in decided.items() if answer is None)
    lacking = sorted({test.column for test in tests(node) for key in unknown if rows[key].get(test.column) is None})
    if unknown:
        what = f"{' or '.join(lacking)}, which is not known"
        yield _about(config, f"{_count(len(unknown), 'company')} cannot be told by {what}: {_listed(unknown)}", "note")


def _refuse(config: Config, meant: Sequence[str], count: int, said: Sequence[Finding]) -> None:
    if not meant:
        message = f"no company of the {count:,} in the data is meant"
        raise UnusableRequest((_about(config, message, "error", "Loosen the test."), *said))
    if len(meant) > config.at_most:
        message = f"{len(meant):,} companies are meant, more than the {config.at_most:,} of at_most"
        hint = f"Narrow the test, or write subjects: {{where: …, at_most: {len(meant)}}}."
        raise UnusableRequest((_about(config, message, "error", hint),))


def _about(config: Config, message: str, severity: Severity, hint: str = "") -> Finding:
    return config.finding(CHECK, message, "subjects", "where", severity=severity, hint=hint)


def _count(number: int, noun: str) -> str:
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else many}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


# ---- members ---------------------------------------------------------------------------------------------------------


def _members(
    config: Config,
    data: Dataset,
    meant: Sequence[str],
    likeness: Mapping[str, Traits],
    unmarketed: Mapping[str, str],
) -> tuple[tuple[Member, ...], tuple[Finding, ...]]:
    taken = {out.company for out in config.excluded}
    free = [key for key in data.companies if key not in unmarketed and key not in taken and _KEY.fullmatch(key)]
    choose = _Rule(config.peer_rule, data, likeness, free) if config.peer_rule else None
    found: list[Member] = []
    left_out: list[Finding] = []
    for key in meant:
        peers = choose.peers(key) if choose else _named(config, key)
        why = "it is excluded" if key in taken else _unfit(config, key) or unmarketed.get(key, "")
        if not why and choose and len(peers) < choose.rule.least:
            why = f"the rule finds {_count(len(peers), 'peer')}, and {choose.rule.least} are the least"
        if why:
            left_out.append(_without(config, data.companies[key], why))
        else:
            found.append(_member(config, data.companies[key], peers))
    return tuple(found), tuple(left_out)


def _unfit(config: Config, key: str) -> str:
    if not _KEY.fullmatch(key):
        return "its key has other letters than A to Z, digits, '.', '_' and '-'"
    return (
        f"'{config.name}-{key}' is too long for the name of a brief" if len(config.name) + len(key) >= LONGEST else ""
    )


def _without(config: Config, company: Company, why: str) -> Finding:
    message = f"'{company.company}' ({company.name}) gets no brief: {why}"
    return config.finding(CHECK, message, "subjects", "where", severity="warning", subject=company.company)


def _named(config: Config, subject: str) -> tuple[tuple[str, str, str], ...]:
    """The config's own peers, where it lists them: for a subject among them the others."""
    return tuple((peer.company, peer.role, peer.why) for peer in config.peers if peer.company != subject)


class _Rule:
    """The nearest companies to each subject. What a group of candidates has in common is computed once."""

    def __init__(self, rule: PeerRule, data: Dataset, likeness: Mapping[str, Traits], free: Sequence[str]) -> None:
        self.rule, self._data = rule, data
        self._wanted = tuple(dict.fromkeys(trait for name in rule.by for trait in TRAITS[name]))
        self._enough = min(2, len(self._wanted))
        self._likeness = {key: self._seen(traits) for key, traits in likeness.items()}
        self._groups: dict[tuple[str, ...], tuple[list[Traits], Mapping[str, float]]] = {}
        for key in free:
            self._groups.setdefault(self._group(key), ([], {}))[0].append(self._likeness[key])
        self._groups = {group: (found, spreads_of(found)) for group, (found, _) in self._groups.items()}

    def _seen(self, traits: Traits) -> Traits:
        kept = {name: value for name, value in traits.measures.items() if name in self._wanted}
        return replace(traits, measures=kept)

    def _group(self, key: str) -> tuple[str, ...]:
        company = self._data.companies[key]
        return tuple(" ".join(str(getattr(company, column)).casefold().split()) for column in self.rule.same)

    def peers(self, subject: str) -> tuple[tuple[str, str, str], ...]:
        """(company, role, why), nearest first. Who has no sector shares none."""
        group = self._group(subject)
        if not all(group):
            return ()
        others, spreads = self._groups.get(group, ([], {}))
        traits = self._likeness[subject]
        near = propose(traits, others, count=self.rule.count, enough=self._enough, spreads=spreads)
        return tuple((one.traits.company, "core", self._why(place, one)) for place, one in enumerate(near))

    def _why(self, place: int, one: Proposal) -> str:
        """The rule in words, true of this peer: no figures, which would be numbers without a source."""
        by = _joined([trait for trait in one.parts if trait != SECTOR])
        shared = [_SHARED.get(name, name) for name in self.rule.same]
        alike = f"Same {_joined(shared)}" if shared else "Any sector"
        return f"{alike}; {ORDINALS[place]} by {by}"


def _joined(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def _member(config: Config, company: Company, peers: Sequence[tuple[str, str, str]]) -> Member:
    path = naming.member(config.path, company.company)
    sector = company.sector if not config.sector_label else ""
    text = _text(config, company.company, peers, sector)
    return Member(company.company, tuple(peer for peer, _, _ in peers), path, text.encode(), path.exists())


def _text(config: Config, company: str, peers: Sequence[tuple[str, str, str]], sector: str) -> str:
    """The member's config. A text of JSON in quotes is the same text of YAML."""
    lines = [
        f"# A member of {config.path.name}, whose test and rule chose these; save it under its name to change it.",
        f"extends: {_quoted(config.path.name)}",
        f"subject: {_quoted(company)}",
        *([f"sector_label: {_quoted(sector[:200])}"] if sector else []),
        "peers:",
    ]
    for peer, role, why in peers:
        lines.append(f"  - {{company: {_quoted(peer)}, role: {role}, why: {_quoted(why)}}}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)

"""A pattern and the data become members: each an ordinary config with a subject and peers, and the rows it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from peerbench import candidates, enclosures
from peerbench.compare.peers import Traits
from peerbench.config.values import Config
from peerbench.core.companies import Company
from peerbench.core.dataset import Dataset
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, Severity, did_you_mean
from peerbench.metrics import catalogue
from peerbench.normalise.index import index
from peerbench.universe import naming
from peerbench.universe.rule import Fitness, Held, Rule
from peerbench.universe.selection import CHECK, Node, Row, holds, parse, tests

TEXTS: Final = ("company", "name", "country", "sector", "reporting_currency", "accounting_standard")
NUMBERS: Final = ("fiscal_year_end_month",)
_NAMED: Final = 3  # companies named where many are meant


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


def expand(config: Config, data: Dataset, *, as_of: date, held: Held) -> Universe:
    """Every member of a pattern, by the companies' keys. held: of some findings those that hold a brief back.

    Raises UnusableRequest where the test is wrong, means nobody, or means more than at_most: nothing is cut unsaid.
    """
    node, wrong = parse(config.subjects, columns(config))
    if node is None:
        raise UnusableRequest(tuple(_placed(config, finding) for finding in wrong))
    rows = index(data, data.companies)
    asked = sorted({test.column for test in tests(node)} - set(TEXTS) - set(NUMBERS))
    likeness, known = candidates.measured(
        data, asked, as_of=as_of, currency=config.currency, custom=config.custom_metrics, rows=rows
    )
    told = {key: _row(company, known, asked) for key, company in data.companies.items()}
    decided = {key: holds(node, row) for key, row in told.items()}
    meant = sorted(key for key, answer in decided.items() if answer)
    said = (*_unheard(config, node, told), *_undecided(config, node, told, decided))
    _refuse(config, meant, len(told), said)
    members, left_out = _members(config, data, meant, likeness, Fitness(config, data, rows, as_of, held))
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
    fitness: Fitness,
) -> tuple[tuple[Member, ...], tuple[Finding, ...]]:
    choose = Rule(config.peer_rule, data, likeness, fitness) if config.peer_rule else None
    found: list[Member] = []
    left_out: list[Finding] = []
    for key in meant:
        peers = choose.peers(key) if choose else _named(config, key)
        why = fitness.lacking(key) or fitness.flaw(key)
        if not why and choose and len(peers) < choose.rule.least:
            found_few = f"the rule finds {_count(len(peers), 'peer')}, and {choose.rule.least} are the least"
            why = choose.unmeasured(key) or found_few
        if why:
            left_out.append(_without(config, data.companies[key], why))
        else:
            found.append(_member(config, data.companies[key], peers))
    return tuple(found), tuple(left_out)


def _without(config: Config, company: Company, why: str) -> Finding:
    message = f"'{company.company}' ({company.name}) gets no brief: {why}"
    return config.finding(CHECK, message, "subjects", "where", severity="warning", subject=company.company)


def _named(config: Config, subject: str) -> tuple[tuple[str, str, str], ...]:
    """The config's own peers, where it lists them: for a subject among them the others."""
    return tuple((peer.company, peer.role, peer.why) for peer in config.peers if peer.company != subject)


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

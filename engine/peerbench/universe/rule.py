"""Peers by rule: who is fit to stand in a brief at all, and who of them is nearest to a subject."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Final

from peerbench.brief import market
from peerbench.compare.peers import SECTOR, SIZE, Proposal, Traits, propose, spreads_of
from peerbench.config.values import Config, PeerRule
from peerbench.core.dataset import Dataset
from peerbench.core.findings import Finding
from peerbench.normalise import checks
from peerbench.normalise.index import Index

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
LONGEST: Final = 100  # letters of a brief's name
Held = Callable[[Iterable[Finding]], tuple[Finding, ...]]


class Fitness:
    """What keeps a company out of every brief of the pattern; a look at its data is taken when it is first asked for.

    held: of some findings those that hold a brief back.
    """

    def __init__(self, config: Config, data: Dataset, rows: Index, as_of: date, held: Held) -> None:
        self._name, self._rows, self._as_of, self._held = config.name, rows, as_of, held
        self._excluded = {out.company for out in config.excluded}
        self._unmarketed = market.unmarketed(data, data.companies, as_of=as_of, currency=config.currency)
        self._noticed: dict[str, list[Finding]] = {}
        for finding in data.findings:
            self._noticed.setdefault(finding.subject, []).append(finding)
        self._flaws: dict[str, str] = {}

    def lacking(self, key: str) -> str:
        """What it lacks, in words; nothing if it is fit."""
        if key in self._excluded:
            return "it is excluded"
        if not _KEY.fullmatch(key):
            return "its key has other letters than A to Z, digits, '.', '_' and '-'"
        if len(name := f"{self._name}-{key}") > LONGEST:
            return f"'{name}' is too long for the name of a brief"
        return self._unmarketed.get(key, "")

    def flaw(self, key: str) -> str:
        """The first error in its data, which would hold a brief back."""
        if key not in self._flaws:
            found = self._held((*self._noticed.get(key, ()), *checks.of_company(self._rows, key, as_of=self._as_of)))
            self._flaws[key] = f"its data are in error: {found[0].message.rstrip('.')}" if found else ""
        return self._flaws[key]


class Rule:
    """The nearest companies to each subject. What a group of candidates has in common is computed once."""

    def __init__(self, rule: PeerRule, data: Dataset, likeness: Mapping[str, Traits], fitness: Fitness) -> None:
        self.rule, self._data, self._fitness = rule, data, fitness
        self._wanted = tuple(dict.fromkeys(trait for name in rule.by for trait in TRAITS[name]))
        self._enough = min(2, len(self._wanted))
        self._likeness = {key: self._seen(traits) for key, traits in likeness.items()}
        self._groups: dict[tuple[str, ...], tuple[list[Traits], Mapping[str, float]]] = {}
        for key in (key for key in data.companies if not fitness.lacking(key)):
            self._groups.setdefault(self._group(key), ([], {}))[0].append(self._likeness[key])
        self._groups = {group: (found, spreads_of(found)) for group, (found, _) in self._groups.items()}

    def _seen(self, traits: Traits) -> Traits:
        kept = {name: value for name, value in traits.measures.items() if name in self._wanted}
        return replace(traits, measures=kept)

    def _group(self, key: str) -> tuple[str, ...]:
        company = self._data.companies[key]
        return tuple(" ".join(str(getattr(company, column)).casefold().split()) for column in self.rule.same)

    def unmeasured(self, subject: str) -> str:
        """Why nearness to a subject cannot be measured, in words; nothing where it can."""
        known = tuple(self._likeness[subject].measures)
        if not all(self._group(subject)):
            lacking = [column for column, value in zip(self.rule.same, self._group(subject), strict=True) if not value]
            return f"its {_joined(lacking)} is not known, which its peers are to share"
        if len(known) >= self._enough:
            return ""
        of_it = f"only its {known[0]} is known" if known else "nothing is known"
        return f"{of_it} of {_joined(self._wanted)}, and {self._enough} are needed to find its peers"

    def peers(self, subject: str) -> tuple[tuple[str, str, str], ...]:
        """(company, role, why), nearest first. Who has no sector shares none."""
        group = self._group(subject)
        if not all(group):
            return ()
        others, spreads = self._groups.get(group, ([], {}))
        traits = self._likeness[subject]
        near = propose(traits, others, count=len(others), enough=self._enough, spreads=spreads)
        sound = self._issuers(subject, (one for one in near if not self._fitness.flaw(one.traits.company)))
        near = tuple(islice(sound, self.rule.count))
        return tuple((one.traits.company, "core", self._why(place, one)) for place, one in enumerate(near))

    def _issuers(self, subject: str, near: Iterable[Proposal]) -> Iterator[Proposal]:
        """Each issuer once, and never the subject's own: one listed in two places may stand in the data as two."""
        seen = {self._issuer(subject)}
        for one in near:
            issuer = self._issuer(one.traits.company)
            if issuer not in seen:
                seen.add(issuer)
                yield one

    def _issuer(self, key: str) -> str:
        company = self._data.companies[key]
        return " ".join((company.legal_name or company.name or key).casefold().split())

    def _why(self, place: int, one: Proposal) -> str:
        """The rule in words, true of this peer: no figures, which would be numbers without a source."""
        by = _joined([trait for trait in one.parts if trait != SECTOR])
        shared = [_SHARED.get(name, name) for name in self.rule.same]
        alike = f"Same {_joined(shared)}" if shared else "Any sector"
        return f"{alike}; {ORDINALS[place]} by {by}"


def _joined(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)

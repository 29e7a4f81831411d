"""What a config says, as frozen values. Every later finding about it can name file, line and column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from peerbench.core.findings import Finding, Origin, Severity
from peerbench.core.metric import MetricDefinition
from peerbench.schedule import Schedule

Role = Literal["core", "reference"]
SOURCE_KINDS: Final = ("dataset", "sec", "xbrl", "files", "sql", "ecb", "yfinance", "plugin")
WAYS: Final = ("folder", "to", "webhook", "s3")  # of delivering


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A file of the chain of `extends`: its path as shown, where it lies, the SHA-256 of its bytes, its lines.

    written: its bytes, where it lies nowhere: the config of a member of a pattern.
    """

    path: str
    file: Path
    sha256: str
    lines: tuple[str, ...] = field(repr=False, default=())
    written: bytes | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures come from: a kind, its name in the register, and what the kind is told.

    folder is the folder or file on disk that is read, if it is one; a dataset without one travels with the program.
    """

    kind: str
    name: str
    folder: Path | None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Peer:
    company: str
    role: Role
    why: str
    grade: str = ""  # A | B | C; empty: not graded by hand


@dataclass(frozen=True, slots=True)
class PeerRule:
    """Peers by rule: the `count` nearest by these traits, among companies with the same of these columns.

    A company for which the rule finds fewer than `least` has no brief.
    """

    count: int = 6
    least: int = 3
    same: tuple[str, ...] = ("sector",)
    by: tuple[str, ...] = ("size", "growth", "margin")


@dataclass(frozen=True, slots=True)
class Excluded:
    """A company left out. name is what the page prints, as the data may not know the company."""

    company: str
    why: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Circulation:
    """What others have published about the companies: its source and day, and the texts to check."""

    source: str
    day: date | None
    url: str
    about: str  # a company, or empty for the subject
    texts: tuple[str, ...]
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class MetricGroup:
    name: str
    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Brand:
    """The look of the house: a theme's name, files by where they lie, colours as #RRGGBB by name."""

    theme: str = ""
    logo: Path | None = None
    colours: Mapping[str, str] = field(default_factory=dict)
    dark: Mapping[str, str] = field(default_factory=dict)
    fonts: Mapping[str, Path] = field(default_factory=dict)

    @property
    def files(self) -> tuple[Path, ...]:
        return (*((self.logo,) if self.logo else ()), *self.fonts.values())


@dataclass(frozen=True, slots=True)
class Gate:
    """What a scheduled issue must pass. prices_within counts sessions, 0 is no limit; wait: how long it is tried."""

    prices_within: int = 5
    minimum_peers: int = 1
    hold_blank: bool = True
    hold_unchanged: bool = False
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One place that issues are sent to: its kind, its name in the ledger, which editions, what the kind is told."""

    kind: str
    name: str
    audiences: tuple[str, ...] = ()  # none: all
    formats: tuple[str, ...] = ()  # none: all
    recipients: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    language: str = ""  # empty: the first of the brief


@dataclass(frozen=True, slots=True)
class Config:
    """One brief as its owner asked for it, house defaults folded in. Its name is the name of the file."""

    name: str
    path: Path
    root: Path
    subject: str
    as_of: date | None  # None: the day of the build
    currency: str
    sources: tuple[Source, ...]
    peers: tuple[Peer, ...]
    excluded: tuple[Excluded, ...]
    metrics: tuple[MetricGroup, ...]
    custom_metrics: tuple[MetricDefinition, ...]
    segments: Mapping[str, tuple[str, str]]  # company → segment of its facts, label on the page
    not_shown: str
    audiences: tuple[str, ...]
    outputs: tuple[str, ...]
    checks: Mapping[str, str]  # check → raise | lower | silence | error | warning | note | off
    title: str
    series: str
    sector_label: str
    issue: str
    published: date | None  # a datetime where the config gives the time
    desk: str
    reviewer: str
    conflicts: str
    disclosures: tuple[str, ...]
    legal: str
    languages: tuple[str, ...]
    page: Literal["A4", "Letter"]
    length: Literal["one", "four"]
    brand: Brand
    since: date | Literal["none"] | None  # the issue to compare with; None: the newest before this one
    schedule: Schedule
    gate: Gate
    ledger_file: str
    ledger_variable: str  # names the environment variable with the URL, in place of a file
    deliver: tuple[Target, ...]
    circulation: tuple[Circulation, ...] = ()
    files: tuple[ConfigFile, ...] = ()
    signing_variable: str = ""  # of the environment: names the key that manifests are signed with
    attachments: bool = True  # config and data travel inside PDF and web page
    subjects: str = ""  # of a pattern: the test of the companies that get a brief each; then there is no subject
    at_most: int = 1000  # briefs of a pattern
    peer_rule: PeerRule | None = None
    places: Mapping[str, Origin] = field(repr=False, default_factory=dict)  # of values, by dotted key: peers.0.company
    key_places: Mapping[str, Origin] = field(repr=False, default_factory=dict)

    @property
    def pattern(self) -> bool:
        """Whether it stands for many briefs, one for each company that `subjects` means."""
        return bool(self.subjects) and not self.subject

    @property
    def companies(self) -> tuple[str, ...]:
        """The subject, then the peers in the order of the file."""
        return (*((self.subject,) if not self.pattern else ()), *(peer.company for peer in self.peers))

    @property
    def roles(self) -> dict[str, str]:
        """company → subject | core | reference."""
        return {**{peer.company: peer.role for peer in self.peers}, self.subject: "subject"}

    def place(self, *keys: str | int) -> Origin:
        """Where a key's value stands, or the nearest key above it that is written down."""
        for length in range(len(keys), -1, -1):
            found = self.places.get(".".join(map(str, keys[:length])))
            if found is not None:
                return found
        return Origin(self.files[0].path) if self.files else Origin()

    def excerpt(self, origin: Origin) -> str:
        """The line of the config that an origin points at."""
        for read in self.files:
            if read.path == origin.file and origin.line is not None and 0 < origin.line <= len(read.lines):
                return read.lines[origin.line - 1]
        return ""

    def finding(
        self,
        check: str,
        message: str,
        *keys: str | int,
        severity: Severity = "error",
        hint: str = "",
        subject: str = "",
        at_key: bool = False,
    ) -> Finding:
        """A finding about the value at `keys`, or about the key itself."""
        place = self.key_places.get(".".join(map(str, keys))) if at_key else None
        origin = place or self.place(*keys)
        return Finding(check, severity, message, hint, origin, subject, self.excerpt(origin))

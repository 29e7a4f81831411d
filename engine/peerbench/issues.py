"""Issues as they lie in folders: read back whole with the data they rest on, or refused with the reason.

An issue is output/<brief>/<day>/. Its dossier (brief.dossier) holds the data and what was asked; the manifest proves
that they are the ones it was made from.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from peerbench.brief import dossier
from peerbench.brief.attribution import Key, Side
from peerbench.brief.since import FILE as SINCE
from peerbench.brief.since import Since, from_json
from peerbench.core.dataset import Dataset
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin
from peerbench.sources import dataset

MANIFEST: Final = "manifest.json"
FIGURES: Final = "comparison.csv"
CLAIMS: Final = "claims.csv"
FACTS: Final = "facts.parquet"
NEEDED: Final = (FIGURES, CLAIMS, FACTS, dossier.ASKED)
BASIS: Final = ("brief", "as_of", "peerbench", "data_lock", "config")  # of the manifest
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
MOST_BYTES: Final = 200_000_000  # of one file of an issue

NOT_ISSUE: Final = "no-issue"
BROKEN: Final = "broken-issue"
NEWER: Final = "newer-issue"


@dataclass(frozen=True)
class Issue:
    """An issue that was read back whole. where: its folder or file, as the user knows it; files: name → bytes."""

    where: str
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]
    asked: dossier.Asked

    @property
    def as_of(self) -> date:
        return self.asked.as_of

    @property
    def name(self) -> str:
        return self.asked.brief

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest, which has the digests of all else."""
        return hashlib.sha256(self.files[MANIFEST]).hexdigest()

    @property
    def basis(self) -> tuple[str, ...]:
        """What its figures rest on: two issues with the same have the same, in whatever form they lie there."""
        return tuple(str(self.manifest[name]) for name in BASIS if name in self.manifest) or (self.digest,)

    @property
    def number(self) -> int | None:
        """The issue's number in its series, where it was counted."""
        found = self.manifest.get("issue")
        return found if isinstance(found, int) else None

    @cached_property
    def data(self) -> Dataset:
        """What the figures rest on, read and checked as any dataset folder. Raises UnusableRequest."""
        with tempfile.TemporaryDirectory() as folder:
            for name, data in self.files.items():
                if name.startswith(f"{dossier.FOLDER}/"):
                    (Path(folder) / Path(name).name).write_bytes(data)
            return dataset.load(Path(folder), shown_as=f"{self.where}/{dossier.FOLDER}")[0]

    @cached_property
    def printed(self) -> dict[Key, dict[str, Any]]:
        """(company, metric) → the figure as it was printed, with status and reason; money in the brief's currency."""
        frame = _csv(self.files[FIGURES], numbers=("value", "raw"))
        return {(row["company"], row["metric"]): row for row in frame.iter_rows(named=True)}

    @cached_property
    def claims(self) -> pl.DataFrame:
        """Every printed number: audience, row, ref, what, value, currency, status, formula …"""
        return _csv(self.files[CLAIMS], numbers=("value",))

    @cached_property
    def facts(self) -> pl.DataFrame:
        """FACTS that the printed numbers rest on."""
        return pl.read_parquet(io.BytesIO(self.files[FACTS]))

    @cached_property
    def used(self) -> frozenset[str]:
        """Ids of the facts that the printed numbers rest on."""
        return frozenset(self.facts["id"])

    @property
    def since(self) -> Since | None:
        """What it says itself of the issue before it."""
        try:
            return from_json(self.files[SINCE]) if SINCE in self.files else None
        except ValueError:
            return None

    @property
    def side(self) -> Side:
        return Side(self.asked, self.data, self.printed)


def _csv(data: bytes, *, numbers: tuple[str, ...]) -> pl.DataFrame:
    """A data file of ours: text but for the numbers; an empty cell is null."""
    frame = pl.read_csv(io.BytesIO(data), infer_schema=False)
    return frame.with_columns(pl.col(name).cast(pl.Float64) for name in numbers)


# ---- reading ---------------------------------------------------------------------------------------------------------


def read(folder: Path, *, shown: str = "") -> Issue:
    """The issue in a folder. Raises UnusableRequest: no issue, one of a newer version, or one that is not whole."""
    where = shown or str(folder)
    if not folder.is_dir():
        raise UnusableRequest((_absent(folder, where),))
    names = (MANIFEST, *NEEDED, SINCE, *_data_files(folder))
    try:
        files = {name: _bytes(folder / name) for name in names if (folder / name).is_file()}
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}."
        raise UnusableRequest((Finding(BROKEN, "error", message, "", Origin(where)),)) from error
    return of_files(files, where=where)


def of_files(files: Mapping[str, bytes], *, where: str) -> Issue:
    """The issue made of these files (name below its folder → bytes)."""
    if MANIFEST not in files:
        hint = "An issue is a folder that `bench build` made: output/<brief>/<day>/."
        raise UnusableRequest((Finding(NOT_ISSUE, "error", "there is no manifest.json.", hint, Origin(where)),))
    try:
        manifest = _manifest(files[MANIFEST])
        faults = tuple(_faults(manifest, files, where))
        if faults:
            raise UnusableRequest(faults)
        asked = dossier.read_asked(files[dossier.ASKED])
    except dossier.Newer as error:
        hint = f"It was made by peerbench {manifest.get('peerbench')}; read it with that version or a later one."
        raise UnusableRequest((Finding(NEWER, "error", f"{error}.", hint, Origin(where)),)) from error
    except ValueError as error:
        raise UnusableRequest(
            (_broken(where, MANIFEST if "manifest" in str(error) else dossier.ASKED, error),)
        ) from error
    return Issue(where, manifest, files, asked)


def _manifest(data: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(data)
    except ValueError as error:
        raise ValueError(f"the manifest is no JSON ({error})") from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("outputs"), dict):
        raise ValueError("the manifest lists no outputs")
    return manifest


def _faults(manifest: Mapping[str, Any], files: Mapping[str, bytes], where: str) -> Iterator[Finding]:
    """Files that are missing, or not those of the manifest."""
    outputs = manifest["outputs"]
    if dossier.ASKED not in outputs:
        hint = "Build it again to have its data kept with it."
        message = f"it keeps no data to compare (made by peerbench {manifest.get('peerbench', 'of unknown version')})."
        yield Finding(BROKEN, "error", message, hint, Origin(where))
        return
    for name in outputs:
        if name in NEEDED or name.startswith(f"{dossier.FOLDER}/") or name == SINCE:
            if name not in files:
                yield _broken(where, name, "is missing")
            elif hashlib.sha256(files[name]).hexdigest() != outputs[name]:
                yield _broken(where, name, "is not the file that the manifest lists: it was changed or cut short")


def _broken(where: str, name: str, why: object) -> Finding:
    hint = "Bring the issue back from a copy, or build it again."
    return Finding(BROKEN, "error", f"{name} {why}.", hint, Origin(f"{where}/{name}"))


def _absent(folder: Path, where: str) -> Finding:
    hint = "Name the folder of an issue: output/<brief>/<day>/."
    what = "this is a file, not the folder of an issue" if folder.exists() else "there is no such folder or file"
    return Finding(NOT_ISSUE, "error", f"{what}.", hint, Origin(where))


def _data_files(folder: Path) -> Iterator[str]:
    place = folder / dossier.FOLDER
    if place.is_dir():
        yield from (f"{dossier.FOLDER}/{path.name}" for path in sorted(place.glob("*.parquet")))


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise OSError(27, f"larger than {MOST_BYTES:,} bytes", str(path))
    return path.read_bytes()


# ---- a series --------------------------------------------------------------------------------------------------------


def days(series: Path) -> tuple[date, ...]:
    """The days of the issues below output/<brief>/, ascending, whether or not they can be read."""
    if not series.is_dir():
        return ()
    named = (path for path in series.iterdir() if DAY.fullmatch(path.name) and (path / MANIFEST).is_file())
    return tuple(sorted(day for path in named if (day := _day(path.name)) is not None))


def folders(out: Path) -> tuple[Path, ...]:
    """Every issue below output/, by brief and day, whether or not it can be read; a brief may lie deeper than another.

    Folders that begin with a dot are being written and are nobody's business.
    """
    found = (path.parent for path in out.rglob(MANIFEST) if DAY.fullmatch(path.parent.name))
    return tuple(sorted(path for path in found if not any(part[0] == "." for part in path.relative_to(out).parts)))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a new issue finds before it: the newest earlier one that can be read, if any, and its own number."""

    issue: Issue | None
    number: int
    findings: tuple[Finding, ...] = ()
    issue_number: int = 0  # of the earlier issue: as it was counted, else its place in the series


def earlier(series: Path, *, brief: str, before: date, since: date | None = None) -> Earlier:
    """The newest issue of the same brief before a day, or the one of the day `since`.

    One that cannot be read, or is another brief's, is named in a warning and passed over: it never stops a build.
    """
    known = [day for day in days(series) if day < before]
    noted: list[Finding] = []
    found: Issue | None = None
    for day in reversed(known if since is None else [day for day in known if day == since]):
        try:
            candidate = read(series / day.isoformat(), shown=f"{series.name}/{day}")
            candidate.data  # noqa: B018  the data must be readable too
        except UnusableRequest as error:
            noted += [_passed_over(finding) for finding in error.findings[:1]]
            continue
        if candidate.name == brief and candidate.as_of == day:
            found = candidate
            break
        noted.append(_passed_over(_stranger(candidate, series.name, day)))
    if found is None:
        return Earlier(None, len(known) + 1, tuple(noted))
    own = found.number or sum(day <= found.as_of for day in known)
    return Earlier(found, own + 1 + sum(day > found.as_of for day in known), tuple(noted), own)


def printed_before(folder: Path, *, brief: str, day: date) -> Issue | None:
    """The issue of the very same day that a build is about to replace, if it is whole; anything else is no issue."""
    try:
        found = read(folder) if (folder / MANIFEST).is_file() else None
        usable = found is not None and found.name == brief and found.as_of == day and bool(found.data.companies)
    except UnusableRequest:
        return None
    return found if usable else None


def _stranger(issue: Issue, series: str, day: date) -> Finding:
    message = f"it is the issue of '{issue.name}' of {issue.as_of}."
    return Finding(BROKEN, "error", message, "", Origin(f"{series}/{day}"))


def _passed_over(finding: Finding) -> Finding:
    message = f"An earlier issue cannot be compared with: {finding.origin}: {finding.message}"
    return Finding("earlier_issue", "warning", message, finding.hint, subject=str(finding.origin))

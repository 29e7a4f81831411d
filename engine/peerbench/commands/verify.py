"""bench verify: whether a brief tells the truth by its own data, number by number."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from peerbench.verify.verdict import IssueVerdict, Verdict
    from peerbench.verify.words import Difference

MOST: Final = 40  # differences that are printed; JSON has all
LONGEST: Final = 240  # letters of each side of one


def run(parsed: Namespace, arguments: list[str]) -> int:
    """0: every byte is what the data make; 1: something differs, and is named; 2: it cannot be verified."""
    from peerbench import project

    path = Path(parsed.file)
    home = Path(project.find_root(str(Path.cwd())))
    found = _verdict(path, home, Path(parsed.key) if parsed.key else None)
    if parsed.format == "json":
        print(json.dumps(_data(found), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_said(found)))
    return 0 if found.verified else 1


def _verdict(path: Path, home: Path, key: Path | None) -> Verdict | IssueVerdict:
    from peerbench.verify import verdict

    def progress(stage: str) -> None:
        if sys.stderr.isatty():
            print(f"\r\x1b[K{stage} …", end="", file=sys.stderr, flush=True)

    try:
        if path.is_dir():
            return verdict.issue(path, project=home, key=key, progress=progress)
        return verdict.verdict(path, project=home, key=key, progress=progress)
    finally:
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _data(found: Verdict | IssueVerdict) -> dict[str, Any]:
    return {"verified": found.verified, **asdict(found)}


def _said(found: Verdict | IssueVerdict) -> Iterator[str]:
    from peerbench.verify.verdict import IssueVerdict

    if not isinstance(found, IssueVerdict):
        yield from _edition(found)
        return
    for edition in found.editions:
        yield from _edition(edition)
    if found.records:
        yield f"{', '.join(found.records)}: the same when computed again."
    yield from _listed(found.differences)
    yield f"{found.folder}: {'verified' if found.verified else 'NOT verified'}."


def _edition(found: Verdict) -> Iterator[str]:
    what = f"{found.name}: {found.brief} as of {found.as_of}, data lock {found.data_lock[:12]}"
    if found.verified:
        yield f"{what}: verified."
        yield f"  Its own data make every byte of it: {len(found.numbers):,} numbers and {found.words:,} words."
        return
    yield f"{what}: NOT verified."
    if found.numbers:
        true = sum(number.true for number in found.numbers)
        yield f"  {true:,} of {len(found.numbers):,} numbers are what the data make."
    yield from _listed(found.differences)
    yield from (f"  {note}" for note in found.notes)


def _listed(differences: tuple[Difference, ...]) -> Iterator[str]:
    yield from (f"  {_line(one)}" for one in differences[:MOST])
    if len(differences) > MOST:
        yield f"  and {len(differences) - MOST} more; --format json lists them all."


def _line(one: Difference) -> str:
    place = f"{one.place}, row {one.row}" if one.row else one.place
    near = f" after “{one.near}”" if one.near else ""
    printed, right = _short(one.printed), _short(one.right)
    if one.what in ("file", "record"):
        return f"{place}: {printed}" if not right else f"{place}: it says {printed or 'nothing'}; the data make {right}"
    if not right:
        return f"{place}{near}: {one.what} that the data do not make: {printed}"
    if not printed:
        return f"{place}{near}: {one.what} left out: {right}"
    return f"{place}{near}: {one.what}: it says {printed}; the data make {right}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 61]} … {text[-58:]}"

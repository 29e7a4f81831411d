"""bench verify: whether a brief tells the truth by its own data, number by number."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from peerbench.commands.printing import shown_stages

if TYPE_CHECKING:
    from peerbench.verify.verdict import IssueVerdict, Verdict
    from peerbench.verify.words import Difference

MOST: Final = 40  # differences that are printed; JSON has all


def run(parsed: Namespace, arguments: list[str]) -> int:
    """0: every byte is what the data make; 1: something differs, and is named; 2: it cannot be verified."""
    from peerbench import project

    path = Path(parsed.file)
    home = Path(project.find_root(str(Path.cwd())))
    found = _verdict(path, home, Path(parsed.key) if parsed.key else None)
    if parsed.format == "json":
        print(json.dumps(_data(found), indent=2, ensure_ascii=False))
    else:
        print("\n".join((*_said(found), *_signed(path, parsed.key, found.verified))))
    return 0 if found.verified else 1


def _signed(path: Path, key: str | None, verified: bool) -> Iterator[str]:
    """Whose it is, where that was asked; that it can be asked, where a signature lies there."""
    from peerbench import enclosures, signature

    lies = path / enclosures.SIGNATURE if path.is_dir() else signature.beside(path)
    if key is not None and verified:
        yield f"Signed by the owner of {key}."
    elif key is None and lies.is_file():
        yield f"{lies.name} was not looked at: --trust KEY says whose signature it is."


def _verdict(path: Path, home: Path, key: Path | None) -> Verdict | IssueVerdict:
    from peerbench.verify import verdict

    with shown_stages() as progress:
        judge = verdict.issue if path.is_dir() else verdict.verdict
        return judge(path, project=home, key=key, progress=progress)


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
    yield from found.notes
    yield f"{found.folder}: {'verified' if found.verified else 'NOT verified'}."


def _edition(found: Verdict) -> Iterator[str]:
    what = f"{found.name}: {found.brief} as of {found.as_of}, data lock {found.data_lock[:12]}"
    if found.verified:
        yield f"{what}: verified."
        yield f"  Its own data make every byte of it: {len(found.numbers):,} numbers and {found.words:,} words."
        yield from (f"  {note}" for note in found.notes)
        return
    yield f"{what}: NOT verified."
    if found.numbers:
        true = sum(number.true for number in found.numbers)
        yield f"  {true:,} of {len(found.numbers):,} numbers are what the data make."
    yield from _listed(found.differences)
    yield from (f"  {note}" for note in found.notes)


def _listed(differences: tuple[Difference, ...]) -> Iterator[str]:
    from peerbench.verify.words import told

    yield from (f"  {told(one)}" for one in differences[:MOST])
    if len(differences) > MOST:
        yield f"  and {len(differences) - MOST} more; --format json lists them all."

"""Signatures given after a build: of an issue's manifest, or of the bytes of one PDF or web page, in a file beside it.

Nothing is signed that is not what its own manifest says: whoever signs answers for it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from peerbench import enclosures, signature
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin
from peerbench.signature import Owner
from peerbench.verify import carrier
from peerbench.verify.verdict import MANIFEST, SIGNATURE, against_manifest, files_of, issue_manifest
from peerbench.verify.words import told

MOST: Final = 5  # differences that a refusal names


@dataclass(frozen=True, slots=True)
class Signed:
    """The file that holds the signature; fresh: it was not there before, by the same key over the same bytes."""

    path: Path
    fresh: bool


def sign(path: Path, owner: Owner) -> Signed:
    """Sign an issue's folder, a PDF or a web page. The same key over the same bytes makes the same signature.

    Raises UnusableRequest: it is none of them, it was changed since it was built, or another has signed it.
    """
    data, place = _of_folder(path) if path.is_dir() else _of_file(path)
    made = owner.sign(data)
    if place.exists():
        if place.read_bytes() == made:
            return Signed(place, fresh=False)
        message = "is signed already, by another key or before it was changed."
        hint = f"Take {place.name} away if this signature is to stand in its place."
        raise UnusableRequest((Finding(signature.CHECK, "error", message, hint, Origin(str(path))),))
    _write(place, made)
    return Signed(place, fresh=True)


def _of_folder(folder: Path) -> tuple[bytes, Path]:
    wrong = [told(one) for one in against_manifest(issue_manifest(folder)["outputs"], files_of(folder))]
    if wrong:
        raise _changed(folder, wrong)
    return (folder / MANIFEST).read_bytes(), folder / SIGNATURE


def _of_file(path: Path) -> tuple[bytes, Path]:
    carried = carrier.read(path)
    if wrong := list(enclosures.changed(carried.files, carried.manifest)):
        raise _changed(path, wrong)
    return carried.data, signature.beside(path)


def _changed(path: Path, wrong: list[str]) -> UnusableRequest:
    more = f"; and {len(wrong) - MOST} more" if len(wrong) > MOST else ""
    message = f"is not as it was built, and is not signed: {'; '.join(wrong[:MOST])}{more}."
    hint = "Build it again, or ask for the original."
    return UnusableRequest((Finding(signature.CHECK, "error", message, hint, Origin(str(path))),))


def _write(place: Path, data: bytes) -> None:
    """Whole or not at all."""
    aside = place.with_name(f".{place.name}-{os.getpid()}")
    try:
        aside.write_bytes(data)
        os.replace(aside, place)
    finally:
        aside.unlink(missing_ok=True)

"""Delivery into a folder or a mounted drive: <folder>/<brief>/<as-of day>/<audience>/, whole or not at all.

A label lies beside the files with the digest of each. What carries our label and is as we left it is replaced by a
later issue of the same day; anything else is somebody else's, and stays.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from peerbench.core.errors import UnusableRequest
from peerbench.deliver.folder import publish, recover
from peerbench.deliver.protocol import NotDelivered, Parcel, Receipt

LABEL: Final = "delivery.json"


@dataclass(frozen=True, slots=True)
class FolderDelivery:
    """Copies into `folder`, which must be there: a mount that is missing is not filled behind its back."""

    folder: Path

    def send(self, parcel: Parcel, recipients: tuple[str, ...], key: str) -> Receipt:
        """The files under their own names, and the label. Nothing is done where they lie there already."""
        place = self.folder / parcel.brief / parcel.as_of.isoformat() / parcel.shelf
        if not self.folder.is_dir():
            raise NotDelivered(f"the folder {self.folder} is not there", again=True)
        try:
            files = {Path(name).name: (parcel.folder / name).read_bytes() for name in parcel.files}
            recover(place)
            written = label(key, files)
            receipt = Receipt(str(place), dict(json.loads(written)["files"]))
            if _there(place, files, written):
                return receipt
        except OSError as error:
            raise NotDelivered(f"{error.filename or place}: {error.strerror or error}", again=True) from error
        try:
            publish(place, {**files, LABEL: written})
        except UnusableRequest as error:
            raise NotDelivered(error.findings[0].message, again=True) from error
        return receipt


def label(key: str, files: dict[str, bytes]) -> bytes:
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    return (json.dumps({"delivered by": "peerbench", "key": key, "files": digests}, indent=1) + "\n").encode()


def _there(place: Path, files: dict[str, bytes], written: bytes) -> bool:
    """Whether this very delivery lies there. Raises NotDelivered for what is not ours or was changed."""
    if not place.exists():
        return False
    found = {path.relative_to(place).as_posix(): path for path in place.rglob("*") if not path.is_dir()}
    if not found:
        return False
    try:
        last = json.loads(found[LABEL].read_bytes())
        known = dict(last["files"]) if last["delivered by"] == "peerbench" else {}
    except (KeyError, ValueError, TypeError):
        raise NotDelivered(f"{place} holds files of somebody else; nothing is overwritten", again=False) from None
    for name, path in found.items():
        if name != LABEL and known.get(name) != hashlib.sha256(path.read_bytes()).hexdigest():
            why = f"{path} was changed or added after it was delivered; nothing is overwritten"
            raise NotDelivered(why, again=False)
    return found[LABEL].read_bytes() == written and found.keys() == {*files, LABEL}

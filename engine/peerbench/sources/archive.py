"""Zip archives from strangers: what they claim to unfold to is weighed before a byte is unpacked."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import Final

MAX_MEMBERS: Final = 2000
MAX_UNPACKED: Final = 400_000_000
MAX_RATIO: Final = 300  # text of figures packs to a tenth; a bomb to a thousandth
_SMALL: Final = 1_000_000
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError
)  # fmt: skip


class BadArchive(ValueError):
    """An archive that is not opened: why, and the way out."""

    def __init__(self, why: str, hint: str = "") -> None:
        self.why, self.hint = why, hint
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Archive:
    """A weighed archive; members by name."""

    data: bytes
    names: tuple[str, ...]

    def read(self, name: str, *, limit: int = MAX_UNPACKED) -> bytes:
        """A member's bytes, never more than `limit` whatever its header claims."""
        found = self.head(name, limit + 1)
        if len(found) > limit:
            raise BadArchive(f"unfolds to more than {limit:,} bytes", "Is it the right file?")
        return found

    def head(self, name: str, size: int) -> bytes:
        """The first bytes of a member."""
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as archive, archive.open(name) as member:
                return member.read(size)
        except _BROKEN as error:
            raise BadArchive(f"cannot be unpacked: {error}", "Fetch it again.") from error


def weighed(data: bytes) -> Archive:
    """The archive, if what it claims is within bounds; BadArchive otherwise."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except _BROKEN as error:
        raise BadArchive(f"is no readable zip archive: {error}", "Fetch it again.") from error
    if len(members) > MAX_MEMBERS:
        raise BadArchive(f"has {len(members):,} members, more than {MAX_MEMBERS:,}", "Is it the right file?")
    size = sum(member.file_size for member in members)
    if size > MAX_UNPACKED:
        raise BadArchive(f"unfolds to {size:,} bytes, more than {MAX_UNPACKED:,}", "Is it the right file?")
    for member in members:
        if member.file_size > _SMALL and member.file_size > MAX_RATIO * max(member.compress_size, 1):
            times = member.file_size // max(member.compress_size, 1)
            raise BadArchive(f"holds '{member.filename[:80]}', which unfolds {times:,} times", "It looks like a bomb.")
    return Archive(data, tuple(member.filename for member in members))

"""Mail addresses as people write them: reader@example.com, or Reader <reader@example.com>, and nothing else."""

from __future__ import annotations

import re
from typing import Final

_WRITTEN: Final = re.compile(r'"?(?P<name>[^<>"\x00-\x1f\x7f]*?)"?\s*<(?P<in>[^<>]*)>|(?P<bare>[^<>]*)')
_LOCAL: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]{1,64}")
_DOMAIN: Final = re.compile(r"\w([\w.-]{0,251}\w)?")


def mail_address(text: str) -> tuple[str, str] | None:
    """Name and address, e.g. ("Reader", "reader@example.com"); None for what is no address, or several."""
    found = _WRITTEN.fullmatch(text.strip(" "))
    if found is None:
        return None
    address = found["in"] if found["in"] is not None else found["bare"]
    local, _, domain = address.rpartition("@")
    name = (found["name"] or "").strip()
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain) or ".." in address or "." in (local[0], local[-1]):
        return None
    return (name, address) if (name + address).isprintable() else None

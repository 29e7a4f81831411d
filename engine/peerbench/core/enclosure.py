"""Enclosures: files that travel inside a brief, so that a stranger can compute it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file inside a brief. relation is PDF's AFRelationship (ISO 32000-2, 7.11.3); kind is a media type."""

    name: str
    data: bytes
    kind: str
    about: str
    relation: Literal["Data", "Source", "Supplement"] = "Data"

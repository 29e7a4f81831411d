"""A PDF taken apart: words and links by page, and a digest of everything else that a reader could be shown or told."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from peerbench.verify import words
from peerbench.verify.words import Word

TOLD: Final = {  # of the catalogue, in words
    "/Outlines": "bookmarks",
    "/StructTreeRoot": "tags and alternative texts",
    "/Metadata": "metadata",
    "/OutputIntents": "colour profile",
    "/Lang": "language",
}
ELSEWHERE: Final = ("/Pages", "/Names", "/AF")  # compared as pages, links and files
CALLED: Final = {"/XObject": "picture", "/Font": "typeface", "/Pattern": "pattern", "/Shading": "shading"}
PAINTED: Final = {  # of a page, compared as its drawing, words and links
    "/Type", "/Parent", "/Contents", "/Resources", "/MediaBox", "/Annots", "/StructParents",
}  # fmt: skip
LINKED: Final = ("/Type", "/Subtype", "/Rect", "/Dest", "/A", "/P", "/Parent", "/StructParent")
UPWARD: Final = ("/Parent", "/P", "/Pg", "/Prev")


def taken_apart(reader: Any) -> tuple[tuple[Word, ...], tuple[Word, ...], Mapping[str, tuple[Word, ...]]]:
    """Words, links, and the rest by what it is."""
    found = tuple(word for sheet in words.sheets(reader) for word in sheet)
    rest = {
        "drawing": tuple(_drawings(reader)),
        "alternative text": tuple(_spoken(reader)),
        "document": tuple(_catalogue(reader)),
        "place of a link": tuple(_places(reader)),
        "destination": tuple(_destinations(reader)),
        "page": tuple(_behaviour(reader)),
    }
    return found, words.links(reader), rest


def _drawings(reader: Any) -> Iterator[Word]:
    """What each page paints, less its words: one digest for its own strokes and one for each picture it shows."""
    seen: dict[int, str] = {}
    for number, sheet in enumerate(reader.pages, 1):
        place = f"page {number}"
        painted = sheet.get_contents()
        data = painted.get_data() if painted is not None else b""
        yield Word(f"the page's drawing ({_short(data)})", place)
        resources: Any = sheet.get("/Resources") or {}
        for kind in (kind for kind in CALLED if kind in resources):
            entries = resources[kind]
            for name in sorted(entries):
                if f"{name} ".encode() in data:
                    digest = _fingerprint(entries.raw_get(name), seen, 0)
                    yield Word(f"{CALLED[kind]} {name[1:]} ({digest[:8]})", place)
        yield Word(f"size {[float(side) for side in sheet.mediabox]}", place)
        for annotation in sheet.get("/Annots") or ():
            one = annotation.get_object()
            if one.get("/Subtype") != "/Link" or (one.get("/A") or {}).get("/S") not in (None, "/URI", "/GoTo"):
                yield Word(f"an annotation {one.get('/Subtype')}", place)


def _places(reader: Any) -> Iterator[Word]:
    """Where each link lies, and whatever else an annotation says of itself than where it leads."""
    for number, sheet in enumerate(reader.pages, 1):
        seen: dict[int, str] = {}
        for annotation in sheet.get("/Annots") or ():
            one = annotation.get_object()
            rest = {key: _fingerprint(one.raw_get(key), seen, 0) for key in sorted(one) if key not in LINKED}
            rect = [round(float(side), 1) for side in one.get("/Rect") or ()]
            yield Word(f"{rect} ({_short(repr(rest).encode())})", f"page {number}")


def _destinations(reader: Any) -> Iterator[Word]:
    """What each name inside the file stands for, and every other tree of names but that of the files."""
    pages = {page.indirect_reference.idnum: number for number, page in enumerate(reader.pages, 1)}
    for name, target in sorted(reader.named_destinations.items()):
        page: Any = target.raw_get("/Page")
        yield Word(f"{name}: page {pages.get(getattr(page, 'idnum', -1), '?')}, {target.top}", "document")
    names: Any = reader.trailer["/Root"].get("/Names") or {}
    for key in sorted(set(names.get_object() if names else ()) - {"/Dests", "/EmbeddedFiles"}):
        yield Word(f"{key} ({_fingerprint(names.get_object().raw_get(key), {}, 0)[:8]})", "document")


def _behaviour(reader: Any) -> Iterator[Word]:
    """What a page says of itself besides its drawing: how it is turned and cut, what it does when opened."""
    for number, sheet in enumerate(reader.pages, 1):
        for key in sorted(set(sheet) - PAINTED):
            yield Word(f"{key} ({_fingerprint(sheet.raw_get(key), {}, 0)[:8]})", f"page {number}")


def _spoken(reader: Any) -> Iterator[Word]:
    """What is told of pictures, in the order of the tags."""
    catalogue: Any = reader.trailer["/Root"]
    waiting: list[Any] = [catalogue["/StructTreeRoot"]] if "/StructTreeRoot" in catalogue else []
    seen: set[int] = set()
    while waiting:
        element = waiting.pop()
        for key in ("/Alt", "/ActualText"):
            if key in element:
                yield Word(str(element[key]), "document")
        kids = element.get("/K", [])
        found = [kid.get_object() for kid in (kids if isinstance(kids, list) else [kids])]
        below = [kid for kid in found if isinstance(kid, dict) and id(kid) not in seen]
        seen |= {id(kid) for kid in below}
        waiting += reversed(below)


def _catalogue(reader: Any) -> Iterator[Word]:
    seen: dict[int, str] = {}
    root = reader.trailer["/Root"].get_object()
    for key in sorted(root):
        if key not in ELSEWHERE:
            digest = _fingerprint(root.raw_get(key), seen, 0)
            yield Word(f"{TOLD.get(key, key)} ({digest[:8]})", "document")
    for key, value in sorted((reader.metadata or {}).items()):
        yield Word(f"{key[1:]}: {value}", "document")


def _short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:8]


def _fingerprint(value: Any, seen: dict[int, str], depth: int) -> str:
    """A digest of an object with all below it; numbers of objects play no part."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

    if isinstance(value, IndirectObject):
        behind: Any = value.get_object()
        if isinstance(behind, DictionaryObject) and behind.get("/Type") == "/Page":
            return "page"  # pages are compared one by one
        if value.idnum not in seen:
            seen[value.idnum] = "…"
            seen[value.idnum] = _fingerprint(behind, seen, depth)
        return seen[value.idnum]
    if depth > 200:
        return "deep"
    total = hashlib.sha256(type(value).__name__.encode())
    if isinstance(value, StreamObject):
        try:
            total.update(value.get_data())
        except (zlib.error, ValueError) as error:
            total.update(repr(error).encode())
    if isinstance(value, DictionaryObject):
        for key in sorted(value):
            if key not in (*UPWARD, "/Length"):
                total.update(f"{key}{_fingerprint(value.raw_get(key), seen, depth + 1)}".encode())
    elif isinstance(value, ArrayObject):
        for one in list.__iter__(value):
            total.update(_fingerprint(one, seen, depth + 1).encode())
    else:
        total.update(str(value).encode("utf-8", "replace"))
    return total.hexdigest()

"""Formulas of an Excel sheet that no program has worked out: a reader of values sees nothing in their cells."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

from peerbench.sources.archive import Archive, BadArchive

_SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE: Final = re.compile(rb"""([\w:]+)\s*=\s*["']([^"']*)["']""")
# A cell with a formula and then nothing, or an empty value.
_BARE: Final = re.compile(
    rb"""<c\b[^>]*?\br=["']([A-Z]{1,3}[0-9]{1,7})["'][^>]*>\s*<f\b[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"""
)


def without_value(archive: Archive, sheet: str) -> tuple[str, ...]:
    """The cells of a sheet, e.g. C2, that hold a formula and no value; none where the sheet is not found."""
    path = _path(archive, sheet)
    return tuple(match[1].decode() for match in _BARE.finditer(archive.read(path))) if path else ()


def _path(archive: Archive, sheet: str) -> str:
    """Where a sheet lies in the archive: the workbook names a relation, and that names the file."""
    try:
        book = archive.read("xl/workbook.xml")
        relations = archive.read("xl/_rels/workbook.xml.rels")
    except BadArchive:
        return ""
    wanted = ""
    for tag in _SHEET.findall(book):
        found = dict(_ATTRIBUTE.findall(tag))
        if unescape(found.get(b"name", b"").decode("utf-8", "replace")) == sheet:
            wanted = next((value.decode() for name, value in found.items() if name.endswith(b":id")), "")
    for tag in _RELATION.findall(relations):
        found = dict(_ATTRIBUTE.findall(tag))
        if wanted and found.get(b"Id", b"").decode("utf-8", "replace") == wanted:
            target = found.get(b"Target", b"").decode("utf-8", "replace").lstrip("/")
            path = target if target.startswith("xl/") else f"xl/{target}"
            return path if path in archive.names else ""
    return ""

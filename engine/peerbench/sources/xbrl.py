"""One filing in inline XBRL: its figures with scale, sign and unit, of the whole company and of named segments.

Which tag states which item, and what is a period, is decided by the same rules as for the SEC's company facts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from xml.etree import ElementTree

from peerbench.core.dataset import InputFile
from peerbench.core.findings import Finding, Origin
from peerbench.sources import companyfacts
from peerbench.sources.ask import Ask, Means
from peerbench.sources.payload import Payload
from peerbench.sources.rows import table
from peerbench.sources.sec import name_of

MAX_BYTES: Final = 100_000_000
_IX: Final = "{http://www.xbrl.org/2013/inlineXBRL}"
_XBRLI: Final = "{http://www.xbrl.org/2003/instance}"
_XBRLDI: Final = "{http://xbrl.org/2006/xbrldi}"
_NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"
# Axes along which a business is told apart; a figure of a segment may say besides that it is before eliminations.
SEGMENT_AXES: Final = ("StatementBusinessSegmentsAxis", "ProductOrServiceAxis", "SegmentsAxis")
_BESIDE: Final = {"ConsolidationItemsAxis": "OperatingSegmentsMember"}
_ACCESSION: Final = re.compile(r"\b(\d{10})-?(\d{2})-?(\d{6})\b")
_ZERO: Final = ("fixed-zero", "zerodash", "numdash", "nocontent")
_EUROPEAN: Final = ("num-comma-decimal", "numcommadecimal", "numdotcomma")


class _NotXbrl(ValueError):
    """A document that no figures can be read from: why, and the way out."""

    def __init__(self, why: str, hint: str = "") -> None:
        self.why, self.hint = why, hint
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Context:
    """Of what a figure is: a period, and for part of a company its dimensions, axis → member, without prefixes."""

    start: date | None
    end: date
    dimensions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """One tagged figure in ones of its unit."""

    tag: str
    context: Context
    unit: str
    value: float


@dataclass(frozen=True, slots=True)
class Document:
    """A filing's figures and what its cover says."""

    figures: tuple[Figure, ...]
    cover: Mapping[str, str]
    unreadable: int


def read(ask: Ask, means: Means) -> Payload:
    """The company and its facts, or the reason why there are none."""
    shown = str(ask.settings.get("file") or "")
    try:
        data = ask.path(shown).read_bytes()
        document = parse(data)
        return _payload(ask, document, InputFile(shown, hashlib.sha256(data).hexdigest()))
    except OSError as error:
        why, hint = f"cannot be read: {error.strerror}", ""
    except _NotXbrl as error:
        why, hint = error.why, error.hint
    problem = Finding("not-xbrl", "error", f"{shown} {why}.", hint, Origin(shown))
    return Payload(ask.name, findings=(problem,))


# ---- the document ---------------------------------------------------------------------------------------------------


def parse(data: bytes) -> Document:
    """Every numeric figure of an inline XBRL document, and the texts of its cover page."""
    if len(data) > MAX_BYTES:
        raise _NotXbrl(f"is {len(data):,} bytes, more than {MAX_BYTES:,}")
    if b"<!ENTITY" in data or b"<!DOCTYPE" in data[:65_536]:
        raise _NotXbrl("declares a document type or entities", "A filing of the SEC never does; fetch it again.")
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise _NotXbrl(f"is not well-formed: {error}", "Save the filing's own document, not a printed page.") from error
    contexts = dict(_contexts(root))
    units = dict(_units(root))
    if not contexts:
        raise _NotXbrl("has no XBRL contexts", "Is it the filing's main document, in inline XBRL?")
    figures: list[Figure] = []
    unreadable = 0
    for element in root.iter(f"{_IX}nonFraction"):
        if element.get(_NIL) == "true":
            continue
        figure = _figure(element, contexts, units)
        if figure is None:
            unreadable += 1
        else:
            figures.append(figure)
    cover = {
        element.get("name", "").partition(":")[2]: "".join(element.itertext()).strip()
        for element in root.iter(f"{_IX}nonNumeric")
        if element.get("name", "").startswith("dei:")
    }
    return Document(tuple(figures), cover, unreadable)


def _contexts(root: ElementTree.Element) -> Iterator[tuple[str, Context]]:
    for element in root.iter(f"{_XBRLI}context"):
        days = {child.tag.removeprefix(_XBRLI): (child.text or "").strip()[:10] for child in element.iter()}
        dimensions = {
            member.get("dimension", "").rpartition(":")[2]: (member.text or "").strip().rpartition(":")[2]
            for member in element.iter(f"{_XBRLDI}explicitMember")
        }
        if any(True for _ in element.iter(f"{_XBRLDI}typedMember")):
            dimensions["typed"] = "typed"
        try:
            start = date.fromisoformat(days["startDate"]) if "startDate" in days else None
            yield (
                element.get("id", ""),
                Context(start, date.fromisoformat(days.get("endDate") or days["instant"]), dimensions),
            )
        except (KeyError, ValueError):
            continue  # a figure that points here is counted as unreadable


def _units(root: ElementTree.Element) -> Iterator[tuple[str, str]]:
    """USD, shares, USD/shares."""
    for element in root.iter(f"{_XBRLI}unit"):
        measures = [(child.text or "").strip().rpartition(":")[2] for child in element.iter(f"{_XBRLI}measure")]
        divided = element.find(f"{_XBRLI}divide") is not None
        yield element.get("id", ""), "/".join(measures) if divided else "".join(measures[:1])


def _figure(element: ElementTree.Element, contexts: Mapping[str, Context], units: Mapping[str, str]) -> Figure | None:
    context, unit = contexts.get(element.get("contextRef", "")), units.get(element.get("unitRef", ""))
    try:
        value = number("".join(element.itertext()), element.get("format", ""))
        value *= 10.0 ** int(element.get("scale") or 0)
    except (ValueError, OverflowError):
        return None
    if context is None or unit is None or not value < float("inf"):
        return None
    return Figure(element.get("name", ""), context, unit, -value if element.get("sign") == "-" else value)


def number(text: str, form: str) -> float:
    """The figure that a text shows, by the format that the filing declares; ValueError where it shows none."""
    kind = form.rpartition(":")[2]
    if kind in _ZERO:
        return 0.0
    plain = re.sub(r"[\s\u00a0\u202f]", "", text)
    plain = plain.replace(".", "").replace(",", ".") if kind in _EUROPEAN else plain.replace(",", "")
    if not re.fullmatch(r"\d+(\.\d*)?|\.\d+", plain):
        raise ValueError(text)
    return float(plain)


# ---- facts ----------------------------------------------------------------------------------------------------------


def _payload(ask: Ask, document: Document, receipt: InputFile) -> Payload:
    filed = ask.settings.get("filed")
    if not isinstance(filed, date):
        raise _NotXbrl("does not say when it was filed", "Add filed: with the day, e.g. filed: 2025-02-07.")
    company = str(ask.settings["company"])
    whole = companyfacts.read(_as_company_facts(ask, document, filed, {}), company=company, shown=receipt.path)
    rows = [_placed(ask, row, "total") for row in whole.rows]
    findings = [finding for finding in whole.findings if finding.check != "not-periodic"]
    for member, segment in dict(ask.settings.get("segments") or {}).items():
        part = companyfacts.read(
            _as_company_facts(ask, document, filed, {"member": member}), company=company, shown=receipt.path
        )
        rows += [_placed(ask, row, segment) for row in part.rows if row["origin"] == "reported"]
        if not part.rows:
            known = ", ".join(sorted(members(document)))
            message = f"{receipt.path} has no figure of the segment '{member}'."
            findings.append(
                Finding("no-segment", "warning", message, f"It tells apart: {known}.", Origin(receipt.path))
            )
    if document.unreadable:
        message = f"{company}: {document.unreadable:,} entries without a readable value, period or filing left out."
        findings.append(Finding("unreadable-entry", "note", message, "", Origin(receipt.path), company))
    if whole.registrant is None:
        return Payload(ask.name, {}, tuple(findings), (receipt,))
    tables = {
        "companies": table("companies", [_company(company, whole.registrant)], ask.name, receipt.sha256),
        "facts": table("facts", rows, ask.name, receipt.sha256),
    }
    return Payload(ask.name, tables, tuple(findings), (receipt,))


def members(document: Document) -> set[str]:
    """The segments that a document tells apart."""
    return {
        figure.context.dimensions[axis]
        for figure in document.figures
        for axis in SEGMENT_AXES
        if axis in figure.context.dimensions
    }


def _as_company_facts(ask: Ask, document: Document, filed: date, part: Mapping[str, str]) -> dict[str, Any]:
    """The figures of the whole company, or of one segment, as the SEC's company facts would hold them."""
    facts: dict[str, Any] = {}
    for figure in document.figures:
        if _is_of(figure.context.dimensions, part.get("member", "")):
            taxonomy, _, tag = figure.tag.partition(":")
            entry = {
                "end": figure.context.end.isoformat(), "val": figure.value, "filed": filed.isoformat(),
                "form": document.cover.get("DocumentType", "10-K"), "accn": _accession(ask),
            }  # fmt: skip
            if figure.context.start:
                entry["start"] = figure.context.start.isoformat()
            concept = facts.setdefault(taxonomy, {}).setdefault(tag, {"units": {}})
            concept["units"].setdefault(figure.unit, []).append(entry)
    name = document.cover.get("EntityRegistrantName") or str(ask.settings["company"])
    return {"cik": document.cover.get("EntityCentralIndexKey") or 0, "entityName": name, "facts": facts}


def _is_of(dimensions: Mapping[str, str], member: str) -> bool:
    if not member:
        return not dimensions
    of = {axis: value for axis, value in dimensions.items() if _BESIDE.get(axis) != value}
    return len(of) == 1 and next(iter(of)) in SEGMENT_AXES and next(iter(of.values())) in (member, f"{member}Member")


def _accession(ask: Ask) -> str:
    """The accession number in the filing's address, else the file's name."""
    found = _ACCESSION.search(str(ask.settings.get("address") or ""))
    return "-".join(found.groups()) if found else str(ask.settings["file"]).rpartition("/")[2]


def _placed(ask: Ask, row: Mapping[str, Any], segment: str) -> dict[str, Any]:
    address = str(ask.settings.get("address") or "")
    where = str(row["locator"]).partition(", accession")[0]
    locator = where if segment == "total" else f"{where}, segment {segment}"
    return {**row, "segment": segment, "source_url": address or None, "locator": locator}


def _company(company: str, found: companyfacts.Registrant) -> dict[str, Any]:
    return {
        "company": company,
        "name": name_of(found.name),
        "legal_name": found.name,
        "reporting_currency": found.currency,
        "fiscal_year_end_month": found.year_end_month,
        "accounting_standard": found.accounting,
        "cik": f"{found.cik:010}" if found.cik else None,
        "eps_basis": "ordinary",
    }

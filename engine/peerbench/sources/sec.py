"""The SEC as a source: company facts from a folder of its JSON files, or live from EDGAR with a stated contact."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from peerbench.core.dataset import InputFile
from peerbench.core.findings import Finding, Origin
from peerbench.sources import companyfacts, strictjson
from peerbench.sources.ask import Ask, Means
from peerbench.sources.fetch import NotFetched, Web
from peerbench.sources.payload import Payload
from peerbench.sources.rows import table
from peerbench.sources.splits import Split
from peerbench.sources.submissions import NOTHING_SAID, About, said_of
from peerbench.sources.table import Table

ADDRESS: Final = "https://data.sec.gov"
TICKERS: Final = "https://www.sec.gov/files/company_tickers.json"
_FACTS: Final = re.compile(r"(?:facts-|CIK)?0*(\d{1,10})\.json")
_SUBMISSIONS: Final = re.compile(r"submissions-(?:CIK)?0*(\d{1,10})\.json")
_SUFFIX: Final = re.compile(
    r",?\s+(inc|incorporated|corp|corporation|co|company|ltd|limited|plc|llc|lp|n\.?v|s\.?a|ag|se|holdings?|group)\.?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A company to read: the key it gets ('' to make one of its name), its CIK, and the name to print."""

    key: str
    cik: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class _File:
    """A company facts file as it came, with what the list of the company's submissions says of it."""

    wanted: Wanted
    shown: str
    data: bytes
    about: About = NOTHING_SAID
    beside: tuple[InputFile, ...] = ()  # the list of submissions, where there is one

    @property
    def receipt(self) -> InputFile:
        return InputFile(self.shown, hashlib.sha256(self.data).hexdigest())


def read(ask: Ask, means: Means) -> Payload:
    """Companies and facts. What fails for one company is a finding; the others go on."""
    settings = ask.settings
    files: list[_File] = []
    findings: list[Finding] = []
    place = _folder(ask) if settings.get("folder") else _live(ask, means)
    for found in place:
        if isinstance(found, Finding):
            findings.append(found)
        else:
            files.append(found)
    tables, splits, seen = _tables(ask, files, means.memory)
    receipts = tuple(receipt for file in files for receipt in (file.receipt, *file.beside))
    return Payload(ask.name, tables, (*findings, *seen), receipts, tuple(splits))


# ---- a folder -------------------------------------------------------------------------------------------------------


def _folder(ask: Ask) -> Iterator[_File | Finding]:
    shown = str(ask.settings["folder"])
    folder = ask.path(shown)
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        yield ask.finding("no-folder", f"the folder '{shown}' cannot be listed: {error.strerror}.", severity="error")
        return
    at = {int(match[1]): name for name in names if (match := _FACTS.fullmatch(name))}
    listed = {int(match[1]): name for name in names if (match := _SUBMISSIONS.fullmatch(name))}
    wanted, findings = _wanted(ask, _tickers_in(folder, names), list(at))
    yield from findings
    for one in wanted:
        if one.cik not in at:
            message = f"{shown} has no company facts of CIK {one.cik}."
            yield ask.finding("no-company-facts", message, f"Name the file CIK{one.cik:010}.json.")
        else:
            yield from _read(ask, folder, at[one.cik], listed.get(one.cik, ""), one)


def _read(ask: Ask, folder: Path, facts: str, submissions: str, wanted: Wanted) -> Iterator[_File | Finding]:
    """The facts of a company and, where it is there, its list of submissions."""
    found: list[tuple[str, bytes]] = []
    for name in (facts, submissions) if submissions else (facts,):
        shown = f"{ask.settings['folder']}/{name}"
        try:
            found.append((shown, (folder / name).read_bytes()))
        except OSError as error:
            yield ask.finding("unreadable-file", f"{shown} cannot be read: {error.strerror}.")
    if found and found[0][0].endswith(facts):
        yield from _joined(wanted, found[0], found[1] if len(found) > 1 else None)


def _joined(
    wanted: Wanted, facts: tuple[str, bytes], submissions: tuple[str, bytes] | None
) -> Iterator[_File | Finding]:
    """A company's file beside its list of submissions; a list that cannot be read is told and is none."""
    if submissions is None:
        yield _File(wanted, *facts)
        return
    shown, data = submissions
    beside = (InputFile(shown, hashlib.sha256(data).hexdigest()),)
    try:
        about = said_of(strictjson.loads(data), wanted.cik)
    except strictjson.NotJson as error:
        yield Finding("not-json", "warning", f"{shown} {error.why}.", error.hint, Origin(shown))
        about = NOTHING_SAID
    yield _File(wanted, *facts, about, beside)


def _tickers_in(folder: Path, names: Sequence[str]) -> dict[str, int]:
    """Tickers that the folder's own submissions and ticker files know."""
    known: dict[str, int] = {}
    for name in names:
        if name == "company_tickers.json" or _SUBMISSIONS.fullmatch(name):
            known |= tickers(_help(folder / name))
    return known


def _help(path: Path) -> Any:
    """A file that helps with names and holds no figure: one that cannot be read is none."""
    try:
        return strictjson.loads(path.read_bytes())
    except (OSError, strictjson.NotJson):
        return {}


def tickers(document: Any) -> dict[str, int]:
    """Ticker → CIK of a submissions file or of the SEC's list of all tickers."""
    if not isinstance(document, dict):
        return {}
    rows = [document] if "tickers" in document else [row for row in document.values() if isinstance(row, dict)]
    found: dict[str, int] = {}
    for row in rows:
        names = row.get("tickers") or [row.get("ticker")]
        number = str(row.get("cik") or row.get("cik_str") or "").lstrip("0")
        if number.isdigit() and isinstance(names, list):
            found |= {str(name).upper(): int(number) for name in names if name}
    return found


# ---- live -----------------------------------------------------------------------------------------------------------


def _live(ask: Ask, means: Means) -> Iterator[_File | Finding]:
    contact = str(ask.settings.get("contact") or "")
    if means.web is None:
        yield ask.finding("offline", "nothing may be fetched here.", "Give `folder:` with the SEC's files.")
        return
    known: dict[str, int] = {}
    if any(not _number(cik) for cik, _ in _asked(ask)):
        address = str(ask.settings.get("tickers") or TICKERS)
        try:
            known = tickers(strictjson.loads(means.web.get(address, contact=contact, check=_is_json)[0]))
        except (NotFetched, strictjson.NotJson) as error:
            yield _failed(ask, error, "the list of tickers")
    wanted, findings = _wanted(ask, known, [])
    yield from findings
    for one in wanted:
        yield from _fetched(ask, means.web, one, contact)


def _fetched(ask: Ask, web: Web, wanted: Wanted, contact: str) -> Iterator[_File | Finding]:
    """A company's facts and, unless that is declined, its list of submissions; without the list the facts go on."""
    base = str(ask.settings.get("address") or ADDRESS).rstrip("/")
    who = wanted.key or f"CIK {wanted.cik}"
    parts = [(f"api/xbrl/companyfacts/CIK{wanted.cik:010}.json", who)]
    if ask.settings.get("submissions", True):
        parts.append((f"submissions/CIK{wanted.cik:010}.json", f"sector and country of {who}"))
    found: list[tuple[str, bytes]] = []
    for part, what in parts:
        try:
            data, receipt = web.get(f"{base}/{part}", contact=contact, check=_is_json)
        except NotFetched as error:
            yield _failed(ask, error, what)
            if not found:
                return
        else:
            found.append((receipt.address, data))
    yield from _joined(wanted, found[0], found[1] if len(found) > 1 else None)


def _is_json(data: bytes) -> None:
    strictjson.loads(data)


def _failed(ask: Ask, error: NotFetched | strictjson.NotJson, what: str) -> Finding:
    hint = error.hint
    why = f"{error.address}: {error.why}" if isinstance(error, NotFetched) else error.why
    finding = ask.finding("not-fetched", f"{what} could not be fetched: {why}.", hint)
    return replace(finding, subject=what)


# ---- which companies ------------------------------------------------------------------------------------------------


def _asked(ask: Ask) -> list[tuple[str, Wanted]]:
    """What the config names: (CIK or ticker, the company without its number)."""
    found: list[tuple[str, Wanted]] = []
    for key, value in dict(ask.settings.get("companies") or {}).items():
        entry = value if isinstance(value, Mapping) else {"cik": value}
        found.append(
            (str(entry.get("cik") or entry.get("ticker") or ""), Wanted(str(key), 0, str(entry.get("name") or "")))
        )
    found += [(str(cik), Wanted("", 0)) for cik in ask.settings.get("ciks") or ()]
    return found


def _wanted(ask: Ask, known: Mapping[str, int], there: Sequence[int]) -> tuple[list[Wanted], list[Finding]]:
    """The companies to read; all that are there where the config names none."""
    asked = _asked(ask)
    if not asked:
        return [Wanted("", cik) for cik in there], []
    wanted: list[Wanted] = []
    findings: list[Finding] = []
    for text, one in asked:
        cik = _number(text) or known.get(text.upper())
        if cik:
            wanted.append(replace(one, cik=cik))
        else:
            hint = "Write its CIK; sec.gov/search-filings finds it."
            findings.append(ask.finding("unknown-ticker", f"no CIK is known for '{text}'.", hint))
    return wanted, findings


def _number(text: str) -> int | None:
    digits = text.upper().removeprefix("CIK")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 10 and int(digits) else None


def key_of(name: str) -> str:
    """A key made of a registrant's name: APPLE INC. is apple, PROCTER & GAMBLE CO is procter-gamble."""
    return re.sub(r"[^a-z0-9]+", "-", _bare(name).lower()).strip("-")[:64] or "company"


def name_of(name: str) -> str:
    """A name to print: without the legal form, capitals only where a word is short."""
    bare = _bare(name)
    if bare.upper() != bare:
        return bare
    return re.sub(r"[A-Z]{4,}", lambda word: word[0].capitalize(), bare).replace(".COM", ".com")


def _bare(name: str) -> str:
    name = re.sub(r"\s*/[A-Z]{2,}/?$", "", name.strip())  # "/DE/" after a name says where it is incorporated
    while (shorter := _SUFFIX.sub("", name).rstrip(" ,.")) and shorter != name:
        name = shorter
    return name


# ---- tables ---------------------------------------------------------------------------------------------------------


def _tables(
    ask: Ask, files: Sequence[_File], memory: Path | None
) -> tuple[dict[str, Table], list[Split], list[Finding]]:
    companies: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    splits: list[Split] = []
    findings: list[Finding] = []
    for file in files:
        made = _facts(file, memory)
        if isinstance(made, Finding):
            findings.append(made)
            continue
        key, found = made
        findings += found.findings
        if found.registrant is not None:
            dated = any(row["months"] == 12 for row in found.rows)
            companies.append(_company(key, file.wanted, found.registrant, file.about, dated=dated))
            findings += _other_year(key, file, found.registrant) if dated else ()
            rows += found.rows
            splits += found.splits
    digest = hashlib.sha256("".join(file.receipt.sha256 for file in files).encode()).hexdigest()
    tables = {
        "companies": table("companies", companies, ask.name, digest),
        "facts": table("facts", rows, ask.name, digest),
    }
    return (tables if rows else {}), splits, findings


def _facts(file: _File, memory: Path | None) -> tuple[str, companyfacts.Read] | Finding:
    """The key and the facts of a file; of one whose key is given and that was read before, from memory."""
    from peerbench.sources import memory as kept

    name = kept.key(file.receipt.sha256, file.wanted.key)
    if memory is not None and file.wanted.key and (known := kept.recall(memory, name, shown=file.shown)):
        return file.wanted.key, known
    try:
        document = strictjson.loads(file.data)
    except strictjson.NotJson as error:
        return Finding("not-json", "warning", f"{file.shown} {error.why}.", error.hint, Origin(file.shown))
    said = str(document.get("entityName", "")) if isinstance(document, dict) else ""
    key = file.wanted.key or key_of(said)
    found = companyfacts.read(document, company=key, shown=file.shown)
    number = found.registrant.cik if found.registrant else file.wanted.cik
    if number != file.wanted.cik:
        message = f"{file.shown} is of CIK {number}, not {file.wanted.cik}."
        return Finding("other-company", "warning", message, "Name the file after its own CIK.", Origin(file.shown))
    if memory is not None and file.wanted.key:
        kept.remember(memory, name, key, found)
    return key, found


def _company(key: str, wanted: Wanted, found: companyfacts.Registrant, about: About, *, dated: bool) -> dict[str, Any]:
    """A row of companies. Without an annual report (`dated`) the year ends where the SEC has it noted."""
    legal = found.name.strip() or about.name
    return {
        "company": key,
        "name": wanted.name or name_of(legal),
        "legal_name": legal,
        "country": about.country or None,
        "sector": about.sector or None,
        "reporting_currency": found.currency,
        "fiscal_year_end_month": found.year_end_month if dated else about.year_end_month or found.year_end_month,
        "accounting_standard": found.accounting,
        "cik": f"{found.cik:010}",
        "eps_basis": "ordinary",
    }


def _other_year(key: str, file: _File, found: companyfacts.Registrant) -> Iterator[Finding]:
    """A year end of the SEC's register that is not that of the annual reports."""
    if file.about.year_end_month in (None, found.year_end_month):
        return
    message = (
        f"{key}: the SEC's register has its fiscal year end in month {file.about.year_end_month}, its annual reports "
        f"in month {found.year_end_month}; the reports' is used."
    )
    yield Finding("moved-year-end", "note", message, "Has the year end been moved?", Origin(file.shown), key)

"""SEC company facts: one company's JSON as rows of facts, by METHOD 6.

Periodic forms only; a period is what its dates say, never the filing's own labels; every vintage that changed a value
stays, under the day its filing became public. Nothing is subtracted across filings and no quarter is derived here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from math import isfinite
from typing import Any, Final

from peerbench.core.findings import Finding, Origin
from peerbench.core.items import FLOWS, ITEMS
from peerbench.core.periods import months_of, year_end_month
from peerbench.sources.mapping import TAXONOMIES, Candidate, Derived, Mapped, mapping, tags
from peerbench.sources.splits import Restated, Split
from peerbench.sources.splits import found as found_splits

PERIODIC: Final = frozenset({"10-K", "10-Q", "20-F", "40-F", "6-K"})
_UNIT: Final = {"money_per_share": "/shares", "shares": "shares"}
_TRACED_DAYS: Final = 400  # a part tagged this recently and not now is unknown, not nothing
_SPLIT_TAG: Final = "StockholdersEquityNoteStockSplitConversionRatio1"
Window = tuple[date | None, date]


@dataclass(frozen=True, slots=True)
class Stated:
    """A value that one filing states for a window."""

    value: float
    currency: str | None
    tags: str
    accession: str
    form: str
    filed: date
    derived: str = ""  # how it was made of several tags
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registrant:
    """Who files: what the facts themselves say about the company."""

    cik: int
    name: str
    currency: str
    year_end_month: int
    accounting: str


@dataclass(frozen=True, slots=True)
class Read:
    """A company's rows of FACTS columns, the registrant (None where nothing is usable) and what was noticed."""

    registrant: Registrant | None
    rows: tuple[dict[str, Any], ...]
    findings: tuple[Finding, ...]
    splits: tuple[Split, ...] = ()


def read(document: Any, *, company: str, shown: str) -> Read:
    """The facts of one company. `document` is the parsed JSON, `shown` its file or address as findings name it."""
    head = _head(document)
    if isinstance(head, str):
        hint = "A file of data.sec.gov/api/xbrl/companyfacts has cik, entityName and facts."
        return Read(None, (), (Finding("not-company-facts", "error", f"{shown} {head}", hint, Origin(shown)),))
    cik, name, facts = head
    rows: list[dict[str, Any]] = []
    newest: dict[str, date] = {}
    parted: list[Split] = []
    left_out: Counter[str] = Counter()
    for taxonomy, accounting in TAXONOMIES.items():
        if not facts.get(taxonomy):
            continue  # the cover page alone says nothing of the accounting
        filed = _entries(facts, taxonomy, left_out)
        book = _Book(company, cik, name, accounting, filed, _currencies(filed))
        made = book.rows(mapping(taxonomy))
        rows += made
        parted += book.splits(facts.get(taxonomy))
        if made:
            newest[accounting] = max(row["period_end"] for row in made)
    findings = list(_noticed(left_out, company, shown))
    if not rows:
        message = "not one figure of a periodic form under a tag that is read"
        return Read(None, (), (*findings, Finding("no-facts", "error", message, "", Origin(shown), company)))
    registrant = _registrant(cik, name, rows, max(newest, key=lambda one: newest[one]))
    return Read(registrant, tuple(rows), tuple(findings), tuple(parted))


def _head(document: Any) -> tuple[int, str, Mapping[str, Any]] | str:
    if not isinstance(document, dict) or not isinstance(document.get("facts"), dict):
        return "has no facts"
    try:
        return int(document["cik"]), str(document["entityName"]), document["facts"]
    except (KeyError, TypeError, ValueError, OverflowError):
        return "has no cik or entityName"


# ---- entries --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of the file: of which window, in which unit, said by which filing."""

    start: date | None
    end: date
    value: float
    unit: str
    accession: str
    form: str
    filed: date

    @property
    def window(self) -> Window:
        return self.start, self.end


Filed = Mapping[str, tuple[Entry, ...]]


def _entries(facts: Mapping[str, Any], taxonomy: str, left_out: Counter[str]) -> Filed:
    """Entries of the periodic forms by tag; those left out are counted by form or as unreadable."""
    found: dict[str, tuple[Entry, ...]] = {}
    for tag in tags(taxonomy):
        prefix, _, bare = tag.rpartition(":")
        concept = _mapping(_mapping(facts.get(prefix or taxonomy)).get(bare))
        kept = [
            entry
            for unit, values in _mapping(concept.get("units")).items()
            for raw in (values if isinstance(values, list) else ())
            if (entry := _entry(raw, str(unit), left_out)) is not None
        ]
        if kept:
            found[tag] = tuple(kept)
    return found


def _tagged_splits(concepts: Any) -> list[tuple[date, float]]:
    """Days and ratios of splits that filings name; of a month its first day, as most of it lies behind the split."""
    units = _mapping(_mapping(_mapping(concepts).get(_SPLIT_TAG)).get("units"))
    raws = [raw for values in units.values() if isinstance(values, list) for raw in values]
    entries = [entry for raw in raws if (entry := _entry(raw, "pure", Counter())) is not None]
    return [(entry.start or entry.end, entry.value) for entry in entries if entry.value > 0]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _entry(raw: Any, unit: str, left_out: Counter[str]) -> Entry | None:
    try:
        form = str(raw["form"])
        if form.removesuffix("/A") not in PERIODIC:
            left_out[form] += 1
            return None
        start = date.fromisoformat(raw["start"]) if raw.get("start") else None
        end, filed = date.fromisoformat(raw["end"]), date.fromisoformat(raw["filed"])
        value = raw["val"]
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise ValueError
        return Entry(start, end, float(value), unit, str(raw["accn"]), form, filed)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        left_out["unreadable"] += 1
        return None


def _currencies(filed: Filed) -> Mapping[str, str]:
    """Each filing's own currency: the one most of its figures stand in. A convenience column is fewer figures."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for entries in filed.values():
        for entry in entries:
            if len(entry.unit) == 3 and entry.unit.isupper():
                counts[entry.accession][entry.unit] += 1
    # On a tie the dollar is the convenience: a filer in dollars has no second currency.
    return {accn: max(units, key=lambda unit: (units[unit], unit != "USD")) for accn, units in counts.items()}


# ---- choosing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Book:
    """One company's entries of one taxonomy, and how they become rows."""

    company: str
    cik: int
    name: str
    accounting: str
    filed: Filed
    currencies: Mapping[str, str]
    lasting: dict[str, dict[Window, list[Stated]]] = field(default_factory=dict)

    def rows(self, items: Sequence[Mapped]) -> list[dict[str, Any]]:
        for item in items:
            ways = [self._way(way, item.item) for way in item.candidates]
            self.lasting[item.item] = _chosen(ways, larger=item.larger)
        for item in items:
            for way in item.candidates:
                if way.includes:
                    self._held(item.item, way)
        for item in items:
            if item.derived:
                self._derive(item)
        return [
            self._row(item, window, stated)
            for item, windows in self.lasting.items()
            for window, vintages in sorted(windows.items(), key=lambda pair: (pair[0][1], pair[0][0] or pair[0][1]))
            for stated in _changes(vintages)
        ]

    def _way(self, way: Candidate, item: str) -> dict[Window, list[Stated]]:
        """What one candidate states, by window."""
        barred = max((entry.end for tag in way.unless for entry in self.filed.get(tag, ())), default=date.min)
        parts = [self._part(part, item) for part in way.parts]
        found: dict[Window, list[Stated]] = {}
        for window in dict.fromkeys(window for part in parts for window in part):
            if (window[0] or window[1]) <= barred:
                continue
            stated = [one for accn in _filings(parts, window) if (one := _summed(parts, window, accn, any=way.any))]
            if stated:
                found[window] = stated
        return found

    def _part(self, part: Sequence[str], item: str) -> dict[Window, dict[str, Stated]]:
        """One part's values by window and accession: of alternatives the first that the filing tags."""
        found: dict[Window, dict[str, Stated]] = {}
        for tag in part:
            for entry in self.filed.get(tag, ()):
                currency = self._fits(entry, item)
                if currency is not None:
                    stated = Stated(entry.value, currency or None, tag, entry.accession, entry.form, entry.filed)
                    found.setdefault(entry.window, {}).setdefault(entry.accession, stated)
        return found

    def _fits(self, entry: Entry, item: str) -> str | None:
        """The entry's currency ('' for a count), or None where its window or unit is not the item's."""
        if (item in FLOWS) != (entry.start is not None):
            return None
        if entry.start is not None and months_of((entry.end - entry.start).days + 1) < 0:
            return None
        unit = ITEMS[item].unit
        if unit == "shares":
            return "" if entry.unit == "shares" else None
        own = self.currencies.get(entry.accession)
        return own if own and entry.unit == own + _UNIT.get(unit, "") else None

    def splits(self, concepts: Any) -> tuple[Split, ...]:
        """Splits told by restated counts and earnings, dated where a filing names the day."""
        restated = [
            Restated(
                *(pair if item == "shares_diluted" else pair[::-1]), before.filed, after.filed, item != "eps_diluted"
            )
            for item in ("shares_diluted", "eps_diluted")
            for vintages in self.lasting.get(item, {}).values()
            for before, after in pairwise(_changes(vintages))
            for pair in [(before.value, after.value)]
        ]
        days = {row.filed for windows in self.lasting.values() for rows in windows.values() for row in rows}
        return found_splits(self.company, restated, sorted(days), _tagged_splits(concepts))

    def _held(self, item: str, way: Candidate) -> None:
        """What an item already holds is not stated a second time, from its first such balance sheet to its last."""
        holding = way.parts[0][0]
        ends = [
            window[1]
            for window, rows in self.lasting[item].items()
            if any(holding in row.tags.split(" + ") for row in rows)
        ]
        if ends:
            first, last = min(ends), max(ends)
            windows = self.lasting.get(way.includes, {})
            self.lasting[way.includes] = {key: rows for key, rows in windows.items() if not first <= key[1] <= last}

    def _derive(self, item: Mapped) -> None:
        assert item.derived is not None
        own, of = self.lasting[item.item], self.lasting.get(item.derived.of, {})
        for window in [window for window in of if window not in own]:
            made = [row for whole in of[window] if (row := self._less(item.derived, window, whole))]
            if made:
                own[window] = made

    def _less(self, derived: Derived, window: Window, whole: Stated) -> Stated | None:
        """The whole less its parts, all of one filing."""
        value, inputs, names = whole.value, [self._id(derived.of, window, whole)], [derived.of]
        for item in (*derived.less, *derived.less_if_any):
            vintages = self.lasting.get(item, {}).get(window, ())
            part = next((row for row in vintages if row.accession == whole.accession), None)
            if part is None and item in derived.less:
                return None
            if part is not None:
                value -= part.value
                inputs.append(self._id(item, window, part))
                names.append(item)
        words = f"DERIVED: {' − '.join(names).replace('_', ' ')}"
        return Stated(value, whole.currency, "", whole.accession, whole.form, whole.filed, words, tuple(inputs))

    def _id(self, item: str, window: Window, stated: Stated) -> str:
        """The id of the row that holds this value: that of the filing which said it first."""
        vintages = _changes(self.lasting[item][window])
        at = bisect_right(vintages, (stated.filed, stated.accession), key=lambda row: (row.filed, row.accession)) - 1
        return f"{self.company}.{item}.total.{_months(window)}.{window[1]}@{vintages[max(at, 0)].filed}"

    def _row(self, item: str, window: Window, stated: Stated) -> dict[str, Any]:
        unit = ITEMS[item].unit
        form = stated.form
        where = f"{stated.tags}, " if stated.tags else ""
        return {
            "company": self.company,
            "item": item,
            "accounting": self.accounting,
            "period_start": window[0],
            "period_end": window[1],
            "months": _months(window),
            "value": stated.value,
            "unit": unit,
            "currency": stated.currency if unit.startswith("money") else None,
            "known_on": stated.filed,
            "source_title": f"{self.name}, Form {form} filed {stated.filed}",
            "source_url": filing_address(self.cik, stated.accession),
            "locator": f"{where}accession {stated.accession}",
            "origin": "derived" if stated.derived else "reported",
            "inputs": ";".join(stated.inputs) or None,
            "note": stated.derived or None,
        }


def _chosen(ways: Sequence[dict[Window, list[Stated]]], *, larger: bool) -> dict[Window, list[Stated]]:
    """Per window the values in the order of filing, from the best candidate that each filing has.

    Best is the candidate whose newest window ends last, then the order of the mapping: a fixed order would follow an
    abandoned tag. Once a better candidate has spoken of a window a worse one no longer does: it is another concept.
    """
    alive = [(number, found) for number, found in enumerate(ways) if found]
    newest = {number: max(window[1] for window in found) for number, found in alive}
    size = {number: _size(found, newest[number]) if larger else 0.0 for number, found in alive}
    ranked = sorted(alive, key=lambda pair: (-newest[pair[0]].toordinal(), -size[pair[0]], pair[0]))
    every: dict[Window, dict[str, tuple[int, Stated]]] = {}
    for rank, (_, found) in enumerate(ranked):
        for window, rows in found.items():
            for row in rows:
                every.setdefault(window, {}).setdefault(row.accession, (rank, row))
    return {window: _in_force(rows.values()) for window, rows in every.items()}


def _size(found: Mapping[Window, Sequence[Stated]], end: date) -> float:
    """The value of the longest window that ends last."""
    windows = [window for window in found if window[1] == end]
    return found[min(windows, key=lambda window: window[0] or window[1])][-1].value


def _in_force(rows: Iterable[tuple[int, Stated]]) -> list[Stated]:
    kept: list[Stated] = []
    best: int | None = None
    for rank, row in sorted(rows, key=lambda pair: (pair[1].filed, pair[1].accession)):
        if best is None or rank <= best:
            best = rank
            kept.append(row)
    return kept


def _changes(vintages: Sequence[Stated]) -> list[Stated]:
    """The filings that said something new, at most one a day: a comparative that repeats a value is not a vintage."""
    kept: list[Stated] = []
    for row in vintages:
        if kept and kept[-1].filed == row.filed:
            kept.pop()
        if not kept or (kept[-1].value, kept[-1].currency) != (row.value, row.currency):
            kept.append(row)
    return kept


def _filings(parts: Sequence[Mapping[Window, Mapping[str, Stated]]], window: Window) -> list[str]:
    return list(dict.fromkeys(accn for part in parts for accn in part.get(window, ())))


def _summed(
    parts: Sequence[Mapping[Window, Mapping[str, Stated]]], window: Window, accn: str, *, any: bool
) -> Stated | None:
    """The parts of one filing as one value; None where a part that counts is not tagged."""
    found: list[Stated] = []
    for part in parts:
        stated = part.get(window, {}).get(accn)
        if stated is not None:
            found.append(stated)
        elif not any or _lately(part, window[1]):
            return None
    if len({row.value for row in found}) < len(found):  # one line of the balance sheet under two tags
        found = list({row.value: row for row in reversed(found)}.values())[::-1]
    if not found or len({row.currency for row in found}) > 1:
        return None
    first = found[0]
    if len(found) == 1:
        return first
    names = " + ".join(row.tags for row in found)
    total = sum(row.value for row in found)
    return Stated(total, first.currency, names, accn, first.form, first.filed, f"DERIVED: {names}")


def _lately(part: Mapping[Window, Mapping[str, Stated]], end: date) -> bool:
    """Whether the part held an amount within the last year or so: then its absence is not a zero."""
    before = [window for window in part if window[1] < end and (end - window[1]).days <= _TRACED_DAYS]
    newest = max(before, key=lambda window: window[1], default=None)
    return newest is not None and any(row.value for row in part[newest].values())


def _months(window: Window) -> int:
    return 0 if window[0] is None else months_of((window[1] - window[0]).days + 1)


# ---- the registrant -------------------------------------------------------------------------------------------------


def _registrant(cik: int, name: str, rows: Sequence[Mapping[str, Any]], accounting: str) -> Registrant:
    own = [row for row in rows if row["accounting"] == accounting]
    newest = max(row["known_on"] for row in own)
    money = Counter(row["currency"] for row in own if row["currency"] and (newest - row["known_on"]).days < 800)
    years = [row["period_end"] for row in own if row["months"] == 12]
    lately = [end for end in years if (max(years) - end).days < 1200]
    months = Counter(year_end_month(end) for end in lately)
    month = months.most_common(1)[0][0] if months else 12
    return Registrant(cik, name, money.most_common(1)[0][0] if money else "USD", month, accounting)


def filing_address(cik: int, accession: str) -> str:
    """The index of a filing: every document of it is a click away."""
    return f"https://www.sec.gov/Archives/edgar/data/{cik}/{accession.replace('-', '')}/{accession}-index.htm"


def _noticed(left_out: Counter[str], company: str, shown: str) -> Iterator[Finding]:
    forms = [f"{count:,} of {form}" for form, count in sorted(left_out.items()) if form != "unreadable"]
    if forms:
        message = f"{company}: figures of other than periodic forms left out: {', '.join(forms)}."
        yield Finding("not-periodic", "note", message, "", Origin(shown), company)
    if left_out["unreadable"]:
        message = f"{company}: {left_out['unreadable']:,} entries without a readable value, period or filing left out."
        yield Finding("unreadable-entry", "warning", message, "", Origin(shown), company)

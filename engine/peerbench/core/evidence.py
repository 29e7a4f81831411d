"""Evidence: every figure of one study by name, each knowing what it was made from.

Rooms that speak (narrate, brief) never touch a frame; they ask for a Quantity and print its Number. A Quantity's
ref is unique and readable: ``alibaba:pe_ltm``, ``alibaba:market_cap:USD``, ``peers:pe_ltm:median``,
``alibaba:pe_ltm:premium``, ``alibaba/price[spot]`` (an operand), ``working:cloud_growth`` (arithmetic of a sentence).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import polars as pl

from peerbench.core.companies import Company
from peerbench.core.document import Number
from peerbench.core.metric import MetricDefinition


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its name, unit, status and ancestry. value is None unless status is ok (or excluded: see raw)."""

    ref: str
    what: str
    value: float | None
    unit: str
    currency: str = ""
    status: str = "ok"
    reason: str = ""
    company: str = ""
    metric: str = ""
    how: str = ""  # how it was made, in words or arithmetic
    start: date | None = None
    end: date | None = None
    known_on: date | None = None
    inputs: tuple[str, ...] = ()  # refs of other quantities
    documents: tuple[str, ...] = ()  # ids of facts, prices, rates and estimates used directly
    flags: tuple[str, ...] = ()
    raw: float | None = None

    @property
    def ok(self) -> bool:
        return self.status == "ok" and self.value is not None

    def number(self, format: str, *, absolute: bool = False) -> Number:
        """The quantity as a printed number; absolute drops the sign where a word carries it ("30% below")."""
        value = self.raw if self.status == "excluded" else self.value
        shown = abs(value) if absolute and value is not None else value
        return Number(shown, format, self.currency, self.ref, self.status, self.reason)


def _missing(ref: str, what: str, reason: str, unit: str = "pure") -> Quantity:
    return Quantity(ref, what, None, unit, status="missing", reason=reason)


@dataclass(frozen=True, slots=True)
class Evidence:
    """An index over the frames of one study. `book` remembers every quantity handed out, by ref."""

    subject: str
    peers: tuple[str, ...]  # core peers, in config order
    references: tuple[str, ...]
    companies: Mapping[str, Company]
    definitions: Mapping[str, MetricDefinition]
    as_of: date
    currency: str
    cells: Mapping[tuple[str, str], Mapping[str, Any]]
    metrics: Mapping[tuple[str, str], Mapping[str, Any]]
    converted: Mapping[tuple[str, str], Mapping[str, Any]]
    compared: Mapping[tuple[str, str], Mapping[str, Any]]
    book: dict[str, Quantity] = field(default_factory=dict)
    held: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # metric → gap holds in k of m variants

    @property
    def everyone(self) -> tuple[str, ...]:
        return (self.subject, *self.peers, *self.references)

    def name(self, company: str) -> str:
        return self.companies[company].name

    def label(self, metric: str) -> str:
        return self.definitions[metric].label if metric in self.definitions else metric

    def has(self, *metrics: str) -> bool:
        return all(metric in self.definitions for metric in metrics)

    # ---- quantities ---------------------------------------------------------------------------------------------

    def value(self, company: str, metric: str) -> Quantity:
        """A company's metric; money stays in its reporting currency."""
        return self._remember(f"{company}:{metric}", lambda ref: self._metric(ref, company, metric, self.metrics))

    def money(self, company: str, metric: str) -> Quantity:
        """A company's metric in the brief's currency (the same number where it is not money)."""
        ref = f"{company}:{metric}:{self.currency}"
        return self._remember(ref, lambda ref: self._metric(ref, company, metric, self.converted))

    def operand(self, company: str, key: str) -> Quantity:
        return self._remember(f"{company}/{key}", lambda ref: self._operand(ref, company, key))

    def statistic(self, metric: str, name: str) -> Quantity:
        """median, minimum, maximum, mean, harmonic, q1 or q3 of the core peers."""
        return self._remember(f"peers:{metric}:{name}", lambda ref: self._statistic(ref, metric, name))

    def median(self, metric: str) -> Quantity:
        return self.statistic(metric, "median")

    def premium(self, metric: str, company: str = "") -> Quantity:
        """value ÷ peer median − 1 (METHOD 22)."""
        who = company or self.subject
        return self._remember(f"{who}:{metric}:premium", lambda ref: self._against(ref, who, metric, "premium"))

    def gap(self, metric: str, company: str = "") -> Quantity:
        """value − peer median, for fractions (METHOD 21)."""
        who = company or self.subject
        return self._remember(f"{who}:{metric}:gap", lambda ref: self._against(ref, who, metric, "gap"))

    def rank(self, metric: str, company: str = "") -> float | None:
        row = self.compared.get((company or self.subject, metric))
        return row["rank"] if row else None

    def ranked(self, metric: str) -> int:
        row = self.compared.get((self.subject, metric))
        return int(row["of"] or 0) if row else 0

    def count(self, metric: str, name: str = "n") -> int:
        row = self.compared.get((self.subject, metric))
        return int(row[name] or 0) if row else 0

    def work(
        self,
        name: str,
        what: str,
        value: float | None,
        unit: str,
        how: str,
        inputs: Iterable[Quantity],
        *,
        currency: str = "",
        documents: tuple[str, ...] = (),
    ) -> Quantity:
        """Arithmetic done for one sentence or table cell, remembered with what it was made from."""
        parts = tuple(inputs)
        known = [part.known_on for part in parts if part.known_on]
        status, reason = ("ok", "") if value is not None else ("missing", f"{what} cannot be computed")
        quantity = Quantity(
            f"working:{name}",
            what,
            value,
            unit,
            currency,
            status,
            reason,
            how=how,
            known_on=max(known) if known else None,
            inputs=tuple(part.ref for part in parts),
            documents=documents,
        )
        self.book[quantity.ref] = quantity
        return quantity

    def documents(self, ref: str) -> tuple[str, ...]:
        """Every fact, price, rate and estimate a quantity rests on, through all its inputs, in order met."""
        found: dict[str, None] = {}
        todo, seen = [ref], set()
        while todo:
            current = todo.pop(0)
            if current in seen or current not in self.book:
                continue
            seen.add(current)
            quantity = self.book[current]
            found.update(dict.fromkeys(quantity.documents))
            todo.extend(quantity.inputs)
        return tuple(found)

    # ---- how quantities are made --------------------------------------------------------------------------------

    def _remember(self, ref: str, make: Any) -> Quantity:
        if ref not in self.book:
            self.book[ref] = make(ref)
        return self.book[ref]

    def _metric(
        self, ref: str, company: str, metric: str, rows: Mapping[tuple[str, str], Mapping[str, Any]]
    ) -> Quantity:
        row = rows.get((company, metric))
        what = f"{self.name(company)}, {self.label(metric)}"
        if row is None:
            return _missing(ref, what, "not computed")
        inputs, documents = self._ancestry(company, row["inputs"] or ())
        return Quantity(
            ref,
            what,
            row["value"],
            row["unit"],
            row["currency"] or "",
            row["status"],
            row["reason"] or "",
            company,
            metric,
            start=row["period_start"],
            end=row["period_end"],
            known_on=row["known_on"],
            inputs=inputs,
            documents=documents,
            flags=tuple(row["flags"] or ()),
            raw=row["raw"],
        )

    def _ancestry(self, company: str, names: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Split a metric's inputs into refs of operands and metrics, and ids of rates."""
        refs, documents = [], []
        for name in names:
            if (company, name) in self.cells:
                refs.append(self.operand(company, name).ref)
            elif (company, name) in self.metrics:
                refs.append(self.value(company, name).ref)
            else:
                documents.append(name)
        return tuple(refs), tuple(documents)

    def _operand(self, ref: str, company: str, key: str) -> Quantity:
        row = self.cells.get((company, key))
        what = f"{self.name(company)}, {key}"
        if row is None:
            return _missing(ref, what, "not asked for")
        return Quantity(
            ref,
            what,
            row["value"],
            row["unit"],
            row["currency"] or "",
            row["status"],
            row["reason"] or "",
            company,
            how=row["how"] or "",
            start=row["period_start"],
            end=row["period_end"],
            known_on=row["known_on"],
            documents=tuple(row["inputs"] or ()),
            flags=tuple(row["flags"] or ()),
        )

    def _statistic(self, ref: str, metric: str, name: str) -> Quantity:
        row = self.compared.get((self.subject, metric))
        what = f"Peer {name}, {self.label(metric)}"
        if row is None or row[name] is None:
            few = f"{self.count(metric)} of {len(self.peers)} core peers have a value"
            return replace(_missing(ref, what, few), status="withheld")
        parts = [self.money(peer, metric) for peer in self.peers]
        used = [part for part in parts if part.ok]
        known = [part.known_on for part in used if part.known_on]
        return Quantity(
            ref,
            what,
            row[name],
            row["unit"],
            row["currency"] or "",
            metric=metric,
            how=name,
            known_on=max(known) if known else None,
            inputs=tuple(part.ref for part in used),
        )

    def _against(self, ref: str, company: str, metric: str, name: str) -> Quantity:
        row = self.compared.get((company, metric))
        own, median = self.money(company, metric), self.median(metric)
        what = f"{own.what}: {'gap' if name == 'gap' else 'premium'} to the peer median"
        if row is None or row[name] is None:
            broken = own if not own.ok and median.ok else median
            status = broken.status if not broken.ok else "withheld"
            return replace(_missing(ref, what, broken.reason), status=status)
        how = "value − peer median" if name == "gap" else "value ÷ peer median − 1"
        known = [part.known_on for part in (own, median) if part.known_on]
        return Quantity(
            ref,
            what,
            row[name],
            "fraction",
            company=company,
            metric=metric,
            how=how,
            known_on=max(known) if known else None,
            inputs=(own.ref, median.ref),
        )


def rows_by(frame: pl.DataFrame, *columns: str) -> dict[tuple[str, ...], dict[str, Any]]:
    """Rows of a frame keyed by columns; the last one wins."""
    return {tuple(row[column] for column in columns): row for row in frame.iter_rows(named=True)}


@dataclass(frozen=True, slots=True)
class Variant:
    """The headline comparison under one change: its name, the premium it gives, and whether the finding holds."""

    name: str
    premium: Quantity
    holds: bool
    metric: str = ""
    without: str = ""  # the peer left out, if that is the change


@dataclass(frozen=True, slots=True)
class Tested:
    """How robust the headline comparison is (METHOD 31). pivotal: the one peer without whom it fails, if any."""

    metric: str
    threshold: float
    variants: tuple[Variant, ...]
    pivotal: str = ""

    @property
    def k(self) -> int:
        return sum(variant.holds for variant in self.variants)

    @property
    def m(self) -> int:
        return len(self.variants)

    def without(self, company: str) -> Quantity | None:
        found = [v.premium for v in self.variants if v.without == company and v.metric == self.metric]
        return found[0] if found else None

"""Rules that a typed row must obey; rows that break one are left out under the rule's name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from peerbench.core.findings import Finding
from peerbench.sources.table import LISTED, ROW, Table, and_more, quarantine

Cells = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """name, the expression that holds for a good row (null counts as good), the column to point at, the sentence."""

    name: str
    holds: pl.Expr
    column: str
    says: Callable[[Cells], str]
    hint: str | Callable[[Cells], str] = ""


def keep(table: Table, frame: pl.DataFrame, rules: Sequence[Rule]) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Rows that obey every rule, and a finding for every rule that a row breaks."""
    verdicts = frame.select(rule.holds.fill_null(True).alias(str(number)) for number, rule in enumerate(rules))
    good = verdicts.select(pl.all_horizontal(pl.all())).to_series() if rules else pl.Series([], dtype=pl.Boolean)
    if good.all():
        return frame, ()
    findings = tuple(_broken(table, frame, verdicts, rules))
    return frame.filter(good), findings


def _broken(table: Table, frame: pl.DataFrame, verdicts: pl.DataFrame, rules: Sequence[Rule]) -> Iterator[Finding]:
    for number, rule in enumerate(rules):
        rows = frame.filter(~verdicts[str(number)])
        for cells in rows.head(LISTED).iter_rows(named=True):
            origin, excerpt = table.origin(cells[ROW], rule.column), table.excerpt(cells[ROW])
            hint = rule.hint if isinstance(rule.hint, str) else rule.hint(cells)
            subject = str(cells.get("company") or "")
            yield quarantine(rule.name, rule.says(cells), hint, origin, subject=subject, excerpt=excerpt)
        if rows.height > LISTED:
            yield and_more(table.shown, rule.name, rows.height - LISTED)


def one_per_key(
    table: Table, frame: pl.DataFrame, key: Sequence[str], value: Sequence[str], subject: str
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """The first row of each key; a later one with another value is a conflict that prints both."""
    first = frame.select(pl.struct(*key).is_first_distinct()).to_series()
    if first.all():
        return frame, ()
    kept = frame.filter(first)
    pairs = frame.filter(~first).join(kept, on=list(key), how="left", suffix=" kept", nulls_equal=True)
    return kept, tuple(_repeats(table, pairs, value, subject))


def _repeats(table: Table, pairs: pl.DataFrame, value: Sequence[str], subject: str) -> Iterator[Finding]:
    for cells in pairs.sort(ROW).head(LISTED).iter_rows(named=True):
        here, kept = (_shown(cells[f"{name}{of}"] for name in value) for of in ("", " kept"))
        origin, excerpt = table.origin(cells[ROW]), table.excerpt(cells[ROW])
        about, line = str(cells.get(subject) or ""), cells[f"{ROW} kept"]
        if here == kept:
            message = f"repeats row {line} ({kept}); the first is kept."
            yield Finding("duplicate", "note", message, "Remove one.", origin, about, excerpt)
        else:
            message = f"says {here} where row {line} says {kept} for the same key; the first is kept."
            yield Finding(
                "conflict", "warning", message, "Remove one, or date the restatement.", origin, about, excerpt
            )
    if pairs.height > LISTED:
        yield and_more(table.shown, "repeated key", pairs.height - LISTED)


def _shown(values: Iterable[Any]) -> str:
    """Values of a row as one reads them: 104,000,000 USD."""
    known = (value for value in values if value is not None)
    return " ".join(f"{value:,.12g}" if isinstance(value, float) else str(value) for value in known)

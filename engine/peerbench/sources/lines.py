"""Share lines of a payload: those its lines table states, or one ordinary line per company that has prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from peerbench.core.companies import Line
from peerbench.core.findings import Finding
from peerbench.sources.table import ROW, Table, quarantine

Findings = tuple[Finding, ...]


def stated(table: Table, rows: pl.DataFrame) -> tuple[tuple[Line, ...], Findings]:
    """The share lines of a lines table; exactly one line of each company is primary."""
    primary: dict[str, str] = {}
    extra: list[Finding] = []
    for row in rows.filter(pl.col("primary")).iter_rows(named=True):
        if primary.setdefault(row["company"], row["line"]) != row["line"]:
            message = f"{row['company']} has two primary lines; {primary[row['company']]} is taken."
            extra.append(Finding("primary-line", "warning", message, "", table.origin(row[ROW], "primary")))
    for row in rows.iter_rows(named=True):
        if row["company"] not in primary:
            primary[row["company"]] = row["line"]
            message = f"{row['company']} has no primary line; {row['line']} is taken."
            extra.append(Finding("primary-line", "warning", message, "", table.origin(row[ROW], "primary")))
    return tuple(_line(row, primary) for row in rows.iter_rows(named=True)), tuple(extra)


def _line(row: Mapping[str, str | float | date | None], primary: Mapping[str, str]) -> Line:
    return Line(
        company=str(row["company"]),
        line=str(row["line"]),
        exchange=str(row["exchange"] or ""),
        currency=str(row["currency"]),
        ordinary_per_unit=float(str(row["ordinary_per_unit"])),
        effective_from=row["effective_from"] if isinstance(row["effective_from"], date) else None,
        primary=primary[str(row["company"])] == row["line"],
        remark=str(row["note"] or ""),
        subdivision=float(str(row["subdivision"] or 1)),
    )


def implied(
    table: Table, prices: pl.DataFrame, named: Sequence[Line]
) -> tuple[tuple[Line, ...], pl.DataFrame, Findings]:
    """Without a lines table a company has one ordinary line, named after its first price row.

    A company whose lines another source states (`named`) keeps the closes of those lines only.
    """
    pairs = {f"{line.company}\n{line.line}" for line in named}
    listed = prices["company"].is_in({line.company for line in named})
    first = prices.filter(~listed).unique("company", keep="first", maintain_order=True)
    lines = tuple(
        Line(row["company"], row["line"], "", row["currency"], 1.0, None, True) for row in first.iter_rows(named=True)
    )
    pairs |= {f"{line.company}\n{line.line}" for line in lines}
    same = (prices["company"] + "\n" + prices["line"]).is_in(pairs)
    hint = "Add lines.csv with one row per share line and ratio."
    others = prices.filter(~same).unique(["company", "line"], keep="first", maintain_order=True)
    findings = tuple(
        quarantine(
            "second-line",
            f"{row['company']} has a second line '{row['line']}' and there is no lines file to say its ratio",
            hint,
            table.origin(row[ROW], "line"),
            subject=row["company"],
        )
        for row in others.iter_rows(named=True)
    )
    return lines, prices.filter(same), findings

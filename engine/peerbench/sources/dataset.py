"""A dataset folder as frames: facts, prices, rates and companies, checked row by row, with a receipt per file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from peerbench.core import frames
from peerbench.core.companies import Company, Line
from peerbench.core.dataset import Dataset, InputFile
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.sources import layout
from peerbench.sources.columns import cast, header_faults
from peerbench.sources.contract import keep, one_per_key
from peerbench.sources.layout import Known
from peerbench.sources.table import ROW, SUFFIXES, Table, quarantine, read

_SHIPPED: Final = Path(__file__).resolve().parents[1] / "datasets"
_READ: Final = frozenset(name + suffix for name in layout.COLUMNS for suffix in SUFFIXES)
Findings = tuple[Finding, ...]


def shipped_names() -> tuple[str, ...]:
    """The datasets that travel with the program."""
    return tuple(sorted(folder.name for folder in _SHIPPED.iterdir() if folder.is_dir() and folder.name[0] not in "._"))


def embedded(name: str) -> Path:
    """The folder of a data set that ships with the package."""
    known = shipped_names()
    if name not in known:
        message = f"no data set named '{name}' ships with peerbench."
        raise UnusableRequest((Finding("unknown-dataset", "error", message, did_you_mean(name, known), subject=name),))
    return _SHIPPED / name


def load(folder: Path, *, shown_as: str = "") -> tuple[Dataset, Findings]:
    """The data set in a folder and what was noticed; UnusableRequest, with every mistake, where it cannot be read.

    Empty cells are null. Rows that break a rule are left out and named by a finding "quarantine".
    """
    tables, formal = _tables(folder, shown_as or str(folder))
    companies, company_findings = _rows("companies", tables["companies"], Known(()))
    known = Known(tuple(companies["company"]))
    lines, line_findings = _lines(tables.get("lines"), known)
    known = replace(known, lines=None if lines is None else {(row.company, row.line): row.currency for row in lines})
    data, row_findings = _frames(tables, known)
    if lines is None:
        lines, data["prices"], line_findings = _own_lines(tables["prices"], data["prices"])
    findings = (*formal, *company_findings, *line_findings, *row_findings)
    _refuse_if_empty(tables, companies, data["facts"], findings)
    files = tuple(InputFile(table.shown, table.sha256) for table in tables.values())
    dataset = Dataset(companies=_companies(companies), lines=lines, files=files, findings=findings, **_shaped(data))
    return dataset, findings


# ---- files ----------------------------------------------------------------------------------------------------------


def _tables(folder: Path, shown: str) -> tuple[dict[str, Table], Findings]:
    """Every table of the folder by name, in the contract's order; raises with every fault of every file."""
    if not folder.is_dir():
        near = [path.name for path in folder.parent.iterdir() if path.is_dir()] if folder.parent.is_dir() else []
        hint = did_you_mean(folder.name, near)
        raise UnusableRequest((Finding("no-folder", "error", "there is no such dataset folder.", hint, Origin(shown)),))
    names = _names(folder, shown)
    tables: dict[str, Table] = {}
    findings: list[Finding] = list(_strangers(names, shown))
    for name in (*layout.REQUIRED, *layout.OPTIONAL):
        file, faults = _file(name, names, shown)
        findings += faults
        if file:
            table, seen = read(folder / file, shown=f"{shown}/{file}")
            findings += seen
            if table:
                findings += header_faults(table, layout.COLUMNS[name])
                tables[name] = table
    if errors := tuple(finding for finding in findings if finding.severity == "error"):
        raise UnusableRequest(errors)
    return tables, tuple(findings)


def _names(folder: Path, shown: str) -> tuple[str, ...]:
    """The tables in the folder; whatever else lies there is nobody's business."""
    try:
        return tuple(sorted(path.name for path in folder.iterdir() if path.suffix.lower() in SUFFIXES))
    except OSError as error:
        message = f"the dataset folder cannot be listed: {error.strerror}."
        raise UnusableRequest((Finding("no-folder", "error", message, "", Origin(shown)),)) from error


def _file(name: str, names: tuple[str, ...], shown: str) -> tuple[str, Findings]:
    found = [f"{name}{suffix}" for suffix in SUFFIXES if f"{name}{suffix}" in names]
    if len(found) > 1:
        message = f"both {found[0]} and {found[1]} are there."
        return "", (Finding("two-files", "error", message, "Remove one.", Origin(shown)),)
    if found or name in layout.OPTIONAL:
        return "".join(found), ()
    others = [other for other in names if other not in _READ]
    hint = did_you_mean(f"{name}.csv", others)
    return "", (Finding("missing-file", "error", f"{name}.csv is missing.", hint, Origin(shown)),)


def _strangers(names: tuple[str, ...], shown: str) -> Iterator[Finding]:
    """Tables of unknown name, which nothing reads: perhaps a misspelt optional file."""
    for name in names:
        if name not in _READ:
            hint = did_you_mean(name.rsplit(".", 1)[0], layout.COLUMNS)
            yield Finding("unknown-file", "note", f"{name} is not read.", hint, Origin(f"{shown}/{name}"))


def _refuse_if_empty(
    tables: dict[str, Table], companies: pl.DataFrame, facts: pl.DataFrame, findings: Findings
) -> None:
    empty = [name for name, frame in (("companies", companies), ("facts", facts)) if frame.is_empty()]
    if empty:
        errors = tuple(
            Finding("no-rows", "error", "not one usable row.", "", Origin(tables[name].shown)) for name in empty
        )
        raise UnusableRequest((*errors, *findings))


# ---- rows -----------------------------------------------------------------------------------------------------------


def _rows(name: str, table: Table, known: Known) -> tuple[pl.DataFrame, Findings]:
    """A file's good rows, typed, one per key."""
    frame, cells = cast(table, layout.COLUMNS[name])
    frame, broken = keep(table, frame, layout.rules(name, known))
    key, value = layout.KEYS[name]
    frame, repeats = one_per_key(table, frame, key, value, "company")
    return frame, tuple(sorted((*cells, *broken, *repeats), key=_by_line))


def _by_line(finding: Finding) -> tuple[int, int, str, int]:
    origin = finding.origin
    return origin.line or 0, len(origin.locator), origin.locator, origin.column or 0  # "row 9" before "row 10"


def _frames(tables: dict[str, Table], known: Known) -> tuple[dict[str, pl.DataFrame], Findings]:
    data: dict[str, pl.DataFrame] = {}
    findings: list[Finding] = []
    for name, table in tables.items():
        if name not in ("companies", "lines"):
            data[name], seen = _rows(name, table, known)
            findings += seen
    return data, tuple(findings)


def _companies(rows: pl.DataFrame) -> dict[str, Company]:
    return {row["company"]: _company(row) for row in rows.iter_rows(named=True)}


def _company(row: dict[str, str | int | None]) -> Company:
    text = {key: str(value) for key, value in row.items() if value is not None}
    name = text.get("name") or text["company"].replace("_", " ").replace("-", " ").title()
    return Company(
        company=text["company"],
        name=name,
        legal_name=text.get("legal_name", name),
        native_name=text.get("native_name", ""),
        country=text.get("country", ""),
        sector=text.get("sector", ""),
        reporting_currency=text["reporting_currency"],
        fiscal_year_end_month=int(text["fiscal_year_end_month"]),
        accounting_standard=text["accounting_standard"],
        cik=text.get("cik", ""),
        eps_basis=text["eps_basis"],
        remark=text.get("note", ""),
    )


# ---- share lines ----------------------------------------------------------------------------------------------------


def _lines(table: Table | None, known: Known) -> tuple[tuple[Line, ...] | None, Findings]:
    """The share lines of the lines file; exactly one line of each company is primary."""
    if table is None:
        return None, ()
    rows, findings = _rows("lines", table, known)
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
    return tuple(_line(row, primary) for row in rows.iter_rows(named=True)), (*findings, *extra)


def _line(row: dict[str, str | float | date | None], primary: dict[str, str]) -> Line:
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


def _own_lines(table: Table, prices: pl.DataFrame) -> tuple[tuple[Line, ...], pl.DataFrame, Findings]:
    """Without a lines file a company has one ordinary line, named after its first price row."""
    first = prices.unique("company", keep="first", maintain_order=True)
    lines = tuple(
        Line(row["company"], row["line"], "", row["currency"], 1.0, None, True) for row in first.iter_rows(named=True)
    )
    same = prices["line"] == prices["company"].replace_strict({line.company: line.line for line in lines}, default="")
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


# ---- the contract's frames ------------------------------------------------------------------------------------------


def _shaped(data: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Each frame with its ids, exactly in the columns and types of core.frames."""
    shaped = {name: _SHAPES[name][0](frame) for name, frame in data.items()}
    return {name: frame.select(*_SHAPES[name][1]) for name, frame in shaped.items()}


def _identified(frame: pl.DataFrame, *parts: pl.Expr) -> pl.DataFrame:
    """A readable id per row; a repeated one is counted, so that every id is unique."""
    named = frame.with_columns(pl.concat_str(*parts).str.replace_all(r"\s+", "_").alias("id"))
    count = pl.col("id").cum_count().over("id")
    return named.with_columns(
        pl.when(count > 1).then(pl.col("id") + pl.lit("#") + count.cast(pl.String)).otherwise(pl.col("id")).alias("id")
    )


def _joined(*names: str) -> tuple[pl.Expr, ...]:
    parts: list[pl.Expr] = []
    for name in names:
        parts += [pl.lit("."), pl.col(name).cast(pl.String)]
    return tuple(parts[1:])


def _suffix(condition: pl.Expr, text: str) -> pl.Expr:
    return pl.when(condition).then(pl.lit(text)).otherwise(pl.lit(""))


def _facts(frame: pl.DataFrame) -> pl.DataFrame:
    named = _identified(
        frame,
        *_joined("company", "item", "segment", "months", "period_end"),
        pl.lit("@"),
        pl.col("known_on").cast(pl.String),
        _suffix(pl.col("accounting") == "issuer-non-gaap", ".issuer"),
        pl.when(pl.col("basis") != "actual").then(pl.lit(".") + pl.col("basis")).otherwise(pl.lit("")),
    )
    return named.with_columns(
        pl.when(pl.col("unit").is_in(layout.MONEY)).then(pl.col("currency")),
        pl.col("inputs").fill_null("").str.split(";").list.eval(pl.element().filter(pl.element() != "")),
    )


def _prices(frame: pl.DataFrame) -> pl.DataFrame:
    return _identified(frame, pl.lit("price."), *_joined("line", "date"), _suffix(pl.col("adjusted"), ".adjusted"))


def _fx(frame: pl.DataFrame) -> pl.DataFrame:
    return _identified(frame, pl.lit("fx."), pl.col("base"), *_joined("quote", "date"))


def _estimates(frame: pl.DataFrame) -> pl.DataFrame:
    parts = _joined("company", "metric", "fiscal_period")
    return _identified(frame, pl.lit("est."), *parts, pl.lit("@"), pl.col("snapshot_date").cast(pl.String))


def _dividends(frame: pl.DataFrame) -> pl.DataFrame:
    return _identified(frame, pl.lit("dividend."), *_joined("line", "ex_date"))


def _as_is(frame: pl.DataFrame) -> pl.DataFrame:
    return frame


_SHAPES: Final = {
    "facts": (_facts, frames.FACTS),
    "prices": (_prices, frames.PRICES),
    "fx": (_fx, frames.FX),
    "estimates": (_estimates, frames.ESTIMATES),
    "dividends": (_dividends, frames.DIVIDENDS),
    "claims": (_as_is, frames.CLAIMS),
    "disagreements": (_as_is, frames.DISAGREEMENTS),
}

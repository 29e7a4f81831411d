"""Several sources as one dataset: every row by the contract, an earlier source before a later one (METHOD 34)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from peerbench.core import frames
from peerbench.core.companies import Company, Line
from peerbench.core.dataset import Dataset
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.sources import layout, quality
from peerbench.sources import lines as share_lines
from peerbench.sources.columns import cast, header_faults
from peerbench.sources.contract import keep, one_per_key
from peerbench.sources.layout import Known
from peerbench.sources.payload import Payload
from peerbench.sources.shape import shaped
from peerbench.sources.splits import on_lines
from peerbench.sources.table import ROW, Table

Findings = tuple[Finding, ...]
SAME_WITHIN: Final = 0.001  # two sources that differ by less say one number, one of them rounded
_RANK: Final = "__source"


def combine(payloads: Sequence[Payload]) -> Dataset:
    """The dataset; UnusableRequest, with every finding, where no company or no fact is left."""
    payloads = [_formed(payload) for payload in payloads]
    companies, company_findings = _companies(payloads)
    known = Known(tuple(companies["company"]))
    lines, line_findings = _lines(payloads, known)
    parts: dict[str, list[tuple[Payload, pl.DataFrame]]] = {}
    row_findings: list[Finding] = []
    for payload in payloads:
        own, seen = _own(payload, known, lines)
        lines = (*lines, *own.lines)
        row_findings += [*seen, *own.findings]
        for name, frame in own.frames.items():
            parts.setdefault(name, []).append((payload, frame))
    lines = on_lines(lines, [split for payload in payloads for split in payload.splits], _currencies(companies))
    merged, disagreements = _merged(parts)
    formal = tuple(finding for payload in payloads for finding in payload.findings)
    findings = (*formal, *company_findings, *line_findings, *row_findings)
    _refuse_if_empty(payloads, companies, merged.get("facts"), findings)
    made = shaped({name: frame for name, frame in merged.items() if name != "disagreements"})
    files = tuple(dict.fromkeys(file for payload in payloads for file in payload.receipts))
    for name in ("facts", "prices", "fx"):
        made.setdefault(name, frames.empty(_SCHEMAS[name]))
    stated = shaped({"disagreements": merged["disagreements"]}) if "disagreements" in merged else {}
    said = pl.concat([*stated.values(), disagreements]) if disagreements.height else stated.get("disagreements")
    if said is not None:
        made["disagreements"] = said
    data = Dataset(companies=_records(companies), lines=lines, files=files, findings=findings, **made)
    # Share counts are judged by a brief's own checks, which know the day and withhold the figure.
    return replace(data, findings=(*findings, *quality.check(data, counts=False)))


_SCHEMAS: Final = {"facts": frames.FACTS, "prices": frames.PRICES, "fx": frames.FX}


def _refuse_if_empty(
    payloads: Sequence[Payload], companies: pl.DataFrame, facts: pl.DataFrame | None, findings: Findings
) -> None:
    empty = [name for name, frame in (("companies", companies), ("facts", facts)) if frame is None or frame.is_empty()]
    if empty:
        errors = tuple(
            Finding("no-rows", "error", _nothing(name, payloads), "", Origin(_where(name, payloads))) for name in empty
        )
        raise UnusableRequest((*errors, *findings))


def _nothing(name: str, payloads: Sequence[Payload]) -> str:
    return "not one usable row." if _where(name, payloads) else f"no source gives one usable row of {name}."


def _where(name: str, payloads: Sequence[Payload]) -> str:
    return next((payload.tables[name].shown for payload in payloads if name in payload.tables), "")


def _formed(payload: Payload) -> Payload:
    """Without the tables that are none of the contract: of another name, or without a column that it must have."""
    faults = {name: tuple(_faults(name, table)) for name, table in payload.tables.items()}
    said = tuple(finding for found in faults.values() for finding in found)
    tables = {name: table for name, table in payload.tables.items() if not faults[name]}
    return replace(payload, tables=tables, findings=(*payload.findings, *said)) if said else payload


def _faults(name: str, table: Table) -> Iterable[Finding]:
    if name in layout.COLUMNS:
        return header_faults(table, layout.COLUMNS[name])
    hint = did_you_mean(name, layout.COLUMNS)
    return (Finding("unknown-file", "error", f"{table.shown} gives a table '{name}'.", hint, Origin(table.shown)),)


# ---- rows -----------------------------------------------------------------------------------------------------------


def rows(name: str, table: Table, known: Known) -> tuple[pl.DataFrame, Findings]:
    """A table's good rows, typed, one per key."""
    frame, cells = cast(table, layout.COLUMNS[name])
    frame, broken = keep(table, frame, layout.rules(name, known))
    key, value = layout.KEYS[name]
    frame, repeats = one_per_key(table, frame, key, value, "company")
    return frame, tuple(sorted((*cells, *broken, *repeats), key=_by_line))


def _by_line(finding: Finding) -> tuple[int, int, str, int]:
    origin = finding.origin
    return origin.line or 0, len(origin.locator), origin.locator, origin.column or 0  # "row 9" before "row 10"


# ---- companies ------------------------------------------------------------------------------------------------------


def _companies(payloads: Sequence[Payload]) -> tuple[pl.DataFrame, Findings]:
    """One row a company: what an earlier source says, its empty cells filled by later ones."""
    found: list[pl.DataFrame] = []
    findings: list[Finding] = []
    for payload in payloads:
        if "companies" in payload.tables:
            frame, seen = rows("companies", payload.tables["companies"], Known(()))
            found.append(frame.drop(ROW))
            findings += seen
    if not found:
        return pl.DataFrame(schema={"company": pl.String}), tuple(findings)
    if len(found) == 1:
        return found[0], tuple(findings)
    merged = pl.concat(found).group_by("company", maintain_order=True).agg(pl.all().drop_nulls().first())
    return merged, (*findings, *_twins(merged))


def _twins(companies: pl.DataFrame) -> Iterable[Finding]:
    """One registrant under two keys would be compared with itself."""
    first: dict[str, str] = {}
    for row in companies.iter_rows(named=True):
        number = (row["cik"] or "").lstrip("0")
        if number and first.setdefault(number, row["company"]) != row["company"]:
            message = f"{first[number]} and {row['company']} have one CIK, {number}: one company under two keys."
            hint = f"Name it in the source: companies: {{{first[number]}: {number}}}."
            yield Finding("one-company-two-keys", "warning", message, hint, subject=row["company"])


def _currencies(companies: pl.DataFrame) -> dict[str, str]:
    if companies.is_empty():
        return {}
    return dict(companies.select("company", "reporting_currency").iter_rows())


def _records(companies: pl.DataFrame) -> dict[str, Company]:
    return {row["company"]: _company(row) for row in companies.iter_rows(named=True)}


def _company(row: Mapping[str, str | int | None]) -> Company:
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


# ---- one payload ----------------------------------------------------------------------------------------------------


def _lines(payloads: Sequence[Payload], known: Known) -> tuple[tuple[Line, ...], Findings]:
    """Every stated share line; a company's lines come from the first source that states any."""
    found: dict[str, tuple[Line, ...]] = {}
    findings: list[Finding] = []
    for payload in payloads:
        if "lines" in payload.tables:
            table = payload.tables["lines"]
            frame, broken = rows("lines", table, known)
            stated, seen = share_lines.stated(table, frame)
            findings += [*broken, *seen]
            own = {company: tuple(line for line in stated if line.company == company) for company in known.companies}
            found |= {company: rows for company, rows in own.items() if rows and company not in found}
    return tuple(line for lines in found.values() for line in lines), tuple(findings)


@dataclass(frozen=True, slots=True)
class _Own:
    """A payload's rows that keep the contract, and the lines its prices imply."""

    frames: dict[str, pl.DataFrame]
    lines: tuple[Line, ...] = ()
    findings: Findings = ()


def _own(payload: Payload, known: Known, lines: tuple[Line, ...]) -> tuple[_Own, Findings]:
    states_lines = "lines" in payload.tables
    table = {(line.company, line.line): line.currency for line in lines} if states_lines else None
    found: dict[str, pl.DataFrame] = {}
    findings: list[Finding] = []
    for name, content in payload.tables.items():
        if name not in ("companies", "lines"):
            found[name], seen = rows(name, content, replace(known, lines=table))
            findings += seen
    if states_lines or "prices" not in found:
        return _Own(found), tuple(findings)
    more, found["prices"], seen = share_lines.implied(payload.tables["prices"], found["prices"], lines)
    return _Own(found, more, seen), tuple(findings)


# ---- several payloads -----------------------------------------------------------------------------------------------

# One figure has one key wherever it comes from: a 52/53-week year ends days beside the month that a vendor writes.
_MONTH: Final = (pl.col("period_end") - pl.duration(days=15)).dt.strftime("%Y-%m")
_END: Final = pl.when(pl.col("unit") == "shares", pl.col("months") == 0)
_FACT_KEY: Final = (
    *(pl.col(name) for name in ("company", "item", "basis", "accounting", "months")),
    pl.col("segment").str.replace_all("_", " ").str.to_lowercase(),
    _END.then(pl.col("period_end").cast(pl.String)).otherwise(_MONTH).alias("__end"),
)


def _merged(
    parts: Mapping[str, Sequence[tuple[Payload, pl.DataFrame]]],
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Each table with the rows of the first source that has their key, and what the others say instead."""
    data: dict[str, pl.DataFrame] = {}
    disagreements = frames.empty(frames.DISAGREEMENTS)
    for name, found in parts.items():
        if len(found) == 1:
            data[name] = found[0][1].drop(ROW, strict=False)
            continue
        ranked = [frame.with_columns(pl.lit(rank).alias(_RANK)) for rank, (_, frame) in enumerate(found)]
        key = _FACT_KEY if name == "facts" else tuple(pl.col(column) for column in layout.KEYS[name][0])
        every = pl.concat(ranked)
        first = pl.col(_RANK) == pl.col(_RANK).min().over(*key)
        data[name] = every.filter(first).drop(_RANK, ROW, strict=False)
        if name == "facts":
            sources = [payload.name for payload, _ in found]
            disagreements = _disagreements(every.with_columns(first.alias("__first")), sources)
    return data, disagreements


def _disagreements(every: pl.DataFrame, sources: Sequence[str]) -> pl.DataFrame:
    """Per figure and source left out: the value then in use and the other's, where they differ in earnest."""
    keyed = every.with_columns(key.alias(f"__key{number}") for number, key in enumerate(_FACT_KEY))
    key = [f"__key{number}" for number in range(len(_FACT_KEY))]
    kept = keyed.filter(pl.col("__first")).select(*key, "known_on", "value", "currency", "period_end").sort("known_on")
    others = keyed.filter(~pl.col("__first")).sort("known_on")
    if others.is_empty():
        return frames.empty(frames.DISAGREEMENTS)
    newest = others.unique([*key, _RANK, "value"], keep="first", maintain_order=True).sort("known_on")
    before = newest.join_asof(kept, on="known_on", by=key, suffix="_kept", check_sortedness=False)
    after = newest.join_asof(kept, on="known_on", by=key, strategy="forward", suffix="_kept", check_sortedness=False)
    columns = ("value_kept", "currency_kept", "period_end_kept")
    joined = before.with_columns(pl.col(name).fill_null(after[name]) for name in columns)
    differ = (pl.col("value") - pl.col("value_kept")).abs() > SAME_WITHIN * pl.col("value_kept").abs()
    one_currency = pl.col("currency").eq_missing(pl.col("currency_kept"))
    return joined.filter(differ & one_currency).select(
        "company",
        "item",
        pl.col("period_end_kept").alias("period_end"),
        "months",
        "known_on",
        pl.col("value_kept").alias("kept_value"),
        pl.col(_RANK).replace_strict(dict(enumerate(sources)), return_dtype=pl.String).alias("other_source"),
        pl.col("value").alias("other_value"),
        (pl.col("value") - pl.col("value_kept")).alias("difference"),
        pl.col("note"),
    )

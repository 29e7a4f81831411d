"""Records: the data files that lie beside the pages of an issue, made in memory."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import polars as pl

from peerbench.brief.assemble import Frames
from peerbench.brief.study import Study
from peerbench.core.document import Brief

FORMULA: Final = r"^[=+\-@\t\r]"  # how a cell begins that a spreadsheet takes for one


def files(study: Study, frames: Frames, briefs: Sequence[Brief]) -> dict[str, bytes]:
    """Name → bytes: metrics, comparison, the facts used, every printed number."""
    return {
        "metrics.csv": as_csv(frames.metrics),
        "comparison.csv": as_csv(frames.comparison),
        "facts.parquet": _parquet(used_facts(study, briefs)),
        "claims.csv": as_csv(_claims(briefs)),
    }


def noticed(study: Study) -> dict[str, bytes]:
    """The file of everything noticed."""
    return {"findings.json": as_json([asdict(finding) for finding in study.findings])}


def as_csv(frame: pl.DataFrame) -> bytes:
    """CSV with lists joined by a space-separated bar. Text that a spreadsheet would run as a formula stays text."""
    flat = frame.with_columns(pl.col(pl.List(pl.String)).list.join(" | "))
    return flat.with_columns(pl.col(pl.String).str.replace(FORMULA, "'${0}")).write_csv().encode()


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=False)
    return buffer.getvalue()


def used_facts(study: Study, briefs: Sequence[Brief]) -> pl.DataFrame:
    """The facts that the printed numbers rest on, by id; prices, rates and estimates are told in claims and lineage."""
    refs = {trace.ref for brief in briefs for trace in brief.traces.values()}
    ids = {id for ref in refs for id in study.evidence.documents(ref)}
    return study.data.facts.filter(pl.col("id").is_in(sorted(ids))).sort("id")


def _claims(briefs: Sequence[Brief]) -> pl.DataFrame:
    """Every printed number: where, what it is, its value, how it was made and from what."""
    rows = [
        {
            "audience": brief.meta.audience,
            "row": trace.row,
            "ref": trace.ref,
            "what": trace.what,
            "value": trace.exact.value,
            "currency": trace.exact.currency,
            "status": trace.exact.status,
            "formula": trace.formula,
            "inputs": [one.name for one in trace.inputs],
            "sources": [brief.sources[number - 1].title for number in trace.sources],
            "known_on": trace.known_on,
        }
        for brief in briefs
        for trace in brief.traces.values()
    ]
    schema: dict[str, Any] = {
        "value": pl.Float64,
        "inputs": pl.List(pl.String),
        "sources": pl.List(pl.String),
        "known_on": pl.Date,
    }
    return pl.DataFrame(rows, schema_overrides=schema)


def as_json(value: object) -> bytes:
    """JSON with sorted keys: the same value is the same bytes."""
    return (json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True, default=str) + "\n").encode()

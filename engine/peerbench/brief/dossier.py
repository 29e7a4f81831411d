"""The dossier of an issue: the data its figures rest on, in the public file format, and what was asked of them.

It lies in the issue's folder, so that figures can be explained, compared and corrected long after the sources moved on.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from peerbench.core.companies import Company, Line
from peerbench.core.dataset import Dataset
from peerbench.core.metric import MetricDefinition
from peerbench.metrics.plan import Plan
from peerbench.normalise.select import excerpt

if TYPE_CHECKING:
    from peerbench.brief.assemble import Request

FOLDER: Final = "data"  # a dataset folder: `sources: [{dataset: output/…/data}]` reads it
ASKED: Final = "request.json"
FORMAT: Final = 1  # of request.json; a reader refuses a higher one by name
FRAMES: Final = ("facts", "prices", "fx", "estimates", "dividends", "claims", "disagreements")


class Newer(ValueError):
    """request.json is of a format that this version does not know yet."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a brief asked for: who is compared with whom, on which day, by which formulas."""

    brief: str
    subject: str
    roles: Mapping[str, str]  # company → subject | core | reference, in the order of the brief
    as_of: date
    currency: str
    metrics: tuple[str, ...]  # asked for; definitions also hold what they rest on
    definitions: Mapping[str, MetricDefinition]

    @property
    def core(self) -> tuple[str, ...]:
        return tuple(company for company, role in self.roles.items() if role == "core")


def asked(request: Request, work: Plan) -> Asked:
    return Asked(
        request.furniture.name,
        request.subject,
        request.roles,
        request.as_of,
        request.currency,
        work.requested,
        {name: replace(definition, origin="") for name, definition in work.definitions.items()},
    )


# ---- writing ---------------------------------------------------------------------------------------------------------


def files(data: Dataset, request: Request, work: Plan) -> dict[str, bytes]:
    """Name → bytes: the excerpt of the dataset, and request.json."""
    kept = excerpt(data, companies=request.roles, currency=request.currency, as_of=request.as_of)
    tables = {"companies": _companies(kept), "lines": _lines(kept), **{name: getattr(kept, name) for name in FRAMES}}
    made = {f"{FOLDER}/{name}.parquet": _parquet(frame) for name, frame in tables.items() if not frame.is_empty()}
    return {**made, ASKED: _json(asked(request, work))}


def _parquet(frame: pl.DataFrame) -> bytes:
    """The table by the file contract: ids follow from the rows, lists are text; sorted, so that order means nothing."""
    plain = frame.with_columns(pl.col(pl.List(pl.String)).list.join(";"))
    plain = plain.sort("id" if "id" in plain.columns else plain.columns).drop("id", strict=False)
    buffer = io.BytesIO()
    plain.write_parquet(buffer, compression="zstd", statistics=False)
    return buffer.getvalue()


def _companies(data: Dataset) -> pl.DataFrame:
    return pl.DataFrame([asdict(company) for company in data.companies.values()], schema=_COMPANIES)


def _lines(data: Dataset) -> pl.DataFrame:
    return pl.DataFrame([asdict(line) for line in data.lines], schema=_LINES)


_COMPANIES: Final[dict[str, Any]] = {
    field: pl.Int64 if field == "fiscal_year_end_month" else pl.String for field in Company.__dataclass_fields__
}
_KINDS: Final[dict[str, Any]] = {
    "ordinary_per_unit": pl.Float64, "subdivision": pl.Float64, "effective_from": pl.Date, "primary": pl.Boolean,
}  # fmt: skip
_LINES: Final[dict[str, Any]] = {field: _KINDS.get(field, pl.String) for field in Line.__dataclass_fields__}


def _json(asked: Asked) -> bytes:
    formulas = {name: _stated(definition) for name, definition in asked.definitions.items()}
    stated = {**asdict(asked), "as_of": asked.as_of.isoformat(), "definitions": formulas, "format": FORMAT}
    # The order of companies and metrics is the brief's own and means something: keys are not sorted.
    return (json.dumps(stated, indent=1, ensure_ascii=False) + "\n").encode()


def _stated(definition: MetricDefinition) -> dict[str, Any]:
    """The definition without the file it was read from, which is another on another machine."""
    return {name: value for name, value in asdict(definition).items() if name != "origin"}


# ---- reading ---------------------------------------------------------------------------------------------------------


def read_asked(data: bytes) -> Asked:
    """request.json as it was written. Raises Newer for one of a later format, ValueError for anything else."""
    try:
        stated = json.loads(data)
        if not isinstance(stated, dict) or not isinstance(stated.get("format"), int):
            raise ValueError("it states no format")
        if stated["format"] > FORMAT:
            raise Newer(f"{ASKED} is of format {stated['format']}; this version reads up to {FORMAT}")
        return Asked(
            stated["brief"],
            stated["subject"],
            dict(stated["roles"]),
            date.fromisoformat(stated["as_of"]),
            stated["currency"],
            tuple(stated["metrics"]),
            {name: _definition(entry) for name, entry in stated["definitions"].items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it lacks or misstates {error}") from error


def _definition(entry: Mapping[str, Any]) -> MetricDefinition:
    known = {name: entry[name] for name in MetricDefinition.__dataclass_fields__ if name in entry}
    return MetricDefinition(**{**known, "positive": tuple(entry["positive"])})

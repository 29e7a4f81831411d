"""Columns of a table: those an audience lists, those of which something is known, and how each writes its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from peerbench.brief.context import Desk
from peerbench.core.currencies import before_amount
from peerbench.core.document import Column

TRACE: Final = Column("trace", "Trace", 9.0)
PRICE: Final = "price"  # the pseudo-metric of a listing's own close
BARE: Final = {"times": "n1", "fraction": "bpct1", "money": "bn0", "shares": "m0", "pure": "n2", "count": "count"}
FINER: Final = {"bn0": (10e9, "bn1"), "bn1": (1e9, "bn2")}  # below this much one decimal more
# Tables with columns of an audience's own: the key that lists them, a column's usual width, and what is added, in mm.
COLUMNS: Final = {
    "table.summary": ("summary", 13.9, 0.0),
    "table.wide": ("wide", 14.0, 0.0),
    "table.comps": ("comps", 12.0, TRACE.width_mm),
    "table.levels": ("level_columns", 20.0, TRACE.width_mm),
    "table.balance": ("balance", 12.0, 0.0),
}


def entries(desk: Desk, table: str) -> list[Mapping[str, Any]]:
    """What the audience lists for a table: {metric, head, group, width}; a metric's id alone is short for it."""
    listed = desk.audience.settings.get(COLUMNS[table][0]) or ()
    return [{"metric": entry} if isinstance(entry, str) else entry for entry in listed]


def columns(desk: Desk, table: str) -> tuple[Column, ...]:
    """The columns of a table that the audience lists; those of which nothing is known are left out."""
    _, width, more = COLUMNS[table]
    kept = [entry for entry in entries(desk, table) if known(desk, entry["metric"])]
    made = tuple(_column(desk, entry, width) for entry in kept)
    return (*made, TRACE) if more else made


def _column(desk: Desk, entry: Mapping[str, Any], width: float) -> Column:
    key = entry["metric"]
    head = entry.get("head") or desk.evidence.definitions[key].short
    return Column(key, head, float(entry.get("width", width)), entry.get("group", ""))


def known(desk: Desk, key: str) -> bool:
    """Whether the study has a figure, or a reason other than absence, of any company."""
    ev = desk.evidence
    if key == PRICE:
        return bool(desk.study.listings)
    return ev.has(key) and any(ev.money(company, key).status != "missing" for company in ev.everyone)


def left_out(desk: Desk, table: str) -> str:
    """The columns that are not printed because nothing is known of any company."""
    listed = [entry["metric"] for entry in entries(desk, table)]
    gone = [metric for metric in listed if metric != PRICE and desk.evidence.has(metric)]
    names = [desk.evidence.definitions[metric].short for metric in gone if not known(desk, metric)]
    return f"Known for no company: {'; '.join(names)}." if names else ""


def printed(cols: Sequence[Column]) -> tuple[str, ...]:
    """The keys of the columns that take a cell: the trace is put in by the renderer."""
    return tuple(column.key for column in cols if column.key != TRACE.key)


def metrics(cols: Sequence[Column]) -> tuple[str, ...]:
    """The metrics among the columns."""
    return tuple(key for key in printed(cols) if key != PRICE)


def skipped(desk: Desk, key: str) -> bool:
    """A statistic of a listing's price or of a size says nothing and is left blank."""
    return key == PRICE or desk.evidence.definitions[key].id in ("market_cap", "enterprise_value")


def bare(desk: Desk, metric: str) -> str:
    """The format of a column of this metric: unit in the head, never in the cell. `formats` of the audience wins."""
    chosen = (desk.audience.settings.get("formats") or {}).get(metric)
    format = str(chosen or BARE.get(desk.evidence.definitions[metric].unit, "n1"))
    return _finer(desk, metric, format) if format in FINER else format


def _finer(desk: Desk, metric: str, format: str) -> str:
    """Billions with a decimal more where every company's are small; a column keeps one number of decimals."""
    sizes = [abs(value) for company in desk.evidence.everyone if (value := desk.evidence.money(company, metric).value)]
    for coarse in ("bn0", "bn1"):
        if format == coarse and max(sizes, default=FINER[coarse][0]) < FINER[coarse][0]:
            format = FINER[coarse][1]
    return format


def measure(desk: Desk, metric: str) -> str:
    """A measure's name in the first column, with its unit."""
    definition = desk.evidence.definitions[metric]
    unit = {"times": "times", "fraction": "%", "money": f"{before_amount(desk.evidence.currency)}bn"}.get(
        definition.unit, ""
    )
    name = (desk.audience.settings.get("heads") or {}).get(metric) or definition.short
    return f"{name}, {unit}" if unit else str(name)

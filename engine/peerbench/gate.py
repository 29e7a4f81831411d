"""The send gate: what must be true of an issue before it is published and sent. Nothing is drawn before it is asked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from peerbench.brief.assemble import Frames
from peerbench.brief.study import Study
from peerbench.config.values import Gate
from peerbench.core.document import Brief, Number, Page, Table, Text
from peerbench.core.findings import Finding
from peerbench.normalise.reading import say
from peerbench.normalise.securities import trading_days

ROLLING: Final = r"^\d+[dwy]$"  # periods of metrics whose window ends on the as-of day


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the gate says: the digest of the figures, what holds the issue back, whether nothing has changed."""

    figures: str
    stops: tuple[Finding, ...] = ()
    unchanged: bool = False


def judge(gate: Gate, study: Study, frames: Frames, briefs: Sequence[Brief], *, last: str = "") -> Ruling:
    """The ruling on an issue; `last` is the digest of the figures of the issue before it, if there was one."""
    figures = digest(frames)
    if gate.hold_unchanged and figures == last:
        return Ruling(figures, (_unchanged(),), unchanged=True)
    stops = (
        *(_stale(study, gate.prices_within) if gate.prices_within else ()),
        *_few_peers(study, frames, gate.minimum_peers),
        *(finding for brief in briefs if gate.hold_blank for finding in _blank(brief)),
    )
    return Ruling(figures, stops)


def digest(frames: Frames) -> str:
    """Of every figure of every company: what it is, its value or why it has none. Days and sources do not count.

    A price that moves is another figure; the same closes on a later day are not. So measures over a window of days,
    weeks or years (volatility, drawdown, 52-week high), which move by the calendar alone, are left out: a new close
    counts by the price itself.
    """
    kept = ("company", "metric", "segment", "period", "value", "unit", "currency", "status")
    lasting = frames.converted.filter(~pl.col("period").str.contains(ROLLING).eq_missing(True))
    rows = lasting.select(column for column in kept if column in lasting.columns)
    roles = frames.comparison.select("company", "role").unique()
    text = "".join(frame.sort(frame.columns, nulls_last=True).write_csv() for frame in (rows, roles))
    return hashlib.sha256(text.encode()).hexdigest()


def _unchanged() -> Finding:
    message = "Every figure is that of the last issue."
    return Finding("gate", "error", message, "gate: {unchanged: pass} issues it nevertheless.")


# ---- stale -----------------------------------------------------------------------------------------------------------


def _stale(study: Study, within: int) -> Iterator[Finding]:
    """The newest close of a company that is too old on the as-of day; of one without any the figures are missing."""
    day = study.evidence.as_of
    for company in (study.evidence.subject, *study.evidence.peers):
        close = _close(study, company, day)
        if close is None:
            message = f"{study.evidence.name(company)} has no price of the last days before {say(day)}."
            yield Finding("gate", "error", message, "Add its closes to the data.", subject=company)
        elif (age := trading_days(close, day)) > within:
            message = (
                f"The last close of {study.evidence.name(company)} is of {say(close)}, {age} sessions before "
                f"{say(day)}; {within} are allowed."
            )
            yield Finding("gate", "error", message, "Pull the prices, or raise gate: prices_within.", subject=company)


def _close(study: Study, company: str, day: date) -> date | None:
    listing = study.listings.get(company)
    if listing is None or listing.price.value is None:
        return None
    mine = (pl.col("company") == company) & (pl.col("line") == listing.line) & (pl.col("date") <= day)
    found = study.data.prices.filter(mine)["date"].max()
    return found if isinstance(found, date) else None


# ---- peers -----------------------------------------------------------------------------------------------------------


def _few_peers(study: Study, frames: Frames, minimum: int) -> Iterator[Finding]:
    """Core peers of which less than half of what the brief asks for is known."""
    asked = tuple(dict.fromkeys(metric for group in study.groups.values() for metric in group))
    known = {company: _known(frames, company, asked) for company in study.evidence.peers}
    good = [company for company, count in known.items() if 2 * count >= len(asked)]
    if len(good) < minimum:
        told = "; ".join(f"{study.evidence.name(company)} has {count}" for company, count in known.items())
        message = (
            f"{len(good)} of {len(known)} core peers have at least half of the {len(asked)} metrics; {minimum} are "
            f"asked for: {told}."
        )
        yield Finding("gate", "error", message, "Complete the data, or lower gate: minimum_peers.")


def _known(frames: Frames, company: str, asked: Sequence[str]) -> int:
    rows = frames.converted.filter((pl.col("company") == company) & pl.col("metric").is_in(asked))
    # Not meaningful and excluded are answers; missing and stale are gaps.
    return rows.filter(pl.col("status").is_in(("ok", "not_meaningful", "excluded")))["metric"].n_unique()


# ---- blank -----------------------------------------------------------------------------------------------------------


def _blank(brief: Brief) -> Iterator[Finding]:
    """Pages without a block, and tables without one figure or word in their cells."""
    for page in brief.pages:
        blocks = [block for row in page.rows for slot in row.slots for block in slot]
        if not blocks:
            yield _empty(brief, f"the page {page.id}")
        yield from (
            _empty(brief, f"the table {_named(block, page)}")
            for block in blocks
            if isinstance(block, Table) and not _says(block)
        )


def _empty(brief: Brief, what: str) -> Finding:
    message = f"Of the brief for {brief.meta.audience}, {what} is blank."
    return Finding("gate", "error", message, "gate: {blank: pass} issues it nevertheless.", subject=brief.meta.audience)


def _named(table: Table, page: Page) -> str:
    return f"{table.id} on the page {page.id}"


def _says(table: Table) -> bool:
    """Whether any cell holds a value, or words that are not a mark for nothing."""
    spans = [span for row in table.rows for cell in row.cells for span in cell.spans]
    return any(
        span.value is not None
        if isinstance(span, Number)
        else not isinstance(span, Text) or bool(span.text.strip("–- "))
        for span in spans
    )

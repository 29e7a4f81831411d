"""Which period a number is said of, and whether it is that of the year before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from peerbench.factcheck.mentions import Named
from peerbench.factcheck.periods import Period
from peerbench.factcheck.scan import Scan
from peerbench.factcheck.statement import Statement
from peerbench.factcheck.which_measure import FROM


def with_period(scan: Scan, one: Statement, clause: tuple[int, int]) -> Statement:
    """The statement with the period nearest to it: of its clause, its sentence, or carried over."""
    own = next((p for p in scan.periods if p.kind != "other" and 0 <= p.start - one.quantity.end <= 6), None)
    one = replace(one, prior=own is None and _prior(scan, one))
    usable = [p for p in scan.periods if p.kind != "other"]
    spans = [p for p in scan.periods if p.years and "pledge" in one.literal]
    if spans:
        return replace(one, period=spans[0], period_how="own")
    inside = [p for p in usable if clause[0] <= p.start < clause[1]]
    if one.measure is not None:
        inside += [p for p in usable if p not in inside and _touches(p, one.measure)]
    if inside:
        return replace(one, period=_nearest(scan, inside, one), period_how="own")
    if usable:
        opening = usable[0].start - scan.start < 16 and len(usable) == 1
        near = _nearest(scan, usable, one)
        trailing = len(usable) == 1 and near.start > one.quantity.end and not any(
            one.quantity.end <= q.start < near.start for q in scan.quantities
        )  # fmt: skip
        return replace(one, period=near, period_how="own" if opening or trailing else "sentence")
    if any(p.kind == "other" and clause[0] <= p.start < clause[1] and not p.years for p in scan.periods):
        other = next(p for p in scan.periods if p.kind == "other" and clause[0] <= p.start < clause[1])
        return replace(one, period=other, period_how="own")
    if scan.memory.period is not None:
        return replace(one, period=scan.memory.period, period_how="carried")
    return one


def dated(scan: Scan, one: Statement) -> Statement:
    """A price has a day and a balance a date: what another clause says of a quarter is not theirs."""
    kinds = {scan.lexicon.series[name].kind for name in one.literal}
    day = one.period is not None and one.period.kind == "day" and one.period_how == "own"
    if (kinds == {"market"} and not day) or (kinds == {"stock"} and one.period_how in ("sentence", "carried")):
        return replace(one, period=None, period_how="")
    return one


def _touches(period: Period, named: Named) -> bool:
    return 0 <= named.start - period.end <= 3 or 0 <= period.start - named.end <= 8


def _nearest(scan: Scan, found: Sequence[Period], one: Statement) -> Period:
    """The period nearest to the number; one right behind it ("… in fiscal 2024") before one ahead of it."""

    def distance(period: Period) -> float:
        if period.start >= one.quantity.end:
            between = scan.text[one.quantity.end : period.start]
            crossed = any(one.quantity.end <= q.start < period.start for q in scan.quantities)
            return len(between) * (0.5 if re.fullmatch(r"\s*(?:\w+\s+){0,2}", between) else 1.0) + 60 * crossed
        crossed = any(period.end <= q.start < one.quantity.start for q in scan.quantities)
        return one.quantity.start - period.end + 20 * crossed

    return min(found, key=distance)


def _prior(scan: Scan, one: Statement) -> bool:
    """A number said of the year before: "compared with RMB 941bn a year earlier", "up from …"."""
    after = (one.quantity.end, min(scan.end, one.quantity.end + 40))
    spans = scan.lexicon.lists["prior"].spans(scan.text, *after)
    following = any(a - one.quantity.end <= 8 for a, _ in spans)
    before = scan.text[max(scan.start, one.quantity.start - 30) : one.quantity.start]
    since = FROM.search(before) is not None
    from_to = re.search(r"\bfrom\b[^.;]*\Z", before) and re.match(
        r"[^.;,]{0,40}?\bto\b", scan.text[one.quantity.end : one.quantity.end + 45]
    )
    if one.kind == "change" or (one.quantity.unit == "fraction" and one.kind != "level"):
        return False
    if from_to:
        return True
    return (since and (following or "from" in before)) or (following and since)

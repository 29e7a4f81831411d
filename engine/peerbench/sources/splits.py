"""Share splits: read from earnings and counts that later filings restate by one round factor, put on lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from peerbench.core.companies import Line

_ROUND: Final = (1.5, *range(2, 11), 12, 15, 20, 25, 30, 40, 50, 100)
_NEAR: Final = 0.02  # earnings of a few cents are rounded hard
_ONE_SPLIT_DAYS: Final = 550  # comparatives are restated over the next four or five filings
_STATED_DAYS: Final = 200


@dataclass(frozen=True, slots=True)
class Split:
    """On `day` one ordinary share became `ratio` shares; below one where shares were merged."""

    company: str
    day: date
    ratio: float
    remark: str


@dataclass(frozen=True, slots=True)
class Restated:
    """A value of one window said twice: by a filing before and by one after."""

    before: float
    after: float
    filed_before: date
    filed: date
    count: bool = True  # a number of shares; earnings of cents may double without a split


def ratio_of(value: float) -> float | None:
    """The round factor that a quotient means, if any: 20.04 is 20, 0.0499 is 1/20."""
    if value <= 0:
        return None
    up = value if value >= 1 else 1 / value
    near = next((number for number in _ROUND if abs(up / number - 1) < _NEAR), None)
    if near is None:
        return None
    return float(near) if value >= 1 else 1 / near


def found(
    company: str, restated: Iterable[Restated], filings: Sequence[date], tagged: Sequence[tuple[date, float]]
) -> tuple[Split, ...]:
    """The splits that restatements tell. `tagged` are days and ratios that filings name; the first of two rules."""
    by_ratio: dict[float, list[Restated]] = defaultdict(list)
    for row in restated:
        ratio = ratio_of(row.after / row.before) if row.before else None
        if ratio is not None:
            by_ratio[ratio].append(row)
    splits: list[Split] = []
    for ratio, rows in by_ratio.items():
        group: list[Restated] = []
        for row in sorted(rows, key=lambda row: row.filed):
            if group and (row.filed - group[0].filed).days > _ONE_SPLIT_DAYS:
                splits += _one(company, ratio, group, filings, tagged)
                group = []
            group.append(row)
        splits += _one(company, ratio, group, filings, tagged)
    return tuple(sorted(splits, key=lambda split: split.day))


def _one(
    company: str, ratio: float, rows: Sequence[Restated], filings: Sequence[date], tagged: Sequence[tuple[date, float]]
) -> list[Split]:
    """One split of several agreeing restatements, among them a count of shares or beside a day that a filing names."""
    if len(rows) < 2:
        return []
    first = rows[0].filed
    last = max((day for day in filings if day < first), default=rows[0].filed_before)
    if any(row.filed_before >= first for row in rows if row.filed == first):
        return []
    days = [day for day, named in tagged if last < day <= first and abs(named / ratio - 1) < _NEAR]
    if not days and not any(row.count for row in rows):
        return []
    day = max(days, default=first)
    how = "as tagged" if days else "the day of the first filing that restates"
    what = f"{ratio:g} for 1" if ratio > 1 else f"1 for {1 / ratio:g}"
    return [Split(company, day, ratio, f"split of {what}, told by {len(rows)} restated figures; {how}")]


def on_lines(lines: Sequence[Line], splits: Sequence[Split], currencies: Mapping[str, str]) -> tuple[Line, ...]:
    """The lines with a row from each split on, but where a stated line already tells of it."""
    added: list[Line] = []
    for split in splits:
        own = [line for line in lines if line.company == split.company]
        if any(_tells(line, split) for line in own):
            continue
        newest = {line.line: line for line in sorted(own, key=lambda row: row.effective_from or date.min)}
        if not newest:
            base = Line(split.company, split.company, "", currencies.get(split.company, "USD"), 1.0, None, True)
            newest = {base.line: base}
        for line in newest.values():
            added.append(replace(line, effective_from=split.day, subdivision=split.ratio, remark=split.remark))
    return (*lines, *added)


def _tells(line: Line, split: Split) -> bool:
    if line.effective_from is None or abs((line.effective_from - split.day).days) > _STATED_DAYS:
        return False
    return abs(line.subdivision / split.ratio - 1) < _NEAR

"""Fiscal periods. period_end is inclusive; months = 0 is a point in time; LTM windows are twelve months."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Final

FLOW_WINDOWS: Final = ("ltm", "fy", "quarter", "cy")
STATISTIC_WINDOWS: Final = ("20d", "60d", "200d", "52w", "1y", "3y")
ESTIMATE_WINDOWS: Final = ("fy1", "fy2", "ntm")
WINDOWS: Final = (*FLOW_WINDOWS, "latest", "spot", *ESTIMATE_WINDOWS, *STATISTIC_WINDOWS)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A closed interval of days, both ends inclusive. start is None at a point in time."""

    start: date | None
    end: date

    @property
    def months(self) -> int:
        """Whole months by duration, never by a filing's own label: 0, 3, 6, 9, 12 (METHOD 6)."""
        return 0 if self.start is None else months_of((self.end - self.start).days + 1)


def months_of(days: int) -> int:
    """Classify a duration: 70–120 days a quarter, 140–229 six months, 230–329 nine, 330–420 a year; else −1."""
    for low, high, months in ((70, 120, 3), (140, 229, 6), (230, 329, 9), (330, 420, 12)):
        if low <= days <= high:
            return months
    return -1


def add_months(day: date, months: int) -> date:
    """The same day `months` later, clamped to the month's length; a month end stays a month end."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    length = calendar.monthrange(year, month + 1)[1]
    was_end = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month + 1, length if was_end else min(day.day, length))


def month_end(day: date) -> date:
    """The last day of the month that holds `day`."""
    return date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])


def month_ends(last: date, count: int) -> tuple[date, ...]:
    """The `count` month ends up to and including the last one not after `last`, oldest first."""
    end = month_end(last)
    if end > last:
        end = month_end(add_months(end.replace(day=1), -1))
    return tuple(month_end(add_months(end.replace(day=1), -back)) for back in range(count - 1, -1, -1))


def year_end_month(end: date) -> int:
    """The month a fiscal year ends in: a 52/53-week year that ends on 2 January is one of December."""
    return end.month if end.day > 10 or end == month_end(end) else (end.month - 2) % 12 + 1


def near(first: date, second: date, *, days: int = 10) -> bool:
    """Whether two period ends are the same one for a 52/53-week reporter."""
    return abs((first - second).days) <= days

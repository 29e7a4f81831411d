"""Schedules: five-field cron in a time zone, the times it names, and which of them are due. The clock is an argument.

At clock changes (the rule of Debian's cron): an expression with a fixed minute and hour happens once for each day it
names, at the first minute that exists if its own does not, and the first time if its own comes twice; one whose minute
or hour begins with * follows real time, so that `*/30 * * * *` stays half an hour apart. If both day fields are given
a day matches either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from peerbench.core.findings import did_you_mean

CatchUp = Literal["latest", "all", "none"]
FILING: Final = "new filing"
GRACE: Final = timedelta(hours=1)  # catch_up none: how late a time may be and still count as on time
MOST: Final = 200  # issues of one brief that are caught up at once
_FURTHEST: Final = timedelta(days=366)
_NEVER: Final = timedelta(days=9 * 366)  # 29 February is at most eight years away

_DAYS: Final = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"))}
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), start=1
    )
}
_MACHINES: Final = frozenset({"localtime", "posixrules", "Factory"})  # another time on every machine, or none
_PLACE: Final = "Name a place, whose clock it follows: e.g. America/New_York, Asia/Shanghai; or UTC."
_LONGEST: Final = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_NICKNAMES: Final = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a brief is made by itself: cron in a zone, or when something new is filed (then cron says when to look).

    max_age: how late an issue may still be made; None: however late.
    """

    cron: str = ""
    zone: str = "UTC"
    when: str = ""
    catch_up: CatchUp = "latest"
    max_age: timedelta | None = None
    refresh: bool = True

    def __bool__(self) -> bool:
        return bool(self.cron or self.when)

    @property
    def expression(self) -> str:
        """What is followed, in one line: when it changes the schedule is a new one."""
        return " ".join(part for part in (" ".join(self.cron.split()), self.zone, self.when) if part)

    def day(self, moment: datetime) -> date:
        """The day of a moment where the schedule is kept."""
        return moment.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True, slots=True)
class Due:
    """Times (UTC) to make an issue for, and those passed over with the reason."""

    times: tuple[datetime, ...] = ()
    passed: tuple[datetime, ...] = ()
    reason: str = ""


def times(cron: str, zone: str, *, after: datetime, until: datetime | None = None) -> Iterator[datetime]:
    """The times that a sound expression names, in UTC, later than `after` and not later than `until`."""
    place, last = ZoneInfo(zone), after
    day = after.astimezone(place).date()
    end = (until or after + _NEVER).astimezone(place).date() + timedelta(days=1)
    minutes, hours, *on = fields(cron)
    walls = tuple(time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes))
    starred = [word.startswith("*") for word in cron.split()]
    while day <= end:
        if _named(day, *on, both=starred[2] or starred[4]):
            for moment in _moments(day, walls, place, follows=starred[0] or starred[1]):
                if until is not None and moment > until:
                    return
                if moment > last:
                    yield moment
                    last = moment
        day += timedelta(days=1)


def _named(day: date, days: frozenset[int], months: frozenset[int], weekdays: frozenset[int], *, both: bool) -> bool:
    of_month, of_week = day.day in days, day.isoweekday() % 7 in weekdays
    return day.month in months and ((of_month and of_week) if both else (of_month or of_week))


def _moments(day: date, walls: tuple[time, ...], place: ZoneInfo, *, follows: bool) -> Iterator[datetime]:
    """When the clocks of a zone show these times of a day, in order; on a day of a clock change by the rule above."""
    offsets = {datetime.combine(at, time(), place).utcoffset() for at in (day, day + timedelta(days=1))}
    if len(offsets) == 1 and (offset := offsets.pop()) is not None:
        yield from (datetime.combine(day, wall, UTC) - offset for wall in walls)
        return
    shown = (datetime.combine(day, wall) for wall in walls)
    yield from sorted({moment for wall in shown for moment in (_all(wall, place) if follows else _first(wall, place))})


def _all(wall: datetime, place: ZoneInfo) -> tuple[datetime, ...]:
    """Each moment at which the clocks show this: none in an hour that does not exist, two in one that comes twice."""
    found = (wall.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    return tuple(moment for moment in found if moment.astimezone(place).replace(tzinfo=None, fold=0) == wall)


def _first(wall: datetime, place: ZoneInfo) -> tuple[datetime, ...]:
    while not (found := _all(wall, place)):
        wall += timedelta(minutes=1)
    return found[:1]


def upcoming(schedule: Schedule, *, after: datetime, count: int) -> tuple[datetime, ...]:
    """The next times in UTC; none of one that waits for filings alone."""
    return tuple(islice(times(schedule.cron, schedule.zone, after=after), count)) if schedule.cron else ()


def first_seen(now: datetime) -> datetime:
    """Up to when a schedule that is new counts as looked at: the minute in which it is first seen is still to come."""
    return now.replace(second=0, microsecond=0) - timedelta(seconds=1)


def due(schedule: Schedule, *, seen: datetime, now: datetime) -> Due:
    """What is to be made now by a schedule last looked at then.

    A clock that goes back makes nothing due that was due before.
    """
    begin = max(seen, now - _FURTHEST)
    found = tuple(times(schedule.cron, schedule.zone, after=begin, until=now)) if begin < now else ()
    kept, reason = _kept(schedule, found, now)
    return Due(kept, tuple(sorted(set(found) - set(kept))), reason)


def _kept(schedule: Schedule, found: tuple[datetime, ...], now: datetime) -> tuple[tuple[datetime, ...], str]:
    """Of the times found those that get an issue, and why the others do not."""
    oldest = schedule.max_age or (GRACE if schedule.catch_up == "none" else None)
    young = found if oldest is None else tuple(moment for moment in found if now - moment <= oldest)
    most = MOST if schedule.catch_up == "all" else 1
    kept = young[-most:]
    if len(young) < len(found):
        limit = "max_age" if schedule.max_age else "catch_up: none"
        return kept, f"later than {spoken(oldest or GRACE)} ({limit})"
    return kept, f"only the {'latest' if most == 1 else f'latest {MOST}'} is made (catch_up: {schedule.catch_up})"


# ---- mistakes --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with an expression: at which character of it, counting from 1, and the way out."""

    column: int
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    names: Mapping[str, int]

    def number(self, text: str) -> int | None:
        if text.upper() in self.names:
            return self.names[text.upper()]
        if not (text.isascii() and text.isdigit()) or len(text) > 2:
            return None
        return int(text) if self.low <= int(text) <= self.high else None


_FIELDS: Final = (
    _Field("minute", 0, 59, {}),
    _Field("hour", 0, 23, {}),
    _Field("day of month", 1, 31, {}),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, 7, _DAYS),
)


def mistakes(cron: str) -> tuple[Mistake, ...]:
    """Everything wrong with a five-field expression; nothing if it can happen."""
    if cron.strip().lower() in _NICKNAMES:
        return (Mistake(1, f"'{cron.strip()}' is a nickname", f"Write '{_NICKNAMES[cron.strip().lower()]}'."),)
    words = [(match.start() + 1, match.group()) for match in re.finditer(r"\S+", cron)]
    if len(words) != len(_FIELDS):
        hint = "Write minute, hour, day of month, month, day of week, e.g. '0 7 * * 1-5'."
        return (Mistake(1, f"a schedule has five fields, this one has {len(words)}", hint),)
    read = [values(word, column, field) for (column, word), field in zip(words, _FIELDS, strict=True)]
    wrong = tuple(found for _, mistakes in read for found in mistakes)
    return wrong or _impossible(words, [found for found, _ in read])


def fields(cron: str) -> tuple[frozenset[int], ...]:
    """The numbers that each field of a sound expression names; Sunday is 0."""
    read = [values(word, 1, field)[0] for word, field in zip(cron.split(), _FIELDS, strict=True)]
    return (*(frozenset(found) for found in read[:4]), frozenset(day % 7 for day in read[4]))


def values(text: str, column: int, field: _Field) -> tuple[set[int], tuple[Mistake, ...]]:
    """The numbers of one field, and what is wrong with it. column: where it begins."""
    found: set[int] = set()
    wrong: list[Mistake] = []
    for part in text.split(","):
        named = _part(part, column, field)
        if isinstance(named, Mistake):
            wrong.append(named)
        else:
            found |= named
        column += len(part) + 1
    return found, tuple(wrong)


def _part(text: str, column: int, field: _Field) -> set[int] | Mistake:
    """One entry of a list: *, n, n-m, and any of them with /step."""
    span, slash, step = text.partition("/")
    if slash and not (step.isascii() and step.isdigit() and 0 < int(step[:9]) <= field.high):
        return Mistake(column + len(span) + 1, f"'{step}' is not a step of the {field.name}", "Write e.g. */15.")
    if span == "*":
        return set(range(field.low, field.high + 1, int(step or 1)))
    low, dash, high = span.partition("-")
    first, last = field.number(low), field.number(high) if dash else None
    if slash and not dash and first is not None:
        return Mistake(column, f"'{text}' has a step and no end", f"Write {low}-{field.high}/{step}.")
    if first is None or (dash and last is None):
        wrong, offset = (low, 0) if first is None else (high, len(low) + 1)
        return Mistake(column + offset, f"'{wrong}' is no {field.name}", _known(wrong, field))
    if last is None:
        return {first}
    if last < first:
        hint = f"Write e.g. {first}-{field.high},{field.low}-{last}."
        return Mistake(column, f"the {field.name} goes from {low} back to {high}", hint)
    return set(range(first, last + 1, int(step or 1)))


def _known(text: str, field: _Field) -> str:
    letters = "".join(sign for sign in text if sign.isalpha()).upper()
    if field.names and letters and letters not in ("L", "W", "LW"):
        return did_you_mean(letters[:3], field.names)
    if any(sign in text.upper() for sign in "LW#?"):
        return "L, W, # and ? are no part of five-field cron."
    return f"It is a number from {field.low} to {field.high}."


def _impossible(words: list[tuple[int, str]], read: list[set[int]]) -> tuple[Mistake, ...]:
    """A day that none of its months has, with no day of the week beside it."""
    days, months = read[2], read[3]
    longest = max(_LONGEST[month] for month in months)
    if min(days) <= longest or not words[4][1].startswith("*"):
        return ()
    named = " or ".join(name.capitalize() for name, number in _MONTHS.items() if number in months)
    message = f"there is never a day {min(days)} in {named}"
    return (Mistake(words[2][0], message, f"The last one is {longest}."),)


def zone_mistake(zone: str) -> Mistake | None:
    """What is wrong with the name of a time zone; nothing if this machine knows it."""
    if zone in _MACHINES or zone.startswith(("right/", "posix/")):
        return Mistake(1, f"'{zone}' is no time zone of the IANA list", _PLACE)
    if re.fullmatch(r"(UTC|GMT|Z)?\s*[+-]\s*\d[\d:]*", zone.strip(), re.IGNORECASE):
        return Mistake(1, f"'{zone}' is a distance from UTC, no time zone", _PLACE)
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):  # not found; no name at all; a folder of names
        return _unknown_zone(zone, available_timezones())
    return None


def _unknown_zone(zone: str, known: set[str]) -> Mistake:
    if not known:
        return Mistake(1, "this machine has no time zone data", "Install the system's package tzdata, or Python's.")
    tails = {name.rpartition("/")[2].lower(): name for name in sorted(known, reverse=True) if "/" in name}
    plain = zone.strip().replace(" ", "_").lower()
    if plain in tails:
        return Mistake(1, f"unknown time zone '{zone}'", f"Did you mean '{tails[plain]}'?")
    hint = did_you_mean(zone, known)
    way = hint if hint.startswith("Did") else _PLACE
    return Mistake(1, f"unknown time zone '{zone}'", way)


# ---- lengths of time -------------------------------------------------------------------------------------------------

_UNITS: Final = {"m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "d": 86_400, "day": 86_400, "week": 604_800}


def length(text: str) -> timedelta | None:
    """A length of time as people write it: 90 minutes, 36h, 2 days. None if it is not one."""
    match = re.fullmatch(r"\s*(\d{1,5})\s*([A-Za-z]+)\s*", text, re.ASCII)
    unit = match[2].lower() if match else ""
    seconds = _UNITS.get(unit) or (_UNITS.get(unit.removesuffix("s")) if len(unit) > 2 else None)
    return timedelta(seconds=int(match[1]) * seconds) if match and seconds and int(match[1]) else None


def spoken(span: timedelta) -> str:
    """A length of time in words: "2 days", "90 minutes"."""
    seconds = int(span.total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds % size == 0 and seconds:
            return f"{seconds // size} {unit}{'s' * (seconds != size)}"
    return f"{seconds} seconds"

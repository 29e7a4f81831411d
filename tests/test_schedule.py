"""Schedules against a walk through the year minute by minute, and what is due after sleep and by bad clocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbench.schedule import (
    GRACE,
    MOST,
    Schedule,
    due,
    fields,
    first_seen,
    length,
    mistakes,
    spoken,
    times,
    upcoming,
    zone_mistake,
)  # fmt: skip

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)  # a Monday
# Where the clocks change by an hour, by half an hour, not at all, and where a whole day did not come.
YEARS = (
    ("America/New_York", 2026), ("Europe/London", 2026), ("Asia/Shanghai", 2026), ("Australia/Lord_Howe", 2026),
    ("Pacific/Apia", 2011),
)  # fmt: skip
EXPRESSIONS = (
    "0 7 * * 1-5", "30 2 * * *", "15 1,2,3 * * *", "45 1 * 4,10 *", "0 0 * * *", "0 9 1 * 1", "59 23 31 12 *",
    "0 * * * *", "*/20 1-3 * * *", "*/30 * * * SUN", "7-50/20 */6 1-7 * MON",
)  # fmt: skip


@cache
def walked(zone: str, year: int) -> dict[datetime, list[datetime]]:
    """Wall-clock minute → the moments (UTC) when the clocks of the zone show it, from some days before the year on."""
    shown: dict[datetime, list[datetime]] = {}
    moment, end, place = datetime(year - 1, 12, 28, tzinfo=UTC), datetime(year + 1, 1, 4, tzinfo=UTC), ZoneInfo(zone)
    while moment < end:
        shown.setdefault(moment.astimezone(place).replace(tzinfo=None, fold=0), []).append(moment)
        moment += MINUTE
    return shown


def matches(expression: str, year: int) -> Iterator[datetime]:
    """The wall-clock minutes that an expression names, by its definition in crontab(5)."""
    minutes, hours, days, months, weekdays = fields(expression)
    both = any(word.startswith("*") for word in (expression.split()[2], expression.split()[4]))
    day = date(year - 1, 12, 29)
    while day < date(year + 1, 1, 3):
        of_month, of_week = day.day in days, day.isoweekday() % 7 in weekdays
        if day.month in months and ((of_month and of_week) if both else (of_month or of_week)):
            for hour, minute in product(sorted(hours), sorted(minutes)):
                yield datetime(day.year, day.month, day.day, hour, minute)
        day += DAY


def brute(expression: str, zone: str, year: int) -> list[datetime]:
    shown = walked(zone, year)
    follows = any(word.startswith("*") for word in expression.split()[:2])
    found: set[datetime] = set()
    for wall in matches(expression, year):
        if follows:  # real time: each moment that shows it
            found.update(shown.get(wall, ()))
            continue
        while wall not in shown:  # the first minute that exists
            wall += MINUTE
        found.add(shown[wall][0])  # the first time
    return sorted(moment for moment in found if moment.year == year)


@pytest.mark.parametrize(("zone", "year"), YEARS)
def test_a_year_of_schedules_is_that_of_a_walk_through_its_minutes(zone: str, year: int) -> None:
    begin, end = datetime(year, 1, 1, tzinfo=UTC) - MINUTE, datetime(year + 1, 1, 1, tzinfo=UTC) - MINUTE
    for expression in EXPRESSIONS:
        assert list(times(expression, zone, after=begin, until=end)) == brute(expression, zone, year), expression


@pytest.mark.parametrize(("zone", "year"), YEARS)
def test_a_year_of_schedules_is_that_of_another_library(zone: str, year: int) -> None:
    """cronsim, which follows the same rule. On the two days of a half-hour change it loses part of an hour."""
    from cronsim import CronSim

    begin, end = datetime(year, 1, 1, tzinfo=UTC) - MINUTE, datetime(year + 1, 1, 1, tzinfo=UTC) - MINUTE
    for expression in EXPRESSIONS[:-1] if zone == "Australia/Lord_Howe" else EXPRESSIONS:
        theirs = (found.astimezone(UTC) for found in CronSim(expression, begin.astimezone(ZoneInfo(zone))))
        ours = list(times(expression, zone, after=begin, until=end))
        assert ours == [next(theirs) for _ in ours], expression
        assert next(theirs) > end


@pytest.mark.parametrize(("zone", "year"), YEARS)
def test_a_schedule_asked_from_any_moment_goes_on_where_it_was(zone: str, year: int) -> None:
    """Also from within an hour that comes twice, and from a day that did not come."""
    for expression in ("30 1,2 * * *", "*/20 1-3 * * *"):
        whole = brute(expression, zone, year)
        for place in range(0, len(whole) - 1, max(1, len(whole) // 60)):
            for after in (whole[place], whole[place] + MINUTE, whole[place + 1] - MINUTE):
                expected = next(moment for moment in whole if moment > after)
                assert next(times(expression, zone, after=after)) == expected, (expression, after)


def test_the_hour_that_does_not_exist_and_the_one_that_comes_twice() -> None:
    """New York 2026: 2:30 does not exist on 8 March, 1:30 comes twice on 1 November (5:30 and 6:30 UTC)."""
    spring = list(times("30 2 * * *", "America/New_York", after=datetime(2026, 3, 7, 12, tzinfo=UTC),
                        until=datetime(2026, 3, 9, 12, tzinfo=UTC)))  # fmt: skip
    assert spring == [datetime(2026, 3, 8, 7, 0, tzinfo=UTC), datetime(2026, 3, 9, 6, 30, tzinfo=UTC)]
    autumn = list(times("30 1 * * *", "America/New_York", after=datetime(2026, 11, 1, 0, tzinfo=UTC),
                        until=datetime(2026, 11, 2, 12, tzinfo=UTC)))  # fmt: skip
    assert autumn == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 2, 6, 30, tzinfo=UTC)]


def test_the_day_of_a_schedule_is_that_of_its_zone() -> None:
    """23:30 UTC on Sunday is Monday morning in Shanghai."""
    moment = datetime(2026, 1, 4, 23, 30, tzinfo=UTC)
    assert Schedule("30 7 * * 1", "Asia/Shanghai").day(moment) == date(2026, 1, 5)
    assert Schedule("30 7 * * 1", "UTC").day(moment) == date(2026, 1, 4)


def test_the_next_times_are_told_and_none_of_one_that_waits_for_filings() -> None:
    weekly = Schedule("0 7 * * MON", "Europe/London")
    assert upcoming(weekly, after=NOON, count=2) == (
        datetime(2026, 1, 12, 7, tzinfo=UTC), datetime(2026, 1, 19, 7, tzinfo=UTC),
    )  # fmt: skip
    assert upcoming(Schedule(when="new filing"), after=NOON, count=2) == ()


# ---- what is due -----------------------------------------------------------------------------------------------------

HOURLY = Schedule("0 * * * *", "UTC", catch_up="all")


def test_the_minute_in_which_a_schedule_is_first_seen_counts_and_nothing_before() -> None:
    for now, expected in ((NOON + timedelta(seconds=40), (NOON,)), (NOON, (NOON,)), (NOON + MINUTE, ())):
        assert due(HOURLY, seen=first_seen(now), now=now).times == expected


@pytest.mark.parametrize(
    ("schedule", "kept", "passed"),
    [
        (Schedule("0 * * * *", catch_up="all"), (10, 11, 12), ()),
        (Schedule("0 * * * *", catch_up="latest"), (12,), (10, 11)),
        (Schedule("0 * * * *", catch_up="none"), (12,), (10, 11)),
        (Schedule("15 * * * *", catch_up="none"), (11,), (10,)),  # 45 minutes late is still on time
        (Schedule("0 11 * * *", catch_up="none"), (11,), ()),
        (Schedule("59 10 * * *", catch_up="none"), (), (10,)),
        (Schedule("0 * * * *", catch_up="all", max_age=timedelta(minutes=90)), (11, 12), (10,)),
        (Schedule("0 10 * * *", catch_up="latest", max_age=timedelta(minutes=90)), (), (10,)),
    ],
)
def test_after_a_standstill(schedule: Schedule, kept: tuple[int, ...], passed: tuple[int, ...]) -> None:
    """Last looked at at half past nine, now it is noon."""
    seen = NOON - timedelta(hours=2, minutes=30)
    found = due(schedule, seen=seen, now=NOON)
    assert tuple(moment.hour for moment in found.times) == kept
    assert tuple(moment.hour for moment in found.passed) == passed
    assert found.reason


def test_what_is_caught_up_at_once_is_bounded() -> None:
    minutely = Schedule("* * * * *", catch_up="all")
    found = due(minutely, seen=NOON - DAY, now=NOON)
    assert len(found.times) == MOST
    assert found.times[-1] == NOON
    assert len(found.times) + len(found.passed) == 24 * 60


def test_a_clock_that_goes_back_makes_nothing_due() -> None:
    assert due(HOURLY, seen=NOON, now=NOON - timedelta(hours=3)).times == ()
    assert due(HOURLY, seen=NOON, now=NOON).times == ()


@given(st.lists(st.integers(-180, 900), min_size=1, max_size=30), st.sampled_from(YEARS))
def test_whatever_the_passes_and_the_clock_do_every_time_comes_once(steps: list[int], where: tuple[str, int]) -> None:
    """Passes at random minutes, some by a clock set back; together they find each time once, none before the first."""
    zone, year = where
    schedule = Schedule("30 1,2 * * *", zone, catch_up="all")
    now = seen = begin = datetime(year, 4, 2, 0, 7, tzinfo=UTC)
    found: list[datetime] = []
    for step in steps:
        now += timedelta(minutes=step)
        found += due(schedule, seen=seen, now=now).times
        seen = max(seen, now)
    assert found == [moment for moment in brute(schedule.cron, zone, year) if begin < moment <= seen]


def test_another_expression_or_zone_is_another_schedule() -> None:
    one = Schedule("0 7 * * 1", "UTC")
    assert one.expression == Schedule(" 0  7 * * 1", "UTC", catch_up="all").expression
    assert len({one.expression, Schedule("0 7 * * 2").expression, Schedule("0 7 * * 1", "Asia/Tokyo").expression}) == 3
    assert not Schedule()
    assert Schedule(when="new filing")


# ---- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "column", "said"),
    [
        ("0 7 30 2 *", 5, "never a day 30 in Feb"),
        ("0 7 31 4,6 */1", 5, "never a day 31 in Apr or Jun"),
        ("61 7 * * *", 1, "'61' is no minute"),
        ("0 24 * * *", 3, "'24' is no hour"),
        ("0 7 0 * *", 5, "'0' is no day of month"),
        ("0 7 * 13 *", 7, "'13' is no month"),
        ("0 7 * * 8", 9, "'8' is no day of week"),
        ("0 7 * JAN,FEV *", 11, "'FEV' is no month"),
        ("0 7 * * 5-1", 9, "from 5 back to 1"),
        ("*/0 * * * *", 3, "'0' is not a step"),
        ("5/15 * * * *", 1, "a step and no end"),
        ("1,,2 * * * *", 3, "'' is no minute"),
        ("0 7 * * 5L", 9, "'5L' is no day of week"),
        ("0 7 * * 1#2", 9, "'1#2' is no day of week"),
        ("0 7 * *", 1, "five fields, this one has 4"),
        ("0 0 7 * * *", 1, "five fields, this one has 6"),
        ("@daily", 1, "nickname"),
        ("٣ * * * *", 1, "is no minute"),
        ("", 1, "five fields, this one has 0"),
    ],
)
def test_an_expression_that_cannot_be_is_refused_at_its_place(expression: str, column: int, said: str) -> None:
    found = mistakes(expression)
    assert [one.column for one in found] == [column]
    assert said in found[0].message
    assert found[0].hint


def test_a_span_that_goes_over_the_end_is_told_as_the_two_that_it_is() -> None:
    (found,) = mistakes("0 7 * 11-2 FRI-MON")[:1]
    assert found.hint == "Write e.g. 11-12,1-2."
    assert mistakes("0 7 * * FRI-MON")[0].hint == "Write e.g. 5-7,0-1."
    assert mistakes("0 7 * 11-12,1-2 5-7,0-1") == ()


def test_every_field_that_is_wrong_is_told_at_once() -> None:
    assert [one.column for one in mistakes("60 24 32 13 MOM")] == [1, 4, 7, 10, 13]


@pytest.mark.parametrize("expression", ["0 7 29 2 *", "0 7 30 2 MON", "0 7 31 1,2 *", *EXPRESSIONS])
def test_an_expression_that_can_be_is_taken(expression: str) -> None:
    assert mistakes(expression) == ()
    assert next(times(expression, "UTC", after=NOON)) > NOON


FIELD = st.one_of(
    st.just("*"), st.integers(0, 70).map(str), st.text("0123456789*/,-LWAMON#", min_size=1, max_size=7),
)  # fmt: skip


@given(st.tuples(FIELD, FIELD, FIELD, FIELD, FIELD).map(" ".join))
def test_what_is_taken_can_be_followed(expression: str) -> None:
    """No expression passes here and fails, or never happens, in the library that follows it."""
    if not mistakes(expression):
        assert next(times(expression, "UTC", after=NOON)) > NOON


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("America/New_Yrok", "Did you mean 'America/New_York'?"),
        ("New York", "Did you mean 'America/New_York'?"),
        ("shanghai", "Did you mean 'Asia/Shanghai'?"),
        ("Mars/Base", "Name a place"),
        ("../../etc/passwd", "Name a place"),
        ("America", "Did you mean 'America/"),
        ("", "Name a place"),
        ("UTC+3", "Name a place"),  # Etc/GMT+3, which looks like it, is three hours behind
        ("GMT+5", "Name a place"),
        ("+01:00", "Name a place"),
        ("localtime", "Name a place"),  # another on every machine
        ("right/UTC", "Name a place"),  # counts leap seconds
    ],
)
def test_a_zone_that_nobody_knows_is_refused_with_the_nearest(zone: str, hint: str) -> None:
    found = zone_mistake(zone)
    assert found is not None
    assert found.hint.startswith(hint)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Etc/GMT+5"])
def test_a_zone_of_the_list_is_taken(zone: str) -> None:
    assert zone_mistake(zone) is None


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("90 minutes", 90), ("36h", 2160), ("2 days", 2880), ("1 week", 10_080), ("5m", 5), ("1 hour", 60)],
)
def test_a_length_of_time_as_people_write_it(text: str, minutes: int) -> None:
    assert length(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "soon", "5", "0 days", "-2 days", "1.5h", "3s", "2 fortnights"])
def test_what_is_no_length_of_time_is_none(text: str) -> None:
    assert length(text) is None


def test_a_length_is_spoken_in_its_largest_whole_unit() -> None:
    assert [spoken(span) for span in (2 * DAY, GRACE, 90 * MINUTE)] == ["2 days", "1 hour", "90 minutes"]

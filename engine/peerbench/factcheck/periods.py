"""Periods and days as a text names them, and the windows that a company's calendar makes of them.

"FY2025" is the fiscal year that ends in 2025; "2024" and "Q4 2024" are calendar periods unless the word fiscal stands
by them: fiscal and calendar are never confused (METHOD 6), so a figure of the other kind is a slip.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

from peerbench.core.periods import add_months, month_end

Kind = Literal["fy", "quarter", "half", "nine_months", "cy", "ltm", "day", "latest_fy", "latest_quarter", "other"]

MONTHS: Final = {
    name: at
    for at, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), 1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH: Final = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_YEAR: Final = r"(?:19|20)\d\d"
_NTH: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_DATE: Final = (
    rf"(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{_YEAR}|\d{{1,2}}\s+{_MONTH}\s+{_YEAR}|"
    rf"{_YEAR}-\d\d-\d\d|{_MONTH}\s+{_YEAR})"
)
_ENDED: Final = r"(?:that\s+)?(?:end(?:ed|ing|s)?(?:\s+(?:in|on))?|to|through)\s+(?:the\s+end\s+of\s+)?"
_PATTERNS: Final = (
    ("fy_ended", rf"(?:the\s+)?(?:fiscal|financial)?\s*year\s+{_ENDED}(?P<fe>{_DATE})"),
    ("twelve_ended", rf"(?:the\s+)?(?:twelve|12)\s+months\s+{_ENDED}(?P<te>{_DATE})"),
    ("quarter_ended", rf"(?:the\s+)?(?:(?:fiscal\s+)?(?:first|second|third|fourth)?\s*quarter|"
        rf"three\s+months)\s+{_ENDED}(?P<qe>{_DATE})"),
    ("half_ended", rf"(?:the\s+)?(?:half[- ]year|six\s+months)\s+{_ENDED}(?P<he>{_DATE})"),
    ("nine_ended", rf"(?:the\s+)?nine\s+months\s+{_ENDED}(?P<ne>{_DATE})"),
    ("fiscal_quarter", rf"(?:fiscal\s+Q(?P<fq1>[1-4])(?:\s+(?:of\s+)?(?P<fqy1>{_YEAR}))?|"
        rf"Q(?P<fq2>[1-4])\s+(?:of\s+)?(?:FY\s?|fiscal\s+(?:year\s+)?)(?P<fqy2>{_YEAR}|\d\d)\b|"
        r"(?P<fq3>first|second|third|fourth)\s+(?:fiscal\s+quarter\s+of\s+|"
        rf"quarter\s+of\s+(?:fiscal(?:\s+year)?|FY)\s?)(?P<fqy3>{_YEAR})|FY(?P<fqy4>{_YEAR}|"
        r"\d\d)\s?Q(?P<fq4>[1-4])|Q(?P<fq5>[1-4])FY(?P<fqy5>\d\d))"),
    ("fiscal_nth", rf"fiscal\s+(?P<fn>first|second|third|fourth)[- ]quarter(?:\s+(?:of\s+)?(?P<fny>{_YEAR}))?"),
    ("months_of", rf"(?:the\s+)?first\s+(?P<mo>six|nine|three)\s+months\s+of\s+(?P<moy>{_YEAR})"),
    ("quarter_of_month", rf"(?:the\s+)?(?P<qm>March|June|September|December)\s+(?P<qmy>{_YEAR})\s+quarter"),
    ("month_quarter", r"(?:the\s+)?(?P<mq>March|June|September|"
        rf"December)\s+quarter(?:\s+(?:of\s+)?(?P<mqy>{_YEAR}))?"),
    ("quarter", rf"(?:Q(?P<q1>[1-4])[\s,']*(?:of\s+|in\s+)?(?P<qy1>{_YEAR}|\d\d)?\b|"
        rf"(?P<q2>[1-4])Q\s?(?P<qy2>{_YEAR}|\d\d)\b|(?P<q3>first|second|third|fourth|1st|2nd|3rd|"
        rf"4th)[- ]quarter(?:\s+(?:of\s+|in\s+)?(?P<qy3>{_YEAR}))?)"),
    ("half", rf"(?:(?:the\s+)?(?P<h1>first|second)\s+half(?:\s+(?:of\s+)?(?P<hy1>{_YEAR}))|"
        rf"H(?P<h2>[12])\s?(?P<hy2>{_YEAR})|(?P<h3>[12])H\s?(?P<hy3>{_YEAR}|\d\d)\b)"),
    ("fy", rf"(?:FY\s?'?(?P<y1>{_YEAR}|\d\d)\b|(?:fiscal|financial)(?:\s+year)?\s+'?(?P<y2>{_YEAR})|"
        rf"(?P<y3>{_YEAR})\s+(?:fiscal|financial)\s+year)"),
    ("cy", rf"(?:CY\s?(?P<c1>{_YEAR})|calendar(?:\s+year)?\s+(?P<c2>{_YEAR}))"),
    ("ltm", r"(?:the\s+)?(?:last|past|trailing|previous|latest)\s+(?:twelve|12|four)[\s-]+(?:months|"
        r"quarters)|\bTTM\b|\bLTM\b|trailing[- ]twelve[- ]month"),
    ("date", rf"(?P<d>{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{_YEAR}|\d{{1,2}}\s+{_MONTH}\s+{_YEAR}|"
        rf"{_YEAR}-\d\d-\d\d)"),
    ("month", rf"(?P<m>{_MONTH})\s+(?P<my>{_YEAR})"),
    ("latest_fy", r"(?:the\s+)?(?:last|latest|most recent|past)\s+(?:fiscal|financial)\s+year"),
    ("latest_quarter", r"(?:the\s+|its\s+)?(?:last|latest|most recent)\s+(?:reported\s+)?quarter"),
    ("last_year", r"last\s+year(?!\s+(?:ago|before))"),
    ("relative", rf"this\s+(?:fiscal\s+)?(?:year|quarter)|next\s+(?:fiscal\s+)?(?:year|quarter)|"
        rf"the\s+mid-{_YEAR}s|(?:the\s+)?{_YEAR}s\b|mid-{_YEAR}s"),
    ("span", r"(?:over|in|during|within|for)\s+(?:the\s+)?(?:next|coming|past|last|"
        r"previous)?\s*(?P<n>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|"
        r"ten)[\s-]+(?P<nu>years?|months?|quarters?|decades?)|(?P<n2>\d{1,2}|one|two|three|four|"
        r"five|ten)-(?P<nu2>year|month|quarter|day)\b"),
    ("day_month", rf"\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?!\s*(?:%|billion|million))"),
    ("year", rf"(?P<y>{_YEAR})(?!\s*(?:models|employees|stores|people|companies|million|billion|%))"),
)  # fmt: skip
_ALL: Final = tuple(
    (name, re.compile(rf"(?<![\w$¥€£.,-])(?:{pattern})(?![\w])", re.IGNORECASE if name not in ("day_month",) else 0))
    for name, pattern in _PATTERNS
)
_QUICK: Final = re.compile(r"\d|year|quarter|month|half|TTM|LTM|trailing", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """A period phrase. year, part and end say what was written: part is the quarter or half, end a day.

    fiscal: said to be fiscal. bare: neither fiscal nor calendar was said, so that the other may be meant.
    """

    start: int
    end: int
    kind: Kind
    words: str
    year: int | None = None
    part: int | None = None
    day: date | None = None
    fiscal: bool = False
    bare: bool = False
    years: float | None = None  # of a span over several years


Said = Mapping[str, str]  # what each group of a pattern matched
Reader = Callable[[Said], Period]


def periods(text: str, start: int, end: int) -> tuple[Period, ...]:
    """Every period phrase between two offsets, the longest and most telling first where they overlap."""
    if not _QUICK.search(text, start, end):
        return ()
    found: list[Period] = []
    for name, pattern in _ALL:
        for match in pattern.finditer(text, start, end):
            if not any(one.start < match.end() and match.start() < one.end for one in found):
                found.append(_made(name, match))
    return tuple(sorted(found, key=lambda one: one.start))


def _made(name: str, match: re.Match[str]) -> Period:
    """The period that a pattern's phrase names."""
    said = {key: value for key, value in match.groupdict().items() if value is not None}
    read = _READERS.get(name, _other)
    return replace(read(said), start=match.start(), end=match.end(), words=" ".join(match.group().split()))


# ---- readers: what the groups of a pattern say, without its place ----------------------------------------------------


def _period(kind: Kind, year: int | None = None, part: int | None = None, **more: Any) -> Period:
    return Period(0, 0, kind, "", year, part, **more)


def _group(said: Said, name: str) -> str | None:
    """The alternative of a numbered group that was written: of q1, q2, q3 for "q"."""
    return next((value for key, value in said.items() if re.fullmatch(rf"{name}\d", key)), None)


def _ended(kind: Kind) -> Reader:
    """ "three months ended 30 June 2025": a span by its last day."""
    return lambda said: _period(kind, day=day(*said.values()), fiscal=True)


def _day(said: Said) -> Period:
    """ "30 June 2025", "June 2025": a day, or a month's last."""
    return _period("day", day=day(said.get("d") or f"{said['m']} {said['my']}"))


def _numbered(kind: Kind, group: str, **more: bool) -> Reader:
    """ "Q4 2024", "second half of 2023": the part's number in a group, its year in the same with a y."""
    return lambda said: _period(kind, _year(_group(said, f"{group}y")), _part(_group(said, group) or ""), **more)


def _year_of(kind: Kind, **more: bool) -> Reader:
    """ "FY2025", "calendar 2024", "2024": the year is the one thing said."""
    return lambda said: _period(kind, *map(_year, said.values()), **more)


def _months_of(said: Said) -> Period:
    """ "the first six months of 2025"."""
    kind, month = _FIRST_MONTHS[said["mo"].casefold()]
    year = int(said["moy"])
    return _period(kind, year, day=month_end(date(year, month, 1)))


def _month_quarter(said: Said) -> Period:
    """ "the June quarter of 2025", "June 2025 quarter": the quarter that ends with a month."""
    month = MONTHS[(said.get("mq") or said["qm"]).casefold()]
    return _period("quarter", _year(said.get("mqy") or said.get("qmy")), month // 3)


def _other(said: Said) -> Period:
    """A span over several years keeps how many; of anything else nothing is read."""
    number, unit = (said.get(name) or said.get(f"{name}2") or "" for name in ("n", "nu"))
    return _period("other", years=_count(number) if unit.startswith("year") else None)


_FIRST_MONTHS: Final[Mapping[str, tuple[Kind, int]]] = {
    "three": ("quarter", 3),
    "six": ("half", 6),
    "nine": ("nine_months", 9),
}
_READERS: Final[Mapping[str, Reader]] = {
    "fy_ended": _ended("fy"),
    "twelve_ended": _ended("ltm"),
    "quarter_ended": _ended("quarter"),
    "half_ended": _ended("half"),
    "nine_ended": _ended("nine_months"),
    "fiscal_quarter": _numbered("quarter", "fq", fiscal=True),
    "fiscal_nth": lambda said: _period("quarter", _year(said.get("fny")), _part(said["fn"]), fiscal=True),
    "months_of": _months_of,
    "quarter_of_month": _month_quarter,
    "month_quarter": _month_quarter,
    "quarter": _numbered("quarter", "q", bare=True),
    "half": _numbered("half", "h", bare=True),
    "fy": _year_of("fy", fiscal=True),
    "cy": _year_of("cy"),
    "year": _year_of("cy", bare=True),
    "date": _day,
    "month": _day,
    "ltm": lambda said: _period("ltm", fiscal=True),
    "latest_fy": lambda said: _period("latest_fy", fiscal=True),
    "latest_quarter": lambda said: _period("latest_quarter", fiscal=True),
    "last_year": lambda said: _period("cy", bare=True),
}


def _count(word: str) -> float:
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    return float(word) if word.isdigit() else float(names.index(word.casefold()))


def _part(word: str) -> int:
    return int(word) if word.isdigit() else _NTH[word.casefold()]


def _year(word: str | None) -> int | None:
    if word is None:
        return None
    return int(word) if len(word) == 4 else 2000 + int(word)


def day(words: str) -> date | None:
    """A written day, or the last day of a written month; None where there is no such day."""
    numbers = [int(one) for one in re.findall(r"\d+", words)]
    found = re.search(_MONTH, words, re.IGNORECASE)
    try:
        if found is None:
            return date(*numbers[:3])
        month = MONTHS[found.group().rstrip(".").casefold()]
        if len(numbers) == 1:
            return month_end(date(numbers[0], month, 1))
        number, year = (numbers[0], numbers[1]) if numbers[1] > 31 else (numbers[1], numbers[0])
        return date(year, month, number)
    except (ValueError, TypeError):
        return None


# ---- windows of a company --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Window:
    """A span of a company's calendar: months 12, 9, 6 or 3, or 0 for a day; its last day."""

    months: int
    end: date
    fiscal: bool = False  # a fiscal year, by the company's own calendar


def windows(period: Period, *, year_end: int, as_of: date, newest: date | None) -> tuple[Window, ...]:
    """What a phrase means literally, for a company whose fiscal year ends in month `year_end`; often nothing."""
    return tuple(_windows(period, year_end, as_of, newest))


def _windows(period: Period, year_end: int, as_of: date, newest: date | None) -> Iterator[Window]:
    match period.kind:
        case "fy" if period.day:
            yield Window(12, period.day, fiscal=period.day.month == year_end)
        case "fy" if period.year:
            yield Window(12, month_end(date(period.year, year_end, 1)), fiscal=True)
        case "cy":
            yield Window(12, date(period.year or as_of.year - 1, 12, 31), fiscal=year_end == 12)
        case "ltm":
            end = period.day or newest
            if end is not None:
                yield Window(12, end)
        case "latest_fy":
            ends = [month_end(date(as_of.year - back, year_end, 1)) for back in (0, 1)]
            if known := [end for end in ends if newest is not None and end <= newest]:
                yield Window(12, known[0], fiscal=True)
        case "latest_quarter":
            if newest is not None:
                yield Window(3, newest)
        case "quarter" if period.day:
            yield Window(3, month_end(period.day))
        case "quarter" if period.part:
            yield from _quarter(period, period.part, year_end, as_of, newest)
        case "half" if period.day:
            yield Window(6, month_end(period.day))
        case "half" if period.part and period.year:
            yield Window(6, month_end(date(period.year, 6 * period.part, 1)))
        case "nine_months" if period.day:
            yield Window(9, month_end(period.day))
        case "day" if period.day:
            yield Window(0, period.day)


def _quarter(period: Period, part: int, year_end: int, as_of: date, newest: date | None) -> Iterator[Window]:
    year = period.year
    if year is None:  # the newest quarter of that number that has been reported
        known = newest or as_of
        ends = [_quarter_end(part, known.year - back, year_end, fiscal=period.fiscal) for back in (-1, 0, 1)]
        yield from (Window(3, end) for end in ends[:] if end <= known and end > add_months(known, -12))
        return
    yield Window(3, _quarter_end(part, year, year_end, fiscal=period.fiscal))


def _quarter_end(part: int, year: int, year_end: int, *, fiscal: bool) -> date:
    if not fiscal:
        return month_end(date(year, 3 * part, 1))
    return add_months(month_end(date(year, year_end, 1)), -3 * (4 - part))


def other_reading(period: Period, *, year_end: int, as_of: date) -> Window | None:
    """Of a bare period the fiscal one, of a fiscal one the calendar's; None where they are the same."""
    if year_end == 12:
        return None
    if period.kind == "cy" and (period.year or period.bare):
        return Window(12, month_end(date(period.year or as_of.year - 1, year_end, 1)), fiscal=True)
    if period.kind == "fy" and period.year:
        return Window(12, date(period.year, 12, 31))
    if period.kind == "quarter" and period.part and period.year:
        return Window(3, _quarter_end(period.part, period.year, year_end, fiscal=not period.fiscal))
    if period.kind == "half" and period.part and period.year:
        return Window(6, add_months(month_end(date(period.year, year_end, 1)), -6 * (2 - period.part)))
    return None

"""Which measure a number is of, whether as a level or a change, and whether a word narrows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from peerbench.factcheck.lexicon import normal
from peerbench.factcheck.mentions import Named
from peerbench.factcheck.quantities import Quantity
from peerbench.factcheck.scan import Scan
from peerbench.factcheck.statement import Kind, Statement

FAR: Final = 90  # a measure further than so many letters, clause breaks counted, is not the number's
_WORD: Final = re.compile(r"[A-Za-z][\w/&'-]*|[^\s,:=($\u00a0A-Za-z]+")
_SHARE: Final = re.compile(
    r"\s+of\s+(?:(?:its|the|their|total|group|overall|annual|company's|all|[A-Z][\w.]*'s)\s+)*", re.IGNORECASE
)
_APART: Final = re.compile(r"\s+(?:(?:about|around|roughly|nearly|almost|some|more than|over)\s+)?")
_NOUN: Final = re.compile(r"growth|change|higher|lower|up|down", re.IGNORECASE)
_MULTIPLE: Final = re.compile(
    r"\s+((?:(?:trailing|forward|expected)\s+)?(?:earnings|sales|revenue|book(?:\s+value)?|EBITDA|EBIT))\b"
)
_BY: Final = re.compile(
    r"\b(?:by|increase of|rise of|jump of|gain of|decline of|drop of|fall of|"
    r"decrease of)\s*(?:about|around|roughly|nearly|more than|over)?\s*\Z",
    re.IGNORECASE,
)
_TO: Final = re.compile(
    r"\b(?:to|at|reached|reaching|hit|hitting|totall?ed|totalling|of)\s*(?:a|an|"
    r"the)?\s*(?:record|about|around|roughly|nearly|more than|over|almost|some)?\s*\Z",
    re.IGNORECASE,
)
FROM: Final = re.compile(
    r"\b(?:from|compared (?:with|to)|versus|vs\.?|against|up from|down from)\s*(?:a|an|"
    r"the)?\s*(?:loss of|profit of)?\s*\Z",
    re.IGNORECASE,
)


def measure_of(scan: Scan, at: int, quantity: Quantity, before: Sequence[Statement]) -> tuple[Named | None, bool]:
    """The measure of a number and whether it is that of the number before ("15x, less than Amazon's 35x")."""
    if (paired := _respectively(scan, at)) is not None:
        return paired, False
    if (multiple := _multiple(scan, quantity)) is not None:
        return multiple, False
    costs = [(_cost(scan, at, quantity, one), one) for one in scan.measures if _suits(scan, quantity, one)]
    best = min(costs, key=lambda pair: (pair[0], -pair[1].start), default=None)
    if best is not None and best[0] <= FAR:
        return best[1], False
    other = before[-1] if before and before[-1].measure else None
    linked = other is not None and _linked(scan, other.quantity, quantity)
    return (other.measure, True) if other is not None and linked else (None, False)


def _multiple(scan: Scan, quantity: Quantity) -> Named | None:
    """ "11x earnings": a number of times and what it is a multiple of."""
    found = _MULTIPLE.match(scan.text, quantity.end, scan.end) if quantity.unit == "times" else None
    literal = scan.lexicon.literal.get(normal(f"times {found.group(1)}"), ()) if found else ()
    return Named(quantity.end, found.end(), found.group().strip(), literal) if found and literal else None


def _linked(scan: Scan, one: Quantity, other: Quantity) -> bool:
    """Whether a number leans on the one before: of one unit, or money again in brackets ("US$53bn (RMB380bn)")."""
    between = scan.text[one.end : other.start]
    if one.unit != other.unit:
        return False
    return (
        len(between) < 60 or re.search(r"\b(?:than|vs|versus|against|compared|from|while|and)\b", between) is not None
    )


def _suits(scan: Scan, quantity: Quantity, named: Named) -> bool:
    """Whether a number of this unit may be said of this measure."""
    if named.nothing:
        return True
    units = {scan.lexicon.series[name].unit for name in named.literal}
    pledge = named.literal == ("pledge",)
    match quantity.unit:
        case "money":
            return bool(units & {"money", "money_per_share"}) and (not pledge or _spans_years(scan))
        case "fraction":
            return (not pledge and units != {"times"}) or units == {"fraction"}
        case "times":
            return bool(units & {"times", "fraction"}) and units != {"money"}
        case "points":
            return "fraction" in units
        case _:
            if quantity.step >= 1e3 or quantity.value >= 1e6:
                return bool(units & {"money", "shares", "count"}) and not pledge
            return bool(units & {"times", "count", "fraction", "shares"})


def _spans_years(scan: Scan) -> bool:
    return any(one.years for one in scan.periods)


def _cost(scan: Scan, at: int, quantity: Quantity, named: Named) -> float:
    """How far a measure is from a number: nothing when the words between only link the two."""
    a, b = (named.end, quantity.start) if named.end <= quantity.start else (quantity.end, named.start)
    if a > b:
        return 0.0
    between = scan.text[a:b]
    others = [q for n, q in enumerate(scan.quantities) if n != at and a <= q.start < b]
    later = named.start >= quantity.end
    if later and _all_in(scan, between, "after"):
        return 0.0
    if later and (quantity.unit == "count" and quantity.noun.startswith(named.words.casefold())):
        return 0.0
    bare = between
    told = [(q.start, q.end) for q in others] + scan.told()
    for first, last in told:
        if a <= first < b:
            bare = bare.replace(scan.text[first:last], " ", 1)
    measures_between = sum(a <= one.start < b and one is not named for one in scan.measures)
    if not later and not measures_between and _all_in(scan, bare, "link"):
        return 1.0 + 2 * len(others)
    breaks = sum(a <= clause[0] < b for clause in scan.clauses)
    return 10.0 + len(between) + 25 * breaks + 20 * len(others) + 15 * measures_between + (8 if later else 0)


def _all_in(scan: Scan, text: str, name: str) -> bool:
    """Whether every word of a stretch is one of a list."""
    known = scan.lexicon.sets[name]
    return all(word.casefold() in known for word in _WORD.findall(text))


def _respectively(scan: Scan, at: int) -> Named | None:
    """ "revenue and EPS growth of 6.83% and 6.52%, respectively": the measures in the order of the numbers."""
    found = re.search(r"\brespectively\b", scan.text[scan.quantities[at].end : scan.end])
    if found is None:
        return None
    last = scan.quantities[at].end + found.start()
    row = [n for n, q in enumerate(scan.quantities) if q.end <= last and q.unit == scan.quantities[at].unit]
    row = row[-len(row) :]
    names = [one for one in scan.measures if row and one.end <= scan.quantities[row[0]].start]
    if len(row) < 2 or at not in row or len(names) < len(row):
        return None
    return names[-len(row) :][row.index(at)]


def with_measure(
    scan: Scan, one: Statement, named: Named | None, clause: tuple[int, int], *, inherited: bool
) -> Statement:
    """The statement with the series that its measure means, as a level, a change or a share."""
    if named is None:
        return replace(one, kind=_kind(scan, one.quantity, None, clause)[0])
    kind, direction = _kind(scan, one.quantity, named, clause)
    made = replace(one, literal=named.literal, kind=kind, direction=direction, narrowed=_narrowed(scan, named))
    share = _SHARE.match(scan.text, one.quantity.end) if one.quantity.unit == "fraction" else None
    whole = next((m for m in scan.measures if share and m.start <= share.end() <= m.end and m.literal), None)
    if whole is not None and not inherited:
        parts = [m for m in scan.measures if m is not whole and m.literal and m.start < one.quantity.start]
        part = parts[-1] if parts else whole
        return replace(made, kind="share", whole=whole.words, measure=part, literal=part.literal, narrowed="")
    return made


def _kind(scan: Scan, quantity: Quantity, named: Named | None, clause: tuple[int, int]) -> tuple[Kind, int]:
    """Level or change, and its direction: by the words around the number."""
    if quantity.change:
        return "change", 0
    direction = _direction(scan, quantity, clause)
    before = scan.text[max(scan.start, quantity.start - 40) : quantity.start]
    if quantity.unit == "points":
        return "points", direction
    units = {scan.lexicon.series[name].unit for name in named.literal} if named else set()
    if quantity.unit == "fraction":
        if units == {"fraction"}:
            to = _TO.search(before) or FROM.search(before)
            return ("level", 0) if to or not direction else ("unclear", direction)
        changes = direction or _neutral(scan, quantity, clause) or quantity.signed
        return ("change", direction) if changes else ("unclear", 0)
    moved = _BY.search(before) is not None or _right_after_a_change(scan, quantity)
    if quantity.unit == "money" and direction and moved and not _TO.search(before.replace(" of", "")):
        return "points", direction
    return "level", 0


def _right_after_a_change(scan: Scan, quantity: Quantity) -> bool:
    """ "revenue increased $63 billion": by so much, not to so much."""
    spans = (
        span for name in ("up", "down") for span in scan.lexicon.lists[name].spans(scan.text, *_near(scan, quantity))
    )
    return any(_APART.fullmatch(scan.text[b : quantity.start]) and not _NOUN.search(scan.text[a:b]) for a, b in spans)


def _near(scan: Scan, quantity: Quantity) -> tuple[int, int]:
    return max(scan.start, quantity.start - 40), quantity.start


def _neutral(scan: Scan, quantity: Quantity, clause: tuple[int, int]) -> bool:
    return scan.lexicon.lists["neutral_change"].any(scan.text, *clause)


def _direction(scan: Scan, quantity: Quantity, clause: tuple[int, int]) -> int:
    """+1 or −1 by the nearest word of change in the clause; 0 without one."""
    best, found = 10**6, 0
    for sign, name in ((1, "up"), (-1, "down")):
        for a, b in scan.lexicon.lists[name].spans(scan.text, *clause):
            if any(
                q is not quantity and min(b, quantity.end) <= q.start < max(a, quantity.start) for q in scan.quantities
            ):
                continue  # a word beyond another number is that number's
            gap = quantity.start - b if b <= quantity.start else a - quantity.end
            if 0 <= gap < best:
                best, found = gap, sign
    return found


def _narrowed(scan: Scan, named: Named) -> str:
    """A word that makes the measure a part of itself: advertising revenue, revenue excluding Sun Art."""
    if named.nothing:
        return ""
    if (before := _before(scan, named)) is not None:
        return before
    variant = scan.lexicon.lists["variants"].pattern.search(scan.text, scan.start, scan.end)
    if variant is not None:
        return f"{named.words} {variant.group()}"
    tail = scan.text[named.end : named.end + 48]
    after = re.match(r"\s+(?:\()?", tail)
    at = named.end + (after.end() if after else 0)
    found = scan.lexicon.lists["narrowing_after"].pattern.match(scan.text, at, scan.end)
    if found is not None:
        return f"{named.words} {found.group()}"
    part = re.match(r"\s+(?:from|in|at|of|generated by)\s+(?:the|its|their)?\s*([A-Za-z][\w&-]*)", tail)
    if part is None:
        return ""
    word, place = part.group(1), named.end + part.start(1)
    return "" if _plain(scan, word, place) else f"{named.words} {part.group().strip()}"


def _plain(scan: Scan, word: str, at: int) -> bool:
    """Whether a word does not narrow: a word of the list, a number, a period, a company, a change."""
    if any(a <= at < b for a, b in (*scan.told(), *((q.start, q.end) for q in scan.quantities))):
        return True
    if any(words.pattern.fullmatch(word) for name, words in scan.lexicon.lists.items() if name in ("up", "down")):
        return True
    return word.casefold() in scan.lexicon.plain or any(c.isdigit() for c in word) or word.casefold().endswith("ly")


def _before(scan: Scan, named: Named) -> str | None:
    """The word before a measure, where it narrows; None where it does not."""
    head = scan.text[scan.start : named.start]
    found = re.search(r"([A-Za-z][\w&/'-]*)\s+\Z|([A-Za-z][\w&/'-]*)[ -]\Z", head)
    if found is None:
        return None
    word = found.group(1) or found.group(2)
    at = scan.start + found.start()
    if word.endswith(("'s", "s'")):
        return None  # whose it is, not which part
    if any(one.start <= at < one.end + 2 for one in scan.companies):
        return None
    if scan.text[at - 1 : at] in ("-", "/") and at > scan.start:
        return f"{word} {named.words}"
    bare = word.casefold().removesuffix("'s")
    if _plain(scan, word, at) or _plain(scan, bare, at):
        return None
    if any(one.start <= at < one.end for one in scan.measures):
        return None
    return f"{word} {named.words}"

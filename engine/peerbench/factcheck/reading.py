"""Reading: a sentence becomes statements, each a number with the company, measure, period and direction it is said of.

What the words leave open stays open: several series, no period, a company carried over from the sentence before. The
judgement decides what an open reading is worth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from peerbench.factcheck.lexicon import Lexicon, normal
from peerbench.factcheck.mentions import Cast, Mention, Named, measures, strangers
from peerbench.factcheck.periods import Period, periods
from peerbench.factcheck.plain import Plain
from peerbench.factcheck.quantities import Quantity, quantities
from peerbench.factcheck.sentences import Sentence, clauses, sentences

Kind = Literal["level", "change", "points", "share", "unclear"]
Strength = Literal["own", "sentence", "carried", ""]  # how near the words are that say it

PERIOD_GAP: Final = 16  # letters between a number and the period that its quote takes in
FAR: Final = 90  # a measure further than so many letters, clause breaks counted, is not the number's
_OF: Final = re.compile(r"\s*(?:of|in)\s+(?:its|the|their|total|overall|group|company's)?\s*\Z")
_WORD: Final = re.compile(r"[A-Za-z][\w/&'-]*|[^\s,:=($\u00a0A-Za-z]+")
_SHARE: Final = re.compile(
    r"\s+of\s+(?:(?:its|the|their|total|group|overall|annual|company's|all|[A-Z][\w.]*'s)\s+)*", re.IGNORECASE
)
_APART: Final = re.compile(r"\s+(?:(?:about|around|roughly|nearly|almost|some|more than|over)\s+)?")
_NOUN: Final = re.compile(r"growth|change|higher|lower|up|down", re.IGNORECASE)
_RELATED: Final = re.compile(  # "Sun Art, part of Alibaba, had": not Alibaba's number
    r"\b(?:(?:part|unit|arm|subsidiary|affiliate|division|peers?|rivals?|competitors?|parent|suppliers?|customers?) of"
    r"|owned by|backed by|controlled by|acquired by|stake in|spun off from|sold by|rival to)\s+\Z",
    re.IGNORECASE,
)
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
_FROM: Final = re.compile(
    r"\b(?:from|compared (?:with|to)|versus|vs\.?|against|up from|down from)\s*(?:a|an|"
    r"the)?\s*(?:loss of|profit of)?\s*\Z",
    re.IGNORECASE,
)
_CONSECUTIVE: Final = re.compile(r"consecutive quarters", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Statement:
    """One number of a text, read. place in the plain text: quote_start and quote_end."""

    quantity: Quantity
    sentence: Sentence
    quote_start: int
    quote_end: int
    company: str = ""
    company_how: Strength = ""
    rivals: tuple[str, ...] = ()  # other companies that may be meant
    stranger: str = ""  # a name of nobody here that the number may belong to
    measure: Named | None = None
    literal: tuple[str, ...] = ()
    segment: str = ""
    narrowed: str = ""  # a word that makes the measure another one
    kind: Kind = "level"
    direction: int = 0
    period: Period | None = None
    period_how: Strength = ""
    prior: bool = False  # said of the year before
    sequential: bool = False
    several_years: bool = False
    forecast: bool = False
    negated: bool = False
    whole: str = ""  # of a share: the measure it is a share of
    consecutive: int = 0  # so many quarters in a row
    loss: bool = False


@dataclass(slots=True)
class _Memory:
    """What a paragraph has said so far."""

    paragraph: int = -1
    company: Mention | None = None
    companies: set[str] | None = None
    period: Period | None = None
    literal: Statement | None = None

    def enter(self, sentence: Sentence) -> None:
        if sentence.paragraph != self.paragraph:
            self.paragraph, self.company, self.companies, self.period, self.literal = (
                sentence.paragraph, None, set(), None, None,
            )  # fmt: skip


def statements(plain: Plain, cast: Cast, lexicon: Lexicon, *, about: str = "") -> tuple[Statement, ...]:
    """Every quantitative statement in reading order. about: the company of a text that names none."""
    memory = _Memory()
    found: list[Statement] = []
    for sentence in sentences(plain.text):
        memory.enter(sentence)
        reader = _Reader(plain.text, sentence, cast, lexicon, memory, about)
        found += reader.statements()
        reader.remember()
    return tuple(found)


class _Reader:
    """One sentence with everything it mentions."""

    def __init__(
        self, text: str, sentence: Sentence, cast: Cast, lexicon: Lexicon, memory: _Memory, about: str
    ) -> None:
        self.text, self.sentence, self.lexicon, self.memory, self.about = text, sentence, lexicon, memory, about
        self.cast = cast
        self.start, self.end = sentence.start, sentence.end
        self.companies = cast.companies(text, self.start, self.end)
        taken = [(one.start, one.end) for one in self.companies]
        self.periods = tuple(
            one for one in periods(text, self.start, self.end) if not any(a <= one.start < b for a, b in taken)
        )
        taken += [(one.start, one.end) for one in self.periods]
        self.quantities = quantities(text, self.start, self.end, tuple(taken))
        self.clauses: tuple[tuple[int, int], ...] = ()
        self.measures: tuple[Named, ...] = ()
        self.strangers: tuple[tuple[int, int, str], ...] = ()
        if self.quantities:
            self.clauses = clauses(text, self.start, self.end)
            self.measures = measures(lexicon, text, self.start, self.end)
            spans = [*taken, *((q.start, q.end) for q in self.quantities), *((m.start, m.end) for m in self.measures)]
            self.strangers = tuple(
                one for one in strangers(lexicon, text, self.start, self.end, spans) if not self._is_verb(one)
            )

    def _is_verb(self, stranger: tuple[int, int, str]) -> bool:
        """ "- Maintains a strong balance sheet": a bullet that begins with its verb."""
        at, _, name = stranger
        first = self.text[self.start : at].strip(" -*•–●") == ""
        return self.sentence.bullet and first and name.endswith("s") and not name.endswith(("'s", "ss"))

    # ---- the whole sentence ------------------------------------------------------------------------------------------

    def statements(self) -> Iterator[Statement]:
        made: list[Statement] = []
        for at, quantity in enumerate(self.quantities):
            one = self._statement(at, quantity, made)
            if one is not None:
                made.append(one)
        yield from made

    def remember(self) -> None:
        """What the next sentence of the paragraph may lean on."""
        memory = self.memory
        subject = self._subject()
        if subject is not None:
            memory.company = subject
            assert memory.companies is not None
            memory.companies |= {subject.company}
        elif not self.sentence.bullet and any(
            a - self.start < 6 or name.endswith("'s") for a, _, name in self.strangers
        ):
            memory.company = None  # the paragraph has turned to somebody else
        if self.periods:
            usable = [one for one in self.periods if one.kind != "other"]
            memory.period = usable[-1] if len(usable) == 1 else None

    def _subject(self) -> Mention | None:
        """The company a sentence is about: the first named, but not one that a bullet's verb has for its object."""
        first = self.companies[0] if self.companies else None
        if first is None or not self.sentence.bullet or self.memory.company is None:
            return first
        head = self.text[self.start : first.start].lstrip(" -*•–●")
        return first if not head or head.rstrip().endswith(",") else None

    def _statement(self, at: int, quantity: Quantity, before: Sequence[Statement]) -> Statement | None:
        clause = self._clause(quantity.start)
        named, inherited = self._measure(at, quantity, before)
        if named is None and quantity.unit == "count" and not quantity.noun:
            return None
        one = Statement(
            quantity, self.sentence, *self._quote(quantity, named, clause, inherited=inherited), measure=named
        )
        one = self._like_the_last(self._with_measure(one, named, inherited, clause), before)
        one = self._with_company(one, at, named, inherited)
        one = self._with_segment(one)
        one = self._quoted(self._dated(self._with_period(one, at, clause)))
        lists = self.lexicon.lists
        whole = clause if clause[1] - clause[0] > 25 else (self.start, self.end)
        return replace(
            one,
            sequential=lists["sequential"].any(self.text, *clause),
            several_years="pledge" not in one.literal and lists["several_years"].any(self.text, *clause),
            forecast=(
                lists["forecast"].any(self.text, self.start, quantity.end)
                and "pledge" not in one.literal
                and not set(one.literal) <= {"pe_fy1", "pe_ntm"}
            )
            or (lists["forecast"].any(self.text, *clause) and not one.literal),
            negated=lists["negation"].any(self.text, whole[0], quantity.start),
            loss=named is not None and lists["loss"].any(self.text, *clause),
            consecutive=self._consecutive(quantity),
        )

    def _like_the_last(self, one: Statement, before: Sequence[Statement]) -> Statement:
        """ "grew 8 %, against 11 % at Amazon": a second share of one measure is a change as the first was."""
        last = before[-1] if before else None
        if last is None or one.kind != "unclear" or last.kind != "change" or one.literal != last.literal:
            return one
        return replace(one, kind="change", direction=last.direction)

    def _consecutive(self, quantity: Quantity) -> int:
        run = _CONSECUTIVE.match(self.text[quantity.end : quantity.end + 25].lstrip(" -"))
        return int(quantity.low) if run and quantity.unit == "count" else 0

    def _clause(self, at: int) -> tuple[int, int]:
        return next((span for span in self.clauses if span[0] <= at < span[1]), (self.start, self.end))

    def _quote(
        self, quantity: Quantity, named: Named | None, clause: tuple[int, int], *, inherited: bool
    ) -> tuple[int, int]:
        """From the measure to the number or the other way round, not far; else a few words around the number."""
        spans = [(quantity.start, quantity.end)]
        if named is not None and not inherited and abs(named.start - quantity.start) < FAR:
            spans.append((named.start, named.end))
        a, b = min(span[0] for span in spans), max(span[1] for span in spans)
        if len(spans) == 1:
            first = self.text.rfind(" ", clause[0], max(clause[0], a - 18))
            a = first + 1 if first >= 0 else clause[0] if a - clause[0] < 24 else a
            last = self.text.find(" ", b + 14, clause[1])
            b = last if last >= 0 else clause[1] if clause[1] - b < 24 else b
        return a + len(self.text[a:b]) - len(self.text[a:b].lstrip(" ,;:(—–-")), a + len(
            self.text[a:b].rstrip(" ,;:(—–.\n")
        )

    def _quoted(self, one: Statement) -> Statement:
        """The quote with whose number it is, the period right behind it, and brackets in pairs."""
        a, b = one.quote_start, one.quote_end
        owner = next((c for c in self.companies if c.owns and 0 <= a - c.end <= 4), None)
        a = owner.start if owner is not None else a
        if one.period is not None and one.period_how == "own" and 0 <= one.period.start - b <= PERIOD_GAP:
            b = one.period.end
        if self.text.count("(", a, b) > self.text.count(")", a, b) and self.text[b : b + 1] == ")":
            b += 1
        return replace(one, quote_start=a, quote_end=b)

    # ---- which measure -----------------------------------------------------------------------------------------------

    def _measure(self, at: int, quantity: Quantity, before: Sequence[Statement]) -> tuple[Named | None, bool]:
        """The measure of a number and whether it is that of the number before ("15x, less than Amazon's 35x")."""
        if (paired := self._respectively(at)) is not None:
            return paired, False
        if (multiple := self._multiple(quantity)) is not None:
            return multiple, False
        costs = [(self._cost(at, quantity, one), one) for one in self.measures if self._suits(quantity, one)]
        best = min(costs, key=lambda pair: (pair[0], -pair[1].start), default=None)
        if best is not None and best[0] <= FAR:
            return best[1], False
        other = before[-1] if before and before[-1].measure else None
        linked = other is not None and self._linked(other.quantity, quantity)
        return (other.measure, True) if other is not None and linked else (None, False)

    def _multiple(self, quantity: Quantity) -> Named | None:
        """ "11x earnings": a number of times and what it is a multiple of."""
        found = _MULTIPLE.match(self.text, quantity.end, self.end) if quantity.unit == "times" else None
        literal = self.lexicon.literal.get(normal(f"times {found.group(1)}"), ()) if found else ()
        return Named(quantity.end, found.end(), found.group().strip(), literal) if found and literal else None

    def _linked(self, one: Quantity, other: Quantity) -> bool:
        """Whether a number leans on the one before: of one unit, or money again in brackets ("US$53bn (RMB380bn)")."""
        between = self.text[one.end : other.start]
        if one.unit != other.unit:
            return False
        return (
            len(between) < 60
            or re.search(r"\b(?:than|vs|versus|against|compared|from|while|and)\b", between) is not None
        )

    def _suits(self, quantity: Quantity, named: Named) -> bool:
        """Whether a number of this unit may be said of this measure."""
        if named.nothing:
            return True
        units = {self.lexicon.series[name].unit for name in named.literal}
        pledge = named.literal == ("pledge",)
        match quantity.unit:
            case "money":
                return bool(units & {"money", "money_per_share"}) and (not pledge or self._spans_years())
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

    def _spans_years(self) -> bool:
        return any(one.years for one in self.periods)

    def _cost(self, at: int, quantity: Quantity, named: Named) -> float:
        """How far a measure is from a number: nothing when the words between only link the two."""
        a, b = (named.end, quantity.start) if named.end <= quantity.start else (quantity.end, named.start)
        if a > b:
            return 0.0
        between = self.text[a:b]
        others = [q for n, q in enumerate(self.quantities) if n != at and a <= q.start < b]
        later = named.start >= quantity.end
        if later and self._all_in(between, "after"):
            return 0.0
        if later and (quantity.unit == "count" and quantity.noun.startswith(named.words.casefold())):
            return 0.0
        bare = between
        told = [(q.start, q.end) for q in others] + self._told()
        for first, last in told:
            if a <= first < b:
                bare = bare.replace(self.text[first:last], " ", 1)
        measures_between = sum(a <= one.start < b and one is not named for one in self.measures)
        if not later and not measures_between and self._all_in(bare, "link"):
            return 1.0 + 2 * len(others)
        breaks = sum(a <= clause[0] < b for clause in self.clauses)
        return 10.0 + len(between) + 25 * breaks + 20 * len(others) + 15 * measures_between + (8 if later else 0)

    def _told(self) -> list[tuple[int, int]]:
        """Spans of the periods and companies."""
        return [(p.start, p.end) for p in self.periods] + [(c.start, c.end) for c in self.companies]

    def _all_in(self, text: str, name: str) -> bool:
        """Whether every word of a stretch is one of a list."""
        known = self.lexicon.sets[name]
        return all(word.casefold() in known for word in _WORD.findall(text))

    def _respectively(self, at: int) -> Named | None:
        """ "revenue and EPS growth of 6.83% and 6.52%, respectively": the measures in the order of the numbers."""
        found = re.search(r"\brespectively\b", self.text[self.quantities[at].end : self.end])
        if found is None:
            return None
        last = self.quantities[at].end + found.start()
        row = [n for n, q in enumerate(self.quantities) if q.end <= last and q.unit == self.quantities[at].unit]
        row = row[-len(row) :]
        names = [one for one in self.measures if row and one.end <= self.quantities[row[0]].start]
        if len(row) < 2 or at not in row or len(names) < len(row):
            return None
        return names[-len(row) :][row.index(at)]

    def _with_measure(self, one: Statement, named: Named | None, inherited: bool, clause: tuple[int, int]) -> Statement:
        if named is None:
            return replace(one, kind=self._kind(one.quantity, None, clause)[0])
        kind, direction = self._kind(one.quantity, named, clause)
        made = replace(one, literal=named.literal, kind=kind, direction=direction, narrowed=self._narrowed(named))
        share = _SHARE.match(self.text, one.quantity.end) if one.quantity.unit == "fraction" else None
        whole = next((m for m in self.measures if share and m.start <= share.end() <= m.end and m.literal), None)
        if whole is not None and not inherited:
            parts = [m for m in self.measures if m is not whole and m.literal and m.start < one.quantity.start]
            part = parts[-1] if parts else whole
            return replace(made, kind="share", whole=whole.words, measure=part, literal=part.literal, narrowed="")
        return made

    def _kind(self, quantity: Quantity, named: Named | None, clause: tuple[int, int]) -> tuple[Kind, int]:
        """Level or change, and its direction: by the words around the number."""
        if quantity.change:
            return "change", 0
        direction = self._direction(quantity, clause)
        before = self.text[max(self.start, quantity.start - 40) : quantity.start]
        if quantity.unit == "points":
            return "points", direction
        units = {self.lexicon.series[name].unit for name in named.literal} if named else set()
        if quantity.unit == "fraction":
            if units == {"fraction"}:
                to = _TO.search(before) or _FROM.search(before)
                return ("level", 0) if to or not direction else ("unclear", direction)
            changes = direction or self._neutral(quantity, clause) or quantity.signed
            return ("change", direction) if changes else ("unclear", 0)
        moved = _BY.search(before) is not None or self._right_after_a_change(quantity)
        if quantity.unit == "money" and direction and moved and not _TO.search(before.replace(" of", "")):
            return "points", direction
        return "level", 0

    def _right_after_a_change(self, quantity: Quantity) -> bool:
        """ "revenue increased $63 billion": by so much, not to so much."""
        spans = (
            span for name in ("up", "down") for span in self.lexicon.lists[name].spans(self.text, *self._near(quantity))
        )
        return any(
            _APART.fullmatch(self.text[b : quantity.start]) and not _NOUN.search(self.text[a:b]) for a, b in spans
        )

    def _near(self, quantity: Quantity) -> tuple[int, int]:
        return max(self.start, quantity.start - 40), quantity.start

    def _neutral(self, quantity: Quantity, clause: tuple[int, int]) -> bool:
        return self.lexicon.lists["neutral_change"].any(self.text, *clause)

    def _direction(self, quantity: Quantity, clause: tuple[int, int]) -> int:
        """+1 or −1 by the nearest word of change in the clause; 0 without one."""
        best, found = 10**6, 0
        for sign, name in ((1, "up"), (-1, "down")):
            for a, b in self.lexicon.lists[name].spans(self.text, *clause):
                if any(
                    q is not quantity and min(b, quantity.end) <= q.start < max(a, quantity.start)
                    for q in self.quantities
                ):
                    continue  # a word beyond another number is that number's
                gap = quantity.start - b if b <= quantity.start else a - quantity.end
                if 0 <= gap < best:
                    best, found = gap, sign
        if not found:  # "rose 5 % to RMB 996bn": the word may stand before the number before
            return 0
        return found

    def _narrowed(self, named: Named) -> str:
        """A word that makes the measure a part of itself: advertising revenue, revenue excluding Sun Art."""
        if named.nothing:
            return ""
        if (before := self._before(named)) is not None:
            return before
        variant = self.lexicon.lists["variants"].pattern.search(self.text, self.start, self.end)
        if variant is not None:
            return f"{named.words} {variant.group()}"
        tail = self.text[named.end : named.end + 48]
        after = re.match(r"\s+(?:\()?", tail)
        at = named.end + (after.end() if after else 0)
        found = self.lexicon.lists["narrowing_after"].pattern.match(self.text, at, self.end)
        if found is not None:
            return f"{named.words} {found.group()}"
        part = re.match(r"\s+(?:from|in|at|of|generated by)\s+(?:the|its|their)?\s*([A-Za-z][\w&-]*)", tail)
        if part is None:
            return ""
        word, place = part.group(1), named.end + part.start(1)
        return "" if self._plain(word, place) else f"{named.words} {part.group().strip()}"

    def _plain(self, word: str, at: int) -> bool:
        """Whether a word does not narrow: a word of the list, a number, a period, a company, a change."""
        if any(a <= at < b for a, b in (*self._told(), *((q.start, q.end) for q in self.quantities))):
            return True
        if any(words.pattern.fullmatch(word) for name, words in self.lexicon.lists.items() if name in ("up", "down")):
            return True
        return word.casefold() in self.lexicon.plain or any(c.isdigit() for c in word) or word.casefold().endswith("ly")

    def _before(self, named: Named) -> str | None:
        """The word before a measure, where it narrows; None where it does not."""
        head = self.text[self.start : named.start]
        found = re.search(r"([A-Za-z][\w&/'-]*)\s+\Z|([A-Za-z][\w&/'-]*)[ -]\Z", head)
        if found is None:
            return None
        word = found.group(1) or found.group(2)
        at = self.start + found.start()
        if word.endswith(("'s", "s'")):
            return None  # whose it is, not which part
        if any(one.start <= at < one.end + 2 for one in self.companies):
            return None
        if self.text[at - 1 : at] in ("-", "/") and at > self.start:
            return f"{word} {named.words}"
        bare = word.casefold().removesuffix("'s")
        if self._plain(word, at) or self._plain(bare, at):
            return None
        if any(one.start <= at < one.end for one in self.measures):
            return None
        return f"{word} {named.words}"

    # ---- which company -----------------------------------------------------------------------------------------------

    def _with_company(self, one: Statement, at: int, named: Named | None, inherited: bool) -> Statement:
        anchor = one.quantity.start if inherited or named is None else min(named.start, one.quantity.start)
        if named is not None and not inherited and self._adjacent_owner(one.quantity) is not None:
            anchor = one.quantity.start
        owner = self._owner(one, at, anchor)
        stranger = self._stranger(one, anchor, owner)
        if owner is not None and (party := self._party(owner)):
            return replace(one, company=owner.company, company_how="own", stranger=stranger or party)
        if owner is not None:
            return replace(one, company=owner.company, company_how="own", segment=owner.segment, stranger=stranger)
        return self._carried(replace(one, stranger=stranger))

    def _party(self, owner: Mention) -> str:
        """Somebody of a company's who is not the company: Alibaba's competitors."""
        if not owner.owns:
            return ""
        last = min(self.end, owner.end + 34)
        found = self.lexicon.lists["parties"].pattern.search(self.text, owner.end, last)
        between = self.text[owner.end : found.start()] if found else "."
        return self.text[owner.start : found.end()] if found and re.fullmatch(r"'?s?(?:\s[\w-]+)?\s", between) else ""

    def _adjacent_owner(self, quantity: Quantity) -> Mention | None:
        """ "Amazon's 35x" """
        return next((c for c in self.companies if c.owns and 0 <= quantity.start - c.end <= 4), None)

    def _owner(self, one: Statement, at: int, anchor: int) -> Mention | None:
        """The company named nearest before the measure or number; one behind it only after at, by, of or for."""
        adjacent = self._adjacent_owner(one.quantity)
        if adjacent is not None:
            return adjacent
        if one.kind == "share":  # "17% of Amazon's revenue"; a segment named before it is the part
            whole = next((c for c in self.companies if c.owns and 0 <= c.start - one.quantity.end <= 12), None)
            parts = [c for c in self.companies if c.segment and c.end <= one.quantity.start]
            if whole is not None:
                return next((c for c in reversed(parts) if c.company == whole.company), whole)
        if self.sentence.bullet and self.companies and self._subject() is None:
            return None
        last = max(one.quantity.end, one.measure.end if one.measure else 0)
        behind = [
            c for c in self.companies
            if last <= c.start <= last + 40
            and re.search(r"\b(?:at|by|of|for)\s+\Z", self.text[last : c.start])
            and not any(last <= q.start < c.start for q in self.quantities)
        ]  # fmt: skip
        if behind:
            return behind[0]
        before = [
            c for c in self.companies if c.start <= max(anchor, one.quantity.start) and not self._only_compared(c)
        ]
        if before:
            own = [c for c in before if c.owns and c.start <= anchor]
            latest = before[-1]
            if own and latest.start - own[-1].start > 0 and not latest.owns and self._object(latest):
                return own[-1]
            return latest
        later = [c for c in self.companies if not self._only_compared(c)]
        named = {c.company for c in later}
        later = [c for c in later if not any(0 <= q.start - c.end <= 4 for q in self.quantities)]
        if len(named) == 1 and later and self.memory.company is None and not self.about:
            return later[0]
        return None

    def _only_compared(self, mention: Mention) -> bool:
        """Named only to compare with: "than Tencent", "compared with Amazon's"."""
        head = self.text[max(self.start, mention.start - 24) : mention.start]
        compared = re.search(
            r"\b(?:than|versus|vs\.?|unlike|compared (?:with|to)|against|rival|rivals like|over)\s+\Z", head
        )
        related = _RELATED.search(self.text[max(self.start, mention.start - 34) : mention.start]) is not None
        return (compared is not None or related) and not self._owns_a_number(mention)

    def _object(self, mention: Mention) -> bool:
        head = self.text[max(self.start, mention.start - 16) : mention.start]
        return re.search(r"\b(?:from|to|with|in|on|and|between|at)\s+\Z", head) is not None

    def _owns_a_number(self, mention: Mention) -> bool:
        return any(0 <= q.start - mention.end <= 4 for q in self.quantities) or (
            mention.owns and any(0 <= m.start - mention.end <= 24 for m in self.measures)
        )

    def _stranger(self, one: Statement, anchor: int, owner: Mention | None) -> str:
        """A name of nobody here that stands nearer than the owner, or before everything in its place."""
        since = owner.end if owner is not None else self.start
        limit = max(anchor, one.quantity.start)
        for a, b, name in reversed(self.strangers):
            if not since <= a < limit:
                continue
            mine = self.text[max(self.start, a - 12) : a]
            if name.endswith(("'s", "s'")) or owner is None or re.search(r"\b(?:at|by|of|for|than|and|,)\s*\Z", mine):
                if owner is not None and not name.endswith(("'s", "s'")) and b < one.quantity.start - 60:
                    continue
                return name.removesuffix("'s").removesuffix("'")
            said = re.match(r"\s*(?:,|\w+ said|said|says|told)", self.text[b : b + 24])
            if owner is not None and "," not in self.text[owner.end : b] and said is None:
                return name
        tail = self.text[one.quantity.end : one.quantity.end + 40]
        if owner is None and (found := re.match(r"[^.;]{0,20}\b(?:at|by|for)\s+([A-Z][a-z]\w+)", tail)):
            place = one.quantity.end + found.start(1)
            if any(a == place for a, _, _ in self.strangers):
                return found.group(1)
        return ""

    def _carried(self, one: Statement) -> Statement:
        """No company in the sentence: the one the paragraph speaks of, or that the text is about."""
        memory = self.memory
        if memory.company is not None:
            others = tuple(sorted((memory.companies or set()) - {memory.company.company}))
            return replace(one, company=memory.company.company, company_how="carried", rivals=others)
        if self.about:
            return replace(one, company=self.about, company_how="carried")
        return one

    def _with_segment(self, one: Statement) -> Statement:
        """A narrowing word that is a segment of the company; one it does not know stays a narrowing."""
        if one.kind == "share" and one.company and not one.segment and one.literal == ("revenue",):
            for a, b in self.cast.segment_words.spans(self.text, self.start, one.quantity.start):
                if segment := self.cast.segment(one.company, self.text[a:b]):
                    return replace(one, segment=segment)
        if not one.narrowed or one.measure is None or not one.company:
            return one
        around = (max(self.start, one.measure.start - 40), min(self.end, one.measure.end + 50))
        for a, b in self.cast.segment_words.spans(self.text, *around):
            segment = self.cast.segment(one.company, self.text[a:b])
            before = b <= one.measure.start and self.text[b : one.measure.start].strip(" -'s") == ""
            after = a >= one.measure.end and re.fullmatch(
                r"\s+(?:from|in|of|at)\s+(?:the|its|their)?\s*", self.text[one.measure.end : a]
            )
            if segment and (before or after):
                head = self.text[self.start : a]
                glued = re.search(r"[A-Za-z]+-\Z|\b(?:AI|public|private|consumer)\s\Z", head)
                return one if before and glued else replace(one, segment=segment, narrowed="")
        return one

    # ---- which period ------------------------------------------------------------------------------------------------

    def _with_period(self, one: Statement, at: int, clause: tuple[int, int]) -> Statement:
        own = next((p for p in self.periods if p.kind != "other" and 0 <= p.start - one.quantity.end <= 6), None)
        one = replace(one, prior=own is None and self._prior(one))
        usable = [p for p in self.periods if p.kind != "other"]
        spans = [p for p in self.periods if p.years and "pledge" in one.literal]
        if spans:
            return replace(one, period=spans[0], period_how="own")
        inside = [p for p in usable if clause[0] <= p.start < clause[1]]
        if one.measure is not None:
            inside += [p for p in usable if p not in inside and self._touches(p, one.measure)]
        if inside:
            return replace(one, period=self._nearest(inside, one), period_how="own")
        if usable:
            opening = usable[0].start - self.start < 16 and len(usable) == 1
            near = self._nearest(usable, one)
            trailing = len(usable) == 1 and near.start > one.quantity.end and not any(
                one.quantity.end <= q.start < near.start for q in self.quantities
            )  # fmt: skip
            return replace(one, period=near, period_how="own" if opening or trailing else "sentence")
        if any(p.kind == "other" and clause[0] <= p.start < clause[1] and not p.years for p in self.periods):
            other = next(p for p in self.periods if p.kind == "other" and clause[0] <= p.start < clause[1])
            return replace(one, period=other, period_how="own")
        if self.memory.period is not None:
            return replace(one, period=self.memory.period, period_how="carried")
        return one

    def _dated(self, one: Statement) -> Statement:
        """A price has a day and a balance a date: what another clause says of a quarter is not theirs."""
        kinds = {self.lexicon.series[name].kind for name in one.literal}
        day = one.period is not None and one.period.kind == "day" and one.period_how == "own"
        if (kinds == {"market"} and not day) or (kinds == {"stock"} and one.period_how in ("sentence", "carried")):
            return replace(one, period=None, period_how="")
        return one

    def _touches(self, period: Period, named: Named) -> bool:
        return 0 <= named.start - period.end <= 3 or 0 <= period.start - named.end <= 8

    def _nearest(self, found: Sequence[Period], one: Statement) -> Period:
        """The period nearest to the number; one right behind it ("… in fiscal 2024") before one ahead of it."""

        def distance(period: Period) -> float:
            if period.start >= one.quantity.end:
                between = self.text[one.quantity.end : period.start]
                crossed = any(one.quantity.end <= q.start < period.start for q in self.quantities)
                return len(between) * (0.5 if re.fullmatch(r"\s*(?:\w+\s+){0,2}", between) else 1.0) + 60 * crossed
            crossed = any(period.end <= q.start < one.quantity.start for q in self.quantities)
            return one.quantity.start - period.end + 20 * crossed

        return min(found, key=distance)

    def _prior(self, one: Statement) -> bool:
        """A number said of the year before: "compared with RMB 941bn a year earlier", "up from …"."""
        after = (one.quantity.end, min(self.end, one.quantity.end + 40))
        spans = self.lexicon.lists["prior"].spans(self.text, *after)
        following = any(a - one.quantity.end <= 8 for a, _ in spans)
        before = self.text[max(self.start, one.quantity.start - 30) : one.quantity.start]
        since = _FROM.search(before) is not None
        from_to = re.search(r"\bfrom\b[^.;]*\Z", before) and re.match(
            r"[^.;,]{0,40}?\bto\b", self.text[one.quantity.end : one.quantity.end + 45]
        )
        if one.kind == "change" or (one.quantity.unit == "fraction" and one.kind != "level"):
            return False
        if from_to:
            return True
        return (since and (following or "from" in before)) or (following and since)


def key(words: str) -> str:
    return normal(words)

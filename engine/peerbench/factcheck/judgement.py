"""Judgement: a statement against the figures. Verified only when all that is said fits; what is open stays unchecked.

A number fits a figure when the figure, rounded as the number is written, prints it. Looser words widen that, one-sided
words bound it. Where the number is not the figure of what it is said to be, it is looked for one step away: another
basis, period, day, currency, scale, sign or company; the first that fits is the likely slip.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from peerbench.core.periods import add_months
from peerbench.core.verdicts import Figure, Judgement, Verdict, number
from peerbench.factcheck import periods as calendar
from peerbench.factcheck.ledger import Answer, Change, Lack, Ledger, spoken
from peerbench.factcheck.lexicon import Series
from peerbench.factcheck.periods import Window
from peerbench.factcheck.plain import Plain
from peerbench.factcheck.quantities import Quantity
from peerbench.factcheck.statement import Statement

ABOUT: Final = 0.05  # "about" may be so far off at most
NEAR: Final = 1e-12  # what the arithmetic of floats may cost
STALE_DAYS: Final = 400  # how far back a price may be looked for
MOVED: Final = 45  # letters before a number in which it may be said to have risen or fallen to it
LEAST_DIGITS: Final = 2  # a number of fewer digits fits too much by chance to name a slip of another period or company
CODES: Final = {"USD": "US$", "CNY": "RMB", "HKD": "HK$", "EUR": "€", "GBP": "£", "JPY": "JPY "}


def fits(quantity: Quantity, value: float, *, target: int = 1) -> bool:
    """Whether a figure is what a number says. target −1: the number is said of a fall."""
    low, high = quantity.low, quantity.high
    if target < 0:
        value = -value
    half = quantity.step / 2
    slack = NEAR * abs(value) + quantity.step * 1e-6
    wide = max(half, quantity.rough if quantity.change else min(quantity.rough, ABOUT * abs(quantity.value)))
    match quantity.loose:
        case "about":
            return low - wide - slack <= value <= high + wide + slack
        case "above":
            return value >= low - slack
        case "below" | "up_to":
            return value <= high + slack and (value > 0 or high <= 0)
        case "nearly":
            return low - wide - slack <= value <= high + slack
        case "just_over":
            return low - slack <= value <= high + wide + slack
    return low - half - slack <= value <= high + half + slack


def rounder(quantity: Quantity, value: float, *, target: int = 1) -> bool:
    """Whether it would fit if trailing zeros were rounding, which the text does not say."""
    return quantity.rough > quantity.step and fits(replace(quantity, step=quantity.rough), value, target=target)


@dataclass(frozen=True, slots=True)
class _Option:
    """One way of reading a statement: a series over a window."""

    series: Series
    window: Window
    answer: Answer


@dataclass(frozen=True)
class Judge:
    """Judges the statements of one text."""

    ledger: Ledger
    plain: Plain

    def verdict(self, one: Statement) -> Verdict:
        found = self._judged(one)
        return replace(found, bases=self._bases(one, found))

    # ---- what cannot be judged ---------------------------------------------------------------------------------------

    def _judged(self, one: Statement) -> Verdict:
        if one.consecutive > 4 and one.period is not None and one.period.kind in ("cy", "fy"):
            why = f"{one.period.words} has four quarters, not {one.consecutive}; a longer run began before it"
            return self._verdict(one, "contradicted", slip="impossible", reason=f"{why}.")
        if reason := self._unreadable(one):
            return self._verdict(one, "not_checkable", reason=reason)
        if one.literal == ("pledge",):
            return self._pledge(one)
        options = list(self._options(one))
        known = [option for option in options if isinstance(option.answer, Figure)]
        if not known:
            return self._unknown(one, options)
        return self._compared(one, known)

    def _unreadable(self, one: Statement) -> str:
        """Why a statement cannot be held against any figure."""
        named = one.measure
        if one.sentence.question:
            return "a question, not a statement."
        if named is None:
            return "no measure is named that it could be a figure of."
        if named.nothing:
            return f"{named.nothing[:1].upper()}{named.nothing[1:]}."
        if one.stranger:
            return f"it may speak of {one.stranger}, which is not among the companies of the config."
        if not one.company:
            return "no company is named that it could be a figure of."
        if one.negated:
            return "the sentence denies, supposes or compares it; only plain statements are checked."
        if one.forecast:
            return "a forecast; what is to come is not among the figures, and no dated estimate of it is named."
        if one.narrowed:
            return f"there is no figure of “{one.narrowed}”, a part or a variant of the measure."
        if one.several_years:
            return "a rate over several years; its first and last year are not named."
        if one.kind == "unclear":
            return "it is not said whether the number is a level or a change."
        if one.period is not None and one.period.kind == "other" and "pledge" not in one.literal:
            return f"“{one.period.words}” names no period of the accounts."
        if one.rivals and one.company_how == "carried":
            names = " or ".join(self.ledger.name(name) for name in (one.company, *one.rivals))
            return f"it is not clear of whom it is said: {names}."
        return ""

    def _unknown(self, one: Statement, options: Sequence[_Option]) -> Verdict:
        """No figure of what is said is known: a fiscal period called by a calendar's name, or nothing to check by."""
        if options and (slip := self._calendar(one, options[0].series)) is not None:
            lack = options[0].answer
            why = f"{lack.reason}; the number is that of the {slip.when}" if isinstance(lack, Lack) else ""
            return self._verdict(
                one, "contradicted", slip=self._calendar_name(one), matched=slip, reason=_sentence(why)
            )
        if one.period_how in ("sentence", "carried", "") and (found := self._elsewhere(one)) is not None:
            told = f"the period is not said beside it; the number is that of the {found.when}"
            return self._verdict(one, "not_checkable", right=(found,), matched=found, reason=told)
        lacks = dict.fromkeys(option.answer.reason for option in options if isinstance(option.answer, Lack))
        said = "; ".join(lacks) or "no figure is known of it"
        said += self._fiscal_lack(one, options)
        return self._verdict(one, "not_checkable", reason=_sentence(said))

    def _fiscal_lack(self, one: Statement, options: Sequence[_Option]) -> str:
        """What is known of the period of the other calendar, which may be meant."""
        if one.period is None or not options or options[0].series.kind != "flow":
            return ""
        other = calendar.other_reading(one.period, year_end=self.ledger.year_end(one.company), as_of=self.ledger.as_of)
        if other is None:
            return ""
        kind = "fiscal" if self._calendar_name(one) == "fiscal for calendar" else "calendar"
        answers = [self._answer(one, series, other) for series in self._series(one)]
        lack = next((a.reason for a in reversed(answers) if isinstance(a, Lack)), "the number is not its figure")
        said = spoken(other, self.ledger.year_end(one.company)).removeprefix("fiscal ")
        return f"; if the {kind} {said} is meant, {lack}"

    # ---- the ways of reading it --------------------------------------------------------------------------------------

    def _options(self, one: Statement) -> Iterator[_Option]:
        for series in self._series(one):
            for window in self._windows(one, series):
                yield _Option(series, window, self._answer(one, series, window))

    def _series(self, one: Statement) -> tuple[Series, ...]:
        book = self.ledger.lexicon
        if one.kind == "share" and one.measure is not None:
            whole = book.literal.get(_key(one.whole), ("",))[0]
            name = book.shares.get((whole, one.literal[0]), "")
            return (book.series[name],) if name else ()
        return tuple(book.series[name] for name in one.literal)

    def _windows(self, one: Statement, series: Series) -> tuple[Window, ...]:
        """The windows that the words mean; where they name none, those that may be meant."""
        company, period = one.company, one.period
        newest = self.ledger.newest(company)
        if series.kind == "market":
            day = period.day if period is not None and period.kind == "day" and period.day else self.ledger.as_of
            return (Window(0, day),)
        if series.kind == "stock":
            return self._balance_windows(one)
        if period is not None and period.kind != "day":
            return calendar.windows(
                period, year_end=self.ledger.year_end(company), as_of=self.ledger.as_of, newest=newest
            )
        if newest is None:
            return ()
        year = max((d for d in self.ledger.ends(company) if d.month == self.ledger.year_end(company)), default=None)
        found = [Window(12, newest), Window(3, newest)]
        return (*((Window(12, year, fiscal=True),) if year else ()), *found)

    def _balance_windows(self, one: Statement) -> tuple[Window, ...]:
        period, company = one.period, one.company
        if period is not None and one.period_how == "own":
            made = calendar.windows(
                period, year_end=self.ledger.year_end(company), as_of=self.ledger.as_of,
                newest=self.ledger.newest(company),
            )  # fmt: skip
            return tuple(Window(0, window.end) for window in made)
        return tuple(Window(0, day) for day in self._balances(company)[:1])

    def _balances(self, company: str) -> tuple[date, ...]:
        """Dates of balance sheets, newest first."""
        facts = self.ledger.view.facts(company, "total_assets") or self.ledger.view.facts(company, "equity_parent")
        return tuple(sorted({fact.end for fact in facts}, reverse=True))

    def _answer(self, one: Statement, series: Series, window: Window, *, company: str = "") -> Answer:
        kind: Change = one.kind if one.kind in ("change", "points") else "level"
        if one.prior:
            window = replace(window, end=add_months(window.end, -12))
        if one.sequential and window.months == 12:
            return Lack("a change on the quarter before needs a quarter")
        back = 3 if one.sequential else 12
        if kind != "level" and series.kind == "market":
            return Lack("changes of market figures are not computed")
        return self.ledger.figure(company or one.company, series, window, kind=kind, segment=one.segment, back=back)

    # ---- comparing ---------------------------------------------------------------------------------------------------

    def _target(self, one: Statement) -> int:
        if one.kind in ("change", "points") and not one.quantity.signed and not one.quantity.change:
            return one.direction or 1
        return 1

    def _fits(self, one: Statement, figure: Figure, *, target: int | None = None) -> str | None:
        """None where the number is not this figure's; else by which rate it is, nothing for its own currency."""
        quantity, aim = one.quantity, self._target(one) if target is None else target
        for value, how in self._values(quantity, figure):
            if fits(quantity, value, target=aim):
                return how
        return None

    def _values(self, quantity: Quantity, figure: Figure) -> Iterator[tuple[float, str]]:
        """The figure in the currency of the number."""
        money = figure.unit in ("money", "money_per_share") and figure.kind != "change"
        if not money or quantity.unit not in ("money", "count"):
            yield figure.value, ""
            return
        wanted = _meant(quantity, figure.currency)
        if quantity.unit == "count" or wanted == figure.currency:
            yield figure.value, ""
            return
        for place, rate in enumerate(self.ledger.rates(figure, wanted)):
            usual = "" if place == 0 else ", as issuers print it"
            yield figure.value * rate.value, f"at {rate.how}{usual if figure.start else ''}"

    def _compared(self, one: Statement, known: Sequence[_Option]) -> Verdict:
        right = tuple(option.answer for option in known if isinstance(option.answer, Figure))
        hits = [(figure, how) for figure in right if (how := self._fits(one, figure)) is not None]
        vague = self._vague(one, known)
        if hits and (turned := self._turned(one, known)) is not None:
            return self._verdict(one, "contradicted", right=right, slip="direction", matched=turned)
        if hits and len(hits) == len(right):
            return self._verified(one, hits, vague)
        if hits and vague:
            return self._open(one, [figure for figure, _ in hits], right, vague)
        if hits:
            return self._verified(one, hits, "")
        if vague and vague != "currency":
            slip = self._slip(one, known) if vague == "period" and known[0].series.kind == "stock" else None
            return slip or self._nothing_fits(one, right, vague)
        if any(
            rounder(one.quantity, value, target=self._target(one))
            for f in right
            for value, _ in self._values(one.quantity, f)
        ):
            near = "it agrees only if its last zeros are rounding, which the text does not say."
            return self._verdict(one, "not_checkable", right=right, reason=near)
        return self._slip(one, known) or self._verdict(one, "contradicted", right=right)

    def _turned(self, one: Statement, known: Sequence[_Option]) -> Figure | None:
        """ "Fell to $59 billion" where it rose: the change of a year that is the other way; nothing where it is not."""
        said = self._moved_to(one)
        for option in known:
            flow = option.series.kind == "flow" and option.window.months == 12
            if said and flow and option.series.unit == "money" and one.kind == "level":
                change = self.ledger.figure(
                    one.company, option.series, option.window, kind="change", segment=one.segment, back=12
                )
                if isinstance(change, Figure) and change.value * said < 0:
                    return change
        return None

    def _moved_to(self, one: Statement) -> int:
        """1 or -1 where the level was reached by rising or falling: "rose sharply to"."""
        before = self.plain.text[max(one.sentence.start, one.quantity.start - MOVED) : one.quantity.start]
        if not before.endswith(" to "):
            return 0
        lists = self.ledger.lexicon.lists
        up, down = (lists[name].any(before, 0, len(before)) for name in ("up", "down"))
        return int(up) - int(down)

    def _vague(self, one: Statement, known: Sequence[_Option]) -> str:
        """What the words leave open: basis, period or currency; nothing where they say all."""
        values = {option.answer.value for option in known if isinstance(option.answer, Figure)}
        if len({option.series.name for option in known}) > 1 and len(values) > 1:
            return "basis"
        kind = known[0].series.kind
        if kind == "flow" and (one.period is None or one.period.kind == "day"):
            return "period"
        if kind == "flow" and one.period_how in ("sentence", "carried"):
            return "place"
        if one.quantity.unit == "count" and known[0].series.unit.startswith("money"):
            return "currency"
        return ""

    def _verified(self, one: Statement, hits: Sequence[tuple[Figure, str]], vague: str) -> Verdict:
        figure, how = hits[0]
        notes = []
        if how:
            notes.append(f"{how[:1].upper()}{how[1:]}.")
        if vague == "currency":
            notes.append(f"No currency is written; it is the figure in {CODES.get(figure.currency, figure.currency)}.")
        if vague == "place":
            notes.append(f"Read of the {figure.when}, which the words beside it name.")
        if vague == "period" and len(hits) > 1:
            notes.append(
                "No period is named; it holds for the last fiscal year, the last twelve months and the last quarter."
            )
        if len(one.literal) > 1 and len({each.metric for each, _ in hits}) == 1:
            what = self.ledger.lexicon.series[figure.metric].label if figure.metric in one.literal else figure.what
            notes.append(f"It is {what}; by another definition it is not known.")
        if one.quantity.loose in ("above", "below", "up_to") and not notes:
            notes.append("One-sided, and true.")
        return self._verdict(one, "verified", right=tuple(f for f, _ in hits[:1]), reason=" ".join(notes))

    def _open(self, one: Statement, hits: Sequence[Figure], right: Sequence[Figure], vague: str) -> Verdict:
        """True of one reading and not of another: named, never called verified."""
        if vague == "place":
            return self._verified(one, [(figure, "") for figure in hits], vague)
        others = [figure for figure in right if figure not in hits]
        what = {"basis": "the words do not say which is meant", "period": "no period is named"}[vague]
        it, other = (self._told(figure, one.quantity.digits) for figure in (hits[0], others[0]))
        told = f"{what}: it is {it}, not {other}."
        return self._verdict(one, "not_checkable", right=tuple(right), matched=hits[0], reason=told)

    def _nothing_fits(self, one: Statement, right: Sequence[Figure], vague: str) -> Verdict:
        what = {"basis": "the words do not say which measure is meant, and it is none of them",
                "period": "no period is named", "place": "the period is not said beside it"}[vague]  # fmt: skip
        elsewhere = self._elsewhere(one) if vague in ("period", "place") else None
        if elsewhere is not None:
            told = f"{what}; the number is that of the {elsewhere.when}."
            return self._verdict(one, "not_checkable", right=tuple(right), matched=elsewhere, reason=told)
        listed = "; ".join(self._told(figure, one.quantity.digits) for figure in right[:3])
        return self._verdict(one, "not_checkable", right=tuple(right), reason=f"{what}; known are {listed}.")

    def _told(self, figure: Figure, digits: int) -> str:
        what = figure.what.partition(", ")[2] or figure.what
        return f"{printed(figure, digits)} ({what}, {figure.when})"

    # ---- slips -------------------------------------------------------------------------------------------------------

    def _slip(self, one: Statement, known: Sequence[_Option]) -> Verdict | None:
        """The nearest figure that the number does fit, one step from what is said."""
        right = tuple(option.answer for option in known if isinstance(option.answer, Figure))
        for name, figure in self._neighbours(one, known):
            if (
                self._fits(one, figure, target=-self._target(one) if name in ("sign", "direction") else None)
                is not None
            ):
                return self._verdict(one, "contradicted", right=right, slip=name, matched=figure)
        for name, changed in self._rewritten(one, right):
            hit = next((figure for figure in right if self._fits(changed, figure) is not None), None)
            if hit is not None:
                return self._verdict(one, "contradicted", right=right, slip=name, matched=None)
        return None

    def _neighbours(self, one: Statement, known: Sequence[_Option]) -> Iterator[tuple[str, Figure]]:
        first = known[0]
        for option in known:
            assert isinstance(option.answer, Figure)
            if one.kind in ("change", "points"):
                yield "direction", option.answer
            elif option.series.unit in ("money", "fraction"):
                yield "sign", option.answer
        yield from self._bases_of(one, known)
        if (figure := self._calendar(one, first.series)) is not None:
            yield self._calendar_name(one), figure
        if first.series.kind == "market":
            yield from (("stale price", figure) for figure in self._earlier_days(one, known))
        elif (figure := self._elsewhere(one)) is not None:
            yearly = one.period is not None and one.period.kind == "cy" and figure.when.startswith("fiscal")
            yield ("fiscal for calendar" if yearly else "period"), figure
        yield from self._others(one, first)

    def _bases_of(self, one: Statement, known: Sequence[_Option]) -> Iterator[tuple[str, Figure]]:
        """Other figures that go by nearly the same name, at the same time; for a balance at the dates of the year."""
        named = {option.series.name for option in known}
        for option in known:
            for other in self.ledger.lexicon.family(option.series.family):
                if other.name in named or other.kind != option.series.kind or (one.segment and not other.segments):
                    continue
                windows = [option.window]
                if other.kind == "stock" and one.period_how != "own":
                    ends = self._balances(one.company)
                    windows += [Window(0, day) for day in ends if (option.window.end - day).days <= 370]
                for window in windows:
                    answer = self._answer(one, other, window)
                    if isinstance(answer, Figure):
                        yield _basis_name(option.series, other), answer

    def _calendar(self, one: Statement, series: Series) -> Figure | None:
        """The fiscal figure under a calendar's name, or the other way round, if the number is that one."""
        if one.period is None or series.kind != "flow":
            return None
        other = calendar.other_reading(one.period, year_end=self.ledger.year_end(one.company), as_of=self.ledger.as_of)
        if other is None:
            return None
        for each in self._series(one):
            answer = self._answer(one, each, other)
            if isinstance(answer, Figure) and self._fits(one, answer) is not None:
                return answer
        return None

    def _calendar_name(self, one: Statement) -> str:
        return "calendar for fiscal" if one.period is not None and one.period.fiscal else "fiscal for calendar"

    def _elsewhere(self, one: Statement) -> Figure | None:
        """The same measure over another period: only where the number has the digits to tell one from another."""
        found: list[Figure] = []
        for series in self._series(one):
            for window in self._all_windows(one, series):
                answer = self._answer(one, series, window)
                if isinstance(answer, Figure) and self._fits(one, answer) is not None and answer not in found:
                    found.append(answer)
        exact = one.quantity.digits > LEAST_DIGITS and not one.quantity.loose
        if not found or not (exact or (len({(f.end, f.metric) for f in found}) == 1 and one.quantity.loose == "")):
            return None
        return max(found, key=lambda figure: figure.end or date.min)

    def _all_windows(self, one: Statement, series: Series) -> Iterator[Window]:
        ends = self.ledger.ends(one.company)
        if series.kind == "stock":
            yield from (Window(0, day) for day in ends)
        elif series.kind == "flow":
            for day in ends:
                yield from (Window(12, day, fiscal=day.month == self.ledger.year_end(one.company)), Window(3, day))

    def _earlier_days(self, one: Statement, known: Sequence[_Option]) -> Iterator[Figure]:
        """The same multiple on earlier days with a close, newest first."""
        since = date.fromordinal(self.ledger.as_of.toordinal() - STALE_DAYS)
        for day in self.ledger.days(one.company, since):
            for option in known:
                if day < option.window.end:
                    answer = self.ledger.on(one.company, option.series, day)
                    if isinstance(answer, Figure):
                        yield answer

    def _others(self, one: Statement, option: _Option) -> Iterator[tuple[str, Figure]]:
        if one.quantity.digits < LEAST_DIGITS or one.quantity.loose or one.segment:
            return
        for company in self.ledger.companies:
            if company != one.company:
                for window in self._windows(replace(one, company=company), option.series):
                    answer = self._answer(one, option.series, window, company=company)
                    if isinstance(answer, Figure):
                        yield "company", answer

    def _rewritten(self, one: Statement, right: Sequence[Figure]) -> Iterator[tuple[str, Statement]]:
        """The number as it would stand with another scale, currency or unit."""
        q = one.quantity
        if q.loose in ("above", "below", "up_to"):
            return
        money = any(figure.unit == "money" for figure in right)
        if money and q.unit == "money":
            for code in dict.fromkeys(figure.currency for figure in right):
                if code != _meant(q, code):
                    yield "currency", replace(one, quantity=replace(q, currency=code, currencies=()))
            if all(figure.currency == _meant(q, figure.currency) for figure in right):
                yield "currency", replace(one, quantity=replace(q, currency="USD" if q.currency != "USD" else "CNY"))
        if (money and q.unit in ("money", "count")) or any(f.unit in ("shares", "count") for f in right):
            for power in (1e3, 1e-3, 1e6, 1e-6, 10.0, 0.1):
                yield "scale", replace(one, quantity=_scaled(q, power))
        if q.unit in ("fraction", "points"):
            yield "scale", replace(one, quantity=_scaled(q, 10.0))
            yield "scale", replace(one, quantity=_scaled(q, 0.1))

    # ---- pledges -----------------------------------------------------------------------------------------------------

    def _pledge(self, one: Statement) -> Verdict:
        """What the company says it will spend over so many years, as its own claim."""
        years = one.period.years if one.period is not None else None
        known = [f for f in self.ledger.pledges(one.company) if not years or f.how == f"{years:g}"]
        if not known:
            return self._verdict(one, "not_checkable", reason="the company’s own statement of it is not in the data.")
        for figure in known:
            for value, how in self._pledged(one.quantity, figure):
                if fits(one.quantity, value):
                    reason = f"The company’s own claim, not a figure of its accounts{f'; {how}' if how else ''}."
                    return self._verdict(one, "verified", right=(figure,), reason=reason)
        if len(known) == 1 and one.period_how == "own":
            return self._verdict(one, "contradicted", right=tuple(known))
        return self._verdict(
            one, "not_checkable", right=tuple(known), reason="it is not clear which of its claims is meant."
        )

    def _pledged(self, quantity: Quantity, figure: Figure) -> Iterator[tuple[float, str]]:
        wanted = _meant(quantity, figure.currency)
        if wanted == figure.currency:
            yield figure.value, ""
            return
        for day in (figure.end or self.ledger.as_of, self.ledger.as_of):
            for rate in self.ledger.rates(replace(figure, start=None, end=day), wanted):
                yield figure.value * rate.value, f"at {rate.how}"

    # ---- the verdict -------------------------------------------------------------------------------------------------

    def _verdict(
        self, one: Statement, judgement: Judgement, *, right: Sequence[Figure] = (), slip: str = "",
        matched: Figure | None = None, reason: str = "",
    ) -> Verdict:  # fmt: skip
        line, column = self.plain.place(one.quote_start)
        start, end = self.plain.offset(one.quote_start), self.plain.offset(one.quote_end - 1) + 1
        sentence = self.plain.quote(one.sentence.start, one.sentence.end)
        return Verdict(
            self.plain.quote(one.quote_start, one.quote_end), line, column, start, end, judgement, self._reading(one),
            tuple(right), slip, matched, _sentence(reason), sentence=sentence,
            digits=one.quantity.digits,
        )  # fmt: skip

    def _reading(self, one: Statement) -> str:
        parts = []
        if one.company:
            parts.append(self.ledger.name(one.company))
        if one.measure is not None:
            parts.append(f"{one.measure.words}{f' of {one.segment}' if one.segment else ''}")
        if one.period is not None and one.period_how:
            parts.append(one.period.words)
        parts.append(
            {"change": "change", "points": "change in amount or points", "share": f"share of {one.whole}"}.get(
                one.kind, "level"
            )
        )
        return ", ".join(parts)

    def _bases(self, one: Statement, found: Verdict) -> tuple[str, ...]:
        """On whose earnings a number stands, by the figure that it is."""
        figure = found.matched or (found.right[0] if found.right else None)
        if figure is None or (found.judgement == "not_checkable" and found.matched is None):
            return ()
        series = self.ledger.lexicon.series.get(figure.metric)
        if series is None:
            return ()
        if series.family == "net income":
            return (series.basis,)
        return (series.earnings,) if series.earnings else ()


def _key(words: str) -> str:
    from peerbench.factcheck.lexicon import normal

    return normal(words)


def _meant(quantity: Quantity, own: str) -> str:
    """The currency of a number: a bare ¥ is the company's own where that is the yuan or the yen."""
    if quantity.currencies:
        return own if own in quantity.currencies else quantity.currencies[0]
    return quantity.currency or own


def _scaled(quantity: Quantity, power: float) -> Quantity:
    return replace(
        quantity, low=quantity.low * power, high=quantity.high * power, step=quantity.step * power,
        rough=quantity.rough * power,
    )  # fmt: skip


def _basis_name(said: Series, other: Series) -> str:
    if said.basis == "net" and other.basis.startswith("gross"):
        return "gross for net"
    if said.basis.startswith("gross") and other.basis == "net":
        return "net for gross"
    return "basis"


def _sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "!", "?")) else ".")


def printed(figure: Figure, digits: int = 3) -> str:
    """A figure as a verdict prints it, as closely as a number of so many digits."""
    from peerbench.render.format import text

    return text(number(figure, digits))


def judged(judge: Judge, statements: Iterable[Statement]) -> tuple[Verdict, ...]:
    return tuple(judge.verdict(one) for one in statements)

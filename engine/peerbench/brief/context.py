"""The desk at which one brief is written: phrases, citations, exhibit numbers, footnote letters, in reading order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property

from peerbench.brief.audience import Audience
from peerbench.brief.sourcebook import Sourcebook
from peerbench.brief.study import Premiums, QuarterSeries, Study
from peerbench.brief.told import facts
from peerbench.core.document import Cell, Cite, Mark, Native, Number, Paragraph, Span, Spans, Strong, Text, When
from peerbench.core.evidence import Evidence, Quantity, Tested
from peerbench.core.metric import Operand
from peerbench.core.scripts import language
from peerbench.narrate import valuation, words
from peerbench.narrate.claims import Claim, Kind, Statement, Value, speak, ways
from peerbench.narrate.phrases import Phrases

SIZES = ("market_cap", "revenue_ltm")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
CLEARLY = 2.0  # how many times the weight of the audience's first measure another needs to carry the headline
WORTH = 0.15  # and what it must weigh at all
WIDE = 22  # letters of a name and its native form, of twice their width, that fit the first column of a table


@dataclass
class Desk:
    """Writes one brief. It counts as it goes, so blocks must be asked for in reading order."""

    study: Study
    audience: Audience
    phrases: Phrases
    book: Sourcebook
    figures: int = 0
    tables: int = 0
    letters: int = 0
    said: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)  # facts in the text of the page being written, see brief.told
    stance: int = 0  # whether the headline speaks for the subject (1), against it (-1) or neither
    placed: set[str] = field(default_factory=set)  # names of blocks already on a page
    claims: list[Claim] = field(default_factory=list)
    limits: Mapping[str, float] = field(default_factory=dict)  # of the page being written, see brief.cuts
    sentences: Mapping[str, int] = field(default_factory=dict)  # of notes by id, as in English; elsewhere none

    @property
    def evidence(self) -> Evidence:
        return self.study.evidence

    @cached_property
    def operands(self) -> dict[str, Operand]:
        """Every operand of the study's formulas by its key."""
        return {operand.key: operand for operand in self.study.plan.operands}

    @cached_property
    def headline_metric(self) -> str:
        """The first of the audience's headline metrics that has a premium, unless another's gap clearly weighs more."""
        options = [metric for metric in self.audience.names("headline_metrics") if self.evidence.has(metric)]
        usable = [metric for metric in options if self.evidence.premium(metric).ok]
        weights = {m: valuation.headline_weight(self.evidence, self.study.tested.get(m), m) for m in usable}
        first = (usable or options or ["pe_ltm"])[0]
        strongest = max(usable, key=lambda metric: weights[metric], default=first)
        clear = bool(usable) and weights[strongest] >= max(WORTH, CLEARLY * weights[first])
        return strongest if clear else first

    @property
    def tested(self) -> Tested | None:
        return self.study.tested.get(self.headline_metric)

    @property
    def premiums(self) -> Premiums | None:
        """The gap through time on the multiple that this audience follows."""
        return self.study.premiums.get(self.audience.words("history"))

    @property
    def segments(self) -> tuple[QuarterSeries, ...]:
        """The comparable segments that this audience names, under its own labels."""
        chosen = self.audience.settings.get("segments") or {}
        mine = {company: entry for company, entry in chosen.items() if isinstance(entry, Mapping)}
        return tuple(
            replace(series, label=mine[series.company].get("label") or series.label)
            for series in self.study.segments
            if series.company in mine and series.segment == mine[series.company]["segment"]
        )

    @property
    def priced_on(self) -> When:
        return When(self.study.priced_on or self.evidence.as_of)

    def metrics(self, key: str) -> tuple[str, ...]:
        """The audience's list of metric ids that this study computed."""
        return tuple(metric for metric in self.audience.names(key) if self.evidence.has(metric))

    def limit(self, name: str, default: int) -> int:
        """How many of something the page being written may hold."""
        return int(self.limits.get(name, default))

    def shown(self, most: int, among: Sequence[str] = ()) -> tuple[str, ...]:
        """The subject and its peers; of more peers than fit, the largest by market value, else by revenue."""
        ev = self.evidence
        everyone = [company for company in among or ev.everyone if company != ev.subject]
        if len(everyone) <= most:
            return (ev.subject, *everyone)
        by = next((m for m in SIZES if any(ev.money(c, m).ok for c in everyone)), SIZES[0])
        largest = sorted(everyone, key=lambda c: -(ev.money(c, by).value or 0.0))[:most]
        return (ev.subject, *(company for company in everyone if company in largest))

    def not_shown(self, shown: Collection[str], among: Sequence[str] = ()) -> str:
        """What a note says of the peers that an exhibit does not show; nothing when it shows all it knows."""
        known, some = len(among or self.evidence.everyone) - 1, len(shown) - 1
        known -= bool(among) and self.evidence.subject not in among
        return f"The {words.count(some)} largest of {words.count(known)} peers." if some < known else ""

    def ratio(self, company: str) -> Quantity:
        """How many ordinary shares stand behind one unit of the line that a company's price is of."""
        listed = self.study.listings[company]
        what = f"{self.evidence.name(company)}, ordinary shares per unit of {listed.line}"
        ratio = listed.ordinary_per_unit
        unit = "count" if ratio.is_integer() else "pure"
        return self.evidence.work(f"per_unit:{company}", what, ratio, unit, "as the data list the line", ())

    # ---- words --------------------------------------------------------------------------------------------------

    def draft(self, statement: Statement | None) -> Claim | None:
        """How a statement would be said here: its first true wording that tells nothing the page has told."""
        if statement is None or statement.id in self.said:
            return None
        worded = ways(statement, self.phrases)
        return next((claim for claim in worded if not self.told & facts(claim.refs)), None)

    def say(self, statement: Statement | None) -> Claim | None:
        """Word a statement, once a brief; what the page has told is not told again."""
        claim = self.draft(statement)
        if claim is not None:
            self.keep(claim)
        return claim

    def keep(self, claim: Claim) -> None:
        """Put a claim on the page."""
        self.said.add(claim.id)
        self.told |= facts(claim.refs)
        self.claims.append(claim)

    @contextmanager
    def summary(self) -> Iterator[None]:
        """The takeaways: they may tell again what the head has told, and each fact once among themselves."""
        head, self.told = self.told, set()
        yield
        self.told |= head

    def title(self, name: str, values: Mapping[str, Value], holds: Mapping[str, bool]) -> Spans:
        """A title that is a claim. Every title has a variant without needs, so it always says something true."""
        claim = speak(Statement(name, values, holds), self.phrases)
        self.claims += [claim] if claim else []
        return claim.spans if claim else (Text(name),)

    def paragraph(
        self, statements: Iterable[Statement | None], *, cite: bool = True, lead: Spans = ()
    ) -> Paragraph | None:
        """Several statements as one paragraph, with the citations of all of them at its end."""
        claims = [claim for statement in statements if (claim := self.say(statement))]
        if not claims:
            return None
        spans: list[Span] = []
        for claim in claims:
            spans += [Text(" ")] if spans else []
            spans += [Strong(claim.lead), Text(" "), *claim.spans] if claim.lead else [*claim.spans]
        refs = [ref for claim in claims for ref in claim.refs]
        kind: Kind = next((claim.kind for claim in claims if claim.kind != "fact"), "fact")
        return Paragraph((*spans, *(self.cite(refs) if cite else ())), lead, kind)

    def takeaway(self, claim: Claim) -> Paragraph:
        return Paragraph((*claim.spans, *self.cite(claim.refs)), claim.lead, claim.kind)

    # ---- citations and marks ------------------------------------------------------------------------------------

    def cite(self, refs: Sequence[str]) -> Spans:
        """The superior citation of every document that the refs rest on."""
        documents = [id for ref in refs for id in self.evidence.documents(ref)]
        numbers = self.book.cite(documents)
        return (Cite(numbers),) if numbers else ()

    def source_line(self, refs: Iterable[str], note: str = "", *, intro: str = "Source: ") -> Spans:
        """ "Source: [1–4, 7]. Note: …" under an exhibit."""
        documents = [id for ref in refs for id in self.evidence.documents(ref)]
        numbers = self.book.cite(documents)
        listed = f"{intro}{bracketed(numbers)}." if numbers else ""
        return (Text(" ".join(part for part in (listed, note) if part)),)

    def letter(self) -> str:
        letter = LETTERS[self.letters % len(LETTERS)]
        self.letters += 1
        return letter

    def next_figure(self) -> int:
        self.figures += 1
        return self.figures

    def next_table(self) -> int:
        self.tables += 1
        return self.tables

    # ---- small parts of tables ----------------------------------------------------------------------------------

    def company(self, company: str, *, mark: str = "") -> Spans:
        """A name with its native form once, e.g. Alibaba 阿里巴巴, where both fit the first column of a table."""
        known = self.evidence.companies[company]
        spans: list[Span] = [Text(known.name)]
        if known.native_name and len(known.name) + 2 * len(known.native_name) <= WIDE:
            spans += [Text(" "), Native(known.native_name, language(known.native_name))]
        return (*spans, *((Mark(mark),) if mark else ()))


def bracketed(numbers: Sequence[int]) -> str:
    """(1, 2, 3, 7) as "[1–3, 7]"."""
    runs: list[str] = []
    start = 0
    ordered = sorted(set(numbers))
    for index, number in enumerate(ordered):
        if index + 1 == len(ordered) or ordered[index + 1] != number + 1:
            first = ordered[start]
            runs.append(str(first) if first == number else f"{first}–{number}")
            start = index + 1
    return f"[{', '.join(runs)}]" if runs else ""


def cell(quantity: Quantity | None, format: str, *, absolute: bool = False, strong: bool = False) -> Cell:
    if quantity is None:
        return Cell()
    return Cell((quantity.number(format, absolute=absolute),), strong=strong)


def plain(value: float | None, format: str) -> Cell:
    """A count or a rank: a number without lineage of its own; withheld when None."""
    return Cell((Number(value, format, status="ok" if value is not None else "withheld"),))

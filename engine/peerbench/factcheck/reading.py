"""Reading: a sentence becomes statements, each a number with the company, measure, period and direction it is said of.

What the words leave open stays open: several series, no period, a company carried over from the sentence before. The
judgement decides what an open reading is worth.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from peerbench.factcheck.lexicon import Lexicon
from peerbench.factcheck.mentions import Cast, Named
from peerbench.factcheck.plain import Plain
from peerbench.factcheck.quantities import Quantity
from peerbench.factcheck.scan import Memory, Scan
from peerbench.factcheck.sentences import sentences
from peerbench.factcheck.statement import Statement
from peerbench.factcheck.which_company import with_company, with_segment
from peerbench.factcheck.which_measure import FAR, measure_of, with_measure
from peerbench.factcheck.which_period import dated, with_period

PERIOD_GAP: Final = 16  # letters between a number and the period that its quote takes in
_APART: Final = re.compile(r"\s+(?:short|shy|less|more|fewer|below|above|higher|lower|off)\b")
_CONSECUTIVE: Final = re.compile(r"consecutive quarters", re.IGNORECASE)


def statements(plain: Plain, cast: Cast, lexicon: Lexicon, *, about: str = "") -> tuple[Statement, ...]:
    """Every quantitative statement in reading order. about: the company of a text that names none."""
    memory = Memory(-1)
    found: list[Statement] = []
    for sentence in sentences(plain.text):
        if sentence.paragraph != memory.paragraph:
            memory = Memory(sentence.paragraph)
        scan = Scan(plain.text, sentence, cast, lexicon, memory, about)
        found += _of_sentence(scan)
        _remember(scan)
    return tuple(found)


def _of_sentence(scan: Scan) -> list[Statement]:
    """A statement a number; each may lean on those before it."""
    made: list[Statement] = []
    for at, quantity in enumerate(scan.quantities):
        if (one := _statement(scan, at, quantity, made)) is not None:
            made.append(one)
    return made


def _remember(scan: Scan) -> None:
    """What the next sentence of the paragraph may lean on."""
    memory = scan.memory
    subject = scan.subject()
    if subject is not None:
        memory.company = subject
        memory.companies |= {subject.company}
    elif not scan.sentence.bullet and any(a - scan.start < 6 or name.endswith("'s") for a, _, name in scan.strangers):
        memory.company = None  # the paragraph has turned to somebody else
    if scan.periods:
        usable = [one for one in scan.periods if one.kind != "other"]
        memory.period = usable[-1] if len(usable) == 1 else None


def _statement(scan: Scan, at: int, quantity: Quantity, before: Sequence[Statement]) -> Statement | None:
    clause = scan.clause(quantity.start)
    named, inherited = measure_of(scan, at, quantity, before)
    if named is None and quantity.unit == "count" and not quantity.noun:
        return None
    one = Statement(quantity, scan.sentence, *_quote(scan, quantity, named, clause, inherited=inherited), measure=named)
    one = _like_the_last(with_measure(scan, one, named, clause, inherited=inherited), before)
    one = with_segment(scan, with_company(scan, one, named, inherited=inherited))
    one = _quoted(scan, dated(scan, with_period(scan, one, clause)))
    return _qualified(scan, one, clause)


def _qualified(scan: Scan, one: Statement, clause: tuple[int, int]) -> Statement:
    """The statement with what other words of its sentence make of it: a forecast, a denial, a loss, a run."""
    quantity, pledge = one.quantity, "pledge" in one.literal
    lists = scan.lexicon.lists
    whole = clause if clause[1] - clause[0] > 25 else (scan.start, scan.end)
    return replace(
        one,
        sequential=lists["sequential"].any(scan.text, *clause),
        several_years=not pledge and lists["several_years"].any(scan.text, *clause),
        forecast=_is_forecast(scan, one, clause),
        negated=lists["negation"].any(scan.text, whole[0], quantity.start) or _undone(scan, one, clause),
        loss=one.measure is not None and lists["loss"].any(scan.text, *clause),
        consecutive=_consecutive(scan, quantity),
    )


def _undone(scan: Scan, one: Statement, clause: tuple[int, int]) -> bool:
    """Words behind a number that make it another: "$9 billion short", "$9 billion less than hoped", "before tax"."""
    end = one.quantity.end
    apart = one.kind == "level" and _APART.match(scan.text, end) is not None
    return apart or scan.lexicon.lists["undone"].any(scan.text, end, max(end, clause[1]))


def _like_the_last(one: Statement, before: Sequence[Statement]) -> Statement:
    """ "grew 8 %, against 11 % at Amazon": a second share of one measure is a change as the first was."""
    last = before[-1] if before else None
    if last is None or one.kind != "unclear" or last.kind != "change" or one.literal != last.literal:
        return one
    return replace(one, kind="change", direction=last.direction)


def _is_forecast(scan: Scan, one: Statement, clause: tuple[int, int]) -> bool:
    """Said of what is to come; a pledge and a forward multiple are, and are statements all the same."""
    words = scan.lexicon.lists["forecast"]
    if not one.literal:
        return words.any(scan.text, *clause)
    ahead = "pledge" in one.literal or set(one.literal) <= {"pe_fy1", "pe_ntm"}
    return not ahead and words.any(scan.text, scan.start, one.quantity.end)


def _consecutive(scan: Scan, quantity: Quantity) -> int:
    run = _CONSECUTIVE.match(scan.text[quantity.end : quantity.end + 25].lstrip(" -"))
    return int(quantity.low) if run and quantity.unit == "count" else 0


def _quote(
    scan: Scan, quantity: Quantity, named: Named | None, clause: tuple[int, int], *, inherited: bool
) -> tuple[int, int]:
    """From the measure to the number or the other way round, not far; else a few words around the number."""
    spans = [(quantity.start, quantity.end)]
    if named is not None and not inherited and abs(named.start - quantity.start) < FAR:
        spans.append((named.start, named.end))
    a, b = min(span[0] for span in spans), max(span[1] for span in spans)
    if len(spans) == 1:
        first = scan.text.rfind(" ", clause[0], max(clause[0], a - 18))
        a = first + 1 if first >= 0 else clause[0] if a - clause[0] < 24 else a
        last = scan.text.find(" ", b + 14, clause[1])
        b = last if last >= 0 else clause[1] if clause[1] - b < 24 else b
    return a + len(scan.text[a:b]) - len(scan.text[a:b].lstrip(" ,;:(—–-")), a + len(
        scan.text[a:b].rstrip(" ,;:(—–.\n")
    )


def _quoted(scan: Scan, one: Statement) -> Statement:
    """The quote with whose number it is, the period right behind it, and brackets in pairs."""
    a, b = one.quote_start, one.quote_end
    owner = next((c for c in scan.companies if c.owns and 0 <= a - c.end <= 4), None)
    a = owner.start if owner is not None else a
    if one.period is not None and one.period_how == "own" and 0 <= one.period.start - b <= PERIOD_GAP:
        b = one.period.end
    if scan.text.count("(", a, b) > scan.text.count(")", a, b) and scan.text[b : b + 1] == ")":
        b += 1
    return replace(one, quote_start=a, quote_end=b)

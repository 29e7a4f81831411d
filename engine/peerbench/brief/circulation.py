"""Claims in circulation, checked: what others say about the companies, each with its verdict and the figure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from peerbench.brief.context import Desk
from peerbench.core.document import Number, Register, Spans, Text, When
from peerbench.core.evidence import Quantity
from peerbench.core.verdicts import SLIPS, Circulated, Figure, Verdict, number

CLAIMS: Final = 8
ORDER: Final = ("contradicted", "verified", "not_checkable")
VERDICTS: Final = {"verified": "True", "contradicted": "False", "not_checkable": "Not checkable"}
QUOTE: Final = 60  # letters of a quotation


def register(desk: Desk) -> Register | None:
    """The statements with the weightiest verdicts; nothing where none is checked."""
    told = _told(desk.study.circulating)
    shown = told[: desk.limit("claims", CLAIMS)]
    if not shown:
        return None
    entries = tuple((f"“{_short(one.verdict.quote)}”", *_entry(desk, one.verdict)) for one in shown)
    more = len(told) - len(shown)
    return Register(
        "claims", (Text("Claims in circulation, checked"),), entries, _source(told, more), desk.next_table()
    )


def _told(every: Sequence[Circulated]) -> list[Circulated]:
    """Each statement once, the contradicted ones first, in the order in which they were made."""
    distinct = {(one.verdict.reading, one.verdict.quote): one for one in every}
    kept = [one for one in distinct.values() if not any(_says_more(other, one) for other in distinct.values())]
    return sorted(kept, key=lambda one: ORDER.index(one.verdict.judgement))


def _says_more(other: Circulated, one: Circulated) -> bool:
    """Of "income rose 62 %" and "income rose 62 % to RMB130bn" with one fault the longer speaks for both."""
    longer, shorter = other.verdict, one.verdict
    same = (longer.judgement, longer.slip, longer.sentence) == (shorter.judgement, shorter.slip, shorter.sentence)
    return same and longer.quote != shorter.quote and longer.quote.startswith(shorter.quote)


def _entry(desk: Desk, verdict: Verdict) -> tuple[Spans, Spans]:
    """Verdict in bold, and the figure or the reason."""
    word = SLIPS[verdict.slip] if verdict.slip else VERDICTS[verdict.judgement]
    head: Spans = (Text(f"{word[:1].upper()}{word[1:]}."),)
    figure = verdict.right[0] if verdict.right else verdict.matched
    if figure is None or verdict.judgement == "not_checkable":
        return head, (Text(f" {_first(verdict.reason)}"),)
    return head, _figure(desk, figure, verdict)


def _figure(desk: Desk, figure: Figure, verdict: Verdict) -> Spans:
    """What it is, how much, and when: Net debt / equity: −0.14x, 30 June 2025."""
    company, _, what = figure.what.partition(", ")
    what = what.partition(": change")[0] or company
    whose = "" if figure.company == desk.evidence.subject or not what else f"{company}, "
    label = f"{whose}{what}"
    if figure.metric == "pledge":
        return (Text(" The company says so, "), When(figure.end, "data") if figure.end else Text("itself"), Text("."))
    return (
        Text(f" {label[:1].upper()}{label[1:]}: "),
        _number(desk, figure, verdict),
        Text(f", {_dated(figure.when)}."),
    )


def _number(desk: Desk, figure: Figure, verdict: Verdict) -> Number:
    """The figure as a number of the page, with its row in the lineage."""
    kind = f":{figure.kind}" if figure.kind != "level" else ""
    ref = f"checked:{figure.company}:{figure.metric}{kind}:{figure.when}"
    unit = "fraction" if figure.kind == "change" else figure.unit
    quantity: Quantity = desk.evidence.work(
        ref, f"{figure.what}, {figure.when}", figure.value, unit, figure.how or "as stated", (),
        currency=figure.currency, documents=figure.documents,
    )  # fmt: skip
    return quantity.number(number(figure, verdict.digits).format)


def _dated(when: str) -> str:
    """A window with its month in three letters, as tables have it."""
    return re.sub(r"(\d) ([A-Z][a-z]{2})[a-z]+ (\d{4})", r"\1 \2 \3", when)


def _first(reason: str) -> str:
    """The first clause of a reason; checked.json has all of it."""
    text = reason.partition("; ")[0].rstrip(".")
    return f"{_dated(text)}."


def _short(quote: str) -> str:
    return quote if len(quote) <= QUOTE else f"{quote[: QUOTE - 1].rsplit(' ', 1)[0]}…"


def _source(every: Sequence[Circulated], more: int) -> Spans:
    """Where they stand: From an AI-written article of 24 September 2025."""
    spans: list[Text | When] = []
    for source, day in dict.fromkeys((one.source, one.day) for one in every):
        spans += [Text("; " if spans else "From "), Text(f"{source} of "), When(day, "data")]
    tail = f". And {more} more in checked.json." if more > 0 else "."
    return (*spans, Text(tail))

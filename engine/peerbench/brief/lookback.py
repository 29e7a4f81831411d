"""The blocks that look back: what moved since the last issue, as a table or one sentence, and corrections."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from peerbench.brief.attribution import EARNINGS, ESTIMATES, FX, PRICE, RESTATEMENT, SHARES
from peerbench.brief.audience import Audience
from peerbench.brief.context import Desk
from peerbench.brief.since import Correction, Figure, Since
from peerbench.compare.changes import METHOD, PEER_SET, PEERS
from peerbench.core.document import Cell, Column, Note, Number, Paragraph, Row, Span, Spans, Table, Text, When
from peerbench.core.evidence import Quantity
from peerbench.core.items import ITEMS
from peerbench.narrate.claims import possessive

SMALLEST: Final = 0.0005  # of a fraction: what rounds to 0.0 points is no row
ORDER: Final = (PRICE, EARNINGS, ESTIMATES, SHARES, RESTATEMENT, PEERS, PEER_SET, FX, METHOD)
SHORT: Final = {
    PRICE: "price", EARNINGS: "accounts", ESTIMATES: "forecasts", SHARES: "share count",
    RESTATEMENT: "restated figures", PEERS: "peer median", PEER_SET: "choice of peers", FX: "exchange rate",
    METHOD: "method",
}  # fmt: skip
ITEM_WORDS: Final = {
    "revenue": "sales", "net_income": "earnings", "net_income_parent": "earnings", "net_income_common": "earnings",
    "operating_income": "operating income", "equity_parent": "book value", "equity_total": "book value",
}  # fmt: skip
WHY: Final = {
    "restated": "restated by the issuer", "corrected": "corrected in our data", "withdrawn": "withdrawn from our data",
}  # fmt: skip
MOST_CORRECTIONS: Final = 3
UNIT_FORMATS: Final = {"times": "x1", "fraction": "pct1", "money": "money", "money_per_share": "price"}
FACT_FORMATS: Final = {"money": "money", "money_per_share": "price", "shares": "shares", "count": "count"}


def followed(audience: Audience) -> tuple[str, ...]:
    """Metrics that the audience follows from issue to issue, the first that both issues have first."""
    return tuple(dict.fromkeys((*audience.names("since"), *audience.names("headline_metrics"))))


# ---- blocks ----------------------------------------------------------------------------------------------------------


def table(desk: Desk) -> Table | None:
    """Then, what moved it, now (LOOK 6): each cause its part, in percentage points."""
    found = desk.study.since
    figure = _figure(desk)
    if found is None or found.day is None or figure is None or not figure.parts or figure.to_peers is None:
        return None
    name = _gap_name(desk, figure)
    head = name[:1].upper() + name[1:]
    then, now = _then(desk, found, figure), _now(desk, figure)
    shown = "sbpct1" if figure.relative else "spp1"
    parts = tuple(_quantities(desk, figure, then))
    rows = (
        Row((Text(f"{head} then"),), (_cell(then, shown),)),
        *(Row(_label(desk, figure, cause), (_cell(part, "spp1"),)) for cause, part in parts),
        Row((Text(f"{head} now"),), (_cell(now, shown),), "subject"),
    )
    unit = "%" if figure.relative else "pp"
    return Table(
        "since",
        _title(found),
        (Text(f"{head} to median, {unit}; causes in pp{_rounded(figure, parts)}"),),
        (Column("part", "", 12.5),),
        rows,
        label_head="",
        notes=(("", _method(found)),),
        kind="module",
    )


def sentence(desk: Desk) -> Note | None:
    """The same in one sentence, in the same order."""
    found, figure = desk.study.since, _figure(desk)
    if found is None or found.day is None:
        return None
    if figure is None or figure.to_peers is None:
        why = "No figure that this brief follows was in both issues. "
        return _note(found, (Text(why), *_method(found)))
    name, shown = _gap_name(desk, figure), "spct1" if figure.relative else "pp1"
    then, now = _then(desk, found, figure), _now(desk, figure)
    if not figure.parts:
        said: Spans = (Text(f"The {name} is "), now.number(shown), Text(f"; {figure.reason}. "))
    elif abs(figure.to_peers[1] - figure.to_peers[0]) < SMALLEST:
        said = (Text(f"The {name} is unchanged at "), now.number(shown), Text(". "))
    else:
        parts = tuple(_quantities(desk, figure, then))
        listed = [span for cause, part in parts for span in _listed(figure, cause, part)]
        said = (
            Text(f"The {name} went from "), then.number(shown), Text(" to "), now.number(shown), Text(": "),
            *listed[:-1], Text(f"{_rounded(figure, parts)}. "),
        )  # fmt: skip
    return _note(found, (*said, *_method(found)))


def corrections(desk: Desk) -> Note | None:
    """Facts that an issue was printed on and that are others now: old, new and why; never left out for want of room."""
    found = desk.study.since
    if found is None or not found.corrections:
        return None
    shown = found.corrections[:MOST_CORRECTIONS]
    more = len(found.corrections) - len(shown)
    paragraphs = [Paragraph(tuple(_corrected(desk, found, one))) for one in shown]
    if more:
        paragraphs.append(Paragraph((Text(f"And {more} more in since.json."),)))
    effects = tuple(_effects(desk, found))
    return Note("corrections", "Corrections", (*paragraphs, *effects), "kicker")


# ---- words -----------------------------------------------------------------------------------------------------------


def _title(found: Since) -> Spans:
    assert found.day is not None
    return (Text(f"Since issue {found.number}, "), When(found.day))


def _note(found: Since, spans: Spans) -> Note:
    return Note("since", f"Since issue {found.number}, {found.day:%-d %B %Y}", (Paragraph(spans),), "kicker")


def _listed(figure: Figure, cause: str, part: Quantity) -> tuple[Span, ...]:
    return (Text(f"{_short(figure, cause)} "), part.number("pp1"), Text(", "))


def _method(found: Since) -> Spans:
    """Method, peers, corrections: what else may have changed, or that nothing did."""
    count = len(found.corrections)
    told = "no corrections" if not count else f"{count} correction{'s' * (count > 1)}, see the note"
    if not found.asked:
        return (Text(f"Method and peers unchanged; {told}."),)
    listed = "; ".join(found.asked)
    return (Text(f"{listed[:1].upper()}{listed[1:]}; {told}."),)


def _rounded(figure: Figure, parts: Sequence[tuple[str, Quantity]]) -> str:
    """Rounded parts that do not add up to the rounded ends say so."""
    ends = figure.to_peers
    assert ends is not None
    whole = _tenths(ends[1]) - _tenths(ends[0])
    return "" if whole == sum(_tenths(part.value or 0.0) for _, part in parts) else ", rounded"


def _tenths(value: float) -> int:
    """Tenths of a percentage point as they are printed: half away from zero."""
    return int(math.copysign(math.floor(abs(value) * 1000 + 0.5 + 1e-9), value))


def _gap_name(desk: Desk, figure: Figure) -> str:
    """The P/E gap; the gap in volatility."""
    definition = desk.evidence.definitions[figure.metric]
    if definition.unit == "times":
        return f"{definition.short} gap"
    short = definition.short
    return f"gap in {short if short[:2].isupper() else short[:1].lower() + short[1:]}"


def _short(figure: Figure, cause: str) -> str:
    return ITEM_WORDS.get(figure.item, SHORT[cause]) if cause == EARNINGS else SHORT[cause]


def _label(desk: Desk, figure: Figure, cause: str) -> Spans:
    """A cause in words, with how far it moved where that is one number."""
    whose = possessive(desk.evidence.name(desk.evidence.subject))
    step = figure.steps.get(cause)
    moved: Spans = () if step is None else (Text(", "), Number(step, "spct0"))
    if cause == PRICE:
        return (Text(f"{whose} price"), *moved)
    if cause == EARNINGS:
        return (Text(f"{whose} {_short(figure, cause)}"), *moved)
    if cause == PEERS and figure.medians is not None:
        unit = "x1" if desk.evidence.definitions[figure.metric].unit == "times" else "pct1"
        then, now = (Number(value, unit) for value in figure.medians)
        return (Text("Peer median, "), then, Text(" to "), now)
    return (Text(SHORT[cause][:1].upper() + SHORT[cause][1:]),)


# ---- numbers ---------------------------------------------------------------------------------------------------------


def _figure(desk: Desk) -> Figure | None:
    """The figure that this audience follows: the first whose change is split, else the first that both issues have."""
    found = desk.study.since
    known = [found.figures[metric] for metric in followed(desk.audience) if metric in found.figures] if found else []
    known = [figure for figure in known if desk.evidence.has(figure.metric)]
    split = [figure for figure in known if figure.parts and figure.to_peers is not None]
    return next(iter(split or [figure for figure in known if figure.to_peers is not None]), None)


def _then(desk: Desk, found: Since, figure: Figure) -> Quantity:
    assert figure.to_peers is not None
    assert found.day is not None
    what = f"{desk.evidence.label(figure.metric)}: gap to the peer median in issue {found.number}"
    how = f"as printed in issue {found.number} of {found.day:%-d %B %Y}"
    value = figure.to_peers[0]
    return desk.evidence.work(f"since:{figure.metric}:then", what, value, "fraction", how, (), documents=figure.before)


def _now(desk: Desk, figure: Figure) -> Quantity:
    return desk.evidence.premium(figure.metric) if figure.relative else desk.evidence.gap(figure.metric)


def _quantities(desk: Desk, figure: Figure, then: Quantity) -> Iterator[tuple[str, Quantity]]:
    """The part of each cause that is not nothing when rounded."""
    now = _now(desk, figure)
    how = (
        "its share of the change in logarithms, scaled to the change" if figure.relative else "its share of the change"
    )
    for cause in ORDER:
        value = figure.parts.get(cause, 0.0)
        if abs(value) >= SMALLEST:
            what = f"{desk.evidence.label(figure.metric)}: change of the gap by {_short(figure, cause)}"
            yield cause, desk.evidence.work(f"since:{figure.metric}:{cause}", what, value, "fraction", how, (then, now))


def _cell(quantity: Quantity, format: str) -> Cell:
    return Cell((quantity.number(format),))


# ---- corrections -----------------------------------------------------------------------------------------------------


def _corrected(desk: Desk, found: Since, one: Correction) -> Iterator[Span]:
    ev = desk.evidence
    name = ev.name(one.company) if one.company in ev.companies else one.company
    item = ITEMS[one.item].label if one.item in ITEMS else one.item
    segment = "" if one.segment == "total" else f" ({one.segment})"
    period = f"{one.months} months to" if one.months else "at"
    what = f"{name}, {item}{segment}, {period} {one.period_end:%-d %B %Y}"
    where = "as this issue was first printed" if one.rebuilt else f"in issue {found.number}"
    yield Text(f"{what}: ")
    if one.now is not None:
        yield _fact(desk, one, "now", one.now, what)
        yield Text(", ")
    yield _fact(desk, one, "then", one.then, f"{what}, as printed before")
    why = WHY.get(one.kind, one.kind)
    said = f" on {one.known_on:%-d %B %Y}" if one.kind == "restated" else ""
    yield Text(f" {where}; {why}{said}.")
    yield from desk.cite([f"working:correction:{one.id}:now"]) if one.now is not None else ()


def _fact(desk: Desk, one: Correction, end: str, value: float | None, what: str) -> Number:
    kept = (one.id,) if end == "now" else ()
    how = "as stated now" if end == "now" else "as stated when it was printed"
    made = desk.evidence.work(
        f"correction:{one.id}:{end}", what, value, one.unit, how, (), currency=one.currency, documents=kept
    )
    return made.number(FACT_FORMATS.get(one.unit, "n2"))


def _effects(desk: Desk, found: Since) -> Iterator[Paragraph]:
    """What the corrected facts would have made of the figure printed then; of this issue, what they made of it."""
    figure = _figure(desk)
    if figure is not None and figure.corrected is not None and figure.then is not None:
        listed = any(not one.rebuilt for one in found.corrections)
        if listed and figure.corrected != figure.then:
            where = f"in issue {found.number} would have been "
            yield Paragraph(_effect(desk, figure.metric, where, figure.then, figure.corrected))
    for metric in followed(desk.audience):
        was = found.reprinted.get(metric)
        now = desk.evidence.money(desk.evidence.subject, metric) if desk.evidence.has(metric) else None
        if was is not None and now is not None and now.ok and now.value != was:
            yield Paragraph(_effect(desk, metric, "is ", was, now.value or 0.0, quantity=now))
            return


def _effect(desk: Desk, metric: str, where: str, was: float, now: float, *, quantity: Quantity | None = None) -> Spans:
    ev, definition = desk.evidence, desk.evidence.definitions[metric]
    format = UNIT_FORMATS.get(definition.unit, "n2")
    code = ev.currency if definition.unit.startswith("money") else ""
    old = ev.work(
        f"effect:{metric}:was", f"{definition.label}, as printed", was, definition.unit, "as printed", (), currency=code
    )
    new = quantity or ev.work(
        f"effect:{metric}:now", f"{definition.label}, with the facts as they are now", now, definition.unit,
        "the printed figure with the corrected facts", (old,), currency=code,
    )  # fmt: skip
    name = f"{possessive(ev.name(ev.subject))} {definition.short} {where}"
    return (Text(f"With them {name}"), new.number(format), Text(", not "), old.number(format), Text("."))

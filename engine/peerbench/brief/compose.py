"""Composition: an audience's page plan and a study become one Brief, written in reading order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from peerbench.brief import agree, clip, cuts, lineage, notes, plan
from peerbench.brief.audience import Audience
from peerbench.brief.blocks import BLOCKS
from peerbench.brief.context import WORTH, Desk
from peerbench.brief.panel import panel
from peerbench.brief.prose.head import head
from peerbench.brief.prose.takeaways import takeaways
from peerbench.brief.settle import merged, settled
from peerbench.brief.sourcebook import Sourcebook
from peerbench.brief.study import Study
from peerbench.core.currencies import before_amount
from peerbench.core.document import (
    Basis,
    Block,
    Brief,
    Chart,
    LayoutRow,
    Length,
    Meta,
    Note,
    Number,
    Page,
    Paragraph,
    Prose,
    Register,
    SourceList,
    Spans,
    Strong,
    Table,
    Text,
    When,
)  # fmt: skip
from peerbench.core.errors import UnusableRequest
from peerbench.narrate import rank, resilience, valuation, words
from peerbench.narrate.claims import Statement, Value, few, speak
from peerbench.narrate.operations import extremes, moves
from peerbench.narrate.valuation import direction

WORDS_A_MINUTE: Final = 230
EXHIBITS: Final = (Chart, Table, Register, SourceList, Basis)


def compose(
    study: Study,
    audience: Audience,
    *,
    length: Length = "four",
    taken: cuts.Taken | None = None,
    rows: Mapping[str, str] | None = None,
    like: Brief | None = None,
) -> Brief:
    """Write the brief of one audience. Raises UnusableRequest when its plan or phrases are unusable.

    taken: the steps of the cut order that are taken. rows: refs that keep their row of the appendix, so
    that a cut edition and a whole one name the same number by the same row. like: the same brief in English, of
    whose notes the same sentences are kept.
    """
    if wrong := plan.mistakes(audience):
        raise UnusableRequest(wrong)
    audience = replace(audience, settings=_in_currency(audience.settings, study.evidence.currency))
    audience = cuts.applied(audience, length, taken)
    names = {key: company.name for key, company in study.data.companies.items()}
    desk = Desk(study, audience, plan.phrases(audience), Sourcebook(study.data, names))
    desk.sentences = {} if like is None else {note.id: clip.length(note) for note in _notes_of(like)}
    desk.limits = _limits(desk, audience.settings["pages"][0])
    headline, standfirst = head(desk)
    standfirst = clip.first(standfirst, desk.limit("standfirst", 9))
    told = takeaways(desk, most=desk.limit("takeaways", 4))
    side = panel(desk)
    pages = merged(_pages(desk))
    meta = replace(_meta(desk, (standfirst, told, pages)), length=length)
    brief = Brief(meta, headline, standfirst, (), told, side, pages, (), ())
    brief = lineage.numbered(desk, brief, rows=rows)
    brief = replace(brief, definitions=lineage.definitions(desk, brief), pages=_dated_last(brief))
    if taken is None:
        agree.check(study.evidence, brief, desk.claims)
    return _with_byline(desk, brief)


def _in_currency(value: Any, code: str) -> Any:
    """An audience's settings with the brief's currency where its words say {currency}."""
    if isinstance(value, str):
        return value.replace("{currency}", before_amount(code)).replace("  ", " ")
    if isinstance(value, Mapping):
        return {key: _in_currency(part, code) for key, part in value.items()}
    return [_in_currency(part, code) for part in value] if isinstance(value, list) else value


def _pages(desk: Desk) -> list[Page]:
    """The pages of the plan. The first continues the head; each other one begins with nothing told."""
    made = []
    for place, wanted in enumerate(desk.audience.settings["pages"]):
        desk.told = desk.told if place == 0 else set()
        made.append(_page(desk, wanted))
    return [page for page in made if page is not None]


def _page(desk: Desk, wanted: Mapping[str, Any]) -> Page | None:
    """A page of the plan; one of which the data support no exhibit is not printed."""
    desk.limits = _limits(desk, wanted)
    head = _section_head(desk, wanted["head"]) if wanted.get("head") else ()
    rows = settled(_layout_row(desk, row) for row in wanted["rows"])
    shown = any(isinstance(block, EXHIBITS) for row in rows for slot in row.slots for block in slot)
    return Page(wanted["id"], head, rows) if shown else None


def _limits(desk: Desk, page: Mapping[str, Any]) -> dict[str, float]:
    """The audience's limits and the page's own, the lower of both."""
    return cuts.tighter(desk.audience.settings.get("limits") or {}, page.get("limits", {}))


def _layout_row(desk: Desk, row: Mapping[str, Any]) -> LayoutRow:
    slots = tuple(tuple(block for entry in slot if (block := _block(desk, entry)) is not None) for slot in row["slots"])
    return LayoutRow(row.get("split", "12"), slots, bool(row.get("foot")))


def _block(desk: Desk, entry: str) -> Block | None:
    """ "a | b" is the first that the data can support: what gives way does so by this written order."""
    for name in entry.split("|"):
        made = _once(desk, name.strip())
        if made is not None:
            return _clipped(desk, made) if isinstance(made, Note) else made
    return None


def _clipped(desk: Desk, note: Note) -> Note:
    """Any note may give way but that on corrections, which a reader is owed whole."""
    if note.id == "corrections":
        return note
    if note.id in desk.sentences:
        return clip.shortened(note, desk.sentences[note.id])
    return clip.note(note, desk.limit("words", 999))


def _notes_of(brief: Brief) -> Iterator[Note]:
    """The notes of every page."""
    blocks = (block for page in brief.pages for row in page.rows for slot in row.slots for block in slot)
    yield from (block for block in blocks if isinstance(block, Note))


def _once(desk: Desk, name: str) -> Block | None:
    """A block stands once in a brief: what came early in another's place is not printed again in its own."""
    made = BLOCKS[name](desk) if name not in desk.placed else None
    desk.placed |= {name} if made is not None else set()
    return made


# ---- heads -----------------------------------------------------------------------------------------------------------


def _section_head(desk: Desk, name: str) -> Spans:
    """A section's head is a claim too."""
    ev = desk.evidence
    holds: dict[str, bool] = {**valuation.spread(ev, desk.metrics("multiples")).holds}
    own = desk.premiums
    if own is not None and own.mean is not None and own.now is not None:
        holds |= {"above_own": (own.now.value or 0) > (own.mean.value or 0)}
    if ev.has("revenue_growth_ltm"):
        growth = direction(ev.gap("revenue_growth_ltm")) | moves(ev.money(ev.subject, "revenue_growth_ltm").value)
        holds = {**holds, **growth} if name == "growth" else holds
    if ev.has("net_cash_share"):
        share = ev.money(ev.subject, "net_cash_share")
        holds |= {"net_cash": share.ok and (share.value or 0) > 0}
    if ev.has("capex_to_sales_fy"):
        surely = rank.verbs(ev, "capex_to_sales_fy")["stands"]
        holds |= {"below_spending": surely and direction(ev.gap("capex_to_sales_fy"))["below"]}
    if ev.has("debt_to_equity"):
        holds |= {"lowest": extremes(ev, "debt_to_equity")[1] == ev.subject}
    values: dict[str, Value] = {"subject": ev.name(ev.subject)}
    return _joined_head(desk, name, holds) or desk.title(f"section.{name}", values, holds)


HEAD_PARTS: Final[Mapping[str, Mapping[str, str]]] = {  # a head of parts, and the measure by which each is weighed
    "growth": {
        "growth": "revenue_growth_ltm",
        "spending": "capex_to_sales_fy",
        "margin": "operating_margin_ltm",
        "net_cash": "net_cash_share",
        "debt": "debt_to_equity",
    }
}
PARTS: Final = 3


def _joined_head(desk: Desk, name: str, holds: Mapping[str, bool]) -> Spans:
    """A head of two or three parts, the weightiest first; empty where fewer weigh enough, or where sales fall."""
    ev = desk.evidence
    parts = {part: metric for part, metric in HEAD_PARTS.get(name, {}).items() if ev.has(metric)}
    weights = {part: rank.gap(ev, metric) for part, metric in parts.items()}
    weights |= {"net_cash": resilience.cushion_weight(ev, parts["net_cash"])} if "net_cash" in parts else {}
    said = []
    for part in sorted(parts, key=lambda part: -weights[part]):
        own = {**direction(ev.gap(parts[part])), "net_cash": holds.get("net_cash", False)}
        claim = speak(Statement(f"part.{name}.{part}", {}, own), desk.phrases)
        said += [_text(claim.spans)] if claim is not None and weights[part] >= WORTH else []
    if len(said) < 2 or holds.get("fell"):
        return ()
    return (Text(words.capital(", ".join(said[:PARTS]))),)


# ---- furniture -------------------------------------------------------------------------------------------------------


def _meta(desk: Desk, body: Any) -> Meta:
    house, ev, audience = desk.study.furniture, desk.evidence, desk.audience
    company = ev.companies[ev.subject]
    letter, meaning = _grade(desk)
    return Meta(
        name=house.name,
        series=house.series,
        sector=house.sector,
        audience=audience.name,
        audience_label=audience.words("label"),
        issue=house.issue,
        grade=letter,
        grade_words=meaning,
        subject_key=ev.subject,
        subject=company.name,
        subject_native=company.native_name,
        peers_phrase=_text(few([ev.name(p) for p in ev.peers], many=words.peers(ev), letters=36)),
        as_of=ev.as_of,
        prices_on=desk.study.priced_on,
        published=house.published.date() if isinstance(house.published, datetime) else house.published,
        desk=house.desk,
        read_minutes=read_minutes(body),
        data_lock=house.data_lock,
        version=house.version,
        legal=house.legal,
        theme=audience.words("theme", "investor"),
        page_size="Letter" if house.page_size == "Letter" else "A4",
    )


def _text(spans: Spans) -> str:
    return "".join(span.text for span in spans if isinstance(span, Text))


def _grade(desk: Desk) -> tuple[str, str]:
    """A, B or C by what the checks found: errors make C, warnings B (LOOK 6, strip)."""
    severities = {finding.severity for finding in desk.study.findings if not finding.check.startswith("config")}
    if "error" in severities:
        return "C", "read with care"
    return ("B", "usable with caveats") if "warning" in severities else ("A", "no caveats found")


def read_minutes(value: Any) -> int:
    """Words of running text over 230, rounded up; tables and notes are not counted."""
    return max(1, math.ceil(_running_words(value) / WORDS_A_MINUTE))


def _running_words(value: Any) -> int:
    if isinstance(value, (Prose, Paragraph)):
        paragraphs = value.paragraphs if isinstance(value, Prose) else (value,)
        return sum(clip.count((*p.lead, *p.spans)) for p in paragraphs)
    if isinstance(value, tuple):
        if value and all(isinstance(part, (Text, Number, When, Strong)) for part in value):
            return clip.count(value)
        return sum(_running_words(part) for part in value)
    if isinstance(value, Page):
        return sum(_running_words(block) for row in value.rows for slot in row.slots for block in slot)
    return 0


def _dated_last(brief: Brief) -> tuple[Page, ...]:
    """The pages, each source under the basis strip with the day that the list of sources gives it."""

    def block(one: Block) -> Block:
        return notes.dated_last(one, brief.sources) if isinstance(one, Basis) else one

    def row(one: LayoutRow) -> LayoutRow:
        return replace(one, slots=tuple(tuple(map(block, slot)) for slot in one.slots))

    return tuple(replace(page, rows=tuple(map(row, page.rows))) for page in brief.pages)


def _with_byline(desk: Desk, brief: Brief) -> Brief:
    house = desk.study.furniture
    published = house.published
    weekday = f"{published:%A} "
    time = f", {published:%H:%M %Z}".rstrip() if isinstance(published, datetime) else ""
    spans: Spans = (
        Text("By the "),
        Strong((Text(house.desk),)),
        Text(f" (machine-built) · {weekday}"),
        When(published.date() if isinstance(published, datetime) else published),
        Text(f"{time} · {brief.meta.read_minutes} min read"),
    )
    return replace(brief, byline=spans)

"""The JSON edition: the whole brief as data by a published schema, every number with its value, unit, text and id."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from peerbench.core.document import (
    AudienceBox,
    Basis,
    Block,
    Brief,
    Cell,
    Chart,
    Cite,
    Mark,
    Native,
    Note,
    Number,
    Page,
    Paragraph,
    Prose,
    Register,
    Row,
    Source,
    SourceList,
    Span,
    Strong,
    Table,
    Text,
    Trace,
    TraceInput,
    When,
)
from peerbench.core.findings import Finding
from peerbench.render.voice import ENGLISH, Voice, flat

SCHEMA: Final = "peerbench/brief"
VERSION: Final = 1  # raised when a field changes its meaning or goes; a new field alone leaves it
KINDS: Final = {"fact": "fact", "company": "company claim", "estimate": "estimate", "judgement": "judgement"}
# Formats that tell the unit of what they print; n0, n1, n2 and words print bare numbers of any unit.
UNITS: Final = (
    (("x",), "times"),
    (("pct", "spct", "bpct", "sbpct", "pp", "upp", "spp"), "fraction"),
    (("money", "money_m", "m0", "m1", "bn"), "money"),
    (("price",), "money_per_share"),
    (("shares",), "shares"),
    (("count", "words"), "count"),
)

# A list of whole numbers stands on one line. A text holds no line break of its own, so that none is touched.
INTEGERS: Final = re.compile(r"\[\n\s+(\d+(?:,\s+\d+)*)\s+\]")
META: Final = (
    *("name", "series", "sector", "audience", "audience_label", "issue", "grade", "grade_words", "subject_key"),
    *("subject", "subject_native", "peers_phrase", "as_of", "prices_on", "published", "desk", "read_minutes"),
    *("data_lock", "version", "legal", "theme", "language", "page_size", "length"),
)
DEFINITION: Final = ("name", "formula", "text", "source")

Json = dict[str, Any]


def schema() -> Json:
    """The published JSON Schema of the edition (draft 2020-12)."""
    found: Json = json.loads(Path(__file__).with_name("brief.schema.json").read_text("utf-8"))
    return found


def page(brief: Brief, *, findings: Sequence[Finding] = (), voice: Voice = ENGLISH) -> bytes:
    """The edition as UTF-8 JSON; keys stand in the order of the brief, and are English in every language."""
    made = json.dumps(_Writer(brief, voice).document(findings), indent=1, ensure_ascii=False, allow_nan=False)
    return (INTEGERS.sub(lambda found: f"[{' '.join(found[1].split())}]", made) + "\n").encode()


@dataclass(frozen=True, slots=True)
class _Writer:
    brief: Brief
    voice: Voice

    def document(self, findings: Sequence[Finding]) -> Json:
        brief = self.brief
        return {
            "schema": SCHEMA,
            "version": VERSION,
            "meta": {name: _plain(getattr(brief.meta, name)) for name in META},
            "headline": self.rich(brief.headline),
            "standfirst": self.rich(brief.standfirst),
            "byline": self.rich(brief.byline),
            "takeaways": [self.paragraph(one) for one in brief.takeaways],
            "key_data": self.panel(),
            "sections": [self.section(page) for page in brief.pages],
            "claims": [self.claim(where, one) for where, one in _paragraphs(brief)],
            "numbers": [self.trace(one) for one in brief.traces.values()],
            "definitions": [{name: getattr(one, name) for name in DEFINITION} for one in brief.definitions],
            "sources": [_source(one) for one in brief.sources],
            "findings": [self.finding(one) for one in findings],
        }

    # ---- text -------------------------------------------------------------------------------------------------------

    def rich(self, spans: Sequence[Span]) -> Json:
        """The text as it is read, and its parts: words, numbers, dates, citations."""
        return {"text": self.voice.words(spans), "spans": [self.span(one) for one in spans]}

    def span(self, span: Span) -> Json:
        match span:
            case Text(text):
                return {"text": text}
            case Number():
                return {"number": self.number(span)}
            case When(value):
                return {"date": value.isoformat(), "text": self.voice.day(span)}
            case Native(text, language):
                return {"text": text, "language": language}
            case Strong(spans):
                return {"strong": [self.span(one) for one in spans]}
            case Cite(numbers):
                return {"cite": list(numbers)}
            case Mark(text):
                return {"mark": text}

    def number(self, number: Number) -> Json:
        """value is null unless something is printed for it; then status and reason say why."""
        trace = self.brief.traces.get(number.ref)
        return {
            "value": number.value if number.status in ("ok", "excluded") else None,
            "unit": _unit(trace.exact if trace else number),
            "currency": number.currency,
            "text": self.voice.number(number),
            "format": number.format,
            "status": number.status,
            "reason": number.reason,
            "id": trace.row if trace else "",
            "ref": number.ref,
            "sources": list(trace.sources) if trace else [],
        }

    def paragraph(self, one: Paragraph) -> Json:
        return {"kind": KINDS[one.kind], "lead": self.rich(one.lead), "body": self.rich(one.spans)}

    def claim(self, where: str, one: Paragraph) -> Json:
        """A paragraph as a statement: its kind, and the numbers and sources that it rests on."""
        spans = (*one.lead, *one.spans)
        used = [span for span in flat(spans) if isinstance(span, Number) and span.ref]
        cited = {number for span in flat(spans) if isinstance(span, Cite) for number in span.numbers}
        return {
            "where": where,
            "kind": KINDS[one.kind],
            "text": self.voice.sentences(*(self.voice.words(part).strip() for part in (one.lead, one.spans))),
            "refs": list(dict.fromkeys(number.ref for number in used)),
            "sources": sorted(cited),
        }

    # ---- blocks -----------------------------------------------------------------------------------------------------

    def panel(self) -> Json:
        panel = self.brief.panel
        return {
            "name": panel.name,
            "native_name": panel.native_name,
            "large": self.number(panel.large),
            "caption": self.rich(panel.caption),
            "rows": [{"label": self.rich(row.label), "value": self.rich(row.value)} for row in panel.rows],
        }

    def section(self, page: Page) -> Json:
        blocks = [block for row in page.rows for slot in row.slots for block in slot]
        return {
            "id": page.id,
            "head": self.rich(page.head),
            "blocks": [self.block(block) for block in blocks if not isinstance(block, SourceList)],
        }

    def block(self, block: Block) -> Json:
        match block:
            case Table():
                return {"type": "table", **self.table(block)}
            case Chart():
                return self.chart(block)
            case Prose(paragraphs):
                return {"type": "text", "paragraphs": [self.paragraph(one) for one in paragraphs]}
            case Note(id, title, paragraphs):
                made = [self.paragraph(one) for one in paragraphs]
                return {"type": "note", "id": id, "title": title, "paragraphs": made}
            case AudienceBox(paragraphs, id):
                return {"type": "audience", "id": id, "paragraphs": [self.paragraph(one) for one in paragraphs]}
            case Register():
                return self.register(block)
            case Basis(spans, citations, id):
                short = [{"source": number, "text": self.rich(text)} for number, text in citations]
                return {"type": "basis", "id": id, "body": self.rich(spans), "citations": short}
        raise TypeError(f"not a block: {block!r}")

    def table(self, table: Table) -> Json:
        columns = [
            {"key": column.key, "head": self.voice.head(column.head), "group": column.group} for column in table.columns
        ]
        return {
            "id": table.id,
            "number": table.number,
            "title": self.rich(table.title),
            "subtitle": self.rich(table.subtitle),
            "label_head": table.label_head,
            "columns": columns,
            "rows": [self.row(row) for row in table.rows],
            "notes": [{"mark": mark, "text": self.rich(spans)} for mark, spans in table.notes],
            "source": self.rich(table.source),
        }

    def row(self, row: Row) -> Json:
        cells = [self.cell(cell) for cell in row.cells]
        return {"label": self.rich(row.label), "role": row.role, "id": row.trace, "cells": cells}

    def cell(self, cell: Cell) -> Json:
        return {**self.rich(cell.spans), "rank": cell.rank, "rank_of": cell.rank_of, "badge": cell.badge}

    def chart(self, chart: Chart) -> Json:
        return {
            "type": "figure",
            "id": chart.id,
            "number": chart.number,
            "title": self.rich(chart.title),
            "subtitle": self.rich(chart.subtitle),
            "alt": chart.alt,
            "data": self.table(chart.data) if chart.data else None,
            "source": self.rich(chart.source),
        }

    def register(self, one: Register) -> Json:
        entries = [
            {"name": name, "verdict": self.rich(verdict), "body": self.rich(spans)}
            for name, verdict, spans in one.entries
        ]
        made = {"type": "register", "id": one.id, "number": one.number, "title": self.rich(one.title)}
        return {**made, "entries": entries, "source": self.rich(one.source)}

    # ---- behind the numbers -----------------------------------------------------------------------------------------

    def trace(self, one: Trace) -> Json:
        return {
            **self.number(one.exact),
            "id": one.row,
            "ref": one.ref,
            "unit": _unit(one.exact),
            "what": one.what,
            "formula": one.formula,
            "calculation": self.rich(one.calculation),
            "inputs": [self.operand(part) for part in one.inputs],
            "sources": list(one.sources),
            "known_on": one.known_on.isoformat() if one.known_on else None,
            "checks": [{"state": state, "text": text} for state, text in one.checks],
        }

    def finding(self, one: Finding) -> Json:
        """What a check noticed; words that the language does not have stand in English, as in findings.json."""
        known = self.voice.known
        texts = {"message": known(one.message), "hint": known(one.hint)}
        return {"check": one.check, "severity": one.severity, **texts, "subject": one.subject}

    def operand(self, one: TraceInput) -> Json:
        value = self.number(one.value) if one.value else None
        how = self.voice.words(one.how)
        return {"name": one.name, "how": how, "value": value, "ref": one.ref, "sources": list(one.sources)}


def _paragraphs(brief: Brief) -> Iterator[tuple[str, Paragraph]]:
    """Every paragraph with the place it stands at."""
    yield from (("takeaways", one) for one in brief.takeaways)
    for page in brief.pages:
        for block in (block for row in page.rows for slot in row.slots for block in slot):
            if isinstance(block, (Prose, Note, AudienceBox)):
                where = page.id if isinstance(block, Prose) else block.id
                yield from ((where, one) for one in block.paragraphs)


@cache
def _unit_of(format: str) -> str:
    stem = format.rstrip("0123456789") or format
    return next((unit for names, unit in UNITS if format in names or stem in names), "pure")


def _unit(number: Number) -> str:
    return _unit_of(number.format)


def _source(source: Source) -> Json:
    made = _plain(asdict(source))
    return {key: made[key] for key in ("number", "title", "short", "day", "url", "remark", "documents")}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value

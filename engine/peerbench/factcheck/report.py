"""The report of a check: verdicts with the documents behind their figures, as data by a published schema."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from peerbench.brief.sourcebook import Sourcebook
from peerbench.core.verdicts import JUDGEMENTS, SLIPS, Figure, Verdict
from peerbench.factcheck.judgement import printed


@dataclass(frozen=True, slots=True)
class TextChecked:
    """What the check of a text found. notes: what is to be said of the text as a whole."""

    config: str
    as_of: date
    language: str
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...]
    book: Sourcebook

    def document(self, id: str) -> dict[str, Any] | None:
        """The row behind an id as a document: title, day, address."""
        return self.book.document(id)

    def sources(self, verdict: Verdict) -> tuple[str, ...]:
        """The documents behind the figures of a verdict, each once, one line each."""
        figures = (*verdict.right[:2], *((verdict.matched,) if verdict.matched else ()))
        ids = [id for figure in figures for id in figure.documents]
        return tuple(dict.fromkeys(line for id in ids if (line := self.book.line(id))))


def data(found: TextChecked, name: str) -> dict[str, Any]:
    """The report as data; its schema is printed by `bench schema check-text`."""
    return {
        "text": name,
        "config": found.config,
        "as_of": found.as_of,
        "language": found.language,
        "counts": {one: sum(v.judgement == one for v in found.verdicts) for one in JUDGEMENTS},
        "notes": list(found.notes),
        "statements": [_entry(found, verdict) for verdict in found.verdicts],
    }


def _entry(found: TextChecked, verdict: Verdict) -> dict[str, Any]:
    return {
        "quote": verdict.quote,
        "line": verdict.line,
        "column": verdict.column,
        "start": verdict.start,
        "end": verdict.end,
        "sentence": verdict.sentence,
        "read_as": verdict.reading,
        "verdict": verdict.judgement,
        "figures": [_figure(found, figure) for figure in verdict.right],
        "slip": SLIPS.get(verdict.slip),
        "matched": None if verdict.matched is None else _figure(found, verdict.matched),
        "reason": verdict.reason,
    }


def _figure(found: TextChecked, figure: Figure) -> dict[str, Any]:
    return {
        "company": figure.company,
        "measure": figure.metric,
        "what": figure.what,
        "when": figure.when,
        "value": figure.value,
        "printed": printed(figure),
        "unit": figure.unit,
        "kind": figure.kind,
        "currency": figure.currency or None,
        "period_start": figure.start,
        "period_end": figure.end,
        "known_on": figure.known_on,
        "how": figure.how,
        "explain": figure.explain or None,
        "documents": [document for id in figure.documents if (document := found.document(id)) is not None],
    }


SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "bench check-text",
    "type": "object",
    "additionalProperties": False,
    "required": ["text", "config", "as_of", "language", "counts", "notes", "statements"],
    "properties": {
        "text": {"type": "string"},
        "config": {"type": "string"},
        "as_of": {"type": "string", "format": "date"},
        "language": {"enum": ["en", "zh", "other"]},
        "counts": {
            "type": "object", "additionalProperties": False, "required": list(JUDGEMENTS),
            "properties": {one: {"type": "integer", "minimum": 0} for one in JUDGEMENTS},
        },
        "notes": {"type": "array", "items": {"type": "string"}},
        "statements": {"type": "array", "items": {"$ref": "#/$defs/statement"}},
    },
    "$defs": {
        "statement": {
            "type": "object", "additionalProperties": False,
            "required": ["quote", "line", "column", "start", "end", "verdict", "figures", "slip", "matched", "reason"],
            "properties": {
                "quote": {"type": "string"}, "line": {"type": "integer", "minimum": 1},
                "column": {"type": "integer", "minimum": 1}, "start": {"type": "integer", "minimum": 0},
                "end": {"type": "integer", "minimum": 0}, "sentence": {"type": "string"},
                "read_as": {"type": "string"}, "verdict": {"enum": list(JUDGEMENTS)},
                "figures": {"type": "array", "items": {"$ref": "#/$defs/figure"}},
                "slip": {"enum": [*SLIPS.values(), None]},
                "matched": {"oneOf": [{"type": "null"}, {"$ref": "#/$defs/figure"}]},
                "reason": {"type": "string"},
            },
        },
        "figure": {
            "type": "object", "additionalProperties": False,
            "required": ["company", "measure", "what", "when", "value", "printed", "unit", "documents"],
            "properties": {
                "company": {"type": "string"}, "measure": {"type": "string"}, "what": {"type": "string"},
                "when": {"type": "string"}, "value": {"type": "number"}, "printed": {"type": "string"},
                "unit": {"enum": ["times", "fraction", "money", "money_per_share", "shares", "count"]},
                "kind": {"enum": ["level", "change", "points"]}, "currency": {"type": ["string", "null"]},
                "period_start": {"type": ["string", "null"]}, "period_end": {"type": ["string", "null"]},
                "known_on": {"type": ["string", "null"]}, "how": {"type": "string"},
                "explain": {"type": ["string", "null"]},
                "documents": {"type": "array", "items": {"$ref": "#/$defs/document"}},
            },
        },
        "document": {
            "type": "object", "additionalProperties": False, "required": ["id", "title"],
            "properties": {
                "id": {"type": "string"}, "title": {"type": "string"}, "known_on": {"type": ["string", "null"]},
                "url": {"type": ["string", "null"]}, "locator": {"type": ["string", "null"]},
            },
        },
    },
}  # fmt: skip

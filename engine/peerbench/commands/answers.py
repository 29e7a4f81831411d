"""What each tool of `bench mcp` answers, as JSON schemas: closed, so that a test finds an answer that is otherwise.

A mistake is an answer too: it has `findings` and nothing else. Some clients hold such an answer against the schema as
well, so that every schema takes either form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from peerbench.core.findings import Severity
from peerbench.core.metric import Better, MetricUnit, Status
from peerbench.factcheck import report

Schema = Mapping[str, Any]
DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


def _said(kind: str | list[str], description: str = "", **more: Any) -> dict[str, Any]:
    return {"type": kind, **({"description": description} if description else {}), **more}


def _text(description: str = "") -> dict[str, Any]:
    return _said("string", description)


def _maybe(kind: str, description: str = "") -> dict[str, Any]:
    return _said([kind, "null"], description)


def _list(of: Schema, description: str = "") -> dict[str, Any]:
    return _said("array", description, items=dict(of))


def _record(properties: Mapping[str, Schema], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return _said("object", properties=dict(properties), required=required, additionalProperties=False)


def _one_of(type_: Any, description: str = "", *more: str) -> dict[str, Any]:
    return _said("string", description, enum=[*get_args(type_), *more])


def answer(
    properties: Mapping[str, Schema], *, optional: tuple[str, ...] = (), defs: Mapping[str, Schema] | None = None
) -> dict[str, Any]:
    """The schema of an answer of these properties, or of the findings of a mistake."""
    mistake = _list(FINDING, "What was noticed; alone in an answer that is marked as an error: what is wrong.")
    required = [name for name in properties if name not in optional]
    made = {
        "$schema": DRAFT,
        "type": "object",
        "additionalProperties": False,
        "properties": {**properties, "findings": mistake},
        "anyOf": [{"required": required}, {"required": ["findings"], "maxProperties": 1}],
    }
    return made if defs is None else {**made, "$defs": dict(defs)}


# ---- what answers are made of ----------------------------------------------------------------------------------------

FINDING: Final = _record(
    {
        "check": _text("Its name; `bench explain NAME` has a page about it."),
        "severity": _one_of(Severity),
        "message": _text("What was received and what was expected."),
        "hint": _text("The way out, the nearest valid name."),
        "file": _text("Empty where it is not about a file."),
        "line": _maybe("integer", "From 1."),
        "column": _maybe("integer", "From 1."),
        "place": _text("The argument, key or column where there is no line."),
        "subject": _text("A company, an item, a metric."),
        "excerpt": _text("The line of the file."),
    }
)
PRINTED: Final = _text("As the pages print it; quote this.")
VALUE: Final = _maybe("number", "In ones of its unit (0.14 is 14 %); null exactly where status is not ok.")
STATUS: Final = _one_of(Status, "Why there is no value, if there is none.")
FIGURE: Final = _record(
    {
        "company": _text("Its key."),
        "metric": _text("Its id, with the segment in brackets if it is of one."),
        "period": _text("ltm, fy, quarter, ntm, latest, spot, 1y …"),
        "period_end": _maybe("string", "A day."),
        "value": VALUE,
        "unit": _one_of(MetricUnit, "", "word"),
        "currency": _maybe("string", "Of money, else null."),
        "status": STATUS,
        "reason": _maybe("string", "A sentence where there is no value."),
        "basis": _maybe("string"),
        "known_on": _maybe("string", "The day its newest input became known."),
        "printed": PRINTED,
    }
)
STANDING: Final = _record(
    {
        "company": _text(),
        "metric": _text(),
        "role": _said("string", enum=["subject", "core", "reference"]),
        "n_peers": _maybe("integer", "How many companies it is compared with."),
        "median": _maybe("number", "Of the others; null with too few of them."),
        "minimum": _maybe("number"),
        "maximum": _maybe("number"),
        "rank": _maybe("number", "1 is best by the metric's direction; ties are averaged."),
        "of": _maybe("integer", "How many were ranked."),
        "premium": _maybe("number", "Of multiples and money: value / median − 1."),
        "gap": _maybe("number", "Of fractions: value − median, in fractions."),
    }
)
DOCUMENT: Final = _record(
    {
        "title": _text(),
        "day": _maybe("string"),
        "url": _text("Empty where there is none; remark says why."),
        "remark": _text(),
    }
)
SOURCE: Final = _record(
    {
        "number": _said("integer", "As `sources` of the numbers name it."),
        "title": _text(),
        "day": _maybe("string"),
        "url": _text(),
        "locators": _list(_text()),
        "remark": _text(),
        "short": _text(),
        "documents": _list(DOCUMENT, "Of a family of documents: each with its address."),
    }
)
NUMBER: Final = {
    "value": VALUE,
    "currency": _maybe("string"),
    "printed": PRINTED,
    "status": _text("ok, or why there is no value."),
    "reason": _text("A sentence where there is no value."),
}
PART: Final = _record(
    {
        "name": _text("The operand."),
        **NUMBER,
        "how": _text("How it was made of what is below it."),
        "sources": _list(_said("integer"), "Numbers of documents."),
        "inputs": _list({"$ref": "#/$defs/part"}),
    },
    optional=tuple(NUMBER),
)
METRIC: Final = _record(
    {
        "id": _text(),
        "label": _text(),
        "short": _text("As a table's head prints it."),
        "group": _text(),
        "formula": _text("In the language of formulas."),
        "unit": _one_of(MetricUnit),
        "better": _one_of(Better),
        "definition": _text("One sentence."),
        "source": _text("The rule, and its public address."),
        "period": _text(),
        "positive": _list(_text(), "Operands that must be above zero, else it has no meaning."),
        "excluded_above": _maybe("number", "Above it a value enters no statistic."),
        "basis": _text(),
        "compare": _said("string", "How it is held against the peers.", enum=["premium", "gap", "difference"]),
        "segment": _text(),
        "origin": _text("The file of the entry."),
    }
)

# ---- by tool ---------------------------------------------------------------------------------------------------------

FINDINGS: Final = {"findings": _list(FINDING)}
ANSWERS: Final[Mapping[str, dict[str, Any]]] = {
    "list_configs": answer({"configs": _list(_text("A path in the project."))}),
    "list_metrics": answer({"metrics": _list(METRIC)}),
    "check": answer({"config": _text(), "usable": _said("boolean", "Whether a brief can be built."), **FINDINGS}),
    "compute": answer({"figures": _list(FIGURE), **FINDINGS}),
    "compare": answer(
        {
            "as_of": _text("Nothing known later was used."),
            "currency": _text("Of money."),
            "companies": _list(_text(), "The first is compared with the others."),
            "figures": _list(FIGURE),
            "comparison": _list(STANDING),
            **FINDINGS,
        }
    ),
    "explain": answer(
        {
            "what": _text("The number in words."),
            **NUMBER,
            "formula": _text(),
            "calculation": _text("With the operands filled in."),
            "known_on": _maybe("string"),
            "rule": _text("Where the definition comes from."),
            "marks": _list(_text(), "What a reader should know of it."),
            "inputs": _list({"$ref": "#/$defs/part"}),
            "documents": _list(SOURCE),
        },
        optional=("reason",),
        defs={"part": PART},
    ),
    "check_text": answer(report.SCHEMA["properties"], defs=report.SCHEMA["$defs"]),
    "build": answer(
        {
            "folder": _text("The issue's, in the project."),
            "held": _said("boolean", "A check kept it back and nothing was written."),
            "files": _list(_text("A path in the project.")),
            **FINDINGS,
        }
    ),
}

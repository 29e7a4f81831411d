"""render/json.py: the edition follows its published schema, and its numbers are the page's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

import documents
from peerbench import cli
from peerbench.core.document import Number, Text
from peerbench.core.findings import Finding
from peerbench.render import format as formats
from peerbench.render import json as edition
from peerbench.render.json import page, schema
from studies import Written, numbers, told

VALIDATOR = jsonschema.Draft202012Validator(schema(), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def read(data: bytes) -> Any:
    return json.loads(data)


def parts(value: Any, key: str) -> Iterator[Any]:
    """Everything that stands under a key, at any depth."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name == key:
                yield part
            yield from parts(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from parts(part, key)


def test_the_schema_is_a_valid_one_and_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert cli.main(["schema", "brief"]) == 0
    assert read(capsys.readouterr().out.encode()) == schema()


def test_the_brief_of_every_audience_follows_it(alibaba: Written) -> None:
    for brief in alibaba.briefs.values():
        assert list(VALIDATOR.iter_errors(read(page(brief, findings=alibaba.study.findings)))) == []


def test_a_brief_by_hand_follows_it() -> None:
    assert list(VALIDATOR.iter_errors(read(page(documents.brief())))) == []


@pytest.mark.parametrize(
    "spoilt",
    [
        {"version": 2}, {"headline": "text"}, {"extra": 1}, {"sections": [{"id": "x"}]},
        {"takeaways": [{"kind": "rumour", "lead": {"text": "", "spans": []}, "body": {"text": "", "spans": []}}]},
    ],
)  # fmt: skip
def test_what_is_not_of_the_schema_is_refused(spoilt: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(read(page(documents.brief())) | spoilt)


def test_the_schema_names_the_version_that_is_written() -> None:
    made = read(page(documents.brief()))
    known = schema()["properties"]
    assert (made["schema"], made["version"]) == (known["schema"]["const"], known["version"]["const"])
    assert (made["schema"], made["version"]) == (edition.SCHEMA, edition.VERSION)


def test_every_printed_number_is_there_with_value_unit_text_and_id(alibaba: Written) -> None:
    for name, brief in alibaba.briefs.items():
        made = read(page(brief))
        found = list(parts(made, "number"))
        written = {(one["ref"], one["text"]) for one in found if isinstance(one, dict)}
        written.add((made["key_data"]["large"]["ref"], made["key_data"]["large"]["text"]))
        shown = {(one.ref, formats.text(one)) for one in numbers(told(brief))}
        assert shown - written == set(), name


def test_a_number_agrees_with_the_lineage_that_its_id_names(alibaba: Written) -> None:
    brief = alibaba.briefs["institutional"]
    made = read(page(brief))
    behind = {one["ref"]: one for one in made["numbers"]}
    cited = [one for one in parts(made["sections"], "number") if isinstance(one, dict) and one["ref"]]
    assert len(cited) > 100
    for one in cited:
        exact = behind[one["ref"]]
        assert one["id"] == exact["id"]
        assert one["unit"] == exact["unit"]
        if one["status"] == "ok":
            assert abs(one["value"]) == abs(exact["value"])


def test_units_are_the_measures_own(alibaba: Written) -> None:
    units = {one["ref"]: one["unit"] for one in read(page(alibaba.briefs["institutional"]))["numbers"]}
    assert units["alibaba:pe_ltm:USD"] == "times"
    assert units["alibaba:pe_ltm:premium"] == "fraction"
    assert units["alibaba:market_cap:USD"] == "money"
    assert units["working:close:BABA"] == "money_per_share"


def test_a_value_that_is_not_known_is_null_with_its_reason() -> None:
    missing = Number(None, "n1", status="missing", reason="not disclosed")
    made = read(page(replace(documents.brief(), headline=(Text("x "), missing))))
    (number,) = parts(made["headline"], "number")
    assert (number["value"], number["text"], number["reason"]) == (None, "NA", "not disclosed")


def test_claims_say_who_vouches_for_them(alibaba: Written) -> None:
    made = read(page(alibaba.briefs["institutional"]))
    kinds = {one["kind"] for one in made["claims"]}
    assert {"fact", "company claim"} <= kinds
    pledge = next(one for one in made["claims"] if one["kind"] == "company claim")
    assert "The company says" in pledge["text"]
    assert {ref for one in made["claims"] for ref in one["refs"]} <= {one["ref"] for one in made["numbers"]}


def test_findings_come_with_their_severity() -> None:
    finding = Finding("stale_facts", "warning", "Old <b>facts</b>.", "Update.", subject="alba")
    made = read(page(documents.brief(), findings=(finding,)))
    assert made["findings"] == [
        {"check": "stale_facts", "severity": "warning", "message": "Old <b>facts</b>.", "hint": "Update.",
         "subject": "alba"}
    ]  # fmt: skip


def test_lists_of_sources_take_a_line_and_texts_that_look_like_one_stay() -> None:
    text = "[\n   1,\n   2\n  ] and [ 3, 4 ]"
    data = page(replace(documents.brief(), headline=(Text(text),)))
    assert read(data)["headline"]["text"] == text
    assert b'"sources": [1, 2' in data


def test_twice_the_same_bytes() -> None:
    assert page(documents.brief()) == page(documents.brief())

"""Phrases: no digit, no unlicensed comparison, the first true variant, nothing empty; and no claim without words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from peerbench.core.document import Number, Text
from peerbench.core.errors import UnusableRequest
from peerbench.narrate import phrases
from peerbench.narrate.phrases import LEXICON, Phrase, choose, fill, load
from studies import words

GAP = Number(0.3, "pct0", ref="a:gap")


def spoken(tmp_path: Path, text: str) -> phrases.Phrases:
    path = tmp_path / "phrases.yaml"
    path.write_text(text, "utf-8")
    return load(path)


# ---- what cannot be loaded -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('say: "{subject} trades at 30% below"\n    needs: [below]', "digit"),
        ('say: "In 2025 it was so"', "digit"),
        ('say: "Quarter Q2 was so"', "digit"),
        ('say: "it was so"\n    lead: "The 4 multiples."', "digit"),
        ('say: "{gap2} it was so"', "digit"),
        ('say: "{subject} is below the median"', "'below'"),
        ('say: "Below the median"', "'below'"),
        ('say: "it was so"\n    lead: "Cheaper than all."\n    needs: [below]', "'all'"),
        ('say: "the most volatile of the set"\n    needs: [above]', "'most'"),
        ('say: "fastest of the set"\n    needs: [lowest]', "'fastest'"),
        ('say: "revenue rose"\n    needs: [fell]', "'rose'"),
        ('say: "revenue rose"\n    needs: [roseate]', "'rose'"),
        ('say: "every multiple is below"\n    needs: [below]', "'every'"),
        ('say: "the gap is narrowing"\n    needs: [above]', "'narrowing'"),
        ('say: "it never fell"\n    needs: [fell]', "'never'"),
    ],
)
def test_a_phrase_with_a_digit_or_an_unlicensed_comparison_is_refused(tmp_path: Path, entry: str, fault: str) -> None:
    with pytest.raises(UnusableRequest) as refused:
        spoken(tmp_path, f"takeaway.x:\n  - {entry}\n")
    (finding,) = refused.value.findings
    assert finding.severity == "error"
    assert fault in finding.message
    assert "takeaway.x" in finding.message
    assert finding.origin.file.endswith("phrases.yaml")
    assert finding.hint


@pytest.mark.parametrize(
    "entry",
    [
        'say: "{subject} is below the median"\n    needs: [below]',
        'say: "{subject} has less debt"\n    needs: [below_debt]',
        'say: "the debt stands at {amount}"',
        'say: "a day in twenty lost {loss} or more, of at least {n} days"',
        'say: "three measures, never mixed here"',
        'say: "All {count} lie above it"\n    needs: [all_above, above]',
    ],
)
def test_a_licensed_comparison_an_idiom_and_a_plain_sentence_load(tmp_path: Path, entry: str) -> None:
    assert spoken(tmp_path, f"takeaway.x:\n  - {entry}\n")["takeaway.x"]


@pytest.mark.parametrize("word", sorted({word for listed in LEXICON.values() for word in listed}))
def test_every_word_of_the_lexicon_needs_one_of_its_licences(word: str) -> None:
    kinds = [kind for kind, listed in LEXICON.items() if word in listed]
    assert phrases.mistakes("x", [Phrase((), f"It is {word} here.")])
    assert phrases.mistakes("x", [Phrase((), "Nothing.", lead=f"{word.capitalize()}.")])
    for kind in kinds:
        assert not phrases.mistakes("x", [Phrase((kind,), f"It is {word} here.")])
        assert not phrases.mistakes("x", [Phrase((f"{kind}_debt",), f"It is {word} here.")])


def test_every_mistake_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = 'a.x:\n  - say: "a 3"\n  - say: "it rose"\nb.y:\n  - say: "the least"\n'
    with pytest.raises(UnusableRequest) as refused:
        spoken(tmp_path, text)
    assert [finding.subject for finding in refused.value.findings] == ["a.x", "a.x", "b.y"]


def test_a_later_file_replaces_the_claims_it_names_and_no_others(tmp_path: Path) -> None:
    house, own = tmp_path / "house.yaml", tmp_path / "own.yaml"
    house.write_text('a.x:\n  - say: "house x"\n  - say: "second"\na.y:\n  - say: "house y"\n', "utf-8")
    own.write_text('a.x:\n  - say: "own x"\n', "utf-8")
    merged = load(house, own)
    assert [phrase.say for phrase in merged["a.x"]] == ["own x"]
    assert [phrase.say for phrase in merged["a.y"]] == ["house y"]


# ---- which one is spoken ---------------------------------------------------------------------------------------------

SHELF: Mapping[str, tuple[Phrase, ...]] = {
    "gap": (
        Phrase(("below", "many"), "both"),
        Phrase(("below",), "the {gap} gap"),
        Phrase(("above",), "above"),
        Phrase((), "plain"),
    ),
    "strict": (Phrase(("below",), "x"),),
}


@pytest.mark.parametrize(
    ("holds", "said"),
    [
        ({"below": True, "many": True}, "both"),
        ({"below": True, "many": False, "above": True}, "the {gap} gap"),
        ({"below": True}, "the {gap} gap"),
        ({"above": True}, "above"),
        ({}, "plain"),
        ({"below": False}, "plain"),
    ],
)
def test_the_first_variant_whose_predicates_all_hold_is_spoken(holds: dict[str, bool], said: str) -> None:
    chosen = choose("gap", SHELF, holds, {"gap": GAP})
    assert chosen is not None
    assert chosen.say == said


def test_a_claim_with_no_true_variant_or_no_words_is_not_made() -> None:
    assert choose("strict", SHELF, {"below": False}, {}) is None
    assert choose("strict", SHELF, {}, {}) is None
    assert choose("unheard of", SHELF, {"below": True}, {}) is None


@pytest.mark.parametrize(
    "nothing",
    [
        "",
        (),
        Number(None, "pct0", status="missing"),
        Number(None, "pct0", status="not_meaningful"),
        Number(140.0, "x1", status="excluded"),
        (Text("from "), Number(None, "pct0", status="withheld")),
    ],
)
def test_a_variant_with_nothing_to_put_into_a_hole_gives_way(nothing: object) -> None:
    chosen = choose("gap", SHELF, {"below": True, "above": True}, {"gap": nothing})  # type: ignore[dict-item]
    assert chosen is not None
    assert chosen.say == "above"


def test_holes_are_filled_in_place_and_the_words_around_them_kept() -> None:
    filled = fill("{who} stands {gap} below.", {"who": (Text("Al"), Text("ba")), "gap": GAP})
    assert filled == (Text("Al"), Text("ba"), Text(" stands "), GAP, Text(" below."))
    assert words(filled) == "Alba stands 30% below."
    assert fill("plain", {}) == (Text("plain"),)


def test_a_claim_that_brings_no_value_for_a_hole_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        fill("{who} stands", {})


# ---- the house's own words -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def house(root: Path) -> phrases.Phrases:
    return load(root / "templates" / "house" / "phrases.yaml")


def test_the_shipped_phrases_of_every_audience_load(root: Path) -> None:
    files = sorted((root / "templates").glob("*/phrases.yaml"))
    assert files
    for file in files:
        assert load(file)


def test_every_title_and_section_has_words_that_are_always_true(house: phrases.Phrases) -> None:
    """The last variant needs nothing; a page never goes without a heading."""
    headings = [claim for claim in house if claim.startswith(("title.", "section.")) or claim.endswith(".plain")]
    assert len(headings) > 10
    for claim in headings:
        assert house[claim][-1].needs == (), claim


def test_no_variant_is_hidden_behind_an_earlier_one_that_asks_for_less(house: phrases.Phrases) -> None:
    """A later variant with the needs of an earlier one, or more, is spoken only where the earlier one lacks a value."""
    for claim, variants in house.items():
        for place, later in enumerate(variants):
            for earlier in variants[:place]:
                if set(earlier.needs) <= set(later.needs):
                    holes = set(phrases.HOLE.findall(earlier.lead + earlier.say))
                    assert holes - set(phrases.HOLE.findall(later.lead + later.say)), (claim, later.say)


PREFIXES = ("headline", "standfirst", "takeaway", "valuation", "scatter", "growth", "quality", "resilience", "spending",
            "segment", "title", "section", "outlook", "falsifier")  # fmt: skip
CLAIM = re.compile(rf"({'|'.join(PREFIXES)})(\.[a-z_]+)*")


def _strings(tree: ast.AST) -> Iterator[str]:
    """Literals, and f-strings as patterns: f"section.{name}" is section\\.[a-z_]+."""
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z_.]+" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield re.escape(node.value)


@pytest.fixture(scope="module")
def said_in_code(root: Path) -> set[str]:
    rooms = [root / "engine/peerbench" / room for room in ("narrate", "brief")]
    trees = [ast.parse(file.read_text("utf-8")) for room in rooms for file in sorted(room.rglob("*.py"))]
    plans = "\n".join(file.read_text("utf-8") for file in root.glob("templates/*/audience.yaml"))
    titles, heads = plans.split(), re.findall(r"head: ([a-z_]+)$", plans, re.MULTILINE)
    return {text for tree in trees for text in _strings(tree)} | {
        re.escape(word) for word in (*titles, *(f"section.{head}" for head in heads))
    }


def test_every_phrase_is_spoken_by_some_claim(house: phrases.Phrases, said_in_code: set[str]) -> None:
    patterns = [re.compile(text) for text in said_in_code if CLAIM.match(text.replace("\\", "")) or "[a-z_.]+" in text]
    orphans = [claim for claim in house if not any(pattern.fullmatch(claim) for pattern in patterns)]
    assert orphans == []


def test_every_claim_made_in_code_has_words(house: phrases.Phrases, said_in_code: set[str]) -> None:
    """Ids written out in narrate, brief and the audiences' plans; two words with a dot that begin like a claim."""
    plain = {text.replace("\\", "") for text in said_in_code if "[" not in text}
    stems = {claim.rsplit(".", 1)[0] for claim in house}
    made = {text for text in plain if "." in text and CLAIM.fullmatch(text)} - stems
    assert len(made) > 40
    assert made - set(house) == set()

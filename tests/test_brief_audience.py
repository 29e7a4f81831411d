"""Audiences: what is merged in which order, and mistakes in settings, plan and phrases with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from peerbench import lookup
from peerbench.brief import audience, plan
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding


def layers(folder: Path, files: dict[str, str]) -> tuple[Path, ...]:
    for name, text in files.items():
        path = folder / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return lookup.layers(folder)


def mistakes(folder: Path, files: dict[str, str], name: str = "retail") -> list[str]:
    """Place and sentence of every mistake, as `bench check` finds them."""
    roots = layers(folder, files)
    try:
        found: tuple[Finding, ...] = plan.mistakes(audience.load(name, roots))
    except UnusableRequest as error:
        found = error.findings
    return [f"{one.origin}: {one.message} {one.hint}".strip() for one in found]


# ---- merging ---------------------------------------------------------------------------------------------------------


def test_an_audience_takes_from_what_it_extends_what_it_does_not_say(tmp_path: Path) -> None:
    roots = layers(tmp_path, {"retail/audience.yaml": "extends: risk\nlabel: For savers\nranks: [pb]\n"})
    mine, risk = audience.load("retail", roots), audience.load("risk", roots)
    assert mine.words("label") == "For savers"
    assert mine.names("ranks") == ("pb",)
    assert mine.settings["measures"] == risk.settings["measures"]
    assert mine.settings["pages"] == risk.settings["pages"]
    assert "pb" in mine.metrics


def test_a_project_changes_one_key_of_a_shipped_audience_and_keeps_the_others(tmp_path: Path) -> None:
    shipped = audience.load("risk", lookup.layers())
    mine = audience.load("risk", layers(tmp_path, {"risk/audience.yaml": "label: For our desk\n"}))
    assert mine.words("label") == "For our desk"
    assert {key for key in shipped.settings if mine.settings[key] != shipped.settings[key]} == {"label"}


def test_a_change_of_the_house_reaches_every_audience_that_does_not_say_otherwise(tmp_path: Path) -> None:
    roots = layers(tmp_path, {"house/audience.yaml": "basis: As reported.\nquestion: Which one?\n"})
    mine = audience.load("institutional", roots)
    assert mine.words("basis") == "As reported."
    assert mine.words("question") != "Which one?"


def test_an_empty_value_takes_a_key_away(tmp_path: Path) -> None:
    mine = audience.load("retail", layers(tmp_path, {"retail/audience.yaml": "extends: policy\nnot_shown:\n"}))
    assert mine.words("not_shown") == ""


def test_helper_metrics_add_up_along_the_chain(tmp_path: Path) -> None:
    own = "custom_metrics:\n  half: {label: Half of it, formula: revenue / 2, unit: money}\n"
    mine = audience.load("retail", layers(tmp_path, {"retail/audience.yaml": own}))
    assert "net_cash_share" in {definition.id for definition in mine.custom}
    assert next(d.origin for d in mine.custom if d.id == "half") == "templates/retail/audience.yaml"


def test_words_of_the_house_and_of_an_audience_are_merged_claim_by_claim(tmp_path: Path) -> None:
    roots = layers(
        tmp_path,
        {
            "retail/audience.yaml": "extends: risk\n",
            "retail/phrases.yaml": 'title.scatter: [{say: "Mine"}]\n',
            "house/phrases.yaml": 'title.scatter: [{say: "Ours"}]\ntitle.bars: [{say: "Ours too"}]\n',
        },
    )
    spoken = plan.phrases(audience.load("retail", roots))
    assert [spoken[name][0].say for name in ("title.scatter", "title.bars")] == ["Mine", "Ours too"]
    assert spoken["headline.valuation"][0].say.startswith("{subject}")


# ---- mistakes --------------------------------------------------------------------------------------------------------

FILE = "templates/retail/audience.yaml"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lable: x", f"{FILE}:1:1: unknown key 'lable' Did you mean 'label'?"),
        ("label: [a]", f"{FILE}:1:8: label: expected text Put text that holds {{, [ or : in quotes."),
        ("ranks: pe_ltm", f"{FILE}:1:8: ranks: expected a list Write [pe_ltm]."),
        ("summary:\n  - {metrc: pb}", f"{FILE}:2:6: unknown key 'metrc' in summary[1] Did you mean 'metric'?"),
        ("summary:\n  - {head: P/B}", f"{FILE}:2:5: summary[1] has no 'metric'"),
        ("comps: [{metric: pb, width: wide}]", f"{FILE}:1:29: comps[1].width: expected a number above zero"),
        ("comps: [{metric: pb, width: -3}]", f"{FILE}:1:29: comps[1].width: expected a number above zero"),
        ("summary_gap: perhaps", f"{FILE}:1:14: summary_gap: expected true or false"),
        ("headline: risky", f"{FILE}:1:11: headline: 'risky' is not one of valuation, risk, policy Did you"),
        ("label: a\nlabel: b", f"{FILE}:2:1: key 'label' stands twice: line 1 and line 2 Delete one of them."),
        ("label: 'a", f"{FILE}:1:8: not valid YAML: found unexpected end of stream"),
        ("- a", f"{FILE}:1:1: expected keys and values Begin with e.g. 'extends: house'."),
        ("custom_metrics: {x: {label: X, unit: money}}", f"{FILE}:1:21: custom_metrics.x has no 'formula'"),
        ("takeaways: [spread, growht | net_cash]", f"{FILE}:1:21: unknown takeaway 'growht' Did you mean 'growth'?"),
        ("panel: {rows: [rang]}", f"{FILE}:1:16: unknown panel row 'rang' Did you mean 'range'?"),
        (
            'pages:\n  - id: a\n    rows:\n      - {split: "8+4", slots: [[basis]]}',
            f"{FILE}:4:31: pages[1].rows[1]: a split of 8+4 has 2 slots, received 1 Write one list of blocks per slot.",
        ),
        (
            "pages:\n  - id: a\n    rows:\n      - {slots: [[figur.scatter]]}",
            f"{FILE}:4:19: unknown block 'figur.scatter' Did you mean 'figure.scatter'?",
        ),
        (
            "pages:\n  - {id: a, head: growht, rows: []}",
            f"{FILE}:2:19: there is no phrase 'section.growht' Did you mean 'section.growth'?",
        ),
        ("summary_title: title.sumary", f"{FILE}:1:16: there is no phrase 'title.sumary' Did you mean 'title.s"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_audience_has_its_place_and_a_way_out(text: str, said: str, tmp_path: Path) -> None:
    assert any(line.startswith(said) for line in mistakes(tmp_path, {"retail/audience.yaml": text}))


WORDS = "templates/retail/phrases.yaml"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('takeaway.spraed:\n  - say: "a"', f"{WORDS}:2:10: there is no claim 'takeaway.spraed' Did you mean 'takea"),
        ('takeaway.spread:\n  - sya: "a"', f"{WORDS}:2:5: unknown key 'sya' in takeaway.spread[1] Did you mean 'say'?"),
        ('takeaway.spread:\n  say: "a"', f"{WORDS}:2:3: takeaway.spread: expected a list"),
        ('takeaway.spread:\n  - say: "in 3 of them"', f"{WORDS}:2:10: phrase 'takeaway.spread' holds a digit"),
        ('takeaway.spread:\n  - say: "{Subject} so"', f"{WORDS}:2:10: phrase 'takeaway.spread' has a brace"),
        ('takeaway.spread:\n  - say: "far below them"', f"{WORDS}:2:10: phrase 'takeaway.spread' says 'below' "),
        ('takeaway.spread: [\n', f"{WORDS}:2:1: not valid YAML"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_phrases_has_its_place_and_a_way_out(text: str, said: str, tmp_path: Path) -> None:
    files = {"retail/audience.yaml": "extends: risk\n", "retail/phrases.yaml": text}
    (line,) = mistakes(tmp_path, files)
    assert line.startswith(said)


def test_every_mistake_of_both_files_is_told_at_once(tmp_path: Path) -> None:
    files = {
        "retail/audience.yaml": "takeaways: [a, b]\npanel: {rows: [c]}\n",
        "retail/phrases.yaml": 'x.y:\n  - say: "1"\n',
    }
    assert len(mistakes(tmp_path, files)) == 5


def test_the_shipped_audiences_have_no_mistake() -> None:
    roots = lookup.layers()
    assert [plan.mistakes(audience.load(name, roots)) for name in lookup.audiences(roots)] == [()] * 3


# ---- the page about them ---------------------------------------------------------------------------------------------


def test_help_names_every_key_block_takeaway_and_row() -> None:
    from peerbench import help
    from peerbench.brief import panel
    from peerbench.brief.blocks import BLOCKS
    from peerbench.brief.keys import AUDIENCE, STEP
    from peerbench.brief.prose.takeaways import TAKEAWAYS
    from peerbench.brief.tables import rows

    text = help.page("topics", "audiences")
    keys = {
        name for line in text.splitlines() if line.startswith("| `") for name in line.split("|")[1].split("`")[1::2]
    }
    assert keys == {*AUDIENCE.keys, *STEP.keys} - {"say"}
    for title, known in (
        ("Blocks", BLOCKS),
        ("Takeaways", TAKEAWAYS),
        ("Rows of the panel", panel.ROWS),
        ("Rows of statistics", rows.STATISTICS),
    ):
        listed = text.split(f"**{title}**: ")[1].split("\n")[0].rstrip(".")
        assert {name.strip() for name in listed.replace(";", ",").split(",")} == set(known), title


def test_the_audience_that_help_shows_is_sound(tmp_path: Path) -> None:
    import re

    from peerbench import help

    shown = re.findall(r"```yaml\n# templates/(\S+)\n(.*?)```", help.page("topics", "audiences"), re.DOTALL)
    assert [name for name, _ in shown] == ["retail/audience.yaml", "retail/phrases.yaml"]
    assert mistakes(tmp_path, dict(shown)) == []


def test_the_brand_that_help_shows_is_of_the_right_shape() -> None:
    import re

    from peerbench import help
    from peerbench.config.brand_shapes import BrandShape, FontsShape
    from peerbench.core import tree

    text = help.page("topics", "brand")
    (shown, theme) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    table, found = tree.parse(shown, file="x")
    assert (found, isinstance(table, tree.Table)) == ((), True)
    BrandShape.model_validate(tree.plain(table)["brand"])  # type: ignore[arg-type]
    assert all(face in text for face in FontsShape.model_fields)
    assert tree.parse(theme, file="x")[1] == ()


# ---- widths ----------------------------------------------------------------------------------------------------------


def test_columns_that_leave_no_room_for_names_are_refused_with_their_sum_and_their_slot(tmp_path: Path) -> None:
    """Eight columns of 13.9 mm are 111 of the 117 mm that 8+4 gives to Table 1."""
    ids = ["pe_ltm", "pb", "ps_ltm", "ev_to_ebit_ltm", "roe", "net_margin_ltm", "revenue_growth_ltm", "debt_to_equity"]
    found = mistakes(tmp_path, {"retail/audience.yaml": f"label: For savers\nsummary: [{', '.join(ids)}]\n"})
    assert found == [
        "templates/retail/audience.yaml:2:10: summary: the columns take 111 mm, and table.summary has 117 mm for them "
        "and the names Leave at least 20 mm for the names: give fewer columns or a smaller width to each."
    ]


def test_a_width_of_ones_own_counts_and_so_does_the_slot_of_ones_own_plan(tmp_path: Path) -> None:
    wide = "summary:\n  - {metric: pe_ltm, head: P/E, width: 98}\n"
    assert "98 mm" in mistakes(tmp_path / "a", {"retail/audience.yaml": wide})[0]
    assert mistakes(tmp_path / "b", {"retail/audience.yaml": wide.replace("98", "97")}) == []
    page = "pages:\n  - {id: one, rows: [{split: 6+6, slots: [[table.summary], [basis]]}]}\n"
    assert "87 mm" in mistakes(tmp_path / "c", {"retail/audience.yaml": page})[0]


def test_the_one_page_plan_is_measured_by_its_own_columns(tmp_path: Path) -> None:
    text = "one_page:\n  wide: [{metric: pe_ltm, width: 170}]\n  pages: [{id: one, rows: [{slots: [[table.wide]]}]}]\n"
    (found,) = mistakes(tmp_path, {"retail/audience.yaml": text})
    assert found.startswith("templates/retail/audience.yaml:2:9: wide: the columns take 170 mm, and table.wide has 178")


@pytest.mark.parametrize("name", ["house", "institutional", "risk", "policy"])
def test_the_shipped_columns_fit(name: str) -> None:
    assert plan.mistakes(audience.load(name, lookup.layers())) == ()

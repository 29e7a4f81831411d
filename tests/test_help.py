"""The help is complete: every check, metric, command and rule has its page, and examples are what is really printed."""

from __future__ import annotations

import re
from argparse import _SubParsersAction
from pathlib import Path

import pytest

from check_names import SOURCE, emitted
from peerbench import cli, help
from peerbench.commands import explain, metrics
from peerbench.commands.arguments import parser
from peerbench.config.check import by_itself
from peerbench.config.load import load
from peerbench.config.model import Settings
from peerbench.sources.layout import COLUMNS, Known, rules
from test_checks import CASES, CHECKS

NAMES = emitted()
INTERNAL = {"shape"}  # told under the name of the file that is of the wrong shape
ABOUT_CHECKS = (*help.names("checks"), *help.names("refusals"))
# What no `bench check` of a folder can show, and why.
NO_EXAMPLE = {
    "it holds by construction": ("identity_round_trip",),
    "the page must be laid out": ("page-count", "page-cut", "page-overflow", "page-tight"),
    "the page must be filled in": ("template-loads-outside", "template-missing", "template-mistake"),
    "the folder must refuse to be written": ("output",),
    "a ledger must be there, or refuse to be": ("ledger",),
    "a schedule must be followed": ("gate",),
    "a worker must end, or a cluster be away; see test_fleet": ("fleet",),
    "an issue must be there to rest on a fact; see test_commands_recall": ("unused-fact",),
    "a file must be there to be verified; see test_verify": ("not-verifiable", "not-verified"),
    "a key must be there; see test_signature": ("signature",),
    "the config's own shape refuses it first": ("metric-unit",),
    "phrases are read when a brief is composed": ("phrase",),
    "a language of the project, or a typeface that is not installed": ("language",),
    "a theme of the project": ("theme",),
    "files, rates or a database must be there": (
        "file-mapping", "no-segment", "not-queried", "not-rates", "not-xbrl", "unmapped-lines",
    ),
    "an issue must have been built": ("broken-issue", "earlier_issue", "newer-issue"),
    "years of figures must be there; see test_sources_quality": (
        "close-in-hundredths", "close-switch", "currency-label", "currency-switch",
        "share-count-scale", "year-to-date-as-quarter",
    ),
    "the SEC's files or a lock must be there": (
        "lock", "moved-year-end", "no-company-facts", "no-facts", "no-lock", "not-company-facts", "not-fetched",
        "not-json", "not-periodic", "offline", "one-company-two-keys", "other-company", "unknown-source",
        "unknown-ticker", "unreadable-entry",
    ),
}  # fmt: skip


def about(name: str) -> str:
    """A check's page; `explain` is a command as well."""
    return help.page("checks", name) or help.page("refusals", name)


def test_every_check_that_the_program_can_name_has_a_page() -> None:
    assert {name: place for name, place in NAMES.items() if name not in {*ABOUT_CHECKS, *INTERNAL}} == {}


def test_every_page_of_a_check_speaks_of_one_that_exists() -> None:
    assert set(ABOUT_CHECKS) - set(NAMES) == set()


def test_no_name_is_both_a_check_and_a_refusal() -> None:
    assert set(help.names("checks")) & set(help.names("refusals")) == set()


@pytest.mark.parametrize("name", ABOUT_CHECKS)
def test_a_page_says_what_is_looked_at_why_and_what_to_do(name: str) -> None:
    text = about(name)
    assert text.startswith(f"# {name}\n")
    for part in ("**Looks at**", "**Why it matters**", "**What to do**"):
        assert part in text


@pytest.mark.parametrize("name", ABOUT_CHECKS)
def test_a_page_quotes_what_its_folder_prints(name: str) -> None:
    excused = name in {each for names in NO_EXAMPLE.values() for each in names}
    assert excused != (name in CASES), "a check has a folder with its input, or a reason why it has none"
    if excused:
        return
    asked = CHECKS / name / "arguments"
    command = asked.read_text("utf-8").strip() if asked.is_file() else "check"
    expected = (CHECKS / name / "expected.txt").read_text("utf-8")
    assert f"```\n$ bench {command}\n{expected}```\n" in about(name)


def test_every_folder_shows_a_check_by_its_name() -> None:
    for case in CASES:
        name = case.partition("__")[0]
        assert name in ABOUT_CHECKS
        silent = name.startswith(("config.", "arguments", "audience"))  # printed without its name
        assert silent or f"[{name}]" in (CHECKS / case / "expected.txt").read_text("utf-8"), case


def test_every_rule_of_a_row_stands_in_the_table_of_the_quarantine() -> None:
    known = Known(("a",), {("a", "b"): "USD"})
    named = {rule.name for file in COLUMNS for rule in (*rules(file, known), *rules(file, Known(("a",))))}
    source = "".join((SOURCE / "sources" / f"{file}.py").read_text("utf-8") for file in ("columns", "table", "lines"))
    named |= set(re.findall(r'"(empty-cell|control-character|number|whole-number|date|true-or-false)"', source))
    named |= set(re.findall(r'"(short-row|long-row|total-row|second-line)"', source))
    assert {name for name in named if f"\n| {name} |" not in help.page("checks", "quarantine")} == set()
    assert help.find("period-order") == help.page("checks", "quarantine")


def commands() -> dict[str, set[str]]:
    """Every command with its options, from the parser itself."""
    actions = parser()._subparsers
    assert actions is not None
    (choices,) = (action.choices for action in actions._group_actions if isinstance(action, _SubParsersAction))
    return {
        name: {option for action in made._actions for option in action.option_strings if option.startswith("--")}
        - {"--help"}
        for name, made in choices.items()
    }


@pytest.mark.parametrize("name", commands())
def test_every_command_has_a_page_that_names_its_options(name: str) -> None:
    text = help.page("commands", name)
    assert text.startswith(f"# bench {name}\n")
    assert {option for option in commands()[name] if option not in text} == set()
    assert f"\nbench {name}" in text


def test_every_page_of_a_command_speaks_of_one_that_exists() -> None:
    assert set(help.names("commands")) - set(commands()) == set()


@pytest.mark.parametrize("name", metrics.catalogue())
def test_every_metric_is_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", name]) == 0
    said = capsys.readouterr().out
    for part in ("formula", "definition", "unit", "period", "rule and source"):
        assert f"\n  {part}" in said


def test_a_metric_of_a_segment_is_explained_by_its_own_formula(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "revenue_growth_quarter[cloud]"]) == 0
    assert "growth(revenue[cloud, quarter])" in capsys.readouterr().out


def test_every_page_of_a_metric_adds_to_an_entry_of_the_catalogue() -> None:
    shown = {name for name in metrics.catalogue() if explain.metric_page(name)}
    for page in help.names("metrics"):
        assert {name for name in shown if name == page or name.rpartition("_")[0] == page}, page


@pytest.mark.parametrize("name", help.everything())
def test_every_page_is_printed_by_explain(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    if name in help.names("metrics") and name not in metrics.catalogue():
        return  # written once for several windows, shown under each of them
    assert cli.main(["explain", name]) == 0
    assert name in capsys.readouterr().out


def test_a_name_that_means_nothing_is_refused_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "stale_fact"]) == 2
    assert "Did you mean 'stale_facts'?" in capsys.readouterr().err


def test_pages_name_no_machine() -> None:
    for kind in help.KINDS:
        for name in help.names(kind):
            assert not re.search(r"/work|/home|/tmp|/root", help.page(kind, name))


PAGES = {f"{kind}/{name}": help.page(kind, name) for kind in help.KINDS for name in help.names(kind)}
BLOCKS = [
    pytest.param(block, id=page)
    for page, text in PAGES.items()
    for block in re.findall(r"^```(?:yaml)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    if (keys := re.findall(r"^([a-z_]+):", block, re.MULTILINE)) and {*keys} <= Settings.model_fields.keys()
]


@pytest.mark.parametrize("block", BLOCKS)
def test_a_config_that_the_help_shows_can_be_copied_as_it_stands(block: str, tmp_path: Path) -> None:
    """Files that it names are the reader's own; whatever else it says is accepted."""
    sound = (Path(__file__).parent / "mistakes" / "_sound.yaml").read_text("utf-8")
    (tmp_path / "_sound.yaml").write_text(f"{sound}audiences: [institutional, risk, policy]\n", "utf-8")
    (tmp_path / "brief.yaml").write_text(f"extends: _sound.yaml\n{block}", "utf-8")
    config, findings = load(tmp_path / "brief.yaml", root=tmp_path)
    wrong = (*findings, *(by_itself(config) if config else ()))
    assert [one.message for one in wrong if one.severity == "error" and "there is no f" not in one.message] == []


def test_the_help_shows_configs() -> None:
    assert len(BLOCKS) >= 10

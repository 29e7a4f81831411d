"""The Python API: light to import, typed, its examples true, mistakes as findings that stand in the call."""

from __future__ import annotations

import doctest
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import peerbench
import studies
from peerbench.program import api

CONFIG = studies.CONFIGS / "alibaba.yaml"
FUNCTIONS = tuple(name for name in peerbench.__all__ if name[0].islower())
BUILDING = ("build", "verify_brief")


def run_example(name: str) -> None:
    found = doctest.DocTestFinder(recurse=False).find(getattr(api, name), name, globs={"peerbench": peerbench})
    (example,) = found
    assert example.examples, f"{name} has no example"
    told: list[str] = []
    doctest.DocTestRunner().run(example, out=told.append)
    assert told == []


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in BUILDING])
def test_the_example_of_a_function_is_true(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CONFIG.parents[1])
    run_example(name)


@pytest.mark.slow
def test_what_the_example_builds_the_next_one_verifies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studies.project(tmp_path)
    monkeypatch.chdir(tmp_path)
    for name in BUILDING:
        run_example(name)


def test_importing_the_package_loads_no_heavy_library() -> None:
    heavy = "{'polars', 'pydantic', 'altair', 'weasyprint', 'yaml', 'mcp', 'typing'} & set(sys.modules)"
    code = f"import sys; before = {heavy}; import peerbench; print(sorted({heavy} - before))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "[]\n"


def test_a_name_that_the_package_does_not_have_is_an_attribute_error() -> None:
    name = "bild"
    with pytest.raises(AttributeError, match="'bild'"):
        getattr(peerbench, name)


def test_the_package_says_that_it_is_typed_and_lists_its_functions() -> None:
    assert (Path(peerbench.__file__).parent / "py.typed").is_file()
    assert set(peerbench.__all__) <= set(dir(peerbench))
    assert set(peerbench.__all__) == set(api.__all__)


def test_figures_compared_are_those_of_the_brief() -> None:
    whole = peerbench.compute(CONFIG, today=studies.TODAY).metrics
    found = peerbench.compare_companies(CONFIG, ["tencent", "baidu", "amazon"], ["pb", "roe"], today=studies.TODAY)
    keys = ["company", "metric", "value", "status"]
    chosen = pl.col("metric").is_in(["pb", "roe"]) & (pl.col("company") != "alibaba")
    assert found.metrics.select(keys).sort(keys).equals(whole.filter(chosen).select(keys).sort(keys))
    assert found.as_of == date(2025, 9, 23)


@pytest.mark.parametrize(
    ("companies", "metrics", "said"),
    [
        (["alibaba", "tencnt"], [], ("companies", "unknown company 'tencnt'", "Did you mean 'tencent'?")),
        (["alibaba", "tencent"], ["pe_ltn"], ("metrics", "unknown metric 'pe_ltn'", "Did you mean 'pe_ltm'?")),
        (["alibaba"], [], ("companies", "'alibaba' alone cannot be compared", "Name two or more.")),
        (["alibaba", "baidu", "baidu"], [], ("companies", "'baidu' stands twice", "Name it once.")),
        ("alibaba", [], ("companies", "'alibaba' is a text, not a list", 'Write companies=["alibaba"].')),
    ],
)
def test_a_wrong_name_is_told_where_it_was_given(companies: Any, metrics: Any, said: tuple[str, str, str]) -> None:
    with pytest.raises(peerbench.UnusableRequest) as caught:
        peerbench.compare_companies(CONFIG, companies, metrics, today=studies.TODAY)
    (found,) = caught.value.findings
    assert (str(found.origin), found.message, found.hint) == said


def test_everything_wrong_with_a_call_is_told_at_once_and_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(peerbench.UnusableRequest) as caught:
        peerbench.build(
            CONFIG, audiences=["institutionl"], formats=["pdff"], languages=["eo"], page="A5", length="two",
            as_of="2025-9-1", today=datetime(2026, 1, 1), out=tmp_path / "out",
        )  # fmt: skip
    places = [found.origin.locator for found in caught.value.findings]
    assert places == ["audiences", "formats", "languages", "page", "length", "as_of", "today"]
    assert list(tmp_path.iterdir()) == []


def test_a_config_that_is_not_there_is_a_finding() -> None:
    with pytest.raises(peerbench.UnusableRequest, match=r"nothing\.yaml"):
        peerbench.compute(CONFIG.with_name("nothing.yaml"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"first": "a.yaml"}, "a config needs a day to start from"),
        ({"first": "a.yaml", "second": "b.yaml"}, "a config is compared with itself on another day"),
        ({"first": "output/a/2025-06-30"}, "the later issue is not named"),
        ({"first": "a.pdf", "second": "b.pdf", "since": "2025-06-30"}, "since and until go with a config"),
    ],
)
def test_a_comparison_of_issues_that_misses_a_side_is_refused(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(peerbench.UnusableRequest, match=said):
        peerbench.diff(**arguments)

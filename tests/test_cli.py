"""The command line: exit codes, what is written where, and no traceback for a user's mistake."""

from __future__ import annotations

import json
import subprocess
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import peerbench
from peerbench.cli import main
from peerbench.core.errors import BenchError, UnusableRequest
from peerbench.core.findings import Finding, Origin

MISTAKE = Finding("config.company", "error", "unknown company 'x'", "Did you mean 'y'?", Origin("configs/a.yaml", 3, 5))
WARNING = Finding("config.schedule", "warning", "as_of is 2025-09-23")
REMARK = Finding("stale_price", "warning", "a remark on data that stands in the brief")


@dataclass
class Result:
    folder: Path
    files: tuple[Path, ...]
    findings: tuple[Finding, ...] = ()
    held: bool = False


class Pipeline(types.ModuleType):
    """Stands in for the pipeline, which has tests of its own: writes one brief and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__("peerbench.pipeline")
        self.asked: list[dict[str, Any]] = []
        self.error: Exception | None = None
        self.findings: tuple[Finding, ...] = ()
        self.held = False

    def build(self, config: Path, *, progress: Callable[[str], None], **asked: Any) -> Result:
        self.asked.append({"config": config, **asked})
        progress("figures")
        if self.error:
            raise self.error
        brief = Path("output").absolute() / config.stem / "2025-09-23" / "risk" / "brief.html"
        brief.parent.mkdir(parents=True, exist_ok=True)
        brief.write_text("brief")
        return Result(brief.parents[1], (brief,), self.findings, self.held)

    def check(self, config: Path, **asked: Any) -> tuple[Finding, ...]:
        self.asked.append({"config": config, **asked})
        return self.findings


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    stand_in = Pipeline()
    monkeypatch.setitem(sys.modules, "peerbench.pipeline", stand_in)
    monkeypatch.setattr(peerbench, "pipeline", stand_in, raising=False)
    return stand_in


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A fresh project, the working folder in it."""
    assert main(["init", str(tmp_path / "demo")]) == 0
    monkeypatch.chdir(tmp_path / "demo")
    capsys.readouterr()
    return tmp_path / "demo"


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# ---- init ------------------------------------------------------------------------------------------------------------


def test_init_lays_out_a_project_whose_config_is_sound(project: Path) -> None:
    from peerbench.config.load import load

    assert files(project) >= {"configs/alibaba.yaml", "configs/_house.yaml", "configs/.schema.json", ".gitignore"}
    assert load(project / "configs" / "alibaba.yaml")[1] == ()


def test_init_leaves_what_is_there(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "configs" / "alibaba.yaml").write_text("mine")
    (project / ".gitignore").unlink()
    assert main(["init"]) == 0
    said = capsys.readouterr().out
    assert (project / "configs" / "alibaba.yaml").read_text() == "mine"
    assert "left configs/alibaba.yaml as it is" in said
    assert "made .gitignore" in said


def test_init_over_a_file_says_what_is_in_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "demo").write_text("a file")
    assert main(["init", str(tmp_path / "demo")]) == 2
    assert "Traceback" not in capsys.readouterr().err


# ---- build -----------------------------------------------------------------------------------------------------------


def test_build_without_a_name_takes_the_only_config(project: Path, pipeline: Pipeline) -> None:
    assert main(["build"]) == 0
    assert [asked["config"] for asked in pipeline.asked] == [Path("configs/alibaba.yaml")]


def test_build_without_a_name_among_several_lists_them(
    project: Path, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "configs" / "baidu.yaml").write_text("")
    assert main(["build"]) == 2
    assert "Name one or more: configs/alibaba.yaml, configs/baidu.yaml." in capsys.readouterr().err
    assert pipeline.asked == []


def test_build_hands_on_what_was_asked(project: Path, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("peerbench.lookup.audiences", lambda roots: ("institutional", "risk", "policy"))
    words = "build configs/alibaba.yaml --as-of 2025-06-30 --audience risk,policy --format pdf --out elsewhere --force"
    assert main(words.split()) == 0
    (asked,) = pipeline.asked
    assert asked == {
        "config": Path("configs/alibaba.yaml"),
        "as_of": date(2025, 6, 30),
        "audiences": ("risk", "policy"),
        "formats": ("pdf",),
        "out": Path("elsewhere"),
        "today": date.today(),
        "force": True,
        "frozen": False,
        "page": None,
        "length": None,
        "spoken": None,
        "since": None,
    }


def test_every_mistake_in_the_options_is_told_at_once(
    project: Path, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "--as-of", "23.9.2025", "--format", "pfd", "--audience", "nobody"]) == 2
    said = capsys.readouterr().err
    assert "--as-of: error: '23.9.2025' is not a day" in said
    assert "Did you mean 'pdf'?" in said
    assert "unknown audience 'nobody'" in said
    assert pipeline.asked == []


def test_an_unusable_request_prints_its_findings_and_ends_2(
    project: Path, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.error = UnusableRequest((MISTAKE,))
    assert main(["build"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "configs/a.yaml:3:5: error: unknown company 'x'\n  Did you mean 'y'?\n"


def test_one_unusable_config_does_not_stop_the_others(project: Path, pipeline: Pipeline) -> None:
    pipeline.error = UnusableRequest((MISTAKE,))
    assert main(["build", "configs/alibaba.yaml", "configs/alibaba.yaml"]) == 2
    assert len(pipeline.asked) == 2


def test_a_brief_held_back_ends_1_and_is_tried_again(project: Path, pipeline: Pipeline) -> None:
    pipeline.held = True
    assert main(["build"]) == 1
    assert main(["build"]) == 1
    assert len(pipeline.asked) == 2


def test_warnings_of_the_config_are_printed_and_remarks_on_data_left_to_the_brief(
    project: Path, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.findings = (WARNING, REMARK)
    assert main(["build"]) == 0
    assert capsys.readouterr().err == "warning: as_of is 2025-09-23\n"


def test_a_check_is_printed_with_the_name_that_silences_it(
    project: Path, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.findings = (REMARK,)
    assert main(["check"]) == 0
    assert "in the brief [stale_price]\n" in capsys.readouterr().err


def test_other_refusals_are_one_line(project: Path, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline.error = BenchError("there is no font for Chinese on this machine")
    assert main(["build"]) == 2
    assert capsys.readouterr().err == "bench: there is no font for Chinese on this machine\n"


def test_a_bug_is_called_one_and_debug_shows_it(
    project: Path, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.error = ZeroDivisionError("division by zero")
    assert main(["build"]) == 70
    assert "this is a bug: ZeroDivisionError: division by zero" in capsys.readouterr().err
    with pytest.raises(ZeroDivisionError):
        main(["build", "--debug"])


def test_the_second_build_of_the_same_is_not_done(
    project: Path, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    settle(project)
    assert main(["build", "configs/alibaba.yaml"]) == 0
    built = capsys.readouterr().out
    assert built == "built: output/alibaba/2025-09-23\n  risk/brief.html\n"
    assert main(["build", "configs/alibaba.yaml"]) == 0
    assert capsys.readouterr().out == "unchanged: output/alibaba/2025-09-23 (use --force to rebuild)\n"
    assert len(pipeline.asked) == 1
    assert main(["build", "configs/alibaba.yaml", "--force"]) == 0
    assert len(pipeline.asked) == 2


@pytest.mark.parametrize("name", ["configs/_house.yaml", "templates/risk/audience.yaml", "output/other/x"])
def test_a_change_of_what_it_rests_on_builds_again(project: Path, pipeline: Pipeline, name: str) -> None:
    settle(project)
    assert main(["build"]) == 0
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("currency: EUR\n")
    assert main(["build"]) == 0
    assert len(pipeline.asked) == (1 if name.startswith("output") else 2)


def settle(project: Path) -> None:
    """Let the files of a project be old: a stamp does not trust what changed a moment before."""
    import os

    for path in project.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


def test_build_writes_nothing_outside_output_and_its_cache(project: Path, pipeline: Pipeline) -> None:
    settle(project)
    before = files(project)
    assert main(["build"]) == 0
    assert {name.split("/")[0] for name in files(project) - before} == {"output", ".bench"}


def test_open_shows_the_brief_whether_or_not_it_had_to_be_built(
    project: Path, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(project)
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert main(["build", "--open"]) == 0
    assert main(["build", "--open"]) == 0
    assert len(pipeline.asked) == 1
    assert opened == [(project / "output/alibaba/2025-09-23/risk/brief.html").as_uri()] * 2


# ---- check, schema, metrics, explain ---------------------------------------------------------------------------------


def test_check_ends_2_on_an_error_and_0_on_a_warning(
    project: Path, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check"]) == 0
    assert capsys.readouterr().out == "configs/alibaba.yaml: nothing wrong\n"
    pipeline.findings = (REMARK,)
    assert main(["check"]) == 0
    pipeline.findings = (REMARK, MISTAKE)
    assert main(["check"]) == 2
    assert "configs/alibaba.yaml: 1 error, 1 warning" in capsys.readouterr().err


def test_check_looks_at_an_audience_that_no_config_names(
    project: Path, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "templates" / "retail").mkdir()
    (project / "templates" / "retail" / "audience.yaml").write_text("label: For savers\n", "utf-8")
    assert main(["check", "--audience", "retail,risk"]) == 0
    assert pipeline.asked[-1]["audiences"] == ("retail", "risk")
    assert main(["check"]) == 0
    assert pipeline.asked[-1]["audiences"] is None
    assert main(["check", "--audience", "retial"]) == 2
    assert "Did you mean 'retail'?" in capsys.readouterr().err


def test_schema_is_printed_or_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert main(["schema", "--out", "configs/other.json"]) == 0
    assert json.loads((project / "configs" / "other.json").read_text()) == printed
    assert main(["schema", "--out", "nowhere/schema.json"]) == 2
    assert "no such file or directory" in capsys.readouterr().err


def test_explain_of_two_words_says_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "alibaba", "pe_ltm"]) == 2
    assert "CONFIG COMPANY METRIC" in capsys.readouterr().err


def test_no_arguments_print_the_help_and_end_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage: bench" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"bench {peerbench.__version__}\n"


HEAVY = ("yaml", "pydantic", "polars", "jinja2", "altair", "weasyprint", "lark", "dataframely")


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from peerbench.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += f"print('heavy:', *sorted(set({HEAVY!r}) & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "heavy:"


def test_a_pipe_closed_early_is_no_error() -> None:
    command = (
        f"{sys.executable} -I -c 'import sys; from peerbench.cli import main; sys.exit(main([\"schema\"]))' | head -1"
    )
    found = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert found.stdout == "{\n"
    assert found.stderr == ""


def test_every_command_has_its_module() -> None:
    from argparse import _SubParsersAction
    from importlib import import_module

    from peerbench.commands.arguments import parser

    (commands,) = (action for action in parser()._actions if isinstance(action, _SubParsersAction))
    for name in commands.choices:
        assert callable(import_module(f"peerbench.commands.{name.replace('-', '_')}").run)

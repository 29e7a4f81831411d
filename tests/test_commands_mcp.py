"""bench mcp: a real client over standard input and output; answers as data, mistakes as findings, one project only."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import jsonschema
import pytest
from mcp import ClientSession, StdioServerParameters, stdio_client

import studies
from peerbench import cli
from peerbench.commands import tools

NAMES = ["list_configs", "list_metrics", "check", "compute", "compare", "explain", "check_text", "build"]
CONFIG = "configs/alibaba.yaml"
BENCH = "import sys; from peerbench.cli import main; sys.exit(main())"
# A tool, its arguments, what the finding says, its hint, and the argument it is about.
MISTAKES: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("chek", {}, "there is no tool 'chek'", "Did you mean 'check'?", ""),
    ("check", {}, "the argument 'config' is missing", "check takes config, as_of, audiences.", "config"),
    ("check", {"config": CONFIG, "asof": "x"}, "check has no argument 'asof'", "Did you mean 'as_of'?", "asof"),
    ("check", {"config": 7}, "config is '7', not a text", tools.CONFIG["description"], "config"),
    ("check", {"config": "configs/alibab.yaml"}, "there is no config 'configs/alibab.yaml'",
     "Did you mean 'configs/alibaba.yaml'?", "config"),
    ("check", {"config": "../secret.yaml"}, "'../secret.yaml' lies outside of the project",
     "Only files of the project can be named. Known: configs/alibaba.yaml.", "config"),
    ("check", {"config": "/etc/passwd"}, "'/etc/passwd' lies outside of the project",
     "Only files of the project can be named. Known: configs/alibaba.yaml.", "config"),
    ("build", {"config": "configs/link.yml"}, "'configs/link.yml' lies outside of the project",
     "Only files of the project can be named. Known: configs/alibaba.yaml.", "config"),
    ("check", {"config": "a\0b"}, "config is not a path", tools.CONFIG["description"], "config"),
    ("compute", {"config": CONFIG, "as_of": "2025-9-1"}, "'2025-9-1' is not a day",
     "Write a date, or year-month-day: 2025-09-23.", "as_of"),
    ("compare", {"config": CONFIG, "companies": "alibaba"}, "companies is 'alibaba', not a list of texts",
     tools.COMPANIES["description"], "companies"),
    ("compare", {"config": CONFIG, "companies": ["alibaba", "tencnt"]}, "unknown company 'tencnt'",
     "Did you mean 'tencent'?", "companies"),
    ("list_metrics", {"metrics": ["pe_ltn"]}, "unknown metric 'pe_ltn'", "Did you mean 'pe_ltm'?", "metrics"),
    ("build", {"config": CONFIG, "formats": ["pdff"]}, "unknown format 'pdff'", "Did you mean 'pdf'?", "formats"),
]  # fmt: skip


def talk(project: Path, said: Callable[[ClientSession], Awaitable[None]]) -> None:
    """A session with the server as a client would start it."""

    async def whole() -> None:
        server = StdioServerParameters(command=sys.executable, args=["-c", BENCH, "mcp", "--project", str(project)])
        async with stdio_client(server) as streams, ClientSession(*streams) as session:
            await session.initialize()
            await said(session)

    anyio.run(whole)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of its own, with a file outside of it and a link that leads there."""
    folder = tmp_path / "briefs"
    studies.project(folder)
    (tmp_path / "secret.yaml").write_text("password: 1\n", "utf-8")
    (folder / "configs" / "link.yml").symlink_to(tmp_path / "secret.yaml")
    return folder


def test_a_client_lists_the_tools_and_calls_each_of_those_that_only_look(project: Path) -> None:
    calls: dict[str, dict[str, Any]] = {
        "list_metrics": {"metrics": ["pe_ltm"]},
        "compute": {"config": CONFIG},
        "compare": {"config": CONFIG, "companies": ["tencent", "baidu"], "metrics": ["pe_ltm"]},
        "explain": {"config": CONFIG, "company": "alibaba", "metric": "pe_ltm"},
        "check_text": {"config": CONFIG, "text": "Alibaba's trailing P/E is 18.1x."},
    }
    answers: dict[str, Any] = {}

    async def said(session: ClientSession) -> None:
        listed = (await session.list_tools()).tools
        assert [one.name for one in listed] == NAMES
        assert [one.name for one in listed if not one.annotations.read_only_hint] == ["build"]  # type: ignore[union-attr]
        for name, arguments in calls.items():
            found = await session.call_tool(name, arguments)
            assert not found.is_error, found.content
            assert found.content[0].text  # type: ignore[union-attr]
            answers[name] = found.structured_content
            schema = next(one for one in listed if one.name == name).output_schema
            jsonschema.validate(found.structured_content, schema, cls=jsonschema.Draft202012Validator)

    talk(project, said)
    assert answers["list_metrics"]["metrics"][0]["unit"] == "times"
    figures = {(one["company"], one["metric"]): one for one in answers["compute"]["figures"]}
    assert figures["alibaba", "pe_ltm"]["printed"] == "18.1x"
    compared = {one["company"]: one for one in answers["compare"]["figures"]}
    assert compared["tencent"] == figures["tencent", "pe_ltm"]
    assert answers["compare"]["companies"] == ["tencent", "baidu"]
    assert answers["explain"]["value"] == figures["alibaba", "pe_ltm"]["value"]
    assert all(one["url"] for one in answers["explain"]["documents"][:1])
    assert [one["verdict"] for one in answers["check_text"]["statements"]] == ["verified"]


def test_every_mistake_is_an_answer_with_its_finding_and_the_session_goes_on(project: Path) -> None:
    async def said(session: ClientSession) -> None:
        for name, arguments, message, hint, place in MISTAKES:
            found = await session.call_tool(name, arguments)
            assert found.is_error, (name, arguments)
            (one,) = found.structured_content["findings"]
            assert (one["message"], one["hint"], one["place"]) == (message, hint, place)
            text = found.content[0].text  # type: ignore[union-attr]
            assert message in text
            assert "Traceback" not in text
            if name in tools.TOOLS:  # a client may hold a mistake against the schema too
                jsonschema.validate(found.structured_content, tools.TOOLS[name].answer)
        assert (await session.call_tool("list_configs", {})).structured_content == {"configs": [CONFIG]}

    talk(project, said)
    assert not (project / "output").exists()


def test_a_mistake_in_a_config_has_file_line_and_column(project: Path) -> None:
    path = project / CONFIG
    path.write_text(path.read_text("utf-8").replace("subject: alibaba", "subject: alibab"), "utf-8")
    (line,) = (number for number, text in enumerate(path.read_text("utf-8").splitlines(), 1) if "subject:" in text)

    async def said(session: ClientSession) -> None:
        found = await session.call_tool("compute", {"config": CONFIG})
        assert found.is_error
        one = found.structured_content["findings"][0]
        assert (one["file"], one["line"], one["column"]) == (CONFIG, line, len("subject: ") + 1)
        assert one["hint"] == "Did you mean 'alibaba'?"

    talk(project, said)


@pytest.mark.slow
def test_build_writes_into_the_output_of_the_project_and_nowhere_else(project: Path) -> None:
    async def said(session: ClientSession) -> None:
        arguments = {"config": CONFIG, "audiences": ["institutional"], "formats": ["md"]}
        found = await session.call_tool("build", arguments)
        assert not found.is_error, found.content
        made = found.structured_content
        assert (made["folder"], made["held"]) == ("output/alibaba/2025-09-23", False)
        assert all((project / name).is_file() for name in made["files"])
        checked = await session.call_tool("check", {"config": CONFIG})
        assert checked.structured_content["usable"] is True
        for name, one in (("build", made), ("check", checked.structured_content)):
            jsonschema.validate(one, tools.TOOLS[name].answer)

    talk(project, said)
    assert {path.name for path in project.iterdir()} <= {"configs", "output", ".bench"}


def test_an_output_that_leads_out_of_the_project_is_refused(project: Path, tmp_path: Path) -> None:
    from peerbench.commands import agents

    (tmp_path / "elsewhere").mkdir()
    (project / "output").symlink_to(tmp_path / "elsewhere")
    found = agents.answer(project, "build", {"config": CONFIG})
    assert found.is_error
    assert "leads outside of the project" in found.content[0].text  # type: ignore[union-attr]
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_nothing_but_the_protocol_is_printed_and_the_end_is_clean(project: Path) -> None:
    version = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    sent = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": version}) + "\n"
    command = [sys.executable, "-c", BENCH, "mcp", "--project", str(project)]
    ended = subprocess.run(command, input=sent, capture_output=True, text=True, timeout=60, check=False)
    assert [json.loads(line)["id"] for line in ended.stdout.splitlines()] == [1]
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_folder_that_is_no_project_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["mcp", "--project", str(tmp_path)]) == 2
    assert "holds no configs/" in capsys.readouterr().err


def test_without_the_library_the_extra_is_named(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    assert cli.main(["mcp", "--project", str(project)]) == 2
    assert "pip install 'peerbench[mcp]'" in capsys.readouterr().err


def closed(schema: Any) -> Iterator[tuple[str, ...]]:
    """The properties of every object of a schema, however deep; those of one that is open are missing here."""
    if isinstance(schema, dict):
        if "properties" in schema or schema.get("type") == "object":
            assert schema["additionalProperties"] is False, schema
            yield tuple(schema["properties"])
        for part in schema.values():
            yield from closed(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from closed(part)


@pytest.mark.parametrize("tool", tools.TOOLS.values(), ids=lambda tool: tool.name)
def test_an_answer_is_typed_to_its_leaves_and_nothing_else_is_one(tool: tools.Tool) -> None:
    assert len(list(closed(tool.answer))) >= 2  # its own and the findings'
    valid = jsonschema.Draft202012Validator(tool.answer).is_valid
    assert not valid({})
    assert not valid({"findings": [], "surprise": 1})
    assert not valid({"findings": [{"message": "half a finding"}]})
    assert valid({"findings": []})


@pytest.mark.parametrize("tool", tools.TOOLS.values(), ids=lambda tool: tool.name)
def test_the_schema_of_a_tool_is_one_and_lists_what_it_needs(tool: tools.Tool) -> None:
    jsonschema.Draft202012Validator.check_schema(tool.schema)
    jsonschema.Draft202012Validator.check_schema(tool.answer)
    assert set(tool.needs) <= set(tool.takes)
    assert tool.schema["additionalProperties"] is False

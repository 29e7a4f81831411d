"""The server of `bench mcp`: lists the tools, checks what they are called with, answers with data or with findings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server

from peerbench import __version__
from peerbench.commands import tools
from peerbench.commands.printing import clean, in_order, rendered
from peerbench.core.errors import BenchError, UnusableRequest
from peerbench.core.findings import Finding

INSTRUCTIONS: Final = """\
Relative valuation and growth of companies against their peers, from dated and sourced figures. Begin with list_configs;
list_metrics has every metric's formula. compute and compare give figures, explain traces one down to its documents,
check_text holds a text's numbers against them, check and build make a brief. Values are in ones of their unit (0.14 is
14 %). A figure without a value has a status and a reason: say that, do not guess one. Quote figures as printed."""


async def serve(project: Path) -> None:
    """Speak the protocol until standard input ends. One call at a time is worked on, others wait."""
    busy = anyio.Lock()

    async def listed(
        context: ServerRequestContext[Any], asked: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(one) for one in tools.TOOLS.values()])

    async def called(context: ServerRequestContext[Any], asked: types.CallToolRequestParams) -> types.CallToolResult:
        async with busy:
            return await anyio.to_thread.run_sync(partial(answer, project, asked.name, asked.arguments or {}))

    server: Server[Any] = Server(
        "peerbench", version=__version__, instructions=INSTRUCTIONS, on_list_tools=listed, on_call_tool=called
    )
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def answer(project: Path, name: str, arguments: Mapping[str, Any]) -> types.CallToolResult:
    """What a tool says, as text and as data; a mistake is an answer too, with its findings."""
    try:
        return _result(*tools.call(project, name, arguments))
    except UnusableRequest as error:
        return _refused(error.findings)
    except BenchError as error:
        return _refused((Finding("arguments", "error", str(error)),))
    except OSError as error:
        where = Path(str(error.filename)).name if error.filename is not None else "a file"
        return _refused((Finding("arguments", "error", f"{where}: {(error.strerror or 'cannot be read').lower()}"),))
    except Exception as error:  # the outermost edge: an agent reads a sentence
        message = f"this is a bug of peerbench: {type(error).__name__}: {error}"
        return _refused((Finding("arguments", "error", message, "Run the same command of bench with --debug."),))


def _described(tool: tools.Tool) -> types.Tool:
    hints = types.ToolAnnotations(
        read_only_hint=not tool.writes, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    )
    return types.Tool(
        name=tool.name, title=tool.title, description=tool.description, input_schema=tool.schema,
        output_schema=tool.answer, annotations=hints,
    )  # fmt: skip


def _result(text: str, data: Mapping[str, Any]) -> types.CallToolResult:
    plain = json.loads(json.dumps(data, default=str, ensure_ascii=False))
    return types.CallToolResult(content=[types.TextContent(type="text", text=clean(text))], structured_content=plain)


def _refused(findings: tuple[Finding, ...]) -> types.CallToolResult:
    shown = in_order(findings)
    text = "\n".join(rendered(finding) for finding in shown)
    data = {"findings": [tools.finding(one) for one in shown]}
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)], structured_content=data, is_error=True
    )

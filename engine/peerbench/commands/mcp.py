"""bench mcp: the program as tools for agents, by the Model Context Protocol over standard input and output."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin


def run(parsed: Namespace, arguments: list[str]) -> int:
    """Serve until the client closes standard input. 2: there is no project, or the library is not installed."""
    project = _project(parsed.project)
    try:
        import mcp  # noqa: F401
    except ImportError as error:
        hint = "pip install 'peerbench[mcp]'"
        raise UnusableRequest(
            (Finding("arguments", "error", "bench mcp needs more than is installed", hint),)
        ) from error
    os.chdir(project)  # so that every place in a finding is told from the project's folder
    import anyio

    from peerbench.commands import agents

    anyio.run(agents.serve, project)
    return 0


def _project(given: str | None) -> Path:
    path = Path(given or ".").resolve()
    if (path / "configs").is_dir():
        return path
    message = f"{given or '.'} is not the folder of a project: it holds no configs/"
    hint = "Name it with --project FOLDER, or begin one with `bench init`."
    raise UnusableRequest((Finding("arguments", "error", message, hint, Origin(locator="--project")),))

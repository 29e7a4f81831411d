"""The chain of `extends`: a config, the file it extends, and so on, read and merged so that the nearest wins."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from peerbench.config.values import ConfigFile
from peerbench.core import tree
from peerbench.core.findings import Finding, Origin, did_you_mean

MAX_CHAIN: Final = 8
# Said of a text that may be the secret itself: its line is not repeated.
SECRET: Final = "this is not the name of an environment variable"


@dataclass(frozen=True, slots=True)
class Chain:
    """The merged tree (None when nothing could be read), the files read, nearest first, and what is wrong."""

    node: tree.Table | None
    files: tuple[ConfigFile, ...]
    findings: tuple[Finding, ...]
    whole: bool  # every file that is extended could be read


def read(path: Path, root: Path, *, text: bytes | None = None) -> Chain:
    """Read `path` and everything it extends. A broken base leaves the files above it usable.

    text: what stands at `path` where no file does.
    """
    node: tree.Table | None = None
    files: list[ConfigFile] = []
    findings: list[Finding] = []
    following, asked, whole = path, Origin(shown(path, root)), False
    while True:
        given = text if not files else None
        read_now = given or _text(following, asked, tuple(file.file for file in files), root)
        if isinstance(read_now, Finding):
            findings.append(read_now)
            break
        files.append(replace(_file(following, read_now, root), written=given))
        found, mistakes = _tree(read_now, files[-1].path)
        findings += mistakes
        if found is None:
            break
        node = found if node is None else tree.merge(found, node)
        base = found.entries.get("extends")
        if base is None or not isinstance(base.value, tree.Scalar) or tree.is_null(base.value):
            whole = True
            break
        following, asked = following.parent / base.value.text, base.value.place
    return Chain(node, tuple(files), tuple(findings), whole)


def shown(path: Path, root: Path) -> str:
    """A path as findings print it: relative to the project, with forward slashes, the same on every machine."""
    return Path(os.path.relpath(path, root)).as_posix()


def with_excerpts(findings: tuple[Finding, ...], files: tuple[ConfigFile, ...]) -> tuple[Finding, ...]:
    """The findings, each carrying the line of the file that it points at, unless a secret may stand in it."""
    lines = {file.path: file.lines for file in files}
    secret = {(found.origin.file, found.origin.line) for found in findings if SECRET in found.message}
    return tuple(
        found
        if (found.origin.file, found.origin.line) in secret
        else replace(found, excerpt=_line(lines.get(found.origin.file, ()), found.origin))
        for found in findings
    )


def _line(lines: tuple[str, ...], origin: Origin) -> str:
    line = lines[origin.line - 1] if origin.line is not None and 0 < origin.line <= len(lines) else ""
    return re.sub(r"(?<=://)[^/@\s]+@", "…@", line)  # a password put here by mistake is not printed once more


def _text(path: Path, asked: Origin, read_before: tuple[Path, ...], root: Path) -> bytes | Finding:
    path = Path(os.path.abspath(path))
    if path in read_before:
        circle = " → ".join(shown(file, root) for file in (*read_before, path))
        return Finding(
            "config.extends", "error", f"'extends' runs in a circle: {circle}", "Delete one 'extends'.", asked
        )
    if len(read_before) >= MAX_CHAIN:
        return Finding("config.extends", "error", f"more than {MAX_CHAIN} files extend each other", "", asked)
    try:
        with path.open("rb") as file:
            text = file.read(tree.MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        return Finding("config.file", "error", _unreadable(path, root, error), _neighbour(path), asked)
    if len(text) > tree.MAX_BYTES:
        message = f"'{shown(path, root)}' is larger than {tree.MAX_BYTES:,} bytes"
        return Finding("config.file", "error", message, "Data belong in CSV files, not in a config.", asked)
    return text


def _unreadable(path: Path, root: Path, error: Exception) -> str:
    name = shown(path, root).replace("\0", "\\0")
    if isinstance(error, FileNotFoundError):
        return f"there is no file '{name}'"
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return f"'{name}' cannot be read: {(reason or 'unknown reason').lower()}"


def _neighbour(path: Path) -> str:
    """The nearest config beside a file that does not exist."""
    try:
        names = [entry.name for entry in os.scandir(path.parent) if entry.name.endswith((".yaml", ".yml"))]
    except (OSError, ValueError):
        return ""
    return did_you_mean(path.name, names)


def _file(path: Path, text: bytes, root: Path) -> ConfigFile:
    lines = tuple(text.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return ConfigFile(shown(path, root), Path(os.path.abspath(path)), hashlib.sha256(text).hexdigest(), lines)


def text(path: Path, root: Path) -> ConfigFile | None:
    """A text file of the project as a file that the config rests on; None where it is not there or is no text."""
    try:
        with path.open("rb") as file:
            data = file.read(tree.MAX_BYTES + 1)
        data.decode("utf-8")
    except (OSError, ValueError):
        return None
    usable = len(data) <= tree.MAX_BYTES and b"\0" not in data
    return _file(path, data, root) if usable else None


def _tree(text: bytes, file: str) -> tuple[tree.Table | None, tuple[Finding, ...]]:
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = text[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8-sig", "replace")) + 1
        place = Origin(file, before.count(b"\n") + 1, column)
        hint = "Save the file as UTF-8."
        return None, (Finding("config.yaml", "error", f"byte 0x{text[error.start]:02X} is not UTF-8", hint, place),)
    node, findings = tree.parse(decoded, file=file)
    if isinstance(node, tree.Table) or findings:
        return (node if isinstance(node, tree.Table) else None), findings
    what = "the file is empty" if node is None or tree.is_null(node) else "a config is a mapping of keys to values"
    return None, (Finding("config.yaml", "error", what, "Begin with e.g. 'subject: alibaba'.", Origin(file, 1, 1)),)

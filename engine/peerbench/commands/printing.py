"""Findings as a user reads them: place, severity, message, excerpt with a caret, way out. On standard error."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, TextIO

from peerbench.core.errors import BenchError, UnusableRequest
from peerbench.core.findings import Finding, Severity

COLOURS: Final = {"error": "31", "warning": "33", "note": "36", "dim": "2", "bold": "1"}
WIDTH: Final = 110  # of an excerpt
NARROWEST: Final = 40  # columns that a terminal is taken to have at least
UNSILENCED: Final = ("config.", "arguments", "template", "theme", "audience", "phrase", "brand")


def print_findings(findings: Iterable[Finding], *, to: TextIO | None = None) -> None:
    """Every finding, one block each, and a closing count when there are several."""
    stream = to or sys.stderr
    shown = in_order(findings)
    colour = coloured(stream)
    for finding in shown:
        print(rendered(finding, colour=colour), file=stream)
    if len(shown) > 1:
        print(count(shown), file=stream)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """File by file as they first come, each from top to bottom, which is how a user goes through them."""
    given = tuple(findings)
    files = list(dict.fromkeys(finding.origin.file for finding in given))
    return tuple(sorted(given, key=lambda f: (files.index(f.origin.file), f.origin.line or 0, f.origin.column or 0)))


def rendered(finding: Finding, *, colour: bool = False) -> str:
    """One finding as text.

    configs/a.yaml:14:14: error: unknown company 'jd.con'
      14 |   - {company: jd.con, why: Retail}
         |               ^^^^^^
      Did you mean 'jd.com'?
    """
    place = str(finding.origin)
    severity = _paint(finding.severity, finding.severity, colour)
    head = f"{_paint(place, 'bold', colour)}: " if place else ""
    lines = [f"{head}{severity}: {clean(finding.message)}{_name(finding)}", *_excerpt(finding, colour)]
    if finding.hint:
        lines.append(f"  {clean(finding.hint)}")
    return "\n".join(lines)


def _name(finding: Finding) -> str:
    """The check's name, for use under `checks:`; mistakes of the request itself cannot be silenced."""
    return "" if finding.check.startswith(UNSILENCED) else f" [{finding.check}]"


def count(findings: Iterable[Finding]) -> str:
    """E.g. "2 errors, 1 warning"."""
    order: tuple[Severity, ...] = ("error", "warning", "note")
    numbers = {level: sum(finding.severity == level for finding in findings) for level in order}
    return ", ".join(f"{number} {level}{'s' * (number != 1)}" for level, number in numbers.items() if number)


def refuse(error: Exception) -> int:
    """Print why a command could not be carried out, without a traceback; the exit code."""
    if isinstance(error, UnusableRequest):
        print_findings(error.findings)
        return 2
    if isinstance(error, BenchError):
        print(f"bench: {clean(str(error))}", file=sys.stderr)
        return 2
    if isinstance(error, OSError) and error.filename is not None:
        print(f"bench: {clean(str(error.filename))}: {(error.strerror or '').lower()}", file=sys.stderr)
        return 2
    print(f"bench: this is a bug: {type(error).__name__}: {clean(str(error))}", file=sys.stderr)
    print("  Run the command again with --debug for the traceback.", file=sys.stderr)
    return 70


@contextmanager
def shown_stages() -> Iterator[Callable[[str], None]]:
    """What is being done, on a terminal's last line, wiped at the end; elsewhere nothing."""
    live = sys.stderr.isatty()

    def show(stage: str) -> None:
        if live:
            print(f"\r\x1b[K{stage} …", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        if live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def width(stream: TextIO) -> int | None:
    """Columns of a terminal; None for a pipe or a file, whose lines are as long as they are."""
    from shutil import get_terminal_size

    return max(get_terminal_size().columns, NARROWEST) if stream.isatty() else None


def folded(line: str, columns: int | None) -> str:
    """A line that fits so many columns, what follows set in by four more than its beginning; addresses stay whole."""
    from textwrap import fill

    if columns is None or len(line) <= columns:
        return line
    margin = line[: len(line) - len(line.lstrip())]
    hanging = f"{margin}    "
    return fill(line, columns, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)


def coloured(stream: TextIO) -> bool:
    """Colours only on a terminal whose owner has not asked for none (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def clean(text: str) -> str:
    """Text of unknown origin without what would move a terminal's cursor or turn its direction."""
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)


def _paint(text: str, style: str, colour: bool) -> str:
    return f"\x1b[{COLOURS[style]}m{text}\x1b[0m" if colour else text


def _excerpt(finding: Finding, colour: bool) -> list[str]:
    """The line with its number, and carets under the word at the column."""
    if not finding.excerpt.strip():
        return []
    line, start, end = _window(finding.excerpt, (finding.origin.column or 1) - 1)
    number = str(finding.origin.line or "")
    carets = _blank(line[:start]) + "^" * max(1, _cells(line[start:end]))
    margin = " " * len(number)
    under = [f"  {margin} | {_paint(carets, finding.severity, colour)}"] if finding.origin.column else []
    return [f"  {_paint(number, 'dim', colour)} | {line}", *under]


def _window(text: str, column: int) -> tuple[str, int, int]:
    """The line, cut around the column when long, and where its word begins and ends."""
    line = clean(text.replace("\t", " ").rstrip())
    column = min(column, len(line))
    word = re.compile(r"[\w.\-/]+|.").match(line, column)
    end = word.end() if word else column + 1
    if len(line) <= WIDTH:
        return line, column, end
    first = max(0, min(column - WIDTH // 2, len(line) - WIDTH))
    cut = ("…" if first else "") + line[first : first + WIDTH] + ("…" if first + WIDTH < len(line) else "")
    shift = first - (1 if first else 0)
    return cut, column - shift, min(end - shift, len(cut))


def _cells(text: str) -> int:
    """Terminal cells: a Chinese character takes two, a combining mark none."""
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def _blank(text: str) -> str:
    return " " * _cells(text)

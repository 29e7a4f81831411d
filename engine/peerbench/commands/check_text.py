"""bench check-text: every quantitative statement of a text held against the figures of a config."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from peerbench.commands import request
from peerbench.commands.printing import clean
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin
from peerbench.core.verdicts import JUDGEMENTS, SLIPS, Figure, Verdict

if TYPE_CHECKING:
    from peerbench.factcheck.report import TextChecked

WIDTH: Final = 96
WORDS: Final = {"verified": "verified", "contradicted": "contradicted", "not_checkable": "not checkable"}


def run(parsed: Namespace, arguments: list[str]) -> int:
    from peerbench import pipeline

    name = "standard input" if parsed.text == "-" else parsed.text
    text = decoded(_bytes(parsed.text), name)
    found = pipeline.check_text(text, Path(parsed.config), as_of=request.day(parsed.as_of), today=date.today())
    if parsed.format == "json":
        from peerbench.factcheck import report

        print(json.dumps(report.data(found, name), indent=2, ensure_ascii=False, default=str))
    else:
        print("\n".join(told(found, name, parsed.config)))
    return int(any(verdict.judgement == "contradicted" for verdict in found.verdicts))


# ---- the text --------------------------------------------------------------------------------------------------------


def _bytes(name: str) -> bytes:
    from peerbench.factcheck.plain import MOST_BYTES

    if name == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    with Path(name).open("rb") as file:
        return file.read(MOST_BYTES + 1)


def decoded(raw: bytes, name: str) -> str:
    """The text of a file; UnusableRequest where it is none, or too long to be an article."""
    from peerbench.factcheck.plain import MOST_BYTES

    if len(raw) > MOST_BYTES:
        raise _unusable(name, f"larger than {MOST_BYTES // 1_000_000} MB", "Check it in parts.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    if b"\0" in raw or raw.startswith((b"%PDF-", b"PK\x03\x04")):
        raise _unusable(name, "not a text", "Save or copy its words into a text file.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _unusable(name, "not UTF-8", "Save the file as UTF-8.", line) from error


def _unusable(name: str, message: str, hint: str, line: int | None = None) -> UnusableRequest:
    return UnusableRequest((Finding("text", "error", message, hint, Origin(name, line)),))


# ---- for people ------------------------------------------------------------------------------------------------------


def told(found: TextChecked, name: str, config: str) -> Iterator[str]:
    """A head that counts, then each statement with its place, verdict, figure, slip and source."""
    yield f"{name}: {counts(found.verdicts)}; by the figures known on {found.as_of.isoformat()}"
    if found.language != "en":
        yield "The text is not in English; its numbers were not read as statements."
    yield from found.notes
    cited: dict[str, int] = {}
    for verdict in found.verdicts:
        yield ""
        yield from _block(found, verdict, config, cited)
    if cited:
        yield from ("", "Documents:", *(f"  [{number}] {line}" for line, number in cited.items()))


def counts(verdicts: Sequence[Verdict]) -> str:
    if not verdicts:
        return "no quantitative statement found"
    number = len(verdicts)
    parts = [f"{sum(v.judgement == one for v in verdicts)} {WORDS[one]}" for one in JUDGEMENTS]
    return f"{number} quantitative statement{'s' * (number != 1)}: {', '.join(parts)}"


def _block(found: TextChecked, verdict: Verdict, config: str, cited: dict[str, int]) -> Iterator[str]:
    place = f"{verdict.line}:{verdict.column}"
    yield f"{place:<8} {WORDS[verdict.judgement]:<14} “{clean(verdict.quote)}”"
    rows = [("figure", said(figure, verdict.digits)) for figure in verdict.right[:2] if figure is not verdict.matched]
    if verdict.slip:
        matched = f": {said(verdict.matched, verdict.digits)}" if verdict.matched else ""
        rows.append(("slip", f"{SLIPS[verdict.slip]}{matched}"))
    elif verdict.matched is not None:
        rows.append(("fits", said(verdict.matched, verdict.digits)))
    if verdict.reason:
        rows.append(("note" if verdict.judgement == "verified" else "why", verdict.reason))
    if verdict.right or verdict.matched:
        numbers = [cited.setdefault(line, len(cited) + 1) for line in found.sources(verdict)]
        rows.append(("source", ", ".join(f"[{number}]" for number in sorted(numbers)) or "not in the data"))
    if verdict.right and verdict.right[0].explain:
        rows.append(("trace", f"bench explain {config} {verdict.right[0].company} {verdict.right[0].explain}"))
    for head, text in rows:
        yield from _row(head, clean(text))


def _row(head: str, text: str) -> Iterator[str]:
    from textwrap import wrap

    lines = (
        [text] if head == "trace" else wrap(text, WIDTH - 18, break_long_words=False, break_on_hyphens=False) or [""]
    )
    yield f"         {head:<8} {lines[0]}"
    yield from (f"                  {line}" for line in lines[1:])


def said(figure: Figure, digits: int = 3) -> str:
    """A figure in words: −0.14x, Alibaba, net debt / equity, 30 June 2025."""
    from peerbench.factcheck.judgement import printed

    return f"{printed(figure, digits)}, {figure.what}, {figure.when}"

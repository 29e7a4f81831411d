"""For authors of sources: a conformance suite that tells what is wrong with a plug-in, sentence by sentence.

    from peerbench.testing import source_faults

    def test_my_source_conforms(tmp_path):
        assert source_faults(read, {"folder": "data"}, root=tmp_path) == ()

A source is a function `read(ask, means) -> Payload`, registered in the entry-point group `peerbench.sources`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from peerbench.core.errors import UnusableRequest
from peerbench.sources import layout
from peerbench.sources.ask import Ask, Means
from peerbench.sources.columns import header_faults
from peerbench.sources.merge import combine
from peerbench.sources.payload import Payload
from peerbench.sources.registry import Read
from peerbench.sources.table import ROW, Table

SECRET: Final = "hush-0f2d1c"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def source_faults(
    read: Read, settings: Mapping[str, Any], *, root: Path, environ: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """What a source does wrong with settings that it should read; nothing where it conforms."""
    ask = Ask("plugin", "plugin", dict(settings), root)
    means = Means(None, {**(environ or {}), "BENCH_TEST_SECRET": SECRET})
    try:
        first = read(ask, means)
    except UnusableRequest as error:
        return (f"refuses settings that it should read: {error}",)
    except Exception as error:  # an author's mistake of any kind is the answer
        return (f"raises {type(error).__name__} where it should return findings: {error}",)
    if not isinstance(first, Payload):
        return (f"returns {type(first).__name__}, not a Payload",)
    return tuple(
        dict.fromkeys((*_form(first), *_rows(first), *_again(read, ask, means, first), *_bad(read, ask, means)))
    )


def _form(payload: Payload) -> Iterator[str]:
    for name, table in payload.tables.items():
        if name not in layout.COLUMNS:
            yield f"gives a table '{name}', which is none of {', '.join(layout.COLUMNS)}"
        elif not isinstance(table, Table):
            yield f"gives {name} as {type(table).__name__}, not a Table: see peerbench.sources.rows.table"
        else:
            yield from (finding.message for finding in header_faults(table, layout.COLUMNS[name]))
            if ROW not in table.frame.columns:
                yield f"gives {name} without the column {ROW}, the number of each row"
    if not payload.tables and not payload.findings:
        yield "gives neither a table nor a finding that says why"
    for file in payload.receipts:
        if not _DIGEST.fullmatch(file.sha256):
            yield f"names '{file.path}' as read without the SHA-256 of its bytes"
    if any(SECRET in str(finding) for finding in payload.findings):
        yield "prints a value of the environment in a finding"


def _rows(payload: Payload) -> Iterator[str]:
    """Every row keeps the contract; alone or beside a company that another source states."""
    try:
        data = combine((payload,))
    except UnusableRequest as error:
        if {"companies", "facts"} <= payload.tables.keys():
            yield from (f"gives no usable company or fact: {finding.message}" for finding in error.findings)
        return
    for finding in data.findings:
        if finding.check in ("quarantine", "conflict"):
            yield f"gives a row that breaks the contract: {finding.message}"
    for url in data.facts["source_url"].drop_nulls().unique().to_list():
        if not re.match(r"https?://", url):
            yield f"gives a source_url that is no address: {url}"
    if data.facts.filter(data.facts["source_title"].str.strip_chars() == "").height:
        yield "gives facts without a source_title"


def _again(read: Read, ask: Ask, means: Means, first: Payload) -> Iterator[str]:
    """The same settings give the same rows: no clock and no chance in them."""
    try:
        second = read(ask, means)
    except Exception as error:
        yield f"raises {type(error).__name__} when it is read a second time: {error}"
        return
    for name, table in first.tables.items():
        if name not in second.tables or not second.tables[name].frame.equals(table.frame):
            yield f"gives other rows of {name} when it is read a second time"
    if [file.sha256 for file in first.receipts] != [file.sha256 for file in second.receipts]:
        yield "gives other digests when it is read a second time"


def _bad(read: Read, ask: Ask, means: Means) -> Iterator[str]:
    """Settings that name nothing are a finding, never a traceback."""
    for settings in ({}, dict.fromkeys(ask.settings, "no-such-thing")):
        try:
            read(Ask(ask.kind, ask.name, settings, ask.root), means)
        except UnusableRequest:
            continue
        except Exception as error:
            yield f"raises {type(error).__name__} on the settings {settings}: return a finding or UnusableRequest"

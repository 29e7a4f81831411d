"""Read company facts once: the rows made of a file are kept beside the project under what they were made of.

The key is the file's digest, the company's key and the text of the modules that read it: a change of any is another
key. What cannot be read back is made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import polars as pl

from peerbench.core.findings import Finding, Origin
from peerbench.sources.columns import TYPES
from peerbench.sources.companyfacts import Read, Registrant
from peerbench.sources.layout import COLUMNS
from peerbench.sources.splits import Split

_MADE_BY: Final = ("companyfacts.py", "mapping.py", "splits.py", "strictjson.py", "memory.py", "xbrl_mapping.json")
_ABOUT: Final = "about"
_TYPES: Final = {column.name: TYPES[column.kind] for column in COLUMNS["facts"]} | {"note": pl.String}


def key(sha256: str, company: str) -> str:
    return hashlib.sha256(f"{_version()} {sha256} {company}".encode()).hexdigest()[:40]


@cache
def _version() -> str:
    here, total = Path(__file__).parent, hashlib.sha256()
    for name in _MADE_BY:
        total.update((here / name).read_bytes())
    return total.hexdigest()


def recall(folder: Path, name: str, *, shown: str) -> Read | None:
    """What was kept, told of the file as it is called now."""
    path = folder / f"{name}.parquet"
    try:
        frame = pl.read_parquet(path)
        about = json.loads(pl.read_parquet_metadata(path)[_ABOUT])
        findings = tuple(
            Finding(check, severity, message, hint, Origin(shown), about["company"])
            for check, severity, message, hint in about["findings"]
        )
        splits = tuple(Split(**{**entry, "day": date.fromisoformat(entry["day"])}) for entry in about["splits"])
        registrant = Registrant(**about["registrant"])
    except (OSError, pl.exceptions.PolarsError, ValueError, KeyError, TypeError):
        return None
    return Read(registrant, tuple(frame.iter_rows(named=True)), findings, splits)


def remember(folder: Path, name: str, company: str, found: Read) -> None:
    """Keep what a sound file gave; a folder that cannot be written costs time and nothing else."""
    if found.registrant is None:
        return
    about = {
        "company": company,
        "registrant": asdict(found.registrant),
        "splits": [{**asdict(split), "day": split.day.isoformat()} for split in found.splits],
        "findings": [[finding.check, finding.severity, finding.message, finding.hint] for finding in found.findings],
    }
    schema: dict[str, Any] = {column: _TYPES[column] for column in found.rows[0]}
    frame = pl.DataFrame(list(found.rows), schema=schema)
    aside = folder / f".{name}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(aside, compression="zstd", metadata={_ABOUT: json.dumps(about)})
        os.replace(aside, folder / f"{name}.parquet")
    except OSError:
        aside.unlink(missing_ok=True)

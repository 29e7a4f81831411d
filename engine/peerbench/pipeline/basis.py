"""What an issue rests on: the program, the day, the data, the config and the templates, as digests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peerbench import __version__, editions, languages, lookup
from peerbench.brief import records
from peerbench.brief import since as looking
from peerbench.config.values import Config
from peerbench.core.dataset import Dataset
from peerbench.shipped import shipped

if TYPE_CHECKING:
    from peerbench.pipeline.case import Before, Case


def input_digests(data: Dataset, config: Config) -> dict[str, str]:
    """Digest of every file read by name, the data's before the config's; names, not paths, so that folders agree."""
    read = sorted((Path(file.path).name, file.sha256) for file in data.files)
    named: dict[str, str] = {}
    for name, sha256 in (*read, *_config_files(config)):
        free = (name, *(f"{name} ({number})" for number in range(2, len(read) + len(config.files) + 1)))
        named[next(other for other in free if other not in named)] = sha256
    return named


def _config_files(config: Config) -> list[tuple[str, str]]:
    return [(Path(file.path).name, file.sha256) for file in config.files]


def _config_digest(config: Config) -> str:
    """SHA-256 over the digests of the peer set's files, the file itself and what it extends."""
    return hashlib.sha256("".join(f"{name} {sha256}\n" for name, sha256 in _config_files(config)).encode()).hexdigest()


def manifest_of(case: Case, files: Mapping[str, bytes]) -> bytes:
    """Digests of every input, template and output; no path of a machine and no clock."""
    outputs = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    return records.as_json({"brief": case.config.name, **rests_on(case), "outputs": outputs})


def fingerprint(case: Case) -> str:
    """Of everything that the pages of a case follow from: one build of the same knows what another found out."""
    size = {"page": case.config.page, "length": case.config.length}
    return hashlib.sha256(records.as_json({**rests_on(case), **size, "code": editions.code()})).hexdigest()[:32]


def rests_on(case: Case) -> dict[str, Any]:
    """What decides the bytes of an issue: the program, the day, the data, the config and the templates.

    data_lock is of the rows that entered, `data` of each table of them; `inputs` are the files that carried them.
    """
    return {
        "as_of": case.request.as_of.isoformat(),
        "peerbench": __version__,
        "data_lock": case.request.furniture.data_lock,
        "data": {name: asdict(one) for name, one in case.entered.items()},
        "config": _config_digest(case.config),
        "inputs": input_digests(case.data, case.config),
        "templates": template_digests(case),
        **({} if case.config.languages == (languages.HOUSE,) else {"languages": list(case.config.languages)}),
        **_after(case.before),
    }


def _after(before: Before) -> dict[str, Any]:
    """What an issue rests on besides, where others lie before it."""
    if before.since is None:
        return {}
    told = hashlib.sha256(looking.as_json(before.since)).hexdigest()
    return {"issue": before.number, "since": {"manifest": before.since.digest, "told": told}}


def template_digests(case: Case, *, only: str = "") -> dict[str, str]:
    """Digest of every file that the pages may use: the one that wins, and each layer's of those that are merged.

    only: those of one audience.
    """
    readers = (reader.name for reader in case.request.audiences if only in ("", reader.name))
    found = {name: digest for reader in readers for name, digest in _digests(case, reader).items()}
    found |= {f"brand {path.name}": _sha256(path) for path in case.config.brand.files}
    return dict(sorted(found.items()))


def _digests(case: Case, reader: str) -> dict[str, str]:
    """Those of one audience, read once a build."""
    if reader not in case.digests:
        own = shipped("templates").resolve()
        files = lookup.files(reader, case.roots).items()
        used = [(name, layers) for name, layers in files if languages.used(name, case.config.languages)]
        paths = {path for name, layers in used for path in (layers if lookup.merged(name) else layers[:1])}
        case.digests[reader] = {
            path.relative_to(own).as_posix() if path.is_relative_to(own) else lookup.shown(path, case.roots): _sha256(
                path
            )
            for path in paths
        }
    return case.digests[reader]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

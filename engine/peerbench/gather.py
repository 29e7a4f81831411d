"""A config's sources read into one dataset, from the network, the cache or exactly the lock; and the lock itself.

The lock lies beside the config as <name>.lock.json: the SHA-256 of every file and payload that the brief rests on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from peerbench.config.values import Config
from peerbench.core.dataset import Dataset
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin
from peerbench.sources import digest
from peerbench.sources.ask import Ask, Means
from peerbench.sources.registry import read_all

if TYPE_CHECKING:
    from peerbench.sources.fetch import Web
    from peerbench.sources.store import Receipt

Mode = Literal["cached", "refresh", "frozen"]
CACHE: Final = ".bench/cache/payloads"
MEMORY: Final = ".bench/cache/facts"
_VERSION: Final = 1
# Failures of a source that others may make up for; where they do not, they are the reason.
FAILURES: Final = frozenset(
    {"not-fetched", "no-company-facts", "not-json", "not-company-facts", "no-facts", "unknown-ticker", "other-company"}
    | {"offline", "unreadable-file", "not-rates", "not-queried", "not-xbrl"}
)


@dataclass(frozen=True, slots=True)
class Lock:
    """What a frozen build may read: the digest of each file and payload, by path or address."""

    inputs: Mapping[str, str] = field(default_factory=dict)
    fetched: Mapping[str, str] = field(default_factory=dict)  # address → time of the payload


def read(config: Config, *, mode: Mode = "cached") -> Dataset:
    """The config's dataset; UnusableRequest with every mistake of every source."""
    way = web(config, mode)
    try:
        data = read_all(asks(config), Means(way, os.environ, config.root / MEMORY))
    finally:
        way.close()
    if mode == "frozen" and (changed := _changed(config, data)):
        failures = (finding for finding in data.findings if finding.check in FAILURES)
        raise UnusableRequest((*failures, *changed))
    return data


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull brought: the dataset if one can be made of it, the payloads fetched, what was noticed."""

    data: Dataset | None
    receipts: tuple[Receipt, ...]
    findings: tuple[Finding, ...]


def pull(config: Config) -> Pulled:
    """Every source fetched anew and kept; what fails is a finding."""
    way = web(config, "refresh")
    try:
        data = read_all(asks(config), Means(way, os.environ, config.root / MEMORY))
    except UnusableRequest as error:
        return Pulled(None, tuple(way.fetched), error.findings)
    finally:
        way.close()
    failures = tuple(finding for finding in data.findings if finding.check in FAILURES)
    return Pulled(data, tuple(way.fetched), failures)


def receipts(config: Config, data: Dataset) -> tuple[Receipt, ...]:
    """The receipts of what was fetched for this dataset."""
    from peerbench.sources.store import Store

    store = Store(config.root / CACHE)
    found = (store.receipt(file.path) for file in data.files)
    return tuple(receipt for receipt in found if receipt is not None)


def asks(config: Config) -> tuple[Ask, ...]:
    """The sources as the rooms below know them. A folder that is one of several may lack any file."""
    partial = {"partial": True} if len(config.sources) > 1 else {}
    return tuple(
        Ask(
            source.kind,
            source.name,
            {**source.settings, **(partial if source.kind == "dataset" else {})},
            config.root,
            config.place("sources", index),
        )
        for index, source in enumerate(config.sources)
    )


def web(config: Config, mode: Mode) -> Web:
    """The way to the network for this config: its project's cache, and for a frozen build its lock."""
    from peerbench.sources.fetch import Web
    from peerbench.sources.store import Store

    pinned = lock(config).inputs if mode == "frozen" else {}
    ignore = config.root / ".bench" / ".gitignore"
    if ignore.parent.is_dir() and not ignore.exists():
        ignore.write_text("*\n", encoding="ascii")  # payloads belong into no repository
    return Web(Store(config.root / CACHE), mode, pinned)


# ---- the lock -------------------------------------------------------------------------------------------------------


def lock_path(config: Config) -> Path:
    return config.path.with_name(f"{config.name}.lock.json")


def lock(config: Config) -> Lock:
    """The lock of a config; UnusableRequest where there is none or it cannot be read."""
    path = lock_path(config)
    shown = Path(os.path.relpath(path, config.root)).as_posix()
    hint = "Run `bench data lock`."
    try:
        document = json.loads(path.read_bytes())
        inputs = {str(entry["path"]): str(entry["sha256"]) for entry in document["inputs"]}
        fetched = {str(entry["path"]): str(entry["fetched"]) for entry in document["inputs"] if "fetched" in entry}
    except FileNotFoundError as error:
        message = f"there is no lock {shown}, and a frozen build reads only what is locked."
        raise UnusableRequest((Finding("no-lock", "error", message, hint, Origin(shown)),)) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"the lock {shown} cannot be read."
        raise UnusableRequest((Finding("no-lock", "error", message, hint, Origin(shown)),)) from error
    return Lock(inputs, fetched)


def data_lock(data: Dataset) -> str:
    """The digest of the rows that a brief of these data prints in its foot."""
    return digest.of(digest.tables(data))


def locked(config: Config, data: Dataset) -> bytes:
    """The text of a lock for what was just read."""
    from peerbench.sources.store import Store

    store = Store(config.root / CACHE)
    entries = [_entry(store, file.path, file.sha256) for file in sorted(data.files, key=lambda file: file.path)]
    document = {"lock": _VERSION, "config": config.name, "data_lock": data_lock(data), "inputs": entries}
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _entry(store: Any, path: str, sha256: str) -> dict[str, Any]:
    receipt = store.receipt(path)
    if receipt is None or receipt.sha256 != sha256:
        return {"path": path, "sha256": sha256}
    return {"path": path, "sha256": sha256, "size": receipt.size, "fetched": receipt.fetched}


def _changed(config: Config, data: Dataset) -> tuple[Finding, ...]:
    """What differs between the lock and what was read."""
    known = lock(config).inputs
    seen = {file.path: file.sha256 for file in data.files}
    found = [
        *(f"{path} is not in the lock." for path in seen if path not in known),
        *(f"{path} is in the lock and was not read." for path in known if path not in seen),
        *(f"{path} has changed since it was locked." for path in seen if known.get(path, seen[path]) != seen[path]),
    ]
    hint = "Restore it, or accept the change with `bench data lock`."
    return tuple(Finding("lock", "error", message, hint, Origin(message.split(" ")[0])) for message in found)

"""Kinds of sources: ours by module, others by entry point; and several of them read into one dataset.

A kind is a function `read(ask: Ask, means: Means) -> Payload`. A third party's stands in the entry-point group
`peerbench.sources` under its kind; `peerbench.testing` tells its author what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from typing import Final

from peerbench.core.dataset import Dataset
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, did_you_mean
from peerbench.sources.ask import Ask, Means
from peerbench.sources.payload import Payload

Read = Callable[[Ask, Means], Payload]
GROUP: Final = "peerbench.sources"
OURS: Final[Mapping[str, str]] = {
    "dataset": "peerbench.sources.folder",
    "sec": "peerbench.sources.sec",
    "files": "peerbench.sources.files",
    "sql": "peerbench.sources.sql",
    "ecb": "peerbench.sources.ecb",
    "xbrl": "peerbench.sources.xbrl",
    "yfinance": "peerbench.sources.yfinance",
}


def reader(kind: str) -> Read:
    """The function that reads a kind of source; UnusableRequest where nothing does."""
    if kind in OURS:
        found: Read = import_module(OURS[kind]).read
        return found
    others = {point.name: point for point in entry_points(group=GROUP)}
    if kind not in others:
        message = f"no source of the kind '{kind}' is installed."
        hint = did_you_mean(kind, (*OURS, *others))
        raise UnusableRequest((Finding("unknown-source", "error", message, hint, subject=kind),))
    plugin: Read = others[kind].load()
    return plugin


def read(ask: Ask, means: Means) -> Payload:
    """One source's payload."""
    return reader(ask.kind)(ask, means)


def read_all(asks: Sequence[Ask], means: Means) -> Dataset:
    """Every source, in the order of the config, as one dataset; UnusableRequest with every mistake of every source."""
    from peerbench.sources.merge import combine

    payloads: list[Payload] = []
    mistakes: list[Finding] = []
    for ask in asks:
        try:
            payloads.append(read(ask, means))
        except UnusableRequest as error:
            mistakes += error.findings
    if mistakes:
        raise UnusableRequest(tuple(mistakes))
    return combine(payloads)

"""The data of a config, read once, and the names that may stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from peerbench import gather, help, languages, lookup
from peerbench.config import check as meaning
from peerbench.config.values import Config
from peerbench.core.dataset import Dataset
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.sources import dataset


@dataclass(frozen=True, slots=True)
class Given:
    """What a build need not read, as it travels to a worker: the rows of its companies, and the text of its config
    where no file of it lies anywhere."""

    data: Dataset
    text: bytes | None = None


def read_sources(config: Config, mode: gather.Mode) -> tuple[Dataset | None, tuple[Finding, ...]]:
    """The config's sources as one dataset, or every reason why there is none."""
    if not config.sources:
        return None, ()
    try:
        return gather.read(config, mode=mode), ()
    except UnusableRequest as error:
        return None, error.findings


def known_names(data: Dataset | None, roots: tuple[Path, ...]) -> meaning.Known:
    from peerbench.metrics import catalogue

    return meaning.Known(
        companies=tuple(data.companies) if data else (),
        metrics=tuple(catalogue.load().definitions),
        audiences=lookup.audiences(roots),
        datasets=dataset.shipped_names(),
        checks=help.names("checks"),
        languages=languages.known(roots),
    )

"""A dataset as a source: one that ships with the program, or a folder of the file contract."""

from __future__ import annotations

from peerbench.sources import dataset
from peerbench.sources.ask import Ask, Means
from peerbench.sources.payload import Payload


def read(ask: Ask, means: Means) -> Payload:
    """The folder's tables. One of several sources may lack any file."""
    settings = ask.settings
    place = ask.path(str(settings["folder"])) if settings.get("folder") else dataset.embedded(ask.name)
    return dataset.read_folder(place, shown_as=ask.name, partial=bool(settings.get("partial")))

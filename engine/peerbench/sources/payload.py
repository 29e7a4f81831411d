"""A payload: what one source gave, as tables of the file contract with their receipts, before any rule was applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from peerbench.core.dataset import InputFile
from peerbench.core.findings import Finding
from peerbench.sources.splits import Split
from peerbench.sources.table import Table


@dataclass(frozen=True, slots=True)
class Payload:
    """name is what the register calls the source; `tables` are named as the files of a dataset folder."""

    name: str
    tables: Mapping[str, Table] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    files: tuple[InputFile, ...] = ()
    splits: tuple[Split, ...] = ()

    @property
    def receipts(self) -> tuple[InputFile, ...]:
        """What was read: the files named by the source, else one per table."""
        return self.files or tuple(InputFile(table.shown, table.sha256) for table in self.tables.values())

"""A dataset in memory: every frame a brief may read, checked by its contract, with what was refused."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from peerbench.core import frames
from peerbench.core.companies import Company, Line
from peerbench.core.findings import Finding


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was read: its path as the user knows it and the SHA-256 of its bytes."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """Frames follow core.frames; rows that broke a rule stand in `quarantined` findings, not in the frames."""

    facts: pl.DataFrame
    prices: pl.DataFrame
    fx: pl.DataFrame
    companies: dict[str, Company]
    lines: tuple[Line, ...]
    estimates: pl.DataFrame = field(default_factory=lambda: frames.empty(frames.ESTIMATES))
    dividends: pl.DataFrame = field(default_factory=lambda: frames.empty(frames.DIVIDENDS))
    claims: pl.DataFrame = field(default_factory=lambda: frames.empty(frames.CLAIMS))
    disagreements: pl.DataFrame = field(default_factory=lambda: pl.DataFrame())
    files: tuple[InputFile, ...] = ()
    findings: tuple[Finding, ...] = ()

"""What a config asks of one source, and the means it may use: files below the root, the network, the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peerbench.core.findings import Finding, Origin, Severity

if TYPE_CHECKING:
    from peerbench.sources.fetch import Web


@dataclass(frozen=True, slots=True)
class Ask:
    """One source as configured: its kind, its name in the register, its settings, and where it stands in the config."""

    kind: str
    name: str
    settings: Mapping[str, Any]
    root: Path
    origin: Origin = field(default_factory=Origin)

    def path(self, text: str) -> Path:
        """A path of the config: relative to the project's root."""
        return self.root / Path(text).expanduser()

    def finding(self, check: str, message: str, hint: str = "", *, severity: Severity = "warning") -> Finding:
        """Something noticed about the source as a whole, told at its place in the config."""
        return Finding(check, severity, f"{self.name}: {message}", hint, self.origin)


@dataclass(frozen=True, slots=True)
class Means:
    """web: None where nothing may be fetched or kept. environ: where secrets stand, by the name the config gives.

    memory: a folder for what was made of files, to be made once; None where nothing is kept.
    """

    web: Web | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    memory: Path | None = None

    @property
    def frozen(self) -> bool:
        return self.web is not None and self.web.mode == "frozen"

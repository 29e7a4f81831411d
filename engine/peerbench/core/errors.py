"""Errors: refusals that stop a command. The class owns its sentence."""

from __future__ import annotations

from peerbench.core.findings import Finding


class BenchError(Exception):
    """Base of every refusal of ours; the command line prints it and exits 2."""


class UnusableRequest(BenchError):
    """The request cannot be carried out; carries every mistake found."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        super().__init__("\n".join(str(finding) for finding in findings))

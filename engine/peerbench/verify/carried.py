"""The issue that a PDF or web page carries: computed again and compared with the page first, then read as its folder.

What a page shows and what its data make may be two things. Both are told: figures are never taken from a file without
saying what verification found.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from peerbench import enclosures
from peerbench.brief import dossier
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, Severity
from peerbench.issues import Issue
from peerbench.verify import carrier
from peerbench.verify.carrier import Carrier
from peerbench.verify.verdict import Progress, Verdict, computed_again, judged, signatures
from peerbench.verify.words import told

CHECK: Final = "not-verified"
TOLD: Final = 5  # differences that a finding names
HINT: Final = "`bench verify FILE` names every difference. Ask for the original; --anyway compares what its data make."
LOST: Final = "Its figures would not be those that were printed. Ask for the original."


@dataclass(frozen=True, slots=True)
class Carried:
    """An issue out of one of its editions, and the verdict on that edition."""

    issue: Issue
    verdict: Verdict

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Nothing where it is verified; else that it is not, and what differs."""
        return () if self.verdict.verified else (_unverified(self.issue.where, self.verdict, "warning", HINT),)


def read(path: Path, *, project: Path | None = None, progress: Progress = lambda stage: None) -> Carried:
    """The issue in a PDF or web page, and whether that shows what its data make. project: as in verdict.verdict.

    Raises UnusableRequest when it is not a whole brief of this version, cannot be computed again, or carries data that
    are not the ones it was made from. A page that differs from its sound data is returned, with a verdict that says so.
    """
    carried = carrier.read(path)
    progress(f"{carried.name}: computing again")
    made, notes = computed_again(carried, (carried.edition,), project, signatures({carried.edition: carried}))
    progress(f"{carried.name}: comparing")
    verdict = judged(carried, made.get(carried.edition), notes)
    if enclosures.changed(carried.files, carried.manifest) or dossier.ASKED not in made:
        raise UnusableRequest((_unverified(str(path), verdict, "error", LOST),))
    return Carried(_issue(str(path), carried, made), verdict)


def _issue(where: str, carried: Carrier, made: dict[str, bytes]) -> Issue:
    records = {name: data for name, data in made.items() if name != carried.edition}
    files = {**records, enclosures.MANIFEST: carried.files[enclosures.MANIFEST]}
    return Issue(where, carried.manifest, files, dossier.read_asked(made[dossier.ASKED]))


def _unverified(where: str, verdict: Verdict, severity: Severity, hint: str) -> Finding:
    said = [told(one) for one in verdict.differences[:TOLD]]
    more = [f"and {len(verdict.differences) - TOLD} more"] if len(verdict.differences) > TOLD else []
    message = "\n    ".join(("it is NOT verified:", *said, *more, *verdict.notes))
    return Finding(CHECK, severity, message, hint, Origin(where))

"""Issues in a folder, as a build leaves them but without the pages."""

from __future__ import annotations

from pathlib import Path

from peerbench.brief import dossier, records
from peerbench.pipeline import basis
from studies import Written


def leave(written: Written, series: Path) -> Path:
    """The issue of a study below output/<brief>/; returns its folder."""
    case = written.case
    files = records.files(written.study, written.frames, tuple(written.briefs.values()))
    files |= records.noticed(written.study) | dossier.files(case.data, case.request, written.study.plan)
    files["manifest.json"] = basis.manifest_of(case, files)
    folder = series / case.request.as_of.isoformat()
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder

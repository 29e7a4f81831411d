"""Delivery to a folder: written aside, flushed, then renamed over the old issue; a crash leaves the last one."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding

ASIDE: Final = ".new-"
REPLACED: Final = ".old-"


def recover(folder: Path) -> None:
    """Bring back an issue that a killed build had set aside, and clear away what it left; the rest is publish's."""
    with contextlib.suppress(OSError):
        _sweep(folder.parent, folder.name)


def publish(folder: Path, files: Mapping[str, bytes], *, keep: tuple[str, ...] = ()) -> tuple[Path, ...]:
    """Write every file of an issue and swap it in whole; names are paths below `folder`.

    keep names sub-folders of an earlier issue that this build did not make again (other audiences); they are carried
    over. Raises UnusableRequest when the place cannot be written; the earlier issue is then untouched.
    """
    parent = folder.parent
    aside = parent / f"{ASIDE}{folder.name}-{os.getpid()}"
    old = parent / f"{REPLACED}{folder.name}-{os.getpid()}"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        _sweep(parent, folder.name)
        aside.mkdir()
        for name, data in files.items():
            _write(aside / name, data)
        for name in keep:
            if (folder / name).is_dir() and not (aside / name).exists():
                shutil.copytree(folder / name, aside / name)
        _flush(aside)
        if folder.exists():
            os.rename(folder, old)
        os.rename(aside, folder)
        _flush(parent)
    except OSError as error:
        _restore(folder, old)
        shutil.rmtree(aside, ignore_errors=True)
        raise UnusableRequest((_refusal(folder, error),)) from error
    shutil.rmtree(old, ignore_errors=True)
    return tuple(folder / name for name in files)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    """A rename is safe on disk once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(parent: Path, name: str) -> None:
    """Clear what a build that was killed left behind; bring its old issue back if the new one never arrived."""
    for left in (*parent.glob(f"{REPLACED}{name}-*"), *parent.glob(f"{ASIDE}{name}-*")):
        if _alive(left.name.rsplit("-", 1)[-1]):
            continue
        if left.name.startswith(REPLACED):
            _restore(parent / name, left)
        shutil.rmtree(left, ignore_errors=True)


def _alive(pid: str) -> bool:
    """Whether the build that owns a folder set aside still runs."""
    if not pid.isdigit() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _restore(folder: Path, old: Path) -> None:
    if old.exists() and not folder.exists():
        os.rename(old, folder)


def _refusal(folder: Path, error: OSError) -> Finding:
    hint = "Free the space or choose another place with --out; the earlier issue is untouched."
    return Finding("output", "error", f"cannot write {folder}: {error.strerror or error}.", hint)

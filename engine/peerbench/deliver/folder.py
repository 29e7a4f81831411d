"""Delivery to a folder: written aside, flushed, then renamed over the old issue; a crash leaves the last one."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import EllipsisType
from typing import Final

from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding

MANIFEST: Final = "manifest.json"
ASIDE: Final = ".new-"
REPLACED: Final = ".old-"
PATIENCE: Final = 60.0  # seconds that another build may take to write beside this one
FORGOTTEN: Final = 86_400.0  # seconds after which what another machine left aside is nobody's any more


def recover(folder: Path) -> None:
    """Bring back an issue that a killed build had set aside, and clear away what it left; the rest is publish's."""
    with contextlib.suppress(OSError), _alone(folder.parent, patience=0.0):
        _sweep(folder.parent, folder.name)


def publish(
    folder: Path, files: Mapping[str, bytes], *, keep: tuple[str, ...] = (), upon: bytes | EllipsisType | None = ...
) -> tuple[Path, ...]:
    """Write every file of an issue and swap it in whole; names are paths below `folder`.

    keep names sub-folders of an earlier issue that this build did not make again (other audiences); they are carried
    over. upon: the manifest of the issue for which that was decided, None where there was no issue; left out, whatever
    stands there is replaced. Two builds of one brief at once, threads or processes, write one after the other. Raises
    UnusableRequest when the place cannot be written, or holds another issue by now; what is there is then untouched.
    """
    parent = folder.parent
    aside, old = (parent / f"{sign}{folder.name}-{_owner()}" for sign in (ASIDE, REPLACED))
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with _alone(parent, patience=PATIENCE):
            if upon is not ... and manifest(folder) != upon:
                raise OSError(errno.EAGAIN, "another build has changed the issue meanwhile")
            _swapped_in(folder, files, keep, aside, old)
    except OSError as error:
        raise UnusableRequest((_refusal(folder, error),)) from error
    return tuple(folder / name for name in files)


def manifest(folder: Path) -> bytes | None:
    """The manifest of the issue in a folder, None where there is none."""
    try:
        return (folder / MANIFEST).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _swapped_in(folder: Path, files: Mapping[str, bytes], keep: tuple[str, ...], aside: Path, old: Path) -> None:
    parent = folder.parent
    _sweep(parent, folder.name)
    try:
        aside.mkdir()
        _sweep(parent, folder.name, now=aside.stat().st_mtime)
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
    except OSError:
        _restore(folder, old)
        shutil.rmtree(aside, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def _alone(parent: Path, *, patience: float) -> Iterator[None]:
    """While it lasts no other build writes in this folder; a disk that knows no locks is written without.

    Raises OSError where another has not ended after so many seconds.
    """
    handle = os.open(parent, os.O_RDONLY)
    try:
        began = time.monotonic()
        while not _locked(handle):
            if time.monotonic() - began >= patience:
                raise OSError(errno.EBUSY, "another build is writing there")
            time.sleep(0.02)
        yield
    finally:
        os.close(handle)  # which gives the lock back, as does the end of a process that is killed


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


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


def _sweep(parent: Path, name: str, *, now: float = 0.0) -> None:
    """Clear what a build that was killed left behind; bring its old issue back if the new one never arrived.

    now: by the clock of the disk; what another machine left is cleared when it is old, as nobody here knows whether
    its build still runs.
    """
    for left in sorted(parent.glob(f".*-{name}-*")):
        found = re.fullmatch(rf"\.(?:new|old)-{re.escape(name)}-(\d+)(?:\.([0-9a-f]+))?", left.name)
        if found is None:
            continue
        pid, machine = found.groups()
        here = machine in (None, _machine())
        if here and _alive(pid):
            continue
        if left.name.startswith(REPLACED):
            _restore(parent / name, left)
        if here or _forgotten(left, now):
            shutil.rmtree(left, ignore_errors=True)


def _owner() -> str:
    """Who sets a folder aside: the process, and the machine that a shared disk is written from."""
    return f"{os.getpid()}.{_machine()}"


def _machine() -> str:
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]


def _forgotten(left: Path, now: float) -> bool:
    try:
        return now - left.stat().st_mtime >= FORGOTTEN
    except OSError:
        return False


def _alive(pid: str) -> bool:
    """Whether a process of this machine still runs; this one does not count, as it writes under a lock."""
    if int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _restore(folder: Path, old: Path) -> None:
    if old.exists() and not folder.exists():
        os.rename(old, folder)


def _refusal(folder: Path, error: OSError) -> Finding:
    ways = {errno.EBUSY: "Wait until it has ended, and build again", errno.EAGAIN: "Build again"}
    way = ways.get(error.errno or 0, "Free the space or choose another place with --out")
    hint = f"{way}; the earlier issue is untouched."
    return Finding("output", "error", f"cannot write {folder}: {error.strerror or error}.", hint)

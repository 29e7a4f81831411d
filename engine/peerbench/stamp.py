"""Stamps: proof that a build with these very arguments needs no doing again, checked before any heavy import.

A stamp lists every input and output with size and modification time, and every folder with the names in it. It lies in
.bench/stamps/ of the project; one that cannot be read is no stamp. Imports only os, sys and time: `bench build` of an
unchanged brief is to be about as fast as starting Python.
"""

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NAMES_IN = "names in "  # before a folder given as an input: only which names it holds, not the files
_FIRST = "peerbench stamp 1"
_IGNORED = ("--force", "--open", "--debug")  # they change what happens, not what is built
_SKIPPED = "__pycache__"
# A file changed this shortly (ns) before the build began could change again without a new time stamp.
_UNSETTLED = 20_000_000


def key(arguments: "Sequence[str]") -> str:
    """What a stamp is valid for: arguments, working folder, interpreter."""
    kept = [argument for argument in arguments if argument not in _IGNORED]
    return "\t".join([os.getcwd(), sys.prefix, hex(sys.hexversion), *kept]).replace("\n", "\\n")


def unchanged(root: str, key: str) -> str | None:
    """What the last build with this key said, if nothing it read or wrote has changed since; else None."""
    try:
        day, says, *entries = _read(root, key)
        if day not in ("", _today()):
            return None
        for entry in entries:
            _, known, path = entry.split("\t", 2)
            if _look(path) != known:
                return None
    except (OSError, ValueError):
        return None
    return says


def outputs(root: str, key: str) -> list[str]:
    """The files that the stamped build wrote."""
    return [entry.split("\t", 2)[2] for entry in _read(root, key)[2:] if entry.startswith("out")]


def _read(root: str, key: str) -> list[str]:
    with open(_path(root, key), encoding="utf-8", errors="surrogateescape") as file:
        lines = file.read().split("\n")
    # The first line comes once more as the last: the file is whole.
    if lines[0] != _FIRST or lines[-1] != _FIRST or lines[1] != key:
        raise ValueError
    return lines[2:-1]


def write(
    root: str,
    key: str,
    *,
    says: str,
    inputs: "Iterable[str]",
    outputs: "Iterable[str]",
    began_ns: int,
    day: str = "",
) -> bool:
    """Leave a stamp after a build that began at `began_ns` (time.time_ns()); False if none could be left.

    Inputs are files or folders; a folder stands for everything in it at any depth, unless it comes after NAMES_IN.
    `says` is the one line to print next time; `day` (YYYY-MM-DD) is given when the build depends on the day it is made.
    """
    try:
        read = sorted({entry for path in inputs for entry in _walk(path)})
        written = sorted(os.path.abspath(path) for path in outputs)
        lines = [f"in\t{_look(path)}\t{path}" for path in read] + [f"out\t{_look(path)}\t{path}" for path in written]
        unsettled = any(_changed_since(path, began_ns) for path in read)
    except OSError:
        return False
    lines = [_FIRST, key, day, says, *lines, _FIRST]
    if unsettled or any("\n" in line or line.startswith("out\tabsent") for line in lines):
        return False
    return _put(root, key, "\n".join(lines))


def _put(root: str, key: str, text: str) -> bool:
    path = _path(root, key)
    aside = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(os.path.join(root, ".bench", ".gitignore"), "w", encoding="ascii") as ignore:
            ignore.write("*\n")
        with open(aside, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
        os.replace(aside, path)
    except OSError:
        return False
    return True


def _path(root: str, key: str) -> str:
    # The key itself stands in the stamp, so that a collision of names costs a build and nothing else.
    number = int.from_bytes(key.encode("utf-8", "surrogateescape"), "big") % (2**61 - 1)
    return os.path.join(root, ".bench", "stamps", f"{number:016x}")


def _today() -> str:
    return time.strftime("%Y-%m-%d")


def _look(path: str) -> str:
    """What a path looks like from outside: size and time of a file, the names in a folder, or that it is not there."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return "absent"
    if found.st_mode & 0o170000 == 0o040000:
        names = sorted(name for name in os.listdir(path) if not _passing(name))
        return f"folder:{int.from_bytes(os.fsencode('/'.join(names)), 'big') % (2**61 - 1):x}"
    return f"{found.st_size}:{found.st_mtime_ns}"


def _passing(name: str) -> bool:
    """Names that come and go without meaning anything: byte code, hidden files, editors' copies."""
    return name == _SKIPPED or name.startswith(".") or name.endswith("~")


def _walk(path: str) -> "Iterable[str]":
    """A file itself; a folder and everything in it, or the folder alone where only its names count."""
    if path.startswith(NAMES_IN):
        yield os.path.abspath(path[len(NAMES_IN) :])
        return
    path = os.path.abspath(path)
    if not os.path.isdir(path):
        yield path
        return
    seen = set()
    for folder, folders, files in os.walk(path, followlinks=True):
        real = os.path.realpath(folder)
        folders[:] = [name for name in folders if not _passing(name) and real not in seen]
        seen.add(real)  # a link that leads back into the folder is walked once
        yield folder
        yield from (os.path.join(folder, name) for name in files if not _passing(name))


def _changed_since(path: str, began_ns: int) -> bool:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return False
    return found.st_mode & 0o170000 != 0o040000 and found.st_mtime_ns > began_ns - _UNSETTLED

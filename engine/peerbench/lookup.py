"""Which template wins: the project's folder, then the theme named in the config and its parents, then the shipped one.

Every layer is a folder that holds one folder per audience (institutional, risk …) and `house`, which all extend.
Settings of an audience (audience.yaml) and its words (phrases.yaml) are merged, nearest first; other files replace.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from os.path import realpath
from pathlib import Path
from typing import TYPE_CHECKING, Final

from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.shipped import shipped

if TYPE_CHECKING:
    from peerbench.core.tree import Table

HOUSE: Final = "house"
AUDIENCE_FILE: Final = "audience.yaml"
PHRASES_FILE: Final = "phrases.yaml"
MERGED: Final = (AUDIENCE_FILE, PHRASES_FILE)  # every layer's file counts, not the first alone
LANGUAGES: Final = "languages"  # languages/<tag>/ of an audience or the house
THEMES: Final = "themes"  # templates/themes/<name>/ is a theme
THEME_FILE: Final = "theme.yaml"
DEPTH: Final = 8
KINDS: Final = ("templates", "styles", "scripts", "words", "fonts", "other")


# ---- layers ----------------------------------------------------------------------------------------------------------


def layers(project: Path | None = None, *, themes: tuple[Path, ...] = ()) -> tuple[Path, ...]:
    """The folders to look in, first hit wins; folders that do not exist are left out."""
    own = (project / "templates",) if project else ()
    folders = dict.fromkeys(folder.resolve() for folder in (*own, *themes, shipped("templates")))
    return tuple(folder for folder in folders if folder.is_dir())


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme's layers, nearest first: its own folders, then its parent's. tables: the theme.yaml of each, if any."""

    name: str = ""
    folders: tuple[Path, ...] = ()
    tables: tuple[Table, ...] = ()


def theme(name: str, project: Path | None = None, *, asked: Origin | None = None) -> Theme:
    """The theme of this name with its parents. Raises UnusableRequest when one of them is not there or is unreadable.

    A theme is a folder themes/<name>/ of the project's templates or of the shipped ones; where both have one, both are
    layers. Its theme.yaml may name a `parent`. asked: where the name is written.
    """
    folders: list[Path] = []
    tables: list[Table] = []
    seen: list[str] = []
    wanted, asked = name, asked or Origin()
    while wanted:
        if wanted in seen or len(seen) >= DEPTH:
            circle = " → ".join((*seen, wanted))
            raise UnusableRequest((Finding("theme", "error", f"themes run in a circle: {circle}", origin=asked),))
        seen.append(wanted)
        here = [path for path in _theme_folders(wanted, project) if path.is_dir()]
        if not here:
            message, hint = f"there is no theme '{wanted}'", did_you_mean(wanted, theme_names(project))
            hint = hint or "A theme is a folder templates/themes/<name>/."
            raise UnusableRequest((Finding("theme", "error", message, hint, asked),))
        folders += here
        read_ = [read(path / THEME_FILE, layers(project)) for path in here if (path / THEME_FILE).is_file()]
        mistakes = tuple(finding for _, findings in read_ for finding in findings)
        if mistakes:
            raise UnusableRequest(mistakes)
        own = [table for table, _ in read_ if table is not None]
        tables += own
        wanted, asked = _parent(own)
    return Theme(name, tuple(folders), tuple(tables))


def theme_names(project: Path | None = None) -> tuple[str, ...]:
    """Every theme that the project or the program has."""
    homes = [folder.parent for folder in _theme_folders("x", project)]
    return tuple(sorted({path.name for home in homes if home.is_dir() for path in home.iterdir() if path.is_dir()}))


def _theme_folders(name: str, project: Path | None) -> tuple[Path, ...]:
    own = (project / "templates" / THEMES / name,) if project else ()
    return tuple(dict.fromkeys(path.resolve() for path in (*own, shipped("templates") / THEMES / name)))


def _parent(tables: list[Table]) -> tuple[str, Origin]:
    for table in tables:
        entry = table.entries.get("parent")
        text = getattr(entry.value, "text", "") if entry else ""
        if entry and text:
            return str(text), entry.value.place
    return "", Origin()


# ---- audiences -------------------------------------------------------------------------------------------------------


def audiences(roots: tuple[Path, ...]) -> tuple[str, ...]:
    """Every audience that some layer has a file for."""
    found = {folder.parent.name for root in roots for folder in root.glob(f"*/{AUDIENCE_FILE}")}
    return tuple(sorted(found - {HOUSE}))


def chain(audience: str, roots: tuple[Path, ...]) -> tuple[str, ...]:
    """The audience, what it extends, and at last the house: ("risk", "institutional", "house")."""
    names: list[str] = []
    while audience and audience != HOUSE and audience not in names and len(names) < DEPTH:
        names.append(audience)
        audience = _extends(audience, roots)
    return (*names, HOUSE)


def _extends(audience: str, roots: tuple[Path, ...]) -> str:
    """The `extends:` line of the nearest audience file that has one."""
    for root in roots:
        path = root / audience / AUDIENCE_FILE
        if path.is_file():
            for line in path.read_text("utf-8", "replace").splitlines():
                key, _, value = line.partition(":")
                if key == "extends":
                    return value.split("#")[0].strip().strip("'\"")
    return HOUSE


# ---- files -----------------------------------------------------------------------------------------------------------


def find(name: str, audience: str, roots: tuple[Path, ...]) -> Path | None:
    """The file that wins for this audience, or None."""
    return next(candidates(name, audience, roots), None)


def candidates(name: str, audience: str, roots: tuple[Path, ...]) -> Iterator[Path]:
    """Every file of this name, the winner first: what `bench templates` shows."""
    for folder in chain(audience, roots):
        for root in roots:
            path = root / folder / name
            if _inside(path, root) and path.is_file():
                yield path


def files(audience: str, roots: tuple[Path, ...]) -> dict[str, tuple[Path, ...]]:
    """Every file of an audience by its name inside the folder, the winner first and what it replaces behind it."""
    names = {
        path.relative_to(root / folder).as_posix()
        for folder in chain(audience, roots)
        for root in roots
        for path in (root / folder).rglob("*")
        if path.is_file() and not any(part.startswith((".", "__")) for part in path.relative_to(root).parts)
    }
    ordered = sorted(names, key=lambda name: (KINDS.index(kind(name)), name))
    return {name: found for name in ordered if (found := tuple(candidates(name, audience, roots)))}


def kind(name: str) -> str:
    """What a file is for, by its name."""
    if name.startswith("fonts/"):
        return "fonts"
    endings = {".j2": "templates", ".css": "styles", ".js": "scripts"}
    return "words" if merged(name) else endings.get(Path(name).suffix, "other")


def merged(name: str) -> bool:
    """Whether every layer's file of this name counts, and not the nearest alone."""
    return name in MERGED or (name.startswith(f"{LANGUAGES}/") and name.endswith(".yaml"))


def _inside(path: Path, root: Path) -> bool:
    """A name with .. in it, or a link that leaves the layer, finds nothing."""
    return Path(realpath(path)).is_relative_to(_real(root))


@lru_cache(maxsize=64)
def _real(root: Path) -> str:
    return realpath(root)


def shown(path: Path, roots: tuple[Path, ...]) -> str:
    """A template's path as a user knows it: from the project's folder, or "shipped" with the folder and name."""
    last = roots[-1] if roots else path
    if (len(roots) > 1 or last.parent.name == "_shipped") and path.is_relative_to(last):
        return f"shipped {path.relative_to(last).as_posix()}"
    for root in roots:
        home = root.parent if root.name == "templates" else root.parents[2] if root.parent.name == THEMES else root
        if path.is_relative_to(root):
            return path.relative_to(home).as_posix()
    return str(path)


# ---- YAML of a layer -------------------------------------------------------------------------------------------------


def read(path: Path, roots: tuple[Path, ...], *, check: str = "template") -> tuple[Table | None, tuple[Finding, ...]]:
    """A YAML file of a layer as a tree whose keys know their places, and every mistake of its form with its line."""
    from peerbench.core import tree

    file = shown(path, roots)
    data = path.read_bytes()
    if len(data) > tree.MAX_BYTES:
        return None, (Finding(check, "error", f"larger than {tree.MAX_BYTES:,} bytes", "", Origin(file)),)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = Origin(file, data.count(b"\n", 0, error.start) + 1)
        return None, (Finding(check, "error", "not UTF-8", "Save the file as UTF-8.", place),)
    node, findings = tree.parse(text, file=file)
    if node is None or tree.is_null(node):
        empty = tree.Table({}, Origin(file, 1, 1))
        return (None if findings else empty), excerpted(findings, text, check=check)
    if isinstance(node, tree.Table):
        return node, excerpted(findings, text, check=check)
    list_at_top = Finding(check, "error", "expected keys and values", "Begin with e.g. 'extends: house'.", node.place)
    return None, excerpted((*findings, list_at_top), text, check=check)


def excerpted(findings: tuple[Finding, ...], text: str, *, check: str = "") -> tuple[Finding, ...]:
    """The findings, each with the line of the text that it points at, under the name of `check` if one is given."""
    lines = text.splitlines()
    return tuple(
        replace(found, check=check or found.check, excerpt=_line(lines, found.origin.line)) for found in findings
    )


def _line(lines: list[str], number: int | None) -> str:
    return lines[number - 1] if number is not None and 0 < number <= len(lines) else ""

"""Which template wins: the project's folder, then the theme named in the config and its parents, then the shipped one.

Every layer is a folder that holds one folder per audience (institutional, risk …) and `house`, which all extend.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from peerbench.shipped import shipped

HOUSE: Final = "house"
AUDIENCE_FILE: Final = "audience.yaml"
DEPTH: Final = 8


def layers(project: Path | None = None, *, themes: tuple[Path, ...] = ()) -> tuple[Path, ...]:
    """The folders to look in, first hit wins; folders that do not exist are left out."""
    own = (project / "templates",) if project else ()
    folders = dict.fromkeys(folder.resolve() for folder in (*own, *themes, shipped("templates")))
    return tuple(folder for folder in folders if folder.is_dir())


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


def _inside(path: Path, root: Path) -> bool:
    """A name with .. in it, or a link that leaves the layer, finds nothing."""
    return path.resolve().is_relative_to(root.resolve())


def _extends(audience: str, roots: tuple[Path, ...]) -> str:
    """The `extends:` line of the audience file that wins."""
    for root in roots:
        path = root / audience / AUDIENCE_FILE
        if path.is_file():
            for line in path.read_text("utf-8").splitlines():
                key, _, value = line.partition(":")
                if key == "extends":
                    return value.split("#")[0].strip().strip("'\"")
            return HOUSE
    return HOUSE

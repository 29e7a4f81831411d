"""bench eject: copy a file that travels with the program into the project's templates/, to be changed there."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from peerbench import lookup
from peerbench.commands.templates import where
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, did_you_mean


def run(parsed: Namespace, arguments: list[str]) -> int:
    root, roots, _ = where(parsed.config)
    source, target = chosen(parsed.name, parsed.audience, root, roots)
    shown = target.relative_to(root).as_posix()
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("xb") as file:
            file.write(source.read_bytes())
    except FileExistsError:
        print(f"left {shown} as it is: it is there already")
        return 0
    print(f"copied {lookup.shown(source, roots)} to {shown}")
    print(f"it wins from now on for {_readers(target, root)}; delete it to go back")
    return 0


def chosen(name: str, audience: str | None, root: Path, roots: tuple[Path, ...]) -> tuple[Path, Path]:
    """The file that is used where the project has none of its own, and where its copy goes.

    `name` is a file's name, or with its folder, risk/audience.yaml. Without an audience the copy takes its own folder,
    so a file of the house is changed for everyone; with one it goes to that audience's folder alone.
    """
    folder, name = _parts(name, roots)
    reader = audience or folder or lookup.HOUSE
    below = tuple(path for path in roots if path != (root / "templates").resolve()) or roots
    found = lookup.find(name, folder or reader, below)
    if found is None:
        known = {other for who in (*lookup.audiences(roots), lookup.HOUSE) for other in lookup.files(who, below)}
        message = f"there is no file '{name}' for {reader} to copy"
        raise UnusableRequest((Finding("arguments", "error", message, did_you_mean(name, known)),))
    own = next(path for path in sorted(below, key=lambda path: -len(path.parts)) if found.is_relative_to(path))
    place = reader if audience else found.relative_to(own).parts[0]
    return found, root / "templates" / place / name


def _parts(name: str, roots: tuple[Path, ...]) -> tuple[str, str]:
    """("risk", "audience.yaml") of risk/audience.yaml and of templates/risk/audience.yaml; fonts/ is no audience."""
    path = Path(name)
    parts = path.parts[1:] if path.parts[:1] == ("templates",) else path.parts
    if len(parts) > 1 and parts[0] in (*lookup.audiences(roots), lookup.HOUSE):
        return parts[0], "/".join(parts[1:])
    return "", name


def _readers(target: Path, root: Path) -> str:
    folder = target.relative_to(root / "templates").parts[0]
    return "every audience" if folder == lookup.HOUSE else f"the audience {folder}"

"""bench init: a project folder that builds at once. What is already there stays as it is."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Final

from peerbench.shipped import shipped

_GITIGNORE: Final = """\
output/
.bench/
"""
_TEMPLATES: Final = """\
# Templates of this project

Empty: every page comes from the templates that travel with the program. What you put here wins over them, file by
file.

- `templates/house/<file>` replaces that file of the house for every audience.
- `templates/<name>/audience.yaml` makes an audience `<name>`: begin it with `extends: institutional` and name it under
  `audiences:` in a config. A folder named like a shipped audience (institutional, risk, policy) changes that one.
- `templates/themes/<name>/` is a theme, chosen by `brand: {theme: <name>}`.

audience.yaml and phrases.yaml are merged with the shipped ones: write only what you change. `bench templates` lists
what wins, `bench eject` copies a shipped file here, `bench preview` shows a change at once, `bench explain audiences`
has every key.

Templates only arrange: they compute nothing, read no file and fetch nothing.
"""
_DATA: Final = """\
# Data of this project

A folder here with `facts.csv`, `prices.csv`, `fx.csv` and `companies.csv` is a dataset: name it in a config by its
path, `sources: [{dataset: ./data/mine}]`.
"""


def run(parsed: Namespace, arguments: list[str]) -> int:
    folder = Path(parsed.folder)
    made, left = begin(folder)
    for name in made:
        print(f"made {folder / name}")
    for name in left:
        print(f"left {folder / name} as it is")
    here = "" if folder.resolve() == Path.cwd() else f"cd {parsed.folder} && "
    print(f"next: {here}bench build")
    return 0


def begin(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Lay out a project in `folder`; the files made and the files that were there before."""
    made: list[str] = []
    left: list[str] = []
    for name, content in _files().items():
        (made if _write_new(folder / name, content) else left).append(name)
    return tuple(made), tuple(left)


def _files() -> dict[str, bytes]:
    from peerbench.commands import schema

    configs = {f"configs/{path.name}": path.read_bytes() for path in sorted(shipped("configs").glob("*.yaml"))}
    texts = {
        "configs/.schema.json": schema.text("config"),
        "templates/README.md": _TEMPLATES,
        "data/README.md": _DATA,
        ".gitignore": _GITIGNORE,
    }
    return {**configs, **{name: text.encode() for name, text in texts.items()}}


def _write_new(path: Path, content: bytes) -> bool:
    """Write a file that is not there yet; False if anything of that name is, even a dangling link."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        return False
    return True

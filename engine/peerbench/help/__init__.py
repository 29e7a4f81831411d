"""Pages for people, one Markdown file each: what a check looks for, how a command is used, what a metric needs said.

`checks` are found in data, and a config may raise, lower or silence them; `refusals` are mistakes in a request, which
stop it. Imports nothing, as every room may ask.
"""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parent
KINDS: Final = ("commands", "checks", "refusals", "metrics", "topics")


def names(kind: str) -> tuple[str, ...]:
    """The pages of one kind."""
    return tuple(sorted(path.name.removesuffix(".md") for path in (FOLDER / kind).glob("*.md")))


def page(kind: str, name: str) -> str:
    """The text of one page; nothing where there is none."""
    return (FOLDER / kind / f"{name}.md").read_text("utf-8") if name in names(kind) else ""


def find(name: str) -> str:
    """The page of that name, whatever its kind; that of `quarantine` for a rule of rows, which its table lists."""
    found = next((text for kind in KINDS if (text := page(kind, name))), "")
    rules = page("checks", "quarantine")
    return found or (rules if f"\n| {name} |" in rules else "")


def everything() -> tuple[str, ...]:
    """Every name that has a page."""
    return tuple(dict.fromkeys(name for kind in KINDS for name in names(kind)))

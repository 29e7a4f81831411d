"""What a command line asks for: which configs, as of which day. Mistakes in it are findings like any other."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.project import root_of


def configs(named: Sequence[str]) -> tuple[Path, ...]:
    """The configs named, or the only one in configs/. With several to choose from the request is unusable."""
    if named:
        return tuple(Path(name) for name in named)
    folder = Path(root_of([])) / "configs"
    found = candidates(folder)
    if len(found) == 1:
        return found
    raise UnusableRequest((_which(found),))


def candidates(folder: Path) -> tuple[Path, ...]:
    """The configs of a folder; a name that begins with _ or . is not a brief."""
    paths = (path for path in folder.glob("*.y*ml") if path.suffix in (".yaml", ".yml"))
    return tuple(sorted(_shown(path) for path in paths if not path.name.startswith(("_", "."))))


def _which(found: tuple[Path, ...]) -> Finding:
    if not found:
        hint = "Begin a project with `bench init`, or name a file."
        return Finding("arguments", "error", "no config is named and there is none in configs/", hint)
    hint = f"Name one or more: {', '.join(str(path) for path in found)}."
    return Finding("arguments", "error", f"no config is named and configs/ has {len(found)}", hint)


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def day(text: str | None) -> date | None:
    """The value of --as-of."""
    mistakes: list[Finding] = []
    found = _day(text, mistakes)
    if mistakes:
        raise UnusableRequest(tuple(mistakes))
    return found


@dataclass(frozen=True, slots=True)
class Options:
    """What the options of a build ask for; None: what the config says."""

    as_of: date | None
    audiences: tuple[str, ...] | None
    formats: tuple[str, ...] | None
    out: Path | None
    page: str | None = None
    length: str | None = None
    spoken: tuple[str, ...] | None = None
    since: date | Literal["none"] | None = None


def options(
    parsed: Namespace, *, audiences: Collection[str], formats: Collection[str], languages: Collection[str] = ("en",)
) -> Options:
    """The options of `bench build`, all mistakes in them at once."""
    mistakes: list[Finding] = []
    asked = Options(
        as_of=_day(parsed.as_of, mistakes),
        audiences=_names(parsed.audience, "--audience", audiences, mistakes),
        formats=_names(parsed.format, "--format", formats, mistakes),
        out=None if parsed.out is None else Path(parsed.out),
        page=parsed.page,
        length=parsed.length,
        spoken=_names(parsed.language, "--language", languages, mistakes),
        since="none" if parsed.since == "none" else _day(parsed.since, mistakes, "--since"),
    )
    if mistakes:
        raise UnusableRequest(tuple(mistakes))
    return asked


def audiences(given: Sequence[str] | None, known: Collection[str]) -> tuple[str, ...] | None:
    """The values of --audience; None if it was not given."""
    mistakes: list[Finding] = []
    found = _names(given, "--audience", known, mistakes)
    if mistakes:
        raise UnusableRequest(tuple(mistakes))
    return found


def _day(text: str | None, mistakes: list[Finding], option: str = "--as-of") -> date | None:
    if text is None:
        return None
    try:
        if len(text) == 10:  # fromisoformat reads 20250923 and 2025-W39-2 too, a config does not
            return date.fromisoformat(text)
    except ValueError:
        pass
    mistakes.append(_about(option, f"'{text}' is not a day", "Write year-month-day, e.g. 2025-09-23."))
    return None


def _names(
    given: Sequence[str] | None, option: str, known: Collection[str], mistakes: list[Finding]
) -> tuple[str, ...] | None:
    """The values of an option that may be repeated or given as a,b; None if it was not given."""
    if not given:
        return None
    asked = split(given)
    kind = option.lstrip("-")
    wrong = (name for name in asked if name not in known)
    mistakes += [_about(option, f"unknown {kind} '{name}'", did_you_mean(name, known)) for name in wrong]
    return asked


def split(given: Sequence[str] | None) -> tuple[str, ...]:
    """The values of an option that may be repeated or given as a,b, each once."""
    return tuple(dict.fromkeys(name.strip() for text in given or () for name in text.split(",") if name.strip()))


def _about(option: str, message: str, hint: str) -> Finding:
    return Finding("arguments", "error", message, hint, Origin(locator=option))

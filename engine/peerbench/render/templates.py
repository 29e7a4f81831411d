"""Templates in a sandbox: they see finished text, call a short list of filters, and their mistakes become findings."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from peerbench import lookup
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.render.look import Look, absent
from peerbench.render.node import Node
from peerbench.render.voice import Voice
from peerbench.render.words import Words
from peerbench.shipped import shipped

FILTERS: Final = ("default", "e", "escape", "first", "join", "last", "length", "lower", "replace", "trim", "upper")
TESTS: Final = (
    "defined",
    "divisibleby",
    "eq",
    "even",
    "in",
    "mapping",
    "ne",
    "none",
    "odd",
    "sequence",
    "string",
    "undefined",
)
TEMPLATE: Final = ".j2"
STYLE: Final = ".css"


class _Loader(BaseLoader):
    """Names resolve along the layers; "house/print.html.j2" passes over the audience's own, which may extend it."""

    def __init__(self, look: Look) -> None:
        self.look = look

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        path = self._path(template)
        if path is None:
            raise TemplateNotFound(template)
        return path.read_text("utf-8"), str(path), lambda: True

    def _path(self, name: str) -> Path | None:
        folder, slash, rest = name.partition("/")
        if slash and folder == "shipped":
            return lookup.find(rest, lookup.HOUSE, self.look.roots[-1:])
        if slash and (folder == lookup.HOUSE or any((root / folder).is_dir() for root in self.look.roots)):
            return lookup.find(rest, folder, self.look.roots)
        return lookup.find(name, self.look.audience, self.look.roots)


class Absent(StrictUndefined):
    """A name that a template asks for and that is not there, told with the nearest that is."""

    @property
    def _undefined_message(self) -> str:
        if isinstance(self._undefined_obj, Node):
            fields = [name for name in self._undefined_obj._fields if name != "kind"]
            hint = did_you_mean(str(self._undefined_name), fields)
            return f"a {self._undefined_obj.kind} has no '{self._undefined_name}'. {hint}".strip()
        return super()._undefined_message


def forget() -> None:
    """Read templates anew: for a process that lives on while they change."""
    _environment.cache_clear()


def environment(look: Look) -> ImmutableSandboxedEnvironment:
    """Nothing but the list: no globals, a dozen filters, a dozen tests, every value escaped."""
    return _environment(Look(look.roots, look.audience))


class _Sandbox(ImmutableSandboxedEnvironment):
    """The library's sandbox, which is asked fifteen thousand times a page; a field of a node needs no asking."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is Node and attribute in obj._fields and not attribute.startswith("_"):
            return obj._fields[attribute]
        return super().getattr(obj, attribute)


@lru_cache(maxsize=8)
def _environment(look: Look) -> ImmutableSandboxedEnvironment:
    made = _Sandbox(loader=_Loader(look), autoescape=True, undefined=Absent, trim_blocks=True, auto_reload=False)
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.tests = {name: made.tests[name] for name in TESTS}
    made.globals = {}
    return made


def render(name: str, look: Look, values: Mapping[str, Any]) -> str:
    """The finished markup. Raises UnusableRequest with the template's file and line for any mistake in it.

    Where a template is not a shipped one, this happens in a process apart, see cell.
    """
    values = _worded(look, values)
    if all_shipped(look, TEMPLATE):
        return filled(name, look, values)
    from peerbench.render import cell

    return cell.fill(name, look.roots, look.audience, values, shown=shown(name, look))


def _worded(look: Look, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the words of the page's language, and with what stands between sentences, clauses and names."""
    voice = Voice(look.language)
    joints = {"gap": voice.gap, "comma": voice.joint(", "), "semicolon": voice.joint("; ")}
    return {"say": Words(look.language), **joints, "stop": voice.stop, **values}


def all_shipped(look: Look, *kinds: str) -> bool:
    """Whether no page or style sheet is anybody's own. kinds: endings, all if none is named."""
    return not own_files(look, *kinds)


def own_files(look: Look, *kinds: str) -> tuple[Path, ...]:
    """The pages and style sheets that are not shipped ones."""
    home, endings = shipped("templates").resolve(), kinds or (TEMPLATE, STYLE)
    own = [root for root in look.roots if not root.is_relative_to(home)]
    if not any(path.name.endswith(endings) for root in own for path in root.rglob("*")):
        return ()  # without asking of each shipped file who wins
    files = lookup.files(look.audience, look.roots)
    winners = (found[0] for name, found in files.items() if name.endswith(endings))
    return tuple(path for path in winners if not path.is_relative_to(home))


def shown(name: str, look: Look) -> str:
    """The file that wins for this name, as a user knows it."""
    found = lookup.find(name, look.audience, look.roots)
    return lookup.shown(found, look.roots) if found else name


def filled(name: str, look: Look, values: Mapping[str, Any], *, most: int | None = None) -> str:
    """The finished markup, made here. most: letters beyond which it is refused."""
    try:
        return _joined(environment(look).get_template(name).generate(_worded(look, values)), name, look, most)
    except TemplateError as error:
        raise UnusableRequest((_mistake(error, name, look),)) from error
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError, RecursionError) as error:
        if not _line_in_template(error):
            raise  # ours, not the template's
        raise UnusableRequest((_mistake(error, name, look),)) from error


def _joined(parts: Iterable[str], name: str, look: Look, most: int | None) -> str:
    made: list[str] = []
    length = 0
    for part in parts:
        made.append(part)
        length += len(part)
        if most is not None and length > most:
            message = f"the page grows beyond {most:,} letters; it was stopped."
            raise UnusableRequest((Finding("template-mistake", "error", message, "", Origin(shown(name, look))),))
    return "".join(made)


def markup(text: str) -> Markup:
    """Text of our own making that templates insert unescaped: style sheets, scripts and drawn charts."""
    return Markup(text)


def _mistake(error: Exception, name: str, look: Look) -> Finding:
    """One sentence with the file and line of the template, whatever kind of mistake it was."""
    if isinstance(error, TemplateNotFound):
        asked = _line_in_template(error)
        found = Origin(_shown(asked[0], look), asked[1]) if asked else None
        return absent(str(error.name or name), look, found, _excerpt(*asked) if asked else "")
    if isinstance(error, TemplateSyntaxError):
        place: tuple[str, int] | None = (error.filename or name, error.lineno)
    else:
        place = _line_in_template(error)
    file, line = place or (name, None)
    excerpt = _excerpt(file, line)
    message = str(error).strip() or type(error).__name__
    return Finding(
        "template-mistake",
        "error",
        f"the template cannot be filled in: {message}",
        origin=Origin(file=_shown(file, look), line=line),
        excerpt=excerpt,
    )


def _shown(file: str, look: Look) -> str:
    return lookup.shown(Path(file), look.roots)


def _line_in_template(error: Exception) -> tuple[str, int] | None:
    """The innermost template line of the traceback; Jinja maps its frames back to template files."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if frame.filename.endswith(".j2")]
    return (inside[-1].filename, inside[-1].lineno or 1) if inside else None


def _excerpt(file: str, line: int | None) -> str:
    if line is None or not Path(file).is_file():
        return ""
    lines = Path(file).read_text("utf-8").splitlines()
    return lines[line - 1].strip() if line <= len(lines) else ""

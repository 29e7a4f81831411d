"""The look of a brief: the config's theme, brand and the audiences' colours become layers and a Brand, checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from peerbench import lookup
from peerbench.brief.audience import Audience
from peerbench.config.values import Config
from peerbench.core import shape, tree
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Severity, did_you_mean

if TYPE_CHECKING:
    from peerbench.render.brand import Brand
    from peerbench.render.logo import Logo

CHECK: Final = "config.brand"
COLOURS: Final = shape.Record(dict.fromkeys(("theme", "target", "tint", "panel"), shape.WORDS))
THEME: Final = shape.Record({"parent": shape.WORDS, "colours": COLOURS, "dark": COLOURS})


@dataclass(frozen=True, slots=True)
class Dress:
    """The layers that templates come from, and the house's brand where the config or its theme has one."""

    roots: tuple[Path, ...]
    colours: Mapping[str, str] = field(default_factory=dict)
    dark: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Finding] = field(default_factory=dict, repr=False)  # colours.theme → a finding at its place


def dress(config: Config) -> tuple[Dress, tuple[Finding, ...]]:
    """Layers and colours of a config: its own over its theme's, those over the theme's parents'."""
    try:
        theme = lookup.theme(config.brand.theme, config.root, asked=config.place("brand", "theme"))
    except UnusableRequest as error:
        bare = Dress(lookup.layers(config.root))
        return bare, tuple(replace(f, excerpt=f.excerpt or config.excerpt(f.origin)) for f in error.findings)
    roots = lookup.layers(config.root, themes=theme.folders)
    mistakes: list[Finding] = []
    chosen: dict[str, dict[str, str]] = {"colours": {}, "dark": {}}
    places: dict[str, Finding] = {}
    for table in reversed(theme.tables):
        wrong = [*shape.mistakes(table, THEME), *_no_colours(table)]
        mistakes += [replace(finding, check="theme") for finding in wrong]
        for ground, name, entry in _given(table) if not wrong else ():
            chosen[ground][name] = entry.text
            places[f"{ground}.{name}"] = Finding(CHECK, "error", "", "", entry.place)
    for ground, own in (("colours", config.brand.colours), ("dark", config.brand.dark)):
        for name, colour in own.items():
            chosen[ground][name] = colour
            places[f"{ground}.{name}"] = config.finding(CHECK, "", "brand", ground, name)
    return Dress(roots, chosen["colours"], chosen["dark"], places), tuple(mistakes)


def _given(table: tree.Table) -> Iterator[tuple[str, str, tree.Scalar]]:
    for ground in ("colours", "dark"):
        entry = table.entries.get(ground)
        for name, colour in entry.value.entries.items() if entry and isinstance(entry.value, tree.Table) else ():
            if isinstance(colour.value, tree.Scalar) and not tree.is_null(colour.value):
                yield ground, name, colour.value


def _no_colours(table: tree.Table) -> Iterator[Finding]:
    from peerbench.charts.colour import HEX

    for _, _, colour in _given(table):
        if not HEX.fullmatch(colour.text):
            hint = "Write # and six digits in quotes, e.g. '#12385A'."
            yield shape.wrong(colour, f"'{colour.text}' is not a colour", hint)


def brand(config: Config, clothes: Dress, readers: Sequence[Audience]) -> tuple[Brand | None, tuple[Finding, ...]]:
    """The brand of a config, None for the shipped look, and what is wrong or weak about it."""
    if not (clothes.colours or clothes.dark or config.brand.files) and not any(map(_own_colour, readers)):
        return None, ()
    from peerbench.render.brand import Brand

    logo, logo_wrong = _logo(config)
    faces, faces_wrong = _faces(config)
    made = Brand(clothes.colours, clothes.dark, logo, faces)
    return made, (*logo_wrong, *faces_wrong, *_colours(made, clothes, readers))


def unknown_themes(readers: Iterable[Audience]) -> Iterator[Finding]:
    """A theme colour of an audience that is no name and no colour."""
    from peerbench.charts.colour import HEX
    from peerbench.charts.theme import NAMES

    for reader in readers:
        name = reader.words("theme", NAMES[0])
        if name not in NAMES and not HEX.fullmatch(name):
            hint = did_you_mean(name, NAMES) if not name.startswith("#") else "A colour is # and six digits, in quotes."
            yield reader.finding(f"'{name}' is no theme colour", "theme", hint=hint)


def _own_colour(reader: Audience) -> bool:
    return reader.words("theme").startswith("#")


def _logo(config: Config) -> tuple[Logo | None, tuple[Finding, ...]]:
    from peerbench.render import logo

    path = config.brand.logo
    if path is None or not path.is_file():
        return None, ()
    try:
        with path.open("rb") as file:
            return logo.read(file.read(logo.MAX_BYTES + 1)), ()
    except logo.BadLogo as error:
        return None, (config.finding(CHECK, f"'{path.name}' {error}", "brand", "logo"),)


def _faces(config: Config) -> tuple[Mapping[str, Path], tuple[Finding, ...]]:
    from peerbench.render import brand as brands

    there = {face: path for face, path in config.brand.fonts.items() if path.is_file()}
    if not there:
        return {}, ()
    found, wrong = brands.faces(there)
    return found, tuple(
        config.finding(CHECK, flaw.message, "brand", "fonts", flaw.face, severity=_severity(flaw.grave))
        for flaw in wrong
    )


def _severity(grave: bool) -> Severity:
    return "error" if grave else "warning"


def _colours(made: Brand, clothes: Dress, readers: Sequence[Audience]) -> Iterator[Finding]:
    """Colours without contrast, each told once at the place where it is written."""
    from peerbench.render.brand import known_theme, unreadable

    told: set[tuple[str, str]] = set()
    for reader in readers:
        for flaw in unreadable(made, reader.words("theme")) if known_theme(reader.words("theme")) else ():
            key = f"{'dark' if flaw.dark else 'colours'}.{flaw.key}"
            if flaw.key == "theme" and _own_colour(reader) and not flaw.dark:
                place = reader.finding("", "theme")
            elif key in clothes.places:
                place = clothes.places[key]
            else:
                continue  # the house's, not the user's
            if (str(place.origin), flaw.message) not in told:
                told.add((str(place.origin), flaw.message))
                yield replace(place, message=flaw.message, hint=flaw.hint, severity=_severity(flaw.grave))

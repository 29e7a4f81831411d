"""Where a brief's templates, styles, fonts and logo come from; light, for whoever only hands it on."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from peerbench import lookup
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.render.brand import LOGO_MM, LOGO_WIDEST_MM, PLAIN, Brand
from peerbench.render.node import Node

if TYPE_CHECKING:
    from peerbench.core.document import Meta
    from peerbench.core.language import Language

FONTS: Final = "fonts"
HEADLINE_FONT: Final = "SourceSerif4Display-Semibold.ttf"


class Paper(NamedTuple):
    """What decides the style sheets of a brief beside its look."""

    theme: str
    page_size: str
    length: str

    @classmethod
    def of(cls, meta: Meta) -> Paper:
        return cls(meta.theme, meta.page_size, meta.length)


@dataclass(frozen=True)
class Look:
    """Where this brief's templates come from: the layers to search, the audience they are for, the house's brand."""

    roots: tuple[Path, ...]
    audience: str
    brand: Brand = PLAIN
    language: Language | None = None  # other than English

    def file(self, name: str) -> Path:
        """The winning file of this name; its absence is the request's mistake."""
        found = lookup.find(name, self.audience, self.roots)
        if found is None:
            raise UnusableRequest((absent(name, self),))
        return found

    def text(self, name: str) -> str:
        return self.file(name).read_text("utf-8")

    @cached_property
    def fonts(self) -> dict[str, Path]:
        """Font files by name; a layer above replaces one of the shipped files or adds to them."""
        found: dict[str, Path] = {}
        for folder in reversed(lookup.chain(self.audience, self.roots)):
            for root in reversed(self.roots):
                for path in sorted((root / folder / FONTS).rglob("*.*")):
                    found[path.name] = path
        return {**found, **self.brand.files}

    @property
    def headline_font(self) -> Path:
        return self.fonts[HEADLINE_FONT]

    @property
    def logo_image(self) -> Node | None:
        """The logo at its size in the strip; src is its address in the PDF, data what the web page embeds."""
        logo = self.brand.logo
        if logo is None:
            return None
        high = min(LOGO_MM, LOGO_WIDEST_MM / logo.ratio)
        address = f"{hashlib.sha256(logo.data).hexdigest()[:12]}.{logo.kind}"
        data = f"data:{logo.media_type};base64,{base64.b64encode(logo.data).decode()}"
        return Node(
            "logo", src=f"asset:logo/{address}", data=data, height_mm=high, width_mm=round(high * logo.ratio, 3)
        )


def absent(name: str, look: Look, place: Origin | None = None, excerpt: str = "") -> Finding:
    known = {
        path.name
        for folder in lookup.chain(look.audience, look.roots)
        for root in look.roots
        for path in (root / folder).glob("*.*")
    }
    return Finding(
        "template-missing",
        "error",
        f"there is no template file '{name}' for the audience '{look.audience}'.",
        did_you_mean(name, known),
        place or Origin(),
        excerpt=excerpt,
    )

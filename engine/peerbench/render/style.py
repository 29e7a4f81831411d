"""Colours of the editions: the tokens that charts are drawn in, as custom properties or written out."""

from __future__ import annotations

import re

from peerbench.charts.theme import Theme


def properties(colours: Theme, *, selector: str = ":root") -> str:
    """One rule that names every colour: `--ink: #14202B`."""
    tokens = colours.tokens()
    return f"{selector} {{ {' '.join(f'--{key}: {colour};' for key, colour in sorted(tokens.items()))} }}\n"


def scheme(light: Theme, dark: Theme) -> str:
    """Light by default and in print, dark by the reader's system or by the switch."""
    preferred = properties(dark, selector=":root:not([data-theme=light])")
    chosen = properties(dark, selector=":root[data-theme=dark]")
    printed = properties(light, selector=":root, :root[data-theme]")
    return (
        f"{properties(light)}@media screen and (prefers-color-scheme: dark) {{ {preferred} }}\n"
        f"@media screen {{ {chosen} }}\n@media print {{ {printed} }}\n"
    )


def literal(css: str, colours: Theme) -> str:
    """The sheet with every colour written out: the PDF engine resolves a property anew for each element it meets."""
    tokens = colours.tokens()
    return re.sub(r"var\(--([a-z0-9-]+)\)", lambda found: tokens.get(found[1], found[0]), css)

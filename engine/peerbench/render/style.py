"""Colours of the editions: the tokens that charts are drawn in, as custom properties or written out."""

from __future__ import annotations

import re

from peerbench.charts.theme import theme


def properties(name: str, *, dark: bool = False, selector: str = ":root") -> str:
    """One rule that names every colour: `--ink: #14202B`."""
    tokens = theme(name, dark=dark).tokens()
    return f"{selector} {{ {' '.join(f'--{key}: {colour};' for key, colour in sorted(tokens.items()))} }}\n"


def scheme(name: str) -> str:
    """Light by default and in print, dark by the reader's system or by the switch."""
    light, dark = properties(name), properties(name, dark=True, selector=":root:not([data-theme=light])")
    chosen = properties(name, dark=True, selector=":root[data-theme=dark]")
    printed = properties(name, selector=":root, :root[data-theme]")
    return (
        f"{light}@media screen and (prefers-color-scheme: dark) {{ {dark} }}\n"
        f"@media screen {{ {chosen} }}\n@media print {{ {printed} }}\n"
    )


def literal(css: str, name: str) -> str:
    """The sheet with every colour written out: the PDF engine resolves a property anew for each element it meets."""
    tokens = theme(name).tokens()
    return re.sub(r"var\(--([a-z0-9-]+)\)", lambda found: tokens.get(found[1], found[0]), css)

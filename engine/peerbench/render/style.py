"""Style sheets of the editions: the theme's colours as custom properties, from the same tokens that charts are drawn in."""

from __future__ import annotations

from peerbench.charts.theme import theme


def properties(name: str, *, dark: bool = False, selector: str = ":root") -> str:
    """One rule that names every colour: `--ink: #14202B`."""
    tokens = theme(name, dark=dark).tokens()
    return f"{selector} {{ {' '.join(f'--{key}: {colour};' for key, colour in sorted(tokens.items()))} }}\n"

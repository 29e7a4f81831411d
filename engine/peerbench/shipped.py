"""What travels with the program: the templates and example configs, in a wheel or in the checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(folder: str) -> Path:
    """The shipped `templates` or `configs`.

    A wheel keeps them beside this file under _shipped/. In a checkout they stand at the top of the repository; an
    editable install leaves a copy in site-packages that goes stale, and that copy is not beside this file.
    """
    inside = _PACKAGE / "_shipped" / folder
    return inside if inside.is_dir() else _PACKAGE.parents[1] / folder

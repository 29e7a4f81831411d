"""Where a project begins: the nearest folder above that holds configs/. Imports only os, for the no-op path."""

import os


def find_root(start: str) -> str:
    """The nearest folder at or above `start` that holds a configs/ folder; `start` itself where there is none."""
    here = os.path.abspath(start)
    while True:
        if os.path.isdir(os.path.join(here, "configs")):
            return here
        above = os.path.dirname(here)
        if above == here:
            return os.path.abspath(start)
        here = above


def root_of(arguments: list[str]) -> str:
    """The project that a command's arguments speak of: that of the first file named, else of the working folder."""
    for argument in arguments:
        if not argument.startswith("-") and os.path.isfile(argument):
            return find_root(os.path.dirname(argument) or ".")
    return find_root(".")

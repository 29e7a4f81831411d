"""How many values a statistic needs before it may be printed (METHOD 25 to 29)."""

from __future__ import annotations

from typing import Final

LEAST: Final[dict[str, int]] = {
    "median": 3,
    "mean": 3,
    "range": 3,
    "rank": 3,
    "premium": 3,
    "implied value": 3,
    "quartiles": 5,
    "percentile": 8,
    "z-score": 8,
    "regression": 8,
    "winsorising": 20,
}
QUARTILES_SOLID: Final = 8  # quartiles of five to seven peers are printed with a flag
REGRESSION_SOLID: Final = 15  # a fit on fewer is "exploratory"
HISTORY_POINTS: Final = 36


def withheld(n: int, what: str) -> str | None:
    """Why `what` may not be printed for `n` peers with a value, or None when it may."""
    least = LEAST[what]
    if n >= least:
        return None
    have = {0: "no peer has a value", 1: "one peer has a value"}.get(n, f"{n} peers have a value")
    return f"{have}; {_needs(what)} at least {least}"


def _needs(what: str) -> str:
    if what == "quartiles":
        return "quartiles need"
    article = "" if what == "winsorising" else "an " if what[0] in "aeiou" else "a "
    return f"{article}{what} needs"

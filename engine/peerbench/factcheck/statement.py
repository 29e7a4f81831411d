"""A statement: one number of a text, and what the words around it say that it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from peerbench.factcheck.mentions import Named
from peerbench.factcheck.periods import Period
from peerbench.factcheck.quantities import Quantity
from peerbench.factcheck.sentences import Sentence

Kind = Literal["level", "change", "points", "share", "unclear"]
Strength = Literal["own", "sentence", "carried", ""]  # how near the words are that say it


@dataclass(frozen=True, slots=True)
class Statement:
    """One number of a text, read. place in the plain text: quote_start and quote_end."""

    quantity: Quantity
    sentence: Sentence
    quote_start: int
    quote_end: int
    company: str = ""
    company_how: Strength = ""
    rivals: tuple[str, ...] = ()  # other companies that may be meant
    stranger: str = ""  # a name of nobody here that the number may belong to
    measure: Named | None = None
    literal: tuple[str, ...] = ()
    segment: str = ""
    narrowed: str = ""  # a word that makes the measure another one
    kind: Kind = "level"
    direction: int = 0
    period: Period | None = None
    period_how: Strength = ""
    prior: bool = False  # said of the year before
    sequential: bool = False
    several_years: bool = False
    forecast: bool = False
    negated: bool = False
    whole: str = ""  # of a share: the measure it is a share of
    consecutive: int = 0  # so many quarters in a row
    loss: bool = False

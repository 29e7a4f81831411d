"""What every way of delivering is: it takes a parcel, its recipients and a key, and gives a receipt or says why not.

A pass may be killed after sending and before noting it, so `send` may be called again with the same key: a way that
can (a folder, an object store) then finds what it left and gives the same receipt; one that cannot (mail, a webhook)
uses the key as the message's id, so that whoever receives it twice can tell.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

TRIES: Final = 8
_FIRST: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One audience's editions of an issue in one language: folder is the issue's, files are paths below it."""

    brief: str
    title: str
    as_of: date
    audience: str
    folder: Path
    files: tuple[str, ...]
    sent: datetime | None = None  # when it is handed over, for a way that writes a date on it
    language: str = ""  # its tag, where it is not the first of the issue, whose editions lie in the audience's folder

    @property
    def at(self) -> str:
        """Where its editions lie in the issue, and what the summary calls them: risk, risk/zh-CN."""
        return f"{self.audience}/{self.language}" if self.language else self.audience

    @property
    def shelf(self) -> str:
        """What they are called where they go, beside those of other audiences and languages: risk, risk-zh-CN."""
        return f"{self.audience}-{self.language}" if self.language else self.audience


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that it arrived: where, or under which id; details as the other side gave them."""

    reference: str
    details: Mapping[str, str] = field(default_factory=dict)


class NotDelivered(Exception):
    """It did not arrive. again: it may another time (busy, unreachable, full); else a person is needed.

    after: how long the other side asks to be left alone, if it says so.
    """

    def __init__(self, why: str, *, again: bool, after: timedelta = timedelta()) -> None:
        self.why, self.again, self.after = why, again, min(after, LONGEST)
        super().__init__(why)


class NotWanted(NotDelivered):
    """Nobody asks for it any more: its reader, audience or target was taken out of the config while it waited."""

    def __init__(self, why: str) -> None:
        super().__init__(why, again=False)


class Delivery(Protocol):
    """A way to deliver, made from one target of a config."""

    def send(self, parcel: Parcel, recipients: tuple[str, ...], key: str) -> Receipt:
        """Deliver once under this key. Raises NotDelivered."""
        ...


def pause(attempts: int, chance: random.Random) -> timedelta | None:
    """How long to wait after so many tries: one minute, doubled each time up to six hours, within a fifth of that.

    None when it has been tried often enough. The fifth spreads a thousand deliveries that failed together.
    """
    if attempts >= TRIES:
        return None
    wait = min(_FIRST * (1 << (attempts - 1)), LONGEST)
    return wait * (0.8 + 0.4 * chance.random())

"""JSON from strangers: bounded, whole, without NaN, no key twice; what is wrong is told with its place."""

from __future__ import annotations

import json
from typing import Any, Final

MAX_BYTES: Final = 300_000_000  # the largest company facts file of the SEC is about a tenth of this
MAX_DEPTH: Final = 60


class NotJson(ValueError):
    """The text is no JSON that we read; says why, and what to do about it."""

    def __init__(self, why: str, hint: str = "") -> None:
        self.why, self.hint = why, hint
        super().__init__(why)


def loads(data: bytes, *, limit: int = MAX_BYTES) -> Any:
    """The value, or NotJson."""
    if len(data) > limit:
        raise NotJson(f"is {len(data):,} bytes, more than the {limit:,} that are read", "Is it the right file?")
    text = _text(data)
    if (found := _depth(text)) > MAX_DEPTH:
        raise NotJson(f"is nested {found:,} levels deep, more than {MAX_DEPTH}", "Is it the right file?")
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise _broken(text, error) from error
    except NotJson:
        raise
    except ValueError as error:  # a whole number of thousands of digits
        raise NotJson(f"holds a number that cannot be read: {error}") from error


def _text(data: bytes) -> str:
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        raise NotJson("is empty", "Fetch it again.")
    if head.startswith(b"<"):
        raise NotJson("is a web page, not JSON", "The server answered with an error page; open the address to read it.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotJson(f"is not UTF-8: byte 0x{data[error.start]:02x} at {error.start:,}") from error


def _depth(text: str) -> int:
    """How deep brackets nest, those inside texts counted too: an upper bound, found without recursion."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return 0
    deep = most = 0
    for piece in text.replace("[", "{").replace("]", "}").split("{")[1:]:
        deep += 1
        most = max(most, deep)
        deep -= piece.count("}")
    return most


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise NotJson(f"has the key '{twice[:60]}' twice in one object", "Nothing says which one is meant.")
    return found


def _constant(name: str) -> Any:
    raise NotJson(f"holds {name}, which is not a number of JSON", "Leave the value out where it is not known.")


def _broken(text: str, error: json.JSONDecodeError) -> NotJson:
    if not text[error.pos :].strip() or error.msg.startswith("Unterminated"):
        return NotJson(f"is cut off after {len(text):,} characters", "Fetch it again.")
    return NotJson(f"is broken at line {error.lineno}, column {error.colno}: {error.msg}", "Fetch it again.")

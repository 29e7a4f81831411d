"""The language of a name in its own script, told by its letters: enough to mark it for a reader and a screen reader."""

from __future__ import annotations

from typing import Final

RANGES: Final = (  # first and last letter, language; a name with kana is Japanese whatever else it has
    ("぀", "ヿ", "ja"),
    ("가", "힣", "ko"),
    ("؀", "ۿ", "ar"),
    ("֐", "׿", "he"),
    ("ऀ", "ॿ", "hi"),
    ("฀", "๿", "th"),
    ("Ѐ", "ӿ", "ru"),
    ("Ͱ", "Ͽ", "el"),
    ("一", "鿿", "zh-Hans"),
)
RIGHT_TO_LEFT: Final = frozenset(("ar", "he"))


def language(text: str) -> str:
    """The language tag of the first script that the text has a letter of; "und" where none is known."""
    return next((tag for first, last, tag in RANGES if any(first <= letter <= last for letter in text)), "und")

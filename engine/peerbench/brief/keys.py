"""The keys of an audience.yaml, each with the kind of value it takes. What they mean stands in help/audiences.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from peerbench.core import tree
from peerbench.core.findings import Finding
from peerbench.core.shape import NAMES, WORDS, Amount, Flag, List, Map, Record, Shape, Words, wrong

LISTS: Final = {  # lists that a step may shorten, and the block each is printed in
    "panel": "",  # rows of the key-data panel
    "summary": "table.summary",
    "wide": "table.wide",
    "comps": "table.comps",
    "statistics": "table.comps",
    "level_columns": "table.levels",
    "balance": "table.balance",
    "ranks": "table.ranks",
}
LIMITS: Final = {  # limits, and where each holds; "" is the head of the first page
    "headline": "",  # letters; beyond them the short form
    "takeaways": "",
    "standfirst": "",
    "words": "note.",
    "outlook": "note.b",
    "register": "register.",
    "claims": "register.claims",
    "citations": "basis",
}
SPLITS: Final = {"12": 1, "8+4": 2, "6+6": 2, "4+4+4": 3}


def _slots(node: tree.Table, name: str) -> Iterator[Finding]:
    split, slots = node.entries.get("split"), node.entries.get("slots")
    text = split.value.text if split and isinstance(split.value, tree.Scalar) else "12"
    if slots and isinstance(slots.value, tree.Series) and text in SPLITS and len(slots.value.items) != SPLITS[text]:
        message = f"{name}: a split of {text} has {SPLITS[text]} slots, received {len(slots.value.items)}"
        yield wrong(slots.value, message, "Write one list of blocks per slot.")


COLUMNS: Final = List(
    Record(
        {"metric": WORDS, "head": WORDS, "group": WORDS, "width": Amount()},
        ("metric",),
        WORDS,
    )
)
METRIC: Final = Record(
    {
        **dict.fromkeys(("label", "short", "formula", "unit", "definition", "source", "period"), WORDS),
        "better": Words(("higher", "lower", "neither")),
        "compare": Words(("premium", "gap")),
        "positive": NAMES,
    },
    ("label", "formula", "unit"),
)
ROW: Final = Record(
    {"split": Words(tuple(SPLITS)), "slots": List(NAMES), "foot": Flag()},
    ("slots",),
    rule=_slots,
)
LIMIT: Final = Record(dict.fromkeys(LIMITS, Amount()))
PAGES: Final = List(Record({"id": WORDS, "head": WORDS, "rows": List(ROW), "limits": LIMIT}, ("id", "rows")))
STEP: Final = Record(
    {
        "say": WORDS,
        "drop": NAMES,
        "flow": NAMES,
        "use": Map(WORDS),
        "limit": LIMIT,
        "without": Record(dict.fromkeys(LISTS, NAMES)),
    },
    ("say",),
)

_KEYS: Final[dict[str, Shape]] = {
    **dict.fromkeys(("extends", "label", "readers", "theme", "question", "basis", "not_shown", "history"), WORDS),
    **dict.fromkeys(("measures_title", "measures_subtitle", "summary_title", "summary_subtitle"), WORDS),
    **dict.fromkeys(("levels_title", "levels_subtitle", "wide_subtitle"), WORDS),
    **dict.fromkeys(
        ("headline_metrics", "since", "multiples", "measures", "ranks", "statistics", "definitions", "metrics"), NAMES
    ),
    **dict.fromkeys(("summary", "wide", "comps", "level_columns", "balance"), COLUMNS),
    **dict.fromkeys(("formats", "heads", "glossary"), Map(WORDS)),
    "headline": Words(("valuation", "risk", "policy")),
    "summary_gap": Flag(),
    **dict.fromkeys(("takeaways", "further_takeaways"), NAMES),
    "segments": Map(Record({"segment": WORDS, "label": WORDS}, ("segment",))),
    "custom_metrics": Map(METRIC),
    "panel": Record({"large": WORDS, "caption": WORDS, "rows": NAMES}),
    "pages": PAGES,
    "limits": LIMIT,
    "cuts": List(STEP),
}
# What differs in a brief of one page: any of the same keys, and its page plan.
ONE_PAGE: Final = Record({key: kind for key, kind in _KEYS.items() if key != "extends"}, ("pages",))
AUDIENCE: Final = Record({**_KEYS, "one_page": ONE_PAGE})

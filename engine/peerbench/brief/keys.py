"""The keys of an audience.yaml, each with the kind of value it takes. What they mean stands in help/audiences.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from peerbench.core import tree
from peerbench.core.findings import Finding
from peerbench.core.shape import NAMES, WORDS, Amount, Flag, List, Map, Record, Words, wrong

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
PAGES: Final = List(Record({"id": WORDS, "head": WORDS, "rows": List(ROW)}, ("id", "rows")))

AUDIENCE: Final = Record(
    {
        **dict.fromkeys(("extends", "label", "readers", "theme", "question", "basis", "not_shown", "history"), WORDS),
        **dict.fromkeys(("measures_title", "measures_subtitle", "summary_title", "summary_subtitle"), WORDS),
        **dict.fromkeys(("levels_title", "levels_subtitle"), WORDS),
        **dict.fromkeys(("headline_metrics", "multiples", "measures", "ranks", "definitions", "metrics"), NAMES),
        **dict.fromkeys(("summary", "comps", "level_columns", "balance"), COLUMNS),
        **dict.fromkeys(("formats", "heads", "glossary"), Map(WORDS)),
        "headline": Words(("valuation", "risk", "policy")),
        "summary_gap": Flag(),
        "takeaways": NAMES,
        "segments": Map(Record({"segment": WORDS, "label": WORDS}, ("segment",))),
        "custom_metrics": Map(METRIC),
        "panel": Record({"large": WORDS, "caption": WORDS, "rows": NAMES}),
        "pages": PAGES,
    }
)

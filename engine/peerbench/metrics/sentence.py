"""Formulas in words: "market value ÷ net income to ordinary shareholders, last twelve months", and with the figures.

Numbers stay document Numbers; only the renderers turn one into text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from peerbench.core.document import Number, Span, Spans, Text
from peerbench.core.items import ITEMS
from peerbench.core.metric import MetricDefinition, Operand
from peerbench.metrics.formula import (
    PAIRED,
    PAIRWISE,
    Call,
    Constant,
    Negative,
    Node,
    Operation,
    Read,
    Reference,
    children,
)

WINDOW_WORDS: Final[dict[str, str]] = {
    "ltm": "last twelve months",
    "fy": "last fiscal year",
    "quarter": "last quarter",
    "cy": "last calendar year",
    "latest": "",
    "spot": "",
    "fy1": "current fiscal year",
    "fy2": "next fiscal year",
    "ntm": "next twelve months",
    "20d": "20 days",
    "60d": "60 days",
    "200d": "200 days",
    "52w": "52 weeks",
    "1y": "one year",
    "3y": "three years",
}
LABEL_TAILS: Final = {
    ", LTM": "ltm",
    ", FY": "fy",
    ", last quarter": "quarter",
    ", CY": "cy",
    ", NTM": "ntm",
    ", FY1": "fy1",
}
YEARS: Final = ("", "a year", "two years", "three years", "four years", "five years", "six years", "seven years",
                "eight years", "nine years", "ten years")  # fmt: skip
SIGNS: Final = {"*": " × ", "/": " ÷ ", "+": " + ", "-": " − ", "<=": " ≤ ", ">=": " ≥ ", "==": " = ", "!=": " ≠ "}


@dataclass(frozen=True, slots=True)
class Name:
    """What a figure is called: the thing, its window and how long ago."""

    what: str
    window: str = ""
    ago: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.what, self.window, self.ago) if part)


def name(leaf: Read | Reference, definitions: Mapping[str, MetricDefinition]) -> Name:
    """The words for an operand or a metric."""
    if isinstance(leaf, Read):
        return operand_name(leaf.operand)
    label, window = definitions[leaf.metric].label, ""
    for tail, of in LABEL_TAILS.items():
        if label.endswith(tail):
            label, window = label.removesuffix(tail), of
    return Name(_in_sentence(label), WINDOW_WORDS.get(window, ""), _ago(leaf.lag))


def operand_name(operand: Operand) -> Name:
    label = ITEMS[operand.item].label
    if operand.item in PAIRWISE:
        label += f" with {operand.segment}"
    elif operand.segment != "total":
        label = f"{operand.segment} {label}"
    return Name(label, WINDOW_WORDS[operand.window], _ago(operand.lag))


def _ago(lag: int) -> str:
    return f"{YEARS[lag] if lag < len(YEARS) else f'{lag} years'} before" if lag else ""


def _in_sentence(label: str) -> str:
    """A label inside a sentence: "Market value" becomes "market value", "EBITDA" and "R&D" stay."""
    first = label.split(" ", 1)[0]
    return label if sum(letter.isupper() for letter in first) > 1 else label[:1].lower() + label[1:]


def sentence(tree: Node, definitions: Mapping[str, MetricDefinition]) -> str:
    """The formula in words. A window that every operand shares stands once, at the end."""
    names = {leaf.key: name(leaf, definitions) for leaf in _spoken(tree)}
    tails = {(each.window, each.ago) for each in names.values()}
    shared = Name("", *tails.pop()) if len(tails) == 1 and len(names) > 1 else Name("")
    if shared.window or shared.ago:
        names = {key: Name(each.what) for key, each in names.items()}
    words = "".join(span.text for span in _spans(tree, _Worded(names)) if isinstance(span, Text))
    return ", ".join(part for part in (words, shared.window, shared.ago) if part)


def _spoken(node: Node) -> tuple[Read | Reference, ...]:
    """What the sentence names: of "the same a year before" only the first."""
    if isinstance(node, Call) and node.name in PAIRED:
        return _spoken(node.arguments[0])
    if isinstance(node, (Read, Reference)):
        return (node,)
    return tuple(leaf for child in children(node) for leaf in _spoken(child))


def filled(tree: Node, numbers: Mapping[str, Number]) -> Spans:
    """The formula with its operands' Numbers in place, keyed as in the tree: ``revenue[ltm]``, ``roe``, ``roe@-1``."""
    return _merged(_spans(tree, _Filled(numbers)))


def _merged(spans: Spans) -> Spans:
    """Neighbouring texts become one."""
    found: list[Span] = []
    for span in spans:
        if isinstance(span, Text) and found and isinstance(found[-1], Text):
            found[-1] = Text(found[-1].text + span.text)
        else:
            found.append(span)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Worded:
    names: Mapping[str, Name]

    def before(self, _: Node, years: int, __: int) -> Spans:
        return (Text(f"the same {_ago(years)}"),)

    def leaf(self, leaf: Read | Reference, *, optional: bool) -> Spans:
        return (Text(str(self.names[leaf.key]) + (" where disclosed" if optional else "")),)


@dataclass(frozen=True, slots=True)
class _Filled:
    numbers: Mapping[str, Number]

    def before(self, node: Node, _: int, rank: int) -> Spans:
        return _inside(node, self, rank)

    def leaf(self, leaf: Read | Reference, *, optional: bool) -> Spans:
        number = self.numbers[leaf.key]
        if optional and number.status == "missing":
            return (Text("0 (not disclosed)"),)
        if number.value is not None and number.value < 0:
            return (Text("("), number, Text(")"))
        return (number,)


def _spans(node: Node, words: _Worded | _Filled) -> Spans:
    match node:
        case Constant(value):
            return (Text(f"{value:g}"),)
        case Read() | Reference():
            return words.leaf(node, optional=False)
        case Negative(of):
            return (Text("−"), *_inside(of, words, 3))
        case Operation(sign, left, right):
            rank = _rank(node)
            strict = rank + (sign in "-/*")
            return (*_inside(left, words, rank), Text(SIGNS.get(sign, f" {sign} ")), *_inside(right, words, strict))
        case Call(name, arguments):
            return _call(name, arguments, words)


def _call(name: str, arguments: tuple[Node, ...], words: _Worded | _Filled) -> Spans:
    if name in PAIRED:
        return _paired(name, arguments, words)
    if name == "optional" and isinstance(arguments[0], Read):
        return words.leaf(arguments[0], optional=True)
    if name == "sum":
        spans = _inside(arguments[0], words, 1)
        for argument in arguments[1:]:
            spans = (*spans, Text(" + "), *_inside(argument, words, 1))
        return spans
    head = {"max": "the larger of ", "min": "the smaller of ", "abs": "the size of "}[name]
    spans = (Text(head), *_spans(arguments[0], words))
    for argument in arguments[1:]:
        spans = (*spans, Text(" and "), *_spans(argument, words))
    return (Text("("), *spans, Text(")"))


def _paired(name: str, arguments: tuple[Node, ...], words: _Worded | _Filled) -> Spans:
    now, before = arguments[0], arguments[1]
    years = int(arguments[2].value) if len(arguments) > 2 and isinstance(arguments[2], Constant) else 1
    if name == "avg":
        return (Text("("), *_spans(now, words), Text(" + "), *words.before(before, years, 1), Text(") ÷ 2"))
    if name == "change":
        return (*_spans(now, words), Text(" − "), *words.before(before, years, 2))
    ratio = (*_inside(now, words, 2), Text(" ÷ "), *words.before(before, years, 3))
    if name == "growth":
        return (*ratio, Text(" − 1"))
    return (Text("("), *ratio, Text(f")^(1/{years}) − 1"))


def _rank(node: Node) -> int:
    """How tightly the written form binds: comparison 0, sum 1, product 2, sign 3, the rest 4."""
    if isinstance(node, Operation):
        return 2 if node.sign in "*/" else 1 if node.sign in "+-" else 0
    if isinstance(node, Call):
        return {"growth": 1, "cagr": 1, "change": 1, "sum": 1, "avg": 2}.get(node.name, 4)
    return 3 if isinstance(node, Negative) else 4


def _inside(node: Node, words: _Worded | _Filled, rank: int) -> Spans:
    spans = _spans(node, words)
    return spans if _rank(node) >= rank else (Text("("), *spans, Text(")"))


def without_windows(leaf: Read | Reference, definitions: Mapping[str, MetricDefinition]) -> str:
    """The words for a figure where its window is plain from the context: "net income to ordinary shareholders"."""
    found = name(leaf, definitions)
    return f"{found.what} {found.ago}".strip()

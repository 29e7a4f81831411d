"""From the metrics asked for to an order of work: what each needs, level by level, and which operands to fetch.

A metric is never inlined into another; one that is read a year back (``growth(free_cash_flow_ltm)``) becomes a column
of its own, ``free_cash_flow_ltm@-1``, at its own level.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.core.items import ITEMS
from peerbench.core.metric import MetricDefinition, Operand
from peerbench.core.periods import ESTIMATE_WINDOWS, FLOW_WINDOWS, STATISTIC_WINDOWS, WINDOWS
from peerbench.metrics.catalogue import Catalogue, segment_variant
from peerbench.metrics.formula import FUNCTIONS, Node, Read, Reference, key_of, leaves, parse, shift
from peerbench.metrics.types import DIMENSIONS, check_units

_ID: Final = re.compile(r"(?P<base>[A-Za-z_][A-Za-z0-9_]*)(?:\[(?P<segment>[^\[\](),]+)\])?")


@dataclass(frozen=True, slots=True)
class Step:
    """One column to compute: a metric, `lag` years back, with its tree and what must be above zero."""

    key: str
    definition: MetricDefinition
    lag: int
    tree: Node
    positive: tuple[Node, ...]
    inputs: tuple[Read | Reference, ...]  # what tree and conditions read, each once, in the order written


@dataclass(frozen=True, slots=True)
class Plan:
    """Levels in dependency order; `requested` are the ids asked for that can be computed, `definitions` all of them."""

    requested: tuple[str, ...]
    levels: tuple[tuple[Step, ...], ...]
    operands: tuple[Operand, ...]
    definitions: dict[str, MetricDefinition]
    steps: dict[str, Step]
    rests_on: dict[str, tuple[Operand, ...]]  # every operand below a step, through other metrics

    def tree(self, metric_id: str) -> Node:
        """The tree of a metric, or of one read a year back: ``roe``, ``roe@-1``."""
        return self.steps[metric_id].tree


def plan(
    ids: Sequence[str], catalogue: Catalogue, custom: Sequence[MetricDefinition] = ()
) -> tuple[Plan, tuple[Finding, ...]]:
    """Order the metrics asked for and all they rest on. Custom metrics are checked whether asked for or not."""
    book = _Book(_named(catalogue, custom))
    book.findings.extend(_name_findings(catalogue, custom))
    for metric in dict.fromkeys((*ids, *(definition.id for definition in custom))):
        book.resolve(metric)
    usable = tuple(metric for metric in dict.fromkeys(ids) if metric in book.trees)
    steps = _steps(usable, book)
    levels = _levels(steps)
    operands = {leaf.operand: None for step in steps.values() for leaf in step.inputs if isinstance(leaf, Read)}
    definitions = {step.definition.id: step.definition for step in steps.values() if not step.lag}
    ordered = {metric: definitions[metric] for metric in (*usable, *definitions)}
    return Plan(usable, levels, tuple(operands), ordered, steps, _rests_on(levels)), tuple(book.findings)


def _named(catalogue: Catalogue, custom: Sequence[MetricDefinition]) -> dict[str, MetricDefinition]:
    return {**{definition.id: definition for definition in custom}, **catalogue.definitions}


def _name_findings(catalogue: Catalogue, custom: Sequence[MetricDefinition]) -> Iterator[Finding]:
    seen: set[str] = set()
    owners: tuple[tuple[Container[str], str], ...] = (
        (catalogue.definitions, "a metric of the catalogue"),
        (ITEMS, "an item"),
        (FUNCTIONS, "a function of the formula language"),
        (WINDOWS, "a window of the formula language"),
        (seen, "another custom metric"),
    )
    for definition in custom:
        owner = next((who for names, who in owners if definition.id in names), "")
        if owner:
            message = f"the name {definition.id!r} already belongs to {owner}"
            origin = Origin(definition.origin)
            yield Finding("metric-name", "error", message, "Choose another name.", origin, definition.id)
        seen.add(definition.id)


# ---- parsing and checking what is needed ----------------------------------------------------------------------------


@dataclass(slots=True)
class _Book:
    """Definitions by id, and the trees of those that were needed and found sound."""

    named: dict[str, MetricDefinition]
    trees: dict[str, tuple[Node, ...]] = field(default_factory=dict)  # the formula, then the conditions
    definitions: dict[str, MetricDefinition] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def resolve(self, metric: str) -> None:
        """Parse a metric and all it rests on, depth first without recursion; loops are found on the way."""
        path: list[str] = []
        todo: list[tuple[str, bool]] = [(metric, False)]
        while todo:
            current, done = todo.pop()
            if done:
                path.pop()
                self._settle(current)
                continue
            if current in path:
                self._loop(path, current)
                continue
            if current in self.trees or current in self.broken:
                continue
            parsed = self._parse(current)
            if parsed is None:
                self.broken.add(current)
                continue
            self.trees[current] = parsed
            path.append(current)
            todo.append((current, True))
            todo.extend((name, False) for name in reversed(_metrics_in(parsed)))

    def _settle(self, metric: str) -> None:
        """All that the metric reads is settled: pass breakage on, then check units."""
        if metric in self.broken:
            self.trees.pop(metric, None)
            return
        tree, *conditions = self.trees[metric]
        definition = self.definitions[metric]
        spoilt = [name for name in _metrics_in((tree, *conditions)) if name in self.broken]
        if spoilt:
            message = f"{metric} cannot be computed: it uses {spoilt[0]}"
            found: tuple[Finding, ...] = (_finding("metric-unusable", definition, message),)
        else:
            units = {name: self.definitions[name].unit for name in _metrics_in((tree, *conditions))}
            found = check_units(definition, tree, conditions, units)
        if found:
            self.findings.extend(found)
            self.broken.add(metric)
            del self.trees[metric]

    def _loop(self, path: list[str], metric: str) -> None:
        ring = [*path[path.index(metric) :], metric]
        message = f"the formula runs in a circle: {' → '.join(ring)}"
        self.findings.append(_finding("metric-loop", self.definitions[metric], message))
        self.broken.update(ring)

    def _parse(self, metric: str) -> tuple[Node, ...] | None:
        definition = self._definition(metric)
        if definition is None:
            return None
        self.definitions[metric] = definition
        texts = (definition.formula, *definition.positive)
        read = [parse(text, metrics=self.named, subject=metric, file=definition.origin) for text in texts]
        self.findings.extend(finding for _, found in read for finding in found)
        trees = tuple(tree for tree, _ in read if tree is not None)
        if len(trees) < len(read):
            return None
        if not definition.period:
            self.definitions[metric] = replace(definition, period=self._period(trees[0]))
        return trees

    def _definition(self, metric: str) -> MetricDefinition | None:
        match = _ID.fullmatch(metric)
        base = self.named.get(match["base"]) if match else None
        if match is None or base is None:
            name = match["base"] if match else metric
            hint = did_you_mean(name, self.named)
            self.findings.append(Finding("metric-unknown", "error", f"unknown metric {name!r}", hint, subject=metric))
            return None
        if base.unit not in DIMENSIONS:
            hint = did_you_mean(base.unit, DIMENSIONS)
            self.findings.append(_finding("metric-unit", base, f"unknown unit {base.unit!r}", hint))
            return None
        if match["segment"]:
            return segment_variant(base, match["segment"].strip(), metrics=self.named)
        if base.segment == "":
            hint = f"Write {base.id}[name]."
            self.findings.append(_finding("metric-segment", base, f"{base.id} needs a name in brackets", hint))
            return None
        return base

    def _period(self, tree: Node) -> str:
        """The window a formula speaks of: the first of a flow, else an estimate's, market data, a balance."""
        windows = [
            leaf.operand.window if isinstance(leaf, Read) else self._period_of(leaf.metric) for leaf in leaves(tree)
        ]
        for kind in (FLOW_WINDOWS, ESTIMATE_WINDOWS, ("spot",), ("latest",), STATISTIC_WINDOWS):
            for window in windows:
                if window in kind:
                    return window
        return "latest"

    def _period_of(self, metric: str) -> str:
        base = self.named.get(metric.partition("[")[0])
        return base.period if base else ""


def _metrics_in(trees: Iterable[Node]) -> tuple[str, ...]:
    found = {leaf.metric: None for tree in trees for leaf in leaves(tree) if isinstance(leaf, Reference)}
    return tuple(found)


def _finding(check: str, definition: MetricDefinition, message: str, hint: str = "") -> Finding:
    origin = Origin(definition.origin, locator=f"formula of {definition.id}")
    return Finding(check, "error", message, hint, origin, definition.id, definition.formula)


# ---- order ----------------------------------------------------------------------------------------------------------


def _steps(ids: Sequence[str], book: _Book) -> dict[str, Step]:
    """Every column needed, a metric once per year back that somebody reads."""
    steps: dict[str, Step] = {}
    todo = [(metric, 0) for metric in reversed(ids)]
    while todo:
        metric, lag = todo.pop()
        key = key_of(metric, lag)
        if key in steps:
            continue
        tree, *conditions = (shift(node, lag) for node in book.trees[metric])
        inputs = tuple({leaf.key: leaf for node in (tree, *conditions) for leaf in leaves(node)}.values())
        steps[key] = Step(key, book.definitions[metric], lag, tree, tuple(conditions), inputs)
        todo.extend((leaf.metric, leaf.lag) for leaf in reversed(inputs) if isinstance(leaf, Reference))
    return steps


def _levels(steps: Mapping[str, Step]) -> tuple[tuple[Step, ...], ...]:
    """Steps by the length of the longest chain below them."""
    depth: dict[str, int] = {}
    todo = list(reversed(list(steps)))
    while todo:
        key = todo[-1]
        below = [leaf.key for leaf in steps[key].inputs if isinstance(leaf, Reference)]
        waiting = [name for name in below if name not in depth]
        if waiting:
            todo.extend(waiting)
            continue
        depth[todo.pop()] = 1 + max((depth[name] for name in below), default=-1)
    count = max(depth.values(), default=-1) + 1
    return tuple(tuple(step for key, step in steps.items() if depth[key] == level) for level in range(count))


def _rests_on(levels: Sequence[Sequence[Step]]) -> dict[str, tuple[Operand, ...]]:
    found: dict[str, tuple[Operand, ...]] = {}
    for step in (step for level in levels for step in level):
        below = ((leaf.operand,) if isinstance(leaf, Read) else found[leaf.key] for leaf in step.inputs)
        found[step.key] = tuple(dict.fromkeys(operand for operands in below for operand in operands))
    return found

"""Cells become metrics: one wide frame, one with_columns per dependency level, every row a company on a day.

A value is present exactly when its status is ok. What an input lacks, the metric lacks, and says so in the input's
words; what cannot be said (METHOD 18, 19) is not meaningful with the reason; nothing is ever inf or NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

import polars as pl

from peerbench.core import frames
from peerbench.core.items import ITEMS
from peerbench.core.metric import Operand
from peerbench.metrics.expression import (
    CODES,
    EXCLUDED,
    MISSING,
    NOT_MEANINGFUL,
    OK,
    PROFIT_ITEMS,
    STATUSES,
    Words,
    code_of,
    end_of,
    expression,
    issues,
    reason_of,
    value_of,
)
from peerbench.metrics.formula import Call, Node, Read, Reference, leaves, walk
from peerbench.metrics.plan import Plan, Step
from peerbench.metrics.sentence import operand_name

ROW: Final = ("company", "as_of")
CARRIED: Final = ("value", "code", "reason", "period_start", "period_end", "months", "known_on", "currency")
MONEY_UNITS: Final = ("money", "money_per_share")


def evaluate(cells: pl.DataFrame, plan: Plan, *, lagged: bool = False) -> pl.DataFrame:
    """METRICS for every company and day in `cells` (a CELLS frame): the metrics asked for, then those below them.

    lagged: also the columns read a year back, under their keys (``free_cash_flow_ltm@-1``), for the lineage.
    """
    known = _prepared(cells, plan.operands)
    wide = _widened(known, plan.operands)
    sources = _Sources(plan)
    words = Words(plan.definitions, _profits(plan), sources.end)
    mixed = known.group_by(ROW).agg(pl.col("currency").drop_nulls().n_unique()).filter(pl.col("currency") > 1)
    for level in plan.levels:
        wide = wide.with_columns(
            column for step in level for column in _columns(step, words, plan, check_currency=not mixed.is_empty())
        )
    steps = [step for level in plan.levels for step in level if lagged or not step.lag]
    position = {metric: place for place, metric in enumerate(plan.definitions)}
    steps.sort(key=lambda step: (step.lag, position[step.definition.id]))
    return _assembled(wide, steps, plan, known) if steps else frames.empty(frames.METRICS)


# ---- cells, one column an operand -----------------------------------------------------------------------------------


def _prepared(cells: pl.DataFrame, operands: Sequence[Operand]) -> pl.DataFrame:
    """Status as a code, reasons in words that name the input; a value that is no number is missing."""
    words = {operand.key: str(operand_name(operand)) for operand in operands}
    code = pl.col("status").replace_strict(CODES, default=MISSING, return_dtype=pl.UInt8)
    usable = pl.col("value").is_finite().fill_null(value=False)
    why = pl.when((pl.col("status") == "ok") & ~usable).then(pl.lit("the value is not a number"))
    named = pl.col("operand").replace_strict(words, default=None, return_dtype=pl.String)
    frame = cells.filter(pl.col("operand").is_in(list(words))).with_columns(
        code=pl.when((code == OK) & ~usable).then(pl.lit(MISSING, pl.UInt8)).otherwise(code),
        reason=named + ": " + pl.coalesce(why, "reason", pl.lit("not known on the as-of date")),
    )
    return frame.with_columns(pl.when(pl.col("code") == OK).then("value"))


def _widened(known: pl.DataFrame, operands: Sequence[Operand]) -> pl.DataFrame:
    """One row a company and day. Sorted by operand, each operand is a slice: no pivot, no hashing of strings."""
    index = known.select(ROW).unique(maintain_order=True).with_row_index("row")
    keys = pl.DataFrame({"operand": [operand.key for operand in operands]}, schema={"operand": pl.String})
    keys = keys.with_row_index("place")
    long = known.join(index, on=ROW).join(keys, on="operand").sort("place", "row")
    if long.select(pl.struct("place", "row").is_duplicated().any()).item():
        raise ValueError("CELLS has two rows for one company, day and operand")
    if long.height != index.height * keys.height:
        long = _completed(long, index, keys)
    rows, columns = index.height, list(index.select(ROW).get_columns())
    for place, operand in enumerate(operands):
        part = long.slice(place * rows, rows)
        columns += [part[name].alias(f"{operand.key}|{name}") for name in CARRIED]
    return pl.DataFrame(columns)


def _completed(long: pl.DataFrame, index: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """A row for every company, day and operand; the panel's contract has one, so an absent one is only missing."""
    every = keys.join(index.select("row"), how="cross")
    absent = pl.concat_str(pl.col("operand"), pl.lit(": not asked of the data"))
    filled = every.join(long.drop("operand"), on=("place", "row"), how="left").sort("place", "row")
    return filled.with_columns(
        pl.col("code").fill_null(MISSING), reason=pl.when(pl.col("code").is_null()).then(absent).otherwise("reason")
    )


# ---- one metric, three columns --------------------------------------------------------------------------------------


def _profits(plan: Plan) -> frozenset[str]:
    """Metrics that are profits: made from profit lines alone, so that a negative one is a loss."""
    found: set[str] = set()
    for key, step in plan.steps.items():
        flows = [operand for operand in plan.rests_on[key] if ITEMS[operand.item].kind in ("flow", "estimate")]
        if step.definition.unit in MONEY_UNITS and any(operand.item in PROFIT_ITEMS for operand in flows):
            found.add(step.definition.id)
    return frozenset(found)


def _columns(step: Step, words: Words, plan: Plan, *, check_currency: bool) -> tuple[pl.Expr, ...]:
    """Value, status code and reason. The value column is masked only at the end: codes carry the truth downwards."""
    value = expression(step.tree, words)
    cases = list(_cases(step, value, words, plan, check_currency=check_currency))
    code = _first_that_holds([(case.holds, case.code) for case in cases], pl.lit(OK, pl.UInt8))
    reason = _first_that_holds([(case.holds, case.reason) for case in cases], pl.lit(None, pl.String))
    return (
        value.cast(pl.Float64).alias(value_of(step.key)),
        code.alias(code_of(step.key)),
        reason.alias(reason_of(step.key)),
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """Where it holds, the metric has this status code for this reason."""

    holds: pl.Expr
    code: pl.Expr
    reason: pl.Expr


def _cases(step: Step, value: pl.Expr, words: Words, plan: Plan, *, check_currency: bool) -> Iterator[_Case]:
    """Why a metric may say nothing, the gravest first."""
    worst, worst_reason = _inherited(step)
    yield _Case(worst > EXCLUDED, worst, worst_reason)
    if check_currency and (clash := _currency_clash(step, plan)) is not None:
        yield _case(clash, MISSING, "its inputs are in different currencies")
    for issue in issues(step.tree, step.positive, words):
        yield _Case(issue.holds, pl.lit(NOT_MEANINGFUL, pl.UInt8), issue.reason)
    yield _case(~value.is_finite().fill_null(value=False), NOT_MEANINGFUL, "the result is not a finite number")
    yield _Case(worst == EXCLUDED, worst, worst_reason)
    limit = step.definition.excluded_above
    if limit is not None:
        yield _case(value > limit, EXCLUDED, f"above {limit:g}x: kept out of statistics (METHOD 19)")


def _case(holds: pl.Expr, code: int, reason: str) -> _Case:
    return _Case(holds, pl.lit(code, pl.UInt8), pl.lit(reason))


def _first_that_holds(cases: Sequence[tuple[pl.Expr, pl.Expr]], otherwise: pl.Expr) -> pl.Expr:
    for holds, then in reversed(cases):
        otherwise = pl.when(holds).then(then).otherwise(otherwise)
    return otherwise


def _inherited(step: Step) -> tuple[pl.Expr, pl.Expr]:
    """The worst status among the inputs, and the reason of the first input that has it."""
    spared = _optional_keys(step)
    codes = {leaf.key: _code(leaf.key, spared) for leaf in step.inputs}
    if not codes:
        return pl.lit(OK, pl.UInt8), pl.lit(None, pl.String)
    worst = pl.max_horizontal(codes.values()) if len(codes) > 1 else next(iter(codes.values()))
    reasons = (pl.when(code == worst).then(reason_of(key)) for key, code in codes.items())
    return worst, pl.coalesce(reasons)


def _code(key: str, spared: frozenset[str]) -> pl.Expr:
    code = pl.col(code_of(key))
    return pl.when(code == MISSING).then(pl.lit(OK, pl.UInt8)).otherwise(code) if key in spared else code


def _optional_keys(step: Step) -> frozenset[str]:
    """Operands read only inside optional()."""
    nodes = [node for tree in (step.tree, *step.positive) for node in walk(tree)]
    optional = [node.arguments[0] for node in nodes if isinstance(node, Call) and node.name == "optional"]
    wrapped = {id(node) for node in optional}
    bare = {node.key for node in nodes if isinstance(node, Read) and id(node) not in wrapped}
    return frozenset(node.key for node in optional if isinstance(node, Read)) - bare


def _currency_clash(step: Step, plan: Plan) -> pl.Expr | None:
    money = [f"{operand.key}|currency" for operand in plan.rests_on[step.key] if _is_money(operand)]
    if len(money) < 2:
        return None
    return pl.min_horizontal(money) != pl.max_horizontal(money)


def _is_money(operand: Operand) -> bool:
    return ITEMS[operand.item].unit in MONEY_UNITS


# ---- dates, currency, flags -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sources:
    """Which operands give a metric its dates: those of its own window, in the order written."""

    plan: Plan

    def of(self, step: Step) -> tuple[str, ...]:
        operands = self.plan.rests_on[step.key]
        own = [operand for operand in operands if operand.window == step.definition.period and operand.lag == step.lag]
        near = [operand for operand in operands if operand.lag == step.lag]
        return tuple(operand.key for operand in (own or near or operands))

    def end(self, node: Node) -> pl.Expr:
        leaf = leaves(node)[0] if leaves(node) else None
        if isinstance(leaf, Read):
            return pl.col(end_of(leaf.key))
        if isinstance(leaf, Reference):
            return pl.coalesce(end_of(key) for key in self.of(self.plan.steps[leaf.key]))
        return pl.lit(None, pl.Date)


def _assembled(wide: pl.DataFrame, steps: Sequence[Step], plan: Plan, known: pl.DataFrame) -> pl.DataFrame:
    """METRICS: the columns of each step stacked, the constants gathered by step."""
    rows, place = wide.height, pl.int_range(len(steps) * wide.height, eager=True) // max(wide.height, 1)
    long = pl.DataFrame(
        {
            **{name: pl.concat([wide[name]] * len(steps)) for name in ROW},
            "value": pl.concat([wide[value_of(step.key)] for step in steps]),
            "code": pl.concat([wide[code_of(step.key)] for step in steps]),
            "reason": pl.concat([wide[reason_of(step.key)] for step in steps]),
            **_described(wide, steps, plan),
            "place": place,
        }
    )
    constants = _constants(steps, plan)
    long = long.with_columns(constants[name].gather(place) for name in constants.columns)
    flags = _flags(known, steps, plan)
    ok, kept = pl.col("code") == OK, pl.col("code") <= EXCLUDED
    return (
        long.join(flags, on=(*ROW, "place"), how="left", maintain_order="left")
        .with_columns(
            value=pl.when(ok).then("value"),
            raw=pl.when(kept).then("value"),
            status=pl.lit(pl.Series(STATUSES)).gather(pl.col("code")) if rows else pl.lit(None, pl.String),
            flags=pl.col("flags").fill_null([]),
        )
        .select(pl.col(name).cast(kind) for name, kind in frames.METRICS.items())
    )


def _constants(steps: Sequence[Step], plan: Plan) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "metric": [step.key for step in steps],
            "segment": [step.definition.segment for step in steps],
            "period": [step.definition.period for step in steps],
            "unit": [step.definition.unit for step in steps],
            "basis": [step.definition.basis for step in steps],
            "inputs": [_input_keys(step, plan) for step in steps],
        },
        schema_overrides={"inputs": pl.List(pl.String)},
    )


def _input_keys(step: Step, plan: Plan) -> list[str]:
    """Operand keys and metric ids; a metric read a year back stands as its operands, which the cells hold."""
    keys: dict[str, None] = {}
    for leaf in step.inputs:
        if isinstance(leaf, Reference) and leaf.lag:
            keys.update(dict.fromkeys(operand.key for operand in plan.rests_on[leaf.key]))
        else:
            keys[leaf.key] = None
    return list(keys)


DATES: Final = ("period_start", "period_end", "months")
DESCRIBED: Final = (*DATES, "known_on", "currency")


def _described(wide: pl.DataFrame, steps: Sequence[Step], plan: Plan) -> dict[str, pl.Series]:
    """Dates and currency of every step: a column of the wide frame where one input decides, else one select for all."""
    sources = _Sources(plan)
    wanted = [_description(wide, sources.of(step), step, plan) for step in steps]
    made = wide.select(
        wanted_one.alias(f"{place}|{name}")
        for place, each in enumerate(wanted)
        for name, wanted_one in each.items()
        if isinstance(wanted_one, pl.Expr)
    )
    return {
        name: pl.concat(
            [
                (wide[column] if isinstance(column := each[name], str) else made[f"{place}|{name}"]).alias(name)
                for place, each in enumerate(wanted)
            ]
        )
        for name in DESCRIBED
    }


def _description(wide: pl.DataFrame, sources: Sequence[str], step: Step, plan: Plan) -> dict[str, str | pl.Expr]:
    operands = plan.rests_on[step.key]
    known = [f"{operand.key}|known_on" for operand in operands]
    money = [f"{operand.key}|currency" for operand in operands if _is_money(operand)]
    if step.definition.unit not in MONEY_UNITS:
        money = []
    return {
        **{name: _first(wide, name, sources) for name in DATES},
        "known_on": _combined(known, pl.max_horizontal, "known_on", wide.height),
        "currency": _combined(money, pl.coalesce, "currency", wide.height),
    }


def _first(wide: pl.DataFrame, name: str, sources: Sequence[str]) -> str | pl.Expr:
    """Start, end and months, all from the first source that has an end."""
    if sources and wide[end_of(sources[0])].null_count() == 0:
        return f"{sources[0]}|{name}"
    dated = (pl.when(pl.col(end_of(key)).is_not_null()).then(pl.struct(x=f"{key}|{name}")) for key in sources)
    return pl.coalesce(dated).struct.field("x") if sources else _nothing(name, wide.height)


def _combined(
    names: Sequence[str], combine: Callable[[Sequence[str]], pl.Expr], name: str, height: int
) -> str | pl.Expr:
    if len(names) > 1:
        return combine(names)
    return names[0] if names else _nothing(name, height)


def _nothing(name: str, height: int) -> pl.Expr:
    return pl.repeat(None, height, dtype=frames.METRICS[name])


def _flags(known: pl.DataFrame, steps: Sequence[Step], plan: Plan) -> pl.DataFrame:
    """Flags of every operand a metric rests on, and not_disclosed:<item> where an optional one is missing."""
    rests = [(place, operand.key) for place, step in enumerate(steps) for operand in plan.rests_on[step.key]]
    spared = _optional_below(plan)
    optional = [
        (place, operand.key, f"not_disclosed:{operand.item}")
        for place, step in enumerate(steps)
        for operand in plan.rests_on[step.key]
        if operand.key in spared[step.key]
    ]
    pairs = pl.DataFrame(rests, schema={"place": pl.Int64, "operand": pl.String}, orient="row")
    spares = pl.DataFrame(optional, schema={"place": pl.Int64, "operand": pl.String, "flag": pl.String}, orient="row")
    flagged = known.filter(pl.col("flags").list.len() > 0).select(*ROW, "operand", flag="flags").explode("flag")
    absent = known.filter(pl.col("code") == MISSING).select(*ROW, "operand")
    found = pl.concat(
        [
            flagged.join(pairs, on="operand").select(*ROW, "place", "flag"),
            absent.join(spares, on="operand").select(*ROW, "place", "flag"),
        ]
    )
    return found.group_by(*ROW, "place").agg(flags=pl.col("flag").unique().sort())


def _optional_below(plan: Plan) -> dict[str, frozenset[str]]:
    """Operands that are optional in each step or in one below it."""
    found: dict[str, frozenset[str]] = {}
    for step in (step for level in plan.levels for step in level):
        below = (found[leaf.key] for leaf in step.inputs if isinstance(leaf, Reference))
        found[step.key] = reduce(frozenset.union, below, _optional_keys(step))
    return found

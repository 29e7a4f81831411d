"""Lineage: why each printed number is so. A Quantity and its plan become a Trace, row by row in reading order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from peerbench.brief.audience import Audience
from peerbench.brief.context import Desk
from peerbench.brief.sourcebook import Sourcebook
from peerbench.brief.study import Study
from peerbench.core.currencies import sign
from peerbench.core.document import (
    Brief,
    Chart,
    Definition,
    LayoutRow,
    Number,
    Page,
    Row,
    Source,
    Spans,
    Table,
    Text,
    Trace,
    TraceInput,
)
from peerbench.core.errors import UnusableRequest
from peerbench.core.evidence import Quantity
from peerbench.core.findings import Finding, did_you_mean

if TYPE_CHECKING:
    from peerbench.metrics.formula import Node, Read, Reference
    from peerbench.metrics.plan import Plan

FORMATS: Final = {
    "times": "x2", "fraction": "pct2", "money": "m0", "money_per_share": "price", "shares": "m1", "count": "count",
    "pure": "fx4",
}  # fmt: skip
SIGNS: Final = {"÷": " ÷ ", "−": " − ", "sum": " + ", "×": " × "}
MOST_INPUTS: Final = 12
WORKED: Final = re.compile(r"\d.*[÷×+−]")  # arithmetic, not words about it
ROW: Final = "row:"  # prefix of the ref of a row that several cells share


def exact(quantity: Quantity, *, link: bool = False) -> Number:
    """The value with the digits lineage prints: money in millions, rates with four decimals."""
    value = quantity.raw if quantity.status == "excluded" else quantity.value
    ref = quantity.ref if link else ""
    return Number(value, FORMATS.get(quantity.unit, "n2"), quantity.currency, ref, quantity.status, quantity.reason)


def described(desk: Desk, quantity: Quantity) -> str:
    """What a number is, in words, with the unit that `exact` leaves out."""
    what = _in_words(desk, quantity)
    if quantity.unit == "money" and quantity.currency:
        return f"{what}, {sign(quantity.currency)} m"
    return f"{what}, m" if quantity.unit == "shares" else what


def _in_words(desk: Desk, quantity: Quantity) -> str:
    """An operand by its words instead of its key: net income to ordinary shareholders, last twelve months."""
    from peerbench.metrics import sentence

    company, slash, key = quantity.ref.partition("/")
    operand = desk.operands.get(key) if slash else None
    return f"{desk.evidence.name(company)}, {sentence.operand_name(operand)}" if operand else quantity.what


def trace(desk: Desk, ref: str) -> Trace | None:
    quantity = desk.evidence.book.get(ref)
    if quantity is None:
        return None
    formula, calculation = _explained(desk, quantity)
    known = quantity.known_on
    return Trace(
        ref,
        described(desk, quantity),
        exact(quantity),
        formula,
        calculation,
        tuple(_inputs(desk, quantity)),
        desk.book.cite(desk.evidence.documents(ref)),
        known,
        tuple(_checks(quantity)),
    )


def _explained(desk: Desk, quantity: Quantity) -> tuple[str, Spans]:
    """The formula in words and with its operands filled in."""
    if quantity.status not in ("ok", "excluded"):
        return quantity.reason or quantity.status, ()
    if quantity.metric and quantity.company and not quantity.how:
        return _metric(desk, quantity)
    if quantity.ref.startswith("peers:"):
        parts = [desk.evidence.book[ref] for ref in quantity.inputs]
        return f"{quantity.how} of the core peers, n = {len(parts)}", _joined(parts, ", ")
    parts = [desk.evidence.book[ref] for ref in quantity.inputs if ref in desk.evidence.book]
    if quantity.how in SIGNS and parts:
        return quantity.how, _joined(parts, SIGNS[quantity.how])
    if quantity.how == "value ÷ peer median − 1" and len(parts) == 2:
        return quantity.how, (*_joined(parts, " ÷ "), Text(" − 1"))
    if quantity.how == "value − peer median" and len(parts) == 2:
        return quantity.how, _joined(parts, " − ")
    return quantity.how or "as stated", (Text(quantity.how),) if quantity.how else ()


def _joined(parts: Iterable[Quantity], sign: str) -> Spans:
    spans: list[Any] = []
    for part in parts:
        spans += [Text(sign)] if spans else []
        spans.append(exact(part))
    return tuple(spans)


def _metric(desk: Desk, quantity: Quantity) -> tuple[str, Spans]:
    """The catalogue's formula; a converted figure first names its own in the reporting currency."""
    from peerbench.metrics import formula as language
    from peerbench.metrics import sentence

    ev, plan = desk.evidence, desk.study.plan
    own = ev.value(quantity.company, quantity.metric)
    words = sentence.sentence(plan.tree(quantity.metric), plan.definitions)
    if own.currency != quantity.currency and own.value and quantity.value is not None:
        rate = Number(own.value / quantity.value, "fx4")
        return f"{words}; converted", (exact(own), Text(" ÷ "), rate)
    tree = _unfolded(plan, plan.tree(quantity.metric))
    numbers = {leaf.key: exact(_leaf(desk, quantity.company, leaf.key)) for leaf in language.leaves(tree)}
    return words, sentence.filled(tree, numbers)


def _unfolded(plan: Plan, tree: Node) -> Node:
    """The tree with what other metrics were years before in place of their names: no figure was kept for those."""
    from peerbench.metrics import formula as language

    def opened(leaf: Read | Reference) -> Node:
        if isinstance(leaf, language.Reference) and leaf.lag:
            return _unfolded(plan, plan.tree(leaf.key))
        return leaf

    return language.transform(tree, opened)


def _leaf(desk: Desk, company: str, key: str) -> Quantity:
    ev = desk.evidence
    return ev.operand(company, key) if (company, key) in ev.cells else ev.value(company, key)


def _inputs(desk: Desk, quantity: Quantity) -> Iterator[TraceInput]:
    """Quantities it was made from, then the documents it read itself."""
    for ref in quantity.inputs[:MOST_INPUTS]:
        part = desk.evidence.book.get(ref)
        if part is not None:
            how: Spans = (Text(part.how),) if part.how else ((Text(part.reason),) if part.reason else ())
            cited = desk.book.cite(desk.evidence.documents(ref))
            yield TraceInput(described(desk, part), how, exact(part), cited, ref)
    documents = quantity.documents
    more = len(documents) - MOST_INPUTS
    half = MOST_INPUTS // 2
    shown = documents if more <= 0 else (*documents[:half], *documents[-half:])
    for place, id in enumerate(shown):
        if more > 0 and place == half:
            yield TraceInput(f"and {more} between", (), None, desk.book.cite(documents))
        row = desk.book.row(id)
        if row is not None:
            yield document_input(desk, id, row)


def document_input(desk: Desk, id: str, row: Mapping[str, Any]) -> TraceInput:
    """A fact, price, rate or estimate as an input: what it says, of which period, known since when, from where."""
    cited = desk.book.cite((id,))
    if "rate" in row:
        return TraceInput(
            f"{row['base']}/{row['quote']}, {row['date']:%-d %b %Y}", (), Number(row["rate"], "fx4"), cited
        )
    if "close" in row:
        adjusted = ", dividend-adjusted" if row["adjusted"] else ""
        name = f"{row['line']} close, {row['date']:%-d %b %Y}{adjusted}"
        return TraceInput(name, (), Number(row["close"], "price", row["currency"]), cited)
    if "snapshot_date" in row:
        name = f"{row['metric']} {row['fiscal_period']}, {row['source']}, {row['snapshot_date']:%-d %b %Y}"
        unit = "money" if row["unit"] == "money" else "price"
        return TraceInput(name, (), Number(row["value"], unit, row["currency"]), cited)
    if "claim_id" in row or "item" not in row:
        return TraceInput(
            str(row.get("text") or id), (), Number(row.get("value"), "money", row.get("currency") or ""), cited
        )
    return _fact_input(row, cited)


def _fact_input(row: Mapping[str, Any], cited: tuple[int, ...]) -> TraceInput:
    from peerbench.core.items import ITEMS

    item = ITEMS[row["item"]].label if row["item"] in ITEMS else row["item"]
    segment = "" if row["segment"] == "total" else f" ({row['segment']})"
    period = f"{row['months']} months to" if row["months"] else "at"
    format = FORMATS.get(row["unit"], "n2")
    code = f", {sign(row['currency'])} m" if row["unit"] == "money" else ""
    name = f"{item}{segment}, {period} {row['period_end']:%-d %b %Y}{code}"
    known = f"known {row['known_on']:%-d %b %Y}"
    how = "; ".join(part for part in (row["locator"] or "", known, row["note"] or "") if part)
    return TraceInput(name, (Text(how),), Number(row["value"], format, row["currency"] or ""), cited)


FLAGS: Final = {
    "parent_for_common": "income to the parent stands in for income to ordinary shareholders",
    "calendarised": "calendarised by weights",
    "diluted_average": "weighted diluted average, as no count is known within 185 days",
    "derived_input": "an input was derived from stated figures",
    "rounded_input": "an input is rounded in its source",
    "second_hand": "an input comes from a vendor’s copy",
    "unconfirmed_date": "the day of publication is not confirmed for an input",
    "old": "the newest balance sheet is older than 185 days",
    "balance_dates_differ": "balance-sheet dates of the parts differ",
    "all_leases": "all leases count as debt (IFRS)",
    "treasury_stock": "options counted by the treasury stock method",
    "sum_of_reported_eps": "the sum of four reported quarterly figures",
    "mean_of_quarters": "the mean of four quarterly averages",
    "long_year": "a year of 53 weeks is among the inputs",
    "routes_disagree": "two ways to twelve months give different sums; see the register",
    "restated": "an earlier vintage of an input said something else",
    "fy1": "current, unreported fiscal year",
    "fy2": "next fiscal year",
    "fy1_for_ntm": "the current fiscal year stands for the next twelve months",
    "estimate_before_results": "the estimate is older than the last results",
    "non_gaap_estimate": "the estimate is on the vendor’s non-GAAP basis",
    "price_adjusted": "the close is dividend-adjusted",
    "adjusted_closes": "dividend-adjusted closes stand in for unadjusted ones",
}


def _checks(quantity: Quantity) -> Iterator[tuple[Any, str]]:
    for flag in quantity.flags:
        name = flag.split(":")[0]
        if name == "not_disclosed":
            yield "note", f"{flag.split(':', 1)[1].replace('_', ' ')} not disclosed, taken as none"
        else:
            yield "note", FLAGS.get(name, name.replace("_", " "))
    if quantity.reason and quantity.status != "ok":
        yield "note", quantity.reason


# ---- numbering -------------------------------------------------------------------------------------------------------


def refs_in(value: Any) -> Iterator[str]:
    """Every lineage ref of the numbers below a document value, in reading order."""
    if isinstance(value, Number):
        if value.ref:
            yield value.ref
    elif isinstance(value, Text):
        yield from (ref for _, ref in value.figures)
    elif isinstance(value, tuple):
        for part in value:
            yield from refs_in(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.name not in ("figure", "data", "lineage", "traces", "sources"):
                yield from refs_in(getattr(value, field.name))


def numbered(desk: Desk, brief: Brief, *, rows: Mapping[str, str] | None = None) -> Brief:
    """Give every printed number its row of the appendix (page.sequence, in reading order).

    A number in prose has a row of its own; the cells of a table row share one, as its Trace column says; a chart has
    one that names every figure drawn beside its marks. Refs in `rows` keep the row that they have there, as long as it
    is free.
    """
    before = rows or {}
    taken, shared = set(before.values()), {row for row, refs in Counter(before.values()).items() if refs > 1}
    used: set[str] = set()
    first = (brief.headline, brief.standfirst, brief.byline, brief.takeaways, brief.panel)
    lineage: list[Trace] = []
    traces: dict[str, Trace] = {}
    drawn: dict[str, str] = {}  # the row of each chart, by its id
    for place, page in enumerate(brief.pages, 1):
        sequence = 0
        for group in (*(_groups(first) if place == 1 else ()), *_groups((page.head, page.rows))):
            made = [one for ref in group.refs if ref not in traces and (one := trace(desk, ref)) is not None]
            if not made and (group.chart is None or not any(ref in traces for ref in group.refs)):
                continue
            id = _row_before(made, before, shared)
            while id in {"", *used} or (id in taken and id != _row_before(made, before, shared)):
                sequence += 1
                id = f"{place}.{sequence:02d}"
            used.add(id)
            traces |= {one.ref: replace(one, row=id) for one in made}
            lineage.append(replace(_row(desk, group, made, traces), row=id))
            drawn |= {group.chart.id: id} if group.chart else {}
    pages = tuple(_traced(page, traces, drawn) for page in brief.pages)
    chart_refs = {ref for page in brief.pages for ref in _chart_refs(page)}
    others = {ref: found for ref in sorted(chart_refs - set(traces)) if (found := trace(desk, ref)) is not None}
    lineage.sort(key=_in_order)  # kept rows may be met in another order
    traces = {one.ref: one for one in sorted(traces.values(), key=_in_order)}
    return replace(brief, pages=pages, lineage=tuple(lineage), traces=traces | others, sources=desk.book.sources)


def _in_order(one: Trace) -> tuple[int, ...]:
    return tuple(map(int, one.row.split(".")))


def _row_before(made: Sequence[Trace], rows: Mapping[str, str], shared: Collection[str]) -> str:
    """The row that named the same thing: a single number's own row, or the one that most cells of a row shared."""
    alike = [rows[one.ref] for one in made if one.ref in rows and (rows[one.ref] in shared) == (len(made) > 1)]
    return Counter(alike).most_common(1)[0][0] if alike else ""


@dataclass(frozen=True, slots=True)
class _Group:
    """Refs that share a row of the appendix: one number of the prose, the cells of a table row, a chart's labels."""

    refs: tuple[str, ...]
    name: str = ""
    chart: Chart | None = None


def _groups(value: Any) -> Iterator[_Group]:
    """The numbers below a document value, in reading order, the cells of each table row together."""
    if isinstance(value, Table):
        yield from (_Group((ref,)) for ref in refs_in((value.title, value.subtitle)))
        for row in value.rows:
            name = _words(row.label)
            place = f"Table {value.number}" if value.number else _words(value.title)
            yield _Group(tuple(dict.fromkeys(refs_in(row.cells))), f"{name}, {place}" if name else place)
        yield from (_Group((ref,)) for ref in refs_in((value.notes, value.source)))
    elif isinstance(value, Chart):
        yield from (_Group((ref,)) for ref in refs_in((value.title, value.subtitle)))
        yield _Group(tuple(dict.fromkeys(refs_in(value.figure))), f"Figure {value.number}", value)
        yield from (_Group((ref,)) for ref in refs_in(value.source))
    elif isinstance(value, tuple):
        for part in value:
            yield from _groups(part)
    elif is_dataclass(value) and not isinstance(value, (type, Number, Text)):
        for field in fields(value):
            if field.name not in ("figure", "data", "lineage", "traces", "sources"):
                yield from _groups(getattr(value, field.name))
    else:
        yield from (_Group((ref,)) for ref in refs_in(value))


def _row(desk: Desk, group: _Group, made: Sequence[Trace], traces: Mapping[str, Trace]) -> Trace:
    """The row of a group. made: those of its numbers that have no row before it."""
    if group.chart is not None:
        labels = {ref: traces[ref] for ref in group.refs if ref in traces}
        return _charted(desk, group, group.chart.data, labels, {one.ref for one in made})
    return made[0] if len(made) == 1 else _shared(desk, group, made)


def _charted(desk: Desk, group: _Group, data: Table | None, labels: Mapping[str, Trace], own: Collection[str]) -> Trace:
    """The row of a chart: every figure it is labelled with, named as in its table; arithmetic that no other row has."""
    spans: list[Any] = []
    left = dict(labels)
    for name, one in _labelled(desk, data, labels):
        if left.pop(one.ref, None) is not None:
            spans += [Text(f"; {name} " if spans else f"{name} "), replace(one.exact, ref="")]
            spans += [Text(" = "), *one.calculation] if one.ref in own and not _said(one) else []
    told = (TraceInput(one.what, (), one.exact, one.sources, one.ref) for one in labels.values() if one.ref not in own)
    parts = (part for one in labels.values() if one.ref in own for part in one.inputs if part.ref)
    return _several(
        group, tuple(labels.values()), "each label in turn", tuple(spans), (*dict.fromkeys((*told, *parts)),)
    )


def _labelled(desk: Desk, data: Table | None, labels: Mapping[str, Trace]) -> Iterator[tuple[str, Trace]]:
    """Each figure with its name: the row of the table once, then the heads of its cells; after them what is no cell."""
    for row in data.rows if data is not None else ():
        name = f"{_words(row.label)}: "
        for column, cell in zip(data.columns if data is not None else (), row.cells, strict=False):
            for ref in refs_in(cell):
                if ref in labels:
                    yield name + column.head.replace("\n", " "), labels[ref]
                    name = ""
    for one in labels.values():
        yield desk.evidence.book[one.ref].what, one


def _words(spans: Spans) -> str:
    return "".join(span.text for span in spans if isinstance(span, Text)).strip()


def _shared(desk: Desk, group: _Group, made: Sequence[Trace]) -> Trace:
    """The row of several cells: each measure with its value and arithmetic, and the documents of all."""
    spans: list[Any] = []
    measures = {desk.evidence.book[one.ref].metric for one in made}
    for one in made:
        company = desk.evidence.book[one.ref].company
        name = desk.evidence.name(company) if len(measures) == 1 and company else _measure(desk, one)
        spans += [Text("; ")] if spans else []
        spans += [Text(f"{name} "), replace(one.exact, ref="")]
        spans += [Text(" = "), *one.calculation] if not _said(one) else []
    inputs = tuple(dict.fromkeys(part for one in made for part in one.inputs if part.ref))
    return _several(group, made, "each cell in turn", tuple(spans), inputs)


def _several(group: _Group, made: Sequence[Trace], formula: str, spans: Spans, inputs: tuple[TraceInput, ...]) -> Trace:
    numbers = sorted({number for one in made for number in one.sources})
    known = [one.known_on for one in made if one.known_on]
    return Trace(
        f"{ROW}{group.name}:{made[0].ref}",
        group.name,
        Number(None, "n0", status="withheld"),
        formula,
        spans,
        inputs,
        tuple(numbers),
        max(known) if known else None,
    )


def _said(one: Trace) -> bool:
    """A calculation that is only words ("as quoted"), or the value once more, adds nothing to a cell."""
    if len(one.calculation) == 1 and isinstance(one.calculation[0], Number):
        return one.calculation[0].value == one.exact.value
    numbers = any(isinstance(span, Number) for span in one.calculation)
    return not numbers and not WORKED.search(_words(one.calculation))


def _measure(desk: Desk, one: Trace) -> str:
    quantity = desk.evidence.book[one.ref]
    if quantity.metric in desk.study.plan.definitions:
        return str(desk.study.plan.definitions[quantity.metric].short)
    return quantity.what.split(", ", 1)[-1]


def _traced(page: Page, rows: Mapping[str, Trace], drawn: Mapping[str, str]) -> Page:
    return replace(page, rows=tuple(_traced_row(row, rows, drawn) for row in page.rows))


def _traced_row(row: LayoutRow, rows: Mapping[str, Trace], drawn: Mapping[str, str]) -> LayoutRow:
    slots = tuple(tuple(_traced_block(block, rows, drawn) for block in slot) for slot in row.slots)
    return replace(row, slots=slots)


def _traced_block(block: Any, rows: Mapping[str, Trace], drawn: Mapping[str, str]) -> Any:
    if isinstance(block, Chart):
        return replace(block, trace=drawn.get(block.id, ""))
    if not isinstance(block, Table):
        return block
    return replace(block, rows=tuple(_with_trace(row, rows) for row in block.rows))


def _with_trace(row: Row, rows: Mapping[str, Trace]) -> Row:
    first = next((rows[ref].row for ref in refs_in(row.cells) if ref in rows), "")
    return replace(row, trace=first)


def _chart_refs(page: Page) -> Iterator[str]:
    for row in page.rows:
        for slot in row.slots:
            for block in slot:
                if isinstance(block, Chart):
                    yield from (*refs_in(block.data), *refs_in(block.figure))


def definitions(desk: Desk, brief: Brief) -> tuple[Definition, ...]:
    """Every measure whose value is printed, once, in reading order."""
    from peerbench.metrics import sentence

    plan, found = desk.study.plan, {}
    for ref in brief.traces:
        metric = desk.evidence.book[ref].metric
        if metric in plan.steps and metric not in found and plan.definitions[metric].definition:
            known = plan.definitions[metric]
            words = sentence.sentence(plan.tree(metric), plan.definitions)
            found[metric] = Definition(
                known.label,
                words,
                known.definition,
                known.source.replace("METHOD section 7", "catalogue").replace("METHOD ", "rule "),
            )
    return tuple(found.values())


# ---- one number alone ------------------------------------------------------------------------------------------------


def walk(study: Study, company: str, metric: str) -> tuple[Trace, dict[str, Trace], tuple[Source, ...]]:
    """The trace of one metric, of everything below it, and the documents. Raises UnusableRequest for unknown names."""
    _check_names(study, company, metric)
    desk = Desk(
        study,
        Audience("", {}, (), (), ()),
        {},
        Sourcebook(study.data, {k: c.name for k, c in study.data.companies.items()}),
    )
    quantity = study.evidence.value(company, metric)
    traces: dict[str, Trace] = {}
    todo = [quantity.ref]
    while todo:
        ref = todo.pop()
        made = trace(desk, ref) if ref not in traces else None
        if made is not None:
            traces[ref] = made
            todo += study.evidence.book[ref].inputs
    return traces[quantity.ref], traces, desk.book.sources


def _check_names(study: Study, company: str, metric: str) -> None:
    ev = study.evidence
    wrong = []
    if company not in ev.everyone:
        wrong.append(
            Finding("explain", "error", f"'{company}' is not in this brief.", did_you_mean(company, ev.everyone))
        )
    if metric not in ev.definitions:
        wrong.append(
            Finding("explain", "error", f"'{metric}' is not computed here.", did_you_mean(metric, ev.definitions))
        )
    if wrong:
        raise UnusableRequest(tuple(wrong))

"""bench explain: what a name means, or why one number of a brief is so, down to its documents."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, Final

from peerbench import help
from peerbench.commands import metrics, request
from peerbench.core.document import Cite, Mark, Native, Number, Source, Spans, Strong, Text, Trace, TraceInput, When
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, did_you_mean
from peerbench.core.metric import MetricDefinition
from peerbench.universe import naming

DEPTH: Final = 12


def run(parsed: Namespace, arguments: list[str]) -> int:
    if len(parsed.what) == 1:
        return _name(parsed, parsed.what[0])
    if len(parsed.what) != 3:
        hint = "Write `bench explain NAME` or `bench explain CONFIG COMPANY METRIC`."
        raise UnusableRequest((Finding("arguments", "error", "explain takes one name or three", hint),))
    return _number(parsed, *parsed.what)


def _name(parsed: Namespace, name: str) -> int:
    """A metric's entry with what there is to say beside it, or the page of a check, a command or a topic."""
    entry = _metric(name)
    text = metric_page(name.partition("[")[0]) if entry else help.find(name)
    if entry is None and not text:
        hint = did_you_mean(name, (*metrics.catalogue(), *help.everything()))
        raise UnusableRequest((Finding("arguments", "error", f"there is no metric, check or command '{name}'", hint),))
    if parsed.format == "json":
        print(json.dumps({**(asdict(entry) if entry else {"id": name}), "page": text}, indent=2, ensure_ascii=False))
    else:
        print("\n\n".join(part.strip("\n") for part in (metrics.entry(entry) if entry else "", text) if part))
    return 0


def _metric(name: str) -> MetricDefinition | None:
    """The catalogue's entry, or that of a segment: revenue_growth_ltm[cloud]."""
    from peerbench.metrics.catalogue import segment_variant

    base, _, segment = name.removesuffix("]").partition("[")
    entry = metrics.catalogue().get(base)
    return segment_variant(entry, segment.strip()) if entry and segment.strip() else entry


def metric_page(name: str) -> str:
    """What the catalogue's entry does not say, written once for every window of a metric."""
    text = help.page("metrics", name) or help.page("metrics", name.rpartition("_")[0])
    return text.partition("\n")[2].strip()  # the entry above it has the title


def _number(parsed: Namespace, config: str, company: str, metric: str) -> int:
    from peerbench import pipeline

    as_of, path = request.day(parsed.as_of), Path(config)
    path = naming.member(path, company) if naming.is_pattern(path) else path  # of a pattern its brief about the company
    trace, traces, sources = pipeline.explain(path, company, metric, as_of=as_of, today=date.today())
    entry = metrics.catalogue().get(metric.partition("[")[0])
    rule = entry.source if entry else ""
    if parsed.format == "json":
        print(json.dumps(data(trace, traces, sources, rule), indent=2, ensure_ascii=False, default=str))
    else:
        print(tree(trace, traces, sources, rule=rule))
    return 0


def data(trace: Trace, traces: Mapping[str, Trace], sources: tuple[Source, ...], rule: str) -> dict[str, Any]:
    used = _numbers(trace, traces, set())
    return {
        "what": trace.what,
        **_value(trace.exact),
        "formula": trace.formula,
        "calculation": words(trace.calculation),
        "known_on": trace.known_on,
        "rule": rule,
        "marks": _marks(trace),
        "inputs": [_part(part, traces, DEPTH) for part in trace.inputs],
        "documents": [asdict(source) for source in sources if source.number in used],
    }


def _part(part: TraceInput, traces: Mapping[str, Trace], depth: int) -> dict[str, Any]:
    below = traces[part.ref].inputs if part.ref in traces and depth else ()
    return {
        "name": part.name,
        **(_value(part.value) if part.value is not None else {}),
        "how": words(part.how),
        "sources": part.sources,
        "inputs": [_part(one, traces, depth - 1) for one in below],
    }


def _value(number: Number) -> dict[str, Any]:
    from peerbench.render.format import text

    shown = {"value": number.value, "currency": number.currency, "printed": text(number), "status": number.status}
    return {**shown, "reason": number.reason} if number.reason else shown


def _numbers(trace: Trace, traces: Mapping[str, Trace], seen: set[str]) -> set[int]:
    """The sources of a number and of everything it was made from."""
    seen.add(trace.ref)
    found = set(trace.sources).union(*(part.sources for part in trace.inputs))
    for part in trace.inputs:
        if part.ref in traces and part.ref not in seen:
            found |= _numbers(traces[part.ref], traces, seen)
    return found


def tree(trace: Trace, traces: Mapping[str, Trace], sources: tuple[Source, ...], *, rule: str = "") -> str:
    """The number, its formula and operands, each with its own below it, and the documents at the end."""
    from peerbench.render.format import text

    # A number that could not be computed has its reason in place of a calculation.
    said = dict.fromkeys(part for part in (trace.formula, words(trace.calculation), trace.exact.reason) if part)
    head = [f"{trace.what}: {text(trace.exact)}", *(f"  = {part}" for part in said)]
    since = f"known since {trace.known_on}" if trace.known_on and trace.exact.status == "ok" else ""
    head += [f"  {'; '.join(part for part in (since, rule) if part)}"] if since or rule else []
    head += [f"  mark: {mark}" for mark in _marks(trace)]
    used = _numbers(trace, traces, set())
    documents = [_document(source) for source in sources if source.number in used]
    whose = trace.what.partition(", ")[0] + ", "
    branches = _branches(trace, traces, "  ", DEPTH, whose)
    return "\n".join((*head, *branches, *(["", "Documents:"] if documents else []), *documents))


def _marks(trace: Trace) -> list[str]:
    """What a reader should know of the number; its reason stands in place of a calculation already."""
    return [said for _, said in trace.checks if said != trace.exact.reason]


def _branches(trace: Trace, traces: Mapping[str, Trace], margin: str, depth: int, whose: str) -> Iterator[str]:
    """`whose` is the company of the number above: it need not be said again of each part."""
    for index, part in enumerate(trace.inputs):
        last = index == len(trace.inputs) - 1
        yield f"{margin}{'└─' if last else '├─'} {_operand(part).removeprefix(whose)}"
        if part.ref in traces and depth:
            yield from _branches(traces[part.ref], traces, margin + ("   " if last else "│  "), depth - 1, whose)


def _operand(part: TraceInput) -> str:
    from peerbench.render.format import text

    value = f": {text(part.value)}" if part.value is not None else ""
    how = f", {words(part.how)}" if part.how else ""
    cited = "".join(f" [{number}]" for number in part.sources)
    return f"{part.name}{value}{how}{cited}"


def _document(source: Source) -> str:
    if source.documents:
        listed = (
            f"      {one.title}{f', {one.day}' if one.day else ''}{f'  {one.url}' if one.url else ''}"
            for one in source.documents
        )
        return "\n".join((f"  [{source.number}] {source.title}", *listed))
    day = f", {source.day}" if source.day else ""
    locators = f"; {', '.join(source.locators)}" if source.locators else ""
    return f"  [{source.number}] {source.title}{day}{locators}" + (f"\n      {source.url}" if source.url else "")


def words(spans: Spans) -> str:
    """Running text without its type."""
    return "".join(_word(span) for span in spans)


def _word(span: object) -> str:
    from peerbench.render.format import text

    match span:
        case Number():
            return text(span)
        case Text() | Native() | Mark():
            return span.text
        case Strong():
            return words(span.spans)
        case When():
            return span.value.isoformat()
        case Cite():
            return "".join(f"[{number}]" for number in span.numbers)
    return ""

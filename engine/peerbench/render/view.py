"""The document as templates see it: frozen records of finished text, so that a template computes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from peerbench.core.document import (
    Basis,
    Brief,
    Cell,
    Chart,
    Cite,
    Column,
    Document,
    LayoutRow,
    Mark,
    Native,
    Number,
    Page,
    Paragraph,
    Register,
    Row,
    Source,
    SourceList,
    Span,
    Strong,
    Table,
    Text,
    Trace,
    TraceInput,
    When,
)
from peerbench.core.language import Language, is_wide
from peerbench.core.scripts import RIGHT_TO_LEFT
from peerbench.core.scripts import language as script_of
from peerbench.render import columns, headline, heads
from peerbench.render import format as formats
from peerbench.render.columns import TRACE
from peerbench.render.node import Node
from peerbench.render.words import Words

Edition = Literal["print", "web"]
SPANS: Final = (Text, Number, When, Native, Strong, Cite, Mark)
SPLITS: Final[dict[str, tuple[float, ...]]] = {
    "12": (178.0,),
    "8+4": (117.333, 56.667),
    "6+6": (87.0, 87.0),
    "4+4+4": (56.667, 56.667, 56.667),
}
UNIT_AFTER: Final = re.compile(r" (times|percentage points?|points?|pp|shares)\b")  # stays with its number
SHARED: Final = "row:"  # ref of a lineage row that several cells of a table share
BAR_MARGIN_MM: Final = 4.0
SOURCE_LINE: Final = 74  # letters in one line of the list of sources
HEAD_LETTERS: Final = 24  # of a name in both scripts that the running head holds, a Chinese one counting for two
STOPS: Final = "。，、；：！？）”"
WIDOW: Final = 44  # letters that the last two words of a paragraph may have to stay together
CARD_ROWS: Final = 3  # inputs and checks on a card; the rest stands in the lineage
SHORT_ID: Final = 4  # "Q12" stands in a narrow column, a quoted claim in a wide one


class View:
    """Turns one Brief into Nodes for one edition. Anchors: r1.06 a lineage row, s3 a source, p… a popover."""

    def __init__(
        self, brief: Brief, edition: Edition, charts: frozenset[str] = frozenset(), language: Language | None = None
    ) -> None:
        self.brief, self.edition, self.charts, self.language = brief, edition, charts, language
        self.rules = language.rules if language else None
        self.rows = {trace.row for trace in brief.lineage if trace.row}
        self.traces: dict[str, Trace] = {**{t.ref: t for t in brief.lineage}, **brief.traces}
        self.sources_page = _sources_page(brief)
        listed = self.sources_page or brief.lineage  # on a page, else in the appendix
        self.sources = {source.number for source in brief.sources} if listed else set()
        self.keys = {ref: f"p{index}" for index, ref in enumerate(sorted(self.traces), start=1)}
        self.printed: dict[str, list[str]] = {}
        self.slack: dict[str, str] = {}  # height under an exhibit's head beside a taller one, in CSS

    # ---- text -------------------------------------------------------------------------------------------------------

    def runs(self, spans: Sequence[Span]) -> tuple[Node, ...]:
        """Spans as runs; a superior mark and the word before it become one run that no line may break."""
        out: list[Node] = []
        for run in (run for span in spans for run in self.parts(span)):
            if run.kind in ("cite", "mark") and out:
                out[-1:] = _kept(out[-1], run)
            elif run.kind == "text" and out and out[-1].kind == "number" and UNIT_AFTER.match(run.text):
                out.append(Node("text", text=formats.NO_BREAK + run.text[1:]))
            elif run.kind == "text" and out and out[-1].kind == "number" and (stops := self.stops(run.text)):
                out[-1:] = [Node("keep", runs=(out[-1], Node("text", text=stops)))]
                out += [Node("text", text=rest)] if (rest := run.text[len(stops) :]) else []
            else:
                out.append(run)
        return tuple(out)

    def stops(self, text: str) -> str:
        """The wide stops that a text begins with, which no line may begin with: a browser would break behind a button,
        and a sheet before a stop that its superior follows.
        """
        found = text[: len(text) - len(text.lstrip(STOPS))]
        return found if found and is_wide(found[0]) and (self.edition == "web" or found == text) else ""

    def parts(self, span: Span) -> Iterator[Node]:
        """A span as runs: words with figures in them as words, figure, words."""
        rest = span.text if isinstance(span, Text) else ""
        for shown, ref in span.figures if isinstance(span, Text) else ():
            before, found, rest = _cut(rest, shown)
            if found:
                yield from (Node("text", text=before),) if before else ()
                yield self.figure(found, ref)
        if rest or not isinstance(span, Text) or not span.figures:
            yield self.run(span if not isinstance(span, Text) else Text(rest))

    def run(self, span: Any) -> Node:
        match span:
            case Text(text):
                return Node("text", text=text)
            case When():
                return Node("text", text=formats.day(span, rules=self.rules).replace(" ", formats.NO_BREAK, 1))
            case Native(text, language):
                return Node("native", text=text, language=language, rtl=language in RIGHT_TO_LEFT)
            case Strong(spans):
                return Node("strong", runs=self.runs(spans))
            case Mark(text):
                return Node("mark", text=text)
            case Cite(numbers):
                return Node("cite", parts=self.citations(numbers))
            case Number():
                return self.number(span)
        raise TypeError(f"not a span: {span!r}")

    def number(self, number: Number) -> Node:
        shown = formats.text(number, rules=self.rules)
        return self.figure(shown, number.ref, status=number.status, reason=number.reason)

    def figure(self, shown: str, ref: str, *, status: str = "ok", reason: str = "") -> Node:
        """A printed figure that leads to its row and, on the web, opens its card."""
        trace = self.traces.get(ref)
        if ref and shown not in self.printed.setdefault(ref, []):
            self.printed[ref].append(shown)
        return Node(
            "number",
            text=shown,
            status=status,
            reason=reason,
            href=self.row_href(trace.row) if trace else "",
            popover=self.keys[ref] if trace and self.edition == "web" else "",
        )

    def citations(self, numbers: Iterable[int]) -> tuple[Node, ...]:
        """(1, 2, 3, 5) as "1–3" and "5", each leading to its first source."""
        parts = []
        for first, last in spans_of(sorted(set(numbers))):
            parts.append(Node("part", text=_run_label(first, last), href=f"#s{first}" if first in self.sources else ""))
        return tuple(parts)

    def row_href(self, row: str) -> str:
        return f"#r{row}" if row in self.rows else ""

    # ---- blocks -----------------------------------------------------------------------------------------------------

    def node(self, value: Any) -> Any:
        """Any document value as plain frozen data: spans as runs, dataclasses as Nodes, dates as text."""
        if isinstance(value, SPANS):
            return self.run(value)
        if isinstance(value, (tuple, list)):
            return (
                self.runs(value) if value and all(isinstance(v, SPANS) for v in value) else tuple(map(self.node, value))
            )
        if isinstance(value, date):
            return formats.day(When(value, "data"), rules=self.rules)
        special = self.specials.get(type(value))
        if special:
            return special(self, value)
        if is_dataclass(value):
            return Node(
                type(value).__name__.lower(), **{f.name: self.node(getattr(value, f.name)) for f in fields(value)}
            )
        return value

    def table(self, table: Table, span_mm: float | None = None) -> Node:
        table = columns.stretched(table, span_mm)
        used = sum(column.width_mm for column in table.columns)
        apart = columns.apart(table.columns)
        return Node(
            "table",
            id=table.id,
            slack=self.slack.get(table.id, ""),
            style={"rank": "ranks"}.get(table.kind, table.kind),
            headed=bool(table.label_head or any(column.head for column in table.columns)),
            number=table.number,
            title=self.runs(table.title),
            subtitle=self.runs(table.subtitle),
            source=self.runs(table.source),
            notes=tuple(Node("note", mark=mark, runs=self.runs(spans)) for mark, spans in table.notes),
            notes_inline=columns.one_line(table, span_mm or 0.0),
            label_head=table.label_head,
            label_mm=round(span_mm - used, 3) if span_mm else None,
            columns=tuple(self.column(column, apart=i in apart) for i, column in enumerate(table.columns)),
            groups=tuple(columns.groups(table.columns)),
            rows=tuple(self.table_row(table, row) for row in table.rows),
        )

    def column(self, column: Column, *, apart: bool) -> Node:
        return Node(
            "column",
            key=column.key,
            lines=tuple(column.head.split("\n")),
            width_mm=column.width_mm,
            group=column.group,
            align="trace" if column.key == TRACE else column.align,
            mark=column.mark,
            apart=apart,
            subject=column.key == self.brief.meta.subject_key,
        )

    def table_row(self, table: Table, row: Row) -> Node:
        decimal, apart = columns.decimal_columns(table), columns.apart(table.columns)
        cells = [
            self.cell(c, table.columns[i], decimal=i in decimal, apart=i in apart) for i, c in enumerate(row.cells)
        ]
        if table.columns and table.columns[-1].key == TRACE and len(row.cells) < len(table.columns):
            cells.append(Node("cell", align=TRACE, href=self.row_href(row.trace), trace=row.trace))
        role = "rank-row" if row.role == "rank" else row.role
        return Node("row", label=self.runs(row.label), cells=tuple(cells), role=role, rule=row.rule_above)

    def cell(self, cell: Cell, column: Column, *, decimal: bool, apart: bool) -> Node:
        """A bar is a length in mm for print, a share of the longest for the web; a rank chooses a shade."""
        return Node(
            "cell",
            runs=self.runs(cell.spans),
            rank=cell.rank,
            shade=columns.shade(cell),
            bar_mm=None if cell.bar is None else round(abs(cell.bar) * (column.width_mm - BAR_MARGIN_MM), 2),
            bar_percent=None if cell.bar is None else round(abs(cell.bar) * 100, 1),
            badge=cell.badge,
            strong=cell.strong,
            align=column.align,
            apart=apart,
            inset=decimal and columns.integer(cell),
        )

    def paragraph(self, item: Paragraph) -> Node:
        spans = unwidowed(self.runs(item.spans))
        return Node("paragraph", paragraph_kind=item.kind, lead=self.runs(item.lead), spans=spans)

    def register(self, item: Register) -> Node:
        narrow = all(len(name) <= SHORT_ID for name, _, _ in item.entries)
        entries = (
            Node(
                "entry",
                name=name,
                anchor=f"q-{name}" if narrow else "",
                verdict=self.runs(verdict),
                runs=self.runs(spans),
            )
            for name, verdict, spans in item.entries
        )
        return Node(
            "register",
            id=item.id,
            number=item.number,
            title=self.runs(item.title),
            subtitle=(),
            slack=self.slack.get(item.id, ""),
            entries=tuple(entries),
            source=self.runs(item.source),
            width="" if narrow else "quoted",
        )

    def basis(self, item: Basis) -> Node:
        citations = (
            Node(
                "short",
                number=number,
                runs=self.runs(spans),
                href=f"#s{number}" if number in self.sources else "",
            )
            for number, spans in item.citations
        )
        return Node("basis", id=item.id, spans=self.runs(item.spans), citations=tuple(citations))

    def page(self, page: Page) -> Node:
        rows = tuple(map(self.layout_row, page.rows))
        has_foot = any(row.foot for row in page.rows)
        return Node("page", id=page.id, head=self.runs(page.head), rows=rows, has_foot=has_foot)

    def chart(self, chart: Chart) -> Node:
        kind = type(chart.figure).__name__
        return Node(
            "chart",
            id=chart.id,
            slack=self.slack.get(chart.id, ""),
            figure=kind,
            number=chart.number,
            title=self.runs(chart.title),
            subtitle=self.runs(chart.subtitle),
            source=self.runs(chart.source),
            alt=chart.alt,
            narrow=f"{chart.id}@narrow" if f"{chart.id}@narrow" in self.charts else "",
            href=self.row_href(chart.trace),
            trace=chart.trace,
            width_mm=chart.width_mm,
            height_mm=chart.height_mm,
            data=self.table(chart.data) if chart.data else None,
        )

    def layout_row(self, row: LayoutRow) -> Node:
        if self.edition == "print":
            self.slack |= heads.slack(row, SPLITS[row.split], self.language)
        slots = tuple(
            tuple(self.table(b, width) if isinstance(b, Table) else self.node(b) for b in blocks)
            for blocks, width in zip(row.slots, SPLITS[row.split], strict=True)
        )
        return Node("layoutrow", split=row.split.replace("+", "-"), slots=slots, foot=row.foot)

    def source(self, source: Source) -> Node:
        return Node(
            "source",
            number=source.number,
            title=source.title,
            day=self.node(source.day) or "",
            url=source.url,
            link=source.url.startswith(("https://", "http://")),
            locators=source.locators,
            remark=source.remark,
            short=source.short,
            id=f"s{source.number}",
            documents=tuple(self.document(document) for document in source.documents),
        )

    def document(self, document: Document) -> Node:
        return Node(
            "document",
            title=document.title,
            day=self.node(document.day) or "",
            url=document.url,
            link=document.url.startswith(("https://", "http://")),
            remark=document.remark,
        )

    def trace(self, trace: Trace) -> Node:
        """A row of the lineage appendix, and the card behind a number on the web."""
        shown = formats.text(trace.exact, rules=self.rules)
        inputs = tuple(self.trace_input(one) for one in trace.inputs)
        calculation = self.runs(trace.calculation)
        checks = tuple(Node("check", state=state, text=text) for state, text in trace.checks)
        return Node(
            "trace",
            key=self.keys.get(trace.ref, ""),
            ref=trace.ref,
            row=trace.row,
            anchor=f"r{trace.row}" if trace.row in self.rows else "",
            what=trace.what,
            shared=trace.ref.startswith(SHARED),
            exact=shown,
            shown=next(iter(self.printed.get(trace.ref, ())), shown),
            printed=tuple(text for text in self.printed.get(trace.ref, ()) if text != shown),
            rows=self.rows_of(trace),
            subject=bool(self.brief.meta.subject_key) and self.brief.meta.subject_key in trace.ref,
            formula=trace.formula,
            calculation=() if _words(calculation) == trace.formula else calculation,
            inputs=inputs,
            shown_inputs=inputs[:CARD_ROWS],
            more_inputs=max(0, len(inputs) - CARD_ROWS),
            sources=self.numbered(trace.sources),
            known_on=self.node(trace.known_on) or "",
            checks=checks,
            shown_checks=checks[:CARD_ROWS],
        )

    def rows_of(self, trace: Trace) -> tuple[Node, ...]:
        """Other rows of the appendix that this number was made from, neighbours together: 1.04, 3.24–3.34."""
        used = {self.traces[one.ref].row for one in trace.inputs if one.ref in self.traces} & self.rows - {trace.row}
        return tuple(Node("part", text=label, href=f"#r{first}") for first, label in row_runs(used))

    def trace_input(self, one: TraceInput) -> Node:
        other = self.traces.get(one.ref)
        return Node(
            "traceinput",
            name=one.name,
            how=self.runs(one.how),
            value=formats.text(one.value, rules=self.rules) if one.value else "",
            sources=self.numbered(one.sources),
            row=other.row if other and other.row in self.rows else "",
        )

    def numbered(self, numbers: Iterable[int]) -> tuple[Node, ...]:
        """Sources in brackets, runs of them together: [1–4] [9]."""
        return tuple(
            Node("part", text=_run_label(first, last), href=f"#s{first}" if first in self.sources else "")
            for first, last in spans_of(sorted(set(numbers)))
        )

    specials: Mapping[type, Callable[[View, Any], Any]] = {}


View.specials = {
    Table: View.table,
    Chart: View.chart,
    LayoutRow: View.layout_row,
    Source: View.source,
    Trace: View.trace,
    Paragraph: View.paragraph,
    Register: View.register,
    Basis: View.basis,
    Page: View.page,
}


def document(
    brief: Brief,
    edition: Edition,
    *,
    headline_font: Path,
    charts: frozenset[str] = frozenset(),
    logo: Node | None = None,
    language: Language | None = None,
) -> Node:
    """The whole brief for one edition. The lineage comes last, since it repeats what was printed before."""
    view = View(brief, edition, charts, language)
    body = {f.name: view.node(getattr(brief, f.name)) for f in fields(brief) if f.name not in ("lineage", "traces")}
    body["standfirst"] = unwidowed(body["standfirst"])
    used = [view.traces[ref] for ref in view.printed if ref in view.traces]
    return Node(
        "brief",
        **body,
        **_furniture(brief, language),
        logo=logo,
        sources_page=view.sources_page,
        source_list=view.node(SourceList()),
        title=_words(body["headline"]),
        source_halves=tuple(tuple(map(view.source, half)) for half in _halves(brief.sources)),
        description=_words(body["standfirst"]),
        headline_lines=_headline_lines(brief, body["headline"], headline_font) if edition == "print" else (),
        lineage=tuple(view.trace(trace) for trace in brief.lineage),
        cards=tuple(view.trace(trace) for trace in used) if edition == "web" else (),
    )


def _headline_lines(brief: Brief, runs: Sequence[Node], font: Path) -> tuple[tuple[Node, ...], ...]:
    return headline.lines(runs, font, **(headline.ONE_PAGE if brief.meta.length == "one" else {}))


def _furniture(brief: Brief, language: Language | None) -> dict[str, Any]:
    meta, rules = brief.meta, language.rules if language else None
    return {
        "issue": Words(language)["Issue {any}"].replace("{any}", meta.issue) if meta.issue else "",
        "lock": meta.data_lock[:12],
        "stamp": f"{meta.published.isoformat()}T00:00:00Z",
        "prices_prose": formats.day(When(meta.prices_on), rules=rules) if meta.prices_on else "",
        "page_count": len(brief.pages),
        "native_language": script_of(meta.subject_native),
        "head_native": meta.subject_native if len(meta.subject) + 2 * len(meta.subject_native) <= HEAD_LETTERS else "",
    }


def _sources_page(brief: Brief) -> int | None:
    """The page that lists the sources; without one, citations lead nowhere and are not links."""
    for number, page in enumerate(brief.pages, 1):
        if any(isinstance(block, SourceList) for row in page.rows for slot in row.slots for block in slot):
            return number
    return None


def _words(runs: Iterable[Node]) -> str:
    return "".join(run.text for run in _flat(runs))


def _flat(runs: Iterable[Node]) -> Iterator[Node]:
    for run in runs:
        if run.kind in ("strong", "keep", "tied"):
            yield from _flat(run.runs)
        elif run.kind != "cite":
            yield run


def _kept(before: Node, mark: Node) -> tuple[Node, ...]:
    """The last word before a superior and the superior, unbreakable; what stood before that word stays as it was."""
    if before.kind != "text":
        runs = (*before.runs, mark) if before.kind == "keep" else (before, mark)
        return (Node("keep", runs=runs),)
    stem, space, word = _last_word(before.text)
    kept = Node("keep", runs=(Node("text", text=word), mark))
    wide = stem + space + word != before.text
    return (Node("text", text=stem if wide else stem + space), kept) if space else (kept,)


def _cut(text: str, figure: str) -> tuple[str, str, str]:
    """Words before a figure, the figure and what follows; a figure is no part of a longer one."""
    found = re.search(rf"(?<![\d.,]){re.escape(figure)}(?!\d)", text)
    return (text[: found.start()], figure, text[found.end() :]) if found else ("", "", text)


def _last_word(text: str) -> tuple[str, str, str]:
    """What stands before the last word, the space between, and the word; of wide letters the last with its stops."""
    stem, space, word = text.rpartition(" ")
    if not any(map(is_wide, word)):
        return stem, space, word
    letters = next((at for at in range(len(word) - 1, -1, -1) if word[at] not in STOPS), 0)
    return f"{stem}{space}{word[:letters]}", " ", word[letters:]


def unwidowed(runs: tuple[Node, ...]) -> tuple[Node, ...]:
    """The last two words of a paragraph, with their superior, in one unbreakable run, unless they are very long."""
    spaces = letters = 0
    for index in range(len(runs) - 1, -1, -1):
        run = runs[index]
        at = len(run.text) if run.kind == "text" else -1
        while at >= 0 and (at := run.text.rfind(" ", 0, at)) >= 0:
            spaces += 1
            if spaces == 2:
                if any(map(is_wide, run.text)):
                    return runs  # wide letters break anywhere
                return _tied(runs, index, at + 1) if letters + len(run.text) - at <= WIDOW else runs
        letters += len(_words((run,)))
    return runs


def _tied(runs: tuple[Node, ...], index: int, at: int) -> tuple[Node, ...]:
    """Everything behind a place in a run of text as one run that no line may break."""
    text = runs[index].text
    kept = (Node("text", text=text[at:]), *runs[index + 1 :])
    return (*runs[:index], Node("text", text=text[:at]), Node("tied", runs=kept))


def row_runs(rows: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Lineage rows in order as (first row, label), rows that follow each other on a page together."""
    pairs = sorted(tuple(map(int, row.split("."))) for row in rows)
    width = {(page, number): row for row in rows for page, number in [tuple(map(int, row.split(".")))]}
    for page in dict.fromkeys(page for page, _ in pairs):
        for first, last in spans_of([number for at, number in pairs if at == page]):
            start, end = width[page, first], width[page, last]
            yield start, start if first == last else f"{start}{formats.EN_DASH if last - first > 1 else ', '}{end}"


def _run_label(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}{formats.EN_DASH if last - first > 1 else ', '}{last}"


def spans_of(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of ascending numbers that follow each other."""
    start = None
    for index, number in enumerate(numbers):
        start = number if start is None else start
        if index + 1 == len(numbers) or numbers[index + 1] != number + 1:
            yield start, number
            start = None


def _halves(sources: Sequence[Source]) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """The list of sources as two columns of about the same height, the first not the shorter."""
    letters = [len(source.title) + len(source.remark) + (13 if source.day else 0) for source in sources]
    heights = [1.1 + count // SOURCE_LINE for count in letters]
    cut = min(range(len(sources) + 1), key=lambda n: (abs(sum(heights[:n]) - sum(heights[n:])), -n))
    return tuple(sources[:cut]), tuple(sources[cut:])

"""The Markdown edition: the article for a newsletter’s editor. Tables are pipe tables, charts their data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from peerbench.core.document import (
    AudienceBox,
    Basis,
    Block,
    Brief,
    Cell,
    Chart,
    Cite,
    Definition,
    Document,
    Mark,
    Native,
    Note,
    Number,
    Page,
    Paragraph,
    Prose,
    Register,
    Source,
    SourceList,
    Span,
    Strong,
    Table,
    Text,
    When,
)
from peerbench.render import format as formats
from peerbench.render.columns import TRACE
from peerbench.render.view import spans_of
from peerbench.render.voice import ENGLISH, Voice

# What CommonMark, its tables, strike-through, mathematics and bare addresses would read as more than a letter.
SPECIAL: Final = re.compile(r"[\\`*_\[\]<>|~{}#@]|&(?=[#\w])|!(?=\[)|\$(?!\d)|(?<=\w):(?=//)|(?<=\bwww)\.")
OPENS: Final = re.compile(r"^(\s*\d{0,9})([-+=]|(?<=\d)[.)])(?=[-+=]*(\s|$))")  # a list, a rule, an underlined heading
UNSAFE: Final = {" ": "%20", "(": "%28", ")": "%29", "<": "%3C", ">": "%3E", "\\": "%5C", '"': "%22", "|": "%7C"}
BLANK: Final = re.compile(r"\s+")
WIDE: Final = (
    "，。；：！？、（）《》「」"  # beside such a sign the marks of emphasis are read as stars, unless it stands outside
)
EMPHASIS: Final = re.compile(rf"^([\s{WIDE}]*)(.*?)([\s{WIDE}]*)$", re.DOTALL)


def page(brief: Brief, *, voice: Voice = ENGLISH) -> str:
    """The whole article, in reading order, ending in its sources."""
    writer = _Writer({source.number: source for source in brief.sources}, voice)
    parts = (*writer.top(brief), *(part for one in brief.pages for part in writer.section(one)), *writer.end(brief))
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    """Text that reads as itself wherever it stands on a line."""
    return _opening(_inner(text))


def link(text: str, url: str) -> str:
    """A link where the address is one; text is escaped already."""
    return f"[{text}]({_safe(url)})" if _web(url) else text


@dataclass(frozen=True, slots=True)
class _Writer:
    sources: dict[int, Source]
    voice: Voice

    def said(self, text: str) -> str:
        """A text of the house, escaped."""
        return _inner(self.voice.say(text))

    # ---- text -------------------------------------------------------------------------------------------------------

    def text(self, spans: Iterable[Span]) -> str:
        return _opening("".join(map(self.span, spans)))

    def span(self, span: Span) -> str:
        match span:
            case Text(text) | Native(text):
                return _inner(text)
            case Number():
                return _inner(self.voice.number(span))
            case When():
                return _inner(self.voice.day(span))
            case Strong(spans):
                return bold("".join(map(self.span, spans)))
            case Cite(numbers):
                return "".join(self.cites(first, last) for first, last in spans_of(sorted(set(numbers))))
            case Mark(text):
                return f" ({_inner(text)})"

    def cites(self, first: int, last: int) -> str:
        """Neighbours in one run, of which the first and the last are links: [1]–[4]."""
        if last - first > 1:
            return f"{self.cite(first)}{formats.EN_DASH}{self.cite(last).lstrip()}"
        return "".join(map(self.cite, range(first, last + 1)))

    def cite(self, number: int) -> str:
        """[3] as a link to the source's address, which stands once at the end; without one it is plain."""
        source = self.sources.get(number)
        shown = f"\\[{number}\\]"
        return f" [{shown}][s{number}]" if source is not None and _web(_address(source)) else f" {shown}"

    def paragraph(self, one: Paragraph) -> str:
        lead, body = "".join(map(self.span, one.lead)).strip(), "".join(map(self.span, one.spans)).strip()
        return _opening(self.voice.sentences(bold(lead), body))

    # ---- the article ------------------------------------------------------------------------------------------------

    def top(self, brief: Brief) -> Iterator[str]:
        meta = brief.meta
        issue = self.voice.say(f"Issue {meta.issue}") if meta.issue else ""
        strip = (meta.series, issue, meta.audience_label, self.voice.say(f"as of {formats.day(When(meta.as_of))}"))
        yield f"*{' · '.join(_inner(part) for part in strip if part)}*"
        yield f"# {self.text(brief.headline)}"
        yield bold(self.text(brief.standfirst))
        yield self.text(brief.byline)
        if brief.takeaways:
            yield f"## {self.said('Key takeaways')}"
            yield "\n".join(f"- {self.paragraph(one)}" for one in brief.takeaways)
        yield from self.panel(brief)

    def panel(self, brief: Brief) -> Iterator[str]:
        panel = brief.panel
        name = " ".join(part for part in (panel.name, panel.native_name) if part)
        large = f"{_inner(name)}{self.voice.joint(': ')}{_inner(self.voice.number(panel.large))}"
        yield f"**{large}** {self.text(panel.caption)}"
        rows = [(self.text(row.label), self.text(row.value)) for row in panel.rows]
        yield _pipes((self.said("Key data"), ""), (False, True), rows) if rows else ""

    def section(self, page: Page) -> Iterator[str]:
        yield f"## {self.text(page.head)}" if page.head else ""
        for block in (block for row in page.rows for slot in row.slots for block in slot):
            yield from self.block(block)

    def block(self, block: Block) -> Iterator[str]:
        match block:
            case Prose(paragraphs):
                yield from map(self.paragraph, paragraphs)
            case Table():
                yield self.title("Table", block.number, block.title)
                yield self.text(block.subtitle)
                yield self.table(block)
                yield from self.under(block)
            case Chart():
                yield from self.chart(block)
            case Register():
                yield self.title("Table", block.number, block.title)
                yield "\n".join(
                    f"- {bold(_inner(name))} {self.voice.sentences(bold(self.text(verdict)), self.text(spans).strip())}"
                    for name, verdict, spans in block.entries
                )
                yield self.text(block.source)
            case Note(_, title, paragraphs):
                yield f"### {_inner(title.rstrip('.'))}"
                yield from map(self.paragraph, paragraphs)
            case AudienceBox(paragraphs):
                yield "\n>\n".join(f"> {self.paragraph(one)}" for one in paragraphs)
            case Basis(spans):
                yield self.text(spans)
            case SourceList():
                return  # at the end

    def title(self, kind: str, number: int | None, title: Sequence[Span]) -> str:
        lead = self.voice.say(f"{kind} {number}. ") if number else ""
        return f"### {lead}{''.join(map(self.span, title))}"

    def chart(self, chart: Chart) -> Iterator[str]:
        yield self.title("Figure", chart.number, chart.title)
        yield self.text(chart.subtitle)
        yield f"*{_inner(chart.alt)}*" if chart.alt else ""
        yield self.table(chart.data) if chart.data else ""
        yield self.text(chart.source)

    # ---- tables -----------------------------------------------------------------------------------------------------

    def head(self, group: str, head: str) -> str:
        name = self.voice.head(head)
        return _inner(f"{group}{self.voice.joint(': ')}{name}" if group and name else group or name)

    def table(self, table: Table) -> str:
        places = [at for at, column in enumerate(table.columns) if column.key != TRACE and _says(table, at)]
        columns = [table.columns[at] for at in places]
        heads = [self.head(column.group, column.head) + (f" ({_inner(column.mark)})" if column.mark else "")
                 for column in columns]  # fmt: skip
        rows = [
            (self.text(row.label), *(self.cell(row.cells[at]) if at < len(row.cells) else "" for at in places))
            for row in table.rows
        ]
        return _pipes((_inner(table.label_head), *heads), (False, *(c.align == "right" for c in columns)), rows)

    def cell(self, cell: Cell) -> str:
        """What stands in the cell; a rank that is drawn in a box stands behind its value."""
        said = "".join(map(self.span, cell.spans)).strip()
        rank = f"({cell.rank})" if said and cell.rank else str(cell.rank or "")
        made = " ".join(part for part in (said, rank, _inner(cell.badge)) if part)
        return bold(made) if cell.strong else made

    def under(self, table: Table) -> Iterator[str]:
        for mark, spans in table.notes:
            said = "".join(map(self.span, spans)).strip()
            yield f"({_inner(mark)}) {said}" if mark else _opening(said)
        yield self.text(table.source)

    # ---- the end ----------------------------------------------------------------------------------------------------

    def end(self, brief: Brief) -> Iterator[str]:
        if brief.definitions:
            yield f"## {self.said('Definitions')}"
            yield "\n".join(map(self.definition, brief.definitions))
        yield f"## {self.said('Sources')}"
        yield "\n".join(self.source(source) for source in brief.sources)
        addresses = {source.number: _address(source) for source in brief.sources}
        yield "\n".join(f"[s{number}]: {_safe(url)}" for number, url in addresses.items() if _web(url))
        meta = brief.meta
        made = self.said(f"Generated by peerbench {meta.version}, data lock {meta.data_lock[:12]}.")
        yield f"*{made}* {_inner(meta.legal)}".rstrip()

    def definition(self, one: Definition) -> str:
        text = self.voice.sentences(_inner(one.text), f"{_inner(one.formula)}{self.voice.stop}")
        return f"- {bold(_inner(one.name))}{self.voice.joint(': ')}{text}"

    def source(self, source: Source) -> str:
        documents = [self.document(one) for one in source.documents if len(source.documents) > 1]
        first = f"{source.number}. {link(_inner(source.title), _address(source))}{self.dated(source)}"
        return "\n".join((first, *(f"    - {one}" for one in documents)))

    def document(self, one: Document) -> str:
        return link(_inner(one.title), one.url) + self.dated(one)

    def dated(self, one: Source | Document) -> str:
        """The last day of a document and its remark."""
        day = f"{self.voice.joint(', ')}{_inner(self.voice.day(When(one.day, 'data')))}" if one.day else ""
        return self.voice.sentences(f"{day}{self.voice.stop}", _inner(one.remark))


def bold(text: str) -> str:
    """Strong emphasis, its blanks and wide stops outside, where the marks would otherwise be read as stars."""
    found = EMPHASIS.match(text)
    if found is None or not found[2]:
        return text
    if "**" in found[2]:
        return text
    return f"{found[1]}**{found[2]}**{found[3]}"


def _inner(text: str) -> str:
    """Text in the middle of a line."""
    kept = text.replace(formats.NO_BREAK, "\0")
    return SPECIAL.sub(r"\\\g<0>", BLANK.sub(" ", kept)).replace("\0", formats.NO_BREAK)


def _opening(line: str) -> str:
    """A line that no list, rule or underlined heading begins with; its words are escaped already."""
    return OPENS.sub(r"\1\\\2", line)


def _says(table: Table, at: int) -> bool:
    """Whether a column says anything; one of drawn bars alone does not."""
    column = table.columns[at]
    cells = (row.cells[at] for row in table.rows if at < len(row.cells))
    return bool(column.head or column.group) or any(cell.spans or cell.rank or cell.badge for cell in cells)


def _pipes(heads: Sequence[str], right: Sequence[bool], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---:" if one else ":---" for one in right]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rule, *rows))


def _web(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _safe(url: str) -> str:
    """An address without the letters that would end it early."""
    return "".join(UNSAFE.get(letter, letter) for letter in url if letter.isprintable())


def _address(source: Source) -> str:
    return source.url or next((one.url for one in source.documents if one.url), "")

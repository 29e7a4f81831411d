"""render/markdown.py: read back by an independent reader of Markdown, the article says what the brief says."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

import documents
from peerbench.core.document import Brief, Cell, Cite, Number, Row, Source, Strong, Table, Text
from peerbench.render import format as formats
from peerbench.render import markdown
from studies import Written, numbers, told, words

EVIL = (
    "<script>alert(1)</script>", "*a* _b_ `c` ~~d~~", "[x](javascript:alert(1))", "![x](http://a.b/c.png)", "a|b",
    "# no head", "- no list", "+ no list", "12. no list", "12) no list", "=== ", "--- ", "> no quote", "&amp; &#60;",
    "http://example.org www.example.org a@example.org", "back\\slash \\* ", "two\nlines\n\nof it", "{x} {{ y }}",
    "<https://example.org>", "| a | b |", "[s1]: http://example.org", "=HYPERLINK(\"x\")",
)  # fmt: skip


def parsed(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def inline(tokens: list[Token]) -> list[Token]:
    return [child for token in tokens for child in token.children or ()]


def said(tokens: list[Token]) -> str:
    """What a reader reads."""
    return "".join(
        one.content if one.type in ("text", "text_special", "code_inline") else "\n" for one in inline(tokens)
    )


@cache
def article() -> str:
    return markdown.page(documents.brief())


@pytest.mark.parametrize("text", EVIL)
def test_text_reads_as_itself_wherever_it_stands(text: str) -> None:
    blank = " ".join(text.split())
    for before in ("", "In the middle: "):
        tokens = parsed(markdown.escaped(before + text))
        assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
        assert {child.type for child in inline(tokens)} <= {"text", "text_special"}
        assert said(tokens).strip() == (before + blank).strip()


def test_a_company_named_in_markup_breaks_no_table() -> None:
    evil = " ".join(EVIL)
    table = Table("t", (Text(evil),), (), (), ())
    rows = (Row((Text(evil),), (Cell((Text(evil),)),)),)
    columns = (replace(first_table(documents.brief()).columns[0], head=evil),)
    brief = with_blocks(documents.brief(), replace(table, rows=rows, columns=columns, label_head=evil))
    tokens = parsed(markdown.page(brief))
    assert [token.type for token in tokens].count("td_open") % 2 == 0
    flat = " ".join(evil.split())
    cells = [said([tokens[at + 1]]) for at, token in enumerate(tokens) if token.type in ("th_open", "td_open")]
    assert cells.count(flat) == 4
    assert not [token for token in (*tokens, *inline(tokens)) if token.type.startswith("html")]


def first_table(brief: Brief) -> Table:
    blocks = [block for page in brief.pages for row in page.rows for slot in row.slots for block in slot]
    return next(block for block in blocks if isinstance(block, Table))


def with_blocks(brief: Brief, *blocks: Table) -> Brief:
    first = brief.pages[0]
    return replace(brief, pages=(replace(first, rows=(replace(first.rows[0], split="12", slots=(blocks,)),)),))


def test_every_number_of_the_page_stands_in_the_article(alibaba: Written) -> None:
    for brief in alibaba.briefs.values():
        text = said(parsed(markdown.page(brief)))
        shown = {formats.text(number) for number in numbers(told(brief)) if number.format != "words"}
        assert {one for one in shown if one not in text} == set()


def test_the_article_has_its_parts_in_order() -> None:
    brief = documents.brief()
    tokens = parsed(article())
    heads = [said([tokens[at + 1]]) for at, token in enumerate(tokens) if token.type == "heading_open"]
    assert heads[0] == words(brief.headline)
    assert heads[1] == "Key takeaways"
    assert heads[-1] == "Sources"
    assert [words(page.head) for page in brief.pages if page.head] == [head for head in heads if head in {
        words(page.head) for page in brief.pages if page.head}]  # fmt: skip


def test_a_citation_leads_to_the_address_of_its_source() -> None:
    brief = documents.brief()
    links = {
        (said_of, str(token.attrGet("href")))
        for said_of, token in linked(inline(parsed(article())))
        if re.fullmatch(r"\[\d+\]", said_of)
    }
    addresses = {f"[{source.number}]": source.url for source in brief.sources if source.url}
    assert links
    assert links <= set(addresses.items())


def test_neighbouring_citations_run_together() -> None:
    sources = tuple(Source(number, "A", None, f"https://a.b/{number}") for number in range(1, 8))
    brief = replace(documents.brief(), byline=(Text("x"), Cite((1, 2, 3, 5, 6))), sources=sources)
    line = next(line for line in markdown.page(brief).splitlines() if line.startswith("x "))
    assert line == r"x [\[1\]][s1]–[\[3\]][s3] [\[5\]][s5] [\[6\]][s6]".replace("\\\\", "\\")


def linked(tokens: list[Token]) -> list[tuple[str, Token]]:
    found = []
    for at, token in enumerate(tokens):
        if token.type == "link_open":
            end = next(place for place in range(at, len(tokens)) if tokens[place].type == "link_close")
            found.append(("".join(one.content for one in tokens[at:end]), token))
    return found


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", "file:///etc/passwd", "ftp://a.b"])
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    brief = replace(documents.brief(), sources=(Source(1, "A", None, url),))
    tokens = inline(parsed(markdown.page(brief)))
    assert [token for token in tokens if token.type == "link_open"] == []


def test_an_address_cannot_end_its_link_early() -> None:
    url = 'https://a.b/x) [y](javascript:alert(1) "t" <z>|'
    brief = replace(documents.brief(), sources=(Source(1, "A", None, url),))
    hrefs = {str(token.attrGet("href")) for _, token in linked(inline(parsed(markdown.page(brief))))}
    assert hrefs == {"https://a.b/x%29%20%5By%5D%28javascript:alert%281%29%20%22t%22%20%3Cz%3E%7C"}


def test_every_chart_has_its_claim_its_alternative_text_and_its_data() -> None:
    text = said(parsed(article()))
    for chart in documents.charts(documents.brief()):
        if chart.number is None:
            continue
        assert words(chart.title) in text
        assert chart.alt in text


def test_emphasis_keeps_its_blanks_outside() -> None:
    assert markdown.bold(" a ") == " **a** "
    assert markdown.bold("") == ""
    brief = replace(documents.brief(), byline=(Text("By "), Strong((Text("the desk "),)), Text("today")))
    assert "By **the desk** today" in markdown.page(brief)


def test_a_mark_stands_where_a_value_is_missing() -> None:
    cell = Cell((Number(None, "n1", status="missing", reason="not disclosed"),))
    table = replace(first_table(documents.brief()), rows=(Row((Text("A"),), (cell,)),))
    brief = with_blocks(documents.brief(), replace(table, columns=table.columns[:1]))
    assert "| A | NA |" in markdown.page(brief)


def test_twice_the_same() -> None:
    assert markdown.page(documents.brief()) == article()

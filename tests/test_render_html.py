"""The web page: one file that loads nothing, where every number opens its card and every link arrives."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

import documents
from peerbench import lookup
from peerbench.core.document import Brief
from peerbench.render import html
from peerbench.render.look import Look

LOOK = Look(lookup.layers(), "institutional")
LOADS = {"src", "srcset", "data", "poster", "background", "action", "formaction", "xlink:href", "ping"}
VOID = {"meta", "link", "br", "col", "img", "input", "hr", "base", "source"}


class Tags(HTMLParser):
    """Every start tag with its attributes, and whether tags close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1:] == [tag], f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def values(self, name: str, tag: str = "") -> Iterator[str]:
        return (attributes[name] for found, attributes in self.found if name in attributes and tag in ("", found))


def page(brief: Brief | None = None, cache: Path | None = None) -> str:
    brief = brief or documents.brief()
    drawn = {chart.id: documents.placeholder(chart) for chart in documents.charts(brief)}
    return html.page(brief, look=LOOK, charts={**drawn, "figure-1@narrow": drawn["figure-1"]}, cache=cache)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    return page(cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def tags(text: str) -> Tags:
    return Tags(text)


def test_tags_close_in_order_and_ids_are_unique(tags: Tags) -> None:
    assert tags.open == []
    assert [name for name, count in Counter(tags.values("id")).items() if count > 1] == []


def test_nothing_is_loaded_from_outside(text: str, tags: Tags) -> None:
    names = {name for _, attributes in tags.found for name in attributes}
    assert names & LOADS == set()
    assert all(value.startswith("data:") for value in re.findall(r"url\(([^)]*)\)", text))
    assert not re.search(r"@import|<link|<iframe|<object|<embed|<base|fetch\(|XMLHttpRequest|WebSocket", text)
    assert {value.split(":")[0] for value in tags.values("href", "a") if not value.startswith("#")} <= {"https", "http"}


def test_the_policy_admits_only_what_stands_in_the_file(text: str, tags: Tags) -> None:
    policy = next(a["content"] for _, a in tags.found if a.get("http-equiv") == "Content-Security-Policy")
    script = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert policy.startswith("default-src 'none';")
    assert len(script) == 1
    assert f"'sha256-{base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()}'" in policy
    assert not any(name.startswith("on") for _, attributes in tags.found for name in attributes)


def test_every_number_opens_a_card_and_every_card_has_a_number(tags: Tags) -> None:
    cards = {a["id"] for _, a in tags.found if "popover" in a}
    assert set(tags.values("popovertarget")) == cards
    assert len(cards) > 20


def test_every_link_inside_the_page_arrives(tags: Tags) -> None:
    targets = {value[1:] for value in tags.values("href") if value.startswith("#")}
    assert {"article", "r1.13", "s1"} <= targets
    assert targets <= set(tags.values("id"))
    assert set(tags.values("aria-labelledby")) <= set(tags.values("id"))


def test_headings_heads_and_pictures_speak(text: str, tags: Tags) -> None:
    assert sum(tag == "h1" for tag, _ in tags.found) == 1
    assert sum(tag == "h2" for tag, _ in tags.found) == 5  # takeaways, three further pages, lineage
    assert all(attributes.get("scope") in ("row", "col", "colgroup") for tag, attributes in tags.found if tag == "th")
    assert all(attributes.get("aria-label") for _, attributes in tags.found if attributes.get("role") == "img")
    assert next(tags.values("lang", "html")) == "en-GB"
    assert set(tags.values("lang", "span")) == {"zh-Hans"}
    assert text.index("Skip to the article") < text.index("<main")


def test_a_figure_repeats_its_data_as_a_table(text: str) -> None:
    assert text.count("Show the data as a table") == 1  # the one figure of the example that carries data


def test_the_card_says_how_the_number_came_about(text: str) -> None:
    start = text.index(">P/E gap to the peer median</b>")
    body = text[start : text.index("Open in lineage", start)]
    for words in (
        "row 1.13",
        "−30.1%",
        "= 18.06 ÷ 25.84 − 1, printed as 30%",
        "2,678,270",
        'href="#s5"',
        "row 1.15",
        "Known on 29 Aug 2025",
        "lock 46e3df9e22f4",
        "Quarters tie to fiscal 2025",
    ):
        assert words in body, words


def test_a_company_name_with_markup_stays_text() -> None:
    brief = documents.brief()
    sly = "<script>alert(1)</script>"
    spoiled = replace(
        brief, meta=replace(brief.meta, subject=sly, sector=sly, legal=sly), panel=replace(brief.panel, name=sly)
    )
    made = page(spoiled)
    assert "alert(1)" in made
    assert sly not in made


def test_a_source_whose_address_is_not_a_web_address_is_not_a_link() -> None:
    brief = documents.brief()
    sly = replace(brief, sources=(replace(brief.sources[0], url="javascript:alert(1)"), *brief.sources[1:]))
    assert "javascript:" not in page(sly)


def test_the_same_brief_is_the_same_page(text: str, tmp_path: Path) -> None:
    assert page(cache=tmp_path) == text == page()


def test_light_dark_and_print_have_their_colours(text: str) -> None:
    for rule in (":root { ", "prefers-color-scheme: dark", ":root[data-theme=dark]", "@media print"):
        assert rule in text
    assert text.count("--paper: #121A22") == 2

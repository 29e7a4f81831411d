"""A page read as XML is the page that the reader of HTML would have made, and what is not well formed is forgiven."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import pytest
import tinyhtml5

from peerbench.render import pdf, tree
from peerbench.render.look import Look
from studies import CONFIGS, written


@lru_cache(maxsize=1)
def shipped() -> Any:
    return written(CONFIGS / "alibaba.yaml")


def flat(root: ElementTree.Element) -> list[Any]:
    """Every element with its attributes and texts; whitespace between rows of a table means nothing to either."""
    elements = [one for one in root.iter() if isinstance(one.tag, str)]
    return [(one.tag, dict(one.attrib), (one.text or "").strip(), (one.tail or "").strip()) for one in elements]


@pytest.mark.parametrize("audience", ["institutional", "risk", "policy"])
def test_both_readers_make_one_tree_of_a_shipped_page(audience: str) -> None:
    made = shipped()
    page = pdf.page(made.briefs[audience], look=Look(made.case.roots, audience))
    quick = tree.read(page)
    assert quick is not None
    assert flat(quick) == flat(tinyhtml5.parse(page, namespace_html_elements=False))


@pytest.mark.parametrize(
    "page", ["<p>A<p>B", "<p>a &eacute; b</p>", "<table><tr><td>x</table>", "<p title=a>b</p>", ""]
)
def test_what_is_not_well_formed_is_left_to_the_reader_of_html(page: str) -> None:
    assert tree.read(page) is None


def test_a_sign_of_comparison_inside_an_attribute_ends_no_element() -> None:
    root = tree.read('<p><img alt="a &gt; b" src="x"><br></p>')
    assert root is not None
    assert [one.tag for one in root] == ["img", "br"]
    assert root[0].get("alt") == "a > b"

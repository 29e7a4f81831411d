"""The tree of a filled-in page, read as XML where the page is the shipped templates' own, which close what they open.

The engine's reader of HTML is written in Python and forgives everything; the one of XML is written in C, forgives
nothing and takes a fiftieth of the time. Both make the same tree of such a page.
"""

from __future__ import annotations

import re
from typing import Any, Final
from xml.etree import ElementTree

VOID: Final = re.compile(r'<(br|col|hr|img|link|meta|wbr)\b((?:[^<>"]|"[^"]*")*?)\s*/?>')


def read(page: str) -> ElementTree.Element | None:
    """The tree of a page; None where it is not well formed, for the reader of HTML to forgive."""
    try:
        return ElementTree.fromstring(VOID.sub(r"<\1\2/>", page).replace("&nbsp;", "\N{NO-BREAK SPACE}"))
    except ElementTree.ParseError:
        return None


def document(weasyprint: Any, page: str, *, base_url: str, url_fetcher: Any, trusted: bool) -> Any:
    """The page as WeasyPrint's HTML. trusted: all its templates are shipped ones."""
    root = read(page) if trusted else None
    if root is None:
        return weasyprint.HTML(string=page, base_url=base_url, url_fetcher=url_fetcher)
    made = weasyprint.HTML.__new__(weasyprint.HTML)
    import cssselect2

    made.base_url, made.url_fetcher, made.media_type = base_url, url_fetcher, "print"
    made.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
    made.etree_element = made.wrapper_element.etree_element
    return made

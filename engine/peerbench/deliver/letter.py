"""What a message says of an issue: its headline, standfirst and takeaways, as plain text and as HTML.

They come from the issue's own summary.json, so that a message says what the pages say, and says it again however often
it is sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any, Final

from peerbench.core.language import is_wide
from peerbench.deliver.protocol import NotDelivered, Parcel

SUMMARY: Final = "summary.json"
STOP: Final = "。"
TEXTS: Final = ("series", "reader", "language", "headline", "standfirst", "byline")
WORDS: Final = ("heading", "read")  # of the letter itself, in the language of the issue
STYLE: Final = """
body { margin: 0; padding: 0; background: #ffffff; color: #14202b; font-family: Georgia, 'Times New Roman', serif }
.page { max-width: 640px; margin: 0 auto; padding: 24px }
.strip { border-top: 4px solid #12385a; padding-top: 10px; font: bold 13px Arial, sans-serif; color: #12385a }
.strip span { font-weight: normal; color: #44525f }
h1 { font-size: 26px; line-height: 1.2; margin: 18px 0 12px }
.standfirst { font-size: 18px; line-height: 1.45; margin: 0 0 12px }
.byline, .foot { font: 13px/1.5 Arial, Helvetica, sans-serif; color: #5a6773; margin: 0 0 18px }
h2 { font: bold 14px Arial, Helvetica, sans-serif; color: #12385a; margin: 20px 0 8px }
li { font-size: 16px; line-height: 1.5; margin: 0 0 10px }
.foot { border-top: 1px solid #c9d1d8; padding-top: 10px; margin-top: 20px }
a { color: #12385a }
"""


@dataclass(frozen=True, slots=True)
class Takeaway:
    lead: str
    text: str

    @property
    def whole(self) -> str:
        return f"{self.lead}{self.gap}{self.text}"

    @property
    def gap(self) -> str:
        """Between the lead and the text: nothing behind a stop that is as wide as a letter."""
        return " " if self.lead and not self.lead.endswith(STOP) else ""


@dataclass(frozen=True, slots=True)
class Letter:
    """An issue in words. day: the as-of day as people write it; link: where it can be read, or nothing."""

    series: str
    reader: str
    language: str
    headline: str
    standfirst: str
    byline: str
    takeaways: tuple[Takeaway, ...]
    disclosure: str
    day: str
    link: str = ""
    heading: str = "Key takeaways"  # above them
    read: str = "Read the whole brief"  # before the link

    @property
    def subject(self) -> str:
        """A mail's subject: the claim, then which series and day."""
        return f"{self.headline} · {self.series}{_joint(self.day, ', ', '，')}{self.day}"

    @property
    def plain(self) -> str:
        """The whole letter as text, a takeaway to a paragraph."""
        return "\n\n".join(part for part in self._parts() if part) + "\n"

    def _parts(self) -> Iterator[str]:
        yield f"{self.series} · {self.reader}"
        yield self.headline
        yield self.standfirst
        yield self.byline
        yield self.heading
        yield from (f"- {one.whole}" for one in self.takeaways)
        yield f"{self.read}{_joint(self.read, ': ', '：')}{self.link}" if self.link else ""
        yield self.disclosure

    @property
    def html(self) -> str:
        """The letter as a page for mail programs: every style inline, nothing loaded from outside."""
        return _inlined(self)


def read(parcel: Parcel, *, link: str = "") -> Letter:
    """The letter of a parcel. Raises NotDelivered where the issue has no summary of that audience in that language."""
    try:
        found = json.loads((parcel.folder / SUMMARY).read_text("utf-8"))[parcel.at]
        return _letter(found, parcel, link)
    except OSError as error:
        why = f"{parcel.folder.name}/{SUMMARY} cannot be read: {error.strerror or error}; build the issue again"
        raise NotDelivered(why, again=False) from error
    except (KeyError, TypeError, ValueError) as error:
        why = f"{parcel.folder.name}/{SUMMARY} says nothing of '{parcel.at}'; build the issue again"
        raise NotDelivered(why, again=False) from error


def _letter(found: dict[str, Any], parcel: Parcel, link: str) -> Letter:
    texts = {name: _line(found[name]) for name in TEXTS}
    takeaways = tuple(Takeaway(_line(one["lead"]), _line(one["text"])) for one in found["takeaways"])
    day = _line(found.get("day") or f"{parcel.as_of.day} {parcel.as_of:%B %Y}")
    words = {name: _line(text) for name, text in (found.get("words") or {}).items() if name in WORDS}
    return Letter(**texts, takeaways=takeaways, disclosure=_line(found["disclosure"]), day=day, link=link, **words)


def _joint(text: str, plain: str, wide: str) -> str:
    """The sign that stands beside a text of this script."""
    return wide if is_wide(text[-1:]) else plain


def _line(text: object) -> str:
    """On one line: a line's end in a text must not become a header of the message."""
    if not isinstance(text, str):
        raise TypeError("a text is expected")
    return " ".join(text.split())


@lru_cache(maxsize=8)
def _inlined(letter: Letter) -> str:
    try:
        import css_inline
    except ImportError as error:
        raise NotDelivered("mail needs more: pip install 'peerbench[deliver]'", again=True) from error
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)
    return str(inliner.inline(_page(letter)))


def _page(letter: Letter) -> str:
    takeaways = "".join(f"<li><b>{escape(one.lead)}</b>{one.gap}{escape(one.text)}</li>" for one in letter.takeaways)
    link = f'<p><a href="{escape(letter.link)}">{escape(letter.read)}</a></p>' if letter.link else ""
    foot = f'<p class="foot">{escape(letter.disclosure)}</p>' if letter.disclosure else ""
    return (
        f'<!DOCTYPE html><html lang="{escape(letter.language)}"><head><meta charset="utf-8">'
        f"<title>{escape(letter.headline)}</title><style>{STYLE}</style></head><body>"
        f'<div class="page"><p class="strip">{escape(letter.series)} <span>· {escape(letter.reader)}</span></p>'
        f'<h1>{escape(letter.headline)}</h1><p class="standfirst">{escape(letter.standfirst)}</p>'
        f'<p class="byline">{escape(letter.byline)}</p><h2>{escape(letter.heading)}</h2><ul>{takeaways}</ul>'
        f"{link}{foot}"
        "</div></body></html>"
    )

"""Every figure of a printed brief, and the row of its appendix that a click on it opens: what does not answer.

Reads the PDF alone (printed.py). What needs no row is the closed list EXEMPT, each entry with its reason.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import printed
from printed import Sheet, Token

MONTHS: Final = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
MONTH: Final = rf"(?:{MONTHS})[a-z]*"
UNITS: Final = r"(?:US\$|RMB|HK\$|£|€)"
NO_ADDRESS: Final = ("(no address)", "address not kept")
NUMBER: Final = re.compile(rf"([−+-]?){UNITS}?([\d,]*\d(?:\.\d+)?)")
# A token stands in ⟦ ⟧ among the words beside it.
EXEMPT: Final[Mapping[str, str]] = {
    "a date is no figure": rf"⟦\d{{1,2}}⟧ {MONTH}|{MONTH} ⟦(?:20\d\d[.,;:)”]*|\d{{1,2}},?)⟧|⟦20\d\d–{MONTH}⟧"
                           rf"|{MONTH} \d{{1,2}}, ⟦|⟦(?:{MONTHS})20\d\d⟧|⟦20\d\d(?:–\d\d)?[.,;]?⟧",
    "the number of an exhibit or page": r"(?:Figure|Table|page|pages) ⟦\d{1,2}[.,;]?⟧",
    "the number of a source": r"\[[\d–, ]*⟦[\d–]+[,\]][.;]?⟧|⟦\[?[\d–]+[,\]][.;]?⟧",
    "the number of an entry of the register": r"⟦Q\d+⟧",
    "a measure's name holds its window": r"⟦(?:FY\d|52-week|52w|200-day|Price/200d|200d|\d0d,?|[13]y[,:]?)⟧"
        r"|(?:Volatility|fall|fall,|Volatility,|Traded a day,|day,) ⟦\d\d?⟧ (?:years?|days?)|day in ⟦20[:,]?⟧"
        r"|square root of ⟦252\.⟧|over ⟦12⟧ months",
    "a line's name on its exchange": r"⟦\d{4,5}\.HK⟧",
    "the unit of a rate or ratio": rf"⟦{UNITS}1⟧ in|⟦1⟧ ADS =",
    "how many values a statistic has": r"n = ⟦\d+(?:–\d+)?[.,;]?⟧|median of ⟦\d+⟧|counted, n(?: [\d–]+)* ⟦[\d–]+⟧"
        r"|(?:Rank of ⟦\d+,⟧|Rank of \d+, ⟦1⟧ =|\(⟦1⟧ =|⟦\(1⟧ =)",
    "how many entries are left out": r"(?:And ⟦\d+⟧ more|⟦\(\d+⟧ more like)",
    "how long it takes to read": r"⟦\d+⟧ min read",
    "the program's version and its lock": r"(?:peerbench ⟦\d+\.\d+\.\d+;?⟧|data lock ⟦[0-9a-f]{12}\.?⟧)",
    "a rule of the house": r"last ⟦185⟧ days|over ⟦100⟧ days",
    "what a text says is its own, quoted": r"“[^”]*⟦[^“”]*⟧[^“]*”|“[^”]*⟦[^“”]*”⟧|⟦“[^”]*⟧",
    "an impossible count that a text gives": r"quarters, not ⟦\d+\.⟧",
}  # fmt: skip
RANK: Final = ("TD", "Span", "Span")  # a rank beside its value, in a box; the rank of a row of ranks is a cell's
UNSOURCED: Final = (  # why a row names no document
    "set by the house", "by rule", "as the data list the line", " has it; not used",
)  # fmt: skip


class Audit:
    """One PDF. `found` is what is wrong: (page, figure, what)."""

    def __init__(self, reader: Any) -> None:
        self.sheets = printed.sheets(reader)
        self.anchors = printed.anchors(reader)
        self.appendix = min(page for name, (page, _) in self.anchors.items() if re.fullmatch(r"r\d+\.\d+", name))

    @cached_property
    def article(self) -> Sequence[Sheet]:
        return [sheet for sheet in self.sheets if sheet.number < self.appendix]

    @cached_property
    def rows(self) -> Mapping[str, str]:
        """The words of each row of the appendix, by its anchor."""
        return {name: " ".join(token.text for token in self._band(name)) for name in self._tops if name[0] == "r"}

    @cached_property
    def _tops(self) -> dict[str, tuple[int, float]]:
        return {name: at for name, at in self.anchors.items() if re.fullmatch(r"r\d+\.\d+|[ds]\d+", name)}

    def _band(self, name: str) -> list[Token]:
        page, top, bottom = self._edges(name)
        return [t for t in self.sheets[page - 1].tokens if bottom < t.letters[0].y <= top and t.held != ("Artifact",)]

    def _edges(self, name: str) -> tuple[int, float, float]:
        """From the top of an anchor's line to the top of the next one of its kind on the page."""
        page, top = self._tops[name]
        kind = name[0]
        below = [y for one, (other, y) in self._tops.items() if one[0] == kind and other == page and y < top - 1]
        return page, top + 1, max(below, default=60.0) + 1

    def links(self, name: str) -> list[str]:
        """Where the links of a row, a source or a list of documents lead."""
        page, top, bottom = self._edges(name)
        return [link.to for link in self.sheets[page - 1].links if bottom < (link.rect[1] + link.rect[3]) / 2 <= top]

    # ---- figures ----------------------------------------------------------------------------------------------------

    def found(self) -> Iterator[tuple[int, str, str]]:
        for sheet in self.article:
            ticks = frozenset(_ticks(sheet.tokens))
            ranks = _rank_row(sheet.tokens)
            for place, token in enumerate(sheet.tokens):
                if not any(letter.text.isdigit() for letter in token.letters) or token.held == ("Artifact",):
                    continue
                if wrong := self._wrong(sheet, place, token, place in ticks, place in ranks):
                    yield sheet.number, _beside(sheet.tokens, place), wrong

    def _wrong(self, sheet: Sheet, place: int, token: Token, tick: bool, rank: bool) -> str:
        led = [link.to for link in sheet.behind(token)]
        rows = [to for to in led if to in self.rows]
        if tick or rank or token.held[-3:] == RANK or (("Figure" in token.held or not led) and _exempt(sheet, place)):
            return ""
        if rows:
            said = " ".join(self.rows[to] for to in rows)
            return "" if all(_names(said, one) for one in NUMBER.findall(token.text)) else f"{rows} says {said[:300]}"
        if led:  # a source's number, a document's address
            return "" if all(to in self.anchors or to.startswith("https://") for to in led) else f"leads to {led}"
        return "" if "LBody" in token.held and _in_sources(sheet, place) else "is no link"

    # ---- rows -------------------------------------------------------------------------------------------------------

    def unsourced(self) -> Iterator[tuple[str, str]]:
        """Rows that lead to no document and do not say why; sources without an address that do not say why."""
        for name, said in self.rows.items():
            led = self.links(name)
            if not any(to in self._tops for to in led) and not any(reason in said for reason in UNSOURCED):
                yield name, said
        for name in (one for one in self._tops if one[0] == "d"):
            said = " ".join(token.text for token in self._band(name))
            if not any(to.startswith("https://") for to in self.links(name)) and not any(
                reason in said for reason in NO_ADDRESS
            ):
                yield name, said


def _exempt(sheet: Sheet, place: int) -> bool:
    return exempt(_beside(sheet.tokens, place))


def exempt(beside: str) -> bool:
    """Whether the token in ⟦ ⟧ is of the closed list."""
    return any(re.search(pattern, beside) for pattern in EXEMPT.values())


def _in_sources(sheet: Sheet, place: int) -> bool:
    """In the list of sources: numbers of entries."""
    before = [token.text for token in sheet.tokens[:place]]
    return "Sources" in before


def _beside(tokens: Sequence[Token], place: int) -> str:
    before = " ".join(token.text for token in tokens[max(0, place - 9) : place])
    after = " ".join(token.text for token in tokens[place + 1 : place + 16])
    return f"{before} ⟦{tokens[place].text}⟧ {after}"


def _value(digits: str) -> tuple[float, int]:
    return float(digits.replace(",", "")), len(digits.partition(".")[2])


def _names(said: str, number: tuple[str, str]) -> bool:
    """Whether a row's words hold a number that is printed like this one, in ones, thousands or millions of it."""
    value, decimals = _value(number[1])
    near = 0.5 * 10**-decimals
    for _, digits in NUMBER.findall(said):
        whole, exact = _value(digits)
        for scale in (1, 1e3, 1e6):
            if (scale == 1 or whole >= 100) and abs(whole / scale - value) <= near * 1.001 + 0.5 * 10**-exact / scale:
                return True
    return False


# ---- axes ------------------------------------------------------------------------------------------------------------


def _ticks(tokens: Sequence[Token]) -> Iterator[int]:
    """Numbers along an axis: three or more on a line, each as far along it as its value is."""
    drawn = [
        (place, (token.letters[0].x + token.letters[-1].x) / 2, token.letters[0].y, _signed(token.text))
        for place, token in enumerate(tokens)
        if "Figure" in token.held and re.fullmatch(rf"[−+]?{UNITS}?[\d,.]+(?:%|x|bn)?", token.text)
    ]
    for one in drawn:
        beside = [other for other in drawn if abs(other[2] - one[2]) < 1]
        below = [other for other in drawn if abs(other[1] - one[1]) < 16]
        if _linear(beside, one, 1) or _linear(below, one, 2):
            yield one[0]


def _signed(text: str) -> float:
    sign, digits = NUMBER.findall(text)[0]
    return _value(digits)[0] * (-1 if sign == "−" else 1)


def _linear(line: Sequence[tuple[int, float, float, float]], one: Any, along: int) -> bool:
    """Whether two others of the line lie where the scale through this one and them puts them."""
    near = 14.0 if along == 1 else 1.0  # a unit behind the last label moves its middle
    for first, second in itertools.combinations(line, 2):
        if len({first[3], second[3], one[3]}) == 3:
            slope = (second[along] - first[along]) / (second[3] - first[3])
            if (
                abs(slope * (one[3] - first[3])) > 4
                and abs(first[along] + slope * (one[3] - first[3]) - one[along]) < near
            ):
                return True
    return False


def _rank_row(tokens: Sequence[Token]) -> set[int]:
    """The cells of a row of ranks: each orders the linked values above it."""
    found: set[int] = set()
    for place, token in enumerate(tokens):
        if token.text == "Rank" and "TH" in token.held:
            at = next((at for at in range(place, len(tokens)) if "TD" in tokens[at].held), len(tokens))
            while at < len(tokens) and "TD" in tokens[at].held:
                found.add(at)
                at += 1
    return found

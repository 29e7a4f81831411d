"""Any peer set gives a good, honest page: sets beyond the shipped one, each printed for every audience and looked at.

What is checked by geometry: no word stands on another or leaves the sheet. By words: nothing that only fits three
peers, one company or one currency; no hole where a figure is missing. By rule: a headline's length, pages in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

import pytest

import page_geometry
import peer_sets
import repeats
from page_geometry import Sheet
from peerbench import pipeline
from peerbench.brief import assemble, compose
from peerbench.core.errors import UnusableRequest

pytestmark = pytest.mark.slow

TODAY: Final = date(2026, 11, 24)
AUDIENCES: Final = ("institutional", "risk", "policy")
# Every set for investors; for the other two readers those that differ in kind.
IN_ALL: Final = (
    "us_only",
    "two_peers",
    "fifteen_peers",
    "losses",
    "unlisted_peers",
    "long_names",
    "tencent",
    "reference_peer",
)
BRIEFS: Final = tuple(
    (name, audience) for name in peer_sets.SETS for audience in AUDIENCES if audience == AUDIENCES[0] or name in IN_ALL
)
SHARED: Final = Path(__file__).resolve().parents[2] / "shared" / "data"
FEW_FACTS: Final = ("gaps", "euro_ifrs")  # of which too little is known for three claims
# Words that betray a sentence made for another set, and holes that a missing figure leaves.
WRONG: Final = {
    "one of many": r"\b(one|1) (peers|companies|multiples|measures|tests|quarters)\b",
    "all of two": r"\ball (one|two)\b",
    "a hole": r"\{|\}|\bNone\b|\bnan\b|\binf\b",
    "a missing word": r"\(\)|\[\]|,\s*,|\.\s+\.|:\s+\.|\s,|against \.|of \.|for \.",
    "an id": r"\b(title|section|headline|takeaway|standfirst)\.[a-z]",
}


@dataclass(frozen=True, slots=True)
class Built:
    """The pages of one set for one audience."""

    name: str
    audience: str
    sheets: tuple[Sheet, ...]
    html: str

    @property
    def article(self) -> tuple[Sheet, ...]:
        """The pages before the appendix."""
        return tuple(
            sheet for sheet in self.sheets if "Lineage appendix" not in sheet.text and sheet.number <= self.count
        )

    @property
    def count(self) -> int:
        found = re.search(r"Page 1 of (\d+)", self.sheets[0].text)
        assert found, "the first page says how many there are"
        return int(found[1])


@lru_cache(maxsize=len(peer_sets.SETS))
def built(name: str, project: Path) -> dict[str, Built]:
    path = peer_sets.SETS[name](project, SHARED)
    asked = [audience for set_, audience in BRIEFS if set_ == name]
    made = pipeline.build(path, today=TODAY, audiences=asked)
    assert not made.held
    return {
        audience: Built(
            name,
            audience,
            page_geometry.sheets((made.folder / audience / "brief.pdf").read_bytes()),
            (made.folder / audience / "brief.html").read_text("utf-8"),
        )
        for audience in asked
    }


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not SHARED.is_dir():
        pytest.skip("needs ../shared/data, which is not here")
    return tmp_path_factory.mktemp("sets")


@pytest.fixture(params=BRIEFS, ids="-".join, scope="module")
def brief(request: pytest.FixtureRequest, projects: Path) -> Built:
    name, audience = request.param
    return built(name, projects / name)[audience]


def test_no_word_stands_on_another_and_none_leaves_the_sheet(brief: Built) -> None:
    assert {sheet.number: found for sheet in brief.sheets if (found := page_geometry.overlaps(sheet))} == {}
    assert {sheet.number: found for sheet in brief.sheets if (found := page_geometry.outside(sheet))} == {}


def test_the_words_fit_the_set(brief: Built) -> None:
    text = "\n".join(sheet.text for sheet in brief.article)
    found = {what: match[0] for what, pattern in WRONG.items() if (match := re.search(pattern, text))}
    assert found == {}


def test_the_headline_is_a_claim_of_twelve_words_and_one_number(brief: Built) -> None:
    headline = re.sub(r"<[^>]+>", "", re.search(r"<h1[^>]*>(.*?)</h1>", brief.html, re.S)[1]).strip()  # type: ignore[index]
    assert 3 <= len(headline.split()) <= 12, headline
    assert len(re.findall(r"\d[\d.,]*", headline.replace("(A1:A9)", ""))) <= 1, headline


def test_every_page_is_numbered_and_shows_an_exhibit(brief: Built) -> None:
    for sheet in brief.article:
        assert f"Page {sheet.number} of {brief.count}" in sheet.text
        assert re.search(r"\b(Figure|Table) \d", sheet.text) or "Sources" in sheet.text, sheet.number


def test_exhibits_are_numbered_without_a_gap(brief: Built) -> None:
    for kind in ("Figure", "Table"):
        numbers = [int(n) for n in re.findall(rf'<span class="no">{kind} (\d+)</span>', brief.html)]
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("name", peer_sets.SETS)
def test_no_page_tells_a_fact_twice_and_three_takeaways_stand_where_the_data_bear_them(
    name: str, tmp_path: Path, projects: Path
) -> None:
    case = pipeline.prepare(peer_sets.SETS[name](tmp_path, SHARED), today=TODAY)
    study, _ = assemble.study(case.data, case.request)
    for reader in case.request.audiences:
        for length, most in (("four", 4), ("one", 3)):
            brief = compose.compose(study, reader, length=length)  # type: ignore[arg-type]
            assert repeats.repeated(brief) == {}, (reader.name, length)
            least = 3 if name not in FEW_FACTS else 1
            assert least <= len(brief.takeaways) <= most, (reader.name, length)


def test_a_set_without_any_price_is_refused_by_name(tmp_path: Path, projects: Path) -> None:
    path = peer_sets.no_prices(tmp_path, SHARED)
    with pytest.raises(UnusableRequest) as refused:
        pipeline.build(path, today=TODAY)
    assert any("no close of AAPL" in finding.message for finding in refused.value.findings)

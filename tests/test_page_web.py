"""The web page as a reader uses it, in a browser: by keyboard, on a phone, in the dark, on paper."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import audited
from browser import Browser, browser
from peerbench import editions, pipeline
from peerbench.brief import records
from peerbench.render import html

pytestmark = pytest.mark.page
WIDE, PHONE = 1280, 390
GROUNDS = ("light", "dark")
FOCUS = {"light": "rgb(11, 99, 197)", "dark": "rgb(141, 187, 230)"}  # #0B63C5 and #8DBBE6, LOOK 13 and 5.2
CARDS = "[...document.querySelectorAll('.card')]"
OPEN = "document.querySelector('[popover]:popover-open')"


@pytest.fixture(scope="module")
def pages(alibaba: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The shipped config's web page for each audience."""
    folder, shop = tmp_path_factory.mktemp("web"), pipeline.shop_of(alibaba.case, alibaba.study)
    made = {}
    for reader in alibaba.case.request.audiences:
        brief = alibaba.briefs[reader.name]
        page = html.page(brief, look=shop.look(reader), charts=editions.drawn(shop, brief), cache=shop.cache)
        made[reader.name] = folder / f"{reader.name}.html"
        made[reader.name].write_text(page, "utf-8")
    return made


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def page(chromium: Browser, pages: dict[str, Path]) -> Browser:
    """The investors' page, wide and light, as it opens."""
    chromium.size(WIDE)
    chromium.ground("light")
    chromium.open(pages["institutional"])
    return chromium


def at_first_number(page: Browser) -> None:
    """Tab from the top of the page to the first number, as a reader without a mouse does."""
    for _ in range(8):
        page.press("Tab")
        if page.run("document.activeElement.matches('button.n')"):
            return
    raise AssertionError("no number within eight steps")


def box(page: Browser, what: str) -> dict[str, float]:
    found: dict[str, float] = page.run(f"JSON.parse(JSON.stringify({what}.getBoundingClientRect()))")
    return found


# ---- accessibility ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core, which .ci/run lays beside the libraries of the tests where npm is installed."""
    found = sorted(Path(sys.prefix).glob("share/axe-core-*/package/axe.min.js"))
    if not found:
        pytest.skip("needs axe-core in the environment's share/: .ci/run fetches it with npm")
    return found[-1].read_text("utf-8")


@pytest.mark.parametrize(
    ("audience", "width", "ground"),
    [
        ("institutional", WIDE, "light"),
        ("institutional", PHONE, "dark"),
        ("risk", WIDE, "dark"),
        ("risk", PHONE, "light"),
        ("policy", PHONE, "dark"),
    ],
)
def test_axe_finds_no_violation(
    audience: str, width: int, ground: str, chromium: Browser, pages: dict[str, Path], axe: str
) -> None:
    """The page as it opens, and with the card of its first number open and a figure's data shown."""
    chromium.size(width)
    chromium.ground(ground)
    chromium.open(pages[audience])
    chromium.run(axe)
    at_first_number(chromium)
    chromium.press("Enter")
    chromium.until(f"!!{OPEN}")
    chromium.run("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    found = chromium.run(
        "axe.run(document, {resultTypes: ['violations']}).then((found) => JSON.stringify({rules: found.passes.length, "
        "wrong: found.violations.map((one) => [one.id, one.nodes.map((node) => node.html.slice(0, 200))])}))"
    )
    result = json.loads(found)
    assert result["wrong"] == []
    assert result["rules"] > 20


def test_nothing_is_asked_for_outside(page: Browser) -> None:
    assert page.asked
    assert [address for address in page.asked if not address.startswith(("data:", "file:"))] == []
    assert len([address for address in page.asked if address.startswith("file:")]) == 1


# ---- the card behind a number ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_number_opens_its_card_by_keyboard_and_escape_closes_it(key: str, page: Browser) -> None:
    at_first_number(page)
    number = page.run("document.activeElement.textContent")
    page.press(key)
    page.until(f"!!{OPEN}")
    assert number in page.run(f"{OPEN}.textContent")
    assert page.run(f"document.activeElement.getAttribute('popovertarget') == {OPEN}.id")
    page.press("Escape")
    page.until(f"!{OPEN}")
    assert page.run("document.activeElement.textContent") == number


def test_the_card_is_the_next_stop_of_the_keyboard(page: Browser) -> None:
    at_first_number(page)
    page.press("Enter")
    page.until(f"!!{OPEN}")
    page.press("Tab")
    assert page.run(f"{OPEN}.contains(document.activeElement) && document.activeElement.matches('a[href]')")


def test_open_in_lineage_leads_to_the_row_and_closes_the_card(page: Browser) -> None:
    at_first_number(page)
    page.press("Enter")
    page.until(f"!!{OPEN}")
    row = page.run(f"{OPEN}.querySelector('.top span').textContent").removeprefix("row ")
    for _ in range(12):
        page.press("Tab")
        if page.run("document.activeElement.matches('a.open')"):
            break
    page.press("Enter")
    page.until(f"!{OPEN}")
    assert page.run("decodeURIComponent(location.hash)") == f"#r{row}"
    assert page.run("document.querySelector('tr:target th').textContent") == row
    assert 0 <= box(page, "document.querySelector('tr:target')")["top"] < 900


def test_a_press_beside_the_card_closes_it(page: Browser) -> None:
    at_first_number(page)
    page.press("Enter")
    page.until(f"!!{OPEN}")
    page.click(WIDE - 10, 890)
    page.until(f"!{OPEN}")


def test_the_card_stands_ten_pixels_under_its_number_and_within_the_window(page: Browser) -> None:
    at_first_number(page)
    page.press("Enter")
    page.until("!!document.querySelector('button.n.open')")
    number, card = box(page, "document.querySelector('button.n.open')"), box(page, OPEN)
    assert card["top"] - number["bottom"] == pytest.approx(10, abs=0.6)
    assert number["left"] - card["left"] == pytest.approx(24, abs=0.6)
    assert card["width"] == pytest.approx(25.5 * 16, abs=1)
    assert card["left"] >= 16
    assert card["right"] <= WIDE - 15


def test_on_a_phone_the_card_is_a_sheet_at_the_bottom(page: Browser) -> None:
    page.size(PHONE, 844)
    at_first_number(page)
    page.press("Enter")
    page.until(f"!!{OPEN}")
    card = box(page, OPEN)
    assert (card["left"], card["right"]) == (0, PHONE)
    assert card["bottom"] == pytest.approx(844, abs=0.6)
    assert card["height"] <= 0.75 * 844 + 1


# ---- every number ---------------------------------------------------------------------------------------------------

EVERY = """
(() => {
  const wrong = [];
  const numbers = [...document.querySelectorAll('main button.n')].filter((one) => !one.closest('details:not([open])'));
  for (const number of numbers) {
    number.click();
    const card = document.querySelector('[popover]:popover-open');
    const said = number.textContent.trim();
    if (!card || card.id != number.getAttribute('popovertarget')) wrong.push([said, 'opens no card']);
    else {
      if (!card.textContent.includes(said)) wrong.push([said, card.textContent]);
      if (!card.querySelector('a[href]')) wrong.push([said, 'leads nowhere: ' + card.textContent]);
      const box = card.getBoundingClientRect();
      if (box.left < 0 || box.right > innerWidth + 0.5) wrong.push([said, 'outside of the window']);
      card.hidePopover();
    }
    if (document.querySelector('[popover]:popover-open')) wrong.push([said, 'stays open']);
  }
  return JSON.stringify([numbers.length, wrong]);
})()
"""


@pytest.mark.parametrize(
    ("audience", "width"), [("institutional", WIDE), ("institutional", PHONE), ("risk", PHONE), ("policy", WIDE)]
)
def test_every_number_opens_the_card_that_prints_it(
    audience: str, width: int, chromium: Browser, pages: dict[str, Path]
) -> None:
    """Those of hidden tables too; the card says the number as it is printed, and leads on."""
    chromium.size(width)
    chromium.ground("light")
    chromium.open(pages[audience])
    chromium.run("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    count, wrong = json.loads(chromium.run(EVERY))
    assert count > 250
    assert wrong == []


def test_numbers_all_over_the_page_open_and_close_by_keyboard(page: Browser) -> None:
    """One in forty: Enter opens, Escape closes, and the reader is where he was."""
    count = page.run("document.querySelectorAll('main button.n').length")
    for at in range(0, count, 40):
        page.run(f"document.querySelectorAll('main button.n')[{at}].focus()")
        if not page.run(f"document.activeElement === document.querySelectorAll('main button.n')[{at}]"):
            continue  # of a table that is folded away
        page.press("Enter")
        page.until(f"!!{OPEN}")
        page.press("Escape")
        page.until(f"!{OPEN}")
        assert page.run(f"document.activeElement === document.querySelectorAll('main button.n')[{at}]"), at


BARE = """
JSON.stringify((() => {
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const skip = 'button.n, th, .card, svg, .cite, .no, #lineage, .sources, .trace, .rank, .badge, .mark, script';
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (/\\d/.test(node.data) && !node.parentElement.closest(skip)) {
      const whole = node.parentElement.closest('td, th, p, li, dt, dd, caption, figcaption, h1, h2')
        || node.parentElement;
      found.push([node.data, whole.textContent.replace(/\\s+/g, ' ')]);
    }
  }
  return found;
})())
"""


@pytest.mark.parametrize("audience", ["institutional", "risk", "policy"])
def test_no_figure_of_the_page_is_bare(audience: str, chromium: Browser, pages: dict[str, Path]) -> None:
    """Outside of drawings and heads: what is no button is of the closed list of audited.py."""
    chromium.open(pages[audience])
    bare = []
    for text, around in json.loads(chromium.run(BARE)):
        for word in (word for word in text.split() if re.search(r"\d", word)):
            alone = (
                re.fullmatch(r"[1-9]\d?", word) and len(text.split()) == 1
            )  # a count or a rank, in a cell of its own
            beside = re.sub(rf"(?<!\S){re.escape(word)}(?!\S)", f"⟦{word}⟧", f" {around} ", count=1)
            if not alone and not audited.exempt(beside):
                bare.append((word, around))
    assert bare == []


def test_the_cards_agree_with_the_metrics_of_the_issue(alibaba: Any, page: Browser) -> None:
    """metrics.csv, read by the standard library: value, unit and status of every metric that has a card."""
    made = records.files(alibaba.study, alibaba.frames, list(alibaba.briefs.values()))["metrics.csv"].decode()
    cards = dict(page.run(f"{CARDS}.map((c) => [c.querySelector('.top b').textContent, "
                          "c.querySelector('.exact strong').textContent])"))  # fmt: skip
    labels = {key: one.label for key, one in alibaba.study.plan.definitions.items()}
    compared = 0
    for row in csv.DictReader(made.splitlines()):
        name = alibaba.study.evidence.name(row["company"])
        code = {"USD": "US$", "CNY": "RMB"}.get(row["currency"], "")
        title = f"{name}, {labels.get(row['metric'], '')}" + (f", {code} m" if row["unit"] == "money" else "")
        if row["status"] == "ok" and (shown := cards.get(title)):
            digits = re.sub(r"[^\d.\-−]", "", shown).replace("−", "-")
            scale = {"fraction": 100, "money": 1e-6}.get(row["unit"], 1)
            assert float(digits) == pytest.approx(
                float(row["value"]) * scale, abs=0.5001 * 10 ** -len(digits.partition(".")[2])
            )
            compared += 1
    assert compared > 60


@pytest.mark.parametrize("ground", GROUNDS)
def test_the_number_at_hand_has_a_ring(ground: str, page: Browser) -> None:
    page.ground(ground)
    at_first_number(page)
    style = page.run(
        "(({outlineStyle, outlineWidth, outlineOffset, outlineColor}) => [outlineStyle, outlineWidth, outlineOffset, "
        "outlineColor])(getComputedStyle(document.activeElement))"
    )
    assert style == ["solid", "2px", "2px", FOCUS[ground]]


def test_every_card_says_what_how_and_from_where(page: Browser) -> None:
    """LOOK 13: measure, exact value, calculation or formula, operands with their sources, the day it was known."""
    told = page.run(
        f"{CARDS}.map((card) => [card.querySelector('.top b').textContent, card.querySelector('.exact strong')"
        ".textContent, !!card.querySelector('.formula, .exact span:not(:empty)'), "
        "!!card.querySelector('.inputs, .from'), card.querySelector('.bottom').textContent])"
    )
    assert len(told) > 100
    for what, exact, how, whence, bottom in told:
        assert what
        assert exact
        assert how or whence, what
        assert re.search(r"lock [0-9a-f]{12}", bottom)


def test_at_most_three_operands_and_three_checks_are_shown(page: Browser) -> None:
    most = f"Math.max(...{CARDS}.map((card) => card.querySelectorAll('%s').length))"
    assert page.run(most % ".inputs li > span.right") == 3
    assert page.run(most % ".checks li") <= 3


def test_a_rate_is_told_with_its_day(page: Browser) -> None:
    """Market value in dollars from a price in dollars and accounts in renminbi needs the day's rate."""
    told = page.run(f"{CARDS}.map((card) => card.textContent)")
    assert any(re.search(r"\b7\.11\d*", text) and re.search(r"\d+ Sep 2025", text) for text in told)


# ---- widths, grounds, paper ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [320, PHONE, 575])
def test_a_phone_has_charts_of_its_own_and_scrolls_one_way(width: int, page: Browser) -> None:
    page.size(width, 844)
    shown = page.run(
        "[...document.querySelectorAll('.plot.both')].map((plot) => [...plot.querySelectorAll(':scope > svg')]"
        ".map((svg) => getComputedStyle(svg).display != 'none'))"
    )
    assert len(shown) >= 4
    assert all(drawn == [False, True] for drawn in shown)
    assert page.run("document.documentElement.scrollWidth") <= width


def test_letters_of_a_chart_on_a_phone_can_be_read(page: Browser) -> None:
    """LOOK 13: scaling the printed chart gives 5 px; a chart at its own width keeps its 10."""
    page.size(PHONE, 844)
    sizes = page.run(
        "[...document.querySelectorAll('.plot.both > svg:nth-child(2)')].flatMap((svg) => { const scale = "
        "svg.getBoundingClientRect().width / svg.viewBox.baseVal.width; return [...svg.querySelectorAll('text')]"
        ".map((text) => parseFloat(getComputedStyle(text).fontSize) * scale) })"
    )
    assert len(sizes) > 20
    assert min(sizes) >= 9


def test_a_wide_window_has_the_wide_charts(page: Browser) -> None:
    shown = page.run(
        "[...document.querySelectorAll('.plot.both')].map((plot) => [...plot.querySelectorAll(':scope > svg')]"
        ".map((svg) => getComputedStyle(svg).display != 'none'))"
    )
    assert all(drawn == [True, False] for drawn in shown)


def test_every_figure_shows_its_data_as_a_table(page: Browser) -> None:
    rows = page.run(
        "[...document.querySelectorAll('figure.chart')].map((one) => "
        "one.querySelectorAll('details.data tbody tr').length)"
    )
    assert len(rows) >= 4
    assert all(count > 0 for count in rows)


def test_the_switch_turns_the_ground_and_says_so(page: Browser) -> None:
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    before = page.run(ground)
    page.run("document.getElementById('scheme').focus()")
    page.press("Enter")
    assert page.run(ground) != before
    assert page.run("document.getElementById('scheme').getAttribute('aria-pressed')") == "true"


def test_paper_has_neither_cards_nor_switches(page: Browser) -> None:
    page.medium("print")
    hidden = page.run(
        "[...document.querySelectorAll('.card, .data, .skip, #scheme')].every((one) => "
        "getComputedStyle(one).display == 'none')"
    )
    page.medium("")
    assert hidden

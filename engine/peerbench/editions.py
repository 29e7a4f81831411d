"""From a study to the files of each audience: composed, drawn, and printed so that it fits, or refused by its page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from peerbench import languages, lookup
from peerbench.brief import compose, cuts, plan, translate
from peerbench.brief.audience import Audience
from peerbench.brief.study import Study
from peerbench.core.document import Brief, Chart, Length
from peerbench.core.enclosure import Enclosure
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.core.scripts import language as script

if TYPE_CHECKING:
    from peerbench.charts.theme import Theme
    from peerbench.core.language import Language
    from peerbench.render.brand import Brand
    from peerbench.render.fit import Taken
    from peerbench.render.look import Look
    from peerbench.render.voice import Voice

Progress = Callable[[str], None]
WEB: Final = "html"
PRINT: Final = "pdf"
TEXT: Final = "md"
DATA: Final = "json"
WORKBOOK: Final = "xlsx"
NEEDS: Final = {WORKBOOK: ("xlsxwriter", "xlsx")}  # an edition's library, and the extra that brings it
ITALIC: Final = ' font-style="italic"'
HAN_SANS: Final = "Brief Han Sans"


@dataclass(frozen=True, slots=True)
class Shop:
    """What the editions of one build share: the figures, where templates come from, the house's look, a cache."""

    study: Study
    roots: tuple[Path, ...]
    cache: Path
    length: Length = "four"
    brand: Brand | None = None
    enclose: Callable[[str], tuple[Enclosure, ...]] = lambda edition: ()  # the files that an edition carries
    language: str = languages.HOUSE

    def look(self, reader: Audience) -> Look:
        from peerbench.render.look import Look

        look = Look(self.roots, reader.name)
        look = look if self.brand is None else replace(look, brand=self.brand)
        spoken = self.spoken(reader)
        return look if spoken is None else replace(look, language=spoken.language)

    @property
    def tongue(self) -> Language | None:
        """The language of what is the same for every audience: rules, words of charts."""
        if self.language == languages.HOUSE:
            return None
        return languages.load(self.language, lookup.HOUSE, self.roots).language

    def spoken(self, reader: Audience) -> languages.Spoken | None:
        """The language for an audience; None for English. Raises UnusableRequest with what its files lack."""
        return None if self.language == languages.HOUSE else languages.load(self.language, reader.name, self.roots)

    def voice(self, reader: Audience) -> Voice:
        """How the editions without a layout say numbers, days and the words of the house."""
        from peerbench.render.voice import ENGLISH, Voice

        spoken = self.spoken(reader)
        if spoken is None:
            return ENGLISH
        return Voice(spoken.language.named(self._names(spoken.language.rules.native)))

    def brief(self, reader: Audience) -> Brief:
        """The whole brief of an audience. Raises UnusableRequest when its plan or words are unusable."""
        return self.written(reader)[0]

    def written(
        self, reader: Audience, *, taken: Taken | None = None, rows: Mapping[str, str] | None = None
    ) -> tuple[Brief, tuple[str, ...]]:
        """The brief of an audience in the shop's language, and the texts that have no words in it."""
        spoken = self.spoken(reader)
        if spoken is None:
            return compose.compose(self.study, reader, length=self.length, taken=taken, rows=rows), ()
        english = compose.compose(self.study, reader, length=self.length, taken=taken, rows=rows)
        reader = replace(reader, phrases=spoken.phrases, lexicon=spoken.lexicon)
        rows = rows or rows_of(english)  # a sentence may name its figures in another order
        brief = compose.compose(self.study, reader, length=self.length, taken=taken, rows=rows, like=english)
        names = self._names(spoken.language.rules.native)
        return translate.translated(brief, spoken.language, names, worded=plan.worded(reader))

    def _names(self, native: str) -> dict[str, str]:
        """Companies' names by their names in English: in the script of the language where they have one, else those."""
        companies = self.study.data.companies.values()
        own = {one.name: one.native_name for one in companies if native and script(one.native_name) == native}
        return {one.name: own.get(one.name, one.name) for one in companies}


def rows_of(brief: Brief) -> dict[str, str]:
    """The row of the lineage that each number has."""
    return {ref: trace.row for ref, trace in brief.traces.items() if trace.row}


@dataclass(frozen=True, slots=True)
class Editions:
    """Files by name, what was left out of the printed one, and which steps that took, to be known next time."""

    files: Mapping[str, bytes]
    left_out: tuple[Finding, ...] = ()
    taken: Taken = field(default_factory=dict)


def expect(look: Look, theme: str, *, page: str, length: str, cache: Path) -> None:
    """Say what will be printed first, while the figures are still computed."""
    from peerbench.render import press
    from peerbench.render.look import Paper

    press.expect(look, Paper(theme, page, length), cache=cache)


def made(
    shop: Shop,
    brief: Brief,
    reader: Audience,
    wanted: Sequence[str],
    *,
    folder: str = "",
    known: Taken | None = None,
    progress: Progress = lambda stage: None,
    meanwhile: Callable[[], object] = lambda: None,
) -> Editions:
    """The editions of one audience. folder: where, the audience's own if left out; known: cuts that made the same brief
    fit before; meanwhile: what else there is to do while the press prints.

    Raises UnusableRequest for mistakes in templates, and when a page overflows though nothing more may give way.
    """
    from peerbench.render import press

    folder = folder or reader.name
    look, charts = shop.look(reader), drawn(shop, brief)
    cut = partial(_cut, shop, brief, reader)
    files: dict[str, bytes] = {}
    printing = PRINT in wanted
    ticket = None
    if printing:
        first = cut(known) if known else brief
        drawings = drawn(shop, first) if known else charts
        ticket = press.submit(first, look=look, charts=drawings, cache=shop.cache)
    if WEB in wanted:
        from peerbench.render import html

        progress(f"{folder}: web page")
        name = f"{folder}/brief.html"
        page = html.page(brief, look=look, charts=charts, cache=shop.cache, enclosures=shop.enclose(name))
        files[name] = page.encode()
    files |= unprinted(shop, brief, reader, wanted, folder=folder)
    if not printing:
        return Editions(files)
    progress(f"{folder}: PDF")
    from peerbench.render import fit

    steps = _steps(reader, shop.length)
    taken: Taken = known or {}
    left_out = fit.notes(taken, steps)
    enclosed = shop.enclose(f"{folder}/brief.pdf")
    meanwhile()
    printed = ticket.printed(enclosed) if ticket is not None else None
    if printed is None or _errors(printed.findings):  # not printed elsewhere, or something has to give way
        whole = printed is not None and not known  # it was the whole brief that was printed
        full = [gap.page for gap in printed.gaps if gap.missing or gap.free_mm < 0] if printed and whole else ()
        printed, taken, left_out = fit.fitted(
            brief,
            cut=cut,
            steps=steps,
            look=look,
            draw=partial(drawn, shop),
            cache=shop.cache,
            full=full,
            known=known if printed is None else None,  # known cuts that do not do are no help
            enclosures=enclosed,
        )
    if mistakes := _errors(printed.findings):
        raise UnusableRequest(tuple(replace(finding, subject=folder) for finding in mistakes))
    files[f"{folder}/brief.pdf"] = printed.data
    named = tuple(replace(finding, subject=f"{folder}/{finding.subject}") for finding in left_out)
    return Editions(files, named, taken)


def lacking(wanted: Sequence[str]) -> tuple[Finding, ...]:
    """Editions that cannot be made, since an extra was not installed."""
    missing = [(name, NEEDS[name]) for name in wanted if name in NEEDS and find_spec(NEEDS[name][0]) is None]
    return tuple(
        Finding(
            "config.output",
            "error",
            f"the edition '{name}' needs the library {library}, which is not installed",
            f"pip install 'peerbench[{extra}]'",
            subject=name,
        )
        for name, (library, extra) in missing
    )


def unprinted(
    shop: Shop, brief: Brief, reader: Audience, wanted: Sequence[str], *, folder: str = ""
) -> dict[str, bytes]:
    """The editions that need no layout: the sums, the article for an editor of newsletters, the brief as data."""
    folder, files = folder or reader.name, dict[str, bytes]()
    if WORKBOOK in wanted:
        files[f"{folder}/brief.xlsx"] = _workbook(shop, brief, reader)
    if TEXT in wanted:
        from peerbench.render import markdown

        files[f"{folder}/brief.md"] = markdown.page(brief, voice=shop.voice(reader)).encode()
    if DATA in wanted:
        from peerbench.render import json as data

        files[f"{folder}/brief.json"] = data.page(brief, findings=shop.study.findings, voice=shop.voice(reader))
    return files


def _workbook(shop: Shop, brief: Brief, reader: Audience) -> bytes:
    """The sums are laid open for the brief in English, as its sources are known by their titles."""
    from peerbench.brief import workings
    from peerbench.render import brand, workbook

    theme = (shop.brand or brand.PLAIN).theme(brief.meta.theme)
    english = brief if shop.language == languages.HOUSE else replace(shop, language=languages.HOUSE).brief(reader)
    work = workings.workings(shop.study, english, reader)
    return workbook.page(brief, work, theme=theme, findings=shop.study.findings, voice=shop.voice(reader))


def mistakes(shop: Shop, reader: Audience) -> tuple[Finding, ...]:
    """What is wrong in an audience's templates and words, found by filling them in without drawing or layout."""
    from peerbench.render import html, pdf

    try:
        brief, look = shop.brief(reader), shop.look(reader)
    except UnusableRequest as error:
        return error.findings
    undrawn = dict.fromkeys(_charts(brief), "<svg/>")
    found: list[Finding] = []
    pages: tuple[Callable[[], str], ...] = (
        partial(html.page, brief, look=look, charts=undrawn),
        partial(pdf.page, brief, look=look),
    )
    for fill in pages:
        try:
            fill()
        except UnusableRequest as error:
            found += error.findings
    return tuple(found)


def _errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.severity == "error")


# ---- cutting ---------------------------------------------------------------------------------------------------------


def _cut(shop: Shop, whole: Brief, reader: Audience, taken: Taken) -> Brief:
    """The brief with steps of the cut order taken; its numbers keep the rows that the whole brief gives them."""
    return shop.written(reader, taken=taken, rows=rows_of(whole))[0]


def _steps(reader: Audience, length: str) -> dict[str, tuple[str, ...]]:
    """What each step of each page's cut order leaves out, in the author's words."""
    return {
        page["id"]: tuple(str(step["say"]) for step in cuts.steps(reader, page, length, first=place == 0))
        for place, page in enumerate(cuts.pages(reader, length))
    }


@cache
def code() -> str:
    """Digest of the modules that decide what a page holds and how it is laid out."""
    rooms = (Path(__file__).parent / room for room in ("brief", "narrate", "charts", "render"))
    total = hashlib.sha256()
    for path in sorted(path for room in rooms for path in room.rglob("*.py")):
        total.update(f"{path.name}\0".encode() + path.read_bytes())
    return total.hexdigest()


def recalled(path: Path) -> dict[str, Taken]:
    """The cuts of an earlier build of the very same inputs, by audience; none where there was none."""
    try:
        kept = json.loads(path.read_text("utf-8"))
        return {name: {page: frozenset(places) for page, places in taken.items()} for name, taken in kept.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def remember(path: Path, taken: Mapping[str, Taken]) -> None:
    """Keep the cuts of a build, to be tried first when the same is built again."""
    kept = {name: {page: sorted(places) for page, places in each.items()} for name, each in taken.items() if each}
    if kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(kept, sort_keys=True), "utf-8")
        fresh.replace(path)


# ---- charts ----------------------------------------------------------------------------------------------------------


def drawn(shop: Shop, brief: Brief) -> dict[str, str]:
    """SVG by chart id, and the narrow drawing of each for phones, from the cache where nothing changed."""
    from peerbench.render import brand, svg
    from peerbench.render import format as formats

    colours = (shop.brand or brand.PLAIN).theme(brief.meta.theme)
    charts = _charts(brief)
    language = shop.tongue
    if language is None:
        return {name: svg.svg(chart, colours, cache=shop.cache, text=formats.text) for name, chart in charts.items()}
    colours, text = _spoken(colours, language), partial(formats.text, rules=language.rules)
    drawings = {name: svg.svg(chart, colours, cache=shop.cache, text=text) for name, chart in charts.items()}
    upright = language.rules.wide  # no script of wide letters has italics
    return {name: drawing.replace(ITALIC, "") if upright else drawing for name, drawing in drawings.items()}


def _spoken(colours: Theme, language: Language) -> Theme:
    """The theme with the fixed words of charts in a language, in a font that has its letters."""
    from peerbench.charts.theme import COMMA, FONT, WORDS

    said = {text: language.say(text) for text in WORDS}
    said[COMMA] = language.messages.get("between: , ", COMMA)
    said["month"] = language.rules.dates["chart"]
    font = f"{FONT}, {HAN_SANS}" if language.rules.wide else colours.font
    return replace(colours, words=said, font=font)


def _charts(brief: Brief) -> dict[str, Chart]:
    """Every chart of a brief by id, and the narrow drawing of each."""
    from peerbench.render import svg

    charts = [
        block
        for page in brief.pages
        for row in page.rows
        for slot in row.slots
        for block in slot
        if isinstance(block, Chart)
    ]
    if brief.panel.sparkline is not None:
        charts.append(brief.panel.sparkline)
    return {chart.id: chart for chart in charts} | {f"{chart.id}@narrow": svg.narrow(chart) for chart in charts}

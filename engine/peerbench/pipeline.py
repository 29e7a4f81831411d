"""The pipeline: YAML to figures to a document to editions to a published issue. It alone knows every stage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cache, partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final, Literal

import polars as pl

from peerbench import __version__, dress, editions, enclosures, gather, help, issues, languages, lookup, signature
from peerbench.brief import assemble, audience, dossier, lookback, market, plan, records
from peerbench.brief import since as looking
from peerbench.brief.attribution import Key, Side
from peerbench.brief.sourcebook import Sourcebook
from peerbench.brief.study import Furniture, PeerNote, Study
from peerbench.config import check as meaning
from peerbench.config import load as configs
from peerbench.config.values import Config
from peerbench.core.dataset import Dataset
from peerbench.core.document import Brief, Source, Trace
from peerbench.core.enclosure import Enclosure
from peerbench.core.errors import UnusableRequest
from peerbench.core.evidence import rows_by
from peerbench.core.findings import Finding, Origin, Severity, did_you_mean
from peerbench.core.names import MOST as LONGEST_NAME
from peerbench.core.names import shortened
from peerbench.core.verdicts import Circulated, Verdict
from peerbench.deliver import folder as delivery
from peerbench.gate import Ruling
from peerbench.shipped import shipped
from peerbench.sources import dataset, digest
from peerbench.universe import members as universes
from peerbench.universe import naming, selection

if TYPE_CHECKING:
    from peerbench.brief.since import Since
    from peerbench.factcheck import report
    from peerbench.render.brand import Brand
    from peerbench.render.voice import Voice

Progress = Callable[[str], None]
Gate = Callable[[Study, assemble.Frames, Sequence[Brief]], Ruling]
LEVELS: Final[Mapping[str, Severity]] = {"error": "error", "warning": "warning", "note": "note"}
RAISED: Final[Mapping[str, Severity]] = {"note": "warning", "warning": "error", "error": "error"}
LOWERED: Final[Mapping[str, Severity]] = {"error": "warning", "warning": "note", "note": "note"}
# Checks about the data a brief may not be issued with, unless the config lowers them.
HELD_BY: Final = "error"
FORMATS: Final = {".pdf": "pdf", ".html": "html", ".xlsx": "xlsx", ".md": "md", ".json": "json"}
SHORTER: Final = f"Write a name of at most {LONGEST_NAME} letters in companies.csv; legal_name keeps the long one."


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build left: the issue's folder and files, what was noticed, and whether a check held it back."""

    folder: Path
    files: tuple[Path, ...]
    findings: tuple[Finding, ...]
    held: bool
    ruling: Ruling | None = None  # of the gate, where there was one


@dataclass(frozen=True, slots=True)
class Given:
    """What a build need not read, as it travels to a worker: the rows of its companies, and the text of its config
    where no file of it lies anywhere."""

    data: Dataset
    text: bytes | None = None


@dataclass(frozen=True, slots=True)
class Computed:
    """Figures without pages: METRICS and COMPARISON, and the files written if any."""

    metrics: pl.DataFrame
    comparison: pl.DataFrame
    findings: tuple[Finding, ...]
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """A config with its data, ready to be computed."""

    config: Config
    data: Dataset
    request: assemble.Request
    roots: tuple[Path, ...]
    cache: Path
    warnings: tuple[Finding, ...] = ()
    asked: tuple[str, ...] = ()  # the audiences to write; the figures are those of all, whoever is asked for
    brand: Brand | None = None  # the house's look, where it has one
    entered: Mapping[str, digest.TableDigest] = field(default_factory=dict)  # each table's rows before any stage
    digests: dict[str, dict[str, str]] = field(default_factory=dict, compare=False)  # of templates, by audience
    given: Dataset | None = None  # the data as they were read, before names were made to fit
    before: _Before = field(default_factory=lambda: _Before())
    others: tuple[Finding, ...] = ()  # noticed of companies of the data that are not the brief's


@dataclass(frozen=True, slots=True)
class _Before:
    """The issues that a build found: what is said of them, its own number, and what was noticed."""

    since: Since | None = None
    number: int = 1
    findings: tuple[Finding, ...] = ()


def build(
    config_path: Path,
    *,
    as_of: date | None = None,
    audiences: Sequence[str] | None = None,
    formats: Sequence[str] | None = None,
    out: Path | None = None,
    page: str | None = None,
    length: str | None = None,
    spoken: Sequence[str] | None = None,
    since: date | Literal["none"] | None = None,
    today: date,
    force: bool = False,
    frozen: bool = False,
    gate: Gate | None = None,
    given: Given | None = None,
    progress: Progress = lambda stage: None,
) -> BuildResult:
    """Build the briefs of one config. Raises UnusableRequest with every mistake; then nothing was written.

    page, length, spoken (languages) and since (the day of the issue to compare with, or none) win over the config's.
    given: what was read already of a member of a pattern.
    gate is asked once the briefs are written and before anything is drawn.
    """
    progress("reading")
    won = (
        ("page", page), ("length", length), ("since", since), ("languages", tuple(spoken) if spoken else None),
    )  # fmt: skip
    over = {name: value for name, value in won if value is not None}
    data, text = (given.data, given.text) if given else (None, None)
    case = prepare(
        config_path, as_of=as_of, audiences=audiences, today=today, frozen=frozen, over=over, given=data, text=text
    )
    wanted = tuple(formats or case.config.outputs)
    if mistakes := (*_unpriced(case), *_lacking(case.config, wanted)):
        raise UnusableRequest(mistakes)
    sign = signature.signer(case.config)
    _expect(case, wanted)
    progress("computing")
    study, frames = studied(case)
    study = replace(study, findings=levelled((*case.warnings, *study.findings), case.config.checks))
    folder = (out or case.config.root / "output") / case.config.name / case.request.as_of.isoformat()
    held = tuple(finding for finding in study.findings if finding.severity == HELD_BY)
    if held:
        return BuildResult(folder, (), study.findings, held=True)
    case = _looking_back(case, folder, Side(dossier.asked(case.request, study.plan), case.data, printed(frames)))
    study = _with_before(study, case.before)
    files: dict[str, bytes] = {}
    left_out: list[Finding] = []  # of printed pages; no brief speaks of another's
    kept = _kept(folder, case)
    shop = carrying(shop_of(case, study), case, partial(gather.locked, case.config, case.data), sign)
    remembered = case.cache / "cuts" / f"{_digest(case)}.json"
    known, taken = editions.recalled(remembered), dict[str, Any]()
    progress("writing")
    readers = [reader for reader in case.request.audiences if reader.name in (*case.asked, *kept)]
    briefs = [shop.brief(reader) for reader in readers]
    ruling = None if gate is None else gate(study, frames, briefs)
    if ruling is not None and ruling.stops:
        return BuildResult(folder, (), (*study.findings, *ruling.stops), held=True, ruling=ruling)
    told = {
        one.at: one for reader, brief in zip(readers, briefs, strict=True) for one in _told(shop, case, reader, brief)
    }
    beside = cache(partial(_records, case, study, frames, briefs, told))
    for reader in readers:
        if reader.name in case.asked:
            made = _editions(case, reader, told, lambda at: wanted, known=known, progress=progress, meanwhile=beside)
            files |= made.files
            left_out += made.left_out
            taken |= made.taken
    editions.remember(remembered, {**known, **taken})
    study = replace(study, findings=(*study.findings, *left_out))
    files |= beside() | records.noticed(study)
    files["manifest.json"] = _manifest(case, files | _files_of(folder, kept))
    if sign is not None:
        files[enclosures.SIGNATURE] = sign(files["manifest.json"])
    progress("publishing")
    published = delivery.publish(folder, files, keep=kept)
    findings = (*study.findings, *case.before.findings)
    return BuildResult(folder, published, findings, held=False, ruling=ruling)


def _records(
    case: _Case, study: Study, frames: assemble.Frames, briefs: Sequence[Brief], told: Mapping[str, _Told]
) -> dict[str, bytes]:
    """The data files that lie beside the pages, but what was noticed, which the pages add to.

    told: every brief in every language, by its folder.
    """
    from peerbench.render import summary

    made = records.files(study, frames, briefs) | dossier.files(case.data, case.request, study.plan)
    made["summary.json"] = records.as_json({at: summary.of(one.brief, voice=one.voice) for at, one in told.items()})
    looked = {} if study.since is None else {looking.FILE: looking.as_json(study.since)}
    return made | _checked(case, study) | looked


def studied(case: _Case) -> tuple[Study, assemble.Frames]:
    """The study of a case, with what is said about its companies held against its figures."""
    study, frames = assemble.study(case.data, case.request)
    return replace(study, circulating=_circulating(case)), frames


def _circulating(case: _Case) -> tuple[Circulated, ...]:
    config = case.config
    if not config.circulation:
        return ()
    from peerbench import factcheck

    scope = _scope(case)
    book = factcheck.figures(scope)
    published = case.request.furniture.published
    last = date(published.year, published.month, published.day)
    return tuple(
        Circulated(verdict, one.source, one.day or case.request.as_of, one.url)
        for one in config.circulation
        if one.day is None or one.day <= last
        for text in one.texts
        for verdict in factcheck.check(text, scope, about=one.about or config.subject, book=book)
    )


def _checked(case: _Case, study: Study) -> dict[str, bytes]:
    """What was found about the claims in circulation, all of it: the page has room for the weightiest."""
    if not study.circulating:
        return {}
    from peerbench.factcheck import report

    texts = dict.fromkeys((one.source, one.day) for one in study.circulating)
    found = [
        report.data(
            _report(case, tuple(c.verdict for c in study.circulating if (c.source, c.day) == key), "en"), key[0]
        )
        | {"published": key[1]}
        for key in texts
    ]
    return {"checked.json": records.as_json(found)}


def _report(case: _Case, verdicts: tuple[Verdict, ...], language: str) -> report.TextChecked:
    from peerbench import factcheck
    from peerbench.factcheck import report

    names = {key: company.name for key, company in case.data.companies.items()}
    book = Sourcebook(case.data, names)
    return report.TextChecked(case.config.name, case.request.as_of, language, verdicts, factcheck.notes(verdicts), book)


def _expect(case: _Case, wanted: Sequence[str]) -> None:
    """What the press will be asked for first."""
    first = next((reader for reader in case.request.audiences if reader.name in case.asked), None)
    if first is not None and editions.PRINT in wanted and case.config.languages[:1] == (languages.HOUSE,):
        from peerbench.render.look import Look

        look = Look(case.roots, first.name)
        look = look if case.brand is None else replace(look, brand=case.brand)
        size = "Letter" if case.config.page == "Letter" else "A4"
        theme = first.words("theme", "investor")
        editions.expect(look, theme, page=size, length=case.config.length, cache=case.cache)


@dataclass(frozen=True, slots=True)
class _Told:
    """The brief of one audience in one language, in the shop of that language; unsaid: texts without words in it."""

    at: str  # the folder of its editions
    shop: editions.Shop
    brief: Brief
    voice: Voice
    unsaid: tuple[str, ...] = ()


def _told(shop: editions.Shop, case: _Case, reader: audience.Audience, english: Brief) -> Iterator[_Told]:
    for tag, at in _folders(case.config, reader.name):
        tongue = replace(shop, language=tag)
        said, unsaid = (english, ()) if tag == languages.HOUSE else tongue.written(reader)
        yield _Told(at, tongue, said, tongue.voice(reader), unsaid)


@dataclass(frozen=True, slots=True)
class _Made:
    """The editions of one audience in every language: files, what is to be said of them, cuts by folder."""

    files: Mapping[str, bytes]
    left_out: tuple[Finding, ...]
    taken: Mapping[str, Any]


def _editions(
    case: _Case,
    reader: audience.Audience,
    told: Mapping[str, _Told],
    wanted: Callable[[str], Sequence[str]],
    *,
    known: Mapping[str, Any],
    progress: Progress,
    meanwhile: Callable[[], object] = lambda: None,
) -> _Made:
    """told: the briefs by their folders; wanted: the formats of a folder; known: the cuts that made an earlier build of
    the same fit, by folder.

    meanwhile: what else there is to do while the press prints.
    """
    files: dict[str, bytes] = {}
    left_out: list[Finding] = []
    taken: dict[str, Any] = {}
    for tag, at in _folders(case.config, reader.name):
        if not wanted(at):
            continue
        one, cuts = told[at], known.get(at)
        made = editions.made(
            one.shop, one.brief, reader, wanted(at), folder=at, known=cuts, progress=progress, meanwhile=meanwhile
        )
        files |= made.files
        left_out += [*made.left_out, *_unsaid(tag, at, one.unsaid)]
        taken[at] = made.taken
    return _Made(files, tuple(left_out), taken)


def _folders(config: Config, reader: str) -> Iterator[tuple[str, str]]:
    """Each language with the folder of its editions: the first has the audience's own, the others one within it."""
    for place, tag in enumerate(config.languages):
        yield tag, f"{reader}/{tag}" if place else reader


def _unsaid(tag: str, at: str, texts: Sequence[str]) -> Iterator[Finding]:
    """Texts of the user's own, or of a plug-in, that stand in English on a page in another language."""
    if texts:
        shown = "; ".join(f"“{text[:60]}”" for text in texts[:3])
        message = f"{at}: {len(texts)} texts stand in English, as the language {tag} has no words for them: {shown}"
        hint = f"Add them to templates/house/languages/{tag}/texts.yaml, each with its words."
        yield Finding(languages.CHECK, "note", message + ("…" if len(texts) > 3 else "."), hint, subject=at)


def shop_of(case: _Case, study: Study) -> editions.Shop:
    """What the editions of a case share."""
    return editions.Shop(study, case.roots, case.cache, case.config.length, case.brand)


def carrying(
    shop: editions.Shop,
    case: _Case,
    lock: Callable[[], bytes],
    sign: signature.Sign | None = None,
    *,
    signed: Mapping[str, bytes] | None = None,
) -> editions.Shop:
    """The shop whose editions carry what they were made from; `bench verify` computes them again from that alone.

    It is packed when the first edition asks for it: by then the press has a brief to lay out.
    """
    packed = cache(partial(_packed, case, lock))

    def enclose(edition: str) -> tuple[Enclosure, ...]:
        files, about = packed()
        known = (signed or {}).get(edition)
        own = sign if known is None else lambda manifest: known
        return enclosures.with_manifest(files, {**about, "edition": edition}, own)

    return replace(shop, enclose=enclose)


def _packed(case: _Case, lock: Callable[[], bytes]) -> tuple[tuple[Enclosure, ...], dict[str, Any]]:
    """The files that every edition carries, and what the manifest among them says."""
    assert case.given is not None
    names = [reader.name for reader in case.request.audiences]
    files = enclosures.packed(case.config, case.given, lock(), case.roots, names)
    if files and case.before.since is not None:
        told = looking.as_json(case.before.since)
        about_last = "What it says of the issue before"
        files = (*files, Enclosure(looking.FILE, told, "application/json", about_last, "Supplement"))
    return files, {
        "brief": case.config.name,
        "config_path": case.config.files[0].path,
        "audiences": names,
        "page": case.config.page,
        "length": case.config.length,
        "libraries": enclosures.libraries(),
        **_rests_on(case),
        # What carries nothing names nothing of where it came from: the same rows by any way are the same page.
        **({} if case.config.attachments else {"inputs": {}, "config": ""}),
    }


def _kept(folder: Path, case: _Case) -> tuple[str, ...]:
    """Audiences of the last issue that are not written again: kept while they rest on the very same inputs.

    Else a page would stand beside data files that say something else.
    """
    delivery.recover(folder)
    names = [reader.name for reader in case.request.audiences if reader.name not in case.asked]
    if not names:
        return ()
    try:
        last = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return ()
    now = _rests_on(case)
    if not isinstance(last, dict) or any(
        last.get(key) != now.get(key) for key in (*now, "languages") if key != "templates"
    ):
        return ()
    printed = last.get("templates") or {}
    same = [name for name in names if _templates(case, only=name).items() <= printed.items()]
    return tuple(name for name in same if (folder / name).is_dir())


# ---- earlier issues --------------------------------------------------------------------------------------------------


def _looking_back(case: _Case, folder: Path, now: Side) -> _Case:
    """The case with what is to be said of the issue before, and of an earlier print of this very one."""
    delivery.recover(folder)
    wanted, asked = case.config.since, now.asked
    metrics = tuple(dict.fromkeys(one for reader in case.request.audiences for one in lookback.followed(reader)))
    found = issues.Earlier(None, 1)
    if wanted != "none":
        found = issues.earlier(folder.parent, brief=asked.brief, before=asked.as_of, since=wanted)
    if wanted not in (None, "none") and found.issue is None:
        findings = tuple(replace(one, severity="error") for one in found.findings)
        raise UnusableRequest(findings or (_no_issue(case.config, folder.parent, str(wanted)),))
    told = looking.Since()
    if (issue := found.issue) is not None:
        told = looking.since(
            issue.side,
            now,
            number=found.issue_number,
            digest=issue.digest,
            used=issue.used,
            metrics=metrics,
        )
    if (first := issues.printed_before(folder, brief=asked.brief, day=asked.as_of)) is not None:
        told = looking.reprinted(told, first.side, now, used=first.used, before=first.since, metrics=metrics)
    said = told if told.compared or told.corrections else None
    return replace(case, before=_Before(said, found.number, found.findings))


def _carried(since: bytes, manifest: Mapping[str, Any]) -> _Before:
    """What an issue carries of the one before it; what cannot be read is as if it were not there."""
    number = manifest.get("issue")
    try:
        told = looking.from_json(since) if since else None
    except ValueError:
        told = None
    return _Before(told, number if isinstance(number, int) else 1)


def _no_issue(config: Config, series: Path, day: str) -> Finding:
    known = ", ".join(str(day) for day in issues.days(series))
    hint = f"There are issues of {known}." if known else "Leave --since away: the newest earlier one is taken."
    return config.finding("config.since", f"there is no earlier issue of {day} to compare with", "since", hint=hint)


def _with_before(study: Study, before: _Before) -> Study:
    """The study that knows the issue before it, and its own number from the second on."""
    numbered = study.furniture.issue or (str(before.number) if before.since and before.since.compared else "")
    furniture = replace(study.furniture, issue=numbered)
    return replace(study, since=before.since, furniture=furniture)


def printed(frames: assemble.Frames) -> dict[Key, dict[str, Any]]:
    """(company, metric) → the row of the comparison."""
    return rows_by(frames.comparison, "company", "metric")  # type: ignore[return-value]


def _files_of(folder: Path, audiences: Sequence[str]) -> dict[str, bytes]:
    paths = (path for name in audiences for path in (folder / name).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


# ---- reading ---------------------------------------------------------------------------------------------------------


def prepare(
    config_path: Path,
    *,
    as_of: date | None = None,
    audiences: Sequence[str] | None = None,
    today: date,
    frozen: bool = False,
    over: Mapping[str, Any] | None = None,
    given: Dataset | None = None,
    text: bytes | None = None,
) -> _Case:
    """Config, data and audiences, with all mistakes of all of them at once. given: the data, else they are read.

    text: what stands at config_path where no file lies there; of a member of a pattern it is found out.
    """
    if given is None and (sought := naming.sought(config_path)) is not None:
        found = members(sought[0], as_of=as_of, today=today, frozen=frozen, only=(sought[1],))
        (member,) = found.members
        given, text, as_of = found.rows(member), member.text, found.as_of if as_of is None else as_of
    config, findings = configs.load(config_path, files=given is None, text=text)
    if config is None:
        raise UnusableRequest(_errors(findings))
    if config.pattern:
        raise UnusableRequest((*_errors(findings), _of_many(config)))
    if as_of is not None:  # of another day it is another issue, and was published on that day
        config = replace(config, as_of=as_of, published=config.published if config.as_of in (None, as_of) else None)
    config = replace(config, **(over or {}))
    clothes, theme_mistakes = dress.dress(config)
    roots = clothes.roots
    data, data_mistakes = (given, ()) if given else _read(config, "frozen" if frozen else "cached")
    noticed = (*findings, *meaning.check(config, known=_known(data, roots), today=today))
    problems = [*_errors(noticed), *theme_mistakes, *data_mistakes]
    asked = tuple(dict.fromkeys(audiences or config.audiences))
    readers, reader_mistakes = _readers(tuple(dict.fromkeys((*config.audiences, *asked))), roots)
    house, noticed_of_house = dress.brand(config, clothes, readers)
    problems += _language_mistakes(config, readers, roots)
    problems += [*reader_mistakes, *dress.unknown_themes(readers), *_errors(noticed_of_house)]
    if data is None or problems:
        failed = [finding for finding in (data.findings if data else ()) if finding.check in gather.FAILURES]
        raise UnusableRequest(tuple(dict.fromkeys((*problems, *failed))))
    whole, data = data, enclosures.of_brief(data, config)
    given = data
    day = config.as_of or today
    entered = digest.tables(data)
    request = _request(config, tuple(_of_set(reader, config) for reader in readers), day, digest.of(entered))
    mistakes = _errors(assemble.plan(request)[1])
    if mistakes:
        raise UnusableRequest(tuple(_placed(config, readers, finding) for finding in mistakes))
    data, unprinted = _printable(data, request, roots)
    said = (*noticed, *noticed_of_house, *unprinted)
    warnings = tuple(dict.fromkeys(finding for finding in said if finding.severity != "error"))
    cache = config.root / ".bench" / "cache"
    others = tuple(finding for finding in whole.findings if finding not in given.findings)
    return _Case(config, data, request, roots, cache, warnings, asked, house, entered, given=given, others=others)


def members(
    config_path: Path,
    *,
    as_of: date | None = None,
    today: date,
    frozen: bool = False,
    only: Sequence[str] | None = None,
) -> universes.Universe:
    """A pattern's members with all of its mistakes at once. only: of these companies; any that is none is a mistake."""
    config, findings = configs.load(config_path)
    if config is None:
        raise UnusableRequest(_errors(findings))
    if not config.pattern:
        hint = 'Write subjects: in place of subject:, e.g. subjects: sector == "Technology".'
        message = f"{config.name} is one brief, not a pattern of many"
        raise UnusableRequest((*_errors(findings), config.finding(selection.CHECK, message, "subject", hint=hint)))
    config = config if as_of is None else replace(config, as_of=as_of)
    clothes, theme_mistakes = dress.dress(config)
    data, data_mistakes = _read(config, "frozen" if frozen else "cached")
    noticed = (*findings, *meaning.check(config, known=_known(data, clothes.roots), today=today))
    problems = (*_errors(noticed), *universes.mistakes(config), *theme_mistakes, *data_mistakes)
    if data is None or problems:
        raise UnusableRequest(tuple(dict.fromkeys(problems)))
    found = universes.expand(config, data, as_of=config.as_of or today)
    noted = tuple(finding for finding in noticed if finding.severity != "error")
    kept = found.members if only is None else found.only(only)
    return replace(found, members=kept, findings=(*noted, *found.findings))


def given_of(universe: universes.Universe, member: universes.Member) -> Given | None:
    """What a member's build need not read; None where a file of its own is its config."""
    return None if member.own else Given(universe.rows(member), member.text)


def shared_mistakes(
    universe: universes.Universe, *, audiences: Sequence[str] | None = None, today: date
) -> tuple[Finding, ...]:
    """What is wrong with every member alike, audiences and templates say, as the first one shows."""
    first = universe.members[0]
    found = check(first.path, as_of=universe.as_of, audiences=audiences, today=today, given=given_of(universe, first))
    own = {first.company, *first.peers}
    return tuple(finding for finding in _errors(found) if finding.subject not in own)


def _of_many(config: Config) -> Finding:
    path = f"{config.path.parent.name}/{config.name}-COMPANY{config.path.suffix}"
    message = f"{config.name} is a pattern of many briefs, and one is asked for"
    hint = f"Name a member, {path}; `bench check --list {config.files[0].path}` lists them."
    return config.finding(selection.CHECK, message, "subjects", hint=hint)


def _printable(
    data: Dataset, request: assemble.Request, roots: tuple[Path, ...]
) -> tuple[Dataset, tuple[Finding, ...]]:
    """Names that the fonts can print, short enough for the page. One in its own script may be left out, and is said."""
    from peerbench.render.letters import unprintable
    from peerbench.render.look import Look

    fonts = Look(roots, next((reader.name for reader in request.audiences), lookup.HOUSE)).fonts
    companies, noticed = dict(data.companies), []
    for key in request.roles:
        one = companies[key]
        for which in ("name", "native_name"):
            if lost := unprintable(getattr(one, which), fonts):
                noticed.append(_unprinted(one.name if which == "native_name" else key, key, which, lost))
                companies[key] = replace(one, native_name="")
    if mistakes := _errors(noticed):
        raise UnusableRequest(mistakes)
    for key, name in shortened({key: companies[key].name for key in request.roles}).items():
        long = companies[key].name
        noticed.append(Finding("long_name", "note", f"{long} is printed as “{name}”.", SHORTER, subject=key))
        companies[key] = replace(companies[key], name=name, legal_name=companies[key].legal_name or long)
    return replace(data, companies=companies), tuple(noticed)


def _unprinted(name: str, key: str, field: str, letters: str) -> Finding:
    listed = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in letters[:4]) + (", …" if letters[4:] else "")
    font = "put a font that has them in its place: templates/house/fonts/BriefHan-Regular.otf"
    if field == "native_name":
        message = f"{name}: the name in its own script is left out; the theme’s fonts lack {listed}."
        return Finding("letters", "note", message, f"To print it, {font}.", subject=key)
    message = f"{name}: the theme’s fonts lack {listed} of its name."
    hint = f"Write the name in letters they have, and the original as native_name; or {font}."
    return Finding("letters", "error", message, hint, Origin("companies.csv"), subject=key)


def _placed(config: Config, readers: Sequence[audience.Audience], finding: Finding) -> Finding:
    """A mistake in a metric at its place: in the config if that asks for it, else in the audience that does."""
    found = meaning.placed(config, finding)
    if found.origin.file or not finding.subject:
        return found
    name = finding.subject.partition("[")[0]
    for reader in readers:
        keys = reader.where(name)
        if keys:
            return replace(reader.finding(finding.message, *keys, hint=finding.hint), check=finding.check)
    return found


def _unpriced(case: _Case) -> tuple[Finding, ...]:
    """A missing price or rate at the key that asks for it: the day, the currency, or the company."""
    config = case.config
    keys: dict[str, tuple[str | int, ...]] = {
        config.subject: ("subject",),
        **{peer.company: ("peers", place, "company") for place, peer in enumerate(config.peers)},
    }
    return tuple(
        config.finding(
            finding.check,
            finding.message,
            *(("as_of",) if finding.check == market.PRICE else keys.get(finding.subject, ("currency",))),
            hint=finding.hint,
            subject=finding.subject,
        )
        for finding in market.mistakes(case.data, case.request)
    )


def _lacking(config: Config, wanted: Sequence[str]) -> Iterable[Finding]:
    """Editions without their library, each where the config asks for it."""
    for finding in editions.lacking(wanted):
        place = config.outputs.index(finding.subject) if finding.subject in config.outputs else None
        keys: tuple[str | int, ...] = ("outputs",) if place is None else ("outputs", place)
        yield config.finding(finding.check, finding.message, *keys, hint=finding.hint, subject=finding.subject)


def _errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.severity == "error")


def _read(config: Config, mode: gather.Mode) -> tuple[Dataset | None, tuple[Finding, ...]]:
    """The config's sources as one dataset, or every reason why there is none."""
    if not config.sources:
        return None, ()
    try:
        return gather.read(config, mode=mode), ()
    except UnusableRequest as error:
        return None, error.findings


def _known(data: Dataset | None, roots: tuple[Path, ...]) -> meaning.Known:
    from peerbench.metrics import catalogue

    return meaning.Known(
        companies=tuple(data.companies) if data else (),
        metrics=tuple(catalogue.load().definitions),
        audiences=lookup.audiences(roots),
        datasets=dataset.shipped_names(),
        checks=help.names("checks"),
        languages=languages.known(roots),
    )


def _readers(names: tuple[str, ...], roots: tuple[Path, ...]) -> tuple[tuple[audience.Audience, ...], list[Finding]]:
    found, mistakes = [], []
    known = lookup.audiences(roots)
    for name in (name for name in names if name in known):
        try:
            reader = audience.load(name, roots)
        except UnusableRequest as error:
            mistakes += list(error.findings)
            continue
        found.append(reader)
        mistakes += [*plan.mistakes(reader), *_formats(reader)]
    return tuple(found), mistakes


def _formats(reader: audience.Audience) -> list[Finding]:
    """Number formats that an audience asks for and the renderer does not have."""
    from peerbench.render.format import FORMATS

    asked = reader.settings.get("formats") or {}
    return [
        reader.finding(f"unknown number format '{name}'", "formats", metric, hint=did_you_mean(name, FORMATS))
        for metric, name in asked.items()
        if name not in FORMATS
    ]


def _language_mistakes(
    config: Config, readers: Iterable[audience.Audience], roots: tuple[Path, ...]
) -> Iterator[Finding]:
    """What a language of the config lacks: words, phrases or typefaces, told at its place in the config."""
    from peerbench.render import han
    from peerbench.render.look import Look

    here = [tag for tag in config.languages if tag != languages.HOUSE and tag in languages.known(roots)]
    for tag in here:
        fonts = None
        for reader in readers:
            try:
                spoken = languages.load(tag, reader.name, roots)
            except UnusableRequest as error:
                yield from error.findings
                return
            yield from plan.unspoken(reader, spoken.phrases, spoken.lexicon, tag)
            if fonts is None:
                fonts = han.faces(spoken.language.rules, Look(roots, reader.name).fonts)
                yield from fonts[1]


def _of_set(reader: audience.Audience, config: Config) -> audience.Audience:
    """The audience with what the config says of its peer set."""
    segments = {company: {"segment": name, "label": label} for company, (name, label) in config.segments.items()}
    return audience.of_set(reader, segments=segments, not_shown=config.not_shown)


def _request(config: Config, readers: tuple[audience.Audience, ...], day: date, data_lock: str) -> assemble.Request:
    return assemble.Request(
        config.subject,
        tuple(PeerNote(peer.company, peer.role, peer.why, peer.grade) for peer in config.peers),
        tuple((left.name or left.company, left.why) for left in config.excluded),
        {group.name: group.metrics for group in config.metrics},
        config.custom_metrics,
        readers,
        day,
        config.currency,
        _furniture(config, data_lock, day),
    )


def _furniture(config: Config, data_lock: str, day: date) -> Furniture:
    return Furniture(
        name=config.name,
        title=config.title,
        series=config.series,
        sector=config.sector_label,
        issue=config.issue,
        desk=config.desk,
        reviewer=config.reviewer,
        conflicts=config.conflicts,
        disclosures=config.disclosures,
        legal=config.legal,
        published=config.published or day,
        page_size=config.page,
        version=__version__,
        data_lock=data_lock,
    )


def _inputs(data: Dataset, config: Config) -> dict[str, str]:
    """Digest of every file read by name, the data's before the config's; names, not paths, so that folders agree."""
    read = sorted((Path(file.path).name, file.sha256) for file in data.files)
    named: dict[str, str] = {}
    for name, sha256 in (*read, *_config_files(config)):
        free = (name, *(f"{name} ({number})" for number in range(2, len(read) + len(config.files) + 1)))
        named[next(other for other in free if other not in named)] = sha256
    return named


def _config_files(config: Config) -> list[tuple[str, str]]:
    return [(Path(file.path).name, file.sha256) for file in config.files]


def _config_digest(config: Config) -> str:
    """SHA-256 over the digests of the peer set's files, the file itself and what it extends."""
    return hashlib.sha256("".join(f"{name} {sha256}\n" for name, sha256 in _config_files(config)).encode()).hexdigest()


def levelled(findings: Iterable[Finding], levels: Mapping[str, str]) -> tuple[Finding, ...]:
    """`checks:` of the config applied: raised, lowered, set to a level, or silenced and said so."""
    kept, silenced = [], set()
    for finding in findings:
        level = levels.get(finding.check, "")
        if level in ("silence", "off"):
            silenced.add(finding.check)
            continue
        severity = (
            RAISED[finding.severity]
            if level == "raise"
            else LOWERED[finding.severity]
            if level == "lower"
            else LEVELS.get(level, finding.severity)
        )
        kept.append(replace(finding, severity=severity))
    said = [
        Finding("silenced", "note", f"The check {check} is silenced by the config.", subject=check)
        for check in sorted(silenced)
    ]
    return (*kept, *said)


# ---- what an issue rests on ------------------------------------------------------------------------------------------


def _manifest(case: _Case, files: Mapping[str, bytes]) -> bytes:
    """Digests of every input, template and output; no path of a machine and no clock."""
    outputs = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    return records.as_json({"brief": case.config.name, **_rests_on(case), "outputs": outputs})


def _digest(case: _Case) -> str:
    """Of everything that the pages of a case follow from: one build of the same knows what another found out."""
    size = {"page": case.config.page, "length": case.config.length}
    return hashlib.sha256(records.as_json({**_rests_on(case), **size, "code": editions.code()})).hexdigest()[:32]


def _rests_on(case: _Case) -> dict[str, Any]:
    """What decides the bytes of an issue: the program, the day, the data, the config and the templates.

    data_lock is of the rows that entered, `data` of each table of them; `inputs` are the files that carried them.
    """
    return {
        "as_of": case.request.as_of.isoformat(),
        "peerbench": __version__,
        "data_lock": case.request.furniture.data_lock,
        "data": {name: asdict(one) for name, one in case.entered.items()},
        "config": _config_digest(case.config),
        "inputs": _inputs(case.data, case.config),
        "templates": _templates(case),
        **({} if case.config.languages == (languages.HOUSE,) else {"languages": list(case.config.languages)}),
        **_after(case.before),
    }


def _after(before: _Before) -> dict[str, Any]:
    """What an issue rests on besides, where others lie before it."""
    if before.since is None:
        return {}
    told = hashlib.sha256(looking.as_json(before.since)).hexdigest()
    return {"issue": before.number, "since": {"manifest": before.since.digest, "told": told}}


def _templates(case: _Case, *, only: str = "") -> dict[str, str]:
    """Digest of every file that the pages may use: the one that wins, and each layer's of those that are merged.

    only: those of one audience.
    """
    readers = (reader.name for reader in case.request.audiences if only in ("", reader.name))
    found = {name: digest for reader in readers for name, digest in _digests(case, reader).items()}
    found |= {f"brand {path.name}": _sha256(path) for path in case.config.brand.files}
    return dict(sorted(found.items()))


def _digests(case: _Case, reader: str) -> dict[str, str]:
    """Those of one audience, read once a build."""
    if reader not in case.digests:
        own = shipped("templates").resolve()
        files = lookup.files(reader, case.roots).items()
        used = [(name, layers) for name, layers in files if languages.used(name, case.config.languages)]
        paths = {path for name, layers in used for path in (layers if lookup.merged(name) else layers[:1])}
        case.digests[reader] = {
            path.relative_to(own).as_posix() if path.is_relative_to(own) else lookup.shown(path, case.roots): _sha256(
                path
            )
            for path in paths
        }
    return case.digests[reader]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# ---- computed again --------------------------------------------------------------------------------------------------


def again(
    config_path: Path,
    given: Dataset,
    manifest: Mapping[str, Any],
    *,
    lock: bytes,
    wanted: Sequence[str],
    since: bytes = b"",
    signed: Mapping[str, bytes],
) -> dict[str, bytes]:
    """The files of an issue made anew from what its editions carry, in memory: editions by name, and its records.

    since: what it kept of the issue before it; signed: the signature that an edition carries, by its name, whosever.
    Raises UnusableRequest when they cannot be made, or would be held back.
    """
    day = enclosures.day(manifest)
    over: dict[str, Any] = {name: manifest[name] for name in ("page", "length")}
    over["languages"] = tuple(map(str, manifest.get("languages") or (languages.HOUSE,)))
    case = prepare(config_path, as_of=day, audiences=manifest["audiences"], today=day, over=over, given=given)
    case = replace(case, before=_carried(since, manifest))
    study, frames = studied(case)
    study = replace(study, findings=levelled((*case.warnings, *study.findings), case.config.checks))
    if held := tuple(finding for finding in study.findings if finding.severity == HELD_BY):
        raise UnusableRequest(held)
    study = _with_before(study, case.before)
    shop = carrying(shop_of(case, study), case, lambda: lock, signed=signed)

    def formats(at: str) -> list[str]:
        return [FORMATS[path.suffix] for path in map(PurePath, wanted) if path.parent.as_posix() == at]

    files: dict[str, bytes] = {}
    briefs: list[Brief] = []
    told: dict[str, _Told] = {}
    for reader in case.request.audiences:
        if any(name.partition("/")[0] == reader.name for name in wanted):
            briefs.append(shop.brief(reader))
            told |= {one.at: one for one in _told(shop, case, reader, briefs[-1])}
            made = _editions(case, reader, told, formats, known={}, progress=lambda stage: None)
            files |= made.files
            study = replace(study, findings=(*study.findings, *made.left_out))
    kept = {looking.FILE: since} if since else {}
    return {**_records(case, study, frames, briefs, told), **records.noticed(study), **kept, **files}


# ---- without pages ---------------------------------------------------------------------------------------------------


def check(
    config_path: Path,
    *,
    as_of: date | None = None,
    audiences: Sequence[str] | None = None,
    today: date,
    given: Given | None = None,
) -> tuple[Finding, ...]:
    """Everything wrong or noteworthy about a config and its data, without building. audiences: else the config's."""
    data, text = (given.data, given.text) if given else (None, None)
    try:
        case = prepare(config_path, as_of=as_of, audiences=audiences, today=today, given=data, text=text)
    except UnusableRequest as error:
        return error.findings
    study, _ = studied(case)
    shop = shop_of(case, study)
    mistakes = [finding for reader in case.request.audiences for finding in editions.mistakes(shop, reader)]
    return (
        *_unpriced(case),
        *dict.fromkeys(mistakes),
        *levelled(
            dict.fromkeys((*case.warnings, *study.findings, *case.data.findings, *case.others)), case.config.checks
        ),
    )


def compute(config_path: Path, *, as_of: date | None = None, out: Path | None = None, today: date) -> Computed:
    """The figures of a config without rendering; metrics.csv and comparison.csv are written into `out` if given."""
    _, frames, findings = figures(config_path, as_of=as_of, today=today)
    files: tuple[Path, ...] = ()
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        made = {"metrics.csv": records.as_csv(frames.metrics), "comparison.csv": records.as_csv(frames.comparison)}
        for name, data in made.items():
            (out / name).write_bytes(data)
        files = tuple(out / name for name in made)
    return Computed(frames.converted, frames.comparison, findings, files)


def figures(
    config_path: Path,
    *,
    as_of: date | None,
    today: date,
    over: Mapping[str, Any] | None = None,
    metrics: Sequence[str] = (),
) -> tuple[assemble.Request, assemble.Frames, tuple[Finding, ...]]:
    """What a config asks for and its frames. over: values that win over the config's; metrics: of these alone."""
    case = prepare(config_path, as_of=as_of, audiences=(), today=today, over=over)
    work, _ = assemble.plan(case.request)
    frames, findings = assemble.compute(case.data, case.request, work)
    if metrics:
        kept = pl.col("metric").is_in(metrics)
        converted, comparison = frames.converted.filter(kept), frames.comparison.filter(kept)
        frames = replace(frames, converted=converted, comparison=comparison)
    return case.request, frames, findings


def side(config_path: Path, *, as_of: date | None, today: date) -> Side:
    """The figures of a config on one day, to be compared with those of another day or of an issue."""
    case = prepare(config_path, as_of=as_of, today=today)
    work, _ = assemble.plan(case.request)
    frames, _ = assemble.compute(case.data, case.request, work)
    return Side(dossier.asked(case.request, work), case.data, printed(frames))


def explain(
    config_path: Path, company: str, metric: str, *, as_of: date | None = None, today: date
) -> tuple[Trace, dict[str, Trace], tuple[Source, ...]]:
    """Why one number is so, with the traces of everything below it and the documents."""
    from peerbench.brief import lineage

    case = prepare(config_path, as_of=as_of, audiences=(), today=today)
    study, _ = assemble.study(case.data, _asking(case.request, metric))
    return lineage.walk(study, company, metric)


def _asking(request: assemble.Request, metric: str) -> assemble.Request:
    """The request with one more metric of the catalogue; a name that is none is left for the walk to refuse."""
    from peerbench.metrics import catalogue

    if metric.partition("[")[0] not in catalogue.load().definitions:
        return request
    asked = replace(request, groups={**request.groups, "explained": (metric,)})
    return request if assemble.plan(asked)[1] else asked


# ---- outside texts ---------------------------------------------------------------------------------------------------


def check_text(text: str, config_path: Path, *, as_of: date | None = None, today: date) -> report.TextChecked:
    """Every quantitative statement of a text, judged by the figures of a config. Raises UnusableRequest."""
    from peerbench import factcheck

    case = prepare(config_path, as_of=as_of, audiences=(), today=today)
    verdicts = factcheck.check(text, _scope(case))
    return _report(case, verdicts, factcheck.language(text))


def _scope(case: _Case) -> Any:
    from peerbench import factcheck

    return factcheck.Scope(case.data, tuple(case.request.roles), case.request.as_of, case.config.segments)

"""An issue: every edition drawn and its records, published in one step, or made again to be verified."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final, Literal

from peerbench import editions, enclosures, gather, languages, signature
from peerbench.brief import assemble, audience, dossier, records
from peerbench.brief import since as looking
from peerbench.brief.attribution import Side
from peerbench.brief.study import Study
from peerbench.config.values import Config
from peerbench.core.dataset import Dataset
from peerbench.core.document import Brief
from peerbench.core.enclosure import Enclosure
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.deliver import folder as delivery
from peerbench.gate import Ruling
from peerbench.pipeline.basis import fingerprint, manifest_of, rests_on, template_digests
from peerbench.pipeline.case import Case, Progress, prepare, shop_of
from peerbench.pipeline.earlier import carried, looking_back, printed, with_before
from peerbench.pipeline.mistakes import lacking, unpriced
from peerbench.pipeline.numbers import weighed
from peerbench.pipeline.outside import checked_claims
from peerbench.pipeline.reading import Given

if TYPE_CHECKING:
    from peerbench.render.voice import Voice


Gate = Callable[[Study, assemble.Frames, Sequence[Brief]], Ruling]


FORMATS: Final = {".pdf": "pdf", ".html": "html", ".xlsx": "xlsx", ".md": "md", ".json": "json"}


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build left: the issue's folder and files, what was noticed, and whether a check held it back."""

    folder: Path
    files: tuple[Path, ...]
    findings: tuple[Finding, ...]
    held: bool
    ruling: Ruling | None = None  # of the gate, where there was one


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
    case = prepare(config_path, as_of=as_of, audiences=audiences, today=today, frozen=frozen, over=over, given=given)
    wanted = tuple(formats or case.config.outputs)
    if mistakes := (*unpriced(case), *lacking(case.config, wanted)):
        raise UnusableRequest(mistakes)
    sign = signature.signer(case.config)
    _expect(case, wanted)
    progress("computing")
    study, frames, held = weighed(case)
    folder = (out or case.config.root / "output") / case.config.name / case.request.as_of.isoformat()
    if held:
        return BuildResult(folder, (), study.findings, held=True)
    case = looking_back(case, folder, Side(dossier.asked(case.request, study.plan), case.data, printed(frames)))
    study = with_before(study, case.before)
    others = tuple(reader.name for reader in case.request.audiences if reader.name not in case.asked)
    last = delivery.manifest(folder) if others else None
    kept = _kept(folder, case, others, last) if last else ()
    shop = carrying(shop_of(case, study), case, partial(gather.locked, case.config, case.data), sign)
    remembered = case.cache / "cuts" / f"{fingerprint(case)}.json"
    known = editions.recalled(remembered)
    progress("writing")
    readers = [reader for reader in case.request.audiences if reader.name in (*case.asked, *kept)]
    briefs = [shop.brief(reader) for reader in readers]
    ruling = None if gate is None else gate(study, frames, briefs)
    if ruling is not None and ruling.stops:
        return BuildResult(folder, (), (*study.findings, *ruling.stops), held=True, ruling=ruling)
    told = _told(shop, case, readers, briefs)
    beside = cache(partial(_records, case, study, frames, briefs, told))
    asked = [reader for reader in readers if reader.name in case.asked]
    made = _editions(case, asked, told, lambda at: wanted, known=known, progress=progress, meanwhile=beside)
    editions.remember(remembered, {**known, **made.taken})
    study = replace(study, findings=(*study.findings, *made.left_out))
    files = {**made.files, **beside(), **records.noticed(study)}
    files["manifest.json"] = manifest_of(case, files | _files_of(folder, kept))
    if sign is not None:
        files[enclosures.SIGNATURE] = sign(files["manifest.json"])
    progress("publishing")
    published = delivery.publish(folder, files, keep=kept, upon=last if others else ...)
    findings = (*study.findings, *case.before.findings)
    return BuildResult(folder, published, findings, held=False, ruling=ruling)


def _records(
    case: Case, study: Study, frames: assemble.Frames, briefs: Sequence[Brief], told: Mapping[str, _Told]
) -> dict[str, bytes]:
    """The data files that lie beside the pages, but what was noticed, which the pages add to.

    told: every brief in every language, by its folder.
    """
    from peerbench.render import summary

    made = records.files(study, frames, briefs) | dossier.files(case.data, case.request, study.plan)
    made["summary.json"] = records.as_json({at: summary.of(one.brief, voice=one.voice) for at, one in told.items()})
    looked = {} if study.since is None else {looking.FILE: looking.as_json(study.since)}
    return made | checked_claims(case, study) | looked


def _expect(case: Case, wanted: Sequence[str]) -> None:
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


def _told(
    shop: editions.Shop, case: Case, readers: Sequence[audience.Audience], briefs: Sequence[Brief]
) -> dict[str, _Told]:
    """Every brief in every language, by its folder. briefs: of each reader, in English."""
    told: dict[str, _Told] = {}
    for reader, english in zip(readers, briefs, strict=True):
        for tag, at in _folders(case.config, reader.name):
            tongue = replace(shop, language=tag)
            said, unsaid = (english, ()) if tag == languages.HOUSE else tongue.written(reader)
            told[at] = _Told(at, tongue, said, tongue.voice(reader), unsaid)
    return told


@dataclass(frozen=True, slots=True)
class _Made:
    """The editions of audiences in every language: files, what is to be said of them, cuts by folder."""

    files: Mapping[str, bytes]
    left_out: tuple[Finding, ...]
    taken: Mapping[str, Any]


def _editions(
    case: Case,
    readers: Sequence[audience.Audience],
    told: Mapping[str, _Told],
    wanted: Callable[[str], Sequence[str]],
    *,
    known: Mapping[str, Any],
    progress: Progress = lambda stage: None,
    meanwhile: Callable[[], object] = lambda: None,
) -> _Made:
    """told: the briefs by their folders; wanted: the formats of a folder; known: the cuts that made an earlier build of
    the same fit, by folder.

    meanwhile: what else there is to do while the press prints.
    """
    files: dict[str, bytes] = {}
    left_out: list[Finding] = []
    taken: dict[str, Any] = {}
    places = [(one, tag, at) for one in readers for tag, at in _folders(case.config, one.name) if wanted(at)]
    for reader, tag, at in places:
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


def carrying(
    shop: editions.Shop,
    case: Case,
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


def _packed(case: Case, lock: Callable[[], bytes]) -> tuple[tuple[Enclosure, ...], dict[str, Any]]:
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
        **rests_on(case),
        # What carries nothing names nothing of where it came from: the same rows by any way are the same page.
        **({} if case.config.attachments else {"inputs": {}, "config": ""}),
    }


def _kept(folder: Path, case: Case, names: Sequence[str], manifest: bytes) -> tuple[str, ...]:
    """Audiences of the last issue that are not written again: kept while they rest on the very same inputs.

    Else a page would stand beside data files that say something else.
    """
    try:
        last = json.loads(manifest)
    except ValueError:
        return ()
    now = rests_on(case)
    if not isinstance(last, dict) or any(
        last.get(key) != now.get(key) for key in (*now, "languages") if key != "templates"
    ):
        return ()
    printed = last.get("templates") or {}
    same = [name for name in names if template_digests(case, only=name).items() <= printed.items()]
    return tuple(name for name in same if (folder / name).is_dir())


def _files_of(folder: Path, audiences: Sequence[str]) -> dict[str, bytes]:
    paths = (path for name in audiences for path in (folder / name).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


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
    case = prepare(config_path, as_of=day, audiences=manifest["audiences"], today=day, over=over, given=Given(given))
    case = replace(case, before=carried(since, manifest))
    study, frames, held = weighed(case)
    if held:
        raise UnusableRequest(held)
    study = with_before(study, case.before)
    shop = carrying(shop_of(case, study), case, lambda: lock, signed=signed)

    def formats(at: str) -> list[str]:
        return [FORMATS[path.suffix] for path in map(PurePath, wanted) if path.parent.as_posix() == at]

    asked = {name.partition("/")[0] for name in wanted}
    readers = [reader for reader in case.request.audiences if reader.name in asked]
    briefs = [shop.brief(reader) for reader in readers]
    told = _told(shop, case, readers, briefs)
    made = _editions(case, readers, told, formats, known={})
    study = replace(study, findings=(*study.findings, *made.left_out))
    kept = {looking.FILE: since} if since else {}
    return {**_records(case, study, frames, briefs, told), **records.noticed(study), **kept, **made.files}

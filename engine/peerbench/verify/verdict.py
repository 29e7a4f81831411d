"""The verdict: a file or an issue is verified when its own data, computed again, make every byte of it.

Nothing less is called verified. Where bytes differ, the words, links and drawings are compared to name what differs.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from peerbench import enclosures, pipeline, signature
from peerbench.brief.records import as_json
from peerbench.config.load import load
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.verify import carrier, words
from peerbench.verify.carrier import Carrier, refused
from peerbench.verify.words import Difference, Word

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

EDITIONS: Final = (".pdf", ".html")
MANIFEST: Final = enclosures.MANIFEST
SINCE: Final = "since.json"
OWN_SHOWN: Final = 3  # templates of the house that a note names
# What the manifest of an edition says besides what the whole issue rests on.
EDITIONS_OWN: Final = ("config_path", "audiences", "page", "length", "libraries", "edition", "files")
SIGNATURE: Final = enclosures.SIGNATURE
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Number:
    """One printed number: where, its lineage row, what is printed there and what the data make of it."""

    place: str
    row: str
    printed: str
    right: str

    @property
    def true(self) -> bool:
        return self.printed == self.right


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found out about one edition. notes say why a whole file may still differ: other libraries, say."""

    name: str
    brief: str
    edition: str
    as_of: str
    data_lock: str
    verified: bool
    numbers: tuple[Number, ...]
    words: int
    differences: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()


def verdict(
    path: Path, *, project: Path | None = None, key: Path | None = None, progress: Progress = lambda stage: None
) -> Verdict:
    """The verdict on one PDF or web page. project: where typefaces are looked for that may not travel.

    key: the public key of whoever has to have signed it.

    Raises UnusableRequest when the file is not a whole brief of this version or cannot be computed again.
    """
    carried = carrier.read(path)
    progress(f"{carried.name}: computing again")
    wrong = () if key is None else _unsigned(path, carried, signature.public_key(key))
    made, notes = computed_again(carried, (carried.edition,), project, signatures({carried.edition: carried}))
    progress(f"{carried.name}: comparing")
    found = judged(carried, made.get(carried.edition), notes)
    return replace(found, verified=found.verified and not wrong, differences=(*wrong, *found.differences))


def signatures(carried: Mapping[str, Carrier]) -> dict[str, bytes]:
    """The signatures that editions carry, by their names."""
    return {name: one.files[SIGNATURE] for name, one in carried.items() if SIGNATURE in one.files}


def _unsigned(path: Path, carried: Carrier, key: Ed25519PublicKey) -> tuple[Difference, ...]:
    """Nothing where this key signed the file, inside or beside it; else what is wrong with its signatures."""
    lies = signature.beside(path)
    if lies.is_file() and signature.holds(key, carried.data, lies.read_bytes()):
        return ()
    held = carried.files.get(SIGNATURE)
    if held is not None and signature.holds(key, carried.files[MANIFEST], held):
        return ()
    if held is None and not lies.is_file():
        return (Difference("file", SIGNATURE, "it is not signed", ""),)
    name, of = (lies.name, "file") if held is None else (SIGNATURE, "manifest")
    return (Difference("file", name, f"the signature is not this key's, or not of this {of}", ""),)


def _unsigned_issue(folder: Path, carried: Mapping[str, Carrier], key: Ed25519PublicKey) -> Iterator[Difference]:
    """What is not signed by this key: the issue, or an edition in it that carries another's signature.

    The manifest has the digest of each file, so that its signature is theirs too.
    """
    held = folder / SIGNATURE
    if not held.is_file():
        yield Difference("file", SIGNATURE, "it is not signed", "")
    elif not signature.holds(key, (folder / MANIFEST).read_bytes(), held.read_bytes()):
        yield Difference("file", SIGNATURE, "the signature is not this key's, or not of this manifest", "")
    for name, one in carried.items():
        for wrong in _unsigned(folder / name, one, key) if SIGNATURE in one.files else ():
            yield replace(wrong, place=f"{name}: {wrong.place}")


def judged(carried: Carrier, made: bytes | None, notes: tuple[str, ...] = ()) -> Verdict:
    """An edition beside the one that its data make; None where they make none."""
    same = made == carried.data
    right = _taken_apart(carried.kind, made) if made is not None else None
    found = [] if same else list(_files(carried, right))
    if made is None and not found:
        found.append(Difference("file", MANIFEST, f"it is {carried.edition}, which its data do not make", ""))
    numbers: tuple[Number, ...] = ()
    count = 0
    if right is not None:
        mine = right if same else _read_through(carried)
        if mine is None:
            damage = Difference("file", "pages", "cannot be read through; they are damaged", "")
            return _judged(carried, same, found=(*found, damage), notes=notes)
        texts = words.differences(mine.words, right.words)
        numbers, count = _numbers(right.words, texts), len(right.words)
        if not same:
            found += [*texts, *_beyond_words(mine, right, texts)]
            found = found or [_bytes(carried.data, made or b"")]
            notes = (*notes, *_libraries(carried.manifest))
    return _judged(carried, same, numbers, count, found=tuple(found), notes=notes)


def _judged(
    carried: Carrier,
    same: bool,
    numbers: tuple[Number, ...] = (),
    count: int = 0,
    *,
    found: tuple[Difference, ...],
    notes: tuple[str, ...],
) -> Verdict:
    about = carried.manifest
    return Verdict(
        carried.name, str(about["brief"]), carried.edition, str(about["as_of"]), str(about["data_lock"]),
        same, numbers, count, found, (*notes, *_own_templates(about)),
    )  # fmt: skip


def _read_through(carried: Carrier) -> _Parts | None:
    """A stranger's edition taken apart; None where a damaged place stops the reading."""
    try:
        return _taken_apart(carried.kind, carried.data)
    except carrier.damaged():
        return None


# ---- computing again -------------------------------------------------------------------------------------------------


def computed_again(
    carried: Carrier, wanted: Sequence[str], project: Path | None, signed: Mapping[str, bytes]
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The files that the carried data make, by name, and why they could not all be made.

    signed: the signatures that editions carry, by their names.
    """
    files, manifest = carried.files, carried.manifest
    broken = enclosures.changed(files, manifest)
    with tempfile.TemporaryDirectory(prefix="bench-verify-") as folder:
        try:
            unpacked = enclosures.unpacked(files, manifest, Path(folder))
            _within(unpacked.config, Path(folder).resolve(), carried.name)
            _typefaces(unpacked.config, manifest, project)
            made = pipeline.again(
                unpacked.config,
                unpacked.data,
                manifest,
                lock=carried.lock,
                wanted=wanted,
                since=files.get(SINCE, b""),
                signed=signed,
            )
        except enclosures.BadEnclosure as error:
            if broken:
                return {}, (f"It cannot be computed again: {error}.",)
            raise refused(f"{carried.name}: {error}.", "Ask for the original.") from error
        except UnusableRequest as error:
            said = tuple(f"It cannot be computed again: {finding.message}" for finding in error.findings)
            if broken:
                return {}, said
            raise UnusableRequest(tuple(_again_failed(carried.name, one) for one in error.findings)) from error
    return made, ()


def _again_failed(name: str, finding: Finding) -> Finding:
    hint = "The file has been changed, or not by this program; ask for the original."
    return replace(
        finding, check=carrier.CHECK, message=f"{name} cannot be computed again: {finding.message}", hint=hint
    )


def _within(path: Path, folder: Path, name: str) -> None:
    """A config that came in a file names nothing outside of that file."""
    config, _ = load(path, files=False)
    named = (*(file.file for file in config.files), *config.brand.files) if config is not None else ()
    outside = [one for one in named if not one.resolve().is_relative_to(folder)]
    if outside:
        raise refused(f"{name}: its config names {outside[0]}, which it does not carry.", "Ask for the original.")


def _typefaces(config: Path, manifest: Mapping[str, Any], project: Path | None) -> None:
    """Own typefaces may not travel; they are taken from the project that the command runs in, if they are the same."""
    home = config.parents[len(Path(manifest["config_path"]).parts) - 1]
    for name, digest in manifest["templates"].items():
        path = home / str(name).removeprefix("brand ")
        if not str(name).startswith(("templates/", "brand ")) or path.is_file() or path.suffix in enclosures.OWN:
            continue
        found = next((one for one in _called(path.name, project) if _digest(one.read_bytes()) == digest), None)
        if found is None and path.suffix in (".ttf", ".otf", ".woff2"):
            hint = "A typeface does not travel with a brief: run the command in the project that has it."
            raise refused(f"the typeface {path.name} that it is printed in is not here.", hint)
        if found is not None and project is not None:
            target = home / found.relative_to(project)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(found.read_bytes())


def _called(name: str, project: Path | None) -> Iterator[Path]:
    folders = [project / folder for folder in ("templates", "brand", "assets", "fonts")] if project else []
    return (path for folder in folders for path in sorted(folder.rglob(name)) if path.is_file())


def _own_templates(manifest: Mapping[str, Any]) -> Iterator[str]:
    """A page may be made by templates that came with it: they decide what is printed beside the figures."""
    if own := sorted(name for name in manifest["templates"] if str(name).startswith("templates/")):
        shown = ", ".join(own[:OWN_SHOWN]) + (f" and {len(own) - OWN_SHOWN} more" if len(own) > OWN_SHOWN else "")
        yield f"Its templates are not all the program’s; what these print is their author’s word: {shown}."


def _libraries(manifest: Mapping[str, Any]) -> Iterator[str]:
    here = enclosures.libraries()
    there = manifest["libraries"] if isinstance(manifest["libraries"], dict) else {}
    other = [
        f"{name} {there[name]}, here {here[name]}" for name in sorted(here) if there.get(name, here[name]) != here[name]
    ]
    if other:
        yield f"It was made with other libraries ({'; '.join(other)}), which may draw the same figures otherwise."


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# ---- what differs ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Parts:
    """An edition taken apart. pieces: everything that is not a word, by what it is, as digests or short texts."""

    words: tuple[Word, ...]
    links: tuple[Word, ...]
    pieces: Mapping[str, tuple[Word, ...]]
    files: Mapping[str, bytes]


@lru_cache(maxsize=4)
def _taken_apart(kind: carrier.Kind, data: bytes) -> _Parts:
    if kind == "html":
        page = words.page(data.decode("utf-8", "replace"))
        pieces = {"alternative texts": page.spoken, "drawings": page.drawn, "markup": page.rest}
        return _Parts(page.words, page.links, pieces, carrier.files_of_page(data))
    from peerbench.verify import sheets

    with carrier.quiet():
        return _Parts(*sheets.taken_apart(carrier.reader(data)), carrier.files_of_pdf(data))


def _files(carried: Carrier, right: _Parts | None) -> Iterator[Difference]:
    """Carried files that are not what the manifest says, and a manifest that says what its data do not make."""
    for said in enclosures.changed(carried.files, carried.manifest):
        yield Difference("file", "attachments", said, "")
    for name, data in right.files.items() if right is not None else ():
        if name == MANIFEST and carried.files.get(name) != data:
            yield from _manifests(carried.manifest, json.loads(data))


def _manifests(mine: Mapping[str, Any], right: Mapping[str, Any]) -> Iterator[Difference]:
    for key in sorted({*mine, *right} - {"files", "libraries"}):
        one, other = mine.get(key), right.get(key)
        if isinstance(one, dict) and isinstance(other, dict) and one != other:
            yield Difference("file", f"{MANIFEST}: {key}", f"not as it is made again: {_names(one, other)}", "")
        elif one != other:
            yield Difference("file", f"{MANIFEST}: {key}", _short(mine.get(key)), _short(right.get(key)))


def _names(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """The keys under which two tables say two things."""
    names = sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _short(value: object) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _beyond_words(mine: _Parts, right: _Parts, texts: Sequence[Difference]) -> Iterator[Difference]:
    for found in words.differences(mine.links, right.links):
        yield replace(found, what="link", near="")
    told = {found.place for found in texts}
    for what in sorted({*mine.pieces, *right.pieces}):
        one, other = mine.pieces.get(what, ()), right.pieces.get(what, ())
        for found in words.differences(one, other):
            if found.place not in told or what != "drawing":
                yield replace(found, what="drawing" if what.startswith("draw") else what, near="")


def _bytes(mine: bytes, right: bytes) -> Difference:
    at = next((n for n, (a, b) in enumerate(zip(mine, right, strict=False)) if a != b), min(len(mine), len(right)))
    said = "the file was written anew: every number, word, link and drawing agrees, but not its bytes"
    return Difference("file", f"byte {at + 1} of {len(mine)}", said, "")


def _numbers(right: Sequence[Word], texts: Sequence[Difference]) -> tuple[Number, ...]:
    """Every number that the data make, with what the file prints in its place."""
    wrong: dict[tuple[str, str], list[Difference]] = {}
    for found in texts:
        for part in found.right.split():
            wrong.setdefault((found.place, part), []).append(found)
    numbers = []
    for word in right:
        if word.number:
            found_here = wrong.get((word.place, word.text))
            printed = found_here.pop(0).printed if found_here else word.text
            numbers.append(Number(word.place, word.row, printed, word.text))
    return tuple(numbers)


# ---- an issue --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IssueVerdict:
    """What was found out about a folder: its editions and its other files, each beside what the data make."""

    folder: str
    editions: tuple[Verdict, ...]
    differences: tuple[Difference, ...]
    records: tuple[str, ...]  # data files that were made again and are the same
    notes: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        return not self.differences and all(edition.verified for edition in self.editions)


def issue(
    folder: Path, *, project: Path | None = None, key: Path | None = None, progress: Progress = lambda stage: None
) -> IssueVerdict:
    """The verdict on an issue's folder. Raises UnusableRequest when it is none, or nothing in it can be made again."""
    manifest = issue_manifest(folder)
    outputs: Mapping[str, str] = manifest["outputs"]
    there = files_of(folder)
    found = [*_no_files(folder), *against_manifest(outputs, there)]
    names = [name for name in sorted(outputs) if name.endswith(EDITIONS) and name in there]
    if not names:
        raise refused(f"{folder} holds no PDF and no web page, so that nothing can be computed again.")
    carried = {name: carrier.read(there[name]) for name in names}
    first = carried[names[0]]
    found += [*_one_basis(carried, manifest), *_beside_the_basis(first, manifest, there[MANIFEST].read_bytes())]
    progress("computing again")
    if key is not None:
        found += _unsigned_issue(folder, carried, signature.public_key(key))
    made, notes = computed_again(first, [name for name in outputs if "/" in name], project, signatures(carried))
    editions = tuple(replace(judged(one, made.get(one.edition), notes), name=name) for name, one in carried.items())
    found += [Difference("file", name, f"is {one.edition}", "") for name, one in carried.items() if one.edition != name]
    records = [name for name in there if name in made and name not in names]
    same = tuple(name for name in records if _same(name, there[name].read_bytes(), made[name]))
    found += [Difference("record", name, "is not what the data make", "") for name in records if name not in same]
    left_out = sorted(made.keys() - there.keys() - outputs.keys())
    found += [Difference("record", name, "is missing, though the data make it", "") for name in left_out]
    return IssueVerdict(str(folder), editions, tuple(found), same, (*notes, *_absent(first, there)))


def files_of(folder: Path) -> dict[str, Path]:
    """Every file of an issue's folder by its name there."""
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}


def issue_manifest(folder: Path) -> Mapping[str, Any]:
    """manifest.json of an issue, which names its outputs. Raises UnusableRequest."""
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except FileNotFoundError as error:
        raise refused(f"{folder} is no issue: it has no {MANIFEST}.", "Name a folder like output/NAME/DAY.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise refused(f"{folder}: its {MANIFEST} cannot be read.") from error
    if not isinstance(found, dict) or not isinstance(found.get("outputs"), dict):
        raise refused(f"{folder}: its {MANIFEST} names no outputs.")
    return found


def against_manifest(outputs: Mapping[str, str], there: Mapping[str, Path]) -> Iterator[Difference]:
    """Files that are missing, changed, or none of the issue's; signatures beside its files are."""
    for name, digest in sorted(outputs.items()):
        if name not in there:
            yield Difference("file", name, "is missing", "")
        elif _digest(there[name].read_bytes()) != digest:
            yield Difference("file", name, "has been changed since it was built", "")
    signed = {f"{name}{signature.ENDING}" for name in (MANIFEST, *outputs)}
    for name in sorted(there.keys() - outputs.keys() - {MANIFEST} - signed):
        yield Difference("file", name, "does not belong to the issue", "")


def _no_files(folder: Path) -> Iterator[Difference]:
    """What lies in the folder and is no file of its own: it may be another thing tomorrow, or hide one."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            yield Difference("file", name, f"is a link to {_short(str(path.readlink()))}, no file of the issue", "")
        elif path.is_dir() and not any(path.iterdir()):
            yield Difference("file", f"{name}/", "is an empty folder that does not belong to the issue", "")
        elif not path.is_dir() and not path.is_file():
            yield Difference("file", name, "is no file", "")


def _beside_the_basis(edition: Carrier, manifest: Mapping[str, Any], data: bytes) -> Iterator[Difference]:
    """The issue's manifest where its editions' do not speak: what it says besides, leaves out, or writes otherwise."""
    right = {key: value for key, value in edition.manifest.items() if key not in EDITIONS_OWN}
    for key in sorted((set(manifest) ^ set(right)) - {"outputs"}):
        yield Difference("file", f"{MANIFEST}: {key}", _short(manifest.get(key)), _short(right.get(key)))
    if data != as_json(dict(manifest)):
        yield Difference("file", MANIFEST, "was written anew, not by this program", "")


def _absent(edition: Carrier, there: Mapping[str, Path]) -> Iterator[str]:
    """Editions that other audiences of the issue have: each may be built alone, so this is no fault."""
    formats = {PurePosixPath(name).name for name in there if name.count("/") == 1 and "/brief." in name}
    names = [f"{reader}/{name}" for reader in edition.manifest["audiences"] for name in sorted(formats)]
    if absent := [name for name in names if name not in there]:
        yield f"Not in the folder, so not verified: {', '.join(absent)}."


def _one_basis(carried: Mapping[str, Carrier], manifest: Mapping[str, Any]) -> Iterator[Difference]:
    """Editions of one issue rest on the same: what their manifests share is what the issue's own says."""
    for name, one in carried.items():
        for key in sorted(set(manifest) & set(one.manifest) - {"edition", "files"}):
            if manifest[key] != one.manifest[key]:
                yield Difference("file", f"{name}: {MANIFEST}: {key}", _short(one.manifest[key]), _short(manifest[key]))


def _same(name: str, mine: bytes, right: bytes) -> bool:
    if name != "findings.json" or mine == right:
        return mine == right
    return _findings(mine) == _findings(right)


def _findings(data: bytes) -> list[Any]:
    """Without the cuts of pages, which are told of the audiences of one build alone."""
    try:
        return [one for one in json.load(io.BytesIO(data)) if one.get("check") != "page-cut"]
    except (ValueError, AttributeError, TypeError):
        return []

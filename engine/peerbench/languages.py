"""Languages of the page: folders languages/<tag>/ among the templates, read, checked for gaps, and made ready.

A folder holds rules.yaml (numbers, dates, lists, fonts), words.yaml (the house's texts by id), phrases.yaml (the
claims) and texts.yaml (names and texts of one's own, by the text itself). English is `en`: its words.yaml has
every text of the house, and its phrases are the house's. A project's own folder adds to the shipped one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from peerbench import lookup
from peerbench.core import shape, tree
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.core.language import HOLE, Language, Rules, is_wide
from peerbench.narrate.phrases import Lexicon
from peerbench.shipped import shipped

CHECK: Final = "language"
HOUSE: Final = "en"
FOLDER: Final = lookup.LANGUAGES
RULES, WORDS, TEXTS, PHRASES = "rules.yaml", "words.yaml", "texts.yaml", "phrases.yaml"
FILES: Final = (RULES, WORDS, TEXTS, PHRASES)
TEXT_MAP: Final = shape.Map(shape.WORDS)
ROLES: Final = ("between", "clauses", "unit")  # of texts that are told apart by where they stand
DATES: Final = ("prose", "data", "month", "day", "alone", "chart")
RULE_SHAPE: Final = shape.Record(
    {
        **dict.fromkeys(("name", "locale", "money", "sentences", "native"), shape.WORDS),
        "scales": shape.Map(shape.Amount()),
        "billions": shape.Map(shape.Amount()),
        "shares": shape.Map(shape.Amount()),
        **dict.fromkeys(("currencies", "suffixes", "marks"), TEXT_MAP),
        "dates": shape.Record(dict.fromkeys(DATES, shape.WORDS), DATES),
        "lists": shape.NAMES,
        "counts": shape.NAMES,
        "ordinals": shape.NAMES,
        "fonts": shape.Record({"sans": shape.NAMES, "serif": shape.NAMES}, ("sans", "serif")),
        "lexicon": shape.Map(shape.NAMES),
        "idioms": shape.NAMES,
    },
    ("name", "locale", "dates"),
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A language ready for one audience: its words and rules, its files of phrases, its licensed words."""

    language: Language
    phrases: tuple[Path, ...]
    lexicon: Lexicon
    files: tuple[Path, ...]


def known(roots: tuple[Path, ...]) -> tuple[str, ...]:
    """Every language that some layer has rules for, and English."""
    found = {path.parent.name for root in roots for path in root.glob(f"{lookup.HOUSE}/{FOLDER}/*/{RULES}")}
    return (HOUSE, *sorted(found - {HOUSE}))


def name(tag: str, file: str) -> str:
    """A language's file as templates are looked up."""
    return f"{FOLDER}/{tag}/{file}"


def load(tag: str, audience: str, roots: tuple[Path, ...]) -> Spoken:
    """A language for an audience. Raises UnusableRequest with everything that is wrong or missing in its files."""
    files = (path for each in (HOUSE, tag) for file in FILES for path in _files(each, file, audience, roots))
    return _loaded(tag, audience, roots, tuple((path, path.stat().st_mtime_ns) for path in files))


@lru_cache(maxsize=16)
def _loaded(tag: str, audience: str, roots: tuple[Path, ...], known: tuple[tuple[Path, int], ...]) -> Spoken:
    """The language as its files stand; known: them with their times, so that they are read anew when they change."""
    findings: list[Finding] = []
    rules = _merged(tag, RULES, RULE_SHAPE, audience, roots, findings)
    house, own = (_merged(each, WORDS, TEXT_MAP, audience, roots, findings) for each in (HOUSE, tag))
    texts = _merged(tag, TEXTS, TEXT_MAP, audience, roots, findings)
    places = _files(tag, WORDS, audience, roots)
    if not findings:
        findings += _gaps(tag, house, own, Origin(lookup.shown(places[-1], roots) if places else name(tag, WORDS)))
    if findings:
        raise UnusableRequest(tuple(findings))
    messages = {house[id]: _plain(said) if said == house[id] else said for id, said in own.items()}
    lexicon = tuple((kind, tuple(words)) for kind, words in (rules.get("lexicon") or {}).items())
    files = [path for file in FILES for path in _files(tag, file, audience, roots)]
    return Spoken(
        Language(_rules(tag, rules), messages, texts, _letters(files)),
        _files(tag, PHRASES, audience, roots),
        Lexicon(lexicon, tuple(rules.get("idioms") or ()), joined=bool(rules.get("fonts"))),
        tuple(files),
    )


def _plain(text: str) -> str:
    """A joint or unit that a language says as English does; its text begins with what it is: "between: ; "."""
    kind, mark, said = text.partition(": ")
    return said if mark and kind in ROLES else text


def _letters(files: Iterable[Path]) -> str:
    """Every wide letter of the files, in order."""
    return "".join(sorted({letter for path in files for letter in path.read_text("utf-8") if is_wide(letter)}))


def _files(tag: str, file: str, audience: str, roots: tuple[Path, ...]) -> tuple[Path, ...]:
    """The files of this name that count, the most general first."""
    return tuple(reversed(tuple(lookup.candidates(name(tag, file), audience, roots))))


def _merged(
    tag: str, file: str, kind: shape.Shape, audience: str, roots: tuple[Path, ...], findings: list[Finding]
) -> dict[str, Any]:
    """The keys of all layers' files, a nearer one winning key by key."""
    merged: dict[str, Any] = {}
    for path in _files(tag, file, audience, roots):
        table, wrong = lookup.read(path, roots, check=CHECK)
        text = path.read_text("utf-8", "replace")
        wrong = wrong or lookup.excerpted(tuple(shape.mistakes(table, kind)) if table else (), text, check=CHECK)
        findings += wrong
        merged |= tree.plain(table) if table and not wrong else {}
    return merged


def _gaps(tag: str, house: Mapping[str, str], own: Mapping[str, str], place: Origin) -> Iterator[Finding]:
    """Texts of the house without words, words for no text, and holes that differ."""
    for id, text in house.items():
        if id not in own:
            message = f"the language {tag} has no words for '{id}': “{text}”"
            yield Finding(CHECK, "error", message, f"Add {id} to the file.", place, id)
        elif set(HOLE.findall(text)) != set(HOLE.findall(own[id])):
            want = ", ".join(f"{{{hole}}}" for hole in HOLE.findall(text)) or "none"
            yield Finding(
                CHECK,
                "error",
                f"'{id}' of the language {tag} has other holes than “{text}”",
                f"Use: {want}.",
                place,
                id,
            )
    for id in own:
        if id not in house:
            yield Finding(
                CHECK,
                "error",
                f"'{id}' of the language {tag} is no text of the house",
                did_you_mean(id, house),
                place,
                id,
            )


def _rules(tag: str, given: Mapping[str, Any]) -> Rules:
    def pairs(key: str) -> tuple[tuple[str, int], ...]:
        return tuple(
            sorted(((word, int(power)) for word, power in (given.get(key) or {}).items()), key=lambda p: -p[1])
        )

    plain = Rules(tag, str(given["name"]), str(given["locale"]))
    lists = tuple(map(str, given.get("lists") or plain.lists))
    return Rules(
        tag,
        str(given["name"]),
        str(given["locale"]),
        pairs("scales"),
        (pairs("billions") or (plain.billions,))[0],
        (pairs("shares") or (plain.shares,))[0],
        str(given.get("money", plain.money)),
        dict(given.get("currencies") or {}),
        dict(given.get("suffixes") or {}),
        dict(given.get("marks") or {}),
        dict(given["dates"]),
        (lists[0], lists[-1]),
        str(given.get("sentences", plain.sentences)),
        tuple(map(str, given.get("counts") or ())),
        tuple(map(str, given.get("ordinals") or ())),
        {kind: tuple(names) for kind, names in (given.get("fonts") or {}).items()},
        str(given.get("native", "")),
    )


def used(file: str, tags: Collection[str]) -> bool:
    """Whether a template of this name has to do with pages in these languages."""
    folder, _, rest = file.partition("/")
    tag = rest.partition("/")[0]
    return folder != FOLDER or tag in tags or (tag == HOUSE and set(tags) != {HOUSE})


def home() -> Path:
    """The folder of the shipped languages."""
    return shipped("templates") / lookup.HOUSE / FOLDER

"""A brief in a stranger's hand, read: which edition it is, the files it carries, and why it cannot be verified."""

from __future__ import annotations

import io
import json
import logging
import re
import zlib
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final, Literal

from peerbench import __version__
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.enclosures import MANIFEST, MAX_BYTES
from peerbench.render.html import ENCLOSURES

Kind = Literal["pdf", "html"]
CHECK: Final = "not-verifiable"
MAKER: Final = "peerbench"
SHAPE: Final[Mapping[str, type | tuple[str, ...]]] = {  # of the manifest; what is read of it
    **dict.fromkeys(("brief", "edition", "as_of", "data_lock", "config_path"), str),
    **dict.fromkeys(("files", "libraries", "inputs", "templates"), dict),
    "audiences": list,
    "page": ("A4", "Letter"),
    "length": ("one", "four"),
}


@dataclass(frozen=True, slots=True)
class Carrier:
    """One edition of a brief: its bytes, the files inside, and what its manifest says."""

    name: str
    kind: Kind
    data: bytes
    files: Mapping[str, bytes]
    manifest: Mapping[str, Any]

    @property
    def edition(self) -> str:
        return str(self.manifest["edition"])

    @property
    def lock(self) -> bytes:
        return self.files.get(f"{self.manifest['brief']}.lock.json", b"")


def read(path: Path) -> Carrier:
    """The brief in a file. Raises UnusableRequest when it is not a whole brief of this very version."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise refused(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from error
    name = path.name
    if data[:1024].lstrip().startswith(b"%PDF"):
        kind: Kind = "pdf"
        files = files_of_pdf(data, name)
    elif b"<html" in data[:4096].lower():
        kind, files = "html", files_of_page(data, name)
    else:
        raise refused(
            f"{name} is neither a PDF nor a web page.", "Name a brief.pdf, a brief.html or an issue's folder."
        )
    if MANIFEST not in files:
        hint = "They were taken out, or it was built with `attachments: false`. Ask for the original."
        raise refused(f"{name} carries no {MANIFEST}, so that nothing can be computed again.", hint)
    return Carrier(name, kind, data, files, _manifest(files[MANIFEST], name))


def refused(message: str, hint: str = "") -> UnusableRequest:
    return UnusableRequest((Finding(CHECK, "error", message, hint),))


def _manifest(text: bytes, name: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("peerbench"), str):
        raise refused(f"{name}: its {MANIFEST} cannot be read.", "The file has been changed; ask for the original.")
    if found["peerbench"] != __version__:  # before anything else: another version may say other things
        raise refused(*_other_version(name, found["peerbench"]))
    wrong = [key for key, allowed in SHAPE.items() if not _allowed(found.get(key), allowed)]
    if wrong:
        said = f"'{wrong[0]}' of its {MANIFEST} is {'wrong' if wrong[0] in found else 'missing'}"
        raise refused(f"{name}: {said}.", "The file has been changed; ask for the original.")
    return found


def _allowed(value: object, allowed: type | tuple[str, ...]) -> bool:
    if not isinstance(allowed, type):
        return value in allowed
    inner = value.values() if isinstance(value, dict) and allowed is dict else value if isinstance(value, list) else ()
    return isinstance(value, allowed) and all(isinstance(one, str) for one in inner)


def _other_version(name: str, made_by: str) -> tuple[str, str]:
    newer = _numbers(made_by) > _numbers(__version__)
    said = f"{name} says that it was made by peerbench {made_by[:40]}, {'newer' if newer else 'older'} than this one"
    hint = f"Verify it with that version: pip install 'peerbench=={made_by[:40]}'."
    return f"{said}, {__version__}.", hint


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part[:9]) for part in re.findall(r"\d+", version)[:4])


# ---- PDF -------------------------------------------------------------------------------------------------------------


@contextmanager
def quiet() -> Iterator[None]:
    """pypdf tells of repairs in its log; what a repaired file says is judged by its bytes."""
    logger = logging.getLogger("pypdf")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)


def damaged() -> tuple[type[Exception], ...]:
    """What pypdf raises at a damaged place, wherever in the file it is met."""
    from struct import error

    from pypdf.errors import PyPdfError

    python = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, AssertionError, RecursionError)
    return (PyPdfError, zlib.error, error, NotImplementedError, *python)


def reader(data: bytes, name: str = "the PDF") -> Any:
    """pypdf's reader of a whole, open PDF. Raises UnusableRequest."""
    from pypdf import PdfReader

    if b"%%EOF" not in data[-2048:]:
        raise refused(f"{name} is not a whole PDF: its end is missing.", "Ask for the original.")
    try:
        with quiet():
            found = PdfReader(io.BytesIO(data))
            if found.is_encrypted:
                raise refused(f"{name} is encrypted.", "Ask for the original, which is not.")
            _ = len(found.pages)
    except damaged() as error:
        raise refused(f"{name} cannot be read as a PDF; it is damaged.", "Ask for the original.") from error
    return found


def files_of_pdf(data: bytes, name: str = "the PDF") -> dict[str, bytes]:
    found = reader(data, name)
    try:
        with quiet():
            made_by = str((found.metadata or {}).get("/Creator") or "")
            files = dict(_attached(found))
    except damaged() as error:
        raise refused(f"{name}: its attachments cannot be read; they are damaged.", "Ask for the original.") from error
    if MANIFEST not in files and MAKER not in made_by:
        raise refused(f"{name} was not made by peerbench{f' but by {made_by[:60]}' if made_by else ''}.")
    return files


def _attached(found: Any) -> Iterator[tuple[str, bytes]]:
    """The files of the name tree, each name once: a second file of one name could hide behind the first."""
    total = 0
    seen: set[str] = set()
    tree = (found.trailer["/Root"].get("/Names") or {}).get("/EmbeddedFiles")
    names = list(tree.get_object().get("/Names") or ()) if tree is not None else []
    for name, entry in zip(names[::2], names[1::2], strict=True):
        spec = entry.get_object()
        if str(name) in seen or str(spec.get("/UF", name)) != str(name):
            raise ValueError(f"two files are called {name}")
        seen.add(str(name))
        data = spec["/EF"]["/F"].get_object().get_data()
        total += len(data)
        if total > MAX_BYTES:
            raise ValueError("too large")
        yield str(name), data


# ---- the web page ----------------------------------------------------------------------------------------------------


class _Page(HTMLParser):
    """Who made the page, and the text of the element that holds its files."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.made_by = ""
        self.held: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "meta" and values.get("name") == "generator":
            self.made_by = values.get("content") or ""
        self._inside = tag == "script" and values.get("id") == ENCLOSURES
        if self._inside:
            self.held.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.held[-1] += data


def files_of_page(data: bytes, name: str = "the page") -> dict[str, bytes]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refused(
            f"{name} is not UTF-8 at byte {error.start + 1}; it is damaged.", "Ask for the original."
        ) from error
    page = _Page()
    page.feed(text)
    if not text.rstrip().endswith("</html>"):
        raise refused(f"{name} is not a whole page: its end is missing.", "Ask for the original.")
    if not page.held and MAKER not in page.made_by:
        raise refused(f"{name} was not made by peerbench.")
    if not page.held:
        return {}
    try:
        if len(page.held) != 1:
            raise ValueError("two elements")
        rows = json.loads(page.held[0])
        files = {str(row["name"]): b64decode(row["data"], validate=True) for row in rows}
        if len(files) != len(rows):
            raise ValueError("two files of one name")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise refused(f"{name}: the files that it carries are damaged.", "Ask for the original.") from error
    return files

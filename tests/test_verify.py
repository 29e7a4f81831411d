"""Verification: the brief as built is verified, and whatever is changed in it is found and named."""

from __future__ import annotations

import base64
import io
import itertools
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import studies
from peerbench import cli, enclosures, issues, pipeline
from peerbench.brief.records import as_json
from peerbench.core.errors import UnusableRequest
from peerbench.verify import carried, carrier, verdict, words
from peerbench.verify.words import Word
from series import leave
from typefaces import installed

SMALL = {"valuation": ["pe_ltm", "pb"], "growth": ["revenue_growth_ltm"]}


@dataclass(frozen=True)
class Built:
    folder: Path
    verdict: verdict.IssueVerdict
    page: carrier.Carrier
    sheets: carrier.Carrier


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A small issue and the verdict on it as it stands: from here on its files are what their data make."""
    project = tmp_path_factory.mktemp("verify")
    config = studies.project(project, audiences=["institutional"], length="one", metrics=SMALL)
    folder = pipeline.build(config, today=studies.TODAY).folder
    page, sheets = (carrier.read(folder / "institutional" / name) for name in ("brief.html", "brief.pdf"))
    return Built(folder, verdict.issue(folder), page, sheets)


def judged(original: carrier.Carrier, data: bytes, folder: Path) -> verdict.Verdict:
    """The verdict on a changed file, as a reader gets it who holds only that."""
    path = folder / original.name
    path.write_bytes(data)
    return verdict.judged(carrier.read(path), original.data)


def told(found: verdict.Verdict) -> list[tuple[str, str, str]]:
    return [(one.what, one.printed, one.right) for one in found.differences]


def test_an_issue_as_it_was_built_is_verified(built: Built) -> None:
    assert built.verdict.verified
    assert built.verdict.differences == ()
    assert [edition.verified for edition in built.verdict.editions] == [True, True]
    assert set(built.verdict.records) > {
        "metrics.csv",
        "comparison.csv",
        "claims.csv",
        "facts.parquet",
        "findings.json",
    }
    for edition in built.verdict.editions:
        assert len(edition.numbers) > 500
        assert all(number.true for number in edition.numbers)


def test_a_number_is_told_with_its_lineage_row(built: Built) -> None:
    """The multiple in the standfirst is a link to its row: both editions know which."""
    for edition in built.verdict.editions:
        rows = {number.row for number in edition.numbers if number.right.endswith("x")}
        assert any(re.fullmatch(r"1\.\d\d", row) for row in rows), edition.name


@installed
@pytest.mark.slow
def test_editions_in_two_languages_and_for_programs_are_made_again_the_same(tmp_path: Path) -> None:
    """Whatever a build learns to write, verification has to make again."""
    outputs, tongues = ["html", "md", "json", "xlsx"], ["en", "zh-CN"]
    config = studies.project(tmp_path, audiences=["risk"], outputs=outputs, languages=tongues, metrics=SMALL)
    found = verdict.issue(pipeline.build(config, today=studies.TODAY).folder)
    assert found.verified, found.differences
    assert {edition.name for edition in found.editions} == {"risk/brief.html", "risk/zh-CN/brief.html"}
    records = {f"{folder}/brief.{ending}" for folder in ("risk", "risk/zh-CN") for ending in ("md", "json", "xlsx")}
    assert {*records, "summary.json"} <= set(found.records)


# ---- the web page ----------------------------------------------------------------------------------------------------


def text(built: Built) -> str:
    return built.page.data.decode()


def once(pattern: str, new: str) -> Callable[[str], str]:
    """The first match replaced; it must be there."""

    def changed(page: str) -> str:
        made, times = re.subn(pattern, new, page, count=1, flags=re.S)
        assert times == 1, pattern
        return made

    return changed


PAGE_CHANGES = {
    "a digit in the text": (once(r'(<button[^>]*class="n"[^>]*>\d+)\d(\.\d)?x<', r"\g<1>99x<"), "number", "99x"),
    "a digit in a table": (once(r'(<td class="right[^"]*">(?:<b[^>]*>)?)[\d.]+<', r"\g<1>98.7<"), "number", "98.7"),
    "a label of a chart": (once(r"(<text[^>]*>)[^<]*\d[^<]*</text>", r"\g<1>99x</text>"), "number", "99x"),
    "a mark of a chart": (once(r"(<svg.*?<path[^>]* d=\"M)[-\d.]+", r"\g<1>77.123"), "drawing", "77.123"),
    "a sentence left out": (once(r'<p class="fact">(?:(?!</p>).)*</p>', ""), "text", ""),
    "a sentence added": (once(r"</h1>", "</h1><p>Buy it today.</p>"), "text", "Buy it today."),
    "the address of a source": (once(r'href="https://[^"]+"', 'href="https://example.org/"'), "link", "https://example.org/"),
    "what is told of a picture": (once(r'(role="img" aria-label=")', r"\1Rising. "), "alternative texts", "Rising"),
    "a style that hides": (once(r"</style>", ".standfirst { display: none }</style>"), "markup", ""),
    "a script of another": (once(r"</body>", "<script>document.title = 1</script></body>"), "markup", ""),
    "a blank": (once(r"</body>", " </body>"), "file", "written anew"),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGE_CHANGES)
def test_a_change_of_the_page_is_found_and_named(name: str, built: Built, tmp_path: Path) -> None:
    change, what, printed = PAGE_CHANGES[name]
    found = judged(built.page, change(text(built)).encode(), tmp_path)
    assert not found.verified
    assert any(one[0] == what and printed in one[1] for one in told(found)), told(found)


def test_the_right_number_stands_beside_the_wrong_one(built: Built, tmp_path: Path) -> None:
    right = re.search(r'class="standfirst">.*?<button[^>]*class="n"[^>]*>([^<]+)<', text(built), re.S)
    assert right is not None
    wrong = right[0].replace(f">{right[1]}<", ">99.9x<")
    found = judged(built.page, text(built).replace(right[0], wrong, 1).encode(), tmp_path)
    (number,) = [number for number in found.numbers if not number.true]
    assert (number.printed, number.right) == ("99.9x", right[1])
    assert re.fullmatch(r"1\.\d\d", number.row)


def with_files(page: str, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> bytes:
    """The page with other files in it."""
    found = re.search(r'(<script type="application/json" id="enclosures">)(.*?)(</script>)', page, re.S)
    assert found is not None
    files = change({row["name"]: base64.b64decode(row["data"]) for row in json.loads(found[2])})
    rows = [{"name": name, "data": base64.b64encode(data).decode()} for name, data in files.items()]
    return (page[: found.start(2)] + json.dumps(rows) + page[found.end(2) :]).encode()


def replaced(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    def change(files: dict[str, bytes]) -> dict[str, bytes]:
        assert old in files[name]
        return {**files, name: files[name].replace(old, new)}

    return change


FILE_CHANGES = {
    "config": (replaced("configs/alibaba.yaml", b": USD", b": EUR"), "configs/alibaba.yaml has been changed"),
    "data": (lambda f: {**f, "facts.parquet": f["facts.parquet"][:-9] + bytes(9)}, "facts.parquet has been changed"),
    "lock": (replaced("alibaba.lock.json", b"sha256", b"sha512"), "alibaba.lock.json has been changed"),
    "one gone": (lambda files: {k: v for k, v in files.items() if k != "fx.parquet"}, "fx.parquet is missing"),
    "one more": (lambda files: {**files, "notes.txt": b"hello"}, "notes.txt was not attached by peerbench"),
    "manifest": (replaced("manifest.json", b'"as_of": "2025-09-23"', b'"as_of": "2025-09-22"'), "2025-09-22"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILE_CHANGES)
def test_a_changed_attachment_is_named(name: str, built: Built, tmp_path: Path) -> None:
    change, said = FILE_CHANGES[name]
    found = judged(built.page, with_files(text(built), change), tmp_path)
    assert not found.verified
    assert any(said in one[1] for one in told(found)), told(found)


def refingerprinted(
    change: Callable[[dict[str, bytes]], dict[str, bytes]],
) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    """A forger who makes the manifest fit."""

    def changed(files: dict[str, bytes]) -> dict[str, bytes]:
        made = change(files)
        about = json.loads(made["manifest.json"])
        about["files"] = {name: verdict._digest(data) for name, data in made.items() if name != "manifest.json"}
        return {**made, "manifest.json": json.dumps(about).encode()}

    return changed


def test_a_config_changed_with_its_fingerprint_makes_another_page(built: Built, tmp_path: Path) -> None:
    """The whole way of a reader: the file is read, computed again and compared."""
    change = replaced("configs/alibaba.yaml", b"length: one", b"length: one\nseries: Another House")
    path = tmp_path / "brief.html"
    path.write_bytes(with_files(text(built), refingerprinted(change)))
    found = verdict.verdict(path)
    assert not found.verified
    assert any("Another House" in right for _, _, right in told(found))


# ---- the PDF ---------------------------------------------------------------------------------------------------------


def edited(data: bytes, change: Callable[[Any], object]) -> bytes:
    pikepdf = pytest.importorskip("pikepdf")
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as file:
        change(file)
        file.save(out, static_id=True)
    return out.getvalue()


def digit(file: Any) -> None:
    """Two digits of a number change places in the page's own drawing."""
    sheet = file.pages[0]
    painted = sheet.Contents.read_bytes()
    for name, font in sheet.Resources.Font.items():
        codes = re.findall(rb"<([0-9a-f]{4})> <00(3[0-9])>", font.ToUnicode.read_bytes())
        digits = {code for code, _ in codes}
        for block in re.finditer(re.escape(str(name).encode()) + rb"\s[-\d.]+\sTf(.*?)ET", painted, re.S):
            shown = [
                block.start(1) + run.start(1) + at
                for run in re.finditer(rb"<((?:[0-9a-f]{4})+)>", block[1])
                for at in range(0, len(run[1]), 4)
            ]
            for one, other in itertools.pairwise(shown):
                first, second = painted[one : one + 4], painted[other : other + 4]
                if first != second and {first, second} <= digits:
                    made = painted[:one] + second + painted[one + 4 : other] + first + painted[other + 4 :]
                    sheet.Contents = file.make_stream(made)
                    return
    raise AssertionError("no number of two digits")


def address(file: Any) -> None:
    links = [link for sheet in file.pages for link in sheet.get("/Annots", ()) if "/A" in link and "/URI" in link.A]
    links[0].A.URI = "https://example.org/x"


def alternative(file: Any) -> None:
    pictures = [one for one in file.objects if hasattr(one, "keys") and "/Alt" in one]
    pictures[0].Alt = "Rising."


def painted_over(file: Any) -> None:
    sheet = file.pages[0]
    sheet.Contents = file.make_stream(sheet.Contents.read_bytes() + b"\nq 1 1 1 rg 100 700 30 12 re f Q\n")


def note(file: Any) -> None:
    import pikepdf

    entry = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FreeText, Rect=[0, 0, 9, 9], Contents="Buy"
    )
    file.pages[0].Annots.append(file.make_indirect(entry))


def started(file: Any) -> None:
    import pikepdf

    file.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def attachment(file: Any) -> None:
    names = file.Root.Names.EmbeddedFiles.Names
    place = next(at for at in range(0, len(names), 2) if str(names[at]) == "facts.parquet")
    names[place + 1].EF.F.write(names[place + 1].EF.F.read_bytes()[:-9] + bytes(9))


def title(file: Any) -> None:
    file.docinfo["/Title"] = "Sell"


def shorter(file: Any) -> None:
    del file.pages[-1]


def destination(file: Any) -> None:
    """Two names inside the file change places: the links that use them lead to the other's row."""
    names = file.Root.Names.Dests.Names
    one, other = (next(at for at in range(0, len(names), 2) if str(names[at]) == row) for row in ("r1.02", "r1.03"))
    names[one + 1], names[other + 1] = names[other + 1], names[one + 1]


def over_all(file: Any) -> None:
    next(link for link in file.pages[0].Annots if "/Dest" in link).Rect = [0, 0, 600, 800]


def script(file: Any) -> None:
    import pikepdf

    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    file.Root.Names["/JavaScript"] = pikepdf.Dictionary(Names=["a", action])


def cropped(file: Any) -> None:
    file.pages[0]["/CropBox"] = [0, 0, 300, 300]


PDF_CHANGES: dict[str, dict[Callable[[Any], None], tuple[str, str]]] = {  # several in one file; each is named
    "what it says": {
        digit: ("number", ""),
        address: ("link", "https://example.org/x"),
        alternative: ("alternative text", "Rising."),
        attachment: ("file", "facts.parquet has been changed"),
        title: ("document", "Title: Sell"),
    },
    "where it leads": {
        destination: ("destination", "r1.02: page"),
        over_all: ("place of a link", "[0.0, 0.0, 600.0, 800.0]"),
        script: ("destination", "/JavaScript"),
        cropped: ("page", "/CropBox"),
    },
    "what it shows and does": {
        painted_over: ("drawing", "the page's drawing"),
        note: ("drawing", "an annotation /FreeText"),
        started: ("document", "/OpenAction"),
        shorter: ("text", ""),
    },
}


@pytest.mark.parametrize("name", PDF_CHANGES)
def test_every_change_of_the_pdf_is_found_and_named(name: str, built: Built, tmp_path: Path) -> None:
    def all_of_them(file: Any) -> None:
        for change in PDF_CHANGES[name]:
            change(file)

    found = judged(built.sheets, edited(built.sheets.data, all_of_them), tmp_path)
    assert not found.verified
    for what, printed in PDF_CHANGES[name].values():
        assert any(one[0] == what and printed in one[1] for one in told(found)), (what, told(found))


def test_pages_that_cannot_be_read_through_are_named(built: Built, tmp_path: Path) -> None:
    def broken(file: Any) -> None:
        file.pages[0].Contents = file.make_stream(b"BT /F1 9 Tf [<00zz>0] TJ > ET")

    found = judged(built.sheets, edited(built.sheets.data, broken), tmp_path)
    assert ("file", "cannot be read through; they are damaged", "") in told(found)


def test_bytes_after_the_end_are_not_what_the_data_make(built: Built, tmp_path: Path) -> None:
    found = judged(built.sheets, built.sheets.data + b"\n%%EOF\n", tmp_path)
    assert not found.verified
    assert told(found)[0][0] == "file"


@pytest.mark.parametrize("at", [0.4, 0.9])
def test_a_flipped_bit_is_never_called_verified(at: float, built: Built, tmp_path: Path) -> None:
    data = bytearray(built.sheets.data)
    data[int(len(data) * at)] ^= 1
    try:
        verified = judged(built.sheets, bytes(data), tmp_path).verified
    except UnusableRequest as error:
        verified = {finding.check for finding in error.findings} != {"not-verifiable"}
    assert not verified


# ---- what cannot be verified -----------------------------------------------------------------------------------------


def without_files(file: Any) -> None:
    del file.Root.Names["/EmbeddedFiles"]
    del file.Root["/AF"]


def encrypted(data: bytes, **passwords: str) -> bytes:
    pikepdf = pytest.importorskip("pikepdf")
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as file:
        file.save(out, encryption=pikepdf.Encryption(owner="a", user=passwords.get("user", "")))
    return out.getvalue()


def foreign(_: bytes) -> bytes:
    pikepdf = pytest.importorskip("pikepdf")
    out = io.BytesIO()
    with pikepdf.new() as file:
        file.add_blank_page()
        file.save(out)
    return out.getvalue()


def version(number: str) -> Callable[[str], bytes]:
    new = f'"peerbench": "{number}"'.encode()
    return lambda page: with_files(page, replaced("manifest.json", b'"peerbench": "0.1.0"', new))


REFUSED = {
    "cut off.pdf": (lambda b: b.sheets.data[:50_000], "is not a whole PDF: its end is missing"),
    "junk.pdf": (lambda b: b"%PDF-1.7\njunk\n%%EOF\n", "cannot be read as a PDF"),
    "stripped.pdf": (lambda b: edited(b.sheets.data, without_files), "carries no manifest.json"),
    "encrypted.pdf": (lambda b: encrypted(b.sheets.data, user="secret"), "is encrypted"),
    "encrypted without a password.pdf": (lambda b: encrypted(b.sheets.data), "is encrypted"),
    "foreign.pdf": (lambda b: foreign(b.sheets.data), "was not made by peerbench"),
    "cut off.html": (lambda b: b.page.data[:50_000], "is not a whole page"),
    "foreign.html": (lambda b: b"<html><body>Hello</body></html>", "was not made by peerbench"),
    "stripped.html": (
        lambda b: re.sub(r'<script type="application/json".*?</script>', "", text(b), flags=re.S).encode(),
        "carries no manifest.json",
    ),
    "newer.html": (lambda b: version("9.1")(text(b)), "newer than this one"),
    "older.html": (lambda b: version("0.0.3")(text(b)), "older than this one"),
    "odd.html": (lambda b: version('"')(text(b)), "cannot be read"),
    "damaged.html": (lambda b: text(b).replace('"data": "', '"data": "!', 1).encode(), "are damaged"),
    "letter.doc": (lambda b: b"\xd0\xcf\x11\xe0", "is neither a PDF nor a web page"),
    "other bytes.html": (lambda b: b"<html>\xff</html>", "is not UTF-8 at byte 7"),
    "a page of no size.html": (
        lambda b: with_files(text(b), replaced("manifest.json", b'"page": "A4"', b'"page": "A5"')),
        "'page' of its manifest.json is wrong",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_verified_is_named(
    name: str, built: Built, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, said = REFUSED[name]
    (tmp_path / name).write_bytes(make(built))
    assert cli.main(["verify", str(tmp_path / name)]) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert "[not-verifiable]" in printed.err
    assert "verified" not in printed.out


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", str(tmp_path / "brief.pdf")]) == 2
    assert "cannot be read: no such file or directory" in capsys.readouterr().err


def test_a_folder_that_is_no_issue_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", str(tmp_path)]) == 2
    assert "is no issue" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["../../../../../../x.yaml", "/etc/x.yaml", "a\\..\\x.yaml"])
def test_a_carried_file_leaves_its_folder_for_none(path: str, built: Built, tmp_path: Path) -> None:
    files = {**built.page.files, path: b"x: 1\n"}
    with pytest.raises(enclosures.BadEnclosure, match="is no path inside"):
        enclosures.unpacked(files, built.page.manifest, tmp_path / "in" / "here")
    assert not (tmp_path / "x.yaml").exists()


def test_a_carried_config_names_nothing_outside(built: Built, tmp_path: Path) -> None:
    change = replaced("configs/alibaba.yaml", b"extends: _house.yaml", b"extends: ../../../../../../../../etc/passwd")
    path = tmp_path / "brief.html"
    path.write_bytes(with_files(text(built), refingerprinted(change)))
    with pytest.raises(UnusableRequest) as caught:
        verdict.verdict(path)
    assert "which it does not carry" in str(caught.value.findings[0])


# ---- the command -----------------------------------------------------------------------------------------------------


def test_the_command_says_verified_and_counts(
    built: Built, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdict, "issue", lambda *_, **__: built.verdict)
    assert cli.main(["verify", str(built.folder)]) == 0
    said = capsys.readouterr().out
    assert said.count(": verified.") == 3
    assert "NOT" not in said
    assert cli.main(["verify", str(built.folder), "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["verified"] is True
    assert {"place", "row", "printed", "right"} == set(data["editions"][0]["numbers"][0])


def test_the_command_ends_with_1_and_names_the_number(
    built: Built, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = judged(built.page, PAGE_CHANGES["a digit in the text"][0](text(built)).encode(), tmp_path)
    monkeypatch.setattr(verdict, "verdict", lambda *_, **__: found)
    assert cli.main(["verify", str(tmp_path / "brief.html")]) == 1
    said = capsys.readouterr().out
    assert "NOT verified" in said
    assert re.search(r"row 1\.\d\d after “.*”: number: it says .*99x; the data make ", said)


def test_what_was_changed_in_an_issue_is_named(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = {name: (built.folder / name).read_bytes() for name in built.verdict.records}
    made |= {f"institutional/{one.name}": one.data for one in (built.page, built.sheets)}
    monkeypatch.setattr(verdict, "computed_again", lambda *_: (made, ()))
    folder = tmp_path / "issue"
    shutil.copytree(built.folder, folder)
    (folder / "metrics.csv").write_bytes(made["metrics.csv"].replace(b"alibaba", b"alibabb", 1))
    (folder / "claims.csv").unlink()
    (folder / "notes.txt").write_text("hello", "utf-8")
    said = {(one.place, one.printed) for one in verdict.issue(folder).differences}
    assert said == {
        ("metrics.csv", "has been changed since it was built"),
        ("metrics.csv", "is not what the data make"),
        ("claims.csv", "is missing"),
        ("notes.txt", "does not belong to the issue"),
    }


def said(name: str, change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    """A forger who takes a file out and writes the issue's manifest anew, as the program writes it."""

    def changed(folder: Path) -> None:
        if name:
            (folder / name).unlink()
        about = json.loads((folder / "manifest.json").read_bytes())
        change(about)
        (folder / "manifest.json").write_bytes(as_json(about))

    return changed


def linked(folder: Path) -> None:
    (folder.parent / "elsewhere.csv").write_bytes((folder / "metrics.csv").read_bytes())
    (folder / "metrics.csv").unlink()
    (folder / "metrics.csv").symlink_to(folder.parent / "elsewhere.csv")


FOLDER_CHANGES: dict[str, tuple[Callable[[Path], object], tuple[str, str]]] = {
    "a record taken out with its entry": (
        said("claims.csv", lambda about: about["outputs"].pop("claims.csv")),
        ("claims.csv", "is missing, though the data make it"),
    ),
    "something added to the manifest": (
        said("", lambda about: about.update(audited_by="Somebody")), ("manifest.json: audited_by", "Somebody"),
    ),
    "something taken from the manifest": (said("", lambda about: about.pop("as_of")), ("manifest.json: as_of", "")),
    "the manifest written otherwise": (
        lambda folder: (folder / "manifest.json").write_bytes((folder / "manifest.json").read_bytes() + b" "),
        ("manifest.json", "was written anew, not by this program"),
    ),
    "a link for a file": (linked, ("metrics.csv", "is a link to ")),
    "a link to a folder": (lambda folder: (folder / "more").symlink_to("/"), ("more", "is a link to /")),
    "a link to nothing": (lambda folder: (folder / "more").symlink_to("/none"), ("more", "is a link to /none")),
    "an empty folder": (lambda folder: (folder / "more").mkdir(), ("more/", "is an empty folder")),
    "a pipe": (lambda folder: os.mkfifo(folder / "more"), ("more", "is no file")),
}  # fmt: skip


@pytest.mark.parametrize("name", FOLDER_CHANGES)
def test_what_is_done_to_a_folder_is_named(
    name: str, built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No record may go, no word be added, nothing stand for a file: each was called verified once."""
    made = {name: (built.folder / name).read_bytes() for name in built.verdict.records}
    made |= {f"institutional/{one.name}": one.data for one in (built.page, built.sheets)}
    monkeypatch.setattr(verdict, "computed_again", lambda *_: (made, ()))
    folder = tmp_path / "issue"
    shutil.copytree(built.folder, folder)
    change, (place, printed) = FOLDER_CHANGES[name]
    change(folder)
    found = verdict.issue(folder)
    assert not found.verified
    assert any(one.place == place and one.printed.startswith(printed) for one in found.differences), found.differences


def test_an_edition_that_is_not_there_is_told_and_is_no_fault(built: Built) -> None:
    """An audience may be built alone; the verdict says what it did not see."""
    asked = replace(built.sheets, manifest={**built.sheets.manifest, "audiences": ["institutional", "risk"]})
    there = {"institutional/brief.pdf": built.folder}
    assert list(verdict._absent(asked, there)) == ["Not in the folder, so not verified: risk/brief.pdf."]
    assert built.verdict.notes == ()


def test_templates_of_ones_own_are_told(built: Built) -> None:
    """They may print anything beside the figures, and would be verified: the reader is told whose word it is."""
    own = {**built.page.manifest["templates"], "templates/house/web.css": "0"}
    about = replace(built.page, manifest={**built.page.manifest, "templates": own})
    assert any("templates/house/web.css" in note for note in verdict.judged(about, about.data).notes)
    assert verdict.judged(built.page, built.page.data).notes == ()


def test_a_manifest_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(b"[" * 100_000)
    with pytest.raises(UnusableRequest, match=r"manifest\.json cannot be read"):
        verdict.issue(tmp_path)


def test_other_libraries_are_told_and_nothing_is_called_verified(built: Built, tmp_path: Path) -> None:
    older = {**built.page.manifest["libraries"], "weasyprint": "1.0"}
    about = replace(built.page, manifest={**built.page.manifest, "libraries": older})
    found = verdict.judged(about, built.page.data + b" ")
    assert not found.verified
    assert any("weasyprint 1.0, here" in note for note in found.notes)


# ---- comparing words -------------------------------------------------------------------------------------------------


def reading(text: str) -> list[Word]:
    return [Word(word, "page 1") for word in text.split()]


@pytest.mark.parametrize(
    ("printed", "right", "expected"),
    [
        ("at 18.1x today", "at 18.1x today", []),
        ("at 18.2x today", "at 18.1x today", [("number", "18.2x", "18.1x")]),
        ("cheap at 18.1x", "at 18.1x", [("text", "cheap", "")]),
        ("at 18.1x", "cheap at 18.1x", [("text", "", "cheap")]),
        ("", "one two", [("text", "", "one two")]),
        ("a 1 b 2 c", "a 3 b 4 c", [("number", "1", "3"), ("number", "2", "4")]),
    ],
)
def test_readings_part_where_they_differ(printed: str, right: str, expected: list[tuple[str, str, str]]) -> None:
    found = words.differences(reading(printed), reading(right))
    assert [(one.what, one.printed, one.right) for one in found] == expected


# ---- an issue out of an edition --------------------------------------------------------------------------------------


@pytest.fixture
def computed(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data make the issue as it was built, which other tests show; here only the file differs."""
    files = {p.relative_to(built.folder).as_posix(): p.read_bytes() for p in built.folder.rglob("*") if p.is_file()}
    monkeypatch.setattr(carried, "computed_again", lambda *_: (files, ()))


Diff = Callable[..., tuple[int, str, str]]


def test_the_issue_out_of_a_page_is_the_one_in_its_folder(built: Built) -> None:
    """The whole way, nothing stubbed: figures, request and data are the same to the last digit."""
    found = carried.read(built.folder / "institutional" / "brief.html")
    right = issues.read(built.folder)
    assert (found.verdict.verified, found.findings) == (True, ())
    assert (found.issue.asked, found.issue.printed) == (right.asked, right.printed)
    assert found.issue.basis == right.basis
    for name in ("facts", "prices", "fx", "estimates"):
        assert getattr(found.issue.data, name).equals(getattr(right.data, name)), name


@pytest.mark.usefixtures("computed")
@pytest.mark.parametrize("name", ["brief.pdf", "brief.html"])
def test_an_edition_is_compared_as_its_folder_would_be(
    name: str,
    diff: Diff,
    built: Built,
    variant: Callable[..., studies.Written],
    tmp_path: Path,
) -> None:
    then = leave(variant(as_of=date(2025, 6, 30)), tmp_path / "alibaba")
    edition = built.folder / "institutional" / name
    code, text, _ = diff(then, edition)
    assert (code, text) == (0, diff(then, built.folder)[1])
    assert "Price / earnings, LTM" in text
    assert diff(built.folder, edition)[1] == "nothing changed: alibaba, 2025-09-23 is the same issue\n"
    sides = json.loads(diff(then, edition, "--format", "json")[1])
    assert (sides["then"]["verified"], sides["now"]["verified"]) == (None, True)


@pytest.mark.usefixtures("computed")
def test_a_page_that_says_what_its_data_do_not_is_compared_only_when_that_is_meant(
    diff: Diff, built: Built, variant: Callable[..., studies.Written], tmp_path: Path
) -> None:
    then = leave(variant(as_of=date(2025, 6, 30)), tmp_path / "alibaba")
    change, _, printed = PAGE_CHANGES["a digit in the text"]
    (tmp_path / "brief.html").write_text(change(text(built)), "utf-8")
    code, said, error = diff(then, tmp_path / "brief.html")
    assert (code, said) == (2, "")
    assert re.search(rf"brief.html: error: it is NOT verified:\n.*number: it says \d*{printed}; the data make ", error)
    assert "--anyway" in error
    code, said, error = diff(then, tmp_path / "brief.html", "--anyway", "--format", "json")
    assert (code, json.loads(said)["now"]["verified"]) == (0, False)
    assert "warning: it is NOT verified" in error
    assert printed not in said


@pytest.mark.usefixtures("computed")
@pytest.mark.parametrize("options", [(), ("--anyway",)])
@pytest.mark.parametrize("name", ["config", "data", "one gone", "manifest"])
def test_data_that_were_changed_are_never_compared(
    name: str, options: tuple[str, ...], diff: Diff, built: Built, tmp_path: Path
) -> None:
    change, said = FILE_CHANGES[name]
    (tmp_path / "brief.html").write_bytes(with_files(text(built), change))
    code, out, error = diff(built.folder, tmp_path / "brief.html", *options)
    if name == "manifest" and options:  # it names no other files: only its page is in doubt
        assert (code, "NOT verified" in error) == (0, True)
        return
    assert (code, out) == (2, "")
    assert said in error


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_carries_no_issue_is_not_compared(name: str, diff: Diff, built: Built, tmp_path: Path) -> None:
    make, said = REFUSED[name]
    (tmp_path / name).write_bytes(make(built))
    code, out, error = diff(tmp_path / name, tmp_path / "absent", "--anyway")
    assert (code, out) == (2, "")
    assert said in error
    assert "there is no such folder or file" in error  # both sides at once


def test_one_edition_alone_has_nothing_to_be_compared_with(diff: Diff, built: Built) -> None:
    code, out, error = diff(built.folder / "institutional" / "brief.pdf")
    assert (code, out) == (2, "")
    assert "nothing to compare it with" in error

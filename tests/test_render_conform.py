"""The PDF is written as PDF/UA-1 and PDF/A-3a at once: read here by other programs. Nothing of it is a certificate."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import documents
from peerbench import lookup
from peerbench.core.enclosure import Enclosure
from peerbench.render import pdf
from peerbench.render.templates import Look

FILES = (
    Enclosure("brief.yaml", b"subject: alibaba\n", "application/yaml", "The config", "Source"),
    Enclosure("facts.parquet", b"PAR1 and more", "application/vnd.apache.parquet", "Reported figures"),
    Enclosure("manifest.json", b"{}\n", "application/json", "What it rests on", "Supplement"),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    brief = documents.brief()
    drawn = {chart.id: documents.placeholder(chart) for chart in documents.charts(brief)}
    folder = tmp_path_factory.mktemp("conform")
    look = Look(lookup.layers(), "institutional")
    printed = pdf.write(brief, look=look, charts=drawn, cache=folder / "cache", enclosures=FILES)
    (folder / "brief.pdf").write_bytes(printed.data)
    return folder / "brief.pdf"


@pytest.fixture(scope="module")
def root(made: Path) -> Any:
    pypdf = pytest.importorskip("pypdf")
    return pypdf.PdfReader(io.BytesIO(made.read_bytes())).trailer["/Root"]


def run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A validator of the environment that the tests run in."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return subprocess.run([found, *arguments], capture_output=True, text=True, check=False)


def test_outloud_finds_no_error(made: Path) -> None:
    report = made.with_suffix(".json")
    run("outloud", "--json", str(report), str(made))
    (found,) = json.loads(report.read_text("utf-8"))["results"]
    assert len(found["rules"]) > 40
    assert [one for one in found["findings"] if one["severity"] == "error" and not running(one)] == []


def running(found: dict[str, Any]) -> bool:
    """The foot of each page is long enough to look like prose; that it is furniture is what the standard asks for."""
    return found["rule"] == "TAG-002" and "Data lock" in found["evidence"] and found["count"] == 1


def test_pdfua_finds_nothing(made: Path) -> None:
    done = run("pdfua", "check", "--format", "json", str(made))
    found = json.loads(done.stdout)
    assert found["findings"] == []
    assert found["summary"]["rules_run"] >= 10
    assert found["pdfua_version"] == "PDF/UA-1"


def test_qpdf_finds_no_mistake(made: Path) -> None:
    done = run("qpdf", "--check", str(made))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No syntax or stream encoding errors found" in done.stdout


def test_the_metadata_name_both_standards_and_can_be_read_unpacked(made: Path, root: Any) -> None:
    """ISO 19005-3, 6.6.2.1 and 6.6.4; ISO 14289-1, 5; a schema that is not PDF/A's own is described."""
    stream = root["/Metadata"].get_object()
    assert "/Filter" not in stream
    told = stream.get_data().decode()
    assert 'pdfaid:part="3"' in told
    assert 'pdfaid:conformance="A"' in told
    assert 'pdfuaid:part="1"' in told
    assert "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>" in told
    assert told.count("</rdf:RDF>") == 1
    assert told.encode() in made.read_bytes()


def test_metadata_and_document_information_agree(made: Path, root: Any) -> None:
    """ISO 19005-3, 6.6.3."""
    from xml.etree import ElementTree

    import pypdf

    told = root["/Metadata"].get_object().get_data().decode()
    ElementTree.fromstring(told[told.index("<x:xmpmeta") : told.index("<?xpacket end")])
    about = pypdf.PdfReader(io.BytesIO(made.read_bytes())).metadata
    assert about is not None
    for value in (about.title, about.author, about.subject, about.creator, about.producer):
        assert str(value) in told
    assert about.creation_date is not None
    assert about.creation_date.strftime("%Y-%m-%d") in told


def test_colours_have_a_profile(root: Any) -> None:
    (intent,) = root["/OutputIntents"]
    assert intent["/S"] == "/GTS_PDFA1"
    assert intent["/DestOutputProfile"].get_object()["/N"] == 3


def test_each_file_is_attached_once_with_what_it_is_to_the_brief(made: Path, root: Any) -> None:
    """ISO 19005-3, 6.8: every embedded file is an associated one, with its type and date."""
    names = root["/Names"]["/EmbeddedFiles"]["/Names"]
    assert list(names[::2]) == [one.name for one in FILES]
    assert len(root["/AF"]) == len(FILES)
    for entry, one in zip(root["/AF"], FILES, strict=True):
        spec = entry.get_object()
        held = spec["/EF"]["/F"].get_object()
        assert (spec["/F"], spec["/UF"], spec["/Desc"]) == (one.name, one.name, one.about)
        assert spec["/AFRelationship"] == f"/{one.relation}"
        assert held["/Subtype"] == f"/{one.kind}"
        assert held.get_data() == one.data
        assert re.fullmatch(r"D:\d{8}000000Z", held["/Params"]["/ModDate"])


def elements(root: Any) -> list[Any]:
    """Every element of the tree of tags, in its order."""
    found, waiting = [], [root["/StructTreeRoot"]["/K"]]
    while waiting:
        one = waiting.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, list):
            waiting += reversed(one)
        elif isinstance(one, dict):
            found += [one] if "/S" in one else []
            waiting += [one["/K"]] if "/K" in one else []
    return found


def test_every_head_has_a_scope(root: Any) -> None:
    heads = [one for one in elements(root) if one["/S"] == "/TH"]
    assert len(heads) > 40
    scopes = {str(one["/A"]["/Scope"]) for one in heads}
    assert scopes == {"/Column", "/Row"}
    for one in heads:
        part = one["/P"]["/P"]["/S"]
        assert one["/A"]["/Scope"] == ("/Column" if part == "/THead" else "/Row")


def test_the_key_data_are_a_list_of_terms_and_values(root: Any) -> None:
    lists = [one for one in elements(root) if one["/S"] == "/L"]
    kinds = [[str(kid.get_object()["/S"]) for kid in one["/K"]] for one in lists]
    assert all(set(kind) == {"/LI"} for kind in kinds)
    items = [[str(part.get_object()["/S"]) for part in kid.get_object()["/K"]] for one in lists for kid in one["/K"]]
    assert ["/Lbl", "/LBody"] in items


def test_pictures_are_told_in_words(root: Any) -> None:
    pictures = [one for one in elements(root) if one["/S"] == "/Figure"]
    assert len(pictures) >= 4
    assert all(0 < len(str(one["/Alt"])) <= 250 for one in pictures)


def test_running_heads_are_no_content(made: Path, root: Any) -> None:
    """ISO 14289-1, 7.8: furniture of the page is marked as such, and in no tag."""
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(made.read_bytes()))
    painted = [page.get_contents().get_data() for page in reader.pages]
    assert all(b"/Artifact <</Type /Pagination>> BDC" in re.sub(rb"\s+", b" ", data) for data in painted)
    for page, data in zip(reader.pages, painted, strict=True):
        marked = {int(number) for number in re.findall(rb"/MCID (\d+)", data)}
        numbers = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
        owners = dict(zip(numbers[::2], numbers[1::2], strict=True))[page["/StructParents"]]
        owned = {
            number for number, one in enumerate(owners.get_object()) if not isinstance(one, pypdf.generic.NullObject)
        }
        assert marked == owned


def test_the_file_has_bookmarks_and_a_language(root: Any) -> None:
    assert root["/Lang"] == "en-GB"
    assert root["/Outlines"].get_object()["/Count"] >= 4


def test_no_glyph_is_missing_from_its_font(made: Path) -> None:
    """A PDF names glyphs by number and a reader looks up CIDs: in the Han face they are the same."""
    from fontTools.ttLib import TTFont

    with TTFont(lookup.layers()[-1] / "house/fonts/BriefHan-Regular.otf", lazy=True) as font:
        charset = font["CFF "].cff.topDictIndex[0].charset
    assert charset == [".notdef", *(f"cid{place:05d}" for place in range(1, len(charset)))]

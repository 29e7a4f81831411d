"""The finishing of a PDF: what PDF/UA-1 and PDF/A-3a ask for beyond what WeasyPrint writes, done before it is written.

A file is written as both at once. WeasyPrint writes one variant, PDF/A-3a; the other is a few lines of metadata, heads
with a scope, running heads outside of the text, and lists of items. Nothing of this is a certificate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from peerbench.render.finish import finish as finish_bytes

Struct = dict[str, Any]
# ISO 14289-1, clause 5, and the description of its schema that ISO 19005-3, 6.6.2.3.3 asks of any that is not its own.
UA: Final = """\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA Universal Accessibility</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 that the file is written as</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""
END: Final = b"</rdf:RDF>"
RUNNING: Final = "<</Type /Pagination>>"


def finish(document: Any, pdf: Any, *, kinds: Mapping[str, str]) -> None:
    """Change a pydyf.PDF in place: WeasyPrint's `finisher`. kinds: media type of each attached file by name.

    At last each object is put into bytes, once: nothing changes after.
    """
    _metadata(pdf)
    _files(pdf, kinds)
    told = dict(_told(document))
    root = _object(pdf, _object(pdf, pdf.catalog["StructTreeRoot"])["K"][0])
    _without_empty(pdf, root)
    reached: set[str] = set()
    for reference, element in _elements(pdf, root):
        reached.add(reference)
        if element["S"] == "/TH":
            element["A"]["Scope"] = "/Column" if _in_head(pdf, element) else "/Row"
        elif element["S"] == "/L":
            _items(pdf, element)
        elif element["S"] == "/Link":
            _spoken(pdf, element, told)
    _artifacts(pdf, reached)
    finish_bytes(document, pdf)


def _metadata(pdf: Any) -> None:
    """One metadata stream for both, readable without unpacking (ISO 19005-3, 6.6.2.1)."""
    stream = _object(pdf, pdf.catalog["Metadata"])
    stream.stream = [b"".join(stream.stream).replace(END, UA.encode() + END)]
    stream.compress = False


def _files(pdf: Any, kinds: Mapping[str, str]) -> None:
    """Each attached file named once and of its own type, whatever the machine takes its ending for."""
    if "AF" not in pdf.catalog:
        return
    pdf.catalog["AF"][:] = list(dict.fromkeys(pdf.catalog["AF"]))
    for reference, (name, kind) in zip(pdf.catalog["AF"], kinds.items(), strict=True):
        file = _object(pdf, reference)
        assert name == file["UF"].string
        _object(pdf, file["EF"]["F"]).extra["Subtype"] = "/" + kind.replace("/", "#2F")


# ---- the tree of tags ------------------------------------------------------------------------------------------------


def _object(pdf: Any, reference: Any) -> Any:
    """The object behind "12 0 R"."""
    text = reference.decode() if isinstance(reference, bytes) else str(reference)
    return pdf.objects[int(text.split(" ")[0])]


def _kids(pdf: Any, element: Struct) -> Iterator[tuple[Any, Struct]]:
    """The elements below an element; numbers and links stand among them and are passed over."""
    for kid in element["K"]:
        if not isinstance(kid, int):
            found = _object(pdf, kid)
            if found.get("Type") == "/StructElem":
                yield kid, found


def _elements(pdf: Any, root: Struct) -> Iterator[tuple[str, Struct]]:
    """Every element of the tree, parents before children."""
    waiting = [(_key(root.reference), root)]  # type: ignore[attr-defined]
    while waiting:
        reference, element = waiting.pop()
        yield reference, element
        waiting += [(_key(kid), found) for kid, found in _kids(pdf, element)]


def _key(reference: Any) -> str:
    return reference.decode() if isinstance(reference, bytes) else str(reference)


def _in_head(pdf: Any, element: Struct) -> bool:
    """Whether a header cell stands in the head of its table."""
    row = _object(pdf, element["P"])
    return bool(_object(pdf, row["P"]).get("S") == "/THead")


def _items(pdf: Any, element: Struct) -> None:
    """A definition list whose pairs are wrapped in divisions: each pair is one item, its term the label."""
    for _, pair in _kids(pdf, element):
        if pair["S"] != "/Div":
            continue
        bodies = [(kid, found) for _, item in _kids(pdf, pair) for kid, found in _kids(pdf, item)]
        pair["S"], pair["K"][:] = "/LI", [kid for kid, _ in bodies]
        for place, (_, body) in enumerate(bodies):
            body["S"], body["P"] = ("/LBody" if place else "/Lbl"), pair.reference  # type: ignore[attr-defined]


def _without_empty(pdf: Any, element: Struct) -> None:
    """Drawn boxes without text, bars of a table say, say nothing to a reader of tags."""
    kept = []
    for kid in element["K"]:
        found = None if isinstance(kid, int) else _object(pdf, kid)
        if found is not None and found.get("Type") == "/StructElem":
            _without_empty(pdf, found)
            if found["S"] == "/Span" and not found["K"]:
                continue
        kept.append(kid)
    element["K"][:] = kept


# ---- running heads ---------------------------------------------------------------------------------------------------


def _told(document: Any) -> Iterator[tuple[str, str]]:
    """What the page says of each link by its title, by the number of its annotation."""
    for page in document.pages:
        for *_, box in page.links:
            title = box.element.get("title") if box.link_annotation is not None and box.element is not None else None
            if title:
                yield _key(box.link_annotation.reference), title


def _spoken(pdf: Any, element: Struct, told: Mapping[str, str]) -> None:
    """A link in words (ISO 14289-1, 7.18.5), and one over a drawing, which holds no words, as their stand-in."""
    import pydyf

    for kid in element["K"]:
        found = None if isinstance(kid, int) else _object(pdf, kid)
        if found is not None and found.get("Type") == "/OBJR" and (title := told.get(_key(found["Obj"]))):
            _object(pdf, found["Obj"])["Contents"] = pydyf.String(title)
            if len(element["K"]) == 1:
                element["Alt"] = pydyf.String(title)


def _artifacts(pdf: Any, reached: set[str]) -> None:
    """Marked content that no element of the tree holds is furniture of the page (ISO 14289-1, 7.8)."""
    numbers = _object(pdf, _object(pdf, pdf.catalog["StructTreeRoot"])["ParentTree"])["Nums"]
    owners = dict(zip(numbers[::2], numbers[1::2], strict=True))
    for reference in pdf.page_references:
        page = _object(pdf, reference)
        held = owners[page["StructParents"]]
        loose = {number for number, owner in enumerate(held) if _key(owner) not in reached}
        if loose:
            held[:] = ["null" if number in loose else owner for number, owner in enumerate(held)]
            _unmark(_object(pdf, page["Contents"]).stream, loose)


def _unmark(operations: list[Any], loose: set[int]) -> None:
    for place, operation in enumerate(operations):
        if operation == b"BDC" and operations[place - 1].get("MCID") in loose:
            operations[place - 2], operations[place - 1] = "/Artifact", RUNNING

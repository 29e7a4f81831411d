"""What is written once is what would have been written twice: the same objects, smaller work."""

from __future__ import annotations

import io
import zlib
from typing import Any

import pydyf
import pypdf
import pytest

from peerbench.render import finish


def small(*, compress: bool) -> Any:
    pdf = pydyf.PDF()
    drawing = pydyf.Stream(compress=compress)
    drawing.begin_text()
    drawing.set_font_size("F1", 12)
    drawing.show_text_string("A line (of text)")
    drawing.end_text()
    pdf.add_object(drawing)
    fonts = pydyf.Dictionary({"F1": pydyf.Dictionary({"Type": "/Font", "Subtype": "/Type1", "BaseFont": "/Helvetica"})})
    page = {"Type": "/Page", "Parent": pdf.pages.reference, "MediaBox": pydyf.Array([0, 0, 200, 100])}
    page |= {"Contents": drawing.reference, "Resources": pydyf.Dictionary({"Font": fonts})}
    pdf.add_page(pydyf.Dictionary(page))
    return pdf


def written(pdf: Any, *, compress: bool) -> bytes:
    output = io.BytesIO()
    pdf.write(output, identifier=b"0123", compress=compress)
    return output.getvalue()


@pytest.mark.parametrize("compress", [False, True])
def test_the_file_reads_the_same_with_and_without_it(compress: bool) -> None:
    plain, finished = small(compress=compress), small(compress=compress)
    finish.finish(None, finished)
    before, after = (pypdf.PdfReader(io.BytesIO(written(pdf, compress=compress))) for pdf in (plain, finished))
    assert len(after.pages) == len(before.pages) == 1
    assert after.pages[0].extract_text() == before.pages[0].extract_text() == "A line (of text)"
    assert after.pages[0].get_contents().get_data() == before.pages[0].get_contents().get_data()


def test_without_compression_not_a_byte_differs() -> None:
    plain, finished = small(compress=False), small(compress=False)
    finish.finish(None, finished)
    assert written(finished, compress=False) == written(plain, compress=False)


def test_each_stream_is_compressed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[bytes] = []

    def compress(data: bytes, level: int) -> bytes:
        made.append(data)
        return zlib.compressobj(level).compress(data)

    pdf = small(compress=True)
    monkeypatch.setattr(finish, "zlib", type("Zlib", (), {"compress": staticmethod(compress)}))
    finish.finish(None, pdf)
    written(pdf, compress=True)
    assert len(made) == len(set(made)) == 3  # the drawing, the small objects together, the table of all

"""Logos: an image is proved to be one; whatever runs, loads, hides or explodes is refused by name."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from peerbench.render import logo
from peerbench.render.logo import BadLogo

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 240 60">'


def svg(inner: str, head: str = HEAD) -> bytes:
    return f"{head}{inner}</svg>".encode()


def png(wide: int = 120, high: int = 60, **more: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (wide, high), "#0B5C6B").save(made, "PNG", **more)  # type: ignore[arg-type]
    return made.getvalue()


# ---- what is read ----------------------------------------------------------------------------------------------------


def test_shapes_and_paint_are_written_anew() -> None:
    inner = (
        "<!-- made by hand --><title>Acme</title><metadata>x</metadata>"
        '<g id="a" style="fill: #0B5C6B; font-family: Arial" class="b" data-x="1"><path d="M0 0h9z"/></g>'
    )
    made = logo.read(svg(inner))
    assert made.data.decode() == (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 60" width="240" height="60">'
        '<g id="a" fill="#0B5C6B"><path d="M0 0h9z"/></g></svg>'
    )
    assert (made.kind, made.ratio, made.media_type) == ("svg", 4.0, "image/svg+xml")


def test_a_gradient_may_be_used_where_it_stands() -> None:
    inner = (
        '<defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/></linearGradient>'
        '<linearGradient id="h" xlink:href="#g"/></defs><rect width="9" height="9" fill="url(#h)"/>'
    )
    assert b'fill="url(#h)"' in logo.read(svg(inner)).data


@pytest.mark.parametrize(
    ("head", "ratio"),
    [
        ('width="60mm" height="30mm"', 2.0),
        ('width="100%" height="100%" viewBox="0 0 30 10"', 3.0),
        ('width="90" height="30" viewBox="0,0,30,10"', 3.0),
    ],
)
def test_its_shape_follows_from_what_is_given(head: str, ratio: float) -> None:
    made = logo.read(svg("<path d='M0 0'/>", f'<svg xmlns="http://www.w3.org/2000/svg" {head}>'))
    assert made.ratio == pytest.approx(ratio)


def test_a_png_keeps_its_pixels_and_nothing_else() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "written by somebody on some day")
    made = logo.read(png(pnginfo=info))
    assert b"somebody" not in made.data
    assert (made.kind, made.ratio) == ("png", 2.0)
    assert Image.open(io.BytesIO(made.data)).getpixel((1, 1)) == (0x0B, 0x5C, 0x6B, 255)
    assert made.data == logo.read(png()).data


# ---- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ("<script>alert(1)</script>", "<script>: a logo runs nothing"),
        ('<path d="M0 0" onclick="alert(1)"/>', "onclick=, which runs a script"),
        ('<path d="M0 0" ONLOAD="alert(1)"/>', "ONLOAD=, which runs a script"),
        ('<image href="https://example.com/a.png"/>', "<image>: keep the drawing alone"),
        ('<image xlink:href="data:image/png;base64,AA"/>', "<image>"),
        ('<use href="https://example.com/a.svg#b"/>', "<use>: expand the copies"),
        ("<foreignObject><body/></foreignObject>", "<foreignObject>"),
        ("<style>@import url(https://example.com/a.css)</style>", "<style>: save it with presentation attributes"),
        ("<text>Acme</text>", "<text>: turn the letters into outlines"),
        ("<animate/>", "<animate>: shapes and paint alone are read"),
        ("<a href='https://example.com'><path d='M0 0'/></a>", "<a>: shapes and paint alone are read"),
        ('<rect fill="url(https://example.com/a.svg#b)"/>', "loads 'https://example.com/a.svg#b' from elsewhere"),
        ('<rect style="fill:url(//example.com/x)"/>', "loads '//example.com/x' from elsewhere"),
        ('<linearGradient href="other.svg#a"/>', "loads 'other.svg#a' from elsewhere"),
        ('<rect fill="javascript:alert(1)"/>', "holds an address"),
        ('<linearGradient id="a" href="#b"/><linearGradient id="b" href="#a"/>', "references to references"),
        ("<g>" * 60 + "</g>" * 60, "nested deeper than 40 levels"),
        ("<path d='M0 0'/>" * 5000, "more than 2,000 elements"),
        ("<path d='M0 0'", "is broken SVG"),
    ],
)
def test_a_drawing_that_could_do_more_than_be_seen_is_refused(inner: str, said: str) -> None:
    with pytest.raises(BadLogo) as caught:
        logo.read(svg(inner))
    assert said in str(caught.value)


ENTITIES = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ((ENTITIES + HEAD + "&b;</svg>").encode(), "holds a declaration"),
        (('<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + HEAD + "</svg>").encode(), "holds a declaration"),
        (b"\xff\xd8\xff\xe0 and so on", "is a JPEG, not an SVG or PNG"),
        (b"GIF89a", "is a GIF"),
        (b"%PDF-1.7", "is a PDF"),
        (b"<html><body>no</body></html>", "is a web page"),
        (b"just words", "is no image"),
        (b"", "is no image"),
        (b"\x00\x01\x02\xfe", "is no image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "has no viewBox"),
        (b"<svg viewBox='0 0 1 1'/>", "is no image"),
        (svg("", HEAD.replace("240 60", "2400 60")), "is 40.0 times as wide as high"),
        (svg("x" * 600_000), "is larger than 500 kB"),
    ],
)
def test_a_file_that_is_no_logo_is_told_what_it_is(data: bytes, said: str) -> None:
    with pytest.raises(BadLogo) as caught:
        logo.read(data)
    assert said in str(caught.value)


def bomb(wide: int, high: int) -> bytes:
    """A PNG whose head promises far more pixels than there are bytes."""
    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return logo.PNG_HEAD + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (bomb(60_000, 60_000), "is 60000 x 60000 pixels"),
        (bomb(0, 60), "is 0 x 60 pixels"),
        (bomb(120, 60), "is a broken PNG"),
        (png(120, 20), "is 120 x 20 pixels; 48 to 4000 a side are read"),
        (png()[:90], "is a broken PNG"),
        (logo.PNG_HEAD, "is a broken PNG"),
    ],
)
def test_a_png_that_is_broken_tiny_or_a_bomb_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(BadLogo) as caught:
        logo.read(data)
    assert said in str(caught.value)


def test_a_truncated_png_is_refused_also_after_the_pdf_engine_was_loaded() -> None:
    import weasyprint.images  # noqa: F401 - it tells Pillow to take truncated files
    from PIL import ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    with pytest.raises(logo.BadLogo, match="broken PNG"):
        logo._png(png()[:90])
    assert before == ImageFile.LOAD_TRUNCATED_IMAGES

"""The last hand on a PDF before it is written: each object is put into bytes once, compressed well enough.

The writer asks every object for its bytes twice, for the file and for the digest in its trailer, and compresses at the
highest level, which takes three times as long for a fortieth of the size.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

LEVEL: Final = 6


def finish(document: object, pdf: Any) -> None:
    """For `write_pdf(finisher=…)`: nothing of the file changes after it, so that what is written may be kept."""
    pdf.objects = _Objects(pdf.objects)


class _Objects(list[Any]):
    """The objects of a file, those too that the writer adds at the end: the stream that holds the small ones."""

    def __init__(self, items: Iterable[Any]) -> None:
        super().__init__(map(_kept, items))

    def append(self, item: Any) -> None:
        super().append(_kept(item))


def _kept(item: Any) -> Any:
    if item.free != "f":
        kind: Any = type(item)
        item.__class__ = _written_once(kind)
    return item


@cache
def _written_once(kind: Any) -> Any:
    """The kind of object, with its bytes made when first asked for."""
    from pydyf import Stream

    make = _stream if issubclass(kind, Stream) else kind.data.fget

    def data(self: Any) -> bytes:
        if "written" not in self.__dict__:
            self.__dict__["written"] = make(self)
        written: bytes = self.__dict__["written"]
        return written

    return type(kind.__name__, (kind,), {"data": property(data)})


def _stream(item: Any) -> bytes:
    """A stream object: its dictionary and its content, compressed where it asks for that."""
    from pydyf import Dictionary, _to_bytes

    content = b"\n".join(map(_to_bytes, item.stream))
    about = dict(item.extra)
    if item.compress:
        about["Filter"], content = "/FlateDecode", zlib.compress(content, LEVEL)
    about["Length"] = len(content)
    return b"\n".join((Dictionary(about).data, b"stream", content, b"endstream"))

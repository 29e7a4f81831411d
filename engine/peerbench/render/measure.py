"""The laid-out page, measured: does every block find its place, and how much is left above the foot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from peerbench.core.document import Brief
from peerbench.core.findings import Finding

MM: Final = 25.4 / 96  # one CSS pixel in mm
MIN_GAP_MM: Final = 2.0


@dataclass(frozen=True, slots=True)
class Gap:
    """Free height between a page's flow and its foot block (or the page's end), in mm."""

    page: str
    free_mm: float
    foot: bool
    missing: int  # rows that found no place: the engine drops or moves what does not fit


def gaps(pages: Any, brief: Brief) -> Iterator[Gap]:
    """Per planned page the height between the last line of its flow and what stands below."""
    for planned in brief.pages:
        name, feet = f"page-{planned.id}", sum(row.foot for row in planned.rows)
        sheets = [box for page in pages for box in boxes(page._page_box, "sheet") if box.element.get("id") == name]
        wanted = len(planned.rows) + (planned is brief.pages[0])  # the first page's article head is a row too
        missing = wanted - sum(1 for sheet in sheets[:1] for _ in boxes(sheet, "row"))
        yield Gap(planned.id, round(_free(sheets[0], _end(sheets[0])) * MM, 2) if sheets else 0.0, feet > 0, missing)


def room(pages: Any, brief: Brief) -> Iterator[Gap]:
    """The same heights on sheets without an end, where nothing is moved: exact for what overflows too."""
    sheets = {box.element.get("id"): box for page in pages for box in boxes(page._page_box, "sheet")}
    for planned in brief.pages:
        sheet = sheets[f"page-{planned.id}"]
        end = sheet.position_y + live_mm(brief, planned.id) / MM
        feet = tuple(boxes(sheet, "foot"))
        down = end - max((_bottom(foot) for foot in feet), default=end)
        yield Gap(planned.id, round(_free(sheet, end, down) * MM, 2), bool(feet), 0)


def live_mm(brief: Brief, page: str) -> float:
    """The height of a sheet between its margins."""
    first = brief.pages[0].id == page
    return (267.0 if first else 260.0) if brief.meta.page_size == "A4" else (249.5 if first else 242.5)


def _free(sheet: Any, end: float, down: float = 0.0) -> float:
    """The least height between a block of the flow and the foot's blocks under it, or the end of the sheet.

    down: how much lower the foot will stand than it does here.
    """
    above = [_extent(box) for flow in boxes(sheet, "flow") for box in _blocks(flow)]
    below = [_extent(box) for foot in boxes(sheet, "foot") for box in _blocks(foot)]
    pairs = (y + down - bottom for left, right, _, bottom in above for x, x2, y, _ in below if x < right and left < x2)
    return float(min((*pairs, *(end - bottom for *_, bottom in above), end - sheet.position_y)))


def _end(sheet: Any) -> float:
    return float(sheet.position_y + sheet.height)


def _blocks(box: Any) -> Iterator[Any]:
    """The blocks that stand in the slots of a flow or a foot, and what stands outside of rows."""
    for slot in (found for row in boxes(box, "row") for found in boxes(row, "slot")):
        yield from (getattr(child, "_box", child) for child in slot.children)


def _extent(box: Any) -> tuple[float, float, float, float]:
    return box.position_x, box.position_x + box.margin_width(), box.position_y, _bottom(box)


def boxes(box: Any, name: str) -> Iterator[Any]:
    """Boxes of the elements of this class, in reading order."""
    box = getattr(box, "_box", box)
    element = getattr(box, "element", None)
    if (
        element is not None
        and name in (element.get("class") or "").split()
        and not box.element_tag.endswith(("::before", "::after"))
    ):
        yield box
        return
    for child in getattr(box, "children", ()):
        yield from boxes(child, name)


def _bottom(box: Any) -> float:
    """The lowest edge of a box and of everything in it, in CSS pixels."""
    own = (
        box.position_y + box.margin_height()
        if hasattr(box, "margin_height") and box.height != "auto"
        else box.position_y
    )
    inner = (_bottom(getattr(child, "_box", child)) for child in getattr(box, "children", ()))
    return float(max(own, max(inner, default=own)))


def overflows(measured: Iterable[Gap]) -> Iterator[Finding]:
    hint = "Shorten a table or a paragraph of that page, or let the page plan move a block."
    for number, gap in enumerate(measured, start=1):
        page = f"page {number} ({gap.page})"
        if gap.missing or gap.free_mm < 0:
            over = f"{page} holds {-gap.free_mm:.1f} mm more than fits."
            yield Finding("page-overflow", "error", over, hint, subject=gap.page)
        elif gap.foot and gap.free_mm < MIN_GAP_MM:
            tight = f"{page} leaves {gap.free_mm:.1f} mm above its foot; {MIN_GAP_MM:.0f} mm are wanted."
            yield Finding("page-tight", "warning", tight, hint, subject=gap.page)


def spilled(extra: int) -> Iterator[Finding]:
    if extra:
        yield Finding("page-count", "error", f"{extra} pages more than planned: some page spills onto another sheet.")

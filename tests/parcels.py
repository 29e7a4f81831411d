"""A parcel to deliver: two editions of an issue and its summary, made by hand."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from peerbench.deliver.protocol import Parcel

NOW: Final = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
PDF: Final = b"%PDF-1.7 a brief\n"
SUMMARY: Final[dict[str, Any]] = {
    "risk": {
        "series": "Peer Benchmark",
        "reader": "For risk managers",
        "language": "en-GB",
        "headline": "A & B <Holding> falls 12% in a day",
        "standfirst": "Volatility is 38%, against a peer median of 30%.",
        "byline": "By the Benchmark Desk (machine-built)",
        "takeaways": [
            {"lead": "Larger falls.", "text": "The worst day in 20 lost 4%; *peers* lost <3%>."},
            {"lead": "", "text": "Net cash cushions it."},
        ],
        "disclosure": "Not investment advice.",
    }
}


def parcel(folder: Path, *, summary: dict[str, Any] | None = None, pdf: bytes = PDF) -> Parcel:
    (folder / "risk").mkdir(parents=True, exist_ok=True)
    (folder / "risk/brief.pdf").write_bytes(pdf)
    (folder / "risk/brief.html").write_bytes(b"<p>a brief</p>")
    (folder / "summary.json").write_text(json.dumps(SUMMARY if summary is None else summary), "utf-8")
    files = ("risk/brief.html", "risk/brief.pdf")
    return Parcel("alibaba", "Alibaba against its peers", date(2025, 9, 23), "risk", folder, files, NOW)

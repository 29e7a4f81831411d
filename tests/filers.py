"""Small company facts files, written by hand, in the shape of the SEC's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def row(
    end: str, value: object, filed: str, *, start: str | None = None, form: str = "10-K", accn: str = "", **more: object
) -> Row:
    """One entry. Without an accession number it is that of the one filing of its day."""
    entry: Row = {"end": end, "val": value, "accn": accn or f"0000000001-{filed[2:4]}-{filed[5:7]}{filed[8:]}00"}
    if start:
        entry["start"] = start
    return {**entry, "fy": 1999, "fp": "Q9", "form": form, "filed": filed, "frame": "CY1999", **more}


def year(number: int, value: object, filed: str = "", **more: Any) -> Row:
    """A calendar year, filed in the next February unless said otherwise."""
    return row(f"{number}-12-31", value, filed or f"{number + 1}-02-01", start=f"{number}-01-01", **more)


def filer(
    cik: int = 1, name: str = "ACME CORP", *, units: dict[str, str] | None = None, **tags: list[Row]
) -> dict[str, Any]:
    """A document. Tags are us-gaap unless they begin with ifrs_ or dei_; money in USD unless `units` says otherwise."""
    facts: dict[str, Any] = {}
    for tag, rows in tags.items():
        taxonomy, name_of_tag = _split(tag)
        unit = (units or {}).get(tag) or _unit(name_of_tag)
        facts.setdefault(taxonomy, {})[name_of_tag] = {"label": tag, "units": {unit: rows}}
    return {"cik": cik, "entityName": name, "facts": facts}


def _split(tag: str) -> tuple[str, str]:
    for prefix, taxonomy in (("ifrs_", "ifrs-full"), ("dei_", "dei")):
        if tag.startswith(prefix):
            return taxonomy, tag.removeprefix(prefix)
    return "us-gaap", tag


def _unit(tag: str) -> str:
    if tag.startswith(("EarningsPerShare", "DilutedEarnings")):
        return "USD/shares"
    return "shares" if "Shares" in tag and not tag.startswith("Payments") else "USD"


def write(folder: Path, document: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"CIK{document['cik']:010}.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path

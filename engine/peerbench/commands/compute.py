"""bench compute: metrics and comparison of a config, as CSV files or as a table, without rendering."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from peerbench.commands import request
from peerbench.commands.printing import print_findings
from peerbench.core.document import Number

FORMATS: Final = {
    "times": "x1",
    "fraction": "pct1",
    "money": "money",
    "money_per_share": "price",
    "shares": "shares",
    "count": "count",
    "pure": "n2",
}


def run(parsed: Namespace, arguments: list[str]) -> int:
    from peerbench import pipeline

    out = None if parsed.out is None else Path(parsed.out)
    result = pipeline.compute(Path(parsed.config), as_of=request.day(parsed.as_of), out=out, today=date.today())
    print_findings(found for found in result.findings if found.severity != "note")
    if out is None:
        print(table(result.metrics.to_dicts()))
    else:
        print("\n".join(f"wrote {path}" for path in result.files))
    return 0


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Metrics down, companies across, in the order in which they come."""
    companies = list(dict.fromkeys(row["company"] for row in rows))
    cells = {(row["metric"], row["company"]): _cell(row) for row in rows}
    metrics = list(dict.fromkeys(row["metric"] for row in rows))
    lines = [["", *companies], *([metric, *(cells.get((metric, who), "") for who in companies)] for metric in metrics)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(companies) + 1)]
    return "\n".join(_aligned(line, widths) for line in lines)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    numbers = (cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))
    return "  ".join((line[0].ljust(widths[0]), *numbers)).rstrip()


def _cell(row: Mapping[str, Any]) -> str:
    from peerbench.render.format import text

    value = row["raw"] if row["status"] == "excluded" else row["value"]
    number = Number(value, FORMATS.get(row["unit"], "n2"), row["currency"] or "", status=row["status"])
    return text(number)

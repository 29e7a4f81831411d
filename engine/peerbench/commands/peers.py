"""bench peers: companies like a subject, with reasons and distances, ready to paste into a config."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from peerbench.commands import request
from peerbench.core.errors import UnusableRequest

if TYPE_CHECKING:
    from peerbench.compare.peers import Proposal, Traits
    from peerbench.core.dataset import Dataset


def run(parsed: Namespace, arguments: list[str]) -> int:
    from peerbench import candidates

    data, currency, day = _data(parsed)
    as_of = request.day(parsed.as_of) or day or date.today()
    subject, found = candidates.peers(data, parsed.subject, as_of=as_of, currency=currency, count=parsed.count)
    if parsed.format == "json":
        rows = [
            {"company": one.traits.company, "name": one.traits.name, "sector": one.traits.sector,
             "distance": round(one.distance, 4), "parts": {name: round(part, 4) for name, part in one.parts.items()},
             "measures": dict(one.traits.measures)}
            for one in found
        ]  # fmt: skip
        print(json.dumps({"subject": subject.company, "as_of": as_of.isoformat(), "peers": rows}, indent=1))
        return 0
    print("\n".join(_text(subject, found, as_of, currency)))
    return 0


def _data(parsed: Namespace) -> tuple[Dataset, str, date | None]:
    """The sources of a config, or a dataset by name or folder."""
    from peerbench import gather
    from peerbench.sources import dataset

    if parsed.config is None:
        name = parsed.dataset
        folder = Path(name) if "/" in name or name.startswith(".") else dataset.embedded(name)
        return dataset.load(folder, shown_as=name)[0], "USD", None
    from peerbench.config.load import load

    config, findings = load(Path(parsed.config))
    errors = tuple(finding for finding in findings if finding.severity == "error")
    if config is None or errors:
        raise UnusableRequest(errors)
    return gather.read(config), config.currency, config.as_of


def _text(subject: Traits, found: tuple[Proposal, ...], as_of: date, currency: str) -> Iterator[str]:
    yield f"# Like {subject.name} on {as_of}: {_measures(subject, currency)}"
    yield "# Distance 0 is alike; a gap of one is as large as between typical companies of the data."
    if not found:
        yield "# No other company has two of the traits."
        return
    yield "peers:"
    for one in found:
        parts = ", ".join(f"{name} {part:.1f}" for name, part in one.parts.items())
        yield f"  # {one.distance:.2f}: {parts}"
        yield f'  - {{company: {one.traits.company}, role: core, why: "{_why(subject, one, currency)}"}}'


def _why(subject: Traits, one: Proposal, currency: str) -> str:
    """What a client reads: the sector, then the figures."""
    sector = one.traits.sector.replace('"', "'")
    same = sector and one.parts.get("sector") == 0.0
    head = f"Same sector ({sector})" if same else sector or "Sector not known"
    return f"{head}; {_measures(one.traits, currency)}"


def _measures(traits: Traits, currency: str) -> str:
    from peerbench.compare.peers import SIZE

    shown = [
        f"revenue {currency} {value / 1e9:,.1f}bn" if name == SIZE else f"{name} {100 * value:.0f}%"
        for name, value in traits.measures.items()
    ]
    return ", ".join(shown) or "nothing known"

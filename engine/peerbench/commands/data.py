"""bench data: pull what a config's sources offer, show what is known and its age, lock exactly that."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from peerbench.commands import request
from peerbench.commands.printing import print_findings
from peerbench.core.errors import UnusableRequest

if TYPE_CHECKING:
    from peerbench.config.values import Config
    from peerbench.core.dataset import Dataset
    from peerbench.sources.coverage import Known


def run(parsed: Namespace, arguments: list[str]) -> int:
    action = {"pull": _pull, "status": _status, "lock": _lock}[parsed.action]
    return max(action(config, parsed) for config in map(_config, request.configs(parsed.configs)))


def _config(path: Path) -> Config:
    from peerbench.config.load import load

    config, findings = load(path)
    errors = tuple(finding for finding in findings if finding.severity == "error")
    if config is None or errors:
        raise UnusableRequest(errors)
    return config


def _pull(config: Config, parsed: Namespace) -> int:
    """Fetch anew; what cannot be fetched is told and what was there before stays."""
    from peerbench import gather

    found = gather.pull(config)
    for receipt in found.receipts:
        print(f"fetched {receipt.size:>12,} bytes  {receipt.sha256[:12]}  {receipt.address}")
    print_findings(found.findings)
    if found.data is None:
        return 2
    print(f"{config.name}: {len(found.receipts)} fetched, {_counted(found.data)}")
    return 1 if any(finding.check in gather.FAILURES for finding in found.findings) else 0


def _counted(data: Dataset) -> str:
    return f"{data.facts.height:,} facts, {data.prices.height:,} prices, {data.fx.height:,} rates"


def _lock(config: Config, parsed: Namespace) -> int:
    from peerbench import gather

    data = gather.read(config)
    path = gather.lock_path(config)
    text = gather.locked(config, data)
    before = path.read_bytes() if path.is_file() else b""
    what = f"{len(data.files)} inputs, data lock {gather.data_lock(data)[:12]}"
    if before == text:
        print(f"unchanged: {os.path.relpath(path)} ({what})")
        return 0
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_bytes(text)
    os.replace(aside, path)
    print(f"locked: {os.path.relpath(path)} ({what}); `bench build --frozen` uses exactly these")
    return 0


# ---- status ----------------------------------------------------------------------------------------------------------


def _status(config: Config, parsed: Namespace) -> int:
    from peerbench import gather
    from peerbench.sources.coverage import known

    data = gather.read(config)
    as_of = request.day(parsed.as_of) or config.as_of or date.today()
    rows = known(data, [company for company in config.companies if company in data.companies], as_of)
    if parsed.format == "json":
        receipts = [asdict(receipt) for receipt in gather.receipts(config, data)]
        document = {"config": config.name, "as_of": as_of, "known": [asdict(row) for row in rows], "fetched": receipts}
        print(json.dumps(document, indent=1, default=str))
        return 0
    for line in _table(rows, as_of):
        print(line)
    print("\n".join(_sources(config, data)))
    print_findings(finding for finding in data.findings if finding.severity != "note")
    if missing := [company for company in config.companies if company not in data.companies]:
        print(f"nothing is known of {', '.join(missing)}", file=sys.stderr)
    return 0


def _table(rows: Sequence[Known], as_of: date) -> Iterator[str]:
    """One line an item, companies apart: newest period, published, age in days, periods, gaps."""
    width = max((len(row.item) for row in rows), default=4)
    company = ""
    for row in rows:
        if row.company != company:
            company = row.company
            yield f"\n{company}, as of {as_of}"
            yield f"  {'item':<{width}}  newest      published    age  periods  gaps in three years"
        yield f"  {row.item:<{width}}  {row.newest}  {row.published}  {row.age:>5}  {row.periods:>7}  {_gaps(row)}"


def _gaps(row: Known) -> str:
    shown = [f"{end:%Y-%m}" for end in row.gaps[:6]]
    more = [f"and {len(row.gaps) - 6} more"] if len(row.gaps) > 6 else []
    return " ".join((*shown, *more)) or "none"


def _sources(config: Config, data: Dataset) -> Iterator[str]:
    from peerbench import gather

    yield ""
    fetched = {receipt.address: receipt for receipt in gather.receipts(config, data)}
    for file in data.files:
        receipt = fetched.get(file.path)
        when = f"fetched {receipt.fetched}" if receipt else "file"
        yield f"{when:<28}  {file.sha256[:12]}  {file.path}"

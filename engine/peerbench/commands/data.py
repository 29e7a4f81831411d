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
from typing import TYPE_CHECKING, Final

from peerbench.commands import request
from peerbench.commands.printing import print_findings
from peerbench.core.errors import UnusableRequest
from peerbench.universe import naming

if TYPE_CHECKING:
    from peerbench.config.values import Config
    from peerbench.core.dataset import Dataset
    from peerbench.sources.coverage import Known, Market


def run(parsed: Namespace, arguments: list[str]) -> int:
    action = {"pull": _pull, "status": _status, "lock": _lock}[parsed.action]
    return max(action(config, parsed) for config in map(_config, request.configs(parsed.configs)))


def _config(path: Path) -> Config:
    from peerbench.config.load import load

    if naming.sought(path) is not None:  # of a member, whose subject and peers its pattern chooses
        from peerbench import pipeline

        return pipeline.prepare(path, audiences=(), today=date.today()).config
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
    from peerbench.sources.coverage import known, markets

    data = gather.read(config)
    as_of = request.day(parsed.as_of) or config.as_of or date.today()
    here = [company for company in config.companies if company in data.companies]
    rows, traded = known(data, here, as_of), markets(data, here, as_of)
    if parsed.format == "json":
        receipts = [asdict(receipt) for receipt in gather.receipts(config, data)]
        shown = {"known": [asdict(row) for row in rows], "markets": [asdict(row) for row in traded]}
        document = {"config": config.name, "as_of": as_of, **shown, "fetched": receipts}
        print(json.dumps(document, indent=1, default=str))
        return 0
    for line in (*_matrix(rows, traded, as_of), *_sources(config, data)):
        print(line)
    print_findings(finding for finding in data.findings if finding.severity != "note")
    if missing := [company for company in config.companies if company not in data.companies]:
        print(f"nothing is known of {', '.join(missing)}", file=sys.stderr)
    return 0


# What of a period is known: months → sign. A balance is a dot.
_SIGNS: Final = {0: "•", 3: "q", 6: "h", 9: "n", 12: "y"}
_LEGEND: Final = "y year  n nine months  h half  q quarter  • balance  - lacks   ! over 185 days old  !! over 18 months"
_FLAGGED, _STALE = 185, 548  # days: METHOD 33


def _matrix(rows: Sequence[Known], traded: Sequence[Market], as_of: date) -> Iterator[str]:
    """A table a company: a line an item, a column a reporting day of three years; below, its closes and estimates."""
    width = max((len(row.item) for row in rows), default=4)
    yield _LEGEND
    for company in dict.fromkeys(row.company for row in rows):
        own = [row for row in rows if row.company == company]
        heads = " ".join(f"{end:%y-%m}" for end, _ in own[0].known)
        yield f"\n{company}, as of {as_of}"
        yield f"  {'item':<{width}}  newest       age     {heads}".rstrip()
        for row in own:
            cells = " ".join(f"{_cell(row, months):<5}" for _, months in row.known)
            yield f"  {row.item:<{width}}  {row.newest}  {row.age:>4} {_old(row.age):<2}  {cells}".rstrip()
        yield from _newest([market for market in traded if market.company == company])
    yield ""
    yield from _newest([market for market in traded if not market.company])


def _cell(row: Known, months: Sequence[int]) -> str:
    return "".join(_SIGNS.get(length, "?") for length in months) or "-"


def _old(age: int) -> str:
    return "!!" if age > _STALE else "!" if age > _FLAGGED else ""


def _newest(markets: Sequence[Market]) -> Iterator[str]:
    """One line a kind: close: BABA 2025-09-23 (0 days), 9988.HK 2025-09-22 (1 day)."""
    for kind in dict.fromkeys(market.kind for market in markets):
        own = [market for market in markets if market.kind == kind]
        shown = [
            f"{market.name} {market.newest} ({market.age} day{'' if market.age == 1 else 's'})" for market in own[:8]
        ]
        more = [f"and {len(own) - 8} more"] if len(own) > 8 else []
        yield f"  {kind}: {', '.join((*shown, *more))}"


def _sources(config: Config, data: Dataset) -> Iterator[str]:
    from peerbench import gather

    yield ""
    fetched = {receipt.address: receipt for receipt in gather.receipts(config, data)}
    for file in data.files:
        receipt = fetched.get(file.path)
        when = f"fetched {receipt.fetched}" if receipt else "file"
        yield f"{when:<28}  {file.sha256[:12]}  {file.path}"
    yield f"{'data lock':<28}  {gather.data_lock(data)[:12]}  (of the rows, as pages print it)"

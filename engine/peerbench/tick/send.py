"""Deliveries: each queued one tried once a pass, by the way its target names, and settled in the ledger."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from peerbench.config.load import load
from peerbench.config.values import Config, Target
from peerbench.deliver.ledger import Issue, Ledger, Queued
from peerbench.deliver.protocol import Delivery, NotDelivered, Parcel, pause

Ways = Callable[[Target, Path], Delivery]


def way(target: Target, root: Path) -> Delivery:
    """How a target of a config delivers; root: the project, where relative paths begin."""
    from peerbench.deliver.copies import FolderDelivery

    if target.kind == "folder":
        return FolderDelivery(root / Path(str(target.settings["folder"])).expanduser())
    raise NotDelivered(f"there is no way to deliver by {target.kind}", again=False)


@dataclass(frozen=True, slots=True)
class Work:
    """What sending works with; see round.Means."""

    ledger: Ledger
    root: Path
    clock: Callable[[], datetime]
    chance: random.Random
    ways: Ways = way
    at: Callable[[str], None] = lambda step: None


def one(delivery: Queued, issue: Issue, work: Work) -> Queued:
    """The delivery as the try ended. Raises LeaseLost where another pass took it over meanwhile."""
    try:
        config, target = _target(delivery, issue, work.root)
        parcel = _parcel(config, target, delivery, issue)
        recipients = (delivery.recipient,) if delivery.recipient else ()
        receipt = work.ways(target, work.root).send(parcel, recipients, delivery.id)
    except NotDelivered as error:
        wait = pause(delivery.attempts, work.chance) if error.again else None
        again = None if wait is None else work.clock() + wait
        return work.ledger.settle_delivery(delivery, work.clock(), error=error.why, again=again)
    work.at("sent")
    details = {"reference": receipt.reference, **receipt.details}
    ended = work.ledger.settle_delivery(delivery, work.clock(), receipt=details)
    work.at("settled")
    return ended


def _target(delivery: Queued, issue: Issue, root: Path) -> tuple[Config, Target]:
    """The target as the config names it now: its address may have been mended since."""
    config, findings = load(root / issue.config)
    if config is None or any(finding.severity == "error" for finding in findings):
        raise NotDelivered(f"{issue.config} cannot be read; see `bench check`", again=True)
    for target in config.deliver:
        if target.name == delivery.target:
            return config, target
    raise NotDelivered(f"{issue.config} names no target '{delivery.target}' any more", again=False)


def _parcel(config: Config, target: Target, delivery: Queued, issue: Issue) -> Parcel:
    folder = config.root / issue.folder
    found = sorted((folder / delivery.audience).glob("*")) if folder.is_dir() else []
    wanted = tuple(f"{delivery.audience}/{path.name}" for path in found if _asked(path, target))
    if not wanted:
        raise NotDelivered(f"{issue.folder}/{delivery.audience} holds no edition to send", again=False)
    return Parcel(issue.brief, config.title or issue.brief, issue.as_of, delivery.audience, folder, wanted)


def _asked(path: Path, target: Target) -> bool:
    return path.is_file() and (not target.formats or path.suffix.lstrip(".") in target.formats)

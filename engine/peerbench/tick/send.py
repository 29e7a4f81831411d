"""Deliveries: each queued one tried once a pass, by the way its target names, and settled in the ledger."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from peerbench.config.load import load
from peerbench.config.values import Config, Target
from peerbench.core.findings import Finding
from peerbench.deliver.ledger import Issue, Ledger, Queued
from peerbench.deliver.protocol import Delivery, NotDelivered, Parcel, pause

Ways = Callable[[Target, Path], Delivery]


def way(target: Target, root: Path) -> Delivery:
    """How a target of a config delivers; root: the project, where relative paths begin. Secrets: the environment's."""
    made: Delivery = WAYS[target.kind](target, root)
    return made


def _folder(target: Target, root: Path) -> Delivery:
    from peerbench.deliver.copies import FolderDelivery

    return FolderDelivery(root / Path(str(target.settings["folder"])).expanduser())


def _mail(target: Target, root: Path) -> Delivery:
    from peerbench.deliver.mail import PORTS, MailDelivery, Server

    said = target.settings
    authorities = root / Path(said["authorities"]).expanduser() if said["authorities"] else None
    password = _secret(said["password_env"]) if said["user"] else ""
    server = Server(
        said["host"], said["port"] or PORTS[said["security"]], said["security"], said["user"], password, authorities
    )
    attach = tuple(f".{name}" for name in target.formats) or (".pdf",)
    return MailDelivery(server, said["sender"], attach, said["reply_to"], said["link"])


def _webhook(target: Target, root: Path) -> Delivery:
    from peerbench.deliver.webhook import WebhookDelivery

    said = target.settings
    secret = _secret(said["secret_env"]) if said["secret_env"] else ""
    return WebhookDelivery(_secret(said["url_env"]), said["shape"], said["link"], secret)


def _store(target: Target, root: Path) -> Delivery:
    from peerbench.deliver.objects import Bucket, StoreDelivery

    said = target.settings
    keys = (_secret(said[name]) if said[name] else "" for name in ("key_env", "secret_env"))
    return StoreDelivery(Bucket(said["bucket"], said["prefix"], said["region"], said["endpoint"], *keys))


def _secret(variable: str) -> str:
    """The value of an environment variable. Raises NotDelivered where it has none; set, the next try finds it."""
    found = os.environ.get(variable, "")
    if not found:
        raise NotDelivered(f"the environment variable {variable} is not set", again=True)
    return found


WAYS: Final = {"folder": _folder, "mail": _mail, "webhook": _webhook, "s3": _store}


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
        parcel = replace(_parcel(config, target, delivery, issue), sent=work.clock())
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
    config, findings = _read(root / issue.config)
    if config is None or any(finding.severity == "error" for finding in findings):
        raise NotDelivered(f"{issue.config} cannot be read; see `bench check`", again=True)
    for target in config.deliver:
        if target.name == delivery.target:
            return config, target
    raise NotDelivered(f"{issue.config} names no target '{delivery.target}' any more", again=False)


def _read(path: Path) -> tuple[Config | None, tuple[Finding, ...]]:
    """The config, read anew where it or a file beside it, which it may extend, has changed."""
    stamps = ((one.name, one.stat().st_mtime_ns, one.stat().st_size) for one in sorted(path.parent.glob("*.yaml")))
    return _loaded(path, tuple(stamps))


@lru_cache(maxsize=16)
def _loaded(path: Path, stamps: tuple[tuple[str, int, int], ...]) -> tuple[Config | None, tuple[Finding, ...]]:
    return load(path)


def _parcel(config: Config, target: Target, delivery: Queued, issue: Issue) -> Parcel:
    folder = config.root / issue.folder
    found = sorted((folder / delivery.audience).glob("*")) if folder.is_dir() else []
    wanted = tuple(f"{delivery.audience}/{path.name}" for path in found if _asked(path, target))
    if not wanted:
        raise NotDelivered(f"{issue.folder}/{delivery.audience} holds no edition to send", again=False)
    return Parcel(issue.brief, config.title or issue.brief, issue.as_of, delivery.audience, folder, wanted)


def _asked(path: Path, target: Target) -> bool:
    return path.is_file() and (not target.formats or path.suffix.lstrip(".") in target.formats)

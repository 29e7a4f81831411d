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
from peerbench.deliver.protocol import TRIES, Delivery, NotDelivered, NotWanted, Parcel, pause
from peerbench.universe import naming

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
    """The value of an environment variable, without the line end of the file that it was read from.

    Raises NotDelivered where it has none, or one that cannot stand in a request; set right, the next try finds it.
    """
    found = os.environ.get(variable, "").strip("\r\n")
    if not found:
        raise NotDelivered(f"the environment variable {variable} is not set", again=True)
    if not found.isprintable():
        raise NotDelivered(f"the environment variable {variable} holds a sign that is no letter", again=True)
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
        if delivery.attempts > TRIES:
            why = f"it was begun {delivery.attempts - 1} times and each time the program was ended before it was done"
            raise NotDelivered(why, again=False)
        config, target = _target(delivery, issue, work.root)
        parcel = replace(_parcel(config, target, delivery, issue), sent=work.clock())
        recipients = (delivery.recipient,) if delivery.recipient else ()
        receipt = work.ways(target, work.root).send(parcel, recipients, delivery.id)
    except NotWanted as error:
        return work.ledger.settle_delivery(delivery, work.clock(), error=error.why, dropped=True)
    except NotDelivered as error:
        return _unsent(delivery, error, work)
    except Exception as error:  # the outermost edge: one delivery's bug does not stop the others
        return _unsent(delivery, NotDelivered(f"this is a bug: {type(error).__name__}: {error}", again=True), work)
    work.at("sent")
    details = {"reference": receipt.reference, **receipt.details}
    ended = work.ledger.settle_delivery(delivery, work.clock(), receipt=details)
    work.at("settled")
    return ended


def _unsent(delivery: Queued, error: NotDelivered, work: Work) -> Queued:
    wait = pause(delivery.attempts, work.chance) if error.again else None
    again = None if wait is None else work.clock() + max(wait, error.after)
    return work.ledger.settle_delivery(delivery, work.clock(), error=error.why, again=again)


def _target(delivery: Queued, issue: Issue, root: Path) -> tuple[Config, Target]:
    """The target as the config names it now: its address may have been mended since."""
    config, findings = _read(root / issue.config)
    if config is None or any(finding.severity == "error" for finding in findings):
        raise NotDelivered(f"{issue.config} cannot be read; see `bench check`", again=True)
    for target in config.deliver:
        if target.name == delivery.target:
            _still_asked(delivery, target, config, issue.config)
            return config, target
    raise NotWanted(f"{issue.config} names no target '{delivery.target}' any more")


def _still_asked(delivery: Queued, target: Target, config: Config, path: str) -> None:
    """Raises NotWanted for a reader who was taken out of the config while the delivery waited: nothing is sent."""
    if delivery.recipient not in (target.recipients or ("",)):
        who = delivery.recipient or "without a recipient"
        raise NotWanted(f"{path} does not name {who} in '{target.name}' any more")
    if delivery.audience not in (target.audiences or config.audiences):
        raise NotWanted(f"{path} does not name the audience '{delivery.audience}' in '{target.name}' any more")


def _read(path: Path) -> tuple[Config | None, tuple[Finding, ...]]:
    """The config, or the pattern of a member, read anew where it or a file beside it has changed."""
    member = naming.sought(path)
    path = path if member is None else member[0]
    stamps = ((one.name, one.stat().st_mtime_ns, one.stat().st_size) for one in sorted(path.parent.glob("*.yaml")))
    return _loaded(path, tuple(stamps))


@lru_cache(maxsize=16)
def _loaded(path: Path, stamps: tuple[tuple[str, int, int], ...]) -> tuple[Config | None, tuple[Finding, ...]]:
    return load(path)


def _parcel(config: Config, target: Target, delivery: Queued, issue: Issue) -> Parcel:
    folder, title = config.root / issue.folder, config.title or issue.brief
    tongue = "" if target.language in config.languages[:1] else target.language
    parcel = Parcel(issue.brief, title, issue.as_of, delivery.audience, folder, (), language=tongue)
    found = sorted((folder / parcel.at).glob("*")) if folder.is_dir() else []
    wanted = tuple(f"{parcel.at}/{path.name}" for path in found if _asked(path, target))
    if not wanted:
        raise NotDelivered(f"{issue.folder}/{parcel.at} holds no edition to send", again=False)
    return replace(parcel, files=wanted)


def _asked(path: Path, target: Target) -> bool:
    return path.is_file() and (not target.formats or path.suffix.lstrip(".") in target.formats)

"""Delivery to an S3-compatible store: <prefix>/<brief>/<as-of day>/<audience>/, a label last.

Each object is made on the condition that there is none, so that a delivery that is tried twice arrives once, and
nothing of somebody else's is overwritten. The label, which holds the digest of each file, says that all are there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from peerbench.deliver.copies import LABEL, label
from peerbench.deliver.mail import TYPES
from peerbench.deliver.protocol import NotDelivered, Parcel, Receipt

SECONDS: Final = "60s"


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where, and as whom. endpoint: of a store that is not Amazon's; empty keys: those of the machine's own role."""

    name: str
    prefix: str = ""
    region: str = "us-east-1"
    endpoint: str = ""
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class StoreDelivery:
    """Puts the editions of a parcel into a bucket."""

    bucket: Bucket

    def send(self, parcel: Parcel, recipients: tuple[str, ...], key: str) -> Receipt:
        """Every file under its own name, then the label. What lies there is the same, or was ours and is replaced."""
        parts = (self.bucket.prefix.strip("/"), parcel.brief, parcel.as_of.isoformat(), parcel.shelf)
        place = "/".join(part for part in parts if part)
        files = _read(parcel)
        with _told(self.bucket):
            store = _store(self.bucket)
            known = _known(store, f"{place}/{LABEL}")
            for name, data in files.items():
                _put(store, f"{place}/{name}", data, was=known.get(name, ""))
            written = label(key, files)
            last = _get(store, f"{place}/{LABEL}")
            was = hashlib.sha256(last[0]).hexdigest() if last is not None else ""
            _put(store, f"{place}/{LABEL}", written, was=was)
        return Receipt(f"s3://{self.bucket.name}/{place}/", dict(json.loads(written)["files"]))


def _read(parcel: Parcel) -> dict[str, bytes]:
    try:
        return {Path(name).name: (parcel.folder / name).read_bytes() for name in parcel.files}
    except OSError as error:
        raise NotDelivered(f"{error.filename}: {error.strerror or error}", again=True) from error


def _store(bucket: Bucket) -> Any:
    try:
        from obstore.store import S3Store
    except ImportError as error:
        raise NotDelivered("an object store needs more: pip install 'peerbench[deliver]'", again=True) from error
    given = {"access_key_id": bucket.key, "secret_access_key": bucket.secret, "endpoint": bucket.endpoint}
    made: Any = S3Store  # its settings are typed by classes of its own
    return made(
        bucket.name,
        config={"region": bucket.region, **{name: value for name, value in given.items() if value}},
        client_options={"timeout": SECONDS, "allow_http": bucket.endpoint.startswith("http://")},
        retry_config={"max_retries": 0},  # the ledger tries again
    )


def _known(store: Any, path: str) -> dict[str, str]:
    """The digests of what we left there before. Raises NotDelivered for a label that is not ours."""
    found = _get(store, path)
    if found is None:
        return {}
    try:
        said = json.loads(found[0])
        if said["delivered by"] == "peerbench":
            return {str(name): str(digest) for name, digest in said["files"].items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    raise NotDelivered(f"{path} is somebody else's; nothing is overwritten", again=False)


def _get(store: Any, path: str) -> tuple[bytes, str] | None:
    """An object and its tag, or None."""
    try:
        found = store.get(path)
        return bytes(found.bytes()), str(found.meta["e_tag"] or "")
    except FileNotFoundError:
        return None


def _put(store: Any, path: str, data: bytes, *, was: str) -> None:
    """Made if there is none; left if it is the same; replaced if it is as we left it. was: its digest then."""
    from obstore.exceptions import AlreadyExistsError

    kind = "/".join(TYPES.get(Path(path).suffix, ("application", "octet-stream")))
    attributes = {"Content-Type": kind}
    try:
        store.put(path, data, mode="create", attributes=attributes)
        return
    except AlreadyExistsError:
        found = _get(store, path)
    if found is None:
        raise NotDelivered(f"{path} came and went while it was written", again=True)
    there, tag = found
    digest = hashlib.sha256(there).hexdigest()
    if digest == hashlib.sha256(data).hexdigest():
        return
    if digest != was:
        raise NotDelivered(f"{path} holds something that was not delivered by us; nothing is overwritten", again=False)
    store.put(path, data, mode={"e_tag": tag}, attributes=attributes)


@contextmanager
def _told(bucket: Bucket) -> Iterator[None]:
    """What the store says in anger, as NotDelivered; keys are in none of it."""
    where = f"the bucket {bucket.name}"
    try:
        yield
    except NotDelivered:
        raise
    except BaseException as error:
        from obstore import exceptions as kinds

        # The library panics over what cannot stand in a request, which no handler of exceptions would catch.
        if not isinstance(error, (kinds.BaseError, OSError, ValueError)) and type(error).__name__ != "PanicException":
            raise
        raise _refusal(where, error, kinds) from None


def _refusal(where: str, error: BaseException, kinds: Any) -> NotDelivered:
    if isinstance(error, (kinds.PermissionDeniedError, kinds.UnauthenticatedError)):
        return NotDelivered(f"{where} refuses the key or its rights: to list, get and put", again=False)
    if isinstance(error, (kinds.NotFoundError, FileNotFoundError)):
        return NotDelivered(f"{where} is not there", again=False)
    if isinstance(error, (kinds.PreconditionError, kinds.AlreadyExistsError)):
        return NotDelivered(f"{where}: somebody else wrote there at the same time", again=True)
    first = next(iter(str(error).splitlines()), type(error).__name__)
    if not isinstance(error, (kinds.BaseError, OSError)):
        return NotDelivered(f"{where}: its address, name, prefix or key cannot be used: {_short(first)}", again=False)
    return NotDelivered(f"{where} cannot be reached: {_short(first)}", again=True)


def _short(text: str) -> str:
    return " ".join(text.split())[:160]

"""Payloads on disk under the hash of their bytes, each with a receipt: from where, when, how large.

A payload is written aside and renamed, so that it is whole or absent; a changed byte is noticed when it is read.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Receipt:
    """address without its secrets; fetched is a UTC time to the second."""

    address: str
    fetched: str
    size: int
    sha256: str


class PayloadChanged(Exception):
    """A stored payload's bytes are no longer those of its name."""

    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt
        super().__init__(f"the stored payload of {receipt.address} has changed: it is no longer {receipt.sha256[:12]}…")


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of payloads and receipts, `.bench/cache/payloads` of a project."""

    folder: Path

    def put(self, address: str, data: bytes, *, fetched: str) -> Receipt:
        """Keep the payload and its receipt, the receipt last: what a receipt names is there."""
        receipt = Receipt(address, fetched, len(data), hashlib.sha256(data).hexdigest())
        path = self._payload(receipt.sha256)
        if not self._whole(path, receipt):
            _write(path, data)
        _write(self._receipt(address), (json.dumps(asdict(receipt), indent=1) + "\n").encode())
        return receipt

    def receipt(self, address: str) -> Receipt | None:
        """The last receipt of an address; one that cannot be read is none."""
        try:
            found = Receipt(**json.loads(self._receipt(address).read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        return found if found.address == address else None

    def get(self, receipt: Receipt) -> bytes | None:
        """The payload of a receipt, None where it is not here; PayloadChanged where its bytes are not its own."""
        try:
            data = self._payload(receipt.sha256).read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() != receipt.sha256:
            raise PayloadChanged(receipt)
        return data

    def receipts(self) -> Iterator[Receipt]:
        """Every receipt, by address."""
        for path in sorted((self.folder / "receipts").glob("*.json")):
            try:
                yield Receipt(**json.loads(path.read_bytes()))
            except (OSError, ValueError, TypeError):
                continue

    def _payload(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def _receipt(self, address: str) -> Path:
        return self.folder / "receipts" / f"{hashlib.sha256(address.encode()).hexdigest()[:32]}.json"

    def _whole(self, path: Path, receipt: Receipt) -> bool:
        try:
            return path.is_file() and self.get(receipt) is not None
        except PayloadChanged:
            return False


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(data)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)

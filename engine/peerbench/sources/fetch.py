"""Fetching over HTTPS: a stated contact, a bounded rate, patience with busy servers, and a payload kept for good.

What was fetched before is read from the store. A refusal says what happened and the way out; nothing half is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal
from urllib.parse import urljoin, urlsplit, urlunsplit

from peerbench.sources.store import PayloadChanged, Receipt, Store
from peerbench.sources.strictjson import MAX_BYTES

Mode = Literal["cached", "refresh", "frozen"]
EVERY: Final = 0.11  # seconds between two requests: fewer than the ten a second that the SEC allows
TRIES: Final = 5
LONGEST_WAIT: Final = 30.0
DEADLINE: Final = 180.0  # of one answer: a server that drips is given up
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class NotFetched(Exception):
    """An address that gave no payload: why, and the way out."""

    def __init__(self, address: str, why: str, hint: str = "") -> None:
        self.address, self.why, self.hint = public(address), why, hint
        super().__init__(f"{self.address}: {why}")


class _Again(Exception):
    """The server may answer later."""

    def __init__(self, why: str, hint: str = "", wait: float = 0.0) -> None:
        self.why, self.hint, self.wait = why, hint, wait
        super().__init__(why)


def public(address: str) -> str:
    """An address without user, password and the query's values, which may be keys."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    query = "&".join(f"{pair.partition('=')[0]}=…" for pair in parts.query.split("&")) if parts.query else ""
    return urlunsplit((parts.scheme, host, parts.path, query, ""))


@dataclass(slots=True)
class Web:
    """The way to the network. cached: fetch only what is not stored; refresh: fetch all; frozen: exactly `pinned`."""

    store: Store
    mode: Mode = "cached"
    pinned: Mapping[str, str] = field(default_factory=dict)  # public address → SHA-256
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = lambda seconds: time.sleep(seconds)
    tick: Callable[[], float] = time.monotonic
    fetched: list[Receipt] = field(default_factory=list)  # in this run, from the network
    _last: dict[str, float] = field(default_factory=dict)
    _clients: dict[str, Any] = field(default_factory=dict)

    def get(
        self, address: str, *, contact: str = "", check: Callable[[bytes], None] | None = None, limit: int = MAX_BYTES
    ) -> tuple[bytes, Receipt]:
        """The payload with its receipt. `check` raises ValueError where the bytes are not what was asked for."""
        if self.mode == "frozen":
            return self._pinned(address)
        if self.mode == "cached" and (known := self._stored(address)):
            return known
        data = self._fetch(address, contact, limit)
        if check is not None:
            try:
                check(data)
            except ValueError as error:
                raise NotFetched(address, f"the answer {error}", getattr(error, "hint", "")) from error
        receipt = self.store.put(public(address), data, fetched=self.now().strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.fetched.append(receipt)
        return data, receipt

    # ---- what is here already

    def _stored(self, address: str) -> tuple[bytes, Receipt] | None:
        receipt = self.store.receipt(public(address))
        try:
            data = self.store.get(receipt) if receipt else None
        except PayloadChanged:
            return None  # fetched anew; only a frozen build holds on to the very bytes
        return (data, receipt) if receipt and data is not None else None

    def _pinned(self, address: str) -> tuple[bytes, Receipt]:
        sha256 = self.pinned.get(public(address))
        if sha256 is None:
            hint = "Run `bench data pull` and `bench data lock` while online."
            raise NotFetched(address, "is not in the lock, and a frozen build fetches nothing", hint)
        receipt = Receipt(public(address), "", 0, sha256)
        try:
            data = self.store.get(receipt)
        except PayloadChanged as error:
            hint = "Restore .bench/cache, or pull and lock anew."
            raise NotFetched(address, "the stored payload is no longer the one that was locked", hint) from error
        if data is None:
            hint = "Run `bench data pull`, and `bench data lock` if the server's answer has changed."
            raise NotFetched(address, "the locked payload is not in the cache", hint)
        return data, Receipt(receipt.address, "", len(data), sha256)

    # ---- the network

    def _fetch(self, address: str, contact: str, limit: int) -> bytes:
        _allowed(address)
        problem: _Again | None = None
        for attempt in range(TRIES):
            if problem is not None:
                self.sleep(min(max(problem.wait, 0.5 * 2**attempt), LONGEST_WAIT))
            try:
                return self._once(address, contact, limit)
            except _Again as again:
                problem = again
        assert problem is not None
        raise NotFetched(address, f"{problem.why}, {TRIES} times", problem.hint or "Try again later.")

    def _once(self, address: str, contact: str, limit: int, hops: int = 3) -> bytes:
        import httpx

        client = self._client(contact)
        self._pace(urlsplit(address).netloc)
        try:
            with client.stream("GET", address) as response:
                if response.is_redirect:
                    target = urljoin(address, response.headers.get("location", ""))
                    _same_host(address, target, hops)
                    return self._once(target, contact, limit, hops - 1)
                _answered(address, response.status_code, response.headers)
                return self._body(address, response, limit)
        except httpx.TimeoutException as error:
            raise _Again("no answer in time") from error
        except (httpx.TransportError, httpx.StreamError, httpx.DecodingError) as error:
            raise _Again(f"the connection failed ({type(error).__name__})", "Is this machine online?") from error
        except httpx.InvalidURL as error:
            raise NotFetched(address, f"is not an address: {error}") from error

    def _body(self, address: str, response: Any, limit: int) -> bytes:
        began, pieces, size = self.tick(), [], 0
        for piece in response.iter_bytes():
            size += len(piece)
            pieces.append(piece)
            if size > limit:  # counted after unpacking: a small answer may unfold without end
                raise NotFetched(address, f"the answer is larger than {limit:,} bytes", "Is it the right address?")
            if self.tick() - began > DEADLINE:
                raise _Again(f"the answer was not whole after {DEADLINE:.0f} seconds")
        return b"".join(pieces)

    def _pace(self, host: str) -> None:
        wait = self._last.get(host, -1e9) + EVERY - self.tick()
        if wait > 0:
            self.sleep(wait)
        self._last[host] = self.tick()

    def _client(self, contact: str) -> Any:
        import httpx

        from peerbench import __version__

        if contact not in self._clients:
            agent = f"peerbench/{__version__} {contact}".strip()
            headers = {"User-Agent": agent, "Accept-Encoding": "gzip, deflate"}
            timeout = httpx.Timeout(30.0, connect=10.0)
            self._clients[contact] = httpx.Client(headers=headers, timeout=timeout, follow_redirects=False)
        return self._clients[contact]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self._clients.clear()


def _allowed(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return
    raise NotFetched(address, "is not an https address", "Plain http is read from this machine only.")


def _same_host(address: str, target: str, hops: int) -> None:
    if hops <= 0:
        raise NotFetched(address, "redirects without end")
    here, there = urlsplit(address), urlsplit(target)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        why = f"redirects to another host, {there.hostname or target}, which is not followed"
        raise NotFetched(address, why, "If that host is right, name it in the config.")


def _answered(address: str, status: int, headers: Mapping[str, str]) -> None:
    if status == 200:
        return
    if status == 429 or status >= 500:
        raise _Again(f"the server answered {status}", "", _seconds(headers.get("retry-after", "")))
    hints = {
        401: "It asks for a key.",
        403: "The SEC refuses requests without a contact: `contact: Name name@example.org`; or too many at once.",
        404: "Is the CIK right, and has the company filed in XBRL?",
    }
    raise NotFetched(address, f"the server answered {status}", hints.get(status, ""))


def _seconds(text: str) -> float:
    return float(text) if text.isdigit() and len(text) < 6 else 0.0

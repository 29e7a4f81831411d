"""A server on this machine that replays files and misbehaves on request."""

from __future__ import annotations

import gzip
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Replay:
    """Answers by path; what was asked, with which contact, when."""

    address: str = ""
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    agents: set[str] = field(default_factory=set)
    times: list[float] = field(default_factory=list)

    def on(self, path: str, *answers: Answer) -> None:
        """Answers in turn; the last one is repeated."""
        self.answers[path] = list(answers)


def ok(data: bytes, kind: str = "application/json") -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        send(request, 200, data, {"Content-Type": kind})

    return answer


def packed(data: bytes) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        send(request, 200, gzip.compress(data), {"Content-Encoding": "gzip"})

    return answer


def status(code: int, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        send(request, code, b"no", {name.replace("_", "-"): value for name, value in headers.items()})

    return answer


def cut(data: bytes, at: int) -> Answer:
    """Promises all of it, sends the beginning, and hangs up."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data[:at])
        request.close_connection = True

    return answer


def dripping(data: bytes, seconds: float) -> Answer:
    """One byte at a time."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        for number in range(len(data)):
            request.wfile.write(data[number : number + 1])
            request.wfile.flush()
            time.sleep(seconds)

    return answer


def send(request: BaseHTTPRequestHandler, code: int, data: bytes, headers: dict[str, str]) -> None:
    request.send_response(code)
    for name, value in headers.items():
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data)


@contextmanager
def replaying() -> Iterator[Replay]:
    replay = Replay()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            replay.times.append(time.monotonic())
            replay.asked[self.path] += 1
            replay.agents.add(self.headers.get("User-Agent", ""))
            answers = replay.answers.get(self.path.partition("?")[0], [status(404)])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            try:
                answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    replay.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield replay
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""The page that a preview is looked at on: the editions behind a frame, served to this machine alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import unquote

HOST: Final = "127.0.0.1"
WAIT_SECONDS: Final = 20
KINDS: Final = {"html": "text/html; charset=utf-8", "pdf": "application/pdf", "json": "application/json"}
FRAME: Final = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>bench preview</title><style>
body { margin: 0; display: grid; grid-template-rows: auto auto 1fr; height: 100vh; font: 14px/1.4 sans-serif }
nav { display: flex; gap: 1rem; align-items: baseline; padding: .4rem 1rem; background: #F3F5F7; color: #44525F }
nav a { color: #12385A } nav a[aria-current] { font-weight: 700 } nav span { margin-left: auto }
pre { margin: 0; padding: .6rem 1rem; background: #FFF3C4; color: #5B4300; overflow: auto; max-height: 40vh }
pre:empty { display: none } iframe { width: 100%; height: 100%; border: 0 }
</style><nav id="names"></nav><pre id="wrong" role="status"></pre><iframe id="page" title="the brief"></iframe><script>
let at = -1, chosen = decodeURIComponent(location.hash.slice(1));
const page = document.getElementById("page");
function link(name) {
  const a = document.createElement("a"); a.href = "#" + encodeURIComponent(name); a.textContent = name;
  if (name === chosen) a.setAttribute("aria-current", "page"); return a }
function show(state) {
  if (!state.names.includes(chosen)) chosen = state.names[0] || "";
  const said = document.createElement("span"); said.textContent = state.seconds ? state.seconds.toFixed(1) + " s" : "";
  document.getElementById("names").replaceChildren(...state.names.map(link), said);
  document.getElementById("wrong").textContent = state.wrong.join("\\n");
  const address = chosen && "/" + chosen + "?" + (state.stamps[chosen] || 0);
  if (chosen && page.dataset.at !== address) { page.dataset.at = address; let y = 0;
    try { y = page.contentWindow.scrollY } catch (error) {}
    page.onload = () => { try { page.contentWindow.scrollTo(0, y) } catch (error) {} }; page.src = address } }
let state = null;
addEventListener("hashchange", () => { chosen = decodeURIComponent(location.hash.slice(1)); if (state) show(state) });
async function follow() { for (;;) try {
    state = await (await fetch("/state?" + at)).json(); at = state.at; show(state)
  } catch (error) { await new Promise(done => setTimeout(done, 1000)) } }
follow()</script></html>"""


class Board:
    """What there is to show, and a count of its changes that a reader can wait for."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._files: dict[str, bytes] = {}
        self._stamps: dict[str, int] = {}
        self._wrong: tuple[str, ...] = ()
        self._seconds = 0.0
        self._at = 0

    def put(self, name: str, data: bytes) -> None:
        """A new edition, risk/brief.html say."""
        with self._changed:
            if self._files.get(name) != data:
                self._files[name] = data
                self._stamps[name] = self._at + 1

    def show(self, seconds: float, wrong: Sequence[str]) -> None:
        """Tell whoever looks: how long it took, or what is wrong."""
        with self._changed:
            self._seconds, self._wrong = seconds, tuple(wrong)
            self._at += 1
            self._changed.notify_all()

    def file(self, name: str) -> bytes | None:
        with self._changed:
            return self._files.get(name)

    def state(self, seen: int) -> dict[str, Any]:
        """What a page shows, as soon as it differs from what was seen, or after a while."""
        with self._changed:
            self._changed.wait_for(lambda: self._at != seen, timeout=WAIT_SECONDS)
            return {"at": self._at, "names": list(self._files), "stamps": dict(self._stamps),
                    "wrong": list(self._wrong), "seconds": self._seconds}  # fmt: skip


class Server:
    """Serves a board on this machine's loopback, in threads of its own."""

    def __init__(self, board: Board, *, port: int) -> None:
        self._server = ThreadingHTTPServer((HOST, port), _handler(board))
        self._server.daemon_threads = True

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self._server.server_address[1]}/"

    def __enter__(self) -> Server:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(board: Board) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            # A page elsewhere that has its own name point here would otherwise read an unpublished brief.
            if self.headers.get("Host", "").rpartition(":")[0] not in (HOST, "localhost"):
                self._send(403, b"this preview answers this machine alone", "text/plain")
                return
            path, _, query = self.path.partition("?")
            name = unquote(path).lstrip("/")
            if name == "":
                self._send(200, FRAME.encode(), KINDS["html"])
            elif name == "state":
                seen = int(query) if query.lstrip("-").isdigit() else -1
                self._send(200, json.dumps(board.state(seen)).encode(), KINDS["json"])
            elif (data := board.file(name)) is not None:
                self._send(200, data, KINDS[name.rpartition(".")[2]])
            else:
                self._send(404, b"there is no such page", "text/plain")

        def _send(self, code: int, body: bytes, kind: str) -> None:
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: what matters is printed by the command."""

    return Handler

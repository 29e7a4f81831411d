"""A browser that does what a reader does: a page opened, its width and ground set, keys pressed, looked at.

Chromium is spoken to over its debugging pipe, in its own JSON, so that no library and no port is needed.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

PATIENCE: Final = 60  # seconds for one answer; a loaded machine is slow
# The pipe is file 3 for what the browser hears and file 4 for what it says.
PIPED: Final = """
import fcntl, os, sys
heard, said = (fcntl.fcntl(int(end), fcntl.F_DUPFD_CLOEXEC, 10) for end in sys.argv[1:3])
os.dup2(heard, 3)
os.dup2(said, 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""
KEYS: Final = {
    "Tab": ("Tab", 9, ""),
    "Enter": ("Enter", 13, "\r"),
    "Escape": ("Escape", 27, ""),
    " ": ("Space", 32, " "),
}


class Browser:
    """One page of one browser."""

    def __init__(self, to: int, answers: int) -> None:
        self._to, self._answers, self._count, self._rest = to, answers, 0, b""
        target = self._send("Target.createTarget", {"url": "about:blank"})["targetId"]
        self._session = self._send("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        self.asked: list[str] = []  # every address that the page asked for
        self("Page.enable")
        self("Network.enable")

    def __call__(self, method: str, **values: Any) -> Any:
        return self._send(method, values, self._session)

    def open(self, path: Path) -> None:
        self.asked.clear()
        self("Page.navigate", url=path.as_uri())
        self.until("document.readyState == 'complete' && location.href.startsWith('file')")

    def run(self, script: str) -> Any:
        """The value of an expression on the page; a promise is waited for."""
        found = self("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def until(self, condition: str) -> None:
        end = time.monotonic() + PATIENCE
        while not self.run(condition):
            assert time.monotonic() < end, f"never: {condition}"
            time.sleep(0.02)

    def size(self, width: int, height: int = 900) -> None:
        values = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self("Emulation.setDeviceMetricsOverride", **values)

    def ground(self, scheme: str) -> None:
        self("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def medium(self, name: str) -> None:
        self("Emulation.setEmulatedMedia", media=name)

    def press(self, *keys: str) -> None:
        for key in keys:
            code, number, text = KEYS[key]
            down = {"type": "keyDown", "key": key, "code": code, "windowsVirtualKeyCode": number, "text": text}
            self("Input.dispatchKeyEvent", **down)
            self("Input.dispatchKeyEvent", type="keyUp", key=key, code=code, windowsVirtualKeyCode=number)

    def click(self, x: float, y: float) -> None:
        at = {"x": x, "y": y, "button": "left", "clickCount": 1}
        self("Input.dispatchMouseEvent", type="mousePressed", **at)
        self("Input.dispatchMouseEvent", type="mouseReleased", **at)

    def picture(self) -> bytes:
        return base64.b64decode(self("Page.captureScreenshot", format="png")["data"])

    def _send(self, method: str, values: dict[str, Any], session: str = "") -> Any:
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method, "params": values}
        os.write(self._to, json.dumps({**message, **({"sessionId": session} if session else {})}).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("method") == "Network.requestWillBeSent":
                self.asked.append(answer["params"]["request"]["url"][:200])
            if answer.get("id") == self._count:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]

    def _next(self) -> Any:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._answers], [], [], PATIENCE)
            assert ready, "the browser does not answer"
            read = os.read(self._answers, 1 << 20)
            assert read, "the browser has gone"
            self._rest += read
        line, _, self._rest = self._rest.partition(b"\0")
        return json.loads(line)


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser with a profile of its own; where none is installed, the test is skipped."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs chromium")
    heard, to = os.pipe()
    answers, said = os.pipe()
    for end in (heard, said):
        os.set_inheritable(end, True)
    options = (
        "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-pipe",
        f"--user-data-dir={folder}",
    )  # fmt: skip
    command = [sys.executable, "-c", PIPED, str(heard), str(said), program, *options]
    run = subprocess.Popen(command, pass_fds=(heard, said), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(heard)
    os.close(said)
    try:
        yield Browser(to, answers)
    finally:
        os.close(to)
        os.close(answers)
        run.terminate()
        run.wait(30)

"""A real PostgreSQL for a test: a cluster of its own in a folder of its own, gone afterwards."""

from __future__ import annotations

import glob
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PASSWORD = "hush:p@ss/word"
USER = "bench"


def binaries() -> Path | None:
    """Where initdb and postgres lie: on the path, or where Debian keeps them."""
    found = shutil.which("initdb")
    places = [os.path.realpath(found)] if found else sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    return Path(places[-1]).parent if places else None


@contextmanager
def postgres() -> Iterator[str]:
    """host:port of a running server whose superuser is USER with PASSWORD. Skips where PostgreSQL is not installed."""
    programs = binaries()
    if programs is None:
        pytest.skip("needs PostgreSQL, which is not installed")
    folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))
    as_user: dict[str, object] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        as_user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        shutil.chown(folder, "nobody", "nogroup")
    try:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        (folder / "password").write_text(PASSWORD)
        os.chmod(folder / "password", 0o644)
        said = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "cwd": folder, "env": {"LC_ALL": "C.UTF-8"}}
        made = [programs / "initdb", "-D", folder / "data", "-U", USER, "-A", "scram-sha-256", "--no-sync"]
        subprocess.run([*made, f"--pwfile={folder / 'password'}"], check=True, **said, **as_user)  # type: ignore[call-overload]
        options = ["-p", str(port), "-h", "127.0.0.1", "-k", str(folder), "-c", "fsync=off", "-c", "max_connections=10"]
        run = [programs / "postgres", "-D", folder / "data", *options]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(run, stdout=log, stderr=log, cwd=folder, env={"LC_ALL": "C.UTF-8"}, **as_user)  # type: ignore[call-overload]
        try:
            _wait([programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], server, folder)
            yield f"127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(ready: list[str | Path], server: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(400):
        if server.poll() is not None:
            raise RuntimeError((folder / "log").read_text())
        if subprocess.run(ready, env={"LC_ALL": "C.UTF-8"}, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")

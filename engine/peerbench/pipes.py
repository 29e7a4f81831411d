"""Messages between two processes of this program: pickled, each with its length before it.

Both ends are this program's own and the pipe is theirs alone, so that pickle is safe here.
"""

from __future__ import annotations

import pickle
from typing import IO, Any, Final

HEAD: Final = 8


def put(pipe: IO[bytes], value: object) -> None:
    """Send a message. Raises OSError where nobody reads."""
    data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(len(data).to_bytes(HEAD, "big"))
    pipe.write(data)
    pipe.flush()


def get(pipe: IO[bytes]) -> Any:
    """The next message. Raises EOFError when the other end is gone."""
    head = pipe.read(HEAD)
    size = int.from_bytes(head, "big")
    data = pipe.read(size) if len(head) == HEAD else b""
    if len(head) < HEAD or len(data) < size:
        raise EOFError
    return pickle.loads(data)

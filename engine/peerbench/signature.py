"""Signatures of manifests: Ed25519 (RFC 8032) by the cryptography library, detached, in base64.

A manifest fingerprints all that an issue or a brief rests on, so that signing it signs everything. Keys are PEM; the
private one is named by an environment variable and never lies in the project, in a config or in an output.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from peerbench.config.values import Config
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

CHECK: Final = "signature"
ENDING: Final = ".sig"
MAX_BYTES: Final = 10_000  # of a key
MAKE: Final = "Make one with `openssl genpkey -algorithm ed25519 -out key.pem`."
Sign = Callable[[bytes], bytes]


def signer(config: Config) -> Sign | None:
    """What signs the manifests of a config; None where it asks for no signature. Raises UnusableRequest."""
    variable = config.signing_variable
    if not variable:
        return None
    _library()
    held = os.environ.get(variable, "")
    if not held.strip():
        raise _refused(config, f"the variable {variable}, which names the signing key, is not set")
    text = held.encode() if "-----BEGIN" in held else _file(config, variable, Path(held.strip()).expanduser())
    return _signer(config, variable, text)


def _signer(config: Config, variable: str, text: bytes) -> Sign:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(text, password=None)
    except TypeError as error:
        raise _refused(config, f"the key that {variable} names is encrypted; it has to be readable") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _refused(config, f"{variable} names no private key in PEM", MAKE) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _refused(config, f"the key that {variable} names is not an Ed25519 key", MAKE)
    return lambda data: b64encode(key.sign(data)) + b"\n"


def _file(config: Config, variable: str, path: Path) -> bytes:
    if path.resolve().is_relative_to(config.root.resolve()):
        hint = "Whoever has the project would have the key: move it elsewhere."
        raise _refused(config, f"the key that {variable} names lies inside of the project", hint)
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise _refused(config, f"the key file that {variable} names cannot be read: {reason}") from error


def _refused(config: Config, message: str, hint: str = "") -> UnusableRequest:
    return UnusableRequest((config.finding(CHECK, message, "sign", "key_env", hint=hint),))


def _library() -> None:
    if find_spec("cryptography") is None:
        hint = "pip install 'peerbench[sign]'"
        raise UnusableRequest((Finding(CHECK, "error", "signatures need the library cryptography.", hint),))


# ---- checking --------------------------------------------------------------------------------------------------------


def public_key(path: Path) -> Ed25519PublicKey:
    """The key to check signatures with. Raises UnusableRequest."""
    _library()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key: Any = None
    try:
        with path.open("rb") as file:
            key = load_pem_public_key(file.read(MAX_BYTES))
    except OSError as error:
        message = f"the key cannot be read: {(error.strerror or 'unknown reason').lower()}."
        raise UnusableRequest((Finding(CHECK, "error", message, "", Origin(str(path))),)) from error
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        hint = "Its owner makes one with `openssl pkey -in key.pem -pubout`."
        raise UnusableRequest((Finding(CHECK, "error", "is no public Ed25519 key in PEM.", hint, Origin(str(path))),))
    return key


def holds(key: Ed25519PublicKey, data: bytes, signature: bytes) -> bool:
    """Whether the signature is the key's owner's, of exactly these bytes."""
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(b64decode(signature.strip(), validate=True), data)
    except (InvalidSignature, ValueError):
        return False
    return True

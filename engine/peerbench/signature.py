"""Signatures of manifests: Ed25519 (RFC 8032) by the cryptography library, detached, in base64.

A manifest fingerprints all that an issue or a brief rests on, so that signing it signs everything. Keys are PEM; the
private one is named by an environment variable and never lies in the project, in a config or in an output.
"""

from __future__ import annotations

import hashlib
import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
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
OPENED: Final = (
    "`openssl pkey -in key.pem -out opened.pem` opens it; `bench sign --passphrase-env` names its passphrase."
)
Sign = Callable[[bytes], bytes]
Refused = Callable[..., UnusableRequest]  # message, hint


@dataclass(frozen=True, slots=True)
class Owner:
    """Who signs: base64 signatures of bytes, and the fingerprint of the public key, by which people tell keys apart."""

    sign: Sign
    fingerprint: str


def signer(config: Config) -> Sign | None:
    """What signs the manifests of a config; None where it asks for no signature. Raises UnusableRequest."""
    variable = config.signing_variable
    if not variable:
        return None
    _library()

    def refused(message: str, hint: str = "") -> UnusableRequest:
        return UnusableRequest((config.finding(CHECK, message, "sign", "key_env", hint=hint),))

    held = os.environ.get(variable, "")
    if not held.strip():
        raise refused(f"the variable {variable}, which names the signing key, is not set")
    named = f"the key that {variable} names"
    text = (
        held.encode() if "-----BEGIN" in held else _read(Path(held.strip()).expanduser(), config.root, named, refused)
    )
    return _owner(text, None, named, refused).sign


def owner(path: Path, *, root: Path, passphrase: str | None = None) -> Owner:
    """The owner of the private key in a file outside of the project at `root`. Raises UnusableRequest."""
    _library()

    def refused(message: str, hint: str = "") -> UnusableRequest:
        return UnusableRequest((Finding(CHECK, "error", f"{message}.", hint, Origin(str(path))),))

    return _owner(_read(path, root, "the key", refused), passphrase, "the key", refused)


def _owner(text: bytes, passphrase: str | None, named: str, refused: Refused) -> Owner:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(text, password=None if passphrase is None else passphrase.encode())
    except TypeError as error:
        if passphrase is not None:
            raise refused(f"{named} is not encrypted and takes no passphrase") from error
        raise refused(f"{named} is encrypted; it has to be readable", OPENED) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise refused(*_unread(text, passphrase, named)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise refused(f"{named} is not an Ed25519 key but {_kind(key)}", MAKE)
    return Owner(lambda data: b64encode(key.sign(data)) + b"\n", fingerprint(key.public_key()))


def _unread(text: bytes, passphrase: str | None, named: str) -> tuple[str, str]:
    """Why no private key could be read, and the way out."""
    if b"PUBLIC KEY" in text:
        return f"{named} is the public one", "The private one signs; the public one is for `bench verify --trust`."
    if passphrase is not None and b"ENCRYPTED" in text:
        return f"the passphrase does not open {named}", ""
    if b"OPENSSH PRIVATE KEY" in text:
        return f"{named} is in OpenSSH's own form, not in PEM (PKCS#8)", MAKE
    return f"{named} is no private key in PEM", MAKE


def _kind(key: object) -> str:
    name = type(key).__name__.removeprefix("_")
    known = next((kind for kind in ("RSA", "EC", "DSA", "Ed448", "X25519", "X448", "DH") if name.startswith(kind)), "")
    return f"of the kind {known}" if known else "of another kind"


def _read(path: Path, root: Path, named: str, refused: Refused) -> bytes:
    if path.resolve().is_relative_to(root.resolve()):
        hint = "Whoever has the project would have the key: move it elsewhere."
        raise refused(f"{named} lies inside of the project", hint)
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise refused(f"the file of {named} cannot be read: {reason}") from error


def _library() -> None:
    if find_spec("cryptography") is None:
        hint = "pip install 'peerbench[sign]'"
        raise UnusableRequest((Finding(CHECK, "error", "signatures need the library cryptography.", hint),))


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the public key's DER form, as `openssl pkey -pubin -outform DER | openssl dgst -sha256` prints it."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


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


def beside(path: Path) -> Path:
    """Where the signature of a file lies that does not carry one."""
    return path.with_name(path.name + ENDING)


def holds(key: Ed25519PublicKey, data: bytes, signature: bytes) -> bool:
    """Whether the signature is the key's owner's, of exactly these bytes."""
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(b64decode(signature.strip(), validate=True), data)
    except (InvalidSignature, ValueError):
        return False
    return True

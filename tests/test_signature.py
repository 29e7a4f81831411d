"""Signatures: whose an issue is can be checked, and the key is read from the environment and written nowhere."""

from __future__ import annotations

import shutil
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import studies
from peerbench import cli, pipeline, signature
from peerbench.core.errors import UnusableRequest
from peerbench.verify import carrier, verdict

ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
VARIABLE = "DESK_KEY"


def private(key: Any, password: bytes | None = None) -> bytes:
    hidden = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    made: bytes = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hidden)
    return made


def public(key: Any, path: Path) -> Path:
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    path.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, kind))
    return path


@dataclass(frozen=True)
class Signed:
    folder: Path
    key: Any
    pem: bytes


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Signed:
    """An issue of one web page, signed with a key in a file outside of its project."""
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    secret = tmp_path_factory.mktemp("secret") / "key.pem"
    secret.write_bytes(private(key))
    small = {"valuation": ["pe_ltm"], "growth": ["revenue_growth_ltm"]}
    config = studies.project(
        tmp_path_factory.mktemp("signed"), audiences=["policy"], metrics=small, sign={"key_env": VARIABLE}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(secret))
        folder = pipeline.build(config, formats=["html"], today=studies.TODAY).folder
    return Signed(folder, key, secret.read_bytes())


def test_the_signature_is_of_the_manifest_as_it_lies_there(signed: Signed) -> None:
    """Checked by the library itself, not by our own reading of it."""
    for manifest, held in (
        ((signed.folder / "manifest.json").read_bytes(), (signed.folder / "manifest.json.sig").read_bytes()),
        *((c.files["manifest.json"], c.files["manifest.json.sig"]) for c in [page(signed)]),
    ):
        signed.key.public_key().verify(b64decode(held), manifest)


def page(signed: Signed) -> carrier.Carrier:
    return carrier.read(signed.folder / "policy" / "brief.html")


def test_an_issue_is_verified_with_its_owners_key(
    signed: Signed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = public(signed.key, tmp_path / "desk.pub")
    assert cli.main(["verify", str(signed.folder), "--key", str(key)]) == 0
    assert "NOT" not in capsys.readouterr().out


@pytest.fixture
def computed(signed: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The issue is what its data make, which another test shows; here only the signature matters."""
    files = {p.relative_to(signed.folder).as_posix(): p.read_bytes() for p in signed.folder.rglob("*") if p.is_file()}
    monkeypatch.setattr(verdict, "computed_again", lambda *_: (files, ()))


@pytest.mark.usefixtures("computed")
def test_another_key_does_not_verify_it(signed: Signed, tmp_path: Path) -> None:
    other = public(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)), tmp_path / "other.pub")
    found = verdict.issue(signed.folder, key=other)
    assert not found.verified
    assert {one.printed for one in found.differences} == {"the signature is not this key's, or not of this manifest"}
    assert len(found.differences) == 2  # the issue's and the page's
    assert not verdict.verdict(signed.folder / "policy/brief.html", key=other).verified
    assert verdict.verdict(signed.folder / "policy/brief.html", key=public(signed.key, tmp_path / "k.pub")).verified


@pytest.mark.usefixtures("computed")
def test_an_issue_whose_signature_was_taken_away_is_not_verified(signed: Signed, tmp_path: Path) -> None:
    folder = tmp_path / "issue"
    shutil.copytree(signed.folder, folder)
    (folder / "manifest.json.sig").unlink()
    found = verdict.issue(folder, key=public(signed.key, tmp_path / "k.pub"))
    assert [one.printed for one in found.differences] == ["it is not signed"]
    assert not found.verified


@pytest.mark.usefixtures("computed")
def test_a_manifest_changed_after_signing_is_told(signed: Signed, tmp_path: Path) -> None:
    folder = tmp_path / "issue"
    shutil.copytree(signed.folder, folder)
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes() + b"\n")
    found = verdict.issue(folder, key=public(signed.key, tmp_path / "k.pub"))
    assert "manifest.json.sig" in {one.place for one in found.differences}


def test_the_key_stands_in_no_output(signed: Signed) -> None:
    secret = b"".join(signed.pem.splitlines()[1:-1])
    raw = bytes(range(32))
    for path in signed.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert secret not in data
            assert raw not in data


def test_the_same_key_makes_the_same_signature(signed: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, signed.pem.decode())  # the key itself, not a path
    config = pipeline.configs.load(signed.folder.parents[2] / "configs/alibaba.yaml")[0]
    assert config is not None
    sign = signature.signer(config)
    assert sign is not None
    manifest = (signed.folder / "manifest.json").read_bytes()
    assert sign(manifest) == (signed.folder / "manifest.json.sig").read_bytes()


def test_no_key_is_asked_for_where_nothing_is_signed(alibaba: studies.Written) -> None:
    assert signature.signer(alibaba.case.config) is None


def rsa() -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec

    return private(ec.generate_private_key(ec.SECP256R1()))


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ("", "the variable DESK_KEY, which names the signing key, is not set"),
        ("  ", "is not set"),
        ("{outside}/absent.pem", "cannot be read: no such file or directory"),
        ("{inside}/key.pem", "lies inside of the project"),
        ("{outside}/empty.pem", "names no private key in PEM"),
        ("{outside}/locked.pem", "is encrypted"),
        ("{outside}/other.pem", "is not an Ed25519 key"),
        ("-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----", "names no private key in PEM"),
    ],
)
def test_a_key_that_cannot_sign_stops_the_build_before_anything_is_written(
    held: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, outside = tmp_path / "project", tmp_path / "keys"
    outside.mkdir()
    config = studies.project(inside, audiences=["policy"], sign={"key_env": VARIABLE})
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    (inside / "key.pem").write_bytes(private(key))
    (outside / "empty.pem").write_bytes(b"")
    (outside / "locked.pem").write_bytes(private(key, b"secret"))
    (outside / "other.pem").write_bytes(rsa())
    monkeypatch.setenv(VARIABLE, held.format(inside=inside, outside=outside))
    with pytest.raises(UnusableRequest) as caught:
        pipeline.build(config, today=studies.TODAY)
    (finding,) = caught.value.findings
    assert said in finding.message
    assert (finding.check, finding.origin.file) == ("signature", "configs/alibaba.yaml")
    assert "nonsense" not in str(finding)
    assert not (inside / "output").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "cannot be read: no such file"), (b"", "is no public Ed25519 key"), (b"key", "is no public Ed25519 key")],
)
def test_a_key_that_cannot_check_is_named(text: bytes | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "desk.pub"
    if text is not None:
        path.write_bytes(text)
    with pytest.raises(UnusableRequest) as caught:
        signature.public_key(path)
    assert said in str(caught.value.findings[0])


def test_a_private_key_is_not_taken_for_a_public_one(signed: Signed, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(signed.pem)
    with pytest.raises(UnusableRequest, match="public Ed25519"):
        signature.public_key(tmp_path / "key.pem")

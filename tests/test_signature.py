"""Signatures: whose an issue is can be checked, and the key is read from the environment and written nowhere."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import studies
from peerbench import cli, pipeline, signature
from peerbench.config.load import load
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
    assert cli.main(["verify", str(signed.folder), "--trust", str(key)]) == 0
    said = capsys.readouterr().out
    assert "NOT" not in said
    assert f"Signed by the owner of {key}." in said


@pytest.fixture
def computed(signed: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The issue is what its data make, which another test shows; here only the signature matters."""
    files = {p.relative_to(signed.folder).as_posix(): p.read_bytes() for p in signed.folder.rglob("*") if p.is_file()}
    del files["manifest.json"], files["manifest.json.sig"]  # which no data make
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
    config = load(signed.folder.parents[2] / "configs/alibaba.yaml")[0]
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
        ("{outside}/empty.pem", "is no private key in PEM"),
        ("{outside}/locked.pem", "is encrypted"),
        ("{outside}/other.pem", "is not an Ed25519 key but of the kind EC"),
        ("-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----", "is no private key in PEM"),
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


# ---- signed after the build ------------------------------------------------------------------------------------------

APPROVER = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
Run = Callable[..., tuple[int, str, str]]


@dataclass(frozen=True)
class Unsigned:
    """A project with an issue that nobody signed, and a key outside of it."""

    folder: Path
    key: Path
    public: Path

    @property
    def page(self) -> Path:
        return self.folder / "policy" / "brief.html"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    small = {"valuation": ["pe_ltm"], "growth": ["revenue_growth_ltm"]}
    config = studies.project(tmp_path_factory.mktemp("plain"), audiences=["policy"], metrics=small)
    return pipeline.build(config, formats=["html"], today=studies.TODAY).folder


@pytest.fixture
def unsigned(plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Unsigned:
    """A copy of one's own; what it is computed to again is what was built, which other tests show."""
    folder = tmp_path / "project" / "output" / "alibaba" / plain.name
    shutil.copytree(plain, folder)
    (tmp_path / "project" / "configs").mkdir()
    (tmp_path / "key.pem").write_bytes(private(APPROVER))
    files = {p.relative_to(plain).as_posix(): p.read_bytes() for p in plain.rglob("*") if p.is_file()}
    del files["manifest.json"]
    monkeypatch.setattr(verdict, "computed_again", lambda *_: (files, ()))
    monkeypatch.chdir(tmp_path / "project")
    return Unsigned(folder, tmp_path / "key.pem", public(APPROVER, tmp_path / "approver.pub"))


@pytest.fixture
def bench(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: object) -> tuple[int, str, str]:
        code = cli.main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.mark.parametrize("what", ["folder", "page"])
def test_what_was_signed_is_verified_with_the_public_key_and_with_no_other(
    what: str, bench: Run, unsigned: Unsigned, tmp_path: Path
) -> None:
    target = getattr(unsigned, what)
    assert bench("verify", target, "--trust", unsigned.public)[0] == 1
    code, text, _ = bench("sign", target, "--key", unsigned.key)
    assert (code, text.splitlines()[0].startswith("signed: ")) == (0, True)
    assert bench("verify", target, "--trust", unsigned.public)[0] == 0
    other = public(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)), tmp_path / "other.pub")
    code, text, _ = bench("verify", target, "--trust", other)
    assert (code, "the signature is not this key's" in text) == (1, True)
    assert "--trust KEY says whose" in bench("verify", target)[1]


def test_the_library_itself_holds_the_signatures_true(bench: Run, unsigned: Unsigned) -> None:
    assert bench("sign", unsigned.folder, unsigned.page, "--key", unsigned.key)[0] == 0
    for of, lies in (
        (unsigned.folder / "manifest.json", unsigned.folder / "manifest.json.sig"),
        (unsigned.page, unsigned.page.with_name("brief.html.sig")),
    ):
        APPROVER.public_key().verify(b64decode(lies.read_bytes()), of.read_bytes())
    assert bench("verify", unsigned.folder)[0] == 0  # signatures belong to the issue


def test_openssl_tells_the_same_fingerprint_and_holds_the_signature_true(
    bench: Run, unsigned: Unsigned, tmp_path: Path
) -> None:
    """The commands of the help page."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    _, text, _ = bench("sign", unsigned.folder, "--key", unsigned.key)
    asked = [openssl, "pkey", "-pubin", "-in", str(unsigned.public), "-outform", "DER"]
    der = subprocess.run(asked, check=True, capture_output=True).stdout
    assert text.splitlines()[-1] == f"by the key {hashlib.sha256(der).hexdigest()}"
    (tmp_path / "sig").write_bytes(b64decode((unsigned.folder / "manifest.json.sig").read_bytes()))
    checked = subprocess.run(
        [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", str(unsigned.public), "-rawin",
         "-in", str(unsigned.folder / "manifest.json"), "-sigfile", str(tmp_path / "sig")],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert "Signature Verified Successfully" in checked.stdout


def test_signing_twice_changes_nothing_and_another_hand_is_refused(
    bench: Run, unsigned: Unsigned, tmp_path: Path
) -> None:
    bench("sign", unsigned.folder, "--key", unsigned.key)
    before = (unsigned.folder / "manifest.json.sig").read_bytes()
    assert bench("sign", unsigned.folder, "--key", unsigned.key)[1].startswith("signed already: ")
    (tmp_path / "other.pem").write_bytes(private(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))))
    code, text, error = bench("sign", unsigned.folder, "--key", tmp_path / "other.pem")
    assert (code, text) == (2, "")
    assert "is signed already, by another key" in error
    assert (unsigned.folder / "manifest.json.sig").read_bytes() == before


def test_a_changed_issue_is_not_signed_and_one_changed_afterwards_is_not_verified(
    bench: Run, unsigned: Unsigned
) -> None:
    metrics = unsigned.folder / "metrics.csv"
    whole = metrics.read_bytes()
    metrics.write_bytes(whole + b"x")
    (unsigned.folder / "notes.txt").write_text("hello", "utf-8")
    code, _, error = bench("sign", unsigned.folder, "--key", unsigned.key)
    assert code == 2
    assert "metrics.csv: has been changed since it was built" in error
    assert "notes.txt: does not belong to the issue" in error
    assert not (unsigned.folder / "manifest.json.sig").exists()
    metrics.write_bytes(whole)
    (unsigned.folder / "notes.txt").unlink()
    assert bench("sign", unsigned.folder, unsigned.page, "--key", unsigned.key)[0] == 0
    unsigned.page.write_bytes(unsigned.page.read_bytes().replace(b"</body>", b" </body>"))
    for target in (unsigned.folder, unsigned.page):
        assert bench("verify", target, "--trust", unsigned.public)[0] == 1


def test_one_that_cannot_be_signed_does_not_stop_the_others(bench: Run, unsigned: Unsigned, tmp_path: Path) -> None:
    code, text, error = bench("sign", tmp_path / "absent.pdf", unsigned.page, "--key", unsigned.key)
    assert code == 2
    assert text == f"signed: {unsigned.page}.sig\n"
    assert "absent.pdf cannot be read" in error


def keys(folder: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric import rsa as rivest

    (folder / "empty.pem").write_bytes(b"")
    (folder / "locked.pem").write_bytes(private(APPROVER, b"open sesame"))
    (folder / "ec.pem").write_bytes(private(ec.generate_private_key(ec.SECP256R1())))
    (folder / "rsa.pem").write_bytes(private(rivest.generate_private_key(65537, 1024)))
    (folder / "project" / "key.pem").write_bytes(private(APPROVER))
    (folder / "openssh.pem").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAA\n-----END OPENSSH PRIVATE KEY-----\n")


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("absent.pem", [], "cannot be read: no such file or directory"),
        (".", [], "cannot be read: is a directory"),
        ("empty.pem", [], "the key is no private key in PEM"),
        ("locked.pem", [], "the key is encrypted; it has to be readable"),
        ("locked.pem", ["--passphrase-env", "WRONG"], "the passphrase does not open the key"),
        (
            "locked.pem",
            ["--passphrase-env", "UNSET"],
            "the variable UNSET, which is to hold the passphrase",
        ),
        ("key.pem", ["--passphrase-env", "RIGHT"], "the key is not encrypted and takes no passphrase"),
        ("ec.pem", [], "the key is not an Ed25519 key but of the kind EC"),
        ("rsa.pem", [], "the key is not an Ed25519 key but of the kind RSA"),
        ("approver.pub", [], "the key is the public one"),
        ("openssh.pem", [], "OpenSSH's own form"),
        ("project/key.pem", [], "the key lies inside of the project"),
    ],
)
def test_a_key_that_cannot_sign_is_named_and_nothing_signed(
    name: str, options: list[str], said: str, bench: Run, unsigned: Unsigned, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    keys(tmp_path)
    monkeypatch.setenv("WRONG", "close")
    monkeypatch.setenv("RIGHT", "open sesame")
    code, text, error = bench("sign", unsigned.folder, "--key", tmp_path / name, *options)
    assert (code, text) == (2, "")
    assert said in error
    assert "sesame" not in error
    assert not (unsigned.folder / "manifest.json.sig").exists()


def test_an_encrypted_key_is_opened_by_the_environment(
    bench: Run, unsigned: Unsigned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys(tmp_path)
    monkeypatch.setenv("RIGHT", "open sesame")
    locked = tmp_path / "locked.pem"
    assert bench("sign", unsigned.folder, "--key", locked, "--passphrase-env", "RIGHT")[0] == 0
    assert bench("verify", unsigned.folder, "--trust", unsigned.public)[0] == 0

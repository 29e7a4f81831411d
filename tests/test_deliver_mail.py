"""Mail, to a real SMTP server on this machine: what arrives, what is refused and whether it is tried again."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

import parcels
from peerbench.deliver.mail import MailDelivery, Server, message_id
from peerbench.deliver.protocol import NotDelivered

SENDER: Final = "Benchmark Desk <desk@example.com>"
READER: Final = "reader@example.org"
PASSWORD: Final = "not-to-be-told"

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


class Box:
    """A server's handler: it keeps what arrives; `replies` are given to the next letters instead of yes."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.replies: list[str] = []
        self.drop = False  # takes the letter and hangs up
        self.refused = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address == self.refused:
            return "550 5.1.1 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.replies:
            return self.replies.pop(0)
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        if self.drop:
            self.drop = False
            server.transport.abort()
        return "250 2.0.0 queued as 4711"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def served(box: Box, **settings: Any) -> Iterator[Server]:
    ssl_context = settings.pop("ssl_context", None)
    security = settings.pop("security", "none")
    made = Controller(box, hostname="127.0.0.1", port=free_port(), ssl_context=ssl_context, **settings)
    made.start()
    try:
        yield Server("127.0.0.1", made.port, security, seconds=5)
    finally:
        made.stop(no_assert=True)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, signed by itself, and its key."""
    x509 = pytest.importorskip("cryptography.x509")
    import ipaddress

    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*plain))
    return folder / "cert.pem", folder / "key.pem"


def delivery(server: Server, **settings: Any) -> MailDelivery:
    return MailDelivery(server, SENDER, **settings)


def attachments(letter: EmailMessage) -> dict[str, bytes]:
    return {str(one.get_filename()): one.get_content() for one in letter.iter_attachments()}  # type: ignore[attr-defined]


# ---- what arrives ----------------------------------------------------------------------------------------------------


def test_a_letter_holds_the_takeaways_and_the_pdf(tmp_path: Path) -> None:
    box = Box()
    with served(box) as server:
        receipt = delivery(server).send(parcels.parcel(tmp_path), (READER,), "key-1")
    (letter,) = box.letters
    assert letter["From"] == SENDER
    assert letter["To"] == READER
    assert letter["Subject"] == "A & B <Holding> falls 12% in a day · Peer Benchmark, 23 September 2025"
    assert letter["Date"] == "Mon, 02 Mar 2026 07:30:00 +0000"
    assert letter["Message-ID"] == receipt.reference == "<key-1@example.com>"
    assert receipt.details["reply"] == "250 2.0.0 queued as 4711"
    assert attachments(letter) == {"alibaba-2025-09-23-risk.pdf": parcels.PDF}
    plain = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "- Larger falls. The worst day in 20 lost 4%; *peers* lost <3%>." in plain


def test_the_html_escapes_what_is_markup_and_loads_nothing(tmp_path: Path) -> None:
    letter = delivery(Server("nowhere")).written(parcels.parcel(tmp_path), (READER,), "k")
    page = letter.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "A &amp; B &lt;Holding&gt; falls 12% in a day" in page
    assert "<Holding>" not in page
    assert "<b" in page
    assert "style=" in page  # inline, as mail programs drop sheets
    assert not any(sign in page for sign in ("<style", "<link", "<script", "url(", "src="))


def test_editions_asked_for_go_with_it(tmp_path: Path) -> None:
    letter = delivery(Server("nowhere"), attach=(".html", ".pdf")).written(parcels.parcel(tmp_path), (READER,), "k")
    assert {name.rpartition(".")[2] for name in attachments(letter)} == {"html", "pdf"}


def test_a_headline_with_a_line_end_makes_no_header(tmp_path: Path) -> None:
    said = {"risk": parcels.SUMMARY["risk"] | {"headline": "A\r\nBcc: everybody@example.com\r\n\r\nB"}}
    letter = delivery(Server("nowhere")).written(parcels.parcel(tmp_path, summary=said), (READER,), "k")
    assert letter["Bcc"] is None
    assert letter["Subject"].startswith("A Bcc: everybody@example.com B ·")


def test_one_key_is_one_message_id_at_every_try() -> None:
    assert message_id("abc", SENDER) == message_id("abc", SENDER) == "<abc@example.com>"
    assert message_id("abd", SENDER) != message_id("abc", SENDER)


def test_a_server_that_closes_after_the_letter_gets_it_again_under_the_same_id(tmp_path: Path) -> None:
    box = Box()
    box.drop = True
    with served(box) as server:
        with pytest.raises(NotDelivered, match="same Message-ID") as told:
            delivery(server).send(parcels.parcel(tmp_path), (READER,), "key-1")
        assert told.value.again
        delivery(server).send(parcels.parcel(tmp_path), (READER,), "key-1")
    assert [letter["Message-ID"] for letter in box.letters] == ["<key-1@example.com>"] * 2


# ---- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reply", "again"), [("451 4.3.0 busy, later", True), ("554 5.7.1 spam", False)])
def test_a_refusal_of_the_letter_is_told_with_the_servers_words(tmp_path: Path, reply: str, again: bool) -> None:
    box = Box()
    box.replies = [reply]
    with served(box) as server, pytest.raises(NotDelivered, match=reply) as told:
        delivery(server).send(parcels.parcel(tmp_path), (READER,), "k")
    assert told.value.again is again
    assert not box.letters


def test_a_recipient_that_does_not_exist_is_final_and_nobody_gets_half(tmp_path: Path) -> None:
    box = Box()
    box.refused = "gone@example.org"
    with served(box) as server, pytest.raises(NotDelivered, match=r"gone@example\.org: 550") as told:
        delivery(server).send(parcels.parcel(tmp_path), (READER, "gone@example.org"), "k")
    assert not told.value.again
    assert not box.letters


def test_nobody_listening_is_tried_again(tmp_path: Path) -> None:
    server = Server("127.0.0.1", free_port(), "none", seconds=2)
    with pytest.raises(NotDelivered, match="cannot be reached") as told:
        delivery(server).send(parcels.parcel(tmp_path), (READER,), "k")
    assert told.value.again


def test_a_server_without_tls_gets_no_letter(tmp_path: Path) -> None:
    box = Box()
    with served(box) as plain, pytest.raises(NotDelivered, match="nothing was sent in the clear") as told:
        delivery(Server(plain.host, plain.port, "starttls", seconds=5)).send(parcels.parcel(tmp_path), (READER,), "k")
    assert not told.value.again
    assert not box.letters


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "two words@example.com"])
def test_what_is_no_address_is_told(tmp_path: Path, address: str) -> None:
    with pytest.raises(NotDelivered, match="is no mail address") as told:
        delivery(Server("nowhere")).written(parcels.parcel(tmp_path), (address,), "k")
    assert not told.value.again


@pytest.mark.parametrize("summary", [{}, {"risk": {}}, {"risk": {"headline": 3}}, []])
def test_an_issue_without_a_summary_is_not_sent_blank(tmp_path: Path, summary: Any) -> None:
    parcel = parcels.parcel(tmp_path)
    (tmp_path / "summary.json").write_text(__import__("json").dumps(summary))
    with pytest.raises(NotDelivered, match="build the issue again"):
        delivery(Server("nowhere")).written(parcel, (READER,), "k")


# ---- TLS and passwords -----------------------------------------------------------------------------------------------


@pytest.fixture
def secured(certificate: tuple[Path, Path]) -> Callable[..., Any]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)

    def check(server: SMTP, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and given.password == PASSWORD.encode()
        return AuthResult(success=right, handled=False) if not right else AuthResult(success=True)

    return lambda box: served(box, tls_context=context, require_starttls=True, authenticator=check, auth_required=True)


def test_over_tls_with_a_password(tmp_path: Path, secured: Any, certificate: tuple[Path, Path]) -> None:
    box = Box()
    with secured(box) as plain:
        server = Server(plain.host, plain.port, "starttls", "desk", PASSWORD, authorities=certificate[0], seconds=5)
        delivery(server).send(parcels.parcel(tmp_path), (READER,), "k")
    assert len(box.letters) == 1
    assert PASSWORD not in repr(server)


def test_a_wrong_password_is_final_and_never_repeated(
    tmp_path: Path, secured: Any, certificate: tuple[Path, Path]
) -> None:
    box = Box()
    with secured(box) as plain:
        server = Server(plain.host, plain.port, "starttls", "desk", "wrong-one", authorities=certificate[0], seconds=5)
        with pytest.raises(NotDelivered, match="refuses the user or password") as told:
            delivery(server).send(parcels.parcel(tmp_path), (READER,), "k")
    assert not told.value.again
    assert "wrong-one" not in told.value.why
    assert not box.letters


def test_a_certificate_of_nobody_gets_no_password(tmp_path: Path, secured: Any) -> None:
    box = Box()
    with secured(box) as plain, pytest.raises(NotDelivered, match="no certificate to trust") as told:
        delivery(Server(plain.host, plain.port, "starttls", "desk", PASSWORD, seconds=5)).send(
            parcels.parcel(tmp_path), (READER,), "k"
        )
    assert not told.value.again
    assert not box.letters


# ---- what no library may trip over -----------------------------------------------------------------------------------


def test_letters_beyond_ascii_in_name_and_address_arrive_as_they_are(tmp_path: Path) -> None:
    box = Box()
    with served(box) as server:
        delivery(server).send(parcels.parcel(tmp_path), ("Jörg Öztürk, Zürich <jörg@bücher.example>",), "k")
    (letter,) = box.letters
    (line,) = (text for text in letter.as_bytes().decode().splitlines() if text.startswith("To:"))
    assert line == 'To: "Jörg Öztürk, Zürich" <jörg@bücher.example>'


@pytest.mark.parametrize("host", ["smtp..example.com", "a" * 64 + ".example.com"])
def test_a_name_that_no_server_has_is_told_and_final(tmp_path: Path, host: str) -> None:
    with pytest.raises(NotDelivered, match="no name of a server") as told:
        delivery(Server(host)).send(parcels.parcel(tmp_path), (READER,), "k")
    assert not told.value.again


def test_certificates_that_cannot_be_read_are_named_not_the_server(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("no certificate\n")
    for name, why in (("nowhere.pem", "No such file"), ("empty.pem", "holds no certificate")):
        with pytest.raises(NotDelivered, match=rf"certificates in .*{name} cannot be read: .*{why}"):
            delivery(Server("127.0.0.1", 9, authorities=tmp_path / name)).send(parcels.parcel(tmp_path), (READER,), "k")


def test_a_server_that_speaks_no_tls_from_the_start_is_told_as_that(tmp_path: Path) -> None:
    with served(Box()) as plain, pytest.raises(NotDelivered, match="security: starttls") as told:
        delivery(Server(plain.host, plain.port, "tls", seconds=5)).send(parcels.parcel(tmp_path), (READER,), "k")
    assert not told.value.again


def test_a_password_beyond_ascii_is_refused_and_not_told(
    tmp_path: Path, secured: Any, certificate: tuple[Path, Path]
) -> None:
    with secured(Box()) as plain:
        server = Server(plain.host, plain.port, "starttls", "desk", "pässwörd", authorities=certificate[0], seconds=5)
        with pytest.raises(NotDelivered, match="beyond ASCII") as told:
            delivery(server).send(parcels.parcel(tmp_path), (READER,), "k")
    assert not told.value.again
    assert "pässw" not in told.value.why

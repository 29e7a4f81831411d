"""Delivery by mail: the takeaways in the letter, the editions attached, under a Message-ID that stays the same.

A server may take a letter and lose the connection before it says so; then it is sent again, and the reader's program
shows it once, as both have one Message-ID.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from pathlib import Path
from typing import Final, Literal

from peerbench.core.addresses import mail_address
from peerbench.deliver import letter
from peerbench.deliver.protocol import NotDelivered, Parcel, Receipt

Security = Literal["starttls", "tls", "none"]
SECONDS: Final = 60
PORTS: Final[Mapping[str, int]] = {"starttls": 587, "tls": 465, "none": 25}
TYPES: Final = {
    ".pdf": ("application", "pdf"),
    ".html": ("text", "html"),
    ".md": ("text", "markdown"),
    ".json": ("application", "json"),
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_STARTED: Final = "the connection ended after the letter was handed over; it is sent again under the same Message-ID"


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server that takes letters from us. security: TLS from the start, or by STARTTLS, or (a relay on this very
    machine) none; a server that offers less than asked for gets nothing."""

    host: str
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    authorities: Path | None = None  # certificates to trust instead of the system's
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class MailDelivery:
    """Letters from `sender`, each to one recipient. attach: endings of the editions that go with it."""

    server: Server
    sender: str
    attach: tuple[str, ...] = (".pdf",)
    reply_to: str = ""
    link: str = ""

    def send(self, parcel: Parcel, recipients: tuple[str, ...], key: str) -> Receipt:
        """One letter to every recipient named; the receipt is its Message-ID and the server's reply."""
        written = self.written(parcel, recipients, key)
        with _told(self.server), _connected(self.server) as smtp:
            reply = _handed_over(smtp, self.sender, recipients, written)
        return Receipt(str(written["Message-ID"]), {"server": self.server.host, "reply": reply})

    def written(self, parcel: Parcel, recipients: tuple[str, ...], key: str) -> EmailMessage:
        """The letter. Raises NotDelivered where an address is none or an edition cannot be read."""
        said = letter.read(parcel, link=self.link)
        made = EmailMessage(policy=SMTPUTF8 if _beyond_ascii((self.sender, *recipients)) else SMTP)
        made["From"] = _address(self.sender)
        made["To"] = [_address(one) for one in recipients]
        if self.reply_to:
            made["Reply-To"] = _address(self.reply_to)
        made["Subject"] = said.subject
        if parcel.sent is not None:
            made["Date"] = format_datetime(parcel.sent)
        made["Message-ID"] = message_id(key, self.sender)
        made["Auto-Submitted"] = "auto-generated"
        made.set_content(said.plain)
        made.add_alternative(said.html, subtype="html")
        for name in parcel.files:
            self._attach(made, parcel, name)
        made["Content-Language"] = said.language  # last: a part that is added takes such headers away with it
        return made

    def _attach(self, made: EmailMessage, parcel: Parcel, name: str) -> None:
        ending = Path(name).suffix
        if ending not in self.attach:
            return
        try:
            data = (parcel.folder / name).read_bytes()
        except OSError as error:
            raise NotDelivered(f"{name} cannot be read: {error.strerror or error}", again=True) from error
        main, sub = TYPES.get(ending, ("application", "octet-stream"))
        shown = f"{parcel.brief}-{parcel.as_of.isoformat()}-{parcel.shelf}{ending}"
        made.add_attachment(data, maintype=main, subtype=sub, filename=shown)


def message_id(key: str, sender: str) -> str:
    """The name of a letter: its delivery's key at the sender's domain, the same at every try."""
    return f"<{key}@{_parsed(sender)[1].rpartition('@')[2]}>"


def _address(text: str) -> Address:
    name, spec = _parsed(text)
    local, _, domain = spec.rpartition("@")
    return Address(display_name=name, username=local, domain=domain)


def _parsed(text: str) -> tuple[str, str]:
    found = mail_address(text)
    if found is None:
        raise NotDelivered(f"'{text}' is no mail address", again=False)
    return found


def _beyond_ascii(addresses: tuple[str, ...]) -> bool:
    return not all(_parsed(one)[1].isascii() for one in addresses)


# ---- the conversation ------------------------------------------------------------------------------------------------


@contextmanager
def _connected(server: Server) -> Iterator[smtplib.SMTP]:
    context = _trusting(server)
    smtp: smtplib.SMTP
    if server.security == "tls":
        smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=server.seconds, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=server.seconds)
    try:
        if server.security == "starttls":
            smtp.starttls(context=context)
        if server.user:
            _log_in(smtp, server)
        yield smtp
    finally:
        smtp.close()


def _trusting(server: Server) -> ssl.SSLContext:
    try:
        server.host.encode("idna")
    except UnicodeError:
        raise NotDelivered(f"'{server.host}' is no name of a server", again=False) from None
    try:
        return ssl.create_default_context(cafile=server.authorities)
    except OSError as error:
        why = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise NotDelivered(f"the certificates in {server.authorities} cannot be read: {why}", again=True) from error


def _log_in(smtp: smtplib.SMTP, server: Server) -> None:
    try:
        smtp.login(server.user, server.password)
    except UnicodeError:
        why = f"the user or password for {server.host} has letters beyond ASCII, which mail servers do not agree on"
        raise NotDelivered(why, again=False) from None


def _handed_over(smtp: smtplib.SMTP, sender: str, recipients: tuple[str, ...], written: EmailMessage) -> str:
    """The server's reply to the whole letter; every recipient is taken, or none is."""
    smtp.ehlo_or_helo_if_needed()
    beyond = written.policy is SMTPUTF8
    options = ["SMTPUTF8", "BODY=8BITMIME"] if beyond else []
    if beyond and not smtp.has_extn("smtputf8"):
        raise NotDelivered("the server takes no addresses beyond ASCII", again=False)
    _agreed(*smtp.mail(_parsed(sender)[1], options), "the sender")
    for one in recipients:
        _agreed(*smtp.rcpt(_parsed(one)[1]), one)
    try:
        code, reply = smtp.data(written.as_bytes())
    except (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError) as error:
        raise NotDelivered(_STARTED, again=True) from error
    _agreed(code, reply, "the letter")
    return f"{code} {_said(reply)}"


def _agreed(code: int, reply: bytes, what: str) -> None:
    """Raises NotDelivered unless the server said yes; 4xx may be tried again, 5xx is final."""
    if not 200 <= code < 300:
        raise NotDelivered(f"the server refuses {what}: {code} {_said(reply)}", again=code < 500)


def _said(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return " ".join(text.split())[:200]


@contextmanager
def _told(server: Server) -> Iterator[None]:
    """What goes wrong on the way, as NotDelivered; passwords are in none of it."""
    where = f"{server.host}:{server.port}"
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        why = f"{where} refuses the user or password: {error.smtp_code}"
        raise NotDelivered(why, again=error.smtp_code < 500) from None
    except smtplib.SMTPResponseException as error:
        why = f"{where}: {error.smtp_code} {_said(error.smtp_error)}"
        raise NotDelivered(why, again=error.smtp_code < 500) from error
    except smtplib.SMTPNotSupportedError as error:
        why = f"{where} does not offer what was asked for ({error}); nothing was sent in the clear"
        raise NotDelivered(why, again=False) from error
    except ssl.SSLCertVerificationError as error:
        raise NotDelivered(f"{where} shows no certificate to trust: {error.verify_message}", again=False) from error
    except ssl.SSLError as error:
        plain = error.reason == "WRONG_VERSION_NUMBER"
        what = "speaks no TLS from the start; security: starttls, or another port" if plain else f"TLS: {error.reason}"
        raise NotDelivered(f"{where} {what}", again=not plain) from error
    except (smtplib.SMTPException, OSError) as error:
        said = getattr(error, "strerror", None) or error
        raise NotDelivered(f"{where} cannot be reached: {said}", again=True) from error

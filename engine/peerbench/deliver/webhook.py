"""Delivery to a webhook: a message in the shape of Slack, of Teams, or the letter as plain JSON.

The address is itself the secret of most webhooks: it comes from the environment, and only its host is ever told.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from peerbench.deliver import letter
from peerbench.deliver.letter import Letter, Takeaway
from peerbench.deliver.protocol import NotDelivered, Parcel, Receipt

Shape = Literal["slack", "teams", "json"]
SECONDS: Final = 20
LOOPBACK: Final = frozenset(("localhost", "127.0.0.1", "::1"))
AGAIN: Final = frozenset((408, 409, 425, 429))
SLACK_HEADER: Final = 150  # letters that Slack takes in a header, else it refuses the whole message
SLACK_TEXT: Final = 2900


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """Posts to `url`. secret: signs the body (HMAC-SHA256, X-Peerbench-Signature). link: where to read the brief."""

    url: str = field(repr=False)
    shape: Shape = "json"
    link: str = ""
    secret: str = field(default="", repr=False)
    seconds: float = SECONDS

    def send(self, parcel: Parcel, recipients: tuple[str, ...], key: str) -> Receipt:
        """One message. Any answer of 200 to 299 is a receipt; recipients are the channel's own affair."""
        host = _host(self.url)
        message = SHAPES[self.shape](letter.read(parcel, link=self.link), parcel, key)
        body = json.dumps(message, ensure_ascii=False, sort_keys=True).encode()
        code, later = self._posted(body, key, host)
        if not 200 <= code < 300:
            final = "it points elsewhere, which is not followed" if 300 <= code < 400 else "it refuses the message"
            again = code >= 500 or code in AGAIN
            why = f"{host} answers {code}: {'it is busy' if again else final}"
            raise NotDelivered(why, again=again, after=_asked_for(later, parcel.sent))
        return Receipt(f"{host} {code}", {"key": key, "sha256": hashlib.sha256(body).hexdigest()})

    def _posted(self, body: bytes, key: str, host: str) -> tuple[int, str]:
        """The code of the answer and its Retry-After. What else it says is not read: the code alone is the receipt."""
        try:
            import httpx
        except ImportError as error:
            raise NotDelivered("a webhook needs more: pip install 'peerbench[deliver]'", again=True) from error
        try:
            headers, trusted = self._headers(body, key), _trusted()
            with httpx.stream(
                "POST", self.url, content=body, headers=headers, timeout=self.seconds, verify=trusted
            ) as answer:
                return answer.status_code, answer.headers.get("Retry-After", "")
        except httpx.TimeoutException:
            raise NotDelivered(f"{host} gave no answer within {self.seconds:g} seconds", again=True) from None
        except httpx.InvalidURL:
            raise NotDelivered(f"the webhook's address at {host} is none", again=False) from None
        except httpx.HTTPError as error:
            raise NotDelivered(f"{host} cannot be reached: {_cause(error)}", again=True) from None

    def _headers(self, body: bytes, key: str) -> dict[str, str]:
        signed = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest() if self.secret else ""
        made = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": key}
        return made | ({"X-Peerbench-Signature": f"sha256={signed}"} if signed else {})


def _asked_for(later: str, now: datetime | None) -> timedelta:
    """Retry-After as a length of time: seconds, or a day and hour; nothing where it says something else."""
    if later.strip().isdecimal():
        return timedelta(seconds=int(later.strip()[:6]))
    try:
        return max(parsedate_to_datetime(later) - now, timedelta()) if now is not None else timedelta()
    except (TypeError, ValueError):
        return timedelta()


def _cause(error: Exception) -> str:
    """What went wrong below, in the words of the system or of TLS; the address, a secret, is in none of them."""
    below: BaseException | None = error
    while below is not None:
        if isinstance(below, ssl.SSLCertVerificationError):
            return f"no certificate to trust: {below.verify_message}"
        if isinstance(below, OSError) and below.strerror:
            return below.strerror
        below = below.__cause__ or below.__context__
    return type(error).__name__


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


def _host(url: str) -> str:
    """The host of an address that may be used. Raises NotDelivered for one that is none, or not encrypted."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        host.encode("idna")
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not host:
        raise NotDelivered("the webhook's address is no https:// address", again=False)
    if parts.scheme == "http" and host not in LOOPBACK:
        raise NotDelivered(f"the address at {host} is not encrypted; write https://", again=False)
    return host


# ---- shapes ----------------------------------------------------------------------------------------------------------


def _json(said: Letter, parcel: Parcel, key: str) -> dict[str, Any]:
    """The letter as data, for a program of one's own."""
    return {
        "event": "issue.published",
        "key": key,
        "brief": parcel.brief,
        "as_of": parcel.as_of.isoformat(),
        "audience": parcel.audience,
        "language": said.language,
        "series": said.series,
        "headline": said.headline,
        "standfirst": said.standfirst,
        "takeaways": [{"lead": one.lead, "text": one.text} for one in said.takeaways],
        "link": said.link,
        "files": [{"name": name, "sha256": _sha256(parcel, name)} for name in parcel.files],
    }


def _sha256(parcel: Parcel, name: str) -> str:
    try:
        return hashlib.sha256((parcel.folder / name).read_bytes()).hexdigest()
    except OSError as error:
        raise NotDelivered(f"{name} cannot be read: {error.strerror or error}", again=True) from error


def _slack(said: Letter, parcel: Parcel, key: str) -> dict[str, Any]:
    """Block Kit. Rich text, in which no letter of ours is a command of theirs."""
    items = [{"type": "rich_text_section", "elements": _takeaway(one)} for one in said.takeaways]
    foot = {"type": "plain_text", "text": _cut(_foot(said), SLACK_TEXT), "emoji": False}
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(said.headline, SLACK_HEADER), "emoji": False}},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [_run(said.standfirst)]}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": items}]},
        {"type": "context", "elements": [foot]},
    ]
    if said.link:
        read = {"type": "button", "text": {"type": "plain_text", "text": said.read}, "url": said.link}
        blocks.append({"type": "actions", "elements": [read]})
    return {"text": _escaped(said.subject), "blocks": blocks}


def _takeaway(one: Takeaway) -> list[dict[str, Any]]:
    said = _run(_cut(one.text, SLACK_TEXT))
    return [_run(one.lead + one.gap, bold=True), said] if one.lead else [said]


def _run(text: str, *, bold: bool = False) -> dict[str, Any]:
    return {"type": "text", "text": text or " ", **({"style": {"bold": True}} if bold else {})}


def _escaped(text: str) -> str:
    """Slack's own three signs, which would call people or point elsewhere."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams(said: Letter, parcel: Parcel, key: str) -> dict[str, Any]:
    """An adaptive card, whose runs of text are plain."""
    body: list[dict[str, Any]] = [
        _block([_plain(said.headline, weight="bolder", size="large")]),
        _block([_plain(said.standfirst)]),
        *(_block([_plain(one.lead + one.gap, weight="bolder"), _plain(one.text)]) for one in said.takeaways),
        _block([_plain(_foot(said), isSubtle=True, size="small")]),
    ]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "lang": said.language.partition("-")[0],
        "body": body,
    }
    if said.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": said.read, "url": said.link}]
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": card}]}


def _block(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [run for run in runs if run["text"].strip()]}


def _plain(text: str, **style: Any) -> dict[str, Any]:
    return {"type": "TextRun", "text": text, **style}


def _foot(said: Letter) -> str:
    return f"{said.series} · {said.reader} · {said.day}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


SHAPES: Final = {"slack": _slack, "teams": _teams, "json": _json}

"""Webhooks, to a real HTTP server on this machine: the shapes of Slack and Teams, secrets kept, what is tried again."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest

import parcels
from peerbench.deliver.protocol import NotDelivered
from peerbench.deliver.webhook import WebhookDelivery

TOKEN: Final = "T000-B000-secret"


class Channel:
    """What was posted; `answers` are given in turn, then 200. None: never an answer."""

    def __init__(self) -> None:
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int | None] = []
        self.headers: dict[str, str] = {"Content-Length": "0"}
        self.body = b""
        self.free = threading.Event()


@contextmanager
def served(channel: Channel) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = channel.answers.pop(0) if channel.answers else 200
            if answer is None:
                channel.free.wait(10)
                return
            channel.posts.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(answer)
            if 300 <= answer < 400:
                self.send_header("Location", "http://example.com/elsewhere")
            for name, value in channel.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(channel.body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/services/{TOKEN}"
    finally:
        channel.free.set()
        server.shutdown()
        server.server_close()


def posted(tmp_path: Path, **settings: Any) -> tuple[dict[str, str], dict[str, Any]]:
    channel = Channel()
    with served(channel) as url:
        WebhookDelivery(url, **settings).send(parcels.parcel(tmp_path), (), "key-1")
    ((headers, body),) = channel.posts
    return headers, json.loads(body)


def texts(value: Any) -> list[str]:
    """Every text that a card shows."""
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for one in value.values() for text in texts(one)]
    return [text for one in value for text in texts(one)] if isinstance(value, list) else []


# ---- what arrives ----------------------------------------------------------------------------------------------------


def test_slack_gets_blocks_in_which_no_sign_of_ours_is_a_command(tmp_path: Path) -> None:
    headers, message = posted(tmp_path, shape="slack", link="https://briefs.example.com/a")
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert message["text"].startswith("A &amp; B &lt;Holding&gt; falls 12% in a day")
    assert [block["type"] for block in message["blocks"]] == ["header", "rich_text", "rich_text", "context", "actions"]
    assert message["blocks"][0]["text"] == {
        "type": "plain_text",
        "text": "A & B <Holding> falls 12% in a day",
        "emoji": False,
    }
    (points,) = message["blocks"][2]["elements"]
    first, second = points["elements"]
    assert first["elements"][0] == {"type": "text", "text": "Larger falls. ", "style": {"bold": True}}
    assert first["elements"][1]["text"] == "The worst day in 20 lost 4%; *peers* lost <3%>."
    assert second["elements"] == [{"type": "text", "text": "Net cash cushions it."}]
    assert "mrkdwn" not in json.dumps(message)
    assert message["blocks"][-1]["elements"][0]["url"] == "https://briefs.example.com/a"


def test_a_headline_longer_than_slack_takes_is_cut(tmp_path: Path) -> None:
    said = {"risk": parcels.SUMMARY["risk"] | {"headline": "word " * 60}}
    channel = Channel()
    with served(channel) as url:
        WebhookDelivery(url, "slack").send(parcels.parcel(tmp_path, summary=said), (), "k")
    header = json.loads(channel.posts[0][1])["blocks"][0]["text"]["text"]
    assert len(header) <= 150
    assert header.endswith("word…")


def test_teams_gets_an_adaptive_card_of_plain_runs(tmp_path: Path) -> None:
    _, message = posted(tmp_path, shape="teams")
    (attachment,) = message["attachments"]
    assert (message["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}  # a TextBlock would read Markdown
    assert "A & B <Holding> falls 12% in a day" in texts(card)
    assert "The worst day in 20 lost 4%; *peers* lost <3%>." in texts(card)
    assert all(text.strip() for text in texts(card))
    assert "actions" not in card


def test_a_program_gets_the_letter_signed_with_the_digests_of_the_files(tmp_path: Path) -> None:
    channel = Channel()
    with served(channel) as url:
        receipt = WebhookDelivery(url, secret="shared").send(parcels.parcel(tmp_path), (), "key-1")
    ((headers, body),) = channel.posts
    assert headers["idempotency-key"] == "key-1"
    assert headers["x-peerbench-signature"] == "sha256=" + hmac.digest(b"shared", body, "sha256").hex()
    message = json.loads(body)
    assert (message["event"], message["as_of"], message["audience"]) == ("issue.published", "2025-09-23", "risk")
    assert {one["name"]: one["sha256"] for one in message["files"]}["risk/brief.pdf"] == hashlib.sha256(
        parcels.PDF
    ).hexdigest()
    assert receipt.details["sha256"] == hashlib.sha256(body).hexdigest()


def test_a_second_try_posts_the_same_bytes_under_the_same_key(tmp_path: Path) -> None:
    channel = Channel()
    channel.answers = [500]
    with served(channel) as url:
        with pytest.raises(NotDelivered):
            WebhookDelivery(url, "teams").send(parcels.parcel(tmp_path), (), "key-1")
        WebhookDelivery(url, "teams").send(parcels.parcel(tmp_path), (), "key-1")
    (first, second) = channel.posts
    assert first[1] == second[1]
    assert first[0]["idempotency-key"] == second[0]["idempotency-key"] == "key-1"


# ---- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "again"),
    [(500, True), (502, True), (429, True), (408, True), (400, False), (403, False), (404, False), (410, False)],
)
def test_an_answer_says_whether_it_is_worth_another_try(tmp_path: Path, answer: int, again: bool) -> None:
    channel = Channel()
    channel.answers = [answer]
    with served(channel) as url, pytest.raises(NotDelivered, match=rf"127\.0\.0\.1 answers {answer}") as told:
        WebhookDelivery(url).send(parcels.parcel(tmp_path), (), "k")
    assert told.value.again is again
    assert TOKEN not in told.value.why


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    channel = Channel()
    channel.answers = [307]
    with served(channel) as url, pytest.raises(NotDelivered, match="points elsewhere") as told:
        WebhookDelivery(url).send(parcels.parcel(tmp_path), (), "k")
    assert not told.value.again
    assert len(channel.posts) == 1


def test_no_answer_ends_after_its_time_and_is_tried_again(tmp_path: Path) -> None:
    channel = Channel()
    channel.answers = [None]
    with served(channel) as url, pytest.raises(NotDelivered, match=r"no answer within 0\.3 seconds") as told:
        WebhookDelivery(url, seconds=0.3).send(parcels.parcel(tmp_path), (), "k")
    assert told.value.again


def test_nobody_listening_is_tried_again_and_the_secret_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(NotDelivered, match="cannot be reached") as told:
        WebhookDelivery(f"http://127.0.0.1:9/{TOKEN}", seconds=2).send(parcels.parcel(tmp_path), (), "k")
    assert told.value.again
    assert TOKEN not in told.value.why
    assert TOKEN not in repr(WebhookDelivery(f"https://example.com/{TOKEN}"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/hook",
        "ftp://example.com/",
        "http://example.com/hook",
        "https://",
        "http://[::1",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_is_none_or_not_encrypted_is_refused_before_a_byte(tmp_path: Path, url: str) -> None:
    with pytest.raises(NotDelivered, match="https://") as told:
        WebhookDelivery(url).send(parcels.parcel(tmp_path), (), "k")
    assert not told.value.again


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        ("Mon, 02 Mar 2026 07:40:00 GMT", 600),
        ("Mon, 02 Mar 2026 07:00:00 GMT", 0),
        ("999999999", 6 * 3600),  # no longer than we would wait ourselves
        ("soon", 0),
    ],
)
def test_a_channel_that_asks_to_be_left_alone_for_a_while_is(tmp_path: Path, said: str, seconds: int) -> None:
    """The parcel of the tests is sent on Monday 2 March 2026 at 7.30."""
    channel = Channel()
    channel.answers, channel.headers = [429], {"Retry-After": said, "Content-Length": "0"}
    with served(channel) as url, pytest.raises(NotDelivered) as told:
        WebhookDelivery(url).send(parcels.parcel(tmp_path), (), "k")
    assert told.value.after.total_seconds() == seconds


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Length": "9000000"}, b"an answer that never ends"),
        ({"Content-Length": "4", "Content-Encoding": "gzip"}, b"not gzip"),
    ],
)
def test_what_an_answer_says_beside_its_code_is_not_waited_for(
    tmp_path: Path, headers: dict[str, str], body: bytes
) -> None:
    """The message was taken: an error over the rest of the answer would post it a second time."""
    channel = Channel()
    channel.headers, channel.body = headers, body
    with served(channel) as url:
        receipt = WebhookDelivery(url, seconds=2).send(parcels.parcel(tmp_path), (), "k")
    assert receipt.reference == "127.0.0.1 200"
    assert len(channel.posts) == 1


@pytest.mark.parametrize("url", ["https://a..b/", "https://" + "a" * 64 + ".com/", "https://h.example/\x00"])
def test_an_address_over_which_libraries_stumble_is_final(tmp_path: Path, url: str) -> None:
    with pytest.raises(NotDelivered, match="address") as told:
        WebhookDelivery(url).send(parcels.parcel(tmp_path), (), "k")
    assert not told.value.again

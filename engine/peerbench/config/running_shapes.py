"""The shapes of what runs by itself: schedule, gate, ledger, delivery and signature."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from peerbench import schedule as schedules
from peerbench.config.scalars import Language, Lost, Name, Shape, Text, Variable, choice, refuse, short_for


def _length(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Lost) and value and schedules.length(value) is None:
        raise refuse(f"'{value}' is not a length of time", "Write e.g. 90 minutes, 36h or 2 days.")
    if isinstance(value, int) and not isinstance(value, bool):
        raise refuse(f"{value} of what?", f"Write e.g. {value} hours or {value} days.")
    return value


Length = Annotated[str, BeforeValidator(_length)]


class ScheduleShape(Shape):
    """When the brief is made by itself: `bench explain schedule`."""

    cron: Text = Field(
        default="", description="Minute, hour, day of month, month, day of week, e.g. '0 7 * * 1-5'; in quotes."
    )
    zone: Text = Field(default="UTC", description="Time zone of the expression, e.g. America/New_York.")
    when: Annotated[Literal["", "new filing"], choice("", "new filing")] = Field(
        default="",
        description="new filing: when a document is known that no issue was made for; cron then says when to look.",
    )
    catch_up: Annotated[Literal["latest", "all", "none"], choice("latest", "all", "none")] = Field(
        default="latest", description="After a standstill: the latest issue that was missed, all of them, or none."
    )
    max_age: Length = Field(
        default="", description="How late an issue may still be made, e.g. 2 days. Left out: however late."
    )
    refresh: bool = Field(default=True, description="Fetch sources that are fetched anew before each issue.")


class GateShape(Shape):
    """What a scheduled issue must pass before it is published and sent: `bench explain gate`."""

    prices_within: Annotated[int, Field(ge=0, le=400)] = Field(
        default=5, description="Oldest close in sessions (Mondays to Fridays) before the as-of day; 0: not looked at."
    )
    minimum_peers: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=1, description="Core peers with at least half of the metrics asked for."
    )
    blank: Annotated[Literal["hold", "pass"], choice("hold", "pass")] = Field(
        default="hold", description="A table or page of the brief without a single figure or word."
    )
    unchanged: Annotated[Literal["hold", "pass"], choice("hold", "pass")] = Field(
        default="pass", description="hold: no issue where every figure is that of the last one; dates do not count."
    )
    wait: Length = Field(
        default="", description="How long an issue that is held is tried again, e.g. 6h. Left out: not at all."
    )


class LedgerShape(Shape):
    """Where issues and deliveries are noted."""

    file: Text = Field(default="", description="A SQLite file on a local disk. Left out: .bench/ledger.sqlite.")
    url_env: Variable = Field(
        default="", description="Environment variable with a PostgreSQL URL, for several machines."
    )


LedgerPlace = Annotated[LedgerShape, short_for("file"), WithJsonSchema({"type": ["string", "object"]})]


class MailShape(Shape):
    """The mail server that letters are handed to, and whose letters they are."""

    required = ("host", "sender")
    host: Text = Field(default="", description="The server that takes letters from you.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        default=0, description="Left out: 587, with tls 465, with none 25."
    )
    security: Annotated[Literal["starttls", "tls", "none"], choice("starttls", "tls", "none")] = Field(
        default="starttls", description="Encrypted by STARTTLS, from the start, or (a relay on this machine) not."
    )
    user: Text = Field(default="", description="Left out: no login.")
    password_env: Variable = Field(default="", description="Environment variable with the password.")
    sender: Text = Field(default="", description="Whose letters they are, e.g. Benchmark Desk <desk@example.com>.")
    reply_to: Text = Field(default="", description="Where answers go. Left out: to the sender.")
    authorities: Text = Field(default="", description="A file of certificates to trust instead of the system's.")


class WebhookShape(Shape):
    """A channel or a program that takes a message by HTTPS."""

    required = ("url_env",)
    url_env: Variable = Field(default="", description="Environment variable with the address, which is a secret.")
    shape: Annotated[Literal["slack", "teams", "json"], choice("slack", "teams", "json")] = Field(
        default="json", description="slack: Block Kit. teams: an adaptive card. json: for a program of your own."
    )
    secret_env: Variable = Field(
        default="", description="Environment variable with a secret that signs the message (HMAC-SHA256)."
    )


class S3Shape(Shape):
    """A bucket of an S3-compatible store."""

    required = ("bucket",)
    bucket: Text = Field(default="", description="The bucket's name.")
    prefix: Text = Field(default="", description="Before <brief>/<day>/<audience>/.")
    region: Text = Field(default="us-east-1", description="The bucket's region.")
    endpoint: Text = Field(default="", description="Address of a store that is not Amazon's.")
    key_env: Variable = Field(
        default="", description="Environment variable with the access key. Left out: the machine's own role."
    )
    secret_env: Variable = Field(default="", description="Environment variable with the secret key.")


class DeliverShape(Shape):
    """One place that issues are sent to: exactly one of folder, to, webhook, s3."""

    required = ("folder",)
    to: list[Text] = Field(default=[], description="Mail addresses, a letter each; the server is mail: of the config.")
    webhook: WebhookShape | None = Field(default=None, description="A message to Slack, Teams or a program.")
    s3: S3Shape | None = Field(default=None, description="Files into a bucket.")
    link: Text = Field(default="", description="Where the brief can be read, for letters and messages.")
    folder: Text = Field(default="", description="A folder or mounted drive: <folder>/<brief>/<day>/<audience>/.")
    name: Name = Field(default="", description="Its name in the ledger. Left out: its kind.")
    audiences: list[Name] = Field(default=[], description="Only these readers' editions. Left out: every audience's.")
    formats: list[Name] = Field(default=[], description="Only these editions, e.g. [pdf]. Left out: all.")
    language: Language = Field(default="", description="Editions and letter in this one, e.g. zh-CN; else the first.")


class SignShape(Shape):
    """Who answers for an issue: the private key is named by the environment alone."""

    key_env: Variable = Field(
        default="", description="Environment variable with an Ed25519 key in PEM, or with the path of its file."
    )

"""Letters by a pass: 400 through a real mail server, the pass killed again and again, each in the box once."""

from __future__ import annotations

import html
import json
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

import parcels
from peerbench.deliver.folder import publish
from peerbench.deliver.ledger import LEASE, Ledger
from peerbench.tick import round
from test_deliver_mail import Box, served
from ticking import Builder, Clock, config, means

READERS: Final = 100
BRIEFS: Final = ("alba", "bora", "cora", "dora")
PASS: Final = """
import json, os, signal, sys
from datetime import datetime
from pathlib import Path
import parcels
from peerbench.config.load import load
from peerbench.deliver import folder as folders
from peerbench.deliver.ledger import Ledger
from ticking import Builder, Clock, means

class Builds(Builder):
    def __call__(self, config, issue, **said):
        built = super().__call__(config, issue, **said)
        summary = json.dumps(parcels.SUMMARY).encode()
        folders.publish(built.folder, {"risk/brief.pdf": parcels.PDF, "manifest.json": b"{}", "summary.json": summary})
        return built

place, now, step, nth = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), sys.argv[3], int(sys.argv[4])
left = nth
def at(said):
    global left
    left -= said == step
    if left == 0: os.kill(os.getpid(), signal.SIGKILL)

from peerbench.tick import round
briefs = [load(path)[0] for path in sorted((place / "configs").glob("[!_]*.yaml"))]
with Ledger.file(place / "ledger.sqlite") as ledger:
    round.run(briefs, means(place, ledger, Clock(now), Builds(), owner=str(os.getpid()), at=at))
"""


def letters(place: Path, port: int) -> None:
    for brief in BRIEFS:
        to = [f"reader{place}@{brief}.example.org" for place in range(READERS)]
        config(
            place, brief, deliver=[{"to": to}],
            mail={"host": "127.0.0.1", "port": port, "security": "none", "sender": "Desk <desk@example.com>"},
        )  # fmt: skip


@pytest.mark.slow
def test_400_letters_with_kills_arrive_each_under_one_message_id(tmp_path: Path) -> None:
    """Killed before a letter, between handing it over and noting it, and after; the last pass is left to finish."""
    box, clock = Box(), Clock()
    kills = [("taken", 37), ("sent", 61), ("settled", 45), ("sent", 90), ("taken", 1), ("sent", 1), ("never", 1)]
    with served(box) as server:
        letters(tmp_path, server.port)
        for step, nth in kills:
            command = [sys.executable, "-c", PASS, str(tmp_path), clock.now.isoformat(), step, str(nth)]
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent)
            assert done.returncode == (0 if step == "never" else -signal.SIGKILL), done.stderr
            clock.now += LEASE + timedelta(seconds=1)
    with Ledger.file(tmp_path / "ledger.sqlite") as ledger:
        assert Counter(one.state for one in ledger.deliveries()) == {"sent": 400}
        ids = {f"<{one.id}@example.com>" for one in ledger.deliveries()}
    arrived = Counter(letter["Message-ID"] for letter in box.letters)
    assert set(arrived) == ids  # none lost, none invented
    # A mail program shows one letter a Message-ID; only a kill between the server's yes and our note sends one again.
    assert sum(arrived.values()) - 400 == sum(step == "sent" for step, _ in kills)
    assert len({letter["To"] for letter in box.letters}) == 400


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ({"webhook": {"url_env": "BENCH_TEST_UNSET"}}, "the environment variable BENCH_TEST_UNSET is not set"),
        (
            {"s3": {"bucket": "b", "key_env": "BENCH_TEST_UNSET"}},
            "the environment variable BENCH_TEST_UNSET is not set",
        ),
        ({"to": ["reader@example.com"]}, "summary.json"),
    ],
)
def test_a_target_that_lacks_something_says_what(tmp_path: Path, target: dict[str, Any], said: str) -> None:
    mail = {"host": "127.0.0.1", "port": 9, "security": "none", "sender": "desk@example.com"}
    alba = config(tmp_path, deliver=[target], mail=mail)
    with Ledger.file(tmp_path / "ledger.sqlite") as ledger:
        round.run([alba], means(tmp_path, ledger, Clock(), Builder()))
        (one,) = ledger.deliveries()
    assert said in one.last_error
    assert one.state == ("dead" if "to" in target else "queued")


# ---- in the reader's language ----------------------------------------------------------------------------------------

SUMMARY: Final = {
    "risk": parcels.SUMMARY["risk"],
    "risk/zh-CN": {
        **parcels.SUMMARY["risk"],
        "language": "zh-CN",
        "headline": "阿里巴巴一天下跌12%",
        "standfirst": "波动率为38%，同业中位数为30%。",
        "takeaways": [{"lead": "跌幅更大。", "text": "二十天中最差的一天下跌4%。"}],
    },
}


class Tongues(Builder):
    """Publishes an edition in each of two languages, and the summary of both."""

    def __call__(self, config: Any, issue: Any, **said: Any) -> Any:
        built = super().__call__(config, issue, **said)
        files = {"risk/brief.pdf": b"%PDF english", "risk/zh-CN/brief.pdf": b"%PDF chinese", "manifest.json": b"{}"}
        publish(built.folder, {**files, "summary.json": json.dumps(SUMMARY).encode()})
        return built


def test_each_reader_has_letter_and_editions_in_the_language_asked_for(tmp_path: Path) -> None:
    (tmp_path / "shelf").mkdir()
    box = Box()
    with served(box) as server:
        mail = {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "Desk <desk@example.com>"}
        alba = config(
            tmp_path, languages=["en", "zh-CN"], mail=mail,
            deliver=[
                {"to": ["ana@example.com"], "name": "london", "language": "en"},
                {"to": ["wang@example.com"], "name": "beijing", "language": "zh-CN"},
                {"folder": "shelf", "name": "first"},
                {"folder": "shelf", "name": "second", "language": "zh-CN"},
            ],
        )  # fmt: skip
        with Ledger.file(tmp_path / "ledger.sqlite") as ledger:
            round.run([alba], means(tmp_path, ledger, Clock(), Tongues()))
            assert [(one.last_error, one.state) for one in ledger.deliveries()] == [("", "sent")] * 4
    letters = {str(letter["To"]): letter for letter in box.letters}
    for reader, headline, pdf, shelf in (
        ("ana@example.com", "A & B <Holding> falls", b"%PDF english", "risk"),
        ("wang@example.com", "阿里巴巴一天下跌12%", b"%PDF chinese", "risk-zh-CN"),
    ):
        letter = letters[reader]
        plain, page = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
        assert headline in str(letter["Subject"])
        assert headline in plain
        assert html.escape(headline) in page
        (attached,) = letter.iter_attachments()
        assert (attached.get_content(), attached.get_filename()) == (pdf, f"alba-2026-01-05-{shelf}.pdf")
        assert (tmp_path / "shelf" / "alba" / "2026-01-05" / shelf / "brief.pdf").read_bytes() == pdf
    assert letters["wang@example.com"]["Content-Language"] == "zh-CN"


def test_an_issue_without_the_language_is_not_sent_in_another(tmp_path: Path) -> None:
    (tmp_path / "shelf").mkdir()
    alba = config(tmp_path, languages=["en", "zh-CN"], deliver=[{"folder": "shelf", "language": "zh-CN"}])
    with Ledger.file(tmp_path / "ledger.sqlite") as ledger:
        round.run([alba], means(tmp_path, ledger, Clock(), Builder()))
        (one,) = ledger.deliveries()
    assert (one.state, one.last_error) == ("dead", "output/alba/2026-01-05/risk/zh-CN holds no edition to send")
    assert list((tmp_path / "shelf").iterdir()) == []

"""bench history --prune-before: what would go is told, what goes is counted, and what may not go stays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from peerbench import cli
from peerbench.deliver.ledger import Ledger, Occasion, To

FIRST = datetime(2025, 1, 6, 12, tzinfo=UTC)
Prune = Callable[..., tuple[int, str, str]]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "configs").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".bench" / "ledger.sqlite"


@pytest.fixture
def prune(place: Path, capsys: pytest.CaptureFixture[str]) -> Prune:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["history", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def filled(place: Path) -> None:
    """Three published issues of one brief, the first with a reader who never got it, and one of another brief."""
    with Ledger.file(place) as ledger:
        for brief, day in (("alba", 0), ("alba", 7), ("alba", 14), ("bora", 0)):
            at = FIRST + timedelta(days=day)
            (issue,) = ledger.plan([Occasion(brief, f"configs/{brief}.yaml", ("risk",), at, at.date())], at)
            held = ledger.claim(issue.id, "a", at)
            assert held is not None
            ledger.finish(held, "published", at, folder=f"output/{brief}/{at.date()}", send=[To("desk", "risk")])
            one = ledger.claim_delivery("a", at)
            assert one is not None
            receipt = None if (brief, day) == ("alba", 0) else {"reference": "1"}
            ledger.settle_delivery(one, at, receipt=receipt, error="" if receipt else "refused")


def test_a_dry_run_tells_what_would_go_and_why_the_rest_stays(prune: Prune, place: Path) -> None:
    filled(place)
    code, text, said = prune("--prune-before", "2025-02-01", "--dry-run")
    assert (code, said) == (0, "")
    assert text.splitlines() == [
        "would forget 1 issue scheduled before 2025-02-01: 1 published",
        "  alba  1",
        "with 1 delivery, 0 facts used, 0 spans passed over",
        "kept though older (3):",
        "  alba  2025-01-06 12:00 UTC  published: a delivery is not finished",
        "  alba  2025-01-20 12:00 UTC  published: the newest published of its brief, to which the next is compared",
        "  bora  2025-01-06 12:00 UTC  published: the newest published of its brief, to which the next is compared",
        "The keys stay: none of them is made or sent again. Issues in output/ are not touched.",
    ]
    assert len(re.findall("published", prune()[1])) == 4


def test_what_goes_is_gone_from_history_and_the_rest_is_there(prune: Prune, place: Path) -> None:
    filled(place)
    stated = json.loads(prune("--prune-before", "2025-02-01", "--format", "json")[1])
    assert (stated["done"], [one["scheduled_for"] for one in stated["issues"]]) == (True, ["2025-01-13T12:00:00Z"])
    assert len(stated["kept"]) == 3
    history = prune()[1]
    assert "2025-01-13" not in history
    assert len(re.findall("published", history)) == 3
    assert prune("--prune-before", "2025-02-01", "bora")[1].startswith("nothing to forget before 2025-02-01")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--prune-before", "2999-01-01"], "2999-01-01 is not past"),
        (["--prune-before", "last year"], "'last year' is not a day"),
        (["--prune-before", "2025-02-01", "alb"], "Did you mean 'alba'?"),
        (["--dry-run"], "--dry-run goes with --prune-before"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_forgets_nothing(
    prune: Prune, place: Path, arguments: list[str], said: str
) -> None:
    filled(place)
    code, text, error = prune(*arguments)
    assert (code, text) == (2, "")
    assert said in error
    assert len(re.findall("published", prune()[1])) == 4


def test_where_there_is_no_ledger_none_is_made(prune: Prune, place: Path) -> None:
    assert prune("--prune-before", "2025-02-01") == (0, "there is no ledger yet, and nothing to forget\n", "")
    assert not place.exists()


def test_detail_has_every_delivery_and_what_went_wrong_below_its_issue(prune: Prune, place: Path) -> None:
    filled(place)
    lines = prune("alba", "--detail")[1].splitlines()
    assert lines[1].endswith("[1 dead]")
    assert lines[2] == "    dead      desk risk: refused"
    assert lines[4] == "    sent      desk risk"

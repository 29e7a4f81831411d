"""bench check-text as a user runs it: files, standard input, formats, bad input, and the example of its page."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from peerbench import cli, help
from peerbench.factcheck.report import SCHEMA
from studies import CONFIGS

CONFIG = str(CONFIGS / "alibaba.yaml")
TRUE = "Alibaba's revenue in fiscal 2025 was RMB 996.3 billion."
FALSE = "Alibaba's net income was RMB 130.11 billion in fiscal 2025."


class Terminal:
    """Runs the command on a text in a folder of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def run(self, text: str | bytes, *options: str) -> tuple[int, str, str]:
        path = self.folder / "a.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        code = cli.main(["check-text", str(path), CONFIG, *options])
        printed = self.capsys.readouterr()
        return code, printed.out, printed.err


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, capsys)


def test_the_exit_code_says_whether_anything_is_contradicted(terminal: Terminal) -> None:
    code, said, _ = terminal.run(f"{TRUE}\n\n{FALSE}\n")
    assert code == 1
    assert "2 quantitative statements: 1 verified, 1 contradicted, 0 not checkable" in said
    assert "3:1      contradicted   “Alibaba's net income was RMB 130.11 billion in fiscal 2025”" in said
    assert "figure   RMB125,976m, Alibaba, net income, total, fiscal year to 31 March 2025" in said
    assert "slip     other basis: RMB130,109m, Alibaba, net income attributable to the parent" in said
    assert "https://www.sec.gov/Archives/edgar/data/1577552/" in said
    assert terminal.run(TRUE)[0] == 0


def test_a_text_may_come_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TRUE.encode())))
    assert cli.main(["check-text", "-", CONFIG]) == 0
    assert capsys.readouterr().out.startswith("standard input: 1 quantitative statement: 1 verified")


def test_data_follow_the_published_schema(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    code, said, _ = terminal.run(f"{TRUE} {FALSE} Baidu has many users, say 700 million users.", "--format", "json")
    assert code == 1
    document: dict[str, Any] = json.loads(said)
    jsonschema.validate(document, SCHEMA)
    assert document["counts"] == {"verified": 1, "contradicted": 1, "not_checkable": 1}
    one = document["statements"][1]
    assert one["slip"] == "other basis"
    assert one["matched"]["value"] == 130_109e6
    assert one["figures"][0]["explain"] == "net_income_fy"
    assert one["figures"][0]["documents"][0]["url"].startswith("https://www.sec.gov/")
    assert cli.main(["schema", "check-text"]) == 0
    assert json.loads(capsys.readouterr().out) == SCHEMA


def test_offsets_lead_back_to_the_quote(terminal: Terminal) -> None:
    text = f"<p>Intro &amp; more.</p>\n<p>{TRUE}</p>"
    document = json.loads(terminal.run(text, "--format", "json")[1])
    (one,) = document["statements"]
    assert text[one["start"] : one["end"]] == one["quote"] == "Alibaba's revenue in fiscal 2025 was RMB 996.3 billion"
    assert (one["line"], one["column"]) == (2, text.splitlines()[1].index("Alibaba") + 1)


def test_the_day_may_be_another(terminal: Terminal) -> None:
    code, said, _ = terminal.run(TRUE, "--as-of", "2025-05-14")
    assert code == 0
    assert "1 not checkable; by the figures known on 2025-05-14" in said


@pytest.mark.parametrize(
    "text", ["", "Alibaba sells cloud services.", "\n\n", "Q4 2024, the year 2025, March 3, 2024."]
)
def test_a_text_without_numbers_says_so(terminal: Terminal, text: str) -> None:
    code, said, _ = terminal.run(text)
    assert (code, "no quantitative statement found" in said) == (0, True)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"%PDF-1.7\n\0", "not a text"),
        (b"\x89PNG\0\0", "not a text"),
        (b"caf\xe9 5%", "not UTF-8"),
        (b"5% " * 1_000_000, "larger than 2 MB"),
    ],
)
def test_what_is_no_text_is_refused(terminal: Terminal, raw: bytes, said: str) -> None:
    code, out, error = terminal.run(raw)
    assert (code, out, said in error) == (2, "", True)


def test_a_text_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check-text", "no-such.txt", CONFIG]) == 2
    assert "no-such.txt: no such file" in capsys.readouterr().err


def test_the_example_of_the_page_is_what_is_printed(
    shared: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The article lies beside the checkout; the page quotes fragments of it and our verdicts."""
    root = CONFIGS.parent
    monkeypatch.chdir(root)
    article = shared / "article.txt"
    assert cli.main(["check-text", str(article), "configs/alibaba.yaml"]) == 1
    said = capsys.readouterr().out.replace(str(article), "article.txt")
    assert f"```\n$ bench check-text article.txt configs/alibaba.yaml\n{said}```\n" in help.page(
        "commands", "check-text"
    )

"""bench preview: shows, notices a change, keeps the last good page, and answers this machine alone."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from peerbench.cli import main
from peerbench.commands.preview import Desk, _layout_only, _marked
from peerbench.commands.showing import HOST, Board, Server
from test_checks import lay_out


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two small companies, the working folder in it."""
    lay_out("", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def desk(*, pdf: bool = False) -> Desk:
    return Desk(Path("configs/brief.yaml"), (), None, pdf)


def ask(address: str, path: str, host: str = "") -> tuple[int, bytes]:
    port = int(address.rstrip("/").rpartition(":")[2])
    with closing(http.client.HTTPConnection(HOST, port, timeout=30)) as connection:
        connection.request("GET", path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        return answer.status, answer.read()


class Ended(Exception):
    pass


def after_each(*changes: Callable[[], object]) -> Callable[[float], None]:
    """Stands in for waiting: makes one change each time nothing is left to do, then ends."""
    left = iter(changes)

    def sleep(seconds: float) -> None:
        change = next(left, None)
        if change is None:
            raise Ended
        change()

    return sleep


# ---- making ----------------------------------------------------------------------------------------------------------


def test_once_makes_the_editions_and_publishes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview", "--once", "--no-pdf"]) == 0
    assert capsys.readouterr().out == "made .bench/preview/brief/institutional/brief.html\n"
    assert not (project / "output").exists()


def test_once_of_a_broken_config_ends_2(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "configs/brief.yaml").write_text("subject: nobody\n", "utf-8")
    assert main(["preview", "--once"]) == 2
    assert "error" in capsys.readouterr().err


def test_a_change_of_a_template_shows_without_computing_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from peerbench import pipeline

    computed = []
    prepare = pipeline.prepare
    monkeypatch.setattr(pipeline, "prepare", lambda *a, **k: computed.append(1) or prepare(*a, **k))
    template = project / "templates/institutional/web.html.j2"
    template.parent.mkdir(parents=True)
    shown = desk()
    name = "institutional/brief.html"
    seen: list[bool] = []

    def change() -> None:
        seen.append(b"OURS" in (shown.board.file(name) or b""))
        template.write_text('{% extends "house/web.html.j2" %}{% block strip %}OURS{% endblock %}', "utf-8")

    def look() -> None:
        seen.append(b"OURS" in (shown.board.file(name) or b""))

    with pytest.raises(Ended):
        shown.watch(after_each(change, look))
    assert seen == [False, True]
    assert len(computed) == 1


def test_a_mistake_is_shown_with_its_place_and_the_last_good_page_stays(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = project / "templates/institutional/web.html.j2"
    template.parent.mkdir(parents=True)
    shown, name = desk(), "institutional/brief.html"
    states: list[dict[str, object]] = []
    pages: list[bytes | None] = []

    def note() -> None:
        states.append(shown.board.state(-2))
        pages.append(shown.board.file(name))

    def spoil() -> None:
        note()
        template.write_text("\n{{ brief.titel }}", "utf-8")

    def mend() -> None:
        note()
        template.unlink()

    with pytest.raises(Ended):
        shown.watch(after_each(spoil, mend, note))
    assert [len(state["wrong"]) for state in states] == [0, 1, 0]  # type: ignore[arg-type]
    (said,) = states[1]["wrong"]  # type: ignore[misc]
    assert said.startswith(
        "templates/institutional/web.html.j2:2: error: the template cannot be filled in: a brief has no"
    )
    assert "Did you mean 'title'?" in said
    assert pages[0] == pages[1] == pages[2] is not None
    assert "web.html.j2:2" in capsys.readouterr().err


def test_a_change_of_the_config_is_computed_anew(project: Path) -> None:
    config = project / "configs/brief.yaml"
    shown, name = desk(), "institutional/brief.html"
    found: list[bool] = []

    def change() -> None:
        config.write_text(config.read_text("utf-8") + "series: Quarterly Review\n", "utf-8")

    def look() -> None:
        found.append(b"Quarterly Review" in (shown.board.file(name) or b""))

    with pytest.raises(Ended):
        shown.watch(after_each(change, look))
    assert found == [True]


@pytest.mark.parametrize(
    ("paths", "layout"),
    [
        ({"a/print.css"}, True),
        ({"a/web.html.j2", "a/web.js", "a/phrases.yaml"}, True),
        ({"a/audience.yaml"}, False),
        ({"a/print.css", "configs/a.yaml"}, False),
        ({"data/prices.csv"}, False),
    ],
)
def test_only_layout_and_words_leave_the_figures_as_they_are(paths: set[str], layout: bool) -> None:
    assert _layout_only(paths) is layout


def test_what_editors_leave_behind_is_no_change(tmp_path: Path) -> None:
    for name in ("a.j2", ".a.j2.swp", "a.j2~", "__pycache__/x", ".git/y"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", "utf-8")
    assert [Path(path).name for path, _ in _marked(iter([str(tmp_path), str(tmp_path / "gone")]))] == ["a.j2"]


# ---- showing ---------------------------------------------------------------------------------------------------------


def test_the_board_is_served_to_this_machine_alone() -> None:
    board = Board()
    board.put("risk/brief.html", b"<p>risk</p>")
    board.show(0.5, ())
    with Server(board, port=0) as server:
        assert server.address.startswith("http://127.0.0.1:")
        assert ask(server.address, "/risk/brief.html") == (200, b"<p>risk</p>")
        assert ask(server.address, "/risk/brief.html?7")[0] == 200
        assert b"bench preview" in ask(server.address, "/")[1]
        assert json.loads(ask(server.address, "/state?-1")[1])["names"] == ["risk/brief.html"]
        assert ask(server.address, "/risk/brief.html", host="evil.example:80")[0] == 403
        for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/risk/", "//etc/passwd"):
            assert ask(server.address, path)[0] == 404


def test_a_reader_waits_for_the_next_change_and_no_longer() -> None:
    board = Board()
    board.put("a.html", b"1")
    board.show(0.1, ())
    first = board.state(-1)
    board.put("a.html", b"2")
    board.show(0.2, ("a mistake",))
    second = board.state(first["at"])
    assert (second["at"] > first["at"], second["wrong"], second["seconds"]) == (True, ["a mistake"], 0.2)
    assert second["stamps"]["a.html"] > first["stamps"]["a.html"]


def test_the_same_page_again_is_not_loaded_again() -> None:
    board = Board()
    board.put("a.html", b"1")
    board.show(0.1, ())
    before = board.state(-1)["stamps"]
    board.put("a.html", b"1")
    board.show(0.1, ())
    assert board.state(-1)["stamps"] == before

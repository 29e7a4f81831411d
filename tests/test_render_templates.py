"""Templates: what is found where, what a template may do, and how its mistakes are told."""

from __future__ import annotations

from pathlib import Path

import pytest

import documents
from peerbench import lookup
from peerbench.core.errors import UnusableRequest
from peerbench.render import cell, templates, view
from peerbench.render.look import Look
from peerbench.render.node import Node

SHIPPED = lookup.layers()


def look(folder: Path, files: dict[str, str], audience: str = "institutional") -> Look:
    for name, text in files.items():
        path = folder / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Look(lookup.layers(folder), audience)


def values() -> dict[str, object]:
    brief = view.document(documents.brief(), "print", headline_font=Look(SHIPPED, "x").headline_font)
    return {"brief": brief, "edition": "print"}


def refused(folder: Path, template: str) -> str:
    with pytest.raises(UnusableRequest) as caught:
        templates.render("print.html.j2", look(folder, {"institutional/print.html.j2": template}), values())
    return str(caught.value)


# ---- who wins -------------------------------------------------------------------------------------------------------


def test_the_project_wins_over_the_theme_and_the_theme_over_the_house(tmp_path: Path) -> None:
    theme = tmp_path / "acme"
    (theme / "house").mkdir(parents=True)
    (theme / "house/print.css").write_text("/* acme */", "utf-8")
    own = look(tmp_path, {"institutional/web.css": "/* own */"})
    roots = lookup.layers(tmp_path, themes=(theme,))
    assert [lookup.find(name, "institutional", roots) for name in ("web.css", "print.css", "fonts.css")] == [
        own.roots[0] / "institutional/web.css",
        theme / "house/print.css",
        SHIPPED[-1] / "house/fonts.css",
    ]


def test_an_audience_extends_another_and_at_last_the_house(tmp_path: Path) -> None:
    roots = look(
        tmp_path, {"board/audience.yaml": "extends: risk\n", "risk/audience.yaml": "extends: house # ours\n"}
    ).roots
    assert lookup.chain("board", roots) == ("board", "risk", "house")


def test_audiences_that_extend_each_other_end(tmp_path: Path) -> None:
    roots = look(tmp_path, {"a/audience.yaml": "extends: b\n", "b/audience.yaml": "extends: a\n"}).roots
    assert lookup.chain("a", roots) == ("a", "b", "house")


@pytest.mark.parametrize("name", ["../../secret.j2", "/etc/passwd", "sub/../../../secret.j2"])
def test_a_name_that_leaves_the_folder_finds_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.j2").write_text("secret", "utf-8")
    assert lookup.find(name, "institutional", look(tmp_path, {}).roots) is None


def test_a_block_of_the_house_is_replaced_alone(tmp_path: Path) -> None:
    own = look(
        tmp_path,
        {"institutional/print.html.j2": '{% extends "house/print.html.j2" %}{% block strip %}OUR STRIP{% endblock %}'},
    )
    page = templates.render("print.html.j2", own, values())
    assert "OUR STRIP" in page
    assert "Key takeaways" in page


# ---- what it may do -------------------------------------------------------------------------------------------------

HOSTILE = [
    "{{ ''.__class__.__mro__ }}",
    "{{ brief._fields }}",
    "{{ brief.__init__.__globals__ }}",
    "{{ brief.meta.__dict__ }}",
    "{{ self.__init__ }}",
    "{% for x in range(9) %}{% endfor %}",
    "{{ lipsum() }}",
    "{{ cycler(1) }}",
    "{{ brief|attr('meta') }}",
    "{{ brief.pages|map('upper') }}",
    "{{ [].append(1) }}",
    "{{ '%s'|format(1) }}",
    "{% include '/etc/passwd' %}",
    "{% include '../../secret.j2' %}",
    "{% import 'os' as os %}",
    "{{ open('x') }}",
    "{{ ''.join.__self__ }}",
    "{{ '{0.__class__}'.format(brief) }}",
    "{% do brief %}",
    "{{ 1 // 0 }}",
]


@pytest.mark.parametrize("template", HOSTILE)
def test_a_hostile_template_is_refused_with_its_file_and_line(template: str, tmp_path: Path) -> None:
    message = refused(tmp_path, "first line\n" + template)
    assert "error: " in message
    assert "print.html.j2:2" in message or "there is no template file" in message


@pytest.mark.parametrize("name", ["kind", "text", "anything"])
def test_nothing_a_template_gets_can_be_changed(name: str) -> None:
    with pytest.raises(AttributeError, match="templates compute nothing"):
        setattr(Node("text", text="a"), name, "b")


LOOP = "{% for a in 'x' * 99999 %}{% for b in 'x' * 99999 %}{% endfor %}{% endfor %}"
FLOOD = "{% for a in 'x' * 99999 %}{% for b in 'x' * 99999 %}{{ 'y' * 99999 }}{% endfor %}{% endfor %}"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (LOOP, "takes more than 1 seconds of work"),
        ("{{ 9 ** (9 ** 9) }}", "takes more than 1 seconds of work"),
        ("{{ 'x' * 9999999999 }}", "needs more than 1024 MB of memory"),
        ("{{ '{:>9999999999}'.format(1) }}", "needs more than 1024 MB of memory"),
        (FLOOD, "the page grows beyond 24,000,000 letters"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "maximum recursion depth exceeded"),
        ("{% include 'print.html.j2' %}", "maximum recursion depth exceeded"),
    ],
)
def test_a_template_without_end_is_stopped(
    template: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cell, "CPU_SECONDS", 1)
    message = refused(tmp_path, template)
    assert said in message
    assert message.startswith("templates/institutional/print.html.j2")


def test_a_template_that_waits_is_stopped_by_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell, "WALL_SECONDS", 0.5)
    assert "takes longer than 0.5 seconds" in refused(tmp_path, LOOP)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    own = look(tmp_path, {"institutional/print.html.j2": "{% include 'there.txt' %}"})
    (tmp_path / "templates/institutional/there.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(UnusableRequest, match=r"there is no template file 'there\.txt'"):
        templates.render("print.html.j2", own, values())


def test_a_template_of_ones_own_gives_the_page_that_the_same_one_gives_at_home(tmp_path: Path) -> None:
    shipped = (SHIPPED[-1] / "house/print.html.j2").read_text("utf-8")
    own = look(tmp_path, {"institutional/print.html.j2": shipped})
    assert templates.render("print.html.j2", own, values()) == templates.filled(
        "print.html.j2", Look(SHIPPED, "institutional"), values()
    )


# ---- its mistakes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("ok\n\n{{ brief.metta.series }}", "print.html.j2:3: error: the template cannot be filled in:"),
        ("{{ nothing }}", "print.html.j2:1: error: the template cannot be filled in: 'nothing' is undefined"),
        ("a\n{% if %}", "print.html.j2:2: error: the template cannot be filled in:"),
        ("a\n{% for x in brief.pages %}", "print.html.j2:2: error:"),
        ("{{ brief.title|shout }}", "No filter named 'shout'"),
        (
            "{% include 'blokcs.html.j2' %}",
            "no template file 'blokcs.html.j2' for the audience 'institutional'. Did you mean 'blocks.html.j2'?",
        ),
        ("a\n{{ brief.title + 1 }}", "print.html.j2:2: error:"),
    ],
)
def test_a_mistake_names_the_file_the_line_and_the_way_out(template: str, said: str, tmp_path: Path) -> None:
    assert said in refused(tmp_path, template)


def test_a_mistake_in_a_macro_names_the_line_of_the_macro(tmp_path: Path) -> None:
    others = "".join(f"{{% macro {name}() %}}{{% endmacro %}}" for name in ("paragraph", "row", "panel", "lineage"))
    blocks = "\n\n{% macro spans(runs) %}{{ runs.nothing }}{% endmacro %}" + others
    own = look(tmp_path, {"institutional/blocks.html.j2": blocks})
    with pytest.raises(UnusableRequest, match=r"institutional/blocks\.html\.j2:3: error"):
        templates.render("print.html.j2", own, values())


def test_text_is_escaped_wherever_it_stands() -> None:
    sly = "<script>alert(1)</script>"
    brief = documents.brief()
    from dataclasses import fields, replace

    meta = replace(
        brief.meta,
        **{
            f.name: sly
            for f in fields(brief.meta)
            if f.name in ("series", "sector", "subject", "peers_phrase", "legal", "desk", "grade_words")
        },
    )
    made = view.document(replace(brief, meta=meta), "print", headline_font=Look(SHIPPED, "x").headline_font)
    page = templates.render("print.html.j2", Look(SHIPPED, "institutional"), {"brief": made, "edition": "print"})
    assert "<script" not in page
    assert "&lt;script&gt;" in page

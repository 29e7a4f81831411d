"""The look of a house: whose colour wins, what cannot be read is refused with its ratio, which face stands in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from peerbench import dress, lookup
from peerbench.brief.audience import Audience, load
from peerbench.charts.colour import contrast, distance, luminance, mix, readable
from peerbench.charts.theme import NAMES, dark_of, theme
from peerbench.config import load as configs
from peerbench.config.values import Config
from peerbench.core.findings import Finding
from peerbench.render.brand import FACES, Brand
from peerbench.shipped import shipped

CONFIG = "subject: a\nsources: [{dataset: platforms}]\npeers: [{company: b, why: c}]\nmetrics: {x: [pb]}\n"
FONTS = shipped("templates") / "house/fonts"
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><rect width="9" height="9"/></svg>'


def read(folder: Path, brand: str, **files: str) -> tuple[Config, tuple[Finding, ...]]:
    """A project with this brand; files by path, with __ for / and _DOT_ for a dot."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (folder / "configs").mkdir(exist_ok=True)
    (folder / "configs/a.yaml").write_text(f"{CONFIG}{brand}\n", "utf-8")
    config, findings = configs.load(folder / "configs/a.yaml")
    assert config is not None
    return config, findings


def dressed(folder: Path, brand: str, *names: str, **files: str) -> tuple[Brand | None, list[str]]:
    """The brand, and what is said of it: place, severity, message, hint."""
    config, shape = read(folder, brand, **files)
    clothes, mistakes = dress.dress(config)
    readers: list[Audience] = [load(name, clothes.roots) for name in names or ("institutional",)]
    made, noticed = dress.brand(config, clothes, readers)
    said = [*shape, *mistakes, *dress.unknown_themes(readers), *noticed]
    return made, [f"{one.origin}: {one.severity}: {one.message}. {one.hint}" for one in said]


# ---- colours ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#FFFFFF", "#000000", 21.0),
        ("#777777", "#FFFFFF", 4.48),
        ("#B0340A", "#FFFFFF", 6.3),
        ("#12385A", "#FFFFFF", 12.1),
    ],
)
def test_contrast_is_that_of_the_published_formula(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.05)
    assert contrast(one, other) == contrast(other, one)


@pytest.mark.parametrize("ground", ["#FFFFFF", "#121A22", "#F3F5F7"])
@pytest.mark.parametrize("colour", ["#FFCC00", "#12385A", "#7FB2D9", "#000000", "#FFFFFF"])
def test_what_is_offered_instead_can_be_read_and_is_the_nearest(colour: str, ground: str) -> None:
    made = readable(colour, ground, 4.5)
    assert contrast(made, ground) >= 4.5
    if contrast(colour, ground) >= 4.5:
        assert made == colour


def test_mixing_goes_from_one_to_the_other() -> None:
    assert (mix("#102030", "#FFFFFF", 0), mix("#102030", "#FFFFFF", 1)) == ("#102030", "#FFFFFF")
    assert luminance("#102030") < luminance(mix("#102030", "#FFFFFF", 0.5)) < 1
    assert distance("#102030", "#102030") == 0
    assert distance("#000000", "#FFFFFF") == pytest.approx(1.0, abs=1e-3)


def test_without_a_brand_the_shipped_look_stays(tmp_path: Path) -> None:
    assert dressed(tmp_path, "", "institutional", "risk", "policy") == (None, [])
    for name in NAMES:
        for dark in (False, True):
            assert Brand().theme(name, dark=dark) == theme(name, dark=dark)


def test_a_colour_of_the_house_holds_for_all_audiences_and_its_dark_form_follows(tmp_path: Path) -> None:
    made, said = dressed(tmp_path, "brand: {colours: {theme: '#0B5C6B', target: '#A3212B'}}", "institutional", "risk")
    assert made is not None
    assert said == []
    for name in ("investor", "risk"):
        light, dark = made.theme(name), made.theme(name, dark=True)
        assert (light.theme, light.target) == ("#0B5C6B", "#A3212B")
        assert contrast(dark.theme, dark.paper) >= 7
        assert contrast(dark.target, dark.ttint) >= 4.5
        assert light.ttint != theme(name).ttint
        assert (light.ink, light.peers, light.heat) == (theme(name).ink, theme(name).peers, theme(name).heat)


def test_an_audience_that_names_its_own_colour_keeps_it(tmp_path: Path) -> None:
    files = {"templates__retail__audience_DOT_yaml": "extends: risk\ntheme: '#7A1F3D'\n"}
    made, said = dressed(tmp_path, "brand: {colours: {theme: '#0B5C6B'}}", "retail", "policy", **files)
    assert made is not None
    assert [made.theme(name).theme for name in ("#7A1F3D", "policy")] == ["#7A1F3D", "#0B5C6B"]
    assert [line for line in said if "error" in line] == []


def test_the_config_wins_over_the_theme_and_the_theme_over_its_parent(tmp_path: Path) -> None:
    files = {
        "templates__themes__base__theme_DOT_yaml": "colours: {theme: '#111111', target: '#A3212B', panel: '#EEEEEE'}\n",
        "templates__themes__acme__theme_DOT_yaml": "parent: base\ncolours: {theme: '#222222', target: '#B0340A'}\n",
    }
    made, _ = dressed(tmp_path, "brand: {theme: acme, colours: {theme: '#333333'}}", **files)
    assert made is not None
    assert dict(made.colours) == {"theme": "#333333", "target": "#B0340A", "panel": "#EEEEEE"}


@pytest.mark.parametrize(
    ("brand", "said"),
    [
        (
            "brand: {colours: {theme: '#7FB2D9'}}",
            "5:26: error: #7FB2D9 on the panel #F3F5F7 has a contrast of 2.07; headings and links ask for 4.5.",
        ),
        (
            "brand: {colours: {target: '#E8703A'}}",
            "5:27: error: #E8703A on its tint #FDF2ED has a contrast of 2.80; the numbers of the subject’s row ask",
        ),
        (
            "brand: {colours: {tint: '#B0340A'}}",
            "5:25: error: #B0340A on its tint #B0340A has a contrast of 1.00; the numbers of the subject’s row ask",
        ),
        (
            "brand: {colours: {panel: '#7A8B99'}}",
            "configs/a.yaml:5:26: error: #14202B on the panel #7A8B99 has a contrast of 4.6",
        ),
        (
            "brand: {dark: {theme: '#12385A'}}",
            "configs/a.yaml:5:23: error: #12385A on the panel #1A242E has a contrast of 1.30;",
        ),
        (
            "brand: {colours: {theme: '#A8320C'}}",
            "configs/a.yaml:5:26: warning: the colours of the house (#A8320C) and of the subject (#B0340A) look alike.",
        ),
    ],
)  # fmt: skip
def test_a_colour_that_cannot_be_read_is_told_with_its_ratio(brand: str, said: str, tmp_path: Path) -> None:
    _, lines = dressed(tmp_path, brand)
    if "4.6" in said:
        assert any("#44525F on the panel #7A8B99 has a contrast of 2.2" in line for line in lines)
    else:
        assert any(said in line for line in lines), lines


@pytest.mark.parametrize("key", ["theme", "target"])
def test_the_way_out_of_a_pale_colour_is_one_that_would_do(key: str, tmp_path: Path) -> None:
    _, (line, *_) = dressed(tmp_path, f"brand: {{colours: {{{key}: '#9FD2B9'}}}}")
    offered = line.split(" would do")[0].rsplit(" ", 1)[-1]
    assert dressed(tmp_path, f"brand: {{colours: {{{key}: '{offered}'}}}}")[1] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("theme: nvestor", "templates/retail/audience.yaml:2:8: error: 'nvestor' is no theme colour. Did you mean"),
        ("theme: '#12'", "templates/retail/audience.yaml:2:8: error: '#12' is no theme colour. A colour is # and six"),
        ("theme: '#9AC4E0'", "templates/retail/audience.yaml:2:8: error: #9AC4E0 on the"),
    ],
)  # fmt: skip
def test_an_audiences_colour_is_checked_at_its_place(text: str, said: str, tmp_path: Path) -> None:
    files = {"templates__retail__audience_DOT_yaml": f"extends: risk\n{text}\n"}
    _, lines = dressed(tmp_path, "", "retail", **files)
    assert lines[0].startswith(said)


@pytest.mark.parametrize(
    ("brand", "said"),
    [
        ("brand: {colours: {theme: blue}}", "error: brand.colours.theme: 'blue' is not a colour. Write # and"),
        ("brand: {colours: {thme: '#123456'}}", "error: unknown key 'thme' in brand.colours. Did you mean 'theme'?"),
        ("brand: {fonts: {sans: x.ttf}}", "error: there is no file 'x.ttf'. Paths begin at the project's folder."),
        ("brand: {logo: ../elsewhere.svg}", "error: '../elsewhere.svg' lies outside of the project."),
        ("brand: {logo: no.svg}", "configs/a.yaml:5:15: error: there is no file 'no.svg'."),
        ("brand: {theme: none}", "error: there is no theme 'none'. A theme is a folder templates/themes/<name>/."),
    ],
)  # fmt: skip
def test_what_is_not_there_or_not_known_has_its_place(brand: str, said: str, tmp_path: Path) -> None:
    _, lines = dressed(tmp_path, brand)
    assert any(said in line for line in lines), lines


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colours: {thme: '#123456'}", "templates/themes/acme/theme.yaml:1:11: error: unknown key 'thme' in colours"),
        ("colours: {theme: blue}", "templates/themes/acme/theme.yaml:1:18: error: 'blue' is not a colour"),
        ("colour: x", "templates/themes/acme/theme.yaml:1:1: error: unknown key 'colour'. Did you mean"),
        ("colours: {theme: '#9AC4E0'}", "templates/themes/acme/theme.yaml:1:18: error: #9AC4E0 on the"),
    ],
)  # fmt: skip
def test_a_theme_is_checked_at_its_place(text: str, said: str, tmp_path: Path) -> None:
    _, lines = dressed(tmp_path, "brand: {theme: acme}", templates__themes__acme__theme_DOT_yaml=text)
    assert any(line.startswith(said) for line in lines), lines


# ---- logo and faces --------------------------------------------------------------------------------------------------


def test_a_logo_of_the_project_is_read(tmp_path: Path) -> None:
    made, said = dressed(tmp_path, "brand: {logo: brand/logo.svg}", brand__logo_DOT_svg=LOGO)
    assert said == []
    assert made is not None
    assert made.logo is not None
    assert made.logo.ratio == 4


def test_a_logo_that_is_none_is_refused_at_its_key(tmp_path: Path) -> None:
    _, said = dressed(tmp_path, "brand: {logo: brand/logo.svg}", brand__logo_DOT_svg="<script>alert(1)</script>")
    assert said == ["configs/a.yaml:5:15: error: 'logo.svg' is no image: an SVG or PNG is wanted. "]


def fonts(folder: Path, **faces: str) -> str:
    (folder / "brand").mkdir(exist_ok=True)
    for name in faces.values():
        if (FONTS / name).is_file():
            shutil.copy(FONTS / name, folder / "brand")
    return f"brand: {{fonts: {{folder: brand, {', '.join(f'{face}: {name}' for face, name in faces.items())}}}}}"


def test_faces_of_the_house_take_the_places_of_the_shipped_ones(tmp_path: Path) -> None:
    made, said = dressed(tmp_path, fonts(tmp_path, display="SourceSerif4-Bold.ttf"))
    assert said == []
    assert made is not None
    own = tmp_path / "brand/SourceSerif4-Bold.ttf"
    assert made.files == dict.fromkeys(FACES["display"], own)
    assert made.widths is None


def test_a_weight_that_a_house_lacks_is_stood_in_for_and_said(tmp_path: Path) -> None:
    made, said = dressed(tmp_path, fonts(tmp_path, sans="SourceSans3-Regular.ttf", sans_bold="SourceSans3-Bold.ttf"))
    assert made is not None
    assert {face: path.name for face, path in made.faces.items()} == {
        "sans": "SourceSans3-Regular.ttf",
        "sans_bold": "SourceSans3-Bold.ttf",
        "sans_italic": "SourceSans3-Regular.ttf",
        "sans_semibold": "SourceSans3-Bold.ttf",
    }
    assert [line.split(": ", 1)[1] for line in said] == [
        "warning: there is no 'sans_italic'; 'sans' stands in for it. ",
        "warning: there is no 'sans_semibold'; 'sans_bold' stands in for it. ",
    ]


def test_charts_measure_by_the_houses_own_sans(tmp_path: Path) -> None:
    from peerbench.charts import measure

    faces = {"sans": "SourceSerif4-Regular.ttf", "sans_italic": "SourceSerif4-It.ttf",
             "sans_semibold": "SourceSerif4-Semibold.ttf", "sans_bold": "SourceSerif4-Bold.ttf"}  # fmt: skip
    made, _ = dressed(tmp_path, fonts(tmp_path, **faces))
    assert made is not None
    before = measure.width("Alibaba 18.1x", 10)
    with measure.typeface(made.theme("investor").widths):
        assert measure.width("Alibaba 18.1x", 10) > before * 1.02
        assert measure.width("阿里", 10) == 20
    assert measure.width("Alibaba 18.1x", 10) == before


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("BriefHan-Regular.otf", "'BriefHan-Regular.otf' lacks"),
        ("README.md", "'README.md' is no TrueType or OpenType font"),
    ],
)
def test_a_font_that_cannot_be_used_is_refused(name: str, said: str, tmp_path: Path) -> None:
    _, lines = dressed(tmp_path, fonts(tmp_path, display=name))
    assert any("error" in line and said in line for line in lines), lines


def test_a_family_without_its_regular_face_is_refused(tmp_path: Path) -> None:
    _, lines = dressed(tmp_path, fonts(tmp_path, sans_bold="SourceSans3-Bold.ttf"))
    assert any("error: 'sans' itself is missing" in line for line in lines), lines


def test_what_follows_for_dark_grounds_is_made_for_what_was_given_alone() -> None:
    assert set(dark_of({"theme": "#0B5C6B", "panel": "#FFFFFF"})) == {"theme"}
    assert dark_of({}) == {}


def test_every_face_stands_in_the_shipped_folders() -> None:
    names = {path.name for path in FONTS.rglob("*.*")}
    assert {name for pair in FACES.values() for name in pair} <= names
    assert lookup.find("fonts.css", "institutional", lookup.layers()) is not None

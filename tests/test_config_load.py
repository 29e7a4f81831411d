"""A config becomes frozen values: house defaults folded in, every value knowing its place, wrong ones never guessed."""

from __future__ import annotations

import dataclasses
import tempfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbench.config.check import Known, check, placed
from peerbench.config.load import load
from peerbench.config.values import Config, MetricGroup, Peer
from peerbench.core.findings import Finding, Origin

MINIMAL = """\
subject: alibaba
sources: [{dataset: platforms}]
peers: [{company: tencent, why: Cloud}]
metrics: {valuation: [pe_ltm]}
"""


def project(folder: Path, **files: str) -> Path:
    """A project whose configs/ holds the files by name; the path of configs/brief.yaml."""
    configs = folder / "configs"
    configs.mkdir(exist_ok=True)
    for name, text in files.items():
        (configs / f"{name}.yaml").write_text(text, encoding="utf-8")
    return configs / "brief.yaml"


def sound(folder: Path, **files: str) -> Config:
    config, findings = load(project(folder, **files))
    assert findings == ()
    assert config is not None
    return config


def test_the_shipped_config_is_sound_and_asks_for_what_the_brief_promises(root: Path) -> None:
    config, findings = load(root / "configs" / "alibaba.yaml")
    assert findings == ()
    assert config is not None
    assert config.companies == ("alibaba", "tencent", "amazon", "baidu")
    assert config.as_of == date(2025, 9, 23)
    assert config.audiences == ("institutional", "risk", "policy")
    assert config.outputs == ("pdf", "html")
    assert sum(len(group.metrics) for group in config.metrics) >= 25
    assert {group.name for group in config.metrics} >= {"valuation", "growth", "profitability", "balance_sheet"}


def test_a_config_cannot_be_changed(tmp_path: Path) -> None:
    config = sound(tmp_path, brief=MINIMAL)
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.currency = "EUR"  # type: ignore[misc]


def test_what_is_left_out_takes_the_default_of_the_schema(tmp_path: Path) -> None:
    config = sound(tmp_path, brief=MINIMAL)
    assert (config.currency, config.as_of, config.audiences) == ("USD", None, ("institutional",))
    assert config.peers == (Peer("tencent", "core", "Cloud"),)
    assert config.roles == {"tencent": "core", "alibaba": "subject"}


def test_deeper_keys_win_and_mappings_merge(tmp_path: Path) -> None:
    house = "currency: EUR\nlegal: House line\nmetrics: {growth: [revenue_growth_ltm], valuation: [pb]}\n"
    config = sound(tmp_path, _house=house, brief="extends: _house.yaml\n" + MINIMAL)
    assert config.currency == "EUR"
    assert config.metrics == (MetricGroup("valuation", ("pe_ltm",)), MetricGroup("growth", ("revenue_growth_ltm",)))
    assert [file.path for file in config.files] == ["configs/brief.yaml", "configs/_house.yaml"]


def test_an_empty_value_takes_a_house_default_away(tmp_path: Path) -> None:
    house = "legal: House line\nmetrics: {growth: [revenue_growth_ltm]}\n"
    brief = "extends: _house.yaml\nlegal:\n" + MINIMAL.replace("[pe_ltm]}", "[pe_ltm], growth: }")
    config = sound(tmp_path, _house=house, brief=brief)
    assert config.legal == ""
    assert config.metrics == (MetricGroup("valuation", ("pe_ltm",)),)


def test_every_value_knows_its_file_line_and_column(tmp_path: Path) -> None:
    config = sound(tmp_path, _house="currency: EUR\n", brief="extends: _house.yaml\n" + MINIMAL)
    assert config.place("peers", 0, "company") == Origin("configs/brief.yaml", 4, 19)
    assert config.place("currency") == Origin("configs/_house.yaml", 1, 11)
    assert config.place("metrics", "valuation", 0) == Origin("configs/brief.yaml", 5, 23)
    assert config.place("peers", 0, "grade") == Origin("configs/brief.yaml", 4, 9), "the peer, as it has no grade"
    assert config.excerpt(config.place("currency")) == "currency: EUR"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0700", "0700"),  # a ticker of Hong Kong, not octal 448
        ("9988", "9988"),
        ("NO", "NO"),  # Norway, not false
        ("on", "on"),
        ("'null'", "null"),
        ("2025-09-23", "2025-09-23"),  # a day only where a day is asked for
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),  # not 45045
    ],
)
def test_text_stays_as_it_was_written(tmp_path: Path, written: str, meant: str) -> None:
    assert sound(tmp_path, brief=MINIMAL + f"title: {written}\n").title == meant


@pytest.mark.parametrize("company", ["0700", "9988", "0700.HK", "NO", "BRK-B"])
def test_tickers_may_be_companies(tmp_path: Path, company: str) -> None:
    config = sound(tmp_path, brief=MINIMAL.replace("tencent", company))
    assert config.peers[0].company == company


def test_published_keeps_its_time_where_one_is_given(tmp_path: Path) -> None:
    brief = MINIMAL + "published: 2025-09-24T02:48-04:00\n"
    assert sound(tmp_path, brief=brief).published == datetime.fromisoformat("2025-09-24T02:48-04:00")
    assert sound(tmp_path, brief=MINIMAL + "published: 2025-09-24\n").published == date(2025, 9, 24)


CUSTOM = """\
custom_metrics:
  cloud_share: {label: Cloud share, formula: "revenue[cloud, ltm] / revenue[ltm]", unit: percent, better: higher}
"""


def test_a_custom_metric_is_a_definition_like_any_of_the_catalogue(tmp_path: Path) -> None:
    (definition,) = sound(tmp_path, brief=MINIMAL + CUSTOM).custom_metrics
    assert (definition.id, definition.unit, definition.better) == ("cloud_share", "fraction", "higher")
    assert (definition.period, definition.compare, definition.short) == ("ltm", "gap", "Cloud share")
    assert definition.origin == "configs/brief.yaml"


def test_a_custom_metric_that_no_group_lists_joins_its_own(tmp_path: Path) -> None:
    assert sound(tmp_path, brief=MINIMAL + CUSTOM).metrics[-1] == MetricGroup("custom", ("cloud_share",))
    listed = MINIMAL.replace("[pe_ltm]", "[pe_ltm, cloud_share]")
    assert sound(tmp_path, brief=listed + CUSTOM).metrics == (MetricGroup("valuation", ("pe_ltm", "cloud_share")),)


def test_a_dataset_is_a_shipped_name_or_a_folder_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "data" / "mine").mkdir(parents=True)
    brief = MINIMAL.replace("[{dataset: platforms}]", "[{dataset: platforms}, {dataset: data/mine}]")
    shipped, own = sound(tmp_path, brief=brief).sources
    assert (shipped.name, shipped.folder) == ("platforms", None)
    assert own.folder == tmp_path / "data" / "mine"


def test_the_root_is_the_nearest_folder_above_that_holds_configs(tmp_path: Path) -> None:
    brief = project(tmp_path, brief=MINIMAL)
    deeper = brief.parent / "asia"
    deeper.mkdir()
    brief.rename(deeper / "brief.yaml")
    config, _ = load(deeper / "brief.yaml")
    assert config is not None
    assert config.root == tmp_path
    assert config.files[0].path == "configs/asia/brief.yaml"


def test_the_sound_part_comes_back_beside_errors_with_its_positions(tmp_path: Path) -> None:
    brief = MINIMAL.replace("[{company", "[5, {company").replace("[pe_ltm]", "[7.5, pe_ltm]") + "currency: usd\n"
    config, findings = load(project(tmp_path, brief=brief))
    assert len(findings) == 3
    assert config is not None
    assert [peer.company for peer in config.peers] == ["", "tencent"]
    assert config.metrics[0].metrics == ("", "pe_ltm")


def test_a_file_name_that_cannot_be_a_folder_is_refused(tmp_path: Path) -> None:
    path = project(tmp_path, brief=MINIMAL)
    _, findings = load(path.rename(path.with_name("my brief.yaml")))
    assert [finding.message for finding in findings] == ["'my brief.yaml' cannot name a brief"]


def test_a_folder_or_an_endless_file_in_place_of_a_config_is_a_finding(tmp_path: Path) -> None:
    brief = project(tmp_path, brief="x: '" + "y" * 1_100_000 + "'")
    assert "larger than 1,000,000 bytes" in load(brief)[1][0].message
    assert "cannot be read" in load(brief.parent)[1][0].message


def test_a_long_chain_of_files_is_refused(tmp_path: Path) -> None:
    files = {f"_{level}": f"extends: _{level + 1}.yaml\n" for level in range(12)}
    _, findings = load(project(tmp_path, brief="extends: _0.yaml\n" + MINIMAL, **files))
    assert [finding.message for finding in findings] == ["more than 8 files extend each other"]


def test_a_metric_may_name_a_segment(tmp_path: Path) -> None:
    brief = MINIMAL.replace("[pe_ltm]", "[pe_ltm, 'revenue_growth_ltm[cloud]']")
    config = sound(tmp_path, brief=brief)
    assert [group.metrics for group in config.metrics] == [("pe_ltm", "revenue_growth_ltm[cloud]")]
    known = Known(metrics=("pe_ltm", "revenue_growth_ltm"))
    assert check(config, known=known, today=date(2026, 1, 1)) == ()


def test_a_mistake_in_a_metric_of_the_catalogue_is_told_where_it_is_asked_for(tmp_path: Path) -> None:
    config = sound(tmp_path, brief=MINIMAL)
    moved = placed(config, Finding("metric-segment", "error", "needs a name", origin=Origin("x"), subject="pe_ltm"))
    assert moved.origin == Origin("configs/brief.yaml", 4, 23)


@pytest.mark.parametrize("quote", ['"', ""])
def test_a_mistake_in_a_formula_is_told_at_its_place_in_the_file(tmp_path: Path, quote: str) -> None:
    metrics = f"custom_metrics:\n  mine: {{label: Mine, unit: percent, formula: {quote}revenue * ruble{quote}}}\n"
    config = sound(tmp_path, brief=MINIMAL + metrics)
    moved = placed(config, Finding("formula", "error", "unknown", origin=Origin("x", column=11), subject="mine"))
    assert (moved.origin.file, moved.origin.line) == ("configs/brief.yaml", 6)
    assert moved.excerpt[(moved.origin.column or 0) - 1 :].startswith("ruble")


KEYS = st.sampled_from(["subject", "peers", "metrics", "as_of", "extends", "sources", "custom_metrics", "brand", "x"])
SCALARS = st.sampled_from(
    ["alibaba", "0700", "1.5", "true", "~", "2025-09-23", "'", "[", "{a: 1}", "&a b", "*a", "!t x", "- y", "1e999"]
)
LINES = st.tuples(st.sampled_from(["", "  ", "    ", "- ", "  - "]), KEYS, SCALARS).map(
    lambda t: f"{t[0]}{t[1]}: {t[2]}"
)


ANYTHING = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(LINES).map(lambda lines: "\n".join(lines).encode()),
)


@given(ANYTHING)
def test_no_file_makes_the_loader_fail(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = project(Path(folder))
        path.write_bytes(content)
        config, findings = load(path)
    assert config is not None or findings
    assert all(isinstance(finding, Finding) for finding in findings)

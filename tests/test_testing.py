"""Plug-ins: a third party's source found by its entry point, and the suite that tells its author what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from peerbench import gather
from peerbench.config.load import load
from peerbench.core.dataset import InputFile
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.sources.ask import Ask, Means
from peerbench.sources.payload import Payload
from peerbench.sources.registry import reader
from peerbench.sources.rows import table
from peerbench.testing import SECRET, source_faults

DIGEST = "0" * 64
COMPANY = {
    "company": "acme", "reporting_currency": "USD", "fiscal_year_end_month": 12, "accounting_standard": "us-gaap",
    "eps_basis": "ordinary",
}  # fmt: skip
PLUGIN = f"""
from datetime import date
from peerbench.sources.payload import Payload
from peerbench.sources.rows import table

def read(ask, means):
    company = {COMPANY!r}
    fact = dict(company="acme", item="revenue", accounting="us-gaap", period_start=date(2024, 1, 1),
                period_end=date(2024, 12, 31), months=12, value=float(ask.settings["revenue"]), unit="money",
                currency="USD", known_on=date(2025, 2, 1), source_title="Report")
    tables = {{name: table(name, [row], "mine", "0" * 64) for name, row in (("companies", company), ("facts", fact))}}
    return Payload(ask.name, tables)
"""


def fact(**changes: Any) -> dict[str, Any]:
    from datetime import date

    return {
        "company": "acme", "item": "revenue", "accounting": "us-gaap", "period_start": date(2024, 1, 1),
        "period_end": date(2024, 12, 31), "months": 12, "value": 100.0, "unit": "money", "currency": "USD",
        "known_on": date(2025, 2, 1), "source_title": "Report", "source_url": "https://example.org/report", **changes,
    }  # fmt: skip


def payload(**changes: Any) -> Payload:
    tables = {
        "companies": table("companies", [COMPANY], "mine", DIGEST),
        "facts": table("facts", [fact(**changes)], "mine", DIGEST),
    }
    return Payload("plugin", tables)


def faults(read: Callable[[Ask, Means], Any], root: Path, settings: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    return source_faults(read, settings or {}, root=root)


def test_a_sound_source_has_no_faults(tmp_path: Path) -> None:
    assert faults(lambda ask, means: payload(), tmp_path) == ()


def test_our_own_sources_conform(tmp_path: Path, root: Path) -> None:
    (tmp_path / "rates.csv").write_text("Date,USD\n2025-09-23,1.18\n")
    assert source_faults(reader("ecb"), {"file": "rates.csv"}, root=tmp_path) == ()
    from peerbench.sources.dataset import embedded

    assert source_faults(reader("dataset"), {"folder": str(embedded("platforms"))}, root=tmp_path) == ()


def shaky() -> Callable[[Ask, Means], Payload]:
    values = iter(range(1, 99))
    return lambda ask, means: payload(value=float(next(values)))


def leaky(ask: Ask, means: Means) -> Payload:
    words = f"refused {means.environ['BENCH_TEST_SECRET']}"
    return Payload("plugin", findings=(Finding("mine", "warning", words),))


def undated(ask: Ask, means: Means) -> Payload:
    found = payload()
    frame = found.tables["facts"].frame.drop("known_on")
    return replace(found, tables={**found.tables, "facts": replace(found.tables["facts"], frame=frame)})


def raising(ask: Ask, means: Means) -> Payload:
    raise KeyError("folder")


@pytest.mark.parametrize(
    ("read", "sentence"),
    [
        (raising, "raises KeyError where it should return findings"),
        (lambda ask, means: {"facts": []}, "returns dict, not a Payload"),
        (lambda ask, means: Payload("plugin"), "gives neither a table nor a finding that says why"),
        (lambda ask, means: Payload("plugin", {"fact": table("facts", [fact()], "m", DIGEST)}), "gives a table 'fact'"),
        (undated, "has no column 'known_on'"),
        (lambda ask, means: payload(value=-5.0, item="capex"), "row left out (sign)"),
        (lambda ask, means: payload(company="other"), "gives no usable company or fact"),
        (lambda ask, means: payload(source_url="C:\\\\figures.xls"), "gives a source_url that is no address"),
        (lambda ask, means: payload(source_title=" "), "source_title"),
        (lambda ask, means: replace(payload(), files=(InputFile("f", "md5"),)), "without the SHA-256 of its bytes"),
        (shaky(), "gives other rows of facts when it is read a second time"),
        (leaky, "prints a value of the environment in a finding"),
    ],
)
def test_an_author_is_told_what_is_wrong(tmp_path: Path, read: Callable[[Ask, Means], Any], sentence: str) -> None:
    found = faults(read, tmp_path)
    assert any(sentence in fault for fault in found), found
    assert SECRET not in " ".join(found)


def test_settings_that_name_nothing_are_no_traceback(tmp_path: Path) -> None:
    def read(ask: Ask, means: Means) -> Payload:
        if ask.settings["key"] != "sound":
            raise FileNotFoundError(ask.settings["key"])
        return payload()

    found = faults(read, tmp_path, {"key": "sound"})
    assert [fault.partition(" on the")[0] for fault in found] == ["raises KeyError", "raises FileNotFoundError"]


# ---- found by its entry point ---------------------------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A third party's package on the path, as an installer leaves it."""
    site = tmp_path / "site"
    (site / "theirs-1.0.dist-info").mkdir(parents=True)
    (site / "theirs.py").write_text(PLUGIN)
    (site / "theirs-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    (site / "theirs-1.0.dist-info" / "entry_points.txt").write_text("[peerbench.sources]\ntheirs = theirs:read\n")
    monkeypatch.syspath_prepend(str(site))
    yield site
    sys.modules.pop("theirs", None)


def test_a_plug_in_is_found_by_its_entry_point_and_named_in_a_config(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    config_file = tmp_path / "configs" / "acme.yaml"
    config_file.write_text(
        "subject: acme\nsources:\n  - {plugin: theirs, settings: {revenue: 42}}\n"
        "peers: [{company: acme2, why: None}]\nmetrics: {growth: [revenue_growth_fy]}\n"
    )
    config, findings = load(config_file)
    assert config is not None
    assert findings == ()
    assert gather.read(config).facts["value"].to_list() == [42.0]


def test_a_plug_in_that_is_not_installed_is_told_with_its_neighbour(tmp_path: Path) -> None:
    with pytest.raises(UnusableRequest, match="no source of the kind 'ecd' is installed"):
        reader("ecd")

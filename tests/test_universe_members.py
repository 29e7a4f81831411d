"""Members of a pattern: who is meant, who has a brief, whose peers are whose, by hand over nine made companies."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from peerbench import pipeline
from peerbench.config.load import load
from peerbench.config.model import PEER_COLUMNS
from peerbench.core.errors import UnusableRequest
from peerbench.universe import naming
from peerbench.universe.members import Universe
from universes import COMPANIES, pattern

TODAY = date(2025, 4, 1)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("universe")


def expanded(
    project: Path, subjects: str, *, peers: str = "{rule: nearest, n: 2, least: 2}", more: str = ""
) -> Universe:
    return pipeline.members(pattern(project, subjects, peers=peers, more=more), today=TODAY)


def refused(project: Path, subjects: str, **how: str) -> list[str]:
    with pytest.raises(UnusableRequest) as caught:
        expanded(project, subjects, **how)
    return [found.message for found in caught.value.findings]


def test_each_company_that_is_meant_is_a_member_by_its_key(project: Path) -> None:
    found = expanded(project, 'sector == "Tools"')
    assert [member.company for member in found.members] == ["alba", "bora", "cima", "dora"]
    assert [member.name for member in found.members][:2] == ["tools-alba", "tools-bora"]
    assert found.left_out == ()
    assert [one.message for one in found.findings] == ["1 company cannot be told by sector, which is not known: ivra"]


def test_peers_are_the_nearest_of_the_same_sector_by_hand(project: Path) -> None:
    """Logarithms of revenue 9, 9.30, 8, 9.04; growth 0.10, 0.12, 0.10, 0.60; margins 0.20, 0.22, 0.20, 0.20.

    Spreads: sizes, median 9.02, distances 0.02, 0.28, 1.02, 0.02, of which the median is 0.15, so the least of 0.3
    counts; growth 0.05, margins 0.05, the least of each. From Alba, with a sector that is alike: Bora
    (0.30/0.3 + 0.02/0.05 + 0.02/0.05) / 4 = 0.45, Cima (1/0.3) / 4 = 0.83, Dora (0.04/0.3 + 0.5/0.05) / 4 = 2.5.
    """
    assert expanded(project, 'company == "alba"').members[0].peers == ("bora", "cima")
    wide = expanded(project, 'company == "alba"', peers="{rule: nearest, n: 3, least: 2}")
    assert wide.members[0].peers == ("bora", "cima", "dora")


def test_by_size_alone_another_is_nearest(project: Path) -> None:
    found = expanded(project, 'company == "alba"', peers="{rule: nearest, n: 2, least: 1, by: [size]}")
    assert found.members[0].peers == ("dora", "bora")


def test_without_a_column_in_common_any_company_may_be_near(project: Path) -> None:
    """Ivra is Alba's very figures; that its sector is not known is no gap."""
    found = expanded(project, 'company == "alba"', peers="{rule: nearest, n: 2, least: 1, same: []}")
    assert found.members[0].peers[0] == "ivra"


def test_peers_share_every_column_of_the_rule(project: Path) -> None:
    found = expanded(project, "all", peers="{rule: nearest, n: 3, least: 1, same: [sector, country]}")
    assert {one.company: set(one.peers) for one in found.members} == {
        "alba": {"bora", "dora"}, "bora": {"alba", "dora"}, "dora": {"alba", "bora"}, "elba": {"fara"},
        "fara": {"elba"},
    }  # fmt: skip


def test_who_is_meant_and_gets_no_brief_is_named_with_the_reason(project: Path) -> None:
    found = expanded(project, "all", more="excluded: [{company: gala, why: Sells most of it to its parent}]")
    assert {one.subject: one.message.partition(": ")[2] for one in found.left_out} == {
        "elba": "the rule finds 1 peer, and 2 are the least",
        "fara": "the rule finds 1 peer, and 2 are the least",
        "gala": "it is excluded",
        "hela": "no share line on 31 March 2025",
        "ivra": "its sector is not known, which its peers are to share",
    }


def test_whose_likeness_cannot_be_measured_gets_no_brief(tmp_path: Path) -> None:
    path = pattern(tmp_path, 'company == "alba"', more="")
    facts = tmp_path / "data" / "made" / "facts.csv"
    kept = [line for line in facts.read_text("utf-8").splitlines() if not line.startswith("alba,operating_income")]
    kept = [line for line in kept if not (line.startswith("alba,revenue") and "2023-01-01" in line)]
    facts.write_text("\n".join(kept) + "\n", "utf-8")
    with pytest.raises(UnusableRequest) as caught:
        pipeline.members(path, today=TODAY)
    wanted = (
        "only its size is known of size, growth, gross margin and operating margin, and 2 are needed to find its peers"
    )
    assert [one.message.partition("brief: ")[2] for one in caught.value.findings[1:]] == [wanted]


def test_nobody_whose_data_are_in_error_is_a_peer_or_has_a_brief(tmp_path: Path) -> None:
    """Cima's two years of revenue at a thousandth, its count at a thousand times: of one share count others doubt."""
    path = pattern(tmp_path, 'sector == "Tools"', peers="{rule: nearest, n: 3, least: 2}")
    prices = tmp_path / "data" / "made" / "prices.csv"
    text = prices.read_text("utf-8").replace("cima,CIMA,2025-03-31,2.0,USD", "cima,CIMA,2025-03-31,2000.0,GBP")
    prices.write_text(text, "utf-8")
    rates = tmp_path / "data" / "made" / "fx.csv"
    rates.write_text("date,base,quote,rate\n2025-03-31,GBP,USD,1.29\n", "utf-8")
    found = pipeline.members(path, today=TODAY)
    assert {one.company: set(one.peers) for one in found.members} == {
        "alba": {"bora", "dora"}, "bora": {"alba", "dora"}, "dora": {"alba", "bora"},
    }  # fmt: skip
    (cima,) = found.left_out
    assert cima.message.startswith("'cima' (Cima) gets no brief: its data are in error: cima: at 2,000 GBP a share")
    lowered = path.read_text("utf-8") + "checks: {close-in-hundredths: lower}\n"
    path.write_text(lowered, "utf-8")
    assert len(pipeline.members(path, today=TODAY).members) == 4


def test_an_issuer_listed_twice_is_one_company_to_the_rule(tmp_path: Path) -> None:
    """Bora's line elsewhere has Bora's very figures: without the rule it would be Bora's nearest, and Alba's twice."""
    path = pattern(tmp_path, 'company in ["alba", "bora"]')
    for name in ("companies", "facts", "prices"):
        file = tmp_path / "data" / "made" / f"{name}.csv"
        rows = file.read_text("utf-8").splitlines()
        again = [row.replace("bora,", "bora-h,", 1).replace("BORA", "BORAH") for row in rows if row.startswith("bora,")]
        file.write_text("\n".join([*rows, *again]) + "\n", "utf-8")
    found = {one.company: one.peers for one in pipeline.members(path, today=TODAY).members}
    assert found == {"alba": ("bora", "cima"), "bora": ("alba", "cima")}


def test_nobody_without_a_price_is_a_peer(project: Path) -> None:
    found = expanded(project, 'company == "elba"', peers="{rule: nearest, n: 3, least: 2}")
    assert set(found.members[0].peers) == {"fara", "gala"}


def test_a_metric_is_that_of_the_day_in_the_currency_of_the_brief(project: Path) -> None:
    """Market values: closes × 100 million shares; Alba 1.0 bn, Bora 1.2 bn, Cima 0.2 bn, Dora 3.0 bn."""
    found = expanded(project, 'sector == "Tools" and market_cap >= 1.2e9')
    assert [member.company for member in found.members] == ["bora", "dora"]


def test_who_cannot_be_told_is_counted(project: Path) -> None:
    """Of Hela no close is known, so no market value; of Ivra no sector."""
    found = expanded(project, 'market_cap > 0 and sector == "Food"', peers="{rule: nearest, n: 2, least: 1}")
    assert [one.message for one in found.findings] == [
        "2 companies cannot be told by market_cap or sector, which is not known: hela, ivra"
    ]


def test_a_metric_of_ones_own_may_be_asked_for(project: Path) -> None:
    more = "custom_metrics: {scale: {label: Scale, formula: 'revenue[fy] / 1000000000', unit: money}}"
    found = expanded(project, 'scale > 1e0 and sector == "Tools"', more=more)
    assert [member.company for member in found.members] == ["bora", "dora"]


def test_peers_may_be_listed_and_the_subject_is_not_its_own(project: Path) -> None:
    listed = "[{company: alba, why: First}, {company: bora, why: Second}, {company: elba, role: reference, why: Third}]"
    found = expanded(project, 'sector == "Tools"', peers=listed)
    assert {one.company: one.peers for one in found.members}["alba"] == ("bora", "elba")
    assert {one.company: one.peers for one in found.members}["cima"] == ("alba", "bora", "elba")


def test_the_config_of_a_member_is_an_ordinary_one(project: Path) -> None:
    member = expanded(project, 'company == "alba"').members[0]
    config, findings = load(member.path, text=member.text)
    assert findings == ()
    assert config is not None
    assert (config.name, config.subject, config.pattern, config.peer_rule) == ("tools-alba", "alba", False, None)
    assert config.sector_label == "Tools"
    assert [(peer.company, peer.role, peer.why) for peer in config.peers] == [
        ("bora", "core", "Same sector; nearest by size, growth and operating margin"),
        ("cima", "core", "Same sector; second nearest by size, growth and operating margin"),
    ]
    assert [file.path for file in config.files] == ["configs/tools-alba.yaml", "configs/tools.yaml"]


def test_the_rows_of_a_member_are_those_of_its_companies(project: Path) -> None:
    found = expanded(project, 'company == "alba"')
    rows = found.rows(found.members[0])
    assert sorted(rows.companies) == ["alba", "bora", "cima"]
    assert set(rows.facts["company"]) == {"alba", "bora", "cima"}
    assert rows.facts.height == 3 * 7


def test_more_than_at_most_are_refused_not_cut(project: Path) -> None:
    assert refused(project, "{where: all, at_most: 8}") == ["9 companies are meant, more than the 8 of at_most"]
    assert len(expanded(project, "{where: all, at_most: 9}").members) == 7


def test_a_company_that_is_no_member_is_told_why(project: Path) -> None:
    found = expanded(project, 'sector == "Food"')
    with pytest.raises(UnusableRequest, match=r"'hela' \(Hela\) gets no brief: no share line on 31 March 2025"):
        found.member("hela")
    with pytest.raises(
        UnusableRequest, match=r"'elbe' is not among the 3 members of tools.*Did you mean 'elba'"
    ) as caught:
        found.only(["elbe", "hela"])
    assert len(caught.value.findings) == 2


def test_what_every_member_shares_is_told_once_and_not_of_each(project: Path) -> None:
    found = expanded(project, 'sector == "Tools"')
    assert pipeline.shared_mistakes(found, today=TODAY) == ()


def test_mistakes_of_the_test_stand_beside_those_of_the_rest(project: Path) -> None:
    said = refused(project, 'sektor == "Tools"', more="checks: {no_such_check: raise}")
    assert said == ["unknown check 'no_such_check'", "unknown column 'sektor'"]


@pytest.mark.parametrize(
    ("peers", "said"),
    [
        ("{rule: farthest}", "peers.rule: 'farthest' is not one of nearest"),
        ("{n: 0}", "peers.n: input should be greater than or equal to 1"),
        ("{n: 13}", "peers.n: input should be less than or equal to 12"),
        ("{same: [branch]}", f"peers.same[1]: 'branch' is not one of {', '.join(PEER_COLUMNS)}"),
        ("{by: [hight]}", "peers.by[1]: 'hight' is not one of size, growth, margin, gross_margin, operating_margin"),
        ("{least: 2, kind: near}", "unknown key 'kind' in peers"),
        ("nearest", "peers: expected a list, received 'nearest'"),
    ],
)  # fmt: skip
def test_a_rule_that_is_none_is_told_at_its_place(project: Path, peers: str, said: str) -> None:
    assert refused(project, "all", peers=peers) == [said]


def test_one_brief_has_no_rule_and_a_pattern_no_subject(tmp_path: Path) -> None:
    path = pattern(tmp_path, "all", more="subject: alba")
    with pytest.raises(UnusableRequest) as caught:
        pipeline.prepare(path, today=TODAY)
    assert [found.message for found in caught.value.findings] == [
        "a config has one subject, or a test of many", "a rule chooses peers for subjects, not for one",
    ]  # fmt: skip


def test_where_one_brief_is_asked_for_a_pattern_is_refused_with_the_way_out(project: Path) -> None:
    with pytest.raises(UnusableRequest, match=r"tools is a pattern of many briefs.*configs/tools-COMPANY\.yaml"):
        pipeline.prepare(pattern(project, "all"), today=TODAY)


def test_a_nearer_test_replaces_the_subject_that_a_base_names(tmp_path: Path) -> None:
    base = pattern(tmp_path, "all", name="base")
    base.write_text(base.read_text("utf-8").replace("subjects: all", "subject: alba"), "utf-8")
    path = tmp_path / "configs" / "many.yaml"
    path.write_text('extends: base.yaml\nsubjects: sector == "Tools"\n', "utf-8")
    assert naming.is_pattern(path)
    assert len(pipeline.members(path, today=TODAY).members) == 4


def test_the_name_of_a_member_finds_its_pattern(tmp_path: Path) -> None:
    path = pattern(tmp_path, "all", name="us-tools")
    assert naming.sought(tmp_path / "configs" / "us-tools-alba.yaml") == (path, "alba")
    assert naming.sought(tmp_path / "configs" / "us-tools-brk-b.yaml") == (path, "brk-b")
    assert naming.sought(tmp_path / "configs" / "eu-tools-alba.yaml") is None
    assert naming.sought(path) is None


def test_a_member_is_prepared_by_its_name_as_from_what_is_given(project: Path) -> None:
    path = pattern(project, 'sector == "Tools"')
    case = pipeline.prepare(path.with_name("tools-alba.yaml"), today=TODAY)
    assert (case.config.name, case.config.subject) == ("tools-alba", "alba")
    assert sorted(case.data.companies) == ["alba", "bora", "cima"]


def test_a_file_of_the_members_name_is_its_config(tmp_path: Path) -> None:
    path = pattern(tmp_path, 'sector == "Tools"')
    own = path.with_name("tools-alba.yaml")
    own.write_text("extends: tools.yaml\nsubject: alba\npeers: [{company: dora, why: Mine}]\n", "utf-8")
    found = pipeline.members(path, today=TODAY)
    assert [member.company for member in found.members if member.own] == ["alba"]
    assert pipeline.given_of(found, found.member("alba")) is None
    case = pipeline.prepare(own, today=TODAY)
    assert [peer.company for peer in case.config.peers] == ["dora"]


def test_the_order_of_the_data_changes_no_member(tmp_path: Path) -> None:
    path = pattern(tmp_path, 'sector == "Tools"')
    before = [(one.company, one.text) for one in pipeline.members(path, today=TODAY).members]
    companies = tmp_path / "data" / "made" / "companies.csv"
    head, *rows = companies.read_text("utf-8").splitlines()
    assert len(rows) == len(COMPANIES)
    companies.write_text("\n".join([head, *reversed(rows)]) + "\n", "utf-8")
    assert [(one.company, one.text) for one in pipeline.members(path, today=TODAY).members] == before

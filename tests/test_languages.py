"""Languages: nothing missing, nothing said that English does not say, and not a figure changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import peer_sets
import studies
from peerbench import editions, languages, lookup, pipeline
from peerbench.brief import translate
from peerbench.core.document import Brief, Cite, Native, Number, Strong, Text, When
from peerbench.core.errors import UnusableRequest
from peerbench.core.language import HOLE, Language, Rules, is_wide
from peerbench.narrate import phrases
from peerbench.render import format as formats
from peerbench.shipped import shipped

HOUSE = shipped("templates") / "house"
SHIPPED = HOUSE / "languages"
NEW = ("en", "zh-CN")
AUDIENCES = ("institutional", "risk", "policy")


def _yaml(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


@cache
def _chinese() -> Language:
    return languages.load("zh-CN", lookup.HOUSE, lookup.layers()).language


# ---- the folders -----------------------------------------------------------------------------------------------------


def test_every_text_of_the_house_has_words_with_the_same_holes() -> None:
    english, chinese = _yaml(SHIPPED / "en" / "words.yaml"), _yaml(SHIPPED / "zh-CN" / "words.yaml")
    assert english.keys() == chinese.keys()
    unlike = [id for id, text in english.items() if set(HOLE.findall(text)) != set(HOLE.findall(chinese[id]))]
    assert unlike == []


def test_every_claim_has_the_same_variants_predicates_and_holes() -> None:
    """A variant with other predicates could say what the figures do not."""
    english, chinese = _yaml(HOUSE / "phrases.yaml"), _yaml(SHIPPED / "zh-CN" / "phrases.yaml")
    assert english.keys() == chinese.keys(), "add the claim to languages/zh-CN/phrases.yaml"
    for id, variants in english.items():
        assert [_form(one) for one in variants] == [_form(one) for one in chinese[id]], id


def _form(variant: dict[str, Any]) -> tuple[Any, ...]:
    text = variant.get("lead", "") + variant["say"]
    ends = len(re.findall(r"[.。](?:\s|$|(?=.))", variant["say"])) if variant["say"][-1] in ".。" else 0
    return variant.get("needs", []), set(HOLE.findall(text)), "lead" in variant, ends


def test_a_comparative_word_needs_its_predicate_in_chinese_too(tmp_path: Path) -> None:
    spoken = languages.load("zh-CN", lookup.HOUSE, lookup.layers())
    false = tmp_path / "phrases.yaml"
    false.write_text('headline.plain:\n  - needs: [above]\n    say: "{subject}低于同业"\n', "utf-8")
    with pytest.raises(UnusableRequest, match="低于"):
        phrases.load(false, lexicon=spoken.lexicon)


@pytest.mark.parametrize(
    ("said", "needs"), [("高于同业", "above"), ("在各公司中最低", "lowest"), ("收入下降", "fell"), ("全部成立", "all")]
)
def test_each_kind_of_comparison_is_known(said: str, needs: str) -> None:
    lexicon = languages.load("zh-CN", lookup.HOUSE, lookup.layers()).lexicon
    assert phrases.mistakes("x", [phrases.Phrase((), said)], lexicon)
    assert not phrases.mistakes("x", [phrases.Phrase((needs,), said)], lexicon)


def test_every_word_that_templates_say_is_a_text_of_the_house() -> None:
    said = {text for path in HOUSE.glob("*.j2") for text in re.findall(r'say\["(.*?)"\]', path.read_text("utf-8"))}
    assert len(said) > 30
    assert said - set(_yaml(SHIPPED / "en" / "words.yaml").values()) == set()


# ---- a language of one's own -----------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A third language, made up from English: every word is marked, the digits are German."""
    folder = tmp_path / "templates" / "house" / "languages" / "xx"
    folder.mkdir(parents=True)
    words = {id: f"«{text}»" for id, text in _yaml(SHIPPED / "en" / "words.yaml").items()}
    claims = {
        id: [{**one, "say": f"«{one['say']}»"} for one in variants]
        for id, variants in _yaml(HOUSE / "phrases.yaml").items()
    }
    dates = {"prose": "d. MMMM y", "data": "d.M.y", "month": "MMMM y", "day": "d. MMM", "alone": "MMMM"}
    rules = {"name": "Made up", "locale": "de", "dates": {**dates, "chart": "{m}/{y}"}, "money": "{amount} {currency}"}
    rules |= {"scales": {" Mio.": 6, " Mrd.": 9}, "currencies": {"USD": "Dollar"}}
    for name, content in (("words", words), ("phrases", claims), ("rules", rules)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
    return tmp_path


def test_a_third_language_is_a_folder(own: Path) -> None:
    roots = lookup.layers(own)
    assert languages.known(roots) == ("en", "xx", "zh-CN")
    spoken = languages.load("xx", lookup.HOUSE, roots)
    assert spoken.language.say("Peer median") == "«Peer median»"
    assert formats.text(Number(377.4e9, "money", "USD"), rules=spoken.language.rules) == "377 Mrd. Dollar"
    assert formats.text(Number(1234.56, "n1"), rules=spoken.language.rules) == "1.234,6"
    shop = _shop(own, "xx")
    brief, unsaid = shop.written(_reader("risk"))
    assert "«" in "".join(span.text for span in brief.headline if isinstance(span, Text))
    assert brief.meta.language == "xx"
    assert all("Peer median" not in text for text in unsaid)


def test_a_language_that_begins_as_a_copy_of_english_reads_as_english(own: Path) -> None:
    """Joints are told apart by a word before them that nobody is shown; figures in texts have the locale's signs."""
    folder = own / "templates" / "house" / "languages" / "xx"
    (folder / "words.yaml").write_bytes((SHIPPED / "en" / "words.yaml").read_bytes())
    (folder / "phrases.yaml").write_bytes((HOUSE / "phrases.yaml").read_bytes())
    brief, unsaid = _shop(own, "xx").written(_reader("institutional"))
    assert set(unsaid) <= set(_yaml(SHIPPED / "zh-CN" / "texts.yaml")), "the config's own texts alone"
    texts = [one for one in studies.walk(studies.told(brief)) if isinstance(one, str)]
    assert len(texts) > 500
    assert [text for text in texts if re.search("(between|clauses|unit): ", text)] == []
    assert any(trace.formula.startswith("USD/CNY 7,1118, 23. September") for trace in brief.lineage)
    sums = [one.text for trace in brief.traces.values() for one in trace.calculation if isinstance(one, Text)]
    assert [text for text in sums if "7.1118" in text] == []
    assert any("1.013.672m ÷ 18.474,2m × 8 ÷ 7,1118" in text for text in sums)
    assert any("US$1 in RMB 7,1118" in text for text in texts)
    assert any("226.326m" in text or re.search(r"\d{3}\.\d{3}m here", text) for text in texts)


def test_every_company_is_a_name_in_every_language() -> None:
    """One without a name in the language's script keeps its own, and is no text without words."""
    language = _chinese().named({"J. B. Chemicals": "J. B. Chemicals", "Apple": "Apple"})
    assert language.find("Apple, Operating margin, LTM") == "Apple，营业利润率，过去十二个月"
    assert language.find("J. B. Chemicals, revenue: fiscal year gives 40,762m, the sum of the quarters 41,478m.") == (
        "J. B. Chemicals，收入：全年数为40,762百万，各季之和为41,478百万。"
    )


def test_a_segment_is_said_and_no_sum_is_taken_for_one() -> None:
    assert _chinese().find("cloud revenue, last fiscal year") == "云业务收入，上一财年"
    assert _chinese().find("market value ÷ revenue, last twelve months") == "市值 ÷ 收入，过去十二个月"
    assert _chinese().find("grocery revenue") is None


def test_a_comma_before_a_figure_parts_and_between_figures_joins() -> None:
    label = (Text("Alibaba’s price"), Text(", "), Number(0.44, "spct0"))
    listed = (Number(0.35, "pct0"), Text(" at Tencent"), Text(", "), Number(0.34, "pct0"), Text(" at Amazon"))
    desk = translate._Translator(_chinese(), {})
    assert _words(desk.part(label)) == "阿里巴巴股价，#"
    assert _words(desk.part(listed)) == "腾讯#、亚马逊#"


def test_a_range_says_its_currency_with_its_last_end() -> None:
    low, high = Number(79.19, "price", "USD", "a"), Number(166.17, "n2", "USD", "b")
    made = translate._Translator(_chinese(), {}).part((low, Text("–"), high))
    assert "".join(
        formats.text(one, rules=_chinese().rules) if isinstance(one, Number) else one.text for one in made
    ) == ("79.19–166.17美元")


def test_a_word_that_is_missing_is_named_with_its_language_and_id(own: Path) -> None:
    path = own / "templates" / "house" / "languages" / "xx" / "words.yaml"
    words = _yaml(path)
    del words["peer_median"]
    path.write_text(yaml.safe_dump({**words, "peer_medain": "x", "figure": "{any}"}), "utf-8")
    with pytest.raises(UnusableRequest) as caught:
        languages.load("xx", lookup.HOUSE, lookup.layers(own))
    said = [f"{finding.origin} {finding.message} {finding.hint}" for finding in caught.value.findings]
    assert any("xx/words.yaml" in one and "xx has no words for 'peer_median': “Peer median”" in one for one in said)
    assert any(
        "'peer_medain' of the language xx is no text of the house Did you mean 'peer_median'?" in one for one in said
    )
    assert any("'figure' of the language xx has other holes" in one for one in said)


def test_a_claim_without_a_phrase_is_named_before_anything_is_written(own: Path) -> None:
    config = studies.project(own, languages=["en", "xx"])
    path = own / "templates" / "house" / "languages" / "xx" / "phrases.yaml"
    claims = _yaml(path)
    del claims["headline.risk"]
    path.write_text(yaml.safe_dump(claims, allow_unicode=True), "utf-8")
    with pytest.raises(UnusableRequest) as caught:
        pipeline.build(config, today=studies.TODAY)
    assert {finding.message for finding in caught.value.findings} == {"the language xx has no phrase 'headline.risk'"}
    assert not (own / "output").exists()


def test_an_unknown_language_is_told_with_the_nearest(tmp_path: Path) -> None:
    config = studies.project(tmp_path, languages=["en", "zh-CM"])
    with pytest.raises(UnusableRequest) as caught:
        pipeline.prepare(config, today=studies.TODAY)
    (found,) = caught.value.findings
    assert (found.check, found.origin.line is not None) == ("config.language", True)
    assert found.message == "unknown language 'zh-CM'"
    assert "Did you mean 'zh-CN'?" in found.hint


# ---- words -----------------------------------------------------------------------------------------------------------

SAID = {
    "Peer median": "同业中位数",
    "The five largest of nine peers.": "九家同业中最大的五家。",
    "Source: [1–4, 7]. A range, not a target.": "来源：[1–4, 7]。这是区间，不是目标价。",
    "Tencent, Amazon and Baidu": "腾讯、亚马逊和百度",
    "Amazon’s": "亚马逊",
    "June quarter": "截至6月的季度",
    "Last twelve months (LTM) to June 2025; multiples in times": "截至2025年6月的过去十二个月（LTM）；倍数以倍计",
    "second": "第二",
    "Three core peers": "三家核心同业",
    "twelve of the sixteen companies": "十六家公司中的十二家",
    "Alibaba, Operating margin, LTM": "阿里巴巴，营业利润率，过去十二个月",
    "enterprise value ÷ operating income, last twelve months": "企业价值 ÷ 营业利润，过去十二个月",
    "RMB": "人民币",
    "BABA": "BABA",
    "US$1 in RMB": "1美元兑人民币",
    "Price / earnings, LTM": "市盈率，过去十二个月",
}


@pytest.mark.parametrize("english", SAID)
def test_a_text_is_said_as_a_financial_paper_would(english: str) -> None:
    assert _chinese().find(english) == SAID[english]


@pytest.mark.parametrize(
    "text", ["Commerce plus a smile", "Peer median and more, somehow", "Reasons for a deal by Amazon"]
)
def test_a_text_that_no_message_fits_is_left_as_it_is(text: str) -> None:
    assert _chinese().find(text) is None
    assert _chinese().say(text) == text


# ---- numbers ---------------------------------------------------------------------------------------------------------

PRINTED = [  # by hand: the English digits in the scale of 万, 亿 and 万亿
    (Number(2615e9, "money", "CNY"), "2.62万亿元人民币"),
    (Number(377.4e9, "money", "USD"), "3,770亿美元"),
    (Number(35.23e9, "money", "CNY"), "352亿元人民币"),
    (Number(0.9996e9, "money", "USD"), "10.0亿美元"),
    (Number(-1.234e6, "money", "USD"), "−123万美元"),
    (Number(163.08, "price", "USD"), "163.08美元"),
    (Number(18474.2e6, "shares"), "184.74亿股"),
    (Number(12.34e9, "bn1"), "123"),
    (Number(377.4e9, "bn0"), "3,770"),
    (Number(1.234e9, "bn2"), "12.3"),
    (Number(-0.301, "spct1"), "−30.1%"),
    (Number(0.053, "spct0"), "+5%"),
    (Number(0.0071, "upp1"), "0.7个百分点"),
    (Number(18.06, "x1"), "18.1倍"),
    (Number(3.0, "words"), "三"),
    (Number(None, "x1", status="missing"), "NA"),
    (Number(200.0, "x1", status="excluded"), ">100倍"),
]


@pytest.mark.parametrize(("number", "text"), PRINTED)
def test_numbers_in_chinese(number: Number, text: str) -> None:
    assert formats.text(number, rules=_chinese().rules) == text


ENGLISH_SCALE = {"tn": 12, "bn": 9, "m": 6}
CHINESE_SCALE = {"万亿": 12, "亿": 8, "万": 4}


def _value(text: str, scales: dict[str, int]) -> Decimal:
    digits = Decimal(re.sub(r"[^\d.]", "", text))
    word = next((word for word in scales if word in text.replace("RMB", "")), "")
    return digits.scaleb(scales.get(word, 0)) * (-1 if "−" in text else 1)


AMOUNTS = [10**power * digit * sign for power in range(3, 15) for digit in (1.0, 2.4449, 9.996) for sign in (1, -1)]


@pytest.mark.parametrize("value", AMOUNTS)
def test_an_amount_is_the_very_one_that_english_prints(value: float) -> None:
    """Both texts read back are the same number, so that neither is the more precise."""
    number = Number(value, "money", "CNY")
    english, chinese = formats.text(number), formats.text(number, rules=_chinese().rules)
    assert _value(chinese, CHINESE_SCALE) == _value(english, ENGLISH_SCALE), (english, chinese)


@pytest.mark.parametrize("name", [name for name in formats.FORMATS if not name.startswith("unit_")])
def test_every_format_has_a_chinese_form(name: str) -> None:
    for value in (0.0, 1.5, -2.25, 12345678.9):
        said = formats.text(Number(value, name, "USD"), rules=_chinese().rules)
        assert said
        assert not re.search(r"[a-z]", said)


def test_dates_in_chinese() -> None:
    rules = _chinese().rules
    assert formats.day(When(studies.DAY), rules=rules) == "2025年9月23日"
    assert formats.day(When(studies.DAY, "data"), rules=rules) == "2025-09-23"
    assert formats.day(When(studies.DAY, "month"), rules=rules) == "2025年9月"


# ---- whole briefs ----------------------------------------------------------------------------------------------------


@cache
def _study() -> studies.Written:
    return studies.written(studies.CONFIGS / "alibaba.yaml")


def _reader(name: str) -> Any:
    return next(one for one in _study().case.request.audiences if one.name == name)


def _shop(project: Path | None = None, language: str = "zh-CN", length: str = "four") -> editions.Shop:
    return editions.Shop(_study().study, lookup.layers(project), Path("unused"), length, language=language)  # type: ignore[arg-type]


@cache
def _both(name: str, length: str) -> tuple[Brief, Brief, tuple[str, ...]]:
    shop = _shop(length=length)
    chinese, unsaid = shop.written(_reader(name))
    return replace(shop, language="en").brief(_reader(name)), chinese, unsaid


def _numbers(value: Any) -> Iterator[Number]:
    if isinstance(value, Number):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _numbers(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _numbers(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _numbers(getattr(value, field.name))


def _figures(value: Any) -> tuple[Counter[tuple[Any, ...]], ...]:
    """Figures by their refs; formats apart, as a range says its currency with its first end or with its last."""
    found = list(_numbers(value))
    return (
        Counter((one.ref, one.value, one.status) for one in found),
        Counter((one.format, one.currency) for one in found),
    )


@pytest.mark.parametrize("length", ["four", "one"])
@pytest.mark.parametrize("name", AUDIENCES)
def test_both_languages_print_the_same_figures_from_the_same_cells(name: str, length: str) -> None:
    english, chinese, _ = _both(name, length)
    assert _figures(chinese) == _figures(english)
    assert len(_figures(chinese)[0]) > 100
    assert [(ref, trace.row) for ref, trace in chinese.traces.items() if trace.row] != []
    assert {ref: trace.row for ref, trace in chinese.traces.items()} == {
        ref: trace.row for ref, trace in english.traces.items()
    }
    assert [trace.row for trace in chinese.lineage] == [trace.row for trace in english.lineage]


@pytest.mark.parametrize("name", AUDIENCES)
def test_claim_by_claim_the_figures_are_the_same(name: str) -> None:
    """The sentences stand in the same order; each holds the same figures, whatever the order of its words."""
    english, chinese, _ = _both(name, "four")
    pairs = [(english.headline, chinese.headline), (english.standfirst, chinese.standfirst)]
    pairs += [((a.lead, a.spans), (b.lead, b.spans)) for a, b in zip(english.takeaways, chinese.takeaways, strict=True)]
    for one, other in zip(english.pages, chinese.pages, strict=True):
        pairs.append((one.head, other.head))
        for row, said in zip(one.rows, other.rows, strict=True):
            for slot, there in zip(row.slots, said.slots, strict=True):
                pairs += list(zip(slot, there, strict=True))
    for a, b in pairs:
        assert _figures(a) == _figures(b)


@pytest.mark.parametrize("length", ["four", "one"])
@pytest.mark.parametrize("name", AUDIENCES)
def test_no_text_of_the_house_is_left_in_english(name: str, length: str) -> None:
    _, _, unsaid = _both(name, length)
    assert unsaid == ()


@pytest.mark.parametrize("name", AUDIENCES)
def test_running_text_holds_no_english_word_but_names(name: str) -> None:
    _, chinese, _ = _both(name, "four")
    spans = [chinese.headline, chinese.standfirst, chinese.byline, *(p.lead + p.spans for p in chinese.takeaways)]
    words = re.findall(r"[A-Za-z]{2,}", " ".join(map(_words, spans)))
    assert set(words) <= {"EV", "EBIT", "EBITDA", "AWS", "ADS", "AI", "FY"}, words


def _words(spans: Any) -> str:
    said = {Text: lambda s: s.text, Strong: lambda s: _words(s.spans), Native: lambda s: "", Cite: lambda s: ""}
    return "".join(said.get(type(span), lambda s: "#")(span) for span in spans)


def test_no_space_follows_a_wide_stop() -> None:
    _, chinese, _ = _both("institutional", "four")
    for block in (one for page in chinese.pages for row in page.rows for slot in row.slots for one in slot):
        for paragraph in getattr(block, "paragraphs", ()):
            assert not re.search(r"[。，；：] ", _words(paragraph.spans)), _words(paragraph.spans)


def test_a_name_and_its_other_form_change_places() -> None:
    _, chinese, _ = _both("institutional", "four")
    assert (chinese.panel.name, chinese.panel.native_name) == ("阿里巴巴", "Alibaba")
    assert (chinese.meta.subject, chinese.meta.subject_native) == ("阿里巴巴", "Alibaba")


def test_a_plain_language_has_no_wide_letters() -> None:
    assert not Rules("de", "Deutsch", "de").wide
    assert _chinese().rules.wide
    assert [is_wide(letter) for letter in "。亿ａA1"] == [True, True, True, False, False]


# ---- other peer sets -------------------------------------------------------------------------------------------------

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
OWN = {"Test set", "Sells to the same customers", "Sells the same"}


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/data, which is not here")
@pytest.mark.parametrize("name", ["us_only", "losses"])
def test_a_peer_set_of_any_kind_has_words_for_every_text_of_the_house(name: str, tmp_path: Path) -> None:
    """Companies without Chinese names, losses, missing prices: what is left in English is the config's own."""
    written = studies.written(peer_sets.SETS[name](tmp_path, SHARED), today=date(2026, 12, 31))
    shop = editions.Shop(written.study, lookup.layers(None), Path("unused"), "four", language="zh-CN")
    for reader in written.case.request.audiences:
        brief, unsaid = shop.written(reader)
        assert set(unsaid) <= OWN
        printed = [one for one in studies.walk(studies.told(brief)) if isinstance(one, Text)]
        texts = [re.sub("|".join(map(re.escape, _names(written))), "", one.text) for one in printed]
        assert [one for one in texts if re.search("[a-z]{3,} [a-z]{3,}", one) and one not in OWN] == []
        assert [one for one in texts if re.search("、、|，，|。。|：：|[，。；：] [\u4e00-\u9fff]", one)] == []


def _names(written: Any) -> list[str]:
    return sorted((one.name for one in written.case.data.companies.values()), key=len, reverse=True)
